//! How vectors are described.

use crate::security::cp_mac::{KeyForm, Sec};
use crate::security::policy::Channel;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// A file of descriptions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    /// What it is about.
    pub about: String,
    /// Documents in XML, by name.
    #[serde(default)]
    pub documents: BTreeMap<String, String>,
    /// The vectors.
    pub vector: Vec<Case>,
}

/// One vector: what it shows, how its octets come about, and what is to become of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub id: String,
    pub shows: String,
    pub clause: String,
    /// The document that it is made of,
    pub document: Option<String>,
    /// or what a notification says,
    pub notification: Option<Trigger>,
    /// or all octets of the document, in hexadecimal digits.
    pub octets: Option<String>,
    /// Replacements in the document's text: what stands there, and what takes its place.
    #[serde(default)]
    pub edit: Vec<[String; 2]>,
    #[serde(default)]
    pub form: Form,
    /// Replacements of octets in the encoded document, before it is signed.
    #[serde(default)]
    pub patch: Vec<[String; 2]>,
    /// Whether it travels in a push.
    #[serde(default)]
    pub push: bool,
    #[serde(default, deserialize_with = "sec")]
    pub sec: Option<Sec>,
    #[serde(default)]
    pub mac: MacText,
    #[serde(default, deserialize_with = "key_form")]
    pub key_form: Option<KeyForm>,
    /// What the sender signs with.
    #[serde(default)]
    pub keys: Keys,
    /// What the receiver knows, where that differs.
    pub receiver: Option<Keys>,
    /// Replacements of octets in what travels.
    #[serde(default)]
    pub spoil: Vec<[String; 2]>,
    /// How many of its first octets arrive.
    pub keep: Option<usize>,
    /// Octets after its end.
    pub append: Option<String>,
    /// How it arrives.
    #[serde(default = "push")]
    pub channel: Channel,
    pub iccid: Option<String>,
    /// Keys of the policy that are not as in the default one.
    #[serde(default)]
    pub policy: BTreeMap<String, toml::Value>,
    /// Whether somebody agreed that the network's key alone vouches for it.
    #[serde(default)]
    pub agrees: bool,
    /// Vectors that were applied before.
    #[serde(default)]
    pub after: Vec<String>,
    pub verdict: Verdict,
    /// What it breaks.
    pub rule: Option<String>,
}

fn push() -> Channel {
    Channel::Push
}

/// What is to become of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is as the standard says, and is applied.
    Valid,
    /// It must be refused.
    Invalid,
    /// It deviates, and may be refused; who takes it makes this of it.
    Acceptable,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// WBXML.
    #[default]
    Wbxml,
    /// The XML as it stands.
    Xml,
    /// WBXML with a string table.
    Compact,
    /// A DM message, its trees inline (code page 2),
    DmInline,
    /// as documents of their own in opaque data,
    DmOpaque,
    /// as XML text,
    DmText,
    /// without a tree: an Item for each node,
    DmPlain,
    /// or in XML.
    DmXml,
}

impl Form {
    /// True for the forms of a DM message.
    pub fn is_dm(self) -> bool {
        !matches!(self, Self::Wbxml | Self::Xml | Self::Compact)
    }
}

/// How the MAC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MacText {
    /// 40 upper-case digits.
    #[default]
    Standard,
    Lower,
    Quoted,
    /// The last two digits are missing.
    Short,
    /// There is none.
    Missing,
    /// There are two, the second of zeros.
    Twice,
}

/// What messages are signed with. All of it is made up.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The digits of the IMSI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imsi: Option<String>,
    /// The secret of another network than GSM, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_key: Option<String>,
    /// The digits of the PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// The code of USERPINMAC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The server's password, for notifications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The server's nonce, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// What a notification says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    pub server_id: String,
    pub session: u16,
    /// 0 to 3.
    #[serde(default)]
    pub ui_mode: u8,
    /// True when the client asked for it.
    #[serde(default)]
    pub client: bool,
    pub version: Option<u16>,
    /// Octets in hexadecimal digits.
    #[serde(default)]
    pub vendor: String,
    /// The digest is made with the nonce for resynchronisation.
    #[serde(default)]
    pub resync: bool,
}

fn sec<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Sec>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let mut all = Sec::ALL.into_iter();
    let found =
        all.find(|sec| sec.lower_name() == name || sec.dm_name().eq_ignore_ascii_case(&name));
    found
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom("no such method"))
}

fn key_form<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<KeyForm>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let found = KeyForm::from_name(&name);
    found
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom("no such form of the key"))
}
