//! What `verify` says of messages that are right, wrong, and changed.

use super::*;

/// Messages of both devices signed in each way, and files with the facts of the first one.
fn messages() -> Place {
    let place = Place::with_devices();
    for sec in ["none", "netwpin", "userpin", "usernetwpin", "userpinmac"] {
        place
            .build(&format!(
                "--devices devices.csv --sec {sec} --secrets-out codes --emit wbxml,wsp,hex --out {sec}"
            ))
            .code(0);
    }
    let code: serde_json::Value =
        serde_json::from_str(place.text("codes").lines().next().unwrap()).unwrap();
    place.write("code", code["code"].as_str().unwrap());
    place.write("imsi", "262011234567890\n");
    place.write("pin", "47110\n");
    place.write("wrong-imsi", "262011234567891");
    place.write("wrong-pin", "47111");
    place.write("wrong-code", "4711099999");
    place
}

#[test]
fn each_sec_right_and_wrong() {
    let place = messages();
    for (sec, right, wrong, assurance) in [
        (
            "netwpin",
            "--imsi-file imsi",
            "--imsi-file wrong-imsi",
            "network-key",
        ),
        (
            "userpin",
            "--pin-file pin",
            "--pin-file wrong-pin",
            "user-pin",
        ),
        (
            "usernetwpin",
            "--imsi-file imsi --pin-file pin",
            "--imsi-file imsi --pin-file wrong-pin",
            "both",
        ),
        (
            "usernetwpin",
            "--imsi-file imsi --pin-file pin",
            "--imsi-file wrong-imsi --pin-file pin",
            "both",
        ),
        (
            "userpinmac",
            "--code-file code",
            "--code-file wrong-code",
            "code",
        ),
    ] {
        let run = place.run(&format!("verify {sec}/{A}.wsp {right}")).code(0);
        assert!(run.text().starts_with("authentic "), "{}", run.text());
        assert!(run.text().contains(&sec.to_uppercase()), "{}", run.text());
        assert_eq!(run.err, "");
        let json = place
            .run(&format!("verify {sec}/{A}.wsp {right} --json"))
            .code(0)
            .json();
        let octets = place.read(&format!("{sec}/{A}.wbxml")).len();
        let expected = serde_json::json!({
            "format": 1, "authentic": true, "sec": sec, "assurance": assurance, "octets": octets,
            "findings": [],
        });
        assert_eq!(json, expected);

        let run = place
            .run(&format!("verify {sec}/{A}.wsp {wrong}"))
            .code(4)
            .one_message();
        let run = run.says("--why");
        assert_hides(
            run.err.as_bytes(),
            &["47110", "262011234567890"],
            "the message",
        );
        place
            .run(&format!("verify {sec}/{B}.wsp {right}"))
            .code(4)
            .one_message();
        let run = place
            .run(&format!("verify {sec}/{A}.wsp {wrong} --json"))
            .code(4);
        let json = run.json();
        assert_eq!(json["authentic"], false);
        assert_eq!(json["sec"], sec);
        assert!(json["rule"].is_string() && json["message"].is_string());
        assert_eq!(json["why"], serde_json::json!([]));
    }
}

#[test]
fn every_changed_octet_of_the_document_is_noticed() {
    let place = messages();
    let wsp = place.read(&format!("userpin/{A}.wsp"));
    let body = wsp.len() - place.read(&format!("userpin/{A}.wbxml")).len();
    for at in (body..wsp.len()).step_by(29) {
        let mut changed = wsp.clone();
        changed[at] ^= 1;
        place.write("changed.wsp", changed);
        place.run("verify changed.wsp --pin-file pin").code(4);
    }
    place.write("changed.wsp", &wsp[..wsp.len() - 1]);
    place.run("verify changed.wsp --pin-file pin").code(4);
}

#[test]
fn facts_that_are_missing_are_named() {
    let place = messages();
    for (sec, facts, named) in [
        ("netwpin", "", "IMSI"),
        ("netwpin", "--pin-file pin", "IMSI"),
        ("userpin", "", "PIN"),
        ("userpin", "--imsi-file imsi", "PIN"),
        ("usernetwpin", "--pin-file pin", "IMSI"),
        ("usernetwpin", "--imsi-file imsi", "PIN"),
        ("userpinmac", "", "code"),
    ] {
        for why in ["", "--why"] {
            let run = place
                .run(&format!("verify {sec}/{A}.wsp {facts} {why}"))
                .code(4);
            run.one_message().says(named).says("missing");
        }
    }
    place
        .run(&format!("verify none/{A}.wsp --pin-file pin"))
        .code(4)
        .one_message()
        .says("not signed");
    place
        .run(&format!("verify none/{A}.wbxml --pin-file pin"))
        .code(4)
        .one_message();
}

