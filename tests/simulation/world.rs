//! One world: a device, those who send to it, and whatever goes wrong.

use super::arrivals::{Before, CARDS, Delivery, Sent};
use super::documents::{ADDRESSES, Account};
use super::rights::excess;
use super::stores::{Content, Everything, Remembering};
use crate::disk::{Chance, Disk, Mode};
use dmboot::client::apply::{NOBODY, Outcome, accounts, forget_card, receive, undo};
use dmboot::client::tree::ddf::shipped;
use dmboot::client::tree::{
    Actor, By, Changes, Item, MemStore, NodePath, RedbStore, TStamp, Tree, TreeStore, fresh,
};
use dmboot::document::dm::acl::{Acl, Servers};
use dmboot::document::received::{Levels, Received};
use dmboot::security::cp_mac::Scheme;
use dmboot::security::policy::Channel;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// When the trees were made, in seconds.
const MADE: u64 = 1_700_000_000;

static FIRST: LazyLock<Changes> =
    LazyLock::new(|| fresh(&shipped().unwrap(), &TStamp::from_unix(MADE), &[]).unwrap());

/// The same on a disk.
static FORMATTED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let disk = Disk::new(&[], None);
    let store = RedbStore::create_with_backend(disk.clone(), &FIRST).unwrap();
    store.close().unwrap();
    disk.octets()
});

/// What happened, for the sums.
pub type Tally = BTreeMap<&'static str, usize>;

/// What is done to a tree.
#[derive(Debug)]
enum Step {
    Deliver(Box<Delivery>),
    Undo,
    /// A card, and the documents that are still on it.
    Forget(&'static str, Vec<[u8; 32]>),
    /// The client deletes an account, by its number.
    Delete(usize),
    /// A server changes the name of its account, by its number.
    Rename(usize),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    outcome: &'static str,
    rule: Option<&'static str>,
    /// Documents: undone, or forgotten with their card.
    documents: BTreeSet<[u8; 32]>,
}

impl Answer {
    fn of(outcome: &'static str, rule: Option<&'static str>) -> Self {
        Self {
            outcome,
            rule,
            documents: BTreeSet::new(),
        }
    }
}

impl Step {
    fn perform<S: TreeStore>(&self, tree: &mut Tree<S>, by: By<'_>) -> Answer {
        match self {
            Self::Deliver(delivery) => {
                let mut person = &**delivery;
                let result = receive(
                    tree,
                    by,
                    &delivery.arrival(),
                    &delivery.facts(),
                    &delivery.settings(),
                    &mut person,
                );
                match result {
                    Ok(Outcome::Applied(_)) => Answer::of("applied", None),
                    Ok(Outcome::Unchanged) => Answer::of("unchanged", None),
                    Ok(Outcome::Tried(_)) => Answer::of("dry-run", None),
                    Err(refusal) => Answer::of(refusal.outcome(), refusal.rule()),
                }
            }
            Self::Undo => match undo(tree, by) {
                Ok(document) => Answer {
                    documents: [document].into(),
                    ..Answer::of("undone", None)
                },
                Err(error) => match error.rule() {
                    Some(rule) => Answer::of("not undone", Some(rule)),
                    None => Answer::of("failed", None),
                },
            },
            Self::Forget(card, kept) => match forget_card(tree, by, card, kept) {
                Ok(forgotten) => Answer {
                    documents: forgotten.documents,
                    ..Answer::of("card forgotten", None)
                },
                Err(error) => {
                    assert!(error.reason().is_none(), "{error}");
                    Answer::of("failed", None)
                }
            },
            Self::Delete(number) | Self::Rename(number) => match self.edit(tree, by, *number) {
                Ok(true) => Answer::of("edited", None),
                Ok(false) => Answer::of("not edited", None),
                Err(_) => Answer::of("failed", None),
            },
        }
    }

