//! Sending again what was accepted in a span of time.

use std::sync::Arc;

use klingel_model::id::kind;
use klingel_model::{
    Application, Endpoint, Message, MessageId, Replay, ReplaySpan, ReplayState, ReplayWhich,
};

use super::calls::walk;
use super::cases;
use super::scene::{ALL, Scene, at, by_hand, page, scheduled};
use crate::replay::REPLAY_STEP_MAX;
use crate::{Error, Order, Outcome, Page, ReplayStep};

cases![
    candidates_are_those_that_are_meant,
    a_span_has_its_beginning_and_not_its_end,
    candidates_are_listed_both_ways_and_by_bytes,
    what_was_tried_out_is_no_candidate,
    a_step_asks_and_notes_how_far_it_has_come,
    a_step_is_taken_once,
    the_last_step_ends_a_replay,
    one_replay_an_endpoint_runs_at_a_time,
    a_canceled_replay_takes_no_step,
    what_is_gone_is_left_out,
    replays_are_listed_behind_their_wall,
    replays_end_with_their_endpoint_and_application,
    ended_replays_are_forgotten_in_time,
];

fn span(endpoint: &Endpoint, which: ReplayWhich) -> ReplaySpan {
    let (app_id, endpoint_id) = (endpoint.app_id, endpoint.id);
    ReplaySpan { app_id, endpoint_id, since: at(-1_000_000), until: at(1_000_000), which }
}

fn new_replay(scene: &Scene, span: ReplaySpan) -> Replay {
    let now = scene.now();
    Replay {
        id: scene.id(),
        span,
        state: ReplayState::Running,
        cursor: None,
        asked: 0,
        created_at: now,
        updated_at: now,
    }
}

async fn running(scene: &Scene, endpoint: &Endpoint) -> Replay {
    let replay = new_replay(scene, span(endpoint, ReplayWhich::All));
    scene.store.add_replay(replay.clone()).await.expect("none runs yet");
    replay
}

fn step_of(replay: &Replay, ask: Vec<MessageId>, cursor: Option<MessageId>) -> ReplayStep {
    ReplayStep { id: replay.id, expected: replay.cursor, ask, cursor, due_at: at(7) }
}

async fn found(scene: &Scene, span: ReplaySpan) -> Vec<(MessageId, bool)> {
    let page = scene.store.replay_candidates(span, super::scene::page(ALL)).await.expect("a read");
    assert!(page.items.iter().all(|candidate| candidate.message.payload.is_some()));
    page.items.iter().map(|candidate| (candidate.message.id, candidate.sent)).collect()
}

async fn candidates_are_those_that_are_meant(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    let outcomes = [Outcome::Delivered, Outcome::GivenUp, Outcome::Retry(at(50))];
    let mut ids = Vec::new();
    for outcome in outcomes {
        let (message, seq) = scene.admit(&application, &[&endpoint, &other]).await;
        scene.settle(&message, scheduled(&other, seq), 1, Outcome::GivenUp).await;
        scene.settle(&message, scheduled(&endpoint, seq), 1, outcome).await;
        ids.push(message.id);
    }
    let (waiting, _) = scene.admit(&application, &[&endpoint]).await;
    let (missing, _) = scene.admit(&application, &[&other]).await;
    let (bare, _) = scene.admit(&application, &[]).await;
    scene.store.expunge_payload(application.id, bare.id).await.expect("it is there");
    let (canceled, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&canceled, scheduled(&endpoint, seq), 1, Outcome::Retry(at(50))).await;
    let dropped = scene.store.cancel_delivery(application.id, canceled.id, endpoint.id).await;
    assert_eq!(dropped, Ok(1));
    let (unsent, _) = scene.admit(&application, &[&endpoint]).await;
    scene.store.cancel_delivery(application.id, unsent.id, endpoint.id).await.expect("it waits");
    assert_eq!(found(&scene, span(&endpoint, ReplayWhich::Failed)).await, [(ids[1], true)]);
    assert_eq!(found(&scene, span(&endpoint, ReplayWhich::Missing)).await, [(missing.id, false)]);
    assert_eq!(
        found(&scene, span(&endpoint, ReplayWhich::All)).await,
        [(ids[0], true), (ids[1], true), (missing.id, false), (canceled.id, true), (unsent.id, false)],
        "{waiting:?} and the one to be retried wait already"
    );
}

