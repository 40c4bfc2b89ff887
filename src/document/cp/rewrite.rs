//! Rewriting the accounts of a document as receivers want them.

use super::{Characteristic, Document, Node, Parm, Value};

/// How the address of a DM server is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Address {
    /// APPADDR with ADDR and PORT.
    Long,
    /// ADDR alone.
    Short,
}

/// Which credentials AAUTHLEVEL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Levels {
    /// APPSRV is what the device shows the server, as OMA says.
    #[default]
    Oma,
    /// The other way round, as some clients in the field read it.
    Swapped,
}

/// Writes the addresses and levels of DM accounts as these settings say.
pub(in crate::document) fn rewrite(
    document: &mut Document<'_>,
    address: Option<Address>,
    levels: Levels,
) {
    for application in &mut document.characteristics {
        if application.is_w7() {
            match address {
                Some(Address::Short) => shorten(application),
                Some(Address::Long) => lengthen(application),
                None => {}
            }
            if levels == Levels::Swapped {
                swap_levels(application);
            }
        }
    }
}

/// APPADDR/ADDR becomes ADDR; ports stand in the URL.
fn shorten(application: &mut Characteristic<'_>) {
    let mut addresses = Vec::new();
    application.nodes.retain_mut(|node| match node {
        Node::Characteristic(child) if child.kind == "APPADDR" => {
            let address = child.parms().find(|parm| parm.name == "ADDR").cloned();
            addresses.extend(address.map(Node::Parm));
            false
        }
        _ => true,
    });
    let first_child = application
        .nodes
        .iter()
        .position(|node| matches!(node, Node::Characteristic(_)))
        .unwrap_or(application.nodes.len());
    application
        .nodes
        .splice(first_child..first_child, addresses);
}

/// ADDR becomes APPADDR/ADDR.
fn lengthen(application: &mut Characteristic<'_>) {
    for node in &mut application.nodes {
        if let Node::Parm(Parm { name, .. }) = node
            && name == "ADDR"
        {
            let mut appaddr = Characteristic::new("APPADDR");
            let addrtype = Some(Value::fixed("URI"));
            let at = Default::default();
            appaddr.nodes = vec![
                node.clone(),
                Node::Parm(Parm {
                    name: "ADDRTYPE".into(),
                    value: addrtype,
                    at,
                }),
            ];
            *node = Node::Characteristic(appaddr);
        }
    }
    // Parms stand before characteristics
    application
        .nodes
        .sort_by_key(|node| matches!(node, Node::Characteristic(_)));
}

fn swap_levels(application: &mut Characteristic<'_>) {
    for node in &mut application.nodes {
        let Node::Characteristic(child) = node else {
            continue;
        };
        for node in &mut child.nodes {
            if let Node::Parm(Parm {
                name,
                value: Some(value),
                ..
            }) = node
                && name == "AAUTHLEVEL"
            {
                match value.as_str() {
                    "APPSRV" => *value = Value::fixed("CLIENT"),
                    "CLIENT" => *value = Value::fixed("APPSRV"),
                    _ => {}
                }
            }
        }
    }
}
