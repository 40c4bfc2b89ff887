//! Synthesis' SanPackage reads the notifications that we write, and agrees about their digests; it
//! and tshark are all that the registries have for Package #0.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod judges;

use dmboot::bytes::Hex;
use dmboot::document::dm::notification::{Initiator, Notification, TriggerMessage, UiMode, push};
use dmboot::secret::Secret;
use dmboot::security::notify::{trigger_message, verify};
use std::fmt::Write as _;
use std::path::Path;

/// A message and what somebody believes its credentials to be.
struct Case {
    server_id: String,
    password: String,
    nonce: Vec<u8>,
    message: Vec<u8>,
}

/// SanPackage's lines about the cases. It is compiled each time, since it is small.
fn judge(cases: &[Case]) -> Vec<String> {
    let compiler = judges::tool("g++", "g++");
    let header = Path::new("/usr/include/synthesis/san.h");
    assert!(
        header.is_file(),
        "{header:?} is needed: apt-get install -y --no-install-recommends libsynthesis-dev"
    );
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("san");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/san/san.cpp");
    // C++17 has a std::byte that clashes with the library's
    let arguments = [
        "-std=c++14",
        "-w",
        "-I/usr/include/synthesis",
        source,
        "-lsynthesissdk",
        "-lsmltk",
        "-lpthread",
        "-o",
        program.to_str().unwrap(),
    ];
    judges::run(&compiler, &arguments, &[]);
    let mut input = String::new();
    for case in cases {
        let Case {
            server_id,
            password,
            nonce,
            message,
        } = case;
        let [id, password] = [server_id, password].map(|text| text.as_bytes());
        let line = [id, password, nonce, message].map(|octets| Hex(octets).to_string());
        writeln!(input, "{}", line.join(" ")).unwrap();
    }
    let output = String::from_utf8(judges::run(&program, &[], input.as_bytes())).unwrap();
    let lines: Vec<_> = output.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), cases.len(), "{output}");
    lines
}

fn case(notification: &Notification<'_>, password: &str, nonce: &[u8]) -> Case {
    let secret = Secret::new(nonce.to_vec());
    Case {
        server_id: notification.server_id.to_string(),
        password: password.into(),
        nonce: nonce.to_vec(),
        message: trigger_message(notification, &Secret::from(password), Some(&secret)).unwrap(),
    }
}

fn line(ok: bool, n: &Notification<'_>) -> String {
    let (ui, initiator) = (n.ui_mode.bits(), n.initiator.bit());
    format!(
        "{} {} {ui} {initiator} {} {}",
        u8::from(ok),
        n.version,
        n.session_id,
        n.server_id
    )
}

fn notifications() -> Vec<Notification<'static>> {
    let mut all = Vec::new();
    for ui_mode in UiMode::ALL {
        for initiator in [Initiator::Client, Initiator::Server] {
            for (version, session_id, server_id, vendor) in [
                (11, 0x1234, "com.example.dm", &b""[..]),
                (11, 1, "s", b"vendor"),
                (10, 0xFFFF, "dm.example:8443/x", &[0x00, 0xFF, 0x80, 0x01]),
                // That of the notification of Data Synchronization; SanPackage refuses 1023
                (12, 0x8000, "MGMT", &[0x5A; 90]),
            ] {
                all.push(Notification {
                    version,
                    ui_mode,
                    initiator,
                    vendor: vendor.into(),
                    ..Notification::new(session_id, server_id)
                });
            }
        }
    }
    all
}

#[test]
fn synthesis_reads_every_field_and_agrees_on_the_digest() {
    let (mut cases, mut expected) = (Vec::new(), Vec::new());
    for notification in notifications() {
        let right = || case(&notification, "srvpw", b"Nonce");
        cases.push(right());
        expected.push(line(true, &notification));
        let nonce = b"Nonc\xE9".to_vec();
        let password = "srvpv".to_owned();
        for wrong in [
            Case { nonce, ..right() },
            Case {
                password,
                ..right()
            },
        ] {
            cases.push(wrong);
            expected.push(line(false, &notification));
        }
        let mut corrupted = right();
        corrupted.message[0] ^= 1;
        cases.push(corrupted);
        expected.push(line(false, &notification));
        // The last octet is of the vendor data, or of the server id
        let mut changed = right();
        *changed.message.last_mut().unwrap() ^= 1;
        let read = TriggerMessage::parse(&changed.message)
            .unwrap()
            .notification;
        expected.push(line(false, &read));
        cases.push(changed);
    }
    // Another password and nonce, of other octets
    let notification = Notification::new(0x2F, "mgmt.example");
    let octets: Vec<u8> = (1..=255).collect();
    cases.push(case(&notification, "päss:word", &octets));
    expected.push(line(true, &notification));
    assert_eq!(judge(&cases), expected);
    for (case, expected) in cases.iter().zip(&expected) {
        let message = TriggerMessage::parse(&case.message).unwrap();
        let password = Secret::from(&*case.password);
        let nonce = Secret::new(case.nonce.clone());
        let ours = verify(&message, &password, Some(&nonce)).is_ok();
        assert_eq!(ours, expected.starts_with('1'), "{expected}");
    }
}

#[test]
fn tshark_reads_the_push_of_a_notification() {
    let fields = [
        "wsp.pdu_type",
        "wsp.headers_length",
        "wsp.header.content_type",
        "wsp.header.x_wap_application_id",
    ];
    let notification = Notification::new(0x1234, "com.example.dm");
    let message = case(&notification, "srvpw", b"Nonce").message;
    let pdu = push(&message).encode().unwrap();
    let rows = judges::tshark_fields(&[pdu], &fields);
    let expected = [
        "0x06",
        "3",
        "application/vnd.syncml.notification",
        "x-wap-application:syncml.dm",
    ];
    assert_eq!(rows, [expected]);
}
