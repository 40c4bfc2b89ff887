//! Elements and texts, whichever encoding they come from.

use super::{Error, Note, Piece};
use crate::document::dm::rules;
use crate::finding::{Finding, Position};
use crate::wire::{wbxml, xml};

/// Caps of a message or tree in XML: those of WBXML's reader.
const XML_LIMITS: xml::Limits = xml::Limits {
    depth: super::MAX_DEPTH,
    elements: super::MAX_ELEMENTS,
    ..xml::Limits::DEFAULT
};

const WBXML_LIMITS: wbxml::Limits = wbxml::Limits {
    octets: super::MAX_OCTETS,
    depth: super::MAX_DEPTH,
    elements: super::MAX_ELEMENTS,
    attributes: 64,
    table_text: 1 << 22,
};

/// What is read as XML of OMA DM.
pub(in crate::document) const POLICY: xml::Policy = xml::Policy {
    public_ids: &[
        "-//SYNCML//DTD SyncML 1.2//EN",
        "-//SYNCML//DTD SyncML 1.1//EN",
        "-//OMA//DTD-DM-DDF 1.2//EN",
    ],
    internal_subset: false,
    limits: XML_LIMITS,
};

/// The namespaces that the code pages stand for.
const NAMESPACES: [&str; 3] = ["SYNCML:SYNCML1.2", "syncml:metinf", "syncml:dmddf1.2"];

/// Where pieces come from. Places are offsets in its own input.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // there are two at most, and a box is an allocation
pub(super) enum Source<'a> {
    /// WBXML.
    Wbxml(wbxml::Reader<'a>),
    /// XML.
    Xml(xml::Reader<'a>),
}

impl<'a> Source<'a> {
    pub fn wbxml(octets: &'a [u8]) -> Result<Self, Error> {
        let reader = wbxml::Reader::new(octets, WBXML_LIMITS)?;
        Ok(Self::Wbxml(reader))
    }

    pub fn xml(octets: &'a [u8]) -> Result<Self, Error> {
        Ok(Self::Xml(xml::Reader::new(octets, POLICY)?))
    }

    /// The next piece; `None` at the end.
    pub fn next(&mut self, notes: &mut Vec<Note>) -> Result<Option<Piece<'a>>, Error> {
        match self {
            Self::Wbxml(reader) => next_token(reader, notes),
            Self::Xml(reader) => next_markup(reader, notes),
        }
    }

    /// The place of an offset.
    pub fn position(&self, at: usize) -> Position {
        match self {
            Self::Wbxml(_) => Position::Offset(at),
            Self::Xml(reader) => reader.position(at),
        }
    }

    pub fn is_xml(&self) -> bool {
        matches!(self, Self::Xml(_))
    }

    /// What the reader accepted although it deviates.
    pub fn into_findings(self) -> Vec<Finding> {
        match self {
            Self::Wbxml(reader) => reader.into_findings(),
            Self::Xml(_) => Vec::new(),
        }
    }
}

fn next_token<'a>(
    reader: &mut wbxml::Reader<'a>,
    notes: &mut Vec<Note>,
) -> Result<Option<Piece<'a>>, Error> {
    while let Some(event) = reader.next()? {
        let at = event.span.start;
        return Ok(Some(match event.kind {
            wbxml::EventKind::Tag { name, .. } => Piece::Start {
                name: name.into_text(),
                at,
            },
            wbxml::EventKind::End => Piece::End,
            wbxml::EventKind::Content(value) => match value {
                wbxml::Value::Inline(text) | wbxml::Value::Table { text, .. } => {
                    Piece::Text { text, at }
                }
                wbxml::Value::Token(text) => Piece::Text {
                    text: text.into(),
                    at,
                },
                wbxml::Value::Entity(character) => Piece::Text {
                    text: character.to_string().into(),
                    at,
                },
                wbxml::Value::Opaque(octets) => Piece::Octets {
                    octets,
                    at: event.span.end - octets.len(),
                },
                wbxml::Value::Unknown { .. } => continue,
            },
            // The code page stands for `xmlns`, and other attributes there are none
            wbxml::EventKind::AttributeStart { .. } => {
                notes.push(Note {
                    rule: &rules::ATTRIBUTE,
                    at,
                    found: "an attribute".into(),
                });
                continue;
            }
            wbxml::EventKind::Pi
            | wbxml::EventKind::AttributesEnd
            | wbxml::EventKind::SwitchPage { .. }
            | wbxml::EventKind::AttributeValue(_) => continue,
        }));
    }
    Ok(None)
}

fn next_markup<'a>(
    reader: &mut xml::Reader<'a>,
    notes: &mut Vec<Note>,
) -> Result<Option<Piece<'a>>, Error> {
    Ok(reader.next()?.map(|event| match event {
        xml::Event::Start(element) => {
            for attribute in &element.attributes {
                let is_namespace =
                    attribute.name == "xmlns" || attribute.name.starts_with("xmlns:");
                if !is_namespace {
                    notes.push(Note {
                        rule: &rules::ATTRIBUTE,
                        at: element.offset,
                        found: format!("an attribute {}", rules::shown_name(attribute.name)),
                    });
                } else if !NAMESPACES.contains(&&*attribute.value) {
                    notes.push(Note {
                        rule: &rules::NAMESPACE,
                        at: attribute.offset,
                        found: format!("the namespace {}", rules::shown(&attribute.value)),
                    });
                }
            }
            let name = element.name;
            let prefix = name.bytes().rposition(|octet| octet == b':');
            let local = prefix.map_or(name, |colon| &name[colon + 1..]);
            Piece::Start {
                name: Some(local.into()),
                at: element.offset,
            }
        }
        xml::Event::Text(text) => Piece::Text {
            text: text.value,
            at: text.offset,
        },
        xml::Event::End { .. } => Piece::End,
    }))
}
