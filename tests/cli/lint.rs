//! `lint`: what it prints, how it ends, and what profiles allow.

use super::*;

const FORUM: &str = include_str!("../../samples/04-lint/forum.xml");
const MENDED: &str = include_str!("../../samples/04-lint/mended.xml");

fn rules(json: &serde_json::Value) -> Vec<&str> {
    let findings = json["files"][0]["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|f| f["rule"].as_str().unwrap())
        .collect()
}

#[test]
fn the_exit_code_tells_the_worst() {
    let place = Place::new();
    place.write("forum.xml", FORUM);
    place.write("mended.xml", MENDED);
    place.write(
        "warned.xml",
        MENDED.replace("https:", "http:").replace("443", "80"),
    );
    place.write("cut.xml", &MENDED[..900]);
    let text = place.run("lint mended.xml").code(0).text();
    assert_eq!(text, "nothing found in 1 file\n");
    let text = place.run("lint warned.xml").code(0).text();
    assert!(
        text.contains("warning  lint-plain-http  warned.xml:17:7"),
        "{text}"
    );
    assert!(text.contains("1 warning in 1 file"), "{text}");
    let text = place.run("lint mended.xml forum.xml").code(5).text();
    assert!(text.contains("2 errors, 1 warning in 2 files"), "{text}");
    // What cannot be read counts more, and does not hide the others
    let run = place
        .run("lint cut.xml forum.xml")
        .code(3)
        .says("cut.xml: line 2");
    assert!(run.text().contains("forum.xml:9:5"), "{}", run.text());
    place
        .run("lint absent.xml forum.xml")
        .code(6)
        .says("absent.xml: No such file");
    place.run("lint").code(2);
    place
        .run("lint forum.xml --for geko")
        .code(2)
        .says("did you mean gecko?");
}

/// What is found, what is expected and what to do stand below each other.
#[test]
fn people_read_what_to_do() {
    let place = Place::new();
    place.write("forum.xml", FORUM);
    let text = place.run("lint forum.xml").code(5).text();
    let expected = "\
error    lint-type-holds-address  forum.xml:9:5
         found     the address \"internet.example\" in NAP-ADDRTYPE
         expected  the kind of address: APN
         remedy    write APN into NAP-ADDRTYPE
error    cp-reference-case  forum.xml:15:5
         found     TO-NAPID \"EXAMPLE_NAP\"
         expected  NAPID \"Example_NAP\" with the same upper and lower case
         remedy    write \"Example_NAP\"; receivers compare to the letter
";
    assert!(text.starts_with(expected), "{text}");
    let last = text.lines().last().unwrap();
    assert_eq!(last, "dmboot explain RULE says more about each");
}

#[test]
fn json_has_all_of_it() {
    let place = Place::new();
    place.write("forum.xml", FORUM);
    let json = place.run("lint --json forum.xml").code(5).json();
    assert_eq!(
        rules(&json),
        [
            "lint-type-holds-address",
            "cp-reference-case",
            "lint-levels-swapped"
        ]
    );
    for (key, value) in [
        ("format", 1),
        ("errors", 2),
        ("warnings", 1),
        ("notes", 0),
        ("allowed", 0),
    ] {
        assert_eq!(json[key], value, "{key}");
    }
    let finding = &json["files"][0]["findings"][2];
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&26.into(), &7.into())
    );
    for key in ["severity", "found", "expected", "remedy", "clause"] {
        assert!(
            finding[key].as_str().is_some_and(|text| !text.is_empty()),
            "{key}"
        );
    }
    assert!(json["files"][0]["fault"].is_null());
    place.write("cut.wbxml", [3, 0x0B, 0x6A, 0, 0x45, 0xC6]);
    let json = place.run("lint --json cut.wbxml").code(3).json();
    let fault = &json["files"][0]["fault"];
    assert!(
        fault["offset"].is_u64() && fault["rule"].is_string(),
        "{fault}"
    );
}

#[test]
fn a_built_folder_is_judged_and_alike_findings_are_folded() {
    let place = Place::with_devices();
    place
        .build("--devices devices.csv --sec netwpin --emit wsp,xml --out out")
        .code(0)
        .says("warning[lint-imsi-key]");
    let text = place.run("lint out").code(0).text();
    let lines: Vec<_> = text
        .lines()
        .filter(|line| line.contains("lint-imsi-key"))
        .collect();
    assert!(
        matches!(lines[..], [one, _] if one.ends_with(".wsp and 1 more file")),
        "{text}"
    );
    place.write("empty/x.txt", "");
    place.run("lint empty").code(2).says("no file that ends in");
}

