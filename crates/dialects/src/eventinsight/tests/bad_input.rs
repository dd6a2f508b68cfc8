//! What is wrong is refused with its place, changes nothing, and nothing is sent.

use klingel_engine::Refusal;
use klingel_store::Reader;

use super::world::{ALL, Organiser};

#[tokio::test]
async fn plain_messages_of_the_wrong_form_are_refused() {
    let organiser = Organiser::new().await;
    organiser.webhook("crm", true, ALL, "[]").await;
    for (event_type, payload, field, says) in [
        ("user.changed", "{}", "eventType", "user.new"),
        ("user.test", r#"{"entity_id":1,"result":{}}"#, "eventType", "company.delete"),
        ("user.new", "{}", "payload", "entity_id"),
        ("user.new", "[]", "payload", "object"),
        ("user.new", r#"{"entity_id":"1","result":{}}"#, "payload", "entity_id"),
        ("user.new", r#"{"entity_id":1.5,"result":{}}"#, "payload", "entity_id"),
        ("user.new", r#"{"entity_id":-1,"result":{}}"#, "payload", "entity_id"),
        ("user.new", r#"{"entity_id":1}"#, "payload", "result"),
        ("user.update", r#"{"entity_id":1,"result":null}"#, "payload", "result"),
        ("user.update", r#"{"entity_id":1,"result":[]}"#, "payload", "result"),
        ("user.update", r#"{"entity_id":1,"result":{"id":2}}"#, "payload", "result.id"),
        ("user.delete", r#"{"entity_id":1,"result":{}}"#, "payload", "result"),
        ("user.delete", r#"{"entity_id":1,"event":"7"}"#, "payload", "event"),
        ("user.delete", r#"{"entity_id":1,"fair":7}"#, "payload", "fair"),
    ] {
        match organiser.publish(event_type, payload, &[]).await {
            Err(Refusal::Invalid(at, why)) => {
                assert_eq!(at, field, "{payload}");
                assert!(why.contains(says), "{payload}: {why}");
            }
            other => panic!("{event_type} {payload}: {other:?}"),
        }
    }
    assert!(organiser.receivers.seen.lock().unwrap().is_empty());
    assert_eq!(organiser.store.depth().await.unwrap().first_attempts, 0);
}

#[tokio::test]
async fn entities_of_the_wrong_form_are_refused() {
    let organiser = Organiser::new().await;
    organiser.webhook("crm", true, ALL, "[]").await;
    for (path, body, place) in [
        ("users/x", "{}", "path.id"),
        ("users/1.0", "{}", "path.id"),
        ("users/-1", "{}", "path.id"),
        ("users/9223372036854775808", "{}", "path.id"),
        ("users/1", "", "body"),
        ("users/1", "{", "body"),
        ("users/1", "[1]", "body"),
        ("users/1", "{} {}", "body"),
        ("users/1", r#"{"id":2}"#, "body.id"),
        ("users/1", r#"{"id":"1"}"#, "body.id"),
        ("companies/1?event=x", "{}", "query.event"),
        ("companies/1?event=7,", "{}", "query.event"),
        ("companies/1?fair=7", "{}", "query.fair"),
    ] {
        assert_eq!(organiser.call("PUT", path, body).await.place(), place, "{path} {body}");
    }
    let huge = format!(r#"{{"text":"{}"}}"#, "x".repeat(1024 * 1024));
    assert_eq!(organiser.call("PUT", "users/1", &huge).await.status, 413);
    organiser.call("GET", "users/1", "").await.expect(404);
    organiser.call("GET", "companies/1", "").await.expect(404);
    assert!(organiser.receivers.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn webhooks_of_the_wrong_form_are_refused() {
    let organiser = Organiser::new().await;
    let good = r#"{"name":"n","is_active":true,"url":"https://x.example/","triggers":{}}"#;
    for (from, to, place) in [
        (good, "", "body"),
        (r#""name":"n","#, "", "body.name"),
        (r#""name":"n""#, r#""name":" ""#, "body.name"),
        (r#""is_active":true"#, r#""is_active":"Active""#, "body.is_active"),
        ("https://x.example/", "x.example", "body.url"),
        ("https://x.example/", "ftp://x.example/", "body.url"),
        ("https://x.example/", "https://", "body.url"),
        ("https://x.example/", "https://x.example/#a", "body.url"),
        ("https://x.example/", "https://x.example/a b", "body.url"),
        (r#""triggers":{}"#, r#""triggers":{"user":{"test":true}}"#, "body.triggers.user.test"),
        (r#""triggers":{}"#, r#""triggers":{},"events":["7"]"#, "body.events.0"),
        (r#""triggers":{}"#, r#""triggers":{},"secret":"x""#, "body.secret"),
        (r#","triggers":{}"#, "", "body.triggers"),
    ] {
        let body = good.replace(from, to);
        assert_eq!(organiser.call("POST", "webhooks", &body).await.place(), place, "{body}");
    }
    assert_eq!(organiser.call("GET", "webhooks", "").await.expect(200)["data"].as_array().unwrap().len(), 0);
}
