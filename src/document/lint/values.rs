//! Values that stand in the wrong parm, and texts that were copied from somewhere.

use super::account::Field;
use super::rules as r;
use crate::bytes::ascii::are_digits;
use crate::document::cp::rules::{ADDRESS_PAIRS, Report, shown};
use crate::document::cp::{Characteristic, Document, schema, url};
use crate::document::dm::rules::view::View;
use crate::secret::names_secret;
use std::net::IpAddr;

/// Types of addresses, as they are written in any of the parms for one.
const TYPES: [&str; 10] = [
    "IPV4",
    "IPV6",
    "E164",
    "ALPHA",
    "APN",
    "SCODE",
    "TETRA-ITSI",
    "MAN",
    "URI",
    "FQDN",
];

pub(super) fn of_document(document: &Document<'_>, symbolic: bool, report: &mut Report<'_>) {
    document.visit(&mut |place: &Characteristic<'_>| {
        for (kind, address, addrtype) in ADDRESS_PAIRS {
            if place.kind == kind {
                let field = |name: &str| Field::of_parm(place.parm(name)?, symbolic);
                let pair = Pair {
                    place: &place.kind,
                    names: (address, addrtype),
                    address: field(address),
                    addrtype: field(addrtype),
                };
                mixed_up(&pair, report);
            }
        }
        match &*place.kind {
            "NAPDEF" => napid(place, symbolic, report),
            "APPLICATION" => service(place, symbolic, report),
            "PXPHYSICAL" => {
                let field = place.parm("PXADDR");
                let field = field.and_then(|parm| Field::of_parm(parm, symbolic));
                let port = "a PORT characteristic with PORTNBR";
                proxy("PXADDR", field, port, report);
            }
            _ => {}
        }
        let appid = place.appid().filter(|_| place.kind == "APPLICATION");
        for parm in place.parms() {
            let Some(field) = Field::of_parm(parm, symbolic) else {
                continue;
            };
            let public = schema::sensitivity(&place.kind, appid, &parm.name);
            text(
                &parm.name,
                field,
                public == schema::Sensitivity::Public,
                report,
            );
            let is_address = matches!(
                &*parm.name,
                "NAP-ADDRESS" | "LOCAL-ADDR" | "PXADDR" | "ADDR" | "DNS-ADDR"
            );
            if is_address {
                leading_zeros(&parm.name, field, report);
            }
        }
    });
}

pub(super) fn of_nodes(nodes: &[View<'_>], report: &mut Report<'_>) {
    for node in nodes {
        node.each(&mut |node| {
            let Some(value) = node.text() else { return };
            let field = Field {
                text: value,
                at: node.at,
                open: false,
            };
            // Vendors' nodes hold secrets too, and names are spelt in other ways
            let public = schema::sensitivity("", None, node.name) == schema::Sensitivity::Public;
            text(node.name, field, public, report);
            if matches!(node.name, "Addr" | "IPAddr" | "Gateway") {
                leading_zeros(node.name, field, report);
            }
        });
    }
}

/// An address and its type, in whatever document they stand.
pub(super) struct Pair<'d> {
    /// The characteristic or object that they belong to.
    pub place: &'d str,
    /// What the two are called.
    pub names: (&'static str, &'static str),
    pub address: Option<Field<'d>>,
    pub addrtype: Option<Field<'d>>,
}

/// One of the two stands where the other belongs.
pub(super) fn mixed_up(pair: &Pair<'_>, report: &mut Report<'_>) {
    let (address, addrtype) = pair.names;
    let written = pair.address.and_then(Field::known);
    let written = written.filter(|text| !text.is_empty() && !is_type(text));
    if let Some((text, at)) = pair
        .addrtype
        .and_then(|field| Some((field.known()?, field.at)))
        && !text.is_empty()
        && !is_type(text)
        && (looks_like_address(text) || written.is_some_and(|name| names_access_point(pair, name)))
    {
        let kind = kind_of(pair.place, written.unwrap_or(text));
        let holds_it = pair
            .address
            .is_some_and(|field| field.open || !is_type(field.text));
        report.add(
            &r::TYPE_HOLDS_ADDRESS,
            at,
            match looks_like_address(text) || written == Some(text) {
                true => format!("the address {} in {addrtype}", shown(text)),
                false => format!("{} in {addrtype}, which is no kind of address", shown(text)),
            },
            format!("the kind of address: {kind}"),
            match holds_it {
                true => format!("write {kind} into {addrtype}"),
                false => format!("write {kind} into {addrtype}, and the address into {address}"),
            },
        );
    }
    if let Some((text, at)) = pair
        .address
        .and_then(|field| Some((field.known()?, field.at)))
        && is_type(text)
    {
        report.add(
            &r::ADDRESS_HOLDS_TYPE,
            at,
            format!("{} in {address}, which is a kind of address", shown(text)),
            "the address itself",
            match pair.addrtype.is_none() && pair.place == "Proxy" {
                // It has no node for one
                true => format!("put the address into {address}"),
                false => format!("put the address into {address}, and its kind into {addrtype}"),
            },
        );
    }
}

