//! A message without findings, and what one change of it is found to be.

use super::*;
use crate::document::dm::tnds::{Content, Format, Node, NodeType};
use crate::document::dm::{Text, walk};

fn leaf(name: &str, value: &str) -> String {
    format!(
        "<Node><NodeName>{name}</NodeName><RTProperties><Format><chr/></Format>\
         <Type><MIME>text/plain</MIME></Type></RTProperties><Value>{value}</Value></Node>"
    )
}

fn interior(name: &str, nodes: &[&str]) -> String {
    let nodes = nodes.concat();
    format!(
        "<Node><NodeName>{name}</NodeName><RTProperties><Format><node/></Format></RTProperties>\
         {nodes}</Node>"
    )
}

fn object(name: &str, identifier: &str, nodes: &[&str]) -> String {
    let nodes = nodes.concat();
    format!(
        "<Node><NodeName>{name}</NodeName><RTProperties>\
         <ACL>Get=srv&amp;Replace=srv</ACL><Format><node/></Format>\
         <Type><DDFName>{identifier}</DDFName></Type></RTProperties>{nodes}</Node>"
    )
}

fn credentials(number: &str, level: &str, kind: &str) -> String {
    interior(
        number,
        &[&leaf("AAuthLevel", level), &leaf("AAuthType", kind)],
    )
}

fn account() -> String {
    let address = interior(
        "1",
        &[
            &leaf("Addr", "https://a.example:444/"),
            &leaf("AddrType", "URI"),
            &interior("Port", &[&interior("1", &[&leaf("PortNbr", "444")])]),
        ],
    );
    object(
        "DMAcc1",
        "urn:oma:mo:oma-dm-dmacc:1.0",
        &[
            &leaf("AppID", "w7"),
            &leaf("ServerID", "srv"),
            &leaf("PrefConRef", "./Inbox/NAP1"),
            &interior(
                "ToConRef",
                &[&interior("1", &[&leaf("ConRef", "Inbox/Proxy1")])],
            ),
            &interior("AppAddr", &[&address]),
            &leaf("AAuthPref", "DIGEST"),
            &interior(
                "AppAuth",
                &[
                    &credentials("1", "CLCRED", "DIGEST"),
                    &credentials("2", "HTTP", "HTTP-BASIC"),
                ],
            ),
            &interior("Ext", &[&leaf("Anything", "")]),
        ],
    )
}

fn access_point() -> String {
    object(
        "NAP1",
        "urn:oma:mo:oma-connmo-nap:1.0",
        &[&leaf("ID", "n"), &leaf("Addr", "internet")],
    )
}

fn proxy() -> String {
    let port = leaf("PortNbr", "8080").replace("chr", "int");
    object(
        "Proxy1",
        "urn:oma:mo:oma-connmo-proxy:1.0",
        &[
            &leaf("ProxyId", "p"),
            &leaf("Addr", "192.0.2.1"),
            &interior(
                "ToConRef",
                &[&interior("1", &[&leaf("ConRef", "./Inbox/NAP1")])],
            ),
            &interior("Ports", &[&interior("1", &[&port])]),
        ],
    )
}

/// A whole message. The tree stands in an Item of its own, before Items of one node.
fn message() -> String {
    let objects = [account(), access_point(), proxy()].concat();
    format!(
        "<SyncML><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>\
         <SessionID>1</SessionID><MsgID>1</MsgID><Target><LocURI>IMEI:1</LocURI></Target>\
         <Source><LocURI>https://a.example:444/</LocURI></Source></SyncHdr><SyncBody>\
         <Add><CmdID>1</CmdID><Item><Target><LocURI>./Inbox</LocURI></Target>\
         <Meta><Format>xml</Format><Type>application/vnd.syncml.dmtnds+xml</Type></Meta>\
         <Data><MgmtTree><VerDTD>1.2</VerDTD>{objects}</MgmtTree></Data></Item>\
         <Item><Target><LocURI>./A/B</LocURI></Target>\
         <Meta><Format>int</Format><Type>text/plain</Type></Meta><Data>7</Data></Item></Add>\
         <Final/></SyncBody></SyncML>"
    )
}

/// What the rules, not the readers, find in a message: the rules' ids and what they ask for.
fn found(message: &str) -> Vec<(&'static str, String)> {
    let parsed = Message::from_xml(message.as_bytes()).unwrap();
    assert_eq!(parsed.findings, [], "{message}");
    let position = |at| Position::in_text(message, at);
    check(&parsed.document, position)
        .into_iter()
        .map(|finding| (finding.rule.id, finding.expected))
        .collect()
}

fn ids(message: &str) -> Vec<&'static str> {
    found(message).into_iter().map(|(id, _)| id).collect()
}

/// The ports of accounts are text, and integers are read as well, which is a note.
#[test]
fn other_formats_that_are_read() {
    let port = leaf("PortNbr", "444");
    let int = port.replacen("<chr/>", "<int/>", 1);
    let bool = port.replacen("<chr/>", "<bool/>", 1);
    let seen = found(&message().replacen(&port, &int, 1));
    assert_eq!(seen, [("dm-node-format-seen", "chr".to_owned())]);
    assert_ne!(ids(&message().replacen(&port, &bool, 1)), [""; 0]);
}

