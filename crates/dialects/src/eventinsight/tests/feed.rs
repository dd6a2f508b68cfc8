//! Entities that are kept: new, update, nothing, delete; and the fairs they belong to.

use std::sync::Arc;

use klingel_store::Reader;
use serde_json::Value;

use super::world::{ALL, Organiser};

#[tokio::test]
async fn an_upsert_without_change_sends_nothing() {
    let organiser = Organiser::new().await;
    organiser.webhook("crm", true, ALL, "[]").await;
    let first = r#"{"id":1,"checkin":null,"tags":[1,2],"custom_fields":[]}"#;
    organiser.call("PUT", "users/1", first).await.expect(202);
    // Other order, other spaces: the same value.
    let same = organiser.call(
        "PUT",
        "users/1",
        r#" { "custom_fields":[], "tags":[1, 2], "id":1, "checkin":null } "#,
    );
    let same = same.await.expect(200);
    assert_eq!((&same["action"], &same["message"]), (&Value::Null, &Value::Null));
    assert_eq!(
        organiser.call("GET", "users/1", "").await.text,
        first,
        "the bytes of the last change are kept"
    );
    assert_eq!(
        organiser.call("PUT", "users/1", r#"{"id":1,"tags":[2,1]}"#).await.expect(202)["action"],
        "update"
    );
    let mut bodies = organiser.bodies(2).await;
    bodies.sort();
    assert_eq!(
        bodies,
        [
            format!(r#"{{"entity_id":1,"entity_type":"user","action_type":"new","result":{first}}}"#),
            r#"{"entity_id":1,"entity_type":"user","action_type":"update","result":{"id":1,"tags":[2,1]}}"#
                .to_owned(),
        ]
    );
}

#[tokio::test]
async fn what_was_deleted_is_new_again_and_unknown_things_cannot_be_deleted() {
    let organiser = Organiser::new().await;
    organiser.webhook("crm", true, ALL, "[]").await;
    organiser.call("DELETE", "companies/5", "").await.expect(404);
    assert_eq!(organiser.call("PUT", "companies/5", "{}").await.expect(202)["action"], "new");
    organiser.call("DELETE", "users/5", "").await.expect(404);
    assert_eq!(organiser.call("DELETE", "companies/5", "").await.expect(202)["action"], "delete");
    organiser.call("DELETE", "companies/5", "").await.expect(404);
    organiser.call("GET", "companies/5", "").await.expect(404);
    assert_eq!(organiser.call("PUT", "companies/5", "{}").await.expect(202)["action"], "new");
    assert_eq!(organiser.requests(3).await.len(), 3);
}

#[tokio::test]
async fn a_deletion_reaches_the_fairs_that_were_named_before() {
    let organiser = Organiser::new().await;
    organiser.webhook("seven", true, ALL, "[7]").await;
    organiser.webhook("eight", true, ALL, "[8]").await;
    organiser.call("PUT", "users/1?event=7", "{}").await.expect(202);
    // A change of the fairs alone is remembered, not sent.
    organiser.call("PUT", "users/1?event=8&event=9", "{}").await.expect(200);
    organiser.call("DELETE", "users/1", "").await.expect(202);
    let mut requests = organiser.requests(2).await;
    requests.sort();
    let to: Vec<_> = requests.iter().map(|(url, body)| (url.as_str(), body.contains("delete"))).collect();
    assert_eq!(to, [("http://eight.example/", true), ("http://seven.example/", false)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_writers_at_once_exactly_one_makes_the_entity() {
    let organiser = Arc::new(Organiser::new().await);
    let writers: Vec<_> = (0..4)
        .map(|n| {
            let organiser = Arc::clone(&organiser);
            tokio::spawn(async move { organiser.call("PUT", "users/1", &format!(r#"{{"n":{n}}}"#)).await })
        })
        .collect();
    let mut actions = Vec::new();
    for writer in writers {
        actions.push(writer.await.unwrap().expect(202)["action"].as_str().unwrap().to_owned());
    }
    actions.sort();
    assert_eq!(actions, ["new", "update", "update", "update"]);
    assert_eq!(organiser.store.depth().await.unwrap().first_attempts, 0, "there is no webhook to tell");
}
