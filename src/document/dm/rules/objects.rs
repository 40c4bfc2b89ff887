//! Management objects: which nodes they have, as tables, and what is wrong with those of a
//! message.

use super::view::View;
use super::{Report, shown};
use crate::document::cp::schema::LEVEL_NAMES;
use crate::document::cp::url;
use crate::document::dm::acl::is_server_id;
use crate::document::dm::tnds::{Content, Format};
use crate::finding::Position;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::collections::HashSet;
use zeroize::Zeroizing;

/// The kinds of objects that have a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// An account at a DM server.
    DmAcc,
    /// A network access point.
    Nap,
    /// A proxy.
    Proxy,
}

/// How often a node occurs in its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurrence {
    /// Once.
    One,
    /// Once or not at all.
    ZeroOrOne,
    /// At least once, under names of the sender's choice.
    OneOrMore,
}

/// What a node may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Nodes of the table below it.
    Nodes,
    /// Nodes of any kind below it.
    Open,
    /// Any value.
    Any,
    /// One of these.
    Of(&'static [&'static str]),
    /// One of the types of authentication.
    AuthType,
    /// A port number, 1 to 65535.
    Port,
    /// The address of a node, or nothing.
    Reference,
}

/// A node of an object.
#[derive(Debug, PartialEq, Eq)]
pub struct NodeDef {
    /// Path from the object's root; `#` is a name of the sender's choice.
    pub path: &'static str,
    /// How often.
    pub occurrence: Occurrence,
    /// Formats; the first is the standard's, the others are seen and read.
    pub formats: &'static [Format],
    /// What it may hold.
    pub values: Values,
}

const CHR: &[Format] = &[Format::Chr];
const NODE: &[Format] = &[Format::Node];

const fn leaf(path: &'static str, occurrence: Occurrence, values: Values) -> NodeDef {
    NodeDef {
        path,
        occurrence,
        formats: CHR,
        values,
    }
}

const fn interior(path: &'static str, occurrence: Occurrence) -> NodeDef {
    NodeDef {
        path,
        occurrence,
        formats: NODE,
        values: Values::Nodes,
    }
}

impl NodeDef {
    const fn formats(self, formats: &'static [Format]) -> Self {
        Self { formats, ..self }
    }

    const fn open(self) -> Self {
        let values = Values::Open;
        Self { values, ..self }
    }
}

use Occurrence::{One, OneOrMore, ZeroOrOne};
use Values::{Any, Of, Port, Reference};

/// What some write for `w7`.
const LONG_APPID: &str = "org.openmobilealliance/1.0/w7";

/// DMAcc (OMA DM Standardized Objects 1.2; occurrences as in its figure).
pub static DMACC: [NodeDef; 22] = [
    leaf("AppID", One, Of(&["w7", LONG_APPID])),
    leaf("ServerID", One, Any),
    leaf("Name", ZeroOrOne, Any),
    leaf("PrefConRef", ZeroOrOne, Reference),
    interior("ToConRef", ZeroOrOne),
    interior("ToConRef/#", OneOrMore),
    leaf("ToConRef/#/ConRef", One, Reference),
    interior("AppAddr", One),
    interior("AppAddr/#", OneOrMore),
    leaf("AppAddr/#/Addr", One, Any),
    leaf("AppAddr/#/AddrType", One, Of(&["URI", "IPv4", "IPv6"])),
    interior("AppAddr/#/Port", ZeroOrOne),
    interior("AppAddr/#/Port/#", OneOrMore),
    leaf("AppAddr/#/Port/#/PortNbr", One, Port).formats(&[Format::Chr, Format::Int]),
    leaf("AAuthPref", ZeroOrOne, Values::AuthType),
    interior("AppAuth", ZeroOrOne),
    interior("AppAuth/#", OneOrMore),
    leaf(
        "AppAuth/#/AAuthLevel",
        One,
        Of(&["CLCRED", "SRVCRED", "OBEX", "HTTP"]),
    ),
    leaf("AppAuth/#/AAuthType", One, Values::AuthType),
    leaf("AppAuth/#/AAuthName", ZeroOrOne, Any),
    leaf("AppAuth/#/AAuthSecret", ZeroOrOne, Any),
    leaf("AppAuth/#/AAuthData", ZeroOrOne, Any).formats(&[Format::Bin]),
];

