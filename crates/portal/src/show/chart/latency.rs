//! How long attempts took over time: the middle one, and the slowest of a hundred.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Curve, Picture, Plot, SIDE, Slice, Timeline, Tone, scale};
use crate::show::time::span;
use crate::words::Words;

/// Which figure of a slice is meant.
type Figure = fn(&Slice) -> Option<Duration>;

/// Two curves. Where there was no attempt, they break off.
pub(crate) fn latency(words: Words, title: String, time: Timeline<'_>) -> Picture {
    let shown =
        |figure: Option<Duration>| figure.map_or_else(|| "–".to_owned(), |figure| span(words, figure));
    let largest = |of: Figure| time.slices.iter().filter_map(of).max();
    let names = [words.t("chart-p50"), words.t("chart-p99")];
    let measures: [(Tone, Figure); 2] = [(Tone::Third, |slice| slice.p50), (Tone::Good, |slice| slice.p99)];
    let slowest = measures.iter().filter_map(|(_, of)| largest(*of)).max().unwrap_or_default();
    let top_ms = scale::top(millis(slowest));
    let legend: Vec<_> = measures
        .iter()
        .zip(&names)
        .map(|((tone, of), name)| {
            (*tone, words.with("chart-largest", &[("name", name), ("figure", &shown(largest(*of)))]))
        })
        .collect();
    let label = legend.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("; ");
    let level = |ms: u64| span(words, Duration::from_millis(ms));
    let plot = Plot {
        label,
        legend,
        levels: [top_ms, top_ms / 2, 0].map(level),
        columns: Vec::new(),
        curves: measures
            .iter()
            .map(|(tone, of)| Curve { tone: *tone, path: path(time, top_ms, *of) })
            .collect(),
    };
    Picture {
        title,
        plots: vec![plot],
        edges: time.edges(words),
        rows: time.rows(words, |slice| vec![shown(slice.p50), shown(slice.p99)]),
        head: names.into(),
    }
}

fn millis(figure: Duration) -> u64 {
    u64::try_from(figure.as_millis()).unwrap_or(u64::MAX)
}

fn path(time: Timeline<'_>, top_ms: u64, of: Figure) -> String {
    let mut path = String::new();
    let mut drawing = false;
    for (number, slice) in time.slices.iter().enumerate() {
        let Some(figure) = of(slice) else {
            drawing = false;
            continue;
        };
        let (left, room) = time.place(number);
        let (x, y) = (left + room / 2, SIDE - scale::height(millis(figure), top_ms));
        let goes_on = time.slices.get(number + 1).is_some_and(|next| of(next).is_some());
        let written = match (drawing, goes_on) {
            (true, _) => write!(path, "L{x} {y}"),
            (false, true) => write!(path, "M{x} {y}"),
            // A point alone would hardly be seen: it becomes a dash.
            (false, false) => write!(path, "M{} {y}h{}", left + room / 4, room / 2),
        };
        written.expect("a text takes every write");
        drawing = true;
    }
    path
}
