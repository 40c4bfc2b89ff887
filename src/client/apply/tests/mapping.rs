//! Where the parts of a document end up.

use super::*;

/// The whole of a document, leaf by leaf.
#[test]
fn a_provisioning_document_becomes_these_nodes() {
    let body = cp(&(nap("N")
        + &proxy("P", "N")
        + &account(
            "mgmt.example",
            &(parm("NAME", "Example") + &parm("TO-PROXY", "P") + &parm("TO-NAPID", "N")),
        )));
    let mut tree = tree();
    let outcome = Try::file(&body).on(&mut tree).unwrap();
    assert!(rules(&outcome).is_empty(), "{outcome:?}");
    let expected = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter()
            .map(|(a, b)| ((*a).into(), (*b).into()))
            .collect()
    };
    assert_eq!(
        leaves(&tree, "./DMAcc/1"),
        expected(&[
            ("AppAddr/1/Addr", "https://mgmt.example/dm"),
            ("AppAddr/1/AddrType", "URI"),
            ("AppAddr/1/Port/1/PortNbr", "8443"),
            ("AppAuth/1/AAuthData", "000102"),
            ("AppAuth/1/AAuthLevel", "CLCRED"),
            ("AppAuth/1/AAuthName", "dev"),
            ("AppAuth/1/AAuthSecret", "hunter2"),
            ("AppAuth/1/AAuthType", "DIGEST"),
            ("AppID", "w7"),
            ("Name", "Example"),
            ("PrefConRef", "./Proxy/1"),
            ("ServerID", "mgmt.example"),
            ("ToConRef/1/ConRef", "./Proxy/1"),
            ("ToConRef/2/ConRef", "./NAP/1"),
        ])
    );
    assert_eq!(
        leaves(&tree, "./Proxy/1"),
        expected(&[
            ("Addr", "10.0.0.1"),
            ("Name", "P"),
            ("Ports/1/PortNbr", "8080"),
            ("ProxyId", "P"),
            ("ToConRef/1/ConRef", "./NAP/1"),
        ])
        .into_iter()
        .chain(
            leaves(&tree, "./Proxy/1")
                .into_iter()
                .filter(|(uri, _)| uri.starts_with("Ext/"))
        )
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    let rights = "Get=mgmt.example&Replace=mgmt.example&Delete=mgmt.example";
    for uri in ["./DMAcc/1", "./Proxy/1", "./NAP/1"] {
        assert_eq!(acl(&tree, uri), rights, "{uri}");
        assert_eq!(nodes(&tree)[uri].ver_no, 0, "{uri}");
    }
    let origins = tree.store().provenance().unwrap();
    assert_eq!(origins.len(), 3);
    assert!(
        origins
            .values()
            .all(|origin| origin.channel == "file" && origin.at == at(1))
    );
}

/// Who gets rights on what: accounts, and the access points that they share or do not.
#[test]
fn rights() {
    let to = |nap: &str| parm("TO-NAPID", nap);
    let of = |ids: &str| format!("Get={ids}&Replace={ids}&Delete={ids}");
    for (name, body, expected) in [
        (
            "each its own",
            nap("A") + &nap("B") + &account("a", &to("A")) + &account("b", &to("B")),
            vec![
                ("./NAP/1", of("a")),
                ("./NAP/2", of("b")),
                ("./DMAcc/1", of("a")),
                ("./DMAcc/2", of("b")),
            ],
        ),
        (
            "shared",
            nap("A") + &account("a", &to("A")) + &account("b", &to("A")),
            vec![
                ("./NAP/1", of("a+b")),
                ("./DMAcc/1", of("a")),
                ("./DMAcc/2", of("b")),
            ],
        ),
        (
            "used by none",
            nap("A") + &account("a", "") + &account("b", ""),
            vec![("./NAP/1", of("a+b")), ("./DMAcc/1", of("a"))],
        ),
        (
            "without w7",
            nap("A"),
            vec![("./NAP/1", format!("Get={NOBODY}"))],
        ),
        (
            "without an identifier that an ACL takes",
            account("a*b", "").replace("https://a*b", "https://a"),
            vec![("./DMAcc/1", format!("Get={NOBODY}"))],
        ),
    ] {
        let mut tree = tree();
        Try::file(&cp(&body)).on(&mut tree).unwrap();
        for (uri, rights) in expected {
            assert_eq!(acl(&tree, uri), rights, "{name}: {uri}");
        }
    }
}

