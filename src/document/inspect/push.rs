//! WSP push PDUs: the headers as `wire::wsp` explains them, the body as what it is.

use super::{Fault, Kind, Part, notification, shift, tokens, xml};
use crate::dissect::Item;
use crate::document::dm::notification::check_push;
use crate::finding::Position;
use crate::secret::{url_secrets, without_url_secrets};
use crate::wire::wbxml;
use crate::wire::wsp::{self, PushPdu};

pub(super) fn part(input: &[u8], reveal: bool) -> Part {
    let (mut items, mut findings, error) = wsp::dissect(input);
    for item in &mut items {
        if item.name != "Data" && item.name != "Not read" {
            mask(item, reveal);
        }
    }
    let mut fault = error.map(|error| Fault {
        rule: error.rule(),
        at: Position::Offset(error.at),
        message: error.kind.to_string(),
    });
    if let Ok(push) = PushPdu::parse(input)
        && let Some(kind) = body_kind(&push)
        && let Some(data) = items.last_mut().filter(|item| item.name == "Data")
    {
        let base = push.body_offset;
        let body = match kind {
            Kind::Xml => xml::part(push.body, reveal, xml::Places::Offsets),
            Kind::Notification => notification::part(push.body),
            _ => tokens::part(push.body, reveal),
        };
        if kind == Kind::Notification {
            findings.extend(check_push(&push));
        }
        data.secret = false;
        let form = match kind {
            Kind::Notification => String::new(),
            _ => format!(" ({})", kind.name()),
        };
        data.value = format!("{}{form}, {} octets", body.kind, push.body.len());
        data.children = body.items;
        data.children.iter_mut().for_each(|item| shift(item, base));
        findings.extend(body.findings.into_iter().map(|mut finding| {
            finding.at = shifted(finding.at, base);
            finding
        }));
        fault = body.fault.map(|mut fault| {
            fault.at = shifted(fault.at, base);
            fault
        });
    }
    Part {
        kind: "push".into(),
        items,
        findings,
        fault,
    }
}

/// What the body is written in: what the Content-Type says, or what it looks like when that says
/// nothing.
pub(in crate::document) fn body_kind(push: &PushPdu<'_>) -> Option<Kind> {
    if push
        .content_type
        .media
        .is(&wsp::assigned::SYNCML_NOTIFICATION)
    {
        return Some(Kind::Notification);
    }
    match push.content_type.media.name() {
        Some(name) if name.ends_with("wbxml") => Some(Kind::Wbxml),
        Some(name) if name.ends_with("xml") => Some(Kind::Xml),
        Some(name) if matches!(push.content_type.media, wsp::MediaType::WellKnown(_)) => {
            // The octets of other assigned types are something else, whatever they look like
            (name == "*/*").then(|| looks_like(push.body)).flatten()
        }
        _ => looks_like(push.body),
    }
}

fn looks_like(body: &[u8]) -> Option<Kind> {
    match super::detect(body) {
        Some(Kind::Xml) => Some(Kind::Xml),
        _ => wbxml::Reader::new(body, wbxml::Limits::default())
            .ok()
            .map(|_| Kind::Wbxml),
    }
}

/// Credentials, and passwords in URLs.
fn mask(item: &mut Item, reveal: bool) {
    item.children
        .iter_mut()
        .for_each(|child| mask(child, reveal));
    let in_url = !url_secrets(&item.value).is_empty();
    if !reveal && item.secret {
        item.value = super::mask::counted(&item.value);
    } else if !reveal && in_url {
        item.value = without_url_secrets(&item.value).into_owned();
    }
    item.secret |= in_url;
}

fn shifted(at: Position, base: usize) -> Position {
    match at {
        Position::Offset(offset) => Position::Offset(offset + base),
        other => other,
    }
}
