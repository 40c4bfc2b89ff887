//! The OMA DM profile of bootstrap: a SyncML DM message that carries a serialised tree.
//!
//! [`Message`] is the message, [`MgmtTree`] the tree in it (TNDS).

mod bootstrap;
pub mod map;
mod message;
mod text;
mod tnds;

pub use bootstrap::{MessageOptions, Shape, UNKNOWN_DEVICE, Version, bootstrap};
pub use message::{Add, Data, Item, Message, Meta, SyncHdr};
pub use text::Text;
pub use tnds::{Content, Format, MgmtTree, Node, NodeType, RtProperties};