/// What the files of one card say of a proxy belongs together (WAP-185 §6.2), and nothing else does.
#[test]
fn the_files_of_a_card_extend_a_proxy() {
    let whole = |id: &str, more: &str, physical: &str, address: &str| {
        format!(
            "<characteristic type=\"PXLOGICAL\"><parm name=\"PROXY-ID\" value=\"{id}\"/>{more}\
             <characteristic type=\"PXPHYSICAL\"><parm name=\"PHYSICAL-PROXY-ID\" value=\"{physical}\"/>\
             <parm name=\"PXADDR\" value=\"{address}\"/><parm name=\"TO-NAPID\" value=\"N\"/></characteristic></characteristic>"
        )
    };
    let said =
        parm("NAME", "Proxy") + &parm("STARTPAGE", "http://start") + &parm("BASAUTH-PW", "secret1");
    let first = cp(&(nap("N") + &whole("P", &said, "1", "10.0.0.1")));
    let (more, other) = (
        parm("NAME", "Mine"),
        nap("N") + &account("a", &parm("TO-PROXY", "P")),
    );
    let second = cp(&(other.clone() + &whole("P", &more, "2", "10.0.0.2")));
    let same = cp(&(other + &whole("P", "", "1", "10.9.9.9")));

    let mut tree = tree();
    Try::card(&first, "8949").on(&mut tree).unwrap();
    let before = nodes(&tree);
    Try::card(&second, "8949").on(&mut tree).unwrap();
    let leaf = |tree: &Tree<MemStore>, uri: &str| {
        let all = nodes(tree);
        all.get(uri)
            .map(|node| node.value.expose_text().unwrap().to_owned())
    };
    for (name, value) in [
        ("Addr", "10.0.0.2"),
        ("Name", "Mine"),
        ("ProxyParams/WAP/Startpg", "http://start"),
        ("Ext/BASAUTH-PW", "secret1"),
        ("Ext/PHYSICAL-PROXY-ID", "2"),
    ] {
        assert_eq!(
            leaf(&tree, &format!("./Proxy/2/{name}")).as_deref(),
            Some(value),
            "{name}"
        );
    }
    for (uri, node) in &before {
        assert_eq!(nodes(&tree).get(uri), Some(node), "{uri}");
    }
    undo_at(&mut tree, 5).unwrap();
    // One that is there stays as it is, and is what references name
    let outcome = Try::card(&same, "8949").on(&mut tree).unwrap();
    assert_eq!(rules(&outcome), ["apply-exists"]);
    assert_eq!(leaf(&tree, "./Proxy/1/Addr").as_deref(), Some("10.0.0.1"));
    assert_eq!(leaf(&tree, "./Proxy/2/Addr"), None);
    assert_eq!(
        leaf(&tree, "./DMAcc/1/PrefConRef").as_deref(),
        Some("./Proxy/1")
    );
    undo_at(&mut tree, 6).unwrap();

    // Who names somebody's proxy does not get what its owner said of it
    for attempt in [Try::file(&second), Try::card(&second, "8941")] {
        let attempt = Try { now: 9, ..attempt }.policy("limits.replay_days = 0");
        attempt.on(&mut tree).unwrap();
        assert_eq!(leaf(&tree, "./Proxy/2/Name").as_deref(), Some("Mine"));
        assert_eq!(leaf(&tree, "./Proxy/2/ProxyParams/WAP/Startpg"), None);
        assert_eq!(leaf(&tree, "./Proxy/2/Ext/BASAUTH-PW"), None);
        undo_at(&mut tree, 9).unwrap();
    }
}

/// A message about a name of any length is one that people can read.
#[test]
fn long_names_are_shown_in_part() {
    let uri = format!("./Vendor/Ext/{}", "a".repeat(10_000));
    let mut tree = tree();
    let refusal = Try::file(&dm(&plain(&uri, "chr", "x")))
        .on(&mut tree)
        .unwrap_err();
    let Refusal::Nothing(findings) = &refusal else {
        panic!("{refusal}");
    };
    assert!(findings.iter().all(|finding| finding.found.len() < 400));
    assert!(refusal.to_string().len() < 1_000, "{refusal}");
}