/// Judges the message with each piece exchanged for another, once.
fn judge(cases: &[(&str, &str, &[&str])]) {
    let good = message();
    for (old, new, expected) in cases {
        assert!(good.contains(old), "{old}");
        assert_eq!(ids(&good.replacen(old, new, 1)), *expected, "{old} → {new}");
    }
}

#[test]
fn a_good_message_has_no_findings() {
    assert_eq!(found(&message()), []);
}

#[test]
fn headers_and_commands() {
    let one = "<Item><Target><LocURI>./A/B</LocURI></Target>\
               <Meta><Format>int</Format><Type>text/plain</Type></Meta><Data>7</Data></Item>";
    judge(&[
        ("<VerDTD>1.2</VerDTD>", "", &["dm-header-missing"]),
        ("<VerProto>DM/1.2</VerProto>", "", &["dm-header-missing"]),
        ("<SessionID>1</SessionID>", "", &["dm-header-missing"]),
        ("<MsgID>1</MsgID>", "", &["dm-header-missing"]),
        (
            "<Target><LocURI>IMEI:1</LocURI></Target>",
            "",
            &["dm-header-missing"],
        ),
        (
            "<Source><LocURI>https://a.example:444/</LocURI></Source>",
            "",
            &["dm-header-missing"],
        ),
        (
            ">https://a.example:444/<",
            ">https://b.example/<",
            &["dm-source"],
        ),
        (">1.2<", ">1.1<", &["dm-ver-dtd"]),
        (">DM/1.2<", ">DM/1.3<", &["dm-ver-proto-new"]),
        (">DM/1.2<", ">DM/1.1<", &["dm-ver-proto"]),
        (">DM/1.2<", "><", &["dm-ver-proto"]),
        ("<SessionID>1", "<SessionID>0", &["dm-session"]),
        ("<SessionID>1", "<SessionID>A0", &[]),
        ("<MsgID>1", "<MsgID>", &["dm-session"]),
        ("<Final/>", "", &["dm-final"]),
        ("<CmdID>1", "<CmdID>2", &["dm-cmd-id"]),
        ("<CmdID>1</CmdID>", "", &["dm-cmd-id"]),
        (
            one,
            "</Add><Add><CmdID>2</CmdID><Item><Target><LocURI>A</LocURI></Target></Item>",
            &["dm-several-adds"],
        ),
        (
            one,
            "</Add><Add><CmdID>1</CmdID><Item><Target><LocURI>A</LocURI></Target></Item>",
            &["dm-several-adds", "dm-cmd-id-repeated"],
        ),
        (
            one,
            "</Add><Add><CmdID>2</CmdID>",
            &["dm-several-adds", "dm-empty"],
        ),
    ]);
    // What was a habit before is required by DM/1.3
    let elsewhere = message()
        .replacen(">https://a.example:444/<", ">https://b.example/<", 1)
        .replacen(">DM/1.2<", ">DM/1.3<", 1);
    assert_eq!(ids(&elsewhere), ["dm-ver-proto-new", "dm-source-required"]);
    let empty = "<SyncML><SyncBody><Final/></SyncBody></SyncML>";
    let expected = ["dm-header-missing", "dm-empty", "dm-no-account"];
    assert_eq!(ids(empty), expected);
    let nothing_in_it = empty.replacen("<SyncBody>", "<SyncHdr/><SyncBody>", 1);
    assert_eq!(ids(&nothing_in_it)[2..], ["dm-header-missing"; 6]);
}

#[test]
fn items_and_their_places() {
    let target = "<Target><LocURI>./A/B</LocURI></Target>";
    judge(&[
        (target, "", &["dm-target-missing"]),
        (">./A/B<", ">./A//B<", &["dm-target-form"]),
        (
            ">./Inbox</LocURI>",
            ">./DMAcc</LocURI>",
            &["dm-reference"; 3],
        ),
        (
            ">./Inbox</LocURI>",
            ">Inbox/More</LocURI>",
            &["dm-reference"; 3],
        ),
        (
            ">./Inbox</LocURI>",
            ">./Inboxes</LocURI>",
            &[
                "dm-target-place",
                "dm-reference",
                "dm-reference",
                "dm-reference",
            ],
        ),
        ("<Data>7</Data>", "<Data>x</Data>", &["tnds-value"]),
        (">int<", ">integer<", &["dm-item-format"]),
        // As Base64, a tree is none, whatever the Format says
        (
            "int</Format><Type>text/plain</Type></Meta><Data>7",
            "b64</Format><Type>application/vnd.syncml.dmtnds+wbxml</Type></Meta><Data>\
             AgAAahstLy9PTUEvL0RURC1ETS1EREYgMS4yLy9FTgBgAQ==",
            &["dm-tree-missing"],
        ),
        (
            ">text/plain</Type></Meta><Data>7",
            ">application/vnd.syncml.dmtnds+xml</Type></Meta><Data>7",
            &["dm-tree-missing"],
        ),
    ]);
    // A tree may go where another one went; a node is added once, however its address is written
    let item = |target: &str| format!("<Item><Target><LocURI>{target}</LocURI></Target></Item>");
    let again = |first: &str, second: &str| {
        let items = [item(first), item(second)].concat();
        ids(&message().replace("</Add>", &format!("{items}</Add>")))
    };
    assert_eq!(again("./X", "./Y"), [""; 0]);
    assert_eq!(again("./X", "X"), ["dm-target-repeated"]);
    let tree = "<Item><Target><LocURI>./Inbox</LocURI></Target><Meta><Format>xml</Format>\
                <Type>application/vnd.syncml.dmtnds+xml</Type></Meta><Data><MgmtTree>\
                <VerDTD>1.2</VerDTD></MgmtTree></Data></Item></Add>";
    assert_eq!(ids(&message().replace("</Add>", tree)), ["tnds-empty"]);
}

