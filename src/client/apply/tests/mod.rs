//! Messages arrive, and what the tree is afterwards.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod leaving;
mod mapping;
mod outcomes;
mod profiles;
mod properties;
mod rights;

use super::*;
use crate::client::tree::ddf::shipped;
use crate::client::tree::{
    Actor, By, MemStore, Node, NodePath, Nodes, TStamp, Tree, TreeStore, fresh,
};
use crate::document::dm::acl::{Acl, Servers};
use crate::document::dm::uri::absolute;
use crate::document::received::{Incoming, Levels, ObjectKind, Received, text};
use crate::security::cp_mac::{Facts, KeyForm, NetworkSecret, Pin, Scheme, Sec, mac};
use crate::security::imsi::Imsi;
use crate::security::policy::{Channel, Policy};
use crate::security::verify::Message;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A time, `n` seconds after the tree was made.
fn at(n: u64) -> TStamp {
    TStamp::from_unix(1_700_000_000 + n)
}

fn tree() -> Tree<MemStore> {
    let first = fresh(&shipped().unwrap(), &at(0), &[]).unwrap();
    Tree::open(MemStore::new(&first)).unwrap()
}

/// Somebody who says the same to everything.
struct Says(bool);

impl Ask for Says {
    fn network_alone(&mut self) -> bool {
        self.0
    }
    fn confirm(&mut self, _: &Summary) -> bool {
        self.0
    }
}

fn facts(pin: &str) -> Facts {
    Facts {
        network: Some(NetworkSecret::Imsi(Imsi::parse("228011234567890").unwrap())),
        pin: Some(Pin::parse(pin).unwrap()),
        code: None,
    }
}

/// A message, and what is to be done with it.
#[derive(Clone)]
struct Try<'a> {
    body: &'a [u8],
    sec: Option<Sec>,
    channel: Channel,
    iccid: Option<&'a str>,
    pin: &'a str,
    policy: Policy,
    levels: Levels,
    dry_run: bool,
    now: u64,
    says: bool,
}

impl<'a> Try<'a> {
    /// A file without a signature.
    fn file(body: &'a [u8]) -> Self {
        Self {
            body,
            sec: None,
            channel: Channel::File,
            iccid: None,
            pin: "1824",
            policy: Policy::default(),
            levels: Levels::Oma,
            dry_run: false,
            now: 1,
            says: true,
        }
    }

    fn push(body: &'a [u8], sec: Sec) -> Self {
        Self {
            sec: Some(sec),
            channel: Channel::Push,
            ..Self::file(body)
        }
    }

    fn card(body: &'a [u8], iccid: &'a str) -> Self {
        Self {
            channel: Channel::Card,
            iccid: Some(iccid),
            ..Self::file(body)
        }
    }

    fn policy(self, keys: &str) -> Self {
        let policy = Policy::parse(&format!("format = 1\n{keys}")).unwrap();
        Self { policy, ..self }
    }

    fn on<S: TreeStore>(&self, tree: &mut Tree<S>) -> Result<Outcome, Refusal> {
        let scheme = match crate::document::dm::is_message(self.body) {
            true => Scheme::Dm,
            false => Scheme::Cp,
        };
        let carried = self.sec.filter(|sec| sec.carries_mac());
        let form = match scheme {
            Scheme::Dm => KeyForm::PinColonSecret,
            Scheme::Cp => KeyForm::Standard,
        };
        let mac = carried.map(|sec| mac(sec, &facts("1824"), form, self.body).unwrap());
        let message = Message {
            body: self.body,
            sec: self.sec,
            mac,
        };
        self.message(tree, message, scheme)
    }

    fn message<S: TreeStore>(
        &self,
        tree: &mut Tree<S>,
        message: Message<'_>,
        scheme: Scheme,
    ) -> Result<Outcome, Refusal> {
        let arrival = Arrival {
            message,
            scheme,
            channel: self.channel,
            iccid: self.iccid,
        };
        let settings = Settings {
            policy: &self.policy,
            levels: self.levels,
            dry_run: self.dry_run,
        };
        let now = at(self.now);
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        let mut ask = Says(self.says);
        let result = receive(tree, by, &arrival, &facts(self.pin), &settings, &mut ask);
        let defects = tree.draft().unwrap().check().unwrap();
        assert!(defects.is_empty(), "{defects:?}");
        result
    }
}

fn undo_at<S: TreeStore>(tree: &mut Tree<S>, n: u64) -> Result<[u8; 32], UndoError> {
    let now = at(n);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    undo(tree, by)
}

use crate::client::tree::UndoError;

fn forget_at<S: TreeStore>(tree: &mut Tree<S>, iccid: &str, kept: &[[u8; 32]]) -> Forgotten {
    let now = at(50);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    forget_card(tree, by, iccid, kept).unwrap()
}

/// All nodes.
fn nodes<S: TreeStore>(tree: &Tree<S>) -> BTreeMap<String, Arc<Node>> {
    let paths = tree.store().subtree(&NodePath::ROOT).unwrap();
    let node = |path: NodePath| (path.to_string(), tree.store().node(&path).unwrap().unwrap());
    paths.into_iter().map(node).collect()
}

/// What the tree holds beside counters and audit.
fn content<S: TreeStore>(tree: &Tree<S>) -> impl PartialEq + std::fmt::Debug + use<S> {
    let store = tree.store();
    (
        nodes(tree),
        store.provenance().unwrap(),
        store.contexts().unwrap(),
    )
}

