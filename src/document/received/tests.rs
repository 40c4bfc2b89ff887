#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::document::cp::Document;

fn cp(body: &str) -> Received {
    let text = format!("<wap-provisioningdoc version=\"1.1\">{body}</wap-provisioningdoc>");
    Received::read(text.as_bytes(), Levels::Oma).unwrap()
}

fn rules_of(received: &Received) -> Vec<&'static str> {
    let found = received.findings.iter().map(|finding| finding.rule.id);
    found.filter(|id| id.starts_with("apply-")).collect()
}

const NAP: &str = r#"<characteristic type="NAPDEF"><parm name="NAPID" value="N"/><parm name="NAME" value="n"/><parm name="BEARER" value="GSM-GPRS"/><parm name="NAP-ADDRESS" value="apn"/></characteristic>"#;
const PROXY: &str = r#"<characteristic type="PXLOGICAL"><parm name="PROXY-ID" value="P"/><characteristic type="PXPHYSICAL"><parm name="PHYSICAL-PROXY-ID" value="1"/><parm name="PXADDR" value="10.0.0.1"/><parm name="TO-NAPID" value="N"/></characteristic></characteristic>"#;
const ACCOUNT: &str = r#"<characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="mgmt.example"/><parm name="TO-PROXY" value="P"/><characteristic type="APPADDR"><parm name="ADDR" value="https://mgmt.example"/></characteristic></characteristic>"#;

/// What a receiver ignores: what is left, and what is said.
#[test]
fn a_receivers_rules() {
    let whole = format!("{NAP}{PROXY}{ACCOUNT}");
    for (name, body, kinds, rules) in [
        ("whole", whole.clone(), "DNP", &[][..]),
        (
            "no access point",
            format!("{PROXY}{ACCOUNT}"),
            "D",
            &["apply-unusable"; 2],
        ),
        (
            "an unknown bearer",
            whole.replace("GSM-GPRS", "PIGEON"),
            "D",
            &[
                "apply-unusable",
                "apply-unusable",
                "apply-unusable",
                "apply-value",
            ],
        ),
        (
            "one known bearer of two",
            whole.replace(
                "<parm name=\"BEARER\"",
                "<parm name=\"BEARER\" value=\"PIGEON\"/><parm name=\"BEARER\"",
            ),
            "DNP",
            &["apply-value"],
        ),
        (
            "a second NAPDEF of a name",
            whole.replace(NAP, &format!("{NAP}{}", NAP.replace("apn", "other"))),
            "DNP",
            &["apply-first-wins"],
        ),
        (
            "a second PROVIDER-ID",
            whole.replace(
                "<parm name=\"TO-PROXY\"",
                "<parm name=\"PROVIDER-ID\" value=\"other\"/><parm name=\"TO-PROXY\"",
            ),
            "DNP",
            &["apply-first-wins"],
        ),
        (
            "a second account of a server",
            format!(
                "{whole}{}",
                ACCOUNT.replace("https://mgmt", "https://other")
            ),
            "DNP",
            &["apply-first-wins"],
        ),
        (
            "two servers",
            format!(
                "{whole}{}",
                ACCOUNT.replace("mgmt.example", "other.example")
            ),
            "DDNP",
            &[],
        ),
    ] {
        let received = cp(&body);
        let found: String = received
            .objects
            .iter()
            .map(|object| match object.kind {
                Some(ObjectKind::DmAcc) => 'D',
                Some(ObjectKind::Nap) => 'N',
                Some(ObjectKind::Proxy) => 'P',
                None => '?',
            })
            .collect();
        let mut said = rules_of(&received);
        said.sort_unstable();
        assert_eq!((found.as_str(), &said[..]), (kinds, rules), "{name}");
        let account = received.accounts().next().unwrap();
        assert_eq!(account.server_id(), Some("mgmt.example"), "{name}");
        assert_eq!(account.addresses()[0].host(), "mgmt.example", "{name}");
    }
}

