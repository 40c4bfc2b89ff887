//! The pull reader.

use memchr::{memchr, memchr2};
use std::borrow::Cow;
use std::fmt;

#[cfg(test)]
mod tests;

use quick_xml::parser::{CommentParser, ElementParser, Parser, PiParser};

use crate::finding::Position;

use super::Policy;
use super::error::{Error, Fault, Flaw, Named, Place, Slip};
use super::grammar::{is_char, is_space};
use super::scan::{Doctype, Scan, plain_name};

const BYTE_ORDER_MARK: char = '\u{FEFF}';
const CDATA: &str = "<![CDATA[";

/// One piece of a document. An empty element gives a start and an end, as `<a></a>` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// A start tag.
    Start(Element<'a>),
    /// Everything between two tags; never empty.
    Text(Text<'a>),
    /// An end tag.
    End {
        /// The name of the element that ends.
        name: &'a str,
        /// Offset of the end tag; of the only tag when the element has just one.
        offset: usize,
    },
}

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element<'a> {
    /// The name as it stands, with any prefix.
    pub name: &'a str,
    /// The attributes in their order; no name occurs twice.
    pub attributes: Vec<Attribute<'a>>,
    /// Offset of the `<`.
    pub offset: usize,
}

/// An attribute of an element.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The name as it stands, with any prefix.
    pub name: &'a str,
    /// The value, normalised as XML 1.0 §3.3.3 says for `CDATA`: a literal tab or line end is a
    /// space, while `&#9;`, `&#10;` and `&#13;` stay themselves.
    pub value: Cow<'a, str>,
    /// Offset of the value's first octet, after the quote.
    pub offset: usize,
}

/// Character data: text, references and CDATA sections joined, comments and processing
/// instructions left out.
#[derive(Clone, PartialEq, Eq)]
pub struct Text<'a> {
    /// The characters; line ends are line feeds (XML 1.0 §2.11).
    pub value: Cow<'a, str>,
    /// Offset of the first octet, which may be that of a reference or `<![CDATA[`.
    pub offset: usize,
}

impl<'a> Element<'a> {
    /// The attribute with this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }
}

// Values may be secrets: only their length is shown.
impl fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}=[{} octets]@{}",
            self.name,
            self.value.len(),
            self.offset
        )
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} octets]@{}", self.value.len(), self.offset)
    }
}

