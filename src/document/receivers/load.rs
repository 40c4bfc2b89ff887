//! Reads the description of a receiver.

use super::condition::{Condition, Test};
use super::error::{Error, Fault};
use super::fact::{Fact, Kind};
use super::{Claim, Confidence, Effect, Receiver};
use crate::document::profile::Place;
use crate::document::profile::source::{Entry, Item, Table, read};
use crate::finding::Position;
use std::collections::BTreeSet;
use std::sync::Arc;

const KEYS: &str = "format, description, sources, claim";
const CLAIM_KEYS: &str = "id, when, effect, part, loses, says, remedy, source, confidence";

/// A receiver has no more claims than this.
const MAX_CLAIMS: usize = 256;

impl Receiver {
    /// Reads a description. `name` is how the receiver and places in it are called.
    ///
    /// # Errors
    /// [`Error`] with name, line and column.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let shared: Arc<str> = name.into();
        let mut table =
            read(&shared, text).map_err(|(place, message)| Fault::Toml(message).at(&place))?;
        let whole = Place {
            profile: shared,
            at: Position::Unknown,
        };
        match table.take("format") {
            Some(Entry {
                value: Item::Integer(1),
                ..
            }) => {}
            Some(entry) => {
                let found = format!("`format` is {}", shown(&entry.value));
                return Err(Fault::Format(found).at(&entry.place));
            }
            None => return Err(Fault::Format("no `format`".into()).at(&whole)),
        }
        let description = required(&mut table, "description", "the receiver", &whole)?;
        let sources = match table.take("sources") {
            Some(entry) => texts("sources", &entry)?,
            None => return Err(missing("the receiver", "sources").at(&whole)),
        };
        let list = match table.take("claim") {
            Some(Entry {
                value: Item::List(list),
                ..
            }) => list,
            Some(entry) => return Err(wrong_type("claim", &entry, "an array of tables")),
            None => return Err(Fault::NoClaims.at(&whole)),
        };
        no_more(table, KEYS)?;
        if list.len() > MAX_CLAIMS {
            let (found, limit) = (list.len(), MAX_CLAIMS);
            return Err(Fault::TooManyClaims { found, limit }.at(&whole));
        }
        let mut ids = BTreeSet::new();
        let mut claims = Vec::with_capacity(list.len());
        for entry in list {
            let place = entry.place.clone();
            let claim = claim(entry)?;
            if !ids.insert(claim.id.clone()) {
                return Err(Fault::RepeatedClaim(claim.id).at(&place));
            }
            claims.push(claim);
        }
        if claims.is_empty() {
            return Err(Fault::NoClaims.at(&whole));
        }
        Ok(Self {
            name: name.to_owned(),
            description,
            sources,
            claims,
        })
    }
}

fn claim(entry: Entry) -> Result<Claim, Error> {
    let Item::Table(mut table) = entry.value else {
        return Err(wrong_type("claim", &entry, "a table"));
    };
    let place = entry.place;
    let id = required(&mut table, "id", "a claim", &place)?;
    let what = format!("claim {id}");
    let plain = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-';
    if !id.bytes().all(plain) {
        let expected = "lower-case letters, digits and hyphens".into();
        let (key, found) = ("id".into(), id);
        return Err(Fault::WrongValue {
            key,
            found,
            expected,
        }
        .at(&place));
    }
    let when = match table.take("when") {
        Some(Entry {
            value: Item::Table(conditions),
            ..
        }) => conditions
            .0
            .into_iter()
            .map(|(name, entry)| condition(&name, entry))
            .collect::<Result<Vec<_>, _>>()?,
        Some(entry) => return Err(wrong_type("when", &entry, "a table")),
        None => return Err(missing(&what, "when").at(&place)),
    };
    let effect = one_of(
        &mut table,
        "effect",
        &what,
        &place,
        &Effect::ALL,
        Effect::name,
    )?;
    let part = optional(&mut table, "part")?;
    if part.is_none() && effect == Effect::Ignores {
        return Err(missing(&what, "part").at(&place));
    }
    let loses = match table.take("loses") {
        Some(entry) => loses(entry)?,
        None => Vec::new(),
    };
    let says = required(&mut table, "says", &what, &place)?;
    let remedy = optional(&mut table, "remedy")?;
    if remedy.is_none() && effect != Effect::Accepts {
        return Err(missing(&what, "remedy").at(&place));
    }
    let source = required(&mut table, "source", &what, &place)?;
    let confidence = one_of(
        &mut table,
        "confidence",
        &what,
        &place,
        &Confidence::ALL,
        Confidence::name,
    )?;
    no_more(table, CLAIM_KEYS)?;
    Ok(Claim {
        id,
        when,
        effect,
        part,
        loses,
        says,
        remedy: remedy.unwrap_or_default(),
        source,
        confidence,
    })
}

