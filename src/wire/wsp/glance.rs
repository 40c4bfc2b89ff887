//! What a receiver must know before it believes anything, read without allocating.

use super::check::is_wbxml_as_xml;
use super::content_type::ContentType;
use super::header::{DEFAULT_PAGE, Header};
use super::value::Reader;
use super::{MAX_HEADERS_LEN, MediaType, Sec, read_type};
use crate::bytes::Cursor;
use std::fmt;

/// The part of a push PDU that its verification needs. `Debug` does not show the body, which may
/// hold passwords.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Glance<'a> {
    /// The media type.
    pub media: MediaType<'a>,
    /// SEC, if there is one.
    pub sec: Option<Sec>,
    /// MAC, if there is one.
    pub mac: Option<[u8; 20]>,
    /// The document: the exact octets that a MAC covers. Not empty.
    pub body: &'a [u8],
    /// Where the body begins in the PDU.
    pub body_offset: usize,
}

impl<'a> Glance<'a> {
    /// Reads a PDU of which nothing deviates; nothing is allocated then. Of any other this is
    /// `None`, and [`PushPdu::parse`](super::PushPdu::parse) says what it is and what is wrong.
    #[must_use]
    pub fn of(pdu: &'a [u8]) -> Option<Self> {
        let mut findings = Vec::new();
        let mut reader = Reader {
            cursor: Cursor::new(pdu),
            findings: &mut findings,
        };
        reader.u8("the TID").ok()?;
        read_type(&mut reader).ok()?;
        let length = reader.uintvar("HeadersLen").ok()?;
        if length > MAX_HEADERS_LEN {
            return None;
        }
        let mut block = reader.sub(length as usize, "the headers").ok()?;
        let (media, sec, mac) = ContentType::glance(&mut block).ok()??;
        let mut page = DEFAULT_PAGE;
        while Header::read(&mut block, &mut page).ok()?.is_some() {}
        let body_offset = reader.offset();
        let body = reader.cursor.rest();
        let deviates = !findings.is_empty() || is_wbxml_as_xml(&media, body);
        (!deviates && !body.is_empty()).then_some(Self {
            media,
            sec,
            mac,
            body,
            body_offset,
        })
    }
}

impl fmt::Debug for Glance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Glance")
            .field("media", &self.media)
            .field("sec", &self.sec)
            .field("mac", &self.mac.is_some())
            .field("body", &format_args!("{} octets", self.body.len()))
            .finish_non_exhaustive()
    }
}
