//! Input and output that fail, and what may be on a command line.

use super::*;
use std::process::Command;

const WORDS: &str = "--devices devices.csv --sec userpin --out";

#[test]
fn places_where_nothing_can_be_written() {
    let place = Place::with_devices();
    place.write("file", "x");
    let before = place.tree();
    for (out, code, words) in [
        ("file", 2, "file is no"),
        ("file/out", 6, "file"),
        // Not even root can make folders there
        ("/proc/nowhere/out", 6, "/proc/nowhere"),
    ] {
        let run = place
            .build(&format!("{WORDS} {out}"))
            .code(code)
            .one_message();
        let told = run.err.contains(words) || run.err.contains("is not a folder");
        assert!(told, "{}", run.err);
        assert_eq!(place.tree(), before, "{out}");
    }
    // A folder stands where a file would
    place.write(&format!("out/{A}.wsp/x"), "");
    let before = place.tree();
    place.build(&format!("{WORDS} out")).code(2).one_message();
    assert_eq!(place.tree(), before);
}

#[test]
fn secrets_that_cannot_be_written() {
    let place = Place::with_devices();
    place.write("folder/x", "");
    let before = place.tree();
    let words = "--devices devices.csv --sec userpinmac --out deep/er/out --secrets-out";
    for (path, code) in [("none/codes", 6), ("folder", 2), ("/dev/null", 2)] {
        place
            .build(&format!("{words} {path}"))
            .code(code)
            .one_message();
        assert_eq!(place.tree(), before, "{path}");
    }
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
}

/// The shell's limit of file sizes stands for a disk that is full.
#[test]
fn a_full_disk_leaves_nothing() {
    let place = Place::new();
    place.write("devices.csv", long_list(400));
    let before = place.tree();
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec {} build cp/w7-account {SERVER} {WORDS} deep/er/out",
        env!("CARGO_BIN_EXE_dmboot")
    );
    let mut shell = Command::new("bash");
    let run = shell
        .args(["-c", &script])
        .current_dir(place.0.path())
        .output()
        .unwrap();
    Run::from(run).code(6).one_message().says("manifest.jsonl");
    assert_eq!(place.tree(), before);
}

/// A disk that is full indeed, where the machine lets us have one.
#[test]
fn a_full_file_system_leaves_nothing() {
    let place = Place::new();
    place.write("devices.csv", long_list(400));
    place.write("disk/x", "");
    let disk = place.path("disk");
    let path = disk.to_str().unwrap();
    as_root(&["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", path]);
    let runs = ["disk/out", "disk/a/out"]
        .map(|out| (place.build(&format!("{WORDS} {out}")), place.tree()));
    as_root(&["umount", path]);
    for (run, tree) in runs {
        run.code(6).one_message().says("No space left");
        assert_eq!(tree.keys().collect::<Vec<_>>(), ["devices.csv", "disk/"]);
    }
}

