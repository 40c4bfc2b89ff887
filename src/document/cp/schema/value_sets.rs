//! Named lists of values that parms take.

use crate::bytes::ascii::are_digits;

/// A named list of values.
#[derive(Debug, PartialEq, Eq)]
pub struct ValueSet {
    /// What the values are.
    pub name: &'static str,
    /// The values, in the spelling of the tables.
    pub values: &'static [&'static str],
    /// Values that are in use but not in the standard.
    pub also_seen: &'static [&'static str],
    /// A comma-separated list is allowed.
    pub list: bool,
    /// Any other decimal number is a value too.
    pub or_number: bool,
    /// Standard and section.
    pub clause: &'static str,
}

impl ValueSet {
    /// True when the set has this value: in full, or each element where lists are allowed.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        let single = |value: &str| {
            self.values.contains(&value)
                || self.also_seen.contains(&value)
                || (self.or_number && !value.is_empty() && are_digits(value.as_bytes()))
        };
        if self.list {
            value.split(',').all(single)
        } else {
            single(value)
        }
    }

    /// The table's spelling of a value in one of the spellings of the prose: ProvCont's examples
    /// write `HTTP BASIC`, `ANALOG_MODEM`, `GSM/CSD` (WAP-183 §5.6, §7).
    #[must_use]
    pub fn respell(&self, value: &str) -> Option<String> {
        let fold = |text: &str| {
            text.trim()
                .to_ascii_uppercase()
                .replace([' ', '_', '/'], "-")
        };
        let single = |value: &str| {
            let mut known = self.values.iter().chain(self.also_seen);
            known.find(|known| fold(known) == fold(value)).copied()
        };
        if self.list {
            let elements: Option<Vec<_>> = value.split(',').map(single).collect();
            Some(elements?.join(","))
        } else {
            single(value).map(str::to_owned)
        }
    }

    /// What it takes, in words.
    #[must_use]
    pub fn expectation(&self) -> String {
        let values = self.values.join(", ");
        match (self.list, self.or_number) {
            (true, _) => format!("one or more, separated by commas, of {values}"),
            (false, true) => format!("a decimal number or one of {values}"),
            (false, false) => format!("one of {values}"),
        }
    }
}

/// Levels that OMA DM has other names for: AAUTHLEVEL and the AAuthLevel of DMAcc.
pub const LEVEL_NAMES: [(&str, &str); 2] = [("APPSRV", "CLCRED"), ("CLIENT", "SRVCRED")];

/// Words that are written in place of values, and the values that are meant.
pub static MEANT: [(&ValueSet, &str, &str); 23] = [
    (&AAUTHTYPES, "MD5", "DIGEST"),
    (&AAUTHTYPES, "AUTH-MD5", "DIGEST"),
    (&AAUTHTYPES, "SYNCML:AUTH-MD5", "DIGEST"),
    (&AAUTHTYPES, "SYNCML:AUTH-BASIC", "BASIC"),
    (&AAUTHTYPES, "SYNCML:AUTH-MAC", "HMAC"),
    (&AAUTHTYPES, "MAC", "HMAC"),
    (&BEARERS, "GPRS", "GSM-GPRS"),
    (&BEARERS, "EDGE", "GSM-GPRS"),
    (&BEARERS, "UMTS", "GSM-GPRS"),
    (&BEARERS, "HSPA", "GSM-GPRS"),
    (&BEARERS, "LTE", "GSM-GPRS"),
    (&BEARERS, "2G", "GSM-GPRS"),
    (&BEARERS, "3G", "GSM-GPRS"),
    (&BEARERS, "4G", "GSM-GPRS"),
    (&BEARERS, "5G", "GSM-GPRS"),
    (&BEARERS, "CSD", "GSM-CSD"),
    (&BEARERS, "SMS", "GSM-SMS"),
    (&APP_ADDRTYPES, "URL", "URI"),
    (&APP_ADDRTYPES, "HTTP", "URI"),
    (&APP_ADDRTYPES, "HTTPS", "URI"),
    (&APP_ADDRTYPES, "DNS", "FQDN"),
    (&PX_ADDRTYPES, "FQDN", "ALPHA"),
    (&PX_ADDRTYPES, "DNS", "ALPHA"),
];

