//! Every rule of the linter has a document that breaks it, and one that comes near and does not.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use dmboot::document::cp::{Document, Encoding};
use dmboot::document::lint::{
    self, ALL, Channel, Context, Linted, lint, of_profile, rules as lint_rules,
};
use dmboot::document::profile::{Form, Profile, shipped};
use dmboot::finding::{Finding, Position};
use dmboot::manual::rules::find;
use dmboot::wire::wsp::assigned::CONNECTIVITY_WBXML;
use dmboot::wire::wsp::{ContentType, PushPdu, Sec};
use std::collections::BTreeSet;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");

type Edit = (String, String);

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    #[serde(default)]
    base: String,
    #[serde(default)]
    edit: Vec<Edit>,
    at: String,
    /// Further findings: `rule at`.
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    miss: Vec<Edit>,
    push: Option<String>,
    miss_push: Option<String>,
    channel: Option<String>,
    #[serde(default)]
    identities: Vec<String>,
    pin: Option<String>,
    miss_pin: Option<String>,
    /// What the push is filled up to.
    octets: Option<usize>,
    miss_octets: Option<usize>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    case: Vec<Case>,
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(format!("{VECTORS}/lint.toml")).unwrap();
    toml::from_str::<Index>(&text).unwrap().case
}

fn edited(base: &str, edits: &[Edit]) -> String {
    let mut text = std::fs::read_to_string(format!("{VECTORS}/lint/{base}")).unwrap();
    for (from, to) in edits {
        assert_eq!(text.matches(from.as_str()).count(), 1, "{base}: {from:?}");
        text = text.replace(from.as_str(), to);
    }
    text
}

/// The document as the octets of a push, filled up to a length.
fn push(xml: &str, sec: &str, octets: Option<usize>) -> Vec<u8> {
    let sec = Sec::ALL.into_iter().find(|known| known.lower_name() == sec);
    let content_type = match sec {
        Some(_) => ContentType::connectivity(sec, Some(&[0xA5; 20])),
        None => ContentType::new(CONNECTIVITY_WBXML),
    };
    let wrapped = |filler: &str| {
        let root = "</wap-provisioningdoc>";
        let vendor = format!(
            "<characteristic type=\"VENDORCONFIG\"><parm name=\"NAME\" value=\"v\"/>\
             <parm name=\"v\" value=\"{filler}\"/></characteristic>{root}"
        );
        let xml = match octets {
            Some(_) => xml.replace(root, &vendor),
            None => xml.to_owned(),
        };
        let parsed = Document::from_xml(xml.as_bytes()).unwrap();
        let body = parsed.document.to_wbxml(Encoding::Compatible).unwrap();
        let body = body.octets.clone();
        PushPdu::new(content_type.clone(), None, &body)
            .encode()
            .unwrap()
    };
    let empty = wrapped("").len();
    let filler = octets.map_or(0, |octets| octets - empty);
    let pdu = wrapped(&"A".repeat(filler));
    assert!(octets.is_none_or(|octets| octets == pdu.len()));
    pdu
}

fn profile(text: &str) -> Profile {
    let find = |name: &str| shipped::find(name).map(str::to_owned);
    Profile::parse("profile.toml", text, &find).unwrap_or_else(|error| panic!("{error}"))
}

fn place(at: Position) -> String {
    match at {
        Position::Unknown => String::new(),
        // Encoders choose it
        Position::Offset(_) => "offset".to_owned(),
        Position::Line { line, column } => format!("{line}:{column}"),
    }
}

/// What is found in a case, or in its near miss.
fn found(case: &Case, near: bool) -> Vec<Finding> {
    let choose = |broken: &Option<String>, missed: &Option<String>| match near {
        true => missed.clone().or_else(|| broken.clone()),
        false => broken.clone(),
    };
    if let Some(pin) = choose(&case.pin, &case.miss_pin) {
        let numbers = case.identities.iter();
        let device: Vec<_> = numbers.map(|number| ("imei", number.as_str())).collect();
        return lint::pin(&pin, &device);
    }
    let text = edited(&case.base, if near { &case.miss } else { &case.edit });
    let channel = case.channel.as_deref().map(|name| {
        let known = Channel::NAMES.into_iter().find(|(known, _)| *known == name);
        known.unwrap().1
    });
    let identities: Vec<&str> = case.identities.iter().map(String::as_str).collect();
    let context = Context {
        identities: &identities,
        channel,
    };
    let linted: Linted = match choose(&case.push, &case.miss_push) {
        _ if case.base.ends_with(".toml") => of_profile(&profile(&text), channel),
        Some(sec) => {
            let octets = if near { case.miss_octets } else { case.octets };
            lint(&push(&text, &sec, octets), None, &context)
        }
        None => lint(text.as_bytes(), None, &context),
    };
    assert_eq!(linted.fault, None, "{}", case.rule);
    linted.remarks.into_iter().map(|r| r.finding).collect()
}

