//! Secrets of devices, derived from the seed of a job: the same job gives the same secrets.
//!
//! A job that is resumed or repeated must not mint a second secret for a device that has shipped,
//! so nothing here is random but the seed. The construction is stable: it never changes within a
//! major version, and it is short enough to repeat elsewhere.
//!
//! HKDF-SHA256 (RFC 5869) with the seed as input and [`SALT`] as salt gives a stream of 32-octet
//! blocks. The info of block i, counted from 0, is
//! `len ‖ device ‖ len ‖ parameter ‖ len ‖ alphabet ‖ count ‖ i`, where each `len`, `count` and `i`
//! is a big-endian 32-bit number. The alphabet is empty for octets. So no two values share a
//! stream: another device, parameter, alphabet or length is another stream.
//!
//! Octets are the first `count` of the stream. Characters are drawn from an alphabet of n: each
//! octet below the greatest multiple of n up to 256 gives the character at its remainder, others
//! are skipped, so that every character is equally likely.

use crate::secret::Secret;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The salt of HKDF; its number is the version of the construction.
pub const SALT: &[u8] = b"dmboot derive 1";
/// The fewest octets of a seed.
pub const MIN_SEED_OCTETS: usize = 16;
/// The longest value that is derived, in octets or characters.
pub const MAX_COUNT: usize = 1024;

/// The secret that all values of a job derive from: at least [`MIN_SEED_OCTETS`] random octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed(Secret);

/// Why a value cannot be derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeriveError {
    /// The seed has fewer octets than [`MIN_SEED_OCTETS`].
    #[error("the seed has {found} octets; give at least {MIN_SEED_OCTETS} random ones")]
    SeedTooShort {
        /// How many it has.
        found: usize,
    },
    /// Nothing, or more than [`MAX_COUNT`], was asked for.
    #[error("a length of {found} was asked for, expected 1 to {MAX_COUNT}")]
    Count {
        /// What was asked for.
        found: usize,
    },
    /// An alphabet has fewer than two characters.
    #[error("the alphabet has {found} character(s); at least two are needed")]
    AlphabetTooShort {
        /// How many it has.
        found: usize,
    },
    /// A character of an alphabet is not a visible ASCII character.
    #[error("character {at} of the alphabet is not a visible ASCII character (21 to 7E)")]
    NotVisible {
        /// Its offset, from 0.
        at: usize,
    },
    /// A character stands twice in an alphabet, so it would come up more often.
    #[error("character {at} of the alphabet stands in it before; write each once")]
    Repeated {
        /// The offset of the second one, from 0.
        at: usize,
    },
}

impl DeriveError {
    /// The stable id of the rule that is broken.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::SeedTooShort { .. } => "derive-seed-too-short",
            Self::Count { .. } => "derive-count",
            Self::AlphabetTooShort { .. } => "derive-alphabet-too-short",
            Self::NotVisible { .. } => "derive-alphabet-not-visible",
            Self::Repeated { .. } => "derive-alphabet-repeated",
        }
    }
}

/// The characters a text is drawn from: 2 to 94 different visible ASCII characters. Their order
/// matters for the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alphabet<'a>(&'a [u8]);

impl<'a> Alphabet<'a> {
    /// The decimal digits in order.
    pub const DIGITS: Alphabet<'static> = Alphabet(b"0123456789");
    /// Letters and digits without those that are taken for each other: 0 O o, 1 I l.
    pub const UNAMBIGUOUS: Alphabet<'static> =
        Alphabet(b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz");

    /// Takes the characters in this order.
    ///
    /// # Errors
    /// [`DeriveError::AlphabetTooShort`], [`DeriveError::NotVisible`], [`DeriveError::Repeated`].
    pub fn new(characters: &'a str) -> Result<Self, DeriveError> {
        let characters = characters.as_bytes();
        if characters.len() < 2 {
            return Err(DeriveError::AlphabetTooShort {
                found: characters.len(),
            });
        }
        let mut seen = [false; 256];
        for (at, &character) in characters.iter().enumerate() {
            if !character.is_ascii_graphic() {
                return Err(DeriveError::NotVisible { at });
            }
            if std::mem::replace(&mut seen[usize::from(character)], true) {
                return Err(DeriveError::Repeated { at });
            }
        }
        Ok(Self(characters))
    }
}

impl Seed {
    /// The octets, for functions that take the seed itself as their key.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// Takes random octets over.
    ///
    /// # Errors
    /// [`DeriveError::SeedTooShort`].
    pub fn new(octets: Secret) -> Result<Self, DeriveError> {
        match octets.expose().len() {
            found if found < MIN_SEED_OCTETS => Err(DeriveError::SeedTooShort { found }),
            _ => Ok(Self(octets)),
        }
    }

