//! `dmboot tree`

mod applied;
pub mod args;
pub(super) mod diff;
mod get;
mod show;
mod transfer;

use super::exit::{Exit, Failure};
use super::input;
use super::output::{self, GOOD, tell};
use crate::bytes::ascii::are_digits;
use crate::client::apply;
use crate::client::tree::ddf::{self, Ddf, DdfError};
use crate::client::tree::{
    Actor, By, CreateError, Error, Limits, NodePath, Reason, RedbStore, Status, StoreError, TStamp,
    Tree, fresh, to_plain_json,
};
use args::Command;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use transfer::Place;

pub fn run(args: &args::Tree) -> Result<Exit, Failure> {
    let file = named(args.tree.as_deref())?;
    let now = now();
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    match &args.command {
        Command::Init { set, ddf } => return init(file, set, ddf, &now),
        Command::Check { json } => return check(file, *json),
        Command::Import {
            file: from,
            at,
            replace,
            drop_secrets,
        } => {
            let how = transfer::How {
                replace: *replace,
                drop_secrets: *drop_secrets,
            };
            return transfer::import(file, from, at, how, by);
        }
        _ => {}
    }
    let mut tree = open(file)?;
    let exit = match &args.command {
        Command::Show {
            uri, json: true, ..
        } => {
            let draft = tree.draft().map_err(of(file))?;
            let value = to_plain_json(&draft, uri).map_err(Failure::from)?;
            let mut out = output::out();
            output::json(&mut out, &value)?;
            out.flush()?;
            Exit::Ok
        }
        Command::Show {
            uri,
            formats,
            acl,
            provenance,
            reveal,
            json: false,
        } => {
            let draft = tree.draft().map_err(of(file))?;
            let wanted = show::Wanted {
                formats: *formats,
                acl: *acl,
                provenance: *provenance,
                reveal: *reveal,
            };
            show::run(&draft, uri, wanted)?
        }
        Command::Get {
            uri,
            server,
            reveal,
            json,
        } => {
            let draft = tree.draft().map_err(of(file))?;
            get::run(&draft, uri, server.as_deref(), *reveal, *json, &now)?
        }
        Command::Export {
            uri,
            to,
            out,
            with_secrets,
            force,
        } => {
            let place = match with_secrets {
                Some(path) => Place::Secret(path),
                None => out.as_deref().map_or(Place::Output, Place::File),
            };
            transfer::export(&mut tree, file, uri, *to, &place, *force)?
        }
        Command::Ddf { add: None } => {
            let text = xml(tree.ddf())?;
            super::print(text.as_bytes())?
        }
        Command::Ddf { add: Some(path) } => {
            let addition = description(path)?;
            let mut draft = tree.draft().map_err(of(file))?;
            let name = input::shown(path);
            draft
                .describe(by, addition)
                .map_err(|error| Failure::from(error).of(&name))?;
            draft.commit(by, "took a description").map_err(of(file))?;
            tell(
                GOOD,
                "added",
                &format!("{name} to the description of the device"),
            );
            Exit::Ok
        }
        Command::Accounts { json } => {
            let draft = tree.draft().map_err(of(file))?;
            applied::accounts(&draft, *json)?
        }
        Command::Undo { json } => applied::undo(&mut tree, by, *json)?,
        Command::ForgetCard { iccid, keep, json } => {
            applied::forget_card(&mut tree, by, iccid, keep, *json)?
        }
        Command::Diff {
            other,
            stamps,
            json,
        } => {
            let other = open(other)?;
            let draft = tree.draft().map_err(of(file))?;
            let found = apply::differences(draft.before(), other.store(), &draft);
            let mut found = found.map_err(of(file))?;
            found.retain(|difference| *stamps || !difference.is_of_stamps());
            diff::run(&found, *json)?
        }
        // Done above
        Command::Init { .. } | Command::Check { .. } | Command::Import { .. } => Exit::Internal,
    };
    tree.into_store().close().map_err(of(file))?;
    Ok(exit)
}

/// The file of the tree.
pub(super) fn named(tree: Option<&Path>) -> Result<&Path, Failure> {
    tree.ok_or_else(|| {
        let message = "which tree is missing; name its file with --tree or DMBOOT_TREE";
        Failure::new(Exit::Usage, message)
    })
}

/// Whether this can be the ICCID of a card.
pub(super) fn is_iccid(digits: &str) -> Result<(), Failure> {
    let counts = (1..=20).contains(&digits.len());
    match counts && are_digits(digits.as_bytes()) {
        true => Ok(()),
        false => Err(Failure::new(Exit::Usage, "an ICCID has up to 20 digits")),
    }
}

pub(super) fn now() -> TStamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    TStamp::from_unix(since.map_or(0, |since| since.as_secs()))
}

pub(super) fn open(file: &Path) -> Result<Tree<RedbStore>, Failure> {
    let store = RedbStore::open(file).map_err(of(file))?;
    Tree::open(store).map_err(of(file))
}

