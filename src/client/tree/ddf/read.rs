//! Descriptions from XML or WBXML.

use super::{Access, Ddf, Description, Occurrence};
use crate::document::dm::uri::is_node_name;
use crate::document::dm::walk::{Piece, Root, Walk};
use crate::document::dm::{Error as WalkError, Format};
use crate::finding::Position;
use std::borrow::Cow;

/// A description that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DdfError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] WalkError),
    /// It says what no description says.
    #[error("{at}: {fault}")]
    Fault {
        /// Where.
        at: Position,
        /// What.
        fault: DdfFault,
    },
}

/// What is wrong with a description. Names and texts in it never enter: where a quote or a `<` stands
/// in a secret, what is read as a name is a piece of that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DdfFault {
    /// An element that has no place there.
    #[error("found {found} in {parent}, expected an element of the DDF DTD; remove it")]
    Element {
        /// What it is.
        found: &'static str,
        /// Where it stands.
        parent: &'static str,
    },
    /// An element that occurs once, for the second time.
    #[error("found a second {0}, expected it once; remove one")]
    Repeated(&'static str),
    /// An element that must be there.
    #[error("found a {parent} without {child}, expected it there; add it")]
    Missing {
        /// The element.
        parent: &'static str,
        /// What it lacks.
        child: &'static str,
    },
    /// VerDTD other than 1.2.
    #[error("found a VerDTD other than 1.2, expected 1.2; write a description of that version")]
    Version,
    /// A NodeName that no node has.
    #[error("found a NodeName that no node has, expected a segment of a path; correct it")]
    Name,
    /// A second description of a node.
    #[error("found a second description of a node, expected one; remove one")]
    Twice,
    /// A Path below the top, or one that leads nowhere.
    #[error("found a Path that leads to no node described before, expected one; correct it")]
    Path,
    /// N outside of 2 to 65536.
    #[error("found an N that is no number from 2 to 65536, expected one; correct it (§9.4.3.18)")]
    N,
    /// A leaf with nodes below it.
    #[error("found nodes below a leaf, expected DFFormat node above them; correct it")]
    LeafNodes,
    /// A node that occurs many times under one name.
    #[error(
        "found a named node that occurs more than once, expected an empty NodeName; correct it"
    )]
    ManyNamed,
}

impl DdfError {
    /// The stable id of the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Read(error) => error.rule(),
            Self::Fault { .. } => "tree-ddf",
        }
    }
}

impl Ddf {
    /// Reads a description.
    ///
    /// # Errors
    /// [`DdfError`]
    pub fn from_xml(octets: &[u8]) -> Result<Self, DdfError> {
        Parser {
            walk: Walk::xml(octets, Root::Tree)?,
        }
        .document()
    }

    /// Reads a description in WBXML.
    ///
    /// # Errors
    /// [`DdfError`]
    pub fn from_wbxml(octets: &[u8]) -> Result<Self, DdfError> {
        Parser {
            walk: Walk::wbxml(octets, Root::Tree)?,
        }
        .document()
    }
}

/// Reads elements by recursive descent; the walk bounds the depth.
struct Parser<'a> {
    walk: Walk<'a>,
}

/// What is found where it does not belong.
const ELEMENT: &str = "another element";

/// A child element: its name, and where it stands.
type Child<'a> = (Cow<'a, str>, usize);

impl<'a> Parser<'a> {
    fn document(mut self) -> Result<Ddf, DdfError> {
        self.walk.next()?;
        let mut ddf = Ddf::default();
        let (mut version, mut man, mut model) = (None, None, None);
        while let Some((name, at)) = self.child()? {
            match &*name {
                "VerDTD" => self.text_once(&mut version, "VerDTD", at)?,
                "Man" => self.text_once(&mut man, "Man", at)?,
                "Mod" => self.text_once(&mut model, "Mod", at)?,
                "Node" => {
                    let (path, node) = self.node(true)?;
                    self.hang(&mut ddf, path.as_deref(), node, at)?;
                }
                _ => return self.unexpected(ELEMENT, "MgmtTree", at),
            }
        }
        while self.walk.next()?.is_some() {}
        if version.as_deref() != Some("1.2") {
            return self.fault(DdfFault::Version, 0);
        }
        ddf.man = man;
        ddf.model = model;
        Ok(ddf)
    }

    /// Puts a node of the top where its Path says.
    fn hang(
        &self,
        ddf: &mut Ddf,
        path: Option<&str>,
        node: Description,
        at: usize,
    ) -> Result<(), DdfError> {
        let path = path.unwrap_or_default();
        let path = path.strip_prefix("./").unwrap_or(path);
        let mut nodes = &mut ddf.nodes;
        if !matches!(path, "" | ".") {
            for name in path.split('/') {
                let Some(above) = nodes.iter_mut().find(|node| node.name == name) else {
                    return self.fault(DdfFault::Path, at);
                };
                if above.format != Format::Node {
                    return self.fault(DdfFault::LeafNodes, at);
                }
                nodes = &mut above.nodes;
            }
        }
        self.put(nodes, node, at)
    }

