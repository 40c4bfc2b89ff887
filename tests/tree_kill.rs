//! The program is killed while it applies a message, two hundred times, and the tree is the one
//! before or after, whole.

#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

mod disk;

use disk::Chance;
use dmboot::bytes::Hex;
use dmboot::client::tree::ddf::shipped;
use dmboot::client::tree::{
    Node, NodePath, Nodes, RedbStore, Replay, TStamp, Tree, TreeStore, fresh,
};
use dmboot::document::cp::{Document, Encoding};
use dmboot::security::cp_mac::{Facts, KeyForm, Pin, Sec, mac};
use dmboot::security::policy::digest;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

const KILLS: usize = 200;
/// Runs at most: some end before they are killed, and do not count; and on a busy machine it takes more
/// kills until enough fall into the short time at either end.
const RUNS: usize = 1000;
/// The number of SIGKILL.
const SIGKILL: i32 = 9;
/// Of either kind.
const AT_LEAST: usize = 20;
/// Access points of the message, so that writing it takes its time.
const POINTS: usize = 40;
const PIN: &str = "18244";

/// What a tree says, without the times, which are others in each run.
#[derive(Debug, Clone, PartialEq)]
struct Content {
    nodes: Vec<(NodePath, Arc<Node>)>,
    /// The tops of what the document brought.
    brought: Vec<NodePath>,
    replay: Option<Replay>,
    tries: u8,
    undoes: Option<[u8; 32]>,
    audit: Vec<String>,
}

/// Opens the tree, judges it, and gives what it says.
fn content(file: &Path, document: &[u8; 32]) -> Content {
    let epoch = TStamp::from_unix(0);
    let store = RedbStore::open(file).unwrap();
    let mut tree = Tree::open(store).unwrap();
    assert_eq!(tree.draft().unwrap().check().unwrap(), []);
    let store = tree.store();
    let timeless = |path: NodePath| {
        let mut node = store.node(&path).unwrap().unwrap();
        Arc::make_mut(&mut node).tstamp = epoch.clone();
        (path, node)
    };
    let provenance = store.provenance().unwrap().into_iter();
    let brought = provenance.filter(|(_, origin)| origin.document == *document);
    Content {
        nodes: (store.subtree(&NodePath::ROOT).unwrap().into_iter())
            .map(timeless)
            .collect(),
        brought: brought.map(|(path, _)| path).collect(),
        replay: store.replay(document).unwrap().map(|replay| Replay {
            at: epoch.clone(),
            ..replay
        }),
        tries: store.tries(document).unwrap(),
        undoes: store.last_applied().unwrap().map(|last| last.document),
        audit: store.audit().unwrap().into_iter().map(|l| l.what).collect(),
    }
}

