//! The Content-Type value with its parameters: WAP-230 §8.4.2.24, §8.4.2.3-4.

use super::Sec;
use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::ops::Range;

use crate::bytes::{Cursor, Hex, hex_array, write_uintvar};
use crate::finding::{Finding, Position};

use super::assigned::{self, CONNECTIVITY_WBXML, MediaType, parameter_name};
use super::error::{EncodeError, Error, ErrorKind};
use super::rules;
use super::value::{
    Code, Reader, is_token, number, write_code, write_counted, write_long_integer, write_rest,
    write_short_integer, write_text, write_token,
};

/// The Content-Type value of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentType<'a> {
    /// The media type.
    pub media: MediaType<'a>,
    /// The parameters, in order.
    pub parameters: Vec<Parameter<'a>>,
    /// How its length is written.
    pub form: Form,
    /// Where it stands in the PDU; `0..0` if it was not read.
    pub span: Range<usize>,
    /// Where the media type stands in the PDU; `0..0` if it was not read.
    pub media_span: Range<usize>,
}

/// How the length of a Content-Type value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// No value-length where none is needed (`C4`), else the shortest.
    #[default]
    Shortest,
    /// Always a value-length, the shortest (`01 C4`).
    General,
    /// Always a value-length, as `1F` + uintvar (`1F 01 C4`): the only one that Intel's cpclient
    /// reads, and others read it too.
    LengthQuote,
}

/// The name of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterName<'a> {
    /// Assigned number.
    WellKnown(u32),
    /// Name, a token.
    Text(&'a str),
}

/// The value of a parameter, by the form it has on the wire.
///
/// What WAP-230 calls Date-value is a [`LongInteger`](Self::LongInteger) (seconds since 1970);
/// Delta-seconds and Charset are integers; Version-value, Field-name and Constrained-encoding are
/// a [`ShortInteger`](Self::ShortInteger) or a [`Text`](Self::Text).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ParameterValue<'a> {
    /// No-value, `00`.
    NoValue,
    /// Short-integer, up to 0x7F.
    ShortInteger(u8),
    /// Long-integer: 1 to 30 octets, most significant first.
    LongInteger(Cow<'a, [u8]>),
    /// Token-text or text-string: printable, not empty, no quotation mark first.
    Text(Cow<'a, str>),
    /// Quoted-string, without its opening quotation mark.
    Quoted(Cow<'a, str>),
    /// The value of parameter Q alone: 1-100 stands for 0.00-0.99, 101-1099 for 0.001-0.999.
    Quality(u16),
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// The name.
    pub name: ParameterName<'a>,
    /// The value.
    pub value: ParameterValue<'a>,
    /// Where name and value stand in the PDU; `0..0` if it was not read.
    pub span: Range<usize>,
    /// Where the value begins in the PDU; 0 if it was not read.
    pub value_at: usize,
}

/// The SEC parameter as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecValue<'p> {
    /// What it means; `None` when it is none of the four.
    pub method: Option<Sec>,
    /// The value as sent.
    pub value: &'p ParameterValue<'p>,
    /// Offset of the value in the PDU; 0 if it was not read.
    pub offset: usize,
}

/// The MAC parameter as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MacValue<'p> {
    /// The text as sent, without quotation marks; empty when the value is no text.
    pub text: &'p str,
    /// True when it was sent as a quoted-string.
    pub quoted: bool,
    /// The 20 octets, when the text is 40 hexadecimal digits.
    pub digest: Option<[u8; 20]>,
    /// Offset of the first digit in the PDU; 0 if it was not read.
    pub offset: usize,
}

impl<'a> ContentType<'a> {
    /// A media type without parameters.
    #[must_use]
    pub fn new(media: MediaType<'a>) -> Self {
        Self {
            media,
            parameters: Vec::new(),
            form: Form::Shortest,
            span: 0..0,
            media_span: 0..0,
        }
    }

    /// A media type with SEC and MAC, those that are given, in this order. The MAC is written as 40
    /// upper-case digits, not quoted: the spelling that every known receiver reads.
    ///
    /// In the general form even without either. [`ContentType::new`] gives an unsigned document the
    /// shortest form, its media type alone (`B6`), which is what jobs build; some receivers skip a
    /// value-length blindly and need this one.
    #[must_use]
    pub fn secured(media: MediaType<'a>, sec: Option<Sec>, mac: Option<&[u8; 20]>) -> Self {
        let sec = sec.map(|sec| {
            Parameter::new(
                ParameterName::WellKnown(assigned::SEC),
                ParameterValue::ShortInteger(sec.code()),
            )
        });
        let mac = mac.map(|mac| {
            Parameter::new(
                ParameterName::WellKnown(assigned::MAC),
                ParameterValue::Text(Hex(mac).to_string().into()),
            )
        });
        let parameters: Vec<_> = sec.into_iter().chain(mac).collect();
        let form = if parameters.is_empty() {
            Form::General
        } else {
            Form::Shortest
        };
        Self {
            parameters,
            form,
            ..Self::new(media)
        }
    }

