//! Tests of captures; one fault per file is in `tests/vectors/malformed/capture`.

use super::capture::*;
use base64::Engine as _;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::process::Command;

fn read(input: impl AsRef<[u8]>) -> (Form, Vec<u8>) {
    let capture = decode(input.as_ref()).expect("a sound capture");
    (capture.form, capture.octets)
}

fn rule(input: &str) -> &'static str {
    decode(input.as_bytes())
        .expect_err("a faulty capture")
        .rule()
}

/// Longer than a dump's line, with the characters that dumps themselves use.
const OCTETS: &[u8] = b"\x01\x01\x03\0GHE\x03 X & Y\0\x02\x81\x20\x03=1\0\x01\x03|>%\\\x01";

#[test]
fn forms_by_hand() {
    let wbxml = vec![0x03, 0x0B, 0x6A, 0x05];
    for (form, text) in [
        (Form::Hex, "030b6a05"),
        (Form::Hex, "03 0B 6A 05\r\n"),
        (Form::Hex, "03:0b:6a:05"),
        (Form::Hex, "030b 6a05"),
        (Form::Hex, "0x030b6a05"),
        (Form::Hex, "0x03 0x0B 0x6A 0x05"),
        (Form::Hex, "\u{FEFF}030b6\na05\n"),
        (Form::Base64, "AwtqBQ=="),
        (Form::Base64, "Awtq\r\n  BQ==\r\n"),
        (
            Form::HexDump,
            "00000000  03 0b 6a 05                                       |..j.|\n00000004\n",
        ),
        (
            Form::HexDump,
            "0000   03 0b 6a 05                                       ..j.\n",
        ),
        (
            Form::Xxd,
            "00000000: 030b 6a05                                ..j.\n",
        ),
        (
            Form::Xxd,
            "\t0x0000:  030b 6a05                                ..j.",
        ),
        (Form::Od, "000000 03 0b 6a 05\n000004\n"),
        (Form::CArray, "0x03, 0x0b, 0x6a, 0x05"),
        (Form::CArray, "0x03,0x0b,\n0x6a,0x05,\n"),
        (Form::CArray, "{3, 11, 0x6A, 5}"),
        (
            Form::CArray,
            "/* a document */\nstatic const uint8_t doc[4] = { // here\n 0x03, 0x0b, /* 106 */ 0x6a, 0x05 };\nint n = 4;",
        ),
        (Form::Escapes, r"\x03\x0bj\x05"),
        (Form::Escapes, r"\x03 \x0b \x6a \x05"),
        (Form::Escapes, "char doc[] = \"\\x03\\x0b\"\n  \"j\\005\";"),
        (Form::Escapes, r"b'\x03\x0bj\x05'"),
        (Form::Percent, "%03%0Bj%05"),
        (Form::Percent, "%03%0b\n%6A%05\n"),
        (Form::Binary, "\u{3}\u{B}j\u{5}"),
    ] {
        assert_eq!(read(text), (form, wbxml.clone()), "{text}");
    }
}

#[test]
fn text_and_binary_pass_unchanged() {
    for text in [
        "<?xml version=\"1.0\"?><a/>",
        "  <a>%03 03 0b</a>",
        "plain words",
        "é = 1",
        "100%",
    ] {
        assert_eq!(read(text), (Form::Text, text.as_bytes().to_vec()));
    }
    let marked = "\u{FEFF}<a/>";
    assert_eq!(read(marked), (Form::Text, marked.as_bytes().to_vec()));
    for octets in [&b"\x01\x06\x01\xC2"[..], b"abc\xFF", b"30 31\x08"] {
        assert_eq!(read(octets), (Form::Binary, octets.to_vec()));
    }
}

