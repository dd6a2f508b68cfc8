//! The reference model passes the list of cases that every backend passes.

use std::sync::Arc;

use klingel_store::conformance;
use klingel_testkit::MemoryStore;

#[tokio::test]
async fn the_reference_model_conforms() {
    let mut failed = Vec::new();
    for case in conformance::all() {
        if tokio::spawn((case.run)(Arc::new(MemoryStore::new()))).await.is_err() {
            failed.push(case.name);
        }
    }
    assert!(failed.is_empty(), "{} of {} cases failed: {failed:#?}", failed.len(), conformance::all().len());
}
