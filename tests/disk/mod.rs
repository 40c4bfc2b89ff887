//! A disk in memory that forgets what was not synced, as redb writes to it.

#![allow(dead_code)] // not every test needs all of it
#![allow(clippy::unwrap_used)]

use redb::StorageBackend;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// The unit in which a disk writes, in octets.
const SECTOR: usize = 512;

/// A disk that forgets what was not synced.
#[derive(Debug, Clone)]
pub struct Disk(pub Arc<Mutex<State>>);

#[derive(Debug)]
pub struct State {
    /// What is safe.
    pub synced: Vec<u8>,
    /// What came after, in order.
    pub pending: Vec<Change>,
    /// What a read gives.
    pub current: Vec<u8>,
    /// Operations that change something, so far.
    pub done: usize,
    /// Before which of them everything stops.
    pub stop: Option<usize>,
    /// Which of them find no room.
    pub full: Range<usize>,
}

#[derive(Debug, Clone)]
pub enum Change {
    Length(usize),
    Write(usize, Vec<u8>),
}

impl Change {
    fn make(&self, octets: &mut Vec<u8>) {
        match self {
            Self::Length(length) => octets.resize(*length, 0),
            Self::Write(at, data) => {
                // A write that came through while the new length did not
                if octets.len() < at + data.len() {
                    octets.resize(at + data.len(), 0);
                }
                octets[*at..at + data.len()].copy_from_slice(data);
            }
        }
    }
}

impl Disk {
    pub fn new(octets: &[u8], stop: Option<usize>) -> Self {
        Self(Arc::new(Mutex::new(State {
            synced: octets.to_vec(),
            pending: Vec::new(),
            current: octets.to_vec(),
            done: 0,
            stop,
            full: 0..0,
        })))
    }

    /// Counts an operation, and fails when everything has stopped. The one in whose middle it
    /// happens may have reached the disk in part.
    fn step(&self, change: Option<Change>) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        let stopped = |stop: usize| state.done >= stop;
        let crashed = state.stop.is_some_and(stopped);
        let first = state.stop == Some(state.done);
        let full = state.full.contains(&state.done);
        state.done += 1;
        if full && !crashed {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if let Some(change) = change
            && (!crashed || first)
        {
            if !crashed {
                change.make(&mut state.current);
            }
            state.pending.push(change);
        } else if !crashed {
            state.synced = state.current.clone();
            state.pending.clear();
        }
        match crashed {
            true => Err(io::Error::other("the power is gone")),
            false => Ok(()),
        }
    }

    /// What the disk holds where nothing was lost.
    pub fn octets(&self) -> Vec<u8> {
        self.0.lock().unwrap().current.clone()
    }

    /// What the disk may hold, by mode and chance.
    pub fn image(&self, mode: Mode, chance: &mut Chance) -> Vec<u8> {
        let state = self.0.lock().unwrap();
        let mut octets = state.synced.clone();
        let mut changes = state.pending.clone();
        match mode {
            Mode::Dropped => changes.clear(),
            Mode::Kept => {}
            // Any of them in any order
            Mode::Reordered => {
                changes.retain(|_| chance.below(2) == 0);
                for at in (1..changes.len()).rev() {
                    changes.swap(at, chance.below(at + 1));
                }
            }
            // Any of them, each up to some sector
            Mode::Torn => {
                changes.retain(|_| chance.below(3) > 0);
                for change in &mut changes {
                    if let Change::Write(_, data) = change {
                        let sectors = data.len() / SECTOR;
                        data.truncate(chance.below(sectors + 1) * SECTOR);
                    }
                }
            }
        }
        changes.iter().for_each(|change| change.make(&mut octets));
        octets
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.0.lock().unwrap();
        let at = usize::try_from(offset).unwrap();
        let octets = state.current.get(at..at + out.len());
        out.copy_from_slice(octets.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.step(Some(Change::Length(usize::try_from(length).unwrap())))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.step(None)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let at = usize::try_from(offset).unwrap();
        self.step(Some(Change::Write(at, data.to_vec())))
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Mode {
    Dropped,
    Kept,
    Reordered,
    Torn,
}

/// Numbers that are the same in every run (SplitMix64).
#[derive(Debug)]
pub struct Chance(pub u64);

impl Chance {
    /// True once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of them.
    pub fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }
}
