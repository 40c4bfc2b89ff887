//! `dmboot convert`

use super::args::{Convert, DocumentForm};
use super::exit::{Exit, Failure};
use super::input;
use super::output::{WARNING, tell};
use crate::document::cp::{Document, Parsed};
use crate::document::inspect::{Kind, detect};
use crate::factory::station::write_whole;
use crate::wire::wsp::PushPdu;
use crate::wire::wsp::assigned::SYNCML_NOTIFICATION;

pub fn run(args: &Convert) -> Result<Exit, Failure> {
    let name = input::shown(&args.file);
    let capture = input::read(&args.file)?;
    let parsed = parse(&capture.octets).map_err(|failure| failure.of(&name))?;
    for finding in &parsed.findings {
        tell(WARNING, &format!("{name}:"), &finding.to_string());
    }
    if let Some(loss) = parsed.loss() {
        let message = format!("{name}: {loss}. The result would lack it, so nothing is written");
        return Err(Failure::new(Exit::Refused, message).rule(loss.rule.id));
    }
    let octets = match args.to {
        DocumentForm::Wbxml => {
            let encoded = parsed.document.to_wbxml(args.encoding.into());
            encoded
                .map_err(|error| Failure::new(Exit::Malformed, error).of(&name))?
                .octets
        }
        DocumentForm::Xml => {
            let xml = parsed.document.to_xml().map_err(|error| {
                Failure::new(Exit::Malformed, format!("{name}: {error}")).rule(error.rule())
            })?;
            xml.into_bytes()
        }
    };
    match &args.out {
        Some(path) => {
            write_whole(path, &octets, args.force)?;
            Ok(Exit::Ok)
        }
        None => super::print(&octets),
    }
}

/// The document, whichever form it has; that of a push PDU is its body.
pub(super) fn parse(octets: &[u8]) -> Result<Parsed<'_>, Failure> {
    match detect(octets) {
        Some(Kind::Xml) => Ok(Document::from_xml(octets)?),
        Some(Kind::Wbxml) => Ok(Document::from_wbxml(octets)?),
        Some(Kind::Wsp) => {
            let pdu = PushPdu::parse(octets)
                .map_err(|error| Failure::new(Exit::Malformed, &error).rule(error.rule()))?;
            if pdu.content_type.media.is(&SYNCML_NOTIFICATION) {
                let message = "a notification has neither an XML nor a WBXML form; `dmboot inspect` explains it";
                return Err(Failure::new(Exit::Usage, message));
            }
            match detect(pdu.body) {
                Some(Kind::Xml) => Ok(Document::from_xml(pdu.body)?),
                _ => Document::from_wbxml(pdu.body).map_err(|error| {
                    let offset = pdu.body_offset;
                    Failure::from(error).of(format!("in the body, which begins at offset {offset}"))
                }),
            }
        }
        Some(Kind::Notification) | None => Err(Failure::new(
            Exit::Malformed,
            "this is neither XML nor WBXML nor a WSP push PDU; `dmboot inspect` shows its octets",
        )
        .rule("inspect-unknown-format")),
    }
}
