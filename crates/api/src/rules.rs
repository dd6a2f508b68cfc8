//! Rules for single values: what a raw JSON value must be to become a name, a number, a list …

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use klingel_engine::Limits;
use klingel_model::{ChannelName, EventTypeName, Micros, Uid};
use serde_json::value::RawValue;

use crate::entries::object;
use crate::fields::Faults;

/// Characters of an application's name.
pub(crate) const TITLE_CHARS_MAX: usize = 1024;
/// Characters of a description.
pub(crate) const DESCRIPTION_CHARS_MAX: usize = 64 * 1024;
/// Characters of a caller's text that an error repeats.
const SHOWN_CHARS_MAX: usize = 64;

/// A caller's text as an error may repeat it: bounded, and without control characters.
pub(crate) fn shortened(text: &str) -> String {
    let mut shown: String =
        text.chars().take(SHOWN_CHARS_MAX).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(SHOWN_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// A string, borrowed from the body when it holds no escapes.
pub(crate) fn string<'a>(raw: &'a RawValue, faults: &mut Faults) -> Option<Cow<'a, str>> {
    let json = raw.get();
    let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return faults.add("type_error.str", "must be a string");
    };
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    match serde_json::from_str::<String>(json) {
        Ok(text) => Some(Cow::Owned(text)),
        // The grammar of JSON allows half of a surrogate pair, which is no character.
        Err(_) => faults.add("value_error.str", "must be a string of Unicode characters"),
    }
}

/// A line of text for people: not empty, no control characters.
pub(crate) fn title(raw: &RawValue, faults: &mut Faults) -> Option<String> {
    let text = string(raw, faults)?;
    if text.is_empty() {
        return faults.add("value_error.any_str.min_length", "must not be empty");
    }
    if text.chars().any(char::is_control) {
        return faults.add("value_error.str", "must not hold control characters");
    }
    bounded(text, TITLE_CHARS_MAX, faults)
}

/// Lines of text for people; may be empty.
pub(crate) fn description(raw: &RawValue, faults: &mut Faults) -> Option<String> {
    let text = string(raw, faults)?;
    if text.contains('\0') {
        return faults.add("value_error.str", "must not hold the character NUL");
    }
    bounded(text, DESCRIPTION_CHARS_MAX, faults)
}

fn bounded(text: Cow<'_, str>, chars_max: usize, faults: &mut Faults) -> Option<String> {
    if text.chars().count() > chars_max {
        let msg = format!("must have at most {chars_max} characters");
        return faults.add("value_error.any_str.max_length", msg);
    }
    Some(text.into_owned())
}

/// `true` or `false`.
pub(crate) fn flag(raw: &RawValue, faults: &mut Faults) -> Option<bool> {
    match raw.get() {
        "true" => Some(true),
        "false" => Some(false),
        _ => faults.add("type_error.bool", "must be true or false"),
    }
}

/// A whole number within bounds.
pub(crate) fn integer<T>(bounds: RangeInclusive<T>) -> impl FnOnce(&RawValue, &mut Faults) -> Option<T>
where
    T: Copy + Display + TryFrom<i64> + Into<i64>,
{
    move |raw, faults| {
        let (low, high) = (*bounds.start(), *bounds.end());
        let json = raw.get();
        let whole = json.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if !whole {
            return faults.add("type_error.integer", format!("must be a whole number from {low} to {high}"));
        }
        // Whole numbers beyond 64 bits are beyond every bound, too.
        let value = json.parse::<i64>().unwrap_or(if json.starts_with('-') { i64::MIN } else { i64::MAX });
        if value < low.into() {
            return faults.add("value_error.number.not_ge", format!("must be at least {low}"));
        }
        if value > high.into() {
            return faults.add("value_error.number.not_le", format!("must be at most {high}"));
        }
        T::try_from(value).ok()
    }
}

