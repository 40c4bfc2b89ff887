//! Puts a bootstrap message together.

use super::map::{ManagementObject, last_step};
use super::message::{Add, Data, Item, Message, Meta, SyncHdr};
use super::rules::ObjectKind;
use super::text::Text;
use super::tnds::{Content, Format, MgmtTree, Node, NodeType};

/// The version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Version {
    /// DM/1.2: what every client takes.
    #[default]
    V1_2,
    /// DM/1.3: one client in the field refuses it.
    V1_3,
}

impl Version {
    /// The value of VerProto.
    #[must_use]
    pub fn ver_proto(self) -> &'static str {
        match self {
            Self::V1_2 => "DM/1.2",
            Self::V1_3 => "DM/1.3",
        }
    }
}

/// In what shape the objects travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shape {
    /// Serialised trees; their ACLs travel with them.
    #[default]
    Trees,
    /// One Item for each node. ACLs have no place there.
    Plain,
}

/// What a message needs to know beside its objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageOptions {
    /// The protocol's version.
    pub version: Version,
    /// How the objects travel.
    pub shape: Shape,
    /// What names the device, such as `IMEI:490154203237518`; else [`UNKNOWN_DEVICE`].
    pub device: Option<Text<'static>>,
}

/// Target of a message to a device whose identity is not known. SyncHdr must have a Target, and no
/// client known compares it in a bootstrap message: the key of the MAC says whom it is for. `.` is
/// the root of any device's tree, so it is a URI that names the receiver, whoever that is.
pub const UNKNOWN_DEVICE: &str = ".";

/// The bootstrap message that adds these objects.
///
/// There is one Add, with CmdID 1, since a client in the field looks at the first command only.
/// Objects that hang side by side travel in one tree, in one Item whose Target is the node above
/// them: all of them when they are for the Inbox. Source is the first address of the first account,
/// as DM 1.3 asks. SessionID and MsgID are 1; nothing refers to them, since no answer may be sent
/// (OMA DM Bootstrap 1.2 §5.4.5).
///
/// Meta of Items that carry a tree is left to the writer, which knows the tree's form.
#[must_use]
pub fn bootstrap(objects: Vec<ManagementObject>, options: &MessageOptions) -> Message<'static> {
    let source = objects.iter().find_map(address);
    let items = match options.shape {
        Shape::Trees => trees(objects),
        Shape::Plain => plain(objects),
    };
    let fixed = |text: &'static str| Some(Text::fixed(text));
    let device = options.device.clone();
    Message {
        header: SyncHdr {
            ver_dtd: fixed("1.2"),
            ver_proto: fixed(options.version.ver_proto()),
            session_id: fixed("1"),
            msg_id: fixed("1"),
            target: device.or_else(|| fixed(UNKNOWN_DEVICE)),
            source,
            ..SyncHdr::default()
        },
        adds: vec![Add {
            cmd_id: fixed("1"),
            items,
            ..Add::default()
        }],
        is_final: true,
        ..Message::default()
    }
}

