//! Tests of reader, writer and tables.

mod plain;
mod properties;
mod reader;
mod tables;

use super::{Error, Event, EventKind, Limits, Name, Reader, Value};
use crate::finding::Finding;

/// All events of a document.
fn events(octets: &[u8]) -> Result<(Vec<Event<'_>>, Vec<Finding>), Error> {
    let mut reader = Reader::new(octets, Limits::default())?;
    let mut events = Vec::new();
    while let Some(event) = reader.next()? {
        events.push(event);
    }
    Ok((events, reader.into_findings()))
}

/// Only what the events say; nothing deviates.
fn kinds(octets: &[u8]) -> Vec<EventKind<'_>> {
    let (events, findings) = events(octets).unwrap();
    assert_eq!(findings, []);
    events.into_iter().map(|event| event.kind).collect()
}

fn tag(name: &'static str, attributes: bool, content: bool) -> EventKind<'static> {
    EventKind::Tag {
        name: Name::Known(name),
        attributes,
        content,
    }
}

fn start(name: &'static str, prefix: &'static str) -> EventKind<'static> {
    EventKind::AttributeStart {
        name: Name::Known(name),
        prefix,
    }
}

fn value(text: &'static str) -> EventKind<'static> {
    EventKind::AttributeValue(Value::Token(text))
}
