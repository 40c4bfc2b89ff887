//! Inspections of real documents, and of anything.

use super::*;
use crate::wire::wbxml::Writer;
use crate::wire::wsp::{PushPdu, Sec};
use proptest::prelude::*;
use std::ops::Range;

const SMALL: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-small.wbxml");
const TYPICAL: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-typical.wbxml");
const TABLE: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-typical.strtbl.wbxml");
const XML: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-typical.xml");

const SECRETS: [&str; 5] = [
    "kJ8s0qPz3vXw",
    "b7YxQ2mN",
    "Zk1vVnJ0Q2pB",
    "Q3vTz81LmXe4",
    "cT0rWm9ZbHhL",
];

fn push() -> Vec<u8> {
    let pdu = PushPdu::connectivity(Some(Sec::UserPin), Some(&[0x5A; 20]), None, TYPICAL);
    pdu.encode().unwrap()
}

fn leaves(items: &[Item], out: &mut Vec<Range<usize>>) {
    for item in items {
        if item.children.is_empty() {
            out.push(item.span.clone());
        } else {
            leaves(&item.children, out);
        }
    }
}

fn assert_covered(inspection: &Inspection, input: &[u8]) {
    let mut spans = Vec::new();
    leaves(&inspection.items, &mut spans);
    let mut end = 0;
    for span in spans {
        assert_eq!(span.start, end, "a gap or an overlap");
        assert!(!span.is_empty(), "an item without octets at {end}");
        end = span.end;
    }
    assert_eq!(end, input.len());
}

fn assert_nested(items: &[Item], outer: Range<usize>) {
    let mut end = outer.start;
    for item in items {
        assert!(
            end <= item.span.start && item.span.end <= outer.end,
            "{item:?}"
        );
        end = item.span.end;
        assert_nested(&item.children, item.span.clone());
    }
}

/// The lines as text: place, octets unless it is XML, indented meaning.
fn text_of(inspection: &Inspection, input: &[u8], reveal: bool) -> String {
    let width = match inspection.format {
        Some(Kind::Xml) => 0,
        _ => 27,
    };
    let row = |line: Line| {
        let indent = 2 * line.depth;
        let text = format!(
            "{}{:width$}{:indent$}{}",
            line.place,
            format!("  {}", line.octets),
            "",
            line.text
        );
        format!("{}\n", text.trim_end())
    };
    lines(inspection, input, reveal)
        .into_iter()
        .map(row)
        .collect()
}

/// Everything the module gives out about an input.
fn shown(input: &[u8], kind: Option<Kind>, reveal: bool) -> String {
    let inspection = inspect(input, kind, reveal);
    let json = to_json(&inspection, input, reveal);
    let text = text_of(&inspection, input, reveal);
    format!("{inspection:?}\n{json}\n{text}")
}

#[test]
fn every_octet_of_a_document_is_explained() {
    let text = text_of(&inspect(SMALL, None, false), SMALL, false);
    let expected = "\
0000  03                       Version 1.3
0001  0b                       Public Id 0x0B = -//WAPFORUM//DTD PROV 1.0//EN
0002  6a                       Charset 106 = UTF-8
0003  00                       String Table Length 0
0004                           wap-provisioningdoc version=\"1.1\"
0004  c5                         tag C5 wap-provisioningdoc, attributes and content follow
0005  45                         attribute start 45 version=
0006  03 31 2e 31 00             STR_I \"1.1\"
000b  01                         END of the attributes
000c                             characteristic APPLICATION
000c  c6                           tag C6 characteristic, attributes and content follow
000d  00 01                        SWITCH_PAGE attribute page 1
000f  55                           attribute start 55 type=APPLICATION
0010  01                           END of the attributes
0011                               parm APPID = \"w7\"
";
    assert_eq!(text.get(..expected.len()), Some(expected));
    let secret = "
007e                                 parm AAUTHSECRET = (12 characters)
007e  87                               tag 87 parm, attributes follow
007f  00 01                            SWITCH_PAGE attribute page 1
0081  32                               attribute start 32 name=AAUTHSECRET
0082  00 00                            SWITCH_PAGE attribute page 0
0084  06                               attribute start 06 value=
0085  •• •• •• •• •• •• •• ••          STR_I (12 characters)
008d  •• •• •• •• •• ••
0093  01                               END of the attributes
";
    assert!(text.contains(secret), "{text}");
    for input in [SMALL, TYPICAL, TABLE, &push()] {
        let inspection = inspect(input, None, false);
        assert_covered(&inspection, input);
        assert_nested(&inspection.items, 0..input.len());
        assert_eq!(inspection.fault, None);
    }
}