/// What is wrong alike with every leaf is said once to people, and each time to programs.
#[test]
fn findings_that_repeat_in_a_file_are_folded() {
    let place = Place::new();
    let leaf = |name: u32| {
        format!(
            "<Node><NodeName>{name}</NodeName><RTProperties><Type><MIME>text/plain</MIME></Type>\
             </RTProperties><Value>x</Value></Node>\n"
        )
    };
    for (count, expected) in [
        (1, "t.xml:3:1"),
        (2, "t.xml:3:1 and 1 more place: 4:1"),
        (3, "t.xml:3:1 and 2 more places: 4:1, 5:1"),
        (
            10,
            "t.xml:3:1 and 9 more places: 4:1, 5:1, 6:1, 7:1, 8:1, 9:1, 10:1, 11:1, …",
        ),
    ] {
        let leaves: String = (0..count).map(leaf).collect();
        let tree = "<MgmtTree><VerDTD>1.2</VerDTD>\n<Node><NodeName>A</NodeName>";
        let tree = format!("{tree}\n{leaves}</Node></MgmtTree>");
        place.write("t.xml", &tree);
        place.write("u.xml", &tree);
        let text = place.run("lint t.xml").code(0).text();
        let lines = text.lines();
        let lines: Vec<_> = lines.filter(|line| line.contains("missing")).collect();
        let warning = format!("warning  tnds-format-missing  {expected}");
        assert_eq!(lines[0], warning, "{text}");
        let json = place.run("lint --json t.xml").code(0).json();
        let findings = json["files"][0]["findings"].as_array().unwrap();
        assert_eq!(findings.len(), count as usize);
        // Several files are told apart from several places
        let text = place.run("lint t.xml u.xml").code(0).text();
        let both = format!("{warning} and 1 more file");
        assert!(text.lines().any(|line| line == both), "{text}");
    }
}

/// The name of a file gives the device's number, which is public.
#[test]
fn secrets_made_of_the_file_name_are_found() {
    let place = Place::new();
    let name = "490154203237518.xml";
    place.write(name, MENDED.replace("bD4tYw7nQe2xKs9v", "815732302451094"));
    let json = place.run(&format!("lint --json {name}")).code(0).json();
    assert_eq!(rules(&json), ["lint-secret-derived"]);
    let text = json.to_string();
    assert!(!text.contains("815732302451094"), "{text}");
    let found = json["files"][0]["findings"][0]["found"].as_str().unwrap();
    assert_eq!(
        found,
        "an AAUTHSECRET that is the reverse of a number of the device"
    );
}

#[test]
fn messages_in_any_form_are_judged() {
    let place = Place::new();
    let one_secret = DEVICES.replace("Q3vTz81LmXe4", "kJ8s0qPz3vXw");
    place.write("devices.csv", one_secret);
    for (form, kind) in [("cp", "cp"), ("dm", "SyncML")] {
        place
            .build(&format!("--devices devices.csv --sec userpin --form {form} --emit wsp,wbxml,xml --out {form}"))
            .code(0);
        for (extension, kind) in [("wsp", "push"), ("wbxml", kind), ("xml", kind)] {
            let run = place.run(&format!("lint --json {form}/{A}.{extension}"));
            let json = run.code(0).json();
            let found = json["files"][0]["kind"].as_str().unwrap();
            assert!(found.starts_with(kind), "{form} {extension}: {found}");
            assert!(rules(&json).contains(&"lint-secret-equal"), "{json}");
        }
    }
    let hex = |octets: &[u8]| {
        octets
            .iter()
            .map(|o| format!("{o:02x} "))
            .collect::<String>()
    };
    place.write("pasted.txt", hex(&place.read(&format!("cp/{A}.wsp"))));
    place.run("lint pasted.txt").code(0).says("read as hex");
    place.run(&format!("lint --channel sms cp/{A}.wsp")).code(0);
    place
        .build("--devices devices.csv --sec none --out unsigned")
        .code(0)
        .says("warning[lint-unsigned]");
    let text = place
        .run(&format!("lint --channel sms unsigned/{A}.wsp"))
        .code(5)
        .text();
    assert!(text.contains("error    lint-unsigned-sms"), "{text}");
    let text = place
        .run(&format!("lint --channel other unsigned/{A}.wsp"))
        .code(0)
        .text();
    assert!(!text.contains("lint-unsigned"), "{text}");
}

