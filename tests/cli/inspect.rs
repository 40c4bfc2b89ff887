//! `dmboot inspect`: every form of input, masks, faults.

use super::*;

/// A place with one signed message of device [`A`], `m.wsp`.
pub fn with_message(sec: &str) -> Place {
    let place = Place::with_devices();
    let words =
        format!("--devices devices.csv --only {A} --sec {sec} --emit xml,wbxml,wsp --out m");
    place.build(&format!("{words} --secrets-out made")).code(0);
    for form in ["xml", "wbxml", "wsp"] {
        place.write(&format!("m.{form}"), place.read(&format!("m/{A}.{form}")));
    }
    place
}

#[test]
fn pasted_forms_are_the_octets() {
    let place = with_message("userpin");
    let octets = place.read("m.wsp");
    let expected = place.run("inspect m.wsp --json").code(0).json();
    let hex = |separator: &str| {
        let digits: Vec<_> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        digits.join(separator)
    };
    let c_array = format!("unsigned char m[] = {{ 0x{} }};", hex(", 0x"));
    let percent = format!("%{}", hex("%"));
    let folder = place.0.path();
    for (form, text) in [
        ("hex", hex(" ")),
        ("hex", hex("")),
        ("C array", c_array),
        ("%XX", percent),
        ("base64", judge("base64", &["m.wsp"], folder)),
        (
            "dump",
            judge("od", &["-A", "x", "-t", "x1", "-v", "m.wsp"], folder),
        ),
    ] {
        let run = place
            .run_with_input("inspect - --json", text.as_bytes())
            .code(0);
        assert_eq!(run.json(), expected, "{form}");
        assert!(run.err.starts_with("note: read as"), "{form}: {}", run.err);
    }
}

#[test]
fn secrets_are_masked_unless_revealed() {
    let place = with_message("userpin");
    let secrets = [
        "kJ8s0qPz3vXw",
        "Zk1vVnJ0Q2pB",
        "Q3vTz81LmXe4",
        "cT0rWm9ZbHhL",
    ];
    for form in ["xml", "wbxml", "wsp"] {
        let text = place.run(&format!("inspect m.{form}")).code(0);
        let json = place.run(&format!("inspect m.{form} --json")).code(0);
        assert_hides(&text.out, &secrets, form);
        assert_hides(&json.out, &secrets, form);
        for secret in secrets {
            let hex: String = secret.bytes().map(|octet| format!("{octet:02x}")).collect();
            assert!(!json.text().contains(&hex), "{form}");
            let spaced: Vec<_> = secret.bytes().map(|octet| format!("{octet:02x}")).collect();
            assert!(!text.text().contains(&spaced[..4].join(" ")), "{form}");
        }
        let shown = place
            .run(&format!("inspect m.{form} --reveal"))
            .code(0)
            .text();
        assert!(
            secrets.iter().all(|secret| shown.contains(secret)),
            "{form}"
        );
        assert!(shown.contains("AAUTHSECRET"));
    }
}

#[test]
fn the_shape_of_the_json() {
    let place = with_message("userpin");
    let json = place.run("inspect m.wsp --json").code(0).json();
    assert_eq!((&json["format"], &json["kind"]), (&1.into(), &"wsp".into()));
    assert_eq!(json["findings"], serde_json::json!([]));
    let items = json["items"].as_array().unwrap();
    assert_eq!(items[0]["offset"], 0);
    assert_eq!(items[0]["octets"], "01");
    let data = items.last().unwrap();
    assert_eq!(data["name"], "Data");
    assert_eq!(data["offset"], 50);
    assert!(data["children"].as_array().unwrap().len() > 4);
}

/// Everything up to the fault, the rest, and the fault itself.
#[test]
fn a_message_that_was_cut() {
    let place = with_message("userpin");
    let octets = place.read("m.wsp");
    place.write("cut", &octets[..200]);
    let run = place.run("inspect cut").code(3).says("wbxml-");
    assert!(run.text().contains("APPID = \"w7\""));
    assert!(run.err.contains("offset"));
    let json = place.run("inspect cut --json").code(3).json();
    assert!(
        json["fault"]["rule"]
            .as_str()
            .unwrap()
            .starts_with("wbxml-")
    );
    assert!(json["fault"]["offset"].as_u64().unwrap() <= 200);
}

#[test]
fn findings_and_kinds() {
    let place = Place::new();
    place.write(
        "f.xml",
        "<wap-provisioningdoc>\n<characteristic type=\"NAPDEF\">\n<parm name=\"NAPID\" value=\"N\"/>\n\
         <parm name=\"NAP-ADDRTYPE\" value=\"internet.example\"/>\n</characteristic></wap-provisioningdoc>",
    );
    let run = place.run("inspect f.xml").code(0);
    assert!(
        run.text().contains("error[cp-value-set] at line 4"),
        "{}",
        run.text()
    );
    let json = place.run("inspect f.xml --json").code(0).json();
    let of = |rule: &str| {
        let findings = json["findings"].as_array().unwrap().clone();
        findings
            .into_iter()
            .find(|finding| finding["rule"] == rule)
            .unwrap()
    };
    let finding = of("cp-missing-parm");
    assert_eq!(
        (&finding["line"], &finding["severity"]),
        (&2.into(), &"error".into())
    );
    for key in ["found", "expected", "remedy"] {
        assert!(finding[key].as_str().unwrap().len() > 3);
    }
    place.run("inspect f.xml --as wsp").code(3);
    place.run("inspect f.xml --as nothing").code(2);
    place
        .run_with_input("inspect -", b"hello world")
        .code(3)
        .says("neither");
}
