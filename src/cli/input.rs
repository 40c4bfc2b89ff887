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
    let limit = CAPTURE_MAX as u64;
    let mut octets = Zeroizing::new(Vec::new());
    let result = if path == Path::new("-") {
        io::stdin().lock().take(limit + 1).read_to_end(&mut octets)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut octets))
    };
    result.map_err(|error| Failure::io(shown(path), &error))?;
    if octets.len() as u64 > limit {
        let message = format!(
            "{}: more than {limit} octets, which no message has",
            shown(path)
        );
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
