//! ProvCont 1.1 as data: characteristics, parms, value sets, services.
//!
//! 1.0 is WAP-183 §5.2 to §5.6. What 1.1 added (APPLICATION, APPADDR, APPAUTH, RESOURCE, ACCESS and
//! some parms) has no public text; it rests on Intel's cpclient (`characteristic.c`), Symbian's
//! remotemgmt, Microsoft's CSP pages, and on published operator messages. The order of the parms
//! in a table is the order in which strict phones need them (Symbian wants APPID first,
//! PROVIDER-ID before APPAUTH, level and type first in APPAUTH).

mod value_sets;

pub use value_sets::*;

/// How often something may occur in its characteristic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// Exactly once.
    Once,
    /// Exactly once by the text, but real messages omit it: missing is a warning.
    Expected,
    /// Once or more by the text, but real messages omit it: missing is a warning.
    ExpectedOften,
    /// Once or not at all.
    Optional,
    /// Any number of times.
    Any,
    /// Once or more.
    AtLeastOnce,
    /// Not more often than this.
    AtMost(usize),
}

/// What a parm's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No value: being there means "yes".
    Flag,
    /// Any text.
    Text,
    /// One of a value set.
    Set(&'static ValueSet),
    /// A decimal number in a range, both ends included.
    Number(u32, u32),
    /// Such numbers, separated by commas.
    Numbers(u32, u32),
    /// Hexadecimal digits.
    Hex,
    /// Base64 text of octets.
    Base64,
    /// A host name or an address, and the parm that says which.
    Address,
    /// A URI; may lack its scheme ("http" then).
    Uri,
    /// The name of a NAPDEF's NAPID, or `INTERNET`.
    NapidReference,
    /// The name of a PXLOGICAL's PROXY-ID.
    ProxyReference,
}

/// How careful one must be with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitivity {
    /// May be shown.
    Public,
    /// Names a person or a device: shown to its owner, falsified for tickets.
    Identity,
    /// Never shown unless asked for.
    Secret,
}

/// A parm in its characteristic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParmDef {
    /// Its name.
    pub name: &'static str,
    /// How often.
    pub occurs: Occurs,
    /// What its value is.
    pub kind: Kind,
    /// What holds when it is absent.
    pub default: Option<&'static str>,
    /// Who may see it.
    pub sensitivity: Sensitivity,
    /// Octets that every client must accept (WAP-183 §6.1).
    pub minimum_length: Option<usize>,
}

/// A characteristic and what may stand in it.
#[derive(Debug, PartialEq, Eq)]
pub struct CharacteristicDef {
    /// Its type.
    pub name: &'static str,
    /// Its parms, in the order to write them.
    pub parms: &'static [ParmDef],
    /// Its children, in the order to write them.
    pub children: &'static [(&'static str, Occurs)],
    /// True when it may hold anything (VENDORCONFIG).
    pub open: bool,
    /// Standard and section.
    pub clause: &'static str,
}

use crate::secret::names_secret;
use Kind::{
    Address, Base64, Flag, Hex, NapidReference, Number, Numbers, ProxyReference, Set, Text, Uri,
};
use Occurs::{Any, AtLeastOnce, AtMost, Expected, ExpectedOften, Once, Optional};
use Sensitivity::{Identity, Public, Secret};

const fn parm(name: &'static str, occurs: Occurs, kind: Kind) -> ParmDef {
    ParmDef {
        name,
        occurs,
        kind,
        default: None,
        sensitivity: Public,
        minimum_length: None,
    }
}

