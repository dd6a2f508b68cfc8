//! Which room may touch the world: `model`, `store` and `engine` not at all, customers only through `outbound`.
//! Cargo's dependencies show the crates (see `dependencies`); this rule shows the standard library and features.

use super::Finding;
use super::tree::Tree;

const RULE: &str = "door";

/// A door to the world, the folders that have or lack it, and what to do instead.
struct Door {
    /// Text in code outside tests.
    texts: &'static [&'static str],
    /// Where it may be used.
    rooms: Rooms,
    instead: &'static str,
}

enum Rooms {
    Only(&'static [&'static str]),
    Except(&'static [&'static str]),
    /// Inside `folder` only these places may; the rule does not speak of other folders.
    Inside {
        folder: &'static str,
        only: &'static [&'static str],
    },
}

const DOORS: &[Door] = &[
    Door {
        texts: &[
            "std::fs",
            "std::net::Tcp",
            "std::net::Udp",
            "std::process",
            "tokio::fs",
            "tokio::net",
            "std::env",
        ],
        rooms: Rooms::Except(&["crates/model/", "crates/store/", "crates/engine/"]),
        instead: "this room does no I/O: take a trait (Transport, a store verb) or the value itself as an argument",
    },
    Door {
        texts: &["hyper::client", "hyper_util::client"],
        // The least code that the bench compares with is no part of the product, and calls loopback only.
        rooms: Rooms::Only(&[
            "crates/outbound/",
            "crates/testkit/",
            "crates/store-sqlite/examples/least_code/",
        ]),
        instead: "only outbound reaches customers, because it judges every address: use its Transport",
    },
    Door {
        texts: &["select!", "time::sleep", "spawn("],
        rooms: Rooms::Inside {
            folder: "crates/engine/src/",
            only: &["crates/engine/src/run.rs", "crates/engine/src/run/"],
        },
        instead: "the engine runs in one place, so that everything else is a plain function: move it to run",
    },
    Door {
        texts: &["rusqlite::"],
        rooms: Rooms::Only(&["crates/store-sqlite/"]),
        instead: "SQL stays in the store crate: add a verb to the store's traits",
    },
];

/// Finds doors in rooms that have none.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in tree.rust_files() {
        for door in DOORS.iter().filter(|door| !door.rooms.allow(&file.path)) {
            for (number, line) in rust.code_lines().filter(|(number, _)| !rust.is_test_line(*number)) {
                if let Some(text) = door.texts.iter().find(|text| line.contains(**text)) {
                    let message = format!("`{text}`: {}", door.instead);
                    findings.push(Finding::error(&file.path, number, RULE, message));
                }
            }
        }
    }
    findings
}

impl Rooms {
    fn allow(&self, path: &str) -> bool {
        let within = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
        match self {
            Rooms::Only(folders) => within(folders),
            Rooms::Except(folders) => !within(folders),
            Rooms::Inside { folder, only } => !path.starts_with(folder) || within(only),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_door_is_found_in_a_room_without_it() {
        let found = check(&Tree::of(&[
            ("crates/model/src/a.rs", "use std::fs::File;\n"),
            ("crates/engine/src/a.rs", "use tokio::net::TcpStream;\n"),
            ("crates/api/src/a.rs", "use hyper_util::client::legacy::Client;\n"),
            ("crates/klingel/src/a.rs", "use rusqlite::Connection;\n"),
            ("crates/engine/src/queue/b.rs", "fn a() { tokio::spawn(b()); }\n"),
        ]));
        assert_eq!(found.len(), 5, "{found:?}");
    }

    #[test]
    fn the_rooms_with_the_door_and_tests_may_use_it() {
        let found = check(&Tree::of(&[
            (
                "crates/outbound/src/a.rs",
                "use hyper_util::client::legacy::Client;\nuse std::net::TcpStream;\n",
            ),
            ("crates/engine/src/run/a.rs", "fn a() { tokio::spawn(b()); }\n"),
            ("crates/klingel/src/a.rs", "fn a() { tokio::spawn(b()); }\n"),
            ("crates/store-sqlite/src/a.rs", "use rusqlite::Connection;\nuse std::fs;\n"),
            (
                "crates/engine/src/a.rs",
                "//! no std::fs here\nuse std::net::IpAddr;\n#[cfg(test)]\nmod tests { use std::fs; }\n",
            ),
        ]));
        assert_eq!(found, []);
    }
}
