//! Which build options make a receiver accept a message.
//!
//! The options are few, so all that a receiver has a claim about are tried: each candidate is encoded
//! as the builder would write it, and its facts are compared with the claims like those of any
//! message. Documents differ by some of the options only, and each is written and read once, however
//! many candidates and receivers share it.

use super::fact::{Fact, Group, KEY_FORMS};
use super::facts::{Facts, Unreadable, Value};
use super::predict::{Prediction, Verdict, predict};
use super::{Effect, Receiver};
use crate::document::cp::{
    Address, Characteristic, Document, Encoding, Levels, Value as Text, rewrite,
};
use crate::wire::wsp::{ApplicationId, ContentType, PushPdu, Sec, assigned};
use std::collections::HashMap;
use std::fmt;

/// How a message is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The security method; `None` is unsigned.
    pub sec: Option<Sec>,
    /// How the key is made, one of [`KEY_FORMS`].
    pub key_form: &'static str,
    /// How the document is encoded.
    pub encoding: Encoding,
    /// The code in X-Wap-Application-Id, when there is one.
    pub application_id: Option<u32>,
    /// How addresses of DM servers are written; `None` leaves them as they are.
    pub address: Option<Address>,
    /// Which credentials AAUTHLEVEL names.
    pub levels: Levels,
    /// The root says version 1.0, whatever the document says.
    pub root_version: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sec: None,
            key_form: KEY_FORMS[0],
            encoding: Encoding::Compatible,
            application_id: None,
            address: None,
            levels: Levels::Oma,
            root_version: false,
        }
    }
}

/// The settings that must stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)] // the fields are those of Settings
pub struct Fixed {
    pub sec: bool,
    pub key_form: bool,
    pub encoding: bool,
    pub application_id: bool,
    pub address: bool,
    pub levels: bool,
    pub root_version: bool,
}

impl Fixed {
    /// All of them.
    pub const ALL: Self = Self {
        sec: true,
        key_form: true,
        encoding: true,
        application_id: true,
        address: true,
        levels: true,
        root_version: true,
    };
}

/// A setting that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// `--sec`; `None` never occurs: no advice is to leave a message unsigned.
    Sec(Option<Sec>),
    /// `--key-form`
    KeyForm(&'static str),
    /// `--encoding`
    Encoding(Encoding),
    /// `--application-id`, or leaving it out.
    ApplicationId(Option<u32>),
    /// `address` of a profile.
    Address(Address),
    /// `levels` of a profile.
    Levels(Levels),
    /// `version = "1.0"` of a profile.
    RootVersion,
}

impl Change {
    /// As it is written on the command line or in a profile, without saying which.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Sec(sec) => format!("--sec {}", sec.map_or("none", Sec::lower_name)),
            Self::KeyForm(form) => format!("--key-form {form}"),
            Self::Encoding(Encoding::Compatible) => "--encoding compatible".into(),
            Self::Encoding(Encoding::Compact) => "--encoding compact".into(),
            Self::ApplicationId(None) => "no --application-id".into(),
            Self::ApplicationId(Some(code)) => format!("--application-id {code}"),
            Self::Address(Address::Long) => "address = \"long\"".into(),
            Self::Address(Address::Short) => "address = \"short\"".into(),
            Self::Levels(Levels::Oma) => "levels = \"oma\"".into(),
            Self::Levels(Levels::Swapped) => "levels = \"swapped\"".into(),
            Self::RootVersion => "version = \"1.0\"".into(),
        }
    }
}

/// As advice: [`words`](Self::words), and where they belong.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())?;
        match self {
            Self::Address(_) | Self::Levels(_) | Self::RootVersion => {
                f.write_str(" in the profile")
            }
            _ => Ok(()),
        }
    }
}

/// The best that build options can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice<'r> {
    /// How to build.
    pub settings: Settings,
    /// What that changes. Nothing, when a message built anew with the settings it has is better
    /// than the one that was read.
    pub changes: Vec<Change>,
    /// What is to be expected then.
    pub prediction: Prediction<'r>,
}

/// Build options that make a prediction better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Better {
    /// What is to be expected with them.
    pub verdict: Verdict,
    /// The same in words.
    pub words: String,
    /// The options. None, when a message built anew with the settings it has is better.
    pub changes: Vec<String>,
}

