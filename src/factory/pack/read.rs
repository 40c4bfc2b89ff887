//! Reading a pack.

use super::{END, FIELD_MAX, MAGIC};
use crate::secret::Secret;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// Reads a pack.
#[derive(Debug)]
pub struct Pack<R> {
    source: R,
    offset: u64,
    /// How many were read.
    records: u64,
}

/// A device's message.
pub struct Record {
    /// What names the device.
    pub key: String,
    /// Its push PDU, which may hold passwords.
    pub pdu: Secret,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Record");
        shown.field("key", &self.key).finish_non_exhaustive()
    }
}

/// A pack that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Reading failed.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// It is something else.
    #[error(
        "this is no pack: it does not begin with {magic:?}; packs come from dmboot build --pack",
        magic = "dmboot-pack 2"
    )]
    Magic,
    /// The record that begins there is not whole, or its sum is another.
    #[error("the record at offset {at} is damaged; copy the pack once more, or build it again")]
    Record {
        /// Octet offset in the file.
        at: u64,
    },
    /// It ends without its end, or not with the number of records that stands there.
    #[error(
        "the pack is cut off at offset {at}, or something stands there that is none of it; copy it \
         once more, or build it again"
    )]
    End {
        /// Octet offset in the file.
        at: u64,
    },
}

impl PackError {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Read(_) => "pack-read",
            Self::Magic => "pack-magic",
            Self::Record { .. } => "pack-record",
            Self::End { .. } => "pack-end",
        }
    }
}

impl Pack<BufReader<File>> {
    /// Opens a file.
    ///
    /// # Errors
    /// [`PackError::Read`], [`PackError::Magic`]
    pub fn open(path: &Path) -> Result<Self, PackError> {
        Self::new(BufReader::new(File::open(path)?))
    }
}

impl<R: Read> Pack<R> {
    /// Starts reading.
    ///
    /// # Errors
    /// [`PackError::Read`], [`PackError::Magic`]
    pub fn new(mut source: R) -> Result<Self, PackError> {
        let mut magic = Vec::new();
        source
            .by_ref()
            .take(MAGIC.len() as u64)
            .read_to_end(&mut magic)?;
        if magic != MAGIC {
            return Err(PackError::Magic);
        }
        let offset = MAGIC.len() as u64;
        Ok(Self {
            source,
            offset,
            records: 0,
        })
    }

    /// The next record; `None` after the last, if the pack ends as it should.
    ///
    /// # Errors
    /// [`PackError`]
    #[allow(clippy::should_implement_trait)] // it can fail, and is read with `while let Some(…)?`
    pub fn next(&mut self) -> Result<Option<Record>, PackError> {
        let at = self.offset;
        let damaged = || PackError::Record { at };
        let head = self.octets(4)?;
        if head.is_empty() {
            return Err(PackError::End { at });
        }
        let head = <[u8; 4]>::try_from(head).map_err(|_| damaged())?;
        if head == [0; 4] {
            return self.end(at).map(|()| None);
        }
        let key = self.field(head)?.ok_or_else(damaged)?;
        let length = <[u8; 4]>::try_from(self.octets(4)?).map_err(|_| damaged())?;
        let pdu = Secret::new(self.field(length)?.ok_or_else(damaged)?);
        let sum = super::sum(&[&head, &key, &length, pdu.expose()]);
        if self.octets(4)? != sum.to_be_bytes() {
            return Err(damaged());
        }
        let key = String::from_utf8(key).map_err(|_| damaged())?;
        self.records += 1;
        Ok(Some(Record { key, pdu }))
    }

    /// Reads what is left of the end, and sees that nothing stands behind it.
    fn end(&mut self, at: u64) -> Result<(), PackError> {
        let mut end = vec![0; 4];
        end.extend(self.octets(END + 1)?);
        match end == super::end(self.records) {
            true => Ok(()),
            false => Err(PackError::End { at }),
        }
    }

    /// What has this length, if it is one and so much is there.
    fn field(&mut self, length: [u8; 4]) -> Result<Option<Vec<u8>>, PackError> {
        let length = u32::from_be_bytes(length);
        if length > FIELD_MAX {
            return Ok(None);
        }
        let octets = self.octets(length as usize)?;
        Ok((octets.len() == length as usize).then_some(octets))
    }

    /// So many octets, or as many as there are.
    fn octets(&mut self, count: usize) -> Result<Vec<u8>, PackError> {
        let mut octets = Vec::with_capacity(count);
        let source = self.source.by_ref();
        source.take(count as u64).read_to_end(&mut octets)?;
        self.offset += octets.len() as u64;
        Ok(octets)
    }
}
