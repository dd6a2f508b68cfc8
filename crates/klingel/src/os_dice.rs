//! Randomness of the operating system.

use std::cell::RefCell;

use klingel_model::Dice;

/// Bytes fetched at once: ids are made for every message, and a call to the system for each would show.
const BLOCK_BYTES: usize = 4096;

thread_local! {
    static BLOCK: RefCell<Block> = const { RefCell::new(Block { bytes: [0; BLOCK_BYTES], used: BLOCK_BYTES }) };
}

struct Block {
    bytes: [u8; BLOCK_BYTES],
    used: usize,
}

/// The operating system's generator, read ahead a block per thread. Each byte is given once, then overwritten.
#[derive(Debug, Clone, Copy)]
pub struct OsDice;

impl Dice for OsDice {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > BLOCK_BYTES {
            return fetch(bytes);
        }
        BLOCK.with_borrow_mut(|block| {
            if block.used + bytes.len() > BLOCK_BYTES {
                fetch(&mut block.bytes);
                block.used = 0;
            }
            let end = block.used + bytes.len();
            let taken = &mut block.bytes[block.used..end];
            bytes.copy_from_slice(taken);
            taken.fill(0);
            block.used = end;
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the real dice are")]
fn fetch(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("a system that runs this program gives random bytes");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_byte_is_given_twice() {
        let drawn: BTreeSet<[u8; 16]> = (0..=2 * BLOCK_BYTES / 16)
            .map(|_| {
                let mut bytes = [0; 16];
                OsDice.fill(&mut bytes);
                bytes
            })
            .collect();
        assert_eq!(drawn.len(), 2 * BLOCK_BYTES / 16 + 1);
        BLOCK.with_borrow(|block| assert!(block.bytes[..block.used].iter().all(|byte| *byte == 0)));
    }

    #[test]
    fn large_and_uneven_requests_are_filled() {
        for length in [0, 1, 7, 4095, 4096, 10_000] {
            let mut bytes = vec![0; length];
            OsDice.fill(&mut bytes);
            let zeros = bytes.iter().map(|byte| usize::from(*byte == 0)).sum::<usize>();
            assert!(length < 64 || zeros < length / 8);
        }
    }
}
