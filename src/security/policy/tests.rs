#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::finding::Position;
use crate::security::cp_mac::{Code, KeyForm, NetworkSecret, Pin, mac};
use crate::security::imsi::Imsi;
use crate::security::verify::{Message, verify};

const DOCUMENT: &str = r#"<wap-provisioningdoc version="1.0"><characteristic type="APPLICATION">
<parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="mgmt.example"/>
<characteristic type="APPADDR"><parm name="ADDR" value="https://dm.mgmt.example/dm"/></characteristic>
</characteristic></wap-provisioningdoc>"#;

fn facts(body: &[u8]) -> Facts {
    let pin = Pin::parse("12345").unwrap();
    Facts {
        network: Some(NetworkSecret::Imsi(Imsi::parse("228011234567890").unwrap())),
        code: Some(Code::new(&pin, body).unwrap()),
        pin: Some(pin),
    }
}

fn verified(assurance: Assurance, body: &[u8]) -> Verified<'_> {
    let sec = match assurance {
        Assurance::Unsigned => None,
        Assurance::NetworkKey => Some(Sec::NetwPin),
        Assurance::UserPin => Some(Sec::UserPin),
        Assurance::Both => Some(Sec::UserNetwPin),
        Assurance::Code => Some(Sec::UserPinMac),
    };
    let facts = facts(body);
    let carried = sec.filter(|sec| sec.carries_mac());
    let mac = carried.map(|sec| mac(sec, &facts, KeyForm::Standard, body).unwrap());
    verify(Message { body, sec, mac }, &facts).unwrap()
}

fn accept(policy: &Policy, text: &str, channel: Channel) -> Result<(), String> {
    let consent = Consent {
        channel,
        network_alone: false,
    };
    let verified = verified(Assurance::UserPin, text.as_bytes());
    let accepted = policy.accept(verified, &consent, Levels::Oma);
    accepted.map(drop).map_err(|error| error.to_string())
}

/// Channel by assurance: yes, no, or if somebody agrees.
#[test]
fn what_suffices_depends_on_the_way() {
    let policy = Policy::default();
    for (channel, row) in [
        (Channel::Push, "n?yyy"),
        (Channel::Card, "y?yyy"),
        (Channel::File, "y?yyy"),
        (Channel::Local, "y?yyy"),
    ] {
        for (assurance, expected) in Assurance::ALL.into_iter().zip(row.chars()) {
            let verdict = |network_alone| {
                let consent = Consent {
                    channel,
                    network_alone,
                };
                let verified = verified(assurance, DOCUMENT.as_bytes());
                let accepted = policy.accept(verified, &consent, Levels::Oma);
                if let Ok(accepted) = &accepted {
                    assert_eq!(accepted.assurance(), assurance);
                    assert_eq!(accepted.channel(), channel);
                    assert_eq!(accepted.received().accounts().count(), 1);
                }
                accepted.is_ok()
            };
            let found = match (verdict(false), verdict(true)) {
                (true, true) => 'y',
                (false, true) => '?',
                (false, false) => 'n',
                (true, false) => '!',
            };
            assert_eq!(found, expected, "{channel} {assurance}");
        }
    }
}

#[test]
fn the_network_alone_is_a_setting() {
    let consent = |network_alone| Consent {
        channel: Channel::Push,
        network_alone,
    };
    let with = |alone: &str| Policy::parse(&format!("format = 1\nnetwork_key.alone = \"{alone}\""));
    // No policy speaks for whoever has to agree
    let error = with("accept").unwrap_err();
    assert!(error.to_string().contains("`ask` or `refuse`"), "{error}");
    for (alone, asked, agreed) in [("ask", false, true), ("refuse", false, false)] {
        let policy = with(alone).unwrap();
        let verified = verified(Assurance::NetworkKey, DOCUMENT.as_bytes());
        assert_eq!(policy.admits(&verified, &consent(false)).is_ok(), asked);
        assert_eq!(policy.admits(&verified, &consent(true)).is_ok(), agreed);
    }
}

