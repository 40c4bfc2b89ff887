//! tests/vectors/habits.toml: documents in every way in which encoders write them.

use dmboot::document::cp::Document;

/// A document and what it says.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Habit {
    /// What is done.
    pub name: String,
    /// Who does it.
    pub origin: String,
    /// Hexadecimal, with spaces.
    octets: String,
    /// As XML.
    says: String,
    /// Rules that our reader finds broken.
    #[serde(default)]
    pub findings: Vec<String>,
}

impl Habit {
    /// The document.
    pub fn octets(&self) -> Vec<u8> {
        let digits = self.octets.split_whitespace();
        digits
            .map(|digits| u8::from_str_radix(digits, 16).unwrap())
            .collect()
    }

    /// What it says.
    pub fn says(&self) -> Document<'_> {
        Document::from_xml(self.says.as_bytes()).unwrap().document
    }
}

#[derive(serde::Deserialize)]
struct Habits {
    habit: Vec<Habit>,
}

/// All of them.
pub fn all() -> Vec<Habit> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/habits.toml");
    let Habits { habit } = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(habit.len() > 20);
    assert!(habit.iter().all(|habit| !habit.origin.is_empty()));
    habit
}
