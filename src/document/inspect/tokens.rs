//! WBXML: header, string table, and the tokens of each element.

use super::management::{Context, Telling, judge};
use super::mask::{DocumentType, Masked, Scope, counted, quoted, summary};
use super::{Fault, MAX_ITEMS, Part, Tree, leading_integer, more, not_read};
use crate::bytes::{Cursor, Hex};
use crate::dissect::Item;
use crate::document::cp::{self, Document, rules};
use crate::document::dm::walk::Root;
use crate::finding::Position;
use crate::secret::url_secrets;
use crate::wire::wbxml::tables::VOCABULARIES;
use crate::wire::wbxml::{
    self, Charset, Event, EventKind, Limits, Name, PublicId, Reader, Space, Value,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// The token of opaque data (WAP-192 §7.1).
const OPAQUE: u8 = 0xC3;

/// Octets of one joined value that are kept for its summary.
const MAX_VALUE: usize = 8192;

/// Octets of opaque data that are shown.
const MAX_OPAQUE: usize = 64;

pub(super) fn part(input: &[u8], reveal: bool) -> Part {
    let context = Context::of_wbxml(input, reveal);
    let mut part = document(input, context.root, 0, &context);
    if let (Some(root), None) = (context.root, &part.fault) {
        let telling = Telling {
            read: &|at| at,
            offset: &Position::Offset,
        };
        judge(&mut part, input, root, false, &telling);
    }
    part
}

/// The document of type `root` that begins at `base` of the whole input.
pub(super) fn document(input: &[u8], root: Option<Root>, base: usize, context: &Context) -> Part {
    let reveal = context.reveal;
    let mut reader = match Reader::new(input, Limits::default()) {
        Ok(reader) => reader,
        Err(error) => {
            let mut items = header(input, error.at);
            let end = items.last().map_or(0, |item| item.span.end);
            items.extend(not_read(end..input.len()));
            return Part {
                kind: "unknown".into(),
                items,
                fault: Some(fault(&error)),
                ..Part::default()
            };
        }
    };
    let start = reader.header().string_table_span.end;
    let provisioning = root.is_none()
        && (reader.header().public_id != PublicId::Number(1) || root_is_provisioning(input, start))
        && cp::may_be_provisioning(&mut reader);
    if let Some(root) = root {
        reader.assume(root.vocabulary());
    }
    let (kind, document_type) = match reader.vocabulary() {
        _ if provisioning => ("cp", DocumentType::Provisioning),
        Some(known) => (known.name, DocumentType::Named),
        None => ("unknown", DocumentType::Unknown),
    };
    let (table, charset) = (
        reader.header().string_table_span.clone(),
        reader.header().charset,
    );
    let mut items = header(input, start);
    let Read { events, stop, end } = read(&mut reader, start, context);
    let mut walk = Walk {
        input,
        base,
        context,
        events: &events,
        document_type,
        reveal,
        tree: Tree::default(),
        scopes: Vec::new(),
        named: String::new(),
        uses: BTreeMap::new(),
    };
    if let PublicId::Text(_) = reader.header().public_id {
        walk.uses.insert(public_id_offset(input), false);
    }
    walk.document();
    let Walk { tree, uses, .. } = walk;
    items.extend(string_table(input, table, charset, &uses, reveal));
    items.extend(tree.finish(end));
    let rest = end..input.len();
    items.extend(match stop {
        Stop::Limit => more(rest),
        _ => not_read(rest),
    });
    let mut findings = reader.into_findings();
    if document_type == DocumentType::Provisioning
        && matches!(stop, Stop::End)
        && let Ok(parsed) = Document::from_wbxml(input)
    {
        findings = parsed.findings;
        findings.extend(rules::check(&parsed.document, Position::Offset));
        rules::without_consequences(&mut findings);
    }
    let fault = match stop {
        Stop::Fault(error) => Some(fault(&error)),
        Stop::End | Stop::Limit => None,
    };
    Part {
        kind: kind.into(),
        items,
        findings,
        fault,
    }
}

fn fault(error: &wbxml::Error) -> Fault {
    Fault {
        rule: error.kind.rule(),
        at: Position::Offset(error.at),
        message: error.kind.to_string(),
    }
}

/// A document of unknown type is read as the model reads it: its root decides.
fn root_is_provisioning(input: &[u8], start: usize) -> bool {
    input.get(start).is_some_and(|octet| octet & 0x3F == 0x05)
}

enum Stop {
    End,
    Limit,
    Fault(wbxml::Error),
}

struct Read<'a> {
    events: Vec<Event<'a>>,
    stop: Stop,
    /// Where the last token that was read ends.
    end: usize,
}

