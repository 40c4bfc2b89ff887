//! From a description to octets.

use super::case::{Case, Form, Keys, MacText, Trigger};
use crate::bytes::{Hex, from_hex};
use crate::document::cp::{Document, Encoding};
use crate::document::dm::map::{MapOptions, Places, map};
use crate::document::dm::notification::{self, Initiator, Notification, UiMode};
use crate::document::dm::{
    Message, MessageOptions, Root, Shape, TndsForm, WbxmlVersion, bootstrap,
};
use crate::finding::Position;
use crate::secret::Secret;
use crate::security::cp_mac::{Code, Facts, MacKey, NetworkSecret, Pin, Scheme, Sec};
use crate::security::imsi::Imsi;
use crate::security::notify;
use crate::wire::wsp::assigned::{self, CONNECTIVITY_WBXML, SYNCML_DM_WBXML};
use crate::wire::wsp::{
    ApplicationId, ContentType, Parameter, ParameterName, ParameterValue, PushPdu,
};
use std::collections::BTreeMap;

/// A message as it arrives.
pub struct Made {
    pub octets: Vec<u8>,
    /// The media type of the document.
    pub media: &'static str,
    /// The key of its MAC.
    pub mac_key: Option<Vec<u8>>,
    /// What its receiver knows.
    pub keys: Keys,
}

type Fault = String;

fn fault(error: impl std::fmt::Display) -> Fault {
    error.to_string()
}

pub fn hex(digits: &str) -> Result<Vec<u8>, Fault> {
    let plain: String = digits.split_whitespace().collect();
    from_hex(plain.as_bytes()).ok_or_else(|| format!("{digits:?} is no hexadecimal number"))
}

/// Makes the octets of a vector.
pub fn message(case: &Case, documents: &BTreeMap<String, String>) -> Result<Made, Fault> {
    let mut keys = case.receiver.clone().unwrap_or_else(|| case.keys.clone());
    let mut mac_key = None;
    let (mut body, media) = body(case, documents)?;
    replace(&mut body, &case.patch)?;
    let mut octets = match (case.push, &case.notification) {
        (false, _) => body,
        (true, Some(_)) => notification::push(&body).encode().map_err(fault)?,
        (true, None) => {
            let facts = facts(&case.keys)?;
            if case.sec == Some(Sec::UserPinMac) && keys.code.is_none() {
                let pin = facts.pin.as_ref().ok_or("a code needs a PIN")?;
                let code = Code::new(pin, &body).map_err(fault)?;
                keys.code = Some(String::from_utf8_lossy(code.digits()).into_owned());
                keys.pin = None;
            }
            let key = case.sec.map(|sec| {
                let form = case.key_form.unwrap_or(scheme(case.form).key_form());
                MacKey::new(sec, &facts, form)
            });
            let key = key.transpose().map_err(fault)?;
            mac_key = key.as_ref().map(|key| key.expose().to_vec());
            let mac = key.map(|key| key.mac(&body));
            let content_type = content_type(case, mac.as_ref());
            let application = case.form.is_dm().then_some(ApplicationId::SYNCML_DM);
            let pdu = PushPdu::new(content_type, application, &body);
            pdu.encode().map_err(fault)?
        }
    };
    replace(&mut octets, &case.spoil)?;
    if let Some(keep) = case.keep {
        if keep >= octets.len() {
            return Err(format!("{keep} octets are no cut of {}", octets.len()));
        }
        octets.truncate(keep);
    }
    octets.extend(hex(case.append.as_deref().unwrap_or_default())?);
    Ok(Made {
        octets,
        media,
        mac_key,
        keys,
    })
}

pub fn scheme(form: Form) -> Scheme {
    match form.is_dm() {
        true => Scheme::Dm,
        false => Scheme::Cp,
    }
}

/// What keys are made of.
pub fn facts(keys: &Keys) -> Result<Facts, Fault> {
    let network = match (&keys.network_key, &keys.imsi) {
        (Some(digits), _) => Some(NetworkSecret::Octets(Secret::new(hex(digits)?))),
        (None, Some(imsi)) => Some(NetworkSecret::Imsi(Imsi::parse(imsi).map_err(fault)?)),
        (None, None) => None,
    };
    let pin = keys.pin.as_deref().map(Pin::parse).transpose();
    let code = keys.code.as_deref().map(Code::parse).transpose();
    Ok(Facts {
        network,
        pin: pin.map_err(fault)?,
        code: code.map_err(fault)?,
    })
}

