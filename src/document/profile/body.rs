//! The body of a profile: a document with holes and conditions.

use super::error::{Error, Fault};
use super::source::{Entry, Item, Place, Table, in_file};
use super::template::{Piece, Template};
use crate::document::cp::{self, At, Characteristic, Document, Node, Parm, Value};
use crate::finding::{Lines, Position};
use crate::wire::xml;

/// A document whose values are templates.
#[derive(Debug, Clone, Default)]
pub(super) struct Body<P = String> {
    /// The root's `version`; `None` writes none.
    pub version: Option<String>,
    pub characteristics: Vec<BodyCharacteristic<P>>,
    /// True when the writer's own order applies; false keeps the order of the author's XML.
    pub sort: bool,
}

#[derive(Debug, Clone)]
pub(super) struct BodyCharacteristic<P = String> {
    pub kind: String,
    /// Left out unless this parameter has a value.
    pub when: Option<P>,
    pub nodes: Vec<BodyNode<P>>,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub(super) enum BodyNode<P = String> {
    Parm {
        name: String,
        value: Option<Template<P>>,
        place: Place,
    },
    Characteristic(BodyCharacteristic<P>),
}

impl Body {
    /// The concise form: tables named after characteristics, keys named after parms.
    pub(super) fn from_toml(table: &Table) -> Result<Self, Error> {
        let mut characteristics = Vec::new();
        for (kind, entry) in &table.0 {
            characteristics.extend(characteristics_of(kind, entry)?);
        }
        Ok(Self {
            version: Some("1.0".into()),
            characteristics,
            sort: true,
        })
    }

    /// The author's own document.
    pub(super) fn from_xml(xml: &str, entry: &Entry) -> Result<Self, Error> {
        let place = |at: Position| match in_file(entry.text_at, at) {
            // It has escapes
            Position::Unknown => entry.place.clone(),
            at => Place {
                at,
                ..entry.place.clone()
            },
        };
        let unreadable = |reason: String, at: Position| {
            // The place in the file says where
            let own = format!("{at}: ");
            let known = entry.text_at != Position::Unknown;
            let reason = reason
                .strip_prefix(&own)
                .filter(|_| known)
                .unwrap_or(&reason);
            Fault::Xml(reason.to_owned()).at(&place(at))
        };
        let parsed = Document::from_xml(xml.as_bytes()).map_err(|mut error| {
            let at = error.at();
            if let cp::Error::Xml(xml::Error { fault, .. }) = &mut error
                && entry.text_at != Position::Unknown
            {
                for at in fault.places() {
                    *at = in_file(entry.text_at, *at);
                }
            }
            unreadable(error.to_string(), at)
        })?;
        if let Some(loss) = parsed.loss() {
            let rule = loss.rule;
            let reason = format!(
                "{}: {}[{}]: {}",
                loss.at,
                rule.severity,
                rule.id,
                loss.sentence()
            );
            return Err(unreadable(reason, loss.at));
        }
        let lines = Lines::of(xml);
        let place = |at: At| place(at.0.map_or(Position::Unknown, |offset| lines.at(offset)));
        let characteristic = |c: &Characteristic<'_>| from_model(c, &place);
        Ok(Self {
            version: parsed
                .document
                .version
                .as_ref()
                .map(|version| version.as_str().to_owned()),
            characteristics: parsed
                .document
                .characteristics
                .iter()
                .map(characteristic)
                .collect::<Result<_, _>>()?,
            sort: false,
        })
    }

    /// The same body over other names of the parameters.
    pub(super) fn map<Q>(
        &self,
        name: &mut impl FnMut(&String, &Place) -> Result<Q, Error>,
    ) -> Result<Body<Q>, Error> {
        let characteristics = self
            .characteristics
            .iter()
            .map(|c| c.map(name))
            .collect::<Result<_, _>>()?;
        Ok(Body {
            version: self.version.clone(),
            characteristics,
            sort: self.sort,
        })
    }
}

impl BodyCharacteristic {
    // Recursion is bounded: TOML and XML readers limit the depth
    fn map<Q>(
        &self,
        name: &mut impl FnMut(&String, &Place) -> Result<Q, Error>,
    ) -> Result<BodyCharacteristic<Q>, Error> {
        let when = self
            .when
            .as_ref()
            .map(|when| name(when, &self.place))
            .transpose()?;
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            nodes.push(match node {
                BodyNode::Characteristic(child) => BodyNode::Characteristic(child.map(name)?),
                BodyNode::Parm {
                    name: parm,
                    value,
                    place,
                } => BodyNode::Parm {
                    name: parm.clone(),
                    value: value
                        .as_ref()
                        .map(|value| value.map(|hole| name(hole, place)))
                        .transpose()?,
                    place: place.clone(),
                },
            });
        }
        Ok(BodyCharacteristic {
            kind: self.kind.clone(),
            when,
            nodes,
            place: self.place.clone(),
        })
    }
}

