//! Turns the lanes: news and reports go in, attempts and reads come out.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use klingel_model::{DeliveryKey, EndpointId, Micros};
use klingel_store::{LaneHead, Settlement};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::News;
use super::alarm::Alarm;
use super::attempt::attempt;
use crate::World;
use crate::fanout::{Catalogue, Target};
use crate::measure::Meters;
use crate::queue::{Bounds, Lanes, Read, ReadAnswer, Turn};
use crate::settings::Settings;
#[cfg(test)]
use crate::simulation::planted::{self, Bug};

/// Events taken in before a turn.
const EVENTS_MAX: usize = 512;
/// Longest sleep: bounds how late a jump of the wall clock is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(1);
/// Lanes read in one step of a sweep.
const SWEEP_PAGE: usize = 500;

/// What attempts, reads and the recorder report.
#[derive(Debug)]
pub(super) enum Report {
    Finished {
        key: DeliveryKey,
        succeeded: bool,
        pause: Option<Duration>,
    },
    Settled(Vec<Recorded>),
    Read(EndpointId, ReadAnswer),
    Target(EndpointId, Option<Arc<Target>>),
    Found(LaneHead, Option<Arc<Target>>),
    /// Whether the whole store was searched.
    SweepEnded {
        complete: bool,
    },
}

/// A recorded settlement.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) key: DeliveryKey,
    pub(super) retry_at: Option<Micros>,
    pub(super) disabled: bool,
}

/// The dispatcher's ends of the queues.
pub(super) struct Wires {
    pub(super) news: mpsc::Receiver<News>,
    pub(super) reports_in: mpsc::Receiver<Report>,
    pub(super) reports: mpsc::Sender<Report>,
    pub(super) settlements: mpsc::Sender<Settlement>,
}

pub(super) struct Dispatcher {
    shared: Arc<Shared>,
    lanes: Lanes,
    news: mpsc::Receiver<News>,
    reports_in: mpsc::Receiver<Report>,
    dropped: Arc<AtomicBool>,
    tasks: TaskTracker,
    sweep_at: Duration,
    sweeping: bool,
}

/// What every attempt needs; one counted pointer each.
pub(super) struct Shared {
    pub(super) world: Arc<World>,
    pub(super) settings: Arc<Settings>,
    catalogue: Arc<Catalogue>,
    pub(super) reports: mpsc::Sender<Report>,
    pub(super) settlements: mpsc::Sender<Settlement>,
    pub(super) meters: Arc<Meters>,
}

impl Dispatcher {
    pub(super) fn new(
        world: Arc<World>,
        settings: Arc<Settings>,
        catalogue: Arc<Catalogue>,
        wires: Wires,
        dropped: Arc<AtomicBool>,
        tasks: TaskTracker,
        meters: Arc<Meters>,
    ) -> Self {
        let bounds = Bounds {
            in_flight_max: settings.in_flight_max,
            lane_waiting_max: settings.lane_waiting_max,
            waiting_bytes_max: settings.waiting_bytes_max.max(4 * settings.limits.body_bytes_max),
            breaker_failures: settings.breaker_failures,
            breaker_wait_min: settings.breaker_wait_min,
            breaker_wait_max: settings.breaker_wait_max,
        };
        let Wires { news, reports_in, reports, settlements } = wires;
        let shared = Arc::new(Shared { world, settings, catalogue, reports, settlements, meters });
        let sweep_at = Duration::ZERO;
        let lanes = Lanes::new(bounds);
        Self { shared, lanes, news, reports_in, dropped, tasks, sweep_at, sweeping: false }
    }

