//! Rules for provisioning documents: what each asks for is data, [`check`] applies them.

mod addresses;
mod references;
mod structure;
mod values;

pub(in crate::document) use addresses::{example_url, form as address_form};

use super::model::{At, Characteristic, Document, Parm};
use crate::finding::{Finding, Position, Rule, has_room, rules};
use crate::secret::without_url_secrets;
use crate::wire::wbxml::tables::has_element;

pub(in crate::document) use addresses::PAIRS as ADDRESS_PAIRS;

rules! {
    /// Every rule for provisioning documents.
    pub static ALL;

    // What the readers leave out
    UNEXPECTED_ELEMENT = "cp-unexpected-element" Error "WAP-183 §5.1.2" "elements stand where the DTD has them";
    UNEXPECTED_ATTRIBUTE = "cp-unexpected-attribute" Error "WAP-183 §5.1.2" "elements have the DTD's attributes";
    UNEXPECTED_TEXT = "cp-unexpected-text" Error "WAP-183 §5.1.2" "elements hold no text; values are attributes";
    CHARACTERISTIC_WITHOUT_TYPE = "cp-characteristic-without-type" Error "WAP-183 §5.1.2" "a characteristic has a type";
    PARM_WITHOUT_NAME = "cp-parm-without-name" Error "WAP-183 §5.1.2" "a parm has a name";
    REPEATED_ATTRIBUTE = "cp-repeated-attribute" Error "XML 1.0 §3.1" "an element has an attribute once";
    OPAQUE_VALUE_BINARY = "cp-opaque-value-binary" Error "WAP-183 §8" "values are strings";
    OPAQUE_VALUE = "cp-opaque-value" Warning "WAP-183 §8" "values are strings, not opaque data";
    // Structure
    EMPTY = "cp-empty" Warning "WAP-183 §5.1.2" "a document has at least one characteristic";
    VERSION = "cp-version" Error "WAP-183 §5.4; WAP-185 §5.3" "the major version is 1; receivers ignore others whole";
    UNKNOWN_CHARACTERISTIC = "cp-unknown-characteristic" Note "WAP-185 §5.1" "receivers skip characteristics they do not know";
    NAME_CASE = "cp-name-case" Error "WAP-185 §5.1: receivers compare to the letter" "known types and names are written to the letter, upper and lower case too";
    MISPLACED_CHARACTERISTIC = "cp-misplaced-characteristic" Error "WAP-183 §5.2" "characteristics stand in their parents";
    MISSING_CHARACTERISTIC = "cp-missing-characteristic" Error "WAP-183 §5.2" "required characteristics are there";
    REPEATED_CHARACTERISTIC = "cp-repeated-characteristic" Warning "WAP-185 §5.1" "the first of what may occur once holds";
    UNKNOWN_PARM = "cp-unknown-parm" Note "WAP-185 §5.1" "receivers skip parms they do not know";
    MISPLACED_PARM = "cp-misplaced-parm" Warning "WAP-183 §5.2; WAP-185 §5.1" "parms stand in the characteristic that they belong to";
    MISSING_PARM = "cp-missing-parm" Error "WAP-183 §5.2" "required parms are there";
    MISSING_PARM_SEEN = "cp-missing-parm-seen" Warning "WAP-183 §5.2; real operator messages omit it" "required parms are there, although some senders omit this one";
    REPEATED_PARM = "cp-repeated-parm" Warning "WAP-185 §5.1" "the first of a parm that may occur once holds";
    PARM_AFTER_CHARACTERISTIC = "cp-parm-after-characteristic" Warning "WAP-183 §5.1.2" "parms stand before child characteristics";
    FLAG_WITH_VALUE = "cp-flag-with-value" Warning "WAP-183 §5.6" "a flag has no value; being there means yes";
    PARM_WITHOUT_VALUE = "cp-parm-without-value" Warning "WAP-183 §5.6" "a parm that is no flag has a value";
    // Values
    VALUE_SET = "cp-value-set" Error "WAP-183 §8.3; WAP-185 §5.1" "values come from the parm's value set; receivers ignore others";
    VALUE_SPELLING = "cp-value-spelling" Warning "WAP-183 §5.6, §7 against §8.3" "values are spelt as in the tables";
    NUMBER = "cp-number" Error "WAP-183 §5.6" "numbers are decimal and in range";
    HEX = "cp-hex" Error "WAP-183 §5.6.5" "quality-of-service codes are hexadecimal";
    BASE64 = "cp-base64" Warning "OMA DM: AAUTHDATA carries the nonce as Base64" "AAUTHDATA is Base64";
    CONTROL_CHARACTER = "cp-control-character" Error "XML 1.0 §2.2" "values hold only characters that XML can carry";
    LENGTH = "cp-length" Warning "WAP-183 §6.1" "values are no longer than every client must accept";
    EMPTY_VALUE = "cp-empty-value" Warning "WAP-183 §5.2" "identifiers and addresses are not empty";
    ADDRESS_FORM = "cp-address-form" Warning "WAP-183 §5.6.2, §5.6.5" "an address has the form that its type, written or default, asks for";
    // Dependencies
    NETWORK_WITHOUT_COUNTRY = "cp-network-without-country" Warning "WAP-183 §5.6.7, §5.6.8" "NETWORK needs COUNTRY";
    NETWORK_BESIDE_PROVURL = "cp-network-beside-provurl" Note "cpclient: PROVURL decides" "a BOOTSTRAP with PROVURL needs no COUNTRY and NETWORK";
    SID_WITHOUT_SOC = "cp-sid-without-soc" Warning "WAP-183 §5.6.7" "SID needs SOC";
    SERVICE_REQUIREMENT = "cp-service-requirement" Error "ProvCont 1.1 (cpclient characteristic.c)" "an APPLICATION has what its APPID needs";
    PROVIDER_ID = "cp-provider-id" Warning "OMA DM: DMAcc ServerID; optional for Microsoft, Symbian falls back to the CLIENT name" "a w7 APPLICATION has PROVIDER-ID, the server's identifier; we write none without";
    APPAUTH_LEVEL_MISSING = "cp-appauth-level-missing" Warning "cpclient: no level means HTTP; Symbian ignores it; Microsoft wants both levels" "credentials of a DM server name their AAUTHLEVEL";
    BOTH_ADDRESSES = "cp-both-addresses" Error "cpclient: ADDR wins over APPADDR" "an APPLICATION has ADDR or APPADDR/ADDR, never both";
    APPAUTH_LEVEL_REPEATED = "cp-appauth-level-repeated" Warning "DMAcc: one AppAuth per level" "an APPLICATION has one APPAUTH per AAUTHLEVEL";
    AUTHTYPE_REPEATED = "cp-authtype-repeated" Warning "WAP-183 §5.6.3, §5.6.6" "one authentication per type";
    PORT_REPEATED = "cp-port-repeated" Warning "WAP-183 §5.6.4" "port numbers are unique";
    PORT_CONTRADICTION = "cp-port-contradiction" Error "DMAcc: the port in the URL holds" "a port in the URL and PORTNBR agree";
    IDENTIFIER_REPEATED = "cp-identifier-repeated" Warning "WAP-183 §5.6.2, §5.6.7, §5.6.10" "what must be unique in its parent is";
    PROVURL_REPEATED = "cp-provurl-repeated" Warning "WAP-184 §5.1" "one BOOTSTRAP names the PROVURL";
    // References
    DANGLING_NAPID = "cp-dangling-napid" Error "WAP-183 §5.6.2" "TO-NAPID names a NAPDEF of the document";
    DANGLING_PROXY = "cp-dangling-proxy" Error "ProvCont 1.1" "TO-PROXY and BOOTSTRAP/PROXY-ID name a PXLOGICAL of the document";
    REFERENCE_CASE = "cp-reference-case" Error "WAP-183 §5.6" "references match to the letter, upper and lower case too";
    DUPLICATE_NAPID = "cp-duplicate-napid" Warning "WAP-183 §5.6.5" "a NAPID is given to one NAPDEF; receivers drop the second";
}

