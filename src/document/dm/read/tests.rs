//! What the readers take, what they leave out, and where they say so.

use super::tree::Raw;
use super::*;
use crate::document::cp::At;
use crate::document::dm::message::{Data, Item};
use crate::document::dm::tnds::{Content, Format, Node, NodeType};

const GOOD: &str = "<SyncML><SyncHdr><VerDTD>1.2</VerDTD><Target><LocURI>d</LocURI></Target>\
                    <Meta><MaxMsgSize>9</MaxMsgSize></Meta></SyncHdr><SyncBody><Add>\
                    <CmdID>1</CmdID><Item><Target><LocURI>./A</LocURI></Target>\
                    <Meta><Format>chr</Format><Type>text/plain</Type></Meta>\
                    <Data>v</Data></Item></Add><Final/></SyncBody></SyncML>";

/// The findings of a document on one line: the rule, and the column from 0.
fn places(findings: &[Finding]) -> Vec<(&'static str, usize)> {
    let place = |finding: &Finding| match finding.at {
        Position::Line { line: 1, column } => (finding.rule.id, column - 1),
        Position::Offset(at) => (finding.rule.id, at),
        at => panic!("{at}"),
    };
    findings.iter().map(place).collect()
}

fn text<'a>(text: &'a Option<Text<'_>>) -> Option<&'a str> {
    text.as_ref().map(Text::as_str)
}

#[test]
fn a_message_and_where_its_parts_stand() {
    let parsed = Message::from_xml(GOOD.as_bytes()).unwrap();
    assert_eq!(parsed.findings, []);
    let message = parsed.document;
    let header = &message.header;
    assert_eq!(text(&header.ver_dtd), Some("1.2"));
    assert_eq!(text(&header.target), Some("d"));
    assert_eq!(text(&header.max_msg_size), Some("9"));
    assert!(message.is_final);
    let [add] = &*message.adds else {
        panic!("one Add");
    };
    let [item] = &*add.items else {
        panic!("one Item");
    };
    assert_eq!(text(&item.target), Some("./A"));
    assert_eq!(text(&item.meta.kind), Some("text/plain"));
    assert_eq!(item.data, Data::Leaf(Content::Text(Text::fixed("v"))));
    let found = [message.at, header.at, add.at, item.at];
    let at = |mark| At(GOOD.find(mark));
    let expected = [at("<SyncML"), at("<SyncHdr"), at("<Add"), at("<Item")];
    assert_eq!(found.map(|at| at.0), expected.map(|at| at.0));
}

