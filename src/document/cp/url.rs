//! What stands where in a URL (RFC 3986 §3.2), taken from texts that may be none.

use crate::bytes::ascii::are_digits;

/// Host and port of what follows `://`, without the user and password before them.
fn host_and_port(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// Whether a user, with or without a password, stands before the host in what follows `://`.
pub fn has_user(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.contains('@')
}

/// Whether a host may be one: no part of it is missing, as in `dm.mgmt...ple`, which web pages make
/// of long ones, and numbers are those of an address.
pub fn may_be_host(host: &str) -> bool {
    let dotted = |c: char| c.is_ascii_digit() || c == '.';
    if !host.is_empty() && host.chars().all(dotted) {
        let part = |part: &str| part.parse::<u16>().is_ok_and(|number| number <= 255);
        return host.split('.').count() == 4 && host.split('.').all(part);
    }
    let labels = host.strip_suffix('.').unwrap_or(host);
    !labels.contains('…') && labels.split('.').all(|label| !label.is_empty())
}

/// The host in what follows `://`, an IPv6 address without its brackets.
pub fn host(rest: &str) -> &str {
    let host = host_and_port(rest);
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// What stands in brackets for a host; all of it where they do not close.
pub fn in_brackets(rest: &str) -> Option<&str> {
    let host = host_and_port(rest);
    let inside = host.strip_prefix('[')?.split_once(']');
    Some(inside.map_or(host, |(address, _)| address))
}

/// What follows the colon after the host, if there is one.
pub fn after_host(rest: &str) -> Option<&str> {
    let host = host_and_port(rest);
    // The colons of an IPv6 address stand in brackets
    let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
    after.rsplit_once(':').map(|(_, port)| port)
}

/// Whether a text is the number of a port: digits, from 1 to 65535.
pub fn is_port(text: &str) -> bool {
    are_digits(text.as_bytes()) && text.parse().is_ok_and(|port: u16| port > 0)
}

/// The port that a URL names, in digits.
pub fn port(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let is_number = |port: &&str| !port.is_empty() && are_digits(port.as_bytes());
    after_host(rest).filter(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports() {
        assert_eq!(port("https://a.example/dm"), None);
        assert_eq!(port("http://a.example:8080/dm"), Some("8080"));
        assert_eq!(port("http://u:9@[::1]/"), None);
        assert_eq!(port("http://[::1]:80?x:1"), Some("80"));
    }

    #[test]
    fn numbers_of_ports() {
        for (digits, fits) in [
            ("1", true),
            ("65535", true),
            ("0", false),
            ("65536", false),
            ("+80", false),
            ("", false),
            ("44x", false),
        ] {
            assert_eq!(is_port(digits), fits, "{digits}");
        }
    }

    #[test]
    fn hosts() {
        for (rest, name) in [
            ("a.example:80/x", "a.example"),
            ("u:p@a.example?x:1", "a.example"),
            ("[::1]:80/", "::1"),
            (":80/", ""),
        ] {
            assert_eq!(host(rest), name);
        }
        for host in [
            "a.example",
            "a.example.",
            "203.162.021.107",
            "::1",
            "localhost",
        ] {
            assert!(may_be_host(host), "{host}");
        }
        for host in [
            "",
            ".",
            "dm.mgmt...ple",
            "dm.mg…",
            ".a",
            "10.1.2.300",
            "10.1.2",
            "1",
        ] {
            assert!(!may_be_host(host), "{host}");
        }
        assert!(has_user("u:p@a.example/") && has_user("u@a.example"));
        assert!(!has_user("a.example/@") && !has_user("a.example?u@"));
        assert_eq!(in_brackets("u@[::1]:80/"), Some("::1"));
        assert_eq!(in_brackets("[::1"), Some("[::1"));
        assert_eq!(in_brackets("a.example/[::1]"), None);
    }
}