#[test]
fn servers_hosts_and_plain_http() {
    for (keys, http, expected) in [
        ("", false, None),
        ("servers.ids = [\"mgmt.example\"]", false, None),
        ("servers.ids = [\"mgmt.*\"]", false, None),
        ("servers.ids = [\"*.example\"]", false, None),
        (
            "servers.ids = [\"MGMT.example\"]",
            false,
            Some("policy-server"),
        ),
        ("servers.ids = []", false, Some("policy-server")),
        ("servers.hosts = [\"*.MGMT.example\"]", false, None),
        (
            "servers.hosts = [\"mgmt.example\"]",
            false,
            Some("policy-host"),
        ),
        (
            "servers.hosts = [\"*.dm.mgmt.example\"]",
            false,
            Some("policy-host"),
        ),
        ("", true, Some("policy-plain-http")),
        ("servers.plain_http = true", true, None),
        ("limits.accounts = 0", false, Some("policy-limit")),
        ("limits.octets = 100", false, Some("policy-limit")),
    ] {
        let policy = Policy::parse(&format!("format = 1\n{keys}")).unwrap();
        let text = match http {
            true => DOCUMENT.replace("https:", "http:"),
            false => DOCUMENT.to_owned(),
        };
        let consent = Consent {
            channel: Channel::Push,
            network_alone: false,
        };
        let verified = verified(Assurance::Both, text.as_bytes());
        let rule = match policy.accept(verified, &consent, Levels::Oma) {
            Ok(_) => None,
            Err(NotAccepted::Denied(denied)) => Some(denied.rule()),
            Err(NotAccepted::Malformed(error)) => panic!("{error}"),
        };
        assert_eq!(rule, expected, "{keys}");
    }
}

/// What decides is the host that the client would call.
#[test]
fn no_url_hides_its_host() {
    let policy = Policy::parse("format = 1\nservers.hosts = [\"good.example\"]").unwrap();
    for (url, good) in [
        ("https://good.example/dm", true),
        ("HTTPS://GOOD.EXAMPLE.:8443/dm", true),
        ("https://good.example@evil.example/", false),
        ("https://good.example:x@evil.example/", false),
        ("https://evil.example/?good.example", false),
        ("https://evil.example#@good.example", false),
        ("https://evil.example\\@good.example/", false),
        ("https://evil.example\\/@good.example", false),
        ("https://evil.example @good.example/", false),
        ("https://evil.example%2F@good.example%", false),
        ("https://evil\u{3002}good.example", false),
        ("https:///good.example", false),
        ("https://", false),
        ("", false),
    ] {
        let text = DOCUMENT.replace("https://dm.mgmt.example/dm", url);
        let found = accept(&policy, &text, Channel::Push);
        assert_eq!(found.is_ok(), good, "{url}: {found:?}");
    }
}

/// What a pattern may be, it may be.
#[test]
fn patterns_that_match_something() {
    let policy = "format = 1\nservers = { ids = [\"*\", \"a*\", \"*b\", \"a b\"], \
                  hosts = [\"*\", \"*.a.b\", \"a_b-c.*\", \"2001:*\", \"*:1\", \"2001:db8::1\", \"::1\", \"10.0.0.1\", \"A.B\"] }";
    assert_eq!(Policy::parse(policy).map(drop), Ok(()));
}

/// `plain_http` lets http through, and nothing else.
#[test]
fn addresses_that_no_client_can_call() {
    let policy = Policy::parse("format = 1\nservers.plain_http = true").unwrap();
    for (url, good) in [
        ("https://good.example/dm", true),
        ("HTTP://good.example:65535", true),
        ("good.example:1/dm", true),
        ("http://[2001:db8::1]:80/", true),
        ("2001:db8::1", true),
        ("javascript://good.example/", false),
        ("javascript:alert(1)", false),
        ("file:///etc/passwd", false),
        ("file:/etc/passwd", false),
        ("ftp://good.example/", false),
        ("good.example/?://x", false),
        ("https://[good.example]/", false),
        ("https://[::1", false),
        ("https://good.example:65536/", false),
        ("https://good.example:0/", false),
        ("https://good.example:+80/", false),
        ("https://good.example:/", false),
    ] {
        let text = DOCUMENT.replace("https://dm.mgmt.example/dm", url);
        let found = accept(&policy, &text, Channel::Push);
        assert_eq!(found.is_ok(), good, "{url}: {found:?}");
        if let Err(found) = found {
            assert!(found.contains("is no address of a server"), "{found}");
        }
    }
    // Beside the URL too
    let port = |number: &str| {
        format!(
            r#"<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr/><SyncBody><Add><CmdID>1</CmdID><Item><Target><LocURI>./DMAcc/1/AppAddr/1/Port/1/PortNbr</LocURI></Target><Meta><Format xmlns="syncml:metinf">chr</Format></Meta><Data>{number}</Data></Item><Item><Target><LocURI>./DMAcc/1/AppAddr/1/Addr</LocURI></Target><Meta><Format xmlns="syncml:metinf">chr</Format></Meta><Data>https://good.example</Data></Item></Add><Final/></SyncBody></SyncML>"#
        )
    };
    assert_eq!(accept(&policy, &port("65535"), Channel::Push), Ok(()));
    let refused = accept(&policy, &port("65536"), Channel::Push).unwrap_err();
    assert!(refused.contains("65535"), "{refused}");
}