/// Characteristics of the top level, as paths name them.
fn loses(entry: Entry) -> Result<Vec<String>, Error> {
    let all = words(Fact::Has, "loses", entry.value, &entry.place)?;
    match all.iter().find(|path| path.contains('/')) {
        None => Ok(all),
        Some(deeper) => Err(Fault::WrongValue {
            key: "loses".into(),
            found: deeper.clone(),
            expected: "characteristics of the top level, an APPLICATION by its APPID".into(),
        }
        .at(&entry.place)),
    }
}

fn condition(name: &str, entry: Entry) -> Result<Condition, Error> {
    let Some(fact) = Fact::from_name(name) else {
        let known: Vec<_> = Fact::ALL.iter().map(|fact| fact.name()).collect();
        let fault = Fault::UnknownFact {
            found: name.to_owned(),
            known: known.join(", "),
        };
        return Err(fault.at(&entry.place));
    };
    let test = match (fact.kind(), entry.value) {
        (Kind::Flag, Item::Flag(flag)) => Test::Is(flag),
        (Kind::Flag, value) => {
            return Err(wrong(name, &value, &entry.place, "true or false"));
        }
        (Kind::Number, Item::Integer(number)) => Test::Equals(count(name, number, &entry.place)?),
        (Kind::Number, Item::Table(table)) => {
            const HOW: &str = "{ above = N } or { below = N }";
            let (how, value, place) = only(name, table, &entry.place, HOW)?;
            let Item::Integer(number) = value else {
                return Err(wrong(&how, &value, &place, "an integer"));
            };
            let number = count(&how, number, &place)?;
            match how.as_str() {
                "above" => Test::Above(number),
                "below" => Test::Below(number),
                _ => {
                    return Err(Fault::UnknownKey {
                        key: how,
                        known: "above, below",
                    }
                    .at(&place));
                }
            }
        }
        (Kind::Number, value) => {
            let expected = "an integer, { above = N } or { below = N }";
            return Err(wrong(name, &value, &entry.place, expected));
        }
        (kind, Item::Table(table)) => {
            const HOW: &str = "{ not = […] }, or { outside = […] } for values";
            let (how, value, place) = only(name, table, &entry.place, HOW)?;
            let words = words(fact, &how, value, &place)?;
            match how.as_str() {
                "not" => Test::Not(words),
                "outside" if kind == Kind::PathValues => Test::Outside(words),
                _ => {
                    let known = if kind == Kind::PathValues {
                        "not, outside"
                    } else {
                        "not"
                    };
                    return Err(Fault::UnknownKey { key: how, known }.at(&place));
                }
            }
        }
        (_, value) => Test::Any(words(fact, name, value, &entry.place)?),
    };
    Ok(Condition { fact, test })
}

/// The one entry of a table.
fn only(
    name: &str,
    table: Table,
    place: &Place,
    expected: &'static str,
) -> Result<(String, Item, Place), Error> {
    let mut entries = table.0.into_iter();
    match (entries.next(), entries.next()) {
        (Some((how, entry)), None) => Ok((how, entry.value, entry.place)),
        _ => Err(Fault::WrongValue {
            key: name.to_owned(),
            found: "another number of keys".into(),
            expected: expected.into(),
        }
        .at(place)),
    }
}

