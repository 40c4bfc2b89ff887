//! Secrets that are none: short, used twice, known to everybody, or made from what is public.

use super::account::{Account, Field};
use super::rules as r;
use super::sending::is_run;
use crate::bytes::Hex;
use crate::document::cp::rules::Report;
use crate::document::cp::url;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::Digest;
use md5::Md5;
use sha1::Sha1;
use sha2::Sha256;
use std::collections::HashSet;
use zeroize::Zeroizing;

/// Shorter ones can be tried out against one message that was overheard.
const MIN_OCTETS: usize = 8;
/// Public texts are no longer looked for beyond so many, and neither are secrets.
const MAX_TEXTS: usize = 64;
/// Nor are longer ones.
const MAX_OCTETS: usize = 256;
/// Shorter public texts occur in secrets by chance.
const MIN_PUBLIC: usize = 4;

/// Digits of the shortest number that names a device: IMEI, IMSI, ICCID and telephone numbers have
/// more.
const MIN_NUMBER: usize = 8;

/// Digits of a year or a counter.
const MAX_NUMBER: usize = 4;

/// Words that everybody tries first, in lower case, with or without a number behind them.
const COMMON: [&str; 28] = [
    "abc",
    "abcd",
    "admin",
    "administrator",
    "bootstrap",
    "changeit",
    "changeme",
    "client",
    "default",
    "device",
    "dmclient",
    "dmserver",
    "guest",
    "letmein",
    "login",
    "mgmt",
    "ohbehave",
    "oma",
    "omadm",
    "pass",
    "passw0rd",
    "password",
    "qwerty",
    "secret",
    "server",
    "syncml",
    "test",
    "user",
];

/// A secret and what it is called.
pub(super) struct Named<'d> {
    pub name: &'static str,
    pub field: Field<'d>,
}

/// The secrets of accounts.
pub(super) fn of_accounts<'d>(accounts: &[Account<'d>]) -> Vec<Named<'d>> {
    let all = accounts.iter().flat_map(|account| {
        let name = account.words.secret;
        let secrets = account.credentials.iter().filter_map(|one| one.secret);
        secrets.map(move |field| Named { name, field })
    });
    all.filter(|secret| !secret.field.text.is_empty()).collect()
}

/// A text that is no secret. Findings name it and never quote it, since a secret may be the same.
#[derive(Clone, Copy)]
pub(super) struct Public<'d> {
    pub what: &'static str,
    pub text: &'d str,
}

/// What accounts say that is no secret.
pub(super) fn public_of<'d>(accounts: &[Account<'d>]) -> Vec<Public<'d>> {
    let mut texts = Vec::new();
    for account in accounts {
        let words = account.words;
        let public = |what| move |text| Public { what, text };
        let id = account.server_id.and_then(Field::known);
        texts.extend(id.map(public(words.server_id)));
        let names = account.credentials.iter();
        for name in names.filter_map(|one| one.name?.known()) {
            texts.push(public(words.name)(name));
            texts.extend(numbers(name).map(public("the number in the user name")));
        }
        for address in &account.addresses {
            let url = address
                .address
                .known()
                .and_then(|url| url.split_once("://"));
            let host = url.map(|(_, rest)| url::host(rest));
            texts.extend(host.map(public("the server's host")));
        }
    }
    texts
}

/// What may be the device's own number in a name such as `dev-490154203237518`.
fn numbers(name: &str) -> impl Iterator<Item = &str> {
    let digits = name.split(|character: char| !character.is_ascii_digit());
    digits.filter(|digits| digits.len() >= MIN_NUMBER)
}

pub(super) fn check(secrets: &[Named<'_>], public: &[Public<'_>], report: &mut Report<'_>) {
    let mut seen = HashSet::new();
    let mut public = public.to_vec();
    let fits = MIN_PUBLIC..=MAX_OCTETS;
    public.retain(|public| fits.contains(&public.text.len()) && seen.insert(public.text));
    public.truncate(MAX_TEXTS);
    let mut seen = HashSet::new();
    for (index, Named { name, field }) in secrets.iter().enumerate() {
        // Two that a job fills from one parameter are the same, whatever it will be
        if !seen.insert(field.text) {
            report.add(
                &r::SECRET_EQUAL,
                field.at,
                format!("an {name} that stands in this document twice"),
                "a secret of its own for each side and each server",
                "take another one; who learns one of them could pass for the other side",
            );
        }
        let Some(text) = field.known() else { continue };
        let one_character = text.chars().all(|c| text.starts_with(c));
        if one_character || is_run(text) || is_common(text) {
            report.add(
                &r::SECRET_COMMON,
                field.at,
                format!("an {name} that is among the first that anybody tries"),
                "random characters",
                "take a random secret for each device",
            );
        } else if text.len() < MIN_OCTETS {
            report.add(
                &r::SECRET_SHORT,
                field.at,
                format!("an {name} of {} octets", text.len()),
                "8 or more, better 16, at random",
                "take a longer one; a short one can be found by trying all",
            );
        }
        if index < MAX_TEXTS
            && text.len() <= MAX_OCTETS
            && let Some(how) = derived(text, &public)
        {
            report.add(
                &r::SECRET_DERIVED,
                field.at,
                format!("an {name} that is {how}"),
                "random characters, or a keyed hash with a key that only you have",
                "take a random secret for each device; whoever knows how it is made can make it for \
                 all your devices",
            );
        }
    }
}

/// A word that everybody tries first. A longer number behind it has to be guessed itself.
fn is_common(secret: &str) -> bool {
    let lower = Zeroizing::new(secret.to_ascii_lowercase());
    let word = lower.trim_end_matches(|character: char| character.is_ascii_digit());
    let number = lower.get(word.len()..).unwrap_or_default();
    COMMON.contains(&word) && (number.len() <= MAX_NUMBER || is_run(number))
}