/// The finding is that of the slip alone, and says what is meant.
#[test]
fn a_slip_in_a_target_makes_no_other_findings() {
    let items: String = [
        ("AppID", "w7"),
        ("ServerID", "srv"),
        ("AppAddr/1/Addr", "https://a.example:444/"),
        ("AppAddr/1/AddrType", "URI"),
        ("AppAuth/1/AAuthLevel", "CLCRED"),
        ("AppAuth/1/AAuthType", "DIGEST"),
    ]
    .iter()
    .map(|(path, value)| {
        format!(
            "<Item><Target><LocURI>./DMAcc/1/{path}</LocURI></Target><Meta><Format>chr</Format>\
             <Type>text/plain</Type></Meta><Data>{value}</Data></Item>"
        )
    })
    .collect();
    let text = message();
    let (start, end) = (text.find("<Item>").unwrap(), text.find("</Add>").unwrap());
    let text = [&text[..start], &items, &text[end..]].concat();
    assert_eq!(found(&text), []);
    let slip = |wrong: &str| {
        let text = text.replace("./DMAcc/1/AppAuth/1/AAuthType", wrong);
        let parsed = Message::from_xml(text.as_bytes()).unwrap();
        let findings = check(&parsed.document, Position::Offset);
        let told = |finding: Finding| (finding.rule.id, finding.remedy);
        findings.into_iter().map(told).collect::<Vec<_>>()
    };
    let remedy = "write \"./DMAcc/1/AppAuth/1/AAuthType\"".to_owned();
    for wrong in [
        "/DMAcc/1/AppAuth/1/AAuthType",
        "./DMAcc/1//AppAuth/1/AAuthType/",
    ] {
        assert_eq!(slip(wrong), [("dm-target-form", remedy.clone())], "{wrong}");
    }
    // A tree for the wrong address of the Inbox is one for the Inbox
    let tree = message().replacen(">./Inbox</LocURI>", ">/Inbox</LocURI>", 1);
    assert_eq!(ids(&tree), ["dm-target-form"]);
    // What means no address is no node
    let other = slip("./DMAcc/1/AppAuth/1/AAuthType?list=TNDS");
    let other: Vec<_> = other.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(
        other,
        ["dm-node-missing", "dm-target-form", "dm-node-unknown"]
    );
}

#[test]
fn an_object_in_the_inbox_has_a_name() {
    let nameless = message().replacen("<NodeName>DMAcc1</NodeName>", "<NodeName/>", 1);
    let expected = ("tnds-name-missing", "a NodeName".to_owned());
    assert_eq!(found(&nameless), [expected]);
    // The place names it elsewhere
    let placed = nameless.replacen(">./Inbox</LocURI>", ">./Inbox/DMAcc1</LocURI>", 1);
    assert!(!ids(&placed).contains(&"tnds-name-missing"), "{placed}");
}

#[test]
fn the_long_name_of_the_application_is_a_note() {
    let long = leaf("AppID", "org.openmobilealliance/1.0/w7");
    let long = message().replacen(&leaf("AppID", "w7"), &long, 1);
    assert_eq!(found(&long), [("dm-object-identifier", "w7".to_owned())]);
}

