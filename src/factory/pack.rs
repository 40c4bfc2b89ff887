//! One file with the messages of a whole list: for factories, where a million small files take
//! longer to make than what is in them.
//!
//! ```text
//! pack   = "dmboot-pack 2" LF *record end
//! record = key-length key pdu-length pdu sum
//! end    = 4*OCTET(0) count sum
//! ```
//!
//! The key names the device, the PDU is its WSP push PDU. Records stand in the order of the list, and
//! count is their number. Lengths have 4 octets, as sum has, and count has 8, most significant first.
//! A sum is the CRC-32 (as in gzip, RFC 1952 §8) of the octets from the beginning of its record or end
//! up to itself: it finds what a disk or a copy damaged, and is no proof of where a pack comes from.
//! [`Pack`] reads such a file, [`build`] writes one in a single pass: each row is read, its values
//! are checked against their types, and it is signed; what repeats is found in the end, before the
//! file appears. The rules of documents, which look at a document as a whole, are applied to the
//! first device of each shape that each thread meets, and what is known of a receiver to the first of
//! each shape and length; [`check`](super::batch::check) applies them to every row, and looks at columns as a whole (digits that a spreadsheet took).

mod read;

pub use read::{Pack, PackError, Record};

use super::batch::{Options, Stage, Watch, digits_of, equal_secret, known_column};
use super::job::{Job, MakeError, Maker};
use super::list::damage::{Digits, digits_damage};
use super::list::{ListError, ListReader, PlainRows, Row};
use super::pins::Pins;
use super::report::{BatchError, MAX_REMARKS, Remark, Report, RowError, RowFault, add_claim};
use super::seen::Seen;
use super::station::{StationError, alone, create, failed, sync_folder};
use crate::document::lint;
use crate::document::profile::{Compiled, ParameterId, Source, Type, Values};
use crate::finding::{Finding, Severity};
use crate::security::cp_mac::Sec;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::hash::BuildHasher;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};
use zeroize::Zeroizing;

/// The first line of a pack.
pub const MAGIC: &[u8] = b"dmboot-pack 2\n";
/// Octets of a key or a PDU at most.
pub const FIELD_MAX: u32 = 1 << 20;

/// Rows that a thread works on at a time.
const CHUNK: usize = 256;
/// How often a thread's rows and its records may wait for others: to wake a thread takes long.
const AHEAD: usize = 4;
/// Octets after which the disk is told to write.
const SYNC: usize = 32 << 20;
/// Given secrets that are compared with each other: the first so many of a list.
pub const SECRETS_MAX: usize = 1 << 18;
/// Equal hashes of keys that are looked at: so many by chance are out of the question.
const SURE: usize = 64;

/// What repeats: the kinds of [`Seen`] entries; a secret has the number of its parameter plus one.
const KEY: u32 = 0;

