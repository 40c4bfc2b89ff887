//! Reads a profile.

use super::body::{Body, template};
use super::declared::Parameters;
use super::error::{Error, Fault};
use super::extend::merged;
use super::parameter::{
    Derive, Function, Length, MAX_LENGTH, Parameter, Source, TextForm, Type, Usual, standard,
};
use super::source::{
    Entry, Item, Place, Table, count_of, flag_of, no_more, one_of, text_of, texts_of, wrong_type,
    wrong_value,
};
use super::template::is_parameter_name;
use super::tree::trees;
use super::{Address, DEVICE_KEYS, DmSettings, Form, Levels, Profile, Signing, Target, Tnds};
use crate::document::dm::Version;
use crate::finding::Position;

const KEYS: &str = "format, description, extends, version, sec, key_form, address, levels, key, \
                    name, form, dm, lint, tree, parameters, body, xml";
const DM_KEYS: &str = "tnds, target, version";
const PARAMETER_KEYS: &str = "type, description, column, optional, secret, min, max, values, \
                              default, constant, template, derive, random";
const DERIVE_KEYS: &str = "function, of, separator, key, encode, length";
pub(super) const SOURCE_KEYS: [&str; 5] = ["default", "constant", "template", "derive", "random"];

/// A profile has no more parameters than this.
const MAX_PARAMETERS: usize = 512;

/// Standard parameters that signing and naming need, whether the body uses them or not.
const ALWAYS_KNOWN: [&str; 7] = [
    "key",
    "imei",
    "imsi",
    "iccid",
    "msisdn",
    "pin",
    "network_key",
];

impl Profile {
    /// Reads a profile. `find` gives the text of a profile that this one extends.
    ///
    /// # Errors
    /// [`Error`] with file, line and column.
    pub fn parse(
        name: &str,
        text: &str,
        find: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let merged = merged(name, text, find, &mut vec![name.to_owned()])?;
        let place = Place {
            profile: name.into(),
            at: Position::Unknown,
        };
        Loader { place }.profile(name, merged)
    }
}

fn few_enough(parameters: usize, place: &Place) -> Result<(), Error> {
    if parameters <= MAX_PARAMETERS {
        return Ok(());
    }
    let (key, found) = ("parameters".into(), format!("{parameters} of them"));
    let expected = format!("at most {MAX_PARAMETERS}");
    Err(Fault::WrongValue {
        key,
        found,
        expected,
    }
    .at(place))
}

struct Loader {
    /// The profile as a whole.
    place: Place,
}

