//! Many callers at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use klingel_model::{MessageSeq, Uid};
use klingel_store::{Admission, Admitted, Error, Intake as _, Queue as _, Reader as _};
use tokio::task::JoinSet;

use crate::house::House;

#[tokio::test]
async fn a_hundred_publishers_share_few_commits() {
    let house = House::new();
    let store = Arc::new(house.open());
    let pair = house.pair(&store).await;
    let before = store.commits();
    let mut crowd = JoinSet::new();
    for _ in 0..100 {
        let (store, admission) = (Arc::clone(&store), house.admission(&pair, "{}"));
        crowd.spawn(async move { store.admit(admission).await });
    }
    let results = crowd.join_all().await;
    assert!(results.iter().all(|result| matches!(result, Ok(Admitted::New(_)))));
    // On one async thread all hundred are queued before the first answer is read; the writer may have begun early.
    let commits = store.commits() - before;
    assert!(commits <= 50, "{commits} commits for 100 messages");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_neighbour_spoils_nobodys_commit() {
    let house = House::new();
    let store = Arc::new(house.open());
    let pair = house.pair(&store).await;
    let mut crowd = JoinSet::new();
    for number in 0..200 {
        let mut message = house.message(&pair, format!("{number}"));
        message.event_id = Uid::new(&format!("e{}", number / 2)).ok();
        let message = Arc::new(message);
        let admission =
            Admission { message, endpoints: vec![pair.endpoint.id], once: None, records: Vec::new() };
        let store = Arc::clone(&store);
        crowd.spawn(async move { (number / 2, store.admit(admission).await) });
    }
    let mut taken_in = BTreeSet::new();
    for (number, result) in crowd.join_all().await {
        match result {
            Ok(Admitted::New(_)) => assert!(taken_in.insert(number), "{number} got in twice"),
            Err(error) => assert_eq!(error, Error::Taken("eventId")),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(taken_in.len(), 100);
    let waiting = store.first_attempts(pair.endpoint.id, MessageSeq(0), 1000).await.unwrap();
    assert_eq!(waiting.len(), 100, "a refused message owes nothing");
    assert_eq!(store.depth().await.unwrap().first_attempts, 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_whole_commits_only() {
    let house = House::new();
    let store = Arc::new(house.open());
    let pair = house.pair(&store).await;
    let writer = tokio::spawn({
        let (store, admissions) = (Arc::clone(&store), (0..200).map(|_| house.admission(&pair, "{}")));
        let admissions: Vec<_> = admissions.collect();
        async move {
            for admission in admissions {
                store.admit(admission).await.unwrap();
            }
        }
    });
    let mut last = 0;
    while !writer.is_finished() {
        // The join with the message would lose a delivery whose message is not there yet.
        let waiting = store.first_attempts(pair.endpoint.id, MessageSeq(0), 1000).await.unwrap();
        assert!(waiting.len() >= last, "what was seen stays seen");
        last = waiting.len();
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
    assert_eq!(store.first_attempts(pair.endpoint.id, MessageSeq(0), 1000).await.unwrap().len(), 200);
}
