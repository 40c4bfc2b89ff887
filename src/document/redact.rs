//! Makes a message safe to show: the same structure and lengths, false ids and secrets.
//!
//! The octets are changed in place, so that what a receiver may stumble over stays as it was:
//! tokens, code pages, string table, white space. What stays is what the schema knows to be
//! harmless; everything else is replaced, character by character and class by class (digit, upper
//! case, lower case). The replacements come from a counter, never from what they replace: equal
//! texts get equal ones within one message, and nothing leads back.
//!
//! * Replaced whole: values of parms that are [`Identity`](Sensitivity::Identity) or
//!   [`Secret`](Sensitivity::Secret) or not in the schema, text between elements.
//! * Replaced in part: ten and more digits in a row, userinfo, queries and fragments of URLs, and
//!   what was replaced elsewhere as an identity or secret, from four characters on.
//! * Blanked: comments and processing instructions.
//! * In DM messages and trees, values of nodes are what the parms that stand for them are; values of
//!   nodes that nobody knows are replaced whole. Names and addresses of nodes stay, but for their
//!   long digit runs.
//! * Zeros: the digest and the vendor data of Package #0. Whoever knows the nonce could find a weak
//!   password by that digest.
//! * A character that is no letter or digit stays in an identity, and goes in a secret.
//! * Base64 with padding stays valid.
//!
//! Names of elements, attributes, characteristics and parms stay, but for their long digit runs.

mod cells;
mod management;
mod markup;
mod notification;
mod push;
mod substitute;
#[cfg(test)]
mod tests;
mod tokens;

use super::cp::schema::{Kind as ValueKind, Sensitivity, parm_def, sensitivity};
use super::inspect::Kind;
use super::{cp, dm};
use crate::finding::Position;
use crate::secret::url_password;
use crate::wire::{wsp, xml};
use cells::{Cell, Field, Outline, Role, Scope};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use substitute::Substitutes;

/// The longest input that is redacted; no bearer carries more in one message.
pub const MAX_OCTETS: usize = 1 << 16;

/// Characters that string table references may expand to.
const MAX_CELLS: usize = 1 << 19;

/// Shorter ids are not looked for in other values: they would be found in innocent words.
const MIN_SHARED: usize = 4;

/// Digits in a row from this number on are taken for an IMSI, IMEI, ICCID or telephone number.
const LONG_NUMBER: usize = 10;

/// A message with false ids and secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The message.
    pub octets: Vec<u8>,
    /// What was replaced: values in the order of the document, then entries of the string table,
    /// then what else held the same ids.
    pub changed: Vec<Change>,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, as a path: `APPLICATION/APPAUTH/AAUTHSECRET`.
    pub place: String,
    /// What stood there, in words.
    pub what: &'static str,
}

/// A message that cannot be redacted. What cannot be read cannot be made safe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is malformed or not a provisioning document.
    #[error(transparent)]
    Document(#[from] cp::Error),
    /// It is malformed or not what its root says.
    #[error(transparent)]
    Management(#[from] dm::Error),
    /// A tree stands in it as text with references, so its values have no octets of their own.
    #[error(
        "offset {at}: a tree as text with references, expected elements, a CDATA section with nothing beside it, or WBXML; \
         rewrite it with `dmboot convert` first"
    )]
    Escaped {
        /// Where the text begins.
        at: usize,
    },
    /// It is no push PDU.
    #[error(transparent)]
    Push(#[from] wsp::Error),
    /// The PDU has no form with the new SEC and MAC.
    #[error(transparent)]
    Sign(#[from] wsp::EncodeError),
    /// The push carries something else than a document.
    #[error("offset {at}: the body is {found}, expected a provisioning document in WBXML or XML")]
    Body {
        /// Where the body begins.
        at: usize,
        /// The media type.
        found: String,
    },
    /// It is longer than [`MAX_OCTETS`], or expands to far more.
    #[error(
        "a message of {octets} octets or characters, expected at most {limit}; \
         redact a smaller one that shows the same"
    )]
    TooLarge {
        /// Its size.
        octets: usize,
        /// The limit.
        limit: usize,
    },
    /// It is no Package #0.
    #[error(transparent)]
    Notification(#[from] dm::notification::Error),
    /// The result does not read back as the same structure, so it is withheld.
    #[error(
        "{place} would not have the same structure after redaction, so nothing is shown; \
         report this as a defect, without the message"
    )]
    Structure {
        /// The first place that differs.
        place: String,
    },
}

