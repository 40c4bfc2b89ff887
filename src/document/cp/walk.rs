//! WBXML documents piece by piece, without building anything.
//!
//! Texts borrow from the input, so a walk allocates for what deviates and for nothing else. A client
//! that looks for one account in a document needs no more; [`Document`](super::Document) is built
//! from the same pieces.

use super::builder::{Attributes, CHECK, Error, MAX_FINDINGS, Structure};
use super::rules::{self, shown, shown_name};
use crate::finding::{Finding, Position, has_room};
use crate::wire::wbxml::tables::prov::PROV;
use crate::wire::wbxml::{self, Event, EventKind, Limits, Plain, PublicId, Reader};
use std::borrow::Cow;

/// One piece of a document. Places are octet offsets in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The root begins.
    Root {
        /// Its `version`, if it has one.
        version: Option<Cow<'a, str>>,
        /// Where.
        at: usize,
    },
    /// A characteristic begins.
    Characteristic {
        /// Its `type`.
        kind: Cow<'a, str>,
        /// Where.
        at: usize,
    },
    /// A parm.
    Parm {
        /// Its `name`.
        name: Cow<'a, str>,
        /// Its `value`, if it has one. It may be a secret.
        value: Option<Cow<'a, str>>,
        /// Where.
        at: usize,
    },
    /// The innermost characteristic ends, or the root.
    End,
}

/// Walks through a WBXML document, version 1.1 to 1.3.
#[derive(Debug)]
pub struct Walk<'a> {
    reader: Reader<'a>,
    structure: Structure<fn(usize) -> Position>,
    findings: Vec<Finding>,
}

/// Whether the public id is that of provisioning documents or "unknown", where the root element
/// decides. The reader reads on as PROV then.
pub(in crate::document) fn may_be_provisioning(reader: &mut Reader<'_>) -> bool {
    if reader.vocabulary().is_none() && reader.header().public_id == PublicId::Number(1) {
        reader.assume(&PROV);
    }
    reader
        .vocabulary()
        .is_some_and(|vocabulary| std::ptr::eq(vocabulary, &PROV))
}

