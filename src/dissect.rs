//! The tree that a dissection yields: which octets mean what.

use std::ops::Range;

/// One run of octets (or of text) and its meaning; children lie inside it and come in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// Where it stands in the input, in octets.
    pub span: Range<usize>,
    /// What it is, under the standard's own name.
    pub name: String,
    /// Its value, readable; empty for a mere container.
    pub value: String,
    /// True when the value (and so the octets) must be masked unless the user asks to see it.
    pub secret: bool,
    /// Its parts.
    pub children: Vec<Item>,
}

impl Item {
    /// An item without parts.
    pub fn new(span: Range<usize>, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            span,
            name: name.into(),
            value: value.into(),
            ..Self::default()
        }
    }
}
