//! Verification: the only way from octets that arrived to a document that may be believed.

use super::cp_mac::{Facts, MAC_OCTETS, MissingFact, Scheme, Sec};
use crate::bytes::Hex;
use std::fmt;

/// A bootstrap message as it arrived.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The WBXML octets, exactly those that followed the headers.
    pub body: &'a [u8],
    /// The parameter SEC, if there was one.
    pub sec: Option<Sec>,
    /// The parameter MAC, if there was one. One that could not be read must be refused before.
    pub mac: Option<[u8; MAC_OCTETS]>,
}

impl fmt::Debug for Message<'_> {
    // The body may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("octets", &self.body.len())
            .field("sec", &self.sec)
            .field("mac", &self.mac.as_ref().map(|mac| Hex(mac)))
            .finish()
    }
}

/// What vouches for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// Nothing: the message has neither SEC nor MAC.
    Unsigned,
    /// The sender knows the network's secret (NETWPIN).
    NetworkKey,
    /// The sender and the user share a PIN (USERPIN).
    UserPin,
    /// Both of these (USERNETWPIN).
    Both,
    /// The user got a code for this very document (USERPINMAC).
    Code,
}

impl Assurance {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Unsigned,
        Self::NetworkKey,
        Self::UserPin,
        Self::Both,
        Self::Code,
    ];

    /// Its name: `unsigned`, `network-key`, `user-pin`, `both`, `code`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::NetworkKey => "network-key",
            Self::UserPin => "user-pin",
            Self::Both => "both",
            Self::Code => "code",
        }
    }

    /// What it proves, as the end of a sentence.
    #[must_use]
    pub fn proves(self) -> &'static str {
        match self {
            Self::Unsigned => "nothing",
            Self::NetworkKey => "whoever made it knows the network key (for GSM: the IMSI)",
            Self::UserPin => "whoever made it knows the PIN",
            Self::Both => "whoever made it knows the network key and the PIN",
            Self::Code => "the code belongs to this document",
        }
    }
}

impl fmt::Display for Assurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Octets with what vouches for them. Only [`verify`] makes one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Verified<'a> {
    body: &'a [u8],
    assurance: Assurance,
}

impl<'a> Verified<'a> {
    /// The octets that were verified.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// What vouches for them; it may be nothing.
    #[must_use]
    pub fn assurance(&self) -> Assurance {
        self.assurance
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("octets", &self.body.len())
            .field("assurance", &self.assurance)
            .finish()
    }
}

/// Why a message is not what it claims to be, or why that cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    /// The MAC, or the user's code, does not belong to this body and these facts.
    #[error(
        "the {} does not match: another key was used, or the document was changed",
        if .sec.carries_mac() { "MAC" } else { "code" }
    )]
    Mismatch {
        /// The method the message claims.
        sec: Sec,
    },
    /// The method needs a fact that was not given.
    #[error("{fact}; {} needs it", .scheme.name_of(*.sec))]
    MissingFact {
        /// What was not given.
        fact: MissingFact,
        /// The method the message claims.
        sec: Sec,
        /// Whose name the method goes by.
        scheme: Scheme,
    },
    /// SEC says that a MAC follows, and none does.
    #[error(
        "SEC is {}, which needs a MAC, and there is none; the sender must add the MAC",
        .scheme.name_of(*.sec)
    )]
    NoMac {
        /// The method the message claims.
        sec: Sec,
        /// Whose name the method goes by.
        scheme: Scheme,
    },
    /// There is a MAC, but no SEC to say what its key is (WAP-183 §5.3).
    #[error("there is a MAC and no SEC to tell its key; the sender must add SEC before the MAC")]
    NoSec,
    /// A method that the DM profile of bootstrap does not have.
    #[error(
        "SEC is {sec}, which a DM message cannot have; the sender must use NETWORKID, USERPIN or \
         USERPIN_NETWORKID"
    )]
    NotInDm {
        /// The method the message claims.
        sec: Sec,
    },
}

