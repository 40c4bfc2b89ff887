//! What must not be shown, and what is shown instead.

use super::management::Context;
use crate::document::cp::schema::{Sensitivity, sensitivity};
use crate::document::dm::nodes::Place;
use std::ops::Range;

/// Characters of one text that are shown at most.
const SHOWN: usize = 1024;

/// What a document is about, which decides what its texts may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentType {
    /// Client Provisioning: the schema knows.
    Provisioning,
    /// A document whose names can be read: management trees and their like.
    Named,
    /// Tokens without names: any text may be a secret.
    Unknown,
}

/// A text and whether it is secret as a whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Masked {
    pub text: String,
    pub secret: bool,
    /// How many octets there are, if it is octets; the text is hexadecimal then.
    pub octets: Option<usize>,
}

impl Masked {
    /// The text as a value to show.
    pub fn shown(&self, reveal: bool) -> String {
        if let Some(count) = self.octets.filter(|_| self.secret && !reveal) {
            format!("({count} octets)")
        } else if self.octets.is_some() {
            self.text.clone()
        } else if reveal {
            quoted(&self.text)
        } else if self.secret {
            counted(&self.text)
        } else {
            quoted(&without_password(&self.text))
        }
    }

    /// Whether some of the text is secret.
    pub fn holds_secret(&self) -> bool {
        self.secret || url_password(&self.text).is_some()
    }
}

/// An element that is open: what decides whether its values are secret.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub element: String,
    /// Type of the characteristic it is, or is in.
    pub kind: String,
    /// Its attribute `name`.
    pub label: Option<String>,
    /// It is a credential or a challenge, or in one.
    pub credential: bool,
    /// Its character data.
    pub text: Masked,
    /// Where it stands in the whole input.
    pub at: usize,
    /// Whether the value of the node that it belongs to is secret, if it belongs to one.
    pub node: Option<bool>,
    /// The value of the node that it is.
    pub value: Option<Masked>,
}

impl Scope {
    /// An element in `self`, with its attributes.
    pub fn inner(
        parent: Option<&Self>,
        element: &str,
        kind: Option<&str>,
        label: Option<&str>,
    ) -> Self {
        let own = (element == "characteristic").then_some(kind).flatten();
        let above = parent.map_or("", |parent| &parent.kind);
        Self {
            element: element.to_owned(),
            kind: own.unwrap_or(above).to_owned(),
            label: label.map(str::to_owned),
            credential: matches!(element, "Cred" | "Chal")
                || parent.is_some_and(|parent| parent.credential),
            ..Self::default()
        }
    }

    /// Says where it stands, and with that what is known of its node.
    pub fn place(&mut self, at: usize, parent: Option<&Self>, context: &Context) {
        self.at = at;
        let in_item = parent.is_some_and(|parent| parent.element == "Item");
        self.node = match (context.nodes.at(at), &*self.element) {
            (Some(place), _) => Some(place.sensitivity == Some(Sensitivity::Secret)),
            // The node is one that could not be read
            (None, "Value") => Some(true),
            (None, "Data") if in_item => Some(true),
            _ => None,
        };
    }

    /// Whether the value of an attribute of this element is secret; `None` is a name that is not
    /// known.
    pub fn attribute_is_secret(
        &self,
        document_type: DocumentType,
        attribute: Option<&str>,
    ) -> bool {
        let Some(attribute) = attribute else {
            return document_type != DocumentType::Named;
        };
        match (document_type, &*self.element, attribute) {
            (DocumentType::Unknown, ..) => true,
            (_, "parm", "name") | (_, "characteristic", "type") => false,
            (DocumentType::Provisioning, "parm", _) => self
                .label
                .as_ref()
                .is_none_or(|name| sensitivity(&self.kind, None, name) == Sensitivity::Secret),
            _ => hidden(attribute) || self.label.as_deref().is_some_and(hidden),
        }
    }

    /// Whether character data of this element is secret. `named` is the last name or address that
    /// a management document gave.
    pub fn text_is_secret(&self, document_type: DocumentType, named: &str, text: &str) -> bool {
        match (document_type, &*self.element) {
            (DocumentType::Unknown, _) | (_, "NextNonce") => true,
            (DocumentType::Provisioning, _) => self.label.is_some() || self.element == "parm",
            // Another document may stand in Data, with anything in it
            (_, "Data" | "Value") => {
                let own = self.node.unwrap_or_else(|| hidden(named));
                self.credential || own || text.contains('<')
            }
            _ => self.label.as_deref().is_some_and(hidden),
        }
    }

