//! The messages that a profile makes, as receivers take them.

use crate::document::cp::Document;
use crate::document::profile::{Compiled, Form, Profile, Tnds, Written};
use crate::document::receivers::{
    Better, Builder, Change, Fact, Facts, Fixed, KEY_FORMS, Prediction, Reason, Receiver, Settings,
    State, Unreadable, Value, Verdict, predict,
};
use crate::wire::wsp::{ApplicationId, ContentType, PushPdu, Sec, assigned};

/// The options, where their prediction is better than the one without, and something comes of the
/// message with them.
pub(super) fn better(
    than: &Prediction<'_>,
    with: &Prediction<'_>,
    changes: Vec<String>,
) -> Option<Better> {
    let rank = |prediction: &Prediction<'_>| (prediction.verdict, prediction.reasons.len());
    let helps = rank(with) < rank(than);
    helps.then(|| Better::new(with, changes)).flatten()
}

/// A push with a DM message. Any MAC will do: claims speak of its form.
pub(super) fn dm_push(sec: Option<Sec>, body: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mac = sec.filter(|sec| sec.carries_mac()).map(|_| [0; 20]);
    let content_type = ContentType::secured(assigned::SYNCML_DM_WBXML, sec, mac.as_ref());
    PushPdu::new(content_type, Some(ApplicationId::SYNCML_DM), body)
        .encode()
        .map_err(|_| Unreadable::UnknownFormat)
}

/// The messages of a profile, of which samples are made: once, however many receivers they are for.
#[derive(Debug)]
pub(super) struct Messages<'p> {
    profile: &'p Profile,
    pub(super) form: Form,
    sec: Option<Sec>,
    pub(super) documents: Builder<'static>,
    /// The facts with each parameter that a list may leave out, once there is a reason to ask.
    optional: Option<Vec<(String, Facts)>>,
    /// The facts of each form of trees, once there is a reason to ask.
    trees: Option<Vec<(Tnds, Result<Facts, Unreadable>)>>,
}

impl<'p> Messages<'p> {
    pub(super) fn new(profile: &'p Profile, form: Form, sec: Option<Sec>) -> Self {
        Self {
            profile,
            form,
            sec,
            documents: Builder::new(profile.plain_sample(), true),
            optional: None,
            trees: None,
        }
    }

