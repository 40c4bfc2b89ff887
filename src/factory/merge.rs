//! One line for each device: how the lines of this job join those that a file has already.

use super::station::{StationError, create, failed};
use serde::Deserialize;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hash::BuildHasher;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// What the file has to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// The new lines alone.
    New,
    /// The lines that were there, and new ones after them.
    Merged,
}

/// Joins the lines of `new` to those of `old` in the file `merged`. A line for a device that has
/// one already must be the same, unless `force`. Lines of other devices stay.
///
/// # Errors
/// [`StationError::Exists`] when a line would change, or `old` is none of ours.
pub(super) fn lines(
    old: &Path,
    new: &Path,
    merged: &Path,
    force: bool,
) -> Result<Kept, StationError> {
    if !old.exists() {
        return Ok(Kept::New);
    }
    let exists = || StationError::Exists {
        path: old.to_owned(),
    };
    // Devices and lines are compared by keyed hashes: lists are long
    let hasher = RandomState::new();
    let mut known: HashMap<u64, u64> = HashMap::new();
    let ours = each(old, |device, line| {
        known.insert(hasher.hash_one(device), hasher.hash_one(line));
        Ok(())
    })?;
    if !ours {
        return if force { Ok(Kept::New) } else { Err(exists()) };
    }
    let mut replaced = HashSet::new();
    each(new, |device, line| {
        let device = hasher.hash_one(device);
        match known.get(&device) {
            Some(same) if *same == hasher.hash_one(line) => {}
            Some(_) if !force => return Err(exists()),
            Some(_) => {
                replaced.insert(device);
            }
            None => {}
        }
        Ok(())
    })?;
    let mut file = BufWriter::new(create(merged)?);
    let mut write = |line: &str| writeln!(file, "{line}").map_err(failed(merged));
    each(old, |device, line| {
        match replaced.contains(&hasher.hash_one(device)) {
            true => Ok(()),
            false => write(line),
        }
    })?;
    each(new, |device, line| {
        let device = hasher.hash_one(device);
        match known.contains_key(&device) && !replaced.contains(&device) {
            true => Ok(()),
            false => write(line),
        }
    })?;
    file.flush().map_err(failed(merged))?;
    file.get_ref().sync_all().map_err(failed(merged))?;
    Ok(Kept::Merged)
}

#[derive(Deserialize)]
struct Named {
    device: String,
}

/// Calls `act` with each device and its line; false when a line names no device.
fn each(
    path: &Path,
    mut act: impl FnMut(&str, &str) -> Result<(), StationError>,
) -> Result<bool, StationError> {
    let mut file = BufReader::new(File::open(path).map_err(failed(path))?);
    let mut line = Zeroizing::new(String::new());
    loop {
        line.clear();
        match file.read_line(&mut line) {
            Ok(0) => return Ok(true),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(false),
            Err(error) => return Err(failed(path)(error)),
        }
        let text = line.strip_suffix('\n').unwrap_or(&line);
        match serde_json::from_str::<Named>(text) {
            Ok(named) => act(&named.device, text)?,
            Err(_) => return Ok(false),
        }
    }
}
