//! Signatures, judged by openssl.

use super::*;

/// HMAC-SHA1 as openssl computes it, in capitals.
fn openssl_mac(place: &Place, key_hex: &str, file: &str) -> String {
    let key = format!("hexkey:{key_hex}");
    let args = ["dgst", "-sha1", "-mac", "HMAC", "-macopt", &key, file];
    let line = judge("openssl", &args, place.0.path());
    line.trim_end().rsplit(' ').next().unwrap().to_uppercase()
}

/// The digits in ASCII as hexadecimal text.
fn ascii(digits: &str) -> String {
    digits.bytes().map(|octet| format!("{octet:02x}")).collect()
}

/// EF_IMSI (GSM 11.11 §10.3.2) without its length, packed by hand: 262011234567890 has 15 digits,
/// 26201123456789 has 14.
const IMSI_15: &str = "2926102143658709";
const IMSI_14: &str = "21261021436587f9";

#[test]
fn each_sec() {
    for (sec, key_a, key_b) in [
        ("netwpin", IMSI_15.to_owned(), IMSI_14.to_owned()),
        ("userpin", ascii("47110"), ascii("08150")),
        // The network's key first, then the PIN (WAP-184 §6.2.1)
        (
            "usernetwpin",
            IMSI_15.to_owned() + &ascii("47110"),
            IMSI_14.to_owned() + &ascii("08150"),
        ),
    ] {
        let place = Place::with_devices();
        place
            .build(&format!(
                "--devices devices.csv --sec {sec} --emit wbxml,wsp --out out"
            ))
            .code(0);
        for (line, key) in place.manifest("out").iter().zip([key_a, key_b]) {
            let device = line["device"].as_str().unwrap();
            let mac = openssl_mac(&place, &key, &format!("out/{device}.wbxml"));
            assert_eq!(line["mac"], mac.as_str(), "{sec} {device}");
            let wsp = place.read(&format!("out/{device}.wsp"));
            assert!(String::from_utf8_lossy(&wsp).contains(&mac));
        }
    }
}

#[test]
fn each_key_form() {
    // 262011234567890 and 26201123456789 as each receiver packs them
    for (form, sec, key_a, key_b) in [
        (
            "standard",
            "netwpin",
            IMSI_15.to_owned(),
            IMSI_14.to_owned(),
        ),
        (
            "imsi-ascii",
            "netwpin",
            ascii("262011234567890"),
            ascii("26201123456789"),
        ),
        (
            "imsi-zero-filler",
            "netwpin",
            IMSI_15.to_owned(),
            "2126102143658709".to_owned(),
        ),
        (
            "imsi-digit-dropped",
            "netwpin",
            IMSI_15.to_owned(),
            "29261021436587".to_owned(),
        ),
        (
            "pin-colon-secret",
            "usernetwpin",
            ascii("47110:") + IMSI_15,
            ascii("08150:") + IMSI_14,
        ),
        (
            "imsi-ascii",
            "usernetwpin",
            ascii("26201123456789047110"),
            ascii("2620112345678908150"),
        ),
    ] {
        let place = Place::with_devices();
        place
            .build(&format!(
                "--devices devices.csv --sec {sec} --key-form {form} --emit wbxml --out out"
            ))
            .code(0);
        for (line, key) in place.manifest("out").iter().zip([key_a, key_b]) {
            let device = line["device"].as_str().unwrap();
            let mac = openssl_mac(&place, &key, &format!("out/{device}.wbxml"));
            assert_eq!(line["mac"], mac.as_str(), "{form} {sec} {device}");
        }
    }
}

#[test]
fn network_key_of_other_networks() {
    let place = Place::new();
    place.write(
        "devices.csv",
        "imei,pin,network_key,client_user,client_secret,server_secret\n\
         490154203237518,4711,82A1B2C3000102,u,aa,bb\n",
    );
    place.write("key", [0x82, 0xA1, 0xB2, 0xC3, 0x00, 0x01, 0x02]);
    place.write("pin", "4711");
    for (sec, key, facts) in [
        ("netwpin", "82a1b2c3000102", "--network-key-file key"),
        (
            "usernetwpin",
            "82a1b2c300010234373131",
            "--network-key-file key --pin-file pin",
        ),
    ] {
        place
            .build(&format!(
                "--devices devices.csv --sec {sec} --emit wbxml,wsp --out {sec}"
            ))
            .code(0);
        let mac = openssl_mac(&place, key, &format!("{sec}/{A}.wbxml"));
        assert_eq!(place.manifest(sec)[0]["mac"], mac.as_str());
        place.run(&format!("verify {sec}/{A}.wsp {facts}")).code(0);
    }
}

