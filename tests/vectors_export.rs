//! The vectors as somebody else reads them: the program writes them, and all that follows knows only
//! what is in the files. Every input goes through the client with the keys and the channel that stand
//! beside it; MACs are made anew by OpenSSL over keys that are put together here, digests of
//! notifications from their parts, and libwbxml decodes the documents.

#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

mod judges;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dmboot::bytes::{Hex, from_hex};
use dmboot::client::apply::{Agreed, Arrival, Outcome, Settings, receive};
use dmboot::client::tree::ddf::Ddf;
use dmboot::client::tree::{Actor, By, MemStore, NodePath, TStamp, Tree, TreeStore, fresh};
use dmboot::document::dm::notification::TriggerMessage;
use dmboot::document::inspect::inspect;
use dmboot::document::received::Levels;
use dmboot::secret::Secret;
use dmboot::security::cp_mac::{Code, Facts, NetworkSecret, Pin, Scheme, parse_mac};
use dmboot::security::imsi::Imsi;
use dmboot::security::notify::{self, NonceUsed};
use dmboot::security::policy::{Channel, Policy};
use dmboot::security::verify::Message;
use dmboot::wire::wsp::PushPdu;
use judges::{run, tool};
use md5::{Digest, Md5};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u64,
    about: String,
    count: usize,
    vectors: Vec<Vector>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    shows: String,
    clause: String,
    carrier: String,
    media_type: String,
    input: String,
    channel: String,
    iccid: Option<String>,
    keys: Keys,
    mac_key: Option<String>,
    key_form: Option<String>,
    #[serde(default)]
    policy: BTreeMap<String, Value>,
    #[serde(default)]
    agrees: bool,
    #[serde(default)]
    after: Vec<String>,
    verdict: String,
    rule: Option<String>,
    tree: Option<Vec<Value>>,
    notification: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    imsi: Option<String>,
    network_key: Option<String>,
    pin: Option<String>,
    code: Option<String>,
    password: Option<String>,
    nonce: Option<String>,
}

fn hex(digits: &str) -> Vec<u8> {
    let plain: String = digits.split_whitespace().collect();
    from_hex(plain.as_bytes()).unwrap()
}

impl Vector {
    fn octets(&self) -> Vec<u8> {
        hex(&self.input)
    }

    fn is_push(&self) -> bool {
        match self.carrier.as_str() {
            "push" => true,
            "document" => false,
            other => panic!("{}: carrier {other}", self.id),
        }
    }
}

fn export(folder: &Path, out: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dmboot"));
    command.args(["vectors", "export", "--out", out]);
    command.current_dir(folder).output().unwrap()
}

