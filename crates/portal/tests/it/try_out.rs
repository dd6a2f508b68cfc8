//! Endpoints are tried: a filter on a message, and the endpoint with a request.

use http::Method;
use klingel_model::AppId;
use serde_json::{Value, json};

use crate::house::House;
use crate::vendors::{with_conditions, with_log_rows};

impl House {
    /// Posts a message. Gives its id.
    pub(crate) async fn publish(&self, app: AppId, event_type: &str, payload: &Value) -> String {
        let body = json!({"eventType": event_type, "payload": payload});
        let made = self.api(Method::POST, &format!("/app/{app}/msg/"), &body).await;
        made["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_filter_says_of_each_row_whether_it_holds_and_nothing_of_what_the_message_holds() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let id = house.publish(app, "order.paid", &json!({"amount": 250, "city": "Sylt", "vip": false})).await;
    let mut customer = house.customer(app).await;
    let new = format!("/portal/apps/{app}/endpoints/new");
    let mut fields = vec![
        ("url", "https://example.com"),
        ("filter.combine", "all"),
        ("filter.field", "payload.amount"),
        ("filter.operator", "gte"),
        ("filter.value", "100"),
        ("filter.field", "payload.vip"),
        ("filter.operator", "eq"),
        ("filter.value", "true"),
        ("try.message", id.as_str()),
        ("redraw", "try"),
    ];
    let tried = customer.submit(&new, &new, &fields).await;
    assert_eq!(tried.status, 200);
    tried.shows(&[
        "This message would not be delivered.",
        "holds:</span> payload.amount is at least 100",
        "does not hold:</span> payload.vip equals true",
        "value=\"https://example.com\"",
    ]);
    tried.hides(&["Sylt", "250"]);
    fields[1].1 = "any";
    customer.submit(&new, &new, &fields).await.shows(&["This message would be delivered."]);
    assert_eq!(house.endpoints(app).await, []);
}

#[tokio::test]
async fn a_message_can_be_typed_in() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let new = format!("/portal/apps/{app}/endpoints/new");
    let tries = [
        ("", "{}", "Please give the event type"),
        ("order.paid", "[]", "is not a JSON object"),
        ("order.paid", "{\"amount\": 3}", "would be delivered"),
        ("order.paid", "{\"amount\": 1}", "would not be delivered"),
    ];
    for (event_type, payload, told) in tries {
        let fields = [
            ("url", "https://example.com"),
            ("filter.mode", "json"),
            ("filter.json", "{\"payload\": {\"amount\": {\"$gt\": 2}}}"),
            ("try.message", "own"),
            ("try.type", event_type),
            ("try.payload", payload),
            ("redraw", "try"),
        ];
        customer.submit(&new, &new, &fields).await.shows(&[told]);
    }
}

#[tokio::test]
async fn a_dialects_own_conditions_are_tried_row_by_row() {
    let house = House::new().await;
    let app = house.application("Office", with_conditions()).await;
    let mut customer = house.customer(app).await;
    let new = format!("/portal/apps/{app}/endpoints/new");
    let payload = json!({
        "event": "signin", "site": {"id": 7}, "additional": {"Company": "Acme"}, "personal_fields": {},
        "visitor": {"name": "Ada"},
    });
    let payload = payload.to_string();
    let fields = [
        ("settings.event", "signin"),
        ("url", "https://example.com"),
        ("settings.filter.combine", "any"),
        ("settings.filter.field", "Company"),
        ("settings.filter.operator", "equals"),
        ("settings.filter.value", "Acme"),
        ("settings.filter.field", "Company"),
        ("settings.filter.operator", "equals"),
        ("settings.filter.value", "Other"),
        ("try.message", "own"),
        ("try.type", "visitor.signin"),
        ("try.payload", payload.as_str()),
        ("redraw", "try"),
    ];
    let tried = customer.submit(&new, &new, &fields).await;
    tried.shows(&["Company equals Acme", "does not hold:</span> Company equals Other"]);
}

#[tokio::test]
async fn the_test_button_shows_the_answer_at_once_and_the_log_opens_to_the_request() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let id = house
        .add_endpoint(app, &json!({"url": "https://user:hunter2@example.com/hook", "disabled": true}))
        .await;
    house.publish(app, "order.paid", &json!({"city": "Sylt"})).await;
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/endpoints/{id}");
    let page = customer.get(&path).await;
    page.shows(&["order.paid", "user:", "No request yet"]);
    page.hides(&["hunter2"]);
    let message = page.html.split("<option value=\"msg_").nth(1).unwrap().split('"').next().unwrap();
    let message = format!("msg_{message}");
    let tested = customer.submit(&path, &format!("{path}/test"), &[("send", &message)]).await;
    let told = customer.get(tested.location().split('#').next().unwrap()).await;
    told.shows(&["Result of the test", "Accepted", "HTTP 200", "thank you"]);
    assert_eq!(house.network.sent.lock().unwrap().len(), 1);
    house.clock.advance(std::time::Duration::from_secs(1));
    let example = customer.submit(&path, &format!("{path}/test"), &[("type", "order.sent")]).await;
    assert!(example.location().starts_with(&path));
    house.clock.advance(std::time::Duration::from_secs(1));
    *house.network.status.lock().unwrap() = 503;
    let failed = customer.submit(&path, &format!("{path}/test"), &[("send", &message)]).await;
    customer.get(failed.location().split('#').next().unwrap()).await.shows(&["Failed", "HTTP 503"]);
    assert_eq!(house.done(app).await.iter().filter(|line| *line == "endpoint.test").count(), 3);

