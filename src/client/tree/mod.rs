//! The management tree (OMA DM Tree and Description 1.2): nodes, who may do what to them, and the
//! state that survives.
//!
//! A [`Tree`] is kept in a [`TreeStore`]: [`MemStore`] or [`RedbStore`]. All commands are given to a
//! [`Draft`] of it, each by somebody ([`By`]), and answered as a server would see it ([`Error::status`]).
//! A command that is refused has changed nothing. What the commands of a draft did becomes the state
//! by [`Draft::commit`], in one transaction; a draft that is dropped never was.
//!
//! ```
//! use dmboot::client::tree::{Actor, By, Item, MemStore, TStamp, Tree, ddf, fresh};
//!
//! let ddf = ddf::shipped()?;
//! let now = TStamp::from_unix(1_700_000_000);
//! let mut tree = Tree::open(MemStore::new(&fresh(&ddf, &now, &[])?))?;
//! let server = Actor::server("mgmt.example")?;
//! let by = By { actor: &server, now: &now };
//! let mut draft = tree.draft()?;
//! draft.add(by, "./DMAcc/1/AppID", Item::chr("w7"))?;
//! let refused = draft.add(by, "./DMAcc/1/AppID", Item::chr("w7")).unwrap_err();
//! assert_eq!(refused.status().code(), 418);
//! draft.commit(by, "an account by hand")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A part of a tree goes from one to another as TNDS ([`Draft::export`], [`Draft::import`]), the whole of
//! it as JSON ([`whole`]).
//!
//! # What holds
//! - ACLs bind servers and applications, not the client itself; `*` is every server and application.
//! - Nobody but the client reads a secret: a leaf that its description lets nobody read, and
//!   `AAuthSecret`, `AAuthData` and `AuthSecret` whatever a description says. Where somebody else
//!   lists nodes, secrets are not among them.
//! - What there may be is said by the [description](ddf) of the device, for everybody.
//! - Minimum occurrences hold when a node is deleted and when a whole tree is imported; a node may be
//!   added before those that it needs below it. [`Draft::check`] finds what is missing.
//! - TStamp and VerNo are those of the node itself: nodes that come and go below it are not its
//!   change.
//! - When a node is renamed, references to it in the values of others are not rewritten.

mod actor;
mod check;
pub mod ddf;
mod export;
mod gone;
mod mem;
mod node;
mod ops;
mod path;
mod redb;
mod status;
mod store;
#[cfg(test)]
mod tests;
mod undo;
pub mod whole;

pub use actor::{APPLICATION, Actor, ActorError, By, TStamp};
pub use export::{Export, ImportError, to_plain_json};
pub(in crate::client) use gone::is_in_place;
pub use mem::MemStore;
pub(in crate::client) use node::checked_acl;
pub use node::{Item, MAX_PROPERTY, MAX_TITLE, MAX_VALUE, Node, ROOT_ACL, is_in_inbox, is_secret};
pub(in crate::client) use ops::Fitted;
pub use ops::{Got, Listed, Secrecy};
pub use path::{Fields, Limits, Listing, MAX_DEPTH, MAX_LENGTH, NodePath, Property, Query, Target};
pub use redb::{CreateError, FORMAT, RedbStore};
pub use status::{Error, Reason, Status};
pub use store::{
    AUDIT_LINES, AuditLine, Changes, ContextRecord, LastApplied, Nodes, Provenance, Replay,
    StoreError, TRIED_MESSAGES, TreeStore,
};
pub use undo::UndoError;

use crate::document::cp::schema::{self, Sensitivity};
use crate::document::dm::Format;
use crate::document::dm::acl::Command;
use ddf::{Ddf, Description};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A tree in a store.
#[derive(Debug)]
pub struct Tree<S> {
    store: S,
    ddf: Ddf,
}

impl<S: TreeStore> Tree<S> {
    /// Opens the tree that is in a store.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn open(store: S) -> Result<Self, StoreError> {
        let text = store.description()?;
        let damaged = |error| StoreError::Damaged(format!("its description: {error}"));
        let ddf = Ddf::from_xml(text.as_bytes()).map_err(damaged)?;
        Ok(Self { store, ddf })
    }

    /// The description of the device.
    #[must_use]
    pub fn ddf(&self) -> &Ddf {
        &self.ddf
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Gives the store back.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }

    /// Begins a draft of the next state.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn draft(&mut self) -> Result<Draft<'_, S>, StoreError> {
        let limits = stated_limits(&self.store)?;
        Ok(Draft {
            tree: self,
            ddf: None,
            limits,
            changes: Changes::default(),
            undoes: false,
            journal: Vec::new(),
        })
    }
}

