//! Parameters: their types, what a value of each type looks like, and the names that mean the
//! same in every profile.

use super::template::Template;
use crate::bytes::ascii::{are_digits, is_printable};
use crate::document::cp::url;
use crate::wire::xml::is_char;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::net::IpAddr;

/// A parameter of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: Type,
    /// One line for people.
    pub description: String,
    /// The column of a device list that holds it; its name unless the profile says otherwise.
    pub column: String,
    /// True when a document can do without it.
    pub optional: bool,
    /// True when its value may only come from where secrets may come from.
    pub secret: bool,
    /// What gives it a value when nothing from outside does.
    pub source: Source,
}

impl Parameter {
    /// True for a secret that is made, not given: by the job's seed, a function or a template.
    #[must_use]
    pub fn makes_secret(&self) -> bool {
        let is_made = matches!(
            self.source,
            Source::Random(_) | Source::Derive(_) | Source::Template(_)
        );
        self.secret && is_made
    }
}

/// What gives a parameter its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The list, the command line, a params file.
    Given,
    /// The same, but this text when they do not.
    Default(String),
    /// This text, whatever they say.
    Constant(String),
    /// A text over other parameters.
    Template(Template),
    /// A function of other parameters.
    Derive(Derive),
    /// Octets, characters or digits from the job's seed; which of them the type decides.
    Random(usize),
}

/// A function of other parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derive {
    /// Which.
    pub function: Function,
    /// The parameters it takes, joined by the separator. Nonces and bytes count as their octets.
    pub of: Vec<String>,
    /// What stands between them.
    pub separator: String,
    /// The key of an HMAC: `job_seed` or a secret parameter.
    pub key: Option<String>,
    /// How octets become text.
    pub encode: TextForm,
    /// Keep this many characters only.
    pub length: Option<usize>,
}

/// The functions of `derive`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The joined text itself.
    Concat,
    /// Its octets in hexadecimal.
    Hex,
    /// Its octets in Base64.
    Base64,
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// HMAC-SHA1.
    HmacSha1,
    /// HMAC-SHA256.
    HmacSha256,
    /// The port of a URL: its own, else 443 for https and 80 for http.
    UrlPort,
}

impl Function {
    /// All of them by the name that profiles use.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("concat", Self::Concat),
        ("hex", Self::Hex),
        ("base64", Self::Base64),
        ("md5", Self::Md5),
        ("sha1", Self::Sha1),
        ("sha256", Self::Sha256),
        ("hmac-sha1", Self::HmacSha1),
        ("hmac-sha256", Self::HmacSha256),
        ("url-port", Self::UrlPort),
    ];
}

/// How octets become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// Lower-case hexadecimal.
    Hex,
    /// Upper-case hexadecimal.
    UpperHex,
    /// Base64 with padding.
    Base64,
}

impl TextForm {
    /// All of them by the name that profiles use.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("hex", Self::Hex),
        ("HEX", Self::UpperHex),
        ("base64", Self::Base64),
    ];
}

/// What the values of a parameter are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// 6 to 15 digits (3GPP TS 23.003 §2.2).
    Imsi,
    /// 14 to 16 digits (3GPP TS 23.003 §6).
    Imei,
    /// 18 to 20 digits (ITU-T E.118).
    Iccid,
    /// 3 to 15 digits, perhaps with `+` (ITU-T E.164).
    Msisdn,
    /// A host name or an IP address.
    Host,
    /// An absolute URL.
    Url,
    /// 1 to 65535.
    Port,
    /// An access point name (3GPP TS 23.003 §9).
    Apn,
    /// An IPv4 or IPv6 address.
    Ip,
    /// Any text of so many characters.
    Text(Length),
    /// One of these.
    Enum(Vec<String>),
    /// A password or key: any text of so many characters.
    Secret(Length),
    /// A PIN: so many decimal digits.
    Pin(Length),
    /// Octets, given as Base64.
    Nonce,
    /// Octets, given in hexadecimal.
    Bytes,
}

