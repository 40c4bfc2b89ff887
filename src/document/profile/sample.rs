//! A document as a profile writes it, before any device is known.

use super::parameter::{Function, Source, Type, is_long};
use super::{ParameterId, Profile, Values};
use crate::document::cp::Document;

impl Profile {
    /// A document of this profile with sample values: fitting texts for what devices give, nothing
    /// for what is optional, the profile's own for the rest. It shows the shape of the documents;
    /// its addresses have a path and no port of their own.
    #[must_use]
    pub fn sample(&self) -> Document<'static> {
        self.document(&self.sample_values())
    }

    /// The values that [`sample`](Self::sample) has.
    #[must_use]
    pub fn sample_values(&self) -> Values {
        self.sample_values_with(None)
    }

    /// The same, with one parameter that is optional.
    fn sample_values_with(&self, also: Option<ParameterId>) -> Values {
        let mut values = Values::default();
        values.begin(self);
        for &id in &self.order {
            let parameter = &self.parameters[id];
            let own = match &parameter.source {
                Source::Given if parameter.optional && also != Some(id) => continue,
                Source::Default(text) | Source::Constant(text) => Some(text.clone()),
                Source::Template(template) => {
                    let mut text = String::new();
                    let value = |name: &String| values.get(self.parameter(name)?);
                    let filled = template.fill(value, &mut text);
                    filled.map(|()| text).filter(|text| !is_long(text))
                }
                Source::Derive(derive) if derive.function == Function::UrlPort => {
                    Some("443".into())
                }
                Source::Given | Source::Derive(_) | Source::Random(_) => {
                    Some(text(&parameter.kind))
                }
            };
            if let Some(text) = own {
                values.set(id, &text);
            }
        }
        values
    }

    /// Writes the addresses of DM servers in this form, whatever the profile says.
    pub fn set_address(&mut self, address: super::Address) {
        self.address = Some(address);
    }

    /// Writes AAUTHLEVEL in this sense, whatever the profile says.
    pub fn set_levels(&mut self, levels: super::Levels) {
        self.levels = levels;
    }

    /// Writes version 1.0 on the root of documents, whatever the profile says.
    pub fn set_root_version(&mut self) {
        self.body.version = Some("1.0".to_owned());
    }

    /// How it writes the addresses of DM servers, if it says so.
    #[must_use]
    pub fn address(&self) -> Option<super::Address> {
        self.address
    }

    /// In which sense it writes AAUTHLEVEL.
    #[must_use]
    pub fn levels(&self) -> super::Levels {
        self.levels
    }

    /// The same profile with bodies as their author wrote them.
    pub(super) fn plain(&self) -> Self {
        Self {
            address: None,
            levels: super::Levels::Oma,
            ..self.clone()
        }
    }

    /// As [`sample`](Self::sample), before `address` and `levels` apply.
    #[must_use]
    pub fn plain_sample(&self) -> Document<'static> {
        self.plain().sample()
    }

    /// The same with each parameter that a list may leave out, by its name.
    #[must_use]
    pub fn plain_optional_samples(&self) -> Vec<(String, Document<'static>)> {
        let plain = self.plain();
        let given = |id: &&ParameterId| {
            let parameter = &plain.parameters[**id];
            parameter.optional && matches!(parameter.source, Source::Given)
        };
        let optional = plain.order.iter().filter(given);
        optional
            .map(|&id| {
                let values = plain.sample_values_with(Some(id));
                (plain.parameters[id].name.clone(), plain.document(&values))
            })
            .collect()
    }
}

pub(super) fn text(kind: &Type) -> String {
    match kind {
        Type::Imsi => "001010123456789",
        Type::Imei => "490154203237518",
        Type::Iccid => "8900000000000000000",
        Type::Msisdn => "+15550100",
        Type::Host => "dm.example",
        Type::Url => "https://dm.example/oma",
        Type::Port => "443",
        Type::Apn => "internet",
        Type::Ip => "192.0.2.1",
        Type::Text(_) => "sample",
        Type::Enum(values) => return values.first().cloned().unwrap_or_default(),
        Type::Secret(_) => "sample",
        Type::Pin(_) => "12345",
        Type::Nonce => "c2FtcGxl",
        Type::Bytes => "00",
    }
    .to_owned()
}
