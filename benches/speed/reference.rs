//! The C side: a process of its own, compiled from `benches/reference.c`.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const LIBRARIES: [&str; 4] = ["libwbxml2", "expat", "libcrypto", "sqlite3"];
const INSTALL: &str = "`make bench` installs what it needs";

/// The reference program, waiting for commands.
pub struct Reference {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// What running a program cost.
pub struct Cost {
    /// Nanoseconds on the wall.
    pub wall: f64,
    /// The largest resident set, in KiB.
    pub resident: f64,
}

impl Reference {
    /// Compiles and starts the program.
    pub fn start(folder: &Path) -> Self {
        let program = compile(folder);
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the reference program starts");
        let stdin = child.stdin.take().expect("its input is a pipe");
        let stdout = child.stdout.take().expect("its output is a pipe");
        Self {
            child,
            stdin,
            stdout: BufReader::new(stdout),
        }
    }

    /// Makes a document known: its XML, and the WBXML that is verified.
    pub fn load(&mut self, name: &str, xml: &Path, wbxml: &Path) {
        let answer = self.ask(&[&"load", &name, &xml.display(), &wbxml.display()]);
        assert_eq!(answer, "ok");
    }

    /// Makes a template and its rows known.
    pub fn rows(&mut self, name: &str, template: &Path, rows: &Path) {
        let answer = self.ask(&[&"rows", &name, &template.display(), &rows.display()]);
        assert_eq!(answer, "ok");
    }

    /// CPU nanoseconds of `count` runs.
    pub fn time(&mut self, operation: &str, name: &str, count: u64) -> f64 {
        let answer = self.ask(&[&"time", &operation, &name, &count]);
        answer.parse().expect("a number of nanoseconds")
    }

    /// What one run makes.
    pub fn show(&mut self, operation: &str, name: &str, row: usize) -> Vec<u8> {
        let answer = self.ask(&[&"show", &operation, &name, &row]);
        dmboot::bytes::from_hex(answer.as_bytes()).expect("hex")
    }

    /// Runs a program so many times.
    pub fn run(&mut self, count: u32, command: &[&str]) -> Cost {
        let mut words: Vec<&dyn Display> = vec![&"run", &count];
        words.extend(command.iter().map(|word| word as &dyn Display));
        let answer = self.ask(&words);
        let mut numbers = answer.split(' ').map(|number| number.parse::<f64>());
        let mut next = || numbers.next().expect("three numbers").expect("a number");
        let (wall, _cpu, resident) = (next(), next(), next());
        Cost { wall, resident }
    }

    /// Nanoseconds on the wall of a transaction that inserts so many rows into a database.
    pub fn sqlite(&mut self, database: &Path, rows: usize) -> f64 {
        let answer = self.ask(&[&"sqlite", &database.display(), &rows]);
        answer.parse().expect("a number of nanoseconds")
    }

    fn ask(&mut self, words: &[&dyn Display]) -> String {
        let words: Vec<String> = words.iter().map(|word| word.to_string()).collect();
        writeln!(self.stdin, "{}", words.join("\t")).expect("the reference program reads");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it answers");
        assert!(
            line.ends_with('\n'),
            "the reference program stopped at {words:?}"
        );
        line.trim_end().to_owned()
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn compile(folder: &Path) -> PathBuf {
    let program = folder.join("reference");
    let flags = Command::new("pkg-config")
        .args(["--cflags", "--libs"])
        .args(LIBRARIES)
        .output()
        .ok()
        .filter(|output| output.status.success())
        .unwrap_or_else(|| {
            panic!("no libwbxml, expat, OpenSSL or SQLite to compile with; {INSTALL}")
        });
    let flags = String::from_utf8(flags.stdout).expect("pkg-config prints text");
    let compiled = Command::new("gcc")
        .args(["-O2", "-Wall", "-Wextra", "-o"])
        .arg(&program)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/reference.c"))
        .args(flags.split_whitespace())
        .status();
    assert!(
        compiled.is_ok_and(|status| status.success()),
        "benches/reference.c does not compile; {INSTALL}"
    );
    program
}
