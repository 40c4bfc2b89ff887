//! The message and the tree as WBXML.

use super::message::{Add, Data, Item, Message};
use super::text::Text;
use super::tnds::{Content, Format, MgmtTree, Node, NodeType};
use super::xml::write_tree;
use crate::bytes::holed::{Hole, HoleForm, Holed, LengthField};
use crate::wire::wbxml::tables::PageToken;
use crate::wire::wbxml::tables::syncml::{DM_DDF, SYNCML};
use crate::wire::wbxml::{NulInString, Writer};
use crate::wire::xml::{Layout, WriteError};

/// Media type of a tree in WBXML.
pub const TNDS_WBXML: &str = "application/vnd.syncml.dmtnds+wbxml";
/// Media type of a tree in XML.
pub const TNDS_XML: &str = "application/vnd.syncml.dmtnds+xml";

/// How a tree stands in a WBXML message. Receivers read one or the other: OMA's DM toolkit of
/// Android only [`Inline`](Self::Inline), libwbxml only [`Opaque`](Self::Opaque).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TndsForm {
    /// On code page 2 of the message itself (OMA TND 1.2 §8.6).
    #[default]
    Inline,
    /// A WBXML document of its own, as opaque data.
    Opaque,
    /// XML text, as opaque data: what libwbxml makes of a CDATA section.
    Text,
}

impl TndsForm {
    /// All by the names that arguments and profiles use.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("inline", Self::Inline),
        ("opaque", Self::Opaque),
        ("text", Self::Text),
    ];

    /// Format and Type of the Meta beside such a tree.
    #[must_use]
    pub fn meta(self) -> (&'static str, &'static str) {
        match self {
            Self::Inline | Self::Opaque => ("bin", TNDS_WBXML),
            Self::Text => ("xml", TNDS_XML),
        }
    }
}

/// The WBXML version of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WbxmlVersion {
    /// 1.2, which all known receivers read.
    #[default]
    V1_2,
    /// 1.3; at least one receiver refuses it (Motorola's engine in Android).
    V1_3,
}

impl WbxmlVersion {
    /// All by the names that arguments and profiles use.
    pub const NAMES: [(&'static str, Self); 2] = [("1.2", Self::V1_2), ("1.3", Self::V1_3)];

    fn octet(self) -> u8 {
        match self {
            Self::V1_2 => 0x02,
            Self::V1_3 => 0x03,
        }
    }
}

/// What cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A text with NUL.
    #[error("{place} contains a NUL character, which no WBXML string can hold; remove it")]
    Nul {
        /// The element concerned.
        place: String,
    },
    /// A text that XML cannot carry, in a tree as XML text.
    #[error(transparent)]
    Xml(#[from] WriteError),
}

impl EncodeError {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Nul { .. } => "build-nul",
            Self::Xml(error) => error.rule(),
        }
    }
}

impl Message<'_> {
    /// Writes the message as WBXML, public id 0x1201, UTF-8, without string table. Trees get the
    /// Meta of their form, whatever their item says.
    ///
    /// # Errors
    /// [`EncodeError`]
    pub fn to_wbxml(&self, form: TndsForm, version: WbxmlVersion) -> Result<Holed, EncodeError> {
        let mut encoder = Encoder::new(Writer::new(version.octet(), 0x1201, &[]));
        encoder.message(self, form)?;
        Ok(encoder.finish())
    }
}

impl MgmtTree<'_> {
    /// Writes the tree as a WBXML 1.2 document of its own: textual public id, no other string in
    /// the table.
    ///
    /// # Errors
    /// [`EncodeError`]
    pub fn to_wbxml(&self) -> Result<Holed, EncodeError> {
        let id = DM_DDF.public_ids[0];
        let place = || "the public id".to_owned();
        let writer = Writer::with_public_text(WbxmlVersion::V1_2.octet(), id)
            .map_err(|NulInString| EncodeError::Nul { place: place() })?;
        let mut encoder = Encoder::new(writer);
        encoder.tree(self)?;
        Ok(encoder.finish())
    }
}

struct Encoder {
    writer: Writer,
    holes: Vec<Hole>,
    lengths: Vec<LengthField>,
}

/// SyncML, MetInf and DM-DDF have a code page each.
const SYNCML_PAGE: u8 = 0;
const METINF_PAGE: u8 = 1;
const DDF_PAGE: u8 = 2;

impl Encoder {
    fn new(writer: Writer) -> Self {
        Self {
            writer,
            holes: Vec::new(),
            lengths: Vec::new(),
        }
    }

