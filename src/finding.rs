//! Findings: what is wrong with an input, where, and what to do about it.
//!
//! Readers are liberal and loud: what they accept although it deviates becomes a [`Finding`]; what
//! they cannot accept is an error of theirs. Both carry the id of a rule and a [`Position`].

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing needs to change.
    Note,
    /// Legal or tolerated, but some receivers refuse it or do something else.
    Warning,
    /// Against the standard; a strict receiver refuses the document.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Where in the input something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Position {
    /// Not tied to a place, or the place is not known.
    #[default]
    Unknown,
    /// Offset of an octet, from 0.
    Offset(usize),
    /// Line and column of a text, from 1; columns count characters.
    Line {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
}

impl Position {
    /// The line and column of the octet at `offset` of a UTF-8 text; a byte order mark is no column.
    #[must_use]
    pub fn in_text(text: &str, offset: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self::Line {
            line: before.matches('\n').count() + 1,
            column: before[start..]
                .trim_start_matches('\u{FEFF}')
                .chars()
                .count()
                + 1,
        }
    }

    /// The offset of the place in a text, the inverse of [`in_text`](Self::in_text).
    #[must_use]
    pub fn offset_in(self, text: &str) -> usize {
        let (line, column) = match self {
            Self::Unknown => return 0,
            Self::Offset(offset) => return offset,
            Self::Line { line, column } => (line, column),
        };
        let start = match line.checked_sub(2) {
            None => text.len() - text.trim_start_matches('\u{FEFF}').len(),
            Some(before) => text
                .match_indices('\n')
                .nth(before)
                .map_or(text.len(), |(at, _)| at + 1),
        };
        let rest = text.get(start..).unwrap_or_default();
        let inside = rest.char_indices().nth(column.saturating_sub(1));
        start + inside.map_or(rest.len(), |(at, _)| at)
    }
}

/// Places in a text of which many are asked for: what is before one is not read each time.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
    /// How many characters begin before each block.
    characters: Vec<usize>,
}

impl<'t> Lines<'t> {
    const BLOCK: usize = 256;

    pub(crate) fn of(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let blocks = text.as_bytes().chunks(Self::BLOCK);
        let mut count = 0;
        let characters = blocks.map(|block| {
            let before = count;
            count += begun(block);
            before
        });
        Self {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
            characters: characters.collect(),
        }
    }

    /// As [`Position::in_text`].
    pub(crate) fn at(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let mark = usize::from(line == 1 && offset > 0 && self.text.starts_with('\u{FEFF}'));
        let column = self.before(offset) - self.before(start) - mark + 1;
        Position::Line { line, column }
    }

    /// How many characters begin before `offset`.
    fn before(&self, offset: usize) -> usize {
        let block = offset / Self::BLOCK;
        let rest = self.text.as_bytes().get(block * Self::BLOCK..offset);
        let known = self.characters.get(block).copied();
        match known {
            Some(known) => known + begun(rest.unwrap_or_default()),
            // The text ends with a block
            None => self.text.chars().count(),
        }
    }
}

/// How many characters of UTF-8 begin in these octets.
fn begun(octets: &[u8]) -> usize {
    let begins = |octet: &&u8| **octet & 0xC0 != 0x80;
    octets.iter().filter(begins).count()
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("somewhere"),
            Self::Offset(offset) => write!(f, "offset {offset} (0x{offset:X})"),
            Self::Line { line, column } => write!(f, "line {line}, column {column}"),
        }
    }
}

/// A rule that findings refer to. Rules are data: a `static` each, listed where they belong.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Stable, lower-case, with hyphens: `cp-missing-parm`.
    pub id: &'static str,
    /// How bad a breach is.
    pub severity: Severity,
    /// Standard and section the rule comes from, or the receivers that make it matter.
    pub clause: &'static str,
    /// One sentence: what the rule asks for.
    pub summary: &'static str,
}

