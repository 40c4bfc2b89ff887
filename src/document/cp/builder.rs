//! Builds the model from elements and attributes, whichever encoding they come from.

use super::model::{At, Characteristic, Document, Node, Parm, Value};
use super::rules::{self, shown};
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
    #[error(
        "{at}: found {found}, expected a wap-provisioningdoc; check that this is the right document"
    )]
    NotProvisioning {
        /// What it is.
        found: String,
        /// Where that shows.
        at: Position,
    },
}

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

/// An attribute of an element; the value is absent when the attribute has none.
pub(super) type Attribute<'a> = (Cow<'a, str>, Option<Cow<'a, str>>);

/// What an open element is.
#[derive(Debug)]
enum Open<'a> {
    Root,
    Characteristic(Characteristic<'a>),
    Parm,
    /// An element that the model has no place for, with all that is in it.
    Skipped,
}

/// Takes start and end of elements.
#[derive(Debug)]
pub(super) struct Builder<'a, P> {
    document: Document<'a>,
    open: Vec<Open<'a>>,
    findings: Vec<Finding>,
    position: P,
}

/// More than this from one document helps nobody.
pub(super) const MAX_FINDINGS: usize = 256;

impl<'a, P: Fn(usize) -> Position> Builder<'a, P> {
    /// `position` turns an octet offset into what the reader of a finding can use.
    pub(super) fn new(position: P) -> Self {
        let document = Document::default();
        Self {
            document,
            open: Vec::new(),
            findings: Vec::new(),
            position,
        }
    }

    fn find(&mut self, rule: &'static Rule, at: usize, found: String, expected: &str) {
        if !has_room(&self.findings, MAX_FINDINGS, rule) {
            return;
        }
        self.findings.push(Finding {
            rule,
            at: (self.position)(at),
            found,
            expected: expected.into(),
            remedy: "it is left out of what is read; correct the source".into(),
        });
    }

    pub(super) fn start(
        &mut self,
        name: Option<&str>,
        attributes: Vec<Attribute<'a>>,
        at: usize,
    ) -> Result<(), Error> {
        let element = || name.map_or_else(|| "of an unknown token".into(), shown);
        let open = match (self.open.last(), name) {
            (None, Some("wap-provisioningdoc")) => {
                self.document.at = At(Some(at));
                self.root(attributes, at);
                Open::Root
            }
            (None, _) => {
                return Err(Error::NotProvisioning {
                    found: format!("an element {}", element()),
                    at: (self.position)(at),
                });
            }
            (Some(Open::Root | Open::Characteristic(_)), Some("characteristic")) => {
                self.characteristic(attributes, at)
            }
            (Some(Open::Characteristic(_)), Some("parm")) => self.parm(attributes, at),
            (Some(Open::Skipped), _) => Open::Skipped,
            (Some(parent), _) => {
                let (place, expected) = match parent {
                    Open::Root => ("wap-provisioningdoc", "characteristic elements only"),
                    Open::Characteristic(_) => {
                        ("characteristic", "parm and characteristic elements only")
                    }
                    Open::Parm | Open::Skipped => ("parm", "nothing in a parm"),
                };
                let found = format!("an element {} in <{place}>", element());
                self.find(&rules::UNEXPECTED_ELEMENT, at, found, expected);
                Open::Skipped
            }
        };
        self.open.push(open);
        Ok(())
    }

    fn root(&mut self, attributes: Vec<Attribute<'a>>, at: usize) {
        for (name, value) in attributes {
            if name == "version" {
                self.document.version = Some(Value::fixed(value.unwrap_or_default()));
            } else {
                self.unexpected_attribute(&name, "wap-provisioningdoc", at);
            }
        }
    }

    fn characteristic(&mut self, attributes: Vec<Attribute<'a>>, at: usize) -> Open<'a> {
        let mut kind = None;
        for (name, value) in attributes {
            if name == "type" {
                kind = Some(value.unwrap_or_default());
            } else {
                self.unexpected_attribute(&name, "characteristic", at);
            }
        }
        match kind {
            Some(kind) => Open::Characteristic(Characteristic {
                kind,
                nodes: Vec::new(),
                at: At(Some(at)),
            }),
            None => {
                self.find(
                    &rules::CHARACTERISTIC_WITHOUT_TYPE,
                    at,
                    "a characteristic without type".into(),
                    "a type attribute",
                );
                Open::Skipped
            }
        }
    }

    fn parm(&mut self, attributes: Vec<Attribute<'a>>, at: usize) -> Open<'a> {
        let (mut parm_name, mut parm_value) = (None, None);
        for (name, value) in attributes {
            match &*name {
                "name" => parm_name = Some(value.unwrap_or_default()),
                "value" => parm_value = Some(Value::fixed(value.unwrap_or_default())),
                _ => self.unexpected_attribute(&name, "parm", at),
            }
        }
        match (parm_name, self.open.last_mut()) {
            (Some(name), Some(Open::Characteristic(parent))) => {
                let parm = Parm {
                    name,
                    value: parm_value,
                    at: At(Some(at)),
                };
                parent.nodes.push(Node::Parm(parm));
                Open::Parm
            }
            _ => {
                self.find(
                    &rules::PARM_WITHOUT_NAME,
                    at,
                    "a parm without name".into(),
                    "a name attribute",
                );
                Open::Skipped
            }
        }
    }

    fn unexpected_attribute(&mut self, name: &str, element: &str, at: usize) {
        let found = format!("attribute {} on <{element}>", shown(name));
        let expected = match element {
            "characteristic" => "type only",
            "parm" => "name and value only",
            _ => "version only",
        };
        self.find(&rules::UNEXPECTED_ATTRIBUTE, at, found, expected);
    }

    pub(super) fn text(&mut self, text: &str, at: usize) {
        let visible = text.find(|character: char| !character.is_ascii_whitespace());
        if let (Some(offset), false) = (visible, matches!(self.open.last(), Some(Open::Skipped))) {
            let found = "text between elements".to_owned();
            self.find(
                &rules::UNEXPECTED_TEXT,
                at + offset,
                found,
                "values in attributes only",
            );
        }
    }

    pub(super) fn end(&mut self) {
        if let Some(Open::Characteristic(done)) = self.open.pop() {
            match self.open.last_mut() {
                Some(Open::Characteristic(parent)) => parent.nodes.push(Node::Characteristic(done)),
                _ => self.document.characteristics.push(done),
            }
        }
    }

    pub(super) fn finish(self, mut findings: Vec<Finding>) -> Parsed<'a> {
        findings.extend(self.findings);
        findings.sort_by_key(|finding| finding.at);
        Parsed {
            document: self.document,
            findings,
        }
    }
}
