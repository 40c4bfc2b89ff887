use super::*;
use crate::dissect::Item;
use crate::wire::wsp::{ApplicationId, ContentType, Header, MediaType, PushPdu};
use hex_literal::hex;
use proptest::prelude::*;

/// What a server of Wavecom sent, in a capture that became public: the trigger after the
/// digest, which is left out since its password is not known.
const WAVECOM: [u8; 27] = hex!("02f8000000 9e72 13 57415645434f4d2d52444d532d534552564552");

fn message(trigger: &[u8]) -> Vec<u8> {
    [&[0x5A; DIGEST_OCTETS][..], trigger].concat()
}

fn rules(octets: &[u8]) -> Vec<(&'static str, crate::finding::Position)> {
    let findings = TriggerMessage::parse(octets).unwrap().findings;
    findings.iter().map(|f| (f.rule.id, f.at)).collect()
}

#[test]
fn a_foreign_trigger_reads_and_is_written_the_same() {
    let octets = message(&WAVECOM);
    let read = TriggerMessage::parse(&octets).unwrap();
    let expected = Notification {
        ui_mode: UiMode::UserInteraction,
        ..Notification::new(0x9E72, "WAVECOM-RDMS-SERVER")
    };
    assert_eq!(read.notification, expected);
    assert_eq!((read.digest, read.trigger), ([0x5A; 16], &WAVECOM[..]));
    assert_eq!(read.findings, []);
    assert_eq!(read.notification.session_id_text(), "9E72");
    assert_eq!(expected.trigger().unwrap(), WAVECOM);
}

#[test]
fn fields_stand_where_the_standard_has_them() {
    // OMA DM 1.2 Notification §6.2.1, bit by bit
    for (ui_mode, initiator, second) in [
        (UiMode::NotSpecified, Initiator::Client, 0xC0),
        (UiMode::Background, Initiator::Client, 0xD0),
        (UiMode::Background, Initiator::Server, 0xD8),
        (UiMode::Informative, Initiator::Client, 0xE0),
        (UiMode::UserInteraction, Initiator::Server, 0xF8),
    ] {
        let notification = Notification {
            ui_mode,
            initiator,
            vendor: vec![7, 8].into(),
            ..Notification::new(0x00AB, "s")
        };
        let trigger = notification.trigger().unwrap();
        assert_eq!(trigger, [0x02, second, 0, 0, 0, 0, 0xAB, 1, b's', 7, 8]);
        let octets = message(&trigger);
        let read = TriggerMessage::parse(&octets).unwrap();
        assert_eq!(read.notification, notification);
        assert_eq!(notification.session_id_text(), "AB");
    }
    let old = Notification {
        version: 10,
        ..Notification::new(1, "s")
    };
    assert_eq!(old.trigger().unwrap()[..2], [0x02, 0x88]);
    let highest = Notification {
        version: 1023,
        ..Notification::new(0xFFFF, "s")
    };
    assert_eq!(
        highest.trigger().unwrap()[..7],
        [0xFF, 0xC8, 0, 0, 0, 0xFF, 0xFF]
    );
}

#[test]
fn what_cannot_be_written_is_refused() {
    let new = |id: &str| Notification::new(1, id.to_owned());
    let version = Notification {
        version: 1024,
        ..new("s")
    };
    let session = Notification {
        session_id: 0,
        ..new("s")
    };
    let long = "x".repeat(256);
    let fits = MAX_OCTETS - DIGEST_OCTETS - HEADER_OCTETS - 1;
    let vendor = |octets: usize| Notification {
        vendor: vec![0; octets].into(),
        ..new("s")
    };
    for (notification, error, rule) in [
        (
            version,
            EncodeError::Version { found: 1024 },
            "notification-write-version",
        ),
        (
            session,
            EncodeError::SessionZero,
            "notification-write-session-zero",
        ),
        (
            new(""),
            EncodeError::ServerIdEmpty,
            "notification-write-server-id-empty",
        ),
        (
            new(&long),
            EncodeError::ServerIdTooLong { found: 256 },
            "notification-write-server-id-too-long",
        ),
        (
            new("sé"),
            EncodeError::ServerIdCharacter { at: 1 },
            "notification-write-server-id-character",
        ),
        (
            vendor(fits + 1),
            EncodeError::TooLong {
                octets: MAX_OCTETS - DIGEST_OCTETS + 1,
            },
            "notification-write-too-long",
        ),
    ] {
        assert_eq!(notification.trigger(), Err(error));
        assert_eq!(error.rule(), rule);
    }
    assert_eq!(new(&long[1..]).trigger().unwrap().len(), 8 + 255);
    let whole = message(&vendor(fits).trigger().unwrap());
    assert_eq!(whole.len(), MAX_OCTETS);
    assert!(TriggerMessage::parse(&whole).is_ok());
    let error = TriggerMessage::parse(&[&whole[..], &[0]].concat()).unwrap_err();
    assert_eq!(
        (error.rule(), error.at),
        ("notification-too-long", MAX_OCTETS)
    );
}

