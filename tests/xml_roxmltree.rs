//! An independent judge: roxmltree and our reader see the same elements, attributes and texts, and
//! agree on what is well-formed, but for the exceptions in `tests/vectors/xml/exceptions.toml`.
#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use dmboot::wire::xml::{Error, Event, Layout, Limits, Policy, Reader, WriteError, Writer};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");

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

/// One piece of a document, in the words that both readers have: no prefixes and no namespace
/// declarations, which roxmltree resolves and we do not; no empty texts.
#[derive(Debug, PartialEq)]
enum Piece {
    Start(String, Vec<(String, String)>),
    Text(String),
    End,
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn ours(input: &[u8]) -> Result<Vec<Piece>, Error> {
    let mut reader = Reader::new(input, POLICY)?;
    let mut pieces = Vec::new();
    while let Some(event) = reader.next()? {
        pieces.push(match event {
            Event::Start(element) => Piece::Start(
                local(element.name).to_owned(),
                element
                    .attributes
                    .iter()
                    .filter(|attribute| attribute.name.split(':').next() != Some("xmlns"))
                    .map(|attribute| {
                        (
                            local(attribute.name).to_owned(),
                            attribute.value.clone().into_owned(),
                        )
                    })
                    .collect(),
            ),
            Event::Text(text) => Piece::Text(text.value.into_owned()),
            Event::End { .. } => Piece::End,
        });
    }
    Ok(pieces)
}

/// What roxmltree says; its error is the name of the variant.
fn judge(input: &[u8]) -> Result<Vec<Piece>, String> {
    let text = std::str::from_utf8(input).map_err(|_| "not UTF-8".to_owned())?;
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let document = roxmltree::Document::parse_with_options(text, options).map_err(|error| {
        format!("{error:?}")
            .split(['(', ' '])
            .next()
            .unwrap()
            .to_owned()
    })?;
    let mut pieces = Vec::new();
    walk(document.root_element(), &mut pieces);
    Ok(pieces)
}

fn walk(node: roxmltree::Node, pieces: &mut Vec<Piece>) {
    if node.is_element() {
        pieces.push(Piece::Start(
            node.tag_name().name().to_owned(),
            node.attributes()
                .map(|a| (a.name().to_owned(), a.value().to_owned()))
                .collect(),
        ));
        for child in node.children() {
            walk(child, pieces);
        }
        pieces.push(Piece::End);
    } else if let Some(text) = node
        .text()
        .filter(|text| node.is_text() && !text.is_empty())
    {
        match pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            _ => pieces.push(Piece::Text(text.to_owned())),
        }
    }
}

