//! An inspection as JSON and as lines of text.

use super::{Inspection, Kind};
use crate::dissect::Item;
use crate::finding::{Finding, Position};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::fmt::Write as _;

/// Octets on one line.
const WIDTH: usize = 8;

/// Lines of octets that one item takes at most.
const ROWS: usize = 8192;

/// The inspection as JSON: `format` (1, the version of this form), `kind` (`xml`, `wbxml`, `wsp`,
/// `notification` or null), `items`, `findings`, `fault`.
///
/// `octets` is lower-case hexadecimal. It is null for an item with children, which carry the
/// octets, and for a secret unless `reveal`. Findings and the fault have `offset`, or `line` and
/// `column`, or neither when the place is not known. `input` must be what was inspected.
#[must_use]
pub fn to_json(inspection: &Inspection, input: &[u8], reveal: bool) -> Value {
    let findings = inspection.findings.iter().map(finding_json);
    let fault = inspection.fault.as_ref().map(|fault| {
        let mut map = Map::new();
        map.insert("rule".into(), fault.rule.into());
        place_json(&mut map, fault.at);
        map.insert("message".into(), fault.message.clone().into());
        map
    });
    let mut map = Map::new();
    map.insert("format".into(), 1.into());
    map.insert("kind".into(), inspection.format.map(Kind::name).into());
    map.insert("items".into(), items_json(&inspection.items, input, reveal));
    map.insert("findings".into(), findings.collect());
    map.insert("fault".into(), fault.map_or(Value::Null, Value::Object));
    map.into()
}

// The macro of serde_json would copy all that is below an item once more at each level
fn items_json(items: &[Item], input: &[u8], reveal: bool) -> Value {
    let each = items.iter().map(|item| item_json(item, input, reveal));
    Value::Array(each.collect())
}

fn item_json(item: &Item, input: &[u8], reveal: bool) -> Value {
    let octets = if !item.children.is_empty() || (item.secret && !reveal) {
        Value::Null
    } else {
        let octets = input.get(item.span.clone()).unwrap_or_default();
        hex(octets, "").into()
    };
    let mut map = Map::new();
    map.insert("offset".into(), item.span.start.into());
    map.insert("octets".into(), octets);
    map.insert("name".into(), item.name.as_str().into());
    map.insert("value".into(), item.value.as_str().into());
    map.insert("children".into(), items_json(&item.children, input, reveal));
    map.into()
}

/// A finding as JSON: `rule`, `severity`, its place, `found`, `expected`, `remedy`.
#[must_use]
pub fn finding_json(finding: &Finding) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("rule".into(), finding.rule.id.into());
    map.insert("severity".into(), finding.rule.severity.to_string().into());
    place_json(&mut map, finding.at);
    map.insert("found".into(), finding.found.clone().into());
    map.insert("expected".into(), finding.expected.clone().into());
    map.insert("remedy".into(), finding.remedy.clone().into());
    map
}

/// Adds a place: `offset`, or `line` and `column`, or nothing when it is not known.
pub fn place_json(map: &mut Map<String, Value>, at: Position) {
    match at {
        Position::Unknown => {}
        Position::Offset(offset) => {
            map.insert("offset".into(), offset.into());
        }
        Position::Line { line, column } => {
            map.insert("line".into(), line.into());
            map.insert("column".into(), column.into());
        }
    }
}

/// What a line is, for whoever colours it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// An item with parts; the lines after it, one deeper, are its parts.
    Group,
    /// An item without parts.
    Leaf,
    /// Such an item whose octets or value are hidden.
    Hidden,
    /// More octets of the item above.
    Octets,
}

/// One line of text: place, octets, indented meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Offset in hexadecimal digits; line and column for XML.
    pub place: String,
    /// Octets in hexadecimal, a space between two; `••` each when they are hidden. Empty for
    /// groups and for XML.
    pub octets: String,
    /// How deep the item is; 0 for the outermost.
    pub depth: usize,
    /// The item's name and value.
    pub text: String,
    /// What the line is.
    pub kind: LineKind,
}

