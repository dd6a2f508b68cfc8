//! `klingel verify`

use std::process::ExitCode;

use clap::Args;
use klingel_dialects::standard::verify::{ReceiverKey, Signed, Untrusted, verify, verify_signature};
use klingel_model::Clock as _;

use super::payload;
use crate::failure::Failure;
use crate::output;
use crate::system_clock::SystemClock;

const EXAMPLE: &str = "\
Example:
  klingel verify --secret whsec_… --body @body.json \\
    --header 'webhook-id: msg_…' --header 'webhook-timestamp: 1700000000' \\
    --header 'webhook-signature: v1,…'";

/// Check the signature of a received request, without any server.
///
/// The rule is that of Standard Webhooks 1.0.0. Give the three headers one by one or as they stand in the request, and
/// the body byte for byte. Exit code 0 if the signature is right, 1 if not.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Verify {
    /// The endpoint's secret: whsec_…, or the public key whpk_… of a key pair; @FILE reads it from a file. May be
    /// given several times; one that fits is enough.
    #[arg(long, required = true, value_name = "SECRET")]
    secret: Vec<String>,
    /// A header of the request as it stands there; other headers are passed over.
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// The value of webhook-id.
    #[arg(long)]
    id: Option<String>,
    /// The value of webhook-timestamp.
    #[arg(long)]
    timestamp: Option<String>,
    /// The value of webhook-signature.
    #[arg(long)]
    signature: Option<String>,
    /// The body: the text itself, @FILE, or - for standard input. It must be exactly what was received.
    #[arg(long)]
    body: String,
    /// Also refuse a timestamp that is more than five minutes off, as a receiver should.
    #[arg(long)]
    strict: bool,
}

impl Verify {
    /// Prints which signature is right, or why none is.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let keys = self.keys()?;
        let id = self.value(self.id.as_deref(), "id")?;
        let timestamp_s = self.value(self.timestamp.as_deref(), "timestamp")?;
        let signature = self.value(self.signature.as_deref(), "signature")?;
        let body = payload::read("--body", &self.body)?;
        let signed = Signed { id: &id, timestamp_s: &timestamp_s, signature: &signature, body: &body };

        let matched = match verify_signature(&keys, &signed) {
            Ok(matched) => matched,
            Err(why) => {
                output::line(format_args!("not verified: {why}"))?;
                if why == Untrusted::Mismatch {
                    output::line(format_args!(
                        "Check that the body is byte for byte what came, and that the secret is this endpoint's."
                    ))?;
                }
                return Ok(ExitCode::FAILURE);
            }
        };
        let age = verify(&keys, &signed, SystemClock::new().now()).err();
        if let (Some(why), true) = (&age, self.strict) {
            output::line(format_args!("not verified: {why}"))?;
            return Ok(ExitCode::FAILURE);
        }
        let secret = if keys.len() > 1 { format!(" with secret {}", matched.key + 1) } else { String::new() };
        output::line(format_args!(
            "verified: signature {} of {} ({}){secret}",
            matched.item, matched.items, matched.version
        ))?;
        if let Some(why) = age {
            output::line(format_args!("note: {why}, so a receiver that checks the age refuses it now"))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn keys(&self) -> Result<Vec<ReceiverKey>, Failure> {
        let read = |given: &String| {
            let text = match given.strip_prefix('@') {
                Some(_) => String::from_utf8_lossy(&payload::read("--secret", given)?).trim().to_owned(),
                None => given.clone(),
            };
            ReceiverKey::parse(&text).map_err(|invalid| Failure::new(format!("--secret: {invalid}")))
        };
        self.secret.iter().map(read).collect()
    }

    fn value(&self, given: Option<&str>, name: &str) -> Result<String, Failure> {
        if let Some(value) = given {
            return Ok(value.trim().to_owned());
        }
        let header = format!("webhook-{name}");
        let found = self.header.iter().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case(&header).then(|| value.trim().to_owned())
        });
        found.ok_or_else(|| Failure::new(format!("give --{name}, or --header '{header}: …'")))
    }
}
