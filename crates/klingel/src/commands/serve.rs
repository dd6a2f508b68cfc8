//! `klingel serve`

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;

use super::wait_for;
use crate::cli::Settings;
use crate::config::{Config, Overrides};
use crate::failure::Failure;
use crate::lifecycle::{Server, Signals};
use crate::telemetry;
use crate::wiring::Machine;

/// Start the server; it runs until SIGTERM or Ctrl-C.
///
/// One line on standard output says when requests are accepted; logs go to standard error. At the first start the
/// store and the key that seals its secrets are made. Calls to the API need a key: `klingel key create`, also while
/// the server runs.
///
/// On SIGTERM and Ctrl-C no new connection is taken, what is under way may finish for the time of the setting `shutdown_deadline`, and what is
/// left is sent after the next start. A second signal ends it at once; nothing that was accepted is lost by that.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where requests are taken in [setting: listen] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    #[arg(
        long,
        help = "Permit endpoints in private networks and on this machine [setting: allow_private_networks]"
    )]
    allow_private_networks: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    /// Runs until it is told to stop.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(self.flags())?;
        telemetry::logs::start(&config)?;
        wait_for(serve(config))
    }

    fn flags(&self) -> Overrides {
        let mut flags = Overrides::new();
        flags.extend(self.listen.map(|listen| ("listen", "--listen", listen.to_string())));
        if self.allow_private_networks {
            flags.push(("allow_private_networks", "--allow-private-networks", "true".to_owned()));
        }
        flags
    }
}

async fn serve(config: Config) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen()?;
    let server = Server::start(&config, Machine::real()).await?;
    announce(&server, &config)?;
    signals.next().await;
    tracing::info!(deadline = ?config.shutdown_deadline, "stopping; a second signal ends at once");
    tokio::select! {
        () = server.stop() => Ok(ExitCode::SUCCESS),
        () = signals.next() => {
            tracing::warn!("ended at once by a second signal; what was under way is sent again after the next start");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn announce(server: &Server, config: &Config) -> Result<(), Failure> {
    let address = server.address();
    let mut output = std::io::stdout().lock();
    writeln!(
        output,
        "klingel {} accepts requests on http://{address} (store sqlite:{}, docs http://{address}/docs)",
        env!("CARGO_PKG_VERSION"),
        config.store_path.display()
    )
    .and_then(|()| output.flush())
    .map_err(|error| Failure::new(format!("standard output cannot be written to: {error}")))
}
