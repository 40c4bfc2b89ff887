//! The characters of a list: encoding recognised, UTF-16 converted, line ends made LF, places
//! counted. Its buffers are zeroized, since lists carry keys.

use super::fault::{Fault, Kind, ListError};
use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};
use std::io::{self, Read};
use std::ops::Range;
use zeroize::Zeroizing;

/// Octets read at once.
const BLOCK: usize = 64 << 10;
/// How much is looked at to recognise encoding and format.
const HEAD: usize = 4096;

pub(super) struct Source<R> {
    inner: R,
    decoder: Option<Decoder>,
    /// UTF-8 that is yet to be read: `text[at..end]`.
    text: Zeroizing<Vec<u8>>,
    at: usize,
    end: usize,
    /// UTF-16 on its way to `text`; empty for UTF-8.
    raw: Zeroizing<Vec<u8>>,
    octets: u64,
    ended: bool,
    /// The UTF-16 is damaged after `text[..end]`.
    damaged: bool,
    after_cr: bool,
    line: u64,
    character: usize,
    /// What the encoding was, where it is worth a note.
    pub(super) encoding: Option<(Kind, &'static str)>,
    /// The line which a CR ended that no LF followed.
    pub(super) lone_cr: Option<u64>,
}

impl<R: Read> Source<R> {
    /// Reads the head and recognises the encoding.
    pub(super) fn new(inner: R) -> Result<Self, ListError> {
        let mut source = Self {
            inner,
            decoder: None,
            text: Zeroizing::new(vec![0; BLOCK]),
            at: 0,
            end: 0,
            raw: Zeroizing::new(Vec::new()),
            octets: 0,
            ended: false,
            damaged: false,
            after_cr: false,
            line: 1,
            character: 1,
            encoding: None,
            lone_cr: None,
        };
        while source.end < HEAD && !source.ended {
            let read = source.read_into_text()?;
            source.ended = read == 0;
        }
        source.recognise()?;
        Ok(source)
    }

    fn recognise(&mut self) -> Result<(), ListError> {
        let refused = |kind, found: &str| Err(self.fault(kind, None, found).into());
        let mut utf16 = None;
        match &self.text[..self.end] {
            [0xEF, 0xBB, 0xBF, ..] => {
                self.at = 3;
                self.encoding = Some((Kind::ByteOrderMark, "a UTF-8 byte order mark"));
            }
            [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
                return refused(Kind::NotUtf8, "UTF-32");
            }
            [0xFF, 0xFE, ..] => utf16 = Some((2, UTF_16LE, "UTF-16, little endian")),
            [0xFE, 0xFF, ..] => utf16 = Some((2, UTF_16BE, "UTF-16, big endian")),
            [1..=255, 0, 1..=255, 0, ..] => {
                utf16 = Some((
                    0,
                    UTF_16LE,
                    "UTF-16, little endian, without a byte order mark",
                ));
            }
            [0, 1..=255, 0, 1..=255, ..] => {
                utf16 = Some((0, UTF_16BE, "UTF-16, big endian, without a byte order mark"));
            }
            [b'P', b'K', 3, 4, ..] => {
                return refused(
                    Kind::NotText,
                    "a ZIP archive, which .xlsx and .ods files are",
                );
            }
            [0xD0, 0xCF, 0x11, 0xE0, ..] => return refused(Kind::NotText, "an .xls workbook"),
            [0x1F, 0x8B, ..] => return refused(Kind::NotText, "a gzip file"),
            _ => {}
        }
        if let Some((mark, encoding, name)) = utf16 {
            self.encoding = Some((Kind::Utf16, name));
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
            // Two octets of UTF-16 become three of UTF-8 at most
            self.raw = std::mem::replace(&mut self.text, Zeroizing::new(vec![0; 2 * BLOCK]));
            self.convert(mark..self.end);
        }
        Ok(())
    }

    /// Octets of the list that were taken so far; for UTF-16 up to one block ahead.
    pub(super) fn position(&self) -> u64 {
        let unread = if self.decoder.is_some() {
            0
        } else {
            self.end - self.at
        };
        self.octets - unread as u64
    }

