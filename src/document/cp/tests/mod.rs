//! Tests of the model and its two encodings.

mod encoding;
mod properties;
mod tokens;

use super::{Characteristic, Document, Encoding, Node, Parm, Value};

const ENCODINGS: [Encoding; 2] = [Encoding::Compatible, Encoding::Compact];

fn parm(name: &'static str, value: Option<&'static str>) -> Node<'static> {
    Node::Parm(Parm {
        name: name.into(),
        value: value.map(Value::fixed),
        at: Default::default(),
    })
}

fn characteristic(kind: &'static str, nodes: Vec<Node<'static>>) -> Characteristic<'static> {
    Characteristic {
        nodes,
        ..Characteristic::new(kind)
    }
}

fn document(characteristics: Vec<Characteristic<'static>>) -> Document<'static> {
    Document {
        version: Some(Value::fixed("1.0")),
        characteristics,
        ..Document::default()
    }
}

/// The document after a way through WBXML.
fn through_wbxml(document: &Document<'_>, encoding: Encoding) -> Document<'static> {
    let octets = document.to_wbxml(encoding).unwrap().octets;
    let parsed = Document::from_wbxml(octets.leak()).unwrap();
    assert_eq!(parsed.findings, []);
    parsed.document
}

/// The document after a way through XML.
fn through_xml(document: &Document<'_>) -> Document<'static> {
    let xml = document.to_xml().unwrap();
    let parsed = Document::from_xml(xml.leak().as_bytes()).unwrap();
    assert_eq!(parsed.findings, []);
    parsed.document
}
