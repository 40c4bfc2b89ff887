//! The tree after a crash. Work on a file is stopped before every operation on its storage; what a
//! disk may then hold is made in four ways, and every such image opens, is sound, and is the state
//! before or after a transaction, whole.

#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

mod disk;

use disk::{Chance, Disk, Mode};
use dmboot::bytes::Hex;
use dmboot::client::apply::{Agreed, Arrival, Refusal, Settings, forget_card, receive, undo};
use dmboot::client::tree::ddf::shipped;
use dmboot::client::tree::whole::{from_json, restore, to_json_with_secrets};
use dmboot::client::tree::{
    Actor, AuditLine, By, Changes, Draft, Item, Provenance, RedbStore, Replay, StoreError, TStamp,
    Tree, TreeStore, fresh,
};
use dmboot::document::received::Levels;
use dmboot::security::cp_mac::{Facts, KeyForm, Pin, Scheme, Sec, mac};
use dmboot::security::policy::{Channel, Policy, digest};
use dmboot::security::verify::Message;
use redb::StorageBackend;
use std::io;
use std::sync::{Arc, Mutex};

/// Far above what one transaction would give.
const AT_LEAST_IMAGES: usize = 2_000;
/// Of either kind.
const AT_LEAST_STATES: usize = 200;

/// Some work on a tree. Where a PIN is compared, its count is a transaction before.
type Work = fn(&mut Tree<RedbStore>, By<'_>) -> Done;

/// What was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Done {
    Nothing,
    Count,
    All,
}

fn all_or_nothing(all: bool) -> Done {
    match all {
        true => Done::All,
        false => Done::Nothing,
    }
}

