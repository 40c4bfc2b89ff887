//! Addresses and bearers in the objects of a message. The rules for provisioning documents judge
//! those of parms.

use super::account::Field;
use super::rules as r;
use super::values::{self, Pair};
use crate::document::cp::rules::{Report, address_form, example_url, shown};
use crate::document::dm::map::tables::BEARERS;
use crate::document::dm::rules::ObjectKind;
use crate::document::dm::rules::objects::Object;
use crate::document::dm::rules::view::View;

pub(super) fn check(objects: &[Object<'_, '_>], report: &mut Report<'_>) {
    for object in objects {
        match object.kind {
            ObjectKind::DmAcc => {
                let places = object.node.find("AppAddr");
                for place in places.map_or(&[][..], |node| &node.nodes) {
                    address(place, "DMAcc", report);
                }
            }
            ObjectKind::Nap => {
                address(object.node, "NAP", report);
                bearer(object.node, report);
            }
            ObjectKind::Proxy => {
                address(object.node, "Proxy", report);
                let field = object.node.find("Addr").and_then(Field::of_node);
                values::proxy("Addr", field, "Ports/<X>/PortNbr", report);
            }
        }
    }
}

fn address(node: &View<'_>, place: &str, report: &mut Report<'_>) {
    let field = |name| node.find(name).and_then(Field::of_node);
    let pair = Pair {
        place,
        names: ("Addr", "AddrType"),
        address: field("Addr"),
        addrtype: field("AddrType"),
    };
    values::mixed_up(&pair, report);
    let Some(address) = pair.address else { return };
    if address.text.is_empty() {
        report.add(
            &r::ADDRESS_EMPTY,
            address.at,
            format!("an empty Addr in a {place}"),
            "an address",
            "write it; without one the object leads nowhere",
        );
        return;
    }
    let addrtype = pair.addrtype.map(|field| field.text);
    let dotted = |octet: u8| octet.is_ascii_digit() || octet == b'.';
    let kind = match addrtype {
        Some(text) => text.to_ascii_uppercase(),
        // Proxy has no node for it, and nothing else looks like that
        None if place == "Proxy" && address.text.bytes().all(dotted) => "IPV4".to_owned(),
        None => String::new(),
    };
    let (expected, remedy) = match kind.as_str() {
        "URI" | "" if place == "DMAcc" => {
            if address.text.contains("://") {
                return;
            }
            let url = example_url(address.text);
            (
                "the URL of the DM server",
                format!("write the scheme and the host, e.g. {url}"),
            )
        }
        kind => match address_form(kind) {
            Some((expected, fits)) if !fits(address.text) => (
                expected,
                match addrtype {
                    Some(_) => "write the AddrType that the address has, or correct the address",
                    None => "correct the address",
                }
                .to_owned(),
            ),
            _ => return,
        },
    };
    let because = match addrtype {
        Some(kind) => format!("as AddrType says {}", shown(kind)),
        None if place == "Proxy" => "as its digits and dots say".to_owned(),
        None => "as AddrType is absent, which means URI".to_owned(),
    };
    report.add(
        &r::ADDRESS_FORM,
        address.at,
        format!("Addr {}", shown(address.text)),
        format!("{expected}, {because}"),
        remedy,
    );
}

/// The name that a bearer has in provisioning documents.
fn bearer(nap: &View<'_>, report: &mut Report<'_>) {
    let Some(node) = nap.find("BearerType") else {
        return;
    };
    let text = node.text().unwrap_or_default();
    let mut known = BEARERS.iter();
    if let Some((_, bearer)) = known.find(|(cp, _)| cp.eq_ignore_ascii_case(text)) {
        report.add(
            &r::BEARER_NAME,
            node.at,
            format!("BearerType {}", shown(text)),
            *bearer,
            format!(
                "write {bearer}; {} is its name in provisioning documents",
                shown(text)
            ),
        );
    }
}
