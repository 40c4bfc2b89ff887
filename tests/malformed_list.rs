//! Every malformed device list and capture is recognised for what is wrong with it, and nothing
//! else: one file per fault, indexed in `tests/vectors/malformed/{list,capture}.toml`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use dmboot::bytes::capture;
use dmboot::factory::list::{Fault, ListError, ListReader};
use dmboot::finding::{Position, Severity};
use std::fs;

#[derive(serde::Deserialize)]
struct Entry {
    path: String,
    rule: String,
    at: String,
}

/// The entries of an index, after checking that it and its folder name the same files.
fn index(name: &str) -> Vec<Entry> {
    let entries: Vec<Entry> = corpus::index(name);
    corpus::is_complete(name, entries.iter().map(|entry| &*entry.path));
    entries
}

fn place(fault: &Fault) -> String {
    match &fault.column {
        Some(column) => format!("{}:{column}", fault.line),
        None => fault.line.to_string(),
    }
}

#[test]
fn lists() {
    for Entry { path, rule, at } in index("list") {
        let path = corpus::path(&path);
        let mut errors = Vec::new();
        let mut noted = Vec::new();
        let mut take = |error| match error {
            ListError::Refused(fault) => errors.push(*fault),
            ListError::Read { .. } => panic!("{}: {error}", path.display()),
        };
        match ListReader::open(&path) {
            Ok(mut list) => {
                list.by_ref().filter_map(Result::err).for_each(&mut take);
                noted = list.noted().to_vec();
            }
            Err(error) => take(error),
        }
        let first = errors
            .first()
            .or(noted.iter().find(|fault| fault.rule().id == rule));
        let Some(fault) = first else {
            panic!("{}: {rule} is not reported", path.display())
        };
        assert_eq!(
            (fault.rule().id, place(fault)),
            (&*rule, at),
            "{}: {fault}",
            path.display()
        );
        // The indented object has a fault on each of its lines
        if !path.ends_with("json-indented.jsonl") {
            assert!(errors.len() <= 1, "{}: {errors:?}", path.display());
        }
        assert_eq!(errors.is_empty(), fault.rule().severity != Severity::Error);
        for secret in ["1234", "228011", "490154"] {
            assert!(
                !fault
                    .to_string()
                    .replace("228011234567890\"", "")
                    .contains(secret),
                "{fault}"
            );
        }
    }
}

#[test]
fn captures() {
    for Entry { path, rule, at } in index("capture") {
        let path = corpus::path(&path);
        let error = match capture::decode(&fs::read(&path).unwrap()) {
            Ok(capture) => panic!("{}: accepted as {capture:?}", path.display()),
            Err(error) => error,
        };
        let Position::Line { line, column } = error.at else {
            panic!("{error}")
        };
        let found = (error.rule(), format!("{line}:{column}"));
        assert_eq!(found, (&*rule, at), "{}: {error}", path.display());
    }
}
