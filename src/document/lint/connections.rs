//! What accounts are reached through: references to access points and proxies, and those that
//! nobody uses.

use super::account::{Account, Field};
use super::rules as r;
use crate::document::cp::rules::{Report, shown};
use crate::document::cp::schema::{self, Kind};
use crate::document::cp::{Characteristic, Document};
use crate::document::dm::rules::ObjectKind;
use crate::document::dm::rules::objects::Object;
use crate::document::dm::rules::view::View;
use crate::document::dm::uri::absolute;
use std::collections::{HashMap, HashSet};

/// Stands for any access point with that flag, or for the device's own.
const INTERNET: &str = "INTERNET";

/// What a text is, if it is no identifier of the kind that a reference needs.
struct Place<'d> {
    parm: &'static str,
    kind: &'static str,
    /// The identifier that is meant.
    id: Option<&'d str>,
}

/// The identifiers of a kind, and what else its characteristics are called.
#[derive(Default)]
struct Known<'d> {
    ids: HashSet<&'d str>,
    others: HashMap<&'d str, Place<'d>>,
}

impl<'d> Known<'d> {
    fn add(
        &mut self,
        kind: &'static str,
        id: Option<&'d str>,
        others: &[(&'static str, Option<&'d str>)],
    ) {
        self.ids.extend(id);
        for (parm, text) in others {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                self.others.entry(text).or_insert(Place { parm, kind, id });
            }
        }
    }
}

