//! Replays as the API writes them.

use klingel_model::{Endpoint, Micros, Replay, ReplaySpan, ReplayWhich};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::ApiState;
use crate::fields::{Faults, Fields};
use crate::problem::Problem;
use crate::rules;

/// A span of time.
#[derive(Debug, Clone, Copy, ToSchema)]
pub(crate) struct SpanIn {
    /// Messages accepted at or after this time.
    #[schema(value_type = String, format = DateTime)]
    since: Micros,
    /// Messages accepted before this time; until now unless given.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Micros>,
}

/// A span of time, and which of its messages are meant.
#[derive(Debug, Clone, Copy, ToSchema)]
pub(crate) struct ReplayIn {
    /// Messages accepted at or after this time.
    #[schema(value_type = String, format = DateTime)]
    since: Micros,
    /// Messages accepted before this time; until now unless given.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Micros>,
    /// `failed`: sent to the endpoint, and failed for good. `missing`: never sent to it, though its rules of today want
    /// them. `all`: sent to it before, or wanted by its rules of today.
    #[schema(value_type = String, pattern = "^(failed|missing|all)$")]
    which: ReplayWhich,
}

impl SpanIn {
    /// Reads a body.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let since = fields.required("since", rules::instant);
        let until = fields.optional("until", rules::instant);
        fields.finish(since.map(|since| Self { since, until }))
    }

    /// Which of its messages are meant.
    pub(crate) fn which(self, which: ReplayWhich) -> ReplayIn {
        ReplayIn { since: self.since, until: self.until, which }
    }
}

impl ReplayIn {
    /// Reads a body.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::of(body)?;
        let since = fields.required("since", rules::instant);
        let until = fields.optional("until", rules::instant);
        let which = fields.required("which", which);
        fields.finish(since.zip(which).map(|(since, which)| Self { since, until, which }))
    }

    /// The same for an endpoint.
    pub(crate) fn span(self, api: &ApiState, endpoint: &Endpoint) -> ReplaySpan {
        ReplaySpan {
            app_id: endpoint.app_id,
            endpoint_id: endpoint.id,
            since: self.since,
            until: self.until.unwrap_or_else(|| api.engine().world().clock.now()),
            which: self.which,
        }
    }
}

fn which(raw: &RawValue, faults: &mut Faults) -> Option<ReplayWhich> {
    let text = rules::string(raw, faults)?;
    ReplayWhich::parse(&text).or_else(|| faults.add("value_error.const", "must be failed, missing or all"))
}

/// A replay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplayOut {
    /// Its id.
    id: String,
    /// `running`, `done` (everything was asked for, and goes out at the endpoint's pace) or `canceled`.
    status: &'static str,
    /// `endpoint.recover`, `endpoint.replay-missing` or `endpoint.replay`.
    task: &'static str,
    /// When it last went on, or ended.
    #[schema(format = DateTime)]
    updated_at: String,
    /// The endpoint it sends to.
    endpoint_id: String,
    /// `failed`, `missing` or `all`.
    which: &'static str,
    /// Messages accepted at or after this time.
    #[schema(format = DateTime)]
    since: String,
    /// Messages accepted before this time.
    #[schema(format = DateTime)]
    until: String,
    /// Messages that it has asked for so far.
    asked: u64,
    /// When it was begun.
    #[schema(format = DateTime)]
    created_at: String,
}

impl ReplayOut {
    /// A replay of the store.
    pub(crate) fn of(replay: &Replay) -> Self {
        let span = &replay.span;
        Self {
            id: replay.id.to_string(),
            status: replay.state.as_str(),
            task: match span.which {
                ReplayWhich::Failed => "endpoint.recover",
                ReplayWhich::Missing => "endpoint.replay-missing",
                ReplayWhich::All => "endpoint.replay",
            },
            updated_at: replay.updated_at.to_rfc3339(),
            endpoint_id: span.endpoint_id.to_string(),
            which: span.which.as_str(),
            since: span.since.to_rfc3339(),
            until: span.until.to_rfc3339(),
            asked: replay.asked,
            created_at: replay.created_at.to_rfc3339(),
        }
    }
}
