//! libwbxml reads the DM messages that we write, and we read what it makes of our XML; tshark sees
//! how they are pushed and signed.
#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

mod judges;

use dmboot::document::cp::{Characteristic, Document, Node};
use dmboot::document::dm::map::{MapOptions, map};
use dmboot::document::dm::{
    Data, Message, MessageOptions, Meta, Shape, TndsForm, WbxmlVersion, bootstrap,
};
use dmboot::finding::Position;
use dmboot::security::cp_mac::{Facts, MacKey, Pin, Scheme, Sec, mac_hex};
use dmboot::wire::wsp::{ApplicationId, ContentType, PushPdu, assigned};
use judges::documents::{Named, of_profiles};
use judges::{run, tool, tshark_fields};
use std::path::Path;

/// libwbxml puts octets into its XML as they are, which no XML reader takes.
fn without_nonces(characteristic: &mut Characteristic<'_>) {
    characteristic.nodes.retain_mut(|node| match node {
        Node::Parm(parm) => parm.name != "AAUTHDATA",
        Node::Characteristic(child) => {
            without_nonces(child);
            true
        }
    });
}

/// The message of every profile's document that has an account.
fn messages(shape: Shape, nonces: bool) -> Vec<(String, Message<'static>)> {
    let has_account = |document: &Document<'_>| {
        let mut applications = document.of_kind("APPLICATION");
        applications.any(|application| application.appid() == Some("w7"))
    };
    let of = |mut named: Named| {
        if !nonces {
            named
                .document
                .characteristics
                .iter_mut()
                .for_each(without_nonces);
        }
        let options = MapOptions::default();
        let objects = map(&named.document, &options, Position::Offset).objects;
        let options = MessageOptions {
            shape,
            ..MessageOptions::default()
        };
        (named.name, bootstrap(objects, &options))
    };
    let documents = of_profiles().into_iter();
    let messages: Vec<_> = documents
        .filter(|named| has_account(&named.document))
        .map(of)
        .collect();
    assert!(messages.len() >= 10, "{} messages", messages.len());
    messages
}

/// Trees get the Meta of their form when they are written.
fn without_meta(mut message: Message<'_>) -> Message<'_> {
    for item in message.adds.iter_mut().flat_map(|add| &mut add.items) {
        if matches!(item.data, Data::Tree(_)) {
            item.meta = Meta::default();
        }
    }
    message
}

#[test]
fn libwbxml_reads_what_we_write() {
    let decoder = tool("wbxml2xml", "libwbxml2-utils");
    // It shows trees on code page 2 as unknown, and its CDATA sections for single values are broken
    let shape = Shape::Trees;
    for form in [TndsForm::Opaque, TndsForm::Text] {
        let mut judged = 0;
        for (name, message) in messages(shape, false) {
            // libwbxml leaves `]]>` in texts, where XML 1.0 §2.4 forbids it
            if name.ends_with("Markup") {
                continue;
            }
            judged += 1;
            let octets = message.to_wbxml(form, WbxmlVersion::V1_2).unwrap().octets;
            let xml = String::from_utf8(run(&decoder, &["-o", "-", "-"], &octets)).unwrap();
            // libwbxml leaves this one where XML 1.0 §2.4 forbids it
            let xml = xml.replace("]]>", "]]&gt;");
            let read =
                Message::from_xml(xml.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(
                without_meta(read.document),
                without_meta(message),
                "{name} {form:?}"
            );
        }
        assert!(judged >= 10, "{judged} messages {form:?}");
    }
}

#[test]
fn we_read_what_libwbxml_makes_of_our_xml() {
    let encoder = tool("xml2wbxml", "libwbxml2-utils");
    for (name, message) in messages(Shape::Trees, true) {
        let xml = message.to_xml().unwrap();
        for options in [&["-o", "-", "-"][..], &["-n", "-o", "-", "-"]] {
            let octets = run(&encoder, options, xml.as_bytes());
            let read =
                Message::from_wbxml(&octets).unwrap_or_else(|error| panic!("{name}: {error}"));
            let read = without_meta(read.document);
            assert_eq!(read, without_meta(message.clone()), "{name} {options:?}");
        }
    }
}

#[test]
fn tshark_sees_the_push() {
    let facts = Facts {
        pin: Some(Pin::parse("1234").unwrap()),
        ..Facts::default()
    };
    let key = MacKey::new(Sec::UserPin, &facts, Scheme::Dm.key_form()).unwrap();
    let mut pdus = Vec::new();
    let mut expected = Vec::new();
    for (_, form) in TndsForm::NAMES {
        for (_, message) in messages(Shape::Trees, true) {
            let body = message.to_wbxml(form, WbxmlVersion::V1_2).unwrap().octets;
            let mac = key.mac(&body);
            let media = assigned::SYNCML_DM_WBXML;
            let content_type = ContentType::secured(media, Some(Sec::UserPin), Some(&mac));
            let push = PushPdu::new(content_type, Some(ApplicationId::SYNCML_DM), &body);
            pdus.push(push.encode().unwrap());
            expected.push([
                "application/vnd.syncml.dm+wbxml".to_owned(),
                "0x01".to_owned(),
                String::from_utf8(mac_hex(&mac).to_vec()).unwrap(),
            ]);
        }
    }
    let fields = [
        "wsp.header.content_type",
        "wsp.parameter.sec",
        "wsp.parameter.mac",
    ];
    assert_eq!(tshark_fields(&pdus, &fields), expected);
}

/// What `dmboot convert` makes of a document.
fn convert(words: &[&str], input: &[u8]) -> Vec<u8> {
    let program = Path::new(env!("CARGO_BIN_EXE_dmboot"));
    run(program, &[&["convert", "-", "--to"], words].concat(), input)
}

/// The program's conversions, with libwbxml on the other side each time.
#[test]
fn libwbxml_and_convert_undo_each_other() {
    let decoder = tool("wbxml2xml", "libwbxml2-utils");
    let encoder = tool("xml2wbxml", "libwbxml2-utils");
    for (name, message) in messages(Shape::Trees, false) {
        let xml = message.to_xml().unwrap();
        let theirs = run(&encoder, &["-o", "-", "-"], xml.as_bytes());
        let back = convert(&["xml"], &theirs);
        // An empty value is written with one tag or with two
        let same = |back: &[u8]| {
            let [back, xml] = [back, xml.as_bytes()].map(|xml| Message::from_xml(xml).unwrap());
            back.findings == xml.findings && back.document == xml.document
        };
        assert!(same(&back), "{name} by libwbxml");
        if name.ends_with("Markup") {
            continue;
        }
        for form in ["opaque", "text"] {
            let ours = convert(&["wbxml", "--tnds", form], xml.as_bytes());
            let shown = String::from_utf8(run(&decoder, &["-o", "-", "-"], &ours)).unwrap();
            let shown = shown.replace("]]>", "]]&gt;");
            let back = convert(&["xml"], shown.as_bytes());
            assert!(same(&back), "{name} {form}");
        }
    }
}
