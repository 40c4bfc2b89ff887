//! `dmboot tree export` and `dmboot tree import`

use super::args::ExportForm;
use super::{not_made, of, open};
use crate::cli::exit::{Exit, Failure};
use crate::cli::input;
use crate::cli::output::{GOOD, NOTE, tell};
use crate::client::tree::whole::{self, MAX_WHOLE, RestoreError, WholeError};
use crate::client::tree::{
    By, Draft, Error, ImportError, Node, NodePath, RedbStore, Tree, TreeStore, to_plain_json,
};
use crate::factory::station::write_whole;
use crate::secret::url_secrets;
use std::io;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Where an export goes.
pub enum Place<'a> {
    Output,
    File(&'a Path),
    Secret(&'a Path),
}

pub fn export(
    tree: &mut Tree<RedbStore>,
    file: &Path,
    uri: &str,
    form: ExportForm,
    place: &Place<'_>,
    force: bool,
) -> Result<Exit, Failure> {
    if let Place::File(path) | Place::Secret(path) = place
        && let (Ok(out), Ok(of)) = (path.canonicalize(), file.canonicalize())
        && out == of
    {
        let message = "this is the tree itself; name another file for the export";
        return Err(Failure::new(Exit::Usage, message).of(input::shown(path)));
    }
    let draft = tree.draft().map_err(Error::from)?;
    let with_secrets = matches!(place, Place::Secret(_));
    let (octets, left_out) = match form {
        ExportForm::Json => json(&draft, uri, with_secrets)?,
        _ => tnds(&draft, uri, form, with_secrets)?,
    };
    match left_out {
        0 if form == ExportForm::Json && !with_secrets => tell(
            NOTE,
            "note:",
            "this is to look at and is not imported; --with-secrets FILE writes a backup",
        ),
        0 => {}
        1 => tell(
            NOTE,
            "note:",
            "1 secret was left out; --with-secrets FILE writes it too",
        ),
        count => {
            let message =
                format!("{count} secrets were left out; --with-secrets FILE writes them too");
            tell(NOTE, "note:", &message);
        }
    }
    match place {
        Place::Output => crate::cli::print(&octets),
        Place::File(path) | Place::Secret(path) => {
            write_whole(path, &octets, force)?;
            let secrets = if with_secrets {
                ", with secrets: keep it safe"
            } else {
                ""
            };
            tell(GOOD, "wrote", &format!("{}{secrets}", path.display()));
            Ok(Exit::Ok)
        }
    }
}

/// What is written, and how many secrets it lacks.
type Exported = (Zeroizing<Vec<u8>>, usize);

fn tnds<S: TreeStore>(
    draft: &Draft<'_, S>,
    uri: &str,
    form: ExportForm,
    with_secrets: bool,
) -> Result<Exported, Failure> {
    let export = draft.export(uri, with_secrets)?;
    let refused = |error: &dyn std::fmt::Display| Failure::new(Exit::Internal, error);
    let octets = match form {
        ExportForm::Wbxml => {
            let encoded = export.tree.to_wbxml();
            encoded.map_err(|error| refused(&error))?.octets
        }
        _ => {
            let text = export.tree.to_xml();
            text.map_err(|error| refused(&error))?.into_bytes()
        }
    };
    Ok((Zeroizing::new(octets), export.left_out.len()))
}

fn json<S: TreeStore>(
    draft: &Draft<'_, S>,
    uri: &str,
    with_secrets: bool,
) -> Result<Exported, Failure> {
    let top = draft.address(uri)?;
    if with_secrets && !top.is_root() {
        let message = "JSON with secrets is always that of the whole tree; leave the address out, \
                       or choose --to xml or --to wbxml";
        return Err(Failure::new(Exit::Usage, message));
    }
    let all = draft.before().whole().map_err(Error::from)?;
    if with_secrets {
        let octets = whole::to_json_with_secrets(&all).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => Failure::new(Exit::Refused, error),
            _ => error.into(),
        })?;
        return Ok((octets, 0));
    }
    let hides = |path: &NodePath, node: &Node| draft.hides(path, node);
    let lacks = |(path, node): &(&NodePath, &Option<Arc<Node>>)| {
        node.as_ref().is_some_and(|node| {
            let text = node.value.expose_text().unwrap_or_default();
            top.holds(path)
                && !node.value.expose().is_empty()
                && (hides(path, node) || !url_secrets(text).is_empty())
        })
    };
    let left_out = all.nodes.iter().filter(lacks).count();
    let octets = match top.is_root() {
        true => whole::to_plain_json(&all, &hides)?,
        false => {
            let value = to_plain_json(draft, uri)?;
            let mut text = serde_json::to_vec_pretty(&value).map_err(io::Error::from)?;
            text.push(b'\n');
            text
        }
    };
    Ok((Zeroizing::new(octets), left_out))
}

