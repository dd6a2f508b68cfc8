//! Publishers at full speed, and a ledger of what was accepted and what arrived.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex};

use klingel_testkit::receiver::{Answer, Receiver};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::api::Api;
use crate::server::{PATIENCE, eventually};

/// Publishers at once.
const PUBLISHERS: usize = 8;
/// The endpoints' paths at the receiver.
pub const PATHS: [&str; 2] = ["/one", "/two"];

type Place = (String, String);

/// How often publishers were answered with which status; 0 stands for a broken connection.
#[derive(Clone, Default)]
pub struct Answers(Arc<Mutex<BTreeMap<u16, u64>>>);

impl Answers {
    /// Counts an answer.
    pub fn note(&self, status: u16) {
        *self.0.lock().expect("nothing panics under it").entry(status).or_default() += 1;
    }

    /// How often this status was answered.
    pub fn count(&self, status: u16) -> u64 {
        self.0.lock().expect("nothing panics under it").get(&status).copied().unwrap_or(0)
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = self.0.lock().expect("nothing panics under it");
        let words = seen.iter().map(|(status, count)| match status {
            0 => format!("{count} broken connections"),
            status => format!("{count} x {status}"),
        });
        f.write_str(&words.collect::<Vec<_>>().join(", "))
    }
}

/// What was accepted and what arrived, as the outside sees it. Lives longer than any server.
pub struct Ledger {
    receiver: Receiver,
    accepted: Arc<Mutex<BTreeSet<String>>>,
    accepted_count: watch::Sender<usize>,
    seen: Answers,
    arrived: Arc<Mutex<BTreeMap<Place, u64>>>,
    arrived_count: watch::Sender<usize>,
}

impl Ledger {
    /// An empty one, with a receiver that takes everything.
    pub async fn open() -> Self {
        let receiver = Receiver::start().await;
        let arrived: Arc<Mutex<BTreeMap<Place, u64>>> = Arc::default();
        let arrived_count = watch::Sender::new(0);
        let (book, count) = (Arc::clone(&arrived), arrived_count.clone());
        receiver.answer_with(move |request| {
            let id = request.headers["webhook-id"].to_str().expect("ids are ASCII").to_owned();
            let mut book = book.lock().expect("nothing panics under it");
            *book.entry((id, request.path.clone())).or_default() += 1;
            count.send_replace(book.len());
            Answer::status(200)
        });
        Self {
            receiver,
            accepted: Arc::default(),
            accepted_count: watch::Sender::new(0),
            seen: Answers::default(),
            arrived,
            arrived_count,
        }
    }

    /// Where the endpoints are.
    pub fn urls(&self) -> Vec<String> {
        PATHS.iter().map(|path| self.receiver.url(path)).collect()
    }

    /// Starts publishers that go on until the server answers no more.
    pub fn publish(&self, api: &Api, uid: &'static str) -> JoinSet<()> {
        let mut publishers = JoinSet::new();
        for number in 0..PUBLISHERS {
            let (api, accepted, count) =
                (api.clone(), Arc::clone(&self.accepted), self.accepted_count.clone());
            let seen = self.seen.clone();
            publishers.spawn(async move {
                while let Ok(answer) = api.publish(uid, &json!({ "publisher": number })).await {
                    seen.note(answer.as_ref().map_or_else(|status| *status, |_| 202));
                    // Anything but 202 is a promise not made, so there is nothing to hold the server to.
                    if let Ok(id) = answer {
                        let mut accepted = accepted.lock().expect("nothing panics under it");
                        accepted.insert(id);
                        count.send_replace(accepted.len());
                    }
                }
                seen.note(0);
            });
        }
        publishers
    }

    /// Waits until so many messages have been accepted.
    pub async fn accepted(&self, count: usize) {
        let mut seen = self.accepted_count.subscribe();
        let waited = tokio::time::timeout(PATIENCE, seen.wait_for(|accepted| *accepted >= count)).await;
        assert!(waited.is_ok(), "fewer than {count} messages were accepted");
    }

    /// Messages accepted so far.
    pub fn accepted_now(&self) -> usize {
        *self.accepted_count.borrow()
    }

    /// What the publishers saw.
    pub fn seen(&self) -> &Answers {
        &self.seen
    }

    /// Waits until publishers have been refused with 503 so often.
    pub async fn refused(&self, count: u64) {
        eventually("a refused message", async || (self.seen.count(503) >= count).then_some(())).await;
    }

    /// Prints what a fault did: what publishers saw, what was lost, what came twice.
    pub async fn report(&self, fault: &str) {
        let repetitions = self.all_arrived().await;
        println!(
            "{fault}: publishers saw {}; of {} accepted messages 0 were lost; {repetitions} repetitions",
            self.seen,
            self.accepted_now()
        );
    }

    /// Waits until every accepted message has arrived at every endpoint. Messages may have arrived that nobody was
    /// told of: their answer was cut off. Gives how many requests were repetitions.
    pub async fn all_arrived(&self) -> u64 {
        let mut count = self.arrived_count.subscribe();
        loop {
            // Marked as seen before the look: what comes in between wakes the wait below.
            count.mark_unchanged();
            let missing = self.missing();
            if missing.is_empty() {
                break;
            }
            let more = tokio::time::timeout(PATIENCE, count.changed()).await;
            assert!(more.is_ok(), "{} deliveries never came, such as {:?}", missing.len(), missing.first());
        }
        let arrived = self.arrived.lock().expect("nothing panics under it");
        arrived.values().map(|times| times - 1).sum()
    }

    fn missing(&self) -> Vec<Place> {
        let accepted = self.accepted.lock().expect("nothing panics under it");
        let arrived = self.arrived.lock().expect("nothing panics under it");
        let owed =
            accepted.iter().flat_map(|id| PATHS.iter().map(move |path| (id.clone(), (*path).to_owned())));
        owed.filter(|place| !arrived.contains_key(place)).collect()
    }
}
