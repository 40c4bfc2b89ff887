//! A device that gets any octets, under policies of all kinds.

// The simulation's store in memory, which goes back to where it was
#[path = "../../../tests/simulation/stores.rs"]
mod stores;
// The rule of rights
#[path = "../../../src/client/apply/tests/rights.rs"]
mod rights;

use dmboot::client::apply::{Agreed, Arrival, NOBODY, Outcome, Settings, receive, undo};
use dmboot::client::tree::ddf::shipped;
use dmboot::client::tree::whole::{from_json, to_json_with_secrets};
use dmboot::client::tree::{Actor, By, MemStore, Node, NodePath, TStamp, Tree, TreeStore, fresh};
use dmboot::document::dm::acl::{Acl, Servers};
use dmboot::document::dm::uri::absolute;
use dmboot::document::received::{Incoming, Levels, ObjectKind, Received, text};
use dmboot::security::cp_mac::{Facts, NetworkSecret, Scheme, Sec};
use dmboot::security::imsi::Imsi;
use dmboot::security::policy::{Channel, Policy, digest};
use dmboot::security::verify::Message;
use rights::excess;
use std::cell::RefCell;
use stores::{Everything, Remembering};

/// What the device has already: an account from a file, and one from a card.
const THERE: [(&str, Channel); 2] = [
    (
        r#"<wap-provisioningdoc><characteristic type="NAPDEF"><parm name="NAPID" value="N"/><parm name="NAP-ADDRESS" value="n"/></characteristic><characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="there.example"/><parm name="TO-NAPID" value="N"/><characteristic type="APPADDR"><parm name="ADDR" value="https://there.example/"/></characteristic></characteristic></wap-provisioningdoc>"#,
        Channel::File,
    ),
    (
        r#"<wap-provisioningdoc><characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="card.example"/><characteristic type="APPADDR"><parm name="ADDR" value="https://card.example/"/></characteristic></characteristic></wap-provisioningdoc>"#,
        Channel::Card,
    ),
];

struct Device {
    store: Remembering,
    tree: Tree<Remembering>,
    first: MemStore,
    open: Policy,
    overwriting: Policy,
    strict: Policy,
}

thread_local! {
    static DEVICE: RefCell<Device> = RefCell::new(Device::new());
}

/// A body in all ways in which it may arrive.
pub fn judge(body: &[u8], scheme: Scheme) {
    DEVICE.with_borrow_mut(|device| device.judge(body, scheme));
}

impl Device {
    fn new() -> Self {
        let policy = |keys: &str| Policy::parse(&format!("format = 1\n{keys}")).unwrap();
        let open = "servers.plain_http = true";
        let made = TStamp::from_unix(1_700_000_000);
        let first = fresh(&shipped().unwrap(), &made, &[]).unwrap();
        let store = Remembering::new(MemStore::new(&first));
        let tree = Tree::open(store.clone()).unwrap();
        let mut device = Self {
            first: MemStore::default(),
            open: policy(open),
            overwriting: policy(&format!("{open}\nservers.overwrite = true")),
            strict: policy("servers = { ids = [\"*.example\"], hosts = [\"*.example\"] }"),
            store,
            tree,
        };
        let policy = device.open.clone();
        for (text, channel) in THERE {
            let outcome =
                device.receive(text.as_bytes(), Scheme::Cp, channel, None, &policy, false);
            assert!(matches!(outcome, Ok(Outcome::Applied(_))));
        }
        device.first = device.store.0.borrow().now.clone();
        device
    }

    fn receive(
        &mut self,
        body: &[u8],
        scheme: Scheme,
        channel: Channel,
        sec: Option<Sec>,
        policy: &Policy,
        dry_run: bool,
    ) -> Result<Outcome, dmboot::client::apply::Refusal> {
        let now = TStamp::from_unix(1_700_000_001);
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        let facts = Facts {
            network: Some(NetworkSecret::Imsi(Imsi::parse("262011234567890").unwrap())),
            ..Facts::default()
        };
        let arrival = Arrival {
            message: Message {
                body,
                sec,
                mac: sec.map(|_| [0; 20]),
            },
            scheme,
            channel,
            iccid: (channel == Channel::Card).then_some("8949"),
        };
        let settings = Settings {
            policy,
            levels: Levels::Oma,
            dry_run,
        };
        receive(&mut self.tree, by, &arrival, &facts, &settings, &mut Agreed { network_alone: true })
    }