impl<'a> Walk<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`Error`] when it is malformed or not that of a provisioning document.
    pub fn new(octets: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(octets, Limits::default())?;
        if !may_be_provisioning(&mut reader) {
            let found = match (reader.vocabulary(), &reader.header().public_id) {
                (Some(vocabulary), _) => vocabulary.name.to_owned(),
                (None, PublicId::Number(number)) => format!("public id 0x{number:X}"),
                (None, PublicId::Text(text)) => format!("public id {}", shown(text)),
            };
            return Err(Error::NotProvisioning {
                found,
                at: Position::Offset(1),
                remedy: CHECK,
            });
        }
        Ok(Self {
            reader,
            structure: Structure::new(Position::Offset),
            findings: Vec::new(),
        })
    }

    /// The next piece; `None` after the whole document.
    ///
    /// # Errors
    /// [`Error`] where the document is malformed, or where its root is another one.
    #[inline(always)] // its result stays in registers
    #[allow(clippy::should_implement_trait)] // it can fail, and is read with `while let Some(…)?`
    pub fn next(&mut self) -> Result<Option<Piece<'a>>, Error> {
        loop {
            // Nearly all documents are written in the plain way; others go token by token
            if let Some(element) = self.reader.plain()
                && let Some(piece) = self.usual(&element)
            {
                return Ok(Some(piece));
            }
            if self.reader.plain_end() {
                if let Some(piece) = self.structure.end() {
                    return Ok(Some(piece));
                }
                continue;
            }
            match self.token()? {
                Some(None) => {}
                Some(piece) => return Ok(piece),
                None => return Ok(None),
            }
        }
    }

    /// Takes a parm or characteristic as nearly all are.
    #[inline(always)] // its result stays in registers
    fn usual(&mut self, element: &Plain<'a>) -> Option<Piece<'a>> {
        let Plain {
            name,
            first,
            second,
            empty,
            at,
            ..
        } = *element;
        let first = first?;
        let piece = match (name, first.name, second) {
            ("parm", "name", None) => self.structure.plain_parm(first.value, None, empty, at),
            ("parm", "name", Some(second)) if second.name == "value" => {
                let value = Some(second.value);
                self.structure.plain_parm(first.value, value, empty, at)
            }
            ("characteristic", "type", None) => {
                let piece = self.structure.plain_characteristic(first.value, at)?;
                self.reader.pass(element);
                return Some(piece);
            }
            ("wap-provisioningdoc", "version", None) => {
                let piece = self.structure.plain_root(first.value, at)?;
                self.reader.pass(element);
                return Some(piece);
            }
            _ => None,
        }?;
        self.reader.pass(element);
        self.reader.end_empty();
        Some(piece)
    }

    /// Whatever comes next; `None` after the whole document.
    #[cold]
    #[inline(never)]
    fn token(&mut self) -> Result<Option<Option<Piece<'a>>>, Error> {
        if let Some(Event { span, kind }) = self.reader.next()? {
            let at = span.start;
            let piece = match kind {
                EventKind::Tag {
                    name,
                    attributes: has_attributes,
                    ..
                } => {
                    let mut attributes = Attributes::default();
                    if has_attributes {
                        self.attributes(&mut attributes)?;
                    }
                    let name = name.into_text();
                    self.structure.start(name.as_deref(), &mut attributes, at)?
                }
                EventKind::End => self.structure.end(),
                EventKind::Content(value) => {
                    match value {
                        wbxml::Value::Inline(text) | wbxml::Value::Table { text, .. } => {
                            // Where in the document a character of a table string stands helps
                            // nobody
                            self.structure.text(text.trim_ascii_start(), at);
                        }
                        _ => self.structure.text("content", at),
                    }
                    None
                }
                EventKind::Pi => {
                    while !matches!(
                        self.reader.next()?,
                        None | Some(Event {
                            kind: EventKind::AttributesEnd,
                            ..
                        })
                    ) {}
                    None
                }
                // None of these stands outside of an attribute list
                EventKind::SwitchPage { .. }
                | EventKind::AttributeStart { .. }
                | EventKind::AttributeValue(_)
                | EventKind::AttributesEnd => None,
            };
            return Ok(Some(piece));
        }
        Ok(None)
    }

    /// Reads the attribute list of an element to its end.
    fn attributes(&mut self, attributes: &mut Attributes<'a>) -> Result<(), Error> {
        let mut irregular = false;
        while let Some(Event { span, kind }) = self.reader.next()? {
            let at = span.start;
            match kind {
                EventKind::AttributeStart { name, prefix } => {
                    // An unknown token is a finding of the reader's already; its name stays empty
                    let name = name.into_text().unwrap_or_default();
                    irregular |= name.is_empty() || self.repeats(attributes, &name, at);
                    attributes.push(name, Cow::Borrowed(prefix));
                }
                EventKind::AttributeValue(piece) => {
                    let piece = match piece {
                        wbxml::Value::Token(text) => Cow::Borrowed(text),
                        wbxml::Value::Inline(text) | wbxml::Value::Table { text, .. } => text,
                        wbxml::Value::Entity(character) => Cow::Owned(character.to_string()),
                        wbxml::Value::Unknown { .. } => Cow::Borrowed(""),
                        wbxml::Value::Opaque(octets) => {
                            self.take(opaque_value(octets, at));
                            String::from_utf8_lossy(octets)
                        }
                    };
                    if let Some(attribute) = attributes.last_mut() {
                        append(&mut attribute.value, piece);
                    }
                }
                EventKind::AttributesEnd => break,
                _ => {}
            }
        }
        if irregular {
            attributes.keep_first();
        }
        Ok(())
    }

    /// Reports an attribute that is there already.
    fn repeats(&mut self, attributes: &Attributes<'a>, name: &str, at: usize) -> bool {
        let repeated = attributes.iter().any(|known| known.name == name);
        if repeated {
            self.take(Finding {
                rule: &rules::REPEATED_ATTRIBUTE,
                at: Position::Offset(at),
                found: format!("a second attribute {}", shown_name(name)),
                expected: "each attribute once".into(),
                remedy: "the first one holds; correct the source".into(),
            });
        }
        repeated
    }

    fn take(&mut self, finding: Finding) {
        if has_room(&self.findings, MAX_FINDINGS, finding.rule) {
            self.findings.push(finding);
        }
    }

    /// What was accepted although it deviates, in the order of the document.
    #[must_use]
    pub fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings;
        findings.extend(self.reader.into_findings());
        findings.extend(self.structure.into_findings());
        findings.sort_by_key(|finding| finding.at);
        findings
    }
}

fn opaque_value(octets: &[u8], at: usize) -> Finding {
    let text = std::str::from_utf8(octets).is_ok();
    Finding {
        rule: if text {
            &rules::OPAQUE_VALUE
        } else {
            &rules::OPAQUE_VALUE_BINARY
        },
        at: Position::Offset(at),
        found: format!("{} opaque octets as a value", octets.len()),
        expected: "a string".into(),
        remedy: if text {
            "they are read as UTF-8; let the sender write a string".into()
        } else {
            "they are not UTF-8 and cannot be kept; let the sender write a string".into()
        },
    }
}

fn append<'a>(value: &mut Cow<'a, str>, piece: Cow<'a, str>) {
    if value.is_empty() {
        *value = piece;
    } else if !piece.is_empty() {
        value.to_mut().push_str(&piece);
    }
}
