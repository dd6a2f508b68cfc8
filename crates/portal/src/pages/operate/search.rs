//! Search forms: what was asked for, field by field, and what of it cannot be read.

use std::str::FromStr;

use klingel_model::{AppId, EndpointId, EventTypeName, Micros, Uid};
use klingel_store::AppRef;

use crate::Portal;
use crate::asked::Asked;
use crate::door::Operator;
use crate::fault::Fault;
use crate::form::{FieldView, Look, Pick};
use crate::words::Words;

/// A search form as it is drawn.
#[derive(Debug)]
pub(super) struct SearchView {
    /// Where it is sent.
    pub(super) path: &'static str,
    /// Its fields.
    pub(super) fields: Vec<FieldView>,
    /// Whether something is filled in.
    pub(super) filtered: bool,
}

/// A search form while it is read.
pub(super) struct Search<'a> {
    words: Words,
    asked: &'a Asked,
    view: SearchView,
    sound: bool,
}

impl<'a> Search<'a> {
    /// A form without fields.
    pub(super) fn new(path: &'static str, words: Words, asked: &'a Asked) -> Self {
        Self { words, asked, view: SearchView { path, fields: Vec::new(), filtered: false }, sound: true }
    }

    /// A field. What cannot be read is marked with the text of `wrong`, and stands for nothing.
    fn field<T>(
        &mut self,
        mut field: FieldView,
        wrong: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let typed = self.asked.one(&field.name);
        field = field.value(typed.unwrap_or_default());
        let found = typed.and_then(read);
        self.view.filtered |= typed.is_some();
        if typed.is_some() && found.is_none() {
            field.error = self.words.t(wrong);
            self.sound = false;
        }
        self.view.fields.push(field);
        found
    }

    /// Free text.
    pub(super) fn text(&mut self, name: &str, label: &str) -> Option<String> {
        let field = FieldView::new(name, self.words.t(label), Look::Text);
        self.field(field, "search-wrong", |text| Some(text.to_owned()))
    }

    /// An id or another name of a form of its own.
    pub(super) fn id<T: FromStr>(&mut self, name: &str, label: &str, wrong: &str) -> Option<T> {
        let field = FieldView::new(name, self.words.t(label), Look::Text);
        self.field(field, wrong, |text| text.parse().ok())
    }

    /// An endpoint.
    pub(super) fn endpoint(&mut self) -> Option<EndpointId> {
        self.id("endpoint", "search-endpoint", "search-no-endpoint")
    }

    /// An event type.
    pub(super) fn event_type(&mut self) -> Option<EventTypeName> {
        let field = FieldView::new("type", self.words.t("search-event-type"), Look::Text);
        self.field(field, "search-no-event-type", |text| EventTypeName::new(text).ok())
    }

    /// An application by id or uid, if there is such a one.
    pub(super) async fn application(
        &mut self,
        portal: &Portal,
        operator: &Operator,
    ) -> Result<Option<AppId>, Fault> {
        let found = match self.asked.one("app").and_then(app_ref) {
            Some(app) => portal.engine().reader().application(operator.environment_id, app).await?,
            None => None,
        };
        let field = FieldView::new("app", self.words.t("search-application"), Look::Text);
        Ok(self.field(field, "search-no-application", |_| found.map(|application| application.id)))
    }

    /// One of these, or any.
    pub(super) fn one<T: Copy>(&mut self, name: &str, label: &str, choices: &[(&str, &str, T)]) -> Option<T> {
        let pick = |value: &str, key: &str| Pick {
            value: value.to_owned(),
            label: self.words.t(key),
            chosen: false,
        };
        let any = [pick("", "search-any")].into_iter();
        let picks = any.chain(choices.iter().map(|(value, key, _)| pick(value, key))).collect();
        let field = FieldView::new(name, self.words.t(label), Look::One(picks));
        self.field(field, "search-wrong", |text| {
            choices.iter().find(|(value, ..)| *value == text).map(|(.., choice)| *choice)
        })
    }

    /// Both ends of a time, after the first and before the second.
    pub(super) fn between(&mut self) -> (Option<Micros>, Option<Micros>) {
        let mut end = |name, label| {
            let field = FieldView::new(name, self.words.t(label), Look::Instant);
            self.field(field, "search-no-time", instant)
        };
        (end("from", "search-from"), end("until", "search-until"))
    }

    /// The form, and whether everything in it can be read.
    pub(super) fn done(self) -> (SearchView, bool) {
        (self.view, self.sound)
    }
}

fn app_ref(text: &str) -> Option<AppRef> {
    match text.parse() {
        Ok(id) => Some(AppRef::Id(id)),
        Err(_) => Uid::new(text).ok().map(AppRef::Uid),
    }
}

/// What browsers send of a date with a time, in UTC: `2026-01-31T08:30`, or with seconds.
fn instant(text: &str) -> Option<Micros> {
    [":00Z", "Z", ""].iter().find_map(|rest| Micros::parse_rfc3339(&format!("{text}{rest}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_time_is_read_as_browsers_send_it() {
        let wanted = Micros::parse_rfc3339("2026-01-31T08:30:00Z");
        for text in
            ["2026-01-31T08:30", "2026-01-31T08:30:00", "2026-01-31T08:30:00Z", "2026-01-31T09:30:00+01:00"]
        {
            assert_eq!(instant(text), wanted, "{text}");
        }
        for text in ["yesterday", "2026-13-31T08:30", "2026-01-31"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_marked_and_stands_for_nothing() {
        let asked = Asked::read("endpoint=nonsense&type=order.paid");
        let mut search = Search::new("/portal/attempts", Words(Language::En), &asked);
        assert_eq!(search.endpoint(), None);
        assert_eq!(search.event_type().unwrap().as_str(), "order.paid");
        let (view, sound) = search.done();
        assert!(!sound && view.filtered);
        assert!(!view.fields[0].error.is_empty() && view.fields[1].error.is_empty());
    }
}
