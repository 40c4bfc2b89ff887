//! SEC methods, keys and MACs of OMA Client Provisioning (WAP-184 §6.2.1, §7).
//!
//! The MAC is HMAC-SHA1 over the WBXML octets exactly as they travel. What the key is made of is the
//! security method, SEC; a receiver knows the same [`Facts`] and computes the same MAC.

use super::hashes::HmacSha1;
use super::imsi::{Imsi, Packed};
use crate::bytes::ascii::are_digits;
use crate::bytes::from_hex;
use crate::secret::Secret;
use std::fmt;
use subtle::ConstantTimeEq;

/// Octets of a MAC.
pub const MAC_OCTETS: usize = 20;
/// The most digits of a user PIN taken here. The standard sets no limit; USERPINMAC does, since it
/// needs an octet of the MAC for each digit.
pub const MAX_PIN_DIGITS: usize = 20;
/// The fewest digits of the PIN inside a USERPINMAC code (WAP-184 §6.2.1: L is bigger than 4).
pub const MIN_CODE_PIN_DIGITS: usize = 5;

pub use crate::wire::wsp::{Sec, UnknownSec};

/// A user PIN: 1 to [`MAX_PIN_DIGITS`] decimal digits, usually 4 (WAP-184 §6.2.1).
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(Secret);

/// Why a text is no PIN, or no code of USERPINMAC. The digits are not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Something other than a digit in a PIN or a code.
    #[error("octet {at} is not a decimal digit; a PIN is decimal digits and nothing else")]
    NotADigit {
        /// Offset of the first octet that is no digit, from 0.
        at: usize,
    },
    /// The PIN is empty or longer than [`MAX_PIN_DIGITS`].
    #[error("the PIN has {found} digits, expected 1 to {MAX_PIN_DIGITS}")]
    Length {
        /// How many digits there are.
        found: usize,
    },
    /// The PIN is too short to make a USERPINMAC code of.
    #[error(
        "the PIN has {found} digits; USERPINMAC needs {MIN_CODE_PIN_DIGITS} to {MAX_PIN_DIGITS}"
    )]
    TooShortForCode {
        /// How many digits there are.
        found: usize,
    },
    /// A code has an odd number of digits, fewer than 10, or more than 40.
    #[error("the code has {found} digits, expected an even number from 10 to 40")]
    CodeLength {
        /// How many digits there are.
        found: usize,
    },
}

impl PinError {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::NotADigit { .. } => "pin-not-a-digit",
            Self::Length { .. } => "pin-length",
            Self::TooShortForCode { .. } => "pin-too-short-for-code",
            Self::CodeLength { .. } => "pin-code-length",
        }
    }
}

fn decimal(text: &str) -> Result<&str, PinError> {
    if are_digits(text.as_bytes()) {
        return Ok(text);
    }
    let strange = text.bytes().position(|octet| !octet.is_ascii_digit());
    strange.map_or(Ok(text), |at| Err(PinError::NotADigit { at }))
}

impl Pin {
    /// Reads the digits, nothing between or around them.
    ///
    /// # Errors
    /// [`PinError::NotADigit`], [`PinError::Length`].
    pub fn parse(text: &str) -> Result<Self, PinError> {
        Self::check(text)?;
        Ok(Self(Secret::from(text)))
    }

    /// The same, leaving the digits where they are.
    pub(crate) fn check(text: &str) -> Result<&[u8], PinError> {
        let digits = decimal(text)?;
        if digits.is_empty() || digits.len() > MAX_PIN_DIGITS {
            return Err(PinError::Length {
                found: digits.len(),
            });
        }
        Ok(digits.as_bytes())
    }