/// Whether the address of an access point is a name, as that of a packet network is.
fn names_access_point(pair: &Pair<'_>, address: &str) -> bool {
    let of_napdef = matches!(pair.names, ("NAP-ADDRESS", _));
    (of_napdef || pair.place == "NAP")
        && !address.contains("://")
        && kind_of(pair.place, address) == "APN"
}

/// The type to write for an address.
fn kind_of(place: &str, text: &str) -> &'static str {
    let of_account = place == "DMAcc";
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) if of_account => return "IPv4",
        Ok(IpAddr::V6(_)) if of_account => return "IPv6",
        Ok(IpAddr::V4(_)) => return "IPV4",
        Ok(IpAddr::V6(_)) => return "IPV6",
        // DMAcc has no other
        Err(_) if of_account => return "URI",
        Err(_) => {}
    }
    let digits = text.strip_prefix('+').unwrap_or(text);
    match place {
        _ if are_digits(digits.as_bytes()) => "E164",
        "NAPDEF" | "NAP" => "APN",
        "PXPHYSICAL" => "ALPHA",
        _ if text.contains("://") => "URI",
        _ => "FQDN",
    }
}

fn is_type(text: &str) -> bool {
    TYPES.iter().any(|known| known.eq_ignore_ascii_case(text))
}

/// Has what only addresses have: dots, colons, or nothing but digits.
fn looks_like_address(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let dialled = digits.len() > 3 && are_digits(digits.as_bytes());
    // `V.110` and its like are values of another set
    dialled || text.len() > 5 && text.contains(['.', ':'])
}

/// An access point name in NAPID while NAP-ADDRESS has none.
fn napid(napdef: &Characteristic<'_>, symbolic: bool, report: &mut Report<'_>) {
    let field = |name: &str| Field::of_parm(napdef.parm(name)?, symbolic);
    let (Some(id), Some(address)) = (field("NAPID"), field("NAP-ADDRESS")) else {
        return;
    };
    if napdef.value("NAP-ADDRTYPE") != Some("APN") {
        return;
    }
    let (Some(id_text), Some(address_text)) = (id.known(), address.known()) else {
        return;
    };
    if id_text.contains('.') && !address_text.contains('.') && !id_text.contains("://") {
        report.add(
            &r::APN_IN_NAPID,
            id.at,
            format!(
                "NAPID {} beside NAP-ADDRESS {}",
                shown(id_text),
                shown(address_text)
            ),
            format!(
                "NAP-ADDRESS {}, if that is the access point name",
                shown(id_text)
            ),
            "exchange them if so, and name the NAPID in TO-NAPID; the network knows the access \
             point by NAP-ADDRESS alone",
        );
    }
}

/// An APPLICATION that has what a DM account has, and an APPID that nobody knows.
fn service(application: &Characteristic<'_>, symbolic: bool, report: &mut Report<'_>) {
    let field = application.parm("APPID");
    let field = field.and_then(|parm| Field::of_parm(parm, symbolic));
    let Some((appid, at)) = field.and_then(|field| Some((field.known()?, field.at))) else {
        return;
    };
    let has_level = |child: &Characteristic<'_>| {
        child.kind == "APPAUTH" && matches!(child.value("AAUTHLEVEL"), Some("APPSRV" | "CLIENT"))
    };
    if schema::service(appid).is_none()
        && application.parm("PROVIDER-ID").is_some()
        && application.children().any(has_level)
    {
        report.add(
            &r::APPID_OTHER,
            at,
            format!(
                "APPID {} beside PROVIDER-ID and AAUTHLEVEL, as DM accounts have them",
                shown(appid)
            ),
            "w7, the APPID of OMA DM",
            "write w7, unless it is another service; clients set up no DM account without it",
        );
    }
}

