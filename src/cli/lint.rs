//! `dmboot lint`

use super::args::{Lint, named};
use super::exit::{Exit, Failure};
use super::input;
use super::output::{self, DIM, ERROR, GOOD, NAME, NOTE, WARNING, visible};
use super::receiver::{self, Report};
use crate::document::inspect::{Kind, finding_json, place_json};
use crate::document::lint::{Channel, Context, Linted, Remark, lint, of_profile, rules};
use crate::document::profile::{Form, Profile};
use crate::document::receivers::Receiver;
use crate::factory::library::Library;
use crate::finding::{Position, Severity};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What was found in one input.
struct Judged<'r> {
    name: String,
    linted: Linted,
    /// What receivers will do with it.
    reports: Vec<Report<'r>>,
    /// Why nothing, or not all, could be read.
    failure: Option<Failure>,
}

pub fn run(args: &Lint, library: &Library) -> Result<Exit, Failure> {
    let receivers = match args.receiver.as_deref() {
        None => Vec::new(),
        Some("all") => library.receivers()?,
        Some(name) => vec![library.receiver(name)?],
    };
    let job = Job {
        kind: args.kind.as_deref().and_then(Kind::from_name),
        form: named(&Form::NAMES, args.form.as_deref()),
        channel: named(&Channel::NAMES, args.channel.as_deref()),
        receivers: &receivers,
        library,
    };
    let mut judged = Vec::new();
    for file in &args.files {
        judged.extend(job.judge(file)?);
    }
    let counts = Counts::of(&judged);
    let mut out = output::out();
    if args.json {
        output::json(&mut out, &to_json(&judged, &counts))?;
    } else {
        print(&mut out, &judged, &counts)?;
    }
    out.flush()?;
    // A file that cannot be read says nothing about itself, so it counts most
    let worst = |exit: Exit| {
        let failures = judged.iter().filter_map(|one| one.failure.as_ref());
        failures
            .map(|failure| failure.exit)
            .any(|found| found == exit)
    };
    let refused = args.receiver.as_deref().is_some_and(|name| name != "all")
        && judged
            .iter()
            .flat_map(|one| &one.reports)
            .any(|r| r.verdict().is_useless());
    Ok(if worst(Exit::Io) {
        Exit::Io
    } else if worst(Exit::Malformed) {
        Exit::Malformed
    } else if counts.errors > 0 || refused {
        Exit::Refused
    } else {
        Exit::Ok
    })
}

/// What is the same for all inputs.
struct Job<'j> {
    kind: Option<Kind>,
    /// Of profiles.
    form: Option<Form>,
    channel: Option<Channel>,
    receivers: &'j [Receiver],
    library: &'j Library,
}

impl<'j> Job<'j> {
    /// Judges a file, a profile, or what is in a folder.
    fn judge(&self, path: &Path) -> Result<Vec<Judged<'j>>, Failure> {
        let name = path.to_str().unwrap_or_default();
        if path.is_dir() {
            return Ok(documents_in(path)?
                .iter()
                .map(|path| self.file(path))
                .collect());
        }
        let is_profile = name.ends_with(".toml")
            || !path.exists() && self.library.names()?.iter().any(|known| known == name);
        Ok(vec![if is_profile {
            self.profile(name)
        } else {
            self.file(path)
        }])
    }

    fn profile(&self, name: &str) -> Judged<'j> {
        let mut judged = Judged {
            name: name.to_owned(),
            linted: Linted::default(),
            reports: Vec::new(),
            failure: None,
        };
        match self.load(name) {
            Ok(profile) => {
                judged.linted = of_profile(&profile, self.channel);
                match receiver::reports_of_profile(self.receivers, &profile) {
                    Ok(reports) => judged.reports = reports,
                    Err(error) => judged.failure = Some(Failure::new(Exit::Malformed, error)),
                }
            }
            Err(failure) => judged.failure = Some(failure),
        }
        judged
    }

    /// The profile in the form that is asked for.
    fn load(&self, name: &str) -> Result<Profile, Failure> {
        let mut profile = self.library.load(name)?;
        profile.form = self.form.unwrap_or(profile.form);
        if profile.form == Form::Dm {
            profile
                .has_dm_form()
                .map_err(|error| Failure::from(&error))?;
        }
        Ok(profile)
    }

    fn file(&self, path: &Path) -> Judged<'j> {
        let mut judged = Judged {
            name: input::shown(path),
            linted: Linted::default(),
            reports: Vec::new(),
            failure: None,
        };
        let capture = match input::read(path) {
            Ok(capture) => capture,
            Err(failure) => {
                judged.failure = Some(failure);
                return judged;
            }
        };
        // Outputs are called after their devices
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let identities: Vec<&str> = stem
            .split(|c: char| !c.is_ascii_digit())
            .filter(|digits| digits.len() >= 8)
            .collect();
        let context = Context {
            identities: &identities,
            channel: self.channel,
        };
        judged.linted = lint(&capture.octets, self.kind, &context);
        if let [one] = self.receivers
            && one.swaps_levels()
        {
            let meant = |remark: &Remark| remark.finding.rule == &rules::LEVELS_SWAPPED;
            judged.linted.remarks.retain(|remark| !meant(remark));
        }
        if let Some(fault) = &judged.linted.fault {
            let message = format!("{}: {}: {}", judged.name, fault.at, fault.message);
            judged.failure = Some(Failure::new(Exit::Malformed, message).rule(fault.rule));
            return judged;
        }
        if !self.receivers.is_empty() {
            // Where facts cannot be told, as of Package #0 alone, there is nothing to compare
            let reports = receiver::reports(self.receivers, &capture.octets);
            judged.reports = reports.unwrap_or_default();
        }
        judged
    }
}

