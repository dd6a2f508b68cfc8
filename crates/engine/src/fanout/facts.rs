//! What filters look at. The payload is read at most once for a message, and only when a filter asks for it.

use std::cell::OnceCell;

use klingel_model::{ChannelName, Message};
use serde_json::Value;

use super::filter::{Failed, Filter, Subject};

/// A message as filters see it.
#[derive(Debug)]
pub struct Facts<'a> {
    message: &'a Message,
    channels: Vec<&'a str>,
    payload: OnceCell<Option<Value>>,
}

impl<'a> Facts<'a> {
    /// The facts of a message.
    pub fn of(message: &'a Message) -> Self {
        let channels = message.channels.iter().map(ChannelName::as_str).collect();
        Self { message, channels, payload: OnceCell::new() }
    }

    /// Whether they meet the filter.
    pub fn meet(&self, filter: &Filter) -> bool {
        self.explain(filter).is_ok()
    }

    /// The same, saying which condition failed first.
    pub fn explain(&self, filter: &Filter) -> Result<(), Failed> {
        let payload = if filter.needs_payload() { self.payload() } else { None };
        filter.explain(&Subject {
            event_type: self.message.event_type.as_str(),
            channels: &self.channels,
            payload,
        })
    }

    fn payload(&self) -> Option<&Value> {
        let read = || self.message.payload.as_ref().and_then(|bytes| serde_json::from_slice(bytes).ok());
        self.payload.get_or_init(read).as_ref()
    }
}