impl Loader {
    fn profile(&self, name: &str, mut table: Table) -> Result<Profile, Error> {
        let mut text = |key: &str| table.take(key).map(|e| Ok((text_of(key, &e)?, e.place)));
        let description = text("description").transpose()?.map(|(text, _)| text);
        let version = text("version").transpose()?;
        let key_form = text("key_form").transpose()?;
        let key = text("key").transpose()?;
        let file_name = text("name").transpose()?;
        let address = table
            .take("address")
            .map(|e| {
                one_of(
                    "address",
                    &e,
                    &[("long", Address::Long), ("short", Address::Short)],
                )
            })
            .transpose()?;
        let levels = table
            .take("levels")
            .map(|e| {
                one_of(
                    "levels",
                    &e,
                    &[("oma", Levels::Oma), ("swapped", Levels::Swapped)],
                )
            })
            .transpose()?;
        let sec = table
            .take("sec")
            .map(|e| one_of("sec", &e, &Signing::NAMES))
            .transpose()?;
        let form = table.take("form").map(|e| one_of("form", &e, &Form::NAMES));
        let form = form.transpose()?.unwrap_or_default();
        let dm = table.take("dm").map(dm_settings).transpose()?;
        let allow = table.take("lint").map(super::lint::allowed).transpose()?;
        let mut trees = match table.take("tree") {
            Some(entry) => trees(&entry)?,
            None => Vec::new(),
        };
        let declared = match table.take("parameters") {
            None => Table::default(),
            Some(Entry {
                value: Item::Table(table),
                ..
            }) => table,
            Some(entry) => return Err(wrong_type("parameters", &entry, &entry.value, "a table")),
        };
        let mut body = match (table.take("body"), table.take("xml")) {
            (Some(_), Some(xml)) => return Err(Fault::TwoBodies.at(&xml.place)),
            (None, None) => return Err(Fault::NoBody.at(&self.place)),
            (None, Some(xml)) => Body::from_xml(&text_of("xml", &xml)?, &xml)?,
            (
                Some(Entry {
                    value: Item::Table(table),
                    ..
                }),
                None,
            ) => Body::from_toml(&table)?,
            (Some(entry), None) => {
                return Err(wrong_type("body", &entry, &entry.value, "a table"));
            }
        };
        match version {
            Some((version, _)) if version == "none" => body.version = None,
            Some((version, _)) => body.version = Some(version),
            None => {}
        }
        no_more(table, KEYS)?;
        few_enough(declared.0.len(), &self.place)?;
        let place_of = |(name, entry): &(String, Entry)| (name.clone(), entry.place.clone());
        let places = declared.0.iter().map(place_of).collect();
        let parameters = declared
            .0
            .into_iter()
            .map(|(name, entry)| self.parameter(name, entry))
            .collect::<Result<Vec<_>, _>>()?;
        let mut all = Parameters {
            list: parameters,
            places,
        };
        let file_name = file_name
            .map(|(text, place)| Ok((template("name", &text, &place)?, place)))
            .transpose()?;
        if let Some((template, place)) = &file_name {
            if let Some(text) = template.fixed() {
                let (key, found) = ("name".into(), text.to_owned());
                let expected = "a hole such as {{imei}}, since each device has files of its own";
                return Err(Fault::WrongValue {
                    key,
                    found,
                    expected: expected.into(),
                }
                .at(place));
            }
            for hole in template.holes().filter(|hole| *hole != "key") {
                all.id("name", hole, place)?;
            }
        }
        if let Some((key, place)) = &key {
            all.id("key", key, place)?;
        }
        let body = body.map(&mut |name, place| all.id("the body", name, place))?;
        for tree in &mut trees {
            tree.binary(&mut |name, place| all.base64(name, place))?;
        }
        let trees = trees
            .iter()
            .map(|tree| tree.map(&mut |name, place| all.id("the tree", name, place)))
            .collect::<Result<Vec<_>, _>>()?;
        all.sources(&self.place)?;
        few_enough(all.list.len(), &self.place)?;
        for name in ALWAYS_KNOWN {
            all.always_known(name);
        }
        let order = all.order(&self.place)?;
        all.inherit_secrecy(&order);
        let named = file_name.iter().flat_map(|(template, place)| {
            let holes = template.holes().map(move |hole| ("name", hole, place));
            holes.filter(|(_, hole, _)| *hole != "key")
        });
        let keyed = key.iter().map(|(key, place)| ("key", key, place));
        for (what, parameter, place) in named.chain(keyed) {
            all.no_secret(what, parameter, place)?;
        }
        let is_required = |id: &usize| {
            let parameter = &all.list[*id];
            !parameter.optional || parameter.source != Source::Given
        };
        let required = order.iter().copied().filter(is_required).collect();
        let place = |key: &&str| all.list.iter().position(|known| known.name == **key);
        let keys = match &key {
            Some((key, _)) => place(&key.as_str()).into_iter().collect(),
            None => DEVICE_KEYS.iter().filter_map(place).collect(),
        };
        let usual = |parameter: &Parameter| match parameter.source {
            Source::Constant(_) => Usual::NOTHING,
            _ => parameter.kind.usual(),
        };
        let profile = Profile {
            name: name.to_owned(),
            description: description.unwrap_or_default(),
            sec,
            key_form,
            key: key.map(|(key, _)| key),
            file_name: file_name.map(|(template, _)| template),
            address,
            levels: levels.unwrap_or_default(),
            selectors: all.selectors(&body, &trees),
            form,
            dm: dm.unwrap_or_default(),
            allow: allow.unwrap_or_default(),
            trees,
            keys,
            usual: all.list.iter().map(usual).collect(),
            parameters: all.list,
            body,
            order,
            required,
        };
        profile.levels_are_fixed()?;
        if form == Form::Dm {
            profile.has_dm_form()?;
        }
        Ok(profile)
    }