#[test]
fn accounts_have_the_nodes_of_the_standard() {
    let (app_id, server) = (leaf("AppID", "w7"), leaf("ServerID", "srv"));
    let (address, kind) = (
        leaf("Addr", "https://a.example:444/"),
        leaf("AddrType", "URI"),
    );
    let port = interior("1", &[&leaf("PortNbr", "444")]);
    let of_format = |format: &str| leaf("AppID", "w7").replace("chr", format);
    let (level, auth) = (leaf("AAuthLevel", "CLCRED"), leaf("AAuthType", "DIGEST"));
    let (first, second) = (
        credentials("1", "CLCRED", "DIGEST"),
        credentials("2", "HTTP", "HTTP-BASIC"),
    );
    let name = leaf("Name", "x");
    judge(&[
        (&app_id, "", &["dm-node-missing"]),
        (&address, "", &["dm-source", "dm-node-missing"]),
        (&level, "", &["dm-node-missing"]),
        (&leaf("ID", "n"), "", &["dm-object-node-missing"]),
        (&leaf("ProxyId", "p"), "", &["dm-object-node-missing"]),
        (&app_id, &leaf("AppID", "w8"), &["dm-node-value"]),
        (
            &app_id,
            &leaf("AppID", "org.openmobilealliance/1.0/w7"),
            &["dm-object-identifier"],
        ),
        (&app_id, &leaf("APPID", "w7"), &["dm-node-case"]),
        (
            &app_id,
            &of_format("xml"),
            &["tnds-value", "dm-node-format"],
        ),
        // Nothing says who the server is, so nothing asks for its rights
        (&server, "", &["dm-node-missing"]),
        (
            &server,
            &leaf("ServerID", "s r v"),
            &[
                "dm-acl-server",
                "dm-server-id",
                "dm-acl-server",
                "dm-acl-server",
            ],
        ),
        (&kind, &leaf("AddrType", "uri"), &["dm-node-value"]),
        (&auth, &leaf("AAuthType", "MD5"), &["dm-node-value"]),
        (
            &leaf("AAuthPref", "DIGEST"),
            &leaf("AAuthPref", "digest"),
            &["dm-node-value"],
        ),
        (&server, &[&*server, &name].concat(), &[]),
        (
            &server,
            &[&*server, &leaf("Nam", "")].concat(),
            &["dm-node-unknown"],
        ),
        (&port, &interior("1", &[]), &["dm-node-missing"]),
        (&port, "", &["dm-node-missing"]),
        (&port, &leaf("PortNbr", "444"), &["dm-port-shape"]),
        (
            &port,
            &leaf("PortNbr", "0"),
            &["dm-port-shape", "dm-node-value", "dm-port-contradiction"],
        ),
        (
            &port,
            &interior("1", &[&leaf("PortNbr", "443")]),
            &["dm-port-contradiction"],
        ),
        (&port, &interior("1", &[&leaf("PortNbr", "0444")]), &[]),
        (
            &port,
            &interior("1", &[&leaf("PortNbr", "65536")]),
            &["dm-node-value", "dm-port-contradiction"],
        ),
        ("<Value>8080<", "<Value>0<", &["dm-node-value"]),
        (
            &first,
            &credentials("1", "HTTP", "HTTP-BASIC"),
            &["dm-auth-level-repeated"],
        ),
        (&first, &credentials("1", "OBEX", "TRANSPORT"), &[]),
        (
            &first,
            &credentials("1", "OBEX", "BASIC"),
            &["dm-auth-pair"],
        ),
        (&first, &credentials("1", "SRVCRED", "HMAC"), &[]),
        (
            &first,
            &credentials("1", "SRVCRED", "HTTP-DIGEST"),
            &["dm-auth-pair"],
        ),
        (
            &first,
            &credentials("1", "CLCRED", "HTTP-BASIC"),
            &["dm-auth-pair"],
        ),
        (
            &second,
            &credentials("2", "HTTP", "DIGEST"),
            &["dm-auth-pair"],
        ),
        // The level is what is wrong then
        (
            &first,
            &credentials("1", "NEW", "HTTP-BASIC"),
            &["dm-node-value"],
        ),
    ]);
}

#[test]
fn objects_have_identifiers() {
    let name = "urn:oma:mo:oma-dm-dmacc:1.0";
    let nap = access_point();
    let below = |name: &str| format!("<Node><NodeName>{name}</NodeName>{nap}</Node>");
    judge(&[
        (
            name,
            "org.openmobilealliance/1.0/w7",
            &["dm-object-identifier"],
        ),
        (
            name,
            "urn:oma:mo:oma-dm-dmacc:1.2",
            &["dm-object-identifier"],
        ),
        // An object of somebody else's is not an account, and not looked into
        (name, "urn:oma:mo:oma-other:1.0", &["dm-no-account"]),
        (name, "", &["dm-no-account", "dm-object-unnamed"]),
        // Objects may hang further down
        (&nap, &below("NAP1"), &[]),
        (&nap, &below("Down"), &["dm-reference", "dm-reference"]),
    ]);
    // In the place of accounts no identifier is needed
    let tree = |target: &str, node: &str| {
        let account = account().replacen("DMAcc1", node, 1);
        let account = account.replace(
            "<Type><DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type>",
            "",
        );
        let message = message().replace("./Inbox<", &format!("{target}<"));
        let start = message.find("<Node>").unwrap();
        let end = message.find("</MgmtTree>").unwrap();
        ids(&[&message[..start], &account, &message[end..]].concat())
    };
    assert_eq!(tree("./DMAcc", "x"), ["dm-reference", "dm-reference"]);
    assert_eq!(tree("./DMAcc/y", "x"), ["dm-no-account"]);
    assert_eq!(tree("./Inbox", "x"), ["dm-no-account", "dm-object-unnamed"]);
}

