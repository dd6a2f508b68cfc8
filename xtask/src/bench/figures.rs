//! The figures of a run, as a table for people and as JSON for comparisons, and their medians over several runs.

use serde_json::{Map, Value, json};

/// One number with what a reader needs to understand it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Name in the JSON, with the unit.
    pub key: &'static str,
    /// Words and unit for the table.
    pub label: &'static str,
    pub value: f64,
    /// Digits behind the point in the table.
    pub decimals: usize,
}

impl Figure {
    /// A count without a `.0`, anything else with all its digits.
    fn json(&self) -> Value {
        if self.decimals > 0 || self.value.fract() != 0.0 {
            return json!(self.value);
        }
        #[expect(clippy::cast_possible_truncation, reason = "counts of a run stay below 2^52")]
        let count = self.value as i64;
        json!(count)
    }
}

/// All figures of a run, in the order of the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures(pub Vec<Figure>);

impl Figures {
    pub fn add(&mut self, key: &'static str, label: &'static str, value: f64, decimals: usize) {
        self.0.push(Figure { key, label, value, decimals });
    }

    /// The value of `key`, 0 if it was not measured.
    pub fn value(&self, key: &str) -> f64 {
        self.0.iter().find(|figure| figure.key == key).map_or(0.0, |figure| figure.value)
    }

    pub fn table(&self) -> String {
        let line =
            |figure: &Figure| format!("  {:<44}{:>14.*}\n", figure.label, figure.decimals, figure.value);
        self.0.iter().map(line).collect()
    }

    pub fn json(&self) -> Value {
        let entries = self.0.iter().map(|figure| (figure.key.to_owned(), figure.json()));
        Value::Object(entries.collect::<Map<_, _>>())
    }

    /// Figure by figure the median of the runs; they all have the same figures.
    pub fn medians(runs: &[Figures]) -> Figures {
        let Some(first) = runs.first() else { return Figures::default() };
        let median_of = |figure: &Figure| {
            let mut values: Vec<f64> = runs.iter().map(|run| run.value(figure.key)).collect();
            values.sort_by(f64::total_cmp);
            let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
            Figure { value: f64::midpoint(low, high), ..figure.clone() }
        };
        Figures(first.0.iter().map(median_of).collect())
    }
}

/// Figures whose ratio to the least code says something.
const COMPARED: [&str; 5] =
    ["delivered_per_s", "latency_p50_ms", "latency_p99_ms", "answer_p50_ms", "processor_us_per_delivery"];

/// What is measured, divided by the same of the reference; empty without a reference.
pub fn ratios(measured: &Figures, reference: &Figures) -> Figures {
    let ratio = |figure: &Figure| {
        let base = reference.value(figure.key);
        let compared = COMPARED.contains(&figure.key) && base > 0.0;
        compared.then(|| Figure { value: figure.value / base, decimals: 2, ..figure.clone() })
    };
    Figures(measured.0.iter().filter_map(ratio).collect())
}

/// The value that `percent` of the sorted values do not exceed (nearest rank); 0 without values.
pub fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(value: f64) -> Figures {
        let mut figures = Figures::default();
        figures.add("accepted_per_s", "accepted/s", value, 1);
        figures
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<u64> = (1..=200).collect();
        assert_eq!(percentile(&values, 50), 100);
        assert_eq!(percentile(&values, 99), 198);
        assert_eq!(percentile(&values, 100), 200);
        assert_eq!(percentile(&[7], 99), 7);
        assert_eq!(percentile(&[], 50), 0);
    }

    #[test]
    fn medians_ignore_an_outlier_and_halve_between_two() {
        let of = |values: &[f64]| {
            let runs: Vec<Figures> = values.iter().map(|value| run(*value)).collect();
            Figures::medians(&runs).value("accepted_per_s").to_string()
        };
        assert_eq!(of(&[10.0, 1_000.0, 12.0]), "12");
        assert_eq!(of(&[10.0, 20.0]), "15");
        assert_eq!(Figures::medians(&[]), Figures::default());
    }

    #[test]
    fn ratios_are_made_of_what_both_have() {
        let mut measured = Figures::default();
        measured.add("delivered_per_s", "delivered/s", 30.0, 1);
        measured.add("lost", "lost", 3.0, 0);
        let mut reference = measured.clone();
        reference.0[0].value = 40.0;
        assert_eq!(ratios(&measured, &reference).json().to_string(), r#"{"delivered_per_s":0.75}"#);
        assert_eq!(ratios(&measured, &Figures::default()), Figures::default());
    }

    #[test]
    fn the_table_and_the_json_show_the_same_value() {
        let figures = run(1234.56);
        assert!(
            figures.table().contains("accepted/s") && figures.table().contains("1234.6"),
            "{}",
            figures.table()
        );
        assert_eq!(figures.json()["accepted_per_s"], 1234.56);
        let mut counts = Figures::default();
        counts.add("lost", "lost", 3.0, 0);
        assert_eq!(counts.json().to_string(), r#"{"lost":3}"#);
    }
}
