use std::borrow::Cow;
use std::collections::BTreeSet;

use hex_literal::hex;

use crate::dissect::Item;
use crate::finding::{Position, Severity};

use super::assigned::{SYNCML_DM_WBXML, SYNCML_NOTIFICATION};
use super::*;

mod properties;

/// NETWPIN over the body of the NowSMS forum's example, IMSI 123456789012345 (NowSMS, "NETWPIN
/// Calculation").
const MAC: [u8; 20] = hex!("C483EC25F7E3E0CF100380DA5F6714CF204A5EC5");
const MAC_TEXT: &[u8] = b"C483EC25F7E3E0CF100380DA5F6714CF204A5EC5";
const BODY: &[u8] = &hex!("030B6A00");

/// A PDU from the octets of its headers, with the right HeadersLen and a body.
fn pdu(headers: &[&[u8]]) -> Vec<u8> {
    let headers = headers.concat();
    let mut out = vec![0x01, 0x06];
    write_uintvar(&mut out, headers.len() as u32);
    [out, headers, BODY.to_vec()].concat()
}

fn rules_of(pdu: &[u8]) -> Vec<&'static str> {
    PushPdu::parse(pdu)
        .unwrap()
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

fn param<'a>(value: ParameterValue<'a>) -> Parameter<'a> {
    Parameter::new(ParameterName::WellKnown(0x7E), value)
}

/// Items lie side by side and fill `from..to`, and so do the children of each.
fn assert_covers(items: &[Item], from: usize, to: usize) {
    let end = items.iter().fold(from, |at, item| {
        assert_eq!(item.span.start, at, "{items:#?}");
        assert!(item.span.end > at, "{items:#?}");
        if !item.children.is_empty() {
            assert_covers(&item.children, item.span.start, item.span.end);
        }
        item.span.end
    });
    assert_eq!(end, to, "{items:#?}");
}

#[test]
fn connectivity_with_each_method() {
    // As Kannel's sendota, MM4R and NowSMS write it
    for (sec, octet) in [
        (Sec::NetwPin, 0x80),
        (Sec::UserPin, 0x81),
        (Sec::UserNetwPin, 0x82),
    ] {
        let expected = [
            &hex!("01062F1F2DB691")[..],
            &[octet, 0x92],
            MAC_TEXT,
            &[0],
            BODY,
        ]
        .concat();
        let built = PushPdu::connectivity(Some(sec), Some(&MAC), None, BODY);
        assert_eq!(built.encode().unwrap(), expected);

        let read = PushPdu::parse(&expected).unwrap();
        assert_eq!(read.findings, []);
        assert_eq!((read.tid, read.pdu_type), (1, PduType::Push));
        assert_eq!((read.body, read.body_offset), (BODY, 50));
        let got = read.content_type.sec().unwrap();
        assert_eq!((got.method, got.offset), (Some(sec), 7));
        let mac = read.content_type.mac().unwrap();
        assert_eq!((mac.digest, mac.offset, mac.quoted), (Some(MAC), 9, false));
        assert_eq!(read.application_id(), None);
    }
}

#[test]
fn connectivity_without_mac() {
    let mut push = PushPdu::connectivity(Some(Sec::UserPinMac), None, None, BODY);
    assert_eq!(
        push.encode().unwrap(),
        [&hex!("01060403B69183")[..], BODY].concat()
    );
    push.content_type.form = Form::LengthQuote;
    let quoted = push.encode().unwrap();
    assert_eq!(quoted, [&hex!("0106051F03B69183")[..], BODY].concat());
    assert_eq!(
        PushPdu::parse(&quoted).unwrap().content_type.form,
        Form::LengthQuote
    );
    assert_eq!(rules_of(&quoted), ["wsp-length-quote"]);

    let unsecured = PushPdu::connectivity(None, None, None, BODY)
        .encode()
        .unwrap();
    assert_eq!(unsecured, [&hex!("01060201B6")[..], BODY].concat());
    assert_eq!(rules_of(&unsecured), ["wsp-bare-general-form"]);
}