/// One transaction that a draft makes.
fn drafted(
    tree: &mut Tree<RedbStore>,
    by: By<'_>,
    work: impl FnOnce(&mut Draft<'_, RedbStore>),
) -> Done {
    let Ok(mut draft) = tree.draft() else {
        return Done::Nothing;
    };
    work(&mut draft);
    all_or_nothing(draft.commit(by, "work").is_ok())
}

const ON_CARD: &[u8] = br#"<wap-provisioningdoc><characteristic type="BOOTSTRAP"><parm name="PROVURL" value="https://card.example"/><parm name="CONTEXT-ALLOW" value="255"/></characteristic>
<characteristic type="NAPDEF"><parm name="NAPID" value="N"/><parm name="NAP-ADDRESS" value="apn"/></characteristic>
<characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="card.example"/><parm name="TO-NAPID" value="N"/>
<characteristic type="APPADDR"><parm name="ADDR" value="https://card.example/dm"/></characteristic></characteristic></wap-provisioningdoc>"#;
const ON_AIR: &[u8] = br#"<wap-provisioningdoc><characteristic type="BOOTSTRAP"><parm name="PROVURL" value="https://air.example"/></characteristic>
<characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="air.example"/>
<characteristic type="APPADDR"><parm name="ADDR" value="https://air.example/dm"/></characteristic></characteristic></wap-provisioningdoc>"#;

/// A document arrives, from the card or under a PIN over the air.
fn arrives(tree: &mut Tree<RedbStore>, by: By<'_>, body: &[u8], pin: &str) -> Done {
    let facts = |pin| Facts {
        pin: Some(Pin::parse(pin).unwrap()),
        ..Facts::default()
    };
    let on_card = body == ON_CARD;
    let sec = (!on_card).then_some(Sec::UserPin);
    let mac = sec.map(|sec| mac(sec, &facts("1824"), KeyForm::Standard, body).unwrap());
    let arrival = Arrival {
        message: Message { body, sec, mac },
        scheme: Scheme::Cp,
        channel: if on_card {
            Channel::Card
        } else {
            Channel::Push
        },
        iccid: on_card.then_some("8949"),
    };
    let policy = Policy::default();
    let settings = Settings {
        policy: &policy,
        levels: Levels::Oma,
        dry_run: false,
    };
    match receive(
        tree,
        by,
        &arrival,
        &facts(pin),
        &settings,
        &mut Agreed {
            network_alone: true,
        },
    ) {
        Ok(_) | Err(Refusal::NotAuthentic { .. }) => Done::All,
        Err(_)
            if tree
                .store()
                .tries(&digest(body))
                .is_ok_and(|count| count > 0) =>
        {
            Done::Count
        }
        Err(_) => Done::Nothing,
    }
}

/// Adds an account with what belongs to it.
fn account(draft: &mut Draft<'_, RedbStore>, by: By<'_>, number: u8) {
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
    let uri = format!("./DMAcc/{number}");
    let path = draft.address(&uri).unwrap();
    let origin = Provenance {
        document: [number; 32],
        channel: "card".into(),
        iccid: Some("8949".into()),
        at: by.now.clone(),
    };
    draft.record_provenance(&path, Some(origin));
    let replay = Replay {
        at: by.now.clone(),
        undone: false,
        account: false,
    };
    draft.record_replay([number; 32], Some(replay));
}

/// What is done between crash and crash, each as one transaction.
const WORKS: [(&str, Work); 8] = [
    ("an account comes", |tree, by| {
        drafted(tree, by, |draft| account(draft, by, 3))
    }),
    ("an account goes", |tree, by| {
        drafted(tree, by, |draft| {
            draft.delete(by, "./DMAcc/1").unwrap();
            let replay = Replay {
                at: by.now.clone(),
                undone: true,
                account: false,
            };
            draft.record_replay([1; 32], Some(replay));
            draft
                .forget_server(by, &Actor::server("mgmt.example").unwrap())
                .unwrap();
        })
    }),
    ("a tree is imported", |tree, by| {
        drafted(tree, by, |draft| {
            let text = draft.export(".", true).unwrap().tree.to_xml().unwrap();
            let text = text.replace("mgmt.example", "other.example");
            draft.import(by, ".", text.as_bytes(), true).unwrap();
        })
    }),
    ("a large value", |tree, by| {
        drafted(tree, by, |draft| {
            let value = Item::chr(&"x".repeat(300_000));
            draft.replace(by, "./Vendor/Example/Label", value).unwrap();
        })
    }),
    ("a document is applied under its PIN", |tree, by| {
        arrives(tree, by, ON_AIR, "1824")
    }),
    ("a wrong PIN is counted", |tree, by| {
        arrives(tree, by, ON_AIR, "4711")
    }),
    ("the last application is undone", |tree, by| {
        all_or_nothing(undo(tree, by).is_ok())
    }),
    ("a card is forgotten", |tree, by| {
        all_or_nothing(forget_card(tree, by, "8949", &[]).is_ok())
    }),
];

/// Does the work on a disk, and says what of it was acknowledged.
fn perform(disk: &Disk, work: Work, now: &TStamp) -> Done {
    let by = By {
        actor: &Actor::CLIENT,
        now,
    };
    let Ok(store) = RedbStore::with_backend(disk.clone()) else {
        return Done::Nothing;
    };
    let Ok(mut tree) = Tree::open(store) else {
        return Done::Nothing;
    };
    let acknowledged = work(&mut tree, by);
    let _ = tree.into_store().close();
    acknowledged
}

/// A disk on which everything is safe.
fn settled(disk: &Disk) -> Vec<u8> {
    disk.0.lock().unwrap().synced.clone()
}

fn read(octets: &[u8]) -> Changes {
    let store = RedbStore::with_backend(Disk::new(octets, None)).unwrap();
    store.whole().unwrap()
}

#[test]
fn every_crash_leaves_the_old_state_or_the_new_one() {
    let now = TStamp::from_unix(1_700_000_000);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let disk = Disk::new(&[], None);
    let first = fresh(&shipped().unwrap(), &now, &[]).unwrap();
    let store = RedbStore::create_with_backend(disk.clone(), &first).unwrap();
    let mut tree = Tree::open(store).unwrap();
    let mut draft = tree.draft().unwrap();
    account(&mut draft, by, 1);
    draft.commit(by, "an account").unwrap();
    assert_eq!(arrives(&mut tree, by, ON_CARD, "1824"), Done::All);
    tree.into_store().close().unwrap();
    let before = settled(&disk);
    let old = read(&before);
    // A PIN was counted, and found right, and nothing came of it yet
    let line = |what: &str| AuditLine {
        at: now.clone(),
        actor: Actor::CLIENT.to_string(),
        what: format!("{what}: {}", Hex(&digest(ON_AIR))),
    };
    let mut counted = read(&before);
    let mut cleared = read(&before);
    counted.tries.insert(digest(ON_AIR), Some(1));
    counted.audit.push(line("tries a PIN for a document"));
    cleared.audit.clone_from(&counted.audit);
    cleared
        .audit
        .push(line("found the PIN right for a document"));

    let mut tally = Tally::default();
    for (name, work) in WORKS {
        let perform = |disk: &Disk| perform(disk, work, &now);
        let olds = [&old, &counted, &cleared];
        crash(name, &before, &olds, &perform, &mut tally);
    }
    let Tally {
        images,
        olds,
        counts,
        news,
        ..
    } = tally;
    println!("{images} images: {olds} old, {counts} with a PIN counted, {news} new");
    assert!(images >= AT_LEAST_IMAGES, "{images} images");
    assert!(counts > 0);
    assert!(
        olds >= AT_LEAST_STATES && news >= AT_LEAST_STATES,
        "{olds} old, {news} new"
    );
}

/// A backup of one tree makes it of a fresh one: all of it, or the fresh one stays.
#[test]
fn a_crash_while_a_backup_is_imported_leaves_the_fresh_tree_or_the_whole() {
    let now = TStamp::from_unix(1_700_000_000);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let first = fresh(&shipped().unwrap(), &now, &[]).unwrap();
    let make = || {
        let disk = Disk::new(&[], None);
        let store = RedbStore::create_with_backend(disk.clone(), &first).unwrap();
        (disk, store)
    };
    let mut tree = Tree::open(make().1).unwrap();
    let mut draft = tree.draft().unwrap();
    account(&mut draft, by, 1);
    draft.commit(by, "an account").unwrap();
    assert_eq!(arrives(&mut tree, by, ON_CARD, "1824"), Done::All);
    let backup = to_json_with_secrets(&tree.store().whole().unwrap()).unwrap();

    let (disk, store) = make();
    store.close().unwrap();
    let before = settled(&disk);
    let old = read(&before);
    let perform = |disk: &Disk| {
        let Ok(mut store) = RedbStore::with_backend(disk.clone()) else {
            return Done::Nothing;
        };
        let acknowledged = restore(&mut store, &from_json(&backup).unwrap()).is_ok();
        let _ = store.close();
        all_or_nothing(acknowledged)
    };
    let mut tally = Tally::default();
    crash("a backup", &before, &[&old], &perform, &mut tally);
    let whole = Disk::new(&before, None);
    perform(&whole);
    assert_eq!(read(&settled(&whole)), tree.store().whole().unwrap());
    let Tally {
        images, olds, news, ..
    } = tally;
    println!("{images} images: {olds} old, {news} new");
    assert!(olds >= 50 && news >= 50, "{olds} old, {news} new");
}

/// What became of images.
struct Tally {
    chance: Chance,
    images: usize,
    olds: usize,
    counts: usize,
    news: usize,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            chance: Chance(1),
            images: 0,
            olds: 0,
            counts: 0,
            news: 0,
        }
    }
}