    fn edit<S: TreeStore>(
        &self,
        tree: &mut Tree<S>,
        by: By<'_>,
        number: usize,
    ) -> Result<bool, dmboot::client::tree::StoreError> {
        let mut draft = tree.draft()?;
        let all = accounts(&draft)?;
        if all.is_empty() {
            return Ok(false);
        }
        let account = &all[number % all.len()];
        let uri = account.path.to_string();
        let done = match self {
            Self::Delete(_) => draft.delete(by, &uri),
            _ => {
                let Ok(server) = Actor::server(&account.server) else {
                    return Ok(false);
                };
                let by = By {
                    actor: &server,
                    ..by
                };
                draft.replace(by, &format!("{uri}/Name"), Item::chr("Renamed"))
            }
        };
        match done.map_err(|error| error.reason().is_some()) {
            Ok(_) => draft.commit(by, "edited").map(|()| true),
            Err(true) => Ok(false),
            Err(false) => Err(dmboot::client::tree::StoreError::Full),
        }
    }
}

/// A device that worlds use one after the other, since its description is long to read.
pub struct Device {
    store: Remembering,
    tree: Tree<Remembering>,
}

impl Default for Device {
    fn default() -> Self {
        let store = Remembering::new(MemStore::new(&FIRST));
        let tree = Tree::open(store.clone()).unwrap();
        Self { store, tree }
    }
}

struct World<'d> {
    device: &'d mut Device,
    chance: Chance,
    now: u64,
    outbox: Vec<Sent>,
    /// Digests of all bodies that were delivered.
    known: Vec<[u8; 32]>,
    seen: BTreeMap<[u8; 32], Seen>,
    /// What an undo goes back to, and its document.
    undo: Option<([u8; 32], Content)>,
    /// The same on a disk.
    disk: Option<OnDisk>,
    trace: Sha256,
}

/// A document that was applied.
struct Seen {
    /// When it was applied, or what it brought went.
    gone: u64,
    /// Whether it brought an account.
    account: bool,
    undone: bool,
}

impl Seen {
    /// Whether what it brought is there, its account if it had one.
    fn is_in(&self, content: &Content, document: &[u8; 32]) -> bool {
        let mut own = content.provenance.iter();
        !self.undone
            && own.any(|(path, origin)| {
                origin.document == *document && (!self.account || content.server(path).is_some())
            })
    }
}

struct OnDisk {
    disk: Disk,
    tree: Option<Tree<RedbStore>>,
}

/// Runs the world of a seed. Gives the digest of all that happened.
pub fn run(device: &mut Device, seed: u64, tally: &mut Tally) -> [u8; 32] {
    let mut chance = Chance(seed);
    let on_disk = chance.one_in(6);
    device.store.set(MemStore::new(&FIRST), None);
    let mut world = World {
        device,
        now: MADE + 1,
        outbox: Vec::new(),
        known: Vec::new(),
        seen: BTreeMap::new(),
        undo: None,
        disk: on_disk.then(|| OnDisk {
            disk: Disk::new(&FORMATTED, None),
            tree: None,
        }),
        trace: Sha256::new(),
        chance,
    };
    for _ in 0..4 + world.chance.below(7) {
        world.step(tally);
    }
    let last = world.read(&world.device.store);
    world.trace.update(format!("{last:?}"));
    world.trace.finalize().into()
}

