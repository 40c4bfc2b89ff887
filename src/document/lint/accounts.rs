//! Whether an account can work: the server's address, and the credentials of both sides.

use super::account::{Account, Address, Credentials, Side};
use super::rules as r;
use crate::document::cp::At;
use crate::document::cp::rules::{Report, shown};
use crate::document::cp::url;
use crate::document::dm::acl::is_server_id;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

pub(super) fn check(accounts: &[Account<'_>], connected: bool, report: &mut Report<'_>) {
    let mut ids = HashSet::new();
    for account in accounts {
        server_id(account, &mut ids, report);
        for address in &account.addresses {
            server(account, address, report);
        }
        init(account, connected, report);
        sides(account, report);
        swapped(account, report);
        for one in &account.credentials {
            credentials(account, one, report);
        }
        nonces(account, report);
    }
}

fn server_id<'d>(account: &Account<'d>, ids: &mut HashSet<&'d str>, report: &mut Report<'_>) {
    let Some(id) = account.server_id else { return };
    let name = account.words.server_id;
    if id.known().is_some_and(|text| text.contains("://")) {
        report.add(
            &r::SERVER_ID_URL,
            id.at,
            format!("{name} {}", shown(id.text)),
            "the name that the server calls itself, e.g. mgmt.example",
            format!(
                "put the URL into {} and the server's name here; the server must say exactly this \
                 name in every session",
                account.words.address
            ),
        );
    } else if let Some(text) = id.known().map(str::trim)
        // A message has a rule of its own for that
        && account.is_w7()
        && !text.is_empty()
        && !is_server_id(text)
    {
        report.add(
            &r::SERVER_ID_ACL,
            id.at,
            format!("{name} {}", shown(text)),
            "printable characters but = & * + and white space, and no local/ before them",
            "give the server an identifier that an ACL can name; a client that cannot write it into \
             its tree gives the server no rights there",
        );
    }
    if !id.text.is_empty() && !ids.insert(id.text) {
        report.add(
            &r::SERVER_ID_REPEATED,
            id.at,
            format!(
                "a second {} with {name} {}",
                account.words.account,
                shown(id.text)
            ),
            "another server, or none",
            "remove one of the two; devices take the second for a new version of the first, or \
             refuse it",
        );
    }
}

fn server(account: &Account<'_>, address: &Address<'_>, report: &mut Report<'_>) {
    let Some(text) = address.address.known() else {
        return;
    };
    let (at, name) = (address.address.at, account.words.address);
    let found = || format!("{name} {}", shown(text));
    // A URL is one whatever its type says; other checks speak of that, of an empty one, and of one
    // without a scheme
    let Some((scheme, rest)) = text.trim().split_once("://") else {
        return;
    };
    let host = url::host(rest);
    let scheme = scheme.to_ascii_lowercase();
    let blank = text.trim().contains(char::is_whitespace);
    let bad_port = url::after_host(rest).is_some_and(|port| !url::is_port(port));
    let user = url::has_user(rest);
    let bad_host = !url::may_be_host(host);
    if !matches!(&*scheme, "http" | "https") || blank || bad_port || user || bad_host {
        report.add(
            &r::SERVER_URL,
            at,
            found(),
            match (bad_port, user, bad_host && !host.is_empty()) {
                (true, ..) => "a port from 1 to 65535 after the host, or none",
                (_, true, _) => "a URL without user name and password; clients have their own",
                (.., true) => "the whole name or address of the host",
                _ => "https://, the host, and a path without blanks",
            },
            "correct the URL; a device opens its sessions there",
        );
        return;
    }
    if scheme == "http" {
        report.add(
            &r::PLAIN_HTTP,
            at,
            found(),
            "https://…",
            "use https, if the server has it; over http anybody on the way can read and change what \
             the server tells the device",
        );
    }
    if is_local(host) {
        report.add(
            &r::SERVER_LOCAL,
            at,
            found(),
            "a host that the device can reach through its operator's network",
            "write the server's public name; this address means the device itself or a network that \
             it is not in",
        );
    }
    let ports = url::port(text).map(|port| (port, at));
    let written = address
        .ports
        .iter()
        .filter_map(|p| Some((p.known()?, p.at)));
    let mut ports = ports.into_iter().chain(written);
    let beside =
        ports.find(|(port, _)| matches!((&*scheme, *port), ("http", "443") | ("https", "80")));
    if let Some((port, at)) = beside {
        report.add(
            &r::PORT_SCHEME,
            at,
            format!("port {port} beside {scheme}"),
            match &*scheme {
                "http" => "port 80, or https",
                _ => "port 443, or http",
            },
            "correct the port or the scheme; the two sides would not understand each other",
        );
    }
    if scheme == "https" && url::port(text).is_none() && address.ports.is_empty() {
        report.add(
            &r::PORT_UNWRITTEN,
            at,
            format!("an https URL without {}", account.words.port),
            "443, or the server's own port",
            format!(
                "add {} 443; some clients take port 80 otherwise",
                account.words.port
            ),
        );
    }
    let of_dm = |one: &&Credentials<'_>| one.has_kind(&["BASIC", "HTTP-BASIC"]);
    let basic = account.credentials.iter().filter(of_dm);
    for one in basic.filter(|_| scheme == "http") {
        let at = one.kind.map_or(one.at, |kind| kind.at);
        report.add(
            &r::BASIC_OVER_HTTP,
            at,
            format!("{} BASIC to a server over http", account.words.kind),
            "DIGEST, HMAC, or a server over https",
            "change one of them; BASIC sends the password in a form that anybody can read",
        );
    }
}

