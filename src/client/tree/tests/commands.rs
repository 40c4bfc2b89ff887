//! Commands against rights and states: which code a server sees.

use super::*;

/// What somebody does.
#[derive(Debug, Clone, Copy)]
enum Do {
    Add,
    AddNode,
    Get,
    Replace,
    ReplaceInt,
    Delete,
    CopyTo(&'static str),
}

use Do::{Add, AddNode, CopyTo, Delete, Get, Replace, ReplaceInt};
use std::sync::Arc;

fn perform(draft: &mut Draft<'_, MemStore>, by: By<'_>, what: Do, uri: &str) -> u16 {
    match what {
        Add => code(draft.add(by, uri, Item::chr("new"))),
        AddNode => code(draft.add(by, uri, Item::interior(""))),
        Get => code(draft.get(by, uri)),
        Replace => code(draft.replace(by, uri, Item::chr("new"))),
        ReplaceInt => code(draft.replace(by, uri, Item::leaf(Format::Int, "5".into()))),
        Delete => code(draft.delete(by, uri)),
        CopyTo(to) => code(draft.copy(by, uri, to)),
    }
}

/// Every command on a leaf and an interior node, under an ACL of each command alone.
#[test]
fn commands_by_rights() {
    let rights = ["Add", "Delete", "Exec", "Get", "Replace"];
    for right in rights {
        let acl = format!("{right}=srv");
        let nodes = [
            ("./Vendor/Ext/I", None, acl.as_str()),
            ("./Vendor/Ext/I/L", Some("x"), ""),
        ];
        let grants = |wanted: &str| if right == wanted { 200 } else { 425 };
        for (what, uri, expected) in [
            (Add, "./Vendor/Ext/I/New", grants("Add")),
            (AddNode, "./Vendor/Ext/I/New", grants("Add")),
            (Add, "./Vendor/Ext/I/Deep/New", grants("Add")),
            (Get, "./Vendor/Ext/I", grants("Get")),
            (Get, "./Vendor/Ext/I/L", grants("Get")),
            (Get, "./Vendor/Ext/I?prop=Name", grants("Get")),
            (Get, "./Vendor/Ext/I?prop=ACL", grants("Get")),
            (Get, "./Vendor/Ext/I?list=Struct", grants("Get")),
            (Get, "./Vendor/Ext/I?list=TNDS", grants("Get")),
            (Replace, "./Vendor/Ext/I/L", grants("Replace")),
            (Replace, "./Vendor/Ext/I/L?prop=Title", grants("Replace")),
            (Replace, "./Vendor/Ext/I/L?prop=Name", grants("Replace")),
            (Delete, "./Vendor/Ext/I/L", grants("Delete")),
            (Delete, "./Vendor/Ext/I", grants("Delete")),
            // Copy needs Get here and Add or Replace there: no single right does
            (CopyTo("./Vendor/Ext/I/New"), "./Vendor/Ext/I/L", 425),
            (CopyTo("./Vendor/Ext/I/L"), "./Vendor/Ext/I/L", 425),
        ] {
            let mut tree = tree_with(|draft| plant(draft, &nodes));
            let before = tree.store().clone();
            let server = Actor::server("srv").unwrap();
            let now = at(1);
            let by = By {
                actor: &server,
                now: &now,
            };
            let mut draft = tree.draft().unwrap();
            let found = perform(&mut draft, by, what, uri);
            assert_eq!(found, expected, "{what:?} {uri} by {right}");
            // Who has no right has changed nothing
            if found != 200 {
                assert!(
                    draft.changes().nodes.is_empty(),
                    "{what:?} {uri} by {right}"
                );
            }
            drop(draft);
            assert_eq!(*tree.store(), before);
        }
    }
}

/// What is refused whoever asks, and what is not there.
#[test]
fn commands_by_state() {
    let acl = "Add=*&Delete=*&Get=*&Replace=*";
    let nodes = [
        ("./Vendor/Ext/I", None, acl),
        ("./Vendor/Ext/I/L", Some("x"), acl),
        ("./Vendor/Ext/I/M", Some("y"), acl),
        ("./Vendor/Ext/I/J", None, acl),
    ];
    let long = format!("./{}", "A".repeat(5000));
    let long = long.as_str();
    for (what, uri, expected) in [
        // Add
        (Add, ".", 418),
        (Add, "./Vendor/Ext/I/L", 418),
        (AddNode, "./Vendor/Ext/I", 418),
        (Add, "./Vendor/Ext/I/L/Below", 405),
        (Add, "./Vendor/Ext/I/L/Below/Deep", 405),
        (Add, "./Vendor/Ext/I/a b", 404),
        (Add, "./Vendor/Ext/I/", 404),
        (Add, "./Vendor/Ext/I/New?prop=ACL", 405),
        (Add, "./Nowhere", 405),
        (Add, long, 414),
        // Get
        (Get, "./Vendor/Ext/I/None", 404),
        (Get, "./Vendor/Ext/../I", 404),
        (Get, "./Inbox", 405),
        (Get, "./Inbox/Nothing", 405),
        (Get, "Inbox/Nothing?prop=Name", 405),
        (Get, "./Vendor/Ext/I?prop=Size", 406),
        (Get, "./Vendor/Ext/I/L?prop=Size", 200),
        (Get, "./Vendor/Ext/I/L?prop=Colour", 406),
        (Get, "./Vendor/Ext/I/L?list=All", 406),
        (Get, "./Vendor/Ext/I?list=TNDS+Colour", 406),
        (Get, long, 414),
        // Replace
        (Replace, "./Vendor/Ext/I/None", 404),
        (Replace, "./Vendor/Ext/I", 405),
        (Replace, ".", 425),
        (Replace, "./Vendor/Ext/I/L?prop=Type", 405),
        (Replace, "./Vendor/Ext/I/L?prop=Format", 405),
        (Replace, "./Vendor/Ext/I/L?prop=Size", 405),
        (Replace, "./Vendor/Ext/I/L?prop=TStamp", 405),
        (Replace, "./Vendor/Ext/I/L?prop=VerNo", 405),
        (Replace, "./Vendor/Ext/I/L?list=Struct", 405),
        (Replace, "./Vendor/Ext/I/None?prop=Title", 404),
        (ReplaceInt, "./Vendor/Ext/I/L", 200),
        // Delete
        (Delete, ".", 405),
        (Delete, "./Vendor/Ext/I/None", 404),
        (Delete, "./Vendor/Ext/I/L?prop=Title", 405),
        // Copy
        (CopyTo("./Vendor/Ext/I/M"), "./Vendor/Ext/I/None", 404),
        (CopyTo("./Vendor/Ext/I/M"), "./Vendor/Ext/I/L", 200),
        (CopyTo("./Vendor/Ext/I/New"), "./Vendor/Ext/I/L", 200),
        (CopyTo("./Vendor/Ext/I/J"), "./Vendor/Ext/I/L", 403),
        (CopyTo("./Vendor/Ext/I/New"), "./Vendor/Ext/I/J", 403),
        (CopyTo("./Vendor/Ext/I/L/Below"), "./Vendor/Ext/I/L", 405),
        (
            CopyTo("./Vendor/Ext/I/M?prop=Title"),
            "./Vendor/Ext/I/L",
            405,
        ),
    ] {
        let mut tree = tree_with(|draft| plant(draft, &nodes));
        let server = Actor::server("srv").unwrap();
        let now = at(1);
        let by = By {
            actor: &server,
            now: &now,
        };
        let mut draft = tree.draft().unwrap();
        assert_eq!(
            perform(&mut draft, by, what, uri),
            expected,
            "{what:?} {uri}"
        );
        assert!(
            expected == 200 || draft.changes().nodes.is_empty(),
            "{what:?} {uri}"
        );
    }
}

#[test]
fn names_change_with_all_that_is_below() {
    let acl = "Add=*&Delete=*&Get=*&Replace=*";
    let nodes = [
        ("./Vendor/Ext/I", None, acl),
        ("./Vendor/Ext/I/L", Some("x"), ""),
        ("./Vendor/Ext/I/J/K", Some("y"), "Get=k"),
        ("./Vendor/Ext/Other", None, ""),
    ];
    let mut tree = tree_with(|draft| plant(draft, &nodes));
    let server = Actor::server("srv").unwrap();
    let now = at(1);
    let by = By {
        actor: &server,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    let origin = Provenance {
        document: [1; 32],
        channel: "push".into(),
        iccid: None,
        at: at(0),
    };
    draft.record_provenance(&path("./Vendor/Ext/I/J"), Some(origin.clone()));
    let rename = |draft: &mut Draft<'_, MemStore>, name: &str| {
        code(draft.replace(by, "./Vendor/Ext/I?prop=Name", Item::chr(name)))
    };
    assert_eq!(rename(&mut draft, "Other"), 418);
    assert_eq!(rename(&mut draft, "I"), 418);
    assert_eq!(rename(&mut draft, "a/b"), 404);
    assert_eq!(rename(&mut draft, ""), 404);
    assert_eq!(rename(&mut draft, "New"), 200);
    let uris: Vec<_> = draft.subtree(&path("./Vendor/Ext")).unwrap();
    let uris: Vec<_> = uris.iter().map(ToString::to_string).collect();
    assert_eq!(
        uris,
        [
            "./Vendor/Ext",
            "./Vendor/Ext/New",
            "./Vendor/Ext/New/J",
            "./Vendor/Ext/New/J/K",
            "./Vendor/Ext/New/L",
            "./Vendor/Ext/Other",
        ]
    );
    let kept = draft.node(&path("./Vendor/Ext/New/J/K")).unwrap().unwrap();
    assert_eq!((kept.acl.as_str(), kept.ver_no), ("Get=k", 1));
    let moved = draft.provenance().unwrap();
    assert_eq!(moved.get(&path("./Vendor/Ext/New/J")), Some(&origin));
    assert_eq!(moved.len(), 1);
}

#[test]
fn properties_follow_what_happens() {
    let mut tree = tree_with(|draft| {
        plant(
            draft,
            &[("./Vendor/Ext/L", Some("four"), "Get=*&Replace=*")],
        );
    });
    let server = Actor::server("srv").unwrap();
    let (one, two) = (at(1), at(2));
    let mut draft = tree.draft().unwrap();
    let get = |draft: &Draft<'_, MemStore>, name: &str| {
        let by = By {
            actor: &server,
            now: &one,
        };
        match draft.get(by, &format!("./Vendor/Ext/L?prop={name}")) {
            Ok(Got::Property(text)) => text,
            other => panic!("{other:?}"),
        }
    };
    let expected = [
        ("Format", "chr"),
        ("Name", "L"),
        ("Size", "4"),
        ("Title", ""),
        ("Type", "text/plain"),
        // Its ACL was set after it was made
        ("VerNo", "1"),
        ("ACL", "Get=*&Replace=*"),
    ];
    for (name, value) in expected {
        assert_eq!(get(&draft, name), value, "{name}");
    }
    let by = By {
        actor: &server,
        now: &two,
    };
    let item = Item {
        kind: "text/html".into(),
        ..Item::leaf(Format::B64, "AAEC".into())
    };
    draft.replace(by, "./Vendor/Ext/L", item).unwrap();
    draft
        .replace(by, "./Vendor/Ext/L?prop=Title", Item::chr("Grüße"))
        .unwrap();
    for (name, value) in [
        ("Format", "bin"),
        ("Size", "3"),
        ("Title", "Grüße"),
        ("Type", "text/html"),
        ("VerNo", "3"),
        ("TStamp", two.as_str()),
    ] {
        assert_eq!(get(&draft, name), value, "{name}");
    }
    let long = Item::chr(&"x".repeat(256));
    assert_eq!(
        code(draft.replace(by, "./Vendor/Ext/L?prop=Title", long)),
        413
    );
    let node = draft.node(&path("./Vendor/Ext/L")).unwrap().unwrap();
    let mut node = Arc::unwrap_or_clone(node);
    node.ver_no = u16::MAX;
    node.touch(&two);
    assert_eq!(node.ver_no, 0);
}