impl World<'_> {
    fn step(&mut self, tally: &mut Tally) {
        self.now = match self.chance.below(12) {
            0 => self.now + 86_400 * (1 + self.chance.below(100) as u64),
            1 => self
                .now
                .saturating_sub(self.chance.below(10) as u64)
                .max(MADE),
            _ => self.now + self.chance.below(1000) as u64,
        };
        let step = self.choose();
        if let Step::Deliver(delivery) = &step {
            let digest = delivery.sent.digest();
            if !self.known.contains(&digest) {
                self.known.push(digest);
            }
        }
        let first = self.device.store.0.borrow().now.clone();
        let before = self.read(&first);
        self.device.store.set(first.clone(), None);
        let answer = self.perform_in_memory(&step);
        let states = std::mem::take(&mut self.device.store.0.borrow_mut().states);
        let last = states.last().unwrap_or(&first);
        let after = self.read(last);
        self.judge(&step, &before, &answer, &after);
        // The same where storage fails, on a disk or in memory
        let reached = match self.disk.is_some() {
            true => self.on_disk(&step, &answer, &first, &states, tally),
            false => self.without_room(&step, &first, &states, tally),
        };
        self.trace
            .update(format!("{step:?} {answer:?} {reached}\n"));
        *tally.entry(answer.outcome).or_default() += 1;
        if reached == states.len() {
            let last = last.clone();
            self.device.store.set(last, None);
            self.remember(&step, &before, &answer, &after);
        } else {
            let state = match reached {
                0 => first,
                reached => states[reached - 1].clone(),
            };
            self.device.store.set(state, None);
        }
    }

    fn choose(&mut self) -> Step {
        let chance = &mut self.chance;
        match chance.below(10) {
            0 => Step::Undo,
            1 => {
                let known = self.known.iter().filter(|_| chance.one_in(2));
                let known = known.copied().collect();
                Step::Forget(chance.pick(&CARDS), known)
            }
            2 => match chance.one_in(2) {
                true => Step::Delete(chance.below(8)),
                false => Step::Rename(chance.below(8)),
            },
            _ => {
                if self.outbox.len() < 2 || chance.one_in(4) {
                    self.outbox.push(Sent::new(chance));
                }
                // In any order, and once more
                let last = self.outbox.len() - 1;
                let sent = match chance.one_in(2) {
                    true => self.outbox[last].clone(),
                    false => chance.pick(&self.outbox),
                };
                let sent = match chance.one_in(5) {
                    true => sent.tampered(&chance.pick(&self.outbox), chance),
                    false => sent,
                };
                Step::Deliver(Box::new(Delivery::new(sent, chance)))
            }
        }
    }

    fn read(&self, store: &impl TreeStore) -> Everything {
        Everything::of(store, &self.known).unwrap()
    }

    fn perform_in_memory(&mut self, step: &Step) -> Answer {
        let now = TStamp::from_unix(self.now);
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        let answer = step.perform(&mut self.device.tree, by);
        let defects = self.device.tree.draft().unwrap().check().unwrap();
        assert!(defects.is_empty(), "{step:?}: {defects:?}");
        answer
    }

    /// What became of a message, by the tree as it is.
    fn before(&self, document: &[u8; 32], there: &Everything) -> Before {
        let Some(seen) = self.seen.get(document) else {
            return Before::Never;
        };
        match seen.is_in(&there.content, document) {
            true => Before::InPlace,
            false => Before::Gone(seen.gone),
        }
    }

    fn judge(&self, step: &Step, before: &Everything, answer: &Answer, after: &Everything) {
        let place = || format!("{step:?}: {answer:?}");
        assert_ne!(answer.outcome, "failed", "{}", place());
        let changes = matches!(
            answer.outcome,
            "applied" | "undone" | "card forgotten" | "edited"
        );
        if !changes {
            assert!(after.content == before.content, "{}", place());
            assert_eq!(after.replays, before.replays, "{}", place());
            assert_eq!(after.last, before.last, "{}", place());
        }
        match step {
            Step::Deliver(delivery) => self.judge_delivery(delivery, before, answer, after),
            Step::Undo if answer.outcome == "undone" => {
                assert_eq!(after.last, None, "{}", place());
                if let Some((document, content)) = &self.undo {
                    assert!(answer.documents.contains(document), "{}", place());
                    assert!(after.content == *content, "{}", place());
                }
            }
            Step::Forget(card, kept) => forgotten(card, kept, before, answer, after),
            _ => {}
        }
        let root = NodePath::ROOT;
        assert_eq!(
            after.content.nodes[&root].acl,
            before.content.nodes[&root].acl,
            "{}",
            place()
        );
    }

    fn judge_delivery(
        &self,
        delivery: &Delivery,
        before: &Everything,
        answer: &Answer,
        after: &Everything,
    ) {
        let place = || format!("{delivery:?}: {answer:?}");
        let document = delivery.sent.digest();
        let servers = servers(&before.content);
        let says = delivery.sent.written.says.as_ref();
        let brings = says.is_some_and(|says| {
            let mut own = says.accounts.iter();
            // A privileged context may allow no other
            let free = says.context.is_none_or(|bootstrap| {
                let mut known = before.content.contexts.values();
                !bootstrap && !known.any(|context| context.privileged)
            });
            let comes =
                |account: &Account| account.address.is_some() && !servers.contains(account.server);
            free && own.any(comes)
        });
        let seen = self.before(&document, before);
        let expected = delivery.expected(before.tries[&document], seen, self.now, brings);
        let fits = expected.outcomes.contains(&answer.outcome)
            && (answer.outcome != "refused"
                || expected.rules.is_empty()
                || answer
                    .rule
                    .is_some_and(|rule| expected.rules.contains(&rule)));
        assert!(fits, "{} instead of {expected:?}, {seen:?}", place());
        assert_eq!(after.tries[&document], expected.tries, "{}", place());
        for (other, tries) in &before.tries {
            assert!(*other == document || after.tries[other] == *tries);
        }
        let lines = after.audit.len() - before.audit.len();
        assert_eq!(lines, expected.lines(answer.outcome), "{}", place());
        if answer.outcome == "applied" {
            applied(delivery, before, after);
        }
    }

    /// The same on the disk, where it may fail or stop. Gives how many states were reached.
    fn on_disk(
        &mut self,
        step: &Step,
        answer: &Answer,
        first: &MemStore,
        states: &[MemStore],
        tally: &mut Tally,
    ) -> usize {
        let now = TStamp::from_unix(self.now);
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        let chance = &mut self.chance;
        let on_disk = self.disk.as_mut().unwrap();
        let mut tree = on_disk.tree.take().unwrap_or_else(|| {
            on_disk.disk = Disk::new(&on_disk.disk.octets(), None);
            let store = RedbStore::with_backend(on_disk.disk.clone()).unwrap();
            Tree::open(store).unwrap()
        });
        let fault = chance.below(6);
        let at = {
            let mut state = on_disk.disk.0.lock().unwrap();
            let at = state.done + chance.below(14 * states.len() + 1);
            match fault {
                0 => state.stop = Some(at),
                1 => state.full = at..at + 1 + chance.below(4),
                _ => {}
            }
            at
        };
        let real = step.perform(&mut tree, by);
        let (found, name) = match fault {
            0 => {
                drop(tree);
                let mode = chance.pick(&[Mode::Dropped, Mode::Kept, Mode::Reordered, Mode::Torn]);
                let image = on_disk.disk.image(mode, chance);
                on_disk.disk = Disk::new(&image, None);
                (None, "power gone")
            }
            1 => {
                drop(tree);
                on_disk.disk = Disk::new(&on_disk.disk.octets(), None);
                (None, "disk full")
            }
            _ => (Some(tree), "as it should"),
        };
        let tree = found.unwrap_or_else(|| {
            let store = RedbStore::with_backend(on_disk.disk.clone());
            Tree::open(store.unwrap_or_else(|error| panic!("{step:?}, {name} at {at}: {error}")))
                .unwrap()
        });
        let found = Everything::of(tree.store(), &self.known).unwrap();
        on_disk.tree = Some(tree);
        let all: Vec<_> = [first].into_iter().chain(states).collect();
        let is_it = |state: &&MemStore| found == Everything::of(*state, &self.known).unwrap();
        let reached = all.iter().rposition(is_it);
        let reached = reached.unwrap_or_else(|| {
            panic!("{step:?}, {name} at {at}: the state is none that there was")
        });
        if real.outcome != "failed" {
            assert_eq!(real, *answer, "{step:?}, {name} at {at}");
            assert_eq!(
                reached,
                states.len(),
                "{step:?}, {name} at {at}: what was acknowledged is lost"
            );
        }
        let name = match (fault, reached == states.len()) {
            (0, true) => "power gone, new",
            (0, false) => "power gone, old",
            (1, true) => "disk full, new",
            (1, false) => "disk full, old",
            _ => "on disk",
        };
        *tally.entry(name).or_default() += 1;
        reached
    }

    /// The same where there is no room for one of the commits. Gives how many states were reached.
    fn without_room(
        &mut self,
        step: &Step,
        first: &MemStore,
        states: &[MemStore],
        tally: &mut Tally,
    ) -> usize {
        if states.is_empty() || !self.chance.one_in(4) {
            return states.len();
        }
        let full = self.chance.below(states.len());
        self.device.store.set(first.clone(), Some(full));
        let answer = self.perform_in_memory(step);
        assert_eq!(answer.outcome, "failed", "{step:?}");
        let kept = self.device.store.0.borrow();
        assert!(kept.states == states[..full], "{step:?}");
        *tally.entry("no room").or_default() += 1;
        full
    }

    /// What the model keeps of a step.
    fn remember(&mut self, step: &Step, before: &Everything, answer: &Answer, after: &Everything) {
        match (step, answer.outcome) {
            (Step::Deliver(delivery), "applied") => {
                let document = delivery.sent.digest();
                let mut own = accounts_of(&after.content);
                let seen = Seen {
                    gone: self.now,
                    account: own.any(|(path, _)| {
                        (after.content.provenance.get(&path))
                            .is_some_and(|origin| origin.document == document)
                    }),
                    undone: false,
                };
                self.seen.insert(document, seen);
                self.undo = Some((document, before.content.clone()));
            }
            (Step::Undo, "undone") => {
                for document in &answer.documents {
                    let seen = self.seen.get_mut(document).expect("it was applied");
                    (seen.gone, seen.undone) = (self.now, true);
                }
                self.undo = None;
            }
            (Step::Forget(..), _) => {
                for document in &answer.documents {
                    self.seen.remove(document);
                }
            }
            _ => {}
        }
        if after.content != before.content && !matches!(answer.outcome, "applied") {
            self.undo = None;
        }
        for (document, seen) in &mut self.seen {
            if seen.is_in(&before.content, document) && !seen.is_in(&after.content, document) {
                seen.gone = self.now;
            }
        }
    }
}

