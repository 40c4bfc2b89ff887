//! Texts with holes: `https://{{host}}/dm`.

/// A text with holes for parameters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template<P = String> {
    pieces: Vec<Piece<P>>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece<P> {
    /// The same for all devices.
    Fixed(String),
    /// The value of a parameter.
    Hole(P),
}

/// A template that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{{` without `}}`.
    #[error("a hole that is not closed: write {{{{name}}}}")]
    Open,
    /// What stands in the braces is no parameter name. It may be a piece of a secret, so it is not
    /// shown; this is the number of the hole, from 1.
    #[error(
        "hole {0} has no parameter name in its braces: one begins with a lower-case letter and goes on with those, digits and _, 64 at most"
    )]
    Name(usize),
}

impl Template {
    /// Reads a text. A single brace is a brace.
    ///
    /// # Errors
    /// [`TemplateError`]
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").ok_or(TemplateError::Open)?;
            let name = name.trim();
            if !is_parameter_name(name) {
                let holes = |piece: &&Piece<_>| matches!(piece, Piece::Hole(_));
                return Err(TemplateError::Name(1 + pieces.iter().filter(holes).count()));
            }
            if !before.is_empty() {
                pieces.push(Piece::Fixed(before.to_owned()));
            }
            pieces.push(Piece::Hole(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Fixed(rest.to_owned()));
        }
        Ok(Self { pieces })
    }
}

impl<P> Template<P> {
    /// Nothing but one hole.
    pub(super) fn hole(parameter: P) -> Self {
        Self {
            pieces: vec![Piece::Hole(parameter)],
        }
    }

    /// The pieces, in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece<P>] {
        &self.pieces
    }

    /// The parameters that it needs.
    pub fn holes(&self) -> impl Iterator<Item = &P> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(parameter) => Some(parameter),
            Piece::Fixed(_) => None,
        })
    }

    /// The parameter, when the template is nothing but one hole.
    #[must_use]
    pub fn sole_hole(&self) -> Option<&P> {
        match self.pieces.as_slice() {
            [Piece::Hole(parameter)] => Some(parameter),
            _ => None,
        }
    }

    /// The text, when there is no hole.
    #[must_use]
    pub fn fixed(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Fixed(text)] => Some(text),
            _ => None,
        }
    }

    /// The same template over other names of the parameters.
    ///
    /// # Errors
    /// The first one of `name`.
    pub fn map<Q, E>(&self, mut name: impl FnMut(&P) -> Result<Q, E>) -> Result<Template<Q>, E> {
        let piece = |piece: &Piece<P>| {
            Ok(match piece {
                Piece::Fixed(text) => Piece::Fixed(text.clone()),
                Piece::Hole(parameter) => Piece::Hole(name(parameter)?),
            })
        };
        Ok(Template {
            pieces: self.pieces.iter().map(piece).collect::<Result<_, E>>()?,
        })
    }

    /// Appends the text with all holes filled; `None` when a parameter has no value.
    pub fn fill<'v>(&self, value: impl Fn(&P) -> Option<&'v str>, out: &mut String) -> Option<()> {
        for piece in &self.pieces {
            out.push_str(match piece {
                Piece::Fixed(text) => text,
                Piece::Hole(parameter) => value(parameter)?,
            });
        }
        Some(())
    }
}

/// True for what may name a parameter: a lower-case letter, then those, digits and `_`, 64 at most.
#[must_use]
pub fn is_parameter_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.len() <= 64
        && name
            .bytes()
            .all(|o| o.is_ascii_lowercase() || o.is_ascii_digit() || o == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces() {
        let template = Template::parse("a{{ imsi }}{b}{{x_1}}").unwrap();
        assert_eq!(template.holes().collect::<Vec<_>>(), ["imsi", "x_1"]);
        let mut out = String::new();
        let value = |name: &String| Some(if name == "imsi" { "1" } else { "2" });
        template.fill(value, &mut out).unwrap();
        assert_eq!(out, "a1{b}2");
        assert_eq!(Template::parse("{{imsi").unwrap_err(), TemplateError::Open);
        let name = TemplateError::Name(1);
        assert_eq!(Template::parse("{{IMSI}}").unwrap_err(), name);
        assert_eq!(Template::parse("x").unwrap().fixed(), Some("x"));
        assert_eq!(Template::parse("").unwrap().fixed(), Some(""));
    }
}
