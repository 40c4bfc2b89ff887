//! Octets and tokens: formats that know nothing of what a document means.

pub mod sms;
pub mod wbxml;
pub mod wsp;
pub mod xml;
