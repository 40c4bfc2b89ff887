//! `manifest.jsonl`: one line for each device, never a secret.

use super::job::{Job, Product};
use crate::bytes::Hex;
use crate::security::cp_mac::mac_hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The name of the file.
pub const FILE_NAME: &str = "manifest.jsonl";

/// One line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Version of this form: 1.
    pub format: u32,
    /// What names the device; its file name when nothing else does.
    pub device: String,
    /// The files made for it.
    pub files: Vec<Entry>,
    /// `none`, `netwpin`, `userpin`, `usernetwpin` or `userpinmac`; of a DM message `networkid`,
    /// `userpin` or `userpin_networkid`.
    pub sec: String,
    /// The MAC that travels, 40 upper-case digits; null when none does. A USERPINMAC MAC is a
    /// secret and never here.
    pub mac: Option<String>,
    /// SMS segments that the message takes.
    pub segments: usize,
}

/// One file of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its path, relative to the manifest.
    pub path: String,
    /// Its size in octets.
    pub size: usize,
    /// SHA-256 of its content, lower-case.
    pub sha256: String,
}

impl Line {
    /// The line for what was made for a device.
    #[must_use]
    pub fn new(job: &Job<'_>, product: &Product) -> Self {
        let entry = |(path, content): &(String, crate::secret::Secret)| Entry {
            path: path.clone(),
            size: content.expose().len(),
            sha256: Hex(&Sha256::digest(content.expose()))
                .to_string()
                .to_lowercase(),
        };
        let mac = product
            .mac
            .map(|mac| String::from_utf8_lossy(&mac_hex(&mac)).into_owned());
        Self {
            format: 1,
            device: product
                .device
                .clone()
                .unwrap_or_else(|| product.name.clone()),
            files: product.files.iter().map(entry).collect(),
            sec: job.sec_name().to_owned(),
            mac,
            segments: product.segments,
        }
    }
}
