//! The elements of TNDS.

use super::{Error, Family, Parsed, Parser, join};
use crate::document::cp::At;
use crate::document::dm::rules::{self, shown};
use crate::document::dm::text::Text;
use crate::document::dm::tnds::{Content, Format, MgmtTree, Node, NodeType, RtProperties};
use crate::document::dm::walk::Piece;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::borrow::Cow;

use Family::Tree as HERE;

impl<'a> Parser<'a> {
    pub(super) fn tree_document(mut self) -> Result<Parsed<MgmtTree<'a>>, Error> {
        let at = self.root()?;
        let tree = self.tree(at)?;
        self.rest()?;
        Ok(self.finish(tree))
    }

    /// The content of MgmtTree, which was entered.
    pub(super) fn tree(&mut self, at: usize) -> Result<MgmtTree<'a>, Error> {
        let mut tree = MgmtTree {
            at: At(Some(at)),
            ..MgmtTree::default()
        };
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "VerDTD") => self.text_once(&mut tree.ver_dtd, name, at, HERE)?,
                Some(name @ "Man") => self.text_once(&mut tree.man, name, at, HERE)?,
                Some(name @ "Mod") => self.text_once(&mut tree.model, name, at, HERE)?,
                Some("Node") => {
                    let node = self.node(at)?;
                    tree.nodes.push(node);
                }
                name => self.unexpected(name, at, "MgmtTree", HERE)?,
            }
        }
        Ok(tree)
    }

    // Recursion is bounded: the sources limit the depth
    fn node(&mut self, at: usize) -> Result<Node<'a>, Error> {
        let mut node = Node {
            at: At(Some(at)),
            ..Node::default()
        };
        let mut value = None;
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "NodeName") => self.text_once(&mut node.name, name, at, HERE)?,
                Some(name @ "Path") => self.text_once(&mut node.path, name, at, HERE)?,
                Some("RTProperties") => self.properties(&mut node.properties)?,
                Some("DFProperties") => {
                    let remedy = "it is left out of what is read";
                    self.find(
                        &rules::TNDS_DF_PROPERTIES,
                        at,
                        "DFProperties",
                        "none",
                        remedy,
                    );
                    self.skip()?;
                }
                Some("Value") => {
                    let read = self.value()?;
                    if value.is_some() {
                        self.repeated("Value", at, HERE);
                    } else {
                        value = Some((read, at));
                    }
                }
                Some("Node") => {
                    let child = self.node(at)?;
                    node.nodes.push(child);
                }
                name => self.unexpected(name, at, "Node", HERE)?,
            }
        }
        // Format may stand after Value
        if let Some((value, at)) = value {
            node.value = Some(self.typed(value, &mut node.properties.format, at));
        }
        Ok(node)
    }

    fn properties(&mut self, properties: &mut RtProperties<'a>) -> Result<(), Error> {
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "ACL") => self.text_once(&mut properties.acl, name, at, HERE)?,
                Some(name @ "Title") => self.text_once(&mut properties.title, name, at, HERE)?,
                Some(name @ "TStamp") => self.text_once(&mut properties.tstamp, name, at, HERE)?,
                Some(name @ "VerNo") => self.text_once(&mut properties.ver_no, name, at, HERE)?,
                Some("Format") => {
                    let format = self.format(at)?;
                    if properties.format.is_some() && format.is_some() {
                        self.repeated("Format", at, HERE);
                    } else if format.is_some() {
                        properties.format = format;
                    }
                }
                Some("Type") => {
                    let kind = self.kind(at)?;
                    if properties.kind.is_some() && kind.is_some() {
                        self.repeated("Type", at, HERE);
                    } else if kind.is_some() {
                        properties.kind = kind;
                    }
                }
                Some(name @ ("Name" | "Size")) => {
                    let remedy = "it is left out of what is read";
                    let found = format!("the property {name}");
                    self.find(&rules::TNDS_PROPERTY, at, found, "none", remedy);
                    self.skip()?;
                }
                name => self.unexpected(name, at, "RTProperties", HERE)?,
            }
        }
        Ok(())
    }

    /// `<Format><chr/></Format>`; some write the name as text.
    fn format(&mut self, at: usize) -> Result<Option<Format>, Error> {
        let mut found: Option<Cow<'a, str>> = None;
        loop {
            match self.walk.next()? {
                Some(Piece::Start { name, .. }) => {
                    self.skip()?;
                    found = found.or(name);
                }
                Some(Piece::Text { text, .. }) if !text.trim_ascii().is_empty() => {
                    found = found.or(Some(text));
                }
                Some(Piece::End) | None => break,
                Some(_) => {}
            }
        }
        let name = found.unwrap_or_default();
        let format = Format::from_name(name.trim_ascii());
        if format.is_none() {
            let found = format!("a Format {}", shown(&name));
            let remedy = "it is left out of what is read; correct the source";
            let expected = "one of b64, bin, bool, chr, int, node, null, xml, date, time, float";
            self.find(&rules::TNDS_FORMAT, at, found, expected, remedy);
        }
        Ok(format)
    }

    fn kind(&mut self, at: usize) -> Result<Option<NodeType<'a>>, Error> {
        let mut kind = None;
        let mut bare: Option<Cow<'a, str>> = None;
        loop {
            match self.walk.next()? {
                Some(Piece::Start { name, at }) => match name.as_deref() {
                    Some("MIME") if kind.is_none() => kind = Some(NodeType::Mime(self.text(HERE)?)),
                    Some("DDFName") if kind.is_none() => {
                        kind = Some(NodeType::DdfName(self.text(HERE)?));
                    }
                    Some(name @ ("MIME" | "DDFName")) => {
                        self.repeated(name, at, HERE);
                        self.skip()?;
                    }
                    name => self.unexpected(name, at, "Type", HERE)?,
                },
                Some(Piece::Text { text, .. }) if !text.trim_ascii().is_empty() => {
                    join(&mut bare, text);
                }
                Some(Piece::End) | None => break,
                Some(_) => {}
            }
        }
        if let (None, Some(text)) = (&kind, bare) {
            let remedy = "it is read as what it looks like; put it into one of them";
            self.find(
                &rules::TNDS_TYPE,
                at,
                "text in Type",
                "MIME or DDFName",
                remedy,
            );
            kind = Some(if text.contains('/') && !text.contains('.') {
                NodeType::Mime(Text::fixed(text))
            } else {
                NodeType::DdfName(Text::fixed(text))
            });
        }
        Ok(kind)
    }

    fn value(&mut self) -> Result<Raw<'a>, Error> {
        let mut raw = Raw::default();
        loop {
            match self.walk.next()? {
                Some(Piece::Text { text, .. }) => raw.text(text),
                Some(Piece::Octets { octets, .. }) => raw.octets(octets),
                Some(Piece::Start { name, at }) => {
                    self.unexpected(name.as_deref(), at, "Value", HERE)?;
                }
                Some(Piece::End) | None => return Ok(raw),
            }
        }
    }

    /// What a value stands for, by its Format. Octets get the Format `bin`.
    pub(super) fn typed(
        &mut self,
        raw: Raw<'a>,
        format: &mut Option<Format>,
        at: usize,
    ) -> Content<'a> {
        match (raw, *format) {
            (Raw::Octets(octets), Some(Format::Bin) | None) => {
                *format = Some(Format::Bin);
                Content::Octets(octets)
            }
            (Raw::Octets(octets), Some(kind)) => {
                let found = format!("{} opaque octets of Format {}", octets.len(), kind.name());
                match into_text(octets) {
                    Ok(text) => {
                        let remedy = "they are read as UTF-8; let the sender write a string";
                        self.find(&rules::TNDS_OPAQUE_TEXT, at, found, "a string", remedy);
                        self.typed(Raw::Text(text), format, at)
                    }
                    Err(octets) => {
                        let remedy = "they are taken for octets; correct the Format";
                        self.find(&rules::TNDS_BIN_TEXT, at, found, "Format bin", remedy);
                        *format = Some(Format::Bin);
                        Content::Octets(octets)
                    }
                }
            }
            (Raw::Text(text), Some(Format::B64)) => match base64(text) {
                Ok(text) => {
                    if !self.walk.in_xml() {
                        let remedy = "it is read; write the octets as opaque data";
                        let found = "Base64 of Format b64";
                        let expected = "opaque data of Format bin in WBXML";
                        self.find(&rules::TNDS_B64, at, found, expected, remedy);
                    }
                    *format = Some(Format::Bin);
                    Content::Base64(text)
                }
                Err(text) => {
                    let remedy = "the text itself is taken for the value; correct the source";
                    let found = "a value of Format b64 that is no Base64";
                    self.find(&rules::TNDS_BASE64, at, found, "Base64", remedy);
                    Content::Text(text)
                }
            },
            (Raw::Text(text), Some(Format::Bin)) => {
                let expected = match self.walk.in_xml() {
                    true => "Base64 of Format b64",
                    false => "opaque data",
                };
                // As Android's engine reads it
                let (content, remedy) = match base64(text) {
                    Ok(text) => (
                        Content::Base64(text),
                        "the text is read as Base64; write what is expected",
                    ),
                    Err(text) => (
                        Content::Octets(Cow::Owned(text.as_str().as_bytes().to_vec())),
                        "the octets of the text are taken for the value; write what is expected",
                    ),
                };
                let found = "text of Format bin";
                self.find(&rules::TNDS_BIN_TEXT, at, found, expected, remedy);
                content
            }
            (Raw::Text(text), _) => Content::Text(Text::fixed(text)),
        }
    }
}

