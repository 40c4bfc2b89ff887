//! `dmboot notify`, and what `dmboot verify` does with its messages.

use super::args::{InitiatorArg, Notify, UiArg, Verify};
use super::exit::{Exit, Failure};
use super::input;
use super::output::{self, GOOD, NOTE, tell};
use crate::document::dm;
use crate::document::dm::notification::{
    Initiator, Notification, TriggerMessage, UiMode, check_push, push, sms_segments,
};
use crate::document::inspect::{Kind, detect, finding_json};
use crate::factory::params::read_value;
use crate::factory::station::write_whole;
use crate::finding::{Finding, Position};
use crate::secret::Secret;
use crate::security::notify::{NonceUsed, trigger_message, verify};
use crate::wire::wbxml;
use crate::wire::wbxml::tables::prov::PROV;
use crate::wire::wsp::PushPdu;
use crate::wire::wsp::assigned::{CONNECTIVITY_WBXML, SYNCML_NOTIFICATION};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::io::Write;
use std::path::Path;

pub fn run(args: &Notify) -> Result<Exit, Failure> {
    let inputs = [&args.secret_file, &args.nonce_file, &args.vendor_file];
    let out = args.out.canonicalize().ok();
    for input in inputs.into_iter().flatten() {
        if out.is_some() && input.canonicalize().ok() == out {
            let message = format!("--out is {}, which is read; name another", input.display());
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    let vendor = match &args.vendor_file {
        Some(path) => input::raw(path)?.to_vec(),
        None => Vec::new(),
    };
    let notification = Notification {
        ui_mode: match args.ui {
            UiArg::None => UiMode::NotSpecified,
            UiArg::Background => UiMode::Background,
            UiArg::Informative => UiMode::Informative,
            UiArg::Interaction => UiMode::UserInteraction,
        },
        initiator: match args.initiator {
            InitiatorArg::Server => Initiator::Server,
            InitiatorArg::User => Initiator::Client,
        },
        vendor: vendor.into(),
        ..Notification::new(session(&args.session)?, &*args.server_id)
    };
    let password = password(args.secret_file.as_deref(), args.secret_env.as_deref())?;
    let nonce = nonce(args.nonce_file.as_deref(), args.nonce_env.as_deref())?;
    let password = password.ok_or_else(|| Failure::new(Exit::Usage, NO_PASSWORD))?;
    let message = trigger_message(&notification, &password, nonce.as_ref())
        .map_err(|error| Failure::new(Exit::Usage, error).rule(error.rule()))?;
    // What is legal may still be unwise
    if let Ok(read) = TriggerMessage::parse(&message) {
        read.findings.iter().for_each(output::remark);
    }
    let pdu = push(&message)
        .encode()
        .map_err(|error| Failure::new(Exit::Internal, error).rule(error.rule()))?;
    let (octets, segments) = match args.bare {
        true => (&message, None),
        false => (&pdu, sms_segments(pdu.len())),
    };
    write_whole(&args.out, octets, args.force)?;
    let session = notification.session_id_text();
    let used = nonce.map_or(NonceUsed::Resync, |_| NonceUsed::Given);
    if args.json {
        let mut out = output::out();
        let value = json!({
            "format": 1,
            "server_id": args.server_id,
            "session_id": session,
            "ui_mode": notification.ui_mode.to_string(),
            "initiator": notification.initiator.to_string(),
            "nonce": used.name(),
            "octets": octets.len(),
            "segments": segments,
            "out": args.out.display().to_string(),
        });
        output::json(&mut out, &value)?;
        out.flush()?;
    } else {
        let carried = segments.map_or(String::new(), |count| format!(", {count} SMS"));
        let message = format!(
            "{}: {} asks for session {session}, {} octets{carried}",
            args.out.display(),
            args.server_id,
            octets.len()
        );
        tell(GOOD, "wrote", &message);
    }
    Ok(Exit::Ok)
}

const NO_PASSWORD: &str =
    "the server's password is missing; give it with --secret-file or --secret-env";

/// A session as SessionID has it. Leading zeros are read, as people write them.
fn session(text: &str) -> Result<u16, Failure> {
    let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_hexdigit());
    let id = u16::from_str_radix(text, 16).ok();
    id.filter(|id| digits && *id != 0).ok_or_else(|| {
        let message = format!("--session {text:?}: expected 1 to FFFF in hexadecimal digits");
        Failure::new(Exit::Usage, message)
    })
}

/// The server's password, from a file or the environment.
fn password(file: Option<&Path>, variable: Option<&str>) -> Result<Option<Secret>, Failure> {
    let Some((password, place)) = value(file, variable)? else {
        return Ok(None);
    };
    if password.expose().is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{place}: the password is empty"),
        ));
    }
    Ok(Some(password))
}

/// The server's nonce, from a file or the environment.
fn nonce(file: Option<&Path>, variable: Option<&str>) -> Result<Option<Secret>, Failure> {
    let Some((text, place)) = value(file, variable)? else {
        return Ok(None);
    };
    match STANDARD.decode(text.expose().trim_ascii()) {
        Ok(octets) if !octets.is_empty() => Ok(Some(Secret::new(octets))),
        // What the decoder says quotes a character of it
        _ => Err(Failure::new(
            Exit::Usage,
            format!(
                "{place}: the nonce is not octets in Base64, as AAUTHDATA has them; \
                 `base64 -w0` makes Base64 of other octets"
            ),
        )),
    }
}

