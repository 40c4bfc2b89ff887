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
