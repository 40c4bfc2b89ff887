//! Messages and trees written and read again, and octets assembled by hand.

use super::*;
use crate::bytes::holed::HoleForm;

/// An account as profiles make it: the server's id and secrets come from parameters.
fn account() -> Message<'static> {
    let chr = |name: &'static str, text: &'static str| {
        Node::leaf(name, Format::Chr, Content::Text(Text::fixed(text)))
    };
    let parameter = |name: &'static str, text: &'static str| {
        Node::leaf(name, Format::Chr, Content::Text(Text::parameter(text)))
    };
    let nonce = Node::leaf(
        "AAuthData",
        Format::Bin,
        Content::Base64(Text::parameter("Tm9uY2U=")),
    );
    let credentials = vec![
        chr("AAuthLevel", "CLCRED"),
        parameter("AAuthSecret", "a & b"),
        nonce,
    ];
    let mut account = Node::interior(
        Text::fixed("1"),
        vec![
            chr("AppID", "w7"),
            parameter("ServerID", "mgmt.example"),
            Node::interior(
                Text::fixed("AppAuth"),
                vec![Node::interior(Text::fixed("1"), credentials)],
            ),
        ],
    );
    let mut acl = Text::fixed("Get=");
    acl.push(&Text::parameter("mgmt.example"));
    acl.push(&Text::fixed("&Replace="));
    acl.push(&Text::parameter("mgmt.example"));
    account.properties.acl = Some(acl);
    account.properties.kind = Some(NodeType::DdfName(Text::fixed(
        "urn:oma:mo:oma-dm-dmacc:1.0",
    )));
    let tree = MgmtTree {
        ver_dtd: Some(Text::fixed("1.2")),
        nodes: vec![account],
        ..MgmtTree::default()
    };
    Message {
        header: SyncHdr {
            ver_dtd: Some(Text::fixed("1.2")),
            ver_proto: Some(Text::fixed("DM/1.2")),
            session_id: Some(Text::fixed("1")),
            msg_id: Some(Text::fixed("1")),
            target: Some(Text::parameter("IMEI:490154203237518")),
            source: Some(Text::fixed("https://mgmt.example/dm")),
            ..SyncHdr::default()
        },
        adds: vec![Add {
            cmd_id: Some(Text::fixed("1")),
            items: vec![Item {
                target: Some(Text::fixed("./Inbox")),
                data: Data::Tree(tree),
                ..Item::default()
            }],
            ..Add::default()
        }],
        is_final: true,
        ..Message::default()
    }
}

