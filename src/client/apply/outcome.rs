//! How it ended.

use super::summary::Summary;
use crate::client::tree::{self, StoreError, TRIED_MESSAGES, TStamp};
use crate::document::received::{ReadError, rules};
use crate::finding::Finding;
use crate::security::policy::{Denied, NotAccepted};
use crate::security::verify::NotAuthentic;

/// What became of a message that was not refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was applied.
    Applied(Summary),
    /// It was applied before and is in place: nothing changed.
    Unchanged,
    /// It would be applied; nothing changed.
    Tried(Summary),
}

/// Why a message was refused. The content of the tree is as before.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It cannot be read.
    #[error(transparent)]
    Malformed(ReadError),
    /// Nothing shows that it is what it claims to be.
    #[error("{source}{}", left(*.tries_left))]
    NotAuthentic {
        /// Why.
        source: NotAuthentic,
        /// How many PINs may still be tried for this message, if one was tried.
        tries_left: Option<u8>,
    },
    /// The policy does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The configuration context of its BOOTSTRAP cannot be made.
    #[error(transparent)]
    Context(#[from] Reuse),
    /// Nothing of it can be applied.
    #[error("nothing of the document can be applied{}", first(.0))]
    Nothing(Vec<Finding>),
    /// Somebody was asked and said no.
    #[error("it was not confirmed")]
    Declined,
    /// Too many wrong PINs.
    #[error(
        "{tries} wrong PINs were tried for this message, and no more are; let the sender send another"
    )]
    Blocked {
        /// How many.
        tries: u8,
    },
    /// Wrong PINs were tried for as many messages as are remembered, and none of them is forgotten
    /// for another: that would give new tries to one that is blocked.
    #[error(
        "wrong PINs were tried for {TRIED_MESSAGES} messages, and those of no other are looked at; \
         apply one of these with its PIN, or go on with an export of the tree in a new one"
    )]
    Crowded,
    /// It was applied before, and what it brought was undone, replaced or deleted since.
    #[error(
        "the message was applied before, and what it brought is gone since {at}; it is refused until \
         {until}, so let the sender send a new one"
    )]
    Replayed {
        /// When what it brought went.
        at: TStamp,
        /// Until when it is refused.
        until: TStamp,
    },
    /// The tree could not be read or written.
    #[error(transparent)]
    Tree(#[from] tree::Error),
}

/// Why a configuration context cannot be made (WAP-184 §5.1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reuse {
    /// There is a context of this name.
    #[error(
        "the context {provurl:?} is there already and stays as it is; undo it or forget the card it came \
         from first"
    )]
    Known {
        /// Its PROVURL.
        provurl: String,
    },
    /// The privileged context allows no more.
    #[error(
        "the privileged context allows {allow} more contexts, and there are as many; undo one, or let \
         CONTEXT-ALLOW of the privileged one allow more"
    )]
    Full {
        /// CONTEXT-ALLOW.
        allow: u8,
    },
}

fn left(tries: Option<u8>) -> String {
    match tries {
        None => String::new(),
        Some(1) => "; 1 try is left".to_owned(),
        Some(count) => format!("; {count} tries are left"),
    }
}

fn first(findings: &[Finding]) -> String {
    // What says why nothing is left
    let own = |finding: &&Finding| rules::ALL.contains(&finding.rule);
    let first = findings.iter().find(own);
    first.map_or(String::new(), |finding| format!(": {}", finding.sentence()))
}

impl Refusal {
    /// Its name, as machines read it.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::NotAuthentic { .. } => "not-authentic",
            Self::Denied(_) | Self::Context(_) | Self::Nothing(_) => "refused",
            Self::Declined => "declined",
            Self::Blocked { .. } | Self::Crowded => "blocked",
            Self::Replayed { .. } => "replayed",
            Self::Tree(_) => "failed",
        }
    }

    /// The stable id of the rule; none for a failure of the store, and where somebody said no.
    #[must_use]
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(error) => Some(error.rule()),
            Self::NotAuthentic { source, .. } => Some(source.rule()),
            Self::Denied(denied) => Some(denied.rule()),
            Self::Context(_) => Some("apply-context"),
            Self::Nothing(_) => Some("apply-nothing"),
            Self::Blocked { .. } => Some("apply-blocked"),
            Self::Crowded => Some("apply-crowded"),
            Self::Replayed { .. } => Some("apply-replayed"),
            Self::Declined => None,
            Self::Tree(error) => error.reason().map(tree::Reason::rule),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Tree(error.into())
    }
}

impl From<NotAccepted> for Refusal {
    fn from(error: NotAccepted) -> Self {
        match error {
            NotAccepted::Denied(denied) => Self::Denied(denied),
            NotAccepted::Malformed(error) => Self::Malformed(error),
        }
    }
}
