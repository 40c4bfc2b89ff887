//! A provisioning document as its receiver takes it (WAP-185 §5).

use super::{BootstrapProfile, Context, Incoming, Levels, ReadError, Received, rules};
use crate::bytes::ascii::are_digits;
use crate::document::cp::rules::{Report, shown};
use crate::document::cp::schema::{self, CharacteristicDef, Kind, Occurs};
use crate::document::cp::{Characteristic, Document, Node, rewrite};
use crate::document::dm::map::{MapOptions, Places, map};
use crate::finding::Position;

/// More than this from one document helps nobody.
const MAX_FINDINGS: usize = 256;

pub(super) fn read(octets: &[u8], is_xml: bool, levels: Levels) -> Result<Received, ReadError> {
    let text = std::str::from_utf8(octets).unwrap_or_default();
    let position = |offset| match is_xml {
        true => Position::in_text(text, offset),
        false => Position::Offset(offset),
    };
    let parsed = match is_xml {
        true => Document::from_xml(octets)?,
        false => Document::from_wbxml(octets)?,
    };
    let mut document = parsed.document;
    if let Some(version) = &document.version {
        let major = version.as_str().split('.').next();
        if major != Some("1") {
            let version = version.as_str().chars().take(20).collect();
            return Err(ReadError::Version(version));
        }
    }
    let mut findings = parsed.findings;
    let mut report = Report::new(&position, MAX_FINDINGS);
    heed(&mut document, &mut report);
    let context = context(&document);
    // It is kept as the context
    document
        .characteristics
        .retain(|characteristic| characteristic.kind != "BOOTSTRAP");
    findings.extend(report.finish());
    rewrite(&mut document, None, levels);
    let options = MapOptions {
        places: Places::TREE,
        ..MapOptions::default()
    };
    let mapped = map(&document, &options, position);
    findings.extend(mapped.findings);
    let objects = mapped.objects.into_iter().map(|object| Incoming {
        kind: object.kind,
        uri: object.uri,
        node: object.node,
        in_inbox: true,
    });
    Ok(Received {
        profile: BootstrapProfile::Cp,
        objects: objects.collect(),
        context: Some(context),
        findings,
    })
}

/// The first BOOTSTRAP that says whom to trust, else the first. Without PROVURL, and so without
/// BOOTSTRAP, a context of its own comes about (WAP-184 §5.1).
fn context(document: &Document<'_>) -> Context {
    let contexts = document.of_kind("BOOTSTRAP").map(|bootstrap| {
        let provurl = bootstrap.value("PROVURL").filter(|url| !url.is_empty());
        let allow = bootstrap.value("CONTEXT-ALLOW");
        Context {
            provurl: provurl.map(str::to_owned),
            // What is no such number was dropped before
            allow: allow.and_then(|text| text.parse().ok()).unwrap_or(0),
            privileged: provurl.is_some() || allow.is_some(),
        }
    });
    let contexts: Vec<_> = contexts.collect();
    let first = contexts.iter().position(|context| context.privileged);
    let context = contexts.into_iter().nth(first.unwrap_or(0));
    context.unwrap_or_default()
}

/// Leaves out what a receiver ignores.
fn heed(document: &mut Document<'_>, report: &mut Report<'_>) {
    let mut children = append(std::mem::take(&mut document.characteristics));
    limit_children(&schema::ROOT, &mut children, report);
    let bearers = |characteristic: &Characteristic<'_>| {
        let mut parms = characteristic.parms();
        characteristic.kind == "NAPDEF" && parms.any(|parm| parm.name == "BEARER")
    };
    children.retain_mut(|characteristic| {
        let had = bearers(characteristic);
        parts(characteristic, report);
        let usable = !had || bearers(characteristic);
        if !usable {
            let remedy = "it is ignored; name a bearer that devices have";
            let found = "a NAPDEF without a bearer that is known";
            report.add(&rules::UNUSABLE, characteristic.at, found, "one", remedy);
        }
        usable
    });
    let mut names = Vec::new();
    children.retain(|characteristic| first_of_name(characteristic, &mut names, report));
    access_points(&mut children, report);
    proxies(&mut children, report);
    document.characteristics = children;
}

