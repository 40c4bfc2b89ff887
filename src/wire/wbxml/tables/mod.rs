//! Code pages: which token means what in which document type.

mod index;
pub mod prov;
pub mod syncml;

use index::Index;

/// A document type and its code pages.
#[derive(Debug)]
pub struct Vocabulary {
    /// Short name for people.
    pub name: &'static str,
    /// Number of the public identifier in the WBXML header, if one is assigned.
    pub public_number: Option<u32>,
    /// Textual public identifiers; the first is the one to write.
    pub public_ids: &'static [&'static str],
    /// Tag pages, indexed by code page.
    pub tags: &'static [&'static TagPage],
    /// Attribute start pages, indexed by code page.
    pub attribute_starts: &'static [&'static AttributeStartPage],
    /// Attribute value pages, indexed by code page.
    pub attribute_values: &'static [&'static AttributeValuePage],
    names: Names,
}

/// Where the names of a document type stand.
#[derive(Debug)]
struct Names {
    tags: Index,
    attribute_starts: Index,
    attribute_values: Index,
}

impl Names {
    const fn of(
        tags: &[&TagPage],
        starts: &[&AttributeStartPage],
        values: &[&AttributeValuePage],
    ) -> Self {
        Self {
            tags: Index::tags(tags),
            attribute_starts: Index::starts(starts),
            attribute_values: Index::values(values),
        }
    }
}

/// Tag names by identity (bits 0 to 5 of the token).
pub type TagPage = [Option<&'static str>; 0x40];

/// Attribute starts by token (00 to 7F).
pub type AttributeStartPage = [Option<AttributeStart>; 0x80];

/// Attribute values by token minus 0x80.
pub type AttributeValuePage = [Option<&'static str>; 0x80];

/// An attribute name, perhaps with the beginning of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeStart {
    /// The attribute's name.
    pub name: &'static str,
    /// The beginning of its value; often empty, for PROV often the whole value.
    pub prefix: &'static str,
}

/// Where a token stands: its code page and its octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PageToken {
    /// Code page.
    pub page: u8,
    /// The token's octet on that page.
    pub token: u8,
}

/// All document types that this crate has tables for.
pub static VOCABULARIES: [&Vocabulary; 5] = [
    &prov::PROV,
    &syncml::SYNCML,
    &syncml::METINF,
    &syncml::DEVINF,
    &syncml::DM_DDF,
];

static NO_TAGS: TagPage = tags(&[]);

/// Whether one of the [`VOCABULARIES`] has an element of this name.
#[must_use]
pub fn has_element(name: &str) -> bool {
    let all = VOCABULARIES.iter();
    all.into_iter()
        .any(|vocabulary| vocabulary.find_tag(name).next().is_some())
}

impl Vocabulary {
    /// The tag of this identity.
    #[must_use]
    #[inline]
    pub fn tag(&self, page: u8, identity: u8) -> Option<&'static str> {
        *self
            .tags
            .get(usize::from(page))?
            .get(usize::from(identity))?
    }

    /// The attribute start of this token.
    #[must_use]
    #[inline]
    pub fn attribute_start(&self, page: u8, token: u8) -> Option<AttributeStart> {
        *self
            .attribute_starts
            .get(usize::from(page))?
            .get(usize::from(token))?
    }

    /// The attribute value of this token (80 to FF).
    #[must_use]
    #[inline]
    pub fn attribute_value(&self, page: u8, token: u8) -> Option<&'static str> {
        let index = usize::from(token.checked_sub(0x80)?);
        *self.attribute_values.get(usize::from(page))?.get(index)?
    }

    /// Where this tag stands, lowest page first.
    pub fn find_tag(&self, name: &str) -> impl Iterator<Item = PageToken> {
        let places = self.names.tags.find(name, "");
        places.filter(move |place| self.tag(place.page, place.token) == Some(name))
    }

    /// Where the attribute start with exactly this name and prefix stands, lowest page first.
    pub fn find_attribute_start(
        &self,
        name: &str,
        prefix: &str,
    ) -> impl Iterator<Item = PageToken> {
        let places = self.names.attribute_starts.find(name, prefix);
        places.filter(move |place| {
            self.attribute_start(place.page, place.token)
                .is_some_and(|start| start.name == name && start.prefix == prefix)
        })
    }

    /// Where this attribute value stands, lowest page first.
    pub fn find_attribute_value(&self, value: &str) -> impl Iterator<Item = PageToken> {
        let places = self.names.attribute_values.find(value, "");
        places.filter(move |place| self.attribute_value(place.page, place.token) == Some(value))
    }
}

