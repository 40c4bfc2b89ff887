//! libwbxml reads the documents that we write, and we read those that it writes; the octets are
//! the same, but for what tests/interop/exceptions/libwbxml.toml lists.
#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

mod judges;

use dmboot::document::cp::{Document, Encoding, schema};
use dmboot::finding::Finding;
use dmboot::wire::wbxml::{EventKind, Limits, Reader, Value};
use judges::documents::{self, Named};
use judges::exceptions::{Difference, Exceptions, differences};
use judges::{attempt, habits, run, tool};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "libwbxml2-utils";

/// Octets of an encoder's document without string table.
const PLAIN: [&str; 1] = ["-n"];

fn encoder() -> PathBuf {
    tool("xml2wbxml", PACKAGE)
}

fn decoder() -> PathBuf {
    tool("wbxml2xml", PACKAGE)
}

fn encode(encoder: &Path, options: &[&str], document: &Document<'_>) -> Vec<u8> {
    let arguments = [options, &["-o", "-", "-"]].concat();
    run(encoder, &arguments, document.to_xml().unwrap().as_bytes())
}

/// Every profile, every token and oddity, and the good vectors.
fn everything() -> Vec<Named> {
    let mut all = documents::all();
    let vectors = [documents::vectors("cp"), documents::vectors("published")];
    for (path, octets) in vectors.into_iter().flatten() {
        let document = documents::read(&path, &octets);
        // Through XML text, which outlives the octets
        let xml: &'static str = Box::leak(document.to_xml().unwrap().into_boxed_str());
        all.push(Named {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            document: Document::from_xml(xml.as_bytes()).unwrap().document,
        });
    }
    assert!(all.len() > 100);
    all
}

#[test]
fn libwbxml_reads_what_we_write_and_we_what_it_writes() {
    let (encoder, decoder) = (encoder(), decoder());
    let mut exceptions = Exceptions::of("libwbxml");
    // Some thousand short processes
    let found: Vec<_> = everything()
        .into_par_iter()
        .map(|named| {
            let found = judge(&encoder, &decoder, &named);
            (named.name, found)
        })
        .collect();
    for (name, found) in found {
        exceptions.note(&name, found);
    }
    read_habits(&decoder, &mut exceptions);
    exceptions.settle();
}

/// How libwbxml differs about a document, both ways.
fn judge(encoder: &Path, decoder: &Path, named: &Named) -> Vec<Difference> {
    let Named { name, document } = named;
    let mut found = Vec::new();
    for encoding in [Encoding::Compatible, Encoding::Compact] {
        let ours = document.to_wbxml(encoding).unwrap().octets;
        let xml = run(decoder, &["-m", "0", "-o", "-", "-"], &ours);
        let theirs = Document::from_xml(&xml).unwrap_or_else(|error| panic!("{name}: {error}"));
        found.extend(reading(
            "decoded",
            document,
            &theirs.document,
            &theirs.findings,
        ));
        if encoding == Encoding::Compatible {
            found.extend(octet_differences(&ours, &encode(encoder, &PLAIN, document)));
        }
    }
    // Version 1.3 is what it writes when not told
    for options in [
        &PLAIN[..],
        &[],
        &["-v", "1.1"],
        &["-v", "1.2"],
        &["-n", "-v", "1.1"],
    ] {
        let theirs = encode(encoder, options, document);
        let read = Document::from_wbxml(&theirs).unwrap_or_else(|error| panic!("{name}: {error}"));
        found.extend(reading("encoded", document, &read.document, &read.findings));
    }
    found
}

/// What libwbxml reads in documents that others' encoders write.
fn read_habits(decoder: &Path, exceptions: &mut Exceptions) {
    for habit in habits::all() {
        let says = habit.says();
        let arguments = ["-m", "0", "-o", "-", "-"];
        let found = match attempt(decoder, &arguments, &habit.octets()) {
            Err(message) => vec![Difference {
                what: "habit".into(),
                ours: "read".into(),
                theirs: message.trim().to_owned(),
            }],
            Ok(xml) => {
                let theirs = Document::from_xml(&xml)
                    .unwrap_or_else(|error| panic!("{}: {error}", habit.name));
                reading("habit", &says, &theirs.document, &theirs.findings)
            }
        };
        exceptions.note(&habit.name, found);
    }
}

fn reading(
    what: &str,
    ours: &Document<'_>,
    theirs: &Document<'_>,
    findings: &[Finding],
) -> Vec<Difference> {
    let mut all = differences(ours, theirs);
    for difference in &mut all {
        difference.what = format!("{what} {}", difference.what);
    }
    all.extend(findings.iter().map(|finding| Difference {
        what: format!("{what} finding"),
        ours: String::new(),
        theirs: finding.rule.id.into(),
    }));
    all
}

