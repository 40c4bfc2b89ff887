//! WAP Binary XML, versions 1.1 to 1.3 (WAP-192, "Binary XML Content Format").
//!
//! [`Reader`] yields one [`Event`] for every run of octets, so that nothing is dropped in silence
//! and a dissection can show each octet; [`Writer`] appends tokens and keeps the two page
//! registers. Which token means what is in [`tables`].
//!
//! Neither ever panics. The reader checks every length against the input before it uses it.

mod error;
mod event;
mod reader;
pub mod tables;
mod writer;

#[cfg(test)]
mod tests;

pub use error::{Error, ErrorKind};
pub use event::{Event, EventKind, Header, Name, PublicId, Space, Value, rules};
pub use reader::{Limits, Plain, PlainAttribute, Reader};
pub use writer::{NulInString, Writer};

/// Charsets a document may declare (IANA MIBenum; WAP-192 §5.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// 106, or 0 ("unknown"), which is read as UTF-8 with a finding.
    Utf8,
    /// 3.
    UsAscii,
    /// 4: ISO-8859-1.
    Latin1,
}

/// Global tokens, the same on every code page (WAP-192 §7.1).
pub mod token {
    /// Change the code page of the current token space; one octet follows.
    pub const SWITCH_PAGE: u8 = 0x00;
    /// End of an attribute list or of an element.
    pub const END: u8 = 0x01;
    /// A character entity; its code point follows.
    pub const ENTITY: u8 = 0x02;
    /// An inline string, ended by NUL.
    pub const STR_I: u8 = 0x03;
    /// An unknown tag or attribute name; its string table offset follows.
    pub const LITERAL: u8 = 0x04;
    /// Processing instruction.
    pub const PI: u8 = 0x43;
    /// An unknown tag with content.
    pub const LITERAL_C: u8 = 0x44;
    /// A string table reference; its offset follows.
    pub const STR_T: u8 = 0x83;
    /// An unknown tag with attributes.
    pub const LITERAL_A: u8 = 0x84;
    /// Opaque octets; their number follows.
    pub const OPAQUE: u8 = 0xC3;
    /// An unknown tag with attributes and content.
    pub const LITERAL_AC: u8 = 0xC4;
    /// Bit of a tag token: an attribute list follows.
    pub const HAS_ATTRIBUTES: u8 = 0x80;
    /// Bit of a tag token: content follows.
    pub const HAS_CONTENT: u8 = 0x40;
}
