//! Delete (OMA DM Representation Protocol 1.2, Delete; Tree and Description 1.2 §6).

use crate::client::tree::path::NodePath;
use crate::client::tree::status::{Error, Reason};
use crate::client::tree::store::{Nodes, TreeStore};
use crate::client::tree::{By, Draft};
use crate::document::dm::acl::Command;

impl<S: TreeStore> Draft<'_, S> {
    /// Deletes a node and all below it. What is below goes whatever its own ACL and description
    /// say, unless it is permanent.
    ///
    /// # Errors
    /// [`Error`]
    pub fn delete(&mut self, by: By<'_>, uri: &str) -> Result<(), Error> {
        let path = self.address(uri)?;
        if path.is_root() {
            return Err(Reason::Root.at(&path));
        }
        self.required(&path)?;
        self.demand(by, &path, Command::Delete)?;
        let place = self.ddf().place(&path);
        if !by.actor.is_client() {
            if self.is_permanent(&path) {
                return Err(Reason::Permanent.at(&path));
            }
            if place.is_some_and(|place| !place.access().delete) {
                return Err(Reason::Access { command: "Delete" }.at(&path));
            }
        }
        self.spared(&path)?;
        self.unit(|draft| {
            draft.remove(by, &path)?;
            // Something else may be added there
            Ok(draft.forget_origins(&path)?)
        })
    }

    /// Whether what is above does without the node.
    fn spared(&self, path: &NodePath) -> Result<(), Error> {
        let described = self.ddf().place(path).and_then(|place| place.described());
        let (Some(description), Some(parent)) = (described, path.parent()) else {
            return Ok(());
        };
        let min = description.occurrence.min();
        if min == 0 {
            return Ok(());
        }
        let beside = self.ddf().below(&parent);
        let count = self.count_below(description, beside, &self.children(&parent)?);
        if count > min {
            return Ok(());
        }
        let name = description.shown().to_owned();
        Err(Reason::Needed { name }.at(path))
    }

    /// Removes a node and all below it.
    pub(super) fn remove(&mut self, by: By<'_>, path: &NodePath) -> Result<(), Error> {
        for below in self.subtree(path)? {
            if self.is_permanent(&below) && !by.actor.is_client() {
                return Err(Reason::Permanent.at(&below));
            }
            self.set(&below, None);
        }
        Ok(())
    }
}
