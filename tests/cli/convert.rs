//! XML to WBXML and back.

use super::*;

fn document() -> Place {
    let place = Place::with_devices();
    place
        .build("--devices devices.csv --sec userpin --emit xml,wbxml,wsp --out out")
        .code(0);
    place
}

#[test]
fn there_and_back() {
    let place = document();
    for encoding in ["compatible", "compact"] {
        place
            .run(&format!(
                "convert out/{A}.xml --to wbxml --encoding {encoding} -o {encoding}"
            ))
            .code(0);
        place
            .run(&format!("convert {encoding} --to xml -o {encoding}.xml"))
            .code(0);
        assert_eq!(
            place.text(&format!("{encoding}.xml")),
            place.text(&format!("out/{A}.xml"))
        );
    }
    assert_eq!(
        place.read("compatible"),
        place.read(&format!("out/{A}.wbxml"))
    );
    // The document of a PDU, and of one that was pasted
    let run = place
        .run(&format!("convert out/{A}.wsp --to wbxml"))
        .code(0);
    assert_eq!(
        run.out,
        place.read("compatible"),
        "octets as they are on standard output"
    );
    let hex: String = place
        .read(&format!("out/{A}.wsp"))
        .iter()
        .map(|o| format!("{o:02x}"))
        .collect();
    let run = place
        .run_with_input("convert - --to xml", hex.as_bytes())
        .code(0);
    assert_eq!(run.text(), place.text(&format!("out/{A}.xml")));
}

#[test]
fn files_are_not_overwritten_unasked() {
    let place = document();
    place.write("x", "mine");
    let before = place.tree();
    let words = format!("convert out/{A}.xml --to wbxml -o x");
    place.run(&words).code(5).one_message().says("--force");
    assert_eq!(place.tree(), before);
    place.run(&format!("{words} --force")).code(0);
    assert_eq!(place.read("x"), place.read(&format!("out/{A}.wbxml")));
    // The same octets are no change
    let after = place.tree();
    place.run(&words).code(0);
    assert_eq!(place.tree(), after);
    for path in ["out", "/dev/null", "none/x"] {
        let code = if path == "none/x" { 6 } else { 2 };
        place
            .run(&format!("convert out/{A}.xml --to wbxml -o {path} --force"))
            .code(code)
            .one_message();
        assert_eq!(place.tree(), after, "{path}");
    }
}

#[test]
fn what_would_be_lost_is_refused() {
    let place = Place::new();
    // A token of code page 0 that the standard does not define (3A), as content
    place.write("x.wbxml", [0x03, 0x0B, 0x6A, 0x00, 0x45, 0x3A, 0x01]);
    let before = place.tree();
    place
        .run("convert x.wbxml --to xml -o x.xml")
        .code(5)
        .says("nothing is written");
    assert_eq!(place.tree(), before);
    place
        .run("profile new --from x.wbxml -o x.toml")
        .code(5)
        .says("none is made");
    assert_eq!(place.tree(), before);
}

#[test]
fn malformed_documents_are_refused_with_their_position() {
    for (content, words) in [
        (&b"<wap-provisioningdoc>\n<characteristic"[..], "line 2"),
        (b"<wap-provisioningdoc>\n</other>", "line 2"),
        (b"<html/>", "line 1"),
        (
            b"<!DOCTYPE x [<!ENTITY a \"b\">]>\n<wap-provisioningdoc/>",
            "line 1",
        ),
        (b"<wap-provisioningdoc/>\n<wap-provisioningdoc/>", "line 2"),
        (
            b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><wap-provisioningdoc/>",
            "iconv",
        ),
        (b"\x03\x0B\x6A\x00\xC5", "offset"),
        (b"\x03\x0B\x6A\x00\x45\xC6", "offset"),
        (b"\x03\x0B\x6A\x7F", "offset"),
        (b"\x01\x06\x7F", "offset"),
        (b"", ""),
        (b"hello, world", "neither XML nor WBXML"),
        (b"01 02 0", ""),
    ] {
        let place = Place::new();
        place.write("x", content);
        let before = place.tree();
        for words_of in [
            "convert x --to xml -o y",
            "convert x --to wbxml",
            "profile new --from x -o y",
        ] {
            let run = place.run(words_of).code(3);
            let message = run.err.lines().last().unwrap();
            assert!(message.starts_with("error"), "{}", run.err);
            assert!(
                message.contains("x: ") && message.contains(words),
                "{words}: {}",
                run.err
            );
            assert_eq!(place.tree(), before);
        }
    }
}

/// Every command that takes a message says how to get it out of what it was copied from.
#[test]
fn copies_of_messages_are_told_how_to_undo() {
    let place = Place::new();
    place.write(
        "mail",
        "Joe wrote:\n> <?xml version=\"1.0\"?>\n> <wap-provisioningdoc>\n> </wap-provisioningdoc>\n",
    );
    place.write("sms", "0605040B8423F0010601B6030B6A0045C65601\n");
    let words = |file| {
        [
            format!("inspect {file}"),
            format!("lint {file}"),
            format!("redact {file} -o y"),
            format!("convert {file} --to xml"),
            format!("profile new --from {file} -o y"),
        ]
    };
    place.write("pin", "1234");
    for words in words("mail") {
        let run = place.run(&words).code(3);
        run.says("error[inspect-unknown-format]")
            .says("mail: line 2, column 3: each line of the XML begins with >")
            .says("sed -E 's/^(> ?)+//' in.txt > out.xml`; remove line 1 before the XML");
    }
    let verify = "verify sms --pin-file pin".to_owned();
    for words in words("sms").into_iter().chain([verify]) {
        let run = place.run(&words).code(3);
        run.says("error[inspect-unknown-format]")
            .says("offset 7 (0x7): the header of an SMS (UDH) stands before the message");
    }
    place.write("at", "AT+CMGS=154\n0051000C91\n");
    place.run("inspect at").code(3).says("a line of a modem");
}
