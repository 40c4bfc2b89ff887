//! Profiles that extend others.

use super::error::{Error, Fault};
use super::load::SOURCE_KEYS;
use super::source::{Entry, Item, Place, Table, read, text_of};
use crate::finding::Position;
use std::sync::Arc;

/// The tables of a profile over those of the one it extends.
pub(super) fn merged(
    name: &str,
    text: &str,
    find: &dyn Fn(&str) -> Option<String>,
    chain: &mut Vec<String>,
) -> Result<Table, Error> {
    let profile: Arc<str> = name.into();
    let whole = Place {
        profile: profile.clone(),
        at: Position::Unknown,
    };
    let mut table =
        read(&profile, text).map_err(|(place, message)| Fault::Toml(message).at(&place))?;
    match table.take("format") {
        Some(Entry {
            value: Item::Integer(1),
            ..
        }) => {}
        Some(entry) => {
            return Err(Fault::Format("a format that is not 1".into()).at(&entry.place));
        }
        None => return Err(Fault::Format("no format".into()).at(&whole)),
    }
    let Some(extends) = table.take("extends") else {
        return Ok(table);
    };
    let base_name = beside(name, &text_of("extends", &extends)?);
    if chain.contains(&base_name) {
        return Err(Fault::ExtendsCycle(base_name).at(&extends.place));
    }
    let Some(base_text) = find(&base_name) else {
        return Err(Fault::Extends(base_name).at(&extends.place));
    };
    chain.push(base_name.clone());
    let mut base = merged(&base_name, &base_text, find, chain)?;
    let own_body = table.get("body").is_some() || table.get("xml").is_some();
    if own_body {
        base.take("body");
        base.take("xml");
    }
    for (key, entry) in table.0 {
        match (key.as_str(), base.take(&key), entry) {
            (
                "parameters",
                Some(Entry {
                    value: Item::Table(mut old),
                    ..
                }),
                Entry {
                    value: Item::Table(new),
                    place,
                    text_at,
                },
            ) => {
                for (name, entry) in new.0 {
                    let entry = over(old.take(&name), entry);
                    old.set(name, entry);
                }
                base.set(
                    key,
                    Entry {
                        value: Item::Table(old),
                        place,
                        text_at,
                    },
                );
            }
            (_, _, entry) => base.set(key, entry),
        }
    }
    Ok(base)
}

/// A parameter's table over that of the extended profile; a new source replaces the old one.
fn over(old: Option<Entry>, new: Entry) -> Entry {
    match (old, new) {
        (
            Some(Entry {
                value: Item::Table(mut old),
                ..
            }),
            Entry {
                value: Item::Table(new),
                place,
                text_at,
            },
        ) => {
            if SOURCE_KEYS.iter().any(|key| new.get(key).is_some()) {
                for key in SOURCE_KEYS {
                    old.take(key);
                }
            }
            for (key, entry) in new.0 {
                old.set(key, entry);
            }
            Entry {
                value: Item::Table(old),
                place,
                text_at,
            }
        }
        (_, new) => new,
    }
}

/// A `.toml` file is named from the folder of the profile that extends it; other names stand alone.
fn beside(name: &str, base: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, _)) if base.ends_with(".toml") && !base.starts_with('/') => {
            format!("{folder}/{base}")
        }
        _ => base.to_owned(),
    }
}