#[test]
fn another_major_version_is_ignored_whole() {
    for (version, read) in [("1.0", true), ("1.9", true), ("2.0", false), ("", false)] {
        let text =
            format!("<wap-provisioningdoc version=\"{version}\">{NAP}</wap-provisioningdoc>");
        let result = Received::read(text.as_bytes(), Levels::Oma);
        assert_eq!(result.is_ok(), read, "{version}");
    }
    for octets in [&b""[..], b"\0\0\0", b"<a/>", b"\x01\x06\0\0\0"] {
        assert!(Received::read(octets, Levels::Oma).is_err());
    }
}

#[test]
fn contexts() {
    let bootstrap =
        |parms: &str| format!("<characteristic type=\"BOOTSTRAP\">{parms}</characteristic>");
    let parm = |name: &str, value: &str| format!("<parm name=\"{name}\" value=\"{value}\"/>");
    let url = parm("PROVURL", "https://mgmt.example/cp");
    for (body, expected) in [
        (String::new(), Some((None, 0, false))),
        (bootstrap(&parm("NAME", "x")), Some((None, 0, false))),
        (
            bootstrap(&url),
            Some((Some("https://mgmt.example/cp"), 0, true)),
        ),
        (
            bootstrap(&format!("{url}{}", parm("CONTEXT-ALLOW", "255"))),
            Some((Some("https://mgmt.example/cp"), 255, true)),
        ),
        (
            bootstrap(&parm("CONTEXT-ALLOW", "300")),
            Some((None, 0, false)),
        ),
        (
            format!("{}{}", bootstrap(&parm("NAME", "x")), bootstrap(&url)),
            Some((Some("https://mgmt.example/cp"), 0, true)),
        ),
    ] {
        let received = cp(&format!("{body}{ACCOUNT}"));
        let found = received.context.as_ref();
        let found = found.map(|c| (c.provurl.as_deref(), c.allow, c.privileged));
        assert_eq!(found, expected, "{body}");
        assert_eq!(received.objects.len(), 1);
    }
}

/// AAUTHLEVEL as some clients read it.
#[test]
fn swapped_levels() {
    let auth = r#"<characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="APPSRV"/><parm name="AAUTHTYPE" value="BASIC"/></characteristic></characteristic>"#;
    let text = ACCOUNT.strip_suffix("</characteristic>").unwrap();
    let text = format!("<wap-provisioningdoc>{text}{auth}</wap-provisioningdoc>");
    assert!(Document::from_xml(text.as_bytes()).is_ok());
    for (levels, expected) in [(Levels::Oma, "CLCRED"), (Levels::Swapped, "SRVCRED")] {
        let received = Received::read(text.as_bytes(), levels).unwrap();
        let level = received.objects[0].node.child("AppAuth").unwrap().nodes[0].child("AAuthLevel");
        assert_eq!(level.and_then(self::text), Some(expected));
    }
}

fn message(items: &str) -> Received {
    let text = format!(
        "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Add><CmdID>1</CmdID>{items}</Add><Final/></SyncBody></SyncML>"
    );
    Received::read(text.as_bytes(), Levels::Oma).unwrap()
}

fn tree(target: &str, nodes: &str) -> String {
    format!(
        "<Item><Target><LocURI>{target}</LocURI></Target><Data><MgmtTree><VerDTD>1.2</VerDTD>{nodes}</MgmtTree></Data></Item>"
    )
}

fn account(name: &str, path: &str, identifier: &str) -> String {
    format!(
        "<Node><NodeName>{name}</NodeName>{path}<RTProperties><Format><node/></Format><Type><DDFName>{identifier}</DDFName></Type></RTProperties>\
         <Node><NodeName>ServerID</NodeName><RTProperties><Format><chr/></Format></RTProperties><Value>mgmt.example</Value></Node></Node>"
    )
}

