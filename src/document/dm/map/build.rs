//! Goes through the rows of a table.

use super::source::Source;
use super::tables::{self, Row, Values};
use super::{ObjectKind, rules, shown};
use crate::document::cp::rules::Report;
use crate::document::cp::{Characteristic, Node as CpNode, Parm, Value, schema};
use crate::document::dm::text::Text;
use crate::document::dm::tnds::{Content, Format, Node, NodeType, RtProperties};
use crate::document::dm::uri::is_node_name;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::net::Ipv6Addr;

/// Which of its siblings something is, and which of the nodes that come of it.
type Instance = (usize, usize);

/// A characteristic and which instances the `#` of its path are.
type Place<'s, 'd> = (Vec<Instance>, &'s Characteristic<'d>);

pub(super) struct Builder<'s, 'd> {
    source: &'s Source<'d>,
    sources: &'s [Source<'d>],
    pub root: Node<'static>,
    /// Numbered nodes: the path of the parent and what the node stands for.
    numbered: Vec<(String, Instance)>,
    /// Parms that have their node.
    placed: Vec<*const Parm<'d>>,
    /// Objects that this one refers to, and by which nodes.
    pub references: Vec<(&'static str, usize)>,
}

impl<'s, 'd> Builder<'s, 'd> {
    pub(super) fn new(source: &'s Source<'d>, sources: &'s [Source<'d>]) -> Self {
        Self {
            source,
            sources,
            root: Node {
                properties: RtProperties {
                    format: Some(Format::Node),
                    ..RtProperties::default()
                },
                ..Node::default()
            },
            numbered: Vec::new(),
            placed: Vec::new(),
            references: Vec::new(),
        }
    }

    /// All nodes that the table asks for.
    pub(super) fn rows(&mut self, report: &mut Report<'_>) {
        let map = match self.source.kind {
            ObjectKind::DmAcc => &tables::DMACC,
            ObjectKind::Nap => &tables::NAP,
            ObjectKind::Proxy => &tables::PROXY,
        };
        let mut missing = "";
        let (mut at, mut places) = ("", self.places(""));
        for row in map.rows {
            let path = row.parm.rsplit_once('/').map_or("", |(path, _)| path);
            // Rows of one characteristic stand together
            if path != at {
                (at, places) = (path, self.places(path));
            }
            if places.is_empty() && row.required && path != missing {
                missing = path;
                let (path, at) = (path.replace('#', ""), self.source.view.at);
                report.add(
                    &rules::REQUIRED,
                    at,
                    format!("no {path} for the node {}", row.node),
                    format!("{path} in {}", self.source.view.kind),
                    "add it; clients need the node",
                );
            }
            for (instances, characteristic) in &places {
                self.row(row, instances, characteristic, report);
            }
        }
    }

    fn row(
        &mut self,
        row: &'static Row,
        place: &[Instance],
        characteristic: &'s Characteristic<'d>,
        report: &mut Report<'_>,
    ) {
        let last = row.parm.rsplit('/').next().unwrap_or(row.parm);
        let (name, each) = match last.strip_suffix('#') {
            Some(name) => (name, true),
            None => (last, false),
        };
        let mut found = false;
        for (index, node) in characteristic.nodes.iter().enumerate() {
            let CpNode::Parm(parm) = node else { continue };
            let (true, Some(value)) = (parm.name == name, &parm.value) else {
                continue;
            };
            if found && !each {
                break;
            }
            found = true;
            let mut instances = place.to_vec();
            instances.extend(each.then_some((index, 0)));
            self.parm(row, parm, value, instances, report);
        }
        match row.default {
            // Where there is a value, it stays
            Some(default) => self.put(row, place, Content::Text(Text::fixed(default))),
            None if row.required && !found => report.add(
                &rules::REQUIRED,
                characteristic.at,
                format!("no {name} for the node {}", row.node),
                format!("{name} in {}", characteristic.kind),
                "add it; clients need the node",
            ),
            _ => {}
        }
    }

    /// The characteristics that a path leads to.
    fn places(&self, path: &str) -> Vec<Place<'s, 'd>> {
        let source = self.source;
        let mut found: Vec<Place<'s, 'd>> = vec![(Vec::new(), &source.view)];
        for (depth, step) in path.split('/').filter(|step| !step.is_empty()).enumerate() {
            let (kind, each) = match step.strip_suffix('#') {
                Some(kind) => (kind, true),
                None => (step, false),
            };
            let mut next = Vec::new();
            for (instances, characteristic) in found {
                for (index, node) in characteristic.nodes.iter().enumerate() {
                    let CpNode::Characteristic(child) = node else {
                        continue;
                    };
                    if child.kind != kind || depth == 0 && source.unused.contains(&index) {
                        continue;
                    }
                    let mut instances = instances.clone();
                    instances.extend(each.then_some((index, 0)));
                    next.push((instances, child));
                    if !each {
                        break;
                    }
                }
            }
            found = next;
        }
        found
    }

    /// The node, or the nodes, for one parm.
    fn parm(
        &mut self,
        row: &'static Row,
        parm: &'s Parm<'d>,
        value: &Value<'d>,
        mut instances: Vec<Instance>,
        report: &mut Report<'_>,
    ) {
        let text = Text::from(value);
        let content = match row.values {
            Values::Ipv4 if value.as_str().parse::<Ipv6Addr>().is_ok() => return,
            Values::Same | Values::Ipv4 => Content::Text(text),
            Values::Table(table) => Content::Text(counterpart(table, value).unwrap_or_else(|| {
                if !value.is_parameter() {
                    report.add(
                        &rules::VALUE,
                        parm.at,
                        format!("{} {}", parm.name, shown(value)),
                        format!("a value that {} has a word for", row.node),
                        "it is written as it is; the client may not know it",
                    );
                }
                text
            })),
            Values::First => {
                let (first, more) = first_type(value);
                if more {
                    report.add(
                        &rules::TYPES,
                        parm.at,
                        format!("{} {}", parm.name, shown(value)),
                        "one type",
                        "the first is taken; the list is kept under Ext",
                    );
                    self.put(row, &instances, Content::Text(first));
                    return;
                }
                Content::Text(first)
            }
            Values::Octets => {
                let is_base64 = BASE64_STANDARD.decode(value.as_str()).is_ok();
                if !is_base64 && !value.is_parameter() {
                    report.add(
                        &rules::NONCE,
                        parm.at,
                        format!("{} that is not Base64", parm.name),
                        "Base64 of the nonce's octets",
                        "its text is kept as the octets; correct the source",
                    );
                }
                Content::Base64(text)
            }
            Values::Reference(kind) => {
                let targets: Vec<usize> = (0..self.sources.len())
                    .filter(|&index| {
                        let target = &self.sources[index];
                        target.kind == kind && target.is_named(value.as_str())
                    })
                    .collect();
                if !targets.is_empty() {
                    self.placed.push(parm);
                } else if row.node.contains('#') && value.as_str() != "INTERNET" {
                    report.add(
                        &rules::REFERENCE,
                        parm.at,
                        format!("{} {}", parm.name, shown(value)),
                        "what names an object of the document: the same text, or the same parameter",
                        "there is no reference; write in both places the same",
                    );
                }
                for (copy, target) in targets.into_iter().enumerate() {
                    if self.references.contains(&(row.node, target)) {
                        continue;
                    }
                    if let Some(instance) = instances.last_mut() {
                        instance.1 = copy;
                    }
                    self.references.push((row.node, target));
                    let uri = self.sources[target].uri.clone();
                    self.put(row, &instances, Content::Text(Text::fixed(uri)));
                }
                return;
            }
        };
        self.placed.push(parm);
        self.put(row, &instances, content);
    }

    /// Puts a leaf where the row says, unless there is one already.
    fn put(&mut self, row: &'static Row, instances: &[Instance], content: Content<'static>) {
        let mut instances = instances.iter();
        let mut names: Vec<Cow<'static, str>> = Vec::with_capacity(6);
        for step in row.node.split('/') {
            names.push(match step {
                "#" => {
                    let instance = instances.next().copied().unwrap_or_default();
                    self.number(&names.join("/"), instance).to_string().into()
                }
                step => step.into(),
            });
        }
        put(&mut self.root, names, row.format, content);
    }

    /// The number of the node that stands for an instance, from 1.
    fn number(&mut self, parent: &str, instance: Instance) -> usize {
        let mut siblings = self.numbered.iter().filter(|(of, _)| of == parent);
        let known = siblings.position(|(_, known)| *known == instance);
        let count = self.numbered.iter().filter(|(of, _)| of == parent).count();
        match known {
            Some(index) => index + 1,
            None => {
                self.numbered.push((parent.to_owned(), instance));
                count + 1
            }
        }
    }

    /// Keeps under Ext what has no node.
    pub(super) fn ext(&mut self, report: &mut Report<'_>) {
        let source = self.source;
        let mut kept = Vec::new();
        let mut stack = vec![(vec![Cow::from("Ext")], &source.view)];
        while let Some((path, characteristic)) = stack.pop() {
            let own: HashSet<&str> = characteristic.parms().map(|parm| &*parm.name).collect();
            let mut names: HashMap<&str, usize> = HashMap::new();
            let mut kinds: HashMap<&str, usize> = HashMap::new();
            let mut children = Vec::new();
            for node in &characteristic.nodes {
                match node {
                    CpNode::Characteristic(child) => {
                        let number = next(&mut kinds, &child.kind);
                        let steps = [child.kind.to_string().into(), number.to_string().into()];
                        children.push(([&path[..], &steps].concat(), child));
                    }
                    CpNode::Parm(parm) if self.has_node(parm) => {}
                    CpNode::Parm(parm) => {
                        let name = loop {
                            let name = match next(&mut names, &parm.name) {
                                1 => break parm.name.to_string(),
                                number => format!("{}-{number}", parm.name),
                            };
                            if !own.contains(&*name) {
                                break name;
                            }
                        };
                        let names = [&path[..], &[name.into()]].concat();
                        let shown = names[1..].join("/");
                        if !names.iter().all(|name| is_node_name(name)) {
                            report.add(
                                &rules::LOST,
                                parm.at,
                                format!(
                                    "the parm {:?}",
                                    shown.chars().take(60).collect::<String>()
                                ),
                                "names of letters, digits and - _ . ! ~ * ' ( ) : @ & = + $ ,",
                                "it is left out; give it a name that a node can have",
                            );
                            continue;
                        }
                        kept.push(shown);
                        let (format, text) = match &parm.value {
                            Some(value) => (Format::Chr, Text::from(value)),
                            // Being there means yes
                            None => (Format::Bool, Text::fixed("true")),
                        };
                        put(&mut self.root, names, format, Content::Text(text));
                    }
                }
            }
            stack.extend(children.into_iter().rev());
        }
        if !kept.is_empty() {
            report.add(
                &rules::KEPT,
                source.view.at,
                format!("{} in {}", kept.join(", "), source.view.kind),
                "parms that have a node of their own",
                "kept under Ext; a client may ignore what is there",
            );
        }
    }

    fn has_node(&self, parm: &Parm<'d>) -> bool {
        self.placed.iter().any(|placed| std::ptr::eq(*placed, parm))
    }
}