fn is_local(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local(),
        Err(_) => {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local")
        }
    }
}

fn init(account: &Account<'_>, connected: bool, report: &mut Report<'_>) {
    if let Some(at) = account.init
        && !account.refers
        && !connected
    {
        report.add(
            &r::INIT_UNREACHABLE,
            at,
            "INIT, but no access point or proxy",
            "a NAPDEF, or a TO-NAPID to one that the device has",
            "add one, unless the device is online already; its first session cannot begin otherwise",
        );
    }
}

/// Both sides have credentials.
fn sides(account: &Account<'_>, report: &mut Report<'_>) {
    let words = account.words;
    // They are of one of the sides; that they do not say which is another finding
    if account.credentials.iter().any(Credentials::lacks_level) {
        return;
    }
    for (side, rule, whose, consequence) in [
        (
            Side::Device,
            &r::DEVICE_CREDENTIALS,
            "the device",
            "the server cannot tell who calls, and some clients drop the account",
        ),
        (
            Side::Server,
            &r::SERVER_CREDENTIALS,
            "the server",
            "the device cannot tell whether it speaks to its server",
        ),
    ] {
        if account.of(side).next().is_none() {
            let level = account.level(side);
            report.add(
                rule,
                account.at,
                format!("no {} with {} {level}", words.credentials, words.level),
                format!("the credentials of {whose}, under {level}"),
                format!("add them; without them {consequence}"),
            );
        }
    }
}

/// The name under the level of the device is the server's, and the other one is not.
fn swapped(account: &Account<'_>, report: &mut Report<'_>) {
    let Some(id) = account.server_id else { return };
    let is_id = |one: &Credentials<'_>| {
        let name = one.name.filter(|name| !name.text.is_empty());
        name.is_some_and(|name| name.text.eq_ignore_ascii_case(id.text))
    };
    let device = account.of(Side::Device).next();
    let server = account.of(Side::Server).next();
    if let Some(device) = device.filter(|one| is_id(one))
        && !server.is_some_and(is_id)
    {
        let words = account.words;
        let (of_device, of_server) = (words.of_device, words.of_server);
        let change = match server {
            Some(_) => format!("exchange {of_device} and {of_server}"),
            None => format!("write {of_server} here"),
        };
        report.add(
            &r::LEVELS_SWAPPED,
            device.name.map_or(device.at, |name| name.at),
            format!(
                "the server's own name, {}, under {} {of_device}",
                shown(id.text),
                words.level
            ),
            format!("{of_device} for what the device shows the server, {of_server} for what the server shows the device"),
            format!("{change}; the names do not say it, but {of_device} is the device's user name and password at the server; unless the receiver reads levels swapped (`levels` in the profile)"),
        );
    }
}

