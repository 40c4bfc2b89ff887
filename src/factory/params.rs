//! Values that hold for all devices: a params file, the environment, files, the command line.

use crate::bytes::{Hex, edits};
use crate::document::profile::random::{DeriveError, Seed};
use crate::document::profile::{Profile, Type};
use crate::finding::Position;
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

/// Values for all devices, and the seed of the job.
#[derive(Debug, Default)]
pub struct Params {
    values: BTreeMap<String, Secret>,
    seed: Option<Seed>,
    used: Vec<PathBuf>,
}

/// Values that cannot be had. None shows a value.
#[derive(Debug, thiserror::Error)]
pub enum ParamsError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The params file is malformed.
    #[error("{path}: {at}: {found}, expected {expected}", path = path.display())]
    Malformed {
        /// The params file.
        path: PathBuf,
        /// Where.
        at: Position,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// An environment variable is not set, or not text.
    #[error("the environment variable {0} is not set to a text; set it for this command")]
    Environment(String),
    /// The seed is too short.
    #[error(transparent)]
    Seed(#[from] DeriveError),
    /// A name that the profile does not know.
    #[error(
        "{profile} has no parameter {name:?}{near}; `dmboot profile show {profile}` lists them"
    )]
    Unknown {
        /// The name.
        name: String,
        /// The profile.
        profile: String,
        /// The nearest name, in words; may be empty.
        near: String,
    },
    /// A secret on the command line.
    #[error(
        "{0} is a secret and does not go on a command line, where others can read it; put it into the list, or into a file named by --params"
    )]
    SecretOnCommandLine(String),
    /// Not NAME=VALUE. The text may be a secret, so it is not shown.
    #[error("--set takes NAME=VALUE, e.g. --set server_id=mgmt.example")]
    NotAnAssignment,
}

/// The name under which a params file has the seed.
const SEED: &str = "job_seed";

/// A params file is not larger than this many octets, nor is a file that holds a value.
const MAX_OCTETS: u64 = 1 << 20;

impl Params {
    /// Reads a params file: TOML, `name = "value"`, `name = { env = "VARIABLE" }` or
    /// `name = { file = "path" }`; paths are relative to the file. `job_seed` is the seed. The file
    /// of a parameter of type bytes, and that of the seed, may hold the octets themselves.
    ///
    /// # Errors
    /// [`ParamsError`]
    pub fn read(&mut self, path: &Path, profile: &Profile) -> Result<(), ParamsError> {
        let octets = read(path)?;
        self.used.push(path.to_owned());
        let malformed = |at, found: String, expected: &str| ParamsError::Malformed {
            path: path.to_owned(),
            at,
            found,
            expected: expected.into(),
        };
        let text = std::str::from_utf8(&octets).map_err(|error| {
            let (found, expected) = ("octets that are not UTF-8".into(), "UTF-8 text");
            malformed(Position::Offset(error.valid_up_to()), found, expected)
        })?;
        // The parser's own message may quote the line, and so a secret
        let table = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(text.len(), |span| span.start);
            malformed(
                Position::in_text(text, offset),
                "no TOML".into(),
                "lines like name = \"value\"",
            )
        })?;
        for (name, value) in table.get_ref() {
            let name = name.get_ref().to_string();
            let at = Position::in_text(text, value.span().start);
            let secret = match value.get_ref() {
                DeValue::String(text) => Secret::from(&**text),
                DeValue::Integer(number) => Secret::from(number.as_str()),
                DeValue::Table(table) => {
                    let id = profile.parameter(&name);
                    let bytes = id.is_some_and(|id| profile.parameters[id].kind == Type::Bytes);
                    let raw = bytes || name == SEED;
                    let secret = self.value_elsewhere(table, path, raw)?.ok_or_else(|| {
                        malformed(
                            at,
                            format!("{name} with other keys"),
                            "{ env = \"…\" } or { file = \"…\" }",
                        )
                    })?;
                    if bytes {
                        Secret::from(Hex(hex_or_raw(&secret).expose()).to_string())
                    } else {
                        secret
                    }
                }
                _ => {
                    return Err(malformed(at, format!("{name} of another type"), "a string"));
                }
            };
            if name == SEED {
                self.set_seed(&secret)?;
            } else if secret.expose_text().is_none() {
                let found = format!("{name} from octets that are not UTF-8");
                return Err(malformed(at, found, "text"));
            } else {
                self.values.insert(name, secret);
            }
        }
        Ok(())
    }

    /// Takes `NAME=VALUE` from the command line, where secrets are refused.
    ///
    /// # Errors
    /// [`ParamsError`]
    pub fn set(&mut self, assignment: &str, profile: &Profile) -> Result<(), ParamsError> {
        let (name, value) = assignment
            .split_once('=')
            .ok_or(ParamsError::NotAnAssignment)?;
        let secret = profile
            .parameter(name)
            .map(|id| profile.parameters[id].secret);
        if secret.unwrap_or(name == SEED) {
            return Err(ParamsError::SecretOnCommandLine(name.to_owned()));
        }
        self.values.insert(name.to_owned(), Secret::from(value));
        Ok(())
    }

    /// Reads the seed of the job from a file: hexadecimal text, other text, or the octets
    /// themselves. Blanks and line ends around a text do not belong to it.
    ///
    /// # Errors
    /// [`ParamsError`]
    pub fn read_seed(&mut self, path: &Path) -> Result<(), ParamsError> {
        self.used.push(path.to_owned());
        self.set_seed(&Secret::new(read(path)?.to_vec()))
    }

    /// The files that were read: a job must not write over them.
    #[must_use]
    pub fn used(&self) -> &[PathBuf] {
        &self.used
    }

    fn value_elsewhere(
        &mut self,
        table: &DeTable<'_>,
        params: &Path,
        raw: bool,
    ) -> Result<Option<Secret>, ParamsError> {
        let mut entries = table.iter();
        let (Some((key, value)), None) = (entries.next(), entries.next()) else {
            return Ok(None);
        };
        let value: &Spanned<DeValue<'_>> = value;
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("env", DeValue::String(name)) => match std::env::var(&**name) {
                Ok(text) => Ok(Some(Secret::from(text))),
                Err(_) => Err(ParamsError::Environment(name.to_string())),
            },
            ("file", DeValue::String(name)) => {
                let path = params.parent().unwrap_or(Path::new("")).join(&**name);
                self.used.push(path.clone());
                // Of octets, none is a line end
                let value = if raw {
                    Secret::new(read(&path)?.to_vec())
                } else {
                    read_value(&path)?
                };
                Ok(Some(value))
            }
            _ => Ok(None),
        }
    }

    fn set_seed(&mut self, secret: &Secret) -> Result<(), ParamsError> {
        let text = secret.expose().trim_ascii();
        let is_text = text
            .iter()
            .all(|octet| octet.is_ascii_graphic() || *octet == b' ');
        let octets = match crate::bytes::from_hex(text) {
            None if is_text => Secret::new(text.to_vec()),
            // Octets that happen to be blanks are octets
            _ if text.is_empty() => secret.clone(),
            _ => hex_or_raw(secret),
        };
        self.seed = Some(Seed::new(octets)?);
        Ok(())
    }

    /// The seed of the job.
    #[must_use]
    pub fn seed(&self) -> Option<&Seed> {
        self.seed.as_ref()
    }

    /// The value for a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.expose_text()
    }

    /// Refuses names that the profile does not know.
    ///
    /// # Errors
    /// [`ParamsError::Unknown`]
    pub fn check(&self, profile: &Profile) -> Result<(), ParamsError> {
        match self
            .values
            .keys()
            .find(|name| profile.parameter(name).is_none())
        {
            Some(name) => Err(ParamsError::Unknown {
                name: name.clone(),
                profile: profile.name.clone(),
                near: near(name, profile),
            }),
            None => Ok(()),
        }
    }
}

