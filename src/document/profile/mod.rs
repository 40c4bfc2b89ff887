//! Profiles: documents with parameters, as data.
//!
//! A profile is a TOML file (`format = 1`): typed parameters, where each gets its value from, and
//! a body with holes, either concise TOML or the author's own `wap-provisioningdoc` XML.
//! [`Profile::parse`] reads one, [`Values::resolve`] finds the values of a device, and
//! [`Profile::document`] fills them in. [`Compiled`] does the same on encoded octets: a profile
//! goes through the document model once for each shape its documents can have, and every further
//! device is a splice. Both ways give the same octets.

mod body;
mod compile;
mod create;
mod declared;
mod dm;
mod error;
mod extend;
mod lint;
mod load;
pub mod parameter;
pub mod random;
mod sample;
pub mod shipped;
pub(super) mod source;
mod template;
#[cfg(test)]
mod tests;
mod tree;
mod values;

pub use super::cp::{Address, Levels};
pub use compile::{CompileError, Compiled, Splicer, Written};
pub use create::{Created, create};
pub use dm::{DmSettings, Form, Target, Tnds};
pub use error::{Error, Fault};
pub use lint::{Allow, Origin, SymbolicSample};
use parameter::Usual;
pub use parameter::{Parameter, Source, Type};
pub use source::Place;
pub use template::{Template, TemplateError};
pub use values::{DEVICE_KEYS, ValueError, Values};

use crate::document::cp::{At, Document, Value, rewrite};
use crate::wire::wsp::Sec;
use body::Body;
use tree::TreeNode;

/// Index of a parameter in [`Profile::parameters`].
pub type ParameterId = usize;

/// A profile that is ready to be used.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name, or the path it was read from.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// All parameters that it knows, the standard ones that signing may need among them.
    pub parameters: Vec<Parameter>,
    /// How its documents are to be signed, if it says so.
    pub sec: Option<Signing>,
    /// A deviation from the standard's key, as the profile writes it.
    pub key_form: Option<(String, Place)>,
    /// The parameter that names a device; `None` takes the first of [`DEVICE_KEYS`].
    pub key: Option<String>,
    /// The pattern of file names, if the profile has one.
    pub file_name: Option<Template>,
    /// The kind of document that it makes unless told otherwise.
    pub form: Form,
    /// What it says about the DM form.
    pub dm: DmSettings,
    /// The rules that its documents may break, and why.
    pub allow: Vec<Allow>,
    /// Management objects that its DM form has beside the account.
    trees: Vec<TreeNode<ParameterId>>,
    address: Option<Address>,
    levels: Levels,
    body: Body<ParameterId>,
    /// Parameters that may name a device, the first choice first.
    keys: Vec<ParameterId>,
    /// Parameters in the order in which they can be computed.
    order: Vec<ParameterId>,
    /// Those of them that need a value, or make one when nothing is given.
    required: Vec<ParameterId>,
    /// What may be given for each parameter without another look.
    usual: Vec<Usual>,
    /// Parameters whose presence or enum value gives the document another shape.
    selectors: Vec<ParameterId>,
}

/// How documents are to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// Not at all: anybody can forge them.
    Unsigned,
    /// By this method.
    By(Sec),
}

impl Signing {
    /// All by the names that profiles, arguments and manifests use; the last two are the DM
    /// profile's names of netwpin and usernetwpin.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("none", Self::Unsigned),
        ("netwpin", Self::By(Sec::NetwPin)),
        ("userpin", Self::By(Sec::UserPin)),
        ("usernetwpin", Self::By(Sec::UserNetwPin)),
        ("userpinmac", Self::By(Sec::UserPinMac)),
        ("networkid", Self::By(Sec::NetwPin)),
        ("userpin_networkid", Self::By(Sec::UserNetwPin)),
    ];

    /// The method; `None` for unsigned documents.
    #[must_use]
    pub fn sec(self) -> Option<Sec> {
        match self {
            Self::Unsigned => None,
            Self::By(sec) => Some(sec),
        }
    }
}

impl Profile {
    /// The parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<ParameterId> {
        self.parameters
            .iter()
            .position(|parameter| parameter.name == name)
    }

    /// True when the short form of addresses is wanted.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.address == Some(Address::Short)
    }

    /// The document for one device.
    #[must_use]
    pub fn document(&self, values: &Values) -> Document<'static> {
        self.instantiate(values, &mut |template| {
            let mut text = String::new();
            let filled = template.fill(|&id| values.get(id), &mut text);
            // Parms with a hole that has no value never get here
            debug_assert!(filled.is_some());
            Value::parameter(text)
        })
    }

    /// The document with `hole` deciding what stands for a template that has holes.
    fn instantiate(
        &self,
        values: &Values,
        hole: &mut dyn FnMut(&Template<ParameterId>) -> Value<'static>,
    ) -> Document<'static> {
        self.instantiate_at(values, hole, &mut |_, _| At::default())
    }

    /// The same with places, as [`Body::document`] takes them.
    fn instantiate_at(
        &self,
        values: &Values,
        hole: &mut dyn FnMut(&Template<ParameterId>) -> Value<'static>,
        at: &mut dyn FnMut(&Place, Option<&Template<ParameterId>>) -> At,
    ) -> Document<'static> {
        let present = |&id: &ParameterId| values.get(id).is_some();
        let mut value = |template: &Template<ParameterId>| {
            let chosen = template.sole_hole().filter(|&&id| self.is_enum(id));
            let fixed = match chosen {
                Some(&id) => values.get(id),
                None => template.fixed(),
            };
            fixed.map_or_else(|| hole(template), |text| Value::fixed(text.to_owned()))
        };
        let mut document = self
            .body
            .document(&present, &mut value, &mut |place, value| at(place, value));
        rewrite(&mut document, self.address, self.levels);
        if self.body.sort {
            document.sort_strictly();
        }
        document
    }

    fn is_enum(&self, id: ParameterId) -> bool {
        matches!(self.parameters[id].kind, Type::Enum(_))
    }
}
