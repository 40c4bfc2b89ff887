//! What refers to what, and parms that depend on each other.

use super::super::model::{Characteristic, Document, Parm, Value};
use super::super::schema::{self, Kind};
use super::super::url;
use super::structure::nearly;
use super::{self as r, Report, parm_meant, shown, some_of};
use crate::finding::Rule;
use std::collections::{HashMap, HashSet};

/// Stands for any NAPDEF with that flag, or for the device's own default.
const INTERNET: &str = "INTERNET";

/// The identifiers of a document.
#[derive(Default)]
struct Known<'d> {
    in_order: Vec<&'d str>,
    exact: HashSet<&'d str>,
    folded: HashMap<String, &'d str>,
}

impl<'d> Known<'d> {
    /// False when it is known already.
    fn add(&mut self, id: &'d str) -> bool {
        let new = self.exact.insert(id);
        if new {
            self.in_order.push(id);
            self.folded.entry(id.to_ascii_lowercase()).or_insert(id);
        }
        new
    }
}

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let mut napids = Known::default();
    for napdef in meant(document, "NAPDEF") {
        let Some(napid) = value_meant(napdef, "NAPID") else {
            continue;
        };
        if !napids.add(napid) {
            report.add(
                &r::DUPLICATE_NAPID,
                napdef.at,
                format!("a second NAPDEF with NAPID {}", shown(napid)),
                "one",
                "give it another NAPID; receivers drop it",
            );
        }
    }
    // Equal PROXY-IDs are one proxy: the second one adds to the first
    let mut proxies = Known::default();
    for proxy in meant(document, "PXLOGICAL") {
        if let Some(id) = value_meant(proxy, "PROXY-ID") {
            proxies.add(id);
        }
    }
    let named = |kind| document.of_kind(kind);
    unique(
        named("VENDORCONFIG"),
        "VENDORCONFIG",
        "NAME",
        &r::IDENTIFIER_REPEATED,
        report,
    );
    document.visit(&mut |characteristic: &Characteristic<'_>| {
        for parm in characteristic.parms() {
            let Some(name) = parm.value.as_ref().map(Value::as_str) else {
                continue;
            };
            let kind = schema::parm_def(&characteristic.kind, None, &parm.name).map(|def| def.kind);
            match kind {
                Some(Kind::NapidReference) if name != INTERNET => {
                    resolve(&r::DANGLING_NAPID, parm, name, &napids, "NAPID", report);
                }
                Some(Kind::ProxyReference) => {
                    resolve(&r::DANGLING_PROXY, parm, name, &proxies, "PROXY-ID", report);
                }
                _ => {}
            }
        }
        dependencies(characteristic, report);
    });
    let mut provurls = document
        .of_kind("BOOTSTRAP")
        .filter(|b| b.parm("PROVURL").is_some());
    if let Some(second) = provurls.nth(1) {
        report.add(
            &r::PROVURL_REPEATED,
            second.at,
            "a second BOOTSTRAP with PROVURL",
            "at most one",
            "remove it; PROVURL identifies the one context that the message is for",
        );
    }
}

/// Characteristics of a type, and values of a name, whatever their upper and lower case: that is a
/// finding of its own, and references to them are right.
fn meant<'d, 'a>(
    document: &'d Document<'a>,
    kind: &str,
) -> impl Iterator<Item = &'d Characteristic<'a>> {
    let all = document.characteristics.iter();
    all.filter(move |place| place.kind.eq_ignore_ascii_case(kind))
}

fn value_meant<'d>(place: &'d Characteristic<'_>, name: &str) -> Option<&'d str> {
    parm_meant(place, name)?.value.as_ref().map(Value::as_str)
}