async fn a_span_has_its_beginning_and_not_its_end(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let mut ids = Vec::new();
    for second in [100, 200, 300] {
        let message = scene.new_message_at(&application, at(second));
        scene.admit_message(&message, &[]).await;
        ids.push(message.id);
    }
    let all = span(&endpoint, ReplayWhich::All);
    let within = |since, until| ReplaySpan { since: at(since), until: at(until), ..all };
    for (since, until, wanted) in
        [(100, 300, &ids[..2]), (101, 301, &ids[1..]), (301, 400, &[]), (200, 200, &[])]
    {
        let found: Vec<_> = found(&scene, within(since, until)).await.into_iter().map(|(id, _)| id).collect();
        assert_eq!(found, wanted, "{since} to {until}");
    }
}

async fn candidates_are_listed_both_ways_and_by_bytes(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let message =
            Message { payload: Some(vec![b'7'; 2 * 1024 * 1024].into()), ..scene.new_message(&application) };
        scene.admit_message(&message, &[]).await;
        ids.push(message.id);
    }
    let list = |page| scene.store.replay_candidates(span(&endpoint, ReplayWhich::All), page);
    let first = list(page(ALL)).await.expect("a read");
    assert_eq!((first.items.len(), first.resume), (2, Some(ids[1])), "4 MiB fill a page");
    for limit in [1, 2, ALL] {
        let listed = walk(Order::Ascending, limit, list).await;
        assert_eq!(listed.iter().map(|c| c.message.id).collect::<Vec<_>>(), ids, "{limit}");
        let listed = walk(Order::Descending, limit, list).await;
        assert!(listed.iter().map(|c| c.message.id).eq(ids.iter().rev().copied()), "{limit}");
    }
}

async fn what_was_tried_out_is_no_candidate(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let message = scene.new_message(&application);
    let seq = scene.store.admit_trial(Arc::new(message.clone())).await.expect("it is new");
    for which in ReplayWhich::ALL {
        assert_eq!(found(&scene, span(&endpoint, which)).await, [], "{which:?}");
    }
    assert_eq!(scene.first_attempts(&endpoint).await.len(), 0, "for nobody");
    scene.settle(&message, by_hand(&endpoint, seq), 1, Outcome::GivenUp).await;
    for which in ReplayWhich::ALL {
        assert_eq!(found(&scene, span(&endpoint, which)).await, [], "{which:?}");
    }
    let kept = scene.store.message(application.id, crate::MessageRef::Id(message.id)).await;
    assert_eq!(kept, Ok(Some(message.clone())));
    scene.store.delete_application(application.id).await.expect("it is there");
    let late = Arc::new(Message { id: scene.id(), ..message });
    assert_eq!(scene.store.admit_trial(late).await, Err(Error::Gone));
}

async fn three(scene: &Scene) -> (Application, Endpoint, Vec<Message>) {
    let (application, endpoint) = scene.pair().await;
    let mut messages = Vec::new();
    for _ in 0..3 {
        messages.push(scene.admit(&application, &[]).await.0);
    }
    (application, endpoint, messages)
}

async fn asked(scene: &Scene, endpoint: &Endpoint) -> Vec<MessageId> {
    let due = scene.due(endpoint).await;
    assert!(due.iter().all(|waiting| waiting.delivery.due_at == Some(at(7))));
    due.iter().map(|waiting| waiting.message.id).collect()
}

