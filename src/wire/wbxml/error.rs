//! What makes a WBXML document unreadable.

use crate::bytes::{EndOfInput, UintvarError};
use crate::finding::Position;

/// A WBXML document that cannot be read, and the offset where that shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {kind}", position = Position::Offset(*at))]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Offset of the octet that shows it.
    pub at: usize,
}

/// Kinds of malformed WBXML; each message says what was found, what is expected, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // the message is the documentation
pub enum ErrorKind {
    #[error(
        "the document ends here, at least {needed} octet(s) early; it was cut off: get it again"
    )]
    EndOfInput { needed: usize },
    #[error(
        "a multi-octet integer of more than five octets or above 4294967295; \
         the document is damaged before here"
    )]
    IntegerTooLarge,
    #[error(
        "WBXML version octet {found:02X}; 01, 02 and 03 (versions 1.1 to 1.3) can be read, \
         so this is probably not WBXML"
    )]
    Version { found: u8 },
    #[error(
        "charset {found} (IANA MIBenum), expected 106 (UTF-8), 3 (US-ASCII) or 4 (ISO-8859-1); \
         let the sender write UTF-8, octet 6A"
    )]
    Charset { found: u32 },
    #[error(
        "a string table of {length} octets, but only {left} are left; \
         the document was cut off or its header is damaged"
    )]
    StringTableLength { length: u32, left: usize },
    #[error(
        "string table offset {offset}, but the table has {length} octets; \
         the reference or the table is damaged"
    )]
    StringTableOffset { offset: u32, length: usize },
    #[error("a string without its terminating NUL; the document was cut off: get it again")]
    UnterminatedString,
    #[error("a string with octets that are not {charset}; correct the charset or the string")]
    Text { charset: &'static str },
    #[error(
        "opaque data of {length} octets, but only {left} are left; \
         the document was cut off or the length is damaged"
    )]
    OpaqueLength { length: u32, left: usize },
    #[error("entity {code:#X}, which is no character that a document can hold; correct it")]
    Entity { code: u32 },
    #[error(
        "extension token {token:02X}; this document type defines none, so nothing can say what it means"
    )]
    Extension { token: u8 },
    #[error(
        "token {token:02X}, which cannot stand {place}; an octet before it is wrong or missing"
    )]
    Misplaced { token: u8, place: &'static str },
    #[error("an attribute value before any attribute name; an octet before it is wrong or missing")]
    ValueWithoutAttribute,
    #[error("no root element; the document was cut off after its header")]
    NoRoot,
    #[error("{count} octet(s) after the end of the root element; cut them off")]
    AfterRoot { count: usize },
    #[error("elements nested deeper than {limit}")]
    Depth { limit: usize },
    #[error("more than {limit} elements")]
    Elements { limit: usize },
    #[error("more than {limit} attributes in one element")]
    Attributes { limit: usize },
    #[error("string table references that expand to more than {limit} octets")]
    TableText { limit: usize },
    #[error("a document of {length} octets; at most {limit} are read")]
    Size { length: usize, limit: usize },
}

impl ErrorKind {
    /// The stable id of the rule that the input breaks.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::EndOfInput { .. } => "wbxml-truncated",
            Self::IntegerTooLarge => "wbxml-integer-too-large",
            Self::Version { .. } => "wbxml-version",
            Self::Charset { .. } => "wbxml-charset",
            Self::StringTableLength { .. } => "wbxml-string-table-length",
            Self::StringTableOffset { .. } => "wbxml-string-table-offset",
            Self::UnterminatedString => "wbxml-unterminated-string",
            Self::Text { .. } => "wbxml-text",
            Self::OpaqueLength { .. } => "wbxml-opaque-length",
            Self::Entity { .. } => "wbxml-entity",
            Self::Extension { .. } => "wbxml-extension",
            Self::Misplaced { .. } => "wbxml-misplaced-token",
            Self::ValueWithoutAttribute => "wbxml-value-without-attribute",
            Self::NoRoot => "wbxml-no-root",
            Self::AfterRoot { .. } => "wbxml-after-root",
            Self::Depth { .. } => "wbxml-depth",
            Self::Elements { .. } => "wbxml-elements",
            Self::Attributes { .. } => "wbxml-attributes",
            Self::TableText { .. } => "wbxml-table-text",
            Self::Size { .. } => "wbxml-size",
        }
    }

    /// The error of this kind at an offset.
    pub(super) fn at(self, at: usize) -> Error {
        Error { kind: self, at }
    }
}

impl From<EndOfInput> for Error {
    fn from(end: EndOfInput) -> Self {
        ErrorKind::EndOfInput { needed: end.needed }.at(end.at)
    }
}

impl From<UintvarError> for Error {
    fn from(error: UintvarError) -> Self {
        match error {
            UintvarError::End(end) => end.into(),
            UintvarError::TooLarge { at } => ErrorKind::IntegerTooLarge.at(at),
        }
    }
}