/// The folder that the program writes, and all vectors in it.
fn exported() -> (tempfile::TempDir, Vec<Vector>) {
    let place = tempfile::tempdir().unwrap();
    let output = export(place.path(), "v");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && output.stdout.is_empty(),
        "{errors}"
    );
    let mut all = Vec::new();
    for path in files(&place.path().join("v")) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "index.json" || !name.ends_with(".json") {
            continue;
        }
        let text = std::fs::read(&path).unwrap();
        let file: File = serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((file.format, file.count), (1, file.vectors.len()), "{name}");
        assert!(file.about.len() > 40);
        all.extend(file.vectors);
    }
    (place, all)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn the_set_is_whole_and_the_same_each_time() {
    let (place, all) = exported();
    assert!(all.len() >= 80, "{} vectors", all.len());
    let ids: BTreeSet<_> = all.iter().map(|vector| vector.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "ids are unique");
    for vector in &all {
        assert!(
            vector.shows.len() > 8 && vector.clause.len() > 5,
            "{}",
            vector.id
        );
        let taken = vector.tree.is_some() || vector.notification.is_some();
        assert_eq!(taken, vector.verdict != "invalid", "{}", vector.id);
        assert_eq!(
            vector.rule.is_none(),
            vector.verdict == "valid",
            "{}",
            vector.id
        );
    }
    // No two say the same
    let same = |vector: &Vector| {
        let Vector {
            input,
            channel,
            keys,
            policy,
            agrees,
            after,
            ..
        } = vector;
        format!(
            "{input} {channel} {:?} {keys:?} {policy:?} {agrees} {after:?}",
            vector.iccid
        )
    };
    let distinct: BTreeSet<_> = all.iter().map(same).collect();
    assert_eq!(distinct.len(), all.len());
    let folder = place.path().join("v");
    let index: Value =
        serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let listed = index["vectors"].as_array().unwrap().iter();
    let listed: BTreeSet<_> = listed.map(|entry| entry["id"].as_str().unwrap()).collect();
    assert_eq!(listed, ids);
    let licence = std::fs::read_to_string(folder.join("LICENSE")).unwrap();
    assert!(licence.contains("CC0 1.0 Universal"));
    // Every member that occurs is described
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for name in [
        "id",
        "shows",
        "clause",
        "carrier",
        "media_type",
        "input",
        "channel",
        "iccid",
        "keys",
        "mac_key",
        "key_form",
        "policy",
        "agrees",
        "after",
        "verdict",
        "rule",
        "tree",
        "notification",
    ] {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }

    // Into an empty folder as well, with the same octets
    std::fs::create_dir(place.path().join("empty")).unwrap();
    assert!(export(place.path(), "empty").status.success());
    let content = |folder: &str| -> Vec<_> {
        let paths = files(&place.path().join(folder)).into_iter();
        let one = |path: PathBuf| {
            let octets = std::fs::read(&path).unwrap();
            (path.file_name().unwrap().to_owned(), octets)
        };
        paths.map(one).collect()
    };
    let first = content("v");
    assert!(first == content("empty"));
    // But not where something is
    for (out, words) in [("v", "is not empty"), ("v/README.md", "is not a folder")] {
        let output = export(place.path(), out);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && errors.contains(words),
            "{errors}"
        );
        assert!(first == content("v"), "{out}");
    }
    assert!(export(place.path(), "deep/er/v").status.success());
    assert!(first == content("deep/er/v"));
    // Where nothing can be written, nothing is left
    let output = export(place.path(), "/proc/v");
    assert_eq!(output.status.code(), Some(6));
    let names: Vec<_> = files(place.path());
    assert_eq!(names.len(), 3, "{names:?}");
}

/// Every format and method is there, good and bad.
#[test]
fn nothing_is_missing() {
    let (_place, all) = exported();
    let mut kinds: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for vector in &all {
        let Vector {
            media_type,
            verdict,
            carrier,
            ..
        } = vector;
        let key = (media_type.clone(), carrier.clone(), verdict.clone());
        *kinds.entry(key).or_default() += 1;
    }
    for media in [
        "text/vnd.wap.connectivity-xml document",
        "application/vnd.wap.connectivity-wbxml document",
        "application/vnd.wap.connectivity-wbxml push",
        "application/vnd.syncml.dm+xml document",
        "application/vnd.syncml.dm+wbxml document",
        "application/vnd.syncml.dm+wbxml push",
        "application/vnd.syncml.notification document",
        "application/vnd.syncml.notification push",
    ] {
        let (media, carrier) = media.split_once(' ').unwrap();
        for verdict in ["valid", "invalid"] {
            let key = (media.to_owned(), carrier.to_owned(), verdict.to_owned());
            assert!(kinds.contains_key(&key), "{key:?} in {kinds:#?}");
        }
    }
    // Each method by each profile, as it stands in the header
    let mut methods = BTreeSet::new();
    for vector in all
        .iter()
        .filter(|vector| vector.is_push() && vector.verdict == "valid")
    {
        let octets = vector.octets();
        let pdu = PushPdu::parse(&octets).unwrap();
        let sec = pdu.content_type.sec().map(|sec| sec.method.unwrap().code());
        methods.insert((vector.media_type.ends_with("dm+wbxml"), sec));
    }
    for (is_dm, last) in [(false, 3), (true, 2)] {
        for sec in 0..=last {
            assert!(
                methods.contains(&(is_dm, Some(sec))),
                "{is_dm} {sec}: {methods:?}"
            );
        }
    }
    // Each form of the key by each profile; what is the standard of one is a deviation of the other
    let forms: BTreeSet<_> = all
        .iter()
        .filter_map(|vector| {
            let form = vector.key_form.as_deref()?;
            Some((vector.media_type.ends_with("dm+wbxml"), form))
        })
        .collect();
    for (is_dm, own) in [(false, "pin-colon-secret"), (true, "standard")] {
        for form in [own, "imsi-ascii", "imsi-zero-filler", "imsi-digit-dropped"] {
            assert!(forms.contains(&(is_dm, form)), "{is_dm} {form}: {forms:?}");
        }
    }
    // Whatever a client can answer, beside what is malformed
    let rules: BTreeSet<_> = all.iter().filter_map(|v| v.rule.as_deref()).collect();
    for rule in [
        "apply-blocked",
        "apply-context",
        "apply-nothing",
        "apply-replayed",
        "cp-mac-mismatch",
        "policy-assurance",
        "policy-host",
        "policy-limit",
        "policy-network-alone",
        "policy-pin",
        "policy-plain-http",
        "policy-server",
    ] {
        assert!(rules.contains(rule), "{rule}");
    }
}

