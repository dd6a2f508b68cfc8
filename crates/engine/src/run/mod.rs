//! The only `select!`, `sleep` and `spawn` of the engine.
//!
//! Four loops: the [`dispatcher`] turns the lanes, the [`recorder`] settles in batches, the [`chores`] keep up, and
//! [`statistics`] are written now and then.
//! Between them are bounded queues. Nudges (hand-offs, changes) may be lost: they only save time, and a sweep of the
//! store finds what they would have said. What attempts report is never lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use klingel_model::{AppId, EndpointId, Message, MessageSeq, Micros};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::fanout::{Catalogue, Target};
use crate::measure::Meters;
use crate::settings::Settings;
use crate::{Engine, World};

#[cfg(test)]
use crate::simulation::planted::{self, Bug};

mod alarm;
mod attempt;
mod chores;
mod dispatcher;
mod recorder;
mod replays;
mod statistics;
pub mod test_call;
pub mod watch;

use dispatcher::Dispatcher;
use recorder::Recorder;
use replays::Replayer;
use statistics::Statistics;
use test_call::TestCalls;
use watch::Watch;

pub use test_call::TestCall;
pub use watch::AttemptNews;

/// Reports of attempts, reads and recordings that wait for the dispatcher.
const REPORTS_MAX: usize = 4096;

/// News for the lanes that only save time.
#[derive(Debug)]
enum News {
    HandOff(MessageSeq, Arc<Message>, Vec<Arc<Target>>),
    Due(Arc<Target>, Micros),
    EndpointChanged(EndpointId),
    ApplicationChanged(AppId),
    Canceled(EndpointId),
}

/// Tells the dispatcher of news.
#[derive(Debug, Clone)]
pub struct Nudge {
    news: mpsc::Sender<News>,
    /// A nudge was dropped: the store has to be searched soon.
    dropped: Arc<AtomicBool>,
}

impl Nudge {
    fn tell(&self, news: News) {
        if self.news.try_send(news).is_err() {
            #[cfg(test)]
            if planted::is(Bug::ForgetsDroppedHandOffs) {
                return;
            }
            self.dropped.store(true, Ordering::Release);
        }
    }

    /// A message was taken in for these endpoints.
    pub(crate) fn hand_off(&self, seq: MessageSeq, message: &Arc<Message>, targets: Vec<Arc<Target>>) {
        if !targets.is_empty() {
            self.tell(News::HandOff(seq, Arc::clone(message), targets));
        }
    }

    /// Something of this endpoint is due at this instant.
    pub(crate) fn due(&self, target: Arc<Target>, at: Micros) {
        self.tell(News::Due(target, at));
    }

    /// An endpoint was changed or deleted.
    pub(crate) fn endpoint_changed(&self, id: EndpointId) {
        self.tell(News::EndpointChanged(id));
    }

    /// Deliveries of this endpoint were dropped in the store. Waits for its place: what is in memory must not be sent.
    pub(crate) async fn canceled(&self, id: EndpointId) {
        if self.news.send(News::Canceled(id)).await.is_err() {
            tracing::debug!("the engine has stopped; nothing waits in memory any more");
        }
    }

    /// An application was changed or deleted.
    pub(crate) fn application_changed(&self, id: AppId) {
        self.tell(News::ApplicationChanged(id));
    }
}

/// What was left when the engine stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Requests that were cut off at the deadline; they are sent again at the next start.
    pub cut_off: usize,
}

/// A running engine.
#[derive(Debug)]
pub struct Running {
    engine: Engine,
    stop: CancellationToken,
    hurry: CancellationToken,
    attempts: TaskTracker,
    dispatcher: JoinHandle<()>,
    recorder: JoinHandle<()>,
    chores: JoinHandle<()>,
    replays: JoinHandle<()>,
    statistics: Statistics,
    statistics_loop: JoinHandle<()>,
}

