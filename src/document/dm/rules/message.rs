//! What a message says outside its trees.

use super::view::text;
use super::{Report, shown};
use crate::document::cp::At;
use crate::document::dm::message::{Data, Item, Message};
use crate::document::dm::tnds::{Content, Format};
use crate::document::dm::uri::{absolute, is_uri, mended};
use crate::document::dm::walk::Root;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::collections::HashSet;
use zeroize::Zeroizing;

pub(super) fn check(message: &Message<'_>, report: &mut Report<'_>) {
    header(message, report);
    if message.adds.is_empty() {
        let remedy = "add what the device is to get";
        report.add(&super::EMPTY, message.at, "no Add", "an Add", remedy);
    }
    if let Some(second) = message.adds.get(1) {
        let found = format!("{} Adds", message.adds.len());
        let remedy = "put their Items into the first one; a receiver may skip the others";
        report.add(&super::SEVERAL_ADDS, second.at, found, "one", remedy);
    }
    let mut ids = HashSet::new();
    let mut targets = HashSet::new();
    for (index, add) in message.adds.iter().enumerate() {
        let id = text(add.cmd_id.as_ref());
        if index == 0 && id != "1" {
            let found = match &add.cmd_id {
                Some(_) => format!("CmdID {}", shown(id)),
                None => "no CmdID".into(),
            };
            report.add(&super::CMD_ID, add.at, found, "CmdID 1", "write 1");
        }
        if !ids.insert(id) {
            let found = format!("CmdID {} again", shown(id));
            let remedy = "number the commands from 1 on";
            report.add(&super::CMD_ID_REPEATED, add.at, found, "another", remedy);
        }
        if add.items.is_empty() {
            let remedy = "add what the device is to get, or remove the Add";
            let found = "an Add without Item";
            report.add(&super::EMPTY, add.at, found, "an Item", remedy);
        }
        for one in &add.items {
            item(one, &mut targets, report);
        }
    }
    if !message.is_final {
        let remedy = "end SyncBody with it; a receiver may wait for more";
        report.add(&super::FINAL, message.at, "no Final", "Final", remedy);
    }
}

fn header(message: &Message<'_>, report: &mut Report<'_>) {
    let header = &message.header;
    let at = match header.at {
        At(None) => message.at,
        at => at,
    };
    let parts = [
        ("VerDTD", &header.ver_dtd),
        ("VerProto", &header.ver_proto),
        ("SessionID", &header.session_id),
        ("MsgID", &header.msg_id),
        ("Target/LocURI", &header.target),
        ("Source/LocURI", &header.source),
    ];
    if header.at.0.is_none() && parts.iter().all(|(_, value)| value.is_none()) {
        let expected = parts.map(|(name, _)| name).join(", ");
        let expected = format!("SyncHdr with {expected}");
        let remedy = "add it, or name the element so that stands in its place; all six are \
                      required, whatever a bootstrap does with them";
        report.add(&super::HEADER_MISSING, at, "no SyncHdr", expected, remedy);
        return;
    }
    for (name, value) in parts {
        if value.is_none() {
            let found = format!("no {name} in SyncHdr");
            let remedy = "add it; all six are required, whatever a bootstrap does with them";
            report.add(&super::HEADER_MISSING, at, found, name, remedy);
        }
    }
    if let Some(version) = &header.ver_dtd
        && version.as_str() != "1.2"
    {
        let found = format!("VerDTD {}", shown(version.as_str()));
        report.add(&super::VER_DTD, at, found, "1.2", "write 1.2");
    }
    match text(header.ver_proto.as_ref()) {
        "DM/1.2" => {}
        "DM/1.3" => {
            let remedy = "write DM/1.2 unless the receiver is known to take DM/1.3";
            let found = "VerProto DM/1.3";
            report.add(&super::VER_PROTO_NEW, at, found, "DM/1.2", remedy);
        }
        version if header.ver_proto.is_some() => {
            let found = format!("VerProto {}", shown(version));
            report.add(&super::VER_PROTO, at, found, "DM/1.2", "write DM/1.2");
        }
        _ => {}
    }
    for (name, value, at) in [
        ("SessionID", &header.session_id, header.session_at),
        ("MsgID", &header.msg_id, header.msg_at),
    ] {
        let Some(value) = value else { continue };
        // SessionID is text; some servers count in hexadecimal
        let zeros = value.as_str().bytes().all(|octet| octet == b'0');
        if zeros {
            let found = format!("{name} {}", shown(value.as_str()));
            let remedy = "write 1; nothing refers to it";
            report.add(&super::SESSION, at, found, "a number from 1 on", remedy);
        }
    }
}

