//! What may stand where, how often, with what value.

use super::super::model::{At, Characteristic, Document, Node, Parm, Value};
use super::super::schema::{self, CharacteristicDef, Kind, Occurs, ParmDef, Sensitivity, ValueSet};
use super::{self as r, Report, shown};
use crate::bytes::ascii::are_digits;
use crate::bytes::edits;
use crate::wire::xml::is_char;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    if let Some(version) = &document.version {
        let major = version.as_str().split('.').next().unwrap_or_default();
        if major != "1" {
            report.add(
                &r::VERSION,
                document.at,
                format!("version {:?}", version.as_str()),
                "version 1.0 or 1.1",
                "write version=\"1.0\" or leave it out",
            );
        }
    }
    if document.characteristics.is_empty() {
        report.add(
            &r::EMPTY,
            document.at,
            "no characteristic",
            "at least one",
            "add what the device is to be given",
        );
    }
    for characteristic in &document.characteristics {
        characteristic_in(&schema::ROOT, characteristic, report);
    }
    let counted = |kind: &str| document.of_kind(kind).collect::<Vec<_>>();
    children_occur(&schema::ROOT, document.at, counted, report);
}

// Recursion is bounded by the depth of documents, which the readers limit
fn characteristic_in(
    parent: &CharacteristicDef,
    characteristic: &Characteristic<'_>,
    report: &mut Report<'_>,
) {
    let kind = &*characteristic.kind;
    let Some(def) = schema::characteristic(kind) else {
        if !parent.open {
            report.add(
                &r::UNKNOWN_CHARACTERISTIC,
                characteristic.at,
                format!("characteristic {}", shown(kind)),
                nearest(kind, schema::CHARACTERISTICS.iter().map(|known| known.name))
                    .unwrap_or("a type of ProvCont 1.1"),
                "check the spelling; receivers skip it unless they know this vendor's type",
            );
        }
        return;
    };
    if !parent.open && !parent.children.iter().any(|(child, _)| *child == kind) {
        report.add(
            &r::MISPLACED_CHARACTERISTIC,
            characteristic.at,
            format!("{kind} in {}", parent.name),
            format!("{kind} in {}", parents_of(kind)),
            "move it",
        );
    }
    parms(def, characteristic, report);
    if def.open {
        return;
    }
    let mut child_seen = None;
    for node in &characteristic.nodes {
        match node {
            Node::Characteristic(child) => {
                child_seen = Some(&child.kind);
                characteristic_in(def, child, report);
            }
            Node::Parm(parm) => {
                if let Some(child) = child_seen {
                    report.add(
                        &r::PARM_AFTER_CHARACTERISTIC,
                        parm.at,
                        format!("{} after {}", shown(&parm.name), shown(child)),
                        "all parms before the first child characteristic",
                        "move the parm up; strict receivers follow the DTD",
                    );
                }
            }
        }
    }
    let counted = |kind: &str| {
        characteristic
            .children()
            .filter(|c| c.kind == kind)
            .collect()
    };
    children_occur(def, characteristic.at, counted, report);
}

/// The name that a wrong one probably means: in other letters, without its hyphens, or one slip away.
fn nearest(wrong: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let plain = |name: &str| name.to_ascii_uppercase().replace(['-', '_', ' '], "");
    let wrong = plain(wrong);
    // Short names are all near each other
    let limit = usize::from(wrong.len() > 3);
    known
        .map(|known| (edits(&wrong, &plain(known)), known))
        .filter(|(slips, _)| *slips <= limit)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, known)| known)
}

fn children_occur<'d>(
    def: &CharacteristicDef,
    at: At,
    counted: impl Fn(&str) -> Vec<&'d Characteristic<'d>>,
    report: &mut Report<'_>,
) {
    for (kind, occurs) in def.children {
        let found = counted(kind);
        match (found.as_slice(), occurs) {
            ([], Occurs::AtLeastOnce) => report.add(
                &r::MISSING_CHARACTERISTIC,
                at,
                format!("{} without {kind}", def.name),
                format!("at least one {kind}"),
                format!("add a characteristic of type {kind}"),
            ),
            ([_, second, ..], Occurs::Optional) => report.add(
                &r::REPEATED_CHARACTERISTIC,
                second.at,
                format!("{} times {kind}", found.len()),
                "once",
                "remove the others; receivers take the first",
            ),
            _ => {}
        }
    }
}

fn parents_of(kind: &str) -> String {
    let has = |def: &&CharacteristicDef| def.children.iter().any(|(child, _)| *child == kind);
    let parents: Vec<_> = std::iter::once(&schema::ROOT)
        .chain(&schema::CHARACTERISTICS)
        .filter(has)
        .map(|def| def.name)
        .collect();
    parents.join(" or ")
}

