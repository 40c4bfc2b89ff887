//! Addresses against the types that say what they are.

use super::super::model::{Characteristic, Document};
use super::super::schema;
use super::{self as r, Report, shown};
use crate::bytes::ascii::are_digits;
use std::net::Ipv6Addr;

/// Which parm of a characteristic holds an address and which its type.
pub(in crate::document) const PAIRS: [(&str, &str, &str); 5] = [
    ("NAPDEF", "NAP-ADDRESS", "NAP-ADDRTYPE"),
    ("NAPDEF", "LOCAL-ADDR", "LOCAL-ADDRTYPE"),
    ("PXPHYSICAL", "PXADDR", "PXADDRTYPE"),
    ("APPLICATION", "ADDR", "ADDRTYPE"),
    ("APPADDR", "ADDR", "ADDRTYPE"),
];

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    document.visit(&mut |characteristic: &Characteristic<'_>| {
        for (kind, address, addrtype) in PAIRS {
            if characteristic.kind == kind {
                address_form(characteristic, address, addrtype, report);
            }
        }
        if characteristic.is_w7() {
            let addresses = characteristic
                .children()
                .filter(|child| child.kind == "APPADDR")
                .chain([characteristic]);
            addresses.for_each(|place| server_url(place, report));
        }
    });
}

fn address_form(
    place: &Characteristic<'_>,
    address: &str,
    addrtype: &str,
    report: &mut Report<'_>,
) {
    let written = place.parm(addrtype);
    let default = schema::parm_def(&place.kind, None, addrtype).and_then(|def| def.default);
    let of_type = match written {
        Some(_) => place.value(addrtype),
        None => default,
    };
    let Some((expected, fits)) = of_type.and_then(form) else {
        return;
    };
    for parm in place.parms().filter(|parm| parm.name == address) {
        let Some(text) = parm.value.as_ref().map(|value| value.as_str()) else {
            continue;
        };
        if text.is_empty() || fits(text) {
            continue;
        }
        let of_type = of_type.unwrap_or_default();
        let because = match written {
            Some(_) => format!("as {addrtype} says {of_type}"),
            None => format!("as {addrtype} is absent, which means {of_type}"),
        };
        report.add(
            &r::ADDRESS_FORM,
            parm.at,
            format!("{address} {}", shown(text)),
            format!("{expected}, {because}"),
            format!("write the {addrtype} that the address has, or correct the address"),
        );
    }
}

/// A DM server is called by HTTP, so its address is a URL unless its type says otherwise.
fn server_url(place: &Characteristic<'_>, report: &mut Report<'_>) {
    if place
        .parm("ADDRTYPE")
        .is_some_and(|_| place.value("ADDRTYPE") != Some("URI"))
    {
        return;
    }
    for parm in place.parms().filter(|parm| parm.name == "ADDR") {
        let text = parm.value.as_ref().map_or("", |value| value.as_str());
        if !text.is_empty() && !text.contains("://") {
            report.add(
                &r::ADDRESS_FORM,
                parm.at,
                format!("ADDR {}", shown(text)),
                "the URL of the DM server",
                format!(
                    "write the scheme and the host, e.g. https://{}/",
                    example_host(text)
                ),
            );
        }
    }
}

/// What an example may show of an address without a scheme.
pub(in crate::document) fn example_host(text: &str) -> &str {
    let host = text.split('/').next().unwrap_or_default();
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b".-:".contains(&octet);
    match (1..=60).contains(&host.len()) && host.bytes().all(plain) {
        true => host,
        false => "dm.example",
    }
}

pub(in crate::document) type Fits = fn(&str) -> bool;

/// What an address of a type looks like; `None` where anything may be right.
pub(in crate::document) fn form(addrtype: &str) -> Option<(&'static str, Fits)> {
    Some(match addrtype {
        "IPV4" => ("an IPv4 address in decimal", is_ipv4),
        "IPV6" => ("an IPv6 address", is_ipv6),
        "E164" => ("a telephone number", is_dialled),
        "APN" => ("an access point name", is_apn),
        _ => return None,
    })
}

/// Leading zeros are frequent in real messages and mean decimal.
fn is_ipv4(text: &str) -> bool {
    let part = |part: &str| {
        (1..=3).contains(&part.len())
            && are_digits(part.as_bytes())
            && part.parse::<u16>().is_ok_and(|number| number <= 255)
    };
    text.split('.').count() == 4 && text.split('.').all(part)
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

/// Digits, pauses and what else keypads have.
fn is_dialled(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let dialled = |octet: u8| octet.is_ascii_digit() || b"*#pPwWtT,".contains(&octet);
    digits.bytes().any(|octet| octet.is_ascii_digit()) && digits.bytes().all(dialled)
}

/// The underscore is no part of a label (3GPP TS 23.003 §9.1), but operators use it.
fn is_apn(text: &str) -> bool {
    let fits = |octet: u8| octet.is_ascii_alphanumeric() || b".-_".contains(&octet);
    text.bytes().all(fits) && !is_ipv4(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (good, fits) in [
            ("203.162.021.107", is_ipv4 as fn(&str) -> bool),
            ("::ffff:192.0.2.1", is_ipv6),
            ("+35808124002", is_dialled),
            ("#777", is_dialled),
            ("0800,,123p4", is_dialled),
            ("internet.mnc001.mcc262.gprs", is_apn),
        ] {
            assert!(fits(good), "{good}");
        }
        for (bad, fits) in [
            ("192.0.2", is_ipv4 as fn(&str) -> bool),
            ("192.0.2.256", is_ipv4),
            ("192.0.2.+1", is_ipv4),
            ("proxy.example", is_ipv4),
            ("1::2::3", is_ipv6),
            ("internet", is_dialled),
            ("+", is_dialled),
            ("http://a", is_apn),
            ("192.0.2.1", is_apn),
        ] {
            assert!(!fits(bad), "{bad}");
        }
        assert_eq!(example_host("dm.example:80/x"), "dm.example:80");
        assert_eq!(example_host("a b"), "dm.example");
    }
}
