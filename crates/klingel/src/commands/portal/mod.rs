//! `klingel portal`: letting people into the portal, also while a server runs on the same store.

use std::process::ExitCode;

use clap::Subcommand;
use klingel_model::Environment;
use klingel_store::Reader;
use klingel_store::access::ACCESS_TEXT_BYTES_MAX;

use crate::commands::key::list::all_environments;
use crate::commands::key::store_failure;
use crate::failure::Failure;

pub mod link;
pub mod login;
pub mod operators;
pub mod password;
pub mod remove;

/// Let people into the portal, also while a server runs on the same store.
#[derive(Debug, Subcommand)]
pub enum Portal {
    Login(login::Login),
    Link(link::Link),
    Password(password::Password),
    Operators(operators::Operators),
    Remove(remove::Remove),
}

impl Portal {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Login(login) => login.run(),
            Self::Link(link) => link.run(),
            Self::Password(password) => password.run(),
            Self::Operators(operators) => operators.run(),
            Self::Remove(remove) => remove.run(),
        }
    }
}

/// The environment of this name; without a name the only one.
async fn environment(store: &dyn Reader, name: Option<&str>) -> Result<Environment, Failure> {
    let mut all = all_environments(store).await?;
    let names = all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    let Some(name) = name else {
        return match all.pop() {
            Some(only) if all.is_empty() => Ok(only),
            None => Err(Failure::new(
                "there is no environment in this store yet; `klingel key create --environment NAME` makes one",
            )),
            Some(_) => Err(Failure::new(format!("choose one with --environment: {names}"))),
        };
    };
    let found = store.environment_by_name(name).await.map_err(|error| store_failure(&error))?;
    found.ok_or_else(|| {
        Failure::new(format!("there is no environment {name} in this store; there is: {names}"))
    })
}

/// Who it is for, as the audit log will name him.
fn holder(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > ACCESS_TEXT_BYTES_MAX || text.chars().any(char::is_control) {
        return Err(format!("1 to {ACCESS_TEXT_BYTES_MAX} bytes without line breaks"));
    }
    Ok(text.to_owned())
}
