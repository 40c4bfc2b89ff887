//! How it ends: every refusal leaves the content as it was.

use super::*;
use crate::bytes::Hex;
use crate::security::cp_mac::Code;
use crate::security::policy::digest;
use std::sync::Arc;

pub(super) fn body(server: &str) -> Vec<u8> {
    cp(&(nap("N") + &account(server, &parm("TO-NAPID", "N"))))
}

/// A refusal with this outcome and rule, after which the tree holds what it held.
#[track_caller]
pub(super) fn refused(
    tree: &mut Tree<MemStore>,
    attempt: &Try<'_>,
    outcome: &str,
    rule: &str,
) -> Refusal {
    let before = format!("{:?}", content(tree));
    let lines = tree.store().audit().unwrap().len();
    let refusal = attempt.on(tree).unwrap_err();
    assert_eq!(refusal.outcome(), outcome, "{refusal}");
    assert_eq!(refusal.rule().unwrap_or_default(), rule, "{refusal}");
    assert_eq!(format!("{:?}", content(tree)), before);
    let text = format!("{:?}", &tree.store().audit().unwrap()[lines..]);
    assert!(
        !text.contains("hunter2") && !text.contains("1824"),
        "{text}"
    );
    refusal
}

#[test]
fn three_wrong_pins_block() {
    let body = body("a");
    let right = Try::push(&body, Sec::UserPin);
    let wrong = Try {
        pin: "4711",
        ..right.clone()
    };
    let mut tree = tree();
    for left in [2, 1] {
        let refusal = refused(&mut tree, &wrong, "not-authentic", "cp-mac-mismatch");
        assert!(
            refusal.to_string().contains(&format!("{left} tr")),
            "{refusal}"
        );
        assert_eq!(tree.store().tries(&digest(&body)).unwrap(), 3 - left);
    }
    refused(&mut tree, &wrong, "blocked", "apply-blocked");
    let audit = tree.store().audit().unwrap();
    let lines = audit.len();
    let named = format!(": {}", Hex(&digest(&body)));
    let what: Vec<_> = audit[1..]
        .iter()
        .map(|line| line.what.strip_suffix(&named).unwrap())
        .collect();
    let tries = "tries a PIN for a document";
    let failed = "not-authentic a document from push";
    assert_eq!(
        what,
        [tries, failed, tries, failed, tries, "blocked a document"]
    );
    refused(&mut tree, &right, "blocked", "apply-blocked");
    assert_eq!(
        tree.store().audit().unwrap().len(),
        lines,
        "it costs nothing"
    );
    // Another message is another matter
    let other = super::outcomes::body("b");
    assert!(Try::push(&other, Sec::UserPin).on(&mut tree).is_ok());
}

#[test]
fn the_right_pin_clears_the_count() {
    let body = body("a");
    let right = Try::push(&body, Sec::UserNetwPin);
    let wrong = Try {
        pin: "4711",
        ..right.clone()
    };
    let mut tree = tree();
    refused(&mut tree, &wrong, "not-authentic", "cp-mac-mismatch");
    assert!(matches!(right.on(&mut tree), Ok(Outcome::Applied(_))));
    assert_eq!(tree.store().tries(&digest(&body)).unwrap(), 0);
    // It clears when it is right, whatever comes of it
    for attempt in [
        Try {
            dry_run: true,
            ..right.clone()
        },
        right.clone().policy("servers.ids = []"),
        right.clone(),
    ] {
        let _ = attempt.on(&mut tree);
        assert_eq!(tree.store().tries(&digest(&body)).unwrap(), 0);
    }
}

/// Somebody who ends the program where it asks.
struct Leaves;

impl Ask for Leaves {
    fn network_alone(&mut self) -> bool {
        std::panic::resume_unwind(Box::new("gone"))
    }
    fn confirm(&mut self, _: &Summary) -> bool {
        std::panic::resume_unwind(Box::new("gone"))
    }
}

