//! What a person sees of the steps: a heading before each, a table at the end.

use std::io::IsTerminal;
use std::time::Duration;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// Its tool is not installed, and it is one that may be missing.
    LeftOut,
    Failed,
}

/// Collects the steps that ran.
pub struct Report {
    coloured: bool,
    lines: Vec<(String, Outcome, Duration)>,
}

impl Report {
    /// Colours are used on a terminal only, and not if `NO_COLOR` is set.
    pub fn new() -> Self {
        let coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { coloured, lines: Vec::new() }
    }

    pub fn heading(&self, step: &str) {
        println!("\n{}", self.painted("1", &format!("==> {step}")));
    }

    /// Notes the step and prints its one closing line.
    pub fn add(&mut self, step: &str, outcome: Outcome, took: Duration) {
        println!("{}", self.line(step, outcome, took));
        self.lines.push((step.to_owned(), outcome, took));
    }

    pub fn print_table(&self) {
        println!("\n{}", self.painted("1", "==> steps"));
        for (step, outcome, took) in &self.lines {
            println!("{}", self.line(step, *outcome, *took));
        }
        let total: Duration = self.lines.iter().map(|(_, _, took)| *took).sum();
        println!("{:<12}{:<10}{:>8.1} s", "total", "", total.as_secs_f64());
    }

    fn line(&self, step: &str, outcome: Outcome, took: Duration) -> String {
        let (word, colour) = match outcome {
            Outcome::Passed => ("passed", "32"),
            Outcome::LeftOut => ("left out", "33"),
            Outcome::Failed => ("FAILED", "31"),
        };
        let word = self.painted(colour, &format!("{word:<10}"));
        format!("{step:<12}{word}{:>8.1} s", took.as_secs_f64())
    }

    fn painted(&self, colour: &str, text: &str) -> String {
        if self.coloured { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_step_outcome_and_seconds() {
        let plain = Report { coloured: false, lines: Vec::new() };
        let line = plain.line("clippy", Outcome::Failed, Duration::from_millis(1_250));
        assert_eq!(line, "clippy      FAILED         1.2 s");
        let coloured = Report { coloured: true, lines: Vec::new() };
        assert!(coloured.line("clippy", Outcome::Failed, Duration::ZERO).contains("\u{1b}[31m"));
    }
}
