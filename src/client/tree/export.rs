//! Trees that leave the store and come back as TNDS, and JSON of a part to look at.

use super::node::Node;
use super::ops;
use super::path::{Fields, NodePath};
use super::status::{Error, Reason};
use super::store::{Nodes, StoreError, TreeStore};
use super::{By, Draft, whole};
use crate::document::dm::{self, MgmtTree};
use crate::finding::Finding;
use crate::secret::url_secrets;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A subtree as TNDS, and what is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The subtree. Its top has the name and Path of its place; that of the whole tree has none.
    pub tree: MgmtTree<'static>,
    /// The nodes that were left out because they hold secrets.
    pub left_out: Vec<NodePath>,
}

/// Why a serialised tree was not imported. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] dm::Error),
    /// It says more than what can be kept.
    #[error("{0}; the tree would lack it, so nothing was imported")]
    Loss(Box<Finding>),
    /// A node of it was refused.
    #[error(transparent)]
    Refused(#[from] Error),
    /// The tree would not be as its description asks.
    #[error("{at}: {reason}; the tree would be incomplete, so nothing was imported")]
    Incomplete {
        /// Where.
        at: NodePath,
        /// What is missing or too much.
        reason: Reason,
    },
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl ImportError {
    /// The stable id of the rule.
    #[must_use]
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Read(error) => Some(error.rule()),
            Self::Loss(finding) => Some(finding.rule.id),
            Self::Refused(error) => error.reason().map(Reason::rule),
            Self::Incomplete { reason, .. } => Some(reason.rule()),
        }
    }
}

impl<S: TreeStore> Draft<'_, S> {
    /// Serialises a subtree for the client itself. With secrets, [`import`](Self::import) makes the
    /// same nodes of it; without, leaves that hold secrets are left out, URLs with passwords among
    /// them, and so is what is in the Inbox.
    ///
    /// # Errors
    /// [`Error`]
    pub fn export(&self, uri: &str, secrets: bool) -> Result<Export, Error> {
        let path = self.address(uri)?;
        self.required(&path)?;
        let left_out = RefCell::new(Vec::new());
        let shows = |path: &NodePath, node: &Node| {
            let text = node.value.expose_text().unwrap_or_default();
            let shown = secrets || !self.hides(path, node) && url_secrets(text).is_empty();
            if !shown {
                left_out.borrow_mut().push(path.clone());
            }
            Ok(shown)
        };
        let mut top = self
            .serialised(&path, Fields::ALL, &shows)?
            .unwrap_or_default();
        if let Some(above) = path.parent().filter(|above| !above.is_root()) {
            top.path = Some(dm::Text::fixed(above.to_string()));
        }
        Ok(Export {
            tree: ops::document(top),
            left_out: left_out.into_inner(),
        })
    }

    /// Imports TNDS in XML or WBXML, all of it or nothing: its nodes are added, or what they replace
    /// is deleted. Afterwards the tree is as its description asks.
    ///
    /// # Errors
    /// [`ImportError`]
    pub fn import(
        &mut self,
        by: By<'_>,
        uri: &str,
        octets: &[u8],
        replace: bool,
    ) -> Result<(), ImportError> {
        // Versions of WBXML are these octets, and no XML begins with one
        let parsed = match octets.first() {
            Some(1..=3) => MgmtTree::from_wbxml(octets)?,
            _ => MgmtTree::from_xml(octets)?,
        };
        if let Some(loss) = parsed.loss() {
            return Err(ImportError::Loss(Box::new(loss.clone())));
        }
        let mut incomplete = None;
        let result = self.unit(|draft| {
            match replace {
                true => draft.replace_tree(by, uri, &parsed.document)?,
                false => draft.add_tree(by, uri, &parsed.document)?,
            }
            match draft.check()?.into_iter().next() {
                None => Ok(()),
                Some((at, reason)) => {
                    incomplete = Some((at.clone(), reason.clone()));
                    Err(reason.at(&at))
                }
            }
        });
        match (result, incomplete) {
            (Err(_), Some((at, reason))) => Err(ImportError::Incomplete { at, reason }),
            (result, _) => Ok(result?),
        }
    }
}

/// A subtree as JSON, without the values of secrets, and where its parts came from.
///
/// # Errors
/// [`Error`]
pub fn to_plain_json<S: TreeStore>(draft: &Draft<'_, S>, uri: &str) -> Result<Value, Error> {
    let top = draft.address(uri)?;
    draft.required(&top)?;
    let mut nodes = BTreeMap::new();
    for path in draft.subtree(&top)? {
        let node = draft.node(&path)?;
        nodes.insert(path, node);
    }
    let mut origins = draft.provenance()?;
    origins.retain(|path, _| top.holds(path));
    let part = whole::plain_part(&nodes, &origins, &|path, node| draft.hides(path, node));
    Ok(part.map_err(StoreError::from)?)
}
