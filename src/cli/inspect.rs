//! `dmboot inspect`

use super::args::Inspect;
use super::exit::{Exit, Failure};
use super::explain::hint;
use super::input;
use super::output::{self, DIM, NAME, NOTE, visible};
use crate::document::inspect::{Kind, LineKind, inspect, lines, to_json};
use anstyle::Style;
use std::io::Write;

pub fn run(args: &Inspect) -> Result<Exit, Failure> {
    let name = input::shown(&args.file);
    let kind = args.kind.as_deref().and_then(Kind::from_name);
    let capture = input::read(&args.file)?;
    let inspection = inspect(&capture.octets, kind, args.reveal);
    let mut out = output::out();
    if args.json {
        output::json(
            &mut out,
            &to_json(&inspection, &capture.octets, args.reveal),
        )?;
    } else {
        let lines = lines(&inspection, &capture.octets, args.reveal);
        let places = lines
            .iter()
            .map(|line| line.place.chars().count())
            .max()
            .unwrap_or(0);
        let octets = lines
            .iter()
            .map(|line| line.octets.chars().count())
            .max()
            .unwrap_or(0);
        for line in &lines {
            let style = match line.kind {
                LineKind::Group => NAME,
                LineKind::Hidden => NOTE,
                LineKind::Leaf | LineKind::Octets => Style::new(),
            };
            let indent = "  ".repeat(line.depth);
            let text = visible(&line.text);
            let (place, shown) = (&line.place, &line.octets);
            let text = if text.is_empty() {
                text
            } else {
                format!("{indent}{style}{text}{style:#}")
            };
            let row = format!("{DIM}{place:places$}{DIM:#}  {shown:octets$}  {text}");
            writeln!(out, "{}", row.trim_end())?;
        }
        for finding in &inspection.findings {
            let style = output::severity_style(finding.rule.severity);
            let text = visible(&finding.to_string());
            let (label, rest) = text.split_at(text.find(']').map_or(0, |end| end + 1));
            writeln!(
                out,
                "{style}{label}{style:#}{rest} ({})",
                finding.rule.clause
            )?;
        }
    }
    out.flush()?;
    match &inspection.fault {
        None => {
            let worst = inspection.findings.iter().max_by_key(|f| f.rule.severity);
            if let Some(finding) = worst.filter(|_| !args.json) {
                hint(finding.rule.id);
            }
            Ok(Exit::Ok)
        }
        Some(fault) => {
            let message = format!("{name}: {}: {}", fault.at, fault.message);
            let failure = Failure::new(Exit::Malformed, message).rule(fault.rule);
            Err(Failure {
                reported: args.json,
                ..failure
            })
        }
    }
}
