//! Everything that can be wrong with a device list, and what to do about each.

use crate::finding::{Finding, Position, Rule, Severity};
use std::fmt;
use std::io;

/// Declares [`Kind`] and its table of rules.
macro_rules! kinds {
    ($($kind:ident $id:literal $severity:ident $clause:literal
        $summary:literal expected $expected:literal remedy $remedy:literal)*) => {
        /// A kind of fault. Errors refuse the row or the list; the others are accepted and noted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind { $(#[doc = $summary] $kind,)* }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The rule that is broken.
            #[must_use]
            pub fn rule(self) -> &'static Rule {
                match self {
                    $(Self::$kind => {
                        static RULE: Rule = Rule {
                            id: $id,
                            severity: Severity::$severity,
                            clause: $clause,
                            summary: $summary,
                        };
                        &RULE
                    })*
                }
            }

            /// What should be there instead, and what to do.
            fn advice(self) -> (&'static str, &'static str) {
                match self { $(Self::$kind => ($expected, $remedy),)* }
            }
        }
    };
}

kinds! {
    ByteOrderMark "list-byte-order-mark" Note "RFC 3629 §6"
        "UTF-8 needs no byte order mark; one at the start is skipped."
        expected "no mark" remedy "nothing needs to change"
    Utf16 "list-utf-16" Note "RFC 3629"
        "A list is UTF-8; UTF-16 is recognised and converted."
        expected "UTF-8" remedy "save it as `CSV UTF-8` next time"
    Utf16Damaged "list-utf-16-damaged" Error "RFC 2781 §2.2"
        "Every surrogate of UTF-16 has its partner, and octets come in pairs."
        expected "whole UTF-16 characters" remedy "export the list again; the file was cut or edited as octets"
    NotUtf8 "list-not-utf-8" Error "RFC 3629"
        "A list is UTF-8."
        expected "UTF-8"
        remedy "convert it from what it was saved in, such as WINDOWS-1252 or UTF-32: `iconv -f WINDOWS-1252 -t UTF-8 list.csv > list-utf-8.csv`"
    NotText "list-not-text" Error "RFC 4180; RFC 8259"
        "A list is text, not a workbook, an archive or a compressed file."
        expected "CSV or JSON Lines as text"
        remedy "save the sheet as `CSV UTF-8`, or unpack the file first"
    Empty "list-empty" Error "RFC 4180 §2"
        "A list has content."
        expected "a header row and one row per device" remedy "check the export and the path"
    NoRows "list-no-rows" Error "RFC 4180 §2"
        "A list names at least one device."
        expected "one row per device" remedy "check the export and its filter"
    NoHeader "list-no-header" Error "RFC 4180 §2.3"
        "The first row names the columns."
        expected "the names of the columns, such as `imsi,imei`"
        remedy "put a row with the names of the columns on top"
    Semicolon "list-semicolon" Note "RFC 4180 §2.4"
        "The comma separates cells; a semicolon in the header row is recognised and used."
        expected "`,`" remedy "nothing needs to change"
    SeparatorLine "list-separator-line" Note "RFC 4180 §2"
        "A first line `sep=…` belongs to one spreadsheet program; it is obeyed."
        expected "the header row" remedy "nothing needs to change"
    TwoSeparators "list-two-separators" Error "RFC 4180 §2.4"
        "The header row separates its names by one character throughout."
        expected "one of `,`, `;` and TAB between all names"
        remedy "use one separator, or put names which contain another one in double quotes"
    CrLineEnds "list-cr-line-ends" Note "RFC 4180 §2.1"
        "Lines end with CRLF or LF; a lone CR is accepted as an end of line."
        expected "CRLF or LF" remedy "nothing needs to change"
    EmptyColumnName "list-empty-column-name" Error "RFC 4180 §2.3"
        "Every column has a name."
        expected "a name" remedy "name the column, or delete it from the list"
    DuplicateColumn "list-duplicate-column" Error "RFC 4180 §2.3"
        "No two columns have the same name; upper and lower case are the same."
        expected "every name once" remedy "rename or delete one of the two columns"
    TooManyColumns "list-too-many-columns" Error "a limit of this program"
        "A list has at most 1024 columns."
        expected "at most 1024" remedy "delete the columns which no document needs"
    TooFewCells "list-too-few-cells" Error "RFC 4180 §2.4"
        "Every row has as many cells as the header row."
        expected "one cell per column, empty ones too"
        remedy "add the missing separators, or the missing cell, before values slide into other columns"
    TooManyCells "list-too-many-cells" Error "RFC 4180 §2.4"
        "Every row has as many cells as the header row."
        expected "one cell per column"
        remedy "put a cell which contains the separator in double quotes, or remove the extra cells"
    UnterminatedQuote "list-unterminated-quote" Error "RFC 4180 §2.5"
        "A double quote which opens a cell is closed."
        expected "a closing `\"`"
        remedy "close the quote; a `\"` inside a quoted cell is written `\"\"`"
    StrayQuote "list-stray-quote" Error "RFC 4180 §2.5"
        "A quoted cell starts and ends with its quotes."
        expected "the separator or the end of the line right after the closing `\"`, nothing before the opening one"
        remedy "quote the whole cell, and write a `\"` inside it as `\"\"`; perhaps an earlier quote was never closed"
    BareQuote "list-bare-quote" Warning "RFC 4180 §2.5"
        "A cell which contains a double quote is quoted; otherwise the quote counts as a character."
        expected "the cell in double quotes, with `\"\"` for the `\"`"
        remedy "check that the quote belongs to the value"
    LineBreakInCell "list-line-break-in-cell" Note "RFC 4180 §2.6"
        "A quoted cell may contain a line break; it counts as LF."
        expected "one line per device" remedy "check that no closing quote is missing"
    EmptyRow "list-empty-row" Note "RFC 4180 §2"
        "A row in which no cell is given is skipped."
        expected "a device" remedy "nothing needs to change"
    CellTooLong "list-cell-too-long" Error "a limit of this program"
        "A cell has at most 64 KiB."
        expected "at most 65536 octets" remedy "check that no closing quote is missing"
    RowTooLong "list-row-too-long" Error "a limit of this program"
        "A row has at most 1 MiB."
        expected "at most 1048576 octets" remedy "check the ends of the lines"
    ControlCharacter "list-control-character" Error "RFC 4180 §2"
        "A cell contains no control characters; quoted ones may contain TAB and line breaks."
        expected "printable characters" remedy "remove the character; the export may be damaged"
    BlanksRemoved "list-blanks-removed" Warning "RFC 4180 §2.4"
        "Blanks around a cell belong in quotes; around an unquoted cell they are removed."
        expected "the value alone"
        remedy "remove the blanks, or quote the cell if they belong to the value"
    BlanksKept "list-blanks-kept" Warning "RFC 4180 §2.4"
        "Blanks inside the quotes belong to the value."
        expected "the value alone" remedy "remove the blanks unless they belong to the value"
    ScientificNotation "list-scientific-notation" Error "every cell is text"
        "Digits are written out; a spreadsheet which shows a number shortened saves it shortened."
        expected "all digits"
        remedy "the digits are lost: go back to the source, format the column as text, then import and export again; or delete the column if no document needs it"
    DecimalTail "list-decimal-tail" Error "every cell is text"
        "An identifier is text; a program which made it a number may have dropped leading zeros or changed its last digits."
        expected "digits alone"
        remedy "export the column as text (pandas: `dtype=str`), or delete it if no document needs it"
    LeadingApostrophe "list-leading-apostrophe" Warning "every cell is text"
        "An apostrophe before digits is a spreadsheet's mark for text; it is removed."
        expected "digits alone" remedy "remove it, unless it belongs to the value"
    FormulaText "list-formula-text" Warning "every cell is text"
        "`=\"…\"` is a spreadsheet's formula for text; the text is used."
        expected "the text alone" remedy "write the text without `=\"` and `\"`"
    SpreadsheetError "list-spreadsheet-error" Error "every cell is text"
        "A formula which failed is not a value."
        expected "a value" remedy "correct the formula in the sheet and export again"
    JsonSyntax "list-json-syntax" Error "RFC 8259 §2"
        "Every line is one JSON object."
        expected "one whole JSON object on one line"
        remedy "correct the line; `jq -c .` writes one object per line"
    JsonArray "list-json-array" Error "RFC 8259 §5"
        "A list is one object per line, not one array."
        expected "`{` at the start of each line" remedy "convert it: `jq -c '.[]' list.json > list.jsonl`"
    JsonNotObject "list-json-not-object" Error "RFC 8259 §4"
        "Every line is one JSON object."
        expected "an object such as {\"imsi\": \"228011234567890\"}" remedy "name the values of the line"
    JsonNumber "list-json-number" Error "RFC 8259 §6; RFC 7493 §2.2"
        "Every cell is text: numbers lose leading zeros, and digits above 2^53."
        expected "a string, such as \"imsi\": \"228011234567890\""
        remedy "put the digits in double quotes where the list is made, not afterwards"
    JsonBoolean "list-json-boolean" Error "RFC 8259 §3"
        "Every cell is text."
        expected "a string, or null for a cell that is not given" remedy "put the value in double quotes"
    JsonNested "list-json-nested" Error "RFC 8259 §§4, 5"
        "A row is flat: no objects or arrays inside it."
        expected "a string, or null for a cell that is not given" remedy "give each value a name of its own"
    JsonDuplicateKey "list-json-duplicate-key" Error "RFC 8259 §4"
        "No two members of an object have the same name; upper and lower case are the same."
        expected "every name once" remedy "remove one of the two"
}

