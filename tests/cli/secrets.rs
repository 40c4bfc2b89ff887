//! Where secrets may come from, where they go, and where they are never seen.

use super::*;

const ACCOUNT: &str = "--set client_user=u --set imei=490154203237518 --out out";

#[test]
fn set_refuses_secrets_without_repeating_them() {
    let place = Place::new();
    for name in [
        "client_secret",
        "server_secret",
        "client_nonce",
        "server_nonce",
        "pin",
        "network_key",
        "job_seed",
    ] {
        let run = place.build(&format!("{ACCOUNT} --sec userpin --set {name}=47119Zz"));
        let run = run.code(2).one_message().says(name).says("--params");
        assert_hides(run.err.as_bytes(), &["47119Zz"], "the message");
    }
    // Slips of the hand
    for words in [
        "--set client_secret 47119Zz",
        "--set 47119Zz",
        "--set client_secrt=47119Zz",
        "--client_secret=47119Zz",
        "--pin=47119Zz",
        "--pin 47119Zz",
    ] {
        let run = place
            .build(&format!("--sec userpin {ACCOUNT} {words}"))
            .code(2);
        let shown = run.err.replace("unexpected argument '47119Zz'", "");
        assert_hides(shown.as_bytes(), &["47119Zz"], words);
    }
    assert!(place.tree().is_empty());
}

#[test]
fn every_source_gives_the_same_message() {
    let place = Place::new();
    place.write(
        "list.csv",
        format!(
            "{}\n",
            [
                "imei,client_user,pin,client_secret,server_secret",
                "490154203237518,u,47110,aaSecret,bbSecret",
            ]
            .join("\n")
        ),
    );
    place
        .build("--devices list.csv --sec userpin --out list")
        .code(0);
    let expected = place.read("list/490154203237518.wsp");

    place.write(
        "params/literal.toml",
        "pin = \"47110\"\nclient_secret = \"aaSecret\"\nserver_secret = \"bbSecret\"\n",
    );
    place.write(
        "params/number.toml",
        "pin = 47110\nclient_secret = \"aaSecret\"\nserver_secret = 'bbSecret'\n",
    );
    place.write("params/files.toml", "pin = { file = \"pin\" }\nclient_secret = { file = \"../client\" }\nserver_secret = \"bbSecret\"\n");
    place.write("params/pin", "47110\r\n");
    place.write("client", "aaSecret\n");
    place.write("params/env.toml", "pin = { env = \"DM_PIN\" }\nclient_secret = \"aaSecret\"\nserver_secret = { env = \"DM_SECRET\" }\n");
    for source in ["literal", "number", "files", "env"] {
        let words = format!(
            "build cp/w7-account {SERVER} --set client_user=u --set imei={A} --sec userpin \
             --params params/{source}.toml --out {source}"
        );
        let mut command = place.command(words.split_whitespace());
        command.env("DM_PIN", "47110").env("DM_SECRET", "bbSecret");
        Run::from(command.output().unwrap()).code(0);
        assert_eq!(
            place.read(&format!("{source}/{A}.wsp")),
            expected,
            "{source}"
        );
    }
    // The list comes before the params file
    place.write("params/other.toml", "pin = \"99999\"\n");
    place
        .build("--devices list.csv --sec userpin --params params/other.toml --out list")
        .code(0);
}

#[test]
fn params_files_that_are_wrong() {
    for (content, code, words) in [
        ("pin = { env = \"DM_NOT_SET\" }", 2, "DM_NOT_SET"),
        ("pin = { file = \"nowhere\" }", 6, "nowhere"),
        ("pin = { path = \"47119\" }", 3, "line 1"),
        ("pin = { env = \"A\", file = \"B\" }", 3, "line 1"),
        ("\npin = 47119Zz", 3, "line 2"),
        ("pin = [\"47119\"]", 3, "line 1"),
        ("pim = \"47119\"", 2, "did you mean pin?"),
        ("job_seed = \"4711947119\"", 3, "seed"),
        ("pin = \"\u{0}47119\"", 3, "line 1"),
        ("pin = \"47119Zz\"", 3, "pin"),
        ("client_secret = \"47119\\u0000Zz\"", 3, "client_secret"),
        ("client_nonce = \"47119Zz\"", 3, "client_nonce"),
        ("network_key = \"47119Zz\"", 3, "network_key"),
    ] {
        let place = Place::with_devices();
        place.write("devices.csv", "imei,client_user\n490154203237518,u\n");
        place.write("p.toml", content);
        let before = place.tree();
        let run = place.build("--devices devices.csv --params p.toml --sec userpin --out out");
        let run = run.code(code).one_message().says(words);
        assert_hides(run.err.as_bytes(), &["47119"], content);
        assert_eq!(place.tree(), before);
    }
}