/// The document, and its media type.
fn body(
    case: &Case,
    documents: &BTreeMap<String, String>,
) -> Result<(Vec<u8>, &'static str), Fault> {
    let media = match case.form {
        _ if case.notification.is_some() => "application/vnd.syncml.notification",
        Form::Xml => "text/vnd.wap.connectivity-xml",
        Form::Wbxml | Form::Compact => "application/vnd.wap.connectivity-wbxml",
        Form::DmXml => "application/vnd.syncml.dm+xml",
        _ => "application/vnd.syncml.dm+wbxml",
    };
    if let Some(trigger) = &case.notification {
        return Ok((trigger_message(trigger, &case.keys)?, media));
    }
    if let Some(digits) = &case.octets {
        return Ok((hex(digits)?, media));
    }
    let name = case.document.as_deref().ok_or("it is made of nothing")?;
    let text = documents.get(name);
    let mut text = text.ok_or_else(|| format!("no document {name}"))?.clone();
    for [from, to] in &case.edit {
        if !text.contains(from) {
            return Err(format!("{from:?} is not in {name}"));
        }
        text = text.replacen(from, to, 1);
    }
    let octets = match case.form {
        Form::Xml => text.into_bytes(),
        Form::Wbxml | Form::Compact => {
            let document = Document::from_xml(text.as_bytes()).map_err(fault)?.document;
            let encoding = match case.form {
                Form::Compact => Encoding::Compact,
                _ => Encoding::Compatible,
            };
            document.to_wbxml(encoding).map_err(fault)?.octets
        }
        form => dm(form, &text)?,
    };
    Ok((octets, media))
}

/// A DM message: the text itself, or what the maps make of a provisioning document.
fn dm(form: Form, text: &str) -> Result<Vec<u8>, Fault> {
    let (shape, tnds) = match form {
        Form::DmOpaque => (Shape::Trees, TndsForm::Opaque),
        Form::DmText => (Shape::Trees, TndsForm::Text),
        Form::DmPlain => (Shape::Plain, TndsForm::Inline),
        _ => (Shape::Trees, TndsForm::Inline),
    };
    let message = match Root::of(text.as_bytes()) {
        Some(Root::Message) => Message::from_xml(text.as_bytes()).map_err(fault)?.document,
        _ => {
            let document = Document::from_xml(text.as_bytes()).map_err(fault)?.document;
            let places = match shape {
                Shape::Trees => Places::INBOX,
                Shape::Plain => Places::TREE,
            };
            let options = MapOptions {
                places,
                ..MapOptions::default()
            };
            let objects = map(&document, &options, Position::Offset).objects;
            let options = MessageOptions {
                shape,
                ..MessageOptions::default()
            };
            bootstrap(objects, &options)
        }
    };
    match form {
        Form::DmXml => message.to_xml().map(String::into_bytes).map_err(fault),
        _ => {
            let encoded = message.to_wbxml(tnds, WbxmlVersion::default());
            Ok(encoded.map_err(fault)?.octets)
        }
    }
}

fn trigger_message(trigger: &Trigger, keys: &Keys) -> Result<Vec<u8>, Fault> {
    let ui_mode = match trigger.ui_mode {
        0 => UiMode::NotSpecified,
        1 => UiMode::Background,
        2 => UiMode::Informative,
        _ => UiMode::UserInteraction,
    };
    let mut notification = Notification::new(trigger.session, trigger.server_id.as_str());
    notification.ui_mode = ui_mode;
    if trigger.client {
        notification.initiator = Initiator::Client;
    }
    notification.version = trigger.version.unwrap_or(notification.version);
    notification.vendor = hex(&trigger.vendor)?.into();
    let password = keys
        .password
        .as_deref()
        .ok_or("a notification needs a password")?;
    let nonce = keys.nonce.as_deref().filter(|_| !trigger.resync);
    let nonce = nonce.map(hex).transpose()?.map(Secret::new);
    notify::trigger_message(&notification, &password.into(), nonce.as_ref()).map_err(fault)
}

fn content_type(case: &Case, mac: Option<&[u8; 20]>) -> ContentType<'static> {
    let media = match scheme(case.form) {
        Scheme::Cp => CONNECTIVITY_WBXML,
        Scheme::Dm => SYNCML_DM_WBXML,
    };
    let Some(sec) = case.sec else {
        return ContentType::new(media);
    };
    let carried = mac.filter(|_| sec.carries_mac());
    let mut content_type = ContentType::secured(
        media,
        Some(sec),
        carried.filter(|_| case.mac == MacText::Standard),
    );
    let text = carried.map(|mac| Hex(mac).to_string()).unwrap_or_default();
    let mut add = |value| {
        let name = ParameterName::WellKnown(assigned::MAC);
        content_type.parameters.push(Parameter::new(name, value));
    };
    match case.mac {
        MacText::Standard | MacText::Missing => {}
        MacText::Lower => add(ParameterValue::Text(text.to_ascii_lowercase().into())),
        MacText::Quoted => add(ParameterValue::Quoted(text.into())),
        MacText::Short => {
            let short = text.get(..text.len().saturating_sub(2));
            add(ParameterValue::Text(
                short.unwrap_or_default().to_owned().into(),
            ));
        }
        MacText::Twice => {
            add(ParameterValue::Text("0".repeat(text.len()).into()));
            add(ParameterValue::Text(text.into()));
        }
    }
    content_type
}

/// Replaces octets, each once.
fn replace(octets: &mut Vec<u8>, changes: &[[String; 2]]) -> Result<(), Fault> {
    for [from, to] in changes {
        let (from, to) = (hex(from)?, hex(to)?);
        let mut places = octets.windows(from.len().max(1));
        let at = places.position(|window| window == from);
        let at = at.ok_or_else(|| format!("{} is not among the octets", Hex(&from)))?;
        octets.splice(at..at + from.len(), to);
    }
    Ok(())
}
