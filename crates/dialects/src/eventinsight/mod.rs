//! `EventInsight`, also sold as Let's Get Digital: webhooks that tell of changed users and companies of trade fairs.
//! What is honoured, decided and not known: `README.md` in this folder.

use std::sync::Arc;

use klingel_engine::deliver::{
    Description, Dialect, Failure, OutboundRequest, Response, Sending, UnfitSecret, UnfitSettings,
    Unsendable, Verdict, Wishes,
};
use klingel_engine::{Publish, Refusal};
use klingel_model::{Dice, Endpoint, Message, Micros, RetrySchedule, SecretKey};

use crate::http_rules;
use crate::vendor::{Command, Golden, Signature, Vendor};

mod answer;
mod call;
mod command;
mod demo;
mod description;
mod document;
mod entity;
mod feed;
mod management;
mod settings;
mod shape;
mod wire;

#[cfg(test)]
mod tests;

use settings::Settings;

/// What this folder hands over.
pub fn vendor() -> Vendor {
    const GOLDEN: &[Golden] = &[
        Golden { name: "1-user-new.json", text: include_str!("golden/1-user-new.json") },
        Golden { name: "2-user-update.json", text: include_str!("golden/2-user-update.json") },
        Golden { name: "3-user-delete.json", text: include_str!("golden/3-user-delete.json") },
        Golden { name: "4-user-test.json", text: include_str!("golden/4-user-test.json") },
        Golden { name: "5-company-new.json", text: include_str!("golden/5-company-new.json") },
    ];
    let unsigned = Signature::Absent(
        "the vendor describes no signature and no secret; receivers use an address that cannot be guessed",
    );
    Vendor {
        management: Some(management::routes),
        feed: Some(feed::routes),
        command: Some(Command { arguments: command::arguments, run: command::run }),
        demo: Some(demo::DEMO),
        ..Vendor::new(EventInsight, include_str!("README.md"), GOLDEN, unsigned)
    }
}

/// The dialect: one application is one organiser.
#[derive(Debug, Clone, Copy)]
pub struct EventInsight;

/// The wishes of settings that cannot be read: nothing rather than everything.
struct Nothing;

impl Wishes for Nothing {
    fn want(&self, _: &Message) -> bool {
        false
    }
}

impl Dialect for EventInsight {
    fn name(&self) -> &'static str {
        "eventinsight"
    }

    fn write(&self, sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        wire::write(sending)
    }

    /// 2xx is a success, and nothing that a receiver says switches its webhook off: only the organiser does.
    fn read(&self, outcome: &Result<Response, Failure>, now: Micros) -> Verdict {
        match http_rules::read(outcome, now) {
            Verdict::Disable(_) => Verdict::Retry { not_before: None, slow_down: false },
            verdict => verdict,
        }
    }

    /// One attempt; an endpoint's own schedule switches retries on.
    fn retry_schedule(&self) -> RetrySchedule {
        RetrySchedule::new([]).expect("no wait is too long")
    }

    fn new_secret(&self, _: &dyn Dice) -> Option<SecretKey> {
        None
    }

    fn parse_secret(&self, _: &str) -> Result<SecretKey, UnfitSecret> {
        Err(UnfitSecret("EventInsight signs nothing, so there is no secret; leave the field out".to_owned()))
    }

    fn shape(&self, publish: Publish, _: Micros, _: &dyn Dice) -> Result<Publish, Refusal> {
        shape::shape(publish)
    }

    fn parse_settings(&self, text: &str) -> Result<String, UnfitSettings> {
        Ok(Settings::parse(text)?.to_json().to_string())
    }

    fn wishes(&self, endpoint: &Endpoint) -> Option<Arc<dyn Wishes>> {
        Some(match endpoint.dialect_settings_json.as_deref().map(Settings::parse) {
            None => Arc::new(Settings::default()),
            Some(Ok(settings)) => Arc::new(settings),
            Some(Err(_)) => Arc::new(Nothing),
        })
    }

    fn description(&self) -> Description {
        description::description()
    }
}
