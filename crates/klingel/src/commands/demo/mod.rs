//! `klingel demo`: the whole way of messages in one process, with a receiver that checks what it gets.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use klingel_model::{AppId, DeliveryState, MessageId, Role, SecretKey};
use klingel_store::{Order, Page, Reader};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::key::create::add_key;
use super::portal::login;
use super::wait_for;
use crate::api_client::ApiClient;
use crate::config::Config;
use crate::failure::Failure;
use crate::lifecycle::{Server, Signals};
use crate::output;
use crate::wiring::{self, Machine};

mod caller;
mod receiver;
mod scenes;

use caller::Caller;
use receiver::{Arrival, Receiver};
use scenes::Theatre;

/// The environment of the demo, its key and whoever watches.
const ENVIRONMENT: &str = "demo";
/// Where the two endpoints are, at the receiver.
const PATHS: [&str; 2] = ["/first", "/second"];
/// Under which path the receiver of each scene is.
const SCENES: &str = "/scene/";
/// Pause between two messages when there is no end to them.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to wait for a delivery that does not come, before the demo is declared failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// See it work: server, messages and a receiver that checks them, all in one.
///
/// Starts a server with a temporary store and a receiver, and leaves nothing behind. A link opens its portal, where everything can be watched while it goes on. First every vendor's webhook system is shown in a scene: registration through the vendor's own interface, a delivery that is checked by the vendor's rule, and what happened in words. Then messages are posted through the API to two endpoints, and the signature of everything that arrives is checked. Exit code 0 only if every scene went as it should, and everything that was accepted was delivered to both endpoints and verified.
#[derive(Debug, Args)]
pub struct Demo {
    /// End after this many messages; without it, messages go on until Ctrl-C.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    messages: Option<u64>,
}

impl Demo {
    /// Prints a line for each delivery, and a summary.
    pub fn run(self) -> Result<ExitCode, Failure> {
        wait_for(demo(self.messages))
    }
}

async fn demo(messages: Option<u64>) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(format!("a temporary folder cannot be made: {error}; set TMPDIR")))?;
    let machine = Machine::real();
    let mut config =
        Config { store_path: folder.path().join("demo.sqlite"), metrics: false, ..Config::default() };
    config.listen.set_port(0);
    config.outbound.guard.allow_private_networks = true;

    let secrets = PATHS.map(|_| SecretKey::generate(&*machine.dice));
    let mut receiver = Receiver::start(&secrets, machine.clone()).await?;
    let server = Server::start(&config, machine.clone()).await?;
    output::line(format_args!(
        "klingel {} demo: a server on http://{}, its store in {}, and a receiver on http://{}\n",
        env!("CARGO_PKG_VERSION"),
        server.address(),
        folder.path().display(),
        receiver.address()
    ))?;
    let key = add_key(
        &*server.engine().world().store,
        &machine,
        ENVIRONMENT.to_owned(),
        Role::Admin,
        ENVIRONMENT.to_owned(),
    )
    .await?;
    show_portal(&config, &server, &machine).await?;
    let theatre = Theatre {
        caller: Caller::new(server.address(), &key),
        receiver: format!("http://{}", receiver.address()),
        arrivals: receiver.scenes()?,
        machine: machine.clone(),
    };
    let checked = tokio::select! {
        played = scenes::play(theatre) => played?,
        () = signals.next() => return Err(Failure::new("ended before everything was shown")),
    };
    output::line(format_args!(
        "The standard way (Standard Webhooks 1.0.0), after {checked} deliveries that were checked by the vendors' rules"
    ))?;
    output::line(format_args!(
        "  Each message is posted to the API once and goes to two endpoints; the receiver checks every signature. {}",
        if messages.is_some() { "Ctrl-C ends it early." } else { "Ctrl-C ends it." }
    ))?;

    let publisher = Publisher::prepare(&server, &receiver, &secrets, &key).await?;
    let mut tally = Tally::default();
    let stop = CancellationToken::new();
    {
        let show = show(&publisher, &mut receiver, messages, &mut tally, &stop);
        tokio::pin!(show);
        tokio::select! {
            done = &mut show => done?,
            () = signals.next() => {
                output::line(format_args!("\nEnding: waiting for what is still on its way."))?;
                stop.cancel();
                tokio::select! {
                    done = &mut show => done?,
                    () = signals.next() => return Err(Failure::new("ended without waiting")),
                }
            }
        }
    }

    let (engine, app_id) = (server.engine(), publisher.app_id);
    server.stop().await;
    let delivered = recorded_as_delivered(engine.reader(), app_id, &tally.accepted).await?;
    tally.conclude(delivered)
}

/// Tells where the demo can be watched.
async fn show_portal(config: &Config, server: &Server, machine: &Machine) -> Result<(), Failure> {
    let public_url = config.public_url_at(server.address());
    let engine = server.engine();
    let store = &*engine.world().store;
    let url = login::link(store, machine, None, ENVIRONMENT.to_owned(), &public_url).await?;
    output::line(format_args!(
        "Watch it in the portal; this link opens it once, within 10 minutes:\n  {url}\n"
    ))
}

/// Posts messages as an application would.
struct Publisher {
    client: ApiClient,
    app_id: AppId,
}

