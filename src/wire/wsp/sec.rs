//! The SEC parameter.

use std::fmt;
use std::str::FromStr;

/// How a bootstrap document is secured (WAP-183 §5.3, WAP-184 §6.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sec {
    /// 0: the key is a secret of the network; over GSM the IMSI (WAP-184 §7.1).
    NetwPin,
    /// 1: the key is a PIN that the user types.
    UserPin,
    /// 2: the key is the network's secret with the PIN after it.
    UserNetwPin,
    /// 3: no MAC travels; the user types a code that holds a PIN and digits of the MAC.
    UserPinMac,
}

/// The name of a security method is none of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such security method; expected netwpin, userpin, usernetwpin or userpinmac")]
pub struct UnknownSec;

impl Sec {
    /// All four, by number.
    pub const ALL: [Self; 4] = [
        Self::NetwPin,
        Self::UserPin,
        Self::UserNetwPin,
        Self::UserPinMac,
    ];

    /// The number that is sent.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::NetwPin => 0,
            Self::UserPin => 1,
            Self::UserNetwPin => 2,
            Self::UserPinMac => 3,
        }
    }

    /// The method of a number.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.get(usize::try_from(code).ok()?).copied()
    }

    /// The method of a text: the number, the name, or the DM profile's name of it; any case.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let names = Self::ALL.map(|sec| (sec.name(), sec));
        names
            .into_iter()
            .chain(Self::ALL.map(|sec| (sec.dm_name(), sec)))
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|(_, sec)| sec)
            .or_else(|| match text.as_bytes() {
                [digit @ b'0'..=b'3'] => Self::from_code((digit - b'0').into()),
                _ => None,
            })
    }

    /// The name in the standard.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NetwPin => "NETWPIN",
            Self::UserPin => "USERPIN",
            Self::UserNetwPin => "USERNETWPIN",
            Self::UserPinMac => "USERPINMAC",
        }
    }

    /// The name in the DM profile, which has no USERPINMAC (OMA DM 1.2 Security §5.1.7.2). Numbers are
    /// for WSP; in MIME text these names stand.
    #[must_use]
    pub fn dm_name(self) -> &'static str {
        match self {
            Self::NetwPin => "NETWORKID",
            Self::UserNetwPin => "USERPIN_NETWORKID",
            Self::UserPin | Self::UserPinMac => self.name(),
        }
    }

    /// The name in lower case, as arguments and files spell it: `netwpin`.
    #[must_use]
    pub fn lower_name(self) -> &'static str {
        match self {
            Self::NetwPin => "netwpin",
            Self::UserPin => "userpin",
            Self::UserNetwPin => "usernetwpin",
            Self::UserPinMac => "userpinmac",
        }
    }

    /// Whether the parameter MAC travels with it. With USERPINMAC it must not (WAP-184 §6.2.1).
    #[must_use]
    pub fn carries_mac(self) -> bool {
        self != Self::UserPinMac
    }
}

impl fmt::Display for Sec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Sec {
    type Err = UnknownSec;

    /// Reads a name in any case, a number, or the DM profile's name.
    fn from_str(name: &str) -> Result<Self, UnknownSec> {
        Self::from_text(name).ok_or(UnknownSec)
    }
}
