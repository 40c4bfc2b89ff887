//! Vectors that others published: we read them, verify their MACs, and write their octets.
//! Where they come from is in tests/vectors/published/README.md.
#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

use dmboot::document::cp::{Document, Encoding};
use dmboot::security::cp_mac::{Code, Facts, KeyForm, NetworkSecret, Pin, Sec, mac, parse_mac};
use dmboot::security::imsi::Imsi;
use dmboot::security::verify::{Assurance, Message, NotAuthentic, verify};
use dmboot::wire::wsp::{ApplicationId, ContentType, Form, MediaType, PushPdu};
use hex_literal::hex;

fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/published");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

/// Each vector and the encoding of ours that has the same octets; where neither has, our compact
/// one is shorter. Appendix C could refer to the middle of its table, and the empty root says that
/// content follows when none does.
const DOCUMENTS: [(&str, Option<Encoding>); 5] = [
    ("nowsms-netwpin", Some(Encoding::Compact)),
    ("provcont-1.1-appendix-c", None),
    ("cht-emome", Some(Encoding::Compatible)),
    ("empty-root", None),
    ("hand-assembled", Some(Encoding::Compatible)),
];

#[test]
fn documents_are_read_and_written() {
    for (name, same) in DOCUMENTS {
        let (octets, xml) = (file(&format!("{name}.wbxml")), file(&format!("{name}.xml")));
        let read = Document::from_wbxml(&octets).unwrap();
        assert_eq!(read.findings, [], "{name}");
        assert_eq!(
            read.document,
            Document::from_xml(&xml).unwrap().document,
            "{name}"
        );
        for encoding in [Encoding::Compatible, Encoding::Compact] {
            let ours = read.document.to_wbxml(encoding).unwrap().octets;
            if same == Some(encoding) {
                assert_eq!(ours, octets, "{name}");
            }
            if same.is_none() && encoding == Encoding::Compact {
                assert!(ours.len() < octets.len(), "{name}");
            }
            assert_eq!(Document::from_wbxml(&ours).unwrap().document, read.document);
        }
    }
}

fn facts(imsi: Option<&str>, pin: Option<&str>) -> Facts {
    Facts {
        network: imsi.map(|imsi| NetworkSecret::Imsi(Imsi::parse(imsi).unwrap())),
        pin: pin.map(|pin| Pin::parse(pin).unwrap()),
        code: None,
    }
}

#[test]
fn macs_verify() {
    for (name, sec, facts, digits) in [
        (
            "nowsms-netwpin",
            Sec::NetwPin,
            facts(Some("123456789012345"), None),
            "C483EC25F7E3E0CF100380DA5F6714CF204A5EC5",
        ),
        (
            "cht-emome",
            Sec::UserPin,
            facts(None, Some("0000")),
            "AA2DC41FC48AEEF3FED7351B1EE704461A8894D4",
        ),
        (
            "empty-root",
            Sec::NetwPin,
            facts(Some("466923103145252"), None),
            "1AF545FE2823DC9347064450F90FF1BBF957E146",
        ),
    ] {
        let body = file(&format!("{name}.wbxml"));
        let published = parse_mac(digits.as_bytes()).unwrap();
        assert_eq!(
            mac(sec, &facts, KeyForm::Standard, &body),
            Ok(published),
            "{name}"
        );

        // As it travels
        let pdu = PushPdu::connectivity(Some(sec), Some(&published), None, &body)
            .encode()
            .unwrap();
        let header = [
            0x01,
            0x06,
            0x2F,
            0x1F,
            0x2D,
            0xB6,
            0x91,
            0x80 | sec.code(),
            0x92,
        ];
        assert_eq!(pdu[..9], header);
        assert_eq!(pdu[9..49], *digits.as_bytes());
        assert_eq!((pdu[49], &pdu[50..]), (0, &body[..]));
        let push = PushPdu::parse(&pdu).unwrap();
        let message = Message {
            body: push.body,
            sec: push.content_type.sec().unwrap().method,
            mac: push.content_type.mac().unwrap().digest,
        };
        assert_eq!(verify(message, &facts).unwrap().body(), body);

        let mut changed = body.clone();
        *changed.last_mut().unwrap() ^= 1;
        let message = Message {
            body: &changed,
            ..message
        };
        assert_eq!(verify(message, &facts), Err(NotAuthentic::Mismatch { sec }));
    }
}

/// The other methods over the NowSMS body, computed with Python's `hmac` after WAP-184 §6.2.1 and
/// §7.1: nobody published a vector for them.
#[test]
fn other_methods_over_the_same_body() {
    let body = file("nowsms-netwpin.wbxml");
    let both = facts(Some("123456789012345"), Some("1234"));
    for (sec, form, digits) in [
        (
            Sec::UserPin,
            KeyForm::Standard,
            hex!("47D644FE45B4E15A7A15ED13C0D5096E8E263D9C"),
        ),
        (
            Sec::UserNetwPin,
            KeyForm::Standard,
            hex!("295927563A4F8FF3753F8BF0EB1E763BEF785A9A"),
        ),
    ] {
        assert_eq!(mac(sec, &both, form, &body), Ok(digits));
    }
    let pin = Pin::parse("12345").unwrap();
    let code = Code::new(&pin, &body).unwrap();
    assert_eq!(code.digits(), b"1234598364");
    let message = Message {
        body: &body,
        sec: Some(Sec::UserPinMac),
        mac: None,
    };
    let facts = Facts {
        code: Some(code),
        ..Facts::default()
    };
    assert_eq!(
        verify(message, &facts).unwrap().assurance(),
        Assurance::Code
    );
}

/// EF_IMSI: GSM 11.11 §10.3.2, on which Symbian, Funambol, Intel's cpclient, WDS and Kannel's list
/// agree.
#[test]
fn imsi_octets() {
    for (digits, octets) in [
        ("123456789012345", hex!("1932547698103254")),
        ("262011234567890", hex!("2926102143658709")),
        ("21407650123456", hex!("21417056103254F6")),
    ] {
        assert_eq!(Imsi::parse(digits).unwrap().semi_octets().expose(), octets);
    }
}

/// The headers of a captured DM notification (Wavecom's package0_pdu.txt): Content-Type in its
/// general form without parameters. The body is not published in full; one octet stands for it.
#[test]
fn notification_headers() {
    let pdu = hex!("01 06 04 01C4 AF87 00");
    let push = PushPdu::parse(&pdu).unwrap();
    assert_eq!(push.content_type.media, MediaType::WellKnown(0x44));
    assert_eq!(push.application_id(), Some(ApplicationId::SYNCML_DM));
    let general = ContentType {
        form: Form::General,
        ..ContentType::new(MediaType::WellKnown(0x44))
    };
    let written = PushPdu::new(general, Some(ApplicationId::SYNCML_DM), &[0]);
    assert_eq!(written.encode().unwrap(), pdu);
}

/// Mozilla's reject vector: appendix C's header, and a VENDORCONFIG inside which the input ends.
#[test]
fn a_cut_document_is_refused() {
    let octets = hex!("030B6A054E41503100 C54601 C65701 01");
    let error = Document::from_wbxml(&octets).unwrap_err();
    assert_eq!(error.rule(), "wbxml-truncated");
}
