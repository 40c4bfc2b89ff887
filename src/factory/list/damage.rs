//! What may have happened to the digits of an identifier on their way through a spreadsheet.
//!
//! Lengths and check digits: 3GPP TS 23.003 §2.2 (IMSI), §6.2 (IMEI); ITU-T E.118 (ICCID); ITU-T
//! E.164 §6 (MSISDN). No finding quotes the cell: the wrong column may have been named, and it may
//! hold keys.

use crate::finding::{Finding, rules};

/// Significant digits that a spreadsheet keeps of a number; the rest become zeros.
pub(super) const SPREADSHEET_DIGITS: usize = 15;

/// What the digits identify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digits {
    /// A subscription: 6 to 15 digits, nearly always 15.
    Imsi,
    /// A device: 15 digits, the last one a check digit; 14 without it, 16 with a software version.
    Imei,
    /// A card: 19 or 20 digits (18 at least), starting with 89, the last one a check digit.
    Iccid,
    /// An international telephone number: at most 15 digits, starting with the country code.
    Msisdn,
    /// A PIN: any number of digits, but mostly the same in a column.
    Pin,
}

impl Digits {
    /// The name that the standards use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Imsi => "IMSI",
            Self::Imei => "IMEI",
            Self::Iccid => "ICCID",
            Self::Msisdn => "MSISDN",
            Self::Pin => "PIN",
        }
    }

    /// Fewest and most digits.
    fn lengths(self) -> (usize, usize) {
        match self {
            Self::Imsi => (6, 15),
            Self::Imei => (14, 16),
            Self::Iccid => (18, 20),
            Self::Msisdn => (3, 15),
            Self::Pin => (1, 20),
        }
    }

    fn article(self) -> &'static str {
        match self {
            Self::Imsi => "an IMSI",
            Self::Imei => "an IMEI",
            Self::Iccid => "an ICCID",
            Self::Msisdn => "an MSISDN",
            Self::Pin => "a PIN",
        }
    }
}

rules! {
    /// Rules that [`digits_damage`] and [`ColumnWatch`](super::ColumnWatch) report.
    pub(super) static RULES;

    NOT_DIGITS = "list-not-digits" Error "3GPP TS 23.003 §2.2, §6.2; ITU-T E.118; ITU-T E.164 §6"
        "An identifier consists of decimal digits.";
    DIGIT_COUNT = "list-digit-count" Error "3GPP TS 23.003 §2.2, §6.2; ITU-T E.118; ITU-T E.164 §6"
        "An identifier has as many digits as its standard allows.";
    ZEROED_DIGITS = "list-zeroed-digits" Error "every cell is text"
        "No digits after the fifteenth were replaced by zeros, as spreadsheets do with numbers.";
    LOST_ZEROS = "list-lost-zeros" Warning "every cell is text"
        "No leading zeros were dropped, as spreadsheets do with numbers.";
    CHECK_DIGIT = "list-check-digit" Warning "3GPP TS 23.003 Annex B; ITU-T E.118; ISO/IEC 7812-1 Annex B"
        "The check digit of an IMEI or ICCID is that of the Luhn formula.";
    ICCID_PREFIX = "list-iccid-prefix" Warning "ITU-T E.118"
        "An ICCID starts with 89, the code for telecommunication.";
    ICCID_FILLER = "list-iccid-filler" Warning "ETSI TS 102 221 §13.2"
        "The filler F completes an odd ICCID on the card; it is no part of the number.";
    IMEI_VERSION = "list-imei-version" Warning "3GPP TS 23.003 §6.2.2"
        "16 digits are an IMEISV, the last two of them a software version.";
    MSISDN_PREFIX = "list-msisdn-prefix" Warning "ITU-T E.164 §6"
        "An MSISDN starts with the country code, with neither `+` nor a prefix for dialling.";
    LENGTHS_DIFFER = "list-lengths-differ" Warning "every cell is text"
        "The identifiers of a column have as many digits each.";
    ALL_ZEROED = "list-all-zeroed" Warning "every cell is text"
        "The identifiers of a column do not all end with zeros.";
}

const AS_TEXT: &str =
    "go back to the source, and keep the column as text on every step of the way to the list";