#[test]
fn wrong_secrets_in_a_list_are_not_shown() {
    for (right, wrong) in [
        ("47110", "4711S3cret"),
        ("47110", "123456789012345678901S3cret"),
        ("Zk1vVnJ0Q2pB", "S3cret!"),
        ("kJ8s0qPz3vXw", "S3cret\u{1}x"),
        ("kJ8s0qPz3vXw", "\"S3cret"),
        ("262011234567890", "26201S3cret"),
    ] {
        let place = Place::new();
        place.write("devices.csv", DEVICES.replace(right, wrong));
        for mode in ["", "--keep-going", "--json"] {
            let run = place.build(&format!(
                "--devices devices.csv --sec usernetwpin --out out {mode}"
            ));
            assert_ne!(run.code, 0);
            assert_hides(run.err.as_bytes(), &["S3cret"], wrong);
            assert_hides(&run.out, &["S3cret"], wrong);
        }
    }
}

#[test]
fn outputs_beside_the_documents_have_no_secret() {
    let place = Place::with_devices();
    for sec in ["none", "netwpin", "userpin", "usernetwpin", "userpinmac"] {
        for mode in ["", "--json"] {
            let run = place.build(&format!(
                "--devices devices.csv --sec {sec} --secrets-out codes-{sec} --out {sec} --emit xml,wsp {mode}"
            ));
            let run = run.code(0);
            assert_hides(run.err.as_bytes(), &SECRETS, "standard error");
            assert_hides(&run.out, &SECRETS, "standard output");
        }
        assert_hides(
            &place.read(&format!("{sec}/manifest.jsonl")),
            &SECRETS,
            "the manifest",
        );
        let names = place.names(sec).concat();
        assert_hides(names.as_bytes(), &SECRETS, "names of files");
    }
    // Nor a code of USERPINMAC, anywhere but in its file
    let codes = place.text("codes-userpinmac");
    for line in codes.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let code = line["code"].as_str().unwrap();
        for (name, content) in place.tree() {
            if name != "codes-userpinmac" {
                assert_hides(&content, &[code], &name);
            }
        }
    }
}

#[test]
fn an_imsi_on_the_command_line_is_warned_of_where_it_is_the_key() {
    let place = Place::new();
    place.write(
        "p.toml",
        "client_secret = \"a\"\nserver_secret = \"b\"\npin = \"47110\"\n",
    );
    let words = "--set client_user=u --set imsi=262011234567890 --params p.toml";
    for (sec, warns) in [
        ("netwpin", true),
        ("usernetwpin", true),
        ("userpin", false),
        ("none", false),
    ] {
        let run = place
            .build(&format!("{words} --sec {sec} --out {sec}"))
            .code(0);
        let warned = run
            .err
            .contains("others on this machine can read a command line");
        assert_eq!(warned, warns, "{sec}: {}", run.err);
        assert_hides(run.err.as_bytes(), &["262011234567890"], sec);
    }
}

const RANDOM: &str = r#"
format = 1
extends = "cp/w7-account"
description = "secrets of our own making"
[parameters.client_secret]
random = 16
[parameters.server_secret]
random = 16
[parameters.client_nonce]
random = 12
[parameters.pin]
random = 6
"#;
const RANDOM_WORDS: &str = "build random.toml --set server_id=m --set server_url=https://m.example/ \
    --devices devices.csv --sec userpin";

fn random() -> Place {
    let place = Place::new();
    place.write("random.toml", RANDOM);
    place.write("devices.csv", format!("imei,client_user\n{A},a\n{B},b\n"));
    place.write("seed", "000102030405060708090a0b0c0d0e0f\n");
    place
}

