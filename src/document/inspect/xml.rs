//! XML: elements, attributes and character data.

use super::management::{Context, Telling, judge};
use super::mask::{DocumentType, Masked, Scope, summary};
use super::{Fault, Part, Tree, more, not_read};
use crate::dissect::Item;
use crate::document::cp::{Document, rules};
use crate::finding::Position;
use crate::wire::wbxml::tables::prov;
use crate::wire::xml::{Attribute, Element, Error, Event, Limits, Origins, Policy, Reader, Text};
use std::borrow::Cow;

/// The document types that may be explained; management trees nest deep.
const POLICY: Policy = Policy {
    public_ids: &[
        prov::PUBLIC_ID,
        "-//SYNCML//DTD SyncML 1.2//EN",
        "-//SYNCML//DTD MetInf 1.2//EN",
        "-//SYNCML//DTD MetaInf 1.2//EN",
        "-//SYNCML//DTD DevInf 1.2//EN",
        "-//OMA//DTD-DM-DDF 1.2//EN",
    ],
    internal_subset: true,
    limits: Limits {
        depth: 64,
        ..Limits::DEFAULT
    },
};

/// What is shown for a name that may be a piece of a secret.
const UNKNOWN: &str = "(unknown)";

/// How places are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Places {
    /// As line and column.
    Lines,
    /// As offset, since the text stands in a message.
    Offsets,
}

pub(super) fn part(input: &[u8], reveal: bool, places: Places) -> Part {
    let context = Context::of_xml(input, reveal);
    let mut part = document(input, 0, None, &context, places);
    let (Some(root), None, Ok(text)) = (context.root, &part.fault, std::str::from_utf8(input))
    else {
        return part;
    };
    let telling = Telling {
        read: &|at| places.told(text, at),
        offset: &|offset| places.at(text, offset),
    };
    judge(&mut part, input, root, true, &telling);
    part
}

/// The document that begins at `base` of the whole input, or whose octets have their origins there.
pub(super) fn document(
    input: &[u8],
    base: usize,
    origins: Option<&Origins>,
    context: &Context,
    places: Places,
) -> Part {
    let mut reader = match Reader::new(input, POLICY) {
        Ok(reader) => reader,
        Err(error) => {
            return Part {
                kind: "unknown".into(),
                items: not_read(0..input.len()).into_iter().collect(),
                fault: Some(fault(&error, places)),
                ..Part::default()
            };
        }
    };
    let text = reader.text();
    let mut walk = Walk {
        text,
        base,
        origins,
        context,
        reveal: context.reveal,
        document_type: DocumentType::Named,
        root: None,
        tree: Tree::default(),
        scopes: Vec::new(),
        named: String::new(),
        items: 0,
        end: 0,
    };
    let mut whole = false;
    let fault = loop {
        let before = walk.items;
        match reader.next() {
            Ok(Some(event)) => {
                if !context.takes(0) {
                    break None;
                }
                walk.event(event);
                context.takes(walk.items - before);
            }
            Ok(None) => {
                whole = true;
                break None;
            }
            Err(error) => break Some(fault(&error, places)),
        }
    };
    let Walk {
        tree,
        root,
        document_type,
        end,
        ..
    } = walk;
    let mut items = tree.finish(end);
    let rest = end..input.len();
    if fault.is_some() {
        items.extend(not_read(rest));
    } else if !whole {
        items.extend(more(rest));
    }
    let mut findings = Vec::new();
    if whole
        && document_type == DocumentType::Provisioning
        && let Ok(parsed) = Document::from_xml(input)
    {
        findings = parsed.findings;
        for finding in &mut findings {
            finding.at = places.told(text, finding.at);
        }
        let position = |offset| places.at(text, offset);
        findings.extend(rules::check(&parsed.document, position));
        rules::without_consequences(&mut findings);
    }
    Part {
        kind: match (document_type, root) {
            (DocumentType::Provisioning, _) => "cp".into(),
            (_, Some(root)) => root,
            (_, None) => "unknown".into(),
        },
        items,
        findings,
        fault,
    }
}

impl Places {
    /// The place of an offset.
    fn at(self, text: &str, offset: usize) -> Position {
        match self {
            Self::Lines => Position::in_text(text, offset),
            Self::Offsets => Position::Offset(offset),
        }
    }

    /// The place that a reader gave.
    fn told(self, text: &str, at: Position) -> Position {
        match (self, at) {
            (Self::Offsets, Position::Line { .. }) => Position::Offset(at.offset_in(text)),
            _ => at,
        }
    }
}

fn fault(error: &Error, places: Places) -> Fault {
    Fault {
        rule: error.rule(),
        at: match places {
            Places::Lines => error.at,
            Places::Offsets => Position::Offset(error.offset),
        },
        message: format!(
            "found {}, expected {} ({}); {}",
            error.found(),
            error.expected(),
            error.clause(),
            error.remedy()
        ),
    }
}

struct Walk<'a> {
    text: &'a str,
    /// Where that begins in the whole input.
    base: usize,
    /// Where its octets stand there, when it does not stand there as it is.
    origins: Option<&'a Origins>,
    context: &'a Context,
    reveal: bool,
    document_type: DocumentType,
    root: Option<String>,
    tree: Tree,
    scopes: Vec<Scope>,
    /// The last name that a management document gave.
    named: String,
    items: usize,
    /// Where the last piece that was read ends.
    end: usize,
}

