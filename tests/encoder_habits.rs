//! We read documents in every way in which encoders write them.

mod judges;

use dmboot::document::cp::Document;
use judges::exceptions::differences;
use judges::habits;

#[test]
fn every_habit_is_read() {
    for habit in habits::all() {
        let (name, octets) = (&habit.name, habit.octets());
        let read = Document::from_wbxml(&octets).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(differences(&habit.says(), &read.document), [], "{name}");
        let rules: Vec<_> = read
            .findings
            .iter()
            .map(|finding| finding.rule.id)
            .collect();
        assert_eq!(rules, habit.findings, "{name}");
    }
}
