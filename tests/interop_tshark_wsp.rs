//! tshark reads the push PDUs that we write.

mod judges;

use dmboot::wire::wsp::{ApplicationId, ContentType, Form, MediaType, PushPdu, Sec};

const FIELDS: [&str; 7] = [
    "wsp.TID",
    "wsp.pdu_type",
    "wsp.headers_length",
    "wsp.header.content_type",
    "wsp.parameter.sec",
    "wsp.parameter.mac",
    "wsp.header.x_wap_application_id",
];

/// Not WBXML nor anything else that tshark would dissect and complain of.
const BODY: &[u8] = &[0x00];

const MAC: [u8; 20] = [
    0xC4, 0x83, 0xEC, 0x25, 0xF7, 0xE3, 0xE0, 0xCF, 0x10, 0x03, 0x80, 0xDA, 0x5F, 0x67, 0x14, 0xCF,
    0x20, 0x4A, 0x5E, 0xC5,
];

/// What stands in the columns after wsp.headers_length.
type Meaning = [String; 4];

fn meaning(media: &str, sec: Option<Sec>, mac: bool, application: &str) -> Meaning {
    let sec = sec.map_or(String::new(), |sec| format!("0x{:02x}", sec.code()));
    let mac = if mac {
        "C483EC25F7E3E0CF100380DA5F6714CF204A5EC5"
    } else {
        ""
    };
    [
        media.to_owned(),
        sec,
        mac.to_owned(),
        application.to_owned(),
    ]
}

#[test]
fn tshark_reads_what_we_write() {
    let mut pushes: Vec<(PushPdu<'_>, Meaning)> = Vec::new();
    for (code, name) in [
        (0x35, "text/vnd.wap.connectivity-xml"),
        (0x36, "application/vnd.wap.connectivity-wbxml"),
        (0x42, "application/vnd.syncml.dm+wbxml"),
        (0x43, "application/vnd.syncml.dm+xml"),
        (0x44, "application/vnd.syncml.notification"),
    ] {
        assert_eq!(MediaType::from_name(name), MediaType::WellKnown(code));
        for (id, uri) in [
            (None, ""),
            (Some(ApplicationId::WML_UA), "x-wap-application:wml.ua"),
            (
                Some(ApplicationId::SYNCML_DM),
                "x-wap-application:syncml.dm",
            ),
            (
                Some(ApplicationId::Uri("x-wap-microsoft:cfgmgr.ua")),
                "x-wap-microsoft:cfgmgr.ua",
            ),
        ] {
            for sec in Sec::ALL.map(Some).into_iter().chain([None]) {
                let mac = sec.is_some_and(|sec| sec != Sec::UserPinMac);
                for form in [Form::Shortest, Form::General, Form::LengthQuote] {
                    let secured =
                        ContentType::secured(MediaType::WellKnown(code), sec, mac.then_some(&MAC));
                    let push = PushPdu::new(ContentType { form, ..secured }, id, BODY);
                    pushes.push((push, meaning(name, sec, mac, uri)));
                }
            }
        }
    }
    // tshark 4.0 takes a long-integer's length for the id, so only that it reads on is seen here
    let cfgmgr = Some(ApplicationId::Code(0x9044));
    let push = PushPdu::connectivity(Some(Sec::NetwPin), Some(&MAC), cfgmgr, BODY);
    let long = meaning(
        "application/vnd.wap.connectivity-wbxml",
        Some(Sec::NetwPin),
        true,
        "*",
    );
    pushes.push((push, long));

    let pdus: Vec<_> = pushes
        .iter()
        .map(|(push, _)| push.encode().unwrap())
        .collect();
    let rows = judges::tshark_fields(&pdus, &FIELDS);
    for (((push, expected), pdu), row) in pushes.iter().zip(&pdus).zip(&rows) {
        let headers_len = pdu.len() - 3 - push.body.len();
        assert_eq!(
            row[..3],
            ["0x01", "0x06", &headers_len.to_string()],
            "{pdu:02X?}"
        );
        assert_eq!(row[3..6], expected[..3], "{pdu:02X?}");
        if expected[3] == "*" {
            assert!(!row[6].is_empty(), "{pdu:02X?}");
        } else {
            assert_eq!(row[6], expected[3], "{pdu:02X?}");
        }
    }
}

#[test]
fn tshark_and_we_read_foreign_spellings_alike() {
    // A quoted lower-case MAC and a media type by name, as WAP-230 §8.4.2.3 and .24 allow
    let digits = b"c483ec25f7e3e0cf100380da5f6714cf204a5ec5";
    let quoted = [
        b"\x01\x06\x30\x1F\x2E\xB6\x91\x81\x92\"",
        &digits[..],
        b"\0\0",
    ]
    .concat();
    let media_text = b"\x01\x06\x29application/vnd.wap.connectivity-wbxml\0\xAF\x82\0\0".to_vec();
    let rows = judges::tshark_fields(&[quoted.clone(), media_text.clone()], &FIELDS);
    let push = PushPdu::parse(&quoted).unwrap();
    let mac = push.content_type.mac().unwrap();
    assert_eq!(rows[0][5].trim_matches('"'), mac.text);
    assert_eq!((rows[0][4].as_str(), mac.digest), ("0x01", Some(MAC)));
    let push = PushPdu::parse(&media_text).unwrap();
    assert_eq!(rows[1][3], push.content_type.media.to_string());
    assert_eq!(rows[1][6], "x-wap-application:wml.ua");
}
