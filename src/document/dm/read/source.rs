//! Elements and texts, whichever encoding they come from.

use crate::finding::{Finding, Position};
use crate::wire::wbxml::tables::Vocabulary;
use crate::wire::{wbxml, xml};
use std::borrow::Cow;

use super::Error;

/// One piece of a document. Places are offsets in the source's own input.
#[derive(Debug)]
pub enum Piece<'a> {
    /// An element begins; without a name when its token is unknown.
    Start {
        /// Its name, without prefix.
        name: Option<Cow<'a, str>>,
        /// Where.
        at: usize,
    },
    /// Text in the element.
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

/// Caps of a message or tree: those of WBXML's reader, 64 deep.
const XML_LIMITS: xml::Limits = xml::Limits {
    depth: 64,
    elements: 1 << 16,
    ..xml::Limits::DEFAULT
};

const POLICY: xml::Policy = xml::Policy {
    public_ids: &[
        "-//SYNCML//DTD SyncML 1.2//EN",
        "-//SYNCML//DTD SyncML 1.1//EN",
        "-//OMA//DTD-DM-DDF 1.2//EN",
    ],
    internal_subset: false,
    limits: XML_LIMITS,
};

/// Where pieces come from.
pub enum Source<'a> {
    /// WBXML.
    Wbxml(Box<wbxml::Reader<'a>>),
    /// XML.
    Xml(Box<xml::Reader<'a>>),
}

impl<'a> Source<'a> {
    pub fn wbxml(octets: &'a [u8]) -> Result<Self, Error> {
        let reader = wbxml::Reader::new(octets, wbxml::Limits::default())?;
        Ok(Self::Wbxml(Box::new(reader)))
    }

    pub fn xml(octets: &'a [u8]) -> Result<Self, Error> {
        Ok(Self::Xml(Box::new(xml::Reader::new(octets, POLICY)?)))
    }

    /// The next piece; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Piece<'a>>, Error> {
        match self {
            Self::Wbxml(reader) => {
                // Attributes have no meaning here: the code page stands for `xmlns`
                let mut attributes = false;
                while let Some(event) = reader.next()? {
                    let at = event.span.start;
                    match event.kind {
                        wbxml::EventKind::Tag { name, .. } => {
                            let name = name.into_text();
                            return Ok(Some(Piece::Start { name, at }));
                        }
                        wbxml::EventKind::Pi | wbxml::EventKind::AttributeStart { .. } => {
                            attributes = true;
                        }
                        wbxml::EventKind::AttributesEnd => attributes = false,
                        wbxml::EventKind::Content(value) if !attributes => {
                            return Ok(Some(match value {
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
                            }));
                        }
                        wbxml::EventKind::End => return Ok(Some(Piece::End)),
                        wbxml::EventKind::SwitchPage { .. }
                        | wbxml::EventKind::AttributeValue(_)
                        | wbxml::EventKind::Content(_) => {}
                    }
                }
                Ok(None)
            }
            Self::Xml(reader) => Ok(reader.next()?.map(|event| match event {
                xml::Event::Start(element) => {
                    let name = element.name;
                    let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
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
            })),
        }
    }

    /// The place of an offset.
    pub fn position(&self, at: usize) -> Position {
        match self {
            Self::Wbxml(_) => Position::Offset(at),
            Self::Xml(reader) => reader.position(at),
        }
    }

    pub fn header(&self) -> Option<&wbxml::Header<'a>> {
        match self {
            Self::Wbxml(reader) => Some(reader.header()),
            Self::Xml(_) => None,
        }
    }

    pub fn vocabulary(&self) -> Option<&'static Vocabulary> {
        match self {
            Self::Wbxml(reader) => reader.vocabulary(),
            Self::Xml(_) => None,
        }
    }

    pub fn assume(&mut self, vocabulary: &'static Vocabulary) {
        if let Self::Wbxml(reader) = self {
            reader.assume(vocabulary);
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
