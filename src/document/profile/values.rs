//! The values of one device's parameters.

use super::parameter::{Derive, Function, Mismatch, Parameter, Source, TextForm, Type, url_port};
use super::random::{self, Alphabet, Seed};
use super::{ParameterId, Profile};
use crate::bytes::Hex;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::Digest;
use std::fmt::{self, Write};
use std::ops::Range;
use zeroize::{Zeroize, Zeroizing};

/// The values of one device, in one buffer that is reused for the next and zeroized in the end.
#[derive(Default)]
pub struct Values {
    text: Zeroizing<String>,
    slots: Vec<Slot>,
    device: Range<usize>,
    /// Where a value is made before it joins the others.
    scratch: Zeroizing<String>,
    /// What was found right before: most devices of a list share addresses.
    right: Vec<Option<(Type, String)>>,
}

/// Where the value of a parameter stands in the text.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    start: u32,
    end: u32,
    origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Origin {
    /// There is none.
    #[default]
    Nowhere,
    Outside,
    Profile,
}

impl Slot {
    fn span(&self) -> Option<Range<usize>> {
        (self.origin != Origin::Nowhere).then_some(self.start as usize..self.end as usize)
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Values({} parameters)", self.slots.len())
    }
}

/// Why a device's values cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Nothing gives a value to a parameter that the document needs.
    #[error(
        "no value for {name} ({description}); give it as a column of the list or in a file named \
         by --params, or with --set when it is no secret"
    )]
    Missing {
        /// The parameter.
        name: String,
        /// What it is.
        description: String,
    },
    /// A value that is not of its type.
    #[error("{name}: {mismatch}")]
    Mismatch {
        /// The parameter.
        name: String,
        /// What is wrong; never shows the value.
        mismatch: Mismatch,
    },
    /// A value for a parameter that the profile fixes.
    #[error("{name} is a constant of the profile and cannot be given")]
    Constant {
        /// The parameter.
        name: String,
    },
    /// Random or derived values need the job's seed.
    #[error(
        "{name} is made from the job's seed, but there is none; give 16 random octets or more with \
         --seed-file, or a value for {name}"
    )]
    NoSeed {
        /// The parameter.
        name: String,
    },
    /// Random values need to know which device they are for.
    #[error("{name} is random, but the device has no key: no imei, imsi, iccid, msisdn or key")]
    NoDevice {
        /// The parameter.
        name: String,
    },
    /// The length that the profile asks for cannot be had.
    #[error(transparent)]
    Random(random::DeriveError),
    /// The port in a URL and the one given differ.
    #[error("{name} is {given}, but the URL says {in_url}; correct one of them")]
    Port {
        /// The parameter.
        name: String,
        /// The port given.
        given: String,
        /// The port of the URL.
        in_url: u16,
    },
}

impl ValueError {
    /// The stable id of the rule that the input breaks.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "value-missing",
            Self::Mismatch { .. } => "value-mismatch",
            Self::Constant { .. } => "value-constant",
            Self::NoSeed { .. } => "value-no-seed",
            Self::NoDevice { .. } => "value-no-device",
            Self::Random(_) => "value-random",
            Self::Port { .. } => "value-port",
        }
    }

    /// The parameter concerned, if there is one.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::Missing { name, .. }
            | Self::Mismatch { name, .. }
            | Self::Constant { name }
            | Self::NoSeed { name }
            | Self::NoDevice { name }
            | Self::Port { name, .. } => Some(name),
            Self::Random(_) => None,
        }
    }
}

/// The parameters that name a device when the profile does not say which, in this order.
pub const DEVICE_KEYS: [&str; 5] = ["key", "imei", "imsi", "iccid", "msisdn"];

impl Values {
    /// The value of a parameter, if it has one.
    #[must_use]
    pub fn get(&self, id: ParameterId) -> Option<&str> {
        self.text.get(self.slots.get(id)?.span()?)
    }

    /// True when the parameter has a value.
    pub(super) fn has(&self, id: ParameterId) -> bool {
        let slot = self.slots.get(id);
        slot.is_some_and(|slot| slot.origin != Origin::Nowhere)
    }

    /// True when the value came from outside and not from the profile.
    #[must_use]
    pub fn is_given(&self, id: ParameterId) -> bool {
        let slot = self.slots.get(id);
        slot.is_some_and(|slot| slot.origin == Origin::Outside)
    }