macro_rules! sets {
    ($($(#[$doc:meta])* $id:ident = $name:literal [$($value:literal),*] $(also [$($seen:literal),*])? $(list $list:literal)? $(number $number:literal)? from $clause:literal;)*) => {
        $($(#[$doc])* pub static $id: ValueSet = ValueSet {
            name: $name,
            values: &[$($value),*],
            also_seen: &[$($($seen),*)?],
            list: false $(|| $list)?,
            or_number: false $(|| $number)?,
            clause: $clause,
        };)*
    };
}

sets! {
    /// NAP-ADDRTYPE.
    NAP_ADDRTYPES = "access point address type" ["IPV4", "IPV6", "E164", "ALPHA", "APN", "SCODE", "TETRA-ITSI", "MAN"]
        from "WAP-183 §5.6.5";
    /// PXADDRTYPE.
    PX_ADDRTYPES = "proxy address type" ["IPV4", "IPV6", "E164", "ALPHA"]
        from "WAP-183 §5.6.2";
    /// LOCAL-ADDRTYPE.
    LOCAL_ADDRTYPES = "local address type" ["IPV4", "IPV6"]
        from "WAP-183 §5.6.5";
    /// APPADDR/ADDRTYPE.
    APP_ADDRTYPES = "application address type" ["IPV4", "IPV6", "E164", "ALPHA", "URI", "FQDN"] also ["APN"]
        from "ProvCont 1.1 (cpclient, Microsoft w7 APPLICATION CSP)";
    /// CALLTYPE.
    CALLTYPES = "call type" ["ANALOG-MODEM", "V.120", "V.110", "X.31", "BIT-TRANSPARENT", "DIRECT-ASYNCHRONOUS-DATA-SERVICE"]
        from "WAP-183 §8.3.2";
    /// NAPAUTHINFO/AUTHTYPE.
    NAP_AUTHTYPES = "network access authentication" ["PAP", "CHAP", "MD5"]
        from "WAP-183 §8.3.3; MD5: ProvCont 1.1";
    /// PXAUTH-TYPE, PPGAUTH-TYPE.
    PX_AUTHTYPES = "proxy authentication" ["HTTP-BASIC", "HTTP-DIGEST", "WTLS-SS"]
        from "WAP-183 §8.3.3";
    /// BEARER.
    BEARERS = "bearer" ["GSM-USSD", "GSM-SMS", "ANSI-136-GUTS", "IS-95-CDMA-SMS", "IS-95-CDMA-CSD", "IS-95-CDMA-PACKET",
        "ANSI-136-CSD", "ANSI-136-GPRS", "GSM-CSD", "GSM-GPRS", "AMPS-CDPD", "PDC-CSD", "PDC-PACKET", "IDEN-SMS",
        "IDEN-CSD", "IDEN-PACKET", "FLEX/REFLEX", "PHS-SMS", "PHS-CSD", "TETRA-SDS", "TETRA-PACKET", "ANSI-136-GHOST",
        "MOBITEX-MPAK", "CDMA2000-1X-SIMPLE-IP", "CDMA2000-1X-MOBILE-IP"] also ["3G-GSM", "WLAN", "GSM-UMTS"]
        from "WAP-183 §8.3.4; CDMA2000: ProvCont 1.1";
    /// LINKSPEED, DNLINKSPEED.
    LINKSPEEDS = "link speed" ["AUTOBAUDING"] number true
        from "WAP-183 §8.3.5";
    /// PORT/SERVICE.
    SERVICES = "service" ["CL-WSP", "CO-WSP", "CL-SEC-WSP", "CO-SEC-WSP", "CL-SEC-WTA", "CO-SEC-WTA", "OTA-HTTP-TO",
        "OTA-HTTP-TLS-TO", "OTA-HTTP-PO", "OTA-HTTP-TLS-PO"]
        also ["http", "https", "ftp", "HTTP", "HTTPS", "FTP", "STARTTLS"] number true
        from "WAP-183 §8.3.6; OTA-HTTP: ProvCont 1.1";
    /// AAUTHLEVEL.
    AAUTHLEVELS = "authentication level" ["APPSRV", "CLIENT", "OBEX"]
        from "ProvCont 1.1 (cpclient, Symbian, Microsoft)";
    /// AAUTHTYPE.
    AAUTHTYPES = "application authentication" ["HTTP-BASIC", "HTTP-DIGEST", "BASIC", "DIGEST", "HMAC", "X509", "SECURID",
        "SAFEWORD", "DIGIPASS", "TRANSPORT"]
        also ["PLAIN", "NTLM", "GSSAPI", "CRAM-MD5", "DIGEST-MD5", "LOGIN", "APOP", "POPB4SMTP"] list true
        from "ProvCont 1.1; OMA DM Standardized Objects 1.2, DMAcc";
    /// AUTH-ENTITY.
    AUTH_ENTITIES = "mobile IP entity" ["AAA", "HA"]
        from "ProvCont 1.1";
}