/// Runs a command that only root may run, through sudo where that asks for no password.
#[track_caller]
pub fn as_root(words: &[&str]) {
    let runs = |words: &[&str]| {
        let output = Command::new(words[0]).args(&words[1..]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let sudo = [&["sudo", "-n"], words].concat();
    assert!(
        runs(words) || runs(&sudo),
        "this test mounts a small file system: run `sudo make test`"
    );
}

#[test]
fn one_job_at_a_time() {
    let place = Place::with_devices();
    place.write(".out.partial/.lock", "");
    let lock = std::fs::File::create(place.path(".out.partial/.lock")).unwrap();
    lock.try_lock().unwrap();
    let before = place.tree();
    place
        .build(&format!("{WORDS} out"))
        .code(6)
        .one_message()
        .says("another dmboot");
    assert_eq!(
        place.tree(),
        before,
        "what the other one prepares is left alone"
    );
    lock.unlock().unwrap();
    place.build(&format!("{WORDS} out")).code(0);
}

#[test]
fn readers_that_go_away() {
    let place = Place::with_devices();
    for words in [
        "profile list",
        "man",
        "completions bash",
        "profile show cp/w7-account --json",
        "--help",
    ] {
        // The pipe is closed before the program can write
        let script = format!(
            "{} {words} 2>err | true; echo ${{PIPESTATUS[0]}}",
            env!("CARGO_BIN_EXE_dmboot")
        );
        let code = judge("bash", &["-c", &script], place.0.path());
        assert_eq!(code, "0\n", "{words}");
        assert_eq!(place.text("err"), "", "{words}");
    }
    let script = format!(
        "{} profile list > /dev/full; echo $?",
        env!("CARGO_BIN_EXE_dmboot")
    );
    assert_eq!(judge("bash", &["-c", &script], place.0.path()), "6\n");
}

#[test]
fn command_lines_that_are_wrong() {
    let place = Place::with_devices();
    place.write("a", "x");
    place.write("b", "x");
    let before = place.tree();
    for words in [
        "",
        "bulid",
        "build",
        "build cp/w7-account --sec userpin",
        "build cp/w7-account --sec pin --out out",
        "build cp/w7-account --sec userpin --out out --pin 1234",
        "build cp/w7-acount --sec userpin --out out",
        "build cp/w7-account --sec userpin --out out --set a",
        "build cp/w7-account --sec userpin --out out --set server_ids=x",
        "build cp/w7-account --sec userpin --out out --key-form none",
        "build cp/w7-account --sec userpin --out out --emit text:a,text:b",
        "verify",
        "verify devices.csv --sec userpin",
        "verify devices.csv --mac 00",
        "verify devices.csv --pin-file a --pin-env B",
        "verify devices.csv --imsi 262011234567890 --imsi-file b",
        "convert devices.csv",
        "convert devices.csv --to json",
        "convert devices.csv --to xml --force",
        "profile",
        "profile show",
        "profile show none",
        "profile show cp/w7-account --json --source",
        "profile new",
        "completions csh",
    ] {
        let run = place.run(words).code(2);
        assert!(!run.err.is_empty(), "{words}");
        assert!(run.out.is_empty(), "{words}");
        assert_eq!(place.tree(), before, "{words}");
    }
    // The nearest name is offered
    place
        .run("profile show w7-account")
        .code(2)
        .says("did you mean cp/w7-account?");
    let run = place
        .run("build cp/w7-account --sec none --out out --set server_idd=x")
        .code(2);
    run.says("did you mean server_id?");
}

#[test]
fn files_that_are_missing() {
    let place = Place::with_devices();
    place.write("m.wsp", [1, 6, 0]);
    let before = place.tree();
    for words in [
        "build cp/w7-account --devices none.csv --sec userpin --out out",
        "build none.toml --devices devices.csv --sec userpin --out out",
        "build cp/w7-account --params none --devices devices.csv --sec userpin --out out",
        "build cp/w7-account --seed-file none --devices devices.csv --sec userpin --out out",
        "--profiles none build cp/w7-account --devices devices.csv --sec userpin --out out",
        "--profiles none profile list",
        "verify none.wsp",
        "convert none.xml --to wbxml",
        "profile show none.toml",
        "profile new --from none.xml",
    ] {
        let run = place.run(words).code(6).one_message();
        assert!(
            run.err.contains("none") && run.err.contains("No such file"),
            "{}",
            run.err
        );
        assert_eq!(place.tree(), before, "{words}");
    }
}

/// A program that asked for JSON gets JSON, once, whatever happens.
#[test]
fn failures_in_json() {
    let place = Place::with_devices();
    place.write("broken.xml", "<a>");
    place.write("unsigned", [1, 6, 1, 0xB6, 3, 0x0B, 0x6A, 0, 0x05]);
    for (words, exit, rule) in [
        ("build nothing --json --out out", 2, None),
        (
            "build cp/w7-account --sec none --json --out out",
            3,
            Some("value-missing"),
        ),
        ("profile show nothing --json", 2, None),
        ("inspect missing --json", 6, None),
        ("verify unsigned --json", 4, Some("verify-unsigned")),
        ("verify broken.xml --json", 2, None),
    ] {
        let run = place.run(words).code(exit);
        let json = run.json();
        assert_eq!(json["error"]["exit"], exit, "{words}");
        assert_eq!(
            json["error"]["rule"],
            rule.map_or(serde_json::Value::Null, Into::into)
        );
        assert!(json["error"]["message"].as_str().unwrap().len() > 10);
    }
    let inspected = place.run("inspect broken.xml --json").code(3).json();
    assert_eq!(inspected["fault"]["rule"], "xml-element-not-closed");
}

#[test]
fn a_list_that_changes_while_it_is_read() {
    use std::os::unix::fs::FileExt;
    // The second pass begins when the staging folder is there
    let place = Place::new();
    let row = |imei: usize| format!("{imei:015},a{imei}.example\n");
    let rows: String = (0..60_000).map(row).collect();
    place.write("devices.csv", format!("imei,apn\n{rows}"));
    let words = "build cp/gprs-data --sec none --devices devices.csv --out out";
    let mut command = place.command(words.split_whitespace());
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !place.path(".out.partial").exists() {
        assert!(
            !place.path("out").exists(),
            "the whole job was over too soon"
        );
        std::thread::yield_now();
    }
    // One letter of the last row, in place
    let list = std::fs::OpenOptions::new()
        .write(true)
        .open(place.path("devices.csv"))
        .unwrap();
    let at = "imei,apn\n".len() + rows.rfind("a59999").unwrap();
    list.write_at(b"b", at as u64).unwrap();
    let run: Run = child.wait_with_output().unwrap().into();
    run.code(6).says("devices.csv");
    assert!(!place.path("out").exists() && !place.path(".out.partial").exists());
}

#[test]
fn what_stands_in_the_way_is_seen_first() {
    let place = Place::with_devices();
    place.write(&format!("out/{B}.wsp/keep"), "mine");
    let words = "--devices devices.csv --sec userpinmac --force --out out --secrets-out s";
    let before = place.tree();
    place
        .build(words)
        .code(2)
        .one_message()
        .says(&format!("out/{B}.wsp"));
    assert_eq!(place.tree(), before);
    std::os::unix::fs::symlink("nowhere", place.path("link")).unwrap();
    let words = "--devices devices.csv --sec userpinmac --out link --secrets-out s";
    place.build(words).code(2).one_message().says("link");
    assert!(!place.path("s").exists() && !place.path("nowhere").exists());
}
