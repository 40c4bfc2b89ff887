//! A tree's file that cannot be written, or cannot be read: what is said, and that all is as before.

use super::apply::{content, with_messages};
use super::failures::as_root;
use super::tree::ACCOUNT;
use super::*;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

/// What changes a tree, right and wrong PINs among it.
const COMMANDS: [&str; 5] = [
    "apply message.wsp --pin-file pin --yes --tree t",
    "apply message.wsp --pin-file wrong --yes --tree t",
    "tree import account.xml --tree t",
    "tree undo --tree t",
    "tree forget-card 8949 --tree t",
];

/// A folder in which each of the commands has something to do.
fn with_work() -> Place {
    let place = with_messages();
    fs::rename(
        place.path(&format!("userpin/{A}.wsp")),
        place.path("message.wsp"),
    )
    .unwrap();
    let account = r#"<characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="card.example"/><characteristic type="APPADDR"><parm name="ADDR" value="https://card.example/dm"/></characteristic></characteristic>"#;
    place.write(
        "card.xml",
        format!("<wap-provisioningdoc>{account}</wap-provisioningdoc>"),
    );
    place
        .run("apply card.xml --channel card --iccid 8949 --yes --tree t")
        .code(0);
    let other = ACCOUNT.replacen(">1<", ">7<", 1);
    place.write("account.xml", other);
    place
}

/// How often the message may still be tried.
fn tries(place: &Place) -> u8 {
    let store = dmboot::client::tree::RedbStore::open(&place.path("t")).unwrap();
    let body = place.read(&format!("userpin/{A}.wbxml"));
    let tries =
        dmboot::client::tree::TreeStore::tries(&store, &dmboot::security::policy::digest(&body));
    store.close().unwrap();
    tries.unwrap()
}

/// That the commands have something to do, so that it is the fault that keeps them from it.
#[test]
fn each_command_changes_the_tree() {
    for (words, code) in COMMANDS.into_iter().zip([0, 4, 0, 0, 0]) {
        let place = with_work();
        let before = content(&place);
        place.run(words).code(code);
        assert_eq!(content(&place) == before, code == 4, "{words}");
        assert_eq!(tries(&place), u8::from(code == 4), "{words}");
    }
}

/// The shell's limit of file sizes stands for a disk that is full.
#[test]
fn a_full_disk_changes_nothing() {
    let place = with_work();
    let before = content(&place);
    for words in COMMANDS {
        let script = format!("ulimit -f 8; exec {} {words}", env!("CARGO_BIN_EXE_dmboot"));
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).current_dir(place.0.path());
        Run::from(shell.output().unwrap())
            .code(6)
            .says("no room")
            .one_message();
        assert!(content(&place) == before, "{words}");
        assert_eq!(tries(&place), 0, "{words}");
    }
    place.run(COMMANDS[0]).code(0);
}

/// A disk that is full indeed, where the machine lets us have one.
#[test]
fn a_full_file_system_changes_nothing() {
    let place = with_work();
    // More than there is room for in the file, or beside it
    let large = "x".repeat(900_000);
    let account = ACCOUNT.replacen(">1<", ">7<", 1);
    place.write("account.xml", account.replace("hunter2", &large));
    let before = place.read("t");
    place.write("disk/x", "");
    let disk = place.path("disk");
    let path = disk.to_str().unwrap();
    as_root(&[
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "size=1m,mode=0777",
        "tmpfs",
        path,
    ]);
    let runs = fs::write(disk.join("t"), before).map(|()| {
        let show = || place.run("tree show --json --tree disk/t");
        let before = show();
        let run = place.run("tree import account.xml --tree disk/t");
        (before, run, show())
    });
    as_root(&["umount", path]);
    let (before, run, after) = runs.unwrap();
    run.code(6).says("no room").one_message();
    assert_eq!(before.code(0), after);
}

#[test]
fn a_file_that_is_read_only_changes_nothing() {
    let place = with_work();
    let before = place.read("t");
    for mode in [0o400, 0o000] {
        fs::set_permissions(place.path("t"), Permissions::from_mode(mode)).unwrap();
        for words in COMMANDS {
            let mut command = place.command(words.split_whitespace());
            if fs::OpenOptions::new()
                .write(true)
                .open(place.path("t"))
                .is_ok()
            {
                // Who writes what is read-only too: util-linux takes that right away
                let rights = "--bounding-set=-dac_override,-dac_read_search";
                command = through(&["setpriv", rights], &command);
            }
            Run::from(command.output().unwrap())
                .code(6)
                .says("right to it")
                .one_message();
            assert!(place.read("t") == before, "{words}");
        }
    }
    fs::set_permissions(place.path("t"), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(tries(&place), 0);
}

#[test]
fn a_second_process_changes_nothing() {
    let place = with_work();
    let before = content(&place);
    let store = dmboot::client::tree::RedbStore::open(&place.path("t")).unwrap();
    for words in COMMANDS {
        place
            .run(words)
            .code(6)
            .says("another process has the tree open")
            .one_message();
    }
    store.close().unwrap();
    assert!(content(&place) == before);
    assert_eq!(tries(&place), 0);
}

#[test]
fn a_file_that_is_damaged_or_none_changes_nothing() {
    let place = with_work();
    let whole = place.read("t");
    let flipped = |range: std::ops::Range<usize>| {
        let mut octets = whole.clone();
        octets[range].iter_mut().for_each(|octet| *octet ^= 0x5A);
        octets
    };
    let files = [
        ("everywhere", flipped(0..whole.len()), "no management tree"),
        ("in the middle", flipped(20_000..60_000), "damaged"),
        ("cut off", whole[..whole.len() / 2].to_vec(), "damaged"),
        ("a text", b"this is a text".to_vec(), "no management tree"),
        ("empty", Vec::new(), "no management tree"),
    ];
    for (name, octets, said) in files {
        for words in COMMANDS {
            place.write("t", &octets);
            place.run(words).code(3).says(said).one_message();
            assert!(place.read("t") == octets, "{name}: {words}");
        }
    }
    fs::remove_file(place.path("t")).unwrap();
    for words in COMMANDS {
        place
            .run(words)
            .code(6)
            .says("dmboot tree init")
            .one_message();
        assert!(!place.path("t").exists(), "{words}");
    }
    fs::create_dir(place.path("t")).unwrap();
    for words in COMMANDS {
        place.run(words).code(6).one_message();
    }
}
