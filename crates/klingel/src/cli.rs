//! The command line as a whole. Each command has a file under `commands/`.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::commands::{config_check, demo, doctor, generated, key, migrate, send, serve, verify};
use crate::config::{Config, Loaded, Overrides, load};
use crate::failure::Failure;

/// A self-hosted webhook server: post a message once; every endpoint that wants it gets it, signed, retried and
/// recorded.
///
/// First steps:
///
///   klingel demo                                  see it work, without leaving anything behind
///   klingel serve                                 start a server on 127.0.0.1:8080, kept in klingel.sqlite
///   klingel key create --environment production   a key for its API
///
/// Settings: flags, KLINGEL_* variables or a TOML file; `klingel config check` shows them all.
#[derive(Debug, Parser)]
#[command(name = "klingel", version, propagate_version = true, verbatim_doc_comment)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server.
    Serve(serve::Serve),
    /// Make, list and revoke API keys.
    #[command(subcommand)]
    Key(key::Key),
    /// Show the whole way of messages on this machine, with a temporary store.
    Demo(demo::Demo),
    /// Post one message to a running server.
    Send(send::Send),
    /// Check the signature of a received request, offline.
    Verify(verify::Verify),
    /// Bring the store's file to this version's form.
    Migrate(migrate::Migrate),
    /// Look for what keeps Klingel from working well here.
    Doctor(doctor::Doctor),
    /// Look at the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write the files under docs/ that are made from the program.
    #[command(hide = true)]
    Generated(generated::Generated),
}

/// What can be done with settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check all settings, and show each with its value and where it comes from.
    Check(config_check::Check),
}

/// Where settings come from.
#[derive(Debug, Clone, Default, Args)]
pub struct Settings {
    /// TOML file with settings; docs/configuration.md lists them.
    #[arg(long, value_name = "FILE", env = "KLINGEL_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// The store: sqlite: and the path of its file [setting: store] [default: sqlite:klingel.sqlite]
    #[arg(long, value_name = "sqlite:PATH")]
    pub store: Option<String>,
}

impl Settings {
    /// Reads them, with what other flags say; everything that is wrong is named in the failure.
    pub fn load(&self, flags: Overrides) -> Result<Config, Failure> {
        let loaded = self.load_with_sources(flags);
        loaded.map(|loaded| loaded.config).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            Failure::new(format!("the settings are not right:\n  {}", lines.join("\n  ")))
        })
    }

    /// As [`Settings::load`], with the source of each setting, or all problems.
    pub fn load_with_sources(&self, mut flags: Overrides) -> Result<Loaded, Vec<load::Problem>> {
        flags.extend(self.store.clone().map(|store| ("store", "--store", store)));
        load::load(self.config.as_deref().map(Path::new), &crate::config::environment(), &flags)
    }
}
