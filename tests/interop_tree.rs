//! libwbxml reads the trees and descriptions that we write, and we read what it makes of ours.
#![allow(clippy::unwrap_used)] // functions beside the tests count as code for clippy

mod judges;

use dmboot::client::tree::ddf::{Ddf, SHIPPED, shipped};
use dmboot::client::tree::{
    Actor, By, Export, Item, MemStore, NodePath, Nodes, TStamp, Tree, fresh,
};
use judges::{run, tool};

fn now() -> TStamp {
    TStamp::from_unix(1_700_000_000)
}

fn fresh_tree() -> Tree<MemStore> {
    let first = fresh(&shipped().unwrap(), &now(), &[]).unwrap();
    Tree::open(MemStore::new(&first)).unwrap()
}

/// An account, texts that need care, and a secret.
fn furnished() -> Tree<MemStore> {
    let mut tree = fresh_tree();
    let now = now();
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    for (uri, text) in [
        ("./DMAcc/1/AppID", "w7"),
        ("./DMAcc/1/ServerID", "mgmt.example"),
        (
            "./DMAcc/1/AppAddr/1/Addr",
            "https://mgmt.example/dm?a=1&b=<2>",
        ),
        ("./DMAcc/1/AppAddr/1/AddrType", "URI"),
        ("./DMAcc/1/AppAuth/1/AAuthLevel", "CLCRED"),
        ("./DMAcc/1/AppAuth/1/AAuthType", "DIGEST"),
        ("./DMAcc/1/AppAuth/1/AAuthSecret", "Grüße"),
    ] {
        draft.add(by, uri, Item::chr(text)).unwrap();
    }
    let acl = Item::chr("Get=mgmt.example&Replace=mgmt.example");
    draft.replace(by, "./DMAcc/1?prop=ACL", acl).unwrap();
    draft.commit(by, "an account").unwrap();
    tree
}

fn export(tree: &mut Tree<MemStore>) -> Export {
    tree.draft().unwrap().export(".", true).unwrap()
}

/// What a tree is after an import.
fn imported(octets: &[u8]) -> Tree<MemStore> {
    let mut tree = fresh_tree();
    let now = now();
    let by = By {
        actor: &Actor::CLIENT,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    let result = draft.import(by, ".", octets, true);
    result.unwrap_or_else(|error| panic!("{error}"));
    draft.commit(by, "an account").unwrap();
    tree
}

#[track_caller]
fn assert_same(tree: &Tree<MemStore>, other: &Tree<MemStore>) {
    let all = tree.store().subtree(&NodePath::ROOT).unwrap();
    assert_eq!(other.store().subtree(&NodePath::ROOT).unwrap(), all);
    for path in all {
        let theirs = other.store().node(&path).unwrap();
        assert_eq!(theirs, tree.store().node(&path).unwrap(), "{path}");
    }
}

#[test]
fn an_export_survives_libwbxml() {
    let encoder = tool("xml2wbxml", "libwbxml2-utils");
    let decoder = tool("wbxml2xml", "libwbxml2-utils");
    let mut tree = furnished();
    let export = export(&mut tree).tree;
    let theirs = run(
        &encoder,
        &["-o", "-", "-"],
        export.to_xml().unwrap().as_bytes(),
    );
    assert_same(&tree, &imported(&theirs));
    let ours = export.to_wbxml().unwrap().octets;
    let theirs = run(&decoder, &["-o", "-", "-"], &ours);
    assert_same(&tree, &imported(&theirs));
}

#[test]
fn descriptions_survive_libwbxml() {
    let encoder = tool("xml2wbxml", "libwbxml2-utils");
    let decoder = tool("wbxml2xml", "libwbxml2-utils");
    for (name, text) in SHIPPED {
        let ddf = Ddf::from_xml(text.as_bytes()).unwrap();
        let written = ddf.to_xml().unwrap();
        let wbxml = run(&encoder, &["-o", "-", "-"], written.as_bytes());
        assert_eq!(Ddf::from_wbxml(&wbxml).unwrap(), ddf, "{name}");
        let xml = run(&decoder, &["-o", "-", "-"], &wbxml);
        assert_eq!(Ddf::from_xml(&xml).unwrap(), ddf, "{name}");
    }
}