impl ParmDef {
    const fn or(self, default: &'static str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }
    const fn min(self, octets: usize) -> Self {
        Self {
            minimum_length: Some(octets),
            ..self
        }
    }
    const fn is(self, sensitivity: Sensitivity) -> Self {
        Self {
            sensitivity,
            ..self
        }
    }
}

const PORTS: (&str, Occurs) = ("PORT", Any);

/// Root: what may stand directly in `wap-provisioningdoc`, in the order to write it.
pub static ROOT: CharacteristicDef = CharacteristicDef {
    name: "wap-provisioningdoc",
    parms: &[],
    children: &[
        ("BOOTSTRAP", Any),
        ("CLIENTIDENTITY", Optional),
        ("NAPDEF", Any),
        ("PXLOGICAL", Any),
        ("APPLICATION", Any),
        ("ACCESS", Any),
        ("VENDORCONFIG", Any),
    ],
    open: false,
    clause: "WAP-183 §5.2",
};

/// All characteristics.
pub static CHARACTERISTICS: [CharacteristicDef; 15] = [
    CharacteristicDef {
        name: "BOOTSTRAP",
        parms: &[
            parm("NAME", Optional, Text).min(16),
            parm("PROXY-ID", Any, ProxyReference).min(32),
            parm("PROVURL", Optional, Uri).min(64),
            parm("CONTEXT-ALLOW", Optional, Number(0, 255)).or("0"),
            parm("COUNTRY", Optional, Number(0, 999)),
            parm("NETWORK", Any, Number(0, 999)),
        ],
        children: &[],
        open: false,
        clause: "WAP-183 §5.6.8",
    },
    CharacteristicDef {
        name: "CLIENTIDENTITY",
        parms: &[parm("CLIENT-ID", Once, Text).min(32).is(Identity)],
        children: &[],
        open: false,
        clause: "WAP-183 §5.6.9",
    },
    CharacteristicDef {
        name: "NAPDEF",
        parms: &[
            parm("NAPID", Once, Text).min(16),
            parm("NAME", Expected, Text).min(16),
            parm("BEARER", Any, Set(&BEARERS)),
            parm("INTERNET", Optional, Flag),
            parm("NAP-ADDRESS", Once, Address).min(64),
            parm("NAP-ADDRTYPE", Optional, Set(&NAP_ADDRTYPES)).or("E164"),
            parm("DNS-ADDR", Any, Address),
            parm("CALLTYPE", Optional, Set(&CALLTYPES)).or("ANALOG-MODEM"),
            parm("LOCAL-ADDR", Optional, Address),
            parm("LOCAL-ADDRTYPE", Optional, Set(&LOCAL_ADDRTYPES)).or("IPV6"),
            parm("LINKSPEED", Optional, Set(&LINKSPEEDS)).min(6),
            parm("DNLINKSPEED", Optional, Set(&LINKSPEEDS)).min(6),
            parm("LINGER", Optional, Number(0, u32::MAX)).min(4),
            parm("DELIVERY-ERR-SDU", Optional, Hex),
            parm("DELIVERY-ORDER", Optional, Hex),
            parm("TRAFFIC-CLASS", Optional, Hex),
            parm("MAX-SDU-SIZE", Optional, Hex),
            parm("MAX-BITRATE-UPLINK", Optional, Hex),
            parm("MAX-BITRATE-DNLINK", Optional, Hex),
            parm("RESIDUAL-BER", Optional, Hex),
            parm("SDU-ERROR-RATIO", Optional, Hex),
            parm("TRAFFIC-HANDL-PRIO", Optional, Hex),
            parm("TRANSFER-DELAY", Optional, Hex),
            parm("GUARANTEED-BITRATE-UPLINK", Optional, Hex),
            parm("GUARANTEED-BITRATE-DNLINK", Optional, Hex),
            parm("MAX-NUM-RETRY", Optional, Number(0, u32::MAX)),
            parm("FIRST-RETRY-TIMEOUT", Optional, Number(0, u32::MAX)),
            parm("REREG-THRESHOLD", Optional, Number(0, u32::MAX)),
            parm("T-BIT", Optional, Flag),
        ],
        children: &[("NAPAUTHINFO", Any), ("VALIDITY", Any)],
        open: false,
        clause: "WAP-183 §5.6.5",
    },
    CharacteristicDef {
        name: "NAPAUTHINFO",
        parms: &[
            parm("AUTHTYPE", Once, Set(&NAP_AUTHTYPES)),
            parm("AUTHNAME", Optional, Text).min(16).is(Identity),
            parm("AUTHSECRET", Optional, Text).min(16).is(Secret),
            parm("AUTH-ENTITY", Any, Set(&AUTH_ENTITIES)),
            parm("SPI", Optional, Hex),
        ],
        children: &[],
        open: false,
        clause: "WAP-183 §5.6.6",
    },
    CharacteristicDef {
        name: "VALIDITY",
        parms: &[
            parm("COUNTRY", Optional, Number(0, 999)),
            parm("NETWORK", Optional, Numbers(0, 999)),
            parm("SOC", Optional, Text),
            parm("SID", Optional, Numbers(0, 65_535)),
            parm("VALIDUNTIL", Optional, Number(0, u32::MAX)).min(8),
        ],
        children: &[],
        open: false,
        clause: "WAP-183 §5.6.7",
    },
    CharacteristicDef {
        name: "PXLOGICAL",
        parms: &[
            parm("PROXY-ID", Once, Text).min(32),
            parm("NAME", Expected, Text).min(16),
            parm("PROXY-PW", Optional, Text).is(Secret),
            parm("PPGAUTH-TYPE", Optional, Set(&PX_AUTHTYPES)),
            parm("PROXY-PROVIDER-ID", Optional, Text).min(32),
            parm("DOMAIN", AtMost(4), Text).or("").min(64),
            parm("TRUST", Optional, Flag),
            parm("MASTER", Optional, Flag),
            parm("STARTPAGE", Optional, Uri).min(64),
            parm("BASAUTH-ID", Optional, Text).min(16).is(Identity),
            parm("BASAUTH-PW", Optional, Text).min(16).is(Secret),
            parm("WSP-VERSION", Optional, Text).or("1.2"),
            parm("PUSHENABLED", Optional, Number(0, 1)).or("0"),
            parm("PULLENABLED", Optional, Number(0, 1)).or("0"),
        ],
        children: &[("PXAUTHINFO", Any), PORTS, ("PXPHYSICAL", AtLeastOnce)],
        open: false,
        clause: "WAP-183 §5.6.1",
    },
    CharacteristicDef {
        name: "PXAUTHINFO",
        parms: &[
            parm("PXAUTH-TYPE", Once, Set(&PX_AUTHTYPES)),
            parm("PXAUTH-ID", Optional, Text).min(16).is(Identity),
            parm("PXAUTH-PW", Optional, Text).min(16).is(Secret),
        ],
        children: &[],
        open: false,
        clause: "WAP-183 §5.6.3",
    },
    CharacteristicDef {
        name: "PXPHYSICAL",
        parms: &[
            parm("PHYSICAL-PROXY-ID", Expected, Text).min(16),
            parm("DOMAIN", AtMost(4), Text).min(64),
            parm("PXADDR", Once, Address).min(40),
            parm("PXADDRTYPE", Optional, Set(&PX_ADDRTYPES)).or("IPV4"),
            parm("PXADDR-FQDN", Optional, Text),
            parm("WSP-VERSION", Optional, Text),
            parm("PUSHENABLED", Optional, Number(0, 1)),
            parm("PULLENABLED", Optional, Number(0, 1)),
            parm("TO-NAPID", AtLeastOnce, NapidReference).min(16),
        ],
        children: &[PORTS],
        open: false,
        clause: "WAP-183 §5.6.2",
    },
    CharacteristicDef {
        name: "PORT",
        parms: &[
            parm("PORTNBR", Once, Number(1, 65_535)),
            parm("SERVICE", Any, Set(&SERVICES)),
        ],
        children: &[],
        open: false,
        clause: "WAP-183 §5.6.4",
    },
    CharacteristicDef {
        name: "APPLICATION",
        parms: &[
            parm("APPID", Once, Text),
            parm("PROVIDER-ID", Optional, Text),
            parm("NAME", Optional, Text),
            parm("AACCEPT", Optional, Text),
            parm("APROTOCOL", Optional, Text),
            parm("ADDR", Any, Text),
            parm("ADDRTYPE", Optional, Set(&APP_ADDRTYPES)),
            parm("TO-PROXY", Any, ProxyReference),
            parm("TO-NAPID", Any, NapidReference),
            parm("INIT", Optional, Flag),
        ],
        children: &[("APPADDR", Any), ("APPAUTH", Any), ("RESOURCE", Any)],
        open: false,
        clause: "ProvCont 1.1 (cpclient characteristic.c)",
    },
    CharacteristicDef {
        name: "APPADDR",
        parms: &[
            parm("ADDR", Once, Text),
            parm("ADDRTYPE", Optional, Set(&APP_ADDRTYPES)).or("URI"),
        ],
        children: &[PORTS],
        open: false,
        clause: "ProvCont 1.1 (cpclient characteristic.c)",
    },
    CharacteristicDef {
        name: "APPAUTH",
        parms: &[
            parm("AAUTHLEVEL", Optional, Set(&AAUTHLEVELS)),
            parm("AAUTHTYPE", Optional, Set(&AAUTHTYPES)),
            parm("AAUTHNAME", Optional, Text).is(Identity),
            parm("AAUTHSECRET", Optional, Text).is(Secret),
            parm("AAUTHDATA", Optional, Base64).is(Secret),
        ],
        children: &[],
        open: false,
        clause: "ProvCont 1.1 (cpclient characteristic.c)",
    },
    CharacteristicDef {
        name: "RESOURCE",
        parms: &[
            parm("URI", Once, Text),
            parm("NAME", Optional, Text),
            parm("AACCEPT", Optional, Text),
            parm("AAUTHTYPE", Optional, Set(&AAUTHTYPES)),
            parm("AAUTHNAME", Optional, Text).is(Identity),
            parm("AAUTHSECRET", Optional, Text).is(Secret),
            parm("AAUTHDATA", Optional, Base64).is(Secret),
            parm("STARTPAGE", Optional, Flag),
            parm("SYNCTYPE", Optional, Number(1, 6)),
            parm("CLIURI", Optional, Text),
        ],
        children: &[],
        open: false,
        clause: "ProvCont 1.1 (cpclient characteristic.c)",
    },
    CharacteristicDef {
        name: "ACCESS",
        parms: &[
            // May be empty. The example of ProvCont 1.1 appendix C has an ACCESS without it
            parm("RULE", ExpectedOften, Text),
            parm("APPID", Any, Text),
            parm("PORTNBR", Any, Number(1, 65_535)),
            parm("DOMAIN", Any, Text),
            parm("TO-PROXY", Any, ProxyReference),
            parm("TO-NAPID", Any, NapidReference),
        ],
        children: &[],
        open: false,
        clause: "ProvCont 1.1 (cpclient characteristic.c)",
    },
    CharacteristicDef {
        name: "VENDORCONFIG",
        parms: &[parm("NAME", Once, Text).min(16)],
        children: &[],
        open: true,
        clause: "WAP-183 §5.6.10",
    },
];

/// An application service that APPID names.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// The APPID; compared without regard to case.
    pub appid: &'static str,
    /// What it is.
    pub name: &'static str,
    /// Parms of its APPLICATION beyond the common ones.
    pub parms: &'static [ParmDef],
    /// Parms and characteristics that it needs; `A|B` means one of them, `A/B` means B in an A.
    pub required: &'static [&'static str],
}