    /// Client Provisioning as the profile has it, and the options that make it better.
    pub(super) fn provisioning<'r>(
        &mut self,
        receiver: &'r Receiver,
    ) -> Result<(Prediction<'r>, Option<Better>), Unreadable> {
        let start = self.settings();
        let prediction = predict(receiver, &self.documents.facts(&start)?);
        let mut options = None;
        if prediction.verdict != Verdict::Accepted {
            let advice = self
                .documents
                .advise(receiver, &start, Fixed::default(), &[])?;
            let changes = advice.changes.iter().map(Change::to_string).collect();
            options = better(&prediction, &advice.prediction, changes);
        }
        Ok((prediction, options))
    }

    fn settings(&self) -> Settings {
        let profile = self.profile;
        let key_form = profile.key_form.as_ref().map(|(name, _)| name.as_str());
        let known = |form: &&&str| Some(**form) == key_form;
        Settings {
            sec: self.sec,
            key_form: KEY_FORMS.iter().find(known).unwrap_or(&KEY_FORMS[0]),
            address: profile.address(),
            levels: profile.levels(),
            ..Settings::default()
        }
    }

    /// What speaks against Client Provisioning only where the list gives a parameter that it may
    /// leave out, by the name of that.
    pub(super) fn depends<'r>(
        &mut self,
        receiver: &'r Receiver,
        without: &Prediction<'r>,
    ) -> Vec<(String, Reason<'r>)> {
        let (profile, start) = (self.profile, self.settings());
        let facts = |(name, document): (String, Document<'static>)| {
            let facts = Builder::new(document, true).facts(&start).ok()?;
            Some((name, facts))
        };
        let with = self.optional.get_or_insert_with(|| {
            let samples = profile.plain_optional_samples().into_iter();
            samples.filter_map(facts).collect()
        });
        let is_new = |reason: &Reason<'_>| !without.reasons.contains(reason);
        let mut depends = Vec::new();
        for (name, facts) in with {
            let reasons = predict(receiver, facts).reasons.into_iter();
            depends.extend(reasons.filter(is_new).map(|reason| (name.clone(), reason)));
        }
        depends
    }

    /// DM messages with trees written in this way, and the way that is better.
    pub(super) fn trees<'r>(
        &mut self,
        receiver: &'r Receiver,
        start: Tnds,
    ) -> Result<(Prediction<'r>, Option<(Tnds, Prediction<'r>)>), Unreadable> {
        let (profile, sec) = (self.profile, self.sec);
        let all = self.trees.get_or_insert_with(|| trees_of(profile, sec));
        let facts = |wanted: Tnds| all.iter().find(|(tnds, _)| *tnds == wanted);
        let has_acl = facts(Tnds::Inline).is_some_and(|(_, facts)| {
            let acl = facts.as_ref().map(|facts| facts.state(Fact::Acl));
            matches!(acl, Ok(State::Known(Value::Flag(true))))
        });
        // An ACL that is not sent is no better than one that is ignored
        let rank = |tnds: Tnds, prediction: &Prediction<'_>| {
            let lost = has_acl && tnds == Tnds::None && start != Tnds::None;
            let verdict = prediction.verdict;
            match lost {
                true => (verdict.max(Verdict::Ignored), prediction.reasons.len() + 1),
                false => (verdict, prediction.reasons.len()),
            }
        };
        let (_, as_is) = facts(start).ok_or(Unreadable::UnknownFormat)?;
        let prediction = predict(receiver, as_is.as_ref().map_err(Clone::clone)?);
        let mut best = rank(start, &prediction);
        let mut options = None;
        for (tnds, facts) in all {
            let Ok(facts) = facts else { continue };
            let other = predict(receiver, facts);
            if rank(*tnds, &other) < best {
                best = rank(*tnds, &other);
                options = Some((*tnds, other));
            }
        }
        Ok((prediction, options))
    }

    /// The other form of the same account, when the receiver is known to take that.
    pub(super) fn other_form(&mut self, receiver: &Receiver) -> Option<Better> {
        match self.form {
            Form::Cp => {
                self.profile.has_dm_form().ok()?;
                let (prediction, with) = self.trees(receiver, self.profile.dm.tnds).ok()?;
                let mut changes = vec!["--form dm".to_owned()];
                match with {
                    Some((tnds, with)) => {
                        changes.push(format!("--tnds {}", tnds.name()));
                        Better::new(&with, changes)
                    }
                    None => Better::new(&prediction, changes),
                }
            }
            Form::Dm => {
                let (prediction, with) = self.provisioning(receiver).ok()?;
                let mut other = with.or_else(|| Better::new(&prediction, Vec::new()))?;
                other.changes.insert(0, "--form cp".to_owned());
                Some(other)
            }
        }
    }
}

/// The facts of a profile's DM messages with trees written in each way.
fn trees_of(profile: &Profile, sec: Option<Sec>) -> Vec<(Tnds, Result<Facts, Unreadable>)> {
    let values = profile.symbolic_sample().values;
    let facts = |tnds: Tnds| {
        let compiled = Compiled::new(profile, Written::Dm(tnds));
        let mut body = Vec::new();
        let appended = compiled.splicer().append(&values, &mut body);
        appended.map_err(|_| Unreadable::UnknownFormat)?;
        Facts::of(&dm_push(sec, &body)?)
    };
    Tnds::NAMES.map(|(_, tnds)| (tnds, facts(tnds))).to_vec()
}