/// Examines one identifier: the gravest of what is wrong with it, if anything. The caller sets the
/// finding's place.
#[must_use]
pub fn digits_damage(kind: Digits, text: &str) -> Option<Finding> {
    let digits = match kind {
        Digits::Msisdn => text.strip_prefix('+').unwrap_or(text),
        Digits::Iccid if text.len() == 20 => text.strip_suffix(['F', 'f']).unwrap_or(text),
        _ => text,
    };
    if let Some(found) = digits.chars().position(|c| !c.is_ascii_digit()) {
        let what = digits.chars().nth(found).map_or("", class);
        return Some(Finding::unplaced(
            &NOT_DIGITS,
            format!("{what} as character {} of {}", found + 1, kind.article()),
            "digits alone",
            "write the digits without blanks or separators; check that the column is the right one",
        ));
    }
    let count = digits.len();
    let (fewest, most) = kind.lengths();
    if !(fewest..=most).contains(&count) {
        return Some(Finding::unplaced(
            &DIGIT_COUNT,
            format!("{} of {count} digits", kind.article()),
            format!("{fewest} to {most} digits"),
            "check that the column is the right one, and that no digits were lost",
        ));
    }
    let luhn = luhn(digits);
    let tail = digits.get(SPREADSHEET_DIGITS..).unwrap_or_default();
    if kind == Digits::Iccid && tail.bytes().all(|digit| digit == b'0') && luhn != 0 {
        return Some(Finding::unplaced(
            &ZEROED_DIGITS,
            format!(
                "an ICCID of {count} digits whose last {} are zeros",
                tail.len()
            ),
            "the digits of the card, with their check digit",
            format!("a spreadsheet keeps 15 digits of a number; {AS_TEXT}"),
        ));
    }
    match kind {
        Digits::Imsi if count < 15 => Some(Finding::unplaced(
            &LOST_ZEROS,
            format!("an IMSI of {count} digits"),
            "15 digits, unless the operator's are shorter",
            format!("if it started with 0, {AS_TEXT}"),
        )),
        Digits::Imei if count == 14 => Some(Finding::unplaced(
            &LOST_ZEROS,
            "an IMEI of 14 digits".to_owned(),
            "15 digits",
            format!("append the check digit; or, if it started with 0, {AS_TEXT}"),
        )),
        Digits::Imei if count == 16 => Some(Finding::unplaced(
            &IMEI_VERSION,
            "an IMEI of 16 digits, which is an IMEISV".to_owned(),
            "15 digits",
            "replace the last two digits by the check digit",
        )),
        Digits::Imei if luhn != 0 => {
            let sent = digits.ends_with('0');
            Some(Finding::unplaced(
                &CHECK_DIGIT,
                if sent {
                    "an IMEI with 0 in place of its check digit, as it is sent on the air"
                        .to_owned()
                } else {
                    format!("{} with a wrong check digit", kind.article())
                },
                "the check digit of the Luhn formula",
                &if sent {
                    // The 0 adds nothing to the sum
                    format!(
                        "write {} in place of the 0, if the other digits are right; the label of the \
                         device and *#06# show it",
                        10 - luhn
                    )
                } else {
                    "compare it with the label of the device: a digit is wrong or two are swapped"
                        .to_owned()
                },
            ))
        }
        Digits::Iccid if digits.starts_with("98") => Some(Finding::unplaced(
            &ICCID_PREFIX,
            "an ICCID which starts with 98".to_owned(),
            "89",
            "swap the digits of each pair: it was copied as the octets of EF_ICCID",
        )),
        Digits::Iccid if !digits.starts_with("89") => Some(Finding::unplaced(
            &ICCID_PREFIX,
            "an ICCID which does not start with 89".to_owned(),
            "89",
            "check that the column is the right one, and that no leading digits were lost",
        )),
        Digits::Iccid if digits.len() != text.len() => Some(Finding::unplaced(
            &ICCID_FILLER,
            "an ICCID of 19 digits and the filler F".to_owned(),
            "digits alone",
            "leave the F away",
        )),
        Digits::Iccid if luhn != 0 => Some(Finding::unplaced(
            &CHECK_DIGIT,
            "an ICCID with a wrong check digit, or without one".to_owned(),
            "the check digit of the Luhn formula",
            "compare it with the print on the card: a digit is wrong, missing, or two are swapped",
        )),
        Digits::Msisdn if digits.len() != text.len() => Some(Finding::unplaced(
            &MSISDN_PREFIX,
            "an MSISDN with a leading `+`".to_owned(),
            "the country code first",
            "leave the `+` away",
        )),
        Digits::Msisdn if digits.starts_with("00") => Some(Finding::unplaced(
            &MSISDN_PREFIX,
            "an MSISDN which starts with 00".to_owned(),
            "the country code first",
            "leave the 00 away",
        )),
        Digits::Msisdn if digits.starts_with('0') => Some(Finding::unplaced(
            &MSISDN_PREFIX,
            "an MSISDN which starts with 0, a national number".to_owned(),
            "the country code first",
            "put the country code in place of the 0",
        )),
        _ => None,
    }
}

