//! The management tree from the command line.

use super::*;

/// An account with a secret, as TNDS.
const ACCOUNT: &str = r#"<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD>
<Node><NodeName>1</NodeName><Path>./DMAcc</Path>
  <RTProperties><ACL>Get=mgmt.example</ACL><Format><node/></Format></RTProperties>
  <Node><NodeName>AppID</NodeName><RTProperties><Format><chr/></Format></RTProperties><Value>w7</Value></Node>
  <Node><NodeName>ServerID</NodeName><RTProperties><Format><chr/></Format></RTProperties><Value>mgmt.example</Value></Node>
  <Node><NodeName>AppAddr</NodeName><Node><NodeName>1</NodeName>
    <Node><NodeName>Addr</NodeName><RTProperties><Format><chr/></Format></RTProperties><Value>https://mgmt.example/dm</Value></Node>
    <Node><NodeName>AddrType</NodeName><RTProperties><Format><chr/></Format></RTProperties><Value>URI</Value></Node>
  </Node></Node>
  <Node><NodeName>AppAuth</NodeName><Node><NodeName>1</NodeName>
    <Node><NodeName>AAuthLevel</NodeName><RTProperties><Format><chr/></Format></RTProperties><Value>CLCRED</Value></Node>
    <Node><NodeName>AAuthType</NodeName><RTProperties><Format><chr/></Format></RTProperties><Value>DIGEST</Value></Node>
    <Node><NodeName>AAuthSecret</NodeName><RTProperties><Format><chr/></Format></RTProperties><Value>hunter2</Value></Node>
  </Node></Node>
</Node></MgmtTree>"#;

/// A folder with a tree that holds the account.
fn with_account() -> Place {
    let place = Place::new();
    place
        .run("tree init --tree t")
        .code(0)
        .says("made t: 36 nodes");
    place.write("account.xml", ACCOUNT);
    place
        .run("tree import account.xml --tree t")
        .code(0)
        .says("12 nodes changed");
    place
}

#[test]
fn a_tree_is_drawn_and_its_secrets_are_masked() {
    let place = with_account();
    let shown = place
        .run("tree show ./DMAcc --acl --formats --tree t")
        .code(0);
    assert_eq!(
        shown.text(),
        "\
DMAcc  node
└─ 1  node  urn:oma:mo:oma-dm-dmacc:1.0  Get=mgmt.example
   ├─ AppAddr  node
   │  └─ 1  node
   │     ├─ Addr = \"https://mgmt.example/dm\"  chr
   │     └─ AddrType = \"URI\"  chr
   ├─ AppAuth  node
   │  └─ 1  node
   │     ├─ AAuthLevel = \"CLCRED\"  chr
   │     ├─ AAuthSecret = ••••  chr
   │     └─ AAuthType = \"DIGEST\"  chr
   ├─ AppID = \"w7\"  chr
   └─ ServerID = \"mgmt.example\"  chr
"
    );
    for words in [
        "tree show --tree t",
        "tree show --json --tree t",
        "tree get ./DMAcc/1?list=StructData --tree t",
        "tree get ./DMAcc/1?list=TNDS --tree t",
        "tree get ./DMAcc/1?list=TNDS --json --tree t",
        "tree export --tree t",
        "tree export --to json --tree t",
        "tree export --to wbxml --tree t",
    ] {
        let run = place.run(words).code(0);
        assert_hides(&run.out, &["hunter2"], words);
        assert!(run.out.len() > 300, "{words}");
    }
    let secret = "tree get ./DMAcc/1/AppAuth/1/AAuthSecret --tree t";
    place
        .run(secret)
        .code(5)
        .says("error[tree-secret]")
        .one_message();
    assert_eq!(
        place.run(&format!("{secret} --reveal")).code(0).text(),
        "hunter2\n"
    );
    let shown = place.run("tree show --reveal --tree t").code(0);
    assert!(shown.text().contains("AAuthSecret = \"hunter2\""));
    place
        .run("tree show ./Nothing --tree t")
        .code(2)
        .says("error[tree-not-found]")
        .one_message();
}