    let log = customer.get(&format!("{path}/log")).await;
    log.shows(&["HTTP 200", "HTTP 503", "order.sent"]);
    customer.get(&format!("{path}/log?status=fail")).await.hides(&["HTTP 200"]);
    let attempt = format!(
        "/portal/apps/{app}/messages/{}",
        log.html.split("/attempts/").next().unwrap().rsplit("/messages/").next().unwrap()
    );
    let attempt = format!(
        "{attempt}/attempts/{}",
        log.html.split("/attempts/").nth(1).unwrap().split('"').next().unwrap()
    );
    let opened = customer.get(&attempt).await;
    opened.shows(&["webhook-id", "webhook-signature: •••", "POST https://user:", "city"]);
    opened.hides(&["Sylt", "thank you", "hunter2"]);
    let revealed = customer.submit(&attempt, &format!("{attempt}/reveal"), &[]).await;
    revealed.shows(&["Sylt", "thank you", "webhook-signature: v1,"]);
    revealed.hides(&["hunter2"]);
    assert_eq!(house.done(app).await[0], "attempt.reveal");
    customer.get(&format!("/portal/apps/{app}/attempts?status=fail")).await.shows(&["HTTP 503"]);
}

#[tokio::test]
async fn a_log_shows_as_many_requests_as_the_vendors_own() {
    let (vendor, rows) = with_log_rows();
    let house = House::new().await;
    let app = house.application("Messe", vendor).await;
    let mut customer = house.customer(app).await;
    let new = format!("/portal/apps/{app}/endpoints/new");
    let fields = [("settings.name", "CRM"), ("url", "https://example.com/crm")];
    let path = customer.submit(&new, &new, &fields).await.location().to_owned();
    for _ in 0..=rows {
        house.clock.advance(std::time::Duration::from_secs(1));
        let document = [("document", r#"{"id": 1, "name_first": "Ada"}"#)];
        customer.submit(&path, &format!("{path}/test"), &document).await.location();
    }
    for (language, title) in [("en", "The last 10 requests"), ("de", "Die letzten 10 Anfragen")] {
        customer.language = language;
        for page in [path.clone(), format!("{path}/log")] {
            let page = customer.get(&page).await;
            page.shows(&[title]);
            assert_eq!(page.html.matches("<tr id=\"attempt-").count(), rows);
        }
        customer.get(&format!("{path}/log")).await.shows(&["data-live-rows-max=\"10\""]);
    }
    let shop = house.application("Shop", "standard").await;
    let endpoint = house.endpoint_at(shop, "https://shop.example/hook").await;
    let mut owner = house.customer(shop).await;
    owner.get(&format!("/portal/apps/{shop}/endpoints/{endpoint}")).await.shows(&["Log of requests"]);
}
