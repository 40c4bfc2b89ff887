//! What was applied: accounts, taking back, cards that are gone.

use crate::bytes::Hex;
use crate::cli::exit::{Exit, Failure};
use crate::cli::input;
use crate::cli::output::{self, DIM, GOOD, NAME, NOTE, visible};
use crate::client::apply::{self, Account};
use crate::client::tree::{By, Draft, Error, NodePath, Provenance, Tree, TreeStore, UndoError};
use crate::document::inspect::{Kind, detect};
use crate::secret::without_url_secrets;
use crate::security::policy::digest;
use crate::wire::wsp::PushPdu;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::Write;
use std::path::PathBuf;

pub fn accounts<S: TreeStore>(draft: &Draft<'_, S>, as_json: bool) -> Result<Exit, Failure> {
    let accounts = apply::accounts(draft).map_err(Error::from)?;
    let mut out = output::out();
    if as_json {
        let each = accounts.iter().map(|account| {
            json!({
                "uri": account.path.to_string(),
                "server": account.server,
                "name": account.name,
                "addresses": addresses(account).collect::<Vec<_>>(),
                "connections": account.connections,
                "shadowed": account.shadowed,
                "origin": account.origin.as_ref().map(origin_json),
            })
        });
        let list: Vec<_> = each.collect();
        output::json(&mut out, &json!({ "format": 1, "accounts": list }))?;
    } else if accounts.is_empty() {
        writeln!(out, "no account")?;
    } else {
        for account in &accounts {
            let server = visible(&account.server);
            write!(out, "{NAME}{server}{NAME:#}  {}", account.path)?;
            if !account.name.is_empty() {
                write!(out, "  {:?}", visible(&account.name))?;
            }
            if account.shadowed {
                write!(out, "  {DIM}another account of it goes before{DIM:#}")?;
            }
            writeln!(out)?;
            for address in addresses(account) {
                writeln!(out, "  {}", visible(&address))?;
            }
            for connection in &account.connections {
                writeln!(out, "  by {}", visible(connection))?;
            }
            if let Some(origin) = &account.origin {
                writeln!(out, "  {DIM}{}{DIM:#}", visible(&origin_text(origin)))?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::Ok)
}

/// The addresses of an account, without passwords.
fn addresses(account: &Account) -> impl Iterator<Item = Cow<'_, str>> {
    let addresses = account.addresses.iter();
    addresses.map(|address| without_url_secrets(address))
}

/// Where something came from, for people.
pub fn origin_text(origin: &Provenance) -> String {
    let card = origin.iccid.as_ref().map(|iccid| format!(" {iccid}"));
    let (channel, at) = (&origin.channel, &origin.at);
    format!("from {channel}{}, {at}", card.unwrap_or_default())
}

fn origin_json(origin: &Provenance) -> Value {
    json!({
        "document": Hex(&origin.document).to_string(),
        "channel": origin.channel,
        "iccid": origin.iccid,
        "at": origin.at.as_str(),
    })
}

pub fn undo<S: TreeStore>(tree: &mut Tree<S>, by: By<'_>, as_json: bool) -> Result<Exit, Failure> {
    let document = apply::undo(tree, by).map_err(|error| match error {
        UndoError::Store(error) => Failure::from(Error::from(error)),
        error => {
            let rule = error.rule();
            Failure {
                rule,
                ..Failure::new(Exit::Refused, error)
            }
        }
    })?;
    let document = Hex(&document).to_string();
    let mut out = output::out();
    match as_json {
        true => output::json(
            &mut out,
            &json!({ "format": 1, "outcome": "undone", "document": document }),
        )?,
        false => writeln!(out, "{GOOD}undone{GOOD:#} the document {document}")?,
    }
    out.flush()?;
    Ok(Exit::Ok)
}

pub fn forget_card<S: TreeStore>(
    tree: &mut Tree<S>,
    by: By<'_>,
    iccid: &str,
    keep: &[PathBuf],
    as_json: bool,
) -> Result<Exit, Failure> {
    super::is_iccid(iccid)?;
    let origins = tree.store().provenance().map_err(Error::from)?;
    let mut kept = Vec::new();
    for path in keep {
        let octets = input::read(path)?.octets;
        let name = input::shown(path);
        let document = match detect(&octets) {
            Some(Kind::Wsp) => {
                let pushed = PushPdu::parse(&octets).map_err(|error| {
                    let rule = error.rule();
                    Failure::new(Exit::Malformed, error).rule(rule).of(&name)
                })?;
                digest(pushed.body)
            }
            _ => digest(&octets),
        };
        let came = |origin: &Provenance| {
            origin.document == document && origin.iccid.as_deref() == Some(iccid)
        };
        if !origins.values().any(came) {
            let message = format!("nothing here came from {name} on this card");
            output::tell(NOTE, "note:", &message);
        }
        kept.push(document);
    }
    let forgotten = apply::forget_card(tree, by, iccid, &kept)?;
    let origins = tree.store().provenance().map_err(Error::from)?;
    let stays = |(_, origin): &(&NodePath, &Provenance)| origin.iccid.as_deref() == Some(iccid);
    let stay: Vec<_> = origins.iter().filter(stays).map(|(path, _)| path).collect();
    let mut out = output::out();
    if as_json {
        let nodes: Vec<_> = forgotten.nodes.iter().map(ToString::to_string).collect();
        let documents = forgotten.documents.iter();
        let documents: Vec<_> = documents.map(|hash| Hex(hash).to_string()).collect();
        let value = json!({
            "format": 1, "outcome": "forgotten", "iccid": iccid, "nodes": nodes,
            "documents": documents, "servers": forgotten.servers,
            "kept": stay.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        output::json(&mut out, &value)?;
    } else if forgotten == apply::Forgotten::default() && stay.is_empty() {
        writeln!(out, "nothing here came from the card {}", visible(iccid))?;
    } else {
        for path in &forgotten.nodes {
            writeln!(out, "{GOOD}deleted{GOOD:#} {path}")?;
        }
        for path in &stay {
            writeln!(
                out,
                "{NOTE}kept{NOTE:#} {path}: the card still holds its document"
            )?;
        }
        for server in &forgotten.servers {
            writeln!(
                out,
                "{} has no account and no rights any more",
                visible(server)
            )?;
        }
    }
    out.flush()?;
    Ok(Exit::Ok)
}