#[test]
fn xml_is_a_tree_of_elements() {
    let inspection = inspect(XML, None, false);
    assert_eq!(
        (inspection.format, &*inspection.kind),
        (Some(Kind::Xml), "cp")
    );
    assert_nested(&inspection.items, 0..XML.len());
    let text = text_of(&inspection, XML, false);
    assert!(text.contains("13:7        parm AUTHNAME = \"u490154203237518\"\n"));
    assert!(text.contains("14:7        parm AUTHSECRET = (8 characters)\n"));
    let root = &inspection.items[0];
    let napdef = &root.children[1];
    assert_eq!(
        (&*napdef.name, &*napdef.value),
        ("characteristic", "NAPDEF")
    );
    assert!(XML[napdef.span.clone()].starts_with(b"<characteristic"));
    assert!(XML[napdef.span.clone()].ends_with(b"</characteristic>"));
    let value = &napdef.children[1].children[1];
    assert_eq!(&XML[value.span.clone()], b"NAP1");
}

#[test]
fn secrets_are_shown_only_when_asked_for() {
    for input in [TYPICAL, TABLE, XML, &push()] {
        let (hidden, revealed) = (shown(input, None, false), shown(input, None, true));
        for secret in SECRETS {
            assert!(!hidden.contains(secret), "{secret}");
            assert!(revealed.contains(&format!("\\\"{secret}\\\"")), "{secret}");
            let octets: String = secret.bytes().map(|octet| format!("{octet:02x}")).collect();
            assert!(!hidden.contains(&octets), "{secret}");
        }
        // Every cut leaves something unread that may be a secret
        for end in 0..input.len() {
            let cut = shown(&input[..end], None, false);
            assert!(
                SECRETS.iter().all(|secret| !cut.contains(&secret[..7])),
                "{end}"
            );
        }
    }
}

/// A document with one parm in a characteristic; the value as the closure writes it.
fn one_parm(table: &[u8], name: &str, value: impl Fn(&mut Writer)) -> Vec<u8> {
    let mut out = vec![0x03, 0x0B, 0x6A, table.len() as u8];
    out.extend(table);
    out.extend([0x45, 0xC6, 0x05, 0x03]);
    out.extend(b"X\0\x01\x87\x05\x03");
    out.extend(name.as_bytes());
    out.extend(b"\0\x06");
    let mut writer = Writer::new(0x03, 0x0B, &[]);
    value(&mut writer);
    out.extend(&writer.finish()[4..]);
    out.extend([0x01, 0x01, 0x01]);
    out
}

#[test]
fn entries_that_a_secret_points_into_are_secret() {
    let table = b"hunter22\0harmless\0leftover\0";
    let value = |offset: u8| {
        let mut document = one_parm(table, "PASSWORD", |_| {});
        let at = document.len() - 3;
        document.splice(at..at, [0x83, offset]);
        document
    };
    for offset in [0, 4] {
        let shown = shown(&value(offset), None, false);
        assert!(!shown.contains("hunter22") && !shown.contains("er22"));
        assert!(
            !shown.contains("leftover"),
            "without use it is not known to be harmless"
        );
    }
    let mut public = value(9);
    let at = public
        .windows(8)
        .position(|name| name == b"PASSWORD")
        .unwrap();
    public[at..at + 8].copy_from_slice(b"DOMAINED");
    let shown = shown(&public, None, false);
    assert!(shown.contains("harmless") && !shown.contains("hunter22"));
}

