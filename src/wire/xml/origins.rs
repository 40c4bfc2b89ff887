//! Where the octets of a text stand in the input when they do not stand there as they are.

use super::scan::Scan;

/// Offsets in a text to offsets in the input that it was read from, past references, sections,
/// comments and line ends of two octets.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    /// Where octets begin, in the text and in the input, that stand in both alike up to the next.
    runs: Vec<(usize, usize)>,
    /// Octets of the text so far.
    length: usize,
}

impl Origins {
    /// Those of the text at an offset of `input`, a document that a [`Reader`](super::Reader) took.
    #[must_use]
    pub fn of(input: &str, offset: usize) -> Self {
        let mut origins = Self::default();
        origins.read(input, offset);
        origins
    }

    /// Joins the text at an offset of such a document.
    pub fn read(&mut self, input: &str, offset: usize) {
        let mut scan = Scan::new(input, offset);
        loop {
            let at = scan.offset();
            let rest = input.get(at..).unwrap_or_default();
            let read = match rest.as_bytes() {
                [b'<', b'!', b'-', b'-', ..] => scan.comment(),
                [b'<', b'!', b'[', ..] => scan.section().map(|content| {
                    let start = content.as_ptr() as usize - input.as_ptr() as usize;
                    self.plain(content, start);
                }),
                [b'<', b'?', ..] => scan.processing_instruction(),
                [] | [b'<', ..] => return,
                [b'&', ..] => scan.reference().map(|c| {
                    self.add(self.length, at);
                    self.length += c.len_utf8();
                }),
                _ => {
                    let end = rest.find(['<', '&']).unwrap_or(rest.len());
                    let raw = &rest[..end];
                    self.plain(raw, at);
                    scan.skip(end);
                    Ok(())
                }
            };
            // The reader has taken it
            if read.is_err() {
                return;
            }
        }
    }

    /// Says where the octets from an offset of the text on stand.
    pub fn add(&mut self, text: usize, input: usize) {
        self.runs.push((text, input));
    }

    fn plain(&mut self, raw: &str, start: usize) {
        self.add(self.length, start);
        let mut returns = 0;
        for (index, _) in raw.match_indices("\r\n") {
            // The line feed stays
            self.add(self.length + index - returns, start + index + 1);
            returns += 1;
        }
        self.length += raw.len() - returns;
    }

    /// Where the octet at an offset of the text stands.
    #[must_use]
    pub fn at(&self, offset: usize) -> usize {
        let after = self.runs.partition_point(|(text, _)| *text <= offset);
        let run = after.checked_sub(1).and_then(|index| self.runs.get(index));
        run.map_or(offset, |(text, input)| input + (offset - text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Limits, Policy, Reader};
    use super::*;

    #[test]
    fn every_character_is_found_again() {
        let input = "<a> x&lt;y<!-- - -->é&#xE9;\r\nz\r<![CDATA[<q>\r\n]] &]]><?pi x?>&amp;end</a>";
        let policy = Policy {
            public_ids: &[],
            internal_subset: false,
            limits: Limits::DEFAULT,
        };
        let mut reader = Reader::new(input.as_bytes(), policy).unwrap();
        reader.next().unwrap();
        let Some(Event::Text(text)) = reader.next().unwrap() else {
            panic!("no text");
        };
        let origins = Origins::of(input, text.offset);
        let mut last = 0;
        for (offset, c) in text.value.char_indices() {
            let at = origins.at(offset);
            assert!(at > last, "{c:?}");
            last = at;
            let there = &input[at..];
            let written = match c {
                '<' => there.starts_with("&lt;") || there.starts_with("<q>"),
                '&' => there.starts_with("&amp;") || there.starts_with("&]]>"),
                'é' => there.starts_with(['é', '&']),
                '\n' => there.starts_with(['\n', '\r']),
                c => there.starts_with(c),
            };
            assert!(written, "{c:?} at {offset}: {there:?}");
        }
        assert_eq!(origins.at(text.value.len()), input.len() - "</a>".len());
    }
}
