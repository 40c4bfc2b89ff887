//! What a provisioning document says.

use super::{Fact, Facts};
use crate::document::cp::{Characteristic, Document, Node, schema};
use crate::document::profile::parameter::url_port;
use crate::document::receivers::fact::{NO_LEVEL, OTHER_APPLICATION, OTHER_VALUE};
use std::collections::BTreeMap;

/// Characteristics nested deeper have no place in ProvCont.
const MAX_DEPTH: usize = 4;

pub(super) fn tell(facts: &mut Facts, document: &Document<'_>) {
    for fact in [
        Fact::Has,
        Fact::Lacks,
        Fact::Several,
        Fact::Values,
        Fact::W7Url,
        Fact::W7ServerId,
        Fact::W7Order,
    ] {
        facts.words(fact);
    }
    match &document.version {
        Some(version) => facts.text(Fact::RootVersion, version.as_str()),
        None => facts.word(Fact::RootVersion, "none"),
    }
    let mut counts = BTreeMap::new();
    let mut stack: Vec<(String, &Characteristic<'_>, Option<&'static str>)> = Vec::new();
    for top in &document.characteristics {
        let (name, appid) = name(top);
        *counts.entry(name).or_insert(0usize) += 1;
        stack.push((name.to_owned(), top, appid));
    }
    several(facts, "", &counts);
    while let Some((path, characteristic, appid)) = stack.pop() {
        one(facts, &path, characteristic, appid);
        if path.split('/').count() < MAX_DEPTH {
            for child in characteristic.children() {
                let (name, _) = name(child);
                if is_known(name) {
                    stack.push((format!("{path}/{name}"), child, None));
                }
            }
        }
    }
    let (mut longest, mut other_case) = ([0, 0], false);
    document.visit(&mut |characteristic| {
        identifiers(facts, characteristic, &mut longest);
        other_case |= is_other_case(characteristic);
    });
    facts.flag(Fact::NameCase, other_case);
    facts.number(Fact::IdentifierOctets, longest[0]);
    facts.number(Fact::NapidOctets, longest[1]);
    let accounts = document
        .of_kind("APPLICATION")
        .filter(|application| name(application).0 == "w7");
    let (mut levels, mut any) = (None, false);
    for account in accounts {
        any = true;
        urls(facts, account);
        ports(facts, account);
        facts.add(Fact::W7ServerId, server_id(account));
        order(facts, account);
        levels = levels.or(level_meaning(account));
    }
    match levels {
        Some(word) => facts.word(Fact::Levels, word),
        None if any => facts.forget(Fact::Levels),
        None => {}
    }
}

/// What a characteristic is called in paths, and its service's APPID.
fn name<'c>(characteristic: &'c Characteristic<'_>) -> (&'c str, Option<&'static str>) {
    match &*characteristic.kind {
        "APPLICATION" => match characteristic.appid().and_then(schema::service) {
            Some(service) => (service.appid, Some(service.appid)),
            None => (OTHER_APPLICATION, None),
        },
        "APPAUTH" => match characteristic.value("AAUTHLEVEL") {
            Some(level @ ("APPSRV" | "CLIENT" | "OBEX")) => (level, None),
            _ => (NO_LEVEL, None),
        },
        kind => (kind, None),
    }
}

fn is_known(name: &str) -> bool {
    matches!(name, "APPSRV" | "CLIENT" | "OBEX" | NO_LEVEL)
        || schema::characteristic(name).is_some()
}

/// Whether its type or a name in it is one of ProvCont, but for upper and lower case.
fn is_other_case(characteristic: &Characteristic<'_>) -> bool {
    let differs = |name: &str, known: &str| name != known && name.eq_ignore_ascii_case(known);
    let kind = &*characteristic.kind;
    let mut kinds = schema::CHARACTERISTICS.iter();
    let Some(def) = kinds.find(|def| def.name.eq_ignore_ascii_case(kind)) else {
        return false;
    };
    let service = characteristic.appid().and_then(schema::service);
    let own = service.map_or(&[][..], |service| service.parms);
    let mut parms = characteristic.parms();
    def.name != kind
        || parms.any(|parm| {
            let mut known = def.parms.iter().chain(own);
            known.any(|known| differs(&parm.name, known.name))
        })
}