impl Error {
    /// The stable id of the rule that the input breaks.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Document(error) => error.rule(),
            Self::Management(error) => error.rule(),
            Self::Escaped { .. } => "redact-escaped-tree",
            Self::Push(error) => error.rule(),
            Self::Sign(error) => error.rule(),
            Self::Notification(error) => error.rule(),
            Self::Body { .. } => "redact-body",
            Self::TooLarge { .. } => "redact-too-large",
            Self::Structure { .. } => "redact-structure",
        }
    }

    /// Where the input breaks it.
    #[must_use]
    pub fn at(&self) -> Position {
        match self {
            Self::Document(error) => error.at(),
            Self::Management(error) => error.at(),
            Self::Escaped { at } => Position::Offset(*at),
            Self::Push(error) => Position::Offset(error.at),
            Self::Notification(error) => Position::Offset(error.at),
            Self::Body { at, .. } => Position::Offset(*at),
            Self::Sign(_) | Self::TooLarge { .. } | Self::Structure { .. } => Position::Unknown,
        }
    }
}

impl From<xml::Error> for Error {
    fn from(error: xml::Error) -> Self {
        Self::Document(error.into())
    }
}

impl From<crate::wire::wbxml::Error> for Error {
    fn from(error: crate::wire::wbxml::Error) -> Self {
        Self::Document(error.into())
    }
}

/// Refuses what has texts that cannot be told apart.
fn whole(nodes: &dm::nodes::Nodes) -> Result<(), Error> {
    nodes
        .escaped()
        .map_or(Ok(()), |at| Err(Error::Escaped { at }))
}

/// Redacts a provisioning document, a DM message, a serialised tree or Package #0, or a push PDU that
/// carries one of the first two or the last.
///
/// `sign` gives the MAC over the redacted body with a key that is no secret. It is called for a
/// PDU that has SEC or MAC, which then gets `SEC=USERPIN` and that MAC; an unsigned one stays
/// unsigned. Other header values than Content-Type and X-Wap-Application-Id are replaced too.
///
/// # Errors
/// [`Error`]; nothing of the message is given out then.
pub fn redact(
    input: &[u8],
    kind: Kind,
    sign: &dyn Fn(&[u8]) -> [u8; 20],
) -> Result<Redacted, Error> {
    if input.len() > MAX_OCTETS {
        return Err(Error::TooLarge {
            octets: input.len(),
            limit: MAX_OCTETS,
        });
    }
    match kind {
        Kind::Xml | Kind::Wbxml | Kind::Notification => document(input, kind, Vec::new(), 0),
        Kind::Wsp => push::redact(input, sign),
    }
}

/// Redacts the document at `base` of `input`, and with it the fields around it.
fn document(input: &[u8], kind: Kind, around: Vec<Field>, base: usize) -> Result<Redacted, Error> {
    let before = outline(input, kind, around.clone(), base)?;
    let mut plan = Plan::new(&before);
    plan.mark();
    let mut octets = input.to_vec();
    let mut changed = plan.write(&mut octets);
    markup::blank(&before.blanks, &mut octets);
    if kind == Kind::Notification {
        changed.extend(notification::zero(base, &mut octets));
    }
    let after = outline(&octets, kind, around, base)?;
    match before.difference(&after) {
        Some(place) => Err(Error::Structure { place }),
        None => Ok(Redacted { octets, changed }),
    }
}

fn outline(input: &[u8], kind: Kind, around: Vec<Field>, base: usize) -> Result<Outline, Error> {
    let mut outline = match kind {
        Kind::Xml => markup::outline(input.get(base..).unwrap_or_default())?,
        Kind::Notification => notification::outline(input.get(base..).unwrap_or_default())?,
        _ => tokens::outline(input.get(base..).unwrap_or_default())?,
    };
    outline.shift(base);
    outline.fields.splice(0..0, around);
    Ok(outline)
}

/// How a run of characters is to be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// Not known to be harmless.
    Unknown,
    /// An id: punctuation stays.
    Identity,
    /// A secret.
    Secret,
}

impl Need {
    fn words(self) -> &'static str {
        match self {
            Self::Unknown => "a text not known to be harmless",
            Self::Identity => "an identity",
            Self::Secret => "a secret",
        }
    }
}

