//! The server's life: start, accept, wait for a signal, stop within the deadline.

use std::net::SocketAddr;
use std::time::Duration;

use klingel_engine::{Engine, Running};
use klingel_portal::{Portal, PortalSettings};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::failure::Failure;
use crate::http_server::{self, Limits};
use crate::server_lock::ServerLock;
use crate::wiring::{self, Extras, Machine};
use crate::{open_files, telemetry};

/// How often measured durations are sorted into their buckets, so that they do not pile up while nobody asks.
const METRICS_UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// A server that accepts requests.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    running: Running,
    accepting: JoinHandle<hyper_util::server::graceful::GracefulShutdown>,
    portal: Portal,
    tidying: JoinHandle<()>,
    metrics_upkeep: Option<JoinHandle<()>>,
    stop: CancellationToken,
    deadline: Duration,
    _lock: ServerLock,
}

/// What SIGTERM and Ctrl-C are heard with.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens from now on. Must be called within a tokio runtime.
    pub fn listen() -> Result<Self, Failure> {
        let heard = |kind| {
            signal(kind).map_err(|error| Failure::new(format!("signals cannot be listened to: {error}")))
        };
        Ok(Self { terminate: heard(SignalKind::terminate())?, interrupt: heard(SignalKind::interrupt())? })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

impl Server {
    /// Starts everything. When it gives `Ok`, requests are accepted.
    pub async fn start(config: &Config, machine: Machine) -> Result<Self, Failure> {
        // Before the store is opened: a port that is taken is the most frequent mistake, and leaves nothing behind.
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            Failure::new(format!(
                "cannot listen on {}: {error}; change the setting listen or the flag --listen",
                config.listen
            ))
        })?;
        let address = listener
            .local_addr()
            .map_err(|error| Failure::new(format!("the listening socket has no address: {error}")))?;
        let lock = ServerLock::take(&config.store_path)?;
        open_files::raise_limit();
        let metrics = if config.metrics { Some(telemetry::metrics::start()?) } else { None };
        let settings = PortalSettings {
            public_url: config.public_url_at(address),
            frame_origins: config.portal_frame_origins.clone(),
            session_for: config.portal_session,
        };
        let (world, inspector) = wiring::world(config, machine, &settings.public_url)?;
        let running = klingel_engine::start(world, config.engine.clone());
        let tidying = tokio::spawn(inspector.clone().keep_tidy());
        let extras = Extras { portal: config.portal, metrics: metrics.clone() };
        let (doors, portal) = wiring::doors(running.engine(), inspector, settings, extras);
        let stop = CancellationToken::new();
        let accepting =
            tokio::spawn(http_server::accept(listener, doors, Limits::from(config), stop.clone()));
        Ok(Self {
            address,
            running,
            accepting,
            portal,
            tidying,
            metrics_upkeep: metrics.map(|figures| tokio::spawn(sort_figures(figures))),
            stop,
            deadline: config.shutdown_deadline,
            _lock: lock,
        })
    }

    /// Where it accepts requests.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its engine.
    pub fn engine(&self) -> Engine {
        self.running.engine()
    }

    /// Stops: no new connections, begun requests are answered, attempts under way end, what ended is recorded. What
    /// is left at the deadline stays in the store for the next start.
    pub async fn stop(self) {
        self.stop.cancel();
        self.portal.end_streams();
        let started = tokio::time::Instant::now();
        match self.accepting.await {
            Ok(open) => {
                if tokio::time::timeout(self.deadline, open.shutdown()).await.is_err() {
                    tracing::warn!("requests were cut off at the shutdown_deadline");
                }
            }
            Err(error) => tracing::error!(%error, "the loop that takes connections in had ended"),
        }
        let left = self.deadline.saturating_sub(started.elapsed());
        let stopped = self.running.stop(left).await;
        self.tidying.abort();
        if let Some(upkeep) = self.metrics_upkeep {
            upkeep.abort();
        }
        tracing::info!(cut_off = stopped.cut_off, "stopped");
    }
}

async fn sort_figures(figures: PrometheusHandle) {
    let mut turns = tokio::time::interval(METRICS_UPKEEP_EVERY);
    loop {
        turns.tick().await;
        figures.run_upkeep();
    }
}
