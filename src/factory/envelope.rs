//! What stands around the document of a device: the headers of its push PDU and the MAC in them.

use super::job::{Job, MakeError};
use crate::document::profile::{ParameterId, Profile, Values};
use crate::security::cp_mac::{Code, Known, KnownNetwork, MissingFact, Pin, Sec, mac_hex};
use crate::security::imsi::Imsi;
use crate::wire::wsp::{ApplicationId, ContentType, EncodeError, PushPdu, assigned};
use std::fmt;
use std::ops::Range;
use zeroize::{Zeroize, Zeroizing};

/// The headers of a job's PDUs. They differ from device to device in the digits of the MAC only.
#[derive(Debug)]
pub(super) struct Envelope {
    head: Vec<u8>,
    /// Where the MAC's digits stand.
    mac: Option<Range<usize>>,
}

/// What was signed, and how.
#[derive(Debug)]
pub struct Signed {
    /// Where the document stands in the buffer.
    pub body: Range<usize>,
    /// The MAC that travels, if one does.
    pub mac: Option<[u8; 20]>,
    /// What the user is to be told under USERPINMAC.
    pub code: Option<Code>,
}

impl Envelope {
    pub fn new(job: &Job<'_>) -> Result<Self, EncodeError> {
        let media = match job.dm {
            None => assigned::CONNECTIVITY_WBXML,
            Some(_) => assigned::SYNCML_DM_WBXML,
        };
        let place = [0; 20];
        let content_type = match job.sec {
            Some(sec) => {
                let mac = sec.carries_mac().then_some(&place);
                ContentType::secured(media, Some(sec), mac)
            }
            None => ContentType::new(media),
        };
        let application_id = match job.dm {
            None => job.application_id.map(ApplicationId::Code),
            // The DM client itself; without it a push is for the provisioning agent
            Some(_) => Some(ApplicationId::SYNCML_DM),
        };
        // Written and read back around a body of one octet: the reader knows where the MAC stands
        let mut head = PushPdu::new(content_type, application_id, &[0]).encode()?;
        let mac = PushPdu::parse(&head).ok().and_then(|pdu| {
            let at = pdu.content_type.mac()?.offset;
            Some(at..at + 2 * place.len())
        });
        head.pop();
        Ok(Self { head, mac })
    }

    /// Begins a PDU at the end of `out`; the document comes next.
    pub fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
    }

    /// How many octets stand before the document.
    pub fn head_len(&self) -> usize {
        self.head.len()
    }

    /// Puts the MAC into a PDU.
    pub fn seal(&self, pdu: &mut [u8], mac: &[u8; 20]) {
        if let Some(digits) = self.mac.clone().and_then(|span| pdu.get_mut(span)) {
            digits.copy_from_slice(&mac_hex(mac));
        }
    }
}

/// Finds what the keys of a job are made of among the values of a device.
pub(super) struct Keys {
    sec: Sec,
    imsi: Option<ParameterId>,
    network_key: Option<ParameterId>,
    pin: Option<ParameterId>,
    /// The octets of the network's secret, of the device at hand.
    octets: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("sec", &self.sec)
            .finish_non_exhaustive()
    }
}

impl Keys {
    pub fn new(sec: Sec, profile: &Profile) -> Self {
        Self {
            sec,
            imsi: profile.parameter("imsi"),
            network_key: profile.parameter("network_key"),
            pin: profile.parameter("pin"),
            octets: Zeroizing::default(),
        }
    }

    /// What is known of a device; nothing is copied but the octets of a network's secret.
    pub fn known<'k>(&'k mut self, values: &'k Values) -> Result<Known<'k>, MakeError> {
        let sec = self.sec;
        let value = |id: Option<ParameterId>| values.get(id?);
        let mut known = Known::default();
        if matches!(sec, Sec::NetwPin | Sec::UserNetwPin) {
            known.network = match (value(self.network_key), value(self.imsi)) {
                (Some(key), _) => {
                    self.octets.zeroize();
                    crate::bytes::append_hex(key.as_bytes(), &mut self.octets)
                        .then_some(KnownNetwork::Octets(&self.octets))
                }
                (None, Some(imsi)) => Imsi::check(imsi).ok().map(KnownNetwork::Imsi),
                (None, None) => None,
            };
            if known.network.is_none() {
                return Err(missing(sec, MissingFact::Imsi));
            }
        }
        if sec != Sec::NetwPin {
            let pin = value(self.pin).ok_or_else(|| missing(sec, MissingFact::Pin))?;
            known.pin = Some(Pin::check(pin)?);
        }
        Ok(known)
    }

    /// The code of USERPINMAC for a document.
    pub fn code(&self, values: &Values, body: &[u8]) -> Result<Code, MakeError> {
        let pin = self.pin.and_then(|id| values.get(id));
        let pin = pin.ok_or_else(|| missing(self.sec, MissingFact::Pin))?;
        Ok(Code::new(&Pin::parse(pin)?, body)?)
    }

    pub fn sec(&self) -> Sec {
        self.sec
    }
}

pub(super) fn missing(sec: Sec, fact: MissingFact) -> MakeError {
    let parameter = match fact {
        MissingFact::Imsi => "imsi",
        MissingFact::Pin | MissingFact::Code => "pin",
    };
    MakeError::Fact {
        sec,
        fact: fact.name(),
        parameter,
    }
}
