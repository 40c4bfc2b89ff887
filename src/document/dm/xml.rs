//! The message and the tree as XML.

use super::message::{Data, Item, Message};
use super::text::Text;
use super::tnds::{Content, Format, MgmtTree, Node, NodeType};
use super::wbxml::TndsForm;
use crate::bytes::holed::{Hole, HoleForm, Holed};
use crate::wire::wbxml::tables::syncml;
use crate::wire::xml::{Layout, WriteError, Writer};

const SYNCML_NAMESPACE: (&str, &str) = ("xmlns", "SYNCML:SYNCML1.2");
const METINF_NAMESPACE: (&str, &str) = ("xmlns", "syncml:metinf");
const DDF_NAMESPACE: (&str, &str) = ("xmlns", "syncml:dmddf1.2");

/// System identifier of the SyncML DTD (SyncML Representation Protocol 1.2).
const SYSTEM_ID: &str =
    "http://www.openmobilealliance.org/tech/DTD/OMA-TS-SyncML_RepPro_DTD-V1_2.dtd";

impl Message<'_> {
    /// Writes the message as XML with declaration and DOCTYPE; trees as elements in Data.
    ///
    /// # Errors
    /// [`WriteError`] when a text has a character that XML cannot carry.
    pub fn to_xml(&self) -> Result<String, WriteError> {
        let mut out = Output::new(Writer::new(Layout::Indented));
        let id = syncml::SYNCML.public_ids[0];
        out.writer.doctype("SyncML", id, SYSTEM_ID)?;
        out.message(self)?;
        out.writer.finish()
    }
}

impl MgmtTree<'_> {
    /// Writes the tree as an XML document of its own.
    ///
    /// # Errors
    /// [`WriteError`] when a text has a character that XML cannot carry.
    pub fn to_xml(&self) -> Result<String, WriteError> {
        let mut out = Output::new(Writer::new(Layout::Indented));
        out.tree(self)?;
        out.writer.finish()
    }
}

/// The tree as a piece of XML, and where the device's values went.
pub(super) fn write_tree(tree: &MgmtTree<'_>, layout: Layout) -> Result<Holed, WriteError> {
    let mut out = Output::new(Writer::fragment(layout));
    out.tree(tree)?;
    Ok(Holed {
        octets: out.writer.finish()?.into_bytes(),
        holes: out.holes,
        lengths: Vec::new(),
    })
}

struct Output {
    writer: Writer,
    holes: Vec<Hole>,
}

impl Output {
    fn new(writer: Writer) -> Self {
        Self {
            writer,
            holes: Vec::new(),
        }
    }

    fn message(&mut self, message: &Message<'_>) -> Result<(), WriteError> {
        let header = &message.header;
        self.writer.start("SyncML", &[SYNCML_NAMESPACE])?;
        self.writer.start("SyncHdr", &[])?;
        for (name, text) in [
            ("VerDTD", &header.ver_dtd),
            ("VerProto", &header.ver_proto),
            ("SessionID", &header.session_id),
            ("MsgID", &header.msg_id),
        ] {
            self.optional(name, &[], text.as_ref())?;
        }
        self.location("Target", header.target.as_ref())?;
        self.location("Source", header.source.as_ref())?;
        if let Some(size) = &header.max_msg_size {
            self.writer.start("Meta", &[])?;
            self.element("MaxMsgSize", &[METINF_NAMESPACE], size)?;
            self.writer.end()?;
        }
        self.writer.end()?;
        self.writer.start("SyncBody", &[])?;
        for add in &message.adds {
            self.writer.start("Add", &[])?;
            self.optional("CmdID", &[], add.cmd_id.as_ref())?;
            for item in &add.items {
                self.item(item)?;
            }
            self.writer.end()?;
        }
        if message.is_final {
            self.writer.empty("Final", &[])?;
        }
        self.writer.end()?;
        self.writer.end()
    }

    fn item(&mut self, item: &Item<'_>) -> Result<(), WriteError> {
        self.writer.start("Item", &[])?;
        self.location("Target", item.target.as_ref())?;
        self.location("Source", item.source.as_ref())?;
        match &item.data {
            Data::Tree(tree) => {
                let (format, kind) = TndsForm::Text.meta();
                self.meta(Some(&Text::fixed(format)), Some(&Text::fixed(kind)))?;
                self.writer.start("Data", &[])?;
                self.tree(tree)?;
                self.writer.end()?;
            }
            data => {
                let octets = matches!(data, Data::Leaf(Content::Base64(_) | Content::Octets(_)));
                let format = item.meta.format.as_ref();
                let b64 = Text::fixed(Format::B64.name());
                self.meta(
                    if octets { Some(&b64) } else { format },
                    item.meta.kind.as_ref(),
                )?;
                if let Data::Leaf(content) = data {
                    self.content("Data", content)?;
                }
            }
        }
        self.writer.end()
    }