/// Only a job knows the method while the document can still be changed.
#[test]
fn build_tells_what_a_privileged_context_needs() {
    let place = Place::with_devices();
    let bootstrap = "[[body.BOOTSTRAP]]\nPROVURL = 'https://p.example/'\n";
    place.write(
        "context.toml",
        format!("format = 1\nextends = 'cp/w7-account'\n{bootstrap}"),
    );
    let build = |sec: &str| {
        let words =
            format!("build context.toml {SERVER} --devices devices.csv --check --sec {sec}");
        place.run(&words).code(0)
    };
    build("userpin").says("note[lint-privileged-context]: devices.csv:2: found PROVURL with USERPIN, expected USERNETWPIN");
    build("none").says("found PROVURL with no signature");
    let run = build("usernetwpin");
    assert!(!run.err.contains("lint-privileged-context"), "{}", run.err);
}

#[test]
fn methods_of_dm_messages_have_the_names_of_dm() {
    let place = Place::with_devices();
    let run = place.build("--devices devices.csv --form dm --sec networkid --check");
    let run = run.code(0).says("warning[lint-imsi-key]: found NETWORKID");
    assert!(!run.err.contains("NETWPIN"), "{}", run.err);
    let run = place.build("--form dm --sec networkid --set imsi=262011234567890 --check");
    assert!(run.err.contains("the key of NETWORKID"), "{}", run.err);
    let run = place.build("--form dm --check").code(2);
    let run = run.says("userpin, networkid or userpin_networkid; or none");
    assert!(!run.err.contains("netwpin"), "{}", run.err);
    let help = place.run("build --help").code(0).text();
    assert!(
        help.contains("- networkid:") && help.contains("- userpin_networkid:"),
        "{help}"
    );
}

const LAB: &str = "format = 1\nextends = 'cp/w7-account'\nsec = 'netwpin'\n\
    [parameters.server_url]\nconstant = 'http://dm.example/dm'\n";

