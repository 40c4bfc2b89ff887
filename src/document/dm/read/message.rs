//! The elements of SyncML.

use super::source::{Piece, Source};
use super::{Error, Family, Parsed, Parser, join, shown};
use crate::document::cp::At;
use crate::document::dm::message::{Add, Data, Item, Message, Meta, SyncHdr};
use crate::document::dm::rules;
use crate::document::dm::text::Text;
use crate::document::dm::tnds::{Content, Format, MgmtTree};
use crate::document::dm::wbxml::TndsForm;
use crate::finding::Position;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::borrow::Cow;

use Family::Message as HERE;

impl<'a> Parser<'a> {
    pub(super) fn message(mut self) -> Result<Parsed<Message<'a>>, Error> {
        let at = self.root("SyncML")?;
        let mut message = Message {
            at: At(Some(at)),
            ..Message::default()
        };
        let (mut header, mut body) = (false, false);
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some("SyncHdr") if !header => {
                    header = true;
                    message.header = self.header(at)?;
                }
                Some("SyncBody") if !body => {
                    body = true;
                    self.body(&mut message)?;
                }
                Some(name @ ("SyncHdr" | "SyncBody")) => {
                    self.repeated(name, at, HERE);
                    self.skip()?;
                }
                name => self.unexpected(name, at, "SyncML", HERE)?,
            }
        }
        self.rest()?;
        Ok(self.finish(message))
    }

    fn header(&mut self, at: usize) -> Result<SyncHdr<'a>, Error> {
        let mut header = SyncHdr {
            at: At(Some(at)),
            ..SyncHdr::default()
        };
        while let Some((name, at)) = self.child(HERE)? {
            let place = match name.as_deref() {
                Some("VerDTD") => &mut header.ver_dtd,
                Some("VerProto") => &mut header.ver_proto,
                Some("SessionID") => &mut header.session_id,
                Some("MsgID") => &mut header.msg_id,
                Some(name @ "Target") => {
                    self.location(&mut header.target, name, at)?;
                    continue;
                }
                Some(name @ "Source") => {
                    self.location(&mut header.source, name, at)?;
                    continue;
                }
                Some("Meta") => {
                    while let Some((name, at)) = self.child(HERE)? {
                        match name.as_deref() {
                            Some(name @ "MaxMsgSize") => {
                                self.text_once(&mut header.max_msg_size, name, at, HERE)?;
                            }
                            // Other meta information of a session says nothing here
                            Some("MaxObjSize" | "EMI") => self.skip()?,
                            name => self.unexpected(name, at, "Meta", HERE)?,
                        }
                    }
                    continue;
                }
                Some("Cred") => {
                    self.cred(at)?;
                    continue;
                }
                // Where a session would go on; there is none
                Some("RespURI" | "NoResp") => {
                    self.skip()?;
                    continue;
                }
                name => {
                    self.unexpected(name, at, "SyncHdr", HERE)?;
                    continue;
                }
            };
            let name = name.unwrap_or_default();
            self.text_once(place, &name, at, HERE)?;
        }
        Ok(header)
    }

    fn cred(&mut self, at: usize) -> Result<(), Error> {
        let remedy = "it is left out of what is read; a bootstrap message is signed as a whole";
        self.find(&rules::CRED, at, "Cred", "none", remedy);
        self.skip()
    }

    fn location(
        &mut self,
        place: &mut Option<Text<'a>>,
        parent: &str,
        at: usize,
    ) -> Result<(), Error> {
        if place.is_some() {
            self.repeated(parent, at, HERE);
            return self.skip();
        }
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "LocURI") => self.text_once(place, name, at, HERE)?,
                Some("LocName") => self.skip()?,
                name => self.unexpected(name, at, parent, HERE)?,
            }
        }
        Ok(())
    }

    fn body(&mut self, message: &mut Message<'a>) -> Result<(), Error> {
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some("Add") => {
                    let add = self.add(at)?;
                    message.adds.push(add);
                }
                Some("Final") => {
                    message.is_final = true;
                    self.skip()?;
                }
                Some(
                    name @ ("Alert" | "Atomic" | "Copy" | "Delete" | "Exec" | "Get" | "Map" | "Put"
                    | "Replace" | "Results" | "Search" | "Sequence" | "Status" | "Sync"),
                ) => {
                    let remedy = "it is left out of what is read; use Add";
                    self.find(
                        &rules::COMMAND,
                        at,
                        format!("a command {name}"),
                        "Add",
                        remedy,
                    );
                    self.skip()?;
                }
                name => self.unexpected(name, at, "SyncBody", HERE)?,
            }
        }
        Ok(())
    }

    fn add(&mut self, at: usize) -> Result<Add<'a>, Error> {
        let mut add = Add {
            at: At(Some(at)),
            ..Add::default()
        };
        let mut meta_at = None;
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "CmdID") => self.text_once(&mut add.cmd_id, name, at, HERE)?,
                Some("Meta") => {
                    meta_at = Some(at);
                    self.meta(&mut add.meta)?;
                }
                Some("Item") => {
                    let item = self.item(at, &add.meta)?;
                    add.items.push(item);
                }
                Some("Cred") => self.cred(at)?,
                Some("NoResp") => self.skip()?,
                name => self.unexpected(name, at, "Add", HERE)?,
            }
        }
        if let Some(at) = meta_at {
            let remedy = "it is read; put it into the Item";
            self.find(
                &rules::META_PLACE,
                at,
                "Meta in the Add",
                "Meta in its Item",
                remedy,
            );
        }
        Ok(add)
    }

    fn meta(&mut self, meta: &mut Meta<'a>) -> Result<(), Error> {
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "Format") => self.text_once(&mut meta.format, name, at, HERE)?,
                Some(name @ "Type") => self.text_once(&mut meta.kind, name, at, HERE)?,
                // SyncML Meta Information has more, which says nothing about an Add
                Some("Size" | "Mark" | "Anchor" | "Version" | "NextNonce" | "MetInf") => {
                    self.skip()?;
                }
                name => self.unexpected(name, at, "Meta", HERE)?,
            }
        }
        Ok(())
    }

    fn item(&mut self, at: usize, outer: &Meta<'a>) -> Result<Item<'a>, Error> {
        let mut item = Item {
            at: At(Some(at)),
            ..Item::default()
        };
        let mut tree_form = None;
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "Target") => self.location(&mut item.target, name, at)?,
                Some(name @ "Source") => self.location(&mut item.source, name, at)?,
                Some("Meta") => self.meta(&mut item.meta)?,
                Some("Data") if item.data == Data::Absent => {
                    let meta = if item.meta == Meta::default() {
                        outer
                    } else {
                        &item.meta
                    };
                    let (data, form) = self.data(meta)?;
                    item.data = data;
                    tree_form = form.map(|form| (form, at));
                }
                Some("Data") => {
                    self.repeated("Data", at, HERE);
                    self.skip()?;
                }
                Some("MoreData") => self.skip()?,
                name => self.unexpected(name, at, "Item", HERE)?,
            }
        }
        if let Some((form, at)) = tree_form {
            let own = item.meta != Meta::default();
            self.pair(if own { &item.meta } else { outer }, form, at);
        }
        Ok(item)
    }

    /// Whether Format and Type say which form the tree has.
    fn pair(&mut self, meta: &Meta<'_>, form: TndsForm, at: usize) {
        let (format, kind) = form.meta();
        let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.as_str().to_owned());
        let (found_format, found_kind) = (text(&meta.format), text(&meta.kind));
        // libwbxml turns +xml into +wbxml and back, whatever the tree is
        if found_format.as_deref() != Some(format) || found_kind.as_deref() != Some(kind) {
            let or_none = |text: Option<String>| text.map_or("none".into(), |text| shown(&text));
            let found = format!(
                "Format {} and Type {}",
                or_none(found_format),
                or_none(found_kind)
            );
            let remedy = "the tree is read as what it is; some receivers go by the Meta";
            let expected = format!("{format} and {kind}");
            self.find(&rules::META_PAIR, at, found, &expected, remedy);
        }
    }

    fn data(&mut self, meta: &Meta<'a>) -> Result<(Data<'a>, Option<TndsForm>), Error> {
        let mut whole: Option<Cow<'a, str>> = None;
        let mut octets_found: Option<(&'a [u8], usize)> = None;
        let mut text_at = 0;
        let mut blank: Option<&'a [u8]> = None;
        let mut tree = None;
        loop {
            match self.source.next()? {
                Some(Piece::Start { name, at }) if name.as_deref() == Some("MgmtTree") => {
                    let read = self.tree(at)?;
                    if tree.is_some() {
                        self.repeated("MgmtTree", at, HERE);
                    } else {
                        tree = Some(read);
                    }
                }
                Some(Piece::Start { name, at }) => {
                    self.unexpected(name.as_deref(), at, "Data", HERE)?;
                }
                Some(Piece::Text { text, at }) => {
                    if whole.is_none() {
                        text_at = at;
                    }
                    join(&mut whole, text);
                }
                // libwbxml keeps white space around a tree as opaque data
                Some(Piece::Octets { octets, at }) if !octets.trim_ascii().is_empty() => {
                    octets_found.get_or_insert((octets, at));
                }
                Some(Piece::Octets { octets, .. }) => blank = Some(octets),
                Some(Piece::End) | None => break,
            }
        }
        if let Some(tree) = tree {
            let form = if self.source.is_xml() {
                TndsForm::Text
            } else {
                TndsForm::Inline
            };
            return Ok((Data::Tree(tree), Some(form)));
        }
        if let Some((octets, at)) = octets_found {
            return self.opaque_data(octets, at, meta);
        }
        if let (None, Some(octets)) = (&whole, blank) {
            return Ok((Data::Leaf(Content::Octets(octets.into())), None));
        }
        let format = meta.format.as_ref().map(Text::as_str);
        if whole.is_none() && format == Some(Format::Node.name()) {
            return Ok((Data::Absent, None));
        }
        let text = whole.unwrap_or_default();
        if may_be_tree(meta) && looks_like_tree(text.as_bytes()) {
            self.text_tree_note(text_at);
            let at = self.source.position(text_at);
            let tree = self.nested_text(text, at)?;
            return Ok((Data::Tree(tree), Some(TndsForm::Text)));
        }
        let text = Text::fixed(text);
        let is_base64 = BASE64_STANDARD.decode(text.as_str()).is_ok();
        Ok((
            Data::Leaf(match format {
                Some("b64") if is_base64 => Content::Base64(text),
                Some("b64") => {
                    let remedy = "the text itself is taken for the value; correct the source";
                    let found = "a value of Format b64 that is no Base64";
                    self.find(&rules::TNDS_BASE64, text_at, found, "Base64", remedy);
                    Content::Text(text)
                }
                _ => Content::Text(text),
            }),
            None,
        ))
    }

    fn text_tree_note(&mut self, at: usize) {
        if !self.source.is_xml() {
            let remedy = "it is read; write a WBXML tree for the widest reach";
            self.find(
                &rules::TNDS_TEXT,
                at,
                "a tree as XML text",
                "a tree in WBXML",
                remedy,
            );
        }
    }

    fn opaque_data(
        &mut self,
        octets: &'a [u8],
        at: usize,
        meta: &Meta<'a>,
    ) -> Result<(Data<'a>, Option<TndsForm>), Error> {
        if may_be_tree(meta) && looks_like_tree(octets) {
            self.text_tree_note(at);
            let position = self.source.position(at);
            let tree = match std::str::from_utf8(octets) {
                Ok(text) => self.nested_text(Cow::Borrowed(text), position)?,
                Err(_) => self.nested(Source::xml(octets), position)?,
            };
            return Ok((Data::Tree(tree), Some(TndsForm::Text)));
        }
        // A WBXML version and a textual public id
        if says_tree(meta) || may_be_tree(meta) && matches!(octets, [0x01..=0x03, 0x00, ..]) {
            let remedy = "it is read; some receivers read code page 2 of the message only";
            let found = "a tree as a document of its own";
            self.find(&rules::TNDS_OPAQUE, at, found, "code page 2", remedy);
            let position = self.source.position(at);
            let tree = self.nested(Source::wbxml(octets), position)?;
            return Ok((Data::Tree(tree), Some(TndsForm::Opaque)));
        }
        Ok((Data::Leaf(Content::Octets(octets.into())), None))
    }

    fn nested_text(&mut self, text: Cow<'a, str>, at: Position) -> Result<MgmtTree<'a>, Error> {
        match text {
            Cow::Borrowed(text) => self.nested(Source::xml(text.as_bytes()), at),
            Cow::Owned(text) => {
                let text = zeroize::Zeroizing::new(text);
                let inside = |source: Error| Error::Tree {
                    at,
                    source: Box::new(source),
                };
                let parsed = MgmtTree::from_xml(text.as_bytes()).map_err(inside)?;
                self.adopt(parsed.findings, at);
                Ok(parsed.document.into_owned())
            }
        }
    }

    /// A tree that is a document of its own inside the message.
    fn nested(
        &mut self,
        source: Result<Source<'a>, Error>,
        at: Position,
    ) -> Result<MgmtTree<'a>, Error> {
        let inside = |source: Error| Error::Tree {
            at,
            source: Box::new(source),
        };
        let mut parser = Parser::new(source.map_err(inside)?);
        parser
            .vocabulary(&crate::wire::wbxml::tables::syncml::DM_DDF, "MgmtTree")
            .map_err(inside)?;
        let parsed = parser.tree_document().map_err(inside)?;
        self.adopt(parsed.findings, at);
        Ok(parsed.document)
    }

    /// Takes the findings about a nested document; their offsets come to count in this one.
    fn adopt(&mut self, findings: Vec<crate::finding::Finding>, start: Position) {
        for mut finding in findings {
            finding.at = match (start, finding.at) {
                (Position::Offset(start), Position::Offset(at)) => Position::Offset(start + at),
                (start, _) => start,
            };
            if crate::finding::has_room(&self.findings, super::MAX_FINDINGS, finding.rule) {
                self.findings.push(finding);
            }
        }
    }
}

/// Whether Type names a tree.
fn says_tree(meta: &Meta<'_>) -> bool {
    let kind = meta.kind.as_ref();
    kind.is_some_and(|kind| kind.as_str().contains("dmtnds"))
}

/// Any other Type says that the value is what it is: a password may begin like a tree.
fn may_be_tree(meta: &Meta<'_>) -> bool {
    meta.kind.is_none() || says_tree(meta)
}

/// XML with a MgmtTree, perhaps behind a declaration.
fn looks_like_tree(octets: &[u8]) -> bool {
    let text = octets
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(octets)
        .trim_ascii_start();
    text.starts_with(b"<")
}
