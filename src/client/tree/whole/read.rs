//! The whole form, read.

use super::record::{File, Head, LastRecord, NodeRecord};
use super::{FORM, INCLUDED, MAX_WHOLE};
use crate::client::tree::Tree;
use crate::client::tree::ddf::{Ddf, DdfError};
use crate::client::tree::mem::MemStore;
use crate::client::tree::node::{self, MAX_PROPERTY, MAX_TITLE, MAX_VALUE, Node};
use crate::client::tree::path::NodePath;
use crate::client::tree::status::Reason;
use crate::client::tree::store::{Changes, LastApplied, StoreError, put_all};
use crate::document::dm::Format;
use crate::wire::xml::is_char;
use serde_json::error::Category;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a file is not the whole of a tree. Nothing that stands in it is repeated but addresses of
/// nodes.
#[derive(Debug, thiserror::Error)]
pub enum WholeError {
    /// It is too long.
    #[error("the export has {0} octets, expected at most {MAX_WHOLE}; no tree here is so large")]
    TooLarge(usize),
    /// It is no JSON, or JSON of something else.
    #[error("line {line}, column {column}: {fault}; take an export that is whole")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong, or what was expected.
        fault: String,
    },
    /// It was written by another version.
    #[error("the export has format {0}, expected {FORM}; import it with the version that wrote it")]
    Version(u64),
    /// The plain form.
    #[error(
        "the secrets were left out of this export, so it does not make the same tree; import one \
         that was written with them"
    )]
    Plain,
    /// A node without a value, or one whose value is none.
    #[error("{at}: {reason}; take an export that is whole")]
    Node {
        /// Where.
        at: NodePath,
        /// Why.
        reason: Reason,
    },
    /// The description of the device cannot be read.
    #[error("the description in the export: {0}")]
    Description(#[from] DdfError),
    /// What was read could not be looked through.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl WholeError {
    /// The stable id of the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::TooLarge(_) | Self::Malformed { .. } | Self::Store(_) => "tree-json",
            Self::Version(_) => "tree-json-version",
            Self::Plain => "tree-json-secrets",
            Self::Node { reason, .. } => reason.rule(),
            Self::Description(error) => error.rule(),
        }
    }
}

impl From<serde_json::Error> for WholeError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let place = format!(" at line {line} column {column}");
        let text = text.strip_suffix(&place).unwrap_or(&text);
        let fault = match error.classify() {
            Category::Eof => "the end is missing".to_owned(),
            // What was found may be a secret, and what was expected comes after it
            Category::Data => match text.rsplit_once(", expected ") {
                Some((_, expected)) => format!("expected {expected}"),
                None if text.starts_with("missing field") => text.to_owned(),
                None if text.starts_with("duplicate field") => text.to_owned(),
                None => "expected what a tree has there".to_owned(),
            },
            Category::Syntax | Category::Io => text.to_owned(),
        };
        Self::Malformed {
            line,
            column,
            fault,
        }
    }
}

/// Reads the whole form: the changes that make the tree of nothing. All that the tree asks of nodes
/// is checked.
///
/// # Errors
/// [`WholeError`]
pub fn from_json(octets: &[u8]) -> Result<Changes, WholeError> {
    if octets.len() > MAX_WHOLE {
        return Err(WholeError::TooLarge(octets.len()));
    }
    let head: Head<'_> = serde_json::from_slice(octets)?;
    if head.format != FORM {
        return Err(WholeError::Version(head.format));
    }
    if head.secrets != INCLUDED {
        return Err(WholeError::Plain);
    }
    let file: File<'_> = serde_json::from_slice(octets)?;
    Ddf::from_xml(file.description.as_bytes())?;
    let mut nodes = BTreeMap::new();
    for (path, record) in file.nodes.0 {
        let node = sound(&path, record)?;
        nodes.insert(path, Some(Arc::new(node)));
    }
    let last_applied = file.last_applied.map(last).transpose()?;
    let whole = Changes {
        anew: true,
        nodes,
        provenance: put_all(file.provenance.0),
        replays: put_all(file.replays.hashes()),
        tries: put_all(file.tries.hashes()),
        contexts: put_all(file.contexts.hashes()),
        last_applied: Some(last_applied),
        description: Some(file.description.into_owned()),
        audit: file.audit,
    };
    match defect(&whole)? {
        Some((at, reason)) => Err(WholeError::Node { at, reason }),
        None => Ok(whole),
    }
}

fn last(record: LastRecord<'_>) -> Result<LastApplied, WholeError> {
    let mut nodes = BTreeMap::new();
    for (path, change) in record.nodes.0 {
        let node = |record: Option<NodeRecord<'_>>| {
            let node = record.map(|record| sound(&path, record).map(Arc::new));
            node.transpose()
        };
        let (before, after) = (node(change.before)?, node(change.after)?);
        nodes.insert(path, [before, after]);
    }
    Ok(LastApplied {
        document: record.document.0,
        at: record.at,
        nodes,
        provenance: record.provenance.0,
        replays: record.replays.hashes(),
        contexts: record.contexts.hashes(),
    })
}

/// A node by itself: its value, and how long its properties are.
fn sound(path: &NodePath, record: NodeRecord<'_>) -> Result<Node, WholeError> {
    let fault = |reason| WholeError::Node {
        at: path.clone(),
        reason,
    };
    let (format, expected) = (record.format, "base64 of a leaf, and none of another node");
    let node = record.node();
    let node = node.ok_or_else(|| fault(Reason::Value { format, expected }))?;
    for (what, found, max) in [
        ("the value", node.value.expose().len(), MAX_VALUE),
        ("the Type", node.kind.len(), MAX_PROPERTY),
        ("the Title", node.title.len(), MAX_TITLE),
    ] {
        if found > max {
            return Err(fault(Reason::TooLarge { what, max }));
        }
    }
    if !node.title.chars().all(is_char) {
        let (format, expected) = (Format::Chr, "a Title of characters that XML has");
        return Err(fault(Reason::Value { format, expected }));
    }
    node::check_value(node.format, &node.value).map_err(fault)?;
    node::checked_acl(&node.acl).map_err(fault)?;
    Ok(node)
}

/// What no tree has, whatever was done to it: a node may lack what it needs below it, since nodes are
/// added one by one.
fn defect(whole: &Changes) -> Result<Option<(NodePath, Reason)>, StoreError> {
    let mut tree = Tree::open(MemStore::new(whole))?;
    let defects = tree.draft()?.check()?;
    let lasting = |(_, reason): &(NodePath, Reason)| !matches!(reason, Reason::Needed { .. });
    Ok(defects.into_iter().find(lasting))
}
