//! Where profiles come from: a folder of the user's, then the program itself.

use crate::bytes::edits;
use crate::document::profile::{self, Profile, shipped};
use crate::document::receivers::{self, Receiver};
use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

/// Profiles by name. A folder's profile hides the program's of the same name.
#[derive(Debug, Clone, Default)]
pub struct Library {
    folder: Option<PathBuf>,
    used: RefCell<Vec<PathBuf>>,
}

/// A profile that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// No profile of this name.
    #[error(
        "there is no profile {name:?}{near}; `dmboot profile list` shows all, a path to a .toml file works too"
    )]
    Unknown {
        /// The name asked for.
        name: String,
        /// The nearest name, in words; may be empty.
        near: String,
    },
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No receiver of this name.
    #[error("there is no receiver {name:?}{near}; `dmboot receiver list` shows all")]
    UnknownReceiver {
        /// The name asked for.
        name: String,
        /// The nearest name, in words; may be empty.
        near: String,
    },
    /// The description of a receiver is malformed.
    #[error(transparent)]
    Receiver(#[from] receivers::Error),
    /// The profile is malformed.
    #[error(transparent)]
    Profile(#[from] profile::Error),
}

/// The part of a folder of profiles that holds receivers.
const RECEIVERS: &str = "receivers";

/// A profile is not larger than this many octets.
pub const MAX_OCTETS: u64 = 1 << 20;

impl Library {
    /// The program's profiles, hidden by those of a folder.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            used: RefCell::default(),
        }
    }

    /// Loads a profile by name, or by path when the name ends in `.toml`.
    ///
    /// # Errors
    /// [`LibraryError`]
    pub fn load(&self, name: &str) -> Result<Profile, LibraryError> {
        let text = match name.strip_suffix(".toml") {
            Some(_) => Some(self.read(Path::new(name))?),
            None => self.text(name)?,
        };
        let Some(text) = text else {
            return Err(LibraryError::Unknown {
                name: name.to_owned(),
                near: self.near(name),
            });
        };
        let is_path = name.ends_with(".toml");
        let find = |base: &str| match base.strip_suffix(".toml") {
            Some(_) if is_path => self.read(Path::new(base)).ok(),
            // Beside a profile of the user's folder
            Some(named) => self.text(named).ok().flatten(),
            None => self.text(base).ok().flatten(),
        };
        Ok(Profile::parse(name, &text, &find).map_err(|mut error| {
            // A file of the user's is named by its path
            if let Some(path) = self.own(&error.place.profile) {
                error.place.profile = path.display().to_string().into();
            }
            error
        })?)
    }

    /// The file in the user's folder that has this profile, if there is one.
    fn own(&self, name: &str) -> Option<PathBuf> {
        // A name is not a way out of the folder
        let plain = name
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.'));
        let path = self.folder.as_ref()?.join(format!("{name}.toml"));
        (plain && path.exists()).then_some(path)
    }

    /// The text of a profile, if there is one of this name.
    ///
    /// # Errors
    /// [`LibraryError::Read`]
    pub fn text(&self, name: &str) -> Result<Option<String>, LibraryError> {
        if let Some(folder) = &self.folder {
            // A folder that is not there would let the program's own profile take its place
            std::fs::read_dir(folder).map_err(|source| LibraryError::Read {
                path: folder.clone(),
                source,
            })?;
        }
        if let Some(path) = self.own(name) {
            return Ok(Some(self.read(&path)?));
        }
        Ok(shipped::find(name).map(str::to_owned))
    }

    /// All names, sorted.
    ///
    /// # Errors
    /// [`LibraryError::Read`] when the folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>, LibraryError> {
        let mut names: Vec<String> = shipped::PROFILES
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        if let Some(folder) = &self.folder {
            collect(folder, "", &mut names)?;
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Loads the description of a receiver by name, or by path when the name ends in `.toml`. One
    /// in the folder's `receivers` hides the program's of the same name.
    ///
    /// # Errors
    /// [`LibraryError`]
    pub fn receiver(&self, name: &str) -> Result<Receiver, LibraryError> {
        if name.ends_with(".toml") {
            return Ok(Receiver::parse(name, &self.read(Path::new(name))?)?);
        }
        if let Some(path) = self.own(&format!("{RECEIVERS}/{name}")) {
            let shown = path.display().to_string();
            let mut receiver = Receiver::parse(&shown, &self.read(&path)?)?;
            name.clone_into(&mut receiver.name);
            return Ok(receiver);
        }
        if let Some(text) = receivers::shipped::find(name) {
            return Ok(Receiver::parse(name, text)?);
        }
        let names = self.receiver_names()?;
        let near = names.iter().min_by_key(|known| edits(known, name));
        let near = near.filter(|near| edits(near, name) <= 3).cloned();
        let near = near.or_else(|| self.receiver_of(name));
        Err(LibraryError::UnknownReceiver {
            name: name.to_owned(),
            near: near.map_or_else(String::new, |near| format!("; did you mean {near}?")),
        })
    }

    /// The receiver that a maker or product of this name belongs to, as its description says.
    fn receiver_of(&self, word: &str) -> Option<String> {
        // What is shorter may be any word
        let all = self.receivers().ok().filter(|_| word.len() > 3)?;
        let says = |receiver: &Receiver| {
            let mut words = receiver.description.split(|c: char| !c.is_alphanumeric());
            words.any(|known| known.eq_ignore_ascii_case(word))
        };
        all.into_iter().find(says).map(|receiver| receiver.name)
    }

    /// Loads the descriptions of all receivers, sorted by their names.
    ///
    /// # Errors
    /// [`LibraryError`]
    pub fn receivers(&self) -> Result<Vec<Receiver>, LibraryError> {
        let names = self.receiver_names()?;
        names.iter().map(|name| self.receiver(name)).collect()
    }

    /// The names of all receivers, sorted.
    ///
    /// # Errors
    /// [`LibraryError::Read`] when the folder cannot be read.
    pub fn receiver_names(&self) -> Result<Vec<String>, LibraryError> {
        let shipped = receivers::shipped::RECEIVERS;
        let mut names: Vec<String> = shipped.iter().map(|(name, _)| (*name).to_owned()).collect();
        if let Some(folder) = self.folder.as_ref().map(|folder| folder.join(RECEIVERS))
            && folder.is_dir()
        {
            // Two levels would be profiles'
            collect(&folder, "/", &mut names)?;
            names.iter_mut().for_each(|name| {
                if let Some(own) = name.strip_prefix('/') {
                    *name = own.to_owned();
                }
            });
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The files that were read so far: a job must not write over them.
    #[must_use]
    pub fn used(&self) -> Vec<PathBuf> {
        self.used.borrow().clone()
    }

    fn read(&self, path: &Path) -> Result<String, LibraryError> {
        self.used.borrow_mut().push(path.to_owned());
        read_text(path, MAX_OCTETS).map_err(|source| LibraryError::Read {
            path: path.to_owned(),
            source,
        })
    }

    fn near(&self, name: &str) -> String {
        // The folder may be missing, or the name have a slip
        let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
        let distance = |known: &String| edits(&last(known), &last(name));
        let names = self.names().unwrap_or_default();
        let near = names.iter().min_by_key(|known| distance(known));
        near.filter(|near| distance(near) <= 2)
            .map(|near| format!("; did you mean {near}?"))
            .unwrap_or_default()
    }
}

fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), LibraryError> {
    let failed = |source| LibraryError::Read {
        path: folder.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        // Receivers are no profiles
        if prefix.is_empty() && name == RECEIVERS {
            continue;
        }
        // Two levels: profiles/KIND/NAME.toml
        if entry.path().is_dir() && prefix.is_empty() {
            collect(&entry.path(), &format!("{name}/"), names)?;
        } else if let Some(name) = name.strip_suffix(".toml") {
            names.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

/// Reads a text file of at most so many octets, whatever its size is said to be.
///
/// # Errors
/// As reading a file; `FileTooLarge` beyond the limit.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    let mut text = String::new();
    io::Read::read_to_string(
        &mut io::Read::take(std::fs::File::open(path)?, limit + 1),
        &mut text,
    )?;
    if text.len() as u64 > limit {
        let found = format!("more than {limit} octets");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, found));
    }
    Ok(text)
}
