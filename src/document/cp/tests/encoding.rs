//! Documents through both encodings.

use super::super::schema;
use super::super::{Characteristic, Document, Encoding, Node, Parm, Value, rules};
use super::{ENCODINGS, characteristic, document, parm, through_wbxml, through_xml};
use hex_literal::hex;

/// The hand-assembled document of WAP-192 and WAP-183, token by token: BOOTSTRAP with NAME="A".
const BOOTSTRAP: [u8; 17] = hex!("030B6A0045C65601870706034100010101");

#[test]
fn hand_assembled_document() {
    let parsed = Document::from_wbxml(&BOOTSTRAP).unwrap();
    assert_eq!(parsed.findings, []);
    assert_eq!(parsed.document.characteristics[0].kind, "BOOTSTRAP");
    assert_eq!(parsed.document.characteristics[0].value("NAME"), Some("A"));
    for encoding in ENCODINGS {
        let octets = parsed.document.to_wbxml(encoding).unwrap().octets;
        assert_eq!(octets, BOOTSTRAP);
    }
}

#[test]
fn absent_no_value_and_empty_are_three_things() {
    let mut values = Vec::new();
    for nodes in [
        Vec::new(),
        vec![parm("AUTHSECRET", None)],
        vec![parm("AUTHSECRET", Some(""))],
    ] {
        let document = document(vec![characteristic("NAPAUTHINFO", nodes)]);
        assert_eq!(through_xml(&document), document);
        for encoding in ENCODINGS {
            assert_eq!(through_wbxml(&document, encoding), document);
        }
        values.push(document);
    }
    assert!(values[0] != values[1] && values[1] != values[2] && values[0] != values[2]);
    // All ways to write an empty value mean the same
    for value in [&hex!("06")[..], &hex!("06 0300"), &hex!("06 0300 0300")] {
        let octets = [
            &hex!("030B6A00 C54601 C65A01 870E")[..],
            value,
            &hex!("01 01 01"),
        ]
        .concat();
        let parsed = Document::from_wbxml(&octets).unwrap();
        assert_eq!(parsed.document, values[2], "{value:02X?}");
    }
}

#[test]
fn unknown_content_is_written_again() {
    let inner = characteristic("X-SHADES", vec![parm("X-DARK", None)]);
    let nodes = vec![
        parm("X-COLOUR", Some("red")),
        Node::Characteristic(inner),
        parm("APPSRV", Some("IPV4")),
    ];
    let document = document(vec![
        characteristic("X-VENDOR", nodes.clone()),
        characteristic("VENDORCONFIG", nodes),
        characteristic("", vec![parm("", Some("x"))]),
    ]);
    assert_eq!(through_xml(&document), document);
    for encoding in ENCODINGS {
        assert_eq!(through_wbxml(&document, encoding), document);
    }
}

/// XML turns white space in attributes into spaces unless it is written as a reference
/// (XML 1.0 §3.3.3).
#[test]
fn white_space_and_markup_survive() {
    let text = "\ta\r\n b<&>\"'é€\u{1F600}]]> ";
    let document = Document {
        version: None,
        characteristics: vec![characteristic("NAPDEF", vec![parm("NAME", Some(text))])],
        ..Document::default()
    };
    assert_eq!(
        through_xml(&document).characteristics[0].value("NAME"),
        Some(text)
    );
    for encoding in ENCODINGS {
        assert_eq!(through_wbxml(&document, encoding), document);
    }
}

#[test]
fn characters_that_an_encoding_cannot_carry() {
    let with = |text| {
        document(vec![characteristic(
            "NAPDEF",
            vec![parm("NAME", Some(text))],
        )])
    };
    let error = with("a\0").to_wbxml(Encoding::Compact).unwrap_err();
    assert_eq!(error.place, "NAME");
    assert!(error.to_string().contains("NUL character"));
    assert!(with("a\0").to_xml().is_err());
    assert!(with("a\u{1B}").to_xml().is_err());
    // WBXML carries it, and the rules tell
    let escape = with("a\u{1B}");
    assert_eq!(through_wbxml(&escape, Encoding::Compatible), escape);
    let findings = rules::check(&escape, crate::finding::Position::Offset);
    let control = &rules::CONTROL_CHARACTER;
    assert!(findings.iter().any(|finding| finding.rule == control));
    let kind = document(vec![characteristic("A\0B", Vec::new())]);
    let error = kind.to_wbxml(Encoding::Compatible).unwrap_err();
    assert_eq!(error.place, "A\u{FFFD}B");
}

