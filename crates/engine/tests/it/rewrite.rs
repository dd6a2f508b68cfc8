//! The request of an attempt, written again.

use std::time::Duration;

use klingel_engine::Refusal;
use klingel_engine::deliver::Headers;
use klingel_model::{Clock, SecretKey, SigningSecret};
use klingel_store::{MessageRef, Reader};

use crate::world::{APP, Act, Bench, bench, settings};

/// A message that was delivered at the second attempt.
async fn delivered() -> (Bench, klingel_model::EndpointId, klingel_model::MessageId) {
    let bench = bench(settings(), |_, n| if n == 0 { Act::Answer(500) } else { Act::Answer(200) }).await;
    let id = bench.endpoint(1, |e| drop(e.headers.insert("x-own".to_owned(), "mine".to_owned()))).await;
    let message = bench.publish(r#"{"n": 1.50}"#).await;
    bench.requests(2).await;
    bench.pass(1).await;
    (bench, id, message.id)
}

#[tokio::test(start_paused = true)]
async fn it_is_the_very_request_that_was_sent() {
    let (bench, id, message_id) = delivered().await;
    let endpoint = bench.stored(id).await;
    let message = bench.store.message(APP, MessageRef::Id(message_id)).await.unwrap().unwrap();
    let attempts = bench.attempts(message_id).await;
    assert_eq!(attempts.len(), 2);
    for (n, attempt) in attempts.iter().enumerate() {
        let again = bench.engine().rewrite(attempt, &message, &endpoint).await.unwrap();
        let sent = bench.transport.seen.lock().unwrap()[n].1.clone();
        assert!(again.certain);
        assert_eq!((again.request.url, again.request.body), (sent.url, sent.body));
        assert_eq!(again.request.headers, sent.headers, "signature and time included");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_change_it_is_not_certain_but_shows_the_url_of_then() {
    let (bench, id, message_id) = delivered().await;
    let message = bench.store.message(APP, MessageRef::Id(message_id)).await.unwrap().unwrap();
    let attempt = bench.attempts(message_id).await.remove(0);
    let mut endpoint = bench.stored(id).await;
    let expected = endpoint.updated_at;
    endpoint.secrets = vec![SigningSecret { key: SecretKey::Symmetric(vec![9; 32]), expires_at: None }];
    endpoint.url = format!("{}elsewhere", endpoint.url).into();
    endpoint.updated_at = bench.clock.now();
    bench.engine().replace_endpoint(endpoint.clone(), expected, None).await.unwrap();
    let again = bench.engine().rewrite(&attempt, &message, &endpoint).await.unwrap();
    let sent = bench.transport.seen.lock().unwrap()[0].1.clone();
    assert!(!again.certain);
    assert_eq!((again.request.url, again.request.body), (sent.url, sent.body));
    let signature = |headers: &Headers| headers.text("webhook-signature").unwrap().to_owned();
    assert_ne!(signature(&again.request.headers), signature(&sent.headers));
    // What is sent long after the change is certain again.
    bench.pass(3600).await;
    let later = bench.publish("{}").await;
    bench.requests(3).await;
    bench.pass(1).await;
    let attempt = bench.attempts(later.id).await.remove(0);
    assert!(bench.engine().rewrite(&attempt, &later, &endpoint).await.unwrap().certain);
    let soon =
        klingel_model::Attempt { started_at: endpoint.updated_at.plus(Duration::from_millis(1)), ..attempt };
    assert!(!bench.engine().rewrite(&soon, &later, &endpoint).await.unwrap().certain);
}

#[tokio::test(start_paused = true)]
async fn without_its_payload_it_cannot_be_written() {
    let (bench, id, message_id) = delivered().await;
    bench.engine().expunge_payload(APP, message_id).await.unwrap();
    let message = bench.store.message(APP, MessageRef::Id(message_id)).await.unwrap().unwrap();
    let attempt = bench.attempts(message_id).await.remove(0);
    let refused = bench.engine().rewrite(&attempt, &message, &bench.stored(id).await).await.unwrap_err();
    assert!(matches!(&refused, Refusal::Conflict(why) if why.contains("payload")), "{refused}");
}
