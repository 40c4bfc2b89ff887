//! The notification in a WAP push: OMA DM 1.2 Notification §6.3.1.

use super::rules::{self, finding};
use crate::finding::Finding;
use crate::wire::sms;
use crate::wire::wsp::assigned::SYNCML_NOTIFICATION;
use crate::wire::wsp::{ApplicationId, ContentType, HeaderValue, MediaType, PushPdu};

/// The most octets that the headers of WDP and WSP may have together.
pub const MAX_HEADER_OCTETS: usize = 48;

/// The push that carries a trigger message: Content-Type C4, then X-WAP-Application-ID 7.
#[must_use]
pub fn push(message: &[u8]) -> PushPdu<'_> {
    let content_type = ContentType::new(SYNCML_NOTIFICATION);
    PushPdu::new(content_type, Some(ApplicationId::SYNCML_DM), message)
}

/// How many SMS a WSP PDU of so many octets takes, with 16-bit ports and 8-bit references;
/// `None` when it does not fit into 255.
#[must_use]
pub fn sms_segments(pdu_octets: usize) -> Option<u8> {
    u8::try_from(sms::segments(pdu_octets)).ok()
}

/// What of the headers deviates from what a notification must have, by offset in the PDU. Reading
/// the PDU has already reported a missing or another X-WAP-Application-ID.
#[must_use]
pub fn check_push(push: &PushPdu<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let content_type = &push.content_type;
    if let MediaType::Text(_) = content_type.media {
        findings.push(finding(
            &rules::MEDIA_BY_NAME,
            content_type.media_span.start,
            "the media type by its name",
            "C4",
            "write the code; a client may compare octets",
        ));
    }
    let mut headers = push.headers.iter();
    let place = headers.position(|header| header.is("X-Wap-Application-Id"));
    if let Some((place, header)) = place.and_then(|at| Some((at, push.headers.get(at)?))) {
        if let HeaderValue::Text(_) = header.value {
            findings.push(finding(
                &rules::APPLICATION_ID_BY_NAME,
                header.span.start,
                "the application id as a text",
                "AF 87",
                "write the code; a client may compare octets",
            ));
        }
        if place > 0 {
            findings.push(finding(
                &rules::HEADER_ORDER,
                header.span.start,
                "another header before X-WAP-Application-ID",
                "AF 87 directly after the Content-Type",
                "exchange them, or leave the other one out",
            ));
        }
    }
    let wdp = match sms_segments(push.body_offset + push.body.len()) {
        Some(1) => sms::PORTS,
        _ => sms::PORTS_AND_REFERENCE,
    };
    if wdp + push.body_offset > MAX_HEADER_OCTETS {
        findings.push(finding(
            &rules::HEADERS_TOO_LONG,
            content_type.span.start,
            format!("{wdp} octets of WDP and {} of WSP", push.body_offset),
            "at most 48 together",
            "leave out headers that the client does not need",
        ));
    }
    findings
}
