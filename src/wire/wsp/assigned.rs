//! Assigned numbers of WSP: media types, parameters, header fields, application ids.

use std::fmt::{self, Display, Formatter};

/// The bootstrap document of Client Provisioning, as WBXML (`B6`).
pub const CONNECTIVITY_WBXML: MediaType<'static> = MediaType::WellKnown(0x36);
/// A SyncML DM message, as WBXML (`C2`): the DM profile's bootstrap.
pub const SYNCML_DM_WBXML: MediaType<'static> = MediaType::WellKnown(0x42);
/// The DM notification, Package #0 (`C4`).
pub const SYNCML_NOTIFICATION: MediaType<'static> = MediaType::WellKnown(0x44);

/// Code of the Content-Type parameter `SEC` (WAP-230 Table 38).
pub const SEC: u32 = 0x11;
/// Code of the Content-Type parameter `MAC` (WAP-230 Table 38).
pub const MAC: u32 = 0x12;
/// Code of the header X-Wap-Application-Id (WAP-230 Table 39).
pub const X_WAP_APPLICATION_ID: u8 = 0x2F;

/// A media type: its assigned number, or its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType<'a> {
    /// The assigned number. Above 0x7F it can only be sent in the general form.
    WellKnown(u32),
    /// The name, printable, not empty.
    Text(&'a str),
}

impl<'a> MediaType<'a> {
    /// The assigned number if `name` has one (compared without regard to case), else the name.
    #[must_use]
    pub fn from_name(name: &'a str) -> Self {
        MEDIA_TYPES
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map_or(Self::Text(name), |&(code, _)| Self::WellKnown(code))
    }

    /// The name; `None` for a number that the table does not hold.
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        match *self {
            Self::WellKnown(code) => look_up(MEDIA_TYPES, code),
            Self::Text(name) => Some(name),
        }
    }

    /// True when both mean the same media type, be it by number or by name.
    #[must_use]
    pub fn is(&self, other: &MediaType<'_>) -> bool {
        match (self.name(), other.name()) {
            (Some(mine), Some(theirs)) => mine.eq_ignore_ascii_case(theirs),
            _ => self == other,
        }
    }
}

impl Display for MediaType<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.name(), self) {
            (Some(name), _) => f.write_str(name),
            (None, Self::WellKnown(code)) => write!(f, "media type 0x{code:X}"),
            (None, Self::Text(_)) => Ok(()),
        }
    }
}

/// The application a push is for (X-Wap-Application-Id, WAP-230 §8.4.2.54).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationId<'a> {
    /// The assigned code.
    Code(u32),
    /// The URI, as sent.
    Uri(&'a str),
}

impl ApplicationId<'_> {
    /// `x-wap-application:wml.ua`: Client Provisioning, and what a push without the header is for.
    pub const WML_UA: Self = Self::Code(0x02);
    /// `x-wap-application:syncml.dm`: Package #0 and the DM profile's bootstrap.
    pub const SYNCML_DM: Self = Self::Code(0x07);

    /// The assigned code, also of a URI that has one.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        match *self {
            Self::Code(code) => Some(code),
            Self::Uri(uri) => APPLICATION_IDS
                .iter()
                .find(|(_, known)| known.eq_ignore_ascii_case(uri))
                .map(|&(code, _)| code),
        }
    }
}

impl Display for ApplicationId<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Uri(uri) => f.write_str(uri),
            Self::Code(code) => match look_up(APPLICATION_IDS, code) {
                Some(uri) => write!(f, "{uri} ({code:X})"),
                None => write!(f, "{code:X}"),
            },
        }
    }
}

/// The name of a well-known parameter.
#[must_use]
pub fn parameter_name(code: u32) -> Option<&'static str> {
    PARAMETERS
        .get(usize::try_from(code).ok()?)
        .copied()
        .filter(|name| !name.is_empty())
}

/// The name of a header field of the default code page.
#[must_use]
pub fn field_name(code: u8) -> Option<&'static str> {
    FIELDS.get(usize::from(code)).copied()
}

