//! PROV 1.0 and 1.1: the OMA Client Provisioning document type.
//!
//! Page 0 without the additions of 1.1 is WAP-183 §8.1 to §8.3. What 1.1 added (page 1, and on page
//! 0 the starts 3D–3F, 47–4C, 4E, 4F, 5B and the values 9F, B9, BA, D0–D3, E0, E1) agrees in libwbxml
//! (`wbxml_tables.c`), Kannel (`ota_compiler.c`), Symbian (`OMAProvisioningDictionary.c`), dewbxml
//! and Motorola's OMACP tool; where one of them differs, most of them and the published example
//! messages decide. BB and BC are known from Kannel and Symbian only: read, never written.

use super::{AttributeStart, Vocabulary, starts, tags, values};

/// The public identifier, the same for PROV 1.0 and 1.1 (WAP-183 §5.1.1, §8).
pub const PUBLIC_ID: &str = "-//WAPFORUM//DTD PROV 1.0//EN";

/// The system identifier that writers give (WAP-183 §5.1.1).
pub const SYSTEM_ID: &str = "http://www.wapforum.org/DTD/prov.dtd";

/// The document type.
pub static PROV: Vocabulary = Vocabulary {
    name: "PROV 1.0",
    public_number: Some(0x0B),
    public_ids: &[PUBLIC_ID],
    tags: &[&TAGS_0, &TAGS_1],
    attribute_starts: &[&STARTS_0, &STARTS_1],
    attribute_values: &[&VALUES_0, &VALUES_1],
};

// WAP-183 §8.1; page 1 repeats two of them
static TAGS_0: super::TagPage = tags(&[
    (0x05, "wap-provisioningdoc"),
    (0x06, "characteristic"),
    (0x07, "parm"),
]);
static TAGS_1: super::TagPage = tags(&[(0x06, "characteristic"), (0x07, "parm")]);