    /// `count` octets for a parameter of a device. `device` is what tells devices of the job apart.
    ///
    /// # Errors
    /// [`DeriveError::Count`].
    pub fn octets(
        &self,
        device: &str,
        parameter: &str,
        count: usize,
    ) -> Result<Secret, DeriveError> {
        let stream = Stream::new(self, device, parameter, b"", count)?;
        let mut octets = Vec::with_capacity(count);
        for index in 0.. {
            let block = stream.block(index);
            let missing = count - octets.len();
            octets.extend(block.iter().take(missing));
            if octets.len() == count {
                break;
            }
        }
        Ok(Secret::new(octets))
    }

    /// `count` decimal digits for a parameter of a device, all equally likely.
    ///
    /// # Errors
    /// [`DeriveError::Count`].
    pub fn digits(
        &self,
        device: &str,
        parameter: &str,
        count: usize,
    ) -> Result<Secret, DeriveError> {
        self.text(device, parameter, count, Alphabet::DIGITS)
    }

    /// `count` characters of an alphabet for a parameter of a device, all equally likely.
    ///
    /// # Errors
    /// [`DeriveError::Count`].
    pub fn text(
        &self,
        device: &str,
        parameter: &str,
        count: usize,
        alphabet: Alphabet<'_>,
    ) -> Result<Secret, DeriveError> {
        let characters = alphabet.0;
        let stream = Stream::new(self, device, parameter, characters, count)?;
        let limit = 256 - 256 % characters.len();
        let mut text = Vec::with_capacity(count);
        for index in 0.. {
            for octet in stream.block(index).iter().map(|&octet| usize::from(octet)) {
                if octet < limit && text.len() < count {
                    text.push(characters[octet % characters.len()]);
                }
            }
            if text.len() == count {
                break;
            }
        }
        Ok(Secret::new(text))
    }
}

struct Stream {
    hkdf: Hkdf<Sha256>,
    info: Vec<u8>,
}

impl Stream {
    fn new(
        seed: &Seed,
        device: &str,
        parameter: &str,
        alphabet: &[u8],
        count: usize,
    ) -> Result<Self, DeriveError> {
        if !(1..=MAX_COUNT).contains(&count) {
            return Err(DeriveError::Count { found: count });
        }
        let mut info = Vec::new();
        for part in [device.as_bytes(), parameter.as_bytes(), alphabet] {
            info.extend((part.len() as u32).to_be_bytes());
            info.extend(part);
        }
        info.extend((count as u32).to_be_bytes());
        Ok(Self {
            hkdf: Hkdf::new(Some(SALT), seed.0.expose()),
            info,
        })
    }

