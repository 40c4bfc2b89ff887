//! Where the objects of a document go.

use super::fit::{Fitter, is_interior, left_out, report};
use super::needless::needless;
use super::proxy::{Earlier, earlier, inherit};
use super::versions::{Candidate, newest};
use crate::client::tree::ddf::Ddf;
use crate::client::tree::{
    By, Draft, Error, Item, NodePath, Nodes, Provenance, Reason, Replay, StoreError, TreeStore,
};
use crate::document::dm::Node;
use crate::document::dm::uri::{absolute, is_node_name};
use crate::document::received::{BootstrapProfile, Incoming, ObjectKind, rules};
use crate::finding::Finding;
use crate::security::policy::{Accepted, Channel};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Puts all that an accepted document brings into a draft. Gives the tops of what came.
///
/// Whether an account can be shows when it is added, and what it refers to is there by then. So when
/// one cannot, all is placed once more without it: neither access points nor rights are left of it.
pub(super) fn place<S: TreeStore>(
    draft: &mut Draft<'_, S>,
    by: By<'_>,
    accepted: &Accepted<'_>,
    origin: &Provenance,
    findings: &mut Vec<Finding>,
) -> Result<Vec<NodePath>, Error> {
    let candidates = newest(&accepted.received().objects, draft.ddf(), findings);
    let mut failed = BTreeMap::new();
    // Each turn but the last leaves one account more out
    loop {
        let before = failed.len();
        let mut said = findings.clone();
        let placed = draft.unit(|draft| {
            let mut work = Placing {
                draft,
                by,
                accepted,
                origin,
                findings: &mut said,
                places: BTreeMap::new(),
                last: BTreeMap::new(),
                tops: Vec::new(),
                replaced: Vec::new(),
                failed: &mut failed,
                lost: BTreeSet::new(),
            };
            work.all(&candidates).map_err(Some)?;
            if work.failed.len() > before {
                return Err(None);
            }
            work.retire().map_err(Some)?;
            Ok(work.tops)
        });
        match placed {
            Ok(tops) => {
                *findings = said;
                return Ok(tops);
            }
            Err(Some(error)) => return Err(error),
            Err(None) => {}
        }
    }
}

/// What is done with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is put below this node, under a name of its own.
    Below(NodePath),
    /// It takes the place of this one.
    Instead(NodePath),
    /// It is put where it says.
    There(NodePath),
    /// It is left out.
    Skip,
}

struct Placing<'p, 't, S> {
    draft: &'p mut Draft<'t, S>,
    by: By<'p>,
    accepted: &'p Accepted<'p>,
    origin: &'p Provenance,
    findings: &'p mut Vec<Finding>,
    /// Addresses in the document, and the place in the tree of what they name; `None` when it was
    /// left out.
    places: BTreeMap<String, Option<NodePath>>,
    /// The highest number below a node, once it was looked for.
    last: BTreeMap<NodePath, u64>,
    tops: Vec<NodePath>,
    /// Documents of which something was replaced.
    replaced: Vec<[u8; 32]>,
    /// The accounts that could not be added, by their addresses in the document, and why.
    failed: &'p mut BTreeMap<String, Vec<Finding>>,
    /// The servers of the document that have no account afterwards.
    lost: BTreeSet<String>,
}

