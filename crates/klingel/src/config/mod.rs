//! Settings: one table of rows, a file per section, that yields the keys of the file, the names of the environment
//! variables, the checks, `klingel config check` and `docs/configuration.md`.
//!
//! A setting has one name everywhere: `retention` in the file, `KLINGEL_RETENTION` in the environment. What is given
//! later in this list wins: default, file, environment, flag.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use klingel_engine::Settings;
use klingel_outbound::ClientConfig;

mod contradictions;
mod delivery;
mod limits;
pub mod load;
mod logs;
mod outbound;
mod portal;
pub mod reference;
mod server;
pub mod setting;
mod store;
mod value;

pub use load::{Loaded, Overrides};
pub use setting::Setting;

/// A part of the reference.
#[derive(Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// What it is about, in a sentence.
    pub about: &'static str,
    /// Its settings.
    pub settings: &'static [Setting],
}

/// All settings, in the order of the reference.
pub const SECTIONS: [Section; 7] = [
    server::SECTION,
    portal::SECTION,
    store::SECTION,
    delivery::SECTION,
    outbound::SECTION,
    limits::SECTION,
    logs::SECTION,
];

/// Every setting.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    SECTIONS.iter().flat_map(|section| section.settings)
}

/// A text that is never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

/// Everything that can be set, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where requests are taken.
    pub listen: SocketAddr,
    /// How browsers reach the server, if not at `listen`: without a slash at its end.
    pub public_url: Option<String>,
    /// Connections open at once.
    pub connections_max: usize,
    /// For the head of a request, the wait for it on an open connection included.
    pub header_read_timeout: Duration,
    /// For a whole request.
    pub request_timeout: Duration,
    /// For finishing what is under way after SIGTERM.
    pub shutdown_deadline: Duration,
    /// Whether `/portal` answers.
    pub portal: bool,
    /// How long a session of the portal lasts.
    pub portal_session: Duration,
    /// Origins whose pages may show the portal in a frame.
    pub portal_frame_origins: Vec<String>,
    /// Whether `/metrics` answers.
    pub metrics: bool,
    /// The file of the SQLite store.
    pub store_path: PathBuf,
    /// Reading connections to the store.
    pub store_readers: usize,
    /// How long a write waits for another process.
    pub store_busy_timeout: Duration,
    /// The file of the master key, if not beside the store.
    pub master_key_file: Option<PathBuf>,
    /// The master key itself, base64.
    pub master_key: Option<Hidden>,
    /// Free bytes on the store's disk below which messages are refused.
    pub store_free_bytes_min: u64,
    /// Largest size of the store's file; 0: no limit.
    pub store_size_bytes_max: u64,
    /// The engine's.
    pub engine: Settings,
    /// The HTTP client's.
    pub outbound: ClientConfig,
    /// The file of further certificate authorities.
    pub extra_ca_file: Option<PathBuf>,
    /// What is logged.
    pub log_level: String,
    /// How it is written.
    pub log_format: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            connections_max: 4096,
            header_read_timeout: Duration::from_mins(1),
            request_timeout: Duration::from_secs(30),
            shutdown_deadline: Duration::from_secs(20),
            portal: true,
            portal_session: Duration::from_hours(12),
            portal_frame_origins: Vec::new(),
            metrics: true,
            store_path: PathBuf::from("klingel.sqlite"),
            store_readers: 4,
            store_busy_timeout: Duration::from_secs(5),
            master_key_file: None,
            master_key: None,
            store_free_bytes_min: 64 * 1024 * 1024,
            store_size_bytes_max: 0,
            engine: Settings::default(),
            outbound: ClientConfig::default(),
            extra_ca_file: None,
            log_level: "info".to_owned(),
            log_format: "human".to_owned(),
        }
    }
}

impl Config {
    /// How browsers reach a server that listens at this address. All networks of a machine are no place to go to:
    /// without the setting, links then lead to the machine itself.
    pub fn public_url_at(&self, mut address: SocketAddr) -> String {
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv6() {
                IpAddr::V6(Ipv6Addr::LOCALHOST)
            } else {
                IpAddr::V4(Ipv4Addr::LOCALHOST)
            });
        }
        self.public_url.clone().unwrap_or_else(|| format!("http://{address}"))
    }

    /// The master key's file: as set, or beside the store.
    pub fn master_key_path(&self) -> PathBuf {
        self.master_key_file.clone().unwrap_or_else(|| {
            let mut beside = self.store_path.clone().into_os_string();
            beside.push(".key");
            PathBuf::from(beside)
        })
    }
}

/// Names of environment variables that are read by the command line itself and are no settings.
pub const COMMAND_LINE_VARIABLES: [(&str, &str); 3] = [
    ("KLINGEL_CONFIG", "path of the settings file, as --config"),
    ("KLINGEL_URL", "address of a running server, for `klingel send`"),
    ("KLINGEL_KEY", "API key, for `klingel send`"),
];

/// The process's environment, as far as it concerns Klingel.
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .filter(|(name, _)| name.starts_with("KLINGEL_"))
        .collect()
}