#[test]
fn application_ids_on_the_wire() {
    for (id, octets) in [
        (ApplicationId::Code(0), &hex!("AF80")[..]),
        (ApplicationId::WML_UA, &hex!("AF82")),
        (ApplicationId::SYNCML_DM, &hex!("AF87")),
        (ApplicationId::Code(0x9044), &hex!("AF029044")),
        (ApplicationId::Uri("x:y"), b"\xAFx:y\0"),
    ] {
        let content_type = ContentType::new(SYNCML_DM_WBXML);
        let built = PushPdu::new(content_type, Some(id), BODY).encode().unwrap();
        assert_eq!(built, pdu(&[&hex!("C2"), octets]));
        assert_eq!(PushPdu::parse(&built).unwrap().application_id(), Some(id));
    }
    let named = pdu(&[
        &hex!("C4"),
        b"x-wap-application-id\0x-wap-application:syncml.dm\0",
    ]);
    let read = PushPdu::parse(&named).unwrap();
    assert_eq!(read.application_id().unwrap().code(), Some(7));
    assert_eq!(read.findings, []);
    let signed = ContentType::secured(SYNCML_DM_WBXML, Some(Sec::UserPin), Some(&MAC));
    let signed = PushPdu::new(signed, Some(ApplicationId::SYNCML_DM), BODY)
        .encode()
        .unwrap();
    assert_eq!(signed[..11], hex!("010631 1F2D C2 9181 92 4334"));
    assert_eq!(
        (&signed[50..52], rules_of(&signed).len()),
        (&hex!("AF87")[..], 0)
    );
}

#[test]
fn notification_headers() {
    // The usual form: OMA DM 1.2 notification, Content-Type and application id only
    let usual = hex!("010603C4AF87 0102");
    let push = PushPdu::new(
        ContentType::new(SYNCML_NOTIFICATION),
        Some(ApplicationId::SYNCML_DM),
        &[1, 2],
    );
    assert_eq!(push.encode().unwrap(), usual);
    assert_eq!(rules_of(&usual), [""; 0]);
    // A Wavecom modem's capture: PDU type, HeadersLen, then the general form without parameters
    let wavecom = hex!("01 060401C4AF87 0102");
    let read = PushPdu::parse(&wavecom).unwrap();
    assert_eq!(read.content_type.media, SYNCML_NOTIFICATION);
    assert_eq!(read.content_type.form, Form::General);
    assert_eq!(read.encode().unwrap(), wavecom);
}

#[test]
fn media_types_above_7f() {
    // WAP-230 §8.4.2.24: the constrained form is a short-integer or a text only
    let built = PushPdu::new(ContentType::new(MediaType::WellKnown(0x0303)), None, BODY);
    let built = built.encode().unwrap();
    assert_eq!(built, pdu(&[&hex!("03020303")]));
    assert_eq!(rules_of(&built), [""; 0]);
    let bare = pdu(&[&hex!("020303")]);
    let read = PushPdu::parse(&bare).unwrap();
    assert_eq!(read.content_type.media, MediaType::WellKnown(0x0303));
    assert_eq!(rules_of(&bare), ["wsp-bare-long-media"]);
    // Any other number in such a place is a long-integer cut short
    assert_eq!(
        PushPdu::parse(&pdu(&[&hex!("020304")])).unwrap_err(),
        ErrorKind::IntegerBeyondBlock {
            what: "the media type",
            declared: 3,
            left: 1
        }
        .at(4)
    );
}

