//! Calls that hide a failure, wait for the clock in a test, or queue without end.

use std::collections::HashSet;

use super::tree::Tree;
use super::{Finding, rust_source::RustSource};

const RULE: &str = "banned-call";

/// Where a call is banned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Everywhere,
    OutsideTests,
    InTests,
    /// In tests whose folder does not stop tokio's clock: there a sleep takes no time and comes back in a fixed order.
    InTestsOfRealTime,
}

/// Text in code, where it is banned, and what to write instead.
const BANNED: &[(&str, Where, &str)] = &[
    (
        ".unwrap()",
        Where::OutsideTests,
        "handle the error, or `expect(\"why it cannot fail\")` for a true invariant",
    ),
    ("todo!", Where::Everywhere, "finish it, or leave the function out"),
    ("unimplemented!", Where::Everywhere, "finish it, or leave the function out"),
    (
        "#[ignore",
        Where::Everywhere,
        "make the test deterministic and fast, or delete it; a skipped test proves nothing",
    ),
    ("unbounded_channel", Where::Everywhere, "use `channel(SOME_MAX)`: every queue has a named maximum"),
    (
        "thread::sleep",
        Where::InTests,
        "wait for the signal that the thing has happened (channel, Notify, watch)",
    ),
    (
        "time::sleep",
        Where::InTestsOfRealTime,
        "wait for the signal that the thing has happened (channel, Notify, watch)",
    ),
];

/// Finds every banned call.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let stopped: HashSet<&str> = tree
        .rust_files()
        .filter(|(_, rust)| stops_the_clock(rust))
        .map(|(file, _)| folder(&file.path))
        .collect();
    let mut findings = Vec::new();
    for (file, rust) in tree.rust_files() {
        let real_time = !stopped.contains(folder(&file.path));
        for (number, line) in rust.code_lines() {
            for message in broken_in(rust, number, line, real_time) {
                findings.push(Finding::error(&file.path, number, RULE, message));
            }
        }
    }
    findings
}

fn stops_the_clock(rust: &RustSource) -> bool {
    rust.code_lines().any(|(_, line)| {
        line.contains("start_paused = true")
            || line.contains("start_paused(true)")
            || line.contains("time::pause()")
    })
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn broken_in(rust: &RustSource, number: usize, line: &str, real_time: bool) -> Vec<String> {
    let in_tests = rust.is_test_line(number);
    BANNED
        .iter()
        .filter(|(call, place, _)| {
            line.contains(call)
                && match place {
                    Where::Everywhere => true,
                    Where::OutsideTests => !in_tests,
                    Where::InTests => in_tests,
                    Where::InTestsOfRealTime => in_tests && real_time,
                }
        })
        .map(|(call, place, instead)| {
            let place = match place {
                Where::Everywhere => "",
                Where::OutsideTests => " outside tests",
                Where::InTests | Where::InTestsOfRealTime => " in a test",
            };
            format!("`{call}`{place}: {instead}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn each_banned_call_is_found_where_it_is_banned() {
        for (call, place, _) in BANNED {
            for (path, in_tests) in [("crates/a/tests/it.rs", true), ("crates/a/src/b.rs", false)] {
                let banned_here = match place {
                    Where::Everywhere => true,
                    Where::OutsideTests => !in_tests,
                    Where::InTests | Where::InTestsOfRealTime => in_tests,
                };
                let found = messages(path, &format!("fn a() {{ {call} }}\n"));
                assert_eq!(found.len(), usize::from(banned_here), "{call} {path}");
            }
        }
    }

    #[test]
    fn where_the_clock_is_stopped_a_test_may_let_time_pass() {
        let found = check(&Tree::of(&[
            ("crates/a/tests/it/world.rs", "async fn pass() { tokio::time::sleep(HOUR).await }\n"),
            ("crates/a/tests/it/retry.rs", "#[tokio::test(start_paused = true)]\nasync fn a() {}\n"),
            ("crates/a/tests/it/block.rs", "fn b() { std::thread::sleep(HOUR) }\n"),
            ("crates/b/tests/it/world.rs", "async fn pass() { tokio::time::sleep(HOUR).await }\n"),
        ]));
        let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, ["crates/a/tests/it/block.rs", "crates/b/tests/it/world.rs"]);
    }

    #[test]
    fn a_test_module_may_unwrap_and_prose_may_name_anything() {
        let text = "//! Never `.unwrap()`, never todo!\n#[cfg(test)]\nmod tests {\n    fn a() { b().unwrap(); }\n}\n";
        assert_eq!(messages("crates/a/src/b.rs", text), Vec::<String>::new());
        assert_eq!(messages("crates/a/src/b.rs", "fn a() { b().unwrap_or(1); }\n"), Vec::<String>::new());
    }

    #[test]
    fn the_message_says_what_to_do_instead() {
        let found = messages("crates/a/src/b.rs", "fn a() { b().unwrap(); }\n");
        assert!(found[0].contains("outside tests") && found[0].contains("expect("), "{found:?}");
    }
}
