//! Octets and tokens of the formats on the wire, without their meaning.

pub mod wsp;
