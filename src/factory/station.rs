//! Where outputs are made ready before they appear: all of them, or none.
//!
//! Outputs are written into a folder beside the one that the user named, `.NAME.partial`. Only when
//! every device is done do they move: by one rename when the folder is new, file by file (each
//! whole) when it exists. What an interrupted job leaves behind is taken up again by the next run
//! of the same job; a failed job removes it.

use super::manifest::{self, Line};
use crate::secret::Secret;
use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Why outputs cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An output exists already and would change.
    #[error(
        "{path} exists already and would change; name another folder with --out, or overwrite it with --force"
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Another process writes to the same folder.
    #[error("{path} is being written by another dmboot; wait for it")]
    Busy {
        /// The folder in which it prepares its outputs.
        path: PathBuf,
    },
    /// A folder stands where a file would, or the reverse.
    #[error("{path} is not a folder; name another with --out")]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
}

/// Prepares the outputs of one job.
#[derive(Debug)]
pub struct Station {
    out: PathBuf,
    staging: PathBuf,
    /// Held so that no second process prepares outputs for the same folder.
    lock: File,
    manifest: BufWriter<File>,
    /// True when an interrupted job left files that may be the same.
    resumed: bool,
    /// What becomes of the staging folder when the station is dropped.
    keep: bool,
    secrets: Option<(PathBuf, PathBuf, BufWriter<File>)>,
    force: bool,
}

const LOCK: &str = ".lock";

impl Station {
    /// Prepares outputs for the folder `out` and, if a path is given, a file for secrets.
    ///
    /// # Errors
    /// [`StationError`]
    pub fn open(out: &Path, secrets: Option<&Path>, force: bool) -> Result<Self, StationError> {
        if out.exists() && !out.is_dir() {
            return Err(StationError::NotAFolder {
                path: out.to_owned(),
            });
        }
        let staging = beside(out);
        if let Some(parent) = staging
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            folder(parent)?;
        }
        let resumed = staging.is_dir();
        folder(&staging)?;
        let lock_path = staging.join(LOCK);
        let lock = create(&lock_path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StationError::Busy { path: staging }),
            Err(TryLockError::Error(source)) => return Err(failed(&lock_path)(source)),
        }
        let manifest_path = staging.join(manifest::FILE_NAME);
        let manifest = BufWriter::new(create(&manifest_path)?);
        let mut station = Self {
            out: out.to_owned(),
            staging,
            lock,
            manifest,
            resumed,
            keep: false,
            secrets: None,
            force,
        };
        if let Some(path) = secrets {
            let temporary = beside(path);
            let file = BufWriter::new(create(&temporary)?);
            station.secrets = Some((path.to_owned(), temporary, file));
        }
        Ok(station)
    }

    /// Writes the outputs of one device, its manifest line, and a line of secrets if there are any.
    ///
    /// # Errors
    /// [`StationError::Io`]
    pub fn put(
        &mut self,
        files: &[(String, Secret)],
        line: &Line,
        generated: &[(String, Secret)],
    ) -> Result<(), StationError> {
        for (name, content) in files {
            let path = self.staging.join(name);
            let same = self.resumed && fs::read(&path).is_ok_and(|old| old == content.expose());
            if !same {
                let mut file = create(&path)?;
                file.write_all(content.expose()).map_err(failed(&path))?;
            }
        }
        let path = self.staging.join(manifest::FILE_NAME);
        let write = |file: &mut BufWriter<File>| {
            serde_json::to_writer(&mut *file, line)?;
            file.write_all(b"\n")
        };
        write(&mut self.manifest).map_err(failed(&path))?;
        if let (Some((_, path, file)), false) = (&mut self.secrets, generated.is_empty()) {
            let secret = |(name, value): &(String, Secret)| {
                (name.clone(), value.expose_text().unwrap_or_default().into())
            };
            let mut object = serde_json::Map::new();
            object.insert("device".into(), line.device.clone().into());
            object.extend(generated.iter().map(secret));
            serde_json::to_writer(&mut *file, &object)
                .map_err(io::Error::from)
                .and_then(|()| file.write_all(b"\n"))
                .map_err(failed(path))?;
        }
        Ok(())
    }

    /// Keeps what is prepared, for the next run of the same job.
    pub fn interrupt(mut self) {
        self.keep = true;
    }

    /// Lets the outputs appear. The manifest comes last.
    ///
    /// # Errors
    /// [`StationError`]; nothing has appeared then, except after an I/O error in the middle of
    /// moving into a folder that existed, where files already moved stay, each whole.
    pub fn install(mut self, lines: &[PathBuf]) -> Result<(), StationError> {
        let staged_manifest = self.staging.join(manifest::FILE_NAME);
        self.manifest.flush().map_err(failed(&staged_manifest))?;
        if let Some((path, temporary, file)) = &mut self.secrets {
            file.flush().map_err(failed(temporary))?;
            file.get_ref().sync_all().map_err(failed(temporary))?;
            refuse_change(temporary, path, self.force)?;
        }
        self.manifest
            .get_ref()
            .sync_all()
            .map_err(failed(&staged_manifest))?;
        if self.out.exists() {
            for name in lines {
                refuse_change(&self.staging.join(name), &self.out.join(name), self.force)?;
            }
            self.merge_manifest()?;
            self.install_secrets()?;
            for name in lines {
                let (from, to) = (self.staging.join(name), self.out.join(name));
                fs::rename(&from, &to).map_err(failed(&to))?;
            }
            let to = self.out.join(manifest::FILE_NAME);
            fs::rename(&staged_manifest, &to).map_err(failed(&to))?;
        } else {
            self.install_secrets()?;
            // Files of a job that was interrupted and then changed do not belong to this one
            if self.resumed {
                self.remove_strangers(lines)?;
            }
            let lock = self.staging.join(LOCK);
            fs::remove_file(&lock).map_err(failed(&lock))?;
            fs::rename(&self.staging, &self.out).map_err(failed(&self.out))?;
        }
        sync_folder(&self.out)?;
        Ok(())
    }

    fn install_secrets(&mut self) -> Result<(), StationError> {
        if let Some((path, temporary, _)) = self.secrets.take() {
            fs::rename(&temporary, &path).map_err(failed(&path))?;
        }
        Ok(())
    }

    fn remove_strangers(&self, lines: &[PathBuf]) -> Result<(), StationError> {
        let known: std::collections::HashSet<&Path> = lines.iter().map(PathBuf::as_path).collect();
        for entry in fs::read_dir(&self.staging).map_err(failed(&self.staging))? {
            let entry = entry.map_err(failed(&self.staging))?;
            let name = PathBuf::from(entry.file_name());
            let own = name.as_os_str() == LOCK || name.as_os_str() == manifest::FILE_NAME;
            if !own && !known.contains(name.as_path()) {
                fs::remove_file(entry.path()).map_err(failed(&entry.path()))?;
            }
        }
        Ok(())
    }

    /// Puts the lines of devices that are in the folder already, and not in this job, in front.
    fn merge_manifest(&mut self) -> Result<(), StationError> {
        let old_path = self.out.join(manifest::FILE_NAME);
        if !old_path.exists() {
            return Ok(());
        }
        let staged = self.staging.join(manifest::FILE_NAME);
        let new = lines_of(&staged)?;
        let known: HashMap<&str, &str> = new
            .iter()
            .map(|(device, line)| (device.as_str(), line.as_str()))
            .collect();
        let merged_path = self.staging.join(".merged");
        let mut merged = BufWriter::new(create(&merged_path)?);
        let mut write = |line: &str| writeln!(merged, "{line}").map_err(failed(&merged_path));
        for (device, line) in lines_of(&old_path)? {
            if !known.contains_key(device.as_str()) {
                write(&line)?;
            }
        }
        for (_, line) in &new {
            write(line)?;
        }
        merged.flush().map_err(failed(&merged_path))?;
        merged.get_ref().sync_all().map_err(failed(&merged_path))?;
        fs::rename(&merged_path, &staged).map_err(failed(&staged))
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        if let (Some((_, temporary, _)), false) = (&self.secrets, self.keep) {
            let _ = fs::remove_file(temporary);
        }
        if self.keep {
            let _ = self.manifest.flush();
        } else {
            // Nothing is left to report to; what cannot be removed is taken up by the next run
            let _ = fs::remove_dir_all(&self.staging);
        }
        let _ = self.lock.unlock();
    }
}

