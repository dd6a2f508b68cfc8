//! SIGTERM: what is under way ends, the rest waits for the next start.

use std::time::Duration;

use klingel_testkit::gate::Gate;
use klingel_testkit::receiver::{Answer, Receiver};
use rustix::process::Signal;
use serde_json::json;

use crate::publishers::Ledger;
use crate::server::House;

#[tokio::test(flavor = "multi_thread")]
async fn under_load_it_ends_in_order_and_nothing_is_lost() {
    let (house, ledger) = (House::new().with("KLINGEL_SHUTDOWN_DEADLINE", "20s"), Ledger::open().await);
    let key = house.key("admin").await;
    let server = house.serve().await;
    server.api(&key).application("app", &ledger.urls()).await;
    let mut publishers = ledger.publish(&server.api(&key), "app");
    ledger.accepted(200).await;

    server.signal(Signal::TERM);
    let (status, output) =
        tokio::time::timeout(Duration::from_secs(20), server.ended()).await.expect("in time");
    assert!(status.success(), "{status}: {output}");
    assert!(output.contains("stopped"), "{output}");
    while let Some(ended) = publishers.join_next().await {
        ended.expect("a publisher does not panic");
    }

    let next = house.serve().await;
    ledger.report("SIGTERM under load").await;
    next.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_hangs_holds_the_end_up_no_longer_than_the_deadline_and_is_sent_to_again() {
    let house = House::new().with("KLINGEL_SHUTDOWN_DEADLINE", "300ms");
    let (receiver, gate) = (Receiver::start().await, Gate::shut());
    receiver.answer_in_turn([Answer::status(200).hold(&gate)]);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[receiver.url("/hook")]).await;
    let id = api.accepted("app", &json!({})).await;
    receiver.wait_for(1).await;

    let output = server.stop().await;
    assert!(output.contains("cut_off=1"), "{output}");

    let next = house.serve().await;
    let requests = receiver.wait_for(2).await;
    assert!(requests.iter().all(|request| request.headers["webhook-id"] == id.as_str()));
    next.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let house = House::new().with("KLINGEL_SHUTDOWN_DEADLINE", "1h");
    let (receiver, gate) = (Receiver::start().await, Gate::shut());
    receiver.answer_in_turn([Answer::status(200).hold(&gate)]);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[receiver.url("/hook")]).await;
    api.accepted("app", &json!({})).await;
    receiver.wait_for(1).await;

    server.signal(Signal::TERM);
    server.wrote("stopping").await;
    server.signal(Signal::INT);
    let (status, output) = server.ended().await;
    assert_eq!(status.code(), Some(1), "{output}");
    assert!(output.contains("second signal"), "{output}");
}