fn resolve(
    rule: &'static Rule,
    parm: &Parm<'_>,
    name: &str,
    known: &Known<'_>,
    what: &str,
    report: &mut Report<'_>,
) {
    if name.is_empty() || known.exact.contains(name) {
        return;
    }
    if let Some(near) = known.folded.get(&name.to_ascii_lowercase()) {
        report.add(
            &r::REFERENCE_CASE,
            parm.at,
            format!("{} {}", parm.name, shown(name)),
            format!("{what} {} with the same upper and lower case", shown(near)),
            format!("write {}; receivers compare to the letter", shown(near)),
        );
        return;
    }
    if rule == &r::DANGLING_NAPID && name.eq_ignore_ascii_case(INTERNET) {
        report.add(
            &r::REFERENCE_CASE,
            parm.at,
            format!("{} {}, which is no NAPID here", parm.name, shown(name)),
            format!("the reserved word {INTERNET}, if that is meant"),
            format!("write {INTERNET} in upper case; receivers compare to the letter"),
        );
        return;
    }
    let expected = match known.in_order.as_slice() {
        [] => format!("a characteristic with this {what} in the document"),
        ids => format!("one of {}", some_of(ids.iter().copied())),
    };
    report.add(
        rule,
        parm.at,
        format!("{} {}, which is no {what} here", parm.name, shown(name)),
        expected,
        "correct the reference or add what it refers to; receivers drop what hangs on it",
    );
}

fn dependencies(characteristic: &Characteristic<'_>, report: &mut Report<'_>) {
    let lacks = |needed: &str, has: &str| {
        characteristic
            .parm(has)
            .filter(|_| characteristic.parm(needed).is_none())
    };
    match &*characteristic.kind {
        "BOOTSTRAP" | "VALIDITY" => {
            if let Some(network) = lacks("COUNTRY", "NETWORK") {
                report.add(
                    &r::NETWORK_WITHOUT_COUNTRY,
                    network.at,
                    "NETWORK without COUNTRY",
                    "both",
                    "add COUNTRY, the mobile country code",
                );
            }
            if let Some(other) = characteristic
                .parms()
                .find(|parm| matches!(&*parm.name, "COUNTRY" | "NETWORK"))
                .filter(|_| characteristic.parm("PROVURL").is_some())
            {
                report.add(
                    &r::NETWORK_BESIDE_PROVURL,
                    other.at,
                    format!("{} beside PROVURL", other.name),
                    "PROVURL alone",
                    "leave COUNTRY and NETWORK out; PROVURL decides which context is meant",
                );
            }
            if let Some(sid) = lacks("SOC", "SID") {
                report.add(
                    &r::SID_WITHOUT_SOC,
                    sid.at,
                    "SID without SOC",
                    "both",
                    "add SOC, the system operator code",
                );
            }
        }
        "NAPDEF" => {
            repeated(
                characteristic,
                "NAPAUTHINFO",
                "AUTHTYPE",
                &r::AUTHTYPE_REPEATED,
                report,
            );
            // Two networks of one country belong into one comma-separated NETWORK
            for name in ["COUNTRY", "SOC"] {
                repeated(
                    characteristic,
                    "VALIDITY",
                    name,
                    &r::IDENTIFIER_REPEATED,
                    report,
                );
            }
        }
        "PXLOGICAL" => {
            repeated(
                characteristic,
                "PXPHYSICAL",
                "PHYSICAL-PROXY-ID",
                &r::IDENTIFIER_REPEATED,
                report,
            );
            repeated(
                characteristic,
                "PXAUTHINFO",
                "PXAUTH-TYPE",
                &r::AUTHTYPE_REPEATED,
                report,
            );
            repeated(characteristic, "PORT", "PORTNBR", &r::PORT_REPEATED, report);
        }
        "PXPHYSICAL" => repeated(characteristic, "PORT", "PORTNBR", &r::PORT_REPEATED, report),
        "APPLICATION" => application(characteristic, report),
        _ => {}
    }
}

fn repeated(
    parent: &Characteristic<'_>,
    kind: &str,
    name: &str,
    rule: &'static Rule,
    report: &mut Report<'_>,
) {
    let children = parent.children().filter(|child| child.kind == kind);
    unique(children, kind, name, rule, report);
}