    fn parameter(&self, name: String, entry: Entry) -> Result<Parameter, Error> {
        let place = entry.place.clone();
        if !is_parameter_name(&name) || name == "job_seed" {
            return Err(Fault::ParameterName(name).at(&place));
        }
        let Item::Table(mut table) = entry.value else {
            return Err(wrong_type(&name, &entry, &entry.value, "a table"));
        };
        let standard = standard(&name);
        let mut kind = match (table.take("type"), standard) {
            (Some(entry), _) => {
                let text = text_of("type", &entry)?;
                Type::named(&text).ok_or_else(|| wrong_value("type", &entry, &text, Type::NAMES))?
            }
            (None, Some(standard)) => Type::named(standard.kind).unwrap_or(Type::Nonce),
            (None, None) => return Err(Fault::NoType(name).at(&place)),
        };
        self.limits(&name, &mut kind, &mut table, &place)?;
        let description = table
            .take("description")
            .map(|e| text_of("description", &e));
        let column = table
            .take("column")
            .map(|e| text_of("column", &e))
            .transpose()?;
        let optional = table
            .take("optional")
            .map(|e| flag_of("optional", &e))
            .transpose()?;
        let secret = table
            .take("secret")
            .map(|e| flag_of("secret", &e))
            .transpose()?;
        let source = self.source(&name, &kind, &mut table, &place)?;
        no_more(table, PARAMETER_KEYS)?;
        Ok(Parameter {
            description: match description {
                Some(description) => description?,
                None => standard
                    .map(|standard| standard.description.into())
                    .unwrap_or_default(),
            },
            column: column.unwrap_or_else(|| name.clone()),
            optional: optional.unwrap_or_default(),
            secret: secret.unwrap_or_default() || kind.is_secret() || name == "network_key",
            name,
            kind,
            source,
        })
    }

    fn limits(
        &self,
        name: &str,
        kind: &mut Type,
        table: &mut Table,
        place: &Place,
    ) -> Result<(), Error> {
        if let Type::Enum(values) = kind {
            if let Some(entry) = table.take("values") {
                *values = texts_of("values", &entry)?;
            }
            if values.is_empty() {
                return Err(Fault::NoValues(name.to_owned()).at(place));
            }
        }
        if let Some(Length { min, max }) = kind.length_mut() {
            if let Some(entry) = table.take("min") {
                *min = count_of("min", &entry)?;
            }
            if let Some(entry) = table.take("max") {
                *max = count_of("max", &entry)?;
                if *max > MAX_LENGTH {
                    let found = max.to_string();
                    let expected = format!("at most {MAX_LENGTH}");
                    return Err(wrong_value("max", &entry, &found, &expected));
                }
            }
            if min > max {
                return Err(Fault::Limits(name.to_owned()).at(place));
            }
        }
        Ok(())
    }

