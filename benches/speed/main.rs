//! How fast dmboot is beside libwbxml, expat and OpenSSL in C, and beside the HMAC alone;
//! and how its tree is beside the disk and SQLite: `make bench`.
//!
//! Every figure is a ratio. Both sides run in turns, in rounds of a few milliseconds of CPU time
//! each; the ratio is taken inside each round and the median of all rounds counts, so a machine
//! that others slow down slows both. What was measured is compared octet by octet with the general
//! way of making it afterwards. Goals, gates and targets are in `goals.rs`.
//!
//! `cargo bench --bench speed -- rounds` measures all but the batch and the program.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a program for developers"
)]

mod batch;
mod documents;
mod goals;
mod lanes;
mod reference;
mod rounds;
mod tree;

use goals::Results;
use reference::Reference;
use std::path::Path;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    std::fs::create_dir_all(&folder).unwrap();
    let only_rounds = std::env::args().any(|argument| argument == "rounds");
    println!("CPU: {}; {}", cpu("model name"), flags());
    let mut reference = Reference::start(&folder);
    let mut results = Results::default();
    rounds::measure(&mut reference, &folder, &mut results);
    lanes::measure();
    tree::measure(&mut reference, &folder, &mut results);
    if !only_rounds {
        batch::measure(&mut reference, &folder, &mut results);
    }
    results.report(&folder.join("results.json"));
}

fn cpu(field: &str) -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(field));
    let value = line.and_then(|line| line.split_once(':'));
    value.map_or_else(|| "unknown".into(), |(_, value)| value.trim().to_owned())
}

/// What the HMAC depends on.
fn flags() -> String {
    let known = cpu("flags");
    let has = |flag: &str| match known.split(' ').any(|known| known == flag) {
        true => format!("{flag} yes"),
        false => format!("{flag} no"),
    };
    ["sha_ni", "avx2", "avx512f"].map(has).join(", ")
}
