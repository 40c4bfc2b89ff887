//! What a map has to say about a document.

use crate::finding::rules;

rules! {
    /// Every rule of the maps.
    pub static ALL;

    KEPT = "dm-map-kept" Note "OMA DM Standardized Objects 1.2, DMAcc Ext" "parms without a node of their own are kept under Ext";
    ACL = "dm-map-acl" Note "OMA DM Tree and Description 1.2 §7.7.1; an Item has no ACL" "access rights go with objects that are trees";
    NOT_MAPPED = "dm-map-not-mapped" Note "OMA DM Bootstrap 1.2 §5.3.7" "characteristics that have no map stay out of the tree";
    TREE_ONLY = "dm-map-tree-only" Warning "WAP-183: a provisioning document has no place for them" "objects given as trees are for the DM form";
    LOST = "dm-map-lost" Warning "OMA DM Tree and Description 1.2 §6" "names of parms can name nodes";
    SERVER_ID = "dm-map-server-id" Error "OMA DM Standardized Objects 1.2, DMAcc ServerID" "an account has the identifier of its server";
    SERVER_ID_FALLBACK = "dm-map-server-id-fallback" Warning "Symbian: AAUTHNAME of the CLIENT level stands in" "an account has a PROVIDER-ID";
    ACL_ID = "dm-map-acl-id" Error "OMA DM Tree and Description 1.2 §7.7.1" "a server's identifier can stand in an ACL";
    REQUIRED = "dm-map-required" Warning "DMAcc: occurrence One; Symbian connmoadapter" "an object has all nodes that it needs";
    LEVEL = "dm-map-level" Warning "cpclient: no level means HTTP; Symbian takes HTTP types only" "credentials say what they are for";
    TYPES = "dm-map-types" Note "OMA DM Standardized Objects 1.2, DMAcc AAuthType: one value" "credentials have one type; the first of a list counts";
    VALUE = "dm-map-value" Warning "the maps' value tables" "values have a counterpart";
    NONCE = "dm-map-nonce" Warning "OMA DM: AAUTHDATA carries the nonce as Base64" "a nonce is Base64; other text counts as its own octets";
    REFERENCE = "dm-map-reference" Warning "OMA DM Bootstrap 1.2 §5.4.5" "references name objects of the same document";
    PORT = "dm-map-port" Warning "DMAcc: the port in the URL holds" "a port in the URL and PORTNBR agree";
}
