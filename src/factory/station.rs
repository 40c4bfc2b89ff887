//! Where outputs are made ready before they appear: all of them, or none.
//!
//! Outputs are written into a folder beside the one that the user named, `.NAME.partial`. Only when
//! every device is done do they move: by one rename when the folder is new, file by file (each
//! whole) when it exists. What an interrupted job leaves behind is taken up again by the next run
//! of the same job; a failed job removes it.
//!
//! Nothing is trusted because of its name: a folder without our lock file, or of another owner, is
//! refused and not touched, and files are always made anew, never opened through a link.

use super::manifest::{self, Line};
use super::merge::{self, Kept};
use crate::secret::Secret;
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{mem, thread};

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
        "{path} exists already and would change; write somewhere else, or overwrite it with --force"
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Another process writes the same outputs.
    #[error("{path} is being written by another dmboot; wait for it")]
    Busy {
        /// What it prepares.
        path: PathBuf,
    },
    /// Something that is no file stands where one is to be written.
    #[error("{path} is no regular file; name another")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A folder with the name of the one in which outputs are prepared, which is not ours.
    #[error(
        "{path} is in the way and was not made by dmboot; move it, or name another folder with --out"
    )]
    NotOurs {
        /// The folder.
        path: PathBuf,
    },
    /// Secrets would be written where outputs go.
    #[error("{path} lies where the outputs go; name a file elsewhere with --secrets-out")]
    SecretsAmongOutputs {
        /// The file for secrets.
        path: PathBuf,
    },
    /// A folder that is to be new has something in it.
    #[error("{path} is not empty; name a folder that does not exist, or empty it")]
    NotEmpty {
        /// The folder.
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
    /// The staging folder stays when the station is dropped, or is no longer ours.
    keep: bool,
    secrets: Option<Secrets>,
    force: bool,
    // Last, because fields are dropped in order and these are empty only then
    _made: Made,
}

/// The file for secrets while it is prepared.
#[derive(Debug)]
struct Secrets {
    path: PathBuf,
    /// Among the outputs until they appear, where the same lock guards it.
    temporary: PathBuf,
    file: BufWriter<File>,
}

/// Folders that were not there before; those that are empty in the end go again.
#[derive(Debug, Default)]
pub(super) struct Made(Vec<PathBuf>);