/// The first address of an account.
fn address(object: &ManagementObject) -> Option<Text<'static>> {
    if object.kind != Some(ObjectKind::DmAcc) {
        return None;
    }
    let first = object.node.child("AppAddr")?.nodes.first()?;
    match &first.child("Addr")?.value {
        Some(Content::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn parent(uri: &str) -> &str {
    let last = last_step(uri).len();
    uri.get(..uri.len() - last)
        .and_then(|above| above.strip_suffix('/'))
        .unwrap_or(".")
}

fn trees(objects: Vec<ManagementObject>) -> Vec<Item<'static>> {
    let mut trees: Vec<(String, MgmtTree<'static>)> = Vec::new();
    for object in objects {
        let above = parent(&object.uri);
        let known = trees.iter().position(|(target, _)| target == above);
        let index = known.unwrap_or_else(|| {
            let tree = MgmtTree {
                ver_dtd: Some(Text::fixed("1.2")),
                ..MgmtTree::default()
            };
            trees.push((above.to_owned(), tree));
            trees.len() - 1
        });
        trees[index].1.nodes.push(object.node);
    }
    let item = |(target, tree)| Item {
        target: Some(Text::fixed(target)),
        data: Data::Tree(tree),
        ..Item::default()
    };
    trees.into_iter().map(item).collect()
}

/// An Item for each node, every node after the one it hangs from.
fn plain(objects: Vec<ManagementObject>) -> Vec<Item<'static>> {
    let mut items = Vec::new();
    for object in objects {
        // An explicit stack: an object's depth never becomes the program's
        let mut stack = vec![(object.uri, object.node)];
        while let Some((uri, mut node)) = stack.pop() {
            for child in std::mem::take(&mut node.nodes).into_iter().rev() {
                let name = child.name.as_ref().map_or("", Text::as_str);
                stack.push((format!("{uri}/{name}"), child));
            }
            items.push(item(uri, node));
        }
    }
    items
}

fn item(uri: String, node: Node<'static>) -> Item<'static> {
    let format = node.properties.format.unwrap_or(Format::Node);
    Item {
        target: Some(Text::fixed(uri)),
        meta: Meta {
            format: Some(Text::fixed(format.name())),
            kind: node.properties.kind.map(|kind| match kind {
                NodeType::Mime(text) | NodeType::DdfName(text) => text,
            }),
        },
        data: node.value.map_or(Data::Absent, Data::Leaf),
        ..Item::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::map::{MapOptions, Places, map};
    use super::*;
    use crate::document::cp::Document;
    use crate::finding::Position;

    fn objects(places: Places) -> Vec<ManagementObject> {
        let xml = b"<wap-provisioningdoc>
            <characteristic type='NAPDEF'><parm name='NAPID' value='N'/></characteristic>
            <characteristic type='APPLICATION'>
              <parm name='APPID' value='w7'/><parm name='PROVIDER-ID' value='srv'/>
              <parm name='TO-NAPID' value='N'/>
              <characteristic type='APPADDR'><parm name='ADDR' value='https://a/'/></characteristic>
            </characteristic></wap-provisioningdoc>";
        let document = Document::from_xml(xml).unwrap().document;
        let options = MapOptions {
            places,
            ..MapOptions::default()
        };
        map(&document, &options, Position::Offset).objects
    }

    fn targets(message: &Message<'_>) -> Vec<String> {
        let items = message.adds.iter().flat_map(|add| &add.items);
        items
            .map(|item| item.target.as_ref().unwrap().as_str().to_owned())
            .collect()
    }

    #[test]
    fn one_add_to_the_inbox() {
        let message = bootstrap(objects(Places::INBOX), &MessageOptions::default());
        let header = &message.header;
        let text = |text: &Option<Text<'_>>| text.as_ref().unwrap().as_str().to_owned();
        assert_eq!(text(&header.ver_proto), "DM/1.2");
        assert_eq!(text(&header.source), "https://a/");
        assert_eq!(text(&header.target), ".");
        assert_eq!(text(&message.adds[0].cmd_id), "1");
        assert_eq!((message.adds.len(), message.is_final), (1, true));
        assert_eq!(targets(&message), ["./Inbox"]);
        let Data::Tree(tree) = &message.adds[0].items[0].data else {
            panic!("no tree");
        };
        assert_eq!(text(&tree.ver_dtd), "1.2");
        let name = |node: &Node<'_>| text(&node.name);
        assert_eq!(
            tree.nodes.iter().map(name).collect::<Vec<_>>(),
            ["DMAcc1", "NAP1"]
        );
    }

    #[test]
    fn each_kind_in_its_place() {
        let message = bootstrap(
            objects(Places::TREE),
            &MessageOptions {
                version: Version::V1_3,
                device: Some(Text::fixed("IMEI:1")),
                ..MessageOptions::default()
            },
        );
        assert_eq!(targets(&message), ["./DMAcc", "./NAP"]);
        assert_eq!(message.header.target.unwrap().as_str(), "IMEI:1");
        assert_eq!(message.header.ver_proto.unwrap().as_str(), "DM/1.3");
    }

    #[test]
    fn headers_are_whole() {
        let message = bootstrap(objects(Places::INBOX), &MessageOptions::default());
        let header = &message.header;
        let fields = [
            &header.ver_dtd,
            &header.ver_proto,
            &header.session_id,
            &header.msg_id,
            &header.target,
            &header.source,
        ];
        let found = fields.map(|field| field.as_ref().map(Text::as_str));
        let expected = ["1.2", "DM/1.2", "1", "1", UNKNOWN_DEVICE, "https://a/"];
        assert_eq!(found, expected.map(Some));
    }

    #[test]
    fn plain_items_follow_their_parents() {
        let options = MessageOptions {
            shape: Shape::Plain,
            ..MessageOptions::default()
        };
        let message = bootstrap(objects(Places::TREE), &options);
        let found = targets(&message);
        assert_eq!(
            found[..3],
            ["./DMAcc/1", "./DMAcc/1/AppID", "./DMAcc/1/ServerID"]
        );
        for target in &found {
            let above = parent(target);
            let known = found.iter().position(|other| other == above);
            let top = ["./DMAcc", "./NAP"].contains(&above);
            assert!(
                top || known < found.iter().position(|t| t == target),
                "{target}"
            );
        }
        let item = &message.adds[0].items[0];
        assert_eq!(item.data, Data::Absent);
        assert_eq!(item.meta.format.as_ref().unwrap().as_str(), "node");
        assert_eq!(
            item.meta.kind.as_ref().unwrap().as_str(),
            "urn:oma:mo:oma-dm-dmacc:1.0"
        );
    }
}