/// Whether a document brings anything to be reached through.
pub(super) fn of_document(document: &Document<'_>, symbolic: bool, report: &mut Report<'_>) {
    let (mut naps, mut proxies) = (Known::default(), Known::default());
    for napdef in document.of_kind("NAPDEF") {
        let others = ["NAP-ADDRESS", "NAME"].map(|parm| (parm, napdef.value(parm)));
        naps.add("NAPDEF", napdef.value("NAPID"), &others);
    }
    for proxy in document.of_kind("PXLOGICAL") {
        let id = proxy.value("PROXY-ID");
        proxies.add("PXLOGICAL", id, &[("NAME", proxy.value("NAME"))]);
        for physical in proxy.children().filter(|c| c.kind == "PXPHYSICAL") {
            let others = ["PHYSICAL-PROXY-ID", "PXADDR"].map(|parm| (parm, physical.value(parm)));
            proxies.add("PXLOGICAL", None, &others.map(|(parm, text)| (parm, text)));
            for (_, text) in others {
                if let Some(place) = text.and_then(|text| proxies.others.get_mut(text)) {
                    place.id = place.id.or(id);
                }
            }
        }
    }
    let marked = |napdef: &&Characteristic<'_>| napdef.parm("INTERNET").is_some();
    let (mut used, mut dangling) = (HashSet::new(), false);
    document.visit(&mut |place: &Characteristic<'_>| {
        for parm in place.parms() {
            let kind = schema::parm_def(&place.kind, None, &parm.name).map(|def| def.kind);
            let (own, other, other_name) = match kind {
                Some(Kind::NapidReference) => (&naps, &proxies, "TO-PROXY"),
                Some(Kind::ProxyReference) => (&proxies, &naps, "TO-NAPID"),
                _ => continue,
            };
            let Some(field) = Field::of_parm(parm, symbolic).filter(|f| !f.text.is_empty()) else {
                continue;
            };
            used.insert(field.text.to_owned());
            if kind == Some(Kind::NapidReference) && field.text == INTERNET {
                let mut napdefs = document.of_kind("NAPDEF").peekable();
                if napdefs.peek().is_some() && !napdefs.any(|napdef| marked(&napdef)) {
                    report.add(
                        &r::INTERNET_UNMARKED,
                        field.at,
                        format!(
                            "{} INTERNET, but no NAPDEF with the flag INTERNET",
                            parm.name
                        ),
                        "<parm name=\"INTERNET\"/> in the NAPDEF that is meant",
                        "add the flag, or write the NAPID of that NAPDEF here",
                    );
                }
                continue;
            }
            if own.ids.contains(field.text) {
                continue;
            }
            dangling = true;
            if other.ids.contains(field.text) {
                report.add(
                    &r::REFERENCE_MIXED_UP,
                    field.at,
                    format!(
                        "{} {}, which {other_name} could name",
                        parm.name,
                        shown(field.text)
                    ),
                    format!("{other_name} {}", shown(field.text)),
                    format!("rename the parm to {other_name}"),
                );
            } else if let Some(place) = own.others.get(field.text) {
                let id = place.id.unwrap_or_default();
                report.add(
                    &r::REFERENCE_MIXED_UP,
                    field.at,
                    format!(
                        "{} {}, which is the {} of a {}",
                        parm.name,
                        shown(field.text),
                        place.parm,
                        place.kind
                    ),
                    format!("{}, its identifier", shown(id)),
                    format!(
                        "write {}; receivers look for the identifier only",
                        shown(id)
                    ),
                );
            }
        }
    });
    // Applications without references use what there is, and ACCESS has rules of its own
    let refers = |application: &Characteristic<'_>| {
        let reference = |name: &str| matches!(name, "TO-NAPID" | "TO-PROXY");
        application.parms().any(|parm| reference(&parm.name))
    };
    let mut applications = document.of_kind("APPLICATION").peekable();
    let all_refer = applications.peek().is_some() && applications.all(refers);
    if dangling || !all_refer || document.of_kind("ACCESS").next().is_some() {
        return;
    }
    let unused = |place: &&Characteristic<'_>, id: &str| {
        place.value(id).is_some_and(|id| !used.contains(id))
    };
    let napdefs = document.of_kind("NAPDEF");
    for napdef in napdefs.filter(|napdef| !marked(napdef) && unused(napdef, "NAPID")) {
        report.add(
            &r::ACCESS_POINT_UNUSED,
            napdef.at,
            format!(
                "NAPDEF {}, which nothing names",
                shown(napdef.value("NAPID").unwrap_or_default())
            ),
            "a TO-NAPID that names it, or the flag INTERNET",
            "name it where it is needed, or remove it",
        );
    }
    for proxy in document
        .of_kind("PXLOGICAL")
        .filter(|proxy| unused(proxy, "PROXY-ID"))
    {
        report.add(
            &r::ACCESS_POINT_UNUSED,
            proxy.at,
            format!(
                "PXLOGICAL {}, which nothing names",
                shown(proxy.value("PROXY-ID").unwrap_or_default())
            ),
            "a TO-PROXY that names it",
            "name it where it is needed, or remove it",
        );
    }
}

/// The same for the objects of a message.
pub(super) fn of_objects(
    objects: &[Object<'_, '_>],
    nodes: &[View<'_>],
    accounts: &[Account<'_>],
    report: &mut Report<'_>,
) {
    if accounts.is_empty() || !accounts.iter().all(|account| account.refers) {
        return;
    }
    let mut known = HashSet::new();
    for node in nodes {
        node.each(&mut |node| {
            known.extend(node.uri.clone());
        });
    }
    let mut used = HashSet::new();
    for object in objects {
        let preferred = object.node.find("PrefConRef").and_then(View::text);
        let references = object.each_text("ToConRef", "ConRef").chain(preferred);
        used.extend(references.filter(|text| !text.is_empty()).map(absolute));
    }
    if used.iter().any(|uri| !known.contains(uri)) {
        return;
    }
    let connections = objects.iter().filter(|o| o.kind != ObjectKind::DmAcc);
    for object in connections {
        // Too deep to be named
        let Some(uri) = &object.node.uri else {
            continue;
        };
        if used.contains(uri) {
            continue;
        }
        report.add(
            &r::ACCESS_POINT_UNUSED,
            object.node.at,
            format!("{}, which nothing names", shown(uri)),
            "a PrefConRef or ToConRef/<X>/ConRef that names it",
            "name it where it is needed, or remove it",
        );
    }
}
