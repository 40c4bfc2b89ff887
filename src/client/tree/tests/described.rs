//! What the description of the device allows.

use super::*;
use std::sync::Arc;

const ALL: &str = "Add=*&Delete=*&Exec=*&Get=*&Replace=*";

/// A tree in which every server has every right.
fn open_tree() -> Tree<MemStore> {
    tree_with(|draft| {
        let now = at(0);
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        draft.replace(by, ".?prop=ACL", Item::chr(ALL)).unwrap();
        let nodes: Vec<_> = ACCOUNT
            .iter()
            .map(|(uri, value, _)| (*uri, *value, ""))
            .collect();
        plant(draft, &nodes);
    })
}

#[test]
fn access_types_formats_and_places() {
    let host = |n: u8| format!("./Vendor/Example/Hosts/{n}/Host");
    let mut tree = open_tree();
    let server = Actor::server("srv").unwrap();
    let now = at(1);
    let by = By {
        actor: &server,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    let int = |text: &str| Item::leaf(Format::Int, text.into());
    for (expected, result) in [
        // Not described
        (405, draft.add(by, "./Other", Item::chr("x"))),
        (405, draft.add(by, "./DMAcc/1/Colour", Item::chr("x"))),
        (405, draft.add(by, "./dmacc/1", Item::interior(""))),
        // Permanent
        (405, draft.delete(by, "./DevInfo")),
        (405, draft.delete(by, "./DevInfo/Man")),
        (
            405,
            draft.replace(by, "./Vendor/Example?prop=Name", Item::chr("X")),
        ),
        (
            405,
            draft
                .replace(
                    by,
                    "./Vendor/Example/Label",
                    Item {
                        kind: "text/html".into(),
                        ..Item::chr("x")
                    },
                )
                .map_err(|error| match error.reason() {
                    Some(Reason::Type) => Reason::Permanent.at(&NodePath::ROOT),
                    _ => error,
                }),
        ),
        // Access type
        (405, draft.replace(by, "./DevInfo/Man", Item::chr("x"))),
        (405, draft.get(by, "./Vendor/Example/Reset").map(|_| ())),
        (405, draft.copy(by, "./DevInfo/Man", "./Vendor/Ext/Man")),
        (405, draft.delete(by, "./DMAcc/1/ServerID")),
        (405, draft.delete(by, "./DMAcc/1/AppAddr/1/Addr")),
        // Needed: AppAddr has at least one
        (405, draft.delete(by, "./DMAcc/1/AppAddr/1")),
        (
            200,
            draft.add(by, "./DMAcc/1/AppAddr/2", Item::interior("")),
        ),
        (200, draft.delete(by, "./DMAcc/1/AppAddr/1")),
        // Format and value
        (415, draft.add(by, "./DMAcc/1/ToConRef", Item::chr("x"))),
        (415, draft.add(by, "./DMAcc/1/PrefConRef", int("1"))),
        (
            415,
            draft.replace(by, "./Vendor/Example/Interval", Item::chr("1")),
        ),
        (
            415,
            draft.replace(by, "./Vendor/Example/Interval", int("soon")),
        ),
        (
            200,
            draft.replace(by, "./Vendor/Example/Interval", int("60")),
        ),
        (
            415,
            draft.replace(
                by,
                "./Vendor/Example/Enabled",
                Item::leaf(Format::Bool, "yes".into()),
            ),
        ),
        (
            415,
            draft.replace(
                by,
                "./Vendor/Example/Since",
                Item::leaf(Format::Date, "today".into()),
            ),
        ),
        (
            415,
            draft.replace(
                by,
                "./Vendor/Example/At",
                Item::leaf(Format::Time, "noon".into()),
            ),
        ),
        (
            415,
            draft.replace(
                by,
                "./Vendor/Example/Gain",
                Item::leaf(Format::Float, "loud".into()),
            ),
        ),
        (
            200,
            draft.replace(
                by,
                "./Vendor/Example/Logo",
                Item::leaf(Format::B64, "AAEC".into()),
            ),
        ),
        (
            415,
            draft.replace(
                by,
                "./Vendor/Example/Reserved",
                Item::leaf(Format::Null, "x".into()),
            ),
        ),
        // Type
        (
            415,
            draft.add(
                by,
                "./DMAcc/1/PrefConRef",
                Item {
                    kind: "text/html".into(),
                    ..Item::chr("x")
                },
            ),
        ),
        // At most three
        (200, draft.add(by, &host(1), Item::chr("a"))),
        (200, draft.add(by, &host(2), Item::chr("b"))),
        (200, draft.add(by, &host(3), Item::chr("c"))),
        (405, draft.add(by, &host(4), Item::chr("d"))),
        (200, draft.delete(by, "./Vendor/Example/Hosts/2")),
        (200, draft.add(by, &host(4), Item::chr("d"))),
        // Names of any kind where the description leaves them open
        (
            200,
            draft.replace(by, "./DMAcc/1?prop=Name", Item::chr("mgmt.example")),
        ),
        (
            405,
            draft.replace(
                by,
                "./DMAcc/mgmt.example/Name?prop=Name",
                Item::chr("Title"),
            ),
        ),
        // Below an open node anything goes
        (200, draft.add(by, "./Vendor/Ext/a/b/c", int("5"))),
        (200, draft.delete(by, "./Vendor/Ext/a")),
        // The whole goes with what may not go alone
        (200, draft.delete(by, "./DMAcc/mgmt.example")),
        // The Inbox takes, and gives nothing back
        (200, draft.add(by, "./Inbox/1/ServerID", Item::chr("x"))),
        (405, draft.get(by, "./Inbox/1/ServerID").map(|_| ())),
        (405, draft.replace(by, "./Inbox/1/ServerID", Item::chr("y"))),
        (405, draft.delete(by, "./Inbox/1")),
        (405, draft.copy(by, "./Inbox/1/ServerID", "./Vendor/Ext/x")),
    ] {
        let shown = format!("{result:?}");
        assert_eq!(code(result), expected, "{shown}");
    }
}

#[test]
fn limits_are_those_that_the_device_states() {
    let first = fresh(
        &shipped().unwrap(),
        &at(0),
        &[
            ("./DevDetail/URI/MaxDepth", "4"),
            ("./DevDetail/URI/MaxTotLen", "23"),
            ("./DevDetail/URI/MaxSegLen", "9"),
        ],
    )
    .unwrap();
    let mut tree = Tree::open(MemStore::new(&first)).unwrap();
    let mut draft = tree.draft().unwrap();
    let now = at(1);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    for (uri, expected) in [
        ("./Vendor/Ext/A/B", 200),
        ("./Vendor/Ext/A/C/D", 414),
        ("./Vendor/Ext/123456789", 200),
        ("./Vendor/Ext/1234567890", 414),
        ("./Vendor/Ext/A/12345678", 200),
        ("./Vendor/Ext/A/123456789", 414),
    ] {
        assert_eq!(code(draft.add(by, uri, Item::chr("x"))), expected, "{uri}");
    }
    // Addresses in a serialised tree, and those that a new name makes longer, count too
    let deep = "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>D</NodeName><Node>\
        <NodeName>12345678</NodeName></Node></Node></MgmtTree>";
    let deep = |name: &str| deep.replace("12345678", name);
    let import = |draft: &mut Draft<'_, MemStore>, name: &str| {
        let text = deep(name);
        let parsed = crate::document::dm::MgmtTree::from_xml(text.as_bytes()).unwrap();
        code(draft.add_tree(by, "./Vendor/Ext", &parsed.document))
    };
    assert_eq!(import(&mut draft, "1234567890"), 414);
    assert_eq!(import(&mut draft, "123456789"), 200);
    let longer = Item::chr("D2");
    assert_eq!(
        code(draft.replace(by, "Vendor/Ext/D?prop=Name", longer)),
        200
    );
    let longer = Item::chr("D23");
    assert_eq!(
        code(draft.replace(by, "Vendor/Ext/D2?prop=Name", longer)),
        414
    );
    // The name counts by itself too
    let name = Item::chr("1234567890");
    assert_eq!(code(draft.replace(by, "Vendor/Ext/A?prop=Name", name)), 414);
}

