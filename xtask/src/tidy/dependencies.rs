//! Who may import whom: the rooms depend leftwards only, and each outside library has the rooms it belongs to.
//!
//! ```text
//! model <- store <- engine <- { outbound, dialects, api, portal } <- klingel
//! model <- store <- store-* <- klingel
//! ```

use serde_json::Value;

use super::Finding;

const RULE: &str = "dependency-direction";
const PREFIX: &str = "klingel-";
/// The crate of fakes; it must not reach the program.
const TESTKIT: &str = "klingel-testkit";

const MODEL: &str = "klingel-model";
const STORE: &str = "klingel-store";
const ENGINE: &str = "klingel-engine";

/// Outside libraries that belong to certain rooms, with the reason.
const LIBRARIES: &[(&[&str], &[&str], &str)] = &[
    (&["rusqlite"], &["klingel-store-sqlite"], "SQL stays behind the store's verbs"),
    (
        &["tokio-postgres", "deadpool-postgres"],
        &["klingel-store-postgres"],
        "SQL stays behind the store's verbs",
    ),
    (
        &["axum", "axum-extra"],
        &["klingel-api", "klingel-portal", "klingel-dialects", "klingel"],
        "the way of a message knows no HTTP framework",
    ),
    (&["hyper", "hyper-util"], &["klingel", "klingel-testkit"], "only the binary serves"),
    (
        &["httparse"],
        &["klingel-outbound", "klingel-api"],
        "only outbound reads what customers answer, and only the API what publishers send",
    ),
    (
        &["hickory-resolver", "rustls", "tokio-rustls", "rustls-platform-verifier", "socket2"],
        &["klingel-outbound", "klingel", "klingel-testkit"],
        "names are resolved and connections are made where addresses are judged",
    ),
    (
        &["serde", "utoipa"],
        &[
            "klingel-api",
            "klingel-portal",
            "klingel-dialects",
            "klingel-store-sqlite",
            "klingel-store-postgres",
            "klingel",
        ],
        "wire and row types live at the edges and are converted by hand",
    ),
    (&["askama", "askama_web"], &["klingel-portal"], "templates are the portal's"),
    (&["reqwest", "ureq", "isahc"], &[], "a second HTTP client would go round the address guard"),
];

/// Checks the output of `cargo metadata --no-deps`.
pub fn check(metadata: &Value) -> Vec<Finding> {
    let root = metadata["workspace_root"].as_str().unwrap_or_default();
    let mut findings = Vec::new();
    for package in elements(&metadata["packages"]) {
        let name = text(&package["name"]);
        let manifest = text(&package["manifest_path"]);
        let path = manifest.strip_prefix(root).unwrap_or(manifest).trim_start_matches('/');
        for dependency in elements(&package["dependencies"]) {
            let kind = dependency["kind"].as_str();
            if let Some(message) = broken_by(name, text(&dependency["name"]), kind == Some("dev")) {
                findings.push(Finding::error(path, 0, RULE, message));
            }
        }
    }
    findings
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn broken_by(package: &str, dependency: &str, for_tests: bool) -> Option<String> {
    if dependency == TESTKIT {
        let message = format!("{TESTKIT} holds fakes: move it to [dev-dependencies]");
        return (!for_tests).then_some(message);
    }
    // A test may look through any door; the program may not.
    if for_tests {
        return None;
    }
    if dependency == "klingel" || dependency.starts_with(PREFIX) {
        if may_import(package, dependency) {
            return None;
        }
        return Some(format!(
            "{package} must not depend on {dependency}: {}. Let the crate on the left own a trait, and hand the \
             implementation in where the program is wired together",
            allowed_text(package)
        ));
    }
    let (_, rooms, reason) = LIBRARIES.iter().find(|(names, _, _)| names.contains(&dependency))?;
    if rooms.contains(&package) {
        return None;
    }
    let rooms = if rooms.is_empty() { "no crate".to_owned() } else { rooms.join(", ") };
    Some(format!("{package} must not depend on {dependency} ({reason}); it belongs to: {rooms}"))
}

/// The rooms left of `package`, or `None` if it may import all of them.
fn rooms_left_of(package: &str) -> Option<&'static [&'static str]> {
    match package {
        "klingel" => None,
        "klingel-store" => Some(&[MODEL]),
        "klingel-engine" => Some(&[MODEL, STORE]),
        "klingel-outbound" | "klingel-dialects" | "klingel-api" | "klingel-portal" | "klingel-testkit" => {
            Some(&[MODEL, STORE, ENGINE])
        }
        _ if package.starts_with("klingel-store-") => Some(&[MODEL, STORE]),
        // The model and the chores stand alone, and a room that this table does not know has to be entered first.
        _ => Some(&[]),
    }
}

