//! Programs of other projects that judge what this one writes. A missing one fails the test.

// Each test binary compiles this module for itself and uses a part of it
#![allow(dead_code)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

pub mod documents;
pub mod exceptions;
pub mod habits;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The path of a program.
///
/// # Panics
/// With the command that installs it (Debian), when it is not there.
pub fn tool(name: &str, package: &str) -> PathBuf {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        // Where Debian has daemons, which not every user's PATH names
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is needed: apt-get install -y --no-install-recommends {package}")
        })
}

/// Runs a program on `input` and returns what it prints.
///
/// # Panics
/// With its error output, when it fails.
pub fn run(program: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    attempt(program, arguments, input)
        .unwrap_or_else(|errors| panic!("{program:?} {arguments:?}: {errors}"))
}

/// The same for a program that may fail: then what it prints to its error output.
pub fn attempt(program: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A program that stops reading early says so by its status
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// The hex dump that text2pcap reads: each packet starts at offset 0.
pub fn hex_dump(packets: &[Vec<u8>]) -> String {
    let mut dump = String::new();
    for packet in packets {
        for (index, line) in packet.chunks(16).enumerate() {
            write!(dump, "{:06x}", index * 16).unwrap();
            line.iter()
                .for_each(|octet| write!(dump, " {octet:02x}").unwrap());
            dump.push('\n');
        }
        dump.push('\n');
    }
    dump
}

/// A capture of WSP PDUs, each sent to the push port 2948.
pub fn push_capture(pdus: &[Vec<u8>], folder: &Path) -> String {
    let text2pcap = tool("text2pcap", "tshark");
    let capture = folder.join("push.pcap").to_str().unwrap().to_owned();
    let arguments = [
        "-q",
        "-u",
        "9200,2948",
        "-4",
        "127.0.0.1,127.0.0.1",
        "-",
        &capture,
    ];
    run(&text2pcap, &arguments, hex_dump(pdus).as_bytes());
    capture
}

/// What tshark reads in WSP PDUs, sent to the push port 2948 in one capture: for each PDU the
/// values of `fields`, several values of one field joined by `,`.
pub fn tshark_fields(pdus: &[Vec<u8>], fields: &[&str]) -> Vec<Vec<String>> {
    let tshark = tool("tshark", "tshark");
    let folder = tempfile::tempdir().unwrap();
    let capture = push_capture(pdus, folder.path());
    let mut arguments = vec!["-r", &*capture, "-T", "fields", "-E", "separator=/t"];
    fields
        .iter()
        .for_each(|field| arguments.extend(["-e", field]));
    let table = String::from_utf8(run(&tshark, &arguments, &[])).unwrap();
    let rows: Vec<Vec<String>> = table
        .lines()
        .map(|row| row.split('\t').map(str::to_owned).collect())
        .collect();
    assert_eq!(rows.len(), pdus.len(), "one row per PDU: {table}");
    rows
}

/// What tshark dissects in WSP PDUs, sent to the push port 2948 in one capture, as PDML.
pub fn tshark_pdml(pdus: &[Vec<u8>]) -> String {
    let tshark = tool("tshark", "tshark");
    let folder = tempfile::tempdir().unwrap();
    let capture = push_capture(pdus, folder.path());
    let arguments = ["-r", &capture, "-T", "pdml", "-J", "wsp wbxml"];
    String::from_utf8(run(&tshark, &arguments, &[])).unwrap()
}
