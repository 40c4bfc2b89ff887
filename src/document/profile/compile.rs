//! Profiles as encoded octets with holes.

use super::dm::{Symbolic, Tnds};
use super::parameter::is_base64;
use super::template::Piece;
use super::{ParameterId, Profile, Template, Values};
use crate::bytes::holed::{HoleForm, Holed};
use crate::bytes::{uintvar_len, write_uintvar};
use crate::document::cp::{self, Document, Encoding, Node, Value};
use crate::document::dm;
use crate::wire::xml;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::{Zeroize, Zeroizing};

/// What a profile is compiled to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Written {
    /// A Client Provisioning document.
    Cp(Encoding),
    /// A DM message with its objects in this form.
    Dm(Tnds),
}

/// A profile that goes through the document model once for each shape of its documents.
///
/// Which parms are there and which enum values are chosen makes a shape; all other parameters are
/// spliced in. Shapes are compiled when they first occur and shared by all threads.
#[derive(Debug)]
pub struct Compiled<'p> {
    profile: &'p Profile,
    written: Written,
    shapes: RwLock<HashMap<Box<[u16]>, Arc<Shape>>>,
}

/// A document that cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// A Client Provisioning document.
    #[error(transparent)]
    Cp(#[from] cp::EncodeError),
    /// A DM message.
    #[error(transparent)]
    Dm(#[from] dm::EncodeError),
}

impl CompileError {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Cp(_) => "build-nul",
            Self::Dm(error) => error.rule(),
        }
    }
}

/// Encoded octets with holes.
#[derive(Debug, Default)]
struct Shape {
    /// What is the same for all devices, without the length fields.
    octets: Vec<u8>,
    /// What comes between them, in order.
    inserts: Vec<(usize, Insert)>,
    has_lengths: bool,
}

/// What comes after so many octets of a shape.
#[derive(Debug)]
enum Insert {
    Value(ParameterId, HoleForm),
    /// The length of what follows: the octets up to this one, and the inserts up to this one.
    Length {
        octets: usize,
        inserts: usize,
    },
}

impl<'p> Compiled<'p> {
    /// Prepares a profile; nothing is compiled yet.
    #[must_use]
    pub fn new(profile: &'p Profile, written: Written) -> Self {
        Self {
            profile,
            written,
            shapes: RwLock::default(),
        }
    }

    /// Starts encoding documents. Each thread takes one of its own.
    #[must_use]
    pub fn splicer(&self) -> Splicer<'_> {
        Splicer {
            compiled: self,
            selected: Vec::new(),
            last: None,
            lengths: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    fn shape(&self, selected: &[u16], values: &Values) -> Result<Arc<Shape>, CompileError> {
        let shapes = self.shapes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(shape) = shapes.get(selected) {
            return Ok(shape.clone());
        }
        drop(shapes);
        let shape = Arc::new(match self.written {
            Written::Cp(encoding) => self.compile_cp(values, encoding)?,
            Written::Dm(tnds) => self.compile_dm(values, tnds)?,
        });
        let mut shapes = self.shapes.write().unwrap_or_else(PoisonError::into_inner);
        Ok(shapes.entry(selected.into()).or_insert(shape).clone())
    }

    fn compile_cp(&self, values: &Values, encoding: Encoding) -> Result<Shape, CompileError> {
        // Templates go through the model as their numbers; they come out in the order of writing
        let mut templates: Vec<Template<ParameterId>> = Vec::new();
        let document = self.profile.instantiate(values, &mut |template| {
            templates.push(template.clone());
            Value::parameter((templates.len() - 1).to_string())
        });
        let encoded = document.to_wbxml(encoding)?;
        let order = numbers(&document);
        let holes = encoded.parameters.into_iter().zip(order);
        let holes = holes.filter_map(|(span, number)| {
            Some((span, HoleForm::Text, templates.get(number)?.clone()))
        });
        Shape::new(&encoded.octets, holes.collect(), &[])
    }

    fn compile_dm(&self, values: &Values, tnds: Tnds) -> Result<Shape, CompileError> {
        let symbolic = self.profile.symbolic(values, tnds);
        let Holed {
            octets,
            holes,
            lengths,
        } = encode(&symbolic.message, tnds, self.profile)?;
        let holes = holes.into_iter().filter_map(|hole| {
            let template = stand_in(&symbolic, octets.get(hole.span.clone())?, hole.form)?;
            Some((hole.span, hole.form, template))
        });
        let fields: Vec<_> = lengths.into_iter().map(|l| (l.at, l.of)).collect();
        Shape::new(&octets, holes.collect(), &fields)
    }
}

/// The template that a filled hole stands for.
fn stand_in(symbolic: &Symbolic, octets: &[u8], form: HoleForm) -> Option<Template<ParameterId>> {
    let text = match form {
        HoleForm::Base64 => BASE64_STANDARD.encode(octets),
        HoleForm::Text | HoleForm::Base64Text | HoleForm::Markup => {
            std::str::from_utf8(octets).ok()?.to_owned()
        }
    };
    symbolic.template(&text).cloned()
}

/// The octets of a DM message of a profile.
///
/// # Errors
/// [`CompileError`]
pub(super) fn encode(
    message: &dm::Message<'_>,
    tnds: Tnds,
    profile: &Profile,
) -> Result<Holed, CompileError> {
    let version = match profile.dm.version {
        dm::Version::V1_2 => dm::WbxmlVersion::V1_2,
        dm::Version::V1_3 => dm::WbxmlVersion::V1_3,
    };
    Ok(message.to_wbxml(tnds.form(), version)?)
}

impl Shape {
    /// Takes the spans of holes and of length fields out of the octets.
    fn new(
        octets: &[u8],
        holes: Vec<(Range<usize>, HoleForm, Template<ParameterId>)>,
        lengths: &[(Range<usize>, Range<usize>)],
    ) -> Result<Self, CompileError> {
        let mut shape = Self::default();
        let mut done = 0;
        // Length fields whose end has not come yet: where it is, and their insert
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut lengths = lengths.iter().peekable();
        let mut holes = holes.into_iter().peekable();
        loop {
            let hole_at = holes.peek().map_or(usize::MAX, |(span, ..)| span.start);
            let length_at = lengths.peek().map_or(usize::MAX, |(at, _)| at.start);
            let next = hole_at.min(length_at).min(octets.len());
            while let Some((end, insert)) = open.pop_if(|(end, _)| *end <= next) {
                shape.octets.extend_from_slice(&octets[done..end]);
                done = end;
                shape.close(insert);
            }
            shape.octets.extend_from_slice(&octets[done..next]);
            if length_at < hole_at {
                let Some((at, of)) = lengths.next() else {
                    break;
                };
                open.push((of.end, shape.inserts.len()));
                shape.insert(Insert::Length {
                    octets: 0,
                    inserts: 0,
                });
                done = at.end;
            } else {
                let Some((span, form, template)) = holes.next() else {
                    break;
                };
                done = span.end;
                for piece in template.pieces() {
                    match piece {
                        Piece::Fixed(text) => shape.fixed(text, form)?,
                        Piece::Hole(id) => shape.insert(Insert::Value(*id, form)),
                    }
                }
            }
        }
        Ok(shape)
    }

