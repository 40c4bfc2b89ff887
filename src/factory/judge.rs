//! What a receiver makes of the messages of a job, judged as they are built.
//!
//! Claims speak of octets, parms and devices that only the list brings, so no sample of a profile
//! tells what becomes of a device's message.

use super::job::{Job, MakeError};
use crate::document::profile::Values;
use crate::document::receivers::{
    Better, Builder, Change, Effect, Fact, Facts, Fixed, Reason, Receiver, Settings, State, Value,
    Verdict, predict,
};
use std::fmt;

/// A message that its receiver would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The receiver's name.
    pub receiver: String,
    /// What it does and what to do about it, with the claim and its source, one sentence each.
    pub reasons: Vec<String>,
    /// The facts that make it refuse.
    pub facts: Vec<Fact>,
    /// What is to be expected with other options, where some are better.
    pub options: Option<Better>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} would refuse this message: {}",
            self.receiver,
            self.reasons.join("; ")
        )?;
        match &self.options {
            Some(better) => write!(f, "; {better}"),
            None => Ok(()),
        }
    }
}

/// The claim that a reason rests on stands behind it.
fn sentence(Reason { claim, sentence }: &Reason<'_>) -> String {
    format!("{sentence} [{}; {}]", claim.id, claim.source)
}

impl Job<'_> {
    /// Judges the message of a device with these values, where the job is for a receiver: what that
    /// leaves out, misreads or asks for, one sentence each.
    ///
    /// # Errors
    /// [`MakeError::Receiver`] when it refuses the message.
    pub(super) fn judge(&self, values: &Values, pdu: &[u8]) -> Result<Vec<String>, MakeError> {
        let Some(receiver) = self.receiver else {
            return Ok(Vec::new());
        };
        let device = self.device(values);
        let mut facts = Facts::of(pdu)?;
        facts.word(Fact::KeyForm, self.key_form.name());
        if facts.state(Fact::Levels) != State::Absent {
            facts.levels(self.profile.levels());
        }
        for (fact, value) in &device {
            facts.set(*fact, value.clone());
        }
        let prediction = predict(receiver, &facts);
        if prediction.verdict != Verdict::Refused {
            return Ok(prediction.reasons.iter().map(sentence).collect());
        }
        let refuses = |reason: &&Reason<'_>| reason.claim.effect == Effect::Refuses;
        let reasons = || prediction.reasons.iter().filter(refuses);
        let conditions = reasons().flat_map(|reason| &reason.claim.when);
        Err(MakeError::Receiver(Box::new(Refusal {
            receiver: receiver.name.clone(),
            reasons: reasons().map(sentence).collect(),
            facts: conditions.map(|condition| condition.fact).collect(),
            options: self.options(receiver, values, &device),
        })))
    }

    /// What differs from device to device beside its document, as far as claims can speak of it: a
    /// message that is like another one in this and in its shape is judged alike, but for claims
    /// about values.
    pub(super) fn likeness(&self, values: &Values, octets: usize) -> [usize; 3] {
        let digits = |name| self.digits(values, name).map_or(0, |count| count + 1);
        [octets, digits("imsi"), digits("pin")]
    }

    fn digits(&self, values: &Values, name: &str) -> Option<usize> {
        Some(values.get(self.profile.parameter(name)?)?.len())
    }

    /// What claims can speak of that is not in the message.
    fn device(&self, values: &Values) -> Vec<(Fact, Value)> {
        let imsi = self.digits(values, "imsi").map(|count| {
            let word = if count.is_multiple_of(2) {
                "even"
            } else {
                "odd"
            };
            (Fact::ImsiDigits, Value::Words([word.to_owned()].into()))
        });
        let pin = self.digits(values, "pin").and_then(|count| {
            let count = u64::try_from(count).ok()?;
            Some((Fact::PinDigits, Value::Number(count)))
        });
        imsi.into_iter().chain(pin).collect()
    }

    /// Options that make the receiver take a device's document.
    fn options(
        &self,
        receiver: &Receiver,
        values: &Values,
        device: &[(Fact, Value)],
    ) -> Option<Better> {
        if self.dm.is_some() {
            return None;
        }
        let start = Settings {
            sec: self.sec,
            key_form: self.key_form.name(),
            encoding: self.encoding,
            application_id: self.application_id,
            address: self.profile.address(),
            levels: self.profile.levels(),
            root_version: false,
        };
        let mut builder = Builder::new(self.profile.document(values), true);
        let advice = builder.advise(receiver, &start, Fixed::default(), device);
        let advice = advice.ok()?;
        let changes = advice.changes.iter().map(Change::to_string).collect();
        Better::new(&advice.prediction, changes)
    }
}
