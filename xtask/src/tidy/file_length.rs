//! A Rust file fits into a head: a warning above 300 lines, an error above 400.

use super::Finding;
use super::tree::Tree;

const RULE: &str = "file-length";
/// Above this a file deserves a second look, in lines.
const LINES_WARN: usize = 300;
/// Above this it is refused, in lines.
const LINES_MAX: usize = 400;

/// Finds long Rust files.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in tree.rust_files() {
        let lines = rust.code_lines().count();
        if lines > LINES_MAX {
            let message = format!(
                "{lines} lines, the limit is {LINES_MAX}: move one of its things into a file of its own"
            );
            findings.push(Finding::error(&file.path, 0, RULE, message));
        } else if lines > LINES_WARN {
            let message = format!("{lines} lines; above {LINES_WARN} look whether it is two things");
            findings.push(Finding::warning(&file.path, 0, RULE, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::Severity;
    use super::*;

    #[test]
    fn the_limits_are_inclusive() {
        let severity_of = |lines: usize| {
            let text = "// line\n".repeat(lines);
            check(&Tree::of(&[("crates/a/src/b.rs", &text)])).first().map(|finding| finding.severity)
        };
        assert_eq!(severity_of(300), None);
        assert_eq!(severity_of(301), Some(Severity::Warning));
        assert_eq!(severity_of(400), Some(Severity::Warning));
        assert_eq!(severity_of(401), Some(Severity::Error));
    }
}
