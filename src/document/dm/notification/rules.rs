//! What is readable but not what a notification should be.

use super::{Parts, VERSION, field, is_printable};
use crate::finding::{Finding, Position, Rule, rules};

rules! {
    /// Every rule that reading a trigger message, or its push, reports findings of.
    pub(super) static RULES;

    DIGEST_ZERO = "notification-digest-zero" Warning "OMA DM 1.2 Notification §6.2.2.2"
        "The digest is an MD5, which is never zero in practice.";
    VERSION_OTHER = "notification-version" Error "OMA DM 1.2 Notification §6.2.2.6"
        "The version is 11 (0000001011).";
    FUTURE_USE = "notification-future-use" Error "OMA DM 1.2 Notification §6.2.2.9"
        "The 27 bits for future use are zero.";
    SESSION_ZERO = "notification-session-zero" Error "OMA DM 1.2 Notification §6.2.2.10"
        "The session id is 1 to FFFF.";
    SERVER_ID_EMPTY = "notification-server-id-empty" Error "OMA DM 1.2 Notification §6.2.2.12"
        "A server id names the account whose server asks.";
    SERVER_ID_CHARACTERS = "notification-server-id-characters" Error
        "OMA DM 1.2 Notification §6.2.1 (CHAR)"
        "The server id is printable ASCII.";
    SERVER_ID_ACL = "notification-server-id-acl" Warning "OMA DM 1.2 Tree and Description, ACL"
        "A server id has no blank, =, &, * or +: an ACL could not name that server.";
    MEDIA_BY_NAME = "notification-media-by-name" Error "OMA DM 1.2 Notification §6.3.1"
        "The Content-Type is the code 0x44 (C4), not the name.";
    APPLICATION_ID_BY_NAME = "notification-application-id-by-name" Error
        "OMA DM 1.2 Notification §6.3.1"
        "X-WAP-Application-ID is the code 0x07 (87), not the name.";
    HEADER_ORDER = "notification-header-order" Error "OMA DM 1.2 Notification §6.3.1"
        "X-WAP-Application-ID follows the Content-Type.";
    HEADERS_TOO_LONG = "notification-headers-too-long" Error "OMA DM 1.2 Notification §6.3.1"
        "The headers of WDP and WSP have at most 48 octets.";
}

/// A finding at an offset.
pub(super) fn finding(
    rule: &'static Rule,
    at: usize,
    found: impl Into<String>,
    expected: &str,
    remedy: &str,
) -> Finding {
    Finding {
        rule,
        at: Position::Offset(at),
        found: found.into(),
        expected: expected.into(),
        remedy: remedy.into(),
    }
}

/// The findings about what was read.
pub(super) fn check(parts: &Parts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if parts.digest.is_some_and(|digest| digest == [0; 16]) {
        findings.push(finding(
            &DIGEST_ZERO,
            0,
            "a digest of zeros",
            "an MD5",
            "compute it; a client ignores this message",
        ));
    }
    if let Some(flags) = parts.flags
        && flags >> 6 != VERSION
    {
        findings.push(finding(
            &VERSION_OTHER,
            field::VERSION,
            format!("version {}", flags >> 6),
            "11",
            "write 0000001011 as the first ten bits",
        ));
    }
    let low = parts.flags.unwrap_or_default() & 7;
    let high = parts.future_use.unwrap_or_default();
    if low != 0 || high != 0 {
        let at = if low != 0 {
            field::FLAGS
        } else {
            field::FUTURE_USE
        };
        findings.push(finding(
            &FUTURE_USE,
            at,
            format!("{:07X}", u32::from(low) << 24 | high),
            "27 zero bits",
            "write zeros, or count the bits before them again",
        ));
    }
    if parts.session_id == Some(0) {
        findings.push(finding(
            &SESSION_ZERO,
            field::SESSION_ID,
            "session 0",
            "1 to FFFF",
            "choose a session id that differs from those before",
        ));
    }
    if let Some(id) = parts.server_id {
        findings.extend(server_id(id));
    }
    findings
}

fn server_id(id: &str) -> Option<Finding> {
    if id.is_empty() {
        return Some(finding(
            &SERVER_ID_EMPTY,
            field::LENGTH,
            "an empty server id",
            "1 to 255 characters",
            "write the id that the device's account has",
        ));
    }
    let at = |index| field::SERVER_ID + index;
    if let Some(index) = id.bytes().position(|octet| !is_printable(octet)) {
        return Some(finding(
            &SERVER_ID_CHARACTERS,
            at(index),
            "a character that is not printable ASCII",
            "printable ASCII",
            "write the id that the device's account has, and no NUL after it",
        ));
    }
    let index = id.bytes().position(|octet| b" =&*+".contains(&octet))?;
    Some(finding(
        &SERVER_ID_ACL,
        at(index),
        "a blank, =, &, * or + in the server id",
        "none of them",
        "give the server another id; its rights cannot be written into an ACL",
    ))
}
