//! The malformed corpus: a folder of files for each format, and an index that says of each what is
//! wrong with it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::path::PathBuf;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Index<E> {
    file: Vec<E>,
}

/// Where a file of the corpus is: `wsp/empty.bin`, `wsp.toml`.
pub fn path(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/malformed");
    PathBuf::from(folder).join(name)
}

/// The entries of a format's index.
pub fn index<E: DeserializeOwned>(format: &str) -> Vec<E> {
    let text = std::fs::read_to_string(path(&format!("{format}.toml"))).unwrap();
    toml::from_str::<Index<E>>(&text).unwrap().file
}

/// Checks that the paths of a format's index and its folder name the same files, each once.
pub fn is_complete<'p>(format: &str, paths: impl Iterator<Item = &'p str>) {
    let listed: Vec<String> = paths.map(str::to_owned).collect();
    let indexed: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(indexed.len(), listed.len(), "a path is listed twice");
    let present: BTreeSet<_> = std::fs::read_dir(path(format))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        // It keeps git from changing the octets of texts
        .filter(|name| name != ".gitattributes")
        .map(|name| format!("{format}/{name}"))
        .collect();
    assert_eq!(indexed, present);
}
