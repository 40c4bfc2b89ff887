//! The productions of XML 1.0 that a token is checked against, octet by octet.

use memchr::memchr2;
use std::borrow::Cow;

use super::error::{Fault, Flaw, Place, Slip};
use super::grammar::{
    is_char, is_name_char, is_name_start, is_public_id, is_space, is_typographic_blank,
    is_typographic_quote,
};
use super::reader::{Attribute, Element};

/// Reads one piece of markup. Offsets are those of the whole input.
#[derive(Debug, Clone)]
pub(super) struct Scan<'a> {
    text: &'a str,
    start: usize,
    at: usize,
}

/// What a DOCTYPE says.
#[derive(Debug)]
pub(super) struct Doctype<'a> {
    pub(super) name: &'a str,
    /// With white space as it stands.
    pub(super) public_id: Option<&'a str>,
    pub(super) system_only: Option<usize>,
    pub(super) public_id_at: usize,
    pub(super) internal_subset: Option<usize>,
}

/// The ASCII of names (production 4a).
const NAME: [bool; 256] = {
    let mut name = [false; 256];
    let mut octet = 0;
    while octet < 0x80 {
        name[octet as usize] =
            u8::is_ascii_alphanumeric(&octet) || matches!(octet, b':' | b'_' | b'-' | b'.');
        octet += 1;
    }
    name
};

/// How many octets of ASCII a name begins with; none when it is no name, or begins otherwise.
#[inline]
pub(super) fn plain_name(octets: &[u8]) -> usize {
    let in_name = |octet: &u8| NAME[usize::from(*octet)];
    match octets.first() {
        Some(b'-' | b'.' | b'0'..=b'9') => 0,
        _ => octets.iter().take_while(|octet| in_name(octet)).count(),
    }
}

impl<'a> Scan<'a> {
    /// Begins at `start` and goes no further than the end of `text`.
    pub(super) fn new(text: &'a str, start: usize) -> Self {
        Self {
            text,
            start,
            at: start,
        }
    }

    /// Where it stands.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// Passes over octets that were looked at.
    pub(super) fn skip(&mut self, octets: usize) {
        self.at += octets;
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    fn eat_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn eat_space(&mut self) -> bool {
        let rest = self.rest().as_bytes();
        let end = rest.iter().position(|&octet| !is_space(octet.into()));
        self.at += end.unwrap_or(rest.len());
        end != Some(0) && !rest.is_empty()
    }

    /// Reads up to `end`, consumes that too, and returns what is before it.
    fn eat_until(&mut self, end: &str) -> Result<&'a str, Flaw> {
        let rest = self.rest();
        let Some(length) = rest.find(end) else {
            return self.not_closed();
        };
        self.at += length + end.len();
        Ok(&rest[..length])
    }

    pub(super) fn not_closed<T>(&self) -> Result<T, Flaw> {
        let markup = self.text.get(self.start..).unwrap_or_default();
        let what = [
            ("<!--", "a comment"),
            ("<![CDATA[", "a CDATA section"),
            ("<!", "a DOCTYPE"),
            ("<?", "a processing instruction"),
            ("</", "an end tag"),
        ];
        let what = what.iter().find(|(prefix, _)| markup.starts_with(prefix));
        Fault::MarkupNotClosed {
            what: what.map_or("a start tag", |(_, what)| what),
        }
        .at(self.start)
    }