    /// The Content-Type of a Client Provisioning document in WBXML.
    #[must_use]
    pub fn connectivity(sec: Option<Sec>, mac: Option<&[u8; 20]>) -> Self {
        Self::secured(CONNECTIVITY_WBXML, sec, mac)
    }

    /// Whether it names a message of OMA DM, in either encoding.
    #[must_use]
    pub fn is_dm(&self) -> bool {
        let name = self.media.name().unwrap_or_default().to_ascii_lowercase();
        name.starts_with("application/vnd.syncml.dm+")
    }

    /// The first SEC parameter, typed or not.
    #[must_use]
    pub fn sec(&self) -> Option<SecValue<'_>> {
        let Parameter {
            value, value_at, ..
        } = self.parameter("SEC")?;
        Some(SecValue {
            method: value.sec(),
            value,
            offset: *value_at,
        })
    }

    /// The first MAC parameter, typed or not.
    #[must_use]
    pub fn mac(&self) -> Option<MacValue<'_>> {
        let Parameter { value, span, .. } = self.parameter("MAC")?;
        let (sent, quoted) = match value {
            ParameterValue::Text(text) => (&**text, false),
            ParameterValue::Quoted(text) => (&**text, true),
            _ => ("", false),
        };
        // Some encoders close the quotation too
        let text = if quoted {
            sent.strip_suffix('"').unwrap_or(sent)
        } else {
            sent
        };
        Some(MacValue {
            text,
            quoted,
            digest: hex_array(text.as_bytes()),
            offset: span.end.saturating_sub(sent.len() + 1),
        })
    }

    /// The octets, as they stand in the PDU.
    ///
    /// # Errors
    /// [`EncodeError`] when a name or value has no form on the wire.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut block = Vec::new();
        match self.media {
            MediaType::WellKnown(code) => write_code(&mut block, code),
            MediaType::Text(name) => write_text(&mut block, name, "the media type")?,
        }
        let long = matches!(self.media, MediaType::WellKnown(0x80..));
        if self.form == Form::Shortest && self.parameters.is_empty() && !long {
            return Ok(block);
        }
        for parameter in &self.parameters {
            parameter.write(&mut block)?;
        }
        let mut out = Vec::with_capacity(block.len() + 2);
        write_counted(&mut out, &block, self.form == Form::LengthQuote)?;
        Ok(out)
    }

    /// Reads no more of the value than [`Glance`](super::Glance) keeps.
    pub(super) fn glance(reader: &mut Reader<'a, '_>) -> Result<Option<Security<'a>>, Error> {
        let Some(length) = reader.value_length(WHAT)? else {
            let media = media_type(reader.code(MEDIA)?);
            return Ok(Some((media, None, None)));
        };
        let mut block = reader.sub(length.octets, WHAT)?;
        let media = media_type(block.code(MEDIA)?);
        let (mut sec, mut mac) = (None, None);
        while !block.cursor.is_empty() {
            let parameter = Parameter::read(&mut block)?;
            let value = &parameter.value;
            let again = if parameter.is("SEC") {
                sec.replace(value.sec()).is_some()
            } else if parameter.is("MAC") {
                let digest = match value {
                    ParameterValue::Text(text) => hex_array(text.as_bytes()),
                    _ => None,
                };
                mac.replace(digest).is_some()
            } else {
                false
            };
            // Receivers do not agree which of two counts
            if again {
                return Ok(None);
            }
        }
        // What is there and cannot be read is not what is absent
        Ok(match (sec, mac) {
            (Some(None), _) | (_, Some(None)) => None,
            (sec, mac) => Some((media, sec.flatten(), mac.flatten())),
        })
    }

    fn parameter(&self, name: &str) -> Option<&Parameter<'a>> {
        self.parameters.iter().find(|parameter| parameter.is(name))
    }

    /// Reads the value at the start of the headers. What was read before an error stays in `into`.
    pub(super) fn read(reader: &mut Reader<'a, '_>, into: &mut Option<Self>) -> Result<(), Error> {
        let start = reader.offset();
        let Some(length) = reader.value_length(WHAT)? else {
            let media = media_type(reader.code(MEDIA)?);
            let span = start..reader.offset();
            *into = Some(Self {
                span: span.clone(),
                media_span: span,
                ..Self::new(media)
            });
            return Ok(());
        };
        if length.octets == 0 {
            return Err(ErrorKind::EmptyContentType.at(start));
        }
        if length.quoted && length.octets <= 30 {
            reader.findings.push(length_quote(start, length.octets));
        }
        let mut block = reader.sub(length.octets, WHAT)?;
        let media_at = block.offset();
        let media = match bare_long_integer(&block.cursor) {
            Some(code) => {
                block.findings.push(bare_long_media(start, code));
                let span = start..reader.offset();
                let media = MediaType::WellKnown(code);
                *into = Some(Self {
                    span: span.clone(),
                    media_span: span,
                    ..Self::new(media)
                });
                return Ok(());
            }
            None => media_type(block.code(MEDIA)?),
        };
        let content_type = into.insert(Self {
            form: match (length.quoted, block.cursor.is_empty(), media) {
                (true, _, _) if length.octets <= 30 => Form::LengthQuote,
                (_, true, MediaType::WellKnown(..0x80) | MediaType::Text(_)) => Form::General,
                _ => Form::Shortest,
            },
            span: start..block.offset(),
            media_span: media_at..block.offset(),
            ..Self::new(media)
        });
        if content_type.form == Form::General {
            block.findings.push(bare_general_form(start));
        }
        while !block.cursor.is_empty() {
            content_type.parameters.push(Parameter::read(&mut block)?);
            content_type.span.end = block.offset();
        }
        Ok(())
    }
}