fn credentials(account: &Account<'_>, one: &Credentials<'_>, report: &mut Report<'_>) {
    let words = account.words;
    if one.side == Side::Other {
        return;
    }
    let level = account.level(one.side);
    let is_w7 = account.is_w7();
    match one.kind {
        // The tables of DMAcc have AAuthType as required, and pairs of levels and types
        None if is_w7 => report.add(
            &r::AUTH_TYPE_MISSING,
            one.at,
            format!("{} {level} without {}", words.credentials, words.kind),
            "DIGEST, BASIC or HMAC",
            format!(
                "add {}, as the server is set up; clients guess differently",
                words.kind
            ),
        ),
        Some(kind) if is_w7 && only_http(kind.text) => report.add(
            &r::AUTH_TYPE_OF_HTTP,
            kind.at,
            format!(
                "{} {} under {} {level}",
                words.kind,
                shown(kind.text),
                words.level
            ),
            "DIGEST, BASIC or HMAC",
            "leave HTTP- out; types of HTTP are for a web server in front of the DM server, and \
             belong into credentials without a level",
        ),
        _ => {}
    }
    let missing =
        |field: Option<super::account::Field<'_>>| field.is_none_or(|field| field.text.is_empty());
    // The name of the server may be taken from its identifier
    let name = one.side == Side::Device && missing(one.name);
    let secret = missing(one.secret);
    let certificate = one.has_kind(&["X509", "TRANSPORT", "SECURID", "SAFEWORD", "DIGIPASS"]);
    if (name || secret) && !certificate {
        let lacking = match (name, secret) {
            (true, true) => format!("{} and {}", words.name, words.secret),
            (true, false) => words.name.to_owned(),
            _ => words.secret.to_owned(),
        };
        report.add(
            &r::CREDENTIALS_INCOMPLETE,
            one.at,
            format!("{} {level} without {lacking}", words.credentials),
            lacking.clone(),
            format!("add {lacking}; what is not there can prove nothing"),
        );
    }
}

/// Types of HTTP and no other.
fn only_http(kinds: &str) -> bool {
    kinds.split(',').all(|kind| kind.starts_with("HTTP-"))
}

/// Random Base64 of so many digits is hexadecimal once in 25 million times.
const MIN_HEX_DIGITS: usize = 16;

fn nonces(account: &Account<'_>, report: &mut Report<'_>) {
    let words = account.words;
    let mut seen: HashMap<&[u8], At> = HashMap::new();
    for one in account.credentials.iter().filter(|c| c.side != Side::Other) {
        let level = account.level(one.side);
        let Some(nonce) = &one.nonce else {
            if one.has_kind(&["DIGEST", "HMAC"]) {
                report.add(
                    &r::NONCE_MISSING,
                    one.at,
                    format!("{} {level} without {}", words.credentials, words.nonce),
                    format!("{}, random octets{}", words.nonce, as_base64(account)),
                    "add it; otherwise the first session begins with a refusal that brings a nonce, \
                     and a notification cannot be checked",
                );
            }
            continue;
        };
        if nonce.open {
            continue;
        }
        if nonce.octets.iter().all(|octet| *octet == 0) {
            report.add(
                &r::NONCE_ZERO,
                nonce.at,
                match nonce.octets.len() {
                    0 => format!("an empty {}", words.nonce),
                    count => format!("{} of {count} zero octets", words.nonce),
                },
                format!("random octets{}", as_base64(account)),
                "take random octets for each device; zeros let an old message be sent again",
            );
            continue;
        }
        let digits = BASE64_STANDARD.encode(&nonce.octets);
        if digits.len() >= MIN_HEX_DIGITS && digits.bytes().all(|o| o.is_ascii_hexdigit()) {
            report.add(
                &r::NONCE_HEX,
                nonce.at,
                format!(
                    "{} of {} hexadecimal digits, taken as Base64 of {} octets",
                    words.nonce,
                    digits.len(),
                    nonce.octets.len()
                ),
                "Base64 of the octets that the digits stand for",
                "encode it anew: `xxd -r -p nonce.hex | base64`; the two sides begin with different \
                 nonces otherwise",
            );
        }
        if seen.insert(&nonce.octets, nonce.at).is_some() {
            report.add(
                &r::NONCE_EQUAL,
                nonce.at,
                format!("the same {} under both levels", words.nonce),
                "another one for each side",
                "take other random octets for one of them; what one side shows could be sent back \
                 to it as the other's proof",
            );
        }
    }
}

fn as_base64(account: &Account<'_>) -> &'static str {
    match account.is_w7() {
        true => " as Base64",
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for local in [
            "localhost",
            "127.1.2.3",
            "10.0.0.1",
            "::1",
            "dm.local.",
            "fd00::1",
        ] {
            assert!(is_local(local), "{local}");
        }
        for remote in ["203.0.113.1", "2001:db8::1", "local.example", "192.169.0.1"] {
            assert!(!is_local(remote), "{remote}");
        }
    }
}
