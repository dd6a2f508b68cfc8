//! Live views: what is new is told while the session lasts.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request};
use klingel_model::AppId;

use crate::house::{Browser, House, Stream};

async fn opened(house: &House) -> (AppId, Browser, String) {
    let app = house.application("Shop", "standard").await;
    let mut customer = house.customer(app).await;
    let page = format!("/portal/apps/{app}/inspector");
    customer.post(&page, &format!("{page}/address"), &[]).await.location();
    let html = customer.get(&page).await.html;
    let path = html.split("/inspect/").nth(1).unwrap().split('<').next().unwrap().to_owned();
    (app, customer, format!("/inspect/{path}"))
}

async fn send(house: &House, path: &str) {
    let request = Request::builder().method(Method::POST).uri(path).body(Body::from("{}")).unwrap();
    assert_eq!(house.browser().send(request).await.status, 200);
}

async fn rows(stream: &mut Stream, count: usize) -> Vec<String> {
    let mut rows = Vec::new();
    while rows.len() < count {
        let event = stream.next().await.expect("the stream goes on");
        if event.starts_with("event: row") {
            rows.push(event.split("\"row\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned());
        }
    }
    rows
}

#[tokio::test(start_paused = true)]
async fn rows_are_told_once_each_those_before_the_stream_included() {
    let house = House::new().await;
    let (app, mut customer, path) = opened(&house).await;
    send(&house, &path).await;
    let live = format!("/portal/apps/{app}/inspector/live?after=0");
    let mut stream = customer.stream(&live).await;
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    assert_eq!(rows(&mut stream, 1).await.len(), 1);
    send(&house, &path).await;
    send(&house, &path).await;
    let told = rows(&mut stream, 2).await;
    assert_ne!(told[0], told[1]);
    customer.get(&told[1]).await.shows(&["<details", "Body"]);
    let mut from_now_on = customer.stream(&format!("/portal/apps/{app}/inspector/live")).await;
    send(&house, &path).await;
    let last = rows(&mut from_now_on, 1).await;
    assert_eq!(rows(&mut stream, 1).await, last);
}

#[tokio::test(start_paused = true)]
async fn a_stream_shows_that_it_lives_and_ends_with_its_session() {
    let house = House::new().await;
    let (app, mut customer, _) = opened(&house).await;
    let mut stream = customer.stream(&format!("/portal/apps/{app}/inspector/live")).await;
    let before = tokio::time::Instant::now();
    assert_eq!(stream.next().await.as_deref(), Some(":"));
    assert_eq!(stream.next().await.as_deref(), Some(":"));
    assert_eq!(before.elapsed(), Duration::from_secs(15));
    customer.post_raw("/portal/logout", &[]).await;
    assert!(stream.next().await.unwrap().starts_with("event: end"));
    assert_eq!(stream.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_session_has_six_streams_at_most_and_the_servers_end_ends_all() {
    let house = House::new().await;
    let (app, mut customer, _) = opened(&house).await;
    let live = format!("/portal/apps/{app}/inspector/live");
    let mut streams = Vec::new();
    for _ in 0..6 {
        streams.push(customer.stream(&live).await);
    }
    assert_eq!(customer.stream(&live).await.status, 429);
    streams.pop();
    streams.push(customer.stream(&live).await);
    assert_eq!(streams[5].status, 200);
    house.portal.end_streams();
    for stream in &mut streams {
        while stream.next().await.is_some() {}
    }
    assert_eq!(customer.stream(&live).await.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn attempts_are_told_to_the_application_and_the_endpoint_that_they_are_of() {
    let house = House::new().await;
    let app = house.application("Shop", "standard").await;
    let endpoint = house.endpoint_at(app, "https://shop.example/hook").await;
    let other = house.application("Other", "standard").await;
    house.endpoint_at(other, "https://other.example/hook").await;
    let mut customer = house.customer(app).await;
    let list = format!("/portal/apps/{app}/attempts");
    let page = customer.get(&list).await;
    page.shows(&["data-live-empty", "data-live-pause", "live.js"]);
    house.message(app, "a.before", 200).await;
    let mut all = customer.stream(&live_of(&page.html)).await;
    let told = rows(&mut all, 1).await;
    let row = customer.get(&told[0]).await;
    row.shows(&["<tr id=\"attempt-atmpt_", "a.before", "https://shop.example/hook"]);
    assert!(!row.html.contains("<html"), "a piece, not a page");

    let log = format!("/portal/apps/{app}/endpoints/{endpoint}/log");
    let page = customer.get(&format!("{log}?status=fail")).await;
    let mut failed = customer.stream(&live_of(&page.html)).await;
    house.message(other, "b.other", 200).await;
    house.message(app, "a.good", 200).await;
    house.message(app, "a.bad", 400).await;
    let told = rows(&mut all, 2).await;
    customer.get(&told[0]).await.shows(&["a.good"]);
    let bad = rows(&mut failed, 1).await;
    let row = customer.get(&bad[0]).await;
    row.shows(&["a.bad", "HTTP 400"]);
    row.hides(&["https://shop.example/hook"]);
    assert!(told[1].starts_with(&bad[0]), "the same attempt, drawn for another table");

    let mut stranger = house.customer(other).await;
    assert_eq!(stranger.stream(&format!("/portal/apps/{app}/live")).await.status, 404);
    assert_eq!(stranger.get(&bad[0]).await.status, 404);
    assert_eq!(stranger.stream(&format!("/portal/apps/{other}/live?endpoint={endpoint}")).await.status, 404);
}

/// The stream that a page names.
fn live_of(html: &str) -> String {
    let (_, rest) = html.split_once("data-live=\"").expect("the page is live");
    rest.split('"').next().unwrap().replace("&#38;", "&")
}
