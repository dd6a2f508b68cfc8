//! How fast the portal's pages are when much is stored: `cargo run --release -p klingel-portal --example pages [FOLDER]`.
//!
//! Fills a store with 1,000,000 messages of 100 applications, an attempt each of which one in a hundred failed, 200,000
//! deliveries that wait, and a week of statistics; then opens every list, at its beginning, deep inside, and with
//! filters that find nothing. Ends with a failure if a page takes longer than [`BUDGET_MS`].

#[path = "../../../store-sqlite/examples/lists/seed.rs"]
mod seed;

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use klingel_api::{ApiState, router_with};
use klingel_engine::deliver::{OutboundRequest, Sent, Transport};
use klingel_engine::{Running, Settings, World, keys, start};
use klingel_model::{AppId, Clock as _, EndpointId, EnvironmentId, Latency, MessageId, Pass, PassScope};
use klingel_portal::{Inspector, InspectorWorld, Portal, PortalSettings};
use klingel_store::{Access as _, Stat, StatDelta, Statistics as _};
use klingel_store_sqlite::SqliteStore;
use klingel_testkit::{FakeClock, SeededDice};
use tower::ServiceExt as _;

use crate::seed::{MESSAGES, id_of, instant_of};

type Failure = Box<dyn Error + Send + Sync>;

/// A page may take so long.
const BUDGET_MS: f64 = 100.0;
/// Opens of each page: the first finds nothing in the cache, the median is held against the budget.
const OPENS: usize = 9;
const APPLICATIONS: i64 = 100;
const HOURS: u32 = 24 * 7;

/// A network where nothing ever comes back, so that what waits goes on waiting.
#[derive(Debug)]
struct Silence;

impl Transport for Silence {
    fn send(&self, _: OutboundRequest) -> Sent<'_> {
        Box::pin(std::future::pending())
    }
}

