//! What may be typed.

use super::exit::EXIT_CODES;
use crate::document::dm::TndsForm;
use crate::document::inspect::Kind;
use crate::document::lint::Channel;
use crate::document::profile::{Form, Tnds};
use crate::security::cp_mac::KeyForm;
use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsStr;
use std::path::PathBuf;

/// Bootstrap provisioning for OMA Device Management.
///
/// Builds and signs the messages that give a device its management account, explains them octet by
/// octet, and tells why a device may refuse one.
#[derive(Debug, Parser)]
#[command(name = "dmboot", version, after_help = EXAMPLE, after_long_help = LONG_HELP.as_str())]
pub struct Cli {
    /// What all commands take.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What all commands take.
#[derive(Debug, Args)]
pub struct Common {
    /// Folder of profiles that come before those of the program.
    #[arg(long, global = true, env = "DMBOOT_PROFILES", value_name = "DIR")]
    pub profiles: Option<PathBuf>,
}

impl Cli {
    /// Reads the arguments of the process.
    ///
    /// To define all commands takes longer than to convert a document, so the one that is called is
    /// defined alone; whatever is not right then, help too, is for all of them together.
    ///
    /// # Errors
    /// What clap has to say.
    pub fn read() -> Result<Self, clap::Error> {
        let first = std::env::args_os().nth(1);
        let called = first.as_deref().and_then(OsStr::to_str);
        if let Some(command) = called.and_then(Command::alone) {
            let program = Common::augment_args(clap::Command::new("dmboot")).subcommand(command);
            let read = program.try_get_matches();
            if let Ok(cli) = read.and_then(|matches| Self::from_arg_matches(&matches)) {
                return Ok(cli);
            }
        }
        Self::try_parse()
    }
}

const EXAMPLE: &str = "\
Example:
  dmboot build cp/w7-account --devices devices.csv --sec userpin --out messages";

static LONG_HELP: std::sync::LazyLock<String> =
    std::sync::LazyLock::new(|| format!("{EXIT_CODES}\n\n{EXAMPLE}"));

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build and sign messages for one device or a list.
    #[command(after_help = "\
Example:
  dmboot build cp/w7-account --devices devices.csv --sec userpin --emit wsp,xml --out messages")]
    Build(Build),
    /// Take the message of one device out of a pack.
    #[command(after_help = "\
Example:
  dmboot unpack devices.pack --device 490154203237518 -o 490154203237518.wsp")]
    Unpack(Unpack),
    /// Explain a document or message octet by octet.
    #[command(after_help = "\
Example:
  dmboot inspect messages/490154203237518.wsp
  echo '01 06 04 03 B6 91 83 …' | dmboot inspect -")]
    Inspect(Inspect),
    /// Find what is wrong with documents, messages and profiles.
    #[command(after_help = "\
Exit code 5 when there is an error, or when the receiver named by --for refuses a message or has no
use for it; warnings and notes alone end with 0. `[lint] allow` of a profile silences a rule, with a reason.

Example:
  dmboot lint settings.xml messages operator.toml --for gecko")]
    Lint(Lint),
    /// Check that a message is authentic, or find out why it is not.
    #[command(after_help = "\
Example:
  dmboot verify messages/490154203237518.wsp --pin-file pin.txt --why")]
    Verify(Verify),
    /// Write the message that asks a device to open a session (Package #0).
    #[command(after_help = "\
Example:
  dmboot notify --server-id mgmt.example --session 2F --secret-file pw --resync -o 2F.wsp
  dmboot verify 2F.wsp --secret-file pw")]
    Notify(Notify),
    /// Apply a message to the management tree of a device, as a client would.
    #[command(after_help = "\
What is to be done is summed up and asked for first. Exit codes: 3 malformed, 4 not authentic, 5 refused,
8 blocked after too many wrong PINs, 9 replayed; the tree's content is then as it was.

Example:
  PIN=1824 dmboot apply message.wsp --tree device.tree --pin-env PIN
  dmboot apply config1.wbxml --channel card --iccid 8949017200010043560 --tree device.tree")]
    Apply(Apply),
    /// Explain a rule: what is wrong, why it matters, what to do.
    #[command(after_help = "\
Example:
  dmboot explain cp-reference-case")]
    Explain(Explain),
    /// Turn XML into WBXML or back: provisioning documents, DM messages, serialised trees.
    #[command(after_help = "\
Example:
  dmboot convert settings.xml --to wbxml --encoding compact -o settings.wbxml
  dmboot convert message.xml --to wbxml --tnds opaque -o message.wbxml")]
    Convert(Convert),
    /// Make a message safe to show: same structure and lengths, false ids and secrets.
    #[command(after_help = "\
The result is signed anew with the PIN 1234.

Example:
  dmboot redact refused.wsp -o ticket.wsp")]
    Redact(Redact),
    /// List, show and make profiles.
    #[command(
        subcommand,
        after_help = "\
Example:
  dmboot profile show cp/w7-account"
    )]
    Profile(Profile),
    /// List and show what is known of receivers.
    #[command(
        subcommand,
        after_help = "\
Example:
  dmboot receiver show gecko"
    )]
    Receiver(Receiver),
    /// Make, show and exchange the management tree of a device.
    #[command(after_help = "\