async fn a_step_asks_and_notes_how_far_it_has_come(scene: Scene) {
    let (_, endpoint, messages) = three(&scene).await;
    let replay = running(&scene, &endpoint).await;
    let step = step_of(&replay, vec![messages[0].id, messages[1].id], Some(messages[1].id));
    let after = scene.store.step_replay(step).await.expect("it runs");
    let wanted = Replay { cursor: Some(messages[1].id), asked: 2, updated_at: at(7), ..replay };
    assert_eq!(after, wanted);
    assert_eq!(asked(&scene, &endpoint).await, [messages[0].id, messages[1].id]);
    assert_eq!(scene.store.asked_waiting(endpoint.id, 9).await, Ok(2));
    assert_eq!(scene.store.asked_waiting(endpoint.id, 1).await, Ok(1));
    assert_eq!(scene.store.depth().await.expect("a read").retries, 2);
    assert_eq!(scene.store.replay(endpoint.app_id, wanted.id).await, Ok(Some(wanted)));
}

async fn a_step_is_taken_once(scene: Scene) {
    let (_, endpoint, messages) = three(&scene).await;
    let replay = running(&scene, &endpoint).await;
    let step = step_of(&replay, vec![messages[0].id], Some(messages[0].id));
    scene.store.step_replay(step.clone()).await.expect("it runs");
    assert_eq!(scene.store.step_replay(step).await, Err(Error::Changed));
    assert_eq!(asked(&scene, &endpoint).await, [messages[0].id]);
    let too_many = ReplayStep {
        expected: Some(messages[0].id),
        ..step_of(&replay, vec![messages[1].id; REPLAY_STEP_MAX + 1], None)
    };
    let refused = scene.store.step_replay(too_many).await;
    assert_eq!(refused, Err(Error::Limit("replay_step_max", REPLAY_STEP_MAX as u64)));
    let nobody = ReplayStep { id: scene.id(), ..step_of(&replay, vec![], None) };
    assert_eq!(scene.store.step_replay(nobody).await, Err(Error::Gone));
}

async fn the_last_step_ends_a_replay(scene: Scene) {
    let (_, endpoint, messages) = three(&scene).await;
    let replay = running(&scene, &endpoint).await;
    let first = step_of(&replay, vec![messages[0].id], Some(messages[0].id));
    let replay = scene.store.step_replay(first).await.expect("it runs");
    assert_eq!(scene.store.running_replays(None, 9).await, Ok(vec![replay.clone()]));
    let last = step_of(&replay, vec![messages[1].id, messages[0].id], None);
    let ended = scene.store.step_replay(last.clone()).await.expect("it runs");
    assert_eq!((ended.state, ended.asked), (ReplayState::Done, 2), "what waits already is not asked again");
    assert_eq!(ended.cursor, Some(messages[0].id));
    assert_eq!(scene.store.step_replay(last).await, Err(Error::Changed));
    assert_eq!(scene.store.running_replays(None, 9).await, Ok(vec![]));
}

async fn one_replay_an_endpoint_runs_at_a_time(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    let first = running(&scene, &endpoint).await;
    let second = new_replay(&scene, span(&endpoint, ReplayWhich::Failed));
    let refused = scene.store.add_replay(second.clone()).await;
    assert_eq!(refused, Err(Error::Limit("replays_running_max", 1)));
    let beside = running(&scene, &other).await;
    let listed = scene.store.running_replays(None, 9).await;
    assert_eq!(listed, Ok(vec![first.clone(), beside.clone()]));
    assert_eq!(scene.store.running_replays(None, 1).await, Ok(vec![first.clone()]));
    assert_eq!(scene.store.running_replays(Some(endpoint.id), 9).await, Ok(vec![beside]));
    scene.store.cancel_replay(application.id, first.id, at(1)).await.expect("it runs");
    scene.store.add_replay(second).await.expect("none runs any more");
}

async fn a_canceled_replay_takes_no_step(scene: Scene) {
    let (application, endpoint, messages) = three(&scene).await;
    let replay = running(&scene, &endpoint).await;
    let (stranger, _) = scene.pair().await;
    assert_eq!(scene.store.cancel_replay(stranger.id, replay.id, at(1)).await, Err(Error::Gone));
    let canceled = scene.store.cancel_replay(application.id, replay.id, at(1)).await.expect("it runs");
    assert_eq!(canceled, Replay { state: ReplayState::Canceled, updated_at: at(1), ..replay.clone() });
    assert_eq!(scene.store.cancel_replay(application.id, replay.id, at(9)).await, Ok(canceled));
    let step = step_of(&replay, vec![messages[0].id], None);
    assert_eq!(scene.store.step_replay(step).await, Err(Error::Changed));
    assert_eq!(asked(&scene, &endpoint).await, []);
}

