//! The list of cases that every backend passes.

use std::sync::Arc;

use klingel_store::conformance;

use crate::house::House;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_store_conforms() {
    let mut failed = Vec::new();
    for case in conformance::all() {
        let house = House::new();
        if tokio::spawn((case.run)(Arc::new(house.open()))).await.is_err() {
            failed.push(case.name);
        }
    }
    assert!(failed.is_empty(), "{} of {} cases failed: {failed:#?}", failed.len(), conformance::all().len());
}
