//! Mutations of kept inputs, the same for the same seed: what a test can do without counting edges.

use klingel_model::Dice;
use klingel_testkit::SeededDice;

/// Bytes of an input.
const INPUT_BYTES_MAX: usize = 4096;
/// Changes of one input at most.
const CHANGES_MAX: usize = 6;
/// Pieces that have a meaning somewhere.
const PIECES: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b",",
    b":",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\0",
    b"\r\n",
    b"\r\n\r\n",
    b"\xff\xfe",
    b"\xf0\x9f\x94\x94",
    b"$not",
    b"$or",
    b"HTTP/1.1 200 OK\r\n",
    b"transfer-encoding: chunked\r\n",
    b"content-length: 0\r\n",
];

/// A mutation of one of these inputs.
pub fn mutate(inputs: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let dice = SeededDice::new(seed);
    let below = |bound: usize| {
        let mut bytes = [0; 8];
        dice.fill(&mut bytes);
        usize::try_from(u64::from_be_bytes(bytes) % bound.max(1) as u64).expect("it is below a usize")
    };
    let mut input = inputs.get(below(inputs.len())).cloned().unwrap_or_default();
    for _ in 0..=below(CHANGES_MAX) {
        let at = below(input.len() + 1);
        match below(7) {
            0 if at < input.len() => input[at] ^= 1 << below(8),
            1 if at < input.len() => drop(input.drain(at..(at + 1 + below(16)).min(input.len()))),
            2 => drop(input.splice(at..at, PIECES[below(PIECES.len())].iter().copied())),
            3 if at < input.len() => {
                let piece = input[at..(at + 1 + below(64)).min(input.len())].to_vec();
                let times = 1 + below(8);
                input.splice(at..at, piece.repeat(times));
            }
            4 if !inputs.is_empty() => {
                let other = &inputs[below(inputs.len())];
                input.truncate(at);
                input.extend_from_slice(&other[below(other.len() + 1)..]);
            }
            5 => input.truncate(at),
            _ => input.insert(at, u8::try_from(below(256)).expect("it is below 256")),
        }
    }
    input.truncate(INPUT_BYTES_MAX);
    input
}

#[cfg(test)]
mod tests {
    use super::{INPUT_BYTES_MAX, mutate};

    #[test]
    fn mutations_are_many_bounded_and_the_same_for_the_same_seed() {
        let inputs = vec![b"{\"a\":1}".to_vec(), Vec::new()];
        let all: std::collections::BTreeSet<_> = (0..500).map(|seed| mutate(&inputs, seed)).collect();
        assert!(all.len() > 250, "{}", all.len());
        assert!(all.iter().all(|input| input.len() <= INPUT_BYTES_MAX));
        assert_eq!(mutate(&inputs, 7), mutate(&inputs, 7));
        assert!(mutate(&[], 3).len() <= INPUT_BYTES_MAX);
    }
}
