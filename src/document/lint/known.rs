//! All rules that a document or message can break, by their ids.

use crate::document::cp::rules as cp;
use crate::document::dm::{map, notification, rules as dm};
use crate::finding::Rule;
use crate::wire::{wbxml, wsp};

fn all() -> impl Iterator<Item = &'static Rule> {
    let lists = [
        super::ALL,
        cp::ALL,
        dm::ALL,
        map::rules::ALL,
        notification::RULES,
        wsp::RULES,
        &wbxml::rules::ALL,
    ];
    lists.into_iter().flatten().copied()
}

/// The rule of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// The id that a wrong one probably means.
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    let parts: Vec<&str> = id
        .split(['-', '_', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    // The rule that has the most of its words, in whatever order, then the shortest
    let common = |rule: &Rule| {
        let words: Vec<&str> = rule.id.split('-').collect();
        let alike = |part: &&&str| words.iter().any(|word| word == *part);
        parts.iter().filter(alike).count()
    };
    let slips = |rule: &Rule| crate::bytes::edits(id, rule.id);
    let slip = all().min_by_key(|rule| slips(rule))?;
    if slips(slip) <= 3 {
        return Some(slip.id);
    }
    let best = all().min_by_key(|rule| (std::cmp::Reverse(common(rule)), rule.id.len()))?;
    (common(best) >= 2).then_some(best.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique_and_found() {
        let mut ids = HashSet::new();
        for rule in all() {
            assert!(ids.insert(rule.id), "{}", rule.id);
            assert!(find(rule.id).is_some_and(|found| std::ptr::eq(found, rule)));
        }
        assert_eq!(nearest("lint-plan-http"), Some("lint-plain-http"));
        assert_eq!(nearest("lint-http-plain"), Some("lint-plain-http"));
        assert_eq!(nearest("plain_http"), Some("lint-plain-http"));
        assert_eq!(nearest("colour"), None);
    }
}
