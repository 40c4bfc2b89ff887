//! What may stand where, how often, with what value.

use super::super::model::{At, Characteristic, Document, Node, Parm, Value};
use super::super::schema::{self, CharacteristicDef, Kind, Occurs, ParmDef, Sensitivity, ValueSet};
use super::{self as r, Report, parm_meant, shown};
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
    let counted = |kind: &str| of_kind(document.characteristics.iter(), kind);
    children_occur(&schema::ROOT, document.at, counted, report);
}

/// Those of a type, whatever its upper and lower case, which is a finding of its own.
fn of_kind<'d, 'a>(
    places: impl Iterator<Item = &'d Characteristic<'a>>,
    kind: &str,
) -> Vec<&'d Characteristic<'a>> {
    places
        .filter(|place| place.kind.eq_ignore_ascii_case(kind))
        .collect()
}

// Recursion is bounded by the depth of documents, which the readers limit
fn characteristic_in(
    parent: &CharacteristicDef,
    characteristic: &Characteristic<'_>,
    report: &mut Report<'_>,
) {
    let kind = &*characteristic.kind;
    let Some(def) = schema::characteristic_meant(kind) else {
        if !parent.open {
            unknown_characteristic(characteristic, report);
        }
        return;
    };
    let name = def.name;
    if !parent.open && !parent.children.iter().any(|(child, _)| *child == name) {
        report.add(
            &r::MISPLACED_CHARACTERISTIC,
            characteristic.at,
            format!("{kind} in {}", parent.name),
            format!("{name} in {}", parents_of(name)),
            match between(parent, name) {
                Some("APPADDR") => {
                    "put it, and ADDR with it, into a characteristic APPADDR of this \
                                    APPLICATION"
                        .to_owned()
                }
                Some(place) => format!("move it into the {place} that it belongs to"),
                None => "move it".to_owned(),
            },
        );
    } else if kind != name {
        report.add(
            &r::NAME_CASE,
            characteristic.at,
            format!("characteristic {}", shown(kind)),
            name,
            format!("write {name}; receivers compare to the letter and skip all that is in it"),
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
    let counted = |kind: &str| of_kind(characteristic.children(), kind);
    children_occur(def, characteristic.at, counted, report);
}

/// A type that no table has, whatever its upper and lower case.
fn unknown_characteristic(characteristic: &Characteristic<'_>, report: &mut Report<'_>) {
    let kind = &*characteristic.kind;
    // `w7 APPLICATION`, as pages about it are called
    let mut words = kind.split_whitespace();
    if let Some(def) = words.find_map(schema::characteristic_meant) {
        let name = def.name;
        let appid = match name {
            "APPLICATION" => "; the service stands in its APPID",
            _ => "",
        };
        report.add(
            &r::NAME_CASE,
            characteristic.at,
            format!("characteristic {}", shown(kind)),
            name,
            format!("write {name} and nothing else{appid}"),
        );
        return;
    }
    report.add(
        &r::UNKNOWN_CHARACTERISTIC,
        characteristic.at,
        format!("characteristic {}", shown(kind)),
        nearest(kind, schema::CHARACTERISTICS.iter().map(|known| known.name))
            .unwrap_or("a type of ProvCont 1.1"),
        "check the spelling; receivers skip it unless they know this vendor's type",
    );
}

/// The child of a characteristic that a misplaced one belongs into.
fn between(parent: &CharacteristicDef, kind: &str) -> Option<&'static str> {
    let mut children = parent.children.iter().map(|(child, _)| *child);
    children.find(|child| {
        let def = schema::characteristic(child);
        def.is_some_and(|def| def.children.iter().any(|(inner, _)| *inner == kind))
    })
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
    let named = parm_meant(characteristic, "APPID").filter(|_| def.name == "APPLICATION");
    let appid = named.and_then(|parm| parm.value.as_ref().map(Value::as_str));
    let service = appid.and_then(schema::service);
    if let (Some(service), Some(parm)) = (service, named)
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
        if let Some(known) = schema::parm_def(def.name, appid, &parm.name) {
            parm_value(known, parm, report);
        } else if !def.open
            && let Some(known) = schema::parm_meant(def.name, appid, &parm.name)
            && characteristic.parm(known.name).is_none()
        {
            report.add(
                &r::NAME_CASE,
                parm.at,
                format!("{} in {}", shown(&parm.name), def.name),
                known.name,
                format!(
                    "write {}; receivers compare to the letter and skip it",
                    known.name
                ),
            );
            parm_value(known, parm, report);
        } else {
            if !def.open {
                // Services have parms of their own; those of some are not known
                let described = def.name != "APPLICATION"
                    || named.is_none()
                    || service.is_some_and(|service| service.name != schema::UNDESCRIBED);
                unknown_parm(def, extra, described, parm, report);
            }
            if let Some(value) = &parm.value {
                characters(parm, value, report);
            }
        }
    }
    if let Some(service) = service {
        for required in service.required {
            let has = |place: &Characteristic<'_>, name: &str| {
                parm_meant(place, name).is_some() || !of_kind(place.children(), name).is_empty()
            };
            let there = |wanted: &str| match wanted.split_once('/') {
                Some((kind, name)) => of_kind(characteristic.children(), kind)
                    .into_iter()
                    .any(|child| has(child, name)),
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

/// Names that are written in place of parms, and the parms that are meant.
const ALIASES: [(&str, &str); 6] = [
    ("AAUTHPASSWORD", "AAUTHSECRET"),
    ("AAUTHPWD", "AAUTHSECRET"),
    ("APN", "NAP-ADDRESS"),
    ("MMSC", "ADDR"),
    ("PORT", "PORTNBR"),
    ("TO-NAP", "TO-NAPID"),
];

/// A parm that has no place in its characteristic: it belongs elsewhere, or nobody knows it.
fn unknown_parm(
    def: &CharacteristicDef,
    extra: &'static [ParmDef],
    described: bool,
    parm: &Parm<'_>,
    report: &mut Report<'_>,
) {
    let found = format!("{} in {}", shown(&parm.name), def.name);
    if let Some(place) = place_of(def, &parm.name).filter(|_| described) {
        report.add(
            &r::MISPLACED_PARM,
            parm.at,
            found,
            place,
            "move it there; receivers skip it where it is",
        );
        return;
    }
    let own = || def.parms.iter().chain(extra).map(|known| known.name);
    let mut aliases = ALIASES.iter();
    let alias = aliases.find(|(alias, _)| alias.eq_ignore_ascii_case(&parm.name));
    let alias = alias.map(|(_, name)| *name);
    let meant = alias
        .filter(|name| own().any(|known| known == *name))
        .or_else(|| nearest(&parm.name, own()))
        .map(str::to_owned)
        .or_else(|| place_of(def, alias?));
    report.add(
        &r::UNKNOWN_PARM,
        parm.at,
        found,
        meant.unwrap_or_else(|| "a parm of ProvCont 1.1".to_owned()),
        "check the spelling; receivers skip it unless they know this vendor's parm",
    );
}

/// The parm of this name and the characteristic that it belongs to, the nearest one to where it is.
fn place_of(here: &CharacteristicDef, name: &str) -> Option<String> {
    let known = |def: &CharacteristicDef| {
        let mut parms = def.parms.iter().map(|parm| parm.name);
        parms.find(|known| known.eq_ignore_ascii_case(name))
    };
    let places: Vec<_> = schema::CHARACTERISTICS
        .iter()
        .filter(|def| known(def).is_some())
        .collect();
    let name = known(places.first()?)?;
    let holds = |outer: &CharacteristicDef, inner: &CharacteristicDef| {
        outer.children.iter().any(|(child, _)| *child == inner.name)
    };
    if let Some(child) = places.iter().find(|def| holds(here, def)) {
        let child = child.name;
        return Some(format!(
            "{name} in a characteristic {child} in this {}",
            here.name
        ));
    }
    let around = places.iter().find(|def| holds(def, here));
    let names: Vec<_> = match around {
        Some(around) => vec![around.name],
        None => places.iter().map(|def| def.name).collect(),
    };
    Some(format!("{name} in {}", names.join(" or ")))
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
            if parm_meant(characteristic, def.name).is_some() {
                return;
            }
            let nearly = |parm: &&Parm<'_>| {
                nearest(&parm.name, std::iter::once(def.name)).is_some()
                    && schema::parm_meant(&characteristic.kind, None, &parm.name).is_none()
            };
            let rule = match def.occurs {
                Occurs::Expected | Occurs::ExpectedOften => &r::MISSING_PARM_SEEN,
                _ => &r::MISSING_PARM,
            };
            report.add(
                rule,
                characteristic.at,
                format!("{} without {}", characteristic.kind, def.name),
                format!("a parm {}", def.name),
                match characteristic.parms().find(nearly) {
                    Some(parm) => format!(
                        "write {} in place of {}, which is there, if that is it",
                        def.name,
                        shown(&parm.name)
                    ),
                    None => format!("add <parm name=\"{}\" value=\"…\"/>", def.name),
                },
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
            None => report.add(
                &r::VALUE_SET,
                parm.at,
                quoted(),
                set.expectation(),
                instead(set, text),
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

/// What to do about a value that its set does not have.
fn instead(set: &ValueSet, text: &str) -> String {
    if let Some(known) = of_dm(set, text) {
        return format!("write {known}; {} is its name in DM messages", shown(text));
    }
    let plain = text.replace(is_dash, "-");
    if let (Some(dash), Some(known)) = (text.chars().find(|c| is_dash(*c)), set.respell(&plain)) {
        return format!(
            "write {known}; there is U+{:04X} in it, which only looks like a hyphen",
            u32::from(dash)
        );
    }
    let mut words = schema::MEANT.iter().filter(|(known, ..)| *known == set);
    if let Some((_, _, known)) = words.find(|(_, word, _)| word.eq_ignore_ascii_case(text)) {
        return format!("write {known}, if that is meant");
    }
    if *set == schema::NAP_AUTHTYPES && text.eq_ignore_ascii_case("NONE") {
        return "remove the NAPAUTHINFO; an access point without authentication has none"
            .to_owned();
    }
    if *set == schema::AAUTHLEVELS {
        return "write APPSRV over what the device shows the server, CLIENT over what the server \
                shows the device"
            .to_owned();
    }
    format!("choose a value of the {} set ({})", set.name, set.clause)
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
