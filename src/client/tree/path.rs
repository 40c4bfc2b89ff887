//! Addresses in the tree: nodes, their properties, and lists of what is below them (OMA DM Tree and
//! Description 1.2 §6, §7.3, §7.4).

use super::status::Reason;
use crate::document::dm::uri::is_node_name;
use std::fmt;

/// The deepest tree that is kept, in names from the root on: what a reader of TNDS takes.
pub const MAX_DEPTH: usize = 60;
/// The longest address that is read, in characters.
pub const MAX_LENGTH: usize = 4096;

/// The place of a node: the names from the root on, upper and lower case apart.
///
/// The order is that of a walk: a node, all nodes below it, then the next beside it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NodePath(
    /// The names with NUL between them, which no name has and which stands before all characters.
    String,
);

impl NodePath {
    /// The root.
    pub const ROOT: Self = Self(String::new());

    /// Reads the address of a node, absolute or relative to the root, without a query.
    ///
    /// # Errors
    /// [`Reason::Uri`], [`Reason::UriTooLong`]
    pub fn parse(uri: &str, limits: &Limits) -> Result<Self, Reason> {
        let target = Target::parse(uri, limits)?;
        match target.query {
            Query::Node => Ok(target.path),
            Query::Property(_) | Query::List(_) => Err(Reason::Uri),
        }
    }

    /// The node of a store's key.
    #[must_use]
    pub(super) fn from_key(key: &str) -> Self {
        Self(key.to_owned())
    }

    /// What a store sorts by.
    #[must_use]
    pub(super) fn key(&self) -> &str {
        &self.0
    }

    /// Where the nodes below this one begin; no node is there itself.
    pub(super) fn below(&self) -> Self {
        match self.is_root() {
            true => Self("\u{1}".to_owned()),
            false => Self([&self.0, "\0"].concat()),
        }
    }

    /// Where the nodes after this one and all below it begin; no node is there itself.
    pub(super) fn after(&self) -> Self {
        Self([&self.0, "\u{1}"].concat())
    }

    /// True for the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, from the root on.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('\0').filter(|name| !name.is_empty())
    }

    /// How many names.
    #[must_use]
    pub fn depth(&self) -> usize {
        match self.is_root() {
            true => 0,
            false => 1 + self.0.bytes().filter(|octet| *octet == 0).count(),
        }
    }

    /// The name of the node itself; empty for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('\0').next().unwrap_or_default()
    }

    /// The node above; the root has none.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self.0.rsplit_once('\0') {
            Some((parent, _)) => Some(Self(parent.to_owned())),
            None if self.is_root() => None,
            None => Some(Self::ROOT),
        }
    }

    /// The node of this name below it. The name is one that a node can have.
    pub(in crate::client) fn child(&self, name: &str) -> Self {
        match self.is_root() {
            true => Self(name.to_owned()),
            false => Self([&self.0, "\0", name].concat()),
        }
    }

    /// True for a child of another node.
    pub(super) fn hangs_from(&self, other: &Self) -> bool {
        match self.0.rsplit_once('\0') {
            Some((parent, _)) => parent == other.0,
            None => other.is_root() && !self.is_root(),
        }
    }

    /// True for this node and all below it.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        self.is_root()
            || other
                .0
                .strip_prefix(&self.0)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('\0'))
    }

    /// The child of this node that `below` is or hangs from.
    pub(in crate::client) fn child_towards(&self, below: &Self) -> Option<Self> {
        let start = if self.is_root() { 0 } else { self.0.len() + 1 };
        let rest = below.0.get(start..).filter(|_| self.holds(below))?;
        let name = rest.split('\0').next().filter(|name| !name.is_empty())?;
        Some(self.child(name))
    }

    /// The same place below another node: `from` becomes `to`.
    pub(super) fn moved(&self, from: &Self, to: &Self) -> Self {
        Self(format!(
            "{}{}",
            to.0,
            self.0.get(from.0.len()..).unwrap_or_default()
        ))
    }
}

/// The address: `./DMAcc/1`, `.` for the root.
impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(".")?;
        self.names().try_for_each(|name| write!(f, "/{name}"))
    }
}

impl fmt::Debug for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodePath({self})")
    }
}

/// The limits that a device states in ./DevDetail/URI; 0 is no limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// MaxDepth: names in an address.
    pub depth: u16,
    /// MaxTotLen: characters of an address, query included.
    pub total: u16,
    /// MaxSegLen: characters of a name.
    pub segment: u16,
}

