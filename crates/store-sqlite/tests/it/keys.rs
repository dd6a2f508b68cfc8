//! Secrets at rest, and opening what should not be opened.

use std::fs;

use klingel_store::sealing::Sealer;
use klingel_store::{Error, Reader as _};
use klingel_store_sqlite::{OpenError, OpenOptions};
use rusqlite::Connection;

use crate::house::{House, open_error};

#[tokio::test]
async fn secrets_and_headers_cannot_be_read_in_the_files() {
    let house = House::new();
    let store = house.open();
    let pair = house.pair(&store).await;
    let stored = store.endpoint_by_id(pair.endpoint.id).await.unwrap().unwrap();
    assert_eq!((stored.secrets, stored.headers), (pair.endpoint.secrets, pair.endpoint.headers));
    let in_files = |needle: &[u8]| {
        ["klingel.db", "klingel.db-wal"].iter().any(|name| {
            let bytes = fs::read(house.path().with_file_name(name)).unwrap_or_default();
            bytes.windows(needle.len()).any(|window| window == needle)
        })
    };
    assert!(in_files(b"https://example.com/hook"), "the search looks at the right files");
    for secret in [b"correct horse".as_slice(), b"hunter2hunter2", b"authorization"] {
        assert!(!in_files(secret), "{}", String::from_utf8_lossy(secret));
    }
    drop(store);
    assert!(in_files(b"https://example.com/hook"));
    assert!(!in_files(b"correct horse") && !in_files(b"hunter2hunter2"));
}

#[tokio::test]
async fn another_master_key_is_noticed_when_the_store_is_opened() {
    let house = House::new();
    drop(house.open());
    let error = open_error(OpenOptions { sealer: Sealer::new(&[8; 32]), ..house.options() });
    assert!(matches!(error, OpenError::WrongMasterKey { .. }), "{error:?}");
    assert!(error.to_string().contains("master_key_file"));
    drop(house.open());
}

#[tokio::test]
async fn a_secret_moved_to_another_row_does_not_open() {
    let house = House::new();
    let store = house.open();
    let (first, second) = (house.pair(&store).await, house.pair(&store).await);
    let other = Connection::open(house.path()).unwrap();
    let moved = other
        .execute(
            "UPDATE endpoint SET secrets = (SELECT secrets FROM endpoint WHERE id = ?1) WHERE id = ?2",
            [first.endpoint.id.to_bytes(), second.endpoint.id.to_bytes()],
        )
        .unwrap();
    assert_eq!(moved, 1);
    let read = store.endpoint_by_id(second.endpoint.id).await;
    assert!(matches!(read, Err(Error::Corrupt(_))), "{read:?}");
    assert!(store.endpoint_by_id(first.endpoint.id).await.unwrap().is_some());
}

#[test]
fn what_cannot_be_opened_says_why() {
    let house = House::new();
    let nowhere = house.path().with_file_name("missing").join("klingel.db");
    let error = open_error(OpenOptions { path: nowhere.clone(), ..house.options() });
    assert!(matches!(error, OpenError::CannotOpen { .. }), "{error:?}");
    assert!(error.to_string().contains(nowhere.to_str().unwrap()));

    let text = house.path().with_file_name("notes.txt");
    fs::write(&text, "milk, bread, and a long enough text to be no database header at all. ".repeat(20))
        .unwrap();
    let error = open_error(OpenOptions { path: text, ..house.options() });
    assert!(matches!(error, OpenError::NotKlingel { .. }), "{error:?}");

    let foreign = house.path().with_file_name("cake.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE cake (id INTEGER)").unwrap();
    let error = open_error(OpenOptions { path: foreign, ..house.options() });
    assert!(matches!(error, OpenError::NotKlingel { .. }), "{error:?}");
}

#[test]
fn a_newer_schema_is_left_alone() {
    let house = House::new();
    assert!(!klingel_store_sqlite::pending(&house.path()).unwrap().is_empty());
    drop(house.open());
    assert_eq!(klingel_store_sqlite::pending(&house.path()).unwrap(), []);
    let other = Connection::open(house.path()).unwrap();
    other.execute_batch("INSERT INTO schema_migration VALUES (77, 'future', 1)").unwrap();
    let error = open_error(house.options());
    assert!(matches!(error, OpenError::NewerSchema { number: 77, .. }), "{error:?}");
    assert!(klingel_store_sqlite::pending(&house.path()).is_err());
}
