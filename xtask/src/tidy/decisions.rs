//! Decision records are named `NNNN-what-was-decided.md`, and no number occurs twice.

use std::collections::HashMap;

use super::Finding;
use super::tree::Tree;

const RULE: &str = "decision-number";
const FOLDER: &str = "docs/decisions/";

/// Finds records without a number, and numbers used twice.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut taken: HashMap<&str, &str> = HashMap::new();
    for file in tree.files.iter().filter(|file| file.has_extension("md")) {
        let Some(name) = file.path.strip_prefix(FOLDER) else { continue };
        let Some(number) = number_of(name) else {
            let message =
                "name it `NNNN-what-was-decided.md`: four digits, a hyphen, the decision in small letters";
            findings.push(Finding::error(&file.path, 0, RULE, message));
            continue;
        };
        if let Some(first) = taken.insert(number, name) {
            let message = format!("number {number} is taken by {first}; take the next free one");
            findings.push(Finding::error(&file.path, 0, RULE, message));
        }
    }
    findings
}

fn number_of(name: &str) -> Option<&str> {
    let (number, title) = name.strip_suffix(".md")?.split_once('-')?;
    let good_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let good_title = !title.is_empty()
        && title.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (good_number && good_title).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_there_and_unique() {
        let found = check(&Tree::of(&[
            ("docs/decisions/0001-good.md", ""),
            ("docs/decisions/0002-also-good.md", ""),
            ("docs/decisions/0002-taken.md", ""),
            ("docs/decisions/3-short.md", ""),
            ("docs/decisions/0004-Large.md", ""),
            ("docs/other.md", ""),
        ]));
        let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(
            paths,
            ["docs/decisions/0002-taken.md", "docs/decisions/0004-Large.md", "docs/decisions/3-short.md"]
        );
        assert!(found[0].message.contains("0002-also-good.md"), "{}", found[0].message);
    }
}