/// What a character that is no digit is, without showing it.
fn class(found: char) -> &'static str {
    match found {
        ' ' => "a space",
        '\u{A0}' => "a non-breaking space (U+00A0)",
        '-' | '.' | '/' | ',' => "a separator",
        '+' => "a `+`",
        'O' | 'o' | 'l' | 'I' => "a letter that looks like a digit",
        _ if super::cell::is_blank(found) => "an invisible character",
        _ if found.is_alphabetic() => "a letter",
        _ if found.is_numeric() => "a digit of another script",
        _ => "another character",
    }
}

/// The remainder of the Luhn sum, check digit included: 0 when it is right.
fn luhn(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, digit)| {
            let digit = u32::from(digit & 0x0F);
            match index % 2 {
                0 => digit,
                _ => digit * 2 / 10 + digit * 2 % 10,
            }
        })
        .sum();
    sum % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: Digits, text: &str) -> Option<&'static str> {
        digits_damage(kind, text).map(|finding| finding.rule.id)
    }

    #[test]
    fn sound_identifiers() {
        // IMEI 26053179311383 is the worked example of 3GPP TS 23.003 Annex B; the check digits were
        // also computed by a program apart
        assert_eq!(rule(Digits::Imei, "260531793113837"), None);
        assert_eq!(rule(Digits::Imei, "490154203237518"), None);
        assert_eq!(rule(Digits::Imsi, "228011234567890"), None);
        assert_eq!(rule(Digits::Msisdn, "41791234567"), None);
        assert_eq!(
            rule(Digits::Iccid, "8988211000000020002"),
            Some("list-check-digit")
        );
        assert_eq!(rule(Digits::Iccid, "8988211000000020001"), None);
    }

    #[test]
    fn each_damage_has_its_rule() {
        use Digits::{Iccid, Imei, Imsi, Msisdn};
        for (kind, text, expected) in [
            (Imsi, "22801123456789O", "list-not-digits"),
            (Imsi, "22801 123456789", "list-not-digits"),
            (Imsi, "2280112345678901", "list-digit-count"),
            (Imsi, "", "list-digit-count"),
            (Imsi, "1010123456789", "list-lost-zeros"),
            (Imei, "49015420323751", "list-lost-zeros"),
            (Imei, "4901542032375180", "list-imei-version"),
            (Imei, "490154203237519", "list-check-digit"),
            (Imei, "4901542032375", "list-digit-count"),
            (Iccid, "8988211000000020000", "list-zeroed-digits"),
            (Iccid, "89410112345678900000", "list-zeroed-digits"),
            (Iccid, "9888120000000020003F", "list-iccid-prefix"),
            (Iccid, "1288211000000020003", "list-iccid-prefix"),
            (Iccid, "8988211000000020001F", "list-iccid-filler"),
            (Iccid, "8988211000000020004", "list-check-digit"),
            (Msisdn, "+41791234567", "list-msisdn-prefix"),
            (Msisdn, "0041791234567", "list-msisdn-prefix"),
            (Msisdn, "0791234567", "list-msisdn-prefix"),
            (Msisdn, "++41", "list-not-digits"),
        ] {
            assert_eq!(rule(kind, text), Some(expected), "{kind:?} {text}");
        }
    }

    #[test]
    fn a_check_digit_sent_on_the_air_is_named() {
        let finding = digits_damage(Digits::Imei, "490154203237510").unwrap();
        assert!(
            finding.found.contains("0 in place of its check digit"),
            "{finding}"
        );
        assert!(finding.remedy.starts_with("write 8 "), "{finding}");
    }

    #[test]
    fn a_key_in_the_wrong_column_is_not_shown() {
        let finding = digits_damage(Digits::Imsi, "465B5CE8B199B49FAA5F0A2EE238A6BC").unwrap();
        assert_eq!(finding.found, "a letter as character 4 of an IMSI");
    }
}
