//! A full store refuses new messages, keeps and delivers the old ones, and recovers by itself.

use klingel_testkit::gate::Gate;
use klingel_testkit::receiver::{Answer, Receiver};
use serde_json::json;

use crate::server::{House, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn publishers_get_503_old_work_goes_on_and_room_is_used_again() {
    let house = House::new()
        .with("KLINGEL_STORE_SIZE_BYTES_MAX", "4MiB")
        .with("KLINGEL_UPKEEP_EVERY", "1s")
        .with("KLINGEL_ENDPOINT_FAILING_MAX", "1h");
    let (receiver, gate) = (Receiver::start().await, Gate::shut());
    let held = gate.clone();
    receiver.answer_with(move |_| Answer::status(200).hold(&held));
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("full", &[receiver.url("/hook")]).await;
    api.application("other", &[]).await;

    let payload = json!({ "filling": "x".repeat(32 * 1024) });
    let mut accepted = Vec::new();
    let status = loop {
        match api.publish("full", &payload).await.expect("the server goes on") {
            Ok(id) => accepted.push(id),
            Err(status) => break status,
        }
        assert!(accepted.len() < 1000, "4 MiB cannot hold a thousand times 32 KiB");
    };
    assert_eq!(status, 503);
    assert!(accepted.len() > 20, "only {} messages fit", accepted.len());
    assert_eq!(api.publish("other", &json!({})).await, Ok(Err(503)), "the whole store is full");

    gate.open();
    let requests = receiver.wait_for(accepted.len() as u64).await;
    for id in &accepted {
        assert!(
            requests.iter().any(|request| request.headers["webhook-id"] == id.as_str()),
            "{id} was delivered"
        );
    }

    api.delete("/app/full").await;
    eventually("room that erased rows have made", async || {
        api.publish("other", &json!({})).await.expect("the server goes on").ok()
    })
    .await;
    server.stop().await;
}
