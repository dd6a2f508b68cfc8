//! Sending an example to an endpoint.

use klingel_engine::run::test_call::TEST_CALLS_PER_ENDPOINT_MAX;
use klingel_model::Role;
use serde_json::{Value, json};

use crate::house::{ECHO, House};

const PATH: &str = "/app/a/endpoint/e/send-example";

/// An application with an endpoint that is off, wants nothing, and would answer.
async fn house() -> House {
    let house = House::new().await;
    house.app("a").await;
    let body = json!({"url": ECHO, "uid": "e", "disabled": true, "eventTypes": ["never"]});
    house.post("/app/a/endpoint", &body.to_string()).await.expect(201);
    house
}

async fn attempts(house: &House) -> Vec<Value> {
    let list = house.get("/app/a/attempt/endpoint/e").await.expect(200);
    list["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_schemas_example_goes_out_and_stands_in_the_log() {
    let house = house().await;
    let schemas = r#"{"1":{"examples":[{"n": 1.50}]}}"#;
    let described = format!(r#"{{"name":"order.paid","description":"","schemas":{schemas}}}"#);
    house.post("/event-type", &described).await.expect(201);
    let message = house.post(PATH, r#"{"eventType":"order.paid"}"#).await.expect(200);
    assert_eq!((&message["eventType"], &message["payload"]), (&json!("order.paid"), &json!({"n": 1.50})));
    let attempts = attempts(&house).await;
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0]["msgId"], message["id"]);
    assert_eq!((&attempts[0]["status"], &attempts[0]["triggerType"]), (&json!(0), &json!(1)));
    assert_eq!(attempts[0]["response"], r#"{"n": 1.50}"#, "byte for byte");
    let kept = house.get(&format!("/app/a/msg/{}", message["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(kept["payload"], json!({"n": 1.50}));
    let endpoint = house.get("/app/a/endpoint/e").await.expect(200);
    assert_eq!(endpoint["disabled"], json!(true), "it stays as it is");
}

#[tokio::test]
async fn a_type_without_an_example_gets_a_small_payload() {
    let house = house().await;
    house.post("/event-type", r#"{"name":"known","description":""}"#).await.expect(201);
    for name in ["known", "unknown.to.all"] {
        let message =
            house.post(&format!("{PATH}/"), &json!({"eventType": name}).to_string()).await.expect(200);
        assert_eq!((&message["payload"]["type"], &message["payload"]["data"]), (&json!(name), &json!({})));
    }
}

#[tokio::test]
async fn the_same_key_sends_once() {
    let house = house().await;
    let first = house.call_once("k", PATH, r#"{"eventType":"x"}"#).await.expect(200);
    let again = house.call_once("k", PATH, r#"{"eventType":"x"}"#).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.expect(200), first);
    assert_eq!(house.call_once("k", PATH, r#"{"eventType":"y"}"#).await.faults(), ["header.idempotency-key"]);
    assert_eq!(attempts(&house).await.len(), 1);
}

#[tokio::test]
async fn bad_input_and_missing_rights_send_nothing() {
    let house = house().await;
    house.post("/event-type", r#"{"name":"old","description":"","archived":true}"#).await.expect(201);
    for (body, place) in [
        ("{}", "body.eventType"),
        (r#"{"eventType":"a b"}"#, "body.eventType"),
        (r#"{"eventType":1}"#, "body.eventType"),
        (r#"{"eventType":"x","payload":{}}"#, "body.payload"),
        (r#"{"eventType":"old"}"#, "body.eventType"),
    ] {
        assert_eq!(house.post(PATH, body).await.faults(), [place], "{body}");
    }
    house.post(PATH, "{").await.expect(400);
    house.post("/app/a/endpoint/nobody/send-example", r#"{"eventType":"x"}"#).await.expect(404);
    house.post("/app/nobody/endpoint/e/send-example", r#"{"eventType":"x"}"#).await.expect(404);
    let (reader, _) = house.key(Role::Read).await;
    house.call(&reader, "POST", PATH, r#"{"eventType":"x"}"#).await.expect(403);
    house.call(&house.stranger, "POST", PATH, r#"{"eventType":"x"}"#).await.expect(404);
    assert_eq!(attempts(&house).await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_button_cannot_flood() {
    let house = House::new().await;
    house.app("a").await;
    house.endpoint("a", "e").await;
    let call = || house.post(PATH, r#"{"eventType":"x"}"#);
    let mut waiting: Vec<_> = (0..TEST_CALLS_PER_ENDPOINT_MAX).map(|_| Box::pin(call())).collect();
    for one in &mut waiting {
        assert!(stays_under_way(one).await, "the receiver never answers");
    }
    let refused = call().await;
    assert_eq!(refused.headers["retry-after"], "1");
    let refused = refused.expect(503);
    assert!(refused["detail"].as_str().unwrap().contains("too many test calls"), "{refused}");
}

/// Polls until everything else has come to rest; `true` while it is not ready.
async fn stays_under_way<F: Future + Unpin>(future: &mut F) -> bool {
    for _ in 0..100 {
        let ready = std::future::poll_fn(|cx| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_ready())
        });
        if ready.await {
            return false;
        }
        tokio::task::yield_now().await;
    }
    true
}
