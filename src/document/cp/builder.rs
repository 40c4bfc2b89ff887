//! What elements and attributes mean, whichever encoding they come from, and the model of them.

use super::model::{At, Characteristic, Document, Node, Parm, Value};
use super::rules::{self, shown, shown_name};
use super::walk::Piece;
use crate::bytes::edits;
use crate::finding::{Finding, Position, Rule, has_room};
use crate::wire::{wbxml, xml};
use std::borrow::Cow;

/// A document that could be read, and what deviates in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<'a> {
    /// The document.
    pub document: Document<'a>,
    /// What the reader accepted although it deviates. [`rules::check`] finds more.
    pub findings: Vec<Finding>,
}

impl Parsed<'_> {
    /// The first finding that says that something of the input is not in the document.
    #[must_use]
    pub fn loss(&self) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| rules::LOSSY.contains(&finding.rule))
    }
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
    /// It is something else than a provisioning document.
    #[error("{at}: {}", self.sentence())]
    NotProvisioning {
        /// What it is.
        found: String,
        /// Where that shows.
        at: Position,
        /// What to do about it.
        remedy: &'static str,
    },
}

/// What to do about a document of which nothing else can be said.
pub(in crate::document) const CHECK: &str = "check that this is the right document";

/// What to do about an element or text that has no place.
const LEFT_OUT: &str = "it is left out of what is read; correct the source";

impl Error {
    /// The stable id of the rule that the input breaks.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Xml(error) => error.rule(),
            Self::Wbxml(error) => error.kind.rule(),
            Self::NotProvisioning { .. } => "cp-not-provisioning",
        }
    }

    /// What is wrong and what to do, without the place.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Xml(error) => error.sentence(),
            Self::Wbxml(error) => error.kind.to_string(),
            Self::NotProvisioning { found, remedy, .. } => {
                format!("found {found}, expected a wap-provisioningdoc; {remedy}")
            }
        }
    }

    /// Where the input breaks it.
    #[must_use]
    pub fn at(&self) -> Position {
        match self {
            Self::Xml(error) => error.at,
            Self::Wbxml(error) => Position::Offset(error.at),
            Self::NotProvisioning { at, .. } => *at,
        }
    }
}

/// Whether a name has the letters of `wap-provisioningdoc`, whatever their case and what is between.
fn is_nearly_the_root(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphabetic);
    letters
        .map(|letter| letter.to_ascii_lowercase())
        .eq("wapprovisioningdoc".chars())
}

/// The element that a wrong name probably means, and whether that name may be shown.
fn element_meant(name: &str) -> Option<(&'static str, bool)> {
    let lower = name.to_ascii_lowercase();
    if matches!(&*lower, "param" | "params" | "parameter" | "parms") {
        return Some(("parm", true));
    }
    let mut known = [("parm", 1), ("characteristic", 2)].into_iter();
    let (meant, _) = known.find(|(known, slips)| edits(&lower, known) <= *slips)?;
    (name != meant).then_some((meant, lower == meant))
}

/// The attribute that a wrong name probably means, and whether that name may be shown.
fn attribute_meant(name: &str, element: &str) -> Option<(&'static str, bool)> {
    let lower = name.to_ascii_lowercase();
    let known: &[&'static str] = match (element, &*lower) {
        ("parm", "val") => return Some(("value", true)),
        ("characteristic", "name") => return Some(("type", true)),
        ("characteristic", _) => &["type"],
        ("parm", _) => &["name", "value"],
        _ => &["version"],
    };
    let meant = known.iter().find(|known| edits(&lower, known) <= 1)?;
    Some((meant, lower == *meant))
}

/// The attributes of one element, a few of which need no allocation.
#[derive(Debug, Default)]
pub(super) struct Attributes<'a> {
    few: [Option<Attribute<'a>>; 2],
    more: Vec<Attribute<'a>>,
}

/// An attribute of an element.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub name: Cow<'a, str>,
    pub value: Cow<'a, str>,
}

impl<'a> Attributes<'a> {
    pub fn push(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        let attribute = Attribute { name, value };
        match self.few.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(attribute),
            None => self.more.push(attribute),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Attribute<'a>> {
        self.few.iter().flatten().chain(&self.more)
    }

