//! What an application does, for people and programs to see before and after.

use super::NOBODY;
use super::accounts::{accounts, addresses, leaf};
use super::place::is_of;
use crate::client::tree::{Draft, Node, NodePath, Nodes, StoreError, TreeStore};
use crate::document::dm::acl::{Acl, Servers};
use crate::document::received::{BootstrapProfile, ObjectKind};
use crate::finding::Finding;
use crate::secret::without_url_secrets;
use crate::security::policy::{Accepted, Channel};
use crate::security::verify::Assurance;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What an application does.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// SHA-256 of the document.
    pub document: [u8; 32],
    /// The profile of bootstrap that it is of.
    pub profile: BootstrapProfile,
    /// How it came.
    pub channel: Channel,
    /// The card that it was on.
    pub iccid: Option<String>,
    /// What vouches for it.
    pub assurance: Assurance,
    /// The accounts that it brings.
    pub accounts: Vec<SummaryAccount>,
    /// The access points that it brings.
    pub access_points: Vec<AccessPoint>,
    /// The proxies that it brings.
    pub proxies: Vec<AccessPoint>,
    /// The accounts that were there and are others afterwards, as they were: one that the document
    /// brings takes the place of a whole, another has some nodes that are not as before.
    pub replaced: Vec<SummaryAccount>,
    /// The access points and proxies that go.
    pub removed: Vec<AccessPoint>,
    /// The servers that get rights, by name: those in ACLs of what comes or whose ACL is another,
    /// `*` for all.
    pub rights: Vec<String>,
    /// The tree's change, node by node.
    pub differences: Vec<Difference>,
    /// What was left out or deviates.
    pub findings: Vec<Finding>,
}

/// An account in a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryAccount {
    /// Where it is.
    pub path: NodePath,
    /// ServerID.
    pub server: String,
    /// The addresses of the server.
    pub addresses: Vec<String>,
}

/// An access point or a proxy in a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPoint {
    /// Where it is.
    pub path: NodePath,
    /// Its address: the APN, or the host.
    pub address: String,
}

/// A node that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub path: NodePath,
    /// The node before; `None` when it was not there.
    pub before: Option<Arc<Node>>,
    /// The node after; `None` when it is gone.
    pub after: Option<Arc<Node>>,
    /// Whether its value is not put before people unasked.
    pub hidden: bool,
}

/// What happened to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It came.
    Added,
    /// It is another one.
    Replaced,
    /// It went.
    Removed,
}

impl Change {
    /// Its name: `added`, `replaced`, `removed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Replaced => "replaced",
            Self::Removed => "removed",
        }
    }
}

impl Difference {
    /// What happened.
    #[must_use]
    pub fn change(&self) -> Change {
        match (&self.before, &self.after) {
            (None, _) => Change::Added,
            (Some(_), None) => Change::Removed,
            (Some(_), Some(_)) => Change::Replaced,
        }
    }
}

impl Summary {
    pub(super) fn of<S: TreeStore>(
        draft: &Draft<'_, S>,
        accepted: &Accepted<'_>,
        iccid: Option<&str>,
        tops: &[NodePath],
        findings: Vec<Finding>,
    ) -> Result<Self, StoreError> {
        let mut brought = Vec::new();
        for account in accounts(draft)? {
            if tops.contains(&account.path) {
                brought.push(SummaryAccount {
                    path: account.path,
                    server: account.server,
                    addresses: shown(account.addresses),
                });
            }
        }
        let below = |kind: ObjectKind| -> Result<Vec<AccessPoint>, StoreError> {
            let mut found = Vec::new();
            for path in tops {
                if is_of(draft.ddf(), path, kind) {
                    let address = leaf(draft, &path.child("Addr"))?.unwrap_or_default();
                    let path = path.clone();
                    found.push(AccessPoint { path, address });
                }
            }
            Ok(found)
        };
        let differences = applied(draft);
        Ok(Self {
            document: accepted.digest(),
            profile: accepted.profile(),
            channel: accepted.channel(),
            iccid: iccid.map(str::to_owned),
            assurance: accepted.assurance(),
            accounts: brought,
            access_points: below(ObjectKind::Nap)?,
            proxies: below(ObjectKind::Proxy)?,
            replaced: replaced(draft, &differences)?,
            removed: removed(draft, &differences)?,
            rights: rights(draft, tops, &differences)?,
            differences,
            findings,
        })
    }
}