fn now() -> TStamp {
    TStamp::from_unix(1_700_000_000)
}

fn facts(keys: &Keys) -> Facts {
    let octets = keys.network_key.as_deref().map(hex);
    let network = match octets {
        Some(octets) => Some(NetworkSecret::Octets(Secret::new(octets))),
        None => keys
            .imsi
            .as_deref()
            .map(|imsi| NetworkSecret::Imsi(Imsi::parse(imsi).unwrap())),
    };
    Facts {
        network,
        pin: keys.pin.as_deref().map(|pin| Pin::parse(pin).unwrap()),
        code: keys.code.as_deref().map(|code| Code::parse(code).unwrap()),
    }
}

/// What came of a message: the rule that refused it, or those that were found in it.
type Came = Result<Vec<String>, String>;

/// Gives a message to a client.
fn arrives(tree: &mut Tree<MemStore>, vector: &Vector) -> Came {
    let octets = vector.octets();
    let (mut body, mut sec, mut mac) = (&octets[..], None, None);
    let mut found = Vec::new();
    if vector.is_push() {
        let pdu = PushPdu::parse(&octets).map_err(|error| error.rule().to_owned())?;
        found.extend(
            pdu.findings
                .iter()
                .map(|finding| finding.rule.id.to_owned()),
        );
        if found.iter().any(|rule| rule == "wsp-duplicate-parameter") {
            return Err("wsp-duplicate-parameter".into());
        }
        if let Some(value) = pdu.content_type.sec() {
            sec = Some(value.method.ok_or("wsp-sec-unknown")?);
        }
        if let Some(value) = pdu.content_type.mac() {
            let parsed = parse_mac(value.text.as_bytes());
            mac = Some(parsed.map_err(|error| error.rule().to_owned())?);
        }
        body = pdu.body;
    }
    let mut policy = "format = 1\n".to_owned();
    for (key, value) in &vector.policy {
        // What JSON has for these is TOML as well
        policy += &format!("{key} = {value}\n");
    }
    let policy = Policy::parse(&policy).unwrap();
    let channel = Channel::ALL
        .into_iter()
        .find(|channel| channel.name() == vector.channel);
    let arrival = Arrival {
        message: Message { body, sec, mac },
        scheme: match vector.media_type.contains("syncml.dm") {
            true => Scheme::Dm,
            false => Scheme::Cp,
        },
        channel: channel.unwrap(),
        iccid: vector.iccid.as_deref(),
    };
    let settings = Settings {
        policy: &policy,
        levels: Levels::Oma,
        dry_run: false,
    };
    let now = now();
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    match receive(
        tree,
        by,
        &arrival,
        &facts(&vector.keys),
        &settings,
        &mut Agreed {
            network_alone: vector.agrees,
        },
    ) {
        Ok(Outcome::Applied(summary)) => {
            found.extend(
                summary
                    .findings
                    .iter()
                    .map(|finding| finding.rule.id.to_owned()),
            );
            Ok(found)
        }
        Ok(_) => Ok(found),
        Err(refusal) => Err(refusal.rule().unwrap().to_owned()),
    }
}

