//! No room left: new messages are refused, old ones are settled, and it recovers by itself.

use std::sync::Arc;

use klingel_model::MessageSeq;
use klingel_store::{
    Admitted, AttemptFilter, Catalog as _, Error, Intake as _, Order, Page, Queue as _, Reader as _,
    Upkeep as _,
};
use klingel_store_sqlite::{OpenOptions, SqliteStore};

use crate::house::{House, Pair};

const SIZE_BYTES_MAX: u64 = 2 * 1024 * 1024;

/// Admits messages of 10 KiB until the store is full. Gives how many got in.
async fn fill(house: &House, store: &SqliteStore, pair: &Pair) -> usize {
    let payload = vec![b'x'; 10 * 1024];
    for count in 0..1000 {
        match store.admit(house.admission(pair, payload.clone())).await {
            Ok(Admitted::New(_)) => {}
            Err(Error::Full(_)) => return count,
            other => panic!("{other:?}"),
        }
    }
    panic!("ten megabytes went into two");
}

fn small(house: &House) -> SqliteStore {
    SqliteStore::open(OpenOptions { size_bytes_max: Some(SIZE_BYTES_MAX), ..house.options() })
        .expect("the store can be opened")
}

#[tokio::test]
async fn a_full_store_settles_and_takes_in_again_when_there_is_room() {
    let house = House::new();
    let store = small(&house);
    let pair = house.pair(&store).await;
    let count = fill(&house, &store, &pair).await;
    assert!(count > 50, "{count} got in");

    let waiting = store.first_attempts(pair.endpoint.id, MessageSeq(0), 1000).await.unwrap();
    assert_eq!(waiting.len(), count, "everything that got in is there");
    for waiting in &waiting {
        let seq = waiting.delivery.key.message_seq;
        store.settle(Arc::new(vec![house.delivered(&waiting.message, &pair, seq)])).await.unwrap();
        let refused = store.admit(house.admission(&pair, vec![b'x'; 10 * 1024])).await;
        assert!(matches!(refused, Err(Error::Full(_))), "{refused:?}");
    }
    assert_eq!(store.depth().await.unwrap().first_attempts, 0);
    let page = Page { limit: 1000, after: None, order: Order::Ascending };
    let filter = AttemptFilter::default();
    let attempts =
        store.attempts_of_endpoint(pair.application.id, pair.endpoint.id, page, filter).await.unwrap();
    assert_eq!(attempts.items.len(), count);

    let later = house.now().plus(std::time::Duration::from_secs(1));
    while store.retire(later, 10).await.unwrap().more {}
    let again = fill(&house, &store, &pair).await;
    assert!(again + 5 >= count, "{again} got in after {count} were retired");
}

#[tokio::test]
async fn erasing_an_application_makes_room_too() {
    let house = House::new();
    let store = small(&house);
    let pair = house.pair(&store).await;
    let count = fill(&house, &store, &pair).await;
    store.delete_application(pair.application.id).await.unwrap();
    while store.erase_deleted(20).await.unwrap().more {}
    let other = house.pair(&store).await;
    assert!(fill(&house, &store, &other).await + 5 >= count);
}

#[tokio::test]
async fn a_nearly_full_disk_refuses_new_messages_only() {
    let house = House::new();
    let store = SqliteStore::open(house.options()).unwrap();
    let pair = house.pair(&store).await;
    let admission = house.admission(&pair, "{}");
    let Admitted::New(seq) = store.admit(admission.clone()).await.unwrap() else { panic!("it is new") };
    drop(store);

    let store = SqliteStore::open(OpenOptions { free_bytes_min: u64::MAX, ..house.options() }).unwrap();
    let refused = store.admit(house.admission(&pair, "{}")).await;
    assert!(matches!(&refused, Err(Error::Full(why)) if why.contains("store_free_bytes_min")), "{refused:?}");
    store.settle(Arc::new(vec![house.delivered(&admission.message, &pair, seq)])).await.unwrap();
    assert_eq!(store.depth().await.unwrap().first_attempts, 0);
}

/// Without the reserve: SQLite itself runs out of pages in the middle of a shared commit.
#[tokio::test]
async fn when_the_last_page_is_used_only_those_without_room_fail() {
    let house = House::new();
    let store = Arc::new(small(&house));
    let pair = house.pair(&store).await;
    // One message larger than the reserve and than what is left: the store has room, but not for this one.
    let large = house.admission(&pair, vec![b'x'; usize::try_from(SIZE_BYTES_MAX).unwrap()]);
    let mut verbs: Vec<_> = (0..10).map(|_| store.admit(house.admission(&pair, "{}"))).collect();
    verbs.insert(5, store.admit(large));
    let mut crowd = tokio::task::JoinSet::new();
    for admission in (0..10).map(|_| house.admission(&pair, "small")) {
        let store = Arc::clone(&store);
        crowd.spawn(async move { store.admit(admission).await });
    }
    for (place, verb) in verbs.into_iter().enumerate() {
        match verb.await {
            Ok(Admitted::New(_)) => assert_ne!(place, 5),
            Err(Error::Full(_)) => assert_eq!(place, 5),
            other => panic!("{other:?}"),
        }
    }
    assert!(crowd.join_all().await.iter().all(|result| matches!(result, Ok(Admitted::New(_)))));
    assert_eq!(store.depth().await.unwrap().first_attempts, 20);
}
