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
        place
            .run(&format!(
                "{BUILD} --sec {sec} --emit wbxml,wsp --out out --force"
            ))
            .code(0);
        let mac = hmac(&place, key, &format!("out/{A}.wbxml"));
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
        .code(0);
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
