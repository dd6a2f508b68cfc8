//! D6 to D8: what one endpoint does to the others.

use std::time::Duration;

use klingel_testkit::hostile::{Hostile, HostileReceiver};
use klingel_testkit::receiver::{Answer, Receiver};
use serde_json::{Value, json};

use crate::server::House;

fn retried(url: &str) -> Value {
    json!({ "url": url, "retrySchedule": [0.02, 0.02] })
}

#[tokio::test(flavor = "multi_thread")]
async fn d06_the_failures_of_one_endpoint_repeat_nothing_for_its_siblings() {
    let house = House::new().with("KLINGEL_ATTEMPT_TIMEOUT_MAX", "100ms");
    let (sibling, failing) = (Receiver::start().await, Receiver::start().await);
    failing.answer_with(|_| Answer::status(500));
    let silent = HostileReceiver::start(Hostile::Silent).await;
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[sibling.url("/sibling")]).await;
    let mut endpoints = Vec::new();
    for url in ["http://127.0.0.1:1/nobody", &silent.url("/silent"), &failing.url("/failing")] {
        endpoints.push(api.endpoint("app", &retried(url)).await);
    }
    api.accepted("app", &json!({})).await;
    for endpoint in &endpoints {
        let attempts = api.recorded("app", endpoint, 3).await;
        assert_eq!((attempts.len(), &attempts[0]["nextAttempt"]), (3, &Value::Null));
    }
    assert_eq!((sibling.count(), failing.count()), (1, 3));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d07_an_answer_with_nul_bytes_is_recorded_and_harms_no_sibling() {
    let (house, sibling) = (House::new(), Receiver::start().await);
    let answer = b"HTTP/1.1 500 No\r\ncontent-length: 3\r\n\r\na\0b".to_vec();
    let odd = HostileReceiver::start(Hostile::Raw(answer)).await;
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[sibling.url("/sibling")]).await;
    let endpoint = api.endpoint("app", &retried(&odd.url("/odd"))).await;
    api.accepted("app", &json!({})).await;
    let attempts = api.recorded("app", &endpoint, 3).await;
    for attempt in &attempts {
        assert_eq!((&attempt["response"], &attempt["responseStatusCode"]), (&json!("a\0b"), &json!(500)));
    }
    assert_eq!((attempts.len(), odd.connections(), sibling.count()), (3, 3, 1));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d08_an_answer_without_end_holds_its_place_no_longer_than_the_time_out() {
    let house = House::new().with("KLINGEL_ATTEMPT_TIMEOUT_MAX", "200ms");
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n".to_vec();
    let dripping = [head, vec![b'x'; 5000]].concat();
    let dripping = HostileReceiver::start(Hostile::Trickle(dripping, Duration::from_millis(1))).await;
    let endless = HostileReceiver::start(Hostile::EndlessBody).await;
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let alone = |url: String| json!({ "url": url, "retrySchedule": [], "maxInFlight": 1 });
    let slow = api.endpoint("app", &alone(dripping.url("/slow"))).await;
    let long = api.endpoint("app", &alone(endless.url("/long"))).await;
    for _ in 0..3 {
        api.accepted("app", &json!({})).await;
    }
    // Only one request may be under way to each: the second and third show that the place was free again.
    for attempt in api.recorded("app", &slow, 3).await {
        assert_eq!(attempt["errorClass"], "timeout", "{attempt}");
    }
    for attempt in api.recorded("app", &long, 3).await {
        let kept = attempt["response"].as_str().expect("a text").len();
        assert_eq!((&attempt["status"], kept), (&json!(0), 16 * 1024));
    }
    assert!(server.memory_peak_kib() < 256 * 1024);
    server.stop().await;
}
