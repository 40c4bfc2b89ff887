//! Access control lists (OMA DM Tree and Description 1.2 §7.7.1).
//!
//! `Get=srv&Replace=srv+other&Delete=*`: for each command, who may give it. An empty list says
//! nothing: the one of the nearest node above that has one holds.

use std::fmt;

/// The commands that an ACL grants. Copy has none: it needs Get here and Add or Replace there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Command {
    /// Add: new children.
    Add,
    /// Delete.
    Delete,
    /// Exec.
    Exec,
    /// Get.
    Get,
    /// Replace, of the value and, on an interior node, of the ACL.
    Replace,
}

impl Command {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Add,
        Self::Delete,
        Self::Exec,
        Self::Get,
        Self::Replace,
    ];

    /// Its name in an ACL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "Add",
            Self::Delete => "Delete",
            Self::Exec => "Exec",
            Self::Get => "Get",
            Self::Replace => "Replace",
        }
    }
}

/// Who may give a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Servers<'a> {
    /// `*`: every server.
    All,
    /// These, at least one.
    Ids(Vec<&'a str>),
}

impl Servers<'_> {
    /// Whether this server is among them.
    #[must_use]
    pub fn has(&self, server: &str) -> bool {
        match self {
            Self::All => true,
            Self::Ids(ids) => ids.contains(&server),
        }
    }
}

/// An ACL. Commands stand in the order of the text, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acl<'a> {
    /// The commands and who may give them.
    pub entries: Vec<(Command, Servers<'a>)>,
}

/// A text that is no ACL, and the octet of it where that shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at octet {at} of the ACL")]
pub struct AclError {
    /// What is wrong.
    pub kind: AclErrorKind,
    /// Offset in the text.
    pub at: usize,
}

/// What is wrong with an ACL. Server identifiers are no secrets, but nothing is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AclErrorKind {
    /// `Get` without `=`.
    #[error("a command without =")]
    NoEquals,
    /// Not one of the five commands; their first letter is upper case.
    #[error("no command; the commands are Add, Delete, Exec, Get and Replace")]
    Command,
    /// The command stands there twice.
    #[error("a command for the second time")]
    Repeated,
    /// `Get=` or `Get=a+`: a command that nobody may give must be left out.
    #[error("an empty server identifier")]
    EmptyId,
    /// White space, a control character, or `*` in an identifier; a second `=` too.
    #[error("a character that no server identifier can have")]
    Character,
}

/// What the identity of an application begins with in an ACL. No server has such an identifier.
pub const APPLICATION: &str = "local/";

/// True for what can stand in an ACL for a server: printable characters but `= & * +` and white
/// space, and nothing that begins like an [`APPLICATION`].
#[must_use]
pub fn is_server_id(text: &str) -> bool {
    is_id(text) && !text.starts_with(APPLICATION)
}

/// True for what can stand in an ACL, whoever that is.
#[must_use]
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_id_character)
}

fn is_id_character(character: char) -> bool {
    !matches!(character, '=' | '&' | '*' | '+')
        && !character.is_whitespace()
        && !character.is_control()
}

impl<'a> Acl<'a> {
    /// Reads an ACL. The empty text is the empty list; `*` beside identifiers stands for all.
    ///
    /// # Errors
    /// [`AclError`]
    pub fn parse(text: &'a str) -> Result<Self, AclError> {
        Self::read(text, false).map(|(acl, _)| acl)
    }

    /// The same as a receiver reads it: a command without identifiers is dropped, and so is a `&` with
    /// nothing beside it. Says whether there were any.
    ///
    /// # Errors
    /// [`AclError`]
    pub fn received(text: &'a str) -> Result<(Self, bool), AclError> {
        Self::read(text, true)
    }

    fn read(text: &'a str, drops: bool) -> Result<(Self, bool), AclError> {
        let (mut acl, mut dropped) = (Self::default(), false);
        if text.is_empty() {
            return Ok((acl, dropped));
        }
        let mut at = 0;
        for entry in text.split('&') {
            let fault = |kind, offset| Err(AclError { kind, at: offset });
            if drops && entry.is_empty() {
                dropped = true;
                at += 1;
                continue;
            }
            let Some((name, ids)) = entry.split_once('=') else {
                return fault(AclErrorKind::NoEquals, at);
            };
            let known = Command::ALL.into_iter().find(|known| known.name() == name);
            let Some(command) = known else {
                return fault(AclErrorKind::Command, at);
            };
            if drops && ids.is_empty() {
                dropped = true;
                at += entry.len() + 1;
                continue;
            }
            if acl.entries.iter().any(|(other, _)| *other == command) {
                return fault(AclErrorKind::Repeated, at);
            }
            let mut id_at = at + name.len() + 1;
            let (mut all, mut list) = (false, Vec::new());
            for id in ids.split('+') {
                match id {
                    "" => return fault(AclErrorKind::EmptyId, id_at),
                    "*" => all = true,
                    id => {
                        if let Some(bad) = id.find(|c| !is_id_character(c)) {
                            return fault(AclErrorKind::Character, id_at + bad);
                        }
                        list.push(id);
                    }
                }
                id_at += id.len() + 1;
            }
            let servers = if all {
                Servers::All
            } else {
                Servers::Ids(list)
            };
            acl.entries.push((command, servers));
            at += entry.len() + 1;
        }
        Ok((acl, dropped))
    }

