//! temporary
#![allow(missing_docs, missing_debug_implementations)]
pub enum Kind {
    Xml,
    Wbxml,
    Wsp,
}
pub fn detect(i: &[u8]) -> Option<Kind> {
    match i {
        [b'<', ..] => Some(Kind::Xml),
        [_, 6 | 7, ..] => Some(Kind::Wsp),
        [1..=3, ..] => Some(Kind::Wbxml),
        _ => None,
    }
}