impl<P> Body<P> {
    /// All parms with the type of their characteristic, in order.
    pub(super) fn parms<'b>(
        &'b self,
        visit: &mut impl FnMut(&'b str, &'b str, Option<&'b Template<P>>, &'b Place),
    ) {
        let mut stack: Vec<&BodyCharacteristic<P>> = self.characteristics.iter().rev().collect();
        while let Some(characteristic) = stack.pop() {
            for node in &characteristic.nodes {
                match node {
                    BodyNode::Parm { name, value, place } => {
                        visit(&characteristic.kind, name, value.as_ref(), place);
                    }
                    BodyNode::Characteristic(child) => stack.push(child),
                }
            }
        }
    }

    /// The parameters that conditions name.
    pub(super) fn conditions(&self) -> Vec<&P> {
        let mut found = Vec::new();
        let mut stack: Vec<&BodyCharacteristic<P>> = self.characteristics.iter().collect();
        while let Some(characteristic) = stack.pop() {
            found.extend(&characteristic.when);
            stack.extend(characteristic.nodes.iter().filter_map(|node| match node {
                BodyNode::Characteristic(child) => Some(child),
                BodyNode::Parm { .. } => None,
            }));
        }
        found
    }

    /// The document for one device. A parm whose template needs a parameter without a value is
    /// left out, and so is a characteristic in which nothing remains. `at` turns the place of a
    /// characteristic, or of a parm with its template, into what the model keeps of it.
    pub(super) fn document(
        &self,
        present: &impl Fn(&P) -> bool,
        value: &mut impl FnMut(&Template<P>) -> Value<'static>,
        at: &mut impl FnMut(&Place, Option<&Template<P>>) -> At,
    ) -> Document<'static> {
        let version = self
            .version
            .as_ref()
            .map(|version| Value::fixed(version.clone()));
        let characteristics = self
            .characteristics
            .iter()
            .filter_map(|c| c.model(present, value, at))
            .collect();
        Document {
            version,
            characteristics,
            at: Default::default(),
        }
    }
}

impl<P> BodyCharacteristic<P> {
    fn model(
        &self,
        present: &impl Fn(&P) -> bool,
        value: &mut impl FnMut(&Template<P>) -> Value<'static>,
        at: &mut impl FnMut(&Place, Option<&Template<P>>) -> At,
    ) -> Option<Characteristic<'static>> {
        if self.when.as_ref().is_some_and(|when| !present(when)) {
            return None;
        }
        let mut model = Characteristic::new(self.kind.clone());
        model.at = at(&self.place, None);
        for node in &self.nodes {
            match node {
                BodyNode::Characteristic(child) => {
                    model
                        .nodes
                        .extend(child.model(present, value, at).map(Node::Characteristic));
                }
                BodyNode::Parm {
                    value: Some(template),
                    ..
                } if !template.holes().all(present) => {}
                BodyNode::Parm {
                    name,
                    value: template,
                    place,
                } => {
                    model.nodes.push(Node::Parm(Parm {
                        name: name.clone().into(),
                        value: template.as_ref().map(&mut *value),
                        at: at(place, template.as_ref()),
                    }));
                }
            }
        }
        (self.nodes.is_empty() || !model.nodes.is_empty()).then_some(model)
    }
}

fn characteristics_of(kind: &str, entry: &Entry) -> Result<Vec<BodyCharacteristic>, Error> {
    no_hole(kind, &entry.place)?;
    let wrong = |found| Fault::WrongType {
        key: kind.to_owned(),
        found,
        expected: "a table or an array of tables, one for each characteristic",
    };
    match &entry.value {
        Item::Table(table) => Ok(vec![characteristic_from(kind, table, &entry.place)?]),
        Item::List(list) => list
            .iter()
            .map(|entry| match &entry.value {
                Item::Table(table) => characteristic_from(kind, table, &entry.place),
                other => Err(wrong(other.kind()).at(&entry.place)),
            })
            .collect(),
        other => Err(wrong(other.kind()).at(&entry.place)),
    }
}