fn unique<'d>(
    places: impl Iterator<Item = &'d Characteristic<'d>>,
    kind: &str,
    name: &str,
    rule: &'static Rule,
    report: &mut Report<'_>,
) {
    let mut seen = HashSet::new();
    for place in places {
        let value = match place.value(name) {
            Some(value) => value,
            // The credentials of the transport, a level of its own
            None if name == "AAUTHLEVEL" => "",
            None => continue,
        };
        if !seen.insert(value) {
            let found = match value {
                "" => format!("a second {kind} without {name}"),
                _ => format!("a second {kind} with {name} {}", shown(value)),
            };
            report.add(
                rule,
                place.at,
                found,
                format!("each {name} once"),
                match (name, value) {
                    ("AAUTHLEVEL", "APPSRV") => {
                        "write CLIENT into one of them, if those are the server's own, else remove \
                         one; receivers take the first"
                    }
                    ("AAUTHLEVEL", "CLIENT") => {
                        "write APPSRV into one of them, if those are the device's, else remove one; \
                         receivers take the first"
                    }
                    _ => "remove one or join the two; receivers take the first",
                },
            );
        }
    }
}

fn device_management(application: &Characteristic<'_>, report: &mut Report<'_>) {
    let id = parm_meant(application, "PROVIDER-ID");
    if value_meant(application, "PROVIDER-ID")
        .unwrap_or_default()
        .is_empty()
    {
        report.add(
            &r::PROVIDER_ID,
            id.map_or(application.at, |id| id.at),
            match id {
                None => "APPLICATION w7 without PROVIDER-ID",
                Some(_) => "APPLICATION w7 with an empty PROVIDER-ID",
            },
            "the server's identifier",
            nearly(application, "PROVIDER-ID").unwrap_or_else(|| {
                "add PROVIDER-ID; most clients refuse the account without it".to_owned()
            }),
        );
    }
    for appauth in application
        .children()
        .filter(|child| child.kind == "APPAUTH")
    {
        let kind = appauth.value("AAUTHTYPE").unwrap_or_default();
        let of_dm = kind
            .split(',')
            .any(|kind| matches!(kind, "BASIC" | "DIGEST" | "HMAC"));
        if of_dm && parm_meant(appauth, "AAUTHLEVEL").is_none() {
            report.add(
                &r::APPAUTH_LEVEL_MISSING,
                appauth.at,
                format!("AAUTHTYPE {kind:?} without AAUTHLEVEL"),
                "APPSRV for the device's credentials, CLIENT for the server's",
                "add AAUTHLEVEL; clients take it for HTTP or ignore it",
            );
        }
    }
}

fn application(application: &Characteristic<'_>, report: &mut Report<'_>) {
    if application.is_w7() {
        device_management(application, report);
    }
    repeated(
        application,
        "APPAUTH",
        "AAUTHLEVEL",
        &r::APPAUTH_LEVEL_REPEATED,
        report,
    );
    for appaddr in application
        .children()
        .filter(|child| child.kind == "APPADDR")
    {
        if application.parm("ADDR").is_some() && appaddr.parm("ADDR").is_some() {
            report.add(
                &r::BOTH_ADDRESSES,
                appaddr.at,
                "ADDR and APPADDR/ADDR",
                "one of them",
                "remove one; clients disagree about which they take",
            );
        }
        let Some(in_url) = appaddr.value("ADDR").and_then(url::port) else {
            continue;
        };
        let ports: Vec<_> = appaddr
            .children()
            .filter(|child| child.kind == "PORT")
            .filter_map(|port| Some((port.at, port.value("PORTNBR")?)))
            .collect();
        if let Some((at, port)) = ports.first().filter(|(_, port)| *port != in_url) {
            report.add(
                &r::PORT_CONTRADICTION,
                *at,
                format!(
                    "PORTNBR {}, but the URL says {}",
                    shown(port),
                    shown(in_url)
                ),
                "the same port",
                "correct one of them; the one in the URL holds",
            );
        }
    }
}
