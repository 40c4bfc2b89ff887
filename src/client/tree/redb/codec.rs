//! Records of the file as octets: fixed numbers, and texts behind their length in four octets, all
//! big-endian.

use crate::bytes::Cursor;
use crate::client::tree::actor::TStamp;
use crate::client::tree::node::Node;
use crate::client::tree::store::{AuditLine, ContextRecord, Provenance, Replay, StoreError};
use crate::document::dm::Format;
use crate::secret::Secret;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Numbers of the formats, which do not change.
const FORMATS: [Format; 11] = [
    Format::B64,
    Format::Bin,
    Format::Bool,
    Format::Chr,
    Format::Int,
    Format::Node,
    Format::Null,
    Format::Xml,
    Format::Date,
    Format::Time,
    Format::Float,
];

pub fn write_node(node: &Node) -> Zeroizing<Vec<u8>> {
    // Of its full size at once: growing would leave a secret behind
    let mut out = Zeroizing::new(Vec::with_capacity(length_of_node(node)));
    put_node(&mut out, node);
    out
}

pub(super) fn length_of_node(node: &Node) -> usize {
    let texts = [&node.acl, &node.kind, &node.title, node.tstamp.as_str()];
    let texts = texts.iter().map(|text| text.len() + 4);
    3 + texts.sum::<usize>() + 4 + node.value.expose().len()
}

pub(super) fn put_node(out: &mut Vec<u8>, node: &Node) {
    let number = FORMATS.iter().position(|format| *format == node.format);
    out.push(u8::try_from(number.unwrap_or_default()).unwrap_or_default());
    out.extend_from_slice(&node.ver_no.to_be_bytes());
    for text in [&node.acl, &node.kind, &node.title, node.tstamp.as_str()] {
        put(out, text.as_bytes());
    }
    put(out, node.value.expose());
}

pub fn read_node(octets: &[u8]) -> Result<Node, StoreError> {
    let mut record = Record::new("a node", octets);
    let number = usize::from(record.take(1)?[0]);
    let format = FORMATS.get(number).ok_or_else(|| record.damaged())?;
    let ver_no = record.take(2)?;
    let node = Node {
        format: *format,
        ver_no: u16::from_be_bytes([ver_no[0], ver_no[1]]),
        acl: record.text()?,
        kind: record.text()?,
        title: record.text()?,
        tstamp: record.stamp()?,
        value: Secret::new(record.octets()?.to_vec()),
    };
    record.end()?;
    Ok(node)
}

pub fn read_shared(octets: &[u8]) -> Result<Arc<Node>, StoreError> {
    read_node(octets).map(Arc::new)
}

pub fn write_provenance(origin: &Provenance) -> Vec<u8> {
    let mut out = origin.document.to_vec();
    put(&mut out, origin.channel.as_bytes());
    // No card has an empty ICCID
    put(
        &mut out,
        origin.iccid.as_deref().unwrap_or_default().as_bytes(),
    );
    put(&mut out, origin.at.as_str().as_bytes());
    out
}

pub fn read_provenance(octets: &[u8]) -> Result<Provenance, StoreError> {
    let mut record = Record::new("a provenance", octets);
    let document = record.take(32)?.try_into();
    let origin = Provenance {
        document: document.map_err(|_| record.damaged())?,
        channel: record.text()?,
        iccid: Some(record.text()?).filter(|iccid| !iccid.is_empty()),
        at: record.stamp()?,
    };
    record.end()?;
    Ok(origin)
}

pub fn write_replay(replay: &Replay) -> Vec<u8> {
    let mut out = vec![u8::from(replay.undone) | u8::from(replay.account) << 1];
    put(&mut out, replay.at.as_str().as_bytes());
    out
}

pub fn read_replay(octets: &[u8]) -> Result<Replay, StoreError> {
    let mut record = Record::new("a message that was seen", octets);
    let flags = record.take(1)?[0];
    if flags > 3 {
        return Err(record.damaged());
    }
    let at = record.stamp()?;
    record.end()?;
    Ok(Replay {
        at,
        undone: flags & 1 != 0,
        account: flags & 2 != 0,
    })
}

pub fn write_context(context: &ContextRecord) -> Vec<u8> {
    let mut out = vec![context.allow, u8::from(context.privileged)];
    // A PROVURL is never empty
    put(
        &mut out,
        context.provurl.as_deref().unwrap_or_default().as_bytes(),
    );
    out.extend(write_provenance(&context.origin));
    out
}

pub fn read_context(octets: &[u8]) -> Result<ContextRecord, StoreError> {
    let mut record = Record::new("a context", octets);
    let fixed = record.take(2)?;
    let privileged = match fixed[1] {
        0 => false,
        1 => true,
        _ => return Err(record.damaged()),
    };
    Ok(ContextRecord {
        allow: fixed[0],
        privileged,
        provurl: Some(record.text()?).filter(|url| !url.is_empty()),
        origin: read_provenance(record.rest())?,
    })
}

