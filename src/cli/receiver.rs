//! `dmboot receiver`, and what other commands say about receivers.

use super::args::{Build, Receiver as Args};
use super::build::{key_form, method};
use super::exit::{Exit, Failure};
use super::output::{self, DIM, NAME, NOTE, WARNING, tell};
use crate::document::cp::Encoding;
use crate::document::profile::{Compiled, Form, Profile, Tnds, Written};
use crate::document::receivers::{
    Builder, Change, Claim, Effect, Fact, Facts, Fixed, KEY_FORMS, Prediction, Reason, Receiver,
    Settings, State, Unreadable, Value, Verdict, predict,
};
use crate::factory::library::Library;
use crate::wire::wsp::{ApplicationId, ContentType, PushPdu, Sec, assigned};
use anstyle::Style;
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

/// What `build --for` builds with, and what is to be said of it once nothing else stops the build.
#[derive(Debug)]
pub struct Chosen {
    /// How messages are built.
    pub settings: Settings,
    /// How trees are written, in DM messages.
    pub tnds: Option<Tnds>,
    said: Vec<(Style, &'static str, String)>,
}

impl Chosen {
    /// Says what was chosen, and what is to be expected.
    pub fn tell(&self) {
        for (style, label, message) in &self.said {
            tell(*style, label, message);
        }
    }

    fn changed(&mut self, receiver: &Receiver, words: &str) {
        let message = format!("chosen for {}: {words}", receiver.name);
        self.said.push((NOTE, "note:", message));
    }

    /// What speaks against the messages that will be built.
    fn warn(&mut self, target: &Target<'_, '_>, prediction: &Prediction<'_>) {
        for reason in &prediction.reasons {
            let message = format!("{} ({})", reason.sentence, reason.claim.source);
            self.said.push((WARNING, "warning:", message));
        }
        if prediction.verdict == Verdict::Unknown {
            let what = match target.form {
                Form::Cp => "Client Provisioning like this",
                Form::Dm => "DM messages like this",
            };
            let other = match target.other_form() {
                Some((verdict, changes)) => format!("; {verdict} with: {}", changes.join(", ")),
                None => String::new(),
            };
            let name = &target.receiver.name;
            let message = format!("nothing is known of what {name} does with {what}{other}");
            self.said.push((WARNING, "warning:", message));
        }
    }
}

/// The options for `build --for`, where `tnds` are the trees of a DM message: those of the command
/// line stay, the profile's own give way with a note.
///
/// # Errors
/// `Failure` with exit 5 when the receiver refuses the messages whatever may be changed.
pub fn choose(
    args: &Build,
    profile: &mut Profile,
    receiver: &Receiver,
    tnds: Option<Tnds>,
) -> Result<Chosen, Failure> {
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
        root_version: false,
    };
    let mut chosen = Chosen {
        settings: start,
        tnds,
        said: Vec::new(),
    };
    let unreadable =
        |error| Failure::new(Exit::Refused, format!("--for {}: {error}", receiver.name));
    if let Some(start) = tnds {
        let target = Target {
            receiver,
            profile,
            form: Form::Dm,
            sec,
        };
        let (mut prediction, better) = target.trees(start).map_err(unreadable)?;
        if let Some((tnds, with)) = better.filter(|_| args.tnds.is_none()) {
            chosen.tnds = Some(tnds);
            chosen.changed(receiver, &format!("--tnds {}", tnds.name()));
            prediction = with;
        }
        if prediction.verdict == Verdict::Refused {
            return Err(refused(args, &target, &prediction));
        }
        chosen.warn(&target, &prediction);
        return Ok(chosen);
    }
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
    let advice = builder
        .advise(receiver, &start, fixed, &[])
        .map_err(unreadable)?;
    let target = Target {
        receiver,
        profile,
        form: Form::Cp,
        sec,
    };
    if advice.prediction.verdict == Verdict::Refused {
        return Err(refused(args, &target, &advice.prediction));
    }
    chosen.settings = advice.settings;
    for change in &advice.changes {
        chosen.changed(receiver, &change.words());
    }
    chosen.warn(&target, &advice.prediction);
    for change in &advice.changes {
        match change {
            Change::Address(address) => profile.set_address(*address),
            Change::Levels(levels) => profile.set_levels(*levels),
            Change::RootVersion => profile.set_root_version(),
            _ => {}
        }
    }
    Ok(chosen)
}

fn refused(args: &Build, target: &Target<'_, '_>, prediction: &Prediction<'_>) -> Failure {
    let refuses = |reason: &&Reason<'_>| reason.claim.effect == Effect::Refuses;
    let reasons: Vec<_> = prediction.reasons.iter().filter(refuses).collect();
    let mut parts: Vec<_> = reasons
        .iter()
        .map(|reason| {
            let Reason { claim, sentence } = reason;
            format!("{sentence} [{}; {}]", claim.id, claim.source)
        })
        .collect();
    let conditions = reasons.iter().flat_map(|reason| &reason.claim.when);
    let facts: Vec<Fact> = conditions.map(|condition| condition.fact).collect();
    let fixed: Vec<_> = said(args)
        .into_iter()
        .filter(|(_, decides)| decides.iter().any(|fact| facts.contains(fact)))
        .map(|(words, _)| words)
        .collect();
    match fixed.as_slice() {
        [] => {}
        [one] => parts.push(format!("{one} is not overruled")),
        several => parts.push(format!("{} are not overruled", several.join(" and "))),
    }
    if let Some((verdict, changes)) = target.other_form() {
        parts.push(format!("{verdict} with: {}", changes.join(", ")));
    }
    let message = format!(
        "--for {}: it refuses these messages, and no option that may be changed helps: {}",
        target.receiver.name,
        parts.join("; ")
    );
    Failure::new(Exit::Refused, message).rule("receiver-refuses")
}

