//! Where names stand in the tables: hash tables that are made when the program is compiled.

use super::{AttributeStartPage, AttributeValuePage, PageToken, TagPage};

/// A power of two above twice the number of names in any table.
const SLOTS: usize = 512;

/// Page and token of every name of one table.
#[derive(Debug)]
pub(super) struct Index([Option<PageToken>; SLOTS]);

impl Index {
    const EMPTY: Self = Self([None; SLOTS]);

    pub const fn tags(pages: &[&TagPage]) -> Self {
        let mut index = Self::EMPTY;
        let mut page = 0;
        while page < pages.len() {
            let mut token = 0;
            while token < pages[page].len() {
                if let Some(name) = pages[page][token] {
                    index.put(hash(name, ""), page, token);
                }
                token += 1;
            }
            page += 1;
        }
        index
    }

    pub const fn starts(pages: &[&AttributeStartPage]) -> Self {
        let mut index = Self::EMPTY;
        let mut page = 0;
        while page < pages.len() {
            let mut token = 0;
            while token < pages[page].len() {
                if let Some(start) = &pages[page][token] {
                    index.put(hash(start.name, start.prefix), page, token);
                }
                token += 1;
            }
            page += 1;
        }
        index
    }

    pub const fn values(pages: &[&AttributeValuePage]) -> Self {
        let mut index = Self::EMPTY;
        let mut page = 0;
        while page < pages.len() {
            let mut token = 0;
            while token < pages[page].len() {
                if let Some(value) = pages[page][token] {
                    index.put(hash(value, ""), page, 0x80 + token);
                }
                token += 1;
            }
            page += 1;
        }
        index
    }

    const fn put(&mut self, mut slot: usize, page: usize, token: usize) {
        while self.0[slot % SLOTS].is_some() {
            slot += 1;
        }
        self.0[slot % SLOTS] = Some(PageToken {
            page: page as u8,
            token: token as u8,
        });
    }

    /// Where a name may stand, lowest page first; the caller looks whether it does.
    pub fn find(&self, name: &str, prefix: &str) -> impl Iterator<Item = PageToken> {
        let first = hash(name, prefix);
        (first..).map_while(|slot| self.0[slot % SLOTS])
    }
}

/// FNV-1a over a name and the prefix after it.
const fn hash(name: &str, prefix: &str) -> usize {
    let mut hash: u32 = 0x811C_9DC5;
    let (mut text, mut prefix) = (name.as_bytes(), prefix.as_bytes());
    loop {
        while let [octet, rest @ ..] = text {
            hash = (hash ^ *octet as u32).wrapping_mul(0x0100_0193);
            text = rest;
        }
        if prefix.is_empty() {
            // The lower bits alone do not depend on all
            return (hash ^ hash >> 15) as usize % SLOTS;
        }
        (text, prefix) = (prefix, &[]);
    }
}
