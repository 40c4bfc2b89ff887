//! The form of policy files.

use super::{Assurance, Channel, NetworkAlone, Policy};
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
    ids: Option<Vec<String>>,
    hosts: Option<Vec<String>>,
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
        set(&mut self.ids, file.servers.ids);
        set(&mut self.hosts, file.servers.hosts);
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