/// All nodes as the vectors write them, by their addresses.
fn nodes(store: &impl TreeStore) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for path in store.subtree(&NodePath::ROOT).unwrap() {
        let node = store.node(&path).unwrap().unwrap();
        let mut value = json!({ "uri": path.to_string(), "format": node.format.name() });
        for (name, text) in [("type", &node.kind), ("acl", &node.acl)] {
            if !text.is_empty() {
                value[name] = text.as_str().into();
            }
        }
        let octets = node.value.expose();
        match node.format.name() {
            "node" => {}
            "bin" => value["base64"] = BASE64_STANDARD.encode(octets).into(),
            _ => value["value"] = std::str::from_utf8(octets).unwrap().into(),
        }
        all.insert(path.to_string(), value);
    }
    all
}

/// The nodes that differ, as they are afterwards.
fn changed(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (uri, node) in after {
        if before.get(uri) != Some(node) {
            all.insert(node.to_string());
        }
    }
    for uri in before.keys().filter(|uri| !after.contains_key(*uri)) {
        all.insert(json!({ "uri": uri, "removed": true }).to_string());
    }
    all
}

fn device(place: &Path) -> Tree<MemStore> {
    let ddf = std::fs::read(place.join("v/description.xml")).unwrap();
    let first = fresh(&Ddf::from_xml(&ddf).unwrap(), &now(), &[]).unwrap();
    Tree::open(MemStore::new(&first)).unwrap()
}

#[test]
fn every_message_ends_as_its_vector_says() {
    let (place, all) = exported();
    let by_id: BTreeMap<_, _> = all
        .iter()
        .map(|vector| (vector.id.as_str(), vector))
        .collect();
    let (mut wrong, mut seen) = (Vec::new(), BTreeMap::new());
    for vector in all
        .iter()
        .filter(|vector| !vector.media_type.ends_with("notification"))
    {
        let mut tree = device(place.path());
        for id in &vector.after {
            let _ = arrives(&mut tree, by_id[id.as_str()]);
        }
        let before = nodes(tree.store());
        let came = arrives(&mut tree, vector);
        let changes = changed(&before, &nodes(tree.store()));
        let expected = vector.tree.iter().flatten().map(Value::to_string).collect();
        if changes != expected {
            wrong.push(format!("{}: {changes:#?} and not {expected:#?}", vector.id));
        }
        let rule = vector.rule.as_ref();
        let right = match (vector.verdict.as_str(), &came) {
            ("valid", Ok(_)) => true,
            ("invalid", Err(found)) => Some(found) == rule,
            // What a sender does wrong and a client does not look for, inspection says
            ("acceptable", Ok(found)) => {
                let more = inspect(&vector.octets(), None, false).findings;
                let mut more = more.iter().map(|finding| finding.rule.id);
                rule.is_some_and(|rule| found.contains(rule) || more.any(|id| id == rule))
            }
            _ => false,
        };
        if !right {
            wrong.push(format!(
                "{}: {} {rule:?}, came {came:?}",
                vector.id, vector.verdict
            ));
        }
        *seen.entry(vector.verdict.as_str()).or_insert(0) += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        seen["valid"] >= 40 && seen["invalid"] >= 40 && seen["acceptable"] >= 10,
        "{seen:?}"
    );
}

