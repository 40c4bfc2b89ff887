//! `dmboot apply`

use super::args::{Apply, ChannelArg, LevelsArg};
use super::exit::{Exit, Failure};
use super::input;
use super::output::{self, GOOD, NAME, NOTE, WARNING, tell, visible};
use super::tree::{diff, is_iccid, named, now, of, open};
use super::verify::{Arrived, arrived, facts, how_to_give};
use crate::bytes::Hex;
use crate::client::apply::{
    Arrival, Ask, Outcome, Refusal, Settings, Summary, SummaryAccount, receive,
};
use crate::client::tree::{Actor, By};
use crate::document::dm::{Root, is_message};
use crate::document::inspect::{Kind, detect, finding_json};
use crate::document::received::Levels;
use crate::finding::Finding;
use crate::security::cp_mac::{Scheme, Sec, parse_mac};
use crate::security::policy::{Channel, Denied, Policy};
use crate::security::verify::{Message, NotAuthentic};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Why it was not applied: for people, and for machines.
struct Stop {
    failure: Failure,
    outcome: &'static str,
    tries_left: Option<u8>,
    findings: Vec<Finding>,
}

impl Stop {
    /// What is wrong is the message.
    fn of_message(failure: Failure) -> Self {
        let outcome = match failure.exit {
            Exit::Malformed => "malformed",
            Exit::NotAuthentic => "not-authentic",
            _ => "failed",
        };
        Self {
            outcome,
            ..failure.into()
        }
    }
}

/// Of what it takes to judge a message, whose outcome is still open.
impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            outcome: "failed",
            tries_left: None,
            findings: Vec::new(),
        }
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Failure::from(error).into()
    }
}

pub fn run(args: &Apply) -> Result<Exit, Failure> {
    let stop = match apply(args) {
        Ok(exit) => return Ok(exit),
        Err(stop) => stop,
    };
    let failure = stop.failure;
    if !args.json {
        stop.findings.iter().for_each(output::remark);
        return Err(failure);
    }
    let mut value = json!({
        "format": 1,
        "outcome": stop.outcome,
        "error": { "rule": failure.rule, "message": failure.message, "exit": failure.exit as u8 },
        "findings": stop.findings.iter().map(finding_json).collect::<Vec<_>>(),
    });
    if let Some(left) = stop.tries_left {
        value["tries_left"] = left.into();
    }
    let mut out = output::out();
    output::json(&mut out, &value)?;
    out.flush()?;
    Err(Failure {
        reported: true,
        ..failure
    })
}

fn apply(args: &Apply) -> Result<Exit, Stop> {
    let usage = |message: &str| Failure::new(Exit::Usage, message);
    let file = named(args.tree.as_deref())?;
    let name = input::shown(&args.file);
    let asks = !args.yes && !args.dry_run;
    let terminal = std::io::stdin().is_terminal() && args.file != Path::new("-");
    if asks && args.json {
        return Err(usage("--json asks nobody; add --yes, or --dry-run to change nothing").into());
    }
    if asks && !terminal {
        let message =
            "there is no terminal to confirm on; add --yes, or --dry-run to change nothing";
        return Err(usage(message).into());
    }
    let policy = policy(args.policy.as_deref())?;
    let capture = input::read(&args.file).map_err(Stop::of_message)?;
    let arrived = bare_or_pushed(args, &capture.octets)
        .map_err(|failure| Stop::of_message(failure.of(&name)))?;
    let channel = match args.channel {
        Some(ChannelArg::Push) => Channel::Push,
        Some(ChannelArg::Card) => Channel::Card,
        Some(ChannelArg::File) => Channel::File,
        None if arrived.pdu.is_some() => Channel::Push,
        None => Channel::File,
    };
    let iccid = args.iccid.as_deref();
    match iccid {
        None if channel == Channel::Card => {
            let message = "which card is missing; give its ICCID with --iccid, so that it can be forgotten with it";
            return Err(usage(message).into());
        }
        Some(_) if channel != Channel::Card => {
            return Err(usage("--iccid goes with --channel card").into());
        }
        Some(digits) => is_iccid(digits)?,
        None => {}
    }
    let mac = arrived.mac.as_deref().map(str::as_bytes).map(parse_mac);
    let mac = mac.transpose().map_err(|error| {
        let rule = error.rule();
        let message = format!("{name}: {error}");
        Stop::of_message(Failure::new(Exit::NotAuthentic, message).rule(rule))
    })?;
    let arrival = Arrival {
        message: Message {
            body: arrived.body,
            sec: arrived.sec,
            mac,
        },
        scheme: arrived.scheme,
        channel,
        iccid,
    };
    let facts = facts(&args.keys)?;
    let settings = Settings {
        policy: &policy,
        levels: match args.levels {
            LevelsArg::Oma => Levels::Oma,
            LevelsArg::Swapped => Levels::Swapped,
        },
        dry_run: args.dry_run,
    };
    let now = now();
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let mut tree = open(file)?;
    let mut person = Person { args, terminal };
    let received = receive(&mut tree, by, &arrival, &facts, &settings, &mut person);
    let closed = tree.into_store().close().map_err(of(file));
    let mut findings = arrived.findings;
    // What failed first is what there is to say
    if !matches!(received, Err(Refusal::Tree(_))) {
        closed?;
    }
    match received {
        Ok(outcome) => {
            report(args, &name, &outcome, &findings)?;
            Ok(Exit::Ok)
        }
        Err(refusal) => {
            let (outcome, rule) = (refusal.outcome(), refusal.rule());
            let tries_left = match &refusal {
                Refusal::NotAuthentic { tries_left, .. } => *tries_left,
                Refusal::Blocked { .. } => Some(0),
                _ => None,
            };
            let failure = failed(refusal, &mut findings, file);
            let failure = Failure {
                rule: failure.rule.or(rule),
                ..failure
            };
            Err(Stop {
                failure: failure.of(&name),
                outcome,
                tries_left,
                findings,
            })
        }
    }
}

