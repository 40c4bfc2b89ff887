//! The mistakes, with what a sender has to do about each.

/// A mistake that senders make.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Stable, lower-case, with hyphens.
    pub id: &'static str,
    /// What was done, as a phrase: `the IMSI as ASCII digits`.
    pub what: &'static str,
    /// What the sender has to do: a sentence.
    pub remedy: &'static str,
}

macro_rules! mistakes {
    ($($name:ident $id:literal, $what:literal, $remedy:literal;)*) => {
        $(pub(super) static $name: Mistake =
            Mistake { id: $id, what: $what, remedy: $remedy };)*

        /// All of them.
        pub static MISTAKES: &[&Mistake] = &[$(&$name),*];
    };
}

mistakes! {
    SEC_MISSING "sec-missing", "no SEC beside the MAC",
        "Send the parameter SEC before MAC (WAP-183 §5.3).";
    SEC_OTHER "sec-other-key", "the key of another SEC",
        "Send the SEC that belongs to the key, or use the key that belongs to the SEC.";
    MAC_WITH_CODE "sec-mac-with-code", "a MAC beside USERPINMAC",
        "Send no MAC with USERPINMAC; give the user the code (WAP-184 §6.2.1).";

    IMSI_ASCII "imsi-ascii", "the IMSI as ASCII digits",
        "Use the IMSI's semi-octets as in EF_IMSI, not its characters (WAP-184 §7.1).";
    IMSI_UNSWAPPED "imsi-unswapped", "the IMSI's nibbles not swapped",
        "Put the first of two nibbles into the low half of each octet.";
    IMSI_PARITY "imsi-parity", "the IMSI with the wrong parity nibble",
        "Begin with nibble 9 for an odd number of digits and 1 for an even one.";
    IMSI_NO_PARITY "imsi-no-parity", "the IMSI without parity nibble",
        "Begin with nibble 9 for an odd number of digits and 1 for an even one, then the digits.";
    IMSI_ZERO_FILLER "imsi-zero-filler", "the IMSI with filler 0",
        "Fill the last octet with F when the number of digits is even.";
    IMSI_DIGIT_DROPPED "imsi-digit-dropped", "the IMSI without its last digit",
        "Fill the last octet with F when the number of digits is even; drop no digit.";
    IMSI_LENGTH_OCTET "imsi-length-octet", "the IMSI with its length octet",
        "Leave out the first octet of EF_IMSI (WAP-184 §7.1).";
    IMSI_UNUSED_OCTETS "imsi-unused-octets", "the IMSI with the unused octets of EF_IMSI",
        "Leave out the unused octets FF of EF_IMSI (WAP-184 §7.1).";
    IMSI_HEX_TEXT "imsi-hex-text", "the IMSI's semi-octets as hex text",
        "Use the octets themselves, not their hex digits.";
    IMSI_LEADING_ZEROS "imsi-leading-zeros", "the IMSI without its leading zeros",
        "Keep the IMSI as text: reading it as a number loses leading zeros.";
    NETWORK_HEX_TEXT "network-hex-text", "the network's secret as hex text",
        "Use the octets themselves, not their hex digits.";
    NETWORK_REVERSED "network-reversed", "the network's secret backwards",
        "Put the most significant octet first.";
    MSISDN "msisdn-for-imsi", "the MSISDN in place of the IMSI",
        "Use the IMSI; the telephone number is no secret of the network.";
    IMEI "imei-for-imsi", "the IMEI in place of the IMSI",
        "Use the IMSI, which is the card's, not the device's number.";
    ICCID "iccid-for-imsi", "the ICCID in place of the IMSI",
        "Use the IMSI, not the number of the card.";

    PIN_LINE_END "pin-line-end", "the PIN with a line end",
        "Strip the line end that came with the PIN.";
    PIN_SPACE "pin-space", "the PIN with a space",
        "Strip the spaces around the PIN.";
    PIN_QUOTES "pin-quotes", "the PIN in quotes",
        "Strip the quotes around the PIN.";
    PIN_LEADING_ZEROS "pin-leading-zeros", "the PIN without its leading zeros",
        "Keep the PIN as text: reading it as a number loses leading zeros.";
    PIN_BCD "pin-bcd", "the PIN with two digits in an octet",
        "Use the ASCII digits of the PIN, an octet each (WAP-184 §6.2.1).";
    PIN_DIGIT_VALUES "pin-digit-values", "the PIN's digits as octets 00 to 09",
        "Use the ASCII digits of the PIN, octets 30 to 39 (WAP-184 §6.2.1).";
    PIN_NUMBER "pin-number", "the PIN as a binary number",
        "Use the ASCII digits of the PIN (WAP-184 §6.2.1).";
    PIN_PADDED "pin-padded", "the PIN padded with FF as cards want it",
        "Use the ASCII digits of the PIN and nothing after them.";
    PIN_UTF16 "pin-utf16", "the PIN in UTF-16",
        "Use the ASCII digits of the PIN, an octet each.";
    PIN_HEX_TEXT "pin-hex-text", "the hex text of the PIN's ASCII digits",
        "Use the ASCII digits themselves.";
    PIN_DEFAULT "pin-default", "a default PIN of tools, such as 1234 or 0000",
        "Hand the PIN of this user to the signing tool, and warn: a default PIN protects nobody.";
    KEY_ORDER "key-pin-first", "the PIN before the network's secret",
        "Put the network's secret first and the PIN after it (WAP-184 §6.2.1).";
    KEY_PIN_COLON "key-pin-colon-secret", "PIN, colon, network's secret",
        "That is the DM profile's form; for Client Provisioning put the PIN after the secret.";
    KEY_COLON_PIN "key-secret-colon-pin", "network's secret, colon, PIN",
        "Leave out the colon; it is an input syntax of some gateways only.";
    DM_KEY_SECRET_PIN "dm-key-secret-pin", "network's secret, then the PIN",
        "That is Client Provisioning's form; in a DM message put the PIN, a colon and the secret.";
    DM_KEY_PIN_SECRET "dm-key-pin-secret", "PIN and network's secret without a colon",
        "Put a colon between the PIN and the network's secret (OMA DM 1.2 Security §5.7.2).";
    DM_KEY_SECRET_COLON "dm-key-secret-colon-pin", "network's secret, a colon, then the PIN",
        "Put the PIN before the colon and the network's secret after it.";
    KEY_EMPTY "key-empty", "an empty key",
        "Check that the key reaches the signing tool; nothing was set.";
    KEY_WHOLE_CODE "key-whole-code", "the whole code as key",
        "Use the first half of the code as key.";

    HMAC_SWAPPED "hmac-swapped", "key and data exchanged",
        "Exchange the arguments of the HMAC: the document is the data.";
    DIGEST_KEY_FIRST "digest-key-first", "a plain SHA-1 of key and document",
        "Use HMAC-SHA1 (RFC 2104).";
    DIGEST_KEY_LAST "digest-key-last", "a plain SHA-1 of document and key",
        "Use HMAC-SHA1 (RFC 2104).";
    DIGEST_NO_KEY "digest-no-key", "a plain SHA-1 without key",
        "Use HMAC-SHA1 with the key of the SEC.";
    HMAC_MD5 "hmac-md5", "HMAC-MD5", "Use HMAC-SHA1.";
    HMAC_SHA256 "hmac-sha256", "HMAC-SHA256", "Use HMAC-SHA1.";

    BODY_WHOLE_PDU "body-whole-pdu", "the whole PDU",
        "Sign the WBXML document alone, without the headers before it.";
    BODY_HEADER "body-header", "the document with octets of the headers",
        "Sign the WBXML document alone, without the headers before it.";
    BODY_START_MISSING "body-start-missing", "the document without its first octets",
        "Sign the document from its first octet, the WBXML version, on.";
    BODY_END_MISSING "body-end-missing", "the document without its last octets",
        "Sign all octets that are sent; check the length.";
    BODY_CUT_AT_NUL "body-cut-at-nul", "the document up to its first NUL",
        "WBXML holds NULs: hand its length to the digest, not a C string.";
    BODY_STRIPPED "body-stripped", "the document without the white space at its end",
        "Sign after the last change to the document, or do not send the line end.";
    BODY_LINE_END "body-line-end", "the document with a line end after it",
        "Sign the WBXML document as it is sent, without a line end.";
    BODY_NUL "body-nul", "the document with a NUL after it",
        "Sign the WBXML document as it is sent, without the NUL.";
    BODY_XML "body-xml", "the XML text",
        "Sign the WBXML encoding, not the XML it was made of (WAP-184 §6.2.1).";
    BODY_HEX_TEXT "body-hex-text", "the hex text of the document",
        "Sign the octets themselves, not their hex digits.";
    BODY_TEXT "body-text", "the document after a conversion to text",
        "Keep the document as octets: a text type changes those above 7F.";
    BODY_EMPTY "body-empty", "nothing",
        "Check that the document reaches the digest; nothing was signed.";

    MAC_LOWER_CASE "mac-lower-case", "the MAC in lower case",
        "Write the hex digits in upper case (WAP-183 §5.3); some receivers compare the text.";
    MAC_QUOTES "mac-quotes", "the MAC in quotes",
        "Write no quotes around the MAC (WAP-183 §5.3).";
    MAC_REVERSED "mac-reversed", "the MAC's octets backwards",
        "Write the first octet of the MAC first.";
    MAC_NIBBLES "mac-nibbles", "the two digits of each octet exchanged",
        "Write the high nibble of each octet first.";
    MAC_ZEROS "mac-zeros", "the MAC without leading zeros",
        "Write two hex digits for each octet, 00 to FF.";
    MAC_SIGNED "mac-signed", "the MAC's octets above 7F as negative numbers",
        "Treat the octets as unsigned and write two hex digits for each.";
    MAC_CUT "mac-cut", "the end of the MAC cut off",
        "Send all 40 hex digits.";
    MAC_BASE64 "mac-base64", "the MAC in Base64",
        "Write the MAC as 40 hex digits.";

    CODE_HALVES "code-halves", "the halves of the code exchanged",
        "Put the PIN first and the digits of the MAC after it (WAP-184 §6.2.1).";
    CODE_NETWORK "code-network", "a key with the network's secret",
        "Use the PIN alone as key of USERPINMAC.";
    CODE_SIGNED "code-signed", "the octets of the MAC taken as signed numbers",
        "Treat the octets as unsigned before taking them modulo 10.";
    CODE_HEX_DIGITS "code-hex-digits", "the hex digits of the MAC modulo 10",
        "Take each octet of the MAC modulo 10, not each hex digit.";
    CODE_HEX_TEXT "code-hex-text", "the characters of the MAC's hex text modulo 10",
        "Take each octet of the MAC modulo 10, not each character.";
    CODE_LOW_NIBBLE "code-low-nibble", "the low half of each octet modulo 10",
        "Take each octet of the MAC modulo 10, not half of it.";
    CODE_HIGH_NIBBLE "code-high-nibble", "the high half of each octet modulo 10",
        "Take each octet of the MAC modulo 10, not half of it.";
    CODE_PAIRS "code-pairs", "pairs of octets modulo 10",
        "Take each octet of the MAC modulo 10, not pairs.";
    CODE_LAST_OCTETS "code-last-octets", "the last octets of the MAC",
        "Take the first octets of the MAC modulo 10.";
    CODE_NUMBER "code-number", "the last decimal digits of the MAC as one number",
        "Take each octet of the MAC modulo 10.";
}
