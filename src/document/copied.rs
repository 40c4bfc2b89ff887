//! What copying leaves around a message, or does to it: mails, web pages, programs, modems.
//!
//! An input of no known kind is mostly a good message that was copied. [`advice`] names what was
//! done to it and how to undo it. Nothing is undone here: that would be a guess, and the octets
//! matter.

use crate::bytes::capture::is_modem;
use crate::finding::Position;

/// How to get at the message in a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Where the message begins.
    pub at: Position,
    /// What was done to it, and what to do. Nothing of the text enters it.
    pub message: String,
}

/// The ways in which a document is written in a text of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copy {
    /// As it is.
    Plain,
    /// Between fences of Markdown.
    Fenced,
    /// With `&lt;` for `<`.
    Entities,
    /// As a text in JSON.
    Json,
    /// As a string in a program's source.
    Program,
    /// As a cell of CSV.
    Cell,
    /// With `=3D` for `=`.
    QuotedPrintable,
    /// With a number before each line.
    Numbered,
    /// With `>` before each line.
    Quoted,
    /// With another mark before each line.
    Marked(char),
    /// With `-` and `+` before elements.
    Folded,
}

/// What `<` is written as.
const OPENING: [(&str, Copy); 5] = [
    ("<", Copy::Plain),
    ("&lt;", Copy::Entities),
    ("&#60;", Copy::Entities),
    ("&#x3c;", Copy::Entities),
    ("\\u003c", Copy::Json),
];

/// Files that hold a document so that nothing of it can be read: how they begin, and what to do.
const FILES: [(&[u8], &str); 4] = [
    (
        b"PK\x03\x04",
        "this is a ZIP archive, as .docx and .odt are too; unpack it, or save the text from the \
         word processor as plain text",
    ),
    (
        b"\x1F\x8B",
        "this is compressed by gzip; unpack it: `gunzip < in.gz > out`",
    ),
    (
        b"{\\rtf",
        "this is rich text (RTF); save it from the word processor as plain text",
    ),
    (
        b"%PDF-",
        "this is a PDF; copy the text out of it, and look at its quotes and line ends",
    ),
];

/// The elements that a document, or a piece of one, begins with.
const ELEMENTS: [&str; 5] = [
    "wap-provisioningdoc",
    "characteristic",
    "parm",
    "SyncML",
    "MgmtTree",
];

/// How to get at the message in `input`, which is of no known kind; `None` when no trace of copying
/// is in it.
#[must_use]
pub fn advice(input: &[u8]) -> Option<Advice> {
    let file = FILES.iter().find(|(magic, _)| input.starts_with(magic));
    if let Some((_, message)) = file {
        return Some(Advice {
            at: Position::Offset(0),
            message: (*message).into(),
        });
    }
    match std::str::from_utf8(input) {
        Ok(text) if is_text(text) => in_text(text),
        _ => short_message(input),
    }
}

/// Whether a text is for people: no control characters but those of lines.
pub(super) fn is_text(text: &str) -> bool {
    let is_control = |c: char| c.is_control() && !c.is_whitespace();
    !text.trim().is_empty() && !text.contains(is_control)
}

fn in_text(text: &str) -> Option<Advice> {
    if is_modem(text.trim_start()) {
        let message = "a line of a modem stands before an SMS in hex; remove that line, and from \
                       the hex what stands before the message: the addresses, and the header (UDH) \
                       05040B84…";
        return Some(Advice {
            at: Position::in_text(text, 0),
            message: message.into(),
        });
    }
    let (start, written) = begin(text)?;
    let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let head = text[line_start..start].trim_start_matches('\u{FEFF}');
    let copy = match written {
        Copy::Plain => plain(text, start, head),
        other => other,
    };
    let mut message = copy.words();
    let before = (1, text[..line_start].matches('\n').count());
    let has_before = !text[..line_start].trim_matches(is_nothing).is_empty();
    let remove = match copy {
        Copy::Plain | Copy::Fenced => {
            let ahead = match head.trim().is_empty() {
                true => has_before.then(|| format!("{} before it", lines(before))),
                false => Some("all that stands before it".to_owned()),
            };
            let behind = after(text).map(|range| format!("{} after it", lines(range)));
            [ahead, behind].into_iter().flatten().collect::<Vec<_>>()
        }
        _ if has_before => vec![format!("{} before the XML", lines(before))],
        _ => Vec::new(),
    };
    if !remove.is_empty() {
        message = format!("{message}; remove {}", remove.join(" and "));
    }
    let at = Position::in_text(text, start);
    Some(Advice { at, message })
}

