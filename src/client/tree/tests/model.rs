//! Random commands against a naive model: a map of addresses, searched from end to end.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap as Map;

/// A node of the model. Without a value it is an interior one.
#[derive(Debug, Clone, PartialEq)]
struct Plain {
    value: Option<String>,
    acl: String,
}

/// The model: everything hangs below ./Vendor/Ext, where anything may.
#[derive(Debug, Clone, PartialEq)]
struct Model(Map<Vec<String>, Plain>);

#[derive(Debug, Clone)]
enum Step {
    Add(Vec<String>, Option<String>),
    Get(Vec<String>),
    Replace(Vec<String>, String),
    Delete(Vec<String>),
    Copy(Vec<String>, Vec<String>),
    Acl(Vec<String>, String),
    Name(Vec<String>, String),
    /// Ends the draft: kept or dropped.
    End(bool),
}

impl Model {
    fn parent(place: &[String]) -> Vec<String> {
        place[..place.len() - 1].to_vec()
    }

    /// Everything above ./Vendor/Ext grants what the root grants.
    fn may(&self, who: &str, place: &[String], command: &str) -> bool {
        let mut at = place.to_vec();
        while !at.is_empty() {
            let acl = self
                .0
                .get(&at)
                .map(|node| node.acl.clone())
                .unwrap_or_default();
            if !acl.is_empty() {
                return Self::grants(&acl, who, command);
            }
            at.pop();
        }
        matches!(command, "Add" | "Get")
    }

    fn grants(acl: &str, who: &str, command: &str) -> bool {
        acl.split('&').any(|entry| {
            let (name, ids) = entry.split_once('=').unwrap();
            name == command && ids.split('+').any(|id| id == who || id == "*")
        })
    }

    fn interior(&self, place: &[String]) -> bool {
        place.is_empty() || self.0.get(place).is_some_and(|node| node.value.is_none())
    }

    fn add(&mut self, who: &str, place: &[String], value: Option<String>) -> u16 {
        if place.is_empty() || self.0.contains_key(place) {
            return 418;
        }
        let before = self.clone();
        for end in 1..=place.len() {
            let at = &place[..end];
            if self.0.contains_key(at) {
                continue;
            }
            let parent = Self::parent(at);
            let code = match () {
                () if !self.interior(&parent) => 405,
                () if !self.may(who, &parent, "Add") => 425,
                () => 200,
            };
            if code != 200 {
                *self = before;
                return code;
            }
            let value = if end == place.len() {
                value.clone()
            } else {
                None
            };
            let acl = match value {
                None if !self.may(who, &parent, "Replace") => {
                    format!("Add={who}&Delete={who}&Replace={who}")
                }
                _ => String::new(),
            };
            self.0.insert(at.to_vec(), Plain { value, acl });
        }
        200
    }

    fn run(&mut self, who: &str, step: &Step) -> u16 {
        match step {
            Step::Add(place, value) => self.add(who, place, value.clone()),
            Step::Get(place) => match self.exists(place) {
                false => 404,
                true if self.may(who, place, "Get") => 200,
                true => 425,
            },
            Step::Replace(place, value) => self.replace(who, place, value),
            Step::Delete(place) => match () {
                // The open node itself is permanent
                () if place.is_empty() && self.may(who, place, "Delete") => 405,
                () if !self.exists(place) => 404,
                () if !self.may(who, place, "Delete") => 425,
                () => {
                    self.0.retain(|at, _| !at.starts_with(place));
                    200
                }
            },
            Step::Copy(from, to) => {
                if !self.exists(from) {
                    return 404;
                }
                if !self.may(who, from, "Get") {
                    return 425;
                }
                if self.interior(from) {
                    return 403;
                }
                let value = self.0[from].value.clone().unwrap();
                if !self.exists(to) {
                    return self.add(who, to, Some(value));
                }
                match self.replace(who, to, &value) {
                    405 => 403,
                    code => code,
                }
            }
            Step::Acl(place, acl) => {
                if !self.exists(place) {
                    return 404;
                }
                let own = self.interior(place) && self.may(who, place, "Replace");
                let parent = place.is_empty() || self.may(who, &Self::parent(place), "Replace");
                if !own && (place.is_empty() || !parent) {
                    return 425;
                }
                if let Some(node) = self.0.get_mut(place) {
                    node.acl.clone_from(acl);
                }
                200
            }
            Step::Name(place, name) => {
                if !self.exists(place) {
                    return 404;
                }
                if !self.may(who, place, "Replace") {
                    return 425;
                }
                let mut to = Self::parent(place);
                to.push(name.clone());
                if self.0.contains_key(&to) {
                    return 418;
                }
                let old = std::mem::take(&mut self.0);
                for (at, node) in old {
                    match at.strip_prefix(place.as_slice()) {
                        Some(rest) => self.0.insert([&to, rest].concat(), node),
                        None => self.0.insert(at, node),
                    };
                }
                200
            }
            Step::End(_) => 200,
        }
    }

    fn exists(&self, place: &[String]) -> bool {
        place.is_empty() || self.0.contains_key(place)
    }

