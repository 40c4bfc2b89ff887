//! A message arrives.

use super::outcome::{Outcome, Refusal, Reuse};
use super::place::place;
use super::summary::Summary;
use crate::bytes::Hex;
use crate::client::tree::Nodes;
use crate::client::tree::{
    By, ContextRecord, Draft, Provenance, Replay, TRIED_MESSAGES, TStamp, Tree, TreeStore,
    UndoError, is_in_place as is_there,
};
use crate::document::received::{Context, Levels};
use crate::security::cp_mac::{Facts, Scheme, Sec};
use crate::security::policy::{Accepted, Channel, Consent, Denied, Policy, digest};
use crate::security::verify::{Message, NotAuthentic, Verified, verify, verify_dm};

/// A message, and how it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The message.
    pub message: Message<'a>,
    /// The profile whose keys it has.
    pub scheme: Scheme,
    /// How it arrived.
    pub channel: Channel,
    /// The card that it was on.
    pub iccid: Option<&'a str>,
}

/// How messages are received.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// What is accepted.
    pub policy: &'a Policy,
    /// How AAUTHLEVEL is understood.
    pub levels: Levels,
    /// Nothing is applied; wrong PINs count all the same.
    pub dry_run: bool,
}

/// Who is asked.
pub trait Ask {
    /// Whether the network's key alone may vouch for the message.
    fn network_alone(&mut self) -> bool;

    /// Whether what is summed up is to be done.
    fn confirm(&mut self, summary: &Summary) -> bool;
}

/// Says yes, as a program does for a user who decided before.
#[derive(Debug, Clone, Copy)]
pub struct Agreed {
    /// Whether the network's key alone may vouch for a message.
    pub network_alone: bool,
}

impl Ask for Agreed {
    fn network_alone(&mut self) -> bool {
        self.network_alone
    }

    fn confirm(&mut self, _: &Summary) -> bool {
        true
    }
}

/// Receives a message: all that is to be done with it, or nothing and why.
///
/// The tree's content changes in one transaction, or not at all. A refusal leaves a line of the audit,
/// and a wrong PIN its count.
///
/// # Errors
/// [`Refusal`]
pub fn receive<S: TreeStore>(
    tree: &mut Tree<S>,
    by: By<'_>,
    arrival: &Arrival<'_>,
    facts: &Facts,
    settings: &Settings<'_>,
    ask: &mut dyn Ask,
) -> Result<Outcome, Refusal> {
    let document = digest(arrival.message.body);
    let received = authenticate(tree, by, arrival, &document, facts, settings.policy)
        .and_then(|verified| admitted(tree, by, arrival, verified, settings, ask));
    let refusal = match received {
        Ok(outcome) => return Ok(outcome),
        Err(refusal) => refusal,
    };
    // A blocked message writes nothing, so that it costs nothing to send it on and on
    let silent = matches!(
        refusal,
        Refusal::Blocked { .. } | Refusal::Crowded | Refusal::Tree(_)
    );
    if !silent && !settings.dry_run {
        let what = format!("{} a document from {}", refusal.outcome(), arrival.channel);
        note(tree, by, &document, &what)?;
    }
    Err(refusal)
}

/// What becomes of an authentic message.
fn admitted<S: TreeStore>(
    tree: &mut Tree<S>,
    by: By<'_>,
    arrival: &Arrival<'_>,
    verified: Verified<'_>,
    settings: &Settings<'_>,
    ask: &mut dyn Ask,
) -> Result<Outcome, Refusal> {
    let Settings { policy, .. } = settings;
    let mut consent = Consent {
        channel: arrival.channel,
        network_alone: false,
    };
    if let Err(Denied::NetworkAlone { may_ask: true }) = policy.admits(&verified, &consent) {
        consent.network_alone = ask.network_alone();
    }
    let accepted = policy.accept(verified, &consent, settings.levels)?;
    if is_in_place(tree, by, &accepted, policy)? {
        return Ok(Outcome::Unchanged);
    }
    let mut draft = tree.draft()?;
    let summary = prepare(&mut draft, by, &accepted, arrival.iccid)?;
    if settings.dry_run {
        return Ok(Outcome::Tried(summary));
    }
    if !ask.confirm(&summary) {
        return Err(Refusal::Declined);
    }
    let what = format!(
        "applied a document from {}, {}",
        accepted.channel(),
        accepted.assurance()
    );
    draft.commit(by, &named(&what, &accepted.digest()))?;
    Ok(Outcome::Applied(summary))
}