/// The parameter of the profile that a wrong name probably means.
pub(super) fn near(name: &str, profile: &Profile) -> String {
    // Words in another order count as one slip
    let words = |text: &str| {
        let text = text.to_lowercase();
        let mut words: Vec<_> = text
            .split(['_', '-', ' ', '.'])
            .map(str::to_owned)
            .collect();
        words.sort_unstable();
        words.concat()
    };
    let distance = |known: &str| {
        let straight = edits(&name.to_lowercase(), known);
        straight.min(1 + edits(&words(name), &words(known)))
    };
    let nearest = profile.parameters.iter().min_by_key(|p| distance(&p.name));
    match nearest.filter(|p| distance(&p.name) <= 2) {
        Some(parameter) => format!("; did you mean {}?", parameter.name),
        None => String::new(),
    }
}

/// Reads octets from a file: hexadecimal text, or the octets themselves.
///
/// # Errors
/// [`ParamsError::Read`]
pub fn read_octets(path: &Path) -> Result<Secret, ParamsError> {
    Ok(hex_or_raw(&Secret::new(read(path)?.to_vec())))
}

fn hex_or_raw(secret: &Secret) -> Secret {
    let text = secret.expose().trim_ascii();
    match crate::bytes::from_hex(text) {
        // An empty or blank file is empty: a line end alone was never meant to be a key
        Some(octets) => Secret::new(octets),
        None => secret.clone(),
    }
}

/// Reads a value from a file; one line end after it does not belong to it.
///
/// # Errors
/// [`ParamsError::Read`]
pub fn read_value(path: &Path) -> Result<Secret, ParamsError> {
    let octets = read(path)?;
    let value = octets.strip_suffix(b"\n").unwrap_or(&octets);
    Ok(Secret::new(
        value.strip_suffix(b"\r").unwrap_or(value).to_vec(),
    ))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, ParamsError> {
    let failed = |source| ParamsError::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut octets = Zeroizing::new(Vec::new());
    io::Read::read_to_end(&mut io::Read::take(&mut file, MAX_OCTETS + 1), &mut octets)
        .map_err(failed)?;
    if octets.len() as u64 > MAX_OCTETS {
        let found = format!("more than {MAX_OCTETS} octets");
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, found)));
    }
    Ok(octets)
}