// Page 0: WAP-183 §8.2 and the additions named above
static STARTS_0: super::AttributeStartPage = starts(&[
    (
        0x05,
        AttributeStart {
            name: "name",
            prefix: "",
        },
    ),
    (
        0x06,
        AttributeStart {
            name: "value",
            prefix: "",
        },
    ),
    (
        0x07,
        AttributeStart {
            name: "name",
            prefix: "NAME",
        },
    ),
    (
        0x08,
        AttributeStart {
            name: "name",
            prefix: "NAP-ADDRESS",
        },
    ),
    (
        0x09,
        AttributeStart {
            name: "name",
            prefix: "NAP-ADDRTYPE",
        },
    ),
    (
        0x0A,
        AttributeStart {
            name: "name",
            prefix: "CALLTYPE",
        },
    ),
    (
        0x0B,
        AttributeStart {
            name: "name",
            prefix: "VALIDUNTIL",
        },
    ),
    (
        0x0C,
        AttributeStart {
            name: "name",
            prefix: "AUTHTYPE",
        },
    ),
    (
        0x0D,
        AttributeStart {
            name: "name",
            prefix: "AUTHNAME",
        },
    ),
    (
        0x0E,
        AttributeStart {
            name: "name",
            prefix: "AUTHSECRET",
        },
    ),
    (
        0x0F,
        AttributeStart {
            name: "name",
            prefix: "LINGER",
        },
    ),
    (
        0x10,
        AttributeStart {
            name: "name",
            prefix: "BEARER",
        },
    ),
    (
        0x11,
        AttributeStart {
            name: "name",
            prefix: "NAPID",
        },
    ),
    (
        0x12,
        AttributeStart {
            name: "name",
            prefix: "COUNTRY",
        },
    ),
    (
        0x13,
        AttributeStart {
            name: "name",
            prefix: "NETWORK",
        },
    ),
    (
        0x14,
        AttributeStart {
            name: "name",
            prefix: "INTERNET",
        },
    ),
    (
        0x15,
        AttributeStart {
            name: "name",
            prefix: "PROXY-ID",
        },
    ),
    (
        0x16,
        AttributeStart {
            name: "name",
            prefix: "PROXY-PROVIDER-ID",
        },
    ),
    (
        0x17,
        AttributeStart {
            name: "name",
            prefix: "DOMAIN",
        },
    ),
    (
        0x18,
        AttributeStart {
            name: "name",
            prefix: "PROVURL",
        },
    ),
    (
        0x19,
        AttributeStart {
            name: "name",
            prefix: "PXAUTH-TYPE",
        },
    ),
    (
        0x1A,
        AttributeStart {
            name: "name",
            prefix: "PXAUTH-ID",
        },
    ),
    (
        0x1B,
        AttributeStart {
            name: "name",
            prefix: "PXAUTH-PW",
        },
    ),
    (
        0x1C,
        AttributeStart {
            name: "name",
            prefix: "STARTPAGE",
        },
    ),
    (
        0x1D,
        AttributeStart {
            name: "name",
            prefix: "BASAUTH-ID",
        },
    ),
    (
        0x1E,
        AttributeStart {
            name: "name",
            prefix: "BASAUTH-PW",
        },
    ),
    (
        0x1F,
        AttributeStart {
            name: "name",
            prefix: "PUSHENABLED",
        },
    ),
    (
        0x20,
        AttributeStart {
            name: "name",
            prefix: "PXADDR",
        },
    ),
    (
        0x21,
        AttributeStart {
            name: "name",
            prefix: "PXADDRTYPE",
        },
    ),
    (
        0x22,
        AttributeStart {
            name: "name",
            prefix: "TO-NAPID",
        },
    ),
    (
        0x23,
        AttributeStart {
            name: "name",
            prefix: "PORTNBR",
        },
    ),
    (
        0x24,
        AttributeStart {
            name: "name",
            prefix: "SERVICE",
        },
    ),
    (
        0x25,
        AttributeStart {
            name: "name",
            prefix: "LINKSPEED",
        },
    ),
    (
        0x26,
        AttributeStart {
            name: "name",
            prefix: "DNLINKSPEED",
        },
    ),
    (
        0x27,
        AttributeStart {
            name: "name",
            prefix: "LOCAL-ADDR",
        },
    ),
    (
        0x28,
        AttributeStart {
            name: "name",
            prefix: "LOCAL-ADDRTYPE",
        },
    ),
    (
        0x29,
        AttributeStart {
            name: "name",
            prefix: "CONTEXT-ALLOW",
        },
    ),
    (
        0x2A,
        AttributeStart {
            name: "name",
            prefix: "TRUST",
        },
    ),
    (
        0x2B,
        AttributeStart {
            name: "name",
            prefix: "MASTER",
        },
    ),
    (
        0x2C,
        AttributeStart {
            name: "name",
            prefix: "SID",
        },
    ),
    (
        0x2D,
        AttributeStart {
            name: "name",
            prefix: "SOC",
        },
    ),
    (
        0x2E,
        AttributeStart {
            name: "name",
            prefix: "WSP-VERSION",
        },
    ),
    (
        0x2F,
        AttributeStart {
            name: "name",
            prefix: "PHYSICAL-PROXY-ID",
        },
    ),
    (
        0x30,
        AttributeStart {
            name: "name",
            prefix: "CLIENT-ID",
        },
    ),
    (
        0x31,
        AttributeStart {
            name: "name",
            prefix: "DELIVERY-ERR-SDU",
        },
    ),
    (
        0x32,
        AttributeStart {
            name: "name",
            prefix: "DELIVERY-ORDER",
        },
    ),
    (
        0x33,
        AttributeStart {
            name: "name",
            prefix: "TRAFFIC-CLASS",
        },
    ),
    (
        0x34,
        AttributeStart {
            name: "name",
            prefix: "MAX-SDU-SIZE",
        },
    ),
    (
        0x35,
        AttributeStart {
            name: "name",
            prefix: "MAX-BITRATE-UPLINK",
        },
    ),
    (
        0x36,
        AttributeStart {
            name: "name",
            prefix: "MAX-BITRATE-DNLINK",
        },
    ),
    (
        0x37,
        AttributeStart {
            name: "name",
            prefix: "RESIDUAL-BER",
        },
    ),
    (
        0x38,
        AttributeStart {
            name: "name",
            prefix: "SDU-ERROR-RATIO",
        },
    ),
    (
        0x39,
        AttributeStart {
            name: "name",
            prefix: "TRAFFIC-HANDL-PRIO",
        },
    ),
    (
        0x3A,
        AttributeStart {
            name: "name",
            prefix: "TRANSFER-DELAY",
        },
    ),
    (
        0x3B,
        AttributeStart {
            name: "name",
            prefix: "GUARANTEED-BITRATE-UPLINK",
        },
    ),
    (
        0x3C,
        AttributeStart {
            name: "name",
            prefix: "GUARANTEED-BITRATE-DNLINK",
        },
    ),
    (
        0x3D,
        AttributeStart {
            name: "name",
            prefix: "PXADDR-FQDN",
        },
    ),
    (
        0x3E,
        AttributeStart {
            name: "name",
            prefix: "PROXY-PW",
        },
    ),
    (
        0x3F,
        AttributeStart {
            name: "name",
            prefix: "PPGAUTH-TYPE",
        },
    ),
    (
        0x45,
        AttributeStart {
            name: "version",
            prefix: "",
        },
    ),
    (
        0x46,
        AttributeStart {
            name: "version",
            prefix: "1.0",
        },
    ),
    (
        0x47,
        AttributeStart {
            name: "name",
            prefix: "PULLENABLED",
        },
    ),
    (
        0x48,
        AttributeStart {
            name: "name",
            prefix: "DNS-ADDR",
        },
    ),
    (
        0x49,
        AttributeStart {
            name: "name",
            prefix: "MAX-NUM-RETRY",
        },
    ),
    (
        0x4A,
        AttributeStart {
            name: "name",
            prefix: "FIRST-RETRY-TIMEOUT",
        },
    ),
    (
        0x4B,
        AttributeStart {
            name: "name",
            prefix: "REREG-THRESHOLD",
        },
    ),
    (
        0x4C,
        AttributeStart {
            name: "name",
            prefix: "T-BIT",
        },
    ),
    (
        0x4E,
        AttributeStart {
            name: "name",
            prefix: "AUTH-ENTITY",
        },
    ),
    (
        0x4F,
        AttributeStart {
            name: "name",
            prefix: "SPI",
        },
    ),
    (
        0x50,
        AttributeStart {
            name: "type",
            prefix: "",
        },
    ),
    (
        0x51,
        AttributeStart {
            name: "type",
            prefix: "PXLOGICAL",
        },
    ),
    (
        0x52,
        AttributeStart {
            name: "type",
            prefix: "PXPHYSICAL",
        },
    ),
    (
        0x53,
        AttributeStart {
            name: "type",
            prefix: "PORT",
        },
    ),
    (
        0x54,
        AttributeStart {
            name: "type",
            prefix: "VALIDITY",
        },
    ),
    (
        0x55,
        AttributeStart {
            name: "type",
            prefix: "NAPDEF",
        },
    ),
    (
        0x56,
        AttributeStart {
            name: "type",
            prefix: "BOOTSTRAP",
        },
    ),
    (
        0x57,
        AttributeStart {
            name: "type",
            prefix: "VENDORCONFIG",
        },
    ),
    (
        0x58,
        AttributeStart {
            name: "type",
            prefix: "CLIENTIDENTITY",
        },
    ),
    (
        0x59,
        AttributeStart {
            name: "type",
            prefix: "PXAUTHINFO",
        },
    ),
    (
        0x5A,
        AttributeStart {
            name: "type",
            prefix: "NAPAUTHINFO",
        },
    ),
    (
        0x5B,
        AttributeStart {
            name: "type",
            prefix: "ACCESS",
        },
    ),
]);

