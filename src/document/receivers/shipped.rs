//! The receivers that come with the program.

/// All of them: name and text.
pub static RECEIVERS: &[(&str, &str)] = &[
    (
        "android-dm",
        include_str!("../../../profiles/receivers/android-dm.toml"),
    ),
    (
        "gecko",
        include_str!("../../../profiles/receivers/gecko.toml"),
    ),
    (
        "intel-cpclient",
        include_str!("../../../profiles/receivers/intel-cpclient.toml"),
    ),
    (
        "libdmclient",
        include_str!("../../../profiles/receivers/libdmclient.toml"),
    ),
    (
        "netcomm",
        include_str!("../../../profiles/receivers/netcomm.toml"),
    ),
    (
        "spreadtrum",
        include_str!("../../../profiles/receivers/spreadtrum.toml"),
    ),
    (
        "symbian",
        include_str!("../../../profiles/receivers/symbian.toml"),
    ),
    (
        "wap-185",
        include_str!("../../../profiles/receivers/wap-185.toml"),
    ),
    (
        "windows",
        include_str!("../../../profiles/receivers/windows.toml"),
    ),
    (
        "windows-mobile",
        include_str!("../../../profiles/receivers/windows-mobile.toml"),
    ),
];

/// The text of the receiver of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static str> {
    RECEIVERS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}
