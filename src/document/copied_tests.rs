//! Every form in which documents are found in mails, web pages and programs.

use super::copied::advice;
use super::inspect::inspect;
use crate::finding::Position;
use std::process::Command;

const XML: &str = "<?xml version=\"1.0\"?>\n<wap-provisioningdoc version=\"1.0\">\n  <characteristic \
                   type=\"APPLICATION\">\n    <parm name=\"APPID\" value=\"w7\"/>\n  \
                   </characteristic>\n</wap-provisioningdoc>\n";

/// The advice for a text: line and column, and the message.
fn told(text: &str) -> (usize, usize, String) {
    let advice = advice(text.as_bytes()).unwrap_or_else(|| panic!("no advice for {text}"));
    match advice.at {
        Position::Line { line, column } => (line, column, advice.message),
        other => panic!("{other}"),
    }
}

fn each_line(mark: impl Fn(usize) -> String) -> String {
    let lines = XML.lines().enumerate();
    lines
        .map(|(at, line)| format!("{}{line}\n", mark(at + 1)))
        .collect()
}

#[test]
fn each_form_has_a_sentence_of_its_own() {
    let web = XML
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let escaped = XML.replace('"', "\\\"").replace('\n', "\\n");
    let encoded = XML.replace('=', "=3D");
    for (text, line, column, words) in [
        (web.clone(), 1, 1, "as in a web page"),
        (XML.replace('<', "&lt;"), 1, 1, "replace &lt; by <"),
        (XML.replace('<', "&#60;"), 1, 1, "as in a web page"),
        (each_line(|at| format!("{at:>4}  ")), 1, 7, "its number"),
        (each_line(|at| format!("{at}. ")), 1, 4, "its number"),
        (each_line(|at| format!("{at}|")), 1, 3, "its number"),
        (each_line(|_| "> ".into()), 1, 3, "as a mail quotes another"),
        (
            each_line(|_| ">> ".into()),
            1,
            4,
            "as a mail quotes another",
        ),
        (
            each_line(|_| "# ".into()),
            1,
            3,
            "begins with #; remove these",
        ),
        (
            each_line(|_| "// ".into()),
            1,
            4,
            "begins with /; remove these",
        ),
        (format!("- {XML}"), 1, 3, "as browsers and diffs show them"),
        (
            each_line(|_| "+".into()),
            1,
            2,
            "as browsers and diffs show them",
        ),
        (
            format!("char *x = \"{escaped}\";"),
            1,
            12,
            "string of a program",
        ),
        (
            format!("{{\"xml\": \"{escaped}\"}}"),
            1,
            10,
            "a text of JSON",
        ),
        (
            format!("{{\"xml\": \"{}\"}}", escaped.replace('<', "\\u003C")),
            1,
            10,
            "a text of JSON",
        ),
        (
            format!("\"{}\"\n", XML.replace('"', "\"\"")),
            1,
            2,
            "a cell of CSV",
        ),
        (format!("x: y\n\n{encoded}"), 3, 1, "in quoted-printable"),
        (
            format!("```xml\n{XML}```\n"),
            2,
            1,
            "the XML begins here, between fences of Markdown; remove line 1 before it and line 8 after it",
        ),
        (
            format!("Hi <joe@example>,\n\n{XML}\n-- \nJoe\n"),
            3,
            1,
            "stands around it; remove lines 1 to 2 before it and lines 9 to 11 after it",
        ),
        (
            format!("From: x\n{}", XML.lines().nth(3).unwrap_or_default()),
            2,
            5,
            "remove line 1 before it",
        ),
        (
            format!("document: {XML}"),
            1,
            11,
            "remove all that stands before it",
        ),
        (
            format!("On Monday, Joe wrote:\n{}", each_line(|_| "> ".into())),
            2,
            3,
            "out.xml`; remove line 1 before the XML",
        ),
        (format!("1 {XML}"), 1, 3, "remove all that stands before it"),
        (
            format!("Hi\n\n{web}"),
            3,
            1,
            "remove lines 1 to 2 before the XML",
        ),
    ] {
        let (found_line, found_column, message) = told(&text);
        assert_eq!(
            (found_line, found_column),
            (line, column),
            "{text}{message}"
        );
        assert!(message.contains(words), "{text}{message}");
    }
}

