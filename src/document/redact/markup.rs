//! The texts of an XML document.

use super::cells::{Attribute, Blank, Cell, Form, Outline};
use super::management::Management;
use super::{Error, whole};
use crate::document::dm::nodes::Nodes;
use crate::document::dm::walk::Root;
use crate::document::{cp, dm};
use crate::finding::Position;
use crate::wire::xml::{Element, Event, Policy, Reader};
use std::borrow::Cow;
use std::ops::Range;

pub(super) fn outline(input: &[u8]) -> Result<Outline, Error> {
    let Some(root) = Root::of(input) else {
        return read(input, cp::XML_POLICY, None);
    };
    let nodes = Nodes::of_xml(input, root);
    whole(&nodes)?;
    match root {
        Root::Message => dm::Message::from_xml(input).map(drop)?,
        Root::Tree => dm::MgmtTree::from_xml(input).map(drop)?,
    }
    read(input, dm::XML_POLICY, Some(Management::new(&nodes, 0)))
}

/// A tree that is an XML document inside a message.
pub(super) fn inner(input: &[u8], nodes: &Nodes, base: usize) -> Result<Outline, Error> {
    read(input, dm::XML_POLICY, Some(Management::new(nodes, base)))
}

fn read(
    input: &[u8],
    policy: Policy,
    mut management: Option<Management<'_>>,
) -> Result<Outline, Error> {
    let mut reader = Reader::new(input, policy)?;
    let text = reader.text();
    let mut outline = Outline::default();
    outline.blanks = blanks(text, management.is_none());
    let mut root = true;
    // The character data that a tag ends
    let mut pending: Option<(usize, Cow<'_, str>)> = None;
    while let Some(event) = reader.next()? {
        if let (Some(management), Event::Start(Element { offset, .. }) | Event::End { offset, .. }) =
            (&management, &event)
            && let Some((start, value)) = pending.take()
        {
            characters(text, start..*offset, value, management, &mut outline)?;
        }
        match event {
            Event::Start(element) => {
                if let Some(management) = &mut management {
                    management.start(element.name, element.offset);
                } else if root && element.name != "wap-provisioningdoc" {
                    return Err(Error::Document(cp::Error::NotProvisioning {
                        found: format!("<{}>", element.name),
                        at: Position::in_text(text, element.offset),
                        remedy: cp::CHECK,
                    }));
                }
                root = false;
                let attributes = element.attributes.iter();
                let attributes: Vec<Attribute> = attributes
                    // Namespaces are names
                    .filter(|attribute| {
                        management.is_none() || !attribute.name.starts_with("xmlns")
                    })
                    .map(|attribute| {
                        let name = attribute.name.to_owned();
                        (Some(name), value(text, attribute.offset))
                    })
                    .collect();
                outline.start(element.name, attributes);
            }
            Event::Text(text) => pending = Some((text.offset, text.value)),
            Event::End { .. } => {
                outline.end();
                if let Some(management) = &mut management {
                    management.end();
                }
            }
        }
    }
    Ok(outline)
}

/// The character data in a range between two tags, which is a text or a tree of its own.
fn characters(
    text: &str,
    span: Range<usize>,
    value: Cow<'_, str>,
    management: &Management<'_>,
    outline: &mut Outline,
) -> Result<(), Error> {
    if let Cow::Borrowed(own) = value
        && let Some(start) = (own.as_ptr() as usize).checked_sub(text.as_ptr() as usize)
        && management.nodes.tree_at(management.base + start).is_some()
    {
        let tree = inner(own.as_bytes(), management.nodes, management.base + start)?;
        outline.append(tree, start);
        return Ok(());
    }
    let raw = text.get(span.clone()).unwrap_or_default();
    let mut cells = Vec::new();
    let mut at = 0;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let skip = |mark: &str| {
            rest.find(mark)
                .map_or(rest.len(), |found| found + mark.len())
        };
        at += if rest.starts_with("<!--") {
            skip("-->")
        } else if rest.starts_with("<![CDATA[") {
            let end = rest.find("]]>").unwrap_or(rest.len());
            for (index, character) in rest.get(9..end).unwrap_or_default().char_indices() {
                let start = span.start + at + 9 + index;
                let own = start..start + character.len_utf8();
                cells.push(Cell::new(character, own, Form::Plain));
            }
            end + 3
        } else if rest.starts_with("<?") {
            skip("?>")
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            let plain = rest.get(..end).unwrap_or_default();
            cells.extend(characters_of(plain, span.start + at));
            end
        };
    }
    let (place, role) = management.text();
    outline.text(place, role, cells);
    Ok(())
}

