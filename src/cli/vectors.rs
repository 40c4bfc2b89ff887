//! `dmboot vectors`

use super::args::Vectors;
use super::exit::{Exit, Failure};
use super::output::{GOOD, tell};
use crate::factory::folder::write_folder;
use crate::vectors::{self, File};

pub fn run(args: &Vectors) -> Result<Exit, Failure> {
    let Vectors::Export { out } = args;
    let files = vectors::files().map_err(|error| Failure::new(Exit::Internal, error))?;
    let content = files
        .iter()
        .map(|File { name, octets }| (*name, octets.as_slice()));
    write_folder(out, content)?;
    let message = format!(
        "{}: {} files; begin with README.md",
        out.display(),
        files.len()
    );
    tell(GOOD, "wrote", &message);
    Ok(Exit::Ok)
}
