//! The list of cases that every backend passes.

use std::sync::Arc;

use klingel_store::conformance;
use klingel_store_sqlite::{OpenOptions, SqliteStore};

use crate::house::House;

/// Cases wait for the disk most of the time: several of them wait together.
const CASES_AT_ONCE: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_store_conforms() {
    assert_conforms(|options| options).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms_while_first_attempts_are_sorted_in() {
    for young_deliveries_max in [1, 2] {
        assert_conforms(|options| OpenOptions { young_deliveries_max, ..options }).await;
    }
}

async fn assert_conforms(options: impl Fn(OpenOptions) -> OpenOptions) {
    let open = |house: &House| SqliteStore::open(options(house.options())).expect("the store can be opened");
    let mut failed = Vec::new();
    for cases in conformance::all().chunks(CASES_AT_ONCE) {
        let houses: Vec<_> = cases.iter().map(|_| House::new()).collect();
        let running =
            cases.iter().zip(&houses).map(|(case, house)| tokio::spawn((case.run)(Arc::new(open(house)))));
        for (case, running) in cases.iter().zip(running.collect::<Vec<_>>()) {
            if running.await.is_err() {
                failed.push(case.name);
            }
        }
    }
    assert!(failed.is_empty(), "{} of {} cases failed: {failed:#?}", failed.len(), conformance::all().len());
}