fn is_nothing(c: char) -> bool {
    c.is_whitespace() || c == '\u{FEFF}'
}

/// Where a document begins, and what its `<` is written as.
fn begin(text: &str) -> Option<(usize, Copy)> {
    text.match_indices(['<', '&', '\\']).find_map(|(at, _)| {
        OPENING.iter().find_map(|(opening, copy)| {
            let rest = strip(&text[at..], opening)?;
            is_document(rest).then_some((at, *copy))
        })
    })
}

/// What follows `prefix`, in any case.
fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Whether a document begins so, behind its `<`.
fn is_document(rest: &str) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || "-_:.".contains(c);
    strip(rest, "?xml").is_some()
        || strip(rest, "!DOCTYPE").is_some()
        || ELEMENTS
            .iter()
            .any(|name| strip(rest, name).is_some_and(|rest| !rest.starts_with(in_name)))
}

/// What was done to a text whose document begins with a `<` at `start`, behind `head` on its line.
fn plain(text: &str, start: usize, head: &str) -> Copy {
    let (before, xml) = text.split_at(start);
    let value = xml.find('=').map_or("", |at| &xml[at + 1..]);
    if xml
        .find('"')
        .is_some_and(|quote| xml[..quote].ends_with('\\'))
    {
        return match before
            .trim_start_matches(is_nothing)
            .starts_with(['{', '['])
        {
            true => Copy::Json,
            false => Copy::Program,
        };
    }
    if value.starts_with("3D\"") || value.starts_with("3D'") {
        return Copy::QuotedPrintable;
    }
    let is_end = |c: char| c.is_whitespace() || "/>?".contains(c);
    if value.starts_with("\"\"") && !value[2..].starts_with(is_end) {
        return Copy::Cell;
    }
    let mark = head.trim();
    let next = xml.lines().skip(1).find(|line| !line.trim().is_empty());
    let next = next.map(str::trim_start);
    if let Some(number) = number(mark)
        && next.and_then(number_of).is_some_and(|next| next > number)
    {
        return Copy::Numbered;
    }
    let follows = |mark: char| next.is_some_and(|next| next.starts_with(mark));
    match mark.chars().next() {
        Some('>') if mark.chars().all(|c| c == '>' || c == ' ') => Copy::Quoted,
        Some('-' | '+') if mark.len() == 1 => Copy::Folded,
        Some(first @ ('|' | '*' | '#' | '/' | ':' | ';' | '!'))
            if mark.chars().all(|c| c == first) && follows(first) =>
        {
            Copy::Marked(first)
        }
        None if is_fenced(before) => Copy::Fenced,
        _ => Copy::Plain,
    }
}

/// Whether the last line before the document is a fence.
fn is_fenced(before: &str) -> bool {
    let mut lines = before.lines().rev();
    let last = lines.find(|line| !line.trim_matches(is_nothing).is_empty());
    let last = last.map(|line| line.trim_matches(is_nothing));
    last.is_some_and(|line| line.starts_with("```") || line.starts_with("~~~"))
}

/// A line's number, alone or before a mark.
fn number(mark: &str) -> Option<u64> {
    let digits = mark.trim_end_matches(['.', ':', '|', ')']).trim_end();
    digits.parse().ok()
}

/// The number that a line begins with.
fn number_of(line: &str) -> Option<u64> {
    let end = line.find(|c: char| !c.is_ascii_digit());
    line[..end.unwrap_or(line.len())].parse().ok()
}

/// The first and last line behind a document, if any; a document that was cut has none.
fn after(text: &str) -> Option<(usize, usize)> {
    let end = text.rfind('>')?;
    let line_end = end + text[end..].find('\n')?;
    let rest = &text[line_end + 1..];
    if rest.trim().is_empty() || rest.contains('<') {
        return None;
    }
    let first = text[..=line_end].matches('\n').count() + 1;
    let more = rest.trim_end().matches('\n').count();
    Some((first, first + more))
}

