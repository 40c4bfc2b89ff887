//! What a server would see: status codes, and why (OMA DM Representation Protocol 1.2, the tables of
//! each command).

use super::ddf::DdfError;
use super::path::NodePath;
use super::store::StoreError;
use crate::document::dm::Format;
use crate::document::dm::acl::{AclError, Command};
use std::fmt;

/// A status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Done.
    Ok = 200,
    /// It cannot be done for a reason that is neither right nor description.
    Forbidden = 403,
    /// There is no such node.
    NotFound = 404,
    /// The command is not allowed on this target, whoever gives it.
    NotAllowed = 405,
    /// An optional feature that is not supported.
    NotSupported = 406,
    /// The data is too large.
    TooLarge = 413,
    /// The address is too long, or has too many names or too long ones.
    UriTooLong = 414,
    /// Format, type or form of the data is not one that the node takes.
    UnsupportedType = 415,
    /// The node exists already.
    Exists = 418,
    /// There is no room.
    Full = 420,
    /// The ACL does not grant it.
    Denied = 425,
    /// The store failed.
    StoreFailed = 510,
}

impl Status {
    /// The number.
    #[must_use]
    pub fn code(self) -> u16 {
        self as u16
    }

    /// The standard's words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "Not found",
            Self::NotAllowed => "Command not allowed",
            Self::NotSupported => "Optional feature not supported",
            Self::TooLarge => "Request entity too large",
            Self::UriTooLong => "URI too long",
            Self::UnsupportedType => "Unsupported media type or format",
            Self::Exists => "Already exists",
            Self::Full => "Device full",
            Self::Denied => "Permission denied",
            Self::StoreFailed => "Data store failure",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code(), self.words())
    }
}