/// A secret value and where it is from.
fn value(file: Option<&Path>, variable: Option<&str>) -> Result<Option<(Secret, String)>, Failure> {
    match (file, variable) {
        (Some(path), _) => Ok(Some((read_value(path)?, path.display().to_string()))),
        (None, Some(variable)) => {
            let text = std::env::var(variable).map_err(|_| {
                let message = format!(
                    "the environment variable {variable} is not set to a text; \
                     set it for this command"
                );
                Failure::new(Exit::Usage, message)
            })?;
            Ok(Some((Secret::from(text), variable.to_owned())))
        }
        (None, None) => Ok(None),
    }
}

/// What `octets` are, if not Package #0. Its digest may look like anything; what follows the digest
/// in it hardly ever comes about by chance.
fn no_notification(octets: &[u8]) -> Option<&'static str> {
    if TriggerMessage::parse(octets).is_ok_and(|message| message.findings.is_empty()) {
        return None;
    }
    match detect(octets)? {
        Kind::Xml => std::str::from_utf8(octets).is_ok().then_some("XML"),
        Kind::Wbxml if dm::is_message(octets) => Some("a DM message"),
        Kind::Wbxml => {
            let reader = wbxml::Reader::new(octets, wbxml::Limits::default()).ok()?;
            Some(match std::ptr::eq(reader.vocabulary()?, &raw const PROV) {
                true => "a provisioning document",
                false => "a WBXML document",
            })
        }
        Kind::Wsp => {
            let content_type = PushPdu::parse(octets).ok()?.content_type;
            Some(match content_type.media {
                _ if content_type.is_dm() => "a push with a DM message",
                media if media.is(&CONNECTIVITY_WBXML) => "a push with a provisioning document",
                _ => "a push of another type than a notification has",
            })
        }
        Kind::Notification => None,
    }
}

/// Verifies `octets` if they are a notification: a push of its type, or, when the password of a
/// server is given, Package #0 alone.
pub(super) fn verified(args: &Verify, octets: &[u8]) -> Result<Option<Exit>, Failure> {
    let name = input::shown(&args.file);
    let password = password(args.secret_file.as_deref(), args.secret_env.as_deref())?;
    let pdu = PushPdu::parse(octets).ok();
    let pdu = pdu.filter(|pdu| pdu.content_type.media.is(&SYNCML_NOTIFICATION));
    let body = match (&pdu, &password) {
        (Some(pdu), _) => pdu.body,
        (None, Some(_)) => octets,
        (None, None) => return Ok(None),
    };
    if pdu.is_none()
        && let Some(found) = no_notification(octets)
    {
        let message = format!(
            "{name}: this is {found}; --secret-file and --secret-env are for notifications \
             (Package #0), so verify it with --pin-file or --imsi-file in their place"
        );
        return Err(Failure::new(Exit::Usage, message));
    }
    let base = pdu.as_ref().map_or(0, |pdu| pdu.body_offset);
    let message = TriggerMessage::parse(body).map_err(|error| {
        let place = match base {
            0 => String::new(),
            base => format!("in the body, which begins at offset {base}: "),
        };
        Failure::new(Exit::Malformed, format!("{name}: {place}{error}")).rule(error.rule())
    })?;
    let mut findings = Vec::new();
    if let Some(pdu) = &pdu {
        findings.extend(pdu.findings.iter().cloned().chain(check_push(pdu)));
    }
    findings.extend(message.findings.iter().map(|finding| Finding {
        // As in `inspect`: from the start of the file
        at: match finding.at {
            Position::Offset(at) => Position::Offset(base + at),
            at => at,
        },
        ..finding.clone()
    }));
    if !args.json {
        findings.iter().for_each(output::remark);
    }
    let server_id = &*message.notification.server_id;
    let session = message.notification.session_id_text();
    let password = password.ok_or_else(|| {
        let message = format!(
            "{name}: a notification that names the server {server_id:?}; {NO_PASSWORD}, and its \
             nonce with --nonce-file or --nonce-env"
        );
        Failure::new(Exit::NotAuthentic, message).rule("notification-secret-missing")
    })?;
    let nonce = nonce(args.nonce_file.as_deref(), args.nonce_env.as_deref())?;
    let result = verify(&message, &password, nonce.as_ref());
    let mut out = output::out();
    if args.json {
        let value = json!({
            "format": 1,
            "authentic": result.is_ok(),
            "server_id": server_id,
            "session_id": session,
            "nonce": result.as_ref().ok().map(|verified| verified.nonce().name()),
            "rule": result.as_ref().err().map(|error| error.rule()),
            "message": result.as_ref().err().map(ToString::to_string),
            "findings": findings.iter().map(finding_json).collect::<Vec<_>>(),
        });
        output::json(&mut out, &value)?;
    } else if let Ok(verified) = &result {
        let server_id = output::visible(server_id);
        writeln!(
            out,
            "{GOOD}authentic{GOOD:#} {server_id} asks for session {session}, {} nonce: whoever made \
             it knows the server's password",
            match verified.nonce() {
                NonceUsed::Given => "with the given",
                NonceUsed::Resync => "with the resynchronisation",
            }
        )?;
    }
    out.flush()?;
    match result {
        Ok(verified) => {
            if verified.nonce() == NonceUsed::Resync {
                let message = "the nonce for resynchronisation (four zero octets) is always the \
                               same, so this may be an old message sent again; the server should \
                               renew its nonce and password in the session";
                tell(NOTE, "note:", message);
            }
            Ok(Some(Exit::Ok))
        }
        Err(error) => {
            let hint = match nonce {
                None => "; give it with --nonce-file or --nonce-env",
                Some(_) => "",
            };
            let failure = Failure::new(Exit::NotAuthentic, format!("{name}: {error}{hint}"))
                .rule(error.rule());
            Err(Failure {
                reported: args.json,
                ..failure
            })
        }
    }
}