/// A time.
pub(crate) fn instant(raw: &RawValue, faults: &mut Faults) -> Option<Micros> {
    let text = string(raw, faults)?;
    Micros::parse_rfc3339(&text)
        .or_else(|| faults.add("value_error.datetime", "must be a time as 2026-01-31T08:30:00Z"))
}

/// Messages or requests a second.
pub(crate) fn rate(raw: &RawValue, faults: &mut Faults) -> Option<u16> {
    integer(1..=u16::MAX)(raw, faults)
}

fn name<T, E: Display>(
    raw: &RawValue,
    faults: &mut Faults,
    make: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let text = string(raw, faults)?;
    match make(&text) {
        Ok(name) => Some(name),
        Err(why) => faults.add("value_error.str.regex", why.to_string()),
    }
}

/// The publisher's own name for a thing.
pub(crate) fn uid(raw: &RawValue, faults: &mut Faults) -> Option<Uid> {
    name(raw, faults, Uid::new)
}

/// The name of an event type.
pub(crate) fn event_type(raw: &RawValue, faults: &mut Faults) -> Option<EventTypeName> {
    name(raw, faults, EventTypeName::new)
}

/// The name of a channel.
pub(crate) fn channel(raw: &RawValue, faults: &mut Faults) -> Option<ChannelName> {
    name(raw, faults, ChannelName::new)
}

/// A list of 1 to `items_max` different values.
pub(crate) fn set<'a, T: PartialEq>(
    items_max: usize,
    rule: impl Fn(&'a RawValue, &mut Faults) -> Option<T>,
) -> impl FnOnce(&'a RawValue, &mut Faults) -> Option<Vec<T>> {
    move |raw, faults| {
        let items = list(raw, faults)?;
        if items.is_empty() {
            let msg = "must not be empty; null or leaving the field out means no choice";
            return faults.add("value_error.list.min_items", msg);
        }
        if items.len() > items_max {
            let msg = format!("must have at most {items_max} items");
            return faults.add("value_error.list.max_items", msg);
        }
        let mut values = Vec::with_capacity(items.len());
        let mut sound = true;
        for (place, item) in items.into_iter().enumerate() {
            faults.inside(place.to_string(), |faults| match rule(item, faults) {
                Some(value) if values.contains(&value) => {
                    faults.add::<()>("value_error.list.unique_items", "this item occurs twice");
                    sound = false;
                }
                Some(value) => values.push(value),
                None => sound = false,
            });
        }
        sound.then_some(values)
    }
}

/// The items of a list, raw.
pub(crate) fn list<'a>(raw: &'a RawValue, faults: &mut Faults) -> Option<Vec<&'a RawValue>> {
    match serde_json::from_str(raw.get()) {
        Ok(items) => Some(items),
        Err(_) => faults.add("type_error.list", "must be a list"),
    }
}

/// The publisher's own marks: an object of strings.
pub(crate) fn metadata(
    limits: &Limits,
) -> impl FnOnce(&RawValue, &mut Faults) -> Option<BTreeMap<String, String>> {
    let (entries_max, bytes_max) = (limits.metadata_entries_max, limits.metadata_bytes_max);
    move |raw, faults| {
        let entries = object(raw, entries_max, faults)?;
        let mut metadata = BTreeMap::new();
        let mut bytes = 0;
        let mut sound = true;
        for (key, value) in entries {
            let value = faults.inside(shortened(&key), |faults| description(value, faults));
            if key.contains('\0') {
                faults.add::<()>("value_error.str", "a name must not hold the character NUL");
                sound = false;
            }
            let Some(value) = value else {
                sound = false;
                continue;
            };
            bytes += key.len() + value.len();
            metadata.insert(key.into_owned(), value);
        }
        if bytes > bytes_max {
            let msg = format!("must have at most {bytes_max} bytes, names and values together");
            return faults.add("value_error", msg);
        }
        sound.then_some(metadata)
    }
}
