//! Stores keep what they are given.

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

fn account(tree: &mut Tree<impl TreeStore>) {
    let now = at(1);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    for (uri, value, _) in ACCOUNT {
        let item = value.map_or_else(|| Item::interior(""), Item::chr);
        draft.add(by, uri, item).unwrap();
    }
    let origin = Provenance {
        document: [1; 32],
        channel: "card".into(),
        iccid: Some("8949".into()),
        at: at(1),
    };
    draft.record_provenance(&path("./DMAcc/1"), Some(origin));
    draft.record_replay(
        [2; 32],
        Some(Replay {
            at: at(1),
            undone: false,
            account: true,
        }),
    );
    draft.commit(by, "an account").unwrap();
}

fn remove(tree: &mut Tree<impl TreeStore>) {
    let now = at(2);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    draft.delete(by, "./DMAcc/1").unwrap();
    draft.record_replay(
        [2; 32],
        Some(Replay {
            at: at(1),
            undone: true,
            account: false,
        }),
    );
    draft.commit(by, "gone").unwrap();
}

/// All that a store says.
#[derive(Debug, PartialEq)]
struct Everything {
    nodes: Vec<(NodePath, Option<Arc<Node>>)>,
    top: Vec<NodePath>,
    description: String,
    provenance: BTreeMap<NodePath, Provenance>,
    replays: [Option<Replay>; 2],
    audit: Vec<AuditLine>,
}

fn everything(store: &impl TreeStore) -> Everything {
    let all = store.subtree(&NodePath::ROOT).unwrap();
    let node = |path: NodePath| (path.clone(), store.node(&path).unwrap());
    Everything {
        nodes: all.into_iter().map(node).collect(),
        top: store.children(&NodePath::ROOT).unwrap(),
        description: store.description().unwrap(),
        provenance: store.provenance().unwrap(),
        replays: [2, 3].map(|octet| store.replay(&[octet; 32]).unwrap()),
        audit: store.audit().unwrap(),
    }
}

#[test]
fn a_file_keeps_what_memory_keeps() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("tree");
    let first = fresh(&shipped().unwrap(), &at(0), &[]).unwrap();
    let mut memory = Tree::open(MemStore::new(&first)).unwrap();
    let mut kept = Tree::open(RedbStore::create(&file, &first).unwrap()).unwrap();
    for step in 0..3 {
        match step {
            0 => {}
            1 => {
                account(&mut memory);
                account(&mut kept);
            }
            _ => {
                remove(&mut memory);
                remove(&mut kept);
            }
        }
        let expected = everything(memory.store());
        assert_eq!(everything(kept.store()), expected);
        kept.into_store().close().unwrap();
        kept = Tree::open(RedbStore::open(&file).unwrap()).unwrap();
        assert_eq!(everything(kept.store()), expected);
        assert_eq!(kept.ddf(), memory.ddf());
    }
    // What is recorded of a subtree that is gone is gone with it
    assert!(kept.store().provenance().unwrap().is_empty());
    assert_eq!(kept.store().audit().unwrap().len(), 3);
}

#[test]
fn values_of_a_file_are_those_that_were_written() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("tree");
    let first = fresh(&shipped().unwrap(), &at(0), &[]).unwrap();
    let mut kept = Tree::open(RedbStore::create(&file, &first).unwrap()).unwrap();
    account(&mut kept);
    let secret = path("./DMAcc/1/AppAuth/1/AAuthSecret");
    let node = kept.store().node(&secret).unwrap().unwrap();
    assert_eq!(node.value.expose(), b"hunter2");
    assert_eq!(kept.store().node(&path("./DMAcc/2")).unwrap(), None);
}

