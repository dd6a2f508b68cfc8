//! A sparkline: how it went with one thing, within a line of a table.

use super::{Column, Slice, Timeline, Tone, columns};
use crate::show::number::grouped;
use crate::words::Words;

/// A small picture without a scale: successes, and failures from the same bottom in front of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sparkline {
    /// The figures in words; what those read who do not see the picture.
    pub(crate) label: String,
    /// Its columns; empty: nothing happened.
    pub(crate) columns: Vec<Column>,
}

/// Draws both counts on one scale.
pub(crate) fn sparkline(words: Words, time: Timeline<'_>) -> Sparkline {
    let (delivered, failed) = time.totals();
    let (good, bad) = (grouped(words, delivered), grouped(words, failed));
    let label = words.with("chart-sparkline", &[("delivered", &good), ("failed", &bad)]);
    let both = |slice: &Slice| slice.delivered.saturating_add(slice.failed);
    let top = time.slices.iter().map(both).max().unwrap_or(0).max(1);
    let mut drawn =
        columns(words, time, Tone::Good, top, |slice| slice.delivered.saturating_add(slice.failed));
    drawn.extend(columns(words, time, Tone::Bad, top, |slice| slice.failed));
    Sparkline { label, columns: drawn }
}
