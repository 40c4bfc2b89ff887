//! A whole list of devices.

use super::job::{Job, Maker, Product};
use super::list::damage::{Digits, digits_damage};
use super::list::{ColumnWatch, ListError, ListReader, Row};
use super::manifest::Line;
use super::params::near;
use super::pins::Pins;
use super::report::{BatchError, MAX_REMARKS, Remark, Report, RowError, RowFault, add_claim};
use super::seen::Seen;
use super::station::{Station, failed};
use crate::document::lint;
use crate::document::profile::{Compiled, Parameter, Type};
use crate::finding::{Finding, Position, Severity};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::hash::{BuildHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Which devices, and what happens when one cannot be done.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The device list; without one the job is a single device.
    pub list: Option<PathBuf>,
    /// Build only the device with this key.
    pub only: Option<String>,
    /// Build the others when a row is bad.
    pub keep_going: bool,
    /// Overwrite outputs that would change.
    pub force: bool,
    /// Where secrets that the job makes are written.
    pub secrets_out: Option<PathBuf>,
}

/// What the caller is told while a job runs, and how it stops one.
pub trait Watch: Sync {
    /// So many octets of the list are done in one of the two passes.
    fn progress(&self, stage: Stage, octets: u64);
    /// True when the job is to stop.
    fn stopped(&self) -> bool;
}

/// The two passes over a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Every row is resolved, checked and built in memory.
    Checking,
    /// Outputs are written.
    Writing,
}

/// Rows that are worked on at a time.
const CHUNK: usize = 512;

/// Checks all devices, writing nothing.
///
/// # Errors
/// [`BatchError`]
pub fn check(job: &Job<'_>, options: &Options, watch: &dyn Watch) -> Result<Report, BatchError> {
    let compiled = Compiled::new(job.profile, job.written());
    let mut pass = Pass::new(job, options, watch, &compiled);
    pass.run(Stage::Checking, &mut |_| Ok(()))?;
    pass.finish()
}

/// Builds all devices into the folder `out`. First everything is checked; then it is written
/// where nobody looks; then it appears.
///
/// # Errors
/// [`BatchError`]; no output has appeared then.
pub fn build(
    job: &Job<'_>,
    options: &Options,
    out: &Path,
    watch: &dyn Watch,
) -> Result<Report, BatchError> {
    if let Some(path) = options.list.as_deref().filter(|path| !path.is_file())
        && path.exists()
    {
        let path = path.to_owned();
        return Err(BatchError::ListNotAFile { path });
    }
    let compiled = Compiled::new(job.profile, job.written());
    let mut pass = Pass::new(job, options, watch, &compiled);
    let mut secrets: Vec<String> = Vec::new();
    pass.run(Stage::Checking, &mut |product| {
        for (name, _) in &product.generated {
            if !secrets.contains(name) {
                secrets.push(name.clone());
            }
        }
        Ok(())
    })?;
    let skip = std::mem::take(&mut pass.skip);
    let checked = (pass.rows, pass.hasher.clone());
    let report = pass.finish()?;
    if report.devices == 0 {
        return Ok(report);
    }
    if !secrets.is_empty() && options.secrets_out.is_none() {
        return Err(BatchError::SecretsOut(secrets.join(", ")));
    }
    let mut station = Station::open(out, options.secrets_out.as_deref(), options.force)?;
    let mut files = 0;
    let (rows, hasher) = checked;
    let mut pass = Pass {
        skip,
        hasher,
        ..Pass::new(job, options, watch, &compiled)
    };
    let result = pass.run(Stage::Writing, &mut |product| {
        station.put(&product.files, &Line::new(job, product), &product.generated)?;
        files += product.files.len();
        Ok(())
    });
    match result {
        Ok(()) => {}
        Err(BatchError::Interrupted) => {
            station.interrupt();
            return Err(BatchError::Interrupted);
        }
        Err(error) => return Err(error),
    }
    if pass.devices != report.devices || pass.rows != rows {
        let path = options.list.clone().unwrap_or_default();
        return Err(BatchError::ListChanged { path });
    }
    station.install()?;
    Ok(Report { files, ..report })
}

