//! TOML with places: every value knows the file, line and column it came from.

use super::error::{Error, Fault};
use crate::finding::{Lines, Position};
use std::fmt;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where in which profile something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The profile's name or path.
    pub profile: Arc<str>,
    /// Line and column.
    pub at: Position,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Position::Unknown => f.write_str(&self.profile),
            Position::Line { line, column } => write!(f, "{}:{line}:{column}", self.profile),
            Position::Offset(offset) => write!(f, "{}: octet {offset}", self.profile),
        }
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(in crate::document) struct Entry {
    pub value: Item,
    pub place: Place,
    /// Where its text begins, if it stands in the file as it is, without escapes.
    pub text_at: Position,
}

/// The kinds of values that profiles use.
#[derive(Debug, Clone)]
pub(in crate::document) enum Item {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Entry>),
    Table(Table),
    /// Floats and dates: no key takes them.
    Other(&'static str),
}

impl Item {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Flag(_) => "a boolean",
            Self::List(_) => "an array",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

/// A table whose entries keep their order.
#[derive(Debug, Clone, Default)]
pub(in crate::document) struct Table(pub Vec<(String, Entry)>);

impl Table {
    pub fn take(&mut self, key: &str) -> Option<Entry> {
        let index = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.remove(index).1)
    }

    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.0
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, entry)| entry)
    }

    pub fn set(&mut self, key: String, entry: Entry) {
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = entry,
            None => self.0.push((key, entry)),
        }
    }
}

/// Reads a TOML text; the error is the place and the parser's own words.
pub(in crate::document) fn read(profile: &Arc<str>, text: &str) -> Result<Table, (Place, String)> {
    let lines = Lines::of(text);
    let place = |offset| Place {
        profile: profile.clone(),
        at: lines.at(offset),
    };
    let table = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(text.len(), |span| span.start);
        (place(offset), error.message().replace('\n', "; "))
    })?;
    Ok(convert_table(table.get_ref(), text, &place))
}

fn convert_table(table: &DeTable<'_>, source: &str, place: &impl Fn(usize) -> Place) -> Table {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let key: &std::borrow::Cow<'_, str> = key.get_ref();
        (key.to_string(), convert(value, source, place))
    };
    Table(table.iter().map(entry).collect())
}

// Recursion is bounded: the parser itself refuses values nested deeper than 80
fn convert(value: &Spanned<DeValue<'_>>, source: &str, place: &impl Fn(usize) -> Place) -> Entry {
    let item = match value.get_ref() {
        DeValue::String(text) => Item::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Item::Other("an integer out of range"), Item::Integer),
        DeValue::Float(_) => Item::Other("a float"),
        DeValue::Boolean(flag) => Item::Flag(*flag),
        DeValue::Datetime(_) => Item::Other("a date"),
        DeValue::Array(list) => Item::List(
            list.iter()
                .map(|value| convert(value, source, place))
                .collect(),
        ),
        DeValue::Table(table) => Item::Table(convert_table(table, source, place)),
    };
    let start = value.span().start;
    let text_at = match &item {
        Item::Text(text) => text_start(source, start, text),
        _ => None,
    };
    Entry {
        value: item,
        place: place(start),
        text_at: text_at.map_or(Position::Unknown, |at| place(at).at),
    }
}

/// Where the text of the string at `start` begins, if it stands there as it is. A line end after
/// three quotes is not of the text (TOML 1.0).
fn text_start(source: &str, start: usize, text: &str) -> Option<usize> {
    let quotes = [
        "'''\r\n",
        "'''\n",
        "'''",
        "\"\"\"\r\n",
        "\"\"\"\n",
        "\"\"\"",
        "'",
        "\"",
    ];
    let string = source.get(start..)?;
    let opening = quotes.iter().find(|quotes| string.starts_with(**quotes))?;
    let inner = string.get(opening.len()..)?;
    inner.starts_with(text).then_some(start + opening.len())
}

/// A place of a text as one of the file, in which the text begins at `text_at`.
pub(super) fn in_file(text_at: Position, at: Position) -> Position {
    let (
        Position::Line { line, column },
        Position::Line {
            line: down,
            column: along,
        },
    ) = (text_at, at)
    else {
        return Position::Unknown;
    };
    Position::Line {
        line: line + down - 1,
        column: match down {
            1 => column + along - 1,
            _ => along,
        },
    }
}

pub(super) fn text_of(key: &str, entry: &Entry) -> Result<String, Error> {
    match &entry.value {
        Item::Text(text) => Ok(text.clone()),
        other => Err(wrong_type(key, entry, other, "a string")),
    }
}

pub(super) fn count_of(key: &str, entry: &Entry) -> Result<usize, Error> {
    match &entry.value {
        Item::Integer(number) => usize::try_from(*number)
            .map_err(|_| wrong_value(key, entry, &number.to_string(), "an integer from 0 up")),
        other => Err(wrong_type(key, entry, other, "an integer")),
    }
}

pub(super) fn flag_of(key: &str, entry: &Entry) -> Result<bool, Error> {
    match &entry.value {
        Item::Flag(flag) => Ok(*flag),
        other => Err(wrong_type(key, entry, other, "true or false")),
    }
}

pub(super) fn texts_of(key: &str, entry: &Entry) -> Result<Vec<String>, Error> {
    match &entry.value {
        Item::List(list) => list.iter().map(|entry| text_of(key, entry)).collect(),
        other => Err(wrong_type(key, entry, other, "an array of strings")),
    }
}

pub(super) fn wrong_type(key: &str, entry: &Entry, found: &Item, expected: &'static str) -> Error {
    Fault::WrongType {
        key: key.into(),
        found: found.kind(),
        expected,
    }
    .at(&entry.place)
}

pub(super) fn wrong_value(key: &str, entry: &Entry, found: &str, expected: &str) -> Error {
    Fault::WrongValue {
        key: key.into(),
        found: found.into(),
        expected: expected.into(),
    }
    .at(&entry.place)
}

pub(super) fn no_more(table: Table, known: &'static str) -> Result<(), Error> {
    match table.0.into_iter().next() {
        Some((key, entry)) => Err(Fault::UnknownKey { key, known }.at(&entry.place)),
        None => Ok(()),
    }
}

pub(super) fn one_of<T: Copy>(key: &str, entry: &Entry, names: &[(&str, T)]) -> Result<T, Error> {
    let text = text_of(key, entry)?;
    let found = names
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, value)| *value);
    found.ok_or_else(|| {
        let known: Vec<_> = names.iter().map(|(name, _)| *name).collect();
        wrong_value(key, entry, &text, &known.join(", "))
    })
}
