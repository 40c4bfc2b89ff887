//! The WSP connectionless push (WAP-230 §8.2.4.1): what a bootstrap message travels in.
//!
//! ```text
//! TID | PDU type 06 | HeadersLen (uintvar) | Content-Type value | other headers | body
//! ```
//!
//! The Content-Type stands first, without a field name, and carries how the body is secured: SEC
//! and MAC. [`PushPdu::parse`] accepts every spelling of them that senders are known to use and
//! reports what deviates as findings; [`PushPdu::encode`] writes the one that every known receiver
//! reads. [`dissect()`] explains a PDU octet by octet, up to its first fault.
//!
//! Nothing here panics, and nothing is copied from the input: headers are limited to
//! [`MAX_HEADERS_LEN`], the body is a slice of the PDU.

pub mod assigned;
mod check;
mod content_type;
mod dissect;
mod error;
mod glance;
mod header;
mod rules;
mod sec;
#[cfg(test)]
mod tests;
mod value;

use std::fmt::{self, Debug, Display, Formatter};
use std::ops::Range;

use crate::bytes::{Cursor, write_uintvar};
use crate::finding::{Finding, Position};

pub use assigned::{ApplicationId, MediaType};
pub use content_type::{
    ContentType, Form, MacValue, Parameter, ParameterName, ParameterValue, SecValue,
};
pub use dissect::dissect;
pub use error::{EncodeError, Error, ErrorKind};
pub use glance::Glance;
pub use header::{DEFAULT_PAGE, FieldName, Header, HeaderValue};
pub use rules::RULES;
pub use sec::{Sec, UnknownSec};

use value::Reader;

/// The most octets of headers that are read or written: no bearer carries a larger push.
pub const MAX_HEADERS_LEN: u32 = 0xFFFF;

/// The transaction id of a PDU that was built; receivers ignore it.
pub const DEFAULT_TID: u8 = 0x01;

/// The type of a push PDU (WAP-230 Table 34).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PduType {
    /// `06`.
    Push,
    /// `07`, of the connection-oriented service; read, and reported.
    ConfirmedPush,
}

impl PduType {
    /// The octet.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Push => 0x06,
            Self::ConfirmedPush => 0x07,
        }
    }
}

impl Display for PduType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Push => "Push",
            Self::ConfirmedPush => "ConfirmedPush",
        })
    }
}

/// A push PDU. Its `Debug` does not show the body, which may hold passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct PushPdu<'a> {
    /// Transaction id.
    pub tid: u8,
    /// Type.
    pub pdu_type: PduType,
    /// Content-Type, with SEC and MAC.
    pub content_type: ContentType<'a>,
    /// The other headers, in order.
    pub headers: Vec<Header<'a>>,
    /// The document: the exact octets that a MAC covers. Not empty.
    pub body: &'a [u8],
    /// Where the body begins in the PDU; 0 if it was not read.
    pub body_offset: usize,
    /// What deviated when it was read.
    pub findings: Vec<Finding>,
}

impl<'a> PushPdu<'a> {
    /// A push to be written, with the default transaction id.
    #[must_use]
    pub fn new(
        content_type: ContentType<'a>,
        application_id: Option<ApplicationId<'a>>,
        body: &'a [u8],
    ) -> Self {
        Self {
            tid: DEFAULT_TID,
            pdu_type: PduType::Push,
            content_type,
            headers: application_id
                .map(Header::application_id)
                .into_iter()
                .collect(),
            body,
            body_offset: 0,
            findings: Vec::new(),
        }
    }

    /// A Client Provisioning document in WBXML. Give no application id unless the receiver is known
    /// to need one: Intel's cpclient takes any header for the document.
    #[must_use]
    pub fn connectivity(
        sec: Option<Sec>,
        mac: Option<&[u8; 20]>,
        application_id: Option<ApplicationId<'a>>,
        body: &'a [u8],
    ) -> Self {
        Self::new(ContentType::connectivity(sec, mac), application_id, body)
    }

    /// Reads a whole PDU.
    ///
    /// # Errors
    /// [`Error`] when it cannot be told what the octets mean. Everything else that deviates is in
    /// [`findings`](Self::findings).
    pub fn parse(pdu: &'a [u8]) -> Result<Self, Error> {
        let mut parts = Parts::default();
        let (tid, pdu_type, content_type) = parts.read(pdu)?;
        Ok(Self {
            tid,
            pdu_type,
            content_type,
            headers: parts.headers,
            body: pdu.get(parts.headers_end..).unwrap_or_default(),
            body_offset: parts.headers_end,
            findings: parts.findings,
        })
    }

