//! The pictures as data.

use std::time::Duration;

use klingel_model::Micros;

use super::*;
use crate::words::Language;

const EN: Words = Words(Language::En);
const HOUR: Duration = Duration::from_hours(1);

fn slices(counts: &[(u64, u64)]) -> Vec<Slice> {
    let mut from = Micros::from_unix_us(0);
    let mut slices = Vec::new();
    for (delivered, failed) in counts {
        let any = delivered + failed > 0;
        let ms = |ms| any.then_some(Duration::from_millis(ms));
        slices.push(Slice { from, delivered: *delivered, failed: *failed, p50: ms(20), p99: ms(200) });
        from = from.plus(HOUR);
    }
    slices
}

fn over(slices: &[Slice]) -> Timeline<'_> {
    Timeline { slices, each: HOUR }
}

#[test]
fn both_counts_stand_on_scales_of_their_own() {
    let slices = slices(&[(1000, 0), (0, 0), (500, 2), (0, 1)]);
    let picture = deliveries(EN, "Deliveries".to_owned(), over(&slices));
    let [good, bad] = &picture.plots[..] else { panic!("two plots") };
    assert_eq!((good.label.as_str(), bad.label.as_str()), ("Delivered: 1,500", "Failed: 3"));
    assert_eq!(good.levels, ["1,000", "500", "0"]);
    assert_eq!(bad.levels, ["2", "1", "0"]);
    let heights = |plot: &Plot| plot.columns.iter().map(|column| column.height).collect::<Vec<_>>();
    assert_eq!((heights(good), heights(bad)), (vec![1000, 500], vec![1000, 500]));
    assert_eq!(good.columns[1].hint, "1 Jan 1970, 02:00:00 UTC: 500");
    for column in good.columns.iter().chain(&bad.columns) {
        assert!(column.x + column.width <= SIDE && column.y + column.height == SIDE, "{column:?}");
    }
}

#[test]
fn every_figure_stands_in_the_table() {
    let slices = slices(&[(1000, 0), (0, 3)]);
    let picture = deliveries(EN, "Deliveries".to_owned(), over(&slices));
    assert_eq!(picture.head, ["Delivered", "Failed"]);
    let cells: Vec<_> = picture.rows.iter().map(|row| row.cells.join(" ")).collect();
    assert_eq!(cells, ["0 3", "1,000 0"]);
    let edges: Vec<_> = picture.edges.iter().map(|at| at.machine.as_str()).collect();
    let wanted =
        ["1970-01-01T00:00:00.000000Z", "1970-01-01T01:00:00.000000Z", "1970-01-01T02:00:00.000000Z"];
    assert_eq!(edges, wanted);
}

#[test]
fn curves_break_where_nothing_was_measured() {
    let slices = slices(&[(1, 0), (1, 0), (0, 0), (1, 0)]);
    let picture = latency(EN, "Latency".to_owned(), over(&slices));
    let [plot] = &picture.plots[..] else { panic!("one plot") };
    assert_eq!(plot.levels, ["200 ms", "100 ms", "0 ms"]);
    assert_eq!(plot.curves[0].path, "M125 900L375 900M812 900h125");
    assert_eq!(plot.curves[1].path, "M125 0L375 0M812 0h125");
    assert_eq!(picture.rows[1].cells, ["–", "–"]);
    assert!(plot.label.contains("200 ms"), "{}", plot.label);
}

#[test]
fn a_sparkline_says_its_figures() {
    let slices = slices(&[(3, 1), (0, 0)]);
    let drawn = sparkline(EN, over(&slices));
    assert!(drawn.label.contains('3') && drawn.label.contains('1'), "{}", drawn.label);
    let columns: Vec<_> = drawn.columns.iter().map(|column| (column.tone, column.height)).collect();
    assert_eq!(columns, [(Tone::Good, 1000), (Tone::Bad, 250)]);
}

#[test]
fn nothing_draws_nothing() {
    let time = over(&[]);
    assert_eq!(sparkline(EN, time).columns, []);
    let picture = deliveries(EN, String::new(), time);
    assert!(picture.edges.is_empty() && picture.rows.is_empty() && picture.plots[0].columns.is_empty());
    assert_eq!(latency(EN, String::new(), time).plots[0].curves[0].path, "");
}
