//! What is wrong with a profile.

use super::parameter::Type;
use super::source::Place;
use super::template::TemplateError;

/// A profile that cannot be used, and the place that shows it.
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
    #[error("{0}; a profile begins with `format = 1`")]
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
    #[error(
        "extends {0:?}, which is no profile or cannot be read; `dmboot profile list` shows all"
    )]
    Extends(String),
    #[error("extends itself through {0}; remove one `extends`")]
    ExtendsCycle(String),
    #[error(
        "parameter name {0:?}; begin with a lower-case letter, go on with those, digits and _, and do not use job_seed"
    )]
    ParameterName(String),
    #[error("parameter {0} has no type and no standard meaning; write `type = …`: {types}", types = Type::NAMES)]
    NoType(String),
    #[error(
        "parameter {0} has more than one of default, constant, template, derive, random; keep one"
    )]
    TwoSources(String),
    #[error(
        "{what} uses the parameter {name}, which is not declared and has no standard meaning; add `[parameters.{name}]`"
    )]
    UnknownParameter { what: String, name: String },
    #[error("parameter {0} is made from itself; break the circle")]
    Circle(String),
    #[error("{what}: {error}")]
    Template { what: String, error: TemplateError },
    #[error("no body; write `[[body.APPLICATION]]` tables or `xml = '''…'''`")]
    NoBody,
    #[error("both `body` and `xml`; keep one")]
    TwoBodies,
    #[error("the XML body cannot be read: {0}")]
    Xml(String),
    #[error("a hole in {0}; only values of parms can have holes")]
    HolePlace(String),
    #[error("limits of {0}: min is above max; correct one of them")]
    Limits(String),
    #[error("parameter {0} is an enum without values; write `values = [\"…\"]`")]
    NoValues(String),
    #[error("the {what} of {name}: {mismatch}")]
    BadText {
        what: &'static str,
        name: String,
        mismatch: String,
    },
    #[error("random for {0}; only secret, text, pin, nonce and bytes can be random")]
    RandomType(String),
    #[error("`key` of derive is {0:?}; use job_seed or a parameter of type secret")]
    DeriveKey(String),
    #[error(
        "AAUTHLEVEL comes from the parameter {0}; give it fixed text or an enum, since the order of the credentials depends on it"
    )]
    LevelHole(String),
    #[error("there is no rule {rule:?}{near}; `dmboot explain` lists all")]
    UnknownRule { rule: String, near: String },
    #[error("{0} is an error, which no reason allows; mend what it finds")]
    AllowedError(String),
    #[error("`reason` is missing; say why {0} may be broken here")]
    NoReason(String),
    #[error(
        "{parm} comes from the parameter {parameter}, and its node in the DM form depends on the value; give it fixed text or an enum (Base64: one hole and nothing beside it)"
    )]
    DmHole { parm: String, parameter: String },
}

impl Fault {
    /// The stable id of the rule that the profile breaks.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Toml(_) => "profile-toml",
            Self::Format(_) => "profile-format",
            Self::UnknownKey { .. } => "profile-unknown-key",
            Self::WrongType { .. } => "profile-wrong-type",
            Self::WrongValue { .. } => "profile-wrong-value",
            Self::Extends(_) => "profile-extends",
            Self::ExtendsCycle(_) => "profile-extends-cycle",
            Self::ParameterName(_) => "profile-parameter-name",
            Self::NoType(_) => "profile-no-type",
            Self::TwoSources(_) => "profile-two-sources",
            Self::UnknownParameter { .. } => "profile-unknown-parameter",
            Self::Circle(_) => "profile-circle",
            Self::Template { .. } => "profile-template",
            Self::NoBody => "profile-no-body",
            Self::TwoBodies => "profile-two-bodies",
            Self::Xml(_) => "profile-xml",
            Self::HolePlace(_) => "profile-hole-place",
            Self::Limits(_) => "profile-limits",
            Self::NoValues(_) => "profile-no-values",
            Self::BadText { .. } => "profile-bad-text",
            Self::RandomType(_) => "profile-random-type",
            Self::DeriveKey(_) => "profile-derive-key",
            Self::LevelHole(_) => "profile-level-hole",
            Self::DmHole { .. } => "profile-dm-hole",
            Self::UnknownRule { .. } => "profile-unknown-rule",
            Self::AllowedError(_) => "profile-allowed-error",
            Self::NoReason(_) => "profile-no-reason",
        }
    }

    pub(super) fn at(self, place: &Place) -> Error {
        Error {
            place: place.clone(),
            fault: self,
        }
    }
}