/// The characters of the attribute value at `start`, which the reader found well-formed.
fn value(text: &str, start: usize) -> Vec<Cell> {
    let quote = text.get(..start).and_then(|before| before.chars().last());
    let rest = text.get(start..).unwrap_or_default();
    let raw = rest.split(quote.unwrap_or('"')).next().unwrap_or_default();
    characters_of(raw, start)
}

/// The characters of a text that stands at `start`, references among them.
fn characters_of(raw: &str, start: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut at = 0;
    while let Some(character) = raw.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = raw.get(at..).unwrap_or_default();
        let (character, length, form) = match rest.split_once(';') {
            Some((reference, _)) if character == '&' => {
                let own = reference.len() + 1;
                (referred(reference), own, Form::Reference)
            }
            _ => (character, character.len_utf8(), Form::Plain),
        };
        let span = start + at..start + at + length;
        cells.push(Cell::new(character, span, form));
        at += length;
    }
    cells
}

/// The character that a reference without its semicolon stands for.
fn referred(reference: &str) -> char {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok();
    match reference {
        "&lt" => '<',
        "&gt" => '>',
        "&amp" => '&',
        "&apos" => '\'',
        "&quot" => '"',
        _ => reference
            .strip_prefix("&#x")
            .and_then(|digits| number(digits, 16))
            .or_else(|| {
                reference
                    .strip_prefix("&#")
                    .and_then(|digits| number(digits, 10))
            })
            .and_then(char::from_u32)
            .unwrap_or('x'),
    }
}

/// Comments and processing instructions of a well-formed document, and text between tags if that is
/// to be blanked too.
fn blanks(text: &str, texts: bool) -> Vec<(Range<usize>, Blank)> {
    let mut blanks = Vec::new();
    let mut at = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let find = |from: usize, mark: &str| {
        let rest = text.get(from..).unwrap_or_default();
        rest.find(mark).map_or(text.len(), |found| from + found)
    };
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("<!--") {
            let end = find(at + 4, "-->");
            blanks.push((at + 4..end, Blank::Spaces));
            at = end + 3;
        } else if rest.starts_with("<![CDATA[") {
            let end = find(at + 9, "]]>");
            blanks.extend(texts.then_some((at + 9..end, Blank::Letters)));
            at = end + 3;
        } else if rest.starts_with("<?") {
            let end = find(at + 2, "?>");
            if !(rest.starts_with("<?xml") && rest[5..].starts_with([' ', '\t', '\r', '\n'])) {
                let inner = text.get(at + 2..end).unwrap_or_default();
                let name = inner.find([' ', '\t', '\r', '\n']).unwrap_or(inner.len());
                blanks.push((at + 2..at + 2 + name, Blank::Letters));
                blanks.push((at + 2 + name..end, Blank::Spaces));
            }
            at = end + 2;
        } else if rest.starts_with('<') {
            at = tag_end(text, at);
        } else {
            let end = find(at, "<");
            blanks.extend(texts.then_some((at..end, Blank::Letters)));
            at = end;
        }
    }
    blanks
}

/// The end of the tag or DOCTYPE at `start`: its `>` outside quotes.
fn tag_end(text: &str, start: usize) -> usize {
    let mut quote = None;
    for (at, octet) in text.bytes().enumerate().skip(start) {
        match (quote, octet) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(octet),
            (Some(open), octet) if octet == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Blanks the ranges; white space stays.
pub(super) fn blank(ranges: &[(Range<usize>, Blank)], octets: &mut [u8]) {
    for (range, how) in ranges {
        for octet in octets.get_mut(range.clone()).unwrap_or_default() {
            if !octet.is_ascii_whitespace() {
                *octet = match how {
                    Blank::Spaces => b' ',
                    Blank::Letters => b'x',
                };
            }
        }
    }
}
