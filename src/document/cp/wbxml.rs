//! The model from and to WBXML.

use super::builder::{Builder, Error, Parsed};
use super::model::{Characteristic, Document, Node, Value};
use super::schema;
use super::walk::Walk;
use crate::wire::wbxml::Writer;
use crate::wire::wbxml::tables::{PageToken, prov::PROV};
use std::collections::HashMap;
use std::ops::Range;

/// How to write where the format leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Encoding {
    /// What every receiver reads: no string table, page 0 wherever it has the token.
    #[default]
    Compatible,
    /// The fewest octets: page 1's copies, and a string table where fixed content gains by it.
    Compact,
}

/// An encoded document and where its parameters went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The document, ready to be signed.
    pub octets: Vec<u8>,
    /// The text of each [`Value::parameter`], in document order: the octets between STR_I and NUL.
    pub parameters: Vec<Range<usize>>,
}

/// A document that WBXML cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} contains a NUL character, which no WBXML string can hold; remove it")]
pub struct EncodeError {
    /// The characteristic type or parm name concerned.
    pub place: String,
}

impl<'a> Document<'a> {
    /// Reads a WBXML document, versions 1.1 to 1.3.
    ///
    /// # Errors
    /// [`Error`] when it is malformed or not a provisioning document.
    pub fn from_wbxml(octets: &'a [u8]) -> Result<Parsed<'a>, Error> {
        let mut walk = Walk::new(octets)?;
        let mut builder = Builder::default();
        while let Some(piece) = walk.next()? {
            builder.take(piece);
        }
        Ok(builder.finish(walk.into_findings()))
    }

    /// Writes the document as WBXML 1.3, UTF-8.
    ///
    /// # Errors
    /// [`EncodeError`] when a text contains NUL.
    pub fn to_wbxml(&self, encoding: Encoding) -> Result<Encoded, EncodeError> {
        let mut first = Encoder::new(encoding, StringTable::default());
        first.document(self)?;
        let table = match encoding {
            Encoding::Compatible => return Ok(first.finish()),
            Encoding::Compact => StringTable::plan(&first.strings),
        };
        let plain = first.finish();
        if table.octets.is_empty() {
            return Ok(plain);
        }
        let mut second = Encoder::new(encoding, table);
        second.document(self)?;
        let shared = second.finish();
        // Compared without the parameters' own octets, so that the choice is the same for all devices
        Ok(if shared.octets.len() < plain.octets.len() {
            shared
        } else {
            plain
        })
    }
}

/// Strings that stand once in the header and are referred to.
#[derive(Debug, Default)]
struct StringTable {
    octets: Vec<u8>,
    offsets: HashMap<String, u32>,
}

impl StringTable {
    /// Chooses the strings that gain by standing in the table. A string that is the end of another
    /// one points into its middle.
    fn plan(strings: &[String]) -> Self {
        let mut counted: Vec<(&str, usize)> = Vec::new();
        let mut index: HashMap<&str, usize> = HashMap::new();
        for text in strings {
            let place = *index.entry(text).or_insert_with(|| {
                counted.push((text, 0));
                counted.len() - 1
            });
            counted[place].1 += 1;
        }
        // Longest first: a string comes after all that could hold it. The sort is stable.
        counted.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        let inside = longest_ends(&counted);
        // Octets of all uses of a string and of those that it ends in
        let mut uses: Vec<usize> = counted.iter().map(|(t, count)| count * t.len()).collect();
        for place in (0..counted.len()).rev() {
            if let Some(end) = inside[place] {
                uses[place] += uses[end];
            }
        }
        let mut entries: Vec<usize> = Vec::new();
        let mut is_held = vec![false; counted.len()];
        for (place, (text, _)) in counted.iter().enumerate() {
            // Inline: STR_I, text, NUL. In the table: text, NUL once, then STR_T and one octet each
            let gains = !is_held[place] && uses[place] > text.len() + 1;
            if gains {
                entries.push(place);
            }
            if let Some(end) = inside[place] {
                is_held[end] |= gains || is_held[place];
            }
        }
        // The most used ones get the shortest offsets
        entries.sort_by_key(|&place| std::cmp::Reverse(counted[place].1));
        let mut table = Self::default();
        for &entry in &entries {
            let start = table.octets.len();
            let whole = counted[entry].0;
            table.octets.extend_from_slice(whole.as_bytes());
            table.octets.push(0);
            let mut next = Some(entry);
            while let Some(place) = next {
                let text = counted[place].0;
                let offset = start + whole.len() - text.len();
                let cheaper = text.len() + 2 > 1 + crate::bytes::uintvar_len(offset as u32);
                if cheaper && !table.offsets.contains_key(text) {
                    table.offsets.insert(text.to_owned(), offset as u32);
                }
                next = inside[place];
            }
        }
        table
    }
}

/// For each of these different strings, which come the longest first, the longest other one that it
/// ends in.
fn longest_ends(strings: &[(&str, usize)]) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..strings.len()).collect();
    let backwards = |place: usize| strings[place].0.bytes().rev();
    // Read backwards, what ends in a string comes right after it
    order.sort_by(|&a, &b| backwards(a).cmp(backwards(b)));
    let mut ends = vec![None; strings.len()];
    let mut open: Vec<usize> = Vec::new();
    for place in order {
        while let Some(&last) = open.last() {
            if strings[place].0.ends_with(strings[last].0) {
                ends[place] = Some(last);
                break;
            }
            open.pop();
        }
        open.push(place);
    }
    ends
}

