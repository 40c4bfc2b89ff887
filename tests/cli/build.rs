//! What `build` writes.

use super::*;
use std::os::unix::fs::PermissionsExt;

#[test]
fn all_forms_and_the_manifest() {
    let place = Place::new();
    // An IMSI of 14 digits would be worth a warning
    place.write(
        "devices.csv",
        DEVICES.replace("26201123456789,", "262011234567899,"),
    );
    let run = place.build("--devices devices.csv --sec userpin --emit xml,wbxml,wsp,hex --out out");
    let run = run.code(0);
    assert_eq!(run.err, "", "nothing to warn of, and too fast for progress");
    assert_eq!(
        run.text(),
        "built 2 devices, signed by USERPIN: 8 files and manifest.jsonl in out\n"
    );
    let expected: Vec<String> = [B, A]
        .iter()
        .flat_map(|device| ["hex", "wbxml", "wsp", "xml"].map(|form| format!("{device}.{form}")))
        .chain(["manifest.jsonl".to_owned()])
        .collect();
    assert_eq!(place.names("out"), expected);

    let lines = place.manifest("out");
    assert_eq!(lines.len(), 2);
    for (line, device) in lines.iter().zip([A, B]) {
        let keys: Vec<_> = line.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["format", "device", "files", "sec", "mac", "segments"]
        );
        assert_eq!(line["format"], 1);
        assert_eq!(line["device"], device);
        assert_eq!(line["sec"], "userpin");
        let files = line["files"].as_array().unwrap();
        let paths: Vec<_> = files
            .iter()
            .map(|file| file["path"].as_str().unwrap())
            .collect();
        assert_eq!(
            paths,
            ["xml", "wbxml", "wsp", "hex"].map(|form| format!("{device}.{form}"))
        );
        for file in files {
            let keys: Vec<_> = file.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["path", "size", "sha256"]);
            let path = format!("out/{}", file["path"].as_str().unwrap());
            assert_eq!(file["size"], place.read(&path).len());
            let sum = judge("sha256sum", &[&path], place.0.path());
            assert_eq!(file["sha256"], sum.split(' ').next().unwrap());
        }
        let wsp = place.read(&format!("out/{device}.wsp"));
        // 133 octets fit into one SMS, 128 into each of several
        assert_eq!(line["segments"], wsp.len().div_ceil(128));
        let mac = line["mac"].as_str().unwrap();
        assert!(mac.len() == 40 && mac.bytes().all(|o| matches!(o, b'0'..=b'9' | b'A'..=b'F')));
        assert!(
            String::from_utf8_lossy(&wsp).contains(mac),
            "the MAC that travels"
        );
        // The forms belong together
        let wbxml = place.read(&format!("out/{device}.wbxml"));
        assert!(wsp.ends_with(&wbxml));
        let hex: String = wsp.iter().map(|octet| format!("{octet:02X}")).collect();
        assert_eq!(place.text(&format!("out/{device}.hex")), hex + "\n");
        assert!(
            place
                .text(&format!("out/{device}.xml"))
                .contains("<wap-provisioningdoc")
        );
    }
}

