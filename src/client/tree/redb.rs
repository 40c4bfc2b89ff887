//! A tree in one file, kept by redb.
//!
//! Every change is one transaction with two-phase commit: values come from strangers, and redb's
//! checksum of a one-phase commit is none that resists them. A file is made under a temporary name
//! and takes its own when its first state is on the disk. It can be read and written by its owner
//! alone, because it holds the secrets of accounts.

mod codec;
mod last;

use super::node::Node;
use super::path::NodePath;
use super::store::{
    AUDIT_LINES, AuditLine, Changes, ContextRecord, LastApplied, Nodes, Provenance, Replay,
    StoreError, TreeStore, put_all,
};
use ::redb::backends::FileBackend;
use ::redb::{
    Builder, CommitError, Database, DatabaseError, Key, ReadOnlyTable, ReadTransaction,
    ReadableDatabase, ReadableTable, ReadableTableMetadata, StorageBackend, StorageError, Table,
    TableDefinition, TableError, TableHandle, TransactionError, Value,
};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use zeroize::Zeroizing;

/// The version of the file's format.
pub const FORMAT: u64 = 1;

const FACTS: TableDefinition<'static, &str, u64> = TableDefinition::new("dmboot");
const NODES: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("nodes");
const PROVENANCE: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("provenance");
const REPLAYS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("replays");
const TRIES: TableDefinition<'static, &[u8], u8> = TableDefinition::new("tries");
const CONTEXTS: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("contexts");
const LAST: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("last");
const TEXTS: TableDefinition<'static, &str, &str> = TableDefinition::new("texts");
const AUDIT: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("audit");

const FORMAT_KEY: &str = "format";
const DESCRIPTION: &str = "ddf";
const APPLIED: &str = "applied";

/// A tree in a file. While it is open, no other process opens it.
#[derive(Debug)]
pub struct RedbStore {
    /// What was committed last, once somebody has asked for it. It ends before the database closes.
    state: OnceLock<Snapshot>,
    database: Database,
}

/// One state. redb's transactions and tables have no `Debug`.
struct Snapshot {
    read: ReadTransaction,
    nodes: ReadOnlyTable<&'static str, &'static [u8]>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Snapshot")
    }
}

/// Why a file was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is something of this name.
    #[error("{0} exists already; name another file")]
    Exists(PathBuf),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RedbStore {
    /// Makes a file with a first state. It appears whole or not at all, and takes nobody's place.
    ///
    /// # Errors
    /// [`CreateError`]
    pub fn create(path: &Path, first: &Changes) -> Result<Self, CreateError> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(CreateError::Exists(path.to_owned()));
        }
        let temporary = beside(path);
        // Left by a process of the same number that was killed
        let _ = fs::remove_file(&temporary);
        let result = write_new(&temporary, first).and_then(|()| install(&temporary, path));
        let _ = fs::remove_file(&temporary);
        match result {
            Err(StoreError::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(CreateError::Exists(path.to_owned()))
            }
            result => {
                result?;
                Ok(Self::open(path)?)
            }
        }
    }

    /// Opens a file, and reads all of it to see that it is sound.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        // redb would make a tree of an empty file
        if fs::metadata(path)?.len() == 0 {
            return Err(StoreError::NotATree);
        }
        Self::of(builder().open(path).map_err(of_database)?)
    }

    /// Opens a tree in a backend of redb's that holds one.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn with_backend(backend: impl StorageBackend) -> Result<Self, StoreError> {
        Self::of(
            builder()
                .create_with_backend(backend)
                .map_err(of_database)?,
        )
    }

    /// Makes a tree with a first state in an empty backend of redb's.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn create_with_backend(
        backend: impl StorageBackend,
        first: &Changes,
    ) -> Result<Self, StoreError> {
        let database = builder()
            .create_with_backend(backend)
            .map_err(of_database)?;
        commit(&database, first, true)?;
        Self::of(database)
    }

    fn of(database: Database) -> Result<Self, StoreError> {
        let read = database.begin_read().map_err(of_transaction)?;
        let facts = read.open_table(FACTS).map_err(|error| match error {
            TableError::Storage(error) => of_storage(error),
            _ => StoreError::NotATree,
        })?;
        let format = facts.get(FORMAT_KEY).map_err(of_storage)?;
        match format.map(|format| format.value()) {
            Some(FORMAT) => {}
            Some(other) => return Err(StoreError::Version(other)),
            None => return Err(StoreError::NotATree),
        }
        let state = OnceLock::new();
        Ok(Self { state, database })
    }

    fn state(&self) -> Result<&Snapshot, StoreError> {
        if let Some(state) = self.state.get() {
            return Ok(state);
        }
        let read = self.database.begin_read().map_err(of_transaction)?;
        let nodes = read.open_table(NODES).map_err(of_table)?;
        Ok(self.state.get_or_init(|| Snapshot { read, nodes }))
    }

    fn nodes(&self) -> Result<&ReadOnlyTable<&'static str, &'static [u8]>, StoreError> {
        Ok(&self.state()?.nodes)
    }

    fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, StoreError> {
        self.state()?.read.open_table(table).map_err(of_table)
    }

    /// Closes the file, and says when its last octets could not be written.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn close(self) -> Result<(), StoreError> {
        let Self { state, database } = self;
        drop(state);
        database.close().map_err(of_database)
    }
}

