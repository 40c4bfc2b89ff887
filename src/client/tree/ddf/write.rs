//! Descriptions as XML.

use super::{Ddf, Description, Occurrence};
use crate::document::dm::Format;
use crate::wire::xml::{Layout, WriteError, Writer};

const NAMESPACE: (&str, &str) = ("xmlns", "syncml:dmddf1.2");

impl Ddf {
    /// Writes the description, one element for each thing it says.
    ///
    /// # Errors
    /// [`WriteError`] when a text has a character that XML cannot carry.
    pub fn to_xml(&self) -> Result<String, WriteError> {
        let mut writer = Writer::new(Layout::Indented);
        writer.start("MgmtTree", &[NAMESPACE])?;
        text(&mut writer, "VerDTD", "1.2")?;
        optional(&mut writer, "Man", self.man.as_deref())?;
        optional(&mut writer, "Mod", self.model.as_deref())?;
        for described in &self.nodes {
            node(&mut writer, described)?;
        }
        writer.end()?;
        writer.finish()
    }
}

// Recursion is bounded: the reader limits the depth
fn node(writer: &mut Writer, node: &Description) -> Result<(), WriteError> {
    writer.start("Node", &[])?;
    text(writer, "NodeName", &node.name)?;
    writer.start("DFProperties", &[])?;
    writer.start("AccessType", &[])?;
    let access = node.access;
    for (name, allowed) in [
        ("Add", access.add),
        ("Copy", access.copy),
        ("Delete", access.delete),
        ("Exec", access.exec),
        ("Get", access.get),
        ("Replace", access.replace),
    ] {
        if allowed {
            writer.empty(name, &[])?;
        }
    }
    writer.end()?;
    optional(writer, "DefaultValue", node.default.as_deref())?;
    optional(writer, "Description", node.description.as_deref())?;
    within(writer, "DFFormat", |writer| {
        writer.empty(node.format.name(), &[])
    })?;
    within(writer, "Occurrence", |writer| match node.occurrence {
        Occurrence::One => writer.empty("One", &[]),
        Occurrence::ZeroOrOne => writer.empty("ZeroOrOne", &[]),
        Occurrence::ZeroOrMore => writer.empty("ZeroOrMore", &[]),
        Occurrence::OneOrMore => writer.empty("OneOrMore", &[]),
        Occurrence::ZeroOrN(n) => text(writer, "ZeroOrN", &n.to_string()),
        Occurrence::OneOrN(n) => text(writer, "OneOrN", &n.to_string()),
    })?;
    let scope = if node.permanent {
        "Permanent"
    } else {
        "Dynamic"
    };
    within(writer, "Scope", |writer| writer.empty(scope, &[]))?;
    optional(writer, "DFTitle", node.title.as_deref())?;
    within(writer, "DFType", |writer| {
        let name = if node.format == Format::Node {
            "DDFName"
        } else {
            "MIME"
        };
        if node.types.is_empty() {
            return writer.empty(name, &[]);
        }
        node.types
            .iter()
            .try_for_each(|kind| text(writer, name, kind))
    })?;
    writer.end()?;
    for below in &node.nodes {
        self::node(writer, below)?;
    }
    writer.end()
}

fn within(
    writer: &mut Writer,
    name: &str,
    content: impl FnOnce(&mut Writer) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    writer.start(name, &[])?;
    content(writer)?;
    writer.end()
}

fn text(writer: &mut Writer, name: &str, content: &str) -> Result<(), WriteError> {
    within(writer, name, |writer| writer.text(content).map(|_| ()))
}

fn optional(writer: &mut Writer, name: &str, content: Option<&str>) -> Result<(), WriteError> {
    content.map_or(Ok(()), |content| text(writer, name, content))
}
