//! Visits: kept as they came, shown as history shows them.

use aws_lc_rs::digest::{SHA256, digest};
use klingel_model::{AppId, Micros};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Document;
use crate::signinapp::answers::Answers;
use crate::signinapp::event::{Visiting, Visitor};
use crate::signinapp::time;

/// Personal fields that history calls by their own names.
const PLAIN_FIELDS: [&str; 3] = ["role", "email", "mobile"];
/// Characters by which history calls the others.
const FIELD_ID_CHARS: usize = 10;
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A visit as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::signinapp) struct Visit {
    /// Where.
    pub(in crate::signinapp) site_id: i64,
    /// In which group.
    pub(in crate::signinapp) group_id: i64,
    /// Who.
    pub(in crate::signinapp) visitor: Visitor,
    /// Whom.
    pub(in crate::signinapp) visiting: Option<Visiting>,
    /// When the visitor came, in seconds since 1970.
    pub(in crate::signinapp) in_s: i64,
    /// When the visitor went.
    pub(in crate::signinapp) out_s: Option<i64>,
    /// When the visitor was expected.
    pub(in crate::signinapp) expected_s: Option<i64>,
}

impl Document for Visit {
    const KIND: &'static str = "signinapp.visit";
    const WHAT: &'static str = "visit";

    fn key(&self) -> String {
        self.visitor.id.to_string()
    }

    fn partition(&self) -> String {
        self.site_id.to_string()
    }

    fn at(&self) -> Micros {
        instant(self.in_s)
    }
}

/// The instant of a second.
pub(in crate::signinapp) fn instant(seconds: i64) -> Micros {
    Micros::from_unix_us(seconds.saturating_mul(1_000_000))
}

impl Visit {
    /// The visit as history and today show it.
    pub(in crate::signinapp) fn shown(&self, app_id: AppId) -> Value {
        let written = |seconds: Option<i64>| seconds.map(|seconds| time::written(instant(seconds)));
        json!({
            "id": self.visitor.id,
            "group_id": self.group_id,
            "returning_visitor_id": self.visitor.returning_visitor_id,
            "name": self.visitor.name,
            "photo_url": self.visitor.photo_url,
            "badge_url": self.visitor.badge_url,
            "status": if self.out_s.is_some() { "signed_out" } else { "signed_in" },
            "in_datetime": written(Some(self.in_s)),
            "out_datetime": written(self.out_s),
            "expected_datetime": written(self.expected_s),
            "additional_fields": self.visitor.additional,
            "personal_fields": personal_fields(app_id, &self.visitor.personal_fields),
            "metadata": {"rejected_sign_in": false},
        })
    }
}

/// Personal fields by the names that history uses; null when there are none.
pub(in crate::signinapp) fn personal_fields(app_id: AppId, fields: &Answers) -> Value {
    if fields.0.is_empty() {
        return Value::Null;
    }
    let named = |label: &String| {
        let small = label.to_lowercase();
        if PLAIN_FIELDS.contains(&small.as_str()) { small } else { field_id(app_id, &small) }
    };
    fields.0.iter().map(|(label, answer)| (named(label), answer.value())).collect::<Map<_, _>>().into()
}

/// A field's id: always the same in an account, and nowhere else.
fn field_id(app_id: AppId, label: &str) -> String {
    let digest = digest(&SHA256, format!("{app_id}.{label}").as_bytes());
    let letters = digest.as_ref().iter().take(FIELD_ID_CHARS);
    letters.map(|byte| char::from(LETTERS[usize::from(byte % 62)])).collect()
}
