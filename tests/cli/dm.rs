//! The DM form of documents: what `build` writes, what it refuses, what `verify` makes of it.

use super::*;

const BUILD: &str = "build dm/account --devices devices.csv";

/// HMAC-SHA1 by OpenSSL, upper-case.
fn hmac(place: &Place, key: &str, file: &str) -> String {
    let args = ["dgst", "-sha1", "-mac", "HMAC", "-macopt", key, file];
    let line = judge("openssl", &args, place.0.path());
    line.rsplit(' ').next().unwrap().trim().to_uppercase()
}

fn place() -> Place {
    let place = Place::new();
    place.write(
        "devices.csv",
        format!(
            "imei,imsi,pin,server_id,server_url,client_user,client_secret,client_nonce,server_secret\n\
             {A},262011234567890,4711,mgmt.example,https://dm.mgmt.example/dm,dev,Hg7!kk2q9PzL,AAEC/w==,uP5-xx8eRt2w\n"
        ),
    );
    place.write("pin", "4711");
    place.write("imsi", "262011234567890");
    place
}

#[test]
fn every_method_is_what_openssl_computes() {
    let place = place();
    place.write("sec.mime", "SEC={{sec}}; MAC={{mac}}");
    for (sec, code, key) in [
        ("networkid", 0x80, "hexkey:2926102143658709"),
        ("netwpin", 0x80, "hexkey:2926102143658709"),
        ("userpin", 0x81, "hexkey:34373131"),
        // The PIN, a colon, the network's secret (OMA DM 1.2 Security §5.7.2)
        (
            "userpin_networkid",
            0x82,
            "hexkey:343731313A2926102143658709",
        ),
        ("usernetwpin", 0x82, "hexkey:343731313A2926102143658709"),
    ] {
        let dm_name = match sec {
            "netwpin" => "networkid",
            "usernetwpin" => "userpin_networkid",
            known => known,
        };
        place
            .run(&format!(
                "{BUILD} --sec {sec} --emit wbxml,wsp,text:sec.mime --out out --force"
            ))
            .code(0);
        let mac = hmac(&place, key, &format!("out/{A}.wbxml"));
        assert_eq!(place.manifest("out")[0]["sec"], dm_name);
        assert_eq!(
            place.text(&format!("out/{A}.mime")),
            format!("SEC={dm_name}; MAC={mac}")
        );
        // Content-Type C2 with SEC by number and MAC, then X-Wap-Application-Id 7, then the message
        let mut header = vec![0x01, 0x06, 0x31, 0x1F, 0x2D, 0xC2, 0x91, code, 0x92];
        header.extend_from_slice(mac.as_bytes());
        header.extend_from_slice(&[0x00, 0xAF, 0x87]);
        let body = place.read(&format!("out/{A}.wbxml"));
        assert_eq!(
            place.read(&format!("out/{A}.wsp")),
            [header, body].concat(),
            "{sec}"
        );
        let verified = place
            .run(&format!(
                "verify out/{A}.wsp --pin-file pin --imsi-file imsi --json"
            ))
            .code(0);
        let verified = verified.json();
        assert_eq!(verified["sec"], dm_name);
        place
            .run(&format!(
                "verify out/{A}.wsp --pin-file pin --imsi-file imsi"
            ))
            .code(0);
        // The bare message is known for what it is
        place
            .run(&format!(
                "verify out/{A}.wbxml --sec {sec} --mac {mac} --pin-file pin --imsi-file imsi"
            ))
            .code(0);
    }
}

#[test]
fn the_key_of_the_other_profile_is_explained() {
    let place = place();
    place
        .run(&format!("{BUILD} --sec userpin --emit wbxml --out out"))
        .code(0);
    let mac = hmac(
        &place,
        "hexkey:292610214365870934373131",
        &format!("out/{A}.wbxml"),
    );
    let run = place
        .run(&format!(
            "verify out/{A}.wbxml --sec usernetwpin --mac {mac} --why --pin-file pin --imsi-file imsi"
        ))
        .code(4);
    assert!(
        run.text().contains("That is Client Provisioning's form"),
        "{}",
        run.text()
    );
}

