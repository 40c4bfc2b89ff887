//! What a receiver will do with a message.

use super::condition::all_hold;
use super::fact::{Fact, Group};
use super::facts::{Facts, State, Value};
use super::{Claim, Condition, Effect, Receiver};
use std::collections::BTreeSet;
use std::fmt;

/// What is to be expected, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Accepted, as far as is known.
    Accepted,
    /// No claim speaks of what is in such a message, or of none it can be told whether it holds.
    Unknown,
    /// It lacks something that the receiver's maker asks for.
    Doubtful,
    /// Accepted, with parts left out.
    Ignored,
    /// Accepted, with parts taken for something else.
    Misread,
    /// Accepted, with nothing left of it that is of use.
    NothingUsable,
    /// Refused.
    Refused,
}

impl Verdict {
    /// Its name: `accepted`, `unknown`, `doubtful`, `ignored`, `misread`, `nothing-usable`,
    /// `refused`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Unknown => "unknown",
            Self::Doubtful => "doubtful",
            Self::Ignored => "ignored",
            Self::Misread => "misread",
            Self::NothingUsable => "nothing-usable",
            Self::Refused => "refused",
        }
    }

    /// True when nothing comes of the message.
    #[must_use]
    pub fn is_useless(self) -> bool {
        self >= Self::NothingUsable
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
    /// How many claims speak of such a message, a document of this kind in this form that has what
    /// they are about, and are decided: they hold or do not hold.
    pub checked: usize,
    /// The document has nothing that a claim is about.
    pub nothing_for_it: bool,
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

    /// The verdict in words: `accepted`, `a part is ignored: ACL`.
    #[must_use]
    pub fn words(&self) -> String {
        let of = |effect: Effect, done: &str| {
            let reasons = self.reasons.iter().map(|reason| reason.claim);
            let claims = reasons.filter(|claim| claim.effect == effect);
            let mut parts: Vec<&str> = Vec::new();
            for part in claims.filter_map(|claim| claim.part.as_deref()) {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
            match parts.as_slice() {
                [] => None,
                [one] => Some(format!("a part is {done}: {one}")),
                several => Some(format!("parts are {done}: {}", several.join(", "))),
            }
        };
        let parts = match self.verdict {
            Verdict::Ignored | Verdict::Misread => {
                let misread = of(Effect::Misreads, "misread");
                let all = misread.into_iter().chain(of(Effect::Ignores, "ignored"));
                all.collect::<Vec<_>>().join("; ")
            }
            Verdict::NothingUsable => "nothing usable".to_owned(),
            _ => String::new(),
        };
        match parts.is_empty() {
            true => self.verdict.name().to_owned(),
            false => parts,
        }
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
        nothing_for_it: false,
    };
    let (mut elsewhere, mut met) = (false, false);
    for claim in receiver.claims.iter().filter(|c| speaks_of(c, facts)) {
        let holds = all_hold(&claim.when, facts);
        let subjects: Vec<bool> = claim
            .when
            .iter()
            .filter_map(|condition| condition.has_subject(facts))
            .collect();
        let present = subjects.iter().all(|present| *present);
        met |= present && !subjects.is_empty();
        if holds == Some(false) && !present {
            elsewhere = true;
            continue;
        }
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
        let worst = Verdict::of(worst.claim.effect);
        let lost = worst >= Verdict::Ignored && nothing_left(&prediction.reasons, facts);
        prediction.verdict = match lost {
            true => worst.max(Verdict::NothingUsable),
            false => worst,
        };
        return prediction;
    }
    let is_empty = |has: &BTreeSet<String>| has.is_empty();
    prediction.nothing_for_it =
        !met && (elsewhere || words(facts, Fact::Has).is_some_and(is_empty));
    if prediction.checked == 0 || prediction.nothing_for_it {
        prediction.verdict = Verdict::Unknown;
    }
    prediction
}

fn words(facts: &Facts, fact: Fact) -> Option<&BTreeSet<String>> {
    match facts.state(fact) {
        State::Known(Value::Words(words)) => Some(words),
        _ => None,
    }
}

/// Characteristics that set up nothing by themselves.
const AUXILIARY: [&str; 4] = ["ACCESS", "BOOTSTRAP", "CLIENTIDENTITY", "VENDORCONFIG"];

/// Whether the claims that hold lose everything that a document sets up, or it sets up nothing.
fn nothing_left(reasons: &[Reason<'_>], facts: &Facts) -> bool {
    let (Some(has), Some(several)) = (words(facts, Fact::Has), words(facts, Fact::Several)) else {
        return false;
    };
    let lost = |path: &String| {
        let mut claims = reasons.iter().map(|reason| reason.claim);
        claims.any(|claim| {
            // What one of several lacks, another one may have; what is there at all is lost in all
            let of_all = |condition: &Condition| {
                matches!(condition.fact, Fact::Document | Fact::Encoding | Fact::Has)
            };
            let all = claim.when.iter().all(of_all);
            claim.loses.contains(path) && (all || !several.contains(path))
        })
    };
    let sets_up = |path: &&String| !path.contains('/') && !AUXILIARY.contains(&path.as_str());
    let mut all = has.iter().filter(sets_up).peekable();
    has.is_empty() || all.peek().is_some() && all.all(lost)
}

/// Whether a claim is about messages like this one, be it to say that they are fine.
fn speaks_of(claim: &Claim, facts: &Facts) -> bool {
    claim.when.iter().all(|condition| match condition.fact {
        Fact::Document | Fact::Encoding => condition.holds(facts) != Some(false),
        _ => condition.groups().into_iter().any(|group| facts.has(group)),
    })
}