impl NotAuthentic {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Mismatch { .. } => "cp-mac-mismatch",
            Self::MissingFact { fact, .. } => fact.rule(),
            Self::NoMac { .. } => "cp-mac-missing",
            Self::NoSec => "cp-sec-missing",
            Self::NotInDm { .. } => "dm-sec",
        }
    }
}

/// Verifies the octets of a Client Provisioning message, with the key of [`Scheme::Cp`].
///
/// A message with neither SEC nor MAC is verified as [`Assurance::Unsigned`]: whether that is enough
/// is a policy's decision. A MAC beside USERPINMAC, where none belongs, is not looked at: the
/// user's code decides.
///
/// # Errors
/// [`NotAuthentic`].
pub fn verify<'a>(message: Message<'a>, facts: &Facts) -> Result<Verified<'a>, NotAuthentic> {
    verify_by(Scheme::Cp, message, facts)
}

/// Verifies the octets of a DM message: the same, with the key of [`Scheme::Dm`].
///
/// # Errors
/// [`NotAuthentic`], [`NotAuthentic::NotInDm`] among them.
pub fn verify_dm<'a>(message: Message<'a>, facts: &Facts) -> Result<Verified<'a>, NotAuthentic> {
    verify_by(Scheme::Dm, message, facts)
}

fn verify_by<'a>(
    scheme: Scheme,
    message: Message<'a>,
    facts: &Facts,
) -> Result<Verified<'a>, NotAuthentic> {
    let Message { body, sec, mac } = message;
    let Some(sec) = sec else {
        return match mac {
            Some(_) => Err(NotAuthentic::NoSec),
            None => Ok(Verified {
                body,
                assurance: Assurance::Unsigned,
            }),
        };
    };
    if !scheme.has(sec) {
        return Err(NotAuthentic::NotInDm { sec });
    }
    let matches = if sec.carries_mac() {
        let mac = mac.ok_or(NotAuthentic::NoMac { sec, scheme })?;
        facts.vouch(sec, scheme.key_form(), body, &mac)
    } else {
        let code = facts.code.as_ref().ok_or(MissingFact::Code);
        code.map(|code| code.matches(body))
    };
    if !matches.map_err(|fact| NotAuthentic::MissingFact { fact, sec, scheme })? {
        return Err(NotAuthentic::Mismatch { sec });
    }
    let assurance = match sec {
        Sec::NetwPin => Assurance::NetworkKey,
        Sec::UserPin => Assurance::UserPin,
        Sec::UserNetwPin => Assurance::Both,
        Sec::UserPinMac => Assurance::Code,
    };
    Ok(Verified { body, assurance })
}

#[cfg(test)]
mod tests {
    use super::super::cp_mac::{Code, KeyForm, NetworkSecret, Pin, mac};
    use super::super::imsi::Imsi;
    use super::*;
    use proptest::prelude::*;

    fn facts(imsi: &str, pin: &str, body: &[u8]) -> Facts {
        let pin = Pin::parse(pin).unwrap();
        Facts {
            network: Some(NetworkSecret::Imsi(Imsi::parse(imsi).unwrap())),
            code: Some(Code::new(&pin, body).unwrap()),
            pin: Some(pin),
        }
    }

