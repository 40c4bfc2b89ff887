//! `dmboot notify`, and what the other commands make of its messages.

use super::*;

/// The digests that Synthesis' SanPackage and the engine of Motorola/AOSP accept for server
/// `com.example.dm`, password `srvpw`, session 1234, informative, by the server.
const GIVEN: &str = "7e47b69d590d999ebcfc39fc4ac5c2ee02e800000012340e636f6d2e6578616d706c652e646d";
const RESYNC: &str = "3475c2852a0a1ef45fba449b42f927e902e800000012340e636f6d2e6578616d706c652e646d";

const TO: &str = "notify --server-id com.example.dm --session 1234 --ui informative";

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn place() -> Place {
    let place = Place::new();
    place.write("password", "srvpw\n");
    place.write("wrong", "srvpv");
    // "Nonce" and "Other"
    place.write("nonce", "Tm9uY2U=\n");
    place.write("other", "T3RoZXI=");
    place
}

/// A folder with a push by the nonce `Nonce`, p.wsp, and one for resynchronisation, r.wsp.
fn with_messages() -> Place {
    let place = place();
    let given = "--secret-file password --nonce-file nonce --out p.wsp";
    place.run(&format!("{TO} {given}")).code(0);
    let resync = "--secret-file password --resync --out r.wsp";
    place.run(&format!("{TO} {resync}")).code(0);
    place
}

#[test]
fn known_messages() {
    let place = with_messages();
    assert_eq!(hex(&place.read("p.wsp")), format!("010603c4af87{GIVEN}"));
    assert_eq!(hex(&place.read("r.wsp")), format!("010603c4af87{RESYNC}"));
    let from_environment = "--secret-env PASSWORD --nonce-env NONCE --bare -o p0";
    let words = format!("{TO} {from_environment}");
    let mut command = place.command(words.split_whitespace());
    command.env("PASSWORD", "srvpw").env("NONCE", "Tm9uY2U=");
    let run: Run = command.output().unwrap().into();
    let run = run.code(0).says("session 1234, 38 octets");
    assert_eq!(hex(&place.read("p0")), GIVEN);
    assert_hides(
        run.err.as_bytes(),
        &["srvpw", "nonce", "Tm9uY2U"],
        "the report",
    );
}

