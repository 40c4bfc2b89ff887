//! What the texts of a DM message or serialised tree are.

use super::cells::Role;
use crate::document::dm::nodes::Nodes;

/// A document of OMA DM, or a tree inside one, while its texts are gathered.
pub(super) struct Management<'n> {
    /// The nodes of the whole document.
    pub nodes: &'n Nodes,
    /// Where this document begins in the whole one.
    pub base: usize,
    /// The open elements, and where they stand in this document.
    pub open: Vec<(String, usize)>,
}

impl<'n> Management<'n> {
    pub fn new(nodes: &'n Nodes, base: usize) -> Self {
        Self {
            nodes,
            base,
            open: Vec::new(),
        }
    }

    /// An element begins. Prefixes do not matter.
    pub fn start(&mut self, name: &str, at: usize) {
        let local = name.rsplit(':').next().unwrap_or(name);
        self.open.push((local.to_owned(), at));
    }

    pub fn end(&mut self) {
        self.open.pop();
    }

    /// What the text of the innermost element is, and its place.
    pub fn text(&self) -> (String, Role) {
        let mut above = self.open.iter().rev().map(|(name, _)| &**name);
        let at = self.open.last().map_or(0, |(_, at)| self.base + at);
        let within = |wanted: &str| self.open.iter().any(|(name, _)| name == wanted);
        let leaf = |sensitivity, is_free| Role::Leaf {
            sensitivity,
            is_free,
        };
        use crate::document::cp::schema::Sensitivity::{Public, Secret};
        let name = above.next().unwrap_or_default();
        let role = match (name, above.next().unwrap_or_default()) {
            _ if within("Cred") || within("Chal") => leaf(Some(Secret), false),
            ("Value" | "Data", _) => match self.nodes.at(at) {
                Some(node) => {
                    let place = node.address.clone().unwrap_or_default();
                    return (place, leaf(node.sensitivity, node.is_free));
                }
                None => Role::Unknown,
            },
            ("NextNonce", _) => leaf(Some(Secret), false),
            ("LocURI", "Target") if within("SyncHdr") => Role::Device,
            ("LocURI", _) if within("SyncHdr") => leaf(Some(Public), true),
            ("RespURI", _) => leaf(Some(Public), true),
            // Server identifiers stand there
            ("ACL", _) => leaf(Some(Public), true),
            (
                "LocURI" | "NodeName" | "Path" | "VerDTD" | "VerProto" | "SessionID" | "MsgID"
                | "CmdID" | "Format" | "Type" | "MIME" | "DDFName" | "MaxMsgSize" | "MaxObjSize"
                | "Size" | "TStamp" | "VerNo",
                _,
            ) => Role::Name,
            _ => Role::Unknown,
        };
        let names: Vec<_> = self.open.iter().map(|(name, _)| &**name).collect();
        (names.join("/"), role)
    }
}
