//! Applying from the command line: outcomes, exit codes, and a tree that stays as it was.

use super::*;

const PIN: &str = "--pin-file pin --yes --tree t";

/// A folder with a tree, messages of both devices for every method, and the PIN of the first.
pub fn with_messages() -> Place {
    let place = Place::with_devices();
    place.run("tree init --tree t").code(0);
    for sec in ["none", "netwpin", "userpin", "usernetwpin"] {
        place
            .build(&format!(
                "--devices devices.csv --sec {sec} --emit wsp,wbxml,xml --out {sec}"
            ))
            .code(0);
    }
    place.write("pin", "47110");
    place.write("wrong", "11111");
    place.write("imsi", "262011234567890");
    place
}

/// What a tree holds, beside counters and audit.
pub fn content(place: &Place) -> String {
    place.run("tree show --json --tree t").code(0).text()
}

fn apply(place: &Place, words: &str) -> Run {
    place.run(&format!("apply {words}"))
}

/// A refusal, once for people and once for machines, after which the tree holds what it held. It is
/// not for what counts.
#[track_caller]
fn refused(place: &Place, words: &str, code: i32, outcome: &str, rule: &str) {
    let before = content(place);
    let run = apply(place, words).code(code);
    assert!(run.out.is_empty(), "{}", run.text());
    run.says(&format!("error[{rule}]"));
    let run = apply(place, &format!("{words} --json")).code(code);
    let value = run.json();
    assert_eq!(value["format"], 1);
    assert_eq!(value["outcome"], outcome, "{value}");
    assert_eq!(value["error"]["rule"], rule, "{value}");
    assert_eq!(value["error"]["exit"], code, "{value}");
    assert!(content(place) == before, "{words}");
    assert_hides(&run.out, &SECRETS, words);
    assert_hides(run.err.as_bytes(), &SECRETS, words);
}

#[test]
fn a_message_is_applied_shown_and_taken_back() {
    let place = with_messages();
    let empty = content(&place);
    let before = place.read("t");
    std::fs::copy(place.path("t"), place.path("before")).unwrap();
    let dry = apply(
        &place,
        &format!("userpin/{A}.wsp --pin-file pin --dry-run --tree t"),
    )
    .code(0);
    assert!(
        dry.text()
            .contains("+ ./DMAcc/1/ServerID = \"mgmt.example\""),
        "{}",
        dry.text()
    );
    assert_hides(&dry.out, &SECRETS, "dry run");
    assert!(
        content(&place) == empty && place.read("t") != before,
        "its PIN counted"
    );

    let done = apply(&place, &format!("userpin/{A}.wsp {PIN}")).code(0);
    assert_eq!(
        done.text(),
        format!(
            "\
from       a push over the air
vouched    user-pin: whoever made it knows the PIN
server     mgmt.example, ./DMAcc/1
           https://dm.mgmt.example/dm port 443
rights     mgmt.example
nodes      23 added
applied userpin/{A}.wsp
"
        )
    );
    let applied = content(&place);
    assert_hides(applied.as_bytes(), &SECRETS, "show");
    let again = apply(&place, &format!("userpin/{A}.wsp {PIN}")).code(0);
    assert!(again.text().starts_with("unchanged"), "{}", again.text());
    assert!(content(&place) == applied);

    let listed = place.run("tree accounts --tree t").code(0).text();
    assert!(listed.starts_with("mgmt.example  ./DMAcc/1"), "{listed}");
    assert!(listed.contains("from push, 2"), "{listed}");
    let json = place.run("tree accounts --json --tree t").code(0).json();
    assert_eq!(json["accounts"][0]["origin"]["channel"], "push");
    let drawn = place
        .run("tree show ./DMAcc --provenance --tree t")
        .code(0)
        .text();
    assert!(drawn.contains("from push, 2"), "{drawn}");

    let diff = place.run("tree diff t --tree before").code(0).text();
    assert_eq!(diff.lines().count(), 23, "{diff}");
    assert!(diff.lines().all(|line| line.starts_with("+ ")), "{diff}");
    assert_hides(diff.as_bytes(), &SECRETS, "diff");
    let back = place.run("tree diff before --tree t --json").code(0).json();
    assert_eq!(back["differences"][0]["change"], "removed");

    assert!(
        place
            .run("tree undo --tree t")
            .code(0)
            .text()
            .starts_with("undone the document ")
    );
    assert!(content(&place) == empty);
    assert_eq!(
        place.run("tree diff t --tree before").code(0).text(),
        "no difference\n"
    );
    refused(
        &place,
        &format!("userpin/{A}.wsp {PIN}"),
        9,
        "replayed",
        "apply-replayed",
    );
    place
        .run("tree undo --tree t")
        .code(5)
        .says("error[apply-undo-nothing]")
        .says("only the last application can be")
        .one_message();
    place.run("tree check --tree t").code(0);
}