/// The right PIN costs no try, however often somebody goes away from the question.
#[test]
fn whoever_leaves_the_question_has_lost_no_try() {
    let body = body("a");
    let right = Try::push(&body, Sec::UserPin);
    let mac = mac(Sec::UserPin, &facts("1824"), KeyForm::Standard, &body).unwrap();
    let mut tree = tree();
    for _ in 0..4 {
        let arrival = Arrival {
            message: Message {
                body: &body,
                sec: right.sec,
                mac: Some(mac),
            },
            scheme: Scheme::Cp,
            channel: right.channel,
            iccid: None,
        };
        let settings = Settings {
            policy: &right.policy,
            levels: right.levels,
            dry_run: false,
        };
        let now = at(1);
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        let left = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            receive(
                &mut tree,
                by,
                &arrival,
                &facts("1824"),
                &settings,
                &mut Leaves,
            )
        }));
        assert!(left.is_err(), "it was asked");
        assert_eq!(tree.store().tries(&digest(&body)).unwrap(), 0);
    }
    assert!(matches!(right.on(&mut tree), Ok(Outcome::Applied(_))));
}

/// Whoever sends messages without end gets nothing forgotten by it.
#[test]
fn no_crowd_of_messages_gives_new_tries() {
    use crate::client::tree::TRIED_MESSAGES;
    let (body, other) = (body("a"), body("b"));
    let wrong = |body| Try {
        pin: "4711",
        ..Try::push(body, Sec::UserPin)
    };
    let mut tree = tree();
    for _ in 0..3 {
        wrong(&body).on(&mut tree).unwrap_err();
    }
    let now = at(1);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    for number in 2..TRIED_MESSAGES {
        draft.record_tries(digest(&number.to_le_bytes()), Some(1));
    }
    draft.commit(by, "a crowd").unwrap();
    // The last that finds room, and one that does not
    refused(
        &mut tree,
        &wrong(&other),
        "not-authentic",
        "cp-mac-mismatch",
    );
    let (lines, late) = (tree.store().audit().unwrap().len(), self::body("c"));
    for attempt in [wrong(&late), Try::push(&late, Sec::UserPin)] {
        refused(&mut tree, &attempt, "blocked", "apply-crowded");
    }
    refused(&mut tree, &wrong(&body), "blocked", "apply-blocked");
    assert_eq!(tree.store().tries(&digest(&body)).unwrap(), 3);
    assert_eq!(
        tree.store().audit().unwrap().len(),
        lines,
        "it costs nothing"
    );
    // Who has a record goes on, and the right PIN makes room
    Try::push(&other, Sec::UserPin).on(&mut tree).unwrap();
    Try::push(&late, Sec::UserPin).on(&mut tree).unwrap();
    refused(&mut tree, &wrong(&body), "blocked", "apply-blocked");
}

/// Messages that are refused leave lines, and not without end.
#[test]
fn refusals_do_not_fill_the_device() {
    use crate::client::tree::AUDIT_LINES;
    let mut tree = tree();
    for number in 0..AUDIT_LINES + 10 {
        let garbage = number.to_le_bytes();
        Try::file(&garbage).on(&mut tree).unwrap_err();
    }
    let audit = tree.store().audit().unwrap();
    assert_eq!(audit.len(), AUDIT_LINES);
    assert!(audit.iter().all(|line| line.what.contains("malformed")));
    assert_eq!(tree.store().tried().unwrap(), 0);
}

/// A dry run is no way to try PINs.
#[test]
fn dry_runs_count() {
    let body = body("a");
    let wrong = Try {
        pin: "4711",
        dry_run: true,
        ..Try::push(&body, Sec::UserPin)
    };
    let mut tree = tree();
    refused(&mut tree, &wrong, "not-authentic", "cp-mac-mismatch");
    refused(&mut tree, &wrong, "not-authentic", "cp-mac-mismatch");
    refused(&mut tree, &wrong, "blocked", "apply-blocked");
}

/// A store that takes no changes.
#[derive(Debug)]
struct ReadOnly(MemStore);

impl Nodes for ReadOnly {
    fn node(&self, path: &NodePath) -> Result<Option<Arc<Node>>, crate::client::tree::StoreError> {
        self.0.node(path)
    }
    fn children(&self, path: &NodePath) -> Result<Vec<NodePath>, crate::client::tree::StoreError> {
        self.0.children(path)
    }
    fn subtree(&self, path: &NodePath) -> Result<Vec<NodePath>, crate::client::tree::StoreError> {
        self.0.subtree(path)
    }
}