    /// Whether this list itself lets a server give a command; what is above it is not asked.
    #[must_use]
    pub fn allows(&self, server: &str, command: Command) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|(own, servers)| *own == command && servers.has(server))
    }
}

impl fmt::Display for Acl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (command, servers)) in self.entries.iter().enumerate() {
            let between = if index == 0 { "" } else { "&" };
            write!(f, "{between}{}=", command.name())?;
            match servers {
                Servers::All => f.write_str("*")?,
                Servers::Ids(ids) => f.write_str(&ids.join("+"))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_written() {
        // OMA DM Tree and Description 1.2 §7.7.1.2 and §8.3.7.1.6 have lists of these shapes
        for text in [
            "",
            "Add=*&Get=*",
            "Get=ServerC&Replace=ServerC",
            "Add=www.sonera.fi-8765&Delete=www.sonera.fi-8765&Replace=www.sonera.fi-8765+321_ibm.com&Get=*",
            "Exec=urn:x/1,2;3",
            "Get=sërver",
        ] {
            let acl = Acl::parse(text).unwrap();
            assert_eq!(acl.to_string(), text);
        }
        let acl = Acl::parse("Get=a+*&Replace=a+b").unwrap();
        assert_eq!(acl.to_string(), "Get=*&Replace=a+b");
        assert!(acl.allows("c", Command::Get) && acl.allows("b", Command::Replace));
        assert!(!acl.allows("c", Command::Replace) && !acl.allows("a", Command::Delete));
        assert!(!Acl::default().allows("a", Command::Get));
    }

    #[test]
    fn commands_without_identifiers_are_dropped() {
        for (text, kept, dropped) in [
            ("Get=a&Exec=", "Get=a", true),
            ("Exec=&Get=a&Replace=a", "Get=a&Replace=a", true),
            ("Get=&Get=a", "Get=a", true),
            ("Get=a&", "Get=a", true),
            ("&Get=a", "Get=a", true),
            ("Get=", "", true),
            ("Get=a", "Get=a", false),
            ("", "", false),
        ] {
            let (acl, has_dropped) = Acl::received(text).unwrap();
            assert_eq!(
                (&*acl.to_string(), has_dropped),
                (kept, dropped),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_is_no_list_says_where() {
        use AclErrorKind::{Character, Command as NoCommand, EmptyId, NoEquals, Repeated};
        for (text, kind, at) in [
            ("Get", NoEquals, 0),
            ("Get=a&", NoEquals, 6),
            ("get=a", NoCommand, 0),
            ("Get=a&Copy=b", NoCommand, 6),
            (" Get=a", NoCommand, 0),
            ("Get=a&Get=b", Repeated, 6),
            ("Get=", EmptyId, 4),
            ("Get=a+", EmptyId, 6),
            ("Get=a++b", EmptyId, 6),
            ("Get=a b", Character, 5),
            ("Get=a+b=c", Character, 7),
            ("Get=a*", Character, 5),
            ("Get=a\n", Character, 5),
        ] {
            let error = Acl::parse(text).unwrap_err();
            assert_eq!((error.kind, error.at), (kind, at), "{text:?}");
        }
        // What is dropped moves no offset
        for (text, kind, at) in [
            ("Exec=&&Get=a b", Character, 12),
            ("Get=a&Exec=&Get=b", Repeated, 12),
            ("Exec=a+", EmptyId, 7),
            ("Exec", NoEquals, 0),
            ("Copy=", NoCommand, 0),
        ] {
            let error = Acl::received(text).unwrap_err();
            assert_eq!((error.kind, error.at), (kind, at), "{text:?}");
        }
        assert!(is_server_id("mgmt.example") && !is_server_id("") && !is_server_id("a&b"));
        assert!(!is_server_id("local/nobody") && is_id("local/nobody"));
    }
}
