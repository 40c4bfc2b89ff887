//! The examples of the manual are true: what it calls wrong breaks the rule, what it calls right
//! does not.
//!
//! Examples are pieces of documents. Each is tried in every place where it may belong; `…` stands
//! for what does not matter. The linter's own are pieces from several places at once; its rules are
//! judged on whole documents in `tests/lint.rs`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use dmboot::document::cp::{Document, rules, schema};
use dmboot::document::dm::{Message, MgmtTree, rules as dm_rules};
use dmboot::document::profile::{Profile, shipped};
use dmboot::factory::list::ListReader;
use dmboot::factory::list::damage::{Digits, digits_damage};
use dmboot::finding::{Finding, Position};
use dmboot::manual::rules::{FAMILIES, Section};

/// The rules that a document breaks.
type Judge = fn(&str) -> Vec<&'static str>;

fn ids(findings: impl IntoIterator<Item = Finding>) -> Vec<&'static str> {
    findings
        .into_iter()
        .map(|finding| finding.rule.id)
        .collect()
}

fn cp(text: &str) -> Vec<&'static str> {
    match Document::from_xml(text.as_bytes()) {
        Ok(parsed) => {
            let found = rules::check(&parsed.document, Position::Offset);
            ids(parsed.findings.into_iter().chain(found))
        }
        Err(error) => vec![error.rule()],
    }
}

fn dm(text: &str) -> Vec<&'static str> {
    match Message::from_xml(text.as_bytes()) {
        Ok(parsed) => {
            let found = dm_rules::check(&parsed.document, Position::Offset);
            ids(parsed.findings.into_iter().chain(found))
        }
        Err(error) => vec![error.rule()],
    }
}

fn tnds(text: &str) -> Vec<&'static str> {
    match MgmtTree::from_xml(text.as_bytes()) {
        Ok(parsed) => {
            let found = dm_rules::check_tree(&parsed.document, Position::Offset);
            ids(parsed.findings.into_iter().chain(found))
        }
        Err(error) => vec![error.rule()],
    }
}

/// The columns of the examples are named after what they hold.
fn list(text: &str) -> Vec<&'static str> {
    let folder = tempfile::tempdir().unwrap();
    let extension = if text.starts_with(['{', '"']) {
        "jsonl"
    } else {
        "csv"
    };
    let path = folder.path().join("list").with_extension(extension);
    std::fs::write(&path, text).unwrap();
    let mut list = match ListReader::open(&path) {
        Ok(list) => list,
        Err(error) => return vec![error.rule()],
    };
    let mut found = Vec::new();
    for row in list.by_ref() {
        match row {
            Ok(row) => {
                let kinds = [
                    ("imsi", Digits::Imsi),
                    ("imei", Digits::Imei),
                    ("iccid", Digits::Iccid),
                    ("msisdn", Digits::Msisdn),
                ];
                let damage = |(column, kind)| digits_damage(kind, row.cell(column)?.text()?);
                let damage = kinds.into_iter().filter_map(damage);
                found.extend(damage.map(|finding| finding.rule.id));
            }
            Err(error) => found.push(error.rule()),
        }
    }
    found.extend(list.noted().iter().map(|fault| fault.rule().id));
    found
}

fn profile(text: &str) -> Vec<&'static str> {
    let find = |name: &str| shipped::find(name).map(str::to_owned);
    match Profile::parse("example", text, &find) {
        Ok(_) => Vec::new(),
        Err(error) => vec![error.fault.rule()],
    }
}