    /// A name; what may follow it is the caller's matter.
    fn name(&mut self) -> Result<&'a str, Flaw> {
        let rest = self.rest();
        // Nearly all names are ASCII, and octets are faster than characters
        let length = plain_name(rest.as_bytes());
        let begins = |c: char| !c.is_ascii() && is_name_start(c);
        if length == 0 && !self.peek().is_some_and(begins) {
            return self.bad_name();
        }
        let start = self.at;
        self.at += length;
        if rest
            .as_bytes()
            .get(length)
            .is_some_and(|octet| !octet.is_ascii())
        {
            self.eat_while(is_name_char);
        }
        Ok(&rest[..self.at - start])
    }

    fn bad_name<T>(&self) -> Result<T, Flaw> {
        match self.peek() {
            Some(_) => {
                let slip = self.slip();
                Fault::Name { slip }.at(self.at)
            }
            None => self.not_closed(),
        }
    }

    /// What happened to the text at this place, where it tells.
    fn slip(&self) -> Option<Slip> {
        let before = self.text.get(..self.at).unwrap_or_default();
        let after_mark = ["<", "</", "<?"].iter().any(|mark| before.ends_with(mark));
        let mut rest = self.rest().chars();
        match (rest.next()?, rest.next()) {
            ('\\', Some('"' | '\'')) => Some(Slip::EscapedQuote),
            ('\\', next) if after_mark || next == Some('>') => Some(Slip::Backslash),
            (blank, _) if is_space(blank) && after_mark => Some(Slip::BlankBeforeName),
            (blank, _) if is_typographic_blank(blank) => Some(Slip::Blank(blank)),
            _ => None,
        }
    }

    /// The same where a quote should be. Elsewhere a character may be one of a secret.
    fn slip_of_quote(&self) -> Option<Slip> {
        let quote = self.peek().filter(|&quote| is_typographic_quote(quote));
        quote.map(Slip::Quote).or_else(|| self.slip())
    }

    /// The same where a quote should begin a value.
    fn slip_in_value(&self) -> Option<Slip> {
        let rest = self.rest();
        let encoded = rest.strip_prefix('=').unwrap_or(rest).strip_prefix("3D");
        if encoded.is_some_and(|rest| rest.starts_with(['"', '\''])) {
            return Some(Slip::QuotedPrintable);
        }
        let references = ["&quot;", "&#34;", "&apos;", "&#39;"];
        match references.iter().any(|quote| rest.starts_with(quote)) {
            true => Some(Slip::QuoteReference),
            false => self.slip_of_quote(),
        }
    }

    /// The same behind a value, which `was_empty`: then its second quote may be one too many.
    fn slip_behind_value(&self, was_empty: bool) -> Option<Slip> {
        let rest = self.rest();
        let quoted = rest.find(['"', '\'', '>']).and_then(|end| {
            let (word, end) = rest.split_at(end);
            // Where `=` precedes the next quote, another attribute begins here
            let is_value = !word.trim_end().ends_with('=') && !end.starts_with('>');
            is_value.then_some(Slip::DoubledQuote)
        });
        quoted.filter(|_| was_empty).or_else(|| self.slip())
    }

    /// A reference (production 66); the scan stands at its `&`.
    pub(super) fn reference(&mut self) -> Result<char, Flaw> {
        let start = self.at;
        self.eat("&");
        if self.eat("#") {
            let radix = if self.eat("x") { 16 } else { 10 };
            let digits = self.eat_while(|c| c.is_digit(radix));
            if digits.is_empty() || !self.eat(";") {
                return Fault::CharacterReference { code: None }.at(start);
            }
            let code = digits
                .chars()
                .filter_map(|digit| digit.to_digit(radix))
                .fold(0_u32, |code, digit| {
                    code.saturating_mul(radix).saturating_add(digit)
                });
            return match char::from_u32(code).filter(|&c| is_char(c)) {
                Some(c) => Ok(c),
                None => Fault::CharacterReference { code: Some(code) }.at(start),
            };
        }
        match self.name() {
            Ok(name) if self.eat(";") => match name {
                "lt" => Ok('<'),
                "gt" => Ok('>'),
                "amp" => Ok('&'),
                "apos" => Ok('\''),
                "quot" => Ok('"'),
                _ => Fault::Entity.at(start),
            },
            _ => Fault::DanglingAmpersand.at(start),
        }
    }

    /// A CDATA section (productions 18 to 21); returns what is in it.
    pub(super) fn section(&mut self) -> Result<&'a str, Flaw> {
        self.eat("<![CDATA[");
        let rest = self.rest();
        // One octet is found much faster than three, and it is rare
        let mut from = 0;
        while let Some(at) = rest[from..].find(']') {
            from += at;
            if rest[from..].starts_with("]]>") {
                self.at += from + 3;
                return Ok(&rest[..from]);
            }
            from += 1;
        }
        self.not_closed()
    }

    /// A comment (production 15).
    pub(super) fn comment(&mut self) -> Result<(), Flaw> {
        self.eat("<!--");
        self.eat_until("--")?;
        if self.eat(">") {
            Ok(())
        } else if self.rest().is_empty() {
            self.not_closed()
        } else {
            Fault::CommentHyphens.at(self.at - 2)
        }
    }

    /// A processing instruction (productions 16 and 17).
    pub(super) fn processing_instruction(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        self.eat("<?");
        let name = self.name()?;
        if name == "xml" {
            let place = Place::Before;
            return Fault::DeclarationMisplaced { place }.at(start);
        }
        if name.eq_ignore_ascii_case("xml") {
            return Fault::PiTarget.at(self.at - name.len());
        }
        if !self.rest().starts_with("?>") && !self.eat_space() {
            return if self.rest().is_empty() {
                self.not_closed()
            } else {
                Fault::PiSpace.at(self.at)
            };
        }
        self.eat_until("?>").map(drop)
    }

    /// Whether the markup is named as an XML declaration is, not `<?xml-stylesheet`.
    pub(super) fn is_declaration(&self) -> bool {
        let after = self.rest().strip_prefix("<?xml");
        after.is_some_and(|after| !after.starts_with(is_name_char))
    }

    /// The XML declaration (production 23); returns true when it says US-ASCII.
    pub(super) fn declaration(&mut self) -> Result<bool, Flaw> {
        let version = if self.eat("<?xml") {
            self.pseudo_attribute("version")?
        } else {
            None
        };
        let Some((version, at)) = version else {
            return Fault::DeclarationSyntax {
                expected: "version=\"1.0\"",
                slip: self.slip(),
            }
            .at(self.at);
        };
        if let (true, Some(slip)) = (version.is_empty(), self.slip_behind_value(true)) {
            return Fault::DeclarationSyntax {
                expected: "version=\"1.0\"",
                slip: Some(slip),
            }
            .at(self.at);
        }
        if version != "1.0" {
            return Fault::Version.at(at);
        }
        let mut ascii = false;
        if let Some((charset, at)) = self.pseudo_attribute("encoding")? {
            let named = charset.starts_with(|c: char| c.is_ascii_alphabetic())
                && charset
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
            if !named {
                return Fault::DeclarationSyntax {
                    expected: "the name of a charset",
                    slip: None,
                }
                .at(at);
            }
            ascii = charset.eq_ignore_ascii_case("US-ASCII");
            if !ascii && !charset.eq_ignore_ascii_case("UTF-8") {
                // Registered names are short (RFC 2978 §2.3: 40 characters).
                let charset = charset.chars().take(40).collect();
                return Fault::CharsetDeclared { charset }.at(at);
            }
        }
        if let Some((standalone, at)) = self.pseudo_attribute("standalone")?
            && !matches!(standalone, "yes" | "no")
        {
            return Fault::DeclarationSyntax {
                expected: "yes or no",
                slip: None,
            }
            .at(at);
        }
        self.eat_space();
        if self.eat("?>") {
            Ok(ascii)
        } else if self.rest().is_empty() {
            self.not_closed()
        } else {
            let expected = match self.rest().starts_with('>') {
                true => "?> at its end",
                false => {
                    "version, encoding and standalone in this order, white space before each, and ?>"
                }
            };
            let slip = self.slip();
            Fault::DeclarationSyntax { expected, slip }.at(self.at)
        }
    }

    /// `S name Eq quoted`, or nothing; the offset is that of the value.
    fn pseudo_attribute(&mut self, name: &str) -> Result<Option<(&'a str, usize)>, Flaw> {
        let before = self.at;
        if !(self.eat_space() && self.eat(name)) {
            self.at = before;
            return Ok(None);
        }
        self.eat_space();
        if !self.eat("=") {
            let slip = self.slip();
            return Fault::DeclarationSyntax {
                expected: "=",
                slip,
            }
            .at(self.at);
        }
        self.eat_space();
        let quote = self.at;
        match self.quoted() {
            Ok(Some(quoted)) => Ok(Some(quoted)),
            Ok(None) => Fault::DeclarationSyntax {
                expected: "\" or '",
                slip: self.slip_in_value(),
            }
            .at(quote),
            // The declaration ends, inside the quotes.
            Err(_) if self.text.ends_with("?>") => Fault::DeclarationSyntax {
                expected: "a value that ends before ?>",
                slip: None,
            }
            .at(quote),
            Err(flaw) => Err(flaw),
        }
    }

    /// Text in quotes and its offset, or nothing where no quote begins.
    fn quoted(&mut self) -> Result<Option<(&'a str, usize)>, Flaw> {
        let quote = match self.peek() {
            Some('"') => "\"",
            Some('\'') => "'",
            _ => return Ok(None),
        };
        self.at += 1;
        let at = self.at;
        Ok(Some((self.eat_until(quote)?, at)))
    }

    /// A DOCTYPE (production 28), with an internal subset of white space, comments and processing
    /// instructions at most.
    pub(super) fn doctype(&mut self) -> Result<Doctype<'a>, Flaw> {
        if !self.eat("<!DOCTYPE") {
            return Fault::UnknownMarkup.at(self.start);
        }
        self.doctype_space()?;
        let name = self.name()?;
        let mut doctype = Doctype {
            name,
            public_id: None,
            system_only: None,
            public_id_at: self.at - name.len(),
            internal_subset: None,
        };
        let spaced = self.eat_space();
        let keyword = self.at;
        if spaced && self.eat("PUBLIC") {
            self.doctype_space()?;
            let (id, at) = self.doctype_quoted()?;
            if !is_public_id(id) {
                return Fault::DoctypeSyntax {
                    expected: "the characters of a public identifier",
                    slip: None,
                }
                .at(at);
            }
            (doctype.public_id, doctype.public_id_at) = (Some(id), at);
            self.doctype_space()?;
            self.doctype_quoted()?;
        } else if spaced && self.eat("SYSTEM") {
            doctype.system_only = Some(keyword);
            self.doctype_space()?;
            self.doctype_quoted()?;
        } else if !spaced && !matches!(self.peek(), Some('[' | '>')) {
            return self.bad_name();
        }
        self.eat_space();
        if self.rest().starts_with('[') {
            doctype.internal_subset = Some(self.at);
            self.internal_subset()?;
            self.eat_space();
        }
        if self.eat(">") {
            Ok(doctype)
        } else {
            self.bad_doctype("PUBLIC or >")
        }
    }

    fn internal_subset(&mut self) -> Result<(), Flaw> {
        self.eat("[");
        loop {
            self.eat_space();
            if self.eat("]") {
                return Ok(());
            } else if self.rest().starts_with("<?") {
                self.processing_instruction()?;
            } else if self.rest().starts_with("<!--") {
                self.comment()?;
            } else if self.rest().is_empty() {
                return self.not_closed();
            } else {
                return Fault::InternalSubset.at(self.at);
            }
        }
    }

    fn doctype_space(&mut self) -> Result<(), Flaw> {
        if self.eat_space() {
            Ok(())
        } else {
            self.bad_doctype("white space")
        }
    }

    fn doctype_quoted(&mut self) -> Result<(&'a str, usize), Flaw> {
        match self.quoted()? {
            Some(quoted) => Ok(quoted),
            None => self.bad_doctype("an identifier in quotes"),
        }
    }

    fn bad_doctype<T>(&self, expected: &'static str) -> Result<T, Flaw> {
        if self.rest().is_empty() {
            return self.not_closed();
        }
        let slip = self.slip_of_quote();
        Fault::DoctypeSyntax { expected, slip }.at(self.at)
    }

    /// An end tag (production 42); returns its name.
    pub(super) fn end_tag(&mut self) -> Result<&'a str, Flaw> {
        self.eat("</");
        let name = self.name()?;
        self.eat_space();
        if self.eat(">") {
            Ok(name)
        } else {
            self.bad_name()
        }
    }

    /// A start tag or an empty-element tag (productions 40 and 44); true when it is the latter.
    pub(super) fn start_tag(&mut self, limit: usize) -> Result<(Element<'a>, bool), Flaw> {
        self.eat("<");
        let name = self.name()?;
        let mut element = Element {
            name,
            attributes: Vec::new(),
            offset: self.start,
        };
        loop {
            let spaced = self.eat_space();
            if self.eat(">") {
                return Ok((element, false));
            } else if self.eat("/>") {
                return Ok((element, true));
            } else if self.rest().is_empty() {
                return self.not_closed();
            } else if !spaced {
                return match element.attributes.last() {
                    None => self.bad_name(),
                    Some(last) => {
                        let slip = self.slip_behind_value(last.value.is_empty());
                        Fault::AttributeSpace { slip }.at(self.at)
                    }
                };
            }
            let at = self.at;
            let attribute = self.attribute()?;
            if element.attributes.len() >= limit {
                return Fault::TooManyAttributes { limit }.at(at);
            }
            if element.attribute(attribute.name).is_some() {
                return Fault::AttributeTwice.at(at);
            }
            element.attributes.push(attribute);
        }
    }

    /// An attribute (production 41), its value normalised (§3.3.3).
    fn attribute(&mut self) -> Result<Attribute<'a>, Flaw> {
        let at = self.at;
        let name = self.name()?;
        let spaced = self.eat_space();
        if !self.eat("=") {
            return match self.peek() {
                None => self.not_closed(),
                Some(c) if !spaced && !matches!(c, '/' | '>') => self.bad_name(),
                Some(_) => Fault::AttributeValue.at(at),
            };
        }
        self.eat_space();
        let quote = match self.peek() {
            Some('"') => b'"',
            Some('\'') => b'\'',
            None => return self.not_closed(),
            Some('/' | '>') => {
                return Fault::AttributeValue.at(at);
            }
            Some(_) => {
                let slip = self.slip_in_value();
                return Fault::AttributeUnquoted { slip }.at(self.at);
            }
        };
        self.at += 1;
        let offset = self.at;
        let rest = self.rest();
        let stop = memchr2(quote, b'<', rest.as_bytes());
        let raw = &rest[..stop.unwrap_or(rest.len())];
        self.at += raw.len();
        let end = self.at;
        match self.peek() {
            None => return self.not_closed(),
            Some('<') => {
                return Fault::LtInAttribute.at(end);
            }
            Some(_) => {}
        }
        // All octets are looked at, which is faster than to stop at the first
        let changes = |octet: u8| matches!(octet, b'&' | b'\t' | b'\r' | b'\n');
        let value = if raw
            .bytes()
            .fold(false, |found, octet| found | changes(octet))
        {
            let scan = Scan {
                text: &self.text[..end],
                start: self.start,
                at: offset,
            };
            scan.value(raw.len())?
        } else {
            Cow::Borrowed(raw)
        };
        self.at = end + 1;
        Ok(Attribute {
            name,
            value,
            offset,
        })
    }

    /// Normalises the rest, so many octets: line ends become line feeds (§2.11), then each white
    /// space a space, while what a reference stands for stays (§3.3.3).
    fn value(mut self, octets: usize) -> Result<Cow<'a, str>, Flaw> {
        let mut value = String::with_capacity(octets);
        loop {
            value.push_str(self.eat_while(|c| !matches!(c, '&' | '\t' | '\r' | '\n')));
            match self.peek() {
                None => return Ok(Cow::Owned(value)),
                Some('&') => value.push(self.reference()?),
                Some(_) => {
                    if !self.eat("\r\n") {
                        self.at += 1;
                    }
                    value.push(' ');
                }
            }
        }
    }
}