const fn tags(list: &[(u8, &'static str)]) -> TagPage {
    let mut page = [None; 0x40];
    let mut index = 0;
    while index < list.len() {
        let (token, name) = list[index];
        assert!(token >= 5 && page[token as usize].is_none());
        page[token as usize] = Some(name);
        index += 1;
    }
    page
}

const fn starts(list: &[(u8, &'static str, &'static str)]) -> AttributeStartPage {
    let mut page = [None; 0x80];
    let mut index = 0;
    while index < list.len() {
        let (token, name, prefix) = list[index];
        // 40 to 44 and 00 to 04 are global tokens
        assert!(token & 0x3F >= 5 && page[token as usize].is_none());
        page[token as usize] = Some(AttributeStart { name, prefix });
        index += 1;
    }
    page
}

const fn values(list: &[(u8, &'static str)]) -> AttributeValuePage {
    let mut page = [None; 0x80];
    let mut index = 0;
    while index < list.len() {
        let (token, value) = list[index];
        let slot = (token - 0x80) as usize;
        assert!(token & 0x3F >= 5 && page[slot].is_none());
        page[slot] = Some(value);
        index += 1;
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_where_they_stand() {
        let prov = &prov::PROV;
        let at = |page, token| PageToken { page, token };
        let found: Vec<_> = prov.find_attribute_start("name", "NAME").collect();
        assert_eq!(found, [at(0, 0x07), at(1, 0x07)]);
        let found: Vec<_> = prov.find_attribute_start("type", "APPLICATION").collect();
        assert_eq!(found, [at(1, 0x55)]);
        let found: Vec<_> = prov.find_attribute_value("IPV6").collect();
        assert_eq!(found, [at(0, 0x86), at(1, 0x86)]);
        assert_eq!(syncml::DM_DDF.tag(2, 0x20), Some("MgmtTree"));
        assert_eq!(syncml::SYNCML.tag(0, 0x2D), Some("SyncML"));
        assert_eq!(syncml::SYNCML.tag(1, 0x13), Some("Type"));
        assert_eq!(prov.attribute_value(9, 0xFF), None);
    }

    /// Names are found after few others: a poor hash would give the same, later.
    #[test]
    fn few_places_are_looked_at() {
        let (mut names, mut looked_at) = (0_usize, 0_usize);
        for vocabulary in VOCABULARIES {
            let Names {
                tags,
                attribute_starts,
                attribute_values,
            } = &vocabulary.names;
            let mut count = |index: &Index, name, prefix, at| {
                let until = index.find(name, prefix).position(|place| place == at);
                names += 1;
                looked_at += 1 + until.unwrap();
            };
            let places = |pages, first: u8| {
                (0..pages).flat_map(move |page| {
                    (first..=0xFF).map(move |token| PageToken { page, token })
                })
            };
            for at in places(vocabulary.tags.len() as u8, 0) {
                if let Some(name) = vocabulary.tag(at.page, at.token) {
                    count(tags, name, "", at);
                }
            }
            for at in places(vocabulary.attribute_starts.len() as u8, 0) {
                if let Some(start) = vocabulary.attribute_start(at.page, at.token) {
                    count(attribute_starts, start.name, start.prefix, at);
                }
            }
            for at in places(vocabulary.attribute_values.len() as u8, 0x80) {
                if let Some(value) = vocabulary.attribute_value(at.page, at.token) {
                    count(attribute_values, value, "", at);
                }
            }
        }
        let most = names * 122 / 100;
        assert!(looked_at <= most, "{looked_at} for {names} names");
    }
}
