//! The closed vocabulary of what claims may speak of.

use crate::document::cp::{rules as cp_rules, schema};
use crate::wire::{wbxml, wsp};
use std::fmt;

/// Which part of a message a fact is of. What is not known of a part leaves its claims undecided;
/// what a message has no such part of makes them false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The document as such.
    Document,
    /// The WSP push that it travels in.
    Push,
    /// Its encoding as WBXML.
    Wbxml,
    /// What a Client Provisioning document says.
    Cp,
    /// What an OMA DM message says.
    Dm,
    /// The device and how the message was signed for it: never in the message itself.
    Device,
}

impl Group {
    /// What one has to know to decide on claims about it.
    #[must_use]
    pub fn depends_on(self) -> &'static str {
        match self {
            Self::Document | Self::Cp | Self::Dm => "what the document says",
            Self::Push => "how it is sent",
            Self::Wbxml => "how it is encoded",
            Self::Device => "the device, and how the message was signed for it",
        }
    }
}

/// What the value of a fact can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One text.
    Text,
    /// Some of these words.
    Words(&'static [&'static str]),
    /// Some texts.
    Texts,
    /// Some paths of characteristics and parms, `NAPDEF/BEARER`. An APPLICATION goes by its APPID,
    /// `w7/APPADDR/ADDR` (`OTHER-APP` when it is unknown), an APPAUTH by its level,
    /// `w7/CLIENT/AAUTHSECRET` (`NO-LEVEL` without one).
    Paths,
    /// Some `PATH=VALUE`, of parms that have a value set; `OTHER` stands for values outside it.
    PathValues,
    /// Some ids of rules that readers and checks report: `wsp-…`, `wbxml-…`, `cp-…`.
    Rules,
}

macro_rules! facts {
    ($($(#[doc = $meaning:literal])+ $variant:ident $name:literal $group:ident $kind:expr;)*) => {
        /// Something that can be told of a message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fact { $($(#[doc = $meaning])+ $variant),* }

        impl Fact {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that claims use.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The part of the message it is of.
            #[must_use]
            pub fn group(self) -> Group {
                match self { $(Self::$variant => Group::$group),* }
            }

            /// What its value can be.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Self::$variant => $kind),* }
            }

            /// What it says.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning),+).trim_ascii_start()),* }
            }
        }
    };
}

use Kind::{Flag, Number, PathValues, Paths, Rules, Text, Texts, Word, Words};

