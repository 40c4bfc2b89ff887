//! Who may have rights on what a document brings, when they follow from what its accounts refer to.

// The simulation and the fuzz targets use this too, so whoever includes it names these
use super::{Acl, Incoming, NOBODY, Node, NodePath, ObjectKind, Received, Servers, absolute, text};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Content = BTreeMap<NodePath, Arc<Node>>;

/// An account names its own server in its ACL, an access point or a proxy the servers of the accounts
/// that refer to it, or all of the document when none does; and nobody is named who has no account.
/// Gives what is more than that. `path` is of a node that the document brought.
pub fn excess(received: &Received, content: &Content, path: &NodePath) -> Option<String> {
    let acl = &content[path].acl;
    let there = servers(content);
    let allowed = allowed(received, content, path);
    for (_, servers) in Acl::parse(acl).unwrap().entries {
        let Servers::Ids(ids) = servers else {
            return Some(format!("{path} {acl}"));
        };
        for id in ids.into_iter().filter(|id| *id != NOBODY) {
            if !allowed.contains(id) || !there.contains(id) {
                return Some(format!(
                    "{path} {acl}: {id:?} is none of {allowed:?}, {there:?}"
                ));
            }
        }
    }
    None
}

/// Who has an account.
fn servers(content: &Content) -> BTreeSet<&str> {
    let paths = content.keys().filter(|path| {
        let names: Vec<_> = path.names().collect();
        matches!(names[..], ["DMAcc", _, "ServerID"])
    });
    paths
        .filter_map(|path| content[path].value.expose_text())
        .collect()
}

fn allowed<'r>(received: &'r Received, content: &'r Content, path: &NodePath) -> BTreeSet<&'r str> {
    let mut names = path.names();
    let (Some(home), Some(name)) = (names.next(), names.next()) else {
        return BTreeSet::new();
    };
    let (kind, id) = match home {
        "DMAcc" => (ObjectKind::DmAcc, "ServerID"),
        "NAP" => (ObjectKind::Nap, "ID"),
        "Proxy" => (ObjectKind::Proxy, "ProxyId"),
        _ => return BTreeSet::new(),
    };
    let leaf = content
        .keys()
        .find(|leaf| leaf.names().eq([home, name, id]));
    let value = leaf.and_then(|leaf| content[leaf].value.expose_text());
    if kind == ObjectKind::DmAcc {
        return value.into_iter().collect();
    }
    let called = |object: &&Incoming| {
        object.kind == Some(kind) && object.node.child(id).and_then(text) == value
    };
    let objects = received.objects.iter().filter(called);
    objects.flat_map(|object| users(received, object)).collect()
}

/// The servers of the accounts that refer to an object, also by others; all when none does.
fn users<'r>(received: &'r Received, object: &Incoming) -> BTreeSet<&'r str> {
    let accounts = || {
        let all = received.objects.iter();
        all.filter(|object| object.kind == Some(ObjectKind::DmAcc))
    };
    let server = |account: &'r Incoming| account.server_id().unwrap_or_default();
    let mut wanted = vec![object.uri.as_str()];
    let mut next = 0;
    while let Some(target) = wanted.get(next).copied() {
        for other in &received.objects {
            if refers(other, target) && !wanted.contains(&other.uri.as_str()) {
                wanted.push(&other.uri);
            }
        }
        next += 1;
    }
    let found: BTreeSet<_> = accounts()
        .filter(|account| wanted.contains(&account.uri.as_str()))
        .map(server)
        .collect();
    match found.is_empty() {
        true => accounts().map(server).collect(),
        false => found,
    }
}

fn refers(object: &Incoming, uri: &str) -> bool {
    let mut found = false;
    object.each(&mut |node| {
        let name = node.name.as_ref().map_or("", |name| name.as_str());
        found |= matches!(name, "ConRef" | "PrefConRef")
            && text(node).is_some_and(|value| absolute(value) == absolute(uri));
    });
    found
}
