//! Attempts over time: what succeeded above, what failed below.

use super::{Picture, Plot, Slice, Timeline, Tone, columns, scale};
use crate::show::number::grouped;
use crate::words::Words;

/// Columns of both counts. Each plot has a scale of its own, so that few failures are seen beside many successes.
pub(crate) fn deliveries(words: Words, title: String, time: Timeline<'_>) -> Picture {
    let (delivered, failed) = time.totals();
    let cells = |slice: &Slice| vec![grouped(words, slice.delivered), grouped(words, slice.failed)];
    let names = [words.t("chart-delivered"), words.t("chart-failed")];
    let [good, bad] = &names;
    Picture {
        plots: vec![
            plot(words, time, (Tone::Good, good), delivered, |slice| slice.delivered),
            plot(words, time, (Tone::Bad, bad), failed, |slice| slice.failed),
        ],
        title,
        edges: time.edges(words),
        rows: time.rows(words, cells),
        head: names.into(),
    }
}

fn plot(
    words: Words,
    time: Timeline<'_>,
    (tone, name): (Tone, &str),
    total: u64,
    count: fn(&Slice) -> u64,
) -> Plot {
    let top = scale::top(time.slices.iter().map(count).max().unwrap_or(0));
    let label = format!("{name}: {}", grouped(words, total));
    Plot {
        legend: vec![(tone, label.clone())],
        label,
        levels: [top, top / 2, 0].map(|level| grouped(words, level)),
        columns: columns(words, time, tone, top, count),
        curves: Vec::new(),
    }
}