#[test]
fn every_cut_is_refused_at_the_end() {
    let octets = message(&WAVECOM);
    for end in 0..octets.len() {
        let error = TriggerMessage::parse(&octets[..end]).unwrap_err();
        let expected = match end {
            0..24 => ("notification-truncated", end),
            _ => ("notification-server-id-beyond-end", 23),
        };
        assert_eq!((error.rule(), error.at), expected);
    }
    // The server id of ota vectors that have one zero too many: its length is an octet off
    let shifted = hex!("02D800000000 1234 0C 6D676D742E6578616D706C65");
    let error = TriggerMessage::parse(&message(&shifted)).unwrap_err();
    let kind = ErrorKind::ServerIdBeyondEnd {
        length: 0x34,
        left: 13,
    };
    assert_eq!(error.kind, kind);
}

#[test]
fn deviations_are_findings_at_their_place() {
    use crate::finding::Position::Offset;
    let one = |trigger: &[u8]| rules(&message(trigger));
    let id = |id: &[u8]| {
        let head = [0x02, 0xC8, 0, 0, 0, 0, 1, id.len() as u8];
        one(&[&head[..], id].concat())
    };
    assert_eq!(id(b"mgmt.example"), []);
    assert_eq!(id(b""), [("notification-server-id-empty", Offset(23))]);
    assert_eq!(
        id(b"ab\0"),
        [("notification-server-id-characters", Offset(26))]
    );
    assert_eq!(
        id("é".as_bytes()),
        [("notification-server-id-characters", Offset(24))]
    );
    for bad in [b"a b", b"a=b", b"a&b", b"a*b", b"a+b"] {
        assert_eq!(id(bad), [("notification-server-id-acl", Offset(25))]);
    }
    let version = one(&hex!("0288000000 0001 01 73"));
    assert_eq!(version, [("notification-version", Offset(16))]);
    for (trigger, at) in [
        (hex!("02C9000000 0001 01 73"), 17),
        (hex!("02CC000000 0001 01 73"), 17),
        (hex!("02C8800000 0001 01 73"), 18),
        (hex!("02C8000001 0001 01 73"), 18),
    ] {
        assert_eq!(one(&trigger), [("notification-future-use", Offset(at))]);
    }
    let session = one(&hex!("02C8000000 0000 01 73"));
    assert_eq!(session, [("notification-session-zero", Offset(21))]);
    let zero = [&[0; 16][..], &hex!("02C8000000 0001 01 73")].concat();
    assert_eq!(rules(&zero), [("notification-digest-zero", Offset(0))]);
    let error = TriggerMessage::parse(&message(&hex!("02C8000000 0001 03 73FF73"))).unwrap_err();
    assert_eq!(
        (error.rule(), error.at),
        ("notification-server-id-encoding", 25)
    );
}

#[test]
fn the_push_is_the_six_octets_that_the_standard_fixes() {
    let octets = message(&WAVECOM);
    let pdu = push(&octets).encode().unwrap();
    assert_eq!(pdu[..6], hex!("01 06 03 C4 AF 87"));
    assert_eq!(pdu[6..], octets);
    let read = PushPdu::parse(&pdu).unwrap();
    assert_eq!((read.findings.len(), check_push(&read)), (0, vec![]));
}

#[test]
fn headers_that_a_client_may_not_read_are_reported() {
    let body = message(&WAVECOM);
    let found = |pdu: &PushPdu<'_>| -> Vec<&str> {
        let octets = pdu.encode().unwrap();
        let read = PushPdu::parse(&octets).unwrap();
        check_push(&read)
            .iter()
            .map(|finding| finding.rule.id)
            .collect()
    };
    let name = "application/vnd.syncml.notification";
    let by_name = PushPdu {
        content_type: ContentType::new(MediaType::Text(name)),
        ..push(&body)
    };
    assert_eq!(found(&by_name), ["notification-media-by-name"]);
    let id = ApplicationId::Uri("x-wap-application:syncml.dm");
    let with = |headers: Vec<Header<'static>>| PushPdu {
        headers,
        ..push(&body)
    };
    let uri = with(vec![Header::application_id(id)]);
    assert_eq!(found(&uri), ["notification-application-id-by-name"]);
    let code = || Header::application_id(ApplicationId::SYNCML_DM);
    let text = |text: String| {
        let value = crate::wire::wsp::HeaderValue::Text(text.into());
        Header::new(crate::wire::wsp::FieldName::WellKnown(0x31), value)
    };
    let order = with(vec![text("a".into()), code()]);
    assert_eq!(found(&order), ["notification-header-order"]);
    // 7 of WDP, 6 of WSP, 2 of the header: 33 characters are the last that fit
    assert_eq!(found(&with(vec![code(), text("x".repeat(33))])), [""; 0]);
    let long = with(vec![code(), text("x".repeat(34))]);
    assert_eq!(found(&long), ["notification-headers-too-long"]);
    // Two segments have 5 octets more of WDP
    let big = message(&[&WAVECOM[..], &[0; 100]].concat());
    let split = PushPdu {
        headers: vec![code(), text("x".repeat(28))],
        ..push(&big)
    };
    assert_eq!(found(&split), [""; 0]);
    let split = PushPdu {
        headers: vec![code(), text("x".repeat(29))],
        ..push(&big)
    };
    assert_eq!(found(&split), ["notification-headers-too-long"]);
}