fn failed(refusal: Refusal, findings: &mut Vec<Finding>, file: &Path) -> Failure {
    let hint = match &refusal {
        Refusal::NotAuthentic {
            source: NotAuthentic::MissingFact { fact, .. },
            ..
        } => how_to_give(*fact),
        Refusal::NotAuthentic { .. } => "; `dmboot verify --why` looks for the sender's mistake",
        Refusal::Denied(Denied::Assurance {
            channel: Channel::Push,
            ..
        }) => "; --channel file is for one that somebody had in hand",
        _ => "",
    };
    let exit = match &refusal {
        Refusal::Malformed(_) => Exit::Malformed,
        Refusal::NotAuthentic { .. } => Exit::NotAuthentic,
        Refusal::Denied(_) | Refusal::Context(_) | Refusal::Nothing(_) | Refusal::Declined => {
            Exit::Refused
        }
        Refusal::Blocked { .. } | Refusal::Crowded => Exit::Blocked,
        Refusal::Replayed { .. } => Exit::Replayed,
        Refusal::Tree(_) => Exit::Io,
    };
    let message = format!("{refusal}{hint}");
    match refusal {
        Refusal::Tree(error) => Failure::from(error).of(file.display()),
        Refusal::Nothing(all) => {
            findings.extend(all);
            Failure::new(exit, message)
        }
        _ => Failure::new(exit, message),
    }
}

fn policy(path: Option<&Path>) -> Result<Policy, Failure> {
    let Some(path) = path else {
        return Ok(Policy::default());
    };
    let octets = input::raw(path)?;
    let malformed = |message: String| {
        Failure::new(
            Exit::Malformed,
            format!("{}: {message}", input::shown(path)),
        )
        .rule("policy-file")
    };
    let text = std::str::from_utf8(&octets).map_err(|error| malformed(error.to_string()))?;
    Policy::parse(text).map_err(|error| malformed(error.to_string()))
}

/// What arrived. XML is a document too, which nothing can vouch for.
fn bare_or_pushed<'a>(args: &Apply, octets: &'a [u8]) -> Result<Arrived<'a>, Failure> {
    let signed = args.keys.sec.and_then(Option::<Sec>::from);
    if detect(octets) != Some(Kind::Xml) || signed.is_some() {
        return arrived(&args.keys, octets);
    }
    let is_dm = Root::of(octets) == Some(Root::Message) || is_message(octets);
    Ok(Arrived {
        body: octets,
        scheme: if is_dm { Scheme::Dm } else { Scheme::Cp },
        sec: None,
        mac: None,
        pdu: None,
        findings: Vec::new(),
    })
}

/// Who sits at the terminal.
struct Person<'a> {
    args: &'a Apply,
    terminal: bool,
}

impl Ask for Person<'_> {
    fn network_alone(&mut self) -> bool {
        let asks = self.terminal && !self.args.yes && !self.args.dry_run;
        self.args.accept_network_only
            || asks
                && {
                    tell(
                        WARNING,
                        "warning:",
                        "the network key alone vouches for this message, and whoever learns the IMSI has \
                     that key",
                    );
                    agrees("Go on all the same?")
                }
    }

    fn confirm(&mut self, summary: &Summary) -> bool {
        if self.args.yes {
            return true;
        }
        // To standard error, where the question is
        let mut err = anstream::stderr();
        sum_up(&mut err, summary).is_ok() && agrees("Apply this?")
    }
}