fn read<'a>(reader: &mut Reader<'a>, start: usize, context: &Context) -> Read<'a> {
    let (mut events, mut end): (Vec<Event<'a>>, _) = (Vec::new(), start);
    let stop = loop {
        match reader.next() {
            Ok(None) => break Stop::End,
            Err(error) => break Stop::Fault(error),
            Ok(Some(_)) if !context.takes(1) => break Stop::Limit,
            Ok(Some(event)) => {
                end = event.span.end;
                events.push(event);
            }
        }
    };
    Read { events, stop, end }
}

/// The items of the header that end at or before `limit`, the string table left out.
fn header(input: &[u8], limit: usize) -> Vec<Item> {
    let mut items = Vec::new();
    let mut cursor = Cursor::new(input);
    let Ok(version @ 0x01..=0x03) = cursor.u8() else {
        return items;
    };
    items.push(Item::new(0..1, "Version", format!("1.{version}")));
    for name in ["Public Id", "Charset", "String Table Length"] {
        let start = cursor.offset();
        let Ok(number) = cursor.uintvar() else {
            break;
        };
        let value = match (name, number) {
            ("Public Id", 0) => match cursor.uintvar() {
                Ok(offset) => format!("text at offset {offset} of the String Table"),
                Err(_) => break,
            },
            ("Public Id", number) => public_id(number),
            ("Charset", number) => charset_name(number),
            _ => number.to_string(),
        };
        if cursor.offset() > limit {
            break;
        }
        items.push(Item::new(start..cursor.offset(), name, value));
    }
    items
}

fn public_id(number: u32) -> String {
    let known = VOCABULARIES
        .iter()
        .find(|vocabulary| vocabulary.public_number == Some(number));
    match known.and_then(|vocabulary| vocabulary.public_ids.first()) {
        Some(name) => format!("0x{number:02X} = {name}"),
        None if number == 1 => "0x01 = unknown or missing".into(),
        None => format!("0x{number:02X}, not a document type known here"),
    }
}

fn charset_name(number: u32) -> String {
    let name = match number {
        0 => "unknown",
        3 => "US-ASCII",
        4 => "ISO-8859-1",
        106 => "UTF-8",
        _ => "not known here",
    };
    format!("{number} = {name}")
}

/// The string table offset in a header whose public id is a text.
fn public_id_offset(input: &[u8]) -> usize {
    leading_integer(input.get(2..).unwrap_or_default()) as usize
}

/// The table, entry by entry. An entry is shown when it has uses and all of them are harmless.
fn string_table(
    input: &[u8],
    table: Range<usize>,
    charset: Charset,
    uses: &BTreeMap<usize, bool>,
    reveal: bool,
) -> Option<Item> {
    let octets = input.get(table.clone())?;
    if octets.is_empty() {
        return None;
    }
    let mut children = Vec::new();
    let mut start = 0;
    for entry in octets.split_inclusive(|&octet| octet == 0) {
        if children.len() >= MAX_ITEMS / 4 {
            children.extend(more(table.start + start..table.end));
            break;
        }
        let end = start + entry.len();
        let mut own = uses.range(start..end).map(|(_, secret)| *secret).peekable();
        let secret = own.peek().is_none() || own.any(|secret| secret);
        let text = decode(entry.strip_suffix(&[0]).unwrap_or(entry), charset);
        let value = if secret && !reveal {
            counted(&text)
        } else {
            quoted(&text)
        };
        children.push(Item {
            secret,
            ..Item::new(
                table.start + start..table.start + end,
                format!("offset {start}"),
                value,
            )
        });
        start = end;
    }
    Some(Item {
        children,
        ..Item::new(
            table,
            "String Table",
            match octets.split_inclusive(|&octet| octet == 0).count() {
                1 => "1 entry".into(),
                count => format!("{count} entries"),
            },
        )
    })
}

