//! The report: `docs/performance.json`, and the tables and the chart made from it.

use std::fmt::Write as _;
use std::path::Path;

use super::chart;
use super::results::Results;
use super::rows::{Budget, COST, Limit, P50, P99, PEAK, Row, SPEED, budgets};
use crate::failure::Failure;
use crate::repository;

/// Between these lines of `docs/performance.md` stands what is generated.
const BEGIN: &str = "<!-- figures: written by `cargo xtask bench suite` -->";
const END: &str = "<!-- end of figures -->";

const CHART: &str = "![Processor time a delivery](performance.svg)\n";

/// Writes the three files.
pub fn write(rows: &[Row], results: &Results) -> Result<(), Failure> {
    let docs = repository::root().join("docs");
    write_file(&docs.join("performance.json"), &format!("{:#}\n", results.document()))?;
    write_file(&docs.join("performance.svg"), &chart::draw(rows, results))?;
    let page = docs.join("performance.md");
    let text =
        std::fs::read_to_string(&page).map_err(Failure::while_doing(format!("read {}", page.display())))?;
    let figures = format!(
        "{}\n\n{}\n{CHART}\n{}",
        results.made_with(),
        budget_table(results),
        row_table(rows, results)
    );
    let Some(text) = between(&text, &figures) else {
        return Err(Failure::new(format!("{} has no lines `{BEGIN}` and `{END}`", page.display())));
    };
    write_file(&page, &text)?;
    print!("{figures}");
    Ok(())
}

fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(Failure::while_doing(format!("write {}", path.display())))
}

fn between(page: &str, figures: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{figures}\n{END}{after}"))
}

fn budget_table(results: &Results) -> String {
    let mut table =
        "| what | budget | measured | least code | ratio | |\n|---|---|---|---|---|---|\n".to_owned();
    for budget in budgets() {
        let Some(measured) = results.value(budget.row, "medians", budget.key) else { continue };
        let Some((allowed, measured, holds)) = held(&budget, measured, results) else { continue };
        let reference = results.value(budget.row, "least_code", budget.key);
        let ratio = results.value(budget.row, "ratios", budget.key);
        // Writing to a String does not fail.
        let _ = writeln!(
            table,
            "| {} | {allowed} | {measured} | {} | {} | {} |",
            budget.about,
            reference.map(number).unwrap_or_default(),
            ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            if holds { "held" } else { "**missed**" },
        );
    }
    table
}

/// What is allowed, what was measured, and whether that holds.
fn held(budget: &Budget, measured: f64, results: &Results) -> Option<(String, String, bool)> {
    let (value, unit) = (number(measured), budget.unit);
    Some(match budget.limit {
        Limit::Below(most) => (format!("<= {} {unit}", number(most)), value, measured <= most),
        Limit::Above(least) => (format!(">= {} {unit}", number(least)), value, measured >= least),
        Limit::Times(most, row) => {
            let times = results.times(budget.row, row, budget.key)?;
            (format!("<= {most} x row `{row}`"), format!("{times:.2} x ({value} {unit})"), times <= most)
        }
    })
}

fn row_table(rows: &[Row], results: &Results) -> String {
    let mut table = "| row | what | deliveries/s | us a delivery | p50 ms | p99 ms | peak MiB | us, ratio to the least code |\n\
         |---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for row in rows {
        let value = |key| results.value(row.name, "medians", key);
        if value(SPEED).is_none() {
            continue;
        }
        let cells: Vec<String> =
            [SPEED, COST, P50, P99, PEAK].map(|key| value(key).map(number).unwrap_or_default()).into();
        let ratio = results.value(row.name, "ratios", COST).map(|ratio| format!("{ratio:.2}"));
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} |",
            row.name,
            row.about,
            cells.join(" | "),
            ratio.unwrap_or_default()
        );
    }
    table
}

/// Three digits that count, with commas between thousands.
fn number(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_count() {
        for (value, text) in
            [(1.234, "1.23"), (79.96, "80.0"), (150.4, "150"), (38_600.2, "38,600"), (1e6, "1,000,000")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn only_what_stands_between_the_lines_changes() {
        let page = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        assert_eq!(between(&page, "new").as_deref(), Some(&*format!("a\n{BEGIN}\n\nnew\n{END}\nb\n")));
        assert_eq!(between("a", "new"), None);
    }
}
