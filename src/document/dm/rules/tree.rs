//! What trees say, whatever they are about.

use super::values::{is_stamp, syntax};
use super::view::text;
use super::{Report, shown};
use crate::document::cp::At;
use crate::document::dm::acl::Acl;
use crate::document::dm::tnds::{Content, Format, MgmtTree, Node, NodeType, RtProperties};
use crate::document::dm::uri::{is_node_name, is_uri};
use crate::finding::Rule;
use std::collections::HashSet;

pub(super) fn check(tree: &MgmtTree<'_>, report: &mut Report<'_>) {
    let version = text(tree.ver_dtd.as_ref());
    if version != "1.2" {
        let found = match &tree.ver_dtd {
            Some(_) => format!("VerDTD {}", shown(version)),
            None => "no VerDTD".into(),
        };
        report.add(&super::TNDS_VER_DTD, tree.at, found, "1.2", "write 1.2");
    }
    if tree.nodes.is_empty() {
        let remedy = "add the nodes that the device is to get";
        report.add(&super::TNDS_EMPTY, tree.at, "no Node", "a Node", remedy);
    }
    siblings(&tree.nodes, report);
    for node in &tree.nodes {
        if let Some(path) = &node.path {
            let path = path.as_str();
            let relative = path.strip_prefix("./").unwrap_or(path);
            if !matches!(path, "" | ".") && !is_uri(relative) {
                let found = format!("the Path {}", shown(path));
                let expected = "names of nodes with / between them";
                let remedy = "write the address of the node above, from the target on";
                report.add(&super::TNDS_PATH, node.at, found, expected, remedy);
            }
        }
        one(node, true, report);
    }
}

