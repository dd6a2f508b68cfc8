//! The seam to the vendors' ways of writing a request and reading an answer.

use std::fmt;
use std::sync::Arc;

use klingel_model::{
    AttemptId, Dice, Endpoint, Message, Micros, RetrySchedule, SecretKey, SigningSecret, Trigger,
};

use super::description::Description;
use super::transport::{Failure, OutboundRequest, Response};
use super::verification::{Received, Verification};
use crate::accept::Publish;
use crate::disclosure::Disclosure;
use crate::refusal::Refusal;
use crate::upkeep::Chore;

/// Everything an attempt is made of.
#[derive(Debug, Clone, Copy)]
pub struct Sending<'a> {
    /// The message.
    pub message: &'a Message,
    /// The endpoint.
    pub endpoint: &'a Endpoint,
    /// The time of this attempt.
    pub now: Micros,
    /// The attempt's id.
    pub attempt_id: AttemptId,
    /// 1 for the first attempt.
    pub attempt_number: u32,
    /// Why it is made.
    pub trigger: Trigger,
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The receiver has it.
    Delivered,
    /// Try again by the schedule, if it has a place left.
    Retry {
        /// Not before this instant, whatever the schedule says.
        not_before: Option<Micros>,
        /// Whether the receiver asked for less: nothing else goes to it before `not_before` either.
        slow_down: bool,
    },
    /// Trying again is useless.
    GiveUp,
    /// The receiver is gone for good: switch the endpoint off. A sentence for its owner.
    Disable(String),
}

/// A message cannot be written for an endpoint; the sentence is for the endpoint's owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsendable(pub String);

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text is not a secret of this dialect; says why, without the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfitSecret(pub String);

/// A document is not an endpoint's settings in this dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfitSettings {
    /// Where: keys joined with dots.
    pub path: String,
    /// What is wrong there, and what would be right.
    pub reason: String,
}

/// What an endpoint asks of a message beyond event types, channels and filter. Made once per change of the endpoint.
pub trait Wishes: Send + Sync {
    /// Whether the endpoint wants the message.
    fn want(&self, message: &Message) -> bool;
}

/// A vendor's way. Pure: no clock, no dice, no network of its own.
pub trait Dialect: Send + Sync {
    /// Its name in the API, such as `standard`.
    fn name(&self) -> &'static str;

    /// Writes the request of an attempt.
    fn write(&self, sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable>;

    /// Reads what came back at `now`.
    fn read(&self, outcome: &Result<Response, Failure>, now: Micros) -> Verdict;

    /// When failed deliveries are tried again, unless the endpoint says otherwise.
    fn retry_schedule(&self) -> RetrySchedule;

    /// A secret for a new endpoint that brings none; `None` where unsigned endpoints are usual.
    fn new_secret(&self, dice: &dyn Dice) -> Option<SecretKey>;

    /// Reads a secret that an endpoint's owner chose.
    fn parse_secret(&self, text: &str) -> Result<SecretKey, UnfitSecret>;

    /// The secrets that sign at `now`, newest first.
    fn signing_secrets<'a>(&self, endpoint: &'a Endpoint, now: Micros) -> Vec<&'a SigningSecret> {
        endpoint.secrets.iter().filter(|secret| secret.expires_at.is_none_or(|end| now < end)).collect()
    }

    /// Checks a request's signature at `now` as a receiver with this secret would.
    fn verify(&self, received: &Received<'_>, secret: &SecretKey, now: Micros) -> Verification {
        let _ = (received, secret, now);
        Verification::Unsigned
    }

    /// Checks a message that the host application posted through the management API, and puts it into the vendor's
    /// form. Doors of the dialect's own skip this: what they publish has its form already.
    fn shape(&self, publish: Publish, now: Micros, dice: &dyn Dice) -> Result<Publish, Refusal> {
        let _ = (now, dice);
        Ok(publish)
    }

    /// Reads the settings of an endpoint and gives them in the form that is kept. Without own settings, refuses any.
    fn parse_settings(&self, text: &str) -> Result<String, UnfitSettings> {
        let _ = text;
        let reason =
            format!("the dialect {} has no settings for endpoints; leave the field out", self.name());
        Err(UnfitSettings { path: String::new(), reason })
    }

    /// What the endpoint's settings ask of messages; `None`: nothing beyond the general conditions.
    fn wishes(&self, endpoint: &Endpoint) -> Option<Arc<dyn Wishes>> {
        let _ = endpoint;
        None
    }

    /// What the dialect does of its own accord now and then, such as forgetting what its vendor keeps for a shorter
    /// time than others. Each goes in short steps, and names itself with the dialect's name before it.
    fn chores(&self) -> &'static [Chore] {
        &[]
    }

    /// The people about whom this dialect sends data, and their say in it; `None`: it sends nothing of that kind.
    fn disclosure(&self) -> Option<&dyn Disclosure> {
        None
    }

    /// The dialect for people: its words, places and forms.
    fn description(&self) -> Description {
        Description::default()
    }
}