/// Rights for others are as much a matter of trust as accounts.
#[test]
fn nobody_unknown_gets_rights() {
    let tree = r#"<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr/><SyncBody><Add><CmdID>1</CmdID><Item><Target><LocURI>./Inbox</LocURI></Target>
<Data><MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName><RTProperties><ACL>Get=mgmt.example+other</ACL><Type><DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type></RTProperties>
<Node><NodeName>ServerID</NodeName><Value>mgmt.example</Value></Node></Node></MgmtTree></Data></Item></Add><Final/></SyncBody></SyncML>"#;
    assert_eq!(accept(&Policy::default(), tree, Channel::Push), Ok(()));
    let policy = Policy::parse("format = 1\nservers.ids = [\"mgmt.example\"]").unwrap();
    let refused = accept(&policy, tree, Channel::Push).unwrap_err();
    assert!(refused.contains("\"other\""), "{refused}");
    let alone = tree.replace("+other", "");
    assert_eq!(accept(&policy, &alone, Channel::Push), Ok(()));
    // Everybody is more than those whom it knows
    let all = tree.replace("mgmt.example+other", "*");
    assert_eq!(accept(&Policy::default(), &all, Channel::Push), Ok(()));
    let refused = accept(&policy, &all, Channel::Push).unwrap_err();
    assert!(refused.contains("every server"), "{refused}");
}

/// What is judged is what is applied: Base64 is what it stands for, and of two nodes the first counts.
#[test]
fn no_account_hides_in_its_form() {
    let leaf = |name: &str, format: &str, value: &str| {
        format!(
            "<Node><NodeName>{name}</NodeName><RTProperties><Format><{format}/></Format></RTProperties><Value>{value}</Value></Node>"
        )
    };
    let (id, evil) = (
        leaf("ServerID", "chr", "good"),
        leaf("ServerID", "chr", "evil"),
    );
    let base64 = leaf("ServerID", "b64", "ZXZpbA==");
    let none = "<Node><NodeName>ServerID</NodeName><RTProperties><Format><node/></Format></RTProperties></Node>";
    let to = |format: &str, value: &str| {
        format!(
            "<Node><NodeName>AppAddr</NodeName><Node><NodeName>1</NodeName>{}</Node></Node>",
            leaf("Addr", format, value)
        )
    };
    let good = to("chr", "https://good.example");
    for (nodes, expected) in [
        (id.clone() + &good, Ok("good")),
        (base64 + &good, Err("evil")),
        (evil.clone() + &id + &good, Err("evil")),
        (id.clone() + &evil + &good, Ok("good")),
        (none.to_owned() + &evil + &good, Err("")),
        (good.clone(), Ok("")),
        (
            id.clone() + &to("b64", "aHR0cHM6Ly9ldmlsLmV4YW1wbGU="),
            Err("evil.example"),
        ),
        (id + &good + &to("chr", "https://evil.example"), Ok("good")),
    ] {
        let text = format!(
            "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Add><CmdID>1</CmdID><Item><Target><LocURI>./Inbox</LocURI></Target><Data><MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName><RTProperties><Type><DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type></RTProperties>{nodes}</Node></MgmtTree></Data></Item></Add><Final/></SyncBody></SyncML>"
        );
        let policy = "format = 1\nservers = { ids = [\"good\"], hosts = [\"good.example\"] }";
        let consent = Consent {
            channel: Channel::File,
            network_alone: false,
        };
        let policy = Policy::parse(policy).unwrap();
        let verified = verified(Assurance::UserPin, text.as_bytes());
        match (policy.accept(verified, &consent, Levels::Oma), expected) {
            (Ok(accepted), Ok(server)) => {
                let object = &accepted.received().objects[0];
                assert_eq!(object.server_id().unwrap_or_default(), server);
                let named = |name| {
                    let own = object.node.nodes.iter();
                    own.filter(|node| node.name.as_ref().is_some_and(|n| n.as_str() == name))
                        .count()
                };
                let ids = usize::from(!server.is_empty());
                assert_eq!((named("ServerID"), named("AppAddr")), (ids, 1), "{nodes}");
            }
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(&format!("{words:?}")), "{error}");
            }
            (found, expected) => panic!("{found:?} instead of {expected:?}: {nodes}"),
        }
    }
}

