//! What this crate's client makes of a vector.

use super::case::{Case, Verdict};
use super::make::{Made, facts, hex};
use crate::client::apply::{Agreed, Arrival, Difference, Outcome, Settings, receive};
use crate::client::tree::ddf::Ddf;
use crate::client::tree::{self, Actor, By, Changes, MemStore, TStamp, Tree, fresh};
use crate::document::dm::notification::TriggerMessage;
use crate::document::dm::{Root, is_message, notification};
use crate::document::inspect::inspect;
use crate::document::received::Levels;
use crate::finding::{Finding, Severity};
use crate::secret::Secret;
use crate::security::cp_mac::{Scheme, parse_mac};
use crate::security::notify::{self, NonceUsed};
use crate::security::policy::Policy;
use crate::security::verify::Message;
use crate::wire::wsp::PushPdu;
use std::collections::BTreeMap;

/// What comes of a message that is taken.
pub enum Ending {
    /// What changes in the tree.
    Tree(Vec<Difference>),
    /// What a notification says.
    Notification(Said),
    /// It was refused.
    Refused,
}

/// What a notification says.
#[derive(serde::Serialize)]
pub struct Said {
    pub server_id: String,
    pub session: String,
    pub ui_mode: String,
    pub initiator: String,
    pub version: u16,
    pub vendor: String,
    pub nonce: &'static str,
}

/// Messages that were made before, by their ids.
pub type Before<'c> = BTreeMap<String, (&'c Case, Made)>;

/// A device that was never managed.
pub fn device(ddf: &Ddf) -> Result<Changes, tree::Error> {
    fresh(ddf, &TStamp::from_unix(NOW), &[])
}

/// Judges a vector at a device, and compares with what its description says.
pub fn judged(
    case: &Case,
    made: &Made,
    before: &Before<'_>,
    device: &Changes,
) -> Result<Ending, String> {
    let (result, mut rules) = match &case.notification {
        Some(_) => notified(case, made)?,
        None => {
            let tree = Tree::open(MemStore::new(device));
            let mut tree = tree.map_err(|error| error.to_string())?;
            for id in &case.after {
                let (case, made) = before.get(id).ok_or_else(|| format!("no {id} before it"))?;
                applied(case, made, &mut tree)?;
            }
            applied(case, made, &mut tree)?
        }
    };
    let taken = !matches!(result, Ending::Refused);
    // A client does not look for all that a sender does wrong
    if taken {
        rules.extend(self::rules(&inspect(&made.octets, None, false).findings));
    }
    let named = |rule: &String| rules.iter().any(|(id, _)| id == rule);
    let deviates = rules
        .iter()
        .any(|(_, severity)| *severity != Severity::Note);
    let right = match case.verdict {
        Verdict::Valid => taken && !deviates && case.rule.is_none(),
        Verdict::Acceptable => taken && case.rule.as_ref().is_some_and(named),
        Verdict::Invalid => !taken && case.rule.as_ref().is_some_and(named),
    };
    match right {
        true => Ok(result),
        false => Err(format!(
            "described as {:?} {:?}, and it is {} with {rules:?}",
            case.verdict,
            case.rule.as_deref().unwrap_or_default(),
            if taken { "taken" } else { "refused" }
        )),
    }
}

/// When all of it happens: 2026-01-01.
const NOW: u64 = 1_767_225_600;

/// Rules with their severities; one that refuses counts as an error.
type Rules = Vec<(String, Severity)>;

fn rules(findings: &[Finding]) -> Rules {
    let each = findings.iter();
    each.map(|finding| (finding.rule.id.to_owned(), finding.rule.severity))
        .collect()
}

fn refused(rule: &str) -> (Ending, Rules) {
    (Ending::Refused, vec![(rule.to_owned(), Severity::Error)])
}