Example:
  dmboot tree init --tree device.tree
  dmboot tree show --acl --tree device.tree")]
    Tree(super::tree::args::Tree),
    /// Write test vectors for those who write clients.
    #[command(subcommand)]
    #[command(after_help = "\
Example:
  dmboot vectors export --out vectors")]
    Vectors(Vectors),
    /// Write completions for a shell to standard output.
    #[command(after_help = "\
Example:
  dmboot completions bash > /etc/bash_completion.d/dmboot")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual page of the program or of one of its commands to standard output.
    #[command(after_help = "\
Example:
  dmboot man build | man -l -")]
    Man {
        /// The command, e.g. build or profile-new; the program itself otherwise.
        command: Option<String>,
    },
}

impl Command {
    /// The arguments of one command that has no commands of its own.
    fn alone(name: &str) -> Option<clap::Command> {
        type Define = fn(clap::Command) -> clap::Command;
        const ALONE: [(&str, Define); 10] = [
            ("apply", Apply::augment_args),
            ("build", Build::augment_args),
            ("convert", Convert::augment_args),
            ("explain", Explain::augment_args),
            ("inspect", Inspect::augment_args),
            ("lint", Lint::augment_args),
            ("notify", Notify::augment_args),
            ("redact", Redact::augment_args),
            ("unpack", Unpack::augment_args),
            ("verify", Verify::augment_args),
        ];
        let (name, define) = ALONE.iter().find(|(known, _)| *known == name)?;
        Some(define(clap::Command::new(*name)))
    }
}

/// Arguments of `build`.
#[derive(Debug, Args)]
pub struct Build {
    /// A profile by name, or a .toml file.
    pub profile: String,
    /// Device list: CSV or JSON Lines, one row for each device, one column for each parameter.
    #[arg(long, value_name = "FILE")]
    pub devices: Option<PathBuf>,
    /// A value for all devices. Not for secrets.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Values for all devices, secrets too: TOML, name = "value", { env = "…" } or { file = "…" }.
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// The seed that random values derive from, at least 16 octets; keep it like a key.
    #[arg(long, value_name = "FILE")]
    pub seed_file: Option<PathBuf>,
    /// Folder for the outputs.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["check", "pack"])]
    pub out: Option<PathBuf>,
    /// Write the push PDUs of all devices into one file instead, which is many times faster for a
    /// long list. The rules look at one device of each shape; check all of them with --check before.
    #[arg(
        long,
        value_name = "FILE",
        requires = "devices",
        conflicts_with_all = ["out", "emit", "name", "only", "check", "secrets_out"]
    )]
    pub pack: Option<PathBuf>,
    /// How to sign; `none` leaves messages unsigned.
    #[arg(long, value_name = "METHOD")]
    pub sec: Option<SecArg>,
    /// What to write for each device: xml, wbxml, wsp, hex, text:TEMPLATE (a file).
    #[arg(
        long,
        value_name = "FORM,…",
        value_delimiter = ',',
        default_value = "wsp"
    )]
    pub emit: Vec<String>,
    /// compatible is read by every receiver, compact is the shortest.
    /// [default: compatible]
    #[arg(long, value_name = "HOW")]
    pub encoding: Option<EncodingArg>,
    /// cp for Client Provisioning, dm for the same account as a DM message.
    /// [default: what the profile says, else cp]
    #[arg(long, value_name = "FORM", value_parser = PossibleValuesParser::new(Form::NAMES.map(|(name, _)| name)))]
    pub form: Option<String>,
    /// How trees stand in DM messages: inline for Android's engine, opaque for libwbxml, text as
    /// XML, none for an item for each node.
    /// [default: what the profile says, else inline]
    #[arg(long, value_name = "HOW", value_parser = PossibleValuesParser::new(Tnds::NAMES.map(|(name, _)| name)))]
    pub tnds: Option<String>,
    /// Pattern of file names, e.g. {{imei}}-{{server_id}}: letters, digits and . _ + @ = -
    #[arg(long, value_name = "PATTERN")]
    pub name: Option<String>,
    /// Build only the device with this key.
    #[arg(long, value_name = "KEY")]
    pub only: Option<String>,
    /// Check everything, write nothing. With --keep-going all bad rows are named.
    #[arg(long)]
    pub check: bool,
    /// Skip bad rows, build the others, and exit with 7.
    #[arg(long)]
    pub keep_going: bool,
    /// Where secrets that the job makes are written, one JSON line for each device.
    #[arg(long, value_name = "FILE")]
    pub secrets_out: Option<PathBuf>,
    /// Overwrite outputs that would change.
    #[arg(long)]
    pub force: bool,
    /// Deviate from the standard's key for a receiver that does.
    #[arg(long, value_name = "FORM", value_parser = PossibleValuesParser::new(KeyForm::ALL.map(KeyForm::name)))]
    pub key_form: Option<String>,
    /// Send X-Wap-Application-Id with this code; some receivers take any further header for the
    /// document.
    #[arg(long, value_name = "CODE")]
    pub application_id: Option<u32>,
    /// Choose the options that this receiver takes; `dmboot receiver list` shows all. The signature
    /// is never made weaker for it.
    #[arg(long = "for", value_name = "RECEIVER")]
    pub receiver: Option<String>,
    /// Report in JSON on standard output.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `unpack`.
