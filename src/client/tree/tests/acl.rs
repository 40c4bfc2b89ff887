//! Who may do what.

use super::*;

/// The tree of OMA DM Tree and Description 1.2 §7.7.1.6, below an open node of ours. ServerB has
/// all of Node3, so that Node4 takes it from there.
const EXAMPLE: &[(&str, Option<&str>, &str)] = &[
    ("./Vendor/Ext/NodeA", None, "Get=ServerC&Replace=ServerC"),
    ("./Vendor/Ext/NodeA/Node1", Some("1"), "Get=*"),
    ("./Vendor/Ext/NodeB", None, "Get=ServerA&Replace=ServerA"),
    (
        "./Vendor/Ext/NodeB/Node3",
        None,
        "Get=ServerB&Replace=ServerB",
    ),
    ("./Vendor/Ext/NodeB/Node3/Node4", Some("4"), ""),
    (
        "./Vendor/Ext/NodeB/Node3/Node5",
        Some("5"),
        "Replace=ServerA",
    ),
];

#[test]
fn the_worked_example_of_the_standard() {
    let mut tree = tree_with(|draft| plant(draft, EXAMPLE));
    let servers = ["ServerA", "ServerB", "ServerC"].map(|id| Actor::server(id).unwrap());
    let now = at(1);
    let node1 = "./Vendor/Ext/NodeA/Node1";
    let acl_of_node1 = format!("{node1}?prop=ACL");
    for server in &servers {
        let mut draft = tree.draft().unwrap();
        let by = By {
            actor: server,
            now: &now,
        };
        let only_c = if server.acl_id() == Some("ServerC") {
            200
        } else {
            425
        };
        // Any server can Get the value of Node1, but only ServerC can modify its ACL
        assert_eq!(code(draft.get(by, node1)), 200);
        // No server can directly Delete or Replace the value of Node1
        assert_eq!(code(draft.delete(by, node1)), 425);
        assert_eq!(code(draft.replace(by, node1, Item::chr("x"))), 425);
        // A Get on its ACL returns Get=*
        assert_eq!(
            draft.get(by, &acl_of_node1).unwrap(),
            Got::Property("Get=*".into())
        );
        let acl = Item::chr("Get=*&Replace=ServerC");
        assert_eq!(code(draft.replace(by, &acl_of_node1, acl)), only_c);
        // Who may replace what is above takes the leaf in two steps
        assert_eq!(code(draft.replace(by, node1, Item::chr("x"))), only_c);
    }
    let mut draft = tree.draft().unwrap();
    let [a, b, c] = &servers;
    let by = |actor| By { actor, now: &now };
    // A Get on the ACL of Node4 returns no value
    let acl = draft
        .get(by(b), "./Vendor/Ext/NodeB/Node3/Node4?prop=ACL")
        .unwrap();
    assert_eq!(acl, Got::Property(String::new()));
    assert_eq!(
        code(draft.get(by(a), "./Vendor/Ext/NodeB/Node3/Node4?prop=ACL")),
        425
    );
    // A Replace on Node5 by ServerA is successful
    let node5 = "./Vendor/Ext/NodeB/Node3/Node5";
    assert_eq!(code(draft.replace(by(a), node5, Item::chr("x"))), 200);
    // Inheritance is of whole ACLs: Node5 grants no Get to anybody
    for actor in [a, b, c] {
        assert_eq!(code(draft.get(by(actor), node5)), 425);
    }
}

/// Who may change an ACL: of an interior node by its own Replace, of a leaf not; of both by the
/// Replace of what is above.
#[test]
fn changing_an_acl() {
    const NODES: &[(&str, Option<&str>, &str)] = &[
        ("./Vendor/Ext/P", None, "Get=*&Replace=above"),
        ("./Vendor/Ext/P/I", None, "Get=*&Replace=own"),
        ("./Vendor/Ext/P/L", Some("x"), "Get=*&Replace=own"),
        ("./Vendor/Ext/P/Bare", None, ""),
        ("./Vendor/Ext/P/BareLeaf", Some("x"), ""),
    ];
    for (who, interior, leaf, bare, bare_leaf) in [
        ("own", 200, 425, 425, 425),
        ("above", 200, 200, 200, 200),
        ("other", 425, 425, 425, 425),
    ] {
        let actor = Actor::server(who).unwrap();
        let now = at(1);
        let by = By {
            actor: &actor,
            now: &now,
        };
        for (node, expected) in [
            ("I", interior),
            ("L", leaf),
            ("Bare", bare),
            ("BareLeaf", bare_leaf),
        ] {
            let mut tree = tree_with(|draft| plant(draft, NODES));
            let mut draft = tree.draft().unwrap();
            let uri = format!("./Vendor/Ext/P/{node}?prop=ACL");
            let new = Item::chr("Get=new+*");
            assert_eq!(code(draft.replace(by, &uri, new)), expected, "{who} {node}");
            let kept = draft
                .node(&path(&format!("./Vendor/Ext/P/{node}")))
                .unwrap()
                .unwrap();
            assert_eq!(
                kept.acl == "Get=*" && kept.ver_no > 0,
                expected == 200,
                "{who} {node}"
            );
        }
    }
}

