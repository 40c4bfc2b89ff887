//! Messages and trees piece by piece, without building anything.
//!
//! A [`Walk`] yields the elements and texts of a document in their order. Whether it is WBXML or
//! XML makes no difference, and neither does the form of a tree in a message: one that is a
//! document of its own inside the message, WBXML or XML, is walked through as if it stood there.
//! Texts borrow from the input, so a walk allocates for its readers and for what deviates, nothing
//! else.

mod root;
mod source;
#[cfg(test)]
mod tests;

use super::rules;
use super::wbxml::TndsForm;
use crate::finding::{Finding, Position, Rule, has_room};
use crate::wire::wbxml::tables::syncml::DM_DDF;
use crate::wire::wbxml::{self, PublicId};
use crate::wire::xml::{self, Origins};
pub use root::Root;
pub(super) use root::is_tree_text;
use root::{Header, is_markup, names_tree};
pub(in crate::document) use source::POLICY;
use source::Source;
use std::borrow::Cow;

/// Octets of a document at most.
pub const MAX_OCTETS: usize = 1 << 20;

/// Elements nested inside each other at most. A tree that is a document of its own inside a message
/// has as many again.
pub const MAX_DEPTH: usize = 64;

/// Elements of a document at most.
pub const MAX_ELEMENTS: usize = 1 << 16;

/// More findings than this from one document help nobody.
const MAX_FINDINGS: usize = 256;

/// One piece of a document. Places are offsets in the whole input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// An element begins.
    Start {
        /// Its name without prefix; `None` when its token is unknown.
        name: Option<Cow<'a, str>>,
        /// Where.
        at: usize,
    },
    /// Text in the element; one text may come in several pieces.
    Text {
        /// The characters.
        text: Cow<'a, str>,
        /// Where.
        at: usize,
    },
    /// Octets in the element.
    Octets {
        /// The octets.
        octets: &'a [u8],
        /// Where they begin.
        at: usize,
    },
    /// The innermost element ends.
    End,
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
    #[error("{at}, in the tree that the message carries: {}", bare(.source))]
    Tree {
        /// Where, in the whole input.
        at: Position,
        /// Why; its own place counts from the start of the tree.
        source: Box<Error>,
    },
}

/// What an error says, without its place.
fn bare(error: &Error) -> String {
    match error {
        Error::Xml(error) => error.sentence(),
        Error::Wbxml(error) => error.kind.to_string(),
        Error::Other {
            found, expected, ..
        } => format!("found {found}, expected {expected}; correct the tree or its Type"),
        Error::Tree { source, .. } => bare(source),
    }
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
            Self::Other { at, .. } | Self::Tree { at, .. } => *at,
        }
    }

    /// What is wrong and what to do, without the place.
    #[must_use]
    pub fn sentence(&self) -> String {
        bare(self)
    }

    /// The offset in the input of its own.
    fn offset(&self) -> usize {
        match self {
            Self::Xml(error) => error.offset,
            Self::Wbxml(error) => error.at,
            Self::Other {
                at: Position::Offset(at),
                ..
            } => *at,
            Self::Other { .. } | Self::Tree { .. } => 0,
        }
    }
}

/// A deviation that a source saw, at an offset of its own input.
#[derive(Debug)]
struct Note {
    rule: &'static Rule,
    at: usize,
    found: String,
}

/// Walks through a document.
#[derive(Debug)]
pub struct Walk<'a> {
    input: &'a [u8],
    root: Root,
    source: Source<'a>,
    /// The tree inside the message that is being walked through, and where it begins.
    inner: Option<(Source<'a>, usize)>,
    /// The form of a tree of its own that was entered, and where it begins.
    embedded: Option<(TndsForm, usize)>,
    /// A piece that was read ahead.
    held: Option<Piece<'a>>,
    started: bool,
    place: Place,
    /// A tree that is a text is left to be one.
    texts_stay: bool,
    /// Places are told as offsets, in XML too.
    by_offsets: bool,
    /// Whether the Meta of the command, and of the item, says that the data is a tree.
    says_tree: (bool, bool),
    in_item: bool,
    notes: Vec<Note>,
    findings: Vec<Finding>,
}

/// The element whose own text comes next, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Data,
    Type,
    Other,
}

impl<'a> Walk<'a> {
    /// A walk through a WBXML document, version 1.1 to 1.3.
    ///
    /// # Errors
    /// [`Error`] when its header cannot be read or names another document type.
    pub fn wbxml(octets: &'a [u8], root: Root) -> Result<Self, Error> {
        let mut findings = Vec::new();
        let source = tokens(octets, root, 0, &mut findings)?;
        Ok(Self::new(octets, root, source, findings))
    }

