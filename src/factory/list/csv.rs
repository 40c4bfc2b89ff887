//! Comma-separated values, RFC 4180, read octet by octet.
//!
//! Not through the `csv` crate: it swallows the rest of a list whose quote is never closed, names no
//! columns, and keeps cells in buffers that cannot be zeroized.

use super::fault::{Fault, Kind, ListError};
use super::record::{Record, Span};
use super::source::Source;
use super::{COLUMNS_MAX, ROW_MAX};
use crate::bytes::ascii::are_digits;
use std::io::Read;
use std::sync::Arc;

/// Reads the next line that is not empty. `false` at the end of the list.
///
/// `columns` are for the messages. An error ends the list; faults that leave the next line readable
/// are in the record.
pub(super) fn read_record<R: Read>(
    source: &mut Source<R>,
    separator: u8,
    columns: &[Box<str>],
    record: &mut Record,
) -> Result<bool, ListError> {
    loop {
        record.clear(source.place().0);
        if !read_line(source, separator, columns, record)? {
            return Ok(false);
        }
        let empty = matches!(record.cells[..], [only]
            if !only.exact && record.slice(&only).iter().all(u8::is_ascii_whitespace));
        if !empty {
            return Ok(true);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Bare,
    Quoted,
    /// After a quote which closes the cell, unless another one follows.
    Closed,
}

fn read_line<R: Read>(
    source: &mut Source<R>,
    separator: u8,
    columns: &[Box<str>],
    record: &mut Record,
) -> Result<bool, ListError> {
    let mut state = State::Start;
    let mut start = 0;
    let mut opened = source.place();
    let mut exact = false;
    let end_cell = |record: &mut Record, start, (line, character), exact| {
        let end = record.text.as_slice().len();
        record.end_cell(Span {
            start,
            end,
            line,
            character,
            exact,
            null: false,
        });
        end
    };
    loop {
        let place = source.place();
        let Some(octet) = source.next()? else {
            if state == State::Quoted {
                let found = "the end of the list".to_owned();
                let mut fault = record.fault_here(Kind::UnterminatedQuote, opened, found);
                name_column(&mut fault, columns);
                return Err(fault.into());
            }
            if state == State::Start && record.count == 0 {
                return Ok(false);
            }
            end_cell(record, start, opened, exact);
            return Ok(true);
        };
        if record.text.as_slice().len() >= ROW_MAX || record.count >= ROW_MAX {
            let (kind, place) = match state {
                State::Quoted => (Kind::UnterminatedQuote, opened),
                _ => (Kind::RowTooLong, place),
            };
            let mut fault = record.fault_here(kind, place, "more than 1 MiB".to_owned());
            name_column(&mut fault, columns);
            return Err(fault.into());
        }
        match (state, octet) {
            (State::Quoted, b'"') => state = State::Closed,
            (State::Quoted, _) => record.text.push(octet),
            (State::Closed, b'"') => {
                record.text.push(octet);
                state = State::Quoted;
            }
            (_, b'\n') => {
                end_cell(record, start, opened, exact);
                return Ok(true);
            }
            (_, _) if octet == separator => {
                start = end_cell(record, start, opened, exact);
                (state, exact, opened) = (State::Start, false, source.place());
            }
            (State::Start, b'"') => (state, exact) = (State::Quoted, true),
            (State::Closed, b' ' | b'\t') => {}
            (State::Closed, _) => {
                let found = format!("characters after a closing quote, on line {}", place.0);
                record.refuse(Kind::StrayQuote, opened, found);
                state = State::Bare;
            }
            (State::Start | State::Bare, _) => {
                record.text.push(octet);
                state = State::Bare;
            }
        }
    }
}

/// Puts the name of the column in place of its number.
pub(super) fn name_column(fault: &mut Fault, columns: &[Box<str>]) {
    let number = fault
        .column
        .as_deref()
        .and_then(|name| name.strip_prefix('#')?.parse().ok());
    if let Some(name) = number.and_then(|number: usize| columns.get(number.wrapping_sub(1))) {
        fault.column = Some(name.clone());
    }
}

/// What the header row says.
pub(super) struct Header {
    pub(super) separator: u8,
    pub(super) columns: Arc<[Box<str>]>,
    pub(super) notes: Vec<Fault>,
}

/// Reads the names of the columns.
pub(super) fn read_header<R: Read>(
    source: &mut Source<R>,
    record: &mut Record,
) -> Result<Header, ListError> {
    let mut notes = Vec::new();
    let mut separator = find_separator(source)?;
    let mut more = read_record(source, separator, &[], record)?;
    if more && let Some(declared) = separator_line(record, separator) {
        notes.push(at(
            Kind::SeparatorLine,
            (record.line, 1),
            "a line `sep=…`".to_owned(),
        ));
        separator = declared;
        more = read_record(source, separator, &[], record)?;
    } else if separator == b';' {
        notes.push(at(
            Kind::Semicolon,
            (record.line, 1),
            "`;` between the cells".to_owned(),
        ));
    }
    if !more {
        return Err(at(Kind::Empty, source.place(), "nothing".to_owned()).into());
    }
    if let Some(fault) = record.fault.take() {
        return Err(fault.into());
    }
    let columns = read_names(record)?;
    Ok(Header {
        separator,
        columns: columns.into(),
        notes,
    })
}

fn at(kind: Kind, (line, character): (u64, usize), found: String) -> Fault {
    Fault {
        kind,
        line,
        character,
        column: None,
        found,
        times: 1,
    }
}

fn read_names(record: &Record) -> Result<Vec<Box<str>>, Fault> {
    if record.count > COLUMNS_MAX {
        let found = format!("{} columns", record.count);
        return Err(at(Kind::TooManyColumns, (record.line, 1), found));
    }
    let mut columns: Vec<Box<str>> = Vec::with_capacity(record.cells.len());
    for span in &record.cells {
        let Ok(name) = std::str::from_utf8(record.slice(span)) else {
            let found = "other octets in the header row".to_owned();
            return Err(at(Kind::NotUtf8, (span.line, span.character), found));
        };
        columns.push(name.trim_matches(super::cell::is_blank).into());
    }
    // First, because no later message may quote data
    if columns.iter().any(|name| looks_like_data(name)) {
        let found = "digits where names should be".to_owned();
        return Err(at(Kind::NoHeader, (record.line, 1), found));
    }
    for (index, (name, span)) in columns.iter().zip(&record.cells).enumerate() {
        let refused = |kind, column: Box<str>, found: String| {
            let fault = at(kind, (span.line, span.character), found);
            Err(Fault {
                column: Some(column),
                ..fault
            })
        };
        let number = || format!("#{}", index + 1).into();
        if name.is_empty() {
            return refused(Kind::EmptyColumnName, number(), "no name".to_owned());
        }
        if name.chars().any(char::is_control) {
            let found = "a control character in the name".to_owned();
            return refused(Kind::ControlCharacter, number(), found);
        }
        let mut before = columns[..index].iter();
        if let Some(first) = before.position(|other| other.eq_ignore_ascii_case(name)) {
            let found = format!("the name of column {} again", first + 1);
            return refused(Kind::DuplicateColumn, name.clone(), found);
        }
    }
    Ok(columns)
}

/// The separator of the header row: the only one of `,`, `;` and TAB outside quotes.
fn find_separator<R: Read>(source: &Source<R>) -> Result<u8, ListError> {
    let head = source.head();
    let blank = |octet: &&u8| octet.is_ascii_whitespace() && **octet != b'\t';
    let skipped = head.iter().take_while(blank).count();
    let name = |octet| match octet {
        b'\t' => "TAB",
        b';' => "`;`",
        _ => "`,`",
    };
    let mut quoted = false;
    let mut found = None;
    for &octet in &head[skipped..] {
        match octet {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            b',' | b';' | b'\t' if !quoted => match found {
                Some(first) if first != octet => {
                    let found = format!("{} and {}", name(first), name(octet));
                    let line = head[..skipped]
                        .iter()
                        .filter(|&&octet| octet == b'\n')
                        .count();
                    let place = (source.place().0 + line as u64, 1);
                    return Err(at(Kind::TwoSeparators, place, found).into());
                }
                _ => found = Some(octet),
            },
            _ => {}
        }
    }
    Ok(found.unwrap_or(b','))
}

/// The separator that a line `sep=;` declares. Split by that separator it is `sep=` and nothing.
fn separator_line(record: &Record, separator: u8) -> Option<u8> {
    let first = record.slice(record.cells.first()?);
    let rest = first
        .get(..4)
        .filter(|name| name.eq_ignore_ascii_case(b"sep="))
        .map(|_| &first[4..])?;
    match (rest, record.count) {
        ([declared @ (b',' | b';' | b'\t')], 1) => Some(*declared),
        ([], 2) if record.slice(&record.cells[1]).is_empty() => Some(separator),
        _ => None,
    }
}

/// An identifier or a key rather than a name.
fn looks_like_data(name: &str) -> bool {
    (name.len() >= 5 && are_digits(name.as_bytes()))
        || (name.len() >= 16 && name.bytes().all(|octet| octet.is_ascii_hexdigit()))
}
