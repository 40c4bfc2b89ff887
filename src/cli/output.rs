//! Printing for people: colour where it is wanted, tables that line up.

use super::exit::Failure;
use crate::finding::{Finding, Severity};
use anstyle::{AnsiColor, Effects, Style};
use std::io::Write;

/// The colour of what is in error.
pub const ERROR: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
/// The colour of warnings.
pub const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
/// The colour of notes.
pub const NOTE: Style = AnsiColor::Cyan.on_default();
/// The colour of success.
pub const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
/// The colour of what stands aside.
pub const DIM: Style = Style::new().effects(Effects::DIMMED);
/// The colour of names.
pub const NAME: Style = Style::new().effects(Effects::BOLD);

/// The colour of what is so bad.
pub fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Note => NOTE,
    }
}

/// Standard output; colour goes when it is no terminal or NO_COLOR is set.
pub fn out() -> impl Write {
    std::io::BufWriter::new(anstream::stdout())
}

/// Prints a message to standard error. That it cannot be shown is nothing to die of.
pub fn tell(style: Style, label: &str, message: &str) {
    let _ = writeln!(
        anstream::stderr(),
        "{style}{}{style:#} {}",
        visible(label),
        visible(message)
    );
}

/// Prints a finding to standard error, with its severity and rule as the label.
pub fn remark(finding: &Finding) {
    let rule = finding.rule;
    let label = format!("{}[{}]:", rule.severity, rule.id);
    tell(severity_style(rule.severity), &label, &finding.detail());
}

/// Prints a failure to standard error.
pub fn complain(failure: &Failure) {
    let label = match failure.rule {
        Some(rule) => format!("error[{rule}]:"),
        None => "error:".to_owned(),
    };
    tell(ERROR, &label, &failure.message);
}

/// Text from outside, names of files among it, must not steer the terminal, nor begin a line that
/// looks like one of ours.
pub fn visible(text: &str) -> String {
    text.chars().map(harmless).collect()
}

/// The same for a text that is shown as it is, lines and all.
pub fn visible_lines(text: &str) -> String {
    let shown = |character| match character {
        '\n' => character,
        _ => harmless(character),
    };
    text.chars().map(shown).collect()
}

fn harmless(character: char) -> char {
    // Bidirectional controls reorder what stands beside them (Unicode UAX #9)
    let reorders = matches!(
        character,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    );
    let ends_line = matches!(character, '\u{2028}' | '\u{2029}');
    match reorders || ends_line || character.is_control() {
        true => '\u{FFFD}',
        false => character,
    }
}

/// Prints rows whose columns line up; the last one is not padded.
///
/// # Errors
/// When writing fails.
pub fn table(out: &mut impl Write, rows: &[Vec<String>], first: Style) -> std::io::Result<()> {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            let width = |row: &Vec<String>| row.get(column).map_or(0, |c| c.chars().count());
            rows.iter().map(width).max().unwrap_or_default()
        })
        .collect();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let last = column + 1 == row.len();
            let padding = widths[column].saturating_sub(cell.chars().count());
            let cell = visible(cell);
            if column == 0 {
                line.push_str(&format!("{first}{cell}{first:#}"));
            } else {
                line.push_str(&cell);
            }
            if !last {
                line.push_str(&" ".repeat(padding + 2));
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Prints JSON, indented, and ends the line. What could steer a terminal is escaped.
///
/// # Errors
/// When writing fails.
pub fn json(out: &mut impl Write, value: &serde_json::Value) -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    for character in text.chars() {
        match harmless(character) == character || character == '\n' {
            true => write!(out, "{character}")?,
            // None of them is beyond four digits
            false => write!(out, "\\u{:04x}", u32::from(character))?,
        }
    }
    writeln!(out)
}
