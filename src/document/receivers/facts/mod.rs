//! The facts of a message.

mod management;
mod provisioning;
mod push;

use super::fact::{Fact, Group};
use crate::document::cp::{self, Document};
use crate::document::inspect::{Kind, body_kind, detect};
use crate::wire::wbxml::tables::syncml;
use crate::wire::wbxml::{self, Charset, EventKind, Limits, Name, PublicId, Reader, Space};
use crate::wire::wsp::{self, PushPdu};
use crate::wire::xml;
use std::collections::{BTreeMap, BTreeSet};

/// The value of a fact. Words are those of the vocabulary or short public texts of a message, never
/// secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A flag.
    Flag(bool),
    /// A number.
    Number(u64),
    /// Words; one for facts that are one word.
    Words(BTreeSet<String>),
}

/// What is known of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State<'a> {
    /// It is this.
    Known(&'a Value),
    /// It cannot be told.
    Unknown,
    /// The message has nothing that it could be a fact of.
    Absent,
}

/// What can be told of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    known: BTreeMap<Fact, Value>,
    unknown: BTreeSet<Group>,
    forgotten: BTreeSet<Fact>,
}

/// Octets whose facts cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is none of the known formats.
    #[error("this is neither XML nor WBXML nor a WSP push PDU")]
    UnknownFormat,
    /// The push is malformed.
    #[error(transparent)]
    Push(#[from] wsp::Error),
    /// The provisioning document is malformed.
    #[error(transparent)]
    Document(#[from] cp::Error),
    /// The tokens are malformed.
    #[error(transparent)]
    Wbxml(#[from] wbxml::Error),
    /// The XML is malformed.
    #[error(transparent)]
    Xml(#[from] xml::Error),
}

impl Unreadable {
    /// The stable id of the rule that the input breaks.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::UnknownFormat => "inspect-unknown-format",
            Self::Push(error) => error.rule(),
            Self::Document(error) => error.rule(),
            Self::Wbxml(error) => error.kind.rule(),
            Self::Xml(error) => error.rule(),
        }
    }
}

/// Longer texts of a message are no facts.
const MAX_TEXT: usize = 64;
/// More words than this are not kept for one fact.
const MAX_WORDS: usize = 4096;

impl Facts {
    /// What can be told of a WSP push, a WBXML document or an XML document.
    ///
    /// What a document travels in and, for XML, how it will be encoded are unknown, and so is
    /// everything about the device.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub fn of(input: &[u8]) -> Result<Self, Unreadable> {
        let mut facts = Self::default();
        facts.unknown.insert(Group::Device);
        match detect(input).ok_or(Unreadable::UnknownFormat)? {
            Kind::Wsp => {
                let push = PushPdu::parse(input)?;
                facts.sent(&push, input.len());
                match body_kind(&push) {
                    Some(Kind::Xml) => facts.xml(push.body)?,
                    Some(Kind::Notification) => facts.word(Fact::Document, "notification"),
                    Some(_) => facts.wbxml(push.body)?,
                    None => facts.word(Fact::Document, "other"),
                }
            }
            // Without a push nothing says that octets are one
            Kind::Notification => return Err(Unreadable::UnknownFormat),
            Kind::Wbxml => {
                facts.unknown.insert(Group::Push);
                facts.wbxml(input)?;
            }
            Kind::Xml => {
                facts.unknown.extend([Group::Push, Group::Wbxml]);
                facts.xml(input)?;
            }
        }
        Ok(facts)
    }

    /// Adds what the headers of a push show, which takes so many octets as a whole.
    pub(super) fn sent(&mut self, push: &PushPdu<'_>, octets: usize) {
        self.unknown.remove(&Group::Push);
        push::tell(self, push, octets);
    }

    /// Makes known what the levels of DM accounts mean.
    pub fn levels(&mut self, levels: cp::Levels) {
        let word = match levels {
            cp::Levels::Oma => "oma",
            cp::Levels::Swapped => "swapped",
        };
        self.word(Fact::Levels, word);
    }

    /// What is known of a fact.
    #[must_use]
    pub fn state(&self, fact: Fact) -> State<'_> {
        match self.known.get(&fact) {
            Some(value) => State::Known(value),
            None if self.forgotten.contains(&fact) || self.unknown.contains(&fact.group()) => {
                State::Unknown
            }
            None => State::Absent,
        }
    }

    /// True when nothing can be told of this part of the message.
    #[must_use]
    pub fn is_unknown(&self, group: Group) -> bool {
        self.unknown.contains(&group)
    }

    /// True when the message has this part, as far as is known.
    #[must_use]
    pub fn has(&self, group: Group) -> bool {
        self.unknown.contains(&group) || self.known.keys().any(|fact| fact.group() == group)
    }

    /// Makes a fact known, or corrects it.
    pub fn set(&mut self, fact: Fact, value: Value) {
        self.forgotten.remove(&fact);
        self.known.insert(fact, value);
    }

    /// Makes a fact of one word known.
    pub fn word(&mut self, fact: Fact, word: &str) {
        self.set(fact, Value::Words(BTreeSet::from([word.to_owned()])));
    }

    /// Makes a fact unknown.
    pub fn forget(&mut self, fact: Fact) {
        self.known.remove(&fact);
        self.forgotten.insert(fact);
    }

    fn flag(&mut self, fact: Fact, flag: bool) {
        self.set(fact, Value::Flag(flag));
    }

    fn number(&mut self, fact: Fact, number: usize) {
        self.set(
            fact,
            Value::Number(u64::try_from(number).unwrap_or(u64::MAX)),
        );
    }

    /// Makes a fact of several words known, even if there is none yet.
    fn words(&mut self, fact: Fact) {
        self.known
            .entry(fact)
            .or_insert_with(|| Value::Words(BTreeSet::new()));
    }

    /// Adds a word, as far as there is room.
    fn add(&mut self, fact: Fact, word: &str) {
        self.words(fact);
        if let Some(Value::Words(words)) = self.known.get_mut(&fact)
            && words.len() < MAX_WORDS
        {
            words.insert(word.to_owned());
        }
    }

    /// A short text of the message, or `other`.
    fn text(&mut self, fact: Fact, text: &str) {
        let word = if text.is_empty() || text.len() > MAX_TEXT {
            "other"
        } else {
            text
        };
        self.word(fact, word);
    }

    fn findings<'f>(&mut self, findings: impl IntoIterator<Item = &'f crate::finding::Finding>) {
        for finding in findings {
            self.add(Fact::Finding, finding.rule.id);
        }
    }

    fn xml(&mut self, input: &[u8]) -> Result<(), Unreadable> {
        self.words(Fact::Finding);
        self.word(Fact::Encoding, "xml");
        let limits = xml::Limits {
            depth: 64,
            ..xml::Limits::DEFAULT
        };
        let policy = xml::Policy {
            public_ids: &[
                crate::wire::wbxml::tables::prov::PUBLIC_ID,
                "-//SYNCML//DTD SyncML 1.2//EN",
                "-//SYNCML//DTD SyncML 1.1//EN",
            ],
            internal_subset: false,
            limits,
        };
        let mut reader = xml::Reader::new(input, policy)?;
        let root = loop {
            match reader.next()? {
                Some(xml::Event::Start(element)) => break element.name,
                Some(_) => {}
                None => break "",
            }
        };
        match root.rsplit(':').next() {
            Some("wap-provisioningdoc") => {
                let parsed = Document::from_xml(input)?;
                self.document(&parsed);
                Ok(())
            }
            Some("SyncML") => {
                self.word(Fact::Document, "dm");
                Ok(management::of_xml(self, input, policy)?)
            }
            _ => {
                self.word(Fact::Document, "other");
                Ok(())
            }
        }
    }

    fn wbxml(&mut self, input: &[u8]) -> Result<(), Unreadable> {
        self.words(Fact::Finding);
        self.word(Fact::Encoding, "wbxml");
        let mut reader = Reader::new(input, Limits::default())?;
        let provisioning = cp::may_be_provisioning(&mut reader);
        self.header(&reader);
        if provisioning {
            let parsed = Document::from_wbxml(input)?;
            self.tokens(&mut reader)?;
            self.document(&parsed);
        } else if reader
            .vocabulary()
            .is_some_and(|known| std::ptr::eq(known, &syncml::SYNCML))
        {
            self.word(Fact::Document, "dm");
            management::of_wbxml(self, &mut reader)?;
        } else {
            self.word(Fact::Document, "other");
        }
        self.findings(&reader.into_findings());
        Ok(())
    }

    fn header(&mut self, reader: &Reader<'_>) {
        let header = reader.header();
        let version = match header.version {
            0x01 => "1.1",
            0x02 => "1.2",
            _ => "1.3",
        };
        self.word(Fact::WbxmlVersion, version);
        let (public_id, of_the_id) = match &header.public_id {
            PublicId::Number(1) => ("unknown", 0),
            PublicId::Number(_) => ("number", 0),
            // Its NUL may be missing at the table's end
            PublicId::Text(text) => ("text", text.len() + 1),
        };
        self.word(Fact::PublicId, public_id);
        self.word(
            Fact::Charset,
            match header.charset {
                Charset::Utf8 => "utf-8",
                Charset::UsAscii => "us-ascii",
                Charset::Latin1 => "iso-8859-1",
            },
        );
        self.flag(
            Fact::StringTable,
            header.string_table_span.len() > of_the_id,
        );
    }

    /// What the tokens of a provisioning document show.
    fn tokens(&mut self, reader: &mut Reader<'_>) -> Result<(), wbxml::Error> {
        let (mut page, mut copies, mut opaque) = (0, false, false);
        while let Some(event) = reader.next()? {
            match event.kind {
                EventKind::SwitchPage {
                    space: Space::Attribute,
                    page: new,
                } => page = new,
                EventKind::AttributeStart {
                    name: Name::Known(name),
                    prefix,
                } if page == 1 => {
                    let mut places =
                        crate::wire::wbxml::tables::prov::PROV.find_attribute_start(name, prefix);
                    copies |= places.any(|place| place.page == 0);
                }
                EventKind::AttributeValue(wbxml::Value::Opaque(_))
                | EventKind::Content(wbxml::Value::Opaque(_)) => opaque = true,
                _ => {}
            }
        }
        self.flag(Fact::PageCopies, copies);
        self.flag(Fact::Opaque, opaque);
        Ok(())
    }

    fn document(&mut self, parsed: &cp::Parsed<'_>) {
        self.word(Fact::Document, "cp");
        self.findings(&parsed.findings);
        self.findings(&cp::rules::check(
            &parsed.document,
            crate::finding::Position::Offset,
        ));
        provisioning::tell(self, &parsed.document);
    }
}
