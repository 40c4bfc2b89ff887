use super::{BODY, EVEN, ODD, SHORT, TEST_NETWORK, hmac, imsi, names, text};
use crate::secret::Secret;
use crate::security::cp_mac::{Facts, NetworkSecret, Pin, Sec};
use crate::security::why::{Number, NumberKind, Received};
use hex_literal::hex;

pub(super) fn wrong_keys() -> Vec<&'static str> {
    use Sec::{NetwPin, UserNetwPin, UserPin};
    let zeros = |pin| Facts {
        pin: Pin::parse(pin).ok(),
        ..imsi(ODD)
    };
    let raw = || {
        let octets = Secret::new(hex!("80A1B2C3123456").to_vec());
        Facts {
            network: Some(NetworkSecret::Octets(octets)),
            ..imsi(ODD)
        }
    };
    let no_pin = || Facts {
        pin: None,
        ..imsi(ODD)
    };
    let cases: Vec<(_, Facts, &[u8], &[&'static str])> = vec![
        (NetwPin, imsi(ODD), b"262011234567890", &["imsi-ascii"]),
        (
            UserNetwPin,
            imsi(ODD),
            b"2620112345678904711",
            &["imsi-ascii"],
        ),
        (
            NetwPin,
            imsi(ODD),
            &hex!("9262011234567890"),
            &["imsi-unswapped"],
        ),
        (
            NetwPin,
            imsi(EVEN),
            &hex!("121407650123456F"),
            &["imsi-unswapped"],
        ),
        (
            NetwPin,
            imsi(ODD),
            &hex!("2126102143658709"),
            &["imsi-parity"],
        ),
        (
            NetwPin,
            imsi(EVEN),
            &hex!("29417056103254F6"),
            &["imsi-parity"],
        ),
        (
            NetwPin,
            imsi(EVEN),
            &hex!("2141705610325406"),
            &["imsi-zero-filler"],
        ),
        (
            NetwPin,
            imsi(EVEN),
            &hex!("29417056103254"),
            &["imsi-digit-dropped"],
        ),
        (
            NetwPin,
            imsi(EVEN),
            &hex!("21417056103254"),
            &["imsi-digit-dropped"],
        ),
        (
            NetwPin,
            imsi(ODD),
            &hex!("08 2926102143658709"),
            &["imsi-length-octet"],
        ),
        (
            NetwPin,
            imsi(SHORT),
            &hex!("06 2126102143F5"),
            &["imsi-length-octet"],
        ),
        (
            NetwPin,
            imsi(SHORT),
            &hex!("06 2126102143F5 FFFF"),
            &["imsi-length-octet"],
        ),
        (
            NetwPin,
            imsi(SHORT),
            &hex!("08 2126102143F5 FFFF"),
            &["imsi-length-octet"],
        ),
        (
            NetwPin,
            imsi(SHORT),
            &hex!("2126102143F5 FFFF"),
            &["imsi-unused-octets"],
        ),
        (
            NetwPin,
            imsi(ODD),
            &hex!("62021132547698F0"),
            &["imsi-no-parity"],
        ),
        (
            NetwPin,
            imsi(ODD),
            &hex!("262011234567890F"),
            &["imsi-no-parity"],
        ),
        (
            NetwPin,
            imsi(ODD),
            &hex!("2620112345678900"),
            &["imsi-no-parity"],
        ),
        (
            NetwPin,
            imsi(ODD),
            &hex!("0262011234567890"),
            &["imsi-no-parity"],
        ),
        (NetwPin, imsi(EVEN), b"21417056103254F6", &["imsi-hex-text"]),
        (NetwPin, imsi(EVEN), b"21417056103254f6", &["imsi-hex-text"]),
        (
            NetwPin,
            imsi(TEST_NETWORK),
            &hex!("19101032547698"),
            &["imsi-leading-zeros"],
        ),
        (NetwPin, raw(), b"80A1B2C3123456", &["network-hex-text"]),
        (
            UserNetwPin,
            raw(),
            b"80a1b2c31234564711",
            &["network-hex-text"],
        ),
        (
            NetwPin,
            raw(),
            &hex!("563412C3B2A180"),
            &["network-reversed"],
        ),
        (UserPin, imsi(ODD), b"4711\n", &["pin-line-end"]),
        (UserPin, imsi(ODD), b"4711\r\n", &["pin-line-end"]),
        (UserPin, imsi(ODD), b"4711\r", &["pin-line-end"]),
        (
            UserNetwPin,
            imsi(ODD),
            b"\x29\x26\x10\x21\x43\x65\x87\x094711\n",
            &["pin-line-end"],
        ),
        (UserPin, imsi(ODD), b"4711 ", &["pin-space"]),
        (UserPin, imsi(ODD), b" 4711", &["pin-space"]),
        (UserPin, imsi(ODD), b"\"4711\"", &["pin-quotes"]),
        (UserPin, imsi(ODD), b"'4711'", &["pin-quotes"]),
        (UserPin, zeros("0815"), b"815", &["pin-leading-zeros"]),
        (UserPin, imsi(ODD), &hex!("4711"), &["pin-bcd"]),
        (UserPin, zeros("47118"), &hex!("47118F"), &["pin-bcd"]),
        (UserPin, zeros("47118"), &hex!("471180"), &["pin-bcd"]),
        (UserPin, zeros("47118"), &hex!("7411F8"), &["pin-bcd"]),
        (
            UserPin,
            imsi(ODD),
            &hex!("34373131FFFFFFFF"),
            &["pin-padded"],
        ),
        (
            UserPin,
            imsi(ODD),
            &hex!("4711FFFFFFFFFFFF"),
            &["pin-padded"],
        ),
        (UserPin, imsi(ODD), &[4, 7, 1, 1], &["pin-digit-values"]),
        (UserPin, imsi(ODD), &hex!("1267"), &["pin-number"]),
        (UserPin, imsi(ODD), &hex!("00001267"), &["pin-number"]),
        (
            UserPin,
            imsi(ODD),
            &hex!("0000000000001267"),
            &["pin-number"],
        ),
        (UserPin, imsi(ODD), &hex!("6712"), &["pin-number"]),
        (UserPin, imsi(ODD), b"\x004\x007\x001\x001", &["pin-utf16"]),
        (UserPin, imsi(ODD), b"4\x007\x001\x001\x00", &["pin-utf16"]),
        (UserPin, imsi(ODD), b"34373131", &["pin-hex-text"]),
        (UserPin, imsi(ODD), b"1234", &["pin-default"]),
        (UserPin, no_pin(), b"0000", &["pin-default"]),
        (
            UserNetwPin,
            imsi(ODD),
            &hex!("2926102143658709 3132333435"),
            &["pin-default"],
        ),
        (UserPin, imsi(ODD), b"", &["key-empty"]),
        (
            UserNetwPin,
            imsi(ODD),
            &hex!("34373131 2926102143658709"),
            &["key-pin-first"],
        ),
        (
            UserNetwPin,
            imsi(ODD),
            &hex!("343731313A 2926102143658709"),
            &["key-pin-colon-secret"],
        ),
        (
            UserNetwPin,
            imsi(ODD),
            &hex!("2926102143658709 3A34373131"),
            &["key-secret-colon-pin"],
        ),
        (
            UserNetwPin,
            imsi(ODD),
            b"262011234567890:4711",
            &["key-secret-colon-pin", "imsi-ascii"],
        ),
        (
            UserNetwPin,
            imsi(ODD),
            b"4711262011234567890",
            &["key-pin-first", "imsi-ascii"],
        ),
        (
            UserPin,
            imsi(ODD),
            &hex!("2926102143658709"),
            &["sec-other-key"],
        ),
        (NetwPin, imsi(ODD), b"4711", &["sec-other-key"]),
        (
            UserPin,
            imsi(ODD),
            &hex!("2926102143658709 34373131"),
            &["sec-other-key"],
        ),
        (
            UserPin,
            imsi(ODD),
            b"262011234567890",
            &["sec-other-key", "imsi-ascii"],
        ),
    ];
    let mut seen = Vec::new();
    for (sec, facts, key, expected) in cases {
        let mac = text(&hmac(key, BODY));
        let mac = Some(mac.as_bytes());
        seen.extend(names(
            &Received {
                body: BODY,
                sec: Some(sec),
                mac,
                ..Received::default()
            },
            &facts,
            &[],
            expected,
        ));
    }
    seen
}