fn decode(octets: &[u8], charset: Charset) -> Cow<'_, str> {
    match charset {
        Charset::Latin1 => octets.iter().map(|&octet| char::from(octet)).collect(),
        Charset::Utf8 | Charset::UsAscii => String::from_utf8_lossy(octets),
    }
}

/// One attribute of an element, gathered before its tokens are shown.
#[derive(Default)]
struct Attribute {
    /// `None` for a token that is not known.
    name: Option<String>,
    value: Masked,
}

struct Walk<'e, 'a> {
    input: &'a [u8],
    /// Where that begins in the whole input.
    base: usize,
    context: &'e Context,
    events: &'e [Event<'a>],
    document_type: DocumentType,
    reveal: bool,
    tree: Tree,
    scopes: Vec<Scope>,
    /// The last name that a management document gave.
    named: String,
    /// Offsets of the string table that are referred to, and whether by something secret.
    uses: BTreeMap<usize, bool>,
}

impl Walk<'_, '_> {
    fn document(&mut self) {
        let mut attributes: Vec<Attribute> = Vec::new();
        let mut next: usize = 0;
        let mut in_pi = false;
        // Whether the character data in progress is secret
        let mut text = None;
        let events = self.events;
        for (index, event) in events.iter().enumerate() {
            let span = event.span.clone();
            let octet = self.input.get(span.start).copied().unwrap_or_default();
            let inside = matches!(
                event.kind,
                EventKind::Content(_) | EventKind::SwitchPage { .. }
            );
            if !inside {
                text = None;
            }
            match &event.kind {
                EventKind::SwitchPage { space, page } => {
                    let space = match space {
                        Space::Tag => "tag",
                        Space::Attribute => "attribute",
                    };
                    let value = format!("{space} page {page}");
                    self.tree.push(Item::new(span, "SWITCH_PAGE", value));
                }
                EventKind::Pi => {
                    in_pi = true;
                    attributes = self.gather(index);
                    self.judge(&Scope::default(), &mut attributes);
                    next = 0;
                    self.tree.open(Item::new(span.clone(), "PI", ""));
                    self.tree.push(Item::new(span, "PI", "attributes follow"));
                }
                EventKind::Tag {
                    name,
                    attributes: listed,
                    content,
                } => {
                    attributes = if *listed {
                        self.gather(index)
                    } else {
                        Vec::new()
                    };
                    next = 0;
                    self.element(name, octet, span, &mut attributes, (*listed, *content));
                }
                EventKind::AttributeStart { name, prefix } => {
                    next += 1;
                    let shown = self.name(name, span.start);
                    let value = format!("{octet:02X} {shown}={prefix}");
                    self.tree.push(Item::new(span, "attribute start", value));
                }
                EventKind::AttributeValue(value) => {
                    let secret = attributes
                        .get(next.saturating_sub(1))
                        .is_none_or(|attribute| attribute.value.holds_secret());
                    self.value(value, octet, span, secret);
                }
                EventKind::AttributesEnd => {
                    let end = span.end;
                    self.tree.push(Item::new(span, "END", "of the attributes"));
                    if in_pi {
                        in_pi = false;
                        self.tree.close(end);
                    }
                }
                EventKind::Content(value) => {
                    if let Some(inner) = tree_of(value, &span)
                        && let Some(item) = self.tree_item(octet, span.clone(), inner)
                    {
                        self.tree.push(item);
                        continue;
                    }
                    let secret = *text.get_or_insert_with(|| self.judge_text(index));
                    self.value(value, octet, span, secret);
                }
                EventKind::End => self.end(span),
            }
        }
    }

    fn name(&mut self, name: &Name<'_>, at: usize) -> String {
        match name {
            Name::Known(name) => (*name).to_owned(),
            Name::Literal(name) => {
                let octets = self.input.get(at + 1..).unwrap_or_default();
                let offset = leading_integer(octets) as usize;
                self.uses.entry(offset).or_default();
                format!("LITERAL {}", quoted(name))
            }
            Name::Unknown { page, token } => format!("{token:02X} (unknown on page {page})"),
        }
    }