/// NAP, as Symbian's connmoadapter has it.
pub static NAP: [NodeDef; 19] = [
    leaf("ID", One, Any),
    leaf("Name", ZeroOrOne, Any),
    leaf("AddrType", ZeroOrOne, Any),
    leaf("Addr", One, Any),
    leaf("BearerType", ZeroOrOne, Any),
    interior("BearerParams", ZeroOrOne).open(),
    interior("AuthInfo", ZeroOrOne),
    leaf("AuthInfo/AuthType", ZeroOrOne, Any),
    leaf("AuthInfo/AuthName", ZeroOrOne, Any),
    leaf("AuthInfo/AuthSecret", ZeroOrOne, Any),
    interior("IP", ZeroOrOne),
    interior("IP/IPv4", ZeroOrOne),
    leaf("IP/IPv4/AutoConfig", ZeroOrOne, Any).formats(&[Format::Chr, Format::Bool]),
    leaf("IP/IPv4/IPAddr", ZeroOrOne, Any),
    leaf("IP/IPv4/NetMask", ZeroOrOne, Any),
    leaf("IP/IPv4/Gateway", ZeroOrOne, Any),
    leaf("IP/IPv4/AutoDNS", ZeroOrOne, Any).formats(&[Format::Bool]),
    interior("IP/IPv4/DNS", ZeroOrOne).open(),
    interior("Ext", ZeroOrOne).open(),
];

/// Proxy, as Symbian's connmoadapter has it.
pub static PROXY: [NodeDef; 14] = [
    leaf("ProxyId", One, Any),
    leaf("Name", ZeroOrOne, Any),
    leaf("Addr", One, Any),
    interior("ToConRef", ZeroOrOne),
    interior("ToConRef/#", OneOrMore),
    leaf("ToConRef/#/ConRef", One, Reference),
    interior("Ports", ZeroOrOne),
    interior("Ports/#", OneOrMore),
    leaf("Ports/#/PortNbr", One, Port).formats(&[Format::Int, Format::Chr]),
    leaf("ProxyType", ZeroOrOne, Any),
    interior("ProxyParams", ZeroOrOne),
    interior("ProxyParams/WAP", ZeroOrOne),
    leaf("ProxyParams/WAP/Startpg", ZeroOrOne, Any),
    interior("Ext", ZeroOrOne).open(),
];

/// `Ext` stands below every object.
static EXT: NodeDef = interior("Ext", ZeroOrOne).open();

/// Identifiers and what they mean. The first of each kind is the one to write.
static IDENTIFIERS: [(&str, ObjectKind); 6] = [
    ("urn:oma:mo:oma-dm-dmacc:1.0", ObjectKind::DmAcc),
    ("urn:oma:mo:oma-connmo-nap:1.0", ObjectKind::Nap),
    ("urn:oma:mo:oma-connmo-proxy:1.0", ObjectKind::Proxy),
    // OMA DM Bootstrap 1.2 example, Funambol, Android
    (LONG_APPID, ObjectKind::DmAcc),
    // Windows 10; OMA DM 2.0
    ("urn:oma:mo:oma-dm-dmacc:1.1", ObjectKind::DmAcc),
    ("urn:oma:mo:oma-dm-dmacc:1.2", ObjectKind::DmAcc),
];

impl ObjectKind {
    /// The kind that an identifier names.
    #[must_use]
    pub fn named(identifier: &str) -> Option<Self> {
        let mut all = IDENTIFIERS.iter();
        all.find(|(known, _)| *known == identifier)
            .map(|(_, kind)| *kind)
    }

    /// The identifier to write.
    #[must_use]
    pub fn identifier(self) -> &'static str {
        let mut all = IDENTIFIERS.iter();
        all.find(|(_, kind)| *kind == self)
            .map_or("", |(known, _)| known)
    }

    /// The nodes of such an object.
    #[must_use]
    pub fn nodes(self) -> &'static [NodeDef] {
        match self {
            Self::DmAcc => &DMACC,
            Self::Nap => &NAP,
            Self::Proxy => &PROXY,
        }
    }

    fn missing(self) -> &'static crate::finding::Rule {
        match self {
            Self::DmAcc => &super::NODE_MISSING,
            Self::Nap | Self::Proxy => &super::OBJECT_NODE_MISSING,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::DmAcc => "DMAcc",
            Self::Nap => "NAP",
            Self::Proxy => "Proxy",
        }
    }
}

/// An object of a message.
#[derive(Debug)]
pub(in crate::document) struct Object<'v, 'm> {
    pub kind: ObjectKind,
    pub node: &'v View<'m>,
    /// The ACL that holds for it.
    pub acl: Option<&'m str>,
}

