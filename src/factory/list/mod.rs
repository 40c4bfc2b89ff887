//! Lists of devices: CSV or JSON Lines, one row per device, every cell text, read one row at a time.
//!
//! - A list is UTF-8. UTF-16 and a byte order mark are recognised; any other encoding is an error.
//! - CSV has a header row. `,`, `;` or TAB separates; the header row decides which.
//! - Names of columns are trimmed, and compared without regard to ASCII case.
//! - Around an unquoted CSV cell blanks are removed; in quotes, and in JSON, they belong to it.
//! - An empty CSV cell, quoted or not, is *not given*; so are JSON's `null` and an absent member,
//!   while JSON's `""` is a value: the empty one. Rows that give nothing are skipped.
//! - What spreadsheets destroy beyond repair is an error in whatever column it stands.
//!
//! Memory does not grow with the list: a row has at most [`ROW_MAX`] octets. Cells may be keys, so
//! buffers are zeroized, and neither errors nor `Debug` show what is in a cell.

mod cell;
mod csv;
pub mod damage;
mod fault;
mod json;
mod plain;
mod record;
mod source;
#[cfg(test)]
mod tests;
mod watch;

pub use fault::{Fault, Kind, ListError};
pub use plain::{PlainRow, PlainRows};
pub use watch::ColumnWatch;

use fault::Notes;
use record::{Record, Span};
use source::Source;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Most octets of a cell.
pub const CELL_MAX: usize = 64 << 10;
/// Most octets of a row.
pub const ROW_MAX: usize = 1 << 20;
/// Most columns of a list.
pub const COLUMNS_MAX: usize = 1024;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Separated values with a header row, RFC 4180; `,`, `;` or TAB.
    Csv,
    /// One JSON object per line.
    JsonLines,
}

impl Format {
    /// By extension: `.csv`, `.tsv`, `.txt`; `.jsonl`, `.ndjson`. `None` when only the content can
    /// tell.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// Reads a list row by row.
///
/// After an error in one row the next call reads the next row; after an error that leaves nothing
/// to go on with (a quote never closed, the source failing) it returns `None`.
pub struct ListReader<R> {
    source: Source<R>,
    body: Body,
    record: Record,
    notes: Notes,
    rows: usize,
    ended: bool,
}

enum Body {
    Csv {
        separator: u8,
        columns: Arc<[Box<str>]>,
    },
    JsonLines(json::Lines),
}

impl ListReader<File> {
    /// Opens a file; its format is that of its extension, or else of its content.
    ///
    /// # Errors
    /// [`ListError::Read`] when it cannot be opened; see [`new`](Self::new) for others.
    pub fn open(path: &Path) -> Result<Self, ListError> {
        let file = File::open(path).map_err(|source| ListError::Read { line: 1, source })?;
        Self::new(file, Format::of(path))
    }
}

impl<R: Read> ListReader<R> {
    /// Starts a list; reads the header row if it is CSV. With no `format` the content decides: a
    /// list that starts with `{` or `[` is JSON Lines. The source needs no buffer of its own.
    ///
    /// # Errors
    /// [`ListError`] when the list is empty or not text, its header row is unusable, or it cannot
    /// be read.
    pub fn new(source: R, format: Option<Format>) -> Result<Self, ListError> {
        let mut source = Source::new(source)?;
        let mut notes = Notes::default();
        if let Some((kind, found)) = source.encoding {
            notes.add(source.fault(kind, None, found));
        }
        let format = format.unwrap_or_else(|| {
            let first = source
                .head()
                .iter()
                .find(|octet| !octet.is_ascii_whitespace());
            match first {
                Some(b'{' | b'[') => Format::JsonLines,
                _ => Format::Csv,
            }
        });
        let mut record = Record::default();
        let body = match format {
            Format::Csv => {
                let header = csv::read_header(&mut source, &mut record)?;
                header.notes.into_iter().for_each(|fault| notes.add(fault));
                Body::Csv {
                    separator: header.separator,
                    columns: header.columns,
                }
            }
            Format::JsonLines => Body::JsonLines(json::Lines::default()),
        };
        Ok(Self {
            source,
            body,
            record,
            notes,
            rows: 0,
            ended: false,
        })
    }