/// Stops some work before every operation on the disk. What is then there is the old state (or, if
/// that may be, one with a PIN counted), or the new one; and new when that was acknowledged.
fn crash(
    name: &str,
    before: &[u8],
    olds: &[&Changes],
    perform: &dyn Fn(&Disk) -> Done,
    tally: &mut Tally,
) {
    let whole = Disk::new(before, None);
    assert_eq!(perform(&whole), Done::All, "{name}");
    let new = read(&settled(&whole));
    assert_ne!(new, *olds[0], "{name}");
    let operations = whole.0.lock().unwrap().done;
    assert!(operations > 5, "{name}: {operations}");
    for stop in 0..=operations {
        let disk = Disk::new(before, Some(stop));
        let acknowledged = perform(&disk);
        let modes = [Mode::Dropped, Mode::Kept]
            .into_iter()
            .chain([Mode::Reordered; 10])
            .chain([Mode::Torn; 10]);
        for mode in modes {
            let place = format!("{name}, before operation {stop} of {operations}, {mode:?}");
            let image = disk.image(mode, &mut tally.chance);
            let store = RedbStore::with_backend(Disk::new(&image, None));
            let store = store.unwrap_or_else(|error| panic!("{place}: {error}"));
            let found = store
                .whole()
                .unwrap_or_else(|error| panic!("{place}: {error}"));
            tally.images += 1;
            let reached = match found {
                _ if found == new => Done::All,
                _ if olds[1..].contains(&&found) => Done::Count,
                _ if found == *olds[0] => Done::Nothing,
                _ => panic!("{place}: neither old nor new"),
            };
            let kept = match acknowledged {
                Done::All => reached == Done::All,
                Done::Count => reached != Done::Nothing,
                Done::Nothing => true,
            };
            assert!(kept, "{place}: what was acknowledged is lost");
            match reached {
                Done::All => tally.news += 1,
                Done::Count => tally.counts += 1,
                Done::Nothing => tally.olds += 1,
            }
            let mut tree = Tree::open(store).unwrap();
            let defects = tree.draft().unwrap().check().unwrap();
            assert!(defects.is_empty(), "{place}: {defects:?}");
        }
    }
}

/// A disk that is full, or fails, says so and keeps the state.
#[test]
fn a_full_disk_is_said() {
    #[derive(Debug)]
    struct Full(Disk, Arc<Mutex<bool>>);

    impl StorageBackend for Full {
        fn len(&self) -> io::Result<u64> {
            self.0.len()
        }
        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            self.0.read(offset, out)
        }
        fn set_len(&self, length: u64) -> io::Result<()> {
            match *self.1.lock().unwrap() {
                true => Err(io::ErrorKind::StorageFull.into()),
                false => self.0.set_len(length),
            }
        }
        fn sync_data(&self) -> io::Result<()> {
            self.0.sync_data()
        }
        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            self.0.write(offset, data)
        }
    }

    let now = TStamp::from_unix(1_700_000_000);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let disk = Disk::new(&[], None);
    let full = Arc::new(Mutex::new(false));
    let first = fresh(&shipped().unwrap(), &now, &[]).unwrap();
    let store = RedbStore::create_with_backend(Full(disk.clone(), full.clone()), &first).unwrap();
    let old = store.whole().unwrap();
    let mut tree = Tree::open(store).unwrap();
    *full.lock().unwrap() = true;
    let mut draft = tree.draft().unwrap();
    let value = Item::chr(&"x".repeat(1 << 20));
    draft.replace(by, "./Vendor/Example/Label", value).unwrap();
    let error = draft.commit(by, "a large value").unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error:?}");
    let error = dmboot::client::tree::Error::from(error);
    assert_eq!(error.status().code(), 420);
    drop(tree);
    let octets = disk.0.lock().unwrap().current.clone();
    assert_eq!(read(&octets), old);
}
