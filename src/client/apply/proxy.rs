//! Proxies that a document adds to those of an earlier one (WAP-185 §6.2).
//!
//! The files of a card are parts of one configuration context: a PXLOGICAL of one may add PXPHYSICALs to
//! that of another, and inherits what it does not say itself. A document that comes by another way
//! makes a context of its own, so there a PROXY-ID that is known means nothing; otherwise whoever
//! names somebody's proxy would get its password sent to his own.

use crate::client::tree::{Draft, Fields, NodePath, Nodes, StoreError, TreeStore};
use crate::document::dm::{Node, Text};
use crate::document::received::text;
use crate::security::policy::Channel;

/// What the earlier documents of a card say of a proxy.
pub(super) enum Earlier {
    /// Nothing.
    Unknown,
    /// All: the physical proxy is there.
    There(NodePath),
    /// What its logical proxy has: the place of another physical one.
    Beside(NodePath),
}

/// Parms that only a PXPHYSICAL has, under Ext.
const OWN: [&str; 3] = ["PHYSICAL-PROXY-ID", "PXADDRTYPE", "PXADDR-FQDN"];

/// The name of the node for PROXY-ID.
const PROXY_ID: &str = "ProxyId";
/// The names of the nodes for PHYSICAL-PROXY-ID.
const PHYSICAL_ID: [&str; 2] = ["Ext", "PHYSICAL-PROXY-ID"];
/// The names of those that a logical proxy gives, beside what is under Ext.
const INHERITED: [&[&str]; 2] = [&["Name"], &["ProxyParams", "WAP", "Startpg"]];

/// What is copied of a node.
const VALUES: Fields = Fields {
    acl: false,
    title: false,
    tstamp: false,
    kind: false,
    ver_no: false,
    ..Fields::ALL
};

/// Looks for a proxy of the same PROXY-ID among those that came from a card.
pub(super) fn earlier<S: TreeStore>(
    draft: &Draft<'_, S>,
    home: &NodePath,
    node: &Node<'_>,
    iccid: &str,
) -> Result<Earlier, StoreError> {
    let own = |names: &[&str]| text(names.iter().try_fold(node, |node, name| node.child(name))?);
    let Some(id) = own(&[PROXY_ID]) else {
        return Ok(Earlier::Unknown);
    };
    let physical = own(&PHYSICAL_ID);
    let origins = draft.provenance()?;
    let mut found = Earlier::Unknown;
    for path in draft.children(home)? {
        let of_card = origins.get(&path).is_some_and(|origin| {
            origin.channel == Channel::Card.name() && origin.iccid.as_deref() == Some(iccid)
        });
        let says = |names: &[&str]| -> Result<Option<String>, StoreError> {
            let place = names
                .iter()
                .fold(path.clone(), |path, name| path.child(name));
            let node = draft.node(&place)?;
            Ok(node.and_then(|node| node.value.expose_text().map(str::to_owned)))
        };
        if !of_card || says(&[PROXY_ID])?.as_deref() != Some(id) {
            continue;
        }
        if physical.is_some() && says(&PHYSICAL_ID)?.as_deref() == physical {
            return Ok(Earlier::There(path));
        }
        // The first has priority
        if matches!(found, Earlier::Unknown) {
            found = Earlier::Beside(path);
        }
    }
    Ok(found)
}

/// Adds what a proxy has from its logical proxy, as far as it does not say so itself.
pub(super) fn inherit<S: TreeStore>(
    draft: &Draft<'_, S>,
    from: &NodePath,
    node: &mut Node<'static>,
) -> Result<(), StoreError> {
    for names in INHERITED {
        let place = names
            .iter()
            .fold(from.clone(), |path, name| path.child(name));
        if draft.node(&place)?.is_some() {
            copy(draft, &place, names, node)?;
        }
    }
    for place in draft.children(&from.child("Ext"))? {
        if !OWN.contains(&place.name()) {
            copy(draft, &place, &["Ext", place.name()], node)?;
        }
    }
    Ok(())
}

/// Copies a node of the tree to a place below another, unless there is one.
fn copy<S: TreeStore>(
    draft: &Draft<'_, S>,
    from: &NodePath,
    names: &[&str],
    below: &mut Node<'static>,
) -> Result<(), StoreError> {
    let Some((name, above)) = names.split_last() else {
        return Ok(());
    };
    let mut at = below;
    for name in above {
        let known = at.nodes.iter().position(|node| is_called(node, name));
        let index = known.unwrap_or_else(|| {
            let name = Text::fixed((*name).to_owned());
            at.nodes.push(Node::interior(name, Vec::new()));
            at.nodes.len() - 1
        });
        at = &mut at.nodes[index];
    }
    if !at.nodes.iter().any(|node| is_called(node, name)) {
        at.nodes
            .extend(draft.serialised(from, VALUES, &|_, _| Ok(true))?);
    }
    Ok(())
}

fn is_called(node: &Node<'_>, name: &str) -> bool {
    node.name.as_ref().is_some_and(|own| own.as_str() == name)
}
