//! Sign In App: visitors who sign in and out. What is honoured, decided and not known: `README.md` in this folder.

use std::sync::Arc;
use std::time::Duration;

use klingel_engine::deliver::{
    Description, Dialect, Failure, OutboundRequest, Received, Response, Sending, UnfitSecret, UnfitSettings,
    Unsendable, Verdict, Verification, Wishes,
};
use klingel_engine::upkeep::Chore;
use klingel_engine::{Publish, Refusal};
use klingel_model::{Dice, Endpoint, Micros, RetrySchedule, SecretKey};

use crate::http_rules;
use crate::vendor::{Command, Golden, Signature, Vendor};

mod answers;
mod chores;
mod command;
mod demo;
mod description;
mod doors;
mod event;
mod feed;
mod fields;
mod management;
mod notification;
mod problem;
mod records;
pub mod sign;
mod time;
mod wire;

#[cfg(test)]
mod tests;

/// Waits between the three attempts. The vendor publishes the number only.
const WAITS: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(100)];
/// Characters of a shared secret.
const SECRET_CHARS_MAX: usize = 256;

/// What this folder hands over.
pub fn vendor() -> Vendor {
    const GOLDEN: &[Golden] = &[
        Golden { name: "1-signin.json", text: include_str!("golden/1-signin.json") },
        Golden {
            name: "2-signout-without-host.json",
            text: include_str!("golden/2-signout-without-host.json"),
        },
    ];
    let mut vendor = Vendor::new(SignInApp, include_str!("README.md"), GOLDEN, Signature::Verified);
    vendor.doors = Some(doors::router);
    vendor.door_prefixes = &["/client-api/"];
    vendor.management = Some(management::router);
    vendor.feed = Some(feed::router);
    vendor.command = Some(Command { arguments: command::arguments, run: command::run });
    vendor.demo = Some(demo::DEMO);
    vendor
}

/// The dialect of visitor accounts.
#[derive(Debug, Clone, Copy)]
pub struct SignInApp;

impl Dialect for SignInApp {
    fn name(&self) -> &'static str {
        "signinapp"
    }

    fn write(&self, sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        let secrets = self.signing_secrets(sending.endpoint, sending.now);
        wire::write(sending, secrets.first().copied())
    }

    /// 2xx is a success; everything else, 410 and redirects included, is tried again. Pauses that the receiver asks
    /// for are honoured.
    fn read(&self, outcome: &Result<Response, Failure>, now: Micros) -> Verdict {
        match http_rules::read(outcome, now) {
            Verdict::Disable(_) | Verdict::GiveUp => Verdict::Retry { not_before: None, slow_down: false },
            verdict => verdict,
        }
    }

    fn retry_schedule(&self) -> RetrySchedule {
        RetrySchedule::new(WAITS).expect("two waits below a day are a schedule")
    }

    fn new_secret(&self, _: &dyn Dice) -> Option<SecretKey> {
        None
    }

    fn parse_secret(&self, text: &str) -> Result<SecretKey, UnfitSecret> {
        if (1..=SECRET_CHARS_MAX).contains(&text.chars().count()) {
            Ok(SecretKey::Opaque(text.to_owned()))
        } else {
            Err(UnfitSecret(format!("must be a text of 1 to {SECRET_CHARS_MAX} characters")))
        }
    }

    fn shape(&self, publish: Publish, now: Micros, dice: &dyn Dice) -> Result<Publish, Refusal> {
        event::shape(publish, now, dice)
    }

    fn parse_settings(&self, text: &str) -> Result<String, UnfitSettings> {
        let settings = notification::parse(text)?;
        Ok(serde_json::to_string(&settings).expect("texts and numbers are always JSON"))
    }

    fn wishes(&self, endpoint: &Endpoint) -> Option<Arc<dyn Wishes>> {
        notification::wishes(endpoint.dialect_settings_json.as_deref())
    }

    fn verify(&self, received: &Received<'_>, secret: &SecretKey, now: Micros) -> Verification {
        sign::received(received, secret, now)
    }

    fn chores(&self) -> &'static [Chore] {
        chores::CHORES
    }

    fn description(&self) -> Description {
        description::description()
    }
}