    /// The attributes that follow the tag or PI at `index`.
    fn gather(&self, index: usize) -> Vec<Attribute> {
        let mut list: Vec<Attribute> = Vec::new();
        for event in self.events.get(index + 1..).unwrap_or_default() {
            match &event.kind {
                EventKind::AttributeStart { name, prefix } => list.push(Attribute {
                    name: name.clone().into_text().map(|name| clip(&name).to_owned()),
                    value: Masked {
                        text: (*prefix).to_owned(),
                        ..Masked::default()
                    },
                }),
                EventKind::AttributeValue(value) => {
                    if let Some(last) = list.last_mut() {
                        append(&mut last.value.text, value);
                    }
                }
                EventKind::SwitchPage { .. } => {}
                _ => break,
            }
        }
        list
    }

    /// Decides which attributes are secret.
    fn judge(&self, scope: &Scope, attributes: &mut [Attribute]) {
        for attribute in attributes {
            attribute.value.secret =
                scope.attribute_is_secret(self.document_type, attribute.name.as_deref());
        }
    }

    fn element(
        &mut self,
        name: &Name<'_>,
        octet: u8,
        span: Range<usize>,
        attributes: &mut [Attribute],
        (listed, content): (bool, bool),
    ) {
        let token = self.name(name, span.start);
        let shown = match name {
            Name::Known(name) => (*name).to_owned(),
            Name::Literal(name) => clip(name).to_owned(),
            Name::Unknown { token, .. } => format!("tag {token:02X}"),
        };
        let find = |wanted: &str| {
            let mut all = attributes.iter();
            all.find(|attribute| attribute.name.as_deref() == Some(wanted))
                .map(|attribute| &*attribute.value.text)
        };
        let parent = self.scopes.last();
        let mut scope = Scope::inner(parent, &shown, find("type"), find("name"));
        scope.place(self.base + span.start, parent, self.context);
        self.judge(&scope, attributes);
        let pairs: Vec<_> = attributes
            .iter()
            .map(|attribute| {
                let name = attribute.name.clone().unwrap_or_else(|| "(unknown)".into());
                (name, attribute.value.clone())
            })
            .collect();
        let value = summary(&shown, &pairs, self.reveal);
        let secret = pairs.iter().any(|(_, value)| value.holds_secret());
        self.scopes.push(scope);
        self.tree.open(Item {
            secret,
            ..Item::new(span.clone(), shown, value)
        });
        let follow = match (listed, content) {
            (true, true) => ", attributes and content follow",
            (true, false) => ", attributes follow",
            (false, true) => ", content follows",
            (false, false) => "",
        };
        let value = format!("{octet:02X} {token}{follow}");
        self.tree.push(Item::new(span, "tag", value));
    }

    /// Whether the character data that begins at `index` is secret. Its pieces are judged as one.
    fn judge_text(&mut self, index: usize) -> bool {
        let mut text = String::new();
        let mut opaque = false;
        let mut octets = None;
        for event in self.events.get(index..).unwrap_or_default() {
            match &event.kind {
                // A tree of its own is judged by itself
                EventKind::Content(value)
                    if tree_of(value, &event.span).is_some_and(|inner| {
                        let at = self.base + inner.start;
                        self.context.nodes.tree_at(at).is_some()
                    }) => {}
                EventKind::Content(value) => {
                    opaque |= matches!(value, Value::Opaque(_));
                    if let Value::Opaque(own) = value
                        && std::str::from_utf8(own).is_err()
                    {
                        octets = Some(own.len());
                    }
                    append(&mut text, value);
                }
                EventKind::SwitchPage { .. } => {}
                _ => break,
            }
        }
        let Some(scope) = self.scopes.last_mut() else {
            return true;
        };
        // Octets may be anything, unless their node is known
        let secret = opaque && scope.node != Some(false)
            || scope.text_is_secret(self.document_type, &self.named, &text);
        scope.text.secret |= secret;
        scope.text.octets = scope.text.octets.or(octets);
        let room = MAX_VALUE.saturating_sub(scope.text.text.len());
        scope.text.text.push_str(prefix(&text, room));
        secret || !url_secrets(&text).is_empty()
    }

