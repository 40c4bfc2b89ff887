//! How a message is signed and sent.

use super::rules as r;
use crate::bytes::ascii::are_digits;
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

/// PINs of fewer digits stand inside a long number by chance, and are looked for at its ends only.
const MIN_INNER_DIGITS: usize = 6;

/// What a form calls a method.
fn name(sec: Sec, form: Form) -> &'static str {
    match form {
        Form::Cp => sec.name(),
        Form::Dm => sec.dm_name(),
    }
}

/// What the method of signing deserves to be told.
#[must_use]
pub fn signing(sec: Option<Sec>, channel: Option<Channel>, form: Form) -> Option<Finding> {
    let [user, both] = [Sec::UserPin, Sec::UserNetwPin].map(|sec| name(sec, form));
    let expected = format!("{user} or {both}: a PIN that only the sender and the user know");
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
        (Some(sec @ Sec::NetwPin), _) => Some(Finding::unplaced(
            &r::IMSI_KEY,
            format!("{}: the IMSI is the key", name(sec, form)),
            expected,
            format!(
                "add a PIN ({both}) or use one instead ({user}); the IMSI is no secret: networks, \
                 shops and radio scanners know it"
            ),
        )),
        _ => None,
    }
}

/// True when the PIN is the key, or a part of it.
#[must_use]
pub fn by_pin(sec: Option<Sec>) -> bool {
    sec.is_some_and(|sec| sec != Sec::NetwPin)
}

/// A PIN that can be guessed, by who knows the `device`: what each of its numbers is called, and it.
/// The digits are not repeated.
#[must_use]
pub fn pin(digits: &str, device: &[(&str, &str)]) -> Vec<Finding> {
    if digits.len() < MIN_PIN_DIGITS {
        return vec![Finding::unplaced(
            &r::PIN_SHORT,
            format!("a PIN of {} digits", digits.len()),
            "4 digits or more",
            "take a longer one; who has the message can try all short ones",
        )];
    }
    let common = is_run(digits).then(|| {
        Finding::unplaced(
            &r::PIN_COMMON,
            "a PIN of one digit repeated, or of digits in a row",
            "random digits",
            "take a random one for each device; this is among the first that anybody tries",
        )
    });
    let mut device = device.iter();
    let number = device.find(|(_, number)| is_part(digits.as_bytes(), number));
    let derived = number.map(|(name, number)| {
        let how = match digits == *number {
            true => "the same as",
            false => "a part of",
        };
        derived_pin(format!("a PIN that is {how} the device's {name}"))
    });
    common.into_iter().chain(derived).collect()
}

/// A PIN that follows from what is public.
pub(super) fn derived_pin(found: impl Into<String>) -> Finding {
    Finding::unplaced(
        &r::PIN_DERIVED,
        found,
        "random digits",
        "take a random one for each device; its numbers are on the device, its card and its bills, \
         and whoever has them tries them first",
    )
}

/// One PIN that all devices share.
#[must_use]
pub fn shared_pin(found: impl Into<String>) -> Finding {
    Finding::unplaced(
        &r::PIN_FOR_ALL,
        found,
        "a PIN of its own for each device",
        "give each device a random one, in the list or by `random = 6` in the profile; who learns \
         one can sign for all devices",
    )
}

/// One digit repeated, or digits that follow each other up or down; 0 stands beside 9.
pub(super) fn is_run(digits: &str) -> bool {
    if !are_digits(digits.as_bytes()) {
        return false;
    }
    let pairs = digits.bytes().zip(digits.bytes().skip(1));
    let mut steps = pairs.map(|(one, next)| (next + 10 - one) % 10);
    let first = steps.next();
    matches!(first, Some(0 | 1 | 9)) && steps.all(|step| Some(step) == first)
}

/// Whether a PIN is a number of its device, or stands where one would cut it off.
fn is_part(pin: &[u8], number: &str) -> bool {
    let number = number.trim_start_matches('+').as_bytes();
    // IMEI and ICCID end with a check digit
    let unchecked = number.split_last().map_or(number, |(_, rest)| rest);
    number.starts_with(pin)
        || number.ends_with(pin)
        || unchecked.ends_with(pin)
        || pin.len() >= MIN_INNER_DIGITS && number.windows(pin.len()).any(|part| part == pin)
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
            let signed = sec.map_or("no signature", Sec::name);
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

    fn rules(digits: &str, number: &str) -> Vec<&'static str> {
        let findings = pin(digits, &[("imsi", "262017384650291"), ("imei", number)]);
        for finding in &findings {
            assert!(!finding.to_string().contains(digits), "{finding}");
        }
        findings.iter().map(|finding| finding.rule.id).collect()
    }

    #[test]
    fn pins_that_are_guessed_first() {
        let imei = "490154203237518";
        for digits in [
            "0000", "1234", "4321", "7890", "2109", "12345678", "77777777",
        ] {
            assert_eq!(rules(digits, ""), [r::PIN_COMMON.id], "{digits}");
        }
        // The whole, its ends, with and without the check digit, and a long piece
        for digits in [imei, "4901", "7518", "3751", "5420323", "542032"] {
            assert_eq!(rules(digits, imei), [r::PIN_DERIVED.id], "{digits}");
        }
        assert_eq!(rules("4915112345", "+4915112345678"), [r::PIN_DERIVED.id]);
        assert_eq!(
            rules("543210", "35154203543210"),
            [r::PIN_COMMON.id, r::PIN_DERIVED.id]
        );
        for digits in ["1235", "1122", "1357", "5420", "7519", "4015420324"] {
            assert_eq!(rules(digits, imei), [""; 0], "{digits}");
        }
        assert_eq!(rules("123", "123"), [r::PIN_SHORT.id]);
        // A name of the user's own, cut within a character
        assert_eq!(rules("4711", "4711é"), [r::PIN_DERIVED.id]);
    }

    /// OMA DM has other names for the methods.
    #[test]
    fn methods_have_the_names_of_their_form() {
        let sentence = |form| signing(Some(Sec::NetwPin), None, form).map(|f| f.sentence());
        let (cp, dm) = (sentence(Form::Cp).unwrap(), sentence(Form::Dm).unwrap());
        assert!(
            cp.starts_with("found NETWPIN: ") && cp.contains("(USERNETWPIN)"),
            "{cp}"
        );
        assert!(
            dm.starts_with("found NETWORKID: ") && dm.contains("(USERPIN_NETWORKID)"),
            "{dm}"
        );
        assert!(!dm.contains("NETWPIN"), "{dm}");
    }

    /// A DM message has no encoding to choose.
    #[test]
    fn what_to_do_about_length_depends_on_the_form() {
        let remedy = |form| length(1281, form).map(|finding| finding.remedy);
        assert!(remedy(Form::Cp).is_some_and(|text| text.contains("--encoding compact")));
        assert!(remedy(Form::Dm).is_some_and(|text| !text.contains("--encoding")));
        assert_eq!(length(1280, Form::Dm), None);
    }
}
