//! Makes a profile of a provisioning document.

use super::parameter::standard;
use super::template::Template;
use crate::document::cp::schema::{self, Sensitivity, sensitivity};
use crate::document::cp::{Characteristic, Document, Node, Parm, Value};
use crate::secret::url_secrets;
use crate::wire::xml::WriteError;
use std::fmt::Write as _;

/// A profile made of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The profile as TOML.
    pub toml: String,
    /// What became a parameter: the place in the document and the parameter's name.
    pub parameters: Vec<(String, String)>,
    /// Places whose values stayed although they look as if they belong to one device: long numbers,
    /// passwords in URLs.
    pub suspicious: Vec<String>,
}

/// Makes a profile of a document: names and passwords become parameters, since they differ from
/// device to device; everything else stays as it is. Holes that the document has stay holes.
///
/// # Errors
/// [`WriteError`] when a text has a character that XML cannot carry.
pub fn create(document: &Document<'_>, description: &str) -> Result<Created, WriteError> {
    let mut document = document.clone();
    let mut parameters = Vec::new();
    for characteristic in &mut document.characteristics {
        let (kind, appid) = (
            characteristic.kind.to_string(),
            characteristic.appid().map(str::to_owned),
        );
        replace(characteristic, &kind, appid.as_deref(), &mut parameters);
    }
    let xml = document.to_xml()?;
    let mut suspicious = Vec::new();
    document.visit(&mut |characteristic| {
        for parm in characteristic.parms() {
            if parm
                .value
                .as_ref()
                .is_some_and(|value| is_suspicious(value.as_str()))
            {
                suspicious.push(format!("{}/{}", characteristic.kind, parm.name));
            }
        }
    });
    let mut names: Vec<String> = parameters.iter().map(|(_, name)| name.clone()).collect();
    document.visit(&mut |characteristic| {
        for value in characteristic
            .parms()
            .filter_map(|parm| parm.value.as_ref())
        {
            let template = Template::parse(value.as_str());
            names.extend(
                template
                    .iter()
                    .flat_map(|template| template.holes().cloned()),
            );
        }
    });
    names.sort();
    names.dedup();
    let mut toml = String::from("format = 1\n");
    // `toml::Value` writes strings with whatever escapes they need
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let _ = writeln!(toml, "description = {}", quoted(description));
    toml.push('\n');
    for name in names {
        let secret = name.contains("secret") || name.contains("nonce");
        let kind = match standard(&name) {
            Some(standard) => standard.kind,
            None if secret => "secret",
            None => "text",
        };
        let _ = writeln!(toml, "[parameters.{name}]\ntype = \"{kind}\"\n");
    }
    // Literal strings keep the XML readable; they cannot hold their own delimiter
    let text = if xml.contains("'''") {
        quoted(&xml)
    } else {
        format!("'''\n{xml}'''")
    };
    // Before the first table, or it would be a key of that table
    let tables = toml.find("\n[parameters").map_or(toml.len(), |at| at + 1);
    toml.insert_str(tables, &format!("xml = {text}\n\n"));
    Ok(Created {
        toml,
        parameters,
        suspicious,
    })
}