/// Rules of the readers whose breach means that something of the input is not in the model.
pub static LOSSY: [&Rule; 8] = [
    &crate::wire::wbxml::rules::UNKNOWN_TOKEN,
    &UNEXPECTED_ELEMENT,
    &UNEXPECTED_ATTRIBUTE,
    &UNEXPECTED_TEXT,
    &CHARACTERISTIC_WITHOUT_TYPE,
    &PARM_WITHOUT_NAME,
    &REPEATED_ATTRIBUTE,
    &OPAQUE_VALUE_BINARY,
];

/// What the readers left out, and what is missing because of that, if it is.
static CONSEQUENCES: [(&[&Rule], &[&Rule]); 2] = [
    (
        &[
            &UNEXPECTED_ELEMENT,
            &UNEXPECTED_ATTRIBUTE,
            &CHARACTERISTIC_WITHOUT_TYPE,
            &PARM_WITHOUT_NAME,
        ],
        &[
            &EMPTY,
            &MISSING_CHARACTERISTIC,
            &MISSING_PARM,
            &MISSING_PARM_SEEN,
            &PARM_WITHOUT_VALUE,
            &SERVICE_REQUIREMENT,
            &DANGLING_NAPID,
            &DANGLING_PROXY,
        ],
    ),
    (&[&UNEXPECTED_TEXT], &[&PARM_WITHOUT_VALUE]),
];

