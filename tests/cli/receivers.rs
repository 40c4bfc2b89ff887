//! Receivers: listed, shown, replaced, built for.

use super::*;

const NAMES: [&str; 10] = [
    "android-dm",
    "gecko",
    "intel-cpclient",
    "libdmclient",
    "netcomm",
    "spreadtrum",
    "symbian",
    "wap-185",
    "windows",
    "windows-mobile",
];

#[test]
fn list_and_show() {
    let place = Place::new();
    let text = place.run("receiver list").code(0).text();
    let names: Vec<_> = text
        .lines()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(names, NAMES);
    let json = place.run("receiver list --json").code(0).json();
    let claims = json["receivers"][1]["claims"].as_u64().unwrap();
    let shown = place.run("receiver show gecko --json").code(0).json();
    assert_eq!(shown["claims"].as_array().unwrap().len() as u64, claims);
    let text = place.run("receiver show gecko").code(0).text();
    for claim in shown["claims"].as_array().unwrap() {
        for key in ["id", "says", "source"] {
            let words = claim[key].as_str().unwrap();
            assert!(!words.is_empty() && text.contains(words), "{words}");
        }
    }
    place
        .run("receiver show geko")
        .code(2)
        .says("did you mean gecko?")
        .one_message();
    // By its maker
    place
        .run("receiver show nokia")
        .code(2)
        .says("did you mean symbian?")
        .one_message();
    let run = place.run("receiver show phone").code(2);
    assert!(
        run.err.contains("no receiver") && !run.err.contains("gecko"),
        "{}",
        run.err
    );
}

const MINE: &str = "format = 1\ndescription = 'mine'\nsources = ['me']\n[[claim]]\nid = 'never'\n\
    when = { document = 'cp' }\neffect = 'refuses'\nsays = 'is switched off'\nremedy = 'switch it on'\n\
    source = 'me'\nconfidence = 'confirmed'\n";

#[test]
fn the_users_receivers_come_first_and_are_no_profiles() {
    let place = Place::with_devices();
    place.write("own/receivers/gecko.toml", MINE);
    place.write("own/receivers/ours.toml", MINE);
    let list = place.run("--profiles own receiver list").code(0).text();
    assert!(list.contains("ours") && list.contains("mine"), "{list}");
    assert_eq!(list.lines().count(), NAMES.len() + 1);
    let profiles = place.run("--profiles own profile list").code(0).text();
    assert!(!profiles.contains("ours"), "{profiles}");
    let run = place.build("--profiles own --devices devices.csv --for gecko --out out");
    run.code(5)
        .says("error[receiver-refuses]")
        .says("is switched off")
        .says("[never; me]");
    place.write("own/receivers/ours.toml", MINE.replace("refuses", "eats"));
    place
        .run("--profiles own receiver show ours")
        .code(3)
        .says("error[receiver-wrong-value]")
        .says("ours.toml:7:")
        .one_message();
}

#[test]
fn build_follows_the_receiver() {
    let place = Place::with_devices();
    let run = place.build("--devices devices.csv --sec userpin --for netcomm --emit xml --out out");
    run.code(0)
        .says("note: chosen for netcomm: address = \"short\"\n")
        .says("note: chosen for netcomm: levels = \"swapped\"\n");
    let xml = place.text(&format!("out/{A}.xml"));
    assert!(!xml.contains("APPADDR"), "{xml}");
    let server = xml
        .split("AAUTHLEVEL")
        .find(|part| part.contains("mgmt.example\""));
    assert!(xml.contains("\"APPSRV\"") && server.is_some(), "{xml}");
    // The URL has a path, behind which cpclient would put the port
    let run = place.build("--devices devices.csv --for intel-cpclient --emit wsp,xml --out cp");
    run.code(0).says("address = \"short\"");
    assert!(!place.text(&format!("cp/{A}.xml")).contains("PORTNBR"));
    let manifest = place.manifest("cp");
    assert_eq!(manifest[0]["sec"], "userpin", "nobody said how to sign");
    let run = place.build("--devices devices.csv --sec netwpin --for spreadtrum --out sp");
    run.code(0).says("--key-form imsi-digit-dropped");
    let run = place.build("--devices devices.csv --sec userpin --for windows-mobile --out wm");
    // What was said on the command line stays; that it may not do is said too
    let run = run
        .code(0)
        .says("warning[receiver-claim]: devices.csv:2: windows-mobile asks for USERNETWPIN")
        .says("(2 times)");
    assert!(run.text().contains("signed by USERPIN"), "{}", run.text());
}