impl Limits {
    /// Whether the shortest address of a node, that without `./`, keeps the limits.
    pub(super) fn check(&self, path: &NodePath) -> Result<(), Reason> {
        // A text has no more characters than octets
        let within =
            |text: &str, limit: usize| text.len() <= limit || text.chars().count() <= limit;
        let limit = |stated: u16, own: usize| match stated {
            0 => own,
            stated => own.min(stated.into()),
        };
        let segment = limit(self.segment, MAX_LENGTH);
        let fits = path.depth() <= limit(self.depth, MAX_DEPTH)
            && within(path.key(), limit(self.total, MAX_LENGTH))
            && (path.key().len() <= segment || path.names().all(|name| within(name, segment)));
        fits.then_some(()).ok_or(Reason::UriTooLong)
    }
}

/// What an address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The node.
    pub path: NodePath,
    /// What of it.
    pub query: Query,
}

/// The part of an address after `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// None: the value, or the names of the children.
    Node,
    /// `?prop=`: a property.
    Property(Property),
    /// `?list=`: the node and all below it.
    List(Listing),
}

/// A property of a node at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Property {
    /// Access control list.
    Acl,
    /// Format of the value.
    Format,
    /// Name.
    Name,
    /// Octets of the value.
    Size,
    /// A name for people.
    Title,
    /// Time of the last change.
    TStamp,
    /// MIME type of the value, or identifier of the management object.
    Type,
    /// Number of changes.
    VerNo,
}

impl Property {
    /// All by their names.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("ACL", Self::Acl),
        ("Format", Self::Format),
        ("Name", Self::Name),
        ("Size", Self::Size),
        ("Title", Self::Title),
        ("TStamp", Self::TStamp),
        ("Type", Self::Type),
        ("VerNo", Self::VerNo),
    ];
}

/// Forms of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// `Struct`: an item for each node.
    Struct,
    /// `StructData`: the same with the values of leaves.
    StructData,
    /// `TNDS`: one serialised tree.
    Tnds(Fields),
}

/// What of each node a serialised tree holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// ACL.
    pub acl: bool,
    /// Format.
    pub format: bool,
    /// Title.
    pub title: bool,
    /// TStamp.
    pub tstamp: bool,
    /// Type.
    pub kind: bool,
    /// Value.
    pub value: bool,
    /// VerNo.
    pub ver_no: bool,
}

impl Fields {
    /// All.
    pub const ALL: Self = Self::each(true);

    const fn each(there: bool) -> Self {
        Self {
            acl: there,
            format: there,
            title: there,
            tstamp: there,
            kind: there,
            value: there,
            ver_no: there,
        }
    }

    /// Reads what follows `TNDS`: `+ACL+Value` for these alone, `-Title` for all but these.
    fn parse(text: &str) -> Option<Self> {
        let Some(sign) = text.chars().next() else {
            return Some(Self::ALL);
        };
        let add = match sign {
            '+' => true,
            '-' => false,
            _ => return None,
        };
        let mut fields = Self::each(!add);
        for name in text[1..].split(sign) {
            let field = match name {
                "ACL" => &mut fields.acl,
                "Format" => &mut fields.format,
                "Title" => &mut fields.title,
                "TStamp" => &mut fields.tstamp,
                "Type" => &mut fields.kind,
                "Value" => &mut fields.value,
                "VerNo" => &mut fields.ver_no,
                _ => return None,
            };
            *field = add;
        }
        Some(fields)
    }
}

impl Target {
    /// Reads an address, absolute or relative to the root.
    ///
    /// # Errors
    /// [`Reason::Uri`] when no node can have it, [`Reason::UriTooLong`],
    /// [`Reason::Unsupported`] for a query that is not known.
    pub fn parse(uri: &str, limits: &Limits) -> Result<Self, Reason> {
        let length = uri.chars().count();
        if length > MAX_LENGTH || limits.total != 0 && length > usize::from(limits.total) {
            return Err(Reason::UriTooLong);
        }
        let (place, query) = match uri.split_once('?') {
            Some((place, query)) => (place, Some(query)),
            None => (uri, None),
        };
        let relative = place.strip_prefix("./").unwrap_or(place);
        let mut path = NodePath::ROOT;
        if place != "." {
            for name in relative.split('/') {
                if !is_node_name(name) {
                    return Err(Reason::Uri);
                }
                path = path.child(name);
            }
        }
        limits.check(&path)?;
        let query = match query {
            None => Query::Node,
            Some(query) => Query::parse(query).ok_or(Reason::Unsupported)?,
        };
        Ok(Self { path, query })
    }
}