/// Whatever has no place is reported where it stands, and the rest reads as if it were not there.
#[test]
fn what_has_no_place_in_a_message_is_left_out() {
    let good = Message::from_xml(GOOD.as_bytes()).unwrap().document;
    for (old, new, rule, mark) in [
        (
            "<SyncHdr>",
            "<Odd><Odd/><Add/></Odd><SyncHdr>",
            "dm-unexpected-element",
            "<Odd><",
        ),
        (
            "<VerDTD>",
            "<Odd/><VerDTD>",
            "dm-unexpected-element",
            "<Odd",
        ),
        ("<MaxM", "<Odd/><MaxM", "dm-unexpected-element", "<Odd"),
        (
            "d</Loc",
            "d<Odd>x</Odd></Loc",
            "dm-unexpected-element",
            "<Odd",
        ),
        (
            "<LocURI>d",
            "<Odd/><LocURI>d",
            "dm-unexpected-element",
            "<Odd",
        ),
        ("<Add>", "<Odd/><Add>", "dm-unexpected-element", "<Odd"),
        ("<Item>", "<Odd/><Item>", "dm-unexpected-element", "<Odd"),
        ("<Data>", "<Odd/><Data>", "dm-unexpected-element", "<Odd"),
        (
            "<Format>",
            "<Odd/><Format>",
            "dm-unexpected-element",
            "<Odd",
        ),
        (
            "v</Data>",
            "v<Odd>x</Odd></Data>",
            "dm-unexpected-element",
            "<Odd",
        ),
        (
            "<SyncBody>",
            "<SyncHdr><VerDTD>1</VerDTD></SyncHdr><SyncBody>",
            "dm-repeated-element",
            "<SyncHdr><VerDTD>1<",
        ),
        (
            "</SyncBody>",
            "</SyncBody><SyncBody><Add/></SyncBody>",
            "dm-repeated-element",
            "<SyncBody><Add/>",
        ),
        (
            "<Target>",
            "<VerDTD>1</VerDTD><Target>",
            "dm-repeated-element",
            "<VerDTD>1<",
        ),
        (
            "<Meta>",
            "<Target><LocURI>e</LocURI></Target><Meta>",
            "dm-repeated-element",
            "<Target><LocURI>e",
        ),
        (
            "<Item>",
            "<CmdID>2</CmdID><Item>",
            "dm-repeated-element",
            "<CmdID>2",
        ),
        (
            "</Item>",
            "<Data>w</Data></Item>",
            "dm-repeated-element",
            "<Data>w",
        ),
        (
            "<Type>",
            "<Format>int</Format><Type>",
            "dm-repeated-element",
            "<Format>int",
        ),
        (
            "<Meta>",
            "<Cred><Data>x</Data></Cred><Meta>",
            "dm-cred",
            "<Cred",
        ),
        ("<Item>", "<Cred/><Item>", "dm-cred", "<Cred"),
        (
            "<Meta>",
            "<RespURI>x</RespURI><Meta>",
            "dm-without-use",
            "<Resp",
        ),
        ("<Meta>", "<NoResp/><Meta>", "dm-without-use", "<NoResp"),
        ("<Item>", "<NoResp/><Item>", "dm-without-use", "<NoResp"),
        (
            "</LocURI>",
            "</LocURI><LocName>x</LocName>",
            "dm-without-use",
            "<LocName",
        ),
        (
            "<MaxM",
            "<MaxObjSize>1</MaxObjSize><MaxM",
            "dm-without-use",
            "<MaxO",
        ),
        (
            "<Format>",
            "<Size>1</Size><Format>",
            "dm-without-use",
            "<Size",
        ),
        (
            "<Final/>",
            "<Replace><CmdID>2</CmdID></Replace><Final/>",
            "dm-command",
            "<Replace",
        ),
        ("<Add>", "<Exec/><Add>", "dm-command", "<Exec"),
        ("<SyncHdr>", " x<SyncHdr>", "dm-unexpected-text", "x<Sync"),
        ("<Item>", "x<Item>", "dm-unexpected-text", "x<Item"),
    ] {
        let changed = GOOD.replacen(old, new, 1);
        let parsed = Message::from_xml(changed.as_bytes()).unwrap();
        assert_eq!(
            places(&parsed.findings),
            [(rule, changed.find(mark).unwrap())],
            "{changed}"
        );
        assert_eq!(parsed.document, good, "{changed}");
        let lossy = !["dm-without-use", "dm-repeated-element"].contains(&rule);
        assert!(!lossy || parsed.loss().is_some(), "{rule} loses something");
    }
    assert_eq!(Message::from_xml(GOOD.as_bytes()).unwrap().loss(), None);
}

#[test]
fn every_command_but_add_is_reported() {
    for name in [
        "Alert", "Atomic", "Copy", "Delete", "Exec", "Get", "Map", "Put", "Replace", "Results",
        "Search", "Sequence", "Status", "Sync",
    ] {
        let changed = GOOD.replace("<Final/>", &format!("<{name}/>"));
        let parsed = Message::from_xml(changed.as_bytes()).unwrap();
        assert_eq!(parsed.findings.len(), 1, "{name}");
        assert_eq!(parsed.loss().unwrap().rule.id, "dm-command");
        assert!(!parsed.document.is_final);
    }
}

#[test]
fn meta_of_the_command_is_that_of_items_without() {
    let meta = "<Meta><Format>int</Format></Meta>";
    let item = "<Item><Target><LocURI>./B</LocURI></Target><Data>7</Data></Item>";
    let changed = GOOD.replace("<Item>", &format!("{meta}{item}<Item>"));
    let parsed = Message::from_xml(changed.as_bytes()).unwrap();
    assert_eq!(
        places(&parsed.findings),
        [("dm-meta-place", changed.find(meta).unwrap())]
    );
    let formats = parsed.document.adds[0].items.iter();
    let formats: Vec<_> = formats.map(|item| text(&item.meta.format)).collect();
    assert_eq!(formats, [Some("int"), Some("chr")]);
}

