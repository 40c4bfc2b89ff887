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

use crate::wire::wbxml::tables::syncml::SYNCML;
use crate::wire::wbxml::{Limits, Reader};

/// True when octets look like a SyncML message in WBXML: they have the header of one.
#[must_use]
pub fn is_message(octets: &[u8]) -> bool {
    Reader::new(octets, Limits::default()).is_ok_and(|reader| {
        reader
            .vocabulary()
            .is_some_and(|known| std::ptr::eq(known, &SYNCML))
    })
}