impl<'m> Object<'_, 'm> {
    /// The texts of the leaves that a node has below each of its children.
    pub fn each_text(&self, parent: &str, leaf: &str) -> impl Iterator<Item = &'m str> {
        let parents = self.node.find(parent).into_iter();
        parents
            .flat_map(|node| &node.nodes)
            .filter_map(move |child| child.find(leaf)?.text())
    }
}

/// The objects, for those who judge them by other rules.
pub(in crate::document) fn all<'v, 'm>(nodes: &'v [View<'m>]) -> Vec<Object<'v, 'm>> {
    let nowhere = |_| Position::Unknown;
    let mut report = Report::new(&nowhere, 0);
    let mut objects = Vec::new();
    for node in nodes {
        find(node, None, &mut objects, &mut false, &mut report);
    }
    objects
}

/// Finds the objects, and checks them against their tables.
pub(super) fn check<'v, 'm>(nodes: &'v [View<'m>], report: &mut Report<'_>) -> Vec<Object<'v, 'm>> {
    let mut objects = Vec::new();
    for node in nodes {
        let before = objects.len();
        let mut named = false;
        find(node, None, &mut objects, &mut named, report);
        let uri = node.uri.as_deref().unwrap_or_default();
        let in_inbox = node.in_tree && uri.starts_with("./Inbox/");
        if in_inbox && objects.len() == before && !named {
            let found = format!("{} without a DDFName", shown(node.name));
            let remedy = "add a Type with the identifier of the object";
            let expected = "what kind of object it is";
            report.add(&super::OBJECT_UNNAMED, node.at, found, expected, remedy);
        }
    }
    for object in &objects {
        let defs = object.kind.nodes();
        level(object, object.node, "", defs, report);
        if object.kind == ObjectKind::DmAcc {
            account(object, report);
        }
    }
    objects
}

// Recursion is bounded: the readers limit the depth
fn find<'v, 'm>(
    node: &'v View<'m>,
    above: Option<&'m str>,
    objects: &mut Vec<Object<'v, 'm>>,
    named: &mut bool,
    report: &mut Report<'_>,
) {
    let acl = node.acl.or(above);
    let identifier = node.identifier.unwrap_or_default();
    *named |= !identifier.is_empty();
    let uri = node.uri.as_deref().unwrap_or_default();
    let placed = uri
        .strip_prefix("./DMAcc/")
        .is_some_and(|name| !name.contains('/'));
    let kind = ObjectKind::named(identifier);
    let kind = kind.or((placed && node.is_interior()).then_some(ObjectKind::DmAcc));
    if let Some(kind) = kind {
        let expected = kind.identifier();
        if identifier != expected && !(placed && identifier.is_empty()) {
            let found = format!("the identifier {}", shown(identifier));
            let remedy = "write that for the widest reach";
            report.add(&super::OBJECT_IDENTIFIER, node.at, found, expected, remedy);
        }
        if node.in_tree && node.name.is_empty() && matches!(uri, "." | "./Inbox" | "./DMAcc") {
            let found = format!("a {} without NodeName in {uri}", kind.words());
            let remedy = format!("name it; without a name it is {uri} itself");
            report.add(
                &super::TNDS_NAME_MISSING,
                node.at,
                found,
                "a NodeName",
                remedy,
            );
        }
        objects.push(Object { kind, node, acl });
        return;
    }
    for child in &node.nodes {
        find(child, acl, objects, named, report);
    }
}

/// Checks the children of a node of an object, and those below. `path` is that of the node in the
/// table.
// Recursion is bounded: the table is five deep
fn level(
    object: &Object<'_, '_>,
    node: &View<'_>,
    path: &str,
    defs: &'static [NodeDef],
    report: &mut Report<'_>,
) {
    let below = |def: &&NodeDef| match (path, def.path.rsplit_once('/')) {
        ("", None) => true,
        (path, Some((parent, _))) => parent == path,
        _ => false,
    };
    let own = |def: &NodeDef| def.path.rsplit('/').next().unwrap_or_default();
    let children: Vec<&NodeDef> = defs.iter().filter(below).collect();
    for def in &children {
        let name = own(def);
        let there = match name {
            "#" => !node.nodes.is_empty(),
            name => node.nodes.iter().any(|child| {
                // Another case is a finding of its own
                child.name.eq_ignore_ascii_case(name)
            }),
        };
        if !there && def.occurrence != ZeroOrOne {
            let (kind, place) = (object.kind.words(), def.path.replace('#', "<X>"));
            let found = format!("a {kind} without {place}");
            let remedy = "add the node";
            report.add(object.kind.missing(), node.at, found, place, remedy);
        }
    }
    for child in &node.nodes {
        let named = children.iter().find(|def| own(def) == child.name);
        let any = children.iter().find(|def| own(def) == "#");
        let def = match named.or(any) {
            Some(def) => def,
            None if path.is_empty() && child.name == "Ext" => &&EXT,
            None => {
                let similar = children
                    .iter()
                    .find(|def| own(def).eq_ignore_ascii_case(child.name));
                let kind = object.kind.words();
                let found = format!("the node {} in a {kind}", shown(child.name));
                if let Some(def) = similar {
                    let remedy = "spell it like that; receivers look for the exact name";
                    report.add(&super::NODE_CASE, child.at, found, own(def), remedy);
                } else {
                    let remedy = "check the spelling, or put it under Ext";
                    let expected = "a node of the standard";
                    report.add(&super::NODE_UNKNOWN, child.at, found, expected, remedy);
                }
                continue;
            }
        };
        one(object, child, def, defs, report);
    }
}

