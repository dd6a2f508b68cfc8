//! What has been measured so far, kept in a file beside the build.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::repository;

/// Rows that have been measured on one commit with the same thoroughness.
pub struct Results {
    path: PathBuf,
    /// What must be the same for rows to stand in one table.
    made_with: Value,
    rows: Map<String, Value>,
}

impl Results {
    /// What an earlier call on the same commit has measured, unless it is to be forgotten.
    pub fn open(folder: &Path, seconds: u64, runs: u64, fresh: bool) -> Result<Self, Failure> {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let build = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let made_with = json!({
            "commit": commit()?, "build": build, "seconds": seconds, "runs": runs, "cores": cores,
        });
        let path = folder.join("bench-suite.json");
        let kept = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let rows = kept.filter(|kept| !fresh && kept["made_with"] == made_with);
        let rows = rows.and_then(|kept| kept["rows"].as_object().cloned()).unwrap_or_default();
        Ok(Self { path, made_with, rows })
    }

    /// Whether a row has been measured.
    pub fn has(&self, name: &str) -> bool {
        self.rows.contains_key(name)
    }

    /// Keeps a row.
    pub fn keep(&mut self, name: &str, row: Value) -> Result<(), Failure> {
        self.rows.insert(name.to_owned(), row);
        let text = format!("{:#}\n", self.document());
        std::fs::write(&self.path, text)
            .map_err(Failure::while_doing(format!("write {}", self.path.display())))
    }

    /// Everything.
    pub fn document(&self) -> Value {
        json!({ "made_with": self.made_with, "rows": self.rows })
    }

    /// A median of a row: of Klingel (`medians`), of the least code (`least_code`), or their ratio (`ratios`).
    pub fn value(&self, row: &str, of: &str, key: &str) -> Option<f64> {
        self.rows.get(row)?[of][key].as_f64()
    }

    /// How many times as large a figure of a row is as that of another: the median of what each turn gave.
    pub fn times(&self, row: &str, other: &str, key: &str) -> Option<f64> {
        let runs = |row: &str| self.rows.get(row)?["runs"].as_array();
        let turns = runs(row)?.iter().zip(runs(other)?);
        let mut times: Vec<f64> =
            turns.filter_map(|(one, other)| Some(one[key].as_f64()? / other[key].as_f64()?)).collect();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    }

    /// How it was measured, in a sentence.
    pub fn made_with(&self) -> String {
        let number = |key: &str| self.made_with[key].as_u64().unwrap_or(0);
        format!(
            "Medians of {} runs of {} s each (at a fixed rate {} s, those that are compared with each other {} s in \
             slices of 2 s in turn; row `many` {} s) on {} cores, which the driver and the receiver share; build profile `{}`, \
             commit {}.",
            number("runs"),
            number("seconds"),
            2 * number("seconds"),
            4 * number("seconds"),
            4 * number("seconds"),
            number("cores"),
            self.made_with["build"].as_str().unwrap_or("release"),
            self.made_with["commit"].as_str().unwrap_or("unknown"),
        )
    }
}

fn commit() -> Result<String, Failure> {
    let output = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .current_dir(repository::root())
        .output()
        .map_err(Failure::while_doing("start `git rev-parse`"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_again_only_by_the_same_thoroughness() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let open = |seconds, fresh| Results::open(folder.path(), seconds, 3, fresh).expect("git is there");
        open(6, false).keep("one", json!({ "medians": { "lost": 0 } })).expect("the folder is writable");
        assert!(open(6, false).has("one"));
        assert_eq!(open(6, false).value("one", "medians", "lost"), Some(0.0));
        let runs = |values: [f64; 3]| json!({ "runs": values.map(|value| json!({ "us": value })) });
        let mut results = open(6, false);
        results.keep("slow", runs([30.0, 20.0, 50.0])).expect("the folder is writable");
        results.keep("fast", runs([10.0, 10.0, 50.0])).expect("the folder is writable");
        assert_eq!(results.times("slow", "fast", "us"), Some(2.0));
        assert!(!open(7, false).has("one"));
        assert!(!open(6, true).has("one"));
    }
}
