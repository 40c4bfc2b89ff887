//! `dmboot receiver`, and what other commands say about receivers.

mod choice;
mod messages;
mod report;

pub use choice::{Chosen, choose};
pub use report::{Report, reports, reports_of_profile};

use super::args::Receiver as Args;
use super::exit::{Exit, Failure};
use super::output::{self, DIM, NAME};
use crate::document::receivers::{Claim, Receiver};
use crate::factory::library::Library;
use serde_json::json;
use std::io::Write;

/// Runs the command.
///
/// # Errors
/// `Failure`
pub fn run(args: &Args, library: &Library) -> Result<Exit, Failure> {
    match args {
        Args::List { json } => list(*json, library),
        Args::Show { name, json } => show(&library.receiver(name)?, *json),
    }
}

fn list(as_json: bool, library: &Library) -> Result<Exit, Failure> {
    let receivers = library.receivers()?;
    let mut out = output::out();
    if as_json {
        let receiver = |r: &Receiver| json!({ "name": r.name, "description": r.description, "claims": r.claims.len() });
        let value: Vec<_> = receivers.iter().map(receiver).collect();
        output::json(&mut out, &json!({ "format": 1, "receivers": value }))?;
    } else {
        let row = |r: &Receiver| {
            let claims = match r.claims.len() {
                1 => "1 claim".to_owned(),
                count => format!("{count} claims"),
            };
            vec![r.name.clone(), claims, r.description.clone()]
        };
        let rows: Vec<_> = receivers.iter().map(row).collect();
        output::table(&mut out, &rows, NAME)?;
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn show(receiver: &Receiver, as_json: bool) -> Result<Exit, Failure> {
    let mut out = output::out();
    if as_json {
        let value = json!({
            "format": 1,
            "name": receiver.name,
            "description": receiver.description,
            "sources": receiver.sources,
            "claims": receiver.claims.iter().map(of_claim).collect::<Vec<_>>(),
        });
        output::json(&mut out, &value)?;
        out.flush()?;
        return Ok(Exit::Ok);
    }
    let (name, description) = (&receiver.name, &receiver.description);
    writeln!(
        out,
        "{NAME}{}{NAME:#}  {}",
        output::visible(name),
        output::visible(description)
    )?;
    for claim in &receiver.claims {
        writeln!(
            out,
            "\n{NAME}{}{NAME:#} {}: {}",
            claim.id,
            claim.effect.name(),
            output::visible(&claim.sentence(name))
        )?;
        writeln!(
            out,
            "{DIM}  {} ({}){DIM:#}",
            output::visible(&claim.source),
            claim.confidence.name()
        )?;
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn of_claim(claim: &Claim) -> serde_json::Value {
    json!({
        "id": claim.id,
        "effect": claim.effect.name(),
        "part": claim.part,
        "says": claim.says,
        "remedy": claim.remedy,
        "source": claim.source,
        "confidence": claim.confidence.name(),
    })
}
