//! Pieces and their places, the header's word about a document, and trees inside messages.

use super::*;

/// The start of a WBXML document with this public id as a number of one or two octets.
fn numbered(version: u8, id: &[u8], body: &[u8]) -> Vec<u8> {
    [&[version], id, b"\x6A\x00", body].concat()
}

/// The start of a WBXML document whose public id is the first text of its string table.
fn named(version: u8, table: &[u8], body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(table.len()).unwrap();
    [&[version, 0, 0, 0x6A, length], table, body].concat()
}

const SYNCML_1_2: &[u8] = b"\xA4\x01";
const DDF: &[u8] = b"-//OMA//DTD-DM-DDF 1.2//EN\0";
/// SyncML with SyncBody in it, both empty.
const MESSAGE: &[u8] = b"\x6D\x2B\x01";
/// MgmtTree with a Node in it, both empty.
const TREE: &[u8] = b"\x00\x02\x60\x24\x01";

/// The pieces of a document in short, and the rules that it broke, with their places.
type Shown = (String, Vec<(&'static str, Position)>);

/// Reads a whole document.
fn pieces(walk: Result<Walk<'_>, Error>) -> Result<Shown, Error> {
    let mut walk = walk?;
    let mut shown = String::new();
    while let Some(piece) = walk.next()? {
        shown += &match piece {
            Piece::Start { name, at } => format!("<{}@{at} ", name.as_deref().unwrap_or("?")),
            Piece::Text { text, at } => format!("{text:?}@{at} "),
            Piece::Octets { octets, at } => format!("{octets:?}@{at} "),
            Piece::End => "> ".into(),
        };
    }
    let findings = walk.into_findings();
    let rules = findings.iter().map(|f| (f.rule.id, f.at)).collect();
    Ok((shown.trim_end().to_owned(), rules))
}

#[test]
fn the_root_shows_in_the_first_element_or_the_header() {
    use Root::{Message, Tree};
    for (text, root) in [
        ("<SyncML>", Some(Message)),
        ("<SyncML/>", Some(Message)),
        ("<MgmtTree\n", Some(Tree)),
        ("\u{FEFF} \n<MgmtTree>", Some(Tree)),
        ("<?xml version='1.0'?><SyncML>", Some(Message)),
        (
            "<?a?> <!-- <MgmtTree> - -- >--> <!DOCTYPE MgmtTree>\n<s:SyncML >",
            Some(Message),
        ),
        ("<!-->--><SyncML>", Some(Message)),
        ("<syncml>", None),
        ("<SyncMLs>", None),
        ("<Other><SyncML>", None),
        ("<SyncML", None),
        ("<!-- <SyncML>", None),
        ("<?xml ", None),
        ("SyncML>", None),
        ("", None),
    ] {
        assert_eq!(Root::of(text.as_bytes()), root, "{text}");
    }
    for (octets, root) in [
        (numbered(2, SYNCML_1_2, MESSAGE), Some(Message)),
        (numbered(2, b"\x9F\x51", MESSAGE), Some(Message)),
        (numbered(2, b"\x9F\x53", MESSAGE), Some(Message)),
        // MetInf 1.2, provisioning
        (numbered(2, b"\xA4\x02", MESSAGE), None),
        (numbered(2, b"\x0B", MESSAGE), None),
        // "Unknown": then the first element tells
        (numbered(2, b"\x01", MESSAGE), Some(Message)),
        (numbered(2, b"\x01", TREE), Some(Tree)),
        (numbered(2, b"\x01", b"\x45\x01"), None),
        (numbered(2, b"\x01", b""), None),
        (
            named(2, b"-//SYNCML//DTD SyncML 1.2//EN\0", MESSAGE),
            Some(Message),
        ),
        (
            named(2, b"-//SYNCML//DTD SyncML 1.1//EN\0", MESSAGE),
            Some(Message),
        ),
        (
            named(2, b"-//SYNCML//DTD SyncML 1.0//EN\0", MESSAGE),
            Some(Message),
        ),
        (named(2, b"-//SYNCML//DTD SyncML 0.9//EN\0", MESSAGE), None),
        (named(2, DDF, TREE), Some(Tree)),
        (vec![], None),
    ] {
        assert_eq!(Root::of(&octets), root, "{octets:02X?}");
    }
    let older = named(2, b"-//SYNCML//DTD SyncML 1.1//EN\0", MESSAGE);
    let octets = [numbered(2, SYNCML_1_2, MESSAGE), older, named(2, DDF, TREE)];
    let is_message = octets.map(|octets| crate::document::dm::is_message(&octets));
    assert_eq!(is_message, [true, true, false]);
    assert_eq!([Message, Tree].map(Root::name), ["SyncML", "MgmtTree"]);
}

#[test]
fn headers_that_deviate_are_read_and_reported() {
    let at = Position::Offset;
    for (octets, rules) in [
        (numbered(2, SYNCML_1_2, MESSAGE), vec![]),
        (
            numbered(1, SYNCML_1_2, MESSAGE),
            vec![("dm-wbxml-version", at(0))],
        ),
        (
            numbered(3, SYNCML_1_2, MESSAGE),
            vec![("dm-wbxml-version", at(0))],
        ),
        (
            numbered(2, b"\x9F\x53", MESSAGE),
            vec![("dm-public-id", at(1))],
        ),
        (
            numbered(2, b"\x01", MESSAGE),
            vec![("dm-public-id", at(1)), ("wbxml-public-id-unknown", at(1))],
        ),
        (
            named(2, b"-//SYNCML//DTD SyncML 1.1//EN\0", MESSAGE),
            vec![("dm-public-id", at(1))],
        ),
        (
            named(2, b"-//SYNCML//DTD SyncML 1.2//EN\0", MESSAGE),
            vec![("dm-public-id-text", at(1))],
        ),
    ] {
        let (shown, found) = pieces(Walk::wbxml(&octets, Root::Message)).unwrap();
        let start = octets.len() - MESSAGE.len();
        let expected = format!("<SyncML@{start} <SyncBody@{} > >", start + 1);
        assert_eq!((shown, found), (expected, rules), "{octets:02X?}");
    }
    let longer = [DDF, b"more\0"].concat();
    let later = [b"more\0", DDF].concat();
    let mut later = named(2, &later, TREE);
    later[2] = 5;
    let header = vec![("tnds-header", at(0))];
    for (octets, rules) in [
        (named(2, DDF, TREE), vec![]),
        (named(1, DDF, TREE), header.clone()),
        (named(3, DDF, TREE), header.clone()),
        (named(2, &longer, TREE), header.clone()),
        (later, header),
        (
            numbered(2, b"\x01", TREE),
            vec![("tnds-header", at(0)), ("wbxml-public-id-unknown", at(1))],
        ),
    ] {
        let (shown, found) = pieces(Walk::wbxml(&octets, Root::Tree)).unwrap();
        let start = octets.len() - TREE.len() + 2;
        let expected = format!("<MgmtTree@{start} <Node@{} > >", start + 1);
        assert_eq!((shown, found), (expected, rules), "{octets:02X?}");
    }
}

#[test]
fn another_document_is_refused_where_that_shows() {
    let line = |column| Position::Line { line: 1, column };
    for (octets, root, rule, at) in [
        (
            &b"\x02\x0B\x6A\x00\x45"[..],
            Root::Message,
            "dm-not-a-message",
            Position::Offset(1),
        ),
        (
            b"\x02\x0B\x6A\x00\x45",
            Root::Tree,
            "tnds-not-a-tree",
            Position::Offset(1),
        ),
        (
            b"\x02\xA4\x01\x6A\x00\x6B\x01",
            Root::Message,
            "dm-not-a-message",
            Position::Offset(5),
        ),
        (
            b"\x02\xA4\x01\x6A\x00\x7F\x01",
            Root::Message,
            "dm-not-a-message",
            Position::Offset(5),
        ),
        (b"<MgmtTree/>", Root::Message, "dm-not-a-message", line(1)),
        (b" <SyncML/>", Root::Tree, "tnds-not-a-tree", line(2)),
        (
            b"<SyncML>",
            Root::Message,
            "xml-element-not-closed",
            line(9),
        ),
        (
            b"\x02\xA4\x01\x6A\x00\x6D",
            Root::Message,
            "wbxml-truncated",
            Position::Offset(6),
        ),
    ] {
        let walk = match octets {
            [b'<' | b' ', ..] => Walk::xml(octets, root),
            _ => Walk::wbxml(octets, root),
        };
        let error = pieces(walk).unwrap_err();
        assert_eq!((error.rule(), error.at()), (rule, at), "{error}");
    }
    let other = pieces(Walk::xml(b"<MgmtTree/>", Root::Message)).unwrap_err();
    assert_eq!(
        other.to_string(),
        "line 1, column 1: found an element \"MgmtTree\", expected SyncML; \
         check that this is the right document"
    );
}

#[test]
fn caps_are_the_same_in_both_encodings() {
    let deep = |depth: usize| {
        let text = ["<Node>".repeat(depth - 1), "</Node>".repeat(depth - 1)].concat();
        let tokens = [vec![0x64; depth - 2], vec![0x24], vec![1; depth - 2]].concat();
        let tokens = [b"\x00\x02\x60", &tokens[..], b"\x01"].concat();
        (
            format!("<MgmtTree>{text}</MgmtTree>"),
            named(2, DDF, &tokens),
        )
    };
    let many = |elements: usize| {
        let text = "<Node/>".repeat(elements - 1);
        let tokens = [b"\x00\x02\x60", &vec![0x24; elements - 1][..], b"\x01"].concat();
        (
            format!("<MgmtTree>{text}</MgmtTree>"),
            named(2, DDF, &tokens),
        )
    };
    let reads_one = |walk: Result<Walk<'_>, Error>| {
        let mut walk = walk.unwrap();
        loop {
            match walk.next() {
                Ok(Some(_)) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    };
    let reads = |(text, tokens): (String, Vec<u8>)| {
        let text = reads_one(Walk::xml(text.as_bytes(), Root::Tree));
        (text, reads_one(Walk::wbxml(&tokens, Root::Tree)))
    };
    assert_eq!(reads(deep(MAX_DEPTH)), (true, true));
    assert_eq!(reads(deep(MAX_DEPTH + 1)), (false, false));
    assert_eq!(reads(many(MAX_ELEMENTS)), (true, true));
    assert_eq!(reads(many(MAX_ELEMENTS + 1)), (false, false));
}

/// A message whose only Item has this Data, after this Meta of its own.
fn text_message(meta: &str, data: &str) -> String {
    format!(
        "<SyncML><SyncBody><Add><Item>{meta}<Data>{data}</Data></Item></Add></SyncBody></SyncML>"
    )
}

/// The same in WBXML. The octets of Data begin at [`DATA`].
fn token_message(data: &[u8]) -> Vec<u8> {
    numbered(
        2,
        SYNCML_1_2,
        &[b"\x6D\x6B\x45\x54\x4F", data, &[1; 5]].concat(),
    )
}

const DATA: usize = 10;

fn opaque(octets: &[u8]) -> Vec<u8> {
    [&[0xC3, u8::try_from(octets.len()).unwrap()], octets].concat()
}

/// What is in Data, with its places, and what was found.
fn in_data(octets: &[u8]) -> Result<Shown, Error> {
    let walk = match octets {
        [b'<', ..] => Walk::xml(octets, Root::Message),
        _ => Walk::wbxml(octets, Root::Message),
    };
    let (shown, found) = pieces(walk)?;
    let start = shown.rfind("<Data@").unwrap();
    let inside = shown[start..].split_once(' ').unwrap().1;
    Ok((
        inside.strip_suffix("> > > > >").unwrap().trim().to_owned(),
        found,
    ))
}

#[test]
fn trees_inside_messages_are_walked_through_where_they_stand() {
    let at = Position::Offset;
    let text = "<MgmtTree x='y'>a</MgmtTree>";
    let walked = |base: usize| format!("<MgmtTree@{base} \"a\"@{} >", base + 16);

    // As opaque data: the attribute is found in the tree, at its place in the message
    let message = token_message(&opaque(text.as_bytes()));
    let found = vec![("tnds-text", at(DATA + 2)), ("dm-attribute", at(DATA + 2))];
    assert_eq!(
        in_data(&message).unwrap(),
        (walked(DATA + 2), found.clone())
    );

    // As a string of the message, from which no reference leads away
    let string = [b"\x03", text.as_bytes(), b"\0"].concat();
    let found = vec![("tnds-text", at(DATA)), ("dm-attribute", at(DATA + 1))];
    assert_eq!(
        in_data(&token_message(&string)).unwrap(),
        (walked(DATA + 1), found)
    );

    // In pieces it is text
    let halves = b"\x03<MgmtTree>\0\x03</MgmtTree>\0";
    let shown = format!("\"<MgmtTree>\"@{DATA} \"</MgmtTree>\"@{}", DATA + 12);
    assert_eq!(in_data(&token_message(halves)).unwrap(), (shown, vec![]));

    // In XML as CDATA
    let message = text_message("", &format!("<![CDATA[{text}]]>"));
    let base = message.find("<MgmtTree").unwrap();
    let place = Position::in_text(&message, base);
    let found = vec![("dm-attribute", place)];
    assert_eq!(in_data(message.as_bytes()).unwrap(), (walked(base), found));

    // As WBXML: with a token that nobody knows, an opaque value, and an attribute's place
    let tree = named(2, DDF, b"\x00\x02\x60\x76\xC3\x01\xFF\x01\x3F\x01");
    let message = token_message(&opaque(&tree));
    let start = DATA + 2 + 5 + DDF.len() + 2;
    let shown = format!(
        "<MgmtTree@{start} <Value@{} [255]@{} > <?@{} > >",
        start + 1,
        start + 4,
        start + 6
    );
    let found = vec![
        ("tnds-opaque", at(DATA + 2)),
        ("wbxml-unknown-token", at(start + 6)),
    ];
    assert_eq!(in_data(&message).unwrap(), (shown, found));

    // Its header is judged like that of one on its own, at its place
    let tree = named(3, DDF, TREE);
    let (_, found) = in_data(&token_message(&opaque(&tree))).unwrap();
    assert_eq!(
        found,
        [("tnds-opaque", at(DATA + 2)), ("tnds-header", at(DATA + 2))]
    );

    // Other octets and texts are what they are
    for data in [
        opaque(b"<Other/>"),
        opaque(b"\x02\x0B\x6A\x00"),
        opaque(b"  "),
        opaque(b""),
    ] {
        let (shown, found) = in_data(&token_message(&data)).unwrap();
        assert_eq!(shown, format!("{:?}@{}", &data[2..], DATA + 2));
        assert_eq!(found, []);
    }
}

/// Where the Type says that there is a tree, there must be one.
#[test]
fn a_type_of_trees_decides_about_opaque_data() {
    let kind = b"\x5A\x00\x01\x53\x03application/vnd.syncml.dmtnds+wbxml\0\x01\x01\x00\x00";
    let plain = b"\x5A\x00\x01\x53\x03text/plain\0\x01\x01\x00\x00";
    let message = |before: &[u8], inside: &[u8], data: &[u8]| {
        let body = [
            b"\x6D\x6B\x45",
            before,
            b"\x54",
            inside,
            b"\x4F",
            data,
            &[1; 5],
        ]
        .concat();
        numbered(2, SYNCML_1_2, &body)
    };
    let rule = |octets: &[u8]| in_data(octets).map_err(|error| error.rule());
    let nameless = opaque(&numbered(2, b"\x01", TREE));
    let other = opaque(b"<Other/>");
    for (before, inside) in [(&kind[..], &b""[..]), (b"", kind), (kind, plain)] {
        let (shown, found) = rule(&message(before, inside, &nameless)).unwrap();
        assert!(shown.starts_with("<MgmtTree"), "{shown}");
        let rules: Vec<_> = found.iter().map(|(rule, _)| *rule).collect();
        assert_eq!(rules[..2], ["tnds-opaque", "tnds-header"]);
        assert_eq!(
            rule(&message(before, inside, &other)),
            Err("tnds-not-a-tree")
        );
        assert_eq!(
            rule(&message(before, inside, &opaque(b"\x7F"))),
            Err("wbxml-version")
        );
        assert_eq!(
            rule(&message(before, inside, &opaque(b" \n"))).unwrap().1,
            []
        );
    }
    // What is said of one Item, or of one Add, is not said of the next
    let no_tree = opaque(b"\x7F");
    for before in [
        [&b"\x54"[..], kind, b"\x4F\x01\x01"].concat(),
        [kind, &b"\x01\x45"[..]].concat(),
    ] {
        let (shown, _) = rule(&message(&before, plain, &no_tree)).unwrap();
        assert_eq!(shown.split('@').next(), Some("[127]"));
    }
}

#[test]
fn faults_in_trees_are_placed_in_the_message() {
    let at = |octets: &[u8]| {
        let error = in_data(octets).unwrap_err();
        let Error::Tree { source, .. } = &error else {
            panic!("{error}");
        };
        assert!(!matches!(**source, Error::Tree { .. }));
        assert_eq!(error.rule(), source.rule());
        let tree = "in the tree that the message carries";
        assert!(
            error
                .to_string()
                .starts_with(&format!("{}, {tree}: ", error.at()))
        );
        (error.rule(), error.at(), error.to_string())
    };
    let message = token_message(&opaque(b"<MgmtTree><Node></MgmtTree>"));
    let (rule, place, _) = at(&message);
    assert_eq!(
        (rule, place),
        ("xml-end-tag-mismatch", Position::Offset(DATA + 2 + 16))
    );

    let tree = named(2, DDF, b"\x00\x02\x60");
    let (rule, place, text) = at(&token_message(&opaque(&tree)));
    let end = DATA + 2 + tree.len();
    assert_eq!((rule, place), ("wbxml-truncated", Position::Offset(end)));
    assert!(text.contains("the document ends here"), "{text}");

    let tree = named(2, DDF, b"\x00\x02\x64\x01");
    let (rule, place, text) = at(&token_message(&opaque(&tree)));
    let root = DATA + 2 + 5 + DDF.len() + 2;
    assert_eq!((rule, place), ("tnds-not-a-tree", Position::Offset(root)));
    assert!(
        text.contains("found an element \"Node\", expected MgmtTree"),
        "{text}"
    );

    let message = text_message("", "<![CDATA[<MgmtTree><a></MgmtTree>]]>");
    let (_, place, text) = at(message.as_bytes());
    let fault = message.find("</MgmtTree>").unwrap();
    assert_eq!(place, Position::in_text(&message, fault));
    assert!(text.contains("found "), "{text}");
}

#[test]
fn attributes_and_namespaces() {
    let xml = "<SyncML xmlns='SYNCML:SYNCML1.2' xmlns:m='syncml:metinf' a='b'>\
               <m:SyncHdr xmlns='urn:x'/></SyncML>";
    let (shown, found) = pieces(Walk::xml(xml.as_bytes(), Root::Message)).unwrap();
    let (header, space) = (xml.find("<m:").unwrap(), xml.find("urn:x").unwrap());
    assert_eq!(shown, format!("<SyncML@0 <SyncHdr@{header} > >"));
    let place = |at| Position::in_text(xml, at);
    assert_eq!(
        found,
        [("dm-attribute", place(0)), ("dm-namespace", place(space))]
    );
    let mut walk = Walk::xml(xml.as_bytes(), Root::Message).unwrap();
    while walk.next().unwrap().is_some() {}
    let findings = walk.into_findings();
    assert_eq!(findings[0].expected, "none");
    assert!(findings[1].expected.starts_with("SYNCML:SYNCML1.2"));
    // An attribute of an unknown token in WBXML
    let octets = numbered(2, SYNCML_1_2, b"\xED\x05\x03x\0\x01\x01");
    let (shown, found) = pieces(Walk::wbxml(&octets, Root::Message)).unwrap();
    assert_eq!(shown, "<SyncML@5 >");
    let rules: Vec<_> = found.iter().map(|(rule, _)| *rule).collect();
    assert!(rules.contains(&"dm-attribute"), "{rules:?}");
}
