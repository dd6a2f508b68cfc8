//! The body of a message that a publisher posts: accepted as it is, or refused with a reason.

use crate::house::{House, Place};

thread_local! {
    static PLACE: Place<()> = const { Place::empty() };
}

/// A message for two endpoints, one of which looks into the payload.
fn furnish(house: &House) {
    house.prepare("POST", "/api/v1/app", r#"{"name":"a","uid":"a"}"#);
    let filter = r#"{"payload":{"a":{"$gt":1}},"channels":{"$contains":"b"}}"#;
    for endpoint in [
        r#"{"url":"https://example.com/all"}"#.to_owned(),
        format!(r#"{{"url":"https://example.com/some","filter":{filter}}}"#),
    ] {
        house.prepare("POST", "/api/v1/app/a/endpoint", &endpoint);
    }
}

/// Posts it.
pub fn run(data: &[u8]) {
    PLACE.with(|place| {
        place.run(furnish, |house, ()| {
            let reply = house.call("POST", "/api/v1/app/a/msg", data);
            match reply.status {
                202 => {
                    let id = reply.json()["id"].as_str().expect("what is accepted has an id").to_owned();
                    let kept = house.call("GET", &format!("/api/v1/app/a/msg/{id}"), b"");
                    assert_eq!((kept.status, kept.json()["id"].as_str()), (200, Some(id.as_str())));
                }
                400 | 409 | 413 | 422 => assert!(reply.json().is_object(), "a refusal says why"),
                other => panic!("answered {other}"),
            }
        });
    });
}