fn agrees(question: &str) -> bool {
    let mut err = anstream::stderr();
    let asked = write!(err, "{NAME}{question}{NAME:#} [y/N] ").and_then(|()| err.flush());
    let mut answer = String::new();
    asked.is_ok()
        && std::io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// What would be done, for people.
fn sum_up(out: &mut impl Write, summary: &Summary) -> std::io::Result<()> {
    let from = match (&summary.iccid, summary.channel) {
        (Some(iccid), _) => format!("the card {iccid}"),
        (None, Channel::Push) => "a push over the air".to_owned(),
        (None, channel) => format!("a {channel}"),
    };
    let proves = summary.assurance.proves();
    writeln!(out, "from       {}", visible(&from))?;
    writeln!(out, "vouched    {}: {proves}", summary.assurance)?;
    for account in &summary.accounts {
        let (server, path) = (visible(&account.server), &account.path);
        writeln!(out, "server     {NAME}{server}{NAME:#}, {path}")?;
        for address in &account.addresses {
            writeln!(out, "           {}", visible(address))?;
        }
    }
    for (label, list) in [
        ("APN       ", &summary.access_points),
        ("proxy     ", &summary.proxies),
    ] {
        for entry in list {
            writeln!(out, "{label} {}, {}", visible(&entry.address), entry.path)?;
        }
    }
    for account in &summary.replaced {
        // An account of which some nodes are others stays that account
        let whole = summary.accounts.iter().any(|new| new.path == account.path);
        let label = if whole { "replaces  " } else { "changes   " };
        let server = visible(&account.server);
        writeln!(
            out,
            "{label} the account {} of {NAME}{server}{NAME:#}",
            account.path
        )?;
    }
    for entry in &summary.removed {
        let address = visible(&entry.address);
        writeln!(out, "removes    {address}, {}", entry.path)?;
    }
    if !summary.rights.is_empty() {
        let servers: Vec<_> = summary.rights.iter().map(|id| visible(id)).collect();
        writeln!(out, "rights     {}", servers.join(", "))?;
    }
    let count = |name| {
        let mut all = summary.differences.iter();
        let count = all.by_ref().filter(|d| d.change().name() == name).count();
        (count > 0).then(|| format!("{count} {name}"))
    };
    let counts = ["added", "replaced", "removed"]
        .into_iter()
        .filter_map(count);
    let counts: Vec<_> = counts.collect();
    writeln!(out, "nodes      {}", counts.join(", "))
}

fn report(
    args: &Apply,
    name: &str,
    outcome: &Outcome,
    findings: &[Finding],
) -> Result<(), Failure> {
    let (id, summary) = match outcome {
        Outcome::Applied(summary) => ("applied", Some(summary)),
        Outcome::Tried(summary) => ("dry-run", Some(summary)),
        Outcome::Unchanged => ("unchanged", None),
    };
    let own = summary.map_or(&[][..], |summary| &summary.findings);
    let findings = findings.iter().chain(own);
    let mut out = output::out();
    if args.json {
        let mut value = json!({ "format": 1, "outcome": id });
        if let Some(summary) = summary {
            in_json(&mut value, summary);
        }
        value["findings"] = findings.map(finding_json).collect();
        output::json(&mut out, &value)?;
        out.flush()?;
        return Ok(());
    }
    findings.for_each(output::remark);
    match outcome {
        Outcome::Unchanged => {
            writeln!(
                out,
                "{NOTE}unchanged{NOTE:#} {name}: it was applied before and is in place"
            )?;
        }
        Outcome::Tried(summary) => {
            sum_up(&mut out, summary)?;
            diff::lines(&mut out, &summary.differences)?;
            writeln!(out, "{NOTE}dry run{NOTE:#} {name}: nothing was changed")?;
        }
        Outcome::Applied(summary) => {
            // Who was asked has seen it
            if args.yes {
                sum_up(&mut out, summary)?;
            }
            writeln!(out, "{GOOD}applied{GOOD:#} {name}")?;
        }
    }
    out.flush()?;
    Ok(())
}

fn in_json(value: &mut Value, summary: &Summary) {
    let accounts = |list: &[SummaryAccount]| -> Value {
        let each = list.iter().map(|account| {
            json!({
                "uri": account.path.to_string(),
                "server": account.server,
                "addresses": account.addresses,
            })
        });
        each.collect()
    };
    value["document"] = Hex(&summary.document).to_string().into();
    value["profile"] = summary.profile.name().into();
    value["channel"] = summary.channel.name().into();
    value["iccid"] = summary.iccid.clone().into();
    value["assurance"] = summary.assurance.name().into();
    value["accounts"] = accounts(&summary.accounts);
    value["replaced"] = accounts(&summary.replaced);
    value["rights"] = summary.rights.clone().into();
    for (name, list) in [
        ("access_points", &summary.access_points),
        ("proxies", &summary.proxies),
        ("removed", &summary.removed),
    ] {
        let each = list
            .iter()
            .map(|entry| json!({ "uri": entry.path.to_string(), "address": entry.address }));
        value[name] = each.collect();
    }
    value["differences"] = diff::in_json(&summary.differences).into();
}