/// The last octet is a line end, which belongs to the key.
#[test]
fn network_key_from_a_file() {
    let place = Place::new();
    place.write("key", [0x82, 0xA1, 0xB2, 0xC3, 0x00, 0x01, 0x0A]);
    place.write("key.hex", "82a1b2c300010A\n");
    place.write("common.toml", "nap_user = \"u\"\nnap_secret = \"s\"\n");
    let common = place.text("common.toml");
    for file in ["key", "key.hex"] {
        let params = format!("{common}network_key = {{ file = \"{file}\" }}\n");
        place.write("params.toml", params);
        place
            .run(&format!(
                "build cp/cdma-nap --params params.toml --sec netwpin --emit wbxml,wsp --out {file}.out"
            ))
            .code(0);
        let mac = openssl_mac(
            &place,
            "82a1b2c300010a",
            &format!("{file}.out/cdma-nap.wbxml"),
        );
        assert_eq!(
            place.manifest(&format!("{file}.out"))[0]["mac"],
            mac.as_str()
        );
        place
            .run(&format!(
                "verify {file}.out/cdma-nap.wsp --network-key-file key"
            ))
            .code(0);
    }
    place.write(
        "params.toml",
        format!("{common}nap_name = {{ file = \"key\" }}\n"),
    );
    place
        .run("build cp/cdma-nap --params params.toml --sec none --out x")
        .code(3)
        .says("nap_name from octets that are not UTF-8");
}

#[test]
fn userpinmac_codes() {
    let place = Place::with_devices();
    place
        .build("--devices devices.csv --sec userpinmac --secrets-out codes --emit wbxml --out out")
        .code(0);
    let codes = place.text("codes");
    for (line, (device, pin)) in codes.lines().zip([(A, "47110"), (B, "08150")]) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let mac = openssl_mac(&place, &ascii(pin), &format!("out/{device}.wbxml"));
        // m(i) = M(i) mod 10, as many digits as the PIN has (WAP-184 §6.2.1)
        let digits: String = (0..pin.len())
            .map(|at| u8::from_str_radix(&mac[2 * at..2 * at + 2], 16).unwrap() % 10)
            .map(|digit| digit.to_string())
            .collect();
        let keys: Vec<_> = line.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["device", "code"]);
        assert_eq!(line["device"], device);
        assert_eq!(line["code"], format!("{pin}{digits}"));
    }
    assert_eq!(codes.lines().count(), 2);

    // Four digits are too few
    place.write("devices.csv", DEVICES.replace("47110", "4711"));
    let before = place.tree();
    let run = place.build("--devices devices.csv --sec userpinmac --secrets-out new --out new");
    let run = run
        .code(3)
        .one_message()
        .says("devices.csv:2: column pin")
        .says("5");
    assert_hides(run.err.as_bytes(), &["4711"], "the message");
    assert_eq!(place.tree(), before);
}

#[test]
fn how_to_sign_must_be_said() {
    let place = Place::with_devices();
    let before = place.tree();
    let run = place
        .build("--devices devices.csv --out out")
        .code(2)
        .one_message();
    for sec in ["netwpin", "userpin", "usernetwpin", "userpinmac", "none"] {
        assert!(run.err.contains(sec), "{}", run.err);
    }
    assert_eq!(place.tree(), before);
    let run = place
        .build("--devices devices.csv --sec none --out out")
        .code(0);
    assert!(run.text().contains("not signed"));

    // A profile may say it, and the command line has the last word
    for (sec, expected) in [("netwpin", "netwpin"), ("none", "none")] {
        let text = format!("format = 1\nextends = \"cp/w7-account\"\nsec = \"{sec}\"\n");
        place.write("p.toml", text);
        let words = format!("build p.toml {SERVER} --devices devices.csv --out {sec}");
        place.run(&words).code(0);
        assert_eq!(place.manifest(sec)[0]["sec"], expected);
        place.run(&format!("{words}2 --sec userpin")).code(0);
        assert_eq!(place.manifest(&format!("{sec}2"))[0]["sec"], "userpin");
    }
    place.write(
        "p.toml",
        "format = 1\nextends = \"cp/w7-account\"\nsec = \"pin\"\n",
    );
    let run = place.run(&format!(
        "build p.toml {SERVER} --devices devices.csv --out p"
    ));
    run.code(3).one_message().says("p.toml:3:");
}

#[test]
fn facts_that_are_missing() {
    for (sec, column, fact) in [
        ("netwpin", "imsi", "IMSI"),
        ("userpin", "pin", "PIN"),
        ("usernetwpin", "imsi", "IMSI"),
        ("usernetwpin", "pin", "PIN"),
        ("userpinmac", "pin", "PIN"),
    ] {
        let place = Place::new();
        place.write("devices.csv", DEVICES.replacen(column, "_", 1));
        let before = place.tree();
        let run = place.build(&format!(
            "--devices devices.csv --sec {sec} --secrets-out s --out out"
        ));
        run.code(3)
            .one_message()
            .says("devices.csv:2")
            .says(column)
            .says(fact);
        assert_eq!(place.tree(), before);
    }
}

#[test]
fn application_id_header() {
    let place = Place::with_devices();
    place
        .build("--devices devices.csv --sec userpin --out plain")
        .code(0);
    place
        .build("--devices devices.csv --sec userpin --application-id 7 --out with")
        .code(0);
    let (plain, with) = (
        place.read(&format!("plain/{A}.wsp")),
        place.read(&format!("with/{A}.wsp")),
    );
    // X-Wap-Application-Id is header 2F, written AF; the code 7 is written 87 (WAP-230 §8.4)
    assert!(with.windows(2).any(|pair| pair == [0xAF, 0x87]));
    assert_eq!(with.len(), plain.len() + 2);
    place.write("pin", "47110");
    place
        .run(&format!("verify with/{A}.wsp --pin-file pin"))
        .code(0);
}