mod read_only {
    use super::ReadOnly;
    use crate::client::tree::*;
    use std::collections::BTreeMap;

    impl TreeStore for ReadOnly {
        fn description(&self) -> Result<String, StoreError> {
            self.0.description()
        }
        fn provenance(&self) -> Result<BTreeMap<NodePath, Provenance>, StoreError> {
            self.0.provenance()
        }
        fn replay(&self, body: &[u8; 32]) -> Result<Option<Replay>, StoreError> {
            self.0.replay(body)
        }
        fn tries(&self, body: &[u8; 32]) -> Result<u8, StoreError> {
            self.0.tries(body)
        }
        fn tried(&self) -> Result<usize, StoreError> {
            self.0.tried()
        }
        fn contexts(&self) -> Result<BTreeMap<[u8; 32], ContextRecord>, StoreError> {
            self.0.contexts()
        }
        fn last_applied(&self) -> Result<Option<LastApplied>, StoreError> {
            self.0.last_applied()
        }
        fn audit(&self) -> Result<Vec<AuditLine>, StoreError> {
            self.0.audit()
        }
        fn whole(&self) -> Result<Changes, StoreError> {
            self.0.whole()
        }
        fn commit(&mut self, _: &Changes) -> Result<(), StoreError> {
            Err(StoreError::Full)
        }
    }
}

/// Where a try cannot be counted, the right and the wrong PIN look alike.
#[test]
fn what_cannot_be_counted_is_not_compared() {
    let body = body("a");
    for pin in ["1824", "4711"] {
        let mut tree = Tree::open(ReadOnly(tree().into_store())).unwrap();
        let attempt = Try {
            pin,
            ..Try::push(&body, Sec::UserPin)
        };
        let refusal = attempt.on(&mut tree).unwrap_err();
        assert_eq!(refusal.outcome(), "failed");
        assert!(refusal.to_string().contains("no room"), "{refusal}");
    }
}

#[test]
fn what_lacks_a_fact_counts_no_try() {
    let body = body("a");
    let mut tree = tree();
    let attempt = Try::push(&body, Sec::UserPinMac);
    let refusal = refused(&mut tree, &attempt, "not-authentic", "cp-code-missing");
    assert!(!refusal.to_string().contains("left"), "{refusal}");
    let short = Try::push(&body, Sec::UserPin).policy("pin.min_digits = 5");
    refused(&mut tree, &short, "refused", "policy-pin");
    assert_eq!(tree.store().tries(&digest(&body)).unwrap(), 0);
}

#[test]
fn codes_are_tried_like_pins() {
    let body = body("a");
    let mut tree = tree();
    let attempt = Try::push(&body, Sec::UserPinMac);
    let message = Message {
        body: &body,
        sec: Some(Sec::UserPinMac),
        mac: None,
    };
    let receive_with = |tree: &mut Tree<MemStore>, pin: &str, of: &[u8]| {
        let code = Code::new(&Pin::parse(pin).unwrap(), of).unwrap();
        let facts = Facts {
            code: Some(code),
            ..Facts::default()
        };
        let (now, policy) = (at(1), Policy::default());
        let arrival = Arrival {
            message,
            scheme: Scheme::Cp,
            channel: attempt.channel,
            iccid: None,
        };
        let settings = Settings {
            policy: &policy,
            levels: Levels::Oma,
            dry_run: false,
        };
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        receive(tree, by, &arrival, &facts, &settings, &mut Says(true))
    };
    let refusal = receive_with(&mut tree, "12345", b"another").unwrap_err();
    assert!(
        refusal.to_string().contains("2 tries are left"),
        "{refusal}"
    );
    assert!(matches!(
        receive_with(&mut tree, "12345", &body),
        Ok(Outcome::Applied(_))
    ));
}

