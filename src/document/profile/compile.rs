//! Profiles as encoded octets with holes.

use super::template::Piece;
use super::{ParameterId, Profile, Template, Values};
use crate::document::cp::{Document, EncodeError, Encoding, Node, Value};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A profile that goes through the document model once for each shape of its documents.
///
/// Which parms are there and which enum values are chosen makes a shape; all other parameters are
/// inline strings that are spliced in. Shapes are compiled when they first occur and shared by all
/// threads.
#[derive(Debug)]
pub struct Compiled<'p> {
    profile: &'p Profile,
    encoding: Encoding,
    shapes: RwLock<HashMap<Box<[u16]>, Arc<Shape>>>,
}

/// A profile that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct CompileError(#[from] EncodeError);

/// Encoded octets with holes.
#[derive(Debug)]
struct Shape {
    octets: Vec<u8>,
    /// After so many octets comes this parameter.
    holes: Vec<(usize, ParameterId)>,
}

impl<'p> Compiled<'p> {
    /// Prepares a profile; nothing is compiled yet.
    #[must_use]
    pub fn new(profile: &'p Profile, encoding: Encoding) -> Self {
        Self {
            profile,
            encoding,
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
        }
    }

    fn shape(&self, selected: &[u16], values: &Values) -> Result<Arc<Shape>, CompileError> {
        let shapes = self.shapes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(shape) = shapes.get(selected) {
            return Ok(shape.clone());
        }
        drop(shapes);
        let shape = Arc::new(self.compile(values)?);
        let mut shapes = self.shapes.write().unwrap_or_else(PoisonError::into_inner);
        Ok(shapes.entry(selected.into()).or_insert(shape).clone())
    }

    fn compile(&self, values: &Values) -> Result<Shape, CompileError> {
        // Templates go through the model as their numbers; they come out in the order of writing
        let mut templates: Vec<Template<ParameterId>> = Vec::new();
        let document = self.profile.instantiate(values, &mut |template| {
            templates.push(template.clone());
            Value::parameter((templates.len() - 1).to_string())
        });
        let encoded = document.to_wbxml(self.encoding)?;
        let order = numbers(&document);
        let mut shape = Shape {
            octets: Vec::new(),
            holes: Vec::new(),
        };
        let mut done = 0;
        for (span, number) in encoded.parameters.into_iter().zip(order) {
            shape
                .octets
                .extend_from_slice(&encoded.octets[done..span.start]);
            done = span.end;
            for piece in templates.get(number).into_iter().flat_map(Template::pieces) {
                match piece {
                    Piece::Fixed(text) => shape.octets.extend_from_slice(text.as_bytes()),
                    Piece::Hole(id) => shape.holes.push((shape.octets.len(), *id)),
                }
            }
        }
        shape.octets.extend_from_slice(&encoded.octets[done..]);
        Ok(shape)
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
}

impl Splicer<'_> {
    /// Appends the WBXML document of a device to `out`.
    ///
    /// # Errors
    /// [`CompileError`]; nothing is appended then.
    pub fn append(&mut self, values: &Values, out: &mut Vec<u8>) -> Result<(), CompileError> {
        let profile = self.compiled.profile;
        self.selected.clear();
        self.selected.extend(profile.selectors.iter().map(|&id| {
            let parameter = &profile.parameters[id];
            match (values.get(id), &parameter.kind) {
                (None, _) => 0,
                (Some(value), super::Type::Enum(known)) => known
                    .iter()
                    .position(|known| known == value)
                    .map_or(0, |i| i as u16 + 1),
                (Some(_), _) => 1,
            }
        }));
        let shape = match &self.last {
            Some((selected, shape)) if *selected == self.selected => shape,
            _ => {
                let shape = self.compiled.shape(&self.selected, values)?;
                &self.last.insert((self.selected.clone(), shape)).1
            }
        };
        let mut done = 0;
        for &(end, id) in &shape.holes {
            out.extend_from_slice(&shape.octets[done..end]);
            out.extend_from_slice(values.get(id).unwrap_or_default().as_bytes());
            done = end;
        }
        out.extend_from_slice(&shape.octets[done..]);
        Ok(())
    }
}