/// Compares the MAC or code. A try of a PIN is counted before, on the disk: when that fails, the PIN is
/// not looked at. It is cleared as soon as the PIN was right, whatever comes of the message: nobody is
/// waited for in between.
fn authenticate<'a, S: TreeStore>(
    tree: &mut Tree<S>,
    by: By<'_>,
    arrival: &Arrival<'a>,
    document: &[u8; 32],
    facts: &Facts,
    policy: &Policy,
) -> Result<Verified<'a>, Refusal> {
    let Arrival {
        message, scheme, ..
    } = *arrival;
    let check = || match scheme {
        Scheme::Cp => verify(message, facts),
        Scheme::Dm => verify_dm(message, facts),
    };
    let uncounted = |source| Refusal::NotAuthentic {
        source,
        tries_left: None,
    };
    let Some(sec) = message.sec.filter(|sec| *sec != Sec::NetwPin) else {
        return check().map_err(uncounted);
    };
    let before = tree.store().tries(document)?;
    let tries = policy.tries();
    if before >= tries {
        return Err(Refusal::Blocked { tries: before });
    }
    policy.pin(sec, facts)?;
    // What lacks a fact tries no PIN
    if let Some(lacking) = lacking(sec, scheme, facts, &message) {
        return Err(uncounted(lacking));
    }
    if before == 0 && tree.store().tried()? >= TRIED_MESSAGES {
        return Err(Refusal::Crowded);
    }
    let mut count = |count, what: &str| {
        let mut draft = tree.draft()?;
        draft.record_tries(*document, count);
        draft.commit(by, &named(what, document))
    };
    count(Some(before + 1), "tries a PIN for a document")?;
    match check() {
        Ok(verified) => {
            count(None, "found the PIN right for a document")?;
            Ok(verified)
        }
        Err(_) if before + 1 >= tries => {
            note(tree, by, document, "blocked a document")?;
            Err(Refusal::Blocked { tries: before + 1 })
        }
        Err(source) => Err(Refusal::NotAuthentic {
            source,
            tries_left: Some(tries - before - 1),
        }),
    }
}

/// Why no PIN can be compared.
fn lacking(sec: Sec, scheme: Scheme, facts: &Facts, message: &Message<'_>) -> Option<NotAuthentic> {
    use crate::security::cp_mac::MissingFact;
    let missing = match sec {
        _ if !scheme.has(sec) => return Some(NotAuthentic::NotInDm { sec }),
        _ if sec.carries_mac() && message.mac.is_none() => {
            return Some(NotAuthentic::NoMac { sec, scheme });
        }
        Sec::UserPinMac => facts.code.is_none().then_some(MissingFact::Code),
        Sec::UserNetwPin if facts.network.is_none() => Some(MissingFact::Imsi),
        Sec::UserPin | Sec::UserNetwPin => facts.pin.is_none().then_some(MissingFact::Pin),
        Sec::NetwPin => None,
    };
    missing.map(|fact| NotAuthentic::MissingFact { fact, sec, scheme })
}

/// Leaves a line of the audit about a document, and changes nothing.
fn note<S: TreeStore>(
    tree: &mut Tree<S>,
    by: By<'_>,
    document: &[u8; 32],
    what: &str,
) -> Result<(), Refusal> {
    Ok(tree.draft()?.commit(by, &named(what, document))?)
}

/// What happened, with the SHA-256 of the document.
fn named(what: &str, document: &[u8; 32]) -> String {
    format!("{what}: {}", Hex(document))
}