/// What `verify` says of DM messages has DM's names, and says what is wrong with these.
#[test]
fn messages_about_dm_messages_have_its_names() {
    let place = place();
    for sec in ["networkid", "userpin_networkid"] {
        place
            .run(&format!(
                "{BUILD} --form dm --sec {sec} --emit wsp --out {sec}"
            ))
            .code(0);
    }
    let both = format!("verify userpin_networkid/{A}.wsp");
    for (facts, needs) in [
        (
            "--pin-file pin",
            "USERPIN_NETWORKID needs it; give it with --imsi-file",
        ),
        (
            "--imsi-file imsi",
            "USERPIN_NETWORKID needs it; give it with --pin-file",
        ),
    ] {
        let run = place.run(&format!("{both} {facts}")).code(4).one_message();
        run.says(needs);
    }

    // 1F, a length, C2, 91 80, 92 and 41 octets of MAC: the push without its MAC
    let signed = place.read(&format!("networkid/{A}.wsp"));
    assert_eq!(signed[3..9], [0x1F, 45, 0xC2, 0x91, 0x80, 0x92]);
    let mut bare = signed.clone();
    bare.drain(8..50);
    (bare[2], bare[4]) = (signed[2] - 42, 3);
    place.write("no-mac", &bare);
    for why in ["", " --why"] {
        let run = place.run(&format!("verify no-mac --imsi-file imsi{why}"));
        let run = run.code(4).says("found SEC NETWORKID without a MAC");
        let run = run.says("SEC is NETWORKID, which needs a MAC, and there is none");
        assert!(run.out.is_empty(), "{}", run.text());
        assert!(!run.err.contains("--why"), "{}", run.err);
    }

    // The type of DM's XML form around its WBXML
    let mut as_xml = signed;
    as_xml[5] = 0xC3;
    place.write("as-xml", &as_xml);
    let run = place.run("verify as-xml --imsi-file imsi").code(0);
    assert!(
        run.text().starts_with("authentic NETWORKID "),
        "{}",
        run.text()
    );
    run.says("error[wsp-wbxml-as-xml]: offset 5 (0x5)")
        .says("write C2");
}

/// Each form of the tree says the same, and says what the provisioning document says.
#[test]
fn all_forms_hold_the_account() {
    use dmboot::document::dm::{Content, Data, Message, Node};
    let place = place();
    let text = |node: Option<&Node<'_>>| match &node.unwrap().value {
        Some(Content::Text(text)) => text.as_str().to_owned(),
        other => panic!("{other:?}"),
    };
    let mut trees = Vec::new();
    for tnds in ["inline", "opaque", "text"] {
        place
            .run(&format!(
                "{BUILD} --sec userpin --tnds {tnds} --emit wbxml --out {tnds}"
            ))
            .code(0);
        let octets = place.read(&format!("{tnds}/{A}.wbxml"));
        let parsed = Message::from_wbxml(&octets).unwrap();
        let Data::Tree(tree) = &parsed.document.adds[0].items[0].data else {
            panic!("no tree");
        };
        let account = &tree.nodes[0];
        assert_eq!(text(account.child("ServerID")), "mgmt.example");
        let address = account.child("AppAddr").unwrap().child("1").unwrap();
        assert_eq!(text(address.child("Addr")), "https://dm.mgmt.example/dm");
        let auth = |number: &str| account.child("AppAuth").unwrap().child(number).unwrap();
        assert_eq!(text(auth("1").child("AAuthLevel")), "CLCRED");
        assert_eq!(text(auth("1").child("AAuthSecret")), "Hg7!kk2q9PzL");
        assert_eq!(text(auth("2").child("AAuthLevel")), "SRVCRED");
        assert_eq!(text(auth("2").child("AAuthSecret")), "uP5-xx8eRt2w");
        let nonce = auth("1")
            .child("AAuthData")
            .unwrap()
            .value
            .as_ref()
            .unwrap();
        assert_eq!(
            &*nonce.octets(),
            [0, 1, 2, 0xFF],
            "octets, not their Base64"
        );
        trees.push(format!("{:?}", tree.nodes.len()));
    }
    assert!(trees.iter().all(|tree| *tree == trees[0]));
    place
        .run(&format!(
            "{BUILD} --sec userpin --tnds none --emit wbxml,xml --out none"
        ))
        .code(0)
        .says("note[dm-map-acl]: ");
    let plain = place.read(&format!("none/{A}.wbxml"));
    let items = &Message::from_wbxml(&plain).unwrap().document.adds[0]
        .items
        .len();
    assert!(*items > 15, "an item for each node: {items}");
}