/// The media type, and SEC and MAC if they are there.
pub(super) type Security<'a> = (MediaType<'a>, Option<Sec>, Option<[u8; 20]>);

const WHAT: &str = "the Content-Type";
const MEDIA: &str = "the media type";
const PARAMETER: &str = "a parameter";

impl ParameterValue<'_> {
    /// The method that it stands for as the value of SEC.
    pub(super) fn sec(&self) -> Option<Sec> {
        match self {
            Self::ShortInteger(code) => Sec::from_code((*code).into()),
            Self::LongInteger(octets) => number(octets).and_then(Sec::from_code),
            Self::Text(text) | Self::Quoted(text) => Sec::from_text(text),
            Self::NoValue | Self::Quality(_) => None,
        }
    }
}

impl<'a> Parameter<'a> {
    /// A parameter to be written.
    #[must_use]
    pub fn new(name: ParameterName<'a>, value: ParameterValue<'a>) -> Self {
        Self {
            name,
            value,
            span: 0..0,
            value_at: 0,
        }
    }

    /// True for the parameter `name`, by number or by text in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        match self.name {
            ParameterName::WellKnown(code) => parameter_name(code) == Some(name),
            ParameterName::Text(own) => own.eq_ignore_ascii_case(name),
        }
    }

    fn read(reader: &mut Reader<'a, '_>) -> Result<Self, Error> {
        let start = reader.offset();
        let name = match reader.code("a parameter's name")? {
            Code::Number(code) => ParameterName::WellKnown(code),
            Code::Text(name) => {
                if !is_token(name) {
                    reader.findings.push(Finding {
                        rule: &rules::NAME_NOT_TOKEN,
                        at: Position::Offset(start),
                        found: format!("the parameter name {name:?}"),
                        expected: "a token".into(),
                        remedy: "use letters, digits and hyphens".into(),
                    });
                }
                ParameterName::Text(name)
            }
        };
        let value_at = reader.offset();
        let value = match (name, reader.cursor.peek()) {
            (_, None) => return Err(ErrorKind::NoParameterValue.at(value_at)),
            (_, Some(0)) => {
                reader.u8(PARAMETER)?;
                ParameterValue::NoValue
            }
            (ParameterName::WellKnown(Q), _) => ParameterValue::Quality(read_quality(reader)?),
            (_, Some(short @ 0x80..)) => {
                reader.u8(PARAMETER)?;
                ParameterValue::ShortInteger(short & 0x7F)
            }
            (_, Some(0x20..)) => {
                let quoted = reader.cursor.peek() == Some(b'"');
                let text = reader.text("a parameter's value")?;
                match text.strip_prefix('"') {
                    Some(text) if quoted => ParameterValue::Quoted(text.into()),
                    _ => ParameterValue::Text(text.into()),
                }
            }
            _ => ParameterValue::LongInteger(reader.long_integer("a parameter's value")?.into()),
        };
        Ok(Self {
            name,
            value,
            span: start..reader.offset(),
            value_at,
        })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self.name {
            ParameterName::WellKnown(code) => write_code(out, code),
            ParameterName::Text(name) => write_token(out, name, PARAMETER)?,
        }
        let q = self.name == ParameterName::WellKnown(Q);
        match &self.value {
            ParameterValue::NoValue => {
                out.push(0);
                Ok(())
            }
            ParameterValue::Quality(value @ 1..=1099) if q => {
                write_uintvar(out, (*value).into());
                Ok(())
            }
            ParameterValue::Quality(_) => Err(EncodeError::QualityFactor),
            _ if q => Err(EncodeError::QualityFactor),
            ParameterValue::ShortInteger(value) => write_short_integer(out, *value, PARAMETER),
            ParameterValue::LongInteger(octets) => write_long_integer(out, octets, PARAMETER),
            ParameterValue::Text(text) if text.starts_with('"') => {
                Err(EncodeError::Text(PARAMETER))
            }
            ParameterValue::Text(text) => write_text(out, text, PARAMETER),
            ParameterValue::Quoted(text) => {
                out.push(b'"');
                write_rest(out, text, PARAMETER)
            }
        }
    }
}