/// What of which field is to be replaced by what.
struct Plan<'o> {
    outline: &'o Outline,
    /// Runs of one field's or entry's cells, in the order of the document.
    runs: Vec<Run>,
    substitutes: Substitutes,
}

/// A run of cells that is replaced as one text.
struct Run {
    home: Home,
    cells: Range<usize>,
    need: Need,
}

/// Where a run's cells are: in a field, or in an entry of the string table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Home {
    Field(usize),
    Entry(usize),
}

impl<'o> Plan<'o> {
    fn new(outline: &'o Outline) -> Self {
        Self {
            outline,
            runs: Vec::new(),
            substitutes: Substitutes::default(),
        }
    }

    /// Finds the runs.
    fn mark(&mut self) {
        let outline = self.outline;
        // Entries: the need of each, and where sensitive texts begin and end in it
        let mut entries: Vec<(Option<Need>, BTreeSet<usize>)> = outline
            .entries
            .iter()
            .map(|entry| ((!entry.used).then_some(Need::Unknown), BTreeSet::new()))
            .collect();
        for (index, field) in outline.fields.iter().enumerate() {
            for (range, need) in needs(field, &outline.scopes) {
                for part in parts(&field.cells, range, need) {
                    let Some(first) = field.cells.get(part.start) else {
                        continue;
                    };
                    match first.entry {
                        // A name keeps its letters, also in the string table
                        Some((entry, at)) if field.role == Role::Name => {
                            self.add(Home::Entry(entry), at..at + part.len(), need);
                        }
                        Some((entry, _)) => {
                            if let Some((own, cuts)) = entries.get_mut(entry) {
                                *own = (*own).max(Some(need));
                                let place = |cell: Option<&Cell>| cell.and_then(|cell| cell.entry);
                                cuts.extend(place(Some(first)).map(|(_, at)| at));
                                let last = place(field.cells.get(part.end.saturating_sub(1)));
                                cuts.extend(last.map(|(_, at)| at + 1));
                            }
                        }
                        None => self.add(Home::Field(index), part, need),
                    }
                }
            }
        }
        for (index, (need, mut cuts)) in entries.into_iter().enumerate() {
            let Some((need, entry)) = need.zip(outline.entries.get(index)) else {
                continue;
            };
            cuts.extend([0, entry.cells.len()]);
            let cuts: Vec<_> = cuts.into_iter().collect();
            for pair in cuts.windows(2) {
                if let [start, end] = *pair {
                    for part in parts(&entry.cells, start..end, need) {
                        self.add(Home::Entry(index), part, need);
                    }
                }
            }
        }
        self.share();
    }

    fn add(&mut self, home: Home, cells: Range<usize>, need: Need) {
        let text = self.text(home, cells.clone());
        self.substitutes.note(text, need == Need::Secret);
        self.runs.push(Run { home, cells, need });
    }

