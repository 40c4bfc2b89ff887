//! What profiles make of their keys: sources, address forms, levels, conditions, XML bodies.

use super::random::Seed;
use super::*;
use crate::document::cp::Encoding;
use crate::secret::Secret;

fn values(
    profile: &Profile,
    given: &[(&str, &str)],
    seed: Option<&Seed>,
) -> Result<Values, ValueError> {
    let mut values = Values::default();
    let find = |parameter: &Parameter| {
        given
            .iter()
            .find(|(name, _)| *name == parameter.name)
            .map(|(_, value)| *value)
    };
    values.resolve(profile, &find, seed).map(|()| values)
}

fn parse(text: &str) -> Profile {
    let find = |name: &str| shipped::find(name).map(str::to_owned);
    Profile::parse("test", text, &find).unwrap_or_else(|error| panic!("{error}"))
}

/// The XML of a device's document, from its first characteristic on, and proof that the compiled
/// form is the same.
fn xml(profile: &Profile, given: &[(&str, &str)]) -> String {
    let values = values(profile, given, None).unwrap();
    let document = profile.document(&values);
    for encoding in [Encoding::Compatible, Encoding::Compact] {
        let mut spliced = Vec::new();
        Compiled::new(profile, Written::Cp(encoding))
            .splicer()
            .append(&values, &mut spliced)
            .unwrap();
        assert_eq!(spliced, document.to_wbxml(encoding).unwrap().octets);
    }
    if profile.has_dm_form().is_ok() {
        for (_, tnds) in Tnds::NAMES {
            let mut spliced = Vec::new();
            Compiled::new(profile, Written::Dm(tnds))
                .splicer()
                .append(&values, &mut spliced)
                .unwrap();
            let (message, _) = profile.message(&values, tnds).unwrap();
            let encoded = super::compile::encode(&message, tnds, profile).unwrap();
            assert_eq!(spliced, encoded.octets, "{tnds:?}");
        }
    }
    let xml = document.to_xml().unwrap();
    xml[xml.find("<wap-provisioningdoc").unwrap()..]
        .replace("\n", "")
        .replace("  ", "")
}

const GIVEN: [(&str, &str); 5] = [
    ("server_id", "s"),
    ("server_url", "https://a.example:8443/dm"),
    ("client_user", "u"),
    ("client_secret", "cs"),
    ("server_secret", "ss"),
];