    /// The octets. Offsets, spans and findings play no part.
    ///
    /// # Errors
    /// [`EncodeError`] when a field has no form on the wire.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        if self.body.is_empty() {
            return Err(EncodeError::EmptyBody);
        }
        let mut headers = self.content_type.encode()?;
        let mut page = DEFAULT_PAGE;
        for header in &self.headers {
            header.write(&mut headers, &mut page)?;
        }
        let length = u32::try_from(headers.len())
            .ok()
            .filter(|&length| length <= MAX_HEADERS_LEN)
            .ok_or(EncodeError::HeadersTooLong)?;
        let mut pdu = Vec::with_capacity(headers.len() + self.body.len() + 5);
        pdu.extend([self.tid, self.pdu_type.code()]);
        write_uintvar(&mut pdu, length);
        pdu.extend(headers);
        pdu.extend(self.body);
        Ok(pdu)
    }

    /// The application that the push is for: the first X-Wap-Application-Id, by number or by name,
    /// whose value is one. Without one, a receiver assumes [`ApplicationId::WML_UA`].
    #[must_use]
    pub fn application_id(&self) -> Option<ApplicationId<'_>> {
        header::application_id(&self.headers)
    }
}

impl Debug for PushPdu<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushPdu")
            .field("tid", &self.tid)
            .field("pdu_type", &self.pdu_type)
            .field("content_type", &self.content_type)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} octets", self.body.len()))
            .field("body_offset", &self.body_offset)
            .field("findings", &self.findings)
            .finish()
    }
}

/// What was read of a PDU until its end or first fault.
#[derive(Default)]
struct Parts<'a> {
    tid: Option<u8>,
    pdu_type: Option<PduType>,
    headers_len: Option<(u32, Range<usize>)>,
    content_type: Option<ContentType<'a>>,
    headers: Vec<Header<'a>>,
    /// Where the headers end; 0 until they have all been read.
    headers_end: usize,
    findings: Vec<Finding>,
}

impl<'a> Parts<'a> {
    fn read(&mut self, pdu: &'a [u8]) -> Result<(u8, PduType, ContentType<'a>), Error> {
        let mut reader = Reader {
            cursor: Cursor::new(pdu),
            findings: &mut self.findings,
        };
        let tid = *self.tid.insert(reader.u8("the TID")?);
        let pdu_type = *self.pdu_type.insert(read_type(&mut reader)?);
        let at = reader.offset();
        let declared = reader.uintvar("HeadersLen")?;
        self.headers_len = Some((declared, at..reader.offset()));
        let left = reader.cursor.remaining();
        let length = match usize::try_from(declared) {
            _ if declared > MAX_HEADERS_LEN => {
                return Err(ErrorKind::HeadersTooLong { declared }.at(at));
            }
            Ok(0) => {
                return Err(ErrorKind::NoContentType.at(reader.offset()));
            }
            Ok(length) if length <= left => length,
            _ => return Err(ErrorKind::HeadersBeyondPdu { declared, left }.at(at)),
        };
        let mut block = reader.sub(length, "the headers")?;
        ContentType::read(&mut block, &mut self.content_type)?;
        let mut page = DEFAULT_PAGE;
        while let Some(header) = Header::read(&mut block, &mut page)? {
            self.headers.push(header);
        }
        self.headers_end = block.offset();
        let body_at = reader.offset();
        let body = reader.cursor.rest();
        if body.is_empty() {
            return Err(ErrorKind::EmptyBody.at(body_at));
        }
        let content_type = self
            .content_type
            .clone()
            .ok_or(ErrorKind::NoContentType.at(at))?;
        self.findings
            .extend(check::check(&content_type, &self.headers, body));
        Ok((tid, pdu_type, content_type))
    }
}

fn read_type(reader: &mut Reader<'_, '_>) -> Result<PduType, Error> {
    let at = reader.offset();
    match reader.u8("the PDU type")? {
        0x06 => Ok(PduType::Push),
        0x07 => {
            reader.findings.push(Finding {
                rule: &rules::CONFIRMED_PUSH,
                at: Position::Offset(at),
                found: "ConfirmedPush (07)".into(),
                expected: "Push (06)".into(),
                remedy: "send it as Push; a receiver has no session to confirm it in".into(),
            });
            Ok(PduType::ConfirmedPush)
        }
        found => Err(ErrorKind::PduType { found }.at(at)),
    }
}