/// Without the Meta of trees, which the writer adds.
fn bare(mut message: Message<'_>) -> Message<'_> {
    for item in message.adds.iter_mut().flat_map(|add| &mut add.items) {
        if matches!(item.data, Data::Tree(_)) {
            item.meta = Meta::default();
        }
    }
    message
}

#[test]
fn every_form_is_read_as_it_was_written() {
    let message = account();
    for (name, form) in TndsForm::NAMES {
        for (_, version) in WbxmlVersion::NAMES {
            let encoded = message.to_wbxml(form, version).unwrap();
            let parsed = Message::from_wbxml(&encoded.octets).unwrap();
            assert_eq!(bare(parsed.document), message, "{name}");
            let rules: Vec<_> = parsed.findings.iter().map(|f| f.rule.id).collect();
            let form_note = match form {
                TndsForm::Inline => None,
                TndsForm::Opaque => Some("tnds-opaque"),
                TndsForm::Text => Some("tnds-text"),
            };
            let version_note = (version == WbxmlVersion::V1_3).then_some("dm-wbxml-version");
            let expected: Vec<_> = version_note.into_iter().chain(form_note).collect();
            assert_eq!(rules, expected, "{name}");
        }
    }
    let xml = message.to_xml().unwrap();
    let parsed = Message::from_xml(xml.as_bytes()).unwrap();
    assert_eq!(parsed.findings, []);
    assert_eq!(bare(parsed.document), message);
}

#[test]
fn octets_by_hand() {
    // wbxml-and-documents (c): page 0 of SyncML, page 1 of MetInf, page 2 of DM-DDF
    let tree = MgmtTree {
        ver_dtd: Some(Text::fixed("1.2")),
        nodes: vec![Node::leaf(
            "A",
            Format::Chr,
            Content::Text(Text::fixed("x")),
        )],
        ..MgmtTree::default()
    };
    let inline = [
        &b"\x00\x02\x60\x77\x031.2\0\x01\x64\x66\x03A\0\x01"[..],
        b"\x6F\x5C\x0B\x01\x01\x76\x03x\0\x01\x01\x01",
    ]
    .concat();
    let own = [
        &b"\x02\x00\x00\x6A\x1B-//OMA//DTD-DM-DDF 1.2//EN\0"[..],
        &inline,
    ]
    .concat();
    assert_eq!(tree.to_wbxml().unwrap().octets, own);

    let message = Message {
        adds: vec![Add {
            cmd_id: Some(Text::fixed("1")),
            items: vec![Item {
                target: Some(Text::fixed("./Inbox")),
                data: Data::Tree(tree),
                ..Item::default()
            }],
            ..Add::default()
        }],
        is_final: true,
        ..Message::default()
    };
    let head = &b"\x02\xA4\x01\x6A\x00\x6D\x6C\x01\x6B\x45\x4B\x031\0\x01\x54\x6E\x57\x03./Inbox\0\x01\x01"[..];
    // SyncHdr without content would be 2C; a message without header is nobody's
    let meta =
        b"\x5A\x00\x01\x47\x03bin\0\x01\x53\x03application/vnd.syncml.dmtnds+wbxml\0\x01\x01";
    let end = b"\x01\x01\x01\x00\x00\x12\x01\x01";
    let expected = [head, meta, b"\x00\x00\x4F", &inline, end].concat();
    let written = message
        .to_wbxml(TndsForm::Inline, WbxmlVersion::V1_2)
        .unwrap();
    assert_eq!(written.octets, expected);

    let length = own.len() as u8;
    let end = b"\x01\x01\x01\x12\x01\x01";
    let expected = [head, meta, b"\x00\x00\x4F\xC3", &[length], &own, &end[..]].concat();
    let written = message
        .to_wbxml(TndsForm::Opaque, WbxmlVersion::V1_2)
        .unwrap();
    assert_eq!(written.octets, expected);
}

#[test]
fn inline_and_opaque_trees_are_the_same_octets() {
    let message = account();
    let Data::Tree(tree) = &message.adds[0].items[0].data else {
        panic!("the account is a tree");
    };
    let own = tree.to_wbxml().unwrap().octets;
    // From SWITCH_PAGE 2 to the END of MgmtTree
    let octets = &own[5 + 0x1B..];
    assert_eq!(&octets[..3], [0x00, 0x02, 0x60]);
    for form in [TndsForm::Inline, TndsForm::Opaque] {
        let written = message.to_wbxml(form, WbxmlVersion::V1_2).unwrap().octets;
        let found = written.windows(octets.len()).filter(|w| *w == octets);
        assert_eq!(found.count(), 1, "{form:?}");
    }
}

#[test]
fn holes_and_lengths_say_where_values_are() {
    let message = account();
    for (name, form) in TndsForm::NAMES {
        let encoded = message.to_wbxml(form, WbxmlVersion::V1_2).unwrap();
        let found: Vec<_> = encoded
            .holes
            .iter()
            .map(|hole| {
                let octets = &encoded.octets[hole.span.clone()];
                (hole.form, String::from_utf8_lossy(octets).into_owned())
            })
            .collect();
        let text = form == TndsForm::Text;
        let (plain, nonce) = if text {
            (HoleForm::Markup, (HoleForm::Base64Text, "Tm9uY2U="))
        } else {
            (HoleForm::Text, (HoleForm::Base64, "Nonce"))
        };
        let secret = if text { "a &amp; b" } else { "a & b" };
        let expected = [
            (HoleForm::Text, "IMEI:490154203237518"),
            (plain, "mgmt.example"),
            (plain, "mgmt.example"),
            (plain, "mgmt.example"),
            (plain, secret),
            nonce,
        ];
        let found: Vec<_> = found.iter().map(|(form, text)| (*form, &**text)).collect();
        assert_eq!(found, expected, "{name}");
        // The tree as a document, and the nonce in it
        let lengths = match form {
            TndsForm::Inline | TndsForm::Text => 1,
            TndsForm::Opaque => 2,
        };
        assert_eq!(encoded.lengths.len(), lengths, "{name}");
        for length in &encoded.lengths {
            let mut octets = crate::bytes::Cursor::new(&encoded.octets[length.at.clone()]);
            assert_eq!(octets.uintvar(), Ok(length.of.len() as u32), "{name}");
            assert_eq!(length.at.end, length.of.start, "{name}");
        }
    }
}

#[test]
fn a_node_without_properties_is_written_without_them() {
    let tree = MgmtTree {
        nodes: vec![Node {
            name: Some(Text::fixed("A")),
            ..Node::default()
        }],
        ..MgmtTree::default()
    };
    let xml = tree.to_xml().unwrap();
    assert!(!xml.contains("RTProperties"), "{xml}");
    // 6F is the token
    let octets = tree.to_wbxml().unwrap().octets;
    assert!(!octets.contains(&0x6F), "{octets:02X?}");
}

#[test]
fn a_tree_on_its_own_is_read_as_it_was_written() {
    let message = account();
    let Data::Tree(tree) = &message.adds[0].items[0].data else {
        panic!("the account is a tree");
    };
    let octets = tree.to_wbxml().unwrap().octets;
    let parsed = MgmtTree::from_wbxml(&octets).unwrap();
    assert_eq!((&parsed.document, &*parsed.findings), (tree, &[][..]));
    let xml = tree.to_xml().unwrap();
    let parsed = MgmtTree::from_xml(xml.as_bytes()).unwrap();
    assert_eq!((&parsed.document, &*parsed.findings), (tree, &[][..]));
}

/// A tree as a WBXML document of its own, with this content.
fn tree_of(content: &[u8]) -> Vec<u8> {
    let header = &b"\x02\x00\x00\x6A\x1B-//OMA//DTD-DM-DDF 1.2//EN\0\x00\x02\x60"[..];
    [header, content, &[0x01]].concat()
}

#[test]
fn caps_on_octets_depth_and_elements() {
    use super::walk::{MAX_DEPTH, MAX_ELEMENTS, MAX_OCTETS};
    let nested = |depth: usize| [vec![0x64; depth], vec![0x01; depth]].concat();
    let wbxml = |content: &[u8]| {
        let octets = tree_of(content);
        MgmtTree::from_wbxml(&octets)
            .map(drop)
            .map_err(|error| error.rule())
    };
    let xml = |content: &str| {
        let text = format!("<MgmtTree>{content}</MgmtTree>");
        let read = MgmtTree::from_xml(text.as_bytes());
        read.map(drop).map_err(|error| error.rule())
    };
    let nested_xml = |depth: usize| ["<Node>".repeat(depth), "</Node>".repeat(depth)].concat();
    // MgmtTree is the first
    assert_eq!(wbxml(&nested(MAX_DEPTH - 1)), Ok(()));
    assert_eq!(wbxml(&nested(MAX_DEPTH)), Err("wbxml-depth"));
    assert_eq!(xml(&nested_xml(MAX_DEPTH - 1)), Ok(()));
    assert_eq!(xml(&nested_xml(MAX_DEPTH)), Err("xml-too-deep"));
    assert_eq!(wbxml(&vec![0x24; MAX_ELEMENTS - 1]), Ok(()));
    assert_eq!(wbxml(&vec![0x24; MAX_ELEMENTS]), Err("wbxml-elements"));
    assert_eq!(xml(&"<Node/>".repeat(MAX_ELEMENTS - 1)), Ok(()));
    assert_eq!(
        xml(&"<Node/>".repeat(MAX_ELEMENTS)),
        Err("xml-too-many-elements")
    );
    let value =
        |length: usize| [&[0x64, 0x76, 0x03][..], &vec![b'x'; length], b"\0\x01\x01"].concat();
    assert_eq!(wbxml(&value(MAX_OCTETS - 64)), Ok(()));
    assert_eq!(wbxml(&value(MAX_OCTETS)), Err("wbxml-size"));
    assert_eq!(xml(&" ".repeat(MAX_OCTETS - 64)), Ok(()));
    assert_eq!(xml(&" ".repeat(MAX_OCTETS)), Err("xml-too-large"));
}

/// A tree inside a message has as many levels again, and no document stands inside it.
#[test]
fn a_tree_inside_has_a_depth_of_its_own() {
    use super::walk::MAX_DEPTH;
    let message = |depth: usize| {
        let tree = tree_of(&[vec![0x64; depth], vec![0x01; depth]].concat());
        let mut octets = b"\x02\xA4\x01\x6A\x00\x6D\x6B\x45\x54\x4F\xC3".to_vec();
        crate::bytes::write_uintvar(&mut octets, tree.len() as u32);
        octets.extend(tree);
        octets.extend([0x01; 5]);
        Message::from_wbxml(&octets)
            .map(drop)
            .map_err(|error| error.rule())
    };
    assert_eq!(message(MAX_DEPTH - 1), Ok(()));
    assert_eq!(message(MAX_DEPTH), Err("wbxml-depth"));
}

#[test]
fn places_of_nodes_in_every_form() {
    use super::nodes::Nodes;
    use crate::document::cp::schema::Sensitivity;
    let message = account();
    let xml = message.to_xml().unwrap();
    let start = xml.find("<MgmtTree").unwrap();
    let end = xml.find("</Data>").unwrap();
    let escaped = xml[start..end].replace('&', "&amp;").replace('<', "&lt;");
    let cdata = format!("<![CDATA[{}]]>", &xml[start..end]);
    let mut all = vec![Nodes::of_xml(xml.as_bytes(), Root::Message)];
    for data in [&escaped, &cdata] {
        for blanks in ["", "\n"] {
            let xml = [&xml[..start], blanks, data, &xml[end..]].concat();
            let nodes = Nodes::of_xml(xml.as_bytes(), Root::Message);
            let level = xml.rfind("CLCRED").unwrap();
            let value = xml[..level].rfind(['<', '&']).unwrap();
            let address = nodes.at(value).and_then(|node| node.address.as_deref());
            assert_eq!(address, Some("./Inbox/1/AppAuth/1/AAuthLevel"), "{xml}");
            all.push(nodes);
        }
    }
    for (_, form) in TndsForm::NAMES {
        let octets = message.to_wbxml(form, WbxmlVersion::V1_2).unwrap().octets;
        let nodes = Nodes::of_wbxml(&octets, Root::Message);
        let start = octets
            .windows(5)
            .position(|w| w == b"\x02\x00\x00\x6A\x1B" || w == b"<Mgmt");
        assert_eq!(
            start.and_then(|start| nodes.tree_at(start)),
            (form != TndsForm::Inline).then_some(form)
        );
        all.push(nodes);
    }
    for nodes in all {
        let found: Vec<_> = nodes
            .places()
            .filter_map(|place| place.address.as_deref())
            .collect();
        assert_eq!(
            found,
            [
                "./Inbox",
                "./Inbox/1",
                "./Inbox/1/AppID",
                "./Inbox/1/ServerID",
                "./Inbox/1/AppAuth",
                "./Inbox/1/AppAuth/1",
                "./Inbox/1/AppAuth/1/AAuthLevel",
                "./Inbox/1/AppAuth/1/AAuthSecret",
                "./Inbox/1/AppAuth/1/AAuthData",
            ]
        );
        let secret: Vec<_> = nodes
            .places()
            .filter(|place| place.sensitivity == Some(Sensitivity::Secret))
            .filter_map(|place| place.address.as_deref())
            .collect();
        assert_eq!(secret, found[7..]);
    }
}

/// A name that stands after its value, in another case, below a name that says it, or nowhere.
#[test]
fn secrets_are_known_by_their_names_wherever_those_stand() {
    use super::nodes::Nodes;
    use crate::document::cp::schema::Sensitivity::{Identity, Public, Secret};
    let of = |node: &str| {
        let xml = format!("<MgmtTree>{node}</MgmtTree>");
        let nodes = Nodes::of_xml(xml.as_bytes(), Root::Tree);
        nodes.at(xml.find("<Value").unwrap()).unwrap().sensitivity
    };
    let named = |name: &str| {
        of(&format!(
            "<Node><NodeName>{name}</NodeName><Value>x</Value></Node>"
        ))
    };
    for (name, expected) in [
        ("AAuthSecret", Some(Secret)),
        ("aauthsecret", Some(Secret)),
        ("AuthSecret", Some(Secret)),
        ("AAuthData", Some(Secret)),
        ("WifiPassword", Some(Secret)),
        ("AAuthName", Some(Identity)),
        ("AuthName", Some(Identity)),
        ("CLIENT-ID", Some(Identity)),
        ("Addr", Some(Public)),
        ("AAuthPref", Some(Public)),
        ("Homepage", None),
        ("#", None),
    ] {
        assert_eq!(named(name), expected, "{name}");
    }
    let item = |inside: &str| {
        let xml = format!(
            "<SyncML><SyncBody><Results><Item>{inside}</Item></Results></SyncBody></SyncML>"
        );
        let nodes = Nodes::of_xml(xml.as_bytes(), Root::Message);
        nodes
            .at(xml.find("<Data").unwrap())
            .map(|node| node.sensitivity)
    };
    let result = "<Source><LocURI>./DMAcc/1/AppAuth/1/AAuthSecret</LocURI></Source><Data>x</Data>";
    assert_eq!(item(result), Some(Some(Secret)));
    assert_eq!(item("<Data>x</Data>"), None);
    let late = "<Node><Value>x</Value><NodeName>AAuthSecret</NodeName></Node>";
    assert_eq!(of(late), Some(Secret));
    let below = "<Node><NodeName>Passwords</NodeName><Node><NodeName>1</NodeName><Value>x</Value></Node></Node>";
    assert_eq!(of(below), Some(Secret));
    assert_eq!(named("NAP-ADDRESS"), Some(Public));
}

/// A message that has everything which messages can have.
fn everything() -> Message<'static> {
    let some = |text: &'static str| Some(Text::fixed(text));
    let item = |target, format, data| Item {
        target: some(target),
        meta: Meta {
            format: Some(Text::fixed(format)),
            kind: None,
        },
        data,
        ..Item::default()
    };
    let octets = || Content::Octets(b"\0\xFF".into());
    let mut leaf = Node::leaf("B", Format::Bin, octets());
    leaf.properties = RtProperties {
        acl: some("Get=*"),
        title: some("A title"),
        tstamp: some("20260131T235959Z"),
        kind: Some(NodeType::Mime(Text::fixed("text/plain"))),
        ver_no: some("3"),
        ..leaf.properties
    };
    let top = Node {
        name: some("A"),
        path: some("P"),
        nodes: vec![leaf, Node::default()],
        ..Node::default()
    };
    let tree = MgmtTree {
        ver_dtd: some("1.2"),
        man: some("Maker"),
        model: some("Model"),
        nodes: vec![top],
        ..MgmtTree::default()
    };
    let mut message = account();
    message.header.max_msg_size = some("65536");
    message.adds[0].items.extend([
        item("./A", "node", Data::Absent),
        item("./A/B", "bin", Data::Leaf(octets())),
        item("./A/C", "chr", Data::Leaf(Content::Text(Text::fixed("")))),
        Item {
            source: some("./Z"),
            meta: Meta {
                format: None,
                kind: some("text/plain"),
            },
            data: Data::Leaf(Content::Text(Text::fixed("x"))),
            ..Item::default()
        },
        item("./Inbox", "", Data::Tree(tree)),
    ]);
    message
}