#[test]
fn references_name_nodes_of_the_message() {
    let (first, second) = ("PrefConRef", "ConRef");
    judge(&[
        (&leaf(first, "./Inbox/NAP1"), &leaf(first, ""), &[]),
        (
            &leaf(first, "./Inbox/NAP1"),
            &leaf(first, "./Inbox/NAP2"),
            &["dm-reference"],
        ),
        (
            &leaf(first, "./Inbox/NAP1"),
            &leaf(first, "./inbox/nap1"),
            &["dm-reference-case"],
        ),
        (
            &leaf(first, "./Inbox/NAP1"),
            &leaf(first, "NAP 1"),
            &["dm-reference-form"],
        ),
        (&leaf(second, "Inbox/Proxy1"), &leaf(second, "./A/B"), &[]),
        (&leaf(second, "Inbox/Proxy1"), &leaf(second, "./A"), &[]),
        // That of the proxy too
        (
            &leaf(second, "./Inbox/NAP1"),
            &leaf(second, "./Inbox/NAP2"),
            &["dm-reference"],
        ),
    ]);
    let upper = message().replacen(
        &leaf(first, "./Inbox/NAP1"),
        &leaf(first, "./INBOX/NAP1"),
        1,
    );
    assert_eq!(
        found(&upper),
        [("dm-reference-case", "./Inbox/NAP1".to_owned())]
    );
}

#[test]
fn acls_are_for_the_servers_of_the_accounts() {
    let acl = "<ACL>Get=srv&amp;Replace=srv</ACL>";
    let wanted = "Get=srv&Replace=srv&Delete=srv";
    for (new, expected) in [
        ("<ACL>Get=srv&amp;Replace=srv+other</ACL>", None),
        ("<ACL>Get=*&amp;Replace=*</ACL>", None),
        ("<ACL>Get=srv</ACL>", Some(("dm-acl-server", wanted))),
        ("<ACL>Replace=srv</ACL>", Some(("dm-acl-server", wanted))),
        (
            "<ACL>Get=o&amp;Replace=o</ACL>",
            Some(("dm-acl-server", wanted)),
        ),
        ("", Some(("dm-acl-server", wanted))),
        ("<ACL></ACL>", Some(("dm-acl-server", wanted))),
        (
            "<ACL>get=srv</ACL>",
            Some((
                "tnds-acl",
                "commands with & between them, such as Get=srv&Replace=srv",
            )),
        ),
    ] {
        let expected: Vec<_> = expected
            .iter()
            .map(|(id, asks)| (*id, (*asks).to_owned()))
            .collect();
        // That of the account, and that of the access point
        let good = message();
        assert_eq!(found(&good.replacen(acl, new, 1)), expected, "{new}");
        let rest = good.find("NAP1</NodeName>").unwrap();
        let changed = [&good[..rest], &good[rest..].replacen(acl, new, 1)].concat();
        assert_eq!(found(&changed), expected, "{new}");
    }
    // The list of a node above holds
    let good = message();
    let wrapped = good
        .replacen("<Node><NodeName>DMAcc1", &format!("<Node><NodeName>Up</NodeName><RTProperties>{acl}</RTProperties><Node><NodeName>DMAcc1"), 1)
        .replacen("<Node><NodeName>NAP1", "</Node><Node><NodeName>NAP1", 1);
    let inherits = wrapped.replacen(
        &format!("<NodeName>DMAcc1</NodeName><RTProperties>{acl}"),
        "<NodeName>DMAcc1</NodeName><RTProperties>",
        1,
    );
    assert_ne!(wrapped, inherits);
    assert_eq!(ids(&inherits), [""; 0]);
}