#[test]
fn messages_that_nothing_vouches_for() {
    let body = body("a");
    let mut tree = tree();
    let unsigned = Try {
        channel: Channel::Push,
        ..Try::file(&body)
    };
    refused(&mut tree, &unsigned, "refused", "policy-assurance");
    // A forged MAC: of another body, and of no body at all
    for mac in [
        [0; 20],
        mac(Sec::NetwPin, &facts("1824"), KeyForm::Standard, b"other").unwrap(),
    ] {
        let before = format!("{:?}", content(&tree));
        let message = Message {
            body: &body,
            sec: Some(Sec::NetwPin),
            mac: Some(mac),
        };
        let refusal = unsigned
            .message(&mut tree, message, Scheme::Cp)
            .unwrap_err();
        assert_eq!(refusal.outcome(), "not-authentic");
        assert!(!refusal.to_string().contains("left"), "{refusal}");
        assert_eq!(format!("{:?}", content(&tree)), before);
    }
    // The network's key alone, unless somebody agrees
    let network = Try {
        says: false,
        ..Try::push(&body, Sec::NetwPin)
    };
    refused(&mut tree, &network, "refused", "policy-network-alone");
    let agreed = Try::push(&body, Sec::NetwPin);
    assert!(matches!(agreed.on(&mut tree), Ok(Outcome::Applied(_))));
}

#[test]
fn other_refusals() {
    let good = body("a");
    let mut tree = tree();
    refused(
        &mut tree,
        &Try::file(b"nothing"),
        "malformed",
        "inspect-unknown-format",
    );
    let cut = &good[..good.len() - 5];
    assert_eq!(
        Try::file(cut).on(&mut tree).unwrap_err().outcome(),
        "malformed"
    );
    let unknown = Try::file(&good).policy("servers.ids = [\"b\"]");
    refused(&mut tree, &unknown, "refused", "policy-server");
    let empty = cp("");
    refused(&mut tree, &Try::file(&empty), "refused", "apply-nothing");
    let incomplete = dm(&inbox(&interior("A", DMACC, &leaf("ServerID", "chr", "a"))));
    refused(
        &mut tree,
        &Try::file(&incomplete),
        "refused",
        "apply-nothing",
    );
    let declined = Try {
        says: false,
        ..Try::file(&good)
    };
    refused(&mut tree, &declined, "declined", "");
}

#[test]
fn a_dry_run_says_what_would_be() {
    let body = body("a");
    let mut tree = tree();
    let before = format!("{:?}", content(&tree));
    let dry = Try {
        dry_run: true,
        ..Try::file(&body)
    };
    let Ok(Outcome::Tried(tried)) = dry.on(&mut tree) else {
        panic!("not tried");
    };
    assert_eq!(format!("{:?}", content(&tree)), before);
    assert_eq!(tree.store().audit().unwrap().len(), 1, "only its making");
    let Ok(Outcome::Applied(applied)) = Try::file(&body).on(&mut tree) else {
        panic!("not applied");
    };
    assert_eq!(tried, applied);
    let server = &applied.accounts[0];
    assert_eq!(
        (server.server.as_str(), &server.addresses[..]),
        ("a", &["https://a/dm port 8443".to_owned()][..])
    );
    assert_eq!(applied.access_points[0].address, "N.apn");
    assert!(
        applied
            .differences
            .iter()
            .all(|difference| difference.change() == Change::Added)
    );
    let secrets = applied
        .differences
        .iter()
        .filter(|difference| difference.hidden);
    assert_eq!(secrets.count(), 2);
}

#[test]
fn a_message_is_applied_once() {
    let body = body("a");
    let day = 86_400;
    let mut tree = tree();
    assert!(matches!(
        Try::file(&body).on(&mut tree),
        Ok(Outcome::Applied(_))
    ));
    let before = format!("{:?}", content(&tree));
    assert_eq!(Try::file(&body).on(&mut tree).unwrap(), Outcome::Unchanged);
    // By another way too
    assert_eq!(
        Try::push(&body, Sec::UserPin).on(&mut tree).unwrap(),
        Outcome::Unchanged
    );
    assert_eq!(format!("{:?}", content(&tree)), before);

    assert_eq!(undo_at(&mut tree, 10).unwrap(), digest(&body));
    for now in [0, 11, 10 + 90 * day - 1] {
        let again = Try {
            now,
            ..Try::file(&body)
        };
        refused(&mut tree, &again, "replayed", "apply-replayed");
    }
    let later = Try {
        now: 10 + 90 * day,
        ..Try::file(&body)
    };
    assert!(matches!(later.on(&mut tree), Ok(Outcome::Applied(_))));
}

