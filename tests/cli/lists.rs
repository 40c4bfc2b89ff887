//! Lists as people have them.

use super::*;

const WORDS: &str = "--devices devices.csv --sec userpin --out out";

fn reference() -> Vec<u8> {
    let place = Place::with_devices();
    place.build(WORDS).code(0);
    place.read(&format!("out/{A}.wsp"))
}

#[test]
fn as_excel_writes_them() {
    let semicolons = DEVICES.replace(',', ";");
    let crlf = DEVICES.replace('\n', "\r\n");
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    let expected = reference();
    for (what, list) in [
        ("byte order mark", format!("\u{FEFF}{DEVICES}").into_bytes()),
        ("semicolons", semicolons.clone().into_bytes()),
        ("CRLF", crlf.clone().into_bytes()),
        (
            "all three",
            format!("\u{FEFF}{}", crlf.replace(',', ";")).into_bytes(),
        ),
        (
            "UTF-16 LE, as Unicode text",
            utf16(&crlf.replace(',', "\t"), false),
        ),
        ("UTF-16 BE", utf16(&semicolons, true)),
        ("sep=", format!("sep=;\r\n{semicolons}").into_bytes()),
    ] {
        let place = Place::new();
        place.write("devices.csv", list);
        place.build(WORDS).code(0);
        assert_eq!(place.read(&format!("out/{A}.wsp")), expected, "{what}");
    }
}

#[test]
fn json_lines() {
    let mut rows = DEVICES
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let mut list = String::new();
    for row in rows {
        let object: serde_json::Map<_, _> = header
            .iter()
            .zip(row)
            .map(|(name, cell)| (name.to_string(), cell.into()))
            .collect();
        list += &format!("{}\n", serde_json::Value::Object(object));
    }
    let place = Place::new();
    place.write("devices.jsonl", list.clone());
    place
        .build("--devices devices.jsonl --sec userpin --out out")
        .code(0);
    assert_eq!(place.read(&format!("out/{A}.wsp")), reference());
    let before = place.tree();
    place.write(
        "devices.jsonl",
        list.replace("\"262011234567890\"", "262011234567890"),
    );
    let run = place.build("--devices devices.jsonl --sec userpin --out other");
    run.code(3).one_message().says("line 1");
    place.write("devices.jsonl", list);
    assert_eq!(place.tree(), before);
}

/// Damage, and what the one message has to say.
#[test]
fn damage_is_named_with_line_and_column_and_nothing_is_left() {
    for (from, to, code, words) in [
        (
            "26201123456789,",
            "2.28011E+14,",
            3,
            &["line 3", "imsi", "2.28011E+14"][..],
        ),
        (
            "26201123456789,",
            "\"2,28011E+14\",",
            3,
            &["line 3", "imsi", "E+14"],
        ),
        (
            "26201123456789,",
            "26201123456789.0,",
            3,
            &["line 3", "imsi"],
        ),
        (
            "26201123456789,",
            "262011234500000000,",
            3,
            &["devices.csv:3", "imsi"],
        ),
        ("262011234567890,", ",", 0, &[]),
        (
            "356938035643809",
            "356938035643",
            3,
            &["devices.csv:3", "IMEI"],
        ),
        ("dev-b", "", 3, &["devices.csv:3", "client_user"]),
        ("08150,dev-b", ",dev-b", 3, &["devices.csv:3", "pin"]),
        ("08150", "08a50", 3, &["devices.csv:3", "pin"]),
        (
            "V2xQc0RmR2hK",
            "V2xQ!",
            3,
            &["devices.csv:3", "client_nonce"],
        ),
        (B, A, 3, &["devices.csv:3", "line 2"]),
        (
            "client_user",
            "cleint_user",
            3,
            &["cleint_user", "client_user"],
        ),
        ("client_user", "user", 3, &["column \"user\""]),
        ("client_user", "", 3, &["line 1"]),
        ("client_user", "imsi", 3, &["line 1", "imsi"]),
        (",dev-b,", ",", 3, &["line 3"]),
        ("dev-b", "\"dev-b", 3, &["line 3", "column `client_user`"]),
        ("dev-b", "dev\u{1}b", 3, &["line 3"]),
    ] {
        let place = Place::new();
        place.write("devices.csv", DEVICES.replacen(from, to, 1));
        let before = place.tree();
        let run = place.build(WORDS);
        if code == 0 {
            run.code(0);
            continue;
        }
        let run = run.code(code).one_message();
        let secrets = SECRETS.iter().copied().filter(|secret| *secret != "08150");
        assert_hides(
            run.err.as_bytes(),
            &secrets.collect::<Vec<_>>(),
            "a message",
        );
        let said = words
            .iter()
            .all(|word| run.err.to_lowercase().contains(&word.to_lowercase()));
        assert!(said, "{to}: {}", run.err);
        assert_eq!(place.tree(), before, "{to}");

        // The same beside outputs that are there already
        place.write("devices.csv", DEVICES);
        place.build(&format!("{WORDS} --only {A}")).code(0);
        place.write("devices.csv", DEVICES.replacen(from, to, 1));
        let before = place.tree();
        place.build(WORDS).code(code);
        assert_eq!(place.tree(), before, "{to}");
    }
}