impl Made {
    /// Those that are missing down to a folder, itself among them.
    pub(super) fn above(folder: &Path) -> Self {
        let missing = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let mut missing: Vec<_> = missing.map(Path::to_owned).collect();
        missing.reverse();
        Self(missing)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

const LOCK: &str = ".lock";
const SECRETS: &str = ".secrets";

impl Station {
    /// Prepares outputs for the folder `out` and, if a path is given, a file for secrets.
    ///
    /// # Errors
    /// [`StationError`]
    pub fn open(out: &Path, secrets: Option<&Path>, force: bool) -> Result<Self, StationError> {
        // A link to nowhere is there and is no folder
        if fs::symlink_metadata(out).is_ok() && !out.is_dir() {
            return Err(StationError::NotAFolder {
                path: out.to_owned(),
            });
        }
        if let Some(path) = secrets.filter(|path| path.exists() && !path.is_file()) {
            return Err(StationError::NotAFile {
                path: path.to_owned(),
            });
        }
        // Without a `.` at its end, which rename does not take
        let out: PathBuf = match out.components().collect::<PathBuf>() {
            plain if plain.as_os_str().is_empty() => PathBuf::from("."),
            plain => plain,
        };
        let staging = beside(&out);
        if let Some(path) = secrets
            && (within(path, &out) || within(path, &staging))
        {
            let path = path.to_owned();
            return Err(StationError::SecretsAmongOutputs { path });
        }
        let made = Made::above(&staging);
        let (lock, resumed) = lock(&staging)?;
        let mut cleanup = Cleanup(Some(staging.clone()));
        let manifest = BufWriter::new(create(&staging.join(manifest::FILE_NAME))?);
        let secrets = match secrets {
            None => None,
            Some(path) => {
                let temporary = staging.join(SECRETS);
                let file = BufWriter::new(create(&temporary)?);
                let path = path.to_owned();
                Some(Secrets {
                    path,
                    temporary,
                    file,
                })
            }
        };
        cleanup.0 = None;
        Ok(Self {
            out,
            staging,
            lock,
            manifest,
            resumed,
            keep: false,
            secrets,
            force,
            _made: made,
        })
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
        if let (
            Some(Secrets {
                temporary, file, ..
            }),
            false,
        ) = (&mut self.secrets, generated.is_empty())
        {
            let secret = |(name, value): &(String, Secret)| {
                (name.clone(), value.expose_text().unwrap_or_default().into())
            };
            let mut object = serde_json::Map::new();
            object.insert("device".into(), line.device.clone().into());
            object.extend(generated.iter().map(secret));
            serde_json::to_writer(&mut *file, &object)
                .map_err(io::Error::from)
                .and_then(|()| file.write_all(b"\n"))
                .map_err(failed(temporary))?;
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
    pub fn install(mut self) -> Result<(), StationError> {
        let staged = self.staging.join(manifest::FILE_NAME);
        self.manifest.flush().map_err(failed(&staged))?;
        self.manifest
            .get_ref()
            .sync_all()
            .map_err(failed(&staged))?;
        if self.out.exists() {
            self.each_file(|name| {
                refuse_change(&self.staging.join(name), &self.out.join(name), self.force)
            })?;
            let old = self.out.join(manifest::FILE_NAME);
            let merged = self.staging.join(".merged");
            let kept = merge::lines(&old, &staged, &merged, self.force)?;
            self.install_secrets()?;
            self.each_file(|name| {
                let to = self.out.join(name);
                fs::rename(self.staging.join(name), &to).map_err(failed(&to))
            })?;
            if kept == Kept::Merged {
                fs::rename(&merged, &old).map_err(failed(&old))?;
            } else {
                fs::rename(&staged, &old).map_err(failed(&old))?;
            }
        } else {
            // Files of a job that was interrupted and then changed do not belong to this one
            if self.resumed {
                self.remove_strangers()?;
            }
            self.install_secrets()?;
            // The lock goes along, so that nobody takes the folder for free in between
            fs::rename(&self.staging, &self.out).map_err(failed(&self.out))?;
            self.keep = true;
            for name in [LOCK, SECRETS] {
                let _ = fs::remove_file(self.out.join(name));
            }
        }
        sync_folder(&self.out)?;
        Ok(())
    }

    fn install_secrets(&mut self) -> Result<(), StationError> {
        let Some(secrets) = &mut self.secrets else {
            return Ok(());
        };
        let (path, temporary) = (&secrets.path, &secrets.temporary);
        secrets.file.flush().map_err(failed(temporary))?;
        secrets
            .file
            .get_ref()
            .sync_all()
            .map_err(failed(temporary))?;
        let merged = self.staging.join(".secrets.merged");
        let kept = merge::lines(path, temporary, &merged, self.force)?;
        let from = if kept == Kept::Merged {
            &merged
        } else {
            temporary
        };
        // The file may be on another file system: copied beside it, then renamed
        let beside = alone(path);
        let copy = || -> Result<(), StationError> {
            let mut to = create(&beside)?;
            let mut from = File::open(from).map_err(failed(from))?;
            io::copy(&mut from, &mut to).map_err(failed(&beside))?;
            to.sync_all().map_err(failed(&beside))?;
            fs::rename(&beside, path).map_err(failed(path))
        };
        let result = copy();
        if result.is_err() {
            let _ = fs::remove_file(&beside);
        }
        let _ = fs::remove_file(&merged);
        result
    }

    /// The files of this job, as its manifest names them: names are not kept in memory.
    fn each_file(
        &self,
        mut act: impl FnMut(&str) -> Result<(), StationError>,
    ) -> Result<(), StationError> {
        let path = self.staging.join(manifest::FILE_NAME);
        for line in BufReader::new(File::open(&path).map_err(failed(&path))?).lines() {
            let line: Line = serde_json::from_str(&line.map_err(failed(&path))?)
                .map_err(|error| failed(&path)(error.into()))?;
            for file in &line.files {
                act(&file.path)?;
            }
        }
        Ok(())
    }

    fn remove_strangers(&self) -> Result<(), StationError> {
        let own = [LOCK, SECRETS, manifest::FILE_NAME];
        let mut known: HashSet<String> = own.map(str::to_owned).into();
        self.each_file(|name| {
            known.insert(name.to_owned());
            Ok(())
        })?;
        for entry in fs::read_dir(&self.staging).map_err(failed(&self.staging))? {
            let entry = entry.map_err(failed(&self.staging))?;
            if !entry
                .file_name()
                .to_str()
                .is_some_and(|name| known.contains(name))
            {
                fs::remove_file(entry.path()).map_err(failed(&entry.path()))?;
            }
        }
        Ok(())
    }
}

/// Removes the staging folder of a station that could not be opened.
struct Cleanup(Option<PathBuf>);

impl Drop for Cleanup {
    fn drop(&mut self) {
        if let Some(staging) = &self.0 {
            discard(staging);
        }
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        if !self.keep {
            discard(&self.staging);
        }
        let _ = self.lock.unlock();
    }
}

/// Removes a staging folder, the lock file last: without it the folder would be nobody's. Nothing is
/// left to report to; what cannot be removed is taken up by the next run.
fn discard(staging: &Path) {
    for entry in fs::read_dir(staging).into_iter().flatten().flatten() {
        if entry.file_name() != LOCK {
            let _ = fs::remove_file(entry.path());
        }
    }
    let _ = fs::remove_dir_all(staging);
}

/// Writes one file so that it appears whole or not at all, readable by its owner only.
///
/// # Errors
/// [`StationError`]; an existing file that would change is refused unless `force`.
pub fn write_whole(path: &Path, content: &[u8], force: bool) -> Result<(), StationError> {
    // A rename would put a file in place of a device or a pipe
    if path.exists() && !path.is_file() {
        let path = path.to_owned();
        return Err(StationError::NotAFile { path });
    }
    let temporary = alone(path);
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

/// An existing file may be replaced by the same octets only, and a folder not at all.
fn refuse_change(from: &Path, to: &Path, force: bool) -> Result<(), StationError> {
    if to.is_dir() {
        let path = to.to_owned();
        return Err(StationError::NotAFile { path });
    }
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

/// The same for one process alone.
pub(super) fn alone(path: &Path) -> PathBuf {
    let beside = beside(path);
    beside.with_extension(format!("{}.partial", std::process::id()))
}

/// True when a file of this path would stand in the folder, however either is spelt.
fn within(path: &Path, folder: &Path) -> bool {
    let absolute = |path: &Path| -> Option<PathBuf> {
        // What does not exist yet is resolved as far as it does
        let path = std::path::absolute(path).ok()?;
        let existing = path.ancestors().find(|part| part.exists())?;
        let rest = path.strip_prefix(existing).ok()?;
        Some(existing.canonicalize().ok()?.join(rest))
    };
    match (absolute(path), absolute(folder)) {
        (Some(path), Some(folder)) => path.starts_with(folder),
        _ => false,
    }
}

/// Makes the staging folder, or takes up one that an earlier run left, and locks it. The flag says
/// which.
fn lock(staging: &Path) -> Result<(File, bool), StationError> {
    let path = staging.join(LOCK);
    let busy = || StationError::Busy {
        path: staging.to_owned(),
    };
    let not_ours = || StationError::NotOurs {
        path: staging.to_owned(),
    };
    // A folder can appear or vanish between two steps when another process begins or ends with it:
    // try again
    let mut unmarked = false;
    for _ in 0..10 {
        if mem::take(&mut unmarked) {
            thread::sleep(Duration::from_millis(5));
        }
        let (file, resumed) = match fs::symlink_metadata(staging) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let parent = staging
                    .parent()
                    .filter(|parent| !parent.as_os_str().is_empty());
                if let Some(parent) = parent {
                    folder(parent)?;
                }
                match DirBuilder::new().mode(0o700).create(staging) {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                    Err(error) => return Err(failed(staging)(error)),
                }
                match private().create_new(true).open(&path) {
                    Ok(file) => (file, false),
                    Err(_) => continue,
                }
            }
            Err(error) => return Err(failed(staging)(error)),
            Ok(folder) => {
                let empty = || fs::read_dir(staging).is_ok_and(|mut list| list.next().is_none());
                let (file, resumed) = match fs::symlink_metadata(&path) {
                    _ if !folder.is_dir() => return Err(not_ours()),
                    Ok(marker) if !marker.is_file() => return Err(not_ours()),
                    Ok(_) => (private().open(&path), true),
                    Err(_) if empty() => (private().create_new(true).open(&path), false),
                    Err(_) => {
                        unmarked = true;
                        continue;
                    }
                };
                match file {
                    Ok(file) if file.metadata().is_ok_and(|f| f.uid() == folder.uid()) => {
                        (file, resumed)
                    }
                    Ok(_) => return Err(not_ours()),
                    Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                        return Err(not_ours());
                    }
                    Err(_) => continue,
                }
            }
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy()),
            Err(TryLockError::Error(source)) => return Err(failed(&path)(source)),
        }
        // The file that is locked must still be the one in the folder
        let same = |a: &fs::Metadata, b: &fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
        match (file.metadata(), fs::symlink_metadata(&path)) {
            (Ok(held), Ok(there)) if same(&held, &there) => {
                let mode = fs::Permissions::from_mode(0o700);
                fs::set_permissions(staging, mode).map_err(failed(staging))?;
                return Ok((file, resumed));
            }
            _ => {}
        }
    }
    Err(if unmarked { not_ours() } else { busy() })
}

/// Options for a file that its owner alone can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

pub(super) fn folder(path: &Path) -> Result<(), StationError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed(path))
}

/// Creates a file anew: what had its name goes, a link is not followed, an old mode not kept.
pub(super) fn create(path: &Path) -> Result<File, StationError> {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(path)(error)),
    }
    private().create_new(true).open(path).map_err(failed(path))
}

pub(super) fn sync_folder(path: &Path) -> Result<(), StationError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(failed(path))
}

pub(super) fn failed(path: &Path) -> impl Fn(io::Error) -> StationError + use<> {
    let path = path.to_owned();
    move |source| StationError::Io {
        path: path.clone(),
        source,
    }
}
