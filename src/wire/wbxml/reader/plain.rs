//! Elements that are written the plain way, at once. Nearly all of nearly all documents are.

use super::{Reader, State};
use crate::wire::wbxml::tables::Vocabulary;
use crate::wire::wbxml::{Charset, token};
use memchr::memchr;

/// An element that begins and is written the plain way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plain<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its first attribute.
    pub first: Option<PlainAttribute<'a>>,
    /// Its second attribute.
    pub second: Option<PlainAttribute<'a>>,
    /// True when it ends right there.
    pub empty: bool,
    /// Where.
    pub at: usize,
    /// Octets of its start.
    octets: usize,
    /// The page of attributes behind it.
    page: u8,
}

/// An attribute whose value is one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainAttribute<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: &'a str,
}

impl<'a> Reader<'a> {
    /// The next element, if it is written the plain way: a known tag of the page at hand with at most
    /// two attributes, each a known token that is the name and perhaps the value, then at most one
    /// known token or inline string that is the value, in UTF-8, with no deviation.
    ///
    /// Nothing is consumed: [`Reader::pass`] does that, [`Reader::next`] reads token by token.
    #[inline(always)] // its result stays in registers
    #[must_use]
    pub fn plain(&self) -> Option<Plain<'a>> {
        if self.state != State::Content || self.root_ended {
            return None;
        }
        let vocabulary = self.vocabulary?;
        let rest = self.cursor.rest();
        let (&octet, mut after) = rest.split_first()?;
        let identity = octet & 0x3F;
        if identity < 0x05
            || self.elements >= self.limits.elements
            || self.depth >= self.limits.depth
        {
            return None;
        }
        let name = vocabulary.tag(self.tag_page, identity)?;
        let (mut first, mut second) = (None, None);
        let mut page = self.attribute_page;
        if octet & token::HAS_ATTRIBUTES != 0 {
            if self.limits.attributes < 2 || self.header.charset != Charset::Utf8 {
                return None;
            }
            let (attribute, left) = self::attribute(vocabulary, &mut page, after)?;
            (first, after) = (Some(attribute), left);
            if after.first() != Some(&token::END) {
                let (attribute, left) = self::attribute(vocabulary, &mut page, after)?;
                (second, after) = (Some(attribute), left);
            }
            after = match after {
                [token::END, after @ ..] => after,
                _ => return None,
            };
        }
        Some(Plain {
            name,
            first,
            second,
            empty: octet & token::HAS_CONTENT == 0,
            at: self.cursor.offset(),
            octets: rest.len() - after.len(),
            page,
        })
    }

    /// Passes over the start of the next element, which is this one.
    #[inline(always)]
    pub fn pass(&mut self, plain: &Plain<'a>) {
        self.cursor.skip(plain.octets);
        self.attribute_page = plain.page;
        self.elements += 1;
        self.depth += 1;
        if plain.empty {
            self.state = State::EmptyEnd;
        }
    }

    /// Passes over the end of the innermost element, if that is next.
    #[inline]
    pub fn plain_end(&mut self) -> bool {
        match self.state {
            State::EmptyEnd => {}
            State::Content if self.depth > 0 && self.cursor.peek() == Some(token::END) => {
                self.cursor.skip(1);
            }
            _ => return false,
        }
        self.end_element();
        true
    }

    /// The same, for an element without content only.
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
) -> Option<(PlainAttribute<'a>, &'a [u8])> {
    let (mut octet, mut after) = next(rest)?;
    if octet == token::SWITCH_PAGE {
        (*page, after) = next(after)?;
        (octet, after) = next(after)?;
    }
    let start = vocabulary.attribute_start(*page, octet)?;
    let mut value = start.prefix;
    if value.is_empty() {
        let (first, behind) = next(after)?;
        if first == token::STR_I {
            let length = memchr(0, behind)?;
            value = std::str::from_utf8(&behind[..length]).ok()?;
            after = &behind[length + 1..];
        } else if first >= 0x80 {
            value = vocabulary.attribute_value(*page, first)?;
            after = behind;
        } else if let (token::SWITCH_PAGE, [other, second, behind @ ..]) = (first, behind)
            && *second >= 0x80
        {
            value = vocabulary.attribute_value(*other, *second)?;
            *page = *other;
            after = behind;
        }
    }
    // Whatever could be one more piece of the value is not for here
    let follows = match after {
        [token::SWITCH_PAGE, _, follows, ..] | [follows, ..] => *follows,
        [] => return None,
    };
    if follows != token::END && (follows > 0x7F || follows & 0x3F < 0x05) {
        return None;
    }
    let name = start.name;
    Some((PlainAttribute { name, value }, after))
}

#[inline(always)]
fn next(octets: &[u8]) -> Option<(u8, &[u8])> {
    let (&first, rest) = octets.split_first()?;
    Some((first, rest))
}