/// The limits in ./DevDetail/URI; what is not there, or no number, is no limit.
fn stated_limits(store: &impl TreeStore) -> Result<Limits, StoreError> {
    let place = NodePath::ROOT.child("DevDetail").child("URI");
    let limit = |name| -> Result<u16, StoreError> {
        let node = store.node(&place.child(name))?;
        let text = node.as_ref().and_then(|node| node.value.expose_text());
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
    };
    Ok(Limits {
        depth: limit("MaxDepth")?,
        total: limit("MaxTotLen")?,
        segment: limit("MaxSegLen")?,
    })
}

/// The first state of a tree: the root, the permanent nodes of a description with their default
/// values, and values of some of them, by address.
///
/// # Errors
/// [`Error`] when a value is not one that its node takes.
pub fn fresh(ddf: &Ddf, now: &TStamp, values: &[(&str, &str)]) -> Result<Changes, Error> {
    let mut changes = Changes::default();
    let root = Arc::new(Node::root(now));
    changes.nodes.insert(NodePath::ROOT, Some(root));
    let mut tree = Tree {
        store: MemStore::new(&changes),
        ddf: Ddf::default(),
    };
    let by = By {
        actor: &Actor::CLIENT,
        now,
    };
    let mut draft = tree.draft()?;
    draft.describe(by, ddf.clone())?;
    for (uri, text) in values {
        let path = draft.address(uri)?;
        let format = draft.required(&path)?.format;
        draft.replace(by, uri, Item::leaf(format, (*text).into()))?;
        // The first value is no change
        if let Some(mut node) = draft.node(&path)? {
            Arc::make_mut(&mut node).ver_no = 0;
            draft.set(&path, Some(node));
        }
    }
    let mut made = draft.changes;
    made.nodes
        .entry(NodePath::ROOT)
        .or_insert_with(|| Some(Arc::new(Node::root(now))));
    made.audit.push(AuditLine {
        at: now.clone(),
        actor: by.actor.to_string(),
        what: "made the tree".to_owned(),
    });
    Ok(made)
}

/// The next state of a tree, as far as it has come. It reads its own changes.
#[derive(Debug)]
pub struct Draft<'t, S> {
    tree: &'t mut Tree<S>,
    /// The description, if it is to change.
    ddf: Option<Ddf>,
    limits: Limits,
    changes: Changes,
    /// Whether it goes back to a state that was there.
    undoes: bool,
    /// What stood in the changes before, so that a command that fails is as if it had not been.
    journal: Vec<Undo>,
}

#[derive(Debug)]
enum Undo {
    Node(NodePath, Option<Option<Arc<Node>>>),
    Provenance(NodePath, Option<Option<Provenance>>),
}

