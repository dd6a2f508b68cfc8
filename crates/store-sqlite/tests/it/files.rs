//! The files: their rights, and that what was written is there again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use klingel_model::MessageSeq;
use klingel_store::{
    Admitted, Catalog as _, Error, Intake as _, MessageRef, Outcome, Queue as _, Reader as _, Settlement,
    Upkeep as _,
};
use klingel_store_sqlite::{OpenError, OpenOptions};
use rusqlite::Connection;

use crate::house::{House, open_error};

#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    let house = House::new();
    let store = house.open();
    house.pair(&store).await;
    for name in ["klingel.db", "klingel.db-wal", "klingel.db-shm"] {
        let mode = fs::metadata(house.path().with_file_name(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let house = House::new();
    let store = house.open();
    let pair = house.pair(&store).await;
    let mut admitted = Vec::new();
    for number in 0..3 {
        let admission = house.admission(&pair, format!("{{\"n\":{number}}}"));
        let Admitted::New(seq) = store.admit(admission.clone()).await.unwrap() else { panic!("it is new") };
        admitted.push((admission.message, seq));
    }
    let (message, seq) = &admitted[1];
    let failed = house.delivered(message, &pair, *seq);
    let retry = Settlement { outcome: Outcome::Retry(house.now().plus(Duration::from_secs(5))), ..failed };
    store.settle(Arc::new(vec![retry])).await.unwrap();
    let before = store.depth().await.unwrap();
    drop(store);
    assert_eq!(fs::metadata(house.path().with_file_name("klingel.db-wal")).map_or(0, |f| f.len()), 0);

    let store = house.open();
    assert_eq!(store.depth().await.unwrap(), before);
    assert_eq!((before.first_attempts, before.retries), (2, 1));
    assert_eq!(store.endpoint_by_id(pair.endpoint.id).await.unwrap(), Some(pair.endpoint.clone()));
    let waiting = store.first_attempts(pair.endpoint.id, MessageSeq(0), 10).await.unwrap();
    let payloads: Vec<_> = waiting.iter().map(|waiting| waiting.message.payload.clone().unwrap()).collect();
    assert_eq!(payloads, ["{\"n\":0}", "{\"n\":2}"]);
    let read = store.message(pair.application.id, MessageRef::Id(message.id)).await.unwrap();
    assert_eq!(read.as_ref(), Some(&**message));
    let Admitted::New(next) = store.admit(house.admission(&pair, "")).await.unwrap() else {
        panic!("it is new")
    };
    assert!(next > admitted[2].1);
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let house = House::new();
    let store = house.open();
    let pair = house.pair(&store).await;
    store.close();
    store.close();
    let written = store.admit(house.admission(&pair, "")).await;
    assert!(matches!(written, Err(Error::Unavailable(_))), "{written:?}");
    let read = store.depth().await;
    assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
}

#[tokio::test]
async fn what_was_taken_in_before_the_close_is_done() {
    let house = House::new();
    let store = house.open();
    let pair = house.pair(&store).await;
    let mut admits: Vec<_> = (0..50).map(|_| store.admit(house.admission(&pair, "x"))).collect();
    // One look at each puts it into the queue; whether it is done by now is left open.
    let mut early = 0;
    for admit in &mut admits {
        let now = std::future::poll_fn(|cx| std::task::Poll::Ready(admit.as_mut().poll(cx))).await;
        early += usize::from(now.is_ready());
    }
    drop(admits);
    assert!(early <= 50);
    store.close();
    drop(store);
    let store = house.open();
    assert_eq!(store.depth().await.unwrap().first_attempts, 50);
}

#[tokio::test]
async fn a_second_process_writes_beside_the_first() {
    let house = House::new();
    let (server, command) = (house.open(), house.open());
    let pair = house.pair(&server).await;
    for _ in 0..20 {
        let (admitted, renamed) =
            tokio::join!(server.admit(house.admission(&pair, "{}")), command.probe(house.now()));
        assert!(matches!(admitted, Ok(Admitted::New(_))), "{admitted:?}");
        assert_eq!(renamed, Ok(()));
    }
    let seen = command.endpoint_by_id(pair.endpoint.id).await.unwrap();
    assert_eq!(seen, Some(pair.endpoint.clone()));
    command.delete_endpoint(pair.application.id, pair.endpoint.id).await.unwrap();
    assert_eq!(server.endpoint_by_id(pair.endpoint.id).await, Ok(None));
}

#[tokio::test]
async fn a_lock_that_is_held_too_long_is_no_loss() {
    let house = House::new();
    let options = OpenOptions { busy_timeout: Duration::from_millis(20), ..house.options() };
    let store = klingel_store_sqlite::SqliteStore::open(options.clone()).unwrap();
    let pair = house.pair(&store).await;
    let other = Connection::open(house.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = store.admit(house.admission(&pair, "{}")).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    assert_eq!(store.endpoint_by_id(pair.endpoint.id).await, Ok(Some(pair.endpoint.clone())), "reads go on");
    let error = open_error(options);
    assert!(matches!(error, OpenError::Locked { .. }), "{error:?}");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(matches!(store.admit(house.admission(&pair, "{}")).await, Ok(Admitted::New(_))));
    assert_eq!(store.depth().await.unwrap().first_attempts, 1);
}

#[tokio::test]
async fn changes_by_another_process_are_told_from_own_ones() {
    let house = House::new();
    let store = house.open();
    let before = store.changed_elsewhere().await.unwrap();
    let pair = house.pair(&store).await;
    store.admit(house.admission(&pair, "{}")).await.unwrap();
    assert_eq!(store.changed_elsewhere().await.unwrap(), before, "these were made here");
    let other = house.open();
    assert_eq!(store.changed_elsewhere().await.unwrap(), before, "opening changes nothing");
    let mut endpoint = pair.endpoint.clone();
    endpoint.description = "changed".to_owned();
    other.replace_endpoint(endpoint, pair.endpoint.updated_at, None).await.unwrap();
    assert_ne!(store.changed_elsewhere().await.unwrap(), before);
}