#[test]
fn every_parameter_value_both_ways() {
    // WAP-230 §8.4.2.3; FE is a number that is not assigned
    for (parameter, octets, text) in [
        (param(ParameterValue::NoValue), &hex!("FE00")[..], ""),
        (
            param(ParameterValue::ShortInteger(0x7F)),
            &hex!("FEFF"),
            "=127",
        ),
        (
            param(ParameterValue::LongInteger(Cow::Borrowed(&[0x90, 0x44]))),
            &hex!("FE029044"),
            "=36932",
        ),
        (param(ParameterValue::Text("ab".into())), b"\xFEab\0", "=ab"),
        (
            param(ParameterValue::Text("é".into())),
            b"\xFE\x7F\xC3\xA9\0",
            "=é",
        ),
        (
            param(ParameterValue::Quoted("a b".into())),
            b"\xFE\"a b\0",
            "=\"a b\"",
        ),
        (
            param(ParameterValue::Quoted("".into())),
            b"\xFE\"\0",
            "=\"\"",
        ),
    ] {
        let content_type = ContentType {
            parameters: vec![parameter],
            ..ContentType::new(MediaType::WellKnown(0x36))
        };
        let value = [&[octets.len() as u8 + 1, 0xB6], octets].concat();
        assert_eq!(content_type.encode().unwrap(), value);
        let shown = format!("application/vnd.wap.connectivity-wbxml; parameter 0x7E{text}");
        assert_eq!(content_type.to_string(), shown);
        let whole = pdu(&[&value]);
        let read = PushPdu::parse(&whole).unwrap();
        assert_eq!(
            read.content_type.parameters[0].value,
            content_type.parameters[0].value
        );
        assert_eq!(read.findings, []);
    }
    // Q-value: the four examples of §8.4.2.3
    for (quality, octets, text) in [
        (11, &hex!("0B")[..], "0.10"),
        (100, &hex!("64"), "0.99"),
        (433, &hex!("8331"), "0.333"),
        (1, &hex!("01"), "0.00"),
    ] {
        let value = ParameterValue::Quality(quality);
        let parameters = vec![Parameter::new(ParameterName::WellKnown(0), value.clone())];
        let content_type = ContentType {
            parameters,
            ..ContentType::new(SYNCML_DM_WBXML)
        };
        let encoded = content_type.encode().unwrap();
        assert_eq!(encoded[3..], *octets);
        let whole = pdu(&[&encoded]);
        assert_eq!(
            PushPdu::parse(&whole).unwrap().content_type.parameters[0].value,
            value
        );
        assert_eq!(value.to_string(), text);
    }
}

#[test]
fn spellings_of_sec_and_mac() {
    let lower = MAC_TEXT.to_ascii_lowercase();
    for (parameters, method, rules) in [
        (
            // Untyped, as WAP-230 §8.4.2.4 allows
            [b"SEC\0\x81mac\0", MAC_TEXT, b"\0"].concat(),
            Some(Sec::UserPin),
            &["wsp-untyped-parameter", "wsp-untyped-parameter"][..],
        ),
        (
            [b"\x91USERNETWPIN\0\x92\"", &lower[..], b"\0"].concat(),
            Some(Sec::UserNetwPin),
            &["wsp-sec-text", "wsp-mac-quoted", "wsp-mac-lower-case"],
        ),
        (
            [b"\x91\"networkid\0\x92\"", MAC_TEXT, b"\"\0"].concat(),
            Some(Sec::NetwPin),
            &["wsp-sec-text", "wsp-mac-quoted", "wsp-closing-quote"],
        ),
        (
            [b"\x910\0\x92", MAC_TEXT, b"\0"].concat(),
            Some(Sec::NetwPin),
            &["wsp-sec-text"],
        ),
        (
            [b"\x92", MAC_TEXT, b"\0\x91\x01\x01"].concat(),
            Some(Sec::UserPin),
            &["wsp-integer-overlong", "wsp-mac-before-sec"],
        ),
        (
            [b"\x91\x84\x92", MAC_TEXT, b"\0\x91\x80"].concat(),
            None,
            &["wsp-duplicate-parameter", "wsp-sec-unknown"],
        ),
    ] {
        let length = parameters.len() as u8 + 1;
        let whole = pdu(&[&[0x1F, length, 0xB6], &parameters]);
        let read = PushPdu::parse(&whole).unwrap();
        assert_eq!(read.content_type.sec().unwrap().method, method);
        let mac = read.content_type.mac().unwrap();
        assert_eq!(mac.digest, Some(MAC));
        assert_eq!(
            whole[mac.offset..mac.offset + 40].to_ascii_uppercase(),
            MAC_TEXT
        );
        assert_eq!(rules_of(&whole), rules);
    }
}