    fn meta(
        &mut self,
        format: Option<&Text<'_>>,
        kind: Option<&Text<'_>>,
    ) -> Result<(), WriteError> {
        if format.is_some() || kind.is_some() {
            self.writer.start("Meta", &[])?;
            self.optional("Format", &[METINF_NAMESPACE], format)?;
            self.optional("Type", &[METINF_NAMESPACE], kind)?;
            self.writer.end()?;
        }
        Ok(())
    }

    fn location(&mut self, name: &str, uri: Option<&Text<'_>>) -> Result<(), WriteError> {
        if let Some(uri) = uri {
            self.writer.start(name, &[])?;
            self.element("LocURI", &[], uri)?;
            self.writer.end()?;
        }
        Ok(())
    }

    fn optional(
        &mut self,
        name: &str,
        namespace: &[(&str, &str)],
        text: Option<&Text<'_>>,
    ) -> Result<(), WriteError> {
        text.map_or(Ok(()), |text| self.element(name, namespace, text))
    }

    fn element(
        &mut self,
        name: &str,
        namespace: &[(&str, &str)],
        text: &Text<'_>,
    ) -> Result<(), WriteError> {
        self.writer.start(name, namespace)?;
        if !text.is_fixed() {
            // Whether the value is empty must not change the octets around it
            self.writer.content();
        }
        let mut done = 0;
        for hole in text.holes() {
            self.writer.text(&text.as_str()[done..hole.start])?;
            let span = self.writer.text(&text.as_str()[hole.clone()])?;
            let form = HoleForm::Markup;
            self.holes.push(Hole { span, form });
            done = hole.end;
        }
        self.writer.text(&text.as_str()[done..])?;
        self.writer.end()
    }

    fn content(&mut self, name: &str, content: &Content<'_>) -> Result<(), WriteError> {
        match content {
            Content::Text(text) => return self.element(name, &[], text),
            Content::Octets(_) => {
                self.writer.start(name, &[])?;
                self.writer.text(&content.base64())?;
            }
            Content::Base64(text) => {
                self.writer.start(name, &[])?;
                if text.is_fixed() {
                    self.writer.text(&content.base64())?;
                } else {
                    // As in `element`; Base64 of parts does not join, so it is one hole
                    self.writer.content();
                    let span = self.writer.text(&content.base64())?;
                    let form = HoleForm::Base64Text;
                    self.holes.push(Hole { span, form });
                }
            }
        }
        self.writer.end()
    }

    fn tree(&mut self, tree: &MgmtTree<'_>) -> Result<(), WriteError> {
        self.writer.start("MgmtTree", &[DDF_NAMESPACE])?;
        self.optional("VerDTD", &[], tree.ver_dtd.as_ref())?;
        self.optional("Man", &[], tree.man.as_ref())?;
        self.optional("Mod", &[], tree.model.as_ref())?;
        for node in &tree.nodes {
            self.node(node)?;
        }
        self.writer.end()
    }

    // Recursion is bounded by the depth of trees, which readers and profiles limit
    fn node(&mut self, node: &Node<'_>) -> Result<(), WriteError> {
        self.writer.start("Node", &[])?;
        self.optional("NodeName", &[], node.name.as_ref())?;
        self.optional("Path", &[], node.path.as_ref())?;
        let properties = &node.properties;
        if !properties.is_empty() {
            self.writer.start("RTProperties", &[])?;
            self.optional("ACL", &[], properties.acl.as_ref())?;
            if let Some(format) = properties.format {
                let octets = matches!(node.value, Some(Content::Base64(_) | Content::Octets(_)));
                let format = if octets { Format::B64 } else { format };
                self.writer.start("Format", &[])?;
                self.writer.empty(format.name(), &[])?;
                self.writer.end()?;
            }
            self.optional("Title", &[], properties.title.as_ref())?;
            self.optional("TStamp", &[], properties.tstamp.as_ref())?;
            if let Some(kind) = &properties.kind {
                self.writer.start("Type", &[])?;
                match kind {
                    NodeType::Mime(name) => self.element("MIME", &[], name)?,
                    NodeType::DdfName(name) => self.element("DDFName", &[], name)?,
                }
                self.writer.end()?;
            }
            self.optional("VerNo", &[], properties.ver_no.as_ref())?;
            self.writer.end()?;
        }
        if let Some(value) = &node.value {
            self.content("Value", value)?;
        }
        for child in &node.nodes {
            self.node(child)?;
        }
        self.writer.end()
    }
}