#[test]
fn what_was_said_is_not_overridden() {
    let place = Place::with_devices();
    for (words, claim, source, fixed) in [
        (
            "--sec none --for gecko",
            "unsigned",
            "CpPduHelper.jsm",
            "--sec none is not overruled",
        ),
        (
            "--sec usernetwpin --for gecko",
            "usernetwpin",
            "gaia",
            "--sec usernetwpin is not overruled",
        ),
        (
            "--sec userpin --application-id 2 --for intel-cpclient",
            "headers",
            "wp.c",
            "; --application-id 2 is not overruled",
        ),
        (
            "--sec usernetwpin --key-form standard --for netcomm",
            "usernetwpin-key",
            "bootstrap.lua",
            "--sec usernetwpin and --key-form standard are not overruled",
        ),
    ] {
        let run = place.build(&format!("--devices devices.csv {words} --out out"));
        let run = run
            .code(5)
            .says("error[receiver-refuses]")
            .says(claim)
            .says(source)
            .says(fixed);
        // What it would leave out or lacks is not why it refuses
        assert!(!run.err.contains("[applications;"), "{}", run.err);
        assert!(!run.err.contains("[network-key;"), "{}", run.err);
        run.one_message();
        assert!(!place.path("out").exists());
    }
    place
        .build("--devices devices.csv --for nobody --out out")
        .code(2)
        .says("there is no receiver");
}

#[test]
fn trees_follow_the_receiver() {
    let place = Place::with_devices();
    let dm = "--devices devices.csv --sec userpin --form dm";
    let run = place.build(&format!("{dm} --for libdmclient --out lib"));
    run.code(0)
        .says("note: chosen for libdmclient: --tnds opaque\n");
    let octets = place.read(&format!("lib/{A}.wsp"));
    let plain = place.build(&format!("{dm} --tnds opaque --out plain"));
    plain.code(0);
    assert_eq!(octets, place.read(&format!("plain/{A}.wsp")));
    // Without its ACL the tree would have nothing that is left out, and no ACL
    let run = place.build(&format!("{dm} --for android-dm --out android"));
    let run = run
        .code(0)
        .says("warning[receiver-claim]: devices.csv:2: android-dm leaves out the ACL");
    assert!(!run.err.contains("--tnds"), "{}", run.err);
    // What was said stays
    let run = place.build(&format!("{dm} --tnds opaque --for android-dm --out no"));
    run.code(5)
        .says("error[receiver-refuses]")
        .says("[tnds-opaque;")
        .says("--tnds opaque is not overruled")
        .one_message();
    assert!(!place.path("no").exists());
    let run = place.build(&format!("{dm} --for intel-cpclient --out no"));
    run.code(5)
        .says("[dm-form;")
        .says("with: --form cp")
        .one_message();
    let run = place.build(&format!("{dm} --for windows --out unknown"));
    run.code(0)
        .says("warning: nothing is known of what windows does with DM messages like this")
        .says("accepted with: --form cp");
}

#[test]
fn a_receiver_of_the_other_form_is_named() {
    let place = Place::with_devices();
    let words = "--devices devices.csv --sec userpin --for android-dm --out out";
    place
        .build(words)
        .code(0)
        .says(
            "warning: nothing is known of what android-dm does with Client Provisioning like this",
        )
        .says("with: --form dm");
    // Advice comes after everything that stops the build
    let words = "--devices devices.csv --sec userpin --for netcomm --emit pdf --out late";
    let run = place.build(words).code(2).says("known are xml, wbxml");
    run.one_message();
}

const BROWSER: &str = "format = 1\ndescription = 'a browser'\n[[body.NAPDEF]]\nNAPID = 'N'\n\
    NAME = 'N'\nBEARER = 'GSM-GPRS'\nNAP-ADDRESS = 'internet'\nNAP-ADDRTYPE = 'APN'\n\
    [[body.APPLICATION]]\nAPPID = 'w2'\nTO-NAPID = 'N'\n";

