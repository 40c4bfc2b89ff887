//! Secrets that are none: short, used twice, known to everybody, or made from what is public.

use super::account::{Account, Field};
use super::rules as r;
use crate::bytes::Hex;
use crate::document::cp::rules::Report;
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
/// Shorter public texts occur in secrets by chance.
const MIN_PUBLIC: usize = 4;

/// Passwords that everybody tries first, in lower case.
const COMMON: [&str; 40] = [
    "0000",
    "00000000",
    "1111",
    "11111111",
    "1234",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "abc123",
    "abcd1234",
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
    "password1",
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

/// What accounts say that is no secret.
pub(super) fn public_of<'d>(accounts: &[Account<'d>]) -> Vec<&'d str> {
    let mut texts = Vec::new();
    for account in accounts {
        texts.extend(account.server_id.and_then(Field::known));
        texts.extend(
            account
                .credentials
                .iter()
                .filter_map(|one| one.name?.known()),
        );
        for address in &account.addresses {
            let url = address
                .address
                .known()
                .and_then(|url| url.split_once("://"));
            texts.extend(url.map(|(_, rest)| super::accounts::host_of(rest)));
        }
    }
    texts
}

pub(super) fn check(secrets: &[Named<'_>], public: &[&str], report: &mut Report<'_>) {
    let mut seen = HashSet::new();
    let mut public = public.to_vec();
    public.retain(|text| text.len() >= MIN_PUBLIC && seen.insert(*text));
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
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        let one_character = text.chars().all(|c| text.starts_with(c));
        if COMMON.contains(&lower.as_str()) || one_character {
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

/// How a secret follows from public texts.
fn derived(secret: &str, public: &[&str]) -> Option<String> {
    let folded = Zeroizing::new(secret.to_ascii_lowercase());
    let plain = public.iter().find_map(|text| {
        let id = text.to_ascii_lowercase();
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
        Some(format!("{how} {text:?}"))
    });
    plain.or_else(|| encoded(secret, public))
}

/// The same with Base64, hexadecimal digits, and hashes in both.
fn encoded(secret: &str, public: &[&str]) -> Option<String> {
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
    for text in public {
        if let Some(form) = written(text.as_bytes(), true) {
            return Some(format!("{text:?} {form}"));
        }
    }
    if !may_be_hash {
        return None;
    }
    let pairs = public.iter().take(8).flat_map(|one| {
        let others = public.iter().take(8).filter(move |other| *other != one);
        others.flat_map(move |other| ["", ":"].map(|between| format!("{one}{between}{other}")))
    });
    let singles = public.iter().map(|text| (*text).to_owned());
    for text in singles.chain(pairs) {
        let hashes: [(&str, &[u8]); 3] = [
            ("MD5", &Md5::digest(&text)),
            ("SHA-1", &Sha1::digest(&text)),
            ("SHA-256", &Sha256::digest(&text)),
        ];
        for (hash, digest) in hashes {
            if let Some(form) = written(digest, false) {
                return Some(format!("the {hash} of {text:?} {form}"));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_public_texts() {
        let public = ["490154203237518", "mgmt.example"];
        for (secret, how) in [
            ("490154203237518", "the same as \"490154203237518\""),
            ("815732302451094", "the reverse of \"490154203237518\""),
            ("203237518", "a part of \"490154203237518\""),
            ("MGMT.EXAMPLE1", "little more than \"mgmt.example\""),
            (
                "x815732302451094",
                "little more than the reverse of \"490154203237518\"",
            ),
            ("bWdtdC5leGFtcGxl", "\"mgmt.example\" as Base64"),
            (
                "6D676D742E6578616D706C65",
                "\"mgmt.example\" in hexadecimal digits",
            ),
        ] {
            assert_eq!(derived(secret, &public).as_deref(), Some(how), "{secret}");
        }
        // printf mgmt.example | md5sum, and so on
        for (text, hash) in [
            ("mgmt.example", "MD5"),
            ("490154203237518:mgmt.example", "MD5"),
        ] {
            let digest = Md5::digest(text);
            for secret in [
                Hex(&digest).to_string().to_lowercase(),
                Hex(&digest).to_string()[..10].to_owned(),
                BASE64_STANDARD.encode(digest),
            ] {
                let how = derived(&secret, &public).unwrap();
                assert!(how.starts_with(&format!("the {hash} of {text:?}")), "{how}");
            }
        }
        for secret in [
            "k7Gq2ZtPw9LxR4vB",
            "example",
            "c2FtcGxl",
            "0123456789abcdef",
        ] {
            let found = derived(secret, &["490154203237518", "mgmt.test"]);
            assert_eq!(found, None, "{secret}");
        }
    }
}
