//! The token writer.

use super::tables::PageToken;
use super::token;
use crate::bytes::write_uintvar;
use std::ops::Range;

/// A string that cannot be written because it contains NUL, which ends a string in WBXML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a NUL character, which no WBXML string can hold")]
pub struct NulInString;

/// Appends tokens to a document and switches code pages where the next token needs it.
///
/// It does not check that elements nest: the caller's tree does.
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
    tag_page: u8,
    attribute_page: u8,
}

impl Writer {
    /// Starts a UTF-8 document: version octet (01 to 03), numeric public id, string table.
    #[must_use]
    pub fn new(version: u8, public_number: u32, string_table: &[u8]) -> Self {
        let mut out = Vec::with_capacity(512);
        out.push(version);
        write_uintvar(&mut out, public_number);
        write_uintvar(&mut out, 106);
        write_uintvar(&mut out, string_table.len() as u32);
        out.extend_from_slice(string_table);
        Self {
            out,
            tag_page: 0,
            attribute_page: 0,
        }
    }

    /// Starts a UTF-8 document whose public id is the text at the start of its string table, which
    /// holds nothing else.
    ///
    /// # Errors
    /// [`NulInString`].
    pub fn with_public_text(version: u8, public_id: &str) -> Result<Self, NulInString> {
        if public_id.contains('\0') {
            return Err(NulInString);
        }
        let mut table = public_id.as_bytes().to_vec();
        table.push(0);
        let mut writer = Self::new(version, 0, &[]);
        // A number of 0 says that an offset into the string table follows
        writer.out = vec![version, 0, 0];
        write_uintvar(&mut writer.out, 106);
        write_uintvar(&mut writer.out, table.len() as u32);
        writer.out.extend_from_slice(&table);
        Ok(writer)
    }

    /// How many octets are written.
    #[must_use]
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// The code page that attribute tokens are on.
    #[must_use]
    pub fn attribute_page(&self) -> u8 {
        self.attribute_page
    }

    /// Begins an element.
    pub fn tag(&mut self, tag: PageToken, attributes: bool, content: bool) {
        if tag.page != self.tag_page {
            self.out.extend([token::SWITCH_PAGE, tag.page]);
            self.tag_page = tag.page;
        }
        let attributes = if attributes { token::HAS_ATTRIBUTES } else { 0 };
        let content = if content { token::HAS_CONTENT } else { 0 };
        self.out.push(tag.token | attributes | content);
    }

    /// Writes an attribute start or attribute value token.
    pub fn attribute(&mut self, attribute: PageToken) {
        if attribute.page != self.attribute_page {
            self.out.extend([token::SWITCH_PAGE, attribute.page]);
            self.attribute_page = attribute.page;
        }
        self.out.push(attribute.token);
    }

    /// Writes an inline string.
    ///
    /// # Errors
    /// [`NulInString`]; nothing is written then.
    pub fn string(&mut self, text: &str) -> Result<(), NulInString> {
        if text.contains('\0') {
            return Err(NulInString);
        }
        self.out.push(token::STR_I);
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(0);
        Ok(())
    }

    /// Writes a reference into the string table.
    pub fn table_string(&mut self, offset: u32) {
        self.out.push(token::STR_T);
        write_uintvar(&mut self.out, offset);
    }

    /// Writes opaque data. Returns where its length stands.
    pub fn opaque(&mut self, octets: &[u8]) -> Range<usize> {
        self.out.push(token::OPAQUE);
        let start = self.out.len();
        write_uintvar(&mut self.out, octets.len() as u32);
        let length = start..self.out.len();
        self.out.extend_from_slice(octets);
        length
    }

    /// Ends an attribute list or an element.
    pub fn end(&mut self) {
        self.out.push(token::END);
    }

    /// The document.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}
