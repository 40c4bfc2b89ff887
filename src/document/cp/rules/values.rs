//! The values of parms.

use super::super::model::{Parm, Value};
use super::super::schema::{self, Kind, Occurs, ParmDef, Sensitivity, ValueSet};
use super::{self as r, Report, shown};
use crate::bytes::ascii::are_digits;
use crate::wire::xml::is_char;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

pub(super) fn check(def: &ParmDef, parm: &Parm<'_>, report: &mut Report<'_>) {
    let name = def.name;
    let Some(value) = &parm.value else {
        // "If no value is given": WSP-VERSION, PUSHENABLED (WAP-183 §5.6.1); CLIENT-ID and
        // PXAUTH-ID, where the device or the user fills in (§6.4)
        let optional = matches!(
            name,
            "WSP-VERSION" | "PUSHENABLED" | "CLIENT-ID" | "PXAUTH-ID"
        );
        if def.kind != Kind::Flag && !optional {
            report.add(
                &r::PARM_WITHOUT_VALUE,
                parm.at,
                format!("{name} without a value"),
                "a value, if only an empty one",
                format!(
                    "write its value as value=\"…\", or leave the parm out; value=\"\" says that \
                     {name} is empty"
                ),
            );
        }
        return;
    };
    let text = value.as_str();
    characters(parm, value, report);
    length(def, parm, text, report);
    let quoted = || match def.sensitivity {
        Sensitivity::Public => format!("{name} {}", shown(text)),
        _ => format!("{name} of {} characters", text.chars().count()),
    };
    match def.kind {
        Kind::Flag => report.add(
            &r::FLAG_WITH_VALUE,
            parm.at,
            format!("{name} with a value"),
            format!("<parm name=\"{name}\"/>"),
            "remove the value; any value, also \"0\", means yes to most receivers",
        ),
        Kind::Set(set) if !set.contains(text) => match set.respell(text) {
            Some(known) => report.add(
                &r::VALUE_SPELLING,
                parm.at,
                quoted(),
                known.clone(),
                format!("write {known}; receivers may ignore the parm otherwise"),
            ),
            None => {
                let (expected, remedy) = instead(set, text);
                report.add(&r::VALUE_SET, parm.at, quoted(), expected, remedy);
            }
        },
        Kind::Number(low, high) if number(text).is_none_or(|n| n < low || n > high) => report.add(
            &r::NUMBER,
            parm.at,
            quoted(),
            format!("a decimal number from {low} to {high}"),
            "correct the number; write digits only",
        ),
        Kind::Numbers(low, high)
            if !text
                .split(',')
                .all(|text| number(text).is_some_and(|n| n >= low && n <= high)) =>
        {
            report.add(
                &r::NUMBER,
                parm.at,
                quoted(),
                format!("decimal numbers from {low} to {high}, separated by commas"),
                "correct the numbers; write digits and commas only, no blanks",
            );
        }
        Kind::Hex if text.is_empty() || !text.bytes().all(|octet| octet.is_ascii_hexdigit()) => {
            report.add(
                &r::HEX,
                parm.at,
                quoted(),
                "hexadecimal digits, without 0x",
                "write the code of 3GPP TS 24.008 in hexadecimal, e.g. 08",
            );
        }
        Kind::Base64 if BASE64_STANDARD.decode(text).is_err() => report.add(
            &r::BASE64,
            parm.at,
            quoted(),
            "Base64 text of the nonce's octets",
            match text.contains(char::is_whitespace) {
                true => "remove the white space, which programs that break lines put in",
                false => {
                    "encode the nonce; some clients take the text as it is and then fail to \
                     authenticate"
                }
            },
        ),
        Kind::Address | Kind::NapidReference | Kind::ProxyReference if text.is_empty() => report
            .add(
                &r::EMPTY_VALUE,
                parm.at,
                format!("an empty {name}"),
                "a value",
                "give it a value or leave the parm out",
            ),
        // An empty CLIENT-ID asks for the device's built-in identity (WAP-183 §6.4)
        _ if text.is_empty() && def.occurs == Occurs::Once && name != "CLIENT-ID" => report.add(
            &r::EMPTY_VALUE,
            parm.at,
            format!("an empty {name}"),
            "a value",
            "give it a value",
        ),
        _ => {}
    }
}

/// What a value that its set does not have should be, and what to do about it.
fn instead(set: &ValueSet, text: &str) -> (String, String) {
    if let Some(known) = of_dm(set, text) {
        let remedy = format!("write {known}; {} is its name in DM messages", shown(text));
        return (set.expectation(), remedy);
    }
    let plain = text.replace(is_dash, "-");
    if let (Some(dash), Some(known)) = (text.chars().find(|c| is_dash(*c)), set.respell(&plain)) {
        let remedy = format!(
            "write {known}; there is U+{:04X} in it, which only looks like a hyphen",
            u32::from(dash)
        );
        return (known, remedy);
    }
    let mut words = schema::MEANT.iter().filter(|(known, ..)| *known == set);
    if let Some((_, _, known)) = words.find(|(_, word, _)| word.eq_ignore_ascii_case(text)) {
        let expected = format!("{known}, or another value of the {} set", set.name);
        return (expected, format!("write {known}, if that is meant"));
    }
    let remedy = match set.name {
        name if name == schema::NAP_AUTHTYPES.name && text.eq_ignore_ascii_case("NONE") => {
            "remove the NAPAUTHINFO; an access point without authentication has none".to_owned()
        }
        name if name == schema::AAUTHLEVELS.name => {
            "write APPSRV over what the device shows the server, CLIENT over what the server shows \
             the device"
                .to_owned()
        }
        name => format!("choose a value of the {name} set ({})", set.clause),
    };
    (set.expectation(), remedy)
}

/// What programs for prose write in place of a hyphen.
fn is_dash(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The level that has this name in DM messages.
fn of_dm(set: &ValueSet, text: &str) -> Option<&'static str> {
    let levels = *set == schema::AAUTHLEVELS;
    let mut names = schema::LEVEL_NAMES.iter().filter(|_| levels);
    let known = names.find(|(_, dm)| dm.eq_ignore_ascii_case(text));
    known.map(|(cp, _)| *cp)
}

fn length(def: &ParmDef, parm: &Parm<'_>, text: &str, report: &mut Report<'_>) {
    // A word of a value set is known to a client or not, whatever its length
    if matches!(def.kind, Kind::Set(set) if set.values.contains(&text)) {
        return;
    }
    if let Some(minimum) = def.minimum_length
        && text.len() > minimum
    {
        report.add(
            &r::LENGTH,
            parm.at,
            format!("{} of {} octets", def.name, text.len()),
            format!("at most {minimum} octets"),
            match def.sensitivity {
                Sensitivity::Public => "shorten it; clients may refuse or cut what is longer",
                // Who writes the document did not choose them
                _ => {
                    "shorten it if it is yours to choose, else try it on the devices; clients may \
                     refuse or cut what is longer"
                }
            },
        );
    }
}

pub(super) fn characters(parm: &Parm<'_>, value: &Value<'_>, report: &mut Report<'_>) {
    if let Some(character) = value.as_str().chars().find(|&c| !is_char(c)) {
        report.add(
            &r::CONTROL_CHARACTER,
            parm.at,
            format!("U+{:04X} in {}", u32::from(character), shown(&parm.name)),
            "characters that XML 1.0 can carry",
            "remove the character; it came from a damaged source",
        );
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && are_digits(text.as_bytes());
    digits.then(|| text.parse().ok())?
}
