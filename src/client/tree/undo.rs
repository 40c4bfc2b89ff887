//! Undoing the last application.

use super::path::NodePath;
use super::status::Error;
use super::store::{LastApplied, Nodes, Replay, StoreError, TreeStore};
use super::{By, Draft};

/// Why nothing was undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// There is no application that could be undone.
    #[error("nothing was applied that could be undone; each undo takes back the last application")]
    Nothing,
    /// Something that the application brought is no longer as it left it.
    #[error(
        "{0} has changed since the application, so undoing it would undo more; delete what is not \
         wanted by hand"
    )]
    Changed(NodePath),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UndoError {
    /// The stable id of the rule; none for a failure of the store.
    #[must_use]
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Nothing => Some("apply-undo-nothing"),
            Self::Changed(_) => Some("apply-undo-changed"),
            Self::Store(_) => None,
        }
    }
}

impl<S: TreeStore> Draft<'_, S> {
    /// Keeps what this draft changes as the application of a document, so that it can be undone.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn keep_for_undo(&mut self, by: By<'_>, document: [u8; 32]) -> Result<(), StoreError> {
        self.settle(by.now)?;
        let store = &self.tree.store;
        let origins = store.provenance()?;
        let contexts = store.contexts()?;
        let mut last = LastApplied {
            document,
            at: by.now.clone(),
            nodes: Default::default(),
            provenance: Default::default(),
            replays: Default::default(),
            contexts: Default::default(),
        };
        let mut nodes = Vec::with_capacity(self.changes.nodes.len());
        let mut absent: Option<&NodePath> = None;
        for (path, after) in &self.changes.nodes {
            // Below what was not there was nothing
            let before = match absent {
                Some(top) if top.holds(path) => None,
                _ => store.node(path)?,
            };
            if before.is_none() && !absent.is_some_and(|top| top.holds(path)) {
                absent = Some(path);
            }
            if before != *after {
                nodes.push((path.clone(), [before, after.clone()]));
            }
        }
        last.nodes = nodes.into_iter().collect();
        for path in self.changes.provenance.keys() {
            let before = origins.get(path).cloned();
            last.provenance.insert(path.clone(), before);
        }
        for body in self.changes.replays.keys() {
            last.replays.insert(*body, store.replay(body)?);
        }
        for document in self.changes.contexts.keys() {
            let before = contexts.get(document).cloned();
            last.contexts.insert(*document, before);
        }
        self.changes.last_applied = Some(Some(last));
        Ok(())
    }

    /// Takes back what the last application changed, and remembers its message as undone. Nothing is
    /// taken back when something of it has changed since. Gives the SHA-256 of the document.
    ///
    /// # Errors
    /// [`UndoError`]
    pub fn undo_last(&mut self, by: By<'_>) -> Result<[u8; 32], UndoError> {
        let last = self.tree.store.last_applied()?.ok_or(UndoError::Nothing)?;
        for (path, [_, after]) in &last.nodes {
            if self.node(path)? != *after {
                return Err(UndoError::Changed(path.clone()));
            }
        }
        for (path, [before, _]) in &last.nodes {
            let above = path
                .parent()
                .filter(|above| !last.nodes.contains_key(above));
            if let (Some(_), Some(above)) = (before, above)
                && self.node(&above)?.is_none()
            {
                return Err(UndoError::Changed(above));
            }
            if before.is_none() {
                // What hangs there now is no part of the application
                for below in self.subtree(path)? {
                    if !last.nodes.contains_key(&below) {
                        return Err(UndoError::Changed(below));
                    }
                }
            }
        }
        self.undoes = true;
        for (path, [before, _]) in last.nodes {
            self.set(&path, before);
        }
        for (path, before) in last.provenance {
            self.record_provenance(&path, before);
        }
        for (body, before) in last.replays {
            self.record_replay(body, before);
        }
        for (document, before) in last.contexts {
            self.record_context(document, before);
        }
        let replay = Replay {
            at: by.now.clone(),
            undone: true,
            account: false,
        };
        self.record_replay(last.document, Some(replay));
        self.changes.last_applied = Some(None);
        Ok(last.document)
    }

    /// Removes a node and all below it, whatever its description says, and what was known of its
    /// origin.
    ///
    /// # Errors
    /// [`Error`]
    pub(in crate::client) fn prune(&mut self, path: &NodePath) -> Result<(), Error> {
        for below in self.subtree(path)? {
            self.set(&below, None);
        }
        Ok(self.forget_origins(path)?)
    }

    /// What stands at a place and below it is from now on of no known origin.
    pub(super) fn forget_origins(&mut self, path: &NodePath) -> Result<(), StoreError> {
        for origin in self.provenance()?.into_keys() {
            if path.holds(&origin) {
                self.record_provenance(&origin, None);
            }
        }
        Ok(())
    }
}