fn init(
    file: &Path,
    set: &[String],
    ddfs: &[impl AsRef<Path>],
    now: &TStamp,
) -> Result<Exit, Failure> {
    let mut ddf = ddf::shipped().map_err(|error| Failure::new(Exit::Internal, error))?;
    let mut vendors = Vec::new();
    for path in ddfs {
        let vendor = description(path.as_ref())?;
        ddf.merge(vendor.clone());
        vendors.push((input::shown(path.as_ref()), vendor));
    }
    let values = set.iter().map(|pair| {
        pair.split_once('=').ok_or_else(|| {
            let message = "a value for --set is written URI=VALUE";
            Failure::new(Exit::Usage, message)
        })
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let first = fresh(&ddf, now, &values).map_err(|error| not_described(error, &vendors))?;
    let store = RedbStore::create(file, &first).map_err(not_made(file))?;
    store.close().map_err(of(file))?;
    let count = first.nodes.len();
    tell(GOOD, "made", &format!("{}: {count} nodes", file.display()));
    Ok(Exit::Ok)
}

fn check(file: &Path, as_json: bool) -> Result<Exit, Failure> {
    let mut tree = open(file)?;
    let found = tree
        .draft()
        .and_then(|draft| draft.check())
        .map_err(of(file))?;
    let mut out = output::out();
    if as_json {
        let defects: Vec<_> = found
            .iter()
            .map(|(path, reason)| {
                json!({ "uri": path.to_string(), "rule": reason.rule(), "message": reason.to_string() })
            })
            .collect();
        output::json(&mut out, &json!({ "format": 1, "defects": defects }))?;
    } else if found.is_empty() {
        writeln!(
            out,
            "{GOOD}sound{GOOD:#} the file is whole, and the tree as its description asks"
        )?;
    } else {
        for (path, reason) in &found {
            writeln!(
                out,
                "{path}: {} [{}]",
                output::visible(&reason.to_string()),
                reason.rule()
            )?;
        }
    }
    out.flush()?;
    if found.is_empty() {
        return Ok(Exit::Ok);
    }
    let count = found.len();
    let message = format!(
        "{}: {count} defects; correct the nodes, or import a backup",
        file.display()
    );
    Err(Failure {
        reported: as_json,
        ..Failure::new(Exit::Refused, message).rule("tree-defects")
    })
}

fn description(path: &Path) -> Result<Ddf, Failure> {
    let octets = input::raw(path)?;
    let ddf = match octets.first() {
        Some(1..=3) => Ddf::from_wbxml(&octets),
        _ => Ddf::from_xml(&octets),
    };
    ddf.map_err(|error: DdfError| {
        let rule = error.rule();
        Failure::new(Exit::Malformed, error)
            .rule(rule)
            .of(input::shown(path))
    })
}

fn xml(ddf: &Ddf) -> Result<String, Failure> {
    // What was read as XML can be written
    ddf.to_xml()
        .map_err(|error| Failure::new(Exit::Internal, error))
}

/// A failure to make the nodes of a description, with the file that describes the node and the way out
/// where that is a value.
fn not_described(error: Error, vendors: &[(String, Ddf)]) -> Failure {
    let Error::Refused { at, reason } = &error else {
        return error.into();
    };
    let path = NodePath::parse(at, &Limits::default()).ok();
    let describes = |ddf: &Ddf| path.as_ref().is_some_and(|path| ddf.place(path).is_some());
    // What the last says of a node holds
    let vendor = vendors.iter().rev().find(|(_, ddf)| describes(ddf));
    let way_out = match reason {
        Reason::NoDefault { .. } => format!(", or give one with --set {at}=VALUE"),
        _ => String::new(),
    };
    let failure = Failure::from(error);
    let failure = Failure {
        message: failure.message + &way_out,
        ..failure
    };
    match vendor {
        Some((name, _)) => failure.of(name),
        None => failure,
    }
}

/// A failure to make the file.
fn not_made(file: &Path) -> impl Fn(CreateError) -> Failure {
    move |error| match error {
        CreateError::Exists(_) => Failure::new(Exit::Refused, error),
        CreateError::Store(StoreError::Io(source))
            if source.kind() == std::io::ErrorKind::NotFound =>
        {
            let message = "the folder for this file does not exist; make it first";
            Failure::new(Exit::Io, message).of(file.display())
        }
        CreateError::Store(error) => of(file)(error),
    }
}

/// A failure of the store, with the file that it concerns.
pub(super) fn of(file: &Path) -> impl Fn(StoreError) -> Failure {
    move |error| match &error {
        StoreError::Io(source) if source.kind() == std::io::ErrorKind::NotFound => {
            let message = format!(
                "{}: {source}; make a tree with `dmboot tree init`",
                file.display()
            );
            Failure::new(Exit::Io, message)
        }
        StoreError::Io(source) => Failure::io(file.display(), source),
        _ => Failure::from(Error::from(error)).of(file.display()),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match &error {
            Error::Refused { .. } if error.status() == Status::NotFound => Exit::Usage,
            Error::Refused { .. } => Exit::Refused,
            Error::Store(StoreError::Full | StoreError::Busy | StoreError::Io(_)) => Exit::Io,
            Error::Store(_) => Exit::Malformed,
        };
        let rule = match &error {
            Error::Refused { reason, .. } => Some(reason.rule()),
            Error::Store(StoreError::Damaged(_)) => Some("tree-damaged"),
            Error::Store(StoreError::NotATree) => Some("tree-not-a-tree"),
            Error::Store(StoreError::Version(_)) => Some("tree-version"),
            Error::Store(_) => None,
        };
        Self {
            rule,
            ..Self::new(exit, error)
        }
    }
}
