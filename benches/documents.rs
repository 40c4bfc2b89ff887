//! Wall-clock times for one document, on one core: `make bench`.
//!
//! The rounds of all rows are interleaved, so that a machine that slows down slows all of them;
//! the median is what to compare, the best says how quiet the machine was.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for developers"
)]

use dmboot::document::cp::{Document, Encoding};
use dmboot::document::profile::{Compiled, Parameter, Profile, Values, Written};
use dmboot::security::cp_mac::{Facts, KeyForm, MacKey, Pin};
use dmboot::wire::wsp::Sec;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 41;
const ROUND: Duration = Duration::from_millis(5);

/// The documents, and what differs in them from device to device.
const DOCUMENTS: [(&str, &str, &[u8]); 2] = [
    (
        "cp-small",
        include_str!("../tests/vectors/cp/cp-small.xml"),
        include_bytes!("../tests/vectors/cp/cp-small.wbxml"),
    ),
    (
        "cp-typical",
        include_str!("../tests/vectors/cp/cp-typical.xml"),
        include_bytes!("../tests/vectors/cp/cp-typical.wbxml"),
    ),
];
const HOLES: [(&str, &str); 5] = [
    ("imei", "490154203237518"),
    ("client_secret", "kJ8s0qPz3vXw"),
    ("nap_secret", "b7YxQ2mN"),
    ("client_nonce", "Zk1vVnJ0Q2pB"),
    ("server_secret", "Q3vTz81LmXe4"),
];

/// One thing that is measured, on one document.
struct Row<'a> {
    document: &'static str,
    name: &'static str,
    run: Box<dyn FnMut() + 'a>,
    /// How many runs make a round.
    runs: u32,
    /// Nanoseconds for one run, of each round.
    times: Vec<f64>,
}

impl Row<'_> {
    fn round(&mut self) -> Duration {
        let start = Instant::now();
        for _ in 0..self.runs {
            (self.run)();
        }
        start.elapsed()
    }
}

/// The document as a profile: a hole where devices differ.
fn profile(name: &str, xml: &str) -> Profile {
    let mut toml = String::from("format = 1\n");
    let mut body = xml.to_owned();
    for (parameter, value) in HOLES.iter().filter(|(_, value)| xml.contains(value)) {
        toml += &format!("[parameters.{parameter}]\n");
        body = body.replace(value, &format!("{{{{{parameter}}}}}"));
    }
    let text = format!("xml = '''\n{body}'''\n{toml}");
    Profile::parse(name, &text, &|_| None).unwrap()
}

fn given(parameter: &Parameter) -> Option<&'static str> {
    let hole = HOLES.iter().find(|(name, _)| *name == parameter.name);
    hole.map(|(_, value)| *value)
}

fn main() {
    let profiles = DOCUMENTS.map(|(name, xml, _)| profile(name, xml));
    let compiled = profiles
        .each_ref()
        .map(|profile| Compiled::new(profile, Written::Cp(Encoding::Compatible)));
    let facts = Facts {
        pin: Some(Pin::parse("1234").unwrap()),
        ..Facts::default()
    };
    let mut rows = Vec::new();
    for (index, &(document, xml, wbxml)) in DOCUMENTS.iter().enumerate() {
        let mut add = |name, run| {
            rows.push(Row {
                document,
                name,
                run,
                runs: 1,
                times: Vec::new(),
            });
        };
        let encode = move || {
            let parsed = Document::from_xml(xml.as_bytes()).unwrap();
            parsed.document.to_wbxml(Encoding::Compatible).unwrap()
        };
        assert_eq!(encode().octets, wbxml, "{document}");
        add(
            "XML to WBXML",
            Box::new(move || drop(black_box(encode()))) as Box<dyn FnMut()>,
        );
        add(
            "WBXML to model",
            Box::new(move || drop(black_box(Document::from_wbxml(black_box(wbxml))))),
        );

        let (profile, mut splicer) = (&profiles[index], compiled[index].splicer());
        let mut values = Values::default();
        let mut splice = move |octets: &mut Vec<u8>| {
            octets.clear();
            values.resolve(profile, &given, None).unwrap();
            splicer.append(&values, octets).unwrap();
        };
        let mut octets = Vec::new();
        splice(&mut octets);
        assert_eq!(octets, wbxml, "{document}");
        let facts = &facts;
        let sign = |body: &[u8]| {
            MacKey::new(Sec::UserPin, facts, KeyForm::Standard)
                .unwrap()
                .mac(body)
        };
        add(
            "device: values, splice, HMAC",
            Box::new(move || {
                splice(&mut octets);
                black_box(sign(&octets));
            }),
        );
        add(
            "HMAC alone",
            Box::new(move || {
                black_box(sign(black_box(wbxml)));
            }),
        );
    }

    for row in &mut rows {
        row.round();
        while row.round() < ROUND {
            row.runs *= 2;
        }
    }
    for _ in 0..ROUNDS {
        for row in &mut rows {
            let time = row.round().as_nanos() as f64 / f64::from(row.runs);
            row.times.push(time);
        }
    }

    println!(
        "{:<12} {:<30} {:>10} {:>10} {:>12}",
        "document", "what", "median ns", "best ns", "per second"
    );
    for row in &mut rows {
        row.times.sort_by(f64::total_cmp);
        let (median, best) = (row.times[ROUNDS / 2], row.times[0]);
        println!(
            "{:<12} {:<30} {median:>10.0} {best:>10.0} {:>12.0}",
            row.document,
            row.name,
            1e9 / median
        );
    }
}