struct Pages {
    router: Router,
    cookie: String,
    _running: Running,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let folder = env::args_os().nth(1).map_or_else(env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(folder)?;
    let begun = now();
    let (store, environment_id) = seed::filled(folder.path()).await?;
    add_statistics(&store).await?;
    println!("filled in {:.1} s", begun.elapsed().as_secs_f64());
    let pages = open_portal(store, environment_id).await?;
    println!("{:<88} {:>9} {:>10} {:>8}", "page", "first ms", "median ms", "KiB");
    let mut slowest = 0.0_f64;
    for path in paths() {
        slowest = slowest.max(pages.tell(&path).await?);
    }
    println!("slowest median: {slowest:.1} ms, budget: {BUDGET_MS} ms");
    Ok(if slowest < BUDGET_MS { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::disallowed_methods, reason = "real time is what is measured")]
fn now() -> Instant {
    Instant::now()
}

fn paths() -> Vec<String> {
    let middle = MESSAGES / 2;
    let message = MessageId::from_u128(id_of(middle, 0));
    let attempt = klingel_model::AttemptId::from_u128(id_of(middle, 1));
    let app = AppId::from_u128(id_of(7, 2));
    let endpoint = EndpointId::from_u128(id_of(7, 3));
    let long_ago = &instant_of(MESSAGES / 10).to_rfc3339()[..16];
    let tails = [
        "overview".to_owned(),
        "overview?span=week".to_owned(),
        "apps".to_owned(),
        "apps?text=nowhere".to_owned(),
        "endpoints".to_owned(),
        "endpoints?state=failing".to_owned(),
        "endpoints?text=nowhere".to_owned(),
        "messages".to_owned(),
        format!("messages?after={middle}"),
        format!("messages?message={message}"),
        format!("messages?app={app}"),
        "messages?type=rare".to_owned(),
        "messages?status=failed".to_owned(),
        "messages?status=waiting".to_owned(),
        "messages?status=cancelled".to_owned(),
        format!("messages?endpoint={endpoint}"),
        format!("messages?endpoint={endpoint}&status=delivered"),
        format!("messages?endpoint={endpoint}&status=waiting&type=rare"),
        format!("messages?until={long_ago}"),
        "attempts".to_owned(),
        format!("attempts?after={message}.{attempt}"),
        format!("attempts?message={message}"),
        format!("attempts?app={app}"),
        format!("attempts?endpoint={endpoint}"),
        "attempts?status=failed".to_owned(),
        format!("attempts?status=failed&app={app}"),
        "attempts?class=300".to_owned(),
        "attempts?type=rare".to_owned(),
        format!("attempts?until={long_ago}"),
        format!("apps/{app}"),
        format!("apps/{app}/endpoints"),
        format!("apps/{app}/endpoints/{endpoint}"),
        format!("apps/{app}/endpoints/{endpoint}/log"),
        format!("apps/{app}/endpoints/{endpoint}/log?status=fail"),
        format!("apps/{app}/endpoints/{endpoint}/waiting"),
        format!("apps/{app}/messages"),
        format!("apps/{app}/messages?type=rare"),
        format!("apps/{app}/attempts"),
        format!("apps/{app}/attempts?status=fail"),
        "event-types".to_owned(),
        "keys".to_owned(),
        "audit".to_owned(),
        "sessions".to_owned(),
    ];
    tails.into_iter().map(|tail| format!("/portal/{tail}")).collect()
}

/// A week of statistics for every endpoint.
async fn add_statistics(store: &SqliteStore) -> Result<(), Failure> {
    let end = instant_of(MESSAGES);
    for hour in 0..HOURS {
        let delta = |n| {
            let mut latency = Latency::default();
            latency.record(Duration::from_millis(12));
            StatDelta {
                app_id: AppId::from_u128(id_of(n, 2)),
                endpoint_id: EndpointId::from_u128(id_of(n, 3)),
                at: end.minus(Duration::from_hours(1) * hour),
                stat: Stat { delivered: 99, failed: 1, latency },
            }
        };
        store.add_stats((0..APPLICATIONS).map(delta).collect()).await?;
    }
    Ok(())
}

async fn open_portal(store: SqliteStore, environment_id: EnvironmentId) -> Result<Pages, Failure> {
    let clock = Arc::new(FakeClock::new(instant_of(MESSAGES)));
    let store = Arc::new(store);
    let dice = Arc::new(SeededDice::new(3));
    let world = World {
        store: Arc::clone(&store) as _,
        transport: Arc::new(Silence),
        dialects: klingel_dialects::all(),
        clock: Arc::clone(&clock) as _,
        dice: Arc::clone(&dice) as _,
    };
    let (token, digest) = keys::new_pass(&*dice);
    let session = Pass {
        digest,
        environment_id,
        scope: PassScope::Operator,
        holder: "pages".to_owned(),
        read_only: false,
        created_at: clock.now(),
        expires_at: clock.now().plus(Duration::from_hours(1)),
    };
    store.add_session(session).await?;
    let running = start(world, Settings::default());
    let settings = PortalSettings::default();
    let management = router_with(ApiState::new(running.engine(), settings.public_url.clone()), Vec::new());
    let engine = running.engine();
    let inspector =
        Inspector::new(InspectorWorld { store, dialects: engine.world().dialects.clone(), clock, dice });
    let router = Portal::new(engine, management, inspector, settings).router();
    Ok(Pages { router, cookie: format!("klingel_session={token}"), _running: running })
}

impl Pages {
    /// Opens a page several times, tells how long it took, and gives the median.
    async fn tell(&self, path: &str) -> Result<f64, Failure> {
        let (mut took_ms, mut size) = (Vec::new(), 0);
        for _ in 0..OPENS {
            let request = Request::get(path).header(header::COOKIE, &self.cookie).body(Body::empty())?;
            let begun = now();
            let response = self.router.clone().oneshot(request).await?;
            let status = response.status();
            size = response.into_body().collect().await?.to_bytes().len();
            took_ms.push(begun.elapsed().as_secs_f64() * 1000.0);
            if status != StatusCode::OK {
                return Err(format!("{path} answered {status}").into());
            }
        }
        let first = took_ms[0];
        took_ms.sort_by(f64::total_cmp);
        let median = took_ms[OPENS / 2];
        println!("{path:<88} {first:>9.1} {median:>10.1} {:>8}", size / 1024);
        Ok(median)
    }
}
