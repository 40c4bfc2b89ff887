//! Get, of values, properties and lists (OMA DM Representation Protocol 1.2, Get; Tree and
//! Description 1.2 §7.3, §8).

use crate::client::tree::node::{Item, Node, is_in_inbox};
use crate::client::tree::path::{Fields, Listing, NodePath, Property, Query};
use crate::client::tree::status::{Error, Reason};
use crate::client::tree::store::{Nodes, StoreError, TreeStore};
use crate::client::tree::{By, Draft};
use crate::document::dm::acl::Command;
use crate::document::dm::{self, Content, Format, MgmtTree, NodeType, RtProperties, Text};
use crate::secret::Secret;
use std::borrow::Cow;

/// What a Get brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Got {
    /// The value of a leaf.
    Leaf(Item),
    /// The names of the nodes below an interior node, of Format `node` and with `/` between them
    /// on the wire.
    Children(Vec<String>),
    /// A property.
    Property(String),
    /// A node and those below it.
    List(Vec<Listed>),
    /// The same as one serialised tree.
    Tree(MgmtTree<'static>),
}

/// Whether the client itself is shown secrets. Nobody else is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// It is.
    Shown,
    /// Secrets are refused, and left out of lists.
    Hidden,
}

/// A node of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its address.
    pub uri: String,
    /// Its Format.
    pub format: Format,
    /// Its Type; may be empty.
    pub kind: String,
    /// Its value, if it is a leaf and values were asked for.
    pub value: Option<Secret>,
}

impl<S: TreeStore> Draft<'_, S> {
    /// Reads what an address asks for.
    ///
    /// # Errors
    /// [`Error`]
    pub fn get(&self, by: By<'_>, uri: &str) -> Result<Got, Error> {
        self.get_with(by, uri, Secrecy::Shown)
    }

    /// Reads what an address asks for; secrets are hidden from the client too unless they are to be
    /// shown, as where somebody looks over its shoulder.
    ///
    /// # Errors
    /// [`Error`]
    pub fn get_with(&self, by: By<'_>, uri: &str, secrecy: Secrecy) -> Result<Got, Error> {
        let target = self.target(uri)?;
        let path = &target.path;
        if is_in_inbox(path) && !by.actor.is_client() {
            return Err(Reason::Inbox.at(path));
        }
        let node = self.required(path)?;
        self.demand(by, path, Command::Get)?;
        let property = match target.query {
            Query::Property(property) => property,
            Query::Node => {
                self.open_to(by, path, &node, secrecy)?;
                if node.is_interior() {
                    let children = self.children(path)?;
                    let names = children.iter().map(|child| child.name().to_owned());
                    return Ok(Got::Children(names.collect()));
                }
                return Ok(Got::Leaf(Item {
                    format: node.format,
                    kind: node.kind.clone(),
                    value: node.value.clone(),
                }));
            }
            Query::List(listing) => {
                self.open_to(by, path, &node, secrecy)?;
                return self.list(by, path, &listing, secrecy);
            }
        };
        Ok(Got::Property(match property {
            Property::Acl => node.acl.clone(),
            Property::Format => node.format.name().to_owned(),
            Property::Name => path.name().to_owned(),
            Property::Size if node.is_interior() => return Err(Reason::Unsupported.at(path)),
            Property::Size => {
                // The length of a password helps to guess it
                self.open_to(by, path, &node, secrecy)?;
                node.value.expose().len().to_string()
            }
            Property::Title => node.title.clone(),
            Property::TStamp => node.tstamp.to_string(),
            Property::Type => node.kind.clone(),
            Property::VerNo => node.ver_no.to_string(),
        }))
    }

    /// Whether the value of a node is open to somebody whom the ACL lets read it.
    fn open_to(
        &self,
        by: By<'_>,
        path: &NodePath,
        node: &Node,
        secrecy: Secrecy,
    ) -> Result<(), Error> {
        let client = by.actor.is_client();
        if self.holds_secret(path, node) && !(client && secrecy == Secrecy::Shown) {
            return Err(Reason::Secret.at(path));
        }
        if client {
            return Ok(());
        }
        match self.ddf().place(path) {
            Some(place) if !place.access().get => Err(Reason::Access { command: "Get" }.at(path)),
            _ => Ok(()),
        }
    }

    fn readable(
        &self,
        by: By<'_>,
        path: &NodePath,
        node: &Node,
        secrecy: Secrecy,
    ) -> Result<bool, StoreError> {
        let inbox = is_in_inbox(path) && !by.actor.is_client();
        let open = !inbox && self.open_to(by, path, node, secrecy).is_ok();
        Ok(open && self.may(by, path, Command::Get)?)
    }

    fn list(
        &self,
        by: By<'_>,
        path: &NodePath,
        listing: &Listing,
        secrecy: Secrecy,
    ) -> Result<Got, Error> {
        let fields = match listing {
            Listing::Tnds(fields) => *fields,
            Listing::Struct | Listing::StructData => {
                let values = *listing == Listing::StructData;
                let mut list = Vec::new();
                for path in self.subtree(path)? {
                    let Some(node) = self.node(&path)? else {
                        continue;
                    };
                    if self.readable(by, &path, &node, secrecy)? {
                        list.push(Listed {
                            uri: path.to_string(),
                            format: node.format,
                            kind: node.kind.clone(),
                            value: (values && !node.is_interior()).then(|| node.value.clone()),
                        });
                    }
                }
                return Ok(Got::List(list));
            }
        };
        let shows = |path: &NodePath, node: &Node| self.readable(by, path, node, secrecy);
        let mut top = self.serialised(path, fields, &shows)?.unwrap_or_default();
        // Where it hangs; the root is the place without a name
        if let Some(above) = path.parent().filter(|above| !above.is_root()) {
            top.path = Some(Text::fixed(above.to_string()));
        }
        Ok(Got::Tree(document(top)))
    }

    /// A node and those below it that are shown; those not shown only where they lead to others.
    // Recursion is bounded: the limits of paths hold for every node
    pub(in crate::client) fn serialised(
        &self,
        path: &NodePath,
        fields: Fields,
        shows: &dyn Fn(&NodePath, &Node) -> Result<bool, StoreError>,
    ) -> Result<Option<dm::Node<'static>>, StoreError> {
        let mut nodes = Vec::new();
        for child in self.children(path)? {
            nodes.extend(self.serialised(&child, fields, shows)?);
        }
        let name = Some(Text::fixed(path.name().to_owned()));
        let Some(node) = self.node(path)? else {
            return Ok(None);
        };
        let mut serialised = match (shows(path, &node)?, nodes.is_empty()) {
            (true, _) => of_node(&node, fields),
            (false, true) => return Ok(None),
            (false, false) => dm::Node::default(),
        };
        serialised.name = name;
        serialised.nodes = nodes;
        Ok(Some(serialised))
    }
}

