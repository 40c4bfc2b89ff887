use super::*;
use hex_literal::hex;
use proptest::test_runner::{Config, TestRunner};
use std::process::Command;

/// NowSMS forum, thread "NETWPIN Calculation": a document as NowSMS encodes it.
const NOWSMS_BODY: [u8; 118] = hex!(
    "030B6A0674657374310045C6560187070683000101C655018707068300018711060374657374315F4E4150494400"
    "01871006AB0187080603746573743200018709068901871401C65A01870C069A01870D06036770727375736572"
    "6E616D650001870E06036770727370617373776F72640001010101"
);

fn facts(imsi: &str, pin: &str) -> Facts {
    Facts {
        network: Some(NetworkSecret::Imsi(Imsi::parse(imsi).unwrap())),
        pin: Some(Pin::parse(pin).unwrap()),
        code: None,
    }
}

#[test]
fn published_vector() {
    // The thread gives this MAC for IMSI 123456789012345.
    let mac = mac(
        Sec::NetwPin,
        &facts("123456789012345", "1"),
        KeyForm::Standard,
        &NOWSMS_BODY,
    );
    assert_eq!(
        &mac_hex(&mac.unwrap()),
        b"C483EC25F7E3E0CF100380DA5F6714CF204A5EC5"
    );
}

#[test]
fn every_method_and_form() {
    // Computed with Python: hmac.new(key, body, hashlib.sha1).hexdigest(), the keys typed as hex.
    let odd = facts("123456789012345", "1234");
    let even = facts("21407650123456", "1234");
    for (sec, facts, form, expected) in [
        (
            Sec::UserPin,
            &odd,
            KeyForm::Standard,
            &b"47D644FE45B4E15A7A15ED13C0D5096E8E263D9C"[..],
        ),
        (
            Sec::UserNetwPin,
            &odd,
            KeyForm::Standard,
            b"295927563A4F8FF3753F8BF0EB1E763BEF785A9A",
        ),
        (
            Sec::UserNetwPin,
            &odd,
            KeyForm::PinColonSecret,
            b"F430C7EE6946A21376BCCAEC356BA03F6E9267BF",
        ),
        // key 313233343536373839303132333435
        (
            Sec::NetwPin,
            &odd,
            KeyForm::ImsiAscii,
            b"BC1D9A92B169C9A4A066190D507F0D2E31CDDFAF",
        ),
        // keys 21417056103254F6, 2141705610325406, 29417056103254
        (
            Sec::NetwPin,
            &even,
            KeyForm::Standard,
            b"F73521A0CD46FBB9FCBEFC1AA060CE5625CF0B5D",
        ),
        (
            Sec::NetwPin,
            &even,
            KeyForm::ImsiZeroFiller,
            b"873247A29CDAB744A6D24AB8609E833A5CB3CC59",
        ),
        (
            Sec::NetwPin,
            &even,
            KeyForm::ImsiDigitDropped,
            b"F3C225E7F82A3403AA9B6787D7AE987CBE431708",
        ),
    ] {
        let mac = mac_hex(&mac(sec, facts, form, &NOWSMS_BODY).unwrap());
        assert_eq!(mac, expected, "{sec} {}", form.name());
    }
    // What is about even IMSIs leaves odd ones alone, what is about the IMSI leaves others alone.
    let standard = MacKey::new(Sec::NetwPin, &odd, KeyForm::Standard).unwrap();
    for form in [
        KeyForm::ImsiZeroFiller,
        KeyForm::ImsiDigitDropped,
        KeyForm::PinColonSecret,
    ] {
        assert_eq!(MacKey::new(Sec::NetwPin, &odd, form).unwrap().0, standard.0);
    }
    let octets = Secret::new(hex!("19325476 98103254").to_vec());
    let raw = Facts {
        network: Some(NetworkSecret::Octets(octets)),
        ..Facts::default()
    };
    assert_eq!(
        MacKey::new(Sec::NetwPin, &raw, KeyForm::ImsiAscii)
            .unwrap()
            .0,
        standard.0
    );
}

#[test]
fn code_vector() {
    // Computed with Python, body above: M = hmac.new(b"12345", body, sha1); the digits M[i] % 10.
    let code = Code::new(&Pin::parse("12345").unwrap(), &NOWSMS_BODY).unwrap();
    assert_eq!(code.digits(), b"1234598364");
    assert!(code.matches(&NOWSMS_BODY));
    assert!(!code.matches(&NOWSMS_BODY[1..]));
    let facts = Facts {
        code: Some(code),
        ..Facts::default()
    };
    let m = mac(Sec::UserPinMac, &facts, KeyForm::Standard, &NOWSMS_BODY).unwrap();
    assert_eq!(mac_digits(&m, 5), b"98364");
}