struct Encoder {
    writer: Writer,
    encoding: Encoding,
    table: StringTable,
    /// Fixed strings in the order of writing, for [`StringTable::plan`].
    strings: Vec<String>,
    parameters: Vec<Range<usize>>,
}

impl Encoder {
    fn new(encoding: Encoding, table: StringTable) -> Self {
        // Version 1.3; the public id number of PROV is 0x0B
        let writer = Writer::new(0x03, 0x0B, &table.octets);
        Self {
            writer,
            encoding,
            table,
            strings: Vec::new(),
            parameters: Vec::new(),
        }
    }

    fn finish(self) -> Encoded {
        Encoded {
            octets: self.writer.finish(),
            parameters: self.parameters,
        }
    }

    fn document(&mut self, document: &Document<'_>) -> Result<(), EncodeError> {
        let content = !document.characteristics.is_empty();
        self.tag("wap-provisioningdoc", document.version.is_some(), content);
        if let Some(version) = &document.version {
            let text = if version.is_parameter() {
                ""
            } else {
                version.as_str()
            };
            if self.start("version", text) {
                self.writer.end();
            } else {
                self.start("version", "");
                self.value(version, "version")?;
                self.writer.end();
            }
        }
        for characteristic in &document.characteristics {
            self.characteristic(characteristic)?;
        }
        if content {
            self.writer.end();
        }
        Ok(())
    }

    // Recursion is bounded by the depth of documents, which the readers limit
    fn characteristic(&mut self, characteristic: &Characteristic<'_>) -> Result<(), EncodeError> {
        let kind = &*characteristic.kind;
        let content = !characteristic.nodes.is_empty();
        self.tag("characteristic", true, content);
        self.named("type", kind)?;
        self.writer.end();
        for node in &characteristic.nodes {
            match node {
                Node::Characteristic(child) => self.characteristic(child)?,
                Node::Parm(parm) => {
                    self.tag("parm", true, false);
                    self.named("name", &parm.name)?;
                    if let Some(value) = &parm.value {
                        self.start("value", "");
                        self.parm_value(kind, &parm.name, value)?;
                    }
                    self.writer.end();
                }
            }
        }
        if content {
            self.writer.end();
        }
        Ok(())
    }

    fn tag(&mut self, name: &str, attributes: bool, content: bool) {
        // Page 0 has all three tags, and the tag space never leaves it
        if let Some(tag) = PROV.find_tag(name).next() {
            self.writer.tag(tag, attributes, content);
        }
    }

    /// An attribute that names something: one token where there is one, else a string.
    fn named(&mut self, attribute: &str, name: &str) -> Result<(), EncodeError> {
        if name.is_empty() || !self.start(attribute, name) {
            self.start(attribute, "");
            self.string(name, name)?;
        }
        Ok(())
    }

    /// Writes the attribute start with this name and prefix; false when no token has them.
    fn start(&mut self, name: &str, prefix: &str) -> bool {
        let token = self.choose(PROV.find_attribute_start(name, prefix));
        token.map(|token| self.writer.attribute(token)).is_some()
    }

    fn choose(&self, mut places: impl Iterator<Item = PageToken>) -> Option<PageToken> {
        let first = places.next()?;
        let current = self.writer.attribute_page();
        if self.encoding == Encoding::Compact && first.page != current {
            Some(places.find(|place| place.page == current).unwrap_or(first))
        } else {
            Some(first)
        }
    }

