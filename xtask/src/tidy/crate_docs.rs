//! Every crate begins with its story: `lib.rs` or `main.rs` opens with `//!`.

use super::Finding;
use super::tree::Tree;

const RULE: &str = "crate-doc";

/// Finds crate roots whose first line is not crate documentation.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let roots = tree.text_files().filter(|(file, _)| is_crate_root(&file.path));
    roots
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(file, _)| {
            Finding::error(
                &file.path,
                1,
                RULE,
                "begin with `//!`: what this crate is for, and what it is not",
            )
        })
        .collect()
}

fn is_crate_root(path: &str) -> bool {
    path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_without_a_story_is_found() {
        let found = check(&Tree::of(&[
            ("crates/good/src/lib.rs", "//! Says what it is.\n"),
            ("crates/bad/src/lib.rs", "pub mod a;\n"),
            ("xtask/src/main.rs", "// not a doc comment\nfn main() {}\n"),
            ("crates/bad/src/a.rs", "pub struct A;\n"),
        ]));
        let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, ["crates/bad/src/lib.rs", "xtask/src/main.rs"]);
    }
}
