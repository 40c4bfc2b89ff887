//! How trees differ.

use super::show::shown;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, DIM, ERROR, GOOD, WARNING, visible};
use crate::client::apply::{Change, Difference};
use crate::client::tree::Node;
use crate::document::dm::Format;
use crate::secret::{MASK, without_url_secrets};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;

pub fn run(differences: &[Difference], as_json: bool) -> Result<Exit, Failure> {
    let mut out = output::out();
    match as_json {
        true => output::json(
            &mut out,
            &json!({ "format": 1, "differences": in_json(differences) }),
        )?,
        false if differences.is_empty() => writeln!(out, "no difference")?,
        false => lines(&mut out, differences)?,
    }
    out.flush()?;
    Ok(Exit::Ok)
}

/// A line for each node: `+` came, `-` went, `~` is another one.
pub fn lines(out: &mut impl Write, differences: &[Difference]) -> std::io::Result<()> {
    for difference in differences {
        let (style, sign) = match difference.change() {
            Change::Added => (GOOD, '+'),
            Change::Removed => (ERROR, '-'),
            Change::Replaced => (WARNING, '~'),
        };
        let path = visible(&difference.path.to_string());
        let value = |node: &Option<Arc<Node>>| match node {
            Some(node) if node.is_interior() => String::new(),
            Some(_) if difference.hidden => MASK.to_owned(),
            Some(node) => shown(node.format, &node.value, false),
            None => String::new(),
        };
        let (before, after) = (value(&difference.before), value(&difference.after));
        let text = match difference.change() {
            Change::Added => after,
            Change::Removed => before,
            Change::Replaced if before == after => String::new(),
            Change::Replaced => format!("{before} → {after}"),
        };
        write!(out, "{style}{sign}{style:#} {path}")?;
        if !text.is_empty() {
            write!(out, " = {text}")?;
        }
        let acl = |node: &Option<Arc<Node>>| node.as_ref().map(|node| node.acl.clone());
        let (before, after) = (acl(&difference.before), acl(&difference.after));
        let rights = after.unwrap_or_default();
        if before.unwrap_or_default() != rights && difference.after.is_some() {
            let rights = visible(if rights.is_empty() { "no ACL" } else { &rights });
            write!(out, "  {DIM}{rights}{DIM:#}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The same for machines.
pub fn in_json(differences: &[Difference]) -> Vec<Value> {
    let node = |difference: &Difference, node: &Option<Arc<Node>>| {
        let Some(node) = node else {
            return Value::Null;
        };
        let mut value = json!({
            "format": node.format.name(),
            "type": node.kind,
            "acl": node.acl,
        });
        if !node.is_interior() {
            let text = node
                .value
                .expose_text()
                .filter(|_| node.format != Format::Bin);
            match text {
                _ if difference.hidden => value["secret"] = true.into(),
                Some(text) => value["value"] = without_url_secrets(text).into(),
                None => value["base64"] = BASE64_STANDARD.encode(node.value.expose()).into(),
            }
        }
        value
    };
    let each = differences.iter().map(|difference| {
        json!({
            "uri": difference.path.to_string(),
            "change": difference.change().name(),
            "before": node(difference, &difference.before),
            "after": node(difference, &difference.after),
        })
    });
    each.collect()
}