pub(super) fn other_numbers() -> Vec<&'static str> {
    let number = |kind, digits: &str| Number {
        kind,
        digits: Secret::from(digits),
    };
    let numbers = [
        number(NumberKind::Msisdn, "+49 172 1234567"),
        number(NumberKind::Imei, "490154203237518"),
        number(NumberKind::Iccid, "8949012345678901234"),
    ];
    let cases: [(&[u8], _); 8] = [
        (b"491721234567", "msisdn-for-imsi"),
        (b"+491721234567", "msisdn-for-imsi"),
        (&hex!("411927214365F7"), "msisdn-for-imsi"),
        (&hex!("947112325476"), "msisdn-for-imsi"),
        (b"490154203237518", "imei-for-imsi"),
        (&hex!("490154203237518F"), "imei-for-imsi"),
        (&hex!("4909512430325781"), "imei-for-imsi"),
        (&hex!("989410325476981032F4"), "iccid-for-imsi"),
    ];
    let mut seen = Vec::new();
    for (key, expected) in cases {
        let mac = text(&hmac(key, BODY));
        let received = Received {
            body: BODY,
            sec: Some(Sec::NetwPin),
            mac: Some(mac.as_bytes()),
            ..Received::default()
        };
        seen.extend(names(&received, &imsi(ODD), &numbers, &[expected]));
        let none = Facts::default();
        seen.extend(names(&received, &none, &numbers, &[expected]));
    }
    seen
}

/// The DM profile joins PIN and secret in another way; each form of Client Provisioning or of
/// gateways is a mistake there.
pub(super) fn dm_keys() -> Vec<&'static str> {
    let secret = hex!("2926102143658709");
    let pin = super::PIN.as_bytes();
    let cases: [(&[&[u8]], &[&'static str]); 4] = [
        (&[pin, b":", &secret], &[]),
        (&[&secret, pin], &["dm-key-secret-pin"]),
        (&[pin, &secret], &["dm-key-pin-secret"]),
        (&[&secret, b":", pin], &["dm-key-secret-colon-pin"]),
    ];
    let mut seen = Vec::new();
    for (key, expected) in cases {
        let mac = text(&hmac(&key.concat(), BODY));
        let received = Received {
            body: BODY,
            scheme: super::Scheme::Dm,
            sec: Some(Sec::UserNetwPin),
            mac: Some(mac.as_bytes()),
            ..Received::default()
        };
        seen.extend(names(&received, &imsi(ODD), &[], expected));
    }
    seen
}
