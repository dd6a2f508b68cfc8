//! Clients and requests for the tests.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use klingel_engine::deliver::Headers;
use klingel_engine::deliver::transport::{Failure, OutboundRequest, Response, Transport};
use klingel_outbound::{Client, ClientConfig, GuardConfig, Resolve, ResolveError, Resolved, Resolving};
use klingel_testkit::hostile::DeafReceiver;

/// Long enough for everything on loopback; a test that needs it all has failed.
pub const LONG: Duration = Duration::from_secs(30);
/// For tests in which the time-out is what is tested.
pub const SHORT: Duration = Duration::from_millis(200);

/// Answers each question about a name with the next of its lists, and the last one for ever.
#[derive(Default)]
pub struct Names {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    /// No name at all.
    pub fn none() -> Arc<Self> {
        Arc::default()
    }

    /// One name with these answers in turn; addresses of one answer are separated by spaces.
    pub fn of(name: &str, answers: &[&str]) -> Arc<Self> {
        let names = Self::default();
        names.add(name, answers);
        Arc::new(names)
    }

    pub fn add(&self, name: &str, answers: &[&str]) {
        let parsed = answers
            .iter()
            .map(|answer| answer.split(' ').map(|address| address.parse().unwrap()).collect())
            .collect();
        self.answers.lock().unwrap().insert(name.to_owned(), parsed);
    }

    /// What was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let addresses = answers
            .get_mut(name)
            .map(|answers| if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() });
        let found = addresses.map(|addresses| Resolved { addresses, ttl: Duration::ZERO });
        Box::pin(async move { found.ok_or(ResolveError::NoAddress) })
    }
}

/// Settings with which loopback can be called and every look-up is asked anew.
pub fn open() -> ClientConfig {
    ClientConfig {
        dns_ttl_min: Duration::ZERO,
        guard: GuardConfig { allow_private_networks: true, ..GuardConfig::default() },
        ..ClientConfig::default()
    }
}

pub fn client(config: &ClientConfig, names: &Arc<Names>) -> Client {
    Client::with_resolver(config, Arc::clone(names) as Arc<dyn Resolve>).unwrap()
}

/// A client that may call loopback and knows no names.
pub fn open_client() -> Client {
    client(&open(), &Names::none())
}

pub fn request(url: &str) -> OutboundRequest {
    OutboundRequest { url: url.into(), headers: Headers::new(), body: "{}".into(), timeout: LONG }
}

pub async fn send(client: &Client, url: &str) -> Result<Response, Failure> {
    client.send(request(url)).await
}

pub async fn fail(client: &Client, url: &str) -> Failure {
    match send(client, url).await {
        Err(failure) => failure,
        Ok(response) => panic!("{url} was answered with {}", response.status),
    }
}

/// A receiver that takes no connection, and a client that waits [`SHORT`] for one.
pub async fn nobody_accepts() -> (Client, DeafReceiver) {
    let config = ClientConfig { connect_timeout: SHORT, ..open() };
    (client(&config, &Names::none()), DeafReceiver::start().await)
}