/// What a server deleted does not come back by itself.
#[test]
fn what_was_deleted_is_not_applied_again() {
    // Its access point stays
    let body = body("a");
    let mut tree = tree();
    Try::file(&body).on(&mut tree).unwrap();
    let (server, now) = (Actor::server("a").unwrap(), at(5));
    let by = By {
        actor: &server,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    draft.delete(by, "./DMAcc/1").unwrap();
    draft.commit(by, "deleted").unwrap();
    refused(&mut tree, &Try::file(&body), "replayed", "apply-replayed");
    let refused = undo_at(&mut tree, 6).unwrap_err();
    assert_eq!(refused.rule(), Some("apply-undo-changed"));
}

#[test]
fn undo_takes_back_only_what_is_as_it_was() {
    let mut tree = tree();
    assert_eq!(
        undo_at(&mut tree, 1).unwrap_err().rule(),
        Some("apply-undo-nothing")
    );
    Try::file(&body("a")).on(&mut tree).unwrap();
    let before = format!("{:?}", content(&tree));
    Try::file(&body("b")).on(&mut tree).unwrap();
    undo_at(&mut tree, 3).unwrap();
    assert_eq!(format!("{:?}", content(&tree)), before);
    // One application, not two
    assert_eq!(
        undo_at(&mut tree, 4).unwrap_err().rule(),
        Some("apply-undo-nothing")
    );

    Try::file(&body("c")).on(&mut tree).unwrap();
    let now = at(5);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    draft
        .add(
            by,
            "./DMAcc/2/Ext/Mine",
            crate::client::tree::Item::chr("x"),
        )
        .unwrap();
    draft.commit(by, "mine").unwrap();
    let changed = format!("{:?}", content(&tree));
    assert_eq!(
        undo_at(&mut tree, 6).unwrap_err().rule(),
        Some("apply-undo-changed")
    );
    assert_eq!(format!("{:?}", content(&tree)), changed);
}

/// An account from before the card's, beside it, opens no way around the card.
#[test]
fn the_card_speaks_for_its_servers_whatever_was_there_before() {
    let mut tree = tree();
    Try::file(&body("a")).on(&mut tree).unwrap();
    let of_card = cp(&(nap("K") + &account("a", &parm("TO-NAPID", "K"))));
    Try::card(&of_card, "8949").on(&mut tree).unwrap();
    let before = format!("{:?}", content(&tree));
    let other = cp(&account("a", ""));
    let attempt = Try::file(&other).policy("servers.overwrite = true");
    let Err(Refusal::Nothing(findings)) = attempt.on(&mut tree) else {
        panic!("it was applied");
    };
    assert!(findings.iter().any(|f| f.rule.id == "apply-card-first"));
    assert_eq!(format!("{:?}", content(&tree)), before);
}

/// A server that has an account: what each order of ways, and each policy, makes of a second one.
#[test]
fn one_account_for_a_server() {
    let overwrite = "servers.overwrite = true";
    let old = body("a");
    let new = cp(&(nap("M") + &account("a", &parm("TO-NAPID", "M"))));
    for (first, second, policy, expected) in [
        ("file", "file", "", "apply-exists"),
        ("file", "file", overwrite, "replaced"),
        ("card", "file", "", "apply-card-first"),
        ("card", "file", overwrite, "apply-card-first"),
        ("file", "card", "", "beside"),
        ("file", "card", overwrite, "beside"),
        ("card", "card", "", "apply-exists"),
        ("card", "card", overwrite, "replaced"),
    ] {
        let place = format!("{first}, {second}, {policy}");
        let attempt = |body, way| match way {
            "card" => Try::card(body, "8949"),
            _ => Try::file(body),
        };
        let mut tree = tree();
        attempt(&old, first).on(&mut tree).unwrap();
        let before = format!("{:?}", content(&tree));
        let result = attempt(&new, second).policy(policy).on(&mut tree);
        let draft = tree.draft().unwrap();
        let all = accounts(&draft).unwrap();
        drop(draft);
        match expected {
            "replaced" => {
                result.unwrap();
                assert_eq!(all.len(), 1, "{place}");
                assert_eq!(all[0].connections, ["./NAP/2"], "{place}");
                assert!(
                    !nodes(&tree).contains_key("./NAP/1"),
                    "{place}: what only the old one used"
                );
                let replay = tree.store().replay(&digest(&old)).unwrap().unwrap();
                assert!(replay.undone, "{place}");
                refused(
                    &mut tree,
                    &attempt(&old, first),
                    "replayed",
                    "apply-replayed",
                );
                undo_at(&mut tree, 20).unwrap();
                assert_eq!(format!("{:?}", content(&tree)), before, "{place}");
                let replay = tree.store().replay(&digest(&old)).unwrap().unwrap();
                assert!(!replay.undone, "{place}");
            }
            "beside" => {
                result.unwrap();
                let shown: Vec<_> = all
                    .iter()
                    .map(|account| (account.path.to_string(), account.shadowed))
                    .collect();
                assert_eq!(
                    shown,
                    [("./DMAcc/2".into(), false), ("./DMAcc/1".into(), true)],
                    "{place}"
                );
            }
            rule => {
                let Err(Refusal::Nothing(findings)) = result else {
                    panic!("{place}: {result:?}");
                };
                assert!(
                    findings.iter().any(|finding| finding.rule.id == rule),
                    "{place}: {findings:?}"
                );
                assert_eq!(format!("{:?}", content(&tree)), before, "{place}");
            }
        }
    }
}

/// Of two accounts the new one is applied, with what it uses and nothing else.
#[test]
fn the_rest_is_applied() {
    let mut tree = tree();
    Try::file(&cp(&account("a", ""))).on(&mut tree).unwrap();
    let body = cp(&(nap("A")
        + &nap("B")
        + &nap("C")
        + &account("a", &(parm("TO-NAPID", "A") + &parm("TO-NAPID", "C")))
        + &account("b", &(parm("TO-NAPID", "B") + &parm("TO-NAPID", "C")))));
    let outcome = Try::file(&body).on(&mut tree).unwrap();
    assert_eq!(rules(&outcome), ["apply-exists"]);
    let found = leaves(&tree, "./NAP");
    let ids: Vec<_> = found
        .iter()
        .filter(|(uri, _)| uri.ends_with("/ID"))
        .collect();
    assert_eq!(
        ids,
        [
            &("1/ID".to_owned(), "B".to_owned()),
            &("2/ID".to_owned(), "C".to_owned())
        ]
    );
    let found = leaves(&tree, "./DMAcc/2/ToConRef");
    assert_eq!(found[1], ("2/ConRef".to_owned(), "./NAP/2".to_owned()));
}

#[test]
fn a_card_that_is_gone() {
    let mut tree = tree();
    Try::file(&body("a")).on(&mut tree).unwrap();
    let before = format!("{:?}", content(&tree));
    let one = cp(&(bootstrap(&parm("PROVURL", "https://b/cp"))
        + &nap("N")
        + &account("b", &parm("TO-NAPID", "N"))));
    let two = cp(&account("c", ""));
    let card = |body| Try::card(body, "8949");
    card(&one).on(&mut tree).unwrap();
    card(&two).on(&mut tree).unwrap();
    Try::card(&body("d"), "8950").on(&mut tree).unwrap();
    assert_eq!(forget_at(&mut tree, "1234", &[]), Forgotten::default());

    // The card holds the second document still
    let gone = forget_at(&mut tree, "8949", &[digest(&two)]);
    let paths: Vec<_> = gone.nodes.iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["./DMAcc/2", "./NAP/2"]);
    assert!(gone.servers.contains("b") && gone.documents.contains(&digest(&one)));
    assert!(!tree.store().contexts().unwrap().contains_key(&digest(&one)));
    forget_at(&mut tree, "8949", &[]);
    // It comes back: the same documents are welcome
    card(&one).on(&mut tree).unwrap();
    forget_at(&mut tree, "8949", &[]);
    forget_at(&mut tree, "8950", &[]);
    assert_eq!(format!("{:?}", content(&tree)), before);
}

