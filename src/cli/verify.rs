//! `dmboot verify`

use super::args::{Keys, Verify};
use super::exit::{Exit, Failure};
use super::input;
use super::output::{self, ERROR, GOOD, WARNING, tell};
use crate::document::copied;
use crate::document::cp::Document;
use crate::document::dm;
use crate::document::inspect::{Kind, detect, finding_json};
use crate::factory::params::{read_octets, read_value};
use crate::finding::Finding;
use crate::secret::Secret;
use crate::security::cp_mac::{
    Code, Facts, MissingFact, NetworkSecret, Pin, Scheme, Sec, parse_mac,
};
use crate::security::imsi::Imsi;
use crate::security::verify::{Assurance, Message, NotAuthentic, verify, verify_dm};
use crate::security::why::{Explanation, Pdu, Received, why};
use crate::wire::wsp::PushPdu;
use serde_json::json;
use std::io::Write;

/// What arrived: the body and what its headers say about it.
pub(super) struct Arrived<'a> {
    pub body: &'a [u8],
    pub scheme: Scheme,
    pub sec: Option<Sec>,
    /// The MAC as text, however it was written.
    pub mac: Option<String>,
    pub pdu: Option<Pdu<'a>>,
    /// What deviates in the headers.
    pub findings: Vec<Finding>,
}

impl Arrived<'_> {
    /// The method, as machines read it.
    fn sec_name(&self) -> &'static str {
        self.sec
            .map_or("none", |sec| self.scheme.lower_name_of(sec))
    }
}

pub fn run(args: &Verify) -> Result<Exit, Failure> {
    let name = input::shown(&args.file);
    let capture = input::read(&args.file)?;
    if let Some(exit) = super::notify::verified(args, &capture.octets)? {
        return Ok(exit);
    }
    let arrived = arrived(&args.keys, &capture.octets).map_err(|failure| failure.of(&name))?;
    if !args.json {
        arrived.findings.iter().for_each(output::remark);
    }
    let facts = facts(&args.keys)?;
    let mac = match arrived.mac.as_deref().map(str::as_bytes).map(parse_mac) {
        Some(Ok(mac)) => Ok(Some(mac)),
        None => Ok(None),
        Some(Err(error)) => Err(error),
    };
    let result = match &mac {
        Ok(mac) => {
            let message = Message {
                body: arrived.body,
                sec: arrived.sec,
                mac: *mac,
            };
            let verified = match arrived.scheme {
                Scheme::Cp => verify(message, &facts),
                Scheme::Dm => verify_dm(message, &facts),
            };
            verified
                .map(|verified| verified.assurance())
                .map_err(Refusal::Verify)
        }
        Err(error) => Err(Refusal::MacText(error.to_string(), error.rule())),
    };
    match result {
        Ok(Assurance::Unsigned) => Err(Failure::new(
            Exit::NotAuthentic,
            format!(
                "{name}: not signed: it has neither SEC nor MAC, so anybody may have made it{}",
                match arrived.pdu {
                    None => "; --sec and --mac give those that came with a bare document",
                    Some(_) => "; let the sender sign it",
                }
            ),
        )
        .rule("verify-unsigned")),
        Ok(assurance) => authentic(args, &name, &arrived, assurance),
        Err(refusal) => refused(args, &name, &arrived, &facts, &refusal),
    }
}

