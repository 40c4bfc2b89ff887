//! What goes, what stays, and that nothing moves.

use super::*;
use crate::bytes::Hex;
use crate::document::cp::{Characteristic, Document, Parm};
use crate::wire::wsp::{
    ApplicationId, ContentType, FieldName, Header, HeaderValue, MediaType, PushPdu, Sec,
};
use proptest::prelude::*;

const SMALL: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-small.wbxml");
const SMALL_TABLE: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-small.strtbl.wbxml");
const SMALL_XML: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-small.xml");
const TYPICAL: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-typical.wbxml");
const TYPICAL_TABLE: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-typical.strtbl.wbxml");
const TYPICAL_XML: &[u8] = include_bytes!("../../../tests/vectors/cp/cp-typical.xml");

const DOCUMENTS: [(&[u8], Kind); 6] = [
    (SMALL, Kind::Wbxml),
    (SMALL_TABLE, Kind::Wbxml),
    (SMALL_XML, Kind::Xml),
    (TYPICAL, Kind::Wbxml),
    (TYPICAL_TABLE, Kind::Wbxml),
    (TYPICAL_XML, Kind::Xml),
];

/// The ids and secrets of the documents; the server's own id is the name of its host.
const HIDDEN: [&str; 7] = [
    "490154203237518",
    "dev-",
    "kJ8s0qPz3vXw",
    "b7YxQ2mN",
    "Zk1vVnJ0Q2pB",
    "Q3vTz81LmXe4",
    "cT0rWm9ZbHhL",
];

fn no_sign(_: &[u8]) -> [u8; 20] {
    panic!("nothing here is signed")
}

fn redacted(input: &[u8], kind: Kind) -> Vec<u8> {
    redact(input, kind, &no_sign).unwrap().octets
}

fn parse(octets: &[u8], kind: Kind) -> Document<'_> {
    match kind {
        Kind::Xml => Document::from_xml(octets),
        _ => Document::from_wbxml(octets),
    }
    .unwrap()
    .document
}

fn holds(octets: &[u8], text: &str) -> bool {
    octets
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

fn parms<'d, 'a>(document: &'d Document<'a>) -> Vec<(&'d Characteristic<'a>, &'d Parm<'a>)> {
    let mut all = Vec::new();
    document.visit(&mut |characteristic| {
        all.extend(characteristic.parms().map(|parm| (characteristic, parm)));
    });
    all
}

fn value<'d>(document: &'d Document<'_>, name: &str) -> Vec<&'d str> {
    let all = parms(document)
        .into_iter()
        .filter(|(_, parm)| parm.name == name);
    all.filter_map(|(_, parm)| parm.value.as_ref().map(|value| value.as_str()))
        .collect()
}

/// The class of each character.
fn shape(text: &str) -> String {
    let class = |c: char| match c {
        '0'..='9' => '9',
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        _ => '.',
    };
    text.chars().map(class).collect()
}

#[test]
fn ids_and_secrets_go_and_the_structure_stays() {
    for (input, kind) in DOCUMENTS {
        let result = redact(input, kind, &no_sign).unwrap();
        assert_eq!(result.octets.len(), input.len());
        for hidden in HIDDEN.iter().filter(|hidden| holds(input, hidden)) {
            for piece in hidden.as_bytes().windows(4) {
                let piece = std::str::from_utf8(piece).unwrap();
                assert!(!holds(&result.octets, piece), "{piece} of {hidden}");
            }
        }
        let (before, after) = (parse(input, kind), parse(&result.octets, kind));
        let (old, new) = (parms(&before), parms(&after));
        assert_eq!(old.len(), new.len());
        for ((old_in, old), (new_in, new)) in old.into_iter().zip(new) {
            assert_eq!((&old_in.kind, &old.name), (&new_in.kind, &new.name));
            assert_eq!(old.value.is_some(), new.value.is_some());
            if let (Some(old), Some(new)) = (&old.value, &new.value) {
                assert_eq!(shape(old.as_str()).len(), shape(new.as_str()).len());
            }
        }
        assert_eq!(value(&before, "AAUTHLEVEL"), value(&after, "AAUTHLEVEL"));
        assert_eq!(value(&before, "BEARER"), value(&after, "BEARER"));
        assert_eq!(value(&before, "PORTNBR"), value(&after, "PORTNBR"));
        assert_ne!(value(&before, "AAUTHSECRET"), value(&after, "AAUTHSECRET"));
        let places: Vec<_> = result
            .changed
            .iter()
            .map(|change| (&*change.place, change.what))
            .collect();
        assert!(
            places.contains(&("APPLICATION/APPAUTH/AAUTHSECRET", "a secret")),
            "{places:?}"
        );
        assert!(places.contains(&("APPLICATION/APPAUTH/AAUTHNAME", "an identity")));
    }
}

#[test]
fn nothing_else_moves() {
    let after = String::from_utf8(redacted(SMALL_XML, Kind::Xml)).unwrap();
    let before = std::str::from_utf8(SMALL_XML).unwrap();
    let changed: Vec<_> = before
        .lines()
        .zip(after.lines())
        .filter(|(a, b)| a != b)
        .collect();
    let names: Vec<_> = changed
        .iter()
        .map(|(a, _)| a.split('"').nth(1).unwrap())
        .collect();
    assert_eq!(names, ["AAUTHNAME", "AAUTHSECRET"]);
    assert!(changed.iter().all(|(a, b)| shape(a) == shape(b)));
}

#[test]
fn every_encoding_gives_the_same_relations() {
    for (input, kind) in [
        (TYPICAL, Kind::Wbxml),
        (TYPICAL_TABLE, Kind::Wbxml),
        (TYPICAL_XML, Kind::Xml),
    ] {
        let octets = redacted(input, kind);
        let after = parse(&octets, kind);
        let (names, user) = (value(&after, "AAUTHNAME"), value(&after, "AUTHNAME"));
        // One device number, in two user names
        assert_eq!(names[0][4..], user[0][1..]);
        // The server's name and its id, before and after
        assert_eq!(names[1], value(&after, "PROVIDER-ID")[0]);
        assert!(value(&after, "URI")[0].ends_with(&format!("{}/", names[1])));
        let references = value(&after, "TO-PROXY");
        assert!(
            references
                .iter()
                .all(|id| *id == value(&after, "PROXY-ID")[0])
        );
        let secrets = value(&after, "AAUTHSECRET");
        assert_ne!(secrets[0], secrets[1]);
        assert_eq!(shape(secrets[0]), shape("kJ8s0qPz3vXw"));
    }
}

fn xml(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<wap-provisioningdoc version=\"1.1\">{inner}</wap-provisioningdoc>\n"
    )
}

