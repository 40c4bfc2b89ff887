//! The management tree from the command line.

use super::*;

/// An account with a secret, as TNDS.
pub const ACCOUNT: &str = r#"<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD>
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
pub fn with_account() -> Place {
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

/// Two descriptions that are sound alone, and of which together no reader takes the one they make.
#[test]
fn a_description_that_could_not_be_read_again_is_refused() {
    let place = with_account();
    let before = place.run("tree ddf --tree t").code(0).text();
    let leaf = r#"<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD><Node><NodeName>NAP</NodeName><DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat><Occurrence><One/></Occurrence><Scope><Permanent/></Scope><DFType><DDFName/></DFType></DFProperties><Node><NodeName/><DFProperties><AccessType><Get/></AccessType><DFFormat><chr/></DFFormat><Occurrence><ZeroOrMore/></Occurrence><Scope><Dynamic/></Scope><DFType><MIME>text/plain</MIME></DFType></DFProperties></Node></Node></MgmtTree>"#;
    place.write("leaf.xml", leaf);
    place
        .run("tree ddf --add leaf.xml --tree t")
        .code(5)
        .says("nodes below a leaf");
    place
        .run("tree init --ddf leaf.xml --tree new")
        .code(5)
        .says("nodes below a leaf");
    assert!(!place.path("new").exists());
    assert_eq!(place.run("tree ddf --tree t").code(0).text(), before);
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
    use std::os::unix::process::ExitStatusExt;
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

    // Killed runs count; one that ended before is too late, and the next are killed earlier
    let (mut olds, mut news) = (0, 0);
    let mut middle = whole;
    for step in 0.. {
        if olds + news >= 40 && olds > 0 && news > 0 {
            break;
        }
        assert!(step < 400, "{olds} old, {news} new");
        place.write("t", &old);
        let mut child = place.start(import);
        std::thread::sleep(match step % 2 {
            0 => whole * (step % 40) / 40,
            _ => middle,
        });
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let killed = status.signal() == Some(9);
        assert!(killed || status.success(), "{status}");
        place.run("tree check --tree t").code(0);
        let now = state();
        assert!(now == before || now == after, "step {step}");
        assert!(killed || now == after, "step {step}: {status}");
        match now == before {
            _ if !killed => {}
            true => olds += 1,
            false => news += 1,
        }
        if step % 2 == 1 {
            middle = middle.mul_f64(if now == after { 0.95 } else { 1.0 / 0.95 });
        }
    }
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

/// A vendor's required leaf without DefaultValue.
#[test]
fn a_description_without_default_takes_a_value() {
    let place = Place::new();
    // The manual's own
    let manual = include_str!("../../src/manual/tree.md");
    let vendor = manual.split("```xml\n").nth(1).unwrap();
    let vendor = vendor.split("```").next().unwrap();
    place.write("vendor.xml", vendor);
    let refused = place.run("tree init --ddf vendor.xml --tree t").code(5);
    let refused = refused
        .says("error[tree-no-default]")
        .says("vendor.xml: ./Acme/Level: ");
    refused
        .says("no DefaultValue")
        .says("--set ./Acme/Level=VALUE")
        .one_message();
    assert!(!place.path("t").exists());
    let set = "--set ./Acme/Level=7";
    place
        .run(&format!("tree init --ddf vendor.xml {set} --tree t"))
        .code(0);
    let level = place.run("tree get ./Acme/Level --tree t").code(0);
    assert_eq!(level.text(), "7\n");
    place.run("tree check --tree t").code(0);
    // A tree that is there takes it with a default alone
    place.run("tree init --tree other").code(0);
    let refused = place.run("tree ddf --add vendor.xml --tree other").code(5);
    refused
        .says("error[tree-no-default]")
        .says("vendor.xml: ./Acme/Level: ");
}

/// What replaces nodes takes no secret out unasked, and says what else is gone.
#[test]
fn an_import_loses_no_secret_unasked() {
    let place = with_account();
    place.run("tree export -o exp.xml --tree t").code(0);
    let before = place.run("tree export --with-secrets before.xml --tree t");
    before.code(0);
    let refused = place.run("tree import exp.xml --replace --tree t").code(5);
    let refused = refused
        .says("error[tree-secrets-lost]")
        .says("exp.xml lacks 1 secret");
    refused
        .says("./DMAcc/1/AppAuth/1/AAuthSecret;")
        .says("--drop-secrets")
        .one_message();
    place
        .run("tree export --with-secrets after.xml --tree t")
        .code(0);
    assert_eq!(place.read("after.xml"), place.read("before.xml"));
    // With them nothing is lost
    let whole = place
        .run("tree import before.xml --replace --tree t")
        .code(0);
    assert!(!whole.err.contains("note"), "{}", whole.err);
    let dropped = "tree import exp.xml --replace --drop-secrets --tree t";
    let dropped = place.run(dropped).code(0);
    dropped.says("note: 1 secret lost: ./DMAcc/1/AppAuth/1/AAuthSecret");
    place
        .run("tree import exp.xml --drop-secrets --tree t")
        .code(2);
}

/// What was of a card is of no known origin once it was replaced.
#[test]
fn an_import_says_whose_origin_is_lost() {
    let place = Place::new();
    let account = "<wap-provisioningdoc version=\"1.1\"><characteristic type=\"APPLICATION\">\
        <parm name=\"APPID\" value=\"w7\"/><parm name=\"PROVIDER-ID\" value=\"a.example\"/>\
        <characteristic type=\"APPADDR\"><parm name=\"ADDR\" value=\"https://a.example/dm\"/>\
        </characteristic></characteristic></wap-provisioningdoc>";
    place.write("card.xml", account);
    place.run("tree init --tree t").code(0);
    place
        .run("apply card.xml --channel card --iccid 8949 --yes --tree t")
        .code(0);
    place
        .run("tree export ./DMAcc --with-secrets acc.xml --tree t")
        .code(0);
    let run = place.run("tree import acc.xml --replace --tree t").code(0);
    run.says(
        "no longer known where it came from: ./DMAcc/1, and `tree forget-card` does not find it",
    );
}

/// Trees in which the same was done at different times.
#[test]
fn stamps_are_compared_when_asked() {
    let place = with_account();
    place.run("tree init --tree other").code(0);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    place.run("tree import account.xml --tree other").code(0);
    let diff = "tree diff other --tree t";
    assert_eq!(place.run(diff).code(0).text(), "no difference\n");
    let all = place.run(&format!("{diff} --stamps")).code(0).text();
    assert!(all.contains("~ ./DMAcc/1/AppID"), "{all}");
    place
        .run("tree import account.xml --replace --tree other")
        .code(0);
    let json = place.run(&format!("{diff} --json")).code(0).json();
    assert_eq!(json["differences"], serde_json::json!([]));
}

#[test]
fn what_is_no_tree_is_said() {
    let place = with_account();
    place
        .run("tree init --tree none/x.tree")
        .code(6)
        .says("none/x.tree: the folder for this file does not exist")
        .one_message();
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