/// Why a message does not count as authentic.
enum Refusal {
    Verify(NotAuthentic),
    MacText(String, &'static str),
}

pub(super) fn arrived<'a>(keys: &Keys, octets: &'a [u8]) -> Result<Arrived<'a>, Failure> {
    let usage = |message| Err(Failure::new(Exit::Usage, message));
    match keys.sec.map(Option::<Sec>::from) {
        // It says its own
        _ if detect(octets) == Some(Kind::Wsp) => {}
        Some(None) if keys.mac.is_some() => {
            return usage("an unsigned document has no MAC; leave out --mac, or say its --sec");
        }
        Some(Some(_)) if keys.mac.is_none() && keys.code_file.is_none() => {
            return usage(
                "--sec goes with the MAC that came with it; give it with --mac, or a code with --code-file",
            );
        }
        _ => {}
    }
    match detect(octets) {
        Some(Kind::Wsp) if keys.sec.is_some() => Err(Failure::new(
            Exit::Usage,
            "a WSP PDU carries its SEC and MAC itself; leave out --sec and --mac",
        )),
        Some(Kind::Wsp) => {
            let pdu = PushPdu::parse(octets)
                .map_err(|error| Failure::new(Exit::Malformed, &error).rule(error.rule()))?;
            // Receivers differ in which of two they take, so no answer would be true for all
            let double = pdu
                .findings
                .iter()
                .find(|f| f.rule.id == "wsp-duplicate-parameter");
            if let Some(finding) = double {
                return Err(
                    Failure::new(Exit::NotAuthentic, finding.detail()).rule(finding.rule.id)
                );
            }
            let sec = match pdu.content_type.sec() {
                None => None,
                Some(value) => Some(value.method.ok_or_else(|| {
                    let message = format!("offset {}: SEC is none of 0 to 3", value.offset);
                    Failure::new(Exit::Malformed, message).rule("wsp-sec-unknown")
                })?),
            };
            let mac = pdu.content_type.mac().map(|mac| mac.text.to_owned());
            let context = Pdu {
                octets,
                body_at: pdu.body_offset,
            };
            Ok(Arrived {
                body: pdu.body,
                scheme: scheme(pdu.content_type.is_dm()),
                sec,
                mac,
                pdu: Some(context),
                findings: pdu.findings,
            })
        }
        Some(Kind::Wbxml) => Ok(Arrived {
            body: octets,
            scheme: scheme(dm::is_message(octets)),
            sec: keys.sec.and_then(Option::<Sec>::from),
            mac: keys.mac.clone(),
            pdu: None,
            findings: Vec::new(),
        }),
        Some(Kind::Xml) => Err(Failure::new(
            Exit::Usage,
            "this is XML; a MAC is computed over the WBXML that travels, so verify that",
        )),
        Some(Kind::Notification) | None => {
            let message = match copied::advice(octets) {
                Some(advice) => format!("{}: {}", advice.at, advice.message),
                None => {
                    "this is neither WBXML nor a WSP push PDU; Package #0 alone is verified when \
                         --secret-file or --secret-env gives the server's password; `dmboot \
                         inspect` shows the octets"
                        .into()
                }
            };
            Err(Failure::new(Exit::Malformed, message).rule("inspect-unknown-format"))
        }
    }
}

fn scheme(is_dm: bool) -> Scheme {
    if is_dm { Scheme::Dm } else { Scheme::Cp }
}

pub(super) fn facts(keys: &Keys) -> Result<Facts, Failure> {
    let mut facts = Facts::default();
    let usage = |what: &str, error: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, format!("{what}: {error}"))
    };
    if let Some(imsi) = &keys.imsi {
        tell(
            WARNING,
            "warning:",
            "the IMSI is a key under NETWPIN (in DM messages NETWORKID), and others on this \
             machine can read a command line; --imsi-file FILE keeps it to yourself",
        );
        let imsi = Imsi::parse(imsi).map_err(|error| usage("--imsi", &error))?;
        facts.network = Some(NetworkSecret::Imsi(imsi));
    }
    if let Some(path) = &keys.imsi_file {
        let text = read_value(path)?;
        let imsi = Imsi::parse(text.expose_text().unwrap_or("?").trim())
            .map_err(|error| usage(&path.display().to_string(), &error))?;
        facts.network = Some(NetworkSecret::Imsi(imsi));
    }
    if let Some(path) = &keys.network_key_file {
        let key = read_octets(path)?;
        if key.expose().is_empty() {
            return Err(usage(&path.display().to_string(), &"the key is empty"));
        }
        facts.network = Some(NetworkSecret::Octets(key));
    }
    let pin = match (&keys.pin_file, &keys.pin_env) {
        (Some(path), _) => Some((read_value(path)?, path.display().to_string())),
        (None, Some(variable)) => {
            let text = std::env::var(variable).map_err(|_| {
                let message = format!("the environment variable {variable} is not set to a text; set it for this command");
                Failure::new(Exit::Usage, message)
            })?;
            Some((Secret::from(text), variable.clone()))
        }
        (None, None) => None,
    };
    if let Some((text, place)) = pin {
        let text = text.expose_text().unwrap_or("?");
        facts.pin = Some(Pin::parse(text.trim()).map_err(|error| usage(&place, &error))?);
    }
    if let Some(path) = &keys.code_file {
        let text = read_value(path)?;
        let code = Code::parse(text.expose_text().unwrap_or("?").trim());
        facts.code = Some(code.map_err(|error| usage(&path.display().to_string(), &error))?);
    }
    Ok(facts)
}

