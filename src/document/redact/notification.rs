//! Package #0: nothing in it is text but the server's id.

use super::Change;
use super::cells::{Cell, Field, Form, Outline, Role};
use crate::document::dm::notification::{DIGEST_OCTETS, Error, TriggerMessage};

/// Octets before the server id.
const SERVER_ID: usize = DIGEST_OCTETS + 8;

/// The server id, which stays but for long numbers, as in a provisioning document.
pub(super) fn outline(message: &[u8]) -> Result<Outline, Error> {
    let read = TriggerMessage::parse(message)?;
    let cells = read.notification.server_id.char_indices();
    let cells = cells.map(|(index, character)| {
        let start = SERVER_ID + index;
        Cell::new(character, start..start + character.len_utf8(), Form::Plain)
    });
    let mut outline = Outline::default();
    outline.fields.push(Field {
        place: "server-identifier".into(),
        role: Role::Name,
        cells: cells.collect(),
    });
    Ok(outline)
}

/// Writes zeros over what cannot be replaced character by character. `base` is where the message
/// begins.
pub(super) fn zero(base: usize, octets: &mut [u8]) -> Vec<Change> {
    let message = octets.get_mut(base..).unwrap_or_default();
    let Ok(read) = TriggerMessage::parse(message) else {
        return Vec::new();
    };
    let vendor_at = SERVER_ID + read.notification.server_id.len();
    let mut changed = Vec::new();
    for (place, what, range) in [
        ("digest", "a digest of a secret", 0..DIGEST_OCTETS),
        (
            "vendor-specific",
            "octets not known to be harmless",
            vendor_at..message.len(),
        ),
    ] {
        let octets = message.get_mut(range).unwrap_or_default();
        if octets.iter().any(|&octet| octet != 0) {
            octets.fill(0);
            let place = place.to_owned();
            changed.push(Change { place, what });
        }
    }
    changed
}