#[test]
fn profiles_allow_rules_with_reasons() {
    let place = Place::with_devices();
    place.write("lab.toml", LAB);
    let allow =
        "[lint]\nallow = [{ rule = 'lint-plain-http', reason = 'no certificate in the lab' }]\n";
    place.write("allowed.toml", format!("{LAB}{allow}"));
    let list = "--devices devices.csv --params p.toml --out";
    place.write(
        "p.toml",
        "client_user = 'phone'\nserver_id = 'mgmt.example'\n",
    );
    let json = place.run("lint --json lab.toml").code(0).json();
    assert_eq!(rules(&json), ["lint-imsi-key", "lint-plain-http"]);
    let of_base = &json["files"][0]["findings"][1];
    assert_eq!(of_base["profile"], "cp/w7-account");
    assert_eq!(json["warnings"], 2);
    let json = place.run("lint --json allowed.toml").code(0).json();
    assert_eq!(
        (&json["warnings"], &json["allowed"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        json["files"][0]["findings"][1]["allowed"],
        "no certificate in the lab"
    );
    let text = place.run("lint allowed.toml").code(0).text();
    assert!(text.contains("allowed  lint-plain-http"), "{text}");
    assert!(text.contains("no certificate in the lab"), "{text}");
    let columns = "imei,imsi,client_secret,server_secret\n490154203237518,262011234567890,k7Gq2ZtPw9LxR4vB,Yd3mN8sXc5TjH1fA\n";
    place.write("devices.csv", columns);
    let run = place.run(&format!("build lab.toml {list} one")).code(0);
    let run = run
        .says("warning[lint-plain-http]")
        .says("warning[lint-imsi-key]");
    assert_eq!(run.err.matches("lint-imsi-key").count(), 1);
    let run = place.run(&format!("build allowed.toml {list} two")).code(0);
    assert!(!run.err.contains("lint-plain-http"), "{}", run.err);
    place.write(
        "wrong.toml",
        format!("{LAB}{}", allow.replace("plain", "plan")),
    );
    place
        .run("lint wrong.toml")
        .code(3)
        .says("wrong.toml:7:")
        .says("did you mean lint-plain-http?");
}

#[test]
fn findings_in_the_xml_of_a_profile_have_their_place_in_the_file() {
    let place = Place::new();
    let body = "<wap-provisioningdoc>\n <characteristic type=\"NAPDEF\">\n  <parm name=\"BEARER\" \
                value=\"GPRS\"/> <parm name=\"NAP-ADDRTYPE\" value=\"10.0.0.1\"/>\n \
                </characteristic>\n</wap-provisioningdoc>";
    for (quotes, line) in [("'''\n", 5), ("'''", 4)] {
        let end = &quotes[..3];
        place.write("p.toml", format!("format = 1\nxml = {quotes}{body}{end}\n"));
        let json = place.run("lint --json p.toml").json();
        let findings = json["files"][0]["findings"].as_array().unwrap();
        let found = findings
            .iter()
            .find(|f| f["rule"] == "lint-type-holds-address");
        let found = found.unwrap();
        assert_eq!(
            (&found["line"], &found["column"]),
            (&line.into(), &38.into())
        );
    }
    // With escapes it is not as it stands in the file
    let escaped = body.replace('"', "\\\"").replace('\n', "\\n");
    place.write("p.toml", format!("format = 1\nxml = \"{escaped}\"\n"));
    let json = place.run("lint --json p.toml").json();
    assert_eq!(json["files"][0]["findings"][0]["line"], 2);
    assert_eq!(json["files"][0]["findings"][0]["column"], 7);
}

#[test]
fn profiles_are_judged_in_the_form_that_is_asked_for() {
    let place = Place::new();
    let fits = |form: &str| {
        let run = place.run(&format!("lint cp/w7-account {form} --for all --json"));
        let json = run.json();
        json["files"][0]["receivers"].to_string()
    };
    assert_eq!(fits("--form cp"), fits(""));
    assert_ne!(fits("--form dm"), fits(""));
    place.write(
        "dm.toml",
        "format = 1\nextends = \"cp/w7-account\"\nform = \"dm\"\n",
    );
    let of = |words: &str| place.run(words).json()["files"][0]["receivers"].to_string();
    assert_eq!(of("lint dm.toml --for all --json"), fits("--form dm"));
    assert_eq!(of("lint dm.toml --form cp --for all --json"), fits(""));
    // What has no DM form is refused, as build refuses it
    let none = "format = 1\n[body.VENDORCONFIG]\nNAME = \"x\"\n";
    place.write("none.toml", none);
    let built = place.run("build none.toml --form dm --sec none --out out");
    let linted = place.run("lint none.toml --form dm");
    assert_eq!(built.code, linted.code);
}

#[test]
fn receivers_are_asked() {
    let place = Place::with_devices();
    place.write("mended.xml", MENDED);
    let json = place.run("lint --json mended.xml --for all").code(0).json();
    let receivers = json["files"][0]["receivers"].as_array().unwrap();
    assert_eq!(receivers.len(), 10);
    for receiver in receivers {
        let verdict = receiver["verdict"].as_str().unwrap();
        let reasons = receiver["reasons"].as_array().unwrap();
        assert_eq!(
            reasons.is_empty(),
            matches!(verdict, "accepted" | "unknown"),
            "{receiver}"
        );
        assert!(
            reasons
                .iter()
                .all(|reason| !reason["source"].as_str().unwrap().is_empty())
        );
    }
    // A profile can be built otherwise
    let text = place.run("lint cp/w7-account --for netcomm").text();
    assert!(
        text.contains("netcomm") && text.contains("in the profile"),
        "{text}"
    );
    // A message that a receiver refuses
    place
        .build("--devices devices.csv --sec userpin --form dm --tnds opaque --out dm")
        .code(0);
    let text = place
        .run(&format!("lint dm/{A}.wsp --for android-dm"))
        .code(5)
        .text();
    assert!(text.contains("android-dm       refused"), "{text}");
    let opaque = "format = 1\nextends = 'dm/account'\n[dm]\ntnds = 'opaque'\n";
    place.write("opaque.toml", opaque);
    let text = place
        .run("lint opaque.toml --for android-dm")
        .code(5)
        .text();
    // Not none, which would only leave out what is ignored, the ACL
    let inline = "better with: --tnds inline (a part is ignored: ACL)";
    assert!(text.contains(inline), "{text}");
    // The same for a message that was read
    let text = place
        .run(&format!("lint dm/{A}.wsp --for android-dm"))
        .code(5)
        .text();
    let inline = "better with: --tnds inline (a part is ignored: ACL)";
    assert!(text.contains(inline), "{text}");
    // Neither form of an account is of use to a receiver that knows no accounts
    let text = place.run("lint dm/account --for gecko").code(5).text();
    assert!(!text.contains("--form cp"), "{text}");
    let text = place.run("lint cp/w7-account --for gecko").code(5).text();
    assert!(text.contains("gecko            nothing usable\n"), "{text}");
    place.run("lint cp/w7-account --for all").code(0);
    let text = place.run("lint dm/account --for windows").text();
    assert!(text.contains("accepted with: --form cp"), "{text}");
    let text = place.run("lint cp/w7-account --for android-dm").text();
    let form = "better with: --form dm (a part is ignored: ACL)";
    assert!(text.contains(form), "{text}");
    // What only a bare document leaves open is no matter of options
    let text = place.run("lint mended.xml --for spreadtrum").text();
    assert!(
        text.contains("spreadtrum       unknown: it depends on ") && !text.contains("anew"),
        "{text}"
    );
    // Nothing of an empty document is for anybody
    place.write("empty.xml", "<wap-provisioningdoc version=\"1.0\"/>");
    let text = place.run("lint empty.xml --for all").text();
    assert!(
        text.contains(
            "symbian          unknown: nothing in it that is known to be for this receiver"
        ) && !text.contains("accepted"),
        "{text}"
    );
    // A nonce that the list may give
    let text = place.run("lint cp/w7-account --for symbian").text();
    assert!(
        text.contains(
            "symbian          accepted without server_nonce, so it depends on the list\n"
        ) && text
            .contains("server-nonce: where the list has server_nonce, symbian reads AAUTHDATA"),
        "{text}"
    );
    let json = place.run("lint cp/w7-account --for symbian --json").json();
    let depends = &json["files"][0]["receivers"][0]["depends_on_list"];
    assert_eq!(depends[0]["parameter"], "server_nonce");
    assert_eq!(depends[0]["claim"]["id"], "server-nonce");
    // What is refused in any case is no advice
    let text = place.run("lint mended.xml --for gecko").text();
    assert!(!text.contains("refused with"), "{text}");
    let text = place
        .run("lint opaque.toml --for libdmclient")
        .code(0)
        .text();
    assert!(text.contains("as far as 1 claim tells"), "{text}");
}

#[test]
fn secrets_under_names_of_other_spelling_are_not_shown() {
    const SECRET: &str = "Zq7tellNoOneW9";
    let place = Place::new();
    let node =
        |name: &str| format!("<Node><NodeName>{name}</NodeName><Value>{SECRET} </Value></Node>");
    let tree: String = ["aauthsecret", "AAuthSecrt", "WlanPassword"]
        .map(node)
        .concat();
    place.write(
        "tree.xml",
        format!(
            "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName>\
             {tree}</Node></MgmtTree>"
        ),
    );
    let document = |secret: &str| {
        format!(
            "<wap-provisioningdoc version=\"1.1\"><characteristic type=\"APPLICATION\">\
             <parm name=\"APPID\" value=\"w7\"/><characteristic type=\"APPAUTH\">\
             <parm name=\"AAUTHSECRT\" value=\"{secret}\"/></characteristic></characteristic>\
             </wap-provisioningdoc>"
        )
    };
    place.write("slip.xml", document(&format!("{SECRET} ")));
    place.write("quote.xml", document(&format!("a\" {SECRET} ")));
    place.write("quotes.xml", document(&format!("a\" {SECRET}=b ")));
    for file in ["tree.xml", "slip.xml", "quote.xml", "quotes.xml"] {
        for words in ["lint", "lint --json --for all", "inspect", "inspect --json"] {
            let run = place.run(&format!("{words} {file}"));
            let context = format!("{words} {file}");
            assert_hides(&run.out, &[SECRET], &context);
            assert_hides(run.err.as_bytes(), &[SECRET], &context);
        }
    }
}
