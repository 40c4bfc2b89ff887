//! Descriptions: what is shipped, reading, writing, looking up.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::client::tree::path::Limits;
use crate::document::dm::rules;
use crate::document::dm::rules::ObjectKind;

fn path(uri: &str) -> NodePath {
    NodePath::parse(uri, &Limits::default()).unwrap()
}

/// A description around one node.
fn around(inner: &str) -> String {
    format!("<MgmtTree><VerDTD>1.2</VerDTD>{inner}</MgmtTree>")
}

/// A node with these DFProperties and what follows.
fn node(name: &str, properties: &str, rest: &str) -> String {
    format!(
        "<Node><NodeName>{name}</NodeName><DFProperties>{properties}</DFProperties>{rest}</Node>"
    )
}

const INTERIOR: &str =
    "<AccessType><Get/></AccessType><DFFormat><node/></DFFormat><DFType><DDFName/></DFType>";
const LEAF: &str =
    "<AccessType><Get/></AccessType><DFFormat><chr/></DFFormat><DFType><MIME/></DFType>";

#[test]
fn what_is_shipped_is_read_and_written() {
    let mut files: Vec<_> = std::fs::read_dir("profiles/ddf")
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut names = SHIPPED.map(|(name, _)| format!("{}.xml", name.to_lowercase()));
    names.sort();
    assert_eq!(files, names);
    for (name, text) in SHIPPED {
        let ddf = Ddf::from_xml(text.as_bytes()).unwrap();
        assert!(ddf.nodes.iter().any(|node| node.name == name), "{name}");
        let written = ddf.to_xml().unwrap();
        assert_eq!(Ddf::from_xml(written.as_bytes()).unwrap(), ddf, "{name}");
    }
    let names: Vec<_> = shipped()
        .unwrap()
        .nodes
        .into_iter()
        .map(|node| node.name)
        .collect();
    assert_eq!(
        names,
        [
            "DMAcc",
            "DevDetail",
            "DevInfo",
            "Inbox",
            "NAP",
            "Proxy",
            "Vendor"
        ]
    );
}

/// The tables by which messages are judged and the descriptions say the same of every node.
#[test]
fn descriptions_and_the_tables_of_objects_agree() {
    fn count(nodes: &[Description]) -> usize {
        nodes.iter().map(|node| 1 + count(&node.nodes)).sum()
    }
    let ddf = shipped().unwrap();
    for (top, kind) in [
        ("DMAcc", ObjectKind::DmAcc),
        ("NAP", ObjectKind::Nap),
        ("Proxy", ObjectKind::Proxy),
    ] {
        let object = path(&format!("./{top}/X"));
        let described = ddf.place(&object).and_then(Place::described).unwrap();
        assert_eq!(described.types, [kind.identifier()]);
        for def in kind.nodes() {
            let place = path(&format!("./{top}/X/{}", def.path.replace('#', "X")));
            let node = ddf.place(&place).and_then(Place::described).unwrap();
            assert_eq!(node.format, def.formats[0], "{place}");
            let occurrence = match def.occurrence {
                rules::Occurrence::One => Occurrence::One,
                rules::Occurrence::ZeroOrOne => Occurrence::ZeroOrOne,
                rules::Occurrence::OneOrMore => Occurrence::OneOrMore,
            };
            assert_eq!(node.occurrence, occurrence, "{place}");
            assert_eq!(node.name.is_empty(), def.path.ends_with('#'), "{place}");
            let open = def.values == rules::Values::Open;
            assert_eq!(node.is_open(), open, "{place}");
        }
        // DMAcc's Ext is in no table of its own
        let ext = usize::from(kind == ObjectKind::DmAcc);
        assert_eq!(count(&described.nodes), kind.nodes().len() + ext, "{top}");
    }
}