#[test]
fn a_server_reads_by_its_rights() {
    let place = with_account();
    for (words, code, text) in [
        (
            "./DMAcc/1/ServerID --server mgmt.example",
            0,
            "mgmt.example\n",
        ),
        (
            "./DMAcc/1/ServerID?prop=Format --server mgmt.example",
            0,
            "chr\n",
        ),
        (
            "./DMAcc/1?prop=ACL --server mgmt.example",
            0,
            "Get=mgmt.example\n",
        ),
        (
            "./DMAcc/1/AppAddr/1 --server mgmt.example",
            0,
            "Addr\nAddrType\n",
        ),
        (
            "./DMAcc/1/ServerID --server other.example",
            5,
            "(425 Permission denied)",
        ),
        (
            "./DMAcc/1/AppAuth/1/AAuthSecret --server mgmt.example",
            5,
            "(405 Command not allowed)",
        ),
        (
            "./Inbox --server mgmt.example",
            5,
            "(405 Command not allowed)",
        ),
        ("./DMAcc/2 --server mgmt.example", 2, "(404 Not found)"),
        (
            "./DMAcc/1?prop=Colour --server mgmt.example",
            5,
            "(406 Optional feature not supported)",
        ),
        (
            "./DMAcc/1 --server *",
            2,
            "an identifier has printable characters",
        ),
        ("./DMAcc/1 --server local/app", 2, "applications"),
    ] {
        let run = place.run(&format!("tree get {words} --tree t")).code(code);
        match code {
            0 => assert_eq!(run.text(), text, "{words}"),
            _ => drop(run.says(text).one_message()),
        }
    }
    let json = place
        .run("tree get ./DMAcc/1/ServerID --json --tree t")
        .code(0)
        .json();
    assert_eq!(
        (&json["format"], &json["value"]),
        (&1.into(), &"mgmt.example".into())
    );
    let refused = place
        .run("tree get ./DMAcc/2 --json --tree t")
        .code(2)
        .json();
    assert_eq!(refused["error"]["rule"], "tree-not-found");
}

