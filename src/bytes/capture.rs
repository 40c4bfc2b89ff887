//! Octets in the forms in which people keep and paste them: hex, base64, dumps, C arrays, escapes.
//!
//! What a form is follows from the text alone, by the first of these rules that applies:
//!
//! 1. A control character other than white space, or octets that are not UTF-8: [`Form::Binary`].
//! 2. `<` first: [`Form::Text`], since it is XML; so is a line of a modem, `AT+CMGS=20`, for people
//!    to remove.
//! 3. The first line is an offset and then octets: a dump. An offset with a colon is
//!    [`Form::Xxd`]; without one, eight digits or four are [`Form::HexDump`], others [`Form::Od`],
//!    and it must be 0, or the line below must continue it.
//! 4. A declaration and `{`, `{` and a digit, or `0x` with a comma somewhere: [`Form::CArray`].
//! 5. A string literal with `\x`, `\x` at the start (blanks do not count then), or `\x` anywhere in
//!    a text without blanks: [`Form::Escapes`].
//! 6. Only characters of URLs, and `%` with two hex digits, or at the start: [`Form::Percent`].
//! 7. Only hex digits, blanks, `:`, `-`, `,` and `0x`: [`Form::Hex`]. So `AwtqBQ==` is base64, but
//!    `deadbeef` is hex.
//! 8. At least 32 characters as in rule 7 but for letters `O`, one in eight at most: hex with a fault
//!    in it.
//! 9. Only characters of base64, no blanks inside lines: [`Form::Base64`].
//! 10. At least eight characters as in rule 7 but for one in eight: hex with a fault in it.
//! 11. Anything else: [`Form::Text`].
//!
//! A byte order mark before any of these is ignored.

use super::{dump, notation};
use crate::finding::Position;
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use std::fmt;

/// Most octets of a capture, both as written and as decoded.
pub const CAPTURE_MAX: usize = 16 << 20;

/// What was captured.
#[derive(Clone, PartialEq, Eq)]
pub struct Capture {
    /// The octets.
    pub octets: Vec<u8>,
    /// How they were written.
    pub form: Form,
}

impl fmt::Debug for Capture {
    /// Not the octets, which may carry secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Capture({}, {} octets)", self.form, self.octets.len())
    }
}

/// How octets are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// As they are.
    Binary,
    /// As they are, and they are text: XML for instance.
    Text,
    /// Pairs of hex digits.
    Hex,
    /// Base64, RFC 4648 §4.
    Base64,
    /// Output of `hexdump -C`, or of Wireshark's copy as hex dump.
    HexDump,
    /// Output of `xxd`, or of `tcpdump -X`.
    Xxd,
    /// Output of `od -t x1`, offsets in octal, decimal or hex.
    Od,
    /// Elements of an array, `0x03, 0x0B`, in C and its relatives.
    CArray,
    /// `\x03\x0B` between characters that stand for themselves.
    Escapes,
    /// `%03%0B` between characters that stand for themselves, RFC 3986 §2.1.
    Percent,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Binary => "binary",
            Self::Text => "text",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::HexDump => "hexdump -C",
            Self::Xxd => "xxd",
            Self::Od => "od",
            Self::CArray => "C array",
            Self::Escapes => "\\x escapes",
            Self::Percent => "percent encoding",
        })
    }
}

/// What can be wrong with a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CaptureFault {
    /// Nothing but blanks.
    Empty,
    /// More than [`CAPTURE_MAX`] octets.
    TooLarge,
    /// A character that is no hex digit.
    HexDigit,
    /// The letter O in place of the digit 0.
    LetterO,
    /// Half an octet.
    OddDigits,
    /// A character out of its place in base64, or left-over bits.
    Base64,
    /// Base64 whose length is no multiple of four.
    Base64Padding,
    /// An offset that does not count the octets above it.
    Offset,
    /// A `*` that does not say how often the line above it is repeated.
    Repeat,
    /// A dump of words, whose octets may be swapped.
    Words,
    /// An element of an array that is no octet.
    Element,
    /// An array or string that does not end.
    Open,
    /// A `\` that starts no known escape.
    Escape,
    /// A `%` without two hex digits.
    Percent,
}

