//! Octets and tokens of the formats that documents travel in; no meaning.

pub mod xml;
