//! Every malformed push PDU of the corpus is refused for the stated reason at the stated offset.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use dmboot::wire::wsp::{PushPdu, dissect};

#[derive(serde::Deserialize)]
struct Index {
    file: Vec<Entry>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    at: usize,
    fault: String,
}

fn corpus() -> (&'static Path, Vec<Entry>) {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/malformed"
    ));
    let index = std::fs::read_to_string(folder.join("wsp.toml")).unwrap();
    (folder, toml::from_str::<Index>(&index).unwrap().file)
}

#[test]
fn index_and_folder_agree() {
    let (folder, entries) = corpus();
    let indexed: BTreeSet<_> = entries.iter().map(|entry| entry.path.clone()).collect();
    assert_eq!(indexed.len(), entries.len(), "a path is listed twice");
    let present: BTreeSet<_> = std::fs::read_dir(folder.join("wsp"))
        .unwrap()
        .map(|file| format!("wsp/{}", file.unwrap().file_name().into_string().unwrap()))
        .collect();
    assert_eq!(indexed, present);
    assert!(entries.len() >= 22 && entries.iter().all(|entry| !entry.fault.is_empty()));
}

#[test]
fn each_is_refused_where_it_is_wrong() {
    let (folder, entries) = corpus();
    for entry in entries {
        let octets = std::fs::read(folder.join(&entry.path)).unwrap();
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
    let covered: BTreeSet<_> = corpus().1.into_iter().map(|entry| entry.rule).collect();
    assert_eq!(covered, rules);
}