impl Better {
    /// The options and the prediction with them; `None` when nothing is known to come of the
    /// message with these either.
    #[must_use]
    pub fn new(prediction: &Prediction<'_>, changes: Vec<String>) -> Option<Self> {
        let verdict = prediction.verdict;
        let known = verdict != Verdict::Unknown && !verdict.is_useless();
        known.then(|| Self {
            verdict,
            words: prediction.words(),
            changes,
        })
    }
}

/// As advice: `accepted with: --form cp`, `better with: --form dm (a part is ignored: ACL)`.
impl fmt::Display for Better {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.verdict {
            Verdict::Accepted => "accepted",
            _ => "better",
        })?;
        match self.changes.as_slice() {
            [] => f.write_str(" when dmboot builds it anew")?,
            changes => write!(f, " with: {}", changes.join(", "))?,
        }
        match self.verdict {
            Verdict::Accepted => Ok(()),
            _ => write!(f, " ({})", self.words),
        }
    }
}

/// A document that can be built in different ways.
#[derive(Debug, Clone)]
pub struct Builder<'d> {
    document: Document<'d>,
    /// AAUTHLEVEL means what OMA says before [`Settings::levels`] applies.
    levels_known: bool,
    accounts: bool,
    /// What was written already.
    written: HashMap<Form, Result<Body, Unreadable>>,
}

/// The settings that decide the octets of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Form {
    encoding: Encoding,
    address: Option<Address>,
    levels: Levels,
    root_version: bool,
}

/// A document as it was written.
#[derive(Debug, Clone)]
struct Body {
    facts: Facts,
    octets: usize,
}

impl<'d> Builder<'d> {
    /// A document as a profile or an XML file has it. `levels_known` says that its AAUTHLEVELs are
    /// meant as OMA defines them, as in profiles; otherwise the names in them decide.
    #[must_use]
    pub fn new(document: Document<'d>, levels_known: bool) -> Self {
        let accounts = document.characteristics.iter().any(Characteristic::is_w7);
        Self {
            document,
            levels_known,
            accounts,
            written: HashMap::new(),
        }
    }

    /// The facts of the message that the builder writes with these settings, but for what depends
    /// on the device.
    ///
    /// # Errors
    /// [`Unreadable`] when there is no such message: WBXML cannot hold a NUL.
    pub fn facts(&mut self, settings: &Settings) -> Result<Facts, Unreadable> {
        let form = Form {
            encoding: settings.encoding,
            address: settings.address,
            levels: settings.levels,
            root_version: settings.root_version,
        };
        let document = &self.document;
        let body = self.written.entry(form);
        let body = body.or_insert_with(|| Body::new(document, form)).as_ref();
        let body = body.map_err(Clone::clone)?;
        // Any MAC will do: claims speak of its form
        let content_type = match settings.sec {
            Some(sec) => {
                ContentType::connectivity(Some(sec), Some(&[0; 20]).filter(|_| sec.carries_mac()))
            }
            None => ContentType::new(assigned::CONNECTIVITY_WBXML),
        };
        let application_id = settings.application_id.map(ApplicationId::Code);
        // What follows the headers need not be copied: one octet stands for the document
        let push = PushPdu::new(content_type, application_id, &[0]).encode();
        let push = push.map_err(|_| Unreadable::UnknownFormat)?;
        let mut facts = body.facts.clone();
        facts.sent(&PushPdu::parse(&push)?, push.len() - 1 + body.octets);
        facts.word(Fact::KeyForm, settings.key_form);
        if self.levels_known && self.accounts {
            facts.levels(settings.levels);
        }
        Ok(facts)
    }

    /// How many documents were written.
    #[cfg(test)]
    pub(super) fn written(&self) -> usize {
        self.written.len()
    }

