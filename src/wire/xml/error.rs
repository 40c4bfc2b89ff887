//! What can be wrong with an XML document, and what to do about it.

use std::fmt;

use crate::finding::Position;

use super::words::Words;

/// Why a document was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub fault: Fault,
    /// Offset of the octet where it is, from 0, in the whole input.
    pub offset: usize,
    /// The same as line and column; a byte order mark does not count as a column.
    pub at: Position,
}

/// What is wrong with a document. Texts and values of attributes never enter it, and names neither:
/// where a quote or a `<` stands in a secret, what is read as a name is a piece of that.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// More octets than [`Limits::octets`](super::Limits::octets).
    TooLarge {
        /// Octets of the input.
        octets: usize,
        /// The cap.
        limit: usize,
    },
    /// More elements open than [`Limits::depth`](super::Limits::depth).
    TooDeep {
        /// The cap.
        limit: usize,
    },
    /// More elements than [`Limits::elements`](super::Limits::elements).
    TooManyElements {
        /// The cap.
        limit: usize,
    },
    /// An element with more attributes than [`Limits::attributes`](super::Limits::attributes).
    TooManyAttributes {
        /// The cap.
        limit: usize,
    },
    /// The first octets are those of UTF-16 or UTF-32.
    CharsetOctets {
        /// Its name for iconv.
        charset: &'static str,
    },
    /// The XML declaration names another charset than UTF-8 and US-ASCII.
    CharsetDeclared {
        /// The name, a valid `EncName`: letters, digits, `.`, `_` and `-`.
        charset: String,
    },
    /// An octet that is no part of UTF-8.
    NotUtf8 {
        /// The octet.
        octet: u8,
    },
    /// An octet above 7F in a document that says it is US-ASCII.
    NotAscii {
        /// The octet.
        octet: u8,
    },
    /// A character that XML 1.0 cannot carry.
    Character {
        /// Its code point.
        code: u32,
    },
    /// A reference to no character, or to one that XML 1.0 cannot carry.
    CharacterReference {
        /// The code point, when the reference has one.
        code: Option<u32>,
    },
    /// A reference to an entity that is not one of the predefined five.
    Entity,
    /// An `&` that begins no reference.
    DanglingAmpersand,
    /// An XML declaration that is not at the very start.
    DeclarationMisplaced,
    /// An XML declaration that is not formed as one.
    DeclarationSyntax {
        /// What should be there.
        expected: &'static str,
    },
    /// Another version of XML.
    Version,
    /// A DOCTYPE inside or after the root element.
    DoctypeMisplaced,
    /// A second DOCTYPE.
    DoctypeTwice,
    /// A DOCTYPE that is not formed as one.
    DoctypeSyntax {
        /// What should be there.
        expected: &'static str,
    },
    /// A DOCTYPE with a system identifier alone.
    DoctypeSystemOnly,
    /// A DOCTYPE without a public identifier, or with one the policy does not know.
    DoctypePublicId {
        /// The public identifier that is there.
        found: Option<String>,
        /// Those that may be.
        expected: &'static [&'static str],
    },
    /// A DOCTYPE that names another element than the root.
    DoctypeRoot {
        /// The name in the DOCTYPE.
        doctype: String,
        /// The name of the root element.
        root: String,
    },
    /// A DOCTYPE with an internal subset, or with declarations in one.
    InternalSubset,
    /// No element at all.
    NoRoot,
    /// A second root element.
    TwoRoots {
        /// Whether it is a `characteristic`, which forums pass around without its root.
        is_characteristic: bool,
    },
    /// Something other than white space before or after the root element.
    TextOutsideRoot,
    /// The input ends inside an element.
    ElementNotClosed {
        /// Where it begins.
        opened: Position,
    },
    /// The input ends inside a tag, comment, section, instruction or DOCTYPE.
    MarkupNotClosed {
        /// What it ends in.
        what: &'static str,
    },
    /// `<!` that begins nothing known.
    UnknownMarkup,
    /// An end tag that closes another element than the open one.
    EndTagMismatch {
        /// Where the open element begins.
        opened: Position,
    },
    /// An end tag where no element is open.
    EndTagUnmatched,
    /// A character that a name cannot have there.
    Name,
    /// A processing instruction named `xml` in some other case.
    PiTarget,
    /// Something other than white space after the name of a processing instruction.
    PiSpace,
    /// No white space before an attribute.
    AttributeSpace,
    /// An attribute without a value.
    AttributeValue,
    /// An attribute with a value that is not in quotes.
    AttributeUnquoted {
        /// What the value begins with.
        found: char,
    },
    /// The same attribute twice.
    AttributeTwice,
    /// A literal `<` in a value.
    LtInAttribute,
    /// `]]>` outside a CDATA section.
    CdataEndInText,
    /// `--` inside a comment.
    CommentHyphens,
}