#[test]
fn outputs_are_for_their_owner_alone() {
    let place = Place::with_devices();
    place.write("seed", [7; 32]);
    place
        .build("--devices devices.csv --sec userpinmac --secrets-out codes --out a/b")
        .code(0);
    for name in ["a", "a/b"] {
        let mode = std::fs::metadata(place.path(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o7777, 0o700, "{name}");
    }
    let files = place
        .names("a/b")
        .into_iter()
        .map(|name| format!("a/b/{name}"));
    for name in files.chain(["codes".to_owned()]) {
        let mode = std::fs::metadata(place.path(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o7777, 0o600, "{name}");
    }
}

#[test]
fn manifest_has_no_mac_that_is_a_secret_or_that_there_is_not() {
    for sec in ["none", "userpinmac"] {
        let place = Place::with_devices();
        let run = place.build(&format!(
            "--devices devices.csv --sec {sec} --secrets-out codes --out out --emit wsp,wbxml"
        ));
        run.code(0);
        for line in place.manifest("out") {
            assert_eq!(line["sec"], sec);
            assert!(line["mac"].is_null(), "{line}");
        }
        let wsp = place.read(&format!("out/{A}.wsp"));
        let wbxml = place.read(&format!("out/{A}.wbxml"));
        let headers = &wsp[..wsp.len() - wbxml.len()];
        // SEC is parameter 11, written 91; MAC is 12, written 92 (OMNA, WSP parameters)
        assert_eq!(
            headers.contains(&0x91),
            sec == "userpinmac",
            "{headers:02X?}"
        );
        assert!(!headers.contains(&0x92), "{headers:02X?}");
    }
}

#[test]
fn forms_alone() {
    for (form, extension) in [
        ("xml", "xml"),
        ("wbxml", "wbxml"),
        ("wsp", "wsp"),
        ("hex", "hex"),
    ] {
        let place = Place::with_devices();
        place
            .build(&format!(
                "--devices devices.csv --sec userpin --emit {form} --out out"
            ))
            .code(0);
        let mut expected = [A, B]
            .map(|device| format!("{device}.{extension}"))
            .to_vec();
        expected.push("manifest.jsonl".into());
        expected.sort();
        assert_eq!(place.names("out"), expected);
    }
    let place = Place::with_devices();
    let run = place.build("--devices devices.csv --sec userpin --emit pdf --out out");
    run.code(2).says("xml, wbxml, wsp, hex").one_message();
}

#[test]
fn text_of_the_users_own() {
    let place = Place::with_devices();
    place.write(
        "kannel.sms",
        "{{key}} {{imsi}} {{sec}} {{mac}} {{segments}} {{wsp_hex}} {{wbxml_base64}}\n{{xml}}",
    );
    let words = "--devices devices.csv --sec userpin --out out --emit";
    place
        .build(&format!("{words} text:kannel.sms,hex,wbxml,xml"))
        .code(0);
    let text = place.text(&format!("out/{A}.sms"));
    let line = place.manifest("out").remove(0);
    let hex = place.text(&format!("out/{A}.hex"));
    place.write("wbxml", place.read(&format!("out/{A}.wbxml")));
    let base64 = judge("base64", &["-w0", "wbxml"], place.0.path());
    let xml = place.text(&format!("out/{A}.xml"));
    let expected = format!(
        "{A} 262011234567890 userpin {} {} {} {base64}\n{xml}",
        line["mac"].as_str().unwrap(),
        line["segments"],
        hex.trim_end(),
    );
    assert_eq!(text, expected);

    let before = place.tree();
    for (template, words_expected) in [
        ("{{client_secret}}", "client_secret"),
        ("{{pin}}", "secret"),
        ("{{client_nonce}}", "secret"),
        ("{{nothing}}", "nothing"),
        ("{{open", "kannel"),
    ] {
        place.write("kannel.sms", template);
        let run = place.build(&format!("{words} text:kannel.sms"));
        run.code(3).one_message().says(words_expected);
    }
    place.write("kannel.sms", before["kannel.sms"].clone());
    assert_eq!(place.tree(), before);
    place
        .build(&format!("{words} text:missing.txt"))
        .code(6)
        .one_message()
        .says("missing.txt");
}

#[test]
fn compact_is_shorter_and_means_the_same() {
    let place = Place::with_devices();
    for how in ["compatible", "compact"] {
        place
            .build(&format!(
                "--devices devices.csv --sec userpin --emit wbxml --encoding {how} --out {how}"
            ))
            .code(0);
        place
            .run(&format!("convert {how}/{A}.wbxml --to xml -o {how}.xml"))
            .code(0);
    }
    let length = |how: &str| place.read(&format!("{how}/{A}.wbxml")).len();
    assert!(length("compact") < length("compatible"));
    assert_eq!(place.text("compact.xml"), place.text("compatible.xml"));
    place
        .build("--devices devices.csv --sec none --encoding tiny --out x")
        .code(2);
}

#[test]
fn names_of_files() {
    let place = Place::with_devices();
    let words = "--devices devices.csv --sec userpin";
    place
        .build(&format!(
            "{words} --name {{{{imsi}}}}_{{{{server_id}}}} --out out"
        ))
        .code(0);
    assert_eq!(
        place.names("out"),
        [
            "262011234567890_mgmt.example.wsp",
            "26201123456789_mgmt.example.wsp",
            "manifest.jsonl"
        ]
    );
    let before = place.tree();
    for (pattern, code) in [
        ("{{client_secret}}", 2),
        ("{{pin}}", 2),
        ("{{nothing}}", 2),
        ("all", 2),
        ("{{", 2),
        ("../{{key}}", 3),
        (".{{key}}", 3),
        ("{{server_url}}", 3),
        // The same name for both
        ("{{server_id}}", 3),
    ] {
        place
            .build(&format!("{words} --name {pattern} --out other"))
            .code(code)
            .one_message();
        assert_eq!(place.tree(), before, "{pattern}");
    }
}

#[test]
fn one_device_without_a_list() {
    let place = Place::new();
    place.write(
        "params.toml",
        "client_secret = \"aa\"\nserver_secret = \"bb\"\npin = \"1234\"\n",
    );
    let words = "--set client_user=u --params params.toml --sec userpin --out out";
    place.build(&format!("{words} --set imei={A}")).code(0);
    assert_eq!(
        place.names("out"),
        [format!("{A}.wsp"), "manifest.jsonl".into()]
    );
    // Without an identity it is named after the profile
    place.build(&format!("{words}2")).code(0);
    assert_eq!(place.names("out2"), ["manifest.jsonl", "w7-account.wsp"]);
    assert_eq!(place.manifest("out2")[0]["device"], "w7-account");
}

#[test]
fn check_writes_nothing() {
    let place = Place::with_devices();
    let before = place.tree();
    let words = "--devices devices.csv --check --secrets-out codes";
    let run = place.build(&format!("{words} --sec userpinmac")).code(0);
    assert!(
        run.text().starts_with("checked 2 devices"),
        "{}",
        run.text()
    );
    place
        .build(&format!("{words} --sec userpin --out out"))
        .code(0);
    place.write("devices.csv", DEVICES.replace("262011234567890", "x"));
    let before_bad = place.tree();
    place
        .build(&format!("{words} --sec userpin --out out"))
        .code(3)
        .one_message();
    assert_eq!(place.tree(), before_bad);
    place.write("devices.csv", DEVICES);
    assert_eq!(place.tree(), before);
}

#[test]
fn only_one_device() {
    let place = Place::with_devices();
    let words = "--devices devices.csv --sec userpin --out out --only";
    let run = place.build(&format!("{words} {B}")).code(0);
    assert!(run.text().starts_with("built 1 device,"));
    assert_eq!(
        place.names("out"),
        [format!("{B}.wsp"), "manifest.jsonl".into()]
    );
    let before = place.tree();
    place
        .build(&format!("{words} 123"))
        .code(2)
        .one_message()
        .says("\"123\"");
    assert_eq!(place.tree(), before);
    // Another device's bad row does not keep the first article from being built
    place.write(
        "devices.csv",
        DEVICES.replace("262011234567890", "2.62011E+14"),
    );
    place.write("devices.csv", DEVICES.replace("262011234567890", "zz"));
    place.build(&format!("{words} {B}")).code(0);
}

#[test]
fn json_report() {
    let place = Place::with_devices();
    let run = place
        .build("--devices devices.csv --sec netwpin --out out --json")
        .code(0);
    let report = run.json();
    assert_eq!(report["format"], 1);
    assert_eq!(report["sec"], "netwpin");
    assert_eq!(report["devices"], 2);
    assert_eq!(report["files"], 2);
    assert_eq!(report["bad"], 0);
    assert_eq!(report["out"], "out");
}

#[test]
fn every_shipped_profile_that_a_list_can_fill() {
    // Two values for each parameter that has to be given, chosen by its type
    let place = Place::new();
    let list = place.run("profile list --json").code(0).json();
    let mut count = 0;
    for profile in list["profiles"].as_array().unwrap() {
        let name = profile["name"].as_str().unwrap();
        let shown = place
            .run(&format!("profile show {name} --json"))
            .code(0)
            .json();
        let (mut header, mut row) = (vec!["imei", "pin"], vec![A, "47110"]);
        for parameter in shown["parameters"].as_array().unwrap() {
            let column = parameter["column"].as_str().unwrap();
            if parameter["required"] != true || header.contains(&column) {
                continue;
            }
            header.push(column);
            row.push(match parameter["type"].as_str().unwrap() {
                "imsi" => "262011234567890",
                "iccid" => "8949000000000000001",
                "msisdn" => "+4912345",
                "host" => "gw.example",
                "url" => "https://dm.example/dm",
                "port" => "443",
                "apn" => "internet",
                "ip" => "192.0.2.1",
                "nonce" => "AAEC",
                "bytes" => "0102",
                "text" | "secret" => "value",
                other => panic!("{name}: required {other}"),
            });
        }
        place.write(
            "list.csv",
            format!("{}\n{}\n", header.join(","), row.join(",")),
        );
        let out = name.replace('/', "-");
        place.write("seed", [7; 32]);
        let words = format!("build {name} --devices list.csv --sec userpin --seed-file seed");
        place
            .run(&format!("{words} --out {out} --secrets-out {out}.made"))
            .code(0);
        place.write("pin", "47110\n");
        place
            .run(&format!("verify {out}/{A}.wsp --pin-file pin"))
            .code(0);
        count += 1;
    }
    assert!(count >= 10);
}