/// The options that the command line gives, and the facts that each decides.
fn said(args: &Build) -> Vec<(String, &'static [Fact])> {
    use Fact::{
        ApplicationId, ContentTypeLength, Headers, KeyForm, Mac, Meta, Opaque, PageCopies, Sec,
        StringTable, Tnds, TndsStringTable,
    };
    let method = |sec: Option<crate::wire::wsp::Sec>| {
        let name = sec.map_or("none", crate::wire::wsp::Sec::lower_name);
        format!("--sec {name}")
    };
    let encoding = |encoding| Change::Encoding(encoding).words();
    let options: [(Option<String>, &'static [Fact]); 5] = [
        (
            args.sec.map(|sec| method(sec.into())),
            &[Sec, Mac, ContentTypeLength],
        ),
        (
            args.key_form.as_ref().map(|f| format!("--key-form {f}")),
            &[KeyForm],
        ),
        (
            args.encoding.map(|e| encoding(e.into())),
            &[StringTable, PageCopies, Opaque],
        ),
        (
            args.application_id
                .map(|id| format!("--application-id {id}")),
            &[ApplicationId, Headers],
        ),
        (
            args.tnds.as_ref().map(|tnds| format!("--tnds {tnds}")),
            &[Tnds, Meta, TndsStringTable],
        ),
    ];
    options
        .into_iter()
        .filter_map(|(words, facts)| Some((words?, facts)))
        .collect()
}

/// What makes a prediction better: the verdict with it, and the options.
type Options = (Verdict, Vec<String>);

/// The options, where their prediction is better than the one without, and not a refusal too.
fn better(than: &Prediction<'_>, with: &Prediction<'_>, changes: Vec<String>) -> Option<Options> {
    let rank = |prediction: &Prediction<'_>| (prediction.verdict, prediction.reasons.len());
    let helps = rank(with) < rank(than) && with.verdict != Verdict::Refused;
    helps.then_some((with.verdict, changes))
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
    let mut options = None;
    if prediction.verdict != Verdict::Accepted {
        match &parsed {
            Ok(parsed) if parsed.loss().is_none() => {
                let builder = Builder::new(&parsed.document, false);
                let advice = builder.advise(receiver, &start, Fixed::default(), &[])?;
                let changes = advice.changes.iter().map(Change::to_string).collect();
                options = better(&prediction, &advice.prediction, changes);
            }
            Ok(_) => {}
            Err(_) => {
                options = trees_of_message(receiver, body, push.is_some(), start.sec, &prediction)
            }
        }
    }
    Ok(Report {
        receiver,
        prediction,
        options,
    })
}

/// Other ways to carry the tree of a DM message, when that is what was read.
fn trees_of_message(
    receiver: &Receiver,
    body: &[u8],
    is_push: bool,
    sec: Option<Sec>,
    prediction: &Prediction<'_>,
) -> Option<Options> {
    use crate::document::dm::{Message, TndsForm, WbxmlVersion};
    use crate::document::inspect::{Kind, detect};
    let read = match detect(body) {
        Some(Kind::Xml) => Message::from_xml(body).ok()?,
        _ => Message::from_wbxml(body).ok()?,
    };
    if read.loss().is_some() {
        return None;
    }
    let mut options = None;
    let mut best = prediction.clone();
    for (name, form) in TndsForm::NAMES {
        let Ok(encoded) = read.document.to_wbxml(form, WbxmlVersion::V1_2) else {
            continue;
        };
        let octets = match is_push {
            true => dm_push(sec, &encoded.octets).ok()?,
            false => encoded.octets,
        };
        let other = predict(receiver, &Facts::of(&octets).ok()?);
        if let Some(helps) = better(&best, &other, vec![format!("--tnds {name}")]) {
            options = Some(helps);
            best = other;
        }
    }
    options
}

/// A push with a DM message. Any MAC will do: claims speak of its form.
fn dm_push(sec: Option<Sec>, body: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mac = sec.filter(|sec| sec.carries_mac()).map(|_| [0; 20]);
    let content_type = ContentType::secured(assigned::SYNCML_DM_WBXML, sec, mac.as_ref());
    PushPdu::new(content_type, Some(ApplicationId::SYNCML_DM), body)
        .encode()
        .map_err(|_| Unreadable::UnknownFormat)
}

/// What a command says of the messages of one profile and one receiver.
///
/// # Errors
/// When the profile's document cannot be written.
pub fn report_of_profile<'r>(
    receiver: &'r Receiver,
    profile: &Profile,
) -> Result<Report<'r>, Unreadable> {
    let target = Target {
        receiver,
        profile,
        form: profile.form,
        // Where nobody says how to sign, a PIN reaches most receivers
        sec: profile.sec.map_or(Some(Sec::UserPin), |sec| sec.sec()),
    };
    let (prediction, mut options) = match profile.form {
        Form::Dm => {
            let (prediction, with) = target.trees(profile.dm.tnds)?;
            let options = with.and_then(|(tnds, with)| {
                let changes = vec![format!("--tnds {}", tnds.name())];
                (with.verdict != Verdict::Refused).then_some((with.verdict, changes))
            });
            (prediction, options)
        }
        Form::Cp => target.provisioning()?,
    };
    if options.is_none() && matches!(prediction.verdict, Verdict::Refused | Verdict::Unknown) {
        options = target.other_form();
    }
    Ok(Report {
        receiver,
        prediction,
        options,
    })
}