impl CaptureFault {
    /// Stable id of the rule.
    #[must_use]
    pub fn rule(self) -> &'static str {
        self.entry().0
    }

    /// What should be there.
    #[must_use]
    pub fn expected(self) -> &'static str {
        self.entry().1
    }

    /// What to do.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        self.entry().2
    }

    fn entry(self) -> (&'static str, &'static str, &'static str) {
        let copy = "copy the whole capture again";
        match self {
            Self::Empty => ("capture-empty", "octets", "check the file or the paste"),
            Self::TooLarge => (
                "capture-too-large",
                "at most 16 MiB",
                "cut out the part that matters",
            ),
            Self::HexDigit => (
                "capture-hex-digit",
                "a hex digit",
                "remove what is no part of the octets",
            ),
            Self::LetterO => (
                "capture-hex-digit",
                "a hex digit",
                "write the digit 0 for the letter O, here and wherever it stands",
            ),
            Self::OddDigits => ("capture-odd-digits", "two hex digits for each octet", copy),
            Self::Base64 => (
                "capture-base64",
                "base64 with `=` only at its end, and no bits left over",
                copy,
            ),
            Self::Base64Padding => (
                "capture-base64-padding",
                "a multiple of four characters",
                "copy the whole capture again, `=` at its end too",
            ),
            Self::Offset => (
                "capture-offset",
                "the number of octets above it",
                "a line is missing, doubled or damaged: copy the whole dump again",
            ),
            Self::Repeat => (
                "capture-repeat",
                "a line above `*`, and an offset in the line below",
                "dump every line: `hexdump -v -C`, `od -v -A x -t x1`",
            ),
            Self::Words => (
                "capture-words",
                "one octet at a time",
                "dump octets, since words may be swapped: `hexdump -C`, `od -A x -t x1`",
            ),
            Self::Element => (
                "capture-element",
                "octets such as 0x0B or 11, with commas between",
                "remove what is no octet",
            ),
            Self::Open => ("capture-open", "the end of the array or string", copy),
            Self::Escape => (
                "capture-escape",
                "`\\x` and two hex digits, an octal or a letter escape",
                "write a backslash that stands for itself as `\\\\`",
            ),
            Self::Percent => (
                "capture-percent",
                "`%` and two hex digits",
                "write a percent sign that stands for itself as %25",
            ),
        }
    }
}

/// Why a capture cannot be read. Shows no more than a few characters of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: found {found}, expected {}; {}", fault.expected(), fault.remedy())]
pub struct CaptureError {
    /// What is wrong.
    pub fault: CaptureFault,
    /// Line and column of the offending character.
    pub at: Position,
    /// What is there.
    pub found: String,
}

impl CaptureError {
    /// Stable id of the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.fault.rule()
    }
}

/// A fault at an offset of the text.
pub(super) type Fault = (CaptureFault, usize, String);

/// Recognises the form of a capture and decodes it.
///
/// # Errors
/// [`CaptureError`] when it is empty or larger than [`CAPTURE_MAX`], or when it starts like a form
/// and then breaks that form's rules.
pub fn decode(input: &[u8]) -> Result<Capture, CaptureError> {
    let too_large = |length: usize| CaptureError {
        fault: CaptureFault::TooLarge,
        at: Position::Unknown,
        found: format!("{length} octets"),
    };
    if input.len() > CAPTURE_MAX {
        return Err(too_large(input.len()));
    }
    let text = match std::str::from_utf8(input) {
        Ok(text) if !text.bytes().any(is_binary) => text,
        _ => {
            return Ok(Capture {
                octets: input.to_vec(),
                form: Form::Binary,
            });
        }
    };
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mark = text.len() - body.len();
    let (form, result) = by_form(body);
    match result {
        Ok(octets) => Ok(Capture {
            octets: octets.unwrap_or_else(|| input.to_vec()),
            form,
        }),
        Err((fault, offset, found)) => {
            // Columns count what is seen; the byte order mark is not
            Err(CaptureError {
                fault,
                at: Position::in_text(&text[mark..], offset),
                found,
            })
        }
    }
}

/// No octet of any text: control characters other than TAB, LF, VT, FF and CR.
fn is_binary(octet: u8) -> bool {
    octet.is_ascii_control() && !matches!(octet, 0x09..=0x0D)
}

/// `None` for text that stands for itself.
fn by_form(text: &str) -> (Form, Result<Option<Vec<u8>>, Fault>) {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return (
            Form::Text,
            Err((CaptureFault::Empty, 0, "nothing".to_owned())),
        );
    }
    if trimmed.starts_with('<') || is_modem(trimmed) {
        return (Form::Text, Ok(None));
    }
    let (form, result) = if let Some(form) = dump::recognise(text) {
        (form, dump::decode(text, form))
    } else if let Some(start) = notation::array_start(text) {
        (Form::CArray, notation::array(text, start))
    } else if let Some(start) = notation::string_start(text) {
        (Form::Escapes, notation::string(text, start))
    } else if notation::is_escapes(trimmed) {
        (Form::Escapes, notation::escapes(text))
    } else if notation::is_percent(trimmed) {
        (Form::Percent, notation::percent(text))
    } else if is_hex(trimmed) || is_hex_with_letter_o(trimmed) {
        (Form::Hex, hex(text))
    } else if is_base64(trimmed) {
        (Form::Base64, base64(text))
    } else if is_nearly_hex(trimmed) {
        (Form::Hex, hex(text))
    } else {
        return (Form::Text, Ok(None));
    };
    (form, result.map(Some))
}