#[test]
fn passwords_in_urls_are_masked() {
    let xml = br#"<wap-provisioningdoc><characteristic type="PXLOGICAL"><parm name="STARTPAGE" value="http://ann:hunter2@host/"/></characteristic></wap-provisioningdoc>"#;
    let hidden = shown(xml, None, false);
    assert!(!hidden.contains("hunter2") && hidden.contains("http://ann:••••@host/"));
    assert!(shown(xml, None, true).contains("http://ann:hunter2@host/"));
    let query = b"<wap-provisioningdoc><characteristic type=\"PXLOGICAL\"><parm name=\"STARTPAGE\" value=\"http://host/?a=b&#38;password=hunter2\"/></characteristic></wap-provisioningdoc>";
    let hidden = shown(query, None, false);
    assert!(!hidden.contains("hunter2") && hidden.contains("?a=b&password=••••"));
}

#[test]
fn management_documents_hide_what_their_names_say() {
    let xml = br#"<SyncML><SyncBody><Add><Item><Target><LocURI>./DMAcc/x/AAuthSecret</LocURI></Target><Data>hunter2</Data></Item><Item><Target><LocURI>./DMAcc/x/Name</LocURI></Target><Data>Example</Data></Item></Add><Cred><Data>dXNlcjpodW50ZXIy</Data></Cred></SyncBody></SyncML>"#;
    let inspection = inspect(xml, None, false);
    assert_eq!(inspection.kind, "SyncML");
    let shown = shown(xml, None, false);
    assert!(!shown.contains("hunter2") && !shown.contains("dXNlcj") && shown.contains("Example"));
}

/// A tree that is a text has its nodes, at the lines where they stand, and hides their secrets.
#[test]
fn trees_in_texts_are_taken_apart() {
    let tree = "<MgmtTree>\n<Node><NodeName>A</NodeName>\n<Node><NodeName>AAuthSecret</NodeName>\n\
                <Value>hunter2</Value></Node></Node></MgmtTree>";
    let escaped = tree.replace('<', "&lt;");
    for data in [
        format!("\n{escaped}"),
        format!("\n<![CDATA[{tree}]]>\n"),
        format!("<![CDATA[\n{tree}]]>"),
    ] {
        let xml = format!(
            "<SyncML><SyncBody><Add><Item><Target><LocURI>./Inbox</LocURI></Target><Data>{data}\
             </Data></Item></Add></SyncBody></SyncML>"
        );
        let inspection = inspect(xml.as_bytes(), None, false);
        let items = lines(&inspection, xml.as_bytes(), false);
        let place = |text: &str| {
            let line = items.iter().find(|line| line.text.contains(text));
            line.map(|line| line.place.as_str())
        };
        assert_eq!(place("Node ./Inbox/A"), Some("3:1"), "{xml}");
        assert_eq!(place("Node ./Inbox/A/AAuthSecret"), Some("4:1"), "{xml}");
        assert!(!shown(xml.as_bytes(), None, false).contains("hunter2"));
        let json = to_json(&inspection, xml.as_bytes(), false).to_string();
        assert!(!json.contains("hunter2"), "{json}");
        assert!(shown(xml.as_bytes(), None, true).contains("hunter2"));
    }
}