#[test]
fn what_is_refused() {
    let place = place();
    for (words, code, says) in [
        (
            "--sec userpinmac",
            2,
            "OMA DM has no method like USERPINMAC",
        ),
        (
            "--sec userpin --encoding compact",
            2,
            "--encoding is for Client Provisioning",
        ),
        (
            "--sec userpin --application-id 2",
            2,
            "always goes to application 7",
        ),
        (
            "--sec usernetwpin --key-form imsi-ascii",
            2,
            "the PIN, a colon",
        ),
        (
            "--sec userpin --form cp --tnds text",
            2,
            "--tnds is for DM messages",
        ),
        ("--sec userpin --form tree", 2, "invalid value"),
    ] {
        place
            .run(&format!("{BUILD} {words} --out out"))
            .code(code)
            .says(says);
    }
    place.write(
        "hole.toml",
        "format = 1\n[[body.APPLICATION]]\nAPPID = \"w7\"\nPROVIDER-ID = \"{{server_id}}\"\n\
         APPAUTH = { AAUTHTYPE = \"{{client_user}}\" }\n",
    );
    place
        .run("build hole.toml --form dm --devices devices.csv --sec userpin --out out")
        .code(3)
        .says("profile-dm-hole");
}

/// The outputs of the account, one folder for each form of the tree.
fn in_all_forms() -> Place {
    let place = place();
    for tnds in FORMS {
        place
            .run(&format!(
                "{BUILD} --sec userpin --tnds {tnds} --emit xml,wbxml,wsp --out {tnds}"
            ))
            .code(0);
    }
    place
}

const FORMS: [&str; 4] = ["inline", "opaque", "text", "none"];

/// What must not be shown; the nonce 00 01 02 FF as text and as octets in hexadecimal.
const SECRETS: [&str; 5] = [
    "Hg7!kk2q9PzL",
    "uP5-xx8eRt2w",
    "AAEC/w==",
    "000102ff",
    "00 01 02 ff",
];

