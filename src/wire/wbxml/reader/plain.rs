//! Elements that are written the plain way, at once. Nearly all of nearly all documents are.

use super::{Reader, State};
use crate::wire::wbxml::tables::Vocabulary;
use crate::wire::wbxml::{Charset, token};
use memchr::memchr;

/// What [`Reader::plain`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain<'a> {
    /// An element begins.
    Element {
        /// Its name.
        name: &'static str,
        /// Its attributes; the second one is there only with the first.
        attributes: [Option<PlainAttribute<'a>>; 2],
        /// Its end is the next that will be found.
        empty: bool,
        /// Where.
        at: usize,
    },
    /// The innermost element ends.
    End,
}

/// An attribute whose value is one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainAttribute<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: &'a str,
    /// Where.
    pub at: usize,
}

impl<'a> Reader<'a> {
    /// The next start or end of an element, if it is written in the plain way: an end; or a known
    /// tag of the page at hand with at most two attributes, each a known token that is the name and
    /// perhaps the value, then at most one known token or inline string that is the value, in UTF-8,
    /// with no deviation. Otherwise nothing is consumed, and [`Reader::next`] reads token by token.
    #[inline(always)] // its result stays in registers
    pub fn plain(&mut self) -> Option<Plain<'a>> {
        match self.state {
            State::EmptyEnd => {
                self.end_element();
                return Some(Plain::End);
            }
            State::Content if !self.root_ended => {}
            _ => return None,
        }
        let rest = self.cursor.rest();
        let (&octet, mut after) = rest.split_first()?;
        if octet == token::END && self.depth > 0 {
            self.cursor.skip(1);
            self.end_element();
            return Some(Plain::End);
        }
        let at = self.cursor.offset();
        let vocabulary = self.vocabulary?;
        let identity = octet & 0x3F;
        if identity < 0x05 || self.elements >= self.limits.elements {
            return None;
        }
        let name = vocabulary.tag(self.tag_page, identity)?;
        if self.depth >= self.limits.depth {
            return None;
        }
        let (mut first, mut second) = (None, None);
        let mut page = self.attribute_page;
        if octet & token::HAS_ATTRIBUTES != 0 {
            if self.limits.attributes < 2 || self.header.charset != Charset::Utf8 {
                return None;
            }
            let (attribute, left) = self::attribute(vocabulary, &mut page, after, at + 1)?;
            (first, after) = (Some(attribute), left);
            if after.first() != Some(&token::END) {
                let offset = at + rest.len() - after.len();
                let (attribute, left) = self::attribute(vocabulary, &mut page, after, offset)?;
                (second, after) = (Some(attribute), left);
            }
            after = match after {
                [token::END, after @ ..] => after,
                _ => return None,
            };
        }
        self.cursor.skip(rest.len() - after.len());
        self.attribute_page = page;
        self.elements += 1;
        self.depth += 1;
        let empty = octet & token::HAS_CONTENT == 0;
        if empty {
            self.state = State::EmptyEnd;
        }
        Some(Plain::Element {
            name,
            attributes: [first, second],
            empty,
            at,
        })
    }

    /// Passes over the end of an element that [`Reader::plain`] found empty right before.
    #[inline]
    pub fn end_empty(&mut self) {
        if self.state == State::EmptyEnd {
            self.end_element();
        }
    }
}

/// An attribute at the start of what is left of a list, and what is left then.
#[inline(always)] // its result stays in registers
fn attribute<'a>(
    vocabulary: &'static Vocabulary,
    page: &mut u8,
    rest: &'a [u8],
    offset: usize,
) -> Option<(PlainAttribute<'a>, &'a [u8])> {
    let (rest, at) = match rest {
        [token::SWITCH_PAGE, other, rest @ ..] => {
            *page = *other;
            (rest, offset + 2)
        }
        _ => (rest, offset),
    };
    let (&octet, after) = rest.split_first()?;
    let start = vocabulary.attribute_start(*page, octet)?;
    let (value, after) = match after {
        [token::STR_I, text @ ..] if start.prefix.is_empty() => {
            let length = memchr(0, text)?;
            let value = std::str::from_utf8(&text[..length]).ok()?;
            (value, &text[length + 1..])
        }
        [octet, after @ ..] if *octet >= 0x80 && start.prefix.is_empty() => {
            (vocabulary.attribute_value(*page, *octet)?, after)
        }
        [token::SWITCH_PAGE, other, octet, after @ ..]
            if *octet >= 0x80 && start.prefix.is_empty() =>
        {
            *page = *other;
            (vocabulary.attribute_value(*page, *octet)?, after)
        }
        _ => (start.prefix, after),
    };
    // Whatever could be one more piece of the value is not for here
    let next = match after {
        [token::SWITCH_PAGE, _, next, ..] | [next, ..] => *next,
        [] => return None,
    };
    if next != token::END && (next > 0x7F || next & 0x3F < 0x05) {
        return None;
    }
    let attribute = PlainAttribute {
        name: start.name,
        value,
        at,
    };
    Some((attribute, after))
}
