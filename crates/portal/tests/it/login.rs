//! Passwords at the door.

use klingel_engine::password;
use klingel_model::Operator;
use klingel_store::Access as _;

use crate::house::{House, Page};

const PASSWORD: &str = "eine lange Klingelleitung";

async fn with_operator() -> House {
    let house = House::new().await;
    let operator = Operator {
        name: "anna".to_owned(),
        environment_id: house.environment_id,
        password_hash: password::hash(PASSWORD, &*house.dice).unwrap(),
        created_at: klingel_model::Clock::now(&*house.clock),
    };
    house.store.put_operator(operator).await.unwrap();
    house
}

async fn knock(house: &House, name: &str, password: &str) -> Page {
    house.browser().post_raw("/portal/login", &[("name", name), ("password", password)]).await
}

#[tokio::test]
async fn the_right_password_opens_the_page_that_was_wanted() {
    let house = with_operator().await;
    let mut browser = house.browser();
    let fields = [("name", "anna"), ("password", PASSWORD), ("next", "/portal/keys")];
    assert_eq!(browser.post_raw("/portal/login", &fields).await.location(), "/portal/keys");
    browser.get("/portal/overview").await.shows(&["anna"]);
    assert_eq!(browser.get("/portal/login").await.location(), "/portal/overview");
    browser.get("/portal/audit").await.shows(&["session.begin", "anna"]);
    let elsewhere = [("name", "anna"), ("password", PASSWORD), ("next", "https://evil.example/")];
    assert_eq!(house.browser().post_raw("/portal/login", &elsewhere).await.location(), "/portal");
}

#[tokio::test]
async fn wrong_names_and_wrong_passwords_are_told_alike() {
    let house = with_operator().await;
    for (name, password) in [("anna", "wrong"), ("berta", PASSWORD), ("", ""), (&"x".repeat(5000), PASSWORD)]
    {
        let told = knock(&house, name, password).await;
        assert_eq!(told.status, 401);
        told.shows(&["Name or password is wrong"]);
        told.hides(&[PASSWORD, "xxxxx"]);
        assert!(!told.headers.contains_key("set-cookie"));
    }
}

#[tokio::test]
async fn after_five_wrong_passwords_even_the_right_one_waits() {
    let house = with_operator().await;
    for _ in 0..5 {
        assert_eq!(knock(&house, "anna", "wrong").await.status, 401);
    }
    let told = knock(&house, "anna", PASSWORD).await;
    assert_eq!(told.status, 429);
    told.shows(&["Wait 15 minutes"]);
    house.clock.advance(std::time::Duration::from_mins(15));
    assert_eq!(knock(&house, "anna", PASSWORD).await.location(), "/portal/overview");
}

#[tokio::test]
async fn another_sites_form_does_not_log_in() {
    let house = with_operator().await;
    let body = format!("name=anna&password={}", PASSWORD.replace(' ', "+"));
    let request = http::Request::post("/portal/login").header("sec-fetch-site", "cross-site");
    let told = house.browser().send(request.body(axum::body::Body::from(body)).unwrap()).await;
    assert_eq!(told.status, 403);
    assert!(!told.headers.contains_key("set-cookie"));
}
