//! The body with which an endpoint is registered through each vendor's own interface. How that is done stands in
//! `registration.json` in the vendor's folder, so that nothing here knows a vendor.

use serde_json::Value;

use crate::house::{House, Place};

thread_local! {
    static PLACE: Place<Vec<Registration>> = const { Place::empty() };
}

/// How one vendor's endpoints are registered, once its application is prepared.
struct Registration {
    name: &'static str,
    key: Option<String>,
    method: String,
    path: String,
}

fn text<'a>(document: &'a Value, field: &str) -> &'a str {
    document[field].as_str().unwrap_or_else(|| panic!("registration.json: {field} is missing"))
}

/// Paths that do not begin with a slash lie below the application.
fn full(name: &str, path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/app/{name}/{name}/{path}") }
}

/// Makes an application for each vendor that has an interface of its own, under the vendor's name.
fn furnish(house: &House) -> Vec<Registration> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/dialects/src");
    let mut made = Vec::new();
    for vendor in klingel_dialects::vendors() {
        let name = vendor.name();
        let Ok(file) = std::fs::read_to_string(format!("{folder}/{name}/registration.json")) else {
            continue;
        };
        made.push(prepared(house, name, &serde_json::from_str(&file).expect("registration.json is JSON")));
    }
    assert!(!made.is_empty(), "no vendor has a registration.json");
    made
}

fn prepared(house: &House, name: &'static str, document: &Value) -> Registration {
    let application = format!(r#"{{"name":"{name}","uid":"{name}","dialect":"{name}"}}"#);
    house.prepare("POST", "/api/v1/app", &application);
    let step = |step: &Value| {
        house.prepare(text(step, "method"), &full(name, text(step, "path")), &step["body"].to_string())
    };
    document["prepare"].as_array().into_iter().flatten().for_each(|preparation| drop(step(preparation)));
    let key = document.get("key").map(|making| text(&step(making), text(making, "field")).to_owned());
    let register = &document["register"];
    let (method, path) = (text(register, "method").to_owned(), full(name, text(register, "path")));
    Registration { name, key, method, path }
}

/// The first byte chooses the vendor, the rest is the body.
pub fn run(data: &[u8]) {
    let Some((vendor, body)) = data.split_first() else { return };
    PLACE.with(|place| {
        place.run(furnish, |house, known| {
            let Registration { name, key, method, path } = &known[usize::from(*vendor) % known.len()];
            let reply = match key {
                Some(key) => house.call_with(key, method, path, body),
                None => house.call(method, path, body),
            };
            assert_ne!(reply.status, 401, "{name}: the key was taken before");
        });
    });
}