#[test]
fn lists_that_are_none() {
    let header = DEVICES.lines().next().unwrap();
    for (list, words) in [
        ("", "list-"),
        ("\n\n", "list-"),
        (header, "list-no-rows"),
        ("490154203237518,262011234567890\n", "list-"),
        ("[{\"imei\":\"490154203237518\"}]", "list-"),
        ("\0\0\0\0", "list-"),
    ] {
        let place = Place::new();
        place.write("devices.csv", list);
        let before = place.tree();
        place.build(WORDS).code(3).one_message().says(words);
        assert_eq!(place.tree(), before, "{list:?}");
    }
}

#[test]
fn keep_going_builds_the_others() {
    for (from, to) in [
        ("47110,dev-a", ",dev-a"),
        ("262011234567890", "x"),
        ("262011234567890", "2.62011E+14"),
        (A, "490154203237"),
        (",dev-a,", ","),
    ] {
        let place = Place::new();
        place.write("devices.csv", DEVICES.replacen(from, to, 1));
        let run = place.build(&format!("{WORDS} --keep-going")).code(7);
        assert!(run.text().starts_with("built 1 device,"), "{}", run.text());
        assert!(
            run.text().contains("1 device could not be built"),
            "{}",
            run.text()
        );
        let run = run.says("error[").says("devices.csv");
        assert_hides(run.err.as_bytes(), &SECRETS, "messages");
        assert_eq!(
            place.names("out"),
            [format!("{B}.wsp"), "manifest.jsonl".into()],
            "{to}"
        );
        assert_eq!(place.manifest("out").len(), 1);
    }
    // A duplicate: the first one stays
    let place = Place::new();
    place.write("devices.csv", DEVICES.replace(B, A));
    place.build(&format!("{WORDS} --keep-going")).code(7);
    assert_eq!(
        place.names("out"),
        [format!("{A}.wsp"), "manifest.jsonl".into()]
    );
}

/// Digits that a spreadsheet replaced by zeros, which no type can know.
#[test]
fn zeroed_digits_are_refused_for_a_first_article_too() {
    let place = Place::new();
    let iccids = |rows: &str| {
        rows.replace("imei,", "iccid,imei,")
            .replace(&format!("\n{A}"), &format!("\n89410112345678900000,{A}"))
            .replace(&format!("\n{B}"), &format!("\n8949000000123456787,{B}"))
    };
    place.write("devices.csv", iccids(DEVICES));
    let before = place.tree();
    for mode in ["".to_owned(), format!("--only {A}")] {
        let run = place.build(&format!("{WORDS} {mode}"));
        run.code(3)
            .one_message()
            .says("error[list-zeroed-digits]")
            .says("devices.csv:2");
        assert_eq!(place.tree(), before);
    }
    place.build(&format!("{WORDS} --only {B}")).code(0);
}