/// A message of some length: many access points, and the account that uses them.
fn message() -> String {
    let mut points = String::new();
    let mut uses = String::new();
    for number in 0..POINTS {
        points += &format!(
            r#"<characteristic type="NAPDEF"><parm name="NAPID" value="N{number}"/><parm name="NAP-ADDRESS" value="apn{number}.example"/></characteristic>"#
        );
        uses += &format!(r#"<parm name="TO-NAPID" value="N{number}"/>"#);
    }
    format!(
        r#"<wap-provisioningdoc>{points}<characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="mgmt.example"/>{uses}<characteristic type="APPADDR"><parm name="ADDR" value="https://mgmt.example/dm"/></characteristic></characteristic></wap-provisioningdoc>"#
    )
}

#[test]
fn a_killed_application_leaves_the_tree_of_before_or_after() {
    let folder = tempfile::tempdir().unwrap();
    let [tree, pin, file] = ["t", "pin", "message"].map(|name| folder.path().join(name));
    let first = fresh(&shipped().unwrap(), &TStamp::from_unix(0), &[]).unwrap();
    RedbStore::create(&tree, &first).unwrap().close().unwrap();
    let octets = std::fs::read(&tree).unwrap();
    let xml = message();
    let document = Document::from_xml(xml.as_bytes()).unwrap().document;
    let body = document.to_wbxml(Encoding::Compatible).unwrap().octets;
    std::fs::write(&file, &body).unwrap();
    std::fs::write(&pin, PIN).unwrap();
    let document = digest(&body);
    let facts = Facts {
        pin: Some(Pin::parse(PIN).unwrap()),
        ..Facts::default()
    };
    let mac = mac(Sec::UserPin, &facts, KeyForm::Standard, &body).unwrap();
    let apply = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dmboot"));
        command.args(["apply", "--yes", "--channel", "push", "--sec", "userpin"]);
        command.args(["--mac", &Hex(&mac).to_string()]);
        command.arg("--pin-file").arg(&pin);
        command.arg("--tree").arg(&tree).arg(&file);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::null()).spawn().unwrap()
    };

    let old = content(&tree, &document);
    let started = Instant::now();
    assert!(apply().wait().unwrap().success());
    let span = started.elapsed();
    let new = content(&tree, &document);
    assert_eq!((old.brought.len(), new.brought.len()), (0, POINTS + 1));
    assert_eq!(new.undoes, Some(document));
    // The PIN is counted before it is compared, and cleared when it was right, each in a transaction of
    // its own
    let named = |what: &str| format!("{what}: {}", Hex(&document));
    let mut counted = old.clone();
    counted.tries = 1;
    counted.audit.push(named("tries a PIN for a document"));
    let mut cleared = counted.clone();
    cleared.tries = 0;
    let what = "found the PIN right for a document";
    cleared.audit.push(named(what));

    let mut chance = Chance(1);
    let (mut olds, mut counts, mut news, mut ended) = (0, 0, 0, 0);
    // The middle of the delays follows what they lead to, however busy the machine is: to before the
    // first transaction, which counts the PIN, and to before the second, which applies the message
    let (mut first, mut middle) = (span, span);
    while olds + counts + news < KILLS || olds < AT_LEAST || news < AT_LEAST {
        let run = olds + counts + news + ended;
        let ends = format!("{olds} exactly as before, {counts} with a PIN counted, {news} new");
        assert!(
            run < RUNS,
            "{RUNS} runs: {ends}; {ended} ended before the kill"
        );
        std::fs::write(&tree, &octets).unwrap();
        let mut child = apply();
        // A third of the kills comes anywhere, the others where it is decided
        let delay = match run % 3 {
            0 => span.mul_f64(chance.below(1200) as f64 / 1000.0),
            1 => first.mul_f64(0.85 + chance.below(300) as f64 / 1000.0),
            _ => middle.mul_f64(0.85 + chance.below(300) as f64 / 1000.0),
        };
        std::thread::sleep(delay);
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let killed = status.signal() == Some(SIGKILL);
        assert!(killed || status.success(), "{status}");
        let found = content(&tree, &document);
        let state = match &found {
            found if *found == old => &mut olds,
            found if *found == counted || *found == cleared => &mut counts,
            found if *found == new => &mut news,
            found => panic!("killed after {delay:?}: neither old nor new: {found:?}"),
        };
        assert!(killed || found == new, "{status}, and {found:?}");
        match killed {
            true => *state += 1,
            false => ended += 1,
        }
        let towards = |is_past: bool| if is_past { 0.95 } else { 1.0 / 0.95 };
        match run % 3 {
            1 => first = first.mul_f64(towards(found != old)),
            2 => middle = middle.mul_f64(towards(found == new)),
            _ => {}
        }
    }
    // A state with the PIN counted has the old nodes, but it is no proof that nothing moves before the
    // first transaction: it counts for neither
    let ends = format!("{olds} exactly as before, {counts} with a PIN counted, {news} new");
    let kills = olds + counts + news;
    println!("{kills} kills: {ends}; {ended} runs ended before");
}