impl<S: TreeStore> Nodes for Draft<'_, S> {
    fn node(&self, path: &NodePath) -> Result<Option<Arc<Node>>, StoreError> {
        match self.changes.nodes.get(path) {
            Some(changed) => Ok(changed.clone()),
            None => self.tree.store.node(path),
        }
    }

    fn children(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError> {
        let mut from = path.below();
        let changed = std::iter::from_fn(|| {
            let (next, _) = self.changes.nodes.range(&from..).next()?;
            let child = path.child_towards(next)?;
            from = child.after();
            Some(child)
        });
        // Where what changed is below a child, nothing is said of the child
        let said = changed.filter_map(|child| {
            let node = self.changes.nodes.get(&child)?;
            Some((child, node.is_some()))
        });
        Ok(merged(self.tree.store.children(path)?, said))
    }

    fn subtree(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError> {
        let changed = self.changes.nodes.range(path..);
        let below = changed.take_while(|(changed, _)| path.holds(changed));
        let said = below.map(|(changed, node)| (changed.clone(), node.is_some()));
        Ok(merged(self.tree.store.subtree(path)?, said))
    }
}

/// The places in a store and those that changes name, with whether a node is there now; both in order.
fn merged(stored: Vec<NodePath>, changed: impl Iterator<Item = (NodePath, bool)>) -> Vec<NodePath> {
    let mut all = Vec::with_capacity(stored.len());
    let mut stored = stored.into_iter().peekable();
    for (path, is_there) in changed {
        while let Some(before) = stored.next_if(|stored| *stored < path) {
            all.push(before);
        }
        stored.next_if_eq(&path);
        if is_there {
            all.push(path);
        }
    }
    all.extend(stored);
    all
}

impl<S: TreeStore> Draft<'_, S> {
    /// The description that holds.
    #[must_use]
    pub fn ddf(&self) -> &Ddf {
        self.ddf.as_ref().unwrap_or(&self.tree.ddf)
    }

    /// What has changed so far.
    #[must_use]
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Makes the draft the state, in one transaction with a line of the audit that says who did
    /// what. With subtrees that are gone goes what is recorded as their origin; a server whose last
    /// account went leaves all ACLs (§7.7.1.4); and of a document whose account went it is remembered
    /// when that was. An undo alone has no such consequences: it goes back to what was.
    ///
    /// # Errors
    /// [`StoreError`]; nothing has changed then.
    pub fn commit(mut self, by: By<'_>, what: &str) -> Result<(), StoreError> {
        self.settle(by.now)?;
        self.changes.audit.push(AuditLine {
            at: by.now.clone(),
            actor: by.actor.to_string(),
            what: what.to_owned(),
        });
        self.tree.store.commit(&self.changes)?;
        if let Some(ddf) = self.ddf {
            self.tree.ddf = ddf;
        }
        Ok(())
    }

    /// Where subtrees came from.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn provenance(&self) -> Result<BTreeMap<NodePath, Provenance>, StoreError> {
        Ok(self.provenance_since(self.tree.store.provenance()?))
    }

    /// Where subtrees came from, when it was this before.
    fn provenance_since(
        &self,
        mut all: BTreeMap<NodePath, Provenance>,
    ) -> BTreeMap<NodePath, Provenance> {
        for (path, changed) in &self.changes.provenance {
            match changed {
                Some(origin) => all.insert(path.clone(), origin.clone()),
                None => all.remove(path),
            };
        }
        all
    }

    /// Records where a subtree came from, or that this is no longer known.
    pub fn record_provenance(&mut self, path: &NodePath, origin: Option<Provenance>) {
        let before = self.changes.provenance.insert(path.clone(), origin);
        self.journal.push(Undo::Provenance(path.clone(), before));
    }

    /// Records what is known of a message, by the SHA-256 of its body.
    pub fn record_replay(&mut self, body: [u8; 32], replay: Option<Replay>) {
        self.changes.replays.insert(body, replay);
    }

    /// Records how many wrong PINs there were for a message, by the SHA-256 of its body.
    pub fn record_tries(&mut self, body: [u8; 32], count: Option<u8>) {
        self.changes.tries.insert(body, count);
    }

    /// Records a configuration context, by the SHA-256 of the document that made it.
    pub fn record_context(&mut self, document: [u8; 32], context: Option<ContextRecord>) {
        self.changes.contexts.insert(document, context);
    }

    /// Nothing that was applied before can be undone any more.
    pub fn drop_undo(&mut self) {
        self.changes.last_applied = Some(None);
    }

    /// The configuration contexts.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn contexts(&self) -> Result<BTreeMap<[u8; 32], ContextRecord>, StoreError> {
        let mut all = self.tree.store.contexts()?;
        for (document, changed) in &self.changes.contexts {
            match changed {
                Some(context) => all.insert(*document, context.clone()),
                None => all.remove(document),
            };
        }
        Ok(all)
    }

    /// The state that the draft began with.
    #[must_use]
    pub fn before(&self) -> &S {
        &self.tree.store
    }

    /// Adds to the description of the device, and the permanent nodes that it brings. The client
    /// alone does this.
    ///
    /// # Errors
    /// [`Error`] when nodes that are there do not go with it, or a default value is none.
    pub fn describe(&mut self, by: By<'_>, addition: Ddf) -> Result<(), Error> {
        if !by.actor.is_client() {
            return Err(self.denied(by, Command::Replace).at(&NodePath::ROOT));
        }
        let mut whole = self.ddf().clone();
        whole.merge(addition);
        let (format, expected) = (Format::Xml, "characters that XML has");
        let fault = |_| Reason::Value { format, expected }.at(&NodePath::ROOT);
        let text = whole.to_xml().map_err(fault)?;
        // Two that are sound alone may make one that no reader takes, and a tree whose description
        // cannot be read is lost
        let unreadable = |error| Reason::Description(error).at(&NodePath::ROOT);
        Ddf::from_xml(text.as_bytes()).map_err(unreadable)?;
        let nodes = whole.nodes.clone();
        let before = (self.ddf.take(), self.changes.description.replace(text));
        self.ddf = Some(whole);
        let result = self.unit(|draft| {
            draft.make_permanent(by, &NodePath::ROOT, &nodes)?;
            match draft.check()?.into_iter().next() {
                Some((path, reason)) => Err(reason.at(&path)),
                None => Ok(()),
            }
        });
        if result.is_err() {
            (self.ddf, self.changes.description) = before;
        }
        result
    }

    // Recursion is bounded: the reader limits the depth
    fn make_permanent(
        &mut self,
        by: By<'_>,
        above: &NodePath,
        nodes: &[Description],
    ) -> Result<(), Error> {
        for described in nodes {
            if !described.permanent || described.name.is_empty() {
                continue;
            }
            let path = above.child(&described.name);
            if self.node(&path)?.is_none() {
                let value = described.default.as_deref().unwrap_or_default().into();
                // A default of octets is Base64 in XML
                let format = match described.format {
                    Format::Bin => Format::B64,
                    format => format,
                };
                self.create(by, &path, Item::leaf(format, value))?;
            }
            self.make_permanent(by, &path, &described.nodes)?;
        }
        Ok(())
    }

    /// Changes a node.
    fn set(&mut self, path: &NodePath, node: Option<Arc<Node>>) {
        let before = self.changes.nodes.insert(path.clone(), node);
        self.journal.push(Undo::Node(path.clone(), before));
    }

    /// Does all of it or nothing.
    pub(in crate::client) fn unit<T, E>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let mark = self.journal.len();
        let result = act(self);
        if result.is_err() {
            for undo in self.journal.drain(mark..).rev() {
                match undo {
                    Undo::Node(path, before) => restore(&mut self.changes.nodes, path, before),
                    Undo::Provenance(path, before) => {
                        restore(&mut self.changes.provenance, path, before);
                    }
                }
            }
        }
        result
    }

    /// The place of an address without a query, within the limits of the device.
    ///
    /// # Errors
    /// [`Error`]
    pub fn address(&self, uri: &str) -> Result<NodePath, Error> {
        let target = self.target(uri)?;
        match target.query {
            Query::Node => Ok(target.path),
            Query::Property(_) | Query::List(_) => Err(Error::Refused {
                at: uri.to_owned(),
                reason: Reason::Query,
            }),
        }
    }

    fn target(&self, uri: &str) -> Result<Target, Error> {
        Target::parse(uri, &self.limits).map_err(|reason| Error::Refused {
            at: uri.chars().take(MAX_LENGTH).collect(),
            reason,
        })
    }

    /// The node at a place.
    fn required(&self, path: &NodePath) -> Result<Arc<Node>, Error> {
        self.node(path)?.ok_or_else(|| Reason::NotFound.at(path))
    }

    /// The ACL that holds at a place: its own, or that of the nearest node above that has one.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn acl_at(&self, path: &NodePath) -> Result<String, StoreError> {
        let mut at = Some(path.clone());
        while let Some(path) = at {
            if let Some(node) = self.node(&path)?
                && !node.acl.is_empty()
            {
                return Ok(node.acl.clone());
            }
            at = path.parent();
        }
        Ok(String::new())
    }

    /// Whether the ACL lets somebody give a command at a place.
    fn may(&self, by: By<'_>, path: &NodePath, command: Command) -> Result<bool, StoreError> {
        match by.actor.acl_id() {
            None => Ok(true),
            Some(id) => Ok(node::grants(&self.acl_at(path)?, id, command)),
        }
    }

    fn demand(&self, by: By<'_>, path: &NodePath, command: Command) -> Result<(), Error> {
        match self.may(by, path, command)? {
            true => Ok(()),
            false => Err(self.denied(by, command).at(path)),
        }
    }

    fn denied(&self, by: By<'_>, command: Command) -> Reason {
        let who = by.actor.to_string();
        Reason::Denied { command, who }
    }

    /// True for a leaf whose value nobody but the client reads.
    #[must_use]
    pub fn holds_secret(&self, path: &NodePath, node: &Node) -> bool {
        let unread = || {
            let place = self.ddf().place(path);
            place.is_some_and(|place| !place.access().get)
        };
        let has_value = !matches!(node.format, Format::Node | Format::Null);
        has_value && (is_secret(path) || unread())
    }

    /// True for a leaf whose value is not put before people unasked: one that
    /// [holds a secret](Self::holds_secret), and a vendor's that is called like one, which servers may
    /// read.
    #[must_use]
    pub fn hides(&self, path: &NodePath, node: &Node) -> bool {
        let has_value = !matches!(node.format, Format::Node | Format::Null);
        let named = || schema::sensitivity("", None, path.name()) == Sensitivity::Secret;
        has_value && (named() || self.holds_secret(path, node))
    }

    /// A value as the description takes it in this place.
    pub(in crate::client) fn fits(&self, path: &NodePath, item: Item) -> Result<Item, Reason> {
        let place = self.ddf().place(path).ok_or(Reason::Undescribed)?;
        place.takes(item)
    }
}

fn restore<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, before: Option<V>) {
    match before {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}
