//! What every endpoint has beyond its dialect's form: only what the dialect does not bring along itself.

use klingel_engine::deliver::description::{Description, FieldKind};
use klingel_model::EventTypeName;
use klingel_store::{Order, Page};
use serde_json::{Value, json};

use crate::Portal;
use crate::door::Tenant;
use crate::fault::Fault;
use crate::fields::{Source, at, filter, put, waits};
use crate::form::{FieldView, Form, Look, Marks, Pick};
use crate::words::Words;

/// Event types that a form offers; beyond it those that are chosen already.
const EVENT_TYPES_MAX: usize = 200;
/// Requests of one endpoint that may be under way at once.
const IN_FLIGHT_MAX: i64 = 1000;
/// Requests a second.
const RATE_MAX: i64 = 65_535;
/// Seconds between attempts, as the form names its three ways.
const AS_DIALECT: &str = "dialect";
const NEVER: &str = "never";
const OWN: &str = "own";

/// What the page needs to know to draw them.
#[derive(Debug)]
pub(super) struct General {
    /// The catalogue's event types.
    pub(super) event_types: Vec<String>,
    /// Names of fields that the dialect has itself.
    own: Vec<&'static str>,
    /// Whether the dialect has a filter of its own.
    filters: bool,
    /// Whether requests are signed.
    signs: bool,
    /// Whether it is not there yet.
    is_new: bool,
}

/// Fields in their two places.
#[derive(Debug, Default)]
pub(super) struct Views {
    /// Which messages.
    pub(super) wants: Vec<FieldView>,
    /// How they are sent.
    pub(super) limits: Vec<FieldView>,
}

impl General {
    /// Of an endpoint of this application.
    pub(super) async fn of(
        portal: &Portal,
        tenant: &Tenant,
        description: &Description,
        is_new: bool,
    ) -> Result<Self, Fault> {
        let page = Page::<EventTypeName> { limit: EVENT_TYPES_MAX, after: None, order: Order::Ascending };
        let found = portal.engine().reader().event_types(tenant.environment_id(), page, false).await?;
        let own = description.endpoint_form.iter().filter_map(|field| field.name.strip_prefix('.')).collect();
        let filters = description
            .endpoint_form
            .iter()
            .any(|field| matches!(field.kind, FieldKind::Conditions(_) | FieldKind::Filter));
        let event_types = found.items.iter().map(|event_type| event_type.name.to_string()).collect();
        Ok(Self { event_types, own, filters, signs: description.signs, is_new })
    }

    fn has(&self, name: &str) -> bool {
        self.own.contains(&name)
    }

    /// As the page draws them.
    pub(super) fn views(&self, words: Words, source: Source<'_>) -> Views {
        let mut views = Views::default();
        let (wants, limits) = (&mut views.wants, &mut views.limits);
        let field = |name: &str, key: &str, look| FieldView::new(name, words.t(key), look);
        wants.push(self.event_type_field(words, source));
        wants.push(
            field("channels", "endpoint-channels", Look::Text)
                .value(text(source, "channels"))
                .hint(words.t("endpoint-channels-hint")),
        );
        if !self.filters {
            let (look, value) = filter::look(words, "filter", source);
            let mut view = field("filter", "endpoint-filter", look);
            view.value = value;
            wants.push(view.hint(words.t("endpoint-filter-hint")));
        }
        if !self.has("description") {
            limits.push(
                field("description", "endpoint-description", Look::Text).value(text(source, "description")),
            );
        }
        if !self.has("disabled") {
            limits.push(field("disabled", "endpoint-off", Look::Tick).value(text(source, "disabled")));
        }
        if self.is_new && self.signs && !self.has("secret") {
            limits.push(
                field("secret", "endpoint-own-secret", Look::Secret)
                    .hint(words.t("endpoint-own-secret-hint")),
            );
        }
        let rate = field("throttleRate", "endpoint-rate", Look::Number(1, RATE_MAX));
        limits.push(rate.value(text(source, "throttleRate")).hint(words.t("endpoint-rate-hint")));
        let in_flight = field("maxInFlight", "endpoint-in-flight", Look::Number(1, IN_FLIGHT_MAX));
        limits.push(in_flight.value(text(source, "maxInFlight")).hint(words.t("endpoint-in-flight-hint")));
        limits.extend(retries(words, source));
        views
    }

