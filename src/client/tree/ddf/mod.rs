//! Descriptions of devices (OMA DM Tree and Description 1.2 §9): which nodes there may be, how often,
//! of which format, and which commands each takes.
//!
//! Where the standard leaves room, this holds:
//! - `Add` in the access type of a node lets that node be added; `Add` on ./Inbox lets nodes be
//!   added below it.
//! - An interior node without nodes below it is open: anything may hang there, with its access
//!   type. `Ext`, and what a vendor describes elsewhere, are of this kind.
//! - Properties are not bound by access types: their own table (§7.5) says what they take. All eight
//!   are kept for every node, whatever RTProperties of a description say.
//! - Names are compared to the letter, also where a description says CIS.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{DdfError, DdfFault};

use super::node::Item;
use super::path::NodePath;
use super::status::Reason;
use crate::document::dm::Format;
use crate::document::received::ObjectKind;

/// A description of a device, or of one object of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ddf {
    /// Man, the manufacturer.
    pub man: Option<String>,
    /// Mod, the model.
    pub model: Option<String>,
    /// The nodes below the root.
    pub nodes: Vec<Description>,
}

/// The description of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its name; empty for a node of any name.
    pub name: String,
    /// The commands that it takes.
    pub access: Access,
    /// The value of a fresh node.
    pub default: Option<String>,
    /// What it is, for people.
    pub description: Option<String>,
    /// Its format.
    pub format: Format,
    /// How often it occurs.
    pub occurrence: Occurrence,
    /// Permanent: it is there from the beginning, and no server adds, renames or deletes it.
    pub permanent: bool,
    /// Its name for people.
    pub title: Option<String>,
    /// MIME types of a leaf, any when there are none; the identifier of an interior node.
    pub types: Vec<String>,
    /// The nodes below it.
    pub nodes: Vec<Description>,
}

/// The commands that a description allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Access {
    /// Add.
    pub add: bool,
    /// Copy, from here.
    pub copy: bool,
    /// Delete.
    pub delete: bool,
    /// Exec.
    pub exec: bool,
    /// Get.
    pub get: bool,
    /// Replace.
    pub replace: bool,
}

/// How often a node occurs below the one above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Occurrence {
    /// Once.
    #[default]
    One,
    /// Once or not at all.
    ZeroOrOne,
    /// Any number of times.
    ZeroOrMore,
    /// At least once.
    OneOrMore,
    /// At most so many times.
    ZeroOrN(u32),
    /// At least once, and at most so many times.
    OneOrN(u32),
}

impl Occurrence {
    /// The fewest.
    #[must_use]
    pub fn min(self) -> u32 {
        match self {
            Self::One | Self::OneOrMore | Self::OneOrN(_) => 1,
            Self::ZeroOrOne | Self::ZeroOrMore | Self::ZeroOrN(_) => 0,
        }
    }

    /// The most, if there is a limit.
    #[must_use]
    pub fn max(self) -> Option<u32> {
        match self {
            Self::One | Self::ZeroOrOne => Some(1),
            Self::ZeroOrN(max) | Self::OneOrN(max) => Some(max),
            Self::ZeroOrMore | Self::OneOrMore => None,
        }
    }
}

impl Description {
    /// Its name in messages: `<X>` for one of any name.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self.name.as_str() {
            "" => "<X>",
            name => name,
        }
    }

    /// True for an interior node below which anything may hang.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.format == Format::Node && self.nodes.is_empty()
    }
}

/// What a description says about a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'d> {
    /// This.
    Described(&'d Description),
    /// Nothing but that it is below this open node.
    Open(&'d Description),
}

impl<'d> Place<'d> {
    /// The commands that a node there takes.
    #[must_use]
    pub fn access(self) -> Access {
        match self {
            Self::Described(node) | Self::Open(node) => node.access,
        }
    }

    /// The description of the place itself.
    #[must_use]
    pub fn described(self) -> Option<&'d Description> {
        match self {
            Self::Described(node) => Some(node),
            Self::Open(_) => None,
        }
    }

    /// True for a permanent node.
    #[must_use]
    pub fn is_permanent(self) -> bool {
        self.described().is_some_and(|node| node.permanent)
    }

    /// The place of a node of this name below it; `None` where none may be.
    #[must_use]
    pub fn below(self, name: &str) -> Option<Self> {
        match self {
            Self::Open(_) => Some(self),
            Self::Described(node) if node.is_open() => Some(Self::Open(node)),
            Self::Described(node) => of_name(&node.nodes, name).map(Self::Described),
        }
    }

    /// A value as it is kept there.
    pub(in crate::client) fn takes(self, item: Item) -> Result<Item, Reason> {
        let item = item.checked(self.types())?;
        if let Some(described) = self.described() {
            let expected = match described.format {
                Format::B64 => Format::Bin,
                format => format,
            };
            if item.format != expected {
                let found = item.format;
                return Err(Reason::Format { found, expected });
            }
        }
        Ok(item)
    }

    /// The types that a node there may have; any when there are none.
    #[must_use]
    pub fn types(self) -> &'d [String] {
        self.described().map_or(&[], |node| &node.types)
    }
}