fn may_import(package: &str, dependency: &str) -> bool {
    rooms_left_of(package).is_none_or(|rooms| rooms.contains(&dependency))
}

fn allowed_text(package: &str) -> String {
    match rooms_left_of(package) {
        None => "it may import every room".to_owned(),
        Some([]) => "it may import no other room".to_owned(),
        Some(rooms) => format!("it may import {}", rooms.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn is_refused(package: &str, dependency: &str, kind: Option<&str>) -> bool {
        let metadata = json!({
            "workspace_root": "/r",
            "packages": [{
                "name": package,
                "manifest_path": format!("/r/crates/{package}/Cargo.toml"),
                "dependencies": [{ "name": dependency, "kind": kind }],
            }],
        });
        let findings = check(&metadata);
        assert!(findings.iter().all(|finding| finding.path == format!("crates/{package}/Cargo.toml")));
        !findings.is_empty()
    }

    #[test]
    fn leftwards_is_allowed() {
        for (package, dependency) in [
            ("klingel-store", "klingel-model"),
            ("klingel-engine", "klingel-store"),
            ("klingel-outbound", "klingel-engine"),
            ("klingel-store-sqlite", "klingel-store"),
            ("klingel-store-postgres", "tokio-postgres"),
            ("klingel", "klingel-store-sqlite"),
            ("klingel-store-sqlite", "rusqlite"),
            ("klingel-api", "axum"),
            ("klingel-outbound", "httparse"),
            ("klingel-api", "httparse"),
            ("klingel-engine", "serde_json"),
        ] {
            assert!(!is_refused(package, dependency, None), "{package} -> {dependency}");
        }
    }

    #[test]
    fn rightwards_and_sideways_are_refused() {
        for (package, dependency) in [
            ("klingel-model", "klingel-store"),
            ("klingel-store", "klingel-engine"),
            ("klingel-engine", "klingel-outbound"),
            ("klingel-store-sqlite", "klingel-engine"),
            ("klingel-api", "klingel-dialects"),
            ("klingel-api", "klingel-store-sqlite"),
            ("klingel-unknown", "klingel-model"),
            ("xtask", "klingel-model"),
            ("klingel-engine", "rusqlite"),
            ("klingel-engine", "axum"),
            ("klingel-api", "hyper-util"),
            ("klingel-outbound", "hyper"),
            ("klingel", "httparse"),
            ("klingel", "reqwest"),
            ("klingel-model", "serde"),
        ] {
            assert!(is_refused(package, dependency, None), "{package} -> {dependency}");
        }
    }

    #[test]
    fn fakes_and_other_rooms_are_for_tests_only() {
        assert!(is_refused("klingel", "klingel-testkit", None));
        assert!(!is_refused("klingel", "klingel-testkit", Some("dev")));
        assert!(!is_refused("klingel-engine", "axum", Some("dev")));
        assert!(!is_refused("klingel-engine", "klingel-dialects", Some("dev")));
        assert!(is_refused("klingel-engine", "klingel-dialects", Some("build")));
    }
}