/// For every rule an input whose only findings are those named.
#[test]
fn every_rule_has_an_input() {
    let secured = |parameters: &[u8]| pdu(&[&[0x1F, parameters.len() as u8 + 1, 0xB6], parameters]);
    let mac = [b"\x92", MAC_TEXT, b"\0"].concat();
    let inputs: Vec<(Vec<u8>, &[&str])> = vec![
        (hex!("0107 01 B6 00").into(), &["wsp-confirmed-push"]),
        (hex!("0106 8001 B6 00").into(), &["wsp-uintvar-overlong"]),
        (pdu(&[b"\x7Fa/b\0"]), &["wsp-needless-quote"]),
        (pdu(&[b"\x83a b\0c\0"]), &["wsp-name-not-token"]),
        (
            pdu(&[&hex!("07 83 61 20 62 00 63 00")]),
            &["wsp-name-not-token"],
        ),
        (
            secured(b"\x91\x81\x92\x81"),
            &["wsp-length-quote", "wsp-mac-not-text"],
        ),
        (
            secured(&[b"\x91\x81\x92", &MAC_TEXT[1..], b"\0"].concat()),
            &["wsp-mac-length"],
        ),
        (
            secured(&[b"\x91\x81\x92", &MAC_TEXT[1..], b"g\0"].concat()),
            &["wsp-mac-not-hex"],
        ),
        (
            secured(&[b"\x91\x83", &mac[..]].concat()),
            &["wsp-mac-unexpected"],
        ),
        (secured(&mac), &["wsp-sec-missing"]),
        (
            secured(&[&mac, &b"\x91\x81"[..]].concat()),
            &["wsp-mac-before-sec"],
        ),
        (
            secured(
                &[
                    b"\x91\x81\x92\"",
                    &MAC_TEXT.to_ascii_lowercase()[..],
                    b"\"\0",
                ]
                .concat(),
            ),
            &["wsp-mac-quoted", "wsp-closing-quote", "wsp-mac-lower-case"],
        ),
        (
            secured(&[&mac[..], b"\x91\x82", &mac].concat()),
            &["wsp-duplicate-parameter", "wsp-mac-before-sec"],
        ),
        (
            pdu(&[&hex!("04 B6 910102")]),
            &["wsp-integer-overlong", "wsp-mac-missing"],
        ),
        (pdu(&[b"\x06\xB6SEC\0\x83"]), &["wsp-untyped-parameter"]),
        (pdu(&[&hex!("04 B6 913300")]), &["wsp-sec-text"]),
        (pdu(&[&hex!("03 B6 9184")]), &["wsp-sec-unknown"]),
        (
            pdu(&[&hex!("01 B5")]),
            &["wsp-bare-general-form", "wsp-wbxml-as-xml"],
        ),
        (pdu(&[&hex!("02 0303")]), &["wsp-bare-long-media"]),
        (pdu(&[&hex!("B6 AF82")]), &["wsp-extra-headers"]),
        (pdu(&[&hex!("C2")]), &["wsp-application-id-missing"]),
        (pdu(&[&hex!("C4 AF85")]), &["wsp-application-id-missing"]),
        (pdu(&[&hex!("C3 AF87")]), &["wsp-wbxml-as-xml"]),
        (pdu(&[&hex!("83 AF00")]), &["wsp-application-id-malformed"]),
        (
            pdu(&[&hex!("83 02 AF87 7F01 8D84 7F 20")]),
            &["wsp-code-page-shift"; 3],
        ),
    ];
    for (input, rules) in &inputs {
        assert_eq!(rules_of(input), *rules, "{input:02X?}");
    }
    let seen: BTreeSet<_> = inputs
        .iter()
        .flat_map(|(_, rules)| *rules)
        .copied()
        .collect();
    assert_eq!(seen, RULES.iter().map(|rule| rule.id).collect());
}

#[test]
fn findings_say_where() {
    let whole = pdu(&[&hex!("03 B6 9184")]);
    let read = PushPdu::parse(&whole).unwrap();
    let finding = &read.findings[0];
    assert_eq!(
        (finding.rule.id, finding.at),
        ("wsp-sec-unknown", Position::Offset(6))
    );
    assert_eq!(finding.rule.severity, Severity::Error);
}

