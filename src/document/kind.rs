//! What an input is written in.

/// What an input is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An XML document.
    Xml,
    /// A WBXML document (WAP-192).
    Wbxml,
    /// A WSP push PDU (WAP-230), with its document.
    Wsp,
    /// Package #0, the trigger message of OMA DM. Its first octets are a digest, so [`detect`] cannot
    /// tell it; the Content-Type of a push does.
    Notification,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Xml, Self::Wbxml, Self::Wsp, Self::Notification];

    /// Its short name: `xml`, `wbxml`, `wsp`, `notification`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Xml => "xml",
            Self::Wbxml => "wbxml",
            Self::Wsp => "wsp",
            Self::Notification => "notification",
        }
    }

    /// The kind of this short name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What the first octets look like; `None` when they are none of the kinds.
///
/// Only the first two octets count, so that a truncated or otherwise broken input is recognised:
/// `<` after white space and any byte order mark, a PDU type of Push or ConfirmedPush, a WBXML
/// version of 1.1 to 1.3.
#[must_use]
pub fn detect(input: &[u8]) -> Option<Kind> {
    let text = input.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(input);
    match (text.trim_ascii_start(), input) {
        ([b'<', ..], _) => Some(Kind::Xml),
        // UTF-16: the reader of XML says what it is
        (_, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, b'<', ..]) => Some(Kind::Xml),
        (_, [_, 0x06 | 0x07, ..]) => Some(Kind::Wsp),
        (_, [0x01..=0x03, ..]) => Some(Kind::Wbxml),
        _ => None,
    }
}