/// One attribute as it is written.
#[derive(Debug, PartialEq)]
struct Attribute {
    /// The attribute with the prefix that its start token has.
    start: String,
    /// The octet of the start token, and its page.
    token: (u8, u8),
    /// What its value is written as.
    pieces: BTreeSet<&'static str>,
    /// Its pieces.
    octets: Vec<u8>,
    /// The text that they make.
    text: String,
}

fn attributes(octets: &[u8]) -> Vec<Attribute> {
    let mut reader = Reader::new(octets, Limits::default()).unwrap();
    let (mut list, mut page): (Vec<Attribute>, u8) = (Vec::new(), 0);
    while let Some(event) = reader.next().unwrap() {
        match event.kind {
            EventKind::SwitchPage { page: now, .. } => page = now,
            EventKind::AttributeStart { name, prefix } => list.push(Attribute {
                start: format!("{}={prefix}", name.into_text().unwrap()),
                token: (octets[event.span.start], page),
                pieces: BTreeSet::new(),
                octets: Vec::new(),
                text: String::new(),
            }),
            EventKind::AttributeValue(piece) => {
                let attribute = list.last_mut().unwrap();
                let (form, text) = match piece {
                    Value::Token(text) => ("token", text.into()),
                    Value::Inline(text) => ("string", text),
                    other => panic!("{other:?} in a document without string table"),
                };
                attribute.pieces.insert(form);
                attribute.text.push_str(&text);
                attribute.octets.extend(&octets[event.span]);
            }
            _ => {}
        }
    }
    list
}

/// What kind of value an attribute has.
fn what(start: &str, parm: &str, text: &str) -> String {
    let assigned = |def: &schema::CharacteristicDef| {
        schema::value_set(def.name, parm).is_some_and(|set| set.contains(text))
    };
    match start {
        "value=" if text.is_empty() => "octets of an empty value".into(),
        "value=" if schema::CHARACTERISTICS.iter().any(assigned) => format!("octets of {text}"),
        "value=" => "octets of a text".into(),
        _ => format!("octets of {start}"),
    }
}

/// Where two encodings of one document choose differently.
fn octet_differences(ours: &[u8], theirs: &[u8]) -> Vec<Difference> {
    let mut found = Vec::new();
    let lists = (attributes(ours), attributes(theirs));
    if lists.0.len() != lists.1.len() {
        found.push(Difference {
            what: "attributes".into(),
            ours: lists.0.len().to_string(),
            theirs: lists.1.len().to_string(),
        });
    }
    let mut parm = "";
    for (ours, theirs) in lists.0.iter().zip(&lists.1) {
        if let Some(name) = ours.start.strip_prefix("name=") {
            parm = name;
        }
        if ours.start != theirs.start || ours.token != theirs.token {
            found.push(Difference {
                what: "attribute start".into(),
                ours: format!("{} {:02X?}", ours.start, ours.token),
                theirs: format!("{} {:02X?}", theirs.start, theirs.token),
            });
        } else if ours.octets != theirs.octets {
            let form = |one: &Attribute| Vec::from_iter(one.pieces.iter().copied()).join(" and ");
            found.push(Difference {
                what: what(&ours.start, parm, &ours.text),
                ours: form(ours),
                theirs: form(theirs),
            });
        }
    }
    if found.is_empty() && ours != theirs {
        found.push(Difference {
            what: "page switches".into(),
            ours: format!("{ours:02X?}"),
            theirs: format!("{theirs:02X?}"),
        });
    }
    found
}

/// The two reference documents: what libwbxml writes is what we write, octet for octet, and our
/// compact form is as short as it can be made by hand.
#[test]
fn reference_documents() {
    let encoder = encoder();
    for (name, limit) in [("cp-small", 129), ("cp-typical", 683)] {
        let file = |kind: &str| {
            std::fs::read(format!(
                "{}/tests/vectors/cp/{name}{kind}",
                env!("CARGO_MANIFEST_DIR")
            ))
            .unwrap()
        };
        let xml = file(".xml");
        let document = Document::from_xml(&xml).unwrap().document;
        let compatible = document.to_wbxml(Encoding::Compatible).unwrap().octets;
        assert_eq!(
            compatible,
            run(&encoder, &["-n", "-o", "-", "-"], &xml),
            "{name}"
        );
        assert_eq!(compatible, file(".wbxml"), "{name}");
        let compact = document.to_wbxml(Encoding::Compact).unwrap().octets;
        assert!(compact.len() <= limit, "{name}: {}", compact.len());
    }
}
