//! A tree in memory: for tests, for trying out, and as the state that a transaction ends in.

use super::node::Node;
use super::path::NodePath;
use super::store::{
    AUDIT_LINES, AuditLine, Changes, ContextRecord, LastApplied, Nodes, Provenance, Replay,
    StoreError, TreeStore, put_all,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A store in memory. Nothing fails here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemStore {
    nodes: BTreeMap<NodePath, Arc<Node>>,
    provenance: BTreeMap<NodePath, Provenance>,
    replays: BTreeMap<[u8; 32], Replay>,
    tries: BTreeMap<[u8; 32], u8>,
    contexts: BTreeMap<[u8; 32], ContextRecord>,
    last_applied: Option<LastApplied>,
    description: String,
    audit: Vec<AuditLine>,
}

impl MemStore {
    /// A store with a first state.
    #[must_use]
    pub fn new(changes: &Changes) -> Self {
        let mut store = Self::default();
        store.change(changes);
        store
    }

    fn change(&mut self, changes: &Changes) {
        if changes.anew {
            *self = Self::default();
        }
        merge(&mut self.nodes, &changes.nodes);
        merge(&mut self.provenance, &changes.provenance);
        merge(&mut self.replays, &changes.replays);
        merge(&mut self.tries, &changes.tries);
        merge(&mut self.contexts, &changes.contexts);
        if let Some(last) = &changes.last_applied {
            self.last_applied.clone_from(last);
        }
        if let Some(description) = &changes.description {
            self.description.clone_from(description);
        }
        self.audit.extend(changes.audit.iter().cloned());
        let old = self.audit.len().saturating_sub(AUDIT_LINES);
        self.audit.drain(..old);
    }
}

fn merge<K: Ord + Clone, V: Clone>(map: &mut BTreeMap<K, V>, changes: &BTreeMap<K, Option<V>>) {
    for (key, value) in changes {
        match value {
            Some(value) => map.insert(key.clone(), value.clone()),
            None => map.remove(key),
        };
    }
}

impl Nodes for MemStore {
    fn node(&self, path: &NodePath) -> Result<Option<Arc<Node>>, StoreError> {
        Ok(self.nodes.get(path).cloned())
    }

    fn children(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError> {
        let mut children = Vec::new();
        let mut from = path.below();
        let after = |from: &NodePath| {
            let next = self.nodes.range(from..).next();
            next.and_then(|(next, _)| path.child_towards(next))
        };
        while let Some(child) = after(&from) {
            from = child.after();
            children.push(child);
        }
        Ok(children)
    }

    fn subtree(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError> {
        let from = self.nodes.range(path..).map(|(path, _)| path);
        Ok(from.take_while(|next| path.holds(next)).cloned().collect())
    }
}

impl TreeStore for MemStore {
    fn description(&self) -> Result<String, StoreError> {
        Ok(self.description.clone())
    }

    fn provenance(&self) -> Result<BTreeMap<NodePath, Provenance>, StoreError> {
        Ok(self.provenance.clone())
    }

    fn replay(&self, body: &[u8; 32]) -> Result<Option<Replay>, StoreError> {
        Ok(self.replays.get(body).cloned())
    }

    fn tries(&self, body: &[u8; 32]) -> Result<u8, StoreError> {
        Ok(self.tries.get(body).copied().unwrap_or(0))
    }

    fn tried(&self) -> Result<usize, StoreError> {
        Ok(self.tries.len())
    }

    fn contexts(&self) -> Result<BTreeMap<[u8; 32], ContextRecord>, StoreError> {
        Ok(self.contexts.clone())
    }

    fn last_applied(&self) -> Result<Option<LastApplied>, StoreError> {
        Ok(self.last_applied.clone())
    }

    fn audit(&self) -> Result<Vec<AuditLine>, StoreError> {
        Ok(self.audit.clone())
    }

    fn whole(&self) -> Result<Changes, StoreError> {
        Ok(Changes {
            anew: true,
            nodes: put_all(self.nodes.clone()),
            provenance: put_all(self.provenance.clone()),
            replays: put_all(self.replays.clone()),
            tries: put_all(self.tries.clone()),
            contexts: put_all(self.contexts.clone()),
            last_applied: Some(self.last_applied.clone()),
            description: Some(self.description.clone()),
            audit: self.audit.clone(),
        })
    }

    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        self.change(changes);
        Ok(())
    }
}
