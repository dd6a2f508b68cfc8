//! *Try it on this message*: whether an endpoint as the form has it would want a message, condition by condition.
//!
//! Nothing is saved or sent. What a kept message holds is not shown, only whether each condition holds.

use bytes::Bytes;
use klingel_engine::deliver::Dialect;
use klingel_engine::deliver::description::{Conditions, FieldKind};
use klingel_engine::fanout::Facts;
use klingel_engine::fanout::filter::Filter;
use klingel_model::{
    ChannelName, Endpoint, EndpointHealth, EndpointId, EventTypeName, Message, MessageId, Micros,
};
use klingel_store::MessageRef;
use serde_json::{Value, json};

use super::form::Draft;
use crate::fault::Fault;
use crate::fields::{at, filter, put};
use crate::form::{FieldView, Form, Look, Pick};
use crate::show::endpoint::condition_text;
use crate::show::time::Moment;
use crate::words::Words;

/// The choice of a message that is typed in.
const TYPED_IN: &str = "own";

/// The part of the page where a filter is tried.
#[derive(Debug)]
pub(super) struct TryView {
    pub(super) fields: Vec<FieldView>,
    pub(super) result: Option<TryResult>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct TryResult {
    pub(super) matches: bool,
    pub(super) sentence: String,
    pub(super) checks: Vec<Check>,
}

/// A condition.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) holds: bool,
    pub(super) text: String,
}

impl TryView {
    /// Offers these messages.
    pub(super) fn of(words: Words, latest: &[Message], form: Option<&Form>) -> Self {
        let typed = |name: &str| form.and_then(|form| form.one(name)).unwrap_or_default();
        let chosen = typed("try.message");
        let mut picks: Vec<Pick> = latest
            .iter()
            .map(|message| Pick {
                value: message.id.to_string(),
                label: format!("{} · {}", message.event_type, Moment::of(words, message.created_at)),
                chosen: chosen == message.id.to_string(),
            })
            .collect();
        let label = words.t("try-own");
        picks.push(Pick { value: TYPED_IN.to_owned(), label, chosen: chosen == TYPED_IN });
        let field = |name: &str, key: &str, look| FieldView::new(name, words.t(key), look);
        let fields = vec![
            field("try.message", "try-message", Look::One(picks)),
            field("try.type", "try-type", Look::Text).value(typed("try.type")),
            field("try.channels", "try-channels", Look::Text).value(typed("try.channels")),
            field("try.payload", "try-payload", Look::Area)
                .value(typed("try.payload"))
                .hint(words.t("try-payload-hint")),
        ];
        Self { fields, result: None }
    }
}

impl TryResult {
    fn not_tried(words: Words, key: &str) -> Self {
        Self { matches: false, sentence: words.t(key), checks: Vec::new() }
    }
}

/// Tries it.
pub(super) async fn result(draft: &Draft<'_>, form: &Form) -> Result<TryResult, Fault> {
    let words = draft.tenant.visit.words;
    let mut document = json!({});
    if draft.fill(form, &mut document).is_err() {
        return Ok(TryResult::not_tried(words, "try-fill-in-first"));
    }
    let message = match message(draft, form).await? {
        Ok(message) => message,
        Err(key) => return Ok(TryResult::not_tried(words, key)),
    };
    let Some(dialect) = draft.portal.engine().world().dialect(&draft.tenant.application.dialect) else {
        return Ok(TryResult::not_tried(words, "try-fill-in-first"));
    };
    let trial = Trial { words, draft, dialect: &**dialect, document: &document, message: &message };
    Ok(trial.result())
}

async fn message(draft: &Draft<'_>, form: &Form) -> Result<Result<Message, &'static str>, Fault> {
    let application = &draft.tenant.application;
    let chosen = form.one("try.message").unwrap_or(TYPED_IN);
    if chosen != TYPED_IN {
        let id: MessageId = chosen.parse().map_err(|_| Fault::NotFound)?;
        let found = draft.portal.engine().reader().message(application.id, MessageRef::Id(id)).await?;
        return Ok(Ok(found.ok_or(Fault::NotFound)?));
    }
    let Ok(event_type) = EventTypeName::new(form.filled("try.type").unwrap_or_default()) else {
        return Ok(Err("try-no-type"));
    };
    let payload = form.filled("try.payload").unwrap_or("{}");
    if !matches!(serde_json::from_str(payload), Ok(Value::Object(_))) {
        return Ok(Err("try-no-json"));
    }
    let names = form
        .one("try.channels")
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let Ok(channels) = names.map(ChannelName::new).collect::<Result<Vec<_>, _>>() else {
        return Ok(Err("try-no-channel"));
    };
    Ok(Ok(Message {
        id: MessageId::from_u128(0),
        environment_id: application.environment_id,
        app_id: application.id,
        event_id: None,
        event_type,
        channels: channels.into(),
        payload: Some(Bytes::copy_from_slice(payload.as_bytes())),
        created_at: draft.portal.engine().world().clock.now(),
        payload_until: None,
    }))
}

struct Trial<'a> {
    words: Words,
    draft: &'a Draft<'a>,
    dialect: &'a dyn Dialect,
    document: &'a Value,
    message: &'a Message,
}

