//! A histogram as bytes: for each step that was met its number in one byte and its count in four, least significant
//! first. Most histograms meet few steps.

use klingel_model::Latency;
use klingel_model::latency::LATENCY_STEPS;

use crate::fault::{Fault, corrupt};

/// Bytes of one step.
const STEP_BYTES: usize = 5;

pub(super) fn write(latency: &Latency) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (step, count) in (0_u8..).zip(latency.steps()).filter(|(_, count)| **count > 0) {
        bytes.push(step);
        bytes.extend(count.to_le_bytes());
    }
    bytes
}

pub(super) fn read(bytes: &[u8]) -> Result<Latency, Fault> {
    let mut counts = [0; LATENCY_STEPS];
    let (steps, rest) = bytes.as_chunks::<STEP_BYTES>();
    for [step, count @ ..] in steps {
        let known = counts.get_mut(usize::from(*step)).ok_or_else(|| corrupt("stat", "unknown step"))?;
        *known = u32::from_le_bytes(*count);
    }
    if rest.is_empty() { Ok(Latency::of_steps(counts)) } else { Err(corrupt("stat", "a step is cut off")) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_histogram_goes_there_and_back_and_a_garbled_one_is_told() {
        let mut latency = Latency::default();
        assert!(write(&latency).is_empty());
        for took_ms in [0, 0, 3, 70_000] {
            latency.record(Duration::from_millis(took_ms));
        }
        let bytes = write(&latency);
        assert_eq!(bytes, [0, 2, 0, 0, 0, 4, 1, 0, 0, 0, 33, 1, 0, 0, 0]);
        assert_eq!(read(&bytes).unwrap(), latency);
        assert!(read(&bytes[..9]).is_err());
        assert!(read(&[34, 1, 0, 0, 0]).is_err());
    }
}
