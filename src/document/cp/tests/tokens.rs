//! Which values become tokens, and which strings the string table shares.

use super::super::schema::{self, CHARACTERISTICS, Kind};
use super::super::wbxml::value_tokens;
use super::super::{Document, Encoding, Node, Value};
use super::{ENCODINGS, characteristic, document, parm, through_wbxml};
use crate::wire::wbxml::tables::prov::PROV;
use hex_literal::hex;

/// The octets of one parm's value, from `value=` up to END.
fn value_of(kind: &'static str, name: &'static str, value: &'static str) -> Vec<u8> {
    let document = document(vec![characteristic(kind, vec![parm(name, Some(value))])]);
    for encoding in ENCODINGS {
        assert_eq!(through_wbxml(&document, encoding), document);
    }
    let octets = document.to_wbxml(Encoding::Compatible).unwrap().octets;
    let without = |value: Node<'static>| {
        let document = super::document(vec![characteristic(kind, vec![value])]);
        document.to_wbxml(Encoding::Compatible).unwrap().octets
    };
    let prefix = without(parm(name, None)).len() - 3;
    octets[prefix..octets.len() - 3].to_vec()
}

#[test]
fn tokens_stand_for_whole_values_of_value_sets_only() {
    for (kind, name, value, octets) in [
        ("NAPAUTHINFO", "AUTHTYPE", "PAP", &hex!("06 9A")[..]),
        ("NAPDEF", "NAME", "PAP", &hex!("06 03 504150 00")),
        (
            "NAPAUTHINFO",
            "AUTHTYPE",
            "PAPER",
            &hex!("06 03 5041504552 00"),
        ),
        ("NAPAUTHINFO", "AUTHTYPE", "pap", &hex!("06 03 706170 00")),
        // The value set of another parm
        (
            "NAPAUTHINFO",
            "AUTHTYPE",
            "IPV4",
            &hex!("06 03 49505634 00"),
        ),
        ("VENDORCONFIG", "AUTHTYPE", "PAP", &hex!("06 03 504150 00")),
        ("NAPDEF", "BEARER", "GSM-GPRS", &hex!("06 AB")),
        // BB is a draft that some receivers lack
        ("NAPDEF", "BEARER", "3G-GSM", &hex!("06 03 33472D47534D 00")),
        ("NAPDEF", "BEARER", "WLAN", &hex!("06 03 574C414E 00")),
        ("NAPDEF", "LINKSPEED", "9600", &hex!("06 03 39363030 00")),
        (
            "APPAUTH",
            "AAUTHLEVEL",
            "CLIENT",
            &hex!("00 00 06 03 434C49454E54 00")[2..],
        ),
        ("APPAUTH", "AAUTHLEVEL", "APPSRV", &hex!("06 00 01 8D")),
        ("APPAUTH", "AAUTHTYPE", "HTTP-BASIC", &hex!("06 9C")),
        ("APPAUTH", "AAUTHTYPE", "DIGEST", &hex!("06 00 01 93")),
        (
            "APPAUTH",
            "AAUTHTYPE",
            "DIGEST,BASIC",
            &hex!("06 00 01 93 90 92"),
        ),
        (
            "APPAUTH",
            "AAUTHTYPE",
            "HTTP-DIGEST,BASIC",
            &hex!("06 00 01 91 93 90 92"),
        ),
        // One element without a piece: all of it is a string
        (
            "APPAUTH",
            "AAUTHTYPE",
            "BASIC,HMAC",
            &hex!("06 03 42415349432C484D4143 00"),
        ),
    ] {
        let found = value_of(kind, name, value);
        // APPAUTH's names stand on page 1, and `value=` is that of page 0 again
        let found = found.strip_prefix(&[0, 0][..]).unwrap_or(&found);
        assert_eq!(found, octets, "{name} {value}: {found:02X?}");
    }
}

#[test]
fn drafts_are_read() {
    let octets = hex!("030B6A00 45 C65501 871006BB01 871006BC01 01 01");
    let parsed = Document::from_wbxml(&octets).unwrap();
    assert_eq!(parsed.findings, []);
    let values = parsed.document.characteristics[0]
        .parms()
        .filter_map(|p| p.value.as_ref());
    assert_eq!(
        values.map(Value::as_str).collect::<Vec<_>>(),
        ["3G-GSM", "WLAN"]
    );
    assert_eq!(value_tokens("3G-GSM").next(), None);
}

/// A token of a piece means the piece wherever it stands.
#[test]
fn pieces_and_strings_may_be_mixed() {
    let octets =
        hex!("030B6A04 41424300 45 C6000155 01 8736 06 03 7800 8301 0000 85 0001 93 01 01 01");
    let parsed = Document::from_wbxml(&octets).unwrap();
    assert_eq!(
        parsed.document.characteristics[0].value("APPID"),
        Some("xBCIPV4DIGEST")
    );
}

