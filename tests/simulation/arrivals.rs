//! Messages: signed by a sender, changed on their way or not, and what the model expects of the
//! device that gets them.

use super::documents::{Written, write};
use super::policies::Rules;
use crate::disk::Chance;
use dmboot::client::apply::{Arrival, Ask, Settings, Summary};
use dmboot::document::received::Levels;
use dmboot::secret::Secret;
use dmboot::security::cp_mac::{
    Code, Facts, KeyForm, MAC_OCTETS, NetworkSecret, Pin, Scheme, Sec, mac,
};
use dmboot::security::imsi::Imsi;
use dmboot::security::policy::{Channel, Policy, digest};
use dmboot::security::verify::{Assurance, Message};

const NETWORKS: usize = 3;

/// The secret of a network, by its number.
fn network(number: usize) -> NetworkSecret {
    match number {
        0 => NetworkSecret::Imsi(Imsi::parse("262011234567890").unwrap()),
        1 => NetworkSecret::Imsi(Imsi::parse("22801555123456").unwrap()),
        _ => NetworkSecret::Octets(Secret::from("SSD_S and ESN")),
    }
}

/// The longest two make codes that nobody hits by chance.
const PINS: [&str; 5] = ["182", "1824", "47110815", "123456789012", "210987654321"];

pub const CARDS: [&str; 2] = ["8949", "8941"];

/// A message on its way.
#[derive(Debug, Clone)]
pub struct Sent {
    pub written: Written,
    sec: Option<Sec>,
    mac: Option<[u8; MAC_OCTETS]>,
    /// What the MAC was made with: as the sender claims it, if nothing has changed since.
    key: Option<(Sec, KeyForm, usize, usize)>,
}

impl Sent {
    /// Writes a message, and signs it in one of the ways that there are, right or wrong.
    pub fn new(chance: &mut Chance) -> Self {
        let written = write(chance);
        let right = written.scheme.key_form();
        let form = match chance.below(6) {
            0 => chance.pick(&KeyForm::ALL),
            _ => right,
        };
        let (net, pin) = (chance.below(NETWORKS), chance.below(PINS.len()));
        let sec = match chance.below(3) {
            0 => None,
            _ => Some(chance.pick(&Sec::ALL)),
        };
        let carried = sec.filter(|sec| sec.carries_mac());
        let facts = facts(Some(net), Some(pin), None);
        let mac = carried.map(|sec| mac(sec, &facts, form, &written.body).unwrap());
        Self {
            written,
            sec,
            mac,
            key: carried.map(|sec| (sec, form, net, pin)),
        }
    }

    /// The message as somebody on its way leaves it.
    pub fn tampered(&self, other: &Self, chance: &mut Chance) -> Self {
        let mut sent = self.clone();
        let body = &mut sent.written.body;
        let mut changed = true;
        match chance.below(8) {
            0 => {
                let at = chance.below(8 * body.len());
                body[at / 8] ^= 1 << (at % 8);
            }
            1 => body.truncate(chance.below(body.len())),
            2 if *body != other.written.body => body.clone_from(&other.written.body),
            3 => body.push(0),
            kind => {
                changed = false;
                match kind {
                    4 => sent.mac = other.mac,
                    5 => sent.mac = None,
                    6 => (sent.sec, sent.mac) = (None, None),
                    _ => sent.sec = Some(chance.pick(&Sec::ALL)),
                }
                if sent.mac != self.mac || sent.sec != self.sec {
                    sent.key = None;
                }
            }
        }
        if changed {
            sent.key = None;
            sent.written.says = None;
        }
        sent
    }

    pub fn digest(&self) -> [u8; 32] {
        digest(&self.written.body)
    }
}

fn facts(net: Option<usize>, pin: Option<usize>, code: Option<Code>) -> Facts {
    Facts {
        network: net.map(network),
        pin: pin.map(|pin| Pin::parse(PINS[pin]).unwrap()),
        code,
    }
}

/// A message at a device, and all that the device and its user do.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub sent: Sent,
    pub channel: Channel,
    pub iccid: Option<&'static str>,
    pub rules: Rules,
    policy: Policy,
    net: Option<usize>,
    pin: Option<usize>,
    /// The PIN of the code, and whether it was made for this very body.
    code: Option<(usize, bool)>,
    levels: Levels,
    pub dry_run: bool,
    pub agrees: bool,
    pub confirms: bool,
}

