//! News of attempts for live views.

use klingel_engine::AttemptNews;
use klingel_engine::run::watch::NEWS_KEPT_MAX;
use klingel_model::AttemptStatus;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::world::{APP, Act, ENV, bench, settings};

#[tokio::test(start_paused = true)]
async fn whoever_listens_hears_of_an_attempt_that_can_be_read() {
    let bench = bench(settings(), |_, n| if n == 0 { Act::Answer(500) } else { Act::Answer(200) }).await;
    let endpoint_id = bench.endpoint(1, |_| {}).await;
    let (mut one, mut other) = (bench.engine().watch(), bench.engine().watch());
    let message = bench.publish("{}").await;
    for (n, (status, response_status)) in
        [(AttemptStatus::Fail, 500), (AttemptStatus::Success, 200)].into_iter().enumerate()
    {
        let news = one.recv().await.unwrap();
        let attempts = bench.attempts(message.id).await;
        assert_eq!(attempts.len(), n + 1, "told after the commit");
        let wanted = AttemptNews {
            attempt_id: attempts[n].id,
            message_id: message.id,
            endpoint_id,
            app_id: APP,
            environment_id: ENV,
            status,
            response_status,
        };
        assert_eq!(news, wanted);
        assert_eq!(other.recv().await, Ok(wanted));
    }
    assert_eq!(one.try_recv(), Err(TryRecvError::Empty));
}

#[tokio::test(start_paused = true)]
async fn who_comes_later_hears_only_what_comes_later() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    bench.endpoint(1, |_| {}).await;
    bench.publish("{}").await;
    bench.requests(1).await;
    bench.pass(1).await;
    let mut late = bench.engine().watch();
    assert_eq!(late.try_recv(), Err(TryRecvError::Empty));
    let message = bench.publish("{}").await;
    assert_eq!(late.recv().await.unwrap().message_id, message.id);
}

#[tokio::test(start_paused = true)]
async fn who_is_too_slow_is_told_how_many_he_has_missed() {
    let bench = bench(settings(), |_, _| Act::Answer(200)).await;
    bench.endpoint(1, |_| {}).await;
    let mut slow = bench.engine().watch();
    let more = 7;
    for _ in 0..NEWS_KEPT_MAX + more {
        bench.publish("{}").await;
    }
    bench.requests(NEWS_KEPT_MAX + more).await;
    bench.pass(10).await;
    assert_eq!(slow.recv().await, Err(RecvError::Lagged(more as u64)));
    for _ in 0..NEWS_KEPT_MAX {
        slow.recv().await.unwrap();
    }
    assert_eq!(slow.try_recv(), Err(TryRecvError::Empty));
}