    fn cells(&self, home: Home) -> &'o [Cell] {
        match home {
            Home::Field(index) => self.outline.fields.get(index).map(|field| &*field.cells),
            Home::Entry(index) => self.outline.entries.get(index).map(|entry| &*entry.cells),
        }
        .unwrap_or_default()
    }

    fn text(&self, home: Home, cells: Range<usize>) -> Vec<char> {
        let cells = self.cells(home).get(cells).unwrap_or_default();
        cells.iter().map(|cell| cell.character).collect()
    }

    /// Finds ids and secrets that stand in other values too.
    fn share(&mut self) {
        let mut known: Vec<(Vec<char>, Need)> = self
            .runs
            .iter()
            .filter(|run| run.need != Need::Unknown && run.cells.len() >= MIN_SHARED)
            .map(|run| (self.text(run.home, run.cells.clone()), run.need))
            .collect();
        // The longest first; the same text once
        known.sort_by(|a, b| (b.0.len(), &b.0).cmp(&(a.0.len(), &a.0)));
        known.dedup_by(|a, b| a.0 == b.0);
        let mut by_start: HashMap<&[char], Vec<(&[char], Need)>> = HashMap::new();
        for (id, need) in &known {
            let start = id.get(..MIN_SHARED).unwrap_or_default();
            by_start.entry(start).or_default().push((id, *need));
        }
        let mut taken: HashMap<Home, Vec<Range<usize>>> = HashMap::new();
        for run in &self.runs {
            taken.entry(run.home).or_default().push(run.cells.clone());
        }
        let fields = self.outline.fields.iter().enumerate();
        let fields = fields
            .filter(|(_, field)| is_free_text(field, &self.outline.scopes))
            .map(|(index, _)| Home::Field(index));
        let homes: Vec<_> = fields
            .chain((0..self.outline.entries.len()).map(Home::Entry))
            .collect();
        for home in homes {
            let cells = self.cells(home);
            let text: Vec<char> = cells.iter().map(|cell| cell.character).collect();
            // Cells of the string table are written in their entry
            let mut free: Vec<bool> = cells
                .iter()
                .map(|cell| !cell.fixed && cell.entry.is_none())
                .collect();
            for run in taken.get(&home).into_iter().flatten() {
                free.get_mut(run.clone()).unwrap_or_default().fill(false);
            }
            let mut at = 0;
            while let Some(start) = text.get(at..at + MIN_SHARED) {
                let rest = text.get(at..).unwrap_or_default();
                let fits = |id: &[char]| {
                    let place = free.get(at..at + id.len()).unwrap_or_default();
                    rest.starts_with(id) && place.iter().all(|&free| free)
                };
                let hit = by_start
                    .get(start)
                    .and_then(|ids| ids.iter().find(|(id, _)| fits(id)));
                let Some(&(id, need)) = hit else {
                    at += 1;
                    continue;
                };
                self.runs.push(Run {
                    home,
                    cells: at..at + id.len(),
                    need,
                });
                at += id.len();
            }
        }
    }

    /// Writes the replacements.
    fn write(mut self, octets: &mut [u8]) -> Vec<Change> {
        self.substitutes.assign();
        let mut changed = Vec::new();
        let mut seen = HashSet::new();
        for run in &self.runs {
            let cells = self
                .cells(run.home)
                .get(run.cells.clone())
                .unwrap_or_default();
            let text: Vec<char> = cells.iter().map(|cell| cell.character).collect();
            let replacement = self.substitutes.of(&text);
            for (cell, character) in cells.iter().zip(replacement) {
                cell.write(*character, octets);
            }
            let place = match run.home {
                Home::Field(index) => self.outline.fields.get(index).map(|field| &field.place),
                Home::Entry(index) => self.outline.entries.get(index).map(|entry| &entry.place),
            };
            let place = place.map_or("", String::as_str);
            let what = run.need.words();
            if replacement != text && seen.insert((place, what)) {
                changed.push(Change {
                    place: place.to_owned(),
                    what,
                });
            }
        }
        changed
    }
}

/// Cuts a range where what can be written changes, and, but for secrets, around long numbers, so
/// that a number is replaced by the same one wherever it stands.
fn parts(cells: &[Cell], range: Range<usize>, need: Need) -> Vec<Range<usize>> {
    let home = |at: usize| {
        let cell = cells.get(at)?;
        (!cell.fixed).then_some(cell.entry.map(|(entry, _)| entry))
    };
    let own = cells.get(range.clone()).unwrap_or_default();
    let text: Vec<char> = own.iter().map(|cell| cell.character).collect();
    let mut number = vec![0; text.len()];
    if need != Need::Secret {
        for (index, long) in long_numbers(&text).into_iter().enumerate() {
            number.get_mut(long).unwrap_or_default().fill(index + 1);
        }
    }
    let number = |at: usize| number.get(at - range.start);
    let mut parts: Vec<Range<usize>> = Vec::new();
    for at in range.clone() {
        if home(at).is_none() {
            continue;
        }
        match parts.last_mut() {
            Some(part)
                if part.end == at && home(at) == home(at - 1) && number(at) == number(at - 1) =>
            {
                part.end = at + 1;
            }
            _ => parts.push(at..at + 1),
        }
    }
    parts
}

fn long_numbers(text: &[char]) -> Vec<Range<usize>> {
    let mut numbers = Vec::new();
    let mut start = 0;
    for run in text.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        let end = start + run.len();
        if run.len() >= LONG_NUMBER && run.first().is_some_and(char::is_ascii_digit) {
            numbers.push(start..end);
        }
        start = end;
    }
    numbers
}

