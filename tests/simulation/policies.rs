//! Policies: as files that the library reads, and as the model understands them.

use super::documents::Account;
use crate::disk::Chance;
use dmboot::security::policy::{Channel, Policy};
use dmboot::security::verify::Assurance;

/// A policy as the model understands it.
#[derive(Debug, Clone)]
pub struct Rules {
    assurance: [Vec<Assurance>; 4],
    pub network_alone: &'static str,
    pub min_digits: usize,
    pub tries: u8,
    ids: Vec<&'static str>,
    hosts: Vec<&'static str>,
    pub plain_http: bool,
    pub overwrite: bool,
    pub octets: usize,
    pub accounts: usize,
    pub replay_days: u64,
}

impl Rules {
    /// One that is strict in some ways, or in none that the messages here come to feel.
    pub fn any(chance: &mut Chance) -> Self {
        if chance.one_in(2) {
            let assurance = Channel::ALL.map(|channel| {
                let from = usize::from(channel == Channel::Push);
                Assurance::ALL[from..].into()
            });
            return Self {
                assurance,
                network_alone: "ask",
                min_digits: 0,
                tries: 3,
                ids: vec!["*"],
                hosts: vec!["*"],
                plain_http: true,
                overwrite: chance.one_in(3),
                octets: 65_536,
                accounts: 8,
                replay_days: chance.pick(&[0, 90]),
            };
        }
        let assurance = Channel::ALL.map(|channel| {
            let all = Assurance::ALL.into_iter();
            let allowed = all
                .filter(|assurance| *assurance != Assurance::Unsigned || channel != Channel::Push);
            allowed.filter(|_| !chance.one_in(10)).collect()
        });
        let mut some = |all: &[&'static str]| match chance.below(4) {
            0..3 => vec!["*"],
            _ => all.iter().filter(|_| chance.one_in(2)).copied().collect(),
        };
        let ids = some(&["a.example", "b*", "*.net", "c", "local/nobody"]);
        let hosts = some(&["*.a.example", "B.EXAMPLE", "c.*", "2001:*", "*"]);
        Self {
            assurance,
            network_alone: chance.pick(&["ask", "refuse"]),
            min_digits: chance.pick(&[0, 0, 4, 6]),
            tries: chance.pick(&[1, 2, 3]),
            ids,
            hosts,
            plain_http: !chance.one_in(4),
            overwrite: chance.one_in(3),
            octets: if chance.one_in(12) { 300 } else { 65_536 },
            accounts: chance.pick(&[0, 1, 8, 8, 8, 8, 8, 8]),
            replay_days: chance.pick(&[0, 1, 90]),
        }
    }

    /// What the library makes of the policy's file.
    pub fn policy(&self) -> Policy {
        let names = |channel: Channel| -> Vec<_> {
            let own = self.assurance[channel as usize].iter();
            own.map(|assurance| assurance.name()).collect()
        };
        let [push, card, file, local] = Channel::ALL.map(names);
        let Self {
            network_alone,
            min_digits,
            tries,
            ids,
            hosts,
            plain_http,
            overwrite,
            octets,
            accounts,
            replay_days,
            ..
        } = self;
        Policy::parse(&format!(
            "format = 1\n\
             assurance = {{ push = {push:?}, card = {card:?}, file = {file:?}, local = {local:?} }}\n\
             network_key.alone = {network_alone:?}\n\
             pin = {{ min_digits = {min_digits}, tries = {tries} }}\n\
             servers = {{ ids = {ids:?}, hosts = {hosts:?}, plain_http = {plain_http}, overwrite = {overwrite} }}\n\
             limits = {{ octets = {octets}, accounts = {accounts}, replay_days = {replay_days} }}\n"
        ))
        .unwrap()
    }

    pub fn suffices(&self, channel: Channel, assurance: Assurance) -> bool {
        self.assurance[channel as usize].contains(&assurance)
    }

    pub fn knows(&self, server: &str) -> bool {
        self.ids.iter().any(|pattern| fits(pattern, server))
    }

    pub fn knows_host(&self, host: &str) -> bool {
        let mut patterns = self.hosts.iter();
        patterns.any(|pattern| fits(&pattern.to_ascii_lowercase(), host))
    }

    /// The rules that accounts break.
    pub fn broken_by(&self, accounts: &[Account]) -> Vec<&'static str> {
        let mut broken = Vec::new();
        if accounts.len() > self.accounts {
            broken.push("policy-limit");
        }
        for account in accounts {
            if !self.knows(account.server) {
                broken.push("policy-server");
            }
            let Some(address) = account.address else {
                continue;
            };
            if !self.knows_host(address.host) {
                broken.push("policy-host");
            }
            if !address.tls && !self.plain_http {
                broken.push("policy-plain-http");
            }
        }
        broken
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => text.ends_with(end),
        (_, Some(start)) => text.starts_with(start),
        _ => pattern == text,
    }
}