    /// The line of a node that ends. A value hands itself to its node before.
    pub fn node_line(&self, around: &mut [Self], context: &Context) -> Option<String> {
        if matches!(&*self.element, "Value" | "Data") {
            // Data without text holds a tree or nothing
            let has_value = self.node.is_some() && (self.element == "Value" || self.has_text());
            if let Some(parent) = around.last_mut().filter(|_| has_value) {
                parent.value.get_or_insert_with(|| self.text.clone());
            }
            return None;
        }
        let place = context.nodes.at(self.at)?;
        Some(node_summary(place, self.value.as_ref(), context.reveal))
    }

    fn has_text(&self) -> bool {
        !self.text.text.trim().is_empty()
    }

    /// Whether this element's text names what follows it (SyncML, TNDS).
    pub fn names(&self) -> bool {
        matches!(&*self.element, "LocURI" | "NodeName")
    }
}

/// Whether something of this name is a secret, by its last part.
fn hidden(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    sensitivity("", None, last) == Sensitivity::Secret
}

/// The line that sums a node of a management tree up.
pub(super) fn node_summary(place: &Place, value: Option<&Masked>, reveal: bool) -> String {
    let mut line = match place.address.as_deref() {
        None => "(a long address)".into(),
        Some("") => ".".into(),
        Some(address) => plain(address),
    };
    if let Some(format) = place.format {
        line.push_str(&format!(" ({})", format.name()));
    }
    if let Some(value) = value {
        line.push_str(&format!(" = {}", value.shown(reveal)));
    }
    line
}

/// The line that sums an element up, from its attributes.
pub(super) fn summary(element: &str, attributes: &[(String, Masked)], reveal: bool) -> String {
    let find = |name: &str| {
        let mut all = attributes.iter();
        all.find(|(own, _)| own == name).map(|(_, value)| value)
    };
    match (element, find("type"), find("name"), find("value")) {
        ("characteristic", Some(kind), ..) => plain(&kind.text),
        ("parm", _, Some(name), Some(value)) => {
            format!("{} = {}", plain(&name.text), value.shown(reveal))
        }
        ("parm", _, Some(name), None) => plain(&name.text),
        _ => {
            let all = attributes
                .iter()
                .map(|(name, value)| format!("{name}={}", value.shown(reveal)));
            all.collect::<Vec<_>>().join(" ")
        }
    }
}

/// A name without quotation marks, controls escaped.
fn plain(text: &str) -> String {
    let text = quoted(text);
    match text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
    {
        Some(inner) => inner.to_owned(),
        None => text,
    }
}

/// A text in quotation marks, controls escaped, cut when it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => format!("{text:?}"),
        Some((end, _)) => format!(
            "{:?}… ({} octets in all)",
            text.get(..end).unwrap_or_default(),
            text.len()
        ),
    }
}

/// What is shown of a secret text: its length.
pub(super) fn counted(text: &str) -> String {
    match text.chars().count() {
        1 => "(1 character)".into(),
        count => format!("({count} characters)"),
    }
}

/// The text with the password of its URL, if it has one, as dots.
pub(super) fn without_password(text: &str) -> String {
    match url_password(text) {
        Some(span) => {
            let (before, after) = (text.get(..span.start), text.get(span.end..));
            format!(
                "{}••••{}",
                before.unwrap_or_default(),
                after.unwrap_or_default()
            )
        }
        None => text.to_owned(),
    }
}

/// Where the password in the userinfo of a URL stands (RFC 3986 §3.2.1); the scheme may be absent.
///
/// Passwords are often not escaped: what stands between the first colon and the last `@` is one,
/// whatever it holds.
pub(in crate::document) fn url_password(text: &str) -> Option<Range<usize>> {
    let at = text.rfind('@')?;
    let start = match text.find("://") {
        Some(scheme) if scheme < at => scheme + 3,
        _ => 0,
    };
    let colon = start + text.get(start..at)?.find(':')?;
    let scheme = text.get(start..colon)?;
    let addresses = ["mailto", "sip", "sips", "im", "pres"];
    if start == 0
        && addresses
            .iter()
            .any(|known| known.eq_ignore_ascii_case(scheme))
    {
        return None;
    }
    (colon + 1 < at).then_some(colon + 1..at)
}
