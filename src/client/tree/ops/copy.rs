//! Copy (OMA DM Representation Protocol 1.2, Copy).

use crate::client::tree::node::{Item, is_in_inbox};
use crate::client::tree::status::{Error, Reason};
use crate::client::tree::store::{Nodes, TreeStore};
use crate::client::tree::{By, Draft};
use crate::document::dm::acl::Command;

impl<S: TreeStore> Draft<'_, S> {
    /// Copies the value of a leaf to another leaf, which is added when it is not there. It needs
    /// the rights of the Get and of the Replace or Add that it stands for.
    ///
    /// # Errors
    /// [`Error`]
    pub fn copy(&mut self, by: By<'_>, from: &str, to: &str) -> Result<(), Error> {
        let source = self.address(from)?;
        let target = self.address(to)?;
        if is_in_inbox(&source) && !by.actor.is_client() {
            return Err(Reason::Inbox.at(&source));
        }
        let node = self.required(&source)?;
        self.demand(by, &source, Command::Get)?;
        if !by.actor.is_client() {
            if self.holds_secret(&source, &node) {
                return Err(Reason::Secret.at(&source));
            }
            let access = self.ddf().place(&source).map(|place| place.access());
            if access.is_some_and(|access| !access.copy) {
                return Err(Reason::Access { command: "Copy" }.at(&source));
            }
        }
        if node.is_interior() {
            return Err(Reason::Copy.at(&source));
        }
        let item = Item {
            format: node.format,
            kind: node.kind.clone(),
            value: node.value.clone(),
        };
        let result = match self.node(&target)? {
            None => self.unit(|draft| draft.add_at(by, &target, item)),
            Some(_) => self.unit(|draft| draft.replace_at(by, &target, item)),
        };
        // That the value does not go there is no matter of rights
        result.map_err(|error| match error.reason() {
            Some(Reason::Interior | Reason::Format { .. } | Reason::Type) => {
                Reason::Copy.at(&target)
            }
            _ => error,
        })
    }
}