/// A serialised tree of one top.
pub(in crate::client::tree) fn document(top: dm::Node<'static>) -> MgmtTree<'static> {
    MgmtTree {
        ver_dtd: Some(Text::fixed("1.2")),
        nodes: vec![top],
        ..MgmtTree::default()
    }
}

fn of_node(node: &Node, fields: Fields) -> dm::Node<'static> {
    let Node {
        acl,
        format,
        kind,
        title,
        tstamp,
        ver_no,
        value,
    } = node;
    let some = |wanted: bool, text: &str| {
        let there = wanted && !text.is_empty();
        there.then(|| Text::fixed(text.to_owned()))
    };
    let kind = some(fields.kind, kind);
    let leaf = *format != Format::Node;
    let content = || match value.expose_text() {
        Some(text) if *format != Format::Bin => Content::Text(Text::fixed(text.to_owned())),
        _ => Content::Octets(Cow::Owned(value.expose().to_vec())),
    };
    dm::Node {
        properties: RtProperties {
            acl: some(fields.acl, acl),
            format: fields.format.then_some(*format),
            title: some(fields.title, title),
            tstamp: some(fields.tstamp, tstamp.as_str()),
            kind: kind.map(|kind| match leaf {
                true => NodeType::Mime(kind),
                false => NodeType::DdfName(kind),
            }),
            ver_no: some(fields.ver_no, &ver_no.to_string()),
        },
        value: (leaf && fields.value && *format != Format::Null).then(content),
        ..dm::Node::default()
    }
}
