//! The whole of a tree as JSON, and back: nodes with all their properties, where they came from, the
//! messages that were seen, tries, contexts, what can be undone, the audit, the description.
//!
//! There are two forms. The [whole](to_json_with_secrets) one has every value, as Base64 and never as
//! text: JSON escapes nothing in it, so no reader copies a secret to take escapes out. It alone comes
//! [back](from_json), and makes the identical tree. The [plain](to_plain_json) one is to look at, with
//! values as texts and without secrets.

mod read;
mod record;

pub use read::{WholeError, from_json};

pub(super) use record::{read_hash, read_text, write_hash};

use super::node::Node;
use super::path::NodePath;
use super::store::{Changes, StoreError, TreeStore};
use record::{Entries, File, LastRecord, NodeRecord, Values, by_hash};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The version of the form.
pub const FORM: u64 = 1;
/// The longest text that is read, in octets: room for a tree of half a million nodes.
pub const MAX_WHOLE: usize = 256 << 20;

/// `secrets` of the whole form.
const INCLUDED: &str = "included";
/// `secrets` of the plain form.
const LEFT_OUT: &str = "left out";

/// The whole of a tree as JSON, with all secrets. The same tree gives the same octets.
///
/// # Errors
/// [`io::ErrorKind::FileTooLarge`] when it has more than [`MAX_WHOLE`] octets.
pub fn to_json_with_secrets(whole: &Changes) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = file(whole, INCLUDED, Values::Whole);
    let mut length = Length(0);
    write(&file, &mut length)?;
    if length.0 > MAX_WHOLE {
        let message = format!("the tree takes {} octets, at most {MAX_WHOLE}", length.0);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    // Of its full size at once: growing would leave secrets behind
    let mut out = Zeroizing::new(Vec::with_capacity(length.0));
    write(&file, &mut *out)?;
    Ok(out)
}

/// The whole of a tree as JSON to look at. Values that are `hidden` are left out, and so are the
/// secrets of URLs. It is not read back.
///
/// # Errors
/// None that is known: what is written goes to memory.
pub fn to_plain_json(
    whole: &Changes,
    hidden: &dyn Fn(&NodePath, &Node) -> bool,
) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    write(&file(whole, LEFT_OUT, Values::Plain(hidden)), &mut out)?;
    Ok(out)
}

/// A node and all below it in the plain form, and where they came from.
///
/// # Errors
/// None that is known: what is written goes to memory.
pub(super) fn plain_part(
    nodes: &BTreeMap<NodePath, Option<Arc<Node>>>,
    provenance: &BTreeMap<NodePath, super::Provenance>,
    hidden: &dyn Fn(&NodePath, &Node) -> bool,
) -> io::Result<Value> {
    Ok(json!({
        "format": FORM,
        "secrets": LEFT_OUT,
        "nodes": serde_json::to_value(records(nodes, Values::Plain(hidden)))?,
        "provenance": serde_json::to_value(provenance)?,
    }))
}

fn file<'a>(whole: &'a Changes, secrets: &'static str, values: Values<'_>) -> File<'a> {
    let last = whole.last_applied.as_ref().and_then(Option::as_ref);
    File {
        format: FORM,
        secrets: secrets.into(),
        description: whole.description.as_deref().unwrap_or_default().into(),
        nodes: records(&whole.nodes, values),
        provenance: there(Entries(whole.provenance.clone())),
        replays: there(by_hash(&whole.replays)),
        tries: there(by_hash(&whole.tries)),
        contexts: there(values.contexts(&whole.contexts)),
        last_applied: last.map(|last| LastRecord::new(last, values)),
        audit: whole.audit.clone(),
    }
}

fn records<'a>(
    nodes: &'a BTreeMap<NodePath, Option<Arc<Node>>>,
    values: Values<'_>,
) -> Entries<NodePath, NodeRecord<'a>> {
    let there = nodes.iter().filter_map(|(path, node)| {
        let record = NodeRecord::new(path, node.as_deref()?, values);
        Some((path.clone(), record))
    });
    Entries(there.collect())
}

/// The same without what is not there.
fn there<K: Ord, V>(entries: Entries<K, Option<V>>) -> Entries<K, V> {
    let each = entries.0.into_iter();
    Entries(
        each.filter_map(|(key, value)| Some((key, value?)))
            .collect(),
    )
}

fn write(file: &File<'_>, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, file)?;
    out.write_all(b"\n")
}

/// Counts what is written.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0 += octets.len();
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a tree was not put into a store. The store is as before.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is one already.
    #[error(
        "the tree has been used since it was made, and an import would take the place of all of it; \
         name a file that does not exist"
    )]
    Used,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Puts a whole tree in place of one that nothing was done to since it was made, in one transaction.
///
/// # Errors
/// [`RestoreError`]
pub fn restore<S: TreeStore>(store: &mut S, whole: &Changes) -> Result<(), RestoreError> {
    let there = store.whole()?;
    // Whatever is done to a tree leaves a line of the audit
    let is_fresh = there.audit.len() <= 1
        && there.provenance.is_empty()
        && there.replays.is_empty()
        && there.tries.is_empty()
        && there.contexts.is_empty()
        && there.last_applied.flatten().is_none();
    match is_fresh {
        true => Ok(store.commit(whole)?),
        false => Err(RestoreError::Used),
    }
}