#[test]
fn random_values_need_a_seed_and_a_place() {
    let place = random();
    let before = place.tree();
    let run = place.run(&format!("{RANDOM_WORDS} --secrets-out made --out out"));
    run.code(3).one_message().says("seed").says("--seed-file");
    let run = place.run(&format!("{RANDOM_WORDS} --seed-file seed --out out"));
    let run = run.code(2).one_message().says("--secrets-out");
    for name in ["client_secret", "server_secret", "client_nonce", "pin"] {
        assert!(run.err.contains(name), "{name}: {}", run.err);
    }
    place.write("short", "0001020304050607");
    let run = place.run(&format!(
        "{RANDOM_WORDS} --seed-file short --secrets-out made --out out"
    ));
    run.code(3).one_message();
    std::fs::remove_file(place.path("short")).unwrap();
    assert_eq!(place.tree(), before);
}

#[test]
fn the_same_seed_gives_the_same_secrets() {
    let place = random();
    let words = format!("{RANDOM_WORDS} --seed-file seed --secrets-out made --out out");
    let run = place.run(&words).code(0);
    let made = place.text("made");
    let lines: Vec<serde_json::Value> = made
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    let text = |line: &serde_json::Value, name: &str| line[name].as_str().unwrap().to_owned();
    for (line, device) in lines.iter().zip([A, B]) {
        assert_eq!(line["device"], device);
        assert_eq!(text(line, "client_secret").len(), 16);
        assert_eq!(text(line, "pin").len(), 6);
        place
            .run_with_input("verify out/x --pin-file -", b"")
            .code(6);
        place.write("pin", text(line, "pin"));
        place
            .run(&format!("verify out/{device}.wsp --pin-file pin"))
            .code(0);
        let secrets = ["client_secret", "server_secret", "pin"].map(|name| text(line, name));
        let wsp = place.read(&format!("out/{device}.wsp"));
        assert!(String::from_utf8_lossy(&wsp).contains(&secrets[0]));
        let secrets = secrets.each_ref().map(String::as_str);
        assert_hides(&run.out, &secrets, "standard output");
        assert_hides(&place.read("out/manifest.jsonl"), &secrets, "the manifest");
    }
    for name in ["client_secret", "server_secret", "client_nonce", "pin"] {
        assert_ne!(text(&lines[0], name), text(&lines[1], name), "{name}");
    }
    assert_ne!(
        text(&lines[0], "client_secret"),
        text(&lines[0], "server_secret")
    );

    let before = place.tree();
    place.run(&words).code(0);
    assert_eq!(place.tree(), before);
    // The seed may stand in the params file, and as octets in its own
    place.write("p.toml", "job_seed = { file = \"seed\" }\n");
    place.write("raw", (0..16).collect::<Vec<u8>>());
    for source in ["--params p.toml", "--seed-file raw"] {
        let run = place.run(&format!(
            "{RANDOM_WORDS} {source} --secrets-out again --out again-out"
        ));
        run.code(0);
        assert_eq!(place.text("again"), made, "{source}");
    }
    // Another seed is another job
    place.write("other", [9; 16]);
    let before = place.tree();
    let other = format!("{RANDOM_WORDS} --seed-file other");
    place
        .run(&format!("{other} --secrets-out made --out out"))
        .code(5)
        .one_message();
    place
        .run(&format!("{other} --secrets-out made --out fresh"))
        .code(5)
        .one_message()
        .says("made");
    assert_eq!(place.tree(), before);
    place
        .run(&format!("{other} --secrets-out made --out out --force"))
        .code(0);
    assert_ne!(place.text("made"), made);
}

#[test]
fn secrets_of_a_first_article_stay_when_the_list_follows() {
    let place = random();
    let words = format!("{RANDOM_WORDS} --seed-file seed --secrets-out made --out out");
    place.run(&format!("{words} --only {B}")).code(0);
    let first = place.text("made");
    assert_eq!(first.lines().count(), 1);
    place.run(&words).code(0);
    let made = place.text("made");
    assert!(
        made.starts_with(&first) && made.lines().count() == 2,
        "{made}"
    );
    place.run(&format!("{words} --only {A} --force")).code(0);
    assert_eq!(
        place.text("made"),
        made,
        "secrets of other devices are never lost"
    );
}

#[test]
fn a_file_that_is_no_list_of_secrets_is_not_overwritten() {
    let place = random();
    place.write("made", "my other notes\n");
    let before = place.tree();
    let words = format!("{RANDOM_WORDS} --seed-file seed --secrets-out made --out out");
    place.run(&words).code(5).one_message().says("made");
    assert_eq!(place.tree(), before);
}

