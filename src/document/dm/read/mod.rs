//! Messages and trees from WBXML and XML, in every form that senders use.

mod message;
#[cfg(test)]
mod tests;
mod tree;

use super::message::Message;
use super::rules;
use super::text::Text;
use super::tnds::MgmtTree;
use super::walk::{Error, Piece, Root, Walk};
use crate::bytes::edits;
use crate::finding::{Finding, Position, Rule};
use crate::wire::xml::Origins;
use rules::shown_name;
use std::borrow::Cow;

/// A document that could be read, and what deviates in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<D> {
    /// The document.
    pub document: D,
    /// What the reader accepted although it deviates. [`rules::check`] finds more.
    pub findings: Vec<Finding>,
}

impl<D> Parsed<D> {
    /// The first finding that says that something of the input is not in the document.
    #[must_use]
    pub fn loss(&self) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| rules::LOSSY.contains(&finding.rule))
    }
}

impl<'a> Message<'a> {
    /// Reads a WBXML message, versions 1.1 to 1.3, with trees in any form.
    ///
    /// # Errors
    /// [`Error`]
    pub fn from_wbxml(octets: &'a [u8]) -> Result<Parsed<Self>, Error> {
        Parser::new(Walk::wbxml(octets, Root::Message)?).message()
    }

    /// Reads an XML message.
    ///
    /// # Errors
    /// [`Error`]
    pub fn from_xml(octets: &'a [u8]) -> Result<Parsed<Self>, Error> {
        Parser::new(Walk::xml(octets, Root::Message)?).message()
    }

    /// Reads an XML message without looking into a tree that is XML text (in CDATA, mostly): it
    /// stays the text of its Data. Meant for writing the message in WBXML as it is.
    ///
    /// # Errors
    /// [`Error`]
    pub fn from_xml_with_texts(octets: &'a [u8]) -> Result<Parsed<Self>, Error> {
        Parser::new(Walk::xml(octets, Root::Message)?.leaving_texts()).message()
    }
}

impl<'a> MgmtTree<'a> {
    /// Reads a tree that is a WBXML document of its own.
    ///
    /// # Errors
    /// [`Error`]
    pub fn from_wbxml(octets: &'a [u8]) -> Result<Parsed<Self>, Error> {
        Parser::new(Walk::wbxml(octets, Root::Tree)?).tree_document()
    }

    /// Reads a tree that is an XML document of its own.
    ///
    /// # Errors
    /// [`Error`]
    pub fn from_xml(octets: &'a [u8]) -> Result<Parsed<Self>, Error> {
        Parser::new(Walk::xml(octets, Root::Tree)?).tree_document()
    }
}

/// A child element: its name, unless its token is unknown, and where it stands.
type Child<'a> = (Option<Cow<'a, str>>, usize);

/// Reads elements by recursive descent; the walk bounds the depth.
struct Parser<'a> {
    walk: Walk<'a>,
}

impl<'a> Parser<'a> {
    fn new(walk: Walk<'a>) -> Self {
        Self { walk }
    }

    fn find(
        &mut self,
        rule: &'static Rule,
        at: usize,
        found: impl Into<String>,
        expected: &str,
        remedy: &str,
    ) {
        self.walk.find(rule, at, found, expected, remedy);
    }

    /// Takes the findings about a text that was read on its own, by offsets.
    fn adopt(&mut self, findings: Vec<Finding>, origins: &Origins) {
        for mut finding in findings {
            if let Position::Offset(at) = finding.at {
                finding.at = self.walk.position(origins.at(at));
            }
            self.walk.adopt(finding);
        }
    }

    fn finish<D>(self, document: D) -> Parsed<D> {
        Parsed {
            document,
            findings: self.walk.into_findings(),
        }
    }

    /// Enters the root. Returns where it stands.
    fn root(&mut self) -> Result<usize, Error> {
        match self.walk.next()? {
            Some(Piece::Start { at, .. }) => Ok(at),
            _ => Ok(0),
        }
    }

    /// Reads to the end of the document, so that what follows the root is refused.
    fn rest(&mut self) -> Result<(), Error> {
        while self.walk.next()?.is_some() {}
        Ok(())
    }

