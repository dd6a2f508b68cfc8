//! `cargo xtask tidy`: rules of the house that hold for the whole tree and that neither the compiler nor clippy knows.
//!
//! Each rule is one file with one function `check(&Tree) -> Vec<Finding>` and a good and a bad sample as tests.
//! There is no way to switch a rule off for a line: where a rule is wrong, the rule is mended.

mod banned_calls;
mod blobs;
mod crate_docs;
mod decisions;
mod dependencies;
mod doors;
mod file_length;
mod file_names;
mod links;
mod named_tests;
mod rust_source;
mod tree;
mod vendor_names;
mod whitespace;

use std::fmt;

use crate::failure::Failure;
use crate::repository;
use tree::Tree;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Severity {
    /// Fails the run.
    Error,
    /// Is printed only.
    Warning,
}

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    /// Path from the repository's root, with `/`.
    path: String,
    /// From 1; 0 speaks of the file as a whole.
    line: usize,
    /// The rule's name.
    rule: &'static str,
    /// What is wrong, and what to do instead.
    message: String,
    severity: Severity,
}

impl Finding {
    fn error(path: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, message: message.into(), severity: Severity::Error }
    }

    fn warning(path: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, line, rule, message) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        // Line 1 stands for the whole file, so that editors can jump to it.
        write!(f, "{}:{}: {kind}[{}] {}", self.path, self.line.max(1), self.rule, self.message)
    }
}

/// The rules that need nothing but the files.
const RULES: &[fn(&Tree) -> Vec<Finding>] = &[
    banned_calls::check,
    blobs::check,
    crate_docs::check,
    decisions::check,
    doors::check,
    file_length::check,
    file_names::check,
    links::check,
    named_tests::check,
    vendor_names::check,
    whitespace::check,
];

/// Checks the repository and prints every finding to standard output.
pub fn run() -> Result<(), Failure> {
    let tree = Tree::read(&repository::root())?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.extend(dependencies::check(&repository::metadata()?));
    findings.sort_by(|a, b| (&a.path, a.line, a.rule).cmp(&(&b.path, b.line, b.rule)));

    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let warnings = findings.len() - errors;
    println!("tidy: {} files, {errors} errors, {warnings} warnings", tree.files.len());
    if errors > 0 {
        return Err(Failure::new(format!(
            "tidy found {errors} errors; each line above says what to do instead"
        )));
    }
    Ok(())
}