#[test]
fn sources_of_facts() {
    let place = messages();
    let run = place
        .run(&format!("verify netwpin/{A}.wsp --imsi 262011234567890"))
        .code(0);
    run.says("warning").says("--imsi-file");
    let mut command = place.command(["verify", &format!("userpin/{A}.wsp"), "--pin-env", "DM_PIN"]);
    Run::from(command.env("DM_PIN", "47110").output().unwrap()).code(0);
    Run::from(command.env("DM_PIN", "47112").output().unwrap()).code(4);
    let run: Run = command.env_remove("DM_PIN").output().unwrap().into();
    run.code(2).one_message().says("DM_PIN");
    // Files that hold something else
    for (flag, content) in [
        ("--pin-file", "47x9871"),
        ("--pin-file", ""),
        ("--imsi-file", "47x9871"),
        ("--code-file", "47x9871"),
        ("--code-file", "479871"),
    ] {
        place.write("fact", content);
        let run = place
            .run(&format!("verify userpin/{A}.wsp {flag} fact"))
            .one_message();
        assert!(matches!(run.code, 2 | 3), "{}", run.err);
        assert!(run.err.contains("fact"), "{}", run.err);
        assert_hides(run.err.as_bytes(), &["47x9871", "479871"], flag);
    }
    place
        .run(&format!("verify userpin/{A}.wsp --pin-file none"))
        .code(6)
        .one_message();
}

#[test]
fn bare_documents() {
    let place = messages();
    let mac = place.manifest("userpin")[0]["mac"]
        .as_str()
        .unwrap()
        .to_owned();
    let wbxml = format!("verify userpin/{A}.wbxml");
    place
        .run(&format!("{wbxml} --sec userpin --mac {mac} --pin-file pin"))
        .code(0);
    let lower = mac.to_lowercase();
    place
        .run(&format!(
            "{wbxml} --sec userpin --mac {lower} --pin-file pin"
        ))
        .code(0);
    place
        .run(&format!(
            "{wbxml} --sec userpin --mac {mac} --pin-file wrong-pin"
        ))
        .code(4);
    place
        .run(&format!(
            "{wbxml} --sec netwpin --mac {mac} --imsi-file imsi"
        ))
        .code(4);
    place
        .run(&format!(
            "{wbxml} --sec userpin --mac {} --pin-file pin",
            &mac[2..]
        ))
        .code(4)
        .one_message();
    place
        .run(&format!("{wbxml} --sec userpin --mac xyz --pin-file pin"))
        .code(4)
        .one_message();
    place
        .run(&format!(
            "verify userpinmac/{A}.wbxml --sec userpinmac --code-file code"
        ))
        .code(0);
    place
        .run(&format!(
            "verify userpinmac/{B}.wbxml --sec userpinmac --code-file code"
        ))
        .code(4);
    // A PDU says it itself
    let run = place.run(&format!(
        "verify userpin/{A}.wsp --sec userpin --mac {mac} --pin-file pin"
    ));
    run.code(2).one_message();
}

#[test]
fn pasted_messages() {
    let place = messages();
    let wsp = place.read(&format!("userpin/{A}.wsp"));
    let file = format!("userpin/{A}.wsp");
    let hex = place.text(&format!("userpin/{A}.hex"));
    let spaced: String = wsp.iter().map(|octet| format!("{octet:02x} ")).collect();
    let array: String = wsp.iter().map(|octet| format!("0x{octet:02X}, ")).collect();
    let percent: String = wsp.iter().map(|octet| format!("%{octet:02X}")).collect();
    for (what, text) in [
        ("hex", hex),
        ("hex with blanks", spaced),
        ("C array", format!("{{ {array} }};")),
        ("%XX", percent),
        ("base64", judge("base64", &["-w76", &file], place.0.path())),
        (
            "od",
            judge("od", &["-A", "x", "-t", "x1z", "-v", &file], place.0.path()),
        ),
    ] {
        let run = place
            .run_with_input("verify - --pin-file pin", text.as_bytes())
            .code(0);
        assert!(run.err.starts_with("note: read as "), "{what}: {}", run.err);
        place.write("pasted", &text);
        place.run("verify pasted --pin-file pin").code(0);
    }
    let run = place
        .run_with_input("verify - --pin-file pin", &wsp)
        .code(0);
    assert_eq!(run.err, "");
    let run = place.run_with_input("verify - --pin-file wrong-pin", &wsp);
    run.code(4).one_message().says("standard input");
}

