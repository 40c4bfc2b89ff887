//! What may be typed after `tree`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Arguments of `tree`.
#[derive(Debug, Args)]
pub struct Tree {
    /// The file that holds the tree.
    #[arg(long, global = true, env = "DMBOOT_TREE", value_name = "FILE")]
    pub tree: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with a tree.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a tree: the permanent nodes of the device's description.
    #[command(after_help = "\
Example:
  dmboot tree init --tree device.tree --set ./DevInfo/DevId=IMEI:490154203237518")]
    Init {
        /// A value in place of the default one. Not for secrets.
        #[arg(long, value_name = "URI=VALUE")]
        set: Vec<String>,
        /// A vendor's description (DDF) to add to the program's own.
        #[arg(long, value_name = "FILE")]
        ddf: Vec<PathBuf>,
    },
    /// Draw the tree, or what hangs below a node. Secrets are masked.
    #[command(after_help = "\
Example:
  dmboot tree show ./DMAcc --acl --tree device.tree")]
    Show {
        /// Where to begin.
        #[arg(default_value = ".")]
        uri: String,
        /// Show formats, and types that say more than the format.
        #[arg(long)]
        formats: bool,
        /// Show the ACLs that nodes have of their own.
        #[arg(long)]
        acl: bool,
        /// Show where subtrees came from.
        #[arg(long)]
        provenance: bool,
        /// Show secrets.
        #[arg(long, conflicts_with = "json")]
        reveal: bool,
        /// Print JSON, with all properties and without secrets.
        #[arg(long)]
        json: bool,
    },
    /// Read a value, a property or a list, as the client or as a server would.
    #[command(after_help = "\
Example:
  dmboot tree get ./DMAcc/1/AppAddr?list=StructData --server mgmt.example --tree device.tree
  dmboot tree get ./DMAcc/1?prop=ACL --tree device.tree")]
    Get {
        /// An address, with ?prop=NAME or ?list=Struct, StructData or TNDS if wanted.
        uri: String,
        /// Read as this server, with its rights.
        #[arg(long, value_name = "ID")]
        server: Option<String>,
        /// Show a secret.
        #[arg(long, conflicts_with_all = ["json", "server"])]
        reveal: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the tree or a part of it, as TNDS or JSON.
    #[command(after_help = "\
Secrets go only into the file of --with-secrets, which its owner alone can read. JSON with secrets is a backup: it has
all that the tree holds, and makes the identical tree when it is imported. TNDS has the nodes alone.

Example:
  dmboot tree export --to json --with-secrets backup.json --tree device.tree
  dmboot tree export ./DMAcc --tree device.tree")]
    Export {
        /// Where to begin.
        #[arg(default_value = ".")]
        uri: String,
        /// The form.
        #[arg(long, value_name = "FORM", default_value = "xml")]
        to: ExportForm,
        /// Where to write; standard output otherwise.
        #[arg(short, long, value_name = "FILE", conflicts_with = "with_secrets")]
        out: Option<PathBuf>,
        /// Where to write it with secrets; only its owner may read the file.
        #[arg(long, value_name = "FILE")]
        with_secrets: Option<PathBuf>,
        /// Overwrite a file that would change.
        #[arg(long)]
        force: bool,
    },
    /// Read TNDS into the tree, or make a whole tree of JSON.
    #[command(after_help = "\
TNDS (XML or WBXML) is read all of it or not at all. JSON that was written with secrets makes the whole tree, in a file that
does not exist or in a tree that nothing was done to since `tree init`. What --replace replaces is from then on of no known
origin, a card's too.

Example:
  dmboot tree import backup.json --tree restored.tree
  dmboot tree export ./DMAcc --with-secrets accounts.xml --tree device.tree
  dmboot tree import accounts.xml --replace --tree device.tree")]
    Import {
        /// A file, or - for standard input.
        file: PathBuf,
        /// The node that paths in it count from.
        #[arg(long, value_name = "URI", default_value = ".")]
        at: String,
        /// Replace the nodes at its top and all below them; otherwise they are added.
        #[arg(long)]
        replace: bool,
        /// Replace also what the tree has secrets of that the file lacks, and lose them.
        #[arg(long, requires = "replace")]
        drop_secrets: bool,
    },
    /// Print the description of the device (DDF) as XML, or add a vendor's to it.
    #[command(after_help = "\
Example:
  dmboot tree ddf --tree device.tree
  dmboot tree ddf --add vendor.xml --tree device.tree")]
    Ddf {
        /// A vendor's description, in XML or WBXML. The tree must go with it.
        #[arg(long, value_name = "FILE")]
        add: Option<PathBuf>,
    },
    /// List the accounts at DM servers, in their order.
    #[command(after_help = "\
Example:
  dmboot tree accounts --tree device.tree")]
    Accounts {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take the last application back, unless something of it has changed since.
    #[command(after_help = "\
Example:
  dmboot tree undo --tree device.tree")]
    Undo {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete what came from a card that is gone.
    #[command(after_help = "\
Example:
  dmboot tree forget-card 8949017200010043560 --tree device.tree
  dmboot tree forget-card 8949017200010043560 --keep config1.wbxml --tree device.tree")]
    ForgetCard {
        /// The card's ICCID.
        iccid: String,
        /// A document that the card still holds: what came of it stays.
        #[arg(long, value_name = "FILE")]
        keep: Vec<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show how another tree differs, node by node. Secrets are masked.
    #[command(after_help = "\
Nodes that differ in their time stamps and version numbers alone are shown with --stamps only: two trees in which the same was
done are the same otherwise.

Example:
  dmboot tree diff after.tree --tree before.tree")]
    Diff {
        /// The file that holds the other tree.
        other: PathBuf,
        /// Compare time stamps and version numbers too.
        #[arg(long)]
        stamps: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check the file, and that the tree is as its description asks.
    #[command(after_help = "\
Example:
  dmboot tree check --tree device.tree")]
    Check {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Tree {
    /// Whether JSON is wanted on standard output.
    pub fn json(&self) -> bool {
        match &self.command {
            Command::Show { json, .. }
            | Command::Get { json, .. }
            | Command::Accounts { json }
            | Command::Undo { json }
            | Command::ForgetCard { json, .. }
            | Command::Diff { json, .. }
            | Command::Check { json } => *json,
            Command::Export { to, .. } => *to == ExportForm::Json,
            Command::Init { .. } | Command::Import { .. } | Command::Ddf { .. } => false,
        }
    }
}

/// Forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    /// TNDS as text.
    Xml,
    /// TNDS, binary.
    Wbxml,
    /// All that the tree holds: with secrets a backup, without to look at.
    Json,
}
