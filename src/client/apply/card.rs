//! A card that is gone, or no longer says what it said.

use super::accounts::accounts;
use crate::bytes::Hex;
use crate::client::tree::{By, Draft, Error, NodePath, Provenance, StoreError, Tree, TreeStore};
use crate::security::policy::Channel;
use std::collections::BTreeSet;

/// What went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// The tops of what was deleted.
    pub nodes: Vec<NodePath>,
    /// The documents that are forgotten; each may be applied again.
    pub documents: BTreeSet<[u8; 32]>,
    /// Servers that have no account any more, and are in no ACL.
    pub servers: BTreeSet<String>,
}

/// Deletes what came from a card, but for the documents that it still holds, in one transaction. When
/// nothing of the card is there, nothing changes.
///
/// # Errors
/// [`Error`]
pub fn forget_card<S: TreeStore>(
    tree: &mut Tree<S>,
    by: By<'_>,
    iccid: &str,
    kept: &[[u8; 32]],
) -> Result<Forgotten, Error> {
    let mut draft = tree.draft()?;
    let forgotten = forget(&mut draft, iccid, kept)?;
    if forgotten != Forgotten::default() {
        let documents = forgotten.documents.iter();
        let documents: Vec<_> = documents.map(|d| Hex(d).to_string()).collect();
        let what = format!("forgot what came from a card: {}", documents.join(", "));
        draft.commit(by, &what)?;
    }
    Ok(forgotten)
}

fn forget<S: TreeStore>(
    draft: &mut Draft<'_, S>,
    iccid: &str,
    kept: &[[u8; 32]],
) -> Result<Forgotten, Error> {
    let goes = |origin: &Provenance| {
        origin.channel == Channel::Card.name()
            && origin.iccid.as_deref() == Some(iccid)
            && !kept.contains(&origin.document)
    };
    let mut forgotten = Forgotten::default();
    let before = servers(draft)?;
    for (path, origin) in draft.provenance()? {
        if !goes(&origin) {
            continue;
        }
        draft.prune(&path)?;
        forgotten.documents.insert(origin.document);
        forgotten.nodes.push(path);
    }
    for (document, context) in draft.contexts()? {
        // One without a name is nothing beside its nodes
        let is_named = context.privileged || context.provurl.is_some();
        let known = is_named || forgotten.documents.contains(&document);
        if goes(&context.origin) && known {
            draft.record_context(document, None);
            forgotten.documents.insert(document);
        }
    }
    // The card may come back
    for document in &forgotten.documents {
        draft.record_replay(*document, None);
    }
    // They leave the ACLs when the draft is committed
    forgotten.servers = &before - &servers(draft)?;
    let last = draft.before().last_applied()?;
    if last.is_some_and(|last| forgotten.documents.contains(&last.document)) {
        draft.drop_undo();
    }
    Ok(forgotten)
}

fn servers<S: TreeStore>(draft: &Draft<'_, S>) -> Result<BTreeSet<String>, StoreError> {
    let accounts = accounts(draft)?.into_iter();
    Ok(accounts.map(|account| account.server).collect())
}
