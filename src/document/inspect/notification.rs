//! Package #0, as `document::dm::notification` explains it.

use super::{Fault, Part};
use crate::document::dm::notification::dissect;
use crate::finding::Position;

pub(super) fn part(input: &[u8]) -> Part {
    let (items, findings, error) = dissect(input);
    Part {
        kind: "notification".into(),
        items,
        findings,
        fault: error.map(|error| Fault {
            rule: error.rule(),
            at: Position::Offset(error.at),
            message: error.kind.to_string(),
        }),
    }
}
