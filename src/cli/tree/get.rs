//! `dmboot tree get`

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, visible, visible_lines};
use crate::client::tree::{Actor, By, Draft, Got, Listed, Secrecy, TStamp, TreeStore};
use crate::document::dm::Format;
use crate::secret::{Secret, without_url_secrets};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::Write;

pub fn run<S: TreeStore>(
    draft: &Draft<'_, S>,
    uri: &str,
    server: Option<&str>,
    reveal: bool,
    as_json: bool,
    now: &TStamp,
) -> Result<Exit, Failure> {
    let actor = match server {
        Some(id) => {
            let unusable = |error| Failure::new(Exit::Usage, format!("{id:?}: {error}"));
            Actor::server(id).map_err(unusable)?
        }
        None => Actor::CLIENT,
    };
    let by = By { actor: &actor, now };
    let secrecy = if reveal {
        Secrecy::Shown
    } else {
        Secrecy::Hidden
    };
    let got = draft.get_with(by, uri, secrecy)?;
    let mut out = output::out();
    if as_json {
        output::json(&mut out, &to_json(&got, uri, reveal)?)?;
        out.flush()?;
        return Ok(Exit::Ok);
    }
    match got {
        Got::Leaf(item) => match item.format {
            // As it is: it may go on to another program
            Format::Bin => {
                drop(out);
                return crate::cli::print(item.value.expose());
            }
            _ => writeln!(
                out,
                "{}",
                visible_lines(&shown(item.value.expose_text().unwrap_or_default(), reveal))
            )?,
        },
        Got::Property(text) => writeln!(out, "{}", visible_lines(&text))?,
        Got::Children(names) => {
            for name in names {
                writeln!(out, "{}", visible(&name))?;
            }
        }
        Got::List(list) => {
            let rows: Vec<_> = list.iter().map(|listed| row(listed, reveal)).collect();
            output::table(&mut out, &rows, output::NAME)?;
        }
        Got::Tree(tree) => {
            let xml = tree
                .to_xml()
                .map_err(|error| Failure::new(Exit::Internal, error))?;
            write!(out, "{}", visible_lines(&xml))?;
        }
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn row(listed: &Listed, reveal: bool) -> Vec<String> {
    let value = listed
        .value
        .as_ref()
        .map(|value| super::show::shown(listed.format, value, reveal));
    vec![
        listed.uri.clone(),
        listed.format.name().to_owned(),
        value.unwrap_or_default(),
    ]
}

/// A value, without the passwords of a URL unless they are to be shown.
fn shown(text: &str, reveal: bool) -> Cow<'_, str> {
    match reveal {
        true => text.into(),
        false => without_url_secrets(text),
    }
}

fn to_json(got: &Got, uri: &str, reveal: bool) -> Result<Value, Failure> {
    let value = |format: Format, value: &Secret| match value.expose_text() {
        Some(text) if format != Format::Bin => ("value", Value::from(text)),
        _ => ("base64", BASE64_STANDARD.encode(value.expose()).into()),
    };
    let mut json = json!({ "format": 1, "uri": uri });
    match got {
        Got::Leaf(item) => {
            let (name, value) = value(item.format, &item.value);
            json["node_format"] = item.format.name().into();
            json["type"] = item.kind.as_str().into();
            json[name] = match value.as_str() {
                Some(text) if name == "value" => shown(text, reveal).into(),
                _ => value,
            };
        }
        Got::Property(text) => json["property"] = text.as_str().into(),
        Got::Children(names) => json["children"] = names.clone().into(),
        Got::List(list) => {
            let one = |listed: &Listed| {
                let mut json = json!({
                    "uri": listed.uri,
                    "format": listed.format.name(),
                    "type": listed.kind,
                });
                if let Some(octets) = &listed.value {
                    let (name, value) = value(listed.format, octets);
                    json[name] = match value.as_str() {
                        Some(text) if name == "value" => shown(text, reveal).into(),
                        _ => value,
                    };
                }
                json
            };
            json["nodes"] = list.iter().map(one).collect::<Vec<_>>().into();
        }
        Got::Tree(tree) => {
            let xml = tree
                .to_xml()
                .map_err(|error| Failure::new(Exit::Internal, error))?;
            json["tnds"] = xml.into();
        }
    }
    Ok(json)
}