/// Nobody's nodes are nobody's to read, though the root lets all read.
#[test]
fn nobody_is_nobody() {
    let mut tree = tree();
    Try::file(&cp(&nap("A"))).on(&mut tree).unwrap();
    let server = Actor::server("nobody").unwrap();
    let now = at(2);
    let by = By {
        actor: &server,
        now: &now,
    };
    let draft = tree.draft().unwrap();
    let refused = draft.get(by, "./NAP/1/Addr").unwrap_err();
    assert_eq!(refused.status().code(), 425);
}

#[test]
fn swapped_levels() {
    for (levels, level) in [(Levels::Oma, "CLCRED"), (Levels::Swapped, "SRVCRED")] {
        let mut tree = tree();
        let body = cp(&account("a", ""));
        let attempt = Try {
            levels,
            ..Try::file(&body)
        };
        attempt.on(&mut tree).unwrap();
        let found = leaves(&tree, "./DMAcc/1");
        let level = ("AppAuth/1/AAuthLevel".to_owned(), level.to_owned());
        assert!(found.contains(&level), "{found:?}");
    }
}

/// Later documents are appended: their names follow, and their references are their own.
#[test]
fn documents_are_appended() {
    let mut tree = tree();
    for (server, number) in [("a", "1"), ("b", "2"), ("c", "3")] {
        let body = cp(&(nap("N") + &account(server, &parm("TO-NAPID", "N"))));
        Try::file(&body).on(&mut tree).unwrap();
        let found = leaves(&tree, &format!("./DMAcc/{number}"));
        let reference = ("PrefConRef".to_owned(), format!("./NAP/{number}"));
        assert!(found.contains(&reference), "{found:?}");
    }
}

/// Objects of a DM message: where each ends up, and what is said.
#[test]
fn a_message_is_placed_by_what_its_objects_are() {
    let reference = |to: &str| {
        interior(
            "ToConRef",
            "",
            &interior("1", "", &leaf("ConRef", "chr", to)),
        )
    };
    let access = interior(
        "N",
        NAP,
        &(leaf("ID", "chr", "n") + &leaf("Addr", "chr", "apn")),
    );
    let rights = "<ACL>Get=a&amp;Replace=a</ACL>";
    let account = |name: &str, more: &str| {
        interior(name, &format!("{rights}{DMACC}"), &account_nodes("a", more))
    };
    for (name, items, expected, said) in [
        (
            "inbox",
            inbox(&(account("Acc", &reference("./Inbox/N")) + &access)),
            vec![
                ("./DMAcc/Acc/ToConRef/1/ConRef", "./NAP/N"),
                ("./NAP/N/Addr", "apn"),
            ],
            vec![],
        ),
        (
            "a reference that leads nowhere",
            inbox(&account("Acc", &reference("./Inbox/X"))),
            vec![("./DMAcc/Acc/ServerID", "a")],
            // The entry without its reference, then the list without entries
            vec!["apply-incomplete", "apply-incomplete", "apply-node"],
        ),
        (
            "an object that the device does not have",
            inbox(
                &(account("Acc", "")
                    + &interior(
                        "F",
                        "<Format><node/></Format><Type><DDFName>com.example/1.0/Fax</DDFName></Type>",
                        &leaf("X", "chr", "y"),
                    )),
            ),
            vec![("./DMAcc/Acc/ServerID", "a")],
            vec!["apply-unsupported"],
        ),
        (
            "formats of others",
            inbox(&account(
                "Acc",
                &interior(
                    "AppAuth",
                    "",
                    &interior(
                        "1",
                        "",
                        &(leaf("AAuthLevel", "chr", "CLCRED")
                            + &leaf("AAuthType", "chr", "DIGEST")
                            + &leaf("AAuthData", "chr", "AAEC")),
                    ),
                ),
            )),
            vec![("./DMAcc/Acc/AppAuth/1/AAuthData", "000102")],
            vec!["apply-converted"],
        ),
        (
            "a node that no account has",
            inbox(&account("Acc", &leaf("Colour", "chr", "red"))),
            vec![("./DMAcc/Acc/ServerID", "a")],
            vec!["apply-node"],
        ),
        (
            "a credential that lacks its type",
            inbox(&account(
                "Acc",
                &interior(
                    "AppAuth",
                    "",
                    &interior("1", "", &leaf("AAuthLevel", "chr", "CLCRED")),
                ),
            )),
            vec![("./DMAcc/Acc/ServerID", "a")],
            vec!["apply-incomplete", "apply-incomplete"],
        ),
        (
            "one by one",
            plain("./DMAcc/Q/AppID", "chr", "w7")
                + &plain("./DMAcc/Q/ServerID", "chr", "a")
                + &plain("./DMAcc/Q/AppAddr/1/Addr", "chr", "https://a/dm")
                + &plain("./DMAcc/Q/AppAddr/1/AddrType", "chr", "URI")
                + &plain("./DMAcc/Q/AppAddr/1/Port/1/PortNbr", "int", "443"),
            vec![("./DMAcc/Q/AppAddr/1/Port/1/PortNbr", "443")],
            vec!["apply-converted"],
        ),
        (
            "a vendor's node that may be added",
            inbox(&account("Acc", "")) + &plain("./Vendor/Ext/Colour", "chr", "red"),
            vec![("./Vendor/Ext/Colour", "red")],
            vec![],
        ),
        (
            "a node that is there",
            inbox(&account("Acc", "")) + &plain("./DevInfo/Man", "chr", "Mallory"),
            vec![("./DMAcc/Acc/ServerID", "a")],
            vec!["apply-exists"],
        ),
    ] {
        let mut tree = tree();
        let outcome = Try::file(&dm(&items)).on(&mut tree);
        let outcome = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut found = rules(&outcome);
        found.sort_unstable();
        assert_eq!(found, said, "{name}: {outcome:?}");
        let all = leaves(&tree, ".");
        for (uri, value) in expected {
            let wanted = (uri.strip_prefix("./").unwrap().to_owned(), value.to_owned());
            assert!(all.contains(&wanted), "{name}: {wanted:?} in {all:?}");
        }
        assert!(!all.iter().any(|(_, value)| value == "Mallory"), "{name}");
        let top = nodes(&tree).keys().any(|uri| uri == "./DMAcc/Acc");
        if top {
            assert_eq!(acl(&tree, "./DMAcc/Acc"), "Get=a&Replace=a", "{name}");
        }
    }
}