    /// The next child of the open element, which `rules` belong to; `None` at its end.
    fn child(&mut self, family: Family) -> Result<Option<Child<'a>>, Error> {
        loop {
            match self.walk.next()? {
                Some(Piece::Start { name, at }) => return Ok(Some((name, at))),
                Some(Piece::End) | None => return Ok(None),
                Some(Piece::Text { text, at }) => self.stray(text.as_bytes(), at, family),
                Some(Piece::Octets { octets, at }) => self.stray(octets, at, family),
            }
        }
    }

    fn stray(&mut self, octets: &[u8], at: usize, family: Family) {
        let Some(offset) = octets.iter().position(|octet| !octet.is_ascii_whitespace()) else {
            return;
        };
        let remedy = "it is left out of what is read; correct the source";
        let rule = family.text();
        let at = if self.walk.in_xml() { at + offset } else { at };
        self.find(rule, at, "text between elements", "elements only", remedy);
    }

    /// Skips the open element with all that is in it.
    fn skip(&mut self) -> Result<(), Error> {
        let mut depth = 1;
        while depth > 0 {
            match self.walk.next()? {
                Some(Piece::Start { .. }) => depth += 1,
                Some(Piece::End) => depth -= 1,
                Some(_) => {}
                None => break,
            }
        }
        Ok(())
    }

    /// Skips an element that has no place here.
    fn unexpected(
        &mut self,
        name: Option<&str>,
        at: usize,
        parent: &str,
        family: Family,
    ) -> Result<(), Error> {
        // An unknown token is a finding of the reader's already
        if let Some(name) = name {
            let found = format!("an element {} in {parent}", shown_name(name));
            let left_out = "it is left out of what is read";
            let (expected, remedy) = match meant(name, parent) {
                Some(meant) => (
                    meant,
                    format!("write {meant}, if that is meant; {left_out}"),
                ),
                None => (
                    "an element that the DTD has there",
                    format!("{left_out}; correct the source"),
                ),
            };
            self.find(family.element(), at, found, expected, &remedy);
        }
        self.skip()
    }

    /// The text of the open element; its end is consumed.
    fn text(&mut self, family: Family) -> Result<Text<'a>, Error> {
        let mut whole: Option<Cow<'a, str>> = None;
        loop {
            match self.walk.next()? {
                Some(Piece::Text { text, .. }) => join(&mut whole, text),
                Some(Piece::Octets { octets, at }) => {
                    let remedy = "it is read as UTF-8; let the sender write a string";
                    self.find(
                        &rules::TNDS_OPAQUE_TEXT,
                        at,
                        format!("{} opaque octets as text", octets.len()),
                        "a string",
                        remedy,
                    );
                    join(&mut whole, String::from_utf8_lossy(octets));
                }
                Some(Piece::Start { name, at }) => {
                    self.unexpected(name.as_deref(), at, "a text", family)?;
                }
                Some(Piece::End) | None => return Ok(Text::fixed(whole.unwrap_or_default())),
            }
        }
    }

    /// Puts a text into a place that holds one.
    fn text_once(
        &mut self,
        place: &mut Option<Text<'a>>,
        name: &str,
        at: usize,
        family: Family,
    ) -> Result<(), Error> {
        let text = self.text(family)?;
        if place.is_some() {
            self.repeated(name, at, family);
        } else {
            *place = Some(text);
        }
        Ok(())
    }

    fn repeated(&mut self, name: &str, at: usize, family: Family) {
        let found = format!("a second {name}");
        let remedy = "the first one holds; correct the source";
        self.find(family.repeated(), at, found, "it once", remedy);
    }
}

fn join<'a>(whole: &mut Option<Cow<'a, str>>, text: Cow<'a, str>) {
    match whole {
        Some(whole) => whole.to_mut().push_str(&text),
        None => *whole = Some(text),
    }
}

/// The element that a name means which is none of its parent's, as far as it is a slip of one.
fn meant(name: &str, parent: &str) -> Option<&'static str> {
    let own: &[&str] = match parent {
        "SyncML" => &["SyncHdr", "SyncBody"],
        "SyncHdr" => &[
            "VerDTD",
            "VerProto",
            "SessionID",
            "MsgID",
            "Target",
            "Source",
            "Meta",
        ],
        "SyncBody" => &["Add", "Final"],
        "Add" => &["CmdID", "Meta", "Item"],
        "Item" => &["Target", "Source", "Meta", "Data"],
        "Target" | "Source" => &["LocURI"],
        "Meta" => &["Format", "Type", "MaxMsgSize"],
        "Data" => &["MgmtTree"],
        "MgmtTree" => &["VerDTD", "Man", "Mod", "Node"],
        "Node" => &["NodeName", "Path", "RTProperties", "Value", "Node"],
        "RTProperties" => &["ACL", "Format", "Title", "TStamp", "Type", "VerNo"],
        "Type" => &["MIME", "DDFName"],
        _ => &[],
    };
    let name = name.to_ascii_lowercase();
    let slips = |own: &str| edits(&name, &own.to_ascii_lowercase());
    let nearest = own.iter().min_by_key(|own| slips(own))?;
    (slips(nearest) <= name.len() / 3).then_some(*nearest)
}

/// Whose rules an element is judged by.
#[derive(Debug, Clone, Copy)]
enum Family {
    Message,
    Tree,
}

impl Family {
    fn element(self) -> &'static Rule {
        match self {
            Self::Message => &rules::UNEXPECTED_ELEMENT,
            Self::Tree => &rules::TNDS_ELEMENT,
        }
    }

    fn text(self) -> &'static Rule {
        match self {
            Self::Message => &rules::UNEXPECTED_TEXT,
            Self::Tree => &rules::TNDS_UNEXPECTED_TEXT,
        }
    }

    fn repeated(self) -> &'static Rule {
        match self {
            Self::Message => &rules::REPEATED_ELEMENT,
            Self::Tree => &rules::TNDS_REPEATED,
        }
    }
}
