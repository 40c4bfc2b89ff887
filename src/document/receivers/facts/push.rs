//! What the headers of a push show.

use super::{Fact, Facts, Value};
use crate::wire::sms;
use crate::wire::wsp::{MediaType, Parameter, PduType, PushPdu};

pub(super) fn tell(facts: &mut Facts, push: &PushPdu<'_>, octets: usize) {
    facts.words(Fact::Finding);
    facts.findings(&push.findings);
    facts.word(
        Fact::PduType,
        match push.pdu_type {
            PduType::Push => "push",
            PduType::ConfirmedPush => "confirmed-push",
        },
    );
    let content_type = &push.content_type;
    let media = match content_type.media.name() {
        Some("application/vnd.wap.connectivity-wbxml") => "cp-wbxml",
        Some("text/vnd.wap.connectivity-xml") => "cp-xml",
        Some("application/vnd.syncml.dm+wbxml") => "dm-wbxml",
        Some("application/vnd.syncml.dm+xml") => "dm-xml",
        Some("application/vnd.syncml.notification") => "notification",
        _ => "other",
    };
    facts.word(Fact::Media, media);
    facts.flag(
        Fact::MediaText,
        matches!(content_type.media, MediaType::Text(_)),
    );
    // A value-length stands before the media type; 1F and a uintvar take two octets or more
    let before = content_type.media_span.start - content_type.span.start;
    let length = match before {
        _ if content_type.media_span == content_type.span => "none",
        0 | 1 => "one-octet",
        _ => "length-quote",
    };
    facts.word(Fact::ContentTypeLength, length);
    let is_other = |parameter: &&Parameter<'_>| !parameter.is("SEC") && !parameter.is("MAC");
    let others = content_type.parameters.iter().filter(is_other);
    facts.number(Fact::OtherParameters, others.count());
    let sec = match content_type.sec() {
        None => "none",
        Some(sec) => sec.method.map_or("unknown", |method| method.lower_name()),
    };
    facts.word(Fact::Sec, sec);
    facts.flag(Fact::Mac, content_type.mac().is_some());
    facts.number(Fact::Headers, push.headers.len());
    if let Some(code) = push.application_id().and_then(|id| id.code()) {
        facts.set(Fact::ApplicationId, Value::Number(code.into()));
    }
    facts.number(Fact::PushOctets, octets);
    facts.number(Fact::Segments, sms::segments(octets));
}