/// By a way, or from the card of a number, where the policy overwrites.
pub(super) fn overwriting<'a>(body: &'a [u8], way: &'a str) -> Try<'a> {
    let attempt = match way {
        "push" => Try::push(body, Sec::UserNetwPin),
        "file" => Try::file(body),
        iccid => Try::card(body, iccid),
    };
    attempt.policy("servers.overwrite = true")
}

/// Configuration contexts, one document after the other: which are taken.
#[test]
fn contexts() {
    let with = |server: &str, parms: &str| cp(&(bootstrap(parms) + &account(server, "")));
    let url = |name: &str| parm("PROVURL", &format!("https://{name}/cp"));
    let allow = |count: &str| parm("CONTEXT-ALLOW", count);
    for (name, documents) in [
        (
            "none by default",
            vec![
                (url("p"), true),
                (parm("NAME", "x"), false),
                (url("q"), false),
            ],
        ),
        (
            "one more",
            vec![
                (url("p") + &allow("1"), true),
                (url("q"), true),
                (url("r"), false),
            ],
        ),
        (
            "any number",
            vec![
                (url("p") + &allow("255"), true),
                (url("q"), true),
                (parm("NAME", "x"), true),
            ],
        ),
        (
            "a name once",
            vec![(url("p") + &allow("255"), true), (url("p"), false)],
        ),
        (
            "nameless ones",
            vec![(parm("NAME", "x"), true), (parm("NAME", "x"), true)],
        ),
        (
            "without BOOTSTRAP too",
            vec![
                (String::new(), true),
                (url("p") + &allow("2"), true),
                (String::new(), true),
                (String::new(), false),
                (url("q"), false),
            ],
        ),
    ] {
        let mut tree = tree();
        for (number, (parms, taken)) in documents.iter().enumerate() {
            let server = format!("s{number}");
            let body = match parms.is_empty() {
                true => cp(&account(&server, "")),
                false => with(&server, parms),
            };
            let attempt = Try {
                now: number as u64,
                ..Try::push(&body, Sec::UserNetwPin)
            };
            match taken {
                true => {
                    let outcome = attempt.on(&mut tree).unwrap();
                    assert!(rules(&outcome).is_empty(), "{name} {number}: {outcome:?}");
                }
                false => {
                    refused(&mut tree, &attempt, "refused", "apply-context");
                }
            }
        }
        // The other profile knows of none
        let message = dm(&inbox(&interior("A", DMACC, &account_nodes("z", ""))));
        assert!(Try::file(&message).on(&mut tree).is_ok(), "{name}");
    }
    // The same name once more, where the policy overwrites: the card's stays
    for (ways, taken) in [
        (&["push", "push"][..], true),
        (&["push", "8949"], true),
        (&["8949", "8949"], true),
        (&["8949", "push"], false),
        (&["8949", "file"], false),
        (&["push", "8949", "push"], false),
    ] {
        let mut tree = tree();
        let (last, first) = ways.split_last().unwrap();
        for (number, way) in first.iter().enumerate() {
            let body = with(&format!("s{number}"), &url("p"));
            overwriting(&body, way).on(&mut tree).unwrap();
        }
        let body = with("late", &url("p"));
        match taken {
            true => {
                overwriting(&body, last).on(&mut tree).unwrap();
            }
            false => {
                refused(
                    &mut tree,
                    &overwriting(&body, last),
                    "refused",
                    "apply-context",
                );
            }
        }
    }
    // What the network alone vouches for should not make one
    let body = with("a", &url("p"));
    let outcome = Try::push(&body, Sec::UserPin).on(&mut tree()).unwrap();
    assert_eq!(rules(&outcome), ["apply-privileged"]);
}

