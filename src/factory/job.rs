//! One device: values, document, signature, outputs.

use crate::bytes::Hex;
use crate::document::cp::{Document, Encoding, rules};
use crate::document::dm;
use crate::document::dm::map::{MapOptions, map};
use crate::document::lint;
use crate::document::profile::{
    CompileError, Compiled, DEVICE_KEYS, Form, Levels, Profile, Splicer, Template, Tnds,
    ValueError, Values, Written,
};
use crate::document::profile::{Parameter, TemplateError};
use crate::document::receivers::{Receiver, Unreadable};
use crate::finding::{Finding, Position, Severity};
use crate::secret::Secret;
use crate::security::cp_mac::{KeyForm, PinError, Scheme, Sec};
use crate::wire::sms;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::ffi::OsStr;
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

use super::envelope::{Envelope, Keys, missing};
use super::judge::Refusal;
use super::params::Params;

pub use super::envelope::Signed;

/// What a job makes for every device.
#[derive(Debug)]
pub struct Job<'p> {
    /// The profile.
    pub profile: &'p Profile,
    /// How trees are written in DM messages; `None` makes provisioning documents.
    pub dm: Option<Tnds>,
    /// How messages are signed; `None` leaves them unsigned.
    pub sec: Option<Sec>,
    /// A deviation from the standard's key.
    pub key_form: KeyForm,
    /// How documents are encoded.
    pub encoding: Encoding,
    /// The value of X-Wap-Application-Id, if the header is to be sent.
    pub application_id: Option<u32>,
    /// What is written for each device.
    pub emit: Emit,
    /// The pattern of file names, without extension.
    pub name: Template,
    /// Values for all devices, and the seed.
    pub params: Params,
    /// The receiver that is to take the messages, if they are for a known one.
    pub receiver: Option<&'p Receiver>,
}

/// What is written for each device.
#[derive(Debug, Clone, Default)]
pub struct Emit {
    /// The document as XML.
    pub xml: bool,
    /// The document as WBXML.
    pub wbxml: bool,
    /// The WSP push PDU.
    pub wsp: bool,
    /// The PDU as hexadecimal text.
    pub hex: bool,
    /// A text of the user's own form, and the extension of its files.
    pub text: Option<(Template, String)>,
}

impl Emit {
    /// Whether a file of this name may be one of the outputs, by its extension.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        let text = self.text.as_ref();
        match path.extension().and_then(OsStr::to_str) {
            Some("xml") if self.xml => true,
            Some("wbxml") if self.wbxml => true,
            Some("wsp") if self.wsp => true,
            Some("hex") if self.hex => true,
            extension => text.is_some_and(|(_, own)| extension == Some(own)),
        }
    }
}

/// What was made for one device.
#[derive(Debug)]
pub struct Product {
    /// What names the device, if anything does.
    pub device: Option<String>,
    /// File name without extension.
    pub name: String,
    /// File name and content of each output.
    pub files: Vec<(String, Secret)>,
    /// The MAC that travels, if one does.
    pub mac: Option<[u8; 20]>,
    /// Octets of the PDU.
    pub octets: usize,
    /// SMS segments of 8-bit data with port addressing that the PDU takes.
    pub segments: usize,
    /// Secrets that the job itself made, by name; the USERPINMAC code under `code`.
    pub generated: Vec<(String, Secret)>,
    /// What the rules have to say, short of errors.
    pub findings: Vec<Finding>,
    /// What speaks against the message, of what is known of the receiver.
    pub claims: Vec<String>,
}