/// What an unsigned document is, said or not.
#[test]
fn an_unsigned_document_is_of_no_method() {
    let place = with_messages();
    for form in ["wbxml", "xml"] {
        place.run("tree init --tree u").code(0);
        let words = format!("apply none/{A}.{form} --sec none --yes --tree u");
        place.run(&words).code(0);
        std::fs::remove_file(place.path("u")).unwrap();
    }
    let unsigned = place.run(&format!("verify none/{A}.wbxml --sec none"));
    unsigned
        .code(4)
        .says("error[verify-unsigned]")
        .one_message();
    for (words, says) in [
        ("--sec none --mac 00", "an unsigned document has no MAC"),
        ("--sec userpin --pin-file pin", "give it with --mac"),
    ] {
        let run = place.run(&format!("verify none/{A}.wbxml {words}")).code(2);
        run.says(says).one_message();
    }
}

/// A PROVURL that is there already, by whatever way it comes again.
#[test]
fn a_context_that_is_there() {
    let place = Place::new();
    place.run("tree init --tree t").code(0);
    let document = |server: &str| {
        format!(
            "<wap-provisioningdoc version=\"1.1\"><characteristic type=\"BOOTSTRAP\">\
             <parm name=\"PROVURL\" value=\"https://p.example\"/></characteristic>\
             <characteristic type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/>\
             <parm name=\"PROVIDER-ID\" value=\"{server}\"/><characteristic type=\"APPADDR\">\
             <parm name=\"ADDR\" value=\"https://{server}/dm\"/></characteristic></characteristic>\
             </wap-provisioningdoc>"
        )
    };
    place.write("one.xml", document("a.example"));
    place.write("two.xml", document("b.example"));
    place.run("apply one.xml --yes --tree t").code(0);
    let run = place.run("apply two.xml --yes --tree t").code(5);
    let run = run
        .says("error[apply-context]")
        .says("is there already and stays as it is");
    assert!(!run.err.contains("over the air"), "{}", run.err);
}

#[test]
fn wrong_pins_block() {
    let place = with_messages();
    let before = content(&place);
    let wrong = format!("userpin/{A}.wsp --pin-file wrong --yes --json --tree t");
    for (code, outcome, left) in [
        (4, "not-authentic", 2),
        (4, "not-authentic", 1),
        (8, "blocked", 0),
        (8, "blocked", 0),
    ] {
        let run = apply(&place, &wrong).code(code);
        let value = run.json();
        assert_eq!(
            (&value["outcome"], &value["tries_left"]),
            (&outcome.into(), &left.into()),
            "{value}"
        );
        assert_hides(run.err.as_bytes(), &["11111"], "wrong PIN");
    }
    refused(
        &place,
        &format!("userpin/{A}.wsp {PIN}"),
        8,
        "blocked",
        "apply-blocked",
    );
    assert!(content(&place) == before);
}