#[test]
fn a_fresh_tree_is_whole() {
    let mut tree = tree_with(|_| {});
    let draft = tree.draft().unwrap();
    assert_eq!(draft.check().unwrap(), []);
    let value = |uri: &str| draft.node(&path(uri)).unwrap().unwrap().value.clone();
    assert_eq!(value("./DevInfo/DmV").expose(), b"1.2");
    assert_eq!(value("./Vendor/Example/Settings").expose(), b"<settings/>");
    let values = [("./DevInfo/DevId", "IMEI:490154203237518")];
    let first = fresh(&shipped().unwrap(), &at(0), &values).unwrap();
    let node = first.nodes[&path("./DevInfo/DevId")].as_ref().unwrap();
    assert_eq!(
        (node.value.expose(), node.ver_no),
        (&b"IMEI:490154203237518"[..], 0)
    );
    for (uri, text, expected) in [
        ("./DevInfo/Other", "x", 404),
        ("./DevInfo", "x", 405),
        ("./Vendor/Example/Interval", "x", 415),
        ("./DevInfo/Man?prop=ACL", "x", 405),
    ] {
        let result = fresh(&shipped().unwrap(), &at(0), &[(uri, text)]);
        assert_eq!(code(result), expected, "{uri}");
    }
}

#[test]
fn a_vendors_description_is_taken_when_the_tree_goes_with_it() {
    let addition = |name: &str, format: &str, permanent: bool| {
        let scope = if permanent { "Permanent" } else { "Dynamic" };
        let text = format!(
            "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>Acme</NodeName><DFProperties>\
             <AccessType><Get/></AccessType><DFFormat><node/></DFFormat>\
             <Scope><Permanent/></Scope><DFType><DDFName/></DFType></DFProperties>\
             <Node><NodeName>{name}</NodeName><DFProperties><AccessType><Get/></AccessType>\
             <DefaultValue>5</DefaultValue><DFFormat><{format}/></DFFormat>\
             <Scope><{scope}/></Scope><DFType><MIME>text/plain</MIME></DFType></DFProperties>\
             </Node></Node></MgmtTree>"
        );
        ddf::Ddf::from_xml(text.as_bytes()).unwrap()
    };
    let mut tree = tree_with(|_| {});
    let now = at(1);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let server = Actor::server("srv").unwrap();
    let mut draft = tree.draft().unwrap();
    let as_server = By {
        actor: &server,
        now: &now,
    };
    assert_eq!(
        code(draft.describe(as_server, addition("A", "int", true))),
        425
    );
    draft.describe(by, addition("A", "int", true)).unwrap();
    draft.commit(by, "a vendor's description").unwrap();
    // It is kept
    let mut tree = Tree::open(tree.into_store()).unwrap();
    let mut draft = tree.draft().unwrap();
    let node = draft.node(&path("./Acme/A")).unwrap().unwrap();
    assert_eq!((node.format, node.value.expose()), (Format::Int, &b"5"[..]));
    // The node that is there is none of this format: nothing changes
    assert_eq!(code(draft.describe(by, addition("A", "chr", true))), 415);
    // A second node that is required, and is not there
    assert_eq!(code(draft.describe(by, addition("B", "chr", false))), 405);
    assert_eq!(*draft.changes(), Changes::default());
    assert_eq!(draft.ddf().place(&path("./Acme/B")), None);
}