impl Ask for &Delivery {
    fn network_alone(&mut self) -> bool {
        self.agrees
    }
    fn confirm(&mut self, _: &Summary) -> bool {
        self.confirms
    }
}

/// What the model expects.
#[derive(Debug)]
pub struct Expected {
    /// Outcomes, any of them.
    pub outcomes: Vec<&'static str>,
    /// Rules of a refusal, any of them; none when the model does not know.
    pub rules: Vec<&'static str>,
    /// The count of wrong PINs afterwards.
    pub tries: u8,
    /// Whether a PIN was compared, and whether it was right.
    tried: bool,
    right: bool,
    dry_run: bool,
}

impl Expected {
    /// The lines of the audit that come with an outcome.
    pub fn lines(&self, outcome: &str) -> usize {
        let own = match outcome {
            "applied" => true,
            "blocked" => self.tried,
            "unchanged" | "dry-run" => false,
            _ => !self.dry_run,
        };
        usize::from(self.tried) + usize::from(self.right) + usize::from(own)
    }
}

/// What became of a message before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Before {
    /// It is new, or forgotten.
    Never,
    /// What it brought is there.
    InPlace,
    /// What it brought went at this time, in seconds.
    Gone(u64),
}

impl Delivery {
    pub fn new(sent: Sent, chance: &mut Chance) -> Self {
        let channel = chance.pick(&Channel::ALL);
        let rules = Rules::any(chance);
        // The right facts, mostly
        let (mut net, mut pin) = match sent.key {
            Some((_, _, net, pin)) => (Some(net), Some(pin)),
            None => (Some(0), Some(1)),
        };
        match chance.below(12) {
            0 => net = Some(chance.below(NETWORKS)),
            1 => pin = Some(chance.below(PINS.len())),
            2 => pin = None,
            3 => net = None,
            _ => {}
        }
        let code = (!chance.one_in(4)).then(|| (3 + chance.below(2), !chance.one_in(4)));
        Self {
            channel,
            iccid: (channel == Channel::Card).then(|| chance.pick(&CARDS)),
            policy: rules.policy(),
            rules,
            net,
            pin,
            code,
            levels: match chance.one_in(4) {
                true => Levels::Swapped,
                false => Levels::Oma,
            },
            dry_run: chance.one_in(8),
            agrees: !chance.one_in(4),
            confirms: !chance.one_in(8),
            sent,
        }
    }

