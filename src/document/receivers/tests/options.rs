//! Build options that receivers take.

use super::*;
use crate::document::cp::{Document, Encoding};
use crate::document::profile::{Address, Levels};
use crate::wire::wsp::{ContentType, PushPdu, Sec};

fn receiver(name: &str) -> Receiver {
    shipped_receivers()
        .into_iter()
        .find(|r| r.name == name)
        .unwrap()
}

fn base() -> String {
    std::fs::read_to_string("tests/vectors/receivers/base.xml").unwrap()
}

fn advise(
    name: &str,
    xml: &str,
    start: Settings,
    fixed: Fixed,
) -> (Verdict, Settings, Vec<String>) {
    let document = Document::from_xml(xml.as_bytes()).unwrap().document;
    let receiver = receiver(name);
    let advice = Builder::new(document, true)
        .advise(&receiver, &start, fixed, &[])
        .unwrap();
    let changes = advice.changes.iter().map(Change::to_string).collect();
    (advice.prediction.verdict, advice.settings, changes)
}

fn by(sec: Sec) -> Settings {
    Settings {
        sec: Some(sec),
        ..Settings::default()
    }
}

#[test]
fn a_header_that_breaks_a_receiver_is_left_out() {
    let start = Settings {
        application_id: Some(2),
        ..by(Sec::UserPin)
    };
    let (verdict, settings, changes) = advise("intel-cpclient", &base(), start, Fixed::default());
    assert_eq!(
        (verdict, changes),
        (Verdict::Accepted, vec!["no --application-id".to_owned()])
    );
    assert_eq!(settings.application_id, None);
    let fixed = Fixed {
        application_id: true,
        ..Fixed::default()
    };
    assert_eq!(
        advise("intel-cpclient", &base(), start, fixed).0,
        Verdict::Refused
    );
}

#[test]
fn address_and_levels_follow_the_receiver() {
    let (verdict, settings, changes) =
        advise("netcomm", &base(), by(Sec::UserPin), Fixed::default());
    assert_eq!(verdict, Verdict::Accepted);
    assert_eq!(
        (settings.address, settings.levels),
        (Some(Address::Short), Levels::Swapped)
    );
    assert_eq!(
        changes,
        [
            "address = \"short\" in the profile",
            "levels = \"swapped\" in the profile"
        ]
    );
    let path = base().replace("https://dm.example", "https://dm.example/oma");
    let (verdict, settings, _) =
        advise("intel-cpclient", &path, by(Sec::UserPin), Fixed::default());
    assert_eq!(
        (verdict, settings.address),
        (Verdict::Accepted, Some(Address::Short))
    );
}

#[test]
fn the_roots_version_is_written_for_a_receiver_that_asks_for_it() {
    let start = Settings {
        address: Some(Address::Short),
        levels: Levels::Swapped,
        ..by(Sec::UserPin)
    };
    let bare = base().replace("doc version=\"1.0\"", "doc");
    assert_ne!(bare, base());
    let (verdict, settings, changes) = advise("netcomm", &bare, start, Fixed::default());
    assert_eq!((verdict, settings.root_version), (Verdict::Accepted, true));
    assert_eq!(changes, ["version = \"1.0\" in the profile"]);
    let fixed = Fixed {
        root_version: true,
        ..Fixed::default()
    };
    assert_eq!(advise("netcomm", &bare, start, fixed).0, Verdict::Refused);
}

#[test]
fn keys_follow_the_receiver() {
    let browser = base().replace("\"w7\"", "\"w2\"");
    let fixed = Fixed {
        sec: true,
        ..Fixed::default()
    };
    for (name, sec, form) in [
        ("gecko", Sec::NetwPin, "imsi-zero-filler"),
        ("spreadtrum", Sec::NetwPin, "imsi-digit-dropped"),
        ("spreadtrum", Sec::UserNetwPin, "imsi-digit-dropped"),
        ("netcomm", Sec::UserNetwPin, "pin-colon-secret"),
        ("symbian", Sec::UserNetwPin, "standard"),
    ] {
        let (_, settings, _) = advise(name, &browser, by(sec), fixed);
        assert_eq!(settings.key_form, form, "{name}");
    }
}

#[test]
fn no_advice_weakens_the_signature() {
    let browser = base().replace("\"w7\"", "\"w2\"");
    // gecko takes NETWPIN and USERPIN only
    let (verdict, settings, changes) =
        advise("gecko", &browser, by(Sec::UserNetwPin), Fixed::default());
    assert_eq!(
        (verdict, settings.sec),
        (Verdict::Refused, Some(Sec::UserNetwPin))
    );
    assert!(changes.is_empty(), "{changes:?}");
    let (verdict, settings, _) = advise("gecko", &browser, Settings::default(), Fixed::default());
    assert_eq!(
        (verdict, settings.sec),
        (Verdict::Accepted, Some(Sec::UserPin))
    );
    let (verdict, settings, _) = advise(
        "windows-mobile",
        &base(),
        by(Sec::UserPin),
        Fixed::default(),
    );
    assert_eq!(
        (verdict, settings.sec),
        (Verdict::Accepted, Some(Sec::UserNetwPin))
    );
    for receiver in shipped_receivers() {
        for sec in Sec::ALL {
            let (_, settings, _) = advise(&receiver.name, &base(), by(sec), Fixed::default());
            let weaker = match sec {
                Sec::NetwPin => settings.sec.is_none(),
                Sec::UserPin | Sec::UserPinMac => {
                    matches!(settings.sec, None | Some(Sec::NetwPin))
                }
                Sec::UserNetwPin => settings.sec != Some(sec),
            };
            assert!(!weaker, "{} {sec}: {settings:?}", receiver.name);
        }
    }
}