impl Walk<'_> {
    /// The offset in the whole input.
    fn outer(&self, offset: usize) -> usize {
        self.base + self.origins.map_or(offset, |origins| origins.at(offset))
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(element) => {
                self.text_ends(element.offset);
                self.start(&element);
            }
            Event::Text(text) => self.characters(&text),
            Event::End { offset, .. } => {
                self.text_ends(offset);
                self.finish(offset);
            }
        }
    }

    /// A text ends where the tag after it begins.
    fn text_ends(&mut self, offset: usize) {
        let siblings = self.tree.open.last_mut().map(|item| &mut item.children);
        if let Some(item) = siblings.and_then(|children| children.last_mut())
            && item.name == "text"
            && item.span.is_empty()
        {
            item.span.end = offset.max(item.span.start);
        }
    }

    fn start(&mut self, element: &Element<'_>) {
        if self.root.is_none() {
            self.root = Some(element.name.to_owned());
            if element.name == "wap-provisioningdoc" {
                self.document_type = DocumentType::Provisioning;
            }
        }
        let value = |name| {
            element
                .attribute(name)
                .map(|attribute: &Attribute<'_>| &*attribute.value)
        };
        let parent = self.scopes.last();
        // Names in a management document may have prefixes
        let name = match self.context.root {
            Some(_) => element.name.rsplit(':').next().unwrap_or_default(),
            None => element.name,
        };
        let mut scope = Scope::inner(parent, name, value("type"), value("name"));
        scope.place(self.outer(element.offset), parent, self.context);
        let shown = |name, is_known: bool| match is_known || self.reveal {
            true => name,
            false => UNKNOWN,
        };
        let shown_attribute = |name| shown(name, rules::is_attribute(name));
        let mut pairs = Vec::new();
        let mut children = Vec::new();
        let mut end = element.offset + 1 + element.name.len();
        for attribute in &element.attributes {
            let masked = Masked {
                secret: scope.attribute_is_secret(self.document_type, Some(attribute.name)),
                text: attribute.value.clone().into_owned(),
                ..Masked::default()
            };
            let closing = self.closing_quote(attribute.offset);
            children.push(Item {
                secret: masked.holds_secret(),
                ..Item::new(
                    attribute.offset..closing,
                    format!("attribute {}", shown_attribute(attribute.name)),
                    masked.shown(self.reveal),
                )
            });
            end = closing;
            pairs.push((shown_attribute(attribute.name).to_owned(), masked));
        }
        end = self.after(end, ">");
        self.items += 1 + children.len();
        self.end = end;
        self.tree.open(Item {
            secret: scope.in_text || children.iter().any(|item| item.secret),
            children,
            ..Item::new(
                element.offset..end,
                shown(element.name, !scope.in_text),
                summary(element.name, &pairs, self.reveal),
            )
        });
        self.scopes.push(scope);
    }

    /// The closing quote of the attribute value at `offset`; the reader has seen it.
    fn closing_quote(&self, offset: usize) -> usize {
        let quote = self.text.get(..offset).and_then(|text| text.chars().last());
        let rest = self.text.get(offset..).unwrap_or_default();
        offset + rest.find(quote.unwrap_or('"')).unwrap_or(rest.len())
    }

    /// The offset after the next `mark` from `offset`.
    fn after(&self, offset: usize, mark: &str) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        offset + rest.find(mark).map_or(rest.len(), |at| at + mark.len())
    }

    fn characters(&mut self, text: &Text<'_>) {
        if text.value.trim().is_empty() {
            return;
        }
        if let Some(item) = self.tree_item(text) {
            self.tree.push(item);
            return;
        }
        if let Some(scope) = self.scopes.last_mut() {
            let secret = scope.text_is_secret(self.document_type, &self.named, &text.value);
            scope.text.secret |= secret;
            scope.text.text.push_str(&text.value);
            let shown = Masked {
                text: text.value.clone().into_owned(),
                secret,
                ..Masked::default()
            };
            self.items += 1;
            self.tree.push(Item {
                secret: shown.holds_secret(),
                ..Item::new(text.offset..text.offset, "text", shown.shown(self.reveal))
            });
        }
    }

    /// The item for a text that is a tree of its own.
    fn tree_item(&self, text: &Text<'_>) -> Option<Item> {
        let tree = match &text.value {
            Cow::Borrowed(tree) => *tree,
            Cow::Owned(tree) if self.origins.is_none() => {
                let origins = Origins::of(self.text, text.offset);
                let (tree, at) = (tree.as_bytes(), text.offset);
                return self.context.escaped_tree(tree, self.base, at, &origins);
            }
            Cow::Owned(_) => return None,
        };
        // A text that is borrowed stands in the input, perhaps inside a CDATA section
        let start = (tree.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let inner = start..start + tree.len();
        let input = self.text.as_bytes();
        self.context
            .tree("tree", input, self.base, inner.clone(), inner)
    }

    fn finish(&mut self, offset: usize) {
        let scope = self.scopes.pop().unwrap_or_default();
        let line = scope.node_line(&mut self.scopes, self.context);
        if scope.names() {
            self.named.clone_from(&scope.text.text);
        }
        // An empty element ends with its only tag
        if let Some(item) = self.tree.open.last_mut() {
            if item.span.start != offset {
                let rest = self.text.get(offset..).unwrap_or_default();
                self.end = offset + rest.find('>').map_or(rest.len(), |at| at + 1);
            }
            if !scope.text.text.trim().is_empty() {
                item.secret |= scope.text.holds_secret();
                if !item.value.is_empty() {
                    item.value.push(' ');
                }
                let text = Masked {
                    text: scope.text.text.trim().to_owned(),
                    ..scope.text
                };
                item.value.push_str(&text.shown(self.reveal));
            }
            if let Some(line) = line {
                item.value = line;
            }
        }
        self.tree.close(self.end);
    }
}