/// The only Item, and the rules that were broken.
fn item_of(octets: &[u8]) -> (Item<'_>, Vec<&'static str>) {
    let parsed = match octets {
        [b'<', ..] => Message::from_xml(octets),
        _ => Message::from_wbxml(octets),
    };
    let mut parsed = parsed.unwrap();
    let item = parsed.document.adds[0].items.pop().unwrap();
    (item, parsed.findings.iter().map(|f| f.rule.id).collect())
}

/// An XML message whose only Item has this Meta and Data.
fn with_data(meta: &str, data: &str) -> String {
    format!(
        "<SyncML><SyncBody><Add><Item><Meta>{meta}</Meta><Data>{data}</Data></Item></Add>\
         </SyncBody></SyncML>"
    )
}

/// A WBXML message whose only Item has this Type and Data.
fn with_tokens(kind: &str, data: &[u8]) -> Vec<u8> {
    let head = b"\x02\xA4\x01\x6A\x00\x6D\x6B\x45\x54\x5A\x00\x01\x53\x03";
    let between = b"\0\x01\x01\x00\x00\x4F";
    let end = [1; 5];
    [head, kind.as_bytes(), between, data, &end].concat()
}

#[test]
fn values_of_items_are_read_by_their_format() {
    let octets = |value: &[u8]| Content::Octets(value.to_vec().into());
    for (format, value, content, meta, rules) in [
        ("b64", "AAE=", octets(&[0, 1]), "bin", &[][..]),
        ("b64", "A A\nE =", octets(&[0, 1]), "bin", &[]),
        ("bin", "AAE=", octets(&[0, 1]), "bin", &["tnds-bin-text"]),
        ("bin", "*", octets(b"*"), "bin", &["tnds-bin-text"]),
        (
            "b64",
            "*",
            Content::Text(Text::fixed("*")),
            "b64",
            &["tnds-base64"],
        ),
        (
            "chr",
            "AAE=",
            Content::Text(Text::fixed("AAE=")),
            "chr",
            &[],
        ),
        ("odd", "x", Content::Text(Text::fixed("x")), "odd", &[]),
    ] {
        let message = with_data(&format!("<Format>{format}</Format>"), value);
        let (item, found) = item_of(message.as_bytes());
        assert_eq!(
            (item.data, &*found),
            (Data::Leaf(content), rules),
            "{format} {value}"
        );
        assert_eq!(text(&item.meta.format), Some(meta), "{format} {value}");
    }
    // Opaque data is octets whatever the Type says
    let message = with_tokens("text/plain", b"\xC3\x02\x00\xFF");
    let (item, found) = item_of(&message);
    assert_eq!(item.data, Data::Leaf(octets(&[0, 0xFF])));
    assert_eq!((text(&item.meta.format), found), (Some("bin"), vec![]));
}

const TREE: &str = "<MgmtTree><VerDTD>1.2</VerDTD><Man>m</Man><Mod>o</Mod><Node>\
                    <NodeName>A</NodeName><Path>P</Path><RTProperties><ACL>Get=*</ACL>\
                    <Format><chr/></Format><Title>t</Title><TStamp>s</TStamp>\
                    <Type><MIME>text/plain</MIME></Type><VerNo>3</VerNo></RTProperties>\
                    <Value>v</Value></Node></MgmtTree>";

#[test]
fn a_tree_and_where_its_nodes_stand() {
    let parsed = MgmtTree::from_xml(TREE.as_bytes()).unwrap();
    assert_eq!(parsed.findings, []);
    let tree = parsed.document;
    let node = &tree.nodes[0];
    let properties = &node.properties;
    let texts = [
        &tree.ver_dtd,
        &tree.man,
        &tree.model,
        &node.name,
        &node.path,
        &properties.acl,
        &properties.title,
        &properties.tstamp,
        &properties.ver_no,
    ];
    let expected = ["1.2", "m", "o", "A", "P", "Get=*", "t", "s", "3"];
    assert_eq!(texts.map(text), expected.map(Some));
    assert_eq!(
        properties.kind,
        Some(NodeType::Mime(Text::fixed("text/plain")))
    );
    assert_eq!(properties.format, Some(Format::Chr));
    assert_eq!((tree.at.0, node.at.0), (Some(0), TREE.find("<Node>")));
}

