use klingel_model::Clock;
use klingel_store::Upkeep;
use serde_json::json;
use std::time::Duration;

use crate::house::House;

#[tokio::test]
async fn the_same_request_is_done_once_and_answered_alike() {
    let house = House::new().await;
    house.app("a").await;
    house.endpoint("a", "e").await;
    house.message("a", r#"{"eventType":"x","payload":{},"eventId":"m"}"#).await;
    let rotated = |body: &str| body.to_owned();
    for (path, body, status) in [
        ("/app", r#"{"name":"N","uid":"once"}"#.to_owned(), 201),
        ("/event-type", r#"{"name":"t","description":""}"#.to_owned(), 201),
        ("/app/a/endpoint", r#"{"url":"https://x.example","uid":"once"}"#.to_owned(), 201),
        ("/app/a/msg", r#"{"eventType":"x","payload":{ "a":1 },"eventId":"once"}"#.to_owned(), 202),
        ("/app/a/msg/m/endpoint/e/resend", rotated("{}"), 202),
        ("/app/a/endpoint/e/secret/rotate", rotated("{}"), 204),
    ] {
        let first = house.call_once("key-1", path, &body).await;
        assert_eq!(first.status, status, "{path}: {first:?}");
        assert!(!first.headers.contains_key("idempotency-replayed"));
        house.clock.advance(Duration::from_mins(1));
        let again = house.call_once("key-1", path, &body).await;
        assert_eq!((again.status, &again.body), (status, &first.body), "{path}");
        assert_eq!(again.headers["idempotency-replayed"], "true", "{path}");
        let other = house.call_once("key-1", path, &format!(" {body}")).await;
        assert_eq!(other.faults(), ["header.idempotency-key"], "{path}");
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_path_and_ends_after_a_day() {
    let house = House::new().await;
    house.app("a").await;
    house.app("b").await;
    let body = r#"{"eventType":"x","payload":{}}"#;
    let first = house.call_once("k", "/app/a/msg", body).await.expect(202);
    let elsewhere = house.call_once("k", "/app/b/msg", body).await.expect(202);
    assert_ne!(first["id"], elsewhere["id"]);
    let slash = house.call_once("k", "/app/a/msg/", body).await.expect(202);
    assert_eq!(first["id"], slash["id"], "a trailing slash makes no other operation");
    house.clock.advance(Duration::from_hours(24));
    house.store.forget_answers(house.clock.now(), 100).await.unwrap();
    let later = house.call_once("k", "/app/a/msg", body).await.expect(202);
    assert_ne!(first["id"], later["id"]);
}

#[tokio::test]
async fn getting_what_exists_repeats_the_first_answer() {
    let house = House::new().await;
    let path = "/app?get_if_exists=true";
    let body = r#"{"name":"N","uid":"u"}"#;
    let made = house.call_once("k", path, body).await.expect(201);
    assert_eq!(house.call_once("k", path, body).await.expect(201), made);
    assert_eq!(house.call_once("other", path, body).await.expect(200), made);
}

#[tokio::test]
async fn an_event_type_that_is_brought_back_is_so_once() {
    let house = House::new().await;
    let body = r#"{"name":"t","description":"new"}"#;
    house.put("/event-type/t", r#"{"description":"old","archived":true}"#).await.expect(201);
    let back = house.call_once("k", "/event-type", body).await.expect(201);
    house.delete("/event-type/t").await.expect(204);
    let again = house.call_once("k", "/event-type", body).await;
    assert_eq!(again.expect(201), back);
    assert_eq!(house.get("/event-type/t").await.expect(200)["archived"], json!(true), "nothing was done");
}

#[tokio::test]
async fn keys_that_are_none_are_refused() {
    let house = House::new().await;
    house.app("a").await;
    for key in ["", "with space", "tab\tinside", &"k".repeat(257)] {
        let reply = house.call_once(key, "/app/a/msg", r#"{"eventType":"x","payload":{}}"#).await;
        assert_eq!(reply.faults(), ["header.idempotency-key"], "{key:?}");
    }
    house.call_once(&"k".repeat(256), "/app/a/msg", r#"{"eventType":"x","payload":{}}"#).await.expect(202);
}