/// Builds the messages of all devices of the list into the file `out`.
///
/// # Errors
/// [`BatchError`]; no file has appeared then.
pub fn build(
    job: &Job<'_>,
    options: &Options,
    out: &Path,
    watch: &dyn Watch,
) -> Result<Report, BatchError> {
    let list = options.list.as_deref().unwrap_or(Path::new(""));
    if job.sec == Some(Sec::UserPinMac) {
        return Err(BatchError::PackSecrets("code".into()));
    }
    // Nobody compares gigabytes to find that nothing would change
    if out.exists() && !out.is_file() {
        let path = out.to_owned();
        return Err(StationError::NotAFile { path }.into());
    }
    if out.exists() && !options.force {
        let path = out.to_owned();
        return Err(StationError::Exists { path }.into());
    }
    let partial = Partial(alone(out));
    let mut file = create_locked(&partial.0)?;
    clear(out, &partial.0);
    let compiled = Compiled::new(job.profile, job.written());
    let mut reader = ListReader::open(list).map_err(|source| BatchError::List {
        path: list.to_owned(),
        source,
    })?;
    for column in reader.columns().unwrap_or_default() {
        known_column(job, list, column)?;
    }
    let plan = Plan::new(job, list);
    let mut writer = Writer::new(&plan, options, &partial.0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    file.write_all(MAGIC).map_err(failed(&partial.0))?;
    let disk = file.try_clone().map_err(failed(&partial.0))?;
    let (plan, compiled) = (&plan, &compiled);
    let source = &mut reader;
    // Rows go round the threads and their records come back the same way, so the order of the list
    // is that of the file
    thread::scope(|scope| -> Result<(), BatchError> {
        let (mut feeds, mut results) = (Vec::new(), Vec::new());
        for _ in 0..threads {
            let (feed, rows) = sync_channel::<Rows>(AHEAD);
            let (done, records) = sync_channel::<Records>(AHEAD);
            let (free, buffers) = sync_channel::<Zeroizing<Vec<u8>>>(AHEAD + 2);
            spawn(scope, move || work(plan, compiled, &rows, &buffers, &done))?;
            feeds.push(feed);
            results.push((records, free));
        }
        let (wake, woken) = sync_channel::<()>(1);
        // Errors of the disk come again when the whole file is synchronised
        spawn(scope, move || {
            woken.iter().for_each(|()| drop(disk.sync_data()))
        })?;
        spawn(scope, move || feed(source, &feeds, watch))?;
        let mut unwritten = 0;
        'list: loop {
            for (records, free) in &results {
                let Ok(mut records) = records.recv() else {
                    break 'list;
                };
                file.write_all(&records.octets)
                    .map_err(failed(&partial.0))?;
                unwritten += records.octets.len();
                writer.take(&mut records)?;
                watch.progress(Stage::Writing, records.position);
                let _ = free.try_send(records.octets);
                if unwritten >= SYNC {
                    unwritten = 0;
                    let _ = wake.try_send(());
                }
                if watch.stopped() {
                    return Err(BatchError::Interrupted);
                }
            }
        }
        // Reading stops then too, so what came is not the whole list
        if watch.stopped() {
            return Err(BatchError::Interrupted);
        }
        Ok(())
    })?;
    for fault in reader.noted() {
        let finding = fault.finding();
        let place = format!("{}:{}", list.display(), fault.line);
        let (rule, severity) = (finding.rule.id, finding.rule.severity);
        writer.remark(rule, severity, place, finding.sentence());
    }
    file.write_all(&end(writer.report.devices as u64))
        .map_err(failed(&partial.0))?;
    // What repeats is found while the disk writes
    let (report, synchronised) = thread::scope(|scope| {
        let disk = spawn(scope, || file.sync_all())?;
        Ok::<_, BatchError>((writer.finish(), disk.join()))
    })?;
    let report = report?;
    if report.devices == 0 {
        return Ok(report);
    }
    synchronised
        .unwrap_or_else(|panic| resume_unwind(panic))
        .map_err(failed(&partial.0))?;
    fs::rename(&partial.0, out).map_err(failed(out))?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_folder(folder.unwrap_or(Path::new(".")))?;
    Ok(report)
}

/// A thread, unless the system gives none.
fn spawn<'s, T: Send + 's>(
    scope: &'s Scope<'s, '_>,
    work: impl FnOnce() -> T + Send + 's,
) -> Result<ScopedJoinHandle<'s, T>, BatchError> {
    let made = thread::Builder::new().spawn_scoped(scope, work);
    made.map_err(|error| BatchError::Threads(error.to_string()))
}

/// What stands after so many records.
fn end(count: u64) -> [u8; END] {
    let mut end = [0; END];
    end[4..12].copy_from_slice(&count.to_be_bytes());
    let sum = sum(&[&end[..12]]);
    end[12..].copy_from_slice(&sum.to_be_bytes());
    end
}

/// Octets of the end: a length of zero, the count, the sum.
const END: usize = 16;

/// The checksum of what stands in these, one after the other.
fn sum(parts: &[&[u8]]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    parts.iter().for_each(|part| sum.update(part));
    sum.finalize()
}

/// Creates the file that is written, locked for as long as it is open, so that no other process
/// takes it for one that was left behind.
fn create_locked(path: &Path) -> Result<File, StationError> {
    loop {
        let file = create(path)?;
        file.lock().map_err(failed(path))?;
        // It may have been cleared away before it was locked
        let same = |a: &fs::Metadata, b: &fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
        match (file.metadata(), fs::symlink_metadata(path)) {
            (Ok(held), Ok(there)) if same(&held, &there) => return Ok(file),
            _ => {}
        }
    }
}

