//! The OMA DM profile of bootstrap: a SyncML DM message that carries a serialised tree.
//!
//! [`Message`] is the message, [`MgmtTree`] the tree in it (TNDS).

mod message;
pub mod notification;
mod read;
pub mod rules;
#[cfg(test)]
mod tests;
mod text;
mod tnds;
mod wbxml;
mod xml;

pub use message::{Add, Data, Item, Message, Meta, SyncHdr};
pub use read::{Error, Parsed};
pub use text::Text;
pub use tnds::{Content, Format, MgmtTree, Node, NodeType, RtProperties};
pub use wbxml::{EncodeError, TNDS_WBXML, TNDS_XML, TndsForm, WbxmlVersion};
