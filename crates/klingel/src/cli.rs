//! The command line as a whole. Each command has a file under `commands/`.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    config_check, demo, doctor, generated, inspect, key, migrate, portal, send, serve, verify,
};
use crate::config::{Config, Loaded, Overrides, load};
use crate::failure::Failure;

const FIRST_STEPS: &str = "\
First steps:
  klingel demo                                  see it work; nothing is left behind
  klingel serve                                 a server on 127.0.0.1:8080, kept in klingel.sqlite
  klingel key create --environment production   a key to its API

Settings are flags, KLINGEL_* variables or a TOML file; `klingel config check` shows all of them.
`klingel help COMMAND` says more about a command.";

/// A self-hosted webhook server. Post a message once: every endpoint that wants it gets it, signed, retried and
/// recorded.
#[derive(Debug, Parser)]
#[command(name = "klingel", version, after_help = FIRST_STEPS)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

// Without texts of their own here: each command's help stands with the command.
/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Portal(portal::Portal),
    Send(send::Send),
    Verify(verify::Verify),
    Inspect(inspect::Inspect),
    #[command(subcommand)]
    Config(ConfigCommand),
    Doctor(doctor::Doctor),
    Migrate(migrate::Migrate),
    #[command(hide = true)]
    Generated(generated::Generated),
}

/// Look at the settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    Check(config_check::Check),
}

/// Where settings come from.
#[derive(Debug, Clone, Default, Args)]
pub struct Settings {
    /// TOML file with settings; docs/configuration.md lists them.
    #[arg(long, value_name = "FILE", env = "KLINGEL_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// The store's file; made if there is none [setting: store] [default: sqlite:klingel.sqlite]
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