/// What of a field must be replaced. Ranges do not overlap.
fn needs(field: &Field, scopes: &[Scope]) -> Vec<(Range<usize>, Need)> {
    let whole = |need| vec![(0..field.cells.len(), need)];
    let text: Vec<char> = field.cells.iter().map(|cell| cell.character).collect();
    let numbers = || {
        let numbers = long_numbers(&text).into_iter();
        numbers.map(|range| (range, Need::Identity)).collect()
    };
    match &field.role {
        Role::Name => numbers(),
        Role::Header => whole(Need::Identity),
        Role::Unknown => whole(Need::Unknown),
        Role::Device => {
            let start = text.iter().position(|&c| c == ':').map_or(0, |at| at + 1);
            // The root, for a device that is not known
            match &*text {
                ['.'] => Vec::new(),
                _ => vec![(start..field.cells.len(), Need::Identity)],
            }
        }
        Role::Leaf { sensitivity, .. } => match sensitivity {
            None => whole(Need::Unknown),
            Some(Sensitivity::Secret) => whole(Need::Secret),
            Some(Sensitivity::Identity) => whole(Need::Identity),
            Some(Sensitivity::Public) => in_public(&text, numbers()),
        },
        Role::Value { scope, name } => {
            let (kind, appid) = context(scopes, *scope);
            match (parm_def(kind, appid, name), sensitivity(kind, appid, name)) {
                (_, Sensitivity::Secret) => whole(Need::Secret),
                (_, Sensitivity::Identity) => whole(Need::Identity),
                (None, _) => whole(Need::Unknown),
                // A flag has no value: whatever this is, it is not what the schema knows
                (Some(def), _) if def.kind == ValueKind::Flag => whole(Need::Unknown),
                _ => in_public(&text, numbers()),
            }
        }
    }
}

/// What of a harmless value is not: parts of URLs, and long numbers outside them.
fn in_public(text: &[char], numbers: Vec<(Range<usize>, Need)>) -> Vec<(Range<usize>, Need)> {
    let joined: String = text.iter().collect();
    let index = |offset: usize| {
        joined
            .get(..offset)
            .map_or(text.len(), |before| before.chars().count())
    };
    let mut found = Vec::new();
    let mut end = text.len();
    // A URL's path can have parameters too (RFC 3986 §3.3)
    let is_url = joined.contains("://");
    let begins = |c: &char| matches!(c, '?' | '#') || is_url && *c == ';';
    if let Some(query) = text.iter().position(begins) {
        // Names of a query stay; a part without `=` may be a value
        let mut start = query + 1;
        for part in text
            .get(start..)
            .unwrap_or_default()
            .split_inclusive(|c| "&;#?".contains(*c))
        {
            let stop = start + part.len();
            let value = part
                .iter()
                .position(|&c| c == '=')
                .map_or(start, |at| start + at + 1);
            found.push((value..stop, Need::Identity));
            start = stop;
        }
        end = query;
    }
    let before: String = text.get(..end).unwrap_or_default().iter().collect();
    if let Some(at) = before.rfind('@') {
        let start = before
            .find("://")
            .filter(|&scheme| scheme < at)
            .map_or(0, |scheme| scheme + 3);
        match url_password(&before) {
            Some(password) => {
                found.push((index(start)..index(password.start - 1), Need::Identity));
                found.push((index(password.start)..index(password.end), Need::Secret));
            }
            None => found.push((index(start)..index(at), Need::Identity)),
        }
    }
    let outside = |number: &Range<usize>| {
        found
            .iter()
            .all(|(range, _)| range.end <= number.start || number.end <= range.start)
    };
    let numbers: Vec<_> = numbers
        .into_iter()
        .filter(|(range, _)| outside(range))
        .collect();
    found.extend(numbers);
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// Type of the characteristic, and its APPID where that matters.
fn context(scopes: &[Scope], index: usize) -> (&str, Option<&str>) {
    let scope = scopes.get(index);
    let kind = scope.map_or("", |scope| &scope.kind);
    let appid = scope.and_then(|scope| scope.appid.as_deref());
    (kind, appid.filter(|_| kind == "APPLICATION"))
}

/// Whether an id may be looked for in a field: its value is not one of a set, a number or the like.
fn is_free_text(field: &Field, scopes: &[Scope]) -> bool {
    let (scope, name) = match &field.role {
        Role::Value { scope, name } => (scope, name),
        Role::Leaf { is_free, .. } => return *is_free,
        _ => return false,
    };
    let (kind, appid) = context(scopes, *scope);
    name != "APPID"
        && parm_def(kind, appid, name).is_some_and(|def| {
            !matches!(
                def.kind,
                ValueKind::Set(_) | ValueKind::Number(..) | ValueKind::Flag | ValueKind::Hex
            )
        })
}
