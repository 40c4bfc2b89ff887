//! Test vectors for those who write clients: messages as octets, and what a conforming client makes
//! of each.
//!
//! `vectors/*.toml` say what a vector shows, what it is made of, and what its verdict is; the octets
//! come from the encoders and signers of this crate, the tree of a message that is taken from its
//! client. A verdict that the client contradicts is an error here, not a vector. The same program
//! writes the same octets each time. `vectors/README.md` describes the files.

mod case;
mod judge;
mod make;
mod write;

use case::Chapter;
use std::collections::BTreeMap;

/// A file of the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub octets: Vec<u8>,
}

/// Vectors that cannot be made as they are described: a fault of this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct VectorError {
    /// The file concerned.
    pub place: String,
    /// What is wrong, for each vector a line.
    pub fault: String,
}

impl VectorError {
    fn new(place: &str, fault: impl std::fmt::Display) -> Self {
        Self {
            place: place.to_owned(),
            fault: fault.to_string(),
        }
    }
}

/// The descriptions, and the files that they become.
const CHAPTERS: [(&str, &str); 4] = [
    (
        "cp-documents.json",
        include_str!("../../vectors/cp-documents.toml"),
    ),
    ("cp-push.json", include_str!("../../vectors/cp-push.toml")),
    (
        "dm-bootstrap.json",
        include_str!("../../vectors/dm-bootstrap.toml"),
    ),
    (
        "notification.json",
        include_str!("../../vectors/notification.toml"),
    ),
];

/// All files of the set.
///
/// # Errors
/// [`VectorError`], which no set that was tested gives.
pub fn files() -> Result<Vec<File>, VectorError> {
    let text = |name, text: &str| File {
        name,
        octets: text.as_bytes().to_vec(),
    };
    let mut files = vec![
        text("LICENSE", include_str!("../../vectors/LICENSE")),
        text("README.md", include_str!("../../vectors/README.md")),
    ];
    let ddf = crate::client::tree::ddf::shipped();
    let ddf = ddf.map_err(|error| VectorError::new("description.xml", error))?;
    let xml = ddf.to_xml();
    let xml = xml.map_err(|error| VectorError::new("description.xml", error))?;
    files.push(text("description.xml", &xml));
    let device = judge::device(&ddf).map_err(|error| VectorError::new("description.xml", error))?;
    let (mut index, mut faults) = (Vec::new(), Vec::new());
    // Of this chapter and those before it
    let mut documents = BTreeMap::new();
    let chapters: Vec<(&str, Chapter)> = CHAPTERS
        .iter()
        .map(|(name, source)| {
            let chapter = toml::from_str(source).map_err(|error| VectorError::new(name, error));
            Ok((*name, chapter?))
        })
        .collect::<Result<_, VectorError>>()?;
    let mut messages = BTreeMap::new();
    for (name, chapter) in &chapters {
        documents.extend(chapter.documents.clone());
        let mut made = Vec::new();
        for case in &chapter.vector {
            let message = make::message(case, &documents);
            let judged = message.and_then(|message| {
                let judged = judge::judged(case, &message, &messages, &device)?;
                Ok((message, judged))
            });
            match judged {
                Ok(_) if messages.contains_key(&case.id) => {
                    faults.push(format!("{}: there are two of this id", case.id));
                }
                Ok((message, judged)) => {
                    made.push(write::Vector::new(case, &message, judged));
                    messages.insert(case.id.clone(), (case, message));
                }
                Err(fault) => faults.push(format!("{}: {fault}", case.id)),
            }
        }
        files.push(write::chapter(name, &chapter.about, &made)?);
        index.extend(made.iter().map(|vector| vector.entry(name)));
    }
    if !faults.is_empty() {
        return Err(VectorError::new("vectors", faults.join("\n")));
    }
    files.push(write::index(&index)?);
    Ok(files)
}
