//! `dmboot convert`

use super::args::{Convert, DocumentForm, named};
use super::exit::{Exit, Failure};
use super::input;
use super::output::{WARNING, tell};
use crate::document::copied;
use crate::document::cp::{self, Document};
use crate::document::dm::walk::Root;
use crate::document::dm::{self, Message, MgmtTree, TndsForm, WbxmlVersion};
use crate::document::inspect::{Kind, detect};
use crate::factory::station::write_whole;
use crate::finding::Finding;
use crate::wire::wsp::PushPdu;
use crate::wire::wsp::assigned::SYNCML_NOTIFICATION;
use crate::wire::xml::WriteError;

pub fn run(args: &Convert) -> Result<Exit, Failure> {
    let name = input::shown(&args.file);
    let capture = input::read(&args.file)?;
    let body = Body::of(&capture.octets).map_err(|failure| failure.of(&name))?;
    let read = body.read().map_err(|failure| failure.of(&name))?;
    let (findings, loss) = read.findings();
    for finding in findings {
        tell(WARNING, &format!("{name}:"), &finding.to_string());
    }
    if let Some(loss) = loss {
        let message = format!("{name}: {loss}. The result would lack it, so nothing is written");
        return Err(Failure::new(Exit::Refused, message).rule(loss.rule.id));
    }
    let octets = match args.to {
        DocumentForm::Wbxml => read.to_wbxml(args),
        DocumentForm::Xml => read.to_xml(args),
    };
    let octets = octets.map_err(|failure| failure.of(&name))?;
    match &args.out {
        Some(path) => {
            write_whole(path, &octets, args.force)?;
            Ok(Exit::Ok)
        }
        None => super::print(&octets),
    }
}

/// The provisioning document, whichever form it has; that of a push PDU is its body.
pub(super) fn parse(octets: &[u8]) -> Result<cp::Parsed<'_>, Failure> {
    Body::of(octets)?.provisioning()
}

/// The octets of a document and where they stand in the input.
struct Body<'a> {
    octets: &'a [u8],
    is_xml: bool,
    /// Where the body of a push PDU begins.
    offset: Option<usize>,
}

impl<'a> Body<'a> {
    fn of(octets: &'a [u8]) -> Result<Self, Failure> {
        let plain = |is_xml| Self {
            octets,
            is_xml,
            offset: None,
        };
        match detect(octets) {
            Some(Kind::Xml) => Ok(plain(true)),
            Some(Kind::Wbxml) => Ok(plain(false)),
            Some(Kind::Wsp) => {
                let pdu = PushPdu::parse(octets)
                    .map_err(|error| Failure::new(Exit::Malformed, &error).rule(error.rule()))?;
                if pdu.content_type.media.is(&SYNCML_NOTIFICATION) {
                    let message = "a notification has neither an XML nor a WBXML form; `dmboot inspect` explains it";
                    return Err(Failure::new(Exit::Usage, message));
                }
                Ok(Self {
                    octets: pdu.body,
                    is_xml: detect(pdu.body) == Some(Kind::Xml),
                    offset: Some(pdu.body_offset),
                })
            }
            Some(Kind::Notification) | None => {
                let message = match copied::advice(octets) {
                    Some(advice) => format!("{}: {}", advice.at, advice.message),
                    None => "this is neither XML nor WBXML nor a WSP push PDU; `dmboot inspect` \
                             shows its octets"
                        .into(),
                };
                Err(Failure::new(Exit::Malformed, message).rule("inspect-unknown-format"))
            }
        }
    }

    /// Where an error of the body is.
    fn place(&self, failure: Failure) -> Failure {
        match self.offset {
            Some(offset) if !self.is_xml => {
                failure.of(format!("in the body, which begins at offset {offset}"))
            }
            _ => failure,
        }
    }

    fn provisioning(&self) -> Result<cp::Parsed<'a>, Failure> {
        let parsed = match self.is_xml {
            true => Document::from_xml(self.octets),
            false => Document::from_wbxml(self.octets),
        };
        parsed.map_err(|error| self.place(error.into()))
    }

    fn read(&self) -> Result<Read<'a>, Failure> {
        let octets = self.octets;
        let failure =
            |error: dm::Error| self.place(Failure::new(Exit::Malformed, &error).rule(error.rule()));
        let message = |read| Read::Message(Box::new(read));
        let read = match (Root::of(octets), self.is_xml) {
            (None, _) => return self.provisioning().map(Read::Provisioning),
            (Some(Root::Message), true) => Message::from_xml(octets).map(message),
            (Some(Root::Message), false) => Message::from_wbxml(octets).map(message),
            (Some(Root::Tree), true) => MgmtTree::from_xml(octets).map(Read::Tree),
            (Some(Root::Tree), false) => MgmtTree::from_wbxml(octets).map(Read::Tree),
        };
        read.map_err(failure)
    }
}

/// A document that was read, of whatever kind.
enum Read<'a> {
    Provisioning(cp::Parsed<'a>),
    Message(Box<dm::Parsed<Message<'a>>>),
    Tree(dm::Parsed<MgmtTree<'a>>),
}

impl Read<'_> {
    /// What the reader accepted, and what of it means that something is not in the document.
    fn findings(&self) -> (&[Finding], Option<&Finding>) {
        match self {
            Self::Provisioning(read) => (&read.findings, read.loss()),
            Self::Message(read) => (&read.findings, read.loss()),
            Self::Tree(read) => (&read.findings, read.loss()),
        }
    }

    fn to_wbxml(&self, args: &Convert) -> Result<Vec<u8>, Failure> {
        let management = |encoded: Result<crate::bytes::holed::Holed, dm::EncodeError>| {
            let encoded = encoded
                .map_err(|error| Failure::new(Exit::Malformed, &error).rule(error.rule()))?;
            Ok(encoded.octets)
        };
        match self {
            Self::Provisioning(read) => {
                refuse(
                    args.tnds.is_some(),
                    "--tnds is for DM messages; leave it out",
                )?;
                let encoding = args.encoding.map(Into::into).unwrap_or_default();
                let encoded = read.document.to_wbxml(encoding);
                let encoded = encoded.map_err(|error| Failure::new(Exit::Malformed, error))?;
                Ok(encoded.octets)
            }
            Self::Message(read) => {
                refuse(args.encoding.is_some(), ENCODING)?;
                let form = named(&TndsForm::NAMES, args.tnds.as_deref()).unwrap_or_default();
                management(read.document.to_wbxml(form, WbxmlVersion::V1_2))
            }
            Self::Tree(read) => {
                refuse(args.encoding.is_some(), ENCODING)?;
                let message =
                    "--tnds is for trees in DM messages, and this is a tree alone; leave it out";
                refuse(args.tnds.is_some(), message)?;
                management(read.document.to_wbxml())
            }
        }
    }

    fn to_xml(&self, args: &Convert) -> Result<Vec<u8>, Failure> {
        refuse(args.tnds.is_some(), "--tnds is about WBXML; leave it out")?;
        let xml = match self {
            Self::Provisioning(read) => read.document.to_xml(),
            Self::Message(read) => read.document.to_xml(),
            Self::Tree(read) => read.document.to_xml(),
        };
        let failure = |error: WriteError| Failure::new(Exit::Malformed, &error).rule(error.rule());
        xml.map(String::into_bytes).map_err(failure)
    }
}

const ENCODING: &str = "--encoding is for Client Provisioning; leave it out";

/// Refuses an argument that has no meaning for the document.
fn refuse(given: bool, message: &str) -> Result<(), Failure> {
    match given {
        true => Err(Failure::new(Exit::Usage, message)),
        false => Ok(()),
    }
}
