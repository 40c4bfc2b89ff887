//! Header fields after the Content-Type: WAP-230 §8.4.2.6.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display, Formatter};
use std::ops::Range;

use crate::bytes::Hex;
use crate::finding::{Finding, Position};

use super::assigned::{ApplicationId, X_WAP_APPLICATION_ID, field_name};
use super::error::{EncodeError, Error, ErrorKind};
use super::rules;
use super::value::{
    Reader, is_token, number, octets_of, write_counted, write_short_integer, write_text,
    write_token,
};

/// The header code page that is active at the beginning.
pub const DEFAULT_PAGE: u8 = 1;

/// The name of a header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldName<'a> {
    /// Assigned number, up to 0x7F, in the header's code page.
    WellKnown(u8),
    /// Name, a token.
    Text(&'a str),
}

/// The value of a header field, by the rule that holds for every field (WAP-230 §8.4.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HeaderValue<'a> {
    /// A short-integer, up to 0x7F.
    Short(u8),
    /// A text, printable, not empty; a quoted-string keeps its leading quotation mark.
    Text(Cow<'a, str>),
    /// The octets that a value-length or a long-integer's length counts; undecoded.
    Octets(Cow<'a, [u8]>),
}

/// A header field. Its `Debug` does not show credentials and cookies.
#[derive(Clone, PartialEq, Eq)]
pub struct Header<'a> {
    /// The code page that the name's number belongs to: 1 unless shifted.
    pub page: u8,
    /// The name.
    pub field: FieldName<'a>,
    /// The value.
    pub value: HeaderValue<'a>,
    /// Where it stands in the PDU, without a shift before it; `0..0` if it was not read.
    pub span: Range<usize>,
}

impl<'a> Header<'a> {
    /// A header of the default code page.
    #[must_use]
    pub fn new(field: FieldName<'a>, value: HeaderValue<'a>) -> Self {
        Self {
            page: DEFAULT_PAGE,
            field,
            value,
            span: 0..0,
        }
    }

    /// X-Wap-Application-Id (WAP-230 §8.4.2.54).
    #[must_use]
    pub fn application_id(id: ApplicationId<'a>) -> Self {
        let value = match id {
            ApplicationId::Code(code) => match u8::try_from(code) {
                Ok(short @ ..=0x7F) => HeaderValue::Short(short),
                _ => HeaderValue::Octets(octets_of(code).into()),
            },
            ApplicationId::Uri(uri) => HeaderValue::Text(uri.into()),
        };
        Self::new(FieldName::WellKnown(X_WAP_APPLICATION_ID), value)
    }

    /// The field's name; `None` for a number that is not assigned or of another code page.
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        match self.field {
            FieldName::WellKnown(code) if self.page == DEFAULT_PAGE => field_name(code),
            FieldName::WellKnown(_) => None,
            FieldName::Text(name) => Some(name),
        }
    }

    /// True for the field `name`, by number or by text.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name()
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    /// True when the value may be a credential and is to be masked.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        [
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "Set-Cookie",
        ]
        .iter()
        .any(|name| self.is(name))
    }

    /// The value as an application id; `None` when it is neither an integer of up to 32 bits nor a
    /// text.
    pub(super) fn as_application_id(&self) -> Option<ApplicationId<'_>> {
        match &self.value {
            HeaderValue::Short(code) => Some(ApplicationId::Code((*code).into())),
            HeaderValue::Text(uri) => Some(ApplicationId::Uri(uri)),
            HeaderValue::Octets(octets) if octets.is_empty() => None,
            HeaderValue::Octets(octets) => number(octets).map(ApplicationId::Code),
        }
    }

    /// Reads the next header, shifts of the code page before it included; `None` at the end.
    pub(super) fn read(reader: &mut Reader<'a, '_>, page: &mut u8) -> Result<Option<Self>, Error> {
        while let Some(first) = reader.cursor.peek() {
            let start = reader.offset();
            match first {
                0 => return Err(ErrorKind::FieldReserved.at(start)),
                0x01..=0x1F | 0x7F => *page = read_shift(reader)?,
                _ => return read_message_header(reader, *page).map(Some),
            }
        }
        Ok(None)
    }

    /// Appends the header, and before it a shift if its page is not the active one.
    pub(super) fn write(&self, out: &mut Vec<u8>, page: &mut u8) -> Result<(), EncodeError> {
        if self.page != *page {
            match self.page {
                0 => return Err(EncodeError::CodePage),
                0x01..=0x1F => out.push(self.page),
                _ => out.extend([0x7F, self.page]),
            }
            *page = self.page;
        }
        match self.field {
            FieldName::WellKnown(code) => write_short_integer(out, code, "a header field's name")?,
            FieldName::Text(name) => write_token(out, name, "a header field")?,
        }
        match &self.value {
            HeaderValue::Short(value) => write_short_integer(out, *value, VALUE),
            HeaderValue::Text(text) => write_text(out, text, VALUE),
            HeaderValue::Octets(octets) => write_counted(out, octets, false),
        }
    }
}

