//! One line of a list before its cells are examined. Reused from line to line, zeroized at the end.

use super::fault::{Fault, Kind};
use super::{CELL_MAX, COLUMNS_MAX};
use zeroize::{Zeroize, Zeroizing};

/// A buffer that leaves no copy behind when it grows.
#[derive(Default)]
pub(super) struct Octets(Zeroizing<Vec<u8>>);

impl Octets {
    pub(super) fn push(&mut self, octet: u8) {
        self.extend(&[octet]);
    }

    pub(super) fn extend(&mut self, octets: &[u8]) {
        let needed = self.0.len() + octets.len();
        if needed > self.0.capacity() {
            let mut larger = Vec::with_capacity(needed.max(2 * self.0.capacity()).max(1024));
            larger.extend_from_slice(&self.0);
            self.0.zeroize();
            self.0 = Zeroizing::new(larger);
        }
        self.0.extend_from_slice(octets);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// Where a cell is in [`Record::text`], and where it was in the list.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: u64,
    pub(super) character: usize,
    /// In quotes, so that blanks belong to it.
    pub(super) exact: bool,
    /// `null` in JSON.
    pub(super) null: bool,
}

/// The cells of one line, unescaped.
#[derive(Default)]
pub(super) struct Record {
    pub(super) text: Octets,
    /// At most [`COLUMNS_MAX`].
    pub(super) cells: Vec<Span>,
    /// How many cells there were.
    pub(super) count: usize,
    /// Line on which it starts.
    pub(super) line: u64,
    /// The first fault of its form; a faulty record is complete all the same.
    pub(super) fault: Option<Fault>,
}

impl Record {
    pub(super) fn clear(&mut self, line: u64) {
        self.text.clear();
        self.cells.clear();
        self.count = 0;
        self.line = line;
        self.fault = None;
    }

    /// Ends the cell that started at `start` of the text.
    pub(super) fn end_cell(&mut self, span: Span) {
        if span.end - span.start > CELL_MAX {
            let found = format!("{} octets", span.end - span.start);
            self.refuse(Kind::CellTooLong, (span.line, span.character), found);
        }
        if self.cells.len() < COLUMNS_MAX {
            self.cells.push(span);
        }
        self.count += 1;
    }

    /// Keeps the first fault.
    pub(super) fn refuse(&mut self, kind: Kind, place: (u64, usize), found: String) {
        if self.fault.is_none() {
            self.fault = Some(self.fault_here(kind, place, found));
        }
    }

    /// A fault in the cell that is being read; its column is `#` and its number.
    pub(super) fn fault_here(
        &self,
        kind: Kind,
        (line, character): (u64, usize),
        found: String,
    ) -> Fault {
        let column = Some(format!("#{}", self.count + 1).into());
        Fault {
            kind,
            line,
            character,
            column,
            found,
            times: 1,
        }
    }

    pub(super) fn slice(&self, span: &Span) -> &[u8] {
        &self.text.as_slice()[span.start..span.end]
    }
}