async fn what_is_gone_is_left_out(scene: Scene) {
    let (_, endpoint, messages) = three(&scene).await;
    let (stranger, _) = scene.pair().await;
    let (foreign, _) = scene.admit(&stranger, &[]).await;
    let replay = running(&scene, &endpoint).await;
    let ask = vec![scene.id::<kind::Message>(), foreign.id, messages[2].id];
    let ended = scene.store.step_replay(step_of(&replay, ask, None)).await.expect("it runs");
    assert_eq!(ended.asked, 1);
    assert_eq!(asked(&scene, &endpoint).await, [messages[2].id]);
    let nowhere = new_replay(&scene, ReplaySpan { app_id: stranger.id, ..replay.span });
    assert_eq!(scene.store.add_replay(nowhere.clone()).await, Err(Error::Gone));
    let found = scene.store.replay_candidates(nowhere.span, page(ALL)).await.expect("a read");
    assert_eq!(found.items, []);
}

async fn replays_are_listed_behind_their_wall(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    let mut all = Vec::new();
    for endpoint in [&endpoint, &other, &endpoint, &other, &endpoint] {
        let replay = running(&scene, endpoint).await;
        let step = step_of(&replay, vec![], None);
        all.push(scene.store.step_replay(step).await.expect("it runs"));
    }
    let (stranger, _) = scene.pair().await;
    assert_eq!(scene.store.replay(stranger.id, all[0].id).await, Ok(None));
    let list = |page| scene.store.replays(application.id, None, page);
    assert_eq!(walk(Order::Ascending, 2, list).await, all);
    let list = |page| scene.store.replays(application.id, Some(endpoint.id), page);
    let of_endpoint = [4, 2, 0].map(|n: usize| all[n].clone());
    assert_eq!(walk(Order::Descending, 2, list).await, of_endpoint);
    let page = Page { limit: ALL, after: None, order: Order::Ascending };
    assert_eq!(scene.store.replays(stranger.id, None, page).await.expect("a read").items, []);
}

async fn replays_end_with_their_endpoint_and_application(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let other = scene.endpoint(&application).await;
    let (first, second) = (running(&scene, &endpoint).await, running(&scene, &other).await);
    scene.store.delete_endpoint(application.id, endpoint.id).await.expect("it is there");
    assert_eq!(scene.store.replay(application.id, first.id).await, Ok(None));
    assert_eq!(scene.store.running_replays(None, 9).await, Ok(vec![second.clone()]));
    scene.store.delete_application(application.id).await.expect("it is there");
    assert_eq!(scene.store.replay(application.id, second.id).await, Ok(None));
    assert_eq!(scene.store.running_replays(None, 9).await, Ok(vec![]));
    assert_eq!(scene.store.step_replay(step_of(&second, vec![], None)).await, Err(Error::Gone));
}

async fn ended_replays_are_forgotten_in_time(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let mut ids = Vec::new();
    for second in [1, 2, 3] {
        let replay = running(&scene, &endpoint).await;
        scene.store.cancel_replay(application.id, replay.id, at(second)).await.expect("it runs");
        ids.push(replay.id);
    }
    let runs = running(&scene, &endpoint).await;
    assert_eq!(scene.store.retire_replays(at(3), 1).await, Ok(1));
    assert_eq!(scene.store.retire_replays(at(3), 9).await, Ok(1));
    assert_eq!(scene.store.retire_replays(at(1_000_000), 0).await, Ok(0));
    assert!(scene.store.replay(application.id, ids[2]).await.expect("a read").is_some());
    assert_eq!(scene.store.retire_replays(at(1_000_000), 9).await, Ok(1));
    assert_eq!(scene.store.replay(application.id, runs.id).await, Ok(Some(runs)));
}