    pub fn last_mut(&mut self) -> Option<&mut Attribute<'a>> {
        self.more
            .last_mut()
            .or_else(|| self.few.iter_mut().rev().flatten().next())
    }

    /// Takes them all, in order.
    fn drain(&mut self) -> impl Iterator<Item = Attribute<'a>> {
        let few = std::mem::take(&mut self.few);
        few.into_iter().flatten().chain(self.more.drain(..))
    }

    /// Keeps the first of each name, and none without.
    pub fn keep_first(&mut self) {
        let mut kept = Self::default();
        for Attribute { name, value } in self.drain() {
            if !name.is_empty() && kept.iter().all(|known| known.name != name) {
                kept.push(name, value);
            }
        }
        *self = kept;
    }
}

/// The element that is open innermost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Root,
    Characteristic,
    Parm,
    /// An element that the model has no place for, with all that is in it.
    Skipped,
}

/// Takes start and end of elements, and says what they mean.
#[derive(Debug)]
pub(super) struct Structure<P> {
    in_root: bool,
    /// How many characteristics are open.
    depth: usize,
    in_parm: bool,
    /// How many elements without a place are open, inside of all others.
    skipped: usize,
    findings: Vec<Finding>,
    position: P,
}

/// More than this from one document helps nobody.
pub(super) const MAX_FINDINGS: usize = 256;

impl<P: Fn(usize) -> Position> Structure<P> {
    /// `position` turns an octet offset into what the reader of a finding can use.
    pub fn new(position: P) -> Self {
        Self {
            in_root: false,
            depth: 0,
            in_parm: false,
            skipped: 0,
            findings: Vec::new(),
            position,
        }
    }

    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    fn open(&self) -> Open {
        match self {
            Self { skipped: 1.., .. } => Open::Skipped,
            Self { in_parm: true, .. } => Open::Parm,
            Self { depth: 1.., .. } => Open::Characteristic,
            Self { in_root: true, .. } => Open::Root,
            _ => Open::Nothing,
        }
    }

    #[cold]
    fn find(
        &mut self,
        rule: &'static Rule,
        at: usize,
        found: String,
        expected: &str,
        remedy: &str,
    ) {
        if !has_room(&self.findings, MAX_FINDINGS, rule) {
            return;
        }
        self.findings.push(Finding {
            rule,
            at: (self.position)(at),
            found,
            expected: expected.into(),
            remedy: remedy.into(),
        });
    }