/// A proxy's address with a scheme, a port or a path.
pub(super) fn proxy(name: &str, field: Option<Field<'_>>, port: &str, report: &mut Report<'_>) {
    let Some((text, at)) = field.and_then(|field| Some((field.known()?, field.at))) else {
        return;
    };
    let is_ipv6 = text.matches(':').count() > 1 && !text.contains("://");
    if text.contains('/') || text.contains(':') && !is_ipv6 {
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = url::host(rest);
        report.add(
            &r::PROXY_ADDRESS,
            at,
            format!("{name} {}", shown(text)),
            format!("{} alone", shown(host)),
            format!("put the port into {port}, and leave scheme and path out"),
        );
    }
}

fn leading_zeros(name: &str, field: Field<'_>, report: &mut Report<'_>) {
    let Some(text) = field.known() else { return };
    let host = text.split_once("://").map(|(_, rest)| url::host(rest));
    let ip = host.unwrap_or(text);
    let parts: Vec<&str> = ip.split('.').take(5).collect();
    let digits = |part: &&str| (1..=3).contains(&part.len()) && are_digits(part.as_bytes());
    let is_ip = parts.len() == 4 && parts.iter().all(digits);
    if is_ip
        && parts
            .iter()
            .any(|part| part.len() > 1 && part.starts_with('0'))
    {
        let plain = |part: &&str| match part.trim_start_matches('0') {
            "" => "0".to_owned(),
            rest => rest.to_owned(),
        };
        let expected: Vec<String> = parts.iter().map(plain).collect();
        report.add(
            &r::LEADING_ZEROS,
            field.at,
            format!("{name} {}", shown(ip)),
            expected.join("."),
            "leave the zeros out; some programs take such numbers for octal",
        );
    }
}

/// What shows that a text was copied. A secret is not quoted.
fn text(name: &str, field: Field<'_>, public: bool, report: &mut Report<'_>) {
    let Some(text) = field.known() else { return };
    let quoted = || match public {
        true => format!("{} {}", shown(name), shown(text)),
        false => format!("{} of {} characters", shown(name), text.chars().count()),
    };
    let blank = |c: char| c.is_whitespace();
    if text.starts_with(blank) || text.ends_with(blank) {
        report.add(
            &r::BLANKS,
            field.at,
            format!("{} with white space at its begin or end", quoted()),
            "none",
            "remove it; receivers take it as a part of the value",
        );
    // A nonce is Base64, which has a rule of its own, or any octets
    } else if names_secret(name) && !name.eq_ignore_ascii_case("AAUTHDATA") && is_broken(text) {
        report.add(
            &r::BLANKS,
            field.at,
            format!("{} with white space in it", quoted()),
            "none",
            "join the parts, if a program that breaks lines has parted them; receivers take it as a \
             part of the value",
        );
    }
    if let Some(character) = text.chars().find(|&c| is_typographic(c)) {
        report.add(
            &r::COPIED_CHARACTERS,
            field.at,
            format!("U+{:04X} in {}", u32::from(character), shown(name)),
            "plain characters",
            "type the value anew; web pages and word processors replace quotes, hyphens and blanks \
             by look-alikes",
        );
    }
    if is_placeholder(text) {
        report.add(
            &r::PLACEHOLDER,
            field.at,
            format!("{}, which looks like the gap of a template", quoted()),
            "the real value",
            "fill it in",
        );
    }
}

/// Quotes, blanks and hyphens that programs for prose put in, and what nobody sees.
fn is_typographic(character: char) -> bool {
    matches!(character,
        '\u{A0}' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2010}'..='\u{2015}'
        | '\u{2018}'..='\u{201F}' | '\u{2028}'..='\u{202F}' | '\u{2060}' | '\u{FEFF}')
}

/// Parted by the end of a line, which is a blank in an attribute, with or without an indentation
/// behind it. The words of a phrase are more than two.
fn is_broken(text: &str) -> bool {
    let mut parts = text.split(char::is_whitespace);
    let single = text.matches(char::is_whitespace).count() == 1;
    single || !text.is_empty() && parts.any(str::is_empty)
}

