//! The LINA Third Party API. What is honoured, decided and not known: `README.md` in this folder.

use std::sync::Arc;

use klingel_engine::deliver::{
    Description, Dialect, Failure, OutboundRequest, Response, Sending, UnfitSecret, UnfitSettings,
    Unsendable, Verdict, Wishes,
};
use klingel_engine::disclosure::Disclosure;
use klingel_engine::upkeep::Chore;
use klingel_engine::{Publish, Refusal};
use klingel_model::{Dice, Endpoint, Micros, RetrySchedule, SecretKey};

use crate::vendor::{Command, Golden, Signature, Vendor};

mod answer;
mod chores;
mod command;
mod demo;
mod description;
mod disclosure;
mod doors;
mod feed;
mod hook;
mod management;
mod plan;
mod records;
mod wire;

#[cfg(test)]
mod tests;

const NO_SIGNATURE: &str = "The vendor describes no signature and no secret: receivers know their requests by the hook's uuid in the body.";

/// What this folder hands over.
pub fn vendor() -> Vendor {
    const GOLDEN: &[Golden] = &[
        Golden { name: "1-register.json", text: include_str!("golden/1-register.json") },
        Golden { name: "2-registered.json", text: include_str!("golden/2-registered.json") },
        Golden { name: "3-change.json", text: include_str!("golden/3-change.json") },
        Golden { name: "4-delete.json", text: include_str!("golden/4-delete.json") },
        Golden { name: "5-given.json", text: include_str!("golden/5-given.json") },
        Golden { name: "6-withdrawn.json", text: include_str!("golden/6-withdrawn.json") },
        Golden { name: "7-exhausted.json", text: include_str!("golden/7-exhausted.json") },
    ];
    Vendor {
        doors: Some(doors::router),
        door_prefixes: &[doors::PREFIX],
        management: Some(management::router),
        feed: Some(feed::router),
        command: Some(Command { arguments: command::arguments, run: command::run }),
        demo: Some(demo::DEMO),
        ..Vendor::new(Lina, include_str!("README.md"), GOLDEN, Signature::Absent(NO_SIGNATURE))
    }
}

/// The dialect.
#[derive(Debug, Clone, Copy)]
pub struct Lina;

impl Dialect for Lina {
    fn name(&self) -> &'static str {
        "lina"
    }

    fn write(&self, sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        wire::write(sending)
    }

    /// The answer is not evaluated: whatever it says, the receiver has the data. Without an answer there is no second
    /// attempt either.
    fn read(&self, outcome: &Result<Response, Failure>, _: Micros) -> Verdict {
        match outcome {
            Ok(_) => Verdict::Delivered,
            Err(_) => Verdict::GiveUp,
        }
    }

    fn retry_schedule(&self) -> RetrySchedule {
        RetrySchedule::new([]).expect("no wait is too long, and none are not too many")
    }

    fn new_secret(&self, _: &dyn Dice) -> Option<SecretKey> {
        None
    }

    fn parse_secret(&self, _: &str) -> Result<SecretKey, UnfitSecret> {
        Err(UnfitSecret("hooks of this dialect have no secret; leave the field out".to_owned()))
    }

    /// Personal data go out only with a consent that is kept, which a plain message has not.
    fn shape(&self, _: Publish, _: Micros, _: &dyn Dice) -> Result<Publish, Refusal> {
        Err(Refusal::Invalid(
            "eventType",
            "this dialect sends what users decide: post decisions to /api/v1/app/{app_id}/lina/consent/give and …/withdraw"
                .to_owned(),
        ))
    }

    fn parse_settings(&self, text: &str) -> Result<String, UnfitSettings> {
        Ok(hook::HookSettings::parse(text)?.to_json())
    }

    fn wishes(&self, endpoint: &Endpoint) -> Option<Arc<dyn Wishes>> {
        Some(hook::HookSettings::wishes(endpoint))
    }

    fn chores(&self) -> &'static [Chore] {
        chores::CHORES
    }

    fn disclosure(&self) -> Option<&dyn Disclosure> {
        Some(&disclosure::Datenweitergabe)
    }

    fn description(&self) -> Description {
        description::description()
    }
}
