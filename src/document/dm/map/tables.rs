//! The maps as data.
//!
//! A row says which node a parm becomes. Steps of both paths are parted by `/`. A step of the
//! parm's path that ends with `#` stands for each one there is, any other for the first; the `#` of
//! the node's path are, in the same order, the names `1`, `2` … of the nodes for them.

use super::super::tnds::Format;
use super::ObjectKind;
use crate::document::cp::schema::LEVEL_NAMES;

/// What a parm becomes.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Path of the parm from its characteristic: `APPAUTH#/AAUTHNAME`.
    pub parm: &'static str,
    /// Path of the node from the management object: `AppAuth/#/AAuthName`.
    pub node: &'static str,
    /// Format of the node.
    pub format: Format,
    /// How the value changes.
    pub values: Values,
    /// The value when there is no such parm.
    pub default: Option<&'static str>,
    /// True when the object is incomplete without the node.
    pub required: bool,
    /// Standard and section, or the implementations that it rests on.
    pub clause: &'static str,
}

/// How the value of a parm becomes that of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// As it is.
    Same,
    /// From the left to the right. A value that is not there is written as it is and reported.
    Table(&'static [(&'static str, &'static str)]),
    /// The first of a list separated by commas; a longer list is also kept under Ext.
    First,
    /// The octets that the Base64 text stands for; other text stands for its own.
    Octets,
    /// As it is, unless it is an address of IPv6, for which there is no node.
    Ipv4,
    /// The name of an object of this kind becomes its URI, once for each object of that name.
    Reference(ObjectKind),
}

impl Values {
    /// True when the value must be known to be mapped, so that it cannot come from a parameter of
    /// any text.
    #[must_use]
    pub fn needs_fixed(self) -> bool {
        matches!(self, Self::Table(_) | Self::First)
    }
}

/// A kind of characteristic and what becomes of its parms.
#[derive(Debug, PartialEq, Eq)]
pub struct Map {
    /// The object.
    pub kind: ObjectKind,
    /// The characteristic's type.
    pub characteristic: &'static str,
    /// The rows, in the order in which nodes are written.
    pub rows: &'static [Row],
}

const fn row(parm: &'static str, node: &'static str, clause: &'static str) -> Row {
    Row {
        parm,
        node,
        format: Format::Chr,
        values: Values::Same,
        default: None,
        required: false,
        clause,
    }
}

impl Row {
    const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }
    const fn or(self, default: &'static str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }
    const fn by(self, values: Values) -> Self {
        Self { values, ..self }
    }
    const fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }
}

/// APPAUTH/AAUTHLEVEL to AAuthLevel (DMAcc appendix). w7 has no word for HTTP: the characteristic
/// has no AAUTHLEVEL then.
pub static LEVELS: [(&str, &str); 4] = [
    LEVEL_NAMES[0],
    LEVEL_NAMES[1],
    ("OBEX", "OBEX"),
    ("HTTP", "HTTP"),
];

/// APPADDR/ADDRTYPE to AddrType.
pub static ADDRESS_TYPES: [(&str, &str); 3] = [("URI", "URI"), ("IPV4", "IPv4"), ("IPV6", "IPv6")];

/// BEARER to BearerType. The right-hand names are those of Symbian's connmoadapter; that of circuit
/// switched data is by analogy.
pub static BEARERS: [(&str, &str); 2] = [("GSM-GPRS", "3GPPPS"), ("GSM-CSD", "3GPPCSD")];

/// PORT/SERVICE to ProxyType, by the family of the service; the names are not confirmed.
pub static PROXY_TYPES: [(&str, &str); 16] = [
    ("CL-WSP", "WAP"),
    ("CO-WSP", "WAP"),
    ("CL-SEC-WSP", "WAP"),
    ("CO-SEC-WSP", "WAP"),
    ("CL-SEC-WTA", "WAP"),
    ("CO-SEC-WTA", "WAP"),
    ("OTA-HTTP-TO", "HTTP"),
    ("OTA-HTTP-TLS-TO", "HTTP"),
    ("OTA-HTTP-PO", "HTTP"),
    ("OTA-HTTP-TLS-PO", "HTTP"),
    ("http", "HTTP"),
    ("https", "HTTP"),
    ("HTTP", "HTTP"),
    ("HTTPS", "HTTP"),
    ("ftp", "FTP"),
    ("FTP", "FTP"),
];

const STDOBJ: &str = "OMA DM Standardized Objects 1.2, DMAcc and its appendix";
const CONNMO: &str = "Symbian connmoadapter; from which parm: by meaning, not normative";

