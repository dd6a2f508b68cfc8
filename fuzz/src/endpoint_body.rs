//! The body with which an endpoint is made: what is taken can be read back, and written back as it was read.

use serde_json::Value;

use crate::house::{House, Place};

thread_local! {
    static PLACE: Place<()> = const { Place::empty() };
}

const ENDPOINTS: &str = "/api/v1/app/a/endpoint";
/// What an endpoint shows and what cannot be written.
const READ_ONLY: [&str; 6] = ["id", "createdAt", "updatedAt", "failingSince", "disabledAt", "disabledReason"];

fn furnish(house: &House) {
    house.prepare("POST", "/api/v1/app", r#"{"name":"a","uid":"a"}"#);
}

/// Makes it, reads it, writes it back, and deletes it.
pub fn run(data: &[u8]) {
    PLACE.with(|place| {
        place.run(furnish, |house, ()| {
            let made = house.call("POST", ENDPOINTS, data);
            match made.status {
                201 => {
                    let id = made.json()["id"].as_str().expect("an endpoint has an id").to_owned();
                    let path = format!("{ENDPOINTS}/{id}");
                    let mut shown = house.call("GET", &path, b"").json();
                    for field in READ_ONLY {
                        shown.as_object_mut().expect("an endpoint is an object").remove(field);
                    }
                    let again = house.call("PUT", &path, shown.to_string().as_bytes());
                    assert_eq!(again.status, 200, "{shown}: {}", String::from_utf8_lossy(&again.body));
                    let now = again.json();
                    let same = |(name, value): (&String, &Value)| now[name] == *value;
                    assert!(shown.as_object().expect("it was one").iter().all(same), "{shown} became {now}");
                    assert_eq!(house.call("DELETE", &path, b"").status, 204);
                }
                400 | 409 | 413 | 422 => assert!(made.json().is_object(), "a refusal says why"),
                other => panic!("answered {other}"),
            }
        });
    });
}
