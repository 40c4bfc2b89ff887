//! The texts of a document, character by character, each with the octets it stands in.

use crate::document::cp::schema::Sensitivity;
use std::ops::Range;

/// One character and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub character: char,
    /// The octets that encode it, and nothing else.
    pub span: Range<usize>,
    pub form: Form,
    /// It belongs to a token and cannot be changed.
    pub fixed: bool,
    /// The string table entry it stands in, and its index there.
    pub entry: Option<(usize, usize)>,
}

/// How a character is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One octet for one character, or UTF-8.
    Plain,
    /// A multi-octet integer: WBXML's ENTITY.
    Integer,
    /// A reference of XML, `&…;`.
    Reference,
}

impl Cell {
    pub fn new(character: char, span: Range<usize>, form: Form) -> Self {
        Self {
            character,
            span,
            form,
            fixed: false,
            entry: None,
        }
    }

    /// A character of a token.
    pub fn fixed(character: char) -> Self {
        Self {
            fixed: true,
            ..Self::new(character, 0..0, Form::Plain)
        }
    }

    /// Writes another character in as many octets.
    pub fn write(&self, character: char, octets: &mut [u8]) {
        let Some(place) = octets.get_mut(self.span.clone()) else {
            return;
        };
        if self.fixed || character == self.character {
            return;
        }
        let code = u32::from(character);
        match self.form {
            Form::Plain if place.len() == 1 => place.fill(code as u8),
            Form::Plain if place.len() == character.len_utf8() => {
                character.encode_utf8(place);
            }
            Form::Integer => {
                let last = place.len().saturating_sub(1);
                for (index, octet) in place.iter_mut().enumerate() {
                    let group = 7 * (last - index) as u32;
                    let more = if index < last { 0x80 } else { 0 };
                    *octet = (code.checked_shr(group).unwrap_or_default() & 0x7F) as u8 | more;
                }
            }
            // As many plain characters as the reference has
            Form::Reference if character.is_ascii() => place.fill(code as u8),
            _ => place.fill(b'x'),
        }
    }
}

/// What a field is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// A name of the structure: it stays, but for long numbers.
    Name,
    /// The value of a parm in a characteristic.
    Value { scope: usize, name: String },
    /// The value of a node.
    Leaf {
        /// `None` when nothing is known of such a node.
        sensitivity: Option<Sensitivity>,
        is_free: bool,
    },
    /// What names a device, with the kind of name before a colon: `IMEI:…`.
    Device,
    /// A value of a WSP header.
    Header,
    /// Anything else.
    Unknown,
}

/// One text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub place: String,
    pub role: Role,
    pub cells: Vec<Cell>,
}

/// A characteristic, as far as the schema needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scope {
    pub kind: String,
    pub appid: Option<String>,
}

/// An entry of the string table, without its NUL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub place: String,
    pub cells: Vec<Cell>,
    pub used: bool,
}

/// All texts of a document, in its order.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub fields: Vec<Field>,
    pub scopes: Vec<Scope>,
    pub entries: Vec<Entry>,
    /// Octets of markup that are blanked.
    pub blanks: Vec<(Range<usize>, Blank)>,
    open: Vec<Open>,
}

/// How markup is blanked; line ends stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blank {
    /// With spaces.
    Spaces,
    /// With letters: a name, or text that must not look absent.
    Letters,
}

/// An element that is open.
#[derive(Debug)]
struct Open {
    path: String,
    scope: Option<usize>,
}

/// An attribute: its name (`None` when it is not known) and value.
pub(super) type Attribute = (Option<String>, Vec<Cell>);

