//! The DM form of a profile's document.
//!
//! The document goes through the maps with numbers in place of the values that differ from device
//! to device, and the values come in afterwards. So no decision of the maps depends on them, and
//! the general path cannot part from the compiled one.

use super::error::{Error, Fault};
use super::{ParameterId, Profile, Template, Type, Values};
use crate::document::cp::Value;
use crate::document::dm::map::{MapOptions, Mapped, Places, map, tables};
use crate::document::dm::{
    Content, Data, Message, MessageOptions, Node, Shape, Text, Version, bootstrap,
};
use crate::finding::{Finding, Position};

/// The kinds of documents that a profile can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// OMA Client Provisioning.
    #[default]
    Cp,
    /// OMA Device Management: a message with the same account as management objects.
    Dm,
}

impl Form {
    /// All by the names that profiles and arguments use.
    pub const NAMES: [(&'static str, Self); 2] = [("cp", Self::Cp), ("dm", Self::Dm)];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cp => "cp",
            Self::Dm => "dm",
        }
    }
}

/// How the objects of a DM message are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tnds {
    /// As a tree in the message itself, on the code page of DM DDF.
    #[default]
    Inline,
    /// As a document of its own in OPAQUE data.
    Opaque,
    /// As XML text.
    Text,
    /// As no tree: an Item for each node.
    None,
}

impl Tnds {
    /// All by the names that profiles and arguments use.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("inline", Self::Inline),
        ("opaque", Self::Opaque),
        ("text", Self::Text),
        ("none", Self::None),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Opaque => "opaque",
            Self::Text => "text",
            Self::None => "none",
        }
    }
}

/// Where a DM message adds its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Target {
    /// To the Inbox; the client puts them where they belong.
    #[default]
    Inbox,
    /// To `./DMAcc`, `./NAP` and `./Proxy`.
    Tree,
}

impl Target {
    /// All by the names that profiles use.
    pub const NAMES: [(&'static str, Self); 2] = [("inbox", Self::Inbox), ("tree", Self::Tree)];
}

/// What `[dm]` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DmSettings {
    /// How objects are written.
    pub tnds: Tnds,
    /// Where they are added.
    pub target: Target,
    /// The version of the protocol.
    pub version: Version,
}

/// Digits of a stand-in: a multiple of four, so that it is Base64 of something as well.
const STAND_IN_DIGITS: usize = 8;

/// A message with stand-ins for what differs from device to device.
#[derive(Debug)]
pub(super) struct Symbolic {
    pub message: Message<'static>,
    /// What the stand-ins stand for, by number.
    pub templates: Vec<Template<ParameterId>>,
    pub findings: Vec<Finding>,
}

impl Symbolic {
    /// The template that a stand-in stands for.
    pub(super) fn template(&self, stand_in: &str) -> Option<&Template<ParameterId>> {
        self.templates.get(stand_in.parse::<usize>().ok()?)
    }
}

fn stand_in(
    templates: &mut Vec<Template<ParameterId>>,
    template: &Template<ParameterId>,
) -> String {
    // What is written alike has one number, so that references find what they name
    let known = templates.iter().position(|known| known == template);
    let number = known.unwrap_or_else(|| {
        templates.push(template.clone());
        templates.len() - 1
    });
    format!("{number:0STAND_IN_DIGITS$}")
}

impl Profile {
    /// The DM message for one device, and what the maps have to say about it.
    ///
    /// # Errors
    /// [`Fault::DmHole`] when the profile has no DM form.
    pub fn message(
        &self,
        values: &Values,
        tnds: Tnds,
    ) -> Result<(Message<'static>, Vec<Finding>), Error> {
        self.has_dm_form()?;
        let mut symbolic = self.symbolic(values, tnds);
        let mut message = std::mem::take(&mut symbolic.message);
        fill(&mut message, &mut |number| {
            let mut text = String::new();
            let filled = symbolic
                .template(number)
                .and_then(|template| template.fill(|&id| values.get(id), &mut text));
            // Nodes with a hole that has no value never get here
            debug_assert!(filled.is_some());
            text
        });
        Ok((message, symbolic.findings))
    }

