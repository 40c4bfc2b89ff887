//! Loading, conditions and what is not known.

use super::claims::{Dm, Spec};
use super::*;

const HEAD: &str = "format = 1\ndescription = 'x'\nsources = ['y']\n";

fn claim(rest: &str) -> String {
    format!(
        "{HEAD}[[claim]]\nid = 'a'\neffect = 'refuses'\nsays = 'says'\nremedy = 'do'\nsource = 's'\n\
         confidence = 'confirmed'\n{rest}"
    )
}

#[test]
fn faults_are_named_with_their_place() {
    let good = claim("when = { sec = 'none' }");
    assert!(Receiver::parse("r", &good).is_ok());
    let twice = format!("{good}\n{}", &good[HEAD.len()..]);
    let many = (0..257)
        .map(|n| good[HEAD.len()..].replace("'a'", &format!("'a{n}'")))
        .fold(HEAD.to_owned(), |all, one| format!("{all}{one}\n"));
    for (text, rule, line) in [
        ("format = ", "receiver-toml", Some(1)),
        ("description = 'x'", "receiver-format", None),
        ("format = 2", "receiver-format", Some(1)),
        (&format!("{HEAD}claim = 1"), "receiver-wrong-type", Some(4)),
        (HEAD, "receiver-no-claims", None),
        (&format!("{HEAD}claim = []"), "receiver-no-claims", None),
        ("format = 1\nsources = ['y']", "receiver-missing-key", None),
        (
            "format = 1\ndescription = ' '",
            "receiver-wrong-value",
            Some(2),
        ),
        (
            "format = 1\ndescription = 'x'\nsources = []",
            "receiver-wrong-type",
            Some(3),
        ),
        (
            &format!("colour = 1\n{good}"),
            "receiver-unknown-key",
            Some(1),
        ),
        (
            &good.replace("'a'", "'A b'"),
            "receiver-wrong-value",
            Some(4),
        ),
        (
            &good.replace("refuses", "eats"),
            "receiver-wrong-value",
            Some(6),
        ),
        (
            &good.replace("refuses", "ignores"),
            "receiver-missing-key",
            Some(4),
        ),
        (
            &good.replace("remedy", "colour"),
            "receiver-missing-key",
            Some(4),
        ),
        (
            &claim("when = { colour = 'red' }"),
            "receiver-unknown-fact",
            Some(11),
        ),
        (
            &claim("when = { sec = 'USERPIN' }"),
            "receiver-wrong-value",
            Some(11),
        ),
        (
            &claim("when = { sec = [] }"),
            "receiver-wrong-type",
            Some(11),
        ),
        (
            &claim("when = { sec = { outside = ['none'] } }"),
            "receiver-unknown-key",
            Some(11),
        ),
        (
            &claim("when = { mac = 'yes' }"),
            "receiver-wrong-type",
            Some(11),
        ),
        (
            &claim("when = { headers = { over = 1 } }"),
            "receiver-unknown-key",
            Some(11),
        ),
        (
            &claim("when = { headers = { above = 1, below = 3 } }"),
            "receiver-wrong-value",
            Some(11),
        ),
        (
            &claim("when = { headers = -1 }"),
            "receiver-wrong-value",
            Some(11),
        ),
        (
            &claim("when = { has = 'w7/APPAUTH' }"),
            "receiver-wrong-value",
            Some(11),
        ),
        (
            &claim("when = { sec = 'none' }\nloses = 'w7/ADDR'"),
            "receiver-wrong-value",
            Some(12),
        ),
        (
            &claim("when = { sec = 'none' }\nloses = ['colour']"),
            "receiver-wrong-value",
            Some(12),
        ),
        (
            &claim("when = { sec = 'none' }\nloses = true"),
            "receiver-wrong-type",
            Some(12),
        ),
        (&twice, "receiver-repeated-claim", Some(12)),
        (&many, "receiver-too-many-claims", None),
    ] {
        let error = Receiver::parse("r", text).unwrap_err();
        assert_eq!(error.fault.rule(), rule, "{text}\n{error}");
        let found = match error.place.at {
            crate::finding::Position::Line { line, .. } => Some(line),
            _ => None,
        };
        assert_eq!(found, line, "{text}\n{error}");
    }
}

