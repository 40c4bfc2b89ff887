//! Samples do what they say: each prints its `expected.txt`.
//! `SAMPLES=overwrite cargo test --test samples` writes what was really printed.

#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn build_sign_verify() {
    let folder = "samples/01-build-sign-verify";
    let out = tempfile::tempdir().unwrap();
    let out = out.path().canonicalize().unwrap().join("messages");
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
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 31);
}
