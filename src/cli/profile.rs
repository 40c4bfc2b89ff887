//! `dmboot profile`

use super::args::Profile as Args;
use super::convert::parse;
use super::exit::{Exit, Failure};
use super::input;
use super::output::{self, DIM, GOOD, NAME, WARNING, tell};
use crate::document::cp::rules;
use crate::document::profile::{Form, Parameter, Profile, Source, create};
use crate::factory::library::{Library, MAX_OCTETS, read_text};
use crate::factory::station::write_whole;
use crate::finding::{Position, Severity};
use crate::wire::wsp::Sec;
use serde_json::json;
use std::io::Write;

pub fn run(args: &Args, library: &Library) -> Result<Exit, Failure> {
    match args {
        Args::List { json } => list(*json, library),
        Args::Show { name, source, json } => show(name, *source, *json, library),
        Args::New { from, out, force } => new(from, out.as_deref(), *force),
    }
}

fn list(as_json: bool, library: &Library) -> Result<Exit, Failure> {
    let profiles = library
        .names()?
        .iter()
        .map(|name| library.load(name))
        .collect::<Result<Vec<_>, _>>()?;
    let mut out = output::out();
    if as_json {
        let profile = |p: &Profile| json!({ "name": p.name, "description": p.description });
        let value: Vec<_> = profiles.iter().map(profile).collect();
        output::json(&mut out, &json!({ "format": 1, "profiles": value }))?;
    } else {
        let row = |profile: &Profile| vec![profile.name.clone(), profile.description.clone()];
        output::table(
            &mut out,
            &profiles.iter().map(row).collect::<Vec<_>>(),
            NAME,
        )?;
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn show(name: &str, source: bool, as_json: bool, library: &Library) -> Result<Exit, Failure> {
    let profile = library.load(name)?;
    if source {
        let text = match library.text(name)? {
            Some(text) => text,
            None => read_text(std::path::Path::new(name), MAX_OCTETS)
                .map_err(|error| Failure::io(name, &error))?,
        };
        return super::print(text.as_bytes());
    }
    let mut out = output::out();
    if as_json {
        let parameter = |p: &Parameter| {
            json!({
                "name": p.name,
                "type": p.kind.name(),
                "expects": p.kind.expectation(),
                "column": p.column,
                "required": required(p),
                "secret": p.secret,
                "source": origin(p),
                "description": p.description,
            })
        };
        let value = json!({
            "format": 1,
            "name": profile.name,
            "description": profile.description,
            "form": profile.form.name(),
            "sec": profile.sec.map(|signing| signing.sec().map_or("none", Sec::lower_name)),
            "parameters": profile.parameters.iter().map(parameter).collect::<Vec<_>>(),
        });
        output::json(&mut out, &value)?;
        out.flush()?;
        return Ok(Exit::Ok);
    }
    writeln!(
        out,
        "{NAME}{}{NAME:#}  {}",
        output::visible(&profile.name),
        output::visible(&profile.description)
    )?;
    if profile.form == Form::Dm {
        writeln!(out, "an OMA DM message unless --form says otherwise")?;
    }
    match &profile.sec {
        Some(signing) => {
            let how = match signing.sec() {
                Some(sec) => format!("signed by {sec}"),
                None => "not signed".into(),
            };
            writeln!(out, "{how} unless --sec says otherwise")?;
        }
        None => writeln!(out, "choose with --sec how to sign")?,
    }
    let row = |p: &Parameter| {
        let kind = if p.secret {
            format!("{} (secret)", p.kind.name())
        } else {
            p.kind.name().into()
        };
        let column = if p.column == p.name {
            String::new()
        } else {
            format!(" [column {}]", p.column)
        };
        vec![
            p.name.clone(),
            kind,
            origin(p),
            format!("{}{column}", p.description),
        ]
    };
    for (title, wanted) in [("\nYou give:", true), ("\nYou may give:", false)] {
        writeln!(out, "{title}")?;
        let rows: Vec<_> = profile
            .parameters
            .iter()
            .filter(|p| required(p) == wanted)
            .map(row)
            .collect();
        output::table(&mut out, &rows, NAME)?;
    }
    writeln!(
        out,
        "\n{DIM}A list has a column for each; secrets go into the list or a --params file.{DIM:#}"
    )?;
    out.flush()?;
    Ok(Exit::Ok)
}

fn required(parameter: &Parameter) -> bool {
    parameter.source == Source::Given && !parameter.optional
}

/// Where a value comes from, in words.
fn origin(parameter: &Parameter) -> String {
    match &parameter.source {
        Source::Given if parameter.optional => "optional".into(),
        Source::Given => "given".into(),
        Source::Default(_) if parameter.secret => "default".into(),
        Source::Constant(_) if parameter.secret => "constant".into(),
        Source::Default(text) => format!("default {text}"),
        Source::Constant(text) => format!("always {text}"),
        Source::Template(template) => {
            let holes: Vec<_> = template.holes().map(String::as_str).collect();
            format!("made of {}", holes.join(", "))
        }
        Source::Derive(derive) => format!("derived from {}", derive.of.join(", ")),
        Source::Random(_) => "random, from the seed".into(),
    }
}

fn new(
    from: &std::path::Path,
    out: Option<&std::path::Path>,
    force: bool,
) -> Result<Exit, Failure> {
    let name = input::shown(from);
    let capture = input::read(from)?;
    let parsed = parse(&capture.octets).map_err(|failure| failure.of(&name))?;
    for finding in &parsed.findings {
        tell(WARNING, &format!("{name}:"), &finding.to_string());
    }
    if let Some(loss) = parsed.loss() {
        let message = format!("{name}: {loss}. The profile would lack it, so none is made");
        return Err(Failure::new(Exit::Refused, message).rule(loss.rule.id));
    }
    let position = |offset| match std::str::from_utf8(&capture.octets) {
        Ok(text) => Position::in_text(text, offset),
        Err(_) => Position::Offset(offset),
    };
    for finding in rules::check(&parsed.document, position) {
        if finding.rule.severity > Severity::Note {
            tell(WARNING, &format!("{name}:"), &finding.to_string());
        }
    }
    let stem = from
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or("document");
    let created = create(&parsed.document, &format!("Made from {stem}")).map_err(|error| {
        Failure::new(Exit::Malformed, &error)
            .rule(error.rule())
            .of(&name)
    })?;
    // What we write, we can read; a hole that is none is the user's to correct
    let find = |base: &str| crate::document::profile::shipped::find(base).map(str::to_owned);
    Profile::parse(&name, &created.toml, &find).map_err(|error| Failure::from(&error))?;
    if let Some(path) = out {
        write_whole(path, created.toml.as_bytes(), force)?;
    }
    for place in &created.suspicious {
        let message = format!(
            "{place} has a password or a number that looks like one device's, and all devices would \
             get it; put a hole like {{{{imsi}}}} there"
        );
        tell(WARNING, "warning:", &message);
    }
    for (place, parameter) in &created.parameters {
        tell(
            GOOD,
            "parameter:",
            &format!("{place} is {{{{{parameter}}}}} now"),
        );
    }
    match out {
        Some(path) => {
            tell(GOOD, "wrote:", &path.display().to_string());
            Ok(Exit::Ok)
        }
        None => super::print(created.toml.as_bytes()),
    }
}
