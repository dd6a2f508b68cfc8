//! The test button.

use super::world::{ALL, Organiser};

const USER: &str = r#"{"id": 42, "name_first":"Ada", "custom_fields":[]}"#;
const BODY: &str = r#"{"entity_id":42,"entity_type":"user","action_type":"test","result":{"id": 42, "name_first":"Ada", "custom_fields":[]}}"#;

#[tokio::test]
async fn it_goes_to_exactly_this_webhook_even_while_inactive_and_without_a_trigger() {
    let organiser = Organiser::new().await;
    organiser.webhook("other", true, ALL, "[]").await;
    for (name, is_active, triggers, events) in
        [("inactive", false, ALL, "[]"), ("deaf", true, "{}", "[]"), ("elsewhere", false, "{}", "[9]")]
    {
        let id = organiser.webhook(name, is_active, triggers, events).await;
        let before = organiser.receivers.seen.lock().unwrap().len();
        let told = organiser.call("POST", &format!("webhooks/{id}/test"), USER).await.expect(200);
        assert_eq!(
            (&told["action_type"], &told["status"], &told["success"]),
            (&"test".into(), &200.into(), &true.into())
        );
        assert_eq!(told["answer"]["body"], "thanks");
        let requests = organiser.requests(before + 1).await;
        assert_eq!(requests[before..], [(format!("http://{name}.example/"), BODY.to_owned())]);
        let log = organiser.call("GET", &format!("webhooks/{id}/log"), "").await.expect(200);
        assert_eq!(log["data"].as_array().unwrap().len(), 1);
        assert_eq!(log["data"][0]["id"], told["id"]);
    }
}

#[tokio::test]
async fn it_sends_the_kept_user_when_asked_and_tells_of_failures() {
    let organiser = Organiser::new().await;
    organiser.call("PUT", "users/42", USER).await.expect(202);
    let id = organiser.webhook("crm", false, "{}", "[]").await;
    *organiser.receivers.status.lock().unwrap() = 0;
    let told = organiser.call("POST", &format!("webhooks/{id}/test?user=42"), "").await.expect(200);
    assert_eq!(
        (&told["success"], &told["status"], &told["error"]),
        (&false.into(), &().into(), &"No connection.".into())
    );
    assert_eq!(told["answer"], serde_json::Value::Null);
    assert_eq!(organiser.bodies(1).await, [BODY]);
}

#[tokio::test]
async fn without_a_person_nothing_is_sent() {
    let organiser = Organiser::new().await;
    let id = organiser.webhook("crm", true, ALL, "[]").await;
    let path = format!("webhooks/{id}/test");
    for (body, place) in [
        ("", "body"),
        ("[]", "body"),
        ("{}", "body.id"),
        (r#"{"id":"42"}"#, "body.id"),
        (r#"{"id":1.5}"#, "body.id"),
    ] {
        assert_eq!(organiser.call("POST", &path, body).await.place(), place, "{body}");
    }
    assert_eq!(organiser.call("POST", &format!("{path}?user=x"), "").await.place(), "query.user");
    organiser.call("POST", &format!("{path}?user=43"), "").await.expect(404);
    organiser.call("POST", "webhooks/nobody/test", USER).await.expect(404);
    assert!(organiser.receivers.seen.lock().unwrap().is_empty());
    assert!(
        organiser.call("GET", &format!("webhooks/{id}/log"), "").await.expect(200)["data"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}