/// A serialised tree that is put into an account piece by piece would be judged as none.
#[test]
fn nothing_is_put_into_an_account() {
    let trees = [
        (
            "./DMAcc/1/AppAddr",
            interior("2", "", &leaf("Addr", "chr", "http://evil.example/")),
        ),
        (
            "./DMAcc/1/AppAddr/1",
            leaf("Addr", "chr", "http://evil.example/"),
        ),
        ("./DMAcc/1", leaf("ServerID", "chr", "evil")),
        (
            "./DMAcc",
            interior("1", "", &leaf("ServerID", "chr", "evil")),
        ),
    ];
    for (target, nodes) in trees {
        for policy in [
            "servers = { ids = [\"good.example\"], hosts = [\"*.good.example\", \"good.example\"] }",
            "servers.overwrite = true",
        ] {
            let mut tree = tree();
            Try::card(&cp(&account("good.example", "")), "8949")
                .on(&mut tree)
                .unwrap();
            let before = content(&tree);
            let body = dm(&inbox(&nodes).replace("./Inbox", target));
            let outcome = Try::file(&body).policy(policy).on(&mut tree);
            assert!(outcome.is_err(), "{target}: {outcome:?}");
            assert_eq!(content(&tree), before, "{target}");
        }
    }
}

/// What cannot be a node is left out, and that is said.
#[test]
fn what_has_no_address_is_reported() {
    let good = plain("./Vendor/Ext/x", "chr", "a");
    let deep = format!("./{}", vec!["a"; 200].join("/"));
    for uri in ["./", "./Vendor/Ext/a\u{202e}b", &deep] {
        let body = dm(&(plain(uri, "chr", "") + &good));
        let outcome = Try::file(&body).on(&mut tree()).unwrap();
        assert_eq!(rules(&outcome).len(), 1, "{uri}: {outcome:?}");
    }
}