/// Names are compared with their Path.
fn siblings(nodes: &[Node<'_>], report: &mut Report<'_>) {
    let mut known = HashSet::new();
    for node in nodes {
        let name = text(node.name.as_ref());
        if !name.is_empty() && !known.insert((text(node.path.as_ref()), name)) {
            let found = format!("a second node {}", shown(name));
            let remedy = "give it another name or remove it";
            report.add(
                &super::TNDS_NAME_REPEATED,
                node.at,
                found,
                "another name",
                remedy,
            );
        }
    }
}

// Recursion is bounded: the readers limit the depth
fn one(node: &Node<'_>, top: bool, report: &mut Report<'_>) {
    let at = node.at;
    let name = text(node.name.as_ref());
    if name.is_empty() {
        if !top {
            let remedy = "name it; only the place of a tree can name its top";
            let found = "a node without NodeName";
            report.add(&super::TNDS_NAME_MISSING, at, found, "a NodeName", remedy);
        }
    } else if !is_node_name(name) {
        let found = format!("the NodeName {}", shown(name));
        let expected = "letters, digits and - _ . ! ~ * ' ( ) : @ & = + $ ,";
        let remedy = "correct it; escape other characters as % and two hexadecimal digits";
        report.add(&super::TNDS_NODE_NAME, at, found, expected, remedy);
    }
    if node.path.is_some() && !top {
        let remedy = "remove it; where the node hangs is clear";
        let found = "a Path below the top";
        report.add(&super::TNDS_PATH_PLACE, at, found, "none", remedy);
    }
    properties(&node.properties, at, report);
    shape(node, report);
    siblings(&node.nodes, report);
    for child in &node.nodes {
        one(child, false, report);
    }
}

/// Whether value, children, Format and Type go together.
fn shape(node: &Node<'_>, report: &mut Report<'_>) {
    let at = node.at;
    let RtProperties { format, kind, .. } = &node.properties;
    let interior = !node.nodes.is_empty();
    if interior && node.value.is_some() {
        let (found, expected) = ("a Value and nodes below it", "one of them");
        let remedy = "remove one; receivers end the node at its Value";
        report.add(&super::TNDS_VALUE_AND_NODES, at, found, expected, remedy);
    }
    match format {
        Some(format) if interior && *format != Format::Node => {
            let found = format!("Format {} with nodes below it", format.name());
            let remedy = "correct the Format";
            report.add(&super::TNDS_LEAF_NODES, at, found, "Format node", remedy);
        }
        None if node.value.is_some() => {
            let (found, expected) = ("a leaf without Format", "its Format, mostly chr");
            let remedy = "add it; a receiver takes the node for an interior one";
            report.add(&super::TNDS_FORMAT_MISSING, at, found, expected, remedy);
        }
        _ => {}
    }
    if let Some(content) = &node.value {
        value(*format, content, at, report);
    }
    let leaf = node.value.is_some() && !interior;
    match kind {
        Some(NodeType::Mime(name)) => {
            if interior || *format == Some(Format::Node) {
                let (found, expected) = ("a MIME type on an interior node", "a DDFName or none");
                let remedy = "remove the Type, or name the management object";
                report.add(&super::TNDS_TYPE_PLACE, at, found, expected, remedy);
            } else if !is_mime(name.as_str()) {
                let found = format!("the MIME type {}", shown(name.as_str()));
                let (expected, remedy) = ("type/subtype", "write it so, text/plain mostly");
                report.add(&super::TNDS_MIME, at, found, expected, remedy);
            }
        }
        Some(NodeType::DdfName(name)) => {
            if leaf {
                let (found, expected) = ("a DDFName on a leaf", "a MIME type");
                let remedy = "write MIME, text/plain mostly";
                report.add(&super::TNDS_TYPE_PLACE, at, found, expected, remedy);
            } else if !is_identifier(name.as_str()) {
                let found = format!("the DDFName {}", shown(name.as_str()));
                let expected = "urn:…, or a reversed domain, a version and a name";
                let remedy = "write the identifier of the management object";
                report.add(&super::TNDS_IDENTIFIER, at, found, expected, remedy);
            }
        }
        None if leaf => {
            let remedy = "add it, text/plain mostly; most receivers do without";
            let found = "a leaf without Type";
            report.add(&super::TNDS_TYPE_MISSING, at, found, "a MIME type", remedy);
        }
        None => {}
    }
}

/// Whether a value is written as its Format asks. No value is quoted: it may be a secret.
pub(super) fn value(
    format: Option<Format>,
    content: &Content<'_>,
    at: At,
    report: &mut Report<'_>,
) {
    let octets = !matches!(content, Content::Text(_));
    let wrong: Option<(&'static Rule, &str, &str)> = match (format, content) {
        (Some(Format::Node), _) => Some((&super::TNDS_NODE_VALUE, "a Value", "none")),
        (Some(Format::Null), content) if !content.octets().is_empty() => {
            Some((&super::TNDS_NODE_VALUE, "a Value of Format null", "none"))
        }
        (Some(Format::Bin | Format::B64), Content::Text(_)) => {
            Some((&super::TNDS_BIN_TEXT, "text", "octets or Base64"))
        }
        (Some(Format::Bin | Format::B64) | None, _) => None,
        (Some(_), _) if octets => Some((&super::TNDS_BIN_TEXT, "octets", "text, or Format bin")),
        (Some(format), Content::Text(text)) => {
            let expected = syntax(format, text.as_str());
            expected.map(|expected| (&super::TNDS_VALUE, "a value of another form", expected))
        }
        _ => None,
    };
    if let Some((rule, found, expected)) = wrong {
        let found = match format {
            Some(format) => format!("{found} in a node of Format {}", format.name()),
            None => found.to_owned(),
        };
        let remedy = "correct the value or the Format";
        report.add(rule, at, found, expected, remedy);
    }
}

fn properties(properties: &RtProperties<'_>, at: At, report: &mut Report<'_>) {
    if let Some(acl) = &properties.acl
        && let Err(error) = Acl::parse(acl.as_str())
    {
        let expected = "commands with & between them, such as Get=srv&Replace=srv";
        let remedy = "correct the list; a command that nobody may give is left out";
        report.add(&super::TNDS_ACL, at, error.to_string(), expected, remedy);
    }
    if let Some(stamp) = &properties.tstamp {
        let stamp = stamp.as_str();
        if !is_stamp(stamp) {
            let found = format!("the TStamp {}", shown(stamp));
            let remedy = "write the time of UTC so, or leave it out";
            report.add(&super::TNDS_TSTAMP, at, found, "YYYYMMDDThhmmssZ", remedy);
        }
    }
    if let Some(number) = &properties.ver_no
        && number.as_str().parse::<u16>().is_err()
    {
        let found = format!("the VerNo {}", shown(number.as_str()));
        let remedy = "write the number of changes, or leave it out";
        report.add(&super::TNDS_VER_NO, at, found, "0 to 65535", remedy);
    }
    if let Some(title) = &properties.title
        && title.as_str().len() > 255
    {
        let found = format!("a Title of {} octets", title.as_str().len());
        report.add(&super::TNDS_TITLE, at, found, "at most 255", "shorten it");
    }
}

/// True for `type/subtype`, perhaps with parameters (RFC 2045 §5.1).
#[must_use]
pub fn is_mime(text: &str) -> bool {
    let text = text.split(';').next().unwrap_or_default().trim_end();
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|octet| octet.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&octet))
    };
    text.split_once('/')
        .is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// A URN (RFC 2141), or `reversed.domain/1.0/Name`; empty for an interior node without one.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    let alphanumeric = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.'))
    };
    if text.is_empty() {
        return true;
    }
    if text
        .get(..4)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:"))
    {
        let rest = text.get(4..).unwrap_or_default();
        let graphic = rest.bytes().all(|octet| octet.is_ascii_graphic());
        return graphic
            && rest
                .split_once(':')
                .is_some_and(|(id, rest)| !id.is_empty() && !rest.is_empty());
    }
    let mut parts = text.split('/');
    let domain = parts
        .next()
        .is_some_and(|part| alphanumeric(part) && part.contains('.'));
    let version = parts.next().is_some_and(|version| {
        let numbers = version.split_once('.');
        numbers.is_some_and(|(major, minor)| {
            major.parse::<u32>().is_ok() && minor.parse::<u32>().is_ok()
        })
    });
    let mut names = parts.peekable();
    domain && version && names.peek().is_some() && names.all(alphanumeric)
}