/// A permanent leaf that has no empty value and no default: a value of its own makes it, where it
/// may be absent it is, and otherwise what lacks is said. An empty default is no default.
#[test]
fn permanent_leaves_without_default() {
    let vendor = |format: &str, occurrence: &str, mime: &str| {
        let text = format!(
            "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>Level</NodeName><DFProperties>\
             <AccessType><Get/></AccessType><DFFormat><{format}/></DFFormat>\
             <Occurrence><{occurrence}/></Occurrence><Scope><Permanent/></Scope>\
             <DFType><MIME>{mime}</MIME></DFType></DFProperties></Node></MgmtTree>"
        );
        ddf::Ddf::from_xml(text.as_bytes()).unwrap()
    };
    let level = path("./Level");
    for (name, format, value) in [
        ("int", Format::Int, "7"),
        ("bool", Format::Bool, "true"),
        ("float", Format::Float, "1.5"),
        ("date", Format::Date, "2026-01-31"),
        ("time", Format::Time, "03:30:00"),
    ] {
        let ddf = vendor(name, "One", "text/plain");
        let made = fresh(&ddf, &at(0), &[("./Level", value)]).unwrap();
        let node = made.nodes[&level].clone().unwrap();
        let kept = (node.format, node.value.expose_text(), node.ver_no);
        assert_eq!(kept, (format, Some(value), 0));
        let refused = fresh(&ddf, &at(0), &[]).unwrap_err();
        assert_eq!(refused.reason(), Some(&Reason::NoDefault { format }));
        assert!(refused.to_string().starts_with("./Level: "), "{refused}");
        // A value that is none is refused as such
        let refused = fresh(&ddf, &at(0), &[("./Level", "soon <")]).unwrap_err();
        assert!(
            matches!(refused.reason(), Some(Reason::Value { .. })),
            "{refused}"
        );
        let ddf = vendor(name, "ZeroOrOne", "text/plain");
        let without = fresh(&ddf, &at(0), &[]).unwrap();
        assert!(!without.nodes.contains_key(&level));
        let with = fresh(&ddf, &at(0), &[("./Level", value)]).unwrap();
        assert!(with.nodes.contains_key(&level));
    }
    // Those that have an empty value have that
    for (name, mime) in [
        ("chr", "text/plain"),
        ("xml", "text/xml"),
        ("bin", "application/octet-stream"),
    ] {
        let made = fresh(&vendor(name, "ZeroOrOne", mime), &at(0), &[]).unwrap();
        let node = made.nodes[&level].clone().unwrap();
        assert!(node.value.expose().is_empty());
    }
}