/// One fault of a list: which, where, and what is there. Never quotes a cell, which may be a secret,
/// unless what stands there is damage that any reader may see, such as `2.28011E+14`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: Kind,
    /// Line of the list, from 1.
    pub line: u64,
    /// Character of the line, from 1. In JSON Lines 1 when not known.
    pub character: usize,
    /// Name of the column (`#5` when it has none), for faults of one cell.
    pub column: Option<Box<str>>,
    /// What is there.
    pub found: String,
    /// In how many places: 1 for errors; what is noted counts its repetitions in the same column.
    pub times: u64,
}

impl Fault {
    /// The rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static Rule {
        self.kind.rule()
    }

    /// What should be there.
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.kind.advice().0
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        self.kind.advice().1
    }

    /// The same as a finding; the column's name is part of what was found.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let mut found = self.found.clone();
        if let Some(column) = &self.column {
            found.push_str(&format!(" in column `{column:.64}`"));
        }
        if self.times > 1 {
            found.push_str(&format!(" ({} times, here first)", self.times));
        }
        Finding {
            rule: self.rule(),
            at: Position::Line {
                line: usize::try_from(self.line).unwrap_or(usize::MAX),
                column: self.character,
            },
            found,
            expected: self.expected().to_owned(),
            remedy: self.remedy().to_owned(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.finding(), f)
    }
}