/// Names and offsets of the open elements. Nearly all documents are less deep than the array.
#[derive(Debug, Default)]
struct Open<'a> {
    depth: usize,
    few: [(&'a str, usize); 16],
    deeper: Vec<(&'a str, usize)>,
}

impl<'a> Open<'a> {
    fn push(&mut self, element: (&'a str, usize)) {
        match self.few.get_mut(self.depth) {
            Some(place) => *place = element,
            None => self.deeper.push(element),
        }
        self.depth += 1;
    }

    fn pop(&mut self) -> Option<(&'a str, usize)> {
        let last = self.last()?;
        self.deeper.pop();
        self.depth -= 1;
        Some(last)
    }

    fn last(&self) -> Option<(&'a str, usize)> {
        let last = self.depth.checked_sub(1)?;
        self.deeper.last().or(self.few.get(last)).copied()
    }
}

/// Reads a document piece by piece, and refuses what is not well-formed or not allowed.
///
/// A document is only known to be well-formed once [`next`](Self::next) has returned `None`.
pub struct Reader<'a> {
    text: &'a str,
    /// Offset of the first octet after a byte order mark.
    base: usize,
    /// Offset of the next token.
    next: usize,
    policy: Policy,
    doctype: Option<&'a str>,
    open: Open<'a>,
    elements: usize,
    /// The end of an empty element, whose start was the last event.
    empty: Option<(&'a str, usize)>,
    failed: Option<Error>,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("octets", &self.text.len())
            .field("policy", &self.policy)
            .field("depth", &self.open.depth)
            .field("elements", &self.elements)
            .finish_non_exhaustive()
    }
}

impl<'a> Reader<'a> {
    /// Checks the size, the octets and the characters of `input`.
    ///
    /// # Errors
    /// [`Fault::TooLarge`], [`Fault::CharsetOctets`], [`Fault::NotUtf8`], [`Fault::Character`], and
    /// [`Fault::CharsetDeclared`] when that explains an octet.
    pub fn new(input: &'a [u8], policy: Policy) -> Result<Self, Error> {
        let (octets, limit) = (input.len(), policy.limits.octets);
        if octets > limit {
            return Err(error(
                "",
                Flaw {
                    offset: 0,
                    fault: Fault::TooLarge { octets, limit },
                },
            ));
        }
        let text = decode(input)?;
        if may_break(text)
            && let Some((offset, c)) = text.char_indices().find(|&(_, c)| !is_char(c))
        {
            return Err(error(
                text,
                Flaw {
                    offset,
                    fault: Fault::Character { code: c.into() },
                },
            ));
        }
        Ok(Self {
            text,
            base: base(text),
            next: base(text),
            policy,
            doctype: None,
            open: Open::default(),
            elements: 0,
            empty: None,
            failed: None,
        })
    }

    /// The whole input, with any byte order mark; offsets count in it.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Line and column of the octet at `offset`; a byte order mark does not count as a column.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        position(self.text, offset)
    }

    /// The next piece, or `None` after the whole document.
    ///
    /// # Errors
    /// [`Error`]; from then on always the same.
    #[allow(clippy::should_implement_trait)] // it can fail, and is read with `while let Some(…)?`
    pub fn next(&mut self) -> Result<Option<Event<'a>>, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.advance().map_err(|flaw| {
            let error = error(self.text, flaw);
            self.failed = Some(error.clone());
            error
        })
    }

    fn advance(&mut self) -> Result<Option<Event<'a>>, Flaw> {
        if let Some((name, offset)) = self.empty.take() {
            return Ok(Some(Event::End { name, offset }));
        }
        if let Some(event) = self.plain() {
            return Ok(Some(event));
        }
        let mut text: Option<Text<'a>> = None;
        loop {
            let start = self.next;
            let rest = self.text.get(start..).unwrap_or_default();
            let is_tag = rest.starts_with('<') && !rest[1..].starts_with(['!', '?']);
            if is_tag && let Some(text) = text {
                return Ok(Some(Event::Text(text)));
            }
            let mut scan = self.token(start, rest);
            match rest.as_bytes() {
                [] => return self.finish(start).map(|()| None),
                [b'<', b'/', ..] => {
                    let event = self.end(&mut scan, start)?;
                    self.next = scan.offset();
                    return Ok(Some(event));
                }
                [b'<', b'!', b'-', b'-', ..] => scan.comment()?,
                [b'<', b'!', b'[', ..] if rest.starts_with(CDATA) => {
                    self.section(&mut text, &mut scan, start)?;
                }
                [b'<', b'!', ..] => self.doctype(&mut scan, start)?,
                [b'<', b'?', ..] if start == self.base && scan.is_declaration() => {
                    self.declaration(&mut scan)?;
                }
                [b'<', b'?', ..] => {
                    let result = scan.processing_instruction();
                    result.map_err(|flaw| self.placed(flaw))?;
                }
                [b'<', ..] => {
                    let event = self.start(&mut scan, start)?;
                    self.next = scan.offset();
                    return Ok(Some(event));
                }
                [b'&', ..] => {
                    let end = rest.bytes().skip(1).find(|octet| b";&<".contains(octet));
                    if end != Some(b';') {
                        return Fault::DanglingAmpersand.at(start);
                    }
                    if self.open.depth == 0 {
                        return Fault::TextOutsideRoot { slip: None }.at(start);
                    }
                    append(&mut text, Cow::Owned(scan.reference()?.into()), start);
                }
                octets => {
                    let end = memchr2(b'<', b'&', octets);
                    let raw = &rest[..end.unwrap_or(rest.len())];
                    self.characters(&mut text, raw, start)?;
                    scan.skip(raw.len());
                }
            }
            self.next = scan.offset();
        }
    }

    /// A tag that is written the plain way, inside of the root: a start tag of an ASCII name and
    /// nothing else, or the end tag of the element that is open. The productions judge all others.
    #[inline]
    fn plain(&mut self) -> Option<Event<'a>> {
        let offset = self.next;
        let rest = self.text.as_bytes().get(offset..)?;
        let (open, _) = self.open.last()?;
        let rest = match rest {
            [b'<', b'/', rest @ ..] => {
                let after = rest.strip_prefix(open.as_bytes())?;
                if after.first() != Some(&b'>') {
                    return None;
                }
                self.open.pop();
                self.next += open.len() + 3;
                return Some(Event::End { name: open, offset });
            }
            [b'<', rest @ ..] => rest,
            _ => return None,
        };
        let length = plain_name(rest);
        let limits = self.policy.limits;
        if length == 0
            || rest.get(length) != Some(&b'>')
            || self.open.depth >= limits.depth
            || self.elements >= limits.elements
        {
            return None;
        }
        let name = self.text.get(offset + 1..offset + 1 + length)?;
        self.elements += 1;
        self.open.push((name, offset));
        self.next += length + 2;
        let attributes = Vec::new();
        Some(Event::Start(Element {
            name,
            attributes,
            offset,
        }))
    }

    /// The token at `start`, up to where quick-xml sees its end. What has none there is looked at
    /// as far as the input goes, so that the productions say what is missing.
    fn token(&self, start: usize, rest: &str) -> Scan<'a> {
        let rest = rest.as_bytes();
        let (markup, end) = match rest {
            [b'<', b'!', b'-', b'-', text @ ..] => (4, CommentParser::default().feed(text)),
            // Sections, declarations and end tags end where their own productions say
            [b'<', b'!' | b'/', ..] => (0, None),
            [b'<', b'?', text @ ..] => (2, PiParser::default().feed(text)),
            [b'<', text @ ..] => (1, ElementParser::default().feed(text)),
            _ => (0, None),
        };
        let end = end.map(|end| start + markup + end + 1);
        let text = end.and_then(|end| self.text.get(..end));
        Scan::new(text.unwrap_or(self.text), start)
    }

    fn characters(
        &self,
        text: &mut Option<Text<'a>>,
        raw: &'a str,
        start: usize,
    ) -> Result<(), Flaw> {
        if self.open.depth == 0 {
            return match raw.find(|c| !is_space(c)) {
                Some(index) => {
                    let is_folded = matches!(raw.trim(), "-" | "+");
                    let slip = is_folded.then_some(Slip::Folded);
                    Fault::TextOutsideRoot { slip }.at(start + index)
                }
                None => Ok(()),
            };
        }
        if memchr(b']', raw.as_bytes()).is_some()
            && let Some(index) = raw.find("]]>")
        {
            return Fault::CdataEndInText.at(start + index);
        }
        append(text, line_feeds(raw), start);
        Ok(())
    }

    fn section(
        &self,
        text: &mut Option<Text<'a>>,
        scan: &mut Scan<'a>,
        start: usize,
    ) -> Result<(), Flaw> {
        let content = scan.section()?;
        if self.open.depth == 0 {
            return Fault::TextOutsideRoot { slip: None }.at(start);
        }
        append(text, line_feeds(content), start);
        Ok(())
    }

    fn start(&mut self, scan: &mut Scan<'a>, start: usize) -> Result<Event<'a>, Flaw> {
        let limits = self.policy.limits;
        if self.open.depth == 0 && self.elements > 0 {
            // A flaw in its own tag matters less
            let name = scan.start_tag(limits.attributes).map(|tag| tag.0.name);
            return Fault::TwoRoots {
                is_characteristic: name.is_ok_and(|name| name == "characteristic"),
            }
            .at(start);
        }
        if self.open.depth >= limits.depth {
            return Fault::TooDeep {
                limit: limits.depth,
            }
            .at(start);
        }
        if self.elements >= limits.elements {
            return Fault::TooManyElements {
                limit: limits.elements,
            }
            .at(start);
        }
        let (element, empty) = scan.start_tag(limits.attributes)?;
        let name = element.name;
        if self.elements == 0
            && let Some(doctype) = self.doctype.filter(|&doctype| doctype != name)
        {
            return Fault::DoctypeRoot {
                doctype: doctype.to_owned(),
                root: name.to_owned(),
            }
            .at(start);
        }
        self.elements += 1;
        if empty {
            self.empty = Some((name, start));
        } else {
            self.open.push((name, start));
        }
        Ok(Event::Start(element))
    }

    fn end(&mut self, scan: &mut Scan<'a>, start: usize) -> Result<Event<'a>, Flaw> {
        let name = scan.end_tag()?;
        match self.open.pop() {
            Some((open, _)) if open == name => Ok(Event::End {
                name,
                offset: start,
            }),
            Some((open, opened)) => Fault::EndTagMismatch {
                opened: self.position(opened),
                names: self.named(open, name),
            }
            .at(start),
            None => Fault::EndTagUnmatched.at(start),
        }
    }

    fn declaration(&self, scan: &mut Scan<'a>) -> Result<(), Flaw> {
        if scan.declaration()?
            && let Some(offset) = self
                .text
                .bytes()
                .skip(self.base)
                .position(|octet| !octet.is_ascii())
        {
            let offset = self.base + offset;
            let octet = self
                .text
                .as_bytes()
                .get(offset)
                .copied()
                .unwrap_or_default();
            return Fault::NotAscii { octet }.at(offset);
        }
        Ok(())
    }

    fn doctype(&mut self, scan: &mut Scan<'a>, start: usize) -> Result<(), Flaw> {
        let Doctype {
            name,
            public_id,
            public_id_at,
            system_only,
            internal_subset,
        } = scan.doctype()?;
        if self.elements > 0 {
            let place = self.place();
            return Fault::DoctypeMisplaced { place }.at(start);
        }
        if self.doctype.is_some() {
            return Fault::DoctypeTwice.at(start);
        }
        if let Some(keyword) = system_only {
            return Fault::DoctypeSystemOnly.at(keyword);
        }
        let expected = self.policy.public_ids;
        // §4.2.2: compared with each run of white space as one space, and none at the ends.
        let found = public_id.map(|id| id.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        if !found.as_deref().is_some_and(|id| expected.contains(&id)) {
            return Fault::DoctypePublicId {
                found,
                expected,
                is_page: name.eq_ignore_ascii_case("html"),
            }
            .at(public_id_at);
        }
        if let Some(offset) = internal_subset
            && !self.policy.internal_subset
        {
            return Fault::InternalSubset.at(offset);
        }
        self.doctype = Some(name);
        Ok(())
    }

    /// Which element an end tag of this `name` closes, in place of the one that was `open`.
    fn named(&mut self, open: &str, name: &str) -> Named {
        if open.eq_ignore_ascii_case(name) {
            return Named::OtherCase;
        }
        let mut inside = 1;
        while let Some((outer, opened)) = self.open.pop() {
            if outer == name {
                let opened = self.position(opened);
                return Named::Outer { opened, inside };
            }
            inside += 1;
        }
        Named::None
    }

    /// Where the reader stands, seen from the root element.
    fn place(&self) -> Place {
        match (self.elements, self.open.depth) {
            (0, _) => Place::Before,
            (_, 0) => Place::After,
            _ => Place::Inside,
        }
    }

    /// Says where a declaration is, which a scan cannot tell.
    fn placed(&self, mut flaw: Flaw) -> Flaw {
        if let Fault::DeclarationMisplaced { place } = &mut flaw.fault {
            *place = self.place();
        }
        flaw
    }

    fn finish(&self, end: usize) -> Result<(), Flaw> {
        match self.open.last() {
            Some((_, opened)) => {
                let opened = self.position(opened);
                Fault::ElementNotClosed { opened }.at(end)
            }
            None if self.elements == 0 => Fault::NoRoot.at(end),
            None => Ok(()),
        }
    }
}

/// Joins a piece of character data to what is there.
fn append<'a>(text: &mut Option<Text<'a>>, piece: Cow<'a, str>, offset: usize) {
    match text {
        _ if piece.is_empty() => {}
        Some(text) => text.value.to_mut().push_str(&piece),
        None => {
            *text = Some(Text {
                value: piece,
                offset,
            })
        }
    }
}

/// Line ends as §2.11 wants them.
fn line_feeds(raw: &str) -> Cow<'_, str> {
    if memchr(b'\r', raw.as_bytes()).is_some() {
        Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(raw)
    }
}

