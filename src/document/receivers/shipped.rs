//! The receivers that come with the program.

/// All of them: name and text.
pub static RECEIVERS: &[(&str, &str)] = &[
];

/// The text of the receiver of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static str> {
    RECEIVERS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}
