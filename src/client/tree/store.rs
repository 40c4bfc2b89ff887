//! Where a tree is kept.
//!
//! A store holds one state. It changes by [`Changes`], which are one transaction: nodes, what they
//! came from, what was seen, and the line of the audit, all or nothing.

use super::actor::TStamp;
use super::node::Node;
use super::path::NodePath;
use super::whole::{read_hash, read_text, write_hash};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many lines of the audit are kept, the newest. Whoever sends and sends can push older lines out,
/// and nothing else: what was applied is known by its origin and by the record of its message.
pub const AUDIT_LINES: usize = 4_096;

/// How many messages with wrong PINs are remembered. A record goes when the right PIN comes, and never
/// makes room for another: who fills them would get new tries for a message that is blocked.
pub const TRIED_MESSAGES: usize = 1_024;

/// Why a store failed. The state is the one before.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room.
    #[error("there is no room for the tree; make room and try again")]
    Full,
    /// Another process has it.
    #[error("another process has the tree open; wait for it")]
    Busy,
    /// What is there is no tree.
    #[error("this is no management tree")]
    NotATree,
    /// A tree of another version.
    #[error("the tree has format {0}, which this version does not read; export it with the other")]
    Version(u64),
    /// What is there cannot be true.
    #[error("the tree is damaged: {0}; restore it from an export")]
    Damaged(String),
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Nodes that can be read.
pub trait Nodes {
    /// The node at a place.
    ///
    /// # Errors
    /// [`StoreError`]
    fn node(&self, path: &NodePath) -> Result<Option<Arc<Node>>, StoreError>;

    /// The nodes directly below one, in order.
    ///
    /// # Errors
    /// [`StoreError`]
    fn children(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError>;

    /// A node and all below it, each before those below it.
    ///
    /// # Errors
    /// [`StoreError`]
    fn subtree(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError>;
}

/// A tree that is kept.
pub trait TreeStore: Nodes {
    /// The description of the device, as XML.
    ///
    /// # Errors
    /// [`StoreError`]
    fn description(&self) -> Result<String, StoreError>;

    /// Where subtrees came from, by the place of their top.
    ///
    /// # Errors
    /// [`StoreError`]
    fn provenance(&self) -> Result<BTreeMap<NodePath, Provenance>, StoreError>;

    /// What is known of a message, by the SHA-256 of its body.
    ///
    /// # Errors
    /// [`StoreError`]
    fn replay(&self, body: &[u8; 32]) -> Result<Option<Replay>, StoreError>;

    /// How many wrong PINs there were for a message, by the SHA-256 of its body.
    ///
    /// # Errors
    /// [`StoreError`]
    fn tries(&self, body: &[u8; 32]) -> Result<u8, StoreError>;

    /// For how many messages there were wrong PINs.
    ///
    /// # Errors
    /// [`StoreError`]
    fn tried(&self) -> Result<usize, StoreError>;

    /// The configuration contexts, by the SHA-256 of the document that made each.
    ///
    /// # Errors
    /// [`StoreError`]
    fn contexts(&self) -> Result<BTreeMap<[u8; 32], ContextRecord>, StoreError>;

    /// What the last application changed, as long as it can be undone.
    ///
    /// # Errors
    /// [`StoreError`]
    fn last_applied(&self) -> Result<Option<LastApplied>, StoreError>;

    /// The newest [`AUDIT_LINES`] of the audit, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`]
    fn audit(&self) -> Result<Vec<AuditLine>, StoreError>;

    /// All that makes the tree, as the changes that make it of nothing.
    ///
    /// # Errors
    /// [`StoreError`]
    fn whole(&self) -> Result<Changes, StoreError>;

    /// Makes changes, in one transaction.
    ///
    /// # Errors
    /// [`StoreError`]; nothing has changed then.
    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError>;
}

/// Where a subtree came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// SHA-256 of the document.
    #[serde(serialize_with = "write_hash", deserialize_with = "read_hash")]
    pub document: [u8; 32],
    /// How it arrived: `push`, `card`, `file` or `local`.
    pub channel: String,
    /// The card that it came from.
    #[serde(deserialize_with = "read_text")]
    pub iccid: Option<String>,
    /// When it was applied.
    pub at: TStamp,
}

/// What is known of a message that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// When it was applied, or when what it brought was undone, replaced or deleted.
    pub at: TStamp,
    /// Whether what it brought was undone, replaced or deleted since.
    pub undone: bool,
    /// Whether it put an account there, without which it is not in place.
    pub account: bool,
}

/// A configuration context that a document made (WAP-184 §5.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextRecord {
    /// PROVURL; none for a context that has no name.
    #[serde(deserialize_with = "read_text")]
    pub provurl: Option<String>,
    /// CONTEXT-ALLOW.
    pub allow: u8,
    /// Whether the document said whom to trust.
    pub privileged: bool,
    /// Where it came from.
    pub origin: Provenance,
}

/// What an application changed, so that it can be undone: for each thing what was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastApplied {
    /// SHA-256 of the document.
    pub document: [u8; 32],
    /// When it was applied.
    pub at: TStamp,
    /// Nodes before and after.
    pub nodes: BTreeMap<NodePath, [Option<Arc<Node>>; 2]>,
    /// Where subtrees came from before.
    pub provenance: BTreeMap<NodePath, Option<Provenance>>,
    /// What was known of messages before.
    pub replays: BTreeMap<[u8; 32], Option<Replay>>,
    /// Contexts before.
    pub contexts: BTreeMap<[u8; 32], Option<ContextRecord>>,
}

/// One line of the audit. No value of a node stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditLine {
    /// When.
    pub at: TStamp,
    /// Who.
    pub actor: String,
    /// What.
    pub what: String,
}

/// What one transaction changes. `None` removes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Whether all that was there goes first.
    pub anew: bool,
    /// Nodes. A state shares those that it has in common with another.
    pub nodes: BTreeMap<NodePath, Option<Arc<Node>>>,
    /// Where subtrees came from.
    pub provenance: BTreeMap<NodePath, Option<Provenance>>,
    /// Messages that were seen.
    pub replays: BTreeMap<[u8; 32], Option<Replay>>,
    /// Wrong PINs, by the SHA-256 of a message's body.
    pub tries: BTreeMap<[u8; 32], Option<u8>>,
    /// Configuration contexts.
    pub contexts: BTreeMap<[u8; 32], Option<ContextRecord>>,
    /// What the last application changed, if that changes.
    pub last_applied: Option<Option<LastApplied>>,
    /// The description of the device, if it changes.
    pub description: Option<String>,
    /// Lines for the audit.
    pub audit: Vec<AuditLine>,
}

/// What is there, as what puts it there.
pub(super) fn put_all<K: Ord, V>(map: BTreeMap<K, V>) -> BTreeMap<K, Option<V>> {
    let entries = map.into_iter();
    entries.map(|(key, value)| (key, Some(value))).collect()
}
