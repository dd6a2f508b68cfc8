//! Every test that the page of faults names exists, and every row of its tables names one.

use std::collections::HashSet;

use super::Finding;
use super::tree::Tree;

const RULE: &str = "named-test";
/// The page whose tables end with a column of tests.
const PAGE: &str = "docs/reliability.md";

/// Finds rows without a test, and names of tests that are not there.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let tests = tests(tree);
    let mut findings = Vec::new();
    for (_, text) in tree.text_files().filter(|(file, _)| file.path == PAGE) {
        for (line, cell) in last_cells(text) {
            let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
            if names.is_empty() {
                let message = "this row names no test: write one, or take the claim out";
                findings.push(Finding::error(PAGE, line, RULE, message));
            }
            for name in names.iter().filter(|name| !tests.contains(name.rsplit("::").next().unwrap_or(name)))
            {
                let message = format!("names the test {name}, which is not there: mend the name");
                findings.push(Finding::error(PAGE, line, RULE, message));
            }
        }
    }
    findings
}

/// Names of all functions in test code.
fn tests(tree: &Tree) -> HashSet<String> {
    let mut names = HashSet::new();
    for (_, rust) in tree.rust_files() {
        for (_, line) in rust.code_lines().filter(|(number, _)| rust.is_test_line(*number)) {
            if let Some((_, rest)) = line.split_once("fn ")
                && let Some((name, _)) = rest.split_once('(')
            {
                names.insert(name.trim().to_owned());
            }
        }
    }
    names
}

/// The last cell of each row below a table's heading, with its line.
fn last_cells(text: &str) -> Vec<(usize, &str)> {
    let mut cells = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let is_row = line.starts_with('|');
        if is_row && inside {
            let cell = line.trim_end().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
            cells.push((index + 1, cell));
        }
        inside = is_row && (inside || line.starts_with("|--") || line.starts_with("|-"));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: (&str, &str) = ("crates/a/tests/it/b.rs", "#[test]\nfn it_holds() {}\nfn real() {}\n");

    #[test]
    fn rows_that_name_tests_pass() {
        let page = "| what | test |\n|---|---|\n| a crash | `b::it_holds` |\n\nText with `code`.\n";
        assert_eq!(check(&Tree::of(&[TEST, (PAGE, page)])), []);
    }

    #[test]
    fn unknown_tests_and_rows_without_one_are_found() {
        let page = "| what | test |\n|---|---|\n| a crash | `b::it_holds`, `b::gone` |\n| a flood | none |\n";
        let found = check(&Tree::of(&[TEST, (PAGE, page), ("crates/a/src/lib.rs", "fn gone() {}\n")]));
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3, 4]);
    }
}