/// Why a device's message cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// A value is missing or wrong.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The document breaks a rule.
    #[error("{}", .0.detail())]
    Rule(Box<Finding>),
    /// The document cannot be encoded.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The document cannot be written as XML.
    #[error(transparent)]
    Xml(#[from] crate::wire::xml::WriteError),
    /// The profile has no DM form.
    #[error(transparent)]
    Profile(#[from] crate::document::profile::Error),
    /// The PDU cannot be encoded.
    #[error(transparent)]
    Wsp(#[from] crate::wire::wsp::EncodeError),
    /// The receiver that the job is for refuses the message.
    #[error("{0}")]
    Receiver(Box<Refusal>),
    /// It cannot be told what the receiver makes of the message.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Signing needs a value that the device does not have.
    #[error("signing with {sec} needs the {fact}, but the device has no value for {parameter}")]
    Fact {
        /// The method.
        sec: Sec,
        /// What is missing, in words.
        fact: &'static str,
        /// The parameter that would hold it.
        parameter: &'static str,
    },
    /// The PIN does not suit the method.
    #[error("pin: {0}")]
    Pin(#[from] PinError),
    /// The file name cannot be made or is not one.
    #[error("file name: {0}")]
    Name(String),
}

impl MakeError {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Value(error) => error.rule(),
            Self::Rule(finding) => finding.rule.id,
            Self::Compile(error) => error.rule(),
            Self::Xml(error) => error.rule(),
            Self::Profile(error) => error.fault.rule(),
            Self::Wsp(error) => error.rule(),
            Self::Receiver(_) => "receiver-refuses",
            Self::Unreadable(error) => error.rule(),
            Self::Fact { .. } => "build-missing-fact",
            Self::Pin(error) => error.rule(),
            Self::Name(_) => "build-file-name",
        }
    }

    /// The parameter concerned, if there is one.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::Value(error) => error.parameter(),
            Self::Fact { parameter, .. } => Some(parameter),
            Self::Pin(_) => Some("pin"),
            _ => None,
        }
    }
}

/// Names that a text template may use beside the profile's parameters.
pub const TEXT_FIELDS: [&str; 9] = [
    "key",
    "sec",
    "mac",
    "segments",
    "xml",
    "wbxml_hex",
    "wbxml_base64",
    "wsp_hex",
    "wsp_base64",
];

/// Reads the template of `--emit text:`; only what is no secret may stand in it.
///
/// # Errors
/// In words: what is wrong with the template.
pub fn text_template(text: &str, profile: &Profile) -> Result<Template, String> {
    let template = Template::parse(text).map_err(|error: TemplateError| error.to_string())?;
    for hole in template.holes() {
        let known = TEXT_FIELDS.contains(&hole.as_str());
        match profile.parameter(hole) {
            Some(id) if !known && profile.parameters[id].secret => {
                return Err(format!(
                    "{{{{{hole}}}}} is a secret and cannot stand in a text output"
                ));
            }
            None if !known => {
                let fields = TEXT_FIELDS.join(", ");
                return Err(format!(
                    "{{{{{hole}}}}} is neither a parameter of {} nor one of {fields}",
                    profile.name
                ));
            }
            _ => {}
        }
    }
    Ok(template)
}

/// Reads a pattern of file names.
///
/// # Errors
/// In words: what is wrong with the pattern.
pub fn name_template(text: &str, profile: &Profile) -> Result<Template, String> {
    let template = Template::parse(text).map_err(|error: TemplateError| error.to_string())?;
    for hole in template.holes().filter(|hole| *hole != "key") {
        match profile.parameter(hole) {
            None => {
                return Err(format!(
                    "{{{{{hole}}}}} is no parameter of {}",
                    profile.name
                ));
            }
            Some(id) if profile.parameters[id].secret => {
                return Err(format!(
                    "{{{{{hole}}}}} is a secret and cannot stand in a file name"
                ));
            }
            Some(_) => {}
        }
    }
    if template.holes().next().is_none() {
        return Err("the pattern has no hole, so all devices would share one file".into());
    }
    Ok(template)
}

impl<'p> Job<'p> {
    /// What its messages are.
    #[must_use]
    pub fn form(&self) -> Form {
        match self.dm {
            None => Form::Cp,
            Some(_) => Form::Dm,
        }
    }

