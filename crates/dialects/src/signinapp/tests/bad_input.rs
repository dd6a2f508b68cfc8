//! Bad input changes nothing and sends nothing.

use super::events::JOHN;
use super::world::{Desk, example_time};

#[tokio::test]
async fn a_visit_begins_once_and_ends_once() {
    let desk = Desk::new(example_time()).await;
    desk.notification(r#""event":"signin""#).await;
    desk.notification(r#""event":"signout""#).await;
    desk.call("POST", "visits/1234/signout", "{}").await.expect(404);
    desk.call("POST", "visits", JOHN).await.expect(201);
    desk.call("POST", "visits", JOHN).await.expect(409);
    desk.call("POST", "visits/1234/signout", r#"{"at":"2019-12-31T00:00:00Z"}"#).await.expect(422);
    desk.call("POST", "visits/1234/signout", "{}").await.expect(200);
    desk.call("POST", "visits/1234/signout", "{}").await.expect(409);
    desk.call("POST", "visits/1234/signout", r#"{"automatic":true}"#).await.expect(409);
    assert_eq!(desk.settled(2).await.len(), 2);
}

#[tokio::test]
async fn many_sign_outs_are_all_or_none() {
    let desk = Desk::new(example_time()).await;
    desk.sign_in(1).await;
    let refused = desk.call("POST", "signouts", r#"{"visits":[1,2]}"#).await.expect(422);
    assert!(refused["visits.1"][0].is_string(), "{refused}");
    desk.call("POST", "signouts", r#"{"visits":[1]}"#).await.expect(200);
    for body in ["{}", r#"{"visits":[]}"#, r#"{"visits":[1,1]}"#, r#"{"visits":"all"}"#] {
        desk.call("POST", "signouts", body).await.expect(422);
    }
    let many: Vec<i64> = (1..=1001).collect();
    let body = serde_json::json!({ "visits": many }).to_string();
    desk.call("POST", "signouts", &body).await.expect(422);
}

#[tokio::test]
async fn wrong_bodies_name_the_field() {
    let desk = Desk::new(example_time()).await;
    desk.notification(r#""event":"signin""#).await;
    let visit = |rest: &str| format!(r#"{{"site_id":4567,"group_id":1,{rest}}}"#);
    let url = |rest: &str| format!(r#"{{"url":"https://your.url/",{rest}}}"#);
    let table: Vec<(&str, &str, String, &str)> = vec![
        ("POST", "visits", "{".to_owned(), "body"),
        ("POST", "visits", "[]".to_owned(), "body"),
        ("POST", "visits", "{}".to_owned(), "visitor"),
        ("POST", "visits", visit(r#""visitor":{"id":1}"#), "visitor.name"),
        ("POST", "visits", visit(r#""visitor":7"#), "visitor"),
        ("POST", "visits", visit(r#""visitor":{"id":0,"name":"x"}"#), "visitor.id"),
        ("POST", "visits", visit(r#""visitor":{"id":"1","name":"x"}"#), "visitor.id"),
        ("POST", "visits", visit(r#""visitor":{"name":"x","additional":[]}"#), "visitor.additional"),
        ("POST", "visits", visit(r#""visitor":{"name":"x","colour":1}"#), "visitor.colour"),
        ("POST", "visits", visit(r#""visitor":{"name":"x"},"visiting":{"id":8}"#), "visiting.name"),
        ("POST", "visits", visit(r#""visitor":{"name":"x"},"at":"yesterday""#), "at"),
        ("POST", "visits", r#"{"site_id":1,"group_id":1,"visitor":{"name":"x"}}"#.to_owned(), "site_id"),
        ("POST", "visits", r#"{"site_id":4567,"group_id":2,"visitor":{"name":"x"}}"#.to_owned(), "group_id"),
        ("PUT", "sites/1", r#"{"type":"other","name":"x","timezone":"Europe/London"}"#.to_owned(), "type"),
        ("PUT", "sites/1", r#"{"type":"remote","name":"x","timezone":"half past"}"#.to_owned(), "timezone"),
        ("PUT", "sites/1", r#"{"id":2,"type":"remote","name":"x","timezone":"UTC"}"#.to_owned(), "id"),
        ("PUT", "groups/2", r#"{"type":"family","name":"x"}"#.to_owned(), "type"),
        ("POST", "clients", r#"{"name":"x","permissions":["everything"]}"#.to_owned(), "permissions"),
        ("PUT", "account", r#"{"keep_visitor_data_days":0}"#.to_owned(), "keep_visitor_data_days"),
        ("POST", "notifications", url(r#""event":"blocklist""#), "event"),
        ("POST", "notifications", url(r#""site":4567"#), "event"),
        ("POST", "notifications", url(r#""event":"signin","channel":"sms""#), "channel"),
        ("POST", "notifications", url(r#""event":"signin","site":9"#), "site"),
        ("POST", "notifications", url(r#""event":"signin","group":9"#), "group"),
        ("POST", "notifications", url(r#""event":"signin","secret":"""#), "secret"),
        ("POST", "notifications", r#"{"url":"ftp://x/","event":"signin"}"#.to_owned(), "url"),
        (
            "POST",
            "notifications",
            url(r#""event":"signin","filter":{"combine":"all","rows":[]}"#),
            "filter.rows",
        ),
    ];
    for (method, path, body, field) in table {
        let refused = desk.call(method, path, &body).await.expect(422);
        assert!(refused[field][0].is_string(), "{path} {body}: {refused}");
    }
    // A visit that is told comes last: whatever had been sent before it would have been seen.
    desk.call("POST", "visits", JOHN).await.expect(201);
    assert_eq!(desk.settled(1).await.len(), 1);
}

#[tokio::test]
async fn sites_groups_and_notifications_are_changed_and_removed() {
    let desk = Desk::new(example_time()).await;
    let remote = r#"{"type":"remote","name":"Away","timezone":"UTC"}"#;
    desk.call("PUT", "sites/4567", remote).await.expect(200);
    assert_eq!(desk.call("GET", "sites/4567", "").await.expect(200)["name"], "Away");
    for id in 2..=20 {
        let group = r#"{"name":"More","type":"returning"}"#;
        desk.call("PUT", &format!("groups/{id}"), group).await.expect(201);
    }
    desk.call("PUT", "groups/21", r#"{"name":"Too many","type":"returning"}"#).await.expect(409);
    assert_eq!(desk.call("GET", "groups", "").await.expect(200).as_array().unwrap().len(), 20);
    let id = desk.notification(r#""event":"signin","site":4567"#).await;
    let path = format!("notifications/{id}");
    let shown = desk.call("GET", &path, "").await.expect(200);
    assert_eq!((&shown["signed"], &shown["site"]), (&true.into(), &4567.into()));
    let changed = r#"{"url":"https://new.url/","event":"signout"}"#;
    let shown = desk.call("PUT", &path, changed).await.expect(200);
    assert_eq!((&shown["signed"], &shown["event"]), (&true.into(), &"signout".into()));
    assert_eq!(desk.call("GET", "notifications", "").await.expect(200).as_array().unwrap().len(), 1);
    desk.call("DELETE", &path, "").await.expect(204);
    desk.call("GET", &path, "").await.expect(404);
    desk.call("DELETE", "sites/4567", "").await.expect(204);
    desk.call("DELETE", "sites/4567", "").await.expect(404);
}