impl Fault {
    /// Where the element begins that it is about, if that is not its own place.
    pub fn opened_mut(&mut self) -> Option<&mut Position> {
        match self {
            Self::ElementNotClosed { opened, .. } | Self::EndTagMismatch { opened, .. } => {
                Some(opened)
            }
            _ => None,
        }
    }
}

/// The ids of all rules that a [`Reader`](super::Reader) can report.
pub const RULES: &[&str] = &[
    "xml-too-large",
    "xml-too-deep",
    "xml-too-many-elements",
    "xml-too-many-attributes",
    "xml-charset-octets",
    "xml-charset-declared",
    "xml-not-utf-8",
    "xml-not-us-ascii",
    "xml-character",
    "xml-character-reference",
    "xml-entity",
    "xml-dangling-ampersand",
    "xml-declaration-misplaced",
    "xml-declaration-syntax",
    "xml-version",
    "xml-doctype-misplaced",
    "xml-doctype-twice",
    "xml-doctype-syntax",
    "xml-doctype-system-only",
    "xml-doctype-public-id",
    "xml-doctype-root",
    "xml-internal-subset",
    "xml-no-root",
    "xml-two-roots",
    "xml-text-outside-root",
    "xml-element-not-closed",
    "xml-markup-not-closed",
    "xml-unknown-markup",
    "xml-end-tag-mismatch",
    "xml-end-tag-unmatched",
    "xml-name",
    "xml-pi-target",
    "xml-pi-space",
    "xml-attribute-space",
    "xml-attribute-value",
    "xml-attribute-unquoted",
    "xml-attribute-twice",
    "xml-lt-in-attribute",
    "xml-cdata-end-in-text",
    "xml-comment-hyphens",
];

/// A fault and its offset, before line and column are known.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) offset: usize,
    pub(super) fault: Fault,
}

impl Fault {
    pub(super) fn at<T>(self, offset: usize) -> Result<T, Flaw> {
        Err(Flaw {
            offset,
            fault: self,
        })
    }
}

impl Error {
    /// The stable id of the rule that is broken, one of [`RULES`].
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.fault.words().rule
    }

    /// The standard and section that the rule comes from.
    #[must_use]
    pub fn clause(&self) -> &'static str {
        self.fault.words().clause
    }

    /// What is there.
    #[must_use]
    pub fn found(&self) -> String {
        self.fault.words().found.into_owned()
    }

    /// What should be there.
    #[must_use]
    pub fn expected(&self) -> String {
        self.fault.words().expected.into_owned()
    }

    /// What is wrong and what to do, without the place.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (found, expected) = (self.found(), self.expected());
        format!("found {found}, expected {expected}; {}", self.remedy())
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        self.fault.words().remedy.into_owned()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Words {
            clause,
            found,
            expected,
            remedy,
            ..
        } = self.fault.words();
        write!(
            f,
            "{}: found {found}, expected {expected} ({clause}); {remedy}",
            self.at
        )
    }
}

impl std::error::Error for Error {}
