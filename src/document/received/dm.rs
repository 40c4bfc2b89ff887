//! A DM bootstrap message as its receiver takes it (OMA DM Bootstrap 1.2 §5.4).

use super::{BootstrapProfile, Incoming, ObjectKind, ReadError, Received, named, rules};
use crate::document::cp::rules::shown;
use crate::document::dm::acl::Acl;
use crate::document::dm::rules::view::{View, of_message};
use crate::document::dm::uri::is_node_name;
use crate::document::dm::walk::MAX_DEPTH;
use crate::document::dm::{Content, Data, Format, Message, Node, NodeType, RtProperties, Text};
use crate::finding::{Finding, Rule, has_room};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// More than this from one message helps nobody.
const MAX_FINDINGS: usize = 256;

pub(super) fn read(octets: &[u8], is_xml: bool) -> Result<Received, ReadError> {
    let parsed = match is_xml {
        true => Message::from_xml(octets)?,
        false => Message::from_wbxml(octets)?,
    };
    let mut found = Objects {
        findings: parsed.findings,
        ..Objects::default()
    };
    let items = parsed.document.adds.iter().flat_map(|add| &add.items);
    for item in items.filter(|item| !matches!(item.data, Data::Tree(_))) {
        let target = item.target.as_ref().map_or("", Text::as_str);
        let path = target.strip_prefix("./").unwrap_or(target);
        if matches!(path, "" | ".") || path.split('/').count() > MAX_DEPTH {
            found.left_out(
                &rules::UNSUPPORTED,
                format!("an Item for {}", shown(target)),
                "an address of a node, no deeper than a tree can be",
                "it is left out; name its place",
            );
        }
    }
    for view in of_message(&parsed.document) {
        found.place(&view, view.uri.as_deref().unwrap_or_default());
    }
    Ok(Received {
        profile: BootstrapProfile::Dm,
        objects: found.objects,
        context: None,
        findings: found.findings,
    })
}

#[derive(Default)]
struct Objects {
    objects: Vec<Incoming>,
    /// Their addresses.
    known: BTreeSet<String>,
    findings: Vec<Finding>,
}

impl Objects {
    /// Takes a node. What hangs directly below the root holds objects; what is below is one.
    // Recursion is two deep
    fn place(&mut self, view: &View<'_>, uri: &str) {
        let path = uri.strip_prefix("./").unwrap_or(uri);
        let depth = match path {
            "" | "." => 0,
            path => path.split('/').count(),
        };
        let is_address = depth == 0 || path.split('/').all(is_node_name);
        if depth < 2 && view.is_interior() && is_address {
            for below in &view.nodes {
                let uri = match depth {
                    0 => format!("./{}", below.name),
                    _ => format!("./{path}/{}", below.name),
                };
                self.place(below, &uri);
            }
            return;
        }
        let uri = format!("./{path}");
        if depth == 0 || !is_address {
            self.left_out(
                &rules::UNSUPPORTED,
                format!("a node without an address, {:?}", view.name),
                "an address of a node",
                "it is left out; name its place",
            );
            return;
        }
        if !self.known.insert(uri.clone()) {
            self.again(&uri);
            return;
        }
        self.twice(view, &uri);
        let mut node = named(view.name, owned(view));
        self.acls(&mut node, &uri);
        let kind = ObjectKind::named(view.identifier.unwrap_or_default());
        self.objects.push(Incoming {
            kind: kind.or_else(|| of_place(path)),
            in_inbox: path.starts_with("Inbox/"),
            uri,
            node,
        });
    }

    /// Reports nodes of a name that a node beside them has.
    // Recursion is bounded: the readers limit the depth
    fn twice(&mut self, view: &View<'_>, uri: &str) {
        let mut names = BTreeSet::new();
        for below in &view.nodes {
            let uri = format!("{uri}/{}", below.name);
            match names.insert(below.name) {
                true => self.twice(below, &uri),
                false => self.again(&uri),
            }
        }
    }

    /// Drops commands without identifiers from ACLs (OMA DM Tree and Description 1.2 §7.7.1.2). One that
    /// would be empty then stays as it is: it gives nothing, and an empty one would let those in whom
    /// the node above does.
    // Recursion is bounded: the readers limit the depth
    fn acls(&mut self, node: &mut Node<'static>, uri: &str) {
        let given = node.properties.acl.as_ref().map_or("", Text::as_str);
        if let Ok((acl, true)) = Acl::received(given)
            && !acl.entries.is_empty()
        {
            let kept = acl.to_string();
            self.left_out(
                &rules::ACL,
                format!("in the ACL of {}, a command without a server", shown(uri)),
                "who may give it",
                "it is dropped; leave out what nobody may do",
            );
            node.properties.acl = Some(Text::fixed(kept));
        }
        for below in &mut node.nodes {
            let name = below.name.as_ref().map_or("", Text::as_str);
            let uri = format!("{uri}/{name}");
            self.acls(below, &uri);
        }
    }

    fn again(&mut self, uri: &str) {
        self.left_out(
            &rules::FIRST_WINS,
            format!("{uri} once more"),
            "it once",
            "the first one holds; leave out the others",
        );
    }

    fn left_out(&mut self, rule: &'static Rule, found: String, expected: &str, remedy: &str) {
        if has_room(&self.findings, MAX_FINDINGS, rule) {
            self.findings
                .push(Finding::unplaced(rule, found, expected, remedy));
        }
    }
}

/// What a node directly below the usual place of a kind is.
fn of_place(path: &str) -> Option<ObjectKind> {
    let (above, name) = path.split_once('/')?;
    let kind = match above {
        "DMAcc" => ObjectKind::DmAcc,
        "NAP" => ObjectKind::Nap,
        "Proxy" => ObjectKind::Proxy,
        _ => return None,
    };
    (!name.contains('/')).then_some(kind)
}

/// A node as it will be applied, so that what is judged is what is applied: of several nodes of a name
/// the first, and octets in place of the Base64 that stands for them.
// Recursion is bounded: the readers limit the depth
fn owned(view: &View<'_>) -> Node<'static> {
    let value = view.value.map(|value| match value {
        Content::Base64(_) => Content::Octets(Cow::Owned(value.octets().into_owned())),
        value => value.clone().into_owned(),
    });
    let format = match (view.is_interior(), &value) {
        (true, _) => Some(Format::Node),
        (false, Some(Content::Octets(_) | Content::Base64(_))) => Some(Format::Bin),
        (false, value) => view.format.or(value.as_ref().map(|_| Format::Chr)),
    };
    let identifier = view.identifier.filter(|_| format == Some(Format::Node));
    let kind = identifier.map(|name| NodeType::DdfName(Text::fixed(name.to_owned())));
    let mut names = BTreeSet::new();
    let first = view.nodes.iter().filter(|below| names.insert(below.name));
    Node {
        name: Some(Text::fixed(view.name.to_owned())),
        path: None,
        properties: RtProperties {
            acl: view.acl.map(|acl| Text::fixed(acl.to_owned())),
            format,
            kind,
            ..RtProperties::default()
        },
        value,
        nodes: first.map(owned).collect(),
        at: view.at,
    }
}