/// The documents and messages that a folder holds, as `build` names them.
fn documents_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| Failure::io(folder.display(), &error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_file() && extension.is_some_and(|e| ["wsp", "wbxml", "xml", "hex"].contains(&e))
        {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        let message = format!(
            "{}: no file that ends in .wsp, .wbxml, .xml or .hex; name the files themselves",
            folder.display()
        );
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(found)
}

/// How much was found.
#[derive(Default)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
    allowed: usize,
}

impl Counts {
    fn of(judged: &[Judged<'_>]) -> Self {
        let mut counts = Self::default();
        for remark in judged.iter().flat_map(|one| &one.linted.remarks) {
            let count = match (&remark.allowed, remark.finding.rule.severity) {
                (Some(_), _) => &mut counts.allowed,
                (None, Severity::Error) => &mut counts.errors,
                (None, Severity::Warning) => &mut counts.warnings,
                (None, Severity::Note) => &mut counts.notes,
            };
            *count += 1;
        }
        counts
    }
}

fn to_json(judged: &[Judged<'_>], counts: &Counts) -> Value {
    let file = |one: &Judged<'_>| {
        json!({
            "file": one.name,
            "kind": one.linted.kind,
            "findings": one.linted.remarks.iter().map(remark_json).collect::<Vec<_>>(),
            "receivers": one.reports.iter().map(Report::json).collect::<Vec<_>>(),
            "fault": one.failure.as_ref().map(|failure| {
                let mut map = Map::new();
                map.insert("rule".into(), failure.rule.into());
                if let Some(fault) = &one.linted.fault {
                    place_json(&mut map, fault.at);
                }
                map.insert("message".into(), failure.message.clone().into());
                map.insert("exit".into(), (failure.exit as u8).into());
                map
            }),
        })
    };
    json!({
        "format": 1,
        "files": judged.iter().map(file).collect::<Vec<_>>(),
        "errors": counts.errors,
        "warnings": counts.warnings,
        "notes": counts.notes,
        "allowed": counts.allowed,
    })
}

fn remark_json(remark: &Remark) -> Map<String, Value> {
    let mut map = finding_json(&remark.finding);
    map.insert("clause".into(), remark.finding.rule.clause.into());
    map.insert("profile".into(), remark.profile.clone().into());
    map.insert("allowed".into(), remark.allowed.clone().into());
    map
}

/// One finding, where else in its file it stands alike, and how many more files have it.
struct Shown<'j> {
    file: &'j str,
    remark: &'j Remark,
    places: Vec<Position>,
    more: usize,
    /// The numbers of the first and the last file that has it.
    files: (usize, usize),
}