#[test]
fn segments_of_sms() {
    let segments = [0, 133, 134, 256, 257, 255 * 128, 255 * 128 + 1].map(sms_segments);
    let expected = [Some(1), Some(1), Some(2), Some(2), Some(3), Some(255), None];
    assert_eq!(segments, expected);
    // The longest message fits, with the six octets of the push
    let longest = [MAX_OCTETS + 6, MAX_OCTETS + 7].map(sms_segments);
    assert_eq!(longest, [Some(255), None]);
}

fn covers(items: &[Item], end: usize) {
    let mut at = 0;
    for item in items {
        assert_eq!(item.span.start, at);
        assert!(!item.span.is_empty() && item.children.is_empty());
        at = item.span.end;
    }
    assert_eq!(at, end);
}

#[test]
fn every_field_is_explained() {
    // Version 11, informative, client, the bits 101 and 1 of future-use, session AB, "s", two octets
    let octets = message(&hex!("02E5000001 00AB 01 73 0708"));
    let (items, findings, fault) = dissect(&octets);
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule.id).collect();
    assert_eq!((&*rules, fault), (&["notification-future-use"][..], None));
    let found: Vec<_> = items
        .iter()
        .map(|item| (&*item.name, item.span.clone(), &*item.value, item.secret))
        .collect();
    let digest = format!("MD5 {}", "5A".repeat(16));
    let version = "11, which is 1.1, bits 0000001011, the last two in the next octet";
    let mode = "informative (bits 10), initiator client (bit 0)";
    let future = "27 bits, the first three in the octet before: 101000000000000000000000001";
    assert_eq!(
        found,
        [
            ("digest", 0..16, &*digest, false),
            ("version", 16..17, version, false),
            ("ui-mode", 17..18, mode, false),
            ("future-use", 18..21, future, false),
            ("sessionid", 21..23, "AB", false),
            ("length-identifier", 23..24, "1", false),
            ("server-identifier", 24..25, "\"s\"", false),
            ("vendor-specific", 25..27, "2 octets", true),
        ]
    );
    let names = |octets: &[u8]| {
        let (items, ..) = dissect(octets);
        let last = items.last().unwrap();
        (items.len(), last.name.to_string(), last.secret)
    };
    assert_eq!(names(&octets[..25]), (7, "server-identifier".into(), false));
    assert_eq!(names(&octets[..24]), (6, "length-identifier".into(), false));
    assert_eq!(names(&octets[..20]), (4, "Not read".into(), true));
    let other = message(&hex!("02D8000000 0001 00"));
    let (items, ..) = dissect(&other);
    assert_eq!(
        &*items[2].value,
        "background (bits 01), initiator server (bit 1)"
    );
    assert_eq!(items.len(), 6, "nothing is said of an empty server id");
}

#[test]
fn debug_does_not_show_what_the_vendor_wrote() {
    let notification = Notification {
        vendor: b"secret".into(),
        ..Notification::new(0xAB, "s")
    };
    let shown = format!("{notification:?}");
    assert!(
        shown.contains("00AB") && shown.contains("6 octets"),
        "{shown}"
    );
    assert!(
        !shown.contains("secret") && !shown.contains("115"),
        "{shown}"
    );
}

#[test]
fn every_rule_is_listed_once() {
    let ids: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
    assert!(ids.iter().all(|id| id.starts_with("notification-")));
}

proptest! {
    #[test]
    fn anything_is_read_or_refused_and_explained(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        let (items, findings, fault) = dissect(&octets);
        covers(&items, octets.len());
        match TriggerMessage::parse(&octets) {
            Ok(read) => {
                prop_assert_eq!(fault, None);
                prop_assert_eq!(read.findings, findings);
            }
            Err(error) => prop_assert_eq!(fault, Some(error)),
        }
    }

    #[test]
    fn what_is_written_reads_the_same(
        version in 0..1024_u16,
        ui in 0..4_usize,
        server in any::<bool>(),
        session_id in 1..=0xFFFF_u16,
        server_id in "[ -~]{1,255}",
        vendor in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let notification = Notification {
            version,
            ui_mode: UiMode::ALL[ui],
            initiator: if server { Initiator::Server } else { Initiator::Client },
            session_id,
            server_id: server_id.into(),
            vendor: vendor.into(),
        };
        let octets = message(&notification.trigger().unwrap());
        prop_assert_eq!(TriggerMessage::parse(&octets).unwrap().notification, notification);
    }
}