#[test]
fn values_and_children_are_read() {
    let mut tree = tree_with(|draft| plant(draft, ACCOUNT));
    let draft = tree.draft().unwrap();
    let server = Actor::server("srv").unwrap();
    let now = at(1);
    let by = By {
        actor: &server,
        now: &now,
    };
    let got = draft.get(by, "DMAcc/1/Name").unwrap();
    let expected = Item {
        kind: "text/plain".into(),
        ..Item::chr("Example")
    };
    assert_eq!(got, Got::Leaf(expected));
    let got = draft.get(by, "./DMAcc/1/AppAddr/1").unwrap();
    assert_eq!(got, Got::Children(vec!["Addr".into(), "AddrType".into()]));
    let got = draft.get(by, "./Vendor/Ext").unwrap();
    assert_eq!(got, Got::Children(Vec::new()));
    let got = draft.get(by, "./DMAcc/1?list=StructData").unwrap();
    let Got::List(list) = got else {
        panic!("{got:?}");
    };
    let rows: Vec<_> = list
        .iter()
        .map(|row| {
            let value = row.value.as_ref().map(|value| value.expose_text().unwrap());
            (row.uri.as_str(), row.format, value)
        })
        .collect();
    // AppAuth and AppAuth/1 were made along, and the secret is not shown
    assert_eq!(rows.len(), ACCOUNT.len() + 2 - 1);
    assert_eq!(rows[0], ("./DMAcc/1", Format::Node, None));
    assert_eq!(rows[1], ("./DMAcc/1/AppAddr", Format::Node, None));
    assert_eq!(
        rows[3],
        (
            "./DMAcc/1/AppAddr/1/Addr",
            Format::Chr,
            Some("https://mgmt.example/dm")
        )
    );
    assert!(rows.iter().all(|(uri, ..)| !uri.ends_with("AAuthSecret")));
    let got = draft.get(by, "./DMAcc/1/AppAddr?list=Struct").unwrap();
    let Got::List(list) = got else {
        panic!("{got:?}");
    };
    assert!(list.len() == 4 && list.iter().all(|row| row.value.is_none()));
}

