//! Provisioning documents as management objects: w7 as DMAcc, NAPDEF as NAP, PXLOGICAL as Proxy
//! (OMA DM Bootstrap 1.2 §5.3; OMA DM Standardized Objects 1.2, appendix).
//!
//! [`tables`] says which parm becomes which node; [`map`] goes through them. What has no node of
//! its own is kept under Ext and reported, so nothing is lost in silence. The same maps serve a
//! sender, which writes a profile's document as a DM message, and a client, which puts a document
//! that it received into its tree.

mod build;
pub mod rules;
mod source;
pub mod tables;
#[cfg(test)]
mod tests;

use super::rules::ObjectKind;
use super::text::Text;
use super::tnds::{Node, NodeType};
use crate::document::cp::rules::Report;
use crate::document::cp::{Characteristic, Document, Value};
use crate::finding::{Finding, Position};
use build::Builder;
use source::Source;
use std::borrow::Cow;

/// A management object, ready for a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementObject {
    /// What it is; `None` for an object that no map made.
    pub kind: Option<ObjectKind>,
    /// Where it hangs: `./Inbox/DMAcc1`, `./DMAcc/1`.
    pub uri: String,
    /// Its root node with name, identifier, ACL and all that is in it.
    pub node: Node<'static>,
}

/// What came of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapped {
    /// The objects: accounts, access points, proxies, each in document order.
    pub objects: Vec<ManagementObject>,
    /// What was left out, kept elsewhere, or changed.
    pub findings: Vec<Finding>,
}

/// Where the objects of a kind hang, and what they are called: the number of the object, from 1,
/// comes behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Accounts.
    pub dmacc: Cow<'static, str>,
    /// Access points.
    pub nap: Cow<'static, str>,
    /// Proxies.
    pub proxy: Cow<'static, str>,
}

impl Places {
    /// All side by side in the Inbox, for the client to put where they belong.
    pub const INBOX: Self = Self {
        dmacc: Cow::Borrowed("./Inbox/DMAcc"),
        nap: Cow::Borrowed("./Inbox/NAP"),
        proxy: Cow::Borrowed("./Inbox/Proxy"),
    };

    /// Each kind in a place of its own. The names are the usual ones; a device's DDF may have
    /// others.
    pub const TREE: Self = Self {
        dmacc: Cow::Borrowed("./DMAcc/"),
        nap: Cow::Borrowed("./NAP/"),
        proxy: Cow::Borrowed("./Proxy/"),
    };

    fn of(&self, kind: ObjectKind) -> &str {
        match kind {
            ObjectKind::DmAcc => &self.dmacc,
            ObjectKind::Nap => &self.nap,
            ObjectKind::Proxy => &self.proxy,
        }
    }
}

/// The identifiers of the management objects, which go into DDFName.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifiers {
    /// Of DMAcc (OMA DM Standardized Objects 1.2).
    pub dmacc: Cow<'static, str>,
    /// Of NAP: one client in the field names it so.
    pub nap: Cow<'static, str>,
    /// Of Proxy: by analogy, no source confirms it.
    pub proxy: Cow<'static, str>,
}

impl Default for Identifiers {
    fn default() -> Self {
        Self {
            dmacc: ObjectKind::DmAcc.identifier().into(),
            nap: ObjectKind::Nap.identifier().into(),
            proxy: ObjectKind::Proxy.identifier().into(),
        }
    }
}

impl Identifiers {
    fn of(&self, kind: ObjectKind) -> &Cow<'static, str> {
        match kind {
            ObjectKind::DmAcc => &self.dmacc,
            ObjectKind::Nap => &self.nap,
            ObjectKind::Proxy => &self.proxy,
        }
    }
}

/// What a map needs to know beside the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapOptions {
    /// Where the objects hang.
    pub places: Places,
    /// What they are called.
    pub identifiers: Identifiers,
}

impl Default for MapOptions {
    fn default() -> Self {
        Self {
            places: Places::INBOX,
            identifiers: Identifiers::default(),
        }
    }
}

