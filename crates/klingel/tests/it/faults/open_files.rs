//! No file is free any more: new connections wait, those that are open go on, deliveries are tried again.

use klingel_testkit::receiver::Receiver;
use serde_json::json;

use crate::server::House;

/// Connections that take every file.
const IDLE: usize = 100;
/// Messages that are accepted meanwhile.
const MESSAGES: u64 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_free_file_open_connections_go_on_and_deliveries_are_made_up_for() {
    let house = House::new().with("KLINGEL_STORE_READERS", "1").launched_by(&["env"], "ulimit -n 48");
    let receiver = Receiver::start().await;
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = json!({ "url": receiver.url("/hook"), "retrySchedule": vec![0.2; 30] });
    let endpoint = api.endpoint("app", &endpoint).await;

    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(server.connect().await);
    }
    server.wrote("a connection could not be taken in").await;
    for _ in 0..MESSAGES {
        api.accepted("app", &json!({})).await;
    }
    let failed = api.recorded("app", &endpoint, 1).await;
    assert_eq!(failed.last().expect("one")["errorClass"], "connect", "{failed:?}");
    drop(idle);

    let requests = receiver.wait_for(MESSAGES).await;
    let attempts = api.recorded("app", &endpoint, requests.len() + 1).await.len();
    println!(
        "no free file: publishers saw {MESSAGES} x 202 on open connections, new ones waited; of {MESSAGES} accepted \
         messages 0 were lost; {} repetitions; {attempts} attempts",
        requests.len() as u64 - MESSAGES
    );
    server.stop().await;
}
