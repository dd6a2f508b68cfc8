//! `klingel key create`

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, builder::TypedValueParser as _};
use klingel_model::{ApiKey, ApiKeyId, Environment, EnvironmentId, Role};

use super::store_failure;
use crate::cli::Settings;
use crate::commands::wait_for;
use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::{self, Machine};

/// Characters of an environment's name.
const NAME_CHARS_MAX: usize = 64;
/// Bytes of a label.
const LABEL_BYTES_MAX: usize = 200;

/// Make a key to the API of an environment, and print it and nothing else.
///
/// It cannot be shown again: the store keeps only its SHA-256. An environment is made with its first key; it is a hard
/// wall: what belongs to one is never seen with a key to another.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  KEY=$(klingel key create --environment production)")]
pub struct Create {
    /// The environment's name, such as production or staging: letters, digits, '-' and '_'.
    #[arg(long, value_name = "NAME", value_parser = environment_name)]
    environment: String,
    /// What the key may do: admin everything in its environment, publish post messages and read, read only read.
    #[arg(long, default_value = "admin", value_parser = PossibleValuesParser::new(["admin", "publish", "read"])
        .map(|word| Role::parse(&word).expect("the parser lets only these words through")))]
    role: Role,
    /// What the key is for, shown by `klingel key list`.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT", value_parser = label)]
    label: String,
    #[command(flatten)]
    settings: Settings,
}

fn environment_name(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.is_empty() || text.len() > NAME_CHARS_MAX || !text.bytes().all(fits) {
        return Err(format!("1 to {NAME_CHARS_MAX} letters, digits, '-' and '_'"));
    }
    Ok(text.to_owned())
}

fn label(text: &str) -> Result<String, String> {
    if text.len() > LABEL_BYTES_MAX || text.chars().any(char::is_control) {
        return Err(format!("at most {LABEL_BYTES_MAX} bytes without line breaks"));
    }
    Ok(text.to_owned())
}

impl Create {
    /// Prints the key.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Vec::new())?;
        let key = wait_for(create(&config, self.environment, self.role, self.label))?;
        output::line(format_args!("{key}"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes a key in the configured store and gives its text.
async fn create(config: &Config, environment: String, role: Role, label: String) -> Result<String, Failure> {
    let machine = Machine::real();
    let store = wiring::open_store(config, &machine)?;
    add_key(&store, &machine, environment, role, label).await
}

/// Makes a key in this store and gives its text.
pub async fn add_key(
    store: &dyn klingel_store::Catalog,
    machine: &Machine,
    environment: String,
    role: Role,
    label: String,
) -> Result<String, Failure> {
    let (clock, dice) = (&*machine.clock, &*machine.dice);
    let now = clock.now();
    let wanted = Environment { id: EnvironmentId::new(now, dice), name: environment, created_at: now };
    let environment = store.ensure_environment(wanted).await.map_err(|error| store_failure(&error))?;
    let (text, digest) = klingel_engine::keys::new_key(dice, role);
    let key = ApiKey {
        id: ApiKeyId::new(now, dice),
        environment_id: environment.id,
        role,
        digest,
        label,
        created_at: now,
        revoked_at: None,
    };
    store.add_key(key).await.map_err(|error| store_failure(&error))?;
    Ok(text)
}
