//! The list of cases that every backend passes.

use std::sync::Arc;

use klingel_store::conformance;

use crate::house::House;

/// Cases wait for the disk most of the time: several of them wait together.
const CASES_AT_ONCE: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_store_conforms() {
    let mut failed = Vec::new();
    for cases in conformance::all().chunks(CASES_AT_ONCE) {
        let houses: Vec<_> = cases.iter().map(|_| House::new()).collect();
        let running =
            cases.iter().zip(&houses).map(|(case, house)| tokio::spawn((case.run)(Arc::new(house.open()))));
        for (case, running) in cases.iter().zip(running.collect::<Vec<_>>()) {
            if running.await.is_err() {
                failed.push(case.name);
            }
        }
    }
    assert!(failed.is_empty(), "{} of {} cases failed: {failed:#?}", failed.len(), conformance::all().len());
}