/// A device with more identifiers in its description: below this node, these too.
fn device_with(more: &[(&str, &str)]) -> Tree<MemStore> {
    let mut ddf = shipped().unwrap();
    for (home, identifier) in more {
        let home = ddf.nodes.iter_mut().find(|node| node.name == *home);
        home.unwrap().nodes[0].types.push((*identifier).to_owned());
    }
    Tree::open(MemStore::new(&fresh(&ddf, &at(0), &[]).unwrap())).unwrap()
}

/// An object of an identifier.
fn object(name: &str, identifier: &str, below: &str) -> String {
    let properties =
        format!("<Format><node/></Format><Type><DDFName>{identifier}</DDFName></Type>");
    interior(name, &properties, below)
}

/// The names of the nodes below one.
fn names(tree: &Tree<MemStore>, home: &str) -> Vec<String> {
    let home = NodePath::parse(home, &Default::default()).unwrap();
    let children = tree.store().children(&home).unwrap();
    children.iter().map(|path| path.name().to_owned()).collect()
}

/// Of several accounts of a server the newest that the device has counts: what its description has
/// goes before what passes for it.
#[test]
fn the_newest_version_that_the_device_has() {
    const KNOWN: &str = "urn:oma:mo:oma-dm-dmacc:1.0";
    const PASSES: &str = "urn:oma:mo:oma-dm-dmacc:1.1";
    const ADDED: &str = "urn:oma:mo:oma-dm-dmacc:9.0";
    let one = object("One", KNOWN, &account_nodes("a", ""));
    for (other, more, account, said) in [
        ("urn:x:mo:other:2.0", None, "One", "apply-unsupported"),
        (ADDED, None, "One", "apply-unsupported"),
        (ADDED, Some(ADDED), "Other", "apply-older-version"),
        (PASSES, None, "One", "apply-older-version"),
        (PASSES, Some(PASSES), "Other", "apply-older-version"),
    ] {
        let two = object("Other", other, &account_nodes("a", ""));
        for nodes in [format!("{one}{two}"), format!("{two}{one}")] {
            let more: Vec<_> = more.iter().map(|more| ("DMAcc", *more)).collect();
            let mut tree = device_with(&more);
            let outcome = Try::file(&dm(&inbox(&nodes))).on(&mut tree).unwrap();
            assert_eq!(rules(&outcome), [said], "{other}");
            assert_eq!(names(&tree, "./DMAcc"), [account], "{other}");
            let kind =
                &crate::client::apply::tests::nodes(&tree)[&format!("./DMAcc/{account}")].kind;
            assert_eq!(kind, if account == "One" { KNOWN } else { other });
        }
    }
    // Alone it is taken for the one that the description has, as senders use several
    let mut tree = device_with(&[]);
    let alone = object("Other", PASSES, &account_nodes("a", ""));
    Try::file(&dm(&inbox(&alone))).on(&mut tree).unwrap();
    let kind = &nodes(&tree)["./DMAcc/Other"].kind;
    assert_eq!(kind, KNOWN);
    // An account of a version that the description adds is one like others
    let mut tree = device_with(&[("DMAcc", ADDED)]);
    for (name, body) in [("A", KNOWN), ("B", ADDED)] {
        let message = dm(&inbox(&object(name, body, &account_nodes("a", ""))));
        let result = Try::file(&message).on(&mut tree);
        assert_eq!(result.is_ok(), name == "A");
    }
}

