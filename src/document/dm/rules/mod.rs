//! Rules for OMA DM bootstrap messages and serialised trees: what each asks for is data, [`check`]
//! and [`check_tree`] apply them.

mod message;
pub(in crate::document) mod objects;
mod references;
#[cfg(test)]
mod tests;
mod tree;
mod values;
pub(in crate::document) mod view;

use super::message::Message;
use super::tnds::MgmtTree;
use crate::finding::{Finding, Position, Rule, rules};

use crate::document::cp::rules::{MAX_FINDINGS, Report};

pub(super) use crate::document::cp::rules::{shown, shown_name};
pub use objects::{NodeDef, ObjectKind, Occurrence, Values};
pub use tree::{is_identifier, is_mime};
pub use values::syntax;

rules! {
    /// Every rule for messages and trees.
    pub static ALL;

    // How it is encoded
    WBXML_VERSION = "dm-wbxml-version" Note "OMA DM Bootstrap 1.2 §5.4: WBXML 1.1 to 1.3; Motorola's engine refuses 1.3" "a message is WBXML 1.2, which every known receiver reads";
    PUBLIC_ID = "dm-public-id" Warning "SyncML Representation Protocol 1.2 §8" "the public id is that of SyncML 1.2";
    PUBLIC_ID_TEXT = "dm-public-id-text" Note "SyncML Representation Protocol 1.2 §8; both forms are seen" "the public id is the number 0x1201";
    ATTRIBUTE = "dm-attribute" Warning "SyncML Representation Protocol 1.2 DTD" "elements have no attributes but xmlns";
    NAMESPACE = "dm-namespace" Warning "SyncML Representation Protocol 1.2; libwbxml chooses code pages by it" "xmlns names one of the three namespaces";
    // Structure of the message
    UNEXPECTED_ELEMENT = "dm-unexpected-element" Warning "SyncML Representation Protocol 1.2 DTD" "elements stand where the DTD has them";
    UNEXPECTED_TEXT = "dm-unexpected-text" Warning "SyncML Representation Protocol 1.2 DTD" "elements with children hold no text";
    REPEATED_ELEMENT = "dm-repeated-element" Warning "SyncML Representation Protocol 1.2 DTD" "an element that may occur once occurs once";
    WITHOUT_USE = "dm-without-use" Note "OMA DM Bootstrap 1.2 §5.4: no session, no answer" "what only a session could use is left out";
    COMMAND = "dm-command" Error "OMA DM Bootstrap 1.2 §5.4" "a bootstrap message holds Add commands and nothing else";
    CRED = "dm-cred" Warning "OMA DM Bootstrap 1.2 §5.4; RepPro 1.2" "a bootstrap message carries no Cred";
    META_PLACE = "dm-meta-place" Warning "OMA DM Bootstrap 1.2 §5.4 example" "Meta stands in the Item";
    META_PAIR = "dm-meta-pair" Warning "Android's OMA-DM toolkit checks the pairs" "a tree in WBXML is bin and dmtnds+wbxml, a tree in XML is xml and dmtnds+xml";
    // What the message says
    HEADER_MISSING = "dm-header-missing" Error "SyncML Representation Protocol 1.2, SyncHdr" "SyncHdr has VerDTD, VerProto, SessionID, MsgID, Target and Source";
    VER_DTD = "dm-ver-dtd" Error "OMA DM Representation Protocol 1.2" "VerDTD is 1.2";
    VER_PROTO = "dm-ver-proto" Error "OMA DM Representation Protocol 1.2" "VerProto is DM/1.2, or DM/1.3";
    VER_PROTO_NEW = "dm-ver-proto-new" Note "Motorola's engine refuses DM/1.3" "VerProto is DM/1.2, which every known receiver reads";
    SESSION = "dm-session" Note "OMA DM Representation Protocol 1.2; Funambol writes 0" "SessionID and MsgID are numbers from 1 on";
    CMD_ID = "dm-cmd-id" Warning "Android's OMA-DM toolkit refuses another one" "CmdID of the first Add is 1";
    CMD_ID_REPEATED = "dm-cmd-id-repeated" Warning "SyncML Representation Protocol 1.2, CmdID" "each command has a CmdID of its own";
    EMPTY = "dm-empty" Error "OMA DM Bootstrap 1.2 §5.4" "a message has an Add, and an Add has an Item";
    SEVERAL_ADDS = "dm-several-adds" Note "OMA DM Bootstrap 1.2 §5.4: normally one; Android looks at the first command" "a message has one Add";
    FINAL = "dm-final" Warning "OMA DM Protocol 1.2: the last message of a package" "SyncBody ends with Final";
    TARGET_MISSING = "dm-target-missing" Error "SyncML Representation Protocol 1.2, Item" "an Item says by its Target where it goes";
    TARGET_FORM = "dm-target-form" Error "OMA DM Tree and Description 1.2 §6" "a Target is the address of a node";
    TARGET_PLACE = "dm-target-place" Warning "OMA DM Bootstrap 1.2 §5.4.5: ./Inbox; Android takes ./DMAcc too" "a tree goes to ./Inbox or ./DMAcc";
    TARGET_REPEATED = "dm-target-repeated" Error "OMA DM Representation Protocol 1.2: 418, already exists" "a node is added once";
    TREE_MISSING = "dm-tree-missing" Error "OMA DM Bootstrap 1.2 §5.4" "an Item of the type of trees carries one";
    ITEM_FORMAT = "dm-item-format" Error "OMA DM Representation Protocol 1.2, Meta Format" "Format of an Item is one of the eleven";
    SOURCE = "dm-source" Warning "OMA DM Bootstrap 1.3 requires it; 1.2 does not" "Source of SyncHdr is the address of one of the message's accounts";
    SOURCE_REQUIRED = "dm-source-required" Error "OMA DM Bootstrap 1.3" "Source of a DM/1.3 message is the address of one of its accounts";
    NO_ACCOUNT = "dm-no-account" Error "OMA DM Bootstrap 1.3 requires it" "a message sets up an account, a DMAcc";
    // Trees, as readers see them
    TNDS_OPAQUE = "tnds-opaque" Note "libwbxml writes and reads it, Android's OMA-DM toolkit does not" "a tree stands on code page 2 of the message";
    TNDS_TEXT = "tnds-text" Note "OMA DM Bootstrap 1.3; Motorola's engine refuses it" "a tree in a WBXML message is WBXML";
    TNDS_HEADER = "tnds-header" Warning "OMA DM Tree and Description Serialization 1.2 §8, as libwbxml writes it; one engine crashes on strings in the table" "a tree as a document of its own begins 02 00 00 6A 1B and its public id, and has no other string in the table";
    TNDS_ELEMENT = "tnds-unexpected-element" Warning "OMA DM Tree and Description Serialization 1.2 DTD" "elements stand where the DTD has them";
    TNDS_UNEXPECTED_TEXT = "tnds-unexpected-text" Warning "OMA DM Tree and Description Serialization 1.2 DTD" "elements with children hold no text";
    TNDS_REPEATED = "tnds-repeated-element" Warning "OMA DM Tree and Description Serialization 1.2 DTD" "an element that may occur once occurs once";
    TNDS_PROPERTY = "tnds-property" Warning "OMA DM Tree and Description Serialization 1.2 §7: not valid" "Name and Size are no properties of a serialised node";
    TNDS_DF_PROPERTIES = "tnds-df-properties" Warning "OMA DM Tree and Description Serialization 1.2 §7: for descriptions" "a serialised tree has no DFProperties";
    TNDS_FORMAT = "tnds-format" Error "OMA DM Tree and Description Serialization 1.2 §7" "a Format is one of the eleven";
    TNDS_TYPE = "tnds-type" Warning "OMA DM Tree and Description Serialization 1.2 DTD" "a Type holds MIME or DDFName";
    TNDS_BASE64 = "tnds-base64" Error "OMA DM Tree and Description Serialization 1.2 §7" "a value of Format b64 is Base64";
    TNDS_B64 = "tnds-b64" Note "OMA DM Tree and Description Serialization 1.2 §7: OPAQUE" "octets are opaque data in WBXML, not Base64";
    TNDS_BIN_TEXT = "tnds-bin-text" Warning "OMA DM Tree and Description Serialization 1.2 §7: OPAQUE in WBXML, b64 in XML" "octets are opaque data in WBXML and Base64 of Format b64 in XML";
    TNDS_OPAQUE_TEXT = "tnds-opaque-text" Warning "libwbxml keeps white space as opaque data" "texts are strings, not opaque data";
    // What trees say
    TNDS_VER_DTD = "tnds-ver-dtd" Error "OMA DM Tree and Description Serialization 1.2 §7" "VerDTD of a tree is 1.2";
    TNDS_EMPTY = "tnds-empty" Warning "OMA DM Tree and Description Serialization 1.2 DTD" "a tree has a Node";
    TNDS_NODE_NAME = "tnds-node-name" Error "OMA DM Tree and Description 1.2 §6" "a NodeName is a segment of a path";
    TNDS_NAME_MISSING = "tnds-name-missing" Warning "OMA DM Tree and Description Serialization 1.2 §7: empty at the top, where the place names it" "a node below the top has a NodeName, and so has an object in the Inbox";
    TNDS_NAME_REPEATED = "tnds-name-repeated" Error "OMA DM Tree and Description 1.2 §6" "nodes beside each other have different names";
    TNDS_PATH_PLACE = "tnds-path-place" Warning "OMA DM Tree and Description Serialization 1.2 §7" "Path stands in children of MgmtTree only";
    TNDS_PATH = "tnds-path" Error "OMA DM Tree and Description Serialization 1.2 §7; Description 1.2 §6" "Path is the address of the node above, from the target on";
    TNDS_FORMAT_MISSING = "tnds-format-missing" Warning "Android's OMA-DM toolkit takes a node without Format for an interior one" "a leaf has a Format";
    TNDS_VALUE_AND_NODES = "tnds-value-and-nodes" Error "OMA DM Tree and Description Serialization 1.2 DTD" "a node has a value or nodes below it, never both";
    TNDS_NODE_VALUE = "tnds-node-value" Error "OMA DM Tree and Description 1.2 §7.7" "a node of Format node or null has no value";
    TNDS_LEAF_NODES = "tnds-leaf-nodes" Error "OMA DM Tree and Description 1.2 §7.7" "a node with nodes below it has the Format node";
    TNDS_VALUE = "tnds-value" Error "OMA DM Tree and Description 1.2 §7.7" "a value is written as its Format asks";
    TNDS_TYPE_MISSING = "tnds-type-missing" Note "OMA DM Tree and Description Serialization 1.2 DTD: RTProperties has a Type" "a leaf has a Type";
    TNDS_TYPE_PLACE = "tnds-type-place" Warning "OMA DM Tree and Description 1.2 §7.7" "a leaf has a MIME type, an interior node a DDFName";
    TNDS_MIME = "tnds-mime" Warning "RFC 2045 §5.1" "a MIME type is type/subtype";
    TNDS_IDENTIFIER = "tnds-identifier" Warning "OMA DM Tree and Description 1.2 §7.7: a URN, or a reversed domain, a version and a name" "a DDFName is the identifier of a management object, or empty";
    TNDS_TSTAMP = "tnds-tstamp" Warning "OMA DM Tree and Description 1.2 §7.7" "TStamp is written 20260131T235959Z";
    TNDS_VER_NO = "tnds-ver-no" Warning "OMA DM Tree and Description 1.2 §7.7" "VerNo is a number of 16 bits";
    TNDS_TITLE = "tnds-title" Warning "OMA DM Tree and Description 1.2 §7.7" "a Title has at most 255 octets";
    TNDS_ACL = "tnds-acl" Error "OMA DM Tree and Description 1.2 §7.7.1" "an ACL lists commands and who may give them";
    // Management objects
    OBJECT_UNNAMED = "dm-object-unnamed" Warning "OMA DM Bootstrap 1.2 §5.4.5" "an object in the Inbox says by a DDFName what it is";
    OBJECT_IDENTIFIER = "dm-object-identifier" Note "OMA DM Standardized Objects 1.2; others are seen" "an object has the identifier that most receivers know";
    NODE_MISSING = "dm-node-missing" Error "OMA DM Standardized Objects 1.2, DMAcc; Android refuses an account without ServerID" "an account has the nodes that it needs";
    OBJECT_NODE_MISSING = "dm-object-node-missing" Warning "Symbian connmoadapter" "an access point or proxy has the nodes that it needs";
    NODE_CASE = "dm-node-case" Error "OMA DM Tree and Description 1.2 §6: names may differ by case" "names of nodes are spelt as in the standard, upper and lower case too";
    NODE_UNKNOWN = "dm-node-unknown" Note "OMA DM Standardized Objects 1.2: vendors' nodes stand under Ext" "an object has the standard's nodes, others under Ext";
    NODE_FORMAT = "dm-node-format" Warning "OMA DM Standardized Objects 1.2, DMAcc; Symbian connmoadapter" "a node has the Format that the standard gives it";
    NODE_FORMAT_SEEN = "dm-node-format-seen" Note "OMA DM Standardized Objects 1.2, DMAcc; other Formats are seen" "a node has the Format of the standard, although receivers read another one too";
    NODE_VALUE = "dm-node-value" Error "OMA DM Standardized Objects 1.2, DMAcc" "a node's value is one of those that the standard lists";
    SERVER_ID = "dm-server-id" Error "OMA DM Tree and Description 1.2 §7.7.1" "a ServerID can stand in an ACL";
    AUTH_PAIR = "dm-auth-pair" Warning "OMA DM Standardized Objects 1.2, DMAcc AAuthLevel" "credentials of HTTP or OBEX have a type of HTTP, those of DM one of DM";
    AUTH_LEVEL_REPEATED = "dm-auth-level-repeated" Warning "OMA DM Standardized Objects 1.2, DMAcc AppAuth" "an account has one AppAuth per AAuthLevel";
    PORT_SHAPE = "dm-port-shape" Warning "OMA DM Standardized Objects 1.2, DMAcc Port; Funambol leaves the name out" "PortNbr stands below a named node of Port";
    PORT_CONTRADICTION = "dm-port-contradiction" Error "DMAcc: the port in the URL holds" "a port in the URL and PortNbr agree";
    ACL_SERVER = "dm-acl-server" Warning "OMA DM Bootstrap 1.2 §5.4: the ACL travels in the tree" "the ACL of an object lets its server read and change it";
    REFERENCE = "dm-reference" Warning "OMA DM Bootstrap 1.2 §5.4.5" "a reference names a node of the message";
    REFERENCE_CASE = "dm-reference-case" Error "OMA DM Tree and Description 1.2 §6" "a reference matches to the letter, upper and lower case too";
    REFERENCE_FORM = "dm-reference-form" Error "OMA DM Tree and Description 1.2 §6" "a reference is the address of a node";
}

