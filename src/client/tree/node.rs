//! Nodes, and what their values may be (OMA DM Tree and Description 1.2 §7.2, §7.7, §9.4.2).

use super::actor::TStamp;
use super::path::NodePath;
use super::status::Reason;
use crate::document::dm::Format;
use crate::document::dm::acl::{Acl, Command};
use crate::document::dm::rules::{is_identifier, is_mime, syntax};
use crate::secret::Secret;
use crate::wire::xml::is_char;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The longest value, in octets: what a reader of serialised trees takes as a whole.
pub const MAX_VALUE: usize = 1 << 20;
/// The longest Title, in octets (§7.7.5).
pub const MAX_TITLE: usize = 255;
/// The longest ACL, Type or identifier that is kept, in octets.
pub const MAX_PROPERTY: usize = 4096;

/// The ACL of a fresh root (§7.7.1.2).
pub const ROOT_ACL: &str = "Add=*&Get=*";

/// A node as it is kept. Its name is that of its place, its size that of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// ACL; empty when the one of the nearest node above holds.
    pub acl: String,
    /// Format; [`Format::Node`] for an interior node. Base64 is kept as the octets it stands for.
    pub format: Format,
    /// Type: the MIME type of a leaf, the identifier of a management object or nothing otherwise.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Time of the last change of its value or properties; that of nodes below it is theirs.
    pub tstamp: TStamp,
    /// Number of those changes; 0 follows 65535.
    pub ver_no: u16,
    /// The value. Any may be a secret.
    pub value: Secret,
}

impl Node {
    /// The root of a fresh tree.
    #[must_use]
    pub fn root(now: &TStamp) -> Self {
        Self {
            acl: ROOT_ACL.to_owned(),
            ..Self::new(Item::interior(""), now)
        }
    }

    /// A fresh node, of what is [checked](Item::checked).
    pub(in crate::client) fn new(item: Item, now: &TStamp) -> Self {
        Self {
            acl: String::new(),
            format: item.format,
            kind: item.kind,
            title: String::new(),
            tstamp: now.clone(),
            ver_no: 0,
            value: item.value,
        }
    }

    /// True for an interior node.
    #[must_use]
    pub fn is_interior(&self) -> bool {
        self.format == Format::Node
    }

    /// Counts a change.
    pub(super) fn touch(&mut self, now: &TStamp) {
        self.ver_no = self.ver_no.wrapping_add(1);
        self.tstamp = now.clone();
    }
}

/// What a command brings: a value, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Format.
    pub format: Format,
    /// Type; empty for what the description says, or text/plain.
    pub kind: String,
    /// The value.
    pub value: Secret,
}

impl Item {
    /// An interior node.
    #[must_use]
    pub fn interior(identifier: &str) -> Self {
        Self {
            format: Format::Node,
            kind: identifier.to_owned(),
            value: Secret::new(Vec::new()),
        }
    }

    /// A text.
    #[must_use]
    pub fn chr(text: &str) -> Self {
        Self::leaf(Format::Chr, text.into())
    }

    /// A leaf of the type that its description has.
    #[must_use]
    pub fn leaf(format: Format, value: Secret) -> Self {
        Self {
            format,
            kind: String::new(),
            value,
        }
    }

