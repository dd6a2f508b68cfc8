//! The source of randomness.

use std::fmt;

/// Where randomness comes from. Everything that needs some takes one as an argument, so that tests are repeatable.
pub trait Dice: Send + Sync + fmt::Debug {
    /// Fills `bytes` with random bytes, good enough for keys.
    fn fill(&self, bytes: &mut [u8]);

    /// A number in `0.0..1.0`, evenly spread: for jitter.
    fn fraction(&self) -> f64 {
        let mut bytes = [0u8; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_be_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    /// Counts upwards: plain and repeatable.
    #[derive(Debug, Default)]
    pub(crate) struct Counting(AtomicU8);

    impl Dice for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn a_fraction_stays_below_one() {
        let dice = Counting::default();
        for _ in 0..1000 {
            let f = dice.fraction();
            assert!((0.0..1.0).contains(&f));
        }
    }
}
