//! `klingel <vendor> …`: the commands that the dialects bring.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};
use klingel_dialects::{CommandWorld, Vendor};

use super::wait_for;
use crate::cli::Settings;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};

/// The command line with the dialects' commands. Where settings come from can be said at any depth of them.
pub fn attach(mut root: Command) -> Command {
    for vendor in klingel_dialects::vendors() {
        if let Some(command) = vendor.command {
            let name = vendor.name();
            let own = (command.arguments)().name(name).subcommand_required(true);
            // Settings bring a help text of their own, which would take the place of the command's.
            let about = own.get_about().cloned().unwrap_or_default();
            let arguments = Settings::augment_args(own).about(about).long_about(None);
            root = root.subcommand(arguments.mut_args(|argument| argument.global(true)));
        }
    }
    root
}

/// The dialect whose command was asked for, with its arguments.
pub fn asked(matches: &ArgMatches) -> Option<(Vendor, ArgMatches)> {
    let (name, arguments) = matches.subcommand()?;
    let vendor = klingel_dialects::vendors().into_iter().find(|vendor| vendor.name() == name)?;
    Some((vendor, arguments.clone()))
}

/// Does it on the configured store, also beside a running server.
pub fn run(vendor: &Vendor, arguments: ArgMatches) -> Result<ExitCode, Failure> {
    let command = vendor.command.ok_or_else(|| Failure::new("this dialect has no commands"))?;
    let settings = Settings::from_arg_matches(&arguments).map_err(|error| Failure::new(error.to_string()))?;
    let config = settings.load(Vec::new())?;
    let text = wait_for(async {
        let machine = Machine::real();
        let store = Arc::new(wiring::open_store(&config, &machine)?);
        let world = CommandWorld { store, clock: machine.clock, dice: machine.dice };
        (command.run)(world, arguments).await.map_err(Failure::new)
    })?;
    output::line(format_args!("{}", text.trim_end()))?;
    Ok(ExitCode::SUCCESS)
}