/// Starts the engine on the current tokio runtime. What the store holds unsettled is found and sent.
pub fn start(world: World, settings: Settings) -> Running {
    let (world, settings) = (Arc::new(world), Arc::new(settings));
    let catalogue = Arc::new(Catalogue::new(Arc::clone(&world), settings.catalogue_age_max));
    let (news, news_in) = mpsc::channel(settings.nudges_max);
    let (reports, reports_in) = mpsc::channel(REPORTS_MAX);
    let (settlements, settlements_in) = mpsc::channel(settings.settle_batch_max * 2);
    let meters = Arc::new(Meters::new());
    let nudge = Nudge { news, dropped: Arc::new(AtomicBool::new(false)) };
    let (stop, hurry, attempts) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let statistics = Statistics::default();
    let watch = Watch::new();
    let recorder = Recorder {
        world: Arc::clone(&world),
        settings: Arc::clone(&settings),
        catalogue: Arc::clone(&catalogue),
        settlements: settlements_in,
        reports: reports.clone(),
        statistics: statistics.clone(),
        watch: watch.clone(),
    };
    let dispatcher = Dispatcher::new(
        Arc::clone(&world),
        Arc::clone(&settings),
        Arc::clone(&catalogue),
        dispatcher::Wires { news: news_in, reports_in, reports, settlements },
        Arc::clone(&nudge.dropped),
        attempts.clone(),
        Arc::clone(&meters),
    );
    let replay_wake = Arc::new(Notify::new());
    let replayer = Replayer {
        world: Arc::clone(&world),
        settings: Arc::clone(&settings),
        catalogue: Arc::clone(&catalogue),
        nudge: nudge.clone(),
        wake: Arc::clone(&replay_wake),
    };
    let chores = chores::run(Arc::clone(&world), Arc::clone(&settings), stop.clone());
    let statistics_loop = statistics.clone().run(Arc::clone(&world), stop.clone());
    Running {
        engine: Engine {
            world,
            settings,
            catalogue,
            nudge,
            meters,
            test_calls: TestCalls::new(attempts.clone(), statistics.clone()),
            watch,
            replay_wake,
        },
        dispatcher: tokio::spawn(dispatcher.run(stop.clone())),
        recorder: tokio::spawn(recorder.run(hurry.clone())),
        chores: tokio::spawn(chores),
        replays: tokio::spawn(replayer.run(stop.clone())),
        statistics_loop: tokio::spawn(statistics_loop),
        statistics,
        stop,
        hurry,
        attempts,
    }
}

impl Running {
    /// The handle for the doors.
    pub fn engine(&self) -> Engine {
        self.engine.clone()
    }

    /// Stops: nothing new is sent, what is under way may end until `deadline`, everything that ended is recorded
    /// (for as long again, if the store is slow). What is left stays in the store for the next start.
    pub async fn stop(mut self, deadline: Duration) -> Stopped {
        self.stop.cancel();
        self.attempts.close();
        let in_time = tokio::time::timeout(deadline, self.attempts.wait()).await.is_ok();
        let cut_off = if in_time { 0 } else { self.attempts.len() };
        let recorded = in_time && tokio::time::timeout(deadline, &mut self.recorder).await.is_ok();
        if !recorded {
            tracing::warn!(
                cut_off,
                "stopped at the shutdown deadline; what is not recorded is sent again at the next start"
            );
            self.hurry.cancel();
            finish(self.recorder).await;
        }
        self.dispatcher.abort();
        finish(self.chores).await;
        finish(self.replays).await;
        finish(self.statistics_loop).await;
        if tokio::time::timeout(deadline, self.statistics.flush(&self.engine.world)).await.is_err() {
            tracing::warn!(
                "stopped at the shutdown deadline; the last seconds of the statistics are not written"
            );
        }
        Stopped { cut_off }
    }
}

/// Waits for a loop; its panic has been logged by the runtime's hook and must not end the shutdown.
async fn finish(handle: JoinHandle<()>) {
    if let Err(error) = handle.await
        && error.is_panic()
    {
        tracing::error!("a loop of the engine had panicked");
    }
}
