//! Every claim of every shipped receiver against two messages: `tests/vectors/receivers/claims.toml`.

use super::*;
use crate::bytes::from_hex;
use crate::document::cp::{Document, Encoding};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// RECEIVER/CLAIM
    claim: String,
    holds: Spec,
    not: Spec,
}

/// A message: base.xml with changes, as a push signed with USERPIN, unless it says otherwise.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Spec {
    /// Texts of base.xml and what stands in their place, everywhere.
    pub(super) change: Vec<(String, String)>,
    /// The document in hexadecimal, in place of base.xml.
    pub(super) body: Option<String>,
    /// `xml` leaves it as it is; `wbxml` sends no push.
    pub(super) form: Option<String>,
    /// Content-Type in hexadecimal, `{mac}` being the digits of the MAC.
    pub(super) push: Option<String>,
    pub(super) mac: Option<String>,
    /// The type of the PDU.
    pub(super) pdu: Option<String>,
    /// Headers after Content-Type.
    pub(super) headers: String,
    pub(super) device: BTreeMap<String, toml::Value>,
    pub(super) dm: Option<Dm>,
}

/// A DM message with an account of one leaf.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct Dm {
    version: String,
    ver_dtd: String,
    ver_proto: String,
    cmd_id: String,
    target: String,
    format: String,
    /// inline, opaque, opaque-with-table, text, none
    tree: String,
    ddf_name: String,
    leaf: String,
    /// Whether the leaf has a Format, and a value.
    leaf_format: bool,
    value: bool,
    acl: bool,
}

impl Default for Dm {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            version: text("02"),
            ver_dtd: text("1.2"),
            ver_proto: text("DM/1.2"),
            cmd_id: text("1"),
            target: text("./Inbox"),
            format: text("bin"),
            tree: text("inline"),
            ddf_name: text("urn:oma:mo:oma-dm-dmacc:1.0"),
            leaf: text("ServerID"),
            leaf_format: false,
            value: false,
            acl: false,
        }
    }
}

const MAC: &str = "A1B2C3D4E5F60718293A4B5C6D7E8F9001122334";

impl Spec {
    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts::of(&self.octets()).unwrap();
        for (name, value) in &self.device {
            let fact = Fact::from_name(name).unwrap();
            assert_eq!(fact.group(), Group::Device);
            match value {
                toml::Value::String(word) => facts.word(fact, word),
                other => facts.set(fact, Value::Number(other.as_integer().unwrap() as u64)),
            }
        }
        facts
    }

    fn octets(&self) -> Vec<u8> {
        let mut xml = std::fs::read_to_string("tests/vectors/receivers/base.xml").unwrap();
        for (from, to) in &self.change {
            assert!(xml.contains(from), "base.xml has no {from}");
            xml = xml.replace(from, to);
        }
        let body = match (&self.dm, &self.body, self.form.as_deref()) {
            (Some(dm), ..) => dm.octets(),
            (None, Some(hex), _) => from_hex(hex.as_bytes()).unwrap(),
            (None, None, Some("xml")) => xml.into_bytes(),
            _ => {
                let document = Document::from_xml(xml.as_bytes()).unwrap().document;
                document.to_wbxml(Encoding::Compatible).unwrap().octets
            }
        };
        if self.form.as_deref() == Some("wbxml") {
            return body;
        }
        let (default, headers) = match self.dm {
            Some(_) => ("1F2DC2918192{mac}00", "AF87"),
            None => ("1F2DB6918192{mac}00", &*self.headers),
        };
        let mac: String = self
            .mac
            .as_deref()
            .unwrap_or(MAC)
            .bytes()
            .map(|octet| format!("{octet:02X}"))
            .collect();
        let content_type = self
            .push
            .as_deref()
            .unwrap_or(default)
            .replace("{mac}", &mac);
        let headers = from_hex(format!("{content_type}{headers}").as_bytes()).unwrap();
        let pdu = from_hex(self.pdu.as_deref().unwrap_or("06").as_bytes()).unwrap();
        let length = u8::try_from(headers.len()).unwrap();
        assert!(length < 0x80);
        [&[0x01, pdu[0], length][..], &headers, &body].concat()
    }
}

impl Dm {
    /// A leaf with a value and without Format, below a node with an ACL.
    pub(super) fn of_leaf_without_format() -> Self {
        Self {
            value: true,
            acl: true,
            ..Self::default()
        }
    }