    /// How the list is written.
    #[must_use]
    pub fn format(&self) -> Format {
        match self.body {
            Body::Csv { .. } => Format::Csv,
            Body::JsonLines(_) => Format::JsonLines,
        }
    }

    /// Names of the columns; `None` for JSON Lines, where every row names its own.
    #[must_use]
    pub fn columns(&self) -> Option<&[Box<str>]> {
        match &self.body {
            Body::Csv { columns, .. } => Some(columns),
            Body::JsonLines(_) => None,
        }
    }

    /// Octets of the list read so far, for progress: exact for UTF-8, else up to 64 KiB ahead.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.source.position()
    }

    /// What was accepted so far although it deviates: one entry per kind and column, with the place
    /// where it came first and a count.
    #[must_use]
    pub fn noted(&self) -> &[Fault] {
        self.notes.as_slice()
    }

    /// The plain rows that come next, at most so many; `None` when the next one is of another kind
    /// or the list ends, and [`next`](Iterator::next) reads on.
    pub fn plain(&mut self, most: usize) -> Option<PlainRows> {
        let Body::Csv { separator, columns } = &self.body else {
            return None;
        };
        let source = &mut self.source;
        let (octets, count) = loop {
            if self.ended || !source.is_line_start() {
                return None;
            }
            let head = source.head();
            match plain::measure(head, *separator, columns.len(), most) {
                // A row that is cut off is perhaps a plain one
                (0, 0) if !head.contains(&b'\n') && source.extend() => {}
                (0, 0) => return None,
                found => break found,
            }
        };
        let rows = PlainRows {
            lines: Zeroizing::new(source.head()[..octets].to_vec()),
            separator: *separator,
            columns: Arc::clone(columns),
            count,
            number: self.rows + 1,
            line: source.place().0,
        };
        source.skip_lines(octets, count);
        self.rows += count;
        Some(rows)
    }

    fn read(&mut self) -> Result<Option<Row>, ListError> {
        loop {
            let more = match &mut self.body {
                Body::Csv { separator, columns } => {
                    csv::read_record(&mut self.source, *separator, columns, &mut self.record)
                }
                Body::JsonLines(lines) => lines.read_record(&mut self.source, &mut self.record),
            };
            if let Some(line) = self.source.lone_cr {
                self.source.lone_cr = None;
                let fault = self.source.fault(Kind::CrLineEnds, None, "a lone CR");
                self.notes.add(Fault {
                    line,
                    character: 1,
                    ..fault
                });
            }
            if !more.inspect_err(|_| self.ended = true)? {
                self.ended = true;
                if self.rows == 0 {
                    return Err(self.source.fault(Kind::NoRows, None, "none").into());
                }
                return Ok(None);
            }
            let (columns, open) = match &self.body {
                Body::Csv { columns, .. } => (columns, false),
                Body::JsonLines(lines) => (&lines.columns, true),
            };
            self.rows += 1;
            if let Some(mut fault) = self.record.fault.take() {
                csv::name_column(&mut fault, columns);
                return Err(fault.into());
            }
            let blank = |span: &Span| span.null || (!open && span.start == span.end);
            if !self.record.cells.iter().all(blank) {
                if self.record.count != columns.len() {
                    return Err(ragged(&self.record, columns).into());
                }
                let (number, columns) = (self.rows, Arc::clone(columns));
                let row = row(&self.record, &mut self.notes, number, columns, open)?;
                // Blanks and `=""` are no values either
                if row.cells().any(|(_, cell)| cell.text().is_some()) {
                    return Ok(Some(row));
                }
            }
            self.rows -= 1;
            let fault = self
                .source
                .fault(Kind::EmptyRow, None, "a row without a value");
            self.notes.add(Fault {
                line: self.record.line,
                character: 1,
                ..fault
            });
        }
    }
}

