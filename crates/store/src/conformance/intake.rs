//! Taking messages in.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use klingel_model::{AppId, ChannelName, Message};

use super::calls::together;
use super::cases;
use super::scene::{Scene, admission, at, uid};
use crate::{Admitted, Error, MessageRef};

cases![
    a_message_comes_back_as_it_was_admitted,
    payloads_keep_every_byte,
    a_message_may_be_wanted_by_nobody,
    every_endpoint_is_owed_the_message,
    an_endpoint_named_twice_is_owed_once,
    numbers_grow,
    an_event_id_is_taken_once_in_an_application,
    an_event_id_is_free_in_another_application,
    of_many_with_one_event_id_one_gets_in,
    a_refused_message_leaves_nothing_behind,
    unknown_and_deleted_applications_are_gone,
    an_application_of_another_environment_is_gone,
    endpoints_that_are_not_there_are_left_out,
    many_at_once_all_get_in,
];

async fn a_message_comes_back_as_it_was_admitted(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let channels = ["berlin", "halle-3"].map(|name| ChannelName::new(name).expect("a good name"));
    let message = Message {
        event_id: Some(uid("order-17")),
        channels: Arc::from(channels),
        payload_until: Some(at(500)),
        ..scene.new_message(&application)
    };
    let seq = scene.admit_message(&message, &[&endpoint]).await;
    let by_id = scene.store.message(application.id, MessageRef::Id(message.id)).await;
    assert_eq!(by_id, Ok(Some(message.clone())));
    let by_event_id = scene.store.message(application.id, MessageRef::EventId(uid("order-17"))).await;
    assert_eq!(by_event_id, Ok(Some(message.clone())));
    let waiting = scene.first_attempts(&endpoint).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(*waiting[0].message, message);
    assert_eq!(waiting[0].delivery.key.message_seq, seq);
    assert_eq!((waiting[0].delivery.attempts, waiting[0].delivery.due_at), (0, None));
}

async fn payloads_keep_every_byte(scene: Scene) {
    let application = scene.application().await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for payload in [Bytes::new(), Bytes::from_static(b"\0"), Bytes::from(every_byte)] {
        let message = Message { payload: Some(payload.clone()), ..scene.new_message(&application) };
        scene.admit_message(&message, &[]).await;
        let read = scene.store.message(application.id, MessageRef::Id(message.id)).await;
        assert_eq!(read.expect("a read").and_then(|message| message.payload), Some(payload));
    }
}

async fn a_message_may_be_wanted_by_nobody(scene: Scene) {
    let application = scene.application().await;
    let (message, _) = scene.admit(&application, &[]).await;
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![]));
    let read = scene.store.message(application.id, MessageRef::Id(message.id)).await;
    assert_eq!(read, Ok(Some(message)));
}

async fn every_endpoint_is_owed_the_message(scene: Scene) {
    let (application, first) = scene.pair().await;
    let (second, third) = (scene.endpoint(&application).await, scene.endpoint(&application).await);
    let (_, seq) = scene.admit(&application, &[&first, &third]).await;
    for (endpoint, owed) in [(&first, vec![seq]), (&second, vec![]), (&third, vec![seq])] {
        let waiting = scene.first_attempts(endpoint).await;
        let seqs: Vec<_> = waiting.iter().map(|waiting| waiting.delivery.key.message_seq).collect();
        assert_eq!(seqs, owed);
    }
}

async fn an_endpoint_named_twice_is_owed_once(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    scene.admit(&application, &[&endpoint, &endpoint]).await;
    assert_eq!(scene.first_attempts(&endpoint).await.len(), 1);
    assert_eq!(scene.store.depth().await.expect("a read").first_attempts, 1);
}

async fn numbers_grow(scene: Scene) {
    let application = scene.application().await;
    let mut last = scene.admit(&application, &[]).await.1;
    for _ in 0..5 {
        let next = scene.admit(&application, &[]).await.1;
        assert!(next > last, "{next:?} after {last:?}");
        last = next;
    }
    // Not even when the newest message is gone is its number given again.
    let retired = scene.store.retire(at(1000), 100).await.expect("upkeep");
    assert_eq!(retired.messages, 6);
    assert!(scene.admit(&application, &[]).await.1 > last);
}

