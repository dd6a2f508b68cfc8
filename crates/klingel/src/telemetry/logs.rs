//! Logs: to standard error, for people or as JSON.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::failure::Failure;

/// Starts logging as the settings `log_level` and `log_format` say.
pub fn start(config: &Config) -> Result<(), Failure> {
    let filter = EnvFilter::builder().parse(&config.log_level).map_err(|error| {
        Failure::new(format!(
            "the setting log_level cannot be understood: {error}; write info or info,klingel_engine=debug"
        ))
    })?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = if config.log_format == "json" {
        logs.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
    } else {
        logs.with_ansi(io::stderr().is_terminal()).with_target(false).try_init()
    };
    started.map_err(|error| Failure::new(format!("logging cannot be started: {error}")))
}
