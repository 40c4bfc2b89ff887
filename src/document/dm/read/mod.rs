//! Messages and trees from WBXML and XML, in every form that senders use.

mod message;
mod source;
mod tree;

use super::message::Message;
use super::rules;
use super::text::Text;
use super::tnds::MgmtTree;
use crate::finding::{Finding, Position, Rule, has_room};
use crate::wire::wbxml::tables::Vocabulary;
use crate::wire::wbxml::tables::syncml::{DM_DDF, SYNCML};
use crate::wire::wbxml::{self, PublicId};
use crate::wire::xml;
use source::{Piece, Source};
use std::borrow::Cow;

/// A document that could be read, and what deviates in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<D> {
    /// The document.
    pub document: D,
    /// What the reader accepted although it deviates.
    pub findings: Vec<Finding>,
}

/// A document that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is not well-formed XML.
    #[error(transparent)]
    Xml(#[from] xml::Error),
    /// It is not well-formed WBXML.
    #[error(transparent)]
    Wbxml(#[from] wbxml::Error),
    /// It is something else than what it should be.
    #[error("{at}: found {found}, expected {expected}; check that this is the right document")]
    Other {
        /// What it is.
        found: String,
        /// `SyncML` or `MgmtTree`.
        expected: &'static str,
        /// Where that shows.
        at: Position,
    },
    /// A tree inside the message cannot be read.
    #[error("the tree at {at}: {source}")]
    Tree {
        /// Where the tree stands in the message.
        at: Position,
        /// Why; its place counts from the start of the tree.
        source: Box<Error>,
    },
}

impl Error {
    /// The stable id of the rule that the input breaks.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Xml(error) => error.rule(),
            Self::Wbxml(error) => error.kind.rule(),
            Self::Other { expected, .. } => match *expected {
                "MgmtTree" => "tnds-not-a-tree",
                _ => "dm-not-a-message",
            },
            Self::Tree { source, .. } => source.rule(),
        }
    }

    /// Where the input breaks it; offsets count in the whole input.
    #[must_use]
    pub fn at(&self) -> Position {
        match self {
            Self::Xml(error) => error.at,
            Self::Wbxml(error) => Position::Offset(error.at),
            Self::Other { at, .. } => *at,
            Self::Tree { at, source } => match (*at, source.at()) {
                (Position::Offset(start), Position::Offset(inner)) => {
                    Position::Offset(start + inner)
                }
                (at, _) => at,
            },
        }
    }
}

impl<'a> Message<'a> {
    /// Reads a WBXML message, versions 1.1 to 1.3, with trees in any form.
    ///
    /// # Errors
    /// [`Error`]
    pub fn from_wbxml(octets: &'a [u8]) -> Result<Parsed<Self>, Error> {
        let mut parser = Parser::new(Source::wbxml(octets)?);
        parser.vocabulary(&SYNCML, "SyncML")?;
        parser.message()
    }

    /// Reads an XML message.
    ///
    /// # Errors
    /// [`Error`]
    pub fn from_xml(octets: &'a [u8]) -> Result<Parsed<Self>, Error> {
        Parser::new(Source::xml(octets)?).message()
    }
}

impl<'a> MgmtTree<'a> {
    /// Reads a tree that is a WBXML document of its own.
    ///
    /// # Errors
    /// [`Error`]
    pub fn from_wbxml(octets: &'a [u8]) -> Result<Parsed<Self>, Error> {
        let mut parser = Parser::new(Source::wbxml(octets)?);
        parser.vocabulary(&DM_DDF, "MgmtTree")?;
        parser.tree_document()
    }

    /// Reads a tree that is an XML document of its own.
    ///
    /// # Errors
    /// [`Error`]
    pub fn from_xml(octets: &'a [u8]) -> Result<Parsed<Self>, Error> {
        Parser::new(Source::xml(octets)?).tree_document()
    }
}

/// A child element: its name, unless its token is unknown, and where it stands.
type Child<'a> = (Option<Cow<'a, str>>, usize);

/// More than this from one document helps nobody.
const MAX_FINDINGS: usize = 256;

/// Reads elements by recursive descent; the sources bound the depth.
struct Parser<'a> {
    source: Source<'a>,
    findings: Vec<Finding>,
}

impl<'a> Parser<'a> {
    fn new(source: Source<'a>) -> Self {
        Self {
            source,
            findings: Vec::new(),
        }
    }

