//! What was applied goes: what follows from that, and what does not.

use super::outcomes::{body, overwriting, refused};
use super::*;
use crate::client::tree::{Draft, Item};

/// A change by the client, or by a server of a name, in a draft that becomes the state.
fn change(
    tree: &mut Tree<MemStore>,
    n: u64,
    server: Option<&str>,
    act: impl FnOnce(&mut Draft<'_, MemStore>, By<'_>),
) {
    let actor = server.map_or(Actor::CLIENT, |id| Actor::server(id).unwrap());
    let now = at(n);
    let by = By {
        actor: &actor,
        now: &now,
    };
    let mut draft = tree.draft().unwrap();
    act(&mut draft, by);
    draft.commit(by, "changed").unwrap();
}

/// Puts an account of another server in the place of the first.
fn replace_first(draft: &mut Draft<'_, MemStore>, by: By<'_>) {
    let other = format!(
        "<MgmtTree><VerDTD>1.2</VerDTD>{}</MgmtTree>",
        interior("1", DMACC, &account_nodes("other", ""))
    );
    draft.import(by, "./DMAcc", other.as_bytes(), true).unwrap();
}

/// What takes the place of a card's account is not the card's.
#[test]
fn a_card_whose_account_was_replaced() {
    let of_card = cp(&account("a", ""));
    let mut tree = tree();
    Try::card(&of_card, "8949").on(&mut tree).unwrap();
    change(&mut tree, 5, None, replace_first);
    assert!(tree.store().provenance().unwrap().is_empty());
    refused(
        &mut tree,
        &Try::card(&of_card, "8949"),
        "replayed",
        "apply-replayed",
    );
    assert_eq!(forget_at(&mut tree, "8949", &[]), Forgotten::default());
    let found = leaves(&tree, "./DMAcc/1");
    assert!(found.contains(&("ServerID".into(), "other".into())));
}

/// The same in one draft.
#[test]
fn what_comes_after_a_deletion_is_not_of_its_origin() {
    let mut tree = tree();
    let of_card = cp(&account("a", ""));
    Try::card(&of_card, "8949").on(&mut tree).unwrap();
    change(&mut tree, 5, None, |draft, by| {
        draft.delete(by, "./DMAcc/1").unwrap();
        draft.add(by, "./DMAcc/1/ServerID", Item::chr("b")).unwrap();
    });
    assert!(tree.store().provenance().unwrap().is_empty());
}

/// Whose node a document may overwrite, where the policy lets it: a card only its own.
#[test]
fn a_card_takes_nothing_over() {
    let body = |value: &str| dm(&plain("./Vendor/Ext/Colour", "chr", value));
    let (old, new) = (body("red"), body("blue"));
    let colour = |tree: &Tree<MemStore>| {
        let node = nodes(tree).remove("./Vendor/Ext/Colour");
        node.map(|node| node.value.expose_text().unwrap().to_owned())
    };
    for (first, second, taken, left) in [
        ("file", "file", true, Some("blue")),
        ("file", "8949", false, Some("red")),
        ("8950", "8949", false, Some("red")),
        ("8949", "file", true, Some("blue")),
        ("8949", "8949", true, None),
    ] {
        let place = format!("{first}, {second}");
        let mut tree = tree();
        overwriting(&old, first).on(&mut tree).unwrap();
        let result = overwriting(&new, second).on(&mut tree);
        match result {
            Ok(_) => assert!(taken, "{place}"),
            Err(Refusal::Nothing(findings)) => {
                assert!(!taken, "{place}");
                assert!(findings.iter().any(|f| f.rule.id == "apply-exists"));
            }
            Err(other) => panic!("{place}: {other}"),
        }
        forget_at(&mut tree, "8949", &[]);
        assert_eq!(colour(&tree).as_deref(), left, "{place}");
    }
    // What is of no document neither
    let mut tree = tree();
    change(&mut tree, 0, None, |draft, by| {
        draft
            .add(by, "./Vendor/Ext/Colour", Item::chr("green"))
            .unwrap();
    });
    overwriting(&new, "8949").on(&mut tree).unwrap_err();
    forget_at(&mut tree, "8949", &[]);
    assert_eq!(colour(&tree).as_deref(), Some("green"));
}

/// A way in which the first account goes.
type Way = fn(&mut Tree<MemStore>, u64);

/// The ways in which the first account goes, or becomes another server's.
const WAYS: [(&str, Way); 4] = [
    ("its server deletes it", |tree, n| {
        change(tree, n, Some("a"), |draft, by| {
            draft.delete(by, "./DMAcc/1").unwrap();
        });
    }),
    ("the client deletes it", |tree, n| {
        change(tree, n, None, |draft, by| {
            draft.delete(by, "./DMAcc/1").unwrap();
        });
    }),
    ("another takes its place", |tree, n| {
        change(tree, n, None, replace_first);
    }),
    ("all accounts are replaced", |tree, n| {
        change(tree, n, None, |draft, by| {
            let empty =
                "<MgmtTree><VerDTD>1.2</VerDTD><Node><NodeName>DMAcc</NodeName></Node></MgmtTree>";
            draft.import(by, ".", empty.as_bytes(), true).unwrap();
        });
    }),
];

