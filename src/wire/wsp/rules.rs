//! The rules whose breaches the reader reports but tolerates.

use crate::finding::rules;

rules! {
    /// Every rule that [`PushPdu::parse`](super::PushPdu::parse) reports findings of.
    pub(super) static RULES;

    CONFIRMED_PUSH = "wsp-confirmed-push" Warning "WAP-230 §6.3.3.12, §8.2.4.1"
        "ConfirmedPush (07) belongs to a session; a push without one is a Push (06).";
    UINTVAR_OVERLONG = "wsp-uintvar-overlong" Warning "WAP-230 §8.1.2"
        "A uintvar must not begin with 80.";
    INTEGER_OVERLONG = "wsp-integer-overlong" Warning "WAP-230 §8.4.2.1"
        "An integer takes the least number of octets.";
    LENGTH_QUOTE = "wsp-length-quote" Note "WAP-230 §8.4.2.2"
        "A value-length up to 30 fits one octet; Intel's cpclient reads only the form 1F + length.";
    BARE_GENERAL_FORM = "wsp-bare-general-form" Note "WAP-230 §8.4.2.24"
        "A media type up to 0x7F without parameters needs no value-length.";
    BARE_LONG_MEDIA = "wsp-bare-long-media" Error "WAP-230 §8.4.2.24"
        "A media type above 0x7F needs the general form: a value-length, then the long-integer.";
    NEEDLESS_QUOTE = "wsp-needless-quote" Warning "WAP-230 §8.4.2.1"
        "The quote octet 7F stands only before a text whose first octet is 80 or more.";
    NAME_NOT_TOKEN = "wsp-name-not-token" Warning "WAP-230 §8.4.2.4, §8.4.2.6; RFC 2616 §2.2"
        "Textual names of parameters and headers are tokens.";
    UNTYPED_PARAMETER = "wsp-untyped-parameter" Warning "WAP-230 Table 38"
        "SEC and MAC have assigned numbers (91, 92); Intel's cpclient knows only those.";
    SEC_TEXT = "wsp-sec-text" Warning "WAP-230 Table 38"
        "The value of SEC is a short-integer.";
    SEC_UNKNOWN = "wsp-sec-unknown" Error "WAP-183 §5.3"
        "SEC is 0 NETWPIN, 1 USERPIN, 2 USERNETWPIN or 3 USERPINMAC.";
    MAC_NOT_TEXT = "wsp-mac-not-text" Error "WAP-230 Table 38"
        "The value of MAC is a text.";
    MAC_QUOTED = "wsp-mac-quoted" Error "WAP-183 §5.3; Intel cpclient compares it as sent"
        "MAC is written without quotation marks.";
    CLOSING_QUOTE = "wsp-closing-quote" Error "WAP-230 §8.4.2.1"
        "A quoted-string has an opening quotation mark only.";
    MAC_LOWER_CASE = "wsp-mac-lower-case" Error "WAP-183 §5.3; cpclient and Spreadtrum compare as sent"
        "MAC is written with upper-case digits.";
    MAC_LENGTH = "wsp-mac-length" Error "WAP-184 §6.2.1"
        "MAC has 40 hexadecimal digits.";
    MAC_NOT_HEX = "wsp-mac-not-hex" Error "WAP-183 §5.3"
        "MAC has hexadecimal digits only.";
    MAC_MISSING = "wsp-mac-missing" Error "WAP-184 §6.2.1"
        "NETWPIN, USERPIN and USERNETWPIN come with a MAC.";
    MAC_UNEXPECTED = "wsp-mac-unexpected" Error "WAP-184 §6.2.1"
        "USERPINMAC comes without a MAC: the user types it.";
    SEC_MISSING = "wsp-sec-missing" Error "WAP-183 §5.3"
        "A MAC comes with SEC, which tells its key.";
    MAC_BEFORE_SEC = "wsp-mac-before-sec" Warning "the order of WAP-230 Table 38; receivers that \
        read by position"
        "SEC stands before MAC.";
    DUPLICATE_PARAMETER = "wsp-duplicate-parameter" Error "WAP-183 §5.3"
        "SEC and MAC occur once; receivers disagree on which of two counts.";
    EXTRA_HEADERS = "wsp-extra-headers" Warning "Intel cpclient takes what follows Content-Type as \
        the document"
        "A Client Provisioning push has no header after Content-Type.";
    APPLICATION_ID_MISSING = "wsp-application-id-missing" Warning "OMA DM 1.2 Notification, \
        WSP header; WAP-251 §5.2"
        "A push for the DM client has X-Wap-Application-Id 7 (AF 87).";
    APPLICATION_ID_MALFORMED = "wsp-application-id-malformed" Warning "WAP-230 §8.4.2.54"
        "X-Wap-Application-Id is an integer or a URI.";
    WBXML_AS_XML = "wsp-wbxml-as-xml" Error "WAP-230 §8.4.2.24"
        "A document in WBXML has the media type of its WBXML form.";
    CODE_PAGE_SHIFT = "wsp-code-page-shift" Warning "WAP-230 §8.4.1.1"
        "A push without session has no header code page but the default one.";
}
