//! Explains a document or message octet by octet, under the names of the standards.
//!
//! [`inspect`] yields the items, everything that deviates, and the fault that stopped it, if one
//! did. What may be a secret never enters an item unless the caller asks to reveal it; its octets
//! are marked, and [`lines`] and [`to_json`] leave them out too.
//!
//! Nothing here panics. Items, texts and depth are bounded, whatever the input.

mod management;
mod mask;
mod notification;
mod output;
mod push;
mod tokens;
mod xml;

#[cfg(test)]
mod tests;

use crate::bytes::Cursor;
use crate::dissect::Item;
use crate::finding::{Finding, Position};

pub use output::{Line, LineKind, finding_json, lines, place_json, to_json};

use super::copied;
pub use super::kind::{Kind, detect};
pub(super) use push::body_kind;

/// More items than this are not made; one last item says how many octets they leave unexplained.
pub const MAX_ITEMS: usize = 100_000;

/// More findings than this are not kept.
pub const MAX_FINDINGS: usize = 1000;

/// What an input turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// What it is written in; `None` when that could not be told.
    pub format: Option<Kind>,
    /// What it is: `cp` for a provisioning document, `push` for a push PDU, `notification` for
    /// Package #0, for other documents their document type or root element, else `unknown`.
    pub kind: String,
    /// The octets and their meaning. For WBXML and WSP, the items without children cover every
    /// octet of the input once and in order.
    pub items: Vec<Item>,
    /// What deviates, by position, at most [`MAX_FINDINGS`]. Positions are offsets into the whole
    /// input; lines and columns for XML that is not inside a push.
    pub findings: Vec<Finding>,
    /// What stopped the reading.
    pub fault: Option<Fault>,
}

/// Why the rest of an input could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The stable id of the rule that the input breaks.
    pub rule: &'static str,
    /// Where, in the whole input.
    pub at: Position,
    /// What is wrong and what to do. Never a value of the document.
    pub message: String,
}

/// Explains `input`, read as `kind` or as what [`detect`] says it is.
///
/// Without `reveal`, secrets come as their lengths: the values of secret parms, passwords in URLs,
/// credentials in headers, and what could be one of them because it was not read or is not known.
/// With it they come in full; their items are marked [`secret`](Item::secret) either way.
#[must_use]
pub fn inspect(input: &[u8], kind: Option<Kind>, reveal: bool) -> Inspection {
    let Some(format) = kind.or_else(|| detect(input)) else {
        return Inspection {
            format: None,
            kind: "unknown".into(),
            items: not_read(0..input.len()).into_iter().collect(),
            findings: Vec::new(),
            fault: Some(unknown_format(input)),
        };
    };
    let mut part = match format {
        Kind::Xml => xml::part(input, reveal, xml::Places::Lines),
        Kind::Wbxml => tokens::part(input, reveal),
        Kind::Wsp => push::part(input, reveal),
        Kind::Notification => notification::part(input),
    };
    part.findings
        .sort_by(|a, b| (a.at, a.rule.id, &a.found).cmp(&(b.at, b.rule.id, &b.found)));
    part.findings.dedup();
    part.findings.truncate(MAX_FINDINGS);
    Inspection {
        format: Some(format),
        kind: part.kind,
        items: part.items,
        findings: part.findings,
        fault: part.fault,
    }
}

/// What there is to say of an input that [`detect`] cannot tell.
#[must_use]
pub fn unknown_format(input: &[u8]) -> Fault {
    let (at, message) = match copied::advice(input) {
        Some(advice) => (advice.at, advice.message),
        None if std::str::from_utf8(input).is_ok_and(copied::is_text) => (
            Position::in_text("", 0),
            "neither XML nor WBXML nor a WSP push PDU, but a text in which no document begins; check \
             that it is the right file, and whole"
                .into(),
        ),
        None => (
            Position::Offset(0),
            "neither XML nor WBXML nor a WSP push PDU; remove what stands before the message, or \
             name its kind with --as: Package #0 alone looks like nothing else, and is --as \
             notification"
                .into(),
        ),
    };
    Fault {
        rule: "inspect-unknown-format",
        at,
        message,
    }
}

/// What one reader found out; offsets count in its own input.
#[derive(Debug, Default)]
struct Part {
    kind: String,
    items: Vec<Item>,
    findings: Vec<Finding>,
    fault: Option<Fault>,
}

/// The item for octets after a fault. They may hold anything, so they are masked.
fn not_read(span: std::ops::Range<usize>) -> Option<Item> {
    rest(span, "Not read")
}

/// The item for octets after the last of [`MAX_ITEMS`].
fn more(span: std::ops::Range<usize>) -> Option<Item> {
    rest(span, "More follow")
}

fn rest(span: std::ops::Range<usize>, name: &str) -> Option<Item> {
    let value = format!("{} octets", span.len());
    (!span.is_empty()).then(|| Item {
        secret: true,
        ..Item::new(span, name, value)
    })
}

/// Counts the octets of an item from the start of another input.
fn shift(item: &mut Item, base: usize) {
    item.span.start += base;
    item.span.end += base;
    item.children
        .iter_mut()
        .for_each(|child| shift(child, base));
}

/// Items under construction: those that are open, and what is finished.
#[derive(Debug, Default)]
struct Tree {
    open: Vec<Item>,
    done: Vec<Item>,
}

impl Tree {
    fn push(&mut self, item: Item) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(item),
            None => self.done.push(item),
        }
    }

    fn open(&mut self, item: Item) {
        self.open.push(item);
    }

    /// Ends the innermost open item before the octet at `end`.
    fn close(&mut self, end: usize) {
        if let Some(mut item) = self.open.pop() {
            item.span.end = end.max(item.span.start);
            self.push(item);
        }
    }

    fn finish(mut self, end: usize) -> Vec<Item> {
        while !self.open.is_empty() {
            self.close(end);
        }
        self.done
    }
}

/// The value of a multi-octet integer at the start of `octets`.
fn leading_integer(octets: &[u8]) -> u32 {
    Cursor::new(octets).uintvar().unwrap_or_default()
}