    /// Whose rules its messages are signed by.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        match self.dm {
            None => Scheme::Cp,
            Some(_) => Scheme::Dm,
        }
    }

    /// How its messages are signed, as machines read it: the scheme's name in lower case, or `none`.
    #[must_use]
    pub fn sec_name(&self) -> &'static str {
        self.sec
            .map_or("none", |sec| self.scheme().lower_name_of(sec))
    }

    /// What a device's document is compiled to.
    #[must_use]
    pub fn written(&self) -> Written {
        self.dm.map_or(Written::Cp(self.encoding), Written::Dm)
    }

    /// What its keys are made like: as the profile or its user says, else as the standard does.
    fn key_form(&self) -> KeyForm {
        match self.key_form {
            KeyForm::Standard => self.scheme().key_form(),
            other => other,
        }
    }

    /// What the linter warns of whatever the devices are.
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        let once = [&lint::rules::SECRET_FOR_ALL, &lint::rules::SECRET_DERIVED];
        let of_profile = lint::of_profile(self.profile, None).remarks.into_iter();
        let mut findings: Vec<Finding> = of_profile
            .map(|remark| remark.finding)
            .filter(|finding| once.contains(&finding.rule))
            .collect();
        if lint::by_pin(self.sec) {
            // What a PIN itself is, each device shows
            let of_profile = lint::pin_of_profile(self.profile).into_iter();
            let for_all = |finding: &Finding| finding.rule == &lint::rules::PIN_FOR_ALL;
            findings.extend(of_profile.filter(for_all));
        }
        findings.extend(lint::signing(self.sec, None, self.form()));
        if self.dm.is_none() {
            findings.extend(self.profile.tree_only());
        }
        findings.retain(|finding| self.profile.allows(finding.rule).is_none());
        findings
    }

    /// Makes the messages of one device after the other; each thread takes a maker of its own.
    #[must_use]
    pub fn maker<'j>(&'j self, compiled: &'j Compiled<'p>) -> Maker<'j> {
        Maker {
            job: self,
            values: Values::default(),
            splicer: compiled.splicer(),
            envelope: None,
            keys: self.sec.map(|sec| Keys::new(sec, self.profile)),
        }
    }
}

/// Makes the messages of one device after the other.
#[derive(Debug)]
pub struct Maker<'j> {
    job: &'j Job<'j>,
    values: Values,
    splicer: Splicer<'j>,
    /// Made for the first device.
    envelope: Option<Envelope>,
    keys: Option<Keys>,
}