/// Maps a document.
///
/// Every w7 APPLICATION becomes a DMAcc, every NAPDEF a NAP, every PXPHYSICAL a Proxy; their
/// numbers follow the document's order, which is that of priority. References become URIs of
/// objects of the same document. Each account's server gets the rights Get, Replace and Delete on
/// its account; on an access point or a proxy, the servers of the accounts that use it get them,
/// all servers when none uses it, and nobody when there is no account (OMA DM Bootstrap 1.2
/// §5.3.4). A server whose identifier cannot stand in an ACL gets none, and nobody gets them in its
/// stead.
///
/// Values that come from parameters go through unchanged and keep that mark. Only a parm whose
/// value must be known ([`tables::Values::needs_fixed`]) should not have one: it is taken as it is.
///
/// `position` turns the octet offset of a characteristic into what the reader of a finding can
/// use.
pub fn map(
    document: &Document<'_>,
    options: &MapOptions,
    position: impl Fn(usize) -> Position,
) -> Mapped {
    let mut report = Report::new(&position, MAX_FINDINGS);
    let sources = source::sources(document, options, &mut report);
    let mut nodes = Vec::with_capacity(sources.len());
    let mut uses = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let mut builder = Builder::new(source, &sources);
        builder.rows(&mut report);
        builder.ext(&mut report);
        uses.extend(builder.references.iter().map(|&(_, used)| (index, used)));
        nodes.push(builder.root);
    }
    let objects = sources
        .iter()
        .zip(nodes)
        .enumerate()
        .map(|(index, (source, mut node))| {
            node.name = Some(Text::fixed(last_step(&source.uri).to_owned()));
            node.properties.acl = acl(&servers(index, &sources, &uses));
            let identifier = options.identifiers.of(source.kind).clone();
            node.properties.kind = Some(NodeType::DdfName(Text::fixed(identifier)));
            ManagementObject {
                kind: Some(source.kind),
                uri: source.uri.clone(),
                node,
            }
        })
        .collect();
    Mapped {
        objects,
        findings: report.finish(),
    }
}

/// The last step of a URI.
pub(super) fn last_step(uri: &str) -> &str {
    uri.rsplit('/').next().unwrap_or(uri)
}

/// The servers that get rights on an object. `uses` says which object refers to which.
fn servers<'s>(
    index: usize,
    sources: &'s [Source<'_>],
    uses: &[(usize, usize)],
) -> Vec<&'s Value<'static>> {
    let mut found = Vec::new();
    let mut is_used = false;
    // Users of the object, and users of the proxies that use it
    let mut wanted = vec![index];
    let mut next = 0;
    while let Some(&used) = wanted.get(next) {
        if let Some(source) = sources.get(used) {
            is_used |= source.kind == ObjectKind::DmAcc || source.wanted_in_vain;
            found.extend(&source.server_id);
        }
        for &(user, of) in uses {
            if of == used && !wanted.contains(&user) {
                wanted.push(user);
            }
        }
        next += 1;
    }
    if !is_used {
        found.extend(
            sources
                .iter()
                .filter_map(|source| source.server_id.as_ref()),
        );
    }
    let mut distinct: Vec<&Value<'static>> = Vec::new();
    for id in found {
        if !distinct.contains(&id) {
            distinct.push(id);
        }
    }
    distinct
}

/// `Get=ID+ID&Replace=…&Delete=…`; none for nobody.
fn acl(servers: &[&Value<'static>]) -> Option<Text<'static>> {
    if servers.is_empty() {
        return None;
    }
    let mut text = Text::default();
    for command in ["Get=", "&Replace=", "&Delete="] {
        text.push(&Text::fixed(command));
        for (index, id) in servers.iter().enumerate() {
            if index > 0 {
                text.push(&Text::fixed("+"));
            }
            text.push(&Text::from(*id));
        }
    }
    Some(text)
}

/// More than this from one document helps nobody.
const MAX_FINDINGS: usize = 256;

/// A value as a message may show it.
fn shown(value: &Value<'_>) -> String {
    if value.is_parameter() {
        "the value of a parameter".into()
    } else {
        let text: String = value.as_str().chars().take(60).collect();
        format!("{text:?}")
    }
}

/// The type of a characteristic, as a message may show it.
fn shown_kind(characteristic: &Characteristic<'_>) -> String {
    let kind: String = characteristic.kind.chars().take(40).collect();
    match characteristic.parm("APPID").and_then(|p| p.value.as_ref()) {
        Some(appid) => format!("{kind} with APPID {}", shown(appid)),
        None => kind,
    }
}
