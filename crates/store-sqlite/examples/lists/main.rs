//! How fast lists are when much is stored: `cargo run --release -p klingel-store-sqlite --example lists [FOLDER]`.
//!
//! Fills a store with 1,000,000 messages of 100 applications, an attempt each of which one in a hundred failed, and
//! 200,000 deliveries that wait; then reads pages of every list, at its beginning and deep inside.

mod seed;

use std::env;
use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use klingel_model::{
    AppId, AttemptId, AttemptStatus, EndpointId, EnvironmentId, EventTypeName, MessageId, MessageSeq,
    ReplaySpan, ReplayWhich,
};
use klingel_store::{
    AttemptFilter, EndpointFilter, MessageFilter, Order, Overview as _, Page, Reader as _, Replays as _, Scan,
};
use klingel_store_sqlite::SqliteStore;

use crate::seed::{MESSAGES, id_of, instant_of};

/// Items of a page.
const LIMIT: usize = 50;
/// Reads of each page: the first finds nothing in the cache, the median is told.
const READS: usize = 9;

type Failure = Box<dyn Error + Send + Sync>;

struct Lists {
    store: Arc<SqliteStore>,
    environment_id: EnvironmentId,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = env::args_os().nth(1).map_or_else(env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(folder)?;
    let begun = now();
    let (store, environment_id) = seed::filled(folder.path()).await?;
    println!("filled in {:.1} s", begun.elapsed().as_secs_f64());
    println!("{:<58} {:>9} {:>10} {:>6}", "page", "first ms", "median ms", "items");
    let lists = Lists { store: Arc::new(store), environment_id };
    lists.endpoints().await?;
    lists.messages().await?;
    lists.attempts().await?;
    lists.waiting().await?;
    lists.replays().await
}

#[expect(clippy::disallowed_methods, reason = "real time is what is measured")]
fn now() -> Instant {
    Instant::now()
}

fn newest<K>(after: Option<K>) -> Page<K> {
    Page { limit: LIMIT, after, order: Order::Descending }
}

/// Reads a page several times and tells how long it took.
async fn tell<T, K, R>(what: &str, read: impl Fn() -> R) -> Result<(), Failure>
where
    R: Future<Output = Result<Scan<T, K>, klingel_store::Error>>,
{
    let (mut took_ms, mut items) = (Vec::new(), 0);
    for _ in 0..READS {
        let begun = now();
        items = read().await?.items.len();
        took_ms.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    let first = took_ms[0];
    took_ms.sort_by(f64::total_cmp);
    println!("{what:<58} {first:>9.2} {:>10.2} {items:>6}", took_ms[READS / 2]);
    Ok(())
}

impl Lists {
    async fn endpoints(&self) -> Result<(), Failure> {
        let (store, env) = (&self.store, self.environment_id);
        let list = |filter: EndpointFilter| store.endpoints_of_environment(env, newest(None), filter);
        tell("endpoints", || list(EndpointFilter::default())).await?;
        let text = EndpointFilter { text: Some("nowhere".to_owned()), ..EndpointFilter::default() };
        tell("endpoints with a text that none has", || list(text.clone())).await
    }

    async fn messages(&self) -> Result<(), Failure> {
        let (store, env) = (&self.store, self.environment_id);
        let list = |after: Option<i64>, filter: MessageFilter| {
            store.messages_of_environment(env, newest(after.map(MessageSeq)), filter)
        };
        let any = MessageFilter::default;
        tell("messages", || list(None, any())).await?;
        tell("messages, in the middle", || list(Some(MESSAGES / 2), any())).await?;
        let rare = MessageFilter { event_types: Some(vec![EventTypeName::new("rare")?]), ..any() };
        tell("messages of a type that none has", || list(None, rare.clone())).await?;
        let old = MessageFilter { before: Some(instant_of(MESSAGES / 10)), ..any() };
        tell("messages before a time long ago", || list(None, old.clone())).await?;
        let one = id_of(MESSAGES / 3, 0);
        tell("a message by its id alone", || async move {
            let found = store.message_of_environment(env, MessageId::from_u128(one)).await?;
            Ok(Scan::<_, ()> { items: found.into_iter().collect(), resume: None })
        })
        .await
    }

    async fn attempts(&self) -> Result<(), Failure> {
        let (store, env) = (&self.store, self.environment_id);
        let list = |app_id, after, filter: AttemptFilter| {
            store.attempts_of_environment(env, app_id, newest(after), filter)
        };
        let any = AttemptFilter::default;
        let middle = MESSAGES / 2;
        let middle = Some((MessageId::from_u128(id_of(middle, 0)), AttemptId::from_u128(id_of(middle, 1))));
        let failed = AttemptFilter { status: Some(AttemptStatus::Fail), ..any() };
        let app = Some(AppId::from_u128(id_of(7, 2)));
        let endpoint_id = EndpointId::from_u128(id_of(7, 3));
        tell("attempts", || list(None, None, any())).await?;
        tell("attempts, in the middle", || list(None, middle, any())).await?;
        tell("attempts that failed", || list(None, None, failed.clone())).await?;
        tell("attempts that failed, in the middle", || list(None, middle, failed.clone())).await?;
        tell("attempts of one application", || list(app, None, any())).await?;
        tell("attempts of one application, in the middle", || list(app, middle, any())).await?;
        tell("attempts of one application that failed", || list(app, None, failed.clone())).await?;
        let one = AttemptFilter { endpoint_id: Some(endpoint_id), ..any() };
        tell("attempts to one endpoint", || list(None, None, one.clone())).await?;
        let rare = AttemptFilter { event_types: Some(vec![EventTypeName::new("rare")?]), ..any() };
        tell("attempts of a type that none has", || list(None, None, rare.clone())).await?;
        let class = AttemptFilter { status_class: Some(300), ..any() };
        tell("attempts with an answer that none has", || list(None, None, class.clone())).await?;
        let old = AttemptFilter { before: Some(instant_of(MESSAGES / 10)), ..any() };
        tell("attempts before a time long ago", || list(None, None, old.clone())).await?;
        let app_id = AppId::from_u128(id_of(7, 2));
        tell("attempts to an endpoint in its application", || {
            store.attempts_of_endpoint(app_id, endpoint_id, newest(None), any())
        })
        .await
    }

    async fn waiting(&self) -> Result<(), Failure> {
        let store = &self.store;
        let endpoint_id = EndpointId::from_u128(id_of(0, 3));
        for count_max in [1000_u64, 100_000] {
            tell(&format!("what waits for an endpoint, counted to {count_max}"), || async move {
                let backlog = store.waiting_of(endpoint_id, count_max).await?;
                Ok(Scan::<_, ()> { items: vec![backlog], resume: None })
            })
            .await?;
        }
        tell("what waits for an endpoint", || store.waiting(endpoint_id, newest(None))).await
    }

    async fn replays(&self) -> Result<(), Failure> {
        let (store, last) = (&self.store, instant_of(MESSAGES + 1));
        for which in ReplayWhich::ALL {
            let span = ReplaySpan {
                app_id: AppId::from_u128(id_of(7, 2)),
                endpoint_id: EndpointId::from_u128(id_of(7, 3)),
                since: instant_of(0),
                until: last,
                which,
            };
            let page = Page { limit: 500, after: None, order: Order::Ascending };
            let what = format!("candidates of a replay, {}", which.as_str());
            tell(&what, || store.replay_candidates(span, page.clone())).await?;
        }
        Ok(())
    }
}
