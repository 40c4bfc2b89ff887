//! Messages of OMA DM and serialised trees: what `document::dm` knows of their nodes, the trees
//! that are documents of their own inside them, and what is wrong with them.

use super::{Fault, MAX_ITEMS, Part, shift, tokens, xml};
use crate::dissect::Item;
use crate::document::dm::nodes::Nodes;
use crate::document::dm::walk::Root;
use crate::document::dm::{Error, Message, MgmtTree, Parsed, TndsForm, rules};
use crate::finding::{Finding, Position};
use crate::wire::xml::Origins;
use std::cell::Cell;
use std::ops::Range;

/// What the documents of one inspection share: one, and the trees inside it.
#[derive(Debug)]
pub(super) struct Context {
    /// What the whole input is, if it is a message or a tree.
    pub root: Option<Root>,
    /// Its nodes, by their offsets in the whole input.
    pub nodes: Nodes,
    /// Whether secrets are shown.
    pub reveal: bool,
    /// Tokens or pieces that may still be shown.
    left: Cell<usize>,
}

impl Context {
    /// For a WBXML document. A token makes up to two items, and a string table has its own.
    pub fn of_wbxml(input: &[u8], reveal: bool) -> Self {
        let root = Root::of_wbxml(input);
        let nodes = root.map(|root| Nodes::of_wbxml(input, root));
        Self::new(root, nodes, reveal, MAX_ITEMS / 8 * 3)
    }

    /// For an XML document.
    pub fn of_xml(input: &[u8], reveal: bool) -> Self {
        let root = Root::of(input);
        let nodes = root.map(|root| Nodes::of_xml(input, root));
        Self::new(root, nodes, reveal, MAX_ITEMS)
    }

    fn new(root: Option<Root>, nodes: Option<Nodes>, reveal: bool, left: usize) -> Self {
        Self {
            root,
            nodes: nodes.unwrap_or_default(),
            reveal,
            left: Cell::new(left),
        }
    }

    /// Whether there is room for one more, which then is taken.
    pub fn takes(&self, count: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(count));
        left > 0
    }

    /// The item for a text or opaque data that is a tree of its own. `span` is all of it and
    /// `inner` the tree, in `input`, which begins at `base` of the whole input.
    pub fn tree(
        &self,
        name: &str,
        input: &[u8],
        base: usize,
        span: Range<usize>,
        inner: Range<usize>,
    ) -> Option<Item> {
        let form = self.nodes.tree_at(base + inner.start)?;
        let octets = input.get(inner.clone())?;
        let (kind, part) = match form {
            TndsForm::Text => {
                let places = xml::Places::Offsets;
                let part = xml::document(octets, base + inner.start, None, self, places);
                ("xml", part)
            }
            TndsForm::Inline | TndsForm::Opaque => {
                let root = Some(Root::Tree);
                let part = tokens::document(octets, root, base + inner.start, self);
                ("wbxml", part)
            }
        };
        let count = format!("{} octets", octets.len());
        let mut children = Vec::new();
        if span.start < inner.start {
            let head = span.start..inner.start;
            children.push(Item::new(head, name, format!("{count} follow")));
        }
        children.extend(part.items.into_iter().map(|mut item| {
            shift(&mut item, inner.start);
            item
        }));
        if inner.end < span.end {
            children.push(Item::new(inner.end..span.end, "NUL", ""));
        }
        Some(Item {
            children,
            ..Item::new(span, name, format!("a tree ({kind}), {count}"))
        })
    }

    /// The item for a tree that is a text with references or in pieces, at an offset of the input,
    /// which begins at `base` of the whole one.
    pub fn escaped_tree(
        &self,
        tree: &[u8],
        base: usize,
        at: usize,
        origins: &Origins,
    ) -> Option<Item> {
        self.nodes.tree_at(base + at)?;
        let part = xml::document(tree, base, Some(origins), self, xml::Places::Offsets);
        let mut children = part.items;
        for item in &mut children {
            move_to(item, origins);
        }
        let value = format!("a tree (xml text), {} octets", tree.len());
        let span = at..origins.at(tree.len());
        Some(Item {
            children,
            ..Item::new(span, "tree", value)
        })
    }
}

/// Moves the octets of an item to where they stand in another text.
fn move_to(item: &mut Item, origins: &Origins) {
    item.span = origins.at(item.span.start)..origins.at(item.span.end);
    let children = item.children.iter_mut();
    children.for_each(|child| move_to(child, origins));
}

/// How places are told: those of the readers, and those by offset.
pub(super) struct Telling<'t> {
    pub read: &'t dyn Fn(Position) -> Position,
    pub offset: &'t dyn Fn(usize) -> Position,
}

/// Adds what the readers and rules have to say about a message or tree.
pub(super) fn judge(
    part: &mut Part,
    input: &[u8],
    root: Root,
    is_xml: bool,
    telling: &Telling<'_>,
) {
    let result = match (root, is_xml) {
        (Root::Message, true) => found(Message::from_xml(input), |message| {
            rules::check(message, telling.offset)
        }),
        (Root::Message, false) => found(Message::from_wbxml(input), |message| {
            rules::check(message, telling.offset)
        }),
        (Root::Tree, true) => found(MgmtTree::from_xml(input), |tree| {
            rules::check_tree(tree, telling.offset)
        }),
        (Root::Tree, false) => found(MgmtTree::from_wbxml(input), |tree| {
            rules::check_tree(tree, telling.offset)
        }),
    };
    match result {
        Ok((mut read, checked)) => {
            for finding in &mut read {
                finding.at = (telling.read)(finding.at);
            }
            read.extend(checked);
            part.findings = read;
        }
        Err(error) => {
            part.fault.get_or_insert_with(|| Fault {
                rule: error.rule(),
                at: (telling.read)(error.at()),
                message: error.sentence(),
            });
        }
    }
}

fn found<D>(
    parsed: Result<Parsed<D>, Error>,
    check: impl Fn(&D) -> Vec<Finding>,
) -> Result<(Vec<Finding>, Vec<Finding>), Error> {
    let parsed = parsed?;
    let checked = check(&parsed.document);
    Ok((parsed.findings, checked))
}
