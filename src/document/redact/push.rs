//! Push PDUs: headers, body, and a new signature.

use super::cells::{Cell, Field, Form, Role};
use super::{Error, Redacted, document};
use crate::bytes::{Hex, write_uintvar};
use crate::document::inspect::body_kind;
use crate::wire::wsp::{
    HeaderValue, Parameter, ParameterName, ParameterValue, PushPdu, Sec, assigned,
};
use std::ops::Range;

pub(super) fn redact(input: &[u8], sign: &dyn Fn(&[u8]) -> [u8; 20]) -> Result<Redacted, Error> {
    let push = PushPdu::parse(input)?;
    let kind = body_kind(&push).ok_or_else(|| Error::Body {
        at: push.body_offset,
        found: push.content_type.media.to_string(),
    })?;
    let mut redacted = document(input, kind, fields(&push), push.body_offset)?;
    let (same, signed) = signed(&redacted.octets, sign)?;
    if !same {
        return Err(Error::Structure {
            place: "the headers".into(),
        });
    }
    redacted.octets = signed;
    Ok(redacted)
}

/// The values of headers and parameters that may say who or where somebody is.
fn fields(push: &PushPdu<'_>) -> Vec<Field> {
    let mut fields = Vec::new();
    let known = ["SEC", "MAC", "Charset"];
    for parameter in &push.content_type.parameters {
        if known.iter().any(|name| parameter.is(name)) {
            continue;
        }
        if let ParameterValue::Text(text) | ParameterValue::Quoted(text) = &parameter.value {
            let end = parameter.span.end - 1;
            let place = format!("parameter {}", parameter.name);
            fields.push(field(place, text.chars(), end - text.len()));
        }
    }
    for header in &push.headers {
        if header.is("X-Wap-Application-Id") {
            continue;
        }
        let place = format!("header {}", header.name().unwrap_or("unknown"));
        match &header.value {
            HeaderValue::Short(_) => {}
            HeaderValue::Text(text) => {
                let end = header.span.end - 1;
                fields.push(field(place, text.chars(), end - text.len()));
            }
            HeaderValue::Octets(octets) => {
                let start = header.span.end - octets.len();
                let cells = (start..).zip(octets.iter());
                let cells = cells
                    .map(|(at, &octet)| Cell::new(octet.into(), at..at + 1, Form::Plain))
                    .collect();
                fields.push(Field {
                    place,
                    role: Role::Header,
                    cells,
                });
            }
        }
    }
    fields
}

fn field(place: String, text: impl Iterator<Item = char>, start: usize) -> Field {
    let mut at = start;
    let cells = text.map(|character| {
        let span: Range<usize> = at..at + character.len_utf8();
        at = span.end;
        Cell::new(character, span, Form::Plain)
    });
    Field {
        cells: cells.collect(),
        place,
        role: Role::Header,
    }
}

/// The PDU with SEC and MAC for its body if it has one of them, and whether it is whole.
fn signed(octets: &[u8], sign: &dyn Fn(&[u8]) -> [u8; 20]) -> Result<(bool, Vec<u8>), Error> {
    let mut push = PushPdu::parse(octets)?;
    let (sec, mac) = (
        push.content_type.sec().is_some(),
        push.content_type.mac().is_some(),
    );
    if !sec && !mac {
        return Ok((true, octets.to_vec()));
    }
    let digits = Hex(&sign(push.body)).to_string();
    let parameters = &mut push.content_type.parameters;
    for parameter in parameters.iter_mut() {
        if parameter.is("SEC") {
            parameter.value = ParameterValue::ShortInteger(Sec::UserPin.code());
        } else if parameter.is("MAC") {
            parameter.value = ParameterValue::Text(digits.clone().into());
        }
    }
    let add = |code, value| Parameter::new(ParameterName::WellKnown(code), value);
    if !sec {
        let value = ParameterValue::ShortInteger(Sec::UserPin.code());
        parameters.push(add(assigned::SEC, value));
    }
    if !mac {
        parameters.push(add(assigned::MAC, ParameterValue::Text(digits.into())));
    }
    let content_type = push.content_type.encode()?;
    let rest = octets
        .get(push.content_type.span.end..push.body_offset)
        .unwrap_or_default();
    let mut out = octets.get(..2).unwrap_or_default().to_vec();
    write_uintvar(&mut out, (content_type.len() + rest.len()) as u32);
    out.extend(content_type);
    out.extend(rest);
    out.extend(push.body);
    let after = PushPdu::parse(&out)?;
    let same = after.body == push.body && after.headers.len() == push.headers.len();
    Ok((same, out))
}