#[test]
fn each_field_is_written_and_read_back() {
    let place = place();
    place.write("vendor", [0, 1, 0xFF]);
    let run = place
        .run(
            "notify --server-id mgmt.example --session af --ui interaction --initiator user \
             --vendor-file vendor --secret-file password --nonce-file nonce --out m.wsp --json",
        )
        .code(0);
    let expected = serde_json::json!({
        "format": 1, "server_id": "mgmt.example", "session_id": "AF",
        "ui_mode": "user-interaction", "initiator": "client", "nonce": "given",
        "octets": 6 + 16 + 8 + 12 + 3, "segments": 1, "out": "m.wsp",
    });
    assert_eq!((run.json(), run.err), (expected, String::new()));
    let octets = hex(&place.read("m.wsp"));
    assert_eq!(
        &octets[2 * 22..],
        "02f000000000af0c6d676d742e6578616d706c650001ff"
    );
    let text = place.run("inspect m.wsp").code(0).text();
    for line in [
        "0016  02                         version 11, which is 1.1, bits 0000001011, the last two",
        "0017  f0                         ui-mode user-interaction (bits 11), initiator client (bit 0)",
        "0018  00 00 00                   future-use 27 bits",
        "001b  00 af                      sessionid AF",
        "001d  0c                         length-identifier 12",
        "server-identifier \"mgmt.example\"",
        "002a  •• •• ••                   vendor-specific 3 octets",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let revealed = place.run("inspect m.wsp --reveal").code(0).text();
    assert!(revealed.contains("002a  00 01 ff "), "{revealed}");
    place.write("vendor", [7; 200]);
    let long = "--vendor-file vendor --secret-file password --resync --out long.wsp";
    let run = place.run(&format!("{TO} {long}")).code(0);
    run.says("2 SMS");
}

#[test]
fn inspect_reads_it_bare_when_told() {
    let place = place();
    place.write("p0", GIVEN);
    let run = place.run("inspect p0 --as notification --json").code(0);
    let json = run.json();
    assert_eq!(json["kind"], "notification");
    assert_eq!(json["items"][0]["name"], "digest");
    assert_eq!(json["items"][0]["octets"], &GIVEN[..32]);
    assert_eq!(json["findings"], serde_json::json!([]));
    // A finding stands where it is in the push
    place.write(
        "old",
        format!("010603c4af87{GIVEN}").replace("02e8000000", "02a8000001"),
    );
    let json = place.run("inspect old --json").code(0).json();
    let found: Vec<_> = json["findings"].as_array().unwrap().iter().collect();
    let place_of = |index: usize| {
        (
            found[index]["rule"].as_str().unwrap(),
            found[index]["offset"].as_u64(),
        )
    };
    assert_eq!(found.len(), 2);
    assert_eq!(place_of(0), ("notification-version", Some(22)));
    assert_eq!(place_of(1), ("notification-future-use", Some(24)));
    place.write("cut", &format!("010603c4af87{GIVEN}")[..2 * 40]);
    let run = place.run("inspect cut").code(3);
    run.says("error[notification-server-id-beyond-end]")
        .says("offset 29");
}

#[test]
fn verify_tells_server_session_and_nonce() {
    let place = with_messages();
    for (file, nonce, used) in [
        ("p.wsp", "--nonce-file nonce", "given"),
        ("r.wsp", "--nonce-file nonce", "resync"),
        ("r.wsp", "", "resync"),
    ] {
        let words = format!("verify {file} --secret-file password {nonce}");
        let run = place.run(&words).code(0);
        let text = run.text();
        assert!(
            text.starts_with("authentic com.example.dm asks for session 1234"),
            "{text}"
        );
        assert_eq!(
            text.contains("resynchronisation"),
            used == "resync",
            "{text}"
        );
        assert_eq!(run.err.contains("note:"), used == "resync", "{}", run.err);
        let json = place.run(&format!("{words} --json")).code(0).json();
        let expected = serde_json::json!({
            "format": 1, "authentic": true, "server_id": "com.example.dm",
            "session_id": "1234", "nonce": used, "rule": null, "message": null, "findings": [],
        });
        assert_eq!(json, expected);
    }
    // Bare, when the password says what it is
    place.write("bare", RESYNC);
    place.run("verify bare --secret-file password").code(0);
}

#[test]
fn verify_refuses_what_is_not_authentic() {
    let place = with_messages();
    let secrets = ["srvpw", "srvpv", "Tm9uY2U", "T3RoZXI"];
    for (words, rule) in [
        (
            "p.wsp --secret-file wrong --nonce-file nonce",
            "notification-digest-mismatch",
        ),
        (
            "p.wsp --secret-file password --nonce-file other",
            "notification-digest-mismatch",
        ),
        (
            "r.wsp --secret-file wrong --nonce-file nonce",
            "notification-digest-mismatch",
        ),
        ("p.wsp --secret-file password", "notification-nonce-missing"),
        ("p.wsp", "notification-secret-missing"),
        // Facts of other messages prove nothing here
        ("p.wsp --pin-file password", "notification-secret-missing"),
    ] {
        let run = place.run(&format!("verify {words}")).code(4).one_message();
        let run = run
            .says(&format!("error[{rule}]"))
            .says("p.wsp".get(1..).unwrap());
        assert_hides(run.err.as_bytes(), &secrets, words);
        let run = place.run(&format!("verify {words} --json")).code(4);
        let json = run.json();
        let named = json["rule"].as_str().or(json["error"]["rule"].as_str());
        assert_eq!(named, Some(rule), "{json}");
        assert_ne!(json["authentic"], true);
    }
    let original = place.read("p.wsp");
    for at in 6..original.len() {
        let mut changed = original.clone();
        changed[at] ^= 1;
        place.write("changed.wsp", changed);
        let run = place.run("verify changed.wsp --secret-file password --nonce-file nonce");
        // One of the length makes it malformed
        assert_eq!(
            run.code,
            if at == 29 && original[29] ^ 1 > 14 {
                3
            } else {
                4
            },
            "{at}"
        );
    }
    place.write("cut.wsp", &original[..30]);
    let run = place.run("verify cut.wsp --secret-file password --nonce-file nonce");
    run.code(3)
        .one_message()
        .says("notification-server-id-beyond-end");
}

#[test]
fn what_the_command_line_gets_wrong() {
    let place = place();
    place.write("empty", "\n");
    place.write("no-base64", "Nonce!");
    let keys = "--secret-file password --nonce-file nonce";
    for (words, named) in [
        (
            "notify --server-id s --session 1 --nonce-file nonce",
            "--secret-file",
        ),
        (
            "notify --server-id s --session 1 --secret-file password",
            "--resync",
        ),
        (
            &format!("notify --server-id s --session 1 {keys} --resync"),
            "--resync",
        ),
        (
            &format!("notify --server-id s --session 1 {keys} --secret-env X"),
            "--secret-env",
        ),
        (
            &format!("notify --server-id s --session 0 {keys}"),
            "1 to FFFF",
        ),
        (
            &format!("notify --server-id s --session 10000 {keys}"),
            "1 to FFFF",
        ),
        (
            &format!("notify --server-id s --session +1 {keys}"),
            "1 to FFFF",
        ),
        (
            &format!("notify --server-id sé --session 1 {keys}"),
            "octet 1 of the server id",
        ),
        (&format!("notify --server-id= --session 1 {keys}"), "empty"),
        (
            "notify --server-id s --session 1 --secret-file empty --resync",
            "password is empty",
        ),
        (
            "notify --server-id s --session 1 --secret-env NOT_SET --resync",
            "NOT_SET",
        ),
        (
            "notify --server-id s --session 1 --secret-file password --nonce-file no-base64",
            "Base64",
        ),
        (
            "notify --server-id s --session 1 --secret-file password --nonce-file empty",
            "Base64",
        ),
        ("verify password --nonce-file nonce", "--secret-file"),
        (
            "verify password --secret-file password --pin-file nonce",
            "--pin-file",
        ),
    ] {
        let out = if words.starts_with("notify") {
            "--out m"
        } else {
            ""
        };
        let run = place.run(&format!("{words} {out}")).code(2).says(named);
        assert_hides(run.err.as_bytes(), &["srvpw", "Tm9uY2U", "Nonce!"], words);
        assert!(!place.path("m").exists(), "{words}");
    }
    let run = place.run(&format!(
        "notify --server-id s --session 1 {keys} --vendor-file no --out m"
    ));
    run.code(6).one_message().says("no: ");
    // Legal, but no ACL can name it
    let run = place.run(&format!(
        "notify --server-id a+b --session 1 {keys} --out m"
    ));
    let run = run.code(0).says("warning[notification-server-id-acl]: ");
    assert!(!run.err.contains("warning: "), "{}", run.err);
    let verify = format!("verify m {keys}");
    let run = place.run(&verify).code(0);
    assert!(
        run.err
            .starts_with("warning[notification-server-id-acl]: offset "),
        "{}",
        run.err
    );
    let run = place.run(&format!("{verify} --json")).code(0);
    assert_eq!(run.err, "");
    assert_eq!(
        run.json()["findings"][0]["rule"],
        "notification-server-id-acl"
    );
}

#[test]
fn an_output_that_would_change_is_kept() {
    let place = with_messages();
    let again = format!("{TO} --secret-file password --nonce-file nonce --out p.wsp");
    place.run(&again).code(0);
    let other = format!("{TO} --secret-file password --resync --out p.wsp");
    let before = place.tree();
    place.run(&other).code(5).one_message().says("p.wsp");
    assert_eq!(place.tree(), before);
    let json = place.run(&format!("{other} --json")).code(5).json();
    assert_eq!(json["error"]["exit"], 5);
    place.run(&format!("{other} --force")).code(0);
    assert_eq!(place.read("p.wsp"), place.read("r.wsp"));
    // What it reads it does not replace, not even when told to
    let own = format!("{TO} --secret-file password --resync --out password --force");
    place.run(&own).code(2).one_message().says("password");
    assert_eq!(place.text("password"), "srvpw\n");
}

#[test]
fn redact_leaves_no_digest_and_no_vendor_data() {
    let place = place();
    place.write("vendor", "licence 4711-0815");
    place
        .run(
            "notify --server-id dm.490154203237518.example --session 2F --vendor-file vendor \
             --secret-file password --resync --out m.wsp",
        )
        .code(0);
    place
        .run("redact m.wsp -o s.wsp")
        .code(0)
        .says("3 values replaced");
    let (before, after) = (place.read("m.wsp"), place.read("s.wsp"));
    assert_eq!(before.len(), after.len());
    assert_eq!(after[..6], before[..6]);
    assert_eq!(after[6..22], [0; 16]);
    assert_eq!(after[22..30], before[22..30]);
    assert_hides(
        &after,
        &["490154203237518", "licence", "4711"],
        "the result",
    );
    let text = place.run("inspect s.wsp").code(0).text();
    assert!(text.contains("server-identifier \"dm."), "{text}");
    assert!(text.contains("notification-digest-zero"), "{text}");
    place.run("verify s.wsp --secret-file password").code(4);
    place.write("cut.wsp", &before[..30]);
    let run = place.run("redact cut.wsp -o t.wsp").code(3).one_message();
    run.says("notification-server-id-beyond-end");
    place
        .run("convert m.wsp --to xml")
        .code(2)
        .one_message()
        .says("dmboot inspect");
}

/// Nothing tells Package #0 alone from chance, so people have to.
#[test]
fn package_0_alone() {
    let place = place();
    let octets: Vec<u8> = (0..GIVEN.len() / 2)
        .map(|at| u8::from_str_radix(&GIVEN[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    place.write("p0", &octets);
    let named = "--as notification";
    for words in ["inspect p0", "redact p0 -o r"] {
        let run = place.run(words).code(3);
        run.says("error[inspect-unknown-format]").says(named);
    }
    place.write(
        "fine.xml",
        "<MgmtTree xmlns='syncml:dmddf1.2'><VerDTD>1.2</VerDTD></MgmtTree>",
    );
    let run = place.run("lint p0").code(3).one_message();
    run.says("error[inspect-unknown-format]").says(named);
    let run = place.run("lint p0 fine.xml").code(3).says(named);
    assert!(
        run.text().contains(" in 1 file, 1 file not read\n"),
        "{}",
        run.text()
    );
    place.run("lint p0 --as notification").code(0);
    place.run("redact p0 --as notification -o r").code(0);
    let redacted = place.read("r");
    assert_eq!(redacted.len(), octets.len());
    assert_eq!(redacted[..16], [0; 16]);
    let run = place.run("verify p0 --pin-file password").code(3);
    run.one_message().says("--secret-file");
}

/// What is no Package #0 is not read as one because a server's password was given.
#[test]
fn a_password_makes_no_notification() {
    let place = place();
    place.write(
        "devices.csv",
        format!(
            "imei,imsi,pin,server_id,server_url,client_user,client_secret,client_nonce,server_secret\n\
             {A},262011234567890,4711,mgmt.example,https://dm.mgmt.example/dm,dev,Hg7!kk2q9PzL,AAEC/w==,uP5-xx8eRt2w\n"
        ),
    );
    for (form, pushed, bare) in [
        ("dm", "a push with a DM message", "a DM message"),
        (
            "cp",
            "a push with a provisioning document",
            "a provisioning document",
        ),
    ] {
        place
            .run(&format!(
                "build dm/account --devices devices.csv --form {form} --sec userpin --emit wsp,wbxml,xml --out {form}"
            ))
            .code(0);
        for (extension, what) in [("wsp", pushed), ("wbxml", bare), ("xml", "XML")] {
            for nonce in ["", " --nonce-file password"] {
                let run = place.run(&format!(
                    "verify {form}/{A}.{extension} --secret-file password{nonce}"
                ));
                let run = run.code(2).one_message();
                run.says(&format!("this is {what};")).says("--pin-file");
            }
        }
    }
    // D8 is another type than that of a notification
    let mut octets = place.read(&format!("dm/{A}.wsp"));
    let at = octets.iter().position(|octet| *octet == 0xC2).unwrap();
    octets[at] = 0xD8;
    place.write("other", &octets);
    let run = place.run("verify other --secret-file password").code(2);
    run.one_message().says("this is a push of another type");
}