/// A PXLOGICAL of a PROXY-ID that was there adds to the first, and its PXPHYSICAL of an id that was there
/// to that; what is said twice then is one too many (WAP-185 §5.1, §6.2).
// Recursion is two deep
fn append(children: Vec<Characteristic<'_>>) -> Vec<Characteristic<'_>> {
    let mut kept: Vec<Characteristic<'_>> = Vec::new();
    for child in children {
        let named = match &*child.kind {
            "PXLOGICAL" => Some("PROXY-ID"),
            "PXPHYSICAL" => Some("PHYSICAL-PROXY-ID"),
            _ => None,
        };
        let named = named.and_then(|parm| Some((parm, child.value(parm)?.to_owned())));
        let first = named.as_ref().and_then(|(parm, id)| {
            let mut before = kept.iter_mut();
            before.find(|other| other.kind == child.kind && other.value(parm) == Some(id))
        });
        match (first, named) {
            (Some(first), Some((parm, _))) => {
                let is_id = |node: &Node<'_>| matches!(node, Node::Parm(p) if p.name == parm);
                let more = child.nodes.into_iter().filter(|node| !is_id(node));
                first.nodes.extend(more);
            }
            _ => kept.push(child),
        }
    }
    for logical in kept.iter_mut().filter(|child| child.kind == "PXLOGICAL") {
        let (parms, children): (Vec<_>, Vec<_>) = std::mem::take(&mut logical.nodes)
            .into_iter()
            .partition(|node| matches!(node, Node::Parm(_)));
        let children = children.into_iter().filter_map(|node| match node {
            Node::Characteristic(child) => Some(child),
            Node::Parm(_) => None,
        });
        logical.nodes = parms;
        let children = append(children.collect()).into_iter();
        logical.nodes.extend(children.map(Node::Characteristic));
    }
    kept
}

fn max(occurs: Occurs) -> Option<usize> {
    match occurs {
        Occurs::Once | Occurs::Expected | Occurs::Optional => Some(1),
        Occurs::AtMost(max) => Some(max),
        Occurs::Any | Occurs::AtLeastOnce | Occurs::ExpectedOften => None,
    }
}

fn limit_children<'a>(
    def: &CharacteristicDef,
    children: &mut Vec<Characteristic<'a>>,
    report: &mut Report<'_>,
) {
    let mut seen: Vec<String> = Vec::new();
    children.retain(|child| {
        let occurs = def.children.iter().find(|(kind, _)| *kind == child.kind);
        let limit = occurs.and_then(|(_, occurs)| max(*occurs));
        let before = seen.iter().filter(|kind| **kind == *child.kind).count();
        seen.push(child.kind.to_string());
        let fits = limit.is_none_or(|limit| before < limit);
        if !fits {
            again(&child.kind, child.at, report);
        }
        fits
    });
}

fn again(name: &str, at: crate::document::cp::At, report: &mut Report<'_>) {
    report.add(
        &rules::FIRST_WINS,
        at,
        format!("{} once more", shown(name)),
        "it once",
        "the first one holds; leave out the others",
    );
}

/// Leaves out parms and characteristics that are one too many, and parms with unknown values.
// Recursion is bounded by the depth of documents, which the readers limit
fn parts(characteristic: &mut Characteristic<'_>, report: &mut Report<'_>) {
    let kind = characteristic.kind.to_string();
    let Some(def) = schema::characteristic(&kind).filter(|def| !def.open) else {
        return;
    };
    let appid = characteristic.appid().map(str::to_owned);
    let mut seen: Vec<String> = Vec::new();
    characteristic.nodes.retain_mut(|node| match node {
        Node::Characteristic(child) => {
            let occurs = def.children.iter().find(|(kind, _)| *kind == child.kind);
            let limit = occurs.and_then(|(_, occurs)| max(*occurs));
            let before = seen.iter().filter(|name| **name == *child.kind).count();
            seen.push(child.kind.to_string());
            if limit.is_some_and(|limit| before >= limit) {
                again(&child.kind, child.at, report);
                return false;
            }
            parts(child, report);
            true
        }
        Node::Parm(parm) => {
            let Some(def) = schema::parm_def(&kind, appid.as_deref(), &parm.name) else {
                return true;
            };
            // Who reads credentials of an unknown level decides what they are for
            let judged = parm.name != "AAUTHLEVEL";
            if let Some(value) = parm.value.as_ref().filter(|_| judged)
                && !is_known(def.kind, value.as_str())
            {
                report.add(
                    &rules::VALUE,
                    parm.at,
                    format!("{} {}", parm.name, shown(value.as_str())),
                    "a value that the parm has",
                    "the parm is ignored; correct its value",
                );
                return false;
            }
            let before = seen.iter().filter(|name| **name == *parm.name).count();
            seen.push(parm.name.to_string());
            let fits = max(def.occurs).is_none_or(|limit| before < limit);
            if !fits {
                again(&parm.name, parm.at, report);
            }
            fits
        }
    });
}