#[test]
fn what_is_built_for_a_receiver_is_what_it_takes() {
    use dmboot::document::receivers::{Facts, Receiver, Verdict, predict, shipped};
    let place = Place::with_devices();
    place.write("browser.toml", BROWSER);
    for (name, profile, expected) in [
        ("gecko", "browser.toml", Verdict::Accepted),
        ("intel-cpclient", "cp/w7-account", Verdict::Accepted),
        ("netcomm", "cp/w7-account", Verdict::Accepted),
        ("spreadtrum", "cp/w7-account", Verdict::Accepted),
        ("wap-185", "cp/w7-account", Verdict::Accepted),
        ("windows-mobile", "cp/w7-account", Verdict::Accepted),
        // The w7 account has a nonce of the server's, which Symbian leaves out
        ("symbian", "cp/w7-account", Verdict::Ignored),
    ] {
        let words = if profile == "cp/w7-account" {
            SERVER
        } else {
            ""
        };
        let list = if words.is_empty() {
            "few.csv"
        } else {
            "devices.csv"
        };
        place.write(
            "few.csv",
            format!("imei,imsi,pin\n{A},,47110\n{B},,08150\n"),
        );
        let run = place.run(&format!(
            "build {profile} {words} --devices {list} --for {name} --out {name}"
        ));
        let run = run.code(0);
        let told = run
            .err
            .contains("warning[receiver-claim]: devices.csv:2: symbian reads AAUTHDATA");
        assert_eq!(told, expected == Verdict::Ignored, "{}", run.err);
        let receiver = Receiver::parse(name, shipped::find(name).unwrap()).unwrap();
        for device in [A, B] {
            let octets = place.read(&format!("{name}/{device}.wsp"));
            let prediction = predict(&receiver, &Facts::of(&octets).unwrap());
            assert_eq!(prediction.verdict, expected, "{name}: {prediction:#?}");
        }
    }
}

/// A receiver with one claim.
fn one_claim(when: &str, effect: &str) -> String {
    let claim = MINE.replace("document = 'cp'", when);
    claim.replace("refuses", effect)
}

const VENDOR: &str = "format = 1\ndescription = 'a browser and more'\n[parameters.vend]\ntype = 'text'\noptional = true\n\
    [[body.NAPDEF]]\nNAPID = 'N'\nNAME = 'N'\nBEARER = 'GSM-GPRS'\n\
    NAP-ADDRESS = 'internet'\nNAP-ADDRTYPE = 'APN'\n[[body.VENDORCONFIG]]\nwhen = 'vend'\n\
    NAME = '{{vend}}'\n[[body.APPLICATION]]\nAPPID = 'w2'\nTO-NAPID = 'N'\n";

#[test]
fn what_the_list_brings_is_judged() {
    let place = Place::with_devices();
    place.write("vendor.toml", VENDOR);
    place.write(
        "own/receivers/small.toml",
        one_claim("push-octets = { above = 500 }", "refuses"),
    );
    let long = "name-".repeat(80);
    place.write(
        "long.csv",
        format!(
            "imei,pin,client_user,client_secret,server_secret\n{A},47110,short,one,two\n\
             {B},08150,{long},three,four\n"
        ),
    );
    place.write(
        "vend.csv",
        format!("imei,pin,vend\n{A},47110,\n{B},08150,acme\n"),
    );
    let length =
        format!("--profiles own build cp/w7-account {SERVER} --devices long.csv --for small");
    let vendor = "build vendor.toml --devices vend.csv --for gecko".to_owned();
    for (words, reason, list) in [
        (
            length,
            "small is switched off; switch it on [never; me]",
            "long.csv",
        ),
        (
            vendor,
            "gecko leaves the token of VENDORCONFIG out",
            "vend.csv",
        ),
    ] {
        for target in ["--out out", "--pack out.pack", "--check"] {
            let run = place.run(&format!("{words} {target}")).code(5);
            run.says("error[receiver-refuses]")
                .says(&format!("{list}:3: "))
                .says(reason)
                .one_message();
            assert!(!place.path("out").exists() && !place.path("out.pack").exists());
        }
        // The others are built, and the refused one is named
        let run = place
            .run(&format!("{words} --keep-going --out most"))
            .code(7);
        run.says("error[receiver-refuses]").says(reason);
        assert!(place.path(&format!("most/{A}.wsp")).exists());
        assert!(!place.path(&format!("most/{B}.wsp")).exists());
        std::fs::remove_dir_all(place.path("most")).unwrap();
        let run = place.run(&format!("{words} --keep-going --pack most.pack"));
        run.code(7).says(reason);
        std::fs::remove_file(place.path("most.pack")).unwrap();
    }
}