/// Makes a `static` of each rule and a list of them all, under the name and visibility given first.
macro_rules! rules {
    (
        $(#[$about:meta])* $visibility:vis static $all:ident;
        $($id:ident = $name:literal $severity:ident $clause:literal $summary:literal;)*
    ) => {
        $(#[doc = $summary] $visibility static $id: $crate::finding::Rule = $crate::finding::Rule {
            id: $name,
            severity: $crate::finding::Severity::$severity,
            clause: $clause,
            summary: $summary,
        };)*
        $(#[$about])* pub static $all: &[&$crate::finding::Rule] = &[$(&$id),*];
    };
}
pub(crate) use rules;

/// One breach of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// Where.
    pub at: Position,
    /// What is there. Never a secret value.
    pub found: String,
    /// What should be there.
    pub expected: String,
    /// What to do.
    pub remedy: String,
}

impl Finding {
    /// A finding without a place: what it found says what it is about, or the caller sets one.
    #[must_use]
    pub fn unplaced(
        rule: &'static Rule,
        found: impl Into<String>,
        expected: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            at: Position::Unknown,
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        }
    }

    /// What was found, what is expected, what to do: neither rule nor place.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self {
            found,
            expected,
            remedy,
            ..
        } = self;
        format!("found {found}, expected {expected}; {remedy}")
    }

    /// The finding without its rule and severity, for a message that shows them elsewhere.
    #[must_use]
    pub fn detail(&self) -> String {
        match self.at {
            Position::Unknown => self.sentence(),
            at => format!("{at}: {}", self.sentence()),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.rule.severity, self.rule.id)?;
        if self.at != Position::Unknown {
            write!(f, " at {}", self.at)?;
        }
        write!(f, ": {}", self.sentence())
    }
}

/// True when a finding of this rule may still be added: the first `limit` of all, then the first of
/// each further rule. So no input makes the list long, and none hides one rule behind many breaches
/// of another.
#[must_use]
pub fn has_room(findings: &[Finding], limit: usize, rule: &'static Rule) -> bool {
    findings.len() < limit || findings.iter().all(|known| known.rule != rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let at = |offset| Position::in_text("aé\nxy", offset);
        assert_eq!(at(0), Position::Line { line: 1, column: 1 });
        assert_eq!(at(3), Position::Line { line: 1, column: 3 });
        assert_eq!(at(2), at(1), "inside a character counts as its start");
        assert_eq!(at(4), Position::Line { line: 2, column: 1 });
        assert_eq!(at(99), Position::Line { line: 2, column: 3 });
        for text in ["aé\nxy\n\nz", "\u{FEFF}é\nx"] {
            let start = text.find(['a', 'é']).unwrap();
            for (offset, _) in text.char_indices().filter(|(offset, _)| *offset >= start) {
                assert_eq!(Position::in_text(text, offset).offset_in(text), offset);
            }
        }
    }

    #[test]
    fn many_places_are_the_same_as_one() {
        let long = format!("\u{FEFF}{}\n\n{}", "é€x".repeat(300), "a\n".repeat(200));
        for text in ["", "\n", "aé\nxy", &"x".repeat(256), &long] {
            let lines = Lines::of(text);
            for offset in 0..=text.len() + 1 {
                assert_eq!(
                    lines.at(offset),
                    Position::in_text(text, offset),
                    "{offset}"
                );
            }
        }
    }

    #[test]
    fn room_is_for_rules_not_yet_seen() {
        static FIRST: Rule = Rule {
            id: "first",
            severity: Severity::Note,
            clause: "",
            summary: "",
        };
        static SECOND: Rule = Rule {
            id: "second",
            ..FIRST
        };
        let finding = Finding {
            rule: &FIRST,
            at: Position::Unknown,
            found: String::new(),
            expected: String::new(),
            remedy: String::new(),
        };
        let findings = vec![finding; 2];
        assert!(has_room(&findings, 3, &FIRST));
        assert!(!has_room(&findings, 2, &FIRST));
        assert!(has_room(&findings, 2, &SECOND));
    }
}
