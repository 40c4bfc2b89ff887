//! What a spreadsheet may have done to one cell.

use super::fault::Kind;
use crate::bytes::ascii::are_digits;

/// Fewest digits of an identifier: below, `1.0` is rather a version than a damaged number.
const IDENTIFIER_DIGITS: usize = 6;

/// Examines a cell: the value to use, or the error and what was found. What is accepted goes to
/// `note`.
///
/// `exact` says that the cell was quoted, so that blanks belong to it.
pub(super) fn examine(
    text: &str,
    exact: bool,
    mut note: impl FnMut(Kind, &'static str),
) -> Result<&str, (Kind, String)> {
    let control =
        |c: &char| c.is_control() && !(matches!(c, '\t' | '\n' | '\r') && (exact || *c == '\t'));
    if let Some(found) = text.chars().find(control) {
        return Err((
            Kind::ControlCharacter,
            format!("U+{:04X}", u32::from(found)),
        ));
    }
    if text.contains('\n') {
        note(Kind::LineBreakInCell, "a line break");
    }
    let mut value = text.trim_matches(is_blank);
    if value.len() != text.len() {
        if exact {
            note(Kind::BlanksKept, "blanks inside the quotes of a cell");
            value = text;
        } else if !value.is_empty() {
            note(Kind::BlanksRemoved, "blanks around a cell");
        }
    }
    if !exact && value.contains('\t') {
        return Err((Kind::ControlCharacter, "U+0009 (TAB)".to_owned()));
    }
    if let Some(inner) = value
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
    {
        note(Kind::FormulaText, "`=\"` before a text");
        value = inner;
    } else if !exact && value.starts_with('"') {
        return Err((
            Kind::StrayQuote,
            "blanks before the opening quote".to_owned(),
        ));
    } else if !exact && value.contains('"') {
        note(Kind::BareQuote, "a `\"` in a cell without quotes");
    }
    if let Some(digits) = value.strip_prefix('\'').filter(|rest| is_digits(rest)) {
        note(Kind::LeadingApostrophe, "an apostrophe before digits");
        value = digits;
    }
    if is_scientific(value) {
        return Err((Kind::ScientificNotation, format!("`{value}`")));
    }
    if let Some((digits, tail)) = value.split_once(['.', ','])
        && digits.len() >= IDENTIFIER_DIGITS
        && is_digits(digits)
        && !tail.is_empty()
        && tail.bytes().all(|octet| octet == b'0')
    {
        return Err((
            Kind::DecimalTail,
            format!("digits and then `{}`", &value[digits.len()..]),
        ));
    }
    if is_spreadsheet_error(value) {
        return Err((Kind::SpreadsheetError, format!("`{value}`")));
    }
    Ok(value)
}

/// White space, and what no one sees: byte order marks, zero-width spaces, direction marks.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}' | '\u{2066}'..='\u{2069}')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && are_digits(text.as_bytes())
}

/// `2.28011E+14`, `2,28011E+14`, `2E+14`. The `+` is required: `12E4` may be hex digits.
fn is_scientific(text: &str) -> bool {
    if text.len() > 32 {
        return false;
    }
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let Some(exponent) = exponent.strip_prefix('+') else {
        return false;
    };
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    whole.len() == 1 && is_digits(whole) && is_digits(fraction) && is_digits(exponent)
}

/// What Excel and LibreOffice write for a formula that failed or a column that is too narrow.
fn is_spreadsheet_error(text: &str) -> bool {
    matches!(
        text,
        "#N/A" | "#REF!" | "#VALUE!" | "#DIV/0!" | "#NAME?" | "#NUM!" | "#NULL!" | "#SPILL!"
    ) || (text.len() >= 3 && text.bytes().all(|octet| octet == b'#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, exact: bool) -> (Result<String, Kind>, Vec<Kind>) {
        let mut notes = Vec::new();
        let result = examine(text, exact, |kind, _| notes.push(kind));
        (result.map(str::to_owned).map_err(|(kind, _)| kind), notes)
    }

    #[test]
    fn values_are_left_alone() {
        for text in [
            "228011234567890",
            "00",
            "1.0",
            "10.0.0.0",
            "12E4",
            "5E3",
            "#",
            "'tis",
            "pa'ss",
            "2.5",
            "12345678901234E56",
            "=x",
            "é",
            "a b",
            "1.5E+",
            "22.5E+14",
        ] {
            assert_eq!(of(text, false), (Ok(text.to_owned()), vec![]), "{text}");
        }
    }

    #[test]
    fn spreadsheet_damage_is_refused() {
        for text in ["2.28011E+14", "2,28011E+14", "2e+14", "2.28E+014"] {
            assert_eq!(of(text, true).0, Err(Kind::ScientificNotation), "{text}");
        }
        for text in ["228011234567890.0", "228011,00"] {
            assert_eq!(of(text, true).0, Err(Kind::DecimalTail), "{text}");
        }
        for text in ["#N/A", "########"] {
            assert_eq!(of(text, false).0, Err(Kind::SpreadsheetError), "{text}");
        }
        assert_eq!(of("a\u{0}", true).0, Err(Kind::ControlCharacter));
        assert_eq!(of("a\tb", false).0, Err(Kind::ControlCharacter));
        assert_eq!(of(" \"a\"", false).0, Err(Kind::StrayQuote));
    }

    #[test]
    fn spreadsheet_tricks_are_removed_and_noted() {
        let one = |value: &str, kind| (Ok(value.to_owned()), vec![kind]);
        assert_eq!(of("'0012", false), one("0012", Kind::LeadingApostrophe));
        assert_eq!(of("=\"0012\"", true), one("0012", Kind::FormulaText));
        assert_eq!(
            of("\u{A0}12\u{200E} ", false),
            one("12", Kind::BlanksRemoved)
        );
        assert_eq!(of(" 12", true), one(" 12", Kind::BlanksKept));
        assert_eq!(of("5\" disk", false), one("5\" disk", Kind::BareQuote));
        assert_eq!(of("a\nb", true), one("a\nb", Kind::LineBreakInCell));
        assert_eq!(of("  ", false), (Ok(String::new()), vec![]));
    }
}
