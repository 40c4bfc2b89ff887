//! The parameters that a profile declares, and those that it may use without declaring them.

use super::ParameterId;
use super::body::Body;
use super::error::{Error, Fault};
use super::parameter::{Derive, Function, Parameter, Source, TextForm, Type, standard};
use super::source::Place;
use super::template::is_parameter_name;
use super::tree::TreeNode;
use std::collections::HashMap;

/// The parameters while a profile is being read.
pub(super) struct Parameters {
    pub list: Vec<Parameter>,
    /// Where those that are declared stand.
    pub places: HashMap<String, Place>,
}

impl Parameters {
    pub(super) fn find(&self, name: &str) -> Option<ParameterId> {
        self.list
            .iter()
            .position(|parameter| parameter.name == name)
    }

    pub(super) fn always_known(&mut self, name: &str) {
        if self.find(name).is_none() {
            self.list.extend(from_standard(name).map(|p| Parameter {
                optional: true,
                ..p
            }));
        }
    }

    /// The parameter of this name; one that has a standard meaning need not be declared.
    pub(super) fn id(
        &mut self,
        what: &str,
        name: &str,
        place: &Place,
    ) -> Result<ParameterId, Error> {
        if let Some(id) = self.find(name) {
            return Ok(id);
        }
        let unknown = || Fault::UnknownParameter {
            what: what.into(),
            name: name.into(),
        };
        self.list
            .push(from_standard(name).ok_or_else(|| unknown().at(place))?);
        Ok(self.list.len() - 1)
    }

    /// The parameter whose values are Base64 of the octets of this one, for a binary node of a tree.
    pub(super) fn base64(&mut self, name: &str, place: &Place) -> Result<String, Error> {
        let id = self.id("the tree", name, place)?;
        let optional = self.list[id].optional;
        match &self.list[id].kind {
            Type::Nonce => Ok(name.to_owned()),
            Type::Bytes => {
                // No hole, list or command line can name it
                let derived = format!("{name} in Base64");
                if self.find(&derived).is_none() {
                    let derive = Derive {
                        function: Function::Base64,
                        of: vec![name.to_owned()],
                        separator: String::new(),
                        key: None,
                        encode: TextForm::Base64,
                        length: None,
                    };
                    self.list.push(Parameter {
                        name: derived.clone(),
                        description: "for binary nodes".into(),
                        column: derived.clone(),
                        optional,
                        // It is made of what may be one, but it is not one more
                        secret: false,
                        kind: Type::Nonce,
                        source: Source::Derive(derive),
                    });
                }
                Ok(derived)
            }
            kind => {
                let found = format!("{{{{{name}}}}} of the type {}", kind.name());
                let expected = "a parameter of the type bytes (hexadecimal) or nonce (Base64), \
                                since the node holds octets";
                Err(Fault::WrongValue {
                    key: "value".into(),
                    found,
                    expected: expected.into(),
                }
                .at(place))
            }
        }
    }

    /// Declares what sources take from and checks their keys.
    pub(super) fn sources(&mut self, place: &Place) -> Result<(), Error> {
        let mut next = 0;
        while let Some(parameter) = self.list.get(next).cloned() {
            let place = &self.places.get(&parameter.name).unwrap_or(place).clone();
            for input in inputs(&parameter.source) {
                self.id(&parameter.name, &input, place)?;
            }
            if let Source::Derive(Derive { key: Some(key), .. }) = &parameter.source {
                let fits = self.find(key).is_some_and(|id| self.list[id].secret);
                if key != "job_seed" && !fits {
                    return Err(Fault::DeriveKey(key.clone()).at(place));
                }
            }
            next += 1;
        }
        Ok(())
    }

    /// An order in which each parameter comes after those it is made from.
    pub(super) fn order(&self, place: &Place) -> Result<Vec<ParameterId>, Error> {
        let mut order: Vec<ParameterId> = Vec::with_capacity(self.list.len());
        while order.len() < self.list.len() {
            let ready = (0..self.list.len()).find(|id| {
                !order.contains(id)
                    && inputs(&self.list[*id].source)
                        .iter()
                        .all(|name| self.find(name).is_none_or(|input| order.contains(&input)))
            });
            match ready {
                Some(id) => order.push(id),
                None => {
                    let left = (0..self.list.len())
                        .find(|id| !order.contains(id))
                        .unwrap_or_default();
                    let name = &self.list[left].name;
                    let place = self.places.get(name).unwrap_or(place);
                    return Err(Fault::Circle(name.clone()).at(place));
                }
            }
        }
        Ok(order)
    }

    /// What shows the text of a secret is one.
    pub(super) fn inherit_secrecy(&mut self, order: &[ParameterId]) {
        for &id in order {
            let shown = match &self.list[id].source {
                Source::Template(template) => template.holes().cloned().collect(),
                Source::Derive(derive) => match derive.function {
                    Function::Concat | Function::Hex | Function::Base64 => derive.of.clone(),
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            };
            let is_secret = |name: &String| self.find(name).is_some_and(|id| self.list[id].secret);
            // Nothing can name the others
            if is_parameter_name(&self.list[id].name) && shown.iter().any(is_secret) {
                self.list[id].secret = true;
            }
        }
    }

    /// Refuses a secret where anybody can read it.
    pub(super) fn no_secret(&self, what: &str, name: &str, place: &Place) -> Result<(), Error> {
        match self.find(name) {
            Some(id) if self.list[id].secret => Err(Fault::WrongValue {
                key: what.into(),
                found: name.into(),
                expected: "parameters that are no secrets, since file names and lists show them"
                    .into(),
            }
            .at(place)),
            _ => Ok(()),
        }
    }

    /// The parameters that decide about the shape of a document.
    pub(super) fn selectors(
        &self,
        body: &Body<ParameterId>,
        trees: &[TreeNode<ParameterId>],
    ) -> Vec<ParameterId> {
        let mut found: Vec<ParameterId> = body.conditions().into_iter().copied().collect();
        body.parms(&mut |_, _, template, _| {
            let Some(template) = template else { return };
            found.extend(template.holes().filter(|id| self.list[**id].optional));
            found.extend(
                template
                    .sole_hole()
                    .filter(|id| matches!(self.list[**id].kind, Type::Enum(_))),
            );
        });
        for tree in trees {
            tree.templates(&mut |template| {
                found.extend(template.holes().filter(|id| self.list[**id].optional));
            });
        }
        // Names the device in the header of a DM message, if it is known
        found.extend(self.find("imei"));
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn from_standard(name: &str) -> Option<Parameter> {
    let standard = standard(name)?;
    let kind = Type::named(standard.kind)?;
    Some(Parameter {
        name: name.to_owned(),
        description: standard.description.to_owned(),
        column: name.to_owned(),
        optional: false,
        secret: kind.is_secret() || name == "network_key",
        kind,
        source: Source::Given,
    })
}

/// The parameters that a source takes from.
fn inputs(source: &Source) -> Vec<String> {
    match source {
        Source::Given | Source::Default(_) | Source::Constant(_) | Source::Random(_) => Vec::new(),
        Source::Template(template) => template.holes().cloned().collect(),
        Source::Derive(derive) => {
            let key = derive.key.iter().filter(|key| *key != "job_seed");
            derive.of.iter().chain(key).cloned().collect()
        }
    }
}