/// The digests were computed with coreutils and OpenSSL over `490154203237518:s`:
/// `printf '490154203237518:s' | md5sum`, `sha1sum`, `sha256sum`,
/// `openssl dgst -sha1 -hmac 0123456789abcdef`, `openssl dgst -sha256 -hmac key`.
#[test]
fn derive_functions() {
    for (derive, expected) in [
        (r#"function = "concat""#, "490154203237518:s"),
        (r#"function = "concat", length = 3"#, "490"),
        (
            r#"function = "hex", encode = "HEX""#,
            "3439303135343230333233373531383A73",
        ),
        (r#"function = "hex""#, "3439303135343230333233373531383a73"),
        (r#"function = "base64""#, "NDkwMTU0MjAzMjM3NTE4OnM="),
        (r#"function = "md5""#, "cd88a20023852c2f1b05102bf9835f0e"),
        (r#"function = "sha1", length = 10"#, "d5cd49610b"),
        (
            r#"function = "sha256", encode = "base64""#,
            "WeN13z28R8Tmj7j3wB94deKhudfXpWOri4eeRQKWO7I=",
        ),
        (
            r#"function = "hmac-sha1", key = "job_seed""#,
            "ae228dd552fc04a87d516435d2f63a2638d0de59",
        ),
        (
            r#"function = "hmac-sha1""#,
            "ae228dd552fc04a87d516435d2f63a2638d0de59",
        ),
        (
            r#"function = "hmac-sha256", key = "client_secret", encode = "HEX""#,
            "DB0848423D400D789751D2FFA2C5CA5ABE859FC5FF185CDBE8584C5428AF2014",
        ),
    ] {
        let profile = parse(&format!(
            "format = 1\n[parameters.x]\ntype = \"text\"\n\
             derive = {{ {derive}, of = [\"imei\", \"server_id\"], separator = \":\" }}\n\
             [body.VENDORCONFIG]\nNAME = \"{{{{x}}}}\"\nB = \"{{{{client_secret}}}}\"\n"
        ));
        let given = [
            ("imei", "490154203237518"),
            ("server_id", "s"),
            ("client_secret", "key"),
        ];
        let seed = Seed::new(Secret::from("0123456789abcdef")).unwrap();
        let values = values(&profile, &given, Some(&seed)).unwrap();
        let id = profile.parameter("x").unwrap();
        assert_eq!(values.get(id), Some(expected), "{derive}");
    }
}

#[test]
fn nonces_count_as_their_octets() {
    let profile = parse(
        "format = 1\n[parameters.x]\ntype = \"text\"\n\
         derive = { function = \"hex\", of = [\"client_nonce\"] }\n\
         [body.VENDORCONFIG]\nNAME = \"{{x}}\"\n",
    );
    let values = values(&profile, &[("client_nonce", "AAH/")], None).unwrap();
    assert_eq!(values.get(profile.parameter("x").unwrap()), Some("0001ff"));
}

#[test]
fn short_addresses() {
    let text = "format = 1\nextends = \"cp/w7-account\"\naddress = \"short\"\n";
    let profile = parse(text);
    let short = xml(&profile, &GIVEN);
    assert!(short.contains(
        r#"<parm name="PROVIDER-ID" value="s"/><parm name="ADDR" value="https://a.example:8443/dm"/><characteristic type="APPAUTH">"#
    ), "{short}");
    assert!(!short.contains("APPADDR") && !short.contains("PORT\""));
    // There is no place for a port but the URL
    let mut given = GIVEN.to_vec();
    given[1].1 = "https://a.example/dm";
    given.push(("server_port", "8443"));
    let error = values(&profile, &given, None).unwrap_err();
    assert_eq!(error.rule(), "value-port");
}

/// An author's own document is changed only where a key says so.
const OWN: &str = r#"
xml = '''<wap-provisioningdoc version="1.1"><characteristic type="APPLICATION">
<parm name="APPID" value="W7"/><parm name="ADDR" value="{{server_url}}"/>
<characteristic type="APPAUTH"><parm name="AAUTHNAME" value="{{client_user}}"/><parm name="AAUTHLEVEL" value="APPSRV"/></characteristic>
<characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="CLIENT"/><parm name="X-MINE"/></characteristic>
</characteristic></wap-provisioningdoc>'''
"#;

#[test]
fn an_own_document_stays_as_it_is() {
    let own = xml(&parse(&format!("format = 1\n{OWN}")), &GIVEN);
    let line = r#"<wap-provisioningdoc version="1.1"><characteristic type="APPLICATION"><parm name="APPID" value="W7"/><parm name="ADDR" value="https://a.example:8443/dm"/><characteristic type="APPAUTH"><parm name="AAUTHNAME" value="u"/><parm name="AAUTHLEVEL" value="APPSRV"/></characteristic><characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="CLIENT"/><parm name="X-MINE"/></characteristic></characteristic></wap-provisioningdoc>"#;
    assert_eq!(own, line);
}

#[test]
fn long_addresses_and_swapped_levels() {
    let keys = "address = \"long\"\nlevels = \"swapped\"\nversion = \"none\"\n";
    let changed = xml(&parse(&format!("format = 1\n{keys}{OWN}")), &GIVEN);
    let line = r#"<wap-provisioningdoc><characteristic type="APPLICATION"><parm name="APPID" value="W7"/><characteristic type="APPADDR"><parm name="ADDR" value="https://a.example:8443/dm"/><parm name="ADDRTYPE" value="URI"/></characteristic><characteristic type="APPAUTH"><parm name="AAUTHNAME" value="u"/><parm name="AAUTHLEVEL" value="CLIENT"/></characteristic><characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="APPSRV"/><parm name="X-MINE"/></characteristic></characteristic></wap-provisioningdoc>"#;
    assert_eq!(changed, line);
    // In the writer's own order, APPSRV still comes first
    let text = "format = 1\nextends = \"cp/w7-account\"\nlevels = \"swapped\"\n";
    let swapped = xml(&parse(text), &GIVEN);
    let appsrv = swapped.find("value=\"APPSRV\"").unwrap();
    assert!(appsrv < swapped.find("value=\"CLIENT\"").unwrap());
    let server = swapped.find("value=\"ss\"").unwrap();
    assert!(server < swapped.find("value=\"cs\"").unwrap(), "{swapped}");
}

#[test]
fn conditions_flags_and_repetitions() {
    let profile = parse(
        "format = 1\n[parameters.nap_user]\noptional = true\n[parameters.dns]\noptional = true\n\
         [[body.NAPDEF]]\nNAPID = 7\nINTERNET = true\nBEARER = [\"GSM-GPRS\", \"GSM-CSD\"]\n\
         DNS-ADDR = \"{{dns}}\"\n\
         [[body.NAPDEF.NAPAUTHINFO]]\nwhen = \"nap_user\"\nAUTHTYPE = \"PAP\"\n\
         [[body.NAPDEF.VALIDITY]]\nCOUNTRY = \"{{dns}}\"\n",
    );
    let bare = r#"<wap-provisioningdoc version="1.0"><characteristic type="NAPDEF"><parm name="NAPID" value="7"/><parm name="BEARER" value="GSM-GPRS"/><parm name="BEARER" value="GSM-CSD"/><parm name="INTERNET"/>"#;
    let end = "</characteristic></wap-provisioningdoc>";
    assert_eq!(xml(&profile, &[]), format!("{bare}{end}"));
    let auth = r#"<characteristic type="NAPAUTHINFO"><parm name="AUTHTYPE" value="PAP"/></characteristic>"#;
    assert_eq!(
        xml(&profile, &[("nap_user", "u")]),
        format!("{bare}{auth}{end}")
    );
}

#[test]
fn markup_in_values_is_escaped_and_control_characters_are_refused() {
    let profile = parse("format = 1\n[body.VENDORCONFIG]\nNAME = \"{{server_name}}\"\n");
    let escaped = xml(&profile, &[("server_name", "<&\">")]);
    assert!(
        escaped.contains("value=\"&lt;&amp;&quot;&gt;\""),
        "{escaped}"
    );
    let error = values(&profile, &[("server_name", "a\0b")], None).unwrap_err();
    assert_eq!(error.rule(), "value-mismatch");
}

/// The rule and sentence of a profile that is refused.
fn refused(text: &str) -> String {
    let find = |name: &str| shipped::find(name).map(str::to_owned);
    let error = Profile::parse("test", text, &find).unwrap_err();
    format!("{}: {error}", error.fault.rule())
}

#[test]
fn secrets_name_neither_files_nor_devices() {
    let start = "format = 1\nextends = \"cp/w7-account\"\n";
    for (line, named) in [
        (
            "name = \"{{client_secret}}\"",
            "`name` is \"client_secret\"",
        ),
        ("name = \"{{imei}}-{{pin}}\"", "`name` is \"pin\""),
        ("key = \"pin\"", "`key` is \"pin\""),
        ("name = \"all\"", "`name` is \"all\""),
    ] {
        let error = refused(&format!("{start}{line}\n"));
        assert!(error.starts_with("profile-wrong-value: "), "{error}");
        assert!(error.contains(named), "{error}");
    }
    // What is made of a secret shows it, unless it is a digest
    let made = |source: &str| {
        let parameter = format!("[parameters.made]\ntype = \"text\"\n{source}\n");
        let profile = parse(&format!("{start}{parameter}"));
        profile.parameters[profile.parameter("made").unwrap()].secret
    };
    assert!(made("template = \"x{{pin}}\""));
    assert!(made(
        "derive = { function = \"hex\", of = [\"server_secret\"] }"
    ));
    assert!(!made(
        "derive = { function = \"sha1\", of = [\"server_secret\"] }"
    ));
    assert!(!made("template = \"x{{imei}}\""));
}

/// Each parameter is the next one twice: the first would have 10 * 2^40 characters.
#[test]
fn values_do_not_grow_without_end() {
    for kind in ["text", "url"] {
        let mut text = "format = 1\n[[body.NAPDEF]]\nNAPID = \"{{p0}}\"\n".to_owned();
        for index in 0..40 {
            let next = index + 1;
            text += &format!(
                "[parameters.p{index}]\ntype = \"{kind}\"\ntemplate = \"{{{{p{next}}}}}{{{{p{next}}}}}\"\n"
            );
        }
        text += &format!("[parameters.p40]\ntype = \"{kind}\"\nconstant = \"http://a.b\"\n");
        let profile = parse(&text);
        let error = values(&profile, &[], None).unwrap_err();
        assert_eq!(error.rule(), "value-mismatch");
        let (sample, symbols) = (profile.sample(), profile.symbolic_sample());
        for document in [sample, symbols.document] {
            let octets = document.to_wbxml(Encoding::Compatible).unwrap().octets;
            assert!(octets.len() < 1 << 20);
        }
    }
}