/// The text if it is Base64, without white space.
fn base64(text: Cow<'_, str>) -> Result<Text<'_>, Text<'_>> {
    let decodes = |text: &str| {
        let octets = BASE64_STANDARD.decode(text);
        octets.map(zeroize::Zeroizing::new).is_ok()
    };
    let text = Text::fixed(text);
    if decodes(text.as_str()) {
        return Ok(text);
    }
    let compact = Text::fixed(text.as_str().split_ascii_whitespace().collect::<String>());
    match decodes(compact.as_str()) {
        true => Ok(compact),
        false => Err(text),
    }
}

fn into_text(octets: Cow<'_, [u8]>) -> Result<Cow<'_, str>, Cow<'_, [u8]>> {
    match octets {
        Cow::Borrowed(octets) => std::str::from_utf8(octets)
            .map(Cow::Borrowed)
            .map_err(|_| Cow::Borrowed(octets)),
        Cow::Owned(octets) => String::from_utf8(octets)
            .map(Cow::Owned)
            .map_err(|error| Cow::Owned(error.into_bytes())),
    }
}

/// A value before its Format is known.
pub(super) enum Raw<'a> {
    Text(Cow<'a, str>),
    Octets(Cow<'a, [u8]>),
}

impl Default for Raw<'_> {
    fn default() -> Self {
        Self::Text(Cow::Borrowed(""))
    }
}

impl<'a> Raw<'a> {
    pub(super) fn as_octets(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Octets(octets) => octets,
        }
    }

    /// Joins a text.
    pub(super) fn text(&mut self, piece: Cow<'a, str>) {
        match self {
            Self::Text(text) if text.is_empty() => *text = piece,
            Self::Text(text) => text.to_mut().push_str(&piece),
            Self::Octets(octets) => octets.to_mut().extend_from_slice(piece.as_bytes()),
        }
    }

    /// Joins octets; with them, all is octets.
    pub(super) fn octets(&mut self, piece: &'a [u8]) {
        match self {
            Self::Text(text) if text.is_empty() => *self = Self::Octets(Cow::Borrowed(piece)),
            Self::Text(text) => {
                let octets = [text.as_bytes(), piece].concat();
                *self = Self::Octets(Cow::Owned(octets));
            }
            Self::Octets(octets) => octets.to_mut().extend_from_slice(piece),
        }
    }
}
