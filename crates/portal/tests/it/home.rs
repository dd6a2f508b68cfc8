//! An application's first page, and the figures of an endpoint's page.

use http::Method;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn an_empty_application_says_what_to_do_next() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let base = format!("/portal/apps/{app}");
    let (mut operator, mut customer) = (house.operator().await, house.customer(app).await);
    let new = format!("href=\"{base}/endpoints/new\"");
    let page = operator.get(&base).await;
    page.shows(&["Nothing is set up here yet", &new, "curl", &format!("/api/v1/app/{app}/endpoint/")]);
    page.shows(&["No endpoint fails", "No message yet"]);
    let page = customer.get(&base).await;
    page.shows(&["Nothing is set up here yet", &new]);
    page.hides(&["curl"]);

    let endpoint = house.endpoint_at(app, "https://shop.example/hook").await;
    let page = operator.get(&base).await;
    page.shows(&["Send a test", &format!("href=\"{base}/endpoints/{endpoint}\"")]);
    page.shows(&["curl", &format!("/api/v1/app/{app}/msg/")]);
    page.hides(&["Nothing is set up here yet"]);
}

#[tokio::test]
async fn the_first_page_shows_figures_pictures_trouble_and_messages() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let other = house.application("Other", "standard").await;
    let endpoint = house.endpoint_at(app, "https://user:hunter2@shop.example/hook").await;
    let message = house.message(app, "order.paid", 503).await;
    house.statistics(app, endpoint, 9_990, 10).await;
    let off = house.endpoint_at(app, "https://off.example/hook").await;
    let path = format!("/app/{app}/endpoint/{off}/");
    house.api(Method::PATCH, &path, &json!({ "disabled": true })).await;
    house.endpoint_at(other, "https://other.example/hook").await;
    let base = format!("/portal/apps/{app}");
    let mut customer = house.customer(app).await;
    let page = customer.get(&format!("{base}?span=week")).await;
    page.shows(&["9,990", "99.9%", "20 ms", "Delivered: 9,990", "Figures as a table", "role=\"img\""]);
    page.shows(&[&format!("href=\"{base}?span=week\" aria-current=\"page\"")]);
    page.shows(&["Failing", "since", "HTTP 503", "Switched off", "off.example"]);
    page.shows(&["order.paid", &message.to_string(), &format!("{base}/messages")]);
    page.hides(&["hunter2", "other.example", "Ada", "style=", "No endpoint fails", "curl"]);
    let page = customer.get(&format!("{base}/endpoints/{endpoint}?span=hour")).await;
    page.shows(&["Deliveries and durations", "9,990", "Failed: 10", "20 ms"]);
    page.shows(&[&format!("href=\"{base}/endpoints/{endpoint}?span=hour\" aria-current=\"page\"")]);
    customer.get(&format!("{base}/endpoints/{off}")).await.hides(&["9,990"]);
    customer.language = "de";
    let page = customer.get(&base).await;
    page.shows(&["9.990", "99,9", "Neueste Nachrichten", "Endpunkte, die Aufmerksamkeit brauchen"]);
}