// Recursion is bounded: the TOML parser limits the depth
fn characteristic_from(
    kind: &str,
    table: &Table,
    place: &Place,
) -> Result<BodyCharacteristic, Error> {
    let mut when = None;
    let mut nodes = Vec::new();
    for (key, entry) in &table.0 {
        let tables = |list: &[Entry]| list.iter().any(|e| matches!(e.value, Item::Table(_)));
        match &entry.value {
            Item::Text(parameter) if key == "when" => when = Some(parameter.clone()),
            Item::Table(_) => {
                nodes.extend(
                    characteristics_of(key, entry)?
                        .into_iter()
                        .map(BodyNode::Characteristic),
                );
            }
            Item::List(list) if tables(list) => {
                nodes.extend(
                    characteristics_of(key, entry)?
                        .into_iter()
                        .map(BodyNode::Characteristic),
                );
            }
            Item::List(list) => {
                for entry in list {
                    nodes.push(parm_from(key, entry)?);
                }
            }
            _ => nodes.push(parm_from(key, entry)?),
        }
    }
    Ok(BodyCharacteristic {
        kind: kind.to_owned(),
        when,
        nodes,
        place: place.clone(),
    })
}

fn parm_from(name: &str, entry: &Entry) -> Result<BodyNode, Error> {
    no_hole(name, &entry.place)?;
    let value = match &entry.value {
        Item::Flag(true) => None,
        Item::Text(text) => Some(template(name, text, &entry.place)?),
        Item::Integer(number) => Some(template(name, &number.to_string(), &entry.place)?),
        other => {
            return Err(Fault::WrongType {
                key: name.to_owned(),
                found: other.kind(),
                expected: "a string, `true` for a parm without a value, or a table",
            }
            .at(&entry.place));
        }
    };
    Ok(BodyNode::Parm {
        name: name.to_owned(),
        value,
        place: entry.place.clone(),
    })
}

// Recursion is bounded: the XML reader limits the depth
fn from_model(
    model: &Characteristic<'_>,
    place_of: &impl Fn(At) -> Place,
) -> Result<BodyCharacteristic, Error> {
    let place = place_of(model.at);
    no_hole(&model.kind, &place)?;
    let mut nodes = Vec::with_capacity(model.nodes.len());
    for node in &model.nodes {
        nodes.push(match node {
            Node::Characteristic(child) => BodyNode::Characteristic(from_model(child, place_of)?),
            Node::Parm(parm) => {
                let place = place_of(parm.at);
                no_hole(&parm.name, &place)?;
                let value = parm
                    .value
                    .as_ref()
                    .map(|v| template(&parm.name, v.as_str(), &place));
                BodyNode::Parm {
                    name: parm.name.to_string(),
                    value: value.transpose()?,
                    place,
                }
            }
        });
    }
    Ok(BodyCharacteristic {
        kind: model.kind.to_string(),
        when: None,
        nodes,
        place,
    })
}

fn no_hole(name: &str, place: &Place) -> Result<(), Error> {
    if name.contains("{{") {
        Err(Fault::HolePlace(format!("{name:?}")).at(place))
    } else {
        Ok(())
    }
}

/// A text has no more holes than this, so that texts made of texts stay bounded.
const MAX_HOLES: usize = 64;

pub(super) fn template(what: &str, text: &str, place: &Place) -> Result<Template, Error> {
    let template = Template::parse(text).map_err(|error| {
        Fault::Template {
            what: what.to_owned(),
            error,
        }
        .at(place)
    })?;
    if template.holes().count() > MAX_HOLES {
        let (found, expected) = (
            "more holes".to_owned(),
            format!("at most {MAX_HOLES} in one text"),
        );
        let key = what.to_owned();
        return Err(Fault::WrongValue {
            key,
            found,
            expected,
        }
        .at(place));
    }
    let nul = |piece: &Piece<String>| matches!(piece, Piece::Fixed(text) if text.contains('\0'));
    if template.pieces().iter().any(nul) {
        let (found, expected) = ("a text with a NUL character", "a text without");
        return Err(Fault::WrongType {
            key: what.to_owned(),
            found,
            expected,
        }
        .at(place));
    }
    Ok(template)
}