#[test]
fn what_is_not_known_stays_open() {
    let gecko = shipped_receivers()
        .into_iter()
        .find(|r| r.name == "gecko")
        .unwrap();
    let bare = Spec {
        form: Some("wbxml".into()),
        ..Spec::default()
    };
    let prediction = predict(&gecko, &bare.facts());
    let open: Vec<_> = prediction
        .undecided
        .iter()
        .map(|undecided| (undecided.claim.id.as_str(), undecided.groups.clone()))
        .collect();
    assert!(open.contains(&("unsigned", vec![Group::Push])), "{open:?}");
    assert!(
        open.contains(&("even-imsi", vec![Group::Push, Group::Device])),
        "{open:?}"
    );
    let push = predict(&gecko, &Spec::default().facts());
    assert!(
        push.undecided.is_empty(),
        "USERPIN needs no IMSI: {:?}",
        push.undecided
    );
}

#[test]
fn a_receiver_that_nothing_is_known_of_is_not_said_to_accept() {
    let facts = Spec::default().facts();
    for receiver in shipped_receivers() {
        let prediction = predict(&receiver, &facts);
        let speaks_of_dm_only = ["android-dm", "libdmclient"].contains(&&*receiver.name);
        assert_eq!(
            prediction.verdict == Verdict::Unknown,
            speaks_of_dm_only,
            "{}",
            receiver.name
        );
        assert_eq!(prediction.checked == 0, speaks_of_dm_only);
    }
}

fn of_xml(content: &str) -> Facts {
    let xml = format!("<wap-provisioningdoc version=\"1.0\">{content}</wap-provisioningdoc>");
    Facts::of(xml.as_bytes()).unwrap()
}

fn shipped_receiver(name: &str) -> Receiver {
    Receiver::parse(name, shipped::find(name).unwrap()).unwrap()
}

const BROWSER: &str = "<characteristic type=\"APPLICATION\"><parm name=\"APPID\" value=\"w2\"/>\
    </characteristic>";

/// What a receiver does with the parts of a document says nothing of one that has none of them.
#[test]
fn a_document_without_anything_for_a_receiver_is_not_said_to_be_accepted() {
    let wrong = "<characteristic type=\"w7 APPLICATION\"><parm name=\"ADDR\" value=\"x\"/>\
        </characteristic>";
    // A root of version 1.0 alone, in a push that nothing speaks against
    let empty_push = Spec {
        body: Some("030B6A00854601".into()),
        push: Some("1F2DB6918292{mac}00".into()),
        ..Spec::default()
    };
    for name in [
        "symbian",
        "windows",
        "intel-cpclient",
        "spreadtrum",
        "windows-mobile",
    ] {
        let receiver = shipped_receiver(name);
        for facts in [of_xml(""), empty_push.facts()] {
            let prediction = predict(&receiver, &facts);
            assert_eq!(prediction.verdict, Verdict::Unknown, "{name}");
            assert!(prediction.nothing_for_it, "{name}");
        }
    }
    for (name, content) in [
        ("symbian", wrong),
        ("symbian", BROWSER),
        ("windows", BROWSER),
    ] {
        let receiver = shipped_receiver(name);
        let prediction = predict(&receiver, &of_xml(content));
        assert_eq!(prediction.verdict, Verdict::Unknown, "{name}");
        assert!(prediction.nothing_for_it, "{name}");
    }
    // What one has no account for is not counted, what it has is
    let symbian = shipped_receiver("symbian");
    let base = predict(&symbian, &Spec::default().facts());
    assert_eq!(base.verdict, Verdict::Accepted);
    let claims = symbian.claims.len();
    assert!((5..claims).contains(&base.checked), "{}", base.checked);
    assert!(!base.nothing_for_it);
    // gecko does know what it is without
    let gecko = shipped_receiver("gecko");
    let verdict = predict(&gecko, &of_xml("")).verdict;
    assert_eq!(verdict, Verdict::NothingUsable);
    let unknown = predict(&shipped_receiver("wap-185"), &of_xml(wrong)).verdict;
    assert_eq!(unknown, Verdict::NothingUsable);
}