#[test]
fn openssl_computes_the_same() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let mut sample = |regex: &str| {
        use proptest::strategy::{Strategy, ValueTree};
        let strategy = proptest::string::bytes_regex(regex).unwrap();
        strategy.new_tree(&mut runner).unwrap().current()
    };
    let folder = tempfile::tempdir().unwrap();
    for case in 0..24 {
        let text = |octets| String::from_utf8(octets).unwrap();
        let facts = facts(&text(sample("[0-9]{6,15}")), &text(sample("[0-9]{1,20}")));
        let sec = Sec::ALL[case % 3];
        // Every eighth key is longer than a block of SHA-1.
        let long = case % 8 == 7;
        let facts = if long {
            let octets = Secret::new(sample("(?s-u:.{65,90})"));
            Facts {
                network: Some(NetworkSecret::Octets(octets)),
                ..facts
            }
        } else {
            facts
        };
        let body = sample("(?s-u:.{0,300})");
        let path = folder.path().join("body");
        std::fs::write(&path, &body).unwrap();

        let key = MacKey::new(sec, &facts, KeyForm::Standard).unwrap();
        let output = Command::new("openssl")
            .args(["dgst", "-sha1", "-mac", "HMAC", "-macopt"])
            .arg(format!("hexkey:{}", crate::bytes::Hex(key.0.expose())))
            .arg(&path)
            .output()
            .expect("the program openssl is needed: apt-get install openssl");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let theirs = String::from_utf8(output.stdout).unwrap();
        let ours = mac_hex(&mac(sec, &facts, KeyForm::Standard, &body).unwrap());
        let ours = String::from_utf8(ours.to_vec()).unwrap().to_lowercase();
        assert!(
            theirs.trim_end().ends_with(&format!(" {ours}")),
            "{ours}, openssl: {theirs}"
        );
    }
}

#[test]
fn missing_facts_are_named() {
    let none = Facts::default();
    let pin = Facts {
        pin: Pin::parse("1234").ok(),
        ..Facts::default()
    };
    let imsi = Facts {
        pin: None,
        ..facts("123456789012345", "1")
    };
    for (sec, facts, fact, name) in [
        (Sec::NetwPin, &pin, MissingFact::Imsi, "IMSI"),
        (Sec::UserPin, &imsi, MissingFact::Pin, "user PIN"),
        (Sec::UserNetwPin, &none, MissingFact::Imsi, "IMSI"),
        (Sec::UserNetwPin, &imsi, MissingFact::Pin, "user PIN"),
        (Sec::UserPinMac, &none, MissingFact::Code, "code"),
    ] {
        let missing = mac(sec, facts, KeyForm::Standard, b"").unwrap_err();
        assert_eq!((missing, missing.name()), (fact, name));
        assert!(missing.to_string().contains(name), "{missing}");
    }
}

#[test]
fn names_and_codes_go_both_ways() {
    for (code, sec) in (0..).zip(Sec::ALL) {
        assert_eq!(
            (sec.code(), Sec::from_code(u32::from(code))),
            (code, Some(sec))
        );
        assert_eq!(
            (sec.name().parse(), sec.lower_name().parse()),
            (Ok(sec), Ok(sec))
        );
        assert_eq!(sec.lower_name(), sec.name().to_lowercase());
    }
    assert_eq!(
        (Sec::from_code(4), "netw".parse::<Sec>()),
        (None, Err(UnknownSec))
    );
    for form in KeyForm::ALL {
        assert_eq!(KeyForm::from_name(form.name()), Some(form));
    }
    assert_eq!(KeyForm::from_name("ascii"), None);
}

#[test]
fn names_of_the_methods_in_each_scheme() {
    assert_eq!(
        Sec::ALL.map(|sec| Scheme::Cp.name_of(sec)),
        ["NETWPIN", "USERPIN", "USERNETWPIN", "USERPINMAC"]
    );
    let dm = Sec::ALL.into_iter().filter(|sec| Scheme::Dm.has(*sec));
    assert_eq!(
        dm.map(|sec| Scheme::Dm.name_of(sec)).collect::<Vec<_>>(),
        ["NETWORKID", "USERPIN", "USERPIN_NETWORKID"]
    );
    for scheme in [Scheme::Cp, Scheme::Dm] {
        for sec in Sec::ALL.into_iter().filter(|sec| scheme.has(*sec)) {
            assert_eq!(
                scheme.lower_name_of(sec),
                scheme.name_of(sec).to_lowercase()
            );
        }
    }
}

