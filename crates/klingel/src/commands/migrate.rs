//! `klingel migrate`

use std::process::ExitCode;

use clap::Args;

use crate::cli::Settings;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};

/// Bring the store's file to this version's form.
///
/// `serve` does the same at its start; this is for doing it at a time of your own, with the server stopped. Make a
/// copy of the file before.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Change nothing; exit with 1 if there is something to do.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Migrate {
    /// Says what was done, or what there is to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Vec::new())?;
        let path = config.store_path.display();
        let pending = wiring::pending_migrations(&config)?;
        if pending.is_empty() {
            output::line(format_args!("{path} has this version's form; there is nothing to do."))?;
            return Ok(ExitCode::SUCCESS);
        }
        if !self.check {
            drop(wiring::open_store(&config, &Machine::real())?);
        }
        for migration in &pending {
            output::line(format_args!("{} {migration}", if self.check { "to do:" } else { "done:" }))?;
        }
        Ok(if self.check { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
