//! From the publisher's call to the record.

use std::time::Duration;

use klingel_engine::{Refusal, Settings, start};
use klingel_model::{AttemptStatus, ErrorClass, Trigger};
use klingel_store::{EndpointRef, Error};

use crate::world::{APP, Act, bench, settings, world};

#[tokio::test(start_paused = true)]
async fn a_message_reaches_every_endpoint_that_wants_it_and_is_recorded() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    bench.endpoint(1, |_| {}).await;
    bench.endpoint(2, |_| {}).await;
    bench.endpoint(3, |e| e.disabled = true).await;
    let message = bench.publish(r#"{"n": 1.50}"#).await;
    bench.requests(2).await;
    bench.pass(1).await;
    assert_eq!(bench.unsettled().await, 0);
    let attempts = bench.attempts(message.id).await;
    assert_eq!(attempts.len(), 2);
    assert!(attempts.iter().all(|a| a.status == AttemptStatus::Success && a.number == 1));
    assert_eq!(&attempts[0].response_body[..], b"fine");
    let seen = bench.transport.seen.lock().unwrap();
    assert_eq!(&seen[0].1.body[..], br#"{"n": 1.50}"#, "byte for byte");
    assert_eq!(seen[0].1.headers.text("webhook-id"), Some(&*message.id.to_string()));
}

#[tokio::test(start_paused = true)]
async fn failures_are_retried_by_the_schedule_and_then_given_up() {
    let bench = bench(settings(), |_, _| Act::Answer(500)).await;
    bench.endpoint(1, |_| {}).await;
    let message = bench.publish("{}").await;
    bench.requests(3).await;
    bench.pass(200).await;
    assert_eq!(bench.seconds(1), [0, 5, 65]);
    assert_eq!(bench.unsettled().await, 0);
    let attempts = bench.attempts(message.id).await;
    assert_eq!(attempts.iter().map(|a| a.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(attempts[1].next_attempt_at.is_some() && attempts[2].next_attempt_at.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_standard_schedule_ends_after_more_than_three_days() {
    let bench = bench(settings(), |_, _| Act::Refuse).await;
    bench.endpoint(1, |e| e.retry_schedule = None).await;
    let message = bench.publish("{}").await;
    bench.requests(10).await;
    bench.pass(10).await;
    assert_eq!(*bench.seconds(1).last().unwrap(), 75 * 3600 + 35 * 60 + 5);
    let attempts = bench.attempts(message.id).await;
    assert_eq!(attempts.len(), 10);
    assert!(attempts.iter().all(|a| a.error_class == Some(ErrorClass::Connect)));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured_in_full_and_holds_other_messages_back() {
    let bench =
        bench(settings(), |_, n| if n == 0 { Act::RetryAfter(429, "7200") } else { Act::Answer(200) }).await;
    bench.endpoint(1, |_| {}).await;
    bench.publish("{}").await;
    bench.requests(1).await;
    bench.pass(1).await;
    bench.publish("{}").await;
    bench.requests(3).await;
    assert_eq!(bench.seconds(1), [0, 7200, 7200]);
}

#[tokio::test(start_paused = true)]
async fn gone_disables_the_endpoint_and_says_why() {
    let bench = bench(settings(), |_, _| Act::Answer(410)).await;
    let id = bench.endpoint(1, |_| {}).await;
    bench.publish("{}").await;
    bench.requests(1).await;
    bench.pass(1).await;
    let endpoint = bench.stored(id).await;
    assert!(endpoint.disabled && endpoint.health.disabled_reason.is_some());
    let message = bench.publish("{}").await;
    bench.pass(100).await;
    assert!(bench.attempts(message.id).await.is_empty());
    let resend = bench.engine().resend(APP, message.id, EndpointRef::Id(id), None).await;
    assert!(matches!(resend, Err(Refusal::Conflict(_))), "says so instead of doing nothing");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_only_fails_for_five_days_is_disabled_and_keeps_what_is_owed() {
    let bench = bench(Settings { endpoint_failing_max: Duration::from_mins(1), ..settings() }, |_, n| {
        if n < 3 { Act::Answer(503) } else { Act::Answer(200) }
    })
    .await;
    let id = bench
        .endpoint(1, |e| {
            let delays = [30, 40, 50].map(Duration::from_secs);
            e.retry_schedule = Some(klingel_model::RetrySchedule::new(delays).unwrap());
        })
        .await;
    let message = bench.publish("{}").await;
    bench.requests(3).await;
    bench.pass(600).await;
    let mut endpoint = bench.stored(id).await;
    assert!(endpoint.disabled);
    assert!(endpoint.health.disabled_reason.as_deref().unwrap().contains("2023-11-14T22:13:20"));
    assert_eq!(bench.unsettled().await, 1);
    let expected = endpoint.updated_at;
    endpoint.disabled = false;
    endpoint.updated_at = expected.plus(Duration::from_secs(1));
    bench.engine().replace_endpoint(endpoint, expected, None).await.unwrap();
    bench.requests(4).await;
    bench.pass(1).await;
    assert_eq!(bench.unsettled().await, 0);
    assert_eq!(bench.attempts(message.id).await.len(), 4);
    assert_eq!(bench.stored(id).await.health, klingel_model::EndpointHealth::default());
}

#[tokio::test(start_paused = true)]
async fn a_failed_resend_does_not_end_the_schedule() {
    let bench = bench(settings(), |_, n| if n < 2 { Act::Answer(500) } else { Act::Answer(200) }).await;
    let id = bench.endpoint(1, |_| {}).await;
    let message = bench.publish("{}").await;
    bench.requests(1).await;
    bench.pass(2).await;
    bench.engine().resend(APP, message.id, EndpointRef::Id(id), None).await.unwrap();
    bench.requests(3).await;
    bench.pass(1).await;
    assert_eq!(bench.seconds(1), [0, 2, 5]);
    let attempts = bench.attempts(message.id).await;
    assert_eq!(attempts[1].trigger, Trigger::Manual);
    assert_eq!(attempts[2].status, AttemptStatus::Success);
    assert_eq!(bench.unsettled().await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_settled_is_delivered_after_a_restart() {
    let bench = bench(settings(), |_, n| if n == 0 { Act::Hang } else { Act::Answer(200) }).await;
    bench.endpoint(1, |e| e.max_in_flight = 1).await;
    let first = bench.publish("{}").await;
    let second = bench.publish("{}").await;
    bench.requests(1).await;
    let (store, transport, clock) = (bench.store.clone(), bench.transport.clone(), bench.clock.clone());
    let stopped = bench.running.stop(Duration::from_secs(1)).await;
    assert_eq!(stopped.cut_off, 1);
    let running = start(world(&store, &transport, &clock), settings());
    let again = crate::world::Bench { store, transport, clock, running };
    again.requests(3).await;
    again.pass(2).await;
    assert_eq!(again.unsettled().await, 0);
    for message in [first, second] {
        assert_eq!(again.attempts(message.id).await.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_full_refuses_messages_and_loses_no_record() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    bench.endpoint(1, |_| {}).await;
    let message = bench.publish("{}").await;
    bench.store.fail_with(Some(Error::Full("disk".to_owned())));
    bench.requests(1).await;
    bench.pass(30).await;
    bench.store.fail_with(None);
    bench.pass(30).await;
    assert_eq!(bench.attempts(message.id).await.len(), 1);
    assert_eq!(bench.unsettled().await, 0);
}

#[tokio::test(start_paused = true)]
async fn hanging_endpoints_delay_no_other() {
    let bench =
        bench(settings(), |url, _| if url.contains("-2.") { Act::Hang } else { Act::Answer(200) }).await;
    bench.endpoint(1, |_| {}).await;
    bench.endpoint(2, |_| {}).await;
    for _ in 0..50 {
        bench.publish("{}").await;
    }
    bench.pass(1).await;
    assert_eq!(bench.seconds(1), vec![0; 50]);
    assert_eq!(bench.seconds(2).len(), 8, "as many as may be under way");
}