#[test]
fn the_documents_to_begin_with_break_no_rule() {
    for base in ["account.xml", "bare.xml", "message.xml"] {
        let text = edited(base, &[]);
        assert_eq!(lint(text.as_bytes(), None, &Context::default()).remarks, []);
    }
    assert_eq!(
        of_profile(&profile(&edited("profile.toml", &[])), None).remarks,
        []
    );
    let signed = push(&edited("bare.xml", &[]), "userpin", None);
    assert_eq!(lint(&signed, None, &Context::default()).remarks, []);
}

#[test]
fn each_breaks_its_rule_and_what_comes_near_does_not() {
    let mut wrong = Vec::new();
    for case in cases() {
        let line = |finding: &Finding| {
            let line = format!("{} {}", finding.rule.id, place(finding.at));
            line.trim_end().to_owned()
        };
        let broken = found(&case, false);
        let mut lines: Vec<String> = broken.iter().map(line).collect();
        let mut expected = vec![format!("{} {}", case.rule, case.at).trim_end().to_owned()];
        expected.extend(case.also.iter().cloned());
        lines.sort();
        expected.sort();
        if lines != expected {
            wrong.push(format!(
                "{} {:?}: {lines:?}, expected {expected:?}",
                case.rule, case.edit
            ));
        }
        let missed = found(&case, true);
        if missed.iter().any(|finding| finding.rule.id == case.rule) {
            wrong.push(format!("{} {:?} is no near miss", case.rule, case.miss));
        }
        assert!(
            case.miss != case.edit
                || case.miss_push.is_some()
                || case.pin.is_some()
                || case.octets.is_some()
        );
        for finding in broken.iter().filter(|f| f.rule.id == case.rule) {
            let whole = [&finding.found, &finding.expected, &finding.remedy];
            assert!(whole.iter().all(|text| !text.is_empty()), "{finding}");
            for secret in ["k7Gq2ZtPw9LxR4vB", "Yd3mN8sXc5TjH1fA", "8fHSV7mBqlQ"] {
                assert!(!finding.to_string().contains(secret), "{finding}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_document() {
    let rules = cases().into_iter().map(|case| case.rule);
    // Some cases are of other rules, where the linter has to be silent
    let covered: BTreeSet<_> = rules.filter(|rule| rule.starts_with("lint-")).collect();
    let rules: BTreeSet<_> = ALL.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(covered, rules);
    assert_eq!(ALL.len(), rules.len(), "an id stands twice");
}

/// Each is explained by an example of both kinds.
#[test]
fn every_rule_is_explained_by_examples() {
    for rule in ALL {
        let section = find(rule.id).unwrap_or_else(|| panic!("{} has no section", rule.id));
        let examples: Vec<&str> = section.text.split("```").collect();
        assert_eq!(examples.len(), 5, "{}: two examples", rule.id);
        assert!(examples[0].ends_with("Wrong:\n"), "{}", rule.id);
        assert!(examples[2].ends_with("Right:\n"), "{}", rule.id);
        assert_ne!(examples[1], examples[3], "{}", rule.id);
    }
}

#[test]
fn shipped_profiles_break_no_rule_without_a_reason() {
    for (name, text) in shipped::PROFILES {
        let find = |name: &str| shipped::find(name).map(str::to_owned);
        let profile = Profile::parse(name, text, &find).unwrap();
        for channel in [None, Some(Channel::Sms)] {
            for remark in of_profile(&profile, channel).remarks {
                let note = remark.finding.rule.severity == dmboot::finding::Severity::Note;
                // A message with an access point is as long as it is
                let long = remark.finding.rule.id == "lint-segments" && profile.form == Form::Dm;
                assert!(
                    note || long || remark.allowed.is_some(),
                    "{name}: {}",
                    remark.finding
                );
            }
        }
    }
}

/// A level of the other form is told apart from a word that nobody knows.
#[test]
fn levels_of_the_other_form_are_named() {
    let remedy = |base: &str, from: &str, to: &str| {
        let text = edited(base, &[(from.to_owned(), to.to_owned())]);
        let remarks = lint(text.as_bytes(), None, &Context::default()).remarks;
        let of_value = |f: &Finding| matches!(f.rule.id, "cp-value-set" | "dm-node-value");
        let mut findings = remarks.into_iter().map(|remark| remark.finding);
        findings.find(of_value).unwrap().remedy
    };
    for (cp, dm) in [("APPSRV", "CLCRED"), ("CLIENT", "SRVCRED")] {
        let told = remedy("account.xml", &format!("\"{cp}\""), &format!("\"{dm}\""));
        assert_eq!(
            told,
            format!("write {cp}; \"{dm}\" is its name in DM messages")
        );
        let told = remedy("message.xml", &format!(">{dm}<"), &format!(">{cp}<"));
        let expected = format!("write {dm}; {cp} is its name in provisioning documents");
        assert_eq!(told, expected);
    }
    let other = remedy("account.xml", "\"APPSRV\"", "\"SERVER\"");
    assert!(
        other.starts_with("write APPSRV over what the device shows"),
        "{other}"
    );
}

/// Words that are not in a list, and what is meant.
#[test]
fn famous_wrong_values_are_corrected() {
    let told = |from: &str, to: &str| {
        let text = edited("account.xml", &[(from.to_owned(), to.to_owned())]);
        let remarks = lint(text.as_bytes(), None, &Context::default()).remarks;
        let mut findings = remarks.into_iter().map(|remark| remark.finding);
        findings
            .find(|f| f.rule.id == "cp-value-set")
            .unwrap()
            .remedy
    };
    for (from, to, known) in [
        ("\"DIGEST\"", "\"MD5\"", "DIGEST"),
        ("\"DIGEST\"", "\"syncml:auth-md5\"", "DIGEST"),
        ("GSM-GPRS", "GPRS", "GSM-GPRS"),
        ("GSM-GPRS", "lte", "GSM-GPRS"),
        ("\"URI\"", "\"URL\"", "URI"),
    ] {
        assert_eq!(told(from, to), format!("write {known}, if that is meant"));
    }
    let dash = "write GSM-GPRS; there is U+2013 in it, which only looks like a hyphen";
    assert_eq!(told("GSM-GPRS", "GSM\u{2013}GPRS"), dash);
    let auth = "<parm name=\"DNS-ADDR\" value=\"192.0.2.53\"/>";
    let none = format!(
        "{auth}<characteristic type=\"NAPAUTHINFO\"><parm name=\"AUTHTYPE\" value=\"NONE\"/>\
         </characteristic>"
    );
    assert!(told(auth, &none).starts_with("remove the NAPAUTHINFO"));
    let pigeon = told("GSM-GPRS", "PIGEON");
    assert!(
        pigeon.starts_with("choose a value of the bearer set"),
        "{pigeon}"
    );
}

#[test]
fn a_nonce_that_the_end_of_a_line_parted_is_joined() {
    let edit = ("8fHSV7mBqlQ=".to_owned(), "8fHSV7\n  mBqlQ=".to_owned());
    let text = edited("account.xml", &[edit]);
    let remarks = lint(text.as_bytes(), None, &Context::default()).remarks;
    let told: Vec<_> = remarks
        .iter()
        .map(|remark| (remark.finding.rule.id, &*remark.finding.remedy))
        .collect();
    let remedy = "remove the white space, which programs that break lines put in";
    assert_eq!(told, [("cp-base64", remedy)]);
}

/// What readers left out is not asked for as well, and one slip is one finding.
#[test]
fn what_is_lost_is_told_once() {
    let found = |from: &str, to: &str| {
        let text = edited("account.xml", &[(from.to_owned(), to.to_owned())]);
        let remarks = lint(text.as_bytes(), None, &Context::default()).remarks;
        let findings = remarks.into_iter().map(|remark| remark.finding);
        let lines = findings.map(|f| format!("{} {}; {}", f.rule.id, f.found, f.remedy));
        lines
            .filter(|line| line.starts_with("cp-"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found("<parm name=\"NAPID\"", "<param name=\"NAPID\""),
        [
            "cp-unexpected-element an element \"param\" in <characteristic>; write <parm>; \
          receivers skip it as it is, with all that is in it"
        ]
    );
    assert_eq!(
        found("<parm name=\"NAPID\"", "<parm Name=\"NAPID\""),
        [
            "cp-unexpected-attribute attribute \"Name\" on <parm>; write name; nobody reads it as it \
          is"
        ]
    );
    assert_eq!(
        found("<parm name=\"BEARER\" value=", "<parm name=\"BEARER\" val="),
        [
            "cp-unexpected-attribute attribute \"val\" on <parm>; write value; nobody reads it as it \
          is"
        ]
    );
    assert_eq!(
        found(
            "<parm name=\"BEARER\" value=\"GSM-GPRS\"/>",
            "<parm name=\"BEARER\">GSM-GPRS</parm>"
        ),
        [
            "cp-unexpected-text text between the tags of a parm; put it into the first tag, as \
          value=\"…\"; nobody reads it between the tags"
        ]
    );
    // Names that no vocabulary has are not shown
    assert_eq!(
        found("<parm name=\"NAPID\" value=", "<parm name=\"NAPID\" valu3="),
        [
            "cp-unexpected-attribute attribute of an unknown name on <parm>; write value; nobody reads \
          it as it is"
        ]
    );
}

/// What is meant for a receiver is no mistake.
#[test]
fn levels_that_a_profile_swaps_are_meant() {
    let text = edited("profile.toml", &[]);
    let swapped = text.replace(
        "sec = \"userpin\"",
        "sec = \"userpin\"\nlevels = \"swapped\"",
    );
    assert_eq!(of_profile(&profile(&swapped), None).remarks, []);
    let by_hand = text
        .replace("\"APPSRV\"", "\"#\"")
        .replace("\"CLIENT\"", "\"APPSRV\"")
        .replace("\"#\"", "\"CLIENT\"");
    let remarks = of_profile(&profile(&by_hand), None).remarks;
    let rules: Vec<_> = remarks.iter().map(|r| r.finding.rule.id).collect();
    assert_eq!(rules, [lint_rules::LEVELS_SWAPPED.id]);
}

/// What is not a push yet is measured when somebody says that it will be one of short messages.
#[test]
fn documents_and_profiles_are_measured_for_sms() {
    let long = |octets: usize| {
        let text = edited("bare.xml", &[]);
        let id = "<parm name=\"PROVIDER-ID\"";
        let name = format!("<parm name=\"NAME\" value=\"{}\"/>{id}", "A".repeat(octets));
        text.replacen(id, &name, 1)
    };
    let wbxml = |xml: &str| {
        let parsed = Document::from_xml(xml.as_bytes()).unwrap();
        parsed
            .document
            .to_wbxml(Encoding::Compatible)
            .unwrap()
            .octets
            .clone()
    };
    let says = |input: &[u8], channel| {
        let context = Context {
            channel,
            ..Context::default()
        };
        let mut remarks = lint(input, None, &context).remarks.into_iter();
        remarks.any(|remark| remark.finding.rule.id == "lint-segments")
    };
    let (fits, beyond) = (wbxml(&long(0)).len(), wbxml(&long(1)).len());
    assert_eq!(beyond, fits + 1);
    let room = 1280 - 50 - fits;
    for (octets, expected) in [(room, false), (room + 1, true)] {
        let xml = long(octets);
        let body = wbxml(&xml);
        assert_eq!(push(&xml, "userpin", None).len() > 1280, expected);
        for input in [xml.as_bytes(), &body] {
            assert_eq!(says(input, Some(Channel::Sms)), expected);
            assert!(!says(input, Some(Channel::Other)) && !says(input, None));
        }
    }
    let of = |name: &str, channel| {
        let profile = profile(&format!("format = 1\nextends = {name:?}\n"));
        let mut remarks = of_profile(&profile, channel).remarks.into_iter();
        remarks.any(|remark| remark.finding.rule.id == "lint-segments")
    };
    assert!(of("dm/account-nap", Some(Channel::Sms)));
    assert!(!of("dm/account-nap", None) && !of("cp/w7-account", Some(Channel::Sms)));
}

#[test]
fn what_is_no_bootstrap_document_is_told() {
    let fault = |input: &[u8]| {
        let fault = lint(input, None, &Context::default()).fault;
        fault.map(|fault| (fault.rule, place(fault.at), fault.message))
    };
    let xml = std::fs::read_to_string(format!("{VECTORS}/cp/cp-typical.xml")).unwrap();
    assert_eq!(fault(xml.as_bytes()), None);
    let subset = xml.replace(
        "prov.dtd\"",
        "prov.dtd\" [<?wap-pap-ver supported-versions=\"2.0\"?>]",
    );
    assert_ne!(subset, xml);
    assert_eq!(fault(subset.as_bytes()), None);
    let start = xml.find("<wap-prov").unwrap();
    let misspelt = xml[start..].replace("wap-provisioningdoc", "wap-Provisioning-Doc");
    let (rule, at, message) = fault(misspelt.as_bytes()).unwrap();
    assert_eq!((rule, at.as_str()), ("cp-not-provisioning", "1:1"));
    assert!(
        message.contains("\"wap-Provisioning-Doc\", which is not spelled like it")
            && message.contains("write <wap-provisioningdoc>"),
        "{message}"
    );
    for other in [
        &b"<note>hello</note>"[..],
        // A literal, and a characteristic, as the root of a provisioning document
        b"\x03\x0B\x6A\x04foo\0\x04\0",
        b"\x03\x0B\x6A\0\xC6\x55\x01\x87\x11\x06\x03A\0\x01\x01",
    ] {
        let (rule, ..) = fault(other).unwrap();
        assert_eq!(rule, "cp-not-provisioning");
    }
}
