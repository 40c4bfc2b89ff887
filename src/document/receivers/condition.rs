//! Conditions of claims over the facts of a message.

use super::fact::{Fact, Group, Kind, group_of_rule};
use super::facts::{Facts, State, Value};

/// A condition: what a fact must be. It holds, does not hold, or cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Of what.
    pub fact: Fact,
    /// What it must be.
    pub test: Test,
}

/// What a fact is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// A flag.
    Is(bool),
    /// A number.
    Equals(u64),
    /// A number above this.
    Above(u64),
    /// A number below this.
    Below(u64),
    /// At least one of these is there.
    Any(Vec<String>),
    /// None of these is there.
    Not(Vec<String>),
    /// For `PATH=VALUE`: a value of the path that is none of these.
    Outside(Vec<String>),
}

impl Condition {
    /// Whether it holds; `None` when that cannot be told.
    #[must_use]
    pub fn holds(&self, facts: &Facts) -> Option<bool> {
        if self.fact == Fact::Finding {
            return self.finding(facts);
        }
        let value = match facts.state(self.fact) {
            State::Known(value) => value,
            State::Unknown => return None,
            // What is not there breaks nothing
            State::Absent => return Some(false),
        };
        Some(match (&self.test, value) {
            (Test::Is(wanted), Value::Flag(flag)) => wanted == flag,
            (Test::Equals(wanted), Value::Number(number)) => wanted == number,
            (Test::Above(limit), Value::Number(number)) => number > limit,
            (Test::Below(limit), Value::Number(number)) => number < limit,
            (Test::Any(words), Value::Words(found)) => words.iter().any(|w| found.contains(w)),
            (Test::Not(words), Value::Words(found)) => !words.iter().any(|w| found.contains(w)),
            (Test::Outside(words), Value::Words(found)) => {
                let path = |word: &str| word.split_once('=').map(|(path, _)| path.to_owned());
                let Some(wanted) = words.first().and_then(|word| path(word)) else {
                    return Some(false);
                };
                found
                    .iter()
                    .any(|word| path(word).as_ref() == Some(&wanted) && !words.contains(word))
            }
            // The loader lets no such pair through
            _ => false,
        })
    }

    /// Whether the document has what the condition is about; `None` when that is the message as a
    /// whole.
    pub(super) fn has_subject(&self, facts: &Facts) -> Option<bool> {
        let State::Known(Value::Words(has)) = facts.state(Fact::Has) else {
            return None;
        };
        // What would hold it: of `w7/CLIENT/AAUTHDATA` the credentials, of `w7` itself
        let holder = |word: &String| {
            let path = word.split('=').next().unwrap_or_default();
            has.contains(path.rsplit_once('/').map_or(path, |(above, _)| above))
        };
        Some(match (self.fact, &self.test) {
            (Fact::Has, Test::Not(_)) | (Fact::IdentifierOctets, _) => !has.is_empty(),
            (
                Fact::Has | Fact::Lacks | Fact::Several | Fact::Values,
                Test::Any(words) | Test::Not(words) | Test::Outside(words),
            ) => words.iter().any(holder),
            (Fact::W7Url | Fact::W7ServerId | Fact::W7Order | Fact::Levels, _) => {
                has.contains("w7")
            }
            (Fact::NapidOctets | Fact::NapidAt, _) => has.contains("NAPDEF"),
            (Fact::Finding, _) if self.groups().contains(&Group::Cp) => !has.is_empty(),
            _ => return None,
        })
    }

    /// Findings are of several parts: one that is not known leaves only its own rules open.
    fn finding(&self, facts: &Facts) -> Option<bool> {
        let (Test::Any(rules) | Test::Not(rules)) = &self.test else {
            return Some(false);
        };
        let broken = |rule: &String| match facts.state(Fact::Finding) {
            State::Known(Value::Words(found)) if found.contains(rule) => Some(true),
            _ if facts.is_unknown(group_of_rule(rule)) => None,
            _ => Some(false),
        };
        let any = rules.iter().map(broken).fold(Some(false), or);
        match self.test {
            Test::Not(_) => any.map(|any| !any),
            _ => any,
        }
    }

    /// The parts of a message it speaks of.
    pub(super) fn groups(&self) -> Vec<Group> {
        match (&self.test, self.fact.kind()) {
            (Test::Any(rules) | Test::Not(rules), Kind::Rules) => {
                rules.iter().map(|rule| group_of_rule(rule)).collect()
            }
            _ => vec![self.fact.group()],
        }
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        _ => Some(false),
    }
}

/// Whether all of them hold; `None` when that cannot be told.
#[must_use]
pub fn all_hold(conditions: &[Condition], facts: &Facts) -> Option<bool> {
    let mut known = true;
    for condition in conditions {
        match condition.holds(facts) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}