/// One pass over all devices.
struct Pass<'j> {
    job: &'j Job<'j>,
    options: &'j Options,
    watch: &'j dyn Watch,
    compiled: &'j Compiled<'j>,
    stage: Stage,
    devices: usize,
    bad: usize,
    remarks: Vec<Remark>,
    hasher: RandomState,
    /// Keyed hash of all rows: both passes must see the same.
    rows: u64,
    /// Keyed hashes of device keys and file names, and the line of each.
    names: HashMap<u64, u64>,
    /// Keyed hashes of given secrets, the line and parameter of each.
    secrets: Seen,
    pins: Pins,
    columns: Vec<(String, ColumnWatch)>,
    /// Lines that a pass before found bad.
    skip: HashSet<u64>,
}

impl<'j> Pass<'j> {
    fn new(
        job: &'j Job<'j>,
        options: &'j Options,
        watch: &'j dyn Watch,
        compiled: &'j Compiled<'j>,
    ) -> Self {
        Self {
            job,
            options,
            watch,
            compiled,
            stage: Stage::Checking,
            devices: 0,
            bad: 0,
            remarks: Vec::new(),
            hasher: RandomState::new(),
            rows: 0,
            names: HashMap::new(),
            secrets: Seen::default(),
            pins: Pins::new(job),
            columns: Vec::new(),
            skip: HashSet::new(),
        }
    }

    fn run(
        &mut self,
        stage: Stage,
        take: &mut dyn FnMut(&Product) -> Result<(), BatchError>,
    ) -> Result<(), BatchError> {
        self.stage = stage;
        match &self.options.list {
            None => {
                let mut maker = self.job.maker(self.compiled);
                let made = self.make(&mut maker, None);
                self.collect(made, None, take)
            }
            Some(path) => self.list(path, take),
        }
    }

