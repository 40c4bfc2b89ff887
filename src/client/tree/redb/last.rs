//! What the last application changed, as octets: lists behind their length in four octets, and what
//! may be absent behind an octet that is 1 when it is there.

use super::codec::{self, Record, put};
use crate::client::tree::path::NodePath;
use crate::client::tree::store::{LastApplied, StoreError};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

pub fn write(last: &LastApplied) -> Zeroizing<Vec<u8>> {
    let mut pieces: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    let mut piece = |fill: &dyn Fn(&mut Vec<u8>)| {
        let mut octets = Vec::new();
        fill(&mut octets);
        pieces.push(Zeroizing::new(octets));
    };
    piece(&|out| out.extend(last.document));
    piece(&|out| put(out, last.at.as_str().as_bytes()));
    piece(&|out| count(out, last.nodes.len()));
    for (path, (before, after)) in &last.nodes {
        piece(&|out| put(out, path.key().as_bytes()));
        for node in [before, after] {
            let node = node.as_deref().map(codec::write_node);
            piece(&|out| {
                // Of its full size at once: growing would leave a secret behind
                out.reserve_exact(5 + node.as_ref().map_or(0, |node| node.len()));
                maybe(out, node.as_ref().map(|node| node.as_slice()));
            });
        }
    }
    piece(&|out| count(out, last.provenance.len()));
    for (path, origin) in &last.provenance {
        piece(&|out| put(out, path.key().as_bytes()));
        piece(&|out| maybe(out, origin.as_ref().map(codec::write_provenance).as_deref()));
    }
    piece(&|out| count(out, last.replays.len()));
    for (body, replay) in &last.replays {
        piece(&|out| out.extend(body));
        piece(&|out| maybe(out, replay.as_ref().map(codec::write_replay).as_deref()));
    }
    piece(&|out| count(out, last.contexts.len()));
    for (document, context) in &last.contexts {
        piece(&|out| out.extend(document));
        piece(&|out| maybe(out, context.as_ref().map(codec::write_context).as_deref()));
    }
    let length = pieces.iter().map(|piece| piece.len()).sum();
    let mut out = Zeroizing::new(Vec::with_capacity(length));
    pieces.iter().for_each(|piece| out.extend_from_slice(piece));
    out
}

fn count(out: &mut Vec<u8>, count: usize) {
    // What is kept is below this limit by far
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    out.extend_from_slice(&count.to_be_bytes());
}

fn maybe(out: &mut Vec<u8>, octets: Option<&[u8]>) {
    out.push(u8::from(octets.is_some()));
    if let Some(octets) = octets {
        put(out, octets);
    }
}

pub fn read(octets: &[u8]) -> Result<LastApplied, StoreError> {
    let mut record = Record::new("what was applied last", octets);
    let mut last = LastApplied {
        document: key(&mut record)?,
        at: record.stamp()?,
        nodes: BTreeMap::new(),
        provenance: BTreeMap::new(),
        replays: BTreeMap::new(),
        contexts: BTreeMap::new(),
    };
    for _ in 0..number(&mut record)? {
        let path = NodePath::from_key(&record.text()?);
        let before = optional(&mut record, codec::read_shared)?;
        let after = optional(&mut record, codec::read_shared)?;
        last.nodes.insert(path, (before, after));
    }
    for _ in 0..number(&mut record)? {
        let path = NodePath::from_key(&record.text()?);
        let origin = optional(&mut record, codec::read_provenance)?;
        last.provenance.insert(path, origin);
    }
    for _ in 0..number(&mut record)? {
        let body = key(&mut record)?;
        let replay = optional(&mut record, codec::read_replay)?;
        last.replays.insert(body, replay);
    }
    for _ in 0..number(&mut record)? {
        let document = key(&mut record)?;
        let context = optional(&mut record, codec::read_context)?;
        last.contexts.insert(document, context);
    }
    record.end()?;
    Ok(last)
}

fn key(record: &mut Record<'_>) -> Result<[u8; 32], StoreError> {
    let octets = record.take(32)?;
    octets.try_into().map_err(|_| record.damaged())
}

fn number(record: &mut Record<'_>) -> Result<u32, StoreError> {
    let octets = record.take(4)?.try_into();
    Ok(u32::from_be_bytes(octets.map_err(|_| record.damaged())?))
}

fn optional<T>(
    record: &mut Record<'_>,
    read: fn(&[u8]) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    match record.take(1)?[0] {
        0 => Ok(None),
        1 => read(record.octets()?).map(Some),
        _ => Err(record.damaged()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::client::tree::{ContextRecord, Node, Provenance, Replay, TStamp};

    #[test]
    fn it_comes_back_and_no_cut_of_it_does() {
        let at = TStamp::from_unix(1);
        let node = Node::root(&at);
        let origin = Provenance {
            document: [7; 32],
            channel: "card".into(),
            iccid: Some("8949".into()),
            at: at.clone(),
        };
        let context = |provurl: Option<&str>| ContextRecord {
            provurl: provurl.map(str::to_owned),
            allow: 255,
            privileged: provurl.is_some(),
            origin: origin.clone(),
        };
        let replay = Replay {
            at: at.clone(),
            undone: true,
            account: false,
        };
        let path = |name| NodePath::ROOT.child("DMAcc").child(name);
        let last = LastApplied {
            document: [1; 32],
            at,
            nodes: BTreeMap::from([
                (path("1"), (None, Some(node.clone()))),
                (path("2"), (Some(node), None)),
            ]),
            provenance: BTreeMap::from([(path("1"), None), (path("2"), Some(origin.clone()))]),
            replays: BTreeMap::from([([1; 32], None), ([2; 32], Some(replay))]),
            contexts: BTreeMap::from([
                ([1; 32], None),
                ([2; 32], Some(context(None))),
                ([3; 32], Some(context(Some("https://x")))),
            ]),
        };
        let octets = write(&last);
        assert_eq!(read(&octets).unwrap(), last);
        for end in 0..octets.len() {
            assert!(read(&octets[..end]).is_err(), "{end}");
        }
        assert!(read(&[&octets[..], &[0]].concat()).is_err());
    }
}
