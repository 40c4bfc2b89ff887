//! Every malformed WBXML document of the corpus is refused, or found fault with, for the stated
//! reason at the stated offset; and no beginning of a good document passes for a whole one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use dmboot::finding::Position;
use dmboot::wire::wbxml::{Error, EventKind, Limits, Reader, rules};
use hex_literal::hex;
use std::collections::BTreeSet;

/// Small caps, so that the files which exceed them are small.
const LIMITS: Limits = Limits {
    octets: 256,
    depth: 8,
    elements: 16,
    attributes: 4,
    table_text: 64,
};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    at: usize,
    fault: String,
}

fn entries() -> Vec<Entry> {
    corpus::index("wbxml")
}

/// The findings of a document that can be read.
fn read(octets: &[u8]) -> Result<Vec<(&'static str, Position)>, Error> {
    let mut reader = Reader::new(octets, LIMITS)?;
    while reader.next()?.is_some() {}
    let found = reader.into_findings().into_iter();
    Ok(found.map(|finding| (finding.rule.id, finding.at)).collect())
}

#[test]
fn index_and_folder_agree() {
    let entries = entries();
    corpus::is_complete("wbxml", entries.iter().map(|entry| &*entry.path));
    assert!(entries.len() >= 70 && entries.iter().all(|entry| !entry.fault.is_empty()));
}

#[test]
fn each_shows_its_fault_and_no_other() {
    let mut wrong = Vec::new();
    for Entry { path, rule, at, .. } in entries() {
        let octets = std::fs::read(corpus::path(&path)).unwrap();
        let found = match read(&octets) {
            Ok(findings) => findings,
            Err(error) => {
                let place = Position::Offset(error.at);
                assert!(error.to_string().starts_with(&format!("{place}: ")));
                vec![(error.kind.rule(), place)]
            }
        };
        if found != [(&*rule, Position::Offset(at))] {
            wrong.push(format!("{path}: {found:?}, expected {rule} at {at}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// So that no kind of error goes without a file. The ids are taken from the source.
#[test]
fn every_rule_has_a_file() {
    let source = include_str!("../src/wire/wbxml/error.rs");
    let mut rules: BTreeSet<_> = source
        .split('"')
        .filter(|piece| piece.starts_with("wbxml-"))
        .map(str::to_owned)
        .collect();
    assert_eq!(rules.len(), 20);
    rules.extend(rules::ALL.iter().map(|rule| rule.id.to_owned()));
    let covered: BTreeSet<_> = entries().into_iter().map(|entry| entry.rule).collect();
    assert_eq!(covered, rules);
}

/// Text as public id, a literal tag and attribute, both page registers, every kind of value, and
/// processing instructions before, inside and after the root.
const GOOD: &[u8] = &hex!(
    "03 00 00 6A 24 2D2F2F574150464F52554D2F2F44544420 50524F5620312E302F2F454E 00 782D617474 00"
    "43 07 03 61 00 01"
    "C5 46 01"
    "C6 00 01 55 01"
    "87 36 00 00 06 03 77 37 00 01"
    "87 05 83 1E 06 02 81 00 C3 02 41 42 85 01"
    "43 07 01"
    "C4 1E 04 1E 83 20 01 03 74 00 01"
    "00 01 00 00 01 01"
    "43 07 01"
);

#[test]
fn no_beginning_passes_for_the_whole() {
    assert_eq!(read(GOOD), Ok(Vec::new()));
    // After the root it may end between any two tokens but not inside a processing instruction
    let mut whole = BTreeSet::new();
    let mut reader = Reader::new(GOOD, LIMITS).unwrap();
    let (mut depth, mut in_pi) = (0, false);
    while let Some(event) = reader.next().unwrap() {
        match event.kind {
            EventKind::Tag { .. } => depth += 1,
            EventKind::End => depth -= 1,
            EventKind::Pi => in_pi = true,
            EventKind::AttributesEnd => in_pi = false,
            _ => {}
        }
        let root_ended = event.kind == EventKind::End || !whole.is_empty();
        if depth == 0 && root_ended && !in_pi {
            whole.insert(event.span.end);
        }
    }
    assert_eq!(whole.len(), 2);
    for length in 0..GOOD.len() {
        match read(&GOOD[..length]) {
            Ok(_) => assert!(whole.contains(&length), "{length} octets are accepted"),
            Err(error) => {
                assert!(!whole.contains(&length), "{length} octets: {error}");
                assert!(error.at <= length, "{length} octets: {error}");
                let cut = [
                    "wbxml-truncated",
                    "wbxml-no-root",
                    "wbxml-opaque-length",
                    "wbxml-string-table-length",
                    "wbxml-unterminated-string",
                ];
                assert!(cut.contains(&error.kind.rule()), "{length} octets: {error}");
            }
        }
    }
}