/// Why a row, or the rest of a list, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The list is at fault. Faults of one row leave the reader at the next row.
    #[error("{0}")]
    Refused(Box<Fault>),
    /// The list cannot be read any further.
    #[error("the list cannot be read beyond line {line}: {source}")]
    Read {
        /// Line, from 1.
        line: u64,
        /// Why.
        source: io::Error,
    },
}

impl ListError {
    /// The line concerned, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        match self {
            Self::Refused(fault) => fault.line,
            Self::Read { line, .. } => *line,
        }
    }

    /// Stable id of the rule.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Refused(fault) => fault.rule().id,
            Self::Read { .. } => "list-read",
        }
    }
}

impl From<Fault> for ListError {
    fn from(fault: Fault) -> Self {
        Self::Refused(Box::new(fault))
    }
}

/// What was accepted and noted. Bounded: one entry per kind and column, and no more than `MAX`.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<Fault>);

impl Notes {
    const MAX: usize = 256;

    pub(super) fn add(&mut self, fault: Fault) {
        let same = |known: &&mut Fault| known.kind == fault.kind && known.column == fault.column;
        if let Some(known) = self.0.iter_mut().find(same) {
            known.times += 1;
        } else if self.0.len() < Self::MAX {
            self.0.push(fault);
        }
    }

    pub(super) fn as_slice(&self) -> &[Fault] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_prefixed() {
        let mut ids: Vec<_> = Kind::ALL.iter().map(|kind| kind.rule().id).collect();
        assert!(ids.iter().all(|id| id.starts_with("list-")));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Kind::ALL.len());
    }

    #[test]
    fn notes_count_repetitions() {
        let mut notes = Notes::default();
        for line in 2..5 {
            notes.add(Fault {
                kind: Kind::BlanksRemoved,
                line,
                character: 4,
                column: Some("imsi".into()),
                found: "blanks around a cell".to_owned(),
                times: 1,
            });
        }
        let [fault] = notes.as_slice() else {
            panic!("one entry")
        };
        assert_eq!((fault.line, fault.times), (2, 3));
        assert_eq!(
            fault.to_string(),
            "warning[list-blanks-removed] at line 2, column 4: found blanks around a cell in \
             column `imsi` (3 times, here first), expected the value alone; remove the blanks, or \
             quote the cell if they belong to the value"
        );
    }
}