/// Wherever a message hangs its objects, they are found, once.
#[test]
fn objects_of_messages() {
    const ONE: &str = "urn:oma:mo:oma-dm-dmacc:1.0";
    let item = |uri: &str, value: &str| {
        format!(
            "<Item><Target><LocURI>{uri}</LocURI></Target><Meta><Format xmlns=\"syncml:metinf\">chr</Format></Meta><Data>{value}</Data></Item>"
        )
    };
    let inner = account("A", "", ONE);
    for (name, items, uris) in [
        ("inbox", tree("./Inbox", &inner), &["./Inbox/A"][..]),
        (
            "inbox named as a path",
            tree(".", &account("A", "<Path>./Inbox</Path>", ONE)),
            &["./Inbox/A"],
        ),
        ("its own place", tree("./DMAcc", &inner), &["./DMAcc/A"]),
        (
            "its own address",
            tree("./DMAcc/B", &account("", "", ONE)),
            &["./DMAcc/B"],
        ),
        (
            "from the root",
            tree(
                ".",
                &format!("<Node><NodeName>DMAcc</NodeName>{inner}</Node>"),
            ),
            &["./DMAcc/A"],
        ),
        (
            "one by one",
            item("./DMAcc/A/ServerID", "mgmt.example") + &item("DMAcc/A/Name", "x"),
            &["./DMAcc/A"],
        ),
        (
            "twice",
            tree("./Inbox", &inner) + &tree("./Inbox", &inner),
            &["./Inbox/A"],
        ),
        (
            "a vendor's leaf",
            item("./Vendor/Example/Label", "x"),
            &["./Vendor/Example"],
        ),
        ("no address", item("./DMAcc/../A", "x"), &[]),
    ] {
        let received = message(&items);
        let found: Vec<_> = received
            .objects
            .iter()
            .map(|object| object.uri.as_str())
            .collect();
        assert_eq!(found, uris, "{name}");
        if uris[..].first().is_some_and(|uri| !uri.contains("Vendor")) {
            let object = &received.objects[0];
            assert_eq!(object.kind, Some(ObjectKind::DmAcc), "{name}");
            assert_eq!(object.server_id(), Some("mgmt.example"), "{name}");
            assert_eq!(object.in_inbox, object.uri.starts_with("./Inbox"), "{name}");
        }
    }
}

/// Whether the device has the newer version is not known here.
#[test]
fn the_first_account_of_a_version_counts() {
    let one = account("A", "", "urn:oma:mo:oma-dm-dmacc:1.0");
    let two = account("B", "", "urn:oma:mo:oma-dm-dmacc:1.2");
    let again = account("C", "", "urn:oma:mo:oma-dm-dmacc:1.0");
    let received = message(&tree("./Inbox", &format!("{one}{two}{again}")));
    let uris = received.objects.iter().map(|object| object.uri.as_str());
    assert_eq!(uris.collect::<Vec<_>>(), ["./Inbox/A", "./Inbox/B"]);
    assert_eq!(rules_of(&received), ["apply-first-wins"]);
}

/// PXLOGICALs of one PROXY-ID are one (WAP-185 §5.1): more physical proxies and access points are added,
/// what was said already is not said anew.
#[test]
fn a_logical_proxy_is_extended() {
    let other_nap = NAP.replace("\"N\"", "\"M\"");
    let more = PROXY
        .replace(
            r#""PROXY-ID" value="P"/>"#,
            r#""PROXY-ID" value="P"/><parm name="NAME" value="Late"/>"#,
        )
        .replace(
            r#"name="PHYSICAL-PROXY-ID" value="1""#,
            r#"name="PHYSICAL-PROXY-ID" value="2""#,
        )
        .replace("10.0.0.1", "10.0.0.2");
    let again = PROXY
        .replace("10.0.0.1", "10.0.0.9")
        .replace("\"N\"", "\"M\"");
    let received = cp(&format!("{NAP}{other_nap}{PROXY}{more}{again}{ACCOUNT}"));
    let proxies: Vec<_> = received
        .objects
        .iter()
        .filter(|object| object.kind == Some(ObjectKind::Proxy))
        .map(|proxy| {
            let leaf = |name| proxy.node.child(name).and_then(text).unwrap_or_default();
            let to = proxy.node.child("ToConRef").unwrap();
            let to = to
                .nodes
                .iter()
                .map(|to| text(to.child("ConRef").unwrap()).unwrap());
            (
                leaf("ProxyId"),
                leaf("Name"),
                leaf("Addr"),
                to.collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(
        proxies,
        [
            ("P", "Late", "10.0.0.1", vec!["./NAP/1", "./NAP/2"]),
            ("P", "Late", "10.0.0.2", vec!["./NAP/1"]),
        ]
    );
    // The second address of the first
    assert_eq!(rules_of(&received), ["apply-first-wins"]);
}
