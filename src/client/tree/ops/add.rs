//! Add (OMA DM Representation Protocol 1.2, Add).

use crate::client::tree::ddf::Place;
use crate::client::tree::node::{Item, Node, checked_title, creator_acl};
use crate::client::tree::path::NodePath;
use crate::client::tree::status::{Error, Reason};
use crate::client::tree::store::{Nodes, TreeStore};
use crate::client::tree::{By, Draft, TStamp};
use crate::document::dm::acl::Command;
use crate::document::dm::{self, Format, MgmtTree, NodeType, Text};
use crate::secret::Secret;
use std::sync::Arc;

/// A node that is to come, as it is kept.
pub(in crate::client) struct Fitted {
    /// Its place.
    pub path: NodePath,
    /// What [its place takes](Place::takes), with its ACL and Title.
    pub node: Node,
}

impl<S: TreeStore> Draft<'_, S> {
    /// Adds a node, and interior nodes above it that are missing.
    ///
    /// # Errors
    /// [`Error`]
    pub fn add(&mut self, by: By<'_>, uri: &str, item: Item) -> Result<(), Error> {
        let path = self.address(uri)?;
        self.unit(|draft| draft.add_at(by, &path, item))
    }

    /// Adds a serialised tree, all of it or nothing. Paths in it count from the address on; a node
    /// without a name at its top is the one of the address. ACLs and Titles in it are taken as if
    /// they were replaced after all nodes are there; TStamp and VerNo only from the client itself.
    ///
    /// # Errors
    /// [`Error`]
    pub fn add_tree(&mut self, by: By<'_>, uri: &str, tree: &MgmtTree<'_>) -> Result<(), Error> {
        let target = self.address(uri)?;
        self.unit(|draft| {
            for node in &tree.nodes {
                let path = draft.top(&target, node)?;
                draft.plant(by, &path, node)?;
            }
            Ok(())
        })
    }

    pub(super) fn add_at(&mut self, by: By<'_>, path: &NodePath, item: Item) -> Result<(), Error> {
        self.lead_to(by, path)?;
        self.create(by, path, item)
    }

    /// Makes the interior nodes that are missing above a node that is to come.
    fn lead_to(&mut self, by: By<'_>, path: &NodePath) -> Result<(), Error> {
        if self.node(path)?.is_some() {
            return Err(Reason::Exists.at(path));
        }
        let mut missing = Vec::new();
        let mut above = path.parent();
        while let Some(parent) = above {
            if self.node(&parent)?.is_some() {
                break;
            }
            above = parent.parent();
            missing.push(parent);
        }
        for parent in missing.iter().rev() {
            self.create(by, parent, Item::interior(""))?;
        }
        Ok(())
    }

    /// Adds nodes for the client itself, each behind the one above it: a top that is not there yet,
    /// and nodes below it, no place twice. What a description takes there was looked at before.
    ///
    /// # Errors
    /// [`Error`]
    pub(in crate::client) fn add_fitted(
        &mut self,
        by: By<'_>,
        nodes: Vec<Fitted>,
    ) -> Result<(), Error> {
        if let Some(Fitted { path: top, .. }) = nodes.first() {
            self.lead_to(by, top)?;
            self.parent_of(top)?;
        }
        for Fitted { path, node } in nodes {
            let checks = || {
                self.limits.check(&path)?;
                checked_title(&node.title)?;
                self.ddf().place(&path).ok_or(Reason::Undescribed)
            };
            let place = checks().map_err(|reason| reason.at(&path))?;
            self.room(place, &path)?;
            self.set(&path, Some(Arc::new(node)));
        }
        Ok(())
    }

    /// The interior node above one that is to come.
    fn parent_of(&self, path: &NodePath) -> Result<NodePath, Error> {
        let Some(parent) = path.parent() else {
            return Err(Reason::Exists.at(path));
        };
        match self.required(&parent)?.is_interior() {
            true => Ok(parent),
            false => Err(Reason::ParentIsLeaf.at(path)),
        }
    }

    /// Makes one node below one that is there.
    pub(in crate::client::tree) fn create(
        &mut self,
        by: By<'_>,
        path: &NodePath,
        item: Item,
    ) -> Result<(), Error> {
        let parent = self.parent_of(path)?;
        self.demand(by, &parent, Command::Add)?;
        let checks = || {
            self.limits.check(path)?;
            let place = self.ddf().place(path).ok_or(Reason::Undescribed)?;
            if !by.actor.is_client() {
                if place.is_permanent() {
                    return Err(Reason::Permanent);
                }
                if !place.access().add {
                    return Err(Reason::Access { command: "Add" });
                }
            }
            Ok((place, place.takes(item)?))
        };
        let (place, item) = checks().map_err(|reason| reason.at(path))?;
        self.room(place, path)?;
        let acl = match by.actor.acl_id() {
            Some(id)
                if item.format == Format::Node && !self.may(by, &parent, Command::Replace)? =>
            {
                creator_acl(id)
            }
            _ => String::new(),
        };
        let node = Node {
            acl,
            ..Node::new(item, by.now)
        };
        self.set(path, Some(Arc::new(node)));
        Ok(())
    }

    /// Whether one more node of any name may hang there; one of a fixed name does not exist yet.
    fn room(&self, place: Place<'_>, path: &NodePath) -> Result<(), Error> {
        let description = place.described().filter(|node| node.name.is_empty());
        let limited = description.and_then(|node| {
            let max = node.occurrence.max()?;
            Some((node, max, path.parent()?))
        });
        let Some((description, max, parent)) = limited else {
            return Ok(());
        };
        let beside = self.ddf().below(&parent);
        let count = self.count_below(description, beside, &self.children(&parent)?);
        match count < max {
            true => Ok(()),
            false => Err(Reason::TooMany { max }.at(path)),
        }
    }

    /// Where a node at the top of a serialised tree goes.
    pub(super) fn top(&self, target: &NodePath, node: &dm::Node<'_>) -> Result<NodePath, Error> {
        let mut place = target.clone();
        let path = text(node.path.as_ref());
        if !matches!(path, "" | "." | "./") {
            for name in self.address(path)?.names() {
                place = place.child(name);
            }
        }
        match text(node.name.as_ref()) {
            "" => Ok(place),
            name => self.named(&place, name),
        }
    }

    fn named(&self, above: &NodePath, name: &str) -> Result<NodePath, Error> {
        // As the last segment of an address
        match dm::uri::is_node_name(name) {
            true => Ok(above.child(name)),
            false => Err(Reason::Uri.at(above)),
        }
    }

    // Recursion is bounded: the limits of paths hold for every node
    fn plant(&mut self, by: By<'_>, path: &NodePath, node: &dm::Node<'_>) -> Result<(), Error> {
        let item = item(node).map_err(|reason| reason.at(path))?;
        self.add_at(by, path, item)?;
        self.furnish(by, path, node)
    }

    /// Adds what is below a node that is there, then sets its ACL and other properties.
    pub(super) fn furnish(
        &mut self,
        by: By<'_>,
        path: &NodePath,
        node: &dm::Node<'_>,
    ) -> Result<(), Error> {
        for below in &node.nodes {
            if text(below.name.as_ref()).is_empty() || below.path.is_some() {
                let fault = "a node below the top has a name and no Path";
                return Err(Reason::Tnds(fault).at(path));
            }
            let place = self.named(path, text(below.name.as_ref()))?;
            self.plant(by, &place, below)?;
        }
        let properties = &node.properties;
        if let Some(acl) = properties
            .acl
            .as_ref()
            .filter(|acl| !acl.as_str().is_empty())
        {
            self.set_acl(by, path, acl.as_str())?;
        }
        if let Some(title) = &properties.title {
            self.set_title(by, path, title.as_str())?;
        }
        let mut kept = self.required(path)?;
        // What came with the node is no change of it
        let (mut tstamp, mut ver_no) = (kept.tstamp.clone(), 0);
        if by.actor.is_client() {
            if let Some(stamp) = &properties.tstamp {
                let fault = Reason::Tnds("a TStamp is written 20260131T235959Z");
                let stamp = TStamp::parse(stamp.as_str());
                tstamp = stamp.ok_or_else(|| fault.at(path))?;
            }
            if let Some(number) = &properties.ver_no {
                let fault = Reason::Tnds("a VerNo is a number of 16 bits");
                let number = number.as_str().parse();
                ver_no = number.map_err(|_| fault.at(path))?;
            }
        }
        if (&tstamp, ver_no) != (&kept.tstamp, kept.ver_no) {
            let changed = Arc::make_mut(&mut kept);
            (changed.tstamp, changed.ver_no) = (tstamp, ver_no);
            self.set(path, Some(kept));
        }
        Ok(())
    }
}

pub(super) fn text<'n>(text: Option<&'n Text<'_>>) -> &'n str {
    text.map(Text::as_str).unwrap_or_default()
}

/// The value that a serialised node brings.
pub(super) fn item(node: &dm::Node<'_>) -> Result<Item, Reason> {
    let format = node.properties.format.unwrap_or(match node.value {
        Some(_) => Format::Chr,
        None => Format::Node,
    });
    if !node.nodes.is_empty() && (node.value.is_some() || format != Format::Node) {
        return Err(Reason::Tnds(
            "a node has a value or nodes below it, never both",
        ));
    }
    let octets = match &node.value {
        // Base64 stands for octets already
        Some(content) => content.octets().into_owned(),
        None => Vec::new(),
    };
    let kind = match &node.properties.kind {
        Some(NodeType::Mime(name)) if format != Format::Node => name.as_str(),
        Some(NodeType::DdfName(name)) if format == Format::Node => name.as_str(),
        Some(NodeType::Mime(name) | NodeType::DdfName(name)) if name.as_str().is_empty() => "",
        Some(_) => return Err(Reason::Type),
        None => "",
    };
    Ok(Item {
        format,
        kind: kind.to_owned(),
        value: Secret::new(octets),
    })
}