/// Where the two differ, and why.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    /// Refused by us alone.
    stricter: Vec<Stricter>,
    /// Refused by roxmltree alone.
    laxer: Vec<Laxer>,
    /// Read by both, but not as the same.
    different: Vec<Different>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Stricter {
    rule: String,
    files: Vec<String>,
    reason: String,
    source: String,
    /// What the document must contain, when the exception is that narrow.
    containing: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Laxer {
    error: String,
    containing: String,
    document: String,
    reason: String,
    source: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Different {
    containing: String,
    document: String,
    /// The text of the root element.
    ours: String,
    reason: String,
    source: String,
}

fn exceptions() -> Exceptions {
    let text = std::fs::read_to_string(format!("{VECTORS}/xml/exceptions.toml")).unwrap();
    toml::from_str(&text).unwrap()
}

fn files(folder: &str) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(Path::new(VECTORS).join(folder))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

#[test]
fn both_read_the_same_in_well_formed_documents() {
    let files = files("xml/well-formed");
    assert!(files.len() >= 20);
    for (name, input) in files {
        let ours = ours(&input).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(Ok(ours), judge(&input), "{name}");
    }
}

#[test]
fn both_refuse_malformed_documents_but_for_the_exceptions() {
    let listed: BTreeSet<_> = exceptions()
        .stricter
        .into_iter()
        .inspect(|exception| assert!(!exception.reason.is_empty() && !exception.source.is_empty()))
        .flat_map(|exception| {
            exception
                .files
                .into_iter()
                .map(move |f| (f, exception.rule.clone()))
        })
        .collect();
    let mut found = BTreeSet::new();
    for (name, input) in files("malformed/xml") {
        let error = ours(&input).expect_err(&name);
        if judge(&input).is_ok() {
            found.insert((name, error.rule().to_owned()));
        }
    }
    assert_eq!(
        found, listed,
        "left: accepted by roxmltree; right: the list of exceptions"
    );
}

#[test]
fn what_roxmltree_alone_refuses_is_listed() {
    for exception in exceptions().laxer {
        let document = exception.document;
        assert!(!exception.reason.is_empty() && !exception.source.is_empty());
        assert!(document.contains(&exception.containing));
        assert_eq!(
            judge(document.as_bytes()).err(),
            Some(exception.error),
            "{document}"
        );
        assert!(ours(document.as_bytes()).is_ok(), "{document}");
    }
}

#[test]
fn what_roxmltree_reads_differently_is_listed() {
    for exception in exceptions().different {
        let document = exception.document;
        assert!(!exception.reason.is_empty() && !exception.source.is_empty());
        assert!(document.contains(&exception.containing));
        let ours = ours(document.as_bytes()).unwrap();
        assert_eq!(ours[1], Piece::Text(exception.ours), "{document:?}");
        assert_ne!(Ok(ours), judge(document.as_bytes()), "{document:?}");
    }
}

/// Our reader may accept what roxmltree refuses only for a listed reason; what both accept is the
/// same; what roxmltree alone accepts we refuse by a listed rule.
fn compare(input: &[u8]) -> Result<(), TestCaseError> {
    static EXCEPTIONS: LazyLock<Exceptions> = LazyLock::new(exceptions);
    let exceptions = &*EXCEPTIONS;
    let text = String::from_utf8_lossy(input);
    match (ours(input), judge(input)) {
        (Ok(ours), Ok(theirs)) => {
            if !exceptions
                .different
                .iter()
                .any(|exception| text.contains(&exception.containing))
            {
                prop_assert_eq!(ours, theirs);
            }
        }
        (Ok(_), Err(error)) => prop_assert!(
            exceptions
                .laxer
                .iter()
                .any(|exception| exception.error == error && text.contains(&exception.containing)),
            "accepted, while roxmltree says {error}"
        ),
        (Err(error), Ok(_)) => prop_assert!(
            exceptions
                .stricter
                .iter()
                .any(|exception| exception.rule == error.rule()
                    && exception
                        .containing
                        .as_ref()
                        .is_none_or(|part| text.contains(part))),
            "refused, while roxmltree accepts: {error}"
        ),
        (Err(_), Err(_)) => {}
    }
    Ok(())
}

/// A change to a document; positions are fractions of its length.
#[derive(Debug, Clone)]
enum Mutation {
    Flip(f64, u8),
    Cut(f64),
    Remove(f64, usize),
    Insert(f64, &'static str),
    Repeat(f64, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let fragments = prop::sample::select(vec![
        "<",
        ">",
        "/",
        "&",
        ";",
        "'",
        "\"",
        "=",
        " ",
        "\t",
        "\r",
        "\n",
        "-",
        "--",
        "]]>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<?",
        "?>",
        "<?p?>",
        "<a>",
        "</a>",
        "<a/>",
        "<!DOCTYPE a>",
        "&#x",
        "&lt;",
        "&#10;",
        "&#0;",
        "&x;",
        "x='y'",
        " b='c'",
        "\u{B7}",
        "é",
        "\u{FFFE}",
        "1",
        "x",
    ]);
    let at = || 0.0..1.0;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        at().prop_map(Mutation::Cut),
        (at(), 1..9_usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        (at(), fragments).prop_map(|(at, fragment)| Mutation::Insert(at, fragment)),
        (at(), 1..40_usize).prop_map(|(at, count)| Mutation::Repeat(at, count)),
    ]
}

fn mutate(input: &mut Vec<u8>, mutation: &Mutation) {
    let place = |at: f64| (at * input.len() as f64) as usize;
    match *mutation {
        Mutation::Flip(at, bit) => {
            let place = place(at);
            if let Some(octet) = input.get_mut(place) {
                *octet ^= 1 << bit;
            }
        }
        Mutation::Cut(at) => input.truncate(place(at)),
        Mutation::Remove(at, count) => {
            let (start, end) = (place(at), (place(at) + count).min(input.len()));
            input.drain(start..end);
        }
        Mutation::Insert(at, fragment) => {
            let place = place(at);
            input.splice(place..place, fragment.bytes());
        }
        Mutation::Repeat(at, count) => {
            let (start, end) = (place(at), (place(at) + count).min(input.len()));
            let part = input[start..end].to_vec();
            input.splice(start..start, part);
        }
    }
}

fn corpus() -> impl Strategy<Value = Vec<u8>> {
    let documents: Vec<_> = files("xml/well-formed")
        .into_values()
        .chain(files("malformed/xml").into_values())
        .collect();
    prop::sample::select(documents)
}

/// A document as a tree, for the writer.
#[derive(Debug, Clone)]
struct Tree {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Tree>,
}

fn tree() -> impl Strategy<Value = Tree> {
    let text = || "([\\t\\n\\r -~]|[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\u{FFFE}\u{FFFF}]){0,6}";
    let node = (
        "[a-z_][a-z0-9.-]{0,3}",
        prop::collection::btree_map("[A-Z][a-z]{0,2}", text(), 0..3),
        text(),
    );
    let leaf = node.clone().prop_map(|(name, attributes, text)| Tree {
        name,
        attributes,
        text,
        children: Vec::new(),
    });
    leaf.prop_recursive(3, 16, 3, move |inner| {
        (node.clone(), prop::collection::vec(inner, 0..3)).prop_map(
            |((name, attributes, text), children)| Tree {
                name,
                attributes,
                text,
                children,
            },
        )
    })
}

fn write(writer: &mut Writer, tree: &Tree) -> Result<(), WriteError> {
    let attributes: Vec<_> = tree
        .attributes
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    writer.start(&tree.name, &attributes)?;
    writer.text(&tree.text)?;
    for child in &tree.children {
        write(writer, child)?;
    }
    writer.end()
}

fn flatten(tree: &Tree, pieces: &mut Vec<Piece>) {
    let attributes = tree.attributes.clone().into_iter().collect();
    pieces.push(Piece::Start(tree.name.clone(), attributes));
    if !tree.text.is_empty() {
        pieces.push(Piece::Text(tree.text.clone()));
    }
    tree.children
        .iter()
        .for_each(|child| flatten(child, pieces));
    pieces.push(Piece::End);
}

/// The same cases in every run.
fn config(cases: u32) -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(0x0B);
    ProptestConfig {
        cases,
        rng_seed,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(50_000))]

    #[test]
    fn both_judge_mutated_documents_alike(
        mut input in corpus(),
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        for mutation in &mutations {
            mutate(&mut input, mutation);
        }
        compare(&input)?;
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn both_read_back_what_the_writer_wrote(tree in tree()) {
        let mut writer = Writer::new(Layout::Compact);
        write(&mut writer, &tree).unwrap();
        let document = writer.finish().unwrap();
        let mut pieces = Vec::new();
        flatten(&tree, &mut pieces);
        let (ours, theirs) = (ours(document.as_bytes()), judge(document.as_bytes()));
        prop_assert_eq!(ours.as_ref(), Ok(&pieces));
        prop_assert_eq!(theirs.as_ref(), Ok(&pieces));
    }
}
