//! Whole worlds, each from a seed: documents are written, signed, changed on their way or not, and
//! arrive at a device under some policy, with PINs that are right or wrong, cards that go, and
//! storage that fails or stops in the middle. A simple model says what has to come of it.
//!
//! `SIMULATION_WORLDS` says how many (10,000), `SIMULATION_SEED` which is the first (1); the world
//! after it has the next seed. The same seed is the same world wherever it runs. A world that fails
//! prints its seed and the command that runs it alone.

#![allow(clippy::unwrap_used, clippy::expect_used)] // functions beside the tests count as code for clippy

#[path = "simulation/arrivals.rs"]
mod arrivals;
mod disk;
#[path = "simulation/documents.rs"]
mod documents;
#[path = "simulation/policies.rs"]
mod policies;
#[path = "../src/client/apply/tests/rights.rs"]
mod rights;
#[path = "simulation/stores.rs"]
mod stores;
#[path = "simulation/world.rs"]
mod world;

// What the rule of rights speaks of
use dmboot::client::apply::NOBODY;
use dmboot::client::tree::{Node, NodePath};
use dmboot::document::dm::acl::{Acl, Servers};
use dmboot::document::dm::uri::absolute;
use dmboot::document::received::{Incoming, ObjectKind, Received, text};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use world::{Device, Tally};

const WORLDS: u64 = 10_000;
const SEED: u64 = 1;

/// Where the sums say whether anything happened at all: once in so many worlds, at least.
const OFTEN: [(&str, u64); 19] = [
    ("applied", 2),
    ("unchanged", 20),
    ("dry-run", 20),
    ("declined", 20),
    ("refused", 2),
    ("not-authentic", 2),
    ("blocked", 10),
    ("replayed", 50),
    ("malformed", 50),
    ("undone", 20),
    ("not undone", 10),
    ("card forgotten", 2),
    ("edited", 20),
    ("no room", 10),
    ("on disk", 2),
    ("power gone, old", 50),
    ("power gone, new", 50),
    ("disk full, old", 50),
    ("disk full, new", 50),
];

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| {
        let fault = |error| panic!("{name}={text:?}: {error}");
        text.parse().unwrap_or_else(fault)
    })
}

/// Runs worlds on all processors. Gives the digests by seed, and the sums.
fn run(seed: u64, worlds: u64) -> (BTreeMap<u64, [u8; 32]>, Tally) {
    let next = AtomicU64::new(0);
    let digests = Mutex::new(BTreeMap::new());
    let tallies = Mutex::new(Tally::new());
    let work = || {
        let mut tally = Tally::new();
        let mut device = Device::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= worlds {
                break;
            }
            let seed = seed.wrapping_add(number);
            let result = catch_unwind(AssertUnwindSafe(|| {
                world::run(&mut device, seed, &mut tally)
            }));
            let Ok(digest) = result else {
                next.store(worlds, Ordering::Relaxed);
                panic!(
                    "the world of seed {seed} failed; alone: SIMULATION_SEED={seed} \
                     SIMULATION_WORLDS=1 cargo test --test simulation worlds"
                );
            };
            digests.lock().unwrap().insert(seed, digest);
        }
        let mut sums = tallies.lock().unwrap();
        for (name, count) in tally {
            *sums.entry(name).or_default() += count;
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    (digests.into_inner().unwrap(), tallies.into_inner().unwrap())
}

#[test]
fn worlds() {
    let worlds = number("SIMULATION_WORLDS", WORLDS);
    let (digests, tally) = run(number("SIMULATION_SEED", SEED), worlds);
    assert_eq!(digests.len() as u64, worlds);
    println!("{worlds} worlds");
    for (name, count) in &tally {
        println!("{count:>8}  {name}");
    }
    for (name, often) in OFTEN {
        let count = tally.get(name).map_or(0, |count| *count as u64);
        assert!(count >= worlds / 2 / often, "{name}: {count} times");
    }
}

#[test]
fn the_same_seed_is_the_same_world() {
    let (first, sums) = run(77, 100);
    let (again, same) = run(77, 100);
    assert_eq!((&first, sums), (&again, same));
    // And another one is another
    let mut digests: Vec<_> = first.values().collect();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), 100);
}