#[test]
fn a_shifted_page_hides_the_application_id() {
    let whole = pdu(&[&hex!("C4 02 AF87 7F01")]);
    let read = PushPdu::parse(&whole).unwrap();
    assert_eq!((read.headers[0].page, read.application_id()), (2, None));
    let back = pdu(&[&hex!("C4 7F10 8D 84 01 AF87")]);
    assert_eq!(
        PushPdu::parse(&back).unwrap().application_id(),
        Some(ApplicationId::SYNCML_DM)
    );
}

#[test]
fn unwritable_values_are_refused() {
    let with = |parameter: Parameter<'static>| {
        ContentType {
            parameters: vec![parameter],
            ..ContentType::new(SYNCML_DM_WBXML)
        }
        .encode()
    };
    let named = |name| Parameter::new(ParameterName::Text(name), ParameterValue::NoValue);
    let q = |value| Parameter::new(ParameterName::WellKnown(0), value);
    for (result, rule) in [
        (with(named("a b")), "wsp-write-token"),
        (
            with(param(ParameterValue::Text("".into()))),
            "wsp-write-empty-text",
        ),
        (
            with(param(ParameterValue::Text("\"a".into()))),
            "wsp-write-text",
        ),
        (
            with(param(ParameterValue::Quoted("\0".into()))),
            "wsp-write-text",
        ),
        (
            with(param(ParameterValue::ShortInteger(0x80))),
            "wsp-write-short-integer",
        ),
        (
            with(param(ParameterValue::LongInteger(vec![].into()))),
            "wsp-write-long-integer",
        ),
        (
            with(param(ParameterValue::LongInteger(vec![1; 31].into()))),
            "wsp-write-long-integer",
        ),
        (
            with(param(ParameterValue::Quality(1))),
            "wsp-write-quality-factor",
        ),
        (
            with(q(ParameterValue::Quality(1100))),
            "wsp-write-quality-factor",
        ),
        (
            with(q(ParameterValue::ShortInteger(1))),
            "wsp-write-quality-factor",
        ),
        (
            ContentType::new(MediaType::Text("")).encode(),
            "wsp-write-empty-text",
        ),
    ] {
        assert_eq!(result.unwrap_err().rule(), rule);
    }
    let mut push = PushPdu::new(ContentType::new(SYNCML_DM_WBXML), None, &[]);
    assert_eq!(push.encode(), Err(EncodeError::EmptyBody));
    push.body = BODY;
    let octets = HeaderValue::Octets(vec![0; 0xFFFF].into());
    push.headers.push(Header {
        page: 0,
        ..Header::new(FieldName::WellKnown(1), octets)
    });
    assert_eq!(push.encode(), Err(EncodeError::CodePage));
    push.headers[0].page = DEFAULT_PAGE;
    assert_eq!(push.encode(), Err(EncodeError::HeadersTooLong));
}

#[test]
fn dissection_names_the_parts() {
    let whole = PushPdu::connectivity(
        Some(Sec::UserPin),
        Some(&MAC),
        Some(ApplicationId::Code(0x9044)),
        BODY,
    )
    .encode()
    .unwrap();
    let (items, findings, fault) = dissect(&whole);
    assert_eq!((findings.len(), fault), (1, None));
    assert_covers(&items, 0, whole.len());
    let rows = |items: &[Item]| -> Vec<(String, String)> {
        items
            .iter()
            .map(|item| (item.name.clone(), item.value.clone()))
            .collect()
    };
    let mac = String::from_utf8_lossy(MAC_TEXT);
    let media = "application/vnd.wap.connectivity-wbxml";
    let expect = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter()
            .map(|&(name, value)| (name.into(), value.into()))
            .collect()
    };
    assert_eq!(
        rows(&items),
        expect(&[
            ("TID", "01"),
            ("PDU type", "Push (06)"),
            ("HeadersLen", "51"),
            ("Content-Type", &format!("{media}; SEC=1; MAC={mac}")),
            ("X-Wap-Application-Id", "x-wap-microsoft:cfgmgr.ua (9044)"),
            ("Data", "4 octets"),
        ])
    );
    assert_eq!(
        rows(&items[3].children),
        expect(&[
            ("Value-length", "45"),
            ("Media-type", media),
            ("SEC", "1 (USERPIN)"),
            ("MAC", &mac),
        ])
    );
    assert!(items[5].secret && !items[3].secret && !items[3].children[3].secret);
}

