//! Octets in which some spans differ from device to device.

use std::ops::Range;

/// An encoded document and where the device's own values went.
///
/// The holes are filled with the values of the device that was encoded; to make another device's
/// document, put its values there and correct the length fields, innermost first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holed {
    /// The document, ready to be signed.
    pub octets: Vec<u8>,
    /// Where values are, in order and not overlapping.
    pub holes: Vec<Hole>,
    /// Length fields whose value depends on the holes, in order of their place.
    pub lengths: Vec<LengthField>,
}

/// A value's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Its octets.
    pub span: Range<usize>,
    /// How the value's text became octets.
    pub form: HoleForm,
}

/// How the text of a value becomes octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoleForm {
    /// The text itself, UTF-8.
    Text,
    /// The octets that the Base64 text stands for.
    Base64,
    /// The Base64 text itself; text that is no Base64 becomes that of its own octets.
    Base64Text,
    /// The text with the escapes that XML content needs.
    Markup,
}

/// A multi-octet integer (`mb_u_int32`, shortest form) that holds the number of octets of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LengthField {
    /// The integer's own octets.
    pub at: Range<usize>,
    /// What it counts; it may hold holes and further length fields.
    pub of: Range<usize>,
}
