//! `dmboot redact`

use super::args::Redact;
use super::exit::{Exit, Failure};
use super::input;
use super::output::{GOOD, NOTE, tell};
use crate::document::inspect::{Kind, detect, unknown_format};
use crate::document::redact::redact;
use crate::factory::station::write_whole;
use crate::security::cp_mac::{Facts, KeyForm, Pin, Sec, mac};
use crate::wire::wsp::PushPdu;

/// The PIN that redacted messages are signed with. It protects nothing.
const PIN: &str = "1234";

pub fn run(args: &Redact) -> Result<Exit, Failure> {
    let name = input::shown(&args.file);
    let capture = input::read(&args.file)?;
    let given = args.kind.as_deref().and_then(Kind::from_name);
    let kind = given.or_else(|| detect(&capture.octets)).ok_or_else(|| {
        let fault = unknown_format(&capture.octets);
        let message = format!("{name}: {}: {}", fault.at, fault.message);
        Failure::new(Exit::Malformed, message).rule(fault.rule)
    })?;
    let pin = Pin::parse(PIN).map_err(|error| Failure::new(Exit::Internal, error))?;
    let facts = Facts {
        pin: Some(pin),
        ..Facts::default()
    };
    let sign = |body: &[u8]| mac(Sec::UserPin, &facts, KeyForm::Standard, body).unwrap_or_default();
    let redacted = redact(&capture.octets, kind, &sign).map_err(|error| {
        Failure::new(Exit::Malformed, format!("{name}: {error}")).rule(error.rule())
    })?;
    write_whole(&args.out, &redacted.octets, args.force)?;
    let values = match redacted.changed.len() {
        1 => "1 value".to_owned(),
        count => format!("{count} values"),
    };
    tell(
        GOOD,
        "wrote",
        &format!("{}: {values} replaced", args.out.display()),
    );
    let signed = (kind == Kind::Wsp).then(|| signed_by(&capture.octets));
    if let Some(sec) = signed.flatten() {
        let message = format!(
            "it was signed by {sec} and is now signed by USERPIN with PIN {PIN}, so it no longer \
             shows whether the original was authentic; say in the ticket what `dmboot verify` said"
        );
        tell(NOTE, "note:", &message);
    }
    let kept = "names of things, hosts, paths and texts for people were kept: look through them";
    tell(NOTE, "note:", kept);
    Ok(Exit::Ok)
}

/// The method that a push PDU names, in words.
fn signed_by(octets: &[u8]) -> Option<String> {
    let pdu = PushPdu::parse(octets).ok()?;
    match (pdu.content_type.sec(), pdu.content_type.mac()) {
        (Some(sec), _) => Some(
            sec.method
                .map_or("an unknown method".into(), |sec| sec.to_string()),
        ),
        (None, Some(_)) => Some("a MAC without a method".into()),
        (None, None) => None,
    }
}
