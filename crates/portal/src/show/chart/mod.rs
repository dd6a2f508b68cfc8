//! Pictures drawn from numbers: deliveries over time, latencies, a sparkline.
//!
//! A picture is data: shapes in a box of [`SIDE`] units each way, which the style sheet stretches to the room there is,
//! and every figure once more as a table for those who do not see it. `templates/chart.html` draws it. Each measure has
//! a plot of its own below its name, and curves differ in their strokes, so that nothing is told by colour alone.

mod deliveries;
mod history;
mod latency;
mod scale;
mod sparkline;
#[cfg(test)]
mod tests;

use std::time::Duration;

use klingel_model::Micros;

pub(crate) use deliveries::deliveries;
pub(crate) use history::{History, Lookback};
pub(crate) use latency::latency;
pub(crate) use sparkline::{Sparkline, sparkline};

use super::number::grouped;
use super::time::Moment;
use crate::words::Words;

/// Units of a plot's box, each way.
pub(crate) const SIDE: u64 = 1000;

/// A span of time with its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slice {
    /// When it begins.
    pub(crate) from: Micros,
    /// Attempts that succeeded.
    pub(crate) delivered: u64,
    /// Attempts that failed.
    pub(crate) failed: u64,
    /// Half of the attempts were faster; `None` without attempts.
    pub(crate) p50: Option<Duration>,
    /// All but one of a hundred were faster.
    pub(crate) p99: Option<Duration>,
}

/// Slices of equal length, one behind the other without gaps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeline<'a> {
    /// Oldest first.
    pub(crate) slices: &'a [Slice],
    /// How long each of them is.
    pub(crate) each: Duration,
}

/// A picture of some plots over the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// What it shows.
    pub(crate) title: String,
    /// The plots, one above the other.
    pub(crate) plots: Vec<Plot>,
    /// Beginning, middle and end of the time.
    pub(crate) edges: Vec<Moment>,
    /// The table's columns behind the time.
    pub(crate) head: Vec<String>,
    /// The figures, newest first.
    pub(crate) rows: Vec<Row>,
}

/// One plot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plot {
    /// What it shows, in a sentence with the figures that matter.
    pub(crate) label: String,
    /// Its curves, or the one measure of its columns, by name.
    pub(crate) legend: Vec<(Tone, String)>,
    /// Top, half and bottom of its scale.
    pub(crate) levels: [String; 3],
    /// Columns that stand on the bottom.
    pub(crate) columns: Vec<Column>,
    /// Curves.
    pub(crate) curves: Vec<Curve>,
}

/// How a measure is drawn; the style sheet gives it a colour and a stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// What went well.
    Good,
    /// What went wrong.
    Bad,
    /// A further measure.
    Third,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) tone: Tone,
    /// Its figure in words.
    pub(crate) hint: String,
    pub(crate) x: u64,
    pub(crate) y: u64,
    pub(crate) width: u64,
    pub(crate) height: u64,
}

/// A curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Curve {
    pub(crate) tone: Tone,
    /// In the words of an SVG path: only letters of commands, digits and spaces.
    pub(crate) path: String,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) from: Moment,
    pub(crate) cells: Vec<String>,
}

impl Tone {
    /// The class in the style sheet.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Third => "third",
        }
    }
}

impl Timeline<'_> {
    /// Both counts over the whole time.
    pub(crate) fn totals(&self) -> (u64, u64) {
        let sum = |of: fn(&Slice) -> u64| self.slices.iter().map(of).fold(0, u64::saturating_add);
        (sum(|slice| slice.delivered), sum(|slice| slice.failed))
    }

    fn edges(&self, words: Words) -> Vec<Moment> {
        let (Some(first), Some(last)) = (self.slices.first(), self.slices.last()) else { return Vec::new() };
        let end = last.from.plus(self.each);
        let middle = first.from.plus(end.since(first.from) / 2);
        [first.from, middle, end].map(|at| Moment::of(words, at)).into()
    }

    /// Left end and width of a slice's place.
    fn place(&self, number: usize) -> (u64, u64) {
        let count = self.slices.len().max(1) as u64;
        let at = |n: u64| n * SIDE / count;
        let number = number as u64;
        (at(number), at(number + 1) - at(number))
    }

    fn rows(&self, words: Words, cells: impl Fn(&Slice) -> Vec<String>) -> Vec<Row> {
        let row = |slice: &Slice| Row { from: Moment::of(words, slice.from), cells: cells(slice) };
        self.slices.iter().rev().map(row).collect()
    }
}

/// A column for each slice that has something to show, standing on the bottom of a plot with this top.
fn columns(words: Words, time: Timeline<'_>, tone: Tone, top: u64, count: fn(&Slice) -> u64) -> Vec<Column> {
    let mut columns = Vec::new();
    for (number, slice) in time.slices.iter().enumerate() {
        let value = count(slice);
        if value == 0 {
            continue;
        }
        let (left, room) = time.place(number);
        let gap = room / 6;
        let height = scale::height(value, top);
        let hint = format!("{}: {}", Moment::of(words, slice.from), grouped(words, value));
        let (x, width) = (left + gap, (room - 2 * gap).max(1));
        columns.push(Column { tone, hint, x, y: SIDE - height, width, height });
    }
    columns
}