/// The messages of a profile in one form, for one receiver.
struct Target<'r, 'p> {
    receiver: &'r Receiver,
    profile: &'p Profile,
    form: Form,
    sec: Option<Sec>,
}

impl<'r> Target<'r, '_> {
    /// Client Provisioning as the profile has it, and the options that make it better.
    fn provisioning(&self) -> Result<(Prediction<'r>, Option<Options>), Unreadable> {
        let profile = self.profile;
        let key_form = profile.key_form.as_ref().map(|(name, _)| name.as_str());
        let known = |form: &&&str| Some(**form) == key_form;
        let start = Settings {
            sec: self.sec,
            key_form: KEY_FORMS.iter().find(known).unwrap_or(&KEY_FORMS[0]),
            address: profile.address(),
            levels: profile.levels(),
            ..Settings::default()
        };
        let document = profile.plain_sample();
        let builder = Builder::new(&document, true);
        let prediction = predict(self.receiver, &builder.facts(&start)?);
        let mut options = None;
        if prediction.verdict != Verdict::Accepted {
            let advice = builder.advise(self.receiver, &start, Fixed::default(), &[])?;
            let changes = advice.changes.iter().map(Change::to_string).collect();
            options = better(&prediction, &advice.prediction, changes);
        }
        Ok((prediction, options))
    }

    /// DM messages with trees written in this way, and the way that is better.
    fn trees(
        &self,
        start: Tnds,
    ) -> Result<(Prediction<'r>, Option<(Tnds, Prediction<'r>)>), Unreadable> {
        let values = self.profile.symbolic_sample().values;
        let facts = |tnds: Tnds| -> Result<Facts, Unreadable> {
            let compiled = Compiled::new(self.profile, Written::Dm(tnds));
            let mut body = Vec::new();
            let appended = compiled.splicer().append(&values, &mut body);
            appended.map_err(|_| Unreadable::UnknownFormat)?;
            Facts::of(&dm_push(self.sec, &body)?)
        };
        let has_acl = facts(Tnds::Inline)
            .is_ok_and(|facts| matches!(facts.state(Fact::Acl), State::Known(Value::Flag(true))));
        // An ACL that is not sent is no better than one that is ignored
        let rank = |tnds: Tnds, prediction: &Prediction<'_>| {
            let lost = has_acl && tnds == Tnds::None && start != Tnds::None;
            let verdict = prediction.verdict;
            match lost {
                true => (verdict.max(Verdict::Ignored), prediction.reasons.len() + 1),
                false => (verdict, prediction.reasons.len()),
            }
        };
        let prediction = predict(self.receiver, &facts(start)?);
        let mut best = rank(start, &prediction);
        let mut options = None;
        for (_, tnds) in Tnds::NAMES {
            let Ok(facts) = facts(tnds) else { continue };
            let other = predict(self.receiver, &facts);
            if rank(tnds, &other) < best {
                best = rank(tnds, &other);
                options = Some((tnds, other));
            }
        }
        Ok((prediction, options))
    }

    /// The other form of the same account, when the receiver is known to take that.
    fn other_form(&self) -> Option<Options> {
        let options = match self.form {
            Form::Cp => {
                self.profile.has_dm_form().ok()?;
                let (prediction, with) = self.trees(self.profile.dm.tnds).ok()?;
                let mut changes = vec!["--form dm".to_owned()];
                match with {
                    Some((tnds, with)) => {
                        changes.push(format!("--tnds {}", tnds.name()));
                        (with.verdict, changes)
                    }
                    None => (prediction.verdict, changes),
                }
            }
            Form::Dm => {
                let (prediction, with) = self.provisioning().ok()?;
                let (verdict, more) = with.unwrap_or((prediction.verdict, Vec::new()));
                let mut changes = vec!["--form cp".to_owned()];
                changes.extend(more);
                (verdict, changes)
            }
        };
        let known = !matches!(options.0, Verdict::Unknown | Verdict::Refused);
        known.then_some(options)
    }
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
            (Verdict::Accepted, 1) => ", as far as 1 claim tells".into(),
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
