//! Nodes as the device's description takes them: formats converted, what has no place left out.

use super::NOBODY;
use crate::client::tree::ddf::Place;
use crate::client::tree::{self, Draft, Fitted, Item, NodePath, TStamp, TreeStore, checked_acl};
use crate::document::dm::acl::{Acl, Servers};
use crate::document::dm::uri::{absolute, is_node_name};
use crate::document::dm::{Content, Format, Node, NodeType, Text};
use crate::document::received::{rules, text};
use crate::finding::{Finding, Rule, has_room};
use crate::secret::Secret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// More than this about one document helps nobody.
const MAX_FINDINGS: usize = 256;

/// So many characters of a name or reason are shown.
const MAX_SHOWN: usize = 300;

/// Makes nodes of a document fit.
pub(super) struct Fitter<'f, 't, S> {
    pub draft: &'f Draft<'t, S>,
    /// Where the objects of the document went; `None` for those that were left out.
    pub places: &'f BTreeMap<String, Option<NodePath>>,
    /// Whether nodes without an ACL are nobody's: those of a provisioning document.
    pub nobody: bool,
    /// Servers that get no rights, since they have no account.
    pub lost: &'f BTreeSet<String>,
    pub findings: &'f mut Vec<Finding>,
    /// When the nodes come.
    pub now: &'f TStamp,
}

/// Reports something about a node.
pub(super) fn report(
    findings: &mut Vec<Finding>,
    rule: &'static Rule,
    found: String,
    expected: &str,
    remedy: &str,
) {
    if has_room(findings, MAX_FINDINGS, rule) {
        // Names of strangers may be as long as they like
        let found = match found.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => format!("{}…", &found[..end]),
            None => found,
        };
        findings.push(Finding::unplaced(rule, found, expected, remedy));
    }
}

/// Reports what is left out while the rest is applied.
pub(super) fn left_out(
    findings: &mut Vec<Finding>,
    rule: &'static Rule,
    found: String,
    expected: &str,
) {
    let remedy = "it is left out; the rest is applied";
    report(findings, rule, found, expected, remedy);
}

impl<S: TreeStore> Fitter<'_, '_, S> {
    /// A node as it can be added at a place, and behind it what can be added below it; nothing when
    /// the node cannot.
    pub fn fit(&mut self, path: NodePath, node: &Node<'static>) -> Vec<Fitted> {
        let mut fitted = Vec::new();
        let place = self.draft.ddf().place(&path);
        self.fit_in(place, path, node, &mut fitted);
        fitted
    }

    // Recursion is bounded: the readers limit the depth
    fn fit_in(
        &mut self,
        place: Option<Place<'_>>,
        path: NodePath,
        node: &Node<'static>,
        fitted: &mut Vec<Fitted>,
    ) {
        let top = fitted.is_empty();
        let Some(place) = place.filter(|place| place.access().add && !place.is_permanent()) else {
            let expected = "a node that the device's description lets be added";
            return self.left_out(format!("{path}"), expected);
        };
        let interior = !node.nodes.is_empty() || is_interior(node);
        let wanted = place.described().map(|described| described.format);
        if wanted.is_some_and(|wanted| (wanted == Format::Node) != interior) {
            let expected = match interior {
                true => "a value in this place",
                false => "an interior node in this place",
            };
            return self.left_out(format!("{path}"), expected);
        }
        let item = match (interior, &node.properties.kind) {
            // The description's first identifier stands for those that it does not have
            (true, Some(NodeType::DdfName(name)))
                if place.described().is_none()
                    || place.types().iter().any(|own| own == name.as_str()) =>
            {
                Item::interior(name.as_str())
            }
            (true, _) => Item::interior(""),
            (false, _) => match self.value(&path, node, wanted) {
                Some((format, value)) => Item::leaf(format, value),
                None => return,
            },
        };
        let item = match place.takes(item) {
            Ok(item) => item,
            Err(reason) => {
                let expected = "a value that the node takes";
                return self.left_out(format!("{path}: {reason}"), expected);
            }
        };
        let kept = tree::Node {
            acl: self.acl(&path, node, top && self.nobody),
            title: text_of(node.properties.title.as_ref()).to_owned(),
            ..tree::Node::new(item, self.now)
        };
        let at = fitted.len();
        fitted.push(Fitted { path, node: kept });
        let mut names = BTreeSet::new();
        for child in &node.nodes {
            let name = text_of(child.name.as_ref());
            let path = &fitted[at].path;
            if !is_node_name(name) || names.contains(name) {
                self.left_out(format!("{path}/{name}"), "one node of a name, and a name");
                continue;
            }
            let (path, before) = (path.child(name), fitted.len());
            self.fit_in(place.below(name), path, child, fitted);
            if fitted.len() > before {
                names.insert(name);
            }
        }
    }

    fn left_out(&mut self, found: String, expected: &str) {
        left_out(self.findings, &rules::NODE, found, expected);
    }

    fn acl(&mut self, path: &NodePath, node: &Node<'static>, nobody: bool) -> String {
        let given = text_of(node.properties.acl.as_ref());
        if given.is_empty() && !nobody {
            return String::new();
        }
        // Nobody rather than anybody
        let nobody = format!("Get={NOBODY}");
        if given.is_empty() {
            return nobody;
        }
        let acl = match checked_acl(given) {
            Ok(acl) if self.lost.is_empty() => acl,
            Ok(acl) => without(&acl, self.lost),
            Err(reason) => {
                report(
                    self.findings,
                    &rules::ACL,
                    format!("the ACL of {path}: {reason}"),
                    "an ACL",
                    "it is left out, and no server has rights there; correct it",
                );
                return nobody;
            }
        };
        if acl.is_empty() { nobody } else { acl }
    }