    fn put(
        &self,
        nodes: &mut Vec<Description>,
        node: Description,
        at: usize,
    ) -> Result<(), DdfError> {
        if nodes.iter().any(|other| other.name == node.name) {
            return self.fault(DdfFault::Twice, at);
        }
        nodes.push(node);
        Ok(())
    }

    // Recursion is bounded: the walk limits the depth
    fn node(&mut self, top: bool) -> Result<(Option<String>, Description), DdfError> {
        let (mut name, mut path, mut value, mut own) = (None, None, None, None);
        let mut nodes = Vec::new();
        let mut last = 0;
        while let Some((element, at)) = self.child()? {
            last = at;
            match &*element {
                "NodeName" => self.text_once(&mut name, "NodeName", at)?,
                "Path" if top => self.text_once(&mut path, "Path", at)?,
                "Value" => self.text_once(&mut value, "Value", at)?,
                // Which properties a device keeps is its own matter
                "RTProperties" => self.skip()?,
                "DFProperties" if own.is_some() => {
                    return self.fault(DdfFault::Repeated("DFProperties"), at);
                }
                "DFProperties" => own = Some(self.properties(at)?),
                "Node" => {
                    let (_, node) = self.node(false)?;
                    self.put(&mut nodes, node, at)?;
                }
                _ => return self.unexpected(ELEMENT, "Node", at),
            }
        }
        let missing = |child| DdfFault::Missing {
            parent: "Node",
            child,
        };
        let Some(name) = name else {
            return self.fault(missing("NodeName"), last);
        };
        let Some(mut node) = own else {
            return self.fault(missing("DFProperties"), last);
        };
        if !name.is_empty() && !is_node_name(&name) {
            return self.fault(DdfFault::Name, last);
        }
        if !nodes.is_empty() && node.format != Format::Node {
            return self.fault(DdfFault::LeafNodes, last);
        }
        if !name.is_empty() && node.occurrence.max() != Some(1) {
            return self.fault(DdfFault::ManyNamed, last);
        }
        node.name = name;
        node.nodes = nodes;
        node.default = node.default.or(value);
        Ok((path, node))
    }

    fn properties(&mut self, start: usize) -> Result<Description, DdfError> {
        let (mut access, mut format, mut types) = (None, None, None);
        let (mut default, mut description, mut title) = (None, None, None);
        let (mut occurrence, mut permanent) = (None, None);
        while let Some((element, at)) = self.child()? {
            let twice = |there: bool, name| match there {
                true => Err(DdfFault::Repeated(name)),
                false => Ok(()),
            };
            let first = match &*element {
                "AccessType" => twice(access.is_some(), "AccessType"),
                "DFFormat" => twice(format.is_some(), "DFFormat"),
                "Occurrence" => twice(occurrence.is_some(), "Occurrence"),
                "Scope" => twice(permanent.is_some(), "Scope"),
                "DFType" => twice(types.is_some(), "DFType"),
                _ => Ok(()),
            };
            if let Err(fault) = first {
                return self.fault(fault, at);
            }
            match &*element {
                "AccessType" => access = Some(self.access()?),
                "DefaultValue" => self.text_once(&mut default, "DefaultValue", at)?,
                "Description" => self.text_once(&mut description, "Description", at)?,
                "DFFormat" => format = Some(self.format(at)?),
                "Occurrence" => occurrence = Some(self.occurrence(at)?),
                "Scope" => permanent = Some(self.scope(at)?),
                "DFTitle" => self.text_once(&mut title, "DFTitle", at)?,
                "DFType" => types = Some(self.types()?),
                "CaseSense" => self.skip()?,
                _ => return self.unexpected(ELEMENT, "DFProperties", at),
            }
        }
        let missing = |child| DdfFault::Missing {
            parent: "DFProperties",
            child,
        };
        let Some(access) = access else {
            return self.fault(missing("AccessType"), start);
        };
        let Some(format) = format else {
            return self.fault(missing("DFFormat"), start);
        };
        let Some(types) = types else {
            return self.fault(missing("DFType"), start);
        };
        Ok(Description {
            name: String::new(),
            access,
            default,
            description,
            format,
            occurrence: occurrence.unwrap_or_default(),
            permanent: permanent.unwrap_or_default(),
            title,
            types,
            nodes: Vec::new(),
        })
    }

    fn access(&mut self) -> Result<Access, DdfError> {
        let mut access = Access::default();
        while let Some((element, at)) = self.child()? {
            let command = match &*element {
                "Add" => &mut access.add,
                "Copy" => &mut access.copy,
                "Delete" => &mut access.delete,
                "Exec" => &mut access.exec,
                "Get" => &mut access.get,
                "Replace" => &mut access.replace,
                _ => return self.unexpected(ELEMENT, "AccessType", at),
            };
            *command = true;
            self.skip()?;
        }
        Ok(access)
    }

