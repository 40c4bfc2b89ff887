//! What may stand where, and how often.

use super::super::model::{At, Characteristic, Document, Node, Parm, Value};
use super::super::schema::{self, CharacteristicDef, Occurs, ParmDef};
use super::{self as r, Report, parm_meant, shown, values};
use crate::bytes::edits;

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
                    "put it into a characteristic APPADDR of this APPLICATION, and ADDR with it"
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
            values::check(known, parm, report);
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
            values::check(known, parm, report);
        } else {
            if !def.open {
                // Services have parms of their own; those of some are not known
                let described = def.name != "APPLICATION"
                    || named.is_none()
                    || service.is_some_and(|service| service.name != schema::UNDESCRIBED);
                unknown_parm(def, extra, described, parm, report);
            }
            if let Some(value) = &parm.value {
                values::characters(parm, value, report);
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
    // It is there, and this is a second one in other upper and lower case
    if known(here).is_some() {
        return None;
    }
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

/// What to do about a missing parm where one is spelt nearly like it.
pub(super) fn nearly(place: &Characteristic<'_>, name: &'static str) -> Option<String> {
    let unknown = |parm: &&Parm<'_>| {
        nearest(&parm.name, std::iter::once(name)).is_some()
            && schema::parm_meant(&place.kind, None, &parm.name).is_none()
    };
    let parm = place.parms().find(unknown)?;
    Some(format!(
        "write {name} in place of {}, which is there, if that is it",
        shown(&parm.name)
    ))
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
            let rule = match def.occurs {
                Occurs::Expected | Occurs::ExpectedOften => &r::MISSING_PARM_SEEN,
                _ => &r::MISSING_PARM,
            };
            report.add(
                rule,
                characteristic.at,
                format!("{} without {}", characteristic.kind, def.name),
                format!("a parm {}", def.name),
                match nearly(characteristic, def.name) {
                    Some(remedy) => remedy,
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

    /// What is expected in place of a parm in a characteristic, and whether it is known elsewhere.
    fn told(place: &str, name: &str) -> (String, bool) {
        let appid = match place {
            "APPLICATION" => "<parm name='APPID' value='w4'/>",
            _ => "",
        };
        let xml = format!(
            "<wap-provisioningdoc><characteristic type='{place}'>{appid}<parm name='{name}' \
             value='1'/></characteristic></wap-provisioningdoc>"
        );
        let document = Document::from_xml(xml.as_bytes()).unwrap().document;
        let findings = super::super::check(&document, crate::finding::Position::Offset);
        let rules = [&r::UNKNOWN_PARM, &r::MISPLACED_PARM];
        let mut findings = findings.into_iter().filter(|f| rules.contains(&f.rule));
        let finding = findings.next().unwrap();
        (finding.expected, finding.rule == &r::MISPLACED_PARM)
    }

    #[test]
    fn parms_that_are_no_slip() {
        let misplaced = |place, name, expected: &str| {
            assert_eq!(
                told(place, name),
                (expected.to_owned(), true),
                "{place} {name}"
            );
        };
        misplaced(
            "PXPHYSICAL",
            "PORTNBR",
            "PORTNBR in a characteristic PORT in this PXPHYSICAL",
        );
        misplaced(
            "APPLICATION",
            "URI",
            "URI in a characteristic RESOURCE in this APPLICATION",
        );
        misplaced("NAPAUTHINFO", "bearer", "BEARER in NAPDEF");
        misplaced("NAPDEF", "ADDR", "ADDR in APPLICATION or APPADDR");
        for (place, name, expected) in [
            ("APPLICATION", "TO-NAP", "TO-NAPID"),
            ("APPLICATION", "MMSC", "ADDR"),
            ("APPAUTH", "AAUTHPWD", "AAUTHSECRET"),
            (
                "PXPHYSICAL",
                "PORT",
                "PORTNBR in a characteristic PORT in this PXPHYSICAL",
            ),
            ("APPAUTH", "COLOUR", "a parm of ProvCont 1.1"),
            ("APPLICATION", "appid", "APPID"),
        ] {
            assert_eq!(
                told(place, name),
                (expected.to_owned(), false),
                "{place} {name}"
            );
        }
    }

    /// The parms of some services are not known, so one of theirs may have any name.
    #[test]
    fn parms_of_services_that_nobody_described() {
        let xml = "<wap-provisioningdoc><characteristic type='APPLICATION'><parm name='APPID' \
                   value='#'/><parm name='URI' value='1'/></characteristic></wap-provisioningdoc>";
        for (appid, rule) in [
            ("w2", &r::MISPLACED_PARM),
            ("w9", &r::UNKNOWN_PARM),
            ("w1234", &r::UNKNOWN_PARM),
        ] {
            let xml = xml.replace('#', appid);
            let document = Document::from_xml(xml.as_bytes()).unwrap().document;
            let findings = super::super::check(&document, crate::finding::Position::Offset);
            let rules: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
            assert_eq!(rules, [rule], "{appid}");
        }
    }
}