    /// The digits in ASCII: the key of USERPIN.
    #[must_use]
    pub fn digits(&self) -> &[u8] {
        self.0.expose()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// What the user types for USERPINMAC: a PIN of n digits, then a digit for each of the first n
/// octets of the MAC that the PIN gives (WAP-184 §6.2.1). n is 5 to 20, so 10 to 40 digits.
///
/// There is no check digit beside these.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Secret);

impl Code {
    /// The code that authenticates `body`, from a random PIN of at least 5 digits.
    ///
    /// # Errors
    /// [`PinError::TooShortForCode`].
    pub fn new(pin: &Pin, body: &[u8]) -> Result<Self, PinError> {
        let digits = pin.digits();
        if digits.len() < MIN_CODE_PIN_DIGITS {
            return Err(PinError::TooShortForCode {
                found: digits.len(),
            });
        }
        let mut code = Vec::with_capacity(2 * digits.len());
        code.extend_from_slice(digits);
        code.extend(mac_digits(
            &HmacSha1::new(&[digits]).mac(body),
            digits.len(),
        ));
        Ok(Self(Secret::new(code)))
    }

    /// Reads what a user typed, digits only.
    ///
    /// # Errors
    /// [`PinError::NotADigit`], [`PinError::CodeLength`].
    pub fn parse(text: &str) -> Result<Self, PinError> {
        let digits = decimal(text)?;
        let shortest = 2 * MIN_CODE_PIN_DIGITS;
        if digits.len() % 2 == 1 || !(shortest..=2 * MAX_PIN_DIGITS).contains(&digits.len()) {
            return Err(PinError::CodeLength {
                found: digits.len(),
            });
        }
        Ok(Self(Secret::from(digits)))
    }

    /// All digits in ASCII.
    #[must_use]
    pub fn digits(&self) -> &[u8] {
        self.0.expose()
    }

    /// The two halves: the PIN, which is the key, and the digits of the MAC.
    #[must_use]
    pub fn halves(&self) -> (&[u8], &[u8]) {
        self.digits().split_at(self.digits().len() / 2)
    }

    /// Whether this code authenticates `body`.
    #[must_use]
    pub fn matches(&self, body: &[u8]) -> bool {
        let (key, digits) = self.halves();
        let mac = HmacSha1::new(&[key]).mac(body);
        mac_digits(&mac, digits.len()).ct_eq(digits).into()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// m(i) = M(i) mod 10 + 48 (WAP-184 §6.2.1).
pub(super) fn mac_digits(mac: &[u8], count: usize) -> Vec<u8> {
    mac.iter()
        .take(count)
        .map(|octet| octet % 10 + b'0')
        .collect()
}

/// The secret that network and device share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkSecret {
    /// GSM and its successors: the IMSI (WAP-184 §7.1).
    Imsi(Imsi),
    /// Any other network: the octets that go into the key as they are.
    ///
    /// WAP-184 names the 64-bit SSD_S and then the 32-bit ESN for TDMA (§7.2.1, 12 octets), the
    /// 32-bit ESN and then the 24-bit SPC for CDMA (§7.3.1, 7 octets). How six SPC digits become 24
    /// bits it does not say, so nothing is assembled here.
    Octets(Secret),
}

/// What is known about a device and its user: what keys are made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The network's secret, for NETWPIN and USERNETWPIN.
    pub network: Option<NetworkSecret>,
    /// The user's PIN, for USERPIN and USERNETWPIN.
    pub pin: Option<Pin>,
    /// The code the user got, for USERPINMAC.
    pub code: Option<Code>,
}

/// A fact that a security method needs and that was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MissingFact {
    /// The IMSI, or the network's secret as octets.
    #[error("the IMSI is missing (outside GSM: the network's secret as octets)")]
    Imsi,
    /// The user's PIN.
    #[error("the user PIN is missing")]
    Pin,
    /// The code of USERPINMAC.
    #[error("the code that the user got is missing")]
    Code,
}

impl MissingFact {
    /// The name of the fact: `IMSI`, `user PIN`, `code`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Imsi => "IMSI",
            Self::Pin => "user PIN",
            Self::Code => "code",
        }
    }

    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Imsi => "cp-imsi-missing",
            Self::Pin => "cp-pin-missing",
            Self::Code => "cp-code-missing",
        }
    }
}

