//! `dmboot redact`: nothing of the original, the same structure, a signature that anybody can check.

use super::inspect::with_message;
use super::*;

const ORIGINAL: [&str; 7] = [
    "kJ8s0qPz3vXw",
    "Zk1vVnJ0Q2pB",
    "Q3vTz81LmXe4",
    "cT0rWm9ZbHhL",
    "dev-a",
    "490154203237518",
    "262011234567890",
];

#[test]
fn each_form_keeps_its_structure_and_loses_its_secrets() {
    let place = with_message("netwpin");
    place.write("pin", "1234");
    for form in ["xml", "wbxml", "wsp"] {
        let (from, to) = (format!("m.{form}"), format!("r.{form}"));
        let run = place.run(&format!("redact {from} -o {to}")).code(0);
        assert_hides(&place.read(&to), &ORIGINAL, form);
        assert_hides(run.err.as_bytes(), &ORIGINAL, form);
        assert_eq!(place.read(&to).len(), place.read(&from).len(), "{form}");
        assert_eq!(
            run.err.contains("signed by NETWPIN"),
            form == "wsp",
            "{}",
            run.err
        );
        // Names, and how long each value is
        let outline = |file: &str| {
            let xml = place
                .run(&format!("convert {file} --to xml"))
                .code(0)
                .text();
            let lines = xml.lines().map(|line| match line.split_once("value=\"") {
                Some((name, value)) => format!("{name}{}", value.len()),
                None => line.to_owned(),
            });
            lines.collect::<Vec<_>>()
        };
        assert_eq!(outline(&from), outline(&to), "{form}");
    }
    place.run("verify r.wsp --pin-file pin").code(0);
}

#[test]
fn a_message_with_a_code_becomes_one_with_a_mac() {
    let place = with_message("userpinmac");
    place.write("pin", "1234");
    place
        .run("redact m.wsp -o r.wsp")
        .code(0)
        .says("USERPINMAC");
    place.run("verify r.wsp --pin-file pin").code(0);
}

#[test]
fn what_cannot_be_read_or_written() {
    let place = with_message("userpin");
    place.write("bad.xml", "<wap-provisioningdoc><a");
    place.write("r.wsp", "mine");
    let before = place.tree();
    place.run("redact bad.xml -o x").code(3).one_message();
    place
        .run("redact m.wsp -o r.wsp")
        .code(5)
        .one_message()
        .says("r.wsp");
    place
        .run("redact missing -o x")
        .code(6)
        .one_message()
        .says("missing");
    place
        .run("redact m.wsp -o no/x")
        .code(6)
        .one_message()
        .says("no/x");
    assert_eq!(place.tree(), before);
    place.run("redact m.wsp -o r.wsp --force").code(0);
}

#[test]
fn parameters_of_urls() {
    let place = Place::new();
    let document = |url: &str| {
        format!(
            "<wap-provisioningdoc><characteristic type=\"APPLICATION\"><parm name=\"APPID\" value=\"w7\"/>\
             <parm name=\"ADDR\" value=\"{url}\"/></characteristic></wap-provisioningdoc>"
        )
    };
    for (number, url) in [
        "https://dm.example/d;tok=Hq7nkZ2vWx9Lp",
        "https://dm.example/d;Hq7nkZ2vWx9Lp?a=b",
        "https://dm.example/d?a=Hq7nkZ2vWx9Lp",
        "https://u:Hq7nkZ2vWx9Lp@dm.example/d",
        "https://dm.example/#Hq7nkZ2vWx9Lp",
    ]
    .into_iter()
    .enumerate()
    {
        place.write("m.xml", document(url));
        place.run(&format!("redact m.xml -o {number}.xml")).code(0);
        let redacted = place.text(&format!("{number}.xml"));
        assert!(
            !redacted.contains("Hq7n") && redacted.contains("dm.example/"),
            "{redacted}"
        );
        assert_eq!(redacted.len(), document(url).len());
    }
}
