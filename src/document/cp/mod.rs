//! OMA Client Provisioning: `wap-provisioningdoc` (WAP-183, ProvCont 1.1; reference point CP-1).
//!
//! [`Document`] is the model: what was written, in its order, known or not. It is read from XML
//! and WBXML ([`Document::from_xml`], [`Document::from_wbxml`]) and written to both without loss.
//! [`schema`] says what ProvCont knows, [`rules`] checks a document against it.

mod builder;
mod model;
mod order;
mod rewrite;
pub mod rules;
pub mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod url;
pub mod walk;
mod wbxml;
mod xml;

pub(super) use builder::CHECK;
pub use builder::{Error, Parsed};
pub use model::{At, Characteristic, Document, Node, Parm, Value};
pub(super) use rewrite::rewrite;
pub use rewrite::{Address, Levels};
pub use walk::Walk;
pub(super) use walk::may_be_provisioning;
pub use wbxml::{EncodeError, Encoded, Encoding};
pub(super) use xml::POLICY as XML_POLICY;
