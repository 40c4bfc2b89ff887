//! The order that strict phones need.
//!
//! The DTD wants every parm before the first child (WAP-183 §5.1.2). Symbian wants APPID first,
//! PROVIDER-ID before APPAUTH, and level and type first in APPAUTH; the credentials that the
//! device shows (APPSRV) come before those of the server (CLIENT).

use super::model::{Characteristic, Document, Node};
use super::schema::{self, CharacteristicDef};

impl Document<'_> {
    /// Puts characteristics and parms into the writer's own order. What the order leaves open
    /// stays as it was; unknown parms follow the known ones, unknown characteristics come last.
    pub fn sort_strictly(&mut self) {
        self.characteristics
            .sort_by_key(|child| child_rank(&schema::ROOT, child));
        for characteristic in &mut self.characteristics {
            sort(characteristic);
        }
    }
}

// Recursion is bounded by the reader's depth limit
fn sort(characteristic: &mut Characteristic<'_>) {
    let Some(def) = schema::characteristic(&characteristic.kind) else {
        return;
    };
    if !def.open {
        characteristic.nodes.sort_by_key(|node| match node {
            Node::Parm(parm) => {
                let known = def.parms.iter().position(|known| known.name == parm.name);
                (0, known.unwrap_or(usize::MAX), 0)
            }
            Node::Characteristic(child) => {
                let (rank, level) = child_rank(def, child);
                (1, rank, level)
            }
        });
    }
    for node in &mut characteristic.nodes {
        if let Node::Characteristic(child) = node {
            sort(child);
        }
    }
}

fn child_rank(parent: &CharacteristicDef, child: &Characteristic<'_>) -> (usize, usize) {
    let rank = parent
        .children
        .iter()
        .position(|(kind, _)| *kind == child.kind);
    let level = match child.value("AAUTHLEVEL") {
        Some("APPSRV") => 0,
        Some("CLIENT") => 1,
        _ => 2,
    };
    (rank.unwrap_or(usize::MAX), level)
}