pub fn write_audit(line: &AuditLine) -> Vec<u8> {
    let mut out = Vec::new();
    for text in [line.at.as_str(), &line.actor, &line.what] {
        put(&mut out, text.as_bytes());
    }
    out
}

pub fn read_audit(octets: &[u8]) -> Result<AuditLine, StoreError> {
    let mut record = Record::new("a line of the audit", octets);
    let line = AuditLine {
        at: record.stamp()?,
        actor: record.text()?,
        what: record.text()?,
    };
    record.end()?;
    Ok(line)
}

pub(super) fn put(out: &mut Vec<u8>, octets: &[u8]) {
    put_length(out, octets.len());
    out.extend_from_slice(octets);
}

/// How many octets, or records, follow.
pub(super) fn put_length(out: &mut Vec<u8>, length: usize) {
    // What is kept is below this limit by far
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
}

/// Reads a record.
pub(super) struct Record<'a> {
    name: &'static str,
    cursor: Cursor<'a>,
}

impl<'a> Record<'a> {
    pub(super) fn new(name: &'static str, octets: &'a [u8]) -> Self {
        let cursor = Cursor::new(octets);
        Self { name, cursor }
    }

    pub(super) fn damaged(&self) -> StoreError {
        StoreError::Damaged(format!("{} cannot be read", self.name))
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], StoreError> {
        self.cursor.take(count).map_err(|_| self.damaged())
    }

    pub(super) fn octets(&mut self) -> Result<&'a [u8], StoreError> {
        let length = self.take(4)?.try_into().map_err(|_| self.damaged())?;
        let length = usize::try_from(u32::from_be_bytes(length));
        self.take(length.map_err(|_| self.damaged())?)
    }

    pub(super) fn text(&mut self) -> Result<String, StoreError> {
        let octets = self.octets()?.to_vec();
        String::from_utf8(octets).map_err(|_| self.damaged())
    }

    pub(super) fn stamp(&mut self) -> Result<TStamp, StoreError> {
        TStamp::parse(&self.text()?).ok_or_else(|| self.damaged())
    }

    fn rest(&mut self) -> &'a [u8] {
        let left = self.cursor.remaining();
        self.cursor.take(left).unwrap_or_default()
    }

    pub(super) fn end(&self) -> Result<(), StoreError> {
        match self.cursor.is_empty() {
            true => Ok(()),
            false => Err(self.damaged()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn node() -> Node {
        Node {
            acl: "Get=*".into(),
            format: Format::Bin,
            kind: "application/octet-stream".into(),
            title: "Grüße".into(),
            tstamp: TStamp::from_unix(0),
            ver_no: 0x1234,
            value: Secret::new(vec![0, 1, 2]),
        }
    }

    #[test]
    fn records_come_back() {
        assert_eq!(read_node(&write_node(&node())).unwrap(), node());
        for format in Format::ALL {
            let node = Node { format, ..node() };
            assert_eq!(read_node(&write_node(&node)).unwrap(), node);
        }
        for iccid in [None, Some("8949".to_owned())] {
            let at = TStamp::from_unix(1);
            let channel = "card".into();
            let origin = Provenance {
                document: [7; 32],
                channel,
                iccid,
                at,
            };
            assert_eq!(read_provenance(&write_provenance(&origin)).unwrap(), origin);
        }
        for (undone, account) in [(false, false), (true, false), (false, true), (true, true)] {
            let replay = Replay {
                at: TStamp::from_unix(2),
                undone,
                account,
            };
            assert_eq!(read_replay(&write_replay(&replay)).unwrap(), replay);
        }
        let line = AuditLine {
            at: TStamp::from_unix(3),
            actor: "the client".into(),
            what: "added".into(),
        };
        assert_eq!(read_audit(&write_audit(&line)).unwrap(), line);
    }

    #[test]
    fn the_octets_of_a_node_do_not_change() {
        let node = Node {
            acl: "".into(),
            kind: "a/b".into(),
            title: "".into(),
            ..node()
        };
        let octets = write_node(&node);
        let expected = [
            &[1, 0x12, 0x34, 0, 0, 0, 0, 0, 0, 0, 3][..],
            b"a/b\0\0\0\0\0\0\0\x1019700101T000000Z\0\0\0\x03\0\x01\x02",
        ];
        assert_eq!(*octets, expected.concat());
    }

    #[test]
    fn every_cut_and_every_tail_is_damage() {
        let octets = write_node(&node());
        for end in 0..octets.len() {
            assert!(
                matches!(read_node(&octets[..end]), Err(StoreError::Damaged(_))),
                "{end}"
            );
        }
        assert!(read_node(&[&octets[..], &[0]].concat()).is_err());
        let mut wrong = octets.to_vec();
        wrong[0] = 11;
        assert!(read_node(&wrong).is_err());
    }
}
