//! Dependencies point one way. One crate has no compiler wall between its modules, so this test
//! reads every path in `src/` and refuses those that point upward or sideways.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod layers {
    pub mod paths;
    pub mod rules;
}

use layers::paths::{Edge, Modules, edges};
use layers::rules::{refusal, unknown_layer};
use std::path::{Path, PathBuf};

/// Far below what there is, far above what a broken search would find.
const AT_LEAST_FILES: usize = 60;
const AT_LEAST_EDGES: usize = 300;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// `src/wire/xml/mod.rs` is `wire::xml`, `src/lib.rs` the crate's root.
fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if module == ["lib"] || module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

/// What is wrong with the source files, one line each; and every edge.
fn check(files: &[(Vec<String>, String, String)]) -> (Vec<String>, Vec<Edge>) {
    let mut wrong = Vec::new();
    let mut modules = Modules::new(files.iter().map(|(module, ..)| module.clone()));
    for (module, _, text) in files {
        modules.add_inline(module, text);
    }
    let mut all = Vec::new();
    for (module, file, text) in files {
        if let Some(name) = unknown_layer(module) {
            wrong.push(format!("{file}: the module {name} is in no layer"));
        }
        match edges(module, text, &modules) {
            Ok(edges) => {
                for edge in edges {
                    if let Some(reason) = refusal(&edge, &modules) {
                        wrong.push(format!("{file}:{}: {reason}", edge.line));
                    }
                    all.push(edge);
                }
            }
            Err(reason) => wrong.push(format!("{file}: {reason}")),
        }
    }
    (wrong, all)
}

#[test]
fn no_path_points_upward() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths.sort();
    let files: Vec<_> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap();
            let text = std::fs::read_to_string(path).unwrap();
            (module_of(name), format!("src/{}", name.display()), text)
        })
        .collect();
    let (wrong, edges) = check(&files);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));

    // That nothing was found wrong means little unless much was looked at
    assert!(files.len() >= AT_LEAST_FILES, "{} files", files.len());
    assert!(edges.len() >= AT_LEAST_EDGES, "{} edges", edges.len());
    let known = |from: &str, to: &str| {
        let begins = |path: &[String], start: &str| path.join("::").starts_with(start);
        let edge = edges
            .iter()
            .find(|edge| begins(&edge.from, from) && begins(&edge.to, to));
        assert!(edge.is_some(), "no path from {from} to {to} was found");
    };
    known("wire::wsp", "bytes");
    known("document::cp", "wire::wbxml");
    known("document::profile", "document::cp");
    known("security", "wire::wsp");
    known("main", "cli");
}

/// The modules that the samples below live among.
const MODULES: [&str; 16] = [
    "",
    "main",
    "bytes",
    "finding",
    "wire",
    "wire::xml",
    "wire::wbxml",
    "wire::wsp",
    "wire::wsp::value",
    "document",
    "document::cp",
    "document::profile",
    "security",
    "deliver",
    "card",
    "cli",
];