    /// The key of the device: what names it in file names and manifests.
    #[must_use]
    pub fn device(&self) -> Option<&str> {
        self.text
            .get(self.device.clone())
            .filter(|key| !key.is_empty())
    }

    /// Forgets all values, and makes room for those of a profile.
    pub(super) fn begin(&mut self, profile: &Profile) {
        // The next device's values take their place; all of it is zeroized in the end
        self.text.clear();
        self.slots.clear();
        self.slots.resize(profile.parameters.len(), Slot::default());
        self.device = 0..0;
    }

    pub(super) fn set(&mut self, id: ParameterId, text: &str) {
        self.put(id, text, Origin::Profile);
    }

    #[inline]
    fn put(&mut self, id: ParameterId, text: &str, origin: Origin) {
        let (start, end) = (self.text.len(), self.text.len() + text.len());
        if end > self.text.capacity() {
            self.grow(end);
        }
        self.text.push_str(text);
        self.slots[id] = Slot {
            start: start as u32,
            end: end as u32,
            origin,
        };
    }

    /// Growing in place would leave the old octets behind.
    #[cold]
    fn grow(&mut self, end: usize) {
        let mut larger = Zeroizing::new(String::with_capacity(2 * end.max(256)));
        larger.push_str(&self.text);
        self.text = larger;
    }