fn replaced<S: TreeStore>(
    draft: &Draft<'_, S>,
    differences: &[Difference],
) -> Result<Vec<SummaryAccount>, StoreError> {
    let Some(home) = draft.ddf().home(Some(ObjectKind::DmAcc), "") else {
        return Ok(Vec::new());
    };
    let before = draft.before();
    let mut own: Vec<NodePath> = Vec::new();
    for Difference { path, .. } in differences {
        // They are in order
        if !own.last().is_some_and(|account| account.holds(path)) {
            own.extend(home.child_towards(path));
        }
    }
    let mut found = Vec::new();
    for path in own {
        if before.node(&path)?.is_some() {
            found.push(SummaryAccount {
                server: leaf(before, &path.child("ServerID"))?.unwrap_or_default(),
                addresses: shown(addresses(before, &path)?),
                path,
            });
        }
    }
    Ok(found)
}

/// Addresses without passwords.
fn shown(addresses: Vec<String>) -> Vec<String> {
    let addresses = addresses.iter();
    addresses
        .map(|address| without_url_secrets(address).into_owned())
        .collect()
}

fn removed<S: TreeStore>(
    draft: &Draft<'_, S>,
    differences: &[Difference],
) -> Result<Vec<AccessPoint>, StoreError> {
    let mut found = Vec::new();
    for Difference { path, .. } in differences.iter().filter(|d| d.change() == Change::Removed) {
        let connects = [ObjectKind::Nap, ObjectKind::Proxy];
        if connects.iter().any(|kind| is_of(draft.ddf(), path, *kind)) {
            let address = leaf(draft.before(), &path.child("Addr"))?.unwrap_or_default();
            let path = path.clone();
            found.push(AccessPoint { path, address });
        }
    }
    Ok(found)
}

fn rights<S: TreeStore>(
    draft: &Draft<'_, S>,
    tops: &[NodePath],
    differences: &[Difference],
) -> Result<Vec<String>, StoreError> {
    let mut acls = BTreeSet::new();
    for path in tops {
        acls.extend(draft.node(path)?.map(|node| node.acl.clone()));
    }
    for Difference { before, after, .. } in differences {
        let acl = |node: &Option<Arc<Node>>| node.as_ref().map(|node| node.acl.clone());
        acls.extend(acl(after).filter(|_| acl(before) != acl(after)));
    }
    let mut servers = BTreeSet::new();
    for text in &acls {
        for (_, named) in Acl::parse(text).unwrap_or_default().entries {
            match named {
                Servers::All => servers.extend(["*".to_owned()]),
                Servers::Ids(ids) => servers.extend(ids.into_iter().map(str::to_owned)),
            }
        }
    }
    servers.remove(NOBODY);
    Ok(servers.into_iter().collect())
}

/// How two trees differ, by the place of the nodes. `draft` says what is not shown.
///
/// # Errors
/// [`StoreError`]
pub fn differences<S: TreeStore>(
    before: &impl Nodes,
    after: &impl Nodes,
    draft: &Draft<'_, S>,
) -> Result<Vec<Difference>, StoreError> {
    let mut paths = before.subtree(&NodePath::ROOT)?;
    paths.extend(after.subtree(&NodePath::ROOT)?);
    paths.sort();
    paths.dedup();
    let mut found = Vec::new();
    for path in paths {
        let (before, after) = (before.node(&path)?, after.node(&path)?);
        if before != after {
            found.push(difference(draft, path, before, after));
        }
    }
    Ok(found)
}

/// What is kept for an undo is what differs.
fn applied<S: TreeStore>(draft: &Draft<'_, S>) -> Vec<Difference> {
    let last = draft.changes().last_applied.iter().flatten();
    let nodes = last.flat_map(|last| &last.nodes);
    nodes
        .map(|(path, [before, after])| {
            difference(draft, path.clone(), before.clone(), after.clone())
        })
        .collect()
}

fn difference<S: TreeStore>(
    draft: &Draft<'_, S>,
    path: NodePath,
    before: Option<Arc<Node>>,
    after: Option<Arc<Node>>,
) -> Difference {
    let hides = |node: &Arc<Node>| draft.hides(&path, node);
    Difference {
        hidden: before.iter().chain(&after).any(hides),
        path,
        before,
        after,
    }
}
