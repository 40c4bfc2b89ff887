//! The linter: what readers and rules say of a document or message, and the mistakes that break no
//! rule but leave a device without management or open to others.
//!
//! [`lint`] takes whatever [`inspect`](crate::document::inspect) takes; [`of_profile`] judges a
//! profile before any device is known. Accounts are judged alike, whether a w7 APPLICATION or a
//! DMAcc sets them up. Which receivers take a message is a matter of
//! [`receivers`](crate::document::receivers).
//!
//! No value that could be secret is quoted, nothing here panics, and findings are bounded, whatever
//! the input.

mod account;
mod accounts;
mod connections;
mod known;
mod nodes;
mod profile;
pub mod rules;
mod secrets;
mod sending;
mod values;

use super::cp::rules::{MAX_FINDINGS, Report};
use super::cp::{Document, Encoding};
use super::dm::rules::objects::{self, Object};
use super::dm::rules::view::{self, View};
use super::dm::{self, Message, MgmtTree, Root, TndsForm, WbxmlVersion};
use super::inspect::{Fault, Kind, body_kind, inspect};
use super::profile::Form;
use crate::finding::{Finding, Position};
use crate::wire::wsp::{PushPdu, Sec};
use rules as r;
use secrets::Public;
use sending::length_of_body;

pub use known::{find, nearest};
pub use profile::{of_profile, pin_of_profile};
pub use rules::ALL;
pub use sending::{Channel, MAX_SEGMENTS, by_pin, length, pin, shared_pin, signing};

/// What is known beyond the input.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'c> {
    /// What the device is known by, public as it is: IMEI, IMSI, ICCID, telephone number.
    pub identities: &'c [&'c str],
    /// How the message travels.
    pub channel: Option<Channel>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Linted {
    /// What it is, as [`Inspection::kind`](super::inspect::Inspection::kind) says, or `profile`.
    pub kind: String,
    /// What deviates, by position.
    pub remarks: Vec<Remark>,
    /// What stopped the reading.
    pub fault: Option<Fault>,
}

/// A finding, and what its profile says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The finding.
    pub finding: Finding,
    /// The profile that it stands in, when that is not the input itself.
    pub profile: Option<String>,
    /// Why the profile allows it.
    pub allowed: Option<String>,
}

/// Judges `input`, read as `kind` or as what [`detect`](super::inspect::detect) says it is.
#[must_use]
pub fn lint(input: &[u8], kind: Option<Kind>, context: &Context<'_>) -> Linted {
    let inspection = inspect(input, kind, false);
    let mut findings = inspection.findings;
    let fault = inspection.fault.or_else(|| match inspection.format? {
        Kind::Wsp => of_push(input, context, &mut findings),
        kind => of_body(input, kind, 0, Signed::Unknown, context, &mut findings),
    });
    speak_for(&mut findings);
    findings.sort_by(|a, b| (a.at, a.rule.id, &a.found).cmp(&(b.at, b.rule.id, &b.found)));
    findings.dedup();
    let remark = |finding| Remark {
        finding,
        profile: None,
        allowed: None,
    };
    Linted {
        kind: inspection.kind,
        remarks: findings.into_iter().map(remark).collect(),
        fault,
    }
}

/// What is known of how a document is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signed {
    Unknown,
    By(Option<Sec>),
}

fn of_push(input: &[u8], context: &Context<'_>, findings: &mut Vec<Finding>) -> Option<Fault> {
    // The inspection has said why it is none
    let push = PushPdu::parse(input).ok()?;
    let kind = body_kind(&push);
    let sec = push.content_type.sec().and_then(|sec| sec.method);
    let form = match Root::of(push.body) {
        Some(_) => Form::Dm,
        None => Form::Cp,
    };
    if kind != Some(Kind::Notification) {
        // A notification proves itself by its digest; an unknown method is a finding of its own
        if push.content_type.sec().is_none() || sec.is_some() {
            findings.extend(signing(sec, context.channel, form));
        }
        if context.channel != Some(Channel::Other) {
            findings.extend(length(input.len(), form));
        }
    }
    let signed = Signed::By(sec);
    of_body(
        push.body,
        kind?,
        push.body_offset,
        signed,
        context,
        findings,
    )
}