/// An account is judged wherever it hangs.
#[test]
fn no_account_hides_below_others() {
    let item = |uri: &str, value: &str| {
        format!(
            "<Item><Target><LocURI>{uri}</LocURI></Target><Meta><Format xmlns=\"syncml:metinf\">chr</Format></Meta><Data>{value}</Data></Item>"
        )
    };
    let items = item("./Vendor/DM/Accounts/1/ServerID", "evil.example")
        + &item(
            "./Vendor/DM/Accounts/1/AppAddr/1/Addr",
            "https://evil.example",
        );
    let text = format!(
        "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Add><CmdID>1</CmdID>{items}</Add><Final/></SyncBody></SyncML>"
    );
    for (keys, good) in [
        ("", true),
        ("servers.ids = [\"mgmt.example\"]", false),
        ("servers.hosts = [\"mgmt.example\"]", false),
        ("limits.accounts = 0", false),
    ] {
        let policy = Policy::parse(&format!("format = 1\n{keys}")).unwrap();
        assert_eq!(
            accept(&policy, &text, Channel::Push).is_ok(),
            good,
            "{keys}"
        );
    }
}

#[test]
fn short_pins_are_not_tried() {
    let policy = Policy::parse("format = 1\npin.min_digits = 6").unwrap();
    let facts = facts(b"body");
    for sec in [Sec::UserPin, Sec::UserNetwPin, Sec::UserPinMac] {
        let refused = policy.pin(sec, &facts).unwrap_err();
        assert_eq!(refused.rule(), "policy-pin");
        assert!(Policy::default().pin(sec, &facts).is_ok());
    }
    assert!(policy.pin(Sec::NetwPin, &facts).is_ok());
}

#[test]
fn files_are_read_strictly() {
    for (text, words, line) in [
        ("", "missing field `format`", None),
        ("format = 2", "not 1", Some(1)),
        ("format = 1\n[pins]", "unknown field `pins`", Some(2)),
        (
            "format = 1\n[pin]\nlength = 4",
            "unknown field `length`",
            Some(3),
        ),
        (
            "format = 1\n[assurance]\nair = []",
            "unknown field `air`",
            Some(3),
        ),
        (
            "format = 1\nassurance.card = [\"signed\"]",
            "unknown variant `signed`",
            Some(2),
        ),
        (
            "format = 1\n\nassurance.push = [\"both\", \"unsigned\"]",
            "never enough",
            Some(3),
        ),
        ("format = 1\npin.tries = 0", "at least 1", Some(2)),
        ("format = 1\npin.tries = 256", "256", Some(2)),
        ("format = 1\nformat = 1", "duplicate key", Some(2)),
        ("format = 1\nservers.ids = [\"\"]", "write one", Some(2)),
        (
            "format = 1\nservers.ids = [\n\"a\",\n\"a*b\"]",
            "only at the beginning or at the end",
            Some(4),
        ),
        (
            "format = 1\nservers.ids = [\"*a*\"]",
            "for each identifier",
            Some(2),
        ),
        ("format = 1\nservers.hosts = [\"\"]", "empty host", Some(2)),
        (
            "format = 1\nservers.hosts = [\"a.*.b\"]",
            "for each host",
            Some(2),
        ),
        (
            "format = 1\nservers.hosts = [\"https://u:p@dm.s1.example:443/dm\"]",
            "write \"dm.s1.example\"",
            Some(2),
        ),
        (
            "format = 1\nservers.hosts = [\"a.b:443\"]",
            "write \"a.b\"",
            Some(2),
        ),
        (
            "format = 1\nservers.hosts = [\"ab:443\"]",
            "write \"ab\"",
            Some(2),
        ),
        (
            "format = 1\nservers.hosts = [\"*.a.b.\"]",
            "write \"*.a.b\"",
            Some(2),
        ),
        (
            "format = 1\nservers.hosts = [\"[2001:db8::1]\"]",
            "write \"2001:db8::1\"",
            Some(2),
        ),
        (
            "format = 1\nservers.hosts = [\"d\u{e4}m.example\"]",
            "as DNS has it",
            Some(2),
        ),
    ] {
        let error = Policy::parse(text).unwrap_err();
        assert!(error.what.contains(words), "{text:?}: {error}");
        let found = match error.at {
            Position::Line { line, .. } => Some(line),
            _ => None,
        };
        if line.is_some() {
            assert_eq!(found, line, "{text:?}: {error}");
        }
        assert_eq!(error.rule(), "policy-file");
    }
}

