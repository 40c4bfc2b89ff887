//! `dmboot explain`, and the hint at it.

use super::args::Explain;
use super::exit::{Exit, Failure};
use super::output::{self, DIM, NAME, severity_style};
use crate::bytes::edits;
use crate::manual::rules::{FAMILIES, Family, Section, find};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};

/// Lines of text are not longer: longer ones are hard to read on any terminal.
const WIDTH: usize = 80;

/// Runs the command.
///
/// # Errors
/// `Failure`
pub fn run(args: &Explain) -> Result<Exit, Failure> {
    let Some(name) = &args.rule else {
        return list(FAMILIES, args.json);
    };
    match FAMILIES.iter().find(|family| family.name == name) {
        Some(family) => list(std::slice::from_ref(family), args.json),
        None => {
            let section = find(&name.to_lowercase()).ok_or_else(|| unknown(name))?;
            explain(&section, args.json)
        }
    }
}

fn explain(section: &Section, as_json: bool) -> Result<Exit, Failure> {
    let mut out = output::out();
    if as_json {
        let mut value = json!({ "format": 1, "rule": facts(section) });
        value["rule"]["text"] = section.text.into();
        output::json(&mut out, &value)?;
    } else {
        let style = severity_style(section.severity);
        writeln!(
            out,
            "{NAME}{}{NAME:#}  {style}{}{style:#}  {DIM}{}{DIM:#}",
            section.id, section.severity, section.clause
        )?;
        for line in wrapped(section.summary) {
            writeln!(out, "{line}")?;
        }
        for line in for_terminal(section.text) {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn list(families: &[Family], as_json: bool) -> Result<Exit, Failure> {
    let mut out = output::out();
    if as_json {
        let family = |family: &Family| {
            let rules: Vec<_> = family.sections().map(|section| facts(&section)).collect();
            json!({ "name": family.name, "about": family.about(), "rules": rules })
        };
        let value: Vec<_> = families.iter().map(family).collect();
        output::json(&mut out, &json!({ "format": 1, "families": value }))?;
    } else {
        for (number, family) in families.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            for line in wrapped(&format!("{}: {}", family.name, family.about())) {
                writeln!(out, "{line}")?;
            }
            let row = |section: Section| {
                let severity = section.severity.to_string();
                vec![section.id.to_owned(), severity, section.summary.to_owned()]
            };
            let rows: Vec<_> = family.sections().map(row).collect();
            output::table(&mut out, &rows, NAME)?;
        }
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn facts(section: &Section) -> Value {
    json!({
        "id": section.id,
        "severity": section.severity.to_string(),
        "summary": section.summary,
        "clause": section.clause,
    })
}

/// No rule has this name. Up to three that it may mean are named.
fn unknown(name: &str) -> Failure {
    let asked = name.to_lowercase();
    let mut near: Vec<(usize, &str)> = FAMILIES
        .iter()
        .flat_map(Family::sections)
        .filter_map(|section| {
            // A part of the id is as good as a slip in one letter
            let part = asked.len() > 3 && section.id.contains(&asked);
            let distance = if part { 1 } else { edits(&asked, section.id) };
            (distance <= 3).then_some((distance, section.id))
        })
        .collect();
    near.sort_unstable();
    near.truncate(3);
    let ids: Vec<_> = near.iter().map(|(_, id)| *id).collect();
    let remedy = match ids.as_slice() {
        [] => "`dmboot explain` lists all".to_owned(),
        ids => format!("did you mean {}?", ids.join(" or ")),
    };
    Failure::new(Exit::Usage, format!("no rule is called {name:?}; {remedy}"))
}

/// Says once, to people only, that there is more to read.
pub fn hint(rule: &str) {
    if std::io::stderr().is_terminal() && find(rule).is_some() {
        let _ = writeln!(
            anstream::stderr(),
            "{DIM}more: dmboot explain {rule}{DIM:#}"
        );
    }
}

/// The Markdown of a section as lines for a terminal: paragraphs wrapped, code indented and left as
/// it is.
fn for_terminal(markdown: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut paragraph, mut in_code) = (String::new(), false);
    for line in markdown.lines().chain([""]) {
        let fence = line.starts_with("```");
        let ends = fence || !in_code && (line.is_empty() || line.starts_with("- "));
        if ends && !paragraph.trim().is_empty() {
            lines.push(String::new());
            lines.extend(wrapped(&paragraph));
            paragraph.clear();
        }
        if fence {
            in_code = !in_code;
            // `Wrong:` belongs to what follows; what nothing announces is an example
            if in_code && lines.last().is_none_or(|last| !last.ends_with(':')) {
                lines.extend([String::new(), "Example:".to_owned()]);
            }
        } else if in_code {
            lines.push(format!("    {line}").trim_end().to_owned());
        } else {
            paragraph.push_str(line);
            paragraph.push(' ');
        }
    }
    lines
}

/// The words of a text in lines of at most [`WIDTH`] characters, where words allow.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let width = |line: &str| line.chars().count();
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if width(line) + 1 + width(word) <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_and_code_is_kept() {
        let word = "word ".repeat(20);
        let markdown =
            format!("{word}\nend\n\nWrong:\n```xml\n<a\n  b=\"1\"/>\n\n```\nAfter.\n- One\n- Two");
        let lines = for_terminal(&markdown);
        assert_eq!(
            lines,
            [
                "",
                "word ".repeat(16).trim_end(),
                "word word word word end",
                "",
                "Wrong:",
                "    <a",
                "      b=\"1\"/>",
                "",
                "",
                "After.",
                "",
                "- One",
                "",
                "- Two",
            ]
        );
        let lines = for_terminal("Text.\n\n```console\nrun\n```\n");
        assert_eq!(lines, ["", "Text.", "", "Example:", "    run"]);
    }
}
