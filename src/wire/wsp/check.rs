//! What is legal octets but not what a push of a bootstrap document should say.

use crate::finding::{Finding, Position, Rule};

use super::Sec;
use super::assigned::{CONNECTIVITY_WBXML, MediaType, SYNCML_DM_WBXML, SYNCML_NOTIFICATION};
use super::content_type::{ContentType, ParameterName, ParameterValue};
use super::header::{Header, application_id};
use super::{ApplicationId, rules};

/// The findings about SEC, MAC, the application id, and the form of the body.
pub(super) fn check(
    content_type: &ContentType<'_>,
    headers: &[Header<'_>],
    body: &[u8],
) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    if is_wbxml_as_xml(&content_type.media, body) {
        findings.add(
            &rules::WBXML_AS_XML,
            content_type.media_span.start,
            "a media type of XML before a document in WBXML",
            "the type of its WBXML form",
            match content_type.is_dm() {
                true => "write C2, application/vnd.syncml.dm+wbxml",
                false => "write B6, application/vnd.wap.connectivity-wbxml, for provisioning",
            },
        );
    }
    findings.parameters(content_type);
    findings.sec(content_type);
    findings.mac(content_type);
    findings.headers(content_type, headers);
    findings.0
}

/// True for a type of XML and a body that begins with a version of WBXML, as no XML does.
pub(super) fn is_wbxml_as_xml(media: &MediaType<'_>, body: &[u8]) -> bool {
    let name = media.name().unwrap_or_default().as_bytes();
    let ends = |with: &str| {
        let end = name.len().checked_sub(with.len()).map(|at| &name[at..]);
        end.is_some_and(|end| end.eq_ignore_ascii_case(with.as_bytes()))
    };
    matches!(body, [0x01..=0x03, ..]) && ends("xml") && !ends("wbxml")
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(
        &mut self,
        rule: &'static Rule,
        at: usize,
        found: impl Into<String>,
        expected: &str,
        remedy: &str,
    ) {
        self.0.push(Finding {
            rule,
            at: Position::Offset(at),
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        });
    }

    fn parameters(&mut self, content_type: &ContentType<'_>) {
        for name in ["SEC", "MAC"] {
            let mut all = content_type
                .parameters
                .iter()
                .filter(|parameter| parameter.is(name));
            let Some(first) = all.next() else { continue };
            if let ParameterName::Text(_) = first.name {
                self.add(
                    &rules::UNTYPED_PARAMETER,
                    first.span.start,
                    format!("{name} by its name"),
                    "its number",
                    "write 91 for SEC, 92 for MAC",
                );
            }
            for second in all {
                self.add(
                    &rules::DUPLICATE_PARAMETER,
                    second.span.start,
                    format!("another {name}"),
                    "one",
                    "leave it out; the first is taken here",
                );
            }
        }
    }

    fn sec(&mut self, content_type: &ContentType<'_>) {
        let Some(sec) = content_type.sec() else {
            return;
        };
        if sec.method.is_none() {
            self.add(
                &rules::SEC_UNKNOWN,
                sec.offset,
                format!("SEC {}", sec.value),
                "0 to 3",
                "write the number of a method; nobody can verify this document",
            );
        }
        if let ParameterValue::Text(_) | ParameterValue::Quoted(_) = sec.value {
            self.add(
                &rules::SEC_TEXT,
                sec.offset,
                format!("SEC as the text {}", sec.value),
                "a short-integer (80-83)",
                "write the number",
            );
        }
    }

    fn mac(&mut self, content_type: &ContentType<'_>) {
        let first = content_type
            .parameters
            .iter()
            .find(|parameter| parameter.is("SEC") || parameter.is("MAC"));
        let end = content_type.span.end;
        let (sec, mac) = (content_type.sec(), content_type.mac());
        match (sec.and_then(|sec| sec.method), &mac) {
            (Some(Sec::UserPinMac), Some(mac)) => self.add(
                &rules::MAC_UNEXPECTED,
                mac.offset,
                "a MAC beside SEC USERPINMAC",
                "none",
                "leave MAC out, or correct SEC",
            ),
            (Some(method), None) if method != Sec::UserPinMac => self.add(
                &rules::MAC_MISSING,
                end,
                match content_type.is_dm() {
                    true => format!("SEC {} without a MAC", method.dm_name()),
                    false => format!("SEC {method} without a MAC"),
                },
                "a MAC",
                "sign the document, or leave SEC out too",
            ),
            _ => {}
        }
        let Some(mac) = mac else { return };
        if sec.is_none() {
            self.add(
                &rules::SEC_MISSING,
                mac.offset,
                "a MAC without SEC",
                "SEC before it",
                "write SEC; nobody can know the key",
            );
        } else if first.is_some_and(|parameter| parameter.is("MAC")) {
            self.add(
                &rules::MAC_BEFORE_SEC,
                mac.offset,
                "MAC before SEC",
                "SEC first",
                "exchange them",
            );
        }
        self.mac_text(content_type);
    }

    fn mac_text(&mut self, content_type: &ContentType<'_>) {
        let parameter = content_type
            .parameters
            .iter()
            .find(|parameter| parameter.is("MAC"));
        let (Some(mac), Some(parameter)) = (content_type.mac(), parameter) else {
            return;
        };
        match &parameter.value {
            ParameterValue::Text(_) => {}
            ParameterValue::Quoted(text) => {
                self.add(
                    &rules::MAC_QUOTED,
                    parameter.value_at,
                    "a quotation mark (22) before the digits",
                    "the digits alone",
                    "leave it out",
                );
                if text.ends_with('"') {
                    self.add(
                        &rules::CLOSING_QUOTE,
                        mac.offset + mac.text.len(),
                        "a quotation mark (22) after the digits",
                        "00",
                        "leave it out",
                    );
                }
            }
            _ => {
                self.add(
                    &rules::MAC_NOT_TEXT,
                    parameter.value_at,
                    "a MAC that is no text",
                    "40 upper-case hexadecimal digits",
                    "write the digits",
                );
                return;
            }
        }
        let digits = mac.text.as_bytes();
        if let Some(index) = digits.iter().position(|digit| !digit.is_ascii_hexdigit()) {
            self.add(
                &rules::MAC_NOT_HEX,
                mac.offset + index,
                "a character that is no hexadecimal digit",
                "0-9, A-F",
                "write the 20 octets as 40 digits",
            );
        } else if let Some(index) = digits.iter().position(u8::is_ascii_lowercase) {
            self.add(
                &rules::MAC_LOWER_CASE,
                mac.offset + index,
                "lower-case digits",
                "upper-case digits",
                "write A-F",
            );
        }
        if digits.len() != 40 {
            self.add(
                &rules::MAC_LENGTH,
                mac.offset,
                format!("{} characters", digits.len()),
                "40",
                "write the 20 octets as 40 digits",
            );
        }
    }

    fn headers(&mut self, content_type: &ContentType<'_>, headers: &[Header<'_>]) {
        let media = &content_type.media;
        let malformed = headers
            .iter()
            .filter(|header| header.is("X-Wap-Application-Id"))
            .find(|header| header.as_application_id().is_none());
        if let Some(header) = malformed {
            self.add(
                &rules::APPLICATION_ID_MALFORMED,
                header.span.start,
                format!("an X-Wap-Application-Id of {}", header.value),
                "an integer of up to 32 bits, or a URI",
                "write the number of the application",
            );
        }
        if media.is(&CONNECTIVITY_WBXML)
            && let Some(first) = headers.first()
        {
            self.add(
                &rules::EXTRA_HEADERS,
                first.span.start,
                format!("{} header(s) after Content-Type", headers.len()),
                "none",
                "leave them out, unless the receiver is known to need them",
            );
        }
        let for_dm = media.is(&SYNCML_DM_WBXML) || media.is(&SYNCML_NOTIFICATION);
        let id = application_id(headers);
        let code = id.and_then(|id| id.code());
        if for_dm && code != ApplicationId::SYNCML_DM.code() {
            self.add(
                &rules::APPLICATION_ID_MISSING,
                content_type.span.end,
                match id {
                    Some(id) => format!("application id {id}"),
                    None => "no application id".into(),
                },
                "AF 87",
                "write it after the Content-Type",
            );
        }
    }
}