/// The rules that a tree of one node breaks.
fn of_node(node: Node<'_>) -> Vec<&'static str> {
    of_nodes(vec![node])
}

fn of_nodes(nodes: Vec<Node<'_>>) -> Vec<&'static str> {
    let tree = MgmtTree {
        ver_dtd: Some(Text::fixed("1.2")),
        nodes,
        ..MgmtTree::default()
    };
    let findings = check_tree(&tree, Position::Offset);
    findings.iter().map(|finding| finding.rule.id).collect()
}

fn text_leaf<'a>(name: &'a str, format: Format, value: &'a str) -> Node<'a> {
    let content = Content::Text(Text::fixed(value));
    let mut node = Node::leaf(name, format, content);
    node.properties.kind = Some(NodeType::Mime(Text::fixed("text/plain")));
    node
}

#[test]
fn values_have_the_form_of_their_format() {
    use Format::{B64, Bin, Bool, Chr, Date, Float, Int, Null, Time, Xml};
    for (format, good, bad) in [
        (
            Bool,
            &["true", "false"][..],
            &["True", "1", "", "true "][..],
        ),
        (
            Int,
            &["0", "-12", "+3", "007"],
            &["", "-", "1.5", "--1", "1a", "٣"],
        ),
        (
            Float,
            &["1.5", "-1e3", "7"],
            &["", "inf", "NaN", "1,5", "1e999"],
        ),
        (
            Date,
            &[
                "2026-01-31",
                "20260131",
                "2024-02-29",
                "20000229",
                "2026-12-31",
            ],
            &[
                "",
                "2026-1-31",
                "2026/01/31",
                "2026-01-310",
                "202601",
                "2026-01-3x",
                "2026-13-45",
                "2026-00-01",
                "2026-01-00",
                "2026-04-31",
                "2026-02-29",
                "1900-02-29",
                "2026é0131",
            ],
        ),
        (
            Time,
            &[
                "23:59:59",
                "235959",
                "23:59:59Z",
                "235959Z",
                "00:00:00+14:00",
                "000000-0930",
            ],
            &[
                "",
                "23:59",
                "23.59.59",
                "2359590",
                "23:59:5x",
                "99:99:99",
                "24:00:01",
                "23:60:00",
                "23:59:60",
                "23:59:59+14:01",
                "23:59:59+01:60",
                "23:59:59+1",
                "23:59:59Z+01:00",
                "é3:59:5",
            ],
        ),
        (Chr, &["", "anything"], &[]),
        (
            Xml,
            &["", "<a/>", "<?xml version=\"1.0\"?><a b=\"c\">d</a>"],
            &[
                "not <xml",
                "text",
                "<a>",
                "<a></b>",
                "<a/><b/>",
                "<!DOCTYPE a><a/>",
            ],
        ),
    ] {
        for value in good {
            assert_eq!(
                of_node(text_leaf("A", format, value)),
                [""; 0],
                "{format:?} {value}"
            );
        }
        for value in bad {
            assert_eq!(
                of_node(text_leaf("A", format, value)),
                ["tnds-value"],
                "{format:?} {value}"
            );
        }
    }
    for (format, value, expected) in [
        (Null, "", &[][..]),
        (Null, "x", &["tnds-node-value"]),
        (Bin, "x", &["tnds-bin-text"]),
        (B64, "eA==", &["tnds-bin-text"]),
    ] {
        assert_eq!(
            of_node(text_leaf("A", format, value)),
            expected,
            "{format:?} {value}"
        );
    }
    for (format, expected) in [
        (Bin, &[][..]),
        (B64, &[]),
        (Null, &["tnds-node-value"]),
        (Chr, &["tnds-bin-text"]),
        (Int, &["tnds-bin-text"]),
    ] {
        let mut node = text_leaf("A", format, "");
        node.value = Some(Content::Octets(b"x".into()));
        assert_eq!(of_node(node), expected, "{format:?}");
    }
}

#[test]
fn names_paths_and_properties() {
    fn with<'a>(change: impl FnOnce(&mut Node<'a>)) -> Vec<&'static str> {
        let mut node = text_leaf("A", Format::Chr, "x");
        change(&mut node);
        of_node(node)
    }
    let fixed = |text: &str| Some(Text::fixed(text.to_owned()));
    for (name, expected) in [
        ("B%20", &[][..]),
        ("", &[]),
        ("a b", &["tnds-node-name"]),
        ("..", &["tnds-node-name"]),
    ] {
        assert_eq!(with(|node| node.name = fixed(name)), expected, "{name}");
    }
    for (path, expected) in [
        ("", &[][..]),
        (".", &[]),
        ("./", &["tnds-path"]),
        ("./A/B", &[]),
        ("A", &[]),
        ("/A", &["tnds-path"]),
    ] {
        assert_eq!(with(|node| node.path = fixed(path)), expected, "{path}");
    }
    for (stamp, expected) in [
        ("20260131T235959Z", &[][..]),
        ("20260131T235959", &["tnds-tstamp"]),
        ("20260131 235959Z", &["tnds-tstamp"]),
    ] {
        assert_eq!(
            with(|node| node.properties.tstamp = fixed(stamp)),
            expected,
            "{stamp}"
        );
    }
    for (number, expected) in [
        ("65535", &[][..]),
        ("65536", &["tnds-ver-no"]),
        ("", &["tnds-ver-no"]),
    ] {
        assert_eq!(
            with(|node| node.properties.ver_no = fixed(number)),
            expected,
            "{number}"
        );
    }
    for (octets, expected) in [(255, &[][..]), (256, &["tnds-title"])] {
        let title = "x".repeat(octets);
        assert_eq!(
            with(|node| node.properties.title = fixed(&title)),
            expected,
            "{octets}"
        );
    }
    for (mime, expected) in [
        ("text/plain", &[][..]),
        ("text/plain ; charset=utf-8", &[]),
        ("application/vnd.x+xml", &[]),
        ("text", &["tnds-mime"]),
        ("/plain", &["tnds-mime"]),
        ("text/", &["tnds-mime"]),
        ("text/a/b", &["tnds-mime"]),
        ("te xt/plain", &["tnds-mime"]),
        ("text/pläin", &["tnds-mime"]),
        ("", &["tnds-mime"]),
    ] {
        let kind = NodeType::Mime(Text::fixed(mime));
        assert_eq!(
            with(|node| node.properties.kind = Some(kind)),
            expected,
            "{mime}"
        );
    }
    for (identifier, expected) in [
        ("", &[][..]),
        ("urn:oma:mo:x:1.0", &[]),
        ("URN:a:b", &[]),
        ("urn:a", &["tnds-identifier"]),
        ("urn::b", &["tnds-identifier"]),
        ("urn:a:", &["tnds-identifier"]),
        ("urn:a:b c", &["tnds-identifier"]),
        ("org.example/1.0/Name", &[]),
        ("org.example/1.0/Name/More-1_0.x", &[]),
        ("org.example/1.0", &["tnds-identifier"]),
        ("org.example/1.0/", &["tnds-identifier"]),
        ("org.example/1/Name", &["tnds-identifier"]),
        ("org.example/1.x/Name", &["tnds-identifier"]),
        ("org.example/x.1/Name", &["tnds-identifier"]),
        ("example/1.0/Name", &["tnds-identifier"]),
        ("org.exam ple/1.0/Name", &["tnds-identifier"]),
        ("org.example/1.0/Na+me", &["tnds-identifier"]),
        ("DMAcc", &["tnds-identifier"]),
    ] {
        let mut node = Node::interior(Text::fixed("A"), Vec::new());
        node.properties.kind = Some(NodeType::DdfName(Text::fixed(identifier)));
        assert_eq!(of_node(node), expected, "{identifier}");
    }
}