    /// The value of a leaf in the format that the description has.
    fn value(
        &mut self,
        path: &NodePath,
        node: &Node<'static>,
        wanted: Option<Format>,
    ) -> Option<(Format, Secret)> {
        if matches!(path.name(), "ConRef" | "PrefConRef") {
            let uri = self.reference(path, node)?;
            return Some((Format::Chr, uri.into()));
        }
        let given = node.properties.format.unwrap_or(Format::Chr);
        let empty = Content::Text(Text::default());
        let content = node.value.as_ref().unwrap_or(&empty);
        let octets = |content: &Content<'static>| Secret::new(content.octets().into_owned());
        let wanted = match wanted {
            Some(Format::B64) => Format::Bin,
            Some(wanted) => wanted,
            None => given,
        };
        if wanted == given {
            return Some((given, octets(content)));
        }
        let converted = convert(content, wanted);
        let (from, to) = (given.name(), wanted.name());
        match converted {
            Some(content) => {
                // Base64 for octets is how XML writes them
                if (given, wanted) != (Format::B64, Format::Bin) {
                    report(
                        self.findings,
                        &rules::CONVERTED,
                        format!("{path} of format {from}"),
                        to,
                        "it is converted; send it in that format",
                    );
                }
                Some((wanted, octets(&content)))
            }
            None => {
                self.left_out(format!("{path} of format {from}"), to);
                None
            }
        }
    }

    /// A reference to an object of the document names the place where that went; one to an object
    /// that was left out goes.
    fn reference(&mut self, path: &NodePath, node: &Node<'static>) -> Option<String> {
        let value = text(node).unwrap_or_default();
        if value.is_empty() {
            return Some(String::new());
        }
        let expected = match self.places.get(&absolute(value)) {
            Some(Some(place)) => return Some(place.to_string()),
            Some(None) => "a reference to an object that could be applied",
            None if absolute(value).starts_with("./Inbox") => {
                "a reference to an object of the message"
            }
            None => return Some(value.to_owned()),
        };
        self.left_out(format!("{path}"), expected);
        None
    }
}

/// An ACL without some servers.
fn without(acl: &str, lost: &BTreeSet<String>) -> String {
    let mut acl = Acl::parse(acl).unwrap_or_default();
    acl.entries.retain_mut(|(_, servers)| match servers {
        Servers::All => true,
        Servers::Ids(ids) => {
            ids.retain(|id| !lost.contains(*id));
            !ids.is_empty()
        }
    });
    acl.to_string()
}

fn text_of<'n>(text: Option<&'n Text<'_>>) -> &'n str {
    text.map_or("", Text::as_str)
}

pub(super) fn is_interior(node: &Node<'_>) -> bool {
    match node.properties.format {
        Some(format) => format == Format::Node,
        None => node.value.is_none(),
    }
}

/// A value in another format; `None` when it has none there.
fn convert(content: &Content<'static>, to: Format) -> Option<Content<'static>> {
    if to == Format::Bin {
        // Some senders write the nonce as text, Base64 mostly
        let octets = match content {
            Content::Text(text) => match BASE64_STANDARD.decode(text.as_str()) {
                Ok(octets) => octets,
                Err(_) => text.as_str().as_bytes().to_vec(),
            },
            content => content.octets().into_owned(),
        };
        return Some(Content::Octets(Cow::Owned(octets)));
    }
    let octets = content.octets();
    let text = std::str::from_utf8(&octets).ok()?;
    let text = match to {
        Format::Chr | Format::Xml => text.to_owned(),
        Format::Int | Format::Float | Format::Date | Format::Time => text.trim().to_owned(),
        Format::Bool => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => "true".to_owned(),
            "false" | "0" => "false".to_owned(),
            _ => return None,
        },
        Format::Null if text.is_empty() => String::new(),
        Format::Null | Format::Node | Format::Bin | Format::B64 => return None,
    };
    Some(Content::Text(Text::fixed(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_change_their_format() {
        let text = |text: &'static str| Content::Text(Text::fixed(text));
        let octets = |octets: &'static [u8]| Content::Octets(Cow::Borrowed(octets));
        for (from, to, expected) in [
            (text("443"), Format::Chr, Some(text("443"))),
            (text(" 443 "), Format::Int, Some(text("443"))),
            (text("True"), Format::Bool, Some(text("true"))),
            (text("0"), Format::Bool, Some(text("false"))),
            (text("yes"), Format::Bool, None),
            (text("AP8="), Format::Bin, Some(octets(&[0, 0xFF]))),
            (text("nonce"), Format::Bin, Some(octets(b"nonce"))),
            (octets(b"abc"), Format::Chr, Some(text("abc"))),
            (octets(&[0xFF]), Format::Chr, None),
            (text(""), Format::Null, Some(text(""))),
            (text("x"), Format::Null, None),
            (text("x"), Format::Node, None),
        ] {
            assert_eq!(convert(&from, to), expected, "{from:?} {to:?}");
        }
    }
}