/// The default is the file, and not what stands where it cannot be read.
#[test]
fn the_default_is_the_file() {
    let policy = Policy::default();
    assert_eq!((policy.tries(), policy.overwrites()), (3, false));
    assert_eq!(policy.replay(), Duration::from_secs(90 * 86_400));
    assert_eq!(Policy::parse("format = 1"), Ok(policy.clone()));
    assert_eq!(Policy::parse(DEFAULT), Ok(policy));
}

#[test]
fn channels_have_names() {
    let names = Channel::ALL.map(Channel::name);
    assert_eq!(names, ["push", "card", "file", "local"]);
    assert_eq!(Channel::ALL.map(|channel| channel.to_string()), names);
}

/// What is as much as the limit is within it.
#[test]
fn limits_are_exact() {
    let policy = |keys: &str| Policy::parse(&format!("format = 1\n{keys}")).unwrap();
    let octets = DOCUMENT.len();
    for (keys, fits) in [
        (format!("limits.octets = {octets}"), true),
        (format!("limits.octets = {}", octets - 1), false),
        ("limits.accounts = 1".to_owned(), true),
        ("limits.accounts = 0".to_owned(), false),
    ] {
        let accepted = accept(&policy(&keys), DOCUMENT, Channel::File);
        assert_eq!(accepted.is_ok(), fits, "{keys}: {accepted:?}");
    }
    // The PIN has 5 digits, and so has the half of the code
    for (digits, fits) in [(5, true), (6, false)] {
        let policy = policy(&format!("pin.min_digits = {digits}"));
        for sec in [Sec::UserPin, Sec::UserPinMac] {
            assert_eq!(
                policy.pin(sec, &facts(b"body")).is_ok(),
                fits,
                "{digits} {sec}"
            );
        }
    }
    for overwrites in [true, false] {
        let policy = policy(&format!("servers.overwrite = {overwrites}"));
        assert_eq!(policy.overwrites(), overwrites);
    }
}

/// Who may set up the operator's own context over the air should know both secrets.
#[test]
fn privileged_contexts_are_remarked() {
    let context =
        "<characteristic type=\"BOOTSTRAP\"><parm name=\"PROVURL\" value=\"p\"/></characteristic>";
    let privileged = DOCUMENT.replacen("\"1.0\">", &format!("\"1.0\">{context}"), 1);
    for (text, channel, assurance, remarked) in [
        (&*privileged, Channel::Push, Assurance::UserPin, true),
        (&*privileged, Channel::Push, Assurance::Both, false),
        (&*privileged, Channel::File, Assurance::UserPin, false),
        (&*privileged, Channel::File, Assurance::Both, false),
        (DOCUMENT, Channel::Push, Assurance::UserPin, false),
    ] {
        let consent = Consent {
            channel,
            network_alone: false,
        };
        let verified = verified(assurance, text.as_bytes());
        let accepted = Policy::default()
            .accept(verified, &consent, Levels::Oma)
            .unwrap();
        let mut findings = accepted.received().findings.iter();
        let found = findings.any(|finding| finding.rule == &rules::PRIVILEGED);
        assert_eq!(found, remarked, "{channel} {assurance}");
    }
}

/// A document is known by the SHA-256 of its octets, and carries what its policy said.
#[test]
fn accepted_documents_are_known_by_their_digest() {
    // FIPS 180-2 appendix B.1
    let abc = hex_literal::hex!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(digest(b"abc"), abc);
    for overwrites in [true, false] {
        let text = format!("format = 1\nservers.overwrite = {overwrites}");
        let consent = Consent {
            channel: Channel::File,
            network_alone: false,
        };
        let body = DOCUMENT.as_bytes();
        let verified = verified(Assurance::UserPin, body);
        let policy = Policy::parse(&text).unwrap();
        let accepted = policy.accept(verified, &consent, Levels::Oma).unwrap();
        assert_eq!(accepted.overwrites(), overwrites);
        assert_eq!(accepted.digest(), digest(body));
    }
}

#[test]
fn assurances_have_names_and_sentences() {
    let names = Assurance::ALL.map(Assurance::name);
    assert_eq!(
        names,
        ["unsigned", "network-key", "user-pin", "both", "code"]
    );
    assert_eq!(Assurance::ALL.map(|one| one.to_string()), names);
    for (assurance, words) in [
        (Assurance::Unsigned, "nothing"),
        (Assurance::NetworkKey, "the IMSI"),
        (Assurance::UserPin, "knows the PIN"),
        (Assurance::Both, "the network key and the PIN"),
        (Assurance::Code, "the code"),
    ] {
        assert!(assurance.proves().contains(words), "{assurance}");
    }
}
