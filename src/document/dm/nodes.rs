//! Where the nodes of a message or tree stand in its octets, and who may see their values.
//!
//! This is for those who look at octets or texts, not at the model: it holds for every form of a
//! tree, and for as much of a damaged document as can be read.

use super::map::tables;
use super::rules::{NodeDef, ObjectKind, Values};
use super::tnds::Format;
use super::uri::{MAX_OCTETS, absolute, joined};
use super::walk::{Error, Piece, Root, Walk};
use super::wbxml::TndsForm;
use crate::document::cp::schema::{self, Sensitivity};
use crate::wire::xml::Origins;
use std::borrow::Cow;
use std::collections::HashMap;
use zeroize::Zeroizing;

/// The nodes of a document, by the offsets of their elements in the whole input.
#[derive(Debug, Default)]
pub struct Nodes {
    all: Vec<Place>,
    /// Node, Item, Value and Data, to the node that they are of.
    elements: HashMap<usize, usize>,
    trees: HashMap<usize, TndsForm>,
    escaped: Option<usize>,
}

/// A node that a document adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its address; `None` when it is longer than [`MAX_OCTETS`].
    pub address: Option<String>,
    /// Its Format, if it has one of the eleven.
    pub format: Option<Format>,
    /// Who may see its value; `None` when nothing is known of such a node.
    pub sensitivity: Option<Sensitivity>,
    /// Whether its value is any text, not a number or one of a set.
    pub is_free: bool,
}

impl Nodes {
    /// Reads a WBXML document as far as it goes.
    #[must_use]
    pub fn of_wbxml(octets: &[u8], root: Root) -> Self {
        Self::of(Walk::wbxml(octets, root))
    }

    /// Reads an XML document as far as it goes.
    #[must_use]
    pub fn of_xml(octets: &[u8], root: Root) -> Self {
        Self::of(Walk::xml(octets, root))
    }

    fn of(walk: Result<Walk<'_>, Error>) -> Self {
        let mut reading = Reading::default();
        if let Ok(mut walk) = walk {
            // What is wrong is for others to say
            while let Ok(Some(piece)) = walk.next() {
                if let Some((form, base)) = walk.embedded() {
                    reading.nodes.trees.insert(base, form);
                }
                match piece {
                    Piece::Text {
                        text: Cow::Owned(text),
                        at,
                    } if walk.is_xml() && reading.is_tree(&text) => {
                        let text = Zeroizing::new(text);
                        reading.escaped(&text, at, &walk.origins(&[(0, at)]));
                    }
                    piece => reading.piece(piece),
                }
            }
        }
        reading.finish()
    }

    /// All of them, in the order of their beginnings.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.all.iter()
    }

    /// The node that the element at an offset is, or whose value it is: Node, Item, Value or Data.
    #[must_use]
    pub fn at(&self, offset: usize) -> Option<&Place> {
        self.all.get(*self.elements.get(&offset)?)
    }

    /// The form of the tree whose document begins at an offset.
    #[must_use]
    pub fn tree_at(&self, offset: usize) -> Option<TndsForm> {
        self.trees.get(&offset).copied()
    }

    /// Where a tree stands as text with references or in pieces, so that nothing can be put in the
    /// place of its values.
    #[must_use]
    pub fn escaped(&self) -> Option<usize> {
        self.escaped
    }
}

/// A node whose end was not seen yet.
#[derive(Default)]
struct Made<'a> {
    parent: Option<usize>,
    is_item: bool,
    name: Cow<'a, str>,
    path: Cow<'a, str>,
    format: Option<Format>,
}

/// An element that is open, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Node or Item, by number.
    Owner(usize),
    Data,
    Target,
    /// Where a result comes from, which has no Target.
    Source,
    Format,
    /// Its text is the name of the node around it.
    Name,
    Path,
    Other,
}

#[derive(Default)]
struct Reading<'a> {
    nodes: Nodes,
    made: Vec<Made<'a>>,
    open: Vec<Open>,
}

