//! How long requests took, as a histogram whose steps never change: histograms of any two spans can be added up.

use std::time::Duration;

/// Upper bounds of the steps in microseconds, inclusive: from 1 ms upwards by the root of two, the last at 60 s. What
/// is longer is in a step of its own behind them.
pub const LATENCY_BOUNDS_US: [u64; 33] = [
    1_000, 1_414, 2_000, 2_828, 4_000, 5_657, 8_000, 11_314, 16_000, 22_627, 32_000, 45_255, 64_000, 90_510,
    128_000, 181_019, 256_000, 362_039, 512_000, 724_077, 1_024_000, 1_448_155, 2_048_000, 2_896_309,
    4_096_000, 5_792_619, 8_192_000, 11_585_238, 16_384_000, 23_170_475, 32_768_000, 46_340_950, 60_000_000,
];

/// Steps of the histogram, the one without an upper bound included.
pub const LATENCY_STEPS: usize = LATENCY_BOUNDS_US.len() + 1;

/// How often each step was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency([u32; LATENCY_STEPS]);

impl Default for Latency {
    fn default() -> Self {
        Self([0; LATENCY_STEPS])
    }
}

impl Latency {
    /// Of these counts.
    pub const fn of_steps(counts: [u32; LATENCY_STEPS]) -> Self {
        Self(counts)
    }

    /// The count of each step, in the order of [`LATENCY_BOUNDS_US`], then what is longer.
    pub const fn steps(&self) -> &[u32; LATENCY_STEPS] {
        &self.0
    }

    /// Counts one more.
    pub fn record(&mut self, took: Duration) {
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let step = LATENCY_BOUNDS_US.partition_point(|bound| *bound < took_us);
        self.0[step] = self.0[step].saturating_add(1);
    }

    /// Adds another histogram to this one.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_add(more);
        }
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|count| u64::from(*count)).sum()
    }

    /// The time within which `percent` of the counted (0 to 100) lie, at least one of them; `None` if nothing was
    /// counted. Within a step it is estimated as if its requests were spread evenly, so it is at most a factor of the
    /// root of two off. Longer than the last bound counts as the last bound.
    pub fn percentile(&self, percent: u8) -> Option<Duration> {
        let rank = (self.count() * u64::from(percent.min(100))).div_ceil(100).max(1);
        let mut below = 0;
        for (step, count) in self.0.iter().enumerate() {
            let count = u64::from(*count);
            if below + count < rank {
                below += count;
                continue;
            }
            let low = step.checked_sub(1).map_or(0, |previous| LATENCY_BOUNDS_US[previous]);
            let high = LATENCY_BOUNDS_US.get(step).copied().unwrap_or(low);
            // A span is at most 2^24 us and a count at most 2^32: their product fits.
            return Some(Duration::from_micros(low + (high - low) * (rank - below) / count));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(took_us: impl IntoIterator<Item = u64>) -> Latency {
        let mut latency = Latency::default();
        for us in took_us {
            latency.record(Duration::from_micros(us));
        }
        latency
    }

    #[test]
    fn the_bounds_go_up_by_the_root_of_two() {
        for pair in LATENCY_BOUNDS_US.windows(2).take(31) {
            let square = u128::from(pair[1]) * u128::from(pair[1]);
            let twice = 2 * u128::from(pair[0]) * u128::from(pair[0]);
            assert!(square.abs_diff(twice) * 1000 < twice, "{pair:?}");
        }
        assert_eq!(LATENCY_BOUNDS_US.last(), Some(&60_000_000));
    }

    #[test]
    fn a_bound_belongs_to_its_step_and_what_is_longer_is_counted() {
        let latency = of([0, 1_000, 1_001, 1_414, 60_000_000, 60_000_001, u64::MAX]);
        assert_eq!(latency.steps()[..3], [2, 2, 0]);
        assert_eq!(latency.steps()[32..], [1, 2]);
        assert_eq!(latency.count(), 7);
    }

    #[test]
    fn percentiles_are_near_the_true_ones() {
        assert_eq!(Latency::default().percentile(50), None);
        let latency = of((1..=10_000).map(|n| n * 100));
        for (percent, true_us) in [(1, 10_000), (50, 500_000), (90, 900_000), (99, 990_000), (100, 1_000_000)]
        {
            let found = latency.percentile(percent).unwrap().as_micros();
            let (low, high) = (true_us * 1000 / 1415, true_us * 1415 / 1000);
            assert!((low..=high).contains(&found), "{percent} %: {found}");
        }
        assert_eq!(of([70_000_000]).percentile(50), Some(Duration::from_mins(1)));
        assert!(of([3_000]).percentile(0).unwrap() <= of([3_000]).percentile(100).unwrap());
        assert_eq!(of([3_000]).percentile(200), of([3_000]).percentile(100));
    }

    #[test]
    fn merged_is_as_if_counted_together() {
        let mut one = of((1..500).map(|n| n * 77));
        let other = of((1..300).map(|n| n * 12_345));
        one.merge(&other);
        assert_eq!(one, of((1..500).map(|n| n * 77).chain((1..300).map(|n| n * 12_345))));
        let mut full = Latency::of_steps([u32::MAX; LATENCY_STEPS]);
        full.merge(&other);
        assert_eq!(full, Latency::of_steps([u32::MAX; LATENCY_STEPS]));
        assert!(full.percentile(99).is_some());
    }
}
