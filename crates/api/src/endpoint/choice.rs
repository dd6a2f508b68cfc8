//! What an endpoint chooses beyond event types and channels: its filter, and its settings in the application's dialect.

use klingel_engine::deliver::Dialect;
use klingel_engine::fanout::filter::Filter;
use serde_json::value::RawValue;

use crate::fields::{Faults, Given};
use crate::problem::Problem;
use crate::rules;

/// Bytes of an endpoint's settings.
const SETTINGS_BYTES_MAX: usize = 64 * 1024;

/// A filter document, as it was written.
pub(crate) fn filter(raw: &RawValue, faults: &mut Faults) -> Option<String> {
    match Filter::parse(raw.get()) {
        Ok(_) => Some(raw.get().to_owned()),
        Err(invalid) => faults.add_below(&invalid.path, "value_error.filter", invalid.reason),
    }
}

/// Settings that [`fitted`] has yet to look at.
pub(crate) fn settings(raw: &RawValue, faults: &mut Faults) -> Option<String> {
    if !raw.get().starts_with('{') {
        return faults.add("type_error.dict", "must be a JSON object");
    }
    if raw.get().len() > SETTINGS_BYTES_MAX {
        return faults.add("value_error", format!("must have at most {SETTINGS_BYTES_MAX} bytes"));
    }
    Some(raw.get().to_owned())
}

/// The settings in the form that the dialect keeps. Errors: 422 with the place that the dialect names.
pub(crate) fn fitted(dialect: &dyn Dialect, text: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    dialect.parse_settings(&text).map(Some).map_err(|unfit| {
        let parts = unfit.path.split('.').filter(|part| !part.is_empty()).map(rules::shortened);
        let parts: Vec<String> = parts.collect();
        let mut loc = vec!["body", "settings"];
        loc.extend(parts.iter().map(String::as_str));
        Problem::field(&loc, "value_error.settings", unfit.reason)
    })
}

/// The same for settings that may be left alone.
pub(crate) fn fitted_given(dialect: &dyn Dialect, given: Given<String>) -> Result<Given<String>, Problem> {
    Ok(match given {
        Given::Value(text) => fitted(dialect, Some(text))?.map_or(Given::Null, Given::Value),
        given => given,
    })
}

/// A kept document as it is shown.
pub(crate) fn shown(text: Option<String>) -> Option<Box<RawValue>> {
    text.and_then(|text| RawValue::from_string(text).ok())
}