/// Removes what jobs that were killed left of the same pack: it is full of secrets, and nobody looks
/// for files with a dot. What is locked is being written; what cannot be removed stays.
fn clear(out: &Path, own: &Path) {
    let folder = own.parent().filter(|path| !path.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let (Some(name), Ok(user)) = (out.file_name(), fs::symlink_metadata(own)) else {
        return;
    };
    let left = |path: &Path| {
        let process = path.file_name().and_then(|left| {
            let rest = left.as_bytes().strip_prefix(b".")?;
            let rest = rest.strip_prefix(name.as_bytes())?.strip_prefix(b".")?;
            rest.strip_suffix(b".partial")
        });
        process.is_some_and(|id| !id.is_empty() && id.iter().all(u8::is_ascii_digit))
            && path.file_name() != own.file_name()
            && fs::symlink_metadata(path).is_ok_and(|f| f.is_file() && f.uid() == user.uid())
    };
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in files.map(|file| file.path()).filter(|path| left(path)) {
        if let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(&path);
        }
    }
}

/// The file that is being written; gone unless it was renamed.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Some rows of the list, in order.
struct Rows {
    rows: Vec<Taken>,
    /// Octets of the list up to here.
    position: u64,
}

/// What the list hands out at once.
enum Taken {
    Plain(PlainRows),
    Other(Result<Row, ListError>),
}

/// What was made of them.
#[derive(Default)]
struct Records {
    octets: Zeroizing<Vec<u8>>,
    devices: usize,
    /// Line, kind and hash of what must not repeat.
    values: Vec<(u64, u32, u32)>,
    secrets_left_out: bool,
    /// By line.
    faults: Vec<(u64, Fault)>,
    findings: Vec<(Finding, u64)>,
    claims: Vec<(String, u64)>,
    position: u64,
}

/// What stops a row, or all.
enum Fault {
    Row(RowError),
    Batch(BatchError),
}

/// Reads the list for all threads.
fn feed(reader: &mut ListReader<File>, feeds: &[SyncSender<Rows>], watch: &dyn Watch) {
    for feed in feeds.iter().cycle() {
        let (mut rows, mut count) = (Vec::new(), 0);
        while count < CHUNK {
            if let Some(plain) = reader.plain(CHUNK - count) {
                count += plain.count();
                rows.push(Taken::Plain(plain));
            } else if let Some(row) = reader.next() {
                count += 1;
                rows.push(Taken::Other(row));
            } else {
                break;
            }
        }
        let position = ListReader::position(reader);
        if rows.is_empty() || watch.stopped() || feed.send(Rows { rows, position }).is_err() {
            return;
        }
    }
}

/// What is the same for all rows.
struct Plan<'j> {
    job: &'j Job<'j>,
    list: &'j Path,
    /// Values for all devices, by parameter.
    defaults: Vec<Option<&'j str>>,
    digits: Vec<Option<Digits>>,
    /// Secrets that are compared, and those that the job may make itself.
    compared: Vec<ParameterId>,
    made: Vec<ParameterId>,
    pins: Pins,
    hasher: RandomState,
}

impl<'j> Plan<'j> {
    fn new(job: &'j Job<'j>, list: &'j Path) -> Self {
        let parameters = &job.profile.parameters;
        let ids = |wanted: &dyn Fn(ParameterId) -> bool| {
            (0..parameters.len()).filter(|&id| wanted(id)).collect()
        };
        let is_made = |id: ParameterId| {
            let source = &parameters[id].source;
            let made = matches!(
                source,
                Source::Random(_) | Source::Derive(_) | Source::Template(_)
            );
            made && parameters[id].secret
        };
        // PINs are short: equal ones are to be expected
        let compares =
            |id: ParameterId| parameters[id].secret && !matches!(parameters[id].kind, Type::Pin(_));
        Self {
            job,
            list,
            defaults: parameters.iter().map(|p| job.params.get(&p.name)).collect(),
            digits: parameters.iter().map(|p| digits_of(&p.kind)).collect(),
            compared: ids(&compares),
            made: ids(&is_made),
            pins: Pins::new(job),
            hasher: RandomState::new(),
        }
    }

    /// The parameter of each column.
    fn columns<'c>(&self, names: impl Iterator<Item = &'c str>) -> Vec<Option<ParameterId>> {
        let parameters = &self.job.profile.parameters;
        let id = |name| {
            parameters
                .iter()
                .position(|parameter| parameter.column.eq_ignore_ascii_case(name))
        };
        names.map(id).collect()
    }

    /// Where a row is at fault.
    fn place(&self, line: u64, error: &RowError) -> String {
        let parameter = match error {
            // The list's own errors carry their line
            RowError::List(_) => return self.list.display().to_string(),
            RowError::Make(error) => error.parameter(),
            _ => None,
        };
        let parameter = parameter.and_then(|name| self.job.profile.parameter(name));
        match parameter.map(|id| &self.job.profile.parameters[id].column) {
            Some(column) => format!("{}:{line}: column {column}", self.list.display()),
            None => format!("{}:{line}", self.list.display()),
        }
    }
}

