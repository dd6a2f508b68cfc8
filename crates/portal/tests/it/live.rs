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
