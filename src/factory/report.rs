//! What a job reports: remarks about rows, and why it ended without outputs.

use super::job::MakeError;
use super::list::ListError;
use super::station::StationError;
use crate::finding::{Finding, Severity};
use std::path::PathBuf;

/// Something to report about a row or the whole list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Stable id of the rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// File and line, column name, device: as far as they are known.
    pub place: String,
    /// What was found, what is expected, what to do.
    pub message: String,
    /// How often it occurs.
    pub times: usize,
}

/// Remarks that are kept.
pub(super) const MAX_REMARKS: usize = 200;

impl Remark {
    pub(super) fn new(finding: &Finding, place: String) -> Self {
        Self {
            rule: finding.rule.id,
            severity: finding.rule.severity,
            place,
            message: finding.sentence(),
            times: 1,
        }
    }

    /// Puts it beside others of one job. The first device shows all that there is; when it occurs
    /// again with another one, it is counted.
    pub(super) fn join(self, remarks: &mut Vec<Self>) {
        let same = |r: &Self| r.rule == self.rule && r.severity == self.severity;
        let known = remarks
            .iter()
            .position(|r| same(r) && r.message == self.message)
            .or_else(|| {
                let first = remarks.iter().position(same)?;
                (remarks[first].place != self.place).then_some(first)
            });
        match known {
            Some(index) => remarks[index].times += 1,
            None if remarks.len() < MAX_REMARKS => remarks.push(self),
            None => {}
        }
    }
}

/// Adds what speaks against a message, of what is known of its receiver; when it does again, it is
/// counted.
pub(super) fn add_claim(remarks: &mut Vec<Remark>, claim: &str, place: impl FnOnce() -> String) {
    let rule = "receiver-claim";
    let same = |remark: &&mut Remark| remark.rule == rule && remark.message == claim;
    if let Some(remark) = remarks.iter_mut().find(same) {
        remark.times += 1;
    } else if remarks.len() < MAX_REMARKS {
        remarks.push(Remark {
            rule,
            severity: Severity::Warning,
            place: place(),
            message: claim.to_owned(),
            times: 1,
        });
    }
}

/// What became of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Devices that were built, or would be.
    pub devices: usize,
    /// Rows that could not be built.
    pub bad: usize,
    /// Files written.
    pub files: usize,
    /// What there is to say, errors first.
    pub remarks: Vec<Remark>,
}

/// Why a job ended without outputs.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The list cannot be read.
    #[error("{path}: {detail}", path = path.display(), detail = detail(source))]
    List {
        /// The list.
        path: PathBuf,
        /// What is wrong.
        source: ListError,
    },
    /// The list is a pipe or a folder.
    #[error(
        "{path} is no regular file; a list is read twice, to check and to build, so save it as one"
    )]
    ListNotAFile {
        /// The list.
        path: PathBuf,
    },
    /// The list was not the same when it was read again.
    #[error("{path} changed while it was read; nothing was written, run the command again")]
    ListChanged {
        /// The list.
        path: PathBuf,
    },
    /// A row or the list as a whole is bad.
    #[error("{0}")]
    Row(Box<RowFault>),
    /// A column that the profile does not know.
    #[error("{path}: column {column:?} is no parameter of {profile}{near}; rename it, or put _ in front to have it ignored", path = path.display())]
    Column {
        /// The list.
        path: PathBuf,
        /// Its column.
        column: String,
        /// The profile.
        profile: String,
        /// The nearest name, in words; may be empty.
        near: String,
    },
    /// `only` names a device that is not in the list.
    #[error("no device of the list has the key {0:?}")]
    NoSuchDevice(String),
    /// The list has no devices.
    #[error("{path}: no device could be built", path = path.display())]
    NothingBuilt {
        /// The list.
        path: PathBuf,
    },
    /// The job makes secrets, but nobody said where they go.
    #[error(
        "this job makes secrets ({0}); say with --secrets-out FILE where they are to be written"
    )]
    SecretsOut(String),
    /// The job makes secrets, and a pack has no place for them.
    #[error(
        "this job makes secrets ({0}), and a pack holds messages only; build into a folder with \
         --out and --secrets-out"
    )]
    PackSecrets(String),
    /// Outputs cannot be written.
    #[error(transparent)]
    Station(#[from] StationError),
    /// The system gives no threads.
    #[error("no thread can be started: {0}; raise the limit of processes, or stop some")]
    Threads(String),
    /// The user stopped the job.
    #[error("interrupted; the same command takes the work up again")]
    Interrupted,
}

/// A row that cannot be built.
#[derive(Debug)]
pub struct RowFault {
    /// File, line, column and device, as far as they are known.
    pub place: String,
    /// What is wrong.
    pub error: RowError,
}

/// What is wrong with a row.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// The message cannot be made.
    #[error(transparent)]
    Make(#[from] MakeError),
    /// The list is damaged there.
    #[error("{}", detail(.0))]
    List(#[from] ListError),
    /// An identifier is damaged.
    #[error("{}", .0.detail())]
    Damage(Box<Finding>),
    /// Another row has the same device key or file name.
    #[error(
        "{what} {value:?} stands in line {first} already; give each device one row, and a key of its \
         own: key, imei, imsi, iccid or msisdn"
    )]
    Duplicate {
        /// Device key or file name.
        what: &'static str,
        /// It.
        value: String,
        /// The line of the first one.
        first: u64,
    },
}

impl RowError {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Make(error) => error.rule(),
            Self::List(error) => error.rule(),
            Self::Damage(finding) => finding.rule.id,
            Self::Duplicate { .. } => "list-duplicate-device",
        }
    }
}

impl std::fmt::Display for RowFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.place.is_empty() {
            self.error.fmt(f)
        } else {
            write!(f, "{}: {}", self.place, self.error)
        }
    }
}

/// What is wrong with a list; the rule is shown elsewhere.
fn detail(error: &ListError) -> String {
    match error {
        ListError::Refused(fault) => fault.finding().detail(),
        ListError::Read { .. } => error.to_string(),
    }
}
