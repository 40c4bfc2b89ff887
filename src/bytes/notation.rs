//! Octets as programs write them: arrays of C, string escapes, percent encoding.

use super::capture::{CaptureFault, Fault, shown};

/// Text that declares a variable, up to what follows its `=`; 0 when there is none.
fn after_declaration(text: &str) -> usize {
    let declares =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "_[]*:&<>".contains(c);
    let trimmed = text.trim_start();
    let starts = trimmed.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    match text.find('=') {
        Some(equals) if starts && text[..equals].chars().all(declares) => equals + 1,
        _ => 0,
    }
}

/// Skips blanks and comments from `offset` on.
fn skip(text: &str, mut offset: usize) -> usize {
    loop {
        let rest = &text[offset..];
        let trimmed = rest.trim_start();
        offset += rest.len() - trimmed.len();
        let length = if trimmed.starts_with("//") {
            trimmed.find('\n')
        } else if trimmed.starts_with("/*") {
            trimmed.find("*/").map(|end| end + 2)
        } else {
            return offset;
        };
        match length {
            Some(length) => offset += length,
            None => return text.len(),
        }
    }
}

/// Where the elements of an array start, if the text is one.
pub(super) fn array_start(text: &str) -> Option<usize> {
    let start = skip(text, 0);
    let declared = after_declaration(&text[start..]);
    let start = skip(text, start + declared);
    let rest = &text[start..];
    if let Some(inner) = rest.strip_prefix(['{', '[']) {
        let inside = skip(text, text.len() - inner.len());
        // `{` opens JSON too, and `[` anything
        let number = text[inside..].starts_with(|c: char| c.is_ascii_digit());
        return (declared > 0 || number).then_some(text.len() - inner.len());
    }
    let prefixed = rest.starts_with("0x") || rest.starts_with("0X");
    (prefixed && rest.contains(',')).then_some(start)
}

/// Elements of an array up to its `}` or `]`, or to the end when nothing opened it.
pub(super) fn array(text: &str, start: usize) -> Result<Vec<u8>, Fault> {
    let opened = text[..start].ends_with(['{', '[']);
    let mut octets = Vec::new();
    let mut offset = skip(text, start);
    loop {
        let rest = &text[offset..];
        if rest.is_empty() {
            return match opened {
                true => Err((
                    CaptureFault::Open,
                    text.len(),
                    "the end of the text".to_owned(),
                )),
                false => Ok(octets),
            };
        }
        if opened && rest.starts_with(['}', ']']) {
            return Ok(octets);
        }
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let Some(octet) = element(&rest[..length]) else {
            let found = match rest[..length].chars().count() {
                0 => rest.chars().next().map(shown).unwrap_or_default(),
                1..=8 => format!("`{}`", &rest[..length]),
                _ => format!("{length} characters"),
            };
            return Err((CaptureFault::Element, offset, found));
        };
        octets.push(octet);
        offset = skip(text, offset + length);
        match text[offset..].chars().next() {
            Some(',') => offset = skip(text, offset + 1),
            Some('}' | ']') if opened => {}
            None => {}
            // A list that nothing opened may end like a statement
            Some(';') if !opened && skip(text, offset + 1) == text.len() => return Ok(octets),
            Some(c) => return Err((CaptureFault::Element, offset, shown(c))),
        }
    }
}

/// One octet, hex with `0x` or decimal. Not octal, which hardly anyone means by a leading zero.
fn element(text: &str) -> Option<u8> {
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        // from_str_radix would take a sign, but none can be here
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => None,
        None => text.parse().ok(),
    }
}

/// Where the first string literal starts, if the text is literals with `\x` in them.
pub(super) fn string_start(text: &str) -> Option<usize> {
    let start = skip(text, 0);
    let start = skip(text, start + after_declaration(&text[start..]));
    let rest = &text[start..];
    let literal = rest.strip_prefix('b').unwrap_or(rest);
    let quoted = literal.starts_with(['"', '\'']) && literal.contains("\\x");
    quoted.then_some(start)
}

/// String literals, of C or Python, one after the other.
pub(super) fn string(text: &str, start: usize) -> Result<Vec<u8>, Fault> {
    let mut octets = Vec::new();
    let mut offset = start;
    loop {
        offset = skip(text, offset);
        let rest = &text[offset..];
        let literal = rest.strip_prefix('b').unwrap_or(rest);
        let Some(quote) = literal.chars().next() else {
            return Ok(octets);
        };
        if matches!(quote, ';' | ',' | ')') && offset + 1 == text.trim_end().len() {
            return Ok(octets);
        }
        if !matches!(quote, '"' | '\'') {
            return Err((CaptureFault::Escape, offset, shown(quote)));
        }
        let inside = text.len() - literal.len() + 1;
        offset = inside + unescape(text, inside, Some(quote), &mut octets)? + 1;
    }
}

