//! The policy: whom a client believes, and what it lets them do.
//!
//! [`Policy::accept`] turns a [`Verified`] body into an [`Accepted`] document, which is all that is ever
//! applied. Everything that a message brings is judged before anything of it is done.

mod file;
#[cfg(test)]
mod tests;

pub use file::PolicyError;

use super::cp_mac::{Facts, Sec};
use super::verify::{Assurance, Verified};
use crate::document::dm::Node;
use crate::document::dm::acl::{Acl, Servers};
use crate::document::received::{
    BootstrapProfile, Incoming, Levels, ReadError, Received, addresses, is_account, rules,
    server_id,
};
use crate::finding::Finding;
use crate::secret::without_url_secrets;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt;
use std::time::Duration;

/// The text of the policy that holds where a policy file says nothing else.
pub const DEFAULT: &str = include_str!("../../profiles/policies/default.toml");

/// How a message arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Over the air. Anybody can send.
    Push,
    /// From a smart card.
    Card,
    /// From a file that somebody had in hand.
    File,
    /// From an application on the device.
    Local,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Push, Self::Card, Self::File, Self::Local];

    /// Its name: `push`, `card`, `file`, `local`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Card => "card",
            Self::File => "file",
            Self::Local => "local",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is done with a message that only the network's key vouches for. No policy takes it unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkAlone {
    /// Somebody has to agree.
    Ask,
    /// It is refused.
    Refuse,
}

/// A policy. [`Policy::default`] is the one in [`DEFAULT`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    assurance: [Vec<Assurance>; 4],
    network_alone: NetworkAlone,
    pin_min_digits: usize,
    tries: u8,
    ids: Vec<String>,
    hosts: Vec<String>,
    plain_http: bool,
    overwrite: bool,
    max_octets: usize,
    max_accounts: usize,
    replay: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        // Where the text has a value, it takes the place of this one, which accepts nothing
        let nothing = Self {
            assurance: Default::default(),
            network_alone: NetworkAlone::Refuse,
            pin_min_digits: usize::MAX,
            tries: 0,
            ids: Vec::new(),
            hosts: Vec::new(),
            plain_http: false,
            overwrite: false,
            max_octets: 0,
            max_accounts: 0,
            replay: Duration::MAX,
        };
        nothing.clone().changed(DEFAULT).unwrap_or(nothing)
    }
}

