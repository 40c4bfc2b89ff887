//! The nodes that a message adds, whether they come in a tree or one by one.

use crate::document::cp::At;
use crate::document::dm::message::{Data, Item, Message};
use crate::document::dm::text::Text;
use crate::document::dm::tnds::{Content, Format, MgmtTree, Node, NodeType};
use crate::document::dm::uri::{absolute, is_no_name, joined, mended};
use crate::document::dm::walk::{MAX_DEPTH, MAX_ELEMENTS};
use std::collections::HashMap;

/// A node and where it goes.
#[derive(Debug)]
pub(in crate::document) struct View<'m> {
    /// Its name.
    pub name: &'m str,
    /// Its address; from the tree's own root on when the place of the tree is not known, `None`
    /// when it is longer than any is told.
    pub uri: Option<String>,
    /// Format, if it is known.
    pub format: Option<Format>,
    /// DDFName or Type of an interior node.
    pub identifier: Option<&'m str>,
    /// ACL; `None` also where there is no place for one.
    pub acl: Option<&'m str>,
    /// True where an ACL could stand.
    pub in_tree: bool,
    /// Its value.
    pub value: Option<&'m Content<'m>>,
    pub at: At,
    pub nodes: Vec<View<'m>>,
}

impl<'m> View<'m> {
    /// Its value as text; `None` for octets and where there is none.
    pub fn text(&self) -> Option<&'m str> {
        match self.value? {
            Content::Text(text) => Some(text.as_str()),
            Content::Octets(_) | Content::Base64(_) => None,
        }
    }

    /// The node at a path below it.
    pub fn find(&self, path: &str) -> Option<&View<'m>> {
        path.split('/').try_fold(self, |node, name| {
            node.nodes.iter().find(|child| child.name == name)
        })
    }

    /// Whether it has children or is said to be interior.
    pub fn is_interior(&self) -> bool {
        !self.nodes.is_empty() || self.format == Some(Format::Node)
    }

    /// Calls `visit` with it and every node below.
    // Recursion is bounded: the readers limit the depth
    pub fn each<'v>(&'v self, visit: &mut impl FnMut(&'v View<'m>)) {
        visit(self);
        self.nodes.iter().for_each(|node| node.each(visit));
    }
}

/// Numbers the parts of a message instead of their places in octets, and tells the address that
/// belongs to each number: empty for what has none.
pub(super) fn number(message: &mut Message<'_>) -> Vec<String> {
    let mut addresses = vec![String::new()];
    message.at = At(Some(0));
    let header = &mut message.header;
    for at in [
        &mut header.at,
        &mut header.session_at,
        &mut header.msg_at,
        &mut header.source_at,
    ] {
        *at = At(Some(0));
    }
    for add in &mut message.adds {
        add.at = At(Some(0));
        for item in &mut add.items {
            let target = absolute(text(item.target.as_ref()));
            item.at = At(Some(addresses.len()));
            addresses.push(target.clone());
            let Data::Tree(tree) = &mut item.data else {
                continue;
            };
            tree.at = item.at;
            // An explicit stack: a tree's depth never becomes the program's
            let mut stack: Vec<_> = tree
                .nodes
                .iter_mut()
                .map(|node| (target.clone(), node))
                .collect();
            while let Some((above, node)) = stack.pop() {
                let name = text(node.name.as_ref());
                let own = joined(&above, name).unwrap_or_default();
                node.at = At(Some(addresses.len()));
                stack.extend(node.nodes.iter_mut().map(|node| (own.clone(), node)));
                addresses.push(own);
            }
        }
    }
    addresses
}

pub(super) fn text<'m>(text: Option<&'m Text<'_>>) -> &'m str {
    text.map_or("", |text| text.as_str())
}

/// The nodes of a message that go side by side: the tops of its trees, and what its other Items
/// make, with the interior nodes that they imply.
pub(in crate::document) fn of_message<'m>(message: &'m Message<'m>) -> Vec<View<'m>> {
    tops(message, false)
}

/// The same, but what a Target with a slip in its slashes means, so that a rule does not miss the
/// nodes that it adds: the slip is a finding of its own.
pub(in crate::document) fn of_message_as_meant<'m>(message: &'m Message<'m>) -> Vec<View<'m>> {
    tops(message, true)
}

fn tops<'m>(message: &'m Message<'m>, as_meant: bool) -> Vec<View<'m>> {
    let mut tops = Vec::new();
    let mut plain = Plain::default();
    for item in message.adds.iter().flat_map(|add| &add.items) {
        let target = text(item.target.as_ref());
        let meant = mended(target).filter(|_| as_meant);
        match &item.data {
            Data::Tree(tree) => {
                let target = meant.unwrap_or_else(|| absolute(target));
                tops.extend(of_tree(tree, &target));
            }
            _ => plain.insert(item, meant.is_some()),
        }
    }
    tops.extend(plain.finish());
    tops
}

