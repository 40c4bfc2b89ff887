//! The octets a sender may have signed.

use super::mistakes::{self, Mistake};
use super::{MAX_BODY_OCTETS, Received};
use crate::bytes::Hex;
use std::borrow::Cow;

/// One candidate.
pub(super) struct Body<'a> {
    pub octets: Cow<'a, [u8]>,
    pub what: Cow<'static, str>,
    pub mistake: Option<&'static Mistake>,
}

/// All candidates, the body that arrived first, each content once.
pub(super) fn bodies<'a>(received: &Received<'a>) -> Vec<Body<'a>> {
    let body = received.body;
    let mut list = List(vec![Body {
        octets: Cow::Borrowed(body),
        what: Cow::Borrowed("the document as received"),
        mistake: None,
    }]);
    if body.len() > MAX_BODY_OCTETS {
        return list.0;
    }
    for end in [&b"\r\n"[..], b"\n", b"\0"] {
        if let Some(stripped) = body.strip_suffix(end) {
            list.add(stripped, &mistakes::BODY_STRIPPED);
        }
    }
    for count in 1..=4 {
        if let (Some(late), Some(early)) = (
            body.get(count..),
            body.len()
                .checked_sub(count)
                .and_then(|end| body.get(..end)),
        ) {
            list.add(late, &mistakes::BODY_START_MISSING);
            list.add(early, &mistakes::BODY_END_MISSING);
        }
    }
    if let Some(nul) = body.iter().position(|&octet| octet == 0) {
        list.add(&body[..nul], &mistakes::BODY_CUT_AT_NUL);
    }
    for end in [&b"\n"[..], b"\r\n"] {
        list.add([body, end].concat(), &mistakes::BODY_LINE_END);
    }
    list.add([body, b"\0"].concat(), &mistakes::BODY_NUL);
    let hex = Hex(body).to_string();
    list.add(
        hex.to_ascii_lowercase().into_bytes(),
        &mistakes::BODY_HEX_TEXT,
    );
    list.add(hex.into_bytes(), &mistakes::BODY_HEX_TEXT);
    list.add(
        String::from_utf8_lossy(body).into_owned().into_bytes(),
        &mistakes::BODY_TEXT,
    );
    let latin_1: String = body.iter().copied().map(char::from).collect();
    list.add(latin_1.into_bytes(), &mistakes::BODY_TEXT);
    let ascii = body
        .iter()
        .map(|&octet| if octet < 0x80 { octet } else { b'?' });
    list.add(ascii.collect::<Vec<_>>(), &mistakes::BODY_TEXT);
    list.add(&[], &mistakes::BODY_EMPTY);

    if let Some(pdu) = received
        .pdu
        .filter(|pdu| pdu.octets.len() <= 2 * MAX_BODY_OCTETS)
    {
        list.add(pdu.octets, &mistakes::BODY_WHOLE_PDU);
        // Behind the TID, the type, the length of the headers; then just before the body.
        for start in [1, 2, 3]
            .into_iter()
            .chain(pdu.body_at.saturating_sub(4)..pdu.body_at)
        {
            // Past the body's own start these are bodies of which the start is missing, listed above
            if let Some(octets) = pdu.octets.get(start..) {
                list.add(octets, &mistakes::BODY_HEADER);
            }
        }
    }
    if let Some(xml) = received.xml.filter(|xml| xml.len() <= 4 * MAX_BODY_OCTETS) {
        let stripped = xml.trim_ascii_end();
        list.add(xml, &mistakes::BODY_XML);
        list.add(stripped, &mistakes::BODY_XML);
        for end in [&b"\n"[..], b"\r\n"] {
            list.add([stripped, end].concat(), &mistakes::BODY_XML);
        }
    }
    list.0
}

struct List<'a>(Vec<Body<'a>>);

impl<'a> List<'a> {
    fn add(&mut self, octets: impl Into<Cow<'a, [u8]>>, mistake: &'static Mistake) {
        let octets = octets.into();
        if self.0.iter().all(|body| body.octets != octets) {
            let what = Cow::Owned(format!("{} ({} octets)", mistake.what, octets.len()));
            self.0.push(Body {
                octets,
                what,
                mistake: Some(mistake),
            });
        }
    }
}
