//! Addresses against the types that say what they are.

use super::super::model::{Characteristic, Document};
use super::super::schema;
use super::{self as r, Report, parm_meant, shown};
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
        if characteristic.kind == "NAPDEF" {
            name_servers(characteristic, report);
        }
        if characteristic.is_w7() {
            let addresses = characteristic
                .children()
                .filter(|child| child.kind == "APPADDR")
                .chain([characteristic]);
            addresses.for_each(|place| server_url(place, &DM, report));
        }
        if characteristic.kind == "APPLICATION"
            && matches!(characteristic.appid(), Some("w4" | "ap0005"))
        {
            server_url(characteristic, &MMS, report);
        }
    });
}

fn address_form(
    place: &Characteristic<'_>,
    address: &str,
    addrtype: &'static str,
    report: &mut Report<'_>,
) {
    let written = place.parm(addrtype);
    // One in other upper and lower case is a finding of its own
    if written.is_none() && parm_meant(place, addrtype).is_some() {
        return;
    }
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
        let remedy = match (type_of(place, addrtype, text), written) {
            (Some("ALPHA"), _) if address == "PXADDR" => {
                "write ALPHA into PXADDRTYPE, or the IP address here and the name into PXADDR-FQDN"
                    .to_owned()
            }
            (Some(kind), Some(_)) => {
                format!("write {kind} into {addrtype}, or correct the address")
            }
            (Some(kind), None) => {
                format!("add <parm name=\"{addrtype}\" value=\"{kind}\"/>, or correct the address")
            }
            (None, _) => {
                format!("write the {addrtype} that the address has, or correct the address")
            }
        };
        report.add(
            &r::ADDRESS_FORM,
            parm.at,
            format!("{address} {}", shown(text)),
            format!("{expected}, {because}"),
            remedy,
        );
    }
}

/// The type that an address has the form of, among those that its parm for the type takes.
fn type_of(place: &Characteristic<'_>, addrtype: &str, text: &str) -> Option<&'static str> {
    let is_name = |text: &str| is_apn(text) && text.bytes().any(|o| o.is_ascii_alphabetic());
    let types = schema::value_set(&place.kind, addrtype)?.values;
    let forms: [(&str, bool); 7] = [
        ("URI", text.contains("://")),
        ("IPV4", is_ipv4(text)),
        ("IPV6", is_ipv6(text)),
        ("E164", is_dialled(text)),
        ("APN", is_name(text)),
        ("FQDN", is_name(text)),
        ("ALPHA", is_name(text)),
    ];
    let mut forms = forms.into_iter();
    let known = |(kind, fits): &(&str, bool)| *fits && types.contains(kind);
    forms.find(known).map(|(kind, _)| kind)
}

/// They are asked for names, so nobody could ask for theirs.
fn name_servers(napdef: &Characteristic<'_>, report: &mut Report<'_>) {
    for parm in napdef.parms().filter(|parm| parm.name == "DNS-ADDR") {
        let text = parm.value.as_ref().map_or("", |value| value.as_str());
        if !text.is_empty() && !is_ipv4(text) && !is_ipv6(text) {
            report.add(
                &r::ADDRESS_FORM,
                parm.at,
                format!("DNS-ADDR {}", shown(text)),
                "an IPv4 or IPv6 address",
                "write the number of the name server, or leave the parm out; most networks tell it \
                 when a device connects",
            );
        }
    }
}

/// A server that has a URL for its address.
struct Server {
    what: &'static str,
    scheme: &'static str,
    host: &'static str,
}

const DM: Server = Server {
    what: "the URL of the DM server",
    scheme: "https",
    host: "dm.example",
};

const MMS: Server = Server {
    what: "the URL of the MMS server",
    scheme: "http",
    host: "mms.example",
};

/// A server that is called by HTTP has a URL for its address, unless its type says otherwise.
fn server_url(place: &Characteristic<'_>, server: &Server, report: &mut Report<'_>) {
    if place
        .parm("ADDRTYPE")
        .is_some_and(|_| place.value("ADDRTYPE") != Some("URI"))
    {
        return;
    }
    for parm in place.parms().filter(|parm| parm.name == "ADDR") {
        let text = parm.value.as_ref().map_or("", |value| value.as_str());
        if !text.is_empty() && !text.contains("://") {
            let example = url_of(text, server);
            report.add(
                &r::ADDRESS_FORM,
                parm.at,
                format!("ADDR {}", shown(text)),
                server.what,
                format!("write the scheme and the host, e.g. {example}"),
            );
        }
    }
}

/// The URL that an address of a DM server without a whole scheme may mean.
pub(in crate::document) fn example_url(text: &str) -> String {
    url_of(text, &DM)
}

fn url_of(text: &str, server: &Server) -> String {
    let scheme = ["https", "http"].into_iter().find(|scheme| {
        let begins = |begin: &str| begin.eq_ignore_ascii_case(scheme);
        let slip = text.get(scheme.len()..).unwrap_or_default();
        text.get(..scheme.len()).is_some_and(begins) && slip.starts_with([':', '/'])
    });
    let rest = &text[scheme.map_or(0, str::len)..];
    let rest = rest.trim_start_matches([':', '/']);
    let scheme = scheme.unwrap_or(server.scheme);
    // A user, a query and whatever else may be a secret
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b".-:/_~".contains(&octet);
    match (1..=60).contains(&rest.len()) && rest.bytes().all(plain) {
        true if rest.contains('/') => format!("{scheme}://{rest}"),
        true => format!("{scheme}://{rest}/"),
        false => format!("{scheme}://{}/", server.host),
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
    }

    #[test]
    fn urls_that_are_meant() {
        for (text, url) in [
            ("dm.example:443/dm", "https://dm.example:443/dm"),
            ("https:/dm.example/dm", "https://dm.example/dm"),
            ("http//dm.example", "http://dm.example/"),
            ("HTTPS:dm.example", "https://dm.example/"),
            ("httpbin.example", "https://httpbin.example/"),
            ("https", "https://https/"),
            ("a b", "https://dm.example/"),
            ("u:p@dm.example", "https://dm.example/"),
            ("dm.example/?k=v", "https://dm.example/"),
            ("https:/", "https://dm.example/"),
        ] {
            assert_eq!(example_url(text), url, "{text}");
        }
        assert_eq!(url_of("mms.a.example", &MMS), "http://mms.a.example/");
    }
}
