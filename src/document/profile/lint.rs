//! What the linter needs of a profile: the rules that it allows to be broken, and its document
//! before any device is known.

use super::error::{Error, Fault};
use super::parameter::{Derive, Function, Source, Type, is_long, url_port};
use super::source::{Entry, Item, Place, Table, no_more, text_of, wrong_type};
use super::{ParameterId, Profile, Template, Values};
use crate::document::cp::{At, Document, Value};
use crate::document::lint;
use crate::finding::{Position, Rule, Severity};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// A rule that the documents of a profile may break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The rule: a warning or a note.
    pub rule: &'static Rule,
    /// Why.
    pub reason: String,
}

/// Where a value comes from, as far as secrecy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The profile itself: the same for all devices.
    Fixed,
    /// Parameters that are no secrets.
    Public,
    /// A secret, a random value, or something made with a key.
    Secret,
}

/// The document of a profile before any device is known.
#[derive(Debug)]
pub struct SymbolicSample {
    /// Every optional parameter has a value. Those that a job gives are samples and marked as
    /// parameters; texts of one parameter are alike, others differ. Places are indices of `places`.
    pub document: Document<'static>,
    /// Where each parm and characteristic stands, and where its value comes from.
    pub places: Vec<(Place, Origin)>,
    /// Where the value of each parameter comes from.
    pub origins: Vec<Origin>,
    /// The values.
    pub values: Values,
}

impl SymbolicSample {
    /// Where the value at a place of the document comes from.
    #[must_use]
    pub fn origin(&self, at: Position) -> Origin {
        let place = match at {
            Position::Offset(index) => self.places.get(index),
            _ => None,
        };
        place.map_or(Origin::Secret, |(_, origin)| *origin)
    }
}

/// Reads `[lint]`.
pub(super) fn allowed(entry: Entry) -> Result<Vec<Allow>, Error> {
    let Item::Table(mut table) = entry.value else {
        return Err(wrong_type("lint", &entry, &entry.value, "a table"));
    };
    let list = table.take("allow");
    no_more(table, "allow")?;
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    let expected = "an array of tables: { rule = \"…\", reason = \"…\" }";
    let Item::List(entries) = list.value else {
        return Err(wrong_type("allow", &list, &list.value, expected));
    };
    let one = |entry: Entry| match entry.value {
        Item::Table(table) => allow(table, &entry.place),
        _ => Err(wrong_type("allow", &entry, &entry.value, expected)),
    };
    entries.into_iter().map(one).collect()
}

fn allow(mut table: Table, place: &Place) -> Result<Allow, Error> {
    let rule = table
        .take("rule")
        .map(|e| Ok((text_of("rule", &e)?, e.place)));
    let reason = table.take("reason").map(|e| text_of("reason", &e));
    no_more(table, "rule, reason")?;
    let Some((id, at)) = rule.transpose()? else {
        let (key, found, expected) = ("rule".into(), "missing", "the id of a rule");
        return Err(Fault::WrongType {
            key,
            found,
            expected,
        }
        .at(place));
    };
    let Some(rule) = lint::find(&id) else {
        let near = lint::nearest(&id);
        let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        let rule = id.chars().take(60).collect();
        return Err(Fault::UnknownRule { rule, near }.at(&at));
    };
    if rule.severity == Severity::Error {
        return Err(Fault::AllowedError(id).at(&at));
    }
    match reason.transpose()? {
        Some(reason) if !reason.trim().is_empty() => Ok(Allow { rule, reason }),
        _ => Err(Fault::NoReason(id).at(place)),
    }
}

impl Profile {
    /// Why a rule may be broken, if it may.
    #[must_use]
    pub fn allows(&self, rule: &Rule) -> Option<&str> {
        let mut all = self.allow.iter();
        all.find(|allow| allow.rule == rule)
            .map(|allow| &*allow.reason)
    }

    /// The document before any device is known.
    #[must_use]
    pub fn symbolic_sample(&self) -> SymbolicSample {
        let mut values = Values::default();
        values.begin(self);
        let mut origins = vec![Origin::Secret; self.parameters.len()];
        for &id in &self.order {
            let (origin, text) = self.symbol(id, &values, &origins);
            origins[id] = origin;
            if let Some(text) = text {
                values.set(id, &text);
            }
        }
        let origin = |template: &Template<ParameterId>| {
            let all = template.holes().map(|&id| origins[id]);
            all.max().unwrap_or(Origin::Fixed)
        };
        let mut places = Vec::new();
        let document = self.instantiate_at(
            &values,
            &mut |template| {
                let mut text = String::new();
                let filled = template.fill(|&id| values.get(id), &mut text);
                debug_assert!(filled.is_some());
                match origin(template) {
                    Origin::Fixed => Value::fixed(text),
                    _ => Value::parameter(text),
                }
            },
            &mut |place, template| {
                places.push((place.clone(), template.map_or(Origin::Fixed, origin)));
                At(Some(places.len() - 1))
            },
        );
        SymbolicSample {
            document,
            places,
            origins,
            values,
        }
    }

    fn symbol(
        &self,
        id: ParameterId,
        values: &Values,
        origins: &[Origin],
    ) -> (Origin, Option<String>) {
        let parameter = &self.parameters[id];
        let named = |name: &String| self.parameter(name);
        let of = |names: &mut dyn Iterator<Item = &String>| {
            let all = names.filter_map(|name| origins.get(named(name)?).copied());
            all.max().unwrap_or(Origin::Fixed)
        };
        match &parameter.source {
            Source::Default(text) | Source::Constant(text) => (Origin::Fixed, Some(text.clone())),
            Source::Template(template) => {
                let mut text = String::new();
                let value = |name: &String| values.get(named(name)?);
                let filled = template
                    .fill(value, &mut text)
                    .map(|()| match is_long(&text) {
                        // No device gets it, and what is made of it would grow without end
                        true => self.text(id),
                        false => text,
                    });
                (of(&mut template.holes()), filled)
            }
            Source::Derive(derive) => {
                let origin = match derive.key {
                    Some(_) => Origin::Secret,
                    None => of(&mut derive.of.iter()),
                };
                let port = self.port(derive, values);
                (origin, Some(port.unwrap_or_else(|| self.text(id))))
            }
            Source::Random(_) => (Origin::Secret, Some(self.text(id))),
            Source::Given if parameter.secret => (Origin::Secret, Some(self.text(id))),
            Source::Given => (Origin::Public, Some(self.text(id))),
        }
    }

    fn port(&self, derive: &Derive, values: &Values) -> Option<String> {
        if derive.function != Function::UrlPort {
            return None;
        }
        let url = values.get(self.parameter(derive.of.first()?)?);
        url.and_then(url_port).map(|(port, _)| port.to_string())
    }

    /// A text of the parameter's type that no other parameter has, where the type allows it.
    fn text(&self, id: ParameterId) -> String {
        let parameter = &self.parameters[id];
        match parameter.kind {
            Type::Text(_) | Type::Secret(_) => parameter.name.clone(),
            Type::Nonce => BASE64_STANDARD.encode(&parameter.name),
            _ => super::sample::text(&parameter.kind),
        }
    }
}
