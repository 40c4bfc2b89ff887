//! HMAC-SHA1 of eight devices at once, one in each lane of a vector: does it gain over the CPU's own
//! instructions for SHA-1, one device after the other?
//!
//! Safe and portable: arrays of eight words that the compiler makes vectors of, and `pulp` to compile
//! them for the vectors that the CPU has. It is not used by the library; the figure is printed so
//! that it can be, the day it gains.

use super::goals::median;
use super::rounds::cpu_time;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::array::from_fn;
use std::hint::black_box;

const LANES: usize = 8;
const BLOCK: usize = 64;
/// Rounds, and groups of devices in each.
const ROUNDS: usize = 15;
const GROUPS: usize = 1_000;
/// Octets of the typical document.
const BODY: usize = 749;

type Word = [u32; LANES];
type State = [Word; 5];

pub fn measure() {
    let keys: [[u8; 8]; LANES] = from_fn(|lane| [b'0' + lane as u8; 8]);
    let bodies: Vec<Vec<u8>> = (0..LANES)
        .map(|lane| (0..BODY).map(|at| (at * (lane + 3)) as u8).collect())
        .collect();
    let bodies: [&[u8]; LANES] = from_fn(|lane| bodies[lane].as_slice());
    let one = |key: &[u8], body: &[u8]| -> [u8; 20] {
        let mac = Hmac::<Sha1>::new_from_slice(key).unwrap();
        mac.chain_update(body).finalize().into_bytes().into()
    };
    let arch = pulp::Arch::new();
    let expected: [[u8; 20]; LANES] = from_fn(|lane| one(&keys[lane], bodies[lane]));
    assert_eq!(arch.dispatch(|| hmac(&keys, &bodies)), expected);
    let mut ratios = Vec::new();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = cpu_time();
        for _ in 0..GROUPS {
            for (key, body) in keys.iter().zip(bodies) {
                black_box(one(black_box(key), black_box(body)));
            }
        }
        let single = cpu_time() - start;
        let start = cpu_time();
        for _ in 0..GROUPS {
            black_box(arch.dispatch(|| hmac(black_box(&keys), black_box(&bodies))));
        }
        let lanes = cpu_time() - start;
        ratios.push(single / lanes);
        times.push(lanes / (GROUPS * LANES) as f64);
    }
    println!(
        "\nEight devices in the lanes of vectors: {:.0} ns for the HMAC of a typical \
         document, {:.2} times as fast as one after the other",
        median(times),
        median(ratios)
    );
}

/// The MACs of documents of the same length.
#[inline(always)]
fn hmac(keys: &[[u8; 8]; LANES], bodies: &[&[u8]; LANES]) -> [[u8; 20]; LANES] {
    let padded = |with: u8| -> State {
        let pads: [[u8; BLOCK]; LANES] =
            from_fn(|lane| from_fn(|at| keys[lane].get(at).copied().unwrap_or_default() ^ with));
        let mut state = initial();
        compress(&mut state, &load(&pads.each_ref()));
        state
    };
    let inner = digest(padded(0x36), bodies);
    digest(
        padded(0x5C),
        &inner.each_ref().map(|digest| digest.as_slice()),
    )
}

#[inline(always)]
fn initial() -> State {
    [
        0x6745_2301_u32,
        0xEFCD_AB89,
        0x98BA_DCFE,
        0x1032_5476,
        0xC3D2_E1F0,
    ]
    .map(|word| [word; LANES])
}

/// Ends SHA-1 after one block that led to `state`.
#[inline(always)]
fn digest(mut state: State, data: &[&[u8]; LANES]) -> [[u8; 20]; LANES] {
    let length = data[0].len();
    let blocks = length / BLOCK;
    for block in 0..blocks {
        let lanes = data.map(|data| {
            let octets = &data[block * BLOCK..(block + 1) * BLOCK];
            <&[u8; BLOCK]>::try_from(octets).unwrap()
        });
        compress(&mut state, &load(&lanes));
    }
    let rest = length % BLOCK;
    let count = if rest < BLOCK - 8 { 1 } else { 2 };
    let bits = (8 * (BLOCK + length) as u64).to_be_bytes();
    let last: [[u8; 2 * BLOCK]; LANES] = from_fn(|lane| {
        let mut last = [0; 2 * BLOCK];
        last[..rest].copy_from_slice(&data[lane][blocks * BLOCK..]);
        last[rest] = 0x80;
        last[count * BLOCK - 8..count * BLOCK].copy_from_slice(&bits);
        last
    });
    for block in 0..count {
        let lanes = last.each_ref().map(|last| {
            let octets = &last[block * BLOCK..(block + 1) * BLOCK];
            <&[u8; BLOCK]>::try_from(octets).unwrap()
        });
        compress(&mut state, &load(&lanes));
    }
    from_fn(|lane| from_fn(|at| state[at / 4][lane].to_be_bytes()[at % 4]))
}

/// The words of a block of each lane, side by side.
#[inline(always)]
fn load(blocks: &[&[u8; BLOCK]; LANES]) -> [Word; 16] {
    let mut words = [[0; LANES]; 16];
    for (index, word) in words.iter_mut().enumerate() {
        for (lane, block) in word.iter_mut().zip(blocks) {
            let octets = [0, 1, 2, 3].map(|at| block[4 * index + at]);
            *lane = u32::from_be_bytes(octets);
        }
    }
    words
}

/// FIPS 180-4 §6.1.2 in every lane.
#[inline(always)]
fn compress(state: &mut State, block: &[Word; 16]) {
    let mut words = *block;
    let mut at = *state;
    for round in 0..20 {
        step(&mut at, &mut words, round, 0x5A82_7999, |b, c, d| {
            d ^ b & (c ^ d)
        });
    }
    for round in 20..40 {
        step(&mut at, &mut words, round, 0x6ED9_EBA1, |b, c, d| b ^ c ^ d);
    }
    for round in 40..60 {
        step(&mut at, &mut words, round, 0x8F1B_BCDC, |b, c, d| {
            b & c | d & (b | c)
        });
    }
    for round in 60..80 {
        step(&mut at, &mut words, round, 0xCA62_C1D6, |b, c, d| b ^ c ^ d);
    }
    for (word, added) in state.iter_mut().zip(at) {
        for lane in 0..LANES {
            word[lane] = word[lane].wrapping_add(added[lane]);
        }
    }
}

/// One round. Plain loops over the lanes: the compiler makes vectors of them.
#[inline(always)]
fn step(
    state: &mut State,
    words: &mut [Word; 16],
    round: usize,
    constant: u32,
    mix: impl Fn(u32, u32, u32) -> u32,
) {
    let index = round % 16;
    if round >= 16 {
        let [x, y, z] = [
            words[(index + 13) % 16],
            words[(index + 8) % 16],
            words[(index + 2) % 16],
        ];
        for lane in 0..LANES {
            let word = words[index][lane] ^ x[lane] ^ y[lane] ^ z[lane];
            words[index][lane] = word.rotate_left(1);
        }
    }
    let [a, b, c, d, e] = *state;
    let (mut next, mut turned) = ([0; LANES], [0; LANES]);
    for lane in 0..LANES {
        next[lane] = a[lane]
            .rotate_left(5)
            .wrapping_add(mix(b[lane], c[lane], d[lane]))
            .wrapping_add(e[lane])
            .wrapping_add(constant)
            .wrapping_add(words[index][lane]);
        turned[lane] = b[lane].rotate_left(30);
    }
    *state = [next, a, turned, c, d];
}
