//! `klingel send`

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{payload, wait_for};
use crate::api_client::ApiClient;
use crate::failure::Failure;
use crate::output;
use crate::wiring;

const EXAMPLE: &str =
    "Example:\n  KLINGEL_KEY=$KEY klingel send --app my-app --type invoice.paid --payload '{\"id\":17}'";

/// Post one message to a running server.
///
/// Prints the id under which it was accepted.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Send {
    /// Address of the server.
    #[arg(long, env = "KLINGEL_URL", hide_env_values = true, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// API key with the role publish or admin; better in the variable than on the command line, where others see it.
    #[arg(long, env = "KLINGEL_KEY", hide_env_values = true)]
    key: String,
    /// The application: its id or its uid.
    #[arg(long)]
    app: String,
    /// The message's event type.
    #[arg(long = "type", value_name = "TYPE")]
    event_type: String,
    /// The payload as JSON: the text itself, @FILE, or - for standard input.
    #[arg(long, default_value = "{}")]
    payload: String,
    /// Your own name for the message; a second one of the same name is refused.
    #[arg(long)]
    event_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageIn<'a> {
    event_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'a str>,
    payload: &'a RawValue,
}

impl Send {
    /// Prints the id under which the message was accepted.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.app.bytes().any(|byte| !byte.is_ascii_alphanumeric() && !b"-_.".contains(&byte)) {
            return Err(Failure::new("--app: an id or uid has only letters, digits, '-', '_' and '.'"));
        }
        let bytes = payload::read("--payload", &self.payload)?;
        let payload: &RawValue = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::new(format!("--payload: not JSON: {error}")))?;
        let message = MessageIn { event_type: &self.event_type, event_id: self.event_id.as_deref(), payload };
        let body = serde_json::to_vec(&message)
            .map_err(|error| Failure::new(format!("the message cannot be written as JSON: {error}")))?;
        let answer = wait_for(async {
            let client = ApiClient::new(wiring::transport_to_operator()?, &self.url, &self.key)?;
            client.post(&format!("/app/{}/msg/", self.app), body).await
        })?;
        let id = answer.get("id").and_then(serde_json::Value::as_str);
        let id = id.ok_or_else(|| Failure::new(format!("{} gave no message id", self.url)))?;
        output::line(format_args!("accepted {id}"))?;
        Ok(ExitCode::SUCCESS)
    }
}
