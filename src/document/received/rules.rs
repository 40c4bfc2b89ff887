//! What a receiver has to say about a document that it applies.

use crate::finding::rules;

rules! {
    /// Every rule of applying.
    pub static ALL;

    FIRST_WINS = "apply-first-wins" Warning "WAP-185 §5.1" "what may be there once is there once; the first definition holds";
    VALUE = "apply-value" Warning "WAP-185 §5.1" "values come from the parm's value set; a parm with another is ignored";
    UNUSABLE = "apply-unusable" Warning "WAP-185 §5.1" "access points and proxies can be used; others are ignored";
    OLDER_VERSION = "apply-older-version" Note "OMA DM Bootstrap 1.2 §5.4.5" "of several versions of an object the newest that is supported counts";
    UNSUPPORTED = "apply-unsupported" Note "OMA DM Bootstrap 1.2 §5.4.5" "objects are of kinds that the device's description has";
    NODE = "apply-node" Warning "WAP-185 §5.1; OMA DM Tree and Description 1.2 §9" "nodes go with the device's description; others are left out";
    ACL = "apply-acl" Warning "OMA DM Tree and Description 1.2 §7.7.1.2" "an ACL lists commands, each with who may give it";
    INCOMPLETE = "apply-incomplete" Warning "OMA DM Tree and Description 1.2 §9.3" "objects have the nodes that their description requires";
    CONVERTED = "apply-converted" Note "OMA DM Tree and Description 1.2 §9.4.2" "values have the format of the device's description";
    RENAMED = "apply-renamed" Note "OMA DM Bootstrap 1.2 §5.4.5" "objects keep the name that the sender gave them, where it is free";
    EXISTS = "apply-exists" Warning "WAP-185 §5.2: append, never overwrite" "a document brings what is not there yet";
    CARD_FIRST = "apply-card-first" Warning "WAP-184 §7.1.1" "the card speaks before the air: for its servers nothing else counts";
    PRIVILEGED = "apply-privileged" Warning "WAP-184 §7.1.3" "a privileged context comes under both secrets, USERNETWPIN";
}
