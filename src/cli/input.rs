//! Reading what the user names: a file or standard input, in any form people paste.

use super::exit::{Exit, Failure};
use super::output::{NOTE, tell};
use crate::bytes::capture::{self, CAPTURE_MAX, Capture, Form};
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// Reads a file or, for `-`, standard input, and turns pasted text into octets.
///
/// # Errors
/// [`Failure`]: exit 6 when it cannot be read, 3 when the text is damaged.
pub fn read(path: &Path) -> Result<Capture, Failure> {
    let octets = raw(path)?;
    let capture = capture::decode(&octets).map_err(|error| {
        Failure::new(Exit::Malformed, format!("{}: {error}", shown(path))).rule(error.rule())
    })?;
    if !matches!(capture.form, Form::Binary | Form::Text) {
        let message = format!("read as {}, {} octets", capture.form, capture.octets.len());
        tell(NOTE, "note:", &message);
    }
    Ok(capture)
}

/// Reads a file or, for `-`, standard input, as it is.
///
/// # Errors
/// [`Failure`] with exit 6.
pub fn raw(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    at_most(path, CAPTURE_MAX, "which no message has")
}

/// The same with another limit, in octets, and what to say when there are more.
///
/// # Errors
/// [`Failure`] with exit 6, or 3 when there are more.
pub fn at_most(path: &Path, limit: usize, more: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let most = limit as u64 + 1;
    let mut octets = Zeroizing::new(Vec::new());
    let result = if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut octets)
    } else {
        std::fs::File::open(path).and_then(|file| {
            // Of its full size at once: growing would leave secrets behind
            let length = file.metadata()?.len().min(most);
            octets.reserve_exact(usize::try_from(length).unwrap_or(limit) + 1);
            file.take(most).read_to_end(&mut octets)
        })
    };
    result.map_err(|error| Failure::io(shown(path), &error))?;
    if octets.len() > limit {
        let message = format!("{}: more than {limit} octets, {more}", shown(path));
        return Err(Failure::new(Exit::Malformed, message));
    }
    Ok(octets)
}

/// What to call an input in messages.
pub fn shown(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".into()
    } else {
        path.display().to_string()
    }
}
