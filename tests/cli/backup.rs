//! Whole trees that go out as JSON and come back.

use super::tree::with_account;
use super::*;

/// All records of a file, as they are in it: name of the table, key, value.
fn records(file: &std::path::Path) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    use redb::{Key, ReadableDatabase, ReadableTable, TableDefinition, TableHandle, Value};

    fn table<K: Key + 'static, V: Value + 'static>(
        read: &redb::ReadTransaction,
        name: &str,
        found: &mut Vec<(String, Vec<u8>, Vec<u8>)>,
    ) {
        let table = read.open_table(TableDefinition::<K, V>::new(name)).unwrap();
        for entry in table.iter().unwrap() {
            let (key, value) = entry.unwrap();
            let key = K::as_bytes(&key.value()).as_ref().to_vec();
            let value = V::as_bytes(&value.value()).as_ref().to_vec();
            found.push((name.to_owned(), key, value));
        }
    }

    let database = redb::Database::open(file).unwrap();
    let read = database.begin_read().unwrap();
    let mut found = Vec::new();
    let mut tables: Vec<_> = read.list_tables().unwrap().collect();
    tables.sort_by(|a, b| a.name().cmp(b.name()));
    for handle in tables {
        let found = &mut found;
        match handle.name() {
            name @ "dmboot" => table::<&str, u64>(&read, name, found),
            name @ ("nodes" | "provenance" | "last") => table::<&str, &[u8]>(&read, name, found),
            name @ ("replays" | "contexts") => table::<&[u8], &[u8]>(&read, name, found),
            name @ "tries" => table::<&[u8], u8>(&read, name, found),
            name @ "texts" => table::<&str, &str>(&read, name, found),
            name @ "audit" => table::<u64, &[u8]>(&read, name, found),
            name => panic!("a table of another name: {name}"),
        }
    }
    found
}

/// A tree that was used in every way: a message, a wrong PIN, a card, an undo journal.
fn used() -> Place {
    let place = with_account();
    let document = |server: &str| {
        format!(
            "<wap-provisioningdoc><characteristic type=\"BOOTSTRAP\"><parm name=\"PROVURL\" \
             value=\"https://u:swordfish@{server}\"/><parm name=\"CONTEXT-ALLOW\" value=\"255\"/>\
             </characteristic><characteristic type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/>\
             <parm name=\"PROVIDER-ID\" value=\"{server}\"/><characteristic type=\"APPADDR\">\
             <parm name=\"ADDR\" value=\"https://u:sesame@{server}/dm\"/></characteristic>\
             <characteristic type=\"APPAUTH\"><parm name=\"AAUTHLEVEL\" value=\"APPSRV\"/>\
             <parm name=\"AAUTHTYPE\" value=\"DIGEST\"/><parm name=\"AAUTHNAME\" value=\"dev\"/><parm name=\"AAUTHSECRET\" value=\"correcthorse\"/>\
             </characteristic></characteristic></wap-provisioningdoc>"
        )
    };
    for (name, way) in [
        ("air.example", "file"),
        ("card.example", "card --iccid 8949"),
    ] {
        place.write("m.xml", document(name));
        place
            .run(&format!("apply m.xml --channel {way} --yes --tree t"))
            .code(0);
    }
    place.write("devices.csv", DEVICES);
    place
        .build("--devices devices.csv --sec userpin --emit wsp --out signed")
        .code(0);
    place.write("pin", "0000");
    place
        .run(&format!(
            "apply signed/{A}.wsp --pin-file pin --yes --tree t"
        ))
        .code(4);
    place
}

const BACKUP: &str = "tree export --to json --with-secrets backup.json --tree t";