    fn find(
        &mut self,
        rule: &'static Rule,
        at: usize,
        found: impl Into<String>,
        expected: &str,
        remedy: &str,
    ) {
        if has_room(&self.findings, MAX_FINDINGS, rule) {
            self.findings.push(Finding {
                rule,
                at: self.source.position(at),
                found: found.into(),
                expected: expected.into(),
                remedy: remedy.into(),
            });
        }
    }

    fn finish<D>(self, document: D) -> Parsed<D> {
        let mut findings = self.findings;
        findings.extend(self.source.into_findings());
        findings.sort_by_key(|finding| finding.at);
        Parsed { document, findings }
    }

    /// Sees to it that the right tables are used, and notes how they were named.
    fn vocabulary(&mut self, wanted: &'static Vocabulary, root: &'static str) -> Result<(), Error> {
        let Some(header) = self.source.header() else {
            return Ok(());
        };
        let (version, table) = (header.version, header.string_table_span.clone());
        let at = header.public_id_span.start;
        let id = match &header.public_id {
            PublicId::Number(number) => format!("public id 0x{number:X}"),
            PublicId::Text(text) => format!("public id {}", shown(text)),
        };
        let is_text = matches!(header.public_id, PublicId::Text(_));
        let known = self.source.vocabulary();
        let is_wanted = known.is_some_and(|known| std::ptr::eq(known, wanted));
        // SyncML 1.0 and 1.1 share the tokens that a bootstrap needs; some senders of DM 1.2
        // messages name them
        let older = match &header.public_id {
            PublicId::Number(number) => matches!(number, 1 | 0x0FD1 | 0x0FD3),
            PublicId::Text(text) => {
                matches!(
                    &**text,
                    "-//SYNCML//DTD SyncML 1.0//EN" | "-//SYNCML//DTD SyncML 1.1//EN"
                )
            }
        };
        if !(is_wanted || older && known.is_none()) {
            return Err(Error::Other {
                found: id,
                expected: root,
                at: Position::Offset(at),
            });
        }
        if !is_wanted {
            self.source.assume(wanted);
            let remedy = "it is read as SyncML 1.2; let the sender name that";
            self.find(&rules::PUBLIC_ID, at, id, "0x1201 (SyncML 1.2)", remedy);
        } else if root == "SyncML" && is_text {
            let remedy = "it is read; the number has the widest reach";
            self.find(
                &rules::PUBLIC_ID_TEXT,
                at,
                "a public id as text",
                "A4 01",
                remedy,
            );
        }
        if root == "SyncML" && version == 0x03 {
            let remedy = "it is read; write 1.2 for the widest reach";
            self.find(
                &rules::WBXML_VERSION,
                0,
                "WBXML 1.3",
                "1.2 (octet 02)",
                remedy,
            );
        }
        if root == "MgmtTree" {
            let id = wanted.public_ids[0].len() + 1;
            if version != 0x02 || table.start != 5 || table.len() != id {
                self.find(
                    &rules::TNDS_HEADER,
                    0,
                    format!(
                        "WBXML 1.{version} with a string table of {} octets",
                        table.len()
                    ),
                    "02 00 00 6A 1B, the public id and its NUL",
                    "it is read; write the plain header for the widest reach",
                );
            }
        }
        Ok(())
    }

    /// Enters the root, which must have this name. Returns where it stands.
    fn root(&mut self, wanted: &'static str) -> Result<usize, Error> {
        loop {
            match self.source.next()? {
                Some(Piece::Start { name, at }) if name.as_deref() == Some(wanted) => {
                    return Ok(at);
                }
                Some(Piece::Start { name, at }) => {
                    let found = name.map_or_else(
                        || "an element of an unknown token".into(),
                        |name| format!("an element {}", shown(&name)),
                    );
                    return Err(Error::Other {
                        found,
                        expected: wanted,
                        at: self.source.position(at),
                    });
                }
                Some(_) => {}
                // The sources refuse a document without a root
                None => return Ok(0),
            }
        }
    }

    /// Reads to the end of the document, so that what follows the root is refused.
    fn rest(&mut self) -> Result<(), Error> {
        while self.source.next()?.is_some() {}
        Ok(())
    }

