//! Every rule for provisioning documents has documents that break it and nothing else, and a
//! document that uses all of ProvCont breaks none.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use dmboot::document::cp::{Document, Encoding, rules, schema};
use dmboot::finding::{Finding, Position};
use std::collections::BTreeSet;
use std::path::Path;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    severity: String,
    at: String,
    /// Further findings: `rule severity at`.
    #[serde(default)]
    also: Vec<String>,
}

fn entries() -> Vec<Entry> {
    corpus::index("cp")
}

fn place(at: Position) -> String {
    match at {
        Position::Unknown => String::new(),
        Position::Offset(offset) => offset.to_string(),
        Position::Line { line, column } => format!("{line}:{column}"),
    }
}

/// What the readers and the rules find, as `rule severity at` and as people see it.
fn judge(path: &Path) -> Vec<(String, String)> {
    let input = std::fs::read(path).unwrap();
    let xml = path.extension().unwrap() == "xml";
    let parsed = if xml {
        Document::from_xml(&input)
    } else {
        Document::from_wbxml(&input)
    };
    let shown = |rule: &str, severity: &dyn std::fmt::Display, at, message: String| {
        let line = format!("{rule} {severity} {}", place(at));
        (line.trim_end().to_owned(), message)
    };
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            return vec![shown(error.rule(), &"error", error.at(), error.to_string())];
        }
    };
    let text = String::from_utf8_lossy(&input);
    let position = |offset| match xml {
        true => Position::in_text(&text, offset),
        false => Position::Offset(offset),
    };
    let checked = rules::check(&parsed.document, position);
    let finding = |f: &Finding| shown(f.rule.id, &f.rule.severity, f.at, f.to_string());
    parsed
        .findings
        .iter()
        .chain(&checked)
        .map(finding)
        .collect()
}

#[test]
fn index_and_folder_agree() {
    let entries = entries();
    corpus::is_complete("cp", entries.iter().map(|entry| &*entry.path));
}

