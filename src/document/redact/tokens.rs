//! The texts of a WBXML document.

use super::cells::{Attribute, Cell, Entry, Form, Outline};
use super::management::Management;
use super::{Error, MAX_CELLS, markup, whole};
use crate::bytes::Cursor;
use crate::document::cp;
use crate::document::dm::nodes::Nodes;
use crate::document::dm::walk::Root;
use crate::document::dm::{self, TndsForm};
use crate::finding::Position;
use crate::wire::wbxml::{Charset, EventKind, Limits, Name, PublicId, Reader, Value};
use std::ops::Range;

pub(super) fn outline(input: &[u8]) -> Result<Outline, Error> {
    if let Some(root) = Root::of_wbxml(input) {
        let nodes = Nodes::of_wbxml(input, root);
        whole(&nodes)?;
        // What the nodes do not show could not be told apart
        match root {
            Root::Message => dm::Message::from_wbxml(input).map(drop)?,
            Root::Tree => dm::MgmtTree::from_wbxml(input).map(drop)?,
        }
        let mut reader = Reader::new(input, Limits::default())?;
        reader.assume(root.vocabulary());
        return read(input, &mut reader, Some(Management::new(&nodes, 0)));
    }
    let mut reader = Reader::new(input, Limits::default())?;
    if !cp::may_be_provisioning(&mut reader) {
        let vocabulary = reader.vocabulary();
        let found = vocabulary.map_or("of a document type not known here", |known| known.name);
        return Err(not_provisioning(found, 1));
    }
    read(input, &mut reader, None)
}

/// A tree that is a WBXML document inside a message.
pub(super) fn inner(input: &[u8], nodes: &Nodes, base: usize) -> Result<Outline, Error> {
    let mut reader = Reader::new(input, Limits::default())?;
    reader.assume(Root::Tree.vocabulary());
    read(input, &mut reader, Some(Management::new(nodes, base)))
}

fn read(
    input: &[u8],
    reader: &mut Reader<'_>,
    management: Option<Management<'_>>,
) -> Result<Outline, Error> {
    let header = reader.header().clone();
    let mut texts = Texts {
        input,
        table: header.string_table_span.clone(),
        latin1: header.charset == Charset::Latin1,
        starts: Vec::new(),
        cells: 0,
        outline: Outline::default(),
        management,
    };
    texts.entries();
    if let PublicId::Text(_) = header.public_id {
        texts.use_entry(integer_at(input, 2));
    }
    texts.read(reader)?;
    Ok(texts.outline)
}

fn not_provisioning(found: &str, at: usize) -> Error {
    Error::Document(cp::Error::NotProvisioning {
        found: found.to_owned(),
        at: Position::Offset(at),
        remedy: cp::CHECK,
    })
}

fn integer_at(input: &[u8], at: usize) -> usize {
    let octets = input.get(at..).unwrap_or_default();
    Cursor::new(octets).uintvar().unwrap_or_default() as usize
}

struct Texts<'a, 'n> {
    input: &'a [u8],
    table: Range<usize>,
    latin1: bool,
    /// Where each entry begins in the table.
    starts: Vec<usize>,
    cells: usize,
    outline: Outline,
    /// Set for documents of OMA DM.
    management: Option<Management<'n>>,
}

impl Texts<'_, '_> {
    /// One cell for each character in a range; an octet that is no UTF-8 is one too.
    fn plain(&self, span: Range<usize>) -> Vec<Cell> {
        let octets = self.input.get(span.clone()).unwrap_or_default();
        let mut cells = Vec::new();
        match std::str::from_utf8(octets) {
            Ok(text) if !self.latin1 => {
                for (at, character) in text.char_indices() {
                    let start = span.start + at;
                    let own = start..start + character.len_utf8();
                    cells.push(Cell::new(character, own, Form::Plain));
                }
            }
            _ => {
                for (start, &octet) in (span.start..).zip(octets) {
                    cells.push(Cell::new(octet.into(), start..start + 1, Form::Plain));
                }
            }
        }
        cells
    }

    fn entries(&mut self) {
        let octets = self.input.get(self.table.clone()).unwrap_or_default();
        let mut start = 0;
        for octets in octets.split_inclusive(|&octet| octet == 0) {
            let text = octets.strip_suffix(&[0]).unwrap_or(octets);
            let at = self.table.start + start;
            let entry = Entry {
                place: format!("string table offset {start}"),
                cells: self.plain(at..at + text.len()),
                used: false,
            };
            self.outline.entries.push(entry);
            self.starts.push(start);
            start += octets.len();
        }
    }

    /// The entry that a table offset points into.
    fn use_entry(&mut self, offset: usize) -> Option<usize> {
        let index = self
            .starts
            .partition_point(|&start| start <= offset)
            .checked_sub(1)?;
        self.outline.entries.get_mut(index)?.used = true;
        Some(index)
    }

