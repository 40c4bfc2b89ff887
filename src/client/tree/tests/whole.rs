//! The whole of a tree as JSON, and back.

use super::export::furnished;
use super::*;
use crate::client::tree::whole::{
    RestoreError, WholeError, from_json, restore, to_json_with_secrets, to_plain_json,
};
use ::redb::backends::InMemoryBackend;

/// A tree that has been through all that a tree keeps, with secrets in each place that may hold one.
fn lived_in() -> Tree<MemStore> {
    let mut tree = furnished();
    let now = at(7);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let origin = |iccid: Option<&str>| Provenance {
        document: [9; 32],
        channel: "card".into(),
        iccid: iccid.map(str::to_owned),
        at: now.clone(),
    };
    let replay = |undone| Replay {
        at: now.clone(),
        undone,
        account: !undone,
    };
    let mut draft = tree.draft().unwrap();
    draft
        .add(
            by,
            "./DMAcc/2/AppAuth/1/AAuthSecret",
            Item::chr("correct\"horse"),
        )
        .unwrap();
    draft
        .replace(
            by,
            "./DMAcc/1/AppAuth/1/AAuthSecret",
            Item::chr("battery\nstaple"),
        )
        .unwrap();
    let url = Item::chr("https://user:sesame@host/?a=b");
    draft.replace(by, "./DMAcc/1/AppAddr/1/Addr", url).unwrap();
    draft.record_provenance(&path("./DMAcc/1"), Some(origin(Some("8949"))));
    draft.record_provenance(&path("./DMAcc/2"), Some(origin(None)));
    draft.record_replay([1; 32], Some(replay(false)));
    draft.record_replay([2; 32], Some(replay(true)));
    draft.record_tries([3; 32], Some(2));
    for (number, provurl) in [(4, None), (5, Some("https://u:swordfish@boot.example"))] {
        let context = ContextRecord {
            provurl: provurl.map(str::to_owned),
            allow: 255,
            privileged: provurl.is_some(),
            origin: origin(None),
        };
        draft.record_context([number; 32], Some(context));
    }
    draft.keep_for_undo(by, [9; 32]).unwrap();
    draft.commit(by, "something of everything").unwrap();
    tree
}

const SECRETS: [&str; 5] = ["correct", "battery", "hunter2", "sesame", "swordfish"];

#[test]
fn the_whole_form_makes_the_identical_tree() {
    let mut tree = lived_in();
    let whole = tree.store().whole().unwrap();
    assert_eq!(MemStore::new(&whole), *tree.store());
    let text = to_json_with_secrets(&whole).unwrap();
    // Nothing of it is empty, or this would prove little
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    for name in ["nodes", "provenance", "replays", "tries", "contexts"] {
        assert!(!json[name].as_object().unwrap().is_empty(), "{name}");
    }
    for name in ["nodes", "provenance", "replays", "contexts"] {
        let part = &json["last_applied"][name];
        assert!(!part.as_object().unwrap().is_empty(), "{name}");
    }
    assert!(json["audit"].as_array().unwrap().len() > 1);

    let back = from_json(&text).unwrap();
    assert_eq!(back, whole);
    assert_eq!(*to_json_with_secrets(&back).unwrap(), *text);
    // In a file, and in place of a tree that nothing was done to
    let created = RedbStore::create_with_backend(InMemoryBackend::new(), &back).unwrap();
    let first = fresh(&shipped().unwrap(), &at(99), &[]).unwrap();
    let mut over = RedbStore::create_with_backend(InMemoryBackend::new(), &first).unwrap();
    restore(&mut over, &back).unwrap();
    for store in [created, over] {
        assert_eq!(store.whole().unwrap(), whole);
        let mut copy = Tree::open(store).unwrap();
        let now = at(100);
        let by = By {
            actor: &Actor::CLIENT,
            now: &now,
        };
        // What could be undone can be
        copy.draft().unwrap().undo_last(by).unwrap();
        tree.draft().unwrap().undo_last(by).unwrap();
    }
}

#[test]
fn a_tree_in_use_is_not_replaced() {
    let whole = lived_in().into_store().whole().unwrap();
    let mut used = tree_with(|_| {}).into_store();
    let before = used.clone();
    assert!(matches!(
        restore(&mut used, &whole),
        Err(RestoreError::Used)
    ));
    assert_eq!(used, before);
}

#[test]
fn the_plain_form_has_no_secrets_and_does_not_come_back() {
    let mut tree = lived_in();
    let whole = tree.store().whole().unwrap();
    let draft = tree.draft().unwrap();
    let text = to_plain_json(&whole, &|path, node| draft.hides(path, node)).unwrap();
    let shown = String::from_utf8(text.clone()).unwrap();
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret}");
        // Base64 of it, wherever it begins
        for lead in ["", "a", "ab"] {
            use base64::Engine;
            let inner = base64::prelude::BASE64_STANDARD_NO_PAD.encode(format!("{lead}{secret}"));
            let middle = &inner[4..inner.len() - 1];
            assert!(!shown.contains(middle), "{secret} as Base64");
        }
    }
    let json: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(json["secrets"], "left out");
    let before = &json["last_applied"]["nodes"]["./DMAcc/1/AppAuth/1/AAuthSecret"]["before"];
    assert_eq!(before["secret"], true);
    assert_eq!(
        json["nodes"]["./DMAcc/1/AppAddr/1/Addr"]["value"],
        "https://user:••••@host/?a=b"
    );
    assert!(matches!(from_json(&text), Err(WholeError::Plain)));
}

