//! What can be wrong with an XML document, and what to do about it.

use std::borrow::Cow;
use std::fmt;

use crate::finding::Position;

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

/// What is wrong with a document. Names are shown, values of attributes and texts never.
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
    TwoRoots,
    /// Something other than white space before or after the root element.
    TextOutsideRoot,
    /// The input ends inside an element.
    ElementNotClosed {
        /// Its name.
        name: String,
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
        /// The name of the open element.
        open: String,
        /// Where that begins.
        opened: Position,
        /// The name in the end tag.
        found: String,
    },
    /// An end tag where no element is open.
    EndTagUnmatched {
        /// The name in the end tag.
        found: String,
    },
    /// A character that a name cannot have there.
    Name {
        /// The character.
        found: char,
    },
    /// A processing instruction named `xml` in some other case.
    PiTarget,
    /// No white space before an attribute.
    AttributeSpace,
    /// An attribute without a value.
    AttributeValue {
        /// The attribute's name.
        name: String,
    },
    /// An attribute with a value that is not in quotes.
    AttributeUnquoted {
        /// The attribute's name.
        name: String,
    },
    /// The same attribute twice.
    AttributeTwice {
        /// The attribute's name.
        name: String,
    },
    /// A literal `<` in a value.
    LtInAttribute {
        /// The attribute's name.
        name: String,
    },
    /// `]]>` outside a CDATA section.
    CdataEndInText,
    /// `--` inside a comment.
    CommentHyphens,
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

/// The words for a fault.
struct Words {
    rule: &'static str,
    clause: &'static str,
    found: Cow<'static, str>,
    expected: Cow<'static, str>,
    remedy: Cow<'static, str>,
}

fn words(
    rule: &'static str,
    clause: &'static str,
    found: impl Into<Cow<'static, str>>,
    expected: impl Into<Cow<'static, str>>,
    remedy: impl Into<Cow<'static, str>>,
) -> Words {
    Words {
        rule,
        clause,
        found: found.into(),
        expected: expected.into(),
        remedy: remedy.into(),
    }
}

/// The part of a remedy that converts a file.
fn iconv(charset: &str) -> String {
    format!(
        "convert it with `iconv -f {charset} -t UTF-8 in.xml > out.xml` and let its XML \
         declaration say encoding=\"UTF-8\""
    )
}

