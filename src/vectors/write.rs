//! Vectors as JSON.

use super::case::{Case, Keys, Verdict};
use super::judge::{Ending, Said};
use super::make::Made;
use super::{File, VectorError};
use crate::bytes::Hex;
use crate::client::apply::Difference;
use crate::document::dm::Format;
use crate::security::cp_mac::KeyForm;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A vector as it is written.
#[derive(Serialize)]
pub struct Vector<'c> {
    id: &'c str,
    shows: &'c str,
    clause: &'c str,
    carrier: &'static str,
    media_type: &'static str,
    input: String,
    channel: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iccid: Option<&'c str>,
    keys: Keys,
    #[serde(skip_serializing_if = "Option::is_none")]
    mac_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_form: Option<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    policy: &'c BTreeMap<String, toml::Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    agrees: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    after: &'c [String],
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<Said>,
}

impl<'c> Vector<'c> {
    pub fn new(case: &'c Case, made: &Made, ending: Ending) -> Self {
        let (tree, notification) = match ending {
            Ending::Tree(differences) => (Some(differences.iter().map(node).collect()), None),
            Ending::Notification(said) => (None, Some(said)),
            Ending::Refused => (None, None),
        };
        Self {
            id: &case.id,
            shows: &case.shows,
            clause: &case.clause,
            carrier: if case.push { "push" } else { "document" },
            media_type: made.media,
            input: Hex(&made.octets).to_string(),
            channel: case.channel.name(),
            iccid: case.iccid.as_deref(),
            keys: made.keys.clone(),
            mac_key: made.mac_key.as_deref().map(|key| Hex(key).to_string()),
            key_form: case.key_form.map(KeyForm::name),
            policy: &case.policy,
            agrees: case.agrees,
            after: &case.after,
            verdict: case.verdict,
            rule: case.rule.as_deref(),
            tree,
            notification,
        }
    }

    /// Its line in the index.
    pub fn entry(&self, file: &str) -> Value {
        json!({ "id": self.id, "file": file, "verdict": self.verdict, "shows": self.shows })
    }
}

/// A node as it is afterwards.
fn node(difference: &Difference) -> Value {
    let uri = difference.path.to_string();
    let Some(node) = &difference.after else {
        return json!({ "uri": uri, "removed": true });
    };
    let mut value = json!({ "uri": uri, "format": node.format.name() });
    if !node.kind.is_empty() {
        value["type"] = node.kind.as_str().into();
    }
    if !node.acl.is_empty() {
        value["acl"] = node.acl.as_str().into();
    }
    match node.value.expose_text() {
        _ if node.is_interior() => {}
        Some(text) if node.format != Format::Bin => value["value"] = text.into(),
        _ => value["base64"] = BASE64_STANDARD.encode(node.value.expose()).into(),
    }
    value
}

/// A file of vectors.
pub fn chapter(
    name: &'static str,
    about: &str,
    vectors: &[Vector<'_>],
) -> Result<File, VectorError> {
    let mut value = json!({ "format": 1, "about": about, "count": vectors.len() });
    value["vectors"] =
        serde_json::to_value(vectors).map_err(|error| VectorError::new(name, error))?;
    file(name, &value)
}

/// The list of all vectors.
pub fn index(entries: &[Value]) -> Result<File, VectorError> {
    let value =
        json!({ "format": 1, "licence": "CC0-1.0", "count": entries.len(), "vectors": entries });
    file("index.json", &value)
}

fn file(name: &'static str, value: &Value) -> Result<File, VectorError> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|error| VectorError::new(name, error))?;
    Ok(File {
        name,
        octets: (text + "\n").into_bytes(),
    })
}
