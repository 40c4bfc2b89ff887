//! Strict XML 1.0 (fifth edition): a pull [`Reader`] and a [`Writer`].
//!
//! quick-xml's parsers say where a token ends; every token is then checked against its production,
//! because a provisioning document comes from strangers and quick-xml is no judge of
//! well-formedness. What is refused, each with a rule of [`RULES`], its place and a remedy, is
//! listed by [`Fault`].
//!
//! * One charset: UTF-8, with or without a byte order mark (WAP-183 SIN 005).
//! * References: the five predefined ones and character references. Nothing is ever expanded or
//!   fetched, so neither entity bombs nor external entities exist here.
//! * No namespace processing: `xmlns` is an attribute and a colon a letter like others.
//! * The caps of [`Limits`] hold before anything of their size is allocated; the time is linear in
//!   the input, and lines are only counted when an error is made.
//! * Nothing here panics, whatever the input.
//!
//! Values may be secrets: no error and no `Debug` shows the value of an attribute or a text.

mod error;
mod grammar;
mod origins;
mod reader;
mod scan;
mod words;
mod writer;

#[cfg(test)]
mod tests;

pub use error::{Error, Fault, Named, Place, RULES, Slip};
pub use grammar::is_char;
pub use origins::Origins;
pub use reader::{Attribute, Element, Event, Reader, Text};
pub use writer::{Layout, WriteError, Writer, escape_text};

/// What a [`Reader`] lets pass beyond well-formedness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The public identifiers of which a DOCTYPE, when there is one, must name one.
    pub public_ids: &'static [&'static str],
    /// Accept an internal subset that holds nothing but processing instructions, comments and
    /// white space. PAP senders announce their versions there (WAP-247); declarations are
    /// refused in any case.
    pub internal_subset: bool,
    /// Caps.
    pub limits: Limits,
}

/// How much of a document a [`Reader`] is willing to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the whole input.
    pub octets: usize,
    /// Elements open at the same time; the root is the first.
    pub depth: usize,
    /// Elements in the document.
    pub elements: usize,
    /// Attributes of one element. They are compared pairwise: keep it small.
    pub attributes: usize,
}

impl Limits {
    /// For connectivity documents, which nest four deep: 1 MiB, depth 16, 16 384 elements, 32
    /// attributes. Management trees need more depth: `Limits { depth: 64, ..Limits::DEFAULT }`.
    pub const DEFAULT: Self = Self {
        octets: 1 << 20,
        depth: 16,
        elements: 16_384,
        attributes: 32,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
