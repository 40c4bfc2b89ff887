//! A writer for what the [`Reader`](super::Reader) reads.

use super::grammar::{is_char, is_name, is_public_id};
use std::ops::Range;

/// White space between elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// None at all: the fewest octets.
    Compact,
    /// A line for each tag, two spaces for each level. Nothing is added inside an element once it
    /// has text; elements that come before text in the same element are set on lines of their own.
    Indented,
}

/// Why something cannot be written. What was written before stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A character that XML 1.0 (§2.2) cannot carry, not even as a reference.
    #[error(
        "the character U+{code:04X} cannot be written, expected one that XML 1.0 §2.2 allows; \
         remove it, or carry the value in base64"
    )]
    Character {
        /// Its code point.
        code: u32,
    },
    /// Not a name (XML 1.0 §2.3).
    #[error("{name:?} is not a name, expected a letter, _ or :, then letters, digits and _ : - .")]
    Name {
        /// What was given.
        name: String,
    },
    /// The same attribute twice.
    #[error("the attribute {name} is given twice, expected each once; remove one")]
    AttributeTwice {
        /// Its name.
        name: String,
    },
    /// A public identifier with a character that XML 1.0 (§2.3, `PubidChar`) does not allow there,
    /// or a system identifier with both kinds of quotes.
    #[error("{id:?} cannot be an identifier in a DOCTYPE; XML 1.0 §2.3 lists its characters")]
    Identifier {
        /// What was given.
        id: String,
    },
    /// A piece where the document cannot have it.
    #[error("{what} cannot come here, expected {expected}")]
    Misplaced {
        /// The piece.
        what: &'static str,
        /// What can come.
        expected: &'static str,
    },
}

impl WriteError {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Character { .. } => "xml-write-character",
            Self::Name { .. } => "xml-write-name",
            Self::AttributeTwice { .. } => "xml-write-attribute-twice",
            Self::Identifier { .. } => "xml-write-identifier",
            Self::Misplaced { .. } => "xml-write-misplaced",
        }
    }
}

/// Writes one document into a string.
///
/// ```
/// use dmboot::wire::xml::{Layout, Writer};
///
/// let mut writer = Writer::new(Layout::Indented);
/// writer.start("wap-provisioningdoc", &[("version", "1.1")])?;
/// writer.start("characteristic", &[("type", "NAPDEF")])?;
/// writer.empty("parm", &[("name", "NAME"), ("value", "A & B")])?;
/// writer.end()?;
/// writer.end()?;
/// assert_eq!(
///     writer.finish()?,
///     r#"<?xml version="1.0" encoding="UTF-8"?>
/// <wap-provisioningdoc version="1.1">
///   <characteristic type="NAPDEF">
///     <parm name="NAME" value="A &amp; B"/>
///   </characteristic>
/// </wap-provisioningdoc>
/// "#
/// );
/// # Ok::<(), dmboot::wire::xml::WriteError>(())
/// ```
pub struct Writer {
    out: String,
    layout: Layout,
    doctype: Option<String>,
    open: Vec<Open>,
    root: bool,
}

/// An open element.
struct Open {
    name: String,
    /// Its start tag still lacks the `>`, so that it may become an empty-element tag.
    tag: bool,
    text: bool,
}

// The document may carry secrets.
impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("octets", &self.out.len())
            .field("depth", &self.open.len())
            .finish_non_exhaustive()
    }
}

