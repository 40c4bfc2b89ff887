//! The rules whose breaches the reader reports but tolerates.

use crate::finding::{Rule, Severity};

macro_rules! rules {
    ($($name:ident $severity:ident $id:literal, $clause:literal, $summary:literal;)*) => {
        $(pub(super) static $name: Rule = Rule {
            id: $id,
            severity: Severity::$severity,
            clause: $clause,
            summary: $summary,
        };)*
        /// Every rule that [`PushPdu::parse`](super::PushPdu::parse) reports findings of.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    CONFIRMED_PUSH Warning "wsp-confirmed-push", "WAP-230 §6.3.3.12, §8.2.4.1",
        "ConfirmedPush (07) belongs to a session; a push without one is a Push (06).";
    UINTVAR_OVERLONG Warning "wsp-uintvar-overlong", "WAP-230 §8.1.2",
        "A uintvar must not begin with 80.";
    INTEGER_OVERLONG Warning "wsp-integer-overlong", "WAP-230 §8.4.2.1",
        "An integer takes the least number of octets.";
    LENGTH_QUOTE Note "wsp-length-quote", "WAP-230 §8.4.2.2",
        "A value-length up to 30 fits one octet; Intel's cpclient reads only the form 1F + length.";
    BARE_GENERAL_FORM Note "wsp-bare-general-form", "WAP-230 §8.4.2.24",
        "A media type up to 0x7F without parameters needs no value-length.";
    BARE_LONG_MEDIA Error "wsp-bare-long-media", "WAP-230 §8.4.2.24",
        "A media type above 0x7F needs the general form: a value-length, then the long-integer.";
    NEEDLESS_QUOTE Warning "wsp-needless-quote", "WAP-230 §8.4.2.1",
        "The quote octet 7F stands only before a text whose first octet is 80 or more.";
    NAME_NOT_TOKEN Warning "wsp-name-not-token", "WAP-230 §8.4.2.4, §8.4.2.6; RFC 2616 §2.2",
        "Textual names of parameters and headers are tokens.";
    UNTYPED_PARAMETER Warning "wsp-untyped-parameter", "WAP-230 Table 38",
        "SEC and MAC have assigned numbers (91, 92); Intel's cpclient knows only those.";
    SEC_TEXT Warning "wsp-sec-text", "WAP-230 Table 38",
        "The value of SEC is a short-integer.";
    SEC_UNKNOWN Error "wsp-sec-unknown", "WAP-183 §5.3",
        "SEC is 0 NETWPIN, 1 USERPIN, 2 USERNETWPIN or 3 USERPINMAC.";
    MAC_NOT_TEXT Error "wsp-mac-not-text", "WAP-230 Table 38",
        "The value of MAC is a text.";
    MAC_QUOTED Error "wsp-mac-quoted", "WAP-183 §5.3; Intel cpclient compares it as sent",
        "MAC is written without quotation marks.";
    CLOSING_QUOTE Error "wsp-closing-quote", "WAP-230 §8.4.2.1",
        "A quoted-string has an opening quotation mark only.";
    MAC_LOWER_CASE Error "wsp-mac-lower-case", "WAP-183 §5.3; cpclient and Spreadtrum compare as sent",
        "MAC is written with upper-case digits.";
    MAC_LENGTH Error "wsp-mac-length", "WAP-184 §6.2.1",
        "MAC has 40 hexadecimal digits.";
    MAC_NOT_HEX Error "wsp-mac-not-hex", "WAP-183 §5.3",
        "MAC has hexadecimal digits only.";
    MAC_MISSING Error "wsp-mac-missing", "WAP-184 §6.2.1",
        "NETWPIN, USERPIN and USERNETWPIN come with a MAC.";
    MAC_UNEXPECTED Error "wsp-mac-unexpected", "WAP-184 §6.2.1",
        "USERPINMAC comes without a MAC: the user types it.";
    SEC_MISSING Error "wsp-sec-missing", "WAP-183 §5.3",
        "A MAC comes with SEC, which tells its key.";
    MAC_BEFORE_SEC Warning "wsp-mac-before-sec", "the order of WAP-230 Table 38; receivers that \
        read by position",
        "SEC stands before MAC.";
    DUPLICATE_PARAMETER Error "wsp-duplicate-parameter", "WAP-183 §5.3",
        "SEC and MAC occur once; receivers disagree on which of two counts.";
    EXTRA_HEADERS Warning "wsp-extra-headers", "Intel cpclient takes what follows Content-Type as \
        the document",
        "A Client Provisioning push has no header after Content-Type.";
    APPLICATION_ID_MISSING Warning "wsp-application-id-missing", "OMA DM 1.2 Notification, \
        WSP header; WAP-251 §5.2",
        "A push for the DM client has X-Wap-Application-Id 7 (AF 87).";
    APPLICATION_ID_MALFORMED Warning "wsp-application-id-malformed", "WAP-230 §8.4.2.54",
        "X-Wap-Application-Id is an integer or a URI.";
    CODE_PAGE_SHIFT Warning "wsp-code-page-shift", "WAP-230 §8.4.1.1",
        "A push without session has no header code page but the default one.";
}