impl Maker<'_> {
    /// The values of the device that was made last.
    #[must_use]
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Finds the values of a device, so that [`Maker::values`] knows its key.
    ///
    /// # Errors
    /// [`MakeError::Value`]
    pub fn resolve<'g>(
        &mut self,
        given: &dyn Fn(&Parameter) -> Option<&'g str>,
    ) -> Result<(), MakeError> {
        Ok(self
            .values
            .resolve(self.job.profile, given, self.job.params.seed())?)
    }

    /// The same; `given` has the value for each parameter by its number.
    ///
    /// # Errors
    /// [`MakeError::Value`]
    pub fn resolve_row(&mut self, given: &[Option<&str>]) -> Result<(), MakeError> {
        let (profile, seed) = (self.job.profile, self.job.params.seed());
        Ok(self.values.resolve_row(profile, given, seed)?)
    }

    /// What makes the shape of the resolved device's document.
    pub(super) fn shape(&mut self) -> &[u16] {
        self.splicer.shape(&self.values)
    }

    /// Checks the document of the resolved device against the rules.
    ///
    /// # Errors
    /// [`MakeError::Rule`] for the first error; the other findings are returned.
    pub fn check(&self) -> Result<Vec<Finding>, MakeError> {
        let document = self.job.profile.document(&self.values);
        let mut findings = rules::check(&document, Position::Offset);
        if let Some(tnds) = self.job.dm {
            let (mut message, mapped) = self.job.profile.message(&self.values, tnds)?;
            findings.extend(mapped);
            // What the values themselves do to the maps
            let options = MapOptions::default();
            let by_value = map(&document, &options, Position::Offset).findings;
            let known: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
            findings.extend(by_value.into_iter().filter(|f| !known.contains(&f.rule)));
            findings.extend(dm::rules::check_built(&mut message));
        }
        // What readers tolerate, writers do not write
        let refused = |finding: &Finding| {
            finding.rule.severity == Severity::Error
                || finding.rule == &rules::PROVIDER_ID
                || dm::rules::BUILD.contains(&finding.rule)
        };
        // Whatever else a message lacks, it lacks for want of an account
        let no_account = |finding: &Finding| finding.rule == &dm::rules::NO_ACCOUNT;
        let first = findings.iter().position(no_account);
        match first.or_else(|| findings.iter().position(refused)) {
            Some(index) => Err(MakeError::Rule(Box::new(findings.swap_remove(index)))),
            None => {
                findings.extend(self.lint(&document));
                findings.retain(|finding| self.job.profile.allows(finding.rule).is_none());
                Ok(findings)
            }
        }
    }

    /// What speaks against the message of the resolved device, of what is known of the job's
    /// receiver: one sentence each.
    ///
    /// # Errors
    /// [`MakeError`], also when the receiver refuses the message.
    pub fn judge(&mut self) -> Result<Vec<String>, MakeError> {
        if self.job.receiver.is_none() {
            return Ok(Vec::new());
        }
        let mut pdu = Zeroizing::new(Vec::with_capacity(1024));
        self.append_pdu(&mut pdu)?;
        self.job.judge(&self.values, &pdu)
    }

    /// What the linter warns of in the document of the resolved device; it never refuses.
    fn lint(&self, document: &Document<'_>) -> Vec<Finding> {
        let (profile, values) = (self.job.profile, &self.values);
        let value = |name: &str| values.get(profile.parameter(name)?);
        let device = DEVICE_KEYS.iter();
        let device: Vec<(&str, &str)> = device.filter_map(|&n| Some((n, value(n)?))).collect();
        let identities: Vec<&str> = device.iter().map(|(_, number)| *number).collect();
        let context = lint::Context {
            identities: &identities,
            channel: None,
        };
        let mut findings = lint::document(document, false, &context, Position::Offset);
        if let Some(digits) = value("pin").filter(|_| lint::by_pin(self.job.sec)) {
            findings.extend(lint::pin(digits, &device));
        }
        findings.retain(|finding| {
            // Notes are for who asks; what the profile says of levels is meant
            let meant =
                profile.levels() == Levels::Swapped && finding.rule == &lint::rules::LEVELS_SWAPPED;
            finding.rule.severity > Severity::Note && !meant
        });
        // A note that is due here, where the method is known
        if self.job.dm.is_none() {
            let position = Position::Offset;
            findings.extend(lint::privileged(document, self.job.sec, position));
        }
        findings
    }

    /// Appends the signed push PDU of the resolved device to `out`, and makes nothing else.
    ///
    /// Once a document of the same shape was made, nothing is allocated but where `out` grows, and
    /// for the code of USERPINMAC.
    ///
    /// # Errors
    /// [`MakeError`]; nothing is appended then.
    pub fn append_pdu(&mut self, out: &mut Vec<u8>) -> Result<Signed, MakeError> {
        let start = out.len();
        let result = self.append(out);
        if result.is_err() {
            out[start..].zeroize();
            out.truncate(start);
        }
        result
    }

    #[inline(always)] // its result stays where it is
    fn append(&mut self, out: &mut Vec<u8>) -> Result<Signed, MakeError> {
        let envelope = match &mut self.envelope {
            Some(envelope) => envelope,
            none => none.insert(Envelope::new(self.job)?),
        };
        let start = out.len();
        envelope.begin(out);
        self.splicer.append(&self.values, out)?;
        let body = start + envelope.head_len()..out.len();
        let (mut mac, mut code) = (None, None);
        match &mut self.keys {
            None => {}
            Some(keys) if keys.sec() == Sec::UserPinMac => {
                code = Some(keys.code(&self.values, &out[body.clone()])?);
            }
            Some(keys) => {
                let sec = keys.sec();
                let known = keys.known(&self.values)?;
                let made = known.mac(sec, self.job.key_form(), &out[body.clone()]);
                let made = mac.insert(made.map_err(|fact| missing(sec, fact))?);
                envelope.seal(&mut out[start..], made);
            }
        }
        Ok(Signed { body, mac, code })
    }

    /// Makes everything for the resolved device.
    ///
    /// # Errors
    /// [`MakeError`]
    pub fn make(&mut self) -> Result<Product, MakeError> {
        let mut pdu = Zeroizing::new(Vec::with_capacity(1024));
        let Signed { body, mac, code } = self.append_pdu(&mut pdu)?;
        let wbxml = pdu.get(body).unwrap_or_default();
        let (job, values) = (self.job, &self.values);
        let mut generated = Vec::new();
        for (id, parameter) in job.profile.parameters.iter().enumerate() {
            if parameter.makes_secret() && !values.is_given(id) {
                generated.extend(values.get(id).map(|v| (parameter.name.clone(), v.into())));
            }
        }
        let code = code.map(|code| Secret::new(code.digits().to_vec()));
        generated.extend(code.map(|code| ("code".into(), code)));
        let pdu = Secret::new(pdu.to_vec());
        let length = pdu.expose().len();
        let segments = sms::segments(length);
        let xml = if job.emit.xml || self.wants_xml() {
            Some(Secret::from(match job.dm {
                None => job.profile.document(values).to_xml()?,
                Some(tnds) => job.profile.message(values, tnds)?.0.to_xml()?,
            }))
        } else {
            None
        };
        let name = self.file_name()?;
        let mut files = Vec::new();
        let mut add = |extension: &str, content: Secret| {
            files.push((format!("{name}.{extension}"), content));
        };
        if let (true, Some(xml)) = (job.emit.xml, &xml) {
            add("xml", xml.clone());
        }
        if job.emit.wbxml {
            add("wbxml", Secret::new(wbxml.to_vec()));
        }
        if job.emit.wsp {
            add("wsp", pdu.clone());
        }
        if job.emit.hex {
            add("hex", Secret::from(format!("{}\n", Hex(pdu.expose()))));
        }
        if let Some((template, extension)) = &job.emit.text {
            let text = self.text(template, wbxml, pdu.expose(), mac, segments, xml.as_ref());
            add(
                extension,
                text.ok_or_else(|| MakeError::Name("a hole has no value".into()))?,
            );
        }
        if files
            .iter()
            .any(|(name, _)| name == super::manifest::FILE_NAME)
        {
            let name = super::manifest::FILE_NAME;
            return Err(MakeError::Name(format!(
                "{name} is the manifest; choose another with --name"
            )));
        }
        let device = values.device().map(str::to_owned);
        Ok(Product {
            device,
            name,
            files,
            mac,
            octets: length,
            segments,
            generated,
            findings: Vec::new(),
            claims: Vec::new(),
        })
    }

    fn wants_xml(&self) -> bool {
        let template = self.job.emit.text.as_ref().map(|(template, _)| template);
        template.is_some_and(|template| template.holes().any(|hole| hole == "xml"))
    }

    fn file_name(&self) -> Result<String, MakeError> {
        let (job, values) = (self.job, &self.values);
        // A single message without any identity is named after its profile
        let profile = job
            .profile
            .name
            .trim_end_matches(".toml")
            .rsplit('/')
            .next();
        let value = |hole: &String| match hole.as_str() {
            "key" => values.device().or(profile),
            _ => values.get(job.profile.parameter(hole)?),
        };
        let mut name = String::new();
        let filled = job.name.fill(value, &mut name);
        filled.ok_or_else(|| MakeError::Name("a hole of the pattern has no value".into()))?;
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"._+@=-".contains(&octet);
        if name.is_empty()
            || name.len() > 200
            || name.starts_with(['.', '-'])
            || !name.bytes().all(plain)
        {
            let name = name.escape_debug().take(60).collect::<String>();
            return Err(MakeError::Name(format!(
                "{name:?} is not one: use 1 to 200 of letters, digits and . _ + @ = -, \
                 not beginning with . or -; choose another with --name"
            )));
        }
        Ok(name)
    }

    fn text(
        &self,
        template: &Template,
        wbxml: &[u8],
        pdu: &[u8],
        mac: Option<[u8; 20]>,
        segments: usize,
        xml: Option<&Secret>,
    ) -> Option<Secret> {
        let (job, values) = (self.job, &self.values);
        // Made only when asked for; they hold the document, secrets and all
        let field = |hole: &str| -> Option<Zeroizing<String>> {
            let text = match hole {
                "sec" => job.sec_name().to_owned(),
                "mac" => mac.map(|mac| Hex(&mac).to_string()).unwrap_or_default(),
                "segments" => segments.to_string(),
                "wbxml_hex" => Hex(wbxml).to_string(),
                "wbxml_base64" => BASE64_STANDARD.encode(wbxml),
                "wsp_hex" => Hex(pdu).to_string(),
                "wsp_base64" => BASE64_STANDARD.encode(pdu),
                _ => return None,
            };
            Some(Zeroizing::new(text))
        };
        let holes = template
            .holes()
            .filter_map(|hole| Some((hole.as_str(), field(hole)?)));
        let fields: Vec<(&str, Zeroizing<String>)> = holes.collect();
        let value = |hole: &String| match hole.as_str() {
            "key" => Some(values.device().unwrap_or_default()),
            "xml" => xml.and_then(Secret::expose_text),
            _ => match fields.iter().find(|(name, _)| name == hole) {
                Some((_, text)) => Some(text.as_str()),
                // A parameter without a value leaves nothing
                None => Some(values.get(job.profile.parameter(hole)?).unwrap_or_default()),
            },
        };
        let mut text = String::new();
        template.fill(value, &mut text)?;
        Some(Secret::from(text))
    }
}
