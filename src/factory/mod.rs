//! Jobs over many devices: lists in, signed messages out.
//!
//! | module | what |
//! |---|---|
//! | [`list`] | device lists, CSV and JSON Lines |
//! | [`library`] | profiles: those in the program and those in a folder |
//! | [`params`] | values for all devices, from a file, the environment, the command line |
//! | [`job`] | one device: values, document, signature, outputs |
//! | [`judge`] | what a receiver makes of it |
//! | [`batch`] | a whole list, a file or more for each device |
//! | [`pack`] | a whole list in one file |
//! | [`report`] | what there is to say about a job |
//! | [`station`] | where outputs are made ready before they appear |
//! | [`folder`] | a folder of files, written all at once |

pub mod batch;
mod envelope;
pub mod folder;
pub mod job;
pub mod judge;
pub mod library;
pub mod list;
pub mod manifest;
mod merge;
pub mod pack;
pub mod params;
mod pins;
pub mod report;
mod seen;
pub mod station;