impl Policy {
    /// Reads a policy file. What it does not say is as in the default.
    ///
    /// # Errors
    /// [`PolicyError`]: no TOML, a key that is not known, a value that is none.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::default().changed(text)
    }

    /// How many wrong PINs there may be for one message.
    #[must_use]
    pub fn tries(&self) -> u8 {
        self.tries
    }

    /// Whether an account may take the place of one that its server has already.
    #[must_use]
    pub fn overwrites(&self) -> bool {
        self.overwrite
    }

    /// How long a message that was undone or replaced is refused.
    #[must_use]
    pub fn replay(&self) -> Duration {
        self.replay
    }

    /// Whether a PIN is long enough to be tried. The digits of a code of USERPINMAC count by half,
    /// since the other half is the MAC's.
    ///
    /// # Errors
    /// [`Denied::PinTooShort`]
    pub fn pin(&self, sec: Sec, facts: &Facts) -> Result<(), Denied> {
        let found = match sec {
            Sec::NetwPin => None,
            Sec::UserPin | Sec::UserNetwPin => facts.pin.as_ref().map(|pin| pin.digits().len()),
            Sec::UserPinMac => facts.code.as_ref().map(|code| code.halves().0.len()),
        };
        let min = self.pin_min_digits;
        match found.filter(|found| *found < min) {
            Some(found) => Err(Denied::PinTooShort { found, min }),
            None => Ok(()),
        }
    }

    /// Judges a message before its content is looked at: its size, and what vouches for it.
    ///
    /// # Errors
    /// [`Denied`]
    pub fn admits(&self, verified: &Verified<'_>, consent: &Consent) -> Result<(), Denied> {
        let Consent {
            channel,
            network_alone,
        } = *consent;
        let found = verified.body().len();
        if found > self.max_octets {
            let max = self.max_octets;
            return Err(Denied::TooLarge { found, max });
        }
        let assurance = verified.assurance();
        if !self.assurance[channel as usize].contains(&assurance) {
            return Err(Denied::Assurance { assurance, channel });
        }
        if assurance == Assurance::NetworkKey {
            match self.network_alone {
                NetworkAlone::Ask if network_alone => {}
                NetworkAlone::Ask => return Err(Denied::NetworkAlone { may_ask: true }),
                NetworkAlone::Refuse => return Err(Denied::NetworkAlone { may_ask: false }),
            }
        }
        Ok(())
    }

    /// Turns a verified body into a document that may be applied.
    ///
    /// # Errors
    /// [`NotAccepted`]
    pub fn accept<'a>(
        &self,
        verified: Verified<'a>,
        consent: &Consent,
        levels: Levels,
    ) -> Result<Accepted<'a>, NotAccepted> {
        self.admits(&verified, consent)?;
        let mut received = Received::read(verified.body(), levels)?;
        // Wherever an account hangs: a description may have a place for it that nobody thought of
        let mut accounts = Vec::new();
        for object in &received.objects {
            object.each(&mut |node| {
                if is_account(node) {
                    accounts.push((object, node));
                }
            });
            self.rights(object)?;
        }
        let (found, max) = (accounts.len(), self.max_accounts);
        if found > max {
            return Err(Denied::Accounts { found, max }.into());
        }
        for (object, node) in accounts {
            self.account(&object.uri, node)?;
        }
        let privileged = received
            .context
            .as_ref()
            .is_some_and(|context| context.privileged);
        let over_the_air = consent.channel == Channel::Push;
        if privileged && over_the_air && verified.assurance() != Assurance::Both {
            received.findings.push(Finding::unplaced(
                &rules::PRIVILEGED,
                format!(
                    "a privileged context vouched for by {}",
                    verified.assurance()
                ),
                "USERNETWPIN",
                "it is taken, as clients in the field do; sign with both secrets",
            ));
        }
        Ok(Accepted {
            digest: digest(verified.body()),
            verified,
            channel: consent.channel,
            received,
            overwrites: self.overwrite,
        })
    }

    fn account(&self, uri: &str, account: &Node<'_>) -> Result<(), Denied> {
        // One without a text is applied as an empty one
        let empty = account.child("ServerID").map(|_| "");
        if let Some(id) = server_id(account).or(empty)
            && !self.knows(id)
        {
            let id = short(id);
            return Err(Denied::Server { id });
        }
        for address in addresses(account) {
            if let Some(why) = address.fault() {
                let (uri, address) = (uri.to_owned(), address.address);
                let address = short(&without_url_secrets(address));
                return Err(Denied::Address { uri, address, why });
            }
            let host = address.host();
            if !self.hosts.iter().any(|pattern| matches_host(pattern, host)) {
                // Where it is none, the address says more
                let shown = if host.is_empty() {
                    address.address
                } else {
                    host
                };
                let (host, uri) = (short(shown), uri.to_owned());
                return Err(Denied::Host { host, uri });
            }
            if !address.is_https() && !self.plain_http {
                let address = short(&without_url_secrets(address.address));
                return Err(Denied::PlainHttp { address });
            }
        }
        Ok(())
    }

    /// Nobody gets rights whom the policy does not know.
    fn rights(&self, object: &Incoming) -> Result<(), Denied> {
        let mut unknown = None;
        let knows_all = self.ids.iter().any(|pattern| pattern == "*");
        object.each(&mut |node| {
            let text = node.properties.acl.as_ref().map_or("", |acl| acl.as_str());
            // What is no ACL is left out when it is applied
            let acl = Acl::parse(text).unwrap_or_default();
            for (_, servers) in &acl.entries {
                let id = match servers {
                    Servers::Ids(ids) => ids.iter().find(|id| !self.knows(id)).copied(),
                    Servers::All => (!knows_all).then_some("*"),
                };
                unknown = unknown.take().or_else(|| Some(short(id?)));
            }
        });
        match unknown {
            Some(id) if id == "*" => Err(Denied::AllServers),
            Some(id) => Err(Denied::Server { id }),
            None => Ok(()),
        }
    }

    fn knows(&self, id: &str) -> bool {
        self.ids.iter().any(|pattern| matches_id(pattern, id))
    }
}

/// `*` at the beginning or the end stands for anything.
fn matches_id(pattern: &str, id: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => id.ends_with(end),
        (_, Some(start)) => id.starts_with(start),
        (None, None) => pattern == id,
    }
}

/// As for identifiers, in upper or lower case alike. No pattern but `*` has the empty host.
fn matches_host(pattern: &str, host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let pattern = pattern.to_ascii_lowercase();
    pattern == "*" || !host.is_empty() && matches_id(&pattern, &host)
}

