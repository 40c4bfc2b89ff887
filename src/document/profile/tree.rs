//! Management objects that a profile gives as data.

use super::body::template;
use super::error::{Error, Fault};
use super::parameter::is_base64;
use super::source::{Entry, Item, Place, Table, no_more, text_of, wrong_type, wrong_value};
use super::template::Template;
use crate::document::dm::map::ManagementObject;
use crate::document::dm::uri::is_node_name;
use crate::document::dm::{Content, Format, Node, NodeType, RtProperties, Text};

const TOP_KEYS: &str = "name, parent, type, acl, node";
const KEYS: &str = "name, type, acl, format, value, node";

/// A node whose texts are templates.
#[derive(Debug, Clone)]
pub(super) struct TreeNode<P = String> {
    name: String,
    /// Where a top-level node hangs when it is not for the Inbox.
    parent: String,
    /// The identifier of an object, or the media type of a leaf.
    kind: Option<String>,
    acl: Option<Template<P>>,
    /// Format and value of a leaf.
    leaf: Option<(Format, Template<P>)>,
    nodes: Vec<TreeNode<P>>,
    place: Place,
}

/// Reads `[[tree]]`.
pub(super) fn trees(entry: &Entry) -> Result<Vec<TreeNode>, Error> {
    nodes("tree", entry, true)
}

fn nodes(key: &str, entry: &Entry, top: bool) -> Result<Vec<TreeNode>, Error> {
    let expected = "an array of tables, one for each node";
    let Item::List(list) = &entry.value else {
        return Err(wrong_type(key, entry, &entry.value, expected));
    };
    let node = |entry: &Entry| match &entry.value {
        Item::Table(table) => node(table.clone(), &entry.place, top),
        other => Err(wrong_type(key, entry, other, expected)),
    };
    list.iter().map(node).collect()
}

// Recursion is bounded: the TOML parser limits the depth
fn node(mut table: Table, place: &Place, top: bool) -> Result<TreeNode, Error> {
    let Some(name) = table.take("name") else {
        let (key, found, expected) = ("name".into(), "missing", "the name of a node");
        let fault = Fault::WrongType {
            key,
            found,
            expected,
        };
        return Err(fault.at(place));
    };
    let text = text_of("name", &name)?;
    if !is_node_name(&text) {
        let expected = "the name of a node: letters, digits and - _ . ! ~ * ' ( ) : @ & = + $ ,";
        return Err(wrong_value("name", &name, &text, expected));
    }
    let mut plain = |key: &str| {
        table
            .take(key)
            .map(|entry| text_of(key, &entry))
            .transpose()
    };
    let parent = if top { plain("parent")? } else { None };
    let kind = plain("type")?;
    let mut templated = |key: &str| {
        let entry = table.take(key)?;
        let text = match &entry.value {
            Item::Integer(number) => Ok(number.to_string()),
            Item::Flag(flag) => Ok(flag.to_string()),
            _ => text_of(key, &entry),
        };
        Some(text.and_then(|text| template(key, &text, &entry.place)))
    };
    let acl = templated("acl").transpose()?;
    let value = if top { None } else { templated("value") }.transpose()?;
    let format = if top { None } else { table.take("format") };
    let leaf = match (value, format) {
        (Some(value), None) => Some((Format::Chr, value)),
        (Some(value), Some(entry)) => Some((format_of(&entry, &value)?, value)),
        (None, Some(entry)) => {
            let found = text_of("format", &entry)?;
            return Err(wrong_value("format", &entry, &found, "a value beside it"));
        }
        (None, None) => None,
    };
    let children = table.take("node");
    if let (Some(entry), Some(_)) = (&children, &leaf) {
        return Err(wrong_type(
            "node",
            entry,
            &entry.value,
            "nothing beside a value",
        ));
    }
    let children = children.map(|entry| nodes("node", &entry, false));
    no_more(table, if top { TOP_KEYS } else { KEYS })?;
    Ok(TreeNode {
        name: text,
        parent: parent.unwrap_or_else(|| ".".into()),
        kind,
        acl,
        leaf,
        nodes: children.transpose()?.unwrap_or_default(),
        place: place.clone(),
    })
}

fn format_of(entry: &Entry, value: &Template) -> Result<Format, Error> {
    let text = text_of("format", entry)?;
    let leaf = |format: &Format| !matches!(format, Format::Node | Format::Null);
    let Some(format) = Format::from_name(&text).filter(leaf) else {
        let known = Format::ALL.iter().filter(|format| leaf(format));
        let known: Vec<_> = known.map(|format| format.name()).collect();
        return Err(wrong_value("format", entry, &text, &known.join(", ")));
    };
    if is_octets(format) {
        match value.fixed() {
            Some(text) if !is_base64(text) => {
                let (found, expected) = ("text that is none", "Base64 of the octets");
                return Err(wrong_value("value", entry, found, expected));
            }
            // Base64 is decoded as a whole, so it comes from one place
            None if value.sole_hole().is_none() => {
                let expected = "a value that is one hole or has none, since it is Base64";
                return Err(wrong_value("format", entry, &text, expected));
            }
            _ => {}
        }
    }
    Ok(format)
}

