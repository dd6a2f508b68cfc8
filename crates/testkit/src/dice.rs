//! Dice that fall the same way for the same seed.

use std::sync::atomic::{AtomicU64, Ordering};

use klingel_model::Dice;

/// Repeatable dice (`SplitMix64`). Never for keys outside tests.
#[derive(Debug)]
pub struct SeededDice(AtomicU64);

impl SeededDice {
    /// Dice with this seed.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl Default for SeededDice {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Dice for SeededDice {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let roll = |seed| {
            let mut bytes = [0u8; 21];
            SeededDice::new(seed).fill(&mut bytes);
            bytes
        };
        assert_eq!(roll(7), roll(7));
        assert_ne!(roll(7), roll(8));
    }

    #[test]
    fn fractions_spread_over_the_whole_range() {
        let dice = SeededDice::new(3);
        let rolls: Vec<f64> = (0..1000).map(|_| dice.fraction()).collect();
        assert!(rolls.iter().any(|f| *f < 0.01) && rolls.iter().any(|f| *f > 0.99));
    }
}