impl Outline {
    /// An element begins.
    pub fn start(&mut self, element: &str, attributes: Vec<Attribute>) {
        let text = |wanted: &str| {
            let mut all = attributes.iter();
            all.find(|(name, _)| name.as_deref() == Some(wanted))
                .map(|(_, cells)| cells.iter().map(|cell| cell.character).collect::<String>())
        };
        let parent = self.open.last();
        let (above, mut scope) = match parent {
            Some(parent) => (parent.path.clone(), parent.scope),
            None => (String::new(), None),
        };
        let (kind, name) = (text("type"), text("name"));
        let own = match element {
            "characteristic" => kind.clone().unwrap_or_default(),
            "parm" => name.clone().unwrap_or_default(),
            "wap-provisioningdoc" => String::new(),
            other => other.to_owned(),
        };
        let path = match (above.is_empty(), own.is_empty()) {
            (true, _) => own,
            (_, true) => above,
            _ => format!("{above}/{own}"),
        };
        if element == "characteristic" {
            self.scopes.push(Scope {
                kind: kind.unwrap_or_default(),
                appid: None,
            });
            scope = Some(self.scopes.len() - 1);
        }
        if let ("parm", Some("APPID"), Some(value), Some(scope)) = (
            element,
            name.as_deref(),
            text("value"),
            scope.and_then(|scope| self.scopes.get_mut(scope)),
        ) {
            scope.appid.get_or_insert(value);
        }
        for (attribute, cells) in attributes {
            let role = match (element, attribute.as_deref(), scope, &name) {
                ("wap-provisioningdoc", Some("version"), ..)
                | ("characteristic", Some("type"), ..)
                | ("parm", Some("name"), ..) => Role::Name,
                ("parm", Some("value"), Some(scope), Some(name)) => Role::Value {
                    scope,
                    name: name.clone(),
                },
                _ => Role::Unknown,
            };
            let attribute = attribute.filter(|_| role == Role::Unknown);
            let place = match attribute {
                Some(attribute) => format!("{path}@{attribute}"),
                None => path.clone(),
            };
            self.fields.push(Field { place, role, cells });
        }
        self.open.push(Open { path, scope });
    }

    /// An element ends.
    pub fn end(&mut self) {
        self.open.pop();
    }

    /// Something that belongs to no attribute of an element.
    pub fn unknown(&mut self, what: &str, cells: Vec<Cell>) {
        let path = self.open.last().map_or("", |open| &open.path);
        self.fields.push(Field {
            place: format!("{path} {what}").trim_start().to_owned(),
            role: Role::Unknown,
            cells,
        });
    }

    /// A text of a known role. White space between elements stays.
    pub fn text(&mut self, place: String, role: Role, cells: Vec<Cell>) {
        let blank = cells
            .iter()
            .all(|cell| cell.character.is_ascii_whitespace());
        let role = if blank { Role::Name } else { role };
        self.fields.push(Field { place, role, cells });
    }

    /// Appends the texts of a document that begins at `base` of this one.
    pub fn append(&mut self, mut inner: Self, base: usize) {
        inner.shift(base);
        let before = self.entries.len();
        for cell in inner.fields.iter_mut().flat_map(|field| &mut field.cells) {
            if let Some((entry, _)) = &mut cell.entry {
                *entry += before;
            }
        }
        self.fields.extend(inner.fields);
        self.entries.extend(inner.entries);
        self.blanks.extend(inner.blanks);
    }

    /// Counts from `base` instead of 0.
    pub fn shift(&mut self, base: usize) {
        let fields = self.fields.iter_mut().map(|field| &mut field.cells);
        let entries = self.entries.iter_mut().map(|entry| &mut entry.cells);
        for cell in fields.chain(entries).flatten() {
            cell.span.start += base;
            cell.span.end += base;
        }
        for (span, _) in &mut self.blanks {
            span.start += base;
            span.end += base;
        }
    }

    /// The first place where the structure of two outlines differs: what there is, where it
    /// stands, how long it is, and the names.
    pub fn difference(&self, other: &Self) -> Option<String> {
        if self.fields.len() != other.fields.len()
            || self.scopes.len() != other.scopes.len()
            || self.entries.len() != other.entries.len()
        {
            return Some("the document".into());
        }
        let texts = self.fields.iter().zip(&other.fields);
        let fields = texts.map(|(a, b)| {
            let same = std::mem::discriminant(&a.role) == std::mem::discriminant(&b.role)
                && same_cells(&a.cells, &b.cells)
                && (a.role != Role::Name || same_name(&a.cells, &b.cells));
            (&a.place, same)
        });
        let pairs = self.entries.iter().zip(&other.entries);
        let entries = pairs.map(|(a, b)| (&a.place, same_cells(&a.cells, &b.cells)));
        fields
            .chain(entries)
            .find(|(_, same)| !same)
            .map(|(place, _)| place.clone())
    }
}

/// Whether two texts stand in the same octets. References may have become plain characters.
fn same_cells(a: &[Cell], b: &[Cell]) -> bool {
    let extent = |cells: &[Cell]| {
        let mut written = cells.iter().filter(|cell| !cell.fixed);
        let first = written.next()?.clone();
        let last = written.next_back().unwrap_or(&first).span.end;
        Some((first.span.start, last))
    };
    let references = a.iter().any(|cell| cell.form == Form::Reference);
    extent(a) == extent(b) && (references || a.len() == b.len())
}

/// Whether two names are the same but for digits.
fn same_name(a: &[Cell], b: &[Cell]) -> bool {
    a.iter().zip(b).all(|(a, b)| {
        a.character == b.character
            || (a.character.is_ascii_digit() && b.character.is_ascii_digit())
            || a.form == Form::Reference
    })
}