/// The same for access points, proxies and a vendor's objects: versions of one object are rivals,
/// objects in one version and different objects are not. What refers to one that is left out means
/// the one that counts.
#[test]
fn the_newest_version_of_what_is_no_account() {
    let nap = |id: &str| leaf("ID", "chr", id) + &leaf("Addr", "chr", id);
    let proxy = |id: &str| leaf("ProxyId", "chr", id) + &leaf("Addr", "chr", id);
    const OLD: &str = "urn:oma:mo:oma-connmo-nap:1.0";
    const NEW: &str = "urn:oma:mo:oma-connmo-nap:1.1";
    const PROXY: &str = "urn:oma:mo:oma-connmo-proxy:1.0";
    const NEW_PROXY: &str = "urn:oma:mo:oma-connmo-proxy:1.1";
    let reference = interior(
        "ToConRef",
        "",
        &interior("1", "", &leaf("ConRef", "chr", "./Inbox/Old")),
    );
    let account = interior("Acc", DMACC, &account_nodes("a", &reference));
    let (old, new) = (object("Old", OLD, &nap("n")), object("New", NEW, &nap("n")));
    for both in [
        format!("{old}{new}{account}"),
        format!("{account}{new}{old}"),
    ] {
        let mut tree = device_with(&[("NAP", NEW)]);
        let outcome = Try::file(&dm(&inbox(&both))).on(&mut tree).unwrap();
        assert_eq!(rules(&outcome), ["apply-older-version"]);
        assert_eq!(names(&tree, "./NAP"), ["New"]);
        assert_eq!(nodes(&tree)["./NAP/New"].kind, NEW);
        let found = leaves(&tree, "./DMAcc/Acc");
        assert!(
            found.contains(&("ToConRef/1/ConRef".into(), "./NAP/New".into())),
            "{found:?}"
        );
        // A device without the newer one
        let mut tree = device_with(&[]);
        let outcome = Try::file(&dm(&inbox(&both))).on(&mut tree).unwrap();
        assert_eq!(rules(&outcome), ["apply-unsupported"]);
        assert_eq!(names(&tree, "./NAP"), ["Old"]);
    }
    // A newer one alone may be referred to, though its kind is known by its place only
    let mut tree = device_with(&[("NAP", NEW)]);
    let alone = account.replace("Old", "New") + &new;
    let outcome = Try::file(&dm(&inbox(&alone))).on(&mut tree).unwrap();
    assert_eq!(rules(&outcome), [""; 0]);
    let found = leaves(&tree, "./DMAcc/Acc");
    assert!(
        found.contains(&("ToConRef/1/ConRef".into(), "./NAP/New".into())),
        "{found:?}"
    );
    for (home, older, newer, below) in [
        ("./NAP", OLD, NEW, &nap as &dyn Fn(&str) -> String),
        ("./Proxy", PROXY, NEW_PROXY, &proxy),
    ] {
        let name = home.trim_start_matches("./");
        let body = object("A", older, &below("a")) + &object("B", newer, &below("b"));
        let mut tree = device_with(&[(name, newer)]);
        Try::file(&dm(&inbox(&body))).on(&mut tree).unwrap();
        assert_eq!(names(&tree, home), ["A", "B"], "different objects");
        let body = object("A", older, &below("a"))
            + &object("B", newer, &below("a"))
            + &object("C", newer, &below("a"));
        let mut tree = device_with(&[(name, newer)]);
        Try::file(&dm(&inbox(&body))).on(&mut tree).unwrap();
        assert_eq!(
            names(&tree, home),
            ["B", "C"],
            "one version is no rival of itself"
        );
    }
}

