//! The records of the form, and how what they are made of is written.

use crate::bytes::{Hex, hex_array};
use crate::client::tree::actor::TStamp;
use crate::client::tree::node::Node;
use crate::client::tree::path::{Limits, NodePath};
use crate::client::tree::store::{AuditLine, ContextRecord, LastApplied, Provenance, Replay};
use crate::document::dm::Format;
use crate::secret::{Secret, without_url_secrets};
use base64::Engine;
use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use zeroize::Zeroizing;

/// All of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File<'a> {
    pub format: u64,
    /// [`INCLUDED`](super::INCLUDED) or [`LEFT_OUT`](super::LEFT_OUT).
    pub secrets: Cow<'a, str>,
    pub description: Cow<'a, str>,
    #[serde(borrow)]
    pub nodes: Entries<NodePath, NodeRecord<'a>>,
    pub provenance: Entries<NodePath, Provenance>,
    pub replays: Entries<Hash, Replay>,
    pub tries: Entries<Hash, u8>,
    pub contexts: Entries<Hash, ContextRecord>,
    // Without this, one that is missing would be none
    #[serde(borrow, deserialize_with = "Option::deserialize")]
    pub last_applied: Option<LastRecord<'a>>,
    pub audit: Vec<AuditLine>,
}

/// What is needed to know a file.
#[derive(Deserialize)]
pub struct Head<'a> {
    pub format: u64,
    #[serde(borrow)]
    pub secrets: Cow<'a, str>,
}

/// What can be undone.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastRecord<'a> {
    pub document: Hash,
    pub at: TStamp,
    #[serde(borrow)]
    pub nodes: Entries<NodePath, BeforeAfter<'a>>,
    pub provenance: Entries<NodePath, Option<Provenance>>,
    pub replays: Entries<Hash, Option<Replay>>,
    pub contexts: Entries<Hash, Option<ContextRecord>>,
}

/// What was there, and what is; `null` for nothing.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeforeAfter<'a> {
    #[serde(borrow, deserialize_with = "Option::deserialize")]
    pub before: Option<NodeRecord<'a>>,
    #[serde(borrow, deserialize_with = "Option::deserialize")]
    pub after: Option<NodeRecord<'a>>,
}

/// A node. A leaf has one of the last three; what is read has `base64`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeRecord<'a> {
    pub format: Format,
    #[serde(rename = "type")]
    pub kind: Cow<'a, str>,
    pub title: Cow<'a, str>,
    pub acl: Cow<'a, str>,
    pub tstamp: TStamp,
    pub verno: u16,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<Octets<'a>>,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub value: Option<Cow<'a, str>>,
    /// True when the value was left out.
    #[serde(skip_deserializing, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
}

/// What is written of values.
#[derive(Clone, Copy)]
pub enum Values<'a> {
    /// All of it.
    Whole,
    /// What is not hidden.
    Plain(&'a dyn Fn(&NodePath, &Node) -> bool),
}

impl Values<'_> {
    /// A text that may be a URL.
    fn text(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Whole => text.to_owned().into(),
            Self::Plain(_) => without_url_secrets(text).into_owned().into(),
        }
    }

    fn context(self, context: &ContextRecord) -> ContextRecord {
        let provurl = context.provurl.as_deref();
        ContextRecord {
            provurl: provurl.map(|url| self.text(url).into_owned()),
            ..context.clone()
        }
    }

    /// Contexts by their documents.
    pub fn contexts(
        self,
        contexts: &BTreeMap<[u8; 32], Option<ContextRecord>>,
    ) -> Entries<Hash, Option<ContextRecord>> {
        let one = |(key, context): (&[u8; 32], &Option<ContextRecord>)| {
            (
                Hash(*key),
                context.as_ref().map(|context| self.context(context)),
            )
        };
        Entries(contexts.iter().map(one).collect())
    }
}

impl<'a> NodeRecord<'a> {
    /// A node as it is written.
    pub fn new(path: &NodePath, node: &'a Node, values: Values<'_>) -> Self {
        let mut record = Self {
            format: node.format,
            kind: node.kind.as_str().into(),
            title: node.title.as_str().into(),
            acl: node.acl.as_str().into(),
            tstamp: node.tstamp.clone(),
            verno: node.ver_no,
            base64: None,
            value: None,
            secret: false,
        };
        if node.is_interior() {
            return record;
        }
        let text = node.value.expose_text();
        match (values, text.filter(|_| node.format != Format::Bin)) {
            (Values::Plain(hidden), _) if hidden(path, node) => record.secret = true,
            (Values::Plain(_), Some(text)) => record.value = Some(without_url_secrets(text)),
            _ => record.base64 = Some(Octets(Cow::Borrowed(&node.value))),
        }
        record
    }