/// What is wrong with a tree that something else than a command has changed.
#[test]
fn a_check_finds_what_no_command_does() {
    type Change = fn(&mut BTreeMap<NodePath, Option<Arc<Node>>>);
    fn node(acl: &str, format: Format, value: &str) -> Option<Arc<Node>> {
        let kind = if format == Format::Node {
            ""
        } else {
            "text/plain"
        };
        Some(Arc::new(Node {
            acl: acl.into(),
            format,
            kind: kind.into(),
            value: value.into(),
            ..Node::root(&at(0))
        }))
    }
    let changes: [(Change, &str, Reason); 9] = [
        (|n| drop(n.remove(&NodePath::ROOT)), ".", Reason::NotFound),
        (
            |n| drop(n.insert(NodePath::ROOT, node("", Format::Node, ""))),
            ".",
            Reason::RootAcl,
        ),
        (
            |n| drop(n.insert(path("./Vendor/Ext/A"), node("Get", Format::Chr, ""))),
            "./Vendor/Ext/A",
            Reason::Acl(crate::document::dm::acl::Acl::parse("Get").unwrap_err()),
        ),
        (
            |n| drop(n.insert(path("./Vendor/Ext/A/B"), node("", Format::Chr, ""))),
            "./Vendor/Ext/A/B",
            Reason::NotFound,
        ),
        (
            |n| drop(n.insert(path("./DevInfo/Man/B"), node("", Format::Chr, ""))),
            "./DevInfo/Man/B",
            Reason::ParentIsLeaf,
        ),
        (
            |n| drop(n.insert(path("./Other"), node("", Format::Chr, ""))),
            "./Other",
            Reason::Undescribed,
        ),
        (
            |n| drop(n.insert(path("./DevInfo/Man"), node("", Format::Int, "5"))),
            "./DevInfo/Man",
            Reason::Format {
                found: Format::Int,
                expected: Format::Chr,
            },
        ),
        (
            |n| drop(n.insert(path("./Vendor/Ext/A"), node("", Format::Int, "x"))),
            "./Vendor/Ext/A",
            Reason::Value {
                format: Format::Int,
                expected: "an integer of 32 bits (§9.4.2.13)",
            },
        ),
        (
            |n| drop(n.remove(&path("./DevInfo/Man"))),
            "./DevInfo",
            Reason::Needed { name: "Man".into() },
        ),
    ];
    for (change, uri, reason) in changes {
        let mut first = fresh(&shipped().unwrap(), &at(0), &[]).unwrap();
        change(&mut first.nodes);
        let mut tree = Tree::open(MemStore::new(&first)).unwrap();
        let found = tree.draft().unwrap().check().unwrap();
        assert!(
            found.contains(&(path(uri), reason.clone())),
            "{reason:?} in {found:?}"
        );
    }
}