#[test]
fn the_root_keeps_an_acl() {
    let mut tree = tree_with(|draft| {
        let now = at(0);
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        draft
            .replace(by, ".?prop=ACL", Item::chr("Add=*&Get=*&Replace=srv"))
            .unwrap();
    });
    let server = Actor::server("srv").unwrap();
    let other = Actor::server("other").unwrap();
    let now = at(1);
    let mut draft = tree.draft().unwrap();
    for (actor, acl, expected) in [
        (&server, "", 405),
        (&server, "Add=srv&Get=*", 405),
        (&server, "Get=*&Replace=srv", 405),
        (&server, "Add", 415),
        (&other, "Add=*&Get=*", 425),
        (&Actor::CLIENT, "", 405),
        (&server, "Add=*&Replace=srv", 200),
        (&Actor::CLIENT, "Get=*", 200),
    ] {
        let result = draft.replace(By { actor, now: &now }, ".?prop=ACL", Item::chr(acl));
        assert_eq!(code(result), expected, "{actor} {acl}");
    }
}

#[test]
fn who_adds_without_replacing_what_is_above_owns_the_new_interior_node() {
    let owner = Actor::server("owner").unwrap();
    let guest = Actor::server("guest").unwrap();
    let now = at(1);
    let acl = "Add=*&Get=*&Replace=owner";
    let mut tree = tree_with(|draft| plant(draft, &[("./Vendor/Ext/P", None, acl)]));
    let mut draft = tree.draft().unwrap();
    for (actor, name, expected) in [
        (&owner, "O", ""),
        (&guest, "G", "Add=guest&Delete=guest&Replace=guest"),
    ] {
        let by = By { actor, now: &now };
        let uri = format!("./Vendor/Ext/P/{name}");
        draft.add(by, &uri, Item::interior("")).unwrap();
        draft
            .add(by, &format!("{uri}Leaf"), Item::chr("x"))
            .unwrap();
        assert_eq!(draft.node(&path(&uri)).unwrap().unwrap().acl, expected);
        assert_eq!(
            draft
                .node(&path(&format!("{uri}Leaf")))
                .unwrap()
                .unwrap()
                .acl,
            ""
        );
        // Nodes above that are missing are made alike, and the next inherits from them
        draft
            .add(by, &format!("{uri}2/B/C"), Item::chr("x"))
            .unwrap();
        assert_eq!(
            draft.node(&path(&format!("{uri}2"))).unwrap().unwrap().acl,
            expected
        );
        assert_eq!(
            draft
                .node(&path(&format!("{uri}2/B")))
                .unwrap()
                .unwrap()
                .acl,
            ""
        );
    }
}

#[test]
fn a_server_that_goes_leaves_all_acls() {
    let mut tree = tree_with(|draft| {
        plant(draft, EXAMPLE);
        plant(
            draft,
            &[(
                "./Vendor/Ext/Both",
                Some("x"),
                "Get=ServerC+ServerD&Replace=ServerC",
            )],
        );
        let now = at(0);
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        draft
            .replace(by, ".?prop=ACL", Item::chr("Add=*&Get=ServerC"))
            .unwrap();
    });
    let now = at(1);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let gone = Actor::server("ServerC").unwrap();
    let mut draft = tree.draft().unwrap();
    assert_eq!(draft.forget_server(by, &gone).unwrap(), 3);
    let acl = |uri: &str| draft.node(&path(uri)).unwrap().unwrap().acl.clone();
    assert_eq!(acl("./Vendor/Ext/NodeA"), "");
    assert_eq!(acl("./Vendor/Ext/Both"), "Get=ServerD");
    assert_eq!(acl("./Vendor/Ext/NodeB"), "Get=ServerA&Replace=ServerA");
    assert_eq!(acl("."), "Add=*&Get=*");
    assert_eq!(draft.forget_server(by, &gone).unwrap(), 0);
    assert_eq!(draft.forget_server(by, &Actor::CLIENT).unwrap(), 0);
    let server = By {
        actor: &gone,
        now: &now,
    };
    let other = Actor::server("ServerA").unwrap();
    assert_eq!(code(draft.forget_server(server, &other)), 425);
}

/// Applications have rights like servers, under names that no server has.
#[test]
fn applications_are_no_servers() {
    let acl = "Get=local/updater";
    let mut tree = tree_with(|draft| plant(draft, &[("./Vendor/Ext/A", Some("x"), acl)]));
    let draft = tree.draft().unwrap();
    let now = at(1);
    for (actor, expected) in [
        (Actor::application("updater").unwrap(), 200),
        (Actor::application("other").unwrap(), 425),
        (Actor::server("updater").unwrap(), 425),
        (Actor::CLIENT, 200),
    ] {
        let by = By {
            actor: &actor,
            now: &now,
        };
        assert_eq!(code(draft.get(by, "./Vendor/Ext/A")), expected, "{actor}");
    }
}
