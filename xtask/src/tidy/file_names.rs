//! No drawer for everything: a file or folder is named after the one thing in it.

use super::Finding;
use super::tree::Tree;

const RULE: &str = "file-name";
/// Names that say nothing about the content.
const BANNED: &[&str] = &["util", "utils", "common", "helper", "helpers", "manager", "managers", "misc"];

/// Finds Rust files and folders whose name, or a word of it, is banned.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, _) in tree.rust_files() {
        let stem = file.path.trim_end_matches(".rs");
        let mut words = stem.split(['/', '_', '-']);
        if let Some(word) = words.find(|word| BANNED.contains(word)) {
            let message = format!(
                "`{word}` says nothing: name it after what is in it, and split it if that takes an `and`"
            );
            findings.push(Finding::error(&file.path, 0, RULE, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawers_are_found_as_file_folder_and_word() {
        let found = check(&Tree::of(&[
            ("crates/a/src/utils.rs", ""),
            ("crates/a/src/common/b.rs", ""),
            ("crates/a/src/lane_manager.rs", ""),
            ("crates/a/src/uncommon.rs", ""),
            ("crates/a/src/lane.rs", ""),
        ]));
        let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(
            paths,
            ["crates/a/src/common/b.rs", "crates/a/src/lane_manager.rs", "crates/a/src/utils.rs"]
        );
    }
}