#[test]
fn a_form_applies_where_it_changes_the_key() {
    // An even number of digits: each form differs
    let facts = Facts {
        code: Some(Code::parse("1234512345").unwrap()),
        ..facts("21407650123456", "1234")
    };
    for sec in Sec::ALL {
        let standard = MacKey::new(sec, &facts, KeyForm::Standard).unwrap();
        assert!(KeyForm::Standard.applies_to(sec));
        for form in &KeyForm::ALL[1..] {
            let key = MacKey::new(sec, &facts, *form).unwrap();
            assert_eq!(
                form.applies_to(sec),
                key.0 != standard.0,
                "{form:?} {sec:?}"
            );
        }
    }
}

#[test]
fn a_key_knows_its_own_mac_alone() {
    let facts = Facts {
        code: Some(Code::parse("1234512345").unwrap()),
        ..facts("123456789012345", "1234")
    };
    for sec in Sec::ALL {
        for form in KeyForm::ALL {
            let key = MacKey::new(sec, &facts, form).unwrap();
            let own = key.mac(&NOWSMS_BODY);
            assert_eq!(mac(sec, &facts, form, &NOWSMS_BODY), Ok(own));
            assert_eq!(facts.known().mac(sec, form, &NOWSMS_BODY), Ok(own));
            assert!(key.matches(&NOWSMS_BODY, &own));
            assert!(!key.matches(&NOWSMS_BODY[1..], &own));
            let mut other = own;
            other[19] ^= 1;
            assert!(!key.matches(&NOWSMS_BODY, &other));
        }
    }
}

#[test]
fn what_is_no_pin_and_no_code() {
    let length = |found| PinError::CodeLength { found };
    for (text, pin, code) in [
        ("", Some(PinError::Length { found: 0 }), Some(length(0))),
        ("1", None, Some(length(1))),
        ("12345678", None, Some(length(8))),
        ("1234567890", None, None),
        ("12345678901", None, Some(length(11))),
        (
            "123456789012345678901",
            Some(PinError::Length { found: 21 }),
            Some(length(21)),
        ),
        (
            "12 4",
            Some(PinError::NotADigit { at: 2 }),
            Some(PinError::NotADigit { at: 2 }),
        ),
        (
            "1234\n",
            Some(PinError::NotADigit { at: 4 }),
            Some(PinError::NotADigit { at: 4 }),
        ),
    ] {
        assert_eq!(
            (Pin::parse(text).err(), Code::parse(text).err()),
            (pin, code),
            "{text:?}"
        );
    }
    assert_eq!(Code::parse(&"7".repeat(40)).err(), None);
    assert_eq!(Code::parse(&"7".repeat(42)).err(), Some(length(42)));
    let short = Code::new(&Pin::parse("1234").unwrap(), b"").unwrap_err();
    assert_eq!(
        (short, short.rule()),
        (
            PinError::TooShortForCode { found: 4 },
            "pin-too-short-for-code"
        )
    );
}

#[test]
fn mac_texts() {
    let mac: [u8; 20] = std::array::from_fn(|index| (index * 13) as u8);
    let text = mac_hex(&mac);
    assert_eq!(&text[..8], b"000D1A27");
    assert_eq!(parse_mac(&text), Ok(mac));
    assert_eq!(parse_mac(&text.to_ascii_lowercase()), Ok(mac));
    assert_eq!(
        parse_mac(&text[1..]),
        Err(MacTextError::Length { found: 39 })
    );
    assert_eq!(
        parse_mac(&[&text[..], b"00"].concat()),
        Err(MacTextError::Length { found: 42 })
    );
    assert_eq!(
        parse_mac(&[b"\"", &text[..39]].concat()),
        Err(MacTextError::NotHex { at: 0 })
    );
    assert_eq!(parse_mac(b""), Err(MacTextError::Length { found: 0 }));
    assert_eq!(
        [parse_mac(b""), parse_mac(b"x")].map(|read| read.unwrap_err().rule()),
        ["cp-mac-length", "cp-mac-not-hex"]
    );
}

#[test]
fn debug_and_errors_show_no_digits() {
    let pin = Pin::parse("86868").unwrap();
    let code = Code::new(&pin, b"").unwrap();
    let facts = Facts {
        code: Some(code),
        ..facts("868686868686868", "86868")
    };
    let key = MacKey::new(Sec::UserNetwPin, &facts, KeyForm::Standard).unwrap();
    let raw = NetworkSecret::Octets(Secret::from("86"));
    let errors = (
        Pin::parse("8686868686868686868686"),
        Code::parse("868"),
        Pin::parse("868686x"),
    );
    assert_eq!(
        (format!("{:?}", facts.pin), format!("{:?}", facts.code)),
        ("Some(Pin(…))".to_owned(), "Some(Code(…))".to_owned())
    );
    let shown = format!("{facts:?} {key:?} {raw:?} {errors:?}");
    for content in ["86", "68", "56, 54"] {
        assert!(!shown.contains(content), "{shown}");
    }
}
