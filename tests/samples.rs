//! Samples do what they say: each prints its `expected.txt`.
//! `SAMPLES=overwrite cargo test --test samples` writes what was really printed.

#![allow(clippy::unwrap_used)]

use std::process::Command;

/// Runs a sample and gives the folder with its outputs.
fn run(folder: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().canonicalize().unwrap().join("messages");
    let output = Command::new(format!("{folder}/run.sh"))
        .arg(&out)
        .env("DMBOOT", env!("CARGO_BIN_EXE_dmboot"))
        .env("NO_COLOR", "1")
        .env_remove("DMBOOT_PROFILES")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed = printed.replace(out.to_str().unwrap(), "FOLDER");
    let expected = format!("{folder}/expected.txt");
    if std::env::var("SAMPLES").is_ok_and(|what| what == "overwrite") {
        std::fs::write(&expected, &printed).unwrap();
    }
    assert_eq!(printed, std::fs::read_to_string(&expected).unwrap());
    (place, out)
}

#[test]
fn build_sign_verify() {
    let (_place, out) = run("samples/01-build-sign-verify");
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 31);
}

#[test]
fn lint() {
    let (_place, out) = run("samples/04-lint");
    assert!(!out.exists(), "it writes nothing");
}

#[test]
fn the_dm_profile() {
    let (_place, out) = run("samples/02-dm-profile");
    for form in ["cp", "dm"] {
        assert_eq!(std::fs::read_dir(out.join(form)).unwrap().count(), 7);
    }
}

#[test]
fn client_apply() {
    let (_place, out) = run("samples/03-client-apply");
    assert!(out.join("device.tree").exists());
}