    fn block(&self, index: u32) -> Zeroizing<[u8; 32]> {
        let mut block = Zeroizing::new([0; 32]);
        match self
            .hkdf
            .expand_multi_info(&[&self.info, &index.to_be_bytes()], &mut *block)
        {
            Ok(()) => block,
            Err(_) => unreachable!("HKDF-SHA256 gives up to 8160 octets (RFC 5869 §2.3)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    /// The vectors below were computed with Python 3 and its own hmac module:
    /// ```python
    /// import hmac, hashlib
    /// h = lambda k, d: hmac.new(k, d, hashlib.sha256).digest()
    /// prk = h(b"dmboot derive 1", bytes(range(16)))
    /// n = lambda v: v.to_bytes(4, "big")
    /// def stream(device, parameter, alphabet, count):
    ///     info = b"".join(n(len(p)) + p for p in (device, parameter, alphabet)) + n(count)
    ///     i = 0
    ///     while True:
    ///         yield from h(prk, info + n(i) + b"\x01")
    ///         i += 1
    /// def octets(device, parameter, count):
    ///     s = stream(device, parameter, b"", count)
    ///     return bytes(next(s) for _ in range(count))
    /// def text(device, parameter, count, alphabet):
    ///     limit, out = 256 - 256 % len(alphabet), b""
    ///     for o in stream(device, parameter, alphabet, count):
    ///         if o < limit: out += alphabet[o % len(alphabet):][:1]
    ///         if len(out) == count: return out
    /// print(octets(b"490154203237518", b"key", 40).hex())
    /// print(text(b"490154203237518", b"pin", 4, b"0123456789"))
    /// print(text(b"490154203237518", b"pin", 64, b"0123456789"))
    /// print(text("gerät".encode(), b"password", 24, bytes(range(0x21, 0x7F))))
    /// ```
    fn seed() -> Seed {
        Seed::new(Secret::new((0..16).collect())).unwrap()
    }

    #[test]
    fn vectors() {
        let seed = seed();
        let octets = seed.octets("490154203237518", "key", 40).unwrap();
        assert_eq!(
            octets.expose(),
            hex!(
                "24DAD20D288A2457E5D140FE37DAEF05A14B5814E1E375DB3B18860DA0AD5DCDE52FFE6904AF1E1D"
            )
        );
        let digits = |count| seed.digits("490154203237518", "pin", count).unwrap();
        assert_eq!(digits(4).expose_text(), Some("4353"));
        assert_eq!(
            digits(64).expose_text(),
            Some("9050746058678136706499237618820685371614344026643408776353115122")
        );
        let visible: String = ('!'..='~').collect();
        let alphabet = Alphabet::new(&visible).unwrap();
        let text = seed.text("gerät", "password", 24, alphabet).unwrap();
        assert_eq!(text.expose_text(), Some(r##"O8s&%K`lY",s]l/vjZ6,y;"%"##));
    }

    #[test]
    fn other_questions_get_other_answers() {
        let seed = seed();
        let other = Seed::new(Secret::new((1..17).collect())).unwrap();
        let hex_digits = Alphabet::new("0123456789abcdef").unwrap();
        let answers = [
            seed.octets("ab", "c", 16).unwrap(),
            seed.octets("a", "bc", 16).unwrap(),
            seed.octets("", "abc", 16).unwrap(),
            seed.octets("ab", "d", 16).unwrap(),
            Secret::new(seed.octets("ab", "c", 17).unwrap().expose()[..16].to_vec()),
            other.octets("ab", "c", 16).unwrap(),
            seed.digits("ab", "c", 16).unwrap(),
            seed.text("ab", "c", 16, hex_digits).unwrap(),
            Secret::new(seed.digits("ab", "c", 17).unwrap().expose()[..16].to_vec()),
        ];
        for (index, answer) in answers.iter().enumerate() {
            assert!(!answers[..index].contains(answer), "answer {index}");
        }
        assert_eq!(seed.octets("ab", "c", 16).unwrap(), answers[0]);
    }

    #[test]
    fn digits_are_equally_likely() {
        // 256 000 digits. Taking octets modulo 10 would give 26 000 each of 0 to 5 and 25 000 each
        // of 6 to 9; 760 is five standard deviations of one count.
        let seed = seed();
        let mut counts = [0_i32; 10];
        for device in 0..256 {
            for digit in seed
                .digits(&device.to_string(), "pin", 1000)
                .unwrap()
                .expose()
            {
                counts[usize::from(digit - b'0')] += 1;
            }
        }
        assert!(
            counts.iter().all(|count| (count - 25_600).abs() < 760),
            "{counts:?}"
        );
        let (low, high) = counts.split_at(6);
        let mean = |counts: &[i32]| counts.iter().sum::<i32>() / counts.len() as i32;
        assert!((mean(low) - mean(high)).abs() < 500, "{counts:?}");
    }

    #[test]
    fn what_is_refused() {
        let short = Seed::new(Secret::new(vec![7; 15])).unwrap_err();
        assert_eq!(
            (short, short.rule()),
            (
                DeriveError::SeedTooShort { found: 15 },
                "derive-seed-too-short"
            )
        );
        for count in [0, MAX_COUNT + 1, usize::MAX] {
            let error = DeriveError::Count { found: count };
            assert_eq!(seed().octets("a", "b", count).err(), Some(error));
            assert_eq!(seed().digits("a", "b", count).err(), Some(error));
        }
        assert_eq!(
            seed().octets("a", "b", MAX_COUNT).unwrap().expose().len(),
            MAX_COUNT
        );
        for (characters, error) in [
            ("", DeriveError::AlphabetTooShort { found: 0 }),
            ("a", DeriveError::AlphabetTooShort { found: 1 }),
            ("a b", DeriveError::NotVisible { at: 1 }),
            ("abé", DeriveError::NotVisible { at: 2 }),
            ("abca", DeriveError::Repeated { at: 3 }),
        ] {
            assert_eq!(Alphabet::new(characters), Err(error));
        }
        assert_eq!(format!("{:?}", seed()), "Seed(Secret(…))");
    }
}