impl<'a> Reading<'a> {
    fn owner(&self) -> Option<usize> {
        let owner = |open: &Open| match open {
            Open::Owner(index) => Some(*index),
            _ => None,
        };
        self.open.iter().rev().find_map(owner)
    }

    fn piece(&mut self, piece: Piece<'a>) {
        match piece {
            Piece::Start { name, at } => self.start(name, at),
            Piece::End => {
                self.open.pop();
            }
            Piece::Text { text, at } => self.text(text, at),
            Piece::Octets { octets, .. } => {
                if let Some(Open::Name | Open::Path) = self.open.last() {
                    self.text(String::from_utf8_lossy(octets), 0);
                }
            }
        }
    }

    /// Whether a text is the tree that the open Data holds.
    fn is_tree(&self, text: &str) -> bool {
        self.open.last() == Some(&Open::Data) && super::walk::is_tree_text(text.as_bytes())
    }

    /// Takes the tree that is a text with references or in pieces, as far as it goes.
    fn escaped(&mut self, text: &str, at: usize, origins: &Origins) {
        self.nodes.escaped.get_or_insert(at);
        self.nodes.trees.insert(at, TndsForm::Text);
        let depth = self.open.len();
        if let Ok(mut walk) = Walk::xml(text.as_bytes(), Root::Tree) {
            while let Ok(Some(piece)) = walk.next() {
                self.piece(match piece {
                    Piece::Start { name, at } => Piece::Start {
                        name: name.map(|name| name.into_owned().into()),
                        at: origins.at(at),
                    },
                    // Only names matter, and values may be secrets
                    Piece::Text { .. } if self.open.last() == Some(&Open::Data) => continue,
                    Piece::Text { text, at } => Piece::Text {
                        text: text.into_owned().into(),
                        at: origins.at(at),
                    },
                    Piece::Octets { .. } => continue,
                    Piece::End => Piece::End,
                });
            }
        }
        self.open.truncate(depth);
    }

    fn start(&mut self, name: Option<Cow<'a, str>>, at: usize) {
        let name = name.unwrap_or_default();
        let owner = self.owner();
        let open = match (&*name, self.open.last()) {
            ("Node" | "Item", _) => {
                let is_item = name == "Item";
                self.nodes.elements.insert(at, self.made.len());
                self.made.push(Made {
                    parent: owner,
                    is_item,
                    ..Made::default()
                });
                Open::Owner(self.made.len() - 1)
            }
            ("Value" | "Data", _) => {
                if let Some(owner) = owner {
                    self.nodes.elements.insert(at, owner);
                }
                Open::Data
            }
            ("Target", Some(Open::Owner(_))) => Open::Target,
            ("Source", Some(Open::Owner(_))) => Open::Source,
            ("LocURI", Some(Open::Target)) | ("NodeName", _) => Open::Name,
            ("LocURI", Some(Open::Source)) | ("Path", _) => Open::Path,
            ("Format", _) => Open::Format,
            (name, Some(Open::Format)) => {
                self.format(name);
                Open::Other
            }
            _ => Open::Other,
        };
        self.open.push(open);
    }

    fn format(&mut self, name: &str) {
        if let Some(made) = self.owner().and_then(|index| self.made.get_mut(index)) {
            made.format = made.format.or(Format::from_name(name.trim_ascii()));
        }
    }

    fn text(&mut self, text: Cow<'a, str>, at: usize) {
        let owner = self.owner();
        let made = owner.and_then(|index| self.made.get_mut(index));
        match (self.open.last(), made) {
            (Some(Open::Name), Some(made)) => made.name += text,
            (Some(Open::Path), Some(made)) => made.path += text,
            (Some(Open::Format), _) => self.format(&text),
            (Some(Open::Data), _) if super::walk::is_tree_text(text.as_bytes()) => {
                self.nodes.escaped.get_or_insert(at);
            }
            _ => {}
        }
    }