impl Nodes for RedbStore {
    fn node(&self, path: &NodePath) -> Result<Option<Arc<Node>>, StoreError> {
        let found = self.nodes()?.get(path.key()).map_err(of_storage)?;
        found
            .map(|octets| codec::read_shared(octets.value()))
            .transpose()
    }

    fn children(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError> {
        let mut children: Vec<NodePath> = Vec::new();
        let mut from = path.below();
        'skipped: loop {
            for entry in self.nodes()?.range(from.key()..).map_err(of_storage)? {
                let next = NodePath::from_key(entry.map_err(of_storage)?.0.value());
                let Some(child) = path.child_towards(&next) else {
                    break 'skipped;
                };
                if children.last() == Some(&child) {
                    // To pass over what hangs from it takes a new start
                    from = child.after();
                    continue 'skipped;
                }
                children.push(child);
            }
            break;
        }
        Ok(children)
    }

    fn subtree(&self, path: &NodePath) -> Result<Vec<NodePath>, StoreError> {
        let mut all = Vec::new();
        for entry in self.nodes()?.range(path.key()..).map_err(of_storage)? {
            let next = NodePath::from_key(entry.map_err(of_storage)?.0.value());
            if !path.holds(&next) {
                break;
            }
            all.push(next);
        }
        Ok(all)
    }
}

impl TreeStore for RedbStore {
    fn description(&self) -> Result<String, StoreError> {
        let texts = self.table(TEXTS)?;
        let text = texts.get(DESCRIPTION).map_err(of_storage)?;
        let missing = || StoreError::Damaged("it has no description".into());
        Ok(text.ok_or_else(missing)?.value().to_owned())
    }

    fn provenance(&self) -> Result<BTreeMap<NodePath, Provenance>, StoreError> {
        let table = self.table(PROVENANCE)?;
        records(&table, path, codec::read_provenance)
    }

    fn replay(&self, body: &[u8; 32]) -> Result<Option<Replay>, StoreError> {
        let table = self.table(REPLAYS)?;
        let found = table.get(&body[..]).map_err(of_storage)?;
        found
            .map(|octets| codec::read_replay(octets.value()))
            .transpose()
    }

    fn tries(&self, body: &[u8; 32]) -> Result<u8, StoreError> {
        let table = self.table(TRIES)?;
        let found = table.get(&body[..]).map_err(of_storage)?;
        Ok(found.map_or(0, |count| count.value()))
    }