#[test]
fn secrets_are_not_written_when_the_job_fails() {
    let place = random();
    place.write(
        "devices.csv",
        format!("imei,client_user\n{A},a\n{B},\u{1}\n"),
    );
    let before = place.tree();
    let words = format!("{RANDOM_WORDS} --seed-file seed --secrets-out made --out out");
    place.run(&words).code(3).one_message();
    assert_eq!(place.tree(), before);
    place.write("file", "");
    let before = place.tree();
    place.run(&words.replace("--out out", "--out file")).code(3);
    assert_eq!(place.tree(), before);
}

#[test]
fn userpinmac_needs_a_place_for_its_codes() {
    let place = Place::with_devices();
    let before = place.tree();
    let run = place.build("--devices devices.csv --sec userpinmac --out out");
    run.code(2).one_message().says("--secrets-out");
    assert_eq!(place.tree(), before);
    // Other jobs do not make any
    place
        .build("--devices devices.csv --sec userpin --out out")
        .code(0);
}

#[test]
fn secrets_do_not_go_where_outputs_go() {
    let place = Place::new();
    place.write("devices.csv", "imei,pin\n490154203237518,12345\n");
    place.write("out/keep", "");
    let before = place.tree();
    for path in [
        "out/manifest.jsonl",
        "out/x",
        ".out.partial/x",
        "./out/../out/x",
    ] {
        let words = "build cp/gprs-data --set apn=a.example --devices devices.csv --sec userpinmac";
        place
            .run(&format!("{words} --out out --secrets-out {path}"))
            .code(2)
            .one_message()
            .says("--secrets-out");
        assert_eq!(place.tree(), before, "{path}");
    }
}

/// An empty key would be no key at all.
#[test]
fn empty_keys_are_refused() {
    let place = Place::new();
    place.write("empty", "");
    place.write("blank", "\n");
    for value in ["\"\"", "{ file = \"empty\" }", "{ file = \"blank\" }"] {
        place.write("params.toml", format!("network_key = {value}\n"));
        place
            .run("build cp/gprs-data --set apn=a.example --params params.toml --sec netwpin --out out")
            .code(3)
            .one_message()
            .says("network_key");
        assert!(!place.path("out").exists());
    }
    place
        .run("build cp/gprs-data --set apn=a.example --set imsi=262011234567890 --sec netwpin --out out")
        .code(0);
    for file in ["empty", "blank"] {
        place
            .run(&format!(
                "verify out/262011234567890.wsp --network-key-file {file}"
            ))
            .code(2)
            .one_message()
            .says("empty");
    }
}

#[test]
fn secrets_do_not_replace_what_the_job_reads() {
    let place = Place::new();
    place.write("devices.csv", "imei,pin\n490154203237518,12345\n");
    place.write("seed", "0123456789abcdef0123456789abcdef");
    place.write("p.toml", "apn = { file = \"apn\" }\n");
    place.write("apn", "a.example");
    place.write("own/mine.toml", "format = 1\nextends = \"base\"\n");
    let base = "format = 1\nextends = \"cp/gprs-data\"\n";
    place.write("own/base.toml", base);
    place.write("t.txt", "{{key}}");
    let before = place.tree();
    let inputs = [
        "devices.csv",
        "seed",
        "./p.toml",
        "apn",
        "t.txt",
        "own/mine.toml",
        "own/base.toml",
    ];
    let options = "--devices devices.csv --params p.toml --seed-file seed --force --profiles own";
    for input in inputs {
        for output in [
            "--sec userpinmac --emit text:t.txt --out out --secrets-out",
            "--sec userpin --pack",
        ] {
            // A pack has no texts
            if input == "t.txt" && output.ends_with("--pack") {
                continue;
            }
            place
                .run(&format!("build mine {options} {output} {input}"))
                .code(2)
                .one_message()
                .says("which this job reads");
            assert_eq!(place.tree(), before, "{output} {input}");
        }
    }
    // Among the outputs, with a name like theirs
    place.write("out/490154203237518.txt", "{{key}}");
    let before = place.tree();
    let emit = "--emit text:out/490154203237518.txt";
    place
        .run(&format!(
            "build mine {options} {emit} --sec userpin --out out"
        ))
        .code(2)
        .one_message()
        .says("this job reads it");
    assert_eq!(place.tree(), before);
}