#[test]
fn what_is_no_message() {
    let place = messages();
    for (content, code) in [
        (&b""[..], 3),
        (b"hello, world", 3),
        (b"\x01\x06\xFF\xFF", 3),
        (b"\x01\x06\x03\x01\xB6\x91", 3),
        (b"<wap-provisioningdoc/>", 2),
    ] {
        place.write("x", content);
        let run = place.run("verify x --pin-file pin").code(code);
        assert!(run.err.starts_with("error"), "{}", run.err);
    }
}

/// Each way of building wrongly, and what the sender is told.
#[test]
fn why_names_the_mistake() {
    for (sec, form, device, facts, words) in [
        ("netwpin", "imsi-ascii", A, "--imsi-file imsi", "ASCII"),
        ("netwpin", "imsi-ascii", B, "--imsi-file imsi", "ASCII"),
        (
            "netwpin",
            "imsi-zero-filler",
            B,
            "--imsi-file imsi",
            "filler",
        ),
        (
            "netwpin",
            "imsi-digit-dropped",
            B,
            "--imsi-file imsi",
            "digit",
        ),
        (
            "usernetwpin",
            "pin-colon-secret",
            A,
            "--imsi-file imsi --pin-file pin",
            "PIN",
        ),
    ] {
        let place = Place::with_devices();
        let build = format!("--devices devices.csv --sec {sec} --key-form {form} --out out");
        place.build(&build).code(0);
        let (imsi, pin) = if device == A {
            ("262011234567890", "47110")
        } else {
            ("26201123456789", "08150")
        };
        place.write("imsi", imsi);
        place.write("pin", pin);
        let words_of = format!("verify out/{device}.wsp {facts}");
        place.run(&words_of).code(4);
        let run = place.run(&format!("{words_of} --why")).code(4);
        assert!(run.text().starts_with("not authentic\n"), "{}", run.text());
        assert!(
            run.text().contains("The sender has to change this"),
            "{}",
            run.text()
        );
        assert!(run.text().contains(words), "{form}: {}", run.text());
        assert_hides(&run.out, &[imsi, pin], "the explanation");
        let json = place
            .run(&format!("{words_of} --why --json"))
            .code(4)
            .json();
        let why = json["why"].as_array().unwrap();
        assert!(!why.is_empty());
        for name in ["construction", "key", "mistakes", "remedy"] {
            assert!(!why[0][name].is_null(), "{name}");
        }
    }
}

#[test]
fn why_of_mistakes_that_others_make() {
    let place = messages();
    let wbxml = place.read(&format!("userpin/{A}.wbxml"));
    let wsp = place.read(&format!("userpin/{A}.wsp"));
    place.write("pdu", &wsp);
    // The same document with the MAC of a PIN that a line end follows
    place.write("body", &wbxml);
    let mac = judge(
        "openssl",
        &[
            "dgst",
            "-sha1",
            "-mac",
            "HMAC",
            "-macopt",
            "hexkey:34373131300a",
            "body",
        ],
        place.0.path(),
    );
    let mac = mac.trim_end().rsplit(' ').next().unwrap();
    let run = place
        .run(&format!(
            "verify body --sec userpin --mac {mac} --pin-file pin --why"
        ))
        .code(4);
    assert!(
        run.text().contains("The sender has to change this"),
        "{}",
        run.text()
    );
    // A PIN that is simply another one has no explanation
    let run = place
        .run(&format!(
            "verify userpin/{A}.wsp --pin-file wrong-pin --why"
        ))
        .code(4);
    assert!(
        run.text().contains("No construction known here"),
        "{}",
        run.text()
    );
    // SEC says one thing, the key is that of another
    let mac = place.manifest("netwpin")[0]["mac"]
        .as_str()
        .unwrap()
        .to_owned();
    let run = place.run(&format!(
        "verify body --sec userpin --mac {mac} --pin-file pin --imsi-file imsi --why"
    ));
    assert!(run.code(4).text().contains("NETWPIN"));
}

/// Receivers differ in which of two parameters they take.
#[test]
fn parameters_that_stand_twice() {
    let place = super::inspect::with_message("userpin");
    place.write("pin", "47110");
    let mut pdu = place.read("m.wsp");
    place.write("once", &pdu);
    place.run("verify once --pin-file pin").code(0);
    // HeadersLen and the value-length grow by a second SEC, `91 80`
    pdu[2] += 2;
    pdu[4] += 2;
    pdu.splice(50..50, [0x91, 0x80]);
    place.write("twice", &pdu);
    place
        .run("verify twice --pin-file pin")
        .code(4)
        .one_message()
        .says("wsp-duplicate-parameter");
}
