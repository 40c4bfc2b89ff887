//! The serialised tree, TNDS (OMA DM Tree and Description Serialization 1.2).

use super::text::Text;
use crate::document::cp::At;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::borrow::Cow;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// A serialised tree. Two are equal when they say the same in the same order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MgmtTree<'a> {
    /// VerDTD; `1.2`.
    pub ver_dtd: Option<Text<'a>>,
    /// Man, the manufacturer.
    pub man: Option<Text<'a>>,
    /// Mod, the model.
    pub model: Option<Text<'a>>,
    /// The nodes of the top level.
    pub nodes: Vec<Node<'a>>,
    /// Where the root was read.
    pub at: At,
}

/// A Node, interior or leaf.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node<'a> {
    /// NodeName; empty or absent leaves the name to the place or to the receiver.
    pub name: Option<Text<'a>>,
    /// Path, only on the top level: where the node hangs, relative to the target.
    pub path: Option<Text<'a>>,
    /// RTProperties.
    pub properties: RtProperties<'a>,
    /// Value, of a leaf.
    pub value: Option<Content<'a>>,
    /// Child nodes, of an interior node.
    pub nodes: Vec<Node<'a>>,
    /// Where it was read.
    pub at: At,
}

/// RTProperties. What is absent in the document is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RtProperties<'a> {
    /// ACL.
    pub acl: Option<Text<'a>>,
    /// Format; a reader takes an absent one for `node`.
    pub format: Option<Format>,
    /// Title.
    pub title: Option<Text<'a>>,
    /// TStamp.
    pub tstamp: Option<Text<'a>>,
    /// Type.
    pub kind: Option<NodeType<'a>>,
    /// VerNo.
    pub ver_no: Option<Text<'a>>,
}

/// Type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeType<'a> {
    /// MIME, of a leaf.
    Mime(Text<'a>),
    /// DDFName, of an interior node: the identifier of a management object, or empty.
    DdfName(Text<'a>),
}

/// Format of a node's value (OMA DM TND §7.7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Base64 text.
    B64,
    /// Octets.
    Bin,
    /// `true` or `false`.
    Bool,
    /// Text.
    Chr,
    /// A decimal integer.
    Int,
    /// An interior node.
    Node,
    /// No value.
    Null,
    /// An XML document.
    Xml,
    /// A date.
    Date,
    /// A time.
    Time,
    /// A floating-point number.
    Float,
}

/// A value. Two are equal when they stand for the same.
#[derive(Clone)]
pub enum Content<'a> {
    /// Text.
    Text(Text<'a>),
    /// Octets as they were read.
    Octets(Cow<'a, [u8]>),
    /// Octets, given as the Base64 text that stands for them. Written as OPAQUE in WBXML, as that
    /// text with Format b64 in XML. Text that is no Base64 stands for its own octets.
    Base64(Text<'a>),
}

impl Content<'_> {
    /// The octets of the value.
    #[must_use]
    pub fn octets(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Text(text) => Cow::Borrowed(text.as_str().as_bytes()),
            Self::Octets(octets) => Cow::Borrowed(octets),
            Self::Base64(text) => match BASE64_STANDARD.decode(text.as_str()) {
                Ok(octets) => Cow::Owned(octets),
                Err(_) => Cow::Borrowed(text.as_str().as_bytes()),
            },
        }
    }

    /// The octets of the value as Base64 text, as XML carries them.
    #[must_use]
    pub(super) fn base64(&self) -> Zeroizing<String> {
        match self {
            // What decodes stays as it was written
            Self::Base64(text)
                if BASE64_STANDARD
                    .decode(text.as_str())
                    .map(Zeroizing::new)
                    .is_ok() =>
            {
                Zeroizing::new(text.as_str().to_owned())
            }
            _ => Zeroizing::new(BASE64_STANDARD.encode(self.octets())),
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }
}

impl PartialEq for Content<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is_text() == other.is_text() && self.octets() == other.octets()
    }
}

impl Eq for Content<'_> {}

impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} octets)", self.octets().len())
    }
}