    /// The item as a node keeps it: Base64 decoded, the type complete, all checked.
    ///
    /// # Errors
    /// [`Reason::Interior`], [`Reason::Type`], [`Reason::Value`], [`Reason::TooLarge`]
    pub(super) fn checked(mut self, types: &[String]) -> Result<Self, Reason> {
        if self.kind.len() > MAX_PROPERTY {
            let what = "the Type";
            return Err(Reason::TooLarge {
                what,
                max: MAX_PROPERTY,
            });
        }
        if self.value.expose().len() > MAX_VALUE {
            let what = "the value";
            return Err(Reason::TooLarge {
                what,
                max: MAX_VALUE,
            });
        }
        if self.format == Format::B64 {
            let octets = BASE64_STANDARD.decode(self.value.expose());
            let format = Format::B64;
            let fault = |_| Reason::Value {
                format,
                expected: "Base64",
            };
            self.value = Secret::new(octets.map_err(fault)?);
            self.format = Format::Bin;
        }
        if self.kind.is_empty() {
            self.kind = match (types.first(), self.format) {
                (Some(first), _) => first.clone(),
                (None, Format::Node | Format::Null) => String::new(),
                (None, Format::Bin) => "application/octet-stream".to_owned(),
                (None, Format::Xml) => "text/xml".to_owned(),
                (None, _) => "text/plain".to_owned(),
            };
        }
        if self.format == Format::Node {
            if !self.value.expose().is_empty() {
                return Err(Reason::Interior);
            }
            return is_identifier(&self.kind)
                .then_some(self)
                .ok_or(Reason::Type);
        }
        let listed = types.is_empty() || types.contains(&self.kind);
        if !listed || !self.kind.is_empty() && !is_mime(&self.kind) {
            return Err(Reason::Type);
        }
        check_value(self.format, &self.value)?;
        Ok(self)
    }
}

/// Whether a value is written as its format asks. Texts have the characters of XML, so that every
/// tree can be exported.
pub(super) fn check_value(format: Format, value: &Secret) -> Result<(), Reason> {
    let fault = |expected| Err(Reason::Value { format, expected });
    match format {
        Format::Bin | Format::B64 => return Ok(()),
        Format::Node | Format::Null if value.expose().is_empty() => return Ok(()),
        Format::Node | Format::Null => return fault("no value"),
        _ => {}
    }
    let Some(text) = value.expose_text() else {
        return fault("UTF-8");
    };
    if !text.chars().all(is_char) {
        return fault("characters that XML has");
    }
    if format == Format::Int && text.parse::<i32>().is_err() {
        return fault("an integer of 32 bits (§9.4.2.13)");
    }
    syntax(format, text).map_or(Ok(()), fault)
}

/// An ACL as it is kept: in its canonical form.
///
/// # Errors
/// [`Reason::Acl`], [`Reason::TooLarge`]
pub(in crate::client) fn checked_acl(text: &str) -> Result<String, Reason> {
    if text.len() > MAX_PROPERTY {
        let what = "the ACL";
        return Err(Reason::TooLarge {
            what,
            max: MAX_PROPERTY,
        });
    }
    Ok(Acl::parse(text)?.to_string())
}

/// Whether a Title can be kept.
pub(super) fn checked_title(title: &str) -> Result<(), Reason> {
    if title.len() > MAX_TITLE {
        let what = "the Title";
        return Err(Reason::TooLarge {
            what,
            max: MAX_TITLE,
        });
    }
    let (format, expected) = (Format::Chr, "characters that XML has");
    match title.chars().all(is_char) {
        true => Ok(()),
        false => Err(Reason::Value { format, expected }),
    }
}

/// Whether an ACL as it is kept grants a command.
pub(super) fn grants(acl: &str, id: &str, command: Command) -> bool {
    // One that cannot be read grants nothing
    Acl::parse(acl).is_ok_and(|acl| acl.allows(id, command))
}

/// The ACL of an interior node whose creator may not replace what is above it (§7.7.1.3).
pub(super) fn creator_acl(id: &str) -> String {
    format!("Add={id}&Delete={id}&Replace={id}")
}

/// The ACL without a server. Commands that nobody else has go; on the root, all get them (§7.7.1.4).
pub(super) fn acl_without(text: &str, server: &str, is_root: bool) -> String {
    use crate::document::dm::acl::Servers;
    let Ok(mut acl) = Acl::parse(text) else {
        return text.to_owned();
    };
    acl.entries.retain_mut(|(_, servers)| {
        let Servers::Ids(ids) = servers else {
            return true;
        };
        ids.retain(|id| *id != server);
        if ids.is_empty() && is_root {
            *servers = Servers::All;
            return true;
        }
        !ids.is_empty()
    });
    acl.to_string()
}

/// True for a node whose value is a secret by its name: the credentials of DMAcc and NAP.
#[must_use]
pub fn is_secret(path: &NodePath) -> bool {
    matches!(path.name(), "AAuthSecret" | "AAuthData" | "AuthSecret")
}