fn redacted_xml(inner: &str) -> String {
    String::from_utf8(redacted(xml(inner).as_bytes(), Kind::Xml)).unwrap()
}

#[test]
fn comments_instructions_and_text_are_blanked() {
    let input = xml(
        "<!-- call Ann\n on 42 --><?app pin=1234?>\n<characteristic type=\"APPLICATION\"><!--é-->\
         Ann &amp; <![CDATA[<pin>77</pin>]]>\n <parm name=\"APPID\" value='w7'/></characteristic>",
    );
    let output = String::from_utf8(redacted(input.as_bytes(), Kind::Xml)).unwrap();
    assert_eq!(output.len(), input.len());
    assert!(output.contains("<!--         \n       --><?xxx         ?>\n<characteristic"));
    assert!(
        output.contains("<!--  -->xxx xxxxx <![CDATA[xxxxxxxxxxxxx]]>\n <parm"),
        "{output}"
    );
    for gone in ["Ann", "42", "1234", "77", "pin", "amp"] {
        assert!(!output.contains(gone), "{gone}");
    }
}

#[test]
fn unknown_texts_go() {
    let output = redacted_xml(
        "<characteristic type=\"VENDORCONFIG\"><parm name=\"NAME\" value=\"acme\"/>\
         <parm name=\"NOTE\" value=\"for Ann Lee\"/></characteristic>\
         <characteristic type=\"SPECIAL\" owner=\"Bob\"><parm name=\"AUTHTYPE\" value=\"Carol\"/>\
         <parm name=\"INTERNET\" value=\"Dave\" note=\"Erin\"/></characteristic>\
         <characteristic type=\"NAPDEF\"><parm name=\"INTERNET\" value=\"Frank\"/></characteristic>",
    );
    for gone in ["Ann", "Lee", "Bob", "Carol", "Dave", "Erin", "Frank"] {
        assert!(!output.contains(gone), "{gone}");
    }
    for kept in ["acme", "NOTE", "SPECIAL", "\"AUTHTYPE\"", "note="] {
        assert!(output.contains(kept), "{kept}");
    }
}

#[test]
fn parts_of_public_values_go() {
    let output = redacted_xml(
        "<characteristic type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/>\
         <parm name=\"ADDR\" value=\"https://ann:hunter2@dm.example:443/x?imei=12&amp;k=Zz9#frag\"/>\
         <parm name=\"NAME\" value=\"SIM 8949012345678901234\"/>\
         <parm name=\"PROVIDER-ID\" value=\"+491701234567\"/></characteristic>\
         <characteristic type=\"I4901542032375189\"/>",
    );
    assert!(output.contains("@dm.example:443/x?imei="), "{output}");
    for kept in ["&amp;k=", "\"SIM ", "\"+", "type=\"I", "https://"] {
        assert!(output.contains(kept), "{kept}");
    }
    for gone in [
        "ann:", "hunter2", "=12", "Zz9", "frag", "8949", "4917", "0123", "4901",
    ] {
        assert!(!output.contains(gone), "{gone}");
    }
}