#[test]
fn what_has_no_place_in_a_tree_is_left_out() {
    let good = MgmtTree::from_xml(TREE.as_bytes()).unwrap().document;
    for (old, new, rule, mark) in [
        ("<Node>", "<Odd/><Node>", "tnds-unexpected-element", "<Odd"),
        (
            "<NodeName>",
            "<Odd><Node/></Odd><NodeName>",
            "tnds-unexpected-element",
            "<Odd",
        ),
        ("<ACL>", "<Odd/><ACL>", "tnds-unexpected-element", "<Odd"),
        ("<MIME>", "<Odd/><MIME>", "tnds-unexpected-element", "<Odd"),
        (
            "v</Value>",
            "v<Odd>x</Odd></Value>",
            "tnds-unexpected-element",
            "<Odd",
        ),
        ("<Node>", "x<Node>", "tnds-unexpected-text", "x<Node"),
        (
            "<Man>",
            "<VerDTD>2</VerDTD><Man>",
            "tnds-repeated-element",
            "<VerDTD>2",
        ),
        (
            "<Path>",
            "<NodeName>B</NodeName><Path>",
            "tnds-repeated-element",
            "<NodeName>B",
        ),
        (
            "</Node>",
            "<Value>w</Value></Node>",
            "tnds-repeated-element",
            "<Value>w",
        ),
        (
            "<Title>",
            "<Format><int/></Format><Title>",
            "tnds-repeated-element",
            "<Format><int",
        ),
        (
            "<VerNo>",
            "<Type><DDFName>x</DDFName></Type><VerNo>",
            "tnds-repeated-element",
            "<Type><DDFName",
        ),
        (
            "</MIME>",
            "</MIME><MIME>x</MIME>",
            "tnds-repeated-element",
            "<MIME>x",
        ),
        (
            "</MIME>",
            "</MIME><DDFName>x</DDFName>",
            "tnds-repeated-element",
            "<DDFName>x",
        ),
        ("<ACL>", "<Name>x</Name><ACL>", "tnds-property", "<Name>"),
        ("<ACL>", "<Size>1</Size><ACL>", "tnds-property", "<Size"),
        (
            "<Value>",
            "<DFProperties><Format/></DFProperties><Value>",
            "tnds-df-properties",
            "<DFP",
        ),
        (
            "<Title>",
            "<Format><odd/></Format><Title>",
            "tnds-format",
            "<Format><odd",
        ),
        ("<Title>", "<Format/><Title>", "tnds-format", "<Format/>"),
    ] {
        let changed = TREE.replacen(old, new, 1);
        let parsed = MgmtTree::from_xml(changed.as_bytes()).unwrap();
        assert_eq!(
            places(&parsed.findings),
            [(rule, changed.find(mark).unwrap())],
            "{changed}"
        );
        assert_eq!(parsed.document, good, "{changed}");
    }
    // Empty Types say nothing, in either order
    for changed in [
        TREE.replace("<VerNo>", "<Type/><VerNo>"),
        TREE.replace("<Type>", "<Type> </Type><Type>"),
    ] {
        let parsed = MgmtTree::from_xml(changed.as_bytes()).unwrap();
        assert_eq!(
            (&*parsed.findings, parsed.document),
            (&[][..], good.clone())
        );
    }
}