fn parms(def: &CharacteristicDef, characteristic: &Characteristic<'_>, report: &mut Report<'_>) {
    let appid = characteristic.appid().filter(|_| def.name == "APPLICATION");
    let service = appid.and_then(schema::service);
    if let (Some(service), Some(parm)) = (service, characteristic.parm("APPID"))
        && appid != Some(service.appid)
    {
        report.add(
            &r::VALUE_SPELLING,
            parm.at,
            format!("APPID {}", shown(appid.unwrap_or_default())),
            service.appid,
            format!(
                "write {}; receivers that compare to the letter ignore the APPLICATION",
                service.appid
            ),
        );
    }
    let extra = service.map_or(&[][..], |service| service.parms);
    for known in def.parms.iter().chain(extra) {
        parm_occurs(known, characteristic, report);
    }
    for parm in characteristic.parms() {
        match schema::parm_def(def.name, appid, &parm.name) {
            Some(known) => parm_value(known, parm, report),
            None => {
                if !def.open {
                    let near = def.parms.iter().chain(extra);
                    report.add(
                        &r::UNKNOWN_PARM,
                        parm.at,
                        format!("{} in {}", shown(&parm.name), def.name),
                        nearest(&parm.name, near.map(|known| known.name))
                            .unwrap_or("a parm of ProvCont 1.1"),
                        "check the spelling; receivers skip it unless they know this vendor's parm",
                    );
                }
                if let Some(value) = &parm.value {
                    characters(parm, value, report);
                }
            }
        }
    }
    if let Some(service) = service {
        for required in service.required {
            let has = |place: &Characteristic<'_>, name: &str| {
                place.parm(name).is_some() || place.children().any(|child| child.kind == name)
            };
            let there = |wanted: &str| match wanted.split_once('/') {
                Some((kind, name)) => characteristic
                    .children()
                    .any(|child| child.kind == kind && has(child, name)),
                None => has(characteristic, wanted),
            };
            if !required.split('|').any(there) {
                let wanted = required.replace('|', " or ");
                report.add(
                    &r::SERVICE_REQUIREMENT,
                    characteristic.at,
                    format!(
                        "APPLICATION {} ({}) without {wanted}",
                        service.appid, service.name
                    ),
                    wanted.clone(),
                    format!("add {wanted}; clients refuse or ignore the service without it"),
                );
            }
        }
    }
}

fn parm_occurs(def: &ParmDef, characteristic: &Characteristic<'_>, report: &mut Report<'_>) {
    let found = || characteristic.parms().filter(|parm| parm.name == def.name);
    let limit = match def.occurs {
        Occurs::Once | Occurs::Expected | Occurs::Optional => 1,
        Occurs::AtMost(limit) => limit,
        Occurs::Any | Occurs::AtLeastOnce | Occurs::ExpectedOften => usize::MAX,
    };
    match (found().next(), found().nth(limit), def.occurs) {
        (
            None,
            _,
            Occurs::Once | Occurs::Expected | Occurs::AtLeastOnce | Occurs::ExpectedOften,
        ) => {
            let rule = match def.occurs {
                Occurs::Expected | Occurs::ExpectedOften => &r::MISSING_PARM_SEEN,
                _ => &r::MISSING_PARM,
            };
            report.add(
                rule,
                characteristic.at,
                format!("{} without {}", characteristic.kind, def.name),
                format!("a parm {}", def.name),
                format!("add <parm name=\"{}\" value=\"…\"/>", def.name),
            );
        }
        (_, Some(surplus), _) => report.add(
            &r::REPEATED_PARM,
            surplus.at,
            format!(
                "{} times {} in {}",
                found().count(),
                def.name,
                characteristic.kind
            ),
            match limit {
                1 => "once".to_owned(),
                _ => format!("at most {limit} times"),
            },
            "remove it; receivers take the first",
        ),
        _ => {}
    }
}

fn parm_value(def: &ParmDef, parm: &Parm<'_>, report: &mut Report<'_>) {
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
                format!("write value=\"\" to say that {name} is empty, or leave the parm out"),
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
            None => report.add(
                &r::VALUE_SET,
                parm.at,
                quoted(),
                set.expectation(),
                match of_dm(set, text) {
                    Some(known) => {
                        format!("write {known}; {} is its name in DM messages", shown(text))
                    }
                    None => format!("choose a value of the {} set ({})", set.name, set.clause),
                },
            ),
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
            "encode the nonce; some clients take the text as it is and then fail to authenticate",
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
            "shorten it; clients may refuse or cut what is longer",
        );
    }
}

fn characters(parm: &Parm<'_>, value: &Value<'_>, report: &mut Report<'_>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_names_and_what_they_mean() {
        let parms = ["PROVIDER-ID", "URI", "ADDR", "ADDRTYPE", "APPADDR"];
        for (wrong, meant) in [
            ("PROVIDERID", Some("PROVIDER-ID")),
            ("Provider_Id", Some("PROVIDER-ID")),
            ("PROVIDER-IDS", Some("PROVIDER-ID")),
            ("APPADRR", Some("APPADDR")),
            ("addr", Some("ADDR")),
            ("uri", Some("URI")),
            ("URL", None),
            ("ADRESS", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, parms.into_iter()), meant, "{wrong}");
        }
    }
}