    fn octets(&self) -> Vec<u8> {
        // Tokens of SyncML 1.2, page 0: SyncML 6D, SyncHdr 6C, VerDTD 71, VerProto 72, SyncBody 6B,
        // Add 45, CmdID 4B, Item 54, Target 6E, LocURI 57, Meta 5A, Data 4F, Final 12; page 1: Format
        // 47, Type 53; with content, 40 is set
        let mut out = from_hex(self.version.as_bytes()).unwrap();
        out.extend([0xA4, 0x01, 0x6A, 0x00, 0x6D, 0x6C]);
        leaf(&mut out, 0x71, &self.ver_dtd);
        leaf(&mut out, 0x72, &self.ver_proto);
        out.extend([0x01, 0x6B, 0x45]);
        leaf(&mut out, 0x4B, &self.cmd_id);
        out.extend([0x54, 0x6E]);
        leaf(&mut out, 0x57, &self.target);
        out.extend([0x01, 0x5A, 0x00, 0x01]);
        leaf(&mut out, 0x47, &self.format);
        let xml = self.tree == "text";
        let kind = if xml { "xml" } else { "wbxml" };
        leaf(
            &mut out,
            0x53,
            &format!("application/vnd.syncml.dmtnds+{kind}"),
        );
        out.extend([0x01, 0x00, 0x00, 0x4F]);
        match self.tree.as_str() {
            "inline" => {
                out.extend([0x00, 0x02]);
                self.tree(&mut out);
                out.extend([0x00, 0x00]);
            }
            "text" => {
                let text = format!(
                    "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>x</NodeName><RTProperties><Type>\
                     <DDFName>{}</DDFName></Type></RTProperties><Node><NodeName>{}</NodeName></Node>\
                     </Node></MgmtTree>",
                    self.ddf_name, self.leaf
                );
                string(&mut out, &text);
            }
            "none" => string(&mut out, "com.example.dm"),
            _ => {
                let mut nested = vec![0x02, 0x00, 0x00, 0x6A];
                let more = if self.tree == "opaque" {
                    ""
                } else {
                    "shared\0"
                };
                let table = format!("-//OMA//DTD-DM-DDF 1.2//EN\0{more}");
                nested.push(table.len() as u8);
                nested.extend(table.bytes());
                nested.extend([0x00, 0x02]);
                self.tree(&mut nested);
                out.push(0xC3);
                crate::bytes::write_uintvar(&mut out, nested.len() as u32);
                out.extend(nested);
            }
        }
        out.extend([0x01, 0x01, 0x01, 0x12, 0x01, 0x01]);
        out
    }

    /// MgmtTree 60, VerDTD 77, Node 64, NodeName 66, RTProperties 6F, ACL 46, Type 75, DDFName 51,
    /// Format 5C, chr 0B, Value 76.
    fn tree(&self, out: &mut Vec<u8>) {
        out.push(0x60);
        leaf(out, 0x77, "1.2");
        out.push(0x64);
        leaf(out, 0x66, "x");
        out.push(0x6F);
        if self.acl {
            leaf(out, 0x46, "Get=*");
        }
        out.push(0x75);
        leaf(out, 0x51, &self.ddf_name);
        out.extend([0x01, 0x01, 0x64]);
        leaf(out, 0x66, &self.leaf);
        if self.leaf_format {
            out.extend([0x6F, 0x5C, 0x0B, 0x01, 0x01]);
        }
        if self.value {
            leaf(out, 0x76, "1");
        }
        out.extend([0x01, 0x01, 0x01]);
    }
}

fn leaf(out: &mut Vec<u8>, tag: u8, text: &str) {
    out.push(tag);
    string(out, text);
    out.push(0x01);
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.push(0x03);
    out.extend(text.bytes());
    out.push(0x00);
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string("tests/vectors/receivers/claims.toml").unwrap();
    toml::from_str::<Cases>(&text).unwrap().case
}

#[test]
fn every_claim_holds_and_does_not_hold_where_it_should() {
    let receivers = shipped_receivers();
    let mut missing: BTreeSet<String> = receivers
        .iter()
        .flat_map(|r| r.claims.iter().map(|c| format!("{}/{}", r.name, c.id)))
        .collect();
    let mut wrong = Vec::new();
    for case in cases() {
        let name = &case.claim;
        assert!(
            missing.remove(name),
            "{name}: no such claim, or a second case"
        );
        let (receiver, id) = name.split_once('/').unwrap();
        let receiver = receivers.iter().find(|r| r.name == receiver).unwrap();
        let claim = receiver.claims.iter().find(|c| c.id == id).unwrap();
        for (spec, expected) in [(&case.holds, true), (&case.not, false)] {
            let facts = spec.facts();
            let found = all_hold(&claim.when, &facts);
            if found != Some(expected) {
                wrong.push(format!(
                    "{name}: {found:?}, expected {expected}: {facts:#?}"
                ));
                continue;
            }
            let prediction = predict(receiver, &facts);
            let reasons = prediction
                .reasons
                .iter()
                .any(|reason| reason.claim.id == id);
            let in_favour = prediction.in_favour.iter().any(|claim| claim.id == id);
            assert_eq!(reasons || in_favour, expected, "{name}");
            assert_eq!(
                in_favour,
                expected && claim.effect == Effect::Accepts,
                "{name}"
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(missing.is_empty(), "without a case: {missing:?}");
}
