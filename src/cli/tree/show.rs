//! `dmboot tree show`: the tree as people draw it.

use crate::bytes::Hex;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, DIM, NAME, NOTE, visible};
use crate::client::tree::{Draft, Error, Node, NodePath, Nodes, Reason, TreeStore};
use crate::document::dm::Format;
use crate::secret::{MASK, Secret, without_url_secrets};
use std::io::Write;

/// The longest part of a value that is shown, in characters or, of octets, in twice as many digits.
const LONGEST: usize = 64;

/// What is shown of each node beside its name and value.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub formats: bool,
    pub acl: bool,
    pub provenance: bool,
    pub reveal: bool,
}

pub fn run<S: TreeStore>(draft: &Draft<'_, S>, uri: &str, wanted: Wanted) -> Result<Exit, Failure> {
    let top = draft.address(uri)?;
    let Some(node) = draft.node(&top).map_err(Error::from)? else {
        let at = top.to_string();
        let reason = Reason::NotFound;
        return Err(Error::Refused { at, reason }.into());
    };
    let origins = match wanted.provenance {
        true => draft.provenance().map_err(Error::from)?,
        false => Default::default(),
    };
    let mut out = output::out();
    let mut line = |path: &NodePath, node: &Node, lead: &str| -> Result<(), Failure> {
        let name = if path.is_root() { "." } else { path.name() };
        let mut text = format!("{DIM}{lead}{DIM:#}{NAME}{}{NAME:#}", visible(name));
        if !node.is_interior() {
            let hidden =
                draft.hides(path, node) && !wanted.reveal && !node.value.expose().is_empty();
            let value = match hidden {
                true => format!("{NOTE}{MASK}{NOTE:#}"),
                false => shown(node.format, &node.value, wanted.reveal),
            };
            text += &format!(" = {value}");
        }
        let mut aside = Vec::new();
        if wanted.formats {
            aside.push(node.format.name().to_owned());
            if !matches!(node.kind.as_str(), "" | "text/plain") {
                aside.push(node.kind.clone());
            }
        }
        if wanted.acl && !node.acl.is_empty() {
            aside.push(node.acl.clone());
        }
        if let Some(origin) = origins.get(path) {
            let card = origin.iccid.as_ref().map(|iccid| format!(" {iccid}"));
            let (channel, at) = (&origin.channel, &origin.at);
            aside.push(format!("from {channel}{}, {at}", card.unwrap_or_default()));
        }
        if !node.title.is_empty() {
            aside.push(format!("{:?}", node.title));
        }
        if !aside.is_empty() {
            text += &format!("  {DIM}{}{DIM:#}", visible(&aside.join("  ")));
        }
        writeln!(out, "{text}")?;
        Ok(())
    };
    line(&top, &node, "")?;
    // Nodes to draw, the next last, with the lines that lead to them
    let mut waiting = Vec::new();
    below(draft, &top, "", &mut waiting)?;
    while let Some((path, lead, last)) = waiting.pop() {
        let Some(node) = draft.node(&path).map_err(Error::from)? else {
            continue;
        };
        let corner = if last { "└─ " } else { "├─ " };
        line(&path, &node, &format!("{lead}{corner}"))?;
        let stem = if last { "   " } else { "│  " };
        below(draft, &path, &format!("{lead}{stem}"), &mut waiting)?;
    }
    out.flush()?;
    Ok(Exit::Ok)
}

fn below<S: TreeStore>(
    draft: &Draft<'_, S>,
    path: &NodePath,
    lead: &str,
    waiting: &mut Vec<(NodePath, String, bool)>,
) -> Result<(), Failure> {
    let children = draft.children(path).map_err(Error::from)?;
    for (index, child) in children.into_iter().rev().enumerate() {
        waiting.push((child, lead.to_owned(), index == 0));
    }
    Ok(())
}

/// A value on one line; a long one is cut, and its length said. Secrets of a URL are shown only when
/// they are wanted.
pub(super) fn shown(format: Format, value: &Secret, reveal: bool) -> String {
    let octets = value.expose();
    let text = value.expose_text().map(|text| match reveal {
        true => text.into(),
        false => without_url_secrets(text),
    });
    match text {
        _ if format == Format::Null => "null".to_owned(),
        Some(text) if format != Format::Bin => {
            let mut short: String = text.chars().take(LONGEST).collect();
            let cut = short.len() < text.len();
            if cut {
                short.push('…');
            }
            let quoted = match format {
                Format::Chr | Format::Xml => format!("{short:?}"),
                _ => short,
            };
            match cut {
                true => format!("{} ({} octets)", visible(&quoted), octets.len()),
                false => visible(&quoted),
            }
        }
        _ if octets.len() > LONGEST => {
            format!("{}… ({} octets)", Hex(&octets[..LONGEST]), octets.len())
        }
        _ => format!("0x{}", Hex(octets)),
    }
}