#[test]
fn formats_and_types_as_text() {
    let name = |name: &'static str| Text::fixed(name);
    for (old, new, format, kind, rules) in [
        (
            "<chr/>",
            " int ",
            Format::Int,
            NodeType::Mime(name("text/plain")),
            &[][..],
        ),
        (
            "<chr/>",
            " <int/> ",
            Format::Int,
            NodeType::Mime(name("text/plain")),
            &[],
        ),
        (
            "<chr/>",
            "<int>x</int>",
            Format::Int,
            NodeType::Mime(name("text/plain")),
            &[],
        ),
        (
            "<MIME>text/plain</MIME>",
            "text/xml",
            Format::Chr,
            NodeType::Mime(name("text/xml")),
            &["tnds-type"],
        ),
        (
            "<MIME>text/plain</MIME>",
            "urn:a:b",
            Format::Chr,
            NodeType::DdfName(name("urn:a:b")),
            &["tnds-type"],
        ),
        (
            "<MIME>text/plain</MIME>",
            "org.example/1.0/w7",
            Format::Chr,
            NodeType::DdfName(name("org.example/1.0/w7")),
            &["tnds-type"],
        ),
        (
            "<MIME>text/plain</MIME>",
            "x<DDFName>urn:a:b</DDFName>",
            Format::Chr,
            NodeType::DdfName(name("urn:a:b")),
            &[],
        ),
    ] {
        let changed = TREE.replace(old, new);
        let parsed = MgmtTree::from_xml(changed.as_bytes()).unwrap();
        let found: Vec<_> = parsed.findings.iter().map(|f| f.rule.id).collect();
        assert_eq!(found, rules, "{new}");
        let properties = &parsed.document.nodes[0].properties;
        assert_eq!(properties.format, Some(format), "{new}");
        assert_eq!(properties.kind, Some(kind), "{new}");
    }
}

/// The only node of a tree in WBXML, and the rules that were broken. Octets by hand: page 0 of
/// DM-DDF begins with the root.
fn node_of(format: &[u8], value: &[u8]) -> (Node<'static>, Vec<&'static str>) {
    let head = b"\x02\x00\x00\x6A\x1B-//OMA//DTD-DM-DDF 1.2//EN\0\x00\x02\x60\x64";
    let value = [&b"\x76"[..], value, b"\x01"].concat();
    let properties = [&b"\x6F\x5C"[..], format, b"\x01\x01"].concat();
    let octets = [head, &value[..], &properties, b"\x01\x01"].concat();
    let parsed = MgmtTree::from_wbxml(&octets).unwrap();
    let rules = parsed
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    let mut tree = parsed.document.into_owned();
    (tree.nodes.pop().unwrap(), rules)
}

#[test]
fn values_in_wbxml() {
    // DM-DDF tokens of formats: b64 08, bin 09, chr 0B
    let text = |text: &str| Content::Text(Text::fixed(text.to_owned()));
    let octets = |octets: &[u8]| Content::Octets(octets.to_vec().into());
    let (b64, bin, chr) = (&b"\x08"[..], &b"\x09"[..], &b"\x0B"[..]);
    for (format, value, content, read_as, rules) in [
        (chr, &b"\x03ab\0"[..], text("ab"), Format::Chr, &[][..]),
        // In pieces
        (chr, b"\x03a\0\x03b\0", text("ab"), Format::Chr, &[]),
        (chr, b"\x03\0\x03b\0\x03\0", text("b"), Format::Chr, &[]),
        (
            chr,
            b"\x03a\0\x02\x62\xC3\x01c",
            text("abc"),
            Format::Chr,
            &["tnds-opaque-text"],
        ),
        (
            chr,
            b"\xC3\x01a\x03b\0",
            text("ab"),
            Format::Chr,
            &["tnds-opaque-text"],
        ),
        (
            chr,
            b"\xC3\x01a\xC3\x01b",
            text("ab"),
            Format::Chr,
            &["tnds-opaque-text"],
        ),
        (
            chr,
            b"\xC3\x02ab",
            text("ab"),
            Format::Chr,
            &["tnds-opaque-text"],
        ),
        (
            chr,
            b"\xC3\x01\xFF",
            octets(b"\xFF"),
            Format::Bin,
            &["tnds-bin-text"],
        ),
        (
            chr,
            b"\xC3\x01\xFF\xC3\x01\xFE",
            octets(b"\xFF\xFE"),
            Format::Bin,
            &["tnds-bin-text"],
        ),
        (bin, b"\xC3\x02\0\xFF", octets(b"\0\xFF"), Format::Bin, &[]),
        (
            bin,
            b"\xC3\x01\0\xC3\x01\xFF",
            octets(b"\0\xFF"),
            Format::Bin,
            &[],
        ),
        (
            bin,
            b"\x03AAE=\0",
            octets(b"\0\x01"),
            Format::Bin,
            &["tnds-bin-text"],
        ),
        (
            b64,
            b"\x03AAE=\0",
            octets(b"\0\x01"),
            Format::Bin,
            &["tnds-b64"],
        ),
        (b64, b"\x03*\0", text("*"), Format::B64, &["tnds-base64"]),
        (
            b64,
            b"\xC3\x04AAE=",
            octets(b"\0\x01"),
            Format::Bin,
            &["tnds-opaque-text", "tnds-b64"],
        ),
        // Without content
        (chr, b"", text(""), Format::Chr, &[]),
    ] {
        let (node, found) = node_of(format, value);
        assert_eq!((node.value, &*found), (Some(content), rules), "{value:?}");
        assert_eq!(node.properties.format, Some(read_as), "{value:?}");
    }
    let (node, rules) = node_of(b"\x03chr\0", b"\x03x\0");
    assert_eq!((node.properties.format, rules), (Some(Format::Chr), vec![]));
}

