//! What holds for all documents.

use super::super::schema::{CHARACTERISTICS, Kind};
use super::super::{Characteristic, Document, Encoding, Node, Parm, Value, rules};
use super::ENCODINGS;
use crate::finding::Position;
use proptest::collection::vec;
use proptest::prelude::*;

/// Text that both encodings can carry; repetitions are frequent, so that sharing pays.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~\t\n\ré€]{0,12}",
        proptest::sample::select(vec![
            "",
            "PAP",
            "IPV4",
            "BASIC",
            "www.example.com",
            "example.com",
            "a.example.com",
            "com",
        ])
        .prop_map(str::to_owned),
    ]
}

/// Names of the schema or anything else, with a value that belongs there or anything else.
fn parm(names: Vec<(&'static str, Vec<&'static str>)>) -> BoxedStrategy<Node<'static>> {
    let known = proptest::sample::select(names).prop_flat_map(|(name, values)| {
        let own = match values.as_slice() {
            [] => text().boxed(),
            _ => proptest::sample::select(values)
                .prop_map(str::to_owned)
                .boxed(),
        };
        (
            Just(name.to_owned()),
            proptest::option::of(prop_oneof![own, text()]),
        )
    });
    let either = prop_oneof![4 => known, 1 => (text(), proptest::option::of(text()))];
    (either, any::<bool>())
        .prop_map(|((name, value), parameter)| {
            let value = value.map(|text| match parameter {
                true => Value::parameter(text),
                false => Value::fixed(text),
            });
            Node::Parm(Parm {
                name: name.into(),
                value,
                at: Default::default(),
            })
        })
        .boxed()
}

fn characteristic() -> BoxedStrategy<Characteristic<'static>> {
    let kinds: Vec<_> = CHARACTERISTICS
        .iter()
        .map(|def| {
            let names = def.parms.iter().map(|parm| {
                let values = match parm.kind {
                    Kind::Set(set) => [set.values, set.also_seen].concat(),
                    _ => Vec::new(),
                };
                (parm.name, values)
            });
            (def.name, names.collect::<Vec<_>>())
        })
        .collect();
    let head = (
        proptest::sample::select(kinds),
        proptest::option::weighted(0.1, text()),
    )
        .boxed();
    let leaf = head.clone().prop_flat_map(|((kind, names), other)| {
        vec(parm(names), 0..6).prop_map(move |nodes| Characteristic {
            nodes,
            ..Characteristic::new(other.clone().unwrap_or_else(|| kind.to_owned()))
        })
    });
    leaf.prop_recursive(3, 24, 3, move |inner| {
        head.clone().prop_flat_map(move |((kind, names), other)| {
            let child = inner.clone().prop_map(Node::Characteristic);
            vec(prop_oneof![parm(names), child], 0..6).prop_map(move |nodes| Characteristic {
                nodes,
                ..Characteristic::new(other.clone().unwrap_or_else(|| kind.to_owned()))
            })
        })
    })
    .boxed()
}

fn document() -> impl Strategy<Value = Document<'static>> {
    let version = proptest::option::of(prop_oneof![Just("1.0".to_owned()), text()]);
    (version, vec(characteristic(), 0..4)).prop_map(|(version, characteristics)| Document {
        version: version.map(Value::fixed),
        characteristics,
        ..Document::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn both_encodings_keep_everything(document in document()) {
        let xml = document.to_xml().unwrap();
        let parsed = Document::from_xml(xml.as_bytes()).unwrap();
        prop_assert_eq!(&parsed.findings, &[]);
        prop_assert_eq!(&parsed.document, &document);
        for encoding in ENCODINGS {
            let encoded = document.to_wbxml(encoding).unwrap();
            let read = Document::from_wbxml(&encoded.octets).unwrap();
            prop_assert_eq!(&read.findings, &[]);
            prop_assert_eq!(&read.document, &document);
            // Written again, it is the same; parameters have become fixed by then
            let again = parsed.document.to_wbxml(encoding).unwrap();
            prop_assert_eq!(&read.document.to_wbxml(encoding).unwrap(), &again);
            prop_assert_eq!(&document.to_wbxml(encoding).unwrap(), &encoded);
        }
    }

    #[test]
    fn compact_is_never_larger(document in document()) {
        let length = |encoding| document.to_wbxml(encoding).unwrap().octets.len();
        prop_assert!(length(Encoding::Compact) <= length(Encoding::Compatible));
    }

    /// The rules look at the same in both encodings, and order only moves what they find.
    #[test]
    fn rules_do_not_depend_on_the_encoding(document in document()) {
        let rules = |document: &Document<'_>| {
            let findings = rules::check(document, Position::Offset);
            let mut found: Vec<_> = findings
                .into_iter()
                .map(|finding| (finding.rule.id, finding.found, finding.expected, finding.remedy))
                .collect();
            found.sort();
            found
        };
        let octets = document.to_wbxml(Encoding::Compact).unwrap().octets;
        let read = Document::from_wbxml(&octets).unwrap().document;
        prop_assert_eq!(rules(&document), rules(&read));
        let mut sorted = document.clone();
        sorted.sort_strictly();
        let before = "cp-parm-after-characteristic";
        let open = |id: &str| id == before;
        prop_assert!(!rules(&sorted).iter().any(|found| open(found.0)));
    }

    #[test]
    fn nothing_panics(octets in vec(any::<u8>(), 0..48)) {
        let document = [&[3, 0x0B, 0x6A, 0, 0x45][..], &octets].concat();
        for octets in [&octets, &document] {
            if let Ok(parsed) = Document::from_wbxml(octets) {
                rules::check(&parsed.document, Position::Offset);
                let _ = parsed.document.to_xml();
                prop_assert!(parsed.document.to_wbxml(Encoding::Compact).is_ok());
            }
        }
        let _ = Document::from_xml(&octets);
    }
}
