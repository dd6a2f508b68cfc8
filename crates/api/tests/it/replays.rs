//! Replays, and dropping what waits.

use axum::body::Body;
use klingel_model::Role;
use serde_json::{Value, json};

use crate::house::House;

const E: &str = "/app/a/endpoint/e";
const SPAN: &str = r#"{"since":"2000-01-01T00:00:00Z"}"#;
const ALL: &str = r#"{"since":"2000-01-01T00:00:00Z","which":"all"}"#;

/// An application with three messages, and an endpoint that was made later and never answers.
async fn house() -> House {
    let house = House::new().await;
    house.app("a").await;
    for n in 0..3 {
        house.message("a", &format!(r#"{{"eventType":"x","payload":{{}},"eventId":"m{n}"}}"#)).await;
    }
    house.clock.advance(std::time::Duration::from_secs(1));
    house.endpoint("a", "e").await;
    house
}

async fn ended(house: &House, id: &Value) -> Value {
    loop {
        let replay = house.get(&format!("{E}/replay/{}", id.as_str().unwrap())).await.expect(200);
        if replay["status"] != "running" {
            return replay;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_span_is_counted_sent_and_seen() {
    let house = house().await;
    let counted = house.post(&format!("{E}/replay/count"), ALL).await.expect(200);
    assert_eq!(counted, json!({"count": 3, "more": false}));
    assert_eq!(house.get(&format!("{E}/waiting")).await.expect(200)["data"], json!([]), "nothing is sent");
    let begun = house.post(&format!("{E}/replay/"), ALL).await.expect(202);
    assert_eq!((&begun["status"], &begun["task"]), (&json!("running"), &json!("endpoint.replay")));
    assert_eq!((&begun["which"], &begun["since"]), (&json!("all"), &json!("2000-01-01T00:00:00.000000Z")));
    let replay = ended(&house, &begun["id"]).await;
    assert_eq!((&replay["status"], &replay["asked"]), (&json!("done"), &json!(3)));
    let waiting = house.get(&format!("{E}/waiting?limit=2")).await.expect(200);
    let first = &waiting["data"][0];
    assert_eq!((&first["eventType"], &first["triggerType"]), (&json!("x"), &json!(1)));
    assert_eq!((&first["attempts"], &waiting["done"]), (&json!(0), &json!(false)));
    let next = waiting["iterator"].as_str().unwrap();
    let rest = house.get(&format!("{E}/waiting?iterator={next}")).await.expect(200);
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["done"]), (1, &json!(true)));
    let listed = house.get(&format!("{E}/replay")).await.expect(200);
    assert_eq!(listed["data"], json!([replay]));
}

#[tokio::test]
async fn recover_and_replay_missing_answer_as_clients_know_them() {
    let house = house().await;
    for (path, task) in [("recover", "endpoint.recover"), ("replay-missing", "endpoint.replay-missing")] {
        let begun = house.post(&format!("{E}/{path}"), SPAN).await.expect(202);
        assert_eq!((&begun["status"], &begun["task"]), (&json!("running"), &json!(task)));
        assert!(begun["id"].as_str().unwrap().starts_with("replay_") && begun["updatedAt"].is_string());
        let asked = if path == "recover" { 0 } else { 3 };
        assert_eq!(ended(&house, &begun["id"]).await["asked"], asked);
    }
}

#[tokio::test]
async fn the_same_key_begins_once() {
    let house = house().await;
    let path = format!("{E}/replay-missing");
    let first = house.call_once("k", &path, SPAN).await.expect(202);
    let again = house.call_once("k", &path, SPAN).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.expect(202), first);
    let other = house.call_once("k", &path, r#"{"since":"2001-01-01T00:00:00Z"}"#).await;
    assert_eq!(other.faults(), ["header.idempotency-key"]);
    assert_eq!(house.get(&format!("{E}/replay")).await.expect(200)["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn bad_input_begins_nothing() {
    let house = house().await;
    for (path, body, place) in [
        ("replay", "{}", "body.since"),
        ("replay", SPAN, "body.which"),
        ("replay", r#"{"since":"2000-01-01T00:00:00Z","which":"some"}"#, "body.which"),
        ("replay", r#"{"since":"yesterday","which":"all"}"#, "body.since"),
        ("replay", r#"{"since":"2000-01-01T00:00:00Z","until":1,"which":"all"}"#, "body.until"),
        ("replay/count", r#"{"since":"2999-01-01T00:00:00Z","which":"all"}"#, "body.since"),
        ("recover", r#"{"since":"2000-01-02T00:00:00Z","until":"2000-01-01T00:00:00Z"}"#, "body.since"),
        ("recover", ALL, "body.which"),
        ("replay-missing", r#"{"since":"2000-01-01T00:00:00Z","dry":true}"#, "body.dry"),
        ("cancel-waiting", r#"{"since":1}"#, "body.since"),
    ] {
        let faults = house.post(&format!("{E}/{path}"), body).await.faults();
        assert!(faults.contains(&place.to_owned()), "{path} {body}: {faults:?}");
    }
    for path in ["replay/nonsense", "replay/replay_0000000000000000000000"] {
        assert_eq!(house.get(&format!("{E}/{path}")).await.status, 404, "{path}");
        assert_eq!(house.post(&format!("{E}/{path}/cancel"), "").await.status, 404, "{path}");
    }
    assert_eq!(house.get(&format!("{E}/waiting?iterator=7.9")).await.faults(), ["query.iterator"]);
    assert_eq!(house.post("/app/a/endpoint/nobody/recover", SPAN).await.status, 404);
    house.patch(E, r#"{"disabled":true}"#).await.expect(200);
    let refused = house.post(&format!("{E}/recover"), SPAN).await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("disabled"), "{refused}");
    assert_eq!(house.get(&format!("{E}/replay")).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn roles_and_walls_hold() {
    let house = house().await;
    let begun = house.post(&format!("{E}/replay"), ALL).await.expect(202);
    let one = format!("{E}/replay/{}", begun["id"].as_str().unwrap());
    ended(&house, &begun["id"]).await;
    let (reader, _) = house.key(Role::Read).await;
    let (publisher, _) = house.key(Role::Publish).await;
    let cancel_one = "/app/a/msg/m0/endpoint/e/cancel".to_owned();
    for (method, path, body, publish, read) in [
        ("GET", format!("{E}/replay"), "", true, true),
        ("GET", one.clone(), "", true, true),
        ("GET", format!("{E}/waiting"), "", true, true),
        ("POST", format!("{E}/replay/count"), ALL, true, true),
        ("POST", format!("{one}/cancel"), "", true, false),
        ("POST", format!("{E}/replay"), ALL, true, false),
        ("POST", format!("{E}/cancel-waiting"), "", false, false),
        ("POST", cancel_one, "", false, false),
    ] {
        for (key, allowed) in [(&publisher, publish), (&reader, read)] {
            let reply = house.call(key, method, &path, body).await;
            assert_eq!((200..300).contains(&reply.status), allowed, "{method} {path}: {reply:?}");
            assert!(allowed || reply.status == 403, "{method} {path}: {reply:?}");
        }
        let stranger = house.call(&house.stranger, method, &path, Body::from(body)).await;
        assert_eq!(stranger.status, 404, "{method} {path}: {stranger:?}");
    }
    house.endpoint("a", "other").await;
    let elsewhere = one.replace("endpoint/e/", "endpoint/other/");
    assert_eq!(house.get(&elsewhere).await.status, 404);
}

#[tokio::test]
async fn what_waits_is_dropped_and_seen_as_canceled() {
    let house = House::new().await;
    house.app("a").await;
    // One request at a time, which never ends: the others wait.
    let body = r#"{"url":"https://example.com/e","uid":"e","maxInFlight":1}"#;
    house.post("/app/a/endpoint", body).await.expect(201);
    for n in 0..4 {
        house.message("a", &format!(r#"{{"eventType":"x","payload":{{}},"eventId":"m{n}"}}"#)).await;
    }
    let path = "/app/a/msg/m3/endpoint/e/cancel";
    assert_eq!(house.post(path, "").await.expect(200), json!({"canceled": 1, "more": false}));
    assert_eq!(house.post(path, "").await.expect(200), json!({"canceled": 0, "more": false}));
    let standing = house.get("/app/a/msg/m3/endpoint").await.expect(200)["data"][0].clone();
    assert_eq!(
        (&standing["status"], &standing["statusText"], &standing["canceled"]),
        (&json!(2), &json!("fail"), &json!(true))
    );
    let all = house.post(&format!("{E}/cancel-waiting/"), "{}").await.expect(200);
    assert_eq!(all, json!({"canceled": 3, "more": false}));
    assert_eq!(house.get(&format!("{E}/waiting")).await.expect(200)["data"], json!([]));
    house.clock.advance(std::time::Duration::from_secs(1));
    let counted = house.post(&format!("{E}/replay/count"), ALL).await.expect(200);
    assert_eq!(counted, json!({"count": 4, "more": false}), "they can be sent again");
}
