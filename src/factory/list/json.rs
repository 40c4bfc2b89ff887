//! JSON Lines: one flat object of strings per line.
//!
//! A string with escapes passes through a buffer of serde_json, which is not zeroized; others do not.

use super::fault::{Fault, Kind, ListError};
use super::record::{Octets, Record, Span};
use super::source::Source;
use super::{COLUMNS_MAX, ROW_MAX};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use std::fmt;
use std::io::Read;
use std::sync::Arc;

/// What reading one line needs besides the record.
#[derive(Default)]
pub(super) struct Lines {
    line: Octets,
    /// Names of the latest object; shared by all rows which have the same ones.
    pub(super) columns: Arc<[Box<str>]>,
}

impl Lines {
    /// Reads the next line that is not empty. `false` at the end of the list.
    pub(super) fn read_record<R: Read>(
        &mut self,
        source: &mut Source<R>,
        record: &mut Record,
    ) -> Result<bool, ListError> {
        let (line, character) = loop {
            let (line, _) = source.place();
            if !self.read_line(source)? {
                return Ok(false);
            }
            let octets = self.line.as_slice();
            if let Some(blanks) = octets.iter().position(|octet| !octet.is_ascii_whitespace()) {
                break (line, blanks + 1);
            }
        };
        record.clear(line);
        let fault = |kind, character, found: &str| Fault {
            kind,
            line,
            character,
            column: None,
            found: found.to_owned(),
            times: 1,
        };
        let text = match std::str::from_utf8(self.line.as_slice()) {
            Ok(text) => text,
            Err(error) => {
                let valid = self
                    .line
                    .as_slice()
                    .get(..error.valid_up_to())
                    .unwrap_or_default();
                let character = String::from_utf8_lossy(valid).chars().count() + 1;
                record.fault = Some(fault(Kind::NotUtf8, character, "other octets"));
                return Ok(true);
            }
        };
        if text.trim_ascii_start().starts_with('[') {
            return Err(fault(Kind::JsonArray, character, "`[`").into());
        }
        let mut object = Object {
            record,
            names: Names {
                known: &self.columns,
                fresh: Vec::new(),
                count: 0,
            },
            refused: None,
        };
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let result = deserializer
            .deserialize_any(&mut object)
            .and_then(|()| deserializer.end());
        let Object { names, refused, .. } = object;
        let changed = names.changed();
        if let Err(error) = result {
            // serde_json counts octets
            let octets = error.column().saturating_sub(1).min(text.len());
            let before = text.as_bytes().iter().take(octets);
            let at = before.filter(|&&octet| octet & 0xC0 != 0x80).count() + 1;
            record.fault = Some(match (refused, error.classify()) {
                (Some((kind, column, found)), _) => Fault {
                    column,
                    ..fault(kind, at, found)
                },
                (None, Category::Data) => fault(Kind::JsonNotObject, character, "another value"),
                (None, Category::Eof) => fault(Kind::JsonSyntax, at, "the end of the line"),
                (None, _) => fault(Kind::JsonSyntax, at, "something else here"),
            });
        }
        if record.fault.is_none()
            && let Some(columns) = changed
        {
            self.columns = columns;
        }
        Ok(true)
    }

    fn read_line<R: Read>(&mut self, source: &mut Source<R>) -> Result<bool, ListError> {
        self.line.clear();
        let mut any = false;
        while let Some(octet) = source.next()? {
            any = true;
            if octet == b'\n' {
                break;
            }
            if self.line.as_slice().len() >= ROW_MAX {
                return Err(source
                    .fault(Kind::RowTooLong, None, "more than 1 MiB")
                    .into());
            }
            self.line.push(octet);
        }
        Ok(any)
    }
}

/// The names of one object, kept apart only where they differ from those of the latest one.
struct Names<'a> {
    known: &'a [Box<str>],
    fresh: Vec<Box<str>>,
    count: usize,
}

impl Names<'_> {
    /// Adds a name; `false` when the object has it already.
    fn add(&mut self, name: &str) -> bool {
        let as_before = self.fresh.is_empty()
            && self
                .known
                .get(self.count)
                .is_some_and(|known| **known == *name);
        if !as_before {
            if self.fresh.is_empty() {
                self.fresh = self.known[..self.count].to_vec();
            }
            if self
                .fresh
                .iter()
                .any(|other| other.eq_ignore_ascii_case(name))
            {
                return false;
            }
            self.fresh.push(name.into());
        }
        self.count += 1;
        true
    }

    fn latest(&self) -> Option<Box<str>> {
        let names = if self.fresh.is_empty() {
            self.known
        } else {
            &self.fresh
        };
        names.get(self.count.checked_sub(1)?).cloned()
    }

    fn changed(self) -> Option<Arc<[Box<str>]>> {
        if !self.fresh.is_empty() {
            Some(self.fresh.into())
        } else {
            (self.count < self.known.len()).then(|| self.known[..self.count].into())
        }
    }
}

/// Reads an object into the record.
struct Object<'a> {
    record: &'a mut Record,
    names: Names<'a>,
    refused: Option<(Kind, Option<Box<str>>, &'static str)>,
}

impl Object<'_> {
    fn refuse<T, E: serde::de::Error>(
        &mut self,
        kind: Kind,
        column: Option<Box<str>>,
        found: &'static str,
    ) -> Result<T, E> {
        self.refused = Some((kind, column, found));
        Err(E::custom(""))
    }

    fn end_cell(&mut self, start: usize, null: bool) {
        let end = self.record.text.as_slice().len();
        let line = self.record.line;
        self.record.end_cell(Span {
            start,
            end,
            line,
            character: 1,
            exact: true,
            null,
        });
    }
}

impl<'de> Visitor<'de> for &mut Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(Name(self))?.is_some() {
            map.next_value_seed(Value(self))?;
        }
        Ok(())
    }
}

struct Name<'a, 'b>(&'a mut Object<'b>);

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<(), E> {
        let name = name.trim_matches(super::cell::is_blank);
        if name.is_empty() {
            self.0.refuse(Kind::EmptyColumnName, None, "an empty name")
        } else if name.chars().any(char::is_control) {
            self.0.refuse(
                Kind::ControlCharacter,
                None,
                "a control character in a name",
            )
        } else if self.0.names.count >= COLUMNS_MAX {
            self.0.refuse(Kind::TooManyColumns, None, "more names")
        } else if !self.0.names.add(name) {
            self.0.refuse(
                Kind::JsonDuplicateKey,
                Some(name.into()),
                "the same name again",
            )
        } else {
            Ok(())
        }
    }
}

struct Value<'a, 'b>(&'a mut Object<'b>);

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Value<'_, '_> {
    fn refuse<E: serde::de::Error>(self, kind: Kind, found: &'static str) -> Result<(), E> {
        let column = self.0.names.latest();
        self.0.refuse(kind, column, found)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or null")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let start = self.0.record.text.as_slice().len();
        self.0.record.text.extend(text.as_bytes());
        self.0.end_cell(start, false);
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        let start = self.0.record.text.as_slice().len();
        self.0.end_cell(start, true);
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.refuse(Kind::JsonBoolean, "true or false")
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.refuse(Kind::JsonNumber, "a number")
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.refuse(Kind::JsonNumber, "a number")
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.refuse(Kind::JsonNumber, "a number")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        self.refuse(Kind::JsonNested, "an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        self.refuse(Kind::JsonNested, "an object")
    }
}
