//! The rate limit.

use std::time::Duration;

use serde_json::{Value, json};

use super::bench::{APP, OTHER_APP, bench};

const EXHAUSTED: &str = include_str!("../golden/7-exhausted.json");

#[tokio::test(start_paused = true)]
async fn the_101st_listing_in_15_minutes_is_refused_and_registering_and_deleting_still_work() {
    let bench = bench().await;
    let (key, other) = (bench.key(APP, "bounti").await, bench.key(APP, "planday").await);
    let uuid = bench.register(&key, "https://bounti.example/1").await;
    for n in 0..100 {
        let by = if n % 2 == 0 { &key } else { &other };
        bench.listed(by).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let refused = bench.call(&key, "GET", "/extern/personal/listWebhook", "").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json, serde_json::from_str::<Value>(EXHAUSTED).unwrap());
    for _ in 0..2 {
        let limit = bench.call(&key, "GET", "/extern/getlimit", "").await;
        assert_eq!(limit.json, json!({"status": "success", "currentRateLimit": 100, "maxRateLimit": 100}));
    }
    bench.register(&key, "https://bounti.example/2").await;
    let delete = json!({"hookKey": "personalData", "uuid": uuid}).to_string();
    assert_eq!(bench.call(&key, "DELETE", "/extern/personal/registerWebhook", delete).await.status, 200);
    let elsewhere = bench.key(OTHER_APP, "bounti").await;
    bench.listed(&elsewhere).await;

    // The first listing is 15 minutes old before the second is.
    tokio::time::sleep(Duration::from_mins(15).checked_sub(Duration::from_secs(100)).unwrap()).await;
    bench.listed(&key).await;
    assert_eq!(bench.call(&key, "GET", "/extern/personal/listWebhook", "").await.status, 429);
}

#[tokio::test(start_paused = true)]
async fn every_pos_booking_adds_a_hundred_and_listing_can_be_free() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    let booked = json!({"bookedEndpoints": ["personal"], "extraPosBookings": 1});
    assert_eq!(bench.manage(APP, "PUT", "/store", booked).await.status, 200);
    for _ in 0..200 {
        bench.listed(&key).await;
    }
    let refused = bench.call(&key, "GET", "/extern/personal/listWebhook", "").await;
    assert_eq!(refused.json["message"], "API-Calls exhausted: 200 Calls per 15 minutes");
    let free = json!({"bookedEndpoints": ["personal"], "countListing": false});
    assert_eq!(bench.manage(APP, "PUT", "/store", free).await.status, 200);
    bench.listed(&key).await;
}