    /// The item for a value that is a tree of its own.
    fn tree_item(&self, octet: u8, span: Range<usize>, inner: Range<usize>) -> Option<Item> {
        let name = if octet == OPAQUE { "OPAQUE" } else { "STR_I" };
        self.context.tree(name, self.input, self.base, span, inner)
    }

    fn value(&mut self, value: &Value<'_>, octet: u8, span: Range<usize>, mut secret: bool) {
        let masked = secret && !self.reveal;
        let show = |text: &str| {
            if masked { counted(text) } else { quoted(text) }
        };
        let (name, value) = match value {
            // The tables are public: that a token stands there is no secret
            Value::Token(text) => {
                secret = false;
                ("attribute value", format!("{octet:02X} {text}"))
            }
            Value::Unknown { page, .. } => {
                secret = false;
                (
                    "attribute value",
                    format!("{octet:02X} (unknown on page {page})"),
                )
            }
            Value::Inline(text) => ("STR_I", show(text)),
            Value::Table { offset, text } => {
                *self.uses.entry(*offset as usize).or_default() |= secret;
                ("STR_T", format!("offset {offset} -> {}", show(text)))
            }
            Value::Entity(_) if masked => ("ENTITY", counted("x")),
            Value::Entity(character) => {
                let code = u32::from(*character);
                ("ENTITY", format!("U+{code:04X} {character:?}"))
            }
            Value::Opaque(octets) if masked => ("OPAQUE", format!("({} octets)", octets.len())),
            Value::Opaque(octets) => ("OPAQUE", opaque(octets)),
        };
        self.tree.push(Item {
            secret,
            ..Item::new(span, name, value)
        });
    }

    fn end(&mut self, span: Range<usize>) {
        let end = span.end;
        let scope = self.scopes.pop().unwrap_or_default();
        if scope.names() {
            self.named.clone_from(&scope.text.text);
        }
        if !span.is_empty() {
            let value = format!("of {}", scope.element);
            self.tree.push(Item::new(span, "END", value));
        }
        if let Some(item) = self.tree.open.last_mut()
            && !scope.text.text.trim().is_empty()
        {
            item.secret |= scope.text.holds_secret();
            if !item.value.is_empty() {
                item.value.push(' ');
            }
            item.value.push_str(&scope.text.shown(self.reveal));
        }
        if let (Some(item), Some(line)) = (
            self.tree.open.last_mut(),
            scope.node_line(&mut self.scopes, self.context),
        ) {
            item.value = line;
        }
        self.tree.close(end);
    }
}

/// Where a value has its own octets in the input, which may be a document.
fn tree_of(value: &Value<'_>, span: &Range<usize>) -> Option<Range<usize>> {
    match value {
        Value::Opaque(octets) => Some(span.end - octets.len()..span.end),
        // Between its token and its NUL
        Value::Inline(_) => Some(span.start + 1..span.end - 1),
        _ => None,
    }
}

/// Appends a piece, as far as there is room for it.
fn append(text: &mut String, value: &Value<'_>) {
    let room = MAX_VALUE.saturating_sub(text.len());
    match value {
        Value::Token(piece) => text.push_str(piece),
        Value::Unknown { token, .. } => text.push_str(&format!("({token:02X})")),
        Value::Inline(piece) | Value::Table { text: piece, .. } => {
            text.push_str(prefix(piece, room));
        }
        Value::Entity(character) => text.push(*character),
        Value::Opaque(octets) => match std::str::from_utf8(octets) {
            Ok(piece) => text.push_str(prefix(piece, room)),
            Err(_) => text.push_str(&opaque(octets)),
        },
    }
}

fn clip(name: &str) -> &str {
    prefix(name, MAX_VALUE)
}

/// At most `room` octets of a text, whole characters.
fn prefix(text: &str, room: usize) -> &str {
    let mut end = room.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn opaque(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => quoted(text),
        Err(_) => match octets.get(..MAX_OPAQUE) {
            Some(head) if octets.len() > MAX_OPAQUE => {
                format!("{}… ({} octets in all)", Hex(head), octets.len())
            }
            _ => Hex(octets).to_string(),
        },
    }
}
