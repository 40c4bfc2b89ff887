//! The profiles that come with the program.

/// All of them: name and text.
pub static PROFILES: &[(&str, &str)] = &[
    (
        "cp/cdma-nap",
        include_str!("../../../profiles/cp/cdma-nap.toml"),
    ),
    ("cp/email", include_str!("../../../profiles/cp/email.toml")),
    (
        "cp/gprs-data",
        include_str!("../../../profiles/cp/gprs-data.toml"),
    ),
    ("cp/supl", include_str!("../../../profiles/cp/supl.toml")),
    (
        "cp/w7-account",
        include_str!("../../../profiles/cp/w7-account.toml"),
    ),
    (
        "cp/w7-browser-mms",
        include_str!("../../../profiles/cp/w7-browser-mms.toml"),
    ),
    (
        "cp/w7-nap",
        include_str!("../../../profiles/cp/w7-nap.toml"),
    ),
    (
        "cp/w7-nap-proxy",
        include_str!("../../../profiles/cp/w7-nap-proxy.toml"),
    ),
    (
        "cp/windows-w7",
        include_str!("../../../profiles/cp/windows-w7.toml"),
    ),
    (
        "dm/account",
        include_str!("../../../profiles/dm/account.toml"),
    ),
    (
        "dm/account-nap",
        include_str!("../../../profiles/dm/account-nap.toml"),
    ),
    (
        "operators/example",
        include_str!("../../../profiles/operators/example.toml"),
    ),
];

/// The text of the profile of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static str> {
    PROFILES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}