#[test]
fn a_backup_makes_the_identical_tree() {
    use std::os::unix::fs::PermissionsExt;
    let place = used();
    let run = place.run(BACKUP).code(0).says("keep it safe");
    assert!(run.out.is_empty());
    let mode = std::fs::metadata(place.path("backup.json")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let text = place.text("backup.json");
    // Base64 of the secrets: they are there
    assert!(text.contains("aHVudGVyMg==") && text.contains("Y29ycmVjdGhvcnNl"));
    let original = records(&place.path("t"));
    for table in [
        "nodes",
        "provenance",
        "last",
        "replays",
        "contexts",
        "tries",
        "texts",
        "audit",
    ] {
        assert!(original.iter().any(|(name, ..)| name == table), "{table}");
    }
    place.run("tree init --tree fresh").code(0);
    for copy in ["new", "fresh"] {
        place
            .run(&format!("tree import backup.json --tree {copy}"))
            .code(0)
            .says("the whole tree");
        assert!(records(&place.path(copy)) == original, "{copy}");
        let again = format!("tree export --to json --with-secrets {copy}.json --tree {copy}");
        place.run(&again).code(0);
        assert!(place.text(&format!("{copy}.json")) == text, "{copy}");
        place.run(&format!("tree diff t --tree {copy}")).code(0);
        // It goes on as the first one would
        place.run(&format!("tree undo --tree {copy}")).code(0);
        let mode = std::fs::metadata(place.path(copy)).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600, "{copy}");
    }
    // Never over the tree itself
    for way in ["-o t", "-o ./t", "--with-secrets t"] {
        place
            .run(&format!("tree export --to json {way} --force --tree t"))
            .code(2)
            .says("the tree itself");
    }
    assert!(records(&place.path("t")) == original);
    // No password of a URL is shown unless that is wanted
    for words in [
        "tree accounts",
        "tree accounts --json",
        "tree get ./DMAcc/2/AppAddr/1/Addr",
        "tree get ./DMAcc/2/AppAddr/1/Addr --json",
        "apply m.xml --channel file --dry-run",
        "apply m.xml --channel file --dry-run --json",
    ] {
        let run = place.run(&format!("{words} --tree t"));
        assert_hides(&run.out, &["sesame"], words);
        assert_hides(run.err.as_bytes(), &["sesame"], words);
    }
    let words = "tree get ./DMAcc/2/AppAddr/1/Addr --reveal --tree t";
    assert!(place.run(words).code(0).text().contains("sesame"));
    // Never to standard output
    let run = place
        .run("tree export --to json --with-secrets /dev/stdout --tree t")
        .code(2)
        .says("no regular file");
    assert_hides(&run.out, &["aHVudGVyMg", "hunter2"], "standard output");
    // A file that would change stays, unless that is wanted
    place.write("backup.json", "mine");
    place.run(BACKUP).code(5).says("--force");
    assert_eq!(place.text("backup.json"), "mine");
    std::fs::set_permissions(
        place.path("backup.json"),
        std::fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    place.run(&format!("{BACKUP} --force")).code(0);
    assert!(place.text("backup.json") == text);
    let mode = std::fs::metadata(place.path("backup.json")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let left: Vec<_> = std::fs::read_dir(place.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("partial"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn without_secrets_there_is_a_picture_and_no_backup() {
    let place = used();
    let run = place
        .run("tree export --to json --tree t")
        .code(0)
        .says("secrets were left out");
    let json = run.json();
    assert_eq!(
        (&json["format"], &json["secrets"]),
        (&1.into(), &"left out".into())
    );
    assert_eq!(json["tries"].as_object().unwrap().len(), 1);
    assert!(json["audit"].as_array().unwrap().len() > 4);
    assert!(json["last_applied"]["nodes"].as_object().unwrap().len() > 5);
    let secrets = [
        "hunter2",
        "correcthorse",
        "sesame",
        "swordfish",
        "aHVudGVyMg",
        "Y29ycmVjdGhvcnNl",
    ];
    for words in [
        "tree export --to json",
        "tree export ./DMAcc --to json",
        "tree export",
        "tree show",
        "tree show --json",
        "tree get ./DMAcc/2/AppAddr?list=StructData",
        "tree get ./DMAcc/2/AppAddr?list=StructData --json",
        "tree diff other",
        "tree diff other --json",
    ] {
        if !place.path("other").exists() {
            place.run("tree init --tree other").code(0);
        }
        let run = place.run(&format!("{words} --tree t")).code(0);
        assert!(run.out.len() > 50, "{words}");
        assert_hides(&run.out, &secrets, words);
        assert_hides(run.err.as_bytes(), &secrets, words);
    }
    place
        .run("tree show ./DMAcc/2/AppAddr --reveal --tree t")
        .code(0)
        .text()
        .contains("sesame")
        .then_some(())
        .unwrap();
    place
        .run("tree export --to json -o plain.json --tree t")
        .code(0);
    place
        .run("tree import plain.json --tree new")
        .code(5)
        .says("error[tree-json-secrets]")
        .says("--with-secrets")
        .one_message();
    assert!(!place.path("new").exists());
}

/// What is refused leaves no file, and a tree as it was to the octet.
#[test]
fn a_refused_backup_changes_nothing() {
    let place = used();
    place.run(BACKUP).code(0);
    place.run("tree init --tree fresh").code(0);
    let text = place.text("backup.json");
    let tree = place.read("fresh");
    let cut = &text[..text.len() / 2];
    for (name, text, code, words) in [
        ("cut.json", cut.to_owned(), 3, "the end is missing"),
        ("tail.json", format!("{text}{{}}"), 3, "trailing characters"),
        (
            "newer.json",
            text.replacen("\"format\": 1", "\"format\": 2", 1),
            3,
            "error[tree-json-version]",
        ),
        (
            "other.json",
            "{\"format\": 1, \"hunter2\": 1}".to_owned(),
            3,
            "line 1",
        ),
        (
            "deep.json",
            "[".repeat(1 << 20).replacen('[', "{\"format\":", 1),
            3,
            "error[tree-json]",
        ),
        (
            "twice.json",
            text.replacen("\"./DMAcc/1/AppID\"", "\"./DMAcc/1/ServerID\"", 1),
            3,
            "line ",
        ),
    ] {
        place.write(name, text);
        for target in ["fresh", "new"] {
            let run = place
                .run(&format!("tree import {name} --tree {target}"))
                .code(code);
            let run = run.says(words).says(name).one_message();
            assert_hides(run.err.as_bytes(), &["hunter2", "correcthorse"], name);
        }
        assert!(place.read("fresh") == tree, "{name}");
        assert!(!place.path("new").exists(), "{name}");
    }
    // Where there is nothing to leave out, it is no backup either
    place
        .run("tree export --to json --tree fresh")
        .code(0)
        .says("not imported");
    // Larger than any export, and nothing of it on the disk
    let file = std::fs::File::create(place.path("large.json")).unwrap();
    file.set_len((256 << 20) + 1).unwrap();
    place
        .run("tree import large.json --tree fresh")
        .code(3)
        .says("more than");
    // A file that was opened has other octets, and the same records
    let (used, fresh) = (records(&place.path("t")), records(&place.path("fresh")));
    place
        .run("tree import backup.json --tree t")
        .code(5)
        .says("error[tree-used]")
        .one_message();
    for words in ["--replace", "--at ./DMAcc"] {
        place
            .run(&format!("tree import backup.json {words} --tree fresh"))
            .code(2)
            .one_message();
    }
    assert!(records(&place.path("t")) == used);
    assert!(records(&place.path("fresh")) == fresh);
}
