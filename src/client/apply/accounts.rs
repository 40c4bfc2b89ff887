//! The accounts of a tree.

use crate::client::tree::{Draft, NodePath, Nodes, Provenance, StoreError, TreeStore};
use crate::document::received::ObjectKind;
use crate::security::policy::Channel;

/// An account at a DM server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Where it is.
    pub path: NodePath,
    /// ServerID.
    pub server: String,
    /// Name, for people.
    pub name: String,
    /// The addresses of the server, in order of priority, with the port that stands beside one.
    pub addresses: Vec<String>,
    /// What it connects by: the nodes that PrefConRef and ToConRef name.
    pub connections: Vec<String>,
    /// Where it came from.
    pub origin: Option<Provenance>,
    /// Whether another account of the same server goes before it.
    pub shadowed: bool,
}

/// The accounts, those that go before others first: what came from the card, then the others, by
/// number (WAP-185 §5.2).
///
/// # Errors
/// [`StoreError`]
pub fn accounts<S: TreeStore>(draft: &Draft<'_, S>) -> Result<Vec<Account>, StoreError> {
    let Some(home) = draft.ddf().home(Some(ObjectKind::DmAcc), "") else {
        return Ok(Vec::new());
    };
    let mut origins = draft.provenance()?;
    let mut found = Vec::new();
    for path in draft.children(&home)? {
        let mut connections = Vec::new();
        let preferred = leaf(draft, &path.child("PrefConRef"))?;
        connections.extend(preferred.filter(|uri| !uri.is_empty()));
        for entry in draft.children(&path.child("ToConRef"))? {
            let reference = leaf(draft, &entry.child("ConRef"))?.unwrap_or_default();
            if !reference.is_empty() && !connections.contains(&reference) {
                connections.push(reference);
            }
        }
        found.push(Account {
            server: leaf(draft, &path.child("ServerID"))?.unwrap_or_default(),
            name: leaf(draft, &path.child("Name"))?.unwrap_or_default(),
            addresses: addresses(draft, &path)?,
            connections,
            origin: origins.remove(&path),
            shadowed: false,
            path,
        });
    }
    found.sort_by_key(|account| {
        let origin = account.origin.as_ref();
        let card = origin.is_some_and(|origin| origin.channel == Channel::Card.name());
        let number = account.path.name().parse().unwrap_or(u64::MAX);
        (!card, number, account.path.clone())
    });
    let mut seen: Vec<String> = Vec::new();
    for account in &mut found {
        account.shadowed = seen.contains(&account.server);
        seen.push(account.server.clone());
    }
    Ok(found)
}

/// The addresses of an account's server.
pub(super) fn addresses(nodes: &impl Nodes, account: &NodePath) -> Result<Vec<String>, StoreError> {
    let mut addresses = Vec::new();
    for entry in nodes.children(&account.child("AppAddr"))? {
        let address = leaf(nodes, &entry.child("Addr"))?.unwrap_or_default();
        let port = match nodes.children(&entry.child("Port"))?.first() {
            Some(port) => leaf(nodes, &port.child("PortNbr"))?,
            None => None,
        };
        addresses.push(match port {
            Some(port) => format!("{address} port {port}"),
            None => address,
        });
    }
    Ok(addresses)
}

/// The text of a leaf, if it is there.
pub(super) fn leaf(nodes: &impl Nodes, path: &NodePath) -> Result<Option<String>, StoreError> {
    let node = nodes.node(path)?;
    Ok(node.and_then(|node| node.value.expose_text().map(str::to_owned)))
}
