use std::time::Duration;

use klingel_engine::keys;
use klingel_model::{Clock, KeyDigest, Micros, Pass, PassScope};
use klingel_store::{Access, AppRef, Reader};

use crate::house::House;

const PATH: &str = "/auth/app-portal-access/a";
const SESSION: KeyDigest = KeyDigest([1; 32]);

impl House {
    /// Opens a link as the portal does, for as long as it may.
    async fn open(&self, token: &str) -> Option<Pass> {
        let now = self.clock.now();
        let far = Micros::from_unix_us(i64::MAX);
        self.store.open_link(keys::digest(token), now, SESSION, far).await.unwrap()
    }

    async fn link(&self, body: &str) -> String {
        let made = self.post(PATH, body).await.expect(200);
        made["token"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_link_opens_the_portal_of_one_application_once() {
    let house = House::new().await;
    house.app("a").await;
    let made = house.post(PATH, "").await.expect(200);
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["url"], format!("https://hooks.example/portal/in/{token}"));
    let uid = klingel_model::Uid::new("a").unwrap();
    let app = house.store.application(house.environment_id, AppRef::Uid(uid)).await.unwrap().unwrap();
    let opened = house.open(token).await.unwrap();
    assert_eq!(opened.scope, PassScope::Application(app.id));
    assert_eq!(opened.environment_id, house.environment_id);
    assert_eq!(opened.holder, "app-portal-access");
    assert!(!opened.read_only);
    assert_eq!(opened.expires_at, house.clock.now().plus(Duration::from_hours(7 * 24)));
    assert_eq!(house.open(token).await, None);
    assert_eq!(house.call(token, "GET", "/app", "").await.status, 401, "it is no key to the API");
}

#[tokio::test]
async fn access_ends_with_its_expiry_and_may_be_for_looking_only() {
    let house = House::new().await;
    house.app("a").await;
    let asked = r#"{"expiry":3600,"readOnly":true}"#;
    let opened = house.open(&house.link(asked).await).await.unwrap();
    assert!(opened.read_only);
    assert_eq!(opened.expires_at, house.clock.now().plus(Duration::from_hours(1)));
    let late = house.link(asked).await;
    house.clock.advance(Duration::from_hours(1));
    assert_eq!(house.open(&late).await, None);
}

#[tokio::test]
async fn a_repeated_request_gets_a_link_of_its_own_and_no_secret_is_kept() {
    let house = House::new().await;
    house.app("a").await;
    let first = house.call_once("k", PATH, "{}").await.expect(200);
    let again = house.call_once("k", PATH, "{}").await.expect(200);
    assert_ne!(first["token"], again["token"]);
    for made in [first, again] {
        assert!(house.open(made["token"].as_str().unwrap()).await.is_some());
    }
    assert_eq!(house.call_once("k", PATH, r#"{"readOnly":true}"#).await.faults(), ["header.idempotency-key"]);
}

#[tokio::test]
async fn wrong_requests_make_no_link() {
    let house = House::new().await;
    house.app("a").await;
    for (body, fault) in [
        (r#"{"expiry":59}"#, "body.expiry"),
        (r#"{"expiry":604801}"#, "body.expiry"),
        (r#"{"expiry":-1}"#, "body.expiry"),
        (r#"{"expiry":"1h"}"#, "body.expiry"),
        (r#"{"readOnly":1}"#, "body.readOnly"),
        (r#"{"featureFlags":["x"]}"#, "body.featureFlags"),
        (r#"{"capabilities":["ViewBase"]}"#, "body.capabilities"),
        (r#"{"application":{"name":"N"}}"#, "body.application"),
        (r#"{"sessionId":"s"}"#, "body.sessionId"),
    ] {
        assert_eq!(house.post(PATH, body).await.faults(), [fault], "{body}");
    }
    assert_eq!(house.post(PATH, "{").await.status, 400);
    assert_eq!(house.post("/auth/app-portal-access/nobody", "{}").await.status, 404);
    assert_eq!(house.call(&house.stranger, "POST", PATH, "{}").await.status, 404, "another environment's");
    assert_eq!(house.post("/auth/app/nobody/expire-all", "").await.status, 404);
    assert_eq!(house.post("/auth/app/a/expire-all", r#"{"expiry":5}"#).await.faults(), ["body.expiry"]);
    assert_eq!(house.store.end_sessions(house.environment_id, None).await, Ok(0), "no link was made");
}

#[tokio::test]
async fn all_of_one_application_are_logged_out() {
    let house = House::new().await;
    house.app("a").await;
    house.app("b").await;
    let opened = house.open(&house.link("{}").await).await.unwrap();
    let unused = house.link("{}").await;
    let other = house.post("/auth/app-portal-access/b", "{}").await.expect(200);
    assert_eq!(house.call(&house.stranger, "POST", "/auth/app/a/expire-all", "").await.status, 404);
    assert!(house.store.session(opened.digest, house.clock.now()).await.unwrap().is_some());
    for _ in 0..2 {
        assert_eq!(house.post("/auth/app/a/expire-all/", "").await.status, 204);
    }
    assert_eq!(house.store.session(opened.digest, house.clock.now()).await, Ok(None));
    assert_eq!(house.open(&unused).await, None);
    assert!(house.open(other["token"].as_str().unwrap()).await.is_some());
}

const PERSON: &str = "c6425258-a870-498d-8173-6c2341c934e0";
const PERSONS: &str = "/auth/subject-portal-access/host";

/// An application, `host`, whose dialect lets people decide about their data.
async fn host() -> House {
    let house = House::new().await;
    let dialects = klingel_dialects::all();
    let dialect = dialects.iter().find(|dialect| dialect.disclosure().is_some()).expect("there is one");
    let body = format!(r#"{{"name":"Host","uid":"host","dialect":"{}"}}"#, dialect.name());
    house.post("/app", &body).await.expect(201);
    house
}

#[tokio::test]
async fn a_person_gets_a_link_to_her_own_page_alone() {
    let house = host().await;
    let asked = format!(r#"{{"subject":"{PERSON}"}}"#);
    let made = house.post(&format!("{PERSONS}/"), &asked).await.expect(200);
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["url"], format!("https://hooks.example/portal/in/{token}"));
    let opened = house.open(token).await.unwrap();
    assert_eq!(opened.scope.subject(), Some(PERSON));
    assert!(opened.scope.app_id().is_some());
    assert_eq!((opened.holder.as_str(), opened.read_only), ("subject-portal-access", false));
    assert_eq!(opened.expires_at, house.clock.now().plus(Duration::from_hours(1)));
    assert_eq!(house.open(token).await, None, "it opens once");
    assert_eq!(house.call(token, "GET", "/app", "").await.status, 401, "it is no key to the API");
    let short = format!(r#"{{"subject":"{PERSON}","expiry":60}}"#);
    let late = house.post(PERSONS, &short).await.expect(200);
    house.clock.advance(Duration::from_mins(1));
    assert_eq!(house.open(late["token"].as_str().unwrap()).await, None);
    let first = house.call_once("k", PERSONS, asked.as_str()).await.expect(200);
    assert_ne!(first, house.call_once("k", PERSONS, asked.as_str()).await.expect(200));
    assert_eq!(house.call_once("k", PERSONS, short.as_str()).await.faults(), ["header.idempotency-key"]);
}

#[tokio::test]
async fn nobody_gets_a_link_that_would_open_nothing() {
    let house = host().await;
    house.app("a").await;
    let long = format!(r#"{{"subject":"{}"}}"#, "x".repeat(257));
    let more = format!(r#"{{"subject":"{PERSON}","readOnly":true}}"#);
    let soon = format!(r#"{{"subject":"{PERSON}","expiry":59}}"#);
    let late = format!(r#"{{"subject":"{PERSON}","expiry":604801}}"#);
    for (body, fault) in [
        ("{}", "body.subject"),
        (r#"{"subject":""}"#, "body.subject"),
        (r#"{"subject":null}"#, "body.subject"),
        (r#"{"subject":7}"#, "body.subject"),
        (r#"{"subject":"a\nb"}"#, "body.subject"),
        (r#"{"subject":"nobody that this dialect could know"}"#, "body.subject"),
        (long.as_str(), "body.subject"),
        (more.as_str(), "body.readOnly"),
        (soon.as_str(), "body.expiry"),
        (late.as_str(), "body.expiry"),
    ] {
        assert_eq!(house.post(PERSONS, body).await.faults(), [fault], "{body}");
    }
    assert_eq!(house.post(PERSONS, "").await.status, 400);
    let asked = format!(r#"{{"subject":"{PERSON}"}}"#);
    let refused = house.post("/auth/subject-portal-access/a", &asked).await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("the dialect standard have no page"), "{refused}");
    assert_eq!(house.post("/auth/subject-portal-access/nobody", &asked).await.status, 404);
    assert_eq!(
        house.call(&house.stranger, "POST", PERSONS, asked).await.status,
        404,
        "another environment's"
    );
    assert_eq!(house.store.end_sessions(house.environment_id, None).await, Ok(0), "no link was made");
}

#[tokio::test]
async fn people_are_logged_out_with_their_application() {
    let house = host().await;
    let asked = format!(r#"{{"subject":"{PERSON}"}}"#);
    let token = |made: serde_json::Value| made["token"].as_str().unwrap().to_owned();
    let opened = token(house.post(PERSONS, asked.as_str()).await.expect(200));
    let opened = house.open(&opened).await.unwrap();
    let unused = token(house.post(PERSONS, asked.as_str()).await.expect(200));
    assert_eq!(house.post("/auth/app/host/expire-all", "").await.status, 204);
    assert_eq!(house.store.session(opened.digest, house.clock.now()).await, Ok(None));
    assert_eq!(house.open(&unused).await, None);
}