    fn all(&self, document: [u8; 32]) -> Everything {
        Everything::of(&self.store, &[document]).unwrap()
    }

    fn judge(&mut self, body: &[u8], scheme: Scheme) {
        self.store.set(self.first.clone(), None);
        let document = digest(body);
        let before = self.all(document);
        let (open, overwriting, strict) = (
            self.open.clone(),
            self.overwriting.clone(),
            self.strict.clone(),
        );
        // Without a signature over the air, and with a forged one
        for sec in [None, Some(Sec::NetwPin)] {
            let outcome = self.receive(body, scheme, Channel::Push, sec, &open, false);
            assert!(outcome.is_err());
            assert!(self.all(document).content == before.content);
        }
        for (policy, channel, knows_all, overwrites) in [
            (&strict, Channel::File, false, false),
            (&open, Channel::Card, true, false),
            (&overwriting, Channel::File, true, true),
        ] {
            self.store.set(self.first.clone(), None);
            let tried = self.receive(body, scheme, channel, None, policy, true);
            assert!(self.all(document) == before);
            let outcome = self.receive(body, scheme, channel, None, policy, false);
            let after = self.all(document);
            let Ok(outcome) = outcome else {
                assert!(tried.is_err());
                assert!(after.content == before.content && after.replays == before.replays);
                continue;
            };
            match (tried, outcome) {
                (Ok(Outcome::Tried(tried)), Outcome::Applied(applied)) => {
                    assert!(tried == applied, "what was promised is what was done");
                }
                (tried, outcome) => panic!("{tried:?}, {outcome:?}"),
            }
            assert_ne!(after.content, before.content);
            let defects = self.tree.draft().unwrap().check().unwrap();
            assert!(defects.is_empty(), "{defects:?}");
            let root = &NodePath::ROOT;
            assert_eq!(after.content.nodes[root], before.content.nodes[root]);
            if !overwrites {
                for (path, node) in &before.content.nodes {
                    assert_eq!(after.content.nodes.get(path), Some(node), "{path}");
                }
            }
            rights(&before, &after, body, scheme, knows_all);
            let whole = self.store.whole().unwrap();
            let json = to_json_with_secrets(&whole).unwrap();
            assert!(from_json(&json).unwrap() == whole, "an export comes back");
            // Once more is once
            let again = self.receive(body, scheme, channel, None, policy, false);
            assert!(matches!(again, Ok(Outcome::Unchanged)), "{again:?}");
            assert!(self.all(document).content == after.content);
            let now = TStamp::from_unix(1_700_000_002);
            let by = By {
                actor: &Actor::CLIENT,
                now: &now,
            };
            assert_eq!(undo(&mut self.tree, by).unwrap(), document);
            assert!(self.all(document).content == before.content);
        }
    }
}

/// Nobody has more rights than the rule gives.
fn rights(before: &Everything, after: &Everything, body: &[u8], scheme: Scheme, knows_all: bool) {
    let content = &after.content;
    let received = Received::read(body, Levels::Oma).unwrap();
    let known = |id: &str| knows_all || id == NOBODY || id.ends_with(".example");
    for (path, origin) in &content.provenance {
        if origin.document == digest(body) {
            assert!(content.server(path).is_none_or(|id| known(&id)), "{path}");
        }
    }
    for (path, node) in &content.nodes {
        let there = before.content.nodes.get(path);
        if there.is_some_and(|there| there.acl == node.acl) {
            continue;
        }
        for (command, servers) in &Acl::parse(&node.acl).unwrap().entries {
            if scheme == Scheme::Cp {
                let rule = ["Get", "Replace", "Delete"];
                assert!(rule.contains(&command.name()), "{path} {}", node.acl);
            }
            match servers {
                Servers::All => assert!(knows_all && scheme == Scheme::Dm, "{path}"),
                Servers::Ids(ids) => {
                    assert!(ids.iter().all(|id| known(id)), "{path} {}", node.acl);
                }
            }
        }
        if scheme == Scheme::Cp && !node.acl.is_empty() {
            assert_eq!(excess(&received, &content.nodes, path), None);
        }
    }
}