/// How many characters a value has, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// At least.
    pub min: usize,
    /// At most.
    pub max: usize,
}

/// Why a value is not one of its parameter's type. Never shows the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found {found}, expected {expected}")]
pub struct Mismatch {
    /// What kind of thing the value is.
    pub found: String,
    /// What the type asks for.
    pub expected: String,
}

/// No value is longer than so many characters, whatever a profile says.
pub(super) const MAX_LENGTH: usize = 65_535;

/// Whether no value may be as long.
pub(super) fn is_long(value: &str) -> bool {
    value.len() > MAX_LENGTH && value.chars().count() > MAX_LENGTH
}

const DEFAULT_LENGTH: Length = Length {
    min: 0,
    max: MAX_LENGTH,
};
const PIN_LENGTH: Length = Length { min: 1, max: 20 };

impl Type {
    /// The type that profiles call so, with its default limits.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "imsi" => Self::Imsi,
            "imei" => Self::Imei,
            "iccid" => Self::Iccid,
            "msisdn" => Self::Msisdn,
            "host" => Self::Host,
            "url" => Self::Url,
            "port" => Self::Port,
            "apn" => Self::Apn,
            "ip" => Self::Ip,
            "text" => Self::Text(DEFAULT_LENGTH),
            "enum" => Self::Enum(Vec::new()),
            "secret" => Self::Secret(DEFAULT_LENGTH),
            "pin" => Self::Pin(PIN_LENGTH),
            "nonce" => Self::Nonce,
            "bytes" => Self::Bytes,
            _ => return None,
        })
    }

    /// What profiles call it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Imsi => "imsi",
            Self::Imei => "imei",
            Self::Iccid => "iccid",
            Self::Msisdn => "msisdn",
            Self::Host => "host",
            Self::Url => "url",
            Self::Port => "port",
            Self::Apn => "apn",
            Self::Ip => "ip",
            Self::Text(_) => "text",
            Self::Enum(_) => "enum",
            Self::Secret(_) => "secret",
            Self::Pin(_) => "pin",
            Self::Nonce => "nonce",
            Self::Bytes => "bytes",
        }
    }

    /// All names, for messages.
    pub const NAMES: &'static str = "imsi, imei, iccid, msisdn, host, url, port, apn, ip, text, \
                                     enum, secret, pin, nonce, bytes";

    /// True for types whose values are secrets.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(_) | Self::Pin(_) | Self::Nonce)
    }

    /// The limits of a type that has some.
    pub fn length_mut(&mut self) -> Option<&mut Length> {
        match self {
            Self::Text(length) | Self::Secret(length) | Self::Pin(length) => Some(length),
            _ => None,
        }
    }

    /// What the type asks for, in words.
    #[must_use]
    pub fn expectation(&self) -> String {
        match self {
            Self::Imsi => "an IMSI: 6 to 15 digits".into(),
            Self::Imei => "an IMEI: 14 to 16 digits".into(),
            Self::Iccid => "an ICCID: 18 to 20 digits".into(),
            Self::Msisdn => "a telephone number: 3 to 15 digits, perhaps with + in front".into(),
            Self::Host => "a host name or an IP address".into(),
            Self::Url => "an absolute URL such as https://dm.example/dm".into(),
            Self::Port => "a port from 1 to 65535".into(),
            Self::Apn => "an access point name: labels of letters, digits and -".into(),
            Self::Ip => "an IPv4 or IPv6 address".into(),
            Self::Text(l) => format!("a text of {} to {} characters", l.min, l.max),
            Self::Secret(l) => format!("a secret of {} to {} characters", l.min, l.max),
            Self::Pin(l) => format!("a PIN of {} to {} digits", l.min, l.max),
            Self::Enum(values) => format!("one of {}", values.join(", ")),
            Self::Nonce => "octets in Base64".into(),
            Self::Bytes => "at least one octet in hexadecimal".into(),
        }
    }

    /// What nearly all its values are.
    pub(super) fn usual(&self) -> Usual {
        let digits = |least, most| Usual {
            least,
            most,
            digits: true,
        };
        match self {
            Self::Imsi => digits(6, 15),
            Self::Imei => digits(14, 16),
            Self::Iccid => digits(18, 20),
            Self::Pin(length) => digits(length.min, length.max),
            Self::Text(length) | Self::Secret(length) => Usual {
                least: length.min,
                most: length.max,
                digits: false,
            },
            _ => Usual::NOTHING,
        }
    }

    /// Checks a value. It is used as it stands; nothing is converted.
    ///
    /// # Errors
    /// [`Mismatch`], which never shows the value.
    pub fn check(&self, value: &str) -> Result<(), Mismatch> {
        if self.usual().has(value) {
            return Ok(());
        }
        let digits = || are_digits(value.as_bytes());
        let count = || value.chars().count();
        if is_long(value) {
            return Err(Mismatch {
                found: format!("{} character(s)", count()),
                expected: format!("at most {MAX_LENGTH}"),
            });
        }
        let fits = match self {
            Self::Imsi | Self::Imei | Self::Iccid | Self::Pin(_) => false,
            Self::Msisdn => {
                let number = value.strip_prefix('+').unwrap_or(value);
                (3..=15).contains(&number.len()) && are_digits(number.as_bytes())
            }
            Self::Host => is_host(value),
            Self::Url => is_url(value),
            Self::Port => {
                (1..=5).contains(&value.len())
                    && digits()
                    && !value.starts_with('0')
                    && value.parse::<u32>().is_ok_and(|port| port <= 65_535)
            }
            Self::Apn => value.len() <= 100 && value.split('.').all(is_label),
            Self::Ip => value.parse::<IpAddr>().is_ok(),
            Self::Text(length) | Self::Secret(length) => {
                (length.min..=length.max).contains(&count())
            }
            Self::Enum(values) => values.iter().any(|known| known == value),
            Self::Nonce => is_base64(value),
            Self::Bytes => {
                !value.is_empty()
                    && value.len().is_multiple_of(2)
                    && value.bytes().all(|octet| octet.is_ascii_hexdigit())
            }
        };
        // No document carries these, whatever the type (XML 1.0 §2.2; NUL ends a WBXML string)
        let illegal = || value.chars().find(|&character| !is_char(character));
        let is_free = matches!(self, Self::Text(_) | Self::Secret(_) | Self::Enum(_));
        if (is_free || !fits)
            && let Some(character) = illegal()
        {
            return Err(Mismatch {
                found: format!("a value with the character U+{:04X}", u32::from(character)),
                expected: "characters that XML 1.0 can carry".into(),
            });
        }
        if fits {
            return Ok(());
        }
        let made_of = if value.is_empty() {
            "an empty value".into()
        } else if digits() {
            format!("{} digit(s)", count())
        } else {
            format!("{} character(s)", count())
        };
        Err(Mismatch {
            found: made_of,
            expected: self.expectation(),
        })
    }

    /// The octets that a value stands for: decoded for nonces and bytes, else its text.
    #[must_use]
    pub fn octets(&self, value: &str) -> Vec<u8> {
        let decoded = match self {
            Self::Nonce => BASE64_STANDARD.decode(value).ok(),
            Self::Bytes => crate::bytes::from_hex(value.as_bytes()),
            _ => None,
        };
        decoded.unwrap_or_else(|| value.as_bytes().to_vec())
    }
}

