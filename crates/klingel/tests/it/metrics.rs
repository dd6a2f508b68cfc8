//! `/metrics`: everything that `docs/metrics.md` lists, and nothing that names a customer.

use std::collections::BTreeSet;

use klingel_testkit::receiver::Receiver;
use serde_json::json;

use crate::api::Api;
use crate::server::{House, eventually};

/// Labels whose values are few and known beforehand.
const LABELS: [&str; 2] = ["class", "le"];

fn documented() -> BTreeSet<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    let page = std::fs::read_to_string(page).expect("the page is part of the repository");
    page.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_documented_and_their_labels_bounded() {
    let house = House::new().with("KLINGEL_SWEEP_EVERY", "100ms");
    let receiver = Receiver::start().await;
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    let by_name = receiver.url("/hook").replace("127.0.0.1", "localhost");
    api.application("app", &[by_name, "http://127.0.0.1:1/nobody".to_owned()]).await;
    for number in 0..3 {
        api.accepted("app", &json!({ "number": number })).await;
    }
    receiver.wait_for(3).await;

    // Figures of what has just ended follow within moments.
    let documented = documented();
    let page = Api::new(&server.base, "");
    let text = eventually("three deliveries and the queue in the figures", async || {
        let text = page.page("/metrics").await;
        let seen = text.contains("klingel_deliveries_delivered_total 3\n")
            && text.contains("klingel_attempts_failed_total{class=\"connect\"}")
            && text.contains("klingel_queue_oldest_due_seconds");
        seen.then_some(text)
    })
    .await;

    assert!(text.contains("klingel_messages_accepted_total 3\n"), "{text}");
    assert!(text.contains("klingel_deliveries_owed_total 6\n"), "{text}");
    let shown: BTreeSet<String> = text
        .lines()
        .filter_map(|line| Some(line.strip_prefix("# TYPE ")?.split_once(' ')?.0.to_owned()))
        .collect();
    assert_eq!(shown, documented, "docs/metrics.md lists exactly what is counted");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let labels =
            line.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or("", |(labels, _)| labels);
        for label in labels.split(',').filter(|label| !label.is_empty()) {
            let name = label.split_once('=').map_or(label, |(name, _)| name);
            assert!(LABELS.contains(&name), "{line}");
        }
    }
    for name in ["app_", "ep_", "msg_", "127.0.0.1", "localhost", "hook"] {
        assert!(!text.contains(name), "{name} names somebody");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn they_can_be_switched_off() {
    let server = House::new().with("KLINGEL_METRICS", "false").serve().await;
    let answer = Api::new(&server.base, "").call(http::Method::GET, "/metrics", bytes::Bytes::new()).await;
    assert_eq!(answer.map(|(status, _)| status), Ok(404));
    server.stop().await;
}