    fn list(
        &mut self,
        path: &Path,
        take: &mut dyn FnMut(&Product) -> Result<(), BatchError>,
    ) -> Result<(), BatchError> {
        let broken = |source| BatchError::List {
            path: path.to_owned(),
            source,
        };
        let mut reader = ListReader::open(path).map_err(broken)?;
        for column in reader.columns().unwrap_or_default() {
            known_column(self.job, path, column)?;
        }
        let threads = ThreadPoolBuilder::new().build();
        let threads = threads.map_err(|error| BatchError::Threads(error.to_string()))?;
        loop {
            if self.watch.stopped() {
                return Err(BatchError::Interrupted);
            }
            let rows: Vec<_> = reader.by_ref().take(CHUNK).collect();
            if rows.is_empty() {
                break;
            }
            for row in rows.iter().flatten() {
                let mut state = self.hasher.build_hasher();
                (self.rows, row.line).hash(&mut state);
                for (column, cell) in row.cells() {
                    (column, cell.text()).hash(&mut state);
                }
                self.rows = state.finish();
            }
            let maker = || self.job.maker(self.compiled);
            let make = |maker: &mut Maker<'_>, row: &Result<Row, ListError>| match row {
                Ok(row) if !self.skip.contains(&row.line) => Some(self.make(maker, Some(row))),
                Ok(_) | Err(_) => None,
            };
            let made: Vec<_> = threads.install(|| rows.par_iter().map_init(maker, make).collect());
            for (row, made) in rows.into_iter().zip(made) {
                match (row, made) {
                    (Ok(row), Some(made)) => {
                        if reader.columns().is_none() {
                            for (column, _) in row.cells() {
                                known_column(self.job, path, column)?;
                            }
                        }
                        self.collect(made, Some((path, &row)), take)?;
                    }
                    (Err(error), _) => {
                        // The list's own errors carry their line
                        let place = path.display().to_string();
                        let fault = RowFault {
                            place,
                            error: error.into(),
                        };
                        self.refuse(fault, None)?;
                    }
                    (Ok(_), None) => {}
                }
            }
            self.watch.progress(self.stage, reader.position());
        }
        if self.stage == Stage::Checking {
            for fault in reader.noted() {
                // The fault itself says how often
                self.note(&fault.finding(), path);
            }
        }
        Ok(())
    }

    /// Makes one device; `None` when it is not the only one wanted.
    fn make(&self, maker: &mut Maker<'_>, row: Option<&Row>) -> Result<Option<Made>, RowError> {
        let cell = |parameter: &Parameter| row.and_then(|row| row.cell(&parameter.column)?.text());
        let given = |parameter: &Parameter| {
            cell(parameter).or_else(|| self.job.params.get(&parameter.name))
        };
        let only = self.options.only.as_deref();
        let mut findings = Vec::new();
        for parameter in &self.job.profile.parameters {
            let (Some(text), Some(kind)) = (cell(parameter), digits_of(&parameter.kind)) else {
                continue;
            };
            if let Some(mut finding) = digits_damage(kind, text) {
                finding
                    .found
                    .push_str(&format!(" in column `{}`", parameter.column));
                if finding.rule.severity == Severity::Error && only.is_none() {
                    return Err(RowError::Damage(Box::new(finding)));
                }
                findings.push(finding);
            }
        }
        match maker.resolve(&given) {
            Err(_) if only.is_some() && maker.values().device() != only => return Ok(None),
            result => result?,
        }
        if only.is_some() && maker.values().device() != only {
            return Ok(None);
        }
        let is_error = |finding: &Finding| finding.rule.severity == Severity::Error;
        if let Some(index) = findings.iter().position(is_error) {
            return Err(RowError::Damage(Box::new(findings.swap_remove(index))));
        }
        if self.stage == Stage::Checking {
            findings.extend(maker.check()?);
        }
        let mut product = maker.make()?;
        if self.stage == Stage::Checking {
            product.claims = maker.judge()?;
            self.pins.see(maker.values());
            let length = lint::length(product.octets, self.job.form());
            findings.extend(length.filter(|f| self.job.profile.allows(f.rule).is_none()));
        }
        product.findings = findings;
        let values = maker.values();
        let checking = self.stage == Stage::Checking;
        let secrets = self
            .job
            .profile
            .parameters
            .iter()
            .enumerate()
            .filter_map(|(id, p)| {
                // PINs are short: equal ones are to be expected
                let counts = checking && p.secret && values.is_given(id);
                let counts = counts && !matches!(p.kind, Type::Pin(_));
                let secret = cell(p).filter(|text| counts && !text.is_empty())?;
                Some((id as u32, self.hasher.hash_one((id, secret))))
            });
        Ok(Some(Made {
            secrets: secrets.collect(),
            product,
        }))
    }

    fn collect(
        &mut self,
        made: Result<Option<Made>, RowError>,
        row: Option<(&Path, &Row)>,
        take: &mut dyn FnMut(&Product) -> Result<(), BatchError>,
    ) -> Result<(), BatchError> {
        let place = |column: Option<&str>| place(row, column);
        let made = match made {
            Ok(None) => return Ok(()),
            Ok(Some(made)) => made,
            Err(error) => {
                let column = match &error {
                    RowError::Make(error) => error.parameter().and_then(|name| {
                        let id = self.job.profile.parameter(name)?;
                        Some(self.job.profile.parameters[id].column.clone())
                    }),
                    _ => None,
                };
                let fault = RowFault {
                    place: place(column.as_deref()),
                    error,
                };
                return self.refuse(fault, row.map(|(_, row)| row.line));
            }
        };
        let line = row.map_or(0, |(_, row)| row.line);
        let product = &made.product;
        let keys = [
            ("the device key", product.device.as_deref()),
            // Mostly the key is the name
            (
                "the file name",
                Some(&*product.name).filter(|name| Some(*name) != product.device.as_deref()),
            ),
        ];
        // The first pass found every duplicate
        let checking = self.stage == Stage::Checking;
        for (what, value) in keys.into_iter().filter(|_| checking) {
            let Some(value) = value else { continue };
            let first = *self
                .names
                .entry(self.hasher.hash_one((what, value)))
                .or_insert(line);
            if first != line {
                let value = value.to_owned();
                let error = RowError::Duplicate { what, value, first };
                let fault = RowFault {
                    place: place(None),
                    error,
                };
                return self.refuse(fault, Some(line));
            }
        }
        if self.stage == Stage::Checking {
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            for &(id, hash) in &made.secrets {
                let failed = |error| failed(&spill())(error);
                self.secrets
                    .add((hash, line, id), &spill())
                    .map_err(failed)?;
            }
            for finding in &product.findings {
                self.remark(finding, place(None));
            }
            for claim in &product.claims {
                add_claim(&mut self.remarks, claim, || place(None));
            }
            self.watch_columns(row);
        }
        self.devices += 1;
        take(product)
    }

    fn watch_columns(&mut self, row: Option<(&Path, &Row)>) {
        let Some((_, row)) = row else { return };
        for parameter in &self.job.profile.parameters {
            let cell = row.cell(&parameter.column).and_then(|cell| cell.text());
            let (Some(text), Some(kind)) = (cell, watched(&parameter.kind)) else {
                continue;
            };
            let index = match self
                .columns
                .iter()
                .position(|(name, _)| *name == parameter.column)
            {
                Some(index) => index,
                None => {
                    let watch = ColumnWatch::new(kind, &parameter.column);
                    self.columns.push((parameter.column.clone(), watch));
                    self.columns.len() - 1
                }
            };
            self.columns[index].1.see(row.line, text);
        }
    }

    fn refuse(&mut self, fault: RowFault, line: Option<u64>) -> Result<(), BatchError> {
        let fatal = matches!(&fault.error, RowError::List(ListError::Read { .. }));
        if !self.options.keep_going || fatal {
            return Err(BatchError::Row(Box::new(fault)));
        }
        self.bad += 1;
        self.skip.extend(line);
        if self.stage == Stage::Checking && self.remarks.len() < MAX_REMARKS {
            self.remarks.push(Remark {
                rule: fault.error.rule(),
                severity: Severity::Error,
                message: fault.error.to_string(),
                place: fault.place,
                times: 1,
            });
        }
        Ok(())
    }

    fn equal_secrets(&mut self) -> Result<(), BatchError> {
        // How many repeat an earlier one, and the first that does, by parameter
        let mut found: BTreeMap<u32, (usize, u32, u32)> = BTreeMap::new();
        let repeats = std::mem::take(&mut self.secrets).repeats(|first, (_, line, id)| {
            let known = found.entry(id).or_insert((0, line, first));
            let (line, first) = (known.1, known.2).min((line, first));
            *known = (known.0 + 1, line, first);
        });
        repeats.map_err(failed(&spill()))?;
        let list = self.options.list.as_deref().unwrap_or(Path::new(""));
        for (id, (times, line, first)) in found {
            let parameter = &self.job.profile.parameters[id as usize];
            self.remarks
                .push(equal_secret(parameter, list, line, first, times));
        }
        Ok(())
    }

    /// Something about the list as a whole or one of its columns.
    fn note(&mut self, finding: &Finding, list: &Path) {
        let place = match finding.at {
            Position::Line { line, .. } => format!("{}:{line}", list.display()),
            _ => list.display().to_string(),
        };
        self.push(finding, place);
    }

    /// Something about one device; when it occurs again, it is counted.
    fn remark(&mut self, finding: &Finding, place: String) {
        Remark::new(finding, place).join(&mut self.remarks);
    }

    fn push(&mut self, finding: &Finding, place: String) {
        if self.remarks.len() < MAX_REMARKS {
            self.remarks.push(Remark::new(finding, place));
        }
    }

    fn finish(mut self) -> Result<Report, BatchError> {
        self.equal_secrets()?;
        if self.stage == Stage::Checking {
            let findings = self.job.lint();
            findings.iter().for_each(|f| self.push(f, String::new()));
            let one_pin = self.pins.finding(self.devices);
            if let Some(finding) = one_pin.filter(|f| self.job.profile.allows(f.rule).is_none()) {
                let list = self.options.list.as_deref().unwrap_or(Path::new(""));
                self.note(&finding, list);
            }
        }
        for (_, watch) in std::mem::take(&mut self.columns) {
            for finding in watch.finish() {
                let list = self.options.list.as_deref().unwrap_or(Path::new(""));
                self.note(&finding, list);
            }
        }
        if self.devices == 0 {
            return match (&self.options.only, &self.options.list) {
                (Some(key), _) if self.bad == 0 => Err(BatchError::NoSuchDevice(key.clone())),
                (None, Some(path)) if self.bad == 0 => {
                    Err(BatchError::NothingBuilt { path: path.clone() })
                }
                _ => Ok(self.report()),
            };
        }
        Ok(self.report())
    }

    fn report(mut self) -> Report {
        self.remarks
            .sort_by_key(|remark| std::cmp::Reverse(remark.severity));
        Report {
            devices: self.devices,
            bad: self.bad,
            files: 0,
            remarks: self.remarks,
        }
    }
}