impl<'p, S: TreeStore> Placing<'p, '_, S> {
    fn all(&mut self, candidates: &[Candidate<'_>]) -> Result<(), Error> {
        let mut verdicts = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            verdicts.push(self.verdict(candidate)?);
        }
        self.lost = self.lost(candidates, &verdicts)?;
        let needless = needless(candidates, &verdicts, !self.failed.is_empty());
        for (candidate, verdict) in candidates.iter().zip(&verdicts) {
            if *verdict == Verdict::Skip || needless.contains(candidate.object.uri.as_str()) {
                self.went(candidate, None);
            }
        }
        // What others refer to comes first
        for kind in [
            Some(ObjectKind::Nap),
            Some(ObjectKind::Proxy),
            Some(ObjectKind::DmAcc),
            None,
        ] {
            let same = candidates.iter().zip(&verdicts);
            for (candidate, verdict) in same.filter(|(candidate, _)| candidate.kind == kind) {
                if !self.places.contains_key(&candidate.object.uri) {
                    self.object(candidate, verdict)?;
                }
            }
        }
        Ok(())
    }

    /// Where a candidate, and all that it stands for, went.
    fn went(&mut self, candidate: &Candidate<'_>, place: Option<NodePath>) {
        for uri in &candidate.stands_for {
            self.places.insert((*uri).to_owned(), place.clone());
        }
        self.places.insert(candidate.object.uri.clone(), place);
    }

    /// The servers of accounts that are left out, but those that have another one.
    fn lost(
        &self,
        candidates: &[Candidate<'_>],
        verdicts: &[Verdict],
    ) -> Result<BTreeSet<String>, StoreError> {
        let (mut lost, mut kept) = (BTreeSet::new(), BTreeSet::new());
        if !verdicts.contains(&Verdict::Skip) {
            return Ok(lost);
        }
        for (candidate, verdict) in candidates.iter().zip(verdicts) {
            let Some(server) = candidate.server_id() else {
                continue;
            };
            let there = match &candidate.home {
                Some(home) => self.account_of(home, server, false)?.is_some(),
                None => false,
            };
            match there || *verdict != Verdict::Skip {
                true => kept.insert(server.to_owned()),
                false => lost.insert(server.to_owned()),
            };
        }
        lost.retain(|server| !kept.contains(server));
        Ok(lost)
    }

    fn verdict(&mut self, candidate: &Candidate<'_>) -> Result<Verdict, Error> {
        let object = candidate.object;
        if let Some(why) = self.failed.get(&object.uri) {
            self.findings.extend_from_slice(why);
            return Ok(Verdict::Skip);
        }
        let Some(home) = candidate.home.clone() else {
            if object.kind.is_none() && !object.in_inbox {
                return Ok(match self.draft.address(&object.uri) {
                    Ok(path) => Verdict::There(path),
                    Err(Error::Store(error)) => return Err(error.into()),
                    Err(_) => self.skip(object, "an address that the device takes"),
                });
            }
            return Ok(self.skip(object, "an object of a kind that the device has"));
        };
        let Some(server) = candidate.server_id() else {
            return Ok(Verdict::Below(home));
        };
        let from_card = self.accepted.channel() == Channel::Card;
        let Some((path, holds_card)) = self.account_of(&home, server, from_card)? else {
            return Ok(Verdict::Below(home));
        };
        let (rule, expected, remedy) = match holds_card && !from_card {
            true => (
                &rules::CARD_FIRST,
                "no account of it on the card",
                "it is left out: the card speaks for that server",
            ),
            false if self.accepted.overwrites() => return Ok(Verdict::Instead(path)),
            false => (
                &rules::EXISTS,
                "none",
                "it is left out; undo or delete the other, or let the policy overwrite",
            ),
        };
        let found = format!("an account of {server:?}, which has {path}");
        report(self.findings, rule, found, expected, remedy);
        Ok(Verdict::Skip)
    }

    /// The account of a server that decides about another one: the card's, if there is one, whose
    /// own goes before those of other origins and stands beside them. Says whether it is the card's.
    fn account_of(
        &self,
        home: &NodePath,
        server: &str,
        from_card: bool,
    ) -> Result<Option<(NodePath, bool)>, StoreError> {
        let origins = self.draft.provenance()?;
        let mut found = None;
        for path in self.draft.children(home)? {
            let id = self.draft.node(&path.child("ServerID"))?;
            if id.as_ref().and_then(|id| id.value.expose_text()) != Some(server) {
                continue;
            }
            let of_card = |origin: &Provenance| origin.channel == Channel::Card.name();
            if origins.get(&path).is_some_and(of_card) {
                return Ok(Some((path, true)));
            }
            if !from_card {
                found = found.or(Some((path, false)));
            }
        }
        Ok(found)
    }

    fn skip(&mut self, object: &Incoming, expected: &str) -> Verdict {
        let found = match object.identifier() {
            "" => object.uri.clone(),
            identifier => format!("{}, {identifier:?}", object.uri),
        };
        left_out(self.findings, &rules::UNSUPPORTED, found, expected);
        Verdict::Skip
    }

    /// Puts an object where the verdict says.
    fn object(&mut self, candidate: &Candidate<'_>, verdict: &Verdict) -> Result<(), Error> {
        let object = candidate.object;
        let said = self.findings.len();
        let place = match verdict {
            Verdict::Below(home) => {
                let mut node = Cow::Borrowed(&object.node);
                if let (Some(ObjectKind::Proxy), Some(iccid)) = (candidate.kind, self.card()) {
                    match earlier(self.draft, home, &object.node, iccid)? {
                        Earlier::Unknown => {}
                        Earlier::Beside(other) => inherit(self.draft, &other, node.to_mut())?,
                        Earlier::There(place) => {
                            self.there_already(&place);
                            self.went(candidate, Some(place));
                            return Ok(());
                        }
                    }
                }
                let place = self.free(home, object)?;
                let planted = self.plant(&place, &node, None)?;
                let number = place.name().parse::<u64>().ok().filter(|_| planted);
                if let (Some(last), Some(number)) = (self.last.get_mut(home), number) {
                    *last = number.max(*last);
                }
                planted.then_some(place)
            }
            Verdict::Instead(path) => {
                let place = self.plant(path, &object.node, Some(path))?;
                place.then(|| path.clone())
            }
            Verdict::There(path) => {
                self.graft(path, &object.node)?;
                Some(path.clone())
            }
            Verdict::Skip => None,
        };
        if place.is_none() && candidate.kind == Some(ObjectKind::DmAcc) {
            let why = self.findings[said..].to_vec();
            self.failed.insert(object.uri.clone(), why);
        }
        self.went(candidate, place);
        Ok(())
    }

    /// The card that the document is on, if its proxies may add to those of earlier ones.
    fn card(&self) -> Option<&'p str> {
        let adds = self.accepted.profile() == BootstrapProfile::Cp
            && self.accepted.channel() == Channel::Card;
        self.origin.iccid.as_deref().filter(|_| adds)
    }

    fn there_already(&mut self, place: &NodePath) {
        report(
            self.findings,
            &rules::EXISTS,
            format!("the proxy of {place} once more"),
            "another PHYSICAL-PROXY-ID",
            "it is left out, and references to it name that one",
        );
    }

    /// A place for an object: its own name where that is free, else the next number. The objects of
    /// a provisioning document have numbers only, in the order of priority.
    fn free(&mut self, home: &NodePath, object: &Incoming) -> Result<NodePath, StoreError> {
        let own = object.uri.rsplit('/').next().unwrap_or_default();
        if self.accepted.profile() == BootstrapProfile::Dm && is_node_name(own) {
            let place = home.child(own);
            if self.draft.node(&place)?.is_none() {
                return Ok(place);
            }
        }
        let last = match self.last.get(home) {
            Some(last) => *last,
            None => {
                let children = self.draft.children(home)?;
                let numbers = children.iter().filter_map(|path| path.name().parse().ok());
                let last: u64 = numbers.max().unwrap_or(0);
                self.last.insert(home.clone(), last);
                last
            }
        };
        let place = home.child(&last.saturating_add(1).to_string());
        if self.accepted.profile() == BootstrapProfile::Dm {
            report(
                self.findings,
                &rules::RENAMED,
                format!("{}, whose name is taken", object.uri),
                "a name that is free",
                &format!("it becomes {place}, and references to it follow"),
            );
        }
        Ok(place)
    }

    /// Adds an object at a place, instead of another when one is named. False when it is left out.
    fn plant(
        &mut self,
        path: &NodePath,
        node: &Node<'static>,
        instead: Option<&NodePath>,
    ) -> Result<bool, Error> {
        let before = match instead {
            Some(path) => self.draft.provenance()?.remove(path),
            None => None,
        };
        let fitted = Fitter {
            draft: self.draft,
            places: &self.places,
            nobody: self.accepted.profile() == BootstrapProfile::Cp,
            lost: &self.lost,
            findings: self.findings,
            now: self.by.now,
        }
        .fit(path.clone(), node);
        if fitted.is_empty() {
            return Ok(false);
        }
        let (by, origin, findings) = (self.by, self.origin, &mut *self.findings);
        let planted = self.draft.unit(|draft| {
            if let Some(old) = instead {
                draft.prune(old)?;
            }
            draft.add_fitted(by, fitted)?;
            complete(draft, path, findings)?;
            draft.record_provenance(path, Some(origin.clone()));
            Ok(())
        });
        match planted {
            Ok(()) => {
                self.replaced.extend(before.map(|origin| origin.document));
                self.tops.push(path.clone());
                Ok(true)
            }
            Err(Error::Store(error)) => Err(error.into()),
            Err(Error::Refused { at, reason }) => {
                let rule = match reason {
                    Reason::Needed { .. } => &rules::INCOMPLETE,
                    _ => &rules::NODE,
                };
                let expected = "an object that the device's description takes";
                left_out(self.findings, rule, format!("{at}: {reason}"), expected);
                Ok(false)
            }
        }
    }

    /// Adds nodes that have a place of their own to what is there.
    // Recursion is bounded: the readers limit the depth
    fn graft(&mut self, path: &NodePath, node: &Node<'static>) -> Result<(), Error> {
        if in_object(self.draft.ddf(), path) {
            let expected = "an object in the Inbox, or where the standard has it";
            left_out(
                self.findings,
                &rules::UNSUPPORTED,
                path.to_string(),
                expected,
            );
            return Ok(());
        }
        let Some(there) = self.draft.node(path)? else {
            let above = path.parent();
            let above = above.map(|above| self.draft.node(&above)).transpose()?;
            if above.flatten().is_some_and(|above| above.is_interior()) {
                self.plant(path, node, None)?;
            } else {
                let (found, expected) = (path.to_string(), "a node above it");
                left_out(self.findings, &rules::NODE, found, expected);
            }
            return Ok(());
        };
        if there.is_interior() && is_interior(node) && !node.nodes.is_empty() {
            for child in &node.nodes {
                let name = child.name.as_ref().map_or("", |name| name.as_str());
                if is_node_name(name) {
                    self.graft(&path.child(name), child)?;
                } else {
                    let found = format!("a node below {path} with a name that none can have");
                    left_out(self.findings, &rules::NODE, found, "the name of a node");
                }
            }
            return Ok(());
        }
        let replaceable = self.draft.ddf().place(path);
        let replaceable = replaceable.is_some_and(|place| place.access().replace);
        if self.accepted.overwrites() && replaceable && !there.is_interior() {
            if self.would_be_lost(path)? {
                report(
                    self.findings,
                    &rules::EXISTS,
                    format!("{path}, which did not come from the card"),
                    "a node of the card, or one that is not there yet",
                    "it is left out, since the node would go with the card",
                );
                return Ok(());
            }
            return self.overwrite(path, node);
        }
        report(
            self.findings,
            &rules::EXISTS,
            format!("{path}, which is there"),
            "a node that is not there yet",
            "it is left out; let the policy overwrite",
        );
        Ok(())
    }

    /// Whether a card's document would take a node over that is not of that card. It would be lost
    /// when the card is forgotten.
    fn would_be_lost(&self, path: &NodePath) -> Result<bool, StoreError> {
        if self.accepted.channel() != Channel::Card {
            return Ok(false);
        }
        let origins = self.draft.provenance()?;
        let above = std::iter::successors(Some(path.clone()), NodePath::parent);
        let nearest = above.filter_map(|path| origins.get(&path)).next();
        Ok(nearest.is_none_or(|origin| {
            (&origin.channel, &origin.iccid) != (&self.origin.channel, &self.origin.iccid)
        }))
    }

    fn overwrite(&mut self, path: &NodePath, node: &Node<'static>) -> Result<(), Error> {
        let fitted = Fitter {
            draft: self.draft,
            places: &self.places,
            nobody: false,
            lost: &self.lost,
            findings: self.findings,
            now: self.by.now,
        }
        .fit(path.clone(), node);
        let fitted = fitted.into_iter().next().map(|fitted| fitted.node);
        let Some(fitted) = fitted.filter(|node| !node.is_interior()) else {
            return Ok(());
        };
        let item = Item::leaf(fitted.format, fitted.value);
        let before = self
            .draft
            .provenance()?
            .get(path)
            .map(|origin| origin.document);
        self.draft.replace(self.by, &path.to_string(), item)?;
        self.draft
            .record_provenance(path, Some(self.origin.clone()));
        self.replaced.extend(before);
        self.tops.push(path.clone());
        Ok(())
    }

    /// Access points and proxies of which the account was replaced go with it, unless something
    /// refers to them; a document of which nothing is left is one that was replaced.
    fn retire(&mut self) -> Result<(), Error> {
        for document in std::mem::take(&mut self.replaced) {
            let of_it = |origins: BTreeMap<NodePath, Provenance>| -> Vec<NodePath> {
                let own = origins.into_iter();
                own.filter(|(_, origin)| origin.document == document)
                    .map(|(path, _)| path)
                    .collect()
            };
            if document == self.origin.document {
                continue;
            }
            // A proxy that goes may be the last that refers to an access point
            loop {
                let used = references(self.draft)?;
                let rest = of_it(self.draft.provenance()?);
                let ddf = self.draft.ddf();
                let unused = rest.into_iter().find(|path| {
                    let connects = [ObjectKind::Nap, ObjectKind::Proxy]
                        .into_iter()
                        .any(|kind| is_of(ddf, path, kind));
                    connects && !used.contains(&path.to_string())
                });
                let Some(unused) = unused else { break };
                self.draft.prune(&unused)?;
            }
            if of_it(self.draft.provenance()?).is_empty() {
                let replay = Replay {
                    at: self.by.now.clone(),
                    undone: true,
                    account: false,
                };
                self.draft.record_replay(document, Some(replay));
                self.draft.record_context(document, None);
            }
        }
        Ok(())
    }
}

