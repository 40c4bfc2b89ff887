//! A profile, before any device is known: its document in the forms that it makes.

use super::sending::derived_pin;
use super::{Channel, Context, Linted, Remark, account, document, rules as r, speak_for};
use super::{by_pin, pin, shared_pin, signing};
use crate::document::cp::rules as cp;
use crate::document::cp::rules::{MAX_FINDINGS, Report};
use crate::document::dm;
use crate::document::profile::{Form, Levels, Origin, Profile, SymbolicSample, Values};
use crate::finding::{Finding, Position, Rule};

/// Judges what a profile makes when every optional parameter has a value.
///
/// Values that jobs give are not judged; what the profile itself fixes is.
#[must_use]
pub fn of_profile(profile: &Profile, channel: Option<Channel>) -> Linted {
    let sample = profile.symbolic_sample();
    let context = Context {
        channel,
        ..Context::default()
    };
    let mut findings = cp::check(&sample.document, Position::Offset);
    findings.retain(|finding| {
        let of_value = OF_VALUES.contains(&finding.rule);
        !of_value || sample.origin(finding.at) == Origin::Fixed
    });
    findings.extend(document(&sample.document, true, &context, Position::Offset));
    let mut report = Report::new(&Position::Offset, MAX_FINDINGS);
    secrets(&sample, &mut report);
    if let Some(signing) = profile.sec {
        super::sending::privileged(&sample.document, signing.sec(), &mut report);
    }
    findings.extend(report.finish());
    speak_for(&mut findings);
    if profile.levels() == Levels::Swapped {
        // It says so itself
        findings.retain(|finding| finding.rule != &r::LEVELS_SWAPPED);
    }
    if profile.form == Form::Dm {
        findings.extend(of_message(profile, &sample.values, &findings));
    }
    if let Some(signing_of_profile) = profile.sec {
        findings.extend(signing(signing_of_profile.sec(), channel, profile.form));
    }
    // One that does not say how to sign may be for PINs
    if profile.sec.is_none_or(|signing| by_pin(signing.sec())) {
        findings.extend(pin_of_profile(profile));
    }
    findings.extend(length(profile, &sample, channel));
    let mut remarks: Vec<Remark> = findings
        .into_iter()
        .map(|mut finding| {
            let place = match finding.at {
                Position::Offset(index) => sample.places.get(index).map(|(place, _)| place),
                _ => None,
            };
            finding.at = place.map_or(Position::Unknown, |place| place.at);
            let other = place.filter(|place| *place.profile != *profile.name);
            Remark {
                profile: other.map(|place| place.profile.to_string()),
                allowed: profile.allows(finding.rule).map(str::to_owned),
                finding,
            }
        })
        .collect();
    remarks.sort_by(|a, b| {
        let key = |r: &Remark| (r.profile.clone(), r.finding.at, r.finding.rule.id);
        key(a).cmp(&key(b))
    });
    Linted {
        kind: "profile".into(),
        remarks,
        fault: None,
    }
}

/// Rules that judge a value, which a sample of one says nothing about.
static OF_VALUES: [&Rule; 8] = [
    &cp::ADDRESS_FORM,
    &cp::BASE64,
    &cp::CONTROL_CHARACTER,
    &cp::EMPTY_VALUE,
    &cp::HEX,
    &cp::LENGTH,
    &cp::NUMBER,
    &cp::PORT_CONTRADICTION,
];

/// The rules for messages on the DM form. What the document has shown
/// already is not said again.
fn of_message(profile: &Profile, values: &Values, known: &[Finding]) -> Vec<Finding> {
    // One that says it has a DM form has it; loading has checked that
    let Ok((mut message, mapped)) = profile.message(values, profile.dm.tnds) else {
        return Vec::new();
    };
    let nowhere = |_| Position::Unknown;
    let mut findings = dm::rules::check_built(&mut message);
    let rights = super::of_message(&message, &Context::default(), nowhere);
    findings.extend(
        rights
            .into_iter()
            .filter(|finding| finding.rule == &r::ACL_EVERYONE),
    );
    findings.extend(mapped);
    for finding in &mut findings {
        finding.at = Position::Unknown;
    }
    findings.retain(|finding| known.iter().all(|other| other.rule != finding.rule));
    findings
}

/// How long a message with sample values is.
fn length(profile: &Profile, sample: &SymbolicSample, channel: Option<Channel>) -> Option<Finding> {
    super::length_of_body(profile.form, channel, || match profile.form {
        Form::Cp => super::document_octets(&sample.document),
        Form::Dm => {
            let message = profile.message(&sample.values, profile.dm.tnds).ok();
            message.and_then(|(message, _)| super::message_octets(&message))
        }
    })
}

/// The PIN, where the profile itself says what it is.
#[must_use]
pub fn pin_of_profile(profile: &Profile) -> Vec<Finding> {
    let Some(id) = profile.parameter("pin") else {
        return Vec::new();
    };
    let sample = profile.symbolic_sample();
    match sample.origins.get(id) {
        Some(Origin::Fixed) => {
            let mut findings = vec![shared_pin("a PIN that the profile fixes")];
            findings.extend(
                sample
                    .values
                    .get(id)
                    .map_or_else(Vec::new, |text| pin(text, &[])),
            );
            findings
        }
        Some(Origin::Public) => vec![derived_pin(
            "a PIN made of parameters that are public, without a key",
        )],
        _ => Vec::new(),
    }
}

/// Secrets of accounts that are the same for all devices, or that follow from public parameters.
fn secrets(sample: &SymbolicSample, report: &mut Report<'_>) {
    let accounts = account::of_document(&sample.document, true);
    for secret in super::secrets::of_accounts(&accounts) {
        let (name, at) = (secret.name, secret.field.at);
        match sample.origin(at.0.map_or(Position::Unknown, Position::Offset)) {
            Origin::Fixed => report.add(
                &r::SECRET_FOR_ALL,
                at,
                format!("an {name} that the profile fixes"),
                "a secret of its own for each device",
                "make it a parameter with `random = 16`; whoever opens one device has the secret of \
                 all",
            ),
            Origin::Public => report.add(
                &r::SECRET_DERIVED,
                at,
                format!("an {name} made of parameters that are public, without a key"),
                "random characters, or a derive with a `key`",
                "write `random = 16`, or add `key = \"job_seed\"` to the derive; whoever knows how \
                 it is made can make it for all devices",
            ),
            Origin::Secret => {}
        }
    }
}
