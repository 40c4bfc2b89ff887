//! What each fault is called, and what to do about it.

use std::borrow::Cow;

use super::error::{Fault, Named, Place, Slip};

/// The words for a fault.
pub(super) struct Words {
    pub(super) rule: &'static str,
    pub(super) clause: &'static str,
    pub(super) found: Cow<'static, str>,
    pub(super) expected: Cow<'static, str>,
    pub(super) remedy: Cow<'static, str>,
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
    pub(super) fn words(&self) -> Words {
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
                if charset.eq_ignore_ascii_case("UTF8") {
                    "write its name with a hyphen, encoding=\"UTF-8\"".to_owned()
                } else if is_wide(charset) {
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
            Self::DeclarationMisplaced { place } => words(
                "xml-declaration-misplaced",
                "XML 1.0 §2.8",
                match place {
                    Place::Before => "an XML declaration",
                    Place::Inside => "an XML declaration inside of an element",
                    Place::After => "an XML declaration after the end of the root element",
                },
                "it at the very start of the document or nowhere",
                match place {
                    Place::Before => "remove everything before it, white space and comments too",
                    Place::Inside => {
                        "remove the declaration, or, when the document begins here, what stands \
                         around that, the tags of a web page for example"
                    }
                    Place::After => SECOND_DOCUMENT,
                },
            ),
            Self::DeclarationSyntax { expected, slip } => words(
                "xml-declaration-syntax",
                "XML 1.0 §2.8",
                found(*slip, "something else in the XML declaration"),
                *expected,
                remedy(*slip, "write <?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
            ),
            Self::Version => words(
                "xml-version",
                "XML 1.0 §2.8",
                "another version",
                "1.0",
                "write version=\"1.0\"; receivers know no other",
            ),
            Self::DoctypeMisplaced { place } => words(
                "xml-doctype-misplaced",
                "XML 1.0 §2.8",
                match place {
                    Place::After => "a DOCTYPE after the end of the root element",
                    _ => "a DOCTYPE after the start of the root element",
                },
                "it before the root element",
                match place {
                    Place::After => SECOND_DOCUMENT,
                    _ => "move it there, or remove it",
                },
            ),
            Self::DoctypeTwice => words(
                "xml-doctype-twice",
                "XML 1.0 §2.8",
                "a second DOCTYPE",
                "one at most",
                "remove one",
            ),
            Self::DoctypeSyntax { expected, slip } => words(
                "xml-doctype-syntax",
                "XML 1.0 §2.8",
                found(*slip, "something else in the DOCTYPE"),
                *expected,
                remedy(
                    *slip,
                    "remove the DOCTYPE, which receivers do not need, or write, for a provisioning \
                     document, <!DOCTYPE wap-provisioningdoc PUBLIC \"-//WAPFORUM//DTD PROV 1.0//EN\" \
                     \"http://www.wapforum.org/DTD/prov.dtd\">",
                ),
            ),
            Self::DoctypeSystemOnly => words(
                "xml-doctype-system-only",
                "policy; XML 1.0 §4.2.2",
                "SYSTEM",
                "PUBLIC and a public identifier",
                "name the document type's public identifier, or remove the DOCTYPE",
            ),
            Self::DoctypePublicId { is_page: true, .. } => words(
                "xml-doctype-public-id",
                "policy; XML 1.0 §4.2.2",
                "the DOCTYPE of a web page",
                "that of the document, or none",
                "this is the source of a page: copy the document's text out of it, as a browser \
                 shows that",
            ),
            Self::DoctypePublicId {
                found, expected, ..
            } => words(
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
                match is_html(root) {
                    true => "remove the tags of the web page that stand around the document",
                    false => {
                        "let the DOCTYPE name the root element, or remove the DOCTYPE, which \
                         receivers do not need"
                    }
                },
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
            Self::TwoRoots { is_characteristic } => words(
                "xml-two-roots",
                "XML 1.0 §2.1",
                "a second root element",
                "the end of the document",
                match is_characteristic {
                    true => {
                        "put all of them into one <wap-provisioningdoc version=\"1.0\">…\
                         </wap-provisioningdoc>"
                    }
                    false => "keep one root element; put each document into a file of its own",
                },
            ),
            Self::TextOutsideRoot { slip } => words(
                "xml-text-outside-root",
                "XML 1.0 §2.1",
                found(*slip, "text outside the root element"),
                "white space, comments and processing instructions only",
                slip.map_or("remove it", Slip::remedy),
            ),
            Self::ElementNotClosed { opened } => words(
                "xml-element-not-closed",
                "XML 1.0 §3",
                "the end of the input",
                format!("the end tag of the element opened at {opened}"),
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
            Self::EndTagMismatch { opened, names } => words(
                "xml-end-tag-mismatch",
                "XML 1.0 §3, Element Type Match",
                match names {
                    Named::OtherCase => Cow::Borrowed("an end tag in another case"),
                    Named::Outer { opened, .. } => {
                        format!("the end tag of the element opened at {opened}").into()
                    }
                    Named::None => "an end tag that belongs to no open element".into(),
                },
                match names {
                    Named::Outer { inside, .. } if *inside > 1 => format!(
                        "the {inside} elements inside of it closed first, the last of them opened \
                         at {opened}"
                    ),
                    Named::Outer { .. } => {
                        format!("the element inside of it closed first, opened at {opened}")
                    }
                    _ => format!("that of the element opened at {opened}"),
                },
                match names {
                    Named::OtherCase => "write both tags in the same case",
                    Named::Outer { .. } => {
                        "let a tag without content, as of a parm, end with />, or add the end tag"
                    }
                    Named::None => {
                        "remove it, if its element is closed already, or correct its name"
                    }
                },
            ),
            Self::EndTagUnmatched => words(
                "xml-end-tag-unmatched",
                "XML 1.0 §2.1",
                "an end tag",
                "none, since no element is open",
                "remove it, or add the start tag",
            ),
            Self::Name { slip } => words(
                "xml-name",
                "XML 1.0 §2.3",
                found(*slip, "a character that no name has there"),
                "a name: a letter, _ or :, then letters, digits and _ : - .",
                match slip {
                    Some(slip) => slip.remedy(),
                    None => "correct the name; write < in a text as &lt;",
                },
            ),
            Self::PiTarget => words(
                "xml-pi-target",
                "XML 1.0 §2.6",
                "a processing instruction with the reserved name xml",
                "another name",
                "write the XML declaration in small letters, or remove it",
            ),
            Self::PiSpace => words(
                "xml-pi-space",
                "XML 1.0 §2.6",
                "something else after the name of a processing instruction",
                "white space or ?>",
                "put a space after the name, or correct the name",
            ),
            Self::AttributeSpace { slip } => words(
                "xml-attribute-space",
                "XML 1.0 §3.1",
                found(*slip, "no white space after an attribute's value"),
                "white space, > or />",
                match slip {
                    Some(slip) => slip.remedy(),
                    None => {
                        "put a space before the next attribute; write a quote in a value as &quot; \
                         or &apos;"
                    }
                },
            ),
            Self::AttributeValue => words(
                "xml-attribute-value",
                "XML 1.0 §3.1",
                // The name stays unsaid: after a quote in a value it is a piece of that value, which
                // may be a secret
                "an attribute without a value",
                "= and a value in quotes",
                "add the value; write a quote in a value as &quot; or &apos;",
            ),
            Self::AttributeUnquoted { slip } => words(
                "xml-attribute-unquoted",
                "XML 1.0 §3.1",
                found(*slip, "a value without quotes"),
                "\" or '",
                match slip {
                    Some(slip) => slip.remedy(),
                    None => "put the value in quotes; write a quote in a value as &quot; or &apos;",
                },
            ),
            Self::AttributeTwice => words(
                "xml-attribute-twice",
                "XML 1.0 §3.1, Unique Att Spec",
                "an attribute a second time",
                "each attribute once",
                "remove one",
            ),
            Self::LtInAttribute => words(
                "xml-lt-in-attribute",
                "XML 1.0 §3.1, No < in Attribute Values",
                "< in the value of an attribute",
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

/// What to do about a document behind the first.
const SECOND_DOCUMENT: &str = "a second document begins here: put each into a file of its own";

impl Slip {
    /// What is there.
    fn found(self) -> Cow<'static, str> {
        match self {
            Self::BlankBeforeName => "a blank before the name of a tag".into(),
            Self::Blank(blank) => {
                format!("U+{:04X}, which is no white space of XML", u32::from(blank)).into()
            }
            Self::Quote(quote) => {
                format!("a typographic quote, {quote} (U+{:04X})", u32::from(quote)).into()
            }
            Self::QuoteReference => "a reference to a quote".into(),
            Self::Folded => "- or + before an element".into(),
            Self::Backslash => "a backslash".into(),
            Self::EscapedQuote => "a quote with a backslash before it".into(),
            Self::DoubledQuote => "a quote written twice".into(),
            Self::QuotedPrintable => "3D, as quoted-printable writes =".into(),
        }
    }

    /// What to do.
    fn remedy(self) -> &'static str {
        match self {
            Self::BlankBeforeName => "remove the blank; write < in a text as &lt;",
            Self::Blank(_) => {
                "replace all such blanks by plain ones, or remove them; web pages and word \
                 processors put them in"
            }
            Self::Quote(_) => {
                "replace all such quotes by straight ones; web pages and word processors put them in"
            }
            Self::QuoteReference => {
                "write the quote itself around values, and &quot; only inside of them"
            }
            Self::Folded => {
                "save the file itself, or remove these signs from all lines; browsers show them \
                 before elements that can be folded"
            }
            Self::Backslash => "write / in its place: tags end with /> and end tags begin with </",
            Self::EscapedQuote => {
                "write each \\\" as \" and each \\n as a line end; it was copied from a program's \
                 source or from JSON"
            }
            Self::DoubledQuote => {
                "write one quote before the value and one after it; tables in CSV double them"
            }
            Self::QuotedPrintable => {
                "save the text from the mail program, or decode the mail's source: `python3 -m \
                 quopri -d in.txt > out.xml`"
            }
        }
    }
}

/// What is there: what happened to it, or else what can be said in general.
fn found(slip: Option<Slip>, general: &'static str) -> Cow<'static, str> {
    slip.map_or(Cow::Borrowed(general), Slip::found)
}

/// What to do about what happened, if that is known, and the line to write.
fn remedy(slip: Option<Slip>, line: &'static str) -> Cow<'static, str> {
    match slip {
        // The whole document has it
        Some(slip @ (Slip::EscapedQuote | Slip::DoubledQuote | Slip::QuotedPrintable)) => {
            slip.remedy().into()
        }
        Some(slip) => format!("{}; or {line}", slip.remedy()).into(),
        None => line.into(),
    }
}

/// What web pages put around a text.
fn is_html(name: &str) -> bool {
    let names = [
        "html",
        "body",
        "pre",
        "code",
        "div",
        "span",
        "p",
        "blockquote",
        "font",
        "td",
    ];
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
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