fn item(item: &Item<'_>, targets: &mut HashSet<String>, report: &mut Report<'_>) {
    let at = item.at;
    let is_tree = matches!(item.data, Data::Tree(_));
    match item.target.as_ref().map(|target| target.as_str()) {
        None => {
            let remedy = "add Target with the LocURI of the node";
            let found = "an Item without Target/LocURI";
            report.add(&super::TARGET_MISSING, at, found, "a Target", remedy);
        }
        Some(target) if !is_uri(target) => {
            let found = format!("the Target {}", shown(target));
            let expected = "names of nodes with / between them, ./ before them";
            let remedy = match mended(target) {
                Some(meant) => format!("write {}", shown(&meant)),
                None => {
                    "correct it; escape other characters as % and two hexadecimal digits".into()
                }
            };
            report.add(&super::TARGET_FORM, at, found, expected, remedy);
        }
        Some(target) => {
            let target = absolute(target);
            let usual = ["./Inbox", "./DMAcc"];
            let below = |place: &&str| {
                let rest = target.strip_prefix(*place);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if is_tree && !usual.iter().any(below) {
                let found = format!("a tree for {}", shown(&target));
                let remedy = "send it to ./Inbox; devices know their own places for objects";
                report.add(
                    &super::TARGET_PLACE,
                    at,
                    found,
                    "./Inbox or ./DMAcc",
                    remedy,
                );
            }
            if !is_tree && !targets.insert(target.clone()) {
                let found = format!("{} again", shown(&target));
                let remedy = "remove one; the device answers the second with an error";
                report.add(&super::TARGET_REPEATED, at, found, "another node", remedy);
            }
        }
    }
    if is_tree {
        return;
    }
    let kind = text(item.meta.kind.as_ref());
    if kind.contains("dmtnds") {
        if let Data::Leaf(content) = &item.data
            && is_base64_of_tree(content)
        {
            let found = "Base64 of a tree in WBXML";
            let expected =
                "the tree as elements, Format xml and Type application/vnd.syncml.dmtnds+xml";
            let remedy = "put the tree itself into Data; in XML no receiver decodes one";
            report.add(&super::TREE_MISSING, at, found, expected, remedy);
            return;
        }
        let found = format!("the Type {} without a tree", shown(kind));
        let remedy = "add the tree, or correct the Type";
        report.add(&super::TREE_MISSING, at, found, "a tree in Data", remedy);
        return;
    }
    let Some(format) = &item.meta.format else {
        return;
    };
    match Format::from_name(format.as_str()) {
        None => {
            let found = format!("the Format {}", shown(format.as_str()));
            let expected = "one of b64, bin, bool, chr, int, node, null, xml, date, time, float";
            let remedy = "write one of them";
            report.add(&super::ITEM_FORMAT, at, found, expected, remedy);
        }
        Some(format) => {
            if let Data::Leaf(content) = &item.data {
                super::tree::value(Some(format), content, at, report);
            }
        }
    }
}

/// Whether a value, or what it is Base64 of, is a tree in WBXML.
fn is_base64_of_tree(content: &Content<'_>) -> bool {
    let octets = match content {
        Content::Text(text) => {
            let text: String = text.as_str().split_ascii_whitespace().collect();
            BASE64_STANDARD.decode(Zeroizing::new(text).as_str()).ok()
        }
        Content::Base64(_) => Some(content.octets().into_owned()),
        Content::Octets(_) => None,
    };
    let octets = octets.map(Zeroizing::new);
    octets.is_some_and(|octets| Root::of_wbxml(&octets) == Some(Root::Tree))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::dm::{MgmtTree, Text};

    #[test]
    fn trees_as_base64() {
        let xml = b"<MgmtTree><VerDTD>1.2</VerDTD></MgmtTree>";
        let tree = MgmtTree::from_xml(xml).unwrap().document;
        let text = BASE64_STANDARD.encode(tree.to_wbxml().unwrap().octets);
        let folded = format!(" {}\r\n {}", &text[..20], &text[20..]);
        let other = BASE64_STANDARD.encode(xml);
        for (text, is_tree) in [(text, true), (folded, true), (other, false)] {
            let content = Content::Text(Text::fixed(text));
            assert_eq!(is_base64_of_tree(&content), is_tree);
        }
        assert!(!is_base64_of_tree(&Content::Text(Text::fixed(
            "not Base64"
        ))));
    }
}