/// The servers that have accounts.
fn servers(content: &Content) -> BTreeSet<String> {
    accounts_of(content).map(|(_, server)| server).collect()
}

fn accounts_of(content: &Content) -> impl Iterator<Item = (NodePath, String)> {
    let below = |path: &NodePath| path.names().eq(["DMAcc", path.name()]);
    let accounts = content.nodes.keys().filter(move |path| below(path));
    accounts.filter_map(|path| Some((path.clone(), content.server(path)?)))
}

/// What holds of a tree to which a document was applied.
fn applied(delivery: &Delivery, before: &Everything, after: &Everything) {
    let place = || format!("{delivery:?}");
    let (rules, document) = (&delivery.rules, delivery.sent.digest());
    let (old, new) = (&before.content, &after.content);
    assert_ne!(old.nodes, new.nodes, "{}", place());
    assert_eq!(
        after.last.as_ref().map(|last| last.document),
        Some(document),
        "{}",
        place()
    );
    let of_card = |content: &Content, path: &NodePath| {
        let origin = content.provenance.get(path);
        origin.is_some_and(|origin| origin.channel == Channel::Card.name())
    };
    // Nothing is overwritten, unless the policy says so
    if !rules.overwrite {
        for (path, node) in &old.nodes {
            assert_eq!(new.nodes.get(path), Some(node), "{path}: {}", place());
        }
    }
    let mut own = Vec::new();
    for (path, server) in accounts_of(new) {
        let origin = new.provenance.get(&path);
        if origin.is_none_or(|origin| origin.document != document) {
            continue;
        }
        assert!(rules.knows(&server), "{server}: {}", place());
        for (below, node) in &new.nodes {
            let url = node.value.expose_text().filter(|_| below.name() == "Addr");
            let known = ADDRESSES.iter().find(|address| Some(address.url) == url);
            if let Some(address) = known.filter(|_| path.holds(below)) {
                let fine = rules.knows_host(address.host) && (address.tls || rules.plain_http);
                assert!(fine, "{}: {}", address.url, place());
            }
        }
        if delivery.channel != Channel::Card {
            let mut all = accounts_of(old);
            let card = all.any(|(path, other)| other == server && of_card(old, &path));
            assert!(!card, "{server} is the card's: {}", place());
        }
        own.push(server);
    }
    assert!(own.len() <= rules.accounts, "{}", place());
    // Rights: no more than the rule, to nobody else
    // Another body may have been put under the same headers
    let written = &delivery.sent.written;
    let cp = written.scheme == Scheme::Cp && written.says.is_some();
    let received = cp.then(|| Received::read(&written.body, Levels::Oma).unwrap());
    for (path, node) in &new.nodes {
        if old.nodes.get(path).is_some_and(|old| old.acl == node.acl) {
            continue;
        }
        let acl = Acl::parse(&node.acl).unwrap();
        for (command, servers) in &acl.entries {
            let rule = ["Get", "Replace", "Delete"].contains(&command.name());
            assert!(!cp || rule, "{path} {}: {}", node.acl, place());
            let Servers::Ids(ids) = servers else {
                assert!(!cp && rules.knows("*"), "{path} {}: {}", node.acl, place());
                continue;
            };
            for id in ids.iter().filter(|id| **id != NOBODY) {
                assert!(rules.knows(id), "{path} {}: {}", node.acl, place());
            }
        }
        if let Some(received) = &received {
            assert_eq!(excess(received, &new.nodes, path), None, "{}", place());
        }
    }
}