    fn source(
        &self,
        name: &str,
        kind: &Type,
        table: &mut Table,
        place: &Place,
    ) -> Result<Source, Error> {
        let mut found = SOURCE_KEYS
            .iter()
            .filter_map(|key| Some((*key, table.take(key)?)));
        let Some((key, entry)) = found.next() else {
            return Ok(Source::Given);
        };
        if let Some((_, second)) = found.next() {
            return Err(Fault::TwoSources(name.to_owned()).at(&second.place));
        }
        let checked = |what: &'static str| -> Result<String, Error> {
            let text = match &entry.value {
                Item::Integer(number) => number.to_string(),
                _ => text_of(what, &entry)?,
            };
            kind.check(&text).map_err(|mismatch| {
                let (name, mismatch) = (name.to_owned(), mismatch.to_string());
                Fault::BadText {
                    what,
                    name,
                    mismatch,
                }
                .at(&entry.place)
            })?;
            Ok(text)
        };
        Ok(match key {
            "default" => Source::Default(checked("default")?),
            "constant" => Source::Constant(checked("constant")?),
            "template" => {
                Source::Template(template(name, &text_of("template", &entry)?, &entry.place)?)
            }
            "random" => {
                let count = count_of("random", &entry)?;
                let fits = match kind {
                    Type::Secret(_) | Type::Text(_) | Type::Pin(_) | Type::Nonce | Type::Bytes => {
                        (1..=super::random::MAX_COUNT).contains(&count)
                    }
                    _ => return Err(Fault::RandomType(name.to_owned()).at(place)),
                };
                if !fits {
                    return Err(wrong_value(
                        "random",
                        &entry,
                        &count.to_string(),
                        "1 to 1024",
                    ));
                }
                Source::Random(count)
            }
            _ => Source::Derive(derive(entry)?),
        })
    }
}

fn dm_settings(entry: Entry) -> Result<DmSettings, Error> {
    let Item::Table(mut table) = entry.value else {
        return Err(wrong_type("dm", &entry, &entry.value, "a table"));
    };
    let tnds = table.take("tnds").map(|e| one_of("tnds", &e, &Tnds::NAMES));
    let target = table
        .take("target")
        .map(|e| one_of("target", &e, &Target::NAMES));
    let versions = [("1.2", Version::V1_2), ("1.3", Version::V1_3)];
    let version = table
        .take("version")
        .map(|e| one_of("version", &e, &versions));
    no_more(table, DM_KEYS)?;
    Ok(DmSettings {
        tnds: tnds.transpose()?.unwrap_or_default(),
        target: target.transpose()?.unwrap_or_default(),
        version: version.transpose()?.unwrap_or_default(),
    })
}

fn derive(entry: Entry) -> Result<Derive, Error> {
    let place = entry.place.clone();
    let Item::Table(mut table) = entry.value else {
        return Err(wrong_type("derive", &entry, &entry.value, "a table"));
    };
    let missing = |key: &str, expected: &'static str| {
        let (key, found) = (key.into(), "missing");
        Fault::WrongType {
            key,
            found,
            expected,
        }
        .at(&place)
    };
    let Some(function) = table.take("function") else {
        return Err(missing(
            "function",
            "the name of a function, such as \"md5\"",
        ));
    };
    let function = one_of("function", &function, &Function::NAMES)?;
    let of = table
        .take("of")
        .map(|e| texts_of("of", &e))
        .transpose()?
        .unwrap_or_default();
    if of.is_empty() {
        return Err(missing("of", "an array of parameter names"));
    }
    let derive = Derive {
        function,
        of,
        separator: table
            .take("separator")
            .map(|e| text_of("separator", &e))
            .transpose()?
            .unwrap_or_default(),
        key: table.take("key").map(|e| text_of("key", &e)).transpose()?,
        encode: table
            .take("encode")
            .map(|e| one_of("encode", &e, &TextForm::NAMES))
            .transpose()?
            .unwrap_or(TextForm::Hex),
        length: table
            .take("length")
            .map(|e| count_of("length", &e))
            .transpose()?,
    };
    no_more(table, DERIVE_KEYS)?;
    Ok(derive)
}

impl Profile {
    /// The order of credentials depends on their level, so it must be known when compiling.
    fn levels_are_fixed(&self) -> Result<(), Error> {
        let mut result = Ok(());
        self.body.parms(&mut |_, name, value, place| {
            let hole = value.and_then(|template| {
                template
                    .holes()
                    .find(|id| template.sole_hole().is_none() || !self.is_enum(**id))
            });
            if let (true, "AAUTHLEVEL", Some(&id)) = (result.is_ok(), name, hole) {
                result = Err(Fault::LevelHole(self.parameters[id].name.clone()).at(place));
            }
        });
        result
    }
}