    fn tried(&self) -> Result<usize, StoreError> {
        let table = self.table(TRIES)?;
        let count = table.len().map_err(of_storage)?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    fn contexts(&self) -> Result<BTreeMap<[u8; 32], ContextRecord>, StoreError> {
        let table = self.table(CONTEXTS)?;
        records(&table, hash, codec::read_context)
    }

    fn last_applied(&self) -> Result<Option<LastApplied>, StoreError> {
        let table = self.table(LAST)?;
        let found = table.get(APPLIED).map_err(of_storage)?;
        found.map(|octets| last::read(octets.value())).transpose()
    }

    fn audit(&self) -> Result<Vec<AuditLine>, StoreError> {
        let table = self.table(AUDIT)?;
        let mut lines = Vec::new();
        for entry in table.iter().map_err(of_storage)? {
            let (_, octets) = entry.map_err(of_storage)?;
            lines.push(codec::read_audit(octets.value())?);
        }
        Ok(lines)
    }

    fn whole(&self) -> Result<Changes, StoreError> {
        let replays = self.table(REPLAYS)?;
        let mut tries = BTreeMap::new();
        let table = self.table(TRIES)?;
        for entry in table.iter().map_err(of_storage)? {
            let (key, count) = entry.map_err(of_storage)?;
            tries.insert(hash(key.value())?, count.value());
        }
        Ok(Changes {
            anew: true,
            nodes: put_all(records(self.nodes()?, path, codec::read_shared)?),
            provenance: put_all(self.provenance()?),
            replays: put_all(records(&replays, hash, codec::read_replay)?),
            tries: put_all(tries),
            contexts: put_all(self.contexts()?),
            last_applied: Some(self.last_applied()?),
            description: Some(self.description()?),
            audit: self.audit()?,
        })
    }

    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        // Whoever reads the state before keeps redb from using its pages again
        self.state.take();
        commit(&self.database, changes, false)
    }
}

/// The settings of every file. All checksums are compared when it is opened: redb panics over a
/// damaged file that it trusts.
fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_check_integrity_on_open(true);
    builder
}

/// The SHA-256 that a record belongs to.
fn hash(key: &[u8]) -> Result<[u8; 32], StoreError> {
    let fault = |_| StoreError::Damaged("a record belongs to no document".into());
    key.try_into().map_err(fault)
}

fn path(key: &str) -> Result<NodePath, StoreError> {
    Ok(NodePath::from_key(key))
}

/// All records of a table.
fn records<K: Key + 'static, P: Ord, V>(
    table: &ReadOnlyTable<K, &'static [u8]>,
    place: impl Fn(K::SelfType<'_>) -> Result<P, StoreError>,
    read: impl Fn(&[u8]) -> Result<V, StoreError>,
) -> Result<BTreeMap<P, V>, StoreError> {
    let mut all = BTreeMap::new();
    for entry in table.iter().map_err(of_storage)? {
        let (key, octets) = entry.map_err(of_storage)?;
        all.insert(place(key.value())?, read(octets.value())?);
    }
    Ok(all)
}

/// Puts a record in its place, or takes it away.
fn put<K: Key + 'static>(
    table: &mut Table<'_, K, &'static [u8]>,
    key: K::SelfType<'_>,
    octets: Option<&[u8]>,
) -> Result<(), StoreError> {
    match octets {
        Some(octets) => table.insert(key, octets).map_err(of_storage)?,
        None => table.remove(key).map_err(of_storage)?,
    };
    Ok(())
}