impl Trial<'_> {
    fn result(&self) -> TryResult {
        let mut checks = self.names();
        let mut matches = checks.iter().all(|check| check.holds);
        let (filter_holds, rows) = self.filter();
        matches &= filter_holds;
        checks.extend(rows);
        match self.own() {
            Ok((holds, rows)) => {
                matches &= holds;
                checks.extend(rows);
            }
            Err(reason) => {
                let sentence = self.words.fill("try-unfit", "reason", &reason);
                return TryResult { matches: false, sentence, checks: Vec::new() };
            }
        }
        let sentence = self.words.t(if matches { "try-matches" } else { "try-does-not-match" });
        TryResult { matches, sentence, checks }
    }

    fn names(&self) -> Vec<Check> {
        let wanted = |name: &str| -> Option<Vec<&str>> {
            Some(at(self.document, name).as_array()?.iter().filter_map(Value::as_str).collect())
        };
        let check = |key: &str, names: Vec<&str>, holds| Check {
            holds,
            text: format!("{}: {}", self.words.t(key), names.join(", ")),
        };
        let mut checks = Vec::new();
        if let Some(names) = wanted("eventTypes") {
            let holds = names.contains(&self.message.event_type.as_str());
            checks.push(check("endpoint-types", names, holds));
        }
        if let Some(names) = wanted("channels") {
            let holds = self.message.channels.iter().any(|channel| names.contains(&channel.as_str()));
            checks.push(check("endpoint-channels", names, holds));
        }
        checks
    }

    fn filter(&self) -> (bool, Vec<Check>) {
        let document = at(self.document, "filter");
        if document.is_null() {
            return (true, Vec::new());
        }
        let facts = Facts::of(self.message);
        let explained = |document: &Value| match Filter::parse(&document.to_string()) {
            Ok(filter) => {
                facts.explain(&filter).map_err(|failed| format!("{}: {}", failed.path, failed.condition))
            }
            Err(invalid) => Err(invalid.to_string()),
        };
        let whole = explained(document);
        let checks = match filter::shape_of(document) {
            filter::Shape::Rows(_, rows) => rows
                .iter()
                .map(|row| Check {
                    holds: explained(&filter::condition(row)).is_ok(),
                    text: filter::row_text(self.words, row),
                })
                .collect(),
            filter::Shape::Json(_) => match &whole {
                Ok(()) => Vec::new(),
                Err(why) => vec![Check { holds: false, text: why.clone() }],
            },
        };
        (whole.is_ok(), checks)
    }

    /// What the dialect asks. It only says yes or no, so each of its conditions is asked alone.
    fn own(&self) -> Result<(bool, Vec<Check>), String> {
        let whole = self.wants(self.document)?;
        let conditions = self.draft.own.iter().find_map(|placed| match placed.field.kind {
            FieldKind::Conditions(conditions) => Some((placed.name.as_str(), conditions)),
            _ => None,
        });
        let rows = conditions.and_then(|(name, _)| at(self.document, name)["rows"].as_array());
        let Some(((name, conditions), rows)) = conditions.zip(rows) else {
            let checks = if at(self.document, "settings").is_null() {
                Vec::new()
            } else {
                vec![Check { holds: whole, text: self.words.t("try-settings") }]
            };
            return Ok((whole, checks));
        };
        let mut without = self.document.clone();
        put(&mut without, name, None);
        let rest = self.wants(&without)?;
        let mut checks = vec![Check { holds: rest, text: self.words.t("try-settings") }];
        for row in rows {
            checks.push(self.row(name, conditions, row)?);
        }
        Ok((whole, checks))
    }

    fn row(&self, name: &str, conditions: &Conditions, row: &Value) -> Result<Check, String> {
        let mut alone = self.document.clone();
        let combine = conditions.combine.first().map_or("", |choice| choice.value);
        put(&mut alone, name, Some(json!({"combine": combine, "rows": [row]})));
        Ok(Check { holds: self.wants(&alone)?, text: condition_text(self.words, conditions, row) })
    }

    fn wants(&self, document: &Value) -> Result<bool, String> {
        let settings = at(document, "settings");
        let kept = match settings {
            Value::Null => None,
            settings => {
                let parsed = self.dialect.parse_settings(&settings.to_string());
                Some(parsed.map_err(|unfit| format!("{}: {}", unfit.path, unfit.reason))?)
            }
        };
        let endpoint = Endpoint { dialect_settings_json: kept, ..self.nobody() };
        Ok(self.dialect.wishes(&endpoint).is_none_or(|wishes| wishes.want(self.message)))
    }

    /// An endpoint that asks for nothing.
    fn nobody(&self) -> Endpoint {
        let at = Micros::from_unix_us(0);
        Endpoint {
            id: EndpointId::from_u128(0),
            app_id: self.message.app_id,
            uid: None,
            url: String::new().into(),
            description: String::new(),
            disabled: false,
            event_types: None,
            channels: None,
            filter_json: None,
            rate_limit_per_s: None,
            max_in_flight: 1,
            retry_schedule: None,
            headers: std::collections::BTreeMap::new(),
            secrets: Vec::new(),
            dialect_settings_json: None,
            metadata: std::collections::BTreeMap::new(),
            health: EndpointHealth::default(),
            created_at: at,
            updated_at: at,
        }
    }
}