#[test]
fn every_value_that_has_a_token_is_written_as_it_and_read_again() {
    let mut written = 0;
    for def in &CHARACTERISTICS {
        for known in def.parms {
            let Kind::Set(set) = known.kind else { continue };
            assert_eq!(schema::value_set(def.name, known.name), Some(set));
            for value in set.values.iter().chain(set.also_seen) {
                assert!(set.contains(value), "{value}");
                let octets = value_of(def.name, known.name, value);
                let Some(token) = value_tokens(value).next() else {
                    continue;
                };
                assert_eq!(octets.last(), Some(&token.token), "{} {value}", known.name);
                written += 1;
            }
        }
    }
    assert_eq!(written, 88);
}

/// Every value token means something somewhere, but for pieces and drafts.
#[test]
fn every_value_token_is_in_a_value_set() {
    let sets: Vec<_> = CHARACTERISTICS
        .iter()
        .flat_map(|def| def.parms)
        .filter_map(|parm| match parm.kind {
            Kind::Set(set) => Some(set),
            _ => None,
        })
        .collect();
    for value in PROV
        .attribute_values
        .iter()
        .flat_map(|page| page.iter().flatten())
    {
        let known = sets.iter().any(|set| set.contains(value));
        assert!(known || matches!(*value, "," | "HTTP-"), "{value}");
    }
}

/// Every name of the schema is written as one token where PROV has one.
#[test]
fn names_are_written_as_tokens() {
    for def in &CHARACTERISTICS {
        for known in def.parms {
            let document = document(vec![characteristic(def.name, vec![parm(known.name, None)])]);
            for encoding in ENCODINGS {
                let octets = document.to_wbxml(encoding).unwrap().octets;
                let text = |name: &str| octets.windows(name.len()).any(|w| w == name.as_bytes());
                let token = |attribute, name: &str| {
                    PROV.find_attribute_start(attribute, name).next().is_some()
                };
                assert_eq!(text(def.name), !token("type", def.name), "{}", def.name);
                assert_eq!(
                    text(known.name),
                    !token("name", known.name),
                    "{}",
                    known.name
                );
                assert_eq!(through_wbxml(&document, encoding), document);
            }
        }
    }
}

fn strings(values: &[&'static str]) -> Document<'static> {
    let nodes = values
        .iter()
        .map(|value| parm("NAME", Some(value)))
        .collect();
    document(vec![characteristic("NAPDEF", nodes)])
}

fn table(octets: &[u8]) -> &[u8] {
    &octets[4..4 + usize::from(octets[3])]
}

#[test]
fn the_table_shares_suffixes() {
    let document = strings(&[
        "www.example.com",
        "example.com",
        "www.example.com",
        "example.com",
    ]);
    let octets = document.to_wbxml(Encoding::Compact).unwrap().octets;
    assert_eq!(table(&octets), b"www.example.com\0");
    assert!(
        octets.windows(3).any(|window| window == [0x83, 4, 1]),
        "{octets:02X?}"
    );
    assert_eq!(through_wbxml(&document, Encoding::Compact), document);
    // Nothing gains: no table
    for values in [&["a", "a"][..], &["long enough"], &["", "", ""]] {
        let document = strings(values);
        let octets = document.to_wbxml(Encoding::Compact).unwrap().octets;
        assert_eq!(table(&octets), b"", "{values:?}");
    }
    let octets = document.to_wbxml(Encoding::Compatible).unwrap().octets;
    assert_eq!(table(&octets), b"");
}

/// What differs from device to device never decides about the table and never stands in it.
#[test]
fn parameters_stay_inline() {
    let mut document = strings(&["www.example.com", "www.example.com", "www.example.com"]);
    let Node::Parm(parm) = &mut document.characteristics[0].nodes[1] else {
        panic!("a parm")
    };
    parm.value = Some(Value::parameter("www.example.com"));
    for encoding in ENCODINGS {
        let encoded = document.to_wbxml(encoding).unwrap();
        let [span] = encoded.parameters.as_slice() else {
            panic!("{:?}", encoded.parameters)
        };
        assert_eq!(&encoded.octets[span.clone()], b"www.example.com");
        assert_eq!(encoded.octets[span.start - 1], 0x03);
        assert_eq!(encoded.octets[span.end], 0x00);
    }
    let octets = document.to_wbxml(Encoding::Compact).unwrap().octets;
    assert_eq!(table(&octets), b"www.example.com\0");
    // A parameter's value is a string even where a fixed one is a token
    let value = Value::parameter("PAP");
    let mut nodes = vec![super::parm("AUTHTYPE", None)];
    if let Node::Parm(parm) = &mut nodes[0] {
        parm.value = Some(value);
    }
    let document = super::document(vec![characteristic("NAPAUTHINFO", nodes)]);
    let encoded = document.to_wbxml(Encoding::Compatible).unwrap();
    assert_eq!(&encoded.octets[encoded.parameters[0].clone()], b"PAP");
}
