//! `dmboot receiver`, and what other commands say about receivers.

use super::args::{Build, Receiver as Args};
use super::build::{key_form, method};
use super::exit::{Exit, Failure};
use super::output::{self, DIM, NAME, NOTE, WARNING, tell};
use crate::document::cp::Encoding;
use crate::document::profile::{Compiled, Form, Profile, Tnds, Written};
use crate::document::receivers::{
    Builder, Change, Claim, Facts, Fixed, KEY_FORMS, Prediction, Receiver, Settings, Unreadable,
    Verdict, predict,
};
use crate::factory::library::Library;
use crate::wire::wsp::{ApplicationId, ContentType, PushPdu, Sec, assigned};
use serde_json::json;
use std::io::Write;

/// Runs the command.
///
/// # Errors
/// `Failure`
pub fn run(args: &Args, library: &Library) -> Result<Exit, Failure> {
    match args {
        Args::List { json } => list(*json, library),
        Args::Show { name, json } => show(&library.receiver(name)?, *json),
    }
}

fn list(as_json: bool, library: &Library) -> Result<Exit, Failure> {
    let receivers = library.receivers()?;
    let mut out = output::out();
    if as_json {
        let receiver = |r: &Receiver| json!({ "name": r.name, "description": r.description, "claims": r.claims.len() });
        let value: Vec<_> = receivers.iter().map(receiver).collect();
        output::json(&mut out, &json!({ "format": 1, "receivers": value }))?;
    } else {
        let row = |r: &Receiver| {
            let claims = match r.claims.len() {
                1 => "1 claim".to_owned(),
                count => format!("{count} claims"),
            };
            vec![r.name.clone(), claims, r.description.clone()]
        };
        let rows: Vec<_> = receivers.iter().map(row).collect();
        output::table(&mut out, &rows, NAME)?;
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn show(receiver: &Receiver, as_json: bool) -> Result<Exit, Failure> {
    let mut out = output::out();
    if as_json {
        let value = json!({
            "format": 1,
            "name": receiver.name,
            "description": receiver.description,
            "sources": receiver.sources,
            "claims": receiver.claims.iter().map(of_claim).collect::<Vec<_>>(),
        });
        output::json(&mut out, &value)?;
        out.flush()?;
        return Ok(Exit::Ok);
    }
    let (name, description) = (&receiver.name, &receiver.description);
    writeln!(
        out,
        "{NAME}{}{NAME:#}  {}",
        output::visible(name),
        output::visible(description)
    )?;
    for claim in &receiver.claims {
        writeln!(
            out,
            "\n{NAME}{}{NAME:#} {}: {}",
            claim.id,
            claim.effect.name(),
            output::visible(&claim.sentence(name))
        )?;
        writeln!(
            out,
            "{DIM}  {} ({}){DIM:#}",
            output::visible(&claim.source),
            claim.confidence.name()
        )?;
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn of_claim(claim: &Claim) -> serde_json::Value {
    json!({
        "id": claim.id,
        "effect": claim.effect.name(),
        "part": claim.part,
        "says": claim.says,
        "remedy": claim.remedy,
        "source": claim.source,
        "confidence": claim.confidence.name(),
    })
}

/// The options for `build --for`: those of the command line stay, the profile's own give way with a
/// note.
///
/// # Errors
/// `Failure` with exit 5 when the receiver refuses the messages whatever may be changed.
pub fn choose(
    args: &Build,
    profile: &mut Profile,
    receiver: &Receiver,
) -> Result<Settings, Failure> {
    // Where nobody says how to sign, a PIN reaches most receivers
    let sec = if args.sec.is_some() || profile.sec.is_some() {
        method(args, profile)?
    } else {
        Some(Sec::UserPin)
    };
    let key_form = key_form(args, profile)?.name();
    let start = Settings {
        sec,
        key_form: KEY_FORMS
            .iter()
            .copied()
            .find(|known| *known == key_form)
            .unwrap_or(KEY_FORMS[0]),
        encoding: args.encoding.map(Encoding::from).unwrap_or_default(),
        application_id: args.application_id,
        address: profile.address(),
        levels: profile.levels(),
    };
    let fixed = Fixed {
        // Unsigned was said; otherwise only what is as strong
        sec: args.sec.is_some(),
        key_form: args.key_form.is_some(),
        encoding: args.encoding.is_some(),
        application_id: args.application_id.is_some(),
        ..Fixed::default()
    };
    let document = profile.plain_sample();
    let builder = Builder::new(&document, true);
    let unreadable =
        |error| Failure::new(Exit::Refused, format!("--for {}: {error}", receiver.name));
    let advice = builder
        .advise(receiver, &start, fixed, &[])
        .map_err(unreadable)?;
    if advice.prediction.verdict == Verdict::Refused {
        return Err(refused(receiver, &advice.prediction));
    }
    for change in &advice.changes {
        match change {
            Change::Address(address) => profile.set_address(*address),
            Change::Levels(levels) => profile.set_levels(*levels),
            _ => {}
        }
        let message = format!("{} takes it better with {change}", receiver.name);
        tell(NOTE, "note:", &message);
    }
    for reason in &advice.prediction.reasons {
        let (verdict, claim) = (advice.prediction.verdict, reason.claim);
        let label = format!("warning[{}]:", verdict);
        tell(
            WARNING,
            &label,
            &format!("{} ({})", reason.sentence, claim.source),
        );
    }
    Ok(advice.settings)
}

fn refused(receiver: &Receiver, prediction: &Prediction<'_>) -> Failure {
    let reasons: Vec<_> = prediction
        .reasons
        .iter()
        .map(|reason| {
            format!(
                "{} [{}; {}]",
                reason.sentence, reason.claim.id, reason.claim.source
            )
        })
        .collect();
    let message = format!(
        "--for {}: it refuses these messages, and no option that may be changed helps: {}",
        receiver.name,
        reasons.join("; ")
    );
    Failure::new(Exit::Refused, message).rule("receiver-refuses")
}

/// What a command says of one message and one receiver.
///
/// # Errors
/// When nothing can be told of the octets.
pub fn report<'r>(receiver: &'r Receiver, octets: &[u8]) -> Result<Report<'r>, Unreadable> {
    use crate::document::cp::Document;
    use crate::document::inspect::{Kind, detect};
    let prediction = predict(receiver, &Facts::of(octets)?);
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
    let options = match &parsed {
        Ok(parsed) if parsed.loss().is_none() => better(
            &Builder::new(&parsed.document, false),
            &start,
            &prediction,
            receiver,
        )?,
        _ => None,
    };
    Ok(Report {
        receiver,
        prediction,
        options,
    })
}

/// What a command says of the messages of one profile and one receiver.
///
/// # Errors
/// When the profile's document cannot be written.
pub fn report_of_profile<'r>(
    receiver: &'r Receiver,
    profile: &Profile,
) -> Result<Report<'r>, Unreadable> {
    // Where nobody says how to sign, a PIN reaches most receivers
    let sec = profile.sec.map_or(Some(Sec::UserPin), |sec| sec.sec());
    if profile.form == Form::Dm {
        return report_of_dm(receiver, profile, sec);
    }
    let key_form = profile.key_form.as_ref().map(|(name, _)| name.as_str());
    let known = |form: &&&str| Some(**form) == key_form;
    let start = Settings {
        sec,
        key_form: KEY_FORMS.iter().find(known).unwrap_or(&KEY_FORMS[0]),
        address: profile.address(),
        levels: profile.levels(),
        ..Settings::default()
    };
    let document = profile.plain_sample();
    let builder = Builder::new(&document, true);
    let prediction = predict(receiver, &builder.facts(&start)?);
    let options = better(&builder, &start, &prediction, receiver)?;
    Ok(Report {
        receiver,
        prediction,
        options,
    })
}

