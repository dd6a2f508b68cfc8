//! From figures to places in a plot.

use super::SIDE;

/// Lowest height of something that is not nothing, so that one failure among a million successes is still seen.
const HEIGHT_MIN: u64 = 12;

/// The top of a scale that holds this figure: an even number of one digit and zeros, so that its half is whole.
pub(super) fn top(largest: u64) -> u64 {
    let mut decade: u64 = 1;
    loop {
        for step in [2, 4, 6, 8, 10] {
            let top = decade.saturating_mul(step);
            if top >= largest {
                return top;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

/// How high a figure stands in a plot with this top.
pub(super) fn height(value: u64, top: u64) -> u64 {
    if value == 0 {
        return 0;
    }
    let height = u128::from(value) * u128::from(SIDE) / u128::from(top.max(1));
    u64::try_from(height).unwrap_or(SIDE).clamp(HEIGHT_MIN, SIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tops_are_round_and_can_be_halved() {
        for (largest, expected) in [
            (0, 2),
            (1, 2),
            (3, 4),
            (9, 10),
            (10, 10),
            (11, 20),
            (81, 100),
            (1_234, 2_000),
            (u64::MAX, u64::MAX),
        ] {
            assert_eq!(top(largest), expected, "{largest}");
        }
    }

    #[test]
    fn little_is_seen_and_too_much_stays_inside() {
        assert_eq!(height(0, 10), 0);
        assert_eq!(height(5, 10), SIDE / 2);
        assert_eq!(height(1, 1_000_000), HEIGHT_MIN);
        assert_eq!(height(u64::MAX, 1), SIDE);
    }
}