// Page 1: PROV 1.1. 05, 06, 07, 14, 1C, 22–24, 50, 53 and 58 repeat page 0
static STARTS_1: super::AttributeStartPage = starts(&[
    (
        0x05,
        AttributeStart {
            name: "name",
            prefix: "",
        },
    ),
    (
        0x06,
        AttributeStart {
            name: "value",
            prefix: "",
        },
    ),
    (
        0x07,
        AttributeStart {
            name: "name",
            prefix: "NAME",
        },
    ),
    (
        0x14,
        AttributeStart {
            name: "name",
            prefix: "INTERNET",
        },
    ),
    (
        0x1C,
        AttributeStart {
            name: "name",
            prefix: "STARTPAGE",
        },
    ),
    (
        0x22,
        AttributeStart {
            name: "name",
            prefix: "TO-NAPID",
        },
    ),
    (
        0x23,
        AttributeStart {
            name: "name",
            prefix: "PORTNBR",
        },
    ),
    (
        0x24,
        AttributeStart {
            name: "name",
            prefix: "SERVICE",
        },
    ),
    (
        0x2E,
        AttributeStart {
            name: "name",
            prefix: "AACCEPT",
        },
    ),
    (
        0x2F,
        AttributeStart {
            name: "name",
            prefix: "AAUTHDATA",
        },
    ),
    (
        0x30,
        AttributeStart {
            name: "name",
            prefix: "AAUTHLEVEL",
        },
    ),
    (
        0x31,
        AttributeStart {
            name: "name",
            prefix: "AAUTHNAME",
        },
    ),
    (
        0x32,
        AttributeStart {
            name: "name",
            prefix: "AAUTHSECRET",
        },
    ),
    (
        0x33,
        AttributeStart {
            name: "name",
            prefix: "AAUTHTYPE",
        },
    ),
    (
        0x34,
        AttributeStart {
            name: "name",
            prefix: "ADDR",
        },
    ),
    (
        0x35,
        AttributeStart {
            name: "name",
            prefix: "ADDRTYPE",
        },
    ),
    (
        0x36,
        AttributeStart {
            name: "name",
            prefix: "APPID",
        },
    ),
    (
        0x37,
        AttributeStart {
            name: "name",
            prefix: "APROTOCOL",
        },
    ),
    (
        0x38,
        AttributeStart {
            name: "name",
            prefix: "PROVIDER-ID",
        },
    ),
    (
        0x39,
        AttributeStart {
            name: "name",
            prefix: "TO-PROXY",
        },
    ),
    (
        0x3A,
        AttributeStart {
            name: "name",
            prefix: "URI",
        },
    ),
    (
        0x3B,
        AttributeStart {
            name: "name",
            prefix: "RULE",
        },
    ),
    (
        0x50,
        AttributeStart {
            name: "type",
            prefix: "",
        },
    ),
    (
        0x53,
        AttributeStart {
            name: "type",
            prefix: "PORT",
        },
    ),
    (
        0x55,
        AttributeStart {
            name: "type",
            prefix: "APPLICATION",
        },
    ),
    (
        0x56,
        AttributeStart {
            name: "type",
            prefix: "APPADDR",
        },
    ),
    (
        0x57,
        AttributeStart {
            name: "type",
            prefix: "APPAUTH",
        },
    ),
    (
        0x58,
        AttributeStart {
            name: "type",
            prefix: "CLIENTIDENTITY",
        },
    ),
    (
        0x59,
        AttributeStart {
            name: "type",
            prefix: "RESOURCE",
        },
    ),
]);

