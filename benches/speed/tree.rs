//! The client: what it costs that an applied document is safe on the disk, and a large tree.

use super::documents::vector;
use super::goals::{Results, median};
use super::reference::Reference;
use super::rounds::cpu_time;
use dmboot::client::apply::{Agreed, Arrival, Outcome, Settings, receive};
use dmboot::client::tree::ddf::shipped;
use dmboot::client::tree::{
    Actor, By, Changes, Item, MemStore, RedbStore, TStamp, Tree, TreeStore, fresh,
};
use dmboot::document::received::Levels;
use dmboot::security::cp_mac::{Facts, KeyForm, Pin, Scheme, Sec, mac};
use dmboot::security::policy::{Channel, Policy};
use dmboot::security::verify::Message;
use redb::StorageBackend;
use redb::backends::FileBackend;
use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const ROUNDS: usize = 31;
/// Applications in each round of CPU time.
const MAPS: u64 = 200;
/// Nodes of the large tree, and of each account in it.
const NODES: usize = 100_000;
const ACCOUNT_NODES: usize = 12;

/// A file that counts how often it is synchronised.
#[derive(Debug)]
struct Counting {
    file: FileBackend,
    syncs: Arc<AtomicU64>,
}

impl StorageBackend for Counting {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }
}

/// Whatever must be the same in all applications.
struct Client {
    now: TStamp,
    policy: Policy,
    facts: Facts,
    body: Vec<u8>,
    mac: [u8; 20],
}

impl Client {
    fn new() -> Self {
        let body = fs::read(vector("cp/cp-typical.wbxml")).unwrap();
        let facts = Facts {
            pin: Some(Pin::parse("18245917").unwrap()),
            ..Facts::default()
        };
        let mac = mac(Sec::UserPin, &facts, KeyForm::Standard, &body).unwrap();
        Self {
            now: TStamp::from_unix(1_700_000_000),
            policy: Policy::default(),
            facts,
            body,
            mac,
        }
    }

    fn by(&self) -> By<'_> {
        By {
            actor: &Actor::CLIENT,
            now: &self.now,
        }
    }

    fn first(&self) -> Changes {
        fresh(&shipped().unwrap(), &self.now, &[]).unwrap()
    }

    /// The document arrives as a file, without a MAC, so that all of it is one transaction.
    fn apply<S: TreeStore>(&self, tree: &mut Tree<S>) {
        let message = Message {
            body: &self.body,
            sec: None,
            mac: None,
        };
        let outcome = self.receive(tree, message, Channel::File, false);
        assert!(matches!(outcome, Outcome::Applied(_)));
    }

    /// The signed document is verified and mapped, and nothing is done.
    fn map<S: TreeStore>(&self, tree: &mut Tree<S>) {
        let message = Message {
            body: &self.body,
            sec: Some(Sec::UserPin),
            mac: Some(self.mac),
        };
        let outcome = self.receive(tree, message, Channel::Push, true);
        assert!(matches!(outcome, Outcome::Tried(_)));
        black_box(outcome);
    }

    fn receive<S: TreeStore>(
        &self,
        tree: &mut Tree<S>,
        message: Message<'_>,
        channel: Channel,
        dry_run: bool,
    ) -> Outcome {
        let arrival = Arrival {
            message,
            scheme: Scheme::Cp,
            channel,
            iccid: None,
        };
        let settings = Settings {
            policy: &self.policy,
            levels: Levels::Oma,
            dry_run,
        };
        receive(
            tree,
            self.by(),
            &arrival,
            &self.facts,
            &settings,
            &mut Agreed {
                network_alone: true,
            },
        )
        .unwrap()
    }
}

pub fn measure(c: &mut Reference, folder: &Path, results: &mut Results) {
    let client = Client::new();
    let (base, path) = (folder.join("base.tree"), folder.join("applied.tree"));
    for path in [&base, &path] {
        let _ = fs::remove_file(path);
    }
    let store = RedbStore::create(&base, &client.first()).unwrap();
    store.close().unwrap();
    syncs(&client, &base, &path, results);
    durable(&client, c, folder, &base, &path, results);
    map(&client, c, results);
    fs::remove_file(&base).unwrap();
    fs::remove_file(&path).unwrap();
    large(&client, folder, results);
}

fn syncs(client: &Client, base: &Path, path: &Path, results: &mut Results) {
    fs::copy(base, path).unwrap();
    let file = OpenOptions::new().read(true).write(true).open(path);
    let syncs = Arc::new(AtomicU64::new(0));
    let backend = Counting {
        file: FileBackend::new(file.unwrap()).unwrap(),
        syncs: Arc::clone(&syncs),
    };
    let count = || syncs.load(Ordering::Relaxed);
    let mut tree = Tree::open(RedbStore::with_backend(backend).unwrap()).unwrap();
    let opened = count();
    client.apply(&mut tree);
    let applied = count();
    tree.into_store().close().unwrap();
    println!(
        "\nsynchronisations of an application: {} on an open store; {} with opening and closing it",
        applied - opened,
        count()
    );
    results.add("apply-syncs", (applied - opened) as f64);
}

/// Seconds of one overwrite of 4 KiB that is safe on the disk.
fn overwrite(file: &File) -> f64 {
    let start = Instant::now();
    file.write_all_at(&[0x5A; 4096], 0).unwrap();
    file.sync_data().unwrap();
    start.elapsed().as_secs_f64()
}