/// Parms that Microsoft's w7 APPLICATION CSP adds.
const MICROSOFT: [ParmDef; 9] = [
    parm("BACKCOMPATRETRYDISABLED", Optional, Flag),
    parm("CONNRETRYFREQ", Optional, Number(0, u32::MAX)).or("3"),
    parm("DEFAULTENCODING", Optional, Text),
    parm("INITIALBACKOFFTIME", Optional, Number(0, u32::MAX)).or("16000"),
    parm("MAXBACKOFFTIME", Optional, Number(0, u32::MAX)).or("86400000"),
    parm("PROTOVER", Optional, Text),
    parm("ROLE", Optional, Text),
    parm("USEHWDEVID", Optional, Flag),
    parm("SSLCLIENTCERTSEARCHCRITERIA", Optional, Text),
];

/// The name of services whose parms are not known.
pub(in crate::document::cp) const UNDESCRIBED: &str =
    "a registered service whose parms are not known here";
const TO_ANY: &str = "TO-PROXY|TO-NAPID";
const ANY_ADDR: &str = "ADDR|APPADDR";

/// The services whose parms are known (cpclient `characteristic.c`; Microsoft for w7).
pub static SERVICE_TABLE: [Service; 17] = [
    Service {
        appid: "w2",
        name: "browser",
        parms: &[],
        required: &[],
    },
    Service {
        appid: "w4",
        name: "MMS",
        parms: &MMS,
        required: &["ADDR", TO_ANY],
    },
    Service {
        appid: "ap0005",
        name: "MMS 2",
        parms: &MMS,
        required: &["ADDR", TO_ANY],
    },
    Service {
        appid: "w5",
        name: "OMA Data Synchronization",
        parms: &[],
        required: &[ANY_ADDR, "RESOURCE/AACCEPT"],
    },
    Service {
        appid: "w7",
        name: "OMA Device Management",
        parms: &MICROSOFT,
        required: &[ANY_ADDR],
    },
    Service {
        appid: "25",
        name: "SMTP",
        parms: &[
            parm("FROM", Optional, Text).is(Identity),
            parm("RT-ADDR", Optional, Text).is(Identity),
        ],
        required: &["FROM", "APPADDR/PORT"],
    },
    Service {
        appid: "110",
        name: "POP3",
        parms: &[],
        required: &["APPADDR/PORT"],
    },
    Service {
        appid: "143",
        name: "IMAP4",
        parms: &[],
        required: &["APPADDR/PORT"],
    },
    Service {
        appid: "554",
        name: "RTSP streaming",
        parms: &[
            parm("MAX-BANDWIDTH", Optional, Number(0, u32::MAX)),
            parm("NETINFO", Any, Text),
            parm("MIN-UDP-PORT", Optional, Number(1, 65_535)),
            parm("MAX-UDP-PORT", Optional, Number(1, 65_535)),
        ],
        required: &[],
    },
    Service {
        appid: "wA",
        name: "IMPS",
        parms: &[
            parm("SERVICES", Optional, Text),
            parm("CIDPREFIX", Optional, Text),
        ],
        required: &["AACCEPT"],
    },
    Service {
        appid: "ap0004",
        name: "SUPL",
        parms: &[],
        required: &[],
    },
    Service {
        appid: "w9027",
        name: "Nokia voice mailbox",
        parms: &[],
        required: &[],
    },
    Service {
        appid: "w904C",
        name: "Nokia destination network",
        parms: &[],
        required: &[],
    },
    // No source within reach describes the parms of these four
    Service {
        appid: "w8",
        name: UNDESCRIBED,
        parms: &[],
        required: &[],
    },
    Service {
        appid: "w9",
        name: UNDESCRIBED,
        parms: &[],
        required: &[],
    },
    Service {
        appid: "w9010",
        name: UNDESCRIBED,
        parms: &[],
        required: &[],
    },
    Service {
        appid: "ap2001",
        name: UNDESCRIBED,
        parms: &[],
        required: &[],
    },
];