fn print(out: &mut impl Write, judged: &[Judged<'_>], counts: &Counts) -> std::io::Result<()> {
    for one in &folded(judged) {
        print_remark(out, one)?;
    }
    for one in judged.iter().filter(|one| !one.reports.is_empty()) {
        writeln!(out, "{NAME}{}{NAME:#}:", visible(&one.name))?;
        for report in &one.reports {
            report.print(out)?;
        }
    }
    out.flush()?;
    for failure in judged.iter().filter_map(|one| one.failure.as_ref()) {
        output::complain(failure);
    }
    summary(out, judged, counts)
}

/// What is wrong alike in several places or with several messages of a job, once.
fn folded<'j>(judged: &'j [Judged<'_>]) -> Vec<Shown<'j>> {
    let mut shown: Vec<Shown<'j>> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for (number, one) in judged.iter().enumerate() {
        for remark in &one.linted.remarks {
            let finding = &remark.finding;
            let alike = (
                (finding.rule.id, &finding.found),
                (&finding.expected, &finding.remedy),
                (&remark.profile, &remark.allowed),
            );
            if let Some(same) = known.get(&alike).and_then(|&index| shown.get_mut(index)) {
                let (first, last) = same.files;
                if first == number {
                    same.places.push(finding.at);
                } else if last != number {
                    same.more += 1;
                    same.files.1 = number;
                }
                continue;
            }
            known.insert(alike, shown.len());
            shown.push(Shown {
                file: &one.name,
                remark,
                places: Vec::new(),
                more: 0,
                files: (number, number),
            });
        }
    }
    shown
}

/// Where else in its file a finding stands.
fn further(places: &[Position]) -> String {
    const LIMIT: usize = 8;
    let told = |at: &Position| match at {
        Position::Line { line, column } => format!("{line}:{column}"),
        at => at.to_string(),
    };
    let mut all: Vec<String> = places.iter().take(LIMIT).map(told).collect();
    if places.len() > LIMIT {
        all.push("…".to_owned());
    }
    match places.len() {
        0 => String::new(),
        1 => format!(" and 1 more place: {}", all.join(", ")),
        count => format!(" and {count} more places: {}", all.join(", ")),
    }
}

fn print_remark(out: &mut impl Write, shown: &Shown<'_>) -> std::io::Result<()> {
    let Remark {
        finding,
        profile,
        allowed,
    } = shown.remark;
    let severity = finding.rule.severity;
    let (style, severity) = match allowed {
        Some(_) => (DIM, "allowed".to_owned()),
        None => (output::severity_style(severity), severity.to_string()),
    };
    let file = visible(profile.as_deref().unwrap_or(shown.file));
    let place = match finding.at {
        Position::Unknown => file,
        Position::Line { line, column } => format!("{file}:{line}:{column}"),
        at @ Position::Offset(_) => format!("{file}, {at}"),
    };
    let more = match shown.more {
        0 => String::new(),
        1 => " and 1 more file".to_owned(),
        more => format!(" and {more} more files"),
    };
    writeln!(
        out,
        "{style}{severity:<8}{style:#} {NAME}{}{NAME:#}  {place}{}{more}",
        finding.rule.id,
        further(&shown.places)
    )?;
    let mut rows = vec![
        ("found", &finding.found),
        ("expected", &finding.expected),
        ("remedy", &finding.remedy),
    ];
    rows.extend(allowed.as_ref().map(|reason| ("allowed", reason)));
    for (label, text) in rows {
        writeln!(out, "         {DIM}{label:<9}{DIM:#} {}", visible(text))?;
    }
    Ok(())
}

fn summary(out: &mut impl Write, judged: &[Judged<'_>], counts: &Counts) -> std::io::Result<()> {
    let several = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    let read = judged.iter().filter(|one| one.failure.is_none()).count();
    let files = match judged.len() - read {
        0 => several(read, "file"),
        unread => format!(
            "{}, {} not read",
            several(read, "file"),
            several(unread, "file")
        ),
    };
    let mut parts = Vec::new();
    for (count, what, style) in [
        (counts.errors, "error", ERROR),
        (counts.warnings, "warning", WARNING),
        (counts.notes, "note", NOTE),
    ] {
        if count > 0 {
            parts.push(format!("{style}{}{style:#}", several(count, what)));
        }
    }
    if counts.allowed > 0 {
        parts.push(format!("{} allowed", counts.allowed));
    }
    if parts.is_empty() {
        return match read {
            0 => Ok(()),
            _ if read < judged.len() => writeln!(out, "nothing found in {files}"),
            _ => writeln!(out, "{GOOD}nothing found{GOOD:#} in {files}"),
        };
    }
    writeln!(out, "{} in {files}", parts.join(", "))?;
    let remarks = judged.iter().flat_map(|one| &one.linted.remarks);
    let rules: HashSet<&str> = remarks.map(|remark| remark.finding.rule.id).collect();
    match rules.iter().next() {
        Some(rule) if rules.len() == 1 => {
            writeln!(out, "{DIM}dmboot explain {rule} says more about it{DIM:#}")?;
        }
        Some(_) => writeln!(out, "{DIM}dmboot explain RULE says more about each{DIM:#}")?,
        None => {}
    }
    Ok(())
}