/// Makes records of rows until there are no more.
fn work(
    plan: &Plan<'_>,
    compiled: &Compiled<'_>,
    rows: &Receiver<Rows>,
    buffers: &Receiver<Zeroizing<Vec<u8>>>,
    done: &SyncSender<Records>,
) {
    let mut worker = Worker {
        plan,
        maker: plan.job.maker(compiled),
        checked: HashSet::new(),
        judged: HashSet::new(),
        records: Records::default(),
    };
    for Rows { rows, position } in rows {
        worker.records.octets = buffers.try_recv().unwrap_or_default();
        worker.records.octets.clear();
        worker.records.position = position;
        worker.rows(&rows);
        for row in rows {
            if let Taken::Other(Err(error)) = row {
                let line = error.line();
                let faults = &mut worker.records.faults;
                faults.push((line, Fault::Row(error.into())));
            }
        }
        if done.send(std::mem::take(&mut worker.records)).is_err() {
            return;
        }
    }
}

/// What a thread makes records with.
struct Worker<'w, 'j> {
    plan: &'w Plan<'j>,
    maker: Maker<'w>,
    /// Shapes of documents whose rules were checked.
    checked: HashSet<Vec<u16>>,
    /// Shapes, and what else tells messages apart that receivers judge differently.
    judged: HashSet<(Vec<u16>, [usize; 3])>,
    records: Records,
}

impl Worker<'_, '_> {
    fn rows(&mut self, rows: &[Taken]) {
        let plan = self.plan;
        let mut given = Vec::new();
        // All rows of a CSV list have the same columns
        let mut ids: Option<Vec<Option<ParameterId>>> = None;
        for taken in rows {
            match taken {
                Taken::Plain(plain) => {
                    let names = || plain.columns().iter().map(|name| &**name);
                    let ids = ids.get_or_insert_with(|| plan.columns(names()));
                    for row in plain.rows() {
                        let cells = names().zip(row.cells());
                        self.row((row.number, row.line), ids, cells, &mut given);
                    }
                }
                Taken::Other(Ok(row)) => {
                    let names = || row.cells().map(|(name, _)| name);
                    let own = row.is_open().then(|| plan.columns(names()));
                    let ids = own
                        .as_deref()
                        .unwrap_or_else(|| ids.get_or_insert_with(|| plan.columns(names())));
                    let cells = row.cells().map(|(name, cell)| (name, cell.text()));
                    self.row((row.number, row.line), ids, cells, &mut given);
                }
                Taken::Other(Err(_)) => {}
            }
        }
    }