impl Publisher {
    /// Makes an application and its two endpoints.
    async fn prepare(
        server: &Server,
        receiver: &Receiver,
        secrets: &[SecretKey; 2],
        key: &str,
    ) -> Result<Self, Failure> {
        let base = format!("http://{}", server.address());
        let client = ApiClient::new(wiring::transport_to_operator()?, &base, key)?;
        let application = client.post("/app/", json!({ "name": "Demo" }).to_string()).await?;
        let app_id = application["id"].as_str().and_then(|id| id.parse().ok());
        let app_id: AppId = app_id.ok_or_else(|| Failure::new("the API gave no application id"))?;
        for (path, secret) in PATHS.iter().zip(secrets) {
            let url = format!("http://{}{path}", receiver.address());
            let endpoint = json!({ "url": url, "secret": secret.reveal() });
            client.post(&format!("/app/{app_id}/endpoint/"), endpoint.to_string()).await?;
        }
        Ok(Self { client, app_id })
    }

    async fn post(&self, number: u64) -> Result<MessageId, Failure> {
        let payload =
            json!({ "type": "demo.rang", "data": { "number": number, "text": "Ding-dong, Grüße!" } });
        let message = json!({ "eventType": "demo.rang", "payload": payload });
        let accepted = self.client.post(&format!("/app/{}/msg/", self.app_id), message.to_string()).await?;
        let id = accepted["id"].as_str().and_then(|id| id.parse().ok());
        id.ok_or_else(|| Failure::new("the API gave no message id"))
    }
}

/// What has been seen so far.
#[derive(Debug, Default)]
struct Tally {
    accepted: BTreeSet<MessageId>,
    verified: BTreeSet<(String, usize)>,
    refused: u64,
}

impl Tally {
    fn see(&mut self, arrival: Arrival) -> Result<(), Failure> {
        let place = PATHS[arrival.endpoint];
        match arrival.verified {
            Ok(matched) => {
                let (id, version) = (&arrival.id, matched.version);
                let count = self.verified.len() + 1;
                output::line(format_args!("{count:>6}  {id}  {place:<7}  signature right ({version})"))?;
                self.verified.insert((arrival.id, arrival.endpoint));
            }
            Err(why) => {
                output::line(format_args!("     !  {}  {place:<7}  refused: {why}", arrival.id))?;
                self.refused += 1;
            }
        }
        Ok(())
    }

    fn owed(&self) -> usize {
        self.accepted.len() * PATHS.len()
    }

    fn conclude(&self, delivered: usize) -> Result<ExitCode, Failure> {
        let accepted = self.accepted.len();
        output::line(format_args!(
            "\naccepted {accepted}, delivered {delivered}, verified {} ({accepted} messages to {} endpoints make {} deliveries)",
            self.verified.len(),
            PATHS.len(),
            self.owed()
        ))?;
        if delivered == self.owed() && self.verified.len() == self.owed() && self.refused == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        output::line(format_args!("Not everything that was accepted was delivered and verified."))?;
        Ok(ExitCode::FAILURE)
    }
}

/// Posts messages until there were enough or `stop`, shows what arrives, and waits for all of it. A message that is
/// being posted is always seen through: it may be accepted already.
async fn show(
    publisher: &Publisher,
    receiver: &mut Receiver,
    messages: Option<u64>,
    tally: &mut Tally,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    for number in 1..=messages.unwrap_or(u64::MAX) {
        if stop.is_cancelled() {
            break;
        }
        tally.accepted.insert(publisher.post(number).await?);
        while let Some(arrival) = receiver.seen_already() {
            tally.see(arrival)?;
        }
        if messages.is_none() {
            show_for(PAUSE, receiver, tally, stop).await?;
        }
    }
    while tally.verified.len() < tally.owed() && tally.refused == 0 {
        let Ok(arrival) = tokio::time::timeout(PATIENCE, receiver.next()).await else {
            return output::line(format_args!("Nothing came for {} s.", PATIENCE.as_secs()));
        };
        tally.see(arrival)?;
    }
    Ok(())
}

/// Shows what arrives within `time`.
async fn show_for(
    time: Duration,
    receiver: &mut Receiver,
    tally: &mut Tally,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    let pause = tokio::time::sleep(time);
    tokio::pin!(pause);
    loop {
        tokio::select! {
            () = &mut pause => return Ok(()),
            () = stop.cancelled() => return Ok(()),
            arrival = receiver.next() => tally.see(arrival)?,
        }
    }
}

/// How many deliveries the server itself has recorded as taken by the receiver.
async fn recorded_as_delivered(
    reader: &dyn Reader,
    app_id: AppId,
    accepted: &BTreeSet<MessageId>,
) -> Result<usize, Failure> {
    let mut delivered = 0;
    for id in accepted {
        let page = Page { limit: PATHS.len(), after: None, order: Order::Ascending };
        let found = reader.destinations(app_id, *id, page).await;
        let found = found.map_err(|error| Failure::new(format!("the record cannot be read: {error}")))?;
        delivered += found.items.iter().filter(|place| place.state == DeliveryState::Delivered).count();
    }
    Ok(delivered)
}
