//! Package #0, the notification with which a server asks a client to open a session: the trigger
//! message of OMA DM 1.2 Notification §6.2, and how a WAP push carries it (§6.3.1).
//!
//! ```text
//! digest 16 | version 10 bits, ui-mode 2, initiator 1, future-use 27 | sessionid 2 |
//! length-identifier 1 | server-identifier | vendor-specific
//! ```
//!
//! Everything after the digest is the trigger, which the digest covers; octets and bits are in
//! network order. Who may have made it is a matter of [`security::notify`](crate::security::notify).
//!
//! Nothing here panics, and reading copies nothing: what was read are slices of the input.

mod dissect;
mod error;
mod push;
mod rules;
#[cfg(test)]
mod tests;

use crate::bytes::Cursor;
use crate::finding::Finding;
use std::borrow::Cow;
use std::fmt;

pub use dissect::dissect;
pub use error::{EncodeError, Error, ErrorKind};
pub use push::{MAX_HEADER_OCTETS, check_push, push, sms_segments};
pub use rules::RULES;

/// Octets of the digest.
pub const DIGEST_OCTETS: usize = 16;

/// The version that OMA DM 1.2 writes: ten times 1.1.
pub const VERSION: u16 = 11;

/// The most octets of a trigger message that are read or written: what 255 segments of SMS carry,
/// less the shortest WSP headers.
pub const MAX_OCTETS: usize = 255 * 128 - 6;

/// Octets of the trigger before the server identifier.
const HEADER_OCTETS: usize = 8;

/// What the client should do in sight of the user (§6.2.2.7). A client may do otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UiMode {
    /// `00`: the server has no wish.
    #[default]
    NotSpecified,
    /// `01`: nothing.
    Background,
    /// `10`: tell the user.
    Informative,
    /// `11`: ask the user before.
    UserInteraction,
}

impl UiMode {
    /// All of them, by their bits.
    pub const ALL: [Self; 4] = [
        Self::NotSpecified,
        Self::Background,
        Self::Informative,
        Self::UserInteraction,
    ];

    /// The two bits.
    #[must_use]
    pub fn bits(self) -> u8 {
        self as u8
    }

    fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::NotSpecified,
            1 => Self::Background,
            2 => Self::Informative,
            _ => Self::UserInteraction,
        }
    }
}

impl fmt::Display for UiMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotSpecified => "not-specified",
            Self::Background => "background",
            Self::Informative => "informative",
            Self::UserInteraction => "user-interaction",
        })
    }
}

/// Who wanted the session (§6.2.2.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Initiator {
    /// `0`: the end user.
    Client,
    /// `1`: the server, on its own account.
    #[default]
    Server,
}

impl Initiator {
    /// The bit.
    #[must_use]
    pub fn bit(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Initiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

/// What a notification says: the trigger.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification<'a> {
    /// Ten times the version of the notification, up to 1023; [`VERSION`] but for old receivers.
    pub version: u16,
    /// What the user should see.
    pub ui_mode: UiMode,
    /// Who wanted the session.
    pub initiator: Initiator,
    /// The session to open, 1 to FFFF. One that was read may be 0, which is reported.
    pub session_id: u16,
    /// The server identifier: in a device, the ServerID of the account. 1 to 255 printable ASCII
    /// characters; one that was read may be any UTF-8, which is reported.
    pub server_id: Cow<'a, str>,
    /// Vendor-specific octets; may be empty.
    pub vendor: Cow<'a, [u8]>,
}

impl<'a> Notification<'a> {
    /// Of the version of OMA DM 1.2, started by the server, without a wish what the user sees.
    pub fn new(session_id: u16, server_id: impl Into<Cow<'a, str>>) -> Self {
        Self {
            version: VERSION,
            ui_mode: UiMode::default(),
            initiator: Initiator::default(),
            session_id,
            server_id: server_id.into(),
            vendor: Cow::Borrowed(&[]),
        }
    }

    /// The session as the SessionID of the client's messages will have it: 1 to 4 upper-case
    /// hexadecimal digits, no leading zero (§6.2.2.10).
    #[must_use]
    pub fn session_id_text(&self) -> String {
        format!("{:X}", self.session_id)
    }

    /// The octets of the trigger: the message without its digest.
    ///
    /// # Errors
    /// [`EncodeError`] when it would not be one that the standard allows.
    pub fn trigger(&self) -> Result<Vec<u8>, EncodeError> {
        if self.version > 0x3FF {
            return Err(EncodeError::Version {
                found: self.version,
            });
        }
        if self.session_id == 0 {
            return Err(EncodeError::SessionZero);
        }
        let id = self.server_id.as_bytes();
        let length = match u8::try_from(id.len()) {
            Ok(0) => return Err(EncodeError::ServerIdEmpty),
            Ok(length) => length,
            Err(_) => return Err(EncodeError::ServerIdTooLong { found: id.len() }),
        };
        if let Some(at) = id.iter().position(|octet| !is_printable(*octet)) {
            return Err(EncodeError::ServerIdCharacter { at });
        }
        let octets = HEADER_OCTETS + id.len() + self.vendor.len();
        if octets > MAX_OCTETS - DIGEST_OCTETS {
            return Err(EncodeError::TooLong { octets });
        }
        let flags = self.version << 6
            | u16::from(self.ui_mode.bits()) << 4
            | u16::from(self.initiator.bit()) << 3;
        let mut trigger = Vec::with_capacity(octets);
        trigger.extend(flags.to_be_bytes());
        trigger.extend([0; 3]);
        trigger.extend(self.session_id.to_be_bytes());
        trigger.push(length);
        trigger.extend(id);
        trigger.extend(&*self.vendor);
        Ok(trigger)
    }
}

impl fmt::Debug for Notification<'_> {
    /// Not the vendor's octets, of which nobody knows what they are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("version", &self.version)
            .field("ui_mode", &self.ui_mode)
            .field("initiator", &self.initiator)
            .field("session_id", &format_args!("{:04X}", self.session_id))
            .field("server_id", &self.server_id)
            .field("vendor", &format_args!("{} octets", self.vendor.len()))
            .finish()
    }
}

