//! Exit codes, and how an error becomes a message and a code.

use crate::document::{cp, profile};
use crate::factory::job::MakeError;
use crate::factory::library::LibraryError;
use crate::factory::list::ListError;
use crate::factory::params::ParamsError;
use crate::factory::report::{BatchError, RowError};
use crate::factory::station::StationError;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How the program ends. The numbers are documented and do not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All done.
    Ok = 0,
    /// The command line is wrong, or asks for what is not there.
    Usage = 2,
    /// The input is malformed.
    Malformed = 3,
    /// The message is not authentic, or cannot be shown to be.
    NotAuthentic = 4,
    /// Refused by rules or policy.
    Refused = 5,
    /// Reading or writing failed.
    Io = 6,
    /// Part of the work is done.
    Partial = 7,
    /// Blocked after too many tries.
    Blocked = 8,
    /// A message that was applied before.
    Replayed = 9,
    /// A fault of the program.
    Internal = 70,
    /// Stopped by the user.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The table of exit codes for `--help`.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    ok
  2    usage: the command line is wrong
  3    malformed input
  4    not authentic (also a wrong PIN or code, or a fact that is missing)
  5    refused by rules or policy
  6    I/O failed
  7    partial: some devices were built, some not
  8    blocked after too many tries
  9    replayed
  70   internal error
  130  interrupted";

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    /// The code to end with.
    pub exit: Exit,
    /// Stable id of the rule that is broken, if one is.
    pub rule: Option<&'static str>,
    /// What, where, and what to do.
    pub message: String,
    /// The reader of our output went away: that is no failure.
    pub broken_pipe: bool,
    /// Standard output has it in JSON already.
    pub reported: bool,
}

impl Failure {
    /// A failure with a code and a message.
    pub fn new(exit: Exit, message: impl Display) -> Self {
        Self {
            exit,
            rule: None,
            message: message.to_string(),
            broken_pipe: false,
            reported: false,
        }
    }

    /// The same with the id of a rule.
    #[must_use]
    pub fn rule(self, rule: &'static str) -> Self {
        Self {
            rule: Some(rule),
            ..self
        }
    }

    /// A file that cannot be read or written.
    pub fn io(path: impl Display, error: &io::Error) -> Self {
        let remedy = match error.kind() {
            io::ErrorKind::NotFound => "; check the name",
            io::ErrorKind::PermissionDenied => "; ask its owner for the right to it",
            io::ErrorKind::StorageFull => "; make room and run the command again",
            _ => "",
        };
        Self::new(Exit::Io, format!("{path}: {error}{remedy}"))
    }

    fn exit_of(error: &StationError) -> Exit {
        match error {
            StationError::Exists { .. }
            | StationError::NotOurs { .. }
            | StationError::NotEmpty { .. } => Exit::Refused,
            StationError::NotAFolder { .. }
            | StationError::NotAFile { .. }
            | StationError::SecretsAmongOutputs { .. } => Exit::Usage,
            StationError::Io { .. } | StationError::Busy { .. } => Exit::Io,
        }
    }

    /// The same failure, with the input named in front.
    #[must_use]
    pub fn of(self, input: impl Display) -> Self {
        Self {
            message: format!("{input}: {}", self.message),
            ..self
        }
    }
}

/// Failures of writing to standard output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        Self {
            broken_pipe,
            ..Self::io("standard output", &error)
        }
    }
}

impl From<cp::Error> for Failure {
    fn from(error: cp::Error) -> Self {
        Self::new(Exit::Malformed, &error).rule(error.rule())
    }
}

impl From<LibraryError> for Failure {
    fn from(error: LibraryError) -> Self {
        match &error {
            LibraryError::Unknown { .. } | LibraryError::UnknownReceiver { .. } => {
                Self::new(Exit::Usage, error)
            }
            LibraryError::Read { path, source } => Self::io(path.display(), source),
            LibraryError::Receiver(receiver) => {
                Self::new(Exit::Malformed, receiver).rule(receiver.fault.rule())
            }
            LibraryError::Profile(profile) => Self::from(profile),
        }
    }
}

impl From<&profile::Error> for Failure {
    fn from(error: &profile::Error) -> Self {
        Self::new(Exit::Malformed, error).rule(error.fault.rule())
    }
}

impl From<ParamsError> for Failure {
    fn from(error: ParamsError) -> Self {
        let exit = match &error {
            ParamsError::Read { path, source } => return Self::io(path.display(), source),
            ParamsError::Malformed { .. } | ParamsError::Seed(_) => Exit::Malformed,
            ParamsError::Environment(_)
            | ParamsError::Unknown { .. }
            | ParamsError::SecretOnCommandLine(_)
            | ParamsError::NotAnAssignment => Exit::Usage,
        };
        Self::new(exit, error)
    }
}

impl From<StationError> for Failure {
    fn from(error: StationError) -> Self {
        match &error {
            // What is written beside is not what the user named
            StationError::Io { path, source } => Self::io(named(path).display(), source),
            _ => Self::new(Self::exit_of(&error), error),
        }
    }
}

/// The path that the user named, for a file that is written beside it first.
fn named(path: &Path) -> PathBuf {
    let plain = |part: &OsStr| {
        let name = part.to_str()?.strip_prefix('.')?.strip_suffix(".partial")?;
        let own = format!(".{}", std::process::id());
        Some(name.strip_suffix(&own).unwrap_or(name).to_owned())
    };
    path.iter()
        .map(|part| plain(part).map_or_else(|| part.to_owned(), Into::into))
        .collect()
}

impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Station(error) => return error.into(),
            BatchError::List {
                path,
                source: ListError::Read { line: 1, source },
            } => {
                return Self::io(path.display(), &source);
            }
            _ => {}
        }
        let list = |source: &ListError| match source {
            ListError::Read { .. } => Exit::Io,
            ListError::Refused(_) => Exit::Malformed,
        };
        let (exit, rule) = match &error {
            BatchError::List { source, .. } => (list(source), Some(source.rule())),
            BatchError::Row(fault) => {
                let exit = match &fault.error {
                    RowError::Make(MakeError::Rule(_) | MakeError::Receiver(_)) => Exit::Refused,
                    RowError::List(source) => list(source),
                    _ => Exit::Malformed,
                };
                (exit, Some(fault.error.rule()))
            }
            BatchError::Column { .. } => (Exit::Malformed, Some("list-unknown-column")),
            BatchError::NothingBuilt { .. } => (Exit::Malformed, None),
            BatchError::ListNotAFile { .. } => (Exit::Usage, None),
            BatchError::ListChanged { .. } | BatchError::Threads(_) => (Exit::Io, None),
            BatchError::NoSuchDevice(_)
            | BatchError::SecretsOut(_)
            | BatchError::PackSecrets(_) => (Exit::Usage, None),
            BatchError::Station(_) | BatchError::Interrupted => (Exit::Interrupted, None),
        };
        Self {
            rule,
            ..Self::new(exit, error)
        }
    }
}