/// The leaves below a node: address from there on, value, format; octets as hexadecimal digits.
fn leaves<S: TreeStore>(tree: &Tree<S>, top: &str) -> Vec<(String, String)> {
    let below = format!("{top}/");
    let all = nodes(tree).into_iter();
    all.filter(|(_, node)| !node.is_interior())
        .filter_map(|(uri, node)| {
            let rest = uri.strip_prefix(&below)?.to_owned();
            let value = match node.value.expose_text() {
                Some(text) if node.format != crate::document::dm::Format::Bin => text.to_owned(),
                _ => crate::bytes::Hex(node.value.expose()).to_string(),
            };
            Some((rest, value))
        })
        .collect()
}

fn acl<S: TreeStore>(tree: &Tree<S>, uri: &str) -> String {
    nodes(tree)[uri].acl.clone()
}

fn rules(outcome: &Outcome) -> Vec<&'static str> {
    let (Outcome::Applied(summary) | Outcome::Tried(summary)) = outcome else {
        return Vec::new();
    };
    let ids = summary.findings.iter().map(|finding| finding.rule.id);
    ids.filter(|id| id.starts_with("apply-")).collect()
}

/// A provisioning document.
fn cp(body: &str) -> Vec<u8> {
    format!("<wap-provisioningdoc version=\"1.1\">{body}</wap-provisioningdoc>").into_bytes()
}

fn nap(id: &str) -> String {
    format!(
        "<characteristic type=\"NAPDEF\"><parm name=\"NAPID\" value=\"{id}\"/><parm name=\"NAME\" value=\"{id}\"/>\
         <parm name=\"BEARER\" value=\"GSM-GPRS\"/><parm name=\"NAP-ADDRESS\" value=\"{id}.apn\"/><parm name=\"NAP-ADDRTYPE\" value=\"APN\"/></characteristic>"
    )
}

fn proxy(id: &str, nap: &str) -> String {
    format!(
        "<characteristic type=\"PXLOGICAL\"><parm name=\"PROXY-ID\" value=\"{id}\"/><parm name=\"NAME\" value=\"{id}\"/>\
         <characteristic type=\"PXPHYSICAL\"><parm name=\"PHYSICAL-PROXY-ID\" value=\"1\"/><parm name=\"PXADDR\" value=\"10.0.0.1\"/>\
         <parm name=\"TO-NAPID\" value=\"{nap}\"/><characteristic type=\"PORT\"><parm name=\"PORTNBR\" value=\"8080\"/></characteristic></characteristic></characteristic>"
    )
}

fn account(server: &str, more: &str) -> String {
    format!(
        "<characteristic type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/><parm name=\"PROVIDER-ID\" value=\"{server}\"/>{more}\
         <characteristic type=\"APPADDR\"><parm name=\"ADDR\" value=\"https://{server}/dm\"/><characteristic type=\"PORT\"><parm name=\"PORTNBR\" value=\"8443\"/></characteristic></characteristic>\
         <characteristic type=\"APPAUTH\"><parm name=\"AAUTHLEVEL\" value=\"APPSRV\"/><parm name=\"AAUTHTYPE\" value=\"DIGEST\"/><parm name=\"AAUTHNAME\" value=\"dev\"/><parm name=\"AAUTHSECRET\" value=\"hunter2\"/><parm name=\"AAUTHDATA\" value=\"AAEC\"/></characteristic></characteristic>"
    )
}

fn parm(name: &str, value: &str) -> String {
    format!("<parm name=\"{name}\" value=\"{value}\"/>")
}

fn bootstrap(parms: &str) -> String {
    format!("<characteristic type=\"BOOTSTRAP\">{parms}</characteristic>")
}

/// A DM message in XML.
fn dm(items: &str) -> Vec<u8> {
    format!(
        "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Add><CmdID>1</CmdID>{items}</Add><Final/></SyncBody></SyncML>"
    )
    .into_bytes()
}

fn leaf(name: &str, format: &str, value: &str) -> String {
    format!(
        "<Node><NodeName>{name}</NodeName><RTProperties><Format><{format}/></Format></RTProperties><Value>{value}</Value></Node>"
    )
}

fn interior(name: &str, properties: &str, below: &str) -> String {
    format!(
        "<Node><NodeName>{name}</NodeName><RTProperties>{properties}</RTProperties>{below}</Node>"
    )
}

fn inbox(nodes: &str) -> String {
    format!(
        "<Item><Target><LocURI>./Inbox</LocURI></Target><Data><MgmtTree><VerDTD>1.2</VerDTD>{nodes}</MgmtTree></Data></Item>"
    )
}

fn plain(uri: &str, format: &str, value: &str) -> String {
    format!(
        "<Item><Target><LocURI>{uri}</LocURI></Target><Meta><Format xmlns=\"syncml:metinf\">{format}</Format></Meta><Data>{value}</Data></Item>"
    )
}

const DMACC: &str =
    "<Format><node/></Format><Type><DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type>";
const NAP: &str =
    "<Format><node/></Format><Type><DDFName>urn:oma:mo:oma-connmo-nap:1.0</DDFName></Type>";

/// The nodes of an account.
fn account_nodes(server: &str, more: &str) -> String {
    leaf("AppID", "chr", "w7")
        + &leaf("ServerID", "chr", server)
        + &interior(
            "AppAddr",
            "",
            &interior(
                "1",
                "",
                &(leaf("Addr", "chr", &format!("https://{server}/dm"))
                    + &leaf("AddrType", "chr", "URI")),
            ),
        )
        + more
}
