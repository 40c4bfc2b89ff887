//! What a receiver will do with a message.

use super::condition::all_hold;
use super::fact::{Fact, Group};
use super::facts::Facts;
use super::{Claim, Effect, Receiver};
use std::collections::BTreeSet;
use std::fmt;

/// What is to be expected, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Accepted, as far as is known.
    Accepted,
    /// No claim speaks of such a message, or of none it can be told whether it holds.
    Unknown,
    /// It lacks something that the receiver's maker asks for.
    Doubtful,
    /// Accepted, with parts left out.
    Ignored,
    /// Accepted, with parts taken for something else.
    Misread,
    /// Refused.
    Refused,
}

impl Verdict {
    /// Its name: `accepted`, `unknown`, `doubtful`, `ignored`, `misread`, `refused`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Unknown => "unknown",
            Self::Doubtful => "doubtful",
            Self::Ignored => "ignored",
            Self::Misread => "misread",
            Self::Refused => "refused",
        }
    }

    fn of(effect: Effect) -> Self {
        match effect {
            Effect::Accepts => Self::Accepted,
            Effect::Needs => Self::Doubtful,
            Effect::Ignores => Self::Ignored,
            Effect::Misreads => Self::Misread,
            Effect::Refuses => Self::Refused,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A prediction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction<'r> {
    /// What is to be expected.
    pub verdict: Verdict,
    /// The claims that say so, the worst first.
    pub reasons: Vec<Reason<'r>>,
    /// Claims that say that the receiver takes what others may not.
    pub in_favour: Vec<&'r Claim>,
    /// Claims that could change the verdict, if more were known.
    pub undecided: Vec<Undecided<'r>>,
    /// How many claims speak of such a message, a document of this kind in this form, and are
    /// decided: they hold or do not hold.
    pub checked: usize,
}

/// A claim that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason<'r> {
    /// The claim.
    pub claim: &'r Claim,
    /// What the receiver does, and what to do about it.
    pub sentence: String,
}

/// A claim of which it cannot be told whether it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided<'r> {
    /// The claim.
    pub claim: &'r Claim,
    /// The parts of the message that are not known.
    pub groups: Vec<Group>,
}

impl Prediction<'_> {
    /// The parts that are ignored or misread.
    #[must_use]
    pub fn parts(&self) -> Vec<&str> {
        self.reasons
            .iter()
            .filter_map(|reason| reason.claim.part.as_deref())
            .collect()
    }
}

/// Compares the claims about a receiver with a message.
#[must_use]
pub fn predict<'r>(receiver: &'r Receiver, facts: &Facts) -> Prediction<'r> {
    let mut prediction = Prediction {
        verdict: Verdict::Accepted,
        reasons: Vec::new(),
        in_favour: Vec::new(),
        undecided: Vec::new(),
        checked: 0,
    };
    for claim in receiver.claims.iter().filter(|c| speaks_of(c, facts)) {
        let holds = all_hold(&claim.when, facts);
        prediction.checked += usize::from(holds.is_some());
        match holds {
            Some(false) => {}
            Some(true) if claim.effect == Effect::Accepts => prediction.in_favour.push(claim),
            Some(true) => prediction.reasons.push(Reason {
                claim,
                sentence: claim.sentence(&receiver.name),
            }),
            None if claim.effect == Effect::Accepts => {}
            None => {
                let open = claim.when.iter().filter(|c| c.holds(facts).is_none());
                let groups: BTreeSet<Group> = open.flat_map(|c| c.groups()).collect();
                prediction.undecided.push(Undecided {
                    claim,
                    groups: groups.into_iter().collect(),
                });
            }
        }
    }
    prediction
        .reasons
        .sort_by_key(|reason| std::cmp::Reverse(Verdict::of(reason.claim.effect)));
    if let Some(worst) = prediction.reasons.first() {
        prediction.verdict = Verdict::of(worst.claim.effect);
    } else if prediction.checked == 0 {
        prediction.verdict = Verdict::Unknown;
    }
    prediction
}

/// Whether a claim is about messages like this one, be it to say that they are fine.
fn speaks_of(claim: &Claim, facts: &Facts) -> bool {
    claim.when.iter().all(|condition| match condition.fact {
        Fact::Document | Fact::Encoding => condition.holds(facts) != Some(false),
        _ => condition.groups().into_iter().any(|group| facts.has(group)),
    })
}
