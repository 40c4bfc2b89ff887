//! The form of policy files.

use super::{Assurance, Channel, NetworkAlone, Policy};
use crate::document::cp::url::host;
use crate::finding::Position;
use serde::Deserialize;
use std::fmt;
use std::time::Duration;

/// Why a policy file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError {
    /// Where, if that is known.
    pub at: Position,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Position::Unknown => f.write_str(&self.what),
            at => write!(f, "{at}: {}", self.what),
        }
    }
}

impl PolicyError {
    /// The stable id of the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        "policy-file"
    }
}

/// The file as it is written. What is absent is as in the default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: toml::Spanned<u64>,
    #[serde(default)]
    assurance: AssuranceTable,
    #[serde(default)]
    network_key: NetworkKeyTable,
    #[serde(default)]
    pin: PinTable,
    #[serde(default)]
    servers: ServersTable,
    #[serde(default)]
    limits: LimitsTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AssuranceTable {
    push: Option<toml::Spanned<Vec<Assurance>>>,
    card: Option<Vec<Assurance>>,
    file: Option<Vec<Assurance>>,
    local: Option<Vec<Assurance>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkKeyTable {
    alone: Option<NetworkAlone>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PinTable {
    min_digits: Option<usize>,
    tries: Option<toml::Spanned<u8>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServersTable {
    ids: Option<Vec<toml::Spanned<String>>>,
    hosts: Option<Vec<toml::Spanned<String>>>,
    plain_http: Option<bool>,
    overwrite: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsTable {
    octets: Option<usize>,
    accounts: Option<usize>,
    replay_days: Option<u32>,
}

impl Policy {
    /// The policy with what a file says of it.
    pub(super) fn changed(mut self, text: &str) -> Result<Self, PolicyError> {
        let at = |span: Option<std::ops::Range<usize>>| {
            span.map_or(Position::Unknown, |span| {
                Position::in_text(text, span.start)
            })
        };
        let fault = |span, what: &str| PolicyError {
            at: at(Some(span)),
            what: what.to_owned(),
        };
        let file: File = toml::from_str(text).map_err(|error| PolicyError {
            at: at(error.span()),
            what: error.message().to_owned(),
        })?;
        if *file.format.get_ref() != 1 {
            let what = "`format` is not 1, the only one that this version reads";
            return Err(fault(file.format.span(), what));
        }
        if let Some(push) = file.assurance.push {
            if push.get_ref().contains(&Assurance::Unsigned) {
                let what = "what anybody can send over the air is never enough: take `unsigned` out of `push`";
                return Err(fault(push.span(), what));
            }
            self.assurance[Channel::Push as usize] = push.into_inner();
        }
        for (channel, own) in [
            (Channel::Card, file.assurance.card),
            (Channel::File, file.assurance.file),
            (Channel::Local, file.assurance.local),
        ] {
            set(&mut self.assurance[channel as usize], own);
        }
        if let Some(tries) = file.pin.tries {
            if *tries.get_ref() == 0 {
                let what = "`tries` is at least 1; to take no PIN, take it out of `assurance`";
                return Err(fault(tries.span(), what));
            }
            self.tries = tries.into_inner();
        }
        set(&mut self.network_alone, file.network_key.alone);
        set(&mut self.pin_min_digits, file.pin.min_digits);
        let checked = |all: Option<Vec<toml::Spanned<String>>>, is_host| {
            let Some(all) = all else { return Ok(None) };
            for pattern in &all {
                if let Some(what) = matches_nothing(pattern.get_ref(), is_host) {
                    return Err(fault(pattern.span(), &what));
                }
            }
            let all = all.into_iter().map(toml::Spanned::into_inner);
            Ok(Some(all.collect::<Vec<_>>()))
        };
        set(&mut self.ids, checked(file.servers.ids, false)?);
        set(&mut self.hosts, checked(file.servers.hosts, true)?);
        set(&mut self.plain_http, file.servers.plain_http);
        set(&mut self.overwrite, file.servers.overwrite);
        set(&mut self.max_octets, file.limits.octets);
        set(&mut self.max_accounts, file.limits.accounts);
        let days = file.limits.replay_days.map(u64::from);
        let replay = days.map(|days| Duration::from_secs(days * 86_400));
        set(&mut self.replay, replay);
        Ok(self)
    }
}

fn set<T>(place: &mut T, own: Option<T>) {
    if let Some(own) = own {
        *place = own;
    }
}

/// Why a pattern can match nothing, and what to write instead.
fn matches_nothing(pattern: &str, is_host: bool) -> Option<String> {
    let kind = if is_host { "host" } else { "identifier" };
    if pattern.is_empty() {
        return Some(format!(
            "an empty {kind} matches nothing: write one, or `*` for all, or leave it out"
        ));
    }
    let part = match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(part), _) | (None, Some(part)) => part,
        (None, None) => pattern,
    };
    if part.contains('*') {
        return Some(format!(
            "{pattern:?} matches nothing, since `*` stands for anything only at the beginning or at the \
             end: write a pattern for each {kind} that you mean"
        ));
    }
    if !is_host {
        return None;
    }
    let known = |octet: u8| octet.is_ascii_alphanumeric() || b"-._:".contains(&octet);
    // Colons stand in IPv6 addresses, two at least
    let is_port = part.contains(':')
        && (part
            .bytes()
            .any(|octet| !octet.is_ascii_hexdigit() && !b".:".contains(&octet))
            || part == pattern && part.matches(':').count() < 2);
    if part.bytes().all(known) && !is_port && !pattern.ends_with('.') {
        return None;
    }
    let rest = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
    let host = host(rest).trim_end_matches('.');
    let instead = match !host.is_empty() && host.bytes().all(|o| known(o) || o == b'*') {
        true => format!("write {host:?}"),
        false => "write the name as DNS has it".to_owned(),
    };
    Some(format!(
        "{pattern:?} matches nothing, since a host stands alone, without scheme, port, path and the dot at \
         its end: {instead}"
    ))
}
