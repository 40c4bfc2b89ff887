//! What is allocated for a device once all shapes and buffers are there: nothing, to build; nothing
//! to verify and walk through a provisioning document; little for the rest.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use allocation_counter::measure;
use dmboot::document::cp::walk::Piece;
use dmboot::document::cp::{self, Document, Encoding};
use dmboot::document::dm::{Root, Walk};
use dmboot::document::profile::{Compiled, Profile, Template, Tnds, shipped};
use dmboot::factory::job::{Emit, Job};
use dmboot::factory::params::Params;
use dmboot::security::cp_mac::{Facts, KeyForm, MacKey, NetworkSecret, Pin, Sec};
use dmboot::security::imsi::Imsi;
use dmboot::security::verify::{self, verify, verify_dm};
use dmboot::wire::wsp::{ApplicationId, ContentType, Glance, PushPdu, assigned};

const TYPICAL: &[u8] = include_bytes!("vectors/cp/cp-typical.wbxml");
const TNDS: &[u8] = include_bytes!("vectors/dm/dm-tnds.wbxml");

fn job(profile: &Profile, sec: Sec, dm: Option<Tnds>) -> Job<'_> {
    Job {
        profile,
        dm,
        sec: Some(sec),
        key_form: KeyForm::Standard,
        encoding: Encoding::Compatible,
        application_id: None,
        emit: Emit::default(),
        name: Template::parse("{{key}}").unwrap(),
        params: Params::default(),
        receiver: None,
    }
}

/// A value for a parameter of `cp/w7-nap`, another one for each device.
fn value(parameter: &str, device: usize) -> Option<String> {
    Some(match parameter {
        "server_id" => "mgmt.example".into(),
        "server_url" => "https://dm.mgmt.example:8443/dm".into(),
        "apn" => "internet.mgmt.example".into(),
        "client_nonce" => format!("Zk1vVnJ0Q2{device:02}"),
        "client_secret" => format!("<kJ8s&{device:04}>"),
        "client_user" | "server_secret" | "nap_secret" | "nap_user" => {
            format!("{parameter}-{device:04}")
        }
        "imei" => format!("4901542032{device:05}"),
        "imsi" => format!("2620112345{device:05}"),
        "pin" => format!("{device:06}"),
        "network_key" if device % 2 == 1 => format!("{device:014X}"),
        _ => return None,
    })
}

#[test]
fn a_device_is_built_without_allocating() {
    let find = |name: &str| shipped::find(name).map(str::to_owned);
    let text = find("dm/account-nap").unwrap();
    let profile = Profile::parse("dm/account-nap", &text, &find).unwrap();
    let rows: Vec<Vec<Option<String>>> = (0..50)
        .map(|device| {
            let parameters = profile.parameters.iter();
            parameters.map(|p| value(&p.name, device)).collect()
        })
        .collect();
    let rows: Vec<Vec<Option<&str>>> = rows
        .iter()
        .map(|row| row.iter().map(Option::as_deref).collect())
        .collect();
    for dm in [
        None,
        Some(Tnds::Inline),
        Some(Tnds::Opaque),
        Some(Tnds::Text),
        Some(Tnds::None),
    ] {
        for sec in [Sec::NetwPin, Sec::UserPin, Sec::UserNetwPin] {
            let job = job(&profile, sec, dm);
            let compiled = Compiled::new(&profile, job.written());
            let mut maker = job.maker(&compiled);
            let mut pdu = Vec::new();
            let mut made = |rows: &[Vec<Option<&str>>]| {
                for row in rows {
                    pdu.clear();
                    maker.resolve_row(row).unwrap();
                    maker.append_pdu(&mut pdu).unwrap();
                }
                pdu.len()
            };
            assert!(made(&rows[..2]) > 200);
            let counted = measure(|| {
                made(&rows[2..]);
            });
            assert_eq!(counted.count_total, 0, "{dm:?} {sec}");
        }
    }
}

fn message(pdu: &[u8]) -> verify::Message<'_> {
    let Glance { body, sec, mac, .. } = Glance::of(pdu).unwrap();
    verify::Message { body, sec, mac }
}

fn facts() -> Facts {
    Facts {
        network: Some(NetworkSecret::Imsi(Imsi::parse("262011234567890").unwrap())),
        pin: Some(Pin::parse("4711").unwrap()),
        code: None,
    }
}

#[test]
fn a_document_is_verified_and_walked_through_without_allocating() {
    let facts = facts();
    for sec in [Sec::NetwPin, Sec::UserPin, Sec::UserNetwPin] {
        let mac = MacKey::new(sec, &facts, KeyForm::Standard)
            .unwrap()
            .mac(TYPICAL);
        let pdu = PushPdu::connectivity(Some(sec), Some(&mac), None, TYPICAL)
            .encode()
            .unwrap();
        let mut parms = 0;
        let counted = measure(|| {
            let verified = verify(message(&pdu), &facts).unwrap();
            let mut walk = cp::Walk::new(verified.body()).unwrap();
            while let Some(piece) = walk.next().unwrap() {
                parms += u64::from(matches!(piece, Piece::Parm { .. }));
            }
        });
        assert_eq!((parms, counted.count_total), (42, 0), "{sec}");
        let owned = measure(|| drop(Document::from_wbxml(TYPICAL).unwrap()));
        assert!((1..=4 * parms).contains(&owned.count_total), "{owned:?}");
    }
}

#[test]
fn a_message_with_a_tree_as_text_takes_few_allocations() {
    let facts = facts();
    let mac = MacKey::new(Sec::UserPin, &facts, KeyForm::Standard)
        .unwrap()
        .mac(TNDS);
    let content_type =
        ContentType::secured(assigned::SYNCML_DM_WBXML, Some(Sec::UserPin), Some(&mac));
    let pdu = PushPdu::new(content_type, Some(ApplicationId::SYNCML_DM), TNDS);
    let pdu = pdu.encode().unwrap();
    let mut pieces = 0;
    let counted = measure(|| {
        let verified = verify_dm(message(&pdu), &facts).unwrap();
        let mut walk = Walk::wbxml(verified.body(), Root::Message).unwrap();
        while walk.next().unwrap().is_some() {
            pieces += 1;
        }
    });
    assert!(pieces > 300, "{pieces}");
    assert!(counted.count_total <= 8, "{counted:?}");
}
