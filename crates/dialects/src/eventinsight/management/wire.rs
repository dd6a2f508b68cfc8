//! A webhook in the vendor's words: `{name, is_active, url, triggers, events}`.

use klingel_engine::Limits;
use klingel_model::Endpoint;
use serde_json::{Map, Value, json};
use url::Url;

use crate::eventinsight::answer::Problem;
use crate::eventinsight::document::Fault;
use crate::eventinsight::settings::Settings;

/// A webhook as it was filled in.
#[derive(Debug)]
pub(super) struct WebhookIn {
    is_active: bool,
    url: String,
    settings: Settings,
}

impl WebhookIn {
    /// Reads a body. `name`, `is_active`, `url` and `triggers` must be there; without `events` all fairs are meant.
    pub(super) fn read(body: &[u8], limits: &Limits) -> Result<Self, Problem> {
        Self::of(body, limits).map_err(Problem::body)
    }

    fn of(body: &[u8], limits: &Limits) -> Result<Self, Fault> {
        let fields: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|why| Fault::whole(format!("must be a JSON object: {why}")))?;
        let (mut own, mut settings) = (Map::new(), Map::new());
        for (key, value) in fields {
            let part = if matches!(key.as_str(), "is_active" | "url") { &mut own } else { &mut settings };
            part.insert(key, value);
        }
        let Some(is_active) = own.get("is_active").and_then(Value::as_bool) else {
            return Err(Fault::at("is_active", "must be there, and be true or false"));
        };
        let Some(url) = own.get("url").and_then(Value::as_str) else {
            return Err(Fault::at("url", "must be there, and be a text"));
        };
        if let Some(why) = fault_of(url, limits.url_bytes_max) {
            return Err(Fault::at("url", why));
        }
        if settings.get("name").and_then(Value::as_str).is_none_or(|name| name.trim().is_empty()) {
            return Err(Fault::at("name", "must be there: the name of the service that is coupled"));
        }
        let settings = Settings::of(&settings).map_err(|unfit| Fault {
            path: unfit.path.split('.').map(str::to_owned).collect(),
            reason: unfit.reason,
        })?;
        Ok(Self { is_active, url: url.to_owned(), settings })
    }

    /// Writes it into an endpoint; what the general management API keeps there besides stays.
    pub(super) fn fill(self, endpoint: &mut Endpoint) {
        endpoint.url = self.url.into();
        endpoint.disabled = !self.is_active;
        endpoint.description.clone_from(&self.settings.name);
        endpoint.dialect_settings_json = Some(self.settings.to_json().to_string());
    }
}

/// Where it leads is judged at every call; here only its form is.
fn fault_of(text: &str, bytes_max: usize) -> Option<String> {
    if text.len() > bytes_max {
        return Some(format!("must have at most {bytes_max} bytes (url_bytes_max)"));
    }
    let fit = !text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        && (text.starts_with("https://") || text.starts_with("http://"))
        && Url::parse(text)
            .is_ok_and(|url| url.host_str().is_some_and(|host| !host.is_empty()) && url.fragment().is_none());
    (!fit).then(|| "must be a URL such as https://example.com/hook, without spaces and fragment".to_owned())
}

/// An endpoint as the vendor's page shows it.
pub(super) fn webhook_out(endpoint: &Endpoint) -> Value {
    let kept = endpoint.dialect_settings_json.as_deref().and_then(|text| Settings::parse(text).ok());
    let settings =
        kept.unwrap_or_else(|| Settings { name: endpoint.description.clone(), ..Settings::default() });
    json!({
        "id": endpoint.id.to_string(),
        "name": settings.name,
        "is_active": !endpoint.disabled,
        "url": endpoint.url,
        "triggers": settings.triggers_json(),
        "events": settings.events,
        "created_at": endpoint.created_at.to_rfc3339(),
        "updated_at": endpoint.updated_at.to_rfc3339(),
    })
}