const MMS: [ParmDef; 5] = [
    parm("CM", Optional, Text),
    parm("RM", Optional, Text),
    parm("MS", Optional, Text),
    parm("PC-ADDR", Optional, Text),
    parm("Ma", Optional, Text),
];

/// The definition of a characteristic type.
#[must_use]
pub fn characteristic(name: &str) -> Option<&'static CharacteristicDef> {
    CHARACTERISTICS.iter().find(|def| def.name == name)
}

/// The definition that a type means whose upper and lower case may be wrong.
#[must_use]
pub fn characteristic_meant(name: &str) -> Option<&'static CharacteristicDef> {
    let mut all = CHARACTERISTICS.iter();
    all.find(|def| def.name.eq_ignore_ascii_case(name))
}

/// The service that an APPID names.
#[must_use]
pub fn service(appid: &str) -> Option<&'static Service> {
    SERVICE_TABLE
        .iter()
        .find(|service| service.appid.eq_ignore_ascii_case(appid))
}

/// The definition of a parm in a characteristic; `appid` matters in APPLICATION only.
#[must_use]
pub fn parm_def(kind: &str, appid: Option<&str>, name: &str) -> Option<&'static ParmDef> {
    let common = characteristic(kind)?
        .parms
        .iter()
        .find(|def| def.name == name);
    common.or_else(|| service(appid?)?.parms.iter().find(|def| def.name == name))
}

