//! What readers of the Client API see.

use std::time::Duration;

use klingel_store::MessageFilter;
use klingel_store::{Order, Page, Reader};

use super::events::JOHN;
use super::world::{APP, Desk, basic, example_time};

const HISTORY: &str = "/client-api/v1/sites/4567/history";

#[tokio::test]
async fn history_has_the_published_fields() {
    let desk = Desk::new(example_time()).await;
    let client = desk.client(r#"["history","today","groups","members"]"#).await;
    desk.call("POST", "visits", JOHN).await.expect(201);
    let history = desk.read("GET", HISTORY, &client).await.expect(200);
    let base = "https://example.signinapp.com/client-api/v1/sites/4567/history";
    assert_eq!(history["links"]["first"], format!("{base}?page=1"));
    assert_eq!(history["links"]["last"], format!("{base}?page=1"));
    assert!(history["links"]["prev"].is_null() && history["links"]["next"].is_null());
    assert_eq!(
        history["meta"],
        serde_json::json!({"current_page": 1, "from": 1, "path": base, "per_page": 200, "to": 1})
    );
    let mut visit = history["data"][0].clone();
    let fields = visit["personal_fields"].as_object_mut().unwrap();
    assert_eq!(fields.remove("role").unwrap(), "Director");
    let (id, registration) = fields.iter().next().unwrap();
    assert!(id.len() == 10 && registration == "ABC 123", "{id}");
    visit["personal_fields"] = serde_json::Value::Null;
    let expected = serde_json::json!({
        "id": 1234, "group_id": 1, "returning_visitor_id": null, "name": "John Smith", "photo_url": null,
        "badge_url": null, "status": "signed_in", "in_datetime": "2020-01-01T12:00:01Z", "out_datetime": null,
        "expected_datetime": null, "additional_fields": {"Company": "Acme Ltd", "Email Address": "john@smith.com"},
        "personal_fields": null, "metadata": {"rejected_sign_in": false},
    });
    assert_eq!(visit, expected);
    let today = desk.read("GET", "/client-api/v1/sites/4567/today", &client).await.expect(200);
    assert_eq!((&today[0]["name"], &today[0]["visitors"][0]["id"]), (&"Visitors".into(), &1234.into()));
    desk.clock.advance(Duration::from_hours(24));
    let today = desk.read("GET", "/client-api/v1/sites/4567/today", &client).await.expect(200);
    assert_eq!(today, serde_json::json!([{"name": "Visitors", "visitors": []}]));
    let groups = desk.read("GET", "/client-api/v1/groups", &client).await;
    assert_eq!(groups.text, r#"[{"id":1,"name":"Visitors","type":"non-returning"}]"#);
}

#[tokio::test]
async fn history_goes_by_pages_and_dates() {
    let desk = Desk::new(example_time()).await;
    for id in 1..=401 {
        desk.sign_in(id).await;
        desk.clock.advance(Duration::from_secs(1));
    }
    let client = desk.client(r#"["history"]"#).await;
    let ids = |page: &serde_json::Value| -> Vec<i64> {
        page["data"].as_array().unwrap().iter().map(|visit| visit["id"].as_i64().unwrap()).collect()
    };
    let (mut path, mut seen) = (HISTORY.to_owned(), Vec::new());
    loop {
        let page = desk.read("GET", &path, &client).await.expect(200);
        seen.extend(ids(&page));
        let Some(next) = page["links"]["next"].as_str() else { break };
        path = next.strip_prefix("https://example.signinapp.com").unwrap().to_owned();
    }
    assert_eq!(seen, (1..=401).rev().collect::<Vec<_>>());
    let query = "?date_from=2020-01-01T12%3A00%3A02&date_to=2020-01-01T12%3A00%3A04";
    let page = desk.read("GET", &format!("{HISTORY}{query}"), &client).await.expect(200);
    assert_eq!(ids(&page), [4, 3, 2]);
    let first = page["links"]["first"].as_str().unwrap();
    assert!(first.ends_with(&format!("{query}&page=1")), "{first}");
}

#[tokio::test]
async fn members_carry_their_last_visit() {
    let desk = Desk::new(example_time()).await;
    let member = r#"{"name":"Ann","personal_fields":{"Email":"a@b.c"}}"#;
    desk.call("PUT", "groups/1/members/77", member).await.expect(201);
    let visit = r#"{"site_id":4567,"group_id":1,"visitor":{"id":5,"returning_visitor_id":77,"name":"Ann"}}"#;
    desk.call("POST", "visits", visit).await.expect(201);
    desk.clock.advance(Duration::from_secs(9));
    desk.call("POST", "signouts", r#"{"visits":[5]}"#).await.expect(200);
    let client = desk.client(r#"["members"]"#).await;
    let members = desk.read("GET", "/client-api/v1/groups/1/members", &client).await.expect(200);
    assert_eq!(
        members["data"],
        serde_json::json!([{"id": 77, "group_id": 1, "name": "Ann", "personal_fields": {"email": "a@b.c"},
            "last_in_datetime": "2020-01-01T12:00:01Z", "last_out_datetime": "2020-01-01T12:00:10Z"}])
    );
}

#[tokio::test]
async fn the_twenty_first_request_of_a_minute_waits_for_the_next() {
    let desk = Desk::new(example_time()).await;
    let (client, other) = (desk.client(r#"["groups"]"#).await, desk.client(r#"["groups"]"#).await);
    for _ in 0..20 {
        desk.read("GET", "/client-api/v1/groups", &client).await.expect(200);
    }
    let refused = desk.read("GET", HISTORY, &client).await;
    refused.expect(429);
    assert_eq!(refused.headers["retry-after"], "59");
    desk.read("GET", "/client-api/v1/groups", &other).await.expect(200);
    desk.clock.advance(Duration::from_secs(59));
    desk.read("GET", "/client-api/v1/groups", &client).await.expect(200);
}

#[tokio::test]
async fn callers_without_right_are_refused_in_the_vendors_shape() {
    let desk = Desk::new(example_time()).await;
    let client = desk.client(r#"["groups"]"#).await;
    let groups = "/client-api/v1/groups";
    for authorization in ["", "Bearer x", "Basic !", "Basic eA", &basic("nobody", "x"), &basic("", "")] {
        let refused = desk.read("GET", groups, authorization).await;
        assert!(refused.expect(401)["message"].is_string());
        assert!(refused.headers.contains_key("www-authenticate"));
    }
    let key = desk.call("GET", "clients", "").await;
    assert!(!key.text.contains("secret"), "{}", key.text);
    let key = key.expect(200)[0]["key"].as_str().unwrap().to_owned();
    desk.read("GET", groups, &basic(&key, "wrong")).await.expect(401);
    assert!(desk.read("GET", HISTORY, &client).await.expect(403)["message"].is_string());
    assert!(desk.read("POST", groups, &client).await.expect(405)["message"].is_string());
    assert!(desk.read("GET", "/client-api/v1/nothing", &client).await.expect(404)["message"].is_string());
    desk.call("DELETE", &format!("clients/{key}"), "").await.expect(204);
    desk.read("GET", groups, &client).await.expect(401);
}

#[tokio::test]
async fn wrong_questions_are_422_by_field_and_unknown_sites_404() {
    let desk = Desk::new(example_time()).await;
    let client = desk.client(r#"["history","members"]"#).await;
    for (query, field) in [
        ("date_from=yesterday", "date_from"),
        ("date_to=2020-13-01T00:00:00", "date_to"),
        ("date_from=2020-01-02T00:00:00&date_to=2020-01-01T00:00:00", "date_to"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=two", "page"),
        ("page=2", "page"),
    ] {
        let refused = desk.read("GET", &format!("{HISTORY}?{query}"), &client).await.expect(422);
        assert!(refused[field][0].is_string(), "{query}: {refused}");
    }
    for path in ["sites/9/history", "sites/x/history", "sites/04567/history", "groups/9/members"] {
        desk.read("GET", &format!("/client-api/v1/{path}"), &client).await.expect(404);
    }
}

#[tokio::test]
async fn visits_older_than_keep_visitor_data_are_gone_everywhere() {
    let desk = Desk::new(example_time()).await;
    let client = desk.client(r#"["history"]"#).await;
    desk.call("PUT", "account", r#"{"keep_visitor_data_days":2}"#).await.expect(200);
    desk.sign_in(1).await;
    desk.sign_in(3).await;
    desk.clock.advance(Duration::from_hours(47));
    desk.call("POST", "visits/3/signout", "{}").await.expect(200);
    let count =
        async || desk.read("GET", HISTORY, &client).await.expect(200)["data"].as_array().unwrap().len();
    assert_eq!(count().await, 2);
    desk.clock.advance(Duration::from_hours(2));
    assert_eq!(count().await, 0);
    desk.call("POST", "visits/1/signout", "{}").await.expect(404);
    desk.sign_in(2).await;
    desk.chores().await;
    desk.call("PUT", "account", r#"{"keep_visitor_data_days":null}"#).await.expect(200);
    assert_eq!(count().await, 1, "the old visits were deleted, not only hidden");
    let page = Page { limit: 10, after: None, order: Order::Ascending };
    let filter = MessageFilter { with_payload: true, ..MessageFilter::default() };
    let messages = desk.store.messages(APP, page, filter).await.unwrap().items;
    // The sign-ins went with their visits; the sign-out is younger, and its payload has the visit's end.
    let until: Vec<_> = messages.iter().map(|message| message.payload_until.unwrap()).collect();
    let (came, end) = (example_time(), Duration::from_hours(48));
    assert_eq!(until, [came.plus(end), came.plus(Duration::from_hours(49) + end)]);
}

#[tokio::test]
async fn an_account_where_nothing_happens_forgets_its_visitors_too() {
    let desk = Desk::new(example_time()).await;
    let client = desk.client(r#"["history"]"#).await;
    desk.notification(r#""event":"signin""#).await;
    desk.sign_in(1).await;
    desk.settled(1).await;
    desk.clock.advance(Duration::from_hours(20 * 24));
    desk.sign_in(2).await;
    desk.settled(2).await;
    desk.chores().await;
    let history = desk.read("GET", HISTORY, &client).await.expect(200);
    assert_eq!(history["data"].as_array().unwrap().len(), 2, "nothing is forgotten unless it is asked for");
    // Kept by a setting that was made after the visits: their messages have no end of their own.
    let written = crate::signinapp::records::account::Account { keep_visitor_data_days: Some(10) };
    let now = desk.engine().world().clock.now();
    crate::signinapp::records::write(&*desk.store, APP, &written, now).await.unwrap();
    desk.chores().await;
    let page = Page { limit: 10, after: None, order: Order::Ascending };
    let left = desk.store.messages(APP, page, MessageFilter::default()).await.unwrap().items;
    assert_eq!(left.len(), 1, "the first visit's message, and what was answered to it, are gone");
    desk.call("POST", "visits/1/signout", "{}").await.expect(404);
    desk.call("PUT", "account", r#"{"keep_visitor_data_days":null}"#).await.expect(200);
    let history = desk.read("GET", HISTORY, &client).await.expect(200);
    assert_eq!(history["data"].as_array().unwrap().len(), 1);
}