/// The tree of the only Item, and what was found with its places.
fn tree_in(message: &str) -> (MgmtTree<'_>, Vec<(&'static str, usize)>) {
    let mut parsed = Message::from_xml(message.as_bytes()).unwrap();
    let item = parsed.document.adds[0].items.pop().unwrap();
    let Data::Tree(tree) = item.data else {
        panic!("no tree: {message}");
    };
    (tree, places(&parsed.findings))
}

const XML_META: &str = "<Format>xml</Format><Type>application/vnd.syncml.dmtnds+xml</Type>";

#[test]
fn a_tree_is_the_same_in_every_form() {
    let tree = "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>A</NodeName></Node></MgmtTree>";
    let expected = MgmtTree::from_xml(tree.as_bytes()).unwrap().document;
    let escaped = tree.replace('<', "&lt;").replace('>', "&gt;");
    let cdata = format!("<![CDATA[{tree}]]>");
    let blanks = format!("\r\n <![CDATA[{tree}]]>\n");
    let (head, tail) = tree.split_at(tree.find("<Node").unwrap() + 3);
    let sections = format!("<![CDATA[{head}]]><!-- --><![CDATA[{tail}]]>");
    for data in [tree, &*escaped, &*cdata, &*blanks, &*sections] {
        let message = with_data(XML_META, data);
        let (found, findings) = tree_in(&message);
        assert_eq!((&found, &*findings), (&expected, &[][..]), "{data}");
        let start = message.find(data).unwrap();
        let place = |mark: &str| {
            let escaped = mark.replace('<', "&lt;");
            let at = data.find(mark).or_else(|| data.find(&escaped));
            at.map(|at| start + at)
        };
        let node = &found.nodes[0];
        let places = (place("<Mgmt"), place("<No"));
        assert_eq!((found.at.0, node.at.0), places, "{data}");
    }
    // In WBXML: as a string, in pieces, with an entity
    let (head, tail) = tree.split_at(9);
    for (data, at) in [
        ([b"\x03", tree.as_bytes(), b"\0"].concat(), 1),
        (
            [b"\x03", head.as_bytes(), b"\0\x03", tail.as_bytes(), b"\0"].concat(),
            1,
        ),
        ([b"\x02\x3C\x03", &tree.as_bytes()[1..], b"\0"].concat(), 0),
    ] {
        let message = with_tokens("application/vnd.syncml.dmtnds+xml", &data);
        let parsed = Message::from_wbxml(&message).unwrap();
        let Data::Tree(found) = &parsed.document.adds[0].items[0].data else {
            panic!("no tree");
        };
        let start = message.len() - 5 - data.len();
        assert_eq!((found, found.at.0), (&expected, Some(start + at)));
        let rules = [("tnds-text", start), ("dm-meta-pair", start - 1)];
        let mut findings = places(&parsed.findings);
        findings.sort_by_key(|(rule, _)| *rule != "tnds-text");
        assert_eq!(findings, rules);
    }
}