async fn an_event_id_is_taken_once_in_an_application(scene: Scene) {
    let application = scene.application().await;
    let named = || Message { event_id: Some(uid("e1")), ..scene.new_message(&application) };
    scene.admit_message(&named(), &[]).await;
    let again = scene.store.admit(admission(&named(), &[])).await;
    assert_eq!(again, Err(Error::Taken("eventId")));
}

async fn an_event_id_is_free_in_another_application(scene: Scene) {
    let environment = scene.environment("production").await;
    for _ in 0..2 {
        let application = scene.application_in(&environment).await;
        let message = Message { event_id: Some(uid("e1")), ..scene.new_message(&application) };
        scene.admit_message(&message, &[]).await;
    }
}

async fn of_many_with_one_event_id_one_gets_in(scene: Scene) {
    let application = scene.application().await;
    let named = || Message { event_id: Some(uid("e1")), ..scene.new_message(&application) };
    let results = together((0..20).map(|_| scene.store.admit(admission(&named(), &[])))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(results.iter().filter(|result| **result == Err(Error::Taken("eventId"))).count(), 19);
}

async fn a_refused_message_leaves_nothing_behind(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let named = || Message { event_id: Some(uid("e1")), ..scene.new_message(&application) };
    scene.admit_message(&named(), &[]).await;
    let refused = named();
    assert!(scene.store.admit(admission(&refused, &[&endpoint])).await.is_err());
    assert_eq!(scene.store.message(application.id, MessageRef::Id(refused.id)).await, Ok(None));
    assert_eq!(scene.store.lanes(None, 10).await, Ok(vec![]));
    assert_eq!(scene.store.depth().await.expect("a read").first_attempts, 0);
}

async fn unknown_and_deleted_applications_are_gone(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let stray =
        Message { app_id: scene.id::<klingel_model::id::kind::App>(), ..scene.new_message(&application) };
    assert_eq!(scene.store.admit(admission(&stray, &[])).await, Err(Error::Gone));
    scene.store.delete_application(application.id).await.expect("it is there");
    let late = scene.new_message(&application);
    assert_eq!(scene.store.admit(admission(&late, &[&endpoint])).await, Err(Error::Gone));
}

async fn an_application_of_another_environment_is_gone(scene: Scene) {
    let application = scene.application().await;
    let elsewhere = scene.environment("elsewhere").await;
    let message = Message { environment_id: elsewhere.id, ..scene.new_message(&application) };
    assert_eq!(scene.store.admit(admission(&message, &[])).await, Err(Error::Gone));
}

async fn endpoints_that_are_not_there_are_left_out(scene: Scene) {
    let (application, kept) = scene.pair().await;
    let deleted = scene.endpoint(&application).await;
    let (_, foreign) = scene.pair().await;
    let unknown = scene.new_endpoint(AppId::from_u128(1));
    scene.store.delete_endpoint(application.id, deleted.id).await.expect("it is there");
    scene.admit(&application, &[&deleted, &kept, &foreign, &unknown]).await;
    let lanes = scene.store.lanes(None, 10).await.expect("a read");
    assert_eq!(lanes.iter().map(|lane| lane.endpoint_id).collect::<Vec<_>>(), [kept.id]);
    assert_eq!(scene.store.depth().await.expect("a read").first_attempts, 1);
}

async fn many_at_once_all_get_in(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let admissions = (0..300).map(|_| admission(&scene.new_message(&application), &[&endpoint]));
    let results = together(admissions.map(|admission| scene.store.admit(admission))).await;
    let seqs: BTreeSet<_> = results
        .into_iter()
        .map(|result| match result {
            Ok(Admitted::New(seq)) => seq,
            other => panic!("not admitted: {other:?}"),
        })
        .collect();
    let waiting = scene.first_attempts(&endpoint).await;
    assert_eq!(waiting.iter().map(|w| w.delivery.key.message_seq).collect::<BTreeSet<_>>(), seqs);
    assert_eq!(seqs.len(), 300);
}