    fn replace(&mut self, who: &str, place: &[String], value: &str) -> u16 {
        match () {
            () if !self.exists(place) => 404,
            () if !self.may(who, place, "Replace") => 425,
            () if self.interior(place) => 405,
            () => {
                self.0.get_mut(place).unwrap().value = Some(value.to_owned());
                200
            }
        }
    }
}

fn uri(place: &[String]) -> String {
    let mut uri = "./Vendor/Ext".to_owned();
    for name in place {
        uri = format!("{uri}/{name}");
    }
    uri
}

fn run(draft: &mut Draft<'_, MemStore>, by: By<'_>, step: &Step) -> u16 {
    match step {
        Step::Add(place, None) => code(draft.add(by, &uri(place), Item::interior(""))),
        Step::Add(place, Some(text)) => code(draft.add(by, &uri(place), Item::chr(text))),
        Step::Get(place) => code(draft.get(by, &uri(place))),
        Step::Replace(place, text) => code(draft.replace(by, &uri(place), Item::chr(text))),
        Step::Delete(place) => code(draft.delete(by, &uri(place))),
        Step::Copy(from, to) => code(draft.copy(by, &uri(from), &uri(to))),
        Step::Acl(place, acl) => {
            let uri = format!("{}?prop=ACL", uri(place));
            code(draft.replace(by, &uri, Item::chr(acl)))
        }
        Step::Name(place, name) => {
            let uri = format!("{}?prop=Name", uri(place));
            code(draft.replace(by, &uri, Item::chr(name)))
        }
        Step::End(_) => 200,
    }
}

/// What hangs below the open node.
fn found(nodes: &impl Nodes) -> Model {
    let top = path("./Vendor/Ext");
    let all = nodes.subtree(&top).unwrap();
    let mut model = Map::new();
    for path in all.iter().filter(|path| **path != top) {
        let node = nodes.node(path).unwrap().unwrap();
        let place = path.names().skip(2).map(str::to_owned).collect();
        let text = node.value.expose_text().unwrap().to_owned();
        let value = (!node.is_interior()).then_some(text);
        model.insert(
            place,
            Plain {
                value,
                acl: node.acl.clone(),
            },
        );
    }
    // Lists of children and of everything agree
    let mut walked = vec![top];
    let mut at = 0;
    while let Some(path) = walked.get(at).cloned() {
        walked.extend(nodes.children(&path).unwrap());
        at += 1;
    }
    walked.sort();
    assert_eq!(walked, all);
    Model(model)
}

fn place() -> impl Strategy<Value = Vec<String>> {
    // Names that sort around the separator
    let name = prop_oneof![Just("A"), Just("A!"), Just("B"), Just("-")];
    prop::collection::vec(name.prop_map(str::to_owned), 1..4)
}

fn acl() -> impl Strategy<Value = String> {
    let ids = prop_oneof![Just("a"), Just("b"), Just("a+b"), Just("*")];
    let entries = prop::collection::btree_map(
        prop_oneof![Just("Add"), Just("Delete"), Just("Get"), Just("Replace")],
        ids,
        0..5,
    );
    entries.prop_map(|entries| {
        let entries: Vec<_> = entries
            .iter()
            .map(|(name, ids)| format!("{name}={ids}"))
            .collect();
        entries.join("&")
    })
}

fn step() -> impl Strategy<Value = Step> {
    let text = || "[a-c]{0,2}";
    prop_oneof![
        6 => (place(), proptest::option::of(text())).prop_map(|(p, v)| Step::Add(p, v)),
        2 => place().prop_map(Step::Get),
        2 => (place(), text()).prop_map(|(p, v)| Step::Replace(p, v)),
        2 => place().prop_map(Step::Delete),
        2 => (place(), place()).prop_map(|(p, q)| Step::Copy(p, q)),
        4 => (place(), acl()).prop_map(|(p, acl)| Step::Acl(p, acl)),
        1 => (place(), prop_oneof![Just("A"), Just("C")]).prop_map(|(p, n)| Step::Name(p, n.into())),
        1 => any::<bool>().prop_map(Step::End),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn commands_do_what_the_model_does(
        steps in prop::collection::vec((prop_oneof![Just("a"), Just("b")], step()), 1..60),
    ) {
        let now = at(1);
        let mut tree = tree_with(|_| {});
        let mut kept = Model(Map::new());
        let mut steps = steps.iter().peekable();
        while steps.peek().is_some() {
            let mut model = kept.clone();
            let mut draft = tree.draft().unwrap();
            let mut keep = false;
            for (who, step) in steps.by_ref() {
                let actor = Actor::server(who).unwrap();
                let by = By { actor: &actor, now: &now };
                let before = draft.changes().clone();
                let expected = model.run(who, step);
                prop_assert_eq!(run(&mut draft, by, step), expected, "{} {:?}", who, step);
                if expected != 200 {
                    prop_assert_eq!(draft.changes(), &before);
                }
                prop_assert_eq!(&found(&draft), &model);
                if let Step::End(end) = step {
                    keep = *end;
                    break;
                }
            }
            prop_assert_eq!(draft.check().unwrap(), []);
            if keep {
                draft.commit(By { actor: &Actor::CLIENT, now: &now }, "steps").unwrap();
                kept = model;
            } else {
                drop(draft);
            }
            prop_assert_eq!(&found(tree.store()), &kept);
        }
    }
}