/// How the facts become the key: the standard's way, or that of a receiver known to differ.
///
/// The other forms exist to build for such receivers. [`verify`](super::verify::verify) takes the
/// standard form only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyForm {
    /// As WAP-184 §6.2.1 and §7 say.
    #[default]
    Standard,
    /// The IMSI as ASCII digits in place of its semi-octets: Funambol DM server
    /// (`imsiInSemiOctet=false`).
    ImsiAscii,
    /// The filler after an even number of IMSI digits is 0, not F: gecko, `CpPduHelper.jsm`.
    ImsiZeroFiller,
    /// An IMSI with an even number of digits is taken for odd, 9 in front, the last digit dropped:
    /// Spreadtrum, `OtaPreParser.processImsi`.
    ImsiDigitDropped,
    /// USERNETWPIN: the PIN, a colon, the network's secret (OMA DM 1.2 Security §5.7.2), which
    /// NetComm's client uses on CP documents.
    PinColonSecret,
}

impl KeyForm {
    /// All of them, the standard first.
    pub const ALL: [Self; 5] = [
        Self::Standard,
        Self::ImsiAscii,
        Self::ImsiZeroFiller,
        Self::ImsiDigitDropped,
        Self::PinColonSecret,
    ];

    /// The name in arguments and files: `imsi-ascii`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::ImsiAscii => "imsi-ascii",
            Self::ImsiZeroFiller => "imsi-zero-filler",
            Self::ImsiDigitDropped => "imsi-digit-dropped",
            Self::PinColonSecret => "pin-colon-secret",
        }
    }

    /// The form with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// True when the form changes the key of this method.
    #[must_use]
    pub fn applies_to(self, sec: Sec) -> bool {
        match self {
            Self::Standard => true,
            Self::ImsiAscii | Self::ImsiZeroFiller | Self::ImsiDigitDropped => {
                matches!(sec, Sec::NetwPin | Sec::UserNetwPin)
            }
            Self::PinColonSecret => sec == Sec::UserNetwPin,
        }
    }
}

/// Whose rules a message is signed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scheme {
    /// Client Provisioning (WAP-184 §6.2.1).
    #[default]
    Cp,
    /// The DM profile of bootstrap (OMA DM 1.2 Security §5.7.2): NETWORKID and USERPIN are
    /// NETWPIN and USERPIN, USERPIN_NETWORKID has the PIN first and a colon after it, and nothing
    /// is like USERPINMAC.
    Dm,
}

impl Scheme {
    /// The form of the key that its text asks for.
    #[must_use]
    pub fn key_form(self) -> KeyForm {
        match self {
            Self::Cp => KeyForm::Standard,
            Self::Dm => KeyForm::PinColonSecret,
        }
    }

    /// True when it has this method.
    #[must_use]
    pub fn has(self, sec: Sec) -> bool {
        self == Self::Cp || sec != Sec::UserPinMac
    }

    /// Its name of a method.
    #[must_use]
    pub fn name_of(self, sec: Sec) -> &'static str {
        match self {
            Self::Dm => sec.dm_name(),
            Self::Cp => sec.name(),
        }
    }

    /// The same in lower case, as machines read it: `userpin_networkid`.
    #[must_use]
    pub fn lower_name_of(self, sec: Sec) -> &'static str {
        match (self, sec) {
            (Self::Dm, Sec::NetwPin) => "networkid",
            (Self::Dm, Sec::UserNetwPin) => "userpin_networkid",
            _ => sec.lower_name(),
        }
    }
}

/// A key of HMAC-SHA1. Not printed, zeroized on drop.
#[derive(Debug, Clone)]
pub struct MacKey(Secret);

