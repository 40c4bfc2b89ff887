//! Which values of a list repeat, in the same memory for any length of the list.
//!
//! Values are known by a keyed hash of 64 bits, so that neither memory nor disk holds one; the key
//! is the process's own. [`RUN`] entries are kept in memory; when there are more they are sorted and
//! written to a file that has no name, 16 octets each, and in the end all runs are merged, piece by piece. Two
//! different values among ten million have the same hash with a chance of about 1 in 370,000.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// A value that was seen: its hash, the line, and what kind of value it is.
pub(super) type Entry = (u64, u32, u32);

/// Entries in memory: 512 KiB.
const RUN: usize = 1 << 15;
const ENTRY: usize = 16;

/// Takes entries one after the other.
#[derive(Debug, Default)]
pub(super) struct Seen {
    run: Vec<Entry>,
    spill: Option<File>,
    /// Entries of each run in the file.
    runs: Vec<usize>,
}

impl Seen {
    /// Notes a value; `beside` is a path in whose folder a file may be.
    pub fn add(&mut self, entry: Entry, beside: &Path) -> io::Result<()> {
        self.run.push(entry);
        if self.run.len() == RUN {
            self.flush(beside)?;
        }
        Ok(())
    }

    fn flush(&mut self, beside: &Path) -> io::Result<()> {
        self.run.sort_unstable();
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(nameless(beside)?),
        };
        let mut octets = Vec::with_capacity(self.run.len() * ENTRY);
        for (hash, line, kind) in self.run.drain(..) {
            octets.extend_from_slice(&hash.to_le_bytes());
            octets.extend_from_slice(&line.to_le_bytes());
            octets.extend_from_slice(&kind.to_le_bytes());
        }
        let at = (self.runs.len() * RUN * ENTRY) as u64;
        spill.write_all_at(&octets, at)?;
        self.runs.push(octets.len() / ENTRY);
        Ok(())
    }

    /// Hands out every entry that repeats an earlier one, with the line of that, in the order of
    /// their hashes.
    pub fn repeats(mut self, mut take: impl FnMut(u32, Entry)) -> io::Result<()> {
        self.run.sort_unstable();
        let Some(spill) = self.spill else {
            let mut merged = Repeats::default();
            self.run
                .drain(..)
                .for_each(|entry| merged.next(entry, &mut take));
            return Ok(());
        };
        // Half of the memory is for what the runs have ready, half for what is merged
        let portion = (RUN / self.runs.len() / 2).max(16);
        let mut runs: Vec<Run> = Vec::new();
        for (index, &count) in self.runs.iter().enumerate() {
            runs.push(Run {
                at: (index * RUN * ENTRY) as u64,
                left: count,
                ready: Vec::new(),
            });
        }
        runs.push(Run {
            at: 0,
            left: 0,
            ready: self.run,
        });
        let mut merged = Repeats::default();
        let mut entries = Vec::new();
        loop {
            for run in &mut runs {
                run.fill(&spill, portion)?;
            }
            // Up to here no run has more than what it has ready
            let unread = runs.iter().filter(|run| run.left > 0);
            let complete = unread.filter_map(|run| run.ready.last()).min();
            let complete = complete.map_or(u64::MAX, |(hash, ..)| *hash);
            for run in &mut runs {
                let count = run.ready.partition_point(|(hash, ..)| *hash <= complete);
                entries.extend(run.ready.drain(..count));
            }
            if entries.is_empty() {
                return Ok(());
            }
            // Each run's part is sorted already, which this sort knows how to use
            entries.sort();
            entries
                .drain(..)
                .for_each(|entry| merged.next(entry, &mut take));
        }
    }
}

/// The entry before, for comparison.
#[derive(Default)]
struct Repeats(Option<(u64, u32)>);

impl Repeats {
    fn next(&mut self, entry: Entry, take: &mut impl FnMut(u32, Entry)) {
        match self.0 {
            // Lines ascend within a hash, so the first one stays
            Some((hash, first)) if hash == entry.0 => take(first, entry),
            _ => self.0 = Some((entry.0, entry.1)),
        }
    }
}

/// A sorted run in the file.
struct Run {
    at: u64,
    left: usize,
    /// What was read of it.
    ready: Vec<Entry>,
}

impl Run {
    /// Reads until so many entries are ready, or all.
    fn fill(&mut self, spill: &File, portion: usize) -> io::Result<()> {
        let count = portion.saturating_sub(self.ready.len()).min(self.left);
        let mut octets = vec![0; count * ENTRY];
        spill.read_exact_at(&mut octets, self.at)?;
        self.at += octets.len() as u64;
        self.left -= count;
        let (entries, _) = octets.as_chunks::<ENTRY>();
        self.ready.extend(entries.iter().map(entry));
        Ok(())
    }
}

fn entry(octets: &[u8; ENTRY]) -> Entry {
    let word = |at: usize| {
        let mut word = [0; 4];
        word.copy_from_slice(&octets[at..at + 4]);
        u32::from_le_bytes(word)
    };
    (
        u64::from(word(4)) << 32 | u64::from(word(0)),
        word(8),
        word(12),
    )
}

/// A file that is gone when it is closed, whatever happens.
fn nameless(beside: &Path) -> io::Result<File> {
    let path = beside.with_extension(format!("seen.{}", std::process::id()));
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeats(entries: impl Iterator<Item = Entry>) -> Vec<(u32, Entry)> {
        let folder = tempfile::tempdir().unwrap();
        let mut seen = Seen::default();
        for entry in entries {
            seen.add(entry, &folder.path().join("list")).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut found = Vec::new();
        seen.repeats(|first, entry| found.push((first, entry)))
            .unwrap();
        found
    }

    #[test]
    fn repeats_are_found_in_memory_and_across_runs() {
        let few = [(9, 1, 0), (7, 2, 0), (9, 3, 1), (9, 4, 0)];
        assert_eq!(repeats(few.into_iter()), [(1, (9, 3, 1)), (1, (9, 4, 0))]);
        // Every tenth of three runs and a half repeats one of the first run
        let hash = |line: u32| match line % 10 {
            0 => u64::from(line % 1000),
            _ => u64::from(line).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 << 40,
        };
        let count = 7 * RUN as u32 / 2;
        let found = repeats((0..count).map(|line| (hash(line), line, 0)));
        let tenths = (0..count).filter(|line| line % 10 == 0);
        assert_eq!(found.len(), tenths.count() - 100);
        assert!(
            found
                .iter()
                .all(|&(first, (hash, line, _))| { u64::from(first) == hash && line >= 1000 })
        );
    }

    #[test]
    fn a_value_that_is_everywhere_is_first_where_it_was_first() {
        let count = 5 * RUN as u32 / 2;
        let mut found = repeats((0..count).map(|line| (u64::from(line >= 10), line, 0)));
        found.sort_unstable();
        let lines = |first: u32, rest: std::ops::Range<u32>| {
            let entry = move |line| (first, (u64::from(first > 0), line, 0));
            rest.map(entry)
        };
        let expected: Vec<_> = lines(0, 1..10).chain(lines(10, 11..count)).collect();
        assert!(found == expected, "{} of {}", found.len(), expected.len());
    }

    #[test]
    fn nothing_repeats_where_all_differ() {
        assert!(repeats((0..100_000).map(|line| (u64::from(line), line, 0))).is_empty());
    }
}