/// A nonce that is left out is another thing than an account that is.
#[test]
fn nothing_usable_is_more_than_a_part() {
    let account = |order: [&str; 2]| {
        let parm = |name: &str| match name {
            "APPID" => "<parm name=\"APPID\" value=\"w7\"/>".to_owned(),
            name => format!("<parm name=\"{name}\" value=\"{name}\"/>"),
        };
        let parms = order.map(parm).concat();
        format!("<characteristic type=\"APPLICATION\">{parms}</characteristic>")
    };
    let late = account(["PROVIDER-ID", "APPID"]);
    let nap = "<characteristic type=\"NAPDEF\"><parm name=\"NAPID\" value=\"N\"/></characteristic>";
    let bootstrap = "<characteristic type=\"BOOTSTRAP\"><parm name=\"NAME\" value=\"N\"/>\
        </characteristic>";
    let of = |name: &str, content: &str| {
        let receiver = shipped_receiver(name);
        let prediction = predict(&receiver, &of_xml(content));
        (prediction.verdict, prediction.words())
    };
    let nothing = (Verdict::NothingUsable, "nothing usable".to_owned());
    let ignored = |part: &str| (Verdict::Ignored, format!("a part is ignored: {part}"));
    assert_eq!(of("symbian", &late), nothing);
    assert_eq!(of("symbian", &format!("{bootstrap}{late}")), nothing);
    let both = format!("{nap}{late}");
    assert_eq!(of("symbian", &both), ignored("the DM account"));
    // Another one may be whole
    let two = format!("{late}{late}");
    assert_eq!(of("symbian", &two), ignored("the DM account"));
    // gecko takes neither account nor what no browser names, however many there are
    assert_eq!(of("gecko", &format!("{both}{two}{nap}")), nothing);
    let (verdict, words) = of("gecko", &format!("{both}{BROWSER}"));
    assert_eq!(verdict, Verdict::Ignored);
    assert_eq!(
        words,
        "a part is ignored: applications other than browser and MMS"
    );
    assert!(Verdict::Refused.is_useless() && Verdict::NothingUsable.is_useless());
    assert!(!Verdict::Misread.is_useless());
}

#[test]
fn a_verdict_in_words_names_each_part_once() {
    let message = Spec {
        dm: Some(Dm::of_leaf_without_format()),
        ..Spec::default()
    };
    let receiver = shipped_receiver("android-dm");
    let prediction = predict(&receiver, &message.facts());
    assert_eq!(
        prediction.words(),
        "a part is misread: leaves without Format; a part is ignored: ACL"
    );
    let words = |prediction: &Prediction<'_>, changes: &[&str]| {
        let changes = changes.iter().map(|change| (*change).to_owned()).collect();
        Better::new(prediction, changes).map(|better| better.to_string())
    };
    let better = format!(
        "better with: --form dm, --tnds inline ({})",
        prediction.words()
    );
    assert_eq!(
        words(&prediction, &["--form dm", "--tnds inline"]),
        Some(better)
    );
    let taken = Spec {
        dm: Some(Dm::default()),
        ..Spec::default()
    };
    let taken = taken.facts();
    let accepted = predict(&receiver, &taken);
    let anew = "accepted when dmboot builds it anew";
    assert_eq!(words(&accepted, &[]).unwrap(), anew);
    let inline = "accepted with: --tnds inline";
    assert_eq!(words(&accepted, &["--tnds inline"]).unwrap(), inline);
    // What comes to nothing is no advice
    let symbian = shipped_receiver("symbian");
    assert_eq!(words(&predict(&symbian, &of_xml("")), &["--form cp"]), None);
    let gecko = shipped_receiver("gecko");
    assert_eq!(words(&predict(&gecko, &taken), &["--form dm"]), None);
}

/// A DM message as a push and alone, and Package #0 as a push.
fn dm_messages() -> Vec<Facts> {
    use crate::wire::wsp::{ApplicationId, ContentType, PushPdu, assigned};
    let of = |form: Option<&str>| {
        let spec = Spec {
            form: form.map(str::to_owned),
            dm: Some(Dm::default()),
            ..Spec::default()
        };
        spec.facts()
    };
    let content_type = ContentType::new(assigned::SYNCML_NOTIFICATION);
    let package0 = PushPdu::new(content_type, Some(ApplicationId::SYNCML_DM), &[0; 27]);
    let package0 = Facts::of(&package0.encode().unwrap()).unwrap();
    vec![of(None), of(Some("wbxml")), package0]
}