impl<R: Read> Iterator for ListReader<R> {
    type Item = Result<Row, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.read().transpose()
    }
}

impl<R> fmt::Debug for ListReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListReader")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

fn ragged(record: &Record, columns: &[Box<str>]) -> Fault {
    let found = format!("{} cells for {} columns", record.count, columns.len());
    let (kind, column, span) = match columns.get(record.count) {
        Some(name) => (Kind::TooFewCells, name.clone(), record.cells.last()),
        None => {
            let name = format!("#{}", columns.len() + 1).into();
            (Kind::TooManyCells, name, record.cells.get(columns.len()))
        }
    };
    let (line, character) = span.map_or((record.line, 1), |span| (span.line, span.character));
    Fault {
        kind,
        line,
        character,
        column: Some(column),
        found,
        times: 1,
    }
}

/// Examines the cells of a record.
fn row(
    record: &Record,
    notes: &mut Notes,
    number: usize,
    columns: Arc<[Box<str>]>,
    open: bool,
) -> Result<Row, ListError> {
    let mut text = Zeroizing::new(String::with_capacity(record.text.as_slice().len()));
    let mut ends = Vec::with_capacity(record.cells.len());
    for (span, name) in record.cells.iter().zip(columns.iter()) {
        let fault = |kind, found| Fault {
            kind,
            line: span.line,
            character: span.character,
            column: Some(name.clone()),
            found,
            times: 1,
        };
        let value = std::str::from_utf8(record.slice(span))
            .map_err(|_| fault(Kind::NotUtf8, "other octets".to_owned()))?;
        let note = |kind, found: &str| notes.add(fault(kind, found.to_owned()));
        let value =
            cell::examine(value, span.exact, note).map_err(|(kind, found)| fault(kind, found))?;
        text.push_str(value);
        let given = if open { !span.null } else { !value.is_empty() };
        ends.push((text.len(), given));
    }
    Ok(Row {
        number,
        line: record.line,
        columns,
        open,
        text,
        ends,
    })
}

/// One device of a list.
pub struct Row {
    /// Number of the device, from 1: neither the header row nor skipped rows count, refused ones do.
    pub number: usize,
    /// Line of the list where it starts, from 1.
    pub line: u64,
    columns: Arc<[Box<str>]>,
    /// Columns that are not there are not given, rather than unknown.
    open: bool,
    text: Zeroizing<String>,
    /// Per cell, where it ends in the text, and whether it is given.
    ends: Vec<(usize, bool)>,
}

impl Row {
    /// The cell of a column. `None`: the list has no such column, which JSON Lines never says.
    #[must_use]
    pub fn cell(&self, name: &str) -> Option<Cell<'_>> {
        match self
            .columns
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
        {
            Some(index) => Some(self.at(index)),
            None => self.open.then_some(Cell(None)),
        }
    }

    /// True when the row has columns of its own, as in JSON Lines.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// All cells with the names of their columns, in the order of the list.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = (&str, Cell<'_>)> {
        self.columns
            .iter()
            .enumerate()
            .map(|(index, name)| (&**name, self.at(index)))
    }

    fn at(&self, index: usize) -> Cell<'_> {
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let start = start.map_or(0, |&(end, _)| end);
        match self.ends.get(index) {
            Some(&(end, true)) => Cell(self.text.get(start..end)),
            _ => Cell(None),
        }
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("number", &self.number)
            .field("line", &self.line)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

/// One cell; perhaps a secret, so `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a>(Option<&'a str>);

impl<'a> Cell<'a> {
    /// Its text; `None` when it is not given. Keep the borrow short if it is a secret.
    #[must_use]
    pub fn text(self) -> Option<&'a str> {
        self.0
    }
}

impl fmt::Debug for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Cell(…)"
        } else {
            "Cell(not given)"
        })
    }
}