pub fn import(
    file: &Path,
    from: &Path,
    at: &str,
    replace: bool,
    by: By<'_>,
) -> Result<Exit, Failure> {
    let octets = input::at_most(from, MAX_WHOLE, "which no export has")?;
    let name = input::shown(from);
    if octets.trim_ascii_start().first() == Some(&b'{') {
        return restore(file, &octets, &name, at != "." || replace);
    }
    let mut tree = open(file)?;
    let mut draft = tree.draft().map_err(of(file))?;
    draft
        .import(by, at, &octets, replace)
        .map_err(|error| Failure::from(error).of(&name))?;
    let count = draft.changes().nodes.len();
    draft
        .commit(by, "imported a serialised tree")
        .map_err(of(file))?;
    tree.into_store().close().map_err(of(file))?;
    let nodes = if count == 1 { "node" } else { "nodes" };
    tell(
        GOOD,
        "imported",
        &format!("{name}: {count} {nodes} changed"),
    );
    Ok(Exit::Ok)
}

/// Makes the tree that was exported, in a new file or in one that nothing was done to.
fn restore(file: &Path, octets: &[u8], name: &str, placed: bool) -> Result<Exit, Failure> {
    if placed {
        let message = "JSON makes the whole tree; leave out --at and --replace";
        return Err(Failure::new(Exit::Usage, message));
    }
    let all = whole::from_json(octets).map_err(|error| Failure::from(error).of(name))?;
    let store = match file.try_exists() {
        Ok(false) => RedbStore::create(file, &all).map_err(not_made(file))?,
        _ => {
            let mut store = RedbStore::open(file).map_err(of(file))?;
            whole::restore(&mut store, &all).map_err(|error| match error {
                RestoreError::Used => Failure::new(Exit::Refused, error)
                    .rule("tree-used")
                    .of(file.display()),
                RestoreError::Store(error) => of(file)(error),
            })?;
            store
        }
    };
    store.close().map_err(of(file))?;
    let count = all.nodes.len();
    let message = format!("{name}: {count} nodes, the whole tree");
    tell(GOOD, "imported", &message);
    Ok(Exit::Ok)
}

impl From<WholeError> for Failure {
    fn from(error: WholeError) -> Self {
        let exit = match &error {
            WholeError::Plain => Exit::Refused,
            _ => Exit::Malformed,
        };
        let hint = match &error {
            WholeError::Plain => " (dmboot tree export --to json --with-secrets FILE)",
            _ => "",
        };
        let message = format!("{error}{hint}");
        Self::new(exit, message).rule(error.rule())
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let rule = error.rule();
        let exit = match error {
            ImportError::Refused(error) => return error.into(),
            ImportError::Read(_) => Exit::Malformed,
            ImportError::Loss(_) | ImportError::Incomplete { .. } => Exit::Refused,
        };
        Self {
            rule,
            ..Self::new(exit, error)
        }
    }
}
