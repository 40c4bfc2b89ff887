//! Of several versions of an object, which one counts.
//!
//! A message may bring an object in several versions, for devices of different age, and the newest that
//! is supported counts (OMA DM Bootstrap 1.2 §5.4.5). What are versions of one object is not said there.
//! Here they are objects of one name but for the version, with the same ServerID, ID or ProxyId for an
//! account, access point or proxy, and the same ID, or none, for a vendor's.
//!
//! A version is supported that the description of the device has. Identifiers of
//! [known kinds](ObjectKind::named) are taken for its own where nothing better comes: senders use
//! several for the same nodes.

use super::fit::report;
use crate::client::tree::NodePath;
use crate::client::tree::ddf::Ddf;
use crate::document::received::{Incoming, ObjectKind, rules, text};
use crate::finding::Finding;
use std::collections::BTreeMap;

/// An object of a document, as the device sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate<'o> {
    pub object: &'o Incoming,
    /// What it is: objects that the description puts where those of a kind hang are of that kind.
    pub kind: Option<ObjectKind>,
    /// The node below which it hangs, if the device has one.
    pub home: Option<NodePath>,
    /// The addresses of versions of it that are left out: references to these mean this one.
    pub stands_for: Vec<&'o str>,
}

impl<'o> Candidate<'o> {
    fn of(object: &'o Incoming, ddf: &Ddf) -> Self {
        let home = ddf.home(object.kind, object.identifier());
        let hangs = |kind: &ObjectKind| home.is_some() && ddf.home(Some(*kind), "") == home;
        let kinds = [ObjectKind::DmAcc, ObjectKind::Nap, ObjectKind::Proxy];
        Self {
            object,
            kind: object.kind.or_else(|| kinds.into_iter().find(hangs)),
            home,
            stands_for: Vec::new(),
        }
    }

    /// The server of an account.
    pub fn server_id(&self) -> Option<&'o str> {
        let is_account = self.kind == Some(ObjectKind::DmAcc);
        self.object.server_id().filter(|_| is_account)
    }

    /// What it is, in a message.
    fn what(&self) -> &'static str {
        match self.kind {
            Some(ObjectKind::DmAcc) => "an account",
            Some(ObjectKind::Nap) => "an access point",
            Some(ObjectKind::Proxy) => "a proxy",
            None => "an object",
        }
    }

    /// What versions of one object have in common; `None` for what has no rivals: objects that the
    /// device has no place for, and those that do not say which one they are.
    fn identity(&self) -> Option<(String, Option<&'o str>)> {
        self.home.as_ref()?;
        let (name, leaf) = match self.kind {
            Some(kind) => (
                kind.identifier(),
                match kind {
                    ObjectKind::DmAcc => "ServerID",
                    ObjectKind::Nap => "ID",
                    ObjectKind::Proxy => "ProxyId",
                },
            ),
            None => (self.object.identifier(), "ID"),
        };
        let id = self.object.node.child(leaf).and_then(text);
        let is_known = id.is_some() || self.kind.is_none();
        is_known.then(|| (parts(name).0, id))
    }

    /// What the newest has most of: whether the description has its version, and the version.
    fn rank(&self, ddf: &Ddf) -> (bool, (u32, u32)) {
        let identifier = self.object.identifier();
        let (_, version) = parts(identifier);
        let place = self
            .home
            .as_ref()
            .and_then(|home| ddf.place(&home.child("1")));
        let types = place.map_or(&[][..], |place| place.types());
        let supports = |own: &String| {
            let same_kind = self.kind.is_some() && ObjectKind::named(own) == self.kind;
            own == identifier || same_kind && parts(own).1 == version
        };
        (identifier.is_empty() || types.iter().any(supports), version)
    }
}

/// What a document brings, of each object the newest version that the device supports. Of several
/// accounts of one server in that version the first counts.
pub(super) fn newest<'o>(
    objects: &'o [Incoming],
    ddf: &Ddf,
    findings: &mut Vec<Finding>,
) -> Vec<Candidate<'o>> {
    let all = objects.iter().map(|object| Candidate::of(object, ddf));
    let mut all: Vec<_> = all.collect();
    // The best of each object, and where it is
    let mut best = BTreeMap::new();
    for (index, candidate) in all.iter().enumerate() {
        let Some(identity) = candidate.identity() else {
            continue;
        };
        let rank = candidate.rank(ddf);
        let known = best.entry(identity).or_insert((rank, index));
        if rank > known.0 {
            *known = (rank, index);
        }
    }
    let mut kept = Vec::with_capacity(all.len());
    for index in 0..all.len() {
        let candidate = &all[index];
        let rival = candidate.identity().and_then(|id| best.get(&id).copied());
        let Some((rank, first)) = rival.filter(|(_, first)| *first != index) else {
            kept.push(index);
            continue;
        };
        let (what, uri) = (candidate.what(), &candidate.object.uri);
        let is_account = candidate.kind == Some(ObjectKind::DmAcc);
        let own = candidate.rank(ddf);
        let (rule, found, expected) = match own == rank {
            true if !is_account => {
                kept.push(index);
                continue;
            }
            true => {
                let found = format!("a second account of a server, {uri}");
                (&rules::FIRST_WINS, found, "one account for a server")
            }
            false => {
                let version = match own.0 {
                    true => "in an older version",
                    false => "in a version that the device does not have",
                };
                let found = format!("{what} {version}, {uri}");
                let expected = "the newest version that the device has";
                (&rules::OLDER_VERSION, found, expected)
            }
        };
        report(findings, rule, found, expected, "it is left out; send one");
        if own != rank {
            all[first].stands_for.push(uri);
        }
    }
    let mut all: Vec<_> = all.into_iter().map(Some).collect();
    kept.into_iter()
        .filter_map(|index| all[index].take())
        .collect()
}

/// The name of an object without its version, and the version: what stands between colons or slashes
/// as two numbers with a dot. None is older than any.
fn parts(identifier: &str) -> (String, (u32, u32)) {
    let version = |piece: &&str| -> Option<(u32, u32)> {
        let (major, minor) = piece.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let pieces = || identifier.split([':', '/']);
    let name: Vec<_> = pieces().filter(|piece| version(piece).is_none()).collect();
    let found = pieces().find_map(|piece| version(&piece));
    (name.join(":"), found.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_names_and_versions() {
        for (identifier, name, version) in [
            (
                "urn:oma:mo:oma-connmo-nap:1.10",
                "urn:oma:mo:oma-connmo-nap",
                (1, 10),
            ),
            ("com.example/2.0/Example", "com.example:Example", (2, 0)),
            ("com.example", "com.example", (0, 0)),
            ("", "", (0, 0)),
        ] {
            assert_eq!(
                parts(identifier),
                (name.to_owned(), version),
                "{identifier}"
            );
        }
    }
}
