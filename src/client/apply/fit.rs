//! Nodes as the device's description takes them: formats converted, what has no place left out.

use super::NOBODY;
use crate::client::tree::ddf::Place;
use crate::client::tree::{Draft, Item, MAX_PROPERTY, NodePath, TreeStore};
use crate::document::dm::acl::Acl;
use crate::document::dm::uri::{absolute, is_node_name};
use crate::document::dm::{Content, Format, Node, NodeType, RtProperties, Text};
use crate::document::received::{rules, text};
use crate::finding::{Finding, Rule, has_room};
use crate::secret::Secret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::borrow::Cow;
use std::collections::BTreeMap;

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
    pub findings: &'f mut Vec<Finding>,
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
    /// The node as it can be added at a place, with what is below it; `None` when it cannot.
    pub fn fit(&mut self, path: &NodePath, node: &Node<'static>) -> Option<Node<'static>> {
        let place = self.draft.ddf().place(path);
        self.fit_in(place, path, node)
    }

    // Recursion is bounded: the readers limit the depth
    fn fit_in(
        &mut self,
        place: Option<Place<'_>>,
        path: &NodePath,
        node: &Node<'static>,
    ) -> Option<Node<'static>> {
        let top = self.nobody;
        self.nobody = false;
        let Some(place) = place.filter(|place| place.access().add && !place.is_permanent()) else {
            let expected = "a node that the device's description lets be added";
            self.left_out(format!("{path}"), expected);
            return None;
        };
        let interior = !node.nodes.is_empty() || is_interior(node);
        let wanted = place.described().map(|described| described.format);
        let mut fitted = Node::default();
        if wanted.is_some_and(|wanted| (wanted == Format::Node) != interior) {
            let expected = match interior {
                true => "a value in this place",
                false => "an interior node in this place",
            };
            self.left_out(format!("{path}"), expected);
            return None;
        }
        if interior {
            fitted.properties.format = Some(Format::Node);
            // The description's identifier stands for those that mean the same
            let given = match &node.properties.kind {
                Some(NodeType::DdfName(name)) => name.as_str(),
                _ => "",
            };
            if place.described().is_none() && !given.is_empty() {
                fitted.properties.kind = Some(NodeType::DdfName(Text::fixed(given.to_owned())));
            }
            for child in &node.nodes {
                let name = child.name.as_ref().map_or("", |name| name.as_str());
                if !is_node_name(name) || fitted.child(name).is_some() {
                    self.left_out(format!("{path}/{name}"), "one node of a name, and a name");
                    continue;
                }
                let fit = self.fit_in(place.below(name), &path.child(name), child);
                fitted.nodes.extend(fit);
            }
        } else {
            let (format, content) = self.value(path, node, wanted)?;
            fitted.properties = RtProperties {
                format: Some(format),
                ..RtProperties::default()
            };
            fitted.value = Some(content);
        }
        let item = Item {
            format: fitted.properties.format.unwrap_or(Format::Node),
            kind: match &fitted.properties.kind {
                Some(NodeType::DdfName(name) | NodeType::Mime(name)) => name.as_str().to_owned(),
                None => String::new(),
            },
            value: match &fitted.value {
                Some(content) => Secret::new(content.octets().into_owned()),
                None => Secret::new(Vec::new()),
            },
        };
        if let Err(reason) = place.takes(item) {
            self.left_out(format!("{path}: {reason}"), "a value that the node takes");
            return None;
        }
        fitted.name = Some(Text::fixed(path.name().to_owned()));
        fitted.properties.acl = self.acl(path, node, top);
        fitted.properties.title = node.properties.title.clone();
        Some(fitted)
    }

    fn left_out(&mut self, found: String, expected: &str) {
        left_out(self.findings, &rules::NODE, found, expected);
    }

    fn acl(&mut self, path: &NodePath, node: &Node<'static>, top: bool) -> Option<Text<'static>> {
        let given = node.properties.acl.as_ref().map_or("", |acl| acl.as_str());
        if given.is_empty() {
            return top.then(|| Text::fixed(format!("Get={NOBODY}")));
        }
        if Acl::parse(given).is_err() || given.len() > MAX_PROPERTY {
            self.left_out(format!("the ACL of {path}"), "an ACL");
            // Nobody rather than anybody
            return Some(Text::fixed(format!("Get={NOBODY}")));
        }
        Some(Text::fixed(given.to_owned()))
    }

    /// The value of a leaf in the format that the description has.
    fn value(
        &mut self,
        path: &NodePath,
        node: &Node<'static>,
        wanted: Option<Format>,
    ) -> Option<(Format, Content<'static>)> {
        let given = node.properties.format.unwrap_or(Format::Chr);
        let empty = Content::Text(Text::default());
        let content = node.value.clone().unwrap_or(empty);
        if matches!(path.name(), "ConRef" | "PrefConRef") {
            return self.reference(path, node);
        }
        let wanted = match wanted {
            Some(Format::B64) => Format::Bin,
            Some(wanted) => wanted,
            None => return Some((given, content)),
        };
        if wanted == given {
            return Some((given, content));
        }
        let converted = convert(&content, wanted);
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
                Some((wanted, content))
            }
            None => {
                self.left_out(format!("{path} of format {from}"), to);
                None
            }
        }
    }

    /// A reference to an object of the document names the place where that went; one to an object
    /// that was left out goes.
    fn reference(
        &mut self,
        path: &NodePath,
        node: &Node<'static>,
    ) -> Option<(Format, Content<'static>)> {
        let value = text(node).unwrap_or_default();
        let uri = match value {
            "" => String::new(),
            value => match self.places.get(&absolute(value)) {
                Some(Some(place)) => place.to_string(),
                Some(None) => {
                    let expected = "a reference to an object that could be applied";
                    self.left_out(format!("{path}"), expected);
                    return None;
                }
                None if absolute(value).starts_with("./Inbox") => {
                    let expected = "a reference to an object of the message";
                    self.left_out(format!("{path}"), expected);
                    return None;
                }
                None => value.to_owned(),
            },
        };
        Some((Format::Chr, Content::Text(Text::fixed(uri))))
    }
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