#[test]
fn what_surrounds_a_tree_and_what_is_wrong_in_it() {
    let tree = "<MgmtTree><Odd/></MgmtTree>";
    let escaped = tree.replace('<', "&lt;").replace('>', "&gt;");
    let element = ("tnds-unexpected-element", "<Odd");
    let text = ("dm-unexpected-text", "x<Mgmt");
    let meta = ("dm-meta-pair", "<Data");
    for (before, data, expected) in [
        (XML_META, tree, vec![element]),
        (
            XML_META,
            &*escaped,
            vec![("tnds-unexpected-element", "&lt;Odd")],
        ),
        (
            XML_META,
            "  <![CDATA[<MgmtTree><Odd/><Even/>]]>&lt;/MgmtTree>",
            vec![element, ("tnds-unexpected-element", "<Even")],
        ),
        (XML_META, "x<MgmtTree/>", vec![text]),
        (XML_META, " \n <MgmtTree/>", vec![]),
        (
            XML_META,
            "<MgmtTree/><MgmtTree><VerDTD>1</VerDTD></MgmtTree>",
            vec![("dm-repeated-element", "<MgmtTree><")],
        ),
        ("", "<MgmtTree/>", vec![meta]),
        ("<Format>xml</Format>", "<MgmtTree/>", vec![meta]),
        (
            "<Type>application/vnd.syncml.dmtnds+xml</Type>",
            "<MgmtTree/>",
            vec![meta],
        ),
        (
            "<Format>bin</Format><Type>application/vnd.syncml.dmtnds+xml</Type>",
            "<MgmtTree/>",
            vec![meta],
        ),
    ] {
        let message = with_data(before, data);
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(rule, mark)| (rule, message.find(mark).unwrap()))
            .collect();
        assert_eq!(tree_in(&message).1, expected, "{message}");
    }
    // Both places of an error count in the whole message
    for (data, at, opened) in [
        ("\n&lt;MgmtTree>\n&lt;Node>", "</Data>", "&lt;Node"),
        (" <![CDATA[<MgmtTree>\n<Node>]]>", "]]></Data>", "<Node"),
        (
            "<![CDATA[<MgmtTree>\n<Node></MgmtTree>]]>",
            "</Mgmt",
            "<Node",
        ),
        (
            "\n<![CDATA[<MgmtTree>\n<Node></MgmtTree>]]>",
            "</Mgmt",
            "<Node",
        ),
    ] {
        let message = with_data(XML_META, data);
        let error = Message::from_xml(message.as_bytes()).unwrap_err();
        let place = |mark: &str| Position::in_text(&message, message.find(mark).unwrap());
        assert_eq!(error.at(), place(at), "{data}");
        assert!(matches!(error, Error::Tree { .. }));
        let opened = place(opened).to_string();
        assert!(error.sentence().contains(&opened), "{opened}: {error}");
    }
}

/// Two nodes with the same fault are two findings.
#[test]
fn findings_of_pieces_have_their_places() {
    let tree = "<MgmtTree><Odd/><Odd/></MgmtTree>";
    let (head, tail) = tree.split_at(tree.rfind("<Odd").unwrap());
    let data = [b"\x03", head.as_bytes(), b"\0\x03", tail.as_bytes(), b"\0"].concat();
    let message = with_tokens("application/vnd.syncml.dmtnds+xml", &data);
    let parsed = Message::from_wbxml(&message).unwrap();
    let odd = |(rule, at): &(&str, usize)| (*rule == "tnds-unexpected-element").then_some(*at);
    let found: Vec<_> = places(&parsed.findings).iter().filter_map(odd).collect();
    let at = |part: &str| message.windows(4).position(|w| part.as_bytes() == w);
    let first = at("<Odd").unwrap();
    assert_eq!(found, [first, first + "<Odd/>".len() + 2]);
}

#[test]
fn each_parent_has_elements_of_its_own() {
    for (parent, wrong, right) in [
        ("SyncML", "SyncBdy", Some("SyncBody")),
        ("SyncHdr", "VerDtd", Some("VerDTD")),
        ("SyncBody", "Finall", Some("Final")),
        ("Add", "CmdId", Some("CmdID")),
        ("Item", "Taget", Some("Target")),
        ("Target", "LocUri", Some("LocURI")),
        ("Source", "LocationURI", None),
        ("Source", "LocUrl", Some("LocURI")),
        ("Meta", "Fromat", Some("Format")),
        ("Data", "MgmtTee", Some("MgmtTree")),
        ("MgmtTree", "Nodes", Some("Node")),
        ("Node", "NodName", Some("NodeName")),
        ("RTProperties", "Acl", Some("ACL")),
        ("Type", "Mime", Some("MIME")),
        ("Value", "Nod", None),
        ("Add", "Fromat", None),
    ] {
        assert_eq!(meant(wrong, parent), right, "{wrong} in {parent}");
    }
}

