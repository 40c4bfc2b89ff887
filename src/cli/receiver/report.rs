//! What receivers do with a message or with what a profile makes.

use super::messages::{Messages, better, dm_push};
use super::of_claim;
use crate::cli::output::{self, DIM, NAME};
use crate::document::cp::Document;
use crate::document::dm::{Message, TndsForm, WbxmlVersion};
use crate::document::inspect::{Kind, detect};
use crate::document::profile::{Form, Profile};
use crate::document::receivers::{
    Better, Builder, Change, Facts, Fixed, Prediction, Reason, Receiver, Settings, Unreadable,
    Verdict, predict,
};
use crate::wire::wsp::{PushPdu, Sec};
use serde_json::json;
use std::io::Write;

/// What a command says of one message and each of these receivers.
///
/// # Errors
/// When nothing can be told of the octets.
pub fn reports<'r>(
    receivers: &'r [Receiver],
    octets: &[u8],
) -> Result<Vec<Report<'r>>, Unreadable> {
    let facts = Facts::of(octets)?;
    let push = match detect(octets) {
        Some(Kind::Wsp) => Some(PushPdu::parse(octets)?),
        _ => None,
    };
    let body = push.as_ref().map_or(octets, |push| push.body);
    let parsed = match detect(body) {
        Some(Kind::Xml) => Document::from_xml(body),
        _ => Document::from_wbxml(body),
    };
    let start = push.as_ref().map(Settings::of).unwrap_or_default();
    let mut rebuilt = match parsed {
        Ok(parsed) if parsed.loss().is_none() => {
            Rebuilt::Provisioning(Builder::new(parsed.document, false))
        }
        Ok(_) => Rebuilt::Trees(Vec::new()),
        Err(_) => Rebuilt::Trees(trees_of_message(body, push.is_some(), start.sec)),
    };
    let report = |receiver| {
        let prediction = predict(receiver, &facts);
        let options = match prediction.verdict {
            Verdict::Accepted => None,
            _ => rebuilt.options(receiver, &start, &prediction),
        };
        // No option makes known what is not
        let is_option =
            |better: &Better| prediction.verdict != Verdict::Unknown || !better.changes.is_empty();
        Report {
            receiver,
            options: options.filter(is_option),
            prediction,
            depends: Vec::new(),
        }
    };
    Ok(receivers.iter().map(report).collect())
}

/// What was read, as this program would build it. Nothing is, where that would lose something.
enum Rebuilt<'d> {
    Provisioning(Builder<'d>),
    /// The names of other ways to carry the tree of a DM message, and the facts with each.
    Trees(Vec<(&'static str, Facts)>),
}

impl Rebuilt<'_> {
    /// The options that make a prediction better.
    fn options<'r>(
        &mut self,
        receiver: &'r Receiver,
        start: &Settings,
        prediction: &Prediction<'r>,
    ) -> Option<Better> {
        match self {
            Self::Provisioning(builder) => {
                let advice = builder.advise(receiver, start, Fixed::default(), &[]);
                let advice = advice.ok()?;
                let changes = advice.changes.iter().map(Change::to_string).collect();
                better(prediction, &advice.prediction, changes)
            }
            Self::Trees(trees) => {
                let mut options = None;
                let mut best = prediction.clone();
                for (name, facts) in trees {
                    let other = predict(receiver, facts);
                    if let Some(helps) = better(&best, &other, vec![format!("--tnds {name}")]) {
                        options = Some(helps);
                        best = other;
                    }
                }
                options
            }
        }
    }
}

/// Other ways to carry the tree of a DM message, when that is what was read.
fn trees_of_message(body: &[u8], is_push: bool, sec: Option<Sec>) -> Vec<(&'static str, Facts)> {
    let read = match detect(body) {
        Some(Kind::Xml) => Message::from_xml(body),
        _ => Message::from_wbxml(body),
    };
    let Some(read) = read.ok().filter(|read| read.loss().is_none()) else {
        return Vec::new();
    };
    let facts = |form| {
        let encoded = read.document.to_wbxml(form, WbxmlVersion::V1_2).ok()?;
        let octets = match is_push {
            true => dm_push(sec, &encoded.octets).ok()?,
            false => encoded.octets,
        };
        Facts::of(&octets).ok()
    };
    let forms = TndsForm::NAMES.into_iter();
    forms
        .filter_map(|(name, form)| Some((name, facts(form)?)))
        .collect()
}