    /// Fills in the values of one device.
    ///
    /// `given` says what the list, the command line or a params file have for a parameter.
    ///
    /// # Errors
    /// [`ValueError`]; the values are then incomplete and must not be used.
    pub fn resolve<'g>(
        &mut self,
        profile: &Profile,
        given: &dyn Fn(&Parameter) -> Option<&'g str>,
        seed: Option<&Seed>,
    ) -> Result<(), ValueError> {
        self.fill(profile, |id| given(&profile.parameters[id]), seed)
    }

    /// The same; `given` has the value for each parameter by its number.
    ///
    /// # Errors
    /// [`ValueError`]; the values are then incomplete and must not be used.
    pub fn resolve_row(
        &mut self,
        profile: &Profile,
        given: &[Option<&str>],
        seed: Option<&Seed>,
    ) -> Result<(), ValueError> {
        self.fill(profile, |id| given.get(id).copied().flatten(), seed)
    }

    fn fill<'g>(
        &mut self,
        profile: &Profile,
        given: impl Fn(ParameterId) -> Option<&'g str>,
        seed: Option<&Seed>,
    ) -> Result<(), ValueError> {
        self.begin(profile);
        let mut fault = None;
        for &id in &profile.order {
            if let Some(value) = given(id) {
                self.put(id, value, Origin::Outside);
                if !profile.usual[id].has(value) && fault.is_none() {
                    fault = self.check_given(&profile.parameters[id], id, value).err();
                }
            }
        }
        // All are put before a fault is told, so that it can be laid at the right device's door
        self.device = self.find_device(profile);
        if let Some(fault) = fault {
            return Err(fault);
        }
        for &id in &profile.required {
            if self.slots[id].origin == Origin::Nowhere {
                self.compute(profile, id, seed)?;
            } else if let Source::Derive(derive) = &profile.parameters[id].source {
                self.port_agrees(profile, id, derive)?;
            }
        }
        if self.device.is_empty() {
            self.device = self.find_device(profile);
        }
        Ok(())
    }

    fn check_given(
        &mut self,
        parameter: &Parameter,
        id: ParameterId,
        value: &str,
    ) -> Result<(), ValueError> {
        if matches!(parameter.source, Source::Constant(_)) {
            let name = parameter.name.clone();
            return Err(ValueError::Constant { name });
        }
        // The dear ones, unless they are secrets, are often those of the device before
        let dear = matches!(
            parameter.kind,
            Type::Host | Type::Url | Type::Apn | Type::Ip
        ) && !parameter.secret;
        if !dear {
            return check(parameter, value);
        }
        if !self.was_right(parameter, id, value) {
            check(parameter, value)?;
            self.found_right(parameter, id, value);
        }
        Ok(())
    }

    fn find_device(&self, profile: &Profile) -> Range<usize> {
        let span = |&id: &ParameterId| self.slots[id].span();
        let mut spans = profile.keys.iter().filter_map(span);
        spans.find(|span| !span.is_empty()).unwrap_or_default()
    }

    fn compute(
        &mut self,
        profile: &Profile,
        id: ParameterId,
        seed: Option<&Seed>,
    ) -> Result<(), ValueError> {
        let parameter = &profile.parameters[id];
        let value = match &parameter.source {
            Source::Given => None,
            Source::Default(text) | Source::Constant(text) => {
                self.set(id, text);
                return Ok(());
            }
            Source::Template(template) => {
                let mut text = self.clean_scratch();
                let value = |name: &String| self.get(profile.parameter(name)?);
                let filled = template.fill(value, &mut text);
                return self.computed(parameter, id, filled.is_some(), text);
            }
            Source::Derive(Derive {
                function: Function::UrlPort,
                of,
                length: None,
                ..
            }) if of.len() == 1 => {
                let mut text = self.clean_scratch();
                let url = self.get(profile.parameter(&of[0]).unwrap_or(usize::MAX));
                let port = url.and_then(url_port);
                let filled = port.is_some_and(|(port, _)| write!(text, "{port}").is_ok());
                return self.computed(parameter, id, filled, text);
            }
            Source::Derive(derive) => self.derive(profile, parameter, derive, seed)?,
            Source::Random(count) => Some(self.random(parameter, *count, seed)?),
        };
        match value {
            Some(text) => self.computed(parameter, id, true, text),
            None => absent(parameter),
        }
    }

    /// Takes a value that was made, if one was; its text becomes the scratch for the next.
    fn computed(
        &mut self,
        parameter: &Parameter,
        id: ParameterId,
        filled: bool,
        text: Zeroizing<String>,
    ) -> Result<(), ValueError> {
        if filled {
            check(parameter, &text)?;
            self.set(id, &text);
        }
        self.scratch = text;
        if filled { Ok(()) } else { absent(parameter) }
    }

    fn clean_scratch(&mut self) -> Zeroizing<String> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.zeroize();
        scratch
    }

    /// True when the value of a parameter was checked for an earlier device.
    fn was_right(&self, parameter: &Parameter, id: ParameterId, value: &str) -> bool {
        let known = self.right.get(id).and_then(Option::as_ref);
        known.is_some_and(|(kind, text)| *kind == parameter.kind && value == text)
    }

    /// Remembers a value.
    fn found_right(&mut self, parameter: &Parameter, id: ParameterId, value: &str) {
        if self.right.len() <= id {
            self.right.resize(id + 1, None);
        }
        let mut known = self.right[id].take();
        match &mut known {
            Some((kind, known)) if *kind == parameter.kind => {
                known.clear();
                known.push_str(value);
            }
            _ => known = Some((parameter.kind.clone(), value.to_owned())),
        }
        self.right[id] = known;
    }

    fn random(
        &self,
        parameter: &Parameter,
        count: usize,
        seed: Option<&Seed>,
    ) -> Result<Zeroizing<String>, ValueError> {
        let name = || parameter.name.clone();
        let seed = seed.ok_or_else(|| ValueError::NoSeed { name: name() })?;
        let device = self
            .device()
            .ok_or_else(|| ValueError::NoDevice { name: name() })?;
        let secret = match parameter.kind {
            Type::Nonce | Type::Bytes => seed.octets(device, &parameter.name, count),
            Type::Pin(_) => seed.digits(device, &parameter.name, count),
            _ => seed.text(device, &parameter.name, count, Alphabet::UNAMBIGUOUS),
        };
        let secret = secret.map_err(ValueError::Random)?;
        Ok(Zeroizing::new(match parameter.kind {
            Type::Nonce => BASE64_STANDARD.encode(secret.expose()),
            Type::Bytes => Hex(secret.expose()).to_string(),
            _ => secret.expose_text().unwrap_or_default().to_owned(),
        }))
    }

    /// `None` when a parameter it takes has no value.
    fn derive(
        &self,
        profile: &Profile,
        parameter: &Parameter,
        derive: &Derive,
        seed: Option<&Seed>,
    ) -> Result<Option<Zeroizing<String>>, ValueError> {
        let mut input = Zeroizing::new(Vec::new());
        for (index, name) in derive.of.iter().enumerate() {
            let Some(id) = profile.parameter(name) else {
                return Ok(None);
            };
            let Some(value) = self.get(id) else {
                return Ok(None);
            };
            if index > 0 {
                input.extend_from_slice(derive.separator.as_bytes());
            }
            input.extend(Zeroizing::new(profile.parameters[id].kind.octets(value)).iter());
        }
        let no_seed = || ValueError::NoSeed {
            name: parameter.name.clone(),
        };
        let key = || -> Result<Zeroizing<Vec<u8>>, ValueError> {
            match derive.key.as_deref() {
                None | Some("job_seed") => {
                    Ok(Zeroizing::new(seed.ok_or_else(no_seed)?.expose().to_vec()))
                }
                Some(name) => {
                    let id = profile.parameter(name);
                    let value = id.and_then(|id| Some((id, self.get(id)?)));
                    let (id, value) = value.ok_or_else(|| ValueError::Missing {
                        name: name.to_owned(),
                        description: format!("the key from which {} is derived", parameter.name),
                    })?;
                    Ok(Zeroizing::new(profile.parameters[id].kind.octets(value)))
                }
            }
        };
        let text = || String::from_utf8_lossy(&input).into_owned();
        let mut text = Zeroizing::new(match derive.function {
            Function::Concat => text(),
            Function::Hex => encode(&input, derive.encode.hex()),
            Function::Base64 => BASE64_STANDARD.encode(&*input),
            Function::Md5 => encode(&md5::Md5::digest(&*input), derive.encode),
            Function::Sha1 => encode(&sha1::Sha1::digest(&*input), derive.encode),
            Function::Sha256 => encode(&sha2::Sha256::digest(&*input), derive.encode),
            Function::HmacSha1 => {
                let mut mac = hmac_of::<Hmac<sha1::Sha1>>(&key()?);
                mac.update(&input);
                encode(&mac.finalize().into_bytes(), derive.encode)
            }
            Function::HmacSha256 => {
                let mut mac = hmac_of::<Hmac<sha2::Sha256>>(&key()?);
                mac.update(&input);
                encode(&mac.finalize().into_bytes(), derive.encode)
            }
            Function::UrlPort => match url_port(&text()) {
                Some((port, _)) => port.to_string(),
                None => return Ok(None),
            },
        });
        if let Some((end, _)) = derive
            .length
            .and_then(|length| text.char_indices().nth(length))
        {
            text.truncate(end);
        }
        Ok(Some(text))
    }

    /// A port that is given beside a URL which names one must be the same.
    fn port_agrees(
        &self,
        profile: &Profile,
        id: ParameterId,
        derive: &Derive,
    ) -> Result<(), ValueError> {
        if derive.function != Function::UrlPort {
            return Ok(());
        }
        let url = derive
            .of
            .first()
            .and_then(|name| self.get(profile.parameter(name)?));
        match (url.and_then(url_port), self.get(id)) {
            // In the short form there is no place for a port but the URL
            (Some((in_url, named)), Some(given))
                if (named || profile.is_short()) && in_url.to_string() != given =>
            {
                Err(ValueError::Port {
                    name: profile.parameters[id].name.clone(),
                    given: given.to_owned(),
                    in_url,
                })
            }
            _ => Ok(()),
        }
    }
}