    /// A walk through an XML document.
    ///
    /// # Errors
    /// [`Error`] when it is no UTF-8 text or too long.
    pub fn xml(octets: &'a [u8], root: Root) -> Result<Self, Error> {
        let source = Source::xml(octets)?;
        Ok(Self::new(octets, root, source, Vec::new()))
    }

    fn new(input: &'a [u8], root: Root, source: Source<'a>, findings: Vec<Finding>) -> Self {
        Self {
            input,
            root,
            source,
            inner: None,
            embedded: None,
            held: None,
            started: false,
            place: Place::Other,
            texts_stay: false,
            by_offsets: false,
            says_tree: (false, false),
            in_item: false,
            notes: Vec::new(),
            findings,
        }
    }

    /// The same walk, but not through trees that are XML text: they come as the text that they are.
    #[must_use]
    pub fn leaving_texts(self) -> Self {
        Self {
            texts_stay: true,
            ..self
        }
    }

    /// The same walk, but places are told as offsets, for those who know where these are in another
    /// text.
    pub(super) fn by_offsets(self) -> Self {
        Self {
            by_offsets: true,
            ..self
        }
    }

    /// True when trees that are XML text come as text.
    pub(super) fn leaves_texts(&self) -> bool {
        self.texts_stay
    }

    /// The next piece; `None` after the whole document. The first is the start of the root.
    ///
    /// # Errors
    /// [`Error`] where the document is malformed, or where its root is another one.
    #[allow(clippy::should_implement_trait)] // it can fail, and is read with `while let Some(…)?`
    pub fn next(&mut self) -> Result<Option<Piece<'a>>, Error> {
        loop {
            if let Some((source, base)) = &mut self.inner {
                let (base, first) = (*base, !self.started);
                let piece = source.next(&mut self.notes);
                self.note(base);
                let piece = piece.map_err(|error| self.in_tree(error, base))?;
                match piece {
                    Some(piece) if first => {
                        self.started = true;
                        let piece = self.is_root(piece, Root::Tree);
                        let piece = piece.map_err(|error| self.in_tree(error, base))?;
                        return Ok(Some(shifted(piece, base)));
                    }
                    Some(piece) => return Ok(Some(shifted(piece, base))),
                    None => self.leave(),
                }
                continue;
            }
            if let Some(piece) = self.held.take() {
                self.track(&piece);
                return Ok(Some(piece));
            }
            let piece = self.source.next(&mut self.notes);
            self.note(0);
            let Some(mut piece) = piece? else {
                return Ok(None);
            };
            if !self.started {
                self.started = true;
                piece = self.is_root(piece, self.root)?;
            }
            if self.place == Place::Data {
                match self.embedded_tree(piece)? {
                    Some(other) => piece = other,
                    None => continue,
                }
            }
            self.track(&piece);
            return Ok(Some(piece));
        }
    }

    /// The form of the tree that was entered last, if it is a document of its own inside the
    /// message, and the offset where that begins. It is told once.
    pub(super) fn embedded(&mut self) -> Option<(TndsForm, usize)> {
        self.embedded.take()
    }

    /// The place of an offset.
    #[must_use]
    pub fn position(&self, at: usize) -> Position {
        match self.by_offsets {
            true => Position::Offset(at),
            false => self.source.position(at),
        }
    }

    /// Where a piece of text begins: in WBXML its first character, in XML what it is written with.
    pub(super) fn origin(&self, text: &str, at: usize) -> usize {
        match self.is_xml() {
            true => at,
            // An entity stands in the input as its number
            false => self.offset_of(text).unwrap_or(at),
        }
    }

    /// Where the octets of a text stand that came in pieces: the octets before each, and its
    /// [`origin`](Self::origin).
    pub(super) fn origins(&self, pieces: &[(usize, usize)]) -> Origins {
        let mut origins = Origins::default();
        for &(before, at) in pieces {
            match &self.source {
                Source::Wbxml(_) => origins.add(before, at),
                Source::Xml(reader) => origins.read(reader.text(), at),
            }
        }
        origins
    }

    /// The offset of a text that stands in the input, as all do that are borrowed.
    fn offset_of(&self, text: &str) -> Option<usize> {
        let offset = (text.as_ptr() as usize).checked_sub(self.input.as_ptr() as usize);
        offset.filter(|offset| *offset < self.input.len())
    }

    /// True for XML.
    #[must_use]
    pub fn is_xml(&self) -> bool {
        self.source.is_xml()
    }

    /// True while pieces come from XML: the document, or a tree in it.
    pub(super) fn in_xml(&self) -> bool {
        match &self.inner {
            Some((inner, _)) => inner.is_xml(),
            None => self.source.is_xml(),
        }
    }

    /// What was accepted although it deviates, in the order of the document.
    #[must_use]
    pub fn into_findings(mut self) -> Vec<Finding> {
        self.leave();
        let outer = self.source.into_findings();
        let mut findings = self.findings;
        findings.extend(outer);
        findings.sort_by_key(|finding| finding.at);
        findings
    }

    /// Adds a finding at an offset.
    pub(super) fn find(
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
                at: self.position(at),
                found: found.into(),
                expected: expected.into(),
                remedy: remedy.into(),
            });
        }
    }

    /// Adds a finding that has its place.
    pub(super) fn adopt(&mut self, finding: Finding) {
        if has_room(&self.findings, MAX_FINDINGS, finding.rule) {
            self.findings.push(finding);
        }
    }

    #[inline]
    fn note(&mut self, base: usize) {
        if !self.notes.is_empty() {
            self.find_noted(base);
        }
    }

    #[cold]
    fn find_noted(&mut self, base: usize) {
        for Note { rule, at, found } in std::mem::take(&mut self.notes) {
            let (expected, remedy) = if rule == &rules::NAMESPACE {
                (
                    "SYNCML:SYNCML1.2, syncml:metinf or syncml:dmddf1.2",
                    "it is read as if it were the right one; some receivers refuse it",
                )
            } else {
                ("none", "it is left out of what is read; remove it")
            };
            self.find(rule, at + base, found, expected, remedy);
        }
    }

    /// Remembers what decides about the texts to come.
    fn track(&mut self, piece: &Piece<'a>) {
        match piece {
            Piece::Start { name, .. } => {
                self.place = match name.as_deref() {
                    Some("Data") => Place::Data,
                    Some("Type") => Place::Type,
                    _ => Place::Other,
                };
                match name.as_deref() {
                    Some("Add") => (self.says_tree, self.in_item) = ((false, false), false),
                    Some("Item") => (self.says_tree.1, self.in_item) = (false, true),
                    _ => {}
                }
            }
            Piece::Text { text, .. } if self.place == Place::Type => {
                let says = text.contains("dmtnds");
                match self.in_item {
                    true => self.says_tree.1 |= says,
                    false => self.says_tree.0 |= says,
                }
            }
            Piece::Text { .. } | Piece::Octets { .. } => {}
            Piece::End => self.place = Place::Other,
        }
    }

    /// Enters the tree that a piece of Data holds; gives the piece back when it holds none.
    fn embedded_tree(&mut self, piece: Piece<'a>) -> Result<Option<Piece<'a>>, Error> {
        let says_tree = self.says_tree.0 || self.says_tree.1;
        match piece {
            Piece::Octets { octets, at } => {
                let base = at;
                if is_tree_text(octets) || says_tree && is_markup(octets) {
                    self.text_tree(at);
                    let source = Source::xml(octets);
                    self.enter(source, base, TndsForm::Text)?;
                } else if names_tree(octets) || says_tree && !octets.trim_ascii().is_empty() {
                    let remedy = "it is read; some receivers read code page 2 of the message only";
                    let found = "a tree as a document of its own";
                    self.find(&rules::TNDS_OPAQUE, at, found, "code page 2", remedy);
                    let source = tokens(octets, Root::Tree, base, &mut self.findings);
                    self.enter(source, base, TndsForm::Opaque)?;
                } else {
                    return Ok(Some(Piece::Octets { octets, at }));
                }
                Ok(None)
            }
            Piece::Text {
                text: Cow::Borrowed(text),
                at,
            } if !self.texts_stay && is_tree_text(text.as_bytes()) => {
                // In one piece it can be walked through as it stands
                let next = self.source.next(&mut self.notes)?;
                let whole = matches!(next, Some(Piece::End));
                self.held = next;
                if !whole {
                    let text = Cow::Borrowed(text);
                    return Ok(Some(Piece::Text { text, at }));
                }
                if !self.is_xml() {
                    self.text_tree(at);
                }
                let base = self.offset_of(text).unwrap_or(at);
                self.enter(Source::xml(text.as_bytes()), base, TndsForm::Text)?;
                Ok(None)
            }
            piece => Ok(Some(piece)),
        }
    }

    pub(super) fn text_tree(&mut self, at: usize) {
        let remedy = "it is read; write a WBXML tree for the widest reach";
        let found = "a tree as XML text";
        self.find(&rules::TNDS_TEXT, at, found, "a tree in WBXML", remedy);
    }

    fn enter(
        &mut self,
        source: Result<Source<'a>, Error>,
        base: usize,
        form: TndsForm,
    ) -> Result<(), Error> {
        let source = source.map_err(|error| self.in_tree(error, base))?;
        self.inner = Some((source, base));
        self.embedded = Some((form, base));
        self.started = false;
        Ok(())
    }

    fn leave(&mut self) {
        if let Some((source, base)) = self.inner.take() {
            self.started = true;
            for mut finding in source.into_findings() {
                if let Position::Offset(at) = &mut finding.at {
                    *at += base;
                }
                self.adopt(finding);
            }
        }
    }

    /// The error about the tree that begins at `base`.
    fn in_tree(&self, error: Error, base: usize) -> Error {
        let text = match &self.inner {
            Some((Source::Xml(reader), _)) => reader.text(),
            _ => "",
        };
        self.in_text(error, text, |at| base + at)
    }

    /// The error about a tree that is a text, of which the input holds each octet at its origin.
    pub(super) fn in_text(
        &self,
        mut error: Error,
        text: &str,
        origin: impl Fn(usize) -> usize,
    ) -> Error {
        let at = self.position(origin(error.offset()));
        if let Error::Xml(error) = &mut error {
            for place in error.fault.places() {
                *place = self.position(origin(place.offset_in(text)));
            }
        }
        Error::Tree {
            at,
            source: Box::new(error),
        }
    }

    /// The first piece, if it begins the right element.
    fn is_root(&self, piece: Piece<'a>, root: Root) -> Result<Piece<'a>, Error> {
        let (found, at) = match &piece {
            Piece::Start {
                name: Some(name), ..
            } if name == root.name() => return Ok(piece),
            Piece::Start {
                name: Some(name),
                at,
            } => (format!("an element {}", rules::shown(name)), *at),
            Piece::Start { name: None, at } => ("an element of an unknown token".into(), *at),
            // Readers refuse what is no element before the root
            _ => ("no element".into(), 0),
        };
        let at = match &self.inner {
            Some(_) => Position::Offset(at),
            None => self.position(at),
        };
        let expected = root.name();
        Err(Error::Other {
            found,
            expected,
            at,
        })
    }
}

fn shifted(piece: Piece<'_>, base: usize) -> Piece<'_> {
    match piece {
        Piece::Start { name, at } => Piece::Start {
            name,
            at: at + base,
        },
        Piece::Text { text, at } => Piece::Text {
            text,
            at: at + base,
        },
        Piece::Octets { octets, at } => Piece::Octets {
            octets,
            at: at + base,
        },
        Piece::End => Piece::End,
    }
}

/// The source of a WBXML document, and what its header deviates in.
fn tokens<'a>(
    octets: &'a [u8],
    root: Root,
    base: usize,
    findings: &mut Vec<Finding>,
) -> Result<Source<'a>, Error> {
    let mut source = Source::wbxml(octets)?;
    let Source::Wbxml(reader) = &mut source else {
        return Ok(source);
    };
    let header = Header::of(reader);
    let (named, is_of) = (header.names(root), header.is_of(root));
    let id = match header.public_id {
        // Nobody asks for it
        _ if named && root == Root::Message => String::new(),
        PublicId::Number(number) => format!("public id 0x{number:X}"),
        PublicId::Text(text) => format!("public id {}", rules::shown(text)),
    };
    let is_text = matches!(header.public_id, PublicId::Text(_));
    // What names nothing may be anything
    let nameless = matches!(header.public_id, PublicId::Number(1));
    let at = reader.header().public_id_span.start;
    if !is_of && !nameless {
        return Err(Error::Other {
            found: id,
            expected: root.name(),
            at: Position::Offset(at),
        });
    }
    reader.assume(root.vocabulary());
    let header = reader.header();
    let mut find = |rule, at, found: String, expected: &str, remedy: &str| {
        findings.push(Finding {
            rule,
            at: Position::Offset(base + at),
            found,
            expected: expected.into(),
            remedy: remedy.into(),
        });
    };
    match root {
        Root::Message => {
            if !named {
                let remedy = "it is read as SyncML 1.2; let the sender name that";
                find(&rules::PUBLIC_ID, at, id, "0x1201 (SyncML 1.2)", remedy);
            } else if is_text {
                let remedy = "it is read; the number has the widest reach";
                let found = "a public id as text";
                find(&rules::PUBLIC_ID_TEXT, at, found.into(), "A4 01", remedy);
            }
            if header.version != 0x02 {
                let found = format!("WBXML 1.{}", header.version);
                let remedy = "it is read; write 1.2 for the widest reach";
                find(&rules::WBXML_VERSION, 0, found, "1.2 (octet 02)", remedy);
            }
        }
        Root::Tree => {
            let table = &header.string_table_span;
            let own = DM_DDF.public_ids[0].len() + 1;
            if !named || header.version != 0x02 || table.start != 5 || table.len() != own {
                let found = format!(
                    "WBXML 1.{}, {id}, a string table of {} octets",
                    header.version,
                    table.len()
                );
                let expected = "02 00 00 6A 1B, the public id and its NUL";
                let remedy = "it is read; write the plain header for the widest reach";
                find(&rules::TNDS_HEADER, 0, found, expected, remedy);
            }
        }
    }
    Ok(source)
}