#[test]
fn lists_hold_what_may_be_read_and_lead_to_it() {
    let nodes = [
        ("./Vendor/Ext/A", None, "Get=a"),
        ("./Vendor/Ext/A/Open", Some("x"), "Get=b"),
        ("./Vendor/Ext/A/Closed", Some("y"), ""),
        ("./Vendor/Ext/B", None, "Get=b"),
        ("./Vendor/Ext/C", None, "Get=c"),
    ];
    let mut tree = tree_with(|draft| plant(draft, &nodes));
    let draft = tree.draft().unwrap();
    let server = Actor::server("b").unwrap();
    let now = at(1);
    let by = By {
        actor: &server,
        now: &now,
    };
    let got = draft.get(by, "./Vendor/Ext?list=Struct").unwrap();
    let Got::List(list) = got else {
        panic!("{got:?}");
    };
    let uris: Vec<_> = list.iter().map(|row| row.uri.as_str()).collect();
    assert_eq!(
        uris,
        ["./Vendor/Ext", "./Vendor/Ext/A/Open", "./Vendor/Ext/B"]
    );
    let got = draft.get(by, "./Vendor/Ext?list=TNDS+Value").unwrap();
    let Got::Tree(tree) = got else {
        panic!("{got:?}");
    };
    let top = &tree.nodes[0];
    assert_eq!(top.path.as_ref().unwrap().as_str(), "./Vendor");
    let names: Vec<_> = top
        .nodes
        .iter()
        .map(|n| n.name.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(names, ["A", "B"]);
    let a = top.child("A").unwrap();
    assert!(a.properties.is_empty() && a.nodes.len() == 1);
    let open = a.child("Open").unwrap();
    assert!(open.properties.is_empty() && open.value.is_some());
}

/// Nobody but the client reads a secret, by any command, whatever ACL and description say.
#[test]
fn secrets_are_the_clients() {
    let secret = "./DMAcc/1/AppAuth/1/AAuthSecret";
    let mut tree = tree_with(|draft| {
        plant(draft, ACCOUNT);
        plant(draft, &[("./Vendor/Ext/AAuthData", Some("nonce"), "Get=*")]);
        plant(
            draft,
            &[("./Vendor/Ext/Room", None, "Add=*&Get=*&Replace=*")],
        );
    });
    let server = Actor::server("srv").unwrap();
    let now = at(1);
    let by = By {
        actor: &server,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    for uri in [secret, "./Vendor/Ext/AAuthData"] {
        assert_eq!(code(draft.get(by, uri)), 405, "{uri}");
        assert_eq!(
            code(draft.get(by, &format!("{uri}?prop=Size"))),
            405,
            "{uri}"
        );
        assert_eq!(
            code(draft.get(by, &format!("{uri}?list=TNDS"))),
            405,
            "{uri}"
        );
        assert_eq!(
            code(draft.copy(by, uri, "./Vendor/Ext/Room/Copy")),
            405,
            "{uri}"
        );
        assert_eq!(
            code(draft.get(by, &format!("{uri}?prop=Format"))),
            200,
            "{uri}"
        );
        let client = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        assert_eq!(code(draft.get(client, uri)), 200, "{uri}");
    }
    for list in ["Struct", "StructData", "TNDS", "TNDS+Value"] {
        let got = draft.get(by, &format!("./DMAcc/1?list={list}")).unwrap();
        let shown = match got {
            Got::List(list) => list.iter().any(|row| row.uri.ends_with("AAuthSecret")),
            Got::Tree(tree) => tree.to_xml().unwrap().contains("AAuthSecret"),
            other => panic!("{other:?}"),
        };
        assert!(!shown, "{list}");
    }
    // It may write a new one
    assert_eq!(code(draft.replace(by, secret, Item::chr("new"))), 200);
    let shown = format!("{draft:?}");
    assert!(
        !shown.contains("new\"") && !shown.contains("hunter2"),
        "{shown}"
    );
}
