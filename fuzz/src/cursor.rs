//! Cursors of lists: a page, or a refusal; never anything else.

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use crate::house::{House, Place};

thread_local! {
    static PLACE: Place<()> = const { Place::empty() };
}

fn furnish(house: &House) {
    house.prepare("POST", "/api/v1/app", r#"{"name":"a","uid":"a"}"#);
    house.prepare("POST", "/api/v1/app/a/endpoint", r#"{"url":"https://example.com/","uid":"e"}"#);
    for number in 0..5 {
        let message = format!(r#"{{"eventType":"x","eventId":"m{number}","payload":{{}}}}"#);
        house.prepare("POST", "/api/v1/app/a/msg", &message);
    }
}

/// The first byte chooses the list, the rest is the cursor.
pub fn run(data: &[u8]) {
    const LISTS: [&str; 6] = [
        "/api/v1/app",
        "/api/v1/event-type",
        "/api/v1/app/a/endpoint",
        "/api/v1/app/a/msg",
        "/api/v1/app/a/attempt/endpoint/e",
        "/api/v1/app/a/endpoint/e/msg",
    ];
    let Some((list, cursor)) = data.split_first() else { return };
    let list = LISTS[usize::from(*list) % LISTS.len()];
    let cursor = percent_encode(cursor, NON_ALPHANUMERIC);
    PLACE.with(|place| {
        place.run(furnish, |house, ()| {
            for order in ["ascending", "descending"] {
                let path = format!("{list}?limit=2&order={order}&iterator={cursor}");
                let reply = house.call("GET", &path, b"");
                match reply.status {
                    200 => assert!(reply.json()["data"].as_array().is_some_and(|data| data.len() <= 2)),
                    422 => assert!(reply.json()["detail"].is_array()),
                    other => panic!("answered {other}"),
                }
            }
        });
    });
}
