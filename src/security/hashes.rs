//! HMAC over slices.

use hmac::KeyInit;
use sha1::block_api::compress;
use subtle::ConstantTimeEq;
use zeroize::{Zeroizing, optimization_barrier};

/// An HMAC keyed with any number of octets.
pub(super) fn keyed<M: KeyInit>(key: &[u8]) -> M {
    match M::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("an HMAC takes keys of every length (RFC 2104 §2)"),
    }
}

/// Octets of a block of SHA-1.
const BLOCK: usize = 64;
/// The state that SHA-1 begins with (FIPS 180-4 §5.3.1).
const INITIAL: [u32; 5] = [
    0x6745_2301,
    0xEFCD_AB89,
    0x98BA_DCFE,
    0x1032_5476,
    0xC3D2_E1F0,
];
const INNER: u8 = 0x36;
const OUTER: u8 = 0x5C;

/// HMAC-SHA1 with its key (RFC 2104): what SHA-1 is in after the inner and after the outer pad.
///
/// Straight on the compression function, because a batch makes one of these for every device: the
/// pieces of a key need not be joined first, blocks of the message are not copied, and nothing is
/// allocated.
#[derive(Clone)]
pub(super) struct HmacSha1 {
    inner: [u32; 5],
    outer: [u32; 5],
}

impl Drop for HmacSha1 {
    fn drop(&mut self) {
        wipe(&mut self.inner);
        wipe(&mut self.outer);
    }
}

/// Wipes all at once, where `Zeroize` goes octet by octet.
fn wipe<T: Copy + Default, const N: usize>(secret: &mut [T; N]) {
    *secret = [T::default(); N];
    optimization_barrier(secret);
}

impl HmacSha1 {
    /// Takes the key that the pieces make when they are joined.
    pub fn new(pieces: &[&[u8]]) -> Self {
        let mut pad = [0; BLOCK];
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        if length > BLOCK {
            let joined = Zeroizing::new(pieces.concat());
            pad[..20].copy_from_slice(&hash(INITIAL, 0, &joined));
        } else {
            let mut at = 0;
            for piece in pieces {
                pad[at..at + piece.len()].copy_from_slice(piece);
                at += piece.len();
            }
        }
        let mut padded = |with: u8| {
            let mut state = INITIAL;
            pad.iter_mut().for_each(|octet| *octet ^= with);
            compress(&mut state, std::slice::from_ref(&pad));
            state
        };
        let key = Self {
            inner: padded(INNER),
            outer: padded(INNER ^ OUTER),
        };
        wipe(&mut pad);
        key
    }

    /// The MAC of `data`.
    pub fn mac(&self, data: &[u8]) -> [u8; 20] {
        hash(self.outer, BLOCK, &hash(self.inner, BLOCK, data))
    }

    /// Whether `mac` is the MAC of `data`, in constant time.
    pub fn matches(&self, data: &[u8], mac: &[u8; 20]) -> bool {
        self.mac(data).ct_eq(mac).into()
    }
}

/// Ends SHA-1 with `data`, after `before` octets that led to `state`.
fn hash(mut state: [u32; 5], before: usize, data: &[u8]) -> [u8; 20] {
    let (blocks, rest) = data.as_chunks::<BLOCK>();
    compress(&mut state, blocks);
    // The rest, a bit, zeros, and the number of bits (FIPS 180-4 §5.1.1)
    let mut last = [[0; BLOCK]; 2];
    let count = if rest.len() < BLOCK - 8 { 1 } else { 2 };
    let flat = last[..count].as_flattened_mut();
    flat[..rest.len()].copy_from_slice(rest);
    flat[rest.len()] = 0x80;
    let bits = 8 * (before as u64 + data.len() as u64);
    flat[count * BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    compress(&mut state, &last[..count]);
    let mut digest = [0; 20];
    for (octets, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
        *octets = word.to_be_bytes();
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;
    use hmac::{Hmac, Mac};
    use proptest::prelude::*;

    #[test]
    fn rfc_2202_vectors() {
        for (key, data, mac) in [
            (
                &[0x0B; 20][..],
                &b"Hi There"[..],
                hex!("b617318655057264e28bc0b6fb378c8ef146be00"),
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                hex!("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            ),
            (
                &[0xAA; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                hex!("aa4ae5e15272d00e95705637ce8a3b55ed402112"),
            ),
        ] {
            assert_eq!(HmacSha1::new(&[key]).mac(data), mac);
        }
    }

    /// Where the padding of SHA-1 begins another block, and where a key is hashed.
    #[test]
    fn every_length_around_the_blocks() {
        let octets: Vec<u8> = (0..=200).collect();
        for length in 0..=octets.len() {
            let some = &octets[..length];
            for (key, data) in [(&b"key"[..], some), (some, b"data")] {
                let expected = keyed::<Hmac<sha1::Sha1>>(key).chain_update(data);
                let expected: [u8; 20] = expected.finalize().into_bytes().into();
                assert_eq!(HmacSha1::new(&[key]).mac(data), expected, "{length} octets");
            }
        }
    }

    proptest! {
        /// Judged by the `hmac` crate, at every length of key and message around the blocks'.
        #[test]
        fn it_is_hmac(
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..4),
            data in proptest::collection::vec(any::<u8>(), 0..200),
            bit in 0_usize..160,
        ) {
            let borrowed: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let key = HmacSha1::new(&borrowed);
            let expected = keyed::<Hmac<sha1::Sha1>>(&pieces.concat()).chain_update(&data);
            let mut mac: [u8; 20] = expected.finalize().into_bytes().into();
            prop_assert_eq!(key.mac(&data), mac);
            prop_assert!(key.matches(&data, &mac));
            mac[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!key.matches(&data, &mac));
        }
    }
}
