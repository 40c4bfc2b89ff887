mod keys;

use super::*;
use crate::bytes::Hex;
use crate::security::cp_mac::{Code, KeyForm, NetworkSecret, Pin, mac, mac_hex};
use crate::security::hashes::{HmacSha1, keyed};
use crate::security::imsi::Imsi;
use hex_literal::hex;
use hmac::{Hmac, Mac};
use sha1::Digest as _;
use std::collections::HashSet;

/// Octets of every kind: NULs, above 7F and no UTF-8.
const BODY: &[u8] = &hex!("030B6A0045C6560187070603 41C3A942 0001C655018711 0683 0001 0101");
const XML: &[u8] = b"<wap-provisioningdoc/>";
const ODD: &str = "262011234567890";
const EVEN: &str = "21407650123456";
const SHORT: &str = "2620112345";
const TEST_NETWORK: &str = "001010123456789";
const PIN: &str = "4711";

fn imsi(digits: &str) -> Facts {
    let network = Some(NetworkSecret::Imsi(Imsi::parse(digits).unwrap()));
    Facts {
        network,
        pin: Pin::parse(PIN).ok(),
        code: None,
    }
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 20] {
    HmacSha1::new(&[key]).mac(data)
}

fn text(mac: &[u8]) -> String {
    Hex(mac).to_string()
}

fn ids(explanations: &[Explanation]) -> Vec<Vec<&'static str>> {
    let ids = |one: &Explanation| one.mistakes.iter().map(|mistake| mistake.id).collect();
    explanations.iter().map(ids).collect()
}

/// Asserts that exactly `expected` is named and no digit shown; gives `expected` back.
fn names(
    received: &Received<'_>,
    facts: &Facts,
    numbers: &[Number],
    expected: &[&'static str],
) -> Vec<&'static str> {
    let explanations = why(received, facts, numbers);
    assert_eq!(
        ids(&explanations),
        [expected],
        "{received:?}: {explanations:#?}"
    );
    // The MAC is public, and may show any digits by chance.
    let received = Received {
        scheme: Scheme::Cp,
        mac: None,
        ..*received
    };
    let shown = format!("{explanations:?} {} {received:?}", explanations[0]);
    assert!(
        shown.contains("Received { octets: "),
        "what was received is counted: {shown}"
    );
    for digits in ["4711", "2620", "62021", "2140", "49172", "490154", "8949"] {
        assert!(!shown.contains(digits), "{shown}");
    }
    assert_eq!(explanations[0].remedy().is_empty(), expected.is_empty());
    expected.to_vec()
}

