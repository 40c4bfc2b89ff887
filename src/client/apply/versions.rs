//! Of several versions of an account, which one counts.

use super::fit::report;
use crate::client::tree::NodePath;
use crate::client::tree::ddf::Ddf;
use crate::document::received::{Incoming, rules};
use crate::finding::Finding;

/// What a document brings, with one account for each server: of those that the device has a place
/// for, the newest version, and of equal ones the first (OMA DM Bootstrap 1.2 §5.4.5). Objects that
/// it has no place for are no rivals.
pub(super) fn newest<'o>(
    objects: &'o [Incoming],
    ddf: &Ddf,
    findings: &mut Vec<Finding>,
) -> Vec<&'o Incoming> {
    let mut kept: Vec<&Incoming> = Vec::with_capacity(objects.len());
    // Accounts by their place and server, and where they are among those that are kept
    let mut known: Vec<(NodePath, &str, usize)> = Vec::new();
    for object in objects {
        let server = object.server_id();
        let home = server.and_then(|_| ddf.home(object.kind, object.identifier()));
        let (Some(server), Some(home)) = (server, home) else {
            kept.push(object);
            continue;
        };
        let rival = known
            .iter()
            .find(|(place, id, _)| (place, *id) == (&home, server));
        let Some((_, _, at)) = rival else {
            known.push((home, server, kept.len()));
            kept.push(object);
            continue;
        };
        let (old, new) = (version(kept[*at]), version(object));
        let left_out = match new > old {
            true => std::mem::replace(&mut kept[*at], object),
            false => object,
        };
        let (rule, found) = match new == old {
            true => (&rules::FIRST_WINS, "a second account of a server"),
            false => (&rules::OLDER_VERSION, "an account in an older version"),
        };
        report(
            findings,
            rule,
            format!("{found}, {}", left_out.uri),
            "one account for a server",
            "it is left out; send one",
        );
    }
    kept
}

/// The version of an object: the digits behind the last colon of its identifier or in its name.
fn version(object: &Incoming) -> (u32, u32) {
    let of = |text: &str| -> Option<(u32, u32)> {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let mut parts = object.identifier().split([':', '/']);
    parts.find_map(of).unwrap_or_default()
}