/// APPLICATION w7 to DMAcc. An ADDR of the application itself counts as an APPADDR of its own,
/// before the others.
pub static DMACC: Map = Map {
    kind: ObjectKind::DmAcc,
    characteristic: "APPLICATION",
    rows: &[
        row("APPID", "AppID", STDOBJ).by(Values::Table(&[("w7", "w7"), ("W7", "w7")])),
        row("PROVIDER-ID", "ServerID", STDOBJ).required(),
        row("NAME", "Name", STDOBJ),
        row("TO-PROXY", "PrefConRef", STDOBJ).by(Values::Reference(ObjectKind::Proxy)),
        row("TO-NAPID", "PrefConRef", STDOBJ).by(Values::Reference(ObjectKind::Nap)),
        row("TO-PROXY#", "ToConRef/#/ConRef", STDOBJ).by(Values::Reference(ObjectKind::Proxy)),
        row("TO-NAPID#", "ToConRef/#/ConRef", STDOBJ).by(Values::Reference(ObjectKind::Nap)),
        row("APPADDR#/ADDR", "AppAddr/#/Addr", STDOBJ).required(),
        row("APPADDR#/ADDRTYPE", "AppAddr/#/AddrType", STDOBJ)
            .by(Values::Table(&ADDRESS_TYPES))
            .or("URI")
            .required(),
        row("APPADDR#/PORT#/PORTNBR", "AppAddr/#/Port/#/PortNbr", STDOBJ),
        row("APPAUTH#/AAUTHLEVEL", "AppAuth/#/AAuthLevel", STDOBJ)
            .by(Values::Table(&LEVELS))
            .required(),
        row("APPAUTH#/AAUTHTYPE", "AppAuth/#/AAuthType", STDOBJ)
            .by(Values::First)
            .required(),
        row("APPAUTH#/AAUTHNAME", "AppAuth/#/AAuthName", STDOBJ),
        row("APPAUTH#/AAUTHSECRET", "AppAuth/#/AAuthSecret", STDOBJ),
        row("APPAUTH#/AAUTHDATA", "AppAuth/#/AAuthData", STDOBJ)
            .format(Format::Bin)
            .by(Values::Octets),
    ],
};

/// NAPDEF to NAP.
pub static NAP: Map = Map {
    kind: ObjectKind::Nap,
    characteristic: "NAPDEF",
    rows: &[
        row("NAPID", "ID", CONNMO).required(),
        row("NAME", "Name", CONNMO),
        row("NAP-ADDRTYPE", "AddrType", CONNMO),
        row("NAP-ADDRESS", "Addr", CONNMO).required(),
        row("BEARER", "BearerType", CONNMO)
            .by(Values::Table(&BEARERS))
            .required(),
        row("NAPAUTHINFO/AUTHTYPE", "AuthInfo/AuthType", CONNMO),
        row("NAPAUTHINFO/AUTHNAME", "AuthInfo/AuthName", CONNMO),
        row("NAPAUTHINFO/AUTHSECRET", "AuthInfo/AuthSecret", CONNMO),
        row("LOCAL-ADDR", "IP/IPv4/IPAddr", CONNMO).by(Values::Ipv4),
        row("DNS-ADDR#", "IP/IPv4/DNS/Servers/#/Addr", CONNMO).by(Values::Ipv4),
    ],
};

/// PXPHYSICAL to Proxy, one for each. The physical proxy has what its PXLOGICAL says, unless it
/// says so itself; its PORTs follow those of the PXLOGICAL (WAP-183 §5.6.2).
pub static PROXY: Map = Map {
    kind: ObjectKind::Proxy,
    characteristic: "PXPHYSICAL",
    rows: &[
        row("PROXY-ID", "ProxyId", CONNMO).required(),
        row("NAME", "Name", CONNMO),
        row("PXADDR", "Addr", CONNMO).required(),
        row("TO-NAPID#", "ToConRef/#/ConRef", CONNMO).by(Values::Reference(ObjectKind::Nap)),
        row("PORT#/PORTNBR", "Ports/#/PortNbr", CONNMO).format(Format::Int),
        row("PORT/SERVICE", "ProxyType", CONNMO).by(Values::Table(&PROXY_TYPES)),
        row("STARTPAGE", "ProxyParams/WAP/Startpg", CONNMO),
    ],
};

/// All maps.
pub static ALL: [&Map; 3] = [&DMACC, &NAP, &PROXY];

/// The row of a parm in its characteristic, whichever map has it; `None` for what has no row.
#[must_use]
pub fn row_of(characteristic: &str, parm: &str) -> Option<&'static Row> {
    ALL.iter().find_map(|map| {
        map.rows.iter().find(|row| {
            let mut steps = row.parm.rsplit('/').map(|step| step.trim_end_matches('#'));
            steps.next() == Some(parm)
                && steps.next().unwrap_or(map.characteristic) == characteristic
        })
    })
}
