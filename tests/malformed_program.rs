//! Every malformed file through the program: the documented exit code, one message that names the
//! rule, and no secret or panic in it. The formats' own walkers check rule and place in the library.

#![allow(clippy::unwrap_used)]

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

#[derive(Deserialize)]
struct Index {
    file: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
    rule: String,
}

#[derive(Deserialize)]
struct Program {
    exit: BTreeMap<String, i32>,
    instead: BTreeMap<String, String>,
}

const FOLDER: &str = "tests/vectors/malformed";
const FORMATS: [&str; 10] = [
    "capture",
    "cp",
    "dm",
    "list",
    "notification",
    "profile",
    "receiver",
    "wbxml",
    "wsp",
    "xml",
];

fn read<T: serde::de::DeserializeOwned>(name: &str) -> T {
    toml::from_str(&std::fs::read_to_string(format!("{FOLDER}/{name}.toml")).unwrap()).unwrap()
}

fn arguments<'a>(format: &'a str, path: &'a str) -> Vec<&'a str> {
    match format {
        "profile" => vec!["profile", "show", path],
        "receiver" => vec!["receiver", "show", path],
        "list" => {
            vec![
                "build",
                "list.profile.toml",
                "--devices",
                path,
                "--check",
                "--json",
            ]
        }
        // What they are could not be told from damaged octets
        "notification" | "wbxml" | "wsp" | "xml" => vec!["inspect", "--json", "--as", format, path],
        _ => vec!["inspect", "--json", path],
    }
}

/// All rules that JSON on standard output or an error message names.
fn rules(stdout: &str, stderr: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(stdout) {
        let lists = ["findings", "remarks"].map(|key| json[key].as_array().cloned());
        let items = lists
            .into_iter()
            .flatten()
            .flatten()
            .chain([json["fault"].clone()]);
        found.extend(items.filter_map(|item| item["rule"].as_str().map(str::to_owned)));
    }
    for part in stderr.split("error[").skip(1) {
        found.extend(part.split_once(']').map(|(rule, _)| rule.to_owned()));
    }
    found
}

#[test]
fn every_malformed_file_gets_its_code_and_its_rule() {
    let program: Program = read("program");
    let (mut pairs, mut files) = (BTreeSet::new(), BTreeSet::new());
    for format in FORMATS {
        let index: Index = read(format);
        for entry in index.file {
            let path = &entry.path;
            let output = Command::new(env!("CARGO_BIN_EXE_dmboot"))
                .args(arguments(format, path))
                .current_dir(FOLDER)
                .env_remove("DMBOOT_PROFILES")
                .output()
                .unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            let stdout = String::from_utf8(output.stdout).unwrap();
            let code = output.status.code();
            let expected = program
                .exit
                .get(path)
                .unwrap_or_else(|| panic!("{path}: no code"));
            assert_eq!(code, Some(*expected), "{path}: {stderr}");
            let wanted = program.instead.get(path).unwrap_or(&entry.rule);
            let named = rules(&stdout, &stderr);
            assert!(
                wanted.is_empty() || named.contains(wanted),
                "{path}: {wanted} not in {named:?}"
            );
            assert!(!stderr.contains("panicked"), "{path}: {stderr}");
            if *expected != 0 {
                assert_eq!(
                    stderr.matches("error").count().min(1),
                    1,
                    "{path}: {stderr}"
                );
            }
            pairs.insert((format, entry.rule));
            files.insert(entry.path);
        }
    }
    assert!(
        pairs.len() >= 250,
        "{} pairs of format and rule",
        pairs.len()
    );
    for path in program.exit.keys().chain(program.instead.keys()) {
        assert!(
            files.contains(path),
            "{path} is in program.toml but in no index"
        );
    }
}
