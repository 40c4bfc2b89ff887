//! Secrets that stand inside public text: in URLs.

use super::names_secret;
use std::borrow::Cow;
use std::ops::Range;

/// What stands in a secret's place where it is hidden.
pub const MASK: &str = "••••";

/// The text with the secrets of its URL, if there are any, as dots.
#[must_use]
pub fn without_url_secrets(text: &str) -> Cow<'_, str> {
    let spans = url_secrets(text);
    if spans.is_empty() {
        return text.into();
    }
    let mut shown = String::new();
    let mut end = 0;
    for span in spans {
        shown.push_str(text.get(end..span.start).unwrap_or_default());
        shown.push_str(MASK);
        end = span.end;
    }
    shown.push_str(text.get(end..).unwrap_or_default());
    shown.into()
}

/// Where the secrets of a URL stand: the password of its userinfo, and the values of its query and
/// fragment whose names say so (`?password=`). In order, without overlap.
#[must_use]
pub fn url_secrets(text: &str) -> Vec<Range<usize>> {
    let password = url_password(text);
    let mut spans: Vec<_> = password.into_iter().collect();
    // What is taken for a password may hold question marks; a query is what comes after
    let from = spans.first().map_or(0, |span| span.end);
    let rest = text.get(from..).unwrap_or_default();
    let Some(query) = rest.find(['?', '#']) else {
        return spans;
    };
    let mut start = from + query + 1;
    // Secrets are often not escaped: what has no name goes on with the value before it
    let mut goes_on = false;
    for part in text.get(start..).unwrap_or_default().split(SEPARATORS) {
        let end = start + part.len();
        match part.split_once('=') {
            Some((name, _)) if names_query_secret(name) => {
                let value = start + name.len() + 1;
                goes_on = true;
                if value < end {
                    spans.push(value..end);
                }
            }
            None if goes_on => match spans.last_mut() {
                // Its separator too
                Some(last) if last.end + 1 == start => last.end = end,
                _ => spans.push(start..end),
            },
            _ => goes_on = false,
        }
        start = end + 1;
    }
    spans
}

/// What divides queries and fragments, each one octet.
const SEPARATORS: [char; 4] = ['?', '&', ';', '#'];

fn names_query_secret(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    // An escaped name may be any
    let other = ["%", "AUTH", "CRED", "SIG"];
    names_secret(name) || other.iter().any(|part| upper.contains(part))
}

/// Where the password in the userinfo of a URL stands (RFC 3986 §3.2.1); the scheme may be absent.
///
/// Passwords are often not escaped: what stands between the first colon and the last `@` is one,
/// whatever it holds.
#[must_use]
pub fn url_password(text: &str) -> Option<Range<usize>> {
    let at = text.rfind('@')?;
    let start = match text.find("://") {
        Some(scheme) if scheme < at => scheme + 3,
        _ => 0,
    };
    let colon = start + text.get(start..at)?.find(':')?;
    let scheme = text.get(start..colon)?;
    let addresses = ["mailto", "sip", "sips", "im", "pres"];
    if start == 0
        && addresses
            .iter()
            .any(|known| known.eq_ignore_ascii_case(scheme))
    {
        return None;
    }
    (colon + 1 < at).then_some(colon + 1..at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn userinfo_is_split_at_the_first_colon_and_the_last_at() {
        for (url, password) in [
            ("https://a:b@c@d/", Some("b@c")),
            ("user:pa/ss@host", Some("pa/ss")),
            ("http://host:80/", None),
            ("mailto:a@b", None),
            ("http://user@host", None),
            ("http://user:@host", None),
        ] {
            assert_eq!(url_password(url).and_then(|span| url.get(span)), password);
        }
    }

    #[test]
    fn only_secrets_are_hidden() {
        for (url, shown) in [
            ("https://host/a?b=c&d#e", "https://host/a?b=c&d#e"),
            ("https://ann:pw?x@host/?y=z", "https://ann:••••@host/?y=z"),
            ("/a?model=x&Password=pw&b=c", "/a?model=x&Password=••••&b=c"),
            ("?pw=a&b#c&d=e", "?pw=••••&d=e"),
            ("?pw=&b&d=e", "?pw=&••••&d=e"),
            ("?pw=&d=e", "?pw=&d=e"),
            ("#access_token=pw", "#access_token=••••"),
            ("?p%61ss=pw;oauth=pw", "?p%61ss=••••;oauth=••••"),
            ("?a=b?api-key=pw", "?a=b?api-key=••••"),
            ("?é=ü&secret=ö", "?é=ü&secret=••••"),
        ] {
            assert_eq!(without_url_secrets(url), shown);
        }
    }
}