/// How a fact is given, as the end of a message.
pub(super) fn how_to_give(fact: MissingFact) -> &'static str {
    match fact {
        MissingFact::Imsi => "; give it with --imsi-file or --network-key-file",
        MissingFact::Pin => "; give it with --pin-file or --pin-env",
        MissingFact::Code => "; give it with --code-file",
    }
}

fn authentic(
    args: &Verify,
    name: &str,
    arrived: &Arrived<'_>,
    assurance: Assurance,
) -> Result<Exit, Failure> {
    let (id, proves) = (assurance.name(), assurance.proves());
    let mut out = output::out();
    if args.json {
        let value = json!({
            "format": 1, "authentic": true, "sec": arrived.sec_name(), "assurance": id,
            "octets": arrived.body.len(),
            "findings": arrived.findings.iter().map(finding_json).collect::<Vec<_>>(),
        });
        output::json(&mut out, &value)?;
    } else {
        let method = arrived
            .sec
            .map_or("none", |sec| arrived.scheme.name_of(sec));
        let octets = arrived.body.len();
        writeln!(
            out,
            "{GOOD}authentic{GOOD:#} {method} over {octets} octets: {proves}"
        )?;
    }
    out.flush()?;
    drop(out);
    // An authentic message that cannot be read helps nobody
    let read = match arrived.scheme {
        Scheme::Cp => Document::from_wbxml(arrived.body)
            .map(drop)
            .map_err(Failure::from),
        Scheme::Dm => dm::Message::from_wbxml(arrived.body)
            .map(drop)
            .map_err(|error| Failure::new(Exit::Malformed, &error).rule(error.rule())),
    };
    match read {
        Ok(()) => Ok(Exit::Ok),
        Err(failure) => {
            let failure = failure.of(format!("{name}: the document in it"));
            Err(Failure {
                reported: args.json,
                ..failure
            })
        }
    }
}

fn refused(
    args: &Verify,
    name: &str,
    arrived: &Arrived<'_>,
    facts: &Facts,
    refusal: &Refusal,
) -> Result<Exit, Failure> {
    let (message, rule) = match refusal {
        Refusal::Verify(error) => (error.to_string(), error.rule()),
        Refusal::MacText(message, rule) => (message.clone(), *rule),
    };
    let is_missing = matches!(refusal, Refusal::Verify(NotAuthentic::MissingFact { .. }));
    // Where there is neither MAC nor code, nobody made a mistake with one
    let nothing_made = arrived.mac.is_none() && facts.code.is_none();
    let hint = match refusal {
        Refusal::Verify(NotAuthentic::MissingFact { fact, .. }) => how_to_give(*fact),
        _ if args.why || nothing_made => "",
        _ => "; --why looks for the sender's mistake",
    };
    let explanations = if args.why {
        let received = Received {
            body: arrived.body,
            scheme: arrived.scheme,
            sec: arrived.sec,
            mac: arrived.mac.as_deref().map(str::as_bytes),
            pdu: arrived.pdu,
            xml: None,
        };
        why(&received, facts, &[])
    } else {
        Vec::new()
    };
    let mut out = output::out();
    if args.json {
        let explanation = |e: &Explanation| {
            json!({
                "construction": e.construction,
                "key": e.key,
                "mistakes": e.mistakes.iter().map(|mistake| mistake.id).collect::<Vec<_>>(),
                "remedy": e.remedy(),
            })
        };
        let value = json!({
            "format": 1, "authentic": false,
            "sec": arrived.sec_name(),
            "rule": rule, "message": message,
            "why": explanations.iter().map(explanation).collect::<Vec<_>>(),
            "findings": arrived.findings.iter().map(finding_json).collect::<Vec<_>>(),
        });
        output::json(&mut out, &value)?;
    } else if args.why && !((is_missing || nothing_made) && explanations.is_empty()) {
        writeln!(out, "{ERROR}not authentic{ERROR:#}")?;
        for explanation in &explanations {
            writeln!(
                out,
                "  The MAC was made like this: {}",
                explanation.construction
            )?;
            writeln!(
                out,
                "  The sender has to change this: {}",
                explanation.remedy()
            )?;
        }
        if explanations.is_empty() {
            writeln!(
                out,
                "  No construction known here gives this MAC from the facts given: the PIN or \
                 IMSI is another one, or the document was changed after it was signed."
            )?;
        }
    }
    out.flush()?;
    let failure = Failure::new(Exit::NotAuthentic, format!("{name}: {message}{hint}")).rule(rule);
    Err(Failure {
        reported: args.json,
        ..failure
    })
}
