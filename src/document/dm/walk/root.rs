//! What a document is, as far as its header or its first element tells.

use crate::wire::wbxml::tables::Vocabulary;
use crate::wire::wbxml::tables::syncml::{DM_DDF, SYNCML};
use crate::wire::wbxml::{self, PublicId, token};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Root {
    /// A message: SyncML.
    Message,
    /// A tree on its own: MgmtTree.
    Tree,
}

impl Root {
    /// The name of the root element.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "SyncML",
            Self::Tree => "MgmtTree",
        }
    }

    /// What a document seems to be, by the document type that its header names or by its first
    /// element; `None` when it is neither. The rest of it is not looked at.
    #[must_use]
    pub fn of(octets: &[u8]) -> Option<Self> {
        if let Some(name) = first_element(octets) {
            let roots = [Self::Message, Self::Tree];
            return roots.into_iter().find(|root| root.name() == name);
        }
        Self::of_wbxml(octets)
    }

    /// What a WBXML document seems to be, by the document type that its header names, or by its
    /// first element where that is "unknown".
    #[must_use]
    pub fn of_wbxml(octets: &[u8]) -> Option<Self> {
        let reader = wbxml::Reader::new(octets, wbxml::Limits::default()).ok()?;
        let header = Header::of(&reader);
        let (page, tag) = match octets.get(reader.header().string_table_span.end..)? {
            [token::SWITCH_PAGE, page, tag, ..] => (*page, *tag),
            [tag, ..] => (0, *tag),
            [] => (0, 0),
        };
        let begins = |root: &Self| root.vocabulary().tag(page, tag & 0x3F) == Some(root.name());
        let nameless = *header.public_id == PublicId::Number(1);
        [Self::Message, Self::Tree]
            .into_iter()
            .find(|root| header.is_of(*root) || nameless && begins(root))
    }

    /// The tokens of such a document.
    #[must_use]
    pub fn vocabulary(self) -> &'static Vocabulary {
        match self {
            Self::Message => &SYNCML,
            Self::Tree => &DM_DDF,
        }
    }
}

/// The header of a WBXML document, as far as it says what the document is.
pub(super) struct Header<'h, 'a> {
    pub public_id: &'h PublicId<'a>,
    known: Option<&'static Vocabulary>,
}

impl<'h, 'a> Header<'h, 'a> {
    pub fn of(reader: &'h wbxml::Reader<'a>) -> Self {
        Self {
            public_id: &reader.header().public_id,
            known: reader.vocabulary(),
        }
    }

    /// True when it names this type, as it should be named.
    pub fn names(&self, root: Root) -> bool {
        self.known
            .is_some_and(|known| std::ptr::eq(known, root.vocabulary()))
    }

    /// True when it can be of this type. SyncML 1.0 and 1.1 share the tokens that a bootstrap
    /// needs, and some senders of DM 1.2 messages name them.
    pub fn is_of(&self, root: Root) -> bool {
        const OLDER: [&str; 2] = [
            "-//SYNCML//DTD SyncML 1.0//EN",
            "-//SYNCML//DTD SyncML 1.1//EN",
        ];
        let may_be = match (root, self.public_id) {
            (Root::Message, PublicId::Number(number)) => matches!(number, 0x0FD1 | 0x0FD3),
            (Root::Message, PublicId::Text(text)) => OLDER.contains(&&**text),
            (Root::Tree, _) => false,
        };
        self.names(root) || self.known.is_none() && may_be
    }
}

/// True for a WBXML document whose header names the type of trees.
pub(super) fn names_tree(octets: &[u8]) -> bool {
    wbxml::Reader::new(octets, wbxml::Limits::default())
        .is_ok_and(|reader| Header::of(&reader).names(Root::Tree))
}

pub(super) fn is_markup(octets: &[u8]) -> bool {
    without_mark(octets).starts_with(b"<")
}

/// True for XML text whose root is MgmtTree.
pub(in crate::document::dm) fn is_tree_text(octets: &[u8]) -> bool {
    first_element(octets).is_some_and(|name| name == Root::Tree.name())
}

fn without_mark(octets: &[u8]) -> &[u8] {
    let octets = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
    octets.trim_ascii_start()
}

/// The name of the first element of an XML text without its prefix; whether it is well-formed is
/// for the reader to say.
fn first_element(octets: &[u8]) -> Option<&str> {
    let mut rest = without_mark(octets);
    loop {
        let (skip, end): (usize, &[u8]) = if rest.starts_with(b"<!--") {
            (4, b"-->")
        } else if rest.starts_with(b"<?") {
            (2, b"?>")
        } else if rest.starts_with(b"<!") {
            (2, b">")
        } else {
            break;
        };
        let body = rest.get(skip..)?;
        let at = body.windows(end.len()).position(|window| window == end)?;
        rest = body.get(at + end.len()..)?.trim_ascii_start();
    }
    let name = rest.strip_prefix(b"<")?;
    let end = name
        .iter()
        .position(|octet| octet.is_ascii_whitespace() || matches!(octet, b'>' | b'/'))?;
    let name = std::str::from_utf8(name.get(..end)?).ok()?;
    Some(name.rsplit_once(':').map_or(name, |(_, local)| local))
}