impl MacKey {
    /// The key of `sec` from the facts.
    ///
    /// | SEC | key |
    /// |---|---|
    /// | NETWPIN | the IMSI's [semi-octets](Imsi::semi_octets), or the network's secret |
    /// | USERPIN | the PIN's ASCII digits |
    /// | USERNETWPIN | both, the network's first, nothing between; [`KeyForm::PinColonSecret`] says otherwise |
    /// | USERPINMAC | the first half of the code; without a code, the PIN |
    ///
    /// # Errors
    /// [`MissingFact`]: the network's secret is asked for before the PIN.
    pub fn new(sec: Sec, facts: &Facts, form: KeyForm) -> Result<Self, MissingFact> {
        let join = |pieces: &[&[u8]]| Self(Secret::new(pieces.concat()));
        facts.known().key(sec, form, join)
    }

    /// The octets of the key, for a construction that is not the standard's.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// The MAC of `body`.
    #[must_use]
    pub fn mac(&self, body: &[u8]) -> [u8; MAC_OCTETS] {
        HmacSha1::new(&[self.expose()]).mac(body)
    }

    /// Whether `mac` is the MAC of `body`, in constant time.
    #[must_use]
    pub fn matches(&self, body: &[u8], mac: &[u8; MAC_OCTETS]) -> bool {
        HmacSha1::new(&[self.expose()]).matches(body, mac)
    }
}

/// [`Facts`] that stay where they are.
#[derive(Clone, Copy, Default)]
pub(crate) struct Known<'a> {
    pub network: Option<KnownNetwork<'a>>,
    /// The digits of a PIN.
    pub pin: Option<&'a [u8]>,
    /// The digits of a code.
    pub code: Option<&'a [u8]>,
}

/// [`NetworkSecret`] that stays where it is.
#[derive(Clone, Copy)]
pub(crate) enum KnownNetwork<'a> {
    /// The digits of an IMSI.
    Imsi(&'a [u8]),
    Octets(&'a [u8]),
}

impl Facts {
    fn known(&self) -> Known<'_> {
        let network = self.network.as_ref().map(|network| match network {
            NetworkSecret::Imsi(imsi) => KnownNetwork::Imsi(imsi.digits()),
            NetworkSecret::Octets(octets) => KnownNetwork::Octets(octets.expose()),
        });
        Known {
            network,
            pin: self.pin.as_ref().map(Pin::digits),
            code: self.code.as_ref().map(Code::digits),
        }
    }

    /// Whether `mac` is the MAC of `body`, in constant time, without a copy of the key.
    pub(super) fn vouch(
        &self,
        sec: Sec,
        form: KeyForm,
        body: &[u8],
        mac: &[u8; MAC_OCTETS],
    ) -> Result<bool, MissingFact> {
        let matches = |pieces: &[&[u8]]| HmacSha1::new(pieces).matches(body, mac);
        self.known().key(sec, form, matches)
    }
}

impl Known<'_> {
    /// The MAC of `body`, as [`mac`] makes it.
    pub fn mac(
        &self,
        sec: Sec,
        form: KeyForm,
        body: &[u8],
    ) -> Result<[u8; MAC_OCTETS], MissingFact> {
        self.key(sec, form, |pieces| HmacSha1::new(pieces).mac(body))
    }

    /// Hands out the pieces that make the key when they are joined: see [`MacKey::new`].
    fn key<T>(
        &self,
        sec: Sec,
        form: KeyForm,
        take: impl FnOnce(&[&[u8]]) -> T,
    ) -> Result<T, MissingFact> {
        let packed = match self.network {
            Some(KnownNetwork::Imsi(digits)) => packed(digits, form),
            _ => None,
        };
        let network = || match (self.network, &packed) {
            (Some(_), Some(packed)) => Ok(packed.as_slice()),
            (Some(KnownNetwork::Imsi(octets) | KnownNetwork::Octets(octets)), None) => Ok(octets),
            (None, _) => Err(MissingFact::Imsi),
        };
        let pin = || self.pin.ok_or(MissingFact::Pin);
        Ok(match sec {
            Sec::NetwPin => take(&[network()?]),
            Sec::UserPin => take(&[pin()?]),
            Sec::UserNetwPin => {
                let network = network()?;
                if form == KeyForm::PinColonSecret {
                    take(&[pin()?, b":", network])
                } else {
                    take(&[network, pin()?])
                }
            }
            Sec::UserPinMac => match self.code {
                Some(code) => take(&[&code[..code.len() / 2]]),
                None => take(&[pin().map_err(|_| MissingFact::Code)?]),
            },
        })
    }
}

