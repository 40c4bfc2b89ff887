//! The manual has one section for each id that the program reports, and no other.
//!
//! Under the heading of a rule that findings refer to stand its severity, summary and clause, as the
//! code has them: `MANUAL=overwrite cargo test --test manual` writes that line.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use dmboot::document::profile::{Profile, shipped};
use dmboot::finding::Rule;
use dmboot::manual::rules::{FAMILIES, Section, find, of_findings};
use dmboot::security::policy::{DEFAULT, Policy};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What looks like an id and is none: words of the facts of receivers, and a key form.
const NO_RULES: [&str; 7] = [
    "cp-wbxml",
    "cp-xml",
    "dm-wbxml",
    "dm-xml",
    "pin-colon-secret",
    "pin-digits",
    "tnds-string-table",
];

/// Names of the mistakes of senders, and of families, are no ids.
const NO_RULES_IN: [&str; 2] = ["src/security/why", "src/manual"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if name.ends_with("tests") || NO_RULES_IN.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The family of an id: the longest of their names that it begins with.
fn family(id: &str) -> Option<&'static str> {
    let own = |name: &&str| {
        id.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('-'))
    };
    let names = FAMILIES.iter().map(|family| family.name);
    names.filter(own).max_by_key(|name| name.len())
}

/// Adds the texts in quotes that look like ids, but for those in `mod tests`: what stands in a
/// function or argument of the name `rule` is one whatever its family, elsewhere the families tell.
fn ids(tokens: TokenStream, in_rule: bool, found: &mut BTreeSet<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut of_rule = false;
    for (at, token) in tokens.iter().enumerate() {
        let named = |back: usize, name: &str| {
            let token = at.checked_sub(back).map(|at| &tokens[at]);
            matches!(token, Some(TokenTree::Ident(ident)) if ident == name)
        };
        of_rule |= named(0, "rule") && named(1, "fn");
        match token {
            TokenTree::Group(_) if named(1, "tests") && named(2, "mod") => {}
            TokenTree::Group(group) => {
                let is_body = of_rule && group.delimiter() == Delimiter::Brace;
                of_rule &= !is_body;
                let in_rule = in_rule || is_body || named(1, "rule");
                ids(group.stream(), in_rule, found);
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let text = text.trim_matches('"');
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                let is_id = family(text).is_some() || in_rule && text.contains('-');
                if text.chars().all(plain) && is_id && !NO_RULES.contains(&text) {
                    found.insert(text.to_owned());
                }
            }
            _ => {}
        }
    }
}

fn sections() -> impl Iterator<Item = Section> {
    FAMILIES.iter().flat_map(|family| family.sections())
}

fn chapter(family: &str) -> PathBuf {
    Path::new("src/manual/rules").join(format!("{family}.md"))
}

#[test]
fn every_id_has_a_section_and_every_section_an_id() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let mut reported = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        ids(text.parse().unwrap(), false, &mut reported);
    }
    // Far below what there is, far above what a broken search would find
    assert!(reported.len() > 300, "{}", reported.len());
    let explained: BTreeSet<_> = sections().map(|section| section.id.to_owned()).collect();
    let without: Vec<_> = reported.difference(&explained).collect();
    let needless: Vec<_> = explained.difference(&reported).collect();
    assert!(
        without.is_empty() && needless.is_empty(),
        "without a section in src/manual/rules: {without:#?}\nreported nowhere: {needless:#?}"
    );
}

#[test]
fn every_section_is_found_once_and_says_something() {
    let mut seen = BTreeSet::new();
    for family in FAMILIES {
        let text = std::fs::read_to_string(chapter(family.name)).unwrap();
        let about = family.about();
        assert!(about.ends_with('.') && about.len() < 100, "{about:?}");
        let headings = text.lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(
            headings,
            family.sections().count(),
            "{}: a heading is `## id`, and below it stands `**severity**: summary *(clause)*`",
            family.name
        );
        for section in family.sections() {
            let id = section.id;
            assert_eq!(self::family(id), Some(family.name), "{id}");
            assert!(seen.insert(id), "{id} twice");
            assert_eq!(find(id), Some(section));
            let words = section.text.split_whitespace().count();
            assert!(words >= 25, "{id}: {words} words");
            // A block without a language would be compiled as an example of Rust
            let fences = section.text.lines().filter(|line| line.starts_with("```"));
            let fences: Vec<_> = fences.collect();
            for pair in fences.chunks(2) {
                assert!(
                    pair.len() == 2 && pair[0] != "```" && pair[1] == "```",
                    "{id}"
                );
            }
        }
    }
}

#[test]
fn sections_begin_with_their_rule() {
    let overwrite = std::env::var("MANUAL").is_ok_and(|value| value == "overwrite");
    let mut rules: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in of_findings() {
        rules
            .entry(family(rule.id).unwrap())
            .or_default()
            .push(rule);
    }
    let mut wrong = Vec::new();
    for (family, rules) in rules {
        let mut text = std::fs::read_to_string(chapter(family)).unwrap();
        for rule in rules {
            let line = format!(
                "**{}**: {} *({})*",
                rule.severity, rule.summary, rule.clause
            );
            let heading = format!("\n## {}\n", rule.id);
            let Some((before, after)) = text.split_once(&heading) else {
                wrong.push(format!("{} has no section", rule.id));
                continue;
            };
            let (first, rest) = after.trim_start().split_once('\n').unwrap();
            if first != line {
                let old = if first.starts_with("**") { "" } else { first };
                let rest = if old.is_empty() {
                    rest.to_owned()
                } else {
                    format!("\n{old}\n{rest}")
                };
                text = format!("{before}{heading}\n{line}\n{rest}");
                wrong.push(format!("{}: {line}", rule.id));
            }
        }
        if overwrite {
            std::fs::write(chapter(family), text).unwrap();
        }
    }
    assert!(wrong.is_empty() || overwrite, "{wrong:#?}");
}

/// The text between the fences of a language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("\n```{language}\n");
    let blocks = text.split(&fence).skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

#[test]
fn profiles_in_the_manual_can_be_used() {
    let text = std::fs::read_to_string("src/manual/profiles.md").unwrap();
    let find = |name: &str| shipped::find(name).map(str::to_owned);
    let blocks = blocks(&text, "toml");
    assert!(blocks.len() > 5, "{}", blocks.len());
    for block in blocks {
        let profile =
            Profile::parse("manual", block, &find).unwrap_or_else(|e| panic!("{e}\n{block}"));
        assert!(!profile.sample().characteristics.is_empty(), "{block}");
    }
}

/// Every policy in the manual can be read, and the one that is shown as the default is it.
#[test]
fn policies_in_the_manual_can_be_used() {
    let text = std::fs::read_to_string("src/manual/policy.md").unwrap();
    let blocks = blocks(&text, "toml");
    assert!(blocks.len() > 2, "{}", blocks.len());
    for block in &blocks {
        Policy::parse(block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
    assert_eq!(Policy::parse(blocks[0]), Ok(Policy::default()));
    // All that has a default is explained
    for line in DEFAULT.lines().filter(|line| line.contains(" = ")) {
        let key = line.split(" = ").next().unwrap();
        if key == "format" {
            continue;
        }
        assert!(
            text.contains(&format!("`{key}`")) || text.contains(&format!(".{key}`")),
            "{key}"
        );
    }
}

#[test]
fn the_chapter_of_rules_names_every_family() {
    let text = std::fs::read_to_string("src/manual/rules.md").unwrap();
    for family in FAMILIES {
        assert!(
            text.contains(&format!("\n| [`{}`]", family.name)),
            "{}",
            family.name
        );
    }
}
