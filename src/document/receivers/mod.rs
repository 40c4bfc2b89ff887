//! Known receivers as data: what each accepts, refuses, ignores or misreads, and who says so.
//!
//! A receiver is a TOML file (`format = 1`) of claims. A claim is a condition over the [`Facts`] of
//! a message, what the receiver does when it holds, and the source. [`Facts::of`] computes the facts
//! of octets, [`predict()`] compares, [`Builder`] finds build options that change the answer.
//!
//! The vocabulary of facts is closed ([`Fact`]); there is no code for any one receiver. What a
//! receiver's sources do not speak of is not known: a prediction says "accepted" only as far as the
//! claims go.

mod condition;
mod error;
mod fact;
mod facts;
mod load;
mod options;
mod predict;
pub mod shipped;
#[cfg(test)]
mod tests;

pub use condition::{Condition, Test, all_hold};
pub use error::{Error, Fault};
pub use fact::{Fact, Group, KEY_FORMS, Kind};
pub use facts::{Facts, State, Unreadable, Value};
pub use options::{Advice, Better, Builder, Change, Fixed, Settings};
pub use predict::{Prediction, Reason, Undecided, Verdict, predict};

/// A receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its name, or the path it was read from.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// Where the claims come from.
    pub sources: Vec<String>,
    /// What is known of it.
    pub claims: Vec<Claim>,
}

/// Something that is known of a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its name within the receiver.
    pub id: String,
    /// When it applies: all of these hold.
    pub when: Vec<Condition>,
    /// What the receiver does then.
    pub effect: Effect,
    /// The part of the message concerned, when it is not the whole.
    pub part: Option<String>,
    /// The top-level characteristics of which nothing is left when it holds, each application by
    /// its APPID.
    pub loses: Vec<String>,
    /// What the receiver does, in words: a sentence without its subject, "takes …".
    pub says: String,
    /// What to do about it; empty for [`Effect::Accepts`].
    pub remedy: String,
    /// Who says so.
    pub source: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// What a receiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It takes the message although others may not.
    Accepts,
    /// It leaves a part out.
    Ignores,
    /// It takes a part for something else.
    Misreads,
    /// It takes nothing of the message.
    Refuses,
    /// Its maker asks for something that is missing; what it does without is not known.
    Needs,
}

impl Effect {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Accepts,
        Self::Ignores,
        Self::Misreads,
        Self::Refuses,
        Self::Needs,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepts => "accepts",
            Self::Ignores => "ignores",
            Self::Misreads => "misreads",
            Self::Refuses => "refuses",
            Self::Needs => "needs",
        }
    }
}

/// How sure a claim is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confidence {
    /// Read in the receiver's own code or its maker's or standard's text.
    Confirmed,
    /// One source that is not the receiver itself.
    SingleSource,
    /// Follows from what was read, without being said.
    Inferred,
}

impl Confidence {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::SingleSource, Self::Inferred];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::SingleSource => "single-source",
            Self::Inferred => "inferred",
        }
    }
}

impl Receiver {
    /// True when it is known to read AAUTHLEVEL the other way round than OMA says.
    #[must_use]
    pub fn swaps_levels(&self) -> bool {
        let against_oma = |condition: &Condition| {
            let is_oma = |words: &Vec<String>| words.iter().any(|word| word == "oma");
            condition.fact == Fact::Levels
                && matches!(&condition.test, Test::Any(words) if is_oma(words))
        };
        let claims = self.claims.iter();
        let mut against = claims.filter(|claim| claim.effect != Effect::Accepts);
        against.any(|claim| claim.when.iter().any(against_oma))
    }
}

impl Claim {
    /// What it says, in one sentence about the receiver of this name.
    #[must_use]
    pub fn sentence(&self, receiver: &str) -> String {
        let Self { says, remedy, .. } = self;
        match remedy.as_str() {
            "" => format!("{receiver} {says}"),
            remedy => format!("{receiver} {says}; {remedy}"),
        }
    }
}