#[test]
fn every_part_is_written_and_read() {
    let message = bare(everything());
    let xml = message.to_xml().unwrap();
    let parsed = Message::from_xml(xml.as_bytes()).unwrap();
    assert_eq!(parsed.findings, []);
    assert_eq!(bare(parsed.document.clone()), message);
    for (_, form) in TndsForm::NAMES {
        let octets = message.to_wbxml(form, WbxmlVersion::V1_2).unwrap().octets;
        let parsed = Message::from_wbxml(&octets).unwrap();
        assert_eq!(bare(parsed.document.clone()), message, "{form:?}");
        // The writer says in the Meta which form the tree has
        let trees = parsed.document.adds[0].items.iter();
        for item in trees.filter(|item| matches!(item.data, Data::Tree(_))) {
            let meta = (item.meta.format.as_ref(), item.meta.kind.as_ref());
            let meta = (meta.0.unwrap().as_str(), meta.1.unwrap().as_str());
            assert_eq!(meta, form.meta());
        }
    }
    let Data::Tree(tree) = &message.adds[0].items[5].data else {
        panic!("a tree");
    };
    assert_eq!(tree.clone().into_owned(), *tree);
}

#[test]
fn elements_without_content_are_one_octet() {
    // SyncML with SyncHdr, which is opened, and SyncBody without content
    let octets = Message::default()
        .to_wbxml(TndsForm::Inline, WbxmlVersion::V1_3)
        .unwrap()
        .octets;
    assert_eq!(octets, b"\x03\xA4\x01\x6A\x00\x6D\x6C\x01\x2B\x01");
    // Either of Final and Add is content of SyncBody
    let body = |is_final, adds| {
        let message = Message {
            is_final,
            adds,
            ..Message::default()
        };
        let version = WbxmlVersion::V1_2;
        message.to_wbxml(TndsForm::Inline, version).unwrap().octets[8..].to_vec()
    };
    assert_eq!(body(true, vec![]), b"\x6B\x12\x01\x01");
    let add = vec![Add::default()];
    assert_eq!(body(false, add), b"\x6B\x45\x01\x01\x01");
    // An empty text is an empty element, unless a parameter fills it
    let octets = |text: Text<'static>| {
        let tree = MgmtTree {
            ver_dtd: Some(text),
            ..MgmtTree::default()
        };
        let octets = tree.to_wbxml().unwrap().octets;
        let xml = tree.to_xml().unwrap();
        (octets[5 + 0x1B..].to_vec(), xml.contains("<VerDTD/>"))
    };
    let fixed = octets(Text::fixed(""));
    assert_eq!(fixed, (b"\x00\x02\x60\x37\x01".to_vec(), true));
    let parameter = octets(Text::parameter(""));
    assert_eq!(
        parameter,
        (b"\x00\x02\x60\x77\x03\0\x01\x01".to_vec(), false)
    );
}