#[test]
fn refusals() {
    let place = with_messages();
    place.write(
        "known.toml",
        "format = 1\nservers.ids = [\"other.example\"]\n",
    );
    place.write("bad.toml", "format = 1\npin.length = 4\n");
    for (name, alone) in [("agrees.toml", "accept"), ("refuses.toml", "refuse")] {
        let text = format!("format = 1\nnetwork_key.alone = \"{alone}\"\n");
        place.write(name, text);
    }
    place.write("cut.wbxml", &place.read(&format!("none/{A}.wbxml"))[..100]);
    let mut forged = place.read(&format!("netwpin/{A}.wsp"));
    let at = forged.len() - 3;
    forged[at] ^= 1;
    place.write("forged.wsp", &forged);
    let tree = "--yes --tree t";
    for (words, code, outcome, rule) in [
        (
            format!("none/{A}.wsp {tree}"),
            5,
            "refused",
            "policy-assurance",
        ),
        (
            format!("forged.wsp --imsi-file imsi --accept-network-only {tree}"),
            4,
            "not-authentic",
            "cp-mac-mismatch",
        ),
        (
            format!("netwpin/{A}.wsp --imsi-file imsi {tree}"),
            5,
            "refused",
            "policy-network-alone",
        ),
        (
            format!("netwpin/{A}.wsp {tree}"),
            4,
            "not-authentic",
            "cp-imsi-missing",
        ),
        (
            format!("userpin/{A}.wsp {tree}"),
            4,
            "not-authentic",
            "cp-pin-missing",
        ),
        (
            format!("userpin/{A}.wsp {PIN} --policy known.toml"),
            5,
            "refused",
            "policy-server",
        ),
        (
            format!("userpin/{A}.wsp {PIN} --policy bad.toml"),
            3,
            "failed",
            "policy-file",
        ),
        (
            format!("netwpin/{A}.wsp --imsi-file imsi {tree} --policy agrees.toml"),
            3,
            "failed",
            "policy-file",
        ),
        (
            format!(
                "netwpin/{A}.wsp --imsi-file imsi --accept-network-only {tree} --policy refuses.toml"
            ),
            5,
            "refused",
            "policy-network-alone",
        ),
    ] {
        refused(&place, &words, code, outcome, rule);
    }
    let run = apply(&place, &format!("cut.wbxml {tree} --json")).code(3);
    assert_eq!(run.json()["outcome"], "malformed");
    // A tree that cannot be read says nothing of the message
    place.write("cut.tree", &place.read("t")[..5000]);
    let run = apply(
        &place,
        &format!("none/{A}.wbxml --yes --json --tree cut.tree"),
    )
    .code(3);
    assert_eq!(run.json()["outcome"], "failed");
    // Nobody there to ask
    for words in [
        format!("none/{A}.xml --tree t"),
        format!("none/{A}.xml --json --tree t"),
        format!("none/{A}.xml --yes"),
    ] {
        assert!(!content(&place).contains("mgmt.example"));
        apply(&place, &words).code(2);
    }
    for words in [
        "--channel card",
        "--iccid 8949",
        "--channel card --iccid 89x",
    ] {
        apply(&place, &format!("none/{A}.xml {tree} {words}"))
            .code(2)
            .one_message();
    }
    // In hand, the unsigned one is fine; and the network's key, where somebody agrees and has the key
    apply(&place, &format!("none/{A}.wbxml {tree}")).code(0);
    let agreed = "--imsi-file imsi --accept-network-only --yes";
    apply(&place, &format!("netwpin/{B}.wsp {agreed} --tree t")).code(4);
    place.run("tree init --tree other").code(0);
    let done = apply(&place, &format!("netwpin/{A}.wsp {agreed} --tree other")).code(0);
    assert!(
        done.text().contains("\nvouched    network-key"),
        "{}",
        done.text()
    );
    place
        .run("tree get ./DMAcc/1/ServerID --tree other")
        .code(0);
}

/// Runs `apply` on a terminal where somebody answers. Gives the exit code and what was shown.
fn asked(place: &Place, words: &str, answers: &str) -> (i32, String) {
    let command = format!("{} apply {words}", env!("CARGO_BIN_EXE_dmboot"));
    let mut script = Command::new("script");
    script.args(["-qec", &command, "/dev/null"]);
    script.current_dir(place.0.path());
    let mut child = script
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("script: {error}; apt-get install -y --no-install-recommends bsdutils")
        });
    // It may have ended before it read all
    let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
    let run = Run::from(child.wait_with_output().unwrap());
    (run.code, run.text())
}

#[test]
fn somebody_at_a_terminal_says_yes_or_no() {
    let place = with_messages();
    let network = format!("netwpin/{A}.wsp --imsi-file imsi --tree t");
    let pin = format!("userpin/{A}.wsp --pin-file pin --tree t");
    let (may, does) = ("Go on all the same?", "Apply this?");
    let empty = content(&place);
    for (words, answers, questions) in [
        (&network, "n\n", (true, false)),
        (&network, "\n", (true, false)),
        (&network, "y\nn\n", (true, true)),
        (&pin, "n\n", (false, true)),
        (&pin, "\n", (false, true)),
    ] {
        let (code, shown) = asked(&place, words, answers);
        assert_eq!(code, 5, "{words} {answers:?}: {shown}");
        assert_eq!(
            (shown.contains(may), shown.contains(does)),
            questions,
            "{words} {answers:?}: {shown}"
        );
        assert!(content(&place) == empty, "{words} {answers:?}");
    }
    place.run("tree init --tree other").code(0);
    let other = pin.replace("--tree t", "--tree other");
    for (words, answers, tree) in [(&network, "y\ny\n", "t"), (&other, "y\n", "other")] {
        let (code, shown) = asked(&place, words, answers);
        assert_eq!(code, 0, "{words} {answers:?}: {shown}");
        assert!(shown.contains("server     "), "{shown}");
        assert_hides(shown.as_bytes(), &SECRETS, words);
        place
            .run(&format!("tree get ./DMAcc/1/ServerID --tree {tree}"))
            .code(0);
    }
}

