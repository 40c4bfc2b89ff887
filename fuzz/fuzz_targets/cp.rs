//! Provisioning documents: what could be read without loss survives both encodings, and all receivers
//! are asked what they make of it.
#![no_main]

use dmboot::cli::receiver::reports;
use dmboot::document::cp::{Document, Encoding, Error, Parsed, rules};
use dmboot::document::lint::{Context, lint};
use dmboot::document::receivers::{Receiver, shipped};
use dmboot::finding::Position;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

fuzz_target!(|input: &[u8]| {
    let _ = lint(input, None, &Context::default());
    judge(Document::from_xml(input));
    judge(Document::from_wbxml(input));
    let _ = reports(&RECEIVERS, input);
});

static RECEIVERS: LazyLock<Vec<Receiver>> = LazyLock::new(|| {
    let parse = |(name, text): &(&str, &str)| Receiver::parse(name, text).expect("it is shipped");
    shipped::RECEIVERS.iter().map(parse).collect()
});

fn judge(parsed: Result<Parsed<'_>, Error>) {
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(!error.rule().is_empty());
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let document = &parsed.document;
    let _ = rules::check(document, Position::Offset);
    if parsed.loss().is_some() {
        return;
    }
    for encoding in [Encoding::Compatible, Encoding::Compact] {
        let encoded = document.to_wbxml(encoding).expect("no reader yields NUL");
        let again = Document::from_wbxml(&encoded.octets).expect("what is written can be read");
        assert_eq!(again.findings, [], "{encoding:?}");
        assert_eq!(again.document, *document, "{encoding:?}");
    }
    // WBXML carries control characters, XML does not
    if let Ok(xml) = document.to_xml() {
        let again = Document::from_xml(xml.as_bytes()).expect("what is written can be read");
        assert_eq!(again.findings, []);
        assert_eq!(again.document, *document);
    }
    let mut sorted = document.clone();
    sorted.sort_strictly();
    let once = sorted.clone();
    sorted.sort_strictly();
    assert_eq!(sorted, once);
}
