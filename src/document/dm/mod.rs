//! The OMA DM profile of bootstrap: a SyncML DM message that carries a serialised tree.
//!
//! [`Message`] is the message, [`MgmtTree`] the tree in it (TNDS). [`map`] turns a provisioning
//! document into management objects, [`bootstrap()`] puts them into a message.
//!
//! What is read is bounded: [`walk::MAX_OCTETS`], [`walk::MAX_DEPTH`] and [`walk::MAX_ELEMENTS`] of a
//! document, and of a tree that is a document of its own inside it; [`uri::MAX_OCTETS`] of an address
//! that is put together; findings by [`has_room`](crate::finding::has_room). More than the
//! document's own octets, these and a constant for each element, and for each reference and line end of
//! a tree that is escaped text, is never allocated, and no step is slower than in proportion to them.

pub mod acl;
mod bootstrap;
pub mod map;
mod message;
pub mod nodes;
pub mod notification;
mod read;
pub mod rules;
#[cfg(test)]
mod tests;
mod text;
mod tnds;
pub mod uri;
pub mod walk;
mod wbxml;
mod xml;

pub use bootstrap::{MessageOptions, Shape, UNKNOWN_DEVICE, Version, bootstrap};
pub use message::{Add, Data, Item, Message, Meta, SyncHdr};
pub use read::Parsed;
pub use text::Text;
pub use tnds::{Content, Format, MgmtTree, Node, NodeType, RtProperties};
pub(super) use walk::POLICY as XML_POLICY;
pub use walk::{Error, Root, Walk};
pub use wbxml::{EncodeError, TNDS_WBXML, TNDS_XML, TndsForm, WbxmlVersion};

/// True when octets look like a SyncML message in WBXML: they have the header of one.
#[must_use]
pub fn is_message(octets: &[u8]) -> bool {
    walk::Root::of_wbxml(octets) == Some(Root::Message)
}