facts! {
    /// what the document is
    Document "document" Document Word(&["cp", "dm", "notification", "other"]);
    /// what the document is written in
    Encoding "encoding" Document Word(&["xml", "wbxml"]);
    /// rules of the readers and checks that it breaks
    Finding "finding" Document Rules;

    /// the type of the PDU
    PduType "pdu-type" Push Word(&["push", "confirmed-push"]);
    /// the media type
    Media "media" Push Word(&["cp-wbxml", "cp-xml", "dm-wbxml", "dm-xml", "notification", "other"]);
    /// the media type is written as text
    MediaText "media-text" Push Flag;
    /// how the length of Content-Type is written: not at all, as one octet, as 1F and a length
    ContentTypeLength "content-type-length" Push Word(&["none", "one-octet", "length-quote"]);
    /// parameters of Content-Type beside SEC and MAC
    OtherParameters "other-parameters" Push Number;
    /// the security method
    Sec "sec" Push Word(&["none", "netwpin", "userpin", "usernetwpin", "userpinmac", "unknown"]);
    /// there is a MAC
    Mac "mac" Push Flag;
    /// headers after Content-Type
    Headers "headers" Push Number;
    /// the code of X-Wap-Application-Id
    ApplicationId "application-id" Push Number;
    /// octets of the whole push
    PushOctets "push-octets" Push Number;
    /// short messages that carry it, with 8-bit references
    Segments "segments" Push Number;

    /// the version of WBXML
    WbxmlVersion "wbxml-version" Wbxml Word(&["1.1", "1.2", "1.3"]);
    /// how the public identifier is given
    PublicId "public-id" Wbxml Word(&["number", "text", "unknown"]);
    /// the charset
    Charset "charset" Wbxml Word(&["utf-8", "us-ascii", "iso-8859-1"]);
    /// the string table is not empty, the text of the public identifier aside
    StringTable "string-table" Wbxml Flag;
    /// attribute names of code page 1 are used that page 0 has as well
    PageCopies "page-copies" Wbxml Flag;
    /// there is opaque data
    Opaque "opaque" Wbxml Flag;

    /// the root's version, or `none`
    RootVersion "root-version" Cp Text;
    /// what is there
    Has "has" Cp Paths;
    /// what some characteristic of that type is without
    Lacks "lacks" Cp Paths;
    /// what occurs more than once in one parent
    Several "several" Cp Paths;
    /// values of parms that have a value set
    Values "values" Cp PathValues;
    /// the addresses of w7: port in the URL; neither there nor in PORTNBR; in PORTNBR alone; a path;
    /// the scheme; https without any port; a path and the port in PORTNBR alone; a PORTNBR that is no
    /// number from 1 to 65535
    W7Url "w7-url" Cp Words(&[
        "port", "no-port", "portnbr", "path", "http", "https", "https-no-port", "portnbr-after-path",
        "portnbr-invalid",
    ]);
    /// what names the server of w7: PROVIDER-ID, or without one the AAUTHNAME of level CLIENT
    W7ServerId "w7-server-id" Cp Words(&["provider-id", "client-name", "none"]);
    /// where the order in w7 departs from APPID, PROVIDER-ID, APPAUTH; AAUTHLEVEL, AAUTHTYPE, the rest
    W7Order "w7-order" Cp Words(&[
        "appid-not-first", "provider-id-after-appauth", "level-not-first", "type-late",
    ]);
    /// a type or name that ProvCont has in upper case is written otherwise
    NameCase "name-case" Cp Flag;
    /// whether CLIENT (`oma`) or APPSRV (`swapped`) names the server, if one of them does
    Levels "levels" Cp Word(&["oma", "swapped"]);
    /// octets of the longest NAPID, PROXY-ID, PROVIDER-ID and NAME of an APPLICATION
    IdentifierOctets "identifier-octets" Cp Number;
    /// octets of the longest NAPID
    NapidOctets "napid-octets" Cp Number;
    /// a NAPID contains `@`
    NapidAt "napid-at" Cp Flag;

    /// SyncHdr/VerDTD
    VerDtd "ver-dtd" Dm Text;
    /// SyncHdr/VerProto
    VerProto "ver-proto" Dm Text;
    /// CmdID of the first command
    CmdId "cmd-id" Dm Text;
    /// targets of the items
    Targets "targets" Dm Words(&["./Inbox", "./DMAcc", "other"]);
    /// Format and Type that items with a serialised tree declare
    Meta "meta" Dm Words(&[
        "bin dmtnds+wbxml", "xml dmtnds+wbxml", "xml dmtnds+xml", "bin dmtnds+xml", "other",
    ]);
    /// how a serialised tree is embedded: in the message's own tokens, as a document in opaque data,
    /// as XML text; `none` without one
    Tnds "tnds" Dm Word(&["inline", "opaque", "text", "none"]);
    /// an opaque tree uses its string table beyond the public identifier
    TndsStringTable "tnds-string-table" Dm Flag;
    /// identifiers of the management objects in the tree
    DdfNames "ddf-names" Dm Texts;
    /// the tree carries an ACL
    Acl "acl" Dm Flag;
    /// there is a ServerID
    ServerId "server-id" Dm Flag;
    /// a node of the tree has a value and no Format
    FormatMissing "format-missing" Dm Flag;

    /// whether the IMSI has an even or odd number of digits
    ImsiDigits "imsi-digits" Device Word(&["even", "odd"]);
    /// digits of the PIN
    PinDigits "pin-digits" Device Number;
    /// how the key was made, by the names of `--key-form`
    KeyForm "key-form" Device Word(KEY_FORMS);
}