/// Leaves out that something is missing where it may be what the readers left out: who adds it gets
/// it twice. What is missing all the same is found once that is mended.
pub(in crate::document) fn without_consequences(findings: &mut Vec<Finding>) {
    for (causes, consequences) in CONSEQUENCES {
        if findings
            .iter()
            .any(|finding| causes.contains(&finding.rule))
        {
            findings.retain(|finding| !consequences.contains(&finding.rule));
        }
    }
}

/// The parm of this name, or else one in other upper and lower case, which is a finding of its own.
fn parm_meant<'d, 'a>(place: &'d Characteristic<'a>, name: &str) -> Option<&'d Parm<'a>> {
    let other = || {
        place
            .parms()
            .find(|parm| parm.name.eq_ignore_ascii_case(name))
    };
    place.parm(name).or_else(other)
}

/// Checks a document against all rules. Findings come in document order; no value that could be
/// secret is quoted.
///
/// `position` turns the octet offset of a node into what the reader of a finding can use, e.g.
/// [`Position::Offset`] for WBXML and [`Position::in_text`] for XML.
pub fn check(document: &Document<'_>, position: impl Fn(usize) -> Position) -> Vec<Finding> {
    let mut report = Report::new(&position, MAX_FINDINGS);
    structure::check(document, &mut report);
    references::check(document, &mut report);
    addresses::check(document, &mut report);
    report.finish()
}

/// More than this from one document helps nobody.
pub(in crate::document) const MAX_FINDINGS: usize = 1000;

/// Collects findings about a document of any kind.
pub(in crate::document) struct Report<'p> {
    findings: Vec<Finding>,
    position: &'p dyn Fn(usize) -> Position,
    limit: usize,
}

impl<'p> Report<'p> {
    /// `position` turns an offset into what the reader of a finding can use; `limit` is that of
    /// [`has_room`].
    pub fn new(position: &'p dyn Fn(usize) -> Position, limit: usize) -> Self {
        Self {
            findings: Vec::new(),
            position,
            limit,
        }
    }

    pub fn add(
        &mut self,
        rule: &'static Rule,
        at: At,
        found: impl Into<String>,
        expected: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if has_room(&self.findings, self.limit, rule) {
            self.findings.push(Finding {
                rule,
                at: at.0.map_or(Position::Unknown, self.position),
                found: found.into(),
                expected: expected.into(),
                remedy: remedy.into(),
            });
        }
    }

    /// The findings in the order of the document.
    pub fn finish(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| finding.at);
        self.findings
    }
}

/// A text as a message may show it: quoted, escaped, not longer than a line, and without the secrets
/// that URLs may hold.
pub(in crate::document) fn shown(text: &str) -> String {
    const LIMIT: usize = 60;
    let text = without_url_secrets(text);
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// The name of an element or attribute as a message may show it, after the word for what it is. One
/// that no DTD has may be a piece of a secret with a quote or a `<` in it.
pub(in crate::document) fn shown_name(name: &str) -> String {
    match is_attribute(name) || has_element(name) {
        true => shown(name),
        false => "of an unknown name".to_owned(),
    }
}

/// Whether attributes have this name, in documents and in the XML declaration.
pub(in crate::document) fn is_attribute(name: &str) -> bool {
    let known = ["name", "value", "type", "version", "encoding", "xmlns"];
    known.contains(&name) || name.starts_with("xmlns:")
}

/// Some texts of a list as a message may show them.
fn some_of<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    const LIMIT: usize = 8;
    let mut names: Vec<_> = texts.take(LIMIT + 1).map(shown).collect();
    if names.len() > LIMIT {
        names[LIMIT] = "…".into();
    }
    names.join(", ")
}