fn wrong_bodies() -> Vec<&'static str> {
    let header = hex!("01062F1F2DB69181924646464600");
    let pdu = [&header[..], BODY].concat();
    let lines = [BODY, b"\r\n"].concat();
    let latin_1: String = BODY.iter().copied().map(char::from).collect();
    let ascii: Vec<u8> = BODY
        .iter()
        .map(|&o| if o < 0x80 { o } else { b'?' })
        .collect();
    let cases: Vec<(&[u8], Vec<u8>, &'static str)> = vec![
        (BODY, pdu.clone(), "body-whole-pdu"),
        (BODY, pdu[1..].to_vec(), "body-header"),
        (BODY, pdu[3..].to_vec(), "body-header"),
        (BODY, pdu[header.len() - 1..].to_vec(), "body-header"),
        (BODY, pdu[header.len() - 4..].to_vec(), "body-header"),
        (BODY, BODY[1..].to_vec(), "body-start-missing"),
        (BODY, BODY[4..].to_vec(), "body-start-missing"),
        (BODY, BODY[..BODY.len() - 1].to_vec(), "body-end-missing"),
        (BODY, BODY[..BODY.len() - 4].to_vec(), "body-end-missing"),
        (BODY, BODY[..3].to_vec(), "body-cut-at-nul"),
        (&lines, BODY.to_vec(), "body-stripped"),
        (BODY, [BODY, b"\n"].concat(), "body-line-end"),
        (BODY, [BODY, b"\r\n"].concat(), "body-line-end"),
        (BODY, [BODY, b"\0"].concat(), "body-nul"),
        (BODY, XML.to_vec(), "body-xml"),
        (BODY, [XML, b"\n"].concat(), "body-xml"),
        (BODY, text(BODY).into_bytes(), "body-hex-text"),
        (
            BODY,
            text(BODY).to_lowercase().into_bytes(),
            "body-hex-text",
        ),
        (
            BODY,
            String::from_utf8_lossy(BODY).into_owned().into_bytes(),
            "body-text",
        ),
        (BODY, latin_1.into_bytes(), "body-text"),
        (BODY, ascii, "body-text"),
        (BODY, Vec::new(), "body-empty"),
    ];
    let mut seen = Vec::new();
    for (body, signed, expected) in cases {
        assert_ne!(body, signed, "{expected}");
        let mac = text(&hmac(b"4711", &signed));
        let received = Received {
            scheme: Scheme::Cp,
            body,
            sec: Some(Sec::UserPin),
            mac: Some(mac.as_bytes()),
            pdu: Some(Pdu {
                octets: &pdu,
                body_at: header.len(),
            }),
            xml: Some(XML),
        };
        seen.extend(names(&received, &imsi(ODD), &[], &[expected]));
    }
    // A wrong key over a wrong body.
    let mac = text(&hmac(b"4711\n", &[BODY, b"\n"].concat()));
    let received = Received {
        body: BODY,
        sec: Some(Sec::UserPin),
        mac: Some(mac.as_bytes()),
        ..Received::default()
    };
    seen.extend(names(
        &received,
        &imsi(ODD),
        &[],
        &["pin-line-end", "body-line-end"],
    ));
    seen
}

fn wrong_digests() -> Vec<&'static str> {
    let key = b"4711";
    let sha1 = |data: &[u8]| text(&sha1::Sha1::digest(data));
    let md5 = keyed::<Hmac<md5::Md5>>(key)
        .chain_update(BODY)
        .finalize()
        .into_bytes();
    let sha256 = keyed::<Hmac<sha2::Sha256>>(key)
        .chain_update(BODY)
        .finalize()
        .into_bytes();
    let mut seen = Vec::new();
    for (mac, expected) in [
        (text(&hmac(BODY, key)), "hmac-swapped"),
        (sha1(&[key, BODY].concat()), "digest-key-first"),
        (sha1(&[BODY, key].concat()), "digest-key-last"),
        (sha1(BODY), "digest-no-key"),
        (text(&md5), "hmac-md5"),
        (text(&md5) + "00000000", "hmac-md5"),
        (text(&sha256), "hmac-sha256"),
        (text(&sha256[..20]), "hmac-sha256"),
    ] {
        let received = Received {
            body: BODY,
            sec: Some(Sec::UserPin),
            mac: Some(mac.as_bytes()),
            ..Received::default()
        };
        seen.extend(names(&received, &imsi(ODD), &[], &[expected]));
    }
    seen
}