impl Writer {
    /// Begins with the XML declaration.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        let out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned();
        Self {
            out,
            layout,
            doctype: None,
            open: Vec::new(),
            root: false,
        }
    }

    /// Begins a piece of a document, without the XML declaration.
    #[must_use]
    pub fn fragment(layout: Layout) -> Self {
        Self {
            out: String::new(),
            ..Self::new(layout)
        }
    }

    /// Writes a DOCTYPE; `name` must be that of the root element to come.
    ///
    /// # Errors
    /// [`WriteError::Name`], [`WriteError::Identifier`], and [`WriteError::Misplaced`] after
    /// another DOCTYPE or the root element.
    pub fn doctype(
        &mut self,
        name: &str,
        public_id: &str,
        system_id: &str,
    ) -> Result<(), WriteError> {
        if self.root || self.doctype.is_some() {
            return Err(misplaced(
                "a DOCTYPE",
                "one DOCTYPE at most, before the root element",
            ));
        }
        check_name(name)?;
        if !is_public_id(public_id) {
            return Err(WriteError::Identifier {
                id: public_id.to_owned(),
            });
        }
        let quote = if system_id.contains('"') { '\'' } else { '"' };
        if system_id.contains(quote) || !system_id.chars().all(is_char) {
            return Err(WriteError::Identifier {
                id: system_id.to_owned(),
            });
        }
        self.line();
        let doctype = format!("<!DOCTYPE {name} PUBLIC \"{public_id}\" {quote}{system_id}{quote}>");
        self.out.push_str(&doctype);
        self.doctype = Some(name.to_owned());
        Ok(())
    }

    /// Begins an element.
    ///
    /// # Errors
    /// [`WriteError`] about the names and values, and [`WriteError::Misplaced`] for a second root
    /// element or one that the DOCTYPE does not name.
    pub fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), WriteError> {
        if self.open.is_empty() {
            if self.root {
                return Err(misplaced(
                    "an element",
                    "the end: the root element is closed",
                ));
            }
            if self
                .doctype
                .as_deref()
                .is_some_and(|doctype| doctype != name)
            {
                return Err(misplaced(
                    "this element",
                    "the root element that the DOCTYPE names",
                ));
            }
        }
        let mut tag = String::new();
        check_name(name)?;
        tag.push('<');
        tag.push_str(name);
        for (index, (name, value)) in attributes.iter().enumerate() {
            check_name(name)?;
            if attributes
                .iter()
                .take(index)
                .any(|(other, _)| other == name)
            {
                return Err(WriteError::AttributeTwice {
                    name: (*name).to_owned(),
                });
            }
            tag.push(' ');
            tag.push_str(name);
            tag.push_str("=\"");
            escape(&mut tag, value, true)?;
            tag.push('"');
        }
        self.close_tag();
        if self.open.last().is_none_or(|open| !open.text) {
            self.line();
        }
        self.out.push_str(&tag);
        self.root = true;
        self.open.push(Open {
            name: name.to_owned(),
            tag: true,
            text: false,
        });
        Ok(())
    }

    /// Writes an element without content.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), WriteError> {
        self.start(name, attributes)?;
        self.end()
    }

    /// Writes text into the open element. Returns where it stands, escaped.
    ///
    /// # Errors
    /// [`WriteError::Character`], and [`WriteError::Misplaced`] outside the root element.
    pub fn text(&mut self, text: &str) -> Result<Range<usize>, WriteError> {
        if self.open.is_empty() {
            return Err(misplaced("text", "an open element"));
        }
        if text.is_empty() {
            return Ok(self.out.len()..self.out.len());
        }
        let mut escaped = String::with_capacity(text.len());
        escape(&mut escaped, text, false)?;
        self.close_tag();
        let start = self.out.len();
        self.out.push_str(&escaped);
        if let Some(open) = self.open.last_mut() {
            open.text = true;
        }
        Ok(start..self.out.len())
    }

    /// Ends the start tag of the open element: it will have an end tag, whatever comes.
    pub fn content(&mut self) {
        self.close_tag();
        if let Some(open) = self.open.last_mut() {
            open.text = true;
        }
    }

    /// Ends the open element; one without content becomes `<x/>`.
    ///
    /// # Errors
    /// [`WriteError::Misplaced`] when none is open.
    pub fn end(&mut self) -> Result<(), WriteError> {
        let Some(open) = self.open.pop() else {
            return Err(misplaced("the end of an element", "an open element"));
        };
        if open.tag {
            self.out.push_str("/>");
            return Ok(());
        }
        if !open.text {
            self.line();
        }
        self.out.push_str("</");
        self.out.push_str(&open.name);
        self.out.push('>');
        Ok(())
    }

    /// The document.
    ///
    /// # Errors
    /// [`WriteError::Misplaced`] when there is no root element or an element is open.
    pub fn finish(mut self) -> Result<String, WriteError> {
        if !self.root || !self.open.is_empty() {
            return Err(misplaced(
                "the end of the document",
                "a root element that is closed",
            ));
        }
        self.line();
        Ok(self.out)
    }

    fn close_tag(&mut self) {
        if let Some(open) = self.open.last_mut().filter(|open| open.tag) {
            open.tag = false;
            self.out.push('>');
        }
    }

    fn line(&mut self) {
        if self.layout == Layout::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.open.len()));
        }
    }
}

fn misplaced(what: &'static str, expected: &'static str) -> WriteError {
    WriteError::Misplaced { what, expected }
}

fn check_name(name: &str) -> Result<(), WriteError> {
    if is_name(name) {
        Ok(())
    } else {
        Err(WriteError::Name {
            name: name.to_owned(),
        })
    }
}

/// Writes characters so that a reader gets them back: a carriage return would become a line feed
/// (§2.11), and in a value tabs and line feeds would become spaces (§3.3.3).
/// Appends `text` as it stands in the content of an element.
///
/// # Errors
/// [`WriteError::Character`]; a part may be appended then.
pub fn escape_text(out: &mut String, text: &str) -> Result<(), WriteError> {
    escape(out, text, false)
}