fn applied(case: &Case, made: &Made, tree: &mut Tree<MemStore>) -> Result<(Ending, Rules), String> {
    let mut found = Vec::new();
    let mut mac = None;
    let (mut body, mut sec) = (&made.octets[..], None);
    let mut is_dm = is_message(body) || Root::of(body) == Some(Root::Message);
    let pdu;
    if case.push {
        pdu = match PushPdu::parse(&made.octets) {
            Ok(pdu) => pdu,
            Err(error) => return Ok(refused(error.rule())),
        };
        found.extend(rules(&pdu.findings));
        if let Some((id, _)) = found.iter().find(|(id, _)| id == "wsp-duplicate-parameter") {
            return Ok(refused(id));
        }
        if let Some(value) = pdu.content_type.sec() {
            sec = value.method;
            if sec.is_none() {
                return Ok(refused("wsp-sec-unknown"));
            }
        }
        if let Some(value) = pdu.content_type.mac() {
            mac = match parse_mac(value.text.as_bytes()) {
                Ok(mac) => Some(mac),
                Err(error) => return Ok(refused(error.rule())),
            };
        }
        body = pdu.body;
        is_dm = pdu.content_type.is_dm();
    }
    let arrival = Arrival {
        message: Message { body, sec, mac },
        scheme: if is_dm { Scheme::Dm } else { Scheme::Cp },
        channel: case.channel,
        iccid: case.iccid.as_deref(),
    };
    let mut text = "format = 1\n".to_owned();
    for (key, value) in &case.policy {
        text += &format!("{key} = {value}\n");
    }
    let policy = Policy::parse(&text).map_err(|error| error.to_string())?;
    let settings = Settings {
        policy: &policy,
        levels: Levels::Oma,
        dry_run: false,
    };
    let now = TStamp::from_unix(NOW);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let facts = facts(&made.keys)?;
    let mut agreed = Agreed {
        network_alone: case.agrees,
    };
    match receive(tree, by, &arrival, &facts, &settings, &mut agreed) {
        Ok(Outcome::Applied(summary)) => {
            found.extend(rules(&summary.findings));
            Ok((Ending::Tree(summary.differences), found))
        }
        Ok(Outcome::Unchanged | Outcome::Tried(_)) => Ok((Ending::Tree(Vec::new()), found)),
        Err(refusal) => {
            let rule = refusal.rule().ok_or_else(|| refusal.to_string())?;
            Ok(refused(rule))
        }
    }
}

fn notified(case: &Case, made: &Made) -> Result<(Ending, Rules), String> {
    let mut found = Vec::new();
    let mut octets = &made.octets[..];
    let pdu;
    if case.push {
        pdu = match PushPdu::parse(octets) {
            Ok(pdu) => pdu,
            Err(error) => return Ok(refused(error.rule())),
        };
        found.extend(rules(&pdu.findings));
        found.extend(rules(&notification::check_push(&pdu)));
        octets = pdu.body;
    }
    let message = match TriggerMessage::parse(octets) {
        Ok(message) => message,
        Err(error) => return Ok(refused(error.rule())),
    };
    found.extend(rules(&message.findings));
    let password = made.keys.password.as_deref().ok_or("it has no password")?;
    let nonce = made.keys.nonce.as_deref().map(hex).transpose()?;
    let nonce = nonce.map(Secret::new);
    let verified = match notify::verify(&message, &password.into(), nonce.as_ref()) {
        Ok(verified) => verified,
        Err(error) => return Ok(refused(error.rule())),
    };
    let says = verified.notification();
    let said = Said {
        server_id: says.server_id.to_string(),
        session: says.session_id_text(),
        ui_mode: says.ui_mode.to_string(),
        initiator: says.initiator.to_string(),
        version: says.version,
        vendor: crate::bytes::Hex(&says.vendor).to_string(),
        nonce: match verified.nonce() {
            NonceUsed::Given => "given",
            NonceUsed::Resync => "resync",
        },
    };
    Ok((Ending::Notification(said), found))
}
