//! The pull reader.

mod plain;

pub use plain::{Plain, PlainAttribute};

use super::error::{Error, ErrorKind};
use super::event::{Event, EventKind, Header, Name, PublicId, Space, Value, rules};
use super::tables::Vocabulary;
use super::{Charset, token};
use crate::bytes::Cursor;
use crate::finding::{Finding, Position, has_room};
use std::borrow::Cow;

/// What a reader accepts at most. Reaching a limit is an error, never an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the whole document.
    pub octets: usize,
    /// Elements nested inside each other.
    pub depth: usize,
    /// Elements in all.
    pub elements: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Octets of strings taken from the string table, each reference counted.
    pub table_text: usize,
}

/// More findings than this from one document help nobody.
const MAX_FINDINGS: usize = 256;

impl Default for Limits {
    /// 1 MiB, 64 deep, 65,536 elements of 64 attributes, 4 MiB by reference: far above any
    /// provisioning document.
    fn default() -> Self {
        Self {
            octets: 1 << 20,
            depth: 64,
            elements: 1 << 16,
            attributes: 64,
            table_text: 1 << 22,
        }
    }
}

/// What the reader is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the root, after it, or in an element's content.
    Content,
    /// In an attribute list: of an element (with or without content to follow) or of a PI.
    Attributes(Owner),
    /// An element without content ends here.
    EmptyEnd,
    /// Nothing is left.
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    ElementWithContent,
    EmptyElement,
    Pi,
}

impl Owner {
    fn after_list(self) -> State {
        match self {
            Self::EmptyElement => State::EmptyEnd,
            Self::ElementWithContent | Self::Pi => State::Content,
        }
    }
}