#[derive(Debug, Args)]
pub struct Unpack {
    /// What `build --pack` wrote.
    pub pack: PathBuf,
    /// The key of the device.
    #[arg(long, value_name = "KEY")]
    pub device: String,
    /// Where to write; standard output otherwise.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite a file that would change.
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// A file, or - for standard input: binary, hex, base64, hex dump, C array or %XX.
    pub file: PathBuf,
    /// What it is, when detection is wrong.
    #[arg(long = "as", value_name = "KIND", value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)))]
    pub kind: Option<String>,
    /// Show secrets.
    #[arg(long)]
    pub reveal: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// Files in any form that `inspect` reads, folders of them, profiles by name or as .toml; - for
    /// standard input.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Say what this receiver will do with each, and which build options make it better; all for
    /// all of them.
    #[arg(long = "for", value_name = "RECEIVER")]
    pub receiver: Option<String>,
    /// How messages travel: sms asks for a signature and few segments; other for none.
    /// [default: not known]
    #[arg(long, value_name = "HOW", value_parser = PossibleValuesParser::new(Channel::NAMES.map(|(name, _)| name)))]
    pub channel: Option<String>,
    /// What it is, when detection is wrong.
    #[arg(long = "as", value_name = "KIND", value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)))]
    pub kind: Option<String>,
    /// The form in which profiles are judged: cp for Client Provisioning, dm for a DM message.
    /// [default: what the profile says, else cp]
    #[arg(long, value_name = "FORM", value_parser = PossibleValuesParser::new(Form::NAMES.map(|(name, _)| name)))]
    pub form: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What a message is judged by.
#[derive(Debug, Args)]
pub struct Keys {
    /// The SEC that came with a bare document; it goes with --mac or --code-file, but for none.
    #[arg(long, value_name = "METHOD")]
    pub sec: Option<SecArg>,
    /// The MAC that came with a bare document.
    #[arg(long, value_name = "HEX", requires = "sec", group = "mac_or_code")]
    pub mac: Option<String>,
    /// The IMSI. It is a key under NETWPIN: others on this machine can see it here.
    #[arg(long, value_name = "DIGITS", group = "network")]
    pub imsi: Option<String>,
    /// A file with the IMSI.
    #[arg(long, value_name = "FILE", group = "network")]
    pub imsi_file: Option<PathBuf>,
    /// A file with a network key that is no IMSI (CDMA): hexadecimal text, or the octets.
    #[arg(long, value_name = "FILE", group = "network")]
    pub network_key_file: Option<PathBuf>,
    /// A file with the PIN.
    #[arg(long, value_name = "FILE", group = "user")]
    pub pin_file: Option<PathBuf>,
    /// An environment variable with the PIN.
    #[arg(long, value_name = "VARIABLE", group = "user")]
    pub pin_env: Option<String>,
    /// A file with the code of USERPINMAC.
    #[arg(long, value_name = "FILE", groups = ["user", "mac_or_code"])]
    pub code_file: Option<PathBuf>,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub struct Apply {
    /// A file, or - for standard input: a WSP push PDU, or a document, in any form that `inspect`
    /// reads.
    pub file: PathBuf,
    /// The file that holds the tree.
    #[arg(long, env = "DMBOOT_TREE", value_name = "FILE")]
    pub tree: Option<PathBuf>,
    /// How it arrived. [default: push for a push PDU, file for a document]
    #[arg(long, value_name = "HOW")]
    pub channel: Option<ChannelArg>,
    /// The card that it was on.
    #[arg(long, value_name = "DIGITS")]
    pub iccid: Option<String>,
    /// What is known of device and user.
    #[command(flatten)]
    pub keys: Keys,
    /// A policy (TOML) in place of the default one.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// How AAUTHLEVEL of provisioning documents is understood.
    #[arg(long, value_name = "HOW", default_value = "oma")]
    pub levels: LevelsArg,
    /// Show what would change, node by node, and change nothing; wrong PINs count.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Take a message that only the network's key vouches for. --yes does not imply it.
    #[arg(long)]
    pub accept_network_only: bool,
    /// Print JSON; it needs --yes or --dry-run.
    #[arg(long)]
    pub json: bool,
}

/// Ways to arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChannelArg {
    /// Over the air.
    Push,
    /// From a smart card.
    Card,
    /// From a file.
    File,
}

/// Ways to understand AAUTHLEVEL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelsArg {
    /// APPSRV is what the device shows the server.
    Oma,
    /// The other way round.
    Swapped,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// A file, or - for standard input, in any form that `inspect` reads.
    pub file: PathBuf,
    /// What is known of device and user.
    #[command(flatten)]
    pub keys: Keys,
    /// For a notification (Package #0), in a push or bare: a file with the server's password.
    #[arg(long, value_name = "FILE", group = "password", conflicts_with_all = ["sec", "mac_or_code", "network", "user", "why"])]
    pub secret_file: Option<PathBuf>,
    /// An environment variable with the server's password.
    #[arg(long, value_name = "VARIABLE", group = "password", conflicts_with_all = ["sec", "mac_or_code", "network", "user", "why"])]
    pub secret_env: Option<String>,
    /// A file with the server's nonce, Base64 as in AAUTHDATA. Without it only the one for
    /// resynchronisation is tried.
    #[arg(long, value_name = "FILE", group = "nonce", requires = "password")]
    pub nonce_file: Option<PathBuf>,
    /// An environment variable with the server's nonce.
    #[arg(long, value_name = "VARIABLE", group = "nonce", requires = "password")]
    pub nonce_env: Option<String>,
    /// When the MAC does not match, find the sender's mistake.
    #[arg(long)]
    pub why: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `notify`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("password").required(true)), group(ArgGroup::new("nonce").required(true)))]