    fn table(&mut self, offset: usize) -> Vec<Cell> {
        let at = self.table.start + offset;
        let Some(index) = self.use_entry(offset) else {
            return Vec::new();
        };
        let cells = self.outline.entries.get(index).map(|entry| &*entry.cells);
        let cells = cells.unwrap_or_default().iter().enumerate();
        cells
            .filter(|(_, cell)| cell.span.start >= at)
            .map(|(place, cell)| Cell {
                entry: Some((index, place)),
                ..cell.clone()
            })
            .collect()
    }

    fn value(&mut self, value: &Value<'_>, span: &Range<usize>) -> Vec<Cell> {
        match value {
            Value::Token(text) => text.chars().map(Cell::fixed).collect(),
            Value::Unknown { .. } => Vec::new(),
            // STR_I before it, NUL after it
            Value::Inline(_) => self.plain(span.start + 1..span.end - 1),
            Value::Table { offset, .. } => self.table(*offset as usize),
            Value::Entity(character) => {
                let own = span.start + 1..span.end;
                vec![Cell::new(*character, own, Form::Integer)]
            }
            // Its length is not of interest: it ends where the token ends
            Value::Opaque(octets) => self.plain(span.end - octets.len()..span.end),
        }
    }

    fn name(&mut self, name: &Name<'_>, at: usize) -> Option<String> {
        match name {
            Name::Known(name) => Some((*name).to_owned()),
            Name::Literal(name) => {
                self.use_entry(integer_at(self.input, at + 1));
                Some((**name).to_owned())
            }
            Name::Unknown { .. } => None,
        }
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let mut element: Option<String> = None;
        let mut attributes: Vec<Attribute> = Vec::new();
        let mut in_pi = false;
        let mut root = true;
        while let Some(event) = reader.next()? {
            let span = event.span;
            match &event.kind {
                EventKind::SwitchPage { .. } => {}
                EventKind::Pi => in_pi = true,
                EventKind::Tag {
                    name,
                    attributes: listed,
                    ..
                } => {
                    let name = self.name(name, span.start).unwrap_or_default();
                    if let Some(management) = &mut self.management {
                        management.start(&name, span.start);
                    } else if root && name != "wap-provisioningdoc" {
                        return Err(not_provisioning("of another root element", span.start));
                    }
                    root = false;
                    if *listed {
                        element = Some(name);
                    } else {
                        self.outline.start(&name, Vec::new());
                    }
                }
                EventKind::AttributeStart { name, prefix } => {
                    let name = self.name(name, span.start);
                    attributes.push((name, prefix.chars().map(Cell::fixed).collect()));
                }
                EventKind::AttributeValue(value) => {
                    let cells = self.value(value, &span);
                    self.count(cells.len())?;
                    if let Some((_, own)) = attributes.last_mut() {
                        own.extend(cells);
                    }
                }
                EventKind::AttributesEnd if in_pi => {
                    in_pi = false;
                    for (_, cells) in attributes.drain(..) {
                        self.outline.unknown("processing instruction", cells);
                    }
                }
                EventKind::AttributesEnd => {
                    let name = element.take().unwrap_or_default();
                    self.outline.start(&name, std::mem::take(&mut attributes));
                }
                EventKind::Content(value) => {
                    if self.tree(value, &span)? {
                        continue;
                    }
                    let cells = self.value(value, &span);
                    self.count(cells.len())?;
                    match &self.management {
                        None => self.outline.unknown("text", cells),
                        Some(management) => {
                            let (place, role) = management.text();
                            self.outline.text(place, role, cells);
                        }
                    }
                }
                EventKind::End => {
                    self.outline.end();
                    if let Some(management) = &mut self.management {
                        management.end();
                    }
                }
            }
        }
        Ok(())
    }

    /// Goes through a value that is a tree of its own; false when it is none.
    fn tree(&mut self, value: &Value<'_>, span: &Range<usize>) -> Result<bool, Error> {
        let own = match value {
            Value::Opaque(octets) => span.end - octets.len()..span.end,
            // Between its token and its NUL
            Value::Inline(_) => span.start + 1..span.end - 1,
            _ => return Ok(false),
        };
        let Some(Management { nodes, base, .. }) = &self.management else {
            return Ok(false);
        };
        let (at, octets) = (base + own.start, self.input.get(own.clone()));
        let Some((form, octets)) = nodes.tree_at(at).zip(octets) else {
            return Ok(false);
        };
        let tree = match form {
            TndsForm::Text => markup::inner(octets, nodes, at)?,
            TndsForm::Inline | TndsForm::Opaque => inner(octets, nodes, at)?,
        };
        self.outline.append(tree, own.start);
        Ok(true)
    }

    fn count(&mut self, more: usize) -> Result<(), Error> {
        self.cells += more;
        if self.cells > MAX_CELLS {
            return Err(Error::TooLarge {
                octets: self.cells,
                limit: MAX_CELLS,
            });
        }
        Ok(())
    }
}
