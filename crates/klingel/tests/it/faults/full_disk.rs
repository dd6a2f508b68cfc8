//! A full store refuses new messages, keeps and delivers the old ones, and recovers by itself.

use std::collections::BTreeSet;

use klingel_testkit::gate::Gate;
use klingel_testkit::receiver::{Answer, Receiver};
use serde_json::json;

use super::own_mounts;
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

/// Small messages before the disk is filled.
const OPENING: usize = 100;

/// A disk of its own with a file on it that can be deleted, and no reserve: SQLite itself runs out of space.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_to_the_last_byte_loses_nothing_and_repeats_nothing() {
    let disk = r#"mkdir "$FOLDER/disk" && mount -t tmpfs -o size=16m none "$FOLDER/disk" \
        && head -c 11m /dev/zero > "$FOLDER/disk/ballast" && cp "$FOLDER"/k.sqlite* "$FOLDER/disk/""#;
    let house = House::new()
        .with("KLINGEL_STORE_FREE_BYTES_MIN", "0B")
        .with("KLINGEL_ANSWER_READ_BYTES_MAX", "128KiB")
        .with("KLINGEL_ANSWER_KEPT_BYTES_MAX", "64KiB")
        .launched_by(&own_mounts(), disk)
        .served_in("disk");
    let (receiver, gate) = (Receiver::start().await, Gate::shut());
    let held = gate.clone();
    receiver.answer_with(move |request| {
        if request.body.len() < 1024 {
            return Answer::status(200);
        }
        Answer::status(200).body(vec![b'x'; 64 * 1024]).hold(&held)
    });
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = json!({ "url": receiver.url("/hook"), "maxInFlight": 500 });
    let endpoint = api.endpoint("app", &endpoint).await;
    // So many successes open the lane's window for all that follows to be under way at once.
    for _ in 0..OPENING {
        api.accepted("app", &json!({})).await;
    }
    api.recorded("app", &endpoint, OPENING).await;

    let payload = json!({ "filling": "x".repeat(32 * 1024) });
    let mut accepted = BTreeSet::new();
    while let Ok(id) = api.publish("app", &payload).await.expect("the server goes on") {
        accepted.insert(id);
        assert!(accepted.len() < 1000, "5 MiB cannot hold a thousand times 32 KiB");
    }
    // Every attempt brings 64 KiB that have to be recorded: more than what is left, the log's used pages included.
    receiver.wait_for((accepted.len() + OPENING) as u64).await;
    gate.open();
    server.wrote("recording attempts failed").await;
    assert_eq!(api.publish("app", &payload).await, Ok(Err(503)));

    let ballast = house.folder().join("disk/ballast");
    let ballast = ballast.strip_prefix("/").expect("the path is absolute");
    std::fs::remove_file(server.proc("root").join(ballast)).expect("the ballast can be thrown out");
    let recorded = format!("/app/app/attempt/endpoint/{endpoint}/?limit=250&with_content=false");
    eventually("every attempt recorded", async || {
        let page = api.get(&recorded).await;
        (page["data"].as_array()?.len() >= (accepted.len() + OPENING).min(250)).then_some(())
    })
    .await;
    api.accepted("app", &json!({})).await;
    let requests = receiver.wait_for((accepted.len() + OPENING) as u64 + 1).await;
    let ids: BTreeSet<_> =
        requests.iter().map(|request| request.headers["webhook-id"].to_str().expect("ASCII")).collect();
    assert!(accepted.iter().all(|id| ids.contains(id.as_str())));
    println!(
        "full disk: publishers saw {} x 202, then 503 until there was room; 0 were lost; {} repetitions",
        accepted.len() + 1,
        requests.len() - ids.len()
    );
    assert_eq!(requests.len(), ids.len());
    server.stop().await;
}