/// Nothing gives a value to a parameter.
fn absent(parameter: &Parameter) -> Result<(), ValueError> {
    if parameter.optional {
        return Ok(());
    }
    Err(ValueError::Missing {
        name: parameter.name.clone(),
        description: parameter.description.clone(),
    })
}

fn check(parameter: &Parameter, value: &str) -> Result<(), ValueError> {
    parameter
        .kind
        .check(value)
        .map_err(|mismatch| ValueError::Mismatch {
            name: parameter.name.clone(),
            mismatch,
        })
}

impl TextForm {
    /// The hexadecimal form that is meant where Base64 makes no sense.
    fn hex(self) -> Self {
        if self == Self::Base64 {
            Self::Hex
        } else {
            self
        }
    }
}

fn encode(octets: &[u8], form: TextForm) -> String {
    match form {
        TextForm::Hex => Hex(octets).to_string().to_lowercase(),
        TextForm::UpperHex => Hex(octets).to_string(),
        TextForm::Base64 => BASE64_STANDARD.encode(octets),
    }
}

#[allow(clippy::expect_used)] // HMAC takes a key of any length (RFC 2104 §2)
fn hmac_of<M: KeyInit>(key: &[u8]) -> M {
    M::new_from_slice(key).expect("HMAC takes a key of any length")
}
