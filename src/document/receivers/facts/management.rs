//! What an OMA DM message says, in whichever form it is written.

use super::{Fact, Facts, MAX_TEXT};
use crate::wire::wbxml::tables::syncml;
use crate::wire::wbxml::{self, EventKind, Limits, Name, PublicId, Reader, Value};
use crate::wire::xml;

/// Elements whose nesting is looked at; the readers cap it at 64.
#[derive(Default)]
struct Walk {
    path: Vec<String>,
    text: String,
    /// The Meta of the command or item that is open.
    format: String,
    kind: String,
    commands: usize,
    tnds: Option<&'static str>,
    /// Of each node of a tree that is open, whether it has a Format, and a value.
    nodes: Vec<(bool, bool)>,
}

/// What an opaque value or a text in Data may be.
enum Data<'a> {
    Octets(&'a [u8]),
    Text(&'a str),
}

impl Walk {
    fn open(&mut self, facts: &mut Facts, name: &str) {
        let name = local(name);
        self.text.clear();
        match name {
            "Add" | "Replace" | "Delete" | "Exec" | "Copy" | "Get" => {
                self.commands += 1;
                self.format.clear();
                self.kind.clear();
            }
            "MgmtTree" if self.within("Data") => self.tree(facts, "inline"),
            "ACL" => facts.flag(Fact::Acl, true),
            "Node" => self.nodes.push((false, false)),
            "Format" if ends_in(&self.path, &["Node", "RTProperties"]) => {
                if let Some((format, _)) = self.nodes.last_mut() {
                    *format = true;
                }
            }
            "Value" if ends_in(&self.path, &["Node"]) => {
                if let Some((_, value)) = self.nodes.last_mut() {
                    *value = true;
                }
            }
            _ => {}
        }
        self.path.push(name.to_owned());
    }

    fn close(&mut self, facts: &mut Facts) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        let ends = |tail: &[&str]| ends_in(&self.path, tail);
        if ends(&["SyncHdr", "VerDTD"]) {
            facts.text(Fact::VerDtd, text);
        } else if ends(&["SyncHdr", "VerProto"]) {
            facts.text(Fact::VerProto, text);
        } else if ends(&["CmdID"]) && self.commands == 1 {
            facts.text(Fact::CmdId, text);
        } else if ends(&["Item", "Target", "LocURI"]) {
            let target = text.strip_prefix("./").unwrap_or(text);
            let word = match target.split('/').next() {
                Some("Inbox") => "./Inbox",
                Some("DMAcc") => "./DMAcc",
                _ => "other",
            };
            facts.add(Fact::Targets, word);
            if text.rsplit('/').next() == Some("ServerID") {
                facts.flag(Fact::ServerId, true);
            }
        } else if ends(&["Meta", "Format"]) {
            self.format = text.chars().take(MAX_TEXT).collect();
        } else if ends(&["Meta", "Type"]) {
            self.kind = text.chars().take(MAX_TEXT).collect();
        } else if ends(&["Node", "NodeName"]) && text == "ServerID" {
            facts.flag(Fact::ServerId, true);
        } else if ends(&["DDFName"]) && !text.is_empty() {
            let name = if text.len() > MAX_TEXT { "other" } else { text };
            facts.add(Fact::DdfNames, name);
        }
        if ends(&["Data"]) && self.tnds.is_some() {
            self.meta(facts);
        }
        if ends_in(&self.path, &["Node"]) && self.nodes.pop() == Some((false, true)) {
            facts.flag(Fact::FormatMissing, true);
        }
        self.path.pop();
    }

    fn value(&mut self, text: &str) {
        let room = (MAX_TEXT * 4).saturating_sub(self.text.len());
        self.text.extend(text.chars().take(room));
    }

    fn within(&self, name: &str) -> bool {
        self.path.iter().any(|open| open == name)
    }

    fn tree(&mut self, facts: &mut Facts, how: &'static str) {
        if self.tnds.is_none() {
            facts.word(Fact::Tnds, how);
        }
        self.tnds = Some(how);
    }

    /// What the item with a tree declares.
    fn meta(&mut self, facts: &mut Facts) {
        let known = [
            (
                "bin",
                "application/vnd.syncml.dmtnds+wbxml",
                "bin dmtnds+wbxml",
            ),
            (
                "xml",
                "application/vnd.syncml.dmtnds+wbxml",
                "xml dmtnds+wbxml",
            ),
            ("xml", "application/vnd.syncml.dmtnds+xml", "xml dmtnds+xml"),
            ("bin", "application/vnd.syncml.dmtnds+xml", "bin dmtnds+xml"),
        ];
        let found = known
            .iter()
            .find(|(format, kind, _)| self.format == *format && self.kind == *kind);
        facts.add(Fact::Meta, found.map_or("other", |(_, _, word)| word));
    }

    /// A tree that is a document of its own. One that cannot be read stays without facts.
    fn nested(&mut self, facts: &mut Facts, data: Data<'_>) {
        // Never deeper: a document in a document in a document is no bootstrap message
        if !self.within("Data") || self.within("MgmtTree") {
            return;
        }
        let mut inner = Self {
            tnds: Some("nested"),
            ..Self::default()
        };
        match data {
            Data::Octets(octets) => {
                let Ok(mut reader) = Reader::new(octets, Limits::default()) else {
                    return;
                };
                let is_ddf = reader
                    .vocabulary()
                    .is_some_and(|known| std::ptr::eq(known, &syncml::DM_DDF));
                if !is_ddf {
                    return;
                }
                self.tree(facts, "opaque");
                let id = match &reader.header().public_id {
                    PublicId::Text(text) => text.len() + 1,
                    PublicId::Number(_) => 0,
                };
                let table = reader.header().string_table_span.len() > id;
                facts.flag(Fact::TndsStringTable, table);
                while let Ok(Some(event)) = reader.next() {
                    inner.event(facts, event.kind, false);
                }
            }
            Data::Text(text) => {
                if !text.trim_start().starts_with('<') || !text.contains("MgmtTree") {
                    return;
                }
                self.tree(facts, "text");
                let policy = xml::Policy {
                    public_ids: &["-//OMA//DTD-DM-DDF 1.2//EN"],
                    internal_subset: false,
                    limits: xml::Limits {
                        depth: 64,
                        ..xml::Limits::DEFAULT
                    },
                };
                let Ok(mut reader) = xml::Reader::new(text.as_bytes(), policy) else {
                    return;
                };
                while let Ok(Some(event)) = reader.next() {
                    inner.xml(facts, event, false);
                }
            }
        }
    }

    fn event(&mut self, facts: &mut Facts, event: EventKind<'_>, outer: bool) {
        match event {
            EventKind::Tag { name, .. } => {
                let name = match &name {
                    Name::Known(name) => name,
                    Name::Literal(name) => &**name,
                    Name::Unknown { .. } => "?",
                };
                self.open(facts, name);
            }
            EventKind::End => self.close(facts),
            EventKind::Content(value) => match value {
                Value::Inline(text) | Value::Table { text, .. } => {
                    if outer {
                        self.nested(facts, Data::Text(&text));
                    }
                    self.value(&text);
                }
                Value::Opaque(octets) => {
                    if outer {
                        facts.flag(Fact::Opaque, true);
                        self.nested(facts, Data::Octets(octets));
                        if let Ok(text) = std::str::from_utf8(octets) {
                            self.nested(facts, Data::Text(text));
                        }
                    }
                    if let Ok(text) = std::str::from_utf8(octets) {
                        self.value(text);
                    }
                }
                Value::Entity(character) => self.value(&character.to_string()),
                Value::Token(_) | Value::Unknown { .. } => {}
            },
            _ => {}
        }
    }

    fn xml(&mut self, facts: &mut Facts, event: xml::Event<'_>, outer: bool) {
        match event {
            xml::Event::Start(element) => self.open(facts, element.name),
            xml::Event::Text(text) => {
                if outer {
                    self.nested(facts, Data::Text(&text.value));
                }
                self.value(&text.value);
            }
            xml::Event::End { .. } => self.close(facts),
        }
    }
}