#[test]
fn findings_and_errors_show_no_piece_of_a_secret() {
    let place = Place::new();
    let cp = |inner: &str| {
        format!(
            "<wap-provisioningdoc>\n<characteristic type=\"APPLICATION\"><parm name=\"APPID\" \
             value=\"w7\"/>{inner}</characteristic></wap-provisioningdoc>"
        )
    };
    let address = |url: &str| cp(&format!("<parm name=\"ADDR\" value=\"{url}\"/>"));
    let secret = |parm: &str| {
        cp(&format!(
            "<characteristic type=\"APPAUTH\">{parm}</characteristic>"
        ))
    };
    let message = |data: &str| {
        format!(
            "<SyncML><SyncBody><Add><CmdID>1</CmdID><Item><Target><LocURI>./DMAcc/x/AppAuth/y/AAuthSecret\
             </LocURI></Target><Data>{data}</Data></Item></Add></SyncBody></SyncML>"
        )
    };
    for document in [
        address("http://ann:hunter2@dm.example/"),
        address("http://dm.example/?password=hunter2"),
        address("http://dm.example/a?b=c&#38;pw=hunter2#token=hunter2"),
        secret("<parm name=\"AAUTHSECRET\" value=\"pw<hunter2\"/>"),
        secret("<parm name=\"AAUTHSECRET\" value=\"pw\"hunter2=\"\"/>"),
        secret("<parm name=\"AAUTHSECRET\" value=\"pw\" hunter2=\"x\"/>"),
        secret("<parm name=\"AAUTHSECRET\" value=\"pw\" hunter2=\"\" hunter2=\"\"/>"),
        secret("<parm name=\"AAUTHSECRET\">pw<hunter2>x</hunter2></parm>"),
        secret("<parm name=\"AAUTHSECRET\">pw</hunter2></parm>"),
        message("pw<hunter2"),
        message("pw<hunter2>"),
        message("pw<hunter2/>"),
        message("pw</hunter2>"),
        message("pw<a hunter2='x'/>"),
    ] {
        place.write("in.xml", &document);
        for command in [
            "lint in.xml",
            "lint in.xml --for all --json",
            "inspect in.xml",
            "inspect in.xml --json",
            "convert in.xml --to wbxml -o out.wbxml --force",
            "redact in.xml -o out.xml --force",
            "profile new --from in.xml -o out.toml --force",
        ] {
            let run = place.run(command);
            let printed = [&*run.out, run.err.as_bytes()].concat();
            assert_hides(&printed, &["hunter2"], &format!("{command}\n{document}"));
        }
    }
}

#[test]
fn names_of_files_begin_no_lines_and_turn_no_text_around() {
    let place = Place::new();
    for hostile in [
        '\n', '\r', '\u{1B}', '\u{61C}', '\u{2028}', '\u{2029}', '\u{202E}',
    ] {
        let name = format!("a{hostile}error: all is lost");
        let list = format!("{name}.csv");
        place.write(&list, "imei,apn,colour\n490154203237518,a.example,blue\n");
        place.write(&format!("own/{name}.toml"), "format = 1\n");
        place.write(&format!("{name}.xml"), "<a");
        let xml = format!("{name}.xml");
        let pack = format!("{name}.pack");
        for words in [
            vec![
                "build",
                "cp/gprs-data",
                "--sec",
                "none",
                "--out",
                "out",
                "--devices",
                &list,
            ],
            vec![
                "build",
                &name,
                "--sec",
                "none",
                "--out",
                "out",
                "--profiles",
                "own",
            ],
            vec!["build", &name, "--sec", "none", "--out", "out"],
            vec!["lint", &xml],
            vec!["inspect", &xml],
            vec!["convert", &xml, "--to", "wbxml"],
            vec!["unpack", &pack, "--device", "1"],
            vec!["tree", "show", "--tree", &xml],
            vec!["profile", "show", &name, "--profiles", "own"],
        ] {
            let run: Run = place.command(&words).output().unwrap().into();
            assert!(run.code != 0, "{words:?}");
            for printed in [run.text(), run.err] {
                let begins = printed.lines().any(|line| line.starts_with("error: all"));
                let carried = hostile != '\n' && printed.contains(hostile);
                assert!(!begins && !carried, "{words:?}: {printed:?}");
            }
        }
    }
}