fn durable(
    client: &Client,
    c: &mut Reference,
    folder: &Path,
    base: &Path,
    path: &Path,
    results: &mut Results,
) {
    let page = folder.join("page");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&page)
        .unwrap();
    overwrite(&file);
    let database = folder.join("reference.sqlite");
    let nodes = {
        let mut tree = Tree::open(MemStore::new(&client.first())).unwrap();
        let before = count(tree.store());
        client.apply(&mut tree);
        count(tree.store()) - before
    };
    let (mut ours, mut pages, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        fs::copy(base, path).unwrap();
        let mut tree = Tree::open(RedbStore::open(path).unwrap()).unwrap();
        // What the copy left to be written is not this application's
        File::open(path).unwrap().sync_all().unwrap();
        let start = Instant::now();
        client.apply(&mut tree);
        ours.push(start.elapsed().as_secs_f64());
        pages.push(overwrite(&file));
        theirs.push(c.sqlite(&database, nodes) / 1e9);
    }
    let ratios = |below: &[f64]| ours.iter().zip(below).map(|(a, b)| a / b).collect();
    results.add("apply-vs-fdatasync", median(ratios(&pages)));
    results.add("apply-vs-sqlite", median(ratios(&theirs)));
    let [ours, pages, theirs] = [ours, pages, theirs].map(|times| median(times) * 1e6);
    println!(
        "median of {ROUNDS} on the wall: {ours:.0} µs to apply a typical document ({nodes} nodes), \
         {pages:.0} µs to overwrite 4 KiB and synchronise, {theirs:.0} µs for SQLite to insert as \
         many rows (WAL, FULL)"
    );
    fs::remove_file(&page).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", database.display()));
    }
}

fn count(store: &impl TreeStore) -> usize {
    let root = dmboot::client::tree::NodePath::ROOT;
    store.subtree(&root).unwrap().len()
}

fn map(client: &Client, c: &mut Reference, results: &mut Results) {
    let mut tree = Tree::open(MemStore::new(&client.first())).unwrap();
    let (mut ratios, mut times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = cpu_time();
        for _ in 0..MAPS {
            client.map(&mut tree);
        }
        let ours = (cpu_time() - start) / MAPS as f64;
        ratios.push(c.time("verify", "typical", MAPS) / MAPS as f64 / ours);
        times.push(ours / 1e3);
    }
    println!(
        "{:.1} µs of CPU time to verify a typical message and map it into a tree, nothing stored",
        median(times)
    );
    results.add("verify-map", median(ratios));
}

/// Microseconds of one call, of so many.
fn each(count: usize, mut call: impl FnMut(usize)) -> f64 {
    let start = Instant::now();
    for index in 0..count {
        call(index);
    }
    start.elapsed().as_secs_f64() * 1e6 / count as f64
}

fn large(client: &Client, folder: &Path, results: &mut Results) {
    let path = folder.join("large.tree");
    let _ = fs::remove_file(&path);
    let by = client.by();
    let accounts = NODES / ACCOUNT_NODES;
    let store = RedbStore::create(&path, &client.first()).unwrap();
    let mut tree = Tree::open(store).unwrap();
    let mut draft = tree.draft().unwrap();
    for number in 0..accounts {
        for (name, text) in [
            ("AppID", "w7"),
            ("ServerID", "mgmt.example"),
            ("AppAddr/1/Addr", "https://mgmt.example/dm"),
            ("AppAddr/1/AddrType", "URI"),
            ("AppAuth/1/AAuthLevel", "CLCRED"),
            ("AppAuth/1/AAuthType", "DIGEST"),
            ("AppAuth/1/AAuthSecret", "hunter2"),
        ] {
            let uri = format!("./DMAcc/{number}/{name}");
            draft.add(by, &uri, Item::chr(text)).unwrap();
        }
    }
    draft.commit(by, "filled").unwrap();
    let nodes = count(tree.store());
    tree.into_store().close().unwrap();
    let size = fs::metadata(&path).unwrap().len();

    let mut opened = Vec::new();
    for _ in 0..5 {
        opened.push(each(1, |_| {
            black_box(Tree::open(RedbStore::open(&path).unwrap()).unwrap());
        }));
    }
    let mut tree = Tree::open(RedbStore::open(&path).unwrap()).unwrap();
    let draft = tree.draft().unwrap();
    // In another order than they stand in
    let uri = |index: usize| {
        let number = index * 7919 % accounts;
        format!("./DMAcc/{number}/AppAddr/1/Addr")
    };
    let get = each(10_000, |index| {
        black_box(draft.get(by, &uri(index)).unwrap());
    });
    let list = each(20, |_| {
        black_box(draft.get(by, "./DMAcc").unwrap());
    });
    let acl = each(10_000, |index| {
        let path = draft.address(&uri(index)).unwrap();
        black_box(draft.acl_at(&path).unwrap());
    });
    println!(
        "a tree of {nodes} nodes: {get:.1} µs to get a value, {list:.0} µs to list {accounts} \
         children, {acl:.1} µs for the ACL that holds, {:.0} ms to open with all checksums, {size} \
         octets",
        median(opened.clone()) / 1e3
    );
    results.add("tree-get-us", get);
    results.add("tree-list-us-per-child", list / accounts as f64);
    results.add("tree-acl-us", acl);
    results.add("tree-open-ms", median(opened) / 1e3);
    results.add("tree-octets-per-node", size as f64 / nodes as f64);
    drop(draft);
    drop(tree);
    fs::remove_file(&path).unwrap();
}