/// The linter's own rules on the document that stands at `base` of the input. What readers and
/// other rules have to say, the inspection has said; but it takes documents of all types, and those
/// that set up no account are no use here.
fn of_body(
    body: &[u8],
    kind: Kind,
    base: usize,
    signed: Signed,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Fault> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let is_xml = kind == Kind::Xml;
    let position = |offset: usize| match is_xml && base == 0 {
        true => Position::in_text(text, offset),
        false => Position::Offset(base + offset),
    };
    match (kind, Root::of(body)) {
        (Kind::Notification | Kind::Wsp, _) => {}
        (_, Some(Root::Message)) => {
            let parsed = match is_xml {
                true => Message::from_xml(body),
                false => Message::from_wbxml(body),
            };
            if let Ok(parsed) = parsed {
                findings.extend(of_message(&parsed.document, context, position));
                // A push has been measured
                if signed == Signed::Unknown {
                    findings.extend(length_of_body(Form::Dm, context.channel, || match is_xml {
                        true => message_octets(&parsed.document),
                        false => Some(body.len()),
                    }));
                }
            }
        }
        (_, Some(Root::Tree)) => {
            let parsed = match is_xml {
                true => MgmtTree::from_xml(body),
                false => MgmtTree::from_wbxml(body),
            };
            if let Ok(parsed) = parsed {
                let nodes = view::of_tree(&parsed.document, "");
                findings.extend(of_nodes(&nodes, context, &position));
            }
        }
        (_, None) => {
            let parsed = match is_xml {
                true => Document::from_xml(body),
                false => Document::from_wbxml(body),
            };
            let parsed = match parsed {
                Ok(parsed) => parsed,
                Err(error) => {
                    let at = match error.at() {
                        Position::Offset(at) => Position::Offset(base + at),
                        _ if base > 0 => Position::Offset(base),
                        at => at,
                    };
                    return Some(Fault {
                        rule: error.rule(),
                        at,
                        message: error.sentence(),
                    });
                }
            };
            findings.extend(document(&parsed.document, false, context, position));
            match signed {
                Signed::By(sec) => {
                    findings.extend(privileged(&parsed.document, sec, position));
                }
                // A push has been measured
                Signed::Unknown => {
                    findings.extend(length_of_body(Form::Cp, context.channel, || match is_xml {
                        true => document_octets(&parsed.document),
                        false => Some(body.len()),
                    }));
                }
            }
        }
    }
    None
}

/// Octets of a document's usual encoding; `None` when it has none.
fn document_octets(document: &Document<'_>) -> Option<usize> {
    let encoded = document.to_wbxml(Encoding::Compatible);
    encoded.ok().map(|encoded| encoded.octets.len())
}

/// The same for a message.
fn message_octets(message: &Message<'_>) -> Option<usize> {
    let encoded = message.to_wbxml(TndsForm::Inline, WbxmlVersion::V1_2);
    encoded.ok().map(|encoded| encoded.octets.len())
}

/// The linter's own rules on a provisioning document; `cp::rules` are not among them.
///
/// In a `symbolic` document, values that come from parameters are samples, and are not judged.
pub fn document(
    document: &Document<'_>,
    symbolic: bool,
    context: &Context<'_>,
    position: impl Fn(usize) -> Position,
) -> Vec<Finding> {
    let mut report = Report::new(&position, MAX_FINDINGS);
    values::of_document(document, symbolic, &mut report);
    connections::of_document(document, symbolic, &mut report);
    let all = account::of_document(document, symbolic);
    let mut connections = document
        .of_kind("NAPDEF")
        .chain(document.of_kind("PXLOGICAL"));
    accounts::check(&all, connections.next().is_some(), &mut report);
    let mut public = secrets::public_of(&all);
    for identity in document.of_kind("CLIENTIDENTITY") {
        let text = identity.value("CLIENT-ID");
        public.extend(text.map(|text| Public {
            what: "CLIENT-ID",
            text,
        }));
    }
    public.extend(of_device(context));
    secrets::check(&secrets::of_accounts(&all), &public, &mut report);
    report.finish()
}

