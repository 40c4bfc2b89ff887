//! What holds for every document.

use super::rights::excess;
use super::*;
use crate::client::tree::whole::{from_json, to_json_with_secrets};
use proptest::prelude::*;

/// Documents of all kinds, good ones and others.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let server = proptest::sample::select(vec!["a", "b", "c", "a*", "", "b d", "local/b"]);
    let name = proptest::sample::select(vec!["N", "M", "INTERNET", ""]);
    let part = prop_oneof![
        name.clone().prop_map(nap),
        (name.clone(), name.clone()).prop_map(|(id, nap)| proxy(id, nap)),
        (server.clone(), name.clone())
            .prop_map(|(server, to)| account(server, &parm("TO-NAPID", to))),
        (server.clone(), name.clone())
            .prop_map(|(server, to)| account(server, &parm("TO-PROXY", to))),
        // Without an address
        (server.clone(), name.clone()).prop_map(|(server, to)| {
            account(server, &parm("TO-NAPID", to)).replace("\"ADDR\"", "\"X-ADDR\"")
        }),
        name.prop_map(|url| bootstrap(&parm("PROVURL", url))),
    ];
    let provisioning = proptest::collection::vec(part, 0..5).prop_map(|parts| cp(&parts.concat()));
    let uri = proptest::sample::select(vec![
        "./DMAcc/1/ServerID",
        "./DMAcc/1/AppID",
        "./DMAcc/1",
        "./DMAcc",
        ".",
        "./NAP/1/Addr",
        "./Vendor/Ext/x",
        "./DevInfo/DevId",
        "./Inbox/X/Y",
    ]);
    let format = proptest::sample::select(vec!["chr", "int", "bin", "node", "bool"]);
    let value = proptest::sample::select(vec!["a", "w7", "AAEC", "443", ""]);
    let item = (uri, format, value).prop_map(|(uri, format, value)| plain(uri, format, value));
    let whole = server.prop_map(|server| inbox(&interior("A", DMACC, &account_nodes(server, ""))));
    let message = proptest::collection::vec(prop_oneof![item, whole], 0..5)
        .prop_map(|items| dm(&items.concat()));
    prop_oneof![provisioning, message]
}

fn any_policy() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "",
        "servers.overwrite = true",
        "limits.replay_days = 0",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    /// Twice is once, and undone is as before; what is not applied changes nothing. (`Try` checks the
    /// tree each time.)
    #[test]
    fn twice_is_once_and_undo_is_before(
        bodies in proptest::collection::vec((any_body(), any::<bool>(), any_policy()), 1..6)
    ) {
        let mut tree = tree();
        for (body, from_card, policy) in &bodies {
            let attempt = match from_card {
                true => Try::card(body, "8949"),
                false => Try::file(body),
            }
            .policy(policy);
            let before = format!("{:?}", content(&tree));
            match attempt.on(&mut tree) {
                Ok(Outcome::Applied(_)) => {
                    let after = format!("{:?}", content(&tree));
                    prop_assert_ne!(&after, &before);
                    prop_assert_eq!(attempt.on(&mut tree).unwrap(), Outcome::Unchanged);
                    prop_assert_eq!(format!("{:?}", content(&tree)), after.clone());
                    undo_at(&mut tree, 9).unwrap();
                    prop_assert_eq!(format!("{:?}", content(&tree)), before);
                    // Once more, for the next one to meet it
                    let again = Try { now: 9, ..attempt.clone() };
                    let again = again.policy("limits.replay_days = 0\nservers.overwrite = true");
                    again.on(&mut tree).unwrap();
                }
                Ok(Outcome::Unchanged) | Err(_) => {
                    prop_assert_eq!(format!("{:?}", content(&tree)), before);
                }
                Ok(Outcome::Tried(_)) => unreachable!(),
            }
            let whole = tree.store().whole().unwrap();
            let json = to_json_with_secrets(&whole).unwrap();
            prop_assert_eq!(from_json(&json).unwrap(), whole, "an export with secrets comes back");
        }
        forget_at(&mut tree, "8949", &[]);
        let left = tree.store().provenance().unwrap();
        prop_assert!(left.values().all(|origin| origin.channel == "file"));
    }

    /// A provisioning document gives rights to the servers of its own accounts, on what is theirs, and
    /// never more than Get, Replace and Delete.
    #[test]
    fn no_more_rights_than_the_rule(body in any_body()) {
        let mut tree = tree();
        if body.starts_with(b"<wap") && Try::file(&body).on(&mut tree).is_ok() {
            let received = Received::read(&body, Levels::Oma).unwrap();
            let paths = tree.store().subtree(&NodePath::ROOT).unwrap();
            let node = |path: NodePath| (path.clone(), tree.store().node(&path).unwrap().unwrap());
            let content: BTreeMap<_, _> = paths.into_iter().map(node).collect();
            for (path, node) in &content {
                if *path == NodePath::ROOT || node.acl.is_empty() {
                    continue;
                }
                for (command, _) in Acl::parse(&node.acl).unwrap().entries {
                    prop_assert!(["Get", "Replace", "Delete"].contains(&command.name()));
                }
                prop_assert_eq!(excess(&received, &content, path), None);
            }
        }
    }
}