/// An IMSI as it goes into the key; `None`: as it stands.
fn packed(digits: &[u8], form: KeyForm) -> Option<Packed> {
    let even = digits.len().is_multiple_of(2);
    Some(match form {
        KeyForm::ImsiAscii => return None,
        KeyForm::ImsiZeroFiller if even => Packed::new(1, digits, 0),
        KeyForm::ImsiDigitDropped if even => Packed::new(9, &digits[..digits.len() - 1], 0xF),
        _ => Packed::semi_octets(digits),
    })
}

/// The MAC of `body` (see [`MacKey::new`] for the key). For USERPINMAC it is the M that the
/// [`Code`] is made of: it must not be sent.
///
/// # Errors
/// [`MissingFact`].
pub fn mac(
    sec: Sec,
    facts: &Facts,
    form: KeyForm,
    body: &[u8],
) -> Result<[u8; MAC_OCTETS], MissingFact> {
    Ok(MacKey::new(sec, facts, form)?.mac(body))
}

/// The MAC as it is sent: 40 upper-case hex digits in ASCII (WAP-183 §5.3), no quote before them.
#[must_use]
pub fn mac_hex(mac: &[u8; MAC_OCTETS]) -> [u8; 2 * MAC_OCTETS] {
    let mut text = [0; 2 * MAC_OCTETS];
    let words = mac.as_chunks::<4>().0;
    for (digits, word) in text.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        // Eight digits at once: each half octet gets an octet of its own
        let mut all = u64::from(u32::from_be_bytes(*word));
        all = (all | all << 16) & 0x0000_FFFF_0000_FFFF;
        all = (all | all << 8) & 0x00FF_00FF_00FF_00FF;
        all = (all | all << 4) & 0x0F0F_0F0F_0F0F_0F0F;
        let letters = (all + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
        let letter = u64::from(b'A' - b'9' - 1);
        *digits = (all + 0x3030_3030_3030_3030 + letters * letter).to_be_bytes();
    }
    text
}

/// Why the text of a MAC is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MacTextError {
    /// Not 40 characters.
    #[error("the MAC has {found} characters, expected 40 hex digits")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// Something other than a hex digit.
    #[error("character {at} of the MAC is not a hex digit; expected 40 hex digits")]
    NotHex {
        /// Offset of the first octet that is no hex digit, from 0.
        at: usize,
    },
}

impl MacTextError {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Length { .. } => "cp-mac-length",
            Self::NotHex { .. } => "cp-mac-not-hex",
        }
    }
}

/// Reads the MAC as it was received: 40 hex digits in either case, the value of the parameter
/// without a leading WSP quote.
///
/// # Errors
/// [`MacTextError`]. A message whose MAC cannot be read is not one without MAC: refuse it.
pub fn parse_mac(text: &[u8]) -> Result<[u8; MAC_OCTETS], MacTextError> {
    if let Some(at) = text.iter().position(|octet| !octet.is_ascii_hexdigit()) {
        return Err(MacTextError::NotHex { at });
    }
    from_hex(text)
        .and_then(|octets| octets.try_into().ok())
        .ok_or(MacTextError::Length { found: text.len() })
}

#[cfg(test)]
mod tests;
