//! What texts are made of, seen eight octets at a time: nearly all of nearly all documents is ASCII.

const ONES: u64 = u64::MAX / 0xFF;
const HIGH: u64 = 0x80 * ONES;

/// Whether all octets are printable ASCII: 20 to 7E.
#[must_use]
#[inline]
pub fn is_printable(text: &[u8]) -> bool {
    all_words(text, |word| {
        let control = word.wrapping_sub(0x20 * ONES) & !word;
        let beyond = word | word.wrapping_add(ONES);
        (control | beyond) & HIGH == 0
    })
}

/// Whether all octets are decimal digits, as those of an empty text are: 0x30 to 0x39 keep their
/// high half when six is added.
#[must_use]
#[inline]
pub fn are_digits(text: &[u8]) -> bool {
    all_words(text, |word| {
        let high = |word: u64| word & (0xF0 * ONES);
        high(word) == 0x30 * ONES && high(word.wrapping_add(0x06 * ONES)) == 0x30 * ONES
    })
}

/// Whether something holds for all octets, eight at a time; it holds for the digit 0.
#[inline]
fn all_words(text: &[u8], holds: impl Fn(u64) -> bool) -> bool {
    let holds = |word: &[u8; 8]| holds(u64::from_le_bytes(*word));
    match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        // Some octets are seen twice; texts of up to sixteen in two steps
        (Some(first), Some(last)) => {
            let between = || text.as_chunks::<8>().0.iter().all(holds);
            holds(first) && holds(last) && (text.len() <= 16 || between())
        }
        _ => {
            let mut word = [b'0'; 8];
            word.iter_mut()
                .zip(text)
                .for_each(|(to, octet)| *to = *octet);
            holds(&word)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn printable_is_what_it_says(
            mut octets in proptest::collection::vec(b' '..0x7F, 0..40),
            other: u8,
            at: prop::sample::Index,
        ) {
            prop_assert!(is_printable(&octets));
            octets.push(b'~');
            let at = at.index(octets.len());
            octets[at] = other;
            prop_assert_eq!(is_printable(&octets), (b' '..0x7F).contains(&other));
        }

        #[test]
        fn digits_are_what_they_say(
            mut octets in proptest::collection::vec(b'0'..=b'9', 0..40),
            other: u8,
            at: prop::sample::Index,
        ) {
            prop_assert!(are_digits(&octets));
            octets.push(b'9');
            let at = at.index(octets.len());
            octets[at] = other;
            prop_assert_eq!(are_digits(&octets), other.is_ascii_digit());
        }
    }
}