/// How a secret follows from public texts.
fn derived(secret: &str, public: &[Public<'_>]) -> Option<String> {
    let folded = Zeroizing::new(secret.to_ascii_lowercase());
    let plain = public.iter().find_map(|public| {
        let id = public.text.to_ascii_lowercase();
        let reversed: String = id.chars().rev().collect();
        let half = id.len() * 2 >= secret.len();
        let how = if *folded == id {
            "the same as"
        } else if *folded == reversed {
            "the reverse of"
        } else if secret.len() >= MIN_PUBLIC && id.contains(&**folded) {
            "a part of"
        } else if half && folded.contains(&id) {
            "little more than"
        } else if half && folded.contains(&reversed) {
            "little more than the reverse of"
        } else {
            return None;
        };
        Some(format!("{how} {}", public.what))
    });
    plain.or_else(|| encoded(secret, public))
}

/// The same with Base64, hexadecimal digits, and hashes in both.
fn encoded(secret: &str, public: &[Public<'_>]) -> Option<String> {
    let octets = secret.as_bytes();
    let is_hex = octets.len() >= MIN_OCTETS && octets.iter().all(u8::is_ascii_hexdigit);
    let unpadded = secret.trim_end_matches('=');
    let base64 = |octet: &u8| octet.is_ascii_alphanumeric() || b"+/-_".contains(octet);
    let is_base64 = unpadded.bytes().all(|octet| base64(&octet)) && unpadded.len() >= MIN_PUBLIC;
    // MD5, SHA-1 and SHA-256 in Base64
    let may_be_hash = is_hex || is_base64 && matches!(unpadded.len(), 22 | 27 | 43);
    let written = |octets: &[u8], whole: bool| {
        let hex = Hex(octets).to_string();
        let starts = |text: &str| text.len() >= secret.len();
        if is_hex && starts(&hex) && hex[..secret.len()].eq_ignore_ascii_case(secret) {
            return Some("in hexadecimal digits");
        }
        let text = BASE64_STANDARD.encode(octets);
        let same = text.trim_end_matches('=') == unpadded;
        (is_base64 && same && (whole || may_be_hash)).then_some("as Base64")
    };
    for Public { what, text } in public {
        if let Some(form) = written(text.as_bytes(), true) {
            return Some(format!("{what} {form}"));
        }
    }
    if !may_be_hash {
        return None;
    }
    let pairs = public.iter().take(8).flat_map(|one| {
        let others = public.iter().take(8).filter(|other| other.text != one.text);
        others.flat_map(move |other| {
            let what = format!("{} and {}", one.what, other.what);
            ["", ":"].map(|between| (what.clone(), format!("{}{between}{}", one.text, other.text)))
        })
    });
    let singles = public
        .iter()
        .map(|one| (one.what.to_owned(), one.text.to_owned()));
    for (what, text) in singles.chain(pairs) {
        let hashes: [(&str, &[u8]); 3] = [
            ("MD5", &Md5::digest(&text)),
            ("SHA-1", &Sha1::digest(&text)),
            ("SHA-256", &Sha256::digest(&text)),
        ];
        for (hash, digest) in hashes {
            if let Some(form) = written(digest, false) {
                return Some(format!("the {hash} of {what} {form}"));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names() {
        let found = |name| numbers(name).collect::<Vec<_>>();
        assert_eq!(found("IMEI:490154203237518"), ["490154203237518"]);
        assert_eq!(found("dev-12345678-7"), ["12345678"]);
        assert_eq!(found("dev-1234567"), [""; 0]);
    }

    #[test]
    fn words_that_everybody_tries() {
        for secret in [
            "Password",
            "password1234",
            "passw0rd",
            "abc123",
            "admin2024",
            "test123456789",
        ] {
            assert!(is_common(secret), "{secret}");
        }
        for secret in [
            "passwort",
            "password!",
            "oma83920475",
            "k7Gq2ZtPw9LxR4vB",
            "2024admin",
            "",
        ] {
            assert!(!is_common(secret), "{secret}");
        }
    }

    #[test]
    fn what_follows_from_public_texts() {
        let public = [
            Public {
                what: "IMEI",
                text: "490154203237518",
            },
            Public {
                what: "PROVIDER-ID",
                text: "mgmt.example",
            },
        ];
        for (secret, how) in [
            ("490154203237518", "the same as IMEI"),
            ("815732302451094", "the reverse of IMEI"),
            ("203237518", "a part of IMEI"),
            ("MGMT.EXAMPLE1", "little more than PROVIDER-ID"),
            ("x815732302451094", "little more than the reverse of IMEI"),
            ("bWdtdC5leGFtcGxl", "PROVIDER-ID as Base64"),
            (
                "6D676D742E6578616D706C65",
                "PROVIDER-ID in hexadecimal digits",
            ),
        ] {
            assert_eq!(derived(secret, &public).as_deref(), Some(how), "{secret}");
        }
        for (text, what) in [
            ("mgmt.example", "PROVIDER-ID"),
            ("490154203237518:mgmt.example", "IMEI and PROVIDER-ID"),
        ] {
            let digest = Md5::digest(text);
            for secret in [
                Hex(&digest).to_string().to_lowercase(),
                Hex(&digest).to_string()[..10].to_owned(),
                BASE64_STANDARD.encode(digest),
            ] {
                let how = derived(&secret, &public).unwrap();
                assert!(how.starts_with(&format!("the MD5 of {what} ")), "{how}");
            }
        }
        for secret in [
            "k7Gq2ZtPw9LxR4vB",
            "examples",
            "c2FtcGxl",
            "0123456789abcdef",
        ] {
            assert_eq!(derived(secret, &public), None, "{secret}");
        }
    }
}