/// What holds of a tree after a card is gone.
fn forgotten(
    card: &str,
    kept: &[[u8; 32]],
    before: &Everything,
    answer: &Answer,
    after: &Everything,
) {
    let (old, new) = (&before.content, &after.content);
    let mut gone = Vec::new();
    for (path, origin) in &old.provenance {
        let of_card = origin.channel == Channel::Card.name()
            && origin.iccid.as_deref() == Some(card)
            && !kept.contains(&origin.document);
        if of_card {
            assert!(answer.documents.contains(&origin.document));
            gone.push(path);
        } else {
            assert!(new.provenance.contains_key(path), "{path}");
        }
    }
    for document in &answer.documents {
        assert!(!kept.contains(document) && !after.replays.contains_key(document));
    }
    let left = servers(new);
    for (path, node) in &old.nodes {
        let goes = gone.iter().any(|top| top.holds(path));
        let Some(there) = new.nodes.get(path) else {
            assert!(goes, "{path}");
            continue;
        };
        assert!(!goes, "{path}");
        assert!(there.value == node.value && there.format == node.format);
        // Only servers without an account lose rights
        if there.acl != node.acl {
            let lost = servers(old);
            assert!(lost.iter().any(|server| !left.contains(server)), "{path}");
        }
    }
    assert!(new.nodes.keys().all(|path| old.nodes.contains_key(path)));
}