#[test]
fn trees_and_the_shape_of_nodes() {
    let child = || text_leaf("B", Format::Chr, "x");
    let above = |nodes| Node::interior(Text::fixed("A"), nodes);
    assert_eq!(of_nodes(vec![]), ["tnds-empty"]);
    assert_eq!(of_node(above(vec![child()])), [""; 0]);
    let version = |ver_dtd| {
        let tree = MgmtTree {
            ver_dtd,
            nodes: vec![child()],
            ..MgmtTree::default()
        };
        let findings = check_tree(&tree, Position::Offset);
        findings
            .iter()
            .map(|finding| finding.rule.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(version(None), ["tnds-ver-dtd"]);
    assert_eq!(version(Some(Text::fixed("1.1"))), ["tnds-ver-dtd"]);

    // Names are compared beside each other, at every level; at the top with the Path
    assert_eq!(of_nodes(vec![child(), child()]), ["tnds-name-repeated"]);
    assert_eq!(
        of_node(above(vec![child(), child()])),
        ["tnds-name-repeated"]
    );
    assert_eq!(of_nodes(vec![child(), above(vec![child()])]), [""; 0]);
    let mut elsewhere = child();
    elsewhere.path = Some(Text::fixed("C"));
    assert_eq!(of_nodes(vec![child(), elsewhere.clone()]), [""; 0]);
    assert_eq!(of_node(above(vec![elsewhere])), ["tnds-path-place"]);
    let mut nameless = child();
    nameless.name = None;
    assert_eq!(of_nodes(vec![nameless.clone(), nameless.clone()]), [""; 0]);
    assert_eq!(of_node(above(vec![nameless])), ["tnds-name-missing"]);

    let with = |change: &dyn Fn(&mut Node<'static>)| {
        let (mut leaf, mut node) = (child(), above(vec![child()]));
        change(&mut leaf);
        change(&mut node);
        (of_node(leaf), of_node(node))
    };
    let (leaf, node) = with(&|node| node.properties.format = None);
    assert_eq!((&*leaf, &*node), (&["tnds-format-missing"][..], &[][..]));
    let (leaf, node) = with(&|node| node.properties.format = Some(Format::Node));
    assert_eq!(leaf, ["tnds-node-value", "tnds-type-place"]);
    assert_eq!(node, [""; 0]);
    let (_, node) = with(&|node| node.properties.format = Some(Format::Chr));
    assert_eq!(node, ["tnds-leaf-nodes"]);
    let (leaf, node) = with(&|node| node.properties.kind = None);
    assert_eq!((&*leaf, &*node), (&["tnds-type-missing"][..], &[][..]));
    let mime = || NodeType::Mime(Text::fixed("text/plain"));
    let (_, node) = with(&|node| node.properties.kind = Some(mime()));
    assert_eq!(node, ["tnds-type-place"]);
    let identifier = || NodeType::DdfName(Text::fixed("urn:a:b"));
    let (leaf, node) = with(&|node| node.properties.kind = Some(identifier()));
    assert_eq!((&*leaf, &*node), (&["tnds-type-place"][..], &[][..]));
    let value = || Content::Text(Text::fixed("x"));
    let (_, node) = with(&|node| {
        node.value = Some(value());
        node.properties.format = None;
    });
    assert_eq!(node, ["tnds-value-and-nodes", "tnds-format-missing"]);
}

/// Items that stand for one node each make objects too, but have no place for an ACL or DDFName.
#[test]
fn nodes_that_come_one_by_one() {
    let item = |target: &str, format: &str, data: &str| {
        let format = match format {
            "" => String::new(),
            format => format!("<Meta><Format>{format}</Format></Meta>"),
        };
        format!("<Item><Target><LocURI>{target}</LocURI></Target>{format}{data}</Item>")
    };
    let with = |items: &[String]| {
        let items = format!("{}</Add>", items.concat());
        ids(&message().replace("</Add>", &items))
    };
    // No account: a leaf, a node further down, and one elsewhere
    let leaf = |target: &str| item(target, "chr", "<Data>x</Data>");
    let elsewhere = ["./DMAcc/Leaf", "./Inbox/Leaf", "./Other/1/AppID"].map(leaf);
    assert_eq!(with(&elsewhere), [""; 0]);
    // An account by its place, with and without what says that it is a node
    for format in ["node", ""] {
        let found = with(&[item("./DMAcc/1", format, "")]);
        assert_eq!(found, ["dm-node-missing"; 3], "{format}");
    }
    // A leaf without Format has none, and is none of another one
    let account = ["AppID", "ServerID", "AppAddr/1/Addr", "AppAddr/1/AddrType"];
    let values = ["w7", "other", "https://b.example/", "URI"];
    let account = account.iter().zip(values).map(|(path, value)| {
        item(
            &format!("./DMAcc/1/{path}"),
            "",
            &format!("<Data>{value}</Data>"),
        )
    });
    let account: Vec<_> = account.collect();
    assert_eq!(with(&account), [""; 0]);

    // What is as deep as a tree can be is a node of the message; what is deeper is not looked at
    for (steps, expected) in [
        (walk::MAX_DEPTH, &[][..]),
        (walk::MAX_DEPTH + 1, &["dm-reference"]),
    ] {
        let uri = format!("./{}", vec!["x"; steps].join("/"));
        let deep = leaf(&uri);
        let reference = message().replacen(">./Inbox/NAP1<", &format!(">{uri}<"), 1);
        let message = reference.replace("</Add>", &format!("{deep}</Add>"));
        assert_eq!(ids(&message), expected, "{steps}");
    }
}

#[test]
fn nodes_of_accounts_that_are_almost_right() {
    let port = interior("1", &[&leaf("PortNbr", "444")]);
    let server = leaf("ServerID", "srv");
    let (address, data) = (leaf("AddrType", "URI"), leaf("AAuthData", "x"));
    let ext = interior("Ext", &[]);
    let secret = leaf("AAuthType", "DIGEST");
    judge(&[
        // A node that is called like the leaf that belongs below it
        (&port, &interior("PortNbr", &[&leaf("PortNbr", "444")]), &[]),
        (
            &port,
            &leaf("1", "444"),
            &["dm-node-format", "dm-node-missing"],
        ),
        (&address, &[&*address, &ext].concat(), &["dm-node-unknown"]),
        (
            &server,
            &[&*server, &interior("ext", &[])].concat(),
            &["dm-node-unknown"],
        ),
        // What the nonce is would be for the device to guess
        (&secret, &[&*secret, &data].concat(), &["dm-node-format"]),
        (
            &secret,
            &[
                &*secret,
                &data.replace("chr", "xml").replace(">x<", ">&lt;a/><"),
            ]
            .concat(),
            &["dm-node-format"],
        ),
    ]);
    for (format, value, expected) in [
        (
            "chr",
            "AAECAwQFBgc=",
            Some("Base64 text in \"AAuthData\" of Format chr"),
        ),
        ("chr", "7 is no Base64", Some("\"AAuthData\" of Format chr")),
        ("b64", "AAECAwQFBgc=", None),
    ] {
        let data = leaf("AAuthData", value).replace("chr", format);
        let text = message().replacen(&*secret, &[&*secret, &data].concat(), 1);
        let parsed = Message::from_xml(text.as_bytes()).unwrap();
        let findings = check(&parsed.document, Position::Offset);
        let found: Vec<_> = findings.iter().map(|finding| &*finding.found).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        let shown: String = findings.iter().map(ToString::to_string).collect();
        assert!(!shown.contains(value), "{shown}");
    }
    // In the place of accounts an identifier that is there counts as everywhere
    let placed = message().replacen("./Inbox</LocURI>", "./DMAcc</LocURI>", 1);
    let older = placed.replacen("oma-dm-dmacc:1.0", "oma-dm-dmacc:1.1", 1);
    let expected = [
        "dm-object-identifier",
        "dm-reference",
        "dm-reference",
        "dm-reference",
    ];
    assert_eq!(ids(&older), expected);
    // Trees for other places may hold what is no object
    let start = placed.find("<Node>").unwrap();
    let end = placed.find("</MgmtTree>").unwrap();
    let other = [&placed[..start], &interior("A", &[]), &placed[end..]].concat();
    let other = other.replacen("./DMAcc<", "./Other<", 1);
    assert_eq!(ids(&other), ["dm-no-account", "dm-target-place"]);
    // A node with children is interior, whatever Format it lacks
    let bare = placed.replacen(
        "<Format><node/></Format><Type><DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type>",
        "",
        1,
    );
    assert_ne!(bare, placed);
    assert_eq!(ids(&bare), ["dm-reference"; 3]);
}
