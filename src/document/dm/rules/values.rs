//! What texts of the formats look like.

use crate::bytes::ascii::are_digits;
use crate::document::dm::tnds::Format;
use crate::wire::xml;

/// What a value of Format xml may be: any document without a document type.
const POLICY: xml::Policy = xml::Policy {
    public_ids: &[],
    internal_subset: false,
    limits: xml::Limits {
        depth: 64,
        ..xml::Limits::DEFAULT
    },
};

/// What a text of a format should look like, when it does not (OMA DM TND §9.4.2). Dates are of the
/// Gregorian calendar, times may have an offset of up to 14 hours, as in XML Schema. An empty xml is
/// one that is still to come.
#[must_use]
pub fn syntax(format: Format, text: &str) -> Option<&'static str> {
    let digits = |text: &str| !text.is_empty() && are_digits(text.as_bytes());
    let number = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (fits, expected) = match format {
        Format::Bool => (matches!(text, "true" | "false"), "true or false"),
        Format::Int => (digits(number), "a decimal integer"),
        Format::Float => (
            text.parse::<f64>().is_ok_and(f64::is_finite),
            "a decimal number such as 1.5",
        ),
        // XML Schema's date and time, which the standard names; ISO 8601 has a basic form too
        Format::Date => (is_date(text), "a date such as 2026-01-31"),
        Format::Time => (is_time(text), "a time such as 23:59:59"),
        Format::Xml => (
            text.is_empty() || is_xml(text),
            "well-formed XML without a document type",
        ),
        _ => return None,
    };
    (!fits).then_some(expected)
}

/// True for a time as the property TStamp has it: `YYYYMMDDThhmmssZ`, in UTC.
pub(super) fn is_stamp(text: &str) -> bool {
    let parts = text.strip_suffix('Z').and_then(|text| text.split_once('T'));
    parts.is_some_and(|(date, time)| {
        fields(date, "########").is_some()
            && is_date(date)
            && fields(time, "######").is_some()
            && is_time(time)
    })
}

fn is_date(text: &str) -> bool {
    let digits = fields(text, "####-##-##").or_else(|| fields(text, "########"));
    let Some(&[a, b, c, d, e, f, g, h]) = digits.as_deref() else {
        return false;
    };
    let year = (a * 10 + b) * 100 + c * 10 + d;
    let (month, day) = (e * 10 + f, g * 10 + h);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

fn is_time(text: &str) -> bool {
    let (time, offset) = match text.find(['Z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let offset_fits = match offset.strip_prefix(['+', '-']) {
        None => matches!(offset, "" | "Z"),
        Some(offset) => {
            let digits = fields(offset, "##:##").or_else(|| fields(offset, "####"));
            // XML Schema's farthest is 14:00
            matches!(digits.as_deref(), Some(&[a, b, c, d]) if c < 6
                && (a * 10 + b) * 60 + c * 10 + d <= 14 * 60)
        }
    };
    let digits = fields(time, "##:##:##").or_else(|| fields(time, "######"));
    offset_fits
        && matches!(digits.as_deref(), Some(&[a, b, c, _, e, _]) if a * 10 + b < 24 && c < 6 && e < 6)
}

fn is_xml(text: &str) -> bool {
    let Ok(mut reader) = xml::Reader::new(text.as_bytes(), POLICY) else {
        return false;
    };
    loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// The digits of a text that has some where the form has `#`, and the form's own characters
/// elsewhere.
fn fields(text: &str, form: &str) -> Option<Vec<u32>> {
    if text.len() != form.len() {
        return None;
    }
    let mut digits = Vec::new();
    for (c, form) in text.chars().zip(form.chars()) {
        match form {
            '#' => digits.push(c.to_digit(10)?),
            form if c == form => {}
            _ => return None,
        }
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_of_the_calendar() {
        for leap in ["2024", "2000", "1996", "2012", "0400", "2368"] {
            assert!(is_date(&format!("{leap}-02-29")), "{leap}");
            assert!(is_date(&format!("{leap}0229")), "{leap}");
        }
        for common in ["2023", "1900", "2100", "2014", "2410", "1997", "2001"] {
            assert!(!is_date(&format!("{common}-02-29")), "{common}");
        }
        for (text, right) in [
            ("2026-04-30", true),
            ("2026-04-31", false),
            ("2026-12-31", true),
            ("2026-13-01", false),
            ("2026-01-00", false),
            ("2026-0131", false),
        ] {
            assert_eq!(is_date(text), right, "{text}");
        }
    }

    #[test]
    fn stamps_are_basic_and_of_both_parts() {
        for (text, right) in [
            ("20260131T235959Z", true),
            ("20260132T235959Z", false),
            ("20260131T245959Z", false),
            ("2026-01-31T235959Z", false),
            ("20260131T23:59:59Z", false),
            ("20260131T235959", false),
            ("20260131Z", false),
        ] {
            assert_eq!(is_stamp(text), right, "{text}");
        }
    }
}
