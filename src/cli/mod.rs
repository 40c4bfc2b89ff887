//! The command line: it parses arguments, calls the library, and prints.
//!
//! No promise of stability is made for this module as an interface; the program's behaviour is
//! stable: its commands, its JSON and its exit codes.

mod apply;
mod args;
mod build;
mod convert;
mod exit;
mod explain;
mod input;
mod inspect;
mod lint;
mod notify;
mod output;
mod profile;
mod progress;
pub mod receiver;
mod redact;
mod tree;
mod unpack;
mod vectors;
mod verify;

use args::{Cli, Command};
use clap::CommandFactory;
use exit::{Exit, Failure};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

/// What comes when a file would grow beyond a limit (signal(7), on nearly all of Linux).
const SIGXFSZ: i32 = 25;

/// Runs the program.
pub fn main() -> ExitCode {
    // Then the write fails instead of the program, and what was begun is removed
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap knows where each goes
            let code = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Ok
            };
            let _ = error.print();
            return code.into();
        }
    };
    let as_json = wants_json(&cli.command);
    // The panic's own message goes to standard error; the code says whose fault it is
    let result = std::panic::catch_unwind(|| run(cli)).unwrap_or_else(|_| {
        let message = "this is a fault of dmboot; please report it with the input, redacted";
        Err(Failure::new(Exit::Internal, message))
    });
    match result {
        Ok(exit) => exit.into(),
        Err(failure) if failure.broken_pipe => Exit::Ok.into(),
        Err(failure) => {
            if as_json && !failure.reported {
                let error = serde_json::json!({
                    "rule": failure.rule,
                    "message": failure.message,
                    "exit": failure.exit as u8,
                });
                let value = serde_json::json!({ "format": 1, "error": error });
                // Standard error says it too
                let _ = output::json(&mut std::io::stdout().lock(), &value);
            }
            output::complain(&failure);
            if let Some(rule) = failure.rule {
                explain::hint(rule);
            }
            failure.exit.into()
        }
    }
}

fn wants_json(command: &Command) -> bool {
    match command {
        Command::Apply(args) => args.json,
        Command::Build(args) => args.json,
        Command::Explain(args) => args.json,
        Command::Inspect(args) => args.json,
        Command::Lint(args) => args.json,
        Command::Notify(args) => args.json,
        Command::Verify(args) => args.json,
        Command::Tree(args) => args.json(),
        Command::Profile(args::Profile::List { json } | args::Profile::Show { json, .. })
        | Command::Receiver(args::Receiver::List { json } | args::Receiver::Show { json, .. }) => {
            *json
        }
        _ => false,
    }
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    let library = crate::factory::library::Library::new(cli.common.profiles);
    match cli.command {
        Command::Apply(args) => apply::run(&args),
        Command::Build(args) => build::run(&args, &library),
        Command::Explain(args) => explain::run(&args),
        Command::Unpack(args) => unpack::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Lint(args) => lint::run(&args, &library),
        Command::Notify(args) => notify::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Redact(args) => redact::run(&args),
        Command::Profile(args) => profile::run(&args, &library),
        Command::Receiver(args) => receiver::run(&args, &library),
        Command::Tree(args) => tree::run(&args),
        Command::Vectors(args) => vectors::run(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "dmboot", &mut script);
            print(&script)
        }
        Command::Man { command } => {
            let mut page = Vec::new();
            clap_mangen::Man::new(manual(command.as_deref())?).render(&mut page)?;
            print(&page)
        }
    }
}

/// The definition of a command, named as its manual page is: `profile-new`.
fn manual(name: Option<&str>) -> Result<clap::Command, Failure> {
    let mut command = Cli::command();
    command.build();
    for word in name.into_iter().flat_map(|name| name.split('-')) {
        let found = command.find_subcommand(word).cloned();
        command = found.ok_or_else(|| {
            let names: Vec<_> = command
                .get_subcommands()
                .map(|c| c.get_name().to_owned())
                .collect();
            let message = format!("{word:?} is no command; known are {}", names.join(", "));
            Failure::new(Exit::Usage, message)
        })?;
    }
    Ok(command)
}

/// Writes octets to standard output.
fn print(octets: &[u8]) -> Result<Exit, Failure> {
    // Not through anstream: these are no messages, and may be binary
    let mut out = std::io::stdout().lock();
    out.write_all(octets)?;
    out.flush()?;
    Ok(Exit::Ok)
}