/// What is found wrong with `text` as the source of `module`.
fn wrong_in(module: &str, text: &str) -> Vec<String> {
    let path = |module: &str| -> Vec<String> {
        let parts = module.split("::").filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let files: Vec<_> = MODULES
        .iter()
        .map(|&other| {
            let own = if other == module { text } else { "" };
            (path(other), other.to_owned(), own.to_owned())
        })
        .collect();
    assert!(MODULES.contains(&module), "{module}");
    check(&files).0
}

#[test]
fn every_form_of_an_upward_path_is_caught() {
    let samples = [
        // Every way to write a use
        ("wire::xml", "use crate::cli;"),
        ("wire::xml", "use crate::cli::main;"),
        ("wire::xml", "use crate::cli as c;"),
        ("wire::xml", "use crate::cli::*;"),
        ("wire::xml", "pub use crate::document::cp::Document;"),
        ("wire::xml", "pub(crate) use crate::document;"),
        (
            "wire::xml",
            "use crate::{bytes::Hex, document::{cp, profile}};",
        ),
        ("wire::xml", "use {crate::bytes, crate::{security}};"),
        ("wire::xml", "use crate::{self as root};"),
        ("wire::xml", "use crate as root;"),
        ("wire::xml", "use crate::*;"),
        ("wire::xml", "use crate::Document;"),
        ("wire::xml", "use super::super::document;"),
        ("wire::xml", "use super::super as root;"),
        ("wire::xml", "use super::super::*;"),
        ("wire::xml", "use super::{super::cli};"),
        ("wire::xml", "use self::super::super::cli;"),
        ("wire::xml", "use dmboot::cli;"),
        ("wire::xml", "use ::dmboot::cli;"),
        (
            "wire::xml",
            "#[cfg(test)] mod tests { use crate::document::cp; }",
        ),
        (
            "wire::xml",
            "mod a { mod b { use super::super::super::super::cli; } }",
        ),
        ("wire::xml", "fn f() { use crate::cli; }"),
        ("wire", "use super::cli;"),
        ("wire", "pub use super::document::cp::Document;"),
        // In code, types, attributes and macros
        ("wire::xml", "fn f() { crate::cli::main(); }"),
        ("wire::xml", "fn f() { super::super::cli::main(); }"),
        (
            "wire::xml",
            "fn f(x: &crate::document::cp::Document<'_>) {}",
        ),
        ("wire::xml", "impl<T: crate::cli::Trait> X for T {}"),
        ("wire::xml", "type A = <crate::cli::X as Y>::Z;"),
        ("wire::xml", "struct A(pub (crate::cli::X, u8));"),
        ("wire::xml", "fn f() { println!(\"{}\", crate::cli::X); }"),
        (
            "wire::xml",
            "macro_rules! m { () => { $crate::cli::main() } }",
        ),
        (
            "wire::xml",
            "#[serde(with = \"crate::cli::text\")] struct A;",
        ),
        (
            "wire::xml",
            "impl X { const A: u8 = { crate\n::\ncli::A }; }",
        ),
        (
            "wire::xml",
            "/* nothing */ fn f() { let c = 'c'; crate /**/ :: cli::g() }",
        ),
        // Each step of the ladder
        ("bytes", "use crate::wire::xml;"),
        ("wire", "use crate::document;"),
        ("document", "use crate::security;"),
        ("document::cp", "use crate::security;"),
        ("security", "use crate::deliver;"),
        ("deliver", "use crate::card;"),
        ("card", "use crate::deliver;"),
        ("card", "use crate::cli;"),
        ("cli", "use crate::Document;"),
        // Beside
        ("wire::wsp", "use crate::wire::wbxml;"),
        ("wire::wsp", "use super::wbxml::Reader;"),
        ("wire::wsp::value", "use super::super::wbxml::Reader;"),
        ("wire::wsp", "use super as wire;"),
        ("wire::wsp", "use super::*;"),
        ("wire::wsp", "use super::Sec;"),
        ("wire::wsp", "use crate::wire;"),
        ("wire::wsp", "use crate::{wire::{self, xml}};"),
        ("document::cp", "use crate::document::profile::Profile;"),
        ("document::cp", "fn f(p: super::profile::Profile) {}"),
        ("document::cp", "use crate::document;"),
        // Ways around the search
        ("wire::xml", "use crate::nowhere::X;"),
        ("wire::xml", "#[path = \"../../cli/mod.rs\"] mod c;"),
        ("wire::xml", "include!(\"../../cli/mod.rs\");"),
        ("wire::xml", "extern crate self as root;"),
        ("wire::xml", "use super::super::super::x;"),
    ];
    for (module, text) in samples {
        let wrong = wrong_in(module, text);
        assert!(!wrong.is_empty(), "not caught in {module}: {text}");
    }
}

#[test]
fn what_is_allowed_is_not_refused() {
    let samples = [
        (
            "",
            "pub mod wire; pub use wire::xml::Reader; pub use document::cp::Document;",
        ),
        ("main", "fn main() { dmboot::cli::main() }"),
        (
            "bytes",
            "use crate::finding::Finding; use std::fmt::{self, Debug}; use ::std::io;",
        ),
        (
            "wire",
            "pub mod xml; pub use xml::Reader; use self::wbxml::Writer;",
        ),
        (
            "wire::xml",
            "use crate::bytes::Cursor; use self::scan::X; use super::xml::Y;",
        ),
        (
            "wire::xml",
            "mod tests { use super::*; fn f() { super::g(); crate::wire::xml::g(); } }",
        ),
        (
            "wire::xml",
            "pub(crate) struct A; pub(in crate::wire) struct B; pub(super) struct C;",
        ),
        (
            "wire::xml",
            "// crate::cli\n/* crate::cli */ /// [`crate::cli`]\nfn f() { \"crate::cli\"; }",
        ),
        (
            "wire::xml",
            "fn f() { r#\"use crate::cli;\"#; b\"crate::cli\"; 'a: loop {} }",
        ),
        (
            "wire::wsp::value",
            "use super::super::wsp::Sec; use super::{self as wsp, check};",
        ),
        (
            "document::cp",
            "use crate::wire::{self, wbxml, xml::*}; fn f() { wire::wsp::g() }",
        ),
        (
            "document::profile",
            "use crate::document::cp; use super::cp::Document;",
        ),
        (
            "security",
            "use crate::document::cp; use crate::wire::wsp::Sec;",
        ),
        (
            "deliver",
            "use crate::security; use crate::document::profile;",
        ),
        (
            "cli",
            "use crate::{card, deliver, security::why, wire::{self, xml}};",
        ),
    ];
    for (module, text) in samples {
        assert_eq!(wrong_in(module, text), [""; 0], "in {module}: {text}");
    }
}

#[test]
fn a_module_without_a_layer_is_named() {
    let file = (
        vec!["utils".to_owned()],
        "src/utils.rs".to_owned(),
        String::new(),
    );
    let (wrong, _) = check(&[file]);
    assert_eq!(wrong, ["src/utils.rs: the module utils is in no layer"]);
}