/// The options that make a message better than predicted, and what is to be expected then.
fn better(
    builder: &Builder<'_>,
    start: &Settings,
    prediction: &Prediction<'_>,
    receiver: &Receiver,
) -> Result<Option<(Verdict, Vec<String>)>, Unreadable> {
    if prediction.verdict == Verdict::Accepted {
        return Ok(None);
    }
    let advice = builder.advise(receiver, start, Fixed::default(), &[])?;
    let advised = &advice.prediction;
    let gains =
        advised.verdict < prediction.verdict || advised.reasons.len() < prediction.reasons.len();
    let changes = || advice.changes.iter().map(Change::to_string).collect();
    Ok(gains.then(|| (advised.verdict, changes())))
}

/// The same for one that makes DM messages, which can carry their tree in different ways.
fn report_of_dm<'r>(
    receiver: &'r Receiver,
    profile: &Profile,
    sec: Option<Sec>,
) -> Result<Report<'r>, Unreadable> {
    let values = profile.symbolic_sample().values;
    let unreadable = Unreadable::UnknownFormat;
    let predicted = |tnds: Tnds| -> Result<Prediction<'r>, Unreadable> {
        let compiled = Compiled::new(profile, Written::Dm(tnds));
        let mut body = Vec::new();
        let appended = compiled.splicer().append(&values, &mut body);
        appended.map_err(|_| unreadable.clone())?;
        // Any MAC will do: claims speak of its form
        let mac = sec.filter(|sec| sec.carries_mac()).map(|_| [0; 20]);
        let content_type = ContentType::secured(assigned::SYNCML_DM_WBXML, sec, mac.as_ref());
        let pdu = PushPdu::new(content_type, Some(ApplicationId::SYNCML_DM), &body).encode();
        let facts = Facts::of(&pdu.map_err(|_| unreadable.clone())?)?;
        Ok(predict(receiver, &facts))
    };
    let prediction = predicted(profile.dm.tnds)?;
    let rank = |prediction: &Prediction<'_>| (prediction.verdict, prediction.reasons.len());
    let mut best = rank(&prediction);
    let mut options = None;
    for (name, tnds) in Tnds::NAMES {
        let other = predicted(tnds)?;
        if rank(&other) < best {
            best = rank(&other);
            options = Some((other.verdict, vec![format!("--tnds {name}")]));
        }
    }
    Ok(Report {
        receiver,
        prediction,
        options,
    })
}