/// The definition that a name means whose upper and lower case may be wrong.
#[must_use]
pub fn parm_meant(kind: &str, appid: Option<&str>, name: &str) -> Option<&'static ParmDef> {
    let common = characteristic_meant(kind)?.parms.iter();
    let own = appid.and_then(service).map_or(&[][..], |one| one.parms);
    let mut all = common.chain(own);
    all.find(|def| def.name.eq_ignore_ascii_case(name))
}

/// The value set of a parm, which is the same wherever a parm of that name stands but for
/// ADDRTYPE's address types. Only values of such parms are ever written as tokens.
#[must_use]
pub fn value_set(kind: &str, name: &str) -> Option<&'static ValueSet> {
    match parm_def(kind, None, name)?.kind {
        Kind::Set(set) => Some(set),
        _ => None,
    }
}

/// Who may see the value of a parm, known or not: what is not known to be harmless is not shown.
#[must_use]
pub fn sensitivity(kind: &str, appid: Option<&str>, name: &str) -> Sensitivity {
    if let Some(def) = parm_def(kind, appid, name) {
        return def.sensitivity;
    }
    // Nobody knows what an open or unknown characteristic holds; "" stands for no characteristic
    if !kind.is_empty() && characteristic(kind).is_none_or(|def| def.open) {
        return Sensitivity::Secret;
    }
    if names_secret(name) {
        Sensitivity::Secret
    } else {
        Sensitivity::Public
    }
}