impl Drop for Content<'_> {
    fn drop(&mut self) {
        // The texts do it themselves
        if let Self::Octets(Cow::Owned(octets)) = self {
            octets.zeroize();
        }
    }
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::B64,
        Self::Bin,
        Self::Bool,
        Self::Chr,
        Self::Int,
        Self::Node,
        Self::Null,
        Self::Xml,
        Self::Date,
        Self::Time,
        Self::Float,
    ];

    /// The name of its element.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::B64 => "b64",
            Self::Bin => "bin",
            Self::Bool => "bool",
            Self::Chr => "chr",
            Self::Int => "int",
            Self::Node => "node",
            Self::Null => "null",
            Self::Xml => "xml",
            Self::Date => "date",
            Self::Time => "time",
            Self::Float => "float",
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

impl MgmtTree<'_> {
    /// Moves the root and all nodes to where their octets stand in another text.
    pub(super) fn move_to(&mut self, origin: &dyn Fn(usize) -> usize) {
        self.at = At(self.at.0.map(origin));
        let nodes = self.nodes.iter_mut();
        nodes.for_each(|node| node.move_to(origin));
    }

    /// The same tree on its own.
    #[must_use]
    pub fn into_owned(self) -> MgmtTree<'static> {
        MgmtTree {
            ver_dtd: self.ver_dtd.map(Text::into_owned),
            man: self.man.map(Text::into_owned),
            model: self.model.map(Text::into_owned),
            nodes: self.nodes.into_iter().map(Node::into_owned).collect(),
            at: self.at,
        }
    }
}

impl Content<'_> {
    /// The same value on its own.
    #[must_use]
    pub fn into_owned(mut self) -> Content<'static> {
        match &mut self {
            Self::Text(text) => Content::Text(std::mem::take(text).into_owned()),
            Self::Base64(text) => Content::Base64(std::mem::take(text).into_owned()),
            Self::Octets(octets) => {
                Content::Octets(Cow::Owned(std::mem::take(octets).into_owned()))
            }
        }
    }
}

impl NodeType<'_> {
    /// The same type on its own.
    #[must_use]
    pub fn into_owned(self) -> NodeType<'static> {
        match self {
            Self::Mime(name) => NodeType::Mime(name.into_owned()),
            Self::DdfName(name) => NodeType::DdfName(name.into_owned()),
        }
    }
}

impl Node<'_> {
    // Recursion is bounded like that below
    fn move_to(&mut self, origin: &dyn Fn(usize) -> usize) {
        self.at = At(self.at.0.map(origin));
        let nodes = self.nodes.iter_mut();
        nodes.for_each(|node| node.move_to(origin));
    }

    /// The same node on its own.
    // Recursion is bounded by the depth of trees, which readers and profiles limit
    #[must_use]
    pub fn into_owned(self) -> Node<'static> {
        let properties = self.properties;
        Node {
            name: self.name.map(Text::into_owned),
            path: self.path.map(Text::into_owned),
            properties: RtProperties {
                acl: properties.acl.map(Text::into_owned),
                format: properties.format,
                title: properties.title.map(Text::into_owned),
                tstamp: properties.tstamp.map(Text::into_owned),
                kind: properties.kind.map(NodeType::into_owned),
                ver_no: properties.ver_no.map(Text::into_owned),
            },
            value: self.value.map(Content::into_owned),
            nodes: self.nodes.into_iter().map(Node::into_owned).collect(),
            at: self.at,
        }
    }
}

impl RtProperties<'_> {
    /// True when none of them is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl<'a> Node<'a> {
    /// An interior node.
    pub fn interior(name: Text<'a>, nodes: Vec<Node<'a>>) -> Self {
        Self {
            name: Some(name),
            properties: RtProperties {
                format: Some(Format::Node),
                ..RtProperties::default()
            },
            nodes,
            ..Self::default()
        }
    }

    /// A leaf.
    pub fn leaf(name: &'a str, format: Format, value: Content<'a>) -> Self {
        Self {
            name: Some(Text::fixed(name)),
            properties: RtProperties {
                format: Some(format),
                ..RtProperties::default()
            },
            value: Some(value),
            ..Self::default()
        }
    }

    /// The first child of this name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Node<'a>> {
        let named = |node: &&Node<'a>| node.name.as_ref().is_some_and(|n| n.as_str() == name);
        self.nodes.iter().find(named)
    }
}
