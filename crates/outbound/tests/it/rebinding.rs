//! Names whose addresses change between judgement and use, or that mix permitted and forbidden ones.
//!
//! `127.0.0.2` stands for a public address (it is permitted by `allow_cidrs`), `127.0.0.1` for a forbidden one: both
//! can be listened on, so a test can see where a connection really went.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use klingel_model::ErrorClass;
use klingel_outbound::{Client, ClientConfig};
use klingel_testkit::receiver::{Answer, Receiver};

use crate::setup::{Names, client, fail, send};

const NAME: &str = "rebinding.test";

struct Scene {
    permitted: Receiver,
    forbidden: Receiver,
    names: Arc<Names>,
    client: Client,
    url: String,
}

/// Two receivers on the same port, and a name that leads to them as `answers` say.
async fn scene(answers: &[&str], settings: impl FnOnce(&mut ClientConfig)) -> Scene {
    let (permitted, forbidden) = two_receivers().await;
    let port = permitted.address().port();
    let mut config = ClientConfig { dns_ttl_min: Duration::ZERO, ..ClientConfig::default() };
    config.guard.allow_cidrs = vec!["127.0.0.2/32".parse().unwrap()];
    settings(&mut config);
    let names = Names::of(NAME, answers);
    let client = client(&config, &names);
    Scene { permitted, forbidden, names, client, url: format!("http://{NAME}:{port}/") }
}

/// On 127.0.0.2 and 127.0.0.1. A port that is free at one may be taken at the other, so there are several tries.
async fn two_receivers() -> (Receiver, Receiver) {
    for _ in 0..100 {
        let permitted = Receiver::start_at(SocketAddr::from(([127, 0, 0, 2], 0))).await;
        let port = permitted.address().port();
        if let Ok(forbidden) = Receiver::bind(SocketAddr::from(([127, 0, 0, 1], port))).await {
            return (permitted, forbidden);
        }
    }
    panic!("no port is free at both addresses");
}

#[tokio::test]
async fn the_address_that_was_judged_is_the_one_that_is_connected_to() {
    let scene = scene(&["127.0.0.2", "127.0.0.1"], |_| {}).await;
    assert_eq!(send(&scene.client, &scene.url).await.unwrap().status, 200);
    assert_eq!(scene.names.asked(), [NAME], "one look-up for one connection");
    assert_eq!((scene.permitted.connections(), scene.forbidden.connections()), (1, 0));
}

#[tokio::test]
async fn a_name_that_has_turned_is_refused_at_the_next_connection() {
    let scene = scene(&["127.0.0.2", "127.0.0.1"], |_| {}).await;
    scene.permitted.answer_with(|_| Answer::status(200).header("connection", "close"));
    send(&scene.client, &scene.url).await.unwrap();
    let failure = fail(&scene.client, &scene.url).await;
    assert_eq!(failure.class, ErrorClass::RefusedAddress);
    assert_eq!(scene.names.asked(), [NAME, NAME]);
    assert_eq!((scene.permitted.connections(), scene.forbidden.connections()), (1, 0));
}

#[tokio::test]
async fn an_open_connection_stays_with_the_address_it_was_judged_for() {
    let scene = scene(&["127.0.0.2", "127.0.0.1"], |_| {}).await;
    for _ in 0..3 {
        assert_eq!(send(&scene.client, &scene.url).await.unwrap().status, 200);
    }
    assert_eq!(scene.names.asked(), [NAME]);
    assert_eq!((scene.permitted.connections(), scene.forbidden.connections()), (1, 0));
}

#[tokio::test]
async fn a_connection_past_its_age_is_replaced_and_the_name_looked_up_again() {
    let scene = scene(&["127.0.0.2"], |config| config.connection_age_max = Duration::ZERO).await;
    for _ in 0..2 {
        send(&scene.client, &scene.url).await.unwrap();
    }
    assert_eq!(scene.names.asked(), [NAME, NAME]);
    assert_eq!(scene.permitted.connections(), 2);
}

#[tokio::test]
async fn of_mixed_addresses_only_the_permitted_ones_are_used() {
    for mixed in
        ["127.0.0.1 127.0.0.2", "127.0.0.2 127.0.0.1", "::1 10.0.0.1 127.0.0.1 ::ffff:127.0.0.2 fd00::1"]
    {
        let scene = scene(&[mixed], |_| {}).await;
        assert_eq!(send(&scene.client, &scene.url).await.unwrap().status, 200, "{mixed}");
        assert_eq!((scene.permitted.connections(), scene.forbidden.connections()), (1, 0), "{mixed}");
    }
}

#[tokio::test]
async fn a_permitted_address_that_does_not_answer_does_not_lead_to_a_forbidden_one() {
    let scene = scene(&["127.0.0.2 127.0.0.1"], |_| {}).await;
    let port = scene.permitted.address().port();
    drop(scene.permitted);
    // The port is free once the accepting task is gone; until then connections are still taken and cut.
    while std::net::TcpStream::connect(("127.0.0.2", port)).is_ok() {
        tokio::task::yield_now().await;
    }
    let failure = fail(&scene.client, &scene.url).await;
    assert_eq!(failure.class, ErrorClass::Connect, "{}", failure.sentence);
    assert_eq!(scene.forbidden.connections(), 0);
}

#[tokio::test]
async fn with_nothing_permitted_left_the_attempt_ends() {
    let scene = scene(&["127.0.0.1 10.0.0.1 ::1"], |_| {}).await;
    assert_eq!(fail(&scene.client, &scene.url).await.class, ErrorClass::RefusedAddress);
    assert_eq!((scene.permitted.connections(), scene.forbidden.connections()), (0, 0));
}

#[tokio::test]
async fn the_next_address_is_tried_when_the_first_does_not_take_connections() {
    // Nobody listens on 127.0.0.3.
    let scene = scene(&["127.0.0.3 127.0.0.2"], |config| {
        config.guard.allow_cidrs.push("127.0.0.3/32".parse().unwrap());
    })
    .await;
    assert_eq!(send(&scene.client, &scene.url).await.unwrap().status, 200);
    assert_eq!((scene.permitted.connections(), scene.forbidden.connections()), (1, 0));
}
