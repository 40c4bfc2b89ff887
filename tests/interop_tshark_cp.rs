//! tshark dissects the push PDUs that we write to the same document, in the compatible encoding:
//! the compact one uses page 1's copies of `name=` and `value=`, which tshark lacks.
#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

mod judges;

use dmboot::document::cp::{Characteristic, Document, Encoding, Node, Parm, Value};
use dmboot::security::cp_mac::{Facts, KeyForm, Pin, Sec, mac, mac_hex};
use dmboot::wire::wsp::PushPdu;
use judges::documents::{self, Named};
use judges::exceptions::{Exceptions, differences};
use judges::{tshark_fields, tshark_pdml};

#[test]
fn tshark_dissects_what_we_push() {
    let mut exceptions = Exceptions::of("tshark");
    let documents = documents::all();
    let facts = Facts {
        pin: Some(Pin::parse("1234").unwrap()),
        ..Facts::default()
    };
    let mut pdus = Vec::new();
    let mut headers = Vec::new();
    for Named { document, .. } in &documents {
        let body = document.to_wbxml(Encoding::Compatible).unwrap().octets;
        let mac = mac(Sec::UserPin, &facts, KeyForm::Standard, &body).unwrap();
        let push = PushPdu::connectivity(Some(Sec::UserPin), Some(&mac), None, &body);
        pdus.push(push.encode().unwrap());
        headers.push([
            "application/vnd.wap.connectivity-wbxml".to_owned(),
            "0x01".to_owned(),
            String::from_utf8(mac_hex(&mac).to_vec()).unwrap(),
        ]);
    }
    let fields = [
        "wsp.header.content_type",
        "wsp.parameter.sec",
        "wsp.parameter.mac",
    ];
    assert_eq!(tshark_fields(&pdus, &fields), headers);

    let pdml = tshark_pdml(&pdus);
    let pdml = roxmltree::Document::parse(&pdml).unwrap();
    let packets: Vec<_> = pdml
        .descendants()
        .filter(|node| node.attribute("name") == Some("wbxml") && node.has_tag_name("proto"))
        .collect();
    assert_eq!(packets.len(), pdus.len());
    for (Named { name, document }, packet) in documents.iter().zip(packets) {
        exceptions.note(name, differences(document, &dissected(packet)));
    }
    exceptions.settle();
}

/// A tag that is open, and what its attributes say so far.
#[derive(Default)]
struct Open {
    tag: String,
    attributes: Vec<(String, String)>,
}

/// The document that tshark shows.
fn dissected(packet: roxmltree::Node<'_, '_>) -> Document<'static> {
    let mut document = Document::default();
    let mut open = Open::default();
    // Characteristics whose end has not come
    let mut stack: Vec<Characteristic<'static>> = Vec::new();
    for field in packet
        .descendants()
        .filter(|node| node.has_tag_name("field"))
    {
        let show = field.attribute("show").unwrap_or_default();
        // tshark has a sentence for a token that it lacks
        let known = !show.starts_with("(Requested token not defined");
        let token = format!("?{}", field.attribute("value").unwrap_or_default());
        let text = match show.trim_matches('\'') {
            text if known => text,
            _ => &token,
        };
        match field.attribute("name").unwrap_or_default() {
            "wbxml.known_tag" => {
                open = Open {
                    tag: show.into(),
                    attributes: Vec::new(),
                };
            }
            "wbxml.known_attrstart" => {
                let (name, prefix) = text.split_once('=').unwrap_or(("name", text));
                let prefix = prefix.trim_matches('\'');
                open.attributes.push((name.into(), prefix.into()));
            }
            "wbxml.known_attrvalue" => open.attributes.last_mut().unwrap().1 += text,
            "wbxml.str_i" => open.attributes.last_mut().unwrap().1 += show,
            // The end of the attributes, and of the whole element where it has no content
            "wbxml.end_attribute_list" => begin(&mut open, &mut document, &mut stack),
            "wbxml.end_known_tag.uint" => {
                let closes = open.tag == "characteristic";
                begin(&mut open, &mut document, &mut stack);
                if closes {
                    end(&mut document, &mut stack);
                }
            }
            "wbxml.end_known_tag" => end(&mut document, &mut stack),
            "wbxml.version"
            | "wbxml.charset"
            | "wbxml.public_id.known"
            | "wbxml.switch_page"
            | "" => {}
            name => panic!("a field {name} that our documents should not have: {show}"),
        }
    }
    document
}

fn begin(
    open: &mut Open,
    document: &mut Document<'static>,
    stack: &mut Vec<Characteristic<'static>>,
) {
    let Open { tag, attributes } = std::mem::take(open);
    let find = |name: &str| {
        let found = attributes.iter().find(|(attribute, _)| attribute == name);
        found.map(|(_, value)| value.clone())
    };
    match tag.as_str() {
        "wap-provisioningdoc" => document.version = find("version").map(Value::fixed),
        "characteristic" => stack.push(Characteristic::new(
            find("type").unwrap_or_else(|| "(none)".into()),
        )),
        "parm" => stack.last_mut().unwrap().nodes.push(Node::Parm(Parm {
            name: find("name").unwrap_or_else(|| "(none)".into()).into(),
            value: find("value").map(Value::fixed),
            at: Default::default(),
        })),
        other => panic!("an element {other}"),
    }
}

fn end(document: &mut Document<'static>, stack: &mut Vec<Characteristic<'static>>) {
    let Some(done) = stack.pop() else {
        return;
    };
    match stack.last_mut() {
        Some(parent) => parent.nodes.push(Node::Characteristic(done)),
        None => document.characteristics.push(done),
    }
}
