//! Exit codes, and how an error becomes a message and a code.

use crate::document::{cp, profile};
use crate::factory::job::MakeError;
use crate::factory::library::LibraryError;
use crate::factory::list::ListError;
use crate::factory::params::ParamsError;
use crate::factory::report::{BatchError, RowError};
use crate::factory::station::StationError;
use std::fmt::Display;
use std::io;
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
}

impl Failure {
    /// A failure with a code and a message.
    pub fn new(exit: Exit, message: impl Display) -> Self {
        Self {
            exit,
            rule: None,
            message: message.to_string(),
            broken_pipe: false,
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
        Self::new(Exit::Io, format!("{path}: {error}"))
    }

    fn exit_of(error: &StationError) -> Exit {
        match error {
            StationError::Exists { .. } => Exit::Refused,
            StationError::NotAFolder { .. } | StationError::NotAFile { .. } => Exit::Usage,
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
            LibraryError::Unknown { .. } => Self::new(Exit::Usage, error),
            LibraryError::Read { .. } => Self::new(Exit::Io, error),
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
            ParamsError::Read { .. } => Exit::Io,
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
        Self::new(Self::exit_of(&error), error)
    }
}

impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Self {
        let list = |source: &ListError| match source {
            ListError::Read { .. } => Exit::Io,
            ListError::Refused(_) => Exit::Malformed,
        };
        let (exit, rule) = match &error {
            BatchError::List { source, .. } => (list(source), Some(source.rule())),
            BatchError::Row(fault) => {
                let exit = match &fault.error {
                    RowError::Make(MakeError::Rule(_)) => Exit::Refused,
                    RowError::List(source) => list(source),
                    _ => Exit::Malformed,
                };
                (exit, Some(fault.error.rule()))
            }
            BatchError::Column { .. } => (Exit::Malformed, Some("list-unknown-column")),
            BatchError::NothingBuilt { .. } => (Exit::Malformed, None),
            BatchError::ListNotAFile { .. } => (Exit::Usage, None),
            BatchError::ListChanged { .. } => (Exit::Io, None),
            BatchError::NoSuchDevice(_) | BatchError::SecretsOut(_) => (Exit::Usage, None),
            BatchError::Station(error) => (Self::exit_of(error), None),
            BatchError::Interrupted => (Exit::Interrupted, None),
        };
        Self {
            rule,
            ..Self::new(exit, error)
        }
    }
}