/// True when the innermost elements that are open are these.
fn ends_in(path: &[String], tail: &[&str]) -> bool {
    path.len() >= tail.len() && path[path.len() - tail.len()..] == *tail
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn begin(facts: &mut Facts) -> Walk {
    for fact in [Fact::Targets, Fact::Meta, Fact::DdfNames] {
        facts.words(fact);
    }
    facts.word(Fact::Tnds, "none");
    for fact in [
        Fact::Acl,
        Fact::ServerId,
        Fact::TndsStringTable,
        Fact::FormatMissing,
    ] {
        facts.flag(fact, false);
    }
    Walk::default()
}

pub(super) fn of_wbxml(facts: &mut Facts, reader: &mut Reader<'_>) -> Result<(), wbxml::Error> {
    facts.flag(Fact::Opaque, false);
    let mut walk = begin(facts);
    while let Some(event) = reader.next()? {
        walk.event(facts, event.kind, true);
    }
    Ok(())
}

pub(super) fn of_xml(
    facts: &mut Facts,
    input: &[u8],
    policy: xml::Policy,
) -> Result<(), xml::Error> {
    let mut walk = begin(facts);
    let mut reader = xml::Reader::new(input, policy)?;
    while let Some(event) = reader.next()? {
        walk.xml(facts, event, true);
    }
    Ok(())
}
