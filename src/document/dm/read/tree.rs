//! The elements of TNDS.

use super::source::Piece;
use super::{Error, Family, Parsed, Parser, join, shown};
use crate::document::cp::At;
use crate::document::dm::rules;
use crate::document::dm::text::Text;
use crate::document::dm::tnds::{Content, Format, MgmtTree, Node, NodeType, RtProperties};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::borrow::Cow;

use Family::Tree as HERE;

impl<'a> Parser<'a> {
    pub(super) fn tree_document(mut self) -> Result<Parsed<MgmtTree<'a>>, Error> {
        let at = self.root("MgmtTree")?;
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
            match self.source.next()? {
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
            match self.source.next()? {
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
        let mut whole: Option<Cow<'a, str>> = None;
        let mut octets_found: Option<Cow<'a, [u8]>> = None;
        loop {
            match self.source.next()? {
                Some(Piece::Text { text, .. }) => join(&mut whole, text),
                Some(Piece::Octets { octets, .. }) => match &mut octets_found {
                    Some(known) => known.to_mut().extend_from_slice(octets),
                    None => octets_found = Some(Cow::Borrowed(octets)),
                },
                Some(Piece::Start { name, at }) => {
                    self.unexpected(name.as_deref(), at, "Value", HERE)?;
                }
                Some(Piece::End) | None => break,
            }
        }
        Ok(match (octets_found, whole) {
            (Some(octets), None) => Raw::Octets(octets),
            (Some(mut octets), Some(text)) => {
                octets.to_mut().extend_from_slice(text.as_bytes());
                Raw::Octets(octets)
            }
            (None, text) => Raw::Text(text.unwrap_or_default()),
        })
    }

    /// What a value stands for, by its Format. Octets always get the Format `bin`.
    fn typed(&mut self, raw: Raw<'a>, format: &mut Option<Format>, at: usize) -> Content<'a> {
        match (raw, *format) {
            (Raw::Octets(octets), Some(Format::Bin) | None) => {
                *format = Some(Format::Bin);
                Content::Octets(octets)
            }
            (Raw::Octets(octets), Some(kind)) => {
                let remedy = "they are read as UTF-8; let the sender write a string";
                let found = format!("{} opaque octets of Format {}", octets.len(), kind.name());
                match String::from_utf8(octets.into_owned()) {
                    Ok(text) => {
                        self.find(&rules::TNDS_OPAQUE_TEXT, at, found, "a string", remedy);
                        self.typed(Raw::Text(text.into()), format, at)
                    }
                    Err(error) => {
                        let remedy = "they are taken for octets; correct the Format";
                        self.find(&rules::TNDS_BIN_TEXT, at, found, "Format bin", remedy);
                        *format = Some(Format::Bin);
                        Content::Octets(Cow::Owned(error.into_bytes()))
                    }
                }
            }
            (Raw::Text(text), Some(Format::B64)) => {
                let text = Text::fixed(text);
                if BASE64_STANDARD.decode(text.as_str()).is_ok() {
                    *format = Some(Format::Bin);
                    Content::Base64(text)
                } else {
                    let remedy = "the text itself is taken for the value; correct the source";
                    let found = "a value of Format b64 that is no Base64";
                    self.find(&rules::TNDS_BASE64, at, found, "Base64", remedy);
                    Content::Text(text)
                }
            }
            (Raw::Text(text), Some(Format::Bin)) => {
                let text = Text::fixed(text);
                let base64 = BASE64_STANDARD.decode(text.as_str()).is_ok();
                if base64 && self.source.is_xml() {
                    let remedy = "the text is read as Base64; write Format b64";
                    let found = "text of Format bin";
                    self.find(
                        &rules::TNDS_BIN_TEXT,
                        at,
                        found,
                        "Format b64 in XML",
                        remedy,
                    );
                    Content::Base64(text)
                } else {
                    let remedy = "the octets of the text are taken for the value";
                    let found = "text of Format bin";
                    let expected = "opaque data in WBXML, Base64 of Format b64 in XML";
                    self.find(&rules::TNDS_BIN_TEXT, at, found, expected, remedy);
                    Content::Octets(Cow::Owned(text.as_str().as_bytes().to_vec()))
                }
            }
            (Raw::Text(text), _) => Content::Text(Text::fixed(text)),
        }
    }
}

/// A value before its Format is known.
enum Raw<'a> {
    Text(Cow<'a, str>),
    Octets(Cow<'a, [u8]>),
}
