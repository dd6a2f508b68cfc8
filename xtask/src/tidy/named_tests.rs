//! Every test that the pages of faults and attacks name exists, and every row of their tables names one.

use std::collections::HashSet;

use super::Finding;
use super::tree::Tree;

const RULE: &str = "named-test";
/// The pages whose tables end with a column of tests.
const PAGES: [&str; 2] = ["docs/reliability.md", "docs/portal-security.md"];
/// Cases that every store must pass: each backend's tests run them by these names.
const CONFORMANCE: &str = "crates/store/src/conformance/";
/// What a browser's test of one language and the other ends with; the pages leave it out.
const IN_EACH_LANGUAGE: &str = " (${language})";

/// Finds rows without a test, and names of tests that are not there.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let tests = tests(tree);
    let mut findings = Vec::new();
    for (file, text) in tree.text_files().filter(|(file, _)| PAGES.contains(&file.path.as_str())) {
        for (line, cell) in last_cells(text) {
            let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
            if names.is_empty() {
                let message = "this row names no test: write one, or take the claim out";
                findings.push(Finding::error(&file.path, line, RULE, message));
            }
            for name in names.iter().filter(|name| !tests.contains(name.rsplit("::").next().unwrap_or(name)))
            {
                let message = format!("names the test {name}, which is not there: mend the name");
                findings.push(Finding::error(&file.path, line, RULE, message));
            }
        }
    }
    findings
}

/// Names of all functions in test code, and the sentences that browsers' tests are called by.
fn tests(tree: &Tree) -> HashSet<String> {
    let flows = tree.text_files().filter(|(file, _)| file.path.ends_with(".test.js"));
    let mut names: HashSet<String> = flows.flat_map(|(_, text)| sentences(text)).collect();
    for (file, rust) in tree.rust_files() {
        let all = file.path.starts_with(CONFORMANCE);
        for (_, line) in rust.code_lines().filter(|(number, _)| all || rust.is_test_line(*number)) {
            if let Some((_, rest)) = line.split_once("fn ")
                && let Some((name, _)) = rest.split_once('(')
            {
                names.insert(name.trim().to_owned());
            }
        }
    }
    names
}

/// The first argument of each `test(…)` of a script.
fn sentences(script: &str) -> impl Iterator<Item = String> {
    let calls = script.lines().filter_map(|line| line.trim_start().strip_prefix("test("));
    calls.filter_map(|call| {
        let quote = call.chars().next().filter(|first| ['"', '`'].contains(first))?;
        let sentence = call[1..].split(quote).next()?;
        Some(sentence.strip_suffix(IN_EACH_LANGUAGE).unwrap_or(sentence).to_owned())
    })
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
        for path in PAGES {
            assert_eq!(check(&Tree::of(&[TEST, (path, page)])), []);
        }
    }

    #[test]
    fn tests_of_browsers_are_named_by_their_sentence() {
        let flow = ("e2e/flows/a.test.js", "test(\"it opens\", f);\n  test(`it closes (${language})`, g);\n");
        let page = "| what | test |\n|---|---|\n| a door | `a.test.js::it opens`, `a.test.js::it closes` |\n";
        assert_eq!(check(&Tree::of(&[flow, (PAGES[1], page)])), []);
        let gone = "| what | test |\n|---|---|\n| a door | `a.test.js::it creaks` |\n";
        assert_eq!(check(&Tree::of(&[flow, (PAGES[1], gone)])).len(), 1);
    }

    #[test]
    fn unknown_tests_and_rows_without_one_are_found() {
        let page = "| what | test |\n|---|---|\n| a crash | `b::it_holds`, `b::gone` |\n| a flood | none |\n";
        let found = check(&Tree::of(&[TEST, (PAGES[0], page), ("crates/a/src/lib.rs", "fn gone() {}\n")]));
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3, 4]);
    }
}