#[test]
fn a_file_is_its_owners_and_takes_nobodys_place() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("tree");
    let first = fresh(&shipped().unwrap(), &at(0), &[]).unwrap();
    RedbStore::create(&file, &first).unwrap().close().unwrap();
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = fs::read(&file).unwrap();
    let again = RedbStore::create(&file, &first);
    assert!(matches!(again, Err(CreateError::Exists(_))), "{again:?}");
    assert_eq!(fs::read(&file).unwrap(), before);
    // Nothing else is left in the folder
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    let nowhere = place.path().join("none").join("tree");
    let failed = RedbStore::create(&nowhere, &first);
    assert!(
        matches!(failed, Err(CreateError::Store(StoreError::Io(_)))),
        "{failed:?}"
    );
}

#[test]
fn what_is_no_tree_is_refused_and_not_touched() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("tree");
    let first = fresh(&shipped().unwrap(), &at(0), &[]).unwrap();
    RedbStore::create(&file, &first).unwrap().close().unwrap();
    let whole = fs::read(&file).unwrap();
    let missing = RedbStore::open(&place.path().join("none"));
    assert!(matches!(missing, Err(StoreError::Io(_))), "{missing:?}");
    for octets in [&b""[..], b"a text", &[0; 8192]] {
        fs::write(&file, octets).unwrap();
        let result = RedbStore::open(&file);
        assert!(matches!(result, Err(StoreError::NotATree)), "{result:?}");
        assert_eq!(fs::read(&file).unwrap(), octets);
    }
    // Its second half is missing
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let result = RedbStore::open(&file);
    assert!(
        matches!(result, Err(StoreError::Damaged(_) | StoreError::NotATree)),
        "{result:?}"
    );
    // Another program's
    fs::remove_file(&file).unwrap();
    let other = ::redb::Database::create(&file).unwrap();
    other.begin_write().unwrap().commit().unwrap();
    drop(other);
    let result = RedbStore::open(&file);
    assert!(matches!(result, Err(StoreError::NotATree)), "{result:?}");
    // One of a later version
    fs::remove_file(&file).unwrap();
    let later = ::redb::Database::create(&file).unwrap();
    let write = later.begin_write().unwrap();
    let facts = ::redb::TableDefinition::<&str, u64>::new("dmboot");
    write
        .open_table(facts)
        .unwrap()
        .insert("format", FORMAT + 1)
        .unwrap();
    write.commit().unwrap();
    drop(later);
    let result = RedbStore::open(&file);
    assert!(matches!(result, Err(StoreError::Version(2))), "{result:?}");
}

#[test]
fn one_process_at_a_time() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("tree");
    let first = fresh(&shipped().unwrap(), &at(0), &[]).unwrap();
    let held = RedbStore::create(&file, &first).unwrap();
    let second = RedbStore::open(&file);
    assert!(matches!(second, Err(StoreError::Busy)), "{second:?}");
    held.close().unwrap();
    assert!(RedbStore::open(&file).is_ok());
}

/// The newest lines of the audit are kept, in both stores alike, and the file does not grow by more.
#[test]
fn the_audit_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tree");
    let first = fresh(&shipped().unwrap(), &at(0), &[]).unwrap();
    let mut kept = RedbStore::create(&file, &first).unwrap();
    let mut in_memory = MemStore::new(&first);
    let size = |store: RedbStore| {
        store.close().unwrap();
        fs::metadata(&file).unwrap().len()
    };
    let mut sizes = Vec::new();
    for round in 0..6_usize {
        let line = |number: usize| AuditLine {
            at: at(1),
            actor: "client".into(),
            what: format!("line {}", round * 3_000 + number),
        };
        let changes = Changes {
            audit: (0..3_000).map(line).collect(),
            ..Changes::default()
        };
        kept.commit(&changes).unwrap();
        in_memory.commit(&changes).unwrap();
        let audit = kept.audit().unwrap();
        assert_eq!(audit, in_memory.audit().unwrap());
        assert!(audit.len() <= AUDIT_LINES);
        assert_eq!(audit.last(), changes.audit.last());
        sizes.push(size(kept));
        kept = RedbStore::open(&file).unwrap();
    }
    assert_eq!(kept.audit().unwrap().len(), AUDIT_LINES);
    assert!(sizes[5] <= 2 * sizes[2], "{sizes:?}");
}
