//! D13 to D18: settings, cursors, stopping, several processes, health, and receivers that ask for less.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use klingel_testkit::gate::Gate;
use klingel_testkit::receiver::{Answer, Received, Receiver};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::queue::accepted;
use crate::api::Api;
use crate::server::{House, run, run_in};

#[tokio::test]
async fn d13_settings_that_cannot_work_stop_the_start_with_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let wrong = [
        ("KLINGEL_STORE", "redis://127.0.0.1:6379"),
        ("KLINGEL_STORE", "sqlite:/nowhere/at/all/k.sqlite"),
        ("KLINGEL_LISTEN", "everywhere"),
        ("KLINGEL_MASTER_KEY", "too short"),
        ("KLINGEL_EXTRA_CA_FILE", "/nowhere/ca.pem"),
        ("KLINGEL_BREAKER_WAIT_MIN", "2h"),
    ];
    for (name, value) in wrong {
        let listen = ("KLINGEL_LISTEN", "127.0.0.1:0");
        let (code, output, errors) = run_in(folder.path(), &["serve"], &[listen, (name, value)]).await;
        assert_eq!((code, output.as_str()), (1, ""), "{name}={value}: {errors}");
        assert!(errors.starts_with("klingel: ") && !errors.contains("panicked"), "{name}={value}: {errors}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d14_a_cursor_that_is_none_is_refused_and_the_server_goes_on() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = api.endpoint("app", &json!({ "url": receiver.url("/hook") })).await;
    let id = api.accepted("app", &json!({})).await;
    let lists = [
        "/app/".to_owned(),
        "/app/app/endpoint/".to_owned(),
        "/app/app/msg/".to_owned(),
        format!("/app/app/endpoint/{endpoint}/msg/"),
        format!("/app/app/msg/{id}/endpoint/"),
        format!("/app/app/attempt/endpoint/{endpoint}/"),
        format!("/app/app/attempt/msg/{id}/"),
    ];
    let long = "9".repeat(3000);
    let cursors = ["msg_x", "app_0000000000000000000000!", "-msg_", "%00", "%F0%9F%94%94", &long];
    // Event types are their own cursors: any name is one.
    let names = ["a b", "%00", "%F0%9F%94%94", &long];
    let lists = lists.into_iter().map(|list| (list, &cursors[..]));
    for (list, cursors) in lists.chain([("/event-type/".to_owned(), &names[..])]) {
        for cursor in cursors {
            let path = format!("/api/v1{list}?iterator={}", cursor.replace(' ', "%20"));
            let (status, body) = api.call(Method::GET, &path, Bytes::new()).await.expect("an answer");
            assert_eq!(status, 422, "{path}: {}", String::from_utf8_lossy(&body));
        }
    }
    let output = server.stop().await;
    assert!(!output.contains("panicked"), "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d15_stopping_counts_right_and_does_not_dawdle() {
    let house = House::new().with("KLINGEL_SHUTDOWN_DEADLINE", "300ms");
    let (receiver, gate) = (Receiver::start().await, Gate::shut());
    let held = gate.clone();
    receiver.answer_with(move |_| Answer::status(200).hold(&held));
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    api.endpoint("app", &json!({ "url": receiver.url("/hook"), "maxInFlight": 5 })).await;
    accepted(&api, "app", 20).await;
    receiver.wait_for(5).await;
    let output = server.stop().await;
    assert!(output.contains("cut_off=5"), "{output}");

    gate.open();
    let mut idle = House::new();
    idle.set("KLINGEL_SHUTDOWN_DEADLINE", "1h");
    let server = idle.serve().await;
    let begun = Instant::now();
    server.stop().await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(5), "a server without work took {took:?} to stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn d16_a_second_server_is_refused_and_idempotency_outlives_the_process() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[receiver.url("/hook")]).await;
    let (code, _, errors) = run(&["serve", "--listen", "127.0.0.1:0", "--store", &house.store()]).await;
    assert!(code == 1 && errors.contains("another server runs on the store"), "{errors}");

    let message = json!({ "eventType": "a.b", "payload": {} });
    let first = api.post_once("once-1", "/app/app/msg/", &message).await;
    server.kill().await;
    let next = house.serve().await;
    let again = next.api(&key).post_once("once-1", "/app/app/msg/", &message).await;
    assert_eq!(first["id"], again["id"]);
    let last = next.api(&key).accepted("app", &json!({})).await;
    let sent = first["id"].as_str().expect("an id");
    let id_of = |request: &Received| request.headers["webhook-id"].to_str().expect("ASCII").to_owned();
    let mut ids: Vec<_> = receiver.wait_for(2).await.iter().map(id_of).collect();
    if !ids.contains(&last) {
        // The first one was sent before the kill, and not recorded: it came once more, and the last one comes as the third.
        assert_eq!(ids, [sent, sent]);
        ids = receiver.wait_for(3).await.iter().map(id_of).collect();
    }
    assert!(ids.iter().any(|id| id == sent) && ids.contains(&last), "{ids:?}");
    next.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d17_a_health_check_is_no_work_for_the_queue() {
    let house = House::new();
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    for _ in 0..100 {
        assert_eq!(api.get("/health/").await, Value::Null);
    }
    let figures = Api::new(&server.base, "").page("/metrics").await;
    for name in ["klingel_messages_accepted_total", "klingel_deliveries_owed_total"] {
        let line = figures.lines().find(|line| line.starts_with(name));
        assert!(line.is_none_or(|line| line.ends_with(" 0")), "{line:?}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d18_a_receiver_that_answers_429_is_left_alone_and_nobody_else_is() {
    let (house, busy, free) = (House::new(), Receiver::start().await, Receiver::start().await);
    busy.answer_with(|_| Answer::status(429).header("retry-after", "3600"));
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[free.url("/free")]).await;
    let endpoint = api.endpoint("app", &json!({ "url": busy.url("/busy") })).await;
    api.accepted("app", &json!({})).await;
    let attempts = api.recorded("app", &endpoint, 1).await;
    accepted(&api, "app", 50).await;
    free.wait_for(51).await;
    assert_eq!(busy.count(), 1, "nothing more goes to a receiver that asked for an hour's pause");
    let next: jiff::Timestamp =
        attempts[0]["nextAttempt"].as_str().expect("a time").parse().expect("RFC 3339");
    let begun: jiff::Timestamp =
        attempts[0]["timestamp"].as_str().expect("a time").parse().expect("RFC 3339");
    assert!(next.duration_since(begun).as_secs() >= 3600, "{begun} {next}");
    server.stop().await;
}
