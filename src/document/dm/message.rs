//! The SyncML DM message (OMA DM 1.2 Representation Protocol), as far as bootstrap uses it.

use super::text::Text;
use super::tnds::{Content, MgmtTree};
use crate::document::cp::At;

/// A bootstrap message. Two are equal when they say the same in the same order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message<'a> {
    /// SyncHdr.
    pub header: SyncHdr<'a>,
    /// The Adds of SyncBody, in order. Other commands have no place in a bootstrap message: the
    /// reader reports and skips them.
    pub adds: Vec<Add<'a>>,
    /// Whether SyncBody ends with Final.
    pub is_final: bool,
    /// Where the root was read.
    pub at: At,
}

/// The header. What is absent in the document is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncHdr<'a> {
    /// VerDTD; `1.2`.
    pub ver_dtd: Option<Text<'a>>,
    /// VerProto; `DM/1.2`.
    pub ver_proto: Option<Text<'a>>,
    /// SessionID.
    pub session_id: Option<Text<'a>>,
    /// MsgID.
    pub msg_id: Option<Text<'a>>,
    /// Target/LocURI: the device.
    pub target: Option<Text<'a>>,
    /// Source/LocURI: the address of the server.
    pub source: Option<Text<'a>>,
    /// Meta/MaxMsgSize, if there is one.
    pub max_msg_size: Option<Text<'a>>,
    /// Where it was read.
    pub at: At,
    /// Where SessionID was read.
    pub session_at: At,
    /// Where MsgID was read.
    pub msg_at: At,
    /// Where Source was read.
    pub source_at: At,
}

/// An Add command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Add<'a> {
    /// CmdID; `1` for the first.
    pub cmd_id: Option<Text<'a>>,
    /// The items. A Meta of the command itself is read as that of the items that have none.
    pub items: Vec<Item<'a>>,
    /// Where it was read.
    pub at: At,
}

/// Format and Type of a Meta.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta<'a> {
    /// Format: `bin`, `xml`, `chr` …
    pub format: Option<Text<'a>>,
    /// Type: a media type.
    pub kind: Option<Text<'a>>,
}

/// An Item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item<'a> {
    /// Target/LocURI.
    pub target: Option<Text<'a>>,
    /// Source/LocURI.
    pub source: Option<Text<'a>>,
    /// Meta.
    pub meta: Meta<'a>,
    /// Data.
    pub data: Data<'a>,
    /// Where it was read.
    pub at: At,
}

/// What an Item carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Data<'a> {
    /// No Data element: an interior node.
    #[default]
    Absent,
    /// The value of a leaf.
    Leaf(Content<'a>),
    /// A serialised tree, in whichever of its forms it was found.
    Tree(MgmtTree<'a>),
}