#[test]
fn every_notification_is_what_its_vector_says() {
    let (_place, all) = exported();
    let mut count = 0;
    for vector in all
        .iter()
        .filter(|vector| vector.media_type.ends_with("notification"))
    {
        count += 1;
        let octets = vector.octets();
        let message = match vector.is_push() {
            true => PushPdu::parse(&octets).unwrap().body,
            false => &octets,
        };
        let password = vector.keys.password.clone().unwrap();
        let nonce = vector.keys.nonce.as_deref().map(hex);
        let result = TriggerMessage::parse(message)
            .map_err(|error| error.rule())
            .and_then(|parsed| {
                let nonce = nonce.clone().map(Secret::new);
                let verified =
                    notify::verify(&parsed, &Secret::from(password.as_str()), nonce.as_ref());
                let verified = verified.map_err(|error| error.rule())?;
                let says = verified.notification();
                let rules: Vec<_> = parsed.findings.iter().map(|f| f.rule.id).collect();
                let said = json!({
                    "server_id": says.server_id,
                    "session": says.session_id_text(),
                    "ui_mode": says.ui_mode.to_string(),
                    "initiator": says.initiator.to_string(),
                    "version": says.version,
                    "vendor": Hex(&says.vendor).to_string(),
                    "nonce": match verified.nonce() {
                        NonceUsed::Given => "given",
                        NonceUsed::Resync => "resync",
                    },
                });
                Ok((said, rules))
            });
        match (result, vector.rule.as_deref()) {
            (Ok((said, rules)), rule) => {
                assert_eq!(Some(&said), vector.notification.as_ref(), "{}", vector.id);
                assert_ne!(vector.verdict, "invalid", "{}", vector.id);
                assert!(
                    rule.is_none_or(|rule| rules.contains(&rule)),
                    "{}: {rules:?}",
                    vector.id
                );
                // The digest from its parts
                let nonce = match said["nonce"].as_str().unwrap() {
                    "given" => nonce.unwrap(),
                    _ => vec![0; 4],
                };
                let trigger = &message[16..];
                let b64 = |octets: &[u8]| BASE64_STANDARD.encode(Md5::digest(octets));
                let length = usize::from(trigger[7]);
                let server = std::str::from_utf8(&trigger[8..8 + length]).unwrap();
                let covered = b64(trigger);
                let credentials = b64(format!("{server}:{password}").as_bytes());
                let parts = [
                    credentials.as_bytes(),
                    b":",
                    &nonce,
                    b":",
                    covered.as_bytes(),
                ];
                assert_eq!(
                    Md5::digest(parts.concat()).as_slice(),
                    &message[..16],
                    "{}",
                    vector.id
                );
            }
            (Err(found), rule) => {
                assert_eq!(Some(found), rule, "{}", vector.id);
                assert_eq!(vector.verdict, "invalid", "{}", vector.id);
            }
        }
    }
    assert!(count >= 15, "{count}");
}

/// The headers and the body of a push, by their lengths alone (WAP-230 §8.2.4.1).
fn split(pdu: &[u8]) -> (&[u8], &[u8]) {
    let (mut length, mut at) = (0, 2);
    loop {
        length = length << 7 | usize::from(pdu[at] & 0x7F);
        at += 1;
        if pdu[at - 1] < 0x80 {
            return pdu[at..].split_at(length);
        }
    }
}

/// EF_IMSI without its length (3GPP TS 31.102 §4.2.2), as WAP-184 §7.1 takes it.
fn semi_octets(imsi: &str) -> Vec<u8> {
    let digits: Vec<u8> = imsi.bytes().map(|digit| digit - b'0').collect();
    let parity = if digits.len() % 2 == 1 { 9 } else { 1 };
    let mut nibbles = vec![parity];
    nibbles.extend(&digits);
    if nibbles.len() % 2 == 1 {
        nibbles.push(15);
    }
    nibbles
        .chunks(2)
        .map(|pair| pair[1] << 4 | pair[0])
        .collect()
}

/// The key of a method from the keys that stand in a vector.
fn key(vector: &Vector, sec: u8) -> Option<Vec<u8>> {
    let Keys {
        imsi,
        network_key,
        pin,
        code,
        ..
    } = &vector.keys;
    let network = match network_key {
        Some(octets) => Some(hex(octets)),
        None => imsi.as_deref().map(semi_octets),
    };
    let pin = pin.as_ref().map(|pin| pin.as_bytes().to_vec());
    let is_dm = vector.media_type.contains("syncml.dm");
    match sec {
        0 => network,
        1 => pin,
        2 if is_dm => Some([pin?, b":".to_vec(), network?].concat()),
        2 => Some([network?, pin?].concat()),
        _ => code
            .as_ref()
            .map(|code| code.as_bytes()[..code.len() / 2].to_vec()),
    }
}