    fn event_type_field(&self, words: Words, source: Source<'_>) -> FieldView {
        let chosen: Vec<String> = match source {
            Source::Document(document) => {
                let names = at(document, "eventTypes").as_array();
                names.map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            }
            Source::Form(form) => Some(form.all("eventTypes").into_iter().map(str::to_owned).collect()),
        }
        .unwrap_or_default();
        let others = chosen.iter().filter(|name| !self.event_types.contains(name));
        let pick =
            |name: &String| Pick { value: name.clone(), label: name.clone(), chosen: chosen.contains(name) };
        let picks: Vec<Pick> = self.event_types.iter().chain(others).map(pick).collect();
        let key = if picks.is_empty() { "endpoint-types-empty" } else { "endpoint-types-hint" };
        FieldView::new("eventTypes", words.t("endpoint-types"), Look::Some(picks)).hint(words.t(key))
    }

    /// Writes what was filled in over the document.
    pub(super) fn fill(&self, words: Words, form: &Form, document: &mut Value) -> Marks {
        let mut marks = Marks::new();
        let mut wrong = |name: &str, why: String| {
            marks.insert(name.to_owned(), (why, String::new()));
        };
        let types = form.all("eventTypes");
        put(document, "eventTypes", Some(if types.is_empty() { Value::Null } else { json!(types) }));
        let channels: Vec<&str> = form
            .one("channels")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        put(document, "channels", Some(if channels.is_empty() { Value::Null } else { json!(channels) }));
        if !self.filters {
            match filter::document(&filter::shape_in("filter", form)) {
                Ok(filter) => put(document, "filter", Some(filter.unwrap_or_default())),
                Err(_) => wrong("filter", words.t("field-json")),
            }
        }
        if !self.has("description") {
            put(document, "description", Some(form.filled("description").unwrap_or_default().into()));
        }
        if !self.has("disabled") {
            put(document, "disabled", Some(form.is_ticked("disabled").into()));
        }
        if self.is_new && !self.has("secret") {
            put(document, "secret", form.filled("secret").map(Value::from));
        }
        for (name, max) in [("throttleRate", RATE_MAX), ("maxInFlight", IN_FLIGHT_MAX)] {
            match form
                .filled(name)
                .map(|text| text.parse::<i64>().ok().filter(|number| (1..=max).contains(number)))
            {
                None => put(document, name, None),
                Some(Some(number)) => put(document, name, Some(number.into())),
                Some(None) => {
                    wrong(name, words.with("field-number", &[("low", "1"), ("high", &max.to_string())]));
                }
            }
        }
        let waits = match form.one("retry") {
            Some(NEVER) => Some(json!([])),
            Some(OWN) => form.filled("retrySchedule").and_then(waits::read).map(Value::from),
            _ => Some(Value::Null),
        };
        match waits {
            Some(waits) => put(document, "retrySchedule", Some(waits)),
            None => wrong("retrySchedule", words.t("field-waits")),
        }
        marks
    }
}

fn retries(words: Words, source: Source<'_>) -> [FieldView; 2] {
    let (way, waits) = match source {
        Source::Document(document) => match at(document, "retrySchedule").as_array() {
            None => (AS_DIALECT.to_owned(), String::new()),
            Some(waits) if waits.is_empty() => (NEVER.to_owned(), String::new()),
            Some(waits) => (OWN.to_owned(), waits::shown(waits)),
        },
        Source::Form(form) => (
            form.one("retry").unwrap_or_default().to_owned(),
            form.one("retrySchedule").unwrap_or_default().to_owned(),
        ),
    };
    let pick =
        |value: &str, key: &str| Pick { value: value.to_owned(), label: words.t(key), chosen: way == value };
    let ways = vec![
        pick(AS_DIALECT, "endpoint-retry-dialect"),
        pick(OWN, "endpoint-retry-own"),
        pick(NEVER, "endpoint-retry-never"),
    ];
    [
        FieldView::new("retry", words.t("endpoint-retry"), Look::One(ways)),
        FieldView::new("retrySchedule", words.t("endpoint-waits"), Look::Text)
            .value(waits)
            .hint(words.t("endpoint-waits-hint")),
    ]
}

fn text(source: Source<'_>, name: &str) -> String {
    match source {
        Source::Document(document) => match at(document, name) {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            value => value.to_string(),
        },
        Source::Form(form) => form.one(name).unwrap_or_default().to_owned(),
    }
}