fn wrong_writings() -> Vec<&'static str> {
    use base64::Engine;
    // A body whose MAC begins with a zero digit, so that every writing differs.
    let (body, mac) = (0..=u8::MAX)
        .map(|last| [BODY, &[last]].concat())
        .map(|body| (hmac(b"4711", &body), body))
        .find(|(mac, _)| mac[0] < 0x10 && mac[1..].iter().any(|&octet| octet < 0x10))
        .map(|(mac, body)| (body, mac))
        .unwrap();
    let right = text(&mac);
    let signed = |octet: &u8| match octet {
        0x80.. => format!("FFFFFF{octet:02X}"),
        _ => format!("{octet:02X}"),
    };
    let bare = |octet: &u8| match octet {
        0x80.. => signed(octet),
        _ => format!("{octet:X}"),
    };
    let (pairs, rest) = right.as_bytes().as_chunks::<2>();
    assert!(rest.is_empty());
    let reversed = pairs
        .iter()
        .rev()
        .flatten()
        .copied()
        .map(char::from)
        .collect();
    let nibbles = pairs
        .iter()
        .flat_map(|[high, low]| [*low, *high])
        .map(char::from)
        .collect();
    let mut seen = Vec::new();
    let cases: Vec<(String, &[&'static str])> = vec![
        (right.clone(), &[]),
        (right.to_lowercase(), &["mac-lower-case"]),
        (format!("{right}\""), &["mac-quotes"]),
        (
            format!("\"{}\"", right.to_lowercase()),
            &["mac-lower-case", "mac-quotes"],
        ),
        (reversed, &["mac-reversed"]),
        (nibbles, &["mac-nibbles"]),
        (right[1..].to_owned(), &["mac-zeros"]),
        (
            mac.iter().map(|octet| format!("{octet:X}")).collect(),
            &["mac-zeros"],
        ),
        (mac.iter().map(signed).collect(), &["mac-signed"]),
        (mac.iter().map(bare).collect(), &["mac-signed"]),
        (right[..39].to_owned(), &["mac-cut"]),
        (right[..16].to_owned(), &["mac-cut"]),
        (
            base64::engine::general_purpose::STANDARD.encode(mac),
            &["mac-base64"],
        ),
    ];
    for (mac, expected) in cases {
        let received = Received {
            body: &body,
            sec: Some(Sec::UserPin),
            mac: Some(mac.as_bytes()),
            ..Received::default()
        };
        seen.extend(names(&received, &imsi(ODD), &[], expected));
    }
    seen
}

