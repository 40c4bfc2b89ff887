//! The tree of a push PDU's octets.

use crate::bytes::Cursor;
use crate::dissect::Item;
use crate::finding::Finding;

use super::content_type::{ContentType, Parameter, ParameterValue};
use super::header::Header;
use super::{Error, Parts};

/// Explains a PDU octet by octet: the items cover the whole input, in order and without gaps.
///
/// At a fault the items end with one named `Not read`, and the fault comes as the third part. The
/// body is one item `Data`, for the caller to replace by the items of its own format. Both are
/// marked secret, since documents hold passwords.
#[must_use]
pub fn dissect(pdu: &[u8]) -> (Vec<Item>, Vec<Finding>, Option<Error>) {
    let mut parts = Parts::default();
    let fault = parts.read(pdu).err();
    (items(pdu, &parts), parts.findings, fault)
}

fn items(pdu: &[u8], parts: &Parts<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(tid) = parts.tid {
        items.push(Item::new(0..1, "TID", format!("{tid:02X}")));
    }
    if let Some(pdu_type) = parts.pdu_type {
        let value = format!("{pdu_type} ({:02X})", pdu_type.code());
        items.push(Item::new(1..2, "PDU type", value));
    }
    if let Some((length, span)) = &parts.headers_len {
        items.push(Item::new(span.clone(), "HeadersLen", length.to_string()));
    }
    if let Some(content_type) = &parts.content_type {
        items.push(content_type_item(pdu, content_type));
    }
    for header in &parts.headers {
        push_shift(&mut items, header.span.start);
        items.push(header_item(header));
    }
    let whole = parts.headers_end > 0;
    if whole {
        push_shift(&mut items, parts.headers_end);
    }
    let end = items.last().map_or(0, |item| item.span.end);
    if end < pdu.len() {
        let name = if whole { "Data" } else { "Not read" };
        let value = format!("{} octets", pdu.len() - end);
        items.push(Item {
            secret: true,
            ..Item::new(end..pdu.len(), name, value)
        });
    }
    items
}

/// Between two headers there are only shifts of the code page.
fn push_shift(items: &mut Vec<Item>, next: usize) {
    let end = items.last().map_or(next, |item| item.span.end);
    if end < next {
        items.push(Item::new(
            end..next,
            "Shift-sequence",
            "another header code page",
        ));
    }
}

fn content_type_item(pdu: &[u8], content_type: &ContentType<'_>) -> Item {
    let ContentType {
        media,
        parameters,
        span,
        media_span,
        ..
    } = content_type;
    let mut children = Vec::new();
    if span.start < media_span.start {
        let length = span.start..media_span.start;
        let value = value_length(pdu.get(length.clone()).unwrap_or_default());
        children.push(Item::new(length, "Value-length", value));
    }
    children.push(Item::new(
        media_span.clone(),
        "Media-type",
        media.to_string(),
    ));
    let is_dm = content_type.is_dm();
    let parameters = parameters.iter();
    children.extend(parameters.map(|parameter| parameter_item(parameter, is_dm)));
    let value = content_type.to_string();
    Item {
        children,
        ..Item::new(span.clone(), "Content-Type", value)
    }
}

fn value_length(octets: &[u8]) -> String {
    let mut cursor = Cursor::new(octets);
    match (cursor.u8(), cursor.uintvar()) {
        (_, Ok(length)) => length.to_string(),
        (Ok(short), _) => short.to_string(),
        _ => String::new(),
    }
}

fn parameter_item(parameter: &Parameter<'_>, is_dm: bool) -> Item {
    let value = match &parameter.value {
        ParameterValue::NoValue => "no value".to_owned(),
        value => match parameter.is("SEC").then(|| value.sec()).flatten() {
            Some(sec) if is_dm => format!("{value} ({})", sec.dm_name()),
            Some(sec) => format!("{value} ({sec})"),
            None => value.to_string(),
        },
    };
    Item::new(parameter.span.clone(), parameter.name.to_string(), value)
}

fn header_item(header: &Header<'_>) -> Item {
    let name = match header.name() {
        Some(name) => name.to_owned(),
        None => format!("{} of code page {}", header.field, header.page),
    };
    let value = match header.as_application_id() {
        Some(id) if header.is("X-Wap-Application-Id") => id.to_string(),
        _ => header.value.to_string(),
    };
    Item {
        secret: header.is_secret(),
        ..Item::new(header.span.clone(), name, value)
    }
}