impl Fault {
    #[allow(clippy::too_many_lines)]
    fn words(&self) -> Words {
        match self {
            Self::TooLarge { octets, limit } => words(
                "xml-too-large",
                "limit of this program",
                format!("{octets} octets"),
                format!("at most {limit}"),
                "remove what does not belong to the document, or split it",
            ),
            Self::TooDeep { limit } => words(
                "xml-too-deep",
                "limit of this program",
                format!("an element inside {limit} others"),
                format!("at most {limit} elements open at a time"),
                "close the elements before it, or nest less",
            ),
            Self::TooManyElements { limit } => words(
                "xml-too-many-elements",
                "limit of this program",
                format!("element number {}", limit.saturating_add(1)),
                format!("at most {limit}"),
                "split the document",
            ),
            Self::TooManyAttributes { limit } => words(
                "xml-too-many-attributes",
                "limit of this program",
                format!("attribute number {}", limit.saturating_add(1)),
                format!("at most {limit} on one element"),
                "remove the attributes that the document type does not define",
            ),
            Self::CharsetOctets { charset } => words(
                "xml-charset-octets",
                "WAP-183 SIN 005; XML 1.0 appendix F",
                format!("the first octets of a text in {charset}"),
                "UTF-8",
                iconv(charset),
            ),
            Self::CharsetDeclared { charset } => words(
                "xml-charset-declared",
                "WAP-183 SIN 005; XML 1.0 §4.3.3",
                format!("encoding=\"{charset}\""),
                "UTF-8",
                if is_wide(charset) {
                    // Then the declaration could not have been read as single octets.
                    format!(
                        "the octets are not {charset}: let the declaration say \
                         encoding=\"UTF-8\"; a text that really is {charset} is converted with \
                         `iconv -f {charset} -t UTF-8 in.xml > out.xml`"
                    )
                } else {
                    iconv(charset)
                },
            ),
            Self::NotUtf8 { octet } => words(
                "xml-not-utf-8",
                "WAP-183 SIN 005; XML 1.0 §4.3.3",
                format!("the octet {octet:02X}, which is not UTF-8 there"),
                "UTF-8, since no other charset is declared",
                format!(
                    "if the text was saved in WINDOWS-1252, {}",
                    iconv("WINDOWS-1252")
                ),
            ),
            Self::NotAscii { octet } => words(
                "xml-not-us-ascii",
                "XML 1.0 §4.3.3",
                format!("the octet {octet:02X} in a document declared as US-ASCII"),
                "octets up to 7F",
                "let the declaration say encoding=\"UTF-8\"",
            ),
            Self::Character { code } => words(
                "xml-character",
                "XML 1.0 §2.2",
                format!("the character U+{code:04X}"),
                "tab, line feed, carriage return, or a character from U+0020 that is not U+FFFE \
                 or U+FFFF",
                "remove it; XML 1.0 cannot carry it in any form",
            ),
            Self::CharacterReference { code } => words(
                "xml-character-reference",
                "XML 1.0 §4.1, Legal Character",
                code.map_or(Cow::Borrowed("a reference without a number"), |code| {
                    Cow::Owned(format!("a reference to U+{code:04X}"))
                }),
                "&#decimal; or &#xhexadecimal; for a character that XML 1.0 can carry",
                "write the number of the character, or & as &amp;",
            ),
            Self::Entity => words(
                "xml-entity",
                "WAP-183 SIN 005; XML 1.0 §4.1, Entity Declared",
                "a reference to another entity",
                "&lt; &gt; &amp; &apos; &quot; or a character reference",
                "write the character itself or its number, and & as &amp;",
            ),
            Self::DanglingAmpersand => words(
                "xml-dangling-ampersand",
                "XML 1.0 §2.4",
                "an & that begins no reference",
                "a reference, ended by ;",
                "write &amp; for the character itself",
            ),
            Self::DeclarationMisplaced => words(
                "xml-declaration-misplaced",
                "XML 1.0 §2.8",
                "an XML declaration",
                "it at the very start of the document or nowhere",
                "remove everything before it, white space and comments too",
            ),
            Self::DeclarationSyntax { expected } => words(
                "xml-declaration-syntax",
                "XML 1.0 §2.8",
                "something else in the XML declaration",
                *expected,
                "write <?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            ),
            Self::Version => words(
                "xml-version",
                "XML 1.0 §2.8",
                "another version",
                "1.0",
                "write version=\"1.0\"; receivers know no other",
            ),
            Self::DoctypeMisplaced => words(
                "xml-doctype-misplaced",
                "XML 1.0 §2.8",
                "a DOCTYPE after the start of the root element",
                "it before the root element",
                "move it there, or remove it",
            ),
            Self::DoctypeTwice => words(
                "xml-doctype-twice",
                "XML 1.0 §2.8",
                "a second DOCTYPE",
                "one at most",
                "remove one",
            ),
            Self::DoctypeSyntax { expected } => words(
                "xml-doctype-syntax",
                "XML 1.0 §2.8",
                "something else in the DOCTYPE",
                *expected,
                "write <!DOCTYPE root PUBLIC \"public id\" \"system id\">",
            ),
            Self::DoctypeSystemOnly => words(
                "xml-doctype-system-only",
                "policy; XML 1.0 §4.2.2",
                "SYSTEM",
                "PUBLIC and a public identifier",
                "name the document type's public identifier, or remove the DOCTYPE",
            ),
            Self::DoctypePublicId { found, expected } => words(
                "xml-doctype-public-id",
                "policy; XML 1.0 §4.2.2",
                found
                    .as_ref()
                    .map_or(Cow::Borrowed("no public identifier"), |id| {
                        Cow::Owned(format!("the public identifier {:?}", shortened(id)))
                    }),
                if expected.is_empty() {
                    "no DOCTYPE".to_owned()
                } else {
                    expected
                        .iter()
                        .map(|id| format!("{id:?}"))
                        .collect::<Vec<_>>()
                        .join(" or ")
                },
                "correct the DOCTYPE, or remove it",
            ),
            Self::DoctypeRoot { doctype, root } => words(
                "xml-doctype-root",
                "XML 1.0 §2.8, Root Element Type",
                format!("the root element <{}>", shortened(root)),
                format!("<{}>, as the DOCTYPE says", shortened(doctype)),
                "let both have the same name",
            ),
            Self::InternalSubset => words(
                "xml-internal-subset",
                "policy; WAP-183 SIN 005",
                "declarations inside the DOCTYPE",
                "none",
                "remove everything from [ to ]",
            ),
            Self::NoRoot => words(
                "xml-no-root",
                "XML 1.0 §2.1",
                "the end of the input",
                "a root element",
                "check that the file is the right one and whole",
            ),
            Self::TwoRoots => words(
                "xml-two-roots",
                "XML 1.0 §2.1",
                "a second root element",
                "the end of the document",
                "keep one root element; put each document into a file of its own",
            ),
            Self::TextOutsideRoot => words(
                "xml-text-outside-root",
                "XML 1.0 §2.1",
                "text outside the root element",
                "white space, comments and processing instructions only",
                "remove it",
            ),
            Self::ElementNotClosed { name, opened } => words(
                "xml-element-not-closed",
                "XML 1.0 §3",
                "the end of the input",
                format!("</{}> for the element opened at {opened}", shortened(name)),
                "check that the file is whole, or add the end tag",
            ),
            Self::MarkupNotClosed { what } => words(
                "xml-markup-not-closed",
                "XML 1.0 §2.1",
                format!("{what} without an end"),
                "its end before that of the input",
                "check that the file is whole, or end it; write < in a text as &lt;",
            ),
            Self::UnknownMarkup => words(
                "xml-unknown-markup",
                "XML 1.0 §2.4",
                "<! that begins nothing known",
                "<!-- or <![CDATA[ or, before the root element, <!DOCTYPE, in this case",
                "correct it; write < in a text as &lt;",
            ),
            Self::EndTagMismatch {
                open,
                opened,
                found,
            } => words(
                "xml-end-tag-mismatch",
                "XML 1.0 §3, Element Type Match",
                format!("</{}>", shortened(found)),
                format!("</{}> for the element opened at {opened}", shortened(open)),
                "close elements in the reverse order; names differ by case",
            ),
            Self::EndTagUnmatched { found } => words(
                "xml-end-tag-unmatched",
                "XML 1.0 §2.1",
                format!("</{}>", shortened(found)),
                "no end tag, since no element is open",
                "remove it, or add the start tag",
            ),
            Self::Name { found } => words(
                "xml-name",
                "XML 1.0 §2.3",
                format!("{found:?}"),
                "a name: a letter, _ or :, then letters, digits and _ : - .",
                "correct the name; write < in a text as &lt;",
            ),
            Self::PiTarget => words(
                "xml-pi-target",
                "XML 1.0 §2.6",
                "a processing instruction with the reserved name xml",
                "another name",
                "write the XML declaration in small letters, or remove it",
            ),
            Self::AttributeSpace => words(
                "xml-attribute-space",
                "XML 1.0 §3.1",
                "no white space after an attribute's value",
                "white space, > or />",
                "put a space before the next attribute; write a quote in a value as &quot; or \
                 &apos;",
            ),
            Self::AttributeValue { name } => words(
                "xml-attribute-value",
                "XML 1.0 §3.1",
                format!("the attribute {} without a value", shortened(name)),
                "= and a value in quotes",
                "add the value",
            ),
            Self::AttributeUnquoted { name } => words(
                "xml-attribute-unquoted",
                "XML 1.0 §3.1",
                format!("a value of {} without quotes", shortened(name)),
                "\" or '",
                "put the value in quotes",
            ),
            Self::AttributeTwice { name } => words(
                "xml-attribute-twice",
                "XML 1.0 §3.1, Unique Att Spec",
                format!("{} a second time", shortened(name)),
                "each attribute once",
                "remove one",
            ),
            Self::LtInAttribute { name } => words(
                "xml-lt-in-attribute",
                "XML 1.0 §3.1, No < in Attribute Values",
                format!("< in the value of {}", shortened(name)),
                "&lt;",
                "write &lt;, or close the quote before it",
            ),
            Self::CdataEndInText => words(
                "xml-cdata-end-in-text",
                "XML 1.0 §2.4",
                "]]> outside a CDATA section",
                "]]&gt;",
                "write > as &gt; there",
            ),
            Self::CommentHyphens => words(
                "xml-comment-hyphens",
                "XML 1.0 §2.5",
                "-- inside a comment",
                "-- only as a part of -->",
                "remove one of the hyphens",
            ),
        }
    }
}

/// UTF-16, UTF-32 and their older names.
fn is_wide(charset: &str) -> bool {
    let upper = charset.to_ascii_uppercase();
    [
        "UTF-16",
        "UTF-32",
        "UTF16",
        "UTF32",
        "UCS-",
        "ISO-10646-UCS",
    ]
    .iter()
    .any(|prefix| upper.starts_with(prefix))
}

/// At most 64 characters: a message is a line, whatever the document holds.
fn shortened(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(64) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
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
