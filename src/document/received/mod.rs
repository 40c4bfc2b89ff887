//! What a client makes of a document that it received: management objects, ready to be judged and
//! put into its tree.
//!
//! Documents of both profiles end in the same form, [`Received`]. A provisioning document goes through
//! a receiver's rules (WAP-185 §5.1) and the [maps](super::dm::map); a DM message through its Adds, in
//! trees or one by one. What is left out is reported, never silent. References between objects still
//! name the addresses of the document.

mod cp;
mod dm;
pub mod rules;
#[cfg(test)]
mod tests;

use super::cp::At;
use super::dm::walk::Root;
use super::dm::{Content, Node, NodeType, Text, is_message};
use super::kind::{Kind, detect};
use crate::finding::Finding;
use std::net::Ipv6Addr;

pub use super::cp::Levels;
pub use super::dm::rules::ObjectKind;

/// A document as its receiver understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The profile of bootstrap that it is of.
    pub profile: BootstrapProfile,
    /// What it brings, in its order, which is that of priority.
    pub objects: Vec<Incoming>,
    /// The configuration context that it makes; a DM message makes none.
    pub context: Option<Context>,
    /// What was left out or deviates.
    pub findings: Vec<Finding>,
}

/// The profiles of bootstrap (OMA DM Bootstrap 1.2 §5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BootstrapProfile {
    /// Client Provisioning.
    Cp,
    /// A DM message.
    Dm,
}

impl BootstrapProfile {
    /// Its short name: `cp`, `dm`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cp => "cp",
            Self::Dm => "dm",
        }
    }
}

/// A management object or a node that a document brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// What it is; `None` for an object without a table.
    pub kind: Option<ObjectKind>,
    /// Its address in the document; references use it.
    pub uri: String,
    /// Its root node.
    pub node: Node<'static>,
    /// Whether it may be given another name: objects may, other nodes stay where they are.
    pub in_inbox: bool,
}

impl Incoming {
    /// The identifier of a management object; empty when it has none.
    #[must_use]
    pub fn identifier(&self) -> &str {
        match &self.node.properties.kind {
            Some(NodeType::DdfName(name)) => name.as_str(),
            _ => "",
        }
    }

    /// True for what is, or could pass for, an account.
    #[must_use]
    pub fn is_account(&self) -> bool {
        self.kind == Some(ObjectKind::DmAcc) || is_account(&self.node)
    }

    /// The server of an account.
    #[must_use]
    pub fn server_id(&self) -> Option<&str> {
        server_id(&self.node)
    }

    /// The addresses of an account, in order of priority, with the ports beside them.
    #[must_use]
    pub fn addresses(&self) -> Vec<Address<'_>> {
        addresses(&self.node)
    }

    /// Calls `visit` with every node of it.
    // Recursion is bounded: the readers limit the depth
    pub fn each<'n>(&'n self, visit: &mut impl FnMut(&'n Node<'static>)) {
        fn below<'n>(node: &'n Node<'static>, visit: &mut impl FnMut(&'n Node<'static>)) {
            visit(node);
            node.nodes.iter().for_each(|node| below(node, visit));
        }
        below(&self.node, visit);
    }
}

/// True for a node that could pass for an account: it names a server or an address of one.
#[must_use]
pub fn is_account(node: &Node<'_>) -> bool {
    node.child("ServerID").is_some() || node.child("AppAddr").is_some()
}

/// The server that a node names.
#[must_use]
pub fn server_id<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    text(node.child("ServerID")?)
}

/// The addresses of servers that a node has, in order of priority.
#[must_use]
pub fn addresses<'n>(node: &'n Node<'_>) -> Vec<Address<'n>> {
    let entries = node.child("AppAddr").map_or(&[][..], |all| &all.nodes);
    entries.iter().filter_map(Address::of).collect()
}