    fn insert(&mut self, insert: Insert) {
        self.has_lengths |= matches!(insert, Insert::Length { .. });
        self.inserts.push((self.octets.len(), insert));
    }

    /// The end of what the length field at this insert counts.
    fn close(&mut self, index: usize) {
        let (to_octets, to_inserts) = (self.octets.len(), self.inserts.len());
        if let Some((_, Insert::Length { octets, inserts })) = self.inserts.get_mut(index) {
            (*octets, *inserts) = (to_octets, to_inserts);
        }
    }

    /// The fixed part of a template. The encoder saw a number in its place, so what XML cannot
    /// carry is refused here.
    fn fixed(&mut self, text: &str, form: HoleForm) -> Result<(), CompileError> {
        if form == HoleForm::Markup {
            let mut escaped = String::new();
            xml::escape_text(&mut escaped, text).map_err(dm::EncodeError::from)?;
            self.octets.extend_from_slice(escaped.as_bytes());
        } else {
            self.octets.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }
}

/// The numbers that stand for templates, in document order.
fn numbers(document: &Document<'_>) -> Vec<usize> {
    let mut found = Vec::new();
    // Values come in the order of the nodes, which is not that of `Document::visit`
    let mut stack: Vec<&Node<'_>> = Vec::new();
    for characteristic in &document.characteristics {
        stack.extend(characteristic.nodes.iter().rev());
        while let Some(node) = stack.pop() {
            match node {
                Node::Characteristic(child) => stack.extend(child.nodes.iter().rev()),
                Node::Parm(parm) => {
                    let value = parm.value.as_ref().filter(|value| value.is_parameter());
                    found.extend(value.and_then(|value| value.as_str().parse::<usize>().ok()));
                }
            }
        }
    }
    found
}

/// Encodes the documents of one device after the other.
#[derive(Debug)]
pub struct Splicer<'c> {
    compiled: &'c Compiled<'c>,
    selected: Vec<u16>,
    last: Option<(Vec<u16>, Arc<Shape>)>,
    /// How many octets each insert takes, for the device at hand.
    lengths: Vec<usize>,
    scratch: Scratch,
}

/// What values become before they are written; zeroized when the next one does.
#[derive(Default)]
struct Scratch {
    octets: Zeroizing<Vec<u8>>,
    text: Zeroizing<String>,
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch(…)")
    }
}

