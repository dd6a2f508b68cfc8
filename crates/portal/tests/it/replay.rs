//! A span of time is sent again: counted first, then confirmed. What waits is dropped.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_replay_is_counted_then_confirmed_and_begun_once() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    house.publish(app, "order.paid", &json!({})).await;
    house.publish(app, "order.paid", &json!({})).await;
    house.clock.advance(std::time::Duration::from_mins(1));
    let id = house.add_endpoint(app, &json!({"url": "https://example.com"})).await;
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/endpoints/{id}/replay");
    let told = customer.submit(&path, &path, &[("since", "soon"), ("which", "missing")]).await;
    assert_eq!(told.status, 422);
    told.shows(&["Please give date and time"]);
    let none = customer.submit(&path, &path, &[("since", "2020-01-01"), ("which", "failed")]).await;
    none.shows(&["No message fits."]);
    none.hides(&["Send now"]);
    let counted = customer.submit(&path, &path, &[("since", "2020-01-01"), ("which", "missing")]).await;
    counted.shows(&["2 messages would be sent.", "Send now"]);
    assert_eq!(house.done(app).await, [] as [String; 0]);
    let mut confirmed: Vec<(String, String)> = counted.carried();
    for name in ["since", "until", "which"] {
        confirmed.push((name.to_owned(), counted.hidden(name).unwrap()));
    }
    let confirmed: Vec<(&str, &str)> =
        confirmed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for _ in 0..2 {
        assert_eq!(customer.post_raw(&format!("{path}/start"), &confirmed).await.location(), path);
    }
    let list = customer.get(&path).await;
    list.shows(&["Sent again so far", "Those never sent that are wanted today"]);
    assert_eq!(list.html.matches("<th scope=\"row\">").count(), 1);
}

#[tokio::test]
async fn a_replay_that_is_not_there_cannot_be_cancelled() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let id = house.add_endpoint(app, &json!({"url": "https://example.com"})).await;
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/endpoints/{id}/replay");
    for strange in ["nothing", "..%2Fcount"] {
        let told = customer.submit(&path, &format!("{path}/{strange}/cancel"), &[]).await;
        assert_eq!(told.status, 404, "{strange}");
    }
}

#[tokio::test]
async fn what_waits_for_an_endpoint_is_listed_and_dropped() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let id = house.add_endpoint(app, &json!({"url": "https://example.com"})).await;
    let mut customer = house.customer(app).await;
    let path = format!("/portal/apps/{app}/endpoints/{id}/waiting");
    customer.get(&path).await.shows(&["Nothing waits."]);
    let endpoint = format!("/portal/apps/{app}/endpoints/{id}");
    let done = customer.submit(&endpoint, &path, &[]).await;
    assert_eq!(done.location(), endpoint);
    assert_eq!(house.done(app).await, ["endpoint.cancel-waiting"]);
}
