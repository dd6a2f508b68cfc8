//! The inspector: requests come, are judged, shown and answered as was chosen.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request};
use klingel_model::{AppId, Clock as _, EndpointId, PassScope};
use klingel_store::{Catalog as _, Order, Page};
use serde_json::json;

use crate::house::{Browser, House, Page as Shown};

const PUBLIC_URL: &str = "http://127.0.0.1:8080";

/// Makes the address as a customer does, and gives its path.
async fn address(browser: &mut Browser, app: AppId) -> String {
    let page = format!("/portal/apps/{app}/inspector");
    assert_eq!(browser.post(&page, &format!("{page}/address"), &[]).await.location(), page);
    let html = browser.get(&page).await.html;
    let (_, rest) = html.split_once(&format!("<code>{PUBLIC_URL}")).expect("the address is shown");
    rest.split('<').next().unwrap().to_owned()
}

async fn send(house: &House, path: &str, body: &str) -> Shown {
    let request = Request::builder().method(Method::POST).uri(path).header("x-note", "<b>hello</b>");
    house.browser().send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn what_comes_is_shown_with_everything_escaped() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let page = format!("/portal/apps/{app}/inspector");
    customer.get(&page).await.shows(&["Make an address"]);
    let path = address(&mut customer, app).await;
    assert!(path.starts_with("/inspect/") && path.len() > 40, "{path}");
    let sent =
        send(&house, &format!("{path}?q=%3Cscript%3E"), r#"{"name":"<script>alert(1)</script>"}"#).await;
    assert_eq!(
        (sent.status, sent.headers["content-type"].to_str().unwrap()),
        (200, "text/plain; charset=utf-8")
    );
    let shown = customer.get(&page).await;
    shown.shows(&["POST", "q=%3Cscript%3E", "x-note", "&#60;b&#62;hello", "alert(1)", "No endpoint"]);
    shown.hides(&["<script>alert", "<b>hello"]);
    customer.language = "de";
    customer.get(&page).await.shows(&["Kein Endpunkt", "beantwortet mit 200"]);
    assert_eq!(send(&house, "/inspect/nothing", "").await.status, 404);
}

#[tokio::test]
async fn signatures_are_judged_by_the_applications_dialect() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let page = format!("/portal/apps/{app}/inspector");
    let path = address(&mut customer, app).await;
    let url = format!("{PUBLIC_URL}{path}");
    let endpoint = json!({"url": url, "description": "To look at"});
    house.api(Method::POST, &format!("/app/{app}/endpoint/"), &endpoint).await;
    let message = json!({"eventType": "a.b", "payload": {"n": 1}});
    house.api(Method::POST, &format!("/app/{app}/msg/"), &message).await;
    let request = house.next_sent().await;

    let again = |body: Vec<u8>| {
        let mut built = Request::builder().method(Method::POST).uri(&path).body(Body::from(body)).unwrap();
        *built.headers_mut() = http::HeaderMap::from(&request.headers);
        built
    };
    house.browser().send(again(request.body.to_vec())).await;
    let shown = customer.get(&page).await;
    shown.shows(&["Signature genuine", "To look at", "webhook-signature"]);
    house.browser().send(again(b"{}".to_vec())).await;
    customer.get(&page).await.shows(&["Signature wrong"]);
    send(&house, &path, "{}").await;
    customer.get(&page).await.shows(&["Not signed"]);
    house.clock.advance(Duration::from_mins(6));
    house.browser().send(again(request.body.to_vec())).await;
    customer.get(&page).await.shows(&["Signature too old", "6 min 0 s"]);
}

#[tokio::test]
async fn a_dialect_without_signatures_says_so() {
    let house = House::new().await;
    let dialects = klingel_dialects::all();
    let unsigned = dialects.iter().find(|dialect| !dialect.description().signs).expect("there is one");
    let app = house.application("Other", unsigned.name()).await;
    let shop = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let path = address(&mut customer, app).await;
    let made = json!({"url": format!("{PUBLIC_URL}{path}")});
    house.api(Method::POST, &format!("/app/{shop}/endpoint/"), &made).await;
    // Its own way to an endpoint is the dialect's business; here one is put into the store.
    let page = Page { limit: 1, after: None, order: Order::Ascending };
    let mut endpoint = house.engine.reader().endpoints(shop, page).await.unwrap().items.remove(0);
    endpoint.app_id = app;
    endpoint.id = EndpointId::new(house.clock.now(), &*house.dice);
    house.store.add_endpoint(endpoint, 10, None).await.unwrap();
    send(&house, &path, "{}").await;
    customer.get(&format!("/portal/apps/{app}/inspector")).await.shows(&["Without signature"]);
}

