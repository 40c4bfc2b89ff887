//! How a message is signed and sent.

use super::rules as r;
use crate::document::cp::Document;
use crate::document::cp::rules::Report;
use crate::document::dm::notification::sms_segments;
use crate::document::profile::Form;
use crate::finding::Finding;
use crate::wire::sms::SERIES_OCTETS;
use crate::wire::wsp::Sec;

/// How a message travels, if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// As short messages.
    Sms,
    /// Otherwise: a file, a cable, a card, a connection of its own.
    Other,
}

impl Channel {
    /// All by the names that arguments use.
    pub const NAMES: [(&'static str, Self); 2] = [("sms", Self::Sms), ("other", Self::Other)];
}

/// Phones are known to drop messages of more short messages than about this.
pub const MAX_SEGMENTS: usize = 10;

const MIN_PIN_DIGITS: usize = 4;

/// What the method of signing deserves to be told.
#[must_use]
pub fn signing(sec: Option<Sec>, channel: Option<Channel>) -> Option<Finding> {
    let expected = "USERPIN or USERNETWPIN: a PIN that only the sender and the user know";
    match (sec, channel) {
        (None, Some(Channel::Sms)) => Some(Finding::unplaced(
            &r::UNSIGNED_SMS,
            "a message for SMS that is not signed",
            expected,
            "sign it, e.g. by USERPIN; anybody can send a short message, and devices refuse unsigned \
             ones",
        )),
        (None, None) => Some(Finding::unplaced(
            &r::UNSIGNED,
            "a message that is not signed",
            expected,
            "sign it, unless its way to the device is protected otherwise; anybody can make one \
             like it",
        )),
        (Some(Sec::NetwPin), _) => Some(Finding::unplaced(
            &r::IMSI_KEY,
            "NETWPIN: the IMSI is the key",
            expected,
            "add a PIN (USERNETWPIN) or use one instead (USERPIN); the IMSI is no secret: networks, \
             shops and radio scanners know it",
        )),
        _ => None,
    }
}

/// A PIN that can be guessed. The digits are not repeated.
#[must_use]
pub fn pin(digits: &str) -> Option<Finding> {
    (digits.len() < MIN_PIN_DIGITS).then(|| {
        Finding::unplaced(
            &r::PIN_SHORT,
            format!("a PIN of {} digits", digits.len()),
            "4 digits or more",
            "take a longer one; who has the message can try all short ones",
        )
    })
}

/// A push that takes more short messages than devices are known to join.
#[must_use]
pub fn length(octets: usize, form: Form) -> Option<Finding> {
    let segments = sms_segments(octets).map(usize::from);
    let found = match segments {
        Some(..=MAX_SEGMENTS) => return None,
        Some(segments) => {
            format!("a push of {octets} octets, which takes {segments} short messages")
        }
        None => format!("a push of {octets} octets, more than 255 short messages hold"),
    };
    Some(Finding::unplaced(
        &r::SEGMENTS,
        found,
        format!(
            "at most {MAX_SEGMENTS} short messages, {} octets",
            MAX_SEGMENTS * SERIES_OCTETS
        ),
        match form {
            Form::Cp => {
                "leave out what the device does not need, encode it with --encoding compact, or send \
                 it another way than by SMS"
            }
            Form::Dm => {
                "leave out optional parms or the NAP, send it another way than by SMS, or send a \
                 provisioning document, which is shorter"
            }
        },
    ))
}

/// The same for a document that will be signed and sent by SMS.
pub(super) fn length_of_body(
    form: Form,
    channel: Option<Channel>,
    octets: impl FnOnce() -> Option<usize>,
) -> Option<Finding> {
    if channel != Some(Channel::Sms) {
        return None;
    }
    let headers = match form {
        Form::Cp => 50,
        // X-Wap-Application-Id
        Form::Dm => 52,
    };
    length(octets()? + headers, form)
}

/// PROVURL and CONTEXT-ALLOW ask for a context with rights of its own.
pub(super) fn privileged(document: &Document<'_>, sec: Option<Sec>, report: &mut Report<'_>) {
    if sec == Some(Sec::UserNetwPin) {
        return;
    }
    for bootstrap in document.of_kind("BOOTSTRAP") {
        let mut parms = bootstrap.parms();
        let asks = parms.find(|parm| matches!(&*parm.name, "PROVURL" | "CONTEXT-ALLOW"));
        if let Some(parm) = asks {
            let signed = sec.map_or("no signature", Sec::lower_name);
            report.add(
                &r::PRIVILEGED_CONTEXT,
                parm.at,
                format!("{} with {signed}", parm.name),
                "USERNETWPIN",
                "sign by USERNETWPIN, or leave PROVURL and CONTEXT-ALLOW out; by the standard only \
                 that may set up the operator's own context",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A DM message has no encoding to choose.
    #[test]
    fn what_to_do_about_length_depends_on_the_form() {
        let remedy = |form| length(1281, form).map(|finding| finding.remedy);
        assert!(remedy(Form::Cp).is_some_and(|text| text.contains("--encoding compact")));
        assert!(remedy(Form::Dm).is_some_and(|text| !text.contains("--encoding")));
        assert_eq!(length(1280, Form::Dm), None);
    }
}