impl Query {
    fn parse(text: &str) -> Option<Self> {
        let (name, value) = text.split_once('=')?;
        match name {
            "prop" => {
                let mut all = Property::NAMES.into_iter();
                let (_, property) = all.find(|(known, _)| *known == value)?;
                Some(Self::Property(property))
            }
            "list" => Some(Self::List(match value {
                "Struct" => Listing::Struct,
                "StructData" => Listing::StructData,
                _ => Listing::Tnds(Fields::parse(value.strip_prefix("TNDS")?)?),
            })),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn path(uri: &str) -> NodePath {
        NodePath::parse(uri, &Limits::default()).unwrap()
    }

    #[test]
    fn addresses_are_read_and_written() {
        for (uri, shown, depth) in [
            (".", ".", 0),
            ("A", "./A", 1),
            ("./A", "./A", 1),
            ("./A/a%20b/1", "./A/a%20b/1", 3),
        ] {
            let path = path(uri);
            assert_eq!((path.to_string().as_str(), path.depth()), (shown, depth));
        }
        for uri in [
            "", "./", "/A", "A/", "./A/../B", "./A//B", "./A/./B", "A/b c", "./.",
        ] {
            let error = NodePath::parse(uri, &Limits::default());
            assert_eq!(error, Err(Reason::Uri), "{uri}");
        }
    }

    #[test]
    fn names_lead_up_and_down() {
        let node = path("./A/B/C");
        assert_eq!((node.name(), node.parent()), ("C", Some(path("./A/B"))));
        assert_eq!(path("./A").parent(), Some(NodePath::ROOT));
        assert_eq!((NodePath::ROOT.parent(), NodePath::ROOT.name()), (None, ""));
        assert!(path("./A").holds(&node) && NodePath::ROOT.holds(&node) && node.holds(&node));
        assert!(!path("./A/B").holds(&path("./A/BC")) && !node.holds(&path("./A")));
        assert_eq!(path("./A").child_towards(&node), Some(path("./A/B")));
        assert_eq!(NodePath::ROOT.child_towards(&node), Some(path("./A")));
        assert_eq!(node.child_towards(&node), None);
        assert_eq!(node.moved(&path("./A/B"), &path("./X")), path("./X/C"));
    }

    #[test]
    fn the_order_is_that_of_a_walk() {
        // '!' and '-' stand before '/'
        let mut all = [
            "./A/B", "./A!", "./A", ".", "./A/B/C", "./A/B-", "./A-/B", "./B",
        ]
        .map(path);
        all.sort();
        let shown = all.map(|path| path.to_string());
        assert_eq!(
            shown,
            [
                ".", "./A", "./A/B", "./A/B/C", "./A/B-", "./A!", "./A-/B", "./B"
            ]
        );
    }

    #[test]
    fn limits_count_characters_and_names() {
        let limits = Limits {
            depth: 2,
            total: 10,
            segment: 4,
        };
        for (uri, fits) in [
            ("./ABCD/E", true),
            ("./A/B/C", false),
            ("./ABCDE", false),
            ("./ABCD/ABC", true),
            ("./ABCD/ABCD", false),
            ("A?prop=ACL", true),
            ("./A?prop=ACL", false),
        ] {
            let target = Target::parse(uri, &limits);
            assert_eq!(target.is_ok(), fits, "{uri}");
            assert!(fits || target == Err(Reason::UriTooLong), "{uri}");
        }
        let deep = vec!["A"; MAX_DEPTH + 1].join("/");
        let none = Limits::default();
        assert_eq!(Target::parse(&deep, &none), Err(Reason::UriTooLong));
        let long = "A".repeat(MAX_LENGTH + 1);
        assert_eq!(Target::parse(&long, &none), Err(Reason::UriTooLong));
    }

    #[test]
    fn queries_are_read() {
        let query = |text: &str| Target::parse(text, &Limits::default()).map(|target| target.query);
        assert_eq!(
            query("./A?prop=TStamp"),
            Ok(Query::Property(Property::TStamp))
        );
        assert_eq!(query(".?list=Struct"), Ok(Query::List(Listing::Struct)));
        let all = Query::List(Listing::Tnds(Fields::ALL));
        assert_eq!(query("A?list=TNDS"), Ok(all));
        let only = Fields {
            acl: true,
            value: true,
            ..Fields::each(false)
        };
        assert_eq!(
            query("A?list=TNDS+Value+ACL"),
            Ok(Query::List(Listing::Tnds(only)))
        );
        let but = Fields {
            format: false,
            ver_no: false,
            ..Fields::ALL
        };
        assert_eq!(
            query("A?list=TNDS-Format-VerNo"),
            Ok(Query::List(Listing::Tnds(but)))
        );
        for text in [
            "A?",
            "A?prop=",
            "A?prop=Colour",
            "A?prop=acl",
            "A?list=All",
            "A?list=TNDS+Value-ACL",
            "A?list=TNDS+Name",
            "A?list=TNDS+",
            "A?list=TNDSé",
            "A?x=1",
        ] {
            assert_eq!(query(text), Err(Reason::Unsupported), "{text}");
        }
    }
}