#[test]
fn places_are_found_by_name_then_by_any_name() {
    let ddf = shipped().unwrap();
    let get = |uri: &str| ddf.place(&path(uri));
    let name = get("./DMAcc/anything/AppAddr/1/Addr").and_then(Place::described);
    assert_eq!(name.map(|node| node.name.as_str()), Some("Addr"));
    let account = get("./DMAcc/AppID").and_then(Place::described).unwrap();
    assert_eq!((account.shown(), account.format), ("<X>", Format::Node));
    assert!(
        matches!(get("./DMAcc/1/Ext/Vendor/Deep/er"), Some(Place::Open(ext)) if ext.name == "Ext")
    );
    assert!(matches!(get("./Inbox/1/ServerID"), Some(Place::Open(inbox)) if inbox.name == "Inbox"));
    for uri in [
        ".",
        "./Nothing",
        "./DMAcc/1/Colour",
        "./DMAcc/1/AppID/X",
        "./dmacc",
    ] {
        assert_eq!(get(uri), None, "{uri}");
    }
    assert_eq!(ddf.below(&NodePath::ROOT).len(), 7);
    assert!(ddf.below(&path("./DMAcc/1/Ext/V")).is_empty());
}

#[test]
fn paths_continue_what_stands_elsewhere() {
    let text = around(&format!(
        "{}{}{}",
        node("A", INTERIOR, ""),
        node("B", INTERIOR, "").replace("</NodeName>", "</NodeName><Path>./A</Path>"),
        node("C", LEAF, "").replace("</NodeName>", "</NodeName><Path>A/B</Path>"),
    ));
    let ddf = Ddf::from_xml(text.as_bytes()).unwrap();
    let leaf = ddf.place(&path("./A/B/C")).and_then(Place::described);
    assert_eq!(leaf.map(|node| node.format), Some(Format::Chr));
}

#[test]
fn a_vendor_adds_and_changes() {
    let one = around(&node(
        "A",
        INTERIOR,
        &format!("{}{}", node("B", LEAF, ""), node("", LEAF, "")),
    ));
    let other = around(&node(
        "A",
        &INTERIOR.replace("<Get/>", "<Add/><Get/>"),
        &node("B", &LEAF.replace("chr", "int"), ""),
    ));
    let mut ddf = Ddf::from_xml(one.as_bytes()).unwrap();
    ddf.merge(Ddf::from_xml(other.as_bytes()).unwrap());
    let below = &ddf.nodes[0];
    assert!(below.access.add && below.access.get);
    let formats: Vec<_> = below
        .nodes
        .iter()
        .map(|n| (n.name.as_str(), n.format))
        .collect();
    assert_eq!(formats, [("B", Format::Int), ("", Format::Chr)]);
}

#[test]
fn everything_a_description_says_is_kept() {
    let text = around(&node(
        "",
        "<AccessType><Add/><Copy/><Delete/><Exec/><Get/><Replace/></AccessType>\
         <DefaultValue>x</DefaultValue><Description>What it is</Description>\
         <DFFormat><chr/></DFFormat><Occurrence><OneOrN>5</OneOrN></Occurrence>\
         <Scope><Dynamic/></Scope><DFTitle>Title</DFTitle>\
         <DFType><MIME>text/plain</MIME><MIME>text/html</MIME></DFType><CaseSense><CS/></CaseSense>",
        "",
    ))
    .replace("<VerDTD>1.2</VerDTD>", "<VerDTD>1.2</VerDTD><Man>M</Man><Mod>N</Mod>");
    let ddf = Ddf::from_xml(text.as_bytes()).unwrap();
    let all = Access {
        add: true,
        copy: true,
        delete: true,
        exec: true,
        get: true,
        replace: true,
    };
    let expected = Description {
        name: String::new(),
        access: all,
        default: Some("x".into()),
        description: Some("What it is".into()),
        format: Format::Chr,
        occurrence: Occurrence::OneOrN(5),
        permanent: false,
        title: Some("Title".into()),
        types: vec!["text/plain".into(), "text/html".into()],
        nodes: Vec::new(),
    };
    assert_eq!(ddf.nodes, [expected]);
    assert_eq!(
        (ddf.man.as_deref(), ddf.model.as_deref()),
        (Some("M"), Some("N"))
    );
    let again = Ddf::from_xml(ddf.to_xml().unwrap().as_bytes()).unwrap();
    assert_eq!(again, ddf);
}