#[test]
fn ambiguous_text_is_decided_by_the_rules() {
    // Hex digits alone are hex, although base64 could be meant
    assert_eq!(read("deadbeef"), (Form::Hex, vec![0xDE, 0xAD, 0xBE, 0xEF]));
    // Groups of four digits are hex, not an offset and words
    assert_eq!(read("0000 0102").0, Form::Hex);
    assert_eq!(read("00000000 01020304").0, Form::Hex);
    // JSON is text, not an array
    assert_eq!(read("{\"a\": 1}").0, Form::Text);
    // Digits with a few letters O are hex with a fault, although base64 could be meant
    let digits = "030O6A0674657374310045C6560187070683";
    let error = decode(digits.as_bytes()).unwrap_err();
    assert_eq!(
        (error.rule(), error.found.as_str()),
        ("capture-hex-digit", "`O`")
    );
    assert!(
        error
            .to_string()
            .ends_with("write the digit 0 for the letter O, here and wherever it stands")
    );
    assert_eq!(read(&digits[..28]).0, Form::Base64);
    // What a modem is told is not octets, although only signs of base64 stand there
    assert_eq!(read("AT+CMGS=154\n0051000C91\n").0, Form::Text);
    assert_eq!(read("+CMT: ,154\n0051000C91\n").0, Form::Text);
    // One digit alone is not guessed at
    assert_eq!(rule("3 0b 6a"), "capture-odd-digits");
}

#[test]
fn too_large_input_and_repeats_are_refused() {
    assert_eq!(
        decode(&vec![0; CAPTURE_MAX + 1]).unwrap_err().rule(),
        "capture-too-large"
    );
    let line = "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|";
    assert_eq!(read(format!("{line}\n*\n01000000\n")).1.len(), CAPTURE_MAX);
    assert_eq!(rule(&format!("{line}\n*\n01000010\n")), "capture-too-large");
    assert_eq!(
        rule(&format!("{line}\n*\nffffffffffffffff\n")),
        "capture-too-large"
    );
    assert_eq!(rule(&format!("{line}\n*\n*\n00000040\n")), "capture-repeat");
}

#[test]
fn errors_say_what_to_do_and_debug_shows_no_octets() {
    let error = decode(b"03 0b\n6a 5\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2, column 4: found a digit alone, expected two hex digits for each octet; copy the \
         whole capture again"
    );
    let capture = decode(b"73656372 6574").unwrap();
    assert_eq!(format!("{capture:?}"), "Capture(hex, 6 octets)");
}

/// Output of a program, given `octets` in a file; `None` when it is not installed.
fn output(octets: &[u8], program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), octets).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .arg(file.path())
        .output()
        .ok()?;
    assert!(output.status.success(), "{program}");
    Some(output.stdout)
}

#[test]
fn outputs_of_the_programs_themselves() {
    let zeros = [OCTETS, &[0; 100], OCTETS, &[7; 64]].concat();
    let mut tried = 0;
    for (form, program, arguments) in [
        (Form::HexDump, "hexdump", &["-C"][..]),
        (Form::HexDump, "hexdump", &["-v", "-C"]),
        (Form::Xxd, "xxd", &[]),
        (Form::Xxd, "xxd", &["-a"]),
        (Form::Xxd, "xxd", &["-u", "-c", "20", "-g", "1"]),
        (Form::Hex, "xxd", &["-p"]),
        (Form::CArray, "xxd", &["-i"]),
        (Form::Od, "od", &["-A", "x", "-t", "x1"]),
        (Form::Od, "od", &["-A", "x", "-t", "x1z"]),
        (Form::Od, "od", &["-v", "-A", "d", "-t", "x1"]),
        (Form::Od, "od", &["-t", "x1z"]),
        (Form::Base64, "base64", &[]),
        (Form::Base64, "base64", &["-w", "10"]),
    ] {
        for octets in [OCTETS, &OCTETS[..16], &OCTETS[..3], &zeros] {
            // Coreutils are everywhere; hexdump and xxd are not, and the texts below stand for them
            let Some(text) = output(octets, program, arguments) else {
                continue;
            };
            let shown = String::from_utf8_lossy(&text).into_owned();
            assert_eq!(
                read(text),
                (form, octets.to_vec()),
                "{program} {arguments:?}:\n{shown}"
            );
            tried += 1;
        }
    }
    assert!(tried >= 24, "od and base64 are missing");
}

#[test]
fn outputs_kept_as_text() {
    let octets = [&[0x41; 48][..], b"\x03\x0B|>z"].concat();
    // util-linux 2.38, `hexdump -C`
    let hexdump = "\
00000000  41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 41  |AAAAAAAAAAAAAAAA|
*
00000030  03 0b 7c 3e 7a                                    |..|>z|
00000035
";
    // xxd 2022-01-14, `xxd -a`: repeats of zeros only, so none here
    let xxd = "\
00000000: 4141 4141 4141 4141 4141 4141 4141 4141  AAAAAAAAAAAAAAAA
00000010: 4141 4141 4141 4141 4141 4141 4141 4141  AAAAAAAAAAAAAAAA
00000020: 4141 4141 4141 4141 4141 4141 4141 4141  AAAAAAAAAAAAAAAA
00000030: 030b 7c3e 7a                             ..|>z
";
    assert_eq!(read(hexdump), (Form::HexDump, octets.clone()));
    assert_eq!(
        read(hexdump.replace('\n', "\r\n")),
        (Form::HexDump, octets.clone())
    );
    assert_eq!(read(xxd), (Form::Xxd, octets));
}