    /// The settings nearest to `start` that this receiver takes best. `fixed` ones stay; `device`
    /// is what is known beyond the document, see [`Group::Device`].
    ///
    /// The security method is never changed to a weaker one, and never to none.
    ///
    /// # Errors
    /// As [`facts`](Self::facts).
    pub fn advise<'r>(
        &mut self,
        receiver: &'r Receiver,
        start: &Settings,
        fixed: Fixed,
        device: &[(Fact, Value)],
    ) -> Result<Advice<'r>, Unreadable> {
        let mut best: Option<(Rank, Advice<'r>)> = None;
        for settings in self.candidates(start, fixed.or_no_matter(receiver)) {
            let mut facts = self.facts(&settings)?;
            for (fact, value) in device {
                if fact.group() == Group::Device {
                    facts.set(*fact, value.clone());
                }
            }
            let prediction = predict(receiver, &facts);
            let changes = changes(start, &settings);
            let rank = Rank::of(&prediction, &settings, changes.len());
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                let advice = Advice {
                    settings,
                    changes,
                    prediction,
                };
                best = Some((rank, advice));
            }
        }
        best.map(|(_, advice)| advice)
            .ok_or(Unreadable::UnknownFormat)
    }

    /// All settings that differ from `start` in what is not fixed, `start` first.
    fn candidates(&self, start: &Settings, fixed: Fixed) -> Vec<Settings> {
        let mut all = vec![*start];
        let vary =
            |all: &mut Vec<Settings>, keep: bool, others: &dyn Fn(&Settings) -> Vec<Settings>| {
                if !keep {
                    let more: Vec<_> = all.iter().flat_map(others).collect();
                    all.extend(more);
                }
            };
        vary(&mut all, fixed.sec, &|s| {
            let stronger =
                |sec: &Sec| strength(Some(*sec)) >= strength(s.sec) && Some(*sec) != s.sec;
            let with = |sec| Settings {
                sec: Some(sec),
                ..*s
            };
            Sec::ALL.into_iter().filter(stronger).map(with).collect()
        });
        vary(&mut all, fixed.key_form, &|s| {
            let fits = |form: &&&str| **form != s.key_form && key_form_applies(form, s.sec);
            let with = |form: &&'static str| Settings {
                key_form: form,
                ..*s
            };
            KEY_FORMS.iter().filter(fits).map(with).collect()
        });
        vary(&mut all, fixed.encoding, &|s| {
            let encoding = match s.encoding {
                Encoding::Compatible => Encoding::Compact,
                Encoding::Compact => Encoding::Compatible,
            };
            vec![Settings { encoding, ..*s }]
        });
        vary(&mut all, fixed.application_id, &|s| {
            let none = Settings {
                application_id: None,
                ..*s
            };
            if s.application_id.is_some() {
                vec![none]
            } else {
                Vec::new()
            }
        });
        vary(&mut all, fixed.address || !self.accounts, &|s| {
            [Address::Short, Address::Long]
                .into_iter()
                .filter(|address| s.address != Some(*address))
                .map(|address| Settings {
                    address: Some(address),
                    ..*s
                })
                .collect()
        });
        vary(&mut all, fixed.levels || !self.accounts, &|s| {
            let levels = match s.levels {
                Levels::Oma => Levels::Swapped,
                Levels::Swapped => Levels::Oma,
            };
            vec![Settings { levels, ..*s }]
        });
        let version = self.document.version.as_ref().map(|v| v.as_str());
        vary(
            &mut all,
            fixed.root_version || version == Some("1.0"),
            &|s| {
                let written = Settings {
                    root_version: true,
                    ..*s
                };
                if s.root_version {
                    Vec::new()
                } else {
                    vec![written]
                }
            },
        );
        all.retain(|s| fixed.key_form || key_form_applies(s.key_form, s.sec));
        if all.is_empty() {
            all.push(*start);
        }
        all
    }
}

impl Body {
    fn new(document: &Document<'_>, form: Form) -> Result<Self, Unreadable> {
        let mut document = document.clone();
        if form.root_version {
            document.version = Some(Text::fixed("1.0"));
        }
        rewrite(&mut document, form.address, form.levels);
        let encoded = document.to_wbxml(form.encoding);
        let octets = encoded.map_err(|_| Unreadable::UnknownFormat)?.octets;
        Ok(Self {
            facts: Facts::of(&octets)?,
            octets: octets.len(),
        })
    }
}

impl Fixed {
    /// What no claim about the receiver speaks of stays too: to change it helps nothing.
    fn or_no_matter(self, receiver: &Receiver) -> Self {
        let conditions = || receiver.claims.iter().flat_map(|claim| &claim.when);
        let no_matter = |facts: &[Fact], rules: Group| {
            !conditions().any(|condition| match condition.fact {
                // All options decide on the length
                Fact::PushOctets | Fact::Segments => true,
                Fact::Finding => condition.groups().contains(&rules),
                fact => facts.contains(&fact),
            })
        };
        let sec = self.sec || no_matter(decided_by::SEC, Group::Push);
        Self {
            sec,
            // Another method may need another form
            key_form: self.key_form || sec && no_matter(decided_by::KEY_FORM, Group::Device),
            encoding: self.encoding || no_matter(decided_by::ENCODING, Group::Wbxml),
            application_id: self.application_id
                || no_matter(decided_by::APPLICATION_ID, Group::Push),
            address: self.address || no_matter(decided_by::ADDRESS, Group::Cp),
            levels: self.levels || no_matter(decided_by::LEVELS, Group::Cp),
            root_version: self.root_version || no_matter(decided_by::ROOT_VERSION, Group::Cp),
        }
    }
}