fn one(
    object: &Object<'_, '_>,
    node: &View<'_>,
    def: &NodeDef,
    defs: &'static [NodeDef],
    report: &mut Report<'_>,
) {
    if def.path.ends_with("Port/#") && node.name == "PortNbr" && node.value.is_some() {
        let (found, expected) = ("PortNbr directly below Port", "Port/<X>/PortNbr");
        let remedy = "put a node with a name such as 1 between them";
        report.add(&super::PORT_SHAPE, node.at, found, expected, remedy);
        port(node, report);
        return;
    }
    // One that is absent was found already, if it matters
    if let Some(format) = node.format {
        self::format(node, format, def, report);
    }
    match def.values {
        Values::Nodes => level(object, node, def.path, defs, report),
        Values::Open | Any | Reference => {}
        Port => port(node, report),
        Of(values) => listed(node, values, report),
        Values::AuthType => listed(node, &AUTH_TYPES, report),
    }
}

fn format(node: &View<'_>, format: Format, def: &NodeDef, report: &mut Report<'_>) {
    let is = |known: &Format| *known == format || format == Format::B64 && *known == Format::Bin;
    let place = def.formats.iter().position(is);
    if place == Some(0) {
        return;
    }
    let found = format!("{} of Format {}", shown(node.name), format.name());
    let expected = def.formats.first().map_or("", |format| format.name());
    match node.value {
        _ if place.is_some() => {
            let remedy = "most receivers read it; write the standard's Format for the widest reach";
            report.add(&super::NODE_FORMAT_SEEN, node.at, found, expected, remedy);
        }
        Some(Content::Text(text)) if def.path.ends_with("/AAuthData") => {
            let found = match is_base64(text.as_str()) {
                true => format!("Base64 text in {found}"),
                false => found,
            };
            let expected = "octets of Format bin, in XML as Base64 of Format b64";
            let remedy = "write them so; devices that take the text for the nonce compute another \
                          digest than the server";
            report.add(&super::NODE_FORMAT, node.at, found, expected, remedy);
        }
        _ => {
            let remedy = "write the standard's Format; some receivers compare it";
            report.add(&super::NODE_FORMAT, node.at, found, expected, remedy);
        }
    }
}

fn is_base64(text: &str) -> bool {
    let octets = BASE64_STANDARD.decode(text).map(Zeroizing::new);
    octets.is_ok_and(|octets| !octets.is_empty())
}

/// The types of authentication of DMAcc; those of mail servers have no place there.
static AUTH_TYPES: [&str; 10] = [
    "HTTP-BASIC",
    "HTTP-DIGEST",
    "BASIC",
    "DIGEST",
    "HMAC",
    "X509",
    "SECURID",
    "SAFEWORD",
    "DIGIPASS",
    "TRANSPORT",
];

fn listed(node: &View<'_>, values: &[&str], report: &mut Report<'_>) {
    if let Some(text) = node.text()
        && !values.contains(&text)
    {
        let found = format!("{} in {}", shown(text), shown(node.name));
        let expected = values.join(", ");
        let mut levels = LEVEL_NAMES.iter().filter(|_| node.name == "AAuthLevel");
        let level = levels.find(|(cp, _)| cp.eq_ignore_ascii_case(text));
        let remedy = match level {
            Some((cp, dm)) => format!("write {dm}; {cp} is its name in provisioning documents"),
            None => "write one of them as it is spelt".to_owned(),
        };
        report.add(&super::NODE_VALUE, node.at, found, expected, remedy);
    }
}

