//! Every malformed Package #0 of the corpus is refused or reported, for the stated reason and place.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use dmboot::document::dm::notification::{RULES, TriggerMessage, dissect};
use dmboot::finding::Position;
use std::collections::BTreeSet;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    severity: String,
    at: usize,
    fault: String,
}

fn entries() -> Vec<Entry> {
    corpus::index("notification")
}

#[test]
fn index_and_folder_agree() {
    let entries = entries();
    corpus::is_complete("notification", entries.iter().map(|entry| &*entry.path));
    assert!(entries.iter().all(|entry| !entry.fault.is_empty()));
}

#[test]
fn each_is_refused_or_reported_where_it_is_wrong() {
    let entries = entries();
    for Entry {
        path,
        rule,
        severity,
        at,
        ..
    } in entries
    {
        let octets = std::fs::read(corpus::path(&path)).unwrap();
        let (items, findings, fault) = dissect(&octets);
        match TriggerMessage::parse(&octets) {
            Err(error) => {
                assert_eq!((error.rule(), error.at), (&*rule, at), "{path}");
                assert_eq!((&*severity, fault), ("refused", Some(error)), "{path}");
            }
            Ok(read) => {
                assert_eq!((fault, &findings), (None, &read.findings), "{path}");
                let [finding] = &findings[..] else {
                    panic!("{path}: {findings:?}");
                };
                let found = (finding.rule.id, finding.rule.severity.to_string());
                assert_eq!(found, (&*rule, severity), "{path}");
                assert_eq!(finding.at, Position::Offset(at), "{path}");
            }
        }
        let end = items.last().map_or(0, |item| item.span.end);
        assert_eq!(end, octets.len(), "{path}");
    }
}

/// Ids of refusals are taken from the source; rules about the push's headers have no file here.
#[test]
fn every_rule_has_a_file() {
    let source = include_str!("../src/document/dm/notification/error.rs");
    let (reading, _) = source.split_once("pub enum EncodeError").unwrap();
    let refusals = reading
        .split('"')
        .filter(|piece| piece.starts_with("notification-"));
    let of_headers = ["by-name", "header-order", "headers-too-long"];
    let findings = RULES
        .iter()
        .map(|rule| rule.id)
        .filter(|id| !of_headers.iter().any(|end| id.ends_with(end)));
    let rules: BTreeSet<_> = refusals.chain(findings).map(str::to_owned).collect();
    let covered: BTreeSet<_> = entries().into_iter().map(|entry| entry.rule).collect();
    assert_eq!(covered, rules);
}