#[test]
fn references_in_replaced_values_keep_their_length() {
    let inner = "<characteristic type=\"NAPAUTHINFO\"><parm name=\"AUTHNAME\" value=\"a&amp;&#66;&#x43;é\"/>\
                 <parm name=\"AUTHSECRET\" value='p&lt;&#233;\"w'/></characteristic>";
    let output = redacted_xml(inner);
    assert_eq!(output.len(), xml(inner).len());
    assert!(output.contains("&amp;") && !output.contains("&#") && !output.contains("&lt;"));
    Document::from_xml(output.as_bytes()).unwrap();
}

#[test]
fn nonces_stay_base64() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    for nonce in [
        "MTIzNDU2Nzg=",
        "AAECAwQFBgcICQ==",
        "+/+/abcd",
        "Zk1vVnJ0Q2pB",
    ] {
        let output = redacted_xml(&format!(
            "<characteristic type=\"APPAUTH\"><parm name=\"AAUTHDATA\" value=\"{nonce}\"/></characteristic>"
        ));
        let document = parse(output.as_bytes(), Kind::Xml);
        let new = value(&document, "AAUTHDATA")[0];
        let (old, decoded) = (
            STANDARD.decode(nonce).unwrap(),
            STANDARD.decode(new).unwrap(),
        );
        assert_eq!((new.len(), decoded.len()), (nonce.len(), old.len()));
        assert_ne!(decoded, old);
    }
}

#[test]
fn replacements_do_not_follow_from_what_they_replace() {
    let with = |secret: &str| {
        redacted_xml(&format!(
            "<characteristic type=\"NAPAUTHINFO\"><parm name=\"AUTHSECRET\" value=\"{secret}\"/></characteristic>"
        ))
    };
    assert_eq!(with("aB3!xyzw"), with("qZ7%mnop"));
}

/// A parm in a characteristic NAPAUTHINFO, its value given by tokens.
fn tokens(table: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = vec![0x03, 0x0B, 0x6A, table.len() as u8];
    out.extend(table);
    // characteristic type=NAPAUTHINFO, parm name=AUTHSECRET value=
    out.extend([0x45, 0xC6, 0x5A, 0x01, 0x87, 0x0E, 0x06]);
    out.extend(value);
    out.extend([0x01, 0x01, 0x01]);
    out
}

#[test]
fn every_form_of_a_value_is_replaced_in_place() {
    for (value, kept) in [
        (&b"\x03sec\xC3\xA9t\0"[..], &b"\x03"[..]),
        (b"\x02\x80\x41\x02\x81\x69\x02\x42", b"\x02\x80"),
        (b"\xC3\x06secret", b"\xC3\x06"),
        (b"\xC3\x04\xFFab\x80", b"\xC3\x04"),
        (b"\x83\x06", b"\x83\x06"),
        (b"\x03se\0\x8A\x83\x02", b"\x03"),
    ] {
        let input = tokens(b"hidden-secret\0spare\0", value);
        let output = redacted(&input, Kind::Wbxml);
        assert_eq!(output.len(), input.len());
        let at = input.len() - value.len() - 3;
        assert!(output[at..].starts_with(kept));
        assert!(
            !holds(&output, "spare"),
            "not used, so not known to be harmless"
        );
        for gone in ["sec", "ret", "hidden"] {
            assert!(!holds(&output, gone), "{gone} in {value:02X?}");
        }
        let same =
            Document::from_wbxml(&output).map(|parsed| parsed.document.characteristics.len());
        assert_eq!(same, Ok(1));
    }
    // A token in the middle of a value stays
    let output = redacted(&tokens(b"", b"\x03ab\0\x8A\x03cd\0"), Kind::Wbxml);
    assert_eq!(output[output.len() - 8], 0x8A);
}

fn sign(body: &[u8]) -> [u8; 20] {
    let mut mac = [0; 20];
    for (at, octet) in body.iter().enumerate() {
        mac[at % 20] ^= octet;
    }
    mac
}