impl Splicer<'_> {
    /// What makes the shape of a device's document: for each parameter that does, 0 when it has no
    /// value, else which.
    pub fn shape(&mut self, values: &Values) -> &[u16] {
        self.selected.clear();
        self.selected
            .extend(selected(self.compiled.profile, values));
        &self.selected
    }

    /// Appends the WBXML document of a device to `out`.
    ///
    /// # Errors
    /// [`CompileError`]; nothing is appended then.
    pub fn append(&mut self, values: &Values, out: &mut Vec<u8>) -> Result<(), CompileError> {
        let profile = self.compiled.profile;
        let shape = match &self.last {
            Some((last, shape)) if selected(profile, values).eq(last.iter().copied()) => shape,
            _ => {
                let selected: Vec<u16> = selected(profile, values).collect();
                let shape = self.compiled.shape(&selected, values)?;
                &self.last.insert((selected, shape)).1
            }
        };
        let start = out.len();
        let result = measure(shape, values, &mut self.lengths, &mut self.scratch)
            .and_then(|()| fill(shape, values, &self.lengths, &mut self.scratch, out));
        if result.is_err() {
            out.truncate(start);
        }
        result
    }
}

/// For each parameter that makes the shape of documents, 0 when it has no value, else which.
fn selected(profile: &Profile, values: &Values) -> impl Iterator<Item = u16> {
    profile
        .selectors
        .iter()
        .map(|&id| match &profile.parameters[id].kind {
            super::Type::Enum(known) => {
                let value = values.get(id);
                let index = known.iter().position(|known| Some(known.as_str()) == value);
                index.map_or(0, |index| index as u16 + 1)
            }
            _ => u16::from(values.has(id)),
        })
}

/// How many octets each insert takes. A length field counts what is inside it, so the inner ones
/// come first: from the last to the first.
fn measure(
    shape: &Shape,
    values: &Values,
    lengths: &mut Vec<usize>,
    scratch: &mut Scratch,
) -> Result<(), CompileError> {
    lengths.clear();
    if !shape.has_lengths {
        return Ok(());
    }
    lengths.resize(shape.inserts.len(), 0);
    for (index, (at, insert)) in shape.inserts.iter().enumerate().rev() {
        lengths[index] = match insert {
            Insert::Value(id, form) => {
                let text = values.get(*id).unwrap_or_default();
                scratch.form(text, *form)?.len()
            }
            Insert::Length { .. } => uintvar_len(counted(shape, lengths, index, *at) as u32),
        };
    }
    Ok(())
}

/// What the length field at `index` holds.
fn counted(shape: &Shape, lengths: &[usize], index: usize, at: usize) -> usize {
    match shape.inserts[index].1 {
        Insert::Length { octets, inserts } => {
            let inside = lengths.get(index + 1..inserts).unwrap_or_default();
            octets - at + inside.iter().sum::<usize>()
        }
        Insert::Value(..) => 0,
    }
}

fn fill(
    shape: &Shape,
    values: &Values,
    lengths: &[usize],
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) -> Result<(), CompileError> {
    let mut done = 0;
    for (index, (end, insert)) in shape.inserts.iter().enumerate() {
        out.extend_from_slice(&shape.octets[done..*end]);
        done = *end;
        match insert {
            Insert::Value(id, form) => {
                let text = values.get(*id).unwrap_or_default();
                // Decoded it would be shorter, encoded or escaped longer
                let stays = *form == HoleForm::Text || lengths.get(index) == Some(&text.len());
                out.extend_from_slice(match stays {
                    true => text.as_bytes(),
                    false => scratch.form(text, *form)?,
                });
            }
            Insert::Length { .. } => {
                write_uintvar(out, counted(shape, lengths, index, *end) as u32);
            }
        }
    }
    out.extend_from_slice(&shape.octets[done..]);
    Ok(())
}

impl Scratch {
    /// The octets that a value takes in this form.
    fn form<'s>(&'s mut self, text: &'s str, form: HoleForm) -> Result<&'s [u8], CompileError> {
        match form {
            HoleForm::Text => Ok(text.as_bytes()),
            // Text that is no Base64 stands for itself, as everywhere
            HoleForm::Base64 => {
                self.octets.zeroize();
                let decoded = BASE64_STANDARD.decode_vec(text, &mut self.octets);
                Ok(decoded.map_or(text.as_bytes(), |()| &self.octets))
            }
            HoleForm::Base64Text => {
                if is_base64(text) {
                    return Ok(text.as_bytes());
                }
                self.text.zeroize();
                // All at once: no smaller copy of it is left behind
                self.text.reserve(text.len().div_ceil(3) * 4);
                BASE64_STANDARD.encode_string(text, &mut self.text);
                Ok(self.text.as_bytes())
            }
            HoleForm::Markup if is_plain(text) => Ok(text.as_bytes()),
            HoleForm::Markup => {
                self.text.zeroize();
                self.text.reserve(6 * text.len());
                xml::escape_text(&mut self.text, text).map_err(dm::EncodeError::from)?;
                Ok(self.text.as_bytes())
            }
        }
    }
}

/// Whether a text is written into markup as it is: printable ASCII that stands for itself.
fn is_plain(text: &str) -> bool {
    const ESCAPED: [bool; 256] = {
        let mut escaped = [true; 256];
        let mut octet = b' ';
        while octet <= b'~' {
            escaped[octet as usize] = matches!(octet, b'<' | b'>' | b'&' | b'"');
            octet += 1;
        }
        escaped
    };
    !text.bytes().fold(false, |escaped, octet| {
        escaped | ESCAPED[usize::from(octet)]
    })
}