/// The facts that each option decides, beside lengths and findings.
pub(super) mod decided_by {
    use super::Fact;

    pub const SEC: &[Fact] = &[Fact::Sec, Fact::Mac, Fact::ContentTypeLength];
    pub const KEY_FORM: &[Fact] = &[Fact::KeyForm];
    pub const ENCODING: &[Fact] = &[Fact::StringTable, Fact::PageCopies, Fact::Opaque];
    pub const APPLICATION_ID: &[Fact] = &[Fact::ApplicationId, Fact::Headers];
    pub const ADDRESS: &[Fact] = &[
        Fact::Has,
        Fact::Lacks,
        Fact::Several,
        Fact::Values,
        Fact::W7Url,
        Fact::W7Order,
    ];
    pub const LEVELS: &[Fact] = &[
        Fact::Levels,
        Fact::Has,
        Fact::Lacks,
        Fact::Several,
        Fact::Values,
        Fact::W7ServerId,
    ];
    pub const ROOT_VERSION: &[Fact] = &[Fact::RootVersion];
}

impl Settings {
    /// The settings of a push, as far as they show.
    #[must_use]
    pub fn of(push: &PushPdu<'_>) -> Self {
        Self {
            sec: push.content_type.sec().and_then(|sec| sec.method),
            application_id: push.application_id().and_then(|id| id.code()),
            ..Self::default()
        }
    }
}

/// What is better: a better verdict, then fewer bad reasons and open questions, then fewer changes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    verdict: Verdict,
    reasons: usize,
    /// Claims that would make the verdict worse.
    open: usize,
    changes: usize,
    /// Among equals, what needs no more than a PIN.
    preference: u8,
}

impl Rank {
    fn of(prediction: &Prediction<'_>, settings: &Settings, changes: usize) -> Self {
        let open = prediction
            .undecided
            .iter()
            .filter(|undecided| undecided.claim.effect != Effect::Needs);
        Self {
            verdict: prediction.verdict,
            reasons: prediction.reasons.len(),
            open: open.count(),
            changes,
            preference: match settings.sec {
                Some(Sec::UserPin) => 0,
                Some(Sec::UserNetwPin) => 1,
                Some(Sec::NetwPin) => 2,
                Some(Sec::UserPinMac) | None => 3,
            },
        }
    }
}

/// How hard a message is to forge: a network's secret is known to the network, and the IMSI to
/// more; a PIN to sender and user.
fn strength(sec: Option<Sec>) -> u8 {
    match sec {
        None => 0,
        Some(Sec::NetwPin) => 1,
        Some(Sec::UserPinMac | Sec::UserPin) => 2,
        Some(Sec::UserNetwPin) => 3,
    }
}

fn key_form_applies(form: &str, sec: Option<Sec>) -> bool {
    match form {
        "standard" => true,
        "pin-colon-secret" => sec == Some(Sec::UserNetwPin),
        _ => matches!(sec, Some(Sec::NetwPin | Sec::UserNetwPin)),
    }
}

fn changes(from: &Settings, to: &Settings) -> Vec<Change> {
    let mut changes = Vec::new();
    if from.sec != to.sec {
        changes.push(Change::Sec(to.sec));
    }
    if from.key_form != to.key_form {
        changes.push(Change::KeyForm(to.key_form));
    }
    if from.encoding != to.encoding {
        changes.push(Change::Encoding(to.encoding));
    }
    if from.application_id != to.application_id {
        changes.push(Change::ApplicationId(to.application_id));
    }
    if from.address != to.address
        && let Some(address) = to.address
    {
        changes.push(Change::Address(address));
    }
    if from.levels != to.levels {
        changes.push(Change::Levels(to.levels));
    }
    if to.root_version && !from.root_version {
        changes.push(Change::RootVersion);
    }
    changes
}