/// What the commands leave begins as a document has to, and is one.
#[test]
fn commands_undo_what_they_are_for() {
    for text in [
        each_line(|at| format!("{at:>4}  ")),
        each_line(|at| format!("{at:>6}\t")),
        each_line(|at| format!("{at}: ")),
        each_line(|_| "> > ".into()),
        each_line(|_| ">".into()),
    ] {
        let (_, _, message) = told(&text);
        let (_, script) = message.split_once("`sed -E '").expect(&message);
        let (script, _) = script.split_once('\'').expect(&message);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &text).unwrap();
        let mut sed = Command::new("sed");
        let output = sed.args(["-E", script]).arg(file.path()).output();
        let output = output.unwrap().stdout;
        assert!(output.starts_with(b"<?xml"), "{text}");
        let inspection = inspect(&output, None, false);
        assert_eq!((inspection.kind.as_str(), inspection.fault), ("cp", None));
    }
}

#[test]
fn a_document_that_was_cut_has_nothing_behind_it() {
    let (_, _, message) =
        told("Hi\n<wap-provisioningdoc>\n<parm name=\"AAUTHSECRET\"\nvalue=\"hunter2");
    assert!(message.ends_with("remove line 1 before it"), "{message}");
}

#[test]
fn texts_without_a_document_get_no_advice() {
    for text in [
        "hello",
        "a < b, a <b>c</b>, <joe@example.com>",
        "<parms>",
        "&lt;parm2",
        "\u{FEFF}",
        "",
    ] {
        assert_eq!(advice(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_neither_text_nor_a_column() {
    let (line, column, message) = told(&format!("\u{FEFF}\n> {XML}"));
    assert_eq!((line, column), (2, 3));
    assert!(!message.contains("before the XML"), "{message}");
}

#[test]
fn files_of_other_programs_are_named() {
    for (input, words) in [
        (&b"PK\x03\x04\x14\x00"[..], "plain text"),
        (b"\x1F\x8B\x08\x00", "gunzip"),
        (b"{\\rtf1\\ansi <?xml", "plain text"),
        (b"%PDF-1.4\n<parm >", "copy the text out"),
    ] {
        let advice = advice(input).unwrap();
        assert_eq!(advice.at, Position::Offset(0));
        assert!(advice.message.contains(words), "{}", advice.message);
    }
}

#[test]
fn lines_of_modems_are_named() {
    for line in ["AT+CMGS=154", "\r\n+CMT: ,154", "at+cmgw=20"] {
        let (_, _, message) = told(&format!("{line}\r\n0051000C91\r\n"));
        assert!(message.contains("a line of a modem"), "{message}");
    }
}

#[test]
fn headers_of_short_messages_are_named() {
    const PUSH: &[u8] = b"\x01\x06\x01\xB6\x03\x0B\x6A\x00\x45\x01";
    let udh = b"\x06\x05\x04\x0B\x84\x23\xF0";
    let second = b"\x0B\x00\x03\x01\x02\x02\x05\x04\x0B\x84\x23\xF0";
    let wide = b"\x0C\x05\x04\x0B\x84\x23\xF0\x08\x04\x00\x01\x03\x01";
    let submit = b"\x00\x51\x00\x0C\x91\x94\x71\x42\x12\x34\x15\x00\xF5\xA7\x8C";
    for (before, octets, words) in [
        (udh.to_vec(), 7, "(UDH) stands"),
        ([&submit[..], udh].concat(), 22, "(TPDU, UDH) stand"),
        (second.to_vec(), 12, "part 2 of 2: join"),
        (wide.to_vec(), 13, "part 1 of 3: join"),
    ] {
        let advice = advice(&[&before[..], PUSH].concat()).unwrap();
        assert_eq!(advice.at, Position::Offset(octets));
        let remove = format!("remove the first {octets} octets");
        assert!(advice.message.contains(&remove), "{}", advice.message);
        assert!(advice.message.contains(words), "{}", advice.message);
    }
    // Another port, a header that is cut, a length that does not fit
    for octets in [
        &b"\x06\x05\x04\x23\xF4\x23\xF0\x01\x06"[..],
        b"\x06\x05\x04\x0B\x84\x23",
        b"\x05\x05\x04\x0B\x84\x23\xF0\x01\x06",
        b"\xDE\xAD\xBE\xEF",
    ] {
        assert_eq!(advice(octets), None, "{octets:X?}");
    }
}