#[test]
fn each_breaks_its_rule_and_no_other() {
    let mut wrong = Vec::new();
    for entry in entries() {
        let found = judge(&corpus::path(&entry.path));
        let first = format!("{} {} {}", entry.rule, entry.severity, entry.at);
        let mut expected = vec![first.trim_end().to_owned()];
        expected.extend(entry.also);
        let lines: Vec<_> = found.iter().map(|(line, _)| line.clone()).collect();
        if lines != expected {
            wrong.push(format!("{}: {lines:?}, expected {expected:?}", entry.path));
        }
        for (_, message) in found {
            let harmless = |c: char| !c.is_control();
            assert!(message.chars().all(harmless), "{}: {message:?}", entry.path);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_document() {
    let mut rules: BTreeSet<_> = rules::ALL.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(rules.len(), rules::ALL.len(), "an id stands twice");
    rules.insert("cp-not-provisioning".to_owned());
    let loss = &dmboot::wire::wbxml::rules::UNKNOWN_TOKEN;
    rules.insert(loss.id.to_owned());
    let covered: BTreeSet<_> = entries().into_iter().map(|entry| entry.rule).collect();
    assert_eq!(covered, rules);
}

#[test]
fn a_document_with_everything_breaks_no_rule() {
    let path = Path::new(VECTORS).join("cp/everything.xml");
    assert_eq!(judge(&path), []);
    let xml = std::fs::read(&path).unwrap();
    let document = Document::from_xml(&xml).unwrap().document;
    let mut used = BTreeSet::new();
    document.visit(&mut |characteristic| {
        for parm in characteristic.parms() {
            used.insert((characteristic.kind.to_string(), parm.name.to_string()));
        }
    });
    for def in &schema::CHARACTERISTICS {
        for parm in def.parms {
            let here = (def.name.to_owned(), parm.name.to_owned());
            // Common parms that no service of the document has a use for
            let elsewhere = [
                ("APPLICATION", "AACCEPT"),
                ("APPLICATION", "APROTOCOL"),
                ("APPLICATION", "ADDRTYPE"),
                ("RESOURCE", "AAUTHDATA"),
            ];
            assert!(
                used.contains(&here) || elsewhere.contains(&(def.name, parm.name)),
                "{here:?}"
            );
        }
    }
    for encoding in [Encoding::Compatible, Encoding::Compact] {
        let octets = document.to_wbxml(encoding).unwrap().octets;
        let parsed = Document::from_wbxml(&octets).unwrap();
        assert_eq!(parsed.findings, []);
        assert_eq!(rules::check(&parsed.document, Position::Offset), []);
        assert_eq!(parsed.document, document);
    }
}

#[test]
fn messages_say_what_to_do() {
    let message = |name: &str| {
        let found = judge(&corpus::path(&format!("cp/{name}")));
        found[0].1.clone()
    };
    for (name, expected) in [
        (
            "apn-as-telephone-number.xml",
            "warning[cp-address-form] at line 5, column 5: found NAP-ADDRESS \"internet\", expected \
             a telephone number, as NAP-ADDRTYPE is absent, which means E164; add <parm \
             name=\"NAP-ADDRTYPE\" value=\"APN\"/>, or correct the address",
        ),
        (
            "characteristic-lower-case.xml",
            "error[cp-name-case] at line 2, column 3: found characteristic \"napdef\", expected \
             NAPDEF; write NAPDEF; receivers compare to the letter and skip all that is in it",
        ),
        (
            "unknown-parm.xml",
            "note[cp-unknown-parm] at line 7, column 5: found \"NAP-ADRESS\" in NAPDEF, expected \
             NAP-ADDRESS; check the spelling; receivers skip it unless they know this vendor's parm",
        ),
        (
            "w7-names-nearly-right.xml",
            "warning[cp-provider-id] at line 2, column 3: found APPLICATION w7 without PROVIDER-ID, \
             expected the server's identifier; write PROVIDER-ID in place of \"ProviderID\", which \
             is there, if that is it",
        ),
        (
            "misplaced-parm.xml",
            "warning[cp-misplaced-parm] at line 7, column 5: found \"AUTHNAME\" in NAPDEF, expected \
             AUTHNAME in a characteristic NAPAUTHINFO in this NAPDEF; move it there; receivers skip \
             it where it is",
        ),
        (
            "name-with-dash.xml",
            "error[cp-missing-parm] at line 2, column 3: found NAPDEF without NAP-ADDRESS, expected \
             a parm NAP-ADDRESS; write NAP-ADDRESS in place of \"NAP–ADDRESS\", which is there, if \
             that is it",
        ),
        (
            "mms-address-without-scheme.xml",
            "warning[cp-address-form] at line 10, column 5: found ADDR \"mmsc.example/mms\", \
             expected the URL of the MMS server; write the scheme and the host, e.g. \
             http://mmsc.example/mms",
        ),
        (
            "proxy-name-as-ipv4.xml",
            "warning[cp-address-form] at line 7, column 7: found PXADDR \"proxy.example\", expected \
             an IPv4 address in decimal, as PXADDRTYPE is absent, which means IPV4; write ALPHA into \
             PXADDRTYPE, or the IP address here and the name into PXADDR-FQDN",
        ),
        (
            "blanks-of-a-web-page.xml",
            "error[cp-unexpected-text] at line 3, column 1: found U+00A0, which looks like a blank, \
             between elements, expected spaces, tabs and line ends; replace each by a space; web \
             pages use it for indentation",
        ),
        (
            "view-of-a-browser.xml",
            "error[cp-unexpected-text] at line 2, column 1: found hyphens before elements, expected \
             elements alone; remove each of them; they come from the view of a browser",
        ),
        (
            "not-provisioning-characteristic.xml",
            "line 1, column 1: found an element \"characteristic\", expected a wap-provisioningdoc; \
             put <wap-provisioningdoc version=\"1.0\"> before all of it and </wap-provisioningdoc> \
             behind",
        ),
        (
            "reference-in-other-case.xml",
            "error[cp-reference-case] at line 12, column 5: found TO-NAPID \"n1\", expected NAPID \
             \"N1\" with the same upper and lower case; write \"N1\"; receivers compare to the \
             letter",
        ),
        (
            "name-too-long.xml",
            "warning[cp-length] at line 4, column 5: found NAME of 18 octets, expected at most 16 \
             octets; shorten it; clients may refuse or cut what is longer",
        ),
        (
            "not-provisioning-html.xml",
            "line 1, column 1: found an element \"html\", expected a wap-provisioningdoc; check \
             that this is the right document",
        ),
    ] {
        assert_eq!(message(name), expected);
    }
    let password = message("password-too-long.xml");
    assert!(password.contains("AUTHSECRET of 21 octets") && !password.contains("horse"));
    // A nonce is a secret: its length may be shown, nothing more
    let nonce = message("nonce-not-base64.xml");
    assert!(nonce.contains("AAUTHDATA of 6 characters") && !nonce.contains("nonce!"));
}