#[test]
fn a_refusal_names_the_options_that_help() {
    let place = Place::with_devices();
    place.write(
        "own/receivers/odd.toml",
        one_claim("encoding = 'wbxml', sec = 'userpin'", "refuses"),
    );
    let run = place.build("--profiles own --devices devices.csv --sec userpin --for odd --out out");
    run.code(5)
        .says("devices.csv:2: odd would refuse this message: odd is switched off")
        .says("accepted with: --sec usernetwpin")
        .says("--sec userpin is not overruled")
        .one_message();
}

#[test]
fn a_pack_says_once_what_is_left_out() {
    let place = Place::with_devices();
    let run = place.build("--devices devices.csv --for symbian --pack symbian.pack");
    let run = run
        .code(0)
        .says("warning[receiver-claim]: devices.csv:2: symbian reads AAUTHDATA");
    assert_eq!(
        run.err.matches("symbian reads AAUTHDATA").count(),
        1,
        "{}",
        run.err
    );
    let json = place
        .build("--devices devices.csv --for symbian --check --json")
        .code(0)
        .json();
    let remarks = json["remarks"].as_array().unwrap();
    let told = remarks
        .iter()
        .find(|remark| remark["rule"] == "receiver-claim")
        .unwrap();
    assert_eq!(told["times"], 2);
}

#[test]
fn levels_that_a_receiver_wants_swapped_are_no_mistake() {
    let place = Place::with_devices();
    let run =
        place.build("--devices devices.csv --sec userpin --for netcomm --emit wsp,xml --out out");
    run.code(0);
    for extension in ["wsp", "xml"] {
        let file = format!("out/{A}.{extension}");
        let run = place.run(&format!("lint {file}")).code(0);
        assert!(run.text().contains("lint-levels-swapped"), "{}", run.text());
        let run = place.run(&format!("lint {file} --for windows")).code(0);
        assert!(run.text().contains("lint-levels-swapped"), "{}", run.text());
        let run = place.run(&format!("lint {file} --for netcomm")).code(0);
        assert!(
            !run.text().contains("lint-levels-swapped"),
            "{}",
            run.text()
        );
        assert!(run.text().contains("accepted"), "{}", run.text());
    }
}

#[test]
fn a_report_names_the_options() {
    use dmboot::cli::receiver::reports;
    use dmboot::document::receivers::{Receiver, shipped};
    let place = Place::with_devices();
    let words = "--devices devices.csv --sec userpin --application-id 2 --out out";
    place.build(words).code(0);
    let octets = place.read(&format!("out/{A}.wsp"));
    let load = |name: &str| Receiver::parse(name, shipped::find(name).unwrap()).unwrap();
    let receivers = [load("intel-cpclient"), load("android-dm")];
    let both = reports(&receivers, &octets).unwrap();
    let report_of = &both[0];
    let json = report_of.json();
    assert_eq!(json["verdict"], "refused");
    assert_eq!(json["reasons"][0]["id"], "headers");
    let changes: Vec<_> = json["options"]["changes"].as_array().unwrap().clone();
    assert!(
        changes.contains(&"no --application-id".into()),
        "{changes:?}"
    );
    let mut out = Vec::new();
    report_of.print(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    for words in [
        "refused",
        "headers: intel-cpclient takes",
        "wp.c",
        "no --application-id",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(both[1].json()["verdict"], "unknown");
    assert!(reports(&receivers, b"junk").is_err());
}
