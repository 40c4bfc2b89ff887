//! One document at a time, on one core, in interleaved rounds.

use super::documents::{ROWS, Subject, vector};
use super::goals::{Results, median};
use super::reference::Reference;
use allocation_counter::AllocationInfo;
use dmboot::document::cp::walk::Piece;
use dmboot::document::cp::{self, Document, Encoding};
use dmboot::document::dm::{Message, Root, TndsForm, Walk, WbxmlVersion};
use dmboot::document::profile::{Compiled, Values};
use dmboot::factory::job::{Job, Maker};
use dmboot::security::cp_mac::{Facts, KeyForm, MacKey, Sec};
use dmboot::security::verify::{self, verify, verify_dm};
use dmboot::wire::wsp::{Glance, PushPdu};
use hmac::{Hmac, KeyInit, Mac};
use rustix::time::{ClockId, clock_gettime};
use sha1::Sha1;
use std::hint::black_box;
use std::path::Path;

const ROUNDS: usize = 15;
/// CPU nanoseconds of one thing in one round.
const ROUND: f64 = 8e6;

/// Runs so many times, and says how many nanoseconds of CPU time that took.
type Run<'t> = Box<dyn FnMut(u64, &mut Reference) -> f64 + 't>;

/// Something of ours, or of C, that runs so many times and says how many nanoseconds it took.
struct Task<'t> {
    label: String,
    run: Run<'t>,
    count: u64,
    times: Vec<f64>,
}

/// All that is measured in one set of rounds.
#[derive(Default)]
struct Tasks<'t>(Vec<Task<'t>>);

type Id = usize;

impl<'t> Tasks<'t> {
    fn ours(&mut self, label: impl Into<String>, mut run: impl FnMut(usize) + 't) -> Id {
        let run = Box::new(move |count: u64, _: &mut Reference| {
            let start = cpu_time();
            for index in 0..count as usize {
                run(index);
            }
            cpu_time() - start
        });
        self.add(label.into(), run)
    }

    fn theirs(&mut self, operation: &'static str, document: &'static str) -> Id {
        let run = move |count: u64, c: &mut Reference| c.time(operation, document, count);
        self.add(format!("C {operation} {document}"), Box::new(run))
    }

    fn add(&mut self, label: String, run: Run<'t>) -> Id {
        self.0.push(Task {
            label,
            run,
            count: 1,
            times: Vec::new(),
        });
        self.0.len() - 1
    }

    fn measure(&mut self, c: &mut Reference) {
        for task in &mut self.0 {
            loop {
                let time = (task.run)(task.count, c);
                if time > ROUND / 4.0 {
                    task.count = (task.count as f64 * ROUND / time) as u64 + 1;
                    break;
                }
                task.count *= 2;
            }
        }
        for _ in 0..ROUNDS {
            for task in &mut self.0 {
                let time = (task.run)(task.count, c) / task.count as f64;
                task.times.push(time);
            }
        }
    }

    /// The median of the ratios of each round.
    fn ratio(&self, above: Id, below: Id) -> f64 {
        let pairs = self.0[above].times.iter().zip(&self.0[below].times);
        median(pairs.map(|(above, below)| above / below).collect())
    }

    fn print(&self) {
        println!(
            "\n{:<44} {:>11} {:>11}",
            "what, CPU time", "median µs", "best µs"
        );
        for task in &self.0 {
            let best = task.times.iter().copied().fold(f64::INFINITY, f64::min) / 1e3;
            let median = median(task.times.clone()) / 1e3;
            println!("{:<44} {median:>11.3} {best:>11.3}", task.label);
        }
    }
}

