//! Query parameters. Unknown ones are ignored, as client libraries add their own; wrong values are refused by name.

use std::borrow::Cow;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::request::Parts;
use klingel_model::{ChannelName, EventTypeName, Micros};

use crate::ApiState;
use crate::problem::{FieldFault, Problem};

/// Event types that a filter may name.
const EVENT_TYPES_MAX: usize = 500;

/// The decoded parameters and the faults found in them so far.
#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    faults: Vec<FieldFault>,
}

impl FromRequestParts<ApiState> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        Ok(Self::of(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    /// The parameters of an address: the text behind its `?`.
    pub(crate) fn of(text: &str) -> Self {
        let pairs = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        Self { pairs, faults: Vec::new() }
    }

    /// The text of a parameter; of several the last. An empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Notes a fault.
    pub(crate) fn fault(&mut self, name: &str, msg: impl Into<Cow<'static, str>>) {
        self.faults.push(FieldFault::at(&["query", name], "value_error", msg));
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Cow<'static, str>>,
    ) -> Option<T> {
        match parse(self.text(name)?) {
            Ok(value) => Some(value),
            Err(msg) => {
                self.fault(name, msg);
                None
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, name: &str, default: bool) -> bool {
        let flag = self.parsed(name, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false".into()),
        });
        flag.unwrap_or(default)
    }

    /// A whole number from a list of allowed ones.
    pub(crate) fn one_of(&mut self, name: &str, allowed: &[u16]) -> Option<u16> {
        self.parsed(name, |text| {
            u16::from_str(text).ok().filter(|number| allowed.contains(number)).ok_or_else(|| {
                let allowed: Vec<_> = allowed.iter().map(u16::to_string).collect();
                format!("must be one of {}", allowed.join(", ")).into()
            })
        })
    }

    /// An instant.
    pub(crate) fn instant(&mut self, name: &str) -> Option<Micros> {
        self.parsed(name, |text| {
            Micros::parse_rfc3339(text)
                .ok_or(Cow::Borrowed("must be a time as 2026-01-31T08:30:00Z (in a URL, + is written %2B)"))
        })
    }

    /// A channel.
    pub(crate) fn channel(&mut self, name: &str) -> Option<ChannelName> {
        self.parsed(name, |text| ChannelName::new(text).map_err(|why| why.to_string().into()))
    }

    /// Event types: the parameter several times, or names with commas between them.
    pub(crate) fn event_types(&mut self, name: &str) -> Option<Vec<EventTypeName>> {
        let texts: Vec<_> = self
            .pairs
            .iter()
            .filter(|(key, _)| key == name)
            .flat_map(|(_, value)| value.split(','))
            .filter(|text| !text.is_empty())
            .take(EVENT_TYPES_MAX + 1)
            .map(EventTypeName::new)
            .collect();
        if texts.len() > EVENT_TYPES_MAX {
            self.fault(name, format!("must have at most {EVENT_TYPES_MAX} event types"));
            return None;
        }
        match texts.into_iter().collect::<Result<Vec<_>, _>>() {
            Ok(names) if names.is_empty() => None,
            Ok(names) => Some(names),
            Err(why) => {
                self.fault(name, why.to_string());
                None
            }
        }
    }

    /// Ends the reading. Errors: 422 with every fault.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::Fields(self.faults)) }
    }
}
