//! The digest of Package #0 (OMA DM 1.2 Notification §6.2.2.2), made and checked.
//!
//! `H(B64(H(server-identifier:password)):nonce:B64(H(trigger)))`, where H is MD5. The password and
//! the nonce are the server's, those that a device keeps to authenticate the server (SRVCRED).
//!
//! When a nonce was lost, both sides fall back to [`RESYNC_NONCE`] (§6.2, Nonce Resynchronisation).
//! That nonce is always the same, so a recorded message passes again: the server should renew nonce
//! and password in the session that follows.

use crate::document::dm::notification::{DIGEST_OCTETS, EncodeError, Notification, TriggerMessage};
use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// The nonce when the right one was lost: `0x00000000`, taken for four zero octets.
pub const RESYNC_NONCE: [u8; 4] = [0; 4];

/// Characters of an MD5 in Base64.
const B64_OCTETS: usize = 24;

/// Which nonce a digest was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NonceUsed {
    /// The one that was given.
    Given,
    /// [`RESYNC_NONCE`]: the server does not know the right one, or somebody repeats a message.
    Resync,
}

impl NonceUsed {
    /// Its short name: `given`, `resync`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Resync => "resync",
        }
    }
}

/// The digest of a trigger.
#[must_use]
pub fn digest(
    server_id: &str,
    password: &Secret,
    nonce: &[u8],
    trigger: &[u8],
) -> [u8; DIGEST_OCTETS] {
    let credentials = b64_md5(&[server_id.as_bytes(), b":", password.expose()]);
    *md5(&[&*credentials, b":", nonce, b":", &*b64_md5(&[trigger])])
}

/// A whole trigger message: the digest with the nonce given, or with [`RESYNC_NONCE`], and the
/// trigger.
///
/// # Errors
/// [`EncodeError`] when the notification has no form.
pub fn trigger_message(
    notification: &Notification<'_>,
    password: &Secret,
    nonce: Option<&Secret>,
) -> Result<Vec<u8>, EncodeError> {
    let trigger = notification.trigger()?;
    let nonce = nonce.map_or(&RESYNC_NONCE[..], Secret::expose);
    let digest = digest(&notification.server_id, password, nonce, &trigger);
    Ok([&digest[..], &trigger].concat())
}

/// A notification that the server sent whose password was given. Only [`verify`] makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified<'a> {
    notification: Notification<'a>,
    nonce: NonceUsed,
}

impl<'a> Verified<'a> {
    /// What it says.
    #[must_use]
    pub fn notification(&self) -> &Notification<'a> {
        &self.notification
    }

    /// Which nonce its digest was made with.
    #[must_use]
    pub fn nonce(&self) -> NonceUsed {
        self.nonce
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("notification", &self.notification)
            .field("nonce", &self.nonce)
            .finish()
    }
}

/// Why a notification is not what it claims to be, or why that cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    /// The digest belongs to neither nonce.
    #[error(
        "the digest does not match, neither with the nonce given nor with the one for \
         resynchronisation: another password or nonce was used, or the message was changed"
    )]
    Mismatch,
    /// The digest is not that of the resynchronisation nonce, and no other nonce was given.
    #[error(
        "the digest does not match with the nonce for resynchronisation, and no other nonce was \
         given; without the server's nonce it cannot be checked"
    )]
    NoNonce,
}

impl NotAuthentic {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Mismatch => "notification-digest-mismatch",
            Self::NoNonce => "notification-nonce-missing",
        }
    }
}

/// Verifies a trigger message as a client does: with the nonce it knows, if it knows one, then with
/// [`RESYNC_NONCE`]. The digest is computed over the octets that arrived.
///
/// # Errors
/// [`NotAuthentic`].
pub fn verify<'a>(
    message: &TriggerMessage<'a>,
    password: &Secret,
    nonce: Option<&Secret>,
) -> Result<Verified<'a>, NotAuthentic> {
    let matches = |nonce: &[u8]| -> bool {
        let server_id = &message.notification.server_id;
        // What should have been sent would let its reader forge this very message
        let expected = Zeroizing::new(digest(server_id, password, nonce, message.trigger));
        expected.ct_eq(&message.digest).into()
    };
    let nonce = match nonce {
        Some(given) if matches(given.expose()) => NonceUsed::Given,
        _ if matches(&RESYNC_NONCE) => NonceUsed::Resync,
        Some(_) => return Err(NotAuthentic::Mismatch),
        None => return Err(NotAuthentic::NoNonce),
    };
    Ok(Verified {
        notification: message.notification.clone(),
        nonce,
    })
}

fn md5(parts: &[&[u8]]) -> Zeroizing<[u8; DIGEST_OCTETS]> {
    let mut hash = Md5::new();
    parts.iter().for_each(|part| hash.update(part));
    let mut octets = hash.finalize();
    let kept = Zeroizing::new(octets.into());
    octets.as_mut_slice().zeroize();
    kept
}

fn b64_md5(parts: &[&[u8]]) -> Zeroizing<[u8; B64_OCTETS]> {
    let mut text = Zeroizing::new([0; B64_OCTETS]);
    match STANDARD.encode_slice(md5(parts).as_slice(), &mut *text) {
        Ok(_) => text,
        Err(_) => unreachable!("16 octets are 24 characters of Base64 (RFC 4648 §4)"),
    }
}

#[cfg(test)]
mod tests;