#[test]
fn strict_order() {
    let value = |text| Some(text);
    let auth = |level| {
        let nodes = vec![
            parm("AAUTHSECRET", value("s")),
            parm("AAUTHTYPE", value("BASIC")),
            parm("AAUTHLEVEL", level),
        ];
        Node::Characteristic(characteristic("APPAUTH", nodes))
    };
    let port = vec![
        parm("SERVICE", value("CO-WSP")),
        parm("PORTNBR", value("80")),
    ];
    let port = Node::Characteristic(characteristic("PORT", port));
    let appaddr = vec![
        port,
        parm("ADDRTYPE", value("URI")),
        parm("ADDR", value("https://a/")),
    ];
    let application = vec![
        auth(None),
        auth(value("CLIENT")),
        parm("X-SECOND", value("2")),
        auth(value("APPSRV")),
        parm("TO-NAPID", value("N2")),
        Node::Characteristic(characteristic("APPADDR", appaddr)),
        parm("X-FIRST", value("1")),
        parm("TO-NAPID", value("N1")),
        parm("PROVIDER-ID", value("p")),
        parm("APPID", value("w7")),
    ];
    let vendor = vec![
        Node::Characteristic(Characteristic::new("X")),
        parm("NAME", value("v")),
    ];
    let mut document = document(vec![
        characteristic("X-UNKNOWN", vec![parm("B", None), parm("A", None)]),
        characteristic("VENDORCONFIG", vendor),
        characteristic("APPLICATION", application),
        characteristic(
            "NAPDEF",
            vec![parm("NAME", value("n")), parm("NAPID", value("N1"))],
        ),
        characteristic(
            "ACCESS",
            vec![parm("APPID", value("w7")), parm("RULE", value(""))],
        ),
        characteristic("BOOTSTRAP", Vec::new()),
    ]);
    document.sort_strictly();
    let mut order = Vec::new();
    document.visit(&mut |characteristic| {
        let level = characteristic.value("AAUTHLEVEL").unwrap_or_default();
        let parms: Vec<_> = characteristic.parms().map(|parm| &*parm.name).collect();
        order.push(format!(
            "{} {level} {}",
            characteristic.kind,
            parms.join(" ")
        ));
    });
    assert_eq!(
        order,
        [
            "BOOTSTRAP  ",
            "NAPDEF  NAPID NAME",
            "APPLICATION  APPID PROVIDER-ID TO-NAPID TO-NAPID X-SECOND X-FIRST",
            "APPADDR  ADDR ADDRTYPE",
            "PORT  PORTNBR SERVICE",
            "APPAUTH APPSRV AAUTHLEVEL AAUTHTYPE AAUTHSECRET",
            "APPAUTH CLIENT AAUTHLEVEL AAUTHTYPE AAUTHSECRET",
            "APPAUTH  AAUTHLEVEL AAUTHTYPE AAUTHSECRET",
            "ACCESS  RULE APPID",
            "VENDORCONFIG  NAME",
            "X  ",
            "X-UNKNOWN  B A",
        ]
    );
    // The first TO-NAPID has priority, so equal names keep their order
    let naps = document.characteristics[2]
        .parms()
        .filter(|parm| parm.name == "TO-NAPID");
    let naps: Vec<_> = naps
        .filter_map(|parm| parm.value.as_ref())
        .map(Value::as_str)
        .collect();
    assert_eq!(naps, ["N2", "N1"]);
    let vendor = &document.characteristics[4];
    assert!(
        matches!(vendor.nodes[0], Node::Characteristic(_)),
        "vendors order their own"
    );
    let sorted = document.clone();
    document.sort_strictly();
    assert_eq!(document, sorted);
}

/// References into a long string of the table are counted, so a small document stays small.
#[test]
fn references_cannot_make_a_document_huge() {
    let mut octets = hex!("030B6A83FF01").to_vec(); // a table of 65,409 octets
    octets.extend(std::iter::repeat_n(b'a', 65_408));
    octets.push(0);
    octets.extend(hex!("45 C65501 870706"));
    octets.extend(hex!("8300").repeat(100));
    octets.extend(hex!("010101"));
    let error = Document::from_wbxml(&octets).unwrap_err();
    assert_eq!(error.rule(), "wbxml-table-text");
}

/// Names from a document reach messages shortened and without control characters.
#[test]
fn messages_show_names_harmlessly() {
    let name: &'static str = "\u{1B}[2Jx".repeat(100).leak();
    let parm = Parm {
        name: name.into(),
        value: None,
        at: Default::default(),
    };
    let nodes = vec![Node::Parm(parm)];
    let mut napdef = characteristic("NAPDEF", nodes);
    napdef
        .nodes
        .push(Node::Characteristic(Characteristic::new(name)));
    let document = document(vec![napdef, Characteristic::new(name)]);
    let findings = rules::check(&document, crate::finding::Position::Offset);
    assert!(findings.len() > 2);
    for finding in findings {
        let message = finding.to_string();
        assert!(
            !message.contains('\u{1B}') && message.len() < 500,
            "{message:?}"
        );
    }
}

#[test]
fn spellings_of_the_prose() {
    for (set, written, meant) in [
        (&schema::PX_AUTHTYPES, "HTTP BASIC", Some("HTTP-BASIC")),
        (&schema::PX_AUTHTYPES, "WTLS SS", Some("WTLS-SS")),
        (
            &schema::CALLTYPES,
            "BIT_TRANSPARENT",
            Some("BIT-TRANSPARENT"),
        ),
        (&schema::BEARERS, "MOBITEX MPAK", Some("MOBITEX-MPAK")),
        (&schema::BEARERS, "flex-reflex", Some("FLEX/REFLEX")),
        (&schema::BEARERS, "wlan", Some("WLAN")),
        (&schema::LINKSPEEDS, "autobauding", Some("AUTOBAUDING")),
        (
            &schema::AAUTHTYPES,
            "http basic, digest",
            Some("HTTP-BASIC,DIGEST"),
        ),
        (&schema::AAUTHTYPES, "BASIC,", None),
        (&schema::BEARERS, "LTE", None),
    ] {
        assert_eq!(set.respell(written).as_deref(), meant, "{written}");
        assert!(!set.contains(written), "{written}");
        assert!(meant.is_none_or(|meant| set.contains(meant)), "{written}");
    }
}