// Recursion is bounded by the depth of documents, which the readers limit
fn replace(
    characteristic: &mut Characteristic<'_>,
    path: &str,
    appid: Option<&str>,
    parameters: &mut Vec<(String, String)>,
) {
    // A known type in other upper and lower case is a finding, but holds what that type holds
    let kind = match schema::characteristic_meant(&characteristic.kind) {
        Some(def) => def.name.to_owned(),
        None => characteristic.kind.to_string(),
    };
    let level = characteristic.value("AAUTHLEVEL").map(str::to_owned);
    for node in &mut characteristic.nodes {
        match node {
            Node::Characteristic(child) => {
                let path = format!("{path}/{}", child.kind);
                replace(child, &path, appid, parameters);
            }
            Node::Parm(Parm {
                name,
                value: Some(value),
                ..
            }) => {
                let known = schema::parm_meant(&kind, appid, name);
                let meant = known.map_or(&**name, |known| known.name);
                // Braces beside other characters may be those of a secret
                let is_open = match sensitivity(&kind, appid, meant) {
                    // What stands in the document decides on the order of credentials
                    _ if meant == "AAUTHLEVEL" => true,
                    Sensitivity::Public => true,
                    Sensitivity::Identity => value.as_str().contains("{{"),
                    Sensitivity::Secret => Template::parse(value.as_str())
                        .is_ok_and(|template| template.sole_hole().is_some()),
                };
                if !is_open {
                    let wanted = parameter_name(&kind, level.as_deref(), appid, meant);
                    let parameter = unused(wanted, parameters);
                    *value = Value::fixed(format!("{{{{{parameter}}}}}"));
                    parameters.push((format!("{path}/{name}"), parameter));
                }
            }
            Node::Parm(_) => {}
        }
    }
}

fn parameter_name(kind: &str, level: Option<&str>, appid: Option<&str>, parm: &str) -> String {
    let side = if level == Some("CLIENT") {
        "server"
    } else {
        "client"
    };
    let of_dm = kind == "APPAUTH" && appid.is_some_and(|appid| appid.eq_ignore_ascii_case("w7"));
    match parm {
        "AAUTHNAME" if of_dm => format!("{side}_user"),
        "AAUTHSECRET" if of_dm => format!("{side}_secret"),
        "AAUTHDATA" if of_dm => format!("{side}_nonce"),
        "AUTHNAME" => "nap_user".into(),
        "AUTHSECRET" => "nap_secret".into(),
        _ => {
            let secret = if sensitivity(kind, appid, parm) == Sensitivity::Secret
                && !parm.to_ascii_uppercase().contains("SECRET")
            {
                "_secret"
            } else {
                ""
            };
            let plain = parm
                .to_ascii_lowercase()
                .replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            format!("p_{}{secret}", plain.trim_matches('_')).replace("p_p_", "p_")
        }
    }
}

fn unused(wanted: String, parameters: &[(String, String)]) -> String {
    let taken = |name: &str| parameters.iter().any(|(_, known)| known == name);
    if !taken(&wanted) {
        return wanted;
    }
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    numbered
        .into_iter()
        .find(|name| !taken(name))
        .unwrap_or(wanted)
}

/// As many digits as an IMSI, IMEI or ICCID has, or a secret in a URL.
fn is_suspicious(value: &str) -> bool {
    let number = value
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() >= 14);
    number || !url_secrets(value).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slip of upper and lower case makes no parameters of what is the same for all devices.
    #[test]
    fn types_and_names_in_other_letters_hold_what_the_known_ones_hold() {
        let xml = b"<wap-provisioningdoc><characteristic type='napdef'>\
            <parm name='bearer' value='GSM-GPRS'/><parm name='nap-addrtype' value='APN'/>\
            <characteristic type='NapAuthInfo'><parm name='authname' value='joe'/>\
            </characteristic></characteristic>\
            <characteristic type='APPLICATION'><parm name='APPID' value='w7'/>\
            <characteristic type='AppAuth'><parm name='AAUTHLEVEL' value='APPSRV'/>\
            <parm name='AAuthSecret' value='hunter2'/></characteristic></characteristic>\
            <characteristic type='COLOURS'><parm name='AAUTHLEVEL' value='APPSRV'/>\
            <parm name='RED' value='2'/></characteristic></wap-provisioningdoc>";
        let parsed = Document::from_xml(xml).unwrap();
        let created = create(&parsed.document, "a").unwrap();
        let names: Vec<_> = created.parameters.iter().map(|(_, name)| &**name).collect();
        assert_eq!(names, ["nap_user", "client_secret", "p_red_secret"]);
        assert!(!created.toml.contains("hunter2") && !created.toml.contains("joe"));
    }
}