/// What nearly all values of a type are, seen at a glance: so many digits, or so many characters of
/// printable ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usual {
    least: usize,
    most: usize,
    digits: bool,
}

impl Usual {
    pub const NOTHING: Self = Self {
        least: 1,
        most: 0,
        digits: true,
    };

    #[inline]
    pub fn has(self, value: &str) -> bool {
        (self.least..=self.most).contains(&value.len())
            && match self.digits {
                true => are_digits(value.as_bytes()),
                false => is_printable(value.as_bytes()),
            }
    }
}

/// Whether the text is Base64 with its padding there and its spare bits zero (RFC 4648 §4), as
/// [`Type::octets`] decodes it, seen without decoding it.
pub(super) fn is_base64(text: &str) -> bool {
    let digit = |octet: u8| DIGITS[usize::from(octet)];
    let (digits, spare) = match text.as_bytes() {
        [digits @ .., b'=', b'='] => (digits, 0xF),
        [digits @ .., b'='] => (digits, 0x3),
        digits => (digits, 0),
    };
    let last = digits.last().map_or(0, |&octet| digit(octet));
    let all = digits.iter().fold(last, |all, &octet| all | digit(octet));
    text.len().is_multiple_of(4) && all & NO_DIGIT == 0 && last & spare == 0
}

