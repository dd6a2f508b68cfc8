//! The chart: processor time a delivery, the product beside the least code.

use std::fmt::Write as _;

use super::results::Results;
use super::rows::{COST, Row};

const WIDTH: u32 = 760;
const LEFT: u32 = 330;
const TOP: u32 = 56;
const ROW: u32 = 42;
const BAR: u32 = 14;
/// Room for the number behind the longest bar.
const RIGHT: u32 = 60;
const PRODUCT: &str = "#2563a8";
const REFERENCE: &str = "#b9c3cf";

/// Draws it as SVG.
pub fn draw(rows: &[Row], results: &Results) -> String {
    let shown: Vec<(&Row, f64, Option<f64>)> = rows
        .iter()
        .filter(|row| row.shape.rate.is_none())
        .filter_map(|row| {
            let cost = results.value(row.name, "medians", COST)?;
            Some((row, cost, results.value(row.name, "least_code", COST)))
        })
        .collect();
    let longest = shown.iter().map(|(_, cost, least)| cost.max(least.unwrap_or(0.0))).fold(1.0, f64::max);
    let height = TOP + ROW * u32::try_from(shown.len()).unwrap_or(0) + 12;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<title>Processor time a delivery</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"12\" y=\"24\" font-size=\"15\" fill=\"#1a1a1a\">Processor time a delivery, microseconds</text>\n"
    );
    legend(&mut svg);
    for (place, (row, cost, least)) in (0..).zip(shown) {
        let y = TOP + ROW * place;
        // Writing to a String does not fail.
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#1a1a1a\">{}</text>",
            LEFT - 10,
            y + 16,
            row.about
        );
        bar(&mut svg, y, cost, longest, PRODUCT);
        if let Some(least) = least {
            bar(&mut svg, y + BAR + 2, least, longest, REFERENCE);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn legend(svg: &mut String) {
    for (x, color, words) in
        [(LEFT, PRODUCT, "Klingel"), (LEFT + 100, REFERENCE, "the least code that does the same")]
    {
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"34\" width=\"12\" height=\"12\" fill=\"{color}\"/>\
             <text x=\"{}\" y=\"45\" fill=\"#1a1a1a\">{words}</text>",
            x + 18
        );
    }
}

fn bar(svg: &mut String, y: u32, value: f64, longest: f64, color: &str) {
    let width = value / longest * f64::from(WIDTH - LEFT - RIGHT);
    let _ = writeln!(
        svg,
        "<rect x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\" fill=\"{color}\"/>\
         <text x=\"{:.1}\" y=\"{}\" font-size=\"11\" fill=\"#1a1a1a\">{value:.0}</text>",
        f64::from(LEFT) + width + 5.0,
        y + 11
    );
}
