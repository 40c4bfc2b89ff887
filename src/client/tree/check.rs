//! What is wrong with a tree, as its description sees it.

use super::Draft;
use super::ddf::{Description, index_of};
use super::node::{Item, checked_acl};
use super::path::NodePath;
use super::status::Reason;
use super::store::{Nodes, StoreError, TreeStore};

impl<S: TreeStore> Draft<'_, S> {
    /// What is wrong with the tree: each place, and why. A tree that only commands have changed
    /// lacks at most what is required below nodes that were added.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn check(&self) -> Result<Vec<(NodePath, Reason)>, StoreError> {
        let mut found = Vec::new();
        let nodes = self.subtree(&NodePath::ROOT)?;
        match self.node(&NodePath::ROOT)? {
            Some(root) if root.is_interior() && !root.acl.is_empty() => {}
            Some(_) => found.push((NodePath::ROOT, Reason::RootAcl)),
            None => found.push((NodePath::ROOT, Reason::NotFound)),
        }
        for path in &nodes {
            let Some(node) = self.node(path)? else {
                continue;
            };
            let mut fault = |reason| found.push((path.clone(), reason));
            if let Err(reason) = checked_acl(&node.acl) {
                fault(reason);
            }
            if let Some(parent) = path.parent() {
                match self.node(&parent)? {
                    Some(parent) if parent.is_interior() => {}
                    Some(_) => fault(Reason::ParentIsLeaf),
                    None => fault(Reason::NotFound),
                }
                let item = Item {
                    format: node.format,
                    kind: node.kind.clone(),
                    value: node.value.clone(),
                };
                match self.fits(path, item) {
                    Ok(kept) if kept.kind == node.kind => {}
                    Ok(_) => fault(Reason::Type),
                    Err(reason) => fault(reason),
                }
            }
        }
        occurrences(&self.ddf().nodes, &nodes, &mut found);
        found.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(found)
    }

    /// What is wrong below a node and with it, as far as occurrences go.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(in crate::client) fn incomplete(
        &self,
        top: &NodePath,
    ) -> Result<Vec<(NodePath, Reason)>, StoreError> {
        let mut found = Vec::new();
        occurrences(self.ddf().below(top), &self.subtree(top)?, &mut found);
        Ok(found)
    }

    /// How many of these nodes fall under a description.
    pub(super) fn count_below(
        &self,
        description: &Description,
        beside: &[Description],
        children: &[NodePath],
    ) -> u32 {
        let at = index_of(beside, &description.name);
        let falls = |child: &&NodePath| index_of(beside, child.name()) == at;
        let count = children.iter().filter(falls).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// Whether as many nodes hang below one as its description asks for, and below those the same. `nodes`
/// begins with the node and goes on with all below it.
// Recursion is bounded: the limits of paths hold for every node
fn occurrences(described: &[Description], nodes: &[NodePath], found: &mut Vec<(NodePath, Reason)>) {
    let Some((path, mut rest)) = nodes.split_first() else {
        return;
    };
    // Below a leaf, and where anything may hang, nothing is described
    if described.is_empty() {
        return;
    }
    let mut counts = vec![0; described.len()];
    let mut children = Vec::new();
    while let Some(child) = rest.first() {
        let end = rest.iter().position(|below| !child.holds(below));
        let (below, after) = rest.split_at(end.unwrap_or(rest.len()));
        if let Some(index) = index_of(described, child.name()) {
            counts[index] += 1;
            children.push((index, below));
        }
        rest = after;
    }
    for (description, count) in described.iter().zip(counts) {
        let occurrence = description.occurrence;
        if count < occurrence.min() {
            let name = description.shown().to_owned();
            found.push((path.clone(), Reason::Needed { name }));
        }
        if let Some(max) = occurrence.max().filter(|max| count > *max) {
            found.push((path.clone(), Reason::TooMany { max }));
        }
    }
    for (index, below) in children {
        occurrences(&described[index].nodes, below, found);
    }
}
