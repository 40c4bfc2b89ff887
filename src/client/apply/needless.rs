//! What nobody needs when accounts are left out.

use super::place::Verdict;
use crate::document::dm::uri::absolute;
use crate::document::dm::{Content, Node};
use crate::document::received::{Incoming, ObjectKind, text};
use std::collections::BTreeSet;

/// Objects that only accounts which are left out refer to. `failed` says that some of these could not
/// be added.
pub(super) fn needless<'o>(
    objects: &[&'o Incoming],
    verdicts: &[Verdict],
    failed: bool,
) -> BTreeSet<&'o str> {
    let reached = |skipped: bool| {
        let starts = objects.iter().zip(verdicts).filter(|(object, verdict)| {
            object.kind == Some(ObjectKind::DmAcc) && (**verdict == Verdict::Skip) == skipped
        });
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut waiting: Vec<&Incoming> = starts.map(|(object, _)| *object).collect();
        while let Some(object) = waiting.pop() {
            for uri in referred(&object.node) {
                let target = objects.iter().copied().find(|other| other.uri == uri);
                if let Some(target) = target
                    && reached.insert(&target.uri)
                {
                    waiting.push(target);
                }
            }
        }
        reached
    };
    let kept = reached(false);
    let none_kept = {
        let accounts = objects.iter().zip(verdicts);
        let mut accounts = accounts.filter(|(object, _)| object.kind == Some(ObjectKind::DmAcc));
        let first = accounts.next();
        first.is_some_and(|(_, verdict)| *verdict == Verdict::Skip)
            && accounts.all(|(_, verdict)| *verdict == Verdict::Skip)
    };
    if none_kept {
        // A document whose accounts are all there brings nothing; of one whose accounts cannot be, what
        // does not connect them is left
        let connects =
            |object: &&&Incoming| matches!(object.kind, Some(ObjectKind::Nap | ObjectKind::Proxy));
        let all = objects.iter();
        let needless = all.filter(|object| !failed || connects(object));
        return needless.map(|object| object.uri.as_str()).collect();
    }
    let skipped = reached(true);
    skipped.difference(&kept).copied().collect()
}

// Recursion is bounded: the readers limit the depth
fn referred(node: &Node<'static>) -> Vec<String> {
    let mut found = Vec::new();
    let name = node.name.as_ref().map_or("", |name| name.as_str());
    if matches!(name, "ConRef" | "PrefConRef") && matches!(node.value, Some(Content::Text(_))) {
        found.extend(text(node).map(absolute));
    }
    found.extend(node.nodes.iter().flat_map(referred));
    found
}