/// What is in one characteristic, and what is not.
fn one(
    facts: &mut Facts,
    path: &str,
    characteristic: &Characteristic<'_>,
    appid: Option<&'static str>,
) {
    let top = path.split('/').next().unwrap_or_default();
    if !is_known(top) && appid.is_none() && !path.starts_with(OTHER_APPLICATION) {
        // Under an APPLICATION, the path begins with the APPID
        if schema::service(top).is_none() {
            return;
        }
    }
    facts.add(Fact::Has, path);
    let kind = &*characteristic.kind;
    let mut counts = BTreeMap::new();
    for parm in characteristic.parms() {
        let Some(def) = schema::parm_def(kind, appid, &parm.name) else {
            continue;
        };
        facts.add(Fact::Has, &format!("{path}/{}", def.name));
        *counts.entry(def.name).or_insert(0usize) += 1;
        let set = schema::value_set(kind, def.name);
        if let (Some(set), Some(value)) = (set, &parm.value) {
            let value = value.as_str();
            let word = if set.contains(value) {
                value
            } else {
                OTHER_VALUE
            };
            facts.add(Fact::Values, &format!("{path}/{}={word}", def.name));
        }
    }
    for child in characteristic.children() {
        let (name, _) = name(child);
        if is_known(name) {
            *counts.entry(name).or_insert(0usize) += 1;
        }
    }
    several(facts, path, &counts);
    let Some(def) = schema::characteristic(kind) else {
        return;
    };
    let own = appid.and_then(schema::service).map_or(&[][..], |s| s.parms);
    let parms = def.parms.iter().chain(own).map(|parm| parm.name);
    let children = def.children.iter().flat_map(|(child, _)| match *child {
        // Both levels are looked for
        "APPAUTH" => vec!["APPSRV", "CLIENT"],
        child => vec![child],
    });
    for name in parms.chain(children) {
        if !counts.contains_key(name) {
            facts.add(Fact::Lacks, &format!("{path}/{name}"));
        }
    }
}

fn several(facts: &mut Facts, path: &str, counts: &BTreeMap<&str, usize>) {
    for (name, count) in counts {
        if *count > 1 {
            let path = if path.is_empty() {
                (*name).to_owned()
            } else {
                format!("{path}/{name}")
            };
            facts.add(Fact::Several, &path);
        }
    }
}

fn identifiers(facts: &mut Facts, characteristic: &Characteristic<'_>, longest: &mut [usize; 2]) {
    let names: &[&str] = match &*characteristic.kind {
        "NAPDEF" => &["NAPID"],
        "PXLOGICAL" => &["PROXY-ID"],
        "APPLICATION" => &["PROVIDER-ID", "NAME"],
        _ => return,
    };
    for value in names.iter().filter_map(|name| characteristic.value(name)) {
        longest[0] = longest[0].max(value.len());
        if names == ["NAPID"] {
            longest[1] = longest[1].max(value.len());
            if value.contains('@') {
                facts.flag(Fact::NapidAt, true);
            }
        }
    }
    if names == ["NAPID"] && matches!(facts.state(Fact::NapidAt), super::State::Absent) {
        facts.flag(Fact::NapidAt, false);
    }
}

