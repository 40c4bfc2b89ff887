//! Outputs that exist already.

use super::*;

const WORDS: &str = "--devices devices.csv --sec userpin --out out";

#[test]
fn the_same_job_again_gives_the_same_octets() {
    let place = Place::with_devices();
    place.build(WORDS).code(0);
    let before = place.tree();
    place.build(WORDS).code(0);
    assert_eq!(place.tree(), before);
    place.build(&format!("{WORDS} --only {A}")).code(0);
    assert_eq!(
        place.tree(),
        before,
        "one device of the same job changes nothing either"
    );
}

#[test]
fn another_job_is_refused_before_anything_changes() {
    let place = Place::with_devices();
    place.build(WORDS).code(0);
    let before = place.tree();
    let changed = DEVICES.replace("dev-b", "dev-c");
    place.write("devices.csv", &changed);
    place
        .build(WORDS)
        .code(5)
        .one_message()
        .says(&format!("out/{B}.wsp"))
        .says("--force");
    place.build(&format!("{WORDS} --keep-going")).code(5);
    let mut with_list = before.clone();
    with_list.insert("devices.csv".into(), changed.into());
    assert_eq!(place.tree(), with_list);
    // The same files, but other ones listed for the device
    place.write("devices.csv", DEVICES);
    place
        .build(&format!("{WORDS} --emit wsp,xml"))
        .code(5)
        .one_message()
        .says("manifest.jsonl");
    assert_eq!(place.tree(), before);

    place.write("devices.csv", DEVICES.replace("dev-b", "dev-c"));
    place.build(&format!("{WORDS} --force")).code(0);
    let after = place.tree();
    let name = |device: &str| format!("out/{device}.wsp");
    assert_eq!(after[&name(A)], before[&name(A)]);
    assert_ne!(after[&name(B)], before[&name(B)]);
    assert_eq!(place.manifest("out").len(), 2);
}

#[test]
fn first_article_and_then_the_list() {
    let place = Place::with_devices();
    place.build(&format!("{WORDS} --only {B}")).code(0);
    let first = place.read(&format!("out/{B}.wsp"));
    place.build(WORDS).code(0);
    assert_eq!(place.read(&format!("out/{B}.wsp")), first);
    let mut devices: Vec<_> = place
        .manifest("out")
        .iter()
        .map(|line| line["device"].as_str().unwrap().to_owned())
        .collect();
    devices.sort();
    assert_eq!(devices, [B, A]);
    let fresh = Place::with_devices();
    fresh.build(WORDS).code(0);
    for (name, content) in fresh
        .tree()
        .iter()
        .filter(|(name, _)| name.ends_with(".wsp"))
    {
        assert_eq!(&place.read(name), content, "{name}");
    }
}

#[test]
fn lists_of_other_devices_share_a_folder() {
    let place = Place::new();
    let lines: Vec<_> = DEVICES.lines().collect();
    for (number, line) in lines[1..].iter().enumerate() {
        place.write("devices.csv", format!("{}\n{line}\n", lines[0]));
        place.build(WORDS).code(0);
        assert_eq!(place.manifest("out").len(), number + 1);
    }
}

#[test]
fn files_of_others_stay() {
    let place = Place::with_devices();
    place.write("out/notes.txt", "mine");
    place.build(WORDS).code(0);
    assert_eq!(place.text("out/notes.txt"), "mine");
    // A manifest that is none of ours is not overwritten unasked
    let place = Place::with_devices();
    place.write("out/manifest.jsonl", "shopping list\n");
    let before = place.tree();
    place
        .build(WORDS)
        .code(5)
        .one_message()
        .says("manifest.jsonl");
    assert_eq!(place.tree(), before);
    place.build(&format!("{WORDS} --force")).code(0);
    assert_eq!(place.manifest("out").len(), 2);
}

#[test]
fn what_the_same_job_leaves_elsewhere_does_not_matter() {
    // Leftovers of an interrupted job with other devices do not get into this one
    let place = Place::with_devices();
    place.write(".out.partial/.lock", "");
    place.write(".out.partial/stranger.wsp", "x");
    place.write(&format!(".out.partial/{A}.wsp"), "half");
    place.build(WORDS).code(0);
    assert_eq!(
        place.names("out"),
        [
            format!("{B}.wsp"),
            format!("{A}.wsp"),
            "manifest.jsonl".into()
        ]
    );
    let clean = Place::with_devices();
    clean.build(WORDS).code(0);
    assert_eq!(place.tree(), clean.tree());
}