/// Where among these the description is that a name falls under: the one of that name, else that of
/// any.
pub(super) fn index_of(nodes: &[Description], name: &str) -> Option<usize> {
    let exact = nodes.iter().position(|node| node.name == name);
    exact.or_else(|| nodes.iter().position(|node| node.name.is_empty()))
}

fn of_name<'d>(nodes: &'d [Description], name: &str) -> Option<&'d Description> {
    index_of(nodes, name).map(|index| &nodes[index])
}

impl Ddf {
    /// What is said about a place; `None` for the root and where no node may be.
    #[must_use]
    pub fn place(&self, path: &NodePath) -> Option<Place<'_>> {
        let mut names = path.names();
        let top = of_name(&self.nodes, names.next()?)?;
        names.try_fold(Place::Described(top), Place::below)
    }

    /// The descriptions of the nodes directly below a place.
    #[must_use]
    pub fn below(&self, path: &NodePath) -> &[Description] {
        if path.is_root() {
            return &self.nodes;
        }
        let described = self.place(path).and_then(Place::described);
        described.map_or(&[], |node| &node.nodes)
    }

    /// The node below which objects of a kind or of an identifier hang.
    #[must_use]
    pub fn home(&self, kind: Option<ObjectKind>, identifier: &str) -> Option<NodePath> {
        let same = |known: &String| {
            let named = ObjectKind::named(known);
            named.is_some() && named == kind || !identifier.is_empty() && known == identifier
        };
        let names = home_below(&self.nodes, &same)?.into_iter().rev();
        Some(names.fold(NodePath::ROOT, |path, name| path.child(name)))
    }

    /// Adds what another description says. Where both describe a node, what the other says of it
    /// holds, and nodes below it are joined; a node without nodes below it says nothing of those.
    pub fn merge(&mut self, other: Self) {
        self.man = other.man.or(self.man.take());
        self.model = other.model.or(self.model.take());
        join(&mut self.nodes, other.nodes);
    }
}

/// The names that lead to it, the last first.
// Recursion is bounded: the reader limits the depth
fn home_below<'d>(
    nodes: &'d [Description],
    same: &dyn Fn(&String) -> bool,
) -> Option<Vec<&'d str>> {
    for node in nodes {
        if !node.name.is_empty() {
            if let Some(mut names) = home_below(&node.nodes, same) {
                names.push(&node.name);
                return Some(names);
            }
        } else if node.format == Format::Node && node.types.iter().any(same) {
            return Some(Vec::new());
        }
    }
    None
}

// Recursion is bounded: the reader limits the depth
fn join(nodes: &mut Vec<Description>, others: Vec<Description>) {
    for mut other in others {
        match nodes.iter_mut().find(|node| node.name == other.name) {
            Some(node) => {
                let mut below = std::mem::take(&mut node.nodes);
                join(&mut below, std::mem::take(&mut other.nodes));
                *node = other;
                node.nodes = below;
            }
            None => nodes.push(other),
        }
    }
}

/// The descriptions that come with the program: the standard's objects, those of access points and
/// proxies, and an example of a vendor's.
pub static SHIPPED: [(&str, &str); 7] = [
    ("DMAcc", include_str!("../../../../profiles/ddf/dmacc.xml")),
    (
        "DevDetail",
        include_str!("../../../../profiles/ddf/devdetail.xml"),
    ),
    (
        "DevInfo",
        include_str!("../../../../profiles/ddf/devinfo.xml"),
    ),
    ("Inbox", include_str!("../../../../profiles/ddf/inbox.xml")),
    ("NAP", include_str!("../../../../profiles/ddf/nap.xml")),
    ("Proxy", include_str!("../../../../profiles/ddf/proxy.xml")),
    (
        "Vendor",
        include_str!("../../../../profiles/ddf/vendor.xml"),
    ),
];

/// The description of the device that the program stands for: all that are shipped.
///
/// # Errors
/// [`DdfError`]; a test reads them all.
pub fn shipped() -> Result<Ddf, DdfError> {
    let mut whole = Ddf::default();
    for (_, text) in SHIPPED {
        whole.merge(Ddf::from_xml(text.as_bytes())?);
    }
    Ok(whole)
}