/// A trigger message as it arrived. Nothing vouches for it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerMessage<'a> {
    /// The digest as sent.
    pub digest: [u8; DIGEST_OCTETS],
    /// The octets that the digest covers: all that follow it.
    pub trigger: &'a [u8],
    /// What the trigger says.
    pub notification: Notification<'a>,
    /// What deviates, by offset in the message.
    pub findings: Vec<Finding>,
}

impl<'a> TriggerMessage<'a> {
    /// Reads a whole message: the digest and everything after it.
    ///
    /// # Errors
    /// [`Error`] when it cannot be told what the octets mean. Everything else that deviates is in
    /// [`findings`](Self::findings).
    pub fn parse(message: &'a [u8]) -> Result<Self, Error> {
        let mut parts = Parts::default();
        parts.read(message)?;
        let findings = rules::check(&parts);
        let vendor_at = parts.server_id_end();
        Ok(Self {
            digest: parts.digest.unwrap_or_default(),
            trigger: message.get(DIGEST_OCTETS..).unwrap_or_default(),
            notification: Notification {
                version: parts.flags.unwrap_or_default() >> 6,
                ui_mode: parts.ui_mode(),
                initiator: parts.initiator(),
                session_id: parts.session_id.unwrap_or_default(),
                server_id: parts.server_id.unwrap_or_default().into(),
                vendor: message.get(vendor_at..).unwrap_or_default().into(),
            },
            findings,
        })
    }
}

/// What was read until the end or the first fault.
#[derive(Default)]
struct Parts<'a> {
    digest: Option<[u8; DIGEST_OCTETS]>,
    /// version, ui-mode, initiator and the first 3 bits of future-use.
    flags: Option<u16>,
    /// The other 24 bits of future-use.
    future_use: Option<u32>,
    session_id: Option<u16>,
    length: Option<u8>,
    server_id: Option<&'a str>,
}

/// Where the fields begin in the message.
mod field {
    pub const VERSION: usize = super::DIGEST_OCTETS;
    pub const FLAGS: usize = VERSION + 1;
    pub const FUTURE_USE: usize = VERSION + 2;
    pub const SESSION_ID: usize = VERSION + 5;
    pub const LENGTH: usize = VERSION + 7;
    pub const SERVER_ID: usize = VERSION + 8;
}

impl<'a> Parts<'a> {
    fn read(&mut self, message: &'a [u8]) -> Result<(), Error> {
        if message.len() > MAX_OCTETS {
            let octets = message.len();
            return Err(ErrorKind::TooLong { octets }.at(MAX_OCTETS));
        }
        let mut cursor = Cursor::new(message);
        self.digest = Some(take(&mut cursor, "the digest")?);
        let [version] = take(&mut cursor, "the version")?;
        let [flags] = take(
            &mut cursor,
            "the last bits of the version, ui-mode and initiator",
        )?;
        self.flags = Some(u16::from_be_bytes([version, flags]));
        let [a, b, c] = take(&mut cursor, "the bits for future use")?;
        self.future_use = Some(u32::from_be_bytes([0, a, b, c]));
        self.session_id = Some(u16::from_be_bytes(take(&mut cursor, "the session id")?));
        let [length] = take(&mut cursor, "the length of the server id")?;
        self.length = Some(length);
        let left = cursor.remaining();
        let id = cursor
            .take(length.into())
            .map_err(|_| ErrorKind::ServerIdBeyondEnd { length, left }.at(field::LENGTH))?;
        let id = std::str::from_utf8(id).map_err(|error| {
            ErrorKind::ServerIdEncoding.at(field::SERVER_ID + error.valid_up_to())
        })?;
        self.server_id = Some(id);
        Ok(())
    }

    fn ui_mode(&self) -> UiMode {
        UiMode::from_bits((self.flags.unwrap_or_default() >> 4) as u8)
    }

    fn initiator(&self) -> Initiator {
        if self.flags.unwrap_or_default() & 8 == 0 {
            Initiator::Client
        } else {
            Initiator::Server
        }
    }

    fn server_id_end(&self) -> usize {
        field::SERVER_ID + self.server_id.map_or(0, str::len)
    }
}

/// The octets of a field.
fn take<const N: usize>(cursor: &mut Cursor<'_>, what: &'static str) -> Result<[u8; N], Error> {
    let end = cursor.offset() + cursor.remaining();
    let octets = cursor
        .take(N)
        .ok()
        .and_then(|octets| octets.try_into().ok());
    octets.ok_or(ErrorKind::Truncated { what }.at(end))
}

/// True for the characters that a server id is written with here. The standard's CHAR has the
/// control characters too, which no receiver is known to take.
fn is_printable(octet: u8) -> bool {
    octet.is_ascii_graphic() || octet == b' '
}