fn is_known(kind: Kind, value: &str) -> bool {
    let number = |text: &str, low: u32, high: u32| {
        text.parse().is_ok_and(|n: u32| (low..=high).contains(&n)) && are_digits(text.as_bytes())
    };
    match kind {
        Kind::Set(set) => set.contains(value) || set.respell(value).is_some(),
        Kind::Number(low, high) => number(value, low, high),
        Kind::Numbers(low, high) => value.split(',').all(|text| number(text.trim(), low, high)),
        _ => true,
    }
}

/// A NAPID is given to one NAPDEF, and a server has one account (WAP-185 §5.1).
fn first_of_name(
    characteristic: &Characteristic<'_>,
    names: &mut Vec<String>,
    report: &mut Report<'_>,
) -> bool {
    let parm = match &*characteristic.kind {
        "NAPDEF" => "NAPID",
        "APPLICATION" if characteristic.is_w7() => "PROVIDER-ID",
        _ => return true,
    };
    let Some(name) = characteristic.value(parm) else {
        return true;
    };
    let name = format!("{} {name}", characteristic.kind);
    if names.contains(&name) {
        again(&name, characteristic.at, report);
        return false;
    }
    names.push(name);
    true
}

/// A NAPDEF that nothing can refer to is ignored.
fn access_points(children: &mut Vec<Characteristic<'_>>, report: &mut Report<'_>) {
    children.retain(|nap| {
        let usable = nap.kind != "NAPDEF" || nap.value("NAPID").is_some();
        if !usable {
            let remedy = "it is ignored; give it a NAPID";
            let found = "a NAPDEF without a NAPID";
            report.add(&rules::UNUSABLE, nap.at, found, "a name", remedy);
        }
        usable
    });
}

/// A PXPHYSICAL without an access point that is left is ignored, and a PXLOGICAL without a
/// PXPHYSICAL.
fn proxies(children: &mut Vec<Characteristic<'_>>, report: &mut Report<'_>) {
    let naps: Vec<String> = children
        .iter()
        .filter(|child| child.kind == "NAPDEF")
        .filter_map(|nap| nap.value("NAPID").map(str::to_owned))
        .collect();
    let is_there = |name: &str| name == "INTERNET" || naps.iter().any(|nap| nap == name);
    children.retain_mut(|logical| {
        if logical.kind != "PXLOGICAL" {
            return true;
        }
        logical.nodes.retain(|node| {
            let Node::Characteristic(physical) = node else {
                return true;
            };
            let mut references = physical.parms().filter(|parm| parm.name == "TO-NAPID");
            let usable = physical.kind != "PXPHYSICAL"
                || references.any(|parm| {
                    let name = parm.value.as_ref();
                    name.is_some_and(|name| is_there(name.as_str()))
                });
            if !usable {
                report.add(
                    &rules::UNUSABLE,
                    physical.at,
                    "a PXPHYSICAL without an access point",
                    "TO-NAPID that names a NAPDEF of the document",
                    "it is ignored; correct the reference",
                );
            }
            usable
        });
        let usable = logical.children().any(|child| child.kind == "PXPHYSICAL");
        if !usable {
            report.add(
                &rules::UNUSABLE,
                logical.at,
                "a PXLOGICAL without a PXPHYSICAL that can be used",
                "at least one",
                "it is ignored; give it one with an access point",
            );
        }
        usable
    });
}