/// Whether a text begins with a modem's command about a short message, or with its answer
/// (3GPP TS 27.005). Base64 of no message begins so.
pub(crate) fn is_modem(text: &str) -> bool {
    let begins = |prefix: &str| {
        let start = text.as_bytes().get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    ["AT+CMG", "+CMG", "+CMT", "AT+CNMA", "+CDS"]
        .into_iter()
        .any(begins)
}

fn is_separator(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '\u{B}' | ':' | '-' | ',')
}

/// The runs between separators with their offsets, `0x` removed.
fn hex_runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(is_separator)
        .filter(|run| !run.is_empty())
        .map(|run| {
            let digits = run
                .strip_prefix("0x")
                .or(run.strip_prefix("0X"))
                .unwrap_or(run);
            (digits.as_ptr() as usize - text.as_ptr() as usize, digits)
        })
}

fn is_hex(text: &str) -> bool {
    let mut any = false;
    hex_runs(text).all(|(_, run)| {
        any |= !run.is_empty();
        run.bytes().all(|octet| octet.is_ascii_hexdigit())
    }) && any
}

/// Base64 of any length that counts has other characters too.
fn is_hex_with_letter_o(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_hexdigit() || matches!(c, 'O' | 'o');
    let runs = || hex_runs(text).map(|(_, run)| run);
    runs().map(str::len).sum::<usize>() >= 32
        && runs().all(|run| run.chars().all(is_digit))
        && is_nearly_hex(text)
}

fn is_nearly_hex(text: &str) -> bool {
    let (mut all, mut other) = (0, 0);
    for c in hex_runs(text).flat_map(|(_, run)| run.chars()) {
        all += 1;
        other += usize::from(!c.is_ascii_hexdigit());
    }
    all >= 8 && other * 8 <= all
}

/// Pairs of digits. Where anything but line breaks separates, every run is whole octets; a text of
/// lines alone may be wrapped anywhere.
fn hex(text: &str) -> Result<Vec<u8>, Fault> {
    let lines = text.lines().map(str::trim).all(|line| {
        !line.contains(is_separator) && !line.starts_with("0x") && !line.starts_with("0X")
    });
    let mut octets = Vec::with_capacity(text.len() / 2);
    let mut half = None;
    for (start, run) in hex_runs(text) {
        for (index, c) in run.char_indices() {
            let Some(digit) = c.to_digit(16) else {
                let fault = match c {
                    'O' | 'o' => CaptureFault::LetterO,
                    _ => CaptureFault::HexDigit,
                };
                return Err((fault, start + index, shown(c)));
            };
            half = match half {
                None => Some((digit, start + index)),
                Some((high, _)) => {
                    octets.push((high << 4 | digit) as u8);
                    None
                }
            };
        }
        if let (Some((_, at)), false) = (half, lines) {
            return Err((CaptureFault::OddDigits, at, "a digit alone".to_owned()));
        }
    }
    match half {
        Some((_, at)) => Err((CaptureFault::OddDigits, at, "a digit alone".to_owned())),
        None => Ok(octets),
    }
}

/// A character in quotes, for messages.
pub(super) fn shown(c: char) -> String {
    if c.is_control() {
        format!("U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    }
}

fn is_base64(text: &str) -> bool {
    let symbol = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=');
    text.lines().all(|line| line.trim().bytes().all(symbol))
}

fn base64(text: &str) -> Result<Vec<u8>, Fault> {
    let symbols: Vec<u8> = text
        .bytes()
        .filter(|octet| !octet.is_ascii_whitespace())
        .collect();
    let offset = |index: usize| {
        let mut left = text
            .bytes()
            .enumerate()
            .filter(|(_, octet)| !octet.is_ascii_whitespace());
        left.nth(index).map_or(text.len(), |(offset, _)| offset)
    };
    let last = symbols.len().saturating_sub(1);
    let padding = symbols
        .iter()
        .rev()
        .take_while(|&&symbol| symbol == b'=')
        .count();
    let stray = symbols.iter().position(|&symbol| symbol == b'=');
    if let Some(stray) = stray.filter(|&stray| stray + padding != symbols.len() || padding > 2) {
        return Err((CaptureFault::Base64, offset(stray), "`=`".to_owned()));
    }
    if !symbols.len().is_multiple_of(4) {
        let found = format!("{} characters", symbols.len());
        return Err((CaptureFault::Base64Padding, offset(last), found));
    }
    STANDARD.decode(&symbols).map_err(|error| match error {
        DecodeError::InvalidByte(index, _)
        | DecodeError::InvalidLastSymbol { offset: index, .. } => (
            CaptureFault::Base64,
            offset(index),
            "a character that leaves bits over".to_owned(),
        ),
        DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => (
            CaptureFault::Base64Padding,
            offset(last),
            "wrong padding".to_owned(),
        ),
    })
}
