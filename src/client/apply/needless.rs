//! What nobody needs when accounts are left out.

use super::place::Verdict;
use super::versions::Candidate;
use crate::document::dm::uri::absolute;
use crate::document::dm::{Content, Node};
use crate::document::received::{ObjectKind, text};
use std::collections::BTreeSet;

/// Objects that only accounts which are left out refer to. `failed` says that some of these could not
/// be added.
pub(super) fn needless<'o>(
    candidates: &[Candidate<'o>],
    verdicts: &[Verdict],
    failed: bool,
) -> BTreeSet<&'o str> {
    let accounts = || {
        let all = candidates.iter().zip(verdicts);
        all.filter(|(candidate, _)| candidate.kind == Some(ObjectKind::DmAcc))
    };
    let reached = |skipped: bool| {
        let starts = accounts().filter(|(_, verdict)| (**verdict == Verdict::Skip) == skipped);
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut waiting: Vec<&Candidate<'o>> = starts.map(|(candidate, _)| candidate).collect();
        while let Some(candidate) = waiting.pop() {
            for uri in referred(&candidate.object.node) {
                let means = |other: &&Candidate<'o>| {
                    other.object.uri == uri || other.stands_for.contains(&&*uri)
                };
                if let Some(target) = candidates.iter().find(means)
                    && reached.insert(&target.object.uri)
                {
                    waiting.push(target);
                }
            }
        }
        reached
    };
    let kept = reached(false);
    let none_kept = accounts().all(|(_, verdict)| *verdict == Verdict::Skip);
    if none_kept && accounts().next().is_some() {
        // A document whose accounts are all there brings nothing; of one whose accounts cannot be, what
        // does not connect them is left
        let connects = |candidate: &&Candidate<'o>| {
            matches!(candidate.kind, Some(ObjectKind::Nap | ObjectKind::Proxy))
        };
        let needless = candidates.iter().filter(|one| !failed || connects(one));
        return needless.map(|one| one.object.uri.as_str()).collect();
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