#[test]
fn dissection_goes_on_to_the_fault() {
    // The MAC's closing NUL lies outside the value-length
    let whole = [&hex!("01062F1F2CB69181 92")[..], MAC_TEXT, b"\0", BODY].concat();
    let (items, findings, fault) = dissect(&whole);
    assert_eq!(
        fault,
        Some(
            ErrorKind::TextUnterminated {
                what: "a parameter's value"
            }
            .at(9)
        )
    );
    assert_eq!(findings, []);
    assert_covers(&items, 0, whole.len());
    assert_eq!(items[3].children[0].value, "44");
    assert_eq!(items[3].children[2].name, "SEC");
    assert_eq!(
        (items[4].name.as_str(), items[4].secret),
        ("Not read", true)
    );
}

#[test]
fn credentials_and_bodies_stay_out_of_debug() {
    let whole = pdu(&[b"\x83\x87\x06\x80user\0\xC2cookie\0"]);
    let read = PushPdu::parse(&whole).unwrap();
    let shown = format!("{read:?}");
    assert!(!shown.contains("117") && !shown.contains("cookie") && shown.contains("4 octets"));
    assert!(dissect(&whole).0[4..6].iter().all(|item| item.secret));
}

/// On the wire SEC is a number; as MIME text the DM profile has names (OMA DM 1.2 Security §5.1.7.2).
#[test]
fn sec_of_dm_messages_in_mime_text() {
    let by_name = MediaType::Text("application/vnd.syncml.dm+wbxml");
    for (sec, name) in [
        (Sec::NetwPin, "NETWORKID"),
        (Sec::UserPin, "USERPIN"),
        (Sec::UserNetwPin, "USERPIN_NETWORKID"),
    ] {
        for media in [SYNCML_DM_WBXML, by_name] {
            let content_type = ContentType::secured(media, Some(sec), Some(&MAC));
            let expected = format!(
                "application/vnd.syncml.dm+wbxml; SEC={name}; MAC={}",
                str::from_utf8(MAC_TEXT).unwrap()
            );
            assert_eq!(content_type.to_string(), expected);
            assert_eq!(
                content_type.parameters[0].value,
                ParameterValue::ShortInteger(sec.code())
            );
            assert_eq!(Sec::from_text(name), Some(sec));
        }
        let provisioning = ContentType::connectivity(Some(sec), None).to_string();
        assert!(provisioning.ends_with(&format!("; SEC={}", sec.code())));
    }
}

/// A PDU of which nothing deviates is understood at a glance, and no other.
#[test]
fn a_glance_suffices_where_nothing_deviates() {
    for (sec, mac) in [
        (None, None),
        (Some(Sec::NetwPin), Some(&MAC)),
        (Some(Sec::UserPin), Some(&MAC)),
        (Some(Sec::UserNetwPin), Some(&MAC)),
        (Some(Sec::UserPinMac), None),
    ] {
        for application_id in [None, Some(ApplicationId::SYNCML_DM)] {
            let push = PushPdu::connectivity(sec, mac, application_id, BODY);
            let octets = push.encode().unwrap();
            let glance = Glance::of(&octets).unwrap();
            assert_eq!(glance.media, push.content_type.media);
            assert_eq!((glance.sec, glance.mac), (sec, mac.copied()));
            assert_eq!(glance.body, BODY);
            assert_eq!(glance.body_offset, octets.len() - BODY.len());
            let shown = format!("{glance:?}");
            assert!(shown.contains("body: 4 octets"), "{shown}");
            // Without a body it is none
            assert_eq!(Glance::of(&octets[..glance.body_offset]), None);
            for end in 0..glance.body_offset {
                assert_eq!(Glance::of(&octets[..end]), None);
            }
        }
    }
    // What has a finding is for the reader that tells it
    for headers in [&hex!("05 B6 9181 9182 AF87")[..], &hex!("C3 AF87")] {
        let octets = pdu(&[headers]);
        assert_ne!(rules_of(&octets), [""; 0]);
        assert_eq!(Glance::of(&octets), None);
    }
}