fn wrong_sec() -> Vec<&'static str> {
    let code = Facts {
        code: Code::parse("4711081512345678").ok(),
        ..Facts::default()
    };
    let cases: [(_, Facts, &[u8], &[&'static str]); 4] = [
        (None, imsi(ODD), b"4711", &["sec-missing"]),
        (None, imsi(ODD), b"4711\n", &["sec-missing", "pin-line-end"]),
        (
            Some(Sec::UserPinMac),
            code.clone(),
            b"47110815",
            &["sec-mac-with-code"],
        ),
        (
            Some(Sec::UserPinMac),
            code,
            b"4711081512345678",
            &["sec-mac-with-code", "key-whole-code"],
        ),
    ];
    let mut seen = Vec::new();
    for (sec, facts, key, expected) in cases {
        let mac = text(&hmac(key, BODY));
        let mac = Some(mac.as_bytes());
        let received = Received {
            body: BODY,
            sec,
            mac,
            ..Received::default()
        };
        seen.extend(names(&received, &facts, &[], expected));
    }
    seen
}

fn wrong_codes() -> Vec<&'static str> {
    // The document of the NowSMS forum's vector. The second halves were computed with Python's
    // hmac module from K = 47110815, M = hmac.new(K, document, sha1).digest():
    let body = hex!(
        "030B6A0674657374310045C6560187070683000101C655018707068300018711060374657374315F4E4150494400"
        "01871006AB0187080603746573743200018709068901871401C65A01870C069A01870D06036770727375736572"
        "6E616D650001870E06036770727370617373776F72640001010101"
    );
    let received = Received {
        body: &body,
        sec: Some(Sec::UserPinMac),
        ..Received::default()
    };
    let mut seen = Vec::new();
    let cases: [(&str, &[&'static str]); 13] = [
        ("4711081534781258", &[]), // M[i] % 10
        ("3478125847110815", &["code-halves"]),
        ("4711081534981458", &["code-signed"]), // abs(M[i] as signed) % 10
        ("4711081517403926", &["code-hex-digits"]), // int(M.hex()[i], 16) % 10
        ("4711081565288774", &["code-hex-text"]), // ord(M.hex().upper()[i]) % 10
        ("4711081570961898", &["code-low-nibble"]), // (M[i] & 15) % 10
        ("4711081514325415", &["code-high-nibble"]), // (M[i] >> 4) % 10
        ("4711081597881832", &["code-last-octets"]), // M[-8:][i] % 10
        ("4711081583012248", &["code-number"]), // int.from_bytes(M, "big") % 10**8
        ("4711081522144104", &["code-network"]), // K = 2926102143658709, then 47110815
        ("4711081567335529", &["pin-line-end"]), // K = 47110815, CR, LF
        ("4711081531180696", &["body-line-end"]), // the document, then LF
        ("4711081520884016", &["code-pairs"]),  // (M[2i] * 256 + M[2i + 1]) % 10
    ];
    for (digits, expected) in cases {
        let facts = Facts {
            code: Code::parse(digits).ok(),
            pin: None,
            ..imsi(ODD)
        };
        seen.extend(names(&received, &facts, &[], expected));
    }
    let facts = Facts {
        code: Code::parse("4711081534781259").ok(),
        ..imsi(ODD)
    };
    assert_eq!(ids(&why(&received, &facts, &[])), Vec::<Vec<&str>>::new());
    seen
}

#[test]
fn every_mistake_is_named_and_no_other() {
    let seen: HashSet<_> = [
        keys::wrong_keys(),
        keys::dm_keys(),
        keys::other_numbers(),
        wrong_bodies(),
        wrong_digests(),
        wrong_writings(),
        wrong_sec(),
        wrong_codes(),
    ]
    .concat()
    .into_iter()
    .collect();
    let all: HashSet<_> = MISTAKES.iter().map(|mistake| mistake.id).collect();
    assert_eq!(all.len(), MISTAKES.len(), "an id stands for two mistakes");
    assert_eq!(
        seen, all,
        "a mistake without a case, or a case without a mistake"
    );
}

#[test]
fn a_right_mac_is_called_right() {
    for sec in [Sec::NetwPin, Sec::UserPin, Sec::UserNetwPin] {
        let mac = mac_hex(&mac(sec, &imsi(EVEN), KeyForm::Standard, BODY).unwrap());
        let received = Received {
            body: BODY,
            sec: Some(sec),
            mac: Some(&mac),
            ..Received::default()
        };
        let explanations = why(&received, &imsi(EVEN), &[]);
        assert_eq!(ids(&explanations), [[""; 0]], "{sec}");
        assert!(explanations[0].construction.contains("as received"));
    }
}

#[test]
fn what_no_mistake_explains_is_left_unexplained() {
    let mac = text(&hmac(b"another key", BODY));
    let long = vec![7; MAX_BODY_OCTETS + 1];
    let long_mac = text(&hmac(b"4711", &long));
    for (body, mac, explained) in [
        (BODY, Some(mac.as_str()), false),
        (BODY, Some(""), false),
        (BODY, Some("00"), false),
        (BODY, Some("\"\"\""), false),
        (BODY, Some("é"), false),
        (BODY, Some(&*"F".repeat(1000)), false),
        (BODY, None, false),
        (b"", Some(&mac), false),
        (&long, Some(&mac), false),
        (&long, Some(&long_mac), true),
    ] {
        let received = Received {
            scheme: Scheme::Cp,
            body,
            sec: Some(Sec::UserPin),
            mac: mac.map(str::as_bytes),
            pdu: Some(Pdu {
                octets: body,
                body_at: usize::MAX,
            }),
            xml: Some(b""),
        };
        assert_eq!(
            why(&received, &imsi(ODD), &[]).len(),
            usize::from(explained),
            "{mac:?}"
        );
    }
}

/// What is the standard's and a mistake's alike is the standard's, whichever facts are at hand.
#[test]
fn a_right_key_is_never_named_as_a_wrong_one() {
    let octets = |text: &str| Some(NetworkSecret::Octets(Secret::from(text)));
    let pin = || Pin::parse(PIN).ok();
    let code = || Code::parse("4711081512345678").ok();
    for (sec, network, pin, code, key) in [
        // The key of two methods
        (Sec::NetwPin, "4711", pin(), None, "4711"),
        (Sec::UserPin, "4711", pin(), None, "4711"),
        // A code taken whole
        (
            Sec::NetwPin,
            "4711081512345678",
            None,
            code(),
            "4711081512345678",
        ),
        // A network's secret backwards
        (Sec::UserPin, "1174", pin(), None, "4711"),
        // A PIN after a space
        (Sec::UserNetwPin, " ", pin(), None, " 4711"),
    ] {
        let facts = Facts {
            network: octets(network),
            pin,
            code,
        };
        let mac = text(&hmac(key.as_bytes(), BODY));
        let received = Received {
            body: BODY,
            sec: Some(sec),
            mac: Some(mac.as_bytes()),
            ..Received::default()
        };
        names(&received, &facts, &[], &[]);
    }
}

/// 9999999999 has five octets, and no form with fewer.
#[test]
fn a_long_pin_as_a_number() {
    let facts = Facts {
        pin: Pin::parse("9999999999").ok(),
        ..Facts::default()
    };
    let big = 9_999_999_999_u64.to_be_bytes();
    for count in 1..=8 {
        let mac = text(&hmac(&big[8 - count..], BODY));
        let received = Received {
            body: BODY,
            sec: Some(Sec::UserPin),
            mac: Some(mac.as_bytes()),
            ..Received::default()
        };
        let expected: &[&[&str]] = match count {
            5 | 8 => &[&["pin-number"]],
            _ => &[],
        };
        assert_eq!(
            ids(&why(&received, &facts, &[])),
            expected,
            "{count} octets"
        );
    }
}

/// What is searched is bounded, and up to the bound it is.
#[test]
fn bounds_of_what_is_searched() {
    let of = |octet, count| vec![octet; count];
    let small = &b"\x45"[..];
    let cases = [
        (
            of(7, MAX_BODY_OCTETS),
            vec![],
            vec![],
            of(7, MAX_BODY_OCTETS - 1),
            Some("body-start-missing"),
        ),
        (
            of(7, MAX_BODY_OCTETS + 1),
            vec![],
            vec![],
            of(7, MAX_BODY_OCTETS),
            None,
        ),
        (
            small.to_vec(),
            of(9, 2 * MAX_BODY_OCTETS),
            vec![],
            of(9, 2 * MAX_BODY_OCTETS),
            Some("body-whole-pdu"),
        ),
        (
            small.to_vec(),
            of(9, 2 * MAX_BODY_OCTETS + 1),
            vec![],
            of(9, 2 * MAX_BODY_OCTETS + 1),
            None,
        ),
        (
            small.to_vec(),
            vec![],
            of(b'x', 4 * MAX_BODY_OCTETS),
            of(b'x', 4 * MAX_BODY_OCTETS),
            Some("body-xml"),
        ),
        (
            small.to_vec(),
            vec![],
            of(b'x', 4 * MAX_BODY_OCTETS + 1),
            of(b'x', 4 * MAX_BODY_OCTETS + 1),
            None,
        ),
        // 7F is ASCII, 80 is none
        (
            b"\x30\x7F\x80".to_vec(),
            vec![],
            vec![],
            b"0\x7F?".to_vec(),
            Some("body-text"),
        ),
    ];
    for (body, pdu, xml, signed, expected) in &cases {
        let mac = text(&hmac(b"1234", signed));
        let received = Received {
            body,
            sec: Some(Sec::UserPin),
            mac: Some(mac.as_bytes()),
            pdu: Some(Pdu {
                octets: pdu,
                body_at: 0,
            }),
            xml: Some(xml),
            ..Received::default()
        };
        let found = ids(&why(&received, &Facts::default(), &[]));
        let expected: Vec<_> = expected.iter().map(|id| vec!["pin-default", *id]).collect();
        assert_eq!(found, expected, "{} octets signed", signed.len());
    }
}

/// A text with as many digits as its digest has is that digest or none, though a sign that was
/// extended may make up for zeros that were left out.
#[test]
fn a_text_of_full_length_has_lost_no_digits() {
    let octets = [&[0xFF_u8][..], &[1; 6], &[0x10; 13]].concat();
    let shown = ["FFFFFFFF", &"1".repeat(6), &"10".repeat(13)].concat();
    assert_eq!(shown.len(), 2 * octets.len());
    let written = |shown: &str| {
        let read = MacText::new(shown.as_bytes()).unwrap();
        read.written(Digest::HmacSha1, &octets)
    };
    assert_eq!(written(&shown), None);
    let whole = text(&octets);
    for (digits, expected) in [(40, Some(0)), (39, Some(1)), (22, Some(1)), (15, None)] {
        let found = written(&whole[..digits]).map(|mistakes| mistakes.len());
        assert_eq!(found, expected, "{digits} digits");
    }
}

#[test]
fn constructions_in_words() {
    let key = b"4711";
    let secret = hex!("2926102143658709");
    let sha1 = |data: &[u8]| text(&sha1::Sha1::digest(data));
    for (scheme, sec, mac, words) in [
        (
            Scheme::Cp,
            Sec::UserPin,
            text(&hmac(key, BODY)),
            "HMAC-SHA1; key: the PIN's ASCII digits (4 octets); data: the document as received",
        ),
        (
            Scheme::Cp,
            Sec::UserNetwPin,
            text(&hmac(&[&secret[..], key].concat(), BODY)),
            "HMAC-SHA1; key: the IMSI's semi-octets, then the PIN's ASCII digits (12 octets); data: the \
             document as received",
        ),
        (
            Scheme::Dm,
            Sec::UserNetwPin,
            text(&hmac(&[key, &b":"[..], &secret].concat(), BODY)),
            "HMAC-SHA1; key: the PIN's ASCII digits, then a colon, then the IMSI's semi-octets (13 octets); \
             data: the document as received",
        ),
        (
            Scheme::Cp,
            Sec::NetwPin,
            text(&hmac(key, BODY)),
            "HMAC-SHA1; key: that of USERPIN: the PIN's ASCII digits (4 octets); data: the document as \
             received",
        ),
        (
            Scheme::Cp,
            Sec::UserPin,
            text(&hmac(BODY, key)),
            "HMAC-SHA1, key and data exchanged; key: the PIN's ASCII digits (4 octets); data: the document \
             as received",
        ),
        (
            Scheme::Cp,
            Sec::UserPin,
            sha1(&[key, BODY].concat()),
            &format!(
                "{}; key: the PIN's ASCII digits (4 octets); data: the document as received",
                mistakes::DIGEST_KEY_FIRST.what
            ),
        ),
        (
            Scheme::Cp,
            Sec::UserPin,
            sha1(BODY),
            &format!(
                "{}; key: none; data: the document as received",
                mistakes::DIGEST_NO_KEY.what
            ),
        ),
        (
            Scheme::Cp,
            Sec::UserPin,
            text(&hmac(key, &BODY[1..])).to_lowercase(),
            &format!(
                "HMAC-SHA1; key: the PIN's ASCII digits (4 octets); data: {} ({} octets); {}",
                mistakes::BODY_START_MISSING.what,
                BODY.len() - 1,
                mistakes::MAC_LOWER_CASE.what
            ),
        ),
    ] {
        let received = Received {
            body: BODY,
            scheme,
            sec: Some(sec),
            mac: Some(mac.as_bytes()),
            ..Received::default()
        };
        let explanations = why(&received, &imsi(ODD), &[]);
        assert_eq!(explanations[0].to_string(), words);
    }
}

#[test]
fn what_was_received_is_counted_in_debug() {
    let received = Received {
        body: BODY,
        sec: Some(Sec::UserPin),
        mac: Some(b"00"),
        pdu: Some(Pdu {
            octets: b"\x01\x06\x01\xB6",
            body_at: 4,
        }),
        xml: Some(XML),
        ..Received::default()
    };
    let expected = format!(
        "Received {{ octets: {}, scheme: Cp, sec: Some(UserPin), mac: Some(\"00\"), \
         pdu: Some(Pdu {{ octets: 4, body_at: 4 }}), xml: Some({}) }}",
        BODY.len(),
        XML.len()
    );
    assert_eq!(format!("{received:?}"), expected);
}