/// Writes one file so that it appears whole or not at all, readable by its owner only.
///
/// # Errors
/// [`StationError`]; an existing file that would change is refused unless `force`.
pub fn write_whole(path: &Path, content: &[u8], force: bool) -> Result<(), StationError> {
    let temporary = beside(path);
    let write = || -> Result<(), StationError> {
        let mut file = create(&temporary)?;
        file.write_all(content).map_err(failed(&temporary))?;
        file.sync_all().map_err(failed(&temporary))?;
        refuse_change(&temporary, path, force)?;
        fs::rename(&temporary, path).map_err(failed(path))
    };
    let result = write();
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result
}

fn lines_of(path: &Path) -> Result<Vec<(String, String)>, StationError> {
    let file = BufReader::new(File::open(path).map_err(failed(path))?);
    let mut lines = Vec::new();
    for line in file.lines() {
        let line = line.map_err(failed(path))?;
        let parsed: Line = serde_json::from_str(&line)
            .map_err(|error| failed(path)(io::Error::new(io::ErrorKind::InvalidData, error)))?;
        lines.push((parsed.device, line));
    }
    Ok(lines)
}

/// An existing file may be replaced by the same octets only.
fn refuse_change(from: &Path, to: &Path, force: bool) -> Result<(), StationError> {
    if force || !to.exists() {
        return Ok(());
    }
    let same = fs::read(from).map_err(failed(from))? == fs::read(to).map_err(failed(to))?;
    if same {
        Ok(())
    } else {
        Err(StationError::Exists {
            path: to.to_owned(),
        })
    }
}

/// `.NAME.partial` beside NAME, so that a rename does not leave the file system.
fn beside(path: &Path) -> PathBuf {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    path.with_file_name(format!(".{}.partial", name.unwrap_or_else(|| "out".into())))
}

fn folder(path: &Path) -> Result<(), StationError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed(path))
}

fn create(path: &Path) -> Result<File, StationError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).map_err(failed(path))
}

fn sync_folder(path: &Path) -> Result<(), StationError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(failed(path))
}

fn failed(path: &Path) -> impl Fn(io::Error) -> StationError + use<> {
    let path = path.to_owned();
    move |source| StationError::Io {
        path: path.clone(),
        source,
    }
}
