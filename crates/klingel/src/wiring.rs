//! The only place that sees concrete stores, transports and dialects.

use std::sync::Arc;

use axum::routing::get;
use http::header::CONTENT_TYPE;
use klingel_api::{ApiState, Mounted, PublishDoor};
use klingel_engine::deliver::Transport;
use klingel_engine::{Engine, World};
use klingel_model::{Clock, Dice};
use klingel_outbound::{Client, ClientConfig};
use klingel_portal::{Inspector, InspectorWorld, Portal, PortalSettings};
use klingel_store::Store;
use klingel_store_sqlite::{Migration, OpenOptions, SqliteStore};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::config::Config;
use crate::failure::Failure;
use crate::http_server::Doors;
use crate::inspected_transport::InspectedTransport;
use crate::master_key;
use crate::os_dice::OsDice;
use crate::system_clock::SystemClock;

/// Bytes of an answer that a command of ours reads from a server of ours.
const OPERATOR_ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The machine's clock and dice.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub dice: Arc<dyn Dice>,
}

impl Machine {
    /// The real ones.
    pub fn real() -> Self {
        Self { clock: Arc::new(SystemClock::new()), dice: Arc::new(OsDice) }
    }
}

/// Opens the configured store; makes it, and its master key, if there is none.
pub fn open_store(config: &Config, machine: &Machine) -> Result<SqliteStore, Failure> {
    let sealer = master_key::open_or_make(config, &*machine.dice)?;
    let (dice, clock) = (Arc::clone(&machine.dice), Arc::clone(&machine.clock));
    let size = config.store_size_bytes_max;
    SqliteStore::open(OpenOptions {
        readers: config.store_readers,
        busy_timeout: config.store_busy_timeout,
        size_bytes_max: (size > 0).then_some(size),
        free_bytes_min: config.store_free_bytes_min,
        ..OpenOptions::new(config.store_path.clone(), sealer, dice, clock)
    })
    .map_err(|error| Failure::new(error.to_string()))
}

/// What opening the configured store would change in its file.
pub fn pending_migrations(config: &Config) -> Result<Vec<Migration>, Failure> {
    klingel_store_sqlite::pending(&config.store_path).map_err(|error| Failure::new(error.to_string()))
}

/// The world of the engine: the configured store, the way out, every dialect. With it the inspector, which gets the
/// engine's requests to its address below `public_url` without a network.
pub fn world(config: &Config, machine: Machine, public_url: &str) -> Result<(World, Inspector), Failure> {
    let store: Arc<dyn Store> = Arc::new(open_store(config, &machine)?);
    let dialects = klingel_dialects::all();
    let inspector = Inspector::new(InspectorWorld {
        store: Arc::clone(&store),
        dialects: dialects.clone(),
        clock: Arc::clone(&machine.clock),
        dice: Arc::clone(&machine.dice),
    });
    let transport = InspectedTransport::new(transport(config)?, inspector.clone(), public_url);
    let transport = Arc::new(transport);
    Ok((World { store, transport, dialects, clock: machine.clock, dice: machine.dice }, inspector))
}

/// What is answered beside the management API.
#[derive(Debug)]
pub struct Extras {
    /// Whether the portal is.
    pub portal: bool,
    /// The metrics, if they are.
    pub metrics: Option<PrometheusHandle>,
}

/// Who answers requests: the management API, and the portal and the metrics if they are wanted. With it the portal,
/// whose live views have to be ended.
pub fn doors(
    engine: Engine,
    inspector: Inspector,
    settings: PortalSettings,
    extras: Extras,
) -> (Doors, Portal) {
    let mounted = klingel_dialects::vendors().into_iter().map(|vendor| Mounted {
        name: vendor.name(),
        management: vendor.management.map(|routes| routes(engine.clone())),
        feed: vendor.feed.map(|routes| routes(engine.clone())),
        doors: vendor.doors.map(|routes| routes(engine.clone())),
    });
    let mounted = mounted.collect();
    let state = ApiState::new(engine.clone(), settings.public_url.clone());
    let publish = Some(PublishDoor::new(state.clone()));
    let api = klingel_api::router_with(state, mounted);
    let portal = Portal::new(engine, api.clone(), inspector, settings);
    let api = if extras.portal { api.merge(portal.clone().router()) } else { api };
    let router = match extras.metrics {
        Some(figures) => {
            const TEXT: (http::HeaderName, &str) = (CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
            api.route("/metrics", get(|| async move { ([TEXT], figures.render()) }))
        }
        None => api,
    };
    (Doors { publish, router }, portal)
}

/// The way out to customers. Must be called within a tokio runtime.
fn transport(config: &Config) -> Result<Arc<dyn Transport>, Failure> {
    let mut settings = config.outbound.clone();
    if let Some(path) = &config.extra_ca_file {
        let pem = std::fs::read(path).map_err(|error| {
            Failure::new(format!("the setting extra_ca_file: {} cannot be read: {error}", path.display()))
        })?;
        settings.extra_ca_pem = Some(pem);
    }
    client(&settings)
}

/// A way to a server of the operator's own, wherever it stands. Must be called within a tokio runtime.
pub fn transport_to_operator() -> Result<Arc<dyn Transport>, Failure> {
    let mut settings = ClientConfig {
        answer_kept_bytes_max: OPERATOR_ANSWER_BYTES_MAX,
        answer_read_bytes_max: OPERATOR_ANSWER_BYTES_MAX,
        ..ClientConfig::default()
    };
    settings.guard.allow_private_networks = true;
    client(&settings)
}

fn client(settings: &ClientConfig) -> Result<Arc<dyn Transport>, Failure> {
    let client = Client::new(settings)
        .map_err(|error| Failure::new(format!("the client for outgoing requests cannot be made: {error}")))?;
    Ok(Arc::new(client))
}
