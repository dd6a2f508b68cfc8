//! Connections are used again, and a receiver that closes them does no harm.

use std::sync::Arc;
use std::time::Duration;

use klingel_engine::deliver::transport::Transport;
use klingel_outbound::ClientConfig;
use klingel_testkit::gate::Gate;
use klingel_testkit::receiver::{Answer, Receiver};

use crate::setup::{Names, client, open, open_client, request, send};

#[tokio::test]
async fn one_after_the_other_they_share_a_connection() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|_| Answer::status(200).body("a body that is read to its end"));
    let client = open_client();
    for _ in 0..100 {
        send(&client, &receiver.url("/hook")).await.unwrap();
    }
    assert_eq!((receiver.count(), receiver.connections()), (100, 1));
}

#[tokio::test]
async fn at_the_same_time_each_has_its_own_and_all_are_used_again() {
    let receiver = Receiver::start().await;
    let client = Arc::new(open_client());
    for round in 1..=3 {
        let gate = Gate::shut();
        receiver.answer_in_turn((0..10).map(|_| Answer::status(200).hold(&gate)));
        let sending: Vec<_> = (0..10)
            .map(|_| {
                let (client, request) = (Arc::clone(&client), request(&receiver.url("/")));
                tokio::spawn(async move { client.send(request).await })
            })
            .collect();
        receiver.wait_for(round * 10).await;
        gate.open();
        for sent in sending {
            assert_eq!(sent.await.unwrap().unwrap().status, 200);
        }
    }
    assert_eq!((receiver.count(), receiver.connections()), (30, 10));
}

#[tokio::test]
async fn an_answer_that_is_not_a_success_keeps_the_connection_too() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|_| Answer::status(500).body(vec![b'x'; 40_000]));
    let client = open_client();
    for _ in 0..5 {
        let response = send(&client, &receiver.url("/")).await.unwrap();
        assert_eq!((response.status, response.body.len()), (500, 16 * 1024));
    }
    assert_eq!(receiver.connections(), 1);
}

#[tokio::test]
async fn a_receiver_may_close_idle_connections() {
    let receiver = Receiver::start().await;
    let client = open_client();
    for round in 1..=20 {
        assert_eq!(send(&client, &receiver.url("/")).await.unwrap().status, 200, "round {round}");
        receiver.close_connections();
    }
    assert_eq!(receiver.count(), 20);
}

#[tokio::test]
async fn a_receiver_that_asks_for_it_gets_a_new_connection_each_time() {
    let receiver = Receiver::start().await;
    receiver.answer_with(|_| Answer::status(200).header("connection", "close"));
    let client = open_client();
    for _ in 0..3 {
        send(&client, &receiver.url("/")).await.unwrap();
    }
    assert_eq!(receiver.connections(), 3);
}

#[tokio::test]
async fn a_connection_cut_under_a_request_is_replaced_once() {
    let receiver = Receiver::start().await;
    let client = open_client();
    send(&client, &receiver.url("/")).await.unwrap();
    let gate = Gate::shut();
    receiver.answer_in_turn([Answer::status(200).hold(&gate), Answer::status(202)]);
    let sending = request(&receiver.url("/cut"));
    let cutting = async {
        receiver.wait_for(2).await;
        receiver.close_connections();
    };
    let (sent, ()) = tokio::join!(client.send(sending), cutting);
    assert_eq!(sent.unwrap().status, 202);
    let connections: Vec<_> = receiver.requests().iter().map(|r| (r.path.clone(), r.connection)).collect();
    assert_eq!(connections, [("/".to_owned(), 0), ("/cut".to_owned(), 0), ("/cut".to_owned(), 1)]);
}

#[tokio::test]
async fn a_new_connection_that_is_cut_is_not_replaced() {
    let receiver = Receiver::start().await;
    let gate = Gate::shut();
    receiver.answer_in_turn([Answer::status(200).hold(&gate)]);
    let client = open_client();
    let cutting = async {
        receiver.wait_for(1).await;
        receiver.close_connections();
    };
    let (sent, ()) = tokio::join!(client.send(request(&receiver.url("/"))), cutting);
    assert_eq!(sent.unwrap_err().class, klingel_model::ErrorClass::Http);
    assert_eq!(receiver.count(), 1);
}

#[tokio::test]
async fn different_names_for_one_address_do_not_share_connections() {
    let receiver = Receiver::start().await;
    let port = receiver.address().port();
    let names = Names::of("a.test", &["127.0.0.1"]);
    names.add("b.test", &["127.0.0.1"]);
    let client = client(&open(), &names);
    for name in ["a.test", "b.test", "a.test", "b.test"] {
        send(&client, &format!("http://{name}:{port}/")).await.unwrap();
    }
    let connections: Vec<_> = receiver.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [0, 1, 0, 1]);
}

#[tokio::test]
async fn connections_that_waited_too_long_are_not_used_again() {
    let receiver = Receiver::start().await;
    let config = ClientConfig { idle_timeout: Duration::ZERO, ..open() };
    let client = client(&config, &Names::none());
    for _ in 0..3 {
        send(&client, &receiver.url("/")).await.unwrap();
    }
    assert_eq!(receiver.connections(), 3);
}