/// Of what is found in SEC and MAC, the octet that is to be changed.
#[test]
fn findings_about_a_mac_say_where() {
    let digits = |end: &[u8]| [&MAC_TEXT[..40 - end.len()], end].concat();
    let lower = digits(b"c5");
    let not_hex = digits(b"g5");
    for (parameters, expected) in [
        // The parameters begin at offset 6, so the value of MAC at 9
        (
            [b"\x91\x81\x92\"", MAC_TEXT, b"\"\0"].concat(),
            &[("wsp-mac-quoted", 9), ("wsp-closing-quote", 50)][..],
        ),
        (
            [b"\x91\x81\x92", &lower[..], b"\0"].concat(),
            &[("wsp-mac-lower-case", 47)],
        ),
        (
            [b"\x91\x81\x92\"", &not_hex[..], b"\0"].concat(),
            &[("wsp-mac-quoted", 9), ("wsp-mac-not-hex", 48)],
        ),
        (
            [b"\x91\x81\x92", &MAC_TEXT[1..], b"\0"].concat(),
            &[("wsp-mac-length", 9)],
        ),
        (
            [b"\x91\x81\x92\x81".to_vec(), b"\xFEa\0".repeat(10)].concat(),
            &[("wsp-mac-not-text", 9)],
        ),
        (
            [b"\x92", MAC_TEXT, b"\0\x91\x81"].concat(),
            &[("wsp-mac-before-sec", 7)],
        ),
        (
            [b"\xFEa\0\x92", MAC_TEXT, b"\0\x91\x81"].concat(),
            &[("wsp-mac-before-sec", 10)],
        ),
        (
            [b"\x92", MAC_TEXT, b"\0"].concat(),
            &[("wsp-sec-missing", 7)],
        ),
        (
            [b"\x91\x83\x92", MAC_TEXT, b"\0"].concat(),
            &[("wsp-mac-unexpected", 9)],
        ),
        (
            [b"\x91\x81".to_vec(), b"\xFEa\0".repeat(10)].concat(),
            &[("wsp-mac-missing", 38)],
        ),
    ] {
        let length = parameters.len() as u8 + 1;
        let whole = pdu(&[&[0x1F, length, 0xB6], &parameters]);
        let read = PushPdu::parse(&whole).unwrap();
        let findings = read.findings.iter();
        let found: Vec<_> = findings
            .map(|finding| (finding.rule.id, finding.at))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|&(rule, at)| (rule, Position::Offset(at)))
            .collect();
        assert_eq!(found, expected);
        // More than 30 octets cannot be counted in one
        assert_eq!(read.content_type.form, Form::Shortest);
    }
}

#[test]
fn a_quotation_mark_behind_the_quote_octet_is_text() {
    let whole = pdu(&[&hex!("06 83 FE 7F 22 61 00")]);
    let read = PushPdu::parse(&whole).unwrap();
    let value = &read.content_type.parameters[0].value;
    assert_eq!(*value, ParameterValue::Text("\"a".into()));
    assert_eq!(rules_of(&whole), ["wsp-needless-quote"]);
}

#[test]
fn headers_up_to_the_limit() {
    let push = |octets: usize| {
        let value = HeaderValue::Octets(vec![0; octets].into());
        let mut push = PushPdu::new(ContentType::new(SYNCML_DM_WBXML), None, BODY);
        push.headers
            .push(Header::new(FieldName::WellKnown(1), value));
        push
    };
    // The Content-Type, the field, 1F and three octets of length
    let most = MAX_HEADERS_LEN as usize - 6;
    let whole = push(most).encode().unwrap();
    assert_eq!(whole[2..5], hex!("83FF7F"));
    let read = PushPdu::parse(&whole).unwrap();
    assert_eq!((read.headers.len(), read.body), (1, BODY));
    assert_eq!(Glance::of(&whole).map(|glance| glance.body), Some(BODY));
    assert_eq!(push(most + 1).encode(), Err(EncodeError::HeadersTooLong));
    let more = [&hex!("0106 848000")[..], &whole[5..], b"\0"].concat();
    assert_eq!(
        PushPdu::parse(&more).unwrap_err(),
        ErrorKind::HeadersTooLong { declared: 0x1_0000 }.at(2)
    );
    assert_eq!(Glance::of(&more), None);
}