pub struct Notify {
    /// The server id, as the device's account has it.
    #[arg(long, value_name = "ID")]
    pub server_id: String,
    /// The session to open: 1 to FFFF, hexadecimal as SessionID will have it.
    #[arg(long, value_name = "HEX")]
    pub session: String,
    /// A file with the password that the server proves itself by.
    #[arg(long, value_name = "FILE", group = "password")]
    pub secret_file: Option<PathBuf>,
    /// An environment variable with that password.
    #[arg(long, value_name = "VARIABLE", group = "password")]
    pub secret_env: Option<String>,
    /// A file with the server's nonce, Base64 as in AAUTHDATA.
    #[arg(long, value_name = "FILE", group = "nonce")]
    pub nonce_file: Option<PathBuf>,
    /// An environment variable with that nonce.
    #[arg(long, value_name = "VARIABLE", group = "nonce")]
    pub nonce_env: Option<String>,
    /// The nonce was lost: use four zero octets. Not every device takes that.
    #[arg(long, group = "nonce")]
    pub resync: bool,
    /// What the user should see.
    #[arg(long, value_name = "MODE", default_value = "none")]
    pub ui: UiArg,
    /// Who wanted the session.
    #[arg(long, value_name = "WHO", default_value = "server")]
    pub initiator: InitiatorArg,
    /// A file with vendor-specific octets, taken as they are.
    #[arg(long, value_name = "FILE")]
    pub vendor_file: Option<PathBuf>,
    /// Write Package #0 alone, for another transport than a WAP push.
    #[arg(long)]
    pub bare: bool,
    /// Where to write.
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
    /// Overwrite a file that would change.
    #[arg(long)]
    pub force: bool,
    /// Report in JSON on standard output.
    #[arg(long)]
    pub json: bool,
}

/// What the user should see, on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UiArg {
    /// The server has no wish.
    None,
    /// Nothing.
    Background,
    /// That a session begins.
    Informative,
    /// A question before it begins.
    Interaction,
}