#[test]
fn what_is_no_description_says_why() {
    let element = |found, parent| DdfFault::Element { found, parent };
    let other = "another element";
    let missing = |parent, child| DdfFault::Missing { parent, child };
    let many = LEAF.replace(
        "</DFFormat>",
        "</DFFormat><Occurrence><ZeroOrMore/></Occurrence>",
    );
    let n = |n: &str| {
        LEAF.replace(
            "</DFFormat>",
            &format!("</DFFormat><Occurrence><ZeroOrN>{n}</ZeroOrN></Occurrence>"),
        )
    };
    for (text, fault) in [
        (
            "<MgmtTree><VerDTD>1.3</VerDTD></MgmtTree>".to_owned(),
            DdfFault::Version,
        ),
        ("<MgmtTree/>".to_owned(), DdfFault::Version),
        (around("<Colour/>"), element(other, "MgmtTree")),
        (around("<VerDTD>1.2</VerDTD>"), DdfFault::Repeated("VerDTD")),
        (
            around("<Node><DFProperties>x</DFProperties></Node>"),
            element("text", "an element with children"),
        ),
        (
            around(&node("A", LEAF, "<Colour/>")),
            element(other, "Node"),
        ),
        (
            around("<Node><NodeName>A</NodeName></Node>"),
            missing("Node", "DFProperties"),
        ),
        (
            around(&node("A", LEAF, "").replace("<NodeName>A</NodeName>", "")),
            missing("Node", "NodeName"),
        ),
        (
            around(&node("A", &LEAF.replace("<Get/>", "<Put/>"), "")),
            element(other, "AccessType"),
        ),
        (
            around(&node("A", &LEAF.replace("chr", "text"), "")),
            element(other, "DFFormat"),
        ),
        (
            around(&node("A", &LEAF.replace("<chr/>", "<chr/><int/>"), "")),
            element(other, "DFFormat"),
        ),
        (
            around(&node("A", "<AccessType/><DFType><MIME/></DFType>", "")),
            missing("DFProperties", "DFFormat"),
        ),
        (
            around(&node("A", "", "")),
            missing("DFProperties", "AccessType"),
        ),
        (around(&node("a b", LEAF, "")), DdfFault::Name),
        (
            around(&format!("{}{}", node("A", LEAF, ""), node("A", LEAF, ""))),
            DdfFault::Twice,
        ),
        (
            around(&node("A", LEAF, &node("B", LEAF, ""))),
            DdfFault::LeafNodes,
        ),
        (around(&node("A", &many, "")), DdfFault::ManyNamed),
        (around(&node("", &n("1"), "")), DdfFault::N),
        (around(&node("", &n("65537"), "")), DdfFault::N),
        (around(&node("", &n("x"), "")), DdfFault::N),
        (
            around(&node("A", LEAF, "").replace("</NodeName>", "</NodeName><Path>B</Path>")),
            DdfFault::Path,
        ),
    ] {
        match Ddf::from_xml(text.as_bytes()) {
            Err(error) => {
                // A name may be a piece of a secret
                assert!(!error.to_string().contains("Colour"), "{error}");
                let DdfError::Fault { fault: found, .. } = error else {
                    panic!("{error} for {text}");
                };
                assert_eq!(found, fault, "{text}");
            }
            other => panic!("{other:?} for {text}"),
        }
    }
    assert!(Ddf::from_xml(around(&node("", &n("65536"), "")).as_bytes()).is_ok());
    assert!(matches!(
        Ddf::from_xml(b"<SyncML/>"),
        Err(DdfError::Read(_))
    ));
    assert!(matches!(
        Ddf::from_xml(b"<MgmtTree>"),
        Err(DdfError::Read(_))
    ));
}