/// A document that breaks a rule is as bad as a value that is missing.
#[test]
fn rules_stop_a_row_in_both_modes() {
    let place = Place::new();
    place.write("odd.toml", ODD_PROFILE);
    place.write(
        "odd.csv",
        "imei,kind\n490154203237518,nonsense\n356938035643809,APN\n",
    );
    let before = place.tree();
    let words = "build odd.toml --devices odd.csv --sec none --out out";
    place
        .run(words)
        .code(5)
        .one_message()
        .says("odd.csv:2")
        .says("cp-");
    assert_eq!(place.tree(), before);
    place
        .run(&format!("{words} --keep-going"))
        .code(7)
        .says("odd.csv:2");
    assert_eq!(
        place.names("out"),
        ["356938035643809.wsp", "manifest.jsonl"]
    );
}

/// The document breaks a rule unless `kind` is a type of address.
pub(crate) const ODD_PROFILE: &str = r#"
format = 1
description = "odd"
[parameters.kind]
type = "text"
[[body.NAPDEF]]
NAPID = "n"
NAME = "x"
BEARER = "GSM-GPRS"
NAP-ADDRESS = "apn"
NAP-ADDRTYPE = "{{kind}}"
"#;

#[test]
fn nothing_built_at_all() {
    let place = Place::new();
    place.write(
        "devices.csv",
        DEVICES.replace("47110", "x").replace("08150", "y"),
    );
    let before = place.tree();
    let run = place.build(&format!("{WORDS} --keep-going"));
    run.code(3)
        .says("devices.csv:2")
        .says("devices.csv:3")
        .says("no device could be built");
    assert_eq!(place.tree(), before);
}

#[test]
fn a_pipe_is_refused_since_lists_are_read_twice() {
    let place = Place::with_devices();
    let run = place.run_with_input(
        &format!("build cp/w7-account {SERVER} --devices /dev/stdin --sec userpin --out out"),
        DEVICES.as_bytes(),
    );
    run.code(2).one_message().says("/dev/stdin");
    place
        .build("--devices . --sec userpin --out out")
        .code(2)
        .one_message();
    place
        .build("--devices none.csv --sec userpin --out out")
        .code(6)
        .one_message();
    assert!(!place.path("out").exists());
}

/// Chance makes two PINs equal; one for all is a key for all.
#[test]
fn one_pin_for_all_devices_is_told_and_not_shown() {
    let place = Place::new();
    let with = |devices: u64, pin: &dyn Fn(usize) -> String| {
        let own = |(row, line): (usize, &str)| {
            let mut cells: Vec<&str> = line.split(',').collect();
            let pin = pin(row);
            cells[2] = &pin;
            cells.join(",") + "\n"
        };
        let list = long_list(devices);
        let (head, rows) = list.split_once('\n').unwrap();
        let rows: String = rows.lines().enumerate().map(own).collect();
        place.write("devices.csv", format!("{head}\n{rows}"));
    };
    let says = |options: &str| {
        let run = place.build(&format!("--devices devices.csv --force {options}"));
        let run = run.code(0);
        assert!(!run.err.contains("582913"), "{}", run.err);
        run.err.contains("lint-pin-for-all")
    };
    for out in ["--out out", "--pack out.pack"] {
        let signed = format!("--sec userpin {out}");
        with(600, &|_| "582913".into());
        assert!(says(&signed), "{out}");
        assert!(!says(&format!("--sec netwpin {out}")), "{out}");
        with(600, &|row| {
            if row == 599 { "582914" } else { "582913" }.into()
        });
        assert!(!says(&signed), "{out}");
        with(2, &|_| "582913".into());
        assert!(!says(&signed), "{out}");
    }
    let fixed = "format = 1\nextends = 'cp/w7-account'\n[parameters.pin]\nconstant = '582913'\n";
    place.write("fixed.toml", fixed);
    let list = long_list(3).replace(",pin,", ",_pin,");
    place.write("devices.csv", list);
    for out in ["--out fixed", "--pack fixed.pack"] {
        let run = place.run(&format!(
            "build fixed.toml {SERVER} --devices devices.csv --sec userpin {out}"
        ));
        let run = run
            .code(0)
            .says("warning[lint-pin-for-all]: found a PIN that the profile fixes");
        assert!(!run.err.contains("582913"), "{}", run.err);
    }
}

