//! The profiles that come with the program.

/// All of them: name and text.
pub static PROFILES: &[(&str, &str)] = &[];

/// The text of the profile of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static str> {
    PROFILES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}
