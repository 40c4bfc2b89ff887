//! Trees that leave and come back.

use super::*;
use crate::document::dm::MgmtTree;

const NOW: u64 = 9;

fn client(now: &TStamp) -> By<'_> {
    By {
        actor: &Actor::CLIENT,
        now,
    }
}

/// A tree with something of everything.
pub(super) fn furnished() -> Tree<MemStore> {
    tree_with(|draft| {
        plant(draft, ACCOUNT);
        let now = at(5);
        let by = client(&now);
        draft
            .replace(by, ".?prop=ACL", Item::chr("Add=*&Get=*&Replace=owner"))
            .unwrap();
        draft
            .replace(by, "./DMAcc/1?prop=Title", Item::chr("Grüße & <more>"))
            .unwrap();
        let octets = Item::leaf(Format::Bin, Secret::new((0..=255).collect()));
        draft.replace(by, "./Vendor/Example/Logo", octets).unwrap();
        for (name, text) in [
            ("empty", ""),
            ("white", " \n\t x \r\n "),
            ("odd", "]]>&amp;<![CDATA["),
        ] {
            draft
                .add(by, &format!("./Vendor/Ext/{name}"), Item::chr(text))
                .unwrap();
        }
        let null = Item::leaf(Format::Null, "".into());
        draft.add(by, "./Vendor/Ext/null", null).unwrap();
        draft
            .add(by, "./Vendor/Ext/none", Item::leaf(Format::Bin, "".into()))
            .unwrap();
        let data = Item::leaf(Format::Bin, Secret::new(vec![0, 0xFF]));
        draft
            .add(by, "./DMAcc/1/AppAuth/1/AAuthData", data)
            .unwrap();
    })
}

use crate::secret::Secret;
use std::sync::Arc;

fn nodes_of(tree: &mut Tree<MemStore>) -> Vec<(NodePath, Arc<Node>)> {
    let draft = tree.draft().unwrap();
    let all = draft.subtree(&NodePath::ROOT).unwrap();
    all.into_iter()
        .map(|path| {
            let node = draft.node(&path).unwrap().unwrap();
            (path, node)
        })
        .collect()
}

#[test]
fn an_export_with_secrets_comes_back_the_same() {
    let mut tree = furnished();
    let expected = nodes_of(&mut tree);
    let export = tree.draft().unwrap().export(".", true).unwrap();
    assert!(export.left_out.is_empty());
    let xml = export.tree.to_xml().unwrap().into_bytes();
    let wbxml = export.tree.to_wbxml().unwrap().octets;
    for octets in [xml, wbxml] {
        let mut other = tree_with(|_| {});
        let now = at(NOW);
        let mut draft = other.draft().unwrap();
        draft.import(client(&now), ".", &octets, true).unwrap();
        draft.commit(client(&now), "imported").unwrap();
        assert_eq!(nodes_of(&mut other), expected);
    }
}

#[test]
fn an_export_without_secrets_lacks_them_and_says_so() {
    let mut tree = furnished();
    let draft = tree.draft().unwrap();
    let export = draft.export(".", false).unwrap();
    let left_out: Vec<_> = export.left_out.iter().map(ToString::to_string).collect();
    let expected = [
        "./DMAcc/1/AppAuth/1/AAuthData",
        "./DMAcc/1/AppAuth/1/AAuthSecret",
    ];
    assert_eq!(left_out, expected);
    let xml = export.tree.to_xml().unwrap();
    assert!(!xml.contains("hunter2") && !xml.contains("AAuthSecret"));
    let json = to_plain_json(&draft, ".").unwrap();
    let text = json.to_string();
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(json["secrets"], "left out");
    let nodes = json["nodes"].as_object().unwrap();
    assert_eq!(nodes["./DMAcc/1/Name"]["value"], "Example");
    assert_eq!(nodes["./DMAcc/1/AppAuth/1/AAuthSecret"]["secret"], true);
    assert!(
        nodes["./Vendor/Example/Logo"]["base64"]
            .as_str()
            .unwrap()
            .starts_with("AAECAw")
    );
    assert_eq!(nodes.len(), draft.subtree(&NodePath::ROOT).unwrap().len());
}

#[test]
fn a_part_goes_from_one_tree_to_another() {
    let mut tree = furnished();
    let export = tree.draft().unwrap().export("./DMAcc/1", true).unwrap();
    let xml = export.tree.to_xml().unwrap();
    let mut other = tree_with(|_| {});
    let now = at(NOW);
    let mut draft = other.draft().unwrap();
    draft
        .import(client(&now), ".", xml.as_bytes(), false)
        .unwrap();
    assert_eq!(
        draft
            .node(&path("./DMAcc/1/ServerID"))
            .unwrap()
            .unwrap()
            .value
            .expose(),
        b"srv"
    );
    // It is there now
    let again = draft
        .import(client(&now), ".", xml.as_bytes(), false)
        .unwrap_err();
    assert_eq!(again.rule(), Some("tree-exists"));
    draft
        .import(client(&now), ".", xml.as_bytes(), true)
        .unwrap();
}

