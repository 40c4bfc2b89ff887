//! What the parts of a message say about each other.

use super::objects::{Object, ObjectKind};
use super::view::View;
use super::{Report, shown};
use crate::document::dm::acl::{Acl, Command, Servers};
use crate::document::dm::message::Message;
use crate::document::dm::uri::{absolute, is_uri};
use std::collections::{HashMap, HashSet};

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
            let found = format!("the Source {}", shown(source.as_str()));
            let expected = "the value of an AppAddr/<X>/Addr of the message";
            let remedy = "write the address of the account's server there";
            let rule = match &message.header.ver_proto {
                Some(version) if version.as_str() == "DM/1.3" => &super::SOURCE_REQUIRED,
                _ => &super::SOURCE,
            };
            report.add(rule, message.header.source_at, found, expected, remedy);
        }
    }
    references(nodes, objects, report);
    acls(objects, report);
}

/// PrefConRef and ConRef name nodes.
fn references(nodes: &[View<'_>], objects: &[Object<'_, '_>], report: &mut Report<'_>) {
    let mut found: Vec<(&View<'_>, &str, String)> = Vec::new();
    for object in objects {
        let preferred = match object.kind {
            ObjectKind::DmAcc => object.node.find("PrefConRef"),
            _ => None,
        };
        let places = object.node.find("ToConRef");
        let places = places.into_iter().flat_map(|node| &node.nodes);
        let others = places.filter_map(|place| place.find("ConRef"));
        for node in preferred.into_iter().chain(others) {
            let text = node.text().unwrap_or_default();
            if is_uri(text) {
                found.push((node, text, absolute(text)));
            } else if !text.is_empty() {
                let expected = "names of nodes with / between them, ./ before them";
                let remedy = "write the address of the access point or proxy";
                let found = format!("{} {}", node.name, shown(text));
                report.add(&super::REFERENCE_FORM, node.at, found, expected, remedy);
            }
        }
    }
    // What they name: the first node of that address but for the case, and whether one has it
    // to the letter
    let mut named: HashMap<String, (Option<&str>, HashSet<&str>)> = HashMap::new();
    for (_, _, uri) in &found {
        named.entry(uri.to_ascii_lowercase()).or_default();
    }
    for node in nodes {
        node.each(&mut |node| {
            if let Some(uri) = &node.uri
                && let Some((first, exact)) = named.get_mut(&uri.to_ascii_lowercase())
            {
                first.get_or_insert(uri);
                exact.insert(uri);
            }
        });
    }
    for (node, text, uri) in &found {
        let text = format!("{} {}", node.name, shown(text));
        match named.get(&uri.to_ascii_lowercase()) {
            Some((_, exact)) if exact.contains(&**uri) => {}
            Some((Some(first), _)) => {
                let remedy = "write it to the letter";
                report.add(&super::REFERENCE_CASE, node.at, text, *first, remedy);
            }
            _ => {
                let expected = "a node of the message";
                let remedy = "write the address that the message gives it, ./Inbox/<name> there; \
                              without it the device must have the node already";
                report.add(&super::REFERENCE, node.at, text, expected, remedy);
            }
        }
    }
}

/// Who may Get and Replace by an ACL.
struct Granted<'m> {
    is_empty: bool,
    get: Option<HashSet<&'m str>>,
    replace: Option<HashSet<&'m str>>,
}

impl<'m> Granted<'m> {
    /// `None` for what is no ACL.
    fn of(acl: &'m str) -> Option<Self> {
        let acl = Acl::parse(acl).ok()?;
        let mut granted = Self {
            is_empty: acl.entries.is_empty(),
            get: Some(HashSet::new()),
            replace: Some(HashSet::new()),
        };
        for (command, servers) in acl.entries {
            let ids = match servers {
                Servers::All => None,
                Servers::Ids(ids) => Some(ids.into_iter().collect()),
            };
            match command {
                Command::Get => granted.get = ids,
                Command::Replace => granted.replace = ids,
                _ => {}
            }
        }
        Some(granted)
    }

    fn serves(&self, server: &str) -> bool {
        let has = |ids: &Option<HashSet<&str>>| ids.as_ref().is_none_or(|ids| ids.contains(server));
        has(&self.get) && has(&self.replace)
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
    // Many objects may have one ACL from above: each is read once, told by where it stands
    let mut known = HashMap::new();
    for object in objects.iter().filter(|object| object.node.in_tree) {
        let acl = object.acl.unwrap_or_default();
        let place = (acl.as_ptr() as usize, acl.len());
        let (granted, serves_one) = known.entry(place).or_insert_with(|| {
            let granted = Granted::of(acl);
            let one = |granted: &Granted<'_>| servers.iter().any(|id| granted.serves(id));
            let serves_one = granted.as_ref().is_some_and(one);
            (granted, serves_one)
        });
        // What is no ACL was found already
        let Some(granted) = granted else { continue };
        let own = object.node.find("ServerID").and_then(View::text);
        let (first, serves) = match (object.kind, own, servers.first()) {
            (ObjectKind::DmAcc, Some(own), _) => (own, granted.serves(own)),
            (ObjectKind::DmAcc, None, _) | (_, _, None) => continue,
            (_, _, Some(first)) => (*first, *serves_one),
        };
        if !serves {
            let found = match granted.is_empty {
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