/// Rules of the readers whose breach means that something of the input is not in the model.
pub static LOSSY: [&Rule; 13] = [
    &crate::wire::wbxml::rules::UNKNOWN_TOKEN,
    &ATTRIBUTE,
    &UNEXPECTED_ELEMENT,
    &UNEXPECTED_TEXT,
    &REPEATED_ELEMENT,
    &COMMAND,
    &CRED,
    &TNDS_ELEMENT,
    &TNDS_UNEXPECTED_TEXT,
    &TNDS_REPEATED,
    &TNDS_PROPERTY,
    &TNDS_DF_PROPERTIES,
    &TNDS_FORMAT,
];

/// Warnings about what others send that are errors in what is built here.
pub static BUILD: [&Rule; 2] = [&SOURCE, &CMD_ID];

/// Checks a message against all rules. Findings come in the order of the document; no value that
/// could be secret is quoted.
///
/// `position` turns the octet offset of an element into what the reader of a finding can use, e.g.
/// [`Position::Offset`] for WBXML and [`Position::in_text`] for XML.
pub fn check(message: &Message<'_>, position: impl Fn(usize) -> Position) -> Vec<Finding> {
    let mut report = Report::new(&position, MAX_FINDINGS);
    message::check(message, &mut report);
    for add in &message.adds {
        for item in &add.items {
            if let super::message::Data::Tree(tree) = &item.data {
                tree::check(tree, &mut report);
            }
        }
    }
    let nodes = view::of_message_as_meant(message);
    let objects = objects::check(&nodes, &mut report);
    references::check(message, &nodes, &objects, &mut report);
    report.finish()
}

/// Checks a message that was made here. A finding has no place in octets then, but says which node
/// it is about.
pub fn check_built(message: &mut Message<'_>) -> Vec<Finding> {
    let addresses = view::number(message);
    let mut findings = check(message, Position::Offset);
    for finding in &mut findings {
        if let Position::Offset(number) = std::mem::take(&mut finding.at)
            && let Some(address) = addresses.get(number).filter(|address| !address.is_empty())
        {
            finding.found = format!("{} at {}", finding.found, address);
        }
    }
    findings
}

/// Checks a tree on its own against the rules for trees and for what is in them.
pub fn check_tree(tree: &MgmtTree<'_>, position: impl Fn(usize) -> Position) -> Vec<Finding> {
    let mut report = Report::new(&position, MAX_FINDINGS);
    tree::check(tree, &mut report);
    objects::check(&view::of_tree(tree, ""), &mut report);
    report.finish()
}