fn lines((first, last): (usize, usize)) -> String {
    match first == last {
        true => format!("line {first}"),
        false => format!("lines {first} to {last}"),
    }
}

impl Copy {
    /// What was done, and how to undo it.
    fn words(self) -> String {
        let words = match self {
            Self::Plain => "the XML begins here, but other text stands around it",
            Self::Fenced => "the XML begins here, between fences of Markdown",
            Self::Entities => {
                "the XML is written as in a web page, with &lt; for <; replace &lt; by <, &gt; by >, \
                 &quot; by \", and last &amp; by &"
            }
            Self::Json => {
                "the XML is written as a text of JSON; take the text itself, as `jq -r .NAME in.json \
                 > out.xml` does"
            }
            Self::Program => {
                "the XML is written as a string of a program; replace \\\" by \" and \\n by a line \
                 end, and remove the quotes around the string, or around each line"
            }
            Self::Cell => {
                "the XML is written as a cell of CSV; remove the quotes around it, and replace \"\" \
                 by \""
            }
            Self::QuotedPrintable => {
                "the XML is in quoted-printable, as in the source of a mail, with =3D for =; save the \
                 text from the mail program, or decode it: `python3 -m quopri -d in.txt > out.xml`"
            }
            Self::Numbered => {
                "each line of the XML begins with its number; remove these: `sed -E \
                 's/^[[:space:]]*[0-9]+[.:|)]?[[:space:]]*//' in.txt > out.xml`"
            }
            Self::Quoted => {
                "each line of the XML begins with >, as a mail quotes another; remove these: `sed -E \
                 's/^(> ?)+//' in.txt > out.xml`"
            }
            Self::Marked(mark) => {
                return format!("each line of the XML begins with {mark}; remove these marks");
            }
            Self::Folded => {
                "lines of the XML begin with - or +, as browsers and diffs show them; save the file \
                 itself, or remove these signs"
            }
        };
        words.to_owned()
    }
}

/// The port of pushes and that of secure ones (WAP-235 §7).
const PORTS: [u16; 2] = [2948, 2949];

/// An SMS stands longer than this before its header.
const MAX_TPDU: usize = 40;

/// How much a header holds (3GPP TS 23.040 §9.2.3.24), and which part of how many it heads.
struct Header {
    octets: usize,
    part: Option<(u8, u8)>,
}

impl Header {
    /// The header that `octets` begin with, if it is for the port of pushes.
    fn of(octets: &[u8]) -> Option<Self> {
        let (length, rest) = octets.split_first()?;
        let mut elements = rest.get(..usize::from(*length))?;
        let mut header = Self {
            octets: 1 + elements.len(),
            part: None,
        };
        let mut is_push = false;
        while let [id, length, rest @ ..] = elements {
            let (value, after) = rest.split_at_checked(usize::from(*length))?;
            match (*id, value) {
                (0x05, [high, low, _, _]) => {
                    is_push = PORTS.contains(&u16::from_be_bytes([*high, *low]));
                }
                (0x00, [_, of, part]) | (0x08, [_, _, of, part]) => {
                    header.part = Some((*part, *of));
                }
                _ => {}
            }
            elements = after;
        }
        (is_push && elements.is_empty()).then_some(header)
    }
}

/// A push that stands in an SMS, behind its header and perhaps behind its addresses too.
fn short_message(input: &[u8]) -> Option<Advice> {
    let (at, header) =
        (0..input.len().min(MAX_TPDU)).find_map(|at| Some((at, Header::of(input.get(at..)?)?)))?;
    let octets = at + header.octets;
    let what = match at {
        0 => "the header of an SMS (UDH) stands",
        _ => "the addresses and the header of an SMS (TPDU, UDH) stand",
    };
    let join = match header.part {
        Some((part, of)) if of > 1 => {
            format!("; this is part {part} of {of}: join all parts, each without these")
        }
        _ => String::new(),
    };
    Some(Advice {
        at: Position::Offset(octets),
        message: format!(
            "{what} before the message, which begins here; remove the first {octets} octets{join}"
        ),
    })
}
