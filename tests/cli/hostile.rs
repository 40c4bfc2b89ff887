//! Documents that somebody made to do harm: each is refused with its reason, and the tree is as before.

use super::apply::content;
use super::*;

fn parm(name: &str, value: &str) -> String {
    format!(r#"<parm name="{name}" value="{value}"/>"#)
}

/// A provisioning document with an account.
fn cp(server: &str, url: &str, more: &str) -> String {
    format!(
        r#"<wap-provisioningdoc><characteristic type="APPLICATION">{}{}{more}<characteristic type="APPADDR">{}</characteristic></characteristic></wap-provisioningdoc>"#,
        parm("APPID", "w7"),
        parm("PROVIDER-ID", server),
        parm("ADDR", url)
    )
}

/// A DM message.
fn dm(items: &str) -> String {
    format!(
        r#"<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr/><SyncBody><Add><CmdID>1</CmdID>{items}</Add><Final/></SyncBody></SyncML>"#
    )
}

fn item(uri: &str, data: &str) -> String {
    format!("<Item><Target><LocURI>{uri}</LocURI></Target><Data>{data}</Data></Item>")
}

fn tree(target: &str, nodes: &str) -> String {
    let data = format!("<MgmtTree><VerDTD>1.2</VerDTD>{nodes}</MgmtTree>");
    dm(&item(target, &data))
}

fn account(name: &str, acl: &str, format: &str, url: &str) -> String {
    let leaf = |name: &str, format: &str, value: &str| {
        format!(
            "<Node><NodeName>{name}</NodeName><RTProperties><Format><{format}/></Format></RTProperties><Value>{value}</Value></Node>"
        )
    };
    format!(
        "<Node><NodeName>{name}</NodeName><RTProperties>{acl}<Format><node/></Format><Type><DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type></RTProperties>{}{}<Node><NodeName>AppAddr</NodeName><Node><NodeName>1</NodeName>{}{}</Node></Node></Node>",
        leaf("AppID", "chr", "w7"),
        leaf("ServerID", "chr", "good"),
        leaf("Addr", format, url),
        leaf("AddrType", "chr", "URI"),
    )
}

#[test]
fn nothing_hostile_changes_the_tree() {
    let place = Place::new();
    place.run("tree init --tree t").code(0);
    place.write(
        "policy.toml",
        "format = 1\nservers = { ids = [\"good\"], hosts = [\"good.example\"], overwrite = true }\nlimits = { octets = 100000000, accounts = 8 }\n",
    );
    let before = content(&place);
    let good = "https://good.example/";
    let deep = |open: &str, close: &str| open.repeat(3_000) + &close.repeat(3_000);
    let entity = r#"<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>"#;
    let file = r#"<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>"#;
    let accounts: String = (0..2_000)
        .map(|number| {
            let one = cp(&format!("good{number}"), good, "");
            one.replace("<wap-provisioningdoc>", "")
                .replace("</wap-provisioningdoc>", "")
        })
        .collect();
    let accounts = format!("<wap-provisioningdoc>{accounts}</wap-provisioningdoc>");
    let cases: Vec<(&str, String, i32, &str)> = vec![
        (
            "a bomb of entities",
            entity.to_owned() + &cp("&b;", good, ""),
            3,
            "xml-internal-subset",
        ),
        (
            "an entity of a file",
            file.to_owned() + &cp("&a;", good, ""),
            3,
            "xml-internal-subset",
        ),
        (
            "NUL",
            cp("go&#0;od", good, ""),
            3,
            "xml-character-reference",
        ),
        (
            "deep characteristics",
            format!(
                "<wap-provisioningdoc>{}</wap-provisioningdoc>",
                deep("<characteristic type=\"X\">", "</characteristic>")
            ),
            3,
            "xml-too-deep",
        ),
        (
            "deep nodes",
            tree("./Inbox", &deep("<Node><NodeName>a</NodeName>", "</Node>")),
            3,
            "xml-too-deep",
        ),
        (
            "too large for XML",
            cp("good", good, &parm("NAME", &"x".repeat(2 << 20))),
            3,
            "xml-too-large",
        ),
        ("thousands of accounts", accounts, 5, "policy-server"),
        (
            "an ACL in an identifier",
            cp("good&amp;Add=*", good, ""),
            5,
            "policy-server",
        ),
        ("a star", cp("*", good, ""), 5, "policy-server"),
        (
            "a line in an identifier",
            cp("good&#10;evil", good, ""),
            5,
            "policy-server",
        ),
        (
            "a user that looks like a host",
            cp("good", r"https://evil.example\@good.example/", ""),
            5,
            "policy-host",
        ),
        (
            "a script",
            cp("good", "javascript://good.example/", ""),
            5,
            "policy-address",
        ),
        (
            "a second address",
            cp("good", good, &parm("ADDR", "https://evil.example/")),
            5,
            "policy-host",
        ),
        (
            "an address in Base64",
            tree(
                "./Inbox",
                &account("A", "", "b64", "aHR0cHM6Ly9ldmlsLmV4YW1wbGU="),
            ),
            5,
            "policy-host",
        ),
        (
            "rights for all",
            tree(
                "./Inbox",
                &account("A", "<ACL>Replace=*</ACL>", "chr", good),
            ),
            5,
            "policy-server",
        ),
        (
            "rights for others",
            tree(
                "./Inbox",
                &account("A", "<ACL>Replace=good+evil</ACL>", "chr", good),
            ),
            5,
            "policy-server",
        ),
        (
            "a name with slashes",
            tree("./Inbox", &account("../../DevInfo", "", "chr", good)),
            5,
            "apply-nothing",
        ),
        (
            "a name of dots",
            tree("./Inbox", &account("..", "", "chr", good)),
            5,
            "apply-nothing",
        ),
        (
            "a name of 10,000 octets",
            tree("./Inbox", &account(&"A".repeat(10_000), "", "chr", good)),
            5,
            "apply-nothing",
        ),
        (
            "a path up",
            dm(&item("./DMAcc/../DevInfo/DevId", "evil")),
            5,
            "apply-nothing",
        ),
        (
            "a property",
            dm(&item("./DMAcc?prop=ACL", "Replace=good")),
            5,
            "apply-nothing",
        ),
        (
            "an address of 10,000 octets",
            dm(&item(&format!("./Vendor/{}", "a".repeat(10_000)), "x")),
            5,
            "apply-nothing",
        ),
        (
            "an address of 5,000 names",
            dm(&item(&format!(".{}", "/a".repeat(5_000)), "x")),
            5,
            "apply-nothing",
        ),
        ("the root", dm(&item(".", "evil")), 5, "apply-nothing"),
        (
            "rights on the root",
            tree(
                ".",
                "<Node><NodeName>DMAcc</NodeName><RTProperties><ACL>Add=good</ACL><Format><node/></Format></RTProperties></Node>",
            ),
            5,
            "apply-nothing",
        ),
        (
            "who the device is",
            dm(&item("./DevInfo/DevId", "evil")),
            5,
            "apply-nothing",
        ),
    ];
    for (name, text, code, rule) in cases {
        place.write("hostile.xml", text);
        let run = place.run("apply hostile.xml --policy policy.toml --yes --tree t");
        assert_eq!(run.code, code, "{name}: {}{}", run.text(), run.err);
        let run = run.says(&format!("error[{rule}]"));
        assert!(run.err.len() < 30_000, "{name}: {} octets", run.err.len());
        assert!(content(&place) == before, "{name}");
    }
    place.run("tree check --tree t").code(0);
}
