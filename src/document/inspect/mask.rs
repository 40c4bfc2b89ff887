//! What must not be shown, and what is shown instead.

use super::management::Context;
use crate::document::cp::schema::{Sensitivity, sensitivity};
use crate::document::dm::nodes::Place;
use crate::secret::{url_secrets, without_url_secrets};
use crate::wire::wbxml::tables::has_element;

/// Characters of one text that are shown at most.
const SHOWN: usize = 1024;

/// Elements whose text is no secret, wherever the DTDs of SyncML, MetInf, DevInf and DM-DDF have
/// them. `Data` and `Value` depend on their node; `NextNonce` and what has no text are not here.
const TEXTS: [&str; 77] = [
    "ACL",
    "CIS",
    "CS",
    "CTType",
    "Cmd",
    "CmdID",
    "CmdRef",
    "Correlator",
    "DDFName",
    "DFTitle",
    "DataType",
    "Description",
    "DevID",
    "DevTyp",
    "DisplayName",
    "EMI",
    "FieldLevel",
    "FilterKeyword",
    "FilterType",
    "Format",
    "FreeID",
    "FreeMem",
    "FwV",
    "HwV",
    "Lang",
    "Last",
    "LocName",
    "LocURI",
    "MIME",
    "Man",
    "Mark",
    "MaxGUIDSize",
    "MaxID",
    "MaxMem",
    "MaxMsgSize",
    "MaxObjSize",
    "MaxOccur",
    "MaxSize",
    "Mod",
    "MsgID",
    "MsgRef",
    "Name",
    "Next",
    "NodeName",
    "NumberOfChanges",
    "OEM",
    "OneOrN",
    "ParamName",
    "Path",
    "PropName",
    "RespURI",
    "Rx",
    "Rx-Pref",
    "SessionID",
    "SharedMem",
    "Size",
    "SourceParent",
    "SourceRef",
    "SupportHierarchicalSync",
    "SwV",
    "SyncType",
    "TStamp",
    "TargetParent",
    "TargetRef",
    "Title",
    "Tx",
    "Tx-Pref",
    "Type",
    "ValEnum",
    "VerCT",
    "VerDTD",
    "VerNo",
    "VerProto",
    "Version",
    "XNam",
    "XVal",
    "ZeroOrN",
];

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
            quoted(&without_url_secrets(&self.text))
        }
    }

    /// Whether some of the text is secret.
    pub fn holds_secret(&self) -> bool {
        self.secret || !url_secrets(&self.text).is_empty()
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
    /// A vocabulary has its name and those of all around it.
    pub understood: bool,
    /// It stands where the DTDs have text alone: its name may be a piece of that.
    pub in_text: bool,
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
            in_text: parent.is_some_and(|parent| parent.in_text || parent.holds_text())
                && !has_element(element),
            understood: has_element(element) && parent.is_none_or(|parent| parent.understood),
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
        match (document_type, &*self.element, attribute.unwrap_or_default()) {
            (DocumentType::Unknown, ..) => true,
            (DocumentType::Provisioning, "parm", "name")
            | (DocumentType::Provisioning, "characteristic", "type")
            | (DocumentType::Provisioning, "wap-provisioningdoc", "version") => false,
            (DocumentType::Provisioning, "parm", "value") => self
                .label
                .as_ref()
                .is_none_or(|name| sensitivity(&self.kind, None, name) == Sensitivity::Secret),
            // These documents have no other attributes
            (DocumentType::Named, _, name) => name != "xmlns" && !name.starts_with("xmlns:"),
            _ => true,
        }
    }

    /// Whether character data of this element is secret. `named` is the last name or address that
    /// a management document gave.
    pub fn text_is_secret(&self, document_type: DocumentType, named: &str, text: &str) -> bool {
        match (document_type, &*self.element) {
            // A provisioning document has no text
            (DocumentType::Unknown | DocumentType::Provisioning, _) => true,
            // Another document may stand in Data, with anything in it
            (_, "Data" | "Value") => {
                let own = self.node.unwrap_or_else(|| hidden(named));
                self.credential || own || text.contains('<')
            }
            (_, name) => !self.understood || !TEXTS.contains(&name),
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

    /// Whether it should hold text and no elements but a tree.
    fn holds_text(&self) -> bool {
        let name = &*self.element;
        let others = ["Data", "DefaultValue", "NextNonce", "Value", "parm"];
        others.contains(&name) || TEXTS.contains(&name)
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