#[test]
fn shifts_are_written_in_their_shortest_form() {
    for (page, shift) in [
        (2, &hex!("02")[..]),
        (0x1F, &hex!("1F")),
        (0x20, &hex!("7F20")),
        (0x7F, &hex!("7F7F")),
        (0xFF, &hex!("7FFF")),
    ] {
        let mut push = PushPdu::new(ContentType::new(SYNCML_DM_WBXML), None, BODY);
        let header = Header::new(FieldName::WellKnown(1), HeaderValue::Short(0));
        push.headers = vec![Header { page, ..header }; 2];
        let whole = push.encode().unwrap();
        assert_eq!(whole, pdu(&[&hex!("C2"), shift, &hex!("8180 8180")]));
        assert_eq!(PushPdu::parse(&whole).unwrap().headers[1].page, page);
    }
}

/// Every form that a name, a value and a length can have.
#[test]
fn dissection_shows_every_form() {
    let whole = pdu(&[
        &hex!("03 B6 9183"),
        &hex!("8D84 AF84 870180 02 8D85 01"),
        b"X-Own\0text\0",
    ]);
    let (items, _, fault) = dissect(&whole);
    assert_eq!(fault, None);
    assert_covers(&items, 0, whole.len());
    let rows: Vec<_> = items
        .iter()
        .map(|item| (&*item.name, &*item.value, item.secret))
        .collect();
    let media = "application/vnd.wap.connectivity-wbxml; SEC=3";
    assert_eq!(
        rows[3..],
        [
            ("Content-Type", media, false),
            ("Content-Length", "4", false),
            (
                "X-Wap-Application-Id",
                "x-wap-application:mms.ua (4)",
                false
            ),
            ("Authorization", "80", true),
            ("Shift-sequence", "another header code page", false),
            ("field 0x0D of code page 2", "5", false),
            ("Shift-sequence", "another header code page", false),
            ("X-Own", "text", false),
            ("Data", "4 octets", true),
        ]
    );
    assert_eq!(
        (&*items[3].children[0].name, &*items[3].children[0].value),
        ("Value-length", "3")
    );
    // Without a value-length the media type is all
    for (headers, span) in [(&hex!("C4 AF87")[..], 3..4), (&hex!("020303"), 3..6)] {
        let (items, _, _) = dissect(&pdu(&[headers]));
        assert_eq!((&items[3].span, items[3].children.len()), (&span, 1));
        assert_eq!(items[3].children[0].span, span);
    }
}

#[test]
fn dissection_names_methods_as_their_profile_does() {
    for (media, name) in [(0xB6, "2 (USERNETWPIN)"), (0xC2, "2 (USERPIN_NETWORKID)")] {
        let (items, _, _) = dissect(&pdu(&[&[0x03, media, 0x91, 0x82]]));
        let sec = &items[3].children[2];
        assert_eq!((&*sec.name, &*sec.value), ("SEC", name));
    }
}

#[test]
fn debug_of_a_header_shows_what_is_no_credential() {
    let whole = pdu(&[b"\x83X-Own\0text\0\xC2cookie\0"]);
    let read = PushPdu::parse(&whole).unwrap();
    assert_eq!(
        format!("{:?}", read.headers),
        "[Header { page: 1, field: Text(\"X-Own\"), value: Text(\"text\"), span: 4..15 }, \
         Header { page: 1, field: WellKnown(66), value: \"[masked]\", span: 15..23 }]"
    );
}

#[test]
fn methods_have_names_and_some_a_mac() {
    let lower = Sec::ALL.map(Sec::lower_name);
    assert_eq!(lower, Sec::ALL.map(|sec| sec.name().to_lowercase()));
    let carry = Sec::ALL.map(Sec::carries_mac);
    assert_eq!(carry, [true, true, true, false]);
}