#[test]
fn pushes_are_signed_anew_or_stay_unsigned() {
    let old = [0xA7; 20];
    let id = Some(ApplicationId::Uri("x-wap-application:wml.ua"));
    for (sec, mac) in [
        (Some(Sec::NetwPin), Some(&old)),
        (Some(Sec::UserPinMac), None),
        (None, Some(&old)),
        (None, None),
    ] {
        let mut pdu = PushPdu::connectivity(sec, mac, id, TYPICAL);
        let name = HeaderValue::Text("http://ann:pw@host/4901".into());
        pdu.headers
            .push(Header::new(FieldName::Text("X-From"), name));
        let octets = HeaderValue::Octets(b"Ann\x80".to_vec().into());
        pdu.headers
            .push(Header::new(FieldName::WellKnown(0x0E), octets));
        let input = pdu.encode().unwrap();
        let output = redact(&input, Kind::Wsp, &sign).unwrap().octets;
        let after = PushPdu::parse(&output).unwrap();
        assert_eq!(after.body.len(), TYPICAL.len());
        assert_ne!(after.body, TYPICAL);
        assert_eq!(after.application_id(), id);
        assert!(!holds(&output, "Ann") && !holds(&output, "ann:") && !holds(&output, "host"));
        assert!(!holds(&output, &Hex(&old).to_string()));
        let signature = after.content_type.mac().and_then(|mac| mac.digest);
        let method = after.content_type.sec().and_then(|sec| sec.method);
        if sec.is_some() || mac.is_some() {
            assert_eq!(
                (method, signature),
                (Some(Sec::UserPin), Some(sign(after.body)))
            );
        } else {
            assert_eq!((method, signature, output.len()), (None, None, input.len()));
        }
        for secret in ["kJ8s", "4901", "Q3vT"] {
            assert!(!holds(&output, secret));
        }
    }
}

#[test]
fn what_cannot_be_read_is_not_shown() {
    let rule = |input: &[u8], kind| redact(input, kind, &no_sign).unwrap_err().rule();
    assert_eq!(rule(&TYPICAL[..90], Kind::Wbxml), "wbxml-truncated");
    assert_eq!(rule(b"<a", Kind::Xml), "xml-markup-not-closed");
    assert_eq!(rule(b"<a/>", Kind::Xml), "cp-not-provisioning");
    assert_eq!(
        rule(&vec![b' '; MAX_OCTETS + 1], Kind::Xml),
        "redact-too-large"
    );
    let media = MediaType::from_name("text/plain");
    let pdu = PushPdu::new(ContentType::new(media), None, b"hi")
        .encode()
        .unwrap();
    assert_eq!(rule(&pdu, Kind::Wsp), "redact-body");
    // A secret in the string table that is a parm's name too: neither can change alone
    let shared =
        b"\x03\x0B\x6A\x0BAUTHSECRET\0\x45\xC6\x5A\x01\x87\x05\x83\x00\x06\x83\x00\x01\x01\x01";
    assert_eq!(rule(shared, Kind::Wbxml), "redact-structure");
}

proptest! {
    #[test]
    fn no_secret_survives(
        name in "[a-zA-Z0-9]{6,20}",
        secret in "[ -~]{4,24}",
        imsi in "[0-9]{15}",
        compact in any::<bool>(),
    ) {
        use crate::document::cp::{Encoding, Node, Value};
        let mut inner = Characteristic::new("APPAUTH");
        for (parm, text) in [("AAUTHNAME", &name), ("AAUTHSECRET", &secret), ("AAUTHSECRET", &imsi)] {
            inner.nodes.push(Node::Parm(Parm {
                name: parm.into(),
                value: Some(Value::fixed(text.as_str())),
                at: Default::default(),
            }));
        }
        let document = Document { version: None, characteristics: vec![inner], ..Document::default() };
        let encoding = if compact { Encoding::Compact } else { Encoding::Compatible };
        let wbxml = document.to_wbxml(encoding).unwrap().octets;
        let xml = document.to_xml().unwrap().into_bytes();
        for (input, kind) in [(wbxml, Kind::Wbxml), (xml, Kind::Xml)] {
            let output = redacted(&input, kind);
            prop_assert_eq!(output.len(), input.len());
            for text in [&name, &imsi] {
                prop_assert!(!holds(&output, text));
            }
            let after = parse(&output, kind);
            let parsed = parse(&input, kind);
            prop_assert_eq!(parms(&after).len(), parms(&parsed).len());
            if secret.trim().len() > 3 {
                prop_assert!(value(&after, "AAUTHSECRET")[0] != secret);
            }
            // What is redacted can be redacted again
            redacted(&output, kind);
        }
    }

    #[test]
    fn no_input_panics(
        seed in 0..DOCUMENTS.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        wsp in any::<bool>(),
    ) {
        let (octets, kind) = DOCUMENTS[seed];
        let mut octets = octets.to_vec();
        let mut kind = kind;
        if wsp && kind == Kind::Wbxml {
            octets = PushPdu::connectivity(Some(Sec::UserPin), Some(&[7; 20]), None, &octets).encode().unwrap();
            kind = Kind::Wsp;
        }
        for (place, octet) in edits {
            let at = place.index(octets.len());
            octets[at] = octet;
        }
        for kind in [kind, Kind::Xml, Kind::Wbxml, Kind::Wsp] {
            let _ = redact(&octets, kind, &sign);
        }
    }
}
