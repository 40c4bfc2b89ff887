//! Every file under `tests/vectors/malformed/xml/` is refused, by the rule and at the place that
//! `xml.toml` says.
#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

mod corpus;

use std::collections::BTreeSet;

use dmboot::finding::Position;
use dmboot::wire::xml::{Error, Limits, Policy, RULES, Reader};

/// Small caps, so that the files which exceed them are small.
const POLICY: Policy = Policy {
    public_ids: &["-//WAPFORUM//DTD PROV 1.0//EN"],
    internal_subset: false,
    limits: Limits {
        octets: 8192,
        depth: 16,
        elements: 64,
        attributes: 8,
    },
};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    rule: String,
    at: String,
}

fn read(input: &[u8]) -> Result<(), Error> {
    let mut reader = Reader::new(input, POLICY)?;
    while reader.next()?.is_some() {}
    Ok(())
}

fn index() -> Vec<File> {
    corpus::index("xml")
}

#[test]
fn every_file_is_refused_as_its_index_entry_says() {
    let mut wrong = Vec::new();
    for File { path, rule, at } in index() {
        let input = std::fs::read(corpus::path(&path)).unwrap();
        let found = match read(&input) {
            Ok(()) => "accepted".to_owned(),
            Err(error) => match error.at {
                Position::Line { line, column } => format!("{} {line}:{column}", error.rule()),
                other => format!("{} {other:?}", error.rule()),
            },
        };
        let expected = format!("{rule} {at}");
        if found != expected {
            wrong.push(format!("{path}: {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn index_and_directory_name_the_same_files() {
    corpus::is_complete("xml", index().iter().map(|file| &*file.path));
}

#[test]
fn every_rule_has_a_file() {
    let files = index();
    let exercised: BTreeSet<_> = files.iter().map(|file| file.rule.as_str()).collect();
    assert_eq!(exercised, RULES.iter().copied().collect());
}

#[test]
fn messages_say_what_to_do() {
    let message = |name: &str| {
        let input = std::fs::read(corpus::path(&format!("xml/{name}.xml"))).unwrap();
        read(&input).unwrap_err().to_string()
    };
    for (name, command) in [
        (
            "iso-8859-1-declared-and-used",
            "iconv -f ISO-8859-1 -t UTF-8 in.xml > out.xml",
        ),
        (
            "iso-8859-1-not-declared",
            "iconv -f WINDOWS-1252 -t UTF-8 in.xml > out.xml",
        ),
        ("utf-16-le-bom", "iconv -f UTF-16 -t UTF-8 in.xml > out.xml"),
        (
            "utf-16-be-without-bom",
            "iconv -f UTF-16BE -t UTF-8 in.xml > out.xml",
        ),
        ("utf-32-le-bom", "iconv -f UTF-32 -t UTF-8 in.xml > out.xml"),
        (
            "utf-16-declared-ascii-used",
            "let the declaration say encoding=\"UTF-8\"",
        ),
    ] {
        assert!(message(name).contains(command), "{name}: {}", message(name));
    }
    assert_eq!(
        message("end-tag-mismatch"),
        "line 3, column 2: found the end tag of the element opened at line 1, column 1, expected the \
         element inside of it closed first, opened at line 2, column 2 (XML 1.0 §3, Element Type \
         Match); let a tag without content, as of a parm, end with />, or add the end tag"
    );
}