/// A message whose account finds no place is in place with the rest of what it brought.
#[test]
fn without_its_account() {
    let body = dm(&[
        plain("./Vendor/Ext/x", "chr", "a"),
        plain("./DMAcc/1/ServerID", "chr", "a"),
    ]
    .concat());
    let mut tree = tree();
    let attempt = Try::file(&body);
    assert!(matches!(attempt.on(&mut tree), Ok(Outcome::Applied(_))));
    assert_eq!(attempt.on(&mut tree).unwrap(), Outcome::Unchanged);
}

/// A w7 without an address.
fn without_address(server: &str, more: &str) -> String {
    account(server, more).replace("name=\"ADDR\"", "name=\"X-ADDR\"")
}

/// An account that cannot be leaves nothing of it: no access points, no rights.
#[test]
fn an_account_that_cannot_be_leaves_nothing() {
    let to = |name: &str| parm("TO-NAPID", name);
    let mut tree = tree();
    let alone = cp(&(nap("A") + &nap("B") + &without_address("a", &to("A"))));
    let refusal = refused(&mut tree, &Try::file(&alone), "refused", "apply-nothing");
    assert!(refusal.to_string().contains("AppAddr"), "{refusal}");

    let body = cp(&(nap("A")
        + &nap("B")
        + &nap("C")
        + &proxy("P", "A")
        + &without_address("a", &(to("A") + &to("C") + &parm("TO-PROXY", "P")))
        + &account("b", &to("C"))));
    let outcome = Try::file(&body).on(&mut tree).unwrap();
    let Outcome::Applied(summary) = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(summary.rights, ["b"]);
    assert_eq!(summary.accounts.len(), 1);
    assert!(rules(&outcome).contains(&"apply-incomplete"), "{outcome:?}");
    let ids: Vec<_> = leaves(&tree, "./NAP")
        .into_iter()
        .filter(|(uri, _)| uri.ends_with("/ID"))
        .collect();
    assert_eq!(
        ids,
        [
            ("1/ID".to_owned(), "B".to_owned()),
            ("2/ID".to_owned(), "C".to_owned())
        ]
    );
    let own = "Get=b&Replace=b&Delete=b";
    for uri in ["./NAP/1", "./NAP/2", "./DMAcc/1"] {
        assert_eq!(acl(&tree, uri), own, "{uri}");
    }
    assert!(!nodes(&tree).contains_key("./Proxy/1"));

    // One that has an account keeps it, and its rights on what is shared
    let attempt = |body| Try::file(body).policy("servers.overwrite = true");
    let body = cp(&(nap("D") + &without_address("b", &to("D")) + &account("c", &to("D"))));
    attempt(&body).on(&mut tree).unwrap();
    assert_eq!(acl(&tree, "./NAP/3"), "Get=b+c&Replace=b+c&Delete=b+c");
    assert_eq!(accounts(&tree.draft().unwrap()).unwrap().len(), 2);
}
