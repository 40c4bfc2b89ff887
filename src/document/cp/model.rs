//! The document tree.

use std::borrow::Cow;
use std::fmt;
use zeroize::Zeroize;

/// A provisioning document. Two documents are equal when they say the same in the same order,
/// wherever they were read from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document<'a> {
    /// The root's `version`, if it has one.
    pub version: Option<Value<'a>>,
    /// The characteristics, in order.
    pub characteristics: Vec<Characteristic<'a>>,
    /// Where the root was read.
    pub at: At,
}

/// A characteristic of any type, known or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Characteristic<'a> {
    /// Its `type`.
    pub kind: Cow<'a, str>,
    /// Parms and child characteristics, in order.
    pub nodes: Vec<Node<'a>>,
    /// Where it was read.
    pub at: At,
}

/// What stands in a characteristic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node<'a> {
    /// A parm.
    Parm(Parm<'a>),
    /// A characteristic in it.
    Characteristic(Characteristic<'a>),
}

/// A parm. Being absent, having no value (`None`) and having an empty value are three things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parm<'a> {
    /// Its `name`.
    pub name: Cow<'a, str>,
    /// Its `value`, if it has one.
    pub value: Option<Value<'a>>,
    /// Where it was read.
    pub at: At,
}

/// The value of a parm. `Debug` hides it and owned text is zeroized, since it may be a secret.
#[derive(Clone)]
pub struct Value<'a> {
    text: Cow<'a, str>,
    parameter: bool,
}

impl<'a> Value<'a> {
    /// A value that is the same for all devices. It may be written as a token or shared.
    pub fn fixed(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            parameter: false,
        }
    }

    /// A value that comes from a parameter. It is always written as one inline string, so that it
    /// can be replaced in the encoded document.
    pub fn parameter(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            parameter: true,
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True when it comes from a parameter.
    #[must_use]
    pub fn is_parameter(&self) -> bool {
        self.parameter
    }
}

/// Equal texts are equal values, wherever they come from.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Value<'_> {}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} octets)", self.text.len())
    }
}

impl Drop for Value<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.text {
            text.zeroize();
        }
    }
}

/// Where in its source something was read: an octet offset, or nowhere. Never part of equality.
#[derive(Clone, Copy, Default)]
pub struct At(pub Option<usize>);

impl PartialEq for At {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for At {}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<'a> Characteristic<'a> {
    /// An empty characteristic.
    pub fn new(kind: impl Into<Cow<'a, str>>) -> Self {
        Self {
            kind: kind.into(),
            nodes: Vec::new(),
            at: At::default(),
        }
    }

    /// Its parms, in order.
    pub fn parms(&self) -> impl Iterator<Item = &Parm<'a>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Parm(parm) => Some(parm),
            Node::Characteristic(_) => None,
        })
    }

    /// The characteristics in it, in order.
    pub fn children(&self) -> impl Iterator<Item = &Characteristic<'a>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Characteristic(child) => Some(child),
            Node::Parm(_) => None,
        })
    }

    /// The first parm of this name; a receiver takes the first (WAP-185 §5.1).
    #[must_use]
    pub fn parm(&self, name: &str) -> Option<&Parm<'a>> {
        self.parms().find(|parm| parm.name == name)
    }

    /// The value of the first parm of this name, if it has one.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.parm(name)?.value.as_ref().map(Value::as_str)
    }

    /// Its APPID, which decides what the parms of an APPLICATION mean.
    #[must_use]
    pub fn appid(&self) -> Option<&str> {
        self.value("APPID")
    }

    /// True for an APPLICATION of OMA DM, whose APPID is w7 in upper or lower case.
    #[must_use]
    pub fn is_w7(&self) -> bool {
        let is_w7 = |appid: &str| appid.eq_ignore_ascii_case("w7");
        self.kind == "APPLICATION" && self.appid().is_some_and(is_w7)
    }
}

impl<'a> Document<'a> {
    /// All characteristics of a type that stand directly in the root.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Characteristic<'a>> {
        self.characteristics
            .iter()
            .filter(move |characteristic| characteristic.kind == kind)
    }

    /// Visits every characteristic, outermost first, in document order.
    pub fn visit<'d>(&'d self, visitor: &mut impl FnMut(&'d Characteristic<'a>)) {
        // An explicit stack: a document's depth never becomes the program's
        let mut stack: Vec<_> = self.characteristics.iter().rev().collect();
        while let Some(characteristic) = stack.pop() {
            visitor(characteristic);
            let first = stack.len();
            stack.extend(characteristic.children());
            stack[first..].reverse();
        }
    }
}