#[test]
fn names_for_the_folder() {
    let place = Place::with_devices();
    for out in ["out/", "./out2", "out3/.", "a/../out4"] {
        place.write("a/keep", "");
        place
            .build(&format!("--devices devices.csv --sec userpin --out {out}"))
            .code(0);
        assert!(place.path(out).join("manifest.jsonl").exists(), "{out}");
    }
    place
        .build("--devices devices.csv --sec userpin --out .")
        .code(0);
    assert!(place.path("manifest.jsonl").exists());
    let hidden: Vec<_> = place
        .tree()
        .into_keys()
        .filter(|name| name.contains(".partial"))
        .collect();
    assert_eq!(hidden, Vec::<String>::new());
}

/// What has the name of our own folder or files, but is not ours, is neither used nor removed.
#[test]
fn names_alone_are_not_trusted() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let refused = |place: &Place| {
        let before = place.tree();
        place
            .build(WORDS)
            .code(5)
            .one_message()
            .says("was not made by dmboot");
        assert_eq!(place.tree(), before);
    };
    let place = Place::with_devices();
    place.write(".out.partial/keep", "mine");
    refused(&place);
    let place = Place::with_devices();
    place.write("important/keep", "mine");
    symlink("important", place.path(".out.partial")).unwrap();
    refused(&place);
    // A file with a lax mode, or a link, that waits under the name of an output is replaced
    let place = Place::with_devices();
    place.write(".out.partial/.lock", "");
    place.write(&format!(".out.partial/{A}.wsp"), "");
    place.write("victim", "mine");
    symlink("../victim", place.path(&format!(".out.partial/{B}.wsp"))).unwrap();
    let lax = |name: &str, mode| {
        let path = place.path(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    lax(".out.partial", 0o777);
    lax(&format!(".out.partial/{A}.wsp"), 0o666);
    place.build(WORDS).code(0);
    assert_eq!(place.text("victim"), "mine");
    let mode = |name: &str| {
        let metadata = std::fs::symlink_metadata(place.path(name)).unwrap();
        assert!(!metadata.is_symlink());
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("out"), 0o700);
    assert_eq!(mode(&format!("out/{A}.wsp")), 0o600);
    assert_eq!(mode(&format!("out/{B}.wsp")), 0o600);
}

/// Eight builds of lists without a device in common, at once: each either says that it is not alone,
/// or its devices and their lines are there.
#[test]
fn builds_at_once_lose_nothing() {
    let place = Place::new();
    let lists: Vec<Vec<String>> = (0..8)
        .map(|list| {
            (0..30)
                .map(|row| format!("4901542{list:04}{row:04}"))
                .collect()
        })
        .collect();
    for (number, list) in lists.iter().enumerate() {
        let rows: String = list
            .iter()
            .map(|imei| format!("{imei},a.example\n"))
            .collect();
        place.write(&format!("{number}.csv"), format!("imei,apn\n{rows}"));
    }
    for _ in 0..5 {
        let children: Vec<_> = (0..8)
            .map(|number| {
                let words = format!(
                    "build cp/gprs-data --devices {number}.csv --sec none --force --out out"
                );
                let mut command = place.command(words.split_whitespace());
                command
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let mut done = Vec::new();
        for (number, mut child) in children.into_iter().enumerate() {
            match child.wait().unwrap().code() {
                Some(0) => done.push(number),
                code => assert_eq!(code, Some(6), "list {number}"),
            }
        }
        assert!(!done.is_empty());
        let lines: Vec<_> = place.manifest("out");
        for imei in done.iter().flat_map(|number| &lists[*number]) {
            assert!(
                lines.iter().any(|line| line["device"] == imei.as_str()),
                "{imei}"
            );
            assert!(place.path(&format!("out/{imei}.wsp")).exists(), "{imei}");
        }
        std::fs::remove_dir_all(place.path("out")).unwrap();
        assert!(!place.path(".out.partial").exists());
    }
}