/// A prediction, and the build options that would make it better.
#[derive(Debug)]
pub struct Report<'r> {
    receiver: &'r Receiver,
    prediction: Prediction<'r>,
    /// The verdict with these options; without any, built anew by this program.
    options: Option<(Verdict, Vec<String>)>,
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
            "options": self.options.as_ref().map(|(verdict, changes)| {
                json!({ "verdict": verdict.name(), "changes": changes })
            }),
        })
    }

    /// For people.
    ///
    /// # Errors
    /// When writing fails.
    pub fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let Prediction {
            verdict, checked, ..
        } = self.prediction;
        let name = output::visible(&self.receiver.name);
        let far = match (verdict, checked) {
            (Verdict::Unknown, _) => {
                ": nothing is known of what it does with such a message".into()
            }
            (Verdict::Accepted, count) => format!(", as far as {count} claims tell"),
            _ => String::new(),
        };
        writeln!(out, "{NAME}{name:<16}{NAME:#} {verdict}{far}")?;
        for reason in &self.prediction.reasons {
            let claim = reason.claim;
            let sentence = output::visible(&reason.sentence);
            writeln!(out, "  {}: {sentence}", claim.id)?;
            writeln!(
                out,
                "  {DIM}  {} ({}){DIM:#}",
                output::visible(&claim.source),
                claim.confidence.name()
            )?;
        }
        if let Some((verdict, changes)) = &self.options {
            let how = match changes.as_slice() {
                [] => "built anew by dmboot".to_owned(),
                changes => changes.join(", "),
            };
            writeln!(out, "  {verdict} with: {how}")?;
        }
        if !self.prediction.undecided.is_empty() {
            let mut on: Vec<_> = self
                .prediction
                .undecided
                .iter()
                .flat_map(|undecided| undecided.groups.iter().map(|group| group.depends_on()))
                .collect();
            on.sort_unstable();
            on.dedup();
            let count = self.prediction.undecided.len();
            writeln!(
                out,
                "  {DIM}{count} more depend on {}{DIM:#}",
                on.join("; ")
            )?;
        }
        Ok(())
    }
}
