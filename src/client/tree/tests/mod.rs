//! The tree as its users see it: commands, rights, status codes, exports.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod acl;
mod commands;
mod described;
mod export;
mod model;
mod stores;
mod whole;

use super::*;
use crate::client::tree::ddf::shipped;

/// A time, `n` seconds after the tree was made.
fn at(n: u64) -> TStamp {
    TStamp::from_unix(1_700_000_000 + n)
}

/// A fresh tree of the shipped descriptions, with what this makes of it.
fn tree_with(make: impl FnOnce(&mut Draft<'_, MemStore>)) -> Tree<MemStore> {
    let first = fresh(&shipped().unwrap(), &at(0), &[]).unwrap();
    let mut tree = Tree::open(MemStore::new(&first)).unwrap();
    let mut draft = tree.draft().unwrap();
    make(&mut draft);
    draft
        .commit(
            By {
                actor: &Actor::CLIENT,
                now: &at(0),
            },
            "made for a test",
        )
        .unwrap();
    tree
}

/// The code of a result.
#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> u16 {
    match result {
        Ok(_) => Status::Ok.code(),
        Err(error) => error.status().code(),
    }
}

fn path(uri: &str) -> NodePath {
    NodePath::parse(uri, &Limits::default()).unwrap()
}

/// Adds leaves and interior nodes as the client; a text makes a leaf. ACLs come after.
fn plant(draft: &mut Draft<'_, MemStore>, nodes: &[(&str, Option<&str>, &str)]) {
    let now = at(0);
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    for (uri, value, _) in nodes {
        let item = value.map_or_else(|| Item::interior(""), Item::chr);
        draft.add(by, uri, item).unwrap();
    }
    for (uri, _, acl) in nodes {
        draft
            .replace(by, &format!("{uri}?prop=ACL"), Item::chr(acl))
            .unwrap();
    }
}

/// An account as a bootstrap leaves it.
const ACCOUNT: &[(&str, Option<&str>, &str)] = &[
    ("./DMAcc/1", None, "Get=srv&Replace=srv&Delete=srv"),
    ("./DMAcc/1/AppID", Some("w7"), ""),
    ("./DMAcc/1/ServerID", Some("srv"), ""),
    ("./DMAcc/1/Name", Some("Example"), ""),
    ("./DMAcc/1/AppAddr", None, ""),
    ("./DMAcc/1/AppAddr/1", None, ""),
    (
        "./DMAcc/1/AppAddr/1/Addr",
        Some("https://mgmt.example/dm"),
        "",
    ),
    ("./DMAcc/1/AppAddr/1/AddrType", Some("URI"), ""),
    ("./DMAcc/1/AppAuth/1/AAuthLevel", Some("CLCRED"), ""),
    ("./DMAcc/1/AppAuth/1/AAuthType", Some("DIGEST"), ""),
    ("./DMAcc/1/AppAuth/1/AAuthName", Some("dev"), ""),
    ("./DMAcc/1/AppAuth/1/AAuthSecret", Some("hunter2"), ""),
];
