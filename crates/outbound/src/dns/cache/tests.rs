use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::advance;

use super::Cache;
use crate::config::ClientConfig;
use crate::dns::{Resolve, ResolveError, Resolved, Resolving};

/// Answers the n-th question with `192.0.2.n`; `gone.example` has no address, `silent.example` no answer.
struct Counting {
    asked: AtomicU32,
    ttl: Duration,
}

impl Resolve for Counting {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
            tokio::task::yield_now().await;
            match name {
                "gone.example" => Err(ResolveError::NoAddress),
                "silent.example" => std::future::pending().await,
                _ => Ok(Resolved { addresses: vec![address(asked)], ttl: self.ttl }),
            }
        })
    }
}

fn address(n: u32) -> IpAddr {
    IpAddr::from([192, 0, 2, u8::try_from(n).unwrap()])
}

fn cache(ttl_s: u64, config: &ClientConfig) -> (Arc<Counting>, Arc<Cache>) {
    let counting = Arc::new(Counting { asked: AtomicU32::new(0), ttl: Duration::from_secs(ttl_s) });
    let cache = Cache::new(Arc::clone(&counting) as Arc<dyn Resolve>, config);
    (counting, Arc::new(cache))
}

async fn first(cache: &Cache, name: &str) -> Result<IpAddr, ResolveError> {
    cache.look_up(name).await.map(|addresses| addresses[0])
}

#[tokio::test(start_paused = true)]
async fn lifetimes_are_kept_between_their_bounds() {
    for (ttl_s, fresh_s, stale_s) in [(0, 4, 5), (60, 59, 60), (86_400, 299, 300)] {
        let (_, cache) = cache(ttl_s, &ClientConfig::default());
        assert_eq!(first(&cache, "a.example").await, Ok(address(1)));
        advance(Duration::from_secs(fresh_s)).await;
        assert_eq!(first(&cache, "a.example").await, Ok(address(1)), "ttl {ttl_s}");
        advance(Duration::from_secs(stale_s - fresh_s)).await;
        assert_eq!(first(&cache, "a.example").await, Ok(address(2)), "ttl {ttl_s}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_name_is_asked_for_again_after_a_short_time() {
    let (counting, cache) = cache(60, &ClientConfig::default());
    for _ in 0..3 {
        assert_eq!(first(&cache, "gone.example").await, Err(ResolveError::NoAddress));
    }
    assert_eq!(counting.asked.load(Ordering::Relaxed), 1);
    advance(Duration::from_secs(5)).await;
    assert_eq!(first(&cache, "gone.example").await, Err(ResolveError::NoAddress));
    assert_eq!(counting.asked.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn silent_name_servers_end_at_the_time_out() {
    let (_, cache) = cache(60, &ClientConfig::default());
    assert_eq!(first(&cache, "silent.example").await, Err(ResolveError::Unavailable));
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_look_up() {
    let (counting, cache) = cache(60, &ClientConfig::default());
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { first(&cache, "a.example").await })
        })
        .collect();
    for asked in asking {
        assert_eq!(asked.await.unwrap(), Ok(address(1)));
    }
    assert_eq!(counting.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn the_names_kept_are_bounded_and_make_room_when_they_expire() {
    let (counting, cache) = cache(60, &ClientConfig { dns_names_max: 2, ..ClientConfig::default() });
    for name in ["a.example", "b.example", "c.example", "c.example"] {
        first(&cache, name).await.unwrap();
    }
    assert_eq!(cache.slots.lock().unwrap().len(), 2);
    assert_eq!(counting.asked.load(Ordering::Relaxed), 4, "c found no room");
    advance(Duration::from_mins(1)).await;
    for name in ["c.example", "c.example"] {
        assert_eq!(first(&cache, name).await, Ok(address(5)));
    }
    assert_eq!(cache.slots.lock().unwrap().len(), 1);
}