/// Where a text of the whole form is damaged, it is refused with the place, and nothing of what
/// stands there is repeated.
#[test]
fn damage_is_said_and_not_repeated() {
    let whole = lived_in().into_store().whole().unwrap();
    let text = String::from_utf8(to_json_with_secrets(&whole).unwrap().to_vec()).unwrap();
    let node = "\"./DMAcc/1/AppID\": {";
    let value = "\"base64\": \"dzc=\"";
    assert!(text.contains(node) && text.contains(value));
    let hash = "04".repeat(32);
    let mut wrong = Vec::new();
    for (from, to, rule, says) in [
        (
            node,
            "\"./DMAcc/1/Name\": {",
            "tree-json",
            "each member once",
        ),
        (
            node,
            "\"./DMAcc//hunter2\": {",
            "tree-json",
            "the address of a node",
        ),
        (
            node,
            "\"./DMAcc/1/Colour\": {",
            "tree-undescribed",
            "./DMAcc/1/Colour",
        ),
        (
            node,
            "\"./Nowhere/1/AppID\": {",
            "tree-not-found",
            "./Nowhere",
        ),
        (value, "\"base64\": \"hunter2!\"", "tree-json", "Base64"),
        (
            value,
            "\"base64\": \"\\u0064zc=\"",
            "tree-json",
            "without escapes",
        ),
        (value, "\"base64\": \"dzd=\"", "tree-json", "Base64"),
        (value, "\"base64\": [\"hunter2\"]", "tree-json", "Base64"),
        (
            value,
            "\"base64\": \"AA==\"",
            "tree-value",
            "./DMAcc/1/AppID",
        ),
        (
            value,
            "\"value\": \"hunter2\"",
            "tree-json",
            "one of `format`",
        ),
        (
            value,
            "\"hunter2, expected\": 1",
            "tree-json",
            "one of `format`",
        ),
        (
            "\"type\": \"text/plain\"",
            "\"type\": \"hunter2\"",
            "tree-type",
            "./",
        ),
        (
            "\"verno\": 0",
            "\"verno\": 65536",
            "tree-json",
            "expected u16",
        ),
        ("\"verno\": 0,", "", "tree-json", "missing field `verno`"),
        (
            "\"format\": \"chr\"",
            "\"format\": \"hunter2\"",
            "tree-json",
            "a format",
        ),
        (
            "\"format\": \"chr\"",
            "\"format\": \"node\"",
            "tree-value",
            "base64",
        ),
        (
            "\"acl\": \"Get=srv",
            "\"acl\": \"hunter2=srv",
            "tree-acl",
            "./DMAcc/1",
        ),
        (hash.as_str(), "04", "tree-json", "64 hexadecimal digits"),
        (
            "\"iccid\": \"8949\"",
            "\"iccid\": \"\"",
            "tree-json",
            "not empty",
        ),
        (
            "\"privileged\": true",
            "\"privileged\": 1",
            "tree-json",
            "a boolean",
        ),
        (
            "\"last_applied\": {",
            "\"last\": {",
            "tree-json",
            "expected one of",
        ),
        (
            "\"format\": 1,",
            "\"format\": 2,",
            "tree-json-version",
            "format 2",
        ),
        ("\"format\": 1,", "", "tree-json", "missing field `format`"),
        (
            "\"secrets\": \"included\",",
            "",
            "tree-json",
            "missing field `secrets`",
        ),
        (
            "\"included\"",
            "\"left out\"",
            "tree-json-secrets",
            "left out",
        ),
        ("<VerDTD>1.2", "<VerDTD>1.3", "tree-ddf", "description"),
    ] {
        let damaged = text.replacen(from, to, 1);
        assert_ne!(damaged, text, "{from}");
        let error = from_json(damaged.as_bytes()).unwrap_err();
        let shown = error.to_string();
        let right = error.rule() == rule
            && shown.contains(says)
            && !shown.contains("hunter2")
            && (rule != "tree-json" || shown.starts_with("line "));
        if !right {
            wrong.push(format!("{from} to {to}: {} {shown}", error.rule()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (text, says) in [
        ("", "the end is missing"),
        ("[]", "line 1"),
        ("{}", "format"),
    ] {
        let error = from_json(text.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
    let large = vec![b' '; crate::client::tree::whole::MAX_WHOLE + 1];
    assert!(matches!(from_json(&large), Err(WholeError::TooLarge(_))));
}

/// No cut of it is taken, and what any other octet makes of it is refused or is a tree.
#[test]
fn cuts_and_changed_octets_do_no_harm() {
    let whole = lived_in().into_store().whole().unwrap();
    let text = to_json_with_secrets(&whole).unwrap();
    // All cuts, as far as there is anything to cut
    let end = text.trim_ascii_end().len();
    for at in (0..end).step_by(97).chain(end - 40..end) {
        assert!(from_json(&text[..at]).is_err(), "{at}");
    }
    let mut taken = 0;
    for at in (0..end).step_by(61) {
        let mut changed = text.to_vec();
        changed[at] ^= 1;
        let Ok(other) = from_json(&changed) else {
            continue;
        };
        taken += 1;
        let mut tree = Tree::open(MemStore::new(&other)).unwrap();
        let defects = tree.draft().unwrap().check().unwrap();
        let only_needed = |(_, reason): &(_, Reason)| matches!(reason, Reason::Needed { .. });
        assert!(defects.iter().all(only_needed), "{at}: {defects:?}");
    }
    assert!(taken > 0);
}
