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
        for (index, path) in nodes.iter().enumerate() {
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
            if node.is_interior() {
                self.occurrences(&nodes[index..], &mut found);
            }
        }
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
        let nodes = self.subtree(top)?;
        for index in 0..nodes.len() {
            // Below a leaf there is nothing, and nothing is described
            self.occurrences(&nodes[index..], &mut found);
        }
        Ok(found)
    }

    /// Whether as many nodes hang below a node as its description asks for. `nodes` begins with it
    /// and goes on with all below it.
    fn occurrences(&self, nodes: &[NodePath], found: &mut Vec<(NodePath, Reason)>) {
        let Some((path, after)) = nodes.split_first() else {
            return;
        };
        let described = self.ddf().below(path);
        if described.is_empty() {
            return;
        }
        let mut counts = vec![0; described.len()];
        let below = after.iter().take_while(|below| path.holds(below));
        for child in below.filter(|below| below.hangs_from(path)) {
            if let Some(index) = index_of(described, child.name()) {
                counts[index] += 1;
            }
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