    fn parm_value(&mut self, kind: &str, name: &str, value: &Value<'_>) -> Result<(), EncodeError> {
        let token = self.choose(value_tokens(value.as_str()));
        let may_be_token = token.is_some() || name == AAUTHTYPE;
        let in_set =
            || schema::value_set(kind, name).is_some_and(|set| set.contains(value.as_str()));
        if value.is_parameter() || !may_be_token || !in_set() {
            return self.value(value, name);
        }
        if let Some(token) = token {
            self.writer.attribute(token);
        } else if let Some(pieces) = authtype_pieces(name, value.as_str()) {
            for piece in pieces {
                self.writer.attribute(piece);
            }
        } else {
            return self.value(value, name);
        }
        Ok(())
    }

    fn value(&mut self, value: &Value<'_>, place: &str) -> Result<(), EncodeError> {
        if !value.is_parameter() {
            return self.string(value.as_str(), place);
        }
        let start = self.writer.position() + 1;
        self.inline(value.as_str(), place)?;
        self.parameters.push(start..self.writer.position() - 1);
        Ok(())
    }

    fn string(&mut self, text: &str, place: &str) -> Result<(), EncodeError> {
        if let Some(offset) = self.table.offsets.get(text) {
            self.writer.table_string(*offset);
            return Ok(());
        }
        if self.encoding == Encoding::Compact && !text.is_empty() {
            self.strings.push(text.to_owned());
        }
        self.inline(text, place)
    }

    fn inline(&mut self, text: &str, place: &str) -> Result<(), EncodeError> {
        let place = || place.replace('\0', "\u{FFFD}");
        self.writer
            .string(text)
            .map_err(|_| EncodeError { place: place() })
    }
}

const AAUTHTYPE: &str = "AAUTHTYPE";

/// Tokens that a writer may use for a value. BB and BC are drafts that some receivers lack.
pub(super) fn value_tokens(value: &str) -> impl Iterator<Item = PageToken> {
    PROV.find_attribute_value(value)
        .filter(|place| !matches!((place.page, place.token), (0, 0xBB | 0xBC)))
}

/// AAUTHTYPE lists from the pieces on page 1: `HTTP-`, `BASIC`, `DIGEST` and the comma.
fn authtype_pieces(name: &str, value: &str) -> Option<Vec<PageToken>> {
    if name != AAUTHTYPE {
        return None;
    }
    let piece = |text| {
        PROV.find_attribute_value(text)
            .find(|place| place.page == 1)
    };
    let mut pieces = Vec::new();
    for (index, element) in value.split(',').enumerate() {
        if index > 0 {
            pieces.push(piece(",")?);
        }
        let rest = match element.strip_prefix("HTTP-") {
            Some(rest) => {
                pieces.push(piece("HTTP-")?);
                rest
            }
            None => element,
        };
        pieces.push(piece(rest)?);
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plan, each string compared with each.
    fn plainly(strings: &[String]) -> Vec<u8> {
        let mut counted: Vec<(&str, usize)> = Vec::new();
        for text in strings {
            match counted.iter_mut().find(|(known, _)| known == text) {
                Some((_, count)) => *count += 1,
                None => counted.push((text, 1)),
            }
        }
        counted.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        let mut entries: Vec<(&str, usize)> = Vec::new();
        for (text, count) in &counted {
            let ends = counted.iter().filter(|(end, _)| text.ends_with(end));
            let uses: usize = ends.map(|(end, count)| count * end.len()).sum();
            let is_held = entries.iter().any(|(entry, _)| entry.ends_with(text));
            if !is_held && uses > text.len() + 1 {
                entries.push((text, *count));
            }
        }
        entries.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let octets = entries
            .iter()
            .flat_map(|(entry, _)| [entry.as_bytes(), b"\0"]);
        octets.collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_plan_is_what_comparing_each_with_each_gives() {
        let mut state = 1u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        let mut held = 0;
        for _ in 0..200 {
            let strings: Vec<String> = (0..random(40))
                .map(|_| {
                    let length = 1 + random(6);
                    (0..length)
                        .map(|_| if random(2) == 0 { 'a' } else { 'b' })
                        .collect()
                })
                .collect();
            let table = StringTable::plan(&strings);
            assert_eq!(table.octets, plainly(&strings), "{strings:?}");
            for (text, offset) in &table.offsets {
                let rest = &table.octets[*offset as usize..];
                assert_eq!(
                    rest.split(|octet| *octet == 0).next(),
                    Some(text.as_bytes())
                );
                held += 1;
            }
        }
        assert!(held > 500, "{held}");
    }
}
