mod claims;
mod options;
mod parts;

use super::*;

/// All shipped receivers.
fn shipped_receivers() -> Vec<Receiver> {
    let parse = |(name, text): &(&str, &str)| {
        Receiver::parse(name, text).unwrap_or_else(|error| panic!("{error}"))
    };
    shipped::RECEIVERS.iter().map(parse).collect()
}

#[test]
fn every_shipped_receiver_loads() {
    let receivers = shipped_receivers();
    assert_eq!(receivers.len(), 10);
    let claims: usize = receivers.iter().map(|r| r.claims.len()).sum();
    assert!(claims >= 100, "{claims} claims");
}

#[test]
fn every_file_of_the_folder_is_shipped() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/receivers");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".toml").unwrap();
        assert!(shipped::find(name).is_some(), "{name} is not shipped");
    }
}
