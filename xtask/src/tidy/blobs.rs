//! No large file: every clone carries it for ever, even after it is deleted.

use super::Finding;
use super::tree::Tree;

const RULE: &str = "large-file";
/// Largest file the repository takes, in bytes.
const FILE_BYTES_MAX: u64 = 512 * 1024;

/// Finds files above the limit.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let large = tree.files.iter().filter(|file| file.size_bytes > FILE_BYTES_MAX);
    large
        .map(|file| {
            let message = format!(
                "{} KiB; the limit is {} KiB: generate it, download it in the step that needs it, or make it smaller",
                file.size_bytes / 1024,
                FILE_BYTES_MAX / 1024
            );
            Finding::error(&file.path, 0, RULE, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed_and_one_byte_more_is_not() {
        let at_limit = "a".repeat(512 * 1024);
        let above = "a".repeat(512 * 1024 + 1);
        let found = check(&Tree::of(&[("docs/good.txt", &at_limit), ("docs/bad.txt", &above)]));
        assert_eq!(found.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), ["docs/bad.txt"]);
    }
}