#[test]
fn pins_of_a_device_that_are_guessed_first_are_told_and_not_shown() {
    let place = Place::new();
    place.write("devices.csv", DEVICES.replace(",47110,", ",237518,"));
    let run = place.build(WORDS).code(0);
    let run = run.says("warning[lint-pin-derived]: devices.csv:2: ");
    let run = run.says("a part of the device's imei");
    assert!(!run.err.contains(" 237518"), "{}", run.err);
    place.write("devices.csv", DEVICES.replace(",47110,", ",98765,"));
    let run = place.build(&format!("{WORDS}2")).code(0);
    let run = run.says("warning[lint-pin-common]: devices.csv:2: ");
    assert!(!run.err.contains("98765"), "{}", run.err);
    assert!(
        !place
            .build("--devices devices.csv --sec netwpin --out out3")
            .err
            .contains("lint-pin")
    );
}

#[test]
fn equal_secrets_are_found_and_not_shown() {
    let place = Place::new();
    place.write(
        "devices.csv",
        DEVICES.replace("Vb5nT2yRq9Lk", "kJ8s0qPz3vXw"),
    );
    let run = place.build(WORDS).code(0);
    let run = run
        .says("warning[list-equal-secret]")
        .says("client_secret")
        .says("line 2");
    assert_hides(run.err.as_bytes(), &SECRETS, "warnings");

    // One for all, and two of another kind among many
    let list = long_list(50).replace(",s000000030,", ",s000000017,");
    let one = |list: String, number: u32| list.replace(&format!(",c{number:09},"), ",same,");
    place.write("devices.csv", (0..50).fold(list, one));
    let run = place.build(&format!("{WORDS}2 --json")).code(0).json();
    let remarks = run["remarks"].as_array().unwrap();
    let of = |name: &str| {
        let equal = |remark: &&serde_json::Value| {
            remark["rule"] == "list-equal-secret"
                && remark["message"].as_str().unwrap().contains(name)
        };
        remarks.iter().find(equal).unwrap()
    };
    assert_eq!(of("server_secret")["times"], 1);
    assert_eq!(
        of("server_secret")["place"],
        "devices.csv:32: column server_secret"
    );
    assert!(
        of("server_secret")["message"]
            .as_str()
            .unwrap()
            .contains("line 19,")
    );
    assert_eq!(of("client_secret")["times"], 49);
    assert_eq!(
        of("client_secret")["place"],
        "devices.csv:3: column client_secret"
    );
}

#[test]
fn a_column_with_a_line_in_front_is_ignored() {
    let place = Place::new();
    place.write(
        "devices.csv",
        DEVICES
            .replacen("imei,", "_remark,imei,", 1)
            .replace("\n4", "\nhello,4")
            .replace("\n3", "\nhello,3"),
    );
    place.build(WORDS).code(0);
    assert_eq!(place.read(&format!("out/{A}.wsp")), reference());
}

/// One PIN of three digits is a PIN; among PINs of four it has lost a zero.
#[test]
fn lost_zeros_of_pins() {
    let place = Place::new();
    let rows: String = (0..10)
        .map(|row| {
            format!(
                "key{row},{}\n",
                if row == 7 {
                    "791".into()
                } else {
                    format!("0{row}12")
                }
            )
        })
        .collect();
    place.write("devices.csv", format!("key,pin\n{rows}"));
    place
        .run("build cp/gprs-data --set apn=a.example --devices devices.csv --sec userpin --check")
        .code(0)
        .says("list-lengths-differ")
        .says("devices.csv:9")
        .says("`pin`");
}

/// A fault in the row that is wanted is that row's, and no sign that it is missing.
#[test]
fn the_only_device_has_a_bad_row() {
    let place = Place::new();
    place.write("devices.csv", DEVICES.replace("Zk1vVnJ0Q2pB", "Zk1"));
    for words in ["", "--keep-going"] {
        let run = place.build(&format!(
            "--devices devices.csv --sec userpin --only {A} {words} --out out"
        ));
        assert_eq!(run.code, 3, "{}", run.err);
        assert!(
            run.err.contains("value-mismatch") || run.err.contains("no device"),
            "{}",
            run.err
        );
        assert!(run.err.contains("client_nonce"), "{}", run.err);
        assert!(!place.path("out").exists());
    }
    place
        .build(&format!(
            "--devices devices.csv --sec userpin --only {B} --out out"
        ))
        .code(0);
}
