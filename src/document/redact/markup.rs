//! The texts of an XML document.

use super::Error;
use super::cells::{Attribute, Blank, Cell, Form, Outline};
use crate::document::cp;
use crate::finding::Position;
use crate::wire::xml::{Event, Reader};
use std::ops::Range;

pub(super) fn outline(input: &[u8]) -> Result<Outline, Error> {
    let mut reader = Reader::new(input, cp::XML_POLICY)?;
    let text = reader.text();
    let mut outline = Outline::default();
    let mut root = true;
    while let Some(event) = reader.next()? {
        match event {
            Event::Start(element) => {
                if root && element.name != "wap-provisioningdoc" {
                    return Err(Error::Document(cp::Error::NotProvisioning {
                        found: format!("<{}>", element.name),
                        at: Position::in_text(text, element.offset),
                    }));
                }
                root = false;
                let attributes = element.attributes.iter();
                let attributes: Vec<Attribute> = attributes
                    .map(|attribute| {
                        let name = attribute.name.to_owned();
                        (Some(name), value(text, attribute.offset))
                    })
                    .collect();
                outline.start(element.name, attributes);
            }
            Event::Text(_) => {}
            Event::End { .. } => outline.end(),
        }
    }
    outline.blanks = blanks(text);
    Ok(outline)
}

/// The characters of the attribute value at `start`, which the reader found well-formed.
fn value(text: &str, start: usize) -> Vec<Cell> {
    let quote = text.get(..start).and_then(|before| before.chars().last());
    let rest = text.get(start..).unwrap_or_default();
    let raw = rest.split(quote.unwrap_or('"')).next().unwrap_or_default();
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

/// Comments, processing instructions, and text between tags, of a well-formed document.
fn blanks(text: &str) -> Vec<(Range<usize>, Blank)> {
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
            blanks.push((at + 9..end, Blank::Letters));
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
            blanks.push((at..end, Blank::Letters));
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