    pub fn arrival(&self) -> Arrival<'_> {
        Arrival {
            message: Message {
                body: &self.sent.written.body,
                sec: self.sent.sec,
                mac: self.sent.mac,
            },
            scheme: self.sent.written.scheme,
            channel: self.channel,
            iccid: self.iccid,
        }
    }

    pub fn facts(&self) -> Facts {
        let code = self.code.map(|(pin, own)| {
            let body: &[u8] = match own {
                true => &self.sent.written.body,
                false => b"another document",
            };
            Code::new(&Pin::parse(PINS[pin]).unwrap(), body).unwrap()
        });
        facts(self.net, self.pin, code)
    }

    pub fn settings(&self) -> Settings<'_> {
        Settings {
            policy: &self.policy,
            levels: self.levels,
            dry_run: self.dry_run,
        }
    }

    /// Whether what vouches for the message is right; `None` when it cannot be told.
    fn vouched(&self) -> Option<bool> {
        let Sent {
            sec, mac, written, ..
        } = &self.sent;
        let Some(sec) = *sec else {
            return mac.is_none().then_some(true);
        };
        match (sec, written.scheme) {
            (Sec::UserPinMac, Scheme::Dm) => return None,
            (Sec::UserPinMac, Scheme::Cp) => return self.code.map(|(_, own)| own),
            _ => mac.as_ref()?,
        };
        let expected = key(sec, written.scheme.key_form(), self.net, self.pin)?;
        let made = self.sent.key.and_then(|(sec, form, net, pin)| {
            let of = key(sec, form, Some(net), Some(pin))?;
            Some((sec, of))
        });
        Some(made == Some((sec, expected)))
    }

    /// What the model expects, where the PINs of this message were wrong so many times and the
    /// document has an account for a server that has none, or not.
    pub fn expected(&self, tries: u8, before: Before, now: u64, brings: bool) -> Expected {
        let Self { rules, dry_run, .. } = self;
        let expected = |outcomes: &[&'static str], rules: &[&'static str]| Expected {
            outcomes: outcomes.into(),
            rules: rules.into(),
            tries,
            tried: false,
            right: false,
            dry_run: *dry_run,
        };
        let vouched = self.vouched();
        let sec = self.sent.sec;
        let pinned = sec.filter(|sec| *sec != Sec::NetwPin);
        if let Some(sec) = pinned {
            if tries >= rules.tries {
                return expected(&["blocked"], &["apply-blocked"]);
            }
            let pin = match sec {
                Sec::UserPinMac => self.code.map(|(pin, _)| pin),
                _ => self.pin,
            };
            if pin.is_some_and(|pin| PINS[pin].len() < rules.min_digits) {
                return expected(&["refused"], &["policy-pin"]);
            }
        }
        match vouched {
            Some(true) => {}
            Some(false) if pinned.is_some() => {
                let outcome = match tries + 1 >= rules.tries {
                    true => "blocked",
                    false => "not-authentic",
                };
                return Expected {
                    tries: tries + 1,
                    tried: true,
                    ..expected(&[outcome], &[])
                };
            }
            _ => return expected(&["not-authentic"], &[]),
        }
        let (outcomes, rules) = self.admitted(before, now, brings);
        Expected {
            tries: if pinned.is_some() { 0 } else { tries },
            tried: pinned.is_some(),
            right: pinned.is_some(),
            ..expected(&outcomes, &rules)
        }
    }

    /// The same for a message that is what it claims to be.
    fn admitted(
        &self,
        before: Before,
        now: u64,
        brings: bool,
    ) -> (Vec<&'static str>, Vec<&'static str>) {
        let Self { rules, sent, .. } = self;
        let refused = |rule| (vec!["refused"], vec![rule]);
        if sent.written.body.len() > rules.octets {
            return refused("policy-limit");
        }
        let assurance = match sent.sec {
            None => Assurance::Unsigned,
            Some(Sec::NetwPin) => Assurance::NetworkKey,
            Some(Sec::UserPin) => Assurance::UserPin,
            Some(Sec::UserNetwPin) => Assurance::Both,
            Some(Sec::UserPinMac) => Assurance::Code,
        };
        if !rules.suffices(self.channel, assurance) {
            return refused("policy-assurance");
        }
        let agreed = rules.network_alone == "ask" && self.agrees;
        if assurance == Assurance::NetworkKey && !agreed {
            return refused("policy-network-alone");
        }
        let done = match (self.dry_run, self.confirms) {
            (true, _) => "dry-run",
            (false, true) => "applied",
            (false, false) => "declined",
        };
        let Some(says) = &sent.written.says else {
            let all = ["malformed", "refused", "unchanged", "replayed", done];
            return (all.into(), Vec::new());
        };
        let broken = rules.broken_by(&says.accounts);
        if !broken.is_empty() {
            return (vec!["refused"], broken);
        }
        let window = rules.replay_days * 86_400;
        let (refused, anew) = match before {
            Before::Never => (false, true),
            Before::InPlace => return (vec!["unchanged"], Vec::new()),
            Before::Gone(at) => (now < at + window, now >= at + window),
        };
        let mut outcomes = Vec::new();
        if refused {
            outcomes.push("replayed");
        }
        if anew {
            outcomes.push(done);
            if !brings {
                outcomes.push("refused");
            }
        }
        (
            outcomes,
            vec!["apply-nothing", "apply-context", "apply-replayed"],
        )
    }
}

/// A key by its pieces; `None` when one is missing.
fn key(sec: Sec, form: KeyForm, net: Option<usize>, pin: Option<usize>) -> Option<String> {
    let network = || {
        let net = net?;
        // Only the second IMSI has an even number of digits, and the third secret is no IMSI
        let packed = match (form, net) {
            (_, 2) => "octets",
            (KeyForm::ImsiAscii, _) => "digits",
            (KeyForm::ImsiZeroFiller, 1) => "filled with 0",
            (KeyForm::ImsiDigitDropped, 1) => "one less",
            _ => "semi-octets",
        };
        Some(format!("<{net}, {packed}>"))
    };
    let pin = || Some(PINS[pin?]);
    Some(match sec {
        Sec::NetwPin => network()?,
        Sec::UserNetwPin if form == KeyForm::PinColonSecret => {
            format!("{}:{}", pin()?, network()?)
        }
        Sec::UserNetwPin => format!("{}{}", network()?, pin()?),
        Sec::UserPin | Sec::UserPinMac => pin()?.to_owned(),
    })
}