/// One device's product, and parameters and keyed hashes of its given secrets.
struct Made {
    product: Product,
    secrets: Vec<(u32, u64)>,
}

/// What a column as a whole is watched for; single PINs of any length are right.
fn watched(kind: &Type) -> Option<Digits> {
    match kind {
        Type::Pin(_) => Some(Digits::Pin),
        _ => digits_of(kind),
    }
}

/// Beside this, hashes of secrets are kept that do not fit into memory.
fn spill() -> PathBuf {
    std::env::temp_dir().join("dmboot")
}

/// What is said when devices have the same secret: `line` repeats that of `first`.
pub(super) fn equal_secret(
    parameter: &Parameter,
    list: &Path,
    line: u32,
    first: u32,
    times: usize,
) -> Remark {
    let (name, column) = (&parameter.name, &parameter.column);
    Remark {
        rule: "list-equal-secret",
        severity: Severity::Warning,
        place: format!("{}:{line}: column {column}", list.display()),
        message: format!(
            "found the same {name} as in line {first}, expected one of its own for each device; \
             who learns one device's secret knows the others'"
        ),
        times,
    }
}

/// Refuses a column that is no parameter's.
pub(super) fn known_column(job: &Job<'_>, path: &Path, column: &str) -> Result<(), BatchError> {
    let ignored = column.starts_with(['_', '#']);
    let known = job
        .profile
        .parameters
        .iter()
        .any(|p| p.column.eq_ignore_ascii_case(column));
    if ignored || known {
        return Ok(());
    }
    Err(BatchError::Column {
        path: path.to_owned(),
        column: column.to_owned(),
        profile: job.profile.name.clone(),
        near: near(column, job.profile),
    })
}

pub(super) fn digits_of(kind: &Type) -> Option<Digits> {
    match kind {
        Type::Imsi => Some(Digits::Imsi),
        Type::Imei => Some(Digits::Imei),
        Type::Iccid => Some(Digits::Iccid),
        Type::Msisdn => Some(Digits::Msisdn),
        _ => None,
    }
}

fn place(row: Option<(&Path, &Row)>, column: Option<&str>) -> String {
    match (row, column) {
        (None, _) => String::new(),
        (Some((path, row)), None) => format!("{}:{}", path.display(), row.line),
        (Some((path, row)), Some(column)) => {
            format!("{}:{}: column {column}", path.display(), row.line)
        }
    }
}

/// The list's size in octets, for progress.
#[must_use]
pub fn size(list: &Path) -> u64 {
    File::open(list)
        .and_then(|file| file.metadata())
        .map_or(0, |metadata| metadata.len())
}
