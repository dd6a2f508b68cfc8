//! Sending a span of time again, and dropping what waits.

use std::collections::BTreeMap;
use std::time::Duration;

use klingel_engine::{Refusal, ReplayCount, start};
use klingel_model::{
    AttemptStatus, Clock, EndpointId, MessageId, Replay, ReplaySpan, ReplayState, ReplayWhich, Trigger,
};
use klingel_store::{Order, Page, Replays};

use crate::world::{APP, Act, Bench, bench, settings, world};

fn span(bench: &Bench, endpoint_id: EndpointId, which: ReplayWhich) -> ReplaySpan {
    let now = bench.clock.now();
    let (since, until) = (now.minus(Duration::from_hours(1)), now.plus(Duration::from_secs(1)));
    ReplaySpan { app_id: APP, endpoint_id, since, until, which }
}

async fn ended(bench: &Bench, replay: &Replay) -> Replay {
    loop {
        let now = bench.engine().replay(APP, replay.id).await.unwrap();
        if now.state != ReplayState::Running {
            return now;
        }
        bench.pass(1).await;
    }
}

async fn publish(bench: &Bench, count: usize) -> Vec<MessageId> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(bench.publish("{}").await.id);
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    ids
}

/// Attempts of these messages, by message.
async fn attempts(bench: &Bench, ids: &[MessageId]) -> BTreeMap<MessageId, Vec<AttemptStatus>> {
    let mut found = BTreeMap::new();
    for id in ids {
        let by_hand = bench.attempts(*id).await.into_iter().filter(|a| a.trigger == Trigger::Manual);
        found.insert(*id, by_hand.map(|attempt| attempt.status).collect());
    }
    found
}