/// The first X-Wap-Application-Id whose value is one.
pub(super) fn application_id<'h>(headers: &'h [Header<'_>]) -> Option<ApplicationId<'h>> {
    headers
        .iter()
        .filter(|header| header.is("X-Wap-Application-Id"))
        .find_map(Header::as_application_id)
}

fn read_shift(reader: &mut Reader<'_, '_>) -> Result<u8, Error> {
    let start = reader.offset();
    let mut page = reader.u8("a shift of the code page")?;
    if page == 0x7F {
        page = match reader.cursor.u8() {
            Ok(page @ 1..) => page,
            _ => return Err(ErrorKind::CodePage.at(start + 1)),
        };
    }
    reader.findings.push(Finding {
        rule: &rules::CODE_PAGE_SHIFT,
        at: Position::Offset(start),
        found: format!("a shift to header code page {page}"),
        expected: "none: both sides would have to agree on that page in a session".into(),
        remedy: "send such headers by their textual names, or not at all".into(),
    });
    Ok(page)
}

fn read_message_header<'a>(reader: &mut Reader<'a, '_>, page: u8) -> Result<Header<'a>, Error> {
    let start = reader.offset();
    let field = match reader.cursor.peek() {
        Some(short @ 0x80..) => {
            reader.u8("a header field")?;
            FieldName::WellKnown(short & 0x7F)
        }
        _ => {
            let name = reader.text("a header field's name")?;
            if !is_token(name) {
                reader.findings.push(Finding {
                    rule: &rules::NAME_NOT_TOKEN,
                    at: Position::Offset(start),
                    found: format!("the header field name {name:?}"),
                    expected: "a token".into(),
                    remedy: "use letters, digits and hyphens".into(),
                });
            }
            FieldName::Text(name)
        }
    };
    let value = read_value(reader)?;
    Ok(Header {
        page,
        field,
        value,
        span: start..reader.offset(),
    })
}

fn read_value<'a>(reader: &mut Reader<'a, '_>) -> Result<HeaderValue<'a>, Error> {
    let at = reader.offset();
    match reader.cursor.peek() {
        None => Err(ErrorKind::NoHeaderValue.at(at)),
        Some(short @ 0x80..) => {
            reader.u8(VALUE)?;
            Ok(HeaderValue::Short(short & 0x7F))
        }
        Some(0x20..) => reader
            .text(VALUE)
            .map(|text| HeaderValue::Text(text.into())),
        Some(_) => {
            let length = reader
                .value_length(VALUE)?
                .map_or(0, |length| length.octets);
            let octets = reader.sub(length, VALUE)?.cursor.rest();
            Ok(HeaderValue::Octets(octets.into()))
        }
    }
}

const VALUE: &str = "a header field's value";

impl Display for FieldName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::WellKnown(code) => write!(f, "field 0x{code:02X}"),
            Self::Text(name) => f.write_str(name),
        }
    }
}

impl Display for HeaderValue<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(text),
            Self::Octets(octets) => write!(f, "{}", Hex(octets)),
        }
    }
}

impl Debug for Header<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Header");
        out.field("page", &self.page).field("field", &self.field);
        if self.is_secret() {
            out.field("value", &"[masked]");
        } else {
            out.field("value", &self.value);
        }
        out.field("span", &self.span).finish()
    }
}
