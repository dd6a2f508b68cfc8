//! How long a page of a long history takes: `cargo run --release -p klingel-store-sqlite --example history [FOLDER]`.
//!
//! 100,000 records of one partition over three years, in pages of 200. Three runs, each of the first, the middle and the
//! last page many times; the medians are compared. The store lies in FOLDER, or in the system's folder for temporary files.

#[path = "../throughput/lap.rs"]
#[expect(dead_code, reason = "laps are the other program's")]
mod lap;

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use klingel_model::{AppId, Application, Clock as _, Environment, EnvironmentId, Micros};
use klingel_store::sealing::Sealer;
use klingel_store::{Catalog as _, Expected, Record, RecordChange, RecordRange, Records as _};
use klingel_store_sqlite::{OpenOptions, SqliteStore};
use klingel_testkit::SeededDice;

use crate::lap::{RealClock, real_clock};

const RECORDS: u64 = 100_000;
const PAGE: usize = 200;
const WRITTEN_AT_ONCE: usize = 1000;
/// Three years, one record after the other.
const EVERY_US: u64 = 3 * 365 * 24 * 3_600_000_000 / RECORDS;
const RUNS: usize = 3;
const READS: usize = 200;
const APP: AppId = AppId::from_u128(2);
const BEGUN_US: i64 = 1_600_000_000_000_000;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(env::args_os().nth(1).map_or_else(env::temp_dir, Into::into))?;
    let (store, clock) = (open(folder.path()).await?, real_clock());
    let last = RECORDS - PAGE as u64;
    println!(
        "{RECORDS} records over three years, pages of {PAGE}; microseconds a page, median of {READS} reads"
    );
    println!("run      first     middle       last   last : first");
    for run in 1..=RUNS {
        let mut took = Vec::new();
        for offset in [0, last / 2, last] {
            took.push(median(&store, &clock, offset).await?);
        }
        let us = |place: usize| took[place].as_secs_f64() * 1e6;
        println!("{run:>3} {:>10.0} {:>10.0} {:>10.0} {:>14.2}", us(0), us(1), us(2), us(2) / us(0));
    }
    Ok(())
}

async fn open(folder: &std::path::Path) -> Result<SqliteStore, Failure> {
    let options = OpenOptions::new(
        folder.join("klingel.db"),
        Sealer::new(&[1; 32]),
        Arc::new(SeededDice::new(2)),
        Arc::new(real_clock()),
    );
    let store = SqliteStore::open(options)?;
    let now = Micros::from_unix_us(BEGUN_US);
    let environment =
        Environment { id: EnvironmentId::from_u128(1), name: "bench".to_owned(), created_at: now };
    let environment_id = store.ensure_environment(environment).await?.id;
    let application = Application {
        id: APP,
        environment_id,
        uid: None,
        name: "bench".to_owned(),
        dialect: "standard".to_owned(),
        rate_limit_per_s: None,
        metadata: [].into(),
        created_at: now,
        updated_at: now,
    };
    store.add_application(application, None).await?;
    let all: Vec<u64> = (0..RECORDS).collect();
    for some in all.chunks(WRITTEN_AT_ONCE) {
        let put = |n: &u64| RecordChange::Put { record: record(*n), expected: Expected::Anything };
        store.change_records(some.iter().map(put).collect()).await?;
    }
    Ok(store)
}

fn record(n: u64) -> Record {
    let at = Micros::from_unix_us(BEGUN_US).plus(Duration::from_micros(n * EVERY_US));
    Record {
        app_id: APP,
        kind: "bench.visit".to_owned(),
        key: n.to_string(),
        partition: "1".to_owned(),
        at,
        document: format!(r#"{{"id":{n},"name":"Visitor {n}","rest":"{}"}}"#, "x".repeat(300)),
        updated_at: at,
    }
}

async fn median(store: &SqliteStore, clock: &RealClock, offset: u64) -> Result<Duration, Failure> {
    let mut took = Vec::with_capacity(READS);
    for _ in 0..READS {
        let begun = clock.monotonic();
        let range = RecordRange {
            app_id: APP,
            kind: "bench.visit".to_owned(),
            partition: "1".to_owned(),
            from: None,
            to: None,
            offset,
            limit: PAGE,
        };
        let page = store.record_page(range).await?;
        took.push(clock.monotonic().saturating_sub(begun));
        if page.records.len() != PAGE || page.total != RECORDS {
            return Err("the page is not full".into());
        }
    }
    took.sort_unstable();
    Ok(took[READS / 2])
}