    /// Makes the record of a row, or notes why there is none. `given` is room for its values.
    fn row<'r>(
        &mut self,
        place: (usize, u64),
        ids: &[Option<ParameterId>],
        cells: impl Iterator<Item = (&'r str, Option<&'r str>)>,
        given: &mut Vec<Option<&'r str>>,
    ) where
        Self: 'r,
    {
        let start = self.records.octets.len();
        given.clear();
        given.extend_from_slice(&self.plan.defaults);
        match self.record(place, ids, cells, given) {
            Ok(()) => self.records.devices += 1,
            Err(fault) => {
                self.records.octets.truncate(start);
                self.records.faults.push((place.1, fault));
            }
        }
    }

    fn record<'r>(
        &mut self,
        (number, line): (usize, u64),
        ids: &[Option<ParameterId>],
        cells: impl Iterator<Item = (&'r str, Option<&'r str>)>,
        given: &mut [Option<&'r str>],
    ) -> Result<(), Fault> {
        let Self {
            plan,
            maker,
            checked,
            judged,
            records,
        } = self;
        let fault = Fault::Row;
        for ((column, text), id) in cells.zip(ids) {
            let Some(id) = *id else {
                known_column(plan.job, plan.list, column).map_err(Fault::Batch)?;
                continue;
            };
            let Some(text) = text else { continue };
            given[id] = Some(text);
            if let Some(mut finding) = plan.digits[id].and_then(|kind| digits_damage(kind, text)) {
                finding.found.push_str(&format!(" in column `{column}`"));
                if finding.rule.severity == Severity::Error {
                    return Err(fault(RowError::Damage(Box::new(finding))));
                }
                records.findings.push((finding, line));
            }
        }
        maker
            .resolve_row(given)
            .map_err(|error| fault(error.into()))?;
        let made = plan
            .made
            .iter()
            .find(|&&id| !maker.values().is_given(id) && maker.values().get(id).is_some());
        if let Some(&id) = made {
            let name = plan.job.profile.parameters[id].name.clone();
            return Err(Fault::Batch(BatchError::PackSecrets(name)));
        }
        let shape = maker.shape();
        let is_new = !checked.contains(shape);
        if is_new {
            let shape = shape.to_vec();
            let findings = maker.check().map_err(|error| fault(error.into()))?;
            checked.insert(shape);
            records
                .findings
                .extend(findings.into_iter().map(|finding| (finding, line)));
        }
        let octets = &mut records.octets;
        let start = octets.len();
        let key = maker.values().device().ok_or_else(|| {
            let message = "a record is found by the device's key, and there is none: no key, imei, \
                           imsi, iccid or msisdn";
            fault(MakeError::Name(message.into()).into())
        })?;
        octets.extend_from_slice(&(key.len() as u32).to_be_bytes());
        octets.extend_from_slice(key.as_bytes());
        let line_number = line.try_into().unwrap_or(u32::MAX);
        records
            .values
            .push((plan.hasher.hash_one((KEY, key)), line_number, KEY));
        let length_at = octets.len();
        octets.extend_from_slice(&[0; 4]);
        maker
            .append_pdu(octets)
            .map_err(|error| fault(error.into()))?;
        if plan.job.receiver.is_some() {
            let pdu = &octets[length_at + 4..];
            let likeness = plan.job.likeness(maker.values(), pdu.len());
            let alike = (maker.shape().to_vec(), likeness);
            if !judged.contains(&alike) {
                let claims = plan.job.judge(maker.values(), pdu);
                let claims = claims.map_err(|error| fault(error.into()))?;
                judged.insert(alike);
                let claims = claims.into_iter().map(|claim| (claim, line));
                records.claims.extend(claims);
            }
        }
        let length = octets.len() - length_at - 4;
        if is_new && let Some(finding) = lint::length(length, plan.job.form()) {
            let allowed = plan.job.profile.allows(finding.rule).is_some();
            records
                .findings
                .extend((!allowed).then_some((finding, line)));
        }
        let length = length as u32;
        octets[length_at..length_at + 4].copy_from_slice(&length.to_be_bytes());
        let sum = sum(&[&octets[start..]]);
        octets.extend_from_slice(&sum.to_be_bytes());
        plan.pins.see(maker.values());
        if number.saturating_mul(plan.compared.len()) <= SECRETS_MAX {
            for &id in &plan.compared {
                if maker.values().is_given(id)
                    && let Some(secret) = given[id].filter(|secret| !secret.is_empty())
                {
                    let kind = id as u32 + 1;
                    records
                        .values
                        .push((plan.hasher.hash_one((kind, secret)), line_number, kind));
                }
            }
        } else {
            records.secrets_left_out |= !plan.compared.is_empty();
        }
        Ok(())
    }
}

/// Collects what is known of the records that were written.
struct Writer<'p> {
    plan: &'p Plan<'p>,
    keep_going: bool,
    spill: &'p Path,
    seen: Seen,
    report: Report,
    secrets_left_out: bool,
}

impl<'p> Writer<'p> {
    fn new(plan: &'p Plan<'p>, options: &Options, spill: &'p Path) -> Self {
        Self {
            plan,
            keep_going: options.keep_going,
            spill,
            seen: Seen::default(),
            report: Report::default(),
            secrets_left_out: false,
        }
    }