/// What is refused leaves the tree as it was: not a node of it is there.
#[test]
fn all_or_nothing() {
    let leaf = |name: &str, format: &str, value: &str| {
        format!(
            "<Node><NodeName>{name}</NodeName><RTProperties><Format><{format}/></Format>\
             <Type><MIME>text/plain</MIME></Type></RTProperties><Value>{value}</Value></Node>"
        )
    };
    let account = |inner: &str| {
        format!(
            "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>7</NodeName><Path>./DMAcc</Path>\
             <RTProperties><Format><node/></Format></RTProperties>{inner}</Node></MgmtTree>"
        )
    };
    let whole = format!(
        "{}{}<Node><NodeName>AppAddr</NodeName><Node><NodeName>1</NodeName>{}{}</Node></Node>",
        leaf("AppID", "chr", "w7"),
        leaf("ServerID", "chr", "srv"),
        leaf("Addr", "chr", "https://mgmt.example"),
        leaf("AddrType", "chr", "URI"),
    );
    for (inner, rule) in [
        (whole.clone(), None),
        (
            format!("{whole}{}", leaf("Colour", "chr", "red")),
            Some("tree-undescribed"),
        ),
        (
            format!("{whole}{}", leaf("Name", "int", "5")),
            Some("tree-format"),
        ),
        (
            format!("{whole}{}", leaf("Name", "node", "5")),
            Some("tree-type"),
        ),
        (
            format!("{whole}{}", leaf("", "chr", "5")),
            Some("tree-tnds"),
        ),
        (
            format!("{whole}{}", leaf("AppID", "chr", "w7")),
            Some("tree-exists"),
        ),
        (
            format!("{whole}{}", leaf("a/b", "chr", "w7")),
            Some("tree-uri"),
        ),
        (
            whole.replace("<MIME>text/plain</MIME>", "<MIME>text</MIME>"),
            Some("tree-type"),
        ),
        (
            whole.replace(
                "URI</Value>",
                "URI</Value><Node><NodeName>X</NodeName></Node>",
            ),
            Some("tree-tnds"),
        ),
        (leaf("AppID", "chr", "w7"), Some("tree-needed")),
        (
            format!(
                "{whole}<Node><NodeName>Ext</NodeName><RTProperties><ACL>Get</ACL></RTProperties></Node>"
            ),
            Some("tree-acl"),
        ),
        (
            format!(
                "{whole}<Node><NodeName>Ext</NodeName><RTProperties><TStamp>now</TStamp></RTProperties></Node>"
            ),
            Some("tree-tnds"),
        ),
        (
            format!(
                "{whole}<Node><NodeName>Ext</NodeName><RTProperties><VerNo>70000</VerNo></RTProperties></Node>"
            ),
            Some("tree-tnds"),
        ),
        (
            format!("{whole}<Node><NodeName>Ext</NodeName><DFProperties/></Node>"),
            Some("tnds-df-properties"),
        ),
        (format!("{whole}</Node>"), Some("xml-tags")),
    ] {
        let text = account(&inner);
        let mut tree = tree_with(|_| {});
        let now = at(NOW);
        let mut draft = tree.draft().unwrap();
        let result = draft.import(client(&now), ".", text.as_bytes(), false);
        match (&result, rule) {
            (Ok(()), None) => assert!(!draft.changes().nodes.is_empty()),
            // The XML reader names its own rule
            (Err(ImportError::Read(_)), Some("xml-tags")) => {}
            (Err(error), Some(rule)) => assert_eq!(error.rule(), Some(rule), "{inner}"),
            other => panic!("{other:?} for {inner}"),
        }
        assert!(
            result.is_ok() || *draft.changes() == Changes::default(),
            "{inner}"
        );
    }
}

/// A server adds a tree by its own rights, node by node, and its ACLs last.
#[test]
fn a_server_adds_and_replaces_trees_by_its_rights() {
    let text = "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName/>\
        <RTProperties><ACL>Get=other</ACL><Format><node/></Format><VerNo>9</VerNo></RTProperties>\
        <Node><NodeName>A</NodeName><RTProperties><Format><chr/></Format></RTProperties>\
        <Value>x</Value></Node></Node></MgmtTree>";
    let parsed = MgmtTree::from_xml(text.as_bytes()).unwrap().document;
    let mut tree = tree_with(|draft| {
        plant(draft, &[("./Vendor/Ext/P", None, "Add=srv&Get=*")]);
        plant(draft, &[("./Vendor/Ext/Q", None, "Replace=srv")]);
        plant(draft, &[("./Vendor/Ext/Q/B", Some("b"), "Get=*")]);
        plant(
            draft,
            &[("./Vendor/Ext/R", None, "Add=srv&Delete=srv&Replace=srv")],
        );
        plant(draft, &[("./Vendor/Ext/R/B", Some("b"), "")]);
    });
    let server = Actor::server("srv").unwrap();
    let now = at(NOW);
    let by = By {
        actor: &server,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    draft.add_tree(by, "./Vendor/Ext/P/T", &parsed).unwrap();
    let top = draft.node(&path("./Vendor/Ext/P/T")).unwrap().unwrap();
    // What came with the node is no change, and its number is the client's
    assert_eq!((top.acl.as_str(), top.ver_no), ("Get=other", 0));
    assert_eq!(code(draft.add_tree(by, "./Vendor/Ext/P/T", &parsed)), 418);
    assert_eq!(code(draft.add_tree(by, "./Vendor/Ext/Q/T", &parsed)), 425);
    assert_eq!(
        code(draft.replace_tree(by, "./Vendor/Ext/None", &parsed)),
        404
    );
    // The node below Q is not theirs to delete
    assert_eq!(code(draft.replace_tree(by, "./Vendor/Ext/Q", &parsed)), 425);
    draft.replace_tree(by, "./Vendor/Ext/R", &parsed).unwrap();
    let names: Vec<_> = draft.children(&path("./Vendor/Ext/R")).unwrap();
    assert_eq!(names, [path("./Vendor/Ext/R/A")]);
    let top = draft.node(&path("./Vendor/Ext/R")).unwrap().unwrap();
    // Made by 0, its first ACL 1, replaced 2
    assert_eq!((top.acl.as_str(), top.ver_no), ("Get=other", 2));
}
