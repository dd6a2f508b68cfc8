//! The transport: one request, one answer or one failure, within one time-out.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use klingel_engine::deliver::transport::{OutboundRequest, Response, Sent, Transport};
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::answer::{Broken, Limits, Progress};
use crate::config::{ClientConfig, ConfigError};
use crate::connect::Connector;
use crate::connection::Connection;
use crate::dns::Resolve;
use crate::dns::system::SystemResolver;
use crate::failure::{self, Trouble};
use crate::pool::Pool;
use crate::request;
use crate::target::{Target, Targets};

/// The least and the longest time between two sweeps of the pool.
const SWEEP_INTERVAL_MIN: Duration = Duration::from_millis(100);
const SWEEP_INTERVAL_MAX: Duration = Duration::from_secs(1);

/// Sends requests to customers.
///
/// Its settings hold for its whole life, so a connection that waits for its next request was opened under the same
/// rules that would be asked now; they are asked again all the same, with the address it is connected to.
pub struct Client {
    connector: Connector,
    targets: Targets,
    pool: Arc<Pool<Box<Connection>>>,
    limits: Limits,
    connection_age_max: Duration,
    user_agent: HeaderValue,
    sweeper: AbortHandle,
}

impl Client {
    /// A client that asks the machine's own name servers. Must be called within a tokio runtime.
    pub fn new(config: &ClientConfig) -> Result<Self, ConfigError> {
        let resolver = SystemResolver::from_system().map_err(|error| ConfigError {
            setting: "/etc/resolv.conf",
            sentence: format!("the machine's name servers cannot be read: {error}"),
        })?;
        Self::with_resolver(config, Arc::new(resolver))
    }

    /// A client that looks names up elsewhere. Must be called within a tokio runtime.
    pub fn with_resolver(config: &ClientConfig, resolver: Arc<dyn Resolve>) -> Result<Self, ConfigError> {
        config.check()?;
        let user_agent = HeaderValue::try_from(config.user_agent.as_str())
            .map_err(|error| ConfigError { setting: "user_agent", sentence: error.to_string() })?;
        let connector = Connector::new(config, resolver)?;
        let pool = Arc::new(Pool::new(config));
        let sweeping = tokio::spawn(sweep(Arc::clone(&pool), config.idle_timeout / 2));
        Ok(Self {
            connector,
            targets: Targets::default(),
            pool,
            limits: Limits::new(config),
            connection_age_max: config.connection_age_max,
            user_agent,
            sweeper: sweeping.abort_handle(),
        })
    }

    /// One attempt over a connection that waits, or else over a new one.
    async fn exchange(
        &self,
        request: &OutboundRequest,
        target: &Target,
        progress: &mut Progress,
    ) -> Result<(), Trouble> {
        if let Some(waiting) = self.waiting(target) {
            self.connector.judge(target, waiting.remote()).map_err(Trouble::Refused)?;
            match self.over(waiting, request, target, progress).await {
                // The receiver may have closed it while the request was on its way, as it may at any time. Whether it
                // read the request nobody can know; a second one is allowed, for delivery is at least once.
                Err(Broken::Unanswered) => {}
                other => return other.map_err(Trouble::Broken),
            }
        }
        *progress = Progress::default();
        // Boxed because it is large and rare: the future of every request would be as large.
        let fresh = Box::pin(self.connect(target)).await?;
        self.over(fresh, request, target, progress).await.map_err(Trouble::Broken)
    }

    fn waiting(&self, target: &Target) -> Option<Box<Connection>> {
        // Ends, because each turn takes a connection out of a bounded pool.
        while let Some(mut connection) = self.pool.take(&target.origin.text) {
            if connection.is_ready() {
                return Some(connection);
            }
        }
        None
    }

    async fn connect(&self, target: &Target) -> Result<Box<Connection>, Trouble> {
        let (wire, remote) = self.connector.connect(target).await.map_err(Trouble::NoConnection)?;
        Ok(Box::new(Connection::start(wire, remote)))
    }

    async fn over(
        &self,
        mut connection: Box<Connection>,
        request: &OutboundRequest,
        target: &Target,
        progress: &mut Progress,
    ) -> Result<(), Broken> {
        let text = request::write(request, target, &self.user_agent);
        let reusable = connection.exchange(text, &self.limits, progress).await?;
        if reusable && connection.opened().elapsed() < self.connection_age_max {
            self.pool.put(&target.origin.text, connection);
        }
        Ok(())
    }
}

impl Transport for Client {
    fn send(&self, request: OutboundRequest) -> Sent<'_> {
        Box::pin(async move {
            let target = self.targets.get(&request.url).map_err(|bad| failure::bad_url(&bad))?;
            let mut progress = Progress::default();
            match timeout(request.timeout, self.exchange(&request, &target, &mut progress)).await {
                Ok(Ok(())) => Ok(Response {
                    status: progress.status,
                    headers: progress.headers,
                    body: progress.body.into(),
                }),
                Ok(Err(trouble)) => Err(failure::of(&trouble, &target, progress)),
                Err(_) => Err(failure::timed_out(&target, request.timeout, progress)),
            }
        })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.sweeper.abort();
    }
}

async fn sweep(pool: Arc<Pool<Box<Connection>>>, every: Duration) {
    let mut turns = interval(every.clamp(SWEEP_INTERVAL_MIN, SWEEP_INTERVAL_MAX));
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        pool.sweep();
    }
}