/// Why a command was refused. No value is quoted: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The address is none that a node can have.
    #[error("this is not the address of a node; write names with / between them, ./DMAcc/1")]
    Uri,
    /// The address is over a limit.
    #[error("the address is longer or deeper than the device takes; see ./DevDetail/URI")]
    UriTooLong,
    /// No property or list of this name, or one that this node does not have.
    #[error("no such property or list")]
    Unsupported,
    /// There is no such node.
    #[error("there is no such node")]
    NotFound,
    /// A permanent leaf whose format has no empty value, and for which the description says none.
    #[error(
        "the node needs a value of format {}, and its description has no DefaultValue; let the \
         description have one",
        format.name()
    )]
    NoDefault {
        /// The format.
        format: Format,
    },
    /// The node exists already.
    #[error("the node exists already; replace it, or choose another name")]
    Exists,
    /// The ACL that holds does not grant the command.
    #[error("the ACL grants no {} to {who}", command.name())]
    Denied {
        /// The command that is missing in it.
        command: Command,
        /// Who wanted it.
        who: String,
    },
    /// The description does not let anybody give the command.
    #[error("the description of the node allows no {command}")]
    Access {
        /// The command.
        command: &'static str,
    },
    /// The node is permanent.
    #[error("the node is permanent")]
    Permanent,
    /// The root cannot be added, deleted, renamed or copied.
    #[error("this cannot be done to the root")]
    Root,
    /// The node above is a leaf.
    #[error("the node above is a leaf, which has no nodes below it")]
    ParentIsLeaf,
    /// An interior node has no value.
    #[error("an interior node has no value of its own")]
    Interior,
    /// No description has such a node.
    #[error("no device description has a node in this place")]
    Undescribed,
    /// A description that could not be read again together with the one that holds.
    #[error("together with the description that holds: {0}")]
    Description(DdfError),
    /// There are as many nodes as the description allows.
    #[error("the description allows at most {max} such nodes")]
    TooMany {
        /// How many.
        max: u32,
    },
    /// What is above needs the node.
    #[error("the description requires the node: {name} occurs at least once")]
    Needed {
        /// Its name in the description; `<X>` for one of any name.
        name: String,
    },
    /// A command that properties and lists do not take.
    #[error("the command does not go with a property or list")]
    Query,
    /// A Get below ./Inbox.
    #[error("the Inbox is not read")]
    Inbox,
    /// Secrets are not read.
    #[error("the node holds a secret, which nobody but the client itself reads")]
    Secret,
    /// The description has another format.
    #[error("a node of format {}, expected {}", found.name(), expected.name())]
    Format {
        /// What was given.
        found: Format,
        /// What the description has.
        expected: Format,
    },
    /// The MIME type, or the identifier of the management object, is not one.
    #[error("this type does not go with the node")]
    Type,
    /// The value is not written as its format asks.
    #[error("a value of format {}, expected {expected}", format.name())]
    Value {
        /// The format.
        format: Format,
        /// What it asks for.
        expected: &'static str,
    },
    /// Text that is no ACL.
    #[error(transparent)]
    Acl(#[from] AclError),
    /// The root has an ACL, with Add for all.
    #[error("the root keeps an ACL, and servers may not change its Add")]
    RootAcl,
    /// A title, value or property that is too long.
    #[error("{what} is longer than {max} octets")]
    TooLarge {
        /// What.
        what: &'static str,
        /// The limit in octets.
        max: usize,
    },
    /// Copy takes a leaf to a leaf that can hold its value.
    #[error("the value cannot be copied there: both are leaves, and of the same format and type")]
    Copy,
    /// A serialised tree that cannot be taken as it is.
    #[error("the serialised tree is malformed: {0}")]
    Tnds(&'static str),
}

impl Reason {
    /// The code that a server sees.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Uri | Self::NotFound => Status::NotFound,
            Self::UriTooLong => Status::UriTooLong,
            Self::Unsupported => Status::NotSupported,
            Self::Exists => Status::Exists,
            Self::Denied { .. } => Status::Denied,
            Self::Access { .. }
            | Self::Permanent
            | Self::Root
            | Self::ParentIsLeaf
            | Self::Interior
            | Self::Undescribed
            | Self::Description(_)
            | Self::TooMany { .. }
            | Self::Needed { .. }
            | Self::Query
            | Self::Inbox
            | Self::NoDefault { .. }
            | Self::Secret
            | Self::RootAcl => Status::NotAllowed,
            Self::Format { .. }
            | Self::Type
            | Self::Value { .. }
            | Self::Acl(_)
            | Self::Tnds(_) => Status::UnsupportedType,
            Self::TooLarge { .. } => Status::TooLarge,
            Self::Copy => Status::Forbidden,
        }
    }

    /// The stable id of the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Uri => "tree-uri",
            Self::UriTooLong => "tree-uri-too-long",
            Self::Unsupported => "tree-unsupported",
            Self::NotFound => "tree-not-found",
            Self::Exists => "tree-exists",
            Self::NoDefault { .. } => "tree-no-default",
            Self::Denied { .. } => "tree-denied",
            Self::Access { .. } => "tree-access-type",
            Self::Permanent => "tree-permanent",
            Self::Root => "tree-root",
            Self::ParentIsLeaf => "tree-parent-is-leaf",
            Self::Interior => "tree-interior",
            Self::Undescribed => "tree-undescribed",
            Self::TooMany { .. } => "tree-too-many",
            Self::Needed { .. } => "tree-needed",
            Self::Query => "tree-query",
            Self::Inbox => "tree-inbox",
            Self::Secret => "tree-secret",
            Self::Format { .. } => "tree-format",
            Self::Type => "tree-type",
            Self::Value { .. } => "tree-value",
            Self::Acl(_) => "tree-acl",
            Self::RootAcl => "tree-root-acl",
            Self::TooLarge { .. } => "tree-too-large",
            Self::Copy => "tree-copy",
            Self::Tnds(_) => "tree-tnds",
            Self::Description(error) => error.rule(),
        }
    }
}

/// Why a command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It was refused.
    #[error("{at}: {reason} ({})", reason.status())]
    Refused {
        /// The address that the refusal is about.
        at: String,
        /// Why.
        reason: Reason,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Error {
    /// The code that a server sees.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Refused { reason, .. } => reason.status(),
            Self::Store(StoreError::Full) => Status::Full,
            Self::Store(_) => Status::StoreFailed,
        }
    }

    /// Why, if it was refused.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Refused { reason, .. } => Some(reason),
            Self::Store(_) => None,
        }
    }
}

impl Reason {
    /// A refusal of something at a node.
    pub(in crate::client) fn at(self, path: &NodePath) -> Error {
        Error::Refused {
            at: path.to_string(),
            reason: self,
        }
    }
}