/// Set in what is no digit of Base64.
const NO_DIGIT: u8 = 0x80;

/// The digits of Base64 by their octet (RFC 4648 §4).
const DIGITS: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < alphabet.len() {
        digits[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_host(value: &str) -> bool {
    value.parse::<IpAddr>().is_ok()
        || (value.len() <= 253
            && value
                .strip_suffix('.')
                .unwrap_or(value)
                .split('.')
                .all(is_label))
}

fn is_url(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else {
        return false;
    };
    let scheme_fits = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|o| o.is_ascii_alphanumeric() || b"+-.".contains(&o));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let printable = |octet: u8| octet.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&octet);
    scheme_fits && !host.is_empty() && value.bytes().all(printable)
}

/// The port that a URL names or implies, and whether it is named.
#[must_use]
pub fn url_port(url: &str) -> Option<(u16, bool)> {
    let (scheme, rest) = url.split_once("://")?;
    match url::after_host(rest) {
        Some(port) if !port.is_empty() => Some((port.parse().ok()?, true)),
        _ if scheme.eq_ignore_ascii_case("https") => Some((443, false)),
        _ if scheme.eq_ignore_ascii_case("http") => Some((80, false)),
        _ => None,
    }
}

/// A name that means the same in every profile.
#[derive(Debug)]
pub struct Standard {
    /// The parameter's name.
    pub name: &'static str,
    /// Its type.
    pub kind: &'static str,
    /// What it is.
    pub description: &'static str,
}

macro_rules! standard {
    ($($name:literal $kind:literal $description:literal;)*) => {
        /// The names that mean the same in every profile. `client_*` is what the device shows the
        /// server, `server_*` what the server shows the device.
        pub static STANDARD: &[Standard] = &[
            $(Standard { name: $name, kind: $kind, description: $description }),*
        ];
    };
}

standard! {
    "imsi" "imsi" "subscriber identity; the key under NETWPIN";
    "imei" "imei" "device identity";
    "iccid" "iccid" "card identity";
    "msisdn" "msisdn" "telephone number";
    "key" "text" "name of the device in this job";
    "pin" "pin" "PIN that the user types; the key under USERPIN";
    "network_key" "bytes" "raw network key, e.g. ESN and SPC of a CDMA device; the key under NETWPIN";
    "server_id" "text" "identifier of the DM server (PROVIDER-ID)";
    "server_name" "text" "name of the DM server for the user";
    "server_url" "url" "address of the DM server";
    "server_port" "port" "port of the DM server; that of the URL unless given";
    "client_user" "text" "name that the device shows the server";
    "client_secret" "secret" "password that the device shows the server";
    "client_nonce" "nonce" "first nonce for the device's digest, in Base64";
    "server_user" "text" "name that the server shows the device; its id unless given";
    "server_secret" "secret" "password that the server shows the device";
    "server_nonce" "nonce" "first nonce for the server's digest, in Base64";
    "apn" "apn" "access point name";
    "nap_id" "text" "identifier of the access point within the document";
    "nap_name" "text" "name of the access point for the user";
    "nap_auth" "text" "how the access point authenticates";
    "nap_user" "text" "user name at the access point";
    "nap_secret" "secret" "password at the access point";
    "dns" "ip" "name server of the access point";
    "proxy_id" "text" "identifier of the proxy; globally unique";
    "proxy_name" "text" "name of the proxy for the user";
    "proxy_host" "host" "address of the proxy";
    "proxy_port" "port" "port of the proxy";
    "mmsc_url" "url" "address of the multimedia message centre";
    "homepage" "url" "first page of the browser";
    "homepage_name" "text" "name of the first page for the user";
    "supl_host" "host" "address of the SUPL server (H-SLP)";
    "supl_name" "text" "name of the SUPL server for the user";
    "mail_address" "text" "e-mail address of the user";
    "mail_name" "text" "name of the mail account";
    "mail_user" "text" "user name at the mail servers";
    "mail_secret" "secret" "password at the mail servers";
    "smtp_host" "host" "server for outgoing mail";
    "smtp_port" "port" "its port";
    "imap_host" "host" "server for incoming mail";
    "imap_port" "port" "its port";
}

