//! Rows that are written the plain way, many at a time.
//!
//! Nearly all rows of nearly all lists are printable ASCII without quotes, and nothing in them is
//! worth a note. They are handed out as they stand, so that other threads can take them apart; rows
//! of any other kind are for [`ListReader::next`](Iterator::next).

use super::CELL_MAX;
use super::cell::examine;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// May not stand in a plain row.
const STRANGE: u8 = 1;
/// Makes a row plain or not together with what is around it.
const DOUBTFUL: u8 = 2;

const CLASSES: [u8; 256] = {
    let mut classes = [STRANGE; 256];
    let mut octet = 0x20;
    while octet < 0x7F {
        classes[octet] = match octet as u8 {
            b'"' => STRANGE,
            b' ' | b'\'' | b'.' | b',' | b'+' | b'#' => DOUBTFUL,
            _ => 0,
        };
        octet += 1;
    }
    classes
};

/// Some plain rows, in the order of the list.
pub struct PlainRows {
    pub(super) lines: Zeroizing<Vec<u8>>,
    pub(super) separator: u8,
    pub(super) columns: Arc<[Box<str>]>,
    pub(super) count: usize,
    /// Number and line of the first one.
    pub(super) number: usize,
    pub(super) line: u64,
}

/// One of them.
#[derive(Clone, Copy)]
pub struct PlainRow<'r> {
    /// Number of the device, as in [`Row::number`](super::Row::number).
    pub number: usize,
    /// Line of the list.
    pub line: u64,
    text: &'r str,
    separator: u8,
}

impl PlainRows {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[Box<str>] {
        &self.columns
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = PlainRow<'_>> {
        // It is ASCII
        let text = std::str::from_utf8(&self.lines).unwrap_or_default();
        let place = (self.number..).zip(self.line..);
        text.lines()
            .zip(place)
            .map(|(text, (number, line))| PlainRow {
                number,
                line,
                text,
                separator: self.separator,
            })
    }
}

impl<'r> PlainRow<'r> {
    /// The cells, in the order of the columns; `None` where nothing is given.
    pub fn cells(self) -> impl Iterator<Item = Option<&'r str>> {
        let mut rest = Some(self.text);
        std::iter::from_fn(move || {
            let text = rest?;
            let end = text.bytes().position(|octet| octet == self.separator);
            let cell = &text[..end.unwrap_or(text.len())];
            rest = end.map(|end| &text[end + 1..]);
            Some(Some(cell).filter(|cell| !cell.is_empty()))
        })
    }
}

impl fmt::Debug for PlainRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainRows")
            .field("count", &self.count)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PlainRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainRow")
            .field("number", &self.number)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// How many octets of whole plain rows there are at the start of a text, and how many rows: `most`
/// at most.
pub(super) fn measure(text: &[u8], separator: u8, columns: usize, most: usize) -> (usize, usize) {
    let (mut octets, mut rows) = (0, 0);
    while rows < most {
        let Some(length) = row(&text[octets..], separator, columns) else {
            break;
        };
        octets += length;
        rows += 1;
    }
    (octets, rows)
}

/// The octets of the first row with its line end, if it is plain and whole.
fn row(text: &[u8], separator: u8, columns: usize) -> Option<usize> {
    let (mut class, mut count) = (0, 1);
    let mut end = 0;
    let after = loop {
        match *text.get(end)? {
            b'\n' => break end + 1,
            b'\r' if text.get(end + 1) == Some(&b'\n') => break end + 2,
            octet if octet == separator => count += 1,
            octet => class |= CLASSES[usize::from(octet)],
        }
        end += 1;
    };
    let line = &text[..end];
    let gives_something = line.len() >= count;
    let fits = class & STRANGE == 0 && count == columns && gives_something && end <= CELL_MAX;
    (fits && (class & DOUBTFUL == 0 || is_right(line, separator))).then_some(after)
}

/// Whether every cell stays as it is, and deserves no note.
fn is_right(line: &[u8], separator: u8) -> bool {
    line.split(|&octet| octet == separator).all(|cell| {
        let mut noted = false;
        std::str::from_utf8(cell).is_ok_and(|cell| {
            examine(cell, false, |_, _| noted = true).is_ok_and(|value| value == cell) && !noted
        })
    })
}