fn escape(out: &mut String, text: &str, value: bool) -> Result<(), WriteError> {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' if value => out.push_str("&#10;"),
            '\t' if value => out.push_str("&#9;"),
            c if is_char(c) => out.push(c),
            c => return Err(WriteError::Character { code: c.into() }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(layout: Layout, steps: fn(&mut Writer) -> Result<(), WriteError>) -> String {
        let mut writer = Writer::new(layout);
        steps(&mut writer).unwrap();
        writer.finish().unwrap()
    }

    fn refusal(steps: fn(&mut Writer) -> Result<(), WriteError>) -> WriteError {
        steps(&mut Writer::new(Layout::Compact)).unwrap_err()
    }

    #[test]
    fn compact_documents_have_no_white_space_of_ours() {
        let document = written(Layout::Compact, |writer| {
            writer.doctype("a", "-//WAPFORUM//DTD PROV 1.0//EN", "x\"y")?;
            writer.start("a", &[("b", "<>&\"'\t\n\r é"), ("c", "")])?;
            writer.text("")?;
            writer.empty("d", &[])?;
            writer.text("<>&\"'\t\n\r]]> é")?;
            writer.end()
        });
        assert_eq!(
            document,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <!DOCTYPE a PUBLIC \"-//WAPFORUM//DTD PROV 1.0//EN\" 'x\"y'>\
             <a b=\"&lt;&gt;&amp;&quot;'&#9;&#10;&#13; é\" c=\"\"><d/>\
             &lt;&gt;&amp;&quot;'\t\n&#13;]]&gt; é</a>"
        );
    }

    #[test]
    fn indentation_stays_out_of_texts() {
        let document = written(Layout::Indented, |writer| {
            writer.doctype("a", "p", "s")?;
            writer.start("a", &[])?;
            writer.start("b", &[])?;
            writer.text("x")?;
            writer.empty("c", &[])?;
            writer.end()?;
            writer.start("d", &[])?;
            writer.empty("e", &[])?;
            writer.end()?;
            writer.end()
        });
        assert_eq!(
            document,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE a PUBLIC \"p\" \"s\">\n<a>\n  \
             <b>x<c/></b>\n  <d>\n    <e/>\n  </d>\n</a>\n"
        );
    }

    #[test]
    fn what_cannot_be_read_back_is_not_written() {
        let character = refusal(|writer| writer.start("a", &[("b", "\0")]));
        assert_eq!(character, WriteError::Character { code: 0 });
        assert!(character.to_string().contains("U+0000"));
        for (error, rule) in [
            (character, "xml-write-character"),
            (
                refusal(|writer| {
                    writer.start("a", &[])?;
                    writer.text("\u{FFFE}").map(drop)
                }),
                "xml-write-character",
            ),
            (refusal(|writer| writer.start("1a", &[])), "xml-write-name"),
            (
                refusal(|writer| writer.start("a", &[("", "")])),
                "xml-write-name",
            ),
            (
                refusal(|writer| writer.doctype("a b", "", "")),
                "xml-write-name",
            ),
            (
                refusal(|writer| writer.start("a", &[("b", ""), ("b", "")])),
                "xml-write-attribute-twice",
            ),
            (
                refusal(|writer| writer.doctype("a", "\"", "")),
                "xml-write-identifier",
            ),
            (
                refusal(|writer| writer.doctype("a", "", "'\"")),
                "xml-write-identifier",
            ),
            (
                refusal(|writer| writer.text("x").map(drop)),
                "xml-write-misplaced",
            ),
            (refusal(Writer::end), "xml-write-misplaced"),
            (
                refusal(|writer| {
                    writer.empty("a", &[])?;
                    writer.empty("b", &[])
                }),
                "xml-write-misplaced",
            ),
            (
                refusal(|writer| {
                    writer.doctype("a", "", "")?;
                    writer.doctype("a", "", "")
                }),
                "xml-write-misplaced",
            ),
            (
                refusal(|writer| {
                    writer.doctype("a", "", "")?;
                    writer.start("b", &[])
                }),
                "xml-write-misplaced",
            ),
        ] {
            assert_eq!(error.rule(), rule, "{error}");
        }
    }

    #[test]
    fn a_document_is_finished_when_its_root_is_closed() {
        let mut writer = Writer::new(Layout::Compact);
        writer.start("a", &[]).unwrap();
        assert_eq!(writer.finish().unwrap_err().rule(), "xml-write-misplaced");
        assert!(Writer::new(Layout::Compact).finish().is_err());
    }
}