/// Whether a message was applied and is still there. One that was seen so long ago that the policy
/// forgot it was never seen.
fn is_in_place<S: TreeStore>(
    tree: &mut Tree<S>,
    by: By<'_>,
    accepted: &Accepted<'_>,
    policy: &Policy,
) -> Result<bool, Refusal> {
    let store = tree.store();
    let Some(replay) = store.replay(&accepted.digest())? else {
        return Ok(false);
    };
    if is_there(store, &store.provenance()?, &accepted.digest(), &replay)? {
        return Ok(true);
    }
    let until = replay.at.unix().saturating_add(policy.replay().as_secs());
    // A clock that was put back refuses too
    if by.now.unix() < until {
        return Err(Refusal::Replayed {
            at: replay.at,
            until: TStamp::from_unix(until),
        });
    }
    Ok(false)
}

/// Drafts all that an accepted document brings.
fn prepare<S: TreeStore>(
    draft: &mut Draft<'_, S>,
    by: By<'_>,
    accepted: &Accepted<'_>,
    iccid: Option<&str>,
) -> Result<Summary, Refusal> {
    let document = accepted.digest();
    let origin = Provenance {
        document,
        channel: accepted.channel().name().to_owned(),
        iccid: iccid.map(str::to_owned),
        at: by.now.clone(),
    };
    let context = accepted.received().context.as_ref();
    if let Some(context) = context {
        may_make(draft, context, accepted)?;
    }
    let mut findings = accepted.received().findings.clone();
    let tops = place(draft, by, accepted, &origin, &mut findings)?;
    if tops.is_empty() {
        return Err(Refusal::Nothing(findings));
    }
    if let Some(context) = context {
        let record = ContextRecord {
            provurl: context.provurl.clone(),
            allow: context.allow,
            privileged: context.privileged,
            origin: origin.clone(),
        };
        draft.record_context(document, Some(record));
    }
    let mut account = false;
    for top in &tops {
        account |= draft.node(&top.child("ServerID"))?.is_some();
    }
    let replay = Replay {
        at: by.now.clone(),
        undone: false,
        account,
    };
    draft.record_replay(document, Some(replay));
    draft.keep_for_undo(by, document)?;
    Ok(Summary::of(draft, accepted, iccid, &tops, findings)?)
}

/// Whether a configuration context may be made beside those that are there (WAP-184 §5.1, §7.1.5;
/// WAP-183 §5.6.8). The card is above that.
fn may_make<S: TreeStore>(
    draft: &Draft<'_, S>,
    context: &Context,
    accepted: &Accepted<'_>,
) -> Result<(), Refusal> {
    if accepted.channel() == Channel::Card {
        return Ok(());
    }
    let known = draft.contexts()?;
    let same = |other: &ContextRecord| other.provurl.is_some() && other.provurl == context.provurl;
    let of_card = |other: &ContextRecord| other.origin.channel == Channel::Card.name();
    if let Some(provurl) = &context.provurl
        && known.values().any(same)
    {
        let mut same = known.values().filter(|other| same(other));
        if accepted.overwrites() && !same.any(of_card) {
            return Ok(());
        }
        let provurl = provurl.chars().take(80).collect();
        return Err(Reuse::Known { provurl }.into());
    }
    // The first that says whom to trust rules the others
    let privileged = known.iter().filter(|(_, context)| context.privileged);
    let ruling = privileged.min_by_key(|(_, context)| context.origin.at.clone());
    let Some((first, ruling)) = ruling else {
        return Ok(());
    };
    // One without a name is there as long as anything of its document is
    let origins = draft.provenance()?;
    let is_there = |document: &[u8; 32], context: &ContextRecord| {
        let mut brought = origins.values();
        context.provurl.is_some() || brought.any(|origin| origin.document == *document)
    };
    let others = known
        .iter()
        .filter(|(document, context)| *document != first && is_there(document, context));
    let others = others.count();
    match ruling.allow {
        u8::MAX => Ok(()),
        allow if others < usize::from(allow) => Ok(()),
        allow => Err(Reuse::Full { allow }.into()),
    }
}

/// Takes back the last application, in one transaction. Gives the SHA-256 of its document.
///
/// # Errors
/// [`UndoError`]
pub fn undo<S: TreeStore>(tree: &mut Tree<S>, by: By<'_>) -> Result<[u8; 32], UndoError> {
    let mut draft = tree.draft()?;
    let document = draft.undo_last(by)?;
    draft.commit(by, &named("took the last application back", &document))?;
    Ok(document)
}