/// What the addresses of a DM account are like.
fn urls(facts: &mut Facts, account: &Characteristic<'_>) {
    let own = account
        .parms()
        .filter(|parm| parm.name == "ADDR")
        .filter_map(|parm| Some((parm.value.as_ref()?.as_str(), false)));
    let long = account
        .children()
        .filter(|child| child.kind == "APPADDR")
        .filter_map(|child| {
            let port = child
                .children()
                .any(|port| port.kind == "PORT" && port.parm("PORTNBR").is_some());
            Some((child.value("ADDR")?, port))
        });
    for (url, portnbr) in own.chain(long) {
        let Some((scheme, rest)) = url.split_once("://") else {
            continue;
        };
        let https = scheme.eq_ignore_ascii_case("https");
        if https {
            facts.add(Fact::W7Url, "https");
        } else if scheme.eq_ignore_ascii_case("http") {
            facts.add(Fact::W7Url, "http");
        }
        let path = rest.contains('/');
        if path {
            facts.add(Fact::W7Url, "path");
        }
        let named = url_port(url).is_some_and(|(_, named)| named);
        let word = match (named, portnbr) {
            (true, _) => "port",
            (false, true) => "portnbr",
            (false, false) => "no-port",
        };
        facts.add(Fact::W7Url, word);
        if word == "portnbr" && path {
            facts.add(Fact::W7Url, "portnbr-after-path");
        }
        if word == "no-port" && https {
            facts.add(Fact::W7Url, "https-no-port");
        }
    }
}

/// Whether each port of a DM account is one.
fn ports(facts: &mut Facts, account: &Characteristic<'_>) {
    let addresses = account.children().filter(|child| child.kind == "APPADDR");
    let ports = addresses.flat_map(Characteristic::children);
    let numbers = ports.flat_map(Characteristic::parms);
    let is_port = |text: &str| text.parse::<u16>().is_ok_and(|number| number > 0);
    let invalid = numbers
        .filter(|parm| parm.name == "PORTNBR")
        .filter_map(|parm| parm.value.as_ref())
        .any(|value| !value.as_str().is_empty() && !is_port(value.as_str()));
    if invalid {
        facts.add(Fact::W7Url, "portnbr-invalid");
    }
}

/// What names the server of a DM account.
fn server_id(account: &Characteristic<'_>) -> &'static str {
    let is_there =
        |place: &Characteristic<'_>, name| place.value(name).is_some_and(|text| !text.is_empty());
    let mut children = account.children();
    if is_there(account, "PROVIDER-ID") {
        "provider-id"
    } else if children.any(|child| name(child).0 == "CLIENT" && is_there(child, "AAUTHNAME")) {
        "client-name"
    } else {
        "none"
    }
}

/// Where a DM account departs from the order that strict receivers read in.
fn order(facts: &mut Facts, account: &Characteristic<'_>) {
    let is_first = account
        .parms()
        .next()
        .is_some_and(|parm| parm.name == "APPID");
    if !is_first {
        facts.add(Fact::W7Order, "appid-not-first");
    }
    let place = |wanted: &dyn Fn(&Node<'_>) -> bool| account.nodes.iter().position(wanted);
    let provider = place(&|node| matches!(node, Node::Parm(parm) if parm.name == "PROVIDER-ID"));
    let appauth = place(&|node| matches!(node, Node::Characteristic(c) if c.kind == "APPAUTH"));
    if let (Some(provider), Some(appauth)) = (provider, appauth)
        && appauth < provider
    {
        facts.add(Fact::W7Order, "provider-id-after-appauth");
    }
    for appauth in account.children().filter(|child| child.kind == "APPAUTH") {
        let place = |name: &str| appauth.parms().position(|parm| parm.name == name);
        let rest = ["AAUTHNAME", "AAUTHSECRET", "AAUTHDATA"];
        let first = rest.iter().filter_map(|name| place(name)).min();
        for (name, word) in [
            ("AAUTHLEVEL", "level-not-first"),
            ("AAUTHTYPE", "type-late"),
        ] {
            if let (Some(at), Some(first)) = (place(name), first)
                && first < at
            {
                facts.add(Fact::W7Order, word);
            }
        }
    }
}

/// Which level names the server: its name is the PROVIDER-ID.
fn level_meaning(account: &Characteristic<'_>) -> Option<&'static str> {
    let provider = account.value("PROVIDER-ID").filter(|id| !id.is_empty())?;
    let names = |level: &str| {
        account
            .children()
            .filter(|child| child.value("AAUTHLEVEL") == Some(level))
            .any(|child| child.value("AAUTHNAME") == Some(provider))
    };
    match (names("CLIENT"), names("APPSRV")) {
        (true, false) => Some("oma"),
        (false, true) => Some("swapped"),
        _ => None,
    }
}
