//! Every malformed push PDU of the corpus is refused for the stated reason at the stated offset.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use std::collections::BTreeSet;

use dmboot::wire::wsp::{PushPdu, dissect};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    at: usize,
    fault: String,
}

fn entries() -> Vec<Entry> {
    corpus::index("wsp")
}

#[test]
fn index_and_folder_agree() {
    let entries = entries();
    corpus::is_complete("wsp", entries.iter().map(|entry| &*entry.path));
    assert!(entries.len() >= 22 && entries.iter().all(|entry| !entry.fault.is_empty()));
}

#[test]
fn each_is_refused_where_it_is_wrong() {
    let entries = entries();
    for entry in entries {
        let octets = std::fs::read(corpus::path(&entry.path)).unwrap();
        let error = PushPdu::parse(&octets).expect_err(&entry.path);
        assert_eq!(
            (error.rule(), error.at),
            (&*entry.rule, entry.at),
            "{}",
            entry.path
        );
        let (items, _, fault) = dissect(&octets);
        assert_eq!(fault, Some(error), "{}", entry.path);
        let end = items.last().map_or(0, |item| item.span.end);
        assert_eq!(end, octets.len(), "{}", entry.path);
    }
}

/// So that no kind of refusal goes without a file. `wsp-…` ids are taken from the source.
#[test]
fn every_refusal_has_a_file() {
    let source = include_str!("../src/wire/wsp/error.rs");
    let (reading, _) = source.split_once("pub enum EncodeError").unwrap();
    let rules: BTreeSet<_> = reading
        .split('"')
        .filter(|piece| piece.starts_with("wsp-"))
        .map(str::to_owned)
        .collect();
    let covered: BTreeSet<_> = entries().into_iter().map(|entry| entry.rule).collect();
    assert_eq!(covered, rules);
}
