//! What the parts of a message say about each other.

use super::objects::{Object, ObjectKind};
use super::view::View;
use super::{Report, shown};
use crate::document::cp::At;
use crate::document::dm::acl::{Acl, Command};
use crate::document::dm::message::Message;
use crate::document::dm::uri::{absolute, is_uri};
use std::collections::HashMap;

pub(super) fn check<'m>(
    message: &Message<'_>,
    nodes: &[View<'m>],
    objects: &[Object<'_, 'm>],
    report: &mut Report<'_>,
) {
    let accounts = || {
        objects
            .iter()
            .filter(|object| object.kind == ObjectKind::DmAcc)
    };
    if accounts().next().is_none() {
        let remedy = "add a DMAcc; a bootstrap is there to set one up";
        let found = "no DMAcc";
        report.add(&super::NO_ACCOUNT, message.at, found, "an account", remedy);
    } else if let Some(source) = &message.header.source {
        let mut addresses = accounts().flat_map(|object| object.each_text("AppAddr", "Addr"));
        if !addresses.any(|address| address == source.as_str()) {
            let at = match message.header.at {
                At(None) => message.at,
                at => at,
            };
            let found = format!("the Source {}", shown(source.as_str()));
            let expected = "the value of an AppAddr/<X>/Addr of the message";
            let remedy = "write the address of the account's server there";
            report.add(&super::SOURCE, at, found, expected, remedy);
        }
    }
    references(nodes, objects, report);
    acls(objects, report);
}

/// PrefConRef and ConRef name nodes.
fn references(nodes: &[View<'_>], objects: &[Object<'_, '_>], report: &mut Report<'_>) {
    // Every node by its address in lower case
    let mut known: HashMap<String, Vec<String>> = HashMap::new();
    for node in nodes {
        node.each(&mut |node| {
            let entry = known.entry(node.uri.to_ascii_lowercase()).or_default();
            entry.push(node.uri.clone());
        });
    }
    let mut judge = |node: &View<'_>| {
        let reference = match node.text() {
            None | Some("") => return,
            Some(reference) => reference,
        };
        let found = format!("{} {}", node.name, shown(reference));
        if !is_uri(reference) {
            let expected = "names of nodes with / between them, ./ before them";
            let remedy = "write the address of the access point or proxy";
            report.add(&super::REFERENCE_FORM, node.at, found, expected, remedy);
            return;
        }
        let uri = absolute(reference);
        match known.get(&uri.to_ascii_lowercase()) {
            None => {
                let expected = "a node of the message";
                let remedy = "write the address that the message gives it, ./Inbox/<name> there; \
                              without it the device must have the node already";
                report.add(&super::REFERENCE, node.at, found, expected, remedy);
            }
            Some(uris) if uris.contains(&uri) => {}
            Some(uris) => {
                let expected = uris.first().map_or("", |uri| uri).to_owned();
                let remedy = "write it to the letter";
                report.add(&super::REFERENCE_CASE, node.at, found, expected, remedy);
            }
        }
    };
    for object in objects {
        if object.kind == ObjectKind::DmAcc {
            object
                .node
                .find("PrefConRef")
                .into_iter()
                .for_each(&mut judge);
        }
        let places = object
            .node
            .find("ToConRef")
            .map_or(&[][..], |node| &node.nodes);
        for place in places {
            place.find("ConRef").into_iter().for_each(&mut judge);
        }
    }
}

/// The ACL of an account is for its server, that of another object for one of the servers.
fn acls(objects: &[Object<'_, '_>], report: &mut Report<'_>) {
    let accounts = objects
        .iter()
        .filter(|object| object.kind == ObjectKind::DmAcc);
    let servers: Vec<&str> = accounts
        .filter_map(|object| object.node.find("ServerID")?.text())
        .collect();
    for object in objects.iter().filter(|object| object.node.in_tree) {
        let own = object.node.find("ServerID").and_then(View::text);
        let wanted = match (object.kind, own) {
            (ObjectKind::DmAcc, Some(own)) => vec![own],
            (ObjectKind::DmAcc, None) => continue,
            _ => servers.clone(),
        };
        let Some(first) = wanted.first() else {
            continue;
        };
        let acl = object.acl.unwrap_or_default();
        // What is no ACL was found already
        let Ok(acl) = Acl::parse(acl) else { continue };
        let serves = |server: &&str| {
            acl.allows(server, Command::Get) && acl.allows(server, Command::Replace)
        };
        if !wanted.iter().any(serves) {
            let found = match acl.entries.is_empty() {
                true => "an object without ACL",
                false => "an ACL that does not let its server Get and Replace",
            };
            let expected = format!("Get={first}&Replace={first}&Delete={first}");
            let remedy = "add it; without it the server may not read or change the object";
            report.add(&super::ACL_SERVER, object.node.at, found, expected, remedy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::dm::message::{Add, Data, Item, Meta};
    use crate::document::dm::text::Text;
    use crate::document::dm::tnds::Content;
    use crate::finding::Position;

    /// An account as Items, one for each node.
    fn plain(leaves: &[(&'static str, &'static str)]) -> Message<'static> {
        let items = leaves.iter().map(|(target, value)| Item {
            target: Some(Text::fixed(*target)),
            meta: Meta {
                format: Some(Text::fixed("chr")),
                kind: Some(Text::fixed("text/plain")),
            },
            data: Data::Leaf(Content::Text(Text::fixed(*value))),
            ..Item::default()
        });
        let mut message = Message {
            adds: vec![Add {
                cmd_id: Some(Text::fixed("1")),
                items: items.collect(),
                ..Add::default()
            }],
            is_final: true,
            ..Message::default()
        };
        message.header.source = Some(Text::fixed("https://a/"));
        message
    }

    #[test]
    fn items_make_objects_with_the_nodes_that_they_imply() {
        let message = plain(&[
            ("./DMAcc/1/AppID", "w7"),
            ("./DMAcc/1/ServerID", "srv"),
            ("./DMAcc/1/PrefConRef", "./Nap/1"),
            ("./DMAcc/1/AppAddr/1/Addr", "https://a/"),
            ("./DMAcc/1/AppAddr/1/AddrType", "URI"),
            ("./NAP/1/ID", "n"),
        ]);
        let rules: Vec<_> = super::super::check(&message, Position::Offset)
            .iter()
            .map(|finding| finding.rule.id)
            .filter(|rule| *rule != super::super::HEADER_MISSING.id)
            .collect();
        assert_eq!(rules, ["dm-reference-case"]);
    }
}
