//! Nothing that was answered 202 is lost by kill -9.

use crate::publishers::Ledger;
use crate::server::House;

/// Kills in one run, unless the variable [`ROUNDS_VARIABLE`] says otherwise.
const ROUNDS: usize = 20;
/// Set by `cargo xtask torture`.
const ROUNDS_VARIABLE: &str = "TORTURE_ROUNDS";

#[tokio::test(flavor = "multi_thread")]
async fn everything_accepted_arrives_although_the_server_is_killed_again_and_again() {
    let (house, ledger) = (House::new(), Ledger::open().await);
    let key = house.key("admin").await;
    let first = house.serve().await;
    first.api(&key).application("app", &ledger.urls()).await;
    first.stop().await;

    let rounds = std::env::var(ROUNDS_VARIABLE).map_or(ROUNDS, |text| text.parse().expect("a number"));
    for round in 0..rounds {
        let server = house.serve().await;
        let mut publishers = ledger.publish(&server.api(&key), "app");
        // A different moment each time: soon after the start, while old work is read back, and in full run.
        ledger.accepted(ledger.accepted_now() + 5 + round * 37 % 160).await;
        server.kill().await;
        while let Some(ended) = publishers.join_next().await {
            ended.expect("a publisher does not panic");
        }
    }

    let last = house.serve().await;
    ledger.report(&format!("{rounds} kills")).await;
    last.stop().await;
}
