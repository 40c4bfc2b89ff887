//! What `build --for` chooses.

use super::messages::Messages;
use crate::cli::args::Build;
use crate::cli::build::{key_form, method};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{NOTE, WARNING, tell};
use crate::document::cp::Encoding;
use crate::document::profile::{Form, Profile, Tnds};
use crate::document::receivers::{
    Better, Change, Fact, Fixed, KEY_FORMS, Receiver, Settings, Unreadable, Verdict,
};
use crate::factory::judge::Refusal;
use crate::wire::wsp::Sec;
use anstyle::Style;

/// What `build --for` builds with, and what is to be said of it once nothing else stops the build.
///
/// It is chosen by a sample of the profile: what a list brings is not known yet. Whether the receiver
/// takes the messages, the job finds out as it builds them.
#[derive(Debug)]
pub struct Chosen {
    /// How messages are built.
    pub settings: Settings,
    /// How trees are written, in DM messages.
    pub tnds: Option<Tnds>,
    said: Vec<(Style, &'static str, String)>,
    /// The other form of the same account, where that is known to be better.
    other_form: Option<Better>,
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

    /// What to do about a message that is refused, beside what the refusal says: which options of the
    /// command line stand in the way, and whether the other form is taken.
    #[must_use]
    pub fn remedy(&self, args: &Build, refusal: &Refusal) -> String {
        let fixed: Vec<_> = said(args)
            .into_iter()
            .filter(|(_, decides)| decides.iter().any(|fact| refusal.facts.contains(fact)))
            .map(|(words, _)| words)
            .collect();
        let mut remedy = match fixed.as_slice() {
            [] => String::new(),
            [one] => format!("; {one} is not overruled"),
            several => format!("; {} are not overruled", several.join(" and ")),
        };
        if let Some(other) = &self.other_form {
            remedy.push_str(&format!("; {other}"));
        }
        remedy
    }

    /// Looks at the other form where this one is refused or nothing is known of it.
    fn compare(&mut self, receiver: &Receiver, messages: &mut Messages<'_>, verdict: Verdict) {
        if verdict == Verdict::Unknown || verdict.is_useless() {
            self.other_form = messages.other_form(receiver);
        }
        if verdict == Verdict::Unknown {
            let what = match messages.form {
                Form::Cp => "Client Provisioning like this",
                Form::Dm => "DM messages like this",
            };
            let other = match &self.other_form {
                Some(other) => format!("; {other}"),
                None => String::new(),
            };
            let name = &receiver.name;
            let message = format!("nothing is known of what {name} does with {what}{other}");
            self.said.push((WARNING, "warning:", message));
        }
    }
}

/// The options for `build --for`, where `tnds` are the trees of a DM message: those of the command
/// line stay, the profile's own give way with a note.
///
/// # Errors
/// `Failure` when nobody says how to sign, or no sample can be written.
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
        other_form: None,
    };
    let unreadable = |error: Unreadable| {
        let message = format!("--for {}: {error}", receiver.name);
        Failure::new(Exit::Malformed, message).rule(error.rule())
    };
    if let Some(start) = tnds {
        let mut messages = Messages::new(profile, Form::Dm, sec);
        let (mut prediction, better) = messages.trees(receiver, start).map_err(unreadable)?;
        if let Some((tnds, with)) = better.filter(|_| args.tnds.is_none()) {
            chosen.tnds = Some(tnds);
            chosen.changed(receiver, &format!("--tnds {}", tnds.name()));
            prediction = with;
        }
        chosen.compare(receiver, &mut messages, prediction.verdict);
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
    let mut messages = Messages::new(profile, Form::Cp, sec);
    let advice = messages.documents.advise(receiver, &start, fixed, &[]);
    let advice = advice.map_err(unreadable)?;
    chosen.settings = advice.settings;
    for change in &advice.changes {
        chosen.changed(receiver, &change.words());
    }
    chosen.compare(receiver, &mut messages, advice.prediction.verdict);
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