#[test]
fn openssl_makes_the_same_macs() {
    let openssl = tool("openssl", "openssl");
    let (_place, all) = exported();
    let (mut by_standard, mut otherwise, mut codes) = (0, 0, 0);
    for vector in &all {
        let (Some(mac_key), true) = (&vector.mac_key, vector.is_push()) else {
            continue;
        };
        // Octets that were changed on the way have a MAC that no key makes
        let unchanged = vector.verdict == "valid" || vector.key_form.is_some();
        if !unchanged {
            continue;
        }
        let octets = vector.octets();
        let (headers, body) = split(&octets);
        let hmac = |key: &str| -> Vec<u8> {
            let key = format!("hexkey:{key}");
            let arguments = ["dgst", "-sha1", "-mac", "HMAC", "-macopt", &key, "-binary"];
            run(&openssl, &arguments, body)
        };
        let mac = hmac(mac_key);
        // SEC: 91, then the method as a short-integer
        let at = headers
            .windows(2)
            .position(|pair| pair[0] == 0x91 && (0x80..0x84).contains(&pair[1]));
        let sec = headers[at.unwrap() + 1] - 0x80;
        let digits = Hex(&mac).to_string();
        let travels = headers
            .windows(40)
            .any(|window| window == digits.as_bytes());
        let own = key(vector, sec).map(|key| Hex(&key).to_string());
        let id = &vector.id;
        if sec == 3 && vector.verdict == "valid" {
            let code = vector.keys.code.as_ref().unwrap().as_bytes();
            let (pin, tail) = code.split_at(code.len() / 2);
            let expected: Vec<u8> = mac.iter().take(pin.len()).map(|o| o % 10 + b'0').collect();
            assert_eq!(tail, expected, "{id}");
            assert_eq!(own.as_ref(), Some(mac_key), "{id}");
            codes += 1;
            continue;
        }
        assert!(travels, "{id}: {digits} is not in its headers");
        match vector.verdict.as_str() {
            "valid" => {
                assert_eq!(own.as_ref(), Some(mac_key), "{id}");
                by_standard += 1;
            }
            _ => {
                assert_ne!(own.as_ref(), Some(mac_key), "{id}");
                otherwise += 1;
            }
        }
    }
    assert!(
        by_standard >= 25 && otherwise >= 7 && codes >= 2,
        "{by_standard} {otherwise} {codes}"
    );
}

/// What libwbxml makes of the octets of a valid message is XML that ends in the same tree.
#[test]
fn libwbxml_reads_the_same() {
    let decoder = tool("wbxml2xml", "libwbxml2-utils");
    let (place, all) = exported();
    let mut count = 0;
    for vector in &all {
        let is_wbxml = vector.media_type.ends_with("connectivity-wbxml");
        if !is_wbxml || vector.verdict != "valid" || !vector.after.is_empty() {
            continue;
        }
        let octets = vector.octets();
        let body = match vector.is_push() {
            true => split(&octets).1,
            false => &octets,
        };
        let xml = run(&decoder, &["-m", "0", "-o", "-", "-"], body);
        let decoded = Vector {
            carrier: "document".into(),
            media_type: "text/vnd.wap.connectivity-xml".into(),
            input: Hex(&xml).to_string(),
            channel: "file".into(),
            iccid: None,
            ..vector.clone()
        };
        let mut tree = device(place.path());
        let before = nodes(tree.store());
        let came = arrives(&mut tree, &decoded);
        assert!(came.is_ok(), "{}: {came:?}", vector.id);
        let expected = vector.tree.iter().flatten().map(Value::to_string).collect();
        assert_eq!(
            changed(&before, &nodes(tree.store())),
            expected,
            "{}",
            vector.id
        );
        count += 1;
    }
    assert!(count >= 25, "{count}");
}