    /// An element begins; it has a piece unless there is no place for it.
    pub fn start<'a>(
        &mut self,
        name: Option<&str>,
        attributes: &mut Attributes<'a>,
        at: usize,
    ) -> Result<Option<Piece<'a>>, Error> {
        let piece = match (self.open(), name) {
            (Open::Characteristic, Some("parm")) => self.parm(attributes, at),
            (Open::Root | Open::Characteristic, Some("characteristic")) => {
                self.characteristic(attributes, at)
            }
            (Open::Nothing, Some("wap-provisioningdoc")) => Some(self.root(attributes, at)),
            (parent, _) => {
                self.misplaced(parent, name, at)?;
                None
            }
        };
        // What of them was taken is gone; the rest deviates
        attributes.drain().for_each(drop);
        self.skipped += usize::from(piece.is_none());
        Ok(piece)
    }

    /// A parm without anything unusual, where one may stand. The end of an empty one has been read.
    #[inline]
    pub fn plain_parm<'a>(
        &mut self,
        name: &'a str,
        value: Option<&'a str>,
        empty: bool,
        at: usize,
    ) -> Option<Piece<'a>> {
        if self.open() != Open::Characteristic {
            return None;
        }
        self.in_parm = !empty;
        let (name, value) = (Cow::Borrowed(name), value.map(Cow::Borrowed));
        Some(Piece::Parm { name, value, at })
    }

    /// A characteristic without anything unusual, where one may stand.
    #[inline]
    pub fn plain_characteristic<'a>(&mut self, kind: &'a str, at: usize) -> Option<Piece<'a>> {
        if !matches!(self.open(), Open::Root | Open::Characteristic) {
            return None;
        }
        self.depth += 1;
        let kind = Cow::Borrowed(kind);
        Some(Piece::Characteristic { kind, at })
    }

    /// The root with its version and nothing else.
    pub fn plain_root<'a>(&mut self, version: &'a str, at: usize) -> Option<Piece<'a>> {
        if self.open() != Open::Nothing {
            return None;
        }
        self.in_root = true;
        let version = Some(Cow::Borrowed(version));
        Some(Piece::Root { version, at })
    }

    #[cold]
    fn misplaced(&mut self, parent: Open, name: Option<&str>, at: usize) -> Result<(), Error> {
        let (place, expected) = match parent {
            Open::Nothing => {
                let (found, remedy) = match name {
                    None => ("an element of an unknown token".into(), CHECK),
                    Some(name) if is_nearly_the_root(name) => (
                        format!("an element {}, which is not spelled like it", shown(name)),
                        "write <wap-provisioningdoc>, and all elements and attributes in lower case",
                    ),
                    Some("characteristic") => (
                        "an element \"characteristic\"".to_owned(),
                        "put <wap-provisioningdoc version=\"1.0\"> before all of it and \
                         </wap-provisioningdoc> behind",
                    ),
                    Some(name) => (format!("an element {}", shown(name)), CHECK),
                };
                return Err(Error::NotProvisioning {
                    found,
                    at: (self.position)(at),
                    remedy,
                });
            }
            Open::Skipped => return Ok(()),
            Open::Root => ("wap-provisioningdoc", "characteristic elements only"),
            Open::Characteristic => ("characteristic", "parm and characteristic elements only"),
            Open::Parm => ("parm", "nothing in a parm"),
        };
        let meant = name.and_then(element_meant);
        let found = match (name, meant) {
            (None, _) => "an element of an unknown token".to_owned(),
            (Some(name), Some((_, true))) => format!("an element {}", shown(name)),
            (Some(name), _) => format!("an element {}", shown_name(name)),
        };
        let found = format!("{found} in <{place}>");
        let remedy = match meant {
            Some((meant, _)) => {
                format!("write <{meant}>; receivers skip it as it is, with all that is in it")
            }
            None => LEFT_OUT.to_owned(),
        };
        self.find(&rules::UNEXPECTED_ELEMENT, at, found, expected, &remedy);
        Ok(())
    }

    fn root<'a>(&mut self, attributes: &mut Attributes<'a>, at: usize) -> Piece<'a> {
        let mut version = None;
        for Attribute { name, value } in attributes.drain() {
            if name == "version" {
                version = Some(value);
            } else {
                self.unexpected_attribute(&name, "wap-provisioningdoc", at);
            }
        }
        self.in_root = true;
        Piece::Root { version, at }
    }

    fn characteristic<'a>(
        &mut self,
        attributes: &mut Attributes<'a>,
        at: usize,
    ) -> Option<Piece<'a>> {
        let mut kind = None;
        for Attribute { name, value } in attributes.drain() {
            if name == "type" {
                kind = Some(value);
            } else {
                self.unexpected_attribute(&name, "characteristic", at);
            }
        }
        if kind.is_none() {
            self.find(
                &rules::CHARACTERISTIC_WITHOUT_TYPE,
                at,
                "a characteristic without type".into(),
                "a type attribute",
                LEFT_OUT,
            );
        }
        let kind = kind?;
        self.depth += 1;
        Some(Piece::Characteristic { kind, at })
    }

    fn parm<'a>(&mut self, attributes: &mut Attributes<'a>, at: usize) -> Option<Piece<'a>> {
        let (mut parm_name, mut parm_value) = (None, None);
        for Attribute { name, value } in attributes.drain() {
            match &*name {
                "name" => parm_name = Some(value),
                "value" => parm_value = Some(value),
                _ => self.unexpected_attribute(&name, "parm", at),
            }
        }
        if parm_name.is_none() {
            self.find(
                &rules::PARM_WITHOUT_NAME,
                at,
                "a parm without name".into(),
                "a name attribute",
                LEFT_OUT,
            );
        }
        let (name, value) = (parm_name?, parm_value);
        self.in_parm = true;
        Some(Piece::Parm { name, value, at })
    }

    #[cold]
    fn unexpected_attribute(&mut self, name: &str, element: &str, at: usize) {
        let meant = attribute_meant(name, element);
        let shown_name = match meant {
            Some((_, true)) => shown(name),
            _ => shown_name(name),
        };
        let found = format!("attribute {shown_name} on <{element}>");
        let expected = match element {
            "characteristic" => "type only",
            "parm" => "name and value only",
            _ => "version only",
        };
        let remedy = match meant {
            Some((meant, _)) => format!("write {meant}; nobody reads it as it is"),
            None => LEFT_OUT.to_owned(),
        };
        self.find(&rules::UNEXPECTED_ATTRIBUTE, at, found, expected, &remedy);
    }

    pub fn text(&mut self, text: &str, at: usize) {
        let visible = text.bytes().position(|octet| !octet.is_ascii_whitespace());
        if let (Some(offset), true) = (visible, self.skipped == 0) {
            self.unexpected_text(text, at + offset);
        }
    }

    #[cold]
    fn unexpected_text(&mut self, text: &str, at: usize) {
        let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}');
        let odd = text.chars().find(|c| !c.is_ascii_whitespace());
        let dashes = |c: char| blank(c) || matches!(c, '-' | '\u{2010}'..='\u{2015}');
        let in_parm = self.open() == Open::Parm;
        let is_copy = !in_parm && text.chars().all(dashes);
        let (found, expected, remedy) = if in_parm {
            (
                "text between the tags of a parm".to_owned(),
                "the value in the attribute value",
                "put it into the first tag, as value=\"…\"; nobody reads it between the tags",
            )
        } else if is_copy && text.chars().all(blank) {
            (
                format!(
                    "U+{:04X}, which looks like a blank, between elements",
                    odd.map_or(0, u32::from)
                ),
                "spaces, tabs and line ends",
                "replace each by a space; web pages use it for indentation",
            )
        } else if is_copy {
            (
                "hyphens before elements".to_owned(),
                "elements alone",
                "remove each of them; they come from the view of a browser",
            )
        } else {
            (
                "text between elements".to_owned(),
                "values in attributes only",
                LEFT_OUT,
            )
        };
        // What a copy has at every element is told once
        if is_copy && self.findings.iter().any(|known| known.found == found) {
            return;
        }
        self.find(&rules::UNEXPECTED_TEXT, at, found, expected, remedy);
    }

    /// The innermost element ends; that has a piece if it is the root or a characteristic.
    pub fn end<'a>(&mut self) -> Option<Piece<'a>> {
        match self.open() {
            Open::Skipped => self.skipped -= 1,
            Open::Parm => self.in_parm = false,
            Open::Characteristic => {
                self.depth -= 1;
                return Some(Piece::End);
            }
            Open::Root => {
                self.in_root = false;
                return Some(Piece::End);
            }
            Open::Nothing => {}
        }
        None
    }
}