/// Who wanted a session, on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InitiatorArg {
    /// The server.
    Server,
    /// The user of the device.
    User,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule's id, as messages show it in brackets; or a family of rules, e.g. cp. All are listed
    /// otherwise.
    pub rule: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `convert`.
#[derive(Debug, Args)]
pub struct Convert {
    /// A file, or - for standard input, in any form that `inspect` reads.
    pub file: PathBuf,
    /// What to write.
    #[arg(long, value_name = "FORM")]
    pub to: DocumentForm,
    /// How to write WBXML of a provisioning document.
    /// [default: compatible]
    #[arg(long, value_name = "HOW")]
    pub encoding: Option<EncodingArg>,
    /// How trees stand in the WBXML of a DM message: inline for Android's engine, opaque for
    /// libwbxml, text as XML.
    /// [default: inline]
    #[arg(long, value_name = "HOW", value_parser = PossibleValuesParser::new(TndsForm::NAMES.map(|(name, _)| name)))]
    pub tnds: Option<String>,
    /// Where to write; standard output otherwise.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite a file that would change.
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// Arguments of `redact`.
#[derive(Debug, Args)]
pub struct Redact {
    /// A file, or - for standard input, in any form that `inspect` reads.
    pub file: PathBuf,
    /// What it is, when detection is wrong.
    #[arg(long = "as", value_name = "KIND", value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)))]
    pub kind: Option<String>,
    /// Where to write.
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
    /// Overwrite a file that would change.
    #[arg(long)]
    pub force: bool,
}

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub enum Profile {
    /// List all profiles.
    #[command(after_help = "\
Example:
  dmboot profile list")]
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show a profile: what it is for and which parameters it has.
    #[command(after_help = "\
Example:
  dmboot profile show cp/w7-account")]
    Show {
        /// A profile by name, or a .toml file.
        name: String,
        /// Print the profile's own text.
        #[arg(long, conflicts_with = "json")]
        source: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a profile of a provisioning document.
    #[command(after_help = "\
Example:
  dmboot profile new --from settings.xml -o settings.toml")]
    New {
        /// The document, in any form that `inspect` reads; it may have holes like {{imsi}}.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// Where to write; standard output otherwise.
        #[arg(short, long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Overwrite a file that would change.
        #[arg(long, requires = "out")]
        force: bool,
    },
}

/// What to do with receivers.
#[derive(Debug, Subcommand)]
pub enum Receiver {
    /// List all receivers.
    #[command(after_help = "\
Example:
  dmboot receiver list")]
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what is known of a receiver, and who says so.
    #[command(after_help = "\
Example:
  dmboot receiver show gecko")]
    Show {
        /// A receiver by name, or a .toml file.
        name: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Security methods on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SecArg {
    /// Unsigned: anybody can forge it.
    None,
    /// The IMSI is the key: no user needed, but whoever knows the IMSI can forge it.
    Netwpin,
    /// The same by its name in OMA DM.
    Networkid,
    /// A PIN that the user types is the key.
    Userpin,
    /// Both.
    Usernetwpin,
    /// The same by its name in OMA DM.
    #[value(name = "userpin_networkid")]
    UserpinNetworkid,
    /// The user types a code; no MAC travels.
    Userpinmac,
}

/// Encodings on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EncodingArg {
    /// No string table, code page 0 wherever it has the token.
    Compatible,
    /// The fewest octets.
    Compact,
}

/// Forms of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocumentForm {
    /// Text.
    Xml,
    /// Binary.
    Wbxml,
}

/// The value that an argument names, which clap took from these names.
pub fn named<T: Copy>(names: &[(&str, T)], name: Option<&str>) -> Option<T> {
    let known = names.iter().find(|(known, _)| Some(*known) == name);
    known.map(|(_, value)| *value)
}

/// What to do with test vectors.
#[derive(Debug, Subcommand)]
pub enum Vectors {
    /// Write all of them as JSON, with a description of the files, into a new or empty folder.
    #[command(after_help = "\
Messages of every form and method, good and bad, with keys, verdict and the tree that they end in. They are CC0: use them as
you like.

Example:
  dmboot vectors export --out vectors")]
    Export {
        /// The folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn commands_are_defined_alone() {
        let without = ["completions", "man"];
        let program = Cli::command();
        let commands = program.get_subcommands();
        let plain = commands.filter(|c| !c.has_subcommands() && !without.contains(&c.get_name()));
        let mut count = 0;
        for command in plain {
            assert!(Command::alone(command.get_name()).is_some(), "{command}");
            count += 1;
        }
        assert_eq!(count, 10);
    }
}