/// One word or a list of them, each one that the fact can have.
fn words(fact: Fact, key: &str, value: Item, place: &Place) -> Result<Vec<String>, Error> {
    let entry = Entry {
        value,
        place: place.clone(),
        text_at: Position::Unknown,
    };
    let list = match &entry.value {
        Item::Text(_) => vec![entry],
        Item::List(list) if !list.is_empty() => list.clone(),
        _ => return Err(wrong_type(key, &entry, "a string or an array of strings")),
    };
    let word = |entry: &Entry| {
        let word = text(key, entry)?;
        match fact.refusal(&word) {
            None => Ok(word),
            Some(expected) => Err(Fault::WrongValue {
                key: fact.name().into(),
                found: word,
                expected,
            }
            .at(&entry.place)),
        }
    };
    list.iter().map(word).collect()
}

fn count(key: &str, number: i64, place: &Place) -> Result<u64, Error> {
    u64::try_from(number).map_err(|_| {
        Fault::WrongValue {
            key: key.into(),
            found: number.to_string(),
            expected: "an integer from 0 up".into(),
        }
        .at(place)
    })
}

fn one_of<T: Copy, const N: usize>(
    table: &mut Table,
    key: &'static str,
    what: &str,
    place: &Place,
    all: &[T; N],
    name: impl Fn(T) -> &'static str,
) -> Result<T, Error> {
    let Some(entry) = table.take(key) else {
        return Err(missing(what, key).at(place));
    };
    let found = text(key, &entry)?;
    let known = all.iter().copied().find(|&one| name(one) == found);
    known.ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|&one| name(one)).collect();
        Fault::WrongValue {
            key: key.into(),
            found,
            expected: names.join(", "),
        }
        .at(&entry.place)
    })
}

fn required(
    table: &mut Table,
    key: &'static str,
    what: &str,
    place: &Place,
) -> Result<String, Error> {
    optional(table, key)?.ok_or_else(|| missing(what, key).at(place))
}

fn optional(table: &mut Table, key: &str) -> Result<Option<String>, Error> {
    let Some(entry) = table.take(key) else {
        return Ok(None);
    };
    let found = text(key, &entry)?;
    if found.trim().is_empty() {
        let (key, expected) = (key.into(), "a text that says something".into());
        return Err(Fault::WrongValue {
            key,
            found,
            expected,
        }
        .at(&entry.place));
    }
    Ok(Some(found))
}

fn text(key: &str, entry: &Entry) -> Result<String, Error> {
    match &entry.value {
        Item::Text(text) => Ok(text.clone()),
        _ => Err(wrong_type(key, entry, "a string")),
    }
}

fn texts(key: &str, entry: &Entry) -> Result<Vec<String>, Error> {
    match &entry.value {
        Item::List(list) if !list.is_empty() => list.iter().map(|entry| text(key, entry)).collect(),
        _ => Err(wrong_type(
            key,
            entry,
            "an array of strings that is not empty",
        )),
    }
}

fn missing(what: &str, key: &'static str) -> Fault {
    Fault::Missing {
        what: what.to_owned(),
        key,
    }
}

fn wrong_type(key: &str, entry: &Entry, expected: &'static str) -> Error {
    wrong(key, &entry.value, &entry.place, expected)
}

fn wrong(key: &str, value: &Item, place: &Place, expected: &'static str) -> Error {
    Fault::WrongType {
        key: key.to_owned(),
        found: value.kind(),
        expected,
    }
    .at(place)
}

fn no_more(table: Table, known: &'static str) -> Result<(), Error> {
    match table.0.into_iter().next() {
        Some((key, entry)) => Err(Fault::UnknownKey { key, known }.at(&entry.place)),
        None => Ok(()),
    }
}

fn shown(value: &Item) -> String {
    match value {
        Item::Integer(number) => number.to_string(),
        other => other.kind().to_owned(),
    }
}