/// A vendor's objects have no table: their name, and ID where there is one, say which are versions of
/// one.
#[test]
fn the_newest_version_of_a_vendors_object() {
    let vendor = "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>FUMO</NodeName><DFProperties>\
        <AccessType><Add/><Get/></AccessType><DFFormat><node/></DFFormat><Scope><Permanent/></Scope>\
        <DFType><DDFName/></DFType></DFProperties><Node><NodeName/><DFProperties>\
        <AccessType><Add/><Get/></AccessType><DFFormat><node/></DFFormat>\
        <Occurrence><ZeroOrMore/></Occurrence><Scope><Dynamic/></Scope><DFType>\
        <DDFName>urn:x:fumo:1.0</DDFName><DDFName>urn:x:fumo:1.2</DDFName></DFType></DFProperties>\
        <Node><NodeName>ID</NodeName><DFProperties><AccessType><Add/><Get/></AccessType>\
        <DFFormat><chr/></DFFormat><Occurrence><ZeroOrOne/></Occurrence><Scope><Dynamic/></Scope>\
        <DFType><MIME>text/plain</MIME></DFType></DFProperties></Node></Node></Node></MgmtTree>";
    let mut ddf = shipped().unwrap();
    let vendor = crate::client::tree::ddf::Ddf::from_xml(vendor.as_bytes()).unwrap();
    ddf.merge(vendor);
    let first = fresh(&ddf, &at(0), &[]).unwrap();
    let id = |id: &str| leaf("ID", "chr", id);
    let fumo = |version: &str| format!("urn:x:fumo:1.{version}");
    for (objects, kept, said) in [
        (
            [("0", id("x")), ("2", id("x"))],
            &["B"][..],
            &["apply-older-version"][..],
        ),
        (
            [("2", id("x")), ("0", id("x"))],
            &["A"],
            &["apply-older-version"],
        ),
        (
            [("0", "".into()), ("2", "".into())],
            &["B"],
            &["apply-older-version"],
        ),
        ([("0", id("x")), ("2", id("y"))], &["A", "B"], &[]),
        ([("2", id("x")), ("2", id("x"))], &["A", "B"], &[]),
        // 1.1 is none that the device has, and 1.3 is none though it is the newest
        (
            [("1", id("x")), ("0", id("x"))],
            &["B"],
            &["apply-unsupported"],
        ),
        (
            [("3", id("x")), ("2", id("x"))],
            &["B"],
            &["apply-unsupported"],
        ),
    ] {
        let mut tree = Tree::open(MemStore::new(&first)).unwrap();
        let [(one, a), (two, b)] = &objects;
        let body = object("A", &fumo(one), a) + &object("B", &fumo(two), b);
        let outcome = Try::file(&dm(&inbox(&body))).on(&mut tree).unwrap();
        assert_eq!(rules(&outcome), said, "{objects:?}");
        assert_eq!(names(&tree, "./FUMO"), kept, "{objects:?}");
    }
}

/// A taken name is no obstacle, and references follow to the new one.
#[test]
fn taken_names() {
    let mut tree = tree();
    for (server, account, access) in [("a", "Acc", "N"), ("b", "1", "1"), ("c", "2", "2")] {
        let reference = interior(
            "ToConRef",
            "",
            &interior("1", "", &leaf("ConRef", "chr", "./Inbox/N")),
        );
        let body = dm(&inbox(
            &(interior(
                "N",
                NAP,
                &(leaf("ID", "chr", "n") + &leaf("Addr", "chr", server)),
            ) + &interior("Acc", DMACC, &account_nodes(server, &reference))),
        ));
        let outcome = Try::file(&body).on(&mut tree).unwrap();
        let renamed = rules(&outcome).len();
        assert_eq!(renamed, if server == "a" { 0 } else { 2 });
        let found = leaves(&tree, &format!("./DMAcc/{account}"));
        let reference = ("ToConRef/1/ConRef".to_owned(), format!("./NAP/{access}"));
        assert!(found.contains(&reference), "{found:?}");
    }
}

