//! Rules are explained, listed, and found although they are misspelt.

use super::*;

#[test]
fn a_rule_is_explained() {
    let run = Place::new().run("explain cp-reference-case").code(0);
    assert_eq!(run.err, "");
    let text = run.text();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("cp-reference-case  error  WAP-183 §5.6"));
    assert_eq!(
        lines.next(),
        Some("references match to the letter, upper and lower case too")
    );
    // Wrong and right
    let code = "    <characteristic type=\"APPLICATION\"><parm name=\"TO-NAPID\" value=\"NAP1\"/>";
    assert_eq!(text.matches(code).count(), 2, "{text}");
    assert!(text.contains("\nWrong:\n    <characteristic "), "{text}");
    assert!(!text.contains("```"), "{text}");
    let is_code = |line: &&str| line.starts_with("    ");
    let long = |line: &&str| line.chars().count() > 80;
    let long = text.lines().filter(|line| !is_code(line)).find(long);
    assert_eq!(long, None);
}

#[test]
fn json() {
    let place = Place::new();
    let json = place.run("explain cp-reference-case --json").code(0).json();
    assert_eq!(json["format"], 1);
    let rule = &json["rule"];
    assert_eq!(rule["id"], "cp-reference-case");
    assert_eq!(rule["severity"], "error");
    assert_eq!(rule["clause"], "WAP-183 §5.6");
    assert!(rule["text"].as_str().unwrap().contains("```xml\n"));

    let json = place.run("explain --json").code(0).json();
    let families = json["families"].as_array().unwrap();
    assert!(families.len() > 15, "{}", families.len());
    let rules = families.iter().flat_map(|f| f["rules"].as_array().unwrap());
    let ids: Vec<_> = rules.map(|rule| rule["id"].as_str().unwrap()).collect();
    assert!(ids.len() > 400, "{}", ids.len());
    let text = place.run("explain").code(0).text();
    for id in ids {
        let listed = text.lines().any(|line| line.split(' ').next() == Some(id));
        assert!(listed, "{id}");
    }
}

#[test]
fn a_family_is_listed() {
    let text = Place::new().run("explain pin").code(0).text();
    let ids: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.contains('-'))
        .collect();
    let expected = [
        "pin-not-a-digit",
        "pin-length",
        "pin-too-short-for-code",
        "pin-code-length",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn what_a_slip_may_mean_is_named() {
    let place = Place::new();
    for (name, near) in [
        (
            "cp-refrence-case",
            "did you mean cp-reference-case or dm-reference-case?",
        ),
        ("cp-mac-missmatch", "cp-mac-mismatch"),
        ("reference-case", "cp-reference-case or dm-reference-case"),
        ("frobnicate", "`dmboot explain` lists all"),
    ] {
        let run = place.run(&format!("explain {name}")).code(2);
        run.one_message().says(near);
    }
    place.run("explain CP-Reference-Case").code(0);
    let json = place.run("explain frobnicate --json").code(2).json();
    assert_eq!(json["error"]["exit"], 2);
}

/// Runs the program on a terminal and gives what it shows.
fn on_terminal(place: &Place, words: &str) -> String {
    let command = format!("{} {words}", env!("CARGO_BIN_EXE_dmboot"));
    judge("script", &["-qec", &command, "/dev/null"], place.0.path())
}

#[test]
fn people_are_told_once_where_to_read_more() {
    let place = Place::new();
    // A finding, and no error
    place.write("empty.xml", "<wap-provisioningdoc version=\"1.0\"/>");
    let hint = "dmboot explain cp-empty";
    let shown = on_terminal(&place, "inspect empty.xml");
    assert_eq!(shown.matches(hint).count(), 1, "{shown}");
    let run = place.run("inspect empty.xml").code(0);
    assert!(run.text().contains("[cp-empty]") && run.err.is_empty());
    // An error
    place.write("cut.xml", "<wap-provisioningdoc>");
    let shown = on_terminal(&place, "inspect cut.xml || true");
    let hint = "dmboot explain xml-element-not-closed";
    assert_eq!(shown.matches(hint).count(), 1, "{shown}");
    place
        .run("inspect cut.xml")
        .code(3)
        .says("error[xml-element-not-closed]");
}

/// No section leaves a gap, and every example has a heading.
#[test]
fn examples_are_announced() {
    let place = Place::new();
    for rule in [
        "value-no-seed",
        "receiver-refuses",
        "wsp-sec-text",
        "cp-base64",
    ] {
        let text = place.run(&format!("explain {rule}")).code(0).text();
        assert!(!text.contains("\n\n\n"), "{text}");
        let lines: Vec<_> = text.lines().collect();
        let is_code = |line: &str| line.starts_with("    ");
        for pair in lines.windows(2).filter(|pair| is_code(pair[1])) {
            assert!(is_code(pair[0]) || pair[0].ends_with(':'), "{pair:?}");
        }
    }
    let text = place.run("explain value-no-seed").code(0).text();
    assert!(text.contains(".\n\nExample:\n    head -c 32"), "{text}");
}
