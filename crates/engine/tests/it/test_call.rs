//! Trying an endpoint out.

use bytes::Bytes;
use klingel_engine::run::test_call::{TEST_CALLS_MAX, TEST_CALLS_PER_ENDPOINT_MAX};
use klingel_engine::{Refusal, TestCall};
use klingel_model::{AppId, AttemptStatus, EndpointId, EventTypeName, Trigger};
use klingel_store::{MessageRef, Reader};

use crate::world::{APP, Act, bench, settings};

fn call() -> TestCall {
    TestCall {
        event_type: EventTypeName::new("order.paid").unwrap(),
        payload: Bytes::from_static(b"{\"n\": 1.50}"),
        channels: Vec::new(),
        payload_until: None,
    }
}

#[tokio::test(start_paused = true)]
async fn it_goes_out_once_though_the_endpoint_is_off_and_wants_nothing() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    let id = bench
        .endpoint(1, |e| {
            e.disabled = true;
            e.event_types = Some(Vec::new());
        })
        .await;
    let (message, attempt) = bench.engine().test_call(APP, id, call()).await.unwrap();
    assert_eq!(
        (attempt.status, attempt.trigger, attempt.number),
        (AttemptStatus::Success, Trigger::Manual, 1)
    );
    assert_eq!(&attempt.response_body[..], b"fine");
    assert_eq!(bench.attempts(message.id).await, [attempt]);
    let kept = bench.store.message(APP, MessageRef::Id(message.id)).await.unwrap();
    assert_eq!(kept.as_ref(), Some(&*message));
    bench.pass(1000).await;
    assert_eq!(bench.seconds(1), [0]);
    assert_eq!(bench.unsettled().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_a_result_and_leaves_the_health_alone() {
    for (status, act) in [(410, Act::Answer(410)), (500, Act::Answer(500)), (0, Act::Refuse)] {
        let bench = bench(settings(), move |_, _| act.clone()).await;
        let id = bench.endpoint(1, |_| {}).await;
        let before = bench.stored(id).await;
        let (_, attempt) = bench.engine().test_call(APP, id, call()).await.unwrap();
        assert_eq!((attempt.status, attempt.response_status), (AttemptStatus::Fail, status));
        assert!(attempt.error.is_some() && attempt.next_attempt_at.is_none());
        bench.pass(1000).await;
        assert_eq!(bench.seconds(1), [0], "it is not tried again");
        assert_eq!(bench.stored(id).await, before);
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_not_there_cannot_be_tried() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    let id = bench.endpoint(1, |_| {}).await;
    let nobody = bench.engine().test_call(APP, EndpointId::from_u128(9), call()).await;
    assert_eq!(nobody.unwrap_err(), Refusal::NotFound("endpoint"));
    let elsewhere = bench.engine().test_call(AppId::from_u128(9), id, call()).await;
    assert_eq!(elsewhere.unwrap_err(), Refusal::NotFound("endpoint"));
    assert!(bench.transport.seen.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_does_not_undo_the_record() {
    let bench = bench(settings(), |_, _| Act::Hang).await;
    let id = bench.endpoint(1, |_| {}).await;
    let engine = bench.engine();
    let caller = tokio::spawn(async move { engine.test_call(APP, id, call()).await.map(drop) });
    bench.requests(1).await;
    caller.abort();
    bench.pass(20).await;
    let page = klingel_store::Page { limit: 9, after: None, order: klingel_store::Order::Ascending };
    let kept = bench.store.attempts_of_endpoint(APP, id, page, klingel_store::AttemptFilter::default()).await;
    assert_eq!(kept.unwrap().items.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn so_many_at_once_and_no_more() {
    let bench = bench(settings(), |_, _| Act::Hang).await;
    let endpoints = TEST_CALLS_MAX / TEST_CALLS_PER_ENDPOINT_MAX + 1;
    let mut callers = tokio::task::JoinSet::new();
    let mut refused = 0;
    for n in 1..=endpoints {
        let id = bench.endpoint(n as u128, |_| {}).await;
        for _ in 0..=TEST_CALLS_PER_ENDPOINT_MAX {
            let engine = bench.engine();
            callers.spawn(async move { engine.test_call(APP, id, call()).await.map(drop) });
        }
    }
    let mut sent = 0;
    while let Some(ended) = callers.join_next().await {
        match ended.unwrap() {
            Ok(()) => sent += 1,
            Err(Refusal::Unavailable(why)) if why.contains("too many test calls") => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(sent, TEST_CALLS_MAX);
    assert_eq!(refused, endpoints * (TEST_CALLS_PER_ENDPOINT_MAX + 1) - TEST_CALLS_MAX);
    // Their places are free again.
    bench.engine().test_call(APP, EndpointId::from_u128(1), call()).await.unwrap();
}
