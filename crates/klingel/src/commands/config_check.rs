//! `klingel config check`

use std::process::ExitCode;

use clap::Args;

use crate::cli::Settings;
use crate::config::SECTIONS;
use crate::failure::Failure;
use crate::output;

/// Check all settings, and show each with its value and where it comes from.
///
/// Secrets are not shown. Exit code 0 if everything is right, 1 if not.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    settings: Settings,
}

impl Check {
    /// Prints every problem to standard error, or every setting to standard output.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut loaded = match self.settings.load_with_sources(Vec::new()) {
            Ok(loaded) => loaded,
            Err(problems) => {
                for problem in &problems {
                    eprintln!("{problem}");
                }
                return Ok(ExitCode::FAILURE);
            }
        };
        let mut rows = Vec::new();
        for section in &SECTIONS {
            for setting in section.settings {
                let value = setting.show(&mut loaded.config);
                rows.push((setting.name, value, loaded.source(setting.name).to_string()));
            }
        }
        let name_width = rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        let value_width = rows.iter().map(|(_, value, _)| value.len()).max().unwrap_or(0);
        for (name, value, source) in rows {
            output::line(format_args!("{name:name_width$}  {value:value_width$}  {source}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
