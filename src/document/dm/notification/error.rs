//! Why a trigger message cannot be read, and why one cannot be written.

use super::MAX_OCTETS;

/// Why a trigger message cannot be read, and where that shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("offset {at}: {kind}")]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Offset from the start of the digest: of the field concerned, or where the input ends.
    pub at: usize,
}

/// Kinds of unreadable trigger messages; each says what was found, what is expected, what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The message ends inside its fixed part.
    #[error(
        "the message ends where {what} should be, expected a digest of 16 octets and a trigger \
         of 8 and the server id; get the whole message, with all segments joined in order"
    )]
    Truncated {
        /// What is missing, or cut off.
        what: &'static str,
    },
    /// More octets than any bearer carries.
    #[error(
        "the message has {octets} octets, expected at most {MAX_OCTETS}; \
         cut off what does not belong to it"
    )]
    TooLong {
        /// How many there are.
        octets: usize,
    },
    /// The length of the server id reaches beyond the message.
    #[error(
        "the length of the server id is {length}, but only {left} octet(s) follow; \
         get the whole message, or correct the fields before: a header with an octet too many \
         reads like this"
    )]
    ServerIdBeyondEnd {
        /// Its value.
        length: u8,
        /// How many octets follow it.
        left: usize,
    },
    /// The server id is not UTF-8.
    #[error(
        "the server id is not UTF-8, expected ASCII characters; write those, or correct its length"
    )]
    ServerIdEncoding,
}

impl ErrorKind {
    /// Stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "notification-truncated",
            Self::TooLong { .. } => "notification-too-long",
            Self::ServerIdBeyondEnd { .. } => "notification-server-id-beyond-end",
            Self::ServerIdEncoding => "notification-server-id-encoding",
        }
    }

    /// The error of this kind at an offset.
    pub(super) fn at(self, at: usize) -> Error {
        Error { kind: self, at }
    }
}

impl Error {
    /// Stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.kind.rule()
    }
}

/// Why a notification cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A version of more than ten bits.
    #[error("version {found}, expected at most 1023: ten times the version, 11 for 1.1")]
    Version {
        /// The version.
        found: u16,
    },
    /// Session 0.
    #[error("session 0, expected 1 to FFFF; choose one that differs from those before")]
    SessionZero,
    /// No server id.
    #[error("the server id is empty; give the one that the device's account has")]
    ServerIdEmpty,
    /// A server id of more than 255 octets.
    #[error("the server id has {found} octets, expected at most 255, which its length field holds")]
    ServerIdTooLong {
        /// How many it has.
        found: usize,
    },
    /// A character of the server id that is not printable ASCII.
    #[error(
        "octet {at} of the server id is no printable ASCII character; \
         give the id as the device's account has it"
    )]
    ServerIdCharacter {
        /// Its offset in the server id.
        at: usize,
    },
    /// More octets than any bearer carries.
    #[error(
        "the trigger would have {octets} octets, expected at most {}; shorten the vendor data",
        MAX_OCTETS - super::DIGEST_OCTETS
    )]
    TooLong {
        /// How many there would be.
        octets: usize,
    },
}

impl EncodeError {
    /// Stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Version { .. } => "notification-write-version",
            Self::SessionZero => "notification-write-session-zero",
            Self::ServerIdEmpty => "notification-write-server-id-empty",
            Self::ServerIdTooLong { .. } => "notification-write-server-id-too-long",
            Self::ServerIdCharacter { .. } => "notification-write-server-id-character",
            Self::TooLong { .. } => "notification-write-too-long",
        }
    }
}
