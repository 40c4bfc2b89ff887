//! What the last application changed, as octets: lists behind their length in four octets, and what
//! may be absent behind an octet that is 1 when it is there.

use super::codec::{self, Record, length_of_node, put, put_length, put_node};
use crate::client::tree::node::Node;
use crate::client::tree::path::NodePath;
use crate::client::tree::store::{LastApplied, StoreError};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

pub fn write(last: &LastApplied) -> Zeroizing<Vec<u8>> {
    let mut rest = Zeroizing::new(Vec::new());
    put_length(&mut rest, last.provenance.len());
    for (path, origin) in &last.provenance {
        put(&mut rest, path.key().as_bytes());
        maybe(&mut rest, origin.as_ref().map(codec::write_provenance));
    }
    put_length(&mut rest, last.replays.len());
    for (body, replay) in &last.replays {
        rest.extend(body);
        maybe(&mut rest, replay.as_ref().map(codec::write_replay));
    }
    put_length(&mut rest, last.contexts.len());
    for (document, context) in &last.contexts {
        rest.extend(document);
        maybe(&mut rest, context.as_ref().map(codec::write_context));
    }
    let length_of = |node: &Option<Arc<Node>>| match node {
        Some(node) => 5 + length_of_node(node),
        None => 1,
    };
    let nodes = last
        .nodes
        .iter()
        .map(|(path, [before, after])| 4 + path.key().len() + length_of(before) + length_of(after));
    let length = 32 + 4 + last.at.as_str().len() + 4 + nodes.sum::<usize>() + rest.len();
    // Of its full size at once: growing would leave a secret behind
    let mut out = Zeroizing::new(Vec::with_capacity(length));
    out.extend(last.document);
    put(&mut out, last.at.as_str().as_bytes());
    put_length(&mut out, last.nodes.len());
    for (path, [before, after]) in &last.nodes {
        put(&mut out, path.key().as_bytes());
        for node in [before, after] {
            out.push(u8::from(node.is_some()));
            if let Some(node) = node {
                put_length(&mut out, length_of_node(node));
                put_node(&mut out, node);
            }
        }
    }
    out.extend_from_slice(&rest);
    out
}

fn maybe(out: &mut Vec<u8>, octets: Option<Vec<u8>>) {
    out.push(u8::from(octets.is_some()));
    if let Some(octets) = octets {
        put(out, &octets);
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
        last.nodes.insert(path, [before, after]);
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
    use crate::client::tree::{ContextRecord, Provenance, Replay, TStamp};

    #[test]
    fn it_comes_back_and_no_cut_of_it_does() {
        let at = TStamp::from_unix(1);
        let node = Arc::new(Node::root(&at));
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
                (path("1"), [None, Some(node.clone())]),
                (path("2"), [Some(node), None]),
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