    fn take(&mut self, records: &mut Records) -> Result<(), BatchError> {
        records.faults.sort_by_key(|(line, _)| *line);
        for (line, fault) in records.faults.drain(..) {
            let error = match fault {
                Fault::Row(error) => error,
                Fault::Batch(error) => return Err(error),
            };
            let fatal = matches!(&error, RowError::List(ListError::Read { .. }));
            let place = self.plan.place(line, &error);
            if fatal || !self.keep_going {
                return Err(BatchError::Row(Box::new(RowFault { place, error })));
            }
            self.report.bad += 1;
            self.remark(error.rule(), Severity::Error, place, error.to_string());
        }
        for entry in records.values.drain(..) {
            let failed = failed(self.spill);
            self.seen.add(entry, self.spill).map_err(failed)?;
        }
        for (finding, line) in records.findings.drain(..) {
            let place = format!("{}:{line}", self.plan.list.display());
            Remark::new(&finding, place).join(&mut self.report.remarks);
        }
        let list = self.plan.list.display();
        for (claim, line) in records.claims.drain(..) {
            add_claim(&mut self.report.remarks, &claim, || {
                format!("{list}:{line}")
            });
        }
        self.secrets_left_out |= records.secrets_left_out;
        self.report.devices += records.devices;
        Ok(())
    }

    fn remark(&mut self, rule: &'static str, severity: Severity, place: String, message: String) {
        if self.report.remarks.len() < MAX_REMARKS {
            self.report.remarks.push(Remark {
                rule,
                severity,
                place,
                message,
                times: 1,
            });
        }
    }

    /// What repeats; nothing of the list may come after.
    fn finish(mut self) -> Result<Report, BatchError> {
        let mut duplicates: Vec<(u32, u32)> = Vec::new();
        // How many repeat an earlier one, and the first that does, by kind
        let mut secrets: BTreeMap<u32, (usize, u32, u32)> = BTreeMap::new();
        let seen = std::mem::take(&mut self.seen);
        let repeats = seen.repeats(|first, (_, line, kind)| {
            if kind == KEY {
                if duplicates.len() < SURE {
                    duplicates.push((line, first));
                }
                return;
            }
            let known = secrets.entry(kind).or_insert((0, line, first));
            let (line, first) = (known.1, known.2).min((line, first));
            *known = (known.0 + 1, line, first);
        });
        repeats.map_err(failed(self.spill))?;
        let list = self.plan.list;
        duplicates.sort_unstable();
        for (line, first) in duplicates {
            let (line, first) = (u64::from(line), u64::from(first));
            let value = self.plan.key_at(line);
            // Two keys may have one hash
            if value.is_some() && value != self.plan.key_at(first) {
                continue;
            }
            let error = RowError::Duplicate {
                what: "the device key",
                value: value.unwrap_or_default(),
                first,
            };
            let place = format!("{}:{line}", list.display());
            return Err(BatchError::Row(Box::new(RowFault { place, error })));
        }
        for (kind, (times, line, first)) in secrets {
            let parameter = &self.plan.job.profile.parameters[kind as usize - 1];
            let remark = equal_secret(parameter, list, line, first, times);
            self.report.remarks.push(remark);
        }
        for finding in self.plan.job.lint() {
            let remark = Remark::new(&finding, String::new());
            self.report.remarks.push(remark);
        }
        let allows = |finding: &Finding| self.plan.job.profile.allows(finding.rule).is_some();
        let one_pin = self.plan.pins.finding(self.report.devices);
        if let Some(finding) = one_pin.filter(|finding| !allows(finding)) {
            let remark = Remark::new(&finding, list.display().to_string());
            self.report.remarks.push(remark);
        }
        if self.secrets_left_out {
            let message = format!(
                "equal secrets were looked for among the first {SECRETS_MAX} secrets of the list; \
                 compare the others where they are made"
            );
            self.remark(
                "list-secrets-not-compared",
                Severity::Note,
                String::new(),
                message,
            );
        }
        let remarks = &mut self.report.remarks;
        remarks.sort_by_key(|remark| std::cmp::Reverse(remark.severity));
        self.report.files = 1;
        Ok(self.report)
    }
}

impl Plan<'_> {
    /// The device key of a line, read again.
    fn key_at(&self, line: u64) -> Option<String> {
        let reader = ListReader::open(self.list).ok()?;
        let row = reader.flatten().find(|row| row.line == line)?;
        let mut given = self.defaults.clone();
        for ((_, cell), id) in row
            .cells()
            .zip(self.columns(row.cells().map(|(name, _)| name)))
        {
            if let (Some(id), Some(text)) = (id, cell.text()) {
                given[id] = Some(text);
            }
        }
        let mut values = Values::default();
        values
            .resolve_row(self.job.profile, &given, self.job.params.seed())
            .ok()?;
        values.device().map(str::to_owned)
    }
}
