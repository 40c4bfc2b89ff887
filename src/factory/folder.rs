//! A folder of files, written all at once.

use super::station::{Made, StationError, alone, create, failed, folder, sync_folder};
use std::fs::{self, DirBuilder};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Writes a folder of files so that it appears whole or not at all. It is new, or takes the place of
/// an empty one.
///
/// # Errors
/// [`StationError`]
pub fn write_folder<'f>(
    out: &Path,
    files: impl Iterator<Item = (&'f str, &'f [u8])>,
) -> Result<(), StationError> {
    let first = fs::read_dir(out).map(|mut list| list.next());
    let out = match first {
        // A rename does not take `.`
        Ok(None) => out.canonicalize().map_err(failed(out))?,
        Ok(Some(_)) => {
            let path = out.to_owned();
            return Err(StationError::NotEmpty { path });
        }
        Err(_) if fs::symlink_metadata(out).is_ok() => {
            let path = out.to_owned();
            return Err(StationError::NotAFolder { path });
        }
        Err(_) => out.components().collect(),
    };
    let staging = alone(&out);
    let _made = Made::above(&staging);
    let parent = staging.parent().filter(|p| !p.as_os_str().is_empty());
    parent.map_or(Ok(()), folder)?;
    // Left by a process of the same number that was killed
    let _ = fs::remove_dir_all(&staging);
    let write = || -> Result<(), StationError> {
        let mut made = DirBuilder::new();
        made.mode(0o700)
            .create(&staging)
            .map_err(failed(&staging))?;
        for (name, content) in files {
            let path = staging.join(name);
            let mut file = create(&path)?;
            file.write_all(content).map_err(failed(&path))?;
            file.sync_all().map_err(failed(&path))?;
        }
        sync_folder(&staging)?;
        fs::rename(&staging, &out).map_err(failed(&out))?;
        sync_folder(parent.unwrap_or(Path::new(".")))
    };
    let result = write();
    if result.is_err() {
        let _ = fs::remove_dir_all(&staging);
    }
    result
}
