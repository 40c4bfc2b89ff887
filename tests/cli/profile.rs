//! Profiles: shown, replaced, made.

use super::*;

#[test]
fn the_list_has_all() {
    let place = Place::new();
    let text = place.run("profile list").code(0).text();
    let names: Vec<_> = text
        .lines()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    for name in [
        "cp/w7-account",
        "cp/w7-nap",
        "cp/w7-nap-proxy",
        "cp/w7-browser-mms",
        "cp/gprs-data",
        "cp/cdma-nap",
        "cp/supl",
        "cp/email",
        "cp/windows-w7",
        "operators/example",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    let json = place.run("profile list --json").code(0).json();
    let of_json: Vec<_> = json["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(of_json, names);
    for line in text.lines() {
        assert!(line.split_whitespace().count() > 3, "a purpose: {line}");
    }
}

#[test]
fn show() {
    let place = Place::new();
    let text = place.run("profile show cp/w7-account").code(0).text();
    let (give, may) = text.split_once("You may give:").unwrap();
    for name in [
        "server_id",
        "server_url",
        "client_user",
        "client_secret",
        "server_secret",
    ] {
        assert!(give.contains(&format!("\n{name} ")), "{name}: {give}");
    }
    for name in ["server_port", "imsi", "pin"] {
        assert!(may.contains(&format!("\n{name} ")), "{name}");
    }
    let json = place
        .run("profile show cp/w7-account --json")
        .code(0)
        .json();
    assert_eq!(json["format"], 1);
    assert_eq!(json["name"], "cp/w7-account");
    let secret = |name: &str| {
        let parameters = json["parameters"].as_array().unwrap();
        parameters.iter().find(|p| p["name"] == name).unwrap()["secret"]
            .as_bool()
            .unwrap()
    };
    assert!(secret("client_secret") && secret("pin") && secret("client_nonce"));
    assert!(!secret("server_id"));
    // The source is a profile in itself
    let source = place.run("profile show cp/w7-account --source").code(0);
    place.write("own.toml", &source.out);
    let own = place.run("profile show own.toml --json").code(0).json();
    assert_eq!(own["parameters"], json["parameters"]);
    assert_eq!(
        place.run("profile show own.toml --source").code(0).out,
        source.out
    );
}

#[test]
fn a_folder_of_ones_own() {
    let place = Place::with_devices();
    place.write("mine/cp/w7-account.toml", "format = 1\ndescription = \"ours\"\n[parameters.imei]\n[[body.BOOTSTRAP]]\nNAME = \"ours {{imei}}\"\n");
    place.write(
        "mine/house.toml",
        "format = 1\ndescription = \"ours too\"\nextends = \"cp/w7-nap\"\n",
    );
    place.write("mine/readme.txt", "no profile");
    for (flag, variable) in [("--profiles mine", None), ("", Some("mine"))] {
        let run = |words: &str| -> Run {
            let mut command = place.command(format!("{flag} {words}").split_whitespace());
            if let Some(folder) = variable {
                command.env("DMBOOT_PROFILES", folder);
            }
            command.output().unwrap().into()
        };
        let text = run("profile list").code(0).text();
        assert!(
            text.contains("ours") && text.contains("house") && text.contains("cp/supl"),
            "{text}"
        );
        assert_eq!(text.matches("cp/w7-account ").count(), 1);
        assert!(
            run("profile show cp/w7-account")
                .code(0)
                .text()
                .contains("ours")
        );
        let out = if variable.is_some() { "b" } else { "a" };
        run(&format!(
            "build cp/w7-account --set imei={A} --sec none --emit xml --out {out}"
        ))
        .code(0);
        assert!(
            place
                .text(&format!("{out}/{A}.xml"))
                .contains(&format!("ours {A}"))
        );
        assert!(run("profile show house").code(0).text().contains("apn"));
    }
    // The flag before the variable
    place.write(
        "other/x.toml",
        "format = 1\ndescription = \"x\"\n[[body.BOOTSTRAP]]\nNAME = \"x\"\n",
    );
    let mut command = place.command(["--profiles", "other", "profile", "list"]);
    let run: Run = command
        .env("DMBOOT_PROFILES", "mine")
        .output()
        .unwrap()
        .into();
    assert!(!run.text().contains("house") && run.text().contains("\nx "));
}

#[test]
fn profiles_that_are_wrong_are_named_with_file_line_and_column() {
    let tail = "[[body.BOOTSTRAP]]\nNAME = \"x\"\n";
    for (text, place_in, words) in [
        ("format = 1\nname == 2\n".to_owned(), ":2:", "TOML"),
        ("format = 2\n".to_owned(), ":1:", "format = 1"),
        (
            format!("format = 1\ncolour = \"red\"\n{tail}"),
            ":2:",
            "colour",
        ),
        (
            format!("format = 1\n[parameters.x]\ntype = \"number\"\n{tail}"),
            ":3:",
            "number",
        ),
        (format!("format = 1\n[parameters.x]\n{tail}"), ":2:", "type"),
        (
            format!("format = 1\nextends = \"none\"\n{tail}"),
            ":2:",
            "none",
        ),
        (
            "format = 1\n[[body.BOOTSTRAP]]\nNAME = \"{{nope}}\"\n".to_owned(),
            ":3:",
            "nope",
        ),
        ("format = 1\nxml = '''<a>'''\n".to_owned(), ":2:", "XML"),
        ("format = 1\n".to_owned(), "", "body"),
    ] {
        let place = Place::new();
        place.write("bad.toml", &text);
        place.write("dir/own/bad.toml", &text);
        let before = place.tree();
        for (words_of, file) in [
            ("build bad.toml --sec none --out out", "bad.toml"),
            ("profile show bad.toml", "bad.toml"),
            ("--profiles dir profile show own/bad", "dir/own/bad.toml"),
            ("--profiles dir profile list", "dir/own/bad.toml"),
        ] {
            let run = place.run(words_of).code(3).one_message();
            assert!(
                run.err.contains(&format!("{file}{place_in}")),
                "{}",
                run.err
            );
            assert!(run.err.contains(words), "{}", run.err);
        }
        assert_eq!(place.tree(), before);
    }
}

/// What an operator has: a document of one subscriber, as it is sent today.
const OPERATOR: &str = r#"<?xml version="1.0"?>
<!DOCTYPE wap-provisioningdoc PUBLIC "-//WAPFORUM//DTD PROV 1.0//EN" "http://www.wapforum.org/DTD/prov.dtd">
<wap-provisioningdoc version="1.1">
  <!-- for support -->
  <characteristic type="APPLICATION">
    <parm name="APPID" value="w7"/>
    <parm name="PROVIDER-ID" value="mgmt.example"/>
    <parm name="NAME" value="M&amp;M"/>
    <characteristic type="APPADDR">
      <parm name="ADDR" value="https://dm.mgmt.example/dm"/>
      <parm name="ADDRTYPE" value="URI"/>
      <characteristic type="PORT"><parm name="PORTNBR" value="443"/></characteristic>
    </characteristic>
    <characteristic type="APPAUTH">
      <parm name="AAUTHLEVEL" value="APPSRV"/>
      <parm name="AAUTHTYPE" value="DIGEST"/>
      <parm name="AAUTHNAME" value="alice"/>
      <parm name="AAUTHSECRET" value="wonderland"/>
      <parm name="AAUTHDATA" value="AAEC"/>
    </characteristic>
    <characteristic type="APPAUTH">
      <parm name="AAUTHLEVEL" value="CLIENT"/>
      <parm name="AAUTHTYPE" value="DIGEST"/>
      <parm name="AAUTHNAME" value="mgmt.example"/>
      <parm name="AAUTHSECRET" value="looking-glass"/>
      <parm name="AAUTHDATA" value="AwQF"/>
    </characteristic>
  </characteristic>
</wap-provisioningdoc>
"#;

#[test]
fn a_profile_of_an_operators_document() {
    let place = Place::new();
    place.write("settings.xml", OPERATOR);
    let run = place
        .run("profile new --from settings.xml -o settings.toml")
        .code(0);
    for name in [
        "client_user",
        "client_secret",
        "client_nonce",
        "server_secret",
        "server_nonce",
    ] {
        assert!(
            run.err.contains(&format!("{{{{{name}}}}}")),
            "{name}: {}",
            run.err
        );
    }
    let secrets = ["wonderland", "looking-glass"];
    assert_hides(&place.read("settings.toml"), &secrets, "the profile");
    assert_hides(run.err.as_bytes(), &secrets, "messages");

    // With the values that were taken out, the document is the same again
    place.write(
        "list.csv",
        "imei,client_user,client_secret,client_nonce,server_user,server_secret,server_nonce\n\
        490154203237518,alice,wonderland,AAEC,mgmt.example,looking-glass,AwQF\n",
    );
    place
        .run("build settings.toml --devices list.csv --sec none --emit wbxml --out out")
        .code(0);
    place
        .run("convert settings.xml --to wbxml -o expected")
        .code(0);
    assert_eq!(
        place.read(&format!("out/{A}.wbxml")),
        place.read("expected")
    );

    // Not overwritten unasked; the same again is no change; - writes to standard output
    let before = place.tree();
    place
        .run("profile new --from settings.xml -o settings.toml")
        .code(0);
    let run = place
        .run_with_input("profile new --from -", OPERATOR.as_bytes())
        .code(0);
    assert!(run.text().starts_with("format = 1\n"), "{}", run.text());
    place.write("settings.toml", "mine");
    place
        .run("profile new --from settings.xml -o settings.toml")
        .code(5)
        .one_message();
    assert_eq!(place.text("settings.toml"), "mine");
    place
        .run("profile new --from settings.xml -o settings.toml --force")
        .code(0);
    assert_eq!(place.tree(), before);
}

#[test]
fn a_document_with_holes_of_its_own() {
    let place = Place::new();
    let document = OPERATOR
        .replace("\"alice\"", "\"{{imsi}}@example\"")
        .replace("\"wonderland\"", "\"{{client_secret}}\"")
        .replace("\"M&amp;M\"", "\"{{brand}} {{imsi}}\"");
    place.write("settings.xml", document);
    place
        .run("profile new --from settings.xml -o settings.toml")
        .code(0);
    place.write(
        "list.csv",
        "imsi,brand,client_secret,client_nonce,server_user,server_secret,server_nonce\n\
        262011234567890,<M&\"M>,pass,AAEC,m,q,AwQF\n",
    );
    place
        .run("build settings.toml --devices list.csv --sec netwpin --emit xml,wsp --out out")
        .code(0);
    let xml = place.text("out/262011234567890.xml");
    assert!(xml.contains("262011234567890@example"), "{xml}");
    assert!(xml.contains("&lt;M&amp;") && !xml.contains("<M&"), "{xml}");
    assert!(xml.contains("\"pass\""));
    place.write("imsi", "262011234567890");
    place
        .run("verify out/262011234567890.wsp --imsi-file imsi")
        .code(0);
    // Braces in a secret are its own
    for braces in [
        "pw{{hunter2",
        "pw{{hunter 2}}",
        "{{hunter2}}pw",
        "{{Hunter2}}",
    ] {
        place.write("secret.xml", OPERATOR.replace("wonderland", braces));
        let run = place
            .run("profile new --from secret.xml -o secret.toml --force")
            .code(0);
        let shown = [&*run.out, run.err.as_bytes(), &place.read("secret.toml")].concat();
        assert_hides(&shown, &["hunter"], braces);
    }
    let profile = "format = 1\nxml = '''<wap-provisioningdoc><characteristic type=\"NAPDEF\"><parm \
                   name=\"AUTHSECRET\" value=\"{{hunter 2}}\"/></characteristic></wap-provisioningdoc>'''\n";
    place.write("wrong.toml", profile);
    let run = place
        .run("profile show wrong.toml")
        .code(3)
        .says("profile-template");
    assert_hides(run.err.as_bytes(), &["hunter"], "the message");
    // A hole that is none
    place.write("open.xml", OPERATOR.replace("\"alice\"", "\"{{Imsi\""));
    let before = place.tree();
    place
        .run("profile new --from open.xml -o open.toml")
        .code(3)
        .one_message()
        .says("open.xml");
    assert_eq!(place.tree(), before);
}

#[test]
fn every_shipped_profile_can_be_shown() {
    let place = Place::new();
    let list = place.run("profile list --json").code(0).json();
    for profile in list["profiles"].as_array().unwrap() {
        let name = profile["name"].as_str().unwrap();
        place.run(&format!("profile show {name}")).code(0);
        let json = place
            .run(&format!("profile show {name} --json"))
            .code(0)
            .json();
        assert_eq!(json["description"], profile["description"]);
    }
}

#[test]
fn a_profile_may_extend_a_file_beside_it() {
    let place = Place::new();
    let base =
        "format = 1\nextends = \"cp/gprs-data\"\n[parameters.apn]\nconstant = \"a.example\"\n";
    place.write("own/base.toml", base);
    place.write("own/child.toml", "format = 1\nextends = \"base.toml\"\n");
    place
        .run("build own/child.toml --sec none --emit xml --out out")
        .code(0);
    assert!(place.text("out/child.xml").contains("value=\"a.example\""));
    place.write("child.toml", "format = 1\nextends = \"base.toml\"\n");
    place
        .run("profile show child.toml")
        .code(3)
        .says("child.toml:2:11")
        .says("base.toml");
}

#[test]
fn a_document_that_does_not_suit_all_devices() {
    let place = Place::new();
    place.write(
        "own.xml",
        "<wap-provisioningdoc><characteristic type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/>\
         <parm name=\"NAME\" value=\"it'''s\"/>\
         <parm name=\"ADDR\" value=\"https://u:pw@dm.example/?imsi=262011234567890\"/></characteristic>\
         </wap-provisioningdoc>",
    );
    place
        .run("profile new --from own.xml -o own.toml")
        .code(0)
        .says("APPLICATION/ADDR has a password or a number")
        .says("cp-provider-id");
    // A reader warns; a writer refuses
    place
        .run("build own.toml --sec none --out out")
        .code(5)
        .one_message()
        .says("cp-provider-id");
    assert!(!place.path("out").exists());
}

#[test]
fn methods_and_key_forms_are_checked() {
    let place = Place::with_devices();
    place.write(
        "p.toml",
        "format = 1\nextends = \"cp/gprs-data\"\nsec = \"nonsense\"\n",
    );
    place
        .run("profile show p.toml")
        .code(3)
        .says("p.toml:3:7")
        .says("userpinmac");
    for (sec, form) in [("userpin", "imsi-ascii"), ("netwpin", "pin-colon-secret")] {
        place
            .build(&format!(
                "--devices devices.csv --sec {sec} --key-form {form} --out out"
            ))
            .code(2)
            .one_message()
            .says("no effect");
    }
    place
        .run("profile show cp/w7-acount")
        .code(2)
        .says("did you mean cp/w7-account?");
}

#[test]
fn json_steers_no_terminal() {
    let place = Place::new();
    let description = "a\u{9b}31m\u{202e}b\u{e9}";
    let profile =
        format!("format = 1\ndescription = \"{description}\"\n[[body.NAPDEF]]\nNAPID = \"N\"\n");
    place.write("p.toml", profile);
    let run = place.run("profile show p.toml --json").code(0);
    assert_eq!(run.json()["description"], description);
    let shown = run.text();
    assert!(shown.contains("a\\u009b31m\\u202eb\u{e9}"), "{shown}");
}