/// Commands that nobody may give are dropped from an ACL; one that cannot be read gives nothing away,
/// and what is wrong with it is said.
#[test]
fn acls_that_are_not_as_they_should_be() {
    let nobody = format!("Get={NOBODY}");
    for (given, kept, said) in [
        ("Get=a&amp;Exec=", "Get=a", "without a server"),
        ("Get=a&amp;", "Get=a", "without a server"),
        ("Get=*+", &nobody, "an empty server identifier at octet 6"),
        ("Exec=", &nobody, "an empty server identifier at octet 5"),
        ("Get=a&amp;Copy=a", &nobody, "at octet 6"),
    ] {
        let mut tree = tree();
        let rights = format!("<ACL>{given}</ACL>{DMACC}");
        let below = interior("AppAuth", &format!("<ACL>{given}</ACL>"), &credentials());
        let body = dm(&inbox(&interior("A", &rights, &account_nodes("a", &below))));
        let outcome = Try::file(&body).on(&mut tree).unwrap();
        assert_eq!(rules(&outcome), ["apply-acl"; 2], "{given}");
        let Outcome::Applied(summary) = outcome else {
            panic!("{given}")
        };
        let own = summary.findings.iter().filter(|f| f.rule.id == "apply-acl");
        for finding in own {
            let text = finding.sentence();
            assert!(
                text.contains(said) && text.contains("/A"),
                "{given}: {text}"
            );
        }
        assert_eq!(acl(&tree, "./DMAcc/A"), kept, "{given}");
        assert_eq!(acl(&tree, "./DMAcc/A/AppAuth"), kept, "{given}");
    }
}

/// What a command without servers hides is judged too.
#[test]
fn the_policy_judges_the_acl_that_is_kept() {
    let mut tree = tree();
    let rights = format!("<ACL>Get=mallory&amp;Exec=</ACL>{DMACC}");
    let body = dm(&inbox(&interior("A", &rights, &account_nodes("a", ""))));
    let policy = "[servers]\nids = [\"a\"]";
    let refusal = Try::file(&body).policy(policy).on(&mut tree).unwrap_err();
    assert_eq!(refusal.rule(), Some("policy-server"), "{refusal}");
}

/// An entry of AppAuth.
fn credentials() -> String {
    interior(
        "1",
        "",
        &(leaf("AAuthLevel", "chr", "CLCRED") + &leaf("AAuthType", "chr", "BASIC")),
    )
}

/// A device whose accounts hang elsewhere: objects find their place, and nobody builds an account of
/// single nodes behind the rules for accounts.
#[test]
fn accounts_in_a_place_of_their_own() {
    let own = crate::client::tree::ddf::SHIPPED
        .iter()
        .find(|(name, _)| *name == "DMAcc")
        .map(|(_, text)| text.replace("<NodeName>DMAcc</NodeName>", "<NodeName>Own</NodeName>"))
        .unwrap();
    // Below another node
    let (head, rest) = own.split_once("<Node>").unwrap();
    let (body, tail) = rest.rsplit_once("</Node>").unwrap();
    let above = "<NodeName>SyncML</NodeName><DFProperties><AccessType><Get/></AccessType><DFFormat><node/></DFFormat>\
        <Occurrence><One/></Occurrence><Scope><Permanent/></Scope><DFType><DDFName/></DFType></DFProperties>";
    let text = format!("{head}<Node>{above}<Node>{body}</Node></Node>{tail}");
    let ddf = crate::client::tree::ddf::Ddf::from_xml(text.as_bytes()).unwrap();
    let mut tree = Tree::open(MemStore::new(&fresh(&ddf, &at(0), &[]).unwrap())).unwrap();
    let body = dm(&inbox(&interior("A", DMACC, &account_nodes("a", ""))));
    Try::file(&body).on(&mut tree).unwrap();
    assert!(nodes(&tree).contains_key("./SyncML/Own/A"));
    let single = |name: &str, value: &str| plain(&format!("./SyncML/Own/B/{name}"), "chr", value);
    let body = dm(&(single("AppID", "w7")
        + &single("ServerID", "a")
        + &single("AppAddr/1/Addr", "https://a")
        + &single("AppAddr/1/AddrType", "URI")));
    let refusal = Try::file(&body).on(&mut tree).unwrap_err();
    assert_eq!(refusal.rule(), Some("apply-nothing"), "{refusal}");
}
