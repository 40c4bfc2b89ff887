//! Where a judge is known to differ: tests/interop/exceptions. What differs and is not listed fails
//! the test, and so does what is listed and no longer differs.

use dmboot::document::cp::{Characteristic, Document, Node, Value};
use std::fmt;

/// Two readings of one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// What is read or written.
    pub what: String,
    /// What we say.
    pub ours: String,
    /// What the judge says.
    pub theirs: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, ours, theirs } = self;
        write!(f, "{what}: ours {ours:?}, theirs {theirs:?}")
    }
}

/// A difference that is right.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    /// `*` for anything.
    what: String,
    ours: String,
    theirs: String,
    /// Only in documents whose name has this.
    document: Option<String>,
    reason: String,
    source: String,
}

impl Exception {
    fn covers(&self, document: &str, difference: &Difference) -> bool {
        (self.what == "*" || self.what == difference.what)
            && self.ours == difference.ours
            && self.theirs == difference.theirs
            && self
                .document
                .as_ref()
                .is_none_or(|name| document.contains(name))
    }
}

#[derive(Debug, serde::Deserialize)]
struct File {
    exception: Vec<Exception>,
}

/// The exceptions of one judge, and what is not among them.
#[derive(Debug)]
pub struct Exceptions {
    list: Vec<(Exception, bool)>,
    unlisted: Vec<String>,
}

impl Exceptions {
    /// Reads the list of a judge.
    pub fn of(judge: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/exceptions");
        let text = std::fs::read_to_string(format!("{folder}/{judge}.toml")).unwrap();
        let file: File = toml::from_str(&text).unwrap();
        let list: Vec<_> = file.exception.into_iter().map(|one| (one, false)).collect();
        for (exception, _) in &list {
            assert!(!exception.reason.is_empty() && !exception.source.is_empty());
        }
        Self {
            list,
            unlisted: Vec::new(),
        }
    }

    /// Takes note of how a judge differs about a document.
    pub fn note(&mut self, document: &str, differences: Vec<Difference>) {
        for difference in differences {
            let mut covered = false;
            for (exception, used) in &mut self.list {
                if exception.covers(document, &difference) {
                    *used = true;
                    covered = true;
                }
            }
            if !covered {
                self.unlisted.push(format!("{document}: {difference}"));
            }
        }
    }

    /// # Panics
    /// When something differs that is not listed, or something listed does not differ.
    pub fn settle(self) {
        let Self { list, mut unlisted } = self;
        unlisted.dedup();
        let count = unlisted.len();
        unlisted.truncate(40);
        assert!(count == 0, "{count} not listed:\n{}", unlisted.join("\n"));
        for (exception, used) in list {
            assert!(used, "no longer occurs: {exception:?}");
        }
    }
}

/// How two documents differ: value by value where their shape is the same.
pub fn differences(ours: &Document<'_>, theirs: &Document<'_>) -> Vec<Difference> {
    let (flat_ours, flat_theirs) = (flatten(ours), flatten(theirs));
    let shape = |flat: &[(String, String)]| -> Vec<String> {
        flat.iter().map(|(what, _)| what.clone()).collect()
    };
    if shape(&flat_ours) != shape(&flat_theirs) {
        return vec![Difference {
            what: "shape".into(),
            ours: format!("{flat_ours:?}"),
            theirs: format!("{flat_theirs:?}"),
        }];
    }
    let pairs = flat_ours.into_iter().zip(flat_theirs);
    pairs
        .filter(|(ours, theirs)| ours != theirs)
        .map(|((what, ours), (_, theirs))| Difference { what, ours, theirs })
        .collect()
}

/// The document as a list of what stands where, and what it says.
fn flatten(document: &Document<'_>) -> Vec<(String, String)> {
    let mut flat = Vec::new();
    let version = document.version.as_ref().map(Value::as_str);
    flat.push(("version".to_owned(), version.unwrap_or("(none)").to_owned()));
    for characteristic in &document.characteristics {
        append(characteristic, &mut flat);
    }
    flat
}

fn append(characteristic: &Characteristic<'_>, flat: &mut Vec<(String, String)>) {
    flat.push(("type".into(), characteristic.kind.clone().into_owned()));
    for node in &characteristic.nodes {
        match node {
            Node::Characteristic(child) => append(child, flat),
            Node::Parm(parm) => {
                flat.push(("name".into(), parm.name.clone().into_owned()));
                let value = parm.value.as_ref().map(Value::as_str);
                flat.push(("value".into(), value.unwrap_or("(none)").to_owned()));
            }
        }
    }
    flat.push(("end".into(), String::new()));
}