/// Whether a place is an object of the standards or inside of one. These are judged whole, so nothing
/// is put into one piece by piece.
fn in_object(ddf: &Ddf, path: &NodePath) -> bool {
    let known = |name: &String| ObjectKind::named(name).is_some();
    std::iter::successors(Some(path.clone()), NodePath::parent)
        .filter_map(|path| Some(ddf.place(&path)?.types().iter().any(known)))
        .any(|is_object| is_object)
}

/// Whether objects of a kind hang where this is.
pub(super) fn is_of(ddf: &Ddf, path: &NodePath, kind: ObjectKind) -> bool {
    path.parent().is_some() && path.parent() == ddf.home(Some(kind), "")
}

/// The addresses that references in the tree name.
fn references<S: TreeStore>(draft: &Draft<'_, S>) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    for path in draft.subtree(&NodePath::ROOT)? {
        if matches!(path.name(), "ConRef" | "PrefConRef")
            && let Some(node) = draft.node(&path)?
            && let Some(uri) = node.value.expose_text()
        {
            found.insert(absolute(uri));
        }
    }
    Ok(found)
}

/// Takes out parts that lack what their description requires, the smallest first; an error when the
/// object as a whole lacks something.
fn complete<S: TreeStore>(
    draft: &mut Draft<'_, S>,
    top: &NodePath,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    // The deepest comes last
    while let Some((path, reason)) = draft.incomplete(top)?.pop() {
        if path == *top {
            return Err(reason.at(&path));
        }
        let expected = "all that the device's description requires of it";
        let found = format!("{path}: {reason}");
        left_out(findings, &rules::INCOMPLETE, found, expected);
        draft.prune(&path)?;
    }
    Ok(())
}
