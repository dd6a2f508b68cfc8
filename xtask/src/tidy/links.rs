//! A link to a file of the repository leads somewhere.

use std::collections::HashSet;

use super::Finding;
use super::tree::Tree;

const RULE: &str = "dead-link";

/// Finds links in Markdown files to files or folders that do not exist.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut known: HashSet<&str> = HashSet::new();
    for file in &tree.files {
        known.insert(&file.path);
        known.extend(file.path.match_indices('/').map(|(at, _)| &file.path[..at]));
    }
    let mut findings = Vec::new();
    for (file, text) in tree.text_files().filter(|(file, _)| file.has_extension("md")) {
        for (line, target) in targets(text) {
            match resolve(&file.path, target) {
                Some(path) if path.is_empty() || known.contains(path.as_str()) => {}
                Some(path) => {
                    let message =
                        format!("links to {path}, which is not there: mend the path or take the link out");
                    findings.push(Finding::error(&file.path, line, RULE, message));
                }
                None => {
                    let message = format!(
                        "links to {target}, outside the repository: readers elsewhere do not have it"
                    );
                    findings.push(Finding::error(&file.path, line, RULE, message));
                }
            }
        }
    }
    findings
}

/// Targets of inline links and link definitions that mean a file, with their line; code blocks and spans are left out.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for (at, _) in line.match_indices("](").filter(|(at, _)| !in_code_span(line, *at)) {
            let inside = &line[at + 2..];
            targets.push((index + 1, &inside[..inside.find([')', ' ']).unwrap_or(inside.len())]));
        }
        if line.starts_with('[')
            && let Some((_, target)) = line.split_once("]: ")
        {
            targets.push((index + 1, target.split_whitespace().next().unwrap_or("")));
        }
    }
    targets.retain(|(_, target)| !target.is_empty() && !target.starts_with('#') && !has_scheme(target));
    targets
}

fn in_code_span(line: &str, at: usize) -> bool {
    line[..at].matches('`').count() % 2 == 1
}

fn has_scheme(target: &str) -> bool {
    target.starts_with("//") || target.split('/').next().is_some_and(|first| first.contains(':'))
}

/// The path from the root that `target` means in the file `from`; `None` if it leaves the repository.
fn resolve(from: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or(target);
    let mut parts: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => from.split('/').collect::<Vec<_>>().split_last().map(|(_, folders)| folders.to_vec())?,
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_somewhere_pass() {
        let text = "[a](b.md) [b](../README.md#top) [folder](decisions/) [web](https://example.com/x) [here](#a)\n\
                    [mail](mailto:a@example.com) [root](/README.md) `[code](none.md)`\n\
                    ```\n[code](none.md)\n```\n[ref]: b.md \"title\"\n";
        let tree = Tree::of(&[
            ("docs/a.md", text),
            ("docs/b.md", ""),
            ("docs/decisions/0001-a.md", ""),
            ("README.md", "[up](docs)\n"),
        ]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn dead_links_are_found_with_their_line() {
        let text = "fine\n[a](none.md)\n\n[b](../../outside.md)\n[ref]: gone.md\n";
        let found = check(&Tree::of(&[("docs/a.md", text)]));
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2, 4, 5]);
        assert!(found[0].message.contains("docs/none.md"), "{}", found[0].message);
    }
}