fn look_up(table: &[(u32, &'static str)], code: u32) -> Option<&'static str> {
    table
        .iter()
        .find(|(known, _)| *known == code)
        .map(|&(_, name)| name)
}

/// WAP-230 Table 40 leaves the numbers to the WAP Forum's registry (WINA); these are Kannel's
/// (`wap/wsp_strings.def`). Wireshark 4.0 agrees on 0x35-0x44 and does not know the others; Android's
/// `WspTypeDecoder` agrees on 0x4E and 0x0303, Firefox OS's `WspPduHelper` on 0x58.
const MEDIA_TYPES: &[(u32, &str)] = &[
    (0x35, "text/vnd.wap.connectivity-xml"),
    (0x36, "application/vnd.wap.connectivity-wbxml"),
    (0x42, "application/vnd.syncml.dm+wbxml"),
    (0x43, "application/vnd.syncml.dm+xml"),
    (0x44, "application/vnd.syncml.notification"),
    (0x4E, "application/vnd.syncml.ds.notification"),
    (0x58, "application/vnd.syncml.dm.notification"),
    (0x0303, "application/vnd.syncml+wbxml"),
];

/// From the WAP Forum's registry of push application ids. Wireshark 4.0 agrees on those up to 7 (it
/// misreads longer ones), the decoders of Android vendors on all.
const APPLICATION_IDS: &[(u32, &str)] = &[
    (0x00, "x-wap-application:*"),
    (0x01, "x-wap-application:push.sia"),
    (0x02, "x-wap-application:wml.ua"),
    (0x04, "x-wap-application:mms.ua"),
    (0x05, "x-wap-application:push.syncml"),
    (0x07, "x-wap-application:syncml.dm"),
    (0x9044, "x-wap-microsoft:cfgmgr.ua"),
];

/// WAP-230 Table 38, by code; 0x04 is not assigned.
const PARAMETERS: [&str; 0x1E] = [
    "Q",
    "Charset",
    "Level",
    "Type",
    "",
    "Name",
    "Filename",
    "Differences",
    "Padding",
    "Type",
    "Start",
    "Start-info",
    "Comment",
    "Domain",
    "Max-Age",
    "Path",
    "Secure",
    "SEC",
    "MAC",
    "Creation-date",
    "Modification-date",
    "Read-date",
    "Size",
    "Name",
    "Filename",
    "Start",
    "Start-info",
    "Comment",
    "Domain",
    "Path",
];

/// WAP-230 Table 39, by code.
const FIELDS: [&str; 0x48] = [
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Accept-Ranges",
    "Age",
    "Allow",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Base",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-MD5",
    "Content-Range",
    "Content-Type",
    "Date",
    "Etag",
    "Expires",
    "From",
    "Host",
    "If-Modified-Since",
    "If-Match",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Location",
    "Last-Modified",
    "Max-Forwards",
    "Pragma",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Public",
    "Range",
    "Referer",
    "Retry-After",
    "Server",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "Vary",
    "Via",
    "Warning",
    "WWW-Authenticate",
    "Content-Disposition",
    "X-Wap-Application-Id",
    "X-Wap-Content-URI",
    "X-Wap-Initiator-URI",
    "Accept-Application",
    "Bearer-Indication",
    "Push-Flag",
    "Profile",
    "Profile-Diff",
    "Profile-Warning",
    "Expect",
    "TE",
    "Trailer",
    "Accept-Charset",
    "Accept-Encoding",
    "Cache-Control",
    "Content-Range",
    "X-Wap-Tod",
    "Content-ID",
    "Set-Cookie",
    "Cookie",
    "Encoding-Version",
    "Profile-Warning",
    "Content-Disposition",
    "X-WAP-Security",
    "Cache-Control",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_stand_at_the_standards_numbers() {
        // WAP-230 Tables 38 and 39, spot checks around every page break
        for (code, name) in [
            (0x00, "Q"),
            (0x09, "Type"),
            (0x10, "Secure"),
            (0x12, "MAC"),
            (0x1D, "Path"),
        ] {
            assert_eq!(parameter_name(code), Some(name));
        }
        assert_eq!((parameter_name(4), parameter_name(0x1E)), (None, None));
        for (code, name) in [
            (0x00, "Accept"),
            (0x0D, "Content-Length"),
            (0x11, "Content-Type"),
            (0x20, "Proxy-Authenticate"),
            (0x2F, "X-Wap-Application-Id"),
            (0x31, "X-Wap-Initiator-URI"),
            (0x34, "Push-Flag"),
            (0x40, "Content-ID"),
            (0x43, "Encoding-Version"),
            (0x47, "Cache-Control"),
        ] {
            assert_eq!(field_name(code), Some(name));
        }
        assert_eq!(field_name(0x48), None);
    }

    #[test]
    fn media_types_both_ways() {
        for &(code, name) in MEDIA_TYPES {
            assert_eq!(
                MediaType::from_name(&name.to_uppercase()),
                MediaType::WellKnown(code)
            );
            assert_eq!(MediaType::WellKnown(code).name(), Some(name));
            assert!(MediaType::Text(name).is(&MediaType::WellKnown(code)));
        }
        assert_eq!(MediaType::from_name("a/b"), MediaType::Text("a/b"));
        assert!(!MediaType::WellKnown(0x99).is(&MediaType::WellKnown(0x9A)));
        assert_eq!(MediaType::WellKnown(0x99).to_string(), "media type 0x99");
    }

    #[test]
    fn application_ids_both_ways() {
        for &(code, uri) in APPLICATION_IDS {
            assert_eq!(ApplicationId::Uri(uri).code(), Some(code));
            assert_eq!(
                ApplicationId::Code(code).to_string(),
                format!("{uri} ({code:X})")
            );
        }
        assert_eq!(ApplicationId::Uri("x:y").code(), None);
        assert_eq!(ApplicationId::Code(0x99).to_string(), "99");
    }
}