    /// The next child of the open element, which `rules` belong to; `None` at its end.
    fn child(&mut self, family: Family) -> Result<Option<Child<'a>>, Error> {
        loop {
            match self.source.next()? {
                Some(Piece::Start { name, at }) => return Ok(Some((name, at))),
                Some(Piece::End) | None => return Ok(None),
                Some(Piece::Text { text, at }) => self.stray(text.as_bytes(), at, family),
                Some(Piece::Octets { octets, at }) => self.stray(octets, at, family),
            }
        }
    }

    fn stray(&mut self, octets: &[u8], at: usize, family: Family) {
        let Some(offset) = octets.iter().position(|octet| !octet.is_ascii_whitespace()) else {
            return;
        };
        let remedy = "it is left out of what is read; correct the source";
        let rule = family.text();
        let at = if self.source.is_xml() {
            at + offset
        } else {
            at
        };
        self.find(rule, at, "text between elements", "elements only", remedy);
    }

    /// Skips the open element with all that is in it.
    fn skip(&mut self) -> Result<(), Error> {
        let mut depth = 1;
        while depth > 0 {
            match self.source.next()? {
                Some(Piece::Start { .. }) => depth += 1,
                Some(Piece::End) => depth -= 1,
                Some(_) => {}
                None => break,
            }
        }
        Ok(())
    }

    /// Skips an element that has no place here.
    fn unexpected(
        &mut self,
        name: Option<&str>,
        at: usize,
        parent: &str,
        family: Family,
    ) -> Result<(), Error> {
        // An unknown token is a finding of the reader's already
        if let Some(name) = name {
            let found = format!("an element {} in {parent}", shown(name));
            let remedy = "it is left out of what is read; correct the source";
            self.find(
                family.element(),
                at,
                found,
                "an element that the DTD has there",
                remedy,
            );
        }
        self.skip()
    }

    /// The text of the open element; its end is consumed.
    fn text(&mut self, family: Family) -> Result<Text<'a>, Error> {
        let mut whole: Option<Cow<'a, str>> = None;
        loop {
            match self.source.next()? {
                Some(Piece::Text { text, .. }) => join(&mut whole, text),
                Some(Piece::Octets { octets, at }) => {
                    let remedy = "it is read as UTF-8; let the sender write a string";
                    self.find(
                        &rules::TNDS_OPAQUE_TEXT,
                        at,
                        format!("{} opaque octets as text", octets.len()),
                        "a string",
                        remedy,
                    );
                    join(&mut whole, String::from_utf8_lossy(octets));
                }
                Some(Piece::Start { name, at }) => {
                    self.unexpected(name.as_deref(), at, "a text", family)?;
                }
                Some(Piece::End) | None => return Ok(Text::fixed(whole.unwrap_or_default())),
            }
        }
    }

    /// Puts a text into a place that holds one.
    fn text_once(
        &mut self,
        place: &mut Option<Text<'a>>,
        name: &str,
        at: usize,
        family: Family,
    ) -> Result<(), Error> {
        let text = self.text(family)?;
        if place.is_some() {
            self.repeated(name, at, family);
        } else {
            *place = Some(text);
        }
        Ok(())
    }

    fn repeated(&mut self, name: &str, at: usize, family: Family) {
        let found = format!("a second {name}");
        let remedy = "the first one holds; correct the source";
        self.find(family.repeated(), at, found, "it once", remedy);
    }
}

fn join<'a>(whole: &mut Option<Cow<'a, str>>, text: Cow<'a, str>) {
    match whole {
        Some(whole) if !text.is_empty() => whole.to_mut().push_str(&text),
        Some(_) => {}
        None => *whole = Some(text),
    }
}

/// Whose rules an element is judged by.
#[derive(Debug, Clone, Copy)]
enum Family {
    Message,
    Tree,
}

impl Family {
    fn element(self) -> &'static Rule {
        match self {
            Self::Message => &rules::UNEXPECTED_ELEMENT,
            Self::Tree => &rules::TNDS_ELEMENT,
        }
    }

    fn text(self) -> &'static Rule {
        match self {
            Self::Message => &rules::UNEXPECTED_TEXT,
            Self::Tree => &rules::TNDS_UNEXPECTED_TEXT,
        }
    }

    fn repeated(self) -> &'static Rule {
        match self {
            Self::Message => &rules::REPEATED_ELEMENT,
            Self::Tree => &rules::TNDS_REPEATED,
        }
    }
}

/// A text as a message may show it: quoted, escaped, not longer than a line.
fn shown(text: &str) -> String {
    const LIMIT: usize = 60;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