/// The items as lines, in the order of the octets. `input` must be what was inspected.
///
/// Of an item of more than 64 KiB, the first octets are shown, then how many more there are.
#[must_use]
pub fn lines(inspection: &Inspection, input: &[u8], reveal: bool) -> Vec<Line> {
    let text = match inspection.format {
        Some(Kind::Xml) => Some(Places::new(input)),
        _ => None,
    };
    let mut lines = Vec::new();
    for item in &inspection.items {
        push_lines(&mut lines, item, 0, input, text.as_ref(), reveal);
    }
    lines
}

fn push_lines(
    lines: &mut Vec<Line>,
    item: &Item,
    depth: usize,
    input: &[u8],
    text: Option<&Places<'_>>,
    reveal: bool,
) {
    let group = !item.children.is_empty();
    let hidden = item.secret && !reveal;
    let octets = match text {
        None if !group => input.get(item.span.clone()).unwrap_or_default(),
        _ => &[],
    };
    let row = |octets: &[u8]| {
        if hidden {
            vec!["••"; octets.len()].join(" ")
        } else {
            hex(octets, " ")
        }
    };
    let mut rows = octets.chunks(WIDTH);
    let meaning = format!("{} {}", item.name, item.value);
    lines.push(Line {
        place: place(item.span.start, text),
        octets: rows.next().map(row).unwrap_or_default(),
        depth,
        text: meaning.trim_end().to_owned(),
        kind: match (group, hidden) {
            (_, true) => LineKind::Hidden,
            (true, _) => LineKind::Group,
            (false, _) => LineKind::Leaf,
        },
    });
    for (index, octets) in rows.clone().take(ROWS - 1).enumerate() {
        lines.push(Line {
            place: place(item.span.start + (index + 1) * WIDTH, text),
            octets: row(octets),
            depth,
            text: String::new(),
            kind: LineKind::Octets,
        });
    }
    if let Some(left) = octets
        .len()
        .checked_sub(WIDTH * ROWS)
        .filter(|&left| left > 0)
    {
        lines.push(Line {
            place: String::new(),
            octets: format!("… {left} more"),
            depth,
            text: String::new(),
            kind: LineKind::Octets,
        });
    }
    for child in &item.children {
        // An element's own line sums its attributes and text up
        let summed = child.name == "text" || child.name.starts_with("attribute ");
        if text.is_none() || !summed {
            push_lines(lines, child, depth + 1, input, text, reveal);
        }
    }
}

/// Line starts of a text, so that each place is found without counting from the start.
struct Places<'a> {
    input: &'a [u8],
    starts: Vec<usize>,
    /// The last place: its offset, and the characters of its line before it. Places mostly come in
    /// order, and a line can be the whole document.
    last: Cell<(usize, usize)>,
}

impl<'a> Places<'a> {
    fn new(input: &'a [u8]) -> Self {
        let newlines = input
            .iter()
            .enumerate()
            .filter(|(_, octet)| **octet == b'\n');
        Self {
            input,
            starts: std::iter::once(0)
                .chain(newlines.map(|(at, _)| at + 1))
                .collect(),
            last: Cell::default(),
        }
    }
}

fn place(offset: usize, text: Option<&Places<'_>>) -> String {
    let Some(text) = text else {
        return format!("{offset:04x}");
    };
    let line = text.starts.partition_point(|&start| start <= offset);
    let start = text
        .starts
        .get(line.saturating_sub(1))
        .copied()
        .unwrap_or_default();
    let (from, counted) = match text.last.get() {
        (last, counted) if (start..=offset).contains(&last) => (last, counted),
        _ => (start, 0),
    };
    let between = text.input.get(from..offset).unwrap_or_default();
    let continuation = |octet: &&u8| **octet & 0xC0 == 0x80;
    let characters = counted + between.len() - between.iter().filter(continuation).count();
    text.last.set((offset, characters));
    format!("{line}:{}", characters + 1)
}

fn hex(octets: &[u8], between: &str) -> String {
    let mut out = String::with_capacity(octets.len() * (2 + between.len()));
    for (index, octet) in octets.iter().enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        let _ = write!(out, "{octet:02x}");
    }
    out
}