#[test]
fn a_receiver_without_a_claim_about_dm_is_not_said_to_accept_it() {
    let about_dm = |condition: &Condition| match (&condition.test, condition.fact.group()) {
        (_, Group::Dm) => true,
        (Test::Any(words), _) if condition.fact == Fact::Document => words
            .iter()
            .any(|word| word == "dm" || word == "notification"),
        _ => false,
    };
    for receiver in shipped_receivers() {
        let claims = receiver.claims.iter().flat_map(|claim| &claim.when);
        let known = claims.filter(|condition| about_dm(condition)).count() > 0;
        let speaks = ["android-dm", "gecko", "intel-cpclient", "libdmclient"];
        assert_eq!(
            known,
            speaks.contains(&&*receiver.name),
            "{}",
            receiver.name
        );
        for facts in dm_messages() {
            let prediction = predict(&receiver, &facts);
            let expected = match &*receiver.name {
                "gecko" | "intel-cpclient" => Verdict::Refused,
                _ if known => continue,
                _ => Verdict::Unknown,
            };
            assert_eq!(prediction.verdict, expected, "{}", receiver.name);
            assert!(known || prediction.checked == 0, "{}", receiver.name);
        }
    }
    // Those that take DM messages: nothing is known of what they do with Package #0
    for name in ["android-dm", "libdmclient"] {
        let receiver = Receiver::parse(name, shipped::find(name).unwrap()).unwrap();
        let verdicts: Vec<_> = dm_messages()
            .iter()
            .map(|facts| predict(&receiver, facts).verdict)
            .collect();
        let of_messages = match name {
            "android-dm" => Verdict::Accepted,
            _ => Verdict::Misread,
        };
        assert_eq!(
            verdicts,
            [of_messages, of_messages, Verdict::Unknown],
            "{name}"
        );
    }
}

#[test]
fn what_cannot_be_told_is_not_counted() {
    let name = "windows-mobile";
    let receiver = Receiver::parse(name, shipped::find(name).unwrap()).unwrap();
    // Its only claim is about how a document is signed, which a bare one does not show
    let bare = Spec {
        form: Some("wbxml".into()),
        ..Spec::default()
    };
    let prediction = predict(&receiver, &bare.facts());
    assert_eq!(
        (prediction.verdict, prediction.checked),
        (Verdict::Unknown, 0)
    );
    assert_eq!(prediction.undecided.len(), 1);
}

#[test]
fn facts_show_no_secrets() {
    let shown = format!("{:?}", Spec::default().facts());
    for secret in ["of-the-device", "of-the-server", "bm9uY2U", "guest"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn junk_has_no_facts_and_does_not_panic() {
    for junk in [
        &b""[..],
        b"\x01",
        b"<",
        b"\x03\x0B\x6A\x00",
        b"\x01\x06\x00\x00",
        b"<a/>",
    ] {
        let _ = Facts::of(junk);
    }
    assert_eq!(Facts::of(b"").unwrap_err().rule(), "inspect-unknown-format");
}

#[test]
fn every_fact_is_told_of_some_message() {
    let specs = [
        Spec::default(),
        Spec {
            headers: "AF82".into(),
            ..Spec::default()
        },
        Spec {
            dm: Some(Default::default()),
            ..Spec::default()
        },
    ];
    let facts: Vec<_> = specs.iter().map(Spec::facts).collect();
    for &fact in Fact::ALL {
        let known = facts
            .iter()
            .any(|f| matches!(f.state(fact), State::Known(_)));
        assert_eq!(known, fact.group() != Group::Device, "{fact}");
    }
}

#[test]
fn the_manual_has_every_fact_and_every_claim_with_its_source() {
    let manual = std::fs::read_to_string("src/manual/receivers.md").unwrap();
    for fact in Fact::ALL {
        let row = format!("| `{fact}` | {} |\n", fact.meaning());
        assert!(manual.contains(&row), "{row}");
    }
    for receiver in shipped_receivers() {
        let heading = format!("\n## {}\n", receiver.name);
        let (_, section) = manual.split_once(&heading).expect(&heading);
        let section = section.split("\n## ").next().unwrap();
        assert_eq!(section.matches("\n| `").count(), receiver.claims.len());
        for claim in &receiver.claims {
            let row = format!("| `{}` | {}", claim.id, claim.effect.name());
            let line = section
                .lines()
                .find(|line| line.starts_with(&row))
                .expect(&row);
            assert!(
                line.contains(&claim.says) && line.contains(&claim.source),
                "{row}"
            );
        }
    }
}
