//! Rules for OMA DM bootstrap messages and serialised trees.

use crate::finding::{Rule, Severity};

macro_rules! rules {
    ($($id:ident = $name:literal $severity:ident $clause:literal $summary:literal;)*) => {
        $(#[doc = $summary] pub static $id: Rule = Rule {
            id: $name, severity: Severity::$severity, clause: $clause, summary: $summary,
        };)*
        /// Every rule for messages and trees.
        pub static ALL: &[&Rule] = &[$(&$id),*];
    };
}

rules! {
    // How it is encoded
    WBXML_VERSION = "dm-wbxml-version" Note "OMA DM Bootstrap 1.2: WBXML 1.1 to 1.3; Motorola's engine refuses 1.3" "a message is WBXML 1.2, which every known receiver reads";
    PUBLIC_ID = "dm-public-id" Warning "SyncML Representation Protocol 1.2 §8" "the public id is that of SyncML 1.2";
    PUBLIC_ID_TEXT = "dm-public-id-text" Note "SyncML Representation Protocol 1.2 §8; both forms are seen" "the public id is the number 0x1201";
    // Structure of the message
    UNEXPECTED_ELEMENT = "dm-unexpected-element" Warning "SyncML Representation Protocol 1.2 DTD" "elements stand where the DTD has them";
    UNEXPECTED_TEXT = "dm-unexpected-text" Warning "SyncML Representation Protocol 1.2 DTD" "elements with children hold no text";
    REPEATED_ELEMENT = "dm-repeated-element" Warning "SyncML Representation Protocol 1.2 DTD" "an element that may occur once occurs once";
    COMMAND = "dm-command" Error "OMA DM Bootstrap 1.2 §5.4" "a bootstrap message holds Add commands and nothing else";
    CRED = "dm-cred" Warning "OMA DM Bootstrap 1.2 §5.4; RepPro 1.2" "a bootstrap message carries no Cred";
    META_PLACE = "dm-meta-place" Warning "OMA DM Bootstrap 1.2 §5.4 example" "Meta stands in the Item";
    META_PAIR = "dm-meta-pair" Warning "Android OMA-DM toolkit checks the pairs" "a tree in WBXML is bin and dmtnds+wbxml, a tree in XML is xml and dmtnds+xml";
    // Trees
    TNDS_OPAQUE = "tnds-opaque" Note "libwbxml writes and reads it, Android's OMA-DM toolkit does not" "a tree stands on code page 2 of the message";
    TNDS_TEXT = "tnds-text" Note "DM 1.3 §5; Motorola's engine refuses it" "a tree in a WBXML message is WBXML";
    TNDS_HEADER = "tnds-header" Warning "dmboot's reading of OMA TND 1.2 §8; one engine crashes on strings in the table" "a tree as a document of its own begins 02 00 00 6A 1B and its public id, and has no other string in the table";
    TNDS_ELEMENT = "tnds-unexpected-element" Warning "OMA TND 1.2 DTD" "elements stand where the DTD has them";
    TNDS_UNEXPECTED_TEXT = "tnds-unexpected-text" Warning "OMA TND 1.2 DTD" "elements with children hold no text";
    TNDS_REPEATED = "tnds-repeated-element" Warning "OMA TND 1.2 DTD" "an element that may occur once occurs once";
    TNDS_PROPERTY = "tnds-property" Warning "OMA TND 1.2 §7: not valid in TNDS" "Name and Size are no properties of a serialised node";
    TNDS_DF_PROPERTIES = "tnds-df-properties" Warning "OMA TND 1.2 §7: for descriptions" "a serialised tree has no DFProperties";
    TNDS_FORMAT = "tnds-format" Error "OMA TND 1.2 §7" "a Format is one of the eleven";
    TNDS_TYPE = "tnds-type" Warning "OMA TND 1.2 DTD" "a Type holds MIME or DDFName";
    TNDS_BASE64 = "tnds-base64" Error "OMA TND 1.2 §7" "a value of Format b64 is Base64";
    TNDS_BIN_TEXT = "tnds-bin-text" Warning "OMA TND 1.2 §7: OPAQUE in WBXML, b64 in XML" "octets are opaque data in WBXML and Base64 of Format b64 in XML";
    TNDS_OPAQUE_TEXT = "tnds-opaque-text" Warning "libwbxml keeps white space as opaque data" "texts are strings, not opaque data";
}
