//! A store that cannot be written to: the server does not start, says why, and changes nothing.

use klingel_testkit::gate::Gate;
use klingel_testkit::receiver::{Answer, Receiver};
use serde_json::json;

use super::own_mounts;
use crate::server::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_store_stops_the_start_and_what_it_holds_is_delivered_later() {
    let read_only = r#"mount --bind "$FOLDER" "$FOLDER" && mount -o remount,bind,ro "$FOLDER""#;
    let (receiver, gate) = (Receiver::start().await, Gate::shut());
    receiver.answer_in_turn([Answer::status(200).hold(&gate)]);
    let mut house = House::new();
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    api.endpoint("app", &json!({ "url": receiver.url("/hook"), "maxInFlight": 1 })).await;
    for _ in 0..20 {
        api.accepted("app", &json!({})).await;
    }
    receiver.wait_for(1).await;
    server.kill().await;

    house = house.launched_by(&own_mounts(), read_only);
    let (code, errors) = house.cannot_serve().await;
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("read-only") || errors.contains("Read-only"), "{errors}");
    house.launched_plainly();
    let next = house.serve().await;
    receiver.wait_for(21).await;
    println!("read-only store: no server to talk to; of 20 accepted messages 0 were lost; 1 repetition");
    next.stop().await;
}