/// What goes and who gets rights is said before it is done.
#[test]
fn a_replacement_is_summed_up() {
    let place = Place::new();
    place.run("tree init --tree t").code(0);
    place.write("over.toml", "format = 1\nservers.overwrite = true\n");
    let document = |points: &[&str], host: &str| {
        let (mut naps, mut uses) = (String::new(), String::new());
        for apn in points {
            naps += &format!(
                r#"<characteristic type="NAPDEF"><parm name="NAPID" value="{apn}"/><parm name="NAP-ADDRESS" value="{apn}.example"/></characteristic>"#
            );
            uses += &format!(r#"<parm name="TO-NAPID" value="{apn}"/>"#);
        }
        format!(
            r#"<wap-provisioningdoc>{naps}<characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="mgmt.example"/>{uses}<characteristic type="APPADDR"><parm name="ADDR" value="https://{host}/dm"/></characteristic></characteristic></wap-provisioningdoc>"#
        )
    };
    place.write("old.xml", document(&["one", "two"], "old.example"));
    place.write("new.xml", document(&["three"], "new.example"));
    let words = "--tree t --policy over.toml";
    let first = apply(&place, &format!("old.xml {words} --yes --json"))
        .code(0)
        .json();
    assert_eq!(first["replaced"], serde_json::json!([]));
    assert_eq!(first["removed"], serde_json::json!([]));
    assert_eq!(first["rights"], serde_json::json!(["mgmt.example"]));
    let before = content(&place);
    let dry = apply(&place, &format!("new.xml {words} --dry-run --json"))
        .code(0)
        .json();
    assert_eq!(
        (&dry["replaced"], &dry["removed"], &dry["rights"]),
        (
            &serde_json::json!([{
                "uri": "./DMAcc/1", "server": "mgmt.example", "addresses": ["https://old.example/dm"],
            }]),
            &serde_json::json!([
                { "uri": "./NAP/1", "address": "one.example" },
                { "uri": "./NAP/2", "address": "two.example" },
            ]),
            &serde_json::json!(["mgmt.example"]),
        )
    );
    let (code, shown) = asked(&place, &format!("new.xml {words}"), "n\n");
    assert_eq!(code, 5, "{shown}");
    assert!(content(&place) == before);
    let done = apply(&place, &format!("new.xml {words} --yes")).code(0);
    for line in [
        "replaces   the account ./DMAcc/1 of mgmt.example\n",
        "removes    one.example, ./NAP/1\n",
        "removes    two.example, ./NAP/2\n",
        "rights     mgmt.example\n",
    ] {
        let seen = line.trim_end();
        assert!(done.text().contains(line), "{seen:?} in {}", done.text());
    }
}

#[test]
fn a_card_comes_and_goes() {
    let place = with_messages();
    let empty = content(&place);
    let card = "--channel card --iccid 8949017200010043560 --yes --tree t";
    let done = apply(&place, &format!("none/{A}.wbxml {card}"))
        .code(0)
        .text();
    assert!(
        done.starts_with("from       the card 8949017200010043560\n"),
        "{done}"
    );
    refused(
        &place,
        &format!("userpin/{A}.xml --channel push --yes --tree t"),
        5,
        "refused",
        "policy-assurance",
    );
    // Over the air, for a server that the card speaks for
    place.write("pin-b", "08150");
    let words = format!("userpin/{B}.wsp --pin-file pin-b --yes --tree t");
    let run = apply(&place, &words).code(5);
    run.says("warning[apply-card-first]")
        .says("error[apply-nothing]");

    let forget = "tree forget-card 8949017200010043560 --tree t";
    let kept = place
        .run(&format!("{forget} --keep none/{A}.wbxml"))
        .code(0);
    let stays = "kept ./DMAcc/1: the card still holds its document\n";
    assert_eq!(kept.text(), stays);
    let other = "tree forget-card 89490172 --tree t";
    let none = place.run(other).code(0).text();
    assert_eq!(none, "nothing here came from the card 89490172\n");
    for wrong in ["xx", "894901720001004356012"] {
        let run = place
            .run(&format!("tree forget-card {wrong} --tree t"))
            .code(2);
        run.says("an ICCID has up to 20 digits").one_message();
    }
    // A push is known by the body in it; another document is remarked upon
    let run = place.run(&format!(
        "{forget} --keep userpin/{A}.wsp --keep none/{B}.wbxml"
    ));
    let kept = run.code(0).says("on this card");
    assert_eq!(kept.text(), stays);
    let both = format!("{forget} --keep none/{A}.wbxml --json");
    let json = place.run(&both).code(0).json();
    assert_eq!(json["kept"], serde_json::json!(["./DMAcc/1"]));
    assert_eq!(json["nodes"], serde_json::json!([]));
    let gone = place.run(&format!("{forget} --json")).code(0).json();
    assert_eq!(gone["nodes"], serde_json::json!(["./DMAcc/1"]));
    assert_eq!(gone["servers"], serde_json::json!(["mgmt.example"]));
    assert!(content(&place) == empty);
    apply(&place, &format!("none/{A}.wbxml {card}")).code(0);
}