#[tokio::test(start_paused = true)]
async fn the_answer_is_what_was_chosen_and_waits_as_long() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let page = format!("/portal/apps/{app}/inspector");
    let path = address(&mut customer, app).await;
    let answer = format!("{page}/answer");
    let chosen = [("status", "503"), ("delay_ms", "2500"), ("body", "later")];
    assert_eq!(customer.post(&page, &answer, &chosen).await.location(), page);
    let before = tokio::time::Instant::now();
    let sent = send(&house, &path, "{}").await;
    assert_eq!((sent.status, sent.html.as_str()), (503, "later"));
    assert_eq!(before.elapsed(), Duration::from_millis(2500));
    let long = "x".repeat(5000);
    for (wrong, field) in [
        ([("status", "99"), ("delay_ms", "0"), ("body", "")], "from 200 to 599"),
        ([("status", "200"), ("delay_ms", "60000"), ("body", "")], "from 0 to 25000"),
        ([("status", "200"), ("delay_ms", "0"), ("body", long.as_str())], "at most 4096 bytes"),
    ] {
        let told = customer.post(&page, &answer, &wrong).await;
        assert_eq!(told.status, 422);
        told.shows(&[field]);
    }
    assert_eq!(send(&house, &path, "{}").await.status, 503, "what was refused changed nothing");
}

#[tokio::test]
async fn a_new_address_ends_the_old_one_and_stays_over_a_restart() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let old = address(&mut customer, app).await;
    let new = address(&mut customer, app).await;
    assert_ne!(old, new);
    assert_eq!(send(&house, &old, "").await.status, 404);
    assert_eq!(send(&house, &new, "").await.status, 200);
    let token = new.rsplit('/').next().unwrap();
    let incoming = klingel_portal::Incoming {
        method: "POST".to_owned(),
        path: new.clone(),
        headers: http::HeaderMap::new(),
        body: Some(bytes::Bytes::new()),
    };
    assert_eq!(house.another_inspector().take(token, incoming).await.status, 200);
}

#[tokio::test]
async fn nobody_else_sees_or_changes_it() {
    let house = House::new().await;
    let (own, other) =
        (house.application("Own", "standard").await, house.application("Other", "standard").await);
    let mut owner = house.customer(own).await;
    let path = address(&mut owner, own).await;
    send(&house, &path, "secret text").await;
    let page = format!("/portal/apps/{own}/inspector");
    let row = first_row(&owner.get(&page).await);
    owner.get(&format!("{page}/rows/{row}")).await.shows(&["secret text"]);
    let mut stranger = house.customer(other).await;
    for path in [page.clone(), format!("{page}/rows/{row}"), format!("{page}/live")] {
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
    }
    let through_own = format!("/portal/apps/{other}/inspector/rows/{row}");
    assert_eq!(stranger.get(&through_own).await.status, 404);
    let link = house.link(PassScope::Application(own), true).await;
    let mut reader = house.browser();
    reader.get(&link).await;
    for part in ["address", "answer", "clear"] {
        assert_eq!(reader.post(&page, &format!("{page}/{part}"), &[]).await.status, 403, "{part}");
    }
    assert_eq!(owner.post(&page, &format!("{page}/clear"), &[]).await.location(), page);
    owner.get(&page).await.hides(&["secret text"]);
}

fn first_row(page: &Shown) -> u64 {
    let (_, rest) = page.html.split_once("id=\"request-").expect("a request is shown");
    rest.split('"').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn bodies_that_are_too_long_are_refused_and_shown_as_such() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let path = address(&mut customer, app).await;
    let long = "x".repeat(klingel_portal::BODY_BYTES_MAX + 1);
    assert_eq!(send(&house, &path, &long).await.status, 413);
    assert_eq!(send(&house, &path, &long[1..]).await.status, 200);
    let page = customer.get(&format!("/portal/apps/{app}/inspector")).await;
    page.shows(&["Too long", "only its beginning is kept"]);
    assert!(page.html.len() < 600_000, "{}", page.html.len());
}

#[tokio::test]
async fn an_endpoint_with_the_address_begins_with_the_address_filled_in() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let path = address(&mut customer, app).await;
    let page = customer.get(&format!("/portal/apps/{app}/inspector")).await;
    let (_, rest) =
        page.html.split_once(&format!("href=\"/portal/apps/{app}/endpoints/new?")).expect("a button");
    let new = format!("/portal/apps/{app}/endpoints/new");
    let filled = customer.get(&format!("{new}?{}", rest.split('"').next().unwrap())).await;
    filled.shows(&[&format!("value=\"{PUBLIC_URL}{path}\"")]);
    let hostile = customer.get(&format!("{new}?url=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")).await;
    assert_eq!(hostile.status, 200, "it is text in a field, checked when the form is sent");
    hostile.hides(&["<script>alert"]);
    assert!(customer.get(&new).await.html.contains("name=\"url\" value=\"\""));
}
