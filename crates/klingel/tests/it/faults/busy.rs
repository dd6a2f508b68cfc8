//! Another process holds the store's lock, for a moment and for long.

use crate::publishers::Ledger;
use crate::server::House;

#[tokio::test(flavor = "multi_thread")]
async fn publishers_wait_or_are_refused_while_another_process_writes_and_nothing_is_lost() {
    let (house, ledger) = (House::new().with("KLINGEL_STORE_BUSY_TIMEOUT", "30ms"), Ledger::open().await);
    let key = house.key("admin").await;
    let server = house.serve().await;
    server.api(&key).application("app", &ledger.urls()).await;
    let publishers = ledger.publish(&server.api(&key), "app");
    for _ in 0..5 {
        ledger.accepted(ledger.accepted_now() + 50).await;
        let lock = house.lock();
        let refused = ledger.seen().count(503);
        ledger.refused(refused + 1).await;
        drop(lock);
    }
    ledger.accepted(ledger.accepted_now() + 50).await;
    drop(publishers);
    ledger.report("store locked by another process, 5 times").await;
    server.stop().await;
}