/// The next number of what is called so, from 1.
fn next<'n>(numbers: &mut HashMap<&'n str, usize>, name: &'n str) -> usize {
    let number = numbers.entry(name).or_default();
    *number += 1;
    *number
}

/// The right-hand side for a value in one of its spellings.
fn counterpart(table: &'static [(&str, &str)], value: &Value<'_>) -> Option<Text<'static>> {
    if value.is_parameter() {
        return None;
    }
    fn fold(text: &str) -> impl Iterator<Item = u8> {
        let octets = text.trim().bytes();
        octets.map(|octet| match octet {
            b' ' | b'_' | b'/' => b'-',
            octet => octet.to_ascii_uppercase(),
        })
    }
    let mut entries = table.iter();
    let entry = entries.find(|(from, _)| fold(from).eq(fold(value.as_str())))?;
    Some(Text::fixed(entry.1))
}

/// The first of a list of types, and whether there are more.
fn first_type(value: &Value<'_>) -> (Text<'static>, bool) {
    if value.is_parameter() {
        return (Text::from(value), false);
    }
    let mut types = value.as_str().split(',').map(str::trim);
    let first = types.next().unwrap_or_default();
    let spelt = schema::AAUTHTYPES.respell(first);
    let first = spelt.unwrap_or_else(|| first.to_owned());
    (Text::fixed(first), types.next().is_some())
}

/// Puts a leaf under `node`, making the interior nodes on its way. What is there already stays.
fn put(
    mut node: &mut Node<'static>,
    mut names: Vec<Cow<'static, str>>,
    format: Format,
    content: Content<'static>,
) {
    let Some(leaf) = names.pop() else { return };
    for name in names {
        let known = node.nodes.iter().position(|child| is_called(child, &name));
        let index = known.unwrap_or_else(|| {
            node.nodes.push(Node {
                name: Some(Text::fixed(name)),
                ..Node::default()
            });
            node.nodes.len() - 1
        });
        node = &mut node.nodes[index];
    }
    if node.nodes.iter().any(|child| is_called(child, &leaf)) {
        return;
    }
    let mime = match format {
        Format::Bin => "application/octet-stream",
        _ => "text/plain",
    };
    node.nodes.push(Node {
        name: Some(Text::fixed(leaf)),
        properties: RtProperties {
            format: Some(format),
            kind: Some(NodeType::Mime(Text::fixed(mime))),
            ..RtProperties::default()
        },
        value: Some(content),
        ..Node::default()
    });
}

fn is_called(node: &Node<'_>, name: &str) -> bool {
    node.name
        .as_ref()
        .is_some_and(|known| known.as_str() == name)
}