fn is_octets(format: Format) -> bool {
    matches!(format, Format::Bin | Format::B64)
}

impl TreeNode {
    /// Replaces the parameters of binary leaves by those that `base64` says hold their Base64.
    pub(super) fn binary(
        &mut self,
        base64: &mut impl FnMut(&str, &Place) -> Result<String, Error>,
    ) -> Result<(), Error> {
        if let Some((format, value)) = &mut self.leaf
            && is_octets(*format)
            && let Some(name) = value.sole_hole()
        {
            *value = Template::hole(base64(name, &self.place)?);
        }
        self.nodes
            .iter_mut()
            .try_for_each(|node| node.binary(base64))
    }

    /// The same over other names of the parameters.
    pub(super) fn map<Q>(
        &self,
        name: &mut impl FnMut(&String, &Place) -> Result<Q, Error>,
    ) -> Result<TreeNode<Q>, Error> {
        let mut over = |template: &Template| template.map(|hole| name(hole, &self.place));
        let acl = self.acl.as_ref().map(&mut over).transpose()?;
        let leaf = self
            .leaf
            .as_ref()
            .map(|(format, value)| Ok((*format, over(value)?)))
            .transpose()?;
        let nodes = self.nodes.iter().map(|node| node.map(name));
        Ok(TreeNode {
            name: self.name.clone(),
            parent: self.parent.clone(),
            kind: self.kind.clone(),
            acl,
            leaf,
            nodes: nodes.collect::<Result<_, _>>()?,
            place: self.place.clone(),
        })
    }
}

impl<P> TreeNode<P> {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Visits the templates of a node and of those in it.
    pub(super) fn templates<'t>(&'t self, visit: &mut impl FnMut(&'t Template<P>)) {
        self.acl.iter().for_each(&mut *visit);
        self.leaf.iter().for_each(|(_, value)| visit(value));
        for node in &self.nodes {
            node.templates(visit);
        }
    }

    /// The object for one device; `None` when none of its leaves has a value. `inbox` says that it
    /// is for the Inbox.
    pub(super) fn object(
        &self,
        inbox: bool,
        present: &impl Fn(&P) -> bool,
        text: &mut impl FnMut(&Template<P>) -> Text<'static>,
    ) -> Option<ManagementObject> {
        let parent = if inbox { "./Inbox" } else { &self.parent };
        Some(ManagementObject {
            kind: None,
            uri: format!("{parent}/{}", self.name),
            node: self.node(present, text)?,
        })
    }

    fn node(
        &self,
        present: &impl Fn(&P) -> bool,
        text: &mut impl FnMut(&Template<P>) -> Text<'static>,
    ) -> Option<Node<'static>> {
        let has_value = |template: &&Template<P>| template.holes().all(present);
        let value = match &self.leaf {
            Some((format, value)) => Some((*format, Some(value).filter(has_value)?)),
            None => None,
        };
        let nodes: Vec<_> = self
            .nodes
            .iter()
            .filter_map(|node| node.node(present, text))
            .collect();
        if nodes.is_empty() && !self.nodes.is_empty() {
            return None;
        }
        let acl = self.acl.as_ref().filter(has_value).map(&mut *text);
        let kind = match (&self.kind, value) {
            (Some(kind), Some(_)) => Some(NodeType::Mime(Text::fixed(kind.clone()))),
            (Some(kind), None) => Some(NodeType::DdfName(Text::fixed(kind.clone()))),
            (None, Some((format, _))) => {
                let octets = is_octets(format);
                let mime = ["text/plain", "application/octet-stream"][usize::from(octets)];
                Some(NodeType::Mime(Text::fixed(mime)))
            }
            // RTProperties needs a Type, which may be empty
            (None, None) => acl.as_ref().map(|_| NodeType::DdfName(Text::default())),
        };
        let format = match value {
            Some((format, _)) => Some(format),
            None => kind.as_ref().map(|_| Format::Node),
        };
        let value = value.map(|(format, value)| match text(value) {
            text if is_octets(format) => Content::Base64(text),
            text => Content::Text(text),
        });
        Some(Node {
            name: Some(Text::fixed(self.name.clone())),
            properties: RtProperties {
                acl,
                format,
                kind,
                ..RtProperties::default()
            },
            value,
            nodes,
            ..Node::default()
        })
    }
}