    fn signed<'a>(sec: Sec, facts: &Facts, body: &'a [u8]) -> Message<'a> {
        let mac = sec
            .carries_mac()
            .then(|| mac(sec, facts, KeyForm::Standard, body).unwrap());
        Message {
            body,
            sec: Some(sec),
            mac,
        }
    }

    proptest! {
        #[test]
        fn what_was_signed_verifies_and_nothing_else(
            imsi in "[0-9]{6,15}",
            pin in "[0-9]{5,20}",
            body in proptest::collection::vec(any::<u8>(), 1..200),
            bit in any::<prop::sample::Index>(),
        ) {
            let facts = facts(&imsi, &pin, &body);
            let assurances =
                [Assurance::NetworkKey, Assurance::UserPin, Assurance::Both, Assurance::Code];
            for (sec, assurance) in Sec::ALL.into_iter().zip(assurances) {
                let message = signed(sec, &facts, &body);
                let verified = verify(message, &facts).unwrap();
                prop_assert_eq!((verified.body(), verified.assurance()), (&body[..], assurance));

                let Some(right) = message.mac else { continue };
                let mismatch = Err(NotAuthentic::Mismatch { sec });
                let mut changed = body.clone();
                let at = bit.index(8 * body.len());
                changed[at / 8] ^= 1 << (at % 8);
                prop_assert_eq!(verify(Message { body: &changed, ..message }, &facts), mismatch);

                let mut wrong = right;
                let at = bit.index(8 * MAC_OCTETS);
                wrong[at / 8] ^= 1 << (at % 8);
                prop_assert_eq!(verify(Message { mac: Some(wrong), ..message }, &facts), mismatch);
            }
        }
    }

    #[test]
    fn a_code_for_another_body_or_with_another_digit_fails() {
        let facts = facts("123456789012345", "12345678901234567890", b"one");
        let message = Message {
            body: b"one",
            sec: Some(Sec::UserPinMac),
            mac: None,
        };
        assert_eq!(
            verify(message, &facts).unwrap().assurance(),
            Assurance::Code
        );
        let mismatch = Err(NotAuthentic::Mismatch {
            sec: Sec::UserPinMac,
        });
        assert_eq!(
            verify(
                Message {
                    body: b"two",
                    ..message
                },
                &facts
            ),
            mismatch
        );

        let digits = facts.code.unwrap().digits().to_vec();
        for at in 0..digits.len() {
            let mut digits = digits.clone();
            digits[at] = (digits[at] - b'0' + 1) % 10 + b'0';
            let code = Code::parse(std::str::from_utf8(&digits).unwrap()).ok();
            let facts = Facts {
                code,
                ..Facts::default()
            };
            assert_eq!(verify(message, &facts), mismatch, "digit {at}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let none = Facts::default();
        let message = |sec, mac| Message {
            body: b"body",
            sec,
            mac,
        };
        let assurance = verify(message(None, None), &none).map(|verified| verified.assurance());
        assert_eq!(assurance, Ok(Assurance::Unsigned));
        let refused = |sec, mac| verify(message(sec, mac), &none).unwrap_err();
        let mac = Some([0; MAC_OCTETS]);
        let lacks = |fact, sec| NotAuthentic::MissingFact {
            fact,
            sec,
            scheme: Scheme::Cp,
        };
        for (sec, mac, error, rule) in [
            (None, mac, NotAuthentic::NoSec, "cp-sec-missing"),
            (
                Some(Sec::UserPin),
                None,
                NotAuthentic::NoMac {
                    sec: Sec::UserPin,
                    scheme: Scheme::Cp,
                },
                "cp-mac-missing",
            ),
            (
                Some(Sec::NetwPin),
                mac,
                lacks(MissingFact::Imsi, Sec::NetwPin),
                "cp-imsi-missing",
            ),
            (
                Some(Sec::UserNetwPin),
                mac,
                lacks(MissingFact::Imsi, Sec::UserNetwPin),
                "cp-imsi-missing",
            ),
            (
                Some(Sec::UserPin),
                mac,
                lacks(MissingFact::Pin, Sec::UserPin),
                "cp-pin-missing",
            ),
            (
                Some(Sec::UserPinMac),
                mac,
                lacks(MissingFact::Code, Sec::UserPinMac),
                "cp-code-missing",
            ),
        ] {
            assert_eq!(refused(sec, mac), error);
            assert_eq!(error.rule(), rule);
        }
    }

    #[test]
    fn a_pin_alone_is_no_code() {
        // A user's PIN would verify every body, were it taken in place of the code.
        let facts = Facts {
            pin: Pin::parse("12345").ok(),
            ..Facts::default()
        };
        let message = Message {
            body: b"body",
            sec: Some(Sec::UserPinMac),
            mac: None,
        };
        let lacks = NotAuthentic::MissingFact {
            fact: MissingFact::Code,
            sec: Sec::UserPinMac,
            scheme: Scheme::Cp,
        };
        assert_eq!(verify(message, &facts), Err(lacks));
    }

    #[test]
    fn methods_go_by_the_names_of_their_profile() {
        let message = |sec, mac| Message {
            body: b"body",
            sec: Some(sec),
            mac,
        };
        let mac = Some([0; MAC_OCTETS]);
        for (sec, cp, dm) in [
            (Sec::NetwPin, "NETWPIN", "NETWORKID"),
            (Sec::UserPin, "USERPIN", "USERPIN"),
            (Sec::UserNetwPin, "USERNETWPIN", "USERPIN_NETWORKID"),
        ] {
            let none = Facts::default();
            for (mac, before, after) in [
                (None, "SEC is ", ", which needs a MAC"),
                (mac, "; ", " needs it"),
            ] {
                let by_cp = verify(message(sec, mac), &none).unwrap_err().to_string();
                assert!(by_cp.contains(&format!("{before}{cp}{after}")), "{by_cp}");
                let by_dm = verify_dm(message(sec, mac), &none).unwrap_err().to_string();
                assert!(by_dm.contains(&format!("{before}{dm}{after}")), "{by_dm}");
            }
        }
    }

    /// The key of USERPIN_NETWORKID is another one than that of USERNETWPIN, and neither passes for
    /// the other.
    #[test]
    fn the_dm_profile_has_its_own_key() {
        let facts = facts("123456789012345", "12345", b"body");
        let message = |sec, form| Message {
            body: b"body",
            sec: Some(sec),
            mac: mac(sec, &facts, form, b"body").ok(),
        };
        let both = Sec::UserNetwPin;
        let mismatch = Err(NotAuthentic::Mismatch { sec: both });
        let dm = message(both, KeyForm::PinColonSecret);
        assert_eq!(verify_dm(dm, &facts).unwrap().assurance(), Assurance::Both);
        assert_eq!(verify(dm, &facts), mismatch);
        let cp = message(both, KeyForm::Standard);
        assert_eq!(verify_dm(cp, &facts), mismatch);
        for sec in [Sec::NetwPin, Sec::UserPin] {
            assert!(verify_dm(message(sec, KeyForm::Standard), &facts).is_ok());
        }
        let sec = Sec::UserPinMac;
        let refused = verify_dm(message(sec, KeyForm::Standard), &facts).unwrap_err();
        assert_eq!(refused, NotAuthentic::NotInDm { sec });
        assert_eq!(refused.rule(), "dm-sec");
        let unsigned = Message {
            body: b"",
            sec: None,
            mac: None,
        };
        assert_eq!(
            verify_dm(unsigned, &facts).unwrap().assurance(),
            Assurance::Unsigned
        );
    }

    #[test]
    fn debug_shows_no_content() {
        let message = Message {
            body: b"s3cret",
            sec: None,
            mac: None,
        };
        let verified = verify(message, &Facts::default()).unwrap();
        let shown = format!(
            "{message:?} {verified:?} {:?}",
            facts("123456789012345", "77777", b"")
        );
        assert!(
            shown.starts_with(
                "Message { octets: 6, sec: None, mac: None } \
                 Verified { octets: 6, assurance: Unsigned } Facts {"
            ),
            "{shown}"
        );
        for content in ["s3cret", "115", "12345", "777", "49", "55"] {
            assert!(!shown.contains(content), "{shown}");
        }
    }
}