#[test]
fn what_is_fixed_stays() {
    for receiver in shipped_receivers() {
        let start = by(Sec::NetwPin);
        let (_, settings, changes) = advise(&receiver.name, &base(), start, Fixed::ALL);
        assert_eq!(settings, start, "{}", receiver.name);
        assert!(changes.is_empty());
    }
}

/// What no claim speaks of is not tried, so the facts that an option decides must be known.
#[test]
fn an_option_changes_only_what_it_is_known_to_decide() {
    use super::super::options::decided_by;
    let starts = [Sec::ALL.map(Some).as_slice(), &[None]].concat();
    for xml in [base(), base().replace(" version=\"1.0\">", ">")] {
        let document = Document::from_xml(xml.as_bytes()).unwrap().document;
        let mut builder = Builder::new(document, false);
        for &sec in &starts {
            let start = Settings {
                sec,
                application_id: Some(7),
                ..Settings::default()
            };
            let one = |change: &dyn Fn(&mut Settings)| {
                let mut settings = start;
                change(&mut settings);
                settings
            };
            let others = [
                (one(&|s| s.sec = Some(Sec::NetwPin)), decided_by::SEC),
                (one(&|s| s.sec = None), decided_by::SEC),
                (one(&|s| s.key_form = KEY_FORMS[1]), decided_by::KEY_FORM),
                (
                    one(&|s| s.encoding = Encoding::Compact),
                    decided_by::ENCODING,
                ),
                (
                    one(&|s| s.application_id = None),
                    decided_by::APPLICATION_ID,
                ),
                (
                    one(&|s| s.address = Some(Address::Short)),
                    decided_by::ADDRESS,
                ),
                (
                    one(&|s| s.address = Some(Address::Long)),
                    decided_by::ADDRESS,
                ),
                (one(&|s| s.levels = Levels::Swapped), decided_by::LEVELS),
                (one(&|s| s.root_version = true), decided_by::ROOT_VERSION),
            ];
            let before = builder.facts(&start).unwrap();
            for (settings, decided) in others {
                let after = builder.facts(&settings).unwrap();
                for &fact in Fact::ALL {
                    let known = decided.contains(&fact)
                        || matches!(fact, Fact::PushOctets | Fact::Segments | Fact::Finding);
                    if !known {
                        assert_eq!(before.state(fact), after.state(fact), "{fact} {settings:?}");
                    }
                }
            }
        }
    }
}

/// The facts of what was built are those of a message that is read.
#[test]
fn facts_are_those_of_the_octets() {
    let xml = base();
    let document = Document::from_xml(xml.as_bytes()).unwrap().document;
    let body = document.to_wbxml(Encoding::Compatible).unwrap().octets;
    let content_type = ContentType::connectivity(Some(Sec::UserPin), Some(&[0; 20]));
    let pdu = PushPdu::new(content_type, None, &body).encode().unwrap();
    let mut read = Facts::of(&pdu).unwrap();
    read.word(Fact::KeyForm, KEY_FORMS[0]);
    let built = Builder::new(document, false).facts(&by(Sec::UserPin));
    assert_eq!(built.unwrap(), read);
}

/// Large documents whose receivers were slow to predict, when each option was written and read for
/// each receiver, or strings were compared each with each. A hundred times as much work for the same
/// size would take hours, which is noticed without a clock.
#[test]
fn large_documents_take_linear_time() {
    let parm = |name: &str, value: &str| format!("<parm name=\"{name}\" value=\"{value}\"/>");
    let napdef = |n: usize| {
        let parms = parm("NAPID", &format!("N{n}"));
        format!("<characteristic type=\"NAPDEF\">{parms}</characteristic>")
    };
    let account = |content: &str| {
        let appid = parm("APPID", "w7");
        format!("<characteristic type=\"APPLICATION\">{appid}{content}</characteristic>")
    };
    let auth = format!(
        "<characteristic type=\"APPAUTH\">{}</characteristic>",
        parm("AAUTHNAME", "a")
    );
    for content in [
        account(&parm("TO-NAPID", "M").repeat(8_000)),
        account(&auth.repeat(3_000)),
        (0..4_000).map(napdef).collect(),
        account("").repeat(3_000),
    ] {
        let xml = format!("<wap-provisioningdoc>{content}</wap-provisioningdoc>");
        let document = Document::from_xml(xml.as_bytes()).unwrap().document;
        let mut builder = Builder::new(document, false);
        for receiver in shipped_receivers() {
            let start = Settings::default();
            let advice = builder.advise(&receiver, &start, Fixed::default(), &[]);
            assert!(!advice.unwrap().prediction.verdict.name().is_empty());
        }
        // Encodings, addresses, levels, versions
        assert!(builder.written() <= 2 * 3 * 2 * 2, "{}", builder.written());
    }
}

#[test]
fn key_forms_are_those_of_the_program() {
    let names = crate_key_forms();
    assert_eq!(KEY_FORMS, names);
}

/// The names that the command line takes, from the manual of security; a document may not name the
/// layer above it.
fn crate_key_forms() -> Vec<String> {
    let text = std::fs::read_to_string("src/security/cp_mac.rs").unwrap();
    let start = text
        .find("/// The name in arguments and files: `imsi-ascii`.")
        .unwrap();
    let body = &text[start..text[start..].find("\n    }\n").unwrap() + start];
    body.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}