/// True for ./Inbox and all below it.
#[must_use]
pub fn is_in_inbox(path: &NodePath) -> bool {
    path.names().next() == Some("Inbox")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn values_are_written_as_their_formats_ask() {
        for (format, good, bad) in [
            (Format::Bool, &["true", "false"][..], &["", "True", "1"][..]),
            (
                Format::Int,
                &["0", "-5", "2147483647", "-2147483648"],
                &["", "1.5", "2147483648", "x", "0x1"],
            ),
            (Format::Float, &["1.5", "-1e3", "7"], &["", "x", "NaN"]),
            (
                Format::Date,
                &["2026-01-31", "20260131"],
                &["", "31.1.2026", "2026-13-45", "2026-02-29"],
            ),
            (
                Format::Time,
                &["23:59:59", "235959Z"],
                &["", "11 pm", "99:99:99"],
            ),
            (
                Format::Chr,
                &["", "text\n", "Grüße"],
                &["\u{0}", "\u{1B}[0m"],
            ),
            (Format::Xml, &["<a/>"], &["\u{0}", "not <xml"]),
            (Format::Null, &[""], &["x"]),
        ] {
            for text in good {
                let item = Item::leaf(format, (*text).into());
                assert!(item.checked(&[]).is_ok(), "{format:?} {text}");
            }
            for text in bad {
                let refused = Item::leaf(format, (*text).into()).checked(&[]);
                let status = refused.unwrap_err().status();
                assert_eq!(status.code(), 415, "{format:?} {text}");
            }
        }
        let octets = Secret::new(vec![0, 0xFF]);
        assert!(Item::leaf(Format::Bin, octets.clone()).checked(&[]).is_ok());
        assert!(Item::leaf(Format::Chr, octets).checked(&[]).is_err());
    }

    #[test]
    fn base64_is_kept_as_octets() {
        let item = Item::leaf(Format::B64, "AP8=".into()).checked(&[]).unwrap();
        assert_eq!(
            (item.format, item.value.expose()),
            (Format::Bin, &[0, 0xFF][..])
        );
        assert!(Item::leaf(Format::B64, "A".into()).checked(&[]).is_err());
    }

    #[test]
    fn types_go_with_their_nodes() {
        let kind = |item: Item, kind: &str| {
            Item {
                kind: kind.into(),
                ..item
            }
            .checked(&[])
        };
        assert_eq!(Item::chr("x").checked(&[]).unwrap().kind, "text/plain");
        let types = ["text/html".to_owned()];
        assert_eq!(Item::chr("x").checked(&types).unwrap().kind, "text/html");
        let other = Item {
            kind: "text/plain".into(),
            ..Item::chr("x")
        };
        assert_eq!(other.checked(&types), Err(Reason::Type));
        assert!(kind(Item::interior(""), "urn:oma:mo:oma-dm-dmacc:1.0").is_ok());
        assert_eq!(kind(Item::interior(""), "text/plain"), Err(Reason::Type));
        assert_eq!(kind(Item::chr("x"), "text"), Err(Reason::Type));
        let value = Item {
            value: "x".into(),
            ..Item::interior("")
        };
        assert_eq!(value.checked(&[]), Err(Reason::Interior));
    }

    #[test]
    fn a_server_leaves_its_acls() {
        for (acl, root, rest) in [
            ("Get=a", false, ""),
            ("Get=a", true, "Get=*"),
            ("Get=a+b&Replace=a", false, "Get=b"),
            ("Add=*&Get=ab", false, "Add=*&Get=ab"),
            ("", false, ""),
        ] {
            assert_eq!(acl_without(acl, "a", root), rest, "{acl}");
        }
    }

    #[test]
    fn long_values_are_refused() {
        let item = Item::chr(&"x".repeat(MAX_VALUE + 1)).checked(&[]);
        assert_eq!(item.unwrap_err().status().code(), 413);
        assert_eq!(
            checked_acl(&"x".repeat(MAX_PROPERTY + 1))
                .unwrap_err()
                .status()
                .code(),
            413
        );
        assert_eq!(checked_acl("Get=a+*"), Ok("Get=*".into()));
        assert_eq!(checked_acl("Get").unwrap_err().status().code(), 415);
    }
}
