//! Text of which parts may differ from device to device.

use crate::document::cp;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use zeroize::Zeroize;

/// A text and which of its octets come from parameters. `Debug` hides it and owned text is
/// zeroized, since it may be a secret. Two are equal when they read the same.
#[derive(Clone, Default)]
pub struct Text<'a> {
    text: Cow<'a, str>,
    holes: Vec<Range<usize>>,
}

impl<'a> Text<'a> {
    /// A text that is the same for all devices.
    pub fn fixed(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            holes: Vec::new(),
        }
    }

    /// A text that comes from one parameter.
    pub fn parameter(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        let whole = 0..text.len();
        Self {
            text,
            holes: vec![whole],
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The octets that come from parameters, in order.
    #[must_use]
    pub fn holes(&self) -> &[Range<usize>] {
        &self.holes
    }

    /// True when no part of it comes from a parameter.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.holes.is_empty()
    }

    /// The same text on its own.
    #[must_use]
    pub fn into_owned(mut self) -> Text<'static> {
        let text = std::mem::take(&mut self.text).into_owned();
        Text {
            text: Cow::Owned(text),
            holes: std::mem::take(&mut self.holes),
        }
    }

    /// Appends another text with its holes.
    pub fn push(&mut self, other: &Text<'_>) {
        let start = self.text.len();
        self.text.to_mut().push_str(&other.text);
        let moved = other.holes.iter().map(|h| h.start + start..h.end + start);
        self.holes.extend(moved);
    }
}

/// A value of a provisioning document, parameter or not.
impl<'a> From<&cp::Value<'a>> for Text<'static> {
    fn from(value: &cp::Value<'a>) -> Self {
        let text = value.as_str().to_owned();
        if value.is_parameter() {
            Self::parameter(text)
        } else {
            Self::fixed(text)
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text<'_> {}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} octets)", self.text.len())
    }
}

impl Drop for Text<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.text {
            text.zeroize();
        }
    }
}