/// Builds the model of the pieces.
#[derive(Debug, Default)]
pub(super) struct Builder<'a> {
    document: Document<'a>,
    open: Vec<Characteristic<'a>>,
}

impl<'a> Builder<'a> {
    pub fn take(&mut self, piece: Piece<'a>) {
        match piece {
            Piece::Root { version, at } => {
                self.document.version = version.map(Value::fixed);
                self.document.at = At(Some(at));
            }
            Piece::Characteristic { kind, at } => self.open.push(Characteristic {
                kind,
                nodes: Vec::new(),
                at: At(Some(at)),
            }),
            Piece::Parm { name, value, at } => {
                if let Some(parent) = self.open.last_mut() {
                    parent.nodes.push(Node::Parm(Parm {
                        name,
                        value: value.map(Value::fixed),
                        at: At(Some(at)),
                    }));
                }
            }
            Piece::End => {
                if let Some(done) = self.open.pop() {
                    match self.open.last_mut() {
                        Some(parent) => parent.nodes.push(Node::Characteristic(done)),
                        None => self.document.characteristics.push(done),
                    }
                }
            }
        }
    }

    pub fn finish(self, mut findings: Vec<Finding>) -> Parsed<'a> {
        findings.sort_by_key(|finding| finding.at);
        Parsed {
            document: self.document,
            findings,
        }
    }
}
