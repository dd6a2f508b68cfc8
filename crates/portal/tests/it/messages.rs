//! Messages of an application: found, revealed, sent again.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn messages_are_found_by_id_type_and_time() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let first = house.publish(app, "order.paid", &json!({"city": "Sylt"})).await;
    house.clock.advance(std::time::Duration::from_hours(48));
    house.publish(app, "order.sent", &json!({})).await;
    let mut customer = house.customer(app).await;
    let list = format!("/portal/apps/{app}/messages");
    customer.get(&list).await.shows(&["order.paid", "order.sent", "to nobody"]);
    let by_type = customer.get(&format!("{list}?type=order.paid")).await;
    by_type.shows(&[&first]);
    by_type.hides(&["order.sent"]);
    assert_eq!(customer.get(&format!("{list}?id={first}")).await.location(), format!("{list}/{first}"));
    customer.get(&format!("{list}?id=nothing")).await.shows(&["No message has this id."]);
    let now = klingel_model::Clock::now(&*house.clock).to_rfc3339();
    let later = customer.get(&format!("{list}?until={}&since=oops", &now[..10])).await;
    later.shows(&["order.paid", "Please give date and time"]);
    later.hides(&["order.sent"]);
    customer.get(&format!("{list}?type=order.none")).await.shows(&["No message fits this search."]);
}

#[tokio::test]
async fn a_payload_is_hidden_until_somebody_asks_and_that_is_written_down() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let id = house.publish(app, "order.paid", &json!({"city": "Sylt", "amount": 250})).await;
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/messages/{id}");
    let hidden = customer.get(&path).await;
    hidden.shows(&["city", "•••"]);
    hidden.hides(&["Sylt", "250"]);
    assert_eq!(house.done(app).await, [] as [String; 0]);
    let shown = customer.submit(&path, &format!("{path}/reveal"), &[]).await;
    shown.shows(&["Sylt", "250"]);
    assert_eq!(house.done(app).await, ["payload.reveal"]);
}

#[tokio::test]
async fn a_message_is_sent_again_once_however_often_the_form_comes() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let endpoint =
        house.add_endpoint(app, &json!({"url": "https://example.com", "eventTypes": ["none"]})).await;
    let id = house.publish(app, "order.paid", &json!({})).await;
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/messages/{id}");
    let page = customer.get(&path).await;
    page.shows(&["No endpoint wanted this message."]);
    let list = customer.get(&format!("/portal/apps/{app}/endpoints")).await;
    list.shows(&["none yet"]);
    let fields = [("endpoint", endpoint.to_string()), ("once", "a-form".to_owned()), ("csrf", page.csrf())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for _ in 0..2 {
        assert_eq!(customer.post_raw(&format!("{path}/resend"), &fields).await.location(), path);
    }
    assert_eq!(house.done(app).await.len(), 2);
}