    /// Runs until stopped; then goes on taking reports in, so that attempts under way can end.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let (mut news, mut reports) = (Vec::with_capacity(EVENTS_MAX), Vec::with_capacity(EVENTS_MAX));
        let mut stopped = pin!(stop.cancelled());
        let mut alarm = Alarm::ringing();
        loop {
            tokio::select! {
                biased;
                () = &mut stopped => break,
                _ = self.reports_in.recv_many(&mut reports, EVENTS_MAX) => {}
                received = self.news.recv_many(&mut news, EVENTS_MAX) => {
                    // Every handle is gone, and nobody has stopped the engine: end rather than spin.
                    if received == 0 {
                        break;
                    }
                }
                () = alarm.rung() => {}
            }
            self.gather(&mut news, &mut reports).await;
            let monotonic = self.shared.world.clock.monotonic();
            reports.drain(..).for_each(|report| self.report(report, monotonic));
            news.drain(..).for_each(|news| self.take_news(news));
            if monotonic >= self.sweep_at || self.dropped.load(Ordering::Acquire) {
                self.sweep(monotonic);
            }
            let turn = self.lanes.turn(self.shared.world.clock.now(), monotonic);
            self.shared.meters.lanes(self.lanes.under_way(), self.lanes.held_bytes());
            #[cfg(test)]
            self.lanes.note_held();
            alarm.set(turn.wake_at.map_or(SLEEP_MAX, |at| at.saturating_sub(monotonic)).min(SLEEP_MAX));
            self.carry_out(turn);
        }
        drop(self.shared);
        while self.reports_in.recv().await.is_some() {}
    }

    /// Lets the tasks run that are ready, and takes in what they report: whoever reports makes this task the next one, and
    /// a turn for each report would cost more than what the turn does.
    async fn gather(&mut self, news: &mut Vec<News>, reports: &mut Vec<Report>) {
        tokio::task::yield_now().await;
        while reports.len() < EVENTS_MAX
            && let Ok(report) = self.reports_in.try_recv()
        {
            reports.push(report);
        }
        while news.len() < EVENTS_MAX
            && let Ok(one) = self.news.try_recv()
        {
            news.push(one);
        }
    }

    fn carry_out(&self, turn: Turn) {
        for launch in turn.launches {
            self.tasks.spawn(attempt(Arc::clone(&self.shared), launch));
        }
        for wanted in turn.reads {
            self.tasks.spawn(read(Arc::clone(&self.shared), wanted));
        }
    }

    fn report(&mut self, report: Report, monotonic: Duration) {
        match report {
            Report::Finished { key, succeeded, pause } => {
                self.lanes.finished(key, succeeded, pause, monotonic);
            }
            Report::Settled(batch) => {
                for recorded in batch {
                    self.lanes.settled(recorded.key, recorded.retry_at);
                    if recorded.disabled {
                        self.lanes.disabled(recorded.key.endpoint_id);
                    }
                }
            }
            Report::Read(id, answer) => self.lanes.read(id, answer),
            Report::Target(id, target) => self.lanes.retarget(id, target),
            Report::Found(head, Some(target)) => self.lanes.learn(head, target),
            Report::Found(head, None) => self.lanes.learn_known(head),
            Report::SweepEnded { complete } => {
                self.sweeping = false;
                if !complete {
                    self.sweep_at = monotonic + SLEEP_MAX;
                }
            }
        }
    }

    fn take_news(&mut self, news: News) {
        match news {
            News::HandOff(seq, message, targets) => self.lanes.hand_in(seq, &message, targets),
            News::Due(target, at) => self.lanes.due(target, at),
            News::Canceled(id) => self.lanes.canceled(id),
            News::EndpointChanged(id) => drop(self.tasks.spawn(look_up(Arc::clone(&self.shared), id))),
            News::ApplicationChanged(id) => {
                for endpoint_id in self.lanes.of_application(id) {
                    self.tasks.spawn(look_up(Arc::clone(&self.shared), endpoint_id));
                }
            }
        }
    }

    /// Searches the store for work that memory does not know: at the start, every `sweep_every`, and after a nudge
    /// was dropped.
    fn sweep(&mut self, monotonic: Duration) {
        if self.sweeping {
            return;
        }
        self.sweeping = true;
        self.dropped.store(false, Ordering::Release);
        self.sweep_at = monotonic + self.shared.settings.sweep_every;
        self.lanes.forget_idle(monotonic);
        self.tasks.spawn(sweep(Arc::clone(&self.shared)));
    }
}

async fn read(shared: Arc<Shared>, wanted: Read) {
    let world = &shared.world;
    let answer = match wanted {
        Read::FirstAttempts { endpoint_id, after, limit } => {
            world.store.first_attempts(endpoint_id, after, limit).await.map(ReadAnswer::FirstAttempts)
        }
        Read::Due { endpoint_id, limit } => {
            let until = world.clock.now();
            #[cfg(test)]
            let until =
                if planted::is(Bug::SendsBeforeDue) { until.plus(Duration::from_secs(30)) } else { until };
            world.store.due(endpoint_id, until, limit).await.map(ReadAnswer::Due)
        }
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "reading due deliveries failed; trying again");
            tokio::time::sleep(SLEEP_MAX).await;
            ReadAnswer::Failed
        }
    };
    report(&shared, Report::Read(wanted.endpoint_id(), answer)).await;
}

async fn look_up(shared: Arc<Shared>, id: EndpointId) {
    match shared.catalogue.target(id).await {
        Ok(target) => report(&shared, Report::Target(id, target)).await,
        Err(error) => {
            tracing::error!(%error, "reading a changed endpoint failed; it is read again at the next sweep");
        }
    }
}

async fn sweep(shared: Arc<Shared>) {
    let (mut after, mut complete) = (None, true);
    loop {
        let heads = match shared.world.store.lanes(after, SWEEP_PAGE).await {
            Ok(heads) => heads,
            Err(error) => {
                tracing::error!(%error, "searching the store for due deliveries failed; trying again");
                complete = false;
                break;
            }
        };
        let Some(last) = heads.last() else { break };
        after = Some(last.endpoint_id);
        for head in heads {
            match shared.catalogue.target(head.endpoint_id).await {
                Ok(Some(target)) => report(&shared, Report::Found(head, Some(target))).await,
                Ok(None) => {} // Deleted; the chore of erasure takes its deliveries away.
                Err(error) => {
                    tracing::error!(%error, "reading an endpoint failed; trying again");
                    complete = false;
                }
            }
        }
    }
    report(&shared, Report::SweepEnded { complete }).await;
}

async fn report(shared: &Shared, report: Report) {
    if shared.reports.send(report).await.is_err() {
        tracing::debug!("the engine has stopped; what was read is read again at the next start");
    }
}