fn port(node: &View<'_>, report: &mut Report<'_>) {
    if let Some(text) = node.text()
        && !text.parse::<u16>().is_ok_and(|port| port > 0)
    {
        let found = format!("{} in {}", shown(text), shown(node.name));
        let remedy = "write the number of the port";
        report.add(&super::NODE_VALUE, node.at, found, "1 to 65535", remedy);
    }
}

/// What the nodes of an account say together.
fn account(object: &Object<'_, '_>, report: &mut Report<'_>) {
    let node = object.node;
    if let Some(id) = node.find("AppID")
        && let Some(text) = id.text()
        && text == LONG_APPID
    {
        let found = format!("the AppID {}", shown(text));
        let remedy = "write that for the widest reach";
        report.add(&super::OBJECT_IDENTIFIER, id.at, found, "w7", remedy);
    }
    if let Some(id) = node.find("ServerID")
        && let Some(text) = id.text()
        && !is_server_id(text)
    {
        let found = format!("the ServerID {}", shown(text));
        let expected =
            "printable characters but = & * + and white space, and no local/ before them";
        let remedy = "give the server an identifier that an ACL can name";
        report.add(&super::SERVER_ID, id.at, found, expected, remedy);
    }
    let credentials = node.find("AppAuth").map_or(&[][..], |node| &node.nodes);
    let mut levels = HashSet::new();
    for one in credentials {
        let text = |name| one.find(name).and_then(View::text);
        let Some(level) = text("AAuthLevel") else {
            continue;
        };
        if !levels.insert(level) {
            let found = format!("a second AppAuth of AAuthLevel {}", shown(level));
            let remedy = "remove one; which one counts is not said anywhere";
            report.add(&super::AUTH_LEVEL_REPEATED, one.at, found, "one", remedy);
        }
        let Some(kind) = text("AAuthType").filter(|kind| AUTH_TYPES.contains(kind)) else {
            continue;
        };
        let of_http = ["HTTP-BASIC", "HTTP-DIGEST", "TRANSPORT"];
        let (fits, expected) = match level {
            "HTTP" | "OBEX" => (
                of_http.contains(&kind),
                "HTTP-BASIC, HTTP-DIGEST or TRANSPORT",
            ),
            "CLCRED" | "SRVCRED" => (
                !kind.starts_with("HTTP-"),
                "a type of DM: BASIC, DIGEST or HMAC mostly",
            ),
            _ => (true, ""),
        };
        if !fits {
            let found = format!("AAuthType {kind} beside AAuthLevel {level}");
            let remedy = "correct one of them";
            report.add(&super::AUTH_PAIR, one.at, found, expected, remedy);
        }
    }
    for address in node.find("AppAddr").map_or(&[][..], |node| &node.nodes) {
        let url = address
            .find("Addr")
            .and_then(View::text)
            .unwrap_or_default();
        let Some(in_url) = url::port(url) else {
            continue;
        };
        let ports = address.find("Port").map_or(&[][..], |node| &node.nodes);
        for port in ports {
            let number = port.find("PortNbr").unwrap_or(port);
            if let Some(text) = number.text()
                && text.parse::<u16>().ok() != in_url.parse().ok()
            {
                let found = format!("PortNbr {} beside port {in_url} in Addr", shown(text));
                let remedy = "write the same number; receivers go by the URL";
                report.add(&super::PORT_CONTRADICTION, number.at, found, in_url, remedy);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::cp;

    #[test]
    fn tables_name_parents_before_children() {
        for kind in [ObjectKind::DmAcc, ObjectKind::Nap, ObjectKind::Proxy] {
            let defs = kind.nodes();
            for (index, def) in defs.iter().enumerate() {
                if let Some((parent, _)) = def.path.rsplit_once('/') {
                    let known = &defs[..index];
                    let parent = known.iter().find(|other| other.path == parent);
                    assert_eq!(
                        parent.map(|parent| parent.formats),
                        Some(NODE),
                        "{}",
                        def.path
                    );
                }
                let many = def.path.ends_with('#');
                assert_eq!(many, def.occurrence == OneOrMore, "{}", def.path);
            }
            assert_eq!(ObjectKind::named(kind.identifier()), Some(kind));
        }
    }

    #[test]
    fn types_of_authentication_are_those_of_provisioning() {
        for name in AUTH_TYPES {
            assert!(cp::schema::AAUTHTYPES.contains(name), "{name}");
        }
    }
}
