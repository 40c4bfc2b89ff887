//! What follows when accounts go: their servers leave all ACLs, and the documents that brought them
//! are no longer in place.

use super::actor::{Actor, TStamp};
use super::node;
use super::path::NodePath;
use super::status::Error;
use super::store::{Nodes, Provenance, Replay, StoreError, TreeStore};
use super::{By, Draft};
use crate::document::dm::acl::Command;
use crate::document::received::ObjectKind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whether what a document brought is there: with its account, if it brought one, since access points
/// that are left of it are of no use alone. `origins` are those of the nodes.
///
/// # Errors
/// [`StoreError`]
pub(in crate::client) fn is_in_place(
    nodes: &impl Nodes,
    origins: &BTreeMap<NodePath, Provenance>,
    document: &[u8; 32],
    replay: &Replay,
) -> Result<bool, StoreError> {
    if replay.undone {
        return Ok(false);
    }
    let own = origins
        .iter()
        .filter(|(_, origin)| origin.document == *document);
    for (path, _) in own {
        if !replay.account || nodes.node(&path.child("ServerID"))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl<S: TreeStore> Draft<'_, S> {
    /// Takes a server out of all ACLs (§7.7.1.4), as happens by itself when its last account goes.
    /// The client alone does this. Says how many ACLs changed.
    ///
    /// # Errors
    /// [`Error`]
    pub fn forget_server(&mut self, by: By<'_>, server: &Actor) -> Result<usize, Error> {
        if !by.actor.is_client() {
            return Err(self.denied(by, Command::Replace).at(&NodePath::ROOT));
        }
        match server.acl_id() {
            Some(id) => Ok(self.leave_acls(by.now, id)?),
            None => Ok(0),
        }
    }

    fn leave_acls(&mut self, now: &TStamp, id: &str) -> Result<usize, StoreError> {
        let mut count = 0;
        for path in self.subtree(&NodePath::ROOT)? {
            let Some(mut node) = self.node(&path)? else {
                continue;
            };
            let acl = node::acl_without(&node.acl, id, path.is_root());
            if acl != node.acl {
                let changed = Arc::make_mut(&mut node);
                changed.acl = acl;
                changed.touch(now);
                self.set(&path, Some(node));
                count += 1;
            }
        }
        Ok(count)
    }

    /// Draws what follows from what is gone; once more, it changes nothing. A state that an undo goes
    /// back to is left as it was.
    pub(super) fn settle(&mut self, now: &TStamp) -> Result<(), StoreError> {
        if self.changes.nodes.is_empty() && self.changes.provenance.is_empty() {
            return Ok(());
        }
        let before = self.tree.store.provenance()?;
        let mut after = self.provenance_since(before.clone());
        for path in after.keys() {
            if self.node(path)?.is_none() {
                self.record_provenance(path, None);
            }
        }
        if self.undoes {
            return Ok(());
        }
        for server in self.servers_gone()? {
            // What cannot stand in an ACL stands in none
            if let Ok(server) = Actor::server(&server)
                && let Some(id) = server.acl_id()
            {
                self.leave_acls(now, id)?;
            }
        }
        after = self.provenance_since(after);
        self.documents_gone(now, &before, &after)
    }

    /// The servers whose last account went.
    fn servers_gone(&self) -> Result<BTreeSet<String>, StoreError> {
        let mut gone = BTreeSet::new();
        let Some(home) = self.ddf().home(Some(ObjectKind::DmAcc), "") else {
            return Ok(gone);
        };
        let id = |nodes: &dyn Nodes, path: &NodePath| -> Result<Option<String>, StoreError> {
            let node = nodes.node(path)?;
            Ok(node.and_then(|node| node.value.expose_text().map(str::to_owned)))
        };
        let changed = self.changes.nodes.range(&home..);
        for (path, _) in changed.take_while(|(path, _)| home.holds(path)) {
            if path.name() == "ServerID"
                && path
                    .parent()
                    .is_some_and(|account| account.hangs_from(&home))
            {
                gone.extend(id(&self.tree.store, path)?);
            }
        }
        if gone.is_empty() {
            return Ok(gone);
        }
        for account in self.children(&home)? {
            if let Some(left) = id(self, &account.child("ServerID"))? {
                gone.remove(&left);
            }
        }
        Ok(gone)
    }

    /// Remembers when documents ceased to be in place.
    fn documents_gone(
        &mut self,
        now: &TStamp,
        before: &BTreeMap<NodePath, Provenance>,
        after: &BTreeMap<NodePath, Provenance>,
    ) -> Result<(), StoreError> {
        let touched = before.iter().filter(|(path, origin)| {
            let server = path.child("ServerID");
            after.get(path) != Some(origin) || self.changes.nodes.contains_key(&server)
        });
        let mut documents: BTreeSet<_> = touched.map(|(_, origin)| origin.document).collect();
        // Of these more is known
        documents.retain(|document| !self.changes.replays.contains_key(document));
        for document in documents {
            let Some(replay) = self.tree.store.replay(&document)? else {
                continue;
            };
            let was = is_in_place(&self.tree.store, before, &document, &replay)?;
            if was && !is_in_place(self, after, &document, &replay)? {
                let gone = Replay {
                    at: now.clone(),
                    undone: true,
                    ..replay
                };
                self.record_replay(document, Some(gone));
            }
        }
        Ok(())
    }
}