#[tokio::test(start_paused = true)]
async fn what_failed_is_sent_once_more_and_nothing_else() {
    // The first two messages fail in all of their three attempts.
    let bench = bench(settings(), |_, n| if n < 6 { Act::Answer(500) } else { Act::Answer(200) }).await;
    let id = bench.endpoint(1, |_| {}).await;
    let failed = publish(&bench, 2).await;
    bench.requests(6).await;
    bench.pass(200).await;
    let delivered = publish(&bench, 2).await;
    bench.requests(8).await;
    bench.pass(1).await;
    let wanted = span(&bench, id, ReplayWhich::Failed);
    let count = bench.engine().replay_count(wanted, 10).await;
    assert_eq!(count, Ok(ReplayCount { count: 2, more: false }));
    bench.pass(10).await;
    assert_eq!(bench.seconds(1).len(), 8, "a dry run sends nothing");
    assert_eq!(bench.engine().replay_count(wanted, 1).await, Ok(ReplayCount { count: 1, more: true }));
    let replay = bench.engine().replay_start(wanted).await.unwrap();
    bench.requests(10).await;
    let replay = ended(&bench, &replay).await;
    assert_eq!((replay.state, replay.asked), (ReplayState::Done, 2));
    bench.pass(10).await;
    assert!(attempts(&bench, &failed).await.values().all(|made| *made == [AttemptStatus::Success]));
    assert!(attempts(&bench, &delivered).await.values().all(Vec::is_empty));
    let again = span(&bench, id, ReplayWhich::Failed);
    assert_eq!(bench.engine().replay_count(again, 10).await, Ok(ReplayCount { count: 0, more: false }));
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_what_the_rules_of_today_want() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    let plain = bench.publish(r#"{"n": 1}"#).await;
    let wanted = bench.publish(r#"{"n": 2}"#).await;
    bench.pass(1).await;
    let filter = r#"{"payload":{"n":{"$gt":1}}}"#.to_owned();
    let id = bench.endpoint(1, |e| e.filter_json = Some(filter)).await;
    let missing = span(&bench, id, ReplayWhich::Missing);
    assert_eq!(bench.engine().replay_count(missing, 10).await, Ok(ReplayCount { count: 1, more: false }));
    let replay = bench.engine().replay_start(missing).await.unwrap();
    bench.requests(1).await;
    assert_eq!(ended(&bench, &replay).await.asked, 1);
    bench.pass(1).await;
    assert_eq!(bench.attempts(plain.id).await, []);
    assert_eq!(bench.attempts(wanted.id).await.len(), 1);
    let all = span(&bench, id, ReplayWhich::All);
    assert_eq!(bench.engine().replay_count(all, 10).await, Ok(ReplayCount { count: 1, more: false }));
}

#[tokio::test(start_paused = true)]
async fn a_replay_survives_a_restart_and_asks_for_each_message_once() {
    const MESSAGES: usize = 1300;
    let mut bench = bench(settings(), |_, _| Act::Answer(200)).await;
    let ids = publish(&bench, MESSAGES).await;
    let id = bench.endpoint(1, |e| e.rate_limit_per_s = Some(100)).await;
    let replay = bench.engine().replay_start(span(&bench, id, ReplayWhich::Missing)).await.unwrap();
    bench.requests(200).await;
    let halfway = bench.engine().replay(APP, replay.id).await.unwrap();
    assert_eq!(halfway.state, ReplayState::Running, "more wait than may be ahead");
    let next = start(world(&bench.store, &bench.transport, &bench.clock), settings());
    let cut_off = std::mem::replace(&mut bench.running, next).stop(Duration::ZERO).await.cut_off;
    let replay = ended(&bench, &replay).await;
    assert_eq!((replay.state, replay.asked), (ReplayState::Done, MESSAGES as u64));
    while bench.unsettled().await > 0 {
        bench.pass(1).await;
    }
    assert!(attempts(&bench, &ids).await.values().all(|made| *made == [AttemptStatus::Success]));
    let seen = bench.transport.seen.lock().unwrap().len();
    assert!((MESSAGES..=MESSAGES + cut_off).contains(&seen), "{seen} requests, {cut_off} were cut off");
    let span = bench.seconds(1);
    assert!(span.last().unwrap() - span[0] >= 12, "the endpoint's rate holds: {span:?}");
}

#[tokio::test(start_paused = true)]
async fn a_canceled_replay_asks_for_no_more() {
    let bench = bench(settings(), |_, _| Act::Hang).await;
    publish(&bench, 1300).await;
    let id = bench.endpoint(1, |_| {}).await;
    let replay = bench.engine().replay_start(span(&bench, id, ReplayWhich::Missing)).await.unwrap();
    bench.requests(8).await;
    let canceled = bench.engine().replay_cancel(APP, replay.id).await.unwrap();
    assert_eq!((canceled.state, canceled.asked), (ReplayState::Canceled, 1000));
    bench.pass(3600).await;
    assert_eq!(bench.engine().replay(APP, replay.id).await.unwrap(), canceled);
    let page = Page { limit: 9, after: None, order: Order::Descending };
    let listed = bench.engine().replays(APP, Some(id), page).await.unwrap();
    assert_eq!(listed.items, [canceled]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_replayed_is_refused() {
    let bench = bench(settings(), |_, _| Act::Hang).await;
    publish(&bench, 1).await;
    let id = bench.endpoint(1, |e| e.disabled = true).await;
    let wanted = span(&bench, id, ReplayWhich::All);
    let refused = bench.engine().replay_start(wanted).await.unwrap_err();
    assert!(matches!(&refused, Refusal::Conflict(why) if why.contains("disabled")), "{refused}");
    let count = bench.engine().replay_count(wanted, 9).await;
    assert_eq!(count, Ok(ReplayCount { count: 1, more: false }), "it can be counted all the same");
    let backwards = ReplaySpan { since: wanted.until, until: wanted.since, ..wanted };
    for refused in [
        bench.engine().replay_start(backwards).await.map(drop),
        bench.engine().replay_count(backwards, 9).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Refusal::Invalid("since", _))), "{refused:?}");
    }
    let nobody = ReplaySpan { endpoint_id: EndpointId::from_u128(9), ..wanted };
    let refused = bench.engine().replay_start(nobody).await.unwrap_err();
    assert_eq!(refused, Refusal::NotFound("endpoint"));
    let on = bench.endpoint(2, |e| e.rate_limit_per_s = Some(1)).await;
    publish(&bench, 1200).await;
    let wanted = ReplaySpan { endpoint_id: on, until: bench.clock.now(), ..wanted };
    bench.engine().cancel_waiting(APP, on).await.unwrap();
    bench.engine().replay_start(wanted).await.unwrap();
    bench.pass(1).await;
    let refused = bench.engine().replay_start(wanted).await.unwrap_err();
    assert!(matches!(&refused, Refusal::Conflict(why) if why.contains("running already")), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_replay_waits_while_its_endpoint_is_disabled_and_ends_when_it_is_deleted() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    publish(&bench, 1300).await;
    let id = bench.endpoint(1, |e| e.rate_limit_per_s = Some(100)).await;
    let replay = bench.engine().replay_start(span(&bench, id, ReplayWhich::Missing)).await.unwrap();
    bench.requests(10).await;
    let switch = async |disabled| {
        let mut endpoint = bench.stored(id).await;
        let expected = endpoint.updated_at;
        endpoint.disabled = disabled;
        endpoint.updated_at = bench.clock.now();
        bench.engine().replace_endpoint(endpoint, expected, None).await.unwrap();
    };
    switch(true).await;
    bench.pass(3600).await;
    let waits = bench.engine().replay(APP, replay.id).await.unwrap();
    assert_eq!(waits.state, ReplayState::Running);
    let before = bench.seconds(1).len();
    switch(false).await;
    bench.requests(before + 10).await;
    bench.engine().delete_endpoint(APP, id).await.unwrap();
    bench.pass(3600).await;
    let gone = bench.engine().replay(APP, replay.id).await.unwrap_err();
    assert_eq!(gone, Refusal::NotFound("replay"));
    assert_eq!(bench.store.running_replays(None, 9).await, Ok(vec![]));
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_memory_is_dropped_too() {
    let bench = bench(settings(), |_, _| Act::Hang).await;
    let id = bench.endpoint(1, |e| e.max_in_flight = 1).await;
    let ids = publish(&bench, 20).await;
    bench.requests(1).await;
    let one = bench.engine().cancel_delivery(APP, ids[1], id).await;
    assert_eq!(one, Ok(1));
    let all = bench.engine().cancel_waiting(APP, id).await.unwrap();
    assert_eq!((all.deliveries, all.more), (19, false));
    bench.pass(3600).await;
    assert_eq!(bench.seconds(1), [0], "only what was under way");
    assert_eq!(bench.unsettled().await, 0);
    assert_eq!(bench.attempts(ids[0]).await.len(), 1, "which is recorded");
    let later = publish(&bench, 1).await;
    bench.requests(2).await;
    bench.pass(20).await;
    assert_eq!(bench.attempts(later[0]).await.len(), 1);
}
