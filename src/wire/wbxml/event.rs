//! What the reader yields, and what it accepts although it deviates.

use super::Charset;
use std::borrow::Cow;
use std::ops::Range;

/// The public identifier of a document (WAP-192 §5.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicId<'a> {
    /// A number; 1 means "unknown or missing".
    Number(u32),
    /// Text from the string table.
    Text(Cow<'a, str>),
}

/// The header of a document (WAP-192 §5.3 to §5.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header<'a> {
    /// Version octet: 01, 02 or 03 for 1.1, 1.2 and 1.3.
    pub version: u8,
    /// The document type.
    pub public_id: PublicId<'a>,
    /// The charset of all strings.
    pub charset: Charset,
    /// Where the public id stands.
    pub public_id_span: Range<usize>,
    /// Where the charset stands.
    pub charset_span: Range<usize>,
    /// Where the length of the string table stands.
    pub string_table_length_span: Range<usize>,
    /// Where the string table itself stands.
    pub string_table_span: Range<usize>,
}

/// Which of the two token spaces, each with a code page of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// Tags and content.
    Tag,
    /// Attribute starts and values.
    Attribute,
}

/// The name of an element or attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name<'a> {
    /// From the tables.
    Known(&'static str),
    /// A LITERAL, from the string table.
    Literal(Cow<'a, str>),
    /// A token without a meaning in this document type.
    Unknown {
        /// Code page.
        page: u8,
        /// Token; for tags without its two upper bits.
        token: u8,
    },
}

impl<'a> Name<'a> {
    /// The name as text; `None` for an unknown token.
    #[must_use]
    pub fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Known(name) => Some(Cow::Borrowed(name)),
            Self::Literal(name) => Some(name),
            Self::Unknown { .. } => None,
        }
    }
}

/// A piece of an attribute value or of an element's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// An attribute value token.
    Token(&'static str),
    /// A value token without a meaning in this document type.
    Unknown {
        /// Code page.
        page: u8,
        /// Token.
        token: u8,
    },
    /// STR_I.
    Inline(Cow<'a, str>),
    /// STR_T.
    Table {
        /// Offset into the string table.
        offset: u32,
        /// The string there.
        text: Cow<'a, str>,
    },
    /// ENTITY.
    Entity(char),
    /// OPAQUE.
    Opaque(&'a [u8]),
}

/// One token with its operands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// Where it stands in the document.
    pub span: Range<usize>,
    /// What it is.
    pub kind: EventKind<'a>,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind<'a> {
    /// SWITCH_PAGE in one of the two spaces.
    SwitchPage {
        /// Which space.
        space: Space,
        /// Its new page.
        page: u8,
    },
    /// An element begins.
    Tag {
        /// Its name.
        name: Name<'a>,
        /// An attribute list follows.
        attributes: bool,
        /// Content follows.
        content: bool,
    },
    /// A processing instruction begins; its attribute list follows.
    Pi,
    /// An attribute, or the target of a processing instruction.
    AttributeStart {
        /// Its name.
        name: Name<'a>,
        /// The beginning of its value.
        prefix: &'static str,
    },
    /// The next piece of the attribute's value.
    AttributeValue(Value<'a>),
    /// The attribute list ends.
    AttributesEnd,
    /// A piece of the element's content.
    Content(Value<'a>),
    /// The element ends. Without content there is no END octet and the span is empty.
    End,
}

/// Rules of deviations that are read all the same.
pub mod rules {
    use crate::finding::{Rule, Severity};

    /// A token the tables do not know.
    pub static UNKNOWN_TOKEN: Rule = Rule {
        id: "wbxml-unknown-token",
        severity: Severity::Error,
        clause: "WAP-192 §5.8.2",
        summary: "every token belongs to a code page of the document type",
    };
    /// Charset 0.
    pub static CHARSET_UNKNOWN: Rule = Rule {
        id: "wbxml-charset-unknown",
        severity: Severity::Warning,
        clause: "WAP-192 §5.6",
        summary: "the header names the charset",
    };
    /// Charset 4.
    pub static CHARSET: Rule = Rule {
        id: "wbxml-charset-not-utf-8",
        severity: Severity::Warning,
        clause: "WAP-183 SIN 005: UTF-8 is mandatory",
        summary: "texts are UTF-8, or US-ASCII, which is a part of it",
    };
    /// The string table's last entry has no NUL.
    pub static TABLE_END: Rule = Rule {
        id: "wbxml-string-table-end",
        severity: Severity::Note,
        clause: "WAP-192 §5.7",
        summary: "every entry of the string table ends with NUL",
    };
    /// A multi-octet integer longer than needed.
    pub static OVERLONG_INTEGER: Rule = Rule {
        id: "wbxml-overlong-integer",
        severity: Severity::Warning,
        clause: "WAP-192 §5.1",
        summary: "multi-octet integers take their shortest form",
    };
    /// The number 1 as public id.
    pub static PUBLIC_ID_UNKNOWN: Rule = Rule {
        id: "wbxml-public-id-unknown",
        severity: Severity::Warning,
        clause: "WAP-192 §5.5",
        summary: "the header names the document type",
    };

    /// All of them.
    pub static ALL: [&Rule; 6] = [
        &UNKNOWN_TOKEN,
        &CHARSET_UNKNOWN,
        &CHARSET,
        &TABLE_END,
        &OVERLONG_INTEGER,
        &PUBLIC_ID_UNKNOWN,
    ];
}
