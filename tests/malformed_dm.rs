//! Every rule for DM messages and serialised trees has documents that break it, and what else they
//! break cannot be avoided.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use dmboot::document::dm::{Error, Message, MgmtTree, Parsed, Root, rules};
use dmboot::finding::{Finding, Position};
use std::collections::BTreeSet;
use std::path::Path;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    severity: String,
    at: String,
    /// Further findings: `rule severity at`.
    #[serde(default)]
    also: Vec<String>,
}

fn entries() -> Vec<Entry> {
    corpus::index("dm")
}

fn place(at: Position) -> String {
    match at {
        Position::Unknown => String::new(),
        Position::Offset(offset) => offset.to_string(),
        Position::Line { line, column } => format!("{line}:{column}"),
    }
}

/// What the readers and the rules find, as `rule severity at` and as people see it.
fn judge(path: &Path) -> Vec<(String, String)> {
    let input = std::fs::read(path).unwrap();
    let xml = path.extension().unwrap() == "xml";
    let text = String::from_utf8_lossy(&input);
    let position = |offset| match xml {
        true => Position::in_text(&text, offset),
        false => Position::Offset(offset),
    };
    let found = match (Root::of(&input), xml) {
        (Some(Root::Tree), true) => all(MgmtTree::from_xml(&input), |tree| {
            rules::check_tree(tree, position)
        }),
        (Some(Root::Tree), false) => all(MgmtTree::from_wbxml(&input), |tree| {
            rules::check_tree(tree, position)
        }),
        (_, true) => all(Message::from_xml(&input), |message| {
            rules::check(message, position)
        }),
        (_, false) => all(Message::from_wbxml(&input), |message| {
            rules::check(message, position)
        }),
    };
    let shown = |rule: &str, severity: &dyn std::fmt::Display, at, message: String| {
        let line = format!("{rule} {severity} {}", place(at));
        (line.trim_end().to_owned(), message)
    };
    match found {
        Ok(findings) => findings
            .iter()
            .map(|f| shown(f.rule.id, &f.rule.severity, f.at, f.to_string()))
            .collect(),
        Err(error) => vec![shown(
            error.rule(),
            &"refused",
            error.at(),
            error.to_string(),
        )],
    }
}

fn all<D>(
    parsed: Result<Parsed<D>, Error>,
    check: impl Fn(&D) -> Vec<Finding>,
) -> Result<Vec<Finding>, Error> {
    let mut parsed = parsed?;
    parsed.findings.extend(check(&parsed.document));
    Ok(parsed.findings)
}

#[test]
fn index_and_folder_agree() {
    let entries = entries();
    corpus::is_complete("dm", entries.iter().map(|entry| &*entry.path));
}

#[test]
fn each_breaks_its_rule_and_no_other() {
    let mut wrong = Vec::new();
    for entry in entries() {
        let found = judge(&corpus::path(&entry.path));
        let first = format!("{} {} {}", entry.rule, entry.severity, entry.at);
        let mut expected = vec![first.trim_end().to_owned()];
        expected.extend(entry.also);
        expected.sort();
        let mut lines: Vec<_> = found.iter().map(|(line, _)| line.clone()).collect();
        lines.sort();
        if lines != expected {
            wrong.push(format!("{}: {lines:?}, expected {expected:?}", entry.path));
        }
        for (_, message) in found {
            let harmless = |c: char| !c.is_control();
            assert!(message.chars().all(harmless), "{}: {message:?}", entry.path);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_document() {
    let mut rules: BTreeSet<_> = rules::ALL.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(rules.len(), rules::ALL.len(), "an id stands twice");
    rules.extend(["dm-not-a-message", "tnds-not-a-tree"].map(str::to_owned));
    let covered: BTreeSet<_> = entries().into_iter().map(|entry| entry.rule).collect();
    let missing: Vec<_> = rules.difference(&covered).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