/// `text` as each form writes it.
fn written(form: Form, octets: &[u8], width: usize) -> String {
    let pairs = |separator: &str| {
        let pairs: Vec<_> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        pairs.join(separator)
    };
    let mut text = String::new();
    let mut dump = |line: &dyn Fn(usize, &[u8]) -> String| {
        for (index, chunk) in octets.chunks(width).enumerate() {
            text.push_str(&line(index * width, chunk));
            text.push('\n');
        }
    };
    let gutter = |chunk: &[u8]| -> String {
        let seen = |&octet: &u8| match octet {
            0x20..=0x7E => char::from(octet),
            _ => '.',
        };
        chunk.iter().map(seen).collect()
    };
    let spaced = |chunk: &[u8]| {
        chunk.iter().fold(String::new(), |mut text, octet| {
            let _ = write!(text, " {octet:02x}");
            text
        })
    };
    match form {
        Form::HexDump => {
            dump(&|at, chunk| format!("{at:08x} {}  |{}|", spaced(chunk), gutter(chunk)));
        }
        Form::Xxd => dump(&|at, chunk| format!("{at:08x}:{}  {}", spaced(chunk), gutter(chunk))),
        Form::Od => dump(&|at, chunk| format!("{at:06x}{}  >{}<", spaced(chunk), gutter(chunk))),
        Form::CArray => text = format!("uint8_t x[] = {{ 0x{} }};", pairs(", 0x")),
        Form::Escapes => text = format!("\\x{}", pairs("\\x")),
        Form::Percent => {
            let _ = write!(text, "%{:02X}", octets[0]);
            for octet in &octets[1..] {
                let _ = match octet.is_ascii_alphanumeric() {
                    true => write!(text, "{}", char::from(*octet)),
                    false => write!(text, "%{octet:02X}"),
                };
            }
        }
        Form::Base64 => {
            text = base64::engine::general_purpose::STANDARD.encode(octets);
            let lines: Vec<_> = text
                .as_bytes()
                .chunks(width)
                .map(String::from_utf8_lossy)
                .collect();
            text = lines.join("\n");
        }
        _ => text = pairs([" ", ":", "", "\n"][width % 4]),
    }
    text
}

proptest! {
    #[test]
    fn every_form_decodes_to_what_was_written(
        octets in proptest::collection::vec(any::<u8>(), 1..200),
        width in 1_usize..40,
    ) {
        for form in [
            Form::Hex, Form::HexDump, Form::Xxd, Form::Od, Form::CArray, Form::Escapes,
            Form::Percent, Form::Base64,
        ] {
            let text = written(form, &octets, width);
            // Base64 that happens to be hex digits is hex, as the rules say
            if form == Form::Base64 && !text.contains(|c: char| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit()) {
                continue;
            }
            prop_assert_eq!(read(&text), (form, octets.clone()), "{}", text);
        }
    }

    #[test]
    fn binary_with_a_control_octet_stays_binary(
        mut octets in proptest::collection::vec(any::<u8>(), 1..200),
        control in 0_u8..9,
        at: proptest::sample::Index,
    ) {
        let at = at.index(octets.len());
        octets[at] = control;
        prop_assert_eq!(read(&octets), (Form::Binary, octets));
    }

    #[test]
    fn nothing_panics(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&octets);
    }

    #[test]
    fn nothing_panics_near_the_forms(
        start in proptest::sample::select(vec![
            "", "00000000: ", "00000000  ", "0000000 00\n*\n", "{0x", "\"\\x", "\\x0", "%0", "x[] = ",
            "0x", "b'\\x",
        ]),
        rest in "[0-9a-fxé %:,;=*|>{}\"'\\\\/\n]{0,80}",
    ) {
        let _ = decode(format!("{start}{rest}").as_bytes());
    }
}