    /// The message with stand-ins.
    pub(super) fn symbolic(&self, values: &Values, tnds: Tnds) -> Symbolic {
        let mut templates = Vec::new();
        let document = self.instantiate(values, &mut |template| {
            Value::parameter(stand_in(&mut templates, template))
        });
        let inbox = self.dm.target == Target::Inbox;
        let options = MapOptions {
            places: if inbox { Places::INBOX } else { Places::TREE },
            ..MapOptions::default()
        };
        let Mapped {
            mut objects,
            findings,
        } = map(&document, &options, Position::Offset);
        let present = |&id: &ParameterId| values.get(id).is_some();
        let mut text = |template: &Template<ParameterId>| match template.fixed() {
            Some(text) => Text::fixed(text.to_owned()),
            None => Text::parameter(stand_in(&mut templates, template)),
        };
        let trees = self.trees.iter();
        objects.extend(trees.filter_map(|tree| tree.object(inbox, &present, &mut text)));
        let device = self.parameter("imei").filter(present);
        let device = device.map(|id| {
            let mut device = Text::fixed("IMEI:");
            device.push(&text(&Template::hole(id)));
            device
        });
        let options = MessageOptions {
            version: self.dm.version,
            shape: match tnds {
                Tnds::None => Shape::Plain,
                _ => Shape::Trees,
            },
            device,
        };
        Symbolic {
            message: bootstrap(objects, &options),
            templates,
            findings,
        }
    }

    /// Checks that all values that the maps must know are known.
    ///
    /// # Errors
    /// [`Fault::DmHole`]
    pub fn has_dm_form(&self) -> Result<(), Error> {
        let mut result = Ok(());
        self.body.parms(&mut |kind, parm, value, place| {
            let (Ok(()), Some(row), Some(template)) = (&result, tables::row_of(kind, parm), value)
            else {
                return;
            };
            let sole = template.sole_hole();
            let fits = if row.values.needs_fixed() {
                sole.is_some_and(|&id| matches!(self.parameters[id].kind, Type::Enum(_)))
            } else if row.values == tables::Values::Octets {
                // Base64 is decoded as a whole, so it comes from one place
                sole.is_some()
            } else {
                true
            };
            if let (false, Some(&id)) = (fits, template.holes().next()) {
                let (parm, parameter) = (parm.to_owned(), self.parameters[id].name.clone());
                result = Err(Fault::DmHole { parm, parameter }.at(place));
            }
        });
        result
    }
}

/// Puts `value` of each stand-in in its place.
fn fill(message: &mut Message<'static>, value: &mut dyn FnMut(&str) -> String) {
    let header = &mut message.header;
    for text in [&mut header.target, &mut header.source]
        .into_iter()
        .flatten()
    {
        fill_text(text, value);
    }
    for item in message.adds.iter_mut().flat_map(|add| &mut add.items) {
        match &mut item.data {
            Data::Absent => {}
            Data::Leaf(content) => fill_content(content, value),
            Data::Tree(tree) => {
                // An explicit stack: a tree's depth never becomes the program's
                let mut stack: Vec<&mut Node<'static>> = tree.nodes.iter_mut().collect();
                while let Some(node) = stack.pop() {
                    let acl = node.properties.acl.iter_mut();
                    acl.for_each(|acl| fill_text(acl, value));
                    node.value
                        .iter_mut()
                        .for_each(|content| fill_content(content, value));
                    stack.extend(&mut node.nodes);
                }
            }
        }
        if let Some(kind) = &mut item.meta.kind {
            fill_text(kind, value);
        }
    }
}

fn fill_content(content: &mut Content<'static>, value: &mut dyn FnMut(&str) -> String) {
    match content {
        Content::Text(text) | Content::Base64(text) => fill_text(text, value),
        Content::Octets(_) => {}
    }
}

fn fill_text(text: &mut Text<'static>, value: &mut dyn FnMut(&str) -> String) {
    if text.is_fixed() {
        return;
    }
    let mut filled = Text::default();
    let mut done = 0;
    for hole in text.holes() {
        filled.push(&Text::fixed(&text.as_str()[done..hole.start]));
        filled.push(&Text::parameter(value(&text.as_str()[hole.clone()])));
        done = hole.end;
    }
    filled.push(&Text::fixed(&text.as_str()[done..]));
    *text = filled;
}