    /// Line and character of the next octet.
    pub(super) fn place(&self) -> (u64, usize) {
        (self.line, self.character)
    }

    /// A fault at the next octet.
    pub(super) fn fault(&self, kind: Kind, column: Option<&str>, found: &str) -> Fault {
        Fault {
            kind,
            line: self.line,
            character: self.character,
            column: column.map(Box::from),
            found: found.to_owned(),
            times: 1,
        }
    }

    /// The start of what is yet to be read, as far as it is at hand.
    pub(super) fn head(&self) -> &[u8] {
        &self.text[self.at..self.end]
    }

    /// Passes over whole lines at the start of what is at hand.
    pub(super) fn skip_lines(&mut self, octets: usize, lines: usize) {
        self.at += octets;
        self.line += lines as u64;
    }

    /// True where a line begins, once the LF of a CRLF is passed over.
    pub(super) fn is_line_start(&mut self) -> bool {
        if self.after_cr && self.text[self.at..self.end].first() == Some(&b'\n') {
            self.at += 1;
            self.after_cr = false;
        }
        self.character == 1 && !self.after_cr
    }

    /// Reads on behind what is at hand; `false` when nothing came.
    pub(super) fn extend(&mut self) -> bool {
        if self.ended || self.decoder.is_some() {
            return false;
        }
        self.text.copy_within(self.at..self.end, 0);
        (self.at, self.end) = (0, self.end - self.at);
        // An error comes again when the list is read octet by octet
        self.end < self.text.len() && self.read_into_text().is_ok_and(|read| read > 0)
    }

    /// The next octet; CR and CRLF come as LF.
    pub(super) fn next(&mut self) -> Result<Option<u8>, ListError> {
        loop {
            if self.at == self.end && !self.fill()? {
                if std::mem::take(&mut self.after_cr) {
                    self.lone_cr.get_or_insert(self.line - 1);
                }
                return Ok(None);
            }
            let octet = self.text[self.at];
            self.at += 1;
            if std::mem::take(&mut self.after_cr) {
                if octet == b'\n' {
                    continue;
                }
                self.lone_cr.get_or_insert(self.line - 1);
            }
            if octet == b'\r' || octet == b'\n' {
                self.after_cr = octet == b'\r';
                self.line += 1;
                self.character = 1;
                return Ok(Some(b'\n'));
            }
            // Continuation octets of UTF-8 are no characters of their own
            self.character += usize::from(octet & 0xC0 != 0x80);
            return Ok(Some(octet));
        }
    }

    /// Makes at least one octet available; `false` at the end of the list.
    fn fill(&mut self) -> Result<bool, ListError> {
        (self.at, self.end) = (0, 0);
        while self.end == 0 {
            if self.damaged {
                let found = "half a character";
                return Err(self.fault(Kind::Utf16Damaged, None, found).into());
            }
            if self.ended {
                return Ok(false);
            }
            if self.decoder.is_none() {
                let read = self.read_into_text()?;
                self.ended = read == 0;
            } else {
                let read = self.read_utf16()?;
                self.convert(0..read);
            }
        }
        Ok(true)
    }

    fn read_into_text(&mut self) -> Result<usize, ListError> {
        let read = read(&mut self.inner, &mut self.text[self.end..]).map_err(|source| {
            ListError::Read {
                line: self.line,
                source,
            }
        })?;
        self.end += read;
        self.octets += read as u64;
        Ok(read)
    }

    fn read_utf16(&mut self) -> Result<usize, ListError> {
        let read = read(&mut self.inner, &mut self.raw).map_err(|source| ListError::Read {
            line: self.line,
            source,
        })?;
        self.octets += read as u64;
        self.ended = read == 0;
        Ok(read)
    }

    /// Converts part of `raw`, replacing what `text` holds.
    fn convert(&mut self, part: Range<usize>) {
        let Some(decoder) = &mut self.decoder else {
            return;
        };
        let (result, _, written) =
            decoder.decode_to_utf8_without_replacement(&self.raw[part], &mut self.text, self.ended);
        self.end = written;
        self.damaged = result != DecoderResult::InputEmpty;
    }
}

fn read(inner: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match inner.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