    fn finish(self) -> Holed {
        Holed {
            octets: self.writer.finish(),
            holes: self.holes,
            lengths: self.lengths,
        }
    }

    fn tag(&mut self, page: u8, name: &str, content: bool) {
        let place = SYNCML.find_tag(name).find(|place| place.page == page);
        debug_assert!(place.is_some(), "{name} has a token on page {page}");
        if let Some(PageToken { page, token }) = place {
            self.writer.tag(PageToken { page, token }, false, content);
        }
    }

    fn open(&mut self, page: u8, name: &str) {
        self.tag(page, name, true);
    }

    fn close(&mut self) {
        self.writer.end();
    }

    /// An element with a text in it.
    fn text(&mut self, page: u8, name: &str, text: &Text<'_>) -> Result<(), EncodeError> {
        if text.as_str().is_empty() && text.is_fixed() {
            self.tag(page, name, false);
            return Ok(());
        }
        self.open(page, name);
        self.string(name, text)?;
        self.close();
        Ok(())
    }

    fn string(&mut self, name: &str, text: &Text<'_>) -> Result<(), EncodeError> {
        // After the token of an inline string
        let start = self.writer.position() + 1;
        self.writer
            .string(text.as_str())
            .map_err(|NulInString| EncodeError::Nul { place: name.into() })?;
        self.holes.extend(text.holes().iter().map(|hole| Hole {
            span: hole.start + start..hole.end + start,
            form: HoleForm::Text,
        }));
        Ok(())
    }

    fn optional(
        &mut self,
        page: u8,
        name: &str,
        text: Option<&Text<'_>>,
    ) -> Result<(), EncodeError> {
        text.map_or(Ok(()), |text| self.text(page, name, text))
    }

    fn message(&mut self, message: &Message<'_>, form: TndsForm) -> Result<(), EncodeError> {
        let header = &message.header;
        self.open(SYNCML_PAGE, "SyncML");
        self.open(SYNCML_PAGE, "SyncHdr");
        for (name, text) in [
            ("VerDTD", &header.ver_dtd),
            ("VerProto", &header.ver_proto),
            ("SessionID", &header.session_id),
            ("MsgID", &header.msg_id),
        ] {
            self.optional(SYNCML_PAGE, name, text.as_ref())?;
        }
        self.location("Target", header.target.as_ref())?;
        self.location("Source", header.source.as_ref())?;
        if let Some(size) = &header.max_msg_size {
            self.open(SYNCML_PAGE, "Meta");
            self.text(METINF_PAGE, "MaxMsgSize", size)?;
            self.close();
        }
        self.close();
        let content = message.is_final || !message.adds.is_empty();
        self.tag(SYNCML_PAGE, "SyncBody", content);
        for add in &message.adds {
            self.add(add, form)?;
        }
        if message.is_final {
            self.tag(SYNCML_PAGE, "Final", false);
        }
        if content {
            self.close();
        }
        self.close();
        Ok(())
    }

    fn location(&mut self, name: &str, uri: Option<&Text<'_>>) -> Result<(), EncodeError> {
        if let Some(uri) = uri {
            self.open(SYNCML_PAGE, name);
            self.text(SYNCML_PAGE, "LocURI", uri)?;
            self.close();
        }
        Ok(())
    }

    fn add(&mut self, add: &Add<'_>, form: TndsForm) -> Result<(), EncodeError> {
        self.open(SYNCML_PAGE, "Add");
        self.optional(SYNCML_PAGE, "CmdID", add.cmd_id.as_ref())?;
        for item in &add.items {
            self.item(item, form)?;
        }
        self.close();
        Ok(())
    }

    fn item(&mut self, item: &Item<'_>, form: TndsForm) -> Result<(), EncodeError> {
        self.open(SYNCML_PAGE, "Item");
        self.location("Target", item.target.as_ref())?;
        self.location("Source", item.source.as_ref())?;
        match &item.data {
            Data::Tree(tree) => {
                let (format, kind) = form.meta();
                self.meta(Some(&Text::fixed(format)), Some(&Text::fixed(kind)))?;
                self.open(SYNCML_PAGE, "Data");
                match form {
                    TndsForm::Inline => self.tree(tree)?,
                    TndsForm::Opaque => self.embed(tree.to_wbxml()?),
                    TndsForm::Text => self.embed(write_tree(tree, Layout::Compact)?),
                }
                self.close();
            }
            data => {
                self.meta(item.meta.format.as_ref(), item.meta.kind.as_ref())?;
                if let Data::Leaf(content) = data {
                    self.content(SYNCML_PAGE, "Data", content)?;
                }
            }
        }
        self.close();
        Ok(())
    }