#[test]
fn every_form_is_explained_node_by_node() {
    let place = in_all_forms();
    for tnds in FORMS {
        for extension in ["xml", "wbxml", "wsp"] {
            let file = format!("{tnds}/{A}.{extension}");
            let text = place.run(&format!("inspect {file}")).code(0).text();
            let lines: Vec<&str> = text
                .lines()
                .filter_map(|line| line.split_once("./Inbox/DMAcc1").map(|(_, rest)| rest))
                .collect();
            for expected in [
                " (node)",
                "/ServerID (chr) = \"mgmt.example\"",
                "/AppAddr/1/Addr (chr) = \"https://dm.mgmt.example/dm\"",
                "/AppAuth/1/AAuthName (chr) = \"dev\"",
                "/AppAuth/1/AAuthSecret (chr) = (12 characters)",
                "/AppAuth/2/AAuthSecret (chr) = (12 characters)",
            ] {
                assert!(lines.contains(&expected), "{file}: {expected}\n{text}");
            }
            let nonce = match (tnds, extension) {
                ("text", _) | (_, "xml") => "(b64) = (8 characters)",
                _ => "(bin) = (4 octets)",
            };
            let nonce = format!("/AppAuth/1/AAuthData {nonce}");
            assert!(lines.contains(&&*nonce), "{file}: {nonce}\n{text}");
            let json = place.run(&format!("inspect {file} --json")).code(0).text();
            for secret in SECRETS {
                assert!(!text.contains(secret), "{file}: {secret}");
                assert!(!json.contains(secret), "{file}: {secret}");
            }
            let revealed = place.run(&format!("inspect {file} --reveal")).code(0);
            let revealed = revealed.text();
            assert!(revealed.contains("AAuthSecret (chr) = \"Hg7!kk2q9PzL\""));
            let about_form = match (extension, tnds) {
                ("xml", _) | (_, "inline" | "none") => None,
                (_, "opaque") => Some("note[tnds-opaque]"),
                _ => Some("note[tnds-text]"),
            };
            let notes: Vec<_> = text.lines().filter(|line| line.contains('[')).collect();
            let found: Vec<_> = notes
                .iter()
                .filter_map(|line| line.split(" at ").next())
                .collect();
            assert_eq!(found, Vec::from_iter(about_form), "{file}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_message_is_told_with_its_place() {
    let place = in_all_forms();
    let text = place.text(&format!("inline/{A}.xml"));
    let wrong = text
        .replace("<NodeName>ServerID<", "<NodeName>serverid<")
        .replace("<VerProto>DM/1.2<", "<VerProto>DM/1.1<");
    place.write("wrong.xml", wrong);
    let shown = place.run("inspect wrong.xml").code(0).text();
    for expected in [
        "error[dm-ver-proto] at line 4, column 3",
        "error[dm-node-case] at line ",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    // A tree that ends too early, inside a message that is whole
    let mut octets = place.read(&format!("opaque/{A}.wbxml"));
    let end = octets.len() - 6;
    assert_eq!(octets[end - 1], 0x01, "END of MgmtTree");
    octets[end - 1] = 0x24;
    place.write("cut.wbxml", octets);
    let run = place.run("inspect cut.wbxml").code(3);
    assert!(run.err.contains("error[wbxml-truncated]"), "{}", run.err);
}

#[test]
fn messages_are_converted_there_and_back() {
    let place = in_all_forms();
    let convert = |from: &str, words: &str, to: &str| {
        place
            .run(&format!("convert {from} {words} -o {to} --force"))
            .code(0)
    };
    for tnds in ["inline", "opaque", "text"] {
        let built = place.read(&format!("{tnds}/{A}.wbxml"));
        let words = format!("--to wbxml --tnds {tnds}");
        convert(&format!("inline/{A}.xml"), &words, "m.wbxml");
        assert_eq!(place.read("m.wbxml"), built, "{tnds} from XML");
        convert(&format!("{tnds}/{A}.wsp"), "--to xml", "m.xml");
        assert_eq!(
            place.text("m.xml"),
            place.text(&format!("inline/{A}.xml")),
            "{tnds} to XML"
        );
        convert(&format!("{tnds}/{A}.wbxml"), "--to wbxml", "inline.wbxml");
        assert_eq!(
            place.read("inline.wbxml"),
            place.read(&format!("inline/{A}.wbxml")),
            "{tnds} to inline"
        );
    }
    convert(&format!("none/{A}.xml"), "--to wbxml", "m.wbxml");
    assert_eq!(
        place.read("m.wbxml"),
        place.read(&format!("none/{A}.wbxml"))
    );
    // The tree alone
    let xml = place.text(&format!("inline/{A}.xml"));
    let tree = &xml[xml.find("<MgmtTree").unwrap()..xml.find("</Data>").unwrap()];
    place.write("tree.xml", tree);
    convert("tree.xml", "--to wbxml", "tree.wbxml");
    let octets = place.read("tree.wbxml");
    assert_eq!(octets[..5], [0x02, 0x00, 0x00, 0x6A, 0x1B]);
    let opaque = place.read(&format!("opaque/{A}.wbxml"));
    assert!(opaque.windows(octets.len()).any(|window| window == octets));
    convert("tree.wbxml", "--to xml", "again.xml");
    convert("again.xml", "--to wbxml", "again.wbxml");
    assert_eq!(place.read("again.wbxml"), octets);
    for (words, says) in [
        ("tree.xml --to wbxml --tnds inline", "this is a tree alone"),
        (
            "m.wbxml --to wbxml --encoding compact",
            "--encoding is for Client Provisioning",
        ),
        ("m.wbxml --to xml --tnds inline", "--tnds is about WBXML"),
    ] {
        place.run(&format!("convert {words}")).code(2).says(says);
    }
}

#[test]
fn what_a_conversion_would_lose_is_told() {
    let place = in_all_forms();
    let text = place.text(&format!("inline/{A}.xml"));
    // What only a session could use is no loss, but is told
    place.write(
        "m.xml",
        text.replace("</Source>\n  ", "</Source><RespURI>x</RespURI>\n  "),
    );
    let run = place.run("convert m.xml --to wbxml -o m.wbxml").code(0);
    assert!(run.err.contains("note[dm-without-use]"), "{}", run.err);
    for (from, to, rule) in [
        (
            "<Final/>",
            "<Get><CmdID>2</CmdID></Get><Final/>",
            "dm-command",
        ),
        ("<MIME>", "<CIS/><MIME>", "tnds-unexpected-element"),
    ] {
        place.write("m.xml", text.replacen(from, to, 1));
        let before = place.tree();
        let run = place.run("convert m.xml --to wbxml -o x.wbxml").code(5);
        assert!(run.err.contains(rule), "{}", run.err);
        assert_eq!(place.tree(), before);
    }
}

#[test]
fn redacted_messages_are_safe_and_keep_their_structure() {
    let place = in_all_forms();
    let mut hidden = SECRETS[..3].to_vec();
    hidden.extend([A, "262011234567890", "dev\0", ">dev<"]);
    place.write("1234", "1234");
    for tnds in FORMS {
        for extension in ["xml", "wbxml", "wsp"] {
            let (from, to) = (format!("{tnds}/{A}.{extension}"), format!("r.{extension}"));
            let run = place.run(&format!("redact {from} -o {to} --force")).code(0);
            let redacted = place.read(&to);
            assert_hides(&redacted, &hidden, &from);
            assert_hides(run.err.as_bytes(), &hidden, &from);
            assert_eq!(redacted.len(), place.read(&from).len(), "{from}");
            let nonce = [0x03, 0x00, 0x01, 0x02, 0xFF];
            assert!(
                !redacted.windows(4).any(|window| window == &nonce[1..]),
                "{from}"
            );
            // Names, and how long each text is
            let outline = |file: &str| {
                let xml = place
                    .run(&format!("convert {file} --to xml"))
                    .code(0)
                    .text();
                let lines = xml.lines().map(|line| match line.split_once("<Value>") {
                    Some((name, value)) => format!("{name}{}", value.len()),
                    None if line.contains("<LocURI>") => line.len().to_string(),
                    None => line.replace("mgmt.example", "************"),
                });
                lines.map(|line| line.len()).collect::<Vec<_>>()
            };
            assert_eq!(outline(&from), outline(&to), "{from}");
        }
        place.run("verify r.wsp --pin-file 1234").code(0);
        let text = place.run("convert r.wsp --to xml").code(0).text();
        for kept in ["AAuthSecret", "CLCRED", "DIGEST", "<LocURI>IMEI:"] {
            assert!(text.contains(kept), "{tnds}: {kept}\n{text}");
        }
    }
    // Values of nodes that nobody knows go too, wherever they stand
    let text = place.text(&format!("inline/{A}.xml"));
    place.write(
        "m.xml",
        text.replace("<NodeName>Name<", "<NodeName>Nickname<"),
    );
    place.run("redact m.xml -o r.xml --force").code(0);
    // What has no octets of its own cannot be made safe
    let tree = &text[text.find("<MgmtTree").unwrap()..text.find("</Data>").unwrap()];
    place.write("m.xml", text.replace(tree, &tree.replace('<', "&lt;")));
    place
        .run("redact m.xml -o r.xml --force")
        .code(3)
        .says("redact-escaped-tree");
    let start = text.find("<Data>").unwrap() + 6;
    let end = text.find("</Data>").unwrap();
    let cdata = format!("<![CDATA[{}]]>", tree.trim_end());
    place.write("m.xml", [&text[..start], &cdata, &text[end..]].concat());
    place.run("redact m.xml -o r.xml --force").code(0);
    assert_hides(&place.read("r.xml"), &hidden, "CDATA");
}

/// Rules that no rule for provisioning documents knows of.
#[test]
fn messages_that_break_a_rule_are_not_built() {
    let place = place();
    let profile = |name: &str, node: &str| {
        place.write(
            name,
            format!(
                "format = 1\nextends = \"dm/account\"\n[parameters.limit]\ntype = \"text\"\n\
                 [[tree]]\nname = \"Browser\"\nparent = \"./Vendor\"\n\
                 type = \"com.example/1.0/Browser\"\nacl = \"Get={{{{limit}}}}\"\nnode = [{node}]\n"
            ),
        );
    };
    profile(
        "tree.toml",
        "{ name = \"Limit\", format = \"int\", value = \"{{limit}}\" }",
    );
    let build = |limit: &str| {
        place.run(&format!(
            "build tree.toml --devices devices.csv --sec userpin --set limit={limit} --out out"
        ))
    };
    for (limit, rule, address) in [
        ("many", "tnds-value", "./Inbox/Browser/Limit"),
        ("1+", "tnds-acl", "./Inbox/Browser"),
    ] {
        let before = place.tree();
        let run = build(limit).code(5);
        assert!(run.err.contains(&format!("error[{rule}]")), "{}", run.err);
        assert!(run.err.contains("devices.csv:2"), "{}", run.err);
        assert!(run.err.contains(&format!(" at {address}, ")), "{}", run.err);
        assert_eq!(place.tree(), before);
    }
    build("5").code(0);
    // The other form has no place for it
    let run = build("5 --form cp --force").code(0);
    assert!(run.err.contains("warning[dm-map-tree-only]"), "{}", run.err);
    assert!(run.err.contains("[[tree]] Browser"), "{}", run.err);
    // For want of an account there is no address of a server either
    let run = place
        .run("build cp/gprs-data --form dm --sec none --set apn=x --set imei=490154203237518 --out n")
        .code(5);
    assert!(run.err.contains("error[dm-no-account]"), "{}", run.err);
    // A warning is a remark
    profile("tree.toml", "{ name = \"Limit\", value = \"{{limit}}\" }");
    let text = place
        .text("tree.toml")
        .replace("com.example/1.0/Browser", "browser");
    place.write("tree.toml", text);
    let run = build("5 --force").code(0);
    assert!(run.err.contains("warning[tnds-identifier]"), "{}", run.err);
    // A port in the URL that PORTNBR contradicts, and an identifier that no ACL can name
    let text = place.text("devices.csv");
    for (from, to, rule) in [
        ("mgmt.example,", "a&b,", "dm-"),
        ("mgmt.example,", "a b,", "dm-"),
    ] {
        place.write("devices.csv", text.replacen(from, to, 1));
        let run = place
            .run(&format!("{BUILD} --sec userpin --out refused"))
            .code(5);
        assert!(run.err.contains(&format!("error[{rule}")), "{}", run.err);
    }
}
