//! Text is plain: no tabs, no space at a line's end, a line break at the end of the file.

use super::Finding;
use super::tree::Tree;

const RULE: &str = "whitespace";
/// Folders whose files are compared byte for byte with what a vendor sends; their spaces are data.
const EXACT_BYTES: &str = "/golden/";

/// Finds stray white space.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in tree.text_files().filter(|(file, _)| !file.path.contains(EXACT_BYTES)) {
        let tabs_allowed = file.path.ends_with("Makefile");
        for (index, line) in text.split('\n').enumerate() {
            if line.ends_with([' ', '\t', '\r']) {
                let message =
                    "white space at the end of the line: delete it (files end their lines with LF alone)";
                findings.push(Finding::error(&file.path, index + 1, RULE, message));
            } else if line.contains('\t') && !tabs_allowed {
                let message = "tab: use spaces, or write `\\t` inside a literal";
                findings.push(Finding::error(&file.path, index + 1, RULE, message));
            }
        }
        if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
            let message = "end the file with exactly one line break";
            findings.push(Finding::error(&file.path, text.lines().count(), RULE, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_found(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn clean_text_and_empty_files_pass() {
        assert_eq!(lines_found("docs/a.md", "# A\n\n    code\n"), Vec::<usize>::new());
        assert_eq!(lines_found("docs/a.md", ""), Vec::<usize>::new());
    }

    #[test]
    fn each_kind_is_found_at_its_line() {
        assert_eq!(lines_found("docs/a.md", "a\nb \n"), [2]);
        assert_eq!(lines_found("docs/a.md", "a\n\tb\n"), [2]);
        assert_eq!(lines_found("docs/a.md", "a\r\nb\n"), [1]);
        assert_eq!(lines_found("docs/a.md", "a\nb"), [2]);
        assert_eq!(lines_found("docs/a.md", "a\n\n"), [2]);
    }

    #[test]
    fn golden_files_keep_their_bytes() {
        assert_eq!(lines_found("crates/dialects/src/x/golden/body.json", "{\t} "), Vec::<usize>::new());
    }
}