/// Where pieces may belong: what stands before and after them.
fn places(family: &str) -> Vec<(String, String)> {
    let place = |before: &str, after: &str| (before.to_owned(), after.to_owned());
    let within = |outer: &(String, String), before: &str, after: &str| {
        (
            format!("{}{before}", outer.0),
            format!("{after}{}", outer.1),
        )
    };
    let mut places = vec![place("", "")];
    match family {
        "cp" | "xml" => {
            let root = place(
                "<wap-provisioningdoc version=\"1.0\">",
                "</wap-provisioningdoc>",
            );
            for known in &schema::CHARACTERISTICS {
                let before = format!("<characteristic type=\"{}\">", known.name);
                let inner = within(&root, &before, "</characteristic>");
                if known.name == "APPLICATION" {
                    let appid = "<parm name=\"APPID\" value=\"w7\"/>";
                    places.push(within(&inner, appid, ""));
                }
                places.push(inner);
            }
            places.push(root);
            // A prologue
            places.push(place("", "<wap-provisioningdoc/>"));
        }
        "dm" => {
            let message = place("<SyncML xmlns=\"SYNCML:SYNCML1.2\">", "</SyncML>");
            let header = within(&message, "", "<SyncBody><Final/></SyncBody>");
            places.push(within(&header, "<SyncHdr>", "</SyncHdr>"));
            places.push(header);
            places.push(within(&message, "<SyncHdr/>", ""));
            let commands = within(&message, "<SyncHdr/><SyncBody>", "</SyncBody>");
            let add = within(&commands, "<Add><CmdID>1</CmdID>", "</Add><Final/>");
            let item = within(&add, "<Item>", "</Item>");
            places.push(within(&item, "<Target>", "</Target>"));
            places.push(within(&item, "<Meta>", "</Meta>"));
            let tree = within(
                &item,
                "<Target><LocURI>./Inbox</LocURI></Target><Data>",
                "</Data>",
            );
            let tree = within(&tree, "<MgmtTree><VerDTD>1.2</VerDTD>", "</MgmtTree>");
            let node = within(&tree, "<Node><NodeName>A</NodeName>", "</Node>");
            let account = "<RTProperties><Format><node/></Format><Type><DDFName>\
                           urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type>";
            let typed = format!("{account}</RTProperties>");
            let child = within(&within(&node, &typed, ""), "<Node>", "</Node>");
            let auth = "<Node><NodeName>AppAuth</NodeName><Node><NodeName>1</NodeName>";
            places.push(within(
                &within(&node, &typed, ""),
                &format!("{auth}<Node>"),
                "</Node></Node></Node>",
            ));
            let server = "<Node><NodeName>ServerID</NodeName><Value>mgmt.example</Value></Node>";
            let acl = within(&node, account, &format!("</RTProperties>{server}"));
            let address = "<Node><NodeName>AppAddr</NodeName><Node><NodeName>1</NodeName><Node>\
                           <NodeName>Addr</NodeName><Value>https://dm.mgmt.example/dm</Value>\
                           </Node></Node></Node>";
            let (before, after) = &node;
            let account = format!("{before}{typed}{address}{after}");
            let (header, body) = account.split_once("<SyncHdr/>").unwrap();
            let source = place(&format!("{header}<SyncHdr>"), &format!("</SyncHdr>{body}"));
            places.extend([commands, add, item, tree, node, child, acl, source]);
        }
        "tnds" => {
            let tree = place("<MgmtTree><VerDTD>1.2</VerDTD>", "</MgmtTree>");
            let node = within(&tree, "<Node>", "</Node>");
            let named = within(&tree, "<Node><NodeName>A</NodeName>", "</Node>");
            let properties = within(&named, "<RTProperties>", "</RTProperties>");
            let interior = within(
                &named,
                "<RTProperties><Format><node/></Format><Type>",
                "</Type></RTProperties>",
            );
            let with_node = within(&named, "", "<Node><NodeName>B</NodeName></Node>");
            places.extend([tree, node, named, properties, interior, with_node]);
        }
        "list" => places.push(place("imei,name\n", "")),
        "profile" => {
            let head = place("format = 1\ndescription = \"an example\"\n", "");
            let table = within(&head, "[[body.APPLICATION]]\n", "");
            let body = within(&head, "", "\n[[body.BOOTSTRAP]]\nNAME = \"A\"\n");
            let declared = "[parameters.contract]\ntype = \"text\"\n";
            let dm = within(&head, "form = \"dm\"\n[[body.APPLICATION.APPAUTH]]\n", "");
            places.push(within(&head, declared, ""));
            places.push(within(
                &head,
                &format!("{declared}[[body.APPLICATION]]\n"),
                "",
            ));
            places.extend([head, table, body, dm]);
        }
        _ => unreachable!("{family}"),
    }
    places
}

/// Whether a piece in a place breaks the rule; `None` when it cannot be read there at all, unless
/// that is the rule.
fn breaks(judge: Judge, place: &(String, String), piece: &str, id: &str) -> Option<bool> {
    let document = format!("{}{}{}", place.0, piece.replace('…', ""), place.1);
    let found = judge(&document);
    let unread = found
        .iter()
        .any(|found| found.starts_with("xml-") || found.contains("-not-"));
    match found.contains(&id) {
        true => Some(true),
        false if unread => None,
        false => Some(false),
    }
}

/// The examples of a section in these languages: those called wrong, those called right.
fn examples(section: &Section, languages: &[&str]) -> (Vec<&'static str>, Vec<&'static str>) {
    let (mut wrong, mut right) = (Vec::new(), Vec::new());
    let mut before = "";
    for (number, part) in section.text.split("```").enumerate() {
        match (number % 2, part.split_once('\n')) {
            (0, _) => before = part.trim(),
            (_, Some((language, piece))) if languages.contains(&language) => {
                let label = before.lines().last().unwrap_or_default();
                if label.starts_with("Wrong") {
                    wrong.push(piece);
                } else if label.starts_with("Right") {
                    right.push(piece);
                }
            }
            _ => {}
        }
    }
    (wrong, right)
}

#[test]
fn wrong_examples_break_their_rule_and_right_ones_do_not() {
    let judges: [(&str, Judge, &[&str]); 6] = [
        ("cp", cp, &["xml"]),
        ("xml", cp, &["xml"]),
        ("dm", dm, &["xml"]),
        ("tnds", tnds, &["xml"]),
        ("list", list, &["text", "json"]),
        ("profile", profile, &["toml"]),
    ];
    let (mut faults, mut judged) = (Vec::new(), 0);
    for (name, judge, languages) in judges {
        let family = FAMILIES.iter().find(|family| family.name == name).unwrap();
        let places = places(name);
        for section in family.sections() {
            // Whether columns are known only the profile can tell
            if section.id == "list-unknown-column" {
                continue;
            }
            let (wrong, right) = examples(&section, languages);
            let there = |place: &&(String, String)| {
                let breaks = |piece: &&str| breaks(judge, place, piece, section.id) == Some(true);
                wrong.iter().all(breaks)
            };
            let there: Vec<_> = places.iter().filter(there).collect();
            if there.is_empty() {
                faults.push(format!(
                    "{}: what is called wrong does not break it",
                    section.id
                ));
            }
            for piece in &right {
                let fine = |place: &&&(String, String)| {
                    breaks(judge, place, piece, section.id) == Some(false)
                };
                if !there.iter().any(|place| fine(&place)) {
                    faults.push(format!("{}: what is called right breaks it", section.id));
                }
            }
            judged += wrong.len() + right.len();
        }
    }
    assert!(judged > 100, "{judged}");
    assert!(
        faults.is_empty(),
        "{judged} examples\n{}",
        faults.join("\n")
    );
}