/// Whether a text can have a character that no document may carry: a control character, or one
/// that begins like U+FFFE. All octets are looked at, which is faster than to stop at the first.
fn may_break(text: &str) -> bool {
    let suspect =
        |octet: u8| (octet < b' ') & !matches!(octet, b'\t' | b'\n' | b'\r') | (octet == 0xEF);
    text.bytes()
        .fold(false, |found, octet| found | suspect(octet))
}

/// Offset of the first octet after a byte order mark.
fn base(text: &str) -> usize {
    if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len_utf8()
    } else {
        0
    }
}

fn position(text: &str, offset: usize) -> Position {
    let base = base(text);
    Position::in_text(
        text.get(base..).unwrap_or_default(),
        offset.saturating_sub(base),
    )
}

fn error(text: &str, flaw: Flaw) -> Error {
    let Flaw { offset, fault } = flaw;
    Error {
        at: position(text, offset),
        fault,
        offset,
    }
}

/// The input as UTF-8.
fn decode(input: &[u8]) -> Result<&str, Error> {
    if let Some(charset) = wide_charset(input) {
        return Err(error(
            "",
            Flaw {
                offset: 0,
                fault: Fault::CharsetOctets { charset },
            },
        ));
    }
    let utf8 = match std::str::from_utf8(input) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let offset = utf8.valid_up_to();
    let (before, after) = input.split_at(offset);
    let before = std::str::from_utf8(before).unwrap_or_default();
    // A declared charset explains the octet.
    let declared = Scan::new(before, base(before)).declaration();
    let flaw = match declared {
        Err(
            flaw @ Flaw {
                fault: Fault::CharsetDeclared { .. },
                ..
            },
        ) => flaw,
        _ => {
            let octet = after.first().copied().unwrap_or_default();
            Flaw {
                offset,
                fault: Fault::NotUtf8 { octet },
            }
        }
    };
    Err(error(before, flaw))
}

/// UTF-16 and UTF-32 by their first octets (XML 1.0 appendix F), as iconv calls them: with a byte
/// order mark it finds the order itself.
fn wide_charset(input: &[u8]) -> Option<&'static str> {
    match input {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        [b'<', 0, 0, 0, ..] => Some("UTF-32LE"),
        [0, 0, 0, b'<', ..] => Some("UTF-32BE"),
        [b'<', 0, ..] => Some("UTF-16LE"),
        [0, b'<', ..] => Some("UTF-16BE"),
        _ => None,
    }
}