/// What a command says of the messages of one profile and each of these receivers.
///
/// # Errors
/// When the profile's document cannot be written.
pub fn reports_of_profile<'r>(
    receivers: &'r [Receiver],
    profile: &Profile,
) -> Result<Vec<Report<'r>>, Unreadable> {
    // Where nobody says how to sign, a PIN reaches most receivers
    let sec = profile.sec.map_or(Some(Sec::UserPin), |sec| sec.sec());
    let mut messages = Messages::new(profile, profile.form, sec);
    let mut report = |receiver| {
        let mut depends = Vec::new();
        let (prediction, mut options) = match profile.form {
            Form::Dm => {
                let (prediction, with) = messages.trees(receiver, profile.dm.tnds)?;
                let options = with.and_then(|(tnds, with)| {
                    let changes = vec![format!("--tnds {}", tnds.name())];
                    Better::new(&with, changes)
                });
                (prediction, options)
            }
            Form::Cp => {
                let (prediction, options) = messages.provisioning(receiver)?;
                depends = messages.depends(receiver, &prediction);
                (prediction, options)
            }
        };
        let verdict = prediction.verdict;
        if options.is_none() && (verdict == Verdict::Unknown || verdict.is_useless()) {
            options = messages.other_form(receiver);
        }
        Ok(Report {
            receiver,
            prediction,
            options,
            depends,
        })
    };
    receivers.iter().map(&mut report).collect()
}

fn print_reason(out: &mut impl Write, when: &str, reason: &Reason<'_>) -> std::io::Result<()> {
    let claim = reason.claim;
    let sentence = output::visible(&reason.sentence);
    writeln!(out, "  {}: {when}{sentence}", claim.id)?;
    let (source, confidence) = (output::visible(&claim.source), claim.confidence.name());
    writeln!(out, "  {DIM}  {source} ({confidence}){DIM:#}")
}

/// A prediction, and the build options that would make it better.
#[derive(Debug)]
pub struct Report<'r> {
    receiver: &'r Receiver,
    prediction: Prediction<'r>,
    options: Option<Better>,
    /// What else holds where the list gives a parameter that it may leave out, by its name.
    depends: Vec<(String, Reason<'r>)>,
}

impl Report<'_> {
    /// What is to be expected.
    pub fn verdict(&self) -> Verdict {
        self.prediction.verdict
    }

    /// For machines.
    pub fn json(&self) -> serde_json::Value {
        let undecided = self.prediction.undecided.iter().map(|undecided| {
            let on: Vec<_> = undecided.groups.iter().map(|g| g.depends_on()).collect();
            json!({ "claim": undecided.claim.id, "depends_on": on })
        });
        json!({
            "receiver": self.receiver.name,
            "verdict": self.prediction.verdict.name(),
            "claims_checked": self.prediction.checked,
            "parts": self.prediction.parts(),
            "reasons": self.prediction.reasons.iter().map(|r| of_claim(r.claim)).collect::<Vec<_>>(),
            "undecided": undecided.collect::<Vec<_>>(),
            "depends_on_list": self.depends.iter().map(|(parameter, reason)| {
                json!({ "parameter": parameter, "claim": of_claim(reason.claim) })
            }).collect::<Vec<_>>(),
            "options": self.options.as_ref().map(|better| {
                json!({ "verdict": better.verdict.name(), "changes": better.changes })
            }),
        })
    }

    /// For people.
    ///
    /// # Errors
    /// When writing fails.
    pub fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let Prediction {
            verdict,
            checked,
            nothing_for_it,
            ..
        } = self.prediction;
        let undecided = &self.prediction.undecided;
        let groups = undecided.iter().flat_map(|undecided| &undecided.groups);
        let mut on: Vec<_> = groups.map(|group| group.depends_on()).collect();
        on.sort_unstable();
        on.dedup();
        let on = on.join("; ");
        let name = output::visible(&self.receiver.name);
        let words = output::visible(&self.prediction.words());
        let far = match verdict {
            Verdict::Unknown if nothing_for_it => {
                ": nothing in it that is known to be for this receiver".into()
            }
            Verdict::Unknown if !on.is_empty() => format!(": it depends on {on}"),
            Verdict::Unknown => ": nothing is known of what it does with such a message".into(),
            Verdict::Accepted if !self.depends.is_empty() => {
                let names = self.depends.iter().map(|(name, _)| name.as_str());
                let mut names: Vec<_> = names.collect();
                names.dedup();
                format!(" without {}, so it depends on the list", names.join(", "))
            }
            Verdict::Accepted if checked == 1 => ", as far as 1 claim tells".into(),
            Verdict::Accepted => format!(", as far as {checked} claims tell"),
            _ => String::new(),
        };
        writeln!(out, "{NAME}{name:<16}{NAME:#} {words}{far}")?;
        for reason in &self.prediction.reasons {
            print_reason(out, "", reason)?;
        }
        for (parameter, reason) in &self.depends {
            print_reason(out, &format!("where the list has {parameter}, "), reason)?;
        }
        if let Some(better) = &self.options {
            writeln!(out, "  {better}")?;
        }
        // An unknown verdict has said it
        if !on.is_empty() && (verdict != Verdict::Unknown || nothing_for_it) {
            let count = undecided.len();
            writeln!(out, "  {DIM}{count} more depend on {on}{DIM:#}")?;
        }
        Ok(())
    }
}
