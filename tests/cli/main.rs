//! Runs the program as its users do and judges what it prints, writes, and returns.

#![allow(clippy::unwrap_used)]

mod apply;
mod backup;
mod build;
mod convert;
mod dm;
mod explain;
mod failures;
mod faults;
mod help;
mod hostile;
mod inspect;
mod interrupt;
mod lint;
mod lists;
mod notify;
mod pack;
mod profile;
mod receivers;
mod redact;
mod rerun;
mod sec;
mod secrets;
mod tree;
mod verify;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A command of ours, run by another program.
fn through(by: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(by[0]);
    outer.args(&by[1..]).arg(command.get_program());
    outer.args(command.get_args()).stdin(Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// What a run of the program gave.
#[derive(Debug, PartialEq)]
struct Run {
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: output.stdout,
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// The run again, if it ended with this code.
    #[track_caller]
    fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.text(), self.err);
        self
    }

    /// The run again, if standard error has these words.
    #[track_caller]
    fn says(self, words: &str) -> Self {
        assert!(self.err.contains(words), "{words:?} in {:?}", self.err);
        self
    }

    /// The run again, if standard error is a single message and nothing else.
    #[track_caller]
    fn one_message(self) -> Self {
        let lines = self.err.trim_end().lines().count();
        assert!(self.err.starts_with("error") && lines == 1, "{}", self.err);
        assert!(self.out.is_empty(), "{}", self.text());
        self
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.out).unwrap()
    }
}

/// An empty folder in which the program runs.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with the list of two devices, `devices.csv`.
    fn with_devices() -> Self {
        let place = Self::new();
        place.write("devices.csv", DEVICES);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    #[track_caller]
    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[track_caller]
    fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dmboot"));
        command.args(args).current_dir(self.0.path());
        for name in ["DMBOOT_PROFILES", "CLICOLOR_FORCE", "CLICOLOR"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program with these words as its arguments.
    fn run(&self, words: &str) -> Run {
        self.command(words.split_whitespace())
            .output()
            .unwrap()
            .into()
    }

    fn run_with_input(&self, words: &str, input: &[u8]) -> Run {
        let mut command = self.command(words.split_whitespace());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may end without reading it
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap().into()
    }

    /// Starts the program. Who runs the tests may have been told to outlive a terminal, which the
    /// program would be too.
    fn start(&self, words: &str) -> Child {
        let command = self.command(words.split_whitespace());
        let mut command = through(&["env", "--default-signal=HUP"], &command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Builds account messages; `words` come after what all of them need.
    fn build(&self, words: &str) -> Run {
        self.run(&format!("build cp/w7-account {SERVER} {words}"))
    }

    /// Everything in the folder, hidden files too: paths, and what the files hold.
    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut tree = BTreeMap::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.0.path()).unwrap();
                let name = name.to_str().unwrap().to_owned();
                if path.is_dir() {
                    tree.insert(name + "/", Vec::new());
                    folders.push(path);
                } else {
                    tree.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
        tree
    }

    /// The names in a folder.
    fn names(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{folder}/");
        let tree = self.tree();
        let names = tree.keys().filter_map(|name| name.strip_prefix(&prefix));
        names
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn manifest(&self, folder: &str) -> Vec<serde_json::Value> {
        let text = self.text(&format!("{folder}/manifest.jsonl"));
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Constant parameters of the account profile.
const SERVER: &str = "--set server_id=mgmt.example --set server_url=https://dm.mgmt.example/dm";

/// Two devices with everything that any SEC needs.
const DEVICES: &str = "\
imei,imsi,pin,client_user,client_secret,client_nonce,server_secret,server_nonce
490154203237518,262011234567890,47110,dev-a,kJ8s0qPz3vXw,Zk1vVnJ0Q2pB,Q3vTz81LmXe4,cT0rWm9ZbHhL
356938035643809,26201123456789,08150,dev-b,Vb5nT2yRq9Lk,V2xQc0RmR2hK,Hn4pWz7KsYd2,TG1Ob1BxUnN0
";
const A: &str = "490154203237518";
const B: &str = "356938035643809";
/// The secrets in [`DEVICES`].
const SECRETS: [&str; 10] = [
    "47110",
    "kJ8s0qPz3vXw",
    "Zk1vVnJ0Q2pB",
    "Q3vTz81LmXe4",
    "cT0rWm9ZbHhL",
    "08150",
    "Vb5nT2yRq9Lk",
    "V2xQc0RmR2hK",
    "Hn4pWz7KsYd2",
    "TG1Ob1BxUnN0",
];

/// A list of so many devices.
fn long_list(devices: u64) -> String {
    let mut list = DEVICES.lines().next().unwrap().to_owned() + "\n";
    for number in 0..devices {
        let mut imei = format!("35{number:012}");
        let sum: u32 = imei
            .bytes()
            .rev()
            .enumerate()
            .map(|(at, digit)| (u32::from(digit - b'0'), at % 2 == 0))
            .map(|(digit, twice)| {
                if twice {
                    digit * 2 / 10 + digit * 2 % 10
                } else {
                    digit
                }
            })
            .sum();
        imei.push(char::from(b'0' + ((10 - sum % 10) % 10) as u8));
        list += &format!(
            "{imei},26201{number:010},{:05},dev-{imei},c{number:09},,s{number:09},\n",
            number % 100_000
        );
    }
    list
}

/// What another program prints.
#[track_caller]
fn judge(program: &str, args: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn assert_hides(text: &[u8], secrets: &[&str], what: &str) {
    let text = String::from_utf8_lossy(text).to_lowercase();
    for secret in secrets {
        assert!(
            !text.contains(&secret.to_lowercase()),
            "{secret} in {what}: {text}"
        );
    }
}