/// Text that starts with `\x`, or has it somewhere and no blanks.
pub(super) fn is_escapes(text: &str) -> bool {
    let digit =
        |(offset, _): (usize, _)| text[offset + 2..].starts_with(|c: char| c.is_ascii_hexdigit());
    text.starts_with("\\x") || (!text.contains([' ', '\t']) && text.match_indices("\\x").any(digit))
}

/// Escapes without quotes; line breaks and blanks around them do not count.
pub(super) fn escapes(text: &str) -> Result<Vec<u8>, Fault> {
    let mut octets = Vec::new();
    unescape(text, 0, None, &mut octets)?;
    Ok(octets)
}

/// Decodes from `start` to the closing quote, or to the end; returns how far that is.
fn unescape(
    text: &str,
    start: usize,
    quote: Option<char>,
    octets: &mut Vec<u8>,
) -> Result<usize, Fault> {
    let rest = &text[start..];
    let mut characters = rest.char_indices();
    while let Some((offset, c)) = characters.next() {
        if Some(c) == quote {
            return Ok(offset);
        }
        if c != '\\' {
            if quote.is_some() || !c.is_ascii_whitespace() {
                octets.extend(c.encode_utf8(&mut [0; 4]).bytes());
            }
            continue;
        }
        let after = &rest[offset + 1..];
        let wrong = || {
            let shown: String = rest[offset..]
                .chars()
                .take(4)
                .filter(|c| !c.is_control())
                .collect();
            (CaptureFault::Escape, start + offset, format!("`{shown}`"))
        };
        let (octet, length) = escape(after).ok_or_else(wrong)?;
        octets.extend(octet);
        // All characters of an escape are ASCII
        for _ in 0..length {
            characters.next();
        }
    }
    match quote {
        Some(_) => Err((
            CaptureFault::Open,
            text.len(),
            "the end of the text".to_owned(),
        )),
        None => Ok(rest.len()),
    }
}

/// The octet of an escape and how many characters follow its backslash. `\x` takes two digits, as
/// in Python and Rust: C would take all that follow, which no one means.
fn escape(after: &str) -> Option<(Option<u8>, usize)> {
    let first = after.chars().next()?;
    let simple = match first {
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'a' => 0x07,
        'b' => 0x08,
        'f' => 0x0C,
        'v' => 0x0B,
        '\\' | '"' | '\'' | '?' => first as u8,
        '\n' => return Some((None, 1)),
        'x' => {
            let digits = after.get(1..3)?;
            return Some((super::from_hex(digits.as_bytes())?.pop(), 3));
        }
        '0'..='7' => {
            let octal = |octet: &u8| (b'0'..=b'7').contains(octet);
            let length = after.bytes().take(3).take_while(octal).count();
            return Some((Some(u8::from_str_radix(&after[..length], 8).ok()?), length));
        }
        _ => return None,
    };
    Some((Some(simple), 1))
}

/// Text of the characters of URLs with a `%` that stands for an octet.
pub(super) fn is_percent(text: &str) -> bool {
    // RFC 3986 §2: unreserved and reserved characters, and line breaks where it was wrapped
    let url = |octet: u8| {
        octet.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%\r\n".contains(&octet)
    };
    let encoded = |(offset, _): (usize, _)| {
        text.get(offset + 1..offset + 3)
            .is_some_and(|pair| super::from_hex(pair.as_bytes()).is_some())
    };
    text.bytes().all(url) && (text.starts_with('%') || text.match_indices('%').any(encoded))
}

/// Percent encoding; `+` is a plus, line breaks do not count.
pub(super) fn percent(text: &str) -> Result<Vec<u8>, Fault> {
    let mut octets = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&octet) = text.as_bytes().get(at) {
        if octet == b'%' {
            let decoded = text
                .get(at + 1..at + 3)
                .and_then(|digits| super::from_hex(digits.as_bytes())?.pop());
            let Some(decoded) = decoded else {
                let found: String = text[at..]
                    .chars()
                    .take(3)
                    .filter(|c| !c.is_control())
                    .collect();
                return Err((CaptureFault::Percent, at, format!("`{found}`")));
            };
            octets.push(decoded);
            at += 3;
        } else {
            if !octet.is_ascii_whitespace() {
                octets.push(octet);
            }
            at += 1;
        }
    }
    Ok(octets)
}
