//! What is wrong with the description of a receiver.

use crate::document::profile::Place;

/// A description that cannot be used, and the place that shows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct Error {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

/// Kinds of faults; each message says what was found, what is expected, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // the message is the documentation
pub enum Fault {
    #[error("not TOML: {0}")]
    Toml(String),
    #[error("{0}; a receiver begins with `format = 1`")]
    Format(String),
    #[error("unknown key `{key}`; known here: {known}")]
    UnknownKey { key: String, known: &'static str },
    #[error("`{key}` is {found}, expected {expected}")]
    WrongType {
        key: String,
        found: &'static str,
        expected: &'static str,
    },
    #[error("`{key}` is {found:?}, expected {expected}")]
    WrongValue {
        key: String,
        found: String,
        expected: String,
    },
    #[error("{what} has no `{key}`; write one")]
    Missing { what: String, key: &'static str },
    #[error("`{found}` is no fact of a message; known are {known}")]
    UnknownFact { found: String, known: String },
    #[error("there are two claims {0:?}; give each an id of its own")]
    RepeatedClaim(String),
    #[error("no claims; write `[[claim]]` tables")]
    NoClaims,
    #[error("{found} claims, at most {limit}; split the receiver")]
    TooManyClaims { found: usize, limit: usize },
}

impl Fault {
    /// The stable id of the rule that the description breaks.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Toml(_) => "receiver-toml",
            Self::Format(_) => "receiver-format",
            Self::UnknownKey { .. } => "receiver-unknown-key",
            Self::WrongType { .. } => "receiver-wrong-type",
            Self::WrongValue { .. } => "receiver-wrong-value",
            Self::Missing { .. } => "receiver-missing-key",
            Self::UnknownFact { .. } => "receiver-unknown-fact",
            Self::RepeatedClaim(_) => "receiver-repeated-claim",
            Self::NoClaims => "receiver-no-claims",
            Self::TooManyClaims { .. } => "receiver-too-many-claims",
        }
    }

    pub(super) fn at(self, place: &Place) -> Error {
        Error {
            place: place.clone(),
            fault: self,
        }
    }
}
