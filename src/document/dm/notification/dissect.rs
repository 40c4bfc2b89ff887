//! The tree of a trigger message's octets.

use super::{DIGEST_OCTETS, Error, Parts, field, rules};
use crate::bytes::Hex;
use crate::dissect::Item;
use crate::finding::Finding;

/// Explains a message octet by octet: the items cover the whole input, in order and without gaps.
///
/// At a fault the items end with one named `Not read`, and the fault comes as the third part.
/// Vendor data and what was not read are marked secret, since nobody knows what they hold.
#[must_use]
pub fn dissect(message: &[u8]) -> (Vec<Item>, Vec<Finding>, Option<Error>) {
    let mut parts = Parts::default();
    let fault = parts.read(message).err();
    let findings = rules::check(&parts);
    (items(message, &parts), findings, fault)
}

fn items(message: &[u8], parts: &Parts<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(digest) = &parts.digest {
        let value = format!("MD5 {}", Hex(digest));
        items.push(Item::new(0..DIGEST_OCTETS, "digest", value));
    }
    if let Some(flags) = parts.flags {
        let version = flags >> 6;
        let value = format!(
            "{version}, which is {}.{}, bits {version:010b}, the last two in the next octet",
            version / 10,
            version % 10
        );
        items.push(Item::new(field::VERSION..field::FLAGS, "version", value));
        let (mode, initiator) = (parts.ui_mode(), parts.initiator());
        let value = format!(
            "{mode} (bits {:02b}), initiator {initiator} (bit {})",
            mode.bits(),
            initiator.bit()
        );
        items.push(Item::new(field::FLAGS..field::FUTURE_USE, "ui-mode", value));
        if let Some(rest) = parts.future_use {
            let all = u32::from(flags & 7) << 24 | rest;
            let value = format!("27 bits, the first three in the octet before: {all:027b}");
            items.push(Item::new(
                field::FUTURE_USE..field::SESSION_ID,
                "future-use",
                value,
            ));
        }
    }
    if let Some(id) = parts.session_id {
        let value = format!("{id:X}");
        items.push(Item::new(
            field::SESSION_ID..field::LENGTH,
            "sessionid",
            value,
        ));
    }
    if let Some(length) = parts.length {
        let value = length.to_string();
        items.push(Item::new(
            field::LENGTH..field::SERVER_ID,
            "length-identifier",
            value,
        ));
    }
    if let Some(id) = parts.server_id {
        let end = parts.server_id_end();
        if !id.is_empty() {
            let value = format!("{id:?}");
            items.push(Item::new(field::SERVER_ID..end, "server-identifier", value));
        }
    }
    let end = items.last().map_or(0, |item| item.span.end);
    if end < message.len() {
        let name = match parts.server_id {
            Some(_) => "vendor-specific",
            None => "Not read",
        };
        let value = format!("{} octets", message.len() - end);
        items.push(Item {
            secret: true,
            ..Item::new(end..message.len(), name, value)
        });
    }
    items
}
