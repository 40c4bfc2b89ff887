//! A million devices, and one.

use super::documents::{Subject, value, vector};
use super::goals::{Results, median};
use super::reference::Reference;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::time::Instant;

const DMBOOT: &str = env!("CARGO_BIN_EXE_dmboot");
const DEVICES: u64 = 1_000_000;
const FEW: u64 = 10_000;
const ROUNDS: usize = 9;
/// Runs of the one-shot program in each round.
const SHOTS: u32 = 20;

pub fn measure(c: &mut Reference, folder: &Path, results: &mut Results) {
    one_shot(c, results);
    let xml = fs::read_to_string(vector("cp/cp-typical.xml")).unwrap();
    let subject = Subject::cp("typical", &xml);
    let path = |name: &str| folder.join(name);
    super::documents::write(&path("typical.toml"), &subject.toml);
    for (name, count) in [("few.csv", FEW), ("many.csv", DEVICES)] {
        list(&path(name), &subject.columns, count);
    }
    let pack = |c: &mut Reference, list: &str| {
        let shown = |name: &str| path(name).display().to_string();
        let (profile, list, out) = (shown("typical.toml"), shown(list), shown("devices.pack"));
        // Two threads, on whatever machine
        let command = [
            "taskset",
            "-c",
            "0,1",
            DMBOOT,
            "build",
            &profile,
            "--devices",
            &list,
            "--sec",
            "userpin",
            "--pack",
            &out,
            "--force",
        ];
        c.run(1, &command)
    };
    let few = pack(c, "few.csv").resident;
    let (mut ratios, mut many) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let cost = pack(c, "many.csv");
        many.push(cost.resident);
        let size = fs::metadata(path("devices.pack")).unwrap().len();
        let written = write(&path("devices.pack"), &path("same.octets"), size);
        // Else the next round would pay for freeing what it replaces
        fs::remove_file(path("devices.pack")).unwrap();
        let built = cost.wall / 1e9;
        println!(
            "round {round}: {DEVICES} typical devices into one file of {size} octets in {built:.2} s \
             with fsync; the same octets written and synchronised alone in {written:.2} s"
        );
        ratios.push(built / written);
    }
    results.add("batch-1m-vs-write", median(ratios));
    let many = median(many);
    println!("resident memory: {few} KiB for {FEW} devices, {many} KiB for {DEVICES}");
    results.add("batch-memory", many / few);
    for name in ["few.csv", "many.csv", "same.octets"] {
        fs::remove_file(path(name)).unwrap();
    }
}

/// One document by the program, beside that of libwbxml: starting a process is most of it.
fn one_shot(c: &mut Reference, results: &mut Results) {
    let xml = vector("cp/cp-typical.xml").display().to_string();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let ours = c
            .run(SHOTS, &[DMBOOT, "convert", &xml, "--to", "wbxml"])
            .wall;
        let theirs = c
            .run(SHOTS, &["xml2wbxml", "-n", "-o", "/dev/null", &xml])
            .wall;
        ratios.push(ours / theirs);
    }
    results.add("cli-one-shot", median(ratios));
}

/// A list with so many devices, each with its own values.
fn list(path: &Path, columns: &[String], count: u64) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "{}", columns.join(",")).unwrap();
    for row in 0..count {
        let cell = |column: &String| match column.as_str() {
            "imei" => imei(row),
            column => value(column, row),
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        writeln!(file, "{}", cells.join(",")).unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
}

/// An IMEI with its check digit (3GPP TS 23.003 annex B).
fn imei(number: u64) -> String {
    let digits = format!("35{number:012}");
    let sum: u32 = digits
        .bytes()
        .enumerate()
        .map(
            |(index, octet)| match (index % 2, u32::from(octet - b'0')) {
                (0, digit) => digit,
                (_, digit) => 2 * digit / 10 + 2 * digit % 10,
            },
        )
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Writes as many octets as the pack has, and waits for the disk; seconds.
fn write(from: &Path, to: &Path, size: u64) -> f64 {
    let mut piece = Vec::new();
    File::open(from)
        .unwrap()
        .take(8 << 20)
        .read_to_end(&mut piece)
        .unwrap();
    let _ = fs::remove_file(to);
    let start = Instant::now();
    let mut file = File::create(to).unwrap();
    let mut left = size;
    while left > 0 {
        let count = left.min(piece.len() as u64);
        file.write_all(&piece[..count as usize]).unwrap();
        left -= count;
    }
    file.sync_all().unwrap();
    start.elapsed().as_secs_f64()
}