pub fn cpu_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn allocations(run: impl FnOnce()) -> u64 {
    let AllocationInfo { count_total, .. } = allocation_counter::measure(run);
    count_total
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(vector(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn measure(c: &mut Reference, folder: &Path, results: &mut Results) {
    let xml = ["cp/cp-small.xml", "cp/cp-typical.xml", "dm/dm-tnds.xml"].map(read);
    let wbxml = [
        "cp/cp-small.wbxml",
        "cp/cp-typical.wbxml",
        "dm/dm-tnds.wbxml",
    ]
    .map(read);
    let text = |index: usize| std::str::from_utf8(&xml[index]).unwrap();
    let subjects = [
        Subject::cp("small", text(0)),
        Subject::cp("typical", text(1)),
        Subject::dm(),
        Subject::dm_shipped(),
    ];
    for (name, file) in [
        ("small", "cp/cp-small"),
        ("typical", "cp/cp-typical"),
        ("tnds", "dm/dm-tnds"),
    ] {
        let path = |extension: &str| vector(&format!("{file}.{extension}"));
        c.load(name, &path("xml"), &path("wbxml"));
    }
    // For the key of what is verified
    let small = folder.join("small.rows.tsv");
    let empty = folder.join("empty.xml");
    super::documents::write(&empty, "");
    let jobs = subjects.each_ref().map(Subject::job);
    let compiled: Vec<_> = jobs
        .iter()
        .map(|job| Compiled::new(job.profile, job.written()))
        .collect();
    let general: Vec<Vec<Vec<u8>>> = jobs
        .iter()
        .zip(&subjects)
        .map(|(job, subject)| (0..ROWS).map(|row| by_model(job, subject, row)).collect())
        .collect();
    for (index, subject) in subjects[..2].iter().enumerate() {
        subject.share(c, folder, text(index), &subject.originals());
    }
    for (job, subject) in jobs.iter().zip(&subjects).skip(2) {
        let first: Vec<&str> = subject.rows[0].iter().map(String::as_str).collect();
        subject.share(c, folder, &model_xml(job, subject), &first);
    }
    c.rows("tnds", &empty, &small);

    let given: Vec<Vec<Vec<Option<&str>>>> = subjects
        .iter()
        .map(|subject| subject.rows.iter().map(|row| subject.given(row)).collect())
        .collect();
    let facts: Vec<Facts> = (0..ROWS)
        .map(|row| Facts {
            pin: Some(subjects[0].pin(row)),
            ..Facts::default()
        })
        .collect();

    let tnds: Vec<Vec<u8>> = facts
        .iter()
        .map(|facts| signed_dm(&wbxml[2], facts))
        .collect();

    let mut tasks = Tasks::default();
    // XML to WBXML
    let encode_c = [("small", 0), ("typical", 1)].map(|(name, index)| {
        let xml = &xml[index];
        let theirs = tasks.theirs("encode", name);
        let ours = tasks.ours(format!("XML to WBXML, {name}"), move |_| {
            black_box(encode_cp(black_box(xml), Encoding::Compatible));
        });
        (theirs, ours)
    });
    let encode_dm = {
        let xml = &xml[2];
        let theirs = tasks.theirs("encode", "tnds");
        let ours = tasks.ours("XML to WBXML, tnds", move |_| {
            black_box(encode_dm(black_box(xml)));
        });
        (theirs, ours)
    };
    // Row to signed PDU
    let mut build = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        let name = subject.name;
        let theirs = tasks.theirs("build", name);
        let (mut maker, given) = (jobs[index].maker(&compiled[index]), &given[index]);
        let mut pdu = Vec::new();
        let ours = tasks.ours(format!("row to signed PDU, {name}"), move |row| {
            black_box(by_splice(&mut maker, &given[row % ROWS], &mut pdu));
        });
        let body = body(&general[index][0]).to_vec();
        let hmac = tasks.ours(format!("HMAC-SHA1 alone, {name}"), move |row| {
            let key = subject.rows[row % ROWS][0].as_bytes();
            let mut mac = Hmac::<Sha1>::new_from_slice(key).unwrap();
            mac.update(black_box(&body));
            black_box(mac.finalize().into_bytes());
        });
        build.push((theirs, ours, hmac));
    }
    let tree = tasks.ours("row to signed PDU, typical, by the model", {
        let (job, subject) = (&jobs[1], &subjects[1]);
        move |row| {
            black_box(by_model(job, subject, row % ROWS));
        }
    });
    // PDU to what it says
    let mut checked = Vec::new();
    for (index, name) in [(0, "small"), (1, "typical")] {
        let (pdus, facts) = (&general[index], &facts);
        let theirs = tasks.theirs("verify", name);
        let ours = tasks.ours(format!("verify and walk, {name}"), move |row| {
            let row = row % ROWS;
            black_box(walk_cp(black_box(&pdus[row]), &facts[row]));
        });
        checked.push((theirs, ours));
    }
    let owned = tasks.ours("verify and owned tree, typical", {
        let (pdus, facts) = (&general[1], &facts);
        move |row| {
            let row = row % ROWS;
            black_box(own_cp(black_box(&pdus[row]), &facts[row]));
        }
    });
    let verify_dm = {
        let (tnds, facts) = (&tnds, &facts);
        let theirs = tasks.theirs("verify", "tnds");
        let ours = tasks.ours("verify and walk with the inner tree, tnds", move |row| {
            let row = row % ROWS;
            black_box(walk_dm(black_box(&tnds[row]), &facts[row]));
        });
        (theirs, ours)
    };
    for operation in ["hmac", "hmac-low"] {
        tasks.theirs(operation, "small");
        tasks.theirs(operation, "typical");
    }
    tasks.measure(c);
    tasks.print();

    let pair = |(theirs, ours): (Id, Id)| tasks.ratio(theirs, ours);
    println!(
        "\nXML to WBXML, small document: {:.1} times libwbxml",
        pair(encode_c[0])
    );
    results.add("xml-to-wbxml-cp", pair(encode_c[1]));
    results.add("xml-to-wbxml-dm", pair(encode_dm));
    let names = [
        ("build-vs-c-small", "build-vs-hmac-small"),
        ("build-vs-c-typical", "build-vs-hmac-typical"),
        ("build-vs-c-dm", "build-vs-hmac-dm"),
    ];
    for ((vs_c, vs_hmac), (theirs, ours, hmac)) in names.into_iter().zip(&build) {
        results.add(vs_c, tasks.ratio(*theirs, *ours));
        results.add(vs_hmac, tasks.ratio(*ours, *hmac));
    }
    let (_, ours, hmac) = build[3];
    println!(
        "row to signed PDU by the shipped DM profile: {:.2} times the HMAC",
        tasks.ratio(ours, hmac)
    );
    results.add("general-vs-c", tasks.ratio(build[1].0, tree));
    results.add("verify-vs-c-small", pair(checked[0]));
    results.add("verify-vs-c-typical", pair(checked[1]));
    results.add(
        "verify-vs-hmac-typical",
        tasks.ratio(checked[1].1, build[1].2),
    );
    results.add("verify-owned-vs-c", tasks.ratio(checked[1].0, owned));
    results.add("verify-dm-vs-c", pair(verify_dm));

    // The same octets, whichever way
    for (index, subject) in subjects.iter().enumerate() {
        let mut maker = jobs[index].maker(&compiled[index]);
        for row in 0..ROWS {
            let mut pdu = Vec::new();
            by_splice(&mut maker, &given[index][row], &mut pdu);
            assert_eq!(pdu, general[index][row], "{}, row {row}", subject.name);
            if index < 2 {
                let theirs = c.show("build", subject.name, row);
                assert_eq!(
                    theirs, pdu,
                    "libwbxml and OpenSSL, {}, row {row}",
                    subject.name
                );
            }
        }
        if index < 2 {
            let ours = encode_cp(&xml[index], Encoding::Compatible);
            assert_eq!(ours, c.show("encode", subject.name, 0), "{}", subject.name);
            assert_eq!(ours, wbxml[index]);
        }
    }
    println!(
        "Compiled and general path gave the same octets for {ROWS} rows of each document, and C \
         gave them too for both Client Provisioning documents."
    );
    sizes(&xml, &wbxml, results);

    // What is allocated once all shapes and buffers are there
    let mut made = 0;
    for index in 0..subjects.len() {
        let (mut maker, mut pdu) = (jobs[index].maker(&compiled[index]), Vec::new());
        by_splice(&mut maker, &given[index][0], &mut pdu);
        made += allocations(|| {
            for row in &given[index] {
                by_splice(&mut maker, row, &mut pdu);
            }
        });
    }
    println!(
        "Allocations of {} devices in steady state: {made}",
        subjects.len() * ROWS
    );
    results.add("alloc-build", made as f64 / (subjects.len() * ROWS) as f64);
    let cp = allocations(|| {
        black_box(walk_cp(&general[1][0], &facts[0]));
    });
    let dm = allocations(|| {
        black_box(walk_dm(&tnds[0], &facts[0]));
    });
    let (mut parms, mut tree) = (0, 0);
    allocations(|| parms = walk_cp(&general[1][0], &facts[0]));
    tree += allocations(|| {
        black_box(own_cp(&general[1][0], &facts[0]));
    });
    println!(
        "Allocations to verify: {cp} (Client Provisioning, borrowed; 0 is wanted), {dm} (DM with \
         its tree, borrowed; 8 at most), {tree} (an owned tree of {parms} parms; 4 for each at most)"
    );
    let beyond = cp + dm.saturating_sub(8) + tree.saturating_sub(4 * parms as u64);
    results.add("alloc-verify", beyond as f64);
}

fn sizes(xml: &[Vec<u8>; 3], wbxml: &[Vec<u8>; 3], results: &mut Results) {
    for (index, name) in [(0, "size-compact-small"), (1, "size-compact-typical")] {
        let (ours, theirs) = (
            encode_cp(&xml[index], Encoding::Compact).len(),
            wbxml[index].len(),
        );
        println!("{name}: {ours} octets, libwbxml without string table {theirs}");
        results.add(name, ours as f64 / theirs as f64);
    }
}

fn encode_cp(xml: &[u8], encoding: Encoding) -> Vec<u8> {
    let parsed = Document::from_xml(xml).unwrap();
    parsed.document.to_wbxml(encoding).unwrap().octets
}

fn encode_dm(xml: &[u8]) -> Vec<u8> {
    let parsed = Message::from_xml_with_texts(xml).unwrap();
    parsed
        .document
        .to_wbxml(TndsForm::Text, WbxmlVersion::V1_2)
        .unwrap()
        .octets
}

/// The compiled way: one buffer, used again for the next device.
fn by_splice(maker: &mut Maker<'_>, given: &[Option<&str>], pdu: &mut Vec<u8>) -> usize {
    pdu.clear();
    maker.resolve_row(given).unwrap();
    maker.append_pdu(pdu).unwrap();
    pdu.len()
}

/// The general way: values, model, encoder, MAC, PDU.
fn by_model(job: &Job<'_>, subject: &Subject, row: usize) -> Vec<u8> {
    let mut values = Values::default();
    values
        .resolve_row(job.profile, &subject.given(&subject.rows[row]), None)
        .unwrap();
    let wbxml = match job.dm {
        None => {
            job.profile
                .document(&values)
                .to_wbxml(job.encoding)
                .unwrap()
                .octets
        }
        Some(tnds) => {
            let (message, _) = job.profile.message(&values, tnds).unwrap();
            message
                .to_wbxml(tnds.form(), WbxmlVersion::V1_2)
                .unwrap()
                .octets
        }
    };
    let facts = Facts {
        pin: Some(subject.pin(row)),
        ..Facts::default()
    };
    let mac = MacKey::new(Sec::UserPin, &facts, KeyForm::Standard)
        .unwrap()
        .mac(&wbxml);
    match job.dm {
        None => PushPdu::connectivity(Some(Sec::UserPin), Some(&mac), None, &wbxml)
            .encode()
            .unwrap(),
        Some(_) => envelope_dm(&wbxml, &mac),
    }
}

fn envelope_dm(wbxml: &[u8], mac: &[u8; 20]) -> Vec<u8> {
    use dmboot::wire::wsp::{ApplicationId, ContentType, assigned};
    let content_type =
        ContentType::secured(assigned::SYNCML_DM_WBXML, Some(Sec::UserPin), Some(mac));
    PushPdu::new(content_type, Some(ApplicationId::SYNCML_DM), wbxml)
        .encode()
        .unwrap()
}

fn signed_dm(wbxml: &[u8], facts: &Facts) -> Vec<u8> {
    let mac = MacKey::new(Sec::UserPin, facts, KeyForm::Standard)
        .unwrap()
        .mac(wbxml);
    envelope_dm(wbxml, &mac)
}

/// The DM message of the first row as XML.
fn model_xml(job: &Job<'_>, subject: &Subject) -> String {
    let mut values = Values::default();
    values
        .resolve_row(job.profile, &subject.given(&subject.rows[0]), None)
        .unwrap();
    let (message, _) = job.profile.message(&values, job.dm.unwrap()).unwrap();
    message.to_xml().unwrap()
}

fn body(pdu: &[u8]) -> &[u8] {
    PushPdu::parse(pdu).unwrap().body
}

/// What a receiver has to check first.
fn message(pdu: &[u8]) -> verify::Message<'_> {
    let Glance { body, sec, mac, .. } = Glance::of(pdu).unwrap();
    verify::Message { body, sec, mac }
}

/// Verifies a PDU and walks through its document; returns how many parms there are.
fn walk_cp(pdu: &[u8], facts: &Facts) -> usize {
    let verified = verify(message(pdu), facts).unwrap();
    let mut walk = cp::Walk::new(verified.body()).unwrap();
    let mut parms = 0;
    while let Some(piece) = walk.next().unwrap() {
        parms += usize::from(matches!(piece, Piece::Parm { .. }));
        black_box(&piece);
    }
    parms
}

/// Verifies a PDU and builds the tree of its document.
fn own_cp(pdu: &[u8], facts: &Facts) -> usize {
    let verified = verify(message(pdu), facts).unwrap();
    let parsed = black_box(Document::from_wbxml(verified.body()).unwrap());
    parsed.document.characteristics.len()
}

/// Verifies a PDU and walks through its message and the tree in it; returns how many pieces.
fn walk_dm(pdu: &[u8], facts: &Facts) -> usize {
    let verified = verify_dm(message(pdu), facts).unwrap();
    let mut walk = Walk::wbxml(verified.body(), Root::Message).unwrap();
    let mut pieces = 0;
    while let Some(piece) = walk.next().unwrap() {
        black_box(&piece);
        pieces += 1;
    }
    pieces
}
