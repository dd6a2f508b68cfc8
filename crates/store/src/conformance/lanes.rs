//! Which endpoints have work, and their first attempts.

use klingel_model::{Endpoint, EndpointId, MessageSeq};

use super::cases;
use super::scene::{Scene, at, scheduled};
use crate::{LaneHead, Outcome, Waiting, Written};

cases![
    lanes_come_in_the_order_of_their_endpoints,
    lanes_go_on_behind_a_cursor,
    a_lane_tells_first_attempts_and_the_next_due_time,
    a_lane_without_work_is_not_shown,
    a_disabled_endpoint_keeps_its_lane,
    a_deleted_endpoint_has_no_lane,
    a_deleted_application_has_no_lanes,
    first_attempts_come_in_order_behind_a_cursor,
    retries_are_no_first_attempts,
];

fn head(endpoint: &Endpoint, first_attempts: bool, next_due: Option<i64>) -> LaneHead {
    LaneHead { endpoint_id: endpoint.id, first_attempts, next_due: next_due.map(at) }
}

fn seqs(work: &[Waiting]) -> Vec<MessageSeq> {
    work.iter().map(|waiting| waiting.delivery.key.message_seq).collect()
}

async fn lanes_come_in_the_order_of_their_endpoints(scene: Scene) {
    let (application, first) = scene.pair().await;
    let (second, third) = (scene.endpoint(&application).await, scene.endpoint(&application).await);
    scene.admit(&application, &[&third]).await;
    scene.admit(&application, &[&first, &second]).await;
    let lanes = scene.store.lanes(None, 10).await;
    let expected = [&first, &second, &third].map(|endpoint| head(endpoint, true, None));
    assert_eq!(lanes, Ok(expected.to_vec()));
}

async fn lanes_go_on_behind_a_cursor(scene: Scene) {
    let application = scene.application().await;
    let mut endpoints = Vec::new();
    for _ in 0..5 {
        endpoints.push(scene.endpoint(&application).await);
    }
    scene.admit(&application, &endpoints.iter().collect::<Vec<_>>()).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let lanes = scene.store.lanes(after, 2).await.expect("a read");
        assert!(lanes.len() <= 2);
        let Some(last) = lanes.last() else { break };
        after = Some(last.endpoint_id);
        seen.extend(lanes.iter().map(|lane| lane.endpoint_id));
    }
    assert_eq!(seen, endpoints.iter().map(|endpoint| endpoint.id).collect::<Vec<EndpointId>>());
}

async fn a_lane_tells_first_attempts_and_the_next_due_time(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (early, early_seq) = scene.admit(&application, &[&endpoint]).await;
    let (late, late_seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&late, scheduled(&endpoint, late_seq), 1, Outcome::Retry(at(90))).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![head(&endpoint, true, Some(90))]));
    scene.settle(&early, scheduled(&endpoint, early_seq), 1, Outcome::Retry(at(50))).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![head(&endpoint, false, Some(50))]));
    scene.settle(&early, scheduled(&endpoint, early_seq), 2, Outcome::Retry(at(120))).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![head(&endpoint, false, Some(90))]));
}

async fn a_lane_without_work_is_not_shown(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![]));
}

async fn a_disabled_endpoint_keeps_its_lane(scene: Scene) {
    let (application, mut endpoint) = scene.pair().await;
    let expected = endpoint.updated_at;
    endpoint.disabled = true;
    endpoint.updated_at = scene.now();
    let written = scene.store.replace_endpoint(endpoint.clone(), expected, None).await;
    assert_eq!(written, Ok(Written::Fresh));
    scene.admit(&application, &[&endpoint]).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![head(&endpoint, true, None)]));
    assert_eq!(scene.first_attempts(&endpoint).await.len(), 1);
}

async fn a_deleted_endpoint_has_no_lane(scene: Scene) {
    let (application, kept) = scene.pair().await;
    let deleted = scene.endpoint(&application).await;
    let (message, _) = scene.admit(&application, &[&kept, &deleted]).await;
    let (later, seq) = scene.admit(&application, &[&deleted]).await;
    scene.settle(&later, scheduled(&deleted, seq), 1, Outcome::Retry(at(5))).await;
    scene.store.delete_endpoint(application.id, deleted.id).await.expect("it is there");
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![head(&kept, true, None)]));
    assert!(scene.first_attempts(&deleted).await.is_empty());
    assert!(scene.due(&deleted).await.is_empty());
    let still = scene.first_attempts(&kept).await;
    assert_eq!(*still[0].message, message);
}

async fn a_deleted_application_has_no_lanes(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (other, kept) = scene.pair().await;
    scene.admit(&application, &[&endpoint]).await;
    scene.admit(&other, &[&kept]).await;
    scene.store.delete_application(application.id).await.expect("it is there");
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![head(&kept, true, None)]));
    assert!(scene.first_attempts(&endpoint).await.is_empty());
}

async fn first_attempts_come_in_order_behind_a_cursor(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let mut admitted = Vec::new();
    for _ in 0..5 {
        admitted.push(scene.admit(&application, &[&endpoint]).await.1);
    }
    let first = scene.store.first_attempts(endpoint.id, MessageSeq(0), 2).await.expect("a read");
    assert_eq!(seqs(&first), admitted[..2]);
    let next = scene.store.first_attempts(endpoint.id, admitted[1], 2).await.expect("a read");
    assert_eq!(seqs(&next), admitted[2..4]);
    let rest = scene.store.first_attempts(endpoint.id, admitted[3], 2).await.expect("a read");
    assert_eq!(seqs(&rest), admitted[4..]);
    let none = scene.store.first_attempts(endpoint.id, admitted[4], 2).await.expect("a read");
    assert!(none.is_empty());
}

async fn retries_are_no_first_attempts(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    let (_, later) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Retry(at(5))).await;
    assert_eq!(seqs(&scene.first_attempts(&endpoint).await), [later]);
    assert_eq!(seqs(&scene.due(&endpoint).await), [seq]);
}