/// The top nodes of a tree that goes to `target`.
pub(in crate::document) fn of_tree<'m>(tree: &'m MgmtTree<'m>, target: &str) -> Vec<View<'m>> {
    let place = |node: &'m Node<'m>| {
        let path = text(node.path.as_ref());
        let path = path.strip_prefix("./").unwrap_or(path);
        of_node(node, joined(target, path).as_deref())
    };
    tree.nodes.iter().map(place).collect()
}

// Recursion is bounded: the readers limit the depth
fn of_node<'m>(node: &'m Node<'m>, parent: Option<&str>) -> View<'m> {
    let name = text(node.name.as_ref());
    let uri = parent.and_then(|parent| joined(parent, name));
    let below = |node| of_node(node, uri.as_deref());
    let properties = &node.properties;
    View {
        name,
        format: properties.format,
        identifier: match &properties.kind {
            Some(NodeType::DdfName(name)) => Some(name.as_str()),
            _ => None,
        },
        acl: properties.acl.as_ref().map(Text::as_str),
        in_tree: true,
        value: node.value.as_ref(),
        at: node.at,
        nodes: node.nodes.iter().map(below).collect(),
        uri,
    }
}

fn of_item<'m>(name: &'m str, uri: Option<String>, item: Option<&'m Item<'m>>, at: At) -> View<'m> {
    let meta = item.map(|item| &item.meta);
    let format = meta.and_then(|meta| Format::from_name(meta.format.as_ref()?.as_str()));
    let value = match item.map(|item| &item.data) {
        Some(Data::Leaf(content)) => Some(content),
        _ => None,
    };
    let interior = value.is_none() && matches!(format, Some(Format::Node) | None);
    let kind = meta.and_then(|meta| meta.kind.as_ref());
    View {
        name,
        uri,
        format: format.or(interior.then_some(Format::Node)),
        identifier: kind.map(Text::as_str).filter(|_| interior),
        acl: None,
        in_tree: false,
        value,
        at,
        nodes: Vec::new(),
    }
}

/// The nodes that Items make one by one.
#[derive(Default)]
struct Plain<'m> {
    nodes: Vec<Made<'m>>,
    /// Nodes by their parent and name.
    index: HashMap<(Option<usize>, &'m str), usize>,
}

struct Made<'m> {
    name: &'m str,
    parent: Option<usize>,
    /// The Item that makes it, or the first that implies it.
    item: Option<&'m Item<'m>>,
    at: At,
}

impl<'m> Plain<'m> {
    fn insert(&mut self, item: &'m Item<'m>, is_slip: bool) {
        let target = text(item.target.as_ref());
        let path = target.strip_prefix("./").unwrap_or(target);
        // What is deeper or more than a tree can be is not looked at
        if path.split('/').count() > MAX_DEPTH || matches!(path, "" | ".") {
            return;
        }
        let mut place = None;
        for name in path.split('/') {
            if is_slip && is_no_name(name) {
                continue;
            }
            let known = self.index.get(&(place, name)).copied();
            let index = match known {
                Some(index) => index,
                None if self.nodes.len() >= MAX_ELEMENTS => return,
                None => {
                    self.index.insert((place, name), self.nodes.len());
                    self.nodes.push(Made {
                        name,
                        parent: place,
                        item: None,
                        at: item.at,
                    });
                    self.nodes.len() - 1
                }
            };
            place = Some(index);
        }
        if let Some(made) = place.and_then(|index| self.nodes.get_mut(index)) {
            // The first one makes it
            if made.item.is_none() {
                (made.item, made.at) = (Some(item), item.at);
            }
        }
    }

    fn finish(self) -> Vec<View<'m>> {
        let mut views: Vec<Option<View<'m>>> = Vec::with_capacity(self.nodes.len());
        for made in &self.nodes {
            let parent = made.parent.and_then(|index| views.get(index)?.as_ref());
            let above = parent.map_or(Some("."), |parent| parent.uri.as_deref());
            let uri = above.and_then(|above| joined(above, made.name));
            views.push(Some(of_item(made.name, uri, made.item, made.at)));
        }
        let mut tops = Vec::new();
        // Parents stand before their children, so the last ones are complete
        for (index, made) in self.nodes.iter().enumerate().rev() {
            let Some(mut view) = views.get_mut(index).and_then(Option::take) else {
                continue;
            };
            view.nodes.reverse();
            match made.parent.and_then(|index| views.get_mut(index)?.as_mut()) {
                Some(parent) => parent.nodes.push(view),
                None => tops.push(view),
            }
        }
        tops.reverse();
        tops
    }
}