/// The names of the key forms, as `security::cp_mac::KeyForm` has them.
pub const KEY_FORMS: &[&str] = &[
    "standard",
    "imsi-ascii",
    "imsi-zero-filler",
    "imsi-digit-dropped",
    "pin-colon-secret",
];

/// Stands for an APPLICATION whose APPID is not known.
pub(super) const OTHER_APPLICATION: &str = "OTHER-APP";
/// Stands for an APPAUTH without a known AAUTHLEVEL.
pub(super) const NO_LEVEL: &str = "NO-LEVEL";
/// Stands for a value outside the value set.
pub(super) const OTHER_VALUE: &str = "OTHER";

impl Fact {
    /// The fact of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.name() == name)
    }

    /// What a word must be to be compared with it; `None` when `word` is.
    pub(super) fn refusal(self, word: &str) -> Option<String> {
        match self.kind() {
            Kind::Flag | Kind::Number => Some("true, false or a number".into()),
            Kind::Word(words) | Kind::Words(words) => {
                (!words.contains(&word)).then(|| words.join(", "))
            }
            Kind::Text | Kind::Texts => word.is_empty().then(|| "a text".into()),
            Kind::Paths => (!is_path(word)).then(|| PATH.into()),
            Kind::PathValues => {
                let parts = word.split_once('=');
                let fits = parts.is_some_and(|(path, value)| is_path(path) && !value.is_empty());
                (!fits).then(|| format!("PATH=VALUE, PATH being {PATH}"))
            }
            Kind::Rules => (!is_rule(word)).then(|| "the id of a rule that exists".into()),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

const PATH: &str = "characteristics and parms that ProvCont knows, joined by /; an APPLICATION \
                    goes by its APPID, an APPAUTH by its AAUTHLEVEL";

fn is_path(path: &str) -> bool {
    let known = |name: &str| {
        let service = |service: &schema::Service| {
            service.appid == name || service.parms.iter().any(|parm| parm.name == name)
        };
        // Those two never appear under their own names
        !matches!(name, "APPLICATION" | "APPAUTH")
            && (matches!(
                name,
                "APPSRV" | "CLIENT" | "OBEX" | NO_LEVEL | OTHER_APPLICATION
            ) || schema::SERVICE_TABLE.iter().any(service)
                || schema::CHARACTERISTICS
                    .iter()
                    .any(|def| def.name == name || def.parms.iter().any(|p| p.name == name)))
    };
    path.split('/').all(known)
}

fn is_rule(id: &str) -> bool {
    let cp = cp_rules::ALL.iter().any(|rule| rule.id == id);
    cp || wsp::RULES.iter().any(|rule| rule.id == id)
        || wbxml::rules::ALL.iter().any(|rule| rule.id == id)
}

/// The part that a rule speaks of.
pub(super) fn group_of_rule(id: &str) -> Group {
    match id.split('-').next() {
        Some("wsp") => Group::Push,
        Some("wbxml") => Group::Wbxml,
        _ => Group::Cp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for &fact in Fact::ALL {
            assert_eq!(Fact::from_name(fact.name()), Some(fact));
            assert!(fact.meaning().len() > 5, "{fact}");
        }
    }

    #[test]
    fn words_are_checked_against_the_vocabulary() {
        for (fact, right, wrong) in [
            (Fact::Sec, "userpin", "USERPIN"),
            (Fact::Has, "w7/CLIENT/AAUTHSECRET", "w7/APPAUTH/AAUTHSECRET"),
            (Fact::Has, "PXLOGICAL/PXPHYSICAL/PORT", "PXLOGICAL/"),
            (Fact::Values, "NAPDEF/BEARER=GSM-GPRS", "NAPDEF/BEARER"),
            (Fact::Finding, "wsp-mac-quoted", "wsp-mac-quote"),
            (Fact::VerProto, "DM/1.2", ""),
        ] {
            assert_eq!(fact.refusal(right), None);
            assert!(fact.refusal(wrong).is_some(), "{fact} {wrong}");
        }
    }
}
