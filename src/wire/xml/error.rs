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
    DeclarationMisplaced {
        /// Where it is.
        place: Place,
    },
    /// An XML declaration that is not formed as one.
    DeclarationSyntax {
        /// What should be there.
        expected: &'static str,
        /// What happened to it.
        slip: Option<Slip>,
    },
    /// Another version of XML.
    Version,
    /// A DOCTYPE inside or after the root element.
    DoctypeMisplaced {
        /// Where it is.
        place: Place,
    },
    /// A second DOCTYPE.
    DoctypeTwice,
    /// A DOCTYPE that is not formed as one.
    DoctypeSyntax {
        /// What should be there.
        expected: &'static str,
        /// What happened to it.
        slip: Option<Slip>,
    },
    /// A DOCTYPE with a system identifier alone.
    DoctypeSystemOnly,
    /// A DOCTYPE without a public identifier, or with one the policy does not know.
    DoctypePublicId {
        /// The public identifier that is there.
        found: Option<String>,
        /// Those that may be.
        expected: &'static [&'static str],
        /// Whether it names the root element of a web page.
        is_page: bool,
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
    TextOutsideRoot {
        /// What happened to it.
        slip: Option<Slip>,
    },
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
        /// Which element the end tag names instead.
        names: Named,
    },
    /// An end tag where no element is open.
    EndTagUnmatched,
    /// A character that a name cannot have there.
    Name {
        /// What happened to it.
        slip: Option<Slip>,
    },
    /// A processing instruction named `xml` in some other case.
    PiTarget,
    /// Something other than white space after the name of a processing instruction.
    PiSpace,
    /// No white space before an attribute.
    AttributeSpace {
        /// What happened to it.
        slip: Option<Slip>,
    },
    /// An attribute without a value.
    AttributeValue,
    /// An attribute with a value that is not in quotes.
    AttributeUnquoted {
        /// What happened to it.
        slip: Option<Slip>,
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

/// Where something is that belongs before the root element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before it, but not where it should be.
    Before,
    /// Inside of it.
    Inside,
    /// After it.
    After,
}

/// Which element an end tag names that does not name the one that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The open one, but for capitals.
    OtherCase,
    /// One further out.
    Outer {
        /// Where that begins.
        opened: Position,
        /// How many are open inside of it.
        inside: usize,
    },
    /// None that is open.
    None,
}

/// What copying and pasting, or a slip of the hand, did to markup. Of the text it holds blanks and
/// quotes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slip {
    /// A blank between `<`, `</` or `<?` and the name.
    BlankBeforeName,
    /// A blank of web pages and word processors, which is no white space of XML.
    Blank(char),
    /// A quote of web pages and word processors.
    Quote(char),
    /// A reference to a quote, `&quot;`, where the quote itself belongs.
    QuoteReference,
    /// `-` or `+` before an element, as browsers show those that can be folded.
    Folded,
    /// `\` where `/` belongs.
    Backslash,
    /// `\"`, as in a program's source.
    EscapedQuote,
    /// `""` where `"` belongs, as in a cell of CSV.
    DoubledQuote,
    /// `=3D`, as in the source of a mail.
    QuotedPrintable,
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
    /// The places that it names beside its own, for a caller whose lines count otherwise.
    pub(crate) fn places(&mut self) -> impl Iterator<Item = &mut Position> {
        let (first, second) = match self {
            Self::EndTagMismatch {
                opened,
                names: Named::Outer { opened: outer, .. },
            } => (Some(opened), Some(outer)),
            Self::ElementNotClosed { opened } | Self::EndTagMismatch { opened, .. } => {
                (Some(opened), None)
            }
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

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