/// Whether a document that is signed by `sec` may set up the context that it asks for.
pub fn privileged(
    document: &Document<'_>,
    sec: Option<Sec>,
    position: impl Fn(usize) -> Position,
) -> Vec<Finding> {
    let mut report = Report::new(&position, MAX_FINDINGS);
    sending::privileged(document, sec, &mut report);
    report.finish()
}

/// The linter's own rules on a DM message; `dm::rules` are not among them.
pub fn of_message(
    message: &Message<'_>,
    context: &Context<'_>,
    position: impl Fn(usize) -> Position,
) -> Vec<Finding> {
    let target = message.header.target.as_ref().map(dm::Text::as_str);
    // `IMEI:490154203237518`
    let device = target.map(|target| target.rsplit(':').next().unwrap_or_default());
    let identities: Vec<&str> = context.identities.iter().copied().chain(device).collect();
    let context = Context {
        identities: &identities,
        ..*context
    };
    of_nodes(&view::of_message_as_meant(message), &context, &position)
}

fn of_nodes(
    nodes: &[View<'_>],
    context: &Context<'_>,
    position: &dyn Fn(usize) -> Position,
) -> Vec<Finding> {
    let mut report = Report::new(position, MAX_FINDINGS);
    let objects = objects::all(nodes);
    let all = account::of_objects(&objects);
    values::of_nodes(nodes, &mut report);
    self::nodes::check(&objects, &mut report);
    connections::of_objects(&objects, nodes, &all, &mut report);
    let connected = objects.len() > all.len();
    accounts::check(&all, connected, &mut report);
    rights(&objects, &mut report);
    let mut public = secrets::public_of(&all);
    public.extend(of_device(context));
    secrets::check(&secrets::of_accounts(&all), &public, &mut report);
    report.finish()
}

fn of_device<'c>(context: &Context<'c>) -> impl Iterator<Item = Public<'c>> {
    let what = "a number of the device";
    let all = context.identities.iter();
    all.map(move |&text| Public { what, text })
}

/// ACLs that let every server change an object.
fn rights(objects: &[Object<'_, '_>], report: &mut Report<'_>) {
    use dm::acl::{Acl, Command, Servers};
    for object in objects {
        object.node.each(&mut |node| {
            // What is no ACL was found already
            let Some(Ok(acl)) = node.acl.map(Acl::parse) else {
                return;
            };
            let to_all = |(command, servers): &&(Command, Servers<'_>)| {
                *command != Command::Get && *servers == Servers::All
            };
            let commands: Vec<_> = acl.entries.iter().filter(to_all).collect();
            if let Some((command, _)) = commands.first() {
                report.add(
                    &r::ACL_EVERYONE,
                    node.at,
                    format!("{}=* in the ACL of {}", command.name(), node.name),
                    "the ServerID of the account's own server",
                    "name the server; every other server of the device may change the object \
                     otherwise",
                );
            }
        });
    }
}

/// Leaves out findings that another one of the same place says better.
pub(super) fn speak_for(findings: &mut Vec<Finding>) {
    let spoken: Vec<_> = findings
        .iter()
        .filter_map(|finding| {
            let mut all = r::SPEAK_FOR.iter();
            let (_, silent) = all.find(|(rule, _)| *rule == finding.rule)?;
            Some((finding.at, *silent))
        })
        .collect();
    findings.retain(|finding| {
        let silent = |(at, rules): &(Position, &[&crate::finding::Rule])| {
            *at == finding.at && rules.contains(&finding.rule)
        };
        !spoken.iter().any(silent)
    });
}