/// What templates have gaps for, in lower case and without what stands between the words.
const GAPS: [&str; 20] = [
    "apn",
    "devicekey",
    "deviceid",
    "email",
    "esn",
    "host",
    "iccid",
    "imei",
    "imsi",
    "mac",
    "meid",
    "msisdn",
    "nonce",
    "password",
    "pin",
    "secret",
    "serial",
    "server",
    "user",
    "username",
];

/// Octets of the longest of them, with what may stand between words and behind.
const MAX_GAP: usize = 16;

/// A gap in single marks, which stand in passwords and paths too: it has to have a known name.
fn has_known_gap(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_gap = |name: &str| {
        let letters: String = name.chars().filter(|c| !"_- ".contains(*c)).collect();
        GAPS.contains(&&*letters)
    };
    let marks = [
        ('{', Some('}')),
        ('[', Some(']')),
        ('%', Some('%')),
        ('$', None),
    ];
    marks.into_iter().any(|(open, close)| {
        lower.match_indices(open).any(|(at, mark)| {
            let rest = &lower[at + mark.len()..];
            // No name is longer, and a long text may have many marks
            let rest = &rest[..rest.floor_char_boundary(MAX_GAP)];
            match close {
                Some(close) => rest.split_once(close).is_some_and(|(name, _)| is_gap(name)),
                None => {
                    let other = |c: char| !c.is_ascii_alphabetic() && c != '_';
                    is_gap(rest.split(other).next().unwrap_or_default())
                }
            }
        })
    })
}

fn is_placeholder(text: &str) -> bool {
    let wrapped = [
        ("{{", "}}"),
        ("${", "}"),
        ("%%", "%%"),
        ("<", ">"),
        ("[[", "]]"),
    ];
    let within = |(open, close): &(&str, &str)| {
        let rest = text.find(open).and_then(|at| text.get(at + open.len()..));
        let inside = rest.and_then(|rest| rest.split_once(close));
        // `Joe <joe@example.org>` is an address
        inside.is_some_and(|(inside, _)| *open != "<" || !inside.contains('@'))
    };
    let words = [
        "todo",
        "tbd",
        "fixme",
        "your-server",
        "yourserver",
        "changeme",
        "change_me",
        "change-me",
        // What a web page has in place of an address that it hides
        "[email protected]",
        "[email\u{a0}protected]",
    ];
    let lower = text.to_ascii_lowercase();
    let yours = ["your_", "your-", "<your"];
    wrapped.iter().any(within)
        || has_known_gap(text)
        || yours.iter().any(|begin| lower.starts_with(begin))
        || words.iter().any(|word| lower == *word)
        || lower.contains("://your")
        || text.len() >= 3 && text.chars().all(|c| matches!(c, 'x' | 'X'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_what() {
        for text in [
            "internet.example",
            "10.0.0.1",
            "2001:db8::1",
            "+35808124002",
            "12345",
        ] {
            assert!(looks_like_address(text), "{text}");
        }
        for text in ["APN", "V.110", "IPV5", "GPRS", "123"] {
            assert!(!looks_like_address(text), "{text}");
        }
        for text in [
            "{{imsi}}",
            "https://${host}/",
            "xxxx",
            "TODO",
            "<your apn>",
            "http://yourhost/",
            "{imei}",
            "dev-[IMEI]",
            "%IMEI%",
            "$IMEI",
            "$imei-1",
            "YOUR_IMEI",
            "{Device_ID}",
            "CHANGEME",
            "[email protected]",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "internet",
            "a%%b",
            "{x}",
            "xx",
            "todos",
            "1 < 2",
            "Joe <joe@operator.example>",
            "imei",
            "$imeix",
            "%20imei%",
            "a$b",
            "[::1]",
            "yours",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
        for text in ["bD4tYw7nQe2    xKs9v", "bD4tYw7nQe2 xKs9v", "a\tb"] {
            assert!(is_broken(text), "{text}");
        }
        for text in ["bD4tYw7nQe2xKs9v", "correct horse battery", ""] {
            assert!(!is_broken(text), "{text}");
        }
    }
}