    /// The node that was written; `None` when it lacks a value or has one that it cannot have.
    pub fn node(self) -> Option<Node> {
        let value = match (self.base64, self.format) {
            (None, Format::Node) => Secret::new(Vec::new()),
            (Some(octets), format) if format != Format::Node => octets.0.into_owned(),
            _ => return None,
        };
        Some(Node {
            acl: self.acl.into_owned(),
            format: self.format,
            kind: self.kind.into_owned(),
            title: self.title.into_owned(),
            tstamp: self.tstamp,
            ver_no: self.verno,
            value,
        })
    }
}

impl<'a> LastRecord<'a> {
    /// What can be undone, as it is written.
    pub fn new(last: &'a LastApplied, values: Values<'_>) -> Self {
        let nodes = last.nodes.iter().map(|(path, [before, after])| {
            let record = |node: &'a Option<Arc<Node>>| {
                let node = node.as_deref();
                node.map(|node| NodeRecord::new(path, node, values))
            };
            let (before, after) = (record(before), record(after));
            (path.clone(), BeforeAfter { before, after })
        });
        Self {
            document: Hash(last.document),
            at: last.at.clone(),
            nodes: Entries(nodes.collect()),
            provenance: Entries(last.provenance.clone()),
            replays: by_hash(&last.replays),
            contexts: values.contexts(&last.contexts),
        }
    }
}

/// The same, with keys as they are written.
pub fn by_hash<V: Clone>(map: &BTreeMap<[u8; 32], V>) -> Entries<Hash, V> {
    let one = |(key, value): (&[u8; 32], &V)| (Hash(*key), value.clone());
    Entries(map.iter().map(one).collect())
}

/// Members of a JSON object, each once.
pub struct Entries<K, V>(pub BTreeMap<K, V>);

impl<V> Entries<Hash, V> {
    /// The same, with keys as they are kept.
    pub fn hashes(self) -> BTreeMap<[u8; 32], V> {
        let entries = self.0.into_iter();
        entries.map(|(Hash(key), value)| (key, value)).collect()
    }
}

impl<K: Serialize, V: Serialize> Serialize for Entries<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.0)
    }
}

impl<'de, K, V> Deserialize<'de> for Entries<K, V>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<K, V>(PhantomData<(K, V)>);

        impl<'de, K, V> Visitor<'de> for Members<K, V>
        where
            K: Deserialize<'de> + Ord,
            V: Deserialize<'de>,
        {
            type Value = Entries<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    if all.insert(key, value).is_some() {
                        return Err(unexpected("each member once"));
                    }
                }
                Ok(Entries(all))
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// What was read is not repeated: it may be a secret.
fn unexpected<E: Error>(expected: &'static str) -> E {
    E::invalid_value(Unexpected::Other("something else"), &expected)
}

/// A text that stands for something.
fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| unexpected(expected))
}

/// SHA-256, in hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = |text: &str| hex_array(text.as_bytes()).map(Self);
        parsed(deserializer, "64 hexadecimal digits", digits)
    }
}

/// Writes the SHA-256 of a record that is kept.
pub fn write_hash<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    Hash(*hash).serialize(serializer)
}

/// Reads it.
pub fn read_hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    Hash::deserialize(deserializer).map(|Hash(hash)| hash)
}

/// Reads a text that is not empty where it is there, and may be `null` but not absent.
pub fn read_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    match text.as_deref() {
        Some("") => Err(unexpected("null or a text that is not empty")),
        _ => Ok(text),
    }
}

impl Serialize for TStamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for TStamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "a time like 20260131T235959Z", Self::parse)
    }
}

impl Serialize for NodePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = |text: &str| Self::parse(text, &Limits::default()).ok();
        parsed(deserializer, "the address of a node", path)
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "the name of a format", Self::from_name)
    }
}

/// The octets of a value, as Base64.
pub struct Octets<'a>(pub Cow<'a, Secret>);

impl Serialize for Octets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Straight into what is written, without a text between
        serializer.collect_str(&Base64Display::new(self.0.expose(), &BASE64_STANDARD))
    }
}

impl<'de> Deserialize<'de> for Octets<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64;

        impl<'de> Visitor<'de> for Base64 {
            type Value = Secret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("Base64 without escapes")
            }

            // The input itself: what has escapes would be a copy
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Secret, E> {
                let fault = |_| unexpected("Base64 without escapes");
                let mut octets = Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
                let decoded = BASE64_STANDARD.decode_slice(text, &mut octets);
                let length = decoded.map_err(fault)?;
                Ok(Secret::new(octets[..length].to_vec()))
            }
        }

        let secret = deserializer.deserialize_str(Base64)?;
        Ok(Self(Cow::Owned(secret)))
    }
}
