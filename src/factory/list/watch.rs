//! What only a whole column shows.

use super::damage::{ALL_ZEROED, Digits, LENGTHS_DIFFER, SPREADSHEET_DIGITS};
use crate::finding::{Finding, Position};

/// Longest identifier that is told apart by its length; longer ones count as this long.
const LONGEST: usize = 32;
/// Fewest values from which a column is judged.
const FEWEST: u64 = 3;
/// So many times more values have the usual length than another one that is worth a finding.
const USUAL: u64 = 4;

/// Sees the identifiers of a column and reports at the end. Takes the same memory for any number.
#[derive(Debug)]
pub struct ColumnWatch {
    kind: Digits,
    column: String,
    /// Per count of digits: how many values, and the line of the first.
    lengths: [(u64, u64); LONGEST + 1],
    seen: u64,
    first_line: u64,
    /// Zeros at the end that all values have in common.
    zeros: usize,
}

impl ColumnWatch {
    /// Starts watching the column of that name.
    #[must_use]
    pub fn new(kind: Digits, column: &str) -> Self {
        Self {
            kind,
            column: column.to_owned(),
            lengths: [(0, 0); LONGEST + 1],
            seen: 0,
            first_line: 0,
            zeros: usize::MAX,
        }
    }

    /// Takes the value on a line of the list.
    pub fn see(&mut self, line: u64, text: &str) {
        let (count, first) = &mut self.lengths[text.len().min(LONGEST)];
        if *count == 0 {
            *first = line;
        }
        *count += 1;
        if self.seen == 0 {
            self.first_line = line;
        }
        self.seen += 1;
        let zeros = text
            .bytes()
            .rev()
            .take_while(|&octet| octet == b'0')
            .count();
        self.zeros = self.zeros.min(zeros);
    }

    /// What the column shows as a whole: values of unusual length, zeros at the end of all.
    #[must_use]
    pub fn finish(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.seen < FEWEST {
            return findings;
        }
        let most = self
            .lengths
            .iter()
            .map(|&(count, _)| count)
            .max()
            .unwrap_or_default();
        let usual = self
            .lengths
            .iter()
            .position(|&(count, _)| count == most)
            .unwrap_or_default();
        for (length, &(count, line)) in self.lengths.iter().enumerate() {
            if length == usual || count == 0 || count.saturating_mul(USUAL) > most {
                continue;
            }
            let mut finding = Finding::unplaced(
                &LENGTHS_DIFFER,
                format!(
                    "{length} digits in {count} of {} values of column `{:.64}`, where most have {usual}",
                    self.seen, self.column
                ),
                "the same number of digits in each",
                if length < usual {
                    "look for lost leading zeros: keep the column as text on every step"
                } else {
                    "look for digits too many, or another identifier"
                },
            );
            finding.at = at(line);
            findings.push(finding);
        }
        let kept = usual.saturating_sub(self.zeros);
        if self.zeros >= 3 && (self.kind != Digits::Iccid || kept <= SPREADSHEET_DIGITS) {
            let mut finding = Finding::unplaced(
                &ALL_ZEROED,
                format!(
                    "{} zeros at the end of all {} values of column `{:.64}`",
                    self.zeros, self.seen, self.column
                ),
                "digits that differ",
                "a program may have rounded them as numbers: compare some with the source",
            );
            finding.at = at(self.first_line);
            findings.push(finding);
        }
        findings
    }
}

fn at(line: u64) -> Position {
    Position::Line {
        line: usize::try_from(line).unwrap_or(usize::MAX),
        column: 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(kind: Digits, values: &[&str]) -> Vec<Finding> {
        let mut watch = ColumnWatch::new(kind, "id");
        (2..)
            .zip(values)
            .for_each(|(line, value)| watch.see(line, value));
        watch.finish()
    }

    #[test]
    fn a_short_value_among_long_ones_is_reported() {
        let values = [
            "228011234567890",
            "228011234567891",
            "228011234567892",
            "228011234567893",
            "1",
        ];
        let findings = watch(Digits::Imsi, &values);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            findings[0].to_string(),
            "warning[list-lengths-differ] at line 6, column 1: found 1 digits in 1 of 5 values of \
             column `id`, where most have 15, expected the same number of digits in each; look for \
             lost leading zeros: keep the column as text on every step"
        );
        assert_eq!(watch(Digits::Imsi, &values[..4]), []);
        assert_eq!(
            watch(Digits::Imsi, &["12", "123", "1234", "12345"]),
            [],
            "no length is usual"
        );
    }

    #[test]
    fn zeros_at_the_end_of_all_values_are_reported() {
        let zeroed = [
            "8941011234567890000",
            "8941011234567880000",
            "8941011234567870000",
        ];
        let findings = watch(Digits::Iccid, &zeroed);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].rule.id, "list-all-zeroed");
        assert!(
            findings[0]
                .found
                .starts_with("4 zeros at the end of all 3 values")
        );
        let one_sound = [
            "8941011234567890000",
            "8941011234567880000",
            "8941011234567870007",
        ];
        assert_eq!(watch(Digits::Iccid, &one_sound), []);
        assert_eq!(
            watch(Digits::Iccid, &zeroed[..2]),
            [],
            "two values prove nothing"
        );
    }
}
