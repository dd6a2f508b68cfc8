//! The log overview, and the webhooks themselves.

use std::time::Duration;

use serde_json::json;

use super::world::{ALL, Organiser};

#[tokio::test]
async fn the_log_shows_the_last_ten_requests() {
    let organiser = Organiser::new().await;
    let id = organiser.webhook("crm", true, ALL, "[]").await;
    for n in 1..=11 {
        organiser.clock.advance(Duration::from_secs(1));
        organiser.call("PUT", &format!("companies/{n}"), &format!(r#"{{"id":{n}}}"#)).await.expect(202);
        organiser.requests(n).await;
    }
    organiser.clock.advance(Duration::from_secs(1));
    organiser.call("POST", &format!("webhooks/{id}/test"), r#"{"id":99}"#).await.expect(200);
    let log = organiser.call("GET", &format!("webhooks/{id}/log"), "").await.expect(200);
    let entries = log["data"].as_array().unwrap();
    let shown: Vec<_> = entries.iter().map(|entry| entry["entity_id"].as_u64().unwrap()).collect();
    assert_eq!(shown, [99, 11, 10, 9, 8, 7, 6, 5, 4, 3], "newest first, the test included, and no eleventh");
    let newest = &entries[1];
    assert_eq!((&newest["action_type"], &newest["entity_type"]), (&json!("new"), &json!("company")));
    assert_eq!(
        (&newest["status"], &newest["success"], &newest["duration_ms"]),
        (&json!(200), &json!(true), &json!(0))
    );
    assert!(newest["time"].as_str().unwrap().ends_with('Z'), "{newest}");

    let opened = format!("webhooks/{id}/log/{}", newest["id"].as_str().unwrap());
    let opened = organiser.call("GET", &opened, "").await.expect(200);
    let body = r#"{"entity_id":11,"entity_type":"company","action_type":"new","result":{"id":11}}"#;
    assert_eq!(opened["request"]["body"], body);
    assert_eq!(opened["request"]["url"], "http://crm.example/");
    assert_eq!(opened["answer"], json!({"status": 200, "body": "thanks"}));
    organiser.call("GET", &format!("webhooks/{id}/log/atmpt_0000000000000000000000"), "").await.expect(404);
}

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_deleted() {
    let organiser = Organiser::new().await;
    let id = organiser.webhook("crm", true, r#"{"user":{"new":true}}"#, "[8,7]").await;
    let path = format!("webhooks/{id}");
    let shown = organiser.call("GET", &path, "").await.expect(200);
    assert_eq!(
        (&shown["name"], &shown["is_active"], &shown["url"], &shown["events"]),
        (&json!("crm"), &json!(true), &json!("http://crm.example/"), &json!([7, 8]))
    );
    assert_eq!(shown["triggers"]["user"], json!({"new": true, "update": false, "delete": false}));
    assert_eq!(shown["triggers"]["company"], json!({"new": false, "update": false, "delete": false}));
    let changed = r#"{"name":"CRM 2","is_active":false,"url":"https://two.example/x","triggers":{"company":{"delete":true}}}"#;
    let changed = organiser.call("PUT", &path, changed).await.expect(200);
    assert_eq!((&changed["is_active"], &changed["events"]), (&json!(false), &json!([])));
    assert_eq!(organiser.call("GET", &path, "").await.expect(200), changed);
    assert_eq!(organiser.call("GET", "webhooks", "").await.expect(200)["data"], json!([changed]));
    organiser.call("DELETE", &path, "").await.expect(204);
    organiser.call("DELETE", &path, "").await.expect(404);
    assert_eq!(organiser.call("GET", "webhooks", "").await.expect(200)["data"], json!([]));
}
