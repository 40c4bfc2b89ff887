//! False texts for real ones.

use std::collections::{HashMap, HashSet};

/// How often another replacement is tried before one is taken that shares something.
const ATTEMPTS: usize = 64;

/// A replacement must not have this many characters in a row with any original.
const GRAM: usize = 4;

/// Texts in the order of their first appearance, and then a replacement for each.
#[derive(Debug, Default)]
pub(super) struct Substitutes {
    originals: Vec<Vec<char>>,
    index: HashMap<Vec<char>, (usize, bool)>,
    replacements: Vec<Vec<char>>,
}

impl Substitutes {
    /// A text that will need a replacement.
    pub fn note(&mut self, text: Vec<char>, secret: bool) {
        let next = self.originals.len();
        let entry = self.index.entry(text.clone()).or_insert((next, false));
        entry.1 |= secret;
        if entry.0 == next {
            self.originals.push(text);
        }
    }

    /// Makes the replacements. Each depends on its number and on the classes of the characters.
    /// One that happens to repeat a piece of any original, or another replacement, is passed over.
    pub fn assign(&mut self) {
        let grams: HashSet<&[char]> = self
            .originals
            .iter()
            .flat_map(|text| text.windows(GRAM))
            .filter(|gram| gram.iter().any(|&character| is_replaced(character)))
            .collect();
        let mut used = HashSet::new();
        let mut number = 0_u64;
        let mut replacements = Vec::with_capacity(self.originals.len());
        for text in &self.originals {
            let secret = self.index.get(text).is_some_and(|&(_, secret)| secret);
            let mut made = Vec::new();
            for _ in 0..ATTEMPTS {
                number += 1;
                made = replacement(text, secret, number);
                let shares = made.windows(GRAM).any(|gram| grams.contains(gram));
                if made != *text && !shares && !used.contains(&made) {
                    break;
                }
            }
            used.insert(made.clone());
            replacements.push(made);
        }
        self.replacements = replacements;
    }

    /// The replacement of a text that was noted.
    pub fn of(&self, text: &[char]) -> &[char] {
        let index = self.index.get(text).map(|&(index, _)| index);
        index
            .and_then(|index| self.replacements.get(index))
            .map_or(&[], |made| &**made)
    }
}

fn is_replaced(character: char) -> bool {
    character.is_ascii_alphanumeric() || !character.is_ascii()
}

fn replacement(text: &[char], secret: bool, number: u64) -> Vec<char> {
    let base64 = is_base64(text);
    let padding = text.iter().rev().take_while(|&&c| c == '=').count();
    let mut made: Vec<char> = text
        .iter()
        .zip(0..)
        .map(|(&character, place)| other(character, secret, base64, draw(number, place)))
        .collect();
    // The bits that the padding leaves over must be zero (RFC 4648 §3.5)
    let last = text.len().checked_sub(padding + 1);
    if let (true, 1 | 2, Some(last)) = (base64, padding, last)
        && let (Some(&original), Some(place)) = (text.get(last), made.get_mut(last))
    {
        let ends: &str = match (padding, original) {
            (2, 'a'..='z') => "gw",
            (2, _) => "AQ",
            (_, 'a'..='z') => "cgkosw",
            (_, '0'..='9') => "048",
            _ => "AEIMQUY",
        };
        *place = pick(ends, draw(number, last as u64));
    }
    made
}

fn is_base64(text: &[char]) -> bool {
    let letter = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let body = text.iter().take_while(|c| letter(c)).count();
    let padding = text.get(body..).unwrap_or_default();
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && padding.len() <= 2
        && padding.iter().all(|&c| c == '=')
}

/// Another character of the same class and of as many octets in each encoding.
fn other(character: char, secret: bool, base64: bool, draw: u64) -> char {
    let from = |first: u32, count: u32| {
        char::from_u32(first + (draw % u64::from(count)) as u32).unwrap_or('x')
    };
    match character {
        '0'..='9' => from(0x30, 10),
        'A'..='Z' => from(0x41, 26),
        'a'..='z' => from(0x61, 26),
        '+' | '/' if secret && base64 => pick("+/", draw),
        '=' if base64 => '=',
        '!'..='~' if secret => pick("-._~", draw),
        // Octets; texts have tabs and line ends only, which stay
        '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' if secret => from(0x0E, 18),
        '\0'..='\x7F' => character,
        // One octet in ISO-8859-1, two in UTF-8
        '\u{80}'..='\u{7FF}' => from(0xE0, 0x17),
        // ENTITY: two octets up to 3FFF, three above
        '\u{800}'..='\u{3FFF}' => from(0x3041, 0x50),
        '\u{4000}'..='\u{FFFF}' => from(0x4E00, 0x1000),
        _ => from(0x1F600, 0x40),
    }
}

fn pick(from: &str, draw: u64) -> char {
    let index = draw % from.len() as u64;
    from.chars().nth(index as usize).unwrap_or('x')
}

/// A number for a place in a replacement: SplitMix64, which spreads counters evenly.
fn draw(number: u64, place: u64) -> u64 {
    let mut mixed = (number << 20 ^ place).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}