/// What is meant is named, from the standard's own names, and the name that is there is not.
#[test]
fn elements_that_are_almost_right() {
    for (right, wrong, meant) in [
        ("SyncHdr>", "SyncHeader>", Some("SyncHdr")),
        ("SyncBody>", "syncbody>", Some("SyncBody")),
        ("CmdID>", "CommandID>", None),
        ("CmdID>", "CmdId>", Some("CmdID")),
        ("SyncBody>", "hunter2>", None),
        ("SyncBody>", &format!("{}>", "b".repeat(65)), None),
    ] {
        let text = GOOD.replace(right, wrong);
        assert_ne!(text, GOOD);
        let parsed = Message::from_xml(text.as_bytes()).unwrap();
        let finding = parsed
            .findings
            .iter()
            .find(|finding| finding.rule.id == "dm-unexpected-element")
            .unwrap();
        let remedy = match meant {
            Some(meant) => format!("write {meant}, if that is meant"),
            None => "it is left out of what is read; correct".to_owned(),
        };
        assert!(finding.remedy.starts_with(&remedy), "{finding}");
        assert!(!finding.to_string().contains(wrong), "{finding}");
        assert!(parsed.loss().is_some());
    }
}

#[test]
fn what_follows_the_root_is_refused() {
    let twice = GOOD.repeat(2);
    assert!(Message::from_xml(twice.as_bytes()).is_err());
    assert!(MgmtTree::from_xml(TREE.repeat(2).as_bytes()).is_err());
    let octets = with_tokens("text/plain", b"");
    assert!(Message::from_wbxml(&octets).is_ok());
    assert!(Message::from_wbxml(&[&octets[..], &[1]].concat()).is_err());
}

/// Most values come in one piece, and that is not copied; others are joined.
#[test]
fn pieces_of_values_are_joined() {
    let raw = |steps: fn(&mut Raw<'static>)| {
        let mut raw = Raw::default();
        steps(&mut raw);
        raw
    };
    let text = raw(|raw| raw.text("ab".into()));
    assert!(matches!(text, Raw::Text(Cow::Borrowed("ab"))));
    let octets = raw(|raw| raw.octets(b"ab"));
    assert!(matches!(octets, Raw::Octets(Cow::Borrowed(b"ab"))));
    for joined in [
        raw(|raw| ["a", "", "b"].into_iter().for_each(|t| raw.text(t.into()))),
        raw(|raw| {
            [b"a", b"b"]
                .into_iter()
                .for_each(|octets| raw.octets(octets))
        }),
        raw(|raw| {
            raw.text("a".into());
            raw.octets(b"b");
        }),
        raw(|raw| {
            raw.octets(b"a");
            raw.text("b".into());
        }),
    ] {
        assert_eq!(joined.as_octets(), b"ab");
    }
    // Texts as well, whatever stands between
    let message = GOOD.replace(">d<", ">d<Odd/>e<Odd/>f<");
    let parsed = Message::from_xml(message.as_bytes()).unwrap();
    assert_eq!(self::text(&parsed.document.header.target), Some("def"));
}

#[test]
fn the_root_stands_behind_what_comes_before_it() {
    let prolog = "<?xml version='1.0'?>\n<!-- -->";
    let message = [prolog, GOOD].concat();
    let parsed = Message::from_xml(message.as_bytes()).unwrap();
    assert_eq!(parsed.document.at.0, Some(prolog.len()));
    let tree = [prolog, TREE].concat();
    let parsed = MgmtTree::from_xml(tree.as_bytes()).unwrap();
    assert_eq!(parsed.document.at.0, Some(prolog.len()));
}

/// Only the Type of an Item says that its octets are a tree.
#[test]
fn a_name_like_the_type_of_trees_is_none() {
    let opaque = b"\xC3\x02ab";
    let octets = with_tokens("application/vnd.syncml.dmtnds+wbxml", opaque);
    assert!(Message::from_wbxml(&octets).is_err());
    // The same text as Format (token 47 of MetInf)
    let at = octets.iter().position(|octet| *octet == 0x53).unwrap();
    let mut other = octets;
    other[at] = 0x47;
    assert!(Message::from_wbxml(&other).is_ok());
}