    /// Names may stand after what they name, so addresses come last.
    fn finish(mut self) -> Nodes {
        for made in self.made.iter_mut().filter(|made| made.is_item) {
            if made.name.is_empty() {
                made.name = std::mem::take(&mut made.path);
            }
        }
        // An Item that says no address is of no node
        let made = &self.made;
        let has_node = |index: &usize| {
            let made = made.get(*index);
            made.is_some_and(|made| !made.is_item || !made.name.is_empty())
        };
        self.nodes.elements.retain(|_, index| has_node(index));
        for index in 0..self.made.len() {
            let Some(made) = self.made.get(index) else {
                break;
            };
            let parent = made.parent.and_then(|parent| self.made.get(parent));
            let above = made.parent.and_then(|parent| self.nodes.all.get(parent));
            let above = match (above, made.is_item) {
                (Some(above), false) => above.address.as_deref(),
                _ => Some(""),
            };
            let path = made.path.strip_prefix("./").unwrap_or(&made.path);
            let address = if made.is_item {
                joined("", &made.name).map(|target| absolute(&target))
            } else {
                let above = above.and_then(|above| joined(above, path));
                above.and_then(|above| joined(&above, &made.name))
            };
            let parent = match parent {
                Some(parent) => last(&parent.name),
                None => made.name.rsplit('/').nth(1).unwrap_or_default(),
            };
            let known = Known::of(last(&made.name), parent);
            self.nodes.all.push(Place {
                address,
                format: made.format,
                sensitivity: known.sensitivity,
                is_free: known.is_free,
            });
        }
        self.nodes
    }
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What is known of a node by its name.
struct Known {
    sensitivity: Option<Sensitivity>,
    is_free: bool,
}

impl Known {
    fn of(name: &str, parent: &str) -> Self {
        let own = |def: &&NodeDef| last(def.path).eq_ignore_ascii_case(name);
        let kinds = [ObjectKind::DmAcc, ObjectKind::Nap, ObjectKind::Proxy];
        let def = kinds.into_iter().find_map(|kind| {
            let mut defs = kind.nodes().iter();
            defs.find(own).filter(|_| name != "#")
        });
        let is_open = |values| matches!(values, Values::Any | Values::Reference);
        let by_table = def.is_none_or(|def| is_open(def.values));
        // A node is as sensitive as the parm that it stands for
        let parm = parms().find(|(_, _, node)| node.eq_ignore_ascii_case(name));
        if let Some((kind, parm, _)) = parm {
            let appid = (kind == "APPLICATION").then_some("w7");
            let is_text = |kind: &schema::Kind| {
                use schema::Kind::{Flag, Hex, Number, Set};
                !matches!(kind, Set(_) | Number(..) | Flag | Hex)
            };
            let def = schema::parm_def(kind, appid, parm);
            return Self {
                sensitivity: Some(schema::sensitivity(kind, appid, parm)),
                is_free: by_table && def.is_none_or(|def| is_text(&def.kind)),
            };
        }
        // A name that no device could keep may hide what it is, and is not searched for each child
        let hidden = |name: &str| {
            name.len() > MAX_OCTETS || schema::sensitivity("", None, name) == Sensitivity::Secret
        };
        let kept = || {
            // Parms without a node of their own stand under Ext
            let all = schema::CHARACTERISTICS.iter();
            let all = all.filter_map(|def| schema::parm_def(def.name, None, name));
            all.map(|def| def.sensitivity).max_by_key(|own| match own {
                Sensitivity::Public => 0,
                Sensitivity::Identity => 1,
                Sensitivity::Secret => 2,
            })
        };
        let sensitivity = match def {
            Some(_) => Some(Sensitivity::Public),
            None if hidden(name) => Some(Sensitivity::Secret),
            None => kept().or_else(|| hidden(parent).then_some(Sensitivity::Secret)),
        };
        Self {
            sensitivity,
            is_free: by_table,
        }
    }
}

/// The parms that have nodes: type of the characteristic, parm, name of the node.
fn parms() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    tables::ALL.iter().flat_map(|map| {
        map.rows.iter().map(|row| {
            let mut steps = row.parm.rsplit('/').map(|step| step.trim_end_matches('#'));
            let parm = steps.next().unwrap_or_default();
            let kind = steps.next().unwrap_or(map.characteristic);
            (kind, parm, last(row.node))
        })
    })
}