/// Code of the parameter Q, whose value is not told apart from others by its first octet.
const Q: u32 = 0x00;

fn read_quality(reader: &mut Reader<'_, '_>) -> Result<u16, Error> {
    let at = reader.offset();
    let found = reader.uintvar("a quality factor")?;
    match u16::try_from(found) {
        Ok(value @ 1..=1099) if reader.offset() - at <= 2 => Ok(value),
        _ => Err(ErrorKind::QualityFactor { found }.at(at)),
    }
}

fn media_type(code: Code<'_>) -> MediaType<'_> {
    match code {
        Code::Number(code) => MediaType::WellKnown(code),
        Code::Text(name) => MediaType::Text(name),
    }
}

/// `02 03 03` sent for media type 0x0303: its octets would be a long-integer longer than the block,
/// as those of no other media type that is known.
fn bare_long_integer(block: &Cursor<'_>) -> Option<u32> {
    match block.rest() {
        octets @ [0x01..=0x1E, ..] => {
            number(octets).filter(|&code| MediaType::WellKnown(code).name().is_some())
        }
        _ => None,
    }
}

fn bare_long_media(start: usize, code: u32) -> Finding {
    Finding {
        rule: &rules::BARE_LONG_MEDIA,
        at: Position::Offset(start),
        found: format!("media type 0x{code:X} as a bare long-integer"),
        expected: "a value-length before it".into(),
        remedy: "write the general form; strict receivers drop this".into(),
    }
}

fn length_quote(start: usize, octets: usize) -> Finding {
    Finding {
        rule: &rules::LENGTH_QUOTE,
        at: Position::Offset(start),
        found: format!("a value-length of {octets} as 1F + uintvar"),
        expected: "one octet, unless the receiver needs this form".into(),
        remedy: "leave it as it is; receivers read it".into(),
    }
}

fn bare_general_form(start: usize) -> Finding {
    Finding {
        rule: &rules::BARE_GENERAL_FORM,
        at: Position::Offset(start),
        found: "a value-length around a media type without parameters".into(),
        expected: "the media type alone, unless the receiver needs this form".into(),
        remedy: "leave it as it is; receivers read it".into(),
    }
}

impl Display for ParameterName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Text(name) => f.write_str(name),
            Self::WellKnown(code) => match parameter_name(code) {
                Some(name) => f.write_str(name),
                None => write!(f, "parameter 0x{code:X}"),
            },
        }
    }
}

impl Display for ParameterValue<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValue => Ok(()),
            Self::ShortInteger(value) => write!(f, "{value}"),
            Self::LongInteger(octets) => match number(octets) {
                Some(value) => write!(f, "{value}"),
                None => write!(f, "0x{}", Hex(octets)),
            },
            Self::Text(text) => f.write_str(text),
            Self::Quoted(text) => write!(f, "\"{text}\""),
            Self::Quality(value @ ..=100) => write!(f, "0.{:02}", value.saturating_sub(1)),
            Self::Quality(value) => write!(f, "0.{:03}", value - 100),
        }
    }
}

/// As MIME text, the way PAP carries it: `application/…; SEC=1; MAC=…`. For a DM message SEC has its
/// name: `SEC=USERPIN`.
impl Display for ContentType<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.media)?;
        self.parameters.iter().try_for_each(|parameter| {
            write!(f, "; {}", parameter.name)?;
            let method = || parameter.value.sec().filter(|_| parameter.is("SEC"));
            match &parameter.value {
                ParameterValue::NoValue => Ok(()),
                value => match method().filter(|_| self.is_dm()) {
                    Some(sec) => write!(f, "={}", sec.dm_name()),
                    None => write!(f, "={value}"),
                },
            }
        })
    }
}
