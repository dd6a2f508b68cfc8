//! A dialect whose endpoints have settings: `{"only": {"type": "an event type"}}`.

use std::sync::Arc;

use klingel_engine::deliver::{
    Dialect, Failure, OutboundRequest, Response, Sending, UnfitSecret, UnfitSettings, Unsendable, Verdict,
    Wishes,
};
use klingel_model::{Dice, Endpoint, Message, Micros, RetrySchedule, SecretKey};
use serde_json::{Value, json};

pub(crate) struct Choosy;

/// Wants this event type only.
struct Only(String);

impl Wishes for Only {
    fn want(&self, message: &Message) -> bool {
        message.event_type.as_str() == self.0
    }
}

fn only(text: &str) -> Option<String> {
    let settings: Value = serde_json::from_str(text).ok()?;
    Some(settings["only"]["type"].as_str()?.to_owned())
}

impl Dialect for Choosy {
    fn name(&self) -> &'static str {
        "choosy"
    }

    fn write(&self, _: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        Err(Unsendable("never".to_owned()))
    }

    fn read(&self, _: &Result<Response, Failure>, _: Micros) -> Verdict {
        Verdict::GiveUp
    }

    fn retry_schedule(&self) -> RetrySchedule {
        RetrySchedule::standard()
    }

    fn new_secret(&self, _: &dyn Dice) -> Option<SecretKey> {
        None
    }

    fn parse_secret(&self, _: &str) -> Result<SecretKey, UnfitSecret> {
        Err(UnfitSecret("takes none".to_owned()))
    }

    fn parse_settings(&self, text: &str) -> Result<String, UnfitSettings> {
        let unfit = || UnfitSettings { path: "only.type".to_owned(), reason: "must be a text".to_owned() };
        Ok(json!({"only": {"type": only(text).ok_or_else(unfit)?}}).to_string())
    }

    fn wishes(&self, endpoint: &Endpoint) -> Option<Arc<dyn Wishes>> {
        Some(Arc::new(Only(only(endpoint.dialect_settings_json.as_deref()?)?)))
    }
}
