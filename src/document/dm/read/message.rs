//! The elements of SyncML.

use super::tree::Raw;
use super::{Error, Family, Parsed, Parser};
use crate::document::cp::At;
use crate::document::dm::message::{Add, Data, Item, Message, Meta, SyncHdr};
use crate::document::dm::rules::{self, shown};
use crate::document::dm::text::Text;
use crate::document::dm::tnds::{Content, Format, MgmtTree};
use crate::document::dm::walk::{Piece, Root, Walk, is_tree_text};
use crate::document::dm::wbxml::TndsForm;
use crate::wire::xml::Origins;
use std::borrow::Cow;

use Family::Message as HERE;

impl<'a> Parser<'a> {
    pub(super) fn message(mut self) -> Result<Parsed<Message<'a>>, Error> {
        let at = self.root()?;
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
        // A repeated one is not read
        let first = |read: Option<&Text<'_>>, before: At, at: usize| match read {
            Some(_) => before,
            None => At(Some(at)),
        };
        let mut header = SyncHdr {
            at: At(Some(at)),
            ..SyncHdr::default()
        };
        while let Some((name, at)) = self.child(HERE)? {
            let place = match name.as_deref() {
                Some("VerDTD") => &mut header.ver_dtd,
                Some("VerProto") => &mut header.ver_proto,
                Some("SessionID") => {
                    header.session_at = first(header.session_id.as_ref(), header.session_at, at);
                    &mut header.session_id
                }
                Some("MsgID") => {
                    header.msg_at = first(header.msg_id.as_ref(), header.msg_at, at);
                    &mut header.msg_id
                }
                Some(name @ "Target") => {
                    self.location(&mut header.target, name, at)?;
                    continue;
                }
                Some(name @ "Source") => {
                    header.source_at = first(header.source.as_ref(), header.source_at, at);
                    self.location(&mut header.source, name, at)?;
                    continue;
                }
                Some("Meta") => {
                    while let Some((name, at)) = self.child(HERE)? {
                        match name.as_deref() {
                            Some(name @ "MaxMsgSize") => {
                                self.text_once(&mut header.max_msg_size, name, at, HERE)?;
                            }
                            Some(name @ ("MaxObjSize" | "EMI")) => self.without_use(name, at)?,
                            name => self.unexpected(name, at, "Meta", HERE)?,
                        }
                    }
                    continue;
                }
                Some("Cred") => {
                    self.cred(at)?;
                    continue;
                }
                Some(name @ ("RespURI" | "NoResp")) => {
                    self.without_use(name, at)?;
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

    /// Skips what the DTD allows and a bootstrap message has no use for: there is no session.
    fn without_use(&mut self, name: &str, at: usize) -> Result<(), Error> {
        let remedy = "it is left out of what is read";
        let found = format!("an element {name}");
        self.find(&rules::WITHOUT_USE, at, found, "none", remedy);
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
                Some(name @ "LocName") => self.without_use(name, at)?,
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
        let mut outer = Meta::default();
        let mut outer_at = None;
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "CmdID") => self.text_once(&mut add.cmd_id, name, at, HERE)?,
                Some("Meta") => {
                    outer_at.get_or_insert(at);
                    self.meta(&mut outer)?;
                }
                Some("Item") => {
                    let item = self.item(at, &outer)?;
                    add.items.push(item);
                }
                Some("Cred") => self.cred(at)?,
                Some(name @ "NoResp") => self.without_use(name, at)?,
                name => self.unexpected(name, at, "Add", HERE)?,
            }
        }
        if let Some(at) = outer_at {
            let remedy = "it is read as the Meta of the items that have none; put it there";
            let (found, expected) = ("Meta in the Add", "Meta in its Item");
            self.find(&rules::META_PLACE, at, found, expected, remedy);
        }
        Ok(add)
    }

    fn meta(&mut self, meta: &mut Meta<'a>) -> Result<(), Error> {
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "Format") => self.text_once(&mut meta.format, name, at, HERE)?,
                Some(name @ "Type") => self.text_once(&mut meta.kind, name, at, HERE)?,
                // SyncML Meta Information has more, which says nothing about an Add
                Some(
                    name @ ("Size" | "Mark" | "Anchor" | "Version" | "NextNonce" | "MaxMsgSize"
                    | "MaxObjSize" | "EMI" | "Mem" | "FieldLevel"),
                ) => self.without_use(name, at)?,
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
        let mut found = None;
        while let Some((name, at)) = self.child(HERE)? {
            match name.as_deref() {
                Some(name @ "Target") => self.location(&mut item.target, name, at)?,
                Some(name @ "Source") => self.location(&mut item.source, name, at)?,
                Some("Meta") => self.meta(&mut item.meta)?,
                Some("Data") if found.is_none() => found = Some((self.data()?, at)),
                Some("Data") => {
                    self.repeated("Data", at, HERE);
                    self.skip()?;
                }
                name => self.unexpected(name, at, "Item", HERE)?,
            }
        }
        if item.meta == Meta::default() {
            item.meta = outer.clone();
        }
        // Meta may stand after Data
        match found {
            Some((Found::Tree(tree, form), at)) => {
                self.pair(&item.meta, form, at);
                item.data = Data::Tree(tree);
            }
            Some((Found::Leaf(raw), at)) => {
                let name = item.meta.format.as_ref().map_or("", Text::as_str);
                let mut format = Format::from_name(name);
                let content = self.typed(raw, &mut format, at);
                if !matches!(content, Content::Text(_)) {
                    item.meta.format = Some(Text::fixed(Format::Bin.name()));
                }
                item.data = Data::Leaf(content);
            }
            None => {}
        }
        Ok(item)
    }

    /// Whether Format and Type say which form the tree has.
    fn pair(&mut self, meta: &Meta<'_>, form: TndsForm, at: usize) {
        let (format, kind) = form.meta();
        let is = |text: &Option<Text<'_>>, wanted: &str| {
            text.as_ref().is_some_and(|text| text.as_str() == wanted)
        };
        if is(&meta.format, format) && is(&meta.kind, kind) {
            return;
        }
        let or_none = |text: &Option<Text<'_>>| {
            let text = text.as_ref();
            text.map_or("none".into(), |text| shown(text.as_str()))
        };
        let (found_format, found_kind) = (or_none(&meta.format), or_none(&meta.kind));
        let found = format!("Format {found_format} and Type {found_kind}");
        let remedy = "the tree is read as what it is; some receivers go by the Meta";
        let expected = format!("{format} and {kind}");
        self.find(&rules::META_PAIR, at, found, &expected, remedy);
    }

    /// The content of Data, which was entered.
    fn data(&mut self) -> Result<Found<'a>, Error> {
        let mut raw = Raw::default();
        let mut place = None;
        // The octets before each piece of text after the first, and where it begins
        let mut pieces = Vec::new();
        let mut tree = None;
        loop {
            match self.walk.next()? {
                Some(Piece::Start { name, at }) if name.as_deref() == Some("MgmtTree") => {
                    let own = self.walk.embedded().map(|(form, _)| form);
                    let form = own.unwrap_or(match self.walk.is_xml() {
                        true => TndsForm::Text,
                        false => TndsForm::Inline,
                    });
                    let read = self.tree(at)?;
                    if tree.is_some() {
                        self.repeated("MgmtTree", at, HERE);
                    } else {
                        tree = Some((read, form));
                    }
                }
                Some(Piece::Start { name, at }) => {
                    self.unexpected(name.as_deref(), at, "Data", HERE)?;
                }
                Some(Piece::Text { text, at }) => {
                    if place.is_some() {
                        let origin = self.walk.origin(&text, at);
                        pieces.push((raw.as_octets().len(), origin));
                    }
                    place.get_or_insert((at, self.walk.origin(&text, at)));
                    raw.text(text);
                }
                Some(Piece::Octets { octets, at }) => {
                    place.get_or_insert((at, at));
                    raw.octets(octets);
                }
                Some(Piece::End) | None => break,
            }
        }
        let (at, origin) = place.unwrap_or_default();
        if let Some((tree, form)) = tree {
            // libwbxml keeps white space around a tree as opaque data
            self.stray(raw.as_octets(), at, HERE);
            return Ok(Found::Tree(tree, form));
        }
        match raw {
            Raw::Text(text) if !self.walk.leaves_texts() && is_tree_text(text.as_bytes()) => {
                if !self.walk.is_xml() {
                    self.walk.text_tree(at);
                }
                pieces.insert(0, (0, origin));
                let origins = self.walk.origins(&pieces);
                Ok(Found::Tree(self.unescaped(text, &origins)?, TndsForm::Text))
            }
            raw => Ok(Found::Leaf(raw)),
        }
    }

    /// A tree in a text that does not stand in the input as it is: in pieces, or with references.
    fn unescaped(&mut self, text: Cow<'a, str>, origins: &Origins) -> Result<MgmtTree<'a>, Error> {
        let text = Text::fixed(text);
        let origin = |at| origins.at(at);
        let read = |text: &str| {
            let walk = Walk::xml(text.as_bytes(), Root::Tree)?.by_offsets();
            let Parsed { document, findings } = Parser::new(walk).tree_document()?;
            Ok((document.into_owned(), findings))
        };
        let (mut tree, findings) =
            read(text.as_str()).map_err(|error| self.walk.in_text(error, text.as_str(), origin))?;
        self.adopt(findings, origins);
        tree.move_to(&origin);
        Ok(tree)
    }
}

/// What Data holds.
enum Found<'a> {
    Tree(MgmtTree<'a>, TndsForm),
    Leaf(Raw<'a>),
}
