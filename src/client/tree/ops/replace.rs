//! Replace, of values, properties and whole subtrees (OMA DM Representation Protocol 1.2, Replace;
//! Tree and Description 1.2 §7.5).

use super::add::{item as item_of, text};
use crate::client::tree::node::{Item, checked_acl, checked_title};
use crate::client::tree::path::{NodePath, Property, Query};
use crate::client::tree::status::{Error, Reason};
use crate::client::tree::store::{Nodes, TreeStore};
use crate::client::tree::{By, Draft};
use crate::document::dm::acl::{Acl, Command, Servers};
use crate::document::dm::uri::is_node_name;
use crate::document::dm::{self, Format, MgmtTree};
use std::sync::Arc;

impl<S: TreeStore> Draft<'_, S> {
    /// Replaces the value of a leaf, or the property that the address names: ACL, Name or Title.
    /// It never makes a node. An item without a type keeps the node's.
    ///
    /// # Errors
    /// [`Error`]
    pub fn replace(&mut self, by: By<'_>, uri: &str, item: Item) -> Result<(), Error> {
        let target = self.target(uri)?;
        let path = &target.path;
        let property = match target.query {
            Query::Node => return self.unit(|draft| draft.replace_at(by, path, item)),
            Query::Property(property) => property,
            Query::List(_) => return Err(Reason::Query.at(path)),
        };
        let (format, expected) = (Format::Chr, "UTF-8");
        let text = item.value.expose_text();
        let text = text.ok_or_else(|| Reason::Value { format, expected }.at(path))?;
        self.required(path)?;
        match property {
            Property::Acl => self.unit(|draft| draft.set_acl(by, path, text)),
            Property::Name => self.unit(|draft| draft.rename(by, path, text)),
            Property::Title => self.unit(|draft| draft.set_title(by, path, text)),
            Property::Format
            | Property::Size
            | Property::TStamp
            | Property::Type
            | Property::VerNo => Err(Reason::Query.at(path)),
        }
    }

    /// Replaces whole subtrees by a serialised tree, all of it or nothing: as if what is below each
    /// of its nodes at the top were deleted, the node replaced, and the rest added.
    ///
    /// The client itself also replaces ACLs that the serialised tree does not give, by none; the
    /// root keeps its own then. Where what was there came from is forgotten with it.
    ///
    /// # Errors
    /// [`Error`]
    pub fn replace_tree(
        &mut self,
        by: By<'_>,
        uri: &str,
        tree: &MgmtTree<'_>,
    ) -> Result<(), Error> {
        let target = self.address(uri)?;
        self.unit(|draft| {
            for node in &tree.nodes {
                let path = draft.top(&target, node)?;
                draft.replace_subtree(by, &path, node)?;
                draft.forget_origins(&path)?;
            }
            Ok(())
        })
    }

    fn replace_subtree(
        &mut self,
        by: By<'_>,
        path: &NodePath,
        node: &dm::Node<'_>,
    ) -> Result<(), Error> {
        let mut kept = self.required(path)?;
        let item = item_of(node).map_err(|reason| reason.at(path))?;
        if item.format != Format::Node || !kept.is_interior() {
            self.replace_at(by, path, item)?;
        } else {
            self.demand(by, path, Command::Replace)?;
            self.replaceable(by, path)?;
            for child in self.children(path)? {
                self.demand(by, &child, Command::Delete)?;
                self.remove(by, &child)?;
            }
            if !path.is_root() {
                let fitting = self.fits(path, item).map_err(|reason| reason.at(path))?;
                let given = text(match &node.properties.kind {
                    Some(dm::NodeType::DdfName(name)) => Some(name),
                    _ => None,
                });
                if !given.is_empty() && fitting.kind != kept.kind {
                    if self.is_permanent(path) && !by.actor.is_client() {
                        return Err(Reason::Permanent.at(path));
                    }
                    Arc::make_mut(&mut kept).kind = fitting.kind;
                }
            }
            Arc::make_mut(&mut kept).touch(by.now);
            self.set(path, Some(kept));
        }
        if by.actor.is_client() {
            let mut kept = self.required(path)?;
            let bare = Arc::make_mut(&mut kept);
            if !path.is_root() {
                bare.acl = String::new();
            }
            bare.title = String::new();
            self.set(path, Some(kept));
        }
        let before = self.required(path)?.ver_no;
        self.furnish(by, path, node)?;
        if !by.actor.is_client() {
            let mut kept = self.required(path)?;
            Arc::make_mut(&mut kept).ver_no = before;
            self.set(path, Some(kept));
        }
        Ok(())
    }

    pub(super) fn is_permanent(&self, path: &NodePath) -> bool {
        self.ddf()
            .place(path)
            .is_some_and(|place| place.is_permanent())
    }

    /// Whether the description lets somebody replace a node; the root has none.
    pub(super) fn replaceable(&self, by: By<'_>, path: &NodePath) -> Result<(), Error> {
        let place = self.ddf().place(path);
        let allowed = by.actor.is_client() || place.is_none_or(|place| place.access().replace);
        match allowed {
            true => Ok(()),
            false => Err(Reason::Access { command: "Replace" }.at(path)),
        }
    }

    pub(super) fn replace_at(
        &mut self,
        by: By<'_>,
        path: &NodePath,
        mut item: Item,
    ) -> Result<(), Error> {
        let mut node = self.required(path)?;
        self.demand(by, path, Command::Replace)?;
        if node.is_interior() {
            return Err(Reason::Interior.at(path));
        }
        self.replaceable(by, path)?;
        if item.kind.is_empty() {
            item.kind.clone_from(&node.kind);
        }
        if item.format == Format::Node {
            let (found, expected) = (Format::Node, node.format);
            return Err(Reason::Format { found, expected }.at(path));
        }
        let item = self.fits(path, item).map_err(|reason| reason.at(path))?;
        let same = item.format == node.format && item.kind == node.kind;
        if !same && self.is_permanent(path) {
            return Err(Reason::Permanent.at(path));
        }
        let changed = Arc::make_mut(&mut node);
        changed.format = item.format;
        changed.kind = item.kind;
        changed.value = item.value;
        changed.touch(by.now);
        self.set(path, Some(node));
        Ok(())
    }

    /// Who may: for an interior node, who may replace it; for every node, who may replace the one
    /// above (§7.7.1.3).
    pub(super) fn set_acl(&mut self, by: By<'_>, path: &NodePath, acl: &str) -> Result<(), Error> {
        let mut node = self.required(path)?;
        let own = node.is_interior() && self.may(by, path, Command::Replace)?;
        let above = match path.parent() {
            Some(parent) => self.may(by, &parent, Command::Replace)?,
            None => false,
        };
        if !own && !above {
            return Err(self.denied(by, Command::Replace).at(path));
        }
        let acl = checked_acl(acl).map_err(|reason| reason.at(path))?;
        if path.is_root() {
            let open = Acl::parse(&acl).is_ok_and(|acl| {
                let mut entries = acl.entries.iter();
                entries.any(|entry| *entry == (Command::Add, Servers::All))
            });
            if acl.is_empty() || !open && !by.actor.is_client() {
                return Err(Reason::RootAcl.at(path));
            }
        }
        let changed = Arc::make_mut(&mut node);
        changed.acl = acl;
        changed.touch(by.now);
        self.set(path, Some(node));
        Ok(())
    }

    pub(super) fn set_title(
        &mut self,
        by: By<'_>,
        path: &NodePath,
        title: &str,
    ) -> Result<(), Error> {
        let mut node = self.required(path)?;
        self.demand(by, path, Command::Replace)?;
        checked_title(title).map_err(|reason| reason.at(path))?;
        let changed = Arc::make_mut(&mut node);
        title.clone_into(&mut changed.title);
        changed.touch(by.now);
        self.set(path, Some(node));
        Ok(())
    }

    /// Gives a node, and with it all below it, another name that its description takes too.
    fn rename(&mut self, by: By<'_>, path: &NodePath, name: &str) -> Result<(), Error> {
        let Some(parent) = path.parent() else {
            return Err(Reason::Root.at(path));
        };
        self.demand(by, path, Command::Replace)?;
        if self.is_permanent(path) {
            return Err(Reason::Permanent.at(path));
        }
        if !is_node_name(name) {
            return Err(Reason::Uri.at(path));
        }
        let to = parent.child(name);
        if self.node(&to)?.is_some() {
            return Err(Reason::Exists.at(&to));
        }
        // A place of the same description: what is below may be there too
        if self.ddf().place(path) != self.ddf().place(&to) {
            return Err(Reason::Undescribed.at(&to));
        }
        for from in self.subtree(path)? {
            let mut node = self.required(&from)?;
            if from == *path {
                Arc::make_mut(&mut node).touch(by.now);
            }
            let moved = from.moved(path, &to);
            self.limits
                .check(&moved)
                .map_err(|reason| reason.at(&from))?;
            self.set(&moved, Some(node));
            self.set(&from, None);
        }
        for (from, origin) in self.provenance()? {
            if path.holds(&from) {
                self.record_provenance(&from, None);
                self.record_provenance(&from.moved(path, &to), Some(origin));
            }
        }
        Ok(())
    }
}