#[test]
fn secrets_are_hidden_in_broken_structure_too() {
    let cp = |inner: &str| {
        format!(
            r#"<wap-provisioningdoc><characteristic type="APPAUTH">{inner}</characteristic></wap-provisioningdoc>"#
        )
    };
    let node = |inner: &str| {
        format!(
            "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>AAuthSecret</NodeName>{inner}</Node></MgmtTree>"
        )
    };
    for broken in [
        cp("hunter2"),
        cp(r#"<parm name="AAUTHSECRET"><value>hunter2</value></parm>"#),
        cp(r#"<parm name="AAUTHNAME"><value text="hunter2"/></parm>"#),
        cp(r#"<parm name="AAUTHNAME" secret="hunter2"/>"#),
        cp("<AAUTHSECRET>hunter2</AAUTHSECRET>"),
        cp(r#"<parm name="AAUTHSECRET">pw<hunter2>x</hunter2></parm>"#),
        cp("<Name>hunter2</Name>"),
        node("<Secret>hunter2</Secret>"),
        node("<Secret><Title>hunter2</Title></Secret>"),
        node("<Value text='hunter2'/>"),
        node("<Value>pw<hunter2 hunter2='x'/></Value>"),
        node("<RTProperties>hunter2</RTProperties>"),
        node("hunter2"),
        "<config><password>hunter2</password></config>".to_owned(),
        // It ends in the middle of a value
        "<SyncML><Data>pw<hunter2</Data></SyncML>".to_owned(),
        "<SyncML><Data>pw<hunter2>x</Data></SyncML>".to_owned(),
        cp(r#"<parm name="AAUTHSECRET" value="pw<hunter2"/>"#),
        cp(r#"<parm name="AAUTHSECRET" value="pw"hunter2"/>"#),
        cp(r#"<parm name="AAUTHSECRET" value="pw" hunter2="" hunter2=""/>"#),
    ] {
        let hidden = shown(broken.as_bytes(), None, false);
        assert!(!hidden.contains("hunter2"), "{broken}\n{hidden}");
        let inspection = inspect(broken.as_bytes(), None, false);
        let json = to_json(&inspection, broken.as_bytes(), false).to_string();
        assert!(!json.contains("hunter2"), "{broken}\n{json}");
    }
    // What is understood is shown
    let named = shown(node("<Title>An account</Title>").as_bytes(), None, false);
    assert!(named.contains("AAuthSecret") && named.contains("An account"));
}

#[test]
fn unknown_document_types_are_taken_apart_too() {
    let input = b"\x03\x05\x6A\x00\x45\x03secret\0\xC6\x07\x03pw\0\x01\x01\x01";
    let inspection = inspect(input, None, false);
    assert_eq!((&*inspection.kind, &inspection.fault), ("unknown", &None));
    assert_covered(&inspection, input);
    let text = text_of(&inspection, input, false);
    assert!(text.contains("tag 05") && text.contains("attribute start 07 07 (unknown on page 0)="));
    assert!(!text.contains("secret") && text.contains("(6 characters)"));
    assert!(text_of(&inspect(input, None, true), input, true).contains("\"secret\""));
}

#[test]
fn findings_of_all_layers_come_in_order() {
    // NAPDEF without a NAPID, charset 0, in a push with a ConfirmedPush type
    let mut body = TYPICAL.to_vec();
    body[2] = 0;
    let mut pdu = PushPdu::connectivity(None, None, None, &body)
        .encode()
        .unwrap();
    pdu[1] = 0x07;
    let inspection = inspect(&pdu, None, false);
    let rules: Vec<_> = inspection
        .findings
        .iter()
        .map(|f| (f.at, f.rule.id))
        .collect();
    assert!(rules.is_sorted());
    assert!(rules.contains(&(Position::Offset(1), "wsp-confirmed-push")));
    let base = pdu.len() - body.len();
    assert!(rules.contains(&(Position::Offset(base + 2), "wbxml-charset-unknown")));
    // The same rule at the same place, as line and as offset
    let xml = b"<wap-provisioningdoc version=\"1.1\">\n <characteristic type=\"PORT\"/>\n</wap-provisioningdoc>";
    let lone = inspect(xml, None, false);
    let misplaced = |inspection: &Inspection| {
        let mut all = inspection.findings.iter();
        all.find(|finding| finding.rule.id == "cp-misplaced-characteristic")
            .unwrap()
            .at
    };
    assert_eq!(misplaced(&lone), Position::Line { line: 2, column: 2 });
    let media = crate::wire::wsp::MediaType::from_name("text/vnd.wap.connectivity-xml");
    let pdu = PushPdu::new(crate::wire::wsp::ContentType::new(media), None, xml)
        .encode()
        .unwrap();
    let base = pdu.len() - xml.len();
    assert_eq!(
        misplaced(&inspect(&pdu, None, false)),
        Position::Offset(base + 37)
    );
}

#[test]
fn json_has_these_keys() {
    let json = to_json(&inspect(&TYPICAL[..0x80], None, false), TYPICAL, false);
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(
        keys(&json),
        ["format", "kind", "items", "findings", "fault"]
    );
    assert_eq!(
        keys(&json["items"][0]),
        ["offset", "octets", "name", "value", "children"]
    );
    assert_eq!(json["items"][0]["octets"], "03");
    assert_eq!(keys(&json["fault"]), ["rule", "offset", "message"]);
    let xml = to_json(&inspect(b"<a><b></a>", None, false), b"<a><b></a>", false);
    assert_eq!(keys(&xml["fault"]), ["rule", "line", "column", "message"]);
    assert_eq!(xml["items"][1]["name"], "Not read");
}

#[test]
fn kinds_are_told_by_their_first_octets() {
    for (input, kind) in [
        (&b"\xEF\xBB\xBF \n<a/>"[..], Some(Kind::Xml)),
        (b"\xFF\xFE<\0", Some(Kind::Xml)),
        (b"\x01\x06\x00", Some(Kind::Wsp)),
        (b"\x03\x0B\x6A", Some(Kind::Wbxml)),
        (b"", None),
        (b"hello", None),
    ] {
        assert_eq!(detect(input), kind);
    }
    let unknown = inspect(b"hello", None, false);
    assert_eq!(
        unknown.fault.as_ref().unwrap().rule,
        "inspect-unknown-format"
    );
    assert_covered(&unknown, b"hello");
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
}

#[test]
fn hostile_input_yields_bounded_output() {
    // Each reference stands for 60 000 octets
    let mut bomb = b"\x03\x0B\x6A\x83\xD4\x60".to_vec();
    bomb.extend(std::iter::repeat_n(b'a', 59_999));
    bomb.extend(b"\0\x45");
    bomb.extend([0x83, 0x00].repeat(10_000));
    bomb.push(0x01);
    let inspection = inspect(&bomb, None, false);
    assert_covered(&inspection, &bomb);
    assert_eq!(inspection.items.last().unwrap().name, "Not read");
    assert_eq!(inspection.fault.as_ref().unwrap().rule, "wbxml-table-text");
    assert!(text_of(&inspection, &bomb, true).len() < 1 << 20);
    let mut many = b"\x03\x0B\x6A\x00\x45".to_vec();
    many.extend([0x06; 60_000]);
    many.push(0x01);
    let inspection = inspect(&many, None, false);
    assert_covered(&inspection, &many);
    let mut spans = Vec::new();
    leaves(&inspection.items, &mut spans);
    assert!(spans.len() <= MAX_ITEMS && inspection.findings.len() <= MAX_FINDINGS);
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let seeds = prop::sample::select(vec![
        SMALL.to_vec(),
        TYPICAL.to_vec(),
        TABLE.to_vec(),
        XML.to_vec(),
        push(),
    ]);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (seeds, edits, any::<prop::sample::Index>()).prop_map(|(mut octets, edits, cut)| {
        for (place, octet) in edits {
            let at = place.index(octets.len());
            octets[at] = octet;
        }
        octets.truncate(cut.index(2 * octets.len()).max(1));
        octets
    })
}

proptest! {
    #[test]
    fn any_input_is_covered_once(
        input in prop_oneof![3 => mutated(), 1 => prop::collection::vec(any::<u8>(), 0..64)],
        kind in prop::option::of(prop::sample::select(Kind::ALL.to_vec())),
    ) {
        let inspection = inspect(&input, kind, false);
        assert_nested(&inspection.items, 0..input.len());
        if inspection.format != Some(Kind::Xml) {
            assert_covered(&inspection, &input);
        }
        for reveal in [false, true] {
            let _ = shown(&input, kind, reveal);
        }
    }
}

/// Trees of nearly the largest size that would be slow, or take much memory, if anything were done
/// again for each node. A quadratic step would run for hours, which is noticed without a clock.
#[test]
fn hostile_trees_take_linear_time() {
    let string = |text: &str| [b"\x03", text.as_bytes(), b"\0"].concat();
    let element = |token: u8, content: &[u8]| [&[token | 0x40], content, &[0x01]].concat();
    let node = |name: &str, content: &[u8]| {
        let name = element(0x26, &string(name));
        element(0x24, &[&name, content].concat())
    };
    let value = |text: &str| element(0x36, &string(text));
    let object = |kind: &str, acl: &str| {
        let acl = element(0x06, &string(acl));
        let kind = element(0x35, &element(0x11, &string(kind)));
        element(0x2F, &[acl, kind].concat())
    };
    let many = |count: usize, make: &dyn Fn(usize) -> Vec<u8>| -> Vec<u8> {
        (0..count).flat_map(make).collect()
    };
    let account = "urn:oma:mo:oma-dm-dmacc:1.0";
    let servers = (0..60_000).map(|n| format!("{n:05}")).collect::<Vec<_>>();
    let long_acl = format!("Get={}", servers.join("+"));
    let inputs = [
        // A long name above many nodes
        node(&"n".repeat(500_000), &vec![0x24; 60_000]),
        // Long names above each other, and many nodes below them
        (0..60).fold(many(16_000, &|n| node(&n.to_string(), b"")), |below, _| {
            node(&"n".repeat(8_000), &below)
        }),
        // A long ACL above many accounts
        element(
            0x24,
            &[
                element(0x2F, &element(0x06, &string(&long_acl))),
                many(6_000, &|n| {
                    let kind = element(0x2F, &element(0x35, &element(0x11, &string(account))));
                    let id = node("ServerID", &value(&format!("{n:05}")));
                    node(&n.to_string(), &[kind, id].concat())
                }),
            ]
            .concat(),
        ),
        // Many credentials, and many references to what is not there
        node(
            "1",
            &[
                object(account, ""),
                node(
                    "AppAuth",
                    &many(8_000, &|n| {
                        node(&n.to_string(), &node("AAuthLevel", &value(&n.to_string())))
                    }),
                ),
                node(
                    "ToConRef",
                    &many(5_000, &|n| {
                        node(
                            &n.to_string(),
                            &node("ConRef", &value(&format!("./NAP/{n}"))),
                        )
                    }),
                ),
            ]
            .concat(),
        ),
    ];
    let header = &b"\x02\x00\x00\x6A\x1B-//OMA//DTD-DM-DDF 1.2//EN\0\x00\x02"[..];
    for content in inputs {
        let input = [header, &element(0x20, &content)].concat();
        assert!((400_000..1 << 20).contains(&input.len()), "{}", input.len());
        let inspection = inspect(&input, None, false);
        assert_eq!(inspection.fault, None);
        assert!(inspection.findings.len() <= MAX_FINDINGS);
        let _ = lines(&inspection, &input, false);
    }
}

#[test]
fn places_on_one_line_count_characters() {
    let parm = "<parm name=\"NAME\" value=\"zwölf €\"/>";
    let mut text = "<wap-provisioningdoc>\n".to_owned();
    text.push_str("<characteristic type=\"NAPDEF\">");
    let before = text.lines().last().unwrap().chars().count();
    text.push_str(&parm.repeat(50));
    text.push_str("</characteristic>\n</wap-provisioningdoc>");
    let inspection = inspect(text.as_bytes(), None, false);
    let lines = lines(&inspection, text.as_bytes(), false);
    let places: Vec<&str> = lines
        .iter()
        .filter(|line| line.text.contains("parm NAME"))
        .map(|line| line.place.as_str())
        .collect();
    let expected: Vec<String> = (0..50)
        .map(|index| format!("2:{}", before + index * parm.chars().count() + 1))
        .collect();
    assert_eq!(places, expected);
}
