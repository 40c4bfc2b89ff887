//! Dumps with offsets: `hexdump -C`, `xxd`, `od -t x1`, and those of Wireshark and tcpdump.

use super::capture::{CAPTURE_MAX, CaptureFault, Fault, Form, shown};

/// One line of a dump.
struct Line<'a> {
    /// Where it starts in the text, and where its data starts.
    start: usize,
    data_start: usize,
    offset: &'a str,
    colon: bool,
    data: &'a str,
}

/// Takes a line apart into offset and data, the characters at its end left away.
fn parse<'a>(text: &str, line: &'a str) -> Option<Line<'a>> {
    let within = |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
    let trimmed = line.trim();
    let digits = trimmed.strip_prefix("0x").unwrap_or(trimmed);
    let length = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    let (offset, rest) = digits.split_at(length);
    let colon = rest.starts_with(':');
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    if !(4..=16).contains(&length) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let data = rest.trim_start();
    // Octets never contain these, and whatever follows them is for the eye
    let data = match colon {
        true => data.split("  ").next(),
        false => data
            .split(['|', '>'])
            .next()
            .and_then(|data| data.split("   ").next()),
    };
    let data = data.unwrap_or_default();
    Some(Line {
        start: within(trimmed),
        data_start: within(data),
        offset,
        colon,
        data,
    })
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

/// What dump a text is, judged by its first two lines.
pub(super) fn recognise(text: &str) -> Option<Form> {
    let mut lines = lines(text);
    let first = parse(text, lines.next()?)?;
    let token = first.data.split_ascii_whitespace().next()?;
    if !token.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return None;
    }
    if first.colon {
        return Some(Form::Xxd);
    }
    let value = |digits: &str| u64::from_str_radix(digits, 16).ok();
    let begins = value(first.offset)? == 0;
    let mut continued = || {
        let second = parse(text, lines.next()?)?;
        let grown = value(second.offset)?.checked_sub(value(first.offset)?)?;
        Some(second.offset.len() == first.offset.len() && (1..=64).contains(&grown))
    };
    // Words of two octets after four digits are hex in groups rather than a dump of words
    let unlike = token.len() == 2 || (first.offset.len() >= 6 && token.len() < 6);
    if !unlike || !(begins || continued() == Some(true)) {
        return None;
    }
    Some(if matches!(first.offset.len(), 4 | 8) {
        Form::HexDump
    } else {
        Form::Od
    })
}

/// Decodes a dump that [`recognise`] has recognised.
pub(super) fn decode(text: &str, form: Form) -> Result<Vec<u8>, Fault> {
    if form != Form::Od {
        return with_radix(text, 16);
    }
    // `od` says nowhere which radix its offsets have; 6 digits of the first are hex
    let first = lines(text).next().and_then(|line| parse(text, line));
    if first.as_ref().is_some_and(|line| line.offset.len() == 6) {
        return with_radix(text, 16);
    }
    let [octal, decimal, hex] = [8, 10, 16].map(|radix| with_radix(text, radix));
    match (octal, decimal, hex) {
        (Ok(octal), Ok(decimal), _) if octal != decimal => {
            let at = text.find('*').unwrap_or_default();
            let found = "offsets that are octal or decimal".to_owned();
            Err((CaptureFault::Repeat, at, found))
        }
        (Ok(octets), ..) | (_, Ok(octets), _) | (_, _, Ok(octets)) => Ok(octets),
        // The radix which went furthest is the one that was meant
        (Err(octal), Err(decimal), Err(hex)) => {
            let furthest = [octal, decimal, hex]
                .into_iter()
                .rev()
                .max_by_key(|fault| fault.1);
            Err(furthest.unwrap_or((CaptureFault::Offset, 0, String::new())))
        }
    }
}

fn with_radix(text: &str, radix: u32) -> Result<Vec<u8>, Fault> {
    let mut octets: Vec<u8> = Vec::with_capacity(text.len() / 4);
    // Where the latest line starts in the octets, and where a `*` is that waits for an offset
    let mut latest = 0..0;
    let mut repeat = None;
    for raw in lines(text) {
        let at = raw.trim().as_ptr() as usize - text.as_ptr() as usize;
        if raw.trim() == "*" {
            if latest.is_empty() || repeat.is_some() {
                return Err((
                    CaptureFault::Repeat,
                    at,
                    "`*` without a line above".to_owned(),
                ));
            }
            repeat = Some(at);
            continue;
        }
        let Some(line) = parse(text, raw) else {
            let found = raw.trim().chars().next().map(shown).unwrap_or_default();
            return Err((CaptureFault::Offset, at, found));
        };
        let wrong = || {
            (
                CaptureFault::Offset,
                line.start,
                format!("offset {}", line.offset),
            )
        };
        let offset = u64::from_str_radix(line.offset, radix).map_err(|_| wrong())?;
        let offset = usize::try_from(offset).map_err(|_| wrong())?;
        if repeat.take().is_some() {
            if offset > CAPTURE_MAX {
                let found = format!("offset {}", line.offset);
                return Err((CaptureFault::TooLarge, line.start, found));
            }
            let missing = offset.checked_sub(octets.len()).ok_or_else(wrong)?;
            // The last line before the end may be cut short by it
            if missing == 0 || (!line.data.is_empty() && !missing.is_multiple_of(latest.len())) {
                return Err(wrong());
            }
            let pattern = octets[latest.clone()].to_vec();
            octets.extend(pattern.iter().cycle().take(missing));
        }
        if offset != octets.len() {
            return Err(wrong());
        }
        let start = octets.len();
        read_octets(&line, &mut octets)?;
        latest = start..octets.len();
    }
    match repeat {
        Some(at) => Err((CaptureFault::Repeat, at, "`*` at the end".to_owned())),
        None => Ok(octets),
    }
}

fn read_octets(line: &Line<'_>, octets: &mut Vec<u8>) -> Result<(), Fault> {
    for token in line.data.split_ascii_whitespace() {
        let at = line.data_start + (token.as_ptr() as usize - line.data.as_ptr() as usize);
        if let Some((index, c)) = token.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()) {
            return Err((CaptureFault::HexDigit, at + index, shown(c)));
        }
        if !line.colon && token.len() > 2 {
            let found = format!("a group of {} digits", token.len());
            return Err((CaptureFault::Words, at, found));
        }
        let Some(group) = super::from_hex(token.as_bytes()) else {
            let found = format!("a group of {} digits", token.len());
            return Err((CaptureFault::OddDigits, at, found));
        };
        octets.extend(group);
    }
    Ok(())
}