    /// The only child of an element, and the text in it.
    fn choice(
        &mut self,
        parent: &'static str,
        start: usize,
    ) -> Result<(Cow<'a, str>, String, usize), DdfError> {
        let Some((name, at)) = self.child()? else {
            let fault = DdfFault::Missing {
                parent,
                child: "a child",
            };
            return self.fault(fault, start);
        };
        let text = self.text()?;
        if let Some((_, at)) = self.child()? {
            return self.unexpected(ELEMENT, parent, at);
        }
        Ok((name, text, at))
    }

    fn format(&mut self, start: usize) -> Result<Format, DdfError> {
        let (name, _, at) = self.choice("DFFormat", start)?;
        match Format::from_name(&name) {
            Some(format) => Ok(format),
            None => self.unexpected(ELEMENT, "DFFormat", at),
        }
    }

    fn scope(&mut self, start: usize) -> Result<bool, DdfError> {
        let (name, _, at) = self.choice("Scope", start)?;
        match &*name {
            "Permanent" => Ok(true),
            "Dynamic" => Ok(false),
            _ => self.unexpected(ELEMENT, "Scope", at),
        }
    }

    fn occurrence(&mut self, start: usize) -> Result<Occurrence, DdfError> {
        let (name, text, at) = self.choice("Occurrence", start)?;
        let number = || text.parse().ok().filter(|n| (2..=65_536).contains(n));
        let occurrence = match &*name {
            "One" => Some(Occurrence::One),
            "ZeroOrOne" => Some(Occurrence::ZeroOrOne),
            "ZeroOrMore" => Some(Occurrence::ZeroOrMore),
            "OneOrMore" => Some(Occurrence::OneOrMore),
            "ZeroOrN" => number().map(Occurrence::ZeroOrN),
            "OneOrN" => number().map(Occurrence::OneOrN),
            _ => return self.unexpected(ELEMENT, "Occurrence", at),
        };
        match occurrence {
            Some(occurrence) => Ok(occurrence),
            None => self.fault(DdfFault::N, at),
        }
    }

    /// An empty DDFName says that there is no type, as no element does.
    fn types(&mut self) -> Result<Vec<String>, DdfError> {
        let mut types = Vec::new();
        while let Some((element, at)) = self.child()? {
            match &*element {
                "MIME" | "DDFName" => types.push(self.text()?),
                _ => return self.unexpected(ELEMENT, "DFType", at),
            }
        }
        types.retain(|name| !name.is_empty());
        Ok(types)
    }

    /// The next child of the element that was entered last; `None` at its end.
    fn child(&mut self) -> Result<Option<Child<'a>>, DdfError> {
        loop {
            match self.walk.next()? {
                Some(Piece::Start { name, at }) => {
                    // No element has an empty name
                    return Ok(Some((name.unwrap_or_default(), at)));
                }
                Some(Piece::End) | None => return Ok(None),
                Some(Piece::Text { text, at }) if !text.trim_ascii().is_empty() => {
                    return self.unexpected("text", "an element with children", at);
                }
                Some(_) => {}
            }
        }
    }

    /// The text of an element without children.
    fn text(&mut self) -> Result<String, DdfError> {
        let mut whole = String::new();
        loop {
            match self.walk.next()? {
                Some(Piece::Text { text, .. }) => whole.push_str(&text),
                Some(Piece::Start { at, .. }) => {
                    return self.unexpected(ELEMENT, "an element with text", at);
                }
                Some(Piece::Octets { at, .. }) => {
                    return self.unexpected("opaque data", "an element with text", at);
                }
                Some(Piece::End) | None => return Ok(whole),
            }
        }
    }

    fn text_once(
        &mut self,
        place: &mut Option<String>,
        name: &'static str,
        at: usize,
    ) -> Result<(), DdfError> {
        if place.is_some() {
            return self.fault(DdfFault::Repeated(name), at);
        }
        *place = Some(self.text()?);
        Ok(())
    }

    /// Leaves the element that was entered last, whatever is in it.
    fn skip(&mut self) -> Result<(), DdfError> {
        let mut depth = 1;
        while depth > 0 {
            match self.walk.next()? {
                Some(Piece::Start { .. }) => depth += 1,
                Some(Piece::End) | None => depth -= 1,
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn unexpected<T>(
        &self,
        found: &'static str,
        parent: &'static str,
        at: usize,
    ) -> Result<T, DdfError> {
        self.fault(DdfFault::Element { found, parent }, at)
    }

    fn fault<T>(&self, fault: DdfFault, at: usize) -> Result<T, DdfError> {
        let at = self.walk.position(at);
        Err(DdfError::Fault { at, fault })
    }
}
