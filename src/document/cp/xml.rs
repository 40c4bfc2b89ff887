//! The model from and to XML.

use super::builder::{Attributes, Builder, Error, Parsed, Structure};
use super::model::{Characteristic, Document, Node, Value};
use crate::finding::Position;
use crate::wire::wbxml::tables::prov::{PUBLIC_ID, SYSTEM_ID};
use crate::wire::xml::{Event, Layout, Limits, Policy, Reader, WriteError, Writer};
use std::borrow::Cow;

/// A DOCTYPE may be absent or name PROV (WAP-183 §5.1.2). What an internal subset may hold here says
/// nothing of the document.
pub(in crate::document) const POLICY: Policy = Policy {
    public_ids: &[PUBLIC_ID],
    internal_subset: true,
    limits: Limits::DEFAULT,
};

impl<'a> Document<'a> {
    /// Reads an XML document.
    ///
    /// # Errors
    /// [`Error`] when it is not well-formed or not a provisioning document.
    pub fn from_xml(input: &'a [u8]) -> Result<Parsed<'a>, Error> {
        let mut reader = Reader::new(input, POLICY)?;
        let text = reader.text();
        let mut structure = Structure::new(|offset| Position::in_text(text, offset));
        let (mut builder, mut attributes) = (Builder::default(), Attributes::default());
        while let Some(event) = reader.next()? {
            let piece = match event {
                Event::Start(element) => {
                    for attribute in element.attributes {
                        attributes.push(Cow::Borrowed(attribute.name), attribute.value);
                    }
                    structure.start(Some(element.name), &mut attributes, element.offset)?
                }
                Event::Text(text) => {
                    structure.text(&text.value, text.offset);
                    None
                }
                Event::End { .. } => structure.end(),
            };
            if let Some(piece) = piece {
                builder.take(piece);
            }
        }
        Ok(builder.finish(structure.into_findings()))
    }

    /// Writes the document as XML with declaration and DOCTYPE.
    ///
    /// # Errors
    /// [`WriteError`] when a text has a character that XML cannot carry.
    pub fn to_xml(&self) -> Result<String, WriteError> {
        let mut writer = Writer::new(Layout::Indented);
        writer.doctype("wap-provisioningdoc", PUBLIC_ID, SYSTEM_ID)?;
        let version = self
            .version
            .as_ref()
            .map(|version| ("version", version.as_str()));
        writer.start("wap-provisioningdoc", version.as_slice())?;
        for characteristic in &self.characteristics {
            write(characteristic, &mut writer)?;
        }
        writer.end()?;
        writer.finish()
    }
}

// Recursion is bounded by the depth of documents, which the readers limit
fn write(characteristic: &Characteristic<'_>, writer: &mut Writer) -> Result<(), WriteError> {
    writer.start("characteristic", &[("type", &characteristic.kind)])?;
    for node in &characteristic.nodes {
        match node {
            Node::Characteristic(child) => write(child, writer)?,
            Node::Parm(parm) => {
                let name = [("name", &*parm.name)];
                let value = parm
                    .value
                    .as_ref()
                    .map(Value::as_str)
                    .map(|value| ("value", value));
                let attributes: Vec<_> = name.into_iter().chain(value).collect();
                writer.empty("parm", &attributes)?;
            }
        }
    }
    writer.end()
}