#[test]
fn an_export_with_secrets_makes_the_same_tree() {
    use std::os::unix::fs::PermissionsExt;
    let place = with_account();
    place
        .run("tree export --with-secrets all.xml --tree t")
        .code(0)
        .says("keep it safe");
    place
        .run("tree export --to wbxml --with-secrets all.wbxml --tree t")
        .code(0);
    for file in ["all.xml", "all.wbxml"] {
        let mode = std::fs::metadata(place.path(file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
        let copy = format!("copy-of-{file}");
        place.run(&format!("tree init --tree {copy}")).code(0);
        place
            .run(&format!("tree import {file} --replace --tree {copy}"))
            .code(0);
        place
            .run(&format!(
                "tree export --with-secrets again.xml --force --tree {copy}"
            ))
            .code(0);
        assert_eq!(place.read("again.xml"), place.read("all.xml"), "{file}");
        place.run(&format!("tree check --tree {copy}")).code(0);
    }
    place
        .run("tree export -o none.xml --tree t")
        .code(0)
        .says("1 secret was left out");
    assert_hides(&place.read("none.xml"), &["hunter2"], "none.xml");
    place
        .run("tree export ./DMAcc --to json --with-secrets x.json --tree t")
        .code(2)
        .says("whole tree");
    // A file that would change stays
    place.write("mine.xml", "mine");
    place
        .run("tree export -o mine.xml --tree t")
        .code(5)
        .says("--force");
    assert_eq!(place.text("mine.xml"), "mine");
}

#[test]
fn a_refused_import_changes_nothing() {
    let place = with_account();
    let state = |place: &Place| place.run("tree show --json --tree t").code(0).out;
    let before = state(&place);
    for (name, text, code, words) in [
        ("twice.xml", ACCOUNT.to_owned(), 5, "error[tree-exists]"),
        (
            "unknown.xml",
            ACCOUNT.replace("AppID", "Colour").replace(">1</", ">2</"),
            5,
            "error[tree-undescribed]",
        ),
        ("half.xml", ACCOUNT[..600].to_owned(), 3, "half.xml"),
        ("empty.xml", String::new(), 3, "empty.xml"),
        (
            "short.xml",
            ACCOUNT.replace("<Value>w7</Value>", "<Value>w7</Value><Colour/>"),
            5,
            "tnds-unexpected-element",
        ),
    ] {
        place.write(name, text);
        let run = place
            .run(&format!("tree import {name} --tree t"))
            .code(code);
        run.says(words).one_message();
        assert!(state(&place) == before, "{name}");
    }
}

/// Killed at any time, an import has happened whole or not at all.
#[test]
fn a_killed_import_leaves_the_tree_of_before_or_after() {
    use std::time::Instant;
    let place = with_account();
    let old = place.read("t");
    // Without the times of changes, which are other ones in each import
    let show = "tree show --reveal --formats --acl --tree t";
    let state = || place.run(show).code(0).out;
    let before = state();
    // Enough that writing takes its time
    let (head, node) = ACCOUNT.split_once("<Node>").unwrap();
    let node = node.strip_suffix("</MgmtTree>").unwrap();
    let nodes: String = (2..600)
        .map(|number| format!("<Node>{}", node.replacen(">1<", &format!(">{number}<"), 1)))
        .collect();
    place.write("many.xml", format!("{head}{nodes}</MgmtTree>"));
    let import = "tree import many.xml --tree t";
    let start = Instant::now();
    place.run(import).code(0);
    let whole = start.elapsed();
    let after = state();
    assert!(after != before);

    let (mut olds, mut news) = (0, 0);
    for step in 0..40 {
        place.write("t", &old);
        let mut child = place.start(import);
        // The last come after its end, the others before or in its middle
        std::thread::sleep(whole * step / 20);
        child.kill().unwrap();
        child.wait().unwrap();
        place.run("tree check --tree t").code(0);
        let now = state();
        assert!(now == before || now == after, "step {step}");
        match now == before {
            true => olds += 1,
            false => news += 1,
        }
    }
    assert!(olds > 0 && news > 0, "{olds} old, {news} new");
}

#[test]
fn descriptions_are_printed_and_taken() {
    let place = with_account();
    let printed = place.run("tree ddf --tree t").code(0);
    let xml = String::from_utf8(printed.out).unwrap();
    assert!(xml.contains("<NodeName>DMAcc</NodeName>"));
    let vendor = "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>Acme</NodeName><DFProperties>\
        <AccessType><Get/></AccessType><DefaultValue>7</DefaultValue><DFFormat><int/></DFFormat>\
        <Scope><Permanent/></Scope><DFType><MIME>text/plain</MIME></DFType></DFProperties>\
        </Node></MgmtTree>";
    place.write("vendor.xml", vendor);
    place.run("tree ddf --add vendor.xml --tree t").code(0);
    assert_eq!(place.run("tree get ./Acme --tree t").code(0).text(), "7\n");
    // What is there is no text
    place.write("other.xml", vendor.replace("<int/>", "<chr/>"));
    place
        .run("tree ddf --add other.xml --tree t")
        .code(5)
        .says("error[tree-format]")
        .one_message();
    place.write("bad.xml", vendor.replace("1.2<", "1.3<"));
    place
        .run("tree ddf --add bad.xml --tree t")
        .code(3)
        .says("bad.xml")
        .one_message();
    // One of its own from the beginning
    place
        .run("tree init --ddf vendor.xml --set ./Acme=9 --tree own")
        .code(0);
    assert_eq!(
        place.run("tree get ./Acme --tree own").code(0).text(),
        "9\n"
    );
    place
        .run("tree init --set ./Nothing=9 --tree no")
        .code(2)
        .one_message();
    place
        .run("tree init --set ./DevInfo/Man --tree no")
        .code(2)
        .says("URI=VALUE");
    assert!(!place.path("no").exists());
}

#[test]
fn what_is_no_tree_is_said() {
    let place = with_account();
    let before = place.read("t");
    place
        .run("tree init --tree t")
        .code(5)
        .says("exists already")
        .one_message();
    assert!(place.read("t") == before);
    place
        .run("tree show --tree none")
        .code(6)
        .says("dmboot tree init")
        .one_message();
    assert!(!place.path("none").exists());
    place
        .run("tree show")
        .code(2)
        .says("--tree or DMBOOT_TREE")
        .one_message();
    for (name, octets) in [("empty", &b""[..]), ("text", b"this is a text")] {
        place.write(name, octets);
        for command in ["show", "check", "ddf"] {
            let run = place.run(&format!("tree {command} --tree {name}")).code(3);
            run.says("error[tree-not-a-tree]").one_message();
        }
        assert_eq!(place.read(name), octets);
    }
    place.run("tree show --tree .").code(6).one_message();
    // Octets in the middle that are others
    let mut damaged = before.clone();
    for octet in &mut damaged[20_000..60_000] {
        *octet ^= 0x5A;
    }
    place.write("damaged", &damaged);
    place
        .run("tree check --tree damaged")
        .code(3)
        .says("damaged")
        .one_message();
    assert!(
        place.names("").is_empty() && place.tree().keys().all(|name| !name.contains("partial"))
    );
    let mut command = place.command(["tree", "check"]);
    let run: Run = command.env("DMBOOT_TREE", "t").output().unwrap().into();
    assert!(run.code(0).text().contains("sound"));
}

#[test]
fn a_second_process_waits_outside() {
    let place = with_account();
    let store = dmboot::client::tree::RedbStore::open(&place.path("t")).unwrap();
    place
        .run("tree show --tree t")
        .code(6)
        .says("another process")
        .one_message();
    store.close().unwrap();
    place.run("tree show --tree t").code(0);
}

#[test]
fn a_vendors_node_called_like_a_secret_is_masked_too() {
    let place = with_account();
    place.write(
        "vendor.xml",
        "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD><Node><NodeName>Ext</NodeName>\
         <Path>./DMAcc/1</Path><Node><NodeName>WlanPassword</NodeName><RTProperties><Format><chr/>\
         </Format></RTProperties><Value>correcthorse</Value></Node></Node></MgmtTree>",
    );
    place.run("tree import vendor.xml --tree t").code(0);
    for words in ["show", "show --json", "export", "export --to json"] {
        let run = place.run(&format!("tree {words} --tree t")).code(0);
        assert_hides(&run.out, &["correcthorse"], words);
        assert_hides(run.err.as_bytes(), &["correcthorse"], words);
    }
    place
        .run("tree export --with-secrets backup.xml --tree t")
        .code(0);
    assert!(place.text("backup.xml").contains("correcthorse"));
}

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