/// Reads a document token by token.
#[derive(Debug)]
pub struct Reader<'a> {
    input: &'a [u8],
    cursor: Cursor<'a>,
    header: Header<'a>,
    vocabulary: Option<&'static Vocabulary>,
    limits: Limits,
    state: State,
    tag_page: u8,
    attribute_page: u8,
    depth: usize,
    elements: usize,
    /// Attributes of the list at hand.
    attributes: usize,
    table_text: usize,
    root_ended: bool,
    /// Tokens of a document type that has no tables.
    strange: usize,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    /// Reads the header. The vocabulary is the one its public id names, if there is one.
    ///
    /// # Errors
    /// [`Error`] when the header is malformed.
    pub fn new(input: &'a [u8], limits: Limits) -> Result<Self, Error> {
        if input.len() > limits.octets {
            let kind = ErrorKind::Size {
                length: input.len(),
                limit: limits.octets,
            };
            return Err(kind.at(limits.octets));
        }
        let mut findings = Vec::new();
        let mut cursor = Cursor::new(input);
        let version = cursor.u8()?;
        if !(0x01..=0x03).contains(&version) {
            return Err(ErrorKind::Version { found: version }.at(0));
        }
        let public_start = cursor.offset();
        let number = integer(&mut cursor, &mut findings)?;
        let text_offset = if number == 0 {
            let at = cursor.offset();
            Some((integer(&mut cursor, &mut findings)?, at))
        } else {
            None
        };
        let charset_start = cursor.offset();
        let charset = match integer(&mut cursor, &mut findings)? {
            0 => {
                findings.push(Finding {
                    rule: &rules::CHARSET_UNKNOWN,
                    at: Position::Offset(charset_start),
                    found: "charset 0 (unknown)".into(),
                    expected: "106 (UTF-8), octet 6A".into(),
                    remedy: "it is read as UTF-8; let the sender declare 6A".into(),
                });
                Charset::Utf8
            }
            3 => Charset::UsAscii,
            4 => {
                findings.push(Finding {
                    rule: &rules::CHARSET,
                    at: Position::Offset(charset_start),
                    found: "charset 4 (ISO-8859-1)".into(),
                    expected: "106 (UTF-8), octet 6A".into(),
                    remedy: "it is read; let the sender write UTF-8 and declare 6A, which every \
                             receiver has to read"
                        .into(),
                });
                Charset::Latin1
            }
            106 => Charset::Utf8,
            found => return Err(ErrorKind::Charset { found }.at(charset_start)),
        };
        let length_start = cursor.offset();
        let length = integer(&mut cursor, &mut findings)?;
        let table_start = cursor.offset();
        let table = cursor.take(length as usize).map_err(|_| {
            ErrorKind::StringTableLength {
                length,
                left: cursor.remaining(),
            }
            .at(length_start)
        })?;
        if table.last().is_some_and(|&octet| octet != 0) {
            findings.push(Finding {
                rule: &rules::TABLE_END,
                at: Position::Offset(cursor.offset() - 1),
                found: "a last entry that the table's length ends".into(),
                expected: "a NUL after it".into(),
                remedy: "it is read to the end of the table; some receivers refuse it".into(),
            });
        }
        let mut reader = Self {
            input,
            header: Header {
                version,
                public_id: PublicId::Number(number),
                charset,
                public_id_span: public_start..charset_start,
                charset_span: charset_start..length_start,
                string_table_length_span: length_start..table_start,
                string_table_span: table_start..cursor.offset(),
            },
            cursor,
            vocabulary: None,
            limits,
            state: State::Content,
            tag_page: 0,
            attribute_page: 0,
            depth: 0,
            elements: 0,
            attributes: 0,
            table_text: 0,
            root_ended: false,
            strange: 0,
            findings,
        };
        if let Some((offset, at)) = text_offset {
            reader.header.public_id = PublicId::Text(reader.table_text(offset, at)?);
        } else if number == 1 {
            note(
                &mut reader.findings,
                Finding {
                    rule: &rules::PUBLIC_ID_UNKNOWN,
                    at: Position::Offset(public_start),
                    found: "public id 1 (unknown or missing)".into(),
                    expected: "the number or text of a document type".into(),
                    remedy: "say which document type it is; let the sender declare it".into(),
                },
            );
        }
        reader.vocabulary =
            super::tables::VOCABULARIES.into_iter().find(|vocabulary| {
                match &reader.header.public_id {
                    PublicId::Number(number) => vocabulary.public_number == Some(*number),
                    PublicId::Text(text) => vocabulary.public_ids.contains(&&**text),
                }
            });
        Ok(reader)
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The document type: what the public id named, or what [`Reader::assume`] said.
    #[must_use]
    pub fn vocabulary(&self) -> Option<&'static Vocabulary> {
        self.vocabulary
    }

    /// Reads with this vocabulary, whatever the public id says.
    pub fn assume(&mut self, vocabulary: &'static Vocabulary) {
        self.vocabulary = Some(vocabulary);
    }

    /// What was accepted although it deviates.
    #[must_use]
    pub fn into_findings(mut self) -> Vec<Finding> {
        let unknown = |finding: &&mut Finding| finding.rule == &rules::UNKNOWN_TOKEN;
        if self.strange > 1
            && let Some(finding) = self.findings.iter_mut().find(unknown)
        {
            let more = self.strange - 1;
            let tokens = if more == 1 { "token" } else { "tokens" };
            finding.found = format!("{} and {more} more {tokens}", finding.found);
        }
        self.findings
    }

    /// The next token; `None` after the last.
    ///
    /// # Errors
    /// [`Error`] where the document is malformed. Reading on after an error yields `None`.
    #[inline]
    #[allow(clippy::should_implement_trait)] // fallible, and the caller needs `self` between calls
    pub fn next(&mut self) -> Result<Option<Event<'a>>, Error> {
        let result = self.step();
        if result.is_err() {
            self.state = State::Done;
        }
        result
    }

    #[inline]
    fn step(&mut self) -> Result<Option<Event<'a>>, Error> {
        let start = self.cursor.offset();
        let kind = match self.state {
            State::Done => return Ok(None),
            State::EmptyEnd => {
                self.end_element();
                EventKind::End
            }
            State::Attributes(owner) => self.attribute_token(owner)?,
            State::Content if self.depth == 0 && self.cursor.is_empty() => {
                self.state = State::Done;
                if self.root_ended {
                    return Ok(None);
                }
                return Err(ErrorKind::NoRoot.at(start));
            }
            State::Content => self.content_token()?,
        };
        Ok(Some(Event {
            span: start..self.cursor.offset(),
            kind,
        }))
    }

    /// WAP-192 §5.2: `body = *pi element *pi`, `content = element | string | extension | entity |
    /// pi | opaque`.
    fn content_token(&mut self) -> Result<EventKind<'a>, Error> {
        let at = self.cursor.offset();
        if self.depth == 0 {
            // Only PIs, page switches and the one root may stand here
            let first = self.cursor.peek().unwrap_or_default();
            let is_pi = matches!(
                self.cursor.rest(),
                [token::PI, ..] | [token::SWITCH_PAGE, _, token::PI, ..]
            );
            if self.root_ended && !is_pi {
                return Err(ErrorKind::AfterRoot {
                    count: self.cursor.remaining(),
                }
                .at(at));
            }
            let value = matches!(
                first,
                token::END | token::ENTITY | token::STR_I | token::STR_T | token::OPAQUE
            );
            if value {
                let place = "before the root element";
                return Err(ErrorKind::Misplaced {
                    token: first,
                    place,
                }
                .at(at));
            }
        }
        let octet = self.cursor.u8()?;
        Ok(match octet {
            token::SWITCH_PAGE => {
                self.tag_page = self.cursor.u8()?;
                EventKind::SwitchPage {
                    space: Space::Tag,
                    page: self.tag_page,
                }
            }
            token::END => {
                self.end_element();
                EventKind::End
            }
            token::PI => {
                self.attributes = 0;
                self.state = State::Attributes(Owner::Pi);
                EventKind::Pi
            }
            token::LITERAL | token::LITERAL_A | token::LITERAL_C | token::LITERAL_AC => {
                let name = Name::Literal(self.table_reference()?);
                self.element(name, octet, at)?
            }
            _ => match self.value(octet, at, Space::Tag)? {
                Some(value) => EventKind::Content(value),
                None => {
                    let (page, token) = (self.tag_page, octet & 0x3F);
                    let name = match self.vocabulary.and_then(|known| known.tag(page, token)) {
                        Some(name) => Name::Known(name),
                        None => {
                            self.unknown_token(at, octet, page, "tag");
                            Name::Unknown { page, token }
                        }
                    };
                    self.element(name, octet, at)?
                }
            },
        })
    }

    fn element(&mut self, name: Name<'a>, octet: u8, at: usize) -> Result<EventKind<'a>, Error> {
        if self.elements == self.limits.elements {
            return Err(ErrorKind::Elements {
                limit: self.limits.elements,
            }
            .at(at));
        }
        if self.depth == self.limits.depth {
            return Err(ErrorKind::Depth {
                limit: self.limits.depth,
            }
            .at(at));
        }
        let attributes = self.begin(octet);
        let content = octet & token::HAS_CONTENT != 0;
        Ok(EventKind::Tag {
            name,
            attributes,
            content,
        })
    }

    /// An element begins with this token; true when an attribute list follows.
    fn begin(&mut self, octet: u8) -> bool {
        self.elements += 1;
        self.depth += 1;
        self.attributes = 0;
        let attributes = octet & token::HAS_ATTRIBUTES != 0;
        let content = octet & token::HAS_CONTENT != 0;
        self.state = match (attributes, content) {
            (true, true) => State::Attributes(Owner::ElementWithContent),
            (true, false) => State::Attributes(Owner::EmptyElement),
            (false, true) => State::Content,
            (false, false) => State::EmptyEnd,
        };
        attributes
    }

    fn end_element(&mut self) {
        self.depth -= 1;
        self.root_ended |= self.depth == 0;
        self.state = State::Content;
    }

    fn attribute_token(&mut self, owner: Owner) -> Result<EventKind<'a>, Error> {
        let at = self.cursor.offset();
        let octet = self.cursor.u8()?;
        let place = "in an attribute list";
        Ok(match octet {
            token::SWITCH_PAGE => {
                self.attribute_page = self.cursor.u8()?;
                EventKind::SwitchPage {
                    space: Space::Attribute,
                    page: self.attribute_page,
                }
            }
            token::END => {
                self.state = owner.after_list();
                EventKind::AttributesEnd
            }
            token::PI | token::LITERAL_A | token::LITERAL_C | token::LITERAL_AC => {
                return Err(ErrorKind::Misplaced {
                    token: octet,
                    place,
                }
                .at(at));
            }
            token::LITERAL => {
                let name = Name::Literal(self.table_reference()?);
                self.attribute(at)?;
                EventKind::AttributeStart { name, prefix: "" }
            }
            _ => match self.value(octet, at, Space::Attribute)? {
                Some(_) if self.attributes == 0 => {
                    return Err(ErrorKind::ValueWithoutAttribute.at(at));
                }
                Some(value) => EventKind::AttributeValue(value),
                None => {
                    self.attribute(at)?;
                    let page = self.attribute_page;
                    match self
                        .vocabulary
                        .and_then(|known| known.attribute_start(page, octet))
                    {
                        Some(start) => EventKind::AttributeStart {
                            name: Name::Known(start.name),
                            prefix: start.prefix,
                        },
                        None => {
                            self.unknown_token(at, octet, page, "attribute start");
                            let name = Name::Unknown { page, token: octet };
                            EventKind::AttributeStart { name, prefix: "" }
                        }
                    }
                }
            },
        })
    }

    fn attribute(&mut self, at: usize) -> Result<(), Error> {
        if self.attributes == self.limits.attributes {
            let limit = self.attributes;
            return Err(ErrorKind::Attributes { limit }.at(at));
        }
        self.attributes += 1;
        Ok(())
    }

    /// The value that a token begins, in either space; `None` when the token is a name.
    fn value(&mut self, octet: u8, at: usize, space: Space) -> Result<Option<Value<'a>>, Error> {
        Ok(Some(match octet {
            token::STR_I => {
                let octets = self
                    .cursor
                    .until_nul()
                    .map_err(|_| ErrorKind::UnterminatedString.at(at))?;
                Value::Inline(self.text(octets, at + 1)?)
            }
            token::STR_T => {
                let operand = self.cursor.offset();
                let offset = integer(&mut self.cursor, &mut self.findings)?;
                Value::Table {
                    offset,
                    text: self.table_text(offset, operand)?,
                }
            }
            token::ENTITY => {
                let code = integer(&mut self.cursor, &mut self.findings)?;
                let entity = char::from_u32(code).filter(|&character| character != '\0');
                Value::Entity(entity.ok_or_else(|| ErrorKind::Entity { code }.at(at))?)
            }
            token::OPAQUE => {
                let length = integer(&mut self.cursor, &mut self.findings)?;
                let octets = self.cursor.take(length as usize).map_err(|_| {
                    ErrorKind::OpaqueLength {
                        length,
                        left: self.cursor.remaining(),
                    }
                    .at(at)
                })?;
                Value::Opaque(octets)
            }
            0x40..=0x42 | 0x80..=0x82 | 0xC0..=0xC2 => {
                return Err(ErrorKind::Extension { token: octet }.at(at));
            }
            0x80.. if space == Space::Attribute => {
                let page = self.attribute_page;
                match self
                    .vocabulary
                    .and_then(|known| known.attribute_value(page, octet))
                {
                    Some(text) => Value::Token(text),
                    None => {
                        self.unknown_token(at, octet, page, "attribute value");
                        Value::Unknown { page, token: octet }
                    }
                }
            }
            _ => return Ok(None),
        }))
    }

    fn table_reference(&mut self) -> Result<Cow<'a, str>, Error> {
        let at = self.cursor.offset();
        let offset = integer(&mut self.cursor, &mut self.findings)?;
        self.table_text(offset, at)
    }

    /// The string at a table offset; it ends with NUL or with the table.
    fn table_text(&mut self, offset: u32, at: usize) -> Result<Cow<'a, str>, Error> {
        let span = self.header.string_table_span.clone();
        let table = self.input.get(span.clone()).unwrap_or_default();
        let entry = table
            .get(offset as usize..)
            .filter(|entry| !entry.is_empty())
            .ok_or_else(|| {
                ErrorKind::StringTableOffset {
                    offset,
                    length: table.len(),
                }
                .at(at)
            })?;
        let length = entry
            .iter()
            .position(|&octet| octet == 0)
            .unwrap_or(entry.len());
        // A few octets may refer to many: what is read this way is counted
        self.table_text += length;
        if self.table_text > self.limits.table_text {
            let limit = self.limits.table_text;
            return Err(ErrorKind::TableText { limit }.at(at));
        }
        self.text(&entry[..length], span.start + offset as usize)
    }

    fn text(&self, octets: &'a [u8], at: usize) -> Result<Cow<'a, str>, Error> {
        let malformed = |at, charset| ErrorKind::Text { charset }.at(at);
        match self.header.charset {
            Charset::Utf8 => std::str::from_utf8(octets)
                .map(Cow::Borrowed)
                .map_err(|error| malformed(at + error.valid_up_to(), "UTF-8")),
            Charset::UsAscii => match octets.iter().position(|octet| !octet.is_ascii()) {
                None => Ok(String::from_utf8_lossy(octets)),
                Some(index) => Err(malformed(at + index, "US-ASCII")),
            },
            // ISO-8859-1 is the first 256 code points of Unicode
            Charset::Latin1 if octets.is_ascii() => Ok(String::from_utf8_lossy(octets)),
            Charset::Latin1 => Ok(octets.iter().map(|&octet| char::from(octet)).collect()),
        }
    }

    fn unknown_token(&mut self, at: usize, octet: u8, page: u8, what: &str) {
        let (expected, remedy) = match self.vocabulary {
            Some(known) => (
                format!("a token of {}", known.name),
                "what it stands for is lost; let the sender write it as a string",
            ),
            None => {
                // None of them means anything: once is enough
                self.strange += 1;
                if self.strange > 1 {
                    return;
                }
                (
                    "tokens of a known document type".to_owned(),
                    "what they stand for is not known; let the sender declare the public id of \
                     the document type",
                )
            }
        };
        note(
            &mut self.findings,
            Finding {
                rule: &rules::UNKNOWN_TOKEN,
                at: Position::Offset(at),
                found: format!("{what} {octet:02X} on code page {page}"),
                expected,
                remedy: remedy.into(),
            },
        );
    }
}

fn integer(cursor: &mut Cursor<'_>, findings: &mut Vec<Finding>) -> Result<u32, Error> {
    let at = cursor.offset();
    let first = cursor.peek();
    let value = cursor.uintvar()?;
    if first == Some(0x80) {
        note(
            findings,
            Finding {
                rule: &rules::OVERLONG_INTEGER,
                at: Position::Offset(at),
                found: format!("{value} in {} octets", cursor.offset() - at),
                expected: format!("{} octet(s)", crate::bytes::uintvar_len(value)),
                remedy: "it is read; some receivers refuse a leading 80".into(),
            },
        );
    }
    Ok(value)
}

fn note(findings: &mut Vec<Finding>, finding: Finding) {
    if has_room(findings, MAX_FINDINGS, finding.rule) {
        findings.push(finding);
    }
}