    fn meta(
        &mut self,
        format: Option<&Text<'_>>,
        kind: Option<&Text<'_>>,
    ) -> Result<(), EncodeError> {
        if format.is_some() || kind.is_some() {
            self.open(SYNCML_PAGE, "Meta");
            self.optional(METINF_PAGE, "Format", format)?;
            self.optional(METINF_PAGE, "Type", kind)?;
            self.close();
        }
        Ok(())
    }

    /// Opaque data with the holes that it has.
    fn embed(&mut self, inner: Holed) {
        let at = self.writer.opaque(&inner.octets);
        let start = at.end;
        let moved = |span: &std::ops::Range<usize>| span.start + start..span.end + start;
        if !inner.holes.is_empty() {
            let of = start..self.writer.position();
            self.lengths.push(LengthField { at, of });
        }
        self.holes.extend(inner.holes.iter().map(|hole| Hole {
            span: moved(&hole.span),
            form: hole.form,
        }));
        self.lengths
            .extend(inner.lengths.iter().map(|length| LengthField {
                at: moved(&length.at),
                of: moved(&length.of),
            }));
    }

    /// An element with a value in it. Octets are opaque data.
    fn content(&mut self, page: u8, name: &str, content: &Content<'_>) -> Result<(), EncodeError> {
        match content {
            Content::Text(text) => return self.text(page, name, text),
            Content::Octets(octets) => {
                self.open(page, name);
                self.writer.opaque(octets);
            }
            Content::Base64(text) => {
                self.open(page, name);
                // Base64 of parts does not join: such a text is one hole or none
                let hole = !text.is_fixed();
                let octets = content.octets();
                self.embed(Holed {
                    holes: hole
                        .then(|| Hole {
                            span: 0..octets.len(),
                            form: HoleForm::Base64,
                        })
                        .into_iter()
                        .collect(),
                    octets: octets.into_owned(),
                    lengths: Vec::new(),
                });
            }
        }
        self.close();
        Ok(())
    }

    fn tree(&mut self, tree: &MgmtTree<'_>) -> Result<(), EncodeError> {
        self.open(DDF_PAGE, "MgmtTree");
        self.optional(DDF_PAGE, "VerDTD", tree.ver_dtd.as_ref())?;
        self.optional(DDF_PAGE, "Man", tree.man.as_ref())?;
        self.optional(DDF_PAGE, "Mod", tree.model.as_ref())?;
        for node in &tree.nodes {
            self.node(node)?;
        }
        self.close();
        Ok(())
    }

    // Recursion is bounded by the depth of trees, which readers and profiles limit
    fn node(&mut self, node: &Node<'_>) -> Result<(), EncodeError> {
        self.open(DDF_PAGE, "Node");
        self.optional(DDF_PAGE, "NodeName", node.name.as_ref())?;
        self.optional(DDF_PAGE, "Path", node.path.as_ref())?;
        let properties = &node.properties;
        if !properties.is_empty() {
            self.open(DDF_PAGE, "RTProperties");
            self.optional(DDF_PAGE, "ACL", properties.acl.as_ref())?;
            if let Some(format) = properties.format {
                // Base64 is how XML carries octets; here they are octets
                let octets = matches!(node.value, Some(Content::Base64(_) | Content::Octets(_)));
                let format = if octets { Format::Bin } else { format };
                self.open(DDF_PAGE, "Format");
                self.tag(DDF_PAGE, format.name(), false);
                self.close();
            }
            self.optional(DDF_PAGE, "Title", properties.title.as_ref())?;
            self.optional(DDF_PAGE, "TStamp", properties.tstamp.as_ref())?;
            if let Some(kind) = &properties.kind {
                self.open(DDF_PAGE, "Type");
                match kind {
                    NodeType::Mime(name) => self.text(DDF_PAGE, "MIME", name)?,
                    NodeType::DdfName(name) => self.text(DDF_PAGE, "DDFName", name)?,
                }
                self.close();
            }
            self.optional(DDF_PAGE, "VerNo", properties.ver_no.as_ref())?;
            self.close();
        }
        if let Some(value) = &node.value {
            self.content(DDF_PAGE, "Value", value)?;
        }
        for child in &node.nodes {
            self.node(child)?;
        }
        self.close();
        Ok(())
    }
}