/// An address of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// Addr.
    pub address: &'a str,
    /// AddrType; `URI` when there is none.
    pub kind: &'a str,
    /// The first PortNbr.
    pub port: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// The address that a node below AppAddr holds.
    fn of(entry: &'a Node<'_>) -> Option<Self> {
        let ports = entry.child("Port").map_or(&[][..], |ports| &ports.nodes);
        Some(Self {
            address: entry.child("Addr").and_then(text)?,
            kind: entry.child("AddrType").and_then(text).unwrap_or("URI"),
            port: ports.iter().find_map(|port| text(port.child("PortNbr")?)),
        })
    }

    /// The host, without port, path and user; empty for an address of which clients may make different
    /// hosts, as of a backslash, which some take for a slash.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = match self.address.split_once("://") {
            Some((_, rest)) => rest,
            // Without a scheme it is http (WAP-183 §5.6)
            None if self.kind == "IPv6" => return self.address,
            None => self.address,
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = |octet: u8| octet.is_ascii_graphic() && octet != b'\\';
        let host = super::cp::url::host(rest);
        let known = |octet: u8| octet.is_ascii_alphanumeric() || b"-._:".contains(&octet);
        match authority.bytes().all(plain) && host.bytes().all(known) {
            true => host,
            false => "",
        }
    }

    /// Whether it is reached by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.has_scheme("https")
    }

    fn scheme(&self) -> Option<&'a str> {
        Some(self.address.split_once("://")?.0)
    }

    fn has_scheme(&self, name: &str) -> bool {
        let scheme = self.scheme();
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(name))
    }

    /// Why no client can call it, if that is so (RFC 3986 §3.2).
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let beside = self.port.map(str::trim).filter(|port| !port.is_empty());
        let rest = match self.address.split_once("://") {
            Some((_, rest)) => rest,
            None => self.address,
        };
        let is_bare = self.scheme().is_none() && self.address.parse::<Ipv6Addr>().is_ok();
        let in_url = super::cp::url::after_host(rest).filter(|_| !is_bare);
        let bracketed = super::cp::url::in_brackets(rest);
        if self.scheme().is_some() && !self.has_scheme("http") && !self.is_https() {
            return Some("its scheme is neither https nor http");
        }
        if bracketed.is_some_and(|host| host.parse::<Ipv6Addr>().is_err()) {
            return Some("brackets are for IPv6 addresses");
        }
        if [in_url, beside]
            .into_iter()
            .flatten()
            .any(|port| !super::cp::url::is_port(port))
        {
            return Some("a port is a number from 1 to 65535");
        }
        None
    }
}

/// The text of a leaf.
#[must_use]
pub fn text<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match node.value.as_ref()? {
        Content::Text(text) => Some(text.as_str()),
        Content::Octets(octets) => std::str::from_utf8(octets).ok(),
        Content::Base64(_) => None,
    }
}

/// A configuration context: what one provisioning document makes (WAP-184 §5.1; WAP-183 §5.6.8). The
/// default is that of a document without BOOTSTRAP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// PROVURL, which identifies the context; none makes a new one each time.
    pub provurl: Option<String>,
    /// CONTEXT-ALLOW: how many contexts may be beside a privileged one; 255 for any number.
    pub allow: u8,
    /// Whether it says whom to trust: it has PROVURL or CONTEXT-ALLOW.
    pub privileged: bool,
}

/// Why a document cannot be applied whatever a policy says.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A provisioning document that cannot be read.
    #[error(transparent)]
    Cp(#[from] super::cp::Error),
    /// A DM message that cannot be read.
    #[error(transparent)]
    Dm(#[from] super::dm::Error),
    /// A provisioning document of another major version is ignored whole (WAP-185 §5.3).
    #[error("version {0:?}, of which receivers know nothing; the sender must write 1.0 or 1.1")]
    Version(String),
    /// Neither a provisioning document nor a DM message.
    #[error(
        "this is neither a provisioning document nor a DM message; `dmboot inspect` shows the octets"
    )]
    Unknown,
}

impl ReadError {
    /// The stable id of the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Cp(error) => error.rule(),
            Self::Dm(error) => error.rule(),
            Self::Version(_) => super::cp::rules::VERSION.id,
            Self::Unknown => "inspect-unknown-format",
        }
    }
}

impl Received {
    /// Reads a body in WBXML or XML, of either profile. `levels` says how the receiver understands
    /// AAUTHLEVEL of provisioning documents.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn read(body: &[u8], levels: Levels) -> Result<Self, ReadError> {
        let mut received = match detect(body) {
            Some(Kind::Xml) if Root::of(body) == Some(Root::Message) => dm::read(body, true)?,
            Some(Kind::Xml) => cp::read(body, true, levels)?,
            Some(Kind::Wbxml) if is_message(body) => dm::read(body, false)?,
            Some(Kind::Wbxml) => cp::read(body, false, levels)?,
            Some(Kind::Wsp | Kind::Notification) | None => return Err(ReadError::Unknown),
        };
        received.one_account_each();
        Ok(received)
    }

    /// The accounts.
    pub fn accounts(&self) -> impl Iterator<Item = &Incoming> {
        self.objects.iter().filter(|object| object.is_account())
    }

    /// Of several accounts for one server the first counts. Those of different versions stay: which
    /// of these counts depends on the device.
    fn one_account_each(&mut self) {
        let mut kept: Vec<Incoming> = Vec::new();
        for object in std::mem::take(&mut self.objects) {
            let same = |other: &Incoming| {
                object.kind == Some(ObjectKind::DmAcc)
                    && object.kind == other.kind
                    && object.identifier() == other.identifier()
                    && object.server_id().is_some()
                    && object.server_id() == other.server_id()
            };
            if !kept.iter().any(same) {
                kept.push(object);
                continue;
            }
            self.findings.push(Finding::unplaced(
                &rules::FIRST_WINS,
                format!("a second account of a server, {}", object.uri),
                "one account for a server",
                "it is left out; send one",
            ));
        }
        self.objects = kept;
    }
}

/// A leaf or interior node of a name, for tests and the readers here.
fn named(name: &str, node: Node<'static>) -> Node<'static> {
    Node {
        name: Some(Text::fixed(name.to_owned())),
        at: At::default(),
        ..node
    }
}