/// Writes changes as one transaction, which opens the tables that change; the first one makes them
/// all and names the format.
fn commit(database: &Database, changes: &Changes, first: bool) -> Result<(), StoreError> {
    let mut write = database.begin_write().map_err(of_transaction)?;
    write.set_two_phase_commit(true);
    {
        if first {
            let mut facts = write.open_table(FACTS).map_err(of_table)?;
            facts.insert(FORMAT_KEY, FORMAT).map_err(of_storage)?;
        }
        if changes.anew {
            // But the facts, which are the file's
            for table in write.list_tables().map_err(of_storage)? {
                if table.name() != FACTS.name() {
                    write.delete_table(table).map_err(of_table)?;
                }
            }
        }
        let all = first || changes.anew;
        if all || !changes.nodes.is_empty() {
            let mut table = write.open_table(NODES).map_err(of_table)?;
            for (path, node) in &changes.nodes {
                let octets: Option<Zeroizing<Vec<u8>>> = node.as_deref().map(codec::write_node);
                put(
                    &mut table,
                    path.key(),
                    octets.as_ref().map(|o| o.as_slice()),
                )?;
            }
        }
        if all || !changes.provenance.is_empty() {
            let mut table = write.open_table(PROVENANCE).map_err(of_table)?;
            for (path, origin) in &changes.provenance {
                let octets = origin.as_ref().map(codec::write_provenance);
                put(&mut table, path.key(), octets.as_deref())?;
            }
        }
        if all || !changes.replays.is_empty() {
            let mut table = write.open_table(REPLAYS).map_err(of_table)?;
            for (body, replay) in &changes.replays {
                let octets = replay.as_ref().map(codec::write_replay);
                put(&mut table, &body[..], octets.as_deref())?;
            }
        }
        if all || !changes.tries.is_empty() {
            let mut table = write.open_table(TRIES).map_err(of_table)?;
            for (body, count) in &changes.tries {
                match count {
                    Some(count) => table.insert(&body[..], count).map_err(of_storage)?,
                    None => table.remove(&body[..]).map_err(of_storage)?,
                };
            }
        }
        if all || !changes.contexts.is_empty() {
            let mut table = write.open_table(CONTEXTS).map_err(of_table)?;
            for (document, context) in &changes.contexts {
                let octets = context.as_ref().map(codec::write_context);
                put(&mut table, &document[..], octets.as_deref())?;
            }
        }
        if all || changes.last_applied.is_some() {
            let mut table = write.open_table(LAST).map_err(of_table)?;
            if let Some(last) = &changes.last_applied {
                let octets = last.as_ref().map(last::write);
                put(&mut table, APPLIED, octets.as_ref().map(|o| o.as_slice()))?;
            }
        }
        if all || changes.description.is_some() {
            let mut table = write.open_table(TEXTS).map_err(of_table)?;
            if let Some(description) = changes.description.as_deref() {
                table.insert(DESCRIPTION, description).map_err(of_storage)?;
            }
        }
        let mut audit = write.open_table(AUDIT).map_err(of_table)?;
        let last = audit
            .last()
            .map_err(of_storage)?
            .map(|(number, _)| number.value());
        let numbers = last.map_or(0, |last| last + 1)..;
        for (number, line) in numbers.zip(&changes.audit) {
            let octets = codec::write_audit(line);
            audit
                .insert(number, octets.as_slice())
                .map_err(of_storage)?;
        }
        while audit.len().map_err(of_storage)? > AUDIT_LINES as u64 {
            audit.pop_first().map_err(of_storage)?;
        }
    }
    write.commit().map_err(|error| match error {
        CommitError::Storage(error) => of_storage(error),
        error => StoreError::Io(io::Error::other(error)),
    })
}

fn write_new(temporary: &Path, first: &Changes) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    let file = options.open(temporary)?;
    let backend = FileBackend::new(file).map_err(of_database)?;
    let database = builder().create_with_backend(backend);
    let database = database.map_err(of_database)?;
    commit(&database, first, true)?;
    database.close().map_err(of_database)
}

/// Gives the file its name, unless something has it.
fn install(temporary: &Path, path: &Path) -> Result<(), StoreError> {
    match fs::hard_link(temporary, path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error.into()),
        // Not every file system has links
        Err(_) if fs::symlink_metadata(path).is_err() => fs::rename(temporary, path)?,
        Err(error) => return Err(error.into()),
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// `.NAME.PID.partial` in the same folder.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.partial", std::process::id()))
}

fn of_storage(error: StorageError) -> StoreError {
    match error {
        StorageError::Corrupted(what) => StoreError::Damaged(what),
        StorageError::Io(error) => of_io(error),
        error => StoreError::Io(io::Error::other(error)),
    }
}

fn of_io(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            StoreError::Full
        }
        io::ErrorKind::InvalidData => StoreError::NotATree,
        // A file that ends too early
        io::ErrorKind::UnexpectedEof => StoreError::Damaged("its end is missing".into()),
        _ => StoreError::Io(error),
    }
}

fn of_database(error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            StoreError::Busy
        }
        DatabaseError::Storage(error) => of_storage(error),
        error => StoreError::Damaged(error.to_string()),
    }
}

fn of_transaction(error: TransactionError) -> StoreError {
    match error {
        TransactionError::Storage(error) => of_storage(error),
        error => StoreError::Io(io::Error::other(error)),
    }
}

fn of_table(error: TableError) -> StoreError {
    match error {
        TableError::Storage(error) => of_storage(error),
        error => StoreError::Damaged(error.to_string()),
    }
}