/// A text of a stranger's as a message may show it.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// How a message arrived, and what somebody agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// How it arrived.
    pub channel: Channel,
    /// Whether somebody agreed that the network's key alone vouches for it.
    pub network_alone: bool,
}

/// A document that the policy accepts. Only [`Policy::accept`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted<'a> {
    verified: Verified<'a>,
    digest: [u8; 32],
    channel: Channel,
    received: Received,
    overwrites: bool,
}

impl Accepted<'_> {
    /// What it brings.
    #[must_use]
    pub fn received(&self) -> &Received {
        &self.received
    }

    /// What vouches for it.
    #[must_use]
    pub fn assurance(&self) -> Assurance {
        self.verified.assurance()
    }

    /// How it arrived.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// The profile of bootstrap that it is of.
    #[must_use]
    pub fn profile(&self) -> BootstrapProfile {
        self.received.profile
    }

    /// Whether it may take the place of accounts.
    #[must_use]
    pub fn overwrites(&self) -> bool {
        self.overwrites
    }

    /// SHA-256 of its body, by which it is known.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

/// SHA-256 of a body, by which a message is known.
#[must_use]
pub fn digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// Why a verified body did not become an accepted document.
#[derive(Debug, thiserror::Error)]
pub enum NotAccepted {
    /// The policy does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// It cannot be read.
    #[error(transparent)]
    Malformed(#[from] ReadError),
}

/// What the policy does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// What vouches for the message does not suffice for the way in which it came.
    #[error(
        "{assurance} is not enough for a message from `{channel}`; let the sender sign it with a \
         method that the policy takes"
    )]
    Assurance {
        /// What vouches for it.
        assurance: Assurance,
        /// How it came.
        channel: Channel,
    },
    /// Only the network's key vouches for it.
    #[error(
        "the network key alone vouches for it, and whoever learns the IMSI has that key; {}",
        if *.may_ask { "--accept-network-only takes it" } else { "the policy does not take that" }
    )]
    NetworkAlone {
        /// Whether somebody may agree to it.
        may_ask: bool,
    },
    /// The PIN is shorter than the policy asks for.
    #[error("the PIN has {found} digits, and the policy asks for {min}; it was not tried")]
    PinTooShort {
        /// How many digits it has.
        found: usize,
        /// How many it needs.
        min: usize,
    },
    /// The document is too large.
    #[error("the document has {found} octets, and the policy takes {max}")]
    TooLarge {
        /// How many octets it has.
        found: usize,
        /// How many the policy takes.
        max: usize,
    },
    /// The document has too many accounts.
    #[error("the document has {found} accounts, and the policy takes {max}")]
    Accounts {
        /// How many.
        found: usize,
        /// How many the policy takes.
        max: usize,
    },
    /// A server that the policy does not know.
    #[error("the policy does not know the server {id:?}; add it to `servers.ids` to trust it")]
    Server {
        /// Its identifier.
        id: String,
    },
    /// An ACL with rights for every server, where the policy knows some.
    #[error(
        "an ACL gives rights to every server, and the policy knows some; let the sender name the \
         servers"
    )]
    AllServers,
    /// A host that the policy does not know.
    #[error(
        "{uri}: the policy does not know the host {host:?}; add it to `servers.hosts` to trust it"
    )]
    Host {
        /// The host.
        host: String,
        /// The account.
        uri: String,
    },
    /// An address that no client can call.
    #[error("{uri}: {address:?} is no address of a server: {why}; let the sender correct it")]
    Address {
        /// The account.
        uri: String,
        /// The address.
        address: String,
        /// What is wrong.
        why: &'static str,
    },
    /// An address without TLS.
    #[error(
        "{address:?} is not https, so passwords would travel for all to read; `servers.plain_http` allows it"
    )]
    PlainHttp {
        /// The address.
        address: String,
    },
}

impl Denied {
    /// The stable id of the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Assurance { .. } => "policy-assurance",
            Self::NetworkAlone { .. } => "policy-network-alone",
            Self::PinTooShort { .. } => "policy-pin",
            Self::TooLarge { .. } | Self::Accounts { .. } => "policy-limit",
            Self::Server { .. } | Self::AllServers => "policy-server",
            Self::Host { .. } => "policy-host",
            Self::Address { .. } => "policy-address",
            Self::PlainHttp { .. } => "policy-plain-http",
        }
    }
}