/// Gives servers a and b rights on a node of neither.
fn grant(tree: &mut Tree<MemStore>) {
    change(tree, 0, None, |draft, by| {
        draft.add(by, "./Vendor/Ext/X", Item::chr("x")).unwrap();
        let acl = Item::chr("Get=a+b&Replace=a");
        draft.replace(by, "./Vendor/Ext/X?prop=ACL", acl).unwrap();
    });
}

#[test]
fn a_server_without_account_is_in_no_acl() {
    for (way, go) in WAYS {
        let mut tree = tree();
        grant(&mut tree);
        Try::file(&body("a")).on(&mut tree).unwrap();
        assert_eq!(acl(&tree, "./NAP/1"), "Get=a&Replace=a&Delete=a");
        go(&mut tree, 5);
        assert_eq!(acl(&tree, "./Vendor/Ext/X"), "Get=b", "{way}");
        assert_eq!(acl(&tree, "./NAP/1"), "", "{way}");
        assert_eq!(acl(&tree, "."), "Add=*&Get=*", "{way}");
    }
    // Another name for the server
    let mut tree = tree();
    grant(&mut tree);
    Try::file(&body("a")).on(&mut tree).unwrap();
    change(&mut tree, 5, None, |draft, by| {
        draft
            .replace(by, "./DMAcc/1/ServerID", Item::chr("c"))
            .unwrap();
    });
    assert_eq!(acl(&tree, "./Vendor/Ext/X"), "Get=b");
}

#[test]
fn a_server_with_another_account_keeps_its_rights() {
    let mut tree = tree();
    grant(&mut tree);
    Try::file(&body("a")).on(&mut tree).unwrap();
    Try::card(&cp(&account("a", "")), "8949")
        .on(&mut tree)
        .unwrap();
    WAYS[0].1(&mut tree, 5);
    assert_eq!(acl(&tree, "./Vendor/Ext/X"), "Get=a+b&Replace=a");
    // The last goes with the card
    let gone = forget_at(&mut tree, "8949", &[]);
    assert!(gone.servers.contains("a"), "{gone:?}");
    assert_eq!(acl(&tree, "./Vendor/Ext/X"), "Get=b");
}

/// Also to rights of a server that has no account any more.
#[test]
fn an_undo_goes_back_to_what_was() {
    let mut tree = tree();
    grant(&mut tree);
    let before = format!("{:?}", content(&tree));
    Try::file(&body("a")).on(&mut tree).unwrap();
    undo_at(&mut tree, 5).unwrap();
    assert_eq!(format!("{:?}", content(&tree)), before);
    assert_eq!(acl(&tree, "./Vendor/Ext/X"), "Get=a+b&Replace=a");
}

/// The time for which a message is refused counts from when what it brought went.
#[test]
fn messages_are_refused_from_when_they_are_gone() {
    const DAY: u64 = 86_400;
    let message = body("a");
    let attempt = |now| Try {
        now,
        ..Try::file(&message)
    };
    for (way, go) in WAYS {
        let mut tree = tree();
        attempt(1).on(&mut tree).unwrap();
        assert_eq!(attempt(79 * DAY).on(&mut tree).unwrap(), Outcome::Unchanged);
        go(&mut tree, 80 * DAY);
        for now in [80 * DAY, 91 * DAY, 170 * DAY - 1] {
            refused(&mut tree, &attempt(now), "replayed", "apply-replayed");
        }
        let outcome = attempt(170 * DAY).on(&mut tree);
        assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{way}");
    }
}

/// An account that another document replaced is gone, whatever else its document brought.
#[test]
fn a_document_of_which_the_account_was_replaced() {
    const DAY: u64 = 86_400;
    let old = dm(&(inbox(&interior("Acc", DMACC, &account_nodes("a", "")))
        + &plain("./Vendor/Ext/Colour", "chr", "red")));
    let new = body("a");
    let mut tree = tree();
    overwriting(&old, "file").on(&mut tree).unwrap();
    let late = Try {
        now: 80 * DAY,
        ..overwriting(&new, "file")
    };
    late.on(&mut tree).unwrap();
    let again = Try {
        now: 91 * DAY,
        ..overwriting(&old, "file")
    };
    refused(&mut tree, &again, "replayed", "apply-replayed");
    undo_at(&mut tree, 92 * DAY).unwrap();
    assert_eq!(again.on(&mut tree).unwrap(), Outcome::Unchanged);
}