#[test]
fn texts_that_no_encoding_carries_are_refused() {
    let tree = |text: &'static str| MgmtTree {
        man: Some(Text::fixed(text)),
        ..MgmtTree::default()
    };
    let error = tree("a\0b").to_wbxml().unwrap_err();
    assert_eq!(
        error,
        EncodeError::Nul {
            place: "Man".into()
        }
    );
    assert_eq!(error.rule(), "build-nul");
    let error = tree("a\u{1}b").to_xml().unwrap_err();
    let mut message = account();
    message.adds[0].items[0].data = Data::Tree(tree("a\u{1}b"));
    let text = message.to_wbxml(TndsForm::Text, WbxmlVersion::V1_2);
    assert_eq!(text, Err(EncodeError::Xml(error)));
    assert_eq!(
        text.unwrap_err().rule(),
        message.to_xml().unwrap_err().rule()
    );
}

#[test]
fn values_are_equal_when_they_stand_for_the_same() {
    let (text, base64) = (
        |text: &'static str| Content::Text(Text::fixed(text)),
        |text: &'static str| Content::Base64(Text::fixed(text)),
    );
    let octets = |octets: &'static [u8]| Content::Octets(octets.into());
    assert_eq!(base64("AAE="), octets(&[0, 1]));
    assert_eq!(base64("*"), octets(b"*"));
    assert_eq!(Text::fixed("a"), Text::parameter("a"));
    assert_ne!(Text::fixed("a"), Text::fixed("b"));
    for (one, other) in [
        (text("*"), octets(b"*")),
        (text("a"), text("b")),
        (octets(b"a"), octets(b"b")),
    ] {
        assert_ne!(one, other);
    }
    assert_eq!(format!("{:?}", text("secret")), "Content(6 octets)");
    assert_eq!(format!("{:?}", Text::fixed("secret")), "Text(6 octets)");
    let node = Node::interior(
        Text::fixed("A"),
        vec![Node::leaf("B", Format::Chr, text("x"))],
    );
    assert_eq!(node.child("B"), node.nodes.first());
    assert_eq!(node.properties.format, Some(Format::Node));
    assert!(!node.properties.is_empty() && RtProperties::default().is_empty());
    assert_eq!(node.child("C"), None);
    for format in Format::ALL {
        assert_eq!(Format::from_name(format.name()), Some(format));
    }
    assert_eq!(Format::from_name("Chr"), None);
}