/// The standard meaning of a name.
#[must_use]
pub fn standard(name: &str) -> Option<&'static Standard> {
    STANDARD.iter().find(|standard| standard.name == name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn base64_is_what_its_decoder_takes(text in "[A-Za-z0-9+/=_ ]{0,9}={0,3}") {
            prop_assert_eq!(is_base64(&text), BASE64_STANDARD.decode(&text).is_ok());
        }
    }

    use super::*;

    #[test]
    fn values_of_each_type() {
        for (kind, good, bad) in [
            (
                "imsi",
                &["262011234567890", "123456"][..],
                &["", "12345", "+123456", "1234567890123456"][..],
            ),
            (
                "imei",
                &["490154203237518", "4901542032375181"],
                &["4901542032375", "49015420323751X"],
            ),
            (
                "iccid",
                &["8949000000000000001"],
                &["894900000000000000100"],
            ),
            ("msisdn", &["+4912345", "4912345"], &["+", "49-123"]),
            (
                "host",
                &["dm.example", "192.0.2.1", "2001:db8::1"],
                &["", "a b", "-a.example", "https://x"],
            ),
            (
                "url",
                &["https://dm.example/dm", "http://[::1]:80/?a=b"],
                &["dm.example", "https://", "http://a b"],
            ),
            ("port", &["1", "65535"], &["0", "080", "65536", ""]),
            (
                "apn",
                &["internet", "a.mnc001.mcc262.gprs"],
                &["", "a..b", "a_b"],
            ),
            ("ip", &["192.0.2.1", "::1"], &["192.000.002.001", "a"]),
            ("text", &["", "é<&\""], &["a\0", "a\u{1B}"]),
            (
                "pin",
                &["0", "12345678901234567890"],
                &["", "12a4", "123456789012345678901"],
            ),
            ("nonce", &["", "AAEC"], &["AAE", "A A="]),
            ("bytes", &["00", "0aFF"], &["", "0", "0x"]),
        ] {
            let kind = Type::named(kind).unwrap();
            for value in good {
                assert_eq!(kind.check(value), Ok(()), "{} {value:?}", kind.name());
            }
            for value in bad {
                assert!(kind.check(value).is_err(), "{} {value:?}", kind.name());
            }
        }
        assert_eq!(Type::Nonce.octets("AAEC"), [0, 1, 2]);
    }

    #[test]
    fn mismatch_does_not_show_the_value() {
        let mismatch = Type::named("pin").unwrap().check("12x4").unwrap_err();
        assert!(!mismatch.to_string().contains("12x4"));
    }

    #[test]
    fn ports_of_urls() {
        assert_eq!(url_port("https://a/"), Some((443, false)));
        assert_eq!(url_port("http://a:8080"), Some((8080, true)));
        assert_eq!(url_port("http://[::1]/x:9"), Some((80, false)));
        assert_eq!(url_port("ftp://a"), None);
    }

    #[test]
    fn standard_names_have_types() {
        for standard in STANDARD {
            assert!(Type::named(standard.kind).is_some(), "{}", standard.name);
        }
    }
}
