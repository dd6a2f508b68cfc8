//! A fourth vendor, added in a folder of its own: nothing elsewhere knows it, and everything works.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod fake;
mod house;

use klingel_dialects::{CommandWorld, Vendor, complaints, vendors};
use klingel_engine::deliver::{Received, Verification};
use klingel_model::{Role, SecretKey};
use klingel_testkit::SeededDice;
use serde_json::json;

use house::House;

fn all() -> Vec<Vendor> {
    let mut all = vendors();
    all.push(fake::vendor());
    all
}

#[test]
fn every_vendor_and_the_fake_one_owe_nothing() {
    assert_eq!(complaints(&all(), &SeededDice::new(1)), [] as [String; 0]);
    let mut twice = all();
    twice.push(fake::vendor());
    let told = complaints(&twice, &SeededDice::new(1)).join("\n");
    assert!(told.contains("another vendor has this name") && told.contains("/postcard/"), "{told}");
}

#[tokio::test]
async fn what_it_hands_over_is_mounted_by_the_ordinary_seam() {
    let house = House::new(all()).await;
    let (admin, publisher) = (house.key(Role::Admin).await, house.key(Role::Publish).await);
    assert_eq!(house.call("", "GET", "/postcard/office", "").await, (200, json!("open")));

    let (status, made) =
        house.call(&admin, "POST", "/api/v1/app", r#"{"name":"P","dialect":"postcard"}"#).await;
    assert_eq!(status, 201, "{made}");
    let app = format!("/api/v1/app/{}", made["id"].as_str().unwrap());
    let address = r#"{"street":"Ringstraße 1"}"#;
    let path = format!("{app}/postcard/address");
    assert_eq!(house.call("wrong", "GET", &path, "").await.0, 401);
    assert_eq!(house.call(&publisher, "PUT", &path, address).await.0, 403, "management takes an admin key");
    assert_eq!(house.call(&admin, "PUT", &path, address).await.0, 200);
    assert_eq!(house.call(&publisher, "GET", &path, "").await.1["street"], "Ringstraße 1");

    let endpoint = r#"{"url":"https://receiver.example/","secret":"glue"}"#;
    assert_eq!(house.call(&admin, "POST", &format!("{app}/endpoint"), endpoint).await.0, 201);
    let (status, _) = house.call(&publisher, "POST", &format!("{app}/postcard/card"), "Grüße").await;
    assert_eq!(status, 202, "the feed takes a publish key");
    let arrival = house.arrival().await;
    assert_eq!(arrival.body, "Grüße");
    let headers = http::HeaderMap::from(&arrival.headers);
    let received = Received { headers: &headers, body: &arrival.body };
    let (glue, now) = (SecretKey::Opaque("glue".to_owned()), house.world.clock.now());
    let judged = house.world.dialect("postcard").unwrap().verify(&received, &glue, now);
    assert_eq!(judged, Verification::Genuine);

    let (_, other) = house.call(&admin, "POST", "/api/v1/app", r#"{"name":"S"}"#).await;
    let strange = format!("/api/v1/app/{}/postcard/address", other["id"].as_str().unwrap());
    assert_eq!(house.call(&admin, "GET", &strange, "").await.0, 409, "an application of another dialect");
}

#[tokio::test]
async fn the_api_lists_it_like_every_other() {
    let house = House::new(all()).await;
    let key = house.key(Role::Read).await;
    let (status, list) = house.call(&key, "GET", "/api/v1/dialect", "").await;
    assert_eq!(status, 200, "{list}");
    let names: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    let expected: Vec<&str> = all().iter().map(Vendor::name).collect();
    assert_eq!(names, expected);
    let (_, one) = house.call(&key, "GET", "/api/v1/dialect/postcard", "").await;
    assert_eq!((&one["title"]["de"], &one["signs"]), (&json!("Postkarte"), &json!(true)));
}

#[tokio::test]
async fn its_command_runs() {
    let house = House::new(all()).await;
    let command = fake::vendor().command.unwrap();
    let matches = (command.arguments)().get_matches_from(["postcard"]);
    let (store, clock, dice) =
        (house.world.store.clone(), house.world.clock.clone(), house.world.dice.clone());
    let said = (command.run)(CommandWorld { store, clock, dice }, matches).await.unwrap();
    assert!(said.starts_with("it is "), "{said}");
}