// Page 0: WAP-183 §8.3 and the additions named above
static VALUES_0: super::AttributeValuePage = values(&[
    (0x85, "IPV4"),
    (0x86, "IPV6"),
    (0x87, "E164"),
    (0x88, "ALPHA"),
    (0x89, "APN"),
    (0x8A, "SCODE"),
    (0x8B, "TETRA-ITSI"),
    (0x8C, "MAN"),
    (0x90, "ANALOG-MODEM"),
    (0x91, "V.120"),
    (0x92, "V.110"),
    (0x93, "X.31"),
    (0x94, "BIT-TRANSPARENT"),
    (0x95, "DIRECT-ASYNCHRONOUS-DATA-SERVICE"),
    (0x9A, "PAP"),
    (0x9B, "CHAP"),
    (0x9C, "HTTP-BASIC"),
    (0x9D, "HTTP-DIGEST"),
    (0x9E, "WTLS-SS"),
    (0x9F, "MD5"),
    (0xA2, "GSM-USSD"),
    (0xA3, "GSM-SMS"),
    (0xA4, "ANSI-136-GUTS"),
    (0xA5, "IS-95-CDMA-SMS"),
    (0xA6, "IS-95-CDMA-CSD"),
    (0xA7, "IS-95-CDMA-PACKET"),
    (0xA8, "ANSI-136-CSD"),
    (0xA9, "ANSI-136-GPRS"),
    (0xAA, "GSM-CSD"),
    (0xAB, "GSM-GPRS"),
    (0xAC, "AMPS-CDPD"),
    (0xAD, "PDC-CSD"),
    (0xAE, "PDC-PACKET"),
    (0xAF, "IDEN-SMS"),
    (0xB0, "IDEN-CSD"),
    (0xB1, "IDEN-PACKET"),
    (0xB2, "FLEX/REFLEX"),
    (0xB3, "PHS-SMS"),
    (0xB4, "PHS-CSD"),
    (0xB5, "TETRA-SDS"),
    (0xB6, "TETRA-PACKET"),
    (0xB7, "ANSI-136-GHOST"),
    (0xB8, "MOBITEX-MPAK"),
    (0xB9, "CDMA2000-1X-SIMPLE-IP"),
    (0xBA, "CDMA2000-1X-MOBILE-IP"),
    (0xBB, "3G-GSM"),
    (0xBC, "WLAN"),
    (0xC5, "AUTOBAUDING"),
    (0xCA, "CL-WSP"),
    (0xCB, "CO-WSP"),
    (0xCC, "CL-SEC-WSP"),
    (0xCD, "CO-SEC-WSP"),
    (0xCE, "CL-SEC-WTA"),
    (0xCF, "CO-SEC-WTA"),
    (0xD0, "OTA-HTTP-TO"),
    (0xD1, "OTA-HTTP-TLS-TO"),
    (0xD2, "OTA-HTTP-PO"),
    (0xD3, "OTA-HTTP-TLS-PO"),
    (0xE0, "AAA"),
    (0xE1, "HA"),
]);

// Page 1: PROV 1.1. 86–88 repeat page 0; 90–93 are pieces of AAUTHTYPE
static VALUES_1: super::AttributeValuePage = values(&[
    (0x86, "IPV6"),
    (0x87, "E164"),
    (0x88, "ALPHA"),
    (0x8D, "APPSRV"),
    (0x8E, "OBEX"),
    (0x90, ","),
    (0x91, "HTTP-"),
    (0x92, "BASIC"),
    (0x93, "DIGEST"),
]);
